//! Components with basis `Lines`: overrides and fees on fees.

use super::block::{Block, Trouble};
use super::each::demand;
use super::items::{Check, Items, NO_DATE};
use super::measure::Local;
use super::payees::{self, Base};
use super::plan::pays_users_only;
use super::sink::{Account, Sink};
use qudao_policy::lines::LineKind;
use qudao_policy::model::Basis;

/// Pays every component with basis `Lines`, in dependency order.
pub(crate) fn pay<'b>(block: &'b Block<'b>, local: &'b Local<'b>, sink: &mut Sink) -> Result<(), Trouble> {
    let plan = &block.shared.plan;
    for (p, policy) in block.policies().filter(|(p, _)| plan.in_force[*p]) {
        for c in &policy.order {
            let component = &policy.components[*c];
            let Basis::Lines { of } = &component.basis else { continue };
            let Some(table) = super::plan::base_table(policy, component).and_then(|table| block.table(table)) else { continue };
            let comp = plan.number(p, *c);
            let eval = block.eval(p, local);
            let bases = base_lines(sink, of, |base| plan.number(p, base));
            let mut items = Items::facts(table, bases.iter().map(|base| sink.lines[base.line].fact).collect(), plan.period);
            items.line_amount = bases.iter().map(|base| sink.lines[base.line].accrued).collect();
            items.line_base = bases.iter().map(|base| sink.lines[base.line].base).collect();
            items.earner = bases.iter().map(|base| earner(block, sink.lines[base.line].account, sink.lines[base.line].day)).collect();
            // Positions are carried along so that each item still knows its base line.
            items.rank = (0..items.len as i64).collect();
            let mut items = items.select(&eval.positions(&component.filter, &items, true)?);
            if !pays_users_only(&component.payees) {
                let mut passed = Vec::with_capacity(items.len);
                for item in 0..items.len {
                    let check = table.check[items.fact[item] as usize];
                    if check == Check::Passed {
                        passed.push(item as u32);
                    } else {
                        // A line on a line of an unattributed fact has no partner that could stand.
                        let check = if check == Check::Unattributed { Check::AgreementInactive } else { check };
                        let code = sink.code(check.code());
                        super::each::reason(sink, &items, item, comp, code, NO_DATE, 0);
                    }
                }
                items = items.select(&passed);
            }
            payees::resolve_single(&block.shared.master, component, &mut items);
            let (items, amounts) = demand(&eval, component, comp, items, sink)?;
            let kept: Vec<Base> = items.rank.iter().map(|position| bases[*position as usize]).collect();
            payees::split(block, p, component, comp, &items, &amounts, &kept, sink)?;
        }
    }
    Ok(())
}

/// `Earn` lines accruing more than zero of the listed components, component by component in the order they were made.
fn base_lines(sink: &Sink, of: &[usize], number: impl Fn(usize) -> u16) -> Vec<Base> {
    let mut bases = Vec::new();
    for (position, base) in of.iter().enumerate() {
        let comp = number(*base);
        let lines = sink.lines.iter().enumerate().filter(|(_, line)| line.comp == comp && line.kind == LineKind::Earn && line.accrued > 0);
        bases.extend(lines.map(|(line, _)| Base { line, of: position }));
    }
    bases
}

/// Partner row of an account on a day.
fn earner(block: &Block<'_>, account: Account, day: i32) -> u32 {
    let master = &block.shared.master;
    match account {
        Account::Other(partner) => partner,
        Account::Own(seg) => master.partners.find(&block.segs[seg as usize], day),
    }
}
