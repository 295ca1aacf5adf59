//! Random expressions of a type, of what the place they stand in may read (`crates/policy/src/check/places.rs`).

use crate::random_policy::{Maker, literal};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_policy::model::*;

/// Where an expression stands, which decides what it may read.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum At {
    Scope,
    /// A single fact; `true`: the amount and requirements of a component with one payee.
    Fact(Table, bool),
    /// A line; likewise.
    Line(Table, bool),
    /// What a measure counts.
    Count(Table),
    /// What a measure sums: no division.
    Sum(Table),
    Suspect(Table),
    Group {
        key: Key,
        cumulative: bool,
        rank: bool,
        payee: bool,
    },
    Strikes(Key),
    /// Gates and pauses; `true` if the item has a subscriber.
    Gate(bool),
    /// Conditions of reversals; likewise.
    Lapse(bool),
    /// Fractions; `true` if a fact sets the reversal off.
    Fraction(bool),
}

impl At {
    fn table(self) -> Option<Table> {
        match self {
            At::Scope => Some(Table::BusinessEvent),
            At::Fact(table, _) | At::Line(table, _) | At::Count(table) | At::Sum(table) | At::Suspect(table) => Some(table),
            _ => None,
        }
    }

    pub(crate) fn with_payee(self, only: bool) -> At {
        match self {
            At::Fact(table, _) => At::Fact(table, only),
            At::Line(table, _) => At::Line(table, only),
            At::Group { key, cumulative, rank, .. } => At::Group { key, cumulative, rank, payee: only },
            other => other,
        }
    }
}

const PARTNER: [(PartnerField, Type); 9] = [
    (PartnerField::Code, Type::Text),
    (PartnerField::Kind, Type::Text),
    (PartnerField::Tier, Type::Text),
    (PartnerField::Level, Type::Number),
    (PartnerField::Territory, Type::Text),
    (PartnerField::Years, Type::Number),
    (PartnerField::AgreementActive, Type::Bool),
    (PartnerField::Commitment, Type::Money),
    (PartnerField::Renewed, Type::Bool),
];

const OUTLET: [(Field, Type); 5] = [
    (Field::OutletCode, Type::Text),
    (Field::Channel, Type::Text),
    (Field::Subtype, Type::Text),
    (Field::OutletGrade, Type::Text),
    (Field::District, Type::Text),
];

const PRODUCT: [(Field, Type); 4] = [
    (Field::ProductLine, Type::Text),
    (Field::ProductCategory, Type::Text),
    (Field::SupplyPrice, Type::Money),
    (Field::RetailPrice, Type::Money),
];

type Fields = Vec<(Field, Type)>;

fn partner(whose: Whose, fields: &mut Fields) {
    fields.extend(PARTNER.map(|(field, ty)| (Field::Partner(whose, field), ty)));
}

fn cells(table: Table, make: fn(Col) -> Field, fields: &mut Fields) {
    for col in table.columns() {
        let ty = match col.ty() {
            ColType::Text => Type::Text,
            ColType::Int => Type::Number,
            ColType::Money => Type::Money,
            ColType::Bool => Type::Bool,
            ColType::Date => Type::Date,
            ColType::Month => continue,
        };
        fields.push((make(*col), ty));
    }
}

fn states(fields: &mut Fields) {
    cells(Table::SubscriberMonth, Field::Sub, fields);
    fields.push((Field::SubExists, Type::Bool));
}

fn of_fact(table: Table, at: At, fields: &mut Fields) {
    cells(table, Field::Fact, fields);
    fields.extend(OUTLET);
    fields.push((Field::Region, Type::Text));
    if table.has(Col::Product) {
        fields.extend(PRODUCT);
    }
    partner(Whose::Own, fields);
    partner(Whose::Parent, fields);
    if table.has(Col::Subscriber) && at != At::Scope {
        states(fields);
    }
    if let At::Line(..) = at {
        partner(Whose::Earner, fields);
        fields.extend([(Field::LineAmount, Type::Money), (Field::LineAmount, Type::Money), (Field::LineBase, Type::Money)]);
    }
    if let At::Fact(_, true) | At::Line(_, true) = at {
        partner(Whose::Payee, fields);
    }
}

