//! Random policies, drawn from the whole language: versions, parameters, measures, ladders, limits. Components are in `random_component`.

use crate::random::{Rng, day};
use crate::random_expr::At;
use crate::random_world::{KINDS, TIERS};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Month};
use qudao_policy::model::*;
use std::collections::BTreeSet;

pub(crate) fn blank(name: &str, version: u32) -> Policy {
    Policy {
        name: name.into(),
        version,
        title: String::new(),
        owner: String::new(),
        from: day(2020, 1, 1),
        to: day(2100, 1, 1),
        written_to: None,
        scope: Expr::Bool(true),
        params: Vec::new(),
        predicates: Vec::new(),
        measures: Vec::new(),
        ladders: Vec::new(),
        components: Vec::new(),
        order: Vec::new(),
        exclusives: Vec::new(),
        caps: Vec::new(),
        budgets: Vec::new(),
        minimum_payment: 0,
        examples: Vec::new(),
        source: String::new(),
        file: String::new(),
    }
}

pub(crate) fn number(mantissa: i64, scale: u8) -> Expr {
    Expr::Number { mantissa, scale }
}

pub(crate) fn literal(rng: &Rng, ty: Type) -> Expr {
    match ty {
        Type::Bool => Expr::Bool(rng.chance(60)),
        Type::Money => Expr::Money(rng.between(-500, 20_000)),
        Type::Number => number(rng.between(0, 300), rng.below(4) as u8),
        Type::Text => Expr::Text((*rng.pick(&["社会渠道", "A", "P1", "增值服务商", "e3", "x"])).into()),
        Type::Date => Expr::Date(day(2026, 1, 1).plus_days(rng.between(0, 300) as i32)),
    }
}

pub(crate) struct Maker {
    pub rng: Rng,
    pub policy: Policy,
}

/// One or two policies, each in one to three versions, and what territories set.
pub(crate) fn policies(rng: Rng, first: Month, months: i32) -> PolicySet {
    let mut set = PolicySet::default();
    let mut maker = Maker { rng, policy: blank("a", 1) };
    let names = if maker.rng.chance(25) { ["a", "b"].as_slice() } else { ["a"].as_slice() };
    for name in names {
        let versions = maker.versions(name, first.first_day(), months * 30 + 20);
        set.policies.extend(versions);
    }
    for policy in &set.policies {
        for region in ["43", "4301", "430102"] {
            if maker.rng.chance(20) {
                let local = (0..policy.params.len()).filter(|index| policy.params[*index].local.is_some());
                let values = local.map(|index| (index, literal(&maker.rng, policy.params[index].ty))).collect();
                set.fills.push(Fill { policy: policy.name.clone(), version: policy.version, region: region.into(), values });
            }
        }
    }
    set
}

impl Maker {
    /// The versions of a policy: mostly one; changes fall into the months the case is about, sometimes with days between two.
    fn versions(&mut self, name: &str, begin: Date, days: i32) -> Vec<Policy> {
        let count = 1 + self.rng.weighted(&[70, 22, 8]);
        let mut cuts: Vec<i32> = (1..count).map(|_| self.rng.between(0, i64::from(days)) as i32).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut versions: Vec<Policy> = Vec::new();
        for index in 0..=cuts.len() {
            let mut policy = match versions.last() {
                // A version that has nothing but the names of the one before.
                Some(_) if self.rng.chance(15) => self.fresh(name),
                Some(last) => {
                    let last = last.clone();
                    self.revised(last)
                }
                None => self.fresh(name),
            };
            policy.version = index as u32 + 1;
            policy.from = if index == 0 { day(2020, 1, 1) } else { begin.plus_days(cuts[index - 1]) };
            policy.to = cuts.get(index).map_or(day(2100, 1, 1), |cut| begin.plus_days(*cut));
            let life = policy.to.days() - policy.from.days();
            if index < cuts.len() && life > 30 && self.rng.chance(15) {
                policy.to = policy.to.plus_days(-(self.rng.between(1, 12) as i32));
            }
            versions.push(policy);
        }
        if self.rng.chance(8) {
            versions[0].from = begin.plus_days(-10);
        }
        if self.rng.chance(8) {
            let last = versions.len() - 1;
            versions[last].to = versions[last].from.max(begin).plus_days(days / 2 + 20);
        }
        versions
    }

