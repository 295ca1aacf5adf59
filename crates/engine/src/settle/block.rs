//! A block: all facts and open obligations of a few whole partners, and the work on them.
//!
//! Blocks are independent of each other but for what passes collect (see `plan`), so they run on any number of threads and in any order
//! with the same result.

use super::earlier::Wanted;
use super::eval::Eval;
use super::fast::Map;
use super::items::{Check, TableRows};
use super::master::{MasterIndex, NONE};
use super::measure::Local;
use super::num::Overflow;
use super::plan::Plan;
use super::release::OpenObligations;
use super::reverse::{Earlier, Reversing};
use super::sink::{Account, Sink, TextRef};
use super::subs::Subs;
use super::totals::{Decided, EarlierTotals};
use datafusion::arrow::array::ArrayRef;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Month, Refusal};
use qudao_policy::model::{Fill, Policy, PolicySet};

/// What all blocks of a run share.
pub(crate) struct Shared {
    /// Policies.
    pub(crate) set: PolicySet,
    /// Local parameter values per policy.
    pub(crate) fills: Vec<Vec<Fill>>,
    /// Plan.
    pub(crate) plan: Plan,
    /// Master rows.
    pub(crate) master: MasterIndex,
    /// Subscriber states of the period.
    pub(crate) subs: Subs,
    /// Reversing facts of the period.
    pub(crate) reversing: Reversing,
    /// Lines of earlier periods that may be reversed now; `None` if none may, or where they are at hand.
    pub(crate) earlier: Option<Wanted>,
    /// Totals of lines of earlier periods.
    pub(crate) totals: EarlierTotals,
    /// What earlier passes found.
    pub(crate) decided: Decided,
}

/// How far a pass goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) enum Pass {
    /// Collect measures that cross partners.
    Measures,
    /// Collect `once` claims.
    Once,
    /// Collect budget claims.
    Budget,
    /// Pay.
    Final,
}

/// A problem while settling, before it gets its sentence.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// An amount left 128 or 64 bits.
    Overflow,
    /// A refusal with its sentence.
    Refused(Refusal),
}

impl From<Overflow> for Trouble {
    fn from(_: Overflow) -> Self {
        Trouble::Overflow
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Trouble::Refused(refusal)
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(refusal) => refusal,
            Trouble::Overflow => Refusal::bad_input(
                "engine.settle.overflow",
                "有金额或中间结果超出可表示范围(128 位),请检查费率、台阶或金额是否写错",
                "an amount or an intermediate result is beyond 128 bits; check rates, ladders and amounts",
            ),
        }
    }
}

/// A table's rows: the segment of each, and the cells.
pub(crate) type TableCells = (Table, Vec<u32>, Vec<(Col, ArrayRef)>);

/// Facts of whole partners.
pub(crate) struct Block<'s> {
    /// What is shared.
    pub(crate) shared: &'s Shared,
    /// Partner codes of the segments, ascending; the empty one holds unattributed facts.
    pub(crate) segs: Vec<String>,
    /// Tables by number.
    pub(crate) tables: Vec<Option<TableRows>>,
    /// Open obligations of these partners' accounts.
    pub(crate) open: Option<OpenObligations>,
    /// Lines of earlier periods on these accounts that may be reversed now.
    pub(crate) earlier: Earlier,
}

impl<'s> Block<'s> {
    /// A block from the cells of its tables; `seg` gives each row's segment, rows ordered by (segment, day, event id).
    pub(crate) fn new(
        shared: &'s Shared,
        segs: Vec<String>,
        tables: Vec<TableCells>,
        open: Option<OpenObligations>,
        earlier: Earlier,
    ) -> Self {
        let mut all: Vec<Option<TableRows>> = Table::ALL.iter().map(|_| None).collect();
        for (table, seg, cells) in tables {
            let mut rows = TableRows::new(table, seg.len(), cells);
            rows.seg = seg;
            attribute(&shared.master, &mut rows);
            all[table as usize] = Some(rows);
        }
        Self { shared, segs, tables: all, open, earlier }
    }

    /// Rows of a table.
    pub(crate) fn table(&self, table: Table) -> Option<&TableRows> {
        self.tables[table as usize].as_ref()
    }

    /// Policies with their numbers.
    pub(crate) fn policies(&self) -> impl Iterator<Item = (usize, &'s Policy)> {
        self.shared.set.policies.iter().enumerate()
    }

    /// Does the work of a pass. `claims` receives what the pass collects.
    pub(crate) fn run(&self, pass: Pass, claims: &mut super::totals::Claims) -> Result<Sink, Trouble> {
        let local = Local::new(self);
        let mut sink = Sink::default();
        if pass == Pass::Measures {
            super::measure::collect_crossing(self, &local, claims)?;
            return Ok(sink);
        }
        if pass == Pass::Final {
            super::release::release(self, &local, &mut sink)?;
        }
        super::each::pay(self, &local, pass, &mut sink, claims)?;
        if pass < Pass::Final {
            return Ok(sink);
        }
        super::on_lines::pay(self, &local, &mut sink)?;
        super::reverse::reverse(self, &local, &mut sink)?;
        super::group::pay_local(self, &local, &mut sink)?;
        super::measure::collect_for_end(self, &local, &sink, claims)?;
        super::group::collect_groups(self, claims)?;
        self.report_unattributed(&mut sink);
        Ok(sink)
    }

