//! What holds at an outlet on a day (R7.281–R7.288): of the published lines that reach it, the one of the highest rank.
//!
//! A matching price stands above a promotion, a promotion above a season, a season above the base; of one kind, a line for the outlet's own type above
//! one for all, and the narrower area above the wider. A line of a higher rank stands in the place of the whole lower one, its floor too.

use crate::book::BookKind;
use crate::verdict::{Limits, Mode, Rule};
use qudao_kernel::{Date, Fen, Refusal, territory};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx};
use std::collections::BTreeMap;

/// A published line with its scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Book it stands in.
    pub book: String,
    /// What it is.
    pub kind: BookKind,
    /// Whose price it is.
    pub mode: Mode,
    /// Division code; empty for everywhere.
    pub territory: String,
    /// Sub-type of outlets; empty for all.
    pub outlet_type: String,
    /// First day.
    pub from: Date,
    /// First day on which it holds no more.
    pub until: Option<Date>,
    /// One price for the whole area.
    pub uniform: bool,
    /// Who issued it, in which document.
    pub source: String,
    /// Product.
    pub product: String,
    /// The least.
    pub floor: Option<Fen>,
    /// Suggested.
    pub suggested: Fen,
}

impl Line {
    /// What it asks of a price.
    pub fn rule(&self, limits: Limits) -> Rule {
        Rule { mode: self.mode, floor: self.floor, suggested: Some(self.suggested), uniform: self.uniform, limits }
    }

    fn reaches(&self, spot: Spot<'_>, day: Date) -> bool {
        let within = self.from <= day && self.until.is_none_or(|until| day < until);
        let typed = self.outlet_type.is_empty() || self.outlet_type == spot.outlet_type;
        within && typed && (self.territory.is_empty() || territory::under(spot.territory, &self.territory))
    }

    fn rank(&self) -> (BookKind, bool, usize) {
        (self.kind, !self.outlet_type.is_empty(), self.territory.len())
    }
}

/// Where a price is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot<'a> {
    /// Division code of the outlet.
    pub territory: &'a str,
    /// Its sub-type.
    pub outlet_type: &'a str,
}

/// The published lines of a day, by product.
#[derive(Debug, Clone, Default)]
pub struct Live {
    day: Option<Date>,
    lines: BTreeMap<String, Vec<Line>>,
}

impl Live {
    /// What is in force on a day.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn on(tx: &mut Tx, day: Date) -> Result<Self, Refusal> {
        let sql =
            "select b.*, l.product, l.floor, l.suggested, l.until_on as line_until from price_line l join price_book b on b.id = l.book
                   where b.state = 'published' and b.from_on <= $1 and (l.until_on is null or l.until_on > $1) order by l.product, b.id";
        let mut lines: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for row in tx.query(sql, args![day]).await? {
            let line = of_row(&row)?;
            lines.entry(line.product.clone()).or_default().push(line);
        }
        Ok(Self { day: Some(day), lines })
    }

    /// The line that holds for a product somewhere.
    pub fn line(&self, spot: Spot<'_>, product: &str) -> Option<&Line> {
        let day = self.day?;
        self.lines.get(product)?.iter().filter(|line| line.reaches(spot, day)).max_by_key(|line| line.rank())
    }

    /// The lines that hold somewhere, one for each product that has one.
    pub fn lines(&self, spot: Spot<'_>) -> impl Iterator<Item = &Line> {
        self.lines.keys().filter_map(move |product| self.line(spot, product))
    }

    /// The suggested price of a product somewhere.
    pub fn suggested(&self, spot: Spot<'_>, product: &str) -> Option<Fen> {
        self.line(spot, product).map(|line| line.suggested)
    }
}

fn of_row(row: &Row) -> Result<Line, Refusal> {
    Ok(Line {
        book: row.string("id")?,
        kind: row.parse("kind")?,
        mode: row.parse("mode")?,
        territory: row.string("territory")?,
        outlet_type: row.string("outlet_type")?,
        from: row.parse("from_on")?,
        until: row.opt_parse("line_until")?,
        uniform: row.flag("uniform")?,
        source: row.string("source")?,
        product: row.string("product")?,
        floor: row.opt_int("floor")?.map(Fen),
        suggested: row.fen("suggested")?,
    })
}
