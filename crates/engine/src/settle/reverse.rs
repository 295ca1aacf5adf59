//! Taking back: from original amounts, by the clause of the version that paid.

use super::block::{Block, Trouble};
use super::fast::{Map, Set};
use super::items::{Items, TableRows};
use super::master::NONE;
use super::measure::Local;
use super::num::{self, Overflow};
use super::plan::CompNo;
use super::sink::{Account, LineRow, Sink, TextRef};
use super::subs::{PassThrough, key};
use qudao_kernel::facts::Col;
use qudao_kernel::{Date, Month};
use qudao_policy::lines::{Line, LineKind, ObligationState, PART_BITS};
use qudao_policy::model::{Basis, PayeeKind, Policy, Trigger};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Business events of the period that name another event.
#[derive(Default)]
pub(crate) struct Reversing {
    /// The events.
    rows: Option<TableRows>,
    /// Last row for each event they name, by its key.
    heads: HashMap<u128, u32, PassThrough>,
    /// For each row the one before it that names the same event, or [`NONE`].
    before: Vec<u32>,
}

impl Reversing {
    /// Indexes the events.
    pub(crate) fn new(rows: TableRows) -> Self {
        let (mut heads, mut before) = (HashMap::default(), Vec::with_capacity(rows.len));
        for row in 0..rows.len {
            let reference = rows.text(Col::Ref, row);
            before.push(if reference.is_empty() { NONE } else { heads.insert(key(reference), row as u32).unwrap_or(NONE) });
        }
        Self { rows: Some(rows), heads, before }
    }

    /// Whether no event names another.
    pub(crate) fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Keys of the events that are named.
    pub(crate) fn items(&self) -> HashSet<u128, PassThrough> {
        self.heads.keys().copied().collect()
    }

    /// Whether an event is named.
    pub(crate) fn names(&self, item: &str) -> bool {
        self.naming(item).next().is_some()
    }

    /// Rows that name an event.
    fn naming<'r>(&'r self, item: &'r str) -> impl Iterator<Item = u32> + 'r {
        let head = if self.heads.is_empty() { None } else { self.heads.get(&key(item)).copied() };
        let before = |row: &u32| self.before.get(*row as usize).copied().filter(|before| *before != NONE);
        let rows = self.rows.as_ref();
        std::iter::successors(head, before).filter(move |row| rows.is_some_and(|rows| rows.text(Col::Ref, *row as usize) == item))
    }

    /// The earliest event of these kinds that names `item`, not before `first` nor after `last`.
    fn find(&self, item: &str, kinds: &[String], (first, last): (i32, i32)) -> Option<u32> {
        let rows = self.rows.as_ref()?;
        let order = |row: &u32| (rows.day[*row as usize], rows.text(Col::EventId, *row as usize));
        let in_time = |row: &u32| first <= rows.day[*row as usize] && rows.day[*row as usize] <= last;
        self.naming(item)
            .filter(in_time)
            .filter(|row| kinds.iter().any(|kind| kind == rows.text(Col::Kind, *row as usize)))
            .min_by(|a, b| order(a).cmp(&order(b)))
    }
}

/// Lines of earlier periods that may be reversed in this one, by account.
#[derive(Default)]
pub(crate) struct Earlier {
    by_account: Map<String, Vec<Line>>,
}

impl Earlier {
    /// Adds a line.
    pub(crate) fn add(&mut self, line: Line) {
        self.by_account.entry(line.partner.clone()).or_default().push(line);
    }

    /// Codes of the accounts.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &String> {
        self.by_account.keys()
    }
}

/// What was paid to one payee for one item.
struct Target {
    comp: CompNo,
    account: Account,
    seg: u32,
    basis: TextRef,
    day: i32,
    payee_kind: PayeeKind,
    payee: TextRef,
    part: u32,
    subscriber: TextRef,
    once: TextRef,
    own: TextRef,
    paid: i128,
    taken: i128,
    /// Whether the `Earn` line itself is among what was found, in which month it was posted, and whether it is of an earlier run.
    earned: bool,
    posted: i32,
    earned_earlier: bool,
}

