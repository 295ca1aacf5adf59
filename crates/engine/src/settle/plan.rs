//! What a run will do, decided once from the policies: which components are in force, where each is evaluated, which measures cross
//! partners, which months of which table are read, and how many passes over the facts that takes.
//!
//! A component is evaluated *in blocks* (whole partners at a time) or once *at the end*, on totals. What needs other partners waits for the end: ranks,
//! pools, groups over a measure that crosses partners. So do groups of partners, outlets and clerks: their totals are few, and a run
//! of the same month by other ladders then needs nothing but these. Groups of customers and subscribers, who are many, stay in blocks where they can. An
//! `Each` component that reads a measure crossing partners, or is paid once over the whole company, or draws on a budget, needs a pass that collects
//! before the one that pays.

use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Month, Refusal};
use qudao_policy::model::{
    Agg, Basis, Budget, Cap, Component, Expr, Field, GroupPay, Key, Measure, Payee, PayeeKind, Policy, PolicySet, Share, Source, Span,
    Window,
};
use std::collections::{BTreeMap, BTreeSet};

/// Number of a component over the whole set, in output order: policy name, version, component name.
pub(crate) type CompNo = u16;

/// A component in force somewhere in the run, or owed money from before.
pub(crate) struct CompPlan {
    /// Policy.
    pub(crate) policy: usize,
    /// Component within the policy.
    pub(crate) component: usize,
    /// Evaluated at the end, on totals.
    pub(crate) global: bool,
    /// Number shared by all versions of the component: what measures of lines, `once`, caps, budgets and clawbacks go by.
    pub(crate) family: u32,
}

/// The plan of a run.
#[expect(clippy::struct_excessive_bools, reason = "each says whether one pass or one reading is needed")]
pub(crate) struct Plan {
    /// Period.
    pub(crate) period: Month,
    /// Every component of the set in output order.
    pub(crate) comps: Vec<CompPlan>,
    /// Component number of (policy, component).
    numbers: Vec<Vec<CompNo>>,
    /// Policies in force on some day of the period.
    pub(crate) in_force: Vec<bool>,
    /// Policies in force on the last day of the period: their groups are settled.
    pub(crate) settles_groups: Vec<bool>,
    /// Measures that cross partners.
    pub(crate) crosses: Vec<Vec<bool>>,
    /// Components whose lines are totalled for components evaluated at the end.
    pub(crate) totalled_at_end: BTreeSet<u32>,
    /// Components whose lines are totalled for what is evaluated in blocks.
    pub(crate) totalled_in_blocks: BTreeSet<u32>,
    /// Whether two versions of one policy are in force in the period.
    pub(crate) several_versions: bool,
    /// How many earlier versions of each policy are in force in the period: what they pay is known before it claims.
    pub(crate) turns: Vec<usize>,
    /// Collect measures before paying.
    pub(crate) measures_first: bool,
    /// Collect `once` claims before paying.
    pub(crate) once: bool,
    /// Collect budget claims before paying.
    pub(crate) budgets: bool,
    /// Months of each table to read: first and last, inclusive.
    pub(crate) months: BTreeMap<Table, (Month, Month)>,
    /// Columns of each table to read.
    pub(crate) columns: BTreeMap<Table, BTreeSet<Col>>,
    /// Columns of the events that take others back.
    pub(crate) reversing_columns: BTreeSet<Col>,
    /// Columns of the subscriber's state that are looked up; empty when none is.
    pub(crate) sub_columns: BTreeSet<Col>,
    /// Whether any expression asks for the subscriber's state.
    pub(crate) wants_subs: bool,
    /// Whether states are asked for of subscribers who need not be among the facts and obligations of a block: of items of earlier months that are
    /// taken back, and of groups evaluated at the end.
    pub(crate) states_elsewhere: bool,
}

/// Months from `anchor` back that a window covers: first and last.
pub(crate) fn window_months(window: Window, anchor: Month) -> (Month, Month) {
    match window {
        Window::ToDate(span) => (span_start(span, anchor), anchor),
        Window::Months { from, to } => (anchor.plus(-i32::from(from)), anchor.plus(-i32::from(to))),
    }
}

/// First month of the span that contains a month.
pub(crate) fn span_start(span: Span, month: Month) -> Month {
    let length = span_length(span);
    month.plus(-((month.number() as i32 - 1) % length))
}

/// Whether the month is the last of its span.
pub(crate) fn span_ends(span: Span, month: Month) -> bool {
    (month.number() as i32) % span_length(span) == 0
}

