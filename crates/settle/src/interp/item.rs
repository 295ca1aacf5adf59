//! Items: what a line is computed for, and what can be read about it.

use super::Run;
use super::eval::{Env, eval, literal};
use super::ladder;
use super::number::{Exact, divide, whole};
use super::row::Row;
use super::trace::{About, Climb, Event, Input, Place};
use super::value::Value;
use qudao_kernel::facts::{Col, ColType};
use qudao_kernel::territory::under;
use qudao_kernel::{Date, Month, master};
use qudao_policy::model::{Expr, Field, LadderMode, PartnerField, Policy, Whose};

/// What one line is computed for: a fact, a line, a group; or what a gate or reversal looks at.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    /// Event id or group key.
    pub(crate) basis: String,
    /// Day attributes are read as of.
    pub(crate) day: Date,
    /// Month subscriber states and measures are read for.
    pub(crate) anchor: Month,
    /// Own partner; empty if unattributed.
    pub(crate) own: String,
    /// Outlet code.
    pub(crate) outlet: String,
    /// Clerk code.
    pub(crate) clerk: String,
    /// Customer code.
    pub(crate) customer: String,
    /// Subscriber.
    pub(crate) subscriber: String,
    /// The fact; groups have none.
    pub(crate) fact: Option<&'a Row<'a>>,
    /// Account of the base line.
    pub(crate) earner: String,
    /// Account of the only payee.
    pub(crate) payee: String,
    /// What the base line accrued.
    pub(crate) line_amount: i64,
    /// What the base line was computed from.
    pub(crate) line_base: i64,
    /// Part of the base line, and its component's place in the list.
    pub(crate) base: Option<(u32, usize)>,
    /// Place in a ranking.
    pub(crate) rank: u32,
    /// Months and days since the original item.
    pub(crate) elapsed: (i32, i32),
    /// Suspects and all.
    pub(crate) suspects: (usize, usize),
}

/// What the trace is told a decision is about.
pub(crate) fn about<'x>(policy: &'x Policy, component: &'x str, basis: &'x str) -> About<'x> {
    About { policy: &policy.name, version: policy.version, component, basis }
}

impl<'a> Item<'a> {
    /// Nothing but a day and a month.
    pub(crate) fn bare(basis: &str, day: Date, anchor: Month) -> Self {
        Item {
            basis: basis.to_string(),
            day,
            anchor,
            own: String::new(),
            outlet: String::new(),
            clerk: String::new(),
            customer: String::new(),
            subscriber: String::new(),
            fact: None,
            earner: String::new(),
            payee: String::new(),
            line_amount: 0,
            line_base: 0,
            base: None,
            rank: 0,
            elapsed: (0, 0),
            suspects: (0, 0),
        }
    }

    /// A fact.
    pub(crate) fn of_fact(row: &'a Row<'a>, anchor: Month) -> Self {
        Item {
            own: row.partner.clone(),
            outlet: row.text(Col::Outlet).to_string(),
            clerk: row.text(Col::Clerk).to_string(),
            customer: row.text(Col::Customer).to_string(),
            subscriber: row.text(Col::Subscriber).to_string(),
            fact: Some(row),
            ..Item::bare(&row.id, row.day, anchor)
        }
    }
}

/// An item being judged by a rule of a policy: the place expressions read from.
pub(crate) struct Desk<'r, 'a> {
    /// The run.
    pub(crate) run: &'r Run<'a>,
    /// The policy.
    pub(crate) policy: &'a Policy,
    /// Name of the component that asks; empty for a measure that counts.
    pub(crate) component: &'a str,
    /// The item.
    pub(crate) item: &'r Item<'a>,
    /// Whether the trace wants this item.
    pub(crate) traced: bool,
}