/// Identity of a target: component, account, item, payee, part, month of the item's day. The month keeps what this run pays for a corrected fact
/// apart from what earlier runs paid for it, which other blocks may know.
type Identity = (CompNo, Account, String, PayeeKind, String, u32, i32);

/// Number of the month a day lies in.
fn month_of(day: i32) -> i32 {
    Date::from_days(day).month().index()
}

/// Reverses what is to be reversed for all components with a `reverse` clause.
pub(crate) fn reverse<'b>(block: &'b Block<'b>, local: &'b Local<'b>, sink: &mut Sink) -> Result<(), Trouble> {
    let shared = block.shared;
    let clauses = shared.set.policies.iter().any(|policy| policy.components.iter().any(|component| component.reverse.is_some()));
    if !clauses {
        return Ok(());
    }
    let targets = targets(block, sink)?;
    let mut by_comp: BTreeMap<CompNo, Vec<Target>> = BTreeMap::new();
    for target in targets.into_values().filter(|target| target.earned && target.taken == 0) {
        by_comp.entry(target.comp).or_default().push(target);
    }
    let mut reversed: Set<Identity> = Set::default();
    for (comp, targets) in by_comp {
        let at = &shared.plan.comps[comp as usize];
        let Some(clause) = &shared.set.policies[at.policy].components[at.component].reverse else { continue };
        let mut hit: Vec<(Target, i32, u32)> = Vec::new();
        let last_day = shared.plan.period.last_day();
        for target in targets {
            let last = clause.within.last_day(Date::from_days(target.day)).days();
            let (day, row) = match &clause.trigger {
                Trigger::Kinds(kinds) => {
                    let found = shared.reversing.find(block.text(sink, target.basis), kinds, (target.day, last));
                    let (Some(row), Some(rows)) = (found, shared.reversing.rows.as_ref()) else { continue };
                    (rows.day[row as usize], row)
                }
                Trigger::When(_) if target.earned_earlier && last_day.days() <= last => (last_day.days(), u32::MAX),
                Trigger::When(_) => continue,
            };
            hit.push((target, day, row));
        }
        hit.sort_by(|(a, ..), (b, ..)| {
            (a.seg, a.day, block.text(sink, a.basis), a.part).cmp(&(b.seg, b.day, block.text(sink, b.basis), b.part))
        });
        let eval = block.eval(at.policy, local);
        let texts: Vec<(String, String)> = hit
            .iter()
            .map(|(target, ..)| (block.text(sink, target.subscriber).to_string(), block.text(sink, target.own).to_string()))
            .collect();
        // Expressions hold references for the block's life; these texts live in the run's arena for that long.
        let items = reversal_items(block, &hit, &texts, matches!(clause.trigger, Trigger::Kinds(_)));
        let kept = match &clause.trigger {
            Trigger::When(condition) => eval.positions(condition, &items, true)?,
            Trigger::Kinds(_) => (0..items.len as u32).collect(),
        };
        let items = items.select(&kept);
        let fractions = eval.num(&clause.fraction, &items)?;
        for (index, position) in kept.into_iter().enumerate() {
            let target = &hit[position as usize].0;
            let line = take_back(target, fractions.at(index))?;
            let key = (
                comp,
                target.account,
                block.text(sink, target.basis).to_string(),
                target.payee_kind,
                block.text(sink, target.payee).to_string(),
                target.part,
                month_of(target.day),
            );
            reversed.insert(key);
            if line.amount != 0 {
                sink.lines.push(line);
            }
        }
    }
    if !reversed.is_empty() {
        cancel_obligations(block, sink, &reversed);
    }
    Ok(())
}

