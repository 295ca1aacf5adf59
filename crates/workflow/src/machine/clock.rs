//! What time does: deadlines, escalation, lapse, and that people leave their posts.

use super::instance::{Candidate, Instance, State};
use super::{Act, Outcome, Told, Verb, World};
use crate::directory::{Party, Post};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Refusal};

/// The day an instance has to be looked at again, if time can do anything to it: the first of its deadlines not yet noted.
pub(crate) fn next_day(world: &World<'_>, instance: &Instance) -> Option<Date> {
    if instance.state.with_starter() && instance.submitted_us.is_some() {
        return lapses_after(world, instance);
    }
    let step = world.definition.step(instance.progress.step.as_deref()?);
    let escalation = step.and_then(|step| step.escalate.as_ref());
    let of_turn = |turn: &super::Turn| match (turn.due, escalation) {
        (Some(due), _) if !turn.late => Some(due),
        (Some(due), Some(to)) if !turn.escalated => Some(world.calendar.after(due, to.after_days)),
        _ => None,
    };
    instance.open().filter_map(of_turn).min()
}

/// The last day the applicant may let it lie.
fn lapses_after(world: &World<'_>, instance: &Instance) -> Option<Date> {
    let days = world.definition.expires_days?;
    Some(world.calendar.after(day(instance.changed_us), days))
}

/// Lets time act on an instance; `None` if there is nothing to do yet.
///
/// # Errors
/// `Bug workflow.step` for an instance at a step its definition does not have.
pub fn tick(world: &World<'_>, instance: &Instance) -> Result<Option<Outcome>, Refusal> {
    let due = next_day(world, instance).is_some_and(|last| last < world.today);
    let mut act = Act { world, actor: None, out: Outcome::of(instance.clone()) };
    if !instance.state.with_starter() {
        act.succession();
        if due {
            act.deadlines()?;
        }
    } else if due {
        act.note(Verb::Lapse, "");
        act.finish(State::Cancelled);
        act.out.instance.changed_us = world.now_us;
    }
    Ok((due || !act.out.decisions.is_empty()).then_some(act.out))
}

impl Act<'_> {
    /// Gives what lies with nobody but people who left their post to those who hold it now. Where there is nobody, it stays where it is.
    fn succession(&mut self) {
        let directory = self.world.directory;
        let left = |candidate: &Candidate| candidate.post.as_ref().filter(|post| !directory.stands(&candidate.party.login, post)).cloned();
        let orphans = self.out.instance.open().filter(|turn| turn.candidates.iter().all(|candidate| left(candidate).is_some()));
        let orphans: Vec<(u32, Post)> = orphans.filter_map(|turn| Some((turn.id, left(turn.candidates.first()?)?))).collect();
        for (id, post) in orphans {
            let people = directory.holders(&post.role, &post.place).into_iter();
            let instance = &self.out.instance;
            let decides = self.step().is_ok_and(|step| step.kind.decides());
            let free = people.filter(|party| !decides || !(instance.is_own(&party.login) || instance.has_part(&party.login)));
            let free: Vec<Party> = free.collect();
            if free.is_empty() {
                continue;
            }
            let candidates = free.iter().map(|party| Candidate { party: party.clone(), post: Some(post.clone()) }).collect();
            self.turn(id, |turn| turn.candidates = candidates);
            self.out.instance.undo = None;
            let mut line = self.line(Verb::Succeed, "");
            line.to.clone_from(&free);
            self.out.decisions.push(line);
            self.tell(free.into_iter().map(|party| party.login), Told::Assigned);
        }
    }

    fn deadlines(&mut self) -> Result<(), Refusal> {
        let step = self.step()?.clone();
        let today = self.world.today;
        let late: Vec<(u32, Date)> =
            self.out.instance.open().filter_map(|turn| Some((turn.id, turn.due?))).filter(|(_, due)| *due < today).collect();
        for (id, due) in late {
            self.remind(id);
            let second = step.escalate.as_ref().filter(|to| self.world.calendar.after(due, to.after_days) < today);
            if let Some(to) = second {
                self.escalate(id, &to.role);
            }
        }
        Ok(())
    }

    /// Notes once that a turn is late.
    fn remind(&mut self, id: u32) {
        let turns = self.out.instance.progress.seats.iter_mut().flat_map(|seat| &mut seat.turns);
        let Some(turn) = turns.into_iter().find(|turn| turn.id == id && !turn.late) else { return };
        turn.late = true;
        let people: Vec<Party> = turn.candidates.iter().map(|candidate| candidate.party.clone()).collect();
        let starter = self.out.instance.starter.login.clone();
        let mut line = self.line(Verb::Late, "");
        line.to.clone_from(&people);
        self.out.decisions.push(line);
        self.tell(people.into_iter().map(|party| party.login).chain([starter]), Told::Late);
    }

    /// Once, others decide instead: those who hold a role and have no part in the step. Where there is nobody, it stays where it is.
    fn escalate(&mut self, id: u32, role: &str) {
        let others = self.others(role);
        let (world, found) = (self.world, !others.is_empty());
        let step = self.out.instance.progress.step.as_deref().and_then(|step| world.definition.step(step));
        let due = step.and_then(|step| step.due_days).map(|days| world.calendar.after(world.today, days));
        let turns = self.out.instance.progress.seats.iter_mut().flat_map(|seat| &mut seat.turns);
        let Some(turn) = turns.into_iter().find(|turn| turn.id == id && !turn.escalated) else { return };
        turn.escalated = true;
        if !found {
            return;
        }
        let people: Vec<Party> = others.iter().map(|candidate| candidate.party.clone()).collect();
        turn.candidates = others;
        turn.opened_us = Some(world.now_us);
        turn.due = due;
        // They have a day of their own, and are told when it has passed.
        turn.late = false;
        self.out.instance.undo = None;
        let mut line = self.line(Verb::Escalate, "");
        line.to.clone_from(&people);
        self.out.decisions.push(line);
        self.tell(people.into_iter().map(|party| party.login), Told::Assigned);
    }
}
