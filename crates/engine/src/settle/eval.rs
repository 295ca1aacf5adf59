//! Evaluates a checked expression over a list of items, a column at a time.

use super::items::{Items, NO_DATE};
use super::master::{MasterIndex, NONE};
use super::num::{self, Num, Overflow, Ratio};
use super::subs::Subs;
use qudao_kernel::facts::{Col, ColType};
use qudao_kernel::{Date, territory};
use qudao_policy::model::{Closed, Expr, Field, Fill, Func, Ladder, LadderMode, Op, PartnerField, Policy, Whose};
use std::cmp::Ordering;

/// A column of values.
pub(crate) enum Value<'b> {
    /// Truth values.
    Bool(Bools),
    /// Money or numbers.
    Num(Num),
    /// Texts.
    Text(Texts<'b>),
    /// Days.
    Date(Dates),
}

/// Truth values, one or many.
pub(crate) enum Bools {
    /// The same for all.
    Const(bool),
    /// One each.
    Rows(Vec<bool>),
}

/// Texts, one or many.
pub(crate) enum Texts<'b> {
    /// The same for all.
    Const(&'b str),
    /// One each.
    Rows(Vec<&'b str>),
}

/// Days, one or many.
pub(crate) enum Dates {
    /// The same for all.
    Const(i32),
    /// One each.
    Rows(Vec<i32>),
}

impl Bools {
    pub(crate) fn at(&self, row: usize) -> bool {
        match self {
            Bools::Const(value) => *value,
            Bools::Rows(values) => values[row],
        }
    }
}
impl<'b> Texts<'b> {
    fn at(&self, row: usize) -> &'b str {
        match self {
            Texts::Const(value) => value,
            Texts::Rows(values) => values[row],
        }
    }
}
impl Dates {
    fn at(&self, row: usize) -> i32 {
        match self {
            Dates::Const(value) => *value,
            Dates::Rows(values) => values[row],
        }
    }
}

/// Where an expression finds what is not in its items.
pub(crate) trait Measures {
    /// Values of a measure of the policy for each item.
    fn measure(&self, policy: usize, measure: usize, items: &Items<'_>) -> Result<Num, Overflow>;
}

/// No measures: for gates, fractions and the like.
pub(crate) struct NoMeasures;

impl Measures for NoMeasures {
    fn measure(&self, _: usize, _: usize, _: &Items<'_>) -> Result<Num, Overflow> {
        Ok(Num::int(0))
    }
}

/// Evaluation of one policy's expressions. `'b` outlives the block.
#[derive(Clone, Copy)]
pub(crate) struct Eval<'b> {
    /// The policy.
    pub(crate) policy: &'b Policy,
    /// Its number in the set.
    pub(crate) index: usize,
    /// Local parameter values of this version.
    pub(crate) fills: &'b [Fill],
    /// Master rows.
    pub(crate) master: &'b MasterIndex,
    /// Subscriber states of the period.
    pub(crate) subs: &'b Subs,
    /// Measures.
    pub(crate) measures: &'b dyn Measures,
}

type Result<T, E = Overflow> = std::result::Result<T, E>;

impl<'b> Eval<'b> {
    /// A condition as one truth value per item.
    pub(crate) fn bools(&self, expr: &'b Expr, items: &Items<'b>) -> Result<Bools> {
        match self.value(expr, items)? {
            Value::Bool(bools) => Ok(bools),
            _ => Ok(Bools::Const(false)),
        }
    }

    /// Positions of the items for which a condition holds (`wanted`) or does not.
    pub(crate) fn positions(&self, expr: &'b Expr, items: &Items<'b>, wanted: bool) -> Result<Vec<u32>> {
        Ok(match self.bools(expr, items)? {
            Bools::Const(value) if value == wanted => (0..items.len as u32).collect(),
            Bools::Const(_) => Vec::new(),
            Bools::Rows(values) => (0..items.len as u32).filter(|item| values[*item as usize] == wanted).collect(),
        })
    }