const fn span_length(span: Span) -> i32 {
    match span {
        Span::Month => 1,
        Span::Quarter => 3,
        Span::HalfYear => 6,
        Span::Year => 12,
    }
}

/// Whether all payees are customers or subscribers, so that attribution and standard checks do not matter.
pub(crate) fn pays_users_only(payees: &[Share]) -> bool {
    payees.iter().all(|share| matches!(share.payee, Payee::Customer | Payee::Subscriber))
}

/// Kind of payee on a line.
pub(crate) const fn payee_kind(payee: &Payee) -> PayeeKind {
    match payee {
        Payee::Partner | Payee::Ancestor(_) | Payee::AncestorOfTier(_) => PayeeKind::Partner,
        Payee::Outlet => PayeeKind::Outlet,
        Payee::Clerk => PayeeKind::Clerk,
        Payee::Customer => PayeeKind::Customer,
        Payee::Subscriber => PayeeKind::Subscriber,
    }
}

/// Every sub-expression of an expression, predicates opened.
pub(crate) fn walk<'p>(policy: &'p Policy, expr: &'p Expr, visit: &mut impl FnMut(&'p Expr)) {
    visit(expr);
    match expr {
        Expr::Predicate(index) => walk(policy, &policy.predicates[*index].expr, visit),
        Expr::Ladder(_, inner) | Expr::Not(inner) | Expr::Neg(inner) | Expr::In(inner, _) | Expr::Under(inner, _) => {
            walk(policy, inner, visit);
        }
        Expr::Binary(_, left, right) => {
            walk(policy, left, visit);
            walk(policy, right, visit);
        }
        Expr::If(a, b, c) => {
            walk(policy, a, visit);
            walk(policy, b, visit);
            walk(policy, c, visit);
        }
        Expr::Match { subject, arms, otherwise } => {
            walk(policy, subject, visit);
            for (_, result) in arms {
                walk(policy, result, visit);
            }
            walk(policy, otherwise, visit);
        }
        Expr::Call(_, args) => {
            for arg in args {
                walk(policy, arg, visit);
            }
        }
        Expr::Bool(_)
        | Expr::Money(_)
        | Expr::Number { .. }
        | Expr::Text(_)
        | Expr::Date(_)
        | Expr::Field(_)
        | Expr::Param(_)
        | Expr::Measure(_) => {}
    }
}

/// Expressions of a component, without gates and reversals.
pub(crate) fn expressions(component: &Component) -> Vec<&Expr> {
    let mut all = vec![&component.filter, &component.amount];
    all.extend(component.requires.iter().map(|require| &require.cond));
    all.extend(component.floor.iter().chain(component.cap.iter()));
    match &component.basis {
        Basis::Rank { by, .. } => all.push(by),
        Basis::Pool { weight, .. } => all.push(weight),
        Basis::Clawback { suspect, when, beyond, .. } => {
            all.extend([suspect, when]);
            all.extend(beyond.iter());
        }
        Basis::Each { .. } | Basis::Lines { .. } | Basis::Group { .. } => {}
    }
    all
}

/// Measures a component reads.
pub(crate) fn measures_of(policy: &Policy, component: &Component) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for expr in expressions(component) {
        walk(policy, expr, &mut |expr| {
            if let Expr::Measure(measure) = expr {
                found.insert(*measure);
            }
        });
    }
    found
}

