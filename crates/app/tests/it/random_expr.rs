//! Random expressions of a type, of what the place they stand in may read.

use crate::random_policy::{At, Maker, literal};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_policy::model::*;

impl Maker {
    /// A measure of the type that the place may read, or a literal.
    pub(crate) fn measured(&mut self, ty: Type, at: At) -> Expr {
        let usable: Vec<usize> =
            (0..self.policy.measures.len()).filter(|index| self.may_read(*index, at) && self.policy.measures[*index].ty == ty).collect();
        if usable.is_empty() { literal(&mut self.rng, ty) } else { Expr::Measure(*self.rng.pick(&usable)) }
    }

    pub(crate) fn may_read(&self, index: usize, at: At) -> bool {
        let measure = &self.policy.measures[index];
        let lines = matches!(measure.source, Source::Lines { .. });
        let ends_before = matches!(measure.window, Window::Months { to, .. } if to > 0);
        let on_sub = matches!(&measure.source, Source::Facts { filter, .. } if mentions_sub(filter));
        match at {
            At::Fact(_, allowed) => allowed && (!lines || ends_before),
            At::Line(_) => !lines || ends_before,
            At::Group(key, subs) => {
                (subs || !on_sub) && derivable(measure.key, key) && (!lines || !matches!(key, Key::Customer | Key::Subscriber))
            }
            At::Rank(key) => derivable(measure.key, key),
            At::Gate | At::Fraction(_) | At::Count(..) => false,
        }
    }

    pub(crate) fn field(&mut self, ty: Type, at: At) -> Option<Expr> {
        let mut fields: Vec<(Field, Type)> = vec![(Field::MonthNumber, Type::Number)];
        let partner = |whose: Whose, fields: &mut Vec<(Field, Type)>| {
            for (field, ty) in [
                (PartnerField::Code, Type::Text),
                (PartnerField::Tier, Type::Text),
                (PartnerField::Level, Type::Number),
                (PartnerField::Territory, Type::Text),
                (PartnerField::Years, Type::Number),
                (PartnerField::AgreementActive, Type::Bool),
                (PartnerField::Commitment, Type::Money),
                (PartnerField::Renewed, Type::Bool),
            ] {
                fields.push((Field::Partner(whose, field), ty));
            }
        };
        let cells = |table: Table, make: fn(Col) -> Field, fields: &mut Vec<(Field, Type)>| {
            for col in table.columns() {
                let ty = match col.ty() {
                    ColType::Text => Type::Text,
                    ColType::Int => Type::Number,
                    ColType::Money => Type::Money,
                    ColType::Bool => Type::Bool,
                    ColType::Date => Type::Date,
                    ColType::Month => continue,
                };
                if *col != Col::KnownOn {
                    fields.push((make(*col), ty));
                }
            }
        };
        match at {
            At::Fact(table, _) | At::Line(table) | At::Count(table, _) => {
                cells(table, Field::Fact, &mut fields);
                for (field, ty) in [
                    (Field::OutletCode, Type::Text),
                    (Field::Channel, Type::Text),
                    (Field::OutletGrade, Type::Text),
                    (Field::District, Type::Text),
                    (Field::Region, Type::Text),
                    (Field::ProductLine, Type::Text),
                    (Field::SupplyPrice, Type::Money),
                ] {
                    fields.push((field, ty));
                }
                partner(Whose::Own, &mut fields);
                partner(Whose::Parent, &mut fields);
                if !matches!(at, At::Count(_, false)) {
                    cells(Table::SubscriberMonth, Field::Sub, &mut fields);
                    fields.push((Field::SubExists, Type::Bool));
                }
                if let At::Line(_) = at {
                    partner(Whose::Earner, &mut fields);
                    fields.push((Field::LineAmount, Type::Money));
                    fields.push((Field::LineBase, Type::Money));
                }
            }
            At::Group(key, _) | At::Rank(key) => {
                partner(Whose::Own, &mut fields);
                fields.push((Field::Region, Type::Text));
                if key == Key::Outlet {
                    fields.extend([(Field::OutletCode, Type::Text), (Field::OutletGrade, Type::Text)]);
                }
                if let At::Rank(_) = at {
                    fields.push((Field::Rank, Type::Number));
                }
            }
            At::Gate => {
                cells(Table::SubscriberMonth, Field::Sub, &mut fields);
                partner(Whose::Own, &mut fields);
            }
            At::Fraction(event) => {
                fields.extend([(Field::ElapsedMonths, Type::Number), (Field::ElapsedDays, Type::Number)]);
                if event {
                    cells(Table::BusinessEvent, Field::Fact, &mut fields);
                }
            }
        }
        let fitting: Vec<Field> = fields.into_iter().filter(|(_, found)| *found == ty).map(|(field, _)| field).collect();
        if fitting.is_empty() { None } else { Some(Expr::Field(*self.rng.pick(&fitting))) }
    }

