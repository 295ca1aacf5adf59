//! A visit as its fields say it now, and how far it is.

use super::merge::Field;
use super::record::{
    self, Act, CheckIn, CheckOut, Correction, Counted, Ending, Goal, Note, Photo, Priced, Record, Shelved, Solution, StepRecord, Training,
};
use super::steps::{Course, Need};
use crate::checklist::Given;
use crate::checklist::score::share;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A visit, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// The check-in.
    pub check_in: Option<CheckIn>,
    /// The check-out.
    pub check_out: Option<CheckOut>,
    /// When the report was sent.
    pub report_us: Option<i64>,
    /// Steps by id.
    pub steps: BTreeMap<String, StepRecord>,
    /// Answers by template and item.
    pub answers: BTreeMap<String, BTreeMap<String, Given>>,
    /// Corrections by template and item.
    pub fixes: BTreeMap<(String, String), Correction>,
    /// Goals.
    pub goals: BTreeMap<String, Goal>,
    /// What is to be done about open issues.
    pub issues: BTreeMap<String, Solution>,
    /// Stock by model.
    pub counts: BTreeMap<String, Counted>,
    /// Prices by model.
    pub prices: BTreeMap<String, Priced>,
    /// Where assigned models stand.
    pub shelves: BTreeMap<String, Shelved>,
    /// How it ends.
    pub ending: Option<Ending>,
    /// Training.
    pub trainings: BTreeMap<String, Training>,
    /// Notes.
    pub notes: BTreeMap<String, Note>,
    /// What photos say of themselves.
    pub photos: BTreeMap<String, Photo>,
    /// Fields where two values stand beside each other.
    pub conflicts: Vec<String>,
    /// Fields whose merged value cannot be read.
    pub unread: Vec<String>,
}

impl View {
    /// Reads merged fields. `skew_us` says by how much the clock of a write's phone is behind ours; times come out by our clock.
    pub fn of(fields: &BTreeMap<String, Field>, skew_us: impl Fn(&str) -> i64) -> Self {
        let mut view = Self::default();
        for (path, field) in fields {
            if !field.others.is_empty() {
                view.conflicts.push(path.clone());
            }
            let skew = field.heads.first().map_or(0, |head| skew_us(head));
            match record::read(path, &field.value) {
                Ok(Some(record)) => view.take(record, skew),
                Ok(None) => {}
                Err(_) => view.unread.push(path.clone()),
            }
        }
        view
    }

    fn take(&mut self, record: Record, skew: i64) {
        match record {
            Record::CheckIn(one) => self.check_in = Some(CheckIn { at_us: one.at_us + skew, ..one }),
            Record::CheckOut(one) => self.check_out = Some(CheckOut { at_us: one.at_us + skew, ..one }),
            Record::Report(at_us) => self.report_us = Some(at_us + skew),
            Record::Step(id, one) => drop(self.steps.insert(id, StepRecord { at_us: one.at_us + skew, ..one })),
            Record::Answer(template, item, given) => drop(self.answers.entry(template).or_default().insert(item, *given)),
            Record::Fix(template, item, one) => drop(self.fixes.insert((template, item), one)),
            Record::Goal(id, one) => drop(self.goals.insert(id, one)),
            Record::Issue(id, one) => drop(self.issues.insert(id, one)),
            Record::Count(model, one) => drop(self.counts.insert(model, one)),
            Record::Price(model, one) => drop(self.prices.insert(model, one)),
            Record::Shelf(model, one) => drop(self.shelves.insert(model, one)),
            Record::Ending(one) => self.ending = Some(one),
            Record::Training(id, one) => drop(self.trainings.insert(id, one)),
            Record::Note(id, one) => drop(self.notes.insert(id, one)),
            Record::Photo(sha256, one) => drop(self.photos.insert(sha256, Photo { taken_us: one.taken_us + skew, ..one })),
        }
    }

    /// Every photo and signature it names, by SHA-256.
    pub fn files(&self) -> BTreeSet<&str> {
        let answers = self.answers.values().flat_map(BTreeMap::values).flat_map(Given::files);
        let door = self.check_in.iter().filter_map(|one| one.door.as_deref());
        let signed = self.check_out.iter().filter_map(|one| one.signature.as_deref());
        let after = self.fixes.values().filter_map(|one| one.after.as_deref());
        let notes = self.notes.values().flat_map(|one| &one.photos).map(String::as_str);
        let tags = self.prices.values().filter_map(|one| one.photo.as_deref());
        answers.chain(door).chain(signed).chain(after).chain(notes).chain(tags).chain(self.photos.keys().map(String::as_str)).collect()
    }

    /// What it brought: an order, each training that was passed or had no test, each defect put right on the spot. `train_pass` are the points from which a test
    /// is passed.
    pub fn results(&self, train_pass: u32) -> u32 {
        let order = self.ending.as_ref().is_some_and(|ending| !ending.order.trim().is_empty());
        let trained = self.trainings.values().filter(|one| one.score.is_none_or(|score| score >= train_pass)).count();
        let mended = self.fixes.values().filter(|one| one.act == Act::Fixed).count();
        u32::from(order) + trained as u32 + mended as u32
    }

    /// Whole minutes from check-in to check-out; none before both are there, 0 where the clock went back.
    pub fn minutes(&self) -> Option<u32> {
        let (entered, left) = (self.check_in.as_ref()?, self.check_out.as_ref()?);
        Some(u32::try_from((left.at_us - entered.at_us).max(0) / 60_000_000).unwrap_or(u32::MAX))
    }
}

/// How far the steps are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// Steps done.
    pub done: u32,
    /// Steps left out with a reason.
    pub skipped: Vec<String>,
    /// Steps that are neither, or lack what they need.
    pub open: Vec<String>,
    /// Steps done ÷ steps, hundredths of a percent.
    pub share: u32,
}

impl Completion {
    /// Whether a report is accepted (N31).
    pub fn is_whole(&self) -> bool {
        self.open.is_empty()
    }
}

/// How far a visit is; `answered` says whether no required item of its checklists is open.
pub fn completion(course: &Course, view: &View, answered: bool) -> Completion {
    let mut found = Completion { done: 0, skipped: Vec::new(), open: Vec::new(), share: 0 };
    for step in course.steps() {
        let has = |need: &Need| match need {
            Need::Goal => !view.goals.is_empty(),
            Need::CheckIn => view.check_in.is_some(),
            Need::CheckOut => view.check_out.is_some(),
            Need::Answer => answered,
            Need::Ending => view.ending.as_ref().is_some_and(Ending::is_one),
        };
        match view.steps.get(&step.id) {
            Some(record) if record.skipped && !record.reason.trim().is_empty() => found.skipped.push(step.id.clone()),
            Some(record) if !record.skipped && step.needs.iter().all(has) => found.done += 1,
            _ => found.open.push(step.id.clone()),
        }
    }
    found.share = share(u64::from(found.done), course.steps().len() as u64).unwrap_or(0);
    found
}

/// Goals reached ÷ goals, hundredths of a percent (R7.57); none without goals.
pub fn goal_rate(view: &View) -> Option<u32> {
    let reached = view.goals.values().filter(|goal| goal.achieved == Some(true)).count();
    share(reached as u64, view.goals.len() as u64)
}