impl Plan {
    /// Plans a run.
    ///
    /// # Errors
    /// `engine.settle.too_many_components` beyond 65 000 components.
    pub(crate) fn new(set: &PolicySet, period: Month) -> Result<Self, Refusal> {
        let mut order: Vec<(usize, usize)> =
            set.policies.iter().enumerate().flat_map(|(p, policy)| (0..policy.components.len()).map(move |c| (p, c))).collect();
        order.sort_by_key(|(p, c)| {
            let policy = &set.policies[*p];
            (&policy.name, policy.version, &policy.components[*c].name)
        });
        if order.len() > 65_000 {
            return Err(Refusal::bad_input(
                "engine.settle.too_many_components",
                "酬金规则超过 65000 条,请拆分政策目录",
                "more than 65 000 components; split the policy folder",
            ));
        }
        let mut numbers: Vec<Vec<CompNo>> = set.policies.iter().map(|policy| vec![0; policy.components.len()]).collect();
        for (number, (p, c)) in order.iter().enumerate() {
            numbers[*p][*c] = number as CompNo;
        }
        let in_force = set.policies.iter().map(|policy| policy.from <= period.last_day() && period.first_day() < policy.to).collect();
        let settles_groups = set.policies.iter().map(|policy| policy.from <= period.last_day() && period.last_day() < policy.to).collect();
        let mut plan = Self {
            period,
            comps: Vec::new(),
            numbers,
            in_force,
            settles_groups,
            crosses: Vec::new(),
            totalled_at_end: BTreeSet::new(),
            totalled_in_blocks: BTreeSet::new(),
            several_versions: false,
            turns: Vec::new(),
            measures_first: false,
            once: false,
            budgets: false,
            months: BTreeMap::new(),
            columns: BTreeMap::new(),
            reversing_columns: BTreeSet::from([Col::EventId, Col::OccurredOn, Col::Kind, Col::Ref, Col::Subscriber]),
            sub_columns: BTreeSet::new(),
            wants_subs: false,
            states_elsewhere: false,
        };
        let mut names: Vec<&str> =
            set.policies.iter().zip(&plan.in_force).filter(|(_, in_force)| **in_force).map(|(policy, _)| policy.name.as_str()).collect();
        let versions = names.len();
        names.dedup();
        plan.several_versions = names.len() < versions;
        let earlier = |p: usize| (0..p).filter(|other| plan.in_force[*other] && set.policies[*other].name == set.policies[p].name).count();
        plan.turns = (0..set.policies.len()).map(earlier).collect();
        let leaving: BTreeSet<(&str, &str)> = order
            .iter()
            .filter(|(p, c)| leaves_partner(&set.policies[*p], *c))
            .map(|(p, c)| (set.policies[*p].name.as_str(), set.policies[*p].components[*c].name.as_str()))
            .collect();
        let placements: Vec<(Vec<bool>, Vec<bool>)> = set.policies.iter().map(|policy| place(policy, &leaving)).collect();
        plan.crosses = placements.iter().map(|(crosses, _)| crosses.clone()).collect();
        let mut families: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for (p, c) in &order {
            let policy = &set.policies[*p];
            let next = families.len() as u32;
            let family = *families.entry((&policy.name, &policy.components[*c].name)).or_insert(next);
            plan.comps.push(CompPlan { policy: *p, component: *c, global: placements[*p].1[*c], family });
        }
        for (p, policy) in set.policies.iter().enumerate() {
            if plan.in_force[p] {
                plan.reads(p, policy);
            }
            // Reversals and gates of versions no longer in force still read subscriber states.
            plan.reads_later(p, policy);
        }
        Ok(plan)
    }

    /// Family of a component.
    pub(crate) fn family(&self, policy: usize, component: usize) -> u32 {
        self.comps[self.number(policy, component) as usize].family
    }

    /// Output number of a component.
    pub(crate) fn number(&self, policy: usize, component: usize) -> CompNo {
        self.numbers[policy][component]
    }

    fn reads(&mut self, p: usize, policy: &Policy) {
        let used: BTreeSet<usize> = policy.components.iter().flat_map(|component| measures_of(policy, component)).collect();
        for component in &policy.components {
            let crossing = measures_of(policy, component)
                .iter()
                .any(|m| self.crosses[p][*m] && matches!(policy.measures[*m].source, Source::Facts { .. }));
            match &component.basis {
                Basis::Each { table, .. } => {
                    self.wants(*table, self.period, self.period);
                    self.measures_first |= crossing;
                    self.once |= component.once.is_some();
                    if let Some(col) = component.once {
                        self.columns.entry(*table).or_default().insert(col);
                    }
                    self.payee_columns(*table, component);
                    self.columns_of(policy, expressions(component), Some(*table));
                }
                Basis::Lines { .. } | Basis::Clawback { .. } => {
                    self.measures_first |= crossing;
                    let table = base_table(policy, component);
                    if let Some(table) = table {
                        self.payee_columns(table, component);
                    }
                    self.columns_of(policy, expressions(component), table);
                }
                Basis::Group { .. } | Basis::Rank { .. } | Basis::Pool { .. } => {
                    self.columns_of(policy, expressions(component), None);
                }
            }
            if let Some(reverse) = &component.reverse {
                self.columns_of(policy, vec![&reverse.fraction], Some(Table::BusinessEvent));
            }
        }
        for measure in used.iter().map(|index| &policy.measures[*index]) {
            let plan = window_months(measure.window, self.period);
            if let Source::Facts { table, filter, agg, .. } = &measure.source {
                // A cumulative component looks back from the month before as well.
                let first = if reads_cumulative(policy, measure) {
                    window_months(measure.window, self.period.plus(-1)).0.min(plan.0)
                } else {
                    plan.0
                };
                self.wants(*table, first, plan.1);
                let mut exprs = vec![filter, &policy.scope];
                if let Agg::Sum(expr) = agg {
                    exprs.push(expr);
                }
                if let Agg::Distinct(col) = agg {
                    self.columns.entry(*table).or_default().insert(*col);
                }
                self.columns_of(policy, exprs, Some(*table));
                let col = match measure.key {
                    Key::Clerk => Some(Col::Clerk),
                    Key::Customer => Some(Col::Customer),
                    Key::Subscriber => Some(Col::Subscriber),
                    _ => None,
                };
                self.columns.entry(*table).or_default().extend(col);
            }
        }
        let tables: Vec<Table> = self.months.keys().copied().collect();
        for table in tables {
            self.columns_of(policy, vec![&policy.scope], Some(table));
        }
        self.budgets |= !policy.budgets.is_empty();
        for (c, component) in policy.components.iter().enumerate() {
            let at_end = self.comps[self.number(p, c) as usize].global;
            self.states_elsewhere |= at_end && expressions(component).into_iter().any(|expr| reads_state(policy, expr));
            for measure in measures_of(policy, component) {
                self.totals(p, policy, measure, at_end);
            }
        }
    }