impl<'a> Desk<'_, 'a> {
    /// Tells the trace, if it wants this item.
    pub(crate) fn hear(&self, event: Event<'_>) {
        if self.traced {
            self.run.trace.hear(about(self.policy, self.component, &self.item.basis), event);
        }
    }

    /// Evaluates an expression that stands in a place of the component.
    pub(crate) fn value(&self, place: Place, expr: &Expr) -> Value {
        self.hear(Event::Enter(place, self.item.anchor));
        let value = eval(self.policy, self, expr);
        self.hear(Event::Leave(place, &value));
        value
    }

    /// Whether a condition holds.
    pub(crate) fn holds(&self, place: Place, expr: &Expr) -> bool {
        self.value(place, expr).is_true()
    }

    fn outlet(&self) -> Option<&'a master::Outlet> {
        self.run.input.master.outlet(&self.item.outlet, self.item.day)
    }

    fn product(&self) -> Option<&'a master::Product> {
        self.run.input.master.product(self.item.fact?.text(Col::Product), self.item.day)
    }

    /// Territory: the outlet's where there is one, else the own partner's.
    pub(crate) fn region(&self) -> &'a str {
        let seat = || self.run.input.master.partner(&self.item.own, self.item.day).map(|row| row.territory.as_str());
        self.outlet().map(|row| row.territory.as_str()).or_else(seat).unwrap_or("")
    }

    /// The parameter's value in the longest territory that contains the item and sets it, else the text's.
    fn param_expr(&self, index: usize) -> &'a Expr {
        let (policy, region) = (self.policy, self.region());
        let fills = self.run.input.policies.fills.iter().filter(|fill| fill.policy == policy.name && fill.version == policy.version);
        let here = fills.filter(|fill| !region.is_empty() && under(region, &fill.region));
        here.filter_map(|fill| Some((fill.region.len(), &fill.values.iter().find(|(param, _)| *param == index)?.1)))
            .max_by_key(|(length, _)| *length)
            .map_or(&policy.params[index].value, |(_, value)| value)
    }

    /// Where a ladder stood, for a proof.
    fn climb(&self, index: usize, argument: Exact, pays: Exact) -> Climb {
        let ladder = &self.policy.ladders[index];
        let unheard = Desk { traced: false, ..*self };
        let value = |part: &Expr| eval(self.policy, &unheard, part).exact();
        let reached = ladder::reached(ladder, &argument, &value);
        let next = reached.map_or(0, |step| step + 1);
        let step = ladder.steps.get(next).filter(|_| ladder.mode == LadderMode::Marginal);
        let next_each = step.and_then(|step| step.each.as_ref()).map(value);
        let next =
            ladder.steps.get(next).map(|step| value(&step.from)).map(|from| (from.clone(), ladder::pays_on(ladder, next, &from, &value)));
        Climb { ladder: index, argument, reached: reached.map(|step| (step, value(&ladder.steps[step].from))), next, next_each, pays }
    }

    fn sub(&self, col: Col) -> Value {
        self.run.subscriber_month(&self.item.subscriber, self.item.anchor).map_or_else(|| Value::empty(col.ty()), |row| row.value(col))
    }

    fn partner(&self, whose: Whose, field: PartnerField) -> Value {
        let master = self.run.input.master;
        let (item, day) = (self.item, self.item.day);
        let code = match whose {
            Whose::Own => &item.own,
            Whose::Parent => master.ancestor(&item.own, 1, day).map_or("", |row| &row.code),
            Whose::Payee => &item.payee,
            Whose::Earner => &item.earner,
        };
        let row = master.partner(code, day);
        let agreement = if row.is_some() { master.agreement(code, day) } else { None };
        let text = |pick: fn(&master::Partner) -> &str| Value::text(row.map_or("", pick));
        match field {
            PartnerField::Code => text(|row| &row.code),
            PartnerField::Kind => text(|row| &row.kind),
            PartnerField::Tier => text(|row| &row.tier),
            PartnerField::Territory => text(|row| &row.territory),
            PartnerField::Level => Value::count(row.map_or(0, |row| row.level)),
            PartnerField::Years => Value::count(row.map_or(0, |row| i64::from(row.since.full_months_to(day) / 12))),
            PartnerField::AgreementActive => Value::Bool(agreement.is_some()),
            PartnerField::Commitment => Value::fen(agreement.map_or(0, |row| row.commitment.0)),
            PartnerField::Renewed => Value::Bool(agreement.is_some_and(|row| row.renewed)),
        }
    }

    fn read(&self, field: Field) -> Value {
        let outlet = |pick: fn(&master::Outlet) -> &str| Value::text(self.outlet().map_or("", pick));
        let product = |pick: fn(&master::Product) -> &str| Value::text(self.product().map_or("", pick));
        let item = self.item;
        match field {
            Field::Fact(col) if col.ty() == ColType::Month => Value::empty(ColType::Month),
            Field::Fact(col) => item.fact.map_or_else(|| Value::empty(col.ty()), |row| row.value(col)),
            Field::Sub(col) => self.sub(col),
            Field::SubExists => Value::Bool(self.run.subscriber_month(&item.subscriber, item.anchor).is_some()),
            Field::Partner(whose, field) => self.partner(whose, field),
            Field::OutletCode => outlet(|row| &row.code),
            Field::Channel => outlet(|row| &row.channel),
            Field::Subtype => outlet(|row| &row.subtype),
            Field::OutletGrade => outlet(|row| &row.grade),
            Field::District => outlet(|row| &row.district),
            Field::Region => Value::text(self.region()),
            Field::ProductLine => product(|row| &row.line),
            Field::ProductCategory => product(|row| &row.category),
            Field::SupplyPrice => Value::fen(self.product().map_or(0, |row| row.supply_price.0)),
            Field::RetailPrice => Value::fen(self.product().map_or(0, |row| row.retail_price.0)),
            Field::LineAmount => Value::fen(item.line_amount),
            Field::LineBase => Value::fen(item.line_base),
            Field::Rank => Value::count(i64::from(item.rank)),
            Field::ElapsedMonths => Value::count(i64::from(item.elapsed.0)),
            Field::ElapsedDays => Value::count(i64::from(item.elapsed.1)),
            Field::MonthNumber => Value::count(i64::from(item.anchor.number())),
            Field::SuspectCount => Value::count(item.suspects.0 as i64),
            Field::SuspectShare => Value::Number(divide(&whole(item.suspects.0 as i64), &whole(item.suspects.1 as i64))),
        }
    }
}

impl Env for Desk<'_, '_> {
    fn field(&self, field: Field) -> Value {
        let value = self.read(field);
        self.hear(Event::Read(Input::Field(field), &value));
        value
    }

    fn param(&self, index: usize) -> Value {
        let value = literal(self.param_expr(index));
        self.hear(Event::Read(Input::Param(index), &value));
        value
    }

    fn measure(&self, index: usize) -> Value {
        let value = self.run.measure(self.policy, index, self);
        self.hear(Event::Read(Input::Measure(index), &value));
        if self.traced {
            self.hear(Event::Measured(index, &self.run.counted(self.policy, index, self)));
        }
        value
    }

    fn step(&self, expr: &Expr, operands: &[Value], value: &Value) {
        self.hear(Event::Step(expr, operands, value));
        if let (true, Expr::Ladder(index, _), [argument]) = (self.traced, expr, operands) {
            self.hear(Event::Climbed(&self.climb(*index, argument.exact(), value.exact())));
        }
    }
}
