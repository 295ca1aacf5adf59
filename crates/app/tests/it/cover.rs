//! What random cases reach: a feature of the language counts for a case where a component that has it wrote a line that is not zero.

use crate::random_world::World;
use qudao_policy::lines::{Line, LineKind, Outcome};
use qudao_policy::model::*;
use qudao_settle::interp::row;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Counts of cases by feature.
#[derive(Default)]
pub(crate) struct Cover {
    numbers: HashMap<String, usize>,
    names: Vec<String>,
    counts: Vec<u64>,
    /// The case that counted last.
    last: Vec<u64>,
    case: u64,
}

/// Features of a set's components, by policy, version and component.
pub(crate) type Features = HashMap<(String, u32, String), (Vec<usize>, usize)>;

impl Cover {
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_string());
        self.counts.push(0);
        self.last.push(0);
        self.numbers.insert(name.to_string(), self.names.len() - 1);
        self.names.len() - 1
    }

    fn see(&mut self, number: usize) {
        if self.last[number] != self.case {
            self.last[number] = self.case;
            self.counts[number] += 1;
        }
    }

    fn see_named(&mut self, name: &str) {
        let number = self.number(name);
        self.see(number);
    }

    /// A case begins.
    pub(crate) fn begin(&mut self) {
        self.case += 1;
    }

    /// What the set's components have, looked up once for all its cases.
    pub(crate) fn features(&mut self, set: &PolicySet) -> Features {
        let mut features = Features::new();
        for policy in &set.policies {
            for (index, component) in policy.components.iter().enumerate() {
                let names = features_of(set, policy, component);
                let numbers = names.iter().map(|name| self.number(name)).collect();
                features.insert((policy.name.clone(), policy.version, component.name.clone()), (numbers, height(policy, index)));
            }
        }
        features
    }

    /// What a run reached.
    pub(crate) fn run(&mut self, features: &Features, world: &World, outcome: &Outcome) {
        let mut tall = Vec::new();
        let mut versions: BTreeMap<&str, u32> = BTreeMap::new();
        let mut last: Option<&Line> = None;
        for line in outcome.lines.iter().filter(|line| line.amount != 0 || line.accrued != 0) {
            let alike = |other: &Line| {
                (&other.component, &other.policy, other.version, other.kind) == (&line.component, &line.policy, line.version, line.kind)
            };
            if last.is_some_and(alike) {
                continue;
            }
            last = Some(line);
            self.see_named(match line.kind {
                LineKind::Earn => "line earned",
                LineKind::Release => "line released",
                LineKind::Reverse => "line reversed",
                LineKind::Adjust => "line adjusted",
            });
            let Some((numbers, height)) = features.get(&(line.policy.clone(), line.version, line.component.clone())) else { continue };
            for number in numbers {
                self.see(*number);
            }
            if line.kind == LineKind::Earn {
                if *versions.entry(&line.policy).or_insert(line.version) != line.version {
                    self.see_named("two versions in a month");
                }
                if line.version > 1 {
                    self.see_named("later version");
                }
                if *height > 2 {
                    tall.push(line.own_partner.clone());
                }
                self.see_named(["chain 0", "chain 1", "chain 2", "chain 3", "chain 4"][(*height).min(4)]);
            }
        }
        if !tall.is_empty() {
            let rows = row::rows(&world.facts, &world.master);
            if tall.iter().any(|partner| rows.iter().all(|row| row.partner != *partner)) {
                self.see_named("chain through a partner without facts");
            }
        }
        for reason in &outcome.reasons {
            let requirement = reason.code.starts_with('r') && reason.code.len() == 2;
            self.see_named(&format!("reason {}", if requirement { "requirement" } else { &reason.code }));
        }
        for due in &outcome.obligations {
            self.see_named(&format!("obligation {:?}", due.state));
        }
    }

    /// Something about the case as a whole.
    pub(crate) fn note(&mut self, name: &str) {
        self.see_named(name);
    }

    /// Counts by name.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.names.iter().cloned().zip(self.counts.iter().copied()).collect()
    }
}

/// How many components that total each other in this run stand one upon the other, this one included: groups only.
fn height(policy: &Policy, index: usize) -> usize {
    let component = &policy.components[index];
    if !matches!(component.basis, Basis::Group { .. } | Basis::Rank { .. } | Basis::Pool { .. }) {
        return 0;
    }
    let totalled = measures_of(policy, component).into_iter().filter_map(|measure| {
        let past = matches!(policy.measures[measure].window, Window::Months { to, .. } if to > 0);
        match &policy.measures[measure].source {
            Source::Lines { of } if !past => of.iter().map(|base| height(policy, *base)).max(),
            _ => None,
        }
    });
    1 + totalled.max().unwrap_or(0)
}