    /// Notes whose lines a measure totals.
    fn totals(&mut self, p: usize, policy: &Policy, measure: usize, at_end: bool) {
        if let Source::Lines { of } = &policy.measures[measure].source {
            let families: Vec<u32> = of.iter().map(|base| self.family(p, *base)).collect();
            if at_end { self.totalled_at_end.extend(families) } else { self.totalled_in_blocks.extend(families) }
        }
    }

    fn reads_later(&mut self, p: usize, policy: &Policy) {
        for component in &policy.components {
            let gates = component
                .schedule
                .iter()
                .flat_map(|schedule| schedule.parts.iter().filter_map(|part| part.gate.as_ref()).chain(schedule.pause.iter()));
            let conditions = component.reverse.iter().flat_map(|reverse| {
                let condition = match &reverse.trigger {
                    qudao_policy::model::Trigger::When(expr) => Some(expr),
                    qudao_policy::model::Trigger::Kinds(_) => None,
                };
                condition.into_iter().chain([&reverse.fraction])
            });
            let conditions: Vec<&Expr> = conditions.collect();
            self.states_elsewhere |= conditions.iter().any(|expr| reads_state(policy, expr));
            let exprs: Vec<&Expr> = gates.chain(conditions).collect();
            let mut measures = BTreeSet::new();
            for expr in &exprs {
                walk(policy, expr, &mut |expr| {
                    if let Expr::Measure(measure) = expr {
                        measures.insert(*measure);
                    }
                });
            }
            for measure in measures {
                self.totals(p, policy, measure, false);
            }
            if component.reverse.is_some() {
                self.reversing_columns.extend(fact_columns(policy, &exprs));
            }
            self.columns_of(policy, exprs, None);
        }
    }

    fn wants(&mut self, table: Table, from: Month, to: Month) {
        let range = self.months.entry(table).or_insert((from, to));
        *range = (range.0.min(from), range.1.max(to));
        let columns = self.columns.entry(table).or_default();
        columns.extend([Col::EventId, Col::OccurredOn, Col::Outlet, Col::Partner]);
        columns.extend([Col::Kind, Col::Hold, Col::Subscriber].into_iter().filter(|col| table.has(*col)));
    }

    fn payee_columns(&mut self, table: Table, component: &Component) {
        for share in &component.payees {
            let col = match share.payee {
                Payee::Clerk => Col::Clerk,
                Payee::Customer => Col::Customer,
                Payee::Subscriber => Col::Subscriber,
                _ => Col::Outlet,
            };
            self.columns.entry(table).or_default().insert(col);
        }
    }

    /// Notes what expressions read; columns of facts for this table.
    fn columns_of(&mut self, policy: &Policy, exprs: Vec<&Expr>, table: Option<Table>) {
        if let Some(table) = table {
            self.columns.entry(table).or_default().extend(fact_columns(policy, &exprs));
        }
        for expr in exprs {
            walk(policy, expr, &mut |expr| match expr {
                Expr::Field(Field::Sub(col)) => {
                    self.sub_columns.insert(*col);
                    self.wants_subs = true;
                }
                Expr::Field(Field::SubExists) => self.wants_subs = true,
                _ => {}
            });
        }
    }
}

