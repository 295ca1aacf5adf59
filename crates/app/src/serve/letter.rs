//! A proof as pages show it: the facts of the case on top, then the letter itself, section by section, with personal numbers hidden.

use super::shown::{day, mask};
use super::web::bug;
use crate::say::word;
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_settle::proof::data::{Datum, Rung};
use qudao_settle::proof::{Proof, Subject, letter};
use qudao_settle::statement::pdf::letter_parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A row of a letter.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct LetterRow {
    /// The policy's own words.
    quote: bool,
    label: String,
    /// Blanks before the text.
    indent: usize,
    text: String,
}

/// A part of a letter.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct LetterSection {
    head: String,
    rows: Vec<LetterRow>,
}

#[derive(Deserialize)]
struct Parts {
    title: String,
    sections: Vec<LetterSection>,
}

/// The rule a proof rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleView {
    policy: String,
    version: u32,
    title: String,
    component: String,
    component_title: String,
    #[schema(required)]
    clause: Option<String>,
    from: String,
    #[schema(required)]
    until: Option<String>,
    /// The rule as the policy writes it.
    text: String,
}

/// Why nothing was paid, or less.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonView {
    code: String,
    text: String,
    /// What would have changed it.
    hint: String,
    #[schema(required)]
    until: Option<String>,
    /// Whether that day is still to come.
    curable: bool,
    /// Fen.
    forgone: i64,
}

/// Where a ladder stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RungView {
    pub(crate) component: String,
    pub(crate) title: String,
    /// Name of the outlet or clerk it is counted for; empty for the partner itself.
    pub(crate) group: String,
    /// Whether it counts money: then the figures are fen, else pieces.
    pub(crate) money: bool,
    pub(crate) actual: i64,
    /// Where the step reached begins; absent below the first.
    #[schema(required)]
    pub(crate) reached: Option<i64>,
    /// Where the next step begins; absent on the last.
    #[schema(required)]
    pub(crate) next: Option<i64>,
    /// How far it is.
    #[schema(required)]
    pub(crate) gap: Option<i64>,
    /// What it pays now, fen.
    #[schema(required)]
    pub(crate) pays: Option<i64>,
    /// What it pays at the next step, fen.
    #[schema(required)]
    pub(crate) next_pays: Option<i64>,
    /// What each unit beyond that pays, where every step pays for its own part alone: fen a piece, or of money millionths.
    #[schema(required)]
    pub(crate) next_each: Option<i64>,
}

/// An instalment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TermView {
    due: String,
    /// Fen.
    amount: i64,
    #[schema(required)]
    condition: Option<String>,
    /// now, scheduled, released, forfeited, reversed.
    state: String,
}

/// Another rule that looked at the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OtherView {
    component: String,
    title: String,
    /// Fen.
    amount: i64,
    reasons: Vec<String>,
}

/// Why a line is what it is, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProofLetter {
    pub(crate) period: String,
    pub(crate) partner: String,
    title: String,
    /// Fen; 0 for a zero.
    amount: i64,
    /// Fen the item accrues in all.
    accrued: i64,
    is_zero: bool,
    /// earn, release, reverse, adjust; empty for a zero.
    kind: String,
    basis: String,
    #[schema(required)]
    day: Option<String>,
    #[schema(required)]
    pay_on: Option<String>,
    #[schema(required)]
    rule: Option<RuleView>,
    reasons: Vec<ReasonView>,
    ladders: Vec<RungView>,
    terms: Vec<TermView>,
    others: Vec<OtherView>,
    sections: Vec<LetterSection>,
    /// SHA-256 of the proof, to be compared with the printed one.
    digest: String,
    /// The dispute of this line, if there is one.
    #[schema(required)]
    pub(crate) dispute: Option<String>,
}

/// A letter with personal numbers hidden, as text.
pub(crate) fn text(proof: &Proof, lang: Lang) -> String {
    mask(&letter(proof, lang))
}

