//! Re-computes a proof from nothing but itself: the digest, the policy's text, every formula from the values it carries, and the way from
//! the exact amount to the fen of the line.

use super::data::{Datum, Decision, Judged, Part, Proof, Rounded, exact};
use super::{digest, sha256};
use crate::interp::eval::{Env, eval};
use crate::interp::number::{self, Exact, share_out, whole};
use crate::interp::trace::{Input, Place};
use crate::interp::value::Value;
use num_traits::{One, Zero};
use qudao_kernel::{Fen, Text};
use qudao_policy::lines::{Line, LineKind, ObligationState};
use qudao_policy::model::{Basis, Component, Expr, Field, Policy};
use qudao_policy::{SourceFile, compile};
use std::cell::Cell;

/// What re-computing a proof gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Everything agrees.
    pub holds: bool,
    /// Number of formulas evaluated again.
    pub formulas: usize,
    /// Fen the line should have, as re-computed; `None` for a zero.
    pub amount: Option<i64>,
    /// What does not agree.
    pub findings: Vec<Text>,
}

/// Re-computes a proof.
pub fn verify(proof: &Proof) -> Verdict {
    let mut check = Check { proof, findings: Vec::new(), formulas: 0 };
    if digest(proof).ok().as_deref() != Some(&proof.digest) {
        check.find("内容与校验值不符,文件被改动过", "the content does not match its digest: the document was changed");
    }
    let policy = check.policy();
    let component = policy.as_ref().and_then(|policy| policy.components.iter().find(|component| component.name == check.component_name()));
    let mut amount = None;
    if let Some((policy, component)) = policy.as_ref().zip(component) {
        check.text_range(component);
        for judged in &proof.judged {
            check.formula(policy, component, judged);
        }
        for rounded in &proof.rounded {
            check.rounding(component, rounded);
        }
        check.requirements(component);
        amount = check.amount(component);
    } else if proof.policy.is_some() {
        check.find("政策原文中没有这条规则", "the policy's text has no such component");
    }
    if let (Some(line), Some(amount)) = (&proof.line, amount)
        && line.amount != amount
    {
        let (shown, again) = (Fen(line.amount), Fen(amount));
        check.find(&format!("计酬行为 {shown},重新计算为 {again}"), &format!("the line says {shown}, re-computed it is {again}"));
    }
    Verdict { holds: check.findings.is_empty(), formulas: check.formulas, amount, findings: check.findings }
}

/// Reads what the proof carries.
struct Carried<'p> {
    judged: &'p Judged,
    missing: Cell<bool>,
}

impl Carried<'_> {
    fn read(&self, input: Input) -> Value {
        let found = self.judged.reads.iter().find(|read| read.input == input).and_then(|read| read.value.value());
        found.unwrap_or_else(|| {
            self.missing.set(true);
            Value::Bool(false)
        })
    }
}

impl Env for Carried<'_> {
    fn field(&self, field: Field) -> Value {
        self.read(Input::Field(field))
    }
    fn param(&self, index: usize) -> Value {
        self.read(Input::Param(index))
    }
    fn measure(&self, index: usize) -> Value {
        self.read(Input::Measure(index))
    }
    fn step(&self, _: &Expr, _: &[Value], _: &Value) {}
}

struct Check<'p> {
    proof: &'p Proof,
    findings: Vec<Text>,
    formulas: usize,
}