    /// A money or number expression.
    pub(crate) fn num(&self, expr: &'b Expr, items: &Items<'b>) -> Result<Num> {
        match self.value(expr, items)? {
            Value::Num(num) => Ok(num),
            _ => Ok(Num::int(0)),
        }
    }

    fn texts(&self, expr: &'b Expr, items: &Items<'b>) -> Result<Texts<'b>> {
        match self.value(expr, items)? {
            Value::Text(texts) => Ok(texts),
            _ => Ok(Texts::Const("")),
        }
    }

    fn dates(&self, expr: &'b Expr, items: &Items<'b>) -> Result<Dates> {
        match self.value(expr, items)? {
            Value::Date(dates) => Ok(dates),
            _ => Ok(Dates::Const(NO_DATE)),
        }
    }

    /// Any expression.
    pub(crate) fn value(&self, expr: &'b Expr, items: &Items<'b>) -> Result<Value<'b>> {
        let rows = items.len;
        Ok(match expr {
            Expr::Bool(value) => Value::Bool(Bools::Const(*value)),
            Expr::Money(fen) => Value::Num(Num::int(i128::from(*fen))),
            Expr::Number { mantissa, scale } => {
                let (num, den) = num::reduce((i128::from(*mantissa), 10_i128.pow(u32::from(*scale).min(18))));
                Value::Num(Num::Const(num, den))
            }
            Expr::Text(text) => Value::Text(Texts::Const(text)),
            Expr::Date(day) => Value::Date(Dates::Const(day.days())),
            Expr::Field(field) => self.field(*field, items)?,
            Expr::Param(param) => self.param(*param, items)?,
            Expr::Predicate(predicate) => self.value(&self.policy.predicates[*predicate].expr, items)?,
            Expr::Measure(measure) => Value::Num(self.measures.measure(self.index, *measure, items)?),
            Expr::Ladder(ladder, argument) => {
                let argument = self.num(argument, items)?;
                Value::Num(self.ladder(&self.policy.ladders[*ladder], &argument, items)?)
            }
            Expr::Not(inner) => Value::Bool(match self.bools(inner, items)? {
                Bools::Const(value) => Bools::Const(!value),
                Bools::Rows(values) => Bools::Rows(values.into_iter().map(|value| !value).collect()),
            }),
            Expr::Neg(inner) => Value::Num(self.num(inner, items)?.neg()?),
            Expr::Binary(op, left, right) => self.binary(*op, left, right, items)?,
            Expr::If(cond, then, otherwise) => {
                let cond = self.bools(cond, items)?;
                if let Bools::Const(value) = cond {
                    return self.value(if value { then } else { otherwise }, items);
                }
                let (then, otherwise) = (self.value(then, items)?, self.value(otherwise, items)?);
                choose(rows, &[then, otherwise], |row| usize::from(!cond.at(row)))?
            }
            Expr::Match { subject, arms, otherwise } => {
                let subject = self.value(subject, items)?;
                let mut results = Vec::with_capacity(arms.len() + 1);
                let mut tests = Vec::with_capacity(arms.len());
                for (literals, result) in arms {
                    tests.push(self.among(&subject, literals, items)?);
                    results.push(self.value(result, items)?);
                }
                results.push(self.value(otherwise, items)?);
                choose(rows, &results, |row| tests.iter().position(|test| test.at(row)).unwrap_or(arms.len()))?
            }
            Expr::In(subject, literals) => {
                let subject = self.value(subject, items)?;
                Value::Bool(self.among(&subject, literals, items)?)
            }
            Expr::Under(subject, codes) => {
                let subject = self.texts(subject, items)?;
                let test = |text: &str| !text.is_empty() && codes.iter().any(|code| territory::under(text, code));
                Value::Bool(map_texts(&subject, test))
            }
            Expr::Call(func, args) => self.call(*func, args, items)?,
        })
    }

    fn among(&self, subject: &Value<'b>, literals: &'b [Expr], items: &Items<'b>) -> Result<Bools> {
        let rows = items.len;
        if let Value::Text(subject) = subject {
            let wanted: Vec<&str> =
                literals.iter().filter_map(|literal| if let Expr::Text(text) = literal { Some(text.as_str()) } else { None }).collect();
            return Ok(map_texts(subject, |text| wanted.contains(&text)));
        }
        let mut values = vec![false; rows];
        for literal in literals {
            let literal = self.value(literal, items)?;
            let equal = compare(Op::Eq, subject, &literal, rows);
            for (row, value) in values.iter_mut().enumerate() {
                *value |= equal.at(row);
            }
        }
        Ok(Bools::Rows(values))
    }

    fn binary(&self, op: Op, left: &'b Expr, right: &'b Expr, items: &Items<'b>) -> Result<Value<'b>> {
        let rows = items.len;
        if matches!(op, Op::And | Op::Or) {
            let left = self.bools(left, items)?;
            let decides = op == Op::Or;
            if let Bools::Const(value) = left {
                return if value == decides { Ok(Value::Bool(left)) } else { Ok(Value::Bool(self.bools(right, items)?)) };
            }
            let right = self.bools(right, items)?;
            let both = |row| if decides { left.at(row) || right.at(row) } else { left.at(row) && right.at(row) };
            return Ok(Value::Bool(Bools::Rows((0..rows).map(both).collect())));
        }
        let (left, right) = (self.value(left, items)?, self.value(right, items)?);
        let (Value::Num(a), Value::Num(b)) = (&left, &right) else {
            return Ok(Value::Bool(compare(op, &left, &right, rows)));
        };
        Ok(match op {
            Op::Add => Value::Num(a.add(b, rows)?),
            Op::Sub => Value::Num(a.sub(b, rows)?),
            Op::Mul => Value::Num(a.mul(b, rows)?),
            Op::Div => Value::Num(a.div(b, rows)?),
            _ => Value::Bool(compare(op, &left, &right, rows)),
        })
    }

    fn call(&self, func: Func, args: &'b [Expr], items: &Items<'b>) -> Result<Value<'b>> {
        let rows = items.len;
        let Some(first) = args.first() else { return Ok(Value::Num(Num::int(0))) };
        Ok(match func {
            Func::Min | Func::Max => {
                let wanted = if func == Func::Min { Ordering::Less } else { Ordering::Greater };
                let mut best = self.num(first, items)?;
                for arg in &args[1..] {
                    best = best.pick(&self.num(arg, items)?, rows, wanted)?;
                }
                Value::Num(best)
            }
            Func::Abs => Value::Num(self.num(first, items)?.abs()?),
            Func::Ceil => Value::Num(self.num(first, items)?.whole(rows, |num, den| Ok(-num::floor_div(-num, den)))?),
            Func::Floor => Value::Num(self.num(first, items)?.whole(rows, |num, den| Ok(num::floor_div(num, den)))?),
            Func::Round => Value::Num(self.num(first, items)?.whole(rows, num::round_half_up)?),
            Func::Months | Func::Days => {
                let from = self.dates(first, items)?;
                let to = args.get(1).map_or(Ok(Dates::Const(NO_DATE)), |arg| self.dates(arg, items))?;
                let span = |from: i32, to: i32| match (from, to) {
                    (NO_DATE, _) | (_, NO_DATE) => 0,
                    _ if func == Func::Days => i128::from(to) - i128::from(from),
                    _ => i128::from(Date::from_days(from).full_months_to(Date::from_days(to))),
                };
                Value::Num(Num::Shared((0..rows).map(|row| span(from.at(row), to.at(row))).collect(), 1))
            }
            Func::StartsWith => {
                let subject = self.texts(first, items)?;
                let prefix = match args.get(1) {
                    Some(Expr::Text(text)) => text.as_str(),
                    _ => "",
                };
                Value::Bool(map_texts(&subject, |text| text.starts_with(prefix)))
            }
        })
    }

    fn param(&self, param: usize, items: &Items<'b>) -> Result<Value<'b>> {
        let standard = &self.policy.params[param].value;
        let local: Vec<(&'b str, &'b Expr)> = self
            .fills
            .iter()
            .filter_map(|fill| Some((fill.region.as_str(), fill.values.iter().find(|(index, _)| *index == param).map(|(_, value)| value)?)))
            .collect();
        if local.is_empty() || items.len == 0 {
            return self.value(standard, items);
        }
        let mut results = vec![self.value(standard, items)?];
        for (_, value) in &local {
            results.push(self.value(value, items)?);
        }
        let pick = |row: usize| {
            let region = self.region(items, row);
            let best = local
                .iter()
                .enumerate()
                .filter(|(_, (code, _))| !region.is_empty() && territory::under(region, code))
                .max_by_key(|(_, (code, _))| code.len());
            best.map_or(0, |(index, _)| index + 1)
        };
        choose(items.len, &results, pick)
    }

    /// Territory of an item: the outlet's, else the own partner's.
    pub(crate) fn region(&self, items: &Items<'_>, item: usize) -> &'b str {
        if let Some(outlet) = self.master.outlets.get(items.outlet_of(item)) {
            return &outlet.territory;
        }
        self.master.partners.get(items.own.get(item).copied().unwrap_or(NONE)).map_or("", |partner| &partner.territory)
    }

    fn ladder(&self, ladder: &'b Ladder, argument: &Num, items: &Items<'b>) -> Result<Num> {
        let zero = Num::int(0);
        let mut steps = Vec::with_capacity(ladder.steps.len());
        for step in &ladder.steps {
            let part = |expr: &'b Option<Expr>| expr.as_ref().map_or(Ok(zero.clone()), |expr| self.num(expr, items));
            steps.push((self.num(&step.from, items)?.at(0), part(&step.each)?, part(&step.flat)?));
        }
        let one = |row: usize| climb(ladder, &steps, argument.at(row), row);
        if let Num::Const(..) = argument
            && steps.iter().all(|(_, each, flat)| matches!((each, flat), (Num::Const(..), Num::Const(..))))
        {
            let (num, den) = one(0)?;
            return Ok(Num::Const(num, den));
        }
        // A measure repeats over many rows of one partner: remember the last argument.
        let mut last: Option<(Ratio, Ratio)> = None;
        let constant = steps.iter().all(|(_, each, flat)| matches!((each, flat), (Num::Const(..), Num::Const(..))));
        Num::collect((0..items.len).map(|row| {
            let at = argument.at(row);
            if let Some((seen, result)) = last
                && constant
                && seen == at
            {
                return Ok(result);
            }
            let result = one(row)?;
            last = Some((at, result));
            Ok(result)
        }))
    }

    fn field(&self, field: Field, items: &Items<'b>) -> Result<Value<'b>> {
        let rows = items.len;
        let strs = |pick: &dyn Fn(usize) -> &'b str| Value::Text(Texts::Rows((0..rows).map(pick).collect()));
        let ints = |pick: &dyn Fn(usize) -> i128| Value::Num(Num::Shared((0..rows).map(pick).collect(), 1));
        let outlet = |row: usize| self.master.outlets.get(items.outlet_of(row));
        let product = |row: usize| {
            let table = items.table?;
            let index = self.master.products.find(table.text(Col::Product, items.fact[row] as usize), items.day[row]);
            self.master.products.get(index)
        };
        Ok(match field {
            Field::Fact(col) => Self::cell(col, items),
            Field::Sub(col) => self.sub(col, items),
            Field::SubExists => Value::Bool(Bools::Rows((0..rows).map(|row| items.state_of(row, self.subs).is_some()).collect())),
            Field::Partner(whose, field) => self.partner_field(whose, field, items),
            Field::OutletCode => strs(&|row| outlet(row).map_or("", |outlet| &outlet.code)),
            Field::Channel => strs(&|row| outlet(row).map_or("", |outlet| &outlet.channel)),
            Field::Subtype => strs(&|row| outlet(row).map_or("", |outlet| &outlet.subtype)),
            Field::OutletGrade => strs(&|row| outlet(row).map_or("", |outlet| &outlet.grade)),
            Field::District => strs(&|row| outlet(row).map_or("", |outlet| &outlet.district)),
            Field::Region => strs(&|row| self.region(items, row)),
            Field::ProductLine => strs(&|row| product(row).map_or("", |product| &product.line)),
            Field::ProductCategory => strs(&|row| product(row).map_or("", |product| &product.category)),
            Field::SupplyPrice => ints(&|row| product(row).map_or(0, |product| i128::from(product.supply_price.0))),
            Field::RetailPrice => ints(&|row| product(row).map_or(0, |product| i128::from(product.retail_price.0))),
            Field::LineAmount => ints(&|row| items.line_amount.get(row).map_or(0, |fen| i128::from(*fen))),
            Field::LineBase => ints(&|row| items.line_base.get(row).map_or(0, |fen| i128::from(*fen))),
            Field::Rank => ints(&|row| items.rank.get(row).map_or(0, |place| i128::from(*place))),
            Field::ElapsedMonths => ints(&|row| items.elapsed.get(row).map_or(0, |elapsed| i128::from(elapsed.0))),
            Field::ElapsedDays => ints(&|row| items.elapsed.get(row).map_or(0, |elapsed| i128::from(elapsed.1))),
            Field::MonthNumber => Value::Num(Num::int(items.anchor.map_or(0, |month| i128::from(month.number())))),
            Field::SuspectCount => ints(&|row| items.suspects.get(row).map_or(0, |(count, _)| i128::from(*count))),
            Field::SuspectShare => {
                let share = |row: usize| {
                    items.suspects.get(row).map_or(Ok((0, 1)), |(count, all)| num::div((i128::from(*count), 1), (i128::from(*all), 1)))
                };
                Value::Num(Num::collect((0..rows).map(share))?)
            }
        })
    }

    fn cell(col: Col, items: &Items<'b>) -> Value<'b> {
        let Some(table) = items.table else { return empty(col.ty()) };
        let rows = items.fact.iter().map(|row| *row as usize);
        match col.ty() {
            ColType::Text => Value::Text(Texts::Rows(rows.map(|row| table.text(col, row)).collect())),
            ColType::Int | ColType::Money => Value::Num(Num::Shared(rows.map(|row| i128::from(table.int(col, row))).collect(), 1)),
            ColType::Bool => Value::Bool(Bools::Rows(rows.map(|row| table.flag(col, row)).collect())),
            ColType::Date | ColType::Month => Value::Date(Dates::Rows(rows.map(|row| table.date(col, row)).collect())),
        }
    }

    fn sub(&self, col: Col, items: &Items<'b>) -> Value<'b> {
        let Some(column) = self.subs.column(col) else { return empty(col.ty()) };
        let rows = (0..items.len).map(|row| items.state_of(row, self.subs));
        match col.ty() {
            ColType::Text => Value::Text(Texts::Rows(rows.map(|row| row.map_or("", |row| column.text(row))).collect())),
            ColType::Int | ColType::Money => {
                Value::Num(Num::Shared(rows.map(|row| row.map_or(0, |row| i128::from(column.value(row)))).collect(), 1))
            }
            ColType::Bool => Value::Bool(Bools::Rows(rows.map(|row| row.is_some_and(|row| column.value(row) != 0)).collect())),
            ColType::Date | ColType::Month => {
                Value::Date(Dates::Rows(rows.map(|row| row.map_or(NO_DATE, |row| column.value(row) as i32)).collect()))
            }
        }
    }

    fn partner_field(&self, whose: Whose, field: PartnerField, items: &Items<'b>) -> Value<'b> {
        let master = self.master;
        let index = |row: usize| match whose {
            Whose::Own => items.own.get(row).copied().unwrap_or(NONE),
            Whose::Parent => items.own.get(row).map_or(NONE, |own| master.parent(*own, items.day[row])),
            Whose::Payee => items.payee.get(row).copied().unwrap_or(NONE),
            Whose::Earner => items.earner.get(row).copied().unwrap_or(NONE),
        };
        let partner = |row: usize| master.partners.get(index(row));
        let agreement = |row: usize| master.agreements.get(master.agreement(index(row), items.day[row]));
        let rows = 0..items.len;
        let ints = |pick: &dyn Fn(usize) -> i64| Value::Num(Num::Shared((0..items.len).map(|row| i128::from(pick(row))).collect(), 1));
        match field {
            PartnerField::Code => Value::Text(Texts::Rows(rows.map(|row| partner(row).map_or("", |p| p.code.as_str())).collect())),
            PartnerField::Kind => Value::Text(Texts::Rows(rows.map(|row| partner(row).map_or("", |p| p.kind.as_str())).collect())),
            PartnerField::Tier => Value::Text(Texts::Rows(rows.map(|row| partner(row).map_or("", |p| p.tier.as_str())).collect())),
            PartnerField::Territory => {
                Value::Text(Texts::Rows(rows.map(|row| partner(row).map_or("", |p| p.territory.as_str())).collect()))
            }
            PartnerField::Level => ints(&|row| partner(row).map_or(0, |p| p.level)),
            PartnerField::Years => ints(&|row| master.years(index(row), items.day[row])),
            PartnerField::Commitment => ints(&|row| agreement(row).map_or(0, |a| a.commitment.0)),
            PartnerField::AgreementActive => Value::Bool(Bools::Rows(rows.map(|row| agreement(row).is_some()).collect())),
            PartnerField::Renewed => Value::Bool(Bools::Rows(rows.map(|row| agreement(row).is_some_and(|a| a.renewed)).collect())),
        }
    }
}

fn empty<'b>(ty: ColType) -> Value<'b> {
    match ty {
        ColType::Text => Value::Text(Texts::Const("")),
        ColType::Int | ColType::Money => Value::Num(Num::int(0)),
        ColType::Bool => Value::Bool(Bools::Const(false)),
        ColType::Date | ColType::Month => Value::Date(Dates::Const(NO_DATE)),
    }
}

fn map_texts(texts: &Texts<'_>, test: impl Fn(&str) -> bool) -> Bools {
    match texts {
        Texts::Const(text) => Bools::Const(test(text)),
        Texts::Rows(texts) => Bools::Rows(texts.iter().map(|text| test(text)).collect()),
    }
}

fn holds(op: Op, ordering: Ordering) -> bool {
    match op {
        Op::Eq => ordering == Ordering::Equal,
        Op::Ne => ordering != Ordering::Equal,
        Op::Lt => ordering == Ordering::Less,
        Op::Le => ordering != Ordering::Greater,
        Op::Gt => ordering == Ordering::Greater,
        Op::Ge => ordering != Ordering::Less,
        _ => false,
    }
}

fn compare(op: Op, left: &Value<'_>, right: &Value<'_>, rows: usize) -> Bools {
    match (left, right) {
        (Value::Text(subject), Value::Text(Texts::Const(literal))) => map_texts(subject, |text| holds(op, text.cmp(literal))),
        (Value::Text(a), Value::Text(b)) => Bools::Rows((0..rows).map(|row| holds(op, a.at(row).cmp(b.at(row)))).collect()),
        (Value::Num(Num::Const(a, b)), Value::Num(Num::Const(c, d))) => Bools::Const(holds(op, num::compare((*a, *b), (*c, *d)))),
        (Value::Num(a), Value::Num(b)) => Bools::Rows((0..rows).map(|row| holds(op, num::compare(a.at(row), b.at(row)))).collect()),
        (Value::Date(a), Value::Date(b)) => Bools::Rows((0..rows).map(|row| holds(op, a.at(row).cmp(&b.at(row)))).collect()),
        (Value::Bool(a), Value::Bool(b)) => Bools::Rows((0..rows).map(|row| holds(op, a.at(row).cmp(&b.at(row)))).collect()),
        _ => Bools::Const(false),
    }
}

/// Takes each row's value from the column that `pick` names.
fn choose<'b>(rows: usize, columns: &[Value<'b>], pick: impl Fn(usize) -> usize) -> Result<Value<'b>> {
    Ok(match &columns[0] {
        Value::Bool(_) => {
            Value::Bool(Bools::Rows((0..rows).map(|row| matches!(&columns[pick(row)], Value::Bool(bools) if bools.at(row))).collect()))
        }
        Value::Num(_) => Value::Num(Num::collect((0..rows).map(|row| match &columns[pick(row)] {
            Value::Num(num) => Ok(num.at(row)),
            _ => Ok((0, 1)),
        }))?),
        Value::Text(_) => Value::Text(Texts::Rows(
            (0..rows)
                .map(|row| match &columns[pick(row)] {
                    Value::Text(texts) => texts.at(row),
                    _ => "",
                })
                .collect(),
        )),
        Value::Date(_) => Value::Date(Dates::Rows(
            (0..rows)
                .map(|row| match &columns[pick(row)] {
                    Value::Date(dates) => dates.at(row),
                    _ => NO_DATE,
                })
                .collect(),
        )),
    })
}

/// What a ladder gives for one argument.
fn climb(ladder: &Ladder, steps: &[(Ratio, Num, Num)], x: Ratio, row: usize) -> Result<Ratio> {
    let reaches = |from: Ratio, first: bool| match (num::compare(x, from), ladder.closed) {
        (Ordering::Greater, _) => true,
        (Ordering::Equal, Closed::Below) => true,
        (Ordering::Equal, Closed::Above) => first,
        (Ordering::Less, _) => false,
    };
    if ladder.mode == LadderMode::Curve {
        return curve(steps, x, row);
    }
    let entered = steps.iter().enumerate().take_while(|(index, (from, _, _))| reaches(*from, *index == 0)).count();
    let Some(last) = entered.checked_sub(1) else { return Ok((0, 1)) };
    let pays = |units: Ratio, step: usize| -> Result<Ratio> {
        let (_, each, flat) = &steps[step];
        num::add(num::mul(units, each.at(row))?, flat.at(row))
    };
    if ladder.mode == LadderMode::Whole {
        return pays(x, last);
    }
    let minus = |a: Ratio, b: Ratio| num::add(a, (-b.0, b.1));
    let mut total = (0, 1);
    for step in 0..entered {
        let end = if step == last { x } else { steps[step + 1].0 };
        total = num::add(total, pays(minus(end, steps[step].0)?, step)?)?;
    }
    Ok(total)
}

fn curve(steps: &[(Ratio, Num, Num)], x: Ratio, row: usize) -> Result<Ratio> {
    let minus = |a: Ratio, b: Ratio| num::add(a, (-b.0, b.1));
    let at = steps.iter().take_while(|(from, _, _)| num::compare(x, *from) != Ordering::Less).count();
    let Some(left) = at.checked_sub(1) else { return Ok((0, 1)) };
    let (from, _, low) = &steps[left];
    let Some((to, _, high)) = steps.get(at) else { return Ok(low.at(row)) };
    let share = num::div(minus(x, *from)?, minus(*to, *from)?)?;
    num::add(low.at(row), num::mul(minus(high.at(row), low.at(row))?, share)?)
}
