//! The sums a statement must keep, checked on every one before anybody sees it (R0.3, R1.13).

use super::balance::sum;
use super::model::{Section, Statement};
use qudao_kernel::{Fen, Kind, Refusal};
use qudao_policy::model::Destination;

impl Statement {
    /// Checks that rows add up to sections, sections and the rest to what is due, what is due to direct + tax + offsets + payment + carried,
    /// offsets to their sum, and the pool to its closing balance.
    ///
    /// # Errors
    /// `settle.statement.unbalanced`, naming the sum that fails.
    pub fn check(&self) -> Result<(), Refusal> {
        let totals = &self.totals;
        for section in &self.sections {
            self.hold("section", section.total, sum(section.rows.iter().map(|row| row.total))?)?;
            for row in &section.rows {
                self.hold("component", row.total, sum([row.earned, row.released, row.reversed, row.adjusted])?)?;
            }
        }
        self.hold("count", count(self.lines), count(self.sections.iter().map(lines).sum()))?;
        self.hold("payable", totals.lines, self.total(Destination::Payable))?;
        self.hold("advances", totals.advances, self.total(Destination::Advance))?;
        self.hold("adjustments", totals.adjustments, sum(self.adjustments.iter().map(|item| item.amount))?)?;
        let due = sum([totals.lines, totals.adjustments, totals.advances, totals.brought.taxable, totals.brought.net])?;
        self.hold("due", totals.due, due)?;
        let used = sum([totals.direct, totals.tax, totals.offsets, totals.payment, totals.carried.taxable, totals.carried.net])?;
        self.hold("payment", totals.due, used)?;
        self.hold("offsets", totals.offsets, sum(self.offsets.iter().map(|offset| offset.taken))?)?;
        self.hold("pool", self.pool.closing, sum([self.pool.opening, self.pool.held, self.pool.released])?)?;
        self.hold("holdback", self.total(Destination::Holdback), sum([self.pool.held, self.pool.released])?)
    }

    fn hold(&self, what: &str, left: Fen, right: Fen) -> Result<(), Refusal> {
        if left == right {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::Bug,
            "settle.statement.unbalanced",
            format!("对账单 {} 不平({what}:{left} ≠ {right})，未出具；请保留输入并报告此问题", self.number),
            format!(
                "statement {} does not balance ({what}: {left} ≠ {right}) and is not issued; keep the inputs and report this",
                self.number
            ),
        ))
    }
}

fn lines(section: &Section) -> u64 {
    section.rows.iter().map(|row| row.lines).sum()
}

fn count(number: u64) -> Fen {
    Fen(i64::try_from(number).unwrap_or(i64::MAX))
}
