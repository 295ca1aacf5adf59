//! From statements to the ledger: the lines of a partner become one balanced group of entries, added up by account, component and
//! month, and tied to the statement to the fen (R0.3, R1.23, R1.40).
//!
//! | what | debit | credit |
//! |---|---|---|
//! | line to payable | entity, commission expense | payee, payable |
//! | line to the hold-back pool | entity, commission expense | partner, hold-back |
//! | line netted at pick-up | entity, commission expense | partner, receivable |
//! | line in points | entity, points issued | payee, points |
//! | line to the top-up balance | entity, commission expense | partner, top-up float |
//! | line to subscriber credit | entity, commission expense | [`CREDIT_OWNER`], payable |
//! | advance | partner, advance | partner, payable |
//! | manual adjustment | entity, commission expense | partner, payable |
//! | tax withheld | partner, payable | partner, tax |
//! | receivable taken | partner, payable | partner, receivable |
//!
//! What a run takes back is the same entry with the other sign. The payment itself is posted when it is made. A clerk's part stands in the
//! clerk's own account where the statement says so. Bounds: a group has at most [`MAX_ENTRIES`] entries, a larger
//! partner gives several groups, each balanced by itself. A crash between groups does no harm: the same run gives the same groups in the same
//! order, and chunks that are posted already are recognised by key and content.

use crate::statement::words::DESTINATIONS;
use crate::statement::{Consent, Sink, Statement};
use qudao_kernel::{Fen, Kind, Month, Refusal};
use qudao_ledger::chunk::Packer;
use qudao_ledger::file::FileLedger;
use qudao_ledger::{AccountKind, Entry, MAX_ENTRIES, Run, RunPosted};
use qudao_policy::lines::Line;
use qudao_policy::model::{Destination, PayeeKind};
use std::collections::BTreeMap;

/// Owner of the account through which subscribers' bills are credited.
pub const CREDIT_OWNER: &str = "subscriber-credit";

/// Owner for lines of facts nobody could be found for.
pub const UNATTRIBUTED_OWNER: &str = "unattributed";

/// The owner of a partner's accounts.
pub fn partner_owner(code: &str) -> String {
    if code.is_empty() { UNATTRIBUTED_OWNER.to_owned() } else { code.to_owned() }
}

/// The owner of a clerk's own account.
pub fn clerk_owner(code: &str) -> String {
    format!("clerk:{code}")
}

/// Where lines are added up: destination, owner, and what the entry refers to.
type Key = (Destination, String, String);

/// Collects the entries of one statement after the other and hands them over in balanced groups. Use it as the [`Sink`] of a
/// statement run, or call it beside another.
pub struct Poster<'a, F> {
    entity: &'a str,
    clerks_direct: bool,
    give: F,
    sums: BTreeMap<Key, i128>,
    by_destination: BTreeMap<Destination, i128>,
    control: Control,
}

/// What was posted, beside what the statements say. Equal when every statement was tied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Control {
    /// Statements.
    pub statements: u64,
    /// Lines.
    pub lines: u64,
    /// Entries.
    pub entries: u64,
    /// Sum of the lines by destination, in fen.
    pub by_destination: BTreeMap<Destination, i128>,
    /// Change of the accounts by kind, as people read them, in the kind's unit.
    pub by_kind: BTreeMap<AccountKind, i128>,
}

