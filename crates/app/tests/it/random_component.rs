//! Random components: every basis, chains of overrides, payees, instalments, reversals.

use crate::cover::measures_of;
use crate::random_expr::At;
use crate::random_policy::{Maker, literal, number};
use crate::random_world::{KINDS, TIERS};
use qudao_kernel::Remainder;
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::territory::Level;
use qudao_policy::model::*;

const DESTINATIONS: [Destination; 7] = [
    Destination::Payable,
    Destination::Holdback,
    Destination::Netted,
    Destination::Points,
    Destination::Topup,
    Destination::Credit,
    Destination::Advance,
];
const SPANS: [Span; 4] = [Span::Month, Span::Quarter, Span::HalfYear, Span::Year];
const REMAINDERS: [Remainder; 3] = [Remainder::Largest, Remainder::First, Remainder::Last];

impl Maker {
    pub(crate) fn components(&mut self) {
        // Components on single facts and on lines read totals of earlier months: of components that come later in the text.
        let past = self.rng.chance(25);
        if past {
            let measure = self.past_total();
            self.policy.measures.push(measure);
        }
        for _ in 0..=self.rng.weighted(&[40, 35, 25]) {
            self.each();
        }
        for _ in 0..self.rng.weighted(&[45, 30, 25]) {
            self.on_lines();
        }
        for _ in 0..self.rng.weighted(&[30, 35, 25, 10]) {
            if self.rng.chance(60) {
                self.line_measure();
            }
            self.group();
        }
        if self.rng.chance(35) {
            self.clawback();
        }
        if self.rng.chance(30) {
            self.chain();
        }
        if self.rng.chance(30) {
            self.line_measure();
            self.group();
        }
        if past {
            let all: Vec<usize> = (0..self.policy.components.len()).collect();
            let wanted = self.some_of(&all);
            let total = self.policy.measures.iter_mut().find_map(|measure| match &mut measure.source {
                Source::Lines { of } => Some(of),
                Source::Facts { .. } => None,
            });
            total.unwrap().clone_from(&wanted);
        }
    }

    fn component(&mut self, basis: Basis, at: At) -> Component {
        let name = format!("c{}", self.policy.components.len());
        let payees = self.payees(at);
        let amounts_at = at.with_payee(payees.len() == 1);
        let pool = matches!(basis, Basis::Pool { .. });
        let filter = if self.rng.chance(35) { self.expr(Type::Bool, at, 2) } else { Expr::Bool(true) };
        let requires = (0..self.rng.weighted(&[60, 28, 12])).map(|index| self.require(index, amounts_at)).collect();
        let amount = match () {
            () if pool && self.rng.chance(30) => self.param(Type::Money, false),
            () if pool => Expr::Money(self.rng.between(0, 99_999)),
            () if self.rng.chance(25) => Expr::Money(self.rng.between(50, 20_000)),
            () if matches!(at, At::Line(..)) && self.rng.chance(40) => {
                let amount = Box::new(Expr::Field(*self.rng.pick(&[Field::LineAmount, Field::LineBase])));
                Expr::Binary(Op::Mul, amount, Box::new(number(self.rng.between(1, 99), 2)))
            }
            () => self.expr(Type::Money, amounts_at, 3),
        };
        let on_facts = matches!(basis, Basis::Each { .. } | Basis::Lines { .. });
        let subscriber = match at {
            At::Fact(table, _) | At::Line(table, _) => table.has(Col::Subscriber),
            At::Group { key, .. } => key == Key::Subscriber,
            _ => false,
        };
        let schedule = if self.rng.chance(if on_facts { 35 } else { 15 }) { Some(self.schedule(subscriber)) } else { None };
        let reverse = if on_facts && self.rng.chance(35) { Some(self.reverse(subscriber)) } else { None };
        Component {
            name,
            title: String::new(),
            clause: None,
            basis,
            filter,
            requires,
            amount,
            floor: if self.rng.chance(12) { Some(self.bound(0, 400)) } else { None },
            cap: if self.rng.chance(12) { Some(self.bound(400, 9_000)) } else { None },
            rounding: Rounding {
                mode: *self.rng.pick(&[RoundMode::HalfUp, RoundMode::HalfUp, RoundMode::Down, RoundMode::Up, RoundMode::HalfEven]),
                unit: *self.rng.pick(&[1, 1, 10, 100]),
            },
            once: None,
            payees,
            remainder: *self.rng.pick(&REMAINDERS),
            schedule,
            pay: match self.rng.below(3) {
                0 => PayDelay::Days(0),
                1 => PayDelay::Days(15),
                _ => PayDelay::DayOfMonth { months: self.rng.below(3) as u16, day: *self.rng.pick(&[1, 25, 31]) },
            },
            destination: *self.rng.pick(&DESTINATIONS),
            reverse,
            text: (0, 0),
        }
    }