impl ProofLetter {
    pub(crate) fn of(proof: &Proof, partner: &str, today: qudao_kernel::Date, lang: Lang) -> Result<Self, Refusal> {
        let parts: Parts = serde_json::from_value(letter_parts(&text(proof, lang))).map_err(|error| bug(&error.to_string()))?;
        let line = proof.line.as_ref();
        let (component, basis) = match &proof.subject {
            Subject::Line(id) => (id.component.clone(), id.basis.clone()),
            Subject::Zero { component, basis, .. } => (component.clone(), basis.clone()),
        };
        let position = line
            .and_then(|line| proof.parts.iter().find(|part| part.kind == line.payee_kind && part.payee == line.payee))
            .map(|part| part.position);
        let terms = proof.terms.iter().filter(|term| position.is_none_or(|position| term.position == position));
        Ok(Self {
            period: proof.period.to_string(),
            partner: partner.to_owned(),
            title: parts.title,
            amount: line.map_or(0, |line| line.amount),
            accrued: line.map_or(0, |line| line.accrued),
            is_zero: line.is_none(),
            kind: line.map_or_else(String::new, |line| word(&line.kind)),
            day: day(line.map(|line| line.day).or(proof.fact.as_ref().map(|fact| fact.day))),
            pay_on: day(line.map(|line| line.pay_on)),
            rule: proof.policy.as_ref().map(|policy| RuleView {
                policy: policy.name.clone(),
                version: policy.version,
                title: policy.title.clone(),
                component: component.clone(),
                component_title: policy.component_title.clone(),
                clause: policy.clause.clone(),
                from: policy.from.to_string(),
                until: day(policy.last_day),
                text: policy.source.get(policy.component.0..policy.component.1).unwrap_or_default().to_owned(),
            }),
            reasons: proof
                .reasons
                .iter()
                .map(|reason| ReasonView {
                    code: reason.code.clone(),
                    text: reason.text.get(lang).to_owned(),
                    hint: mask(reason.hint.get(lang)),
                    until: day(reason.until),
                    curable: reason.until.is_some_and(|until| until >= today),
                    forgone: reason.forgone,
                })
                .collect(),
            ladders: proof.rungs.iter().filter_map(|rung| rung_view(rung, &component, lang)).collect(),
            terms: terms
                .map(|term| TermView {
                    due: term.due.to_string(),
                    amount: term.fen,
                    condition: term.gate.as_ref().map(|gate| gate.get(lang).to_owned()),
                    state: term.state.as_ref().map_or_else(|| "now".to_owned(), word),
                })
                .collect(),
            others: proof
                .others
                .iter()
                .filter(|other| other.reasons.iter().all(|reason| reason.code != "not_concerned"))
                .map(|other| OtherView {
                    component: other.component.clone(),
                    title: other.title.clone(),
                    amount: other.amount,
                    reasons: other.reasons.iter().map(|reason| reason.text.get(lang).to_owned()).collect(),
                })
                .collect(),
            basis: mask(&basis),
            sections: parts.sections,
            digest: proof.digest.clone(),
            dispute: None,
        })
    }
}

/// Whole fen or pieces of a figure; `None` for what is no whole number.
fn figure(datum: &Datum) -> Option<i64> {
    match datum {
        Datum::Money(text) | Datum::Number(text) => text.parse().ok(),
        _ => None,
    }
}

pub(crate) fn rung_view(rung: &Rung, component: &str, lang: Lang) -> Option<RungView> {
    let pays = |datum: &Datum| if matches!(datum, Datum::Money(_)) { figure(datum) } else { None };
    let of = |datum: &Option<Datum>| datum.as_ref().and_then(figure);
    Some(RungView {
        component: component.to_owned(),
        title: titled(rung.name.get(lang)).to_owned(),
        group: String::new(),
        money: matches!(rung.argument, Datum::Money(_)),
        actual: figure(&rung.argument)?,
        reached: of(&rung.from),
        next: of(&rung.next),
        gap: of(&rung.distance),
        pays: pays(&rung.pays),
        next_pays: rung.next_pays.as_ref().and_then(pays),
        next_each: rung.next_each.as_ref().and_then(|each| match each {
            Datum::Number(share) if matches!(rung.pays, Datum::Money(_)) => ppm(share),
            each => pays(each),
        }),
    })
}

/// An exact share, such as `3/100`, in millionths; `None` where it is not a whole number of them.
fn ppm(share: &str) -> Option<i64> {
    let (above, below) = share.split_once('/').unwrap_or((share, "1"));
    let (above, below): (i64, i64) = (above.parse().ok()?, below.parse().ok()?);
    let millionths = above.checked_mul(1_000_000)?;
    (below > 0 && millionths % below == 0).then(|| millionths / below)
}

/// The title of a ladder without its name: `step (台阶奖励)`.
fn titled(name: &str) -> &str {
    name.split_once(" (").and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name)
}

/// An amount as people write it.
pub(crate) fn yuan(fen: i64) -> String {
    Fen(fen).to_string()
}