impl Check<'_> {
    fn find(&mut self, zh: &str, en: &str) {
        self.findings.push(Text::new(zh, en));
    }

    fn component_name(&self) -> &str {
        match &self.proof.subject {
            super::Subject::Line(id) => &id.component,
            super::Subject::Zero { component, .. } => component,
        }
    }

    /// The policy, compiled again from the text carried.
    fn policy(&mut self) -> Option<Policy> {
        let carried = self.proof.policy.as_ref()?;
        if sha256(carried.source.as_bytes()) != carried.sha256 {
            self.find("政策原文与其校验值不符", "the policy's text does not match its digest");
        }
        let compiled = compile(&[SourceFile::new(carried.name.clone(), carried.source.clone())]);
        let found = compiled
            .set
            .and_then(|set| set.policies.into_iter().find(|policy| policy.name == carried.name && policy.version == carried.version));
        if found.is_none() {
            self.find("政策原文无法编译,或不含这一版", "the policy's text does not compile, or is not this version");
        }
        found
    }

    fn text_range(&mut self, component: &Component) {
        if self.proof.policy.as_ref().is_some_and(|carried| carried.component != component.text) {
            self.find("所引原文位置不是这条规则", "the place quoted is not this component");
        }
    }

    /// Evaluates a place again from what it read.
    fn formula(&mut self, policy: &Policy, component: &Component, judged: &Judged) {
        let name = super::words::place(judged.place, Some(component));
        let Some(expr) = expression(policy, component, judged.place) else {
            return self.find(&format!("规则没有“{}”", name.zh), &format!("the component has no {}", name.en));
        };
        let carried = Carried { judged, missing: Cell::new(false) };
        let again = eval(policy, &carried, expr);
        self.formulas += 1;
        let agrees = judged.result.value() == Some(again);
        if carried.missing.get() || !agrees {
            self.find(&format!("“{}”重新计算的结果不同", name.zh), &format!("{} comes out differently", name.en));
        }
        self.cells(judged);
        let amount = self.proof.base.as_ref().map(|base| Value::fen(base.accrued));
        let says = judged.reads.iter().find(|read| read.input == Input::Field(Field::LineAmount)).and_then(|read| read.value.value());
        if amount.is_some() && says.is_some() && amount != says {
            self.find("所依据的行的金额不符", "the amount of the base line does not agree");
        }
    }

    /// What a formula read of the fact must be what the fact says.
    fn cells(&mut self, judged: &Judged) {
        if matches!(judged.place, Place::Fraction) {
            return; // reads the reversing event
        }
        let Some(fact) = &self.proof.fact else { return };
        for read in &judged.reads {
            let Input::Field(Field::Fact(col)) = read.input else { continue };
            let says = fact.cells.iter().find(|(held, _)| *held == col).map(|(_, datum)| datum);
            let agrees =
                says.map_or_else(|| is_empty(&read.value) || col == qudao_kernel::facts::Col::Quantity, |datum| *datum == read.value);
            if !agrees {
                self.find(&format!("{} 与业务数据不符", read.name.zh), &format!("{} is not what the fact says", read.name.en));
            }
        }
    }

    fn rounding(&mut self, component: &Component, rounded: &Rounded) {
        let again = exact(&rounded.bounded).and_then(|bounded| number::to_fen(&number::round(&bounded, component.rounding)).ok());
        let of_month = |place: Place| self.proof.judged.iter().find(|judged| judged.place == place && judged.anchor == rounded.anchor);
        let value = |place: Place| of_month(place).and_then(|judged| judged.result.value()).map(|value| value.exact());
        let mut bounded = value(Place::Amount);
        if let Some(amount) = bounded.as_mut().filter(|amount| !amount.is_zero()) {
            if component.floor.is_some() {
                *amount = value(Place::Floor).map_or_else(|| amount.clone(), |floor| amount.clone().max(floor));
            }
            if component.cap.is_some() {
                *amount = value(Place::Cap).map_or_else(|| amount.clone(), |cap| amount.clone().min(cap));
            }
        }
        if again != Some(rounded.fen) || bounded != exact(&rounded.bounded) || value(Place::Amount) != exact(&rounded.exact) {
            self.find("舍入前后的金额不符", "the amounts before and after rounding do not agree");
        }
    }

    /// A zero for a requirement must show that it failed; a line, that all held.
    fn requirements(&mut self, component: &Component) {
        let judged = |index: usize| {
            self.proof.judged.iter().rev().find(|judged| judged.place == Place::Require(index) && judged.anchor == self.proof.period)
        };
        let fails = |index: usize| judged(index).is_some_and(|judged| judged.result == Datum::Bool(false));
        let refused =
            self.proof.reasons.iter().find_map(|reason| component.requires.iter().position(|require| require.code == reason.code));
        let wrong = match refused {
            Some(index) => !fails(index),
            None => self.proof.line.as_ref().is_some_and(|line| line.kind == LineKind::Earn) && (0..component.requires.len()).any(fails),
        };
        if wrong {
            self.find("要求的判断与结果不符", "a requirement and the result do not agree");
        }
    }

    /// The fen of the line, from the last exact amount on.
    fn amount(&mut self, component: &Component) -> Option<i64> {
        let line = self.proof.line.as_ref()?;
        match (line.kind, &component.basis) {
            (LineKind::Earn, _) => self.earned(component, line),
            (LineKind::Release, _) => {
                let release = self.proof.releases.last()?;
                (release.state == ObligationState::Released).then_some(release.fen)
            }
            (LineKind::Reverse, Basis::Clawback { .. }) => self.proof.decisions.iter().find_map(|decision| match decision {
                Decision::Clawed { fen, .. } => fen.checked_neg(),
                _ => None,
            }),
            (LineKind::Reverse, _) => self.taken_back(),
            (LineKind::Adjust, _) => None,
        }
    }

    fn taken_back(&mut self) -> Option<i64> {
        let reversal = self.proof.reversal.as_ref()?;
        let paid: i128 = reversal.lines.iter().map(|(_, _, fen)| i128::from(*fen)).sum();
        let fraction = exact(&reversal.fraction)?;
        let judged = self.proof.judged.iter().rev().find(|judged| judged.place == Place::Fraction).and_then(|judged| judged.result.value());
        if paid != i128::from(reversal.paid)
            || judged.map(|value| value.exact().max(Exact::zero()).min(Exact::one())) != Some(fraction.clone())
        {
            self.find("冲回的基数或比例不符", "what was paid, or the fraction taken back, does not agree");
        }
        number::to_fen(&(whole(reversal.paid) * fraction).round()).ok()?.checked_neg()
    }

    /// Rounding → month before → pool → limits → split → instalments.
    fn earned(&mut self, component: &Component, line: &Line) -> Option<i64> {
        let now = self.proof.rounded.iter().rev().find(|rounded| rounded.anchor == self.proof.period).map_or(0, |rounded| rounded.fen);
        let mut left = now;
        for decision in &self.proof.decisions {
            left = match decision {
                Decision::Before { fen, .. } => left.checked_sub(*fen)?,
                Decision::Pool { whole, weight, weights, part } => self.pool_part(*whole, weight, weights, *part, left)?,
                Decision::Cap { limit, used, claimed, admitted, .. } | Decision::Budget { limit, used, claimed, admitted, .. } => {
                    let fits = *admitted <= limit.saturating_sub(*used).max(0) && admitted <= claimed && *claimed == left;
                    if !fits {
                        self.find("限额的准予金额不符", "what a limit admitted does not agree");
                    }
                    *admitted
                }
                _ => left,
            };
        }
        let weights: Vec<u64> = component.payees.iter().map(|share| share.ppm).collect();
        let parts = Fen(left).split(&weights, component.remainder).ok()?;
        let said: Vec<i64> = self.proof.parts.iter().map(|part: &Part| part.fen).collect();
        if parts.iter().map(|part| part.0).ne(said.iter().copied()) {
            self.find("各方金额与份额不符", "the parts do not follow the shares");
        }
        let part = parts.get((line.part & 15) as usize)?.0;
        if part != line.accrued {
            self.find("本方应得金额不符", "what this payee accrues does not agree");
        }
        let Some(schedule) = &component.schedule else { return Some(part) };
        let weights: Vec<u64> = schedule.parts.iter().map(|part| part.ppm).collect();
        let parts = Fen(part).split(&weights, schedule.remainder).ok()?;
        if parts.iter().map(|part| part.0).ne(self.proof.terms.iter().map(|term| term.fen)) {
            self.find("各期金额与份额不符", "the instalments do not follow the shares");
        }
        Some(schedule.parts.iter().zip(parts).filter(|(part, _)| part.month == 0).map(|(_, fen)| fen.0).sum())
    }

    /// A part of a pool: the exact share, up or down to the next fen.
    fn pool_part(&mut self, total: i64, weight: &str, weights: &str, part: i64, rounded: i64) -> Option<i64> {
        let (weight, weights) = (exact(weight)?, exact(weights)?);
        let low = share_out(total, &[weight.clone(), &weights - &weight]).ok()?.first().copied()?;
        let shown = self.proof.judged.iter().rev().find(|judged| judged.place == Place::Weight).and_then(|judged| judged.result.value());
        if (i128::from(part) - i128::from(low)).abs() > 1 || total != rounded || shown.map(|value| value.exact()) != Some(weight) {
            self.find("奖金池份额不符", "the share of the pool does not agree");
        }
        Some(part)
    }
}