    /// Evaluation of a policy's expressions with this block's measures.
    pub(crate) fn eval<'b>(&'b self, policy: usize, local: &'b Local<'b>) -> Eval<'b> {
        Eval {
            policy: &self.shared.set.policies[policy],
            index: policy,
            fills: &self.shared.fills[policy],
            master: &self.shared.master,
            subs: &self.shared.subs,
            measures: local,
        }
    }

    /// Text behind a reference.
    pub(crate) fn text<'t>(&'t self, sink: &'t Sink, at: TextRef) -> &'t str {
        let row = at.row() as usize;
        if let Some((table, col)) = at.table_cell() {
            return self.tables[table].as_ref().map_or("", |rows| rows.text(Col::ALL[col], row));
        }
        if let Some(column) = at.obligation_cell() {
            return self.open.as_ref().map_or("", |open| open.text(column, row));
        }
        if at.is_partner() {
            return self.shared.master.partners.get(at.row()).map_or("", |partner| &partner.code);
        }
        sink.arena.get(row).map_or("", String::as_str)
    }

    /// Code of the account's partner.
    pub(crate) fn account_code(&self, account: Account) -> &str {
        match account {
            Account::Own(seg) => &self.segs[seg as usize],
            Account::Other(partner) => self.shared.master.partners.get(partner).map_or("", |row| &row.code),
        }
    }

    fn report_unattributed(&self, sink: &mut Sink) {
        let code = sink.code(Check::Unattributed.code());
        let period = self.shared.plan.period.index();
        for table in self.tables.iter().flatten() {
            for row in 0..table.len {
                if table.check[row] != Check::Unattributed {
                    break; // the empty partner sorts first, so all unattributed rows lead
                }
                let named = !table.text(Col::Outlet, row).is_empty() || !table.text(Col::Partner, row).is_empty();
                if table.month[row] == period && (named || table.table == Table::BusinessEvent) {
                    sink.reasons.push(super::sink::ReasonRow {
                        comp: None,
                        own: TextRef::EMPTY,
                        seg: table.seg[row],
                        basis: super::sink::cell(table, Col::EventId, row as u32),
                        day: table.day[row],
                        code,
                        until: super::items::NO_DATE,
                        forgone: 0,
                    });
                }
            }
        }
    }
}

/// Fills in partner, outlet and standard check of every row.
fn attribute(master: &MasterIndex, rows: &mut TableRows) {
    let mut ranges: Map<String, (u32, u32)> = Map::default();
    // Rows of one partner and day share the partner's row and checks.
    let mut last: Option<(u32, i32, u32, Check)> = None;
    for row in 0..rows.len {
        let day = rows.day[row];
        let named = rows.text(Col::Outlet, row);
        let (partner, outlet) = if named.is_empty() {
            master.attribute("", rows.text(Col::Partner, row), day)
        } else {
            let range = if let Some(range) = ranges.get(named) {
                *range
            } else {
                let range = master.outlets.range(named);
                ranges.insert(named.to_string(), range);
                range
            };
            let outlet = master.outlets.on(range, day);
            match last {
                Some((seg, last_day, partner, _)) if seg == rows.seg[row] && last_day == day && owns(master, outlet, partner) => {
                    (partner, outlet)
                }
                _ => (master.owner(outlet, day), outlet),
            }
        };
        let check = match last {
            Some((seg, last_day, last_partner, check)) if seg == rows.seg[row] && last_day == day && last_partner == partner => check,
            _ => standard_check(master, partner, day),
        };
        last = Some((rows.seg[row], day, partner, check));
        let held = check == Check::Passed && rows.table.has(Col::Hold) && !rows.text(Col::Hold, row).is_empty();
        rows.partner.push(partner);
        rows.outlet.push(outlet);
        rows.check.push(if held { Check::OnHold } else { check });
    }
}

fn owns(master: &MasterIndex, outlet: u32, partner: u32) -> bool {
    match (master.outlets.get(outlet), master.partners.get(partner)) {
        (Some(outlet), Some(partner)) => outlet.owner == partner.code,
        _ => false,
    }
}

fn standard_check(master: &MasterIndex, partner: u32, day: i32) -> Check {
    master.partners.get(partner).map_or(Check::Unattributed, |row| standing(master, partner, &row.code, day))
}

/// Standing of a partner on a day: not blacklisted, and with an agreement in force.
pub(crate) fn standing(master: &MasterIndex, partner: u32, code: &str, day: i32) -> Check {
    match master.partners.get(partner) {
        Some(row) if row.blacklisted => Check::Blacklisted,
        Some(_) if master.agreement(partner, day) != NONE => Check::Passed,
        None if master.agreements.find(code, day) != NONE => Check::Passed,
        _ => Check::AgreementInactive,
    }
}

/// Days of the period a policy is in force, as (first, end).
pub(crate) fn in_force(policy: &Policy, period: Month) -> (i32, i32) {
    (policy.from.max(period.first_day()).days(), policy.to.days().min(period.last_day().days() + 1))
}