/// The expressions of a component that its items are judged by.
fn judged(component: &Component) -> Vec<&Expr> {
    let mut all = vec![&component.filter, &component.amount];
    all.extend(component.requires.iter().map(|require| &require.cond));
    all.extend(component.floor.iter().chain(&component.cap));
    match &component.basis {
        Basis::Rank { by, .. } => all.push(by),
        Basis::Pool { weight, .. } => all.push(weight),
        Basis::Clawback { suspect, when, beyond, .. } => {
            all.extend([suspect, when]);
            all.extend(beyond);
        }
        Basis::Each { .. } | Basis::Lines { .. } | Basis::Group { .. } => {}
    }
    all
}

/// Measures a component reads.
pub(crate) fn measures_of(policy: &Policy, component: &Component) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for expr in judged(component) {
        visit(policy, expr, &mut |expr| {
            if let Expr::Measure(measure) = expr {
                found.insert(*measure);
            }
        });
    }
    found
}

fn visit(policy: &Policy, expr: &Expr, see: &mut dyn FnMut(&Expr)) {
    see(expr);
    let mut inner: Vec<&Expr> = Vec::new();
    match expr {
        Expr::Predicate(index) => inner.push(&policy.predicates[*index].expr),
        Expr::Ladder(_, one) | Expr::Not(one) | Expr::Neg(one) | Expr::In(one, _) | Expr::Under(one, _) => inner.push(one),
        Expr::Binary(_, left, right) => inner.extend([&**left, &**right]),
        Expr::If(condition, yes, no) => inner.extend([&**condition, &**yes, &**no]),
        Expr::Match { subject, arms, otherwise } => {
            inner.extend([&**subject, &**otherwise]);
            inner.extend(arms.iter().map(|(_, result)| result));
        }
        Expr::Call(_, arguments) => inner.extend(arguments),
        _ => {}
    }
    for expr in inner {
        visit(policy, expr, see);
    }
}

/// First word of a debug text: the name of a variant.
fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_string()
}

fn features_of(set: &PolicySet, policy: &Policy, component: &Component) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    of_basis(policy, component, &mut names);
    of_payment(component, &mut names);
    of_limits(policy, component, &mut names);
    for expr in judged(component) {
        visit(policy, expr, &mut |expr| of_expr(set, policy, expr, &mut names));
    }
    for measure in measures_of(policy, component) {
        of_measure(&policy.measures[measure], &mut names);
    }
    if policy.scope != Expr::Bool(true) {
        names.insert("scope".into());
    }
    if policy.minimum_payment > 0 {
        names.insert("minimum payment".into());
    }
    names
}

fn of_basis(policy: &Policy, component: &Component, names: &mut BTreeSet<String>) {
    let mut add = |name: String| names.insert(name);
    match &component.basis {
        Basis::Each { table, kinds } => {
            add(format!("each {}", table.name()));
            add(format!("each of {} kinds", kinds.len().min(3)));
        }
        Basis::Lines { of } => {
            let above = of.iter().any(|base| matches!(policy.components[*base].basis, Basis::Lines { .. }));
            add(format!("lines {}", if above { "on lines" } else { "on facts" }));
            add(format!("lines of {} components", of.len().min(2)));
        }
        Basis::Group { key, span, pay } => {
            add(format!("group per {key:?}"));
            add(format!("group {pay:?} {span:?}"));
        }
        Basis::Rank { key, span, within, .. } => {
            add(format!("rank per {key:?}"));
            add(format!("rank {span:?}"));
            add(format!("rank within {}", within.map_or("all".into(), |level| format!("{level:?}"))));
        }
        Basis::Pool { key, span, .. } => {
            add(format!("pool per {key:?}"));
            add(format!("pool {span:?}"));
        }
        Basis::Clawback { key, beyond, of, .. } => {
            add(format!("clawback per {key:?}"));
            add(format!("clawback {}", if beyond.is_some() { "beyond" } else { "whole" }));
            add(format!("clawback of {} components", of.len().min(2)));
        }
    }
    if component.filter != Expr::Bool(true) {
        add(format!("filter of {}", variant(&component.basis)));
    }
    for require in &component.requires {
        add(format!("requirement until {}", require.until.map_or("never".into(), |until| variant(&until))));
    }
}

