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
use std::iter::Peekable;

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

/// Makes the statements of all partners that have a line, a reason, an open obligation or an open balance.
///
/// # Errors
/// `settle.statement.unsorted` if an input is not sorted by partner; what the inputs, [`Builder`] and the sink refuse.
pub fn run<L, R, O, S>(terms: Terms<'_>, lines: L, reasons: R, obligations: O, sink: &mut S) -> Result<RunTotals, Refusal>
where
    L: Iterator<Item = Result<Line, Refusal>>,
    R: Iterator<Item = Result<Reason, Refusal>>,
    O: Iterator<Item = Result<Obligation, Refusal>>,
    S: Sink + ?Sized,
{
    let mut lines = Sorted::new(lines, |line: &Line| &line.partner);
    let mut reasons = Sorted::new(reasons, |reason: &Reason| &reason.partner);
    let mut obligations = Sorted::new(obligations, |obligation: &Obligation| &obligation.partner);
    let mut standing = terms.accounts.iter().filter(|(_, account)| open(account)).map(|(code, _)| code.as_str()).peekable();
    let mut totals = RunTotals::default();
    while let Some(partner) =
        [lines.head()?, reasons.head()?, obligations.head()?, standing.peek().copied()].into_iter().flatten().min().map(str::to_owned)
    {
        let mut builder = Builder::new(terms, &partner);
        sink.begin(&partner)?;
        while let Some(line) = lines.next_of(&partner)? {
            builder.line(&line)?;
            sink.line(&line)?;
        }
        while let Some(reason) = reasons.next_of(&partner)? {
            builder.reason(&reason);
        }
        while let Some(obligation) = obligations.next_of(&partner)? {
            builder.obligation(&obligation);
        }
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

/// An input that must be sorted by partner.
struct Sorted<I, T, K>
where
    I: Iterator<Item = Result<T, Refusal>>,
{
    items: Peekable<I>,
    key: K,
}

impl<I, T, K> Sorted<I, T, K>
where
    I: Iterator<Item = Result<T, Refusal>>,
    K: Fn(&T) -> &String,
{
    fn new(items: I, key: K) -> Self {
        Self { items: items.peekable(), key }
    }

    /// Partner of the next item.
    fn head(&mut self) -> Result<Option<&str>, Refusal> {
        match self.items.peek() {
            None => Ok(None),
            Some(Ok(item)) => Ok(Some((self.key)(item))),
            Some(Err(refusal)) => Err(refusal.clone()),
        }
    }

    /// The next item if it is this partner's.
    fn next_of(&mut self, partner: &str) -> Result<Option<T>, Refusal> {
        match self.head()? {
            Some(code) if code == partner => self.items.next().transpose(),
            Some(code) if code < partner => Err(Refusal::bad_input(
                "settle.statement.unsorted",
                format!("输入未按代理商排序：{code} 出现在 {partner} 之后，请先排序"),
                format!("the input is not sorted by partner: {code} comes after {partner}; sort it first"),
            )),
            _ => Ok(None),
        }
    }
}