fn is_empty(datum: &Datum) -> bool {
    match datum {
        Datum::Bool(value) => !value,
        Datum::Money(text) | Datum::Number(text) => text == "0",
        Datum::Text(text) => text.is_empty(),
        Datum::Date(day) => day.is_none(),
    }
}

/// The expression that stands in a place.
fn expression<'a>(policy: &'a Policy, component: &'a Component, place: Place) -> Option<&'a Expr> {
    match (place, &component.basis) {
        (Place::Scope, _) => Some(&policy.scope),
        (Place::Filter, _) => Some(&component.filter),
        (Place::Require(index), _) => component.requires.get(index).map(|require| &require.cond),
        (Place::Amount, _) => Some(&component.amount),
        (Place::Floor, _) => component.floor.as_ref(),
        (Place::Cap, _) => component.cap.as_ref(),
        (Place::Rank, Basis::Rank { by, .. }) => Some(by),
        (Place::Weight, Basis::Pool { weight, .. }) => Some(weight),
        (Place::Suspect, Basis::Clawback { suspect, .. }) => Some(suspect),
        (Place::When, Basis::Clawback { when, .. }) => Some(when),
        (Place::Beyond, Basis::Clawback { beyond, .. }) => beyond.as_ref(),
        (Place::Pause(_), _) => component.schedule.as_ref().and_then(|schedule| schedule.pause.as_ref()),
        (Place::Gate(index), _) => component.schedule.as_ref().and_then(|schedule| schedule.parts.get(index)?.gate.as_ref()),
        (Place::ReverseWhen, _) => component.reverse.as_ref().and_then(|reverse| match &reverse.trigger {
            qudao_policy::model::Trigger::When(condition) => Some(condition),
            qudao_policy::model::Trigger::Kinds(_) => None,
        }),
        (Place::Fraction, _) => component.reverse.as_ref().map(|reverse| &reverse.fraction),
        (Place::Rank | Place::Weight | Place::Suspect | Place::When | Place::Beyond, _) => None,
    }
}