    fn require(&mut self, index: usize, at: At) -> Require {
        let until = *self.rng.pick(&[None, None, Some(Within::Months(2)), Some(Within::Days(10))]);
        Require { cond: self.expr(Type::Bool, at, 2), code: format!("r{index}"), text: String::new(), until }
    }

    fn bound(&mut self, low: i64, high: i64) -> Expr {
        if self.rng.chance(25) { self.param(Type::Money, true) } else { Expr::Money(self.rng.between(low, high)) }
    }

    fn payees(&mut self, at: At) -> Vec<Share> {
        let tiers = vec![TIERS[0].to_string(), TIERS[1].to_string()];
        let mut choices =
            vec![Payee::Partner, Payee::Partner, Payee::Ancestor(1), Payee::Ancestor(2), Payee::Ancestor(3), Payee::AncestorOfTier(tiers)];
        match at {
            At::Fact(table, _) | At::Line(table, _) => {
                let named = [
                    (Col::Outlet, Payee::Outlet),
                    (Col::Clerk, Payee::Clerk),
                    (Col::Customer, Payee::Customer),
                    (Col::Subscriber, Payee::Subscriber),
                ];
                choices.extend(named.into_iter().filter(|(col, _)| table.has(*col)).map(|(_, payee)| payee));
            }
            At::Group { key, .. } => {
                let named = [
                    (Key::Outlet, Payee::Outlet),
                    (Key::Clerk, Payee::Clerk),
                    (Key::Customer, Payee::Customer),
                    (Key::Subscriber, Payee::Subscriber),
                ];
                for (_, payee) in named.into_iter().filter(|(named, _)| *named == key) {
                    choices.extend([payee.clone(), payee.clone(), payee]);
                }
            }
            _ => {}
        }
        if self.rng.chance(65) {
            return vec![Share { payee: self.rng.pick(&choices).clone(), ppm: 1_000_000 }];
        }
        let mut payees: Vec<Payee> = Vec::new();
        for _ in 0..2 + self.rng.below(2) {
            let payee = self.rng.pick(&choices).clone();
            if !payees.contains(&payee) {
                payees.push(payee);
            }
        }
        let weights = self.weights(payees.len());
        payees.into_iter().zip(weights).map(|(payee, ppm)| Share { payee, ppm }).collect()
    }

    /// Shares of a whole: millionths, or the smallest integers in proportion.
    fn weights(&mut self, parts: usize) -> Vec<u64> {
        if self.rng.chance(40) {
            return (0..parts).map(|_| self.rng.between(1, 3) as u64).collect();
        }
        let mut left = 1_000_000;
        (0..parts)
            .map(|index| {
                let after = (parts - 1 - index) as i64;
                let ppm = if after == 0 { left } else { self.rng.between(1, left - after) };
                left -= ppm;
                ppm as u64
            })
            .collect()
    }

    fn schedule(&mut self, subscriber: bool) -> Schedule {
        let mut months: Vec<u16> = match self.rng.weighted(&[65, 25, 10]) {
            0 => vec![0],
            1 => vec![],
            _ => vec![0, 0],
        };
        let mut month = 1;
        for _ in 0..=self.rng.below(3) {
            months.push(month);
            month += *self.rng.pick(&[1, 1, 1, 2, 0]);
        }
        let weights = self.weights(months.len());
        let parts = months
            .into_iter()
            .zip(weights)
            .map(|(month, ppm)| {
                let gate = if month > 0 && self.rng.chance(70) { Some(self.expr(Type::Bool, At::Gate(subscriber), 2)) } else { None };
                let on_fail = if self.rng.chance(50) {
                    OnFail::Forfeit
                } else {
                    OnFail::Defer { months: 1 + self.rng.below(2) as u16, tries: self.rng.below(3) as u16 }
                };
                Instalment { ppm, month, gate, on_fail }
            })
            .collect();
        let pause = if self.rng.chance(25) { Some(self.expr(Type::Bool, At::Gate(subscriber), 1)) } else { None };
        Schedule { parts, remainder: *self.rng.pick(&REMAINDERS), pause }
    }

