//! Stories on both databases.

mod corrections;
mod material;
mod planned;
mod sampled;

use qudao_field::checklist::{Answer, Catalogue as Checklists, Context, Given, Outcome, score};
use qudao_field::visit::record::{Act as FixAct, Correction as Fix};
use qudao_field::visit::store::Visit;
use qudao_field::visit::view::{Completion, View};
use qudao_field::visit::{Counts, Header, Site, State};
use qudao_kernel::{Date, Refusal};
use qudao_testkit::TestDb;
use std::collections::BTreeMap;
use std::sync::Arc;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: &Result<T, Refusal>) -> &'static str {
    outcome.as_ref().err().map_or("ok", |refusal| refusal.code)
}

fn today(db: &TestDb) -> Date {
    qudao_access::sessions::day(db.now_us())
}

/// A picture's name.
fn picture(text: &str) -> String {
    qudao_platform::hash::sha256(text)
}

fn site(outlet: &str) -> Site {
    Site {
        outlet: outlet.into(),
        partner: "P1".into(),
        territory: "421102001".into(),
        outlet_type: "专营店".into(),
        size: String::new(),
        point: None,
        closed_from: None,
    }
}

/// A visit that counts, with answers to the nine principles.
fn visit(id: &str, on: &str, answers: &[(&str, Answer)]) -> Visit {
    let template = Arc::clone(Checklists::standard().unwrap().get("display_principles").unwrap());
    let given: BTreeMap<String, Given> = answers.iter().map(|(item, answer)| ((*item).to_owned(), Given::seen(answer.clone()))).collect();
    let context = Context { outlet_type: "专营店".into(), ..Context::default() };
    let outcome: Outcome = score::count(&template, &context, &given);
    let view = View { answers: [(template.id.clone(), given)].into(), ..View::default() };
    Visit {
        id: id.into(),
        version: 1,
        manager: "M1".into(),
        site: site("O1"),
        header: Header { outlet: "O1".into(), purposes: Vec::new(), planned_on: None, began_us: 0, templates: BTreeMap::new() },
        day: day(on),
        state: State::Reported,
        counts: Counts::Yes,
        view,
        sheets: vec![(template, outcome)],
        completion: Completion { done: 11, skipped: Vec::new(), open: Vec::new(), share: 10_000 },
        missing: Vec::new(),
        results: 0,
        decided_by: String::new(),
        decided_why: String::new(),
    }
}

/// The same with an item that was put right on the spot.
fn put_right(mut visit: Visit, item: &str, after: &str) -> Visit {
    let fix = Fix { act: FixAct::Fixed, due_on: None, after: Some(picture(after)), note: String::new() };
    visit.view.fixes.insert(("display_principles".into(), item.into()), fix);
    visit
}