/// Whether an expression asks for a subscriber's state.
fn reads_state(policy: &Policy, expr: &Expr) -> bool {
    let mut found = false;
    walk(policy, expr, &mut |expr| found |= matches!(expr, Expr::Field(Field::Sub(_) | Field::SubExists)));
    found
}

/// Columns of facts that expressions read.
fn fact_columns(policy: &Policy, exprs: &[&Expr]) -> BTreeSet<Col> {
    let mut columns = BTreeSet::new();
    for expr in exprs {
        walk(policy, expr, &mut |expr| match expr {
            Expr::Field(Field::Fact(col)) => {
                columns.insert(*col);
            }
            Expr::Field(Field::ProductLine | Field::ProductCategory | Field::SupplyPrice | Field::RetailPrice) => {
                columns.insert(Col::Product);
            }
            _ => {}
        });
    }
    columns
}

/// Table of the facts under a `Lines` or `Clawback` component.
pub(crate) fn base_table(policy: &Policy, component: &Component) -> Option<Table> {
    match &component.basis {
        Basis::Each { table, .. } => Some(*table),
        Basis::Lines { of } | Basis::Clawback { of, .. } => of.first().and_then(|base| base_table(policy, &policy.components[*base])),
        _ => None,
    }
}

fn reads_cumulative(policy: &Policy, measure: &Measure) -> bool {
    policy.components.iter().any(|component| {
        matches!(component.basis, Basis::Group { pay: GroupPay::Cumulative, .. })
            && measures_of(policy, component).iter().any(|index| std::ptr::eq(&raw const policy.measures[*index], measure))
    })
}

/// Which measures cross partners, and which components are evaluated at the end. `leaving`: policies and components some version of which pays
/// other partners than the one whose block makes the line.
fn place(policy: &Policy, leaving: &BTreeSet<(&str, &str)>) -> (Vec<bool>, Vec<bool>) {
    let mut crosses: Vec<bool> = policy
        .measures
        .iter()
        .map(|measure| match &measure.source {
            Source::Facts { .. } => measure.rollup.is_some() || matches!(measure.key, Key::Company | Key::Region(_)),
            Source::Lines { .. } => measure.key == Key::Company,
        })
        .collect();
    let mut global = vec![false; policy.components.len()];
    // Placement only grows, and components depend on each other without circles: a few rounds settle it.
    loop {
        let before = (crosses.clone(), global.clone());
        for (index, component) in policy.components.iter().enumerate() {
            global[index] |= match &component.basis {
                Basis::Rank { .. } | Basis::Pool { .. } => true,
                Basis::Group { key: Key::Partner | Key::Outlet | Key::Clerk, .. } => true,
                Basis::Group { .. } => measures_of(policy, component).iter().any(|measure| crosses[*measure]),
                Basis::Each { .. } | Basis::Lines { .. } | Basis::Clawback { .. } => false,
            };
        }
        for (index, measure) in policy.measures.iter().enumerate() {
            if let Source::Lines { of } = &measure.source {
                crosses[index] |= of
                    .iter()
                    .any(|base| global[*base] || leaving.contains(&(policy.name.as_str(), policy.components[*base].name.as_str())));
            }
        }
        if before == (crosses.clone(), global.clone()) {
            return (crosses, global);
        }
    }
}

/// Whether lines of a component may go to the account of another partner than the one whose block makes them.
fn leaves_partner(policy: &Policy, component: usize) -> bool {
    let component = &policy.components[component];
    let up = component.payees.iter().any(|share| matches!(share.payee, Payee::Ancestor(_) | Payee::AncestorOfTier(_)));
    up || match &component.basis {
        Basis::Lines { of } | Basis::Clawback { of, .. } => of.iter().any(|base| leaves_partner(policy, *base)),
        _ => false,
    }
}

/// Caps and budgets a component is under.
pub(crate) fn caps_over(policy: &Policy, component: usize) -> impl Iterator<Item = (usize, &Cap)> {
    policy.caps.iter().enumerate().filter(move |(_, cap)| cap.components.contains(&component))
}

/// Budgets in text order.
pub(crate) fn budgets_over(policy: &Policy, component: usize) -> impl Iterator<Item = (usize, &Budget)> {
    policy.budgets.iter().enumerate().filter(move |(_, budget)| budget.components.contains(&component))
}
