//! Which verbs are open to somebody: what pages offer. What a verb needs besides, it says when it is tried.

use super::instance::{Instance, State};
use super::{Act, Actor, Outcome, Verb, World};

/// The turns somebody may take off again.
pub fn removable(world: &World<'_>, instance: &Instance, actor: &Actor) -> Vec<u32> {
    let act = Act { world, actor: Some(actor), out: Outcome::of(instance.clone()) };
    let turns = instance.progress.seats.iter().flat_map(|seat| &seat.turns);
    turns.filter(|turn| act.removes(turn)).map(|turn| turn.id).collect()
}

/// Fields that agreeing or carrying out may change at the present step; none where there is no step.
pub fn editable(world: &World<'_>, instance: &Instance) -> Vec<String> {
    let act = Act { world, actor: None, out: Outcome::of(instance.clone()) };
    act.open_fields().unwrap_or_default()
}

/// The verbs somebody may try on an instance now.
pub fn allowed(world: &World<'_>, instance: &Instance, actor: &Actor) -> Vec<Verb> {
    let mut act = Act { world, actor: Some(actor), out: Outcome::of(instance.clone()) };
    let mut verbs = Vec::new();
    if act.starting().is_ok() {
        verbs.extend([Verb::Save, Verb::Submit]);
    }
    if act.deciding(State::InReview).is_ok() {
        verbs.extend([Verb::Agree, Verb::Reject, Verb::Return, Verb::AddBefore, Verb::AddAfter]);
    }
    if act.deciding(State::Executing).is_ok() {
        verbs.push(Verb::Execute);
    }
    if act.handing().is_ok() {
        verbs.push(Verb::HandOver);
    }
    if instance.state == State::InReview && instance.progress.seats.iter().flat_map(|seat| &seat.turns).any(|turn| act.removes(turn)) {
        verbs.push(Verb::Remove);
    }
    let under_way = matches!(instance.state, State::InReview | State::Executing);
    let takes_back = |undo: &super::Undo| undo.seat == actor.seat().login && act.standing(undo.post.as_ref()).is_ok();
    if instance.state == State::InReview && instance.undo.as_ref().is_some_and(takes_back) {
        verbs.push(Verb::TakeBack);
    }
    if under_way && act.its_starter().is_ok() {
        verbs.push(Verb::Urge);
    }
    let ended = instance.state.is_end() || instance.state == State::Executing;
    if !ended && (actor.manages || act.its_starter().is_ok()) {
        verbs.push(Verb::Cancel);
    }
    if act.shares().is_ok() {
        verbs.extend([Verb::Comment, Verb::Copy]);
    }
    verbs
}