fn of_group(key: Key, at: At, fields: &mut Fields) {
    partner(Whose::Own, fields);
    partner(Whose::Parent, fields);
    fields.push((Field::Region, Type::Text));
    if key == Key::Outlet {
        fields.extend(OUTLET);
    }
    match at {
        At::Group { rank: true, .. } => fields.extend([(Field::Rank, Type::Number); 4]),
        At::Strikes(_) => fields.extend([(Field::SuspectShare, Type::Number), (Field::SuspectCount, Type::Number)]),
        _ => {}
    }
    if key == Key::Subscriber && !matches!(at, At::Group { cumulative: true, .. }) {
        states(fields);
    }
    if let At::Group { payee: true, .. } = at {
        partner(Whose::Payee, fields);
    }
}

fn fields_at(at: At) -> Fields {
    let mut fields: Fields = vec![(Field::MonthNumber, Type::Number)];
    match at {
        At::Scope | At::Fact(..) | At::Line(..) | At::Count(_) | At::Sum(_) | At::Suspect(_) => {
            of_fact(at.table().unwrap_or(Table::BusinessEvent), at, &mut fields);
        }
        At::Group { key, .. } | At::Strikes(key) => of_group(key, at, &mut fields),
        At::Gate(subscriber) | At::Lapse(subscriber) => {
            partner(Whose::Own, &mut fields);
            if subscriber {
                states(&mut fields);
            }
            if let At::Lapse(_) = at {
                fields.extend([(Field::ElapsedMonths, Type::Number), (Field::ElapsedDays, Type::Number)]);
            }
        }
        At::Fraction(event) => {
            fields = vec![(Field::ElapsedMonths, Type::Number), (Field::ElapsedDays, Type::Number)];
            if event {
                cells(Table::BusinessEvent, Field::Fact, &mut fields);
            }
        }
    }
    fields
}

impl Maker {
    /// A measure of the type that the place may read, or a literal.
    pub(crate) fn measured(&mut self, ty: Type, at: At) -> Expr {
        let usable: Vec<usize> =
            (0..self.policy.measures.len()).filter(|index| self.may_read(*index, at) && self.policy.measures[*index].ty == ty).collect();
        if usable.is_empty() { literal(&self.rng, ty) } else { Expr::Measure(*self.rng.pick(&usable)) }
    }

    pub(crate) fn may_read(&self, index: usize, at: At) -> bool {
        let measure = &self.policy.measures[index];
        let lines = matches!(measure.source, Source::Lines { .. });
        let past = matches!(measure.window, Window::Months { to, .. } if to > 0);
        let on_sub = matches!(&measure.source, Source::Facts { filter, agg, .. } if mentions_sub(filter) || matches!(agg, Agg::Sum(expr) if mentions_sub(expr)));
        let reaches = |item: Key| item == measure.key || matches!(measure.key, Key::Partner | Key::Company | Key::Region(_));
        match at {
            At::Fact(table, _) | At::Line(table, _) | At::Suspect(table) => {
                let named = match measure.key {
                    Key::Clerk => table.has(Col::Clerk),
                    Key::Customer => table.has(Col::Customer),
                    Key::Subscriber => table.has(Col::Subscriber),
                    _ => true,
                };
                named && (!lines || past)
            }
            At::Group { key, cumulative, .. } => reaches(key) && !(cumulative && on_sub),
            At::Strikes(key) => reaches(key) && (!lines || past),
            At::Scope | At::Count(_) | At::Sum(_) | At::Gate(_) | At::Lapse(_) | At::Fraction(_) => false,
        }
    }

    pub(crate) fn field(&mut self, ty: Type, at: At) -> Option<Expr> {
        let fitting: Vec<Field> = fields_at(at).into_iter().filter(|(_, found)| *found == ty).map(|(field, _)| field).collect();
        if fitting.is_empty() { None } else { Some(Expr::Field(*self.rng.pick(&fitting))) }
    }

