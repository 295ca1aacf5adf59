//! Who is paid: finds the payees of items, splits amounts over them and over instalments, and makes the lines.

use super::block::{Block, Trouble};
use super::each::reason;
use super::items::{Items, NO_DATE, TableRows};
use super::master::{MasterIndex, NONE};
use super::num::Overflow;
use super::plan::{CompNo, payee_kind};
use super::sink::{Account, LineRow, ObligationRow, Sink, TextRef, cell};
use qudao_kernel::facts::Col;
use qudao_kernel::{Fen, Refusal, Remainder};
use qudao_policy::lines::{LineKind, ObligationState, part_on_line};
use qudao_policy::model::{Basis, Component, Key, Payee};

/// The base line of an item with basis `Lines`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Base {
    /// Index into the sink's lines.
    pub(crate) line: usize,
    /// Position of its component in the list of the `Lines` basis.
    pub(crate) of: usize,
}

/// Where the partner tree is climbed from: the earner in `Lines` bases, else the own partner.
fn from_row(component: &Component, items: &Items<'_>, item: usize) -> u32 {
    let rows = if matches!(component.basis, Basis::Lines { .. }) { &items.earner } else { &items.own };
    rows.get(item).copied().unwrap_or(NONE)
}

/// Partner row a partner payee stands for.
fn partner_row(master: &MasterIndex, payee: &Payee, from: u32, day: i32) -> u32 {
    match payee {
        Payee::Ancestor(steps) => master.ancestor(from, *steps, day),
        Payee::AncestorOfTier(tiers) => master.ancestor_of_tier(from, tiers, day),
        _ => from,
    }
}

/// Fills in the row of the partner whose account the only payee's line goes to, for expressions that ask for it.
pub(crate) fn resolve_single(master: &MasterIndex, component: &Component, items: &mut Items<'_>) {
    let [only] = component.payees.as_slice() else { return };
    let row = |item: usize| match &only.payee {
        Payee::Partner | Payee::Ancestor(_) | Payee::AncestorOfTier(_) => {
            partner_row(master, &only.payee, from_row(component, items, item), items.day[item])
        }
        named => match named_key(named) {
            Some((col, key)) if named_ref(items, item, col, key) != TextRef::EMPTY => items.own.get(item).copied().unwrap_or(NONE),
            _ => NONE,
        },
    };
    items.payee = (0..items.len).map(row).collect();
}

/// Column and key of payees that items name.
const fn named_key(payee: &Payee) -> Option<(Col, Key)> {
    match payee {
        Payee::Outlet => Some((Col::Outlet, Key::Outlet)),
        Payee::Clerk => Some((Col::Clerk, Key::Clerk)),
        Payee::Customer => Some((Col::Customer, Key::Customer)),
        Payee::Subscriber => Some((Col::Subscriber, Key::Subscriber)),
        Payee::Partner | Payee::Ancestor(_) | Payee::AncestorOfTier(_) => None,
    }
}