    fn reverse(&mut self, subscriber: bool) -> Reverse {
        let event = self.rng.chance(70);
        let trigger = if event {
            Trigger::Kinds(vec!["cancellation".into(), "return".into()])
        } else {
            Trigger::When(self.expr(Type::Bool, At::Lapse(subscriber), 2))
        };
        let months = 1 + self.rng.below(3) as u16;
        let (within, elapsed, all) = if self.rng.chance(50) {
            (Within::Months(months), Field::ElapsedMonths, months)
        } else {
            (Within::Days(45), Field::ElapsedDays, 45)
        };
        let one = || Box::new(number(1, 0));
        let over = |a: Expr, b: Expr| Box::new(Expr::Binary(Op::Div, Box::new(a), Box::new(b)));
        let elapsed = Expr::Field(elapsed);
        let fraction = match self.rng.weighted(&[25, 25, 15, 15, 20]) {
            0 => number(1, 0),
            // Pro rata, difference, steps.
            1 => Expr::Binary(Op::Sub, one(), over(elapsed, number(all.into(), 0))),
            2 if event => {
                let (now, before) = (Expr::Field(Field::Fact(Col::PlanFee)), Expr::Field(Field::Fact(Col::PriorFee)));
                Expr::Binary(Op::Sub, one(), over(now, before))
            }
            3 => {
                let early = Expr::Binary(Op::Lt, Box::new(elapsed), Box::new(number(i64::from(all) / 2, 0)));
                Expr::If(Box::new(early), one(), Box::new(number(self.rng.between(0, 100), 2)))
            }
            _ => self.expr(Type::Number, At::Fraction(event), 2),
        };
        Reverse { trigger, within, fraction }
    }

    fn each(&mut self) {
        let table = *self.rng.pick(&[
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::BusinessEvent,
            Table::Cash,
            Table::Cash,
            Table::Activity,
            Table::SubscriberMonth,
            Table::Observation,
            Table::StockMovement,
        ]);
        let kinds = if table == Table::BusinessEvent && self.rng.chance(50) {
            let kinds = self.rng.shuffled(KINDS.len());
            kinds.into_iter().take(1 + self.rng.weighted(&[50, 35, 15])).map(|kind| KINDS[kind].to_string()).collect()
        } else {
            Vec::new()
        };
        let mut component = self.component(Basis::Each { table, kinds }, At::Fact(table, false));
        if self.rng.chance(15) {
            let texts: Vec<Col> = table.columns().iter().copied().filter(|col| col.ty() == ColType::Text).collect();
            let person = [Col::Imei, Col::Subscriber].into_iter().find(|col| table.has(*col) && self.rng.chance(60));
            component.once = Some(person.unwrap_or(*self.rng.pick(&texts)));
        }
        self.policy.components.push(component);
    }

    /// Table under a component, if it is made of facts.
    pub(crate) fn table_of(&self, index: usize) -> Option<Table> {
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
        let last = self.policy.components.len() - 1;
        let base = if self.rng.chance(50) { last } else { self.rng.below(last + 1) };
        let Some(table) = self.table_of(base) else { return };
        let level = self.depth(base);
        if level > 1 {
            return;
        }
        // Components of one level have no line in common.
        let alike: Vec<usize> = (0..self.policy.components.len())
            .filter(|index| *index != base && self.table_of(*index) == Some(table) && self.depth(*index) == level)
            .collect();
        let mut of = vec![base];
        if !alike.is_empty() && self.rng.chance(40) {
            of.extend(self.some_of(&alike));
        }
        let mut component = self.component(Basis::Lines { of }, At::Line(table, false));
        if self.rng.chance(50) {
            component.reverse.clone_from(&self.policy.components[base].reverse);
        }
        self.policy.components.push(component);
    }

