//! Random acts of random people against a model that keeps no turns: it only counts who agreed to what in which passage of a step.

use super::{DAY, PEOPLE, Story, acting, actor, form};
use crate::definition::StepKind;
use crate::machine::{Actor, Command, Outcome, State, Verb};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

/// One try: who, what, about whom, and a number to choose with.
type Try = (usize, u8, usize, u8);

/// What happened in one passage of a step.
#[derive(Debug, Clone, Default)]
struct Passage {
    /// How many decisions it takes.
    needed: usize,
    /// Hands of each agreement, and the amount agreed to.
    agreed: Vec<(Vec<String>, i64)>,
}

#[derive(Debug, Clone, Default)]
struct Model {
    passages: BTreeMap<u32, Passage>,
    before: Option<Box<Model>>,
}

fn somebody(index: usize) -> Actor {
    match index {
        10 => acting("zhou", "sun", "supervisor"),
        11 => acting("an", "jin", "settlement_support"),
        12 => acting("mei", "wang", "channel_manager"),
        13 => acting("zhou", "li", "leader"),
        14 => acting("sun", "wang", "channel_manager"),
        _ => actor(PEOPLE[index % PEOPLE.len()].0),
    }
}

fn command(story: &Story, (_, what, whom, number): Try) -> Command {
    let login = PEOPLE[whom % PEOPLE.len()].0.to_owned();
    let other = PEOPLE[(whom + usize::from(number)) % PEOPLE.len()].0.to_owned();
    let text = "按规定办理".to_owned();
    let straight = number % 2 == 0;
    let turns: Vec<u32> = story.instance.progress.seats.iter().flat_map(|seat| &seat.turns).map(|turn| turn.id).collect();
    match what {
        0 => {
            let amount = 50_000 + 100_000 * (i64::from(number) % 3);
            Command::Save(form(json!({ "amount": amount })))
        }
        1..=2 => Command::Submit,
        3 => Command::Reject(text),
        4 => Command::HandOver { to: login, text },
        5 => Command::Comment { text, mention: vec![login] },
        6 => Command::Add { to: if login == other { vec![login] } else { vec![login, other] }, before: straight, text },
        7 => Command::Remove { turn: turns.get(usize::from(number) % turns.len().max(1)).copied().unwrap_or(0), text },
        8 => {
            let path: Vec<&String> = story.instance.progress.path.iter().map(|passed| &passed.step).collect();
            let to = path.get(usize::from(number / 2) % (path.len() + 1)).map(|step| (*step).clone());
            Command::Return { to, straight, text }
        }
        9 => Command::TakeBack(text),
        10 => Command::Urge(text),
        11 => Command::Copy { to: vec![login], text },
        12 if number > 240 => Command::Cancel(text),
        13 => Command::Execute { edits: form(json!({ "receipt": "F1" })), text },
        _ => {
            let asks = story.step() == "both" && !story.instance.form.contains_key("account");
            Command::Agree { text, edits: if asks { form(json!({ "account": "6601" })) } else { form(json!({})) }, signature: None }
        }
    }
}

impl Model {
    /// Takes in what happened, complaining about what must not.
    fn follow(&mut self, before: &Story, after: &Story, outcome: &Outcome) {
        let amount = |story: &Story| story.instance.form.get("amount").and_then(serde_json::Value::as_i64).unwrap_or(0);
        for line in &outcome.decisions {
            let hands: Vec<String> =
                [Some(&line.by), line.acting.as_ref()].into_iter().flatten().map(|party| party.login.clone()).collect();
            match line.verb {
                Verb::Submit => {
                    *self = Self { before: Some(Box::new(self.clone())), passages: self.passages.clone() };
                }
                Verb::Agree | Verb::Execute => {
                    self.before = Some(Box::new(self.clone()));
                    let decides = line.verb == Verb::Agree;
                    let passage = self.passages.entry(line.visit).or_default();
                    for hand in &hands {
                        assert!(!decides || !before.instance.is_own(hand), "{hand} decided on an application of their own");
                        assert!(
                            !decides || !passage.agreed.iter().any(|(others, _)| others.contains(hand)),
                            "{hand} decided twice in passage {}",
                            line.visit
                        );
                    }
                    passage.agreed.push((hands, amount(after)));
                }
                Verb::Skip => {
                    let passage = self.passages.entry(line.visit).or_default();
                    passage.agreed.push((line.to.iter().map(|party| party.login.clone()).collect(), amount(after)));
                }
                Verb::AddBefore | Verb::AddAfter => self.passages.entry(line.visit).or_default().needed += line.to.len(),
                Verb::Remove => self.passages.entry(line.visit).or_default().needed -= 1,
                Verb::TakeBack => {
                    if let Some(earlier) = self.before.take() {
                        *self = *earlier;
                    }
                }
                _ => {}
            }
        }
        // Passages entered by this act: what a step takes is written in its definition.
        for visit in before.instance.visits + 1..=after.instance.visits {
            let passed = after.instance.progress.path.iter().find(|passed| passed.visit == visit).map(|passed| passed.step.as_str());
            let step = passed.unwrap_or_else(|| after.step());
            let kind = after.definition.step(step).map(|step| step.kind);
            self.passages.entry(visit).or_default().needed += if kind == Some(StepKind::All) { 2 } else { 1 };
        }
    }

