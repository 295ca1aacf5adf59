//! Random policies, drawn from the whole language.

use crate::random::{KINDS, Rng, TIERS};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Remainder};
use qudao_policy::model::*;

pub(crate) fn blank(name: &str, version: u32) -> Policy {
    Policy {
        name: name.into(),
        version,
        title: String::new(),
        owner: String::new(),
        from: Date::new(2020, 1, 1).unwrap(),
        to: Date::new(2100, 1, 1).unwrap(),
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

pub(crate) fn literal(rng: &mut Rng, ty: Type) -> Expr {
    match ty {
        Type::Bool => Expr::Bool(rng.chance(60)),
        Type::Money => Expr::Money(rng.between(-500, 20_000)),
        Type::Number => number(rng.between(0, 300), rng.below(4) as u8),
        Type::Text => Expr::Text((*rng.pick(&["社会渠道", "A", "P1", "增值服务商", "e3"])).into()),
        Type::Date => Expr::Date(Date::new(2026, 1, 1).unwrap().plus_days(rng.between(0, 300) as i32)),
    }
}

/// Where an expression stands, which decides what it may read.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum At {
    Fact(Table, bool),
    Line(Table),
    Group(Key, bool),
    Rank(Key),
    Gate,
    Fraction(bool),
    Count(Table, bool),
}

pub(crate) struct Maker {
    pub rng: Rng,
    pub policy: Policy,
}

impl Maker {
    pub(crate) fn fill(&mut self) {
        for index in 0..self.rng.below(4) {
            let ty = *self.rng.pick(&[Type::Money, Type::Number]);
            let local = if self.rng.chance(50) { Some((literal(&mut self.rng, ty), literal(&mut self.rng, ty))) } else { None };
            let value = literal(&mut self.rng, ty);
            self.policy.params.push(Param { name: format!("p{index}"), title: String::new(), value, ty, local });
        }
        if self.rng.chance(40) {
            self.policy.scope = self.expr(Type::Bool, At::Count(Table::BusinessEvent, false), 2);
        }
        for index in 0..self.rng.below(5) {
            let measure = self.fact_measure(index);
            self.policy.measures.push(measure);
        }
        for _ in 0..self.rng.below(4) {
            let ladder = self.ladder();
            self.policy.ladders.push(ladder);
        }
        let each = 1 + self.rng.below(4);
        for _ in 0..each {
            self.each();
        }
        for _ in 0..self.rng.below(3) {
            self.on_lines();
        }
        for _ in 0..self.rng.below(4) {
            self.line_measure();
            self.group();
        }
        if self.rng.chance(25) {
            self.clawback();
        }
        if self.rng.chance(50) {
            self.limits(each);
        }
        self.policy.order = (0..self.policy.components.len()).collect();
    }

    fn fact_measure(&mut self, index: usize) -> Measure {
        let table = *self.rng.pick(&[
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::Cash,
            Table::Activity,
            Table::SubscriberMonth,
        ]);
        let kinds =
            if table == Table::BusinessEvent && self.rng.chance(70) { vec![(*self.rng.pick(&KINDS)).to_string()] } else { Vec::new() };
        let key = *self.rng.pick(&[
            Key::Partner,
            Key::Partner,
            Key::Partner,
            Key::Outlet,
            Key::Clerk,
            Key::Customer,
            Key::Subscriber,
            Key::Company,
            Key::Region(Level::City),
            Key::Region(Level::Province),
        ]);
        let usable = match key {
            Key::Clerk => table.has(Col::Clerk),
            Key::Customer => table.has(Col::Customer),
            Key::Subscriber => table.has(Col::Subscriber),
            _ => true,
        };
        let key = if usable { key } else { Key::Partner };
        let agg = match self.rng.below(6) {
            0 | 1 => Agg::Count,
            2 | 3 => {
                let ty = *self.rng.pick(&[Type::Money, Type::Number]);
                Agg::Sum(self.sum(ty, table))
            }
            4 => Agg::Distinct(*self.rng.pick(if table == Table::BusinessEvent {
                &[Col::Imei, Col::Subscriber, Col::Outlet]
            } else {
                &[Col::Outlet]
            })),
            _ => self.rng.pick(&[Agg::ActiveMonths, Agg::IdleMonths]).clone(),
        };
        let ty = match &agg {
            Agg::Sum(expr) => type_of(expr),
            _ => Type::Number,
        };
        let window = if self.rng.chance(50) {
            Window::ToDate(*self.rng.pick(&[Span::Month, Span::Quarter, Span::HalfYear, Span::Year]))
        } else {
            let to = self.rng.below(3) as u16;
            Window::Months { from: to + self.rng.below(3) as u16, to }
        };
        let rollup = if key == Key::Partner && self.rng.chance(25) {
            Some(Rollup { tiers: vec![TIERS[1].into(), TIERS[self.rng.below(3)].into()], share: number(self.rng.between(1, 100), 2) })
        } else {
            None
        };
        let filter = if self.rng.chance(60) { self.expr(Type::Bool, At::Count(table, true), 2) } else { Expr::Bool(true) };
        Measure {
            name: format!("m{index}"),
            title: String::new(),
            source: Source::Facts { table, kinds, filter, agg },
            key,
            window,
            rollup,
            ty,
        }
    }

    fn sum(&mut self, ty: Type, table: Table) -> Expr {
        let cols: Vec<Col> = table
            .columns()
            .iter()
            .copied()
            .filter(|col| col.ty() == if ty == Type::Money { ColType::Money } else { ColType::Int })
            .collect();
        let base = if cols.is_empty() {
            if ty == Type::Money { Expr::Money(250) } else { number(3, 1) }
        } else {
            Expr::Field(Field::Fact(*self.rng.pick(&cols)))
        };
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
                    (Type::Number, out) => out,
                    (_, Type::Money) => Type::Number,
                    _ => Type::Bool,
                };
                let each = if each_ty != Type::Bool && self.rng.chance(60) { Some(literal(&mut self.rng, each_ty)) } else { None };
                Step { from, each, flat: Some(literal(&mut self.rng, output)) }
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

    fn component(&mut self, basis: Basis, at: At) -> Component {
        let name = format!("c{}", self.policy.components.len());
        let payees = self.payees(&basis, at);
        let filter = if self.rng.chance(50) { self.expr(Type::Bool, at, 2) } else { Expr::Bool(true) };
        let requires = (0..self.rng.below(3))
            .map(|index| Require {
                cond: self.expr(Type::Bool, at, 2),
                code: format!("r{index}"),
                text: String::new(),
                until: if self.rng.chance(50) {
                    Some(if self.rng.chance(50) { Within::Months(2) } else { Within::Days(10) })
                } else {
                    None
                },
            })
            .collect();
        let amount = self.expr(Type::Money, at, 3);
        let schedule =
            if matches!(basis, Basis::Each { .. } | Basis::Lines { .. }) && self.rng.chance(35) { Some(self.schedule()) } else { None };
        let reverse =
            if matches!(basis, Basis::Each { .. } | Basis::Lines { .. }) && self.rng.chance(35) { Some(self.reverse()) } else { None };
        Component {
            name,
            title: String::new(),
            clause: None,
            basis,
            filter,
            requires,
            amount,
            floor: if self.rng.chance(15) { Some(Expr::Money(self.rng.between(0, 400))) } else { None },
            cap: if self.rng.chance(15) { Some(Expr::Money(self.rng.between(400, 9_000))) } else { None },
            rounding: Rounding {
                mode: *self.rng.pick(&[RoundMode::HalfUp, RoundMode::HalfUp, RoundMode::Down, RoundMode::Up, RoundMode::HalfEven]),
                unit: *self.rng.pick(&[1, 1, 10, 100]),
            },
            once: None,
            payees,
            remainder: *self.rng.pick(&[Remainder::Largest, Remainder::First, Remainder::Last]),
            schedule,
            pay: if self.rng.chance(50) { PayDelay::Days(15) } else { PayDelay::DayOfMonth { months: 1, day: 31 } },
            destination: *self.rng.pick(&[Destination::Payable, Destination::Holdback, Destination::Points]),
            reverse,
            text: (0, 0),
        }
    }

    fn payees(&mut self, basis: &Basis, at: At) -> Vec<Share> {
        let mut choices = vec![
            Payee::Partner,
            Payee::Partner,
            Payee::Ancestor(1),
            Payee::Ancestor(2),
            Payee::AncestorOfTier(vec![TIERS[0].into(), TIERS[1].into()]),
        ];
        let table = match at {
            At::Fact(table, _) | At::Line(table) => Some(table),
            _ => None,
        };
        if table.is_some() {
            choices.push(Payee::Outlet);
        }
        if table == Some(Table::BusinessEvent) {
            choices.extend([Payee::Clerk, Payee::Subscriber]);
        }
        if table == Some(Table::Cash) {
            choices.push(Payee::Customer);
        }
        match at {
            At::Group(Key::Outlet, _) | At::Rank(Key::Outlet) => choices.push(Payee::Outlet),
            At::Group(Key::Clerk, _) | At::Rank(Key::Clerk) => choices.push(Payee::Clerk),
            At::Group(Key::Customer, _) => choices = vec![Payee::Customer],
            At::Group(Key::Subscriber, _) => choices = vec![Payee::Subscriber, Payee::Partner],
            _ => {}
        }
        if matches!(basis, Basis::Clawback { .. }) || self.rng.chance(65) {
            return vec![Share { payee: self.rng.pick(&choices).clone(), ppm: 1_000_000 }];
        }
        let mut payees: Vec<Payee> = Vec::new();
        for _ in 0..2 + self.rng.below(2) {
            let payee = self.rng.pick(&choices).clone();
            if !payees.contains(&payee) {
                payees.push(payee);
            }
        }
        let mut left = 1_000_000;
        let last = payees.len() - 1;
        payees
            .into_iter()
            .enumerate()
            .map(|(index, payee)| {
                let ppm = if index == last { left } else { self.rng.between(0, left as i64) as u64 };
                left -= ppm;
                Share { payee, ppm }
            })
            .collect()
    }

    fn schedule(&mut self) -> Schedule {
        let mut parts = Vec::new();
        let mut left: u64 = 1_000_000;
        if self.rng.chance(70) {
            left = self.rng.between(0, 1_000_000) as u64;
            parts.push(Instalment { ppm: 1_000_000 - left, month: 0, gate: None, on_fail: OnFail::Forfeit });
        }
        let count = 1 + self.rng.below(2);
        let mut month = 0;
        for index in 0..count {
            month += 1 + self.rng.below(2) as u16;
            let ppm = if index + 1 == count { left } else { left / 2 };
            left -= ppm;
            let gate = if self.rng.chance(75) { Some(self.expr(Type::Bool, At::Gate, 2)) } else { None };
            let on_fail = if self.rng.chance(50) { OnFail::Forfeit } else { OnFail::Defer { months: 1, tries: self.rng.below(3) as u16 } };
            parts.push(Instalment { ppm, month, gate, on_fail });
        }
        let pause = if self.rng.chance(25) { Some(self.expr(Type::Bool, At::Gate, 1)) } else { None };
        Schedule { parts, remainder: *self.rng.pick(&[Remainder::Largest, Remainder::First, Remainder::Last]), pause }
    }

    fn reverse(&mut self) -> Reverse {
        let kinds = self.rng.chance(70);
        let trigger = if kinds {
            Trigger::Kinds(vec!["cancellation".into(), "return".into()])
        } else {
            Trigger::When(self.expr(Type::Bool, At::Gate, 2))
        };
        let fraction = if self.rng.chance(40) { number(1, 0) } else { self.expr(Type::Number, At::Fraction(kinds), 2) };
        Reverse { trigger, within: if self.rng.chance(50) { Within::Months(2) } else { Within::Days(45) }, fraction }
    }

    fn each(&mut self) {
        let table = *self.rng.pick(&[
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::Cash,
            Table::Activity,
            Table::SubscriberMonth,
        ]);
        let kinds = if table == Table::BusinessEvent && self.rng.chance(75) {
            let mut kinds = vec![(*self.rng.pick(&KINDS)).to_string()];
            let second = (*self.rng.pick(&KINDS)).to_string();
            if self.rng.chance(40) && kinds[0] != second {
                kinds.push(second);
            }
            kinds
        } else {
            Vec::new()
        };
        let mut component = self.component(Basis::Each { table, kinds }, At::Fact(table, true));
        if table == Table::BusinessEvent && self.rng.chance(20) {
            component.once = Some(*self.rng.pick(&[Col::Imei, Col::Subscriber]));
        }
        self.policy.components.push(component);
    }

    /// Table under a component, if it is made of facts.
    fn table_of(&self, index: usize) -> Option<Table> {
        match &self.policy.components[index].basis {
            Basis::Each { table, .. } => Some(*table),
            Basis::Lines { of } => self.table_of(of[0]),
            _ => None,
        }
    }

    fn depth(&self, index: usize) -> usize {
        match &self.policy.components[index].basis {
            Basis::Lines { of } => 1 + of.iter().map(|base| self.depth(*base)).max().unwrap_or(0),
            _ => 0,
        }
    }

    fn on_lines(&mut self) {
        let base = self.rng.below(self.policy.components.len());
        let Some(table) = self.table_of(base) else { return };
        if self.depth(base) > 1 {
            return;
        }
        let component = self.component(Basis::Lines { of: vec![base] }, At::Line(table));
        self.policy.components.push(component);
    }

    fn line_measure(&mut self) {
        let of = vec![self.rng.below(self.policy.components.len())];
        let window = if self.rng.chance(60) {
            Window::ToDate(*self.rng.pick(&[Span::Month, Span::Year]))
        } else {
            Window::Months { from: 2, to: self.rng.below(2) as u16 }
        };
        let key = *self.rng.pick(&[Key::Partner, Key::Partner, Key::Outlet, Key::Clerk, Key::Company]);
        let name = format!("t{}", self.policy.measures.len());
        self.policy.measures.push(Measure {
            name,
            title: String::new(),
            source: Source::Lines { of },
            key,
            window,
            rollup: None,
            ty: Type::Money,
        });
    }

    fn group(&mut self) {
        let key = *self.rng.pick(&[Key::Partner, Key::Partner, Key::Partner, Key::Outlet, Key::Clerk, Key::Customer, Key::Subscriber]);
        let span = *self.rng.pick(&[Span::Month, Span::Month, Span::Quarter, Span::Year]);
        let component = match self.rng.below(6) {
            0 => {
                let key = *self.rng.pick(&[Key::Partner, Key::Outlet, Key::Clerk]);
                let by = self.measured(Type::Number, At::Group(key, true));
                let within = *self.rng.pick(&[None, Some(Level::City), Some(Level::Province)]);
                let top = self.rng.between(1, 4) as u32;
                self.component(Basis::Rank { key, span: Span::Month, by, within, top }, At::Rank(key))
            }
            1 => {
                let key = *self.rng.pick(&[Key::Partner, Key::Outlet, Key::Clerk]);
                let weight = self.measured(Type::Number, At::Group(key, true));
                let mut component = self.component(Basis::Pool { key, span: Span::Month, weight }, At::Group(key, true));
                component.amount = Expr::Money(self.rng.between(0, 99_999));
                component.cap = None;
                component
            }
            2 => self.component(Basis::Group { key, span, pay: GroupPay::Cumulative }, At::Group(key, false)),
            _ => self.component(Basis::Group { key, span, pay: GroupPay::AtEnd }, At::Group(key, true)),
        };
        self.policy.components.push(component);
    }

    fn clawback(&mut self) {
        let of: Vec<usize> = (0..self.policy.components.len())
            .filter(|index| matches!(&self.policy.components[*index].basis, Basis::Each { table: Table::BusinessEvent, .. }))
            .take(2)
            .collect();
        if of.is_empty() {
            return;
        }
        let key = *self.rng.pick(&[Key::Partner, Key::Outlet, Key::Clerk]);
        let suspect = self.expr(Type::Bool, At::Fact(Table::BusinessEvent, false), 2);
        let when = Expr::Binary(
            Op::And,
            Box::new(Expr::Binary(Op::Gt, Box::new(Expr::Field(Field::SuspectShare)), Box::new(number(self.rng.between(0, 9), 1)))),
            Box::new(Expr::Binary(Op::Ge, Box::new(Expr::Field(Field::SuspectCount)), Box::new(number(1, 0)))),
        );
        let beyond = if self.rng.chance(60) { Some(number(self.rng.between(0, 60), 2)) } else { None };
        let mut component = self.component(Basis::Clawback { key, of, suspect, when, beyond }, At::Group(key, false));
        component.filter = Expr::Bool(true);
        component.schedule = None;
        component.payees = vec![Share { payee: Payee::Partner, ppm: 1_000_000 }];
        self.policy.components.push(component);
    }

    fn limits(&mut self, each: usize) {
        let events: Vec<usize> = (0..each)
            .filter(|index| matches!(&self.policy.components[*index].basis, Basis::Each { table: Table::BusinessEvent, .. }))
            .collect();
        if events.is_empty() {
            return;
        }
        if events.len() > 1 && self.rng.chance(50) {
            let pick = *self.rng.pick(&[Pick::Best, Pick::First, Pick::MostSpecific]);
            self.policy.exclusives.push(Exclusive { name: "g".into(), components: events.clone(), pick });
        }
        let order = |rng: &mut Rng| *rng.pick(&[Order::ByDay, Order::HighestFirst, Order::LowestFirst]);
        if self.rng.chance(50) {
            let key = *self.rng.pick(&[Key::Partner, Key::Outlet, Key::Clerk]);
            let span = *self.rng.pick(&[Span::Month, Span::Quarter]);
            let (amount, order) = (Expr::Money(self.rng.between(0, 20_000)), order(&mut self.rng));
            self.policy.caps.push(Cap { name: "j".into(), components: events.clone(), key, span, amount, order });
        }
        if self.rng.chance(50) {
            let span = *self.rng.pick(&[None, Some(Span::Month), Some(Span::Quarter)]);
            let (amount, order, partial) = (Expr::Money(self.rng.between(0, 40_000)), order(&mut self.rng), self.rng.chance(50));
            let components = vec![events[self.rng.below(events.len())]];
            self.policy.budgets.push(Budget { name: "b".into(), components, span, amount, order, partial });
        }
    }
}

fn type_of(expr: &Expr) -> Type {
    match expr {
        Expr::Money(_) => Type::Money,
        Expr::Field(Field::Fact(col)) => {
            if col.ty() == ColType::Money {
                Type::Money
            } else {
                Type::Number
            }
        }
        Expr::Binary(Op::Mul, a, b) => {
            if type_of(a) == Type::Money || type_of(b) == Type::Money {
                Type::Money
            } else {
                Type::Number
            }
        }
        Expr::Binary(_, a, _) => type_of(a),
        _ => Type::Number,
    }
}
