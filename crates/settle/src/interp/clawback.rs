//! Clawbacks: lines of suspect facts are taken back where there are too many of them.

use super::item::Item;
use super::number::{Exact, fit, to_fen, whole};
use super::row::Row;
use super::trace::{Event, Place};
use super::{Rule, Run};
use qudao_kernel::Refusal;
use qudao_kernel::facts::Table;
use qudao_policy::lines::{Line, LineKind, ObligationState, part_above};
use qudao_policy::model::{Expr, Key};
use std::collections::BTreeMap;

/// How suspects are found and judged.
pub(crate) struct Hunt<'c> {
    pub(crate) key: Key,
    pub(crate) of: &'c [usize],
    pub(crate) suspect: &'c Expr,
    pub(crate) when: &'c Expr,
    pub(crate) beyond: Option<&'c Expr>,
}

/// A fact, and its lines with the place of their component in the list.
type FactLines<'a> = (&'a Row<'a>, Vec<(usize, Line)>);

/// A suspect or not: the lines of a fact with the place of each line's component in the list, and the line.
struct Case {
    basis: String,
    accrued: i128,
    lines: Vec<(usize, Line)>,
    is_suspect: bool,
}

impl<'a> Run<'a> {
    /// Looks at each group with lines of the named components in this run.
    pub(crate) fn claw_back(&mut self, rule: Rule<'a>, hunt: &Hunt<'_>) -> Result<(), Refusal> {
        for (group, cases) in self.cases(rule, hunt) {
            let mut item = self.group_item(rule, hunt.key, &group, self.input.period);
            let suspects = cases.iter().filter(|case| case.is_suspect).count();
            item.suspects = (suspects, cases.len());
            if !self.considered(rule, &item) {
                continue;
            }
            if let Some((code, until)) = self.fails_requirement(rule, &item) {
                self.reason(rule, &item, &code, until, 0);
                continue;
            }
            if !self.desk_of(rule, &item).holds(Place::When, hunt.when) {
                continue;
            }
            let spared = self.spared(rule, hunt, &item)?;
            self.hear(rule, &item.basis, Event::Suspects(cases.len(), suspects, spared));
            self.take_worst(rule, cases, suspects.saturating_sub(spared))?;
        }
        Ok(())
    }

    /// How many suspects stay unpunished: the stated share of all facts, rounded down.
    fn spared(&self, rule: Rule<'a>, hunt: &Hunt<'_>, item: &Item<'a>) -> Result<usize, Refusal> {
        let Some(beyond) = hunt.beyond else { return Ok(0) };
        let share: Exact = self.exact(rule, item, Place::Beyond, beyond);
        let spared = to_fen(&(share * whole(item.suspects.1 as i64)).floor())?;
        Ok(usize::try_from(spared.max(0)).unwrap_or(usize::MAX))
    }

    /// Facts of each group that earned something, with their lines.
    fn cases(&self, rule: Rule<'a>, hunt: &Hunt<'_>) -> BTreeMap<(String, String), Vec<Case>> {
        let mut facts: BTreeMap<(Table, String), FactLines<'a>> = BTreeMap::new();
        for (place, index) in hunt.of.iter().enumerate() {
            let base = Rule { policy: rule.policy, index: *index };
            let table = base.table();
            for line in self.out.lines.iter().filter(|line| base.made(line) && line.kind == LineKind::Earn && line.accrued > 0) {
                if let Some(row) = self.fact_behind(line).filter(|row| Some(row.fact.table) == table) {
                    facts.entry((row.fact.table, row.id.clone())).or_insert((row, Vec::new())).1.push((place, line.clone()));
                }
            }
        }
        let mut groups: BTreeMap<(String, String), Vec<Case>> = BTreeMap::new();
        for ((_, basis), (row, lines)) in facts {
            let item = Item::of_fact(row, self.input.period);
            let within = match hunt.key {
                Key::Outlet => &item.outlet,
                Key::Clerk => &item.clerk,
                _ => "",
            };
            if within.is_empty() && hunt.key != Key::Partner {
                continue;
            }
            let accrued = lines.iter().map(|(_, line)| i128::from(line.accrued)).sum();
            let is_suspect = self.desk_of(rule, &item).holds(Place::Suspect, hunt.suspect);
            groups.entry((item.own.clone(), within.to_string())).or_default().push(Case { basis, accrued, lines, is_suspect });
        }
        groups
    }

    /// The fact behind a line, by the version that made it: another version may pay other facts under the same name.
    fn fact_behind(&self, line: &Line) -> Option<&'a Row<'a>> {
        let policy = self.version(&line.policy, line.version)?;
        let index = policy.components.iter().position(|component| component.name == line.component)?;
        self.fact_of(Rule { policy, index }, &line.basis)
    }

    /// Takes the suspects that cost most.
    fn take_worst(&mut self, rule: Rule<'a>, cases: Vec<Case>, number: usize) -> Result<(), Refusal> {
        let mut suspects: Vec<Case> = cases.into_iter().filter(|case| case.is_suspect).collect();
        suspects.sort_by(|a, b| b.accrued.cmp(&a.accrued).then_with(|| a.basis.cmp(&b.basis)));
        for case in suspects.into_iter().take(number) {
            for (place, line) in case.lines {
                self.take(rule, place, line)?;
            }
        }
        Ok(())
    }

    /// Takes back what is left of a line of this run, and cancels its obligations.
    fn take(&mut self, rule: Rule<'a>, place: usize, line: Line) -> Result<(), Refusal> {
        let same = |other: &&Line| {
            other.policy == line.policy
                && other.version == line.version
                && other.component == line.component
                && other.kind == LineKind::Reverse
                && other.part == line.part
                && super::reverse::of_one_item(other, &line)
        };
        let back: i128 = self.out.lines.iter().filter(same).map(|other| i128::from(other.amount)).sum();
        let left = fit(i128::from(line.amount) + back)?;
        for due in
            self.out.obligations.iter_mut().filter(|due| super::reverse::belongs(due, &line) && due.state == ObligationState::Scheduled)
        {
            due.state = ObligationState::Reversed;
        }
        self.hear(rule, &line.basis, Event::Clawed(&line.component, left));
        if left == 0 {
            return Ok(());
        }
        let part = part_above(place, line.part).ok_or_else(|| too_many(rule))?;
        let component = rule.component();
        self.push_line(
            rule,
            Line {
                version: rule.policy.version,
                component: component.name.clone(),
                kind: LineKind::Reverse,
                counts_as: LineKind::Reverse,
                part,
                once: String::new(),
                outlet: String::new(),
                clerk: String::new(),
                accrued: -left,
                amount: -left,
                pay_on: component.pay.day(self.input.period),
                ..line
            },
        );
        Ok(())
    }
}

fn too_many(rule: Rule<'_>) -> Refusal {
    let (policy, component) = (&rule.policy.name, &rule.component().name);
    Refusal::bad_input(
        "settle.policy.too_many_components",
        format!("政策 {policy} 的扣回规则 {component} 引用的规则超过 255 条;请拆分规则"),
        format!("policy {policy}: clawback {component} names more than 255 components; split it"),
    )
}