/// A payee as it goes on a line, or why there is none.
enum Found {
    Payee { account: Account, code: TextRef },
    Missing(&'static str),
}

fn find(block: &Block<'_>, component: &Component, payee: &Payee, items: &Items<'_>, item: usize) -> Found {
    let seg = items.seg[item];
    if let Some((col, key)) = named_key(payee) {
        let code = named_ref(items, item, col, key);
        return if code == TextRef::EMPTY { Found::Missing("no_payee") } else { Found::Payee { account: Account::Own(seg), code } };
    }
    let master = &block.shared.master;
    let row = partner_row(master, payee, from_row(component, items, item), items.day[item]);
    let own = &block.segs[seg as usize];
    match master.partners.get(row) {
        Some(partner) if partner.code == *own => Found::Payee { account: Account::Own(seg), code: TextRef::partner(row) },
        Some(partner) if partner.blacklisted => Found::Missing("payee_blacklisted"),
        Some(_) if master.agreement(row, items.day[item]) == NONE => Found::Missing("payee_agreement_inactive"),
        Some(_) => Found::Payee { account: Account::Other(row), code: TextRef::partner(row) },
        // A group's partner may have no row left on the last day of the month.
        None if matches!(payee, Payee::Partner) && items.table.is_none() && !own.is_empty() => {
            Found::Payee { account: Account::Own(seg), code: items.own_ref(item) }
        }
        None => Found::Missing("no_payee"),
    }
}

/// Reference to what an item names in a column or in its key, empty if nothing.
fn named_ref(items: &Items<'_>, item: usize, col: Col, key: Key) -> TextRef {
    match items.table {
        Some(table) => present(table, col, items.fact[item]),
        None if items.keyed == Some(key) => items.sub_ref.get(item).copied().unwrap_or(TextRef::EMPTY),
        None => TextRef::EMPTY,
    }
}

fn present(table: &TableRows, col: Col, row: u32) -> TextRef {
    if table.text(col, row as usize).is_empty() { TextRef::EMPTY } else { cell(table, col, row) }
}

/// Fen by weights.
fn parts(amount: i64, weights: &[u64], remainder: Remainder) -> Result<Vec<i64>, Trouble> {
    if weights.len() == 1 {
        return Ok(vec![amount]);
    }
    let parts = Fen(amount).split(weights, remainder).map_err(|_| Overflow)?;
    Ok(parts.into_iter().map(|part| part.0).collect())
}

/// Splits amounts over payees and instalments, and adds lines, obligations, and reasons for payees that are missing. `bases` are the items' base
/// lines where the basis is `Lines`, else empty.
#[expect(clippy::too_many_arguments, reason = "what an item needs to become lines; no two of them belong together elsewhere")]
pub(crate) fn split(
    block: &Block<'_>,
    policy: usize,
    component: &Component,
    comp: CompNo,
    items: &Items<'_>,
    amounts: &[i64],
    bases: &[Base],
    sink: &mut Sink,
) -> Result<(), Trouble> {
    let weights: Vec<u64> = component.payees.iter().map(|share| share.ppm).collect();
    let instalments: Vec<u64> = component.schedule.iter().flat_map(|schedule| schedule.parts.iter().map(|part| part.ppm)).collect();
    let period = block.shared.plan.period.index();
    debug_assert!(policy < block.shared.set.policies.len(), "policy of a component");
    for (item, amount) in amounts.iter().enumerate() {
        for (position, part_amount) in parts(*amount, &weights, component.remainder)?.into_iter().enumerate() {
            if part_amount == 0 {
                continue;
            }
            let payee = &component.payees[position].payee;
            let (account, code) = match find(block, component, payee, items, item) {
                Found::Payee { account, code } => (account, code),
                Found::Missing(why) => {
                    let why = sink.code(why);
                    reason(sink, items, item, comp, why, NO_DATE, part_amount);
                    continue;
                }
            };
            let mut line = blank(block, component, comp, items, item);
            line.account = account;
            line.payee_kind = payee_kind(payee);
            line.payee = code;
            line.part = position as u32;
            line.accrued = part_amount;
            line.amount = part_amount;
            if let Some(base) = bases.get(item) {
                line.part = part_on_line(sink.lines[base.line].part, base.of, position).ok_or_else(too_deep)?;
                line.base = sink.lines[base.line].accrued;
            }
            if let Some(schedule) = &component.schedule {
                let shares = parts(part_amount, &instalments, schedule.remainder)?;
                line.amount = 0;
                for (index, (part, amount)) in schedule.parts.iter().zip(shares).enumerate() {
                    if part.month == 0 && part.gate.is_none() {
                        line.amount += amount;
                    } else if amount != 0 {
                        sink.obligations.push(ObligationRow {
                            comp,
                            account,
                            basis: line.basis,
                            day: line.day,
                            payee_kind: line.payee_kind,
                            payee: line.payee,
                            part: line.part,
                            instalment: index as u16,
                            own: line.own,
                            subscriber: line.subscriber,
                            amount,
                            origin: period,
                            due: period + i32::from(part.month),
                            tries: 0,
                            state: ObligationState::Scheduled,
                        });
                    }
                }
            }
            sink.lines.push(line);
        }
    }
    Ok(())
}

fn too_deep() -> Trouble {
    Trouble::Refused(Refusal::bad_input(
        "engine.settle.too_deep",
        "按行计酬的规则叠加超过两层,或收款方超过 16 个,请简化",
        "lines on lines go deeper than two levels, or there are more than 16 payees; simplify the policy",
    ))
}

/// An `Earn` line of an item without payee and amount.
pub(crate) fn blank(block: &Block<'_>, component: &Component, comp: CompNo, items: &Items<'_>, item: usize) -> LineRow {
    let (subscriber, once, outlet, clerk, fact) = if let Some(table) = items.table {
        let row = items.fact[item];
        let text = |col| if table.table.has(col) { present(table, col, row) } else { TextRef::EMPTY };
        (text(Col::Subscriber), component.once.map_or(TextRef::EMPTY, text), text(Col::Outlet), text(Col::Clerk), row)
    } else {
        let of = |key| if items.keyed == Some(key) { items.sub_ref.get(item).copied().unwrap_or(TextRef::EMPTY) } else { TextRef::EMPTY };
        (of(Key::Subscriber), TextRef::EMPTY, of(Key::Outlet), of(Key::Clerk), u32::MAX)
    };
    let base = match items.table {
        Some(table) => table.int(Col::Amount, fact as usize),
        None => 0,
    };
    debug_assert!((items.seg[item] as usize) < block.segs.len(), "an item's segment is one of the block's");
    LineRow {
        comp,
        destination_of: comp,
        account: Account::Own(items.seg[item]),
        seg: items.seg[item],
        kind: LineKind::Earn,
        basis: items.basis_ref(item),
        day: items.day[item],
        payee_kind: qudao_policy::model::PayeeKind::Partner,
        payee: TextRef::EMPTY,
        part: 0,
        subscriber,
        once,
        own: items.own_ref(item),
        outlet,
        clerk,
        accrued: 0,
        amount: 0,
        fact,
        base,
    }
}