    fn fresh(&mut self, name: &str) -> Policy {
        self.policy = blank(name, 1);
        self.fill();
        self.policy.clone()
    }

    /// The next version: other rates, other limits, another order of the text.
    fn revised(&mut self, mut policy: Policy) -> Policy {
        for component in &mut policy.components {
            if self.rng.chance(40) {
                let factor = number(self.rng.between(1, 30), 1);
                let pool = matches!(component.basis, Basis::Pool { .. });
                component.amount = if pool {
                    Expr::Money(self.rng.between(0, 90_000))
                } else {
                    Expr::Binary(Op::Mul, Box::new(component.amount.clone()), Box::new(factor))
                };
            }
            if self.rng.chance(10) {
                component.schedule = None;
            }
            if self.rng.chance(10) {
                component.reverse = None;
            }
        }
        for budget in &mut policy.budgets {
            if self.rng.chance(50) {
                budget.amount = Expr::Money(self.rng.between(0, 60_000));
            }
        }
        self.policy = policy;
        if self.rng.chance(40) {
            self.shuffle();
        }
        self.policy.clone()
    }

    fn fill(&mut self) {
        for index in 0..self.rng.below(5) {
            let ty = *self.rng.pick(&[Type::Money, Type::Money, Type::Number, Type::Number, Type::Text, Type::Date, Type::Bool]);
            let local = if self.rng.chance(50) { Some((literal(&self.rng, ty), literal(&self.rng, ty))) } else { None };
            let value = literal(&self.rng, ty);
            self.policy.params.push(Param { name: format!("p{index}"), title: String::new(), value, ty, local });
        }
        self.predicates();
        if self.rng.chance(20) {
            self.policy.scope = self.expr(Type::Bool, At::Scope, 2);
        }
        for _ in 0..self.rng.below(3) {
            let ladder = self.ladder();
            self.policy.ladders.push(ladder);
        }
        for _ in 0..self.rng.below(5) {
            let measure = self.fact_measure();
            self.policy.measures.push(measure);
        }
        self.components();
        if self.rng.chance(50) {
            self.limits();
        }
        self.policy.minimum_payment = if self.rng.chance(20) { 5_000 } else { 0 };
        self.policy.order = self.ordered();
        if self.rng.chance(50) {
            self.shuffle();
        }
    }

    fn predicates(&mut self) {
        let half = self.rng.below(2);
        let made: Vec<Expr> = [At::Scope, At::Gate(false)]
            .into_iter()
            .flat_map(|at| (0..half).map(move |_| at))
            .map(|at| self.expr(Type::Bool, at, 2))
            .collect();
        let named = made.into_iter().enumerate();
        self.policy.predicates = named.map(|(index, expr)| Predicate { name: format!("d{index}"), title: String::new(), expr }).collect();
    }

    pub(crate) fn fact_measure(&mut self) -> Measure {
        let table = *self.rng.pick(&[
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::Cash,
            Table::Activity,
            Table::SubscriberMonth,
            Table::Observation,
            Table::StockMovement,
        ]);
        let kinds =
            if table == Table::BusinessEvent && self.rng.chance(60) { vec![(*self.rng.pick(&KINDS)).to_string()] } else { Vec::new() };
        let key = self.measure_key(table);
        let (agg, ty) = match self.rng.below(6) {
            0 | 1 => (Agg::Count, Type::Number),
            2 | 3 => {
                let ty = *self.rng.pick(&[Type::Money, Type::Number]);
                (Agg::Sum(self.sum(ty, table)), ty)
            }
            4 => {
                let texts: Vec<Col> = table.columns().iter().copied().filter(|col| col.ty() == ColType::Text).collect();
                (Agg::Distinct(*self.rng.pick(&texts)), Type::Number)
            }
            _ => (self.rng.pick(&[Agg::ActiveMonths, Agg::IdleMonths]).clone(), Type::Number),
        };
        let rollup = if key == Key::Partner && self.rng.chance(30) {
            let share = if self.rng.chance(30) { self.param(Type::Number, false) } else { number(self.rng.between(1, 100), 2) };
            Some(Rollup { tiers: vec![TIERS[1].into(), TIERS[self.rng.below(3)].into()], share })
        } else {
            None
        };
        let window = self.window();
        let filter = if self.rng.chance(45) { self.expr(Type::Bool, At::Count(table), 2) } else { Expr::Bool(true) };
        Measure {
            name: format!("m{}", self.policy.measures.len()),
            title: String::new(),
            source: Source::Facts { table, kinds, filter, agg },
            key,
            window,
            rollup,
            ty,
        }
    }