fn of_payment(component: &Component, names: &mut BTreeSet<String>) {
    let mut add = |name: String| names.insert(name);
    for share in &component.payees {
        let place = if matches!(component.basis, Basis::Each { .. }) {
            "fact"
        } else if matches!(component.basis, Basis::Lines { .. }) {
            "line"
        } else {
            "group"
        };
        add(format!("payee {} of a {place}", variant(&share.payee)));
        if let Payee::Ancestor(steps) = share.payee {
            add(format!("ancestor {steps}"));
        }
    }
    if component.payees.len() > 1 {
        add(format!("split {:?}", component.remainder));
    }
    add(format!("round {:?}", component.rounding.mode));
    add(format!("round to {}", component.rounding.unit));
    add(format!("pay {}", variant(&component.pay)));
    add(format!("into {:?}", component.destination));
    if component.floor.is_some() {
        add("floor".into());
    }
    if component.cap.is_some() {
        add("cap of a line".into());
    }
    if component.once.is_some() {
        add("once".into());
    }
    if let Some(schedule) = &component.schedule {
        let basis = variant(&component.basis);
        add(format!("schedule of {basis}"));
        add(format!("schedule remainder {:?}", schedule.remainder));
        let now = schedule.parts.iter().filter(|part| part.month == 0).count();
        add(format!("schedule with {} parts now", now.min(2)));
        if schedule.pause.is_some() {
            add("schedule with pause".into());
        }
        for part in &schedule.parts {
            add(format!("instalment {} {}", if part.gate.is_some() { "gated" } else { "free" }, variant(&part.on_fail)));
        }
    }
    if let Some(reverse) = &component.reverse {
        add(format!("reverse {} {} on {}", variant(&reverse.trigger), variant(&reverse.within), variant(&component.basis)));
        let text = format!("{:?}", reverse.fraction);
        for field in ["ElapsedMonths", "ElapsedDays", "PriorFee"] {
            if text.contains(field) {
                add(format!("reverse fraction of {field}"));
            }
        }
    }
}

fn of_limits(policy: &Policy, component: &Component, names: &mut BTreeSet<String>) {
    let held = |list: &[usize]| list.iter().any(|index| policy.components[*index].name == component.name);
    for group in policy.exclusives.iter().filter(|group| held(&group.components)) {
        names.insert(format!("exclusive {:?}", group.pick));
    }
    for cap in policy.caps.iter().filter(|cap| held(&cap.components)) {
        names.extend([format!("joint cap per {:?}", cap.key), format!("joint cap {:?}", cap.span), format!("joint cap {:?}", cap.order)]);
    }
    for budget in policy.budgets.iter().filter(|budget| held(&budget.components)) {
        let span = budget.span.map_or("Life".into(), |span| format!("{span:?}"));
        names.extend([format!("budget {span}"), format!("budget {:?}", budget.order)]);
        names.insert(format!("budget partial {}", budget.partial));
    }
}

fn of_expr(set: &PolicySet, policy: &Policy, expr: &Expr, names: &mut BTreeSet<String>) {
    let name = match expr {
        Expr::Binary(op, ..) => format!("operator {op:?}"),
        Expr::Call(func, _) => format!("function {func:?}"),
        Expr::Ladder(index, _) => format!("ladder {:?} {:?}", policy.ladders[*index].mode, policy.ladders[*index].closed),
        Expr::Field(Field::Partner(whose, field)) => {
            names.insert(format!("attribute {field:?}"));
            format!("partner {whose:?}")
        }
        Expr::Field(field) => format!("field {}", variant(field)),
        Expr::Param(index) => {
            let fills = |fill: &Fill| {
                fill.policy == policy.name && fill.version == policy.version && fill.values.iter().any(|(param, _)| param == index)
            };
            format!("parameter {}", if set.fills.iter().any(fills) { "filled" } else { "as written" })
        }
        other => format!("expression {}", variant(other)),
    };
    names.insert(name);
}

fn of_measure(measure: &Measure, names: &mut BTreeSet<String>) {
    let window = match measure.window {
        Window::ToDate(span) => format!("{span:?} to date"),
        Window::Months { to: 0, .. } => "months to now".into(),
        Window::Months { .. } => "months before".into(),
    };
    let key = match measure.key {
        Key::Region(level) => format!("{level:?}"),
        other => format!("{other:?}"),
    };
    match &measure.source {
        Source::Facts { table, agg, .. } => {
            names.insert(format!("measure {}", variant(agg)));
            names.insert(format!("measure per {key}"));
            names.insert(format!("measure of {}", table.name()));
            names.insert(format!("measure over {window}"));
        }
        Source::Lines { of } => {
            names.insert(format!("total per {key}"));
            names.insert(format!("total over {window}"));
            names.insert(format!("total of {} components", of.len().min(2)));
        }
    }
    if measure.rollup.is_some() {
        names.insert(format!(
            "rolled up {}",
            variant(match &measure.source {
                Source::Facts { agg, .. } => agg,
                Source::Lines { .. } => &Agg::Count,
            })
        ));
    }
}
