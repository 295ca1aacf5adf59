//! From the sorted lines, reasons and obligations of a run to statements, one partner in memory at a time.
//!
//! Bounds: memory grows with one partner's components, payees and reason codes, not with its lines. A crash leaves nothing behind
//! but what the sink wrote; the same inputs give the same statements again.

use super::balance::sum;
use super::build::{Builder, Terms};
use super::model::{Account, Carried, Statement};
use qudao_kernel::{Fen, Refusal};
use qudao_policy::lines::{Line, Obligation, Reason};
use qudao_policy::model::Destination;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Receives statements as they are made, and the lines they are made of.
pub trait Sink {
    /// A partner begins; its lines follow.
    ///
    /// # Errors
    /// Whatever writing refuses; the run stops.
    fn begin(&mut self, partner: &str) -> Result<(), Refusal> {
        let _ = partner;
        Ok(())
    }

    /// A line of the partner that began last.
    ///
    /// # Errors
    /// Whatever writing refuses; the run stops.
    fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        let _ = line;
        Ok(())
    }

    /// The statement of the partner that began last.
    ///
    /// # Errors
    /// Whatever writing refuses; the run stops.
    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal>;
}

/// Sums over all statements of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTotals {
    /// Number of statements.
    pub statements: u64,
    /// Number of lines.
    pub lines: u64,
    /// Lines by destination.
    pub destinations: BTreeMap<Destination, Fen>,
    /// Manual adjustments.
    pub adjustments: Fen,
    /// Brought forward.
    pub brought: Fen,
    /// Due.
    pub due: Fen,
    /// To clerks' own accounts.
    pub direct: Fen,
    /// Tax withheld.
    pub tax: Fen,
    /// Offsets.
    pub offsets: Fen,
    /// Payments.
    pub payment: Fen,
    /// Carried forward.
    pub carried: Fen,
}

impl RunTotals {
    /// Adds a statement.
    ///
    /// # Errors
    /// `settle.amount.too_large`.
    pub fn add(&mut self, statement: &Statement) -> Result<(), Refusal> {
        let totals = &statement.totals;
        self.statements += 1;
        self.lines += statement.lines;
        for section in &statement.sections {
            let entry = self.destinations.entry(section.destination).or_default();
            *entry = sum([*entry, section.total])?;
        }
        self.adjustments = sum([self.adjustments, totals.adjustments])?;
        self.brought = sum([self.brought, totals.brought.taxable, totals.brought.net])?;
        self.due = sum([self.due, totals.due])?;
        self.direct = sum([self.direct, totals.direct])?;
        self.tax = sum([self.tax, totals.tax])?;
        self.offsets = sum([self.offsets, totals.offsets])?;
        self.payment = sum([self.payment, totals.payment])?;
        self.carried = sum([self.carried, totals.carried.taxable, totals.carried.net])?;
        Ok(())
    }
}

/// Rows sorted by partner, lent one at a time.
pub trait Sorted<T> {
    /// Partner of the row ahead, if there is one.
    ///
    /// # Errors
    /// The source cannot be read on.
    fn head(&mut self) -> Result<Option<&str>, Refusal>;

    /// Goes to the next row.
    ///
    /// # Errors
    /// The source cannot be read on.
    fn advance(&mut self) -> Result<Option<&T>, Refusal>;
}

/// Partners from the first on, to the last if there is one, both inclusive. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartnerRange {
    /// First partner.
    pub first: String,
    /// Last partner.
    pub last: Option<String>,
}

impl PartnerRange {
    fn holds(&self, partner: &str) -> bool {
        self.first.as_str() <= partner && self.last.as_deref().is_none_or(|last| partner <= last)
    }
}

/// Makes the statements of all partners of a range that have a line, a reason, an open obligation or an open balance. The inputs hold the rows
/// of that range.
///
/// # Errors
/// `settle.statement.unsorted` if an input is not sorted by partner; what the inputs, [`Builder`] and the sink refuse.
pub fn run<S: Sink + ?Sized>(
    terms: Terms<'_>,
    range: &PartnerRange,
    lines: &mut dyn Sorted<Line>,
    reasons: &mut dyn Sorted<Reason>,
    obligations: &mut dyn Sorted<Obligation>,
    sink: &mut S,
) -> Result<RunTotals, Refusal> {
    let standing = terms.accounts.iter().filter(|(code, account)| open(account) && range.holds(code));
    let mut standing = standing.map(|(code, _)| code.as_str()).peekable();
    let mut totals = RunTotals::default();
    while let Some(partner) =
        [lines.head()?, reasons.head()?, obligations.head()?, standing.peek().copied()].into_iter().flatten().min().map(str::to_owned)
    {
        let mut builder = Builder::new(terms, &partner);
        sink.begin(&partner)?;
        each_of(lines, &partner, |line| {
            builder.line(line)?;
            sink.line(line)
        })?;
        each_of(reasons, &partner, |reason| {
            builder.reason(reason);
            Ok(())
        })?;
        each_of(obligations, &partner, |obligation| {
            builder.obligation(obligation);
            Ok(())
        })?;
        standing.next_if(|code| *code == partner);
        let statement = builder.finish()?;
        totals.add(&statement)?;
        sink.statement(&statement)?;
    }
    Ok(totals)
}

/// Whether a partner without lines still needs a statement.
fn open(account: &Account) -> bool {
    account.brought != Carried::default() || account.pool_opening != Fen::ZERO || !account.adjustments.is_empty()
}

/// Takes the rows of a partner, which must be the first of those ahead.
fn each_of<T>(rows: &mut dyn Sorted<T>, partner: &str, mut take: impl FnMut(&T) -> Result<(), Refusal>) -> Result<(), Refusal> {
    loop {
        match rows.head()? {
            Some(code) if code == partner => {}
            Some(code) if code < partner => return Err(unsorted(code, partner)),
            _ => return Ok(()),
        }
        if let Some(row) = rows.advance()? {
            take(row)?;
        }
    }
}

fn unsorted(code: &str, partner: &str) -> Refusal {
    Refusal::bad_input(
        "settle.statement.unsorted",
        format!("输入未按代理商排序：{code} 出现在 {partner} 之后，请先排序"),
        format!("the input is not sorted by partner: {code} comes after {partner}; sort it first"),
    )
}

/// Something that belongs to a partner's account.
pub trait OfPartner {
    /// Code of the partner.
    fn partner(&self) -> &str;
}

impl OfPartner for Line {
    fn partner(&self) -> &str {
        &self.partner
    }
}

impl OfPartner for Reason {
    fn partner(&self) -> &str {
        &self.partner
    }
}

impl OfPartner for Obligation {
    fn partner(&self) -> &str {
        &self.partner
    }
}

/// Rows in memory, in order.
pub struct Listed<'r, T>(pub &'r [T]);

impl<T: OfPartner> Sorted<T> for Listed<'_, T> {
    fn head(&mut self) -> Result<Option<&str>, Refusal> {
        Ok(self.0.first().map(OfPartner::partner))
    }

    fn advance(&mut self) -> Result<Option<&T>, Refusal> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        Ok(Some(first))
    }
}
