//! Obligations of earlier runs: pause, gate, then release, deferral or forfeit.

use super::block::{Block, Trouble};
use super::items::{Items, NO_DATE};
use super::measure::Local;
use super::plan::CompNo;
use super::sink::{Account, LineRow, ObligationRow, ReasonRow, Sink, TextRef};
use datafusion::arrow::array::{Array, StringViewArray};
use qudao_policy::lines::{LineKind, ObligationState, part_above};
use qudao_policy::model::{OnFail, PayeeKind};
use std::collections::BTreeMap;

/// Text columns of open obligations, in this order: basis, payee, own partner, subscriber.
pub(crate) const TEXTS: usize = 4;

/// Open obligations of the accounts of a block.
pub(crate) struct OpenObligations {
    /// Segment of the account.
    pub(crate) seg: Vec<u32>,
    /// Component, resolved.
    pub(crate) comp: Vec<CompNo>,
    /// See [`TEXTS`].
    pub(crate) texts: [StringViewArray; TEXTS],
    /// The rest, by row.
    pub(crate) rest: Vec<OpenRest>,
}

/// The small columns of an open obligation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenRest {
    pub(crate) day: i32,
    pub(crate) payee_kind: PayeeKind,
    pub(crate) part: u32,
    pub(crate) instalment: u16,
    pub(crate) amount: i64,
    pub(crate) origin: i32,
    pub(crate) due: i32,
    pub(crate) tries: u16,
}

impl OpenObligations {
    /// A text cell.
    pub(crate) fn text(&self, column: usize, row: usize) -> &str {
        self.texts.get(column).filter(|array| array.is_valid(row)).map_or("", |array| array.value(row))
    }
}

fn reference(open: &OpenObligations, column: usize, row: usize) -> TextRef {
    if open.text(column, row).is_empty() { TextRef::EMPTY } else { TextRef::obligation(column as u32, row as u32) }
}

/// Settles what is due and carries the rest.
pub(crate) fn release<'b>(block: &'b Block<'b>, local: &'b Local<'b>, sink: &mut Sink) -> Result<(), Trouble> {
    let Some(open) = &block.open else { return Ok(()) };
    let plan = &block.shared.plan;
    let period = plan.period.index();
    let mut due: BTreeMap<(CompNo, u16), Vec<u32>> = BTreeMap::new();
    let first = sink.obligations.len();
    for row in 0..open.rest.len() {
        let rest = open.rest[row];
        if rest.due <= period {
            due.entry((open.comp[row], rest.instalment)).or_default().push(row as u32);
        }
        sink.obligations.push(ObligationRow {
            comp: open.comp[row],
            account: Account::Own(open.seg[row]),
            basis: reference(open, 0, row),
            day: rest.day,
            payee_kind: rest.payee_kind,
            payee: reference(open, 1, row),
            part: rest.part,
            instalment: rest.instalment,
            own: reference(open, 2, row),
            subscriber: reference(open, 3, row),
            amount: rest.amount,
            origin: rest.origin,
            due: rest.due,
            tries: rest.tries,
            state: ObligationState::Scheduled,
        });
    }
    for ((comp, instalment), rows) in due {
        let at = &plan.comps[comp as usize];
        let Some(schedule) = &block.shared.set.policies[at.policy].components[at.component].schedule else { continue };
        let Some(part) = schedule.parts.get(usize::from(instalment)) else { continue };
        let eval = block.eval(at.policy, local);
        let items = gate_items(block, open, &rows);
        let paused = match &schedule.pause {
            Some(pause) => eval.positions(pause, &items, true)?,
            None => Vec::new(),
        };
        let met = match &part.gate {
            Some(gate) => Some(eval.bools(gate, &items)?),
            None => None,
        };
        let mut paused = paused.into_iter().peekable();
        for (item, row) in rows.iter().enumerate() {
            let target = first + *row as usize;
            if paused.next_if(|position| *position as usize == item).is_some() {
                sink.obligations[target].due = period + 1;
                explain(sink, target, open.seg[*row as usize], "paused");
            } else if met.as_ref().is_none_or(|met| met.at(item)) {
                let line = released(&sink.obligations[target], open.seg[*row as usize]).ok_or_else(too_many)?;
                sink.obligations[target].state = ObligationState::Released;
                sink.lines.push(line);
            } else {
                fail(sink, target, open.seg[*row as usize], part.on_fail, period);
            }
        }
    }
    Ok(())
}

fn fail(sink: &mut Sink, target: usize, seg: u32, on_fail: OnFail, period: i32) {
    let row = &mut sink.obligations[target];
    match on_fail {
        OnFail::Defer { months, tries } if row.tries < tries => {
            row.tries += 1;
            row.due = period + i32::from(months);
            explain(sink, target, seg, "deferred");
        }
        OnFail::Defer { .. } | OnFail::Forfeit => {
            row.state = ObligationState::Forfeited;
            explain(sink, target, seg, "gate_failed");
        }
    }
}

fn explain(sink: &mut Sink, target: usize, seg: u32, code: &str) {
    let code = sink.code(code);
    let row = &sink.obligations[target];
    sink.reasons.push(ReasonRow {
        comp: Some(row.comp),
        own: row.own,
        seg,
        basis: row.basis,
        day: row.day,
        code,
        until: NO_DATE,
        forgone: row.amount,
    });
}

fn released(row: &ObligationRow, seg: u32) -> Option<LineRow> {
    Some(LineRow {
        comp: row.comp,
        destination_of: row.comp,
        account: row.account,
        seg,
        kind: LineKind::Release,
        basis: row.basis,
        day: row.day,
        payee_kind: row.payee_kind,
        payee: row.payee,
        part: part_above(usize::from(row.instalment), row.part)?,
        subscriber: row.subscriber,
        once: TextRef::EMPTY,
        own: row.own,
        outlet: TextRef::EMPTY,
        clerk: TextRef::EMPTY,
        accrued: row.amount,
        amount: row.amount,
        fact: u32::MAX,
        base: 0,
    })
}

fn too_many() -> Trouble {
    Trouble::Refused(qudao_kernel::Refusal::bad_input(
        "engine.settle.too_many_instalments",
        "分期超过 255 期,请减少期数",
        "more than 255 instalments; use fewer",
    ))
}

fn gate_items<'b>(block: &'b Block<'b>, open: &'b OpenObligations, rows: &[u32]) -> Items<'b> {
    let last_day = block.shared.plan.period.last_day().days();
    let partners = &block.shared.master.partners;
    Items {
        len: rows.len(),
        anchor: Some(block.shared.plan.period),
        day: vec![last_day; rows.len()],
        seg: rows.iter().map(|row| open.seg[*row as usize]).collect(),
        own: rows.iter().map(|row| partners.find(open.text(2, *row as usize), last_day)).collect(),
        subscriber: rows.iter().map(|row| open.text(3, *row as usize)).collect(),
        ..Items::default()
    }
}