    fn measure_key(&mut self, table: Table) -> Key {
        let key = match self.rng.below(14) {
            0..=4 => Key::Partner,
            5 | 6 => Key::Outlet,
            7 => Key::Clerk,
            8 => Key::Customer,
            9 => Key::Subscriber,
            10 => Key::Company,
            _ => Key::Region(*self.rng.pick(&[Level::Province, Level::City, Level::County, Level::Township])),
        };
        let usable = match key {
            Key::Clerk => table.has(Col::Clerk),
            Key::Customer => table.has(Col::Customer),
            Key::Subscriber => table.has(Col::Subscriber),
            _ => true,
        };
        if usable { key } else { Key::Partner }
    }

    pub(crate) fn window(&mut self) -> Window {
        if self.rng.chance(55) {
            return Window::ToDate(*self.rng.pick(&[Span::Month, Span::Month, Span::Quarter, Span::HalfYear, Span::Year]));
        }
        let to = self.rng.below(3) as u16;
        Window::Months { from: to + self.rng.below(3) as u16, to }
    }

    fn sum(&mut self, ty: Type, table: Table) -> Expr {
        if self.rng.chance(35) {
            return self.expr(ty, At::Sum(table), 2);
        }
        let wanted = if ty == Type::Money { ColType::Money } else { ColType::Int };
        let cols: Vec<Col> = table.columns().iter().copied().filter(|col| col.ty() == wanted).collect();
        let base = if cols.is_empty() { literal(&self.rng, ty) } else { Expr::Field(Field::Fact(*self.rng.pick(&cols))) };
        if self.rng.chance(40) { Expr::Binary(Op::Mul, Box::new(base), Box::new(number(self.rng.between(1, 99), 2))) } else { base }
    }

    fn ladder(&mut self) -> Ladder {
        let input = *self.rng.pick(&[Type::Number, Type::Number, Type::Money]);
        let output = *self.rng.pick(&[Type::Money, Type::Money, Type::Number]);
        let mode = *self.rng.pick(&[LadderMode::Whole, LadderMode::Marginal, LadderMode::Curve]);
        let mut at = self.rng.between(0, 2);
        let steps = (0..=self.rng.below(4))
            .map(|_| {
                let from = if input == Type::Money { Expr::Money(at * 3_000) } else { number(at, 0) };
                at += self.rng.between(1, 5);
                let each_ty = match (input, output) {
                    (Type::Number, out) => Some(out),
                    (_, Type::Money) => Some(Type::Number),
                    _ => None,
                };
                let each = each_ty.filter(|_| self.rng.chance(60)).map(|ty| self.rate(ty));
                let flat = (mode == LadderMode::Curve || each.is_none() || self.rng.chance(60)).then(|| self.rate(output));
                Step { from, each, flat }
            })
            .collect();
        Ladder {
            name: format!("l{}", self.policy.ladders.len()),
            title: String::new(),
            mode,
            closed: *self.rng.pick(&[Closed::Below, Closed::Above]),
            input,
            output,
            steps,
        }
    }

    /// A literal or parameter.
    pub(crate) fn rate(&mut self, ty: Type) -> Expr {
        if self.rng.chance(25) { self.param(ty, true) } else { literal(&self.rng, ty) }
    }