fn cancel_obligations(block: &Block<'_>, sink: &mut Sink, reversed: &Set<Identity>) {
    // Nearly no item is reversed: most rows are passed over by their item alone.
    let items: Set<&str> = reversed.iter().map(|(_, _, basis, ..)| basis.as_str()).collect();
    let hit: Vec<usize> = sink
        .obligations
        .iter()
        .enumerate()
        .filter(|(_, row)| row.state == ObligationState::Scheduled && items.contains(block.text(sink, row.basis)))
        .filter(|(_, row)| {
            reversed.contains(&(
                row.comp,
                row.account,
                block.text(sink, row.basis).to_string(),
                row.payee_kind,
                block.text(sink, row.payee).to_string(),
                row.part,
                month_of(row.day),
            ))
        })
        .map(|(index, _)| index)
        .collect();
    for index in hit {
        sink.obligations[index].state = ObligationState::Reversed;
    }
}

/// Everything paid so far for items that have a clause: this run's lines, and the earlier ones that were fetched.
fn targets(block: &Block<'_>, sink: &mut Sink) -> Result<Map<Identity, Target>, Trouble> {
    let shared = block.shared;
    let has_clause = |comp: CompNo| {
        let at = &shared.plan.comps[comp as usize];
        shared.set.policies[at.policy].components[at.component].reverse.as_ref()
    };
    let mut found: Map<Identity, Target> = Map::default();
    let mut fresh: Vec<(Identity, Target)> = Vec::new();
    for line in &sink.lines {
        let Some(clause) = has_clause(line.comp) else { continue };
        let relevant = match &clause.trigger {
            Trigger::Kinds(_) => !shared.reversing.is_empty() && shared.reversing.names(block.text(sink, line.basis)),
            Trigger::When(_) => line.kind == LineKind::Release,
        };
        if !relevant || !matches!(line.kind, LineKind::Earn | LineKind::Release) {
            continue;
        }
        let part = line.part & ((1 << PART_BITS) - 1);
        let (basis, payee) = (block.text(sink, line.basis).to_string(), block.text(sink, line.payee).to_string());
        let identity = (line.comp, line.account, basis, line.payee_kind, payee, part, month_of(line.day));
        fresh.push((identity, target_of(line, part, shared.plan.period)));
    }
    for (identity, target) in fresh {
        merge(&mut found, identity, target);
    }
    for (seg, code) in block.segs.iter().enumerate() {
        for line in block.earlier.by_account.get(code).into_iter().flatten() {
            add_earlier(block, sink, &mut found, seg as u32, line, &has_clause)?;
        }
    }
    Ok(found)
}

fn add_earlier<'a>(
    block: &Block<'_>,
    sink: &mut Sink,
    found: &mut Map<Identity, Target>,
    seg: u32,
    line: &Line,
    has_clause: &impl Fn(CompNo) -> Option<&'a qudao_policy::model::Reverse>,
) -> Result<(), Trouble> {
    let shared = block.shared;
    let (p, c) = super::passes::component_of(&shared.set, &line.policy, line.version, &line.component)?;
    let policy = &shared.set.policies[p];
    // A clawback's line takes back from the component its part names, of whatever version.
    let paid_by: Vec<CompNo> = match &policy.components[c].basis {
        Basis::Clawback { of, .. } => {
            let name = of.get((line.part >> PART_BITS) as usize).map(|base| &policy.components[*base].name);
            let versions = shared.set.policies.iter().enumerate().filter(|(_, other)| other.name == policy.name);
            let named = |other: &Policy| other.components.iter().position(|component| Some(&component.name) == name);
            versions.filter_map(|(q, other)| Some(shared.plan.number(q, named(other)?))).collect()
        }
        _ => vec![shared.plan.number(p, c)],
    };
    for comp in paid_by.into_iter().filter(|comp| has_clause(*comp).is_some()) {
        add_to(sink, found, seg, line, comp);
    }
    Ok(())
}