    /// A total of earlier months; what it totals is filled in at the end.
    fn past_total(&mut self) -> Measure {
        let to = 1 + self.rng.below(2) as u16;
        let window = Window::Months { from: to + self.rng.below(3) as u16, to };
        self.total(Vec::new(), window)
    }

    fn line_measure(&mut self) {
        let all: Vec<usize> = (0..self.policy.components.len()).collect();
        let of = if self.rng.chance(60) { vec![*self.rng.pick(&all)] } else { self.some_of(&all) };
        let window = if self.rng.chance(60) {
            Window::ToDate(*self.rng.pick(&SPANS))
        } else {
            let to = self.rng.below(3) as u16;
            Window::Months { from: to + self.rng.below(3) as u16, to }
        };
        let measure = self.total(of, window);
        self.policy.measures.push(measure);
    }

    fn total(&mut self, of: Vec<usize>, window: Window) -> Measure {
        let key = *self.rng.pick(&[Key::Partner, Key::Partner, Key::Partner, Key::Outlet, Key::Clerk, Key::Company]);
        Measure {
            name: format!("t{}", self.policy.measures.len()),
            title: String::new(),
            source: Source::Lines { of },
            key,
            window,
            rollup: None,
            ty: Type::Money,
        }
    }

    fn group(&mut self) {
        let key = *self.rng.pick(&[Key::Partner, Key::Partner, Key::Outlet, Key::Clerk, Key::Customer, Key::Subscriber]);
        let kind = self.rng.weighted(&[3, 3, 2, 2, 4]);
        let key = if kind < 2 && key == Key::Customer { Key::Partner } else { key };
        let contest = key;
        let span = *self.rng.pick(&SPANS);
        let measure = self.policy.measures.len();
        self.counted_for(key);
        let group = |key, cumulative, rank| At::Group { key, cumulative, rank, payee: false };
        let ty = *self.rng.pick(&[Type::Number, Type::Money]);
        let mut component = match kind {
            0 => {
                let by = self.counted(ty, group(contest, false, false));
                let levels = [Level::Province, Level::City, Level::County];
                let within = if self.rng.chance(50) { Some(*self.rng.pick(&levels)) } else { None };
                let top = self.rng.between(1, 4) as u32;
                self.component(Basis::Rank { key: contest, span, by, within, top }, group(contest, false, true))
            }
            1 => {
                let weight = self.counted(ty, group(contest, false, false));
                self.component(Basis::Pool { key: contest, span, weight }, group(contest, false, false))
            }
            2 | 3 => self.component(Basis::Group { key, span, pay: GroupPay::Cumulative }, group(key, true, false)),
            _ => self.component(Basis::Group { key, span, pay: GroupPay::AtEnd }, group(key, false, false)),
        };
        // Without a measure it would have no groups.
        if measures_of(&self.policy, &component).is_empty() {
            let rate = Box::new(Expr::Money(self.rng.between(1, 2_000)));
            match &mut component.basis {
                Basis::Rank { by: number, .. } | Basis::Pool { weight: number, .. } => *number = Expr::Measure(measure),
                _ => component.amount = Expr::Binary(Op::Mul, rate, Box::new(Expr::Measure(measure))),
            }
        }
        self.policy.components.push(component);
    }

    /// A number counted for a key over months that reach the present one.
    fn counted_for(&mut self, key: Key) {
        let mut measure = self.fact_measure();
        let Source::Facts { table, kinds, filter, agg } = &mut measure.source else { return };
        let has = |col: Col, or: Table| if table.has(col) { *table } else { or };
        *table = match key {
            Key::Clerk => Table::BusinessEvent,
            Key::Subscriber => has(Col::Subscriber, Table::BusinessEvent),
            Key::Customer => Table::Cash,
            _ => *table,
        };
        kinds.retain(|_| *table == Table::BusinessEvent);
        (*filter, *agg) = (Expr::Bool(true), Agg::Count);
        measure.ty = Type::Number;
        (measure.key, measure.rollup) = (key, None);
        measure.window = Window::ToDate(*self.rng.pick(&SPANS));
        self.policy.measures.push(measure);
    }

    /// What groups are ranked or weighed by: mostly a measure alone.
    fn counted(&mut self, ty: Type, at: At) -> Expr {
        if self.rng.chance(70) { self.measured(ty, at) } else { self.expr(ty, at, 2) }
    }