    fn limits(&mut self) {
        let each: Vec<usize> =
            (0..self.policy.components.len()).filter(|index| matches!(self.policy.components[*index].basis, Basis::Each { .. })).collect();
        let tables: Vec<Option<Table>> = each.iter().map(|index| self.table_of(*index)).collect();
        for table in [Table::BusinessEvent, Table::Activity] {
            let same: Vec<usize> = each.iter().zip(&tables).filter(|(_, of)| **of == Some(table)).map(|(index, _)| *index).collect();
            if same.len() > 1 && self.rng.chance(50) {
                let pick = *self.rng.pick(&[Pick::Best, Pick::First, Pick::MostSpecific]);
                self.policy.exclusives.push(Exclusive { name: format!("g{}", table.name()), components: same, pick });
            }
        }
        for index in 0..self.rng.weighted(&[45, 40, 15]) {
            let key = *self.rng.pick(&[Key::Partner, Key::Outlet, Key::Clerk]);
            let span = *self.rng.pick(&[Span::Month, Span::Quarter, Span::HalfYear, Span::Year]);
            let (amount, order, components) = (self.limit(20_000), self.admission(), self.some_of(&each));
            self.policy.caps.push(Cap { name: format!("j{index}"), components, key, span, amount, order });
        }
        let mut free = each;
        for index in 0..self.rng.weighted(&[45, 40, 15]) {
            if free.is_empty() {
                break;
            }
            let components = self.some_of(&free);
            free.retain(|index| !components.contains(index));
            let span = *self.rng.pick(&[None, Some(Span::Month), Some(Span::Quarter), Some(Span::HalfYear), Some(Span::Year)]);
            let (amount, order, partial) = (self.limit(40_000), self.admission(), self.rng.chance(50));
            self.policy.budgets.push(Budget { name: format!("b{index}"), components, span, amount, order, partial });
        }
    }

    fn limit(&mut self, most: i64) -> Expr {
        if self.rng.chance(20) { self.param(Type::Money, false) } else { Expr::Money(self.rng.between(0, most)) }
    }

    fn admission(&mut self) -> Order {
        *self.rng.pick(&[Order::ByDay, Order::HighestFirst, Order::LowestFirst])
    }

    /// At least one of them, in any order.
    pub(crate) fn some_of(&mut self, all: &[usize]) -> Vec<usize> {
        let count = 1 + self.rng.below(all.len().min(3));
        self.rng.shuffled(all.len()).into_iter().take(count).map(|at| all[at]).collect()
    }

    /// Components in an order in which each comes after those it needs, otherwise in text order.
    fn ordered(&self) -> Vec<usize> {
        let needs: Vec<BTreeSet<usize>> = (0..self.policy.components.len()).map(|index| self.needs(index)).collect();
        let mut order: Vec<usize> = Vec::new();
        while let Some(next) =
            (0..needs.len()).find(|index| !order.contains(index) && needs[*index].iter().all(|need| order.contains(need)))
        {
            order.push(next);
        }
        assert_eq!(order.len(), needs.len(), "components of {} depend on each other in a circle", self.policy.name);
        order
    }

    fn needs(&self, index: usize) -> BTreeSet<usize> {
        let component = &self.policy.components[index];
        let mut needs = BTreeSet::new();
        if let Basis::Lines { of } | Basis::Clawback { of, .. } = &component.basis {
            needs.extend(of);
        }
        for measure in crate::cover::measures_of(&self.policy, component) {
            let past = matches!(self.policy.measures[measure].window, Window::Months { to, .. } if to > 0);
            if let Source::Lines { of } = &self.policy.measures[measure].source
                && !past
            {
                needs.extend(of);
            }
        }
        needs
    }

    /// Puts the components of the text into another order.
    fn shuffle(&mut self) {
        let places = self.rng.shuffled(self.policy.components.len());
        let mut components: Vec<Option<Component>> = places.iter().map(|_| None).collect();
        for (component, place) in std::mem::take(&mut self.policy.components).into_iter().zip(&places) {
            components[*place] = Some(component);
        }
        self.policy.components = components.into_iter().flatten().collect();
        let moved = |list: &mut Vec<usize>| list.iter_mut().for_each(|index| *index = places[*index]);
        for component in &mut self.policy.components {
            if let Basis::Lines { of } | Basis::Clawback { of, .. } = &mut component.basis {
                moved(of);
            }
        }
        for measure in &mut self.policy.measures {
            if let Source::Lines { of } = &mut measure.source {
                moved(of);
            }
        }
        self.policy.exclusives.iter_mut().for_each(|group| moved(&mut group.components));
        self.policy.caps.iter_mut().for_each(|cap| moved(&mut cap.components));
        self.policy.budgets.iter_mut().for_each(|budget| moved(&mut budget.components));
        self.policy.order = self.ordered();
    }
}