/// Adds an earlier line to what a component paid or took back.
fn add_to(sink: &mut Sink, found: &mut Map<Identity, Target>, seg: u32, line: &Line, comp: CompNo) {
    let part = line.part & ((1 << PART_BITS) - 1);
    let taken = line.counts_as == LineKind::Reverse;
    let identity = (comp, Account::Own(seg), line.basis.clone(), line.payee_kind, line.payee.clone(), part, line.day.month().index());
    let target = Target {
        comp,
        account: Account::Own(seg),
        seg,
        basis: sink.keep(&line.basis),
        day: line.day.days(),
        payee_kind: line.payee_kind,
        payee: sink.keep(&line.payee),
        part,
        subscriber: sink.keep(&line.subscriber),
        once: sink.keep(&line.once),
        own: sink.keep(&line.own_partner),
        paid: if taken { 0 } else { i128::from(line.amount) },
        taken: if taken { i128::from(line.amount) } else { 0 },
        earned: line.counts_as == LineKind::Earn,
        posted: line.period.index(),
        earned_earlier: line.counts_as == LineKind::Earn,
    };
    merge(found, identity, target);
}

fn target_of(line: &LineRow, part: u32, period: Month) -> Target {
    Target {
        comp: line.comp,
        account: line.account,
        seg: line.seg,
        basis: line.basis,
        day: line.day,
        payee_kind: line.payee_kind,
        payee: line.payee,
        part,
        subscriber: line.subscriber,
        once: line.once,
        own: line.own,
        paid: i128::from(line.amount),
        taken: 0,
        earned: line.kind == LineKind::Earn,
        posted: period.index(),
        earned_earlier: false,
    }
}

fn merge(found: &mut Map<Identity, Target>, identity: Identity, target: Target) {
    match found.get_mut(&identity) {
        Some(known) => {
            known.paid += target.paid;
            known.taken += target.taken;
            known.earned_earlier |= target.earned_earlier;
            if target.earned && (!known.earned || (target.posted, target.day) > (known.posted, known.day)) {
                (known.earned, known.posted) = (true, target.posted);
                (known.once, known.subscriber, known.own, known.day, known.account, known.seg) =
                    (target.once, target.subscriber, target.own, target.day, target.account, target.seg);
            }
        }
        None => {
            found.insert(identity, target);
        }
    }
}

fn reversal_items<'b>(block: &'b Block<'b>, hit: &[(Target, i32, u32)], texts: &[(String, String)], by_event: bool) -> Items<'b> {
    let shared = block.shared;
    let rows = if by_event { shared.reversing.rows.as_ref() } else { None };
    let mut items = Items {
        len: hit.len(),
        anchor: Some(shared.plan.period),
        day: hit.iter().map(|(_, day, _)| *day).collect(),
        seg: hit.iter().map(|(target, ..)| target.seg).collect(),
        own: hit.iter().zip(texts).map(|((_, day, _), (_, own))| shared.master.partners.find(own, *day)).collect(),
        table: rows,
        fact: if by_event { hit.iter().map(|(.., row)| *row).collect() } else { Vec::new() },
        elapsed: hit
            .iter()
            .map(|(target, day, _)| {
                (i64::from(Date::from_days(target.day).full_months_to(Date::from_days(*day))), i64::from(day - target.day))
            })
            .collect(),
        ..Items::default()
    };
    if !by_event {
        items.sub_row = texts.iter().map(|(subscriber, _)| shared.subs.find(subscriber).unwrap_or(u32::MAX)).collect();
    }
    items
}

fn take_back(target: &Target, fraction: num::Ratio) -> Result<LineRow, Overflow> {
    let fraction = if fraction.0 < 0 {
        (0, 1)
    } else if fraction.0 > fraction.1 {
        (1, 1)
    } else {
        fraction
    };
    let (num, den) = num::mul((target.paid, 1), fraction)?;
    let amount = i64::try_from(-num::round_half_up(num, den)?).map_err(|_| Overflow)?;
    Ok(LineRow {
        comp: target.comp,
        destination_of: target.comp,
        account: target.account,
        seg: target.seg,
        kind: LineKind::Reverse,
        basis: target.basis,
        day: target.day,
        payee_kind: target.payee_kind,
        payee: target.payee,
        part: target.part,
        subscriber: target.subscriber,
        once: target.once,
        own: target.own,
        outlet: TextRef::EMPTY,
        clerk: TextRef::EMPTY,
        accrued: amount,
        amount,
        fact: u32::MAX,
        base: 0,
    })
}