    pub(crate) fn expr(&mut self, ty: Type, at: At, depth: usize) -> Expr {
        if depth == 0 || self.rng.chance(20) {
            return self.leaf(ty, at);
        }
        let sub = |maker: &mut Maker, ty| Box::new(maker.expr(ty, at, depth - 1));
        match ty {
            Type::Bool => match self.rng.below(7) {
                0 => Expr::Not(sub(self, Type::Bool)),
                1 => Expr::Binary(*self.rng.pick(&[Op::And, Op::Or]), sub(self, Type::Bool), sub(self, Type::Bool)),
                2 => {
                    let subject = self.leaf(Type::Text, at);
                    Expr::Under(Box::new(subject), vec![(*self.rng.pick(&["43", "4301", "44"])).into()])
                }
                3 => {
                    let ty = *self.rng.pick(&[Type::Text, Type::Number, Type::Money]);
                    let subject = sub(self, ty);
                    Expr::In(subject, vec![literal(&mut self.rng, ty), literal(&mut self.rng, ty)])
                }
                4 => Expr::Binary(*self.rng.pick(&[Op::Eq, Op::Ne]), sub(self, Type::Text), sub(self, Type::Text)),
                _ => {
                    let ty = *self.rng.pick(&[Type::Number, Type::Money, Type::Money, Type::Date]);
                    let op = *self.rng.pick(&[Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Eq]);
                    Expr::Binary(op, sub(self, ty), sub(self, ty))
                }
            },
            Type::Money | Type::Number => match self.rng.below(9) {
                0 => Expr::Binary(*self.rng.pick(&[Op::Add, Op::Sub]), sub(self, ty), sub(self, ty)),
                1 | 2 => Expr::Binary(Op::Mul, sub(self, ty), sub(self, Type::Number)),
                3 => Expr::Binary(Op::Div, sub(self, ty), sub(self, Type::Number)),
                4 => Expr::Call(*self.rng.pick(&[Func::Min, Func::Max]), vec![*sub(self, ty), *sub(self, ty)]),
                5 => Expr::Call(*self.rng.pick(&[Func::Abs, Func::Ceil, Func::Floor, Func::Round]), vec![*sub(self, ty)]),
                6 => Expr::If(sub(self, Type::Bool), sub(self, ty), sub(self, ty)),
                7 => {
                    let ladders: Vec<usize> =
                        (0..self.policy.ladders.len()).filter(|index| self.policy.ladders[*index].output == ty).collect();
                    if ladders.is_empty() {
                        return self.leaf(ty, at);
                    }
                    let ladder = *self.rng.pick(&ladders);
                    let input = self.policy.ladders[ladder].input;
                    Expr::Ladder(ladder, sub(self, input))
                }
                _ => {
                    let subject = sub(self, Type::Text);
                    let arms = vec![(vec![literal(&mut self.rng, Type::Text), literal(&mut self.rng, Type::Text)], *sub(self, ty))];
                    Expr::Match { subject, arms, otherwise: sub(self, ty) }
                }
            },
            Type::Text | Type::Date => self.leaf(ty, at),
        }
    }

    pub(crate) fn leaf(&mut self, ty: Type, at: At) -> Expr {
        match self.rng.below(10) {
            0 | 1 => literal(&mut self.rng, ty),
            2 => {
                let params: Vec<usize> = (0..self.policy.params.len()).filter(|index| self.policy.params[*index].ty == ty).collect();
                if params.is_empty() { literal(&mut self.rng, ty) } else { Expr::Param(*self.rng.pick(&params)) }
            }
            3..=5 if matches!(ty, Type::Money | Type::Number) => self.measured(ty, at),
            6 if ty == Type::Number => {
                let (from, to) = (self.leaf(Type::Date, at), self.leaf(Type::Date, at));
                Expr::Call(*self.rng.pick(&[Func::Months, Func::Days]), vec![from, to])
            }
            _ => self.field(ty, at).unwrap_or_else(|| literal(&mut self.rng, ty)),
        }
    }
}

fn derivable(measure: Key, group: Key) -> bool {
    measure == group || matches!(measure, Key::Partner | Key::Company | Key::Region(_))
}

fn mentions_sub(expr: &Expr) -> bool {
    format!("{expr:?}").contains("Sub")
}
