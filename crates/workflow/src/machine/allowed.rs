//! Which verbs are open to somebody: what pages offer. What a verb needs besides, it says when it is tried.

use super::instance::{Instance, State};
use super::{Act, Actor, Outcome, Verb, World};

/// The verbs somebody may try on an instance now.
pub fn allowed(world: &World<'_>, instance: &Instance, actor: &Actor) -> Vec<Verb> {
    let mut act = Act { world, actor: Some(actor), out: Outcome::of(instance.clone()) };
    let seat = &actor.seat().login;
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
    if act.holding().is_ok() {
        verbs.push(Verb::HandOver);
    }
    let mut turns = instance.progress.seats.iter().flat_map(|seat| &seat.turns);
    if turns.any(|turn| turn.verdict.is_none() && turn.added_by.as_ref() == Some(seat)) {
        verbs.push(Verb::Remove);
    }
    let under_way = matches!(instance.state, State::InReview | State::Executing);
    if instance.state == State::InReview && instance.undo.as_ref().is_some_and(|undo| undo.seat == *seat) {
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