impl<'a, F> Poster<'a, F>
where
    F: FnMut(Vec<Entry>) -> Result<(), Refusal>,
{
    /// A poster for a settlement entity; `give` receives the groups in order.
    pub fn new(entity: &'a str, clerks_direct: bool, give: F) -> Self {
        Self { entity, clerks_direct, give, sums: BTreeMap::new(), by_destination: BTreeMap::new(), control: Control::default() }
    }

    /// What was posted so far.
    pub fn control(&self) -> &Control {
        &self.control
    }

    fn owner(&self, line: &Line) -> String {
        let own = matches!(line.destination, Destination::Payable | Destination::Points);
        match line.payee_kind {
            PayeeKind::Clerk if self.clerks_direct && own => clerk_owner(&line.payee),
            _ if line.destination == Destination::Credit => CREDIT_OWNER.to_owned(),
            _ => partner_owner(&line.partner),
        }
    }

    /// The entries of the statement whose lines came last.
    fn entries(&mut self, statement: &Statement) -> Result<Vec<Pair>, Refusal> {
        let mut pairs = Vec::new();
        let mut sums: BTreeMap<Destination, i128> = BTreeMap::new();
        for ((destination, owner, reference), amount) in std::mem::take(&mut self.sums) {
            *sums.entry(destination).or_default() += amount;
            let value = fen(amount)?;
            if value != 0 {
                pairs.push(self.pair(statement, destination, &owner, value, &reference)?);
            }
        }
        for destination in DESTINATIONS {
            let (posted, stated) = (sums.get(&destination).copied().unwrap_or(0), i128::from(statement.total(destination).0));
            if posted != stated {
                return Err(untied(statement, destination, posted, stated));
            }
        }
        self.settle(statement, &mut pairs);
        Ok(pairs)
    }

    fn pair(&self, statement: &Statement, destination: Destination, owner: &str, amount: i64, reference: &str) -> Result<Pair, Refusal> {
        let expense = (self.entity.to_owned(), AccountKind::CommissionExpense);
        let kind = match destination {
            Destination::Payable | Destination::Credit => AccountKind::Payable,
            Destination::Holdback => AccountKind::Holdback,
            Destination::Netted => AccountKind::Receivable,
            Destination::Topup => AccountKind::TopupFloat,
            Destination::Advance => {
                let debit = (owner.to_owned(), AccountKind::Advance);
                return Ok(Pair::new(debit, (owner.to_owned(), AccountKind::Payable), amount, reference));
            }
            Destination::Points => {
                if amount % 100 != 0 {
                    return Err(fraction(statement, reference, amount));
                }
                let issued = (self.entity.to_owned(), AccountKind::PointsIssued);
                return Ok(Pair::new(issued, (owner.to_owned(), AccountKind::Points), amount / 100, reference));
            }
        };
        Ok(Pair::new(expense, (owner.to_owned(), kind), amount, reference))
    }

    /// Adjustments, tax and offsets: what the statement does besides its lines.
    fn settle(&self, statement: &Statement, pairs: &mut Vec<Pair>) {
        let owner = partner_owner(&statement.partner);
        let payable = (owner.clone(), AccountKind::Payable);
        for adjustment in statement.adjustments.iter().filter(|adjustment| adjustment.amount != Fen::ZERO) {
            let expense = (self.entity.to_owned(), AccountKind::CommissionExpense);
            pairs.push(Pair::new(expense, payable.clone(), adjustment.amount.0, &format!("adjustment:{}", adjustment.code)));
        }
        if statement.totals.tax != Fen::ZERO {
            pairs.push(Pair::new(payable.clone(), (owner.clone(), AccountKind::Tax), statement.totals.tax.0, &statement.number));
        }
        for offset in statement.offsets.iter().filter(|offset| offset.taken != Fen::ZERO) {
            let ground = match &offset.receivable.consent {
                Consent::Clause(clause) => format!("clause:{clause}"),
                Consent::Partner(document) => format!("consent:{document}"),
                Consent::None => continue,
            };
            let reference = format!("{} {ground}", offset.receivable.code);
            pairs.push(Pair::new(payable.clone(), (owner.clone(), AccountKind::Receivable), offset.taken.0, &reference));
        }
    }

    fn hand_over(&mut self, pairs: Vec<Pair>) -> Result<(), Refusal> {
        let mut rest = pairs.into_iter().peekable();
        while rest.peek().is_some() {
            let group: Vec<Entry> = rest.by_ref().take(MAX_ENTRIES / 2).flat_map(|pair| [pair.debit, pair.credit]).collect();
            for entry in &group {
                let sum = self.control.by_kind.entry(entry.kind).or_default();
                *sum += i128::from(entry.kind.standing(entry.amount));
            }
            self.control.entries += group.len() as u64;
            (self.give)(group)?;
        }
        Ok(())
    }
}