    /// What has to hold of an approved instance: every step on its way was agreed to by as many as it takes, with the amount it has now.
    fn approves(&self, story: &Story) {
        let amount = story.instance.form["amount"].as_i64().unwrap();
        let way = story.definition.way(&story.instance.form);
        let deciding: Vec<&str> = way.iter().filter(|step| step.kind.decides()).map(|step| step.id.as_str()).collect();
        let path = &story.instance.progress.path;
        let passed: Vec<&str> = path.iter().map(|passed| passed.step.as_str()).filter(|step| *step != "pay").collect();
        assert_eq!(passed, deciding, "the steps that were passed are those of the way");
        for step in path.iter().filter(|passed| passed.step != "pay") {
            let passage = &self.passages[&step.visit];
            assert_eq!(passage.agreed.len(), passage.needed, "{} of passage {}", step.step, step.visit);
            assert!(passage.agreed.iter().all(|(_, seen)| *seen == amount), "{} was agreed to with another amount", step.step);
            let own = passage.agreed.iter().flat_map(|(hands, _)| hands).find(|hand| story.instance.is_own(hand));
            assert!(own.is_none(), "{} was agreed to by {own:?}, whose application it is", step.step);
        }
    }
}

fn holds_always(story: &Story) {
    let instance = &story.instance;
    assert_eq!(story.holders().is_empty(), instance.state.is_end(), "{:?} has a holder or is at its end", instance.state);
    assert_eq!(instance.state.is_end(), instance.ended_us.is_some());
    assert_eq!(instance.approved.is_some(), matches!(instance.state, State::Executing | State::Approved));
    if let Some(approved) = &instance.approved {
        assert_eq!(*approved, instance.content(&story.definition), "what was approved changed");
    }
    if instance.state == State::InReview {
        let mut seats: Vec<&str> = Vec::new();
        for turn in instance.progress.seats.iter().flat_map(|seat| &seat.turns) {
            for candidate in &turn.candidates {
                assert!(!instance.is_own(&candidate.party.login), "{} would decide on an own application", candidate.party.login);
                assert!(!seats.contains(&candidate.party.login.as_str()), "{} sits twice", candidate.party.login);
                seats.push(&candidate.party.login);
            }
        }
    }
}

fn run(tries: &[Try], amount: i64) -> State {
    let mut story = Story::new(amount);
    let mut model = Model::default();
    for one in tries {
        let before = story.clone();
        if one.1 == 15 {
            story.now_us += DAY * i64::from(one.3 % 4);
            if story.tick() {
                // Time decides nothing, so what was taken in of agreements stays; nobody takes back what went to others.
                holds_always(&story);
            }
            continue;
        }
        let did = story.tries(&somebody(one.0), &command(&before, *one));
        if did.is_err() {
            assert_eq!(story.instance, before.instance, "what is refused changes nothing");
            continue;
        }
        if before.instance.state.is_end() {
            let (now, then) = (&story.instance, &before.instance);
            assert_eq!((now.state, &now.form, &now.approved), (then.state, &then.form, &then.approved), "an end is an end");
        }
        let outcome = story.last.clone().unwrap();
        model.follow(&before, &story, &outcome);
        holds_always(&story);
        if outcome.approved {
            model.approves(&story);
        }
    }
    story.instance.state
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn no_sequence_of_acts_breaks_the_rules(
        tries in prop::collection::vec((0..15_usize, 0..22_u8, 0..10_usize, any::<u8>()), 1..90),
        amount in prop::sample::select(vec![50_000_i64, 150_000, 250_000]),
    ) {
        // R8.35: never approved without all, never by the applicant, never twice by one, ends stay, somebody always holds it
        run(&tries, amount);
    }
}

#[test]
fn random_acts_reach_every_end() {
    // The model above proves nothing about ways that are never walked.
    let mut seed = 7_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut ends: BTreeMap<State, u32> = BTreeMap::new();
    for round in 0..400_i64 {
        let tries: Vec<Try> = (0..120).map(|_| (random(15) as usize, random(22) as u8, random(10) as usize, random(256) as u8)).collect();
        *ends.entry(run(&tries, 50_000 + 100_000 * (round % 3))).or_default() += 1;
    }
    for state in [State::Approved, State::Rejected, State::Cancelled] {
        assert!(ends.get(&state).copied().unwrap_or(0) > 0, "{ends:?}");
    }
}