    pub(crate) fn expr(&mut self, ty: Type, at: At, depth: usize) -> Expr {
        if depth == 0 || self.rng.chance(20) {
            return self.leaf(ty, at);
        }
        match ty {
            Type::Bool => self.condition(at, depth - 1),
            Type::Money | Type::Number => self.quantity(ty, at, depth - 1),
            Type::Text | Type::Date => self.leaf(ty, at),
        }
    }

    fn boxed(&mut self, ty: Type, at: At, depth: usize) -> Box<Expr> {
        Box::new(self.expr(ty, at, depth))
    }

    fn condition(&mut self, at: At, depth: usize) -> Expr {
        match self.rng.below(11) {
            0 => Expr::Not(self.boxed(Type::Bool, at, depth)),
            1 => {
                let op = *self.rng.pick(&[Op::And, Op::Or]);
                Expr::Binary(op, self.boxed(Type::Bool, at, depth), self.boxed(Type::Bool, at, depth))
            }
            2 => {
                let subject = self.leaf(Type::Text, at);
                let mut codes = vec![(*self.rng.pick(&["43", "4301", "44"])).into()];
                codes.extend(self.rng.chance(30).then(|| "430102".into()));
                Expr::Under(Box::new(subject), codes)
            }
            3 => {
                let ty = *self.rng.pick(&[Type::Text, Type::Text, Type::Number, Type::Money, Type::Date]);
                let subject = self.boxed(ty, at, depth);
                Expr::In(subject, vec![literal(&self.rng, ty), literal(&self.rng, ty)])
            }
            4 => {
                let ty = *self.rng.pick(&[Type::Text, Type::Text, Type::Bool]);
                let op = *self.rng.pick(&[Op::Eq, Op::Ne]);
                Expr::Binary(op, self.boxed(ty, at, depth), self.boxed(ty, at, depth))
            }
            5 => {
                let subject = self.leaf(Type::Text, at);
                let prefix = (*self.rng.pick(&["4301", "O", "P", "社会", "A", "e1", ""])).to_string();
                Expr::Call(Func::StartsWith, vec![subject, Expr::Text(prefix)])
            }
            6 => {
                // Between.
                let ty = *self.rng.pick(&[Type::Number, Type::Money, Type::Date]);
                let subject = self.boxed(ty, at, depth);
                let low = Expr::Binary(Op::Ge, subject.clone(), Box::new(literal(&self.rng, ty)));
                let high = Expr::Binary(Op::Le, subject, Box::new(literal(&self.rng, ty)));
                Expr::Binary(Op::And, Box::new(low), Box::new(high))
            }
            _ => {
                let ty = *self.rng.pick(&[Type::Number, Type::Money, Type::Money, Type::Date]);
                let op = *self.rng.pick(&[Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Eq, Op::Ne]);
                Expr::Binary(op, self.boxed(ty, at, depth), self.boxed(ty, at, depth))
            }
        }
    }

