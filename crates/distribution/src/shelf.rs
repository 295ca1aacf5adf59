//! What was seen of models at an outlet last: on the shelf, in the store only, missing; and how many were counted (R7.15, R7.240, R7.50).
//!
//! A later look stands before an earlier one, whatever the order in which they arrive. What somebody saw leaves as a fact of observation.

use crate::kept::At;
use crate::stock::Flow;
use qudao_access::Sight;
use qudao_access::sight::mark;
use qudao_field::measure;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Refusal};
use qudao_orders::order::facts::{self, Cells};
use qudao_platform::args;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::write_tx;
use std::collections::{BTreeMap, BTreeSet};

/// Most models of a look.
const MOST: usize = 200;
/// Most pieces of a count.
const MOST_PIECES: u32 = 100_000;

/// Where a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// On the shelf.
    Shelf,
    /// In the store only.
    Store,
    /// Nowhere.
    Missing,
}

impl Shown {
    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Shown::Shelf => "shelf",
            Shown::Store => "store",
            Shown::Missing => "missing",
        }
    }
}

impl std::str::FromStr for Shown {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "shelf" => Ok(Shown::Shelf),
            "store" => Ok(Shown::Store),
            "missing" => Ok(Shown::Missing),
            _ => Err(()),
        }
    }
}

/// What is known of a model at an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Where it was seen last, and when.
    pub shown: Option<(Shown, Date)>,
    /// Whether a sample could be tried then; none where nobody looked.
    pub sample: Option<bool>,
    /// Whether it bore a price tag then; none where nobody looked.
    pub tag: Option<bool>,
    /// Pieces counted last, and when.
    pub counted: Option<(Date, i64)>,
}

/// A look at a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look<'a> {
    /// Model.
    pub product: &'a str,
    /// Where it is; none where nobody looked.
    pub shown: Option<Shown>,
    /// Whether a sample can be tried, and whether it bears a price tag; none where nobody looked.
    pub sample: Option<bool>,
    /// See `sample`.
    pub tag: Option<bool>,
    /// Pieces; none where nobody counted.
    pub counted: Option<u32>,
}

impl<'a> Look<'a> {
    /// A look at where a model is and how many there are, at nothing more.
    pub const fn at(product: &'a str, shown: Option<Shown>, counted: Option<u32>) -> Self {
        Self { product, shown, sample: None, tag: None, counted }
    }
}