    /// Overrides upon overrides: each pays the parent a part of what the one before paid an account.
    fn chain(&mut self) {
        let mut below = self.rng.below(self.policy.components.len());
        if self.rng.chance(50) {
            below = self.policy.components.len();
            let mut component =
                self.component(Basis::Each { table: Table::BusinessEvent, kinds: Vec::new() }, At::Fact(Table::BusinessEvent, false));
            (component.filter, component.amount) = (Expr::Bool(true), Expr::Money(5_000));
            component.requires.clear();
            component.payees = vec![Share { payee: Payee::Partner, ppm: 1 }];
            self.policy.components.push(component);
        }
        for _ in 0..2 + self.rng.below(4) {
            let of = vec![below];
            let window = Window::ToDate(*self.rng.pick(&[Span::Month, Span::Month, Span::Month, Span::Quarter]));
            let index = self.policy.measures.len();
            let mut total = self.total(of, window);
            total.key = Key::Partner;
            self.policy.measures.push(total);
            let at = At::Group { key: Key::Partner, cumulative: false, rank: false, payee: false };
            let basis = Basis::Group { key: Key::Partner, span: Span::Month, pay: GroupPay::AtEnd };
            let mut component = self.component(basis, at);
            component.amount = Expr::Binary(Op::Mul, Box::new(Expr::Measure(index)), Box::new(number(self.rng.between(5, 95), 2)));
            component.payees = vec![Share { payee: Payee::Ancestor(1), ppm: 1_000_000 }];
            component.rounding = Rounding { mode: RoundMode::HalfUp, unit: 1 };
            component.schedule = None;
            if self.rng.chance(70) {
                component.filter = Expr::Bool(true);
                component.requires.clear();
                (component.floor, component.cap) = (None, None);
            }
            below = self.policy.components.len();
            self.policy.components.push(component);
        }
    }

    fn clawback(&mut self) {
        let table = *self.rng.pick(&[Table::BusinessEvent, Table::BusinessEvent, Table::BusinessEvent, Table::SubscriberMonth]);
        let each: Vec<usize> = (0..self.policy.components.len())
            .filter(|index| matches!(&self.policy.components[*index].basis, Basis::Each { table: of, .. } if *of == table))
            .collect();
        if each.is_empty() {
            return;
        }
        let of = if self.rng.chance(50) { each } else { self.some_of(&each) };
        let key = *self.rng.pick(&[Key::Partner, Key::Outlet, Key::Clerk]);
        let suspect = if self.rng.chance(30) { Expr::Bool(true) } else { self.expr(Type::Bool, At::Suspect(table), 2) };
        let least = |field: Field, rate: Expr, op: Op| Box::new(Expr::Binary(op, Box::new(Expr::Field(field)), Box::new(rate)));
        let strikes = Expr::Binary(
            Op::And,
            least(Field::SuspectShare, number(self.rng.between(0, 9), 1), Op::Gt),
            least(Field::SuspectCount, number(1, 0), Op::Ge),
        );
        let when = match self.rng.weighted(&[70, 15, 15]) {
            0 => strikes,
            1 => Expr::Binary(Op::Or, Box::new(strikes), Box::new(self.expr(Type::Bool, At::Strikes(key), 2))),
            _ => self.expr(Type::Bool, At::Strikes(key), 2),
        };
        let beyond = match self.rng.weighted(&[40, 50, 10]) {
            0 => None,
            1 => Some(number(self.rng.between(0, 60), 2)),
            _ => Some(self.param(Type::Number, true)),
        };
        // Filter and requirements are those of the group, and read no total of the month.
        let mut component = self.component(Basis::Clawback { key, of, suspect, when, beyond }, At::Strikes(key));
        let plain = |expr: &Expr| !format!("{expr:?}").contains("Suspect");
        component.requires.retain(|require| plain(&require.cond));
        if !plain(&component.filter) {
            component.filter = Expr::Bool(true);
        }
        component.amount = literal(&self.rng, Type::Money);
        component.schedule = None;
        component.payees = vec![Share { payee: Payee::Partner, ppm: 1_000_000 }];
        self.policy.components.push(component);
    }
}