    fn quantity(&mut self, ty: Type, at: At, depth: usize) -> Expr {
        // Predicates are made at the scope and at gates without subscriber, and may be read in a sum.
        let divides = !matches!(at, At::Sum(_) | At::Scope | At::Gate(false));
        match self.rng.below(10) {
            0 => {
                let op = *self.rng.pick(&[Op::Add, Op::Sub]);
                Expr::Binary(op, self.boxed(ty, at, depth), self.boxed(ty, at, depth))
            }
            1 => Expr::Binary(Op::Mul, self.boxed(ty, at, depth), self.boxed(Type::Number, at, depth)),
            2 => Expr::Binary(Op::Mul, self.boxed(Type::Number, at, depth), self.boxed(ty, at, depth)),
            3 if divides => {
                // Money by money is a number, too.
                let of = if ty == Type::Number && self.rng.chance(40) { Type::Money } else { ty };
                let by = if of == ty { Type::Number } else { Type::Money };
                Expr::Binary(Op::Div, self.boxed(of, at, depth), self.boxed(by, at, depth))
            }
            4 => {
                let func = *self.rng.pick(&[Func::Min, Func::Max]);
                let count = 2 + self.rng.below(2);
                Expr::Call(func, (0..count).map(|_| self.expr(ty, at, depth)).collect())
            }
            5 => {
                let func = *self.rng.pick(&[Func::Abs, Func::Ceil, Func::Floor, Func::Round]);
                Expr::Call(func, vec![self.expr(ty, at, depth)])
            }
            6 => Expr::If(self.boxed(Type::Bool, at, depth), self.boxed(ty, at, depth), self.boxed(ty, at, depth)),
            7 => self.climbed(ty, at, depth),
            8 => Expr::Neg(self.boxed(ty, at, depth)),
            _ => {
                let over = *self.rng.pick(&[Type::Text, Type::Text, Type::Number, Type::Date]);
                let subject = self.boxed(over, at, depth);
                let arms = (0..=self.rng.below(2))
                    .map(|_| (vec![literal(&self.rng, over), literal(&self.rng, over)], self.expr(ty, at, depth)))
                    .collect();
                Expr::Match { subject, arms, otherwise: self.boxed(ty, at, depth) }
            }
        }
    }

    /// A ladder, or a leaf where none fits.
    fn climbed(&mut self, ty: Type, at: At, depth: usize) -> Expr {
        let fits = |ladder: &Ladder| ladder.output == ty && !(matches!(at, At::Sum(_)) && ladder.mode == LadderMode::Curve);
        let ladders: Vec<usize> = (0..self.policy.ladders.len()).filter(|index| fits(&self.policy.ladders[*index])).collect();
        if ladders.is_empty() {
            return self.leaf(ty, at);
        }
        let ladder = *self.rng.pick(&ladders);
        let input = self.policy.ladders[ladder].input;
        Expr::Ladder(ladder, self.boxed(input, at, depth))
    }

    pub(crate) fn leaf(&mut self, ty: Type, at: At) -> Expr {
        match self.rng.below(10) {
            0 | 1 => literal(&self.rng, ty),
            2 => self.param(ty, true),
            3..=5 if matches!(ty, Type::Money | Type::Number) => self.measured(ty, at),
            6 if ty == Type::Number => {
                let (from, to) = (self.leaf(Type::Date, at), self.leaf(Type::Date, at));
                Expr::Call(*self.rng.pick(&[Func::Months, Func::Days]), vec![from, to])
            }
            6 | 7 if ty == Type::Bool => self.predicate(at),
            _ => self.field(ty, at).unwrap_or_else(|| literal(&self.rng, ty)),
        }
    }

    /// A parameter of the type, or a literal. Where one number holds for all, a territory may not set it.
    pub(crate) fn param(&mut self, ty: Type, local: bool) -> Expr {
        let fits = |param: &Param| param.ty == ty && (local || param.local.is_none());
        let params: Vec<usize> = (0..self.policy.params.len()).filter(|index| fits(&self.policy.params[*index])).collect();
        if params.is_empty() { literal(&self.rng, ty) } else { Expr::Param(*self.rng.pick(&params)) }
    }

    /// A named condition: the first half are over business events, the others over the own partner, which every place but a fraction has.
    fn predicate(&mut self, at: At) -> Expr {
        let half = self.policy.predicates.len() / 2;
        let reads_events = at != At::Scope && at.table() == Some(Table::BusinessEvent);
        match at {
            _ if reads_events && half > 0 => Expr::Predicate(self.rng.below(half * 2)),
            At::Fraction(_) => literal(&self.rng, Type::Bool),
            _ if half > 0 => Expr::Predicate(half + self.rng.below(half)),
            _ => literal(&self.rng, Type::Bool),
        }
    }
}

fn mentions_sub(expr: &Expr) -> bool {
    format!("{expr:?}").contains("Sub")
}