/// Keeps what somebody saw at an outlet today.
///
/// # Errors
/// `BadInput distribution.shelf.models`, `distribution.shelf.pieces`.
pub async fn see(db: &Db, who: &str, at: At<'_>, looks: &[Look<'_>]) -> Result<(), Refusal> {
    let models: BTreeSet<&str> = looks.iter().map(|look| look.product).collect();
    if looks.is_empty() || looks.len() > MOST || models.len() != looks.len() {
        return Err(Refusal::bad_input(
            "distribution.shelf.models",
            format!("一次填报 1 至 {MOST} 款机型，每款一行"),
            format!("give 1 to {MOST} models, each once"),
        ));
    }
    for look in looks {
        // What is missing cannot be counted; what was counted as nothing cannot be on the shelf.
        let missing = look.shown == Some(Shown::Missing) && look.counted.is_some_and(|pieces| pieces > 0);
        let nothing = look.counted == Some(0) && matches!(look.shown, Some(Shown::Shelf | Shown::Store));
        if missing || nothing || look.counted.is_some_and(|pieces| pieces > MOST_PIECES) {
            return Err(Refusal::bad_input(
                "distribution.shelf.pieces",
                format!("{} 的上柜情况与清点数不符；请核对", look.product),
                format!("where {} is and how many were counted do not agree; check it", look.product),
            ));
        }
    }
    write_tx!(db, |tx| {
        let today = crate::kept::today(tx);
        for look in looks {
            keep(tx, at, look, today, who).await?;
        }
        let rows: Vec<(Table, Cells)> = looks.iter().filter_map(|look| fact(at, look, today)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        facts::send_others(tx, &format!("shelf:{}:{}", at.outlet, tx.now_us()), rows).await
    })
}

/// A look as a fact; none where nobody looked at the shelf.
fn fact(at: At<'_>, look: &Look<'_>, today: Date) -> Option<(Table, Cells)> {
    let shown = look.shown?;
    let own = [
        (Col::EventId, format!("shelf:{}:{}:{today}", at.outlet, look.product)),
        (Col::Kind, "on_shelf".to_owned()),
        (Col::Item, look.product.to_owned()),
        (Col::Passed, if shown == Shown::Shelf { "是" } else { "否" }.to_owned()),
        (Col::Value, look.counted.map_or_else(String::new, |pieces| pieces.to_string())),
        (Col::Grade, "seen".to_owned()),
        (Col::OccurredOn, today.to_string()),
        (Col::KnownOn, today.to_string()),
        (Col::Outlet, at.outlet.to_owned()),
        (Col::Partner, at.partner.to_owned()),
    ];
    let cells = own.into_iter().filter(|(_, text)| !text.is_empty()).map(|(col, text)| (col.name().to_owned(), text)).collect();
    Some((Table::Observation, cells))
}

/// Keeps a look of a day, where none of a later day is there.
pub(crate) async fn keep(tx: &mut Tx, at: At<'_>, look: &Look<'_>, on: Date, source: &str) -> Result<(), Refusal> {
    let sql =
        "insert into distribution_shelf (outlet, product, partner, territory, shown, shown_on, counted, counted_on, source, changed_us)
               values ($1, $2, $3, $4, '', '', 0, '', $5, $6) on conflict (outlet, product) do update set partner = excluded.partner,
                   territory = excluded.territory, source = excluded.source, changed_us = excluded.changed_us";
    tx.execute(sql, args![at.outlet, look.product, at.partner, at.territory, source, tx.now_us()]).await?;
    if let Some(shown) = look.shown {
        let sql = "update distribution_shelf set shown = $3, shown_on = $4, sample = $5, tag = $6
                   where outlet = $1 and product = $2 and shown_on <= $4";
        tx.execute(sql, args![at.outlet, look.product, shown.name(), on, look.sample, look.tag]).await?;
    }
    if let Some(pieces) = look.counted {
        let sql = "update distribution_shelf set counted = $3, counted_on = $4 where outlet = $1 and product = $2 and counted_on <= $4";
        tx.execute(sql, args![at.outlet, look.product, pieces, on]).await?;
    }
    Ok(())
}

/// What is known within a sight, by outlet and model; of one outlet where it is named.
///
/// # Errors
/// The database does not answer.
pub async fn known(tx: &mut Tx, sight: &Sight, outlet: &str) -> Result<BTreeMap<(String, String), Known>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("s", false, &mut values)];
    if !outlet.is_empty() {
        wheres.push(format!("s.outlet = {}", mark(&mut values, outlet)));
    }
    let sql = format!("select s.* from distribution_shelf s where {}", wheres.join(" and "));
    tx.query(sql, &values).await?.iter().map(|row| Ok(((row.string("outlet")?, row.string("product")?), of_row(row)?))).collect()
}

fn of_row(row: &Row) -> Result<Known, Refusal> {
    let shown = row.text("shown")?.parse().ok();
    let shown_on = row.text("shown_on")?.parse().ok();
    let counted_on: Option<Date> = row.text("counted_on")?.parse().ok();
    let counted = row.int("counted")?;
    let seen = |column: &str| row.opt_int(column).map(|value| value.map(|value| value != 0));
    Ok(Known { shown: shown.zip(shown_on), sample: seen("sample")?, tag: seen("tag")?, counted: counted_on.map(|on| (on, counted)) })
}

/// Whether an outlet distributes a model (R7.99): there is stock, by count and movement or as it was seen, and it is on sale there; what was seen without a price
/// tag is not (N4). Where neither is known, a sale of the last four weeks says so.
pub fn distributes(known: Option<&Known>, flow: &Flow, on_sale: bool, today: Date) -> bool {
    let stock = match (flow.stock(today), known.and_then(|known| known.shown)) {
        (Some(stock), _) => stock,
        (None, Some((shown, _))) => i64::from(shown != Shown::Missing),
        (None, None) => i64::from(flow.sold_between(today.plus_days(-27), today) > 0),
    };
    let tagged = known.and_then(|known| known.tag) != Some(false);
    measure::distributes(u32::try_from(stock.max(0)).unwrap_or(u32::MAX), on_sale && tagged)
}
