//! Answers become facts of observation: every market measure is a metric over these.

use super::answer::{counts, number, points};
use super::{Answer, Context, Evidence, Given, Holder, Outcome, Template};
use qudao_kernel::Date;
use qudao_kernel::facts::Col;
use std::collections::BTreeMap;

/// Where and when answers were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Where<'a> {
    /// The day.
    pub day: Date,
    /// The day they came to us.
    pub known_on: Date,
    /// Outlet.
    pub outlet: &'a str,
    /// Its partner.
    pub partner: &'a str,
}

/// One fact of observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// `visit:template:item`.
    pub id: String,
    /// The template's kind.
    pub kind: String,
    /// The item or measure.
    pub item: String,
    /// Its number.
    pub value: Option<i64>,
    /// Whether it was right; none for what is only noted.
    pub passed: Option<bool>,
    /// How it is known.
    pub evidence: Evidence,
}

/// The facts of a checklist: one of each answer, of each measure, and `score` for the whole. What does not exist here is no fact.
pub fn observations(
    template: &Template,
    context: &Context,
    answers: &BTreeMap<String, Given>,
    outcome: &Outcome,
    visit: &str,
) -> Vec<Observation> {
    let fact = |item: &str, value, passed, evidence| Observation {
        id: format!("{visit}:{}:{item}", template.id),
        kind: template.kind.clone(),
        item: item.to_owned(),
        value,
        passed,
        evidence,
    };
    let mut facts = Vec::new();
    for asked in template.asked(context) {
        let Some(given) = answers.get(&asked.item.id).filter(|given| given.answer != Answer::Na) else { continue };
        let Some(points) = points(&asked.item.kind, &given.answer) else { continue };
        let scored = asked.item.kind.most() > 0;
        let passed = scored.then(|| counts(&asked, given) && points >= asked.item.kind.pass());
        facts.push(fact(&asked.item.id, value(&given.answer, points), passed, given.evidence));
    }
    for (measure, value) in template.measures.iter().zip(&outcome.measures) {
        if value.is_some() {
            facts.push(fact(&measure.id, *value, None, Evidence::System));
        }
    }
    if let Some(score) = outcome.score {
        let passed = template.pass_mark.map(|mark| score >= mark && outcome.vetoed.is_empty());
        facts.push(fact("score", Some(i64::from(score)), passed, Evidence::System));
    }
    facts
}

/// The number of an answer as a fact: of a place its points and, where a competitor holds it, −1; of a choice its points.
fn value(answer: &Answer, points: u32) -> Option<i64> {
    match answer {
        Answer::Place(place) if place.holder == Holder::Competitor => Some(-1),
        Answer::Place(_) | Answer::Choice(_) => Some(i64::from(points)),
        answer => number(answer),
    }
}

impl Where<'_> {
    /// The columns that every fact of a visit has.
    pub fn columns(&self) -> [(Col, String); 4] {
        [
            (Col::OccurredOn, self.day.to_string()),
            (Col::KnownOn, self.known_on.to_string()),
            (Col::Outlet, self.outlet.to_owned()),
            (Col::Partner, self.partner.to_owned()),
        ]
    }
}

impl Observation {
    /// As a row of the fact table `observation`: column and text.
    pub fn cells(&self, place: &Where<'_>) -> BTreeMap<String, String> {
        let own = [
            (Col::EventId, self.id.clone()),
            (Col::Kind, self.kind.clone()),
            (Col::Item, self.item.clone()),
            (Col::Value, self.value.map_or_else(String::new, |value| value.to_string())),
            (Col::Passed, self.passed.map_or("", |passed| if passed { "是" } else { "否" }).to_owned()),
            (Col::Grade, self.evidence.name().to_owned()),
        ];
        own.into_iter()
            .chain(place.columns())
            .filter(|(_, text)| !text.is_empty())
            .map(|(col, text)| (col.name().to_owned(), text))
            .collect()
    }
}