impl<F> Sink for Poster<'_, F>
where
    F: FnMut(Vec<Entry>) -> Result<(), Refusal>,
{
    fn begin(&mut self, _partner: &str) -> Result<(), Refusal> {
        self.sums.clear();
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        self.control.lines += 1;
        *self.by_destination.entry(line.destination).or_default() += i128::from(line.amount);
        let key = (line.destination, self.owner(line), reference(line));
        *self.sums.entry(key).or_default() += i128::from(line.amount);
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        let pairs = self.entries(statement)?;
        self.control.statements += 1;
        self.control.by_destination.clone_from(&self.by_destination);
        self.hand_over(pairs)
    }
}

/// A debit and its credit.
struct Pair {
    debit: Entry,
    credit: Entry,
}

impl Pair {
    fn new(debit: (String, AccountKind), credit: (String, AccountKind), amount: i64, reference: &str) -> Self {
        Self {
            debit: Entry::debit(debit.0, debit.1, amount).about(reference),
            credit: Entry::credit(credit.0, credit.1, amount).about(reference),
        }
    }
}

/// What an entry refers to: `policy/component`, and the month where it corrects another one.
fn reference(line: &Line) -> String {
    let month: Month = line.origin;
    if month == line.period { format!("{}/{}", line.policy, line.component) } else { format!("{}/{}@{month}", line.policy, line.component) }
}

/// Posts groups to a ledger file in chunks of the run; what is there already is recognised.
///
/// # Errors
/// What the ledger refuses: another content under the same key, a closed month, a balance below zero.
pub fn post_to_file(ledger: &mut FileLedger, run: &Run, groups: impl IntoIterator<Item = Vec<Entry>>) -> Result<RunPosted, Refusal> {
    let mut packer = Packer::new(run);
    let mut posted = RunPosted::default();
    let mut post = |journal: qudao_ledger::Journal| -> Result<(), Refusal> {
        let done = ledger.post(&journal)?;
        posted.chunks += 1;
        posted.new_chunks += u32::from(done.is_new());
        posted.entries += journal.entries.len() as u64;
        Ok(())
    };
    for group in groups {
        if let Some(journal) = packer.add(group)? {
            post(journal)?;
        }
    }
    if let Some(journal) = packer.finish() {
        post(journal)?;
    }
    Ok(posted)
}

fn fen(amount: i128) -> Result<i64, Refusal> {
    i64::try_from(amount).map_err(|_| crate::statement::balance::too_large())
}

fn untied(statement: &Statement, destination: Destination, posted: i128, stated: i128) -> Refusal {
    let number = &statement.number;
    Refusal::new(
        Kind::Bug,
        "settle.ledger.untied",
        format!("对账单 {number} 的明细合计与记账金额不一致({destination:?}:{stated} 分与 {posted} 分)，未记账；请保留输入并报告此问题"),
        format!(
            "statement {number} and its postings differ ({destination:?}: {stated} and {posted} fen); nothing is posted, keep the inputs and report this"
        ),
    )
}

fn fraction(statement: &Statement, reference: &str, amount: i64) -> Refusal {
    let (number, amount) = (&statement.number, Fen(amount).plain());
    Refusal::bad_input(
        "settle.ledger.points_fraction",
        format!("对账单 {number} 中 {reference} 的积分 {amount} 不是整数，不能记账；请把该组件的舍入单位改为元"),
        format!("statement {number}: {reference} gives {amount} points, which is not a whole number; round that component to yuan"),
    )
}

#[cfg(test)]
mod tests;
