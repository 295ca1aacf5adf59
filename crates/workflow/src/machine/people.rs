//! Who a step is for.

use super::instance::{Candidate, Instance, Seat, Turn};
use super::{Act, refusals};
use crate::definition::{Approver, Step, StepKind};
use crate::directory::{Party, Place, Post, Rung, is_as_high};
use qudao_kernel::Refusal;
use serde_json::Value;

/// People found by one rule, turn by turn.
type Turns = Vec<Vec<Candidate>>;

impl Act<'_> {
    /// The seats of a step, with nobody in them who may not decide.
    ///
    /// # Errors
    /// `Conflict workflow.nobody`.
    pub(super) fn seats(&mut self, step: &Step) -> Result<Vec<Seat>, Refusal> {
        let mut found: Vec<Turns> = Vec::new();
        for approver in &step.approvers {
            found.push(self.found(step, approver)?);
        }
        let mut seats: Vec<Turns> = match step.kind {
            StepKind::All => found.into_iter().flatten().flatten().map(|candidate| vec![vec![candidate]]).collect(),
            StepKind::Approve => found,
            StepKind::Any | StepKind::Execute | StepKind::Notify => vec![vec![found.into_iter().flatten().flatten().collect()]],
        };
        // Nobody sits twice in one step.
        let mut seen: Vec<String> = Vec::new();
        for turn in seats.iter_mut().flatten() {
            turn.retain(|candidate| {
                let fresh = !seen.contains(&candidate.party.login);
                seen.push(candidate.party.login.clone());
                fresh
            });
        }
        let instance = &mut self.out.instance;
        let seat = |turns: Turns| Seat {
            turns: turns.into_iter().filter(|turn| !turn.is_empty()).map(|candidates| turn(instance, candidates, None)).collect(),
        };
        Ok(seats.into_iter().map(seat).filter(|seat| !seat.turns.is_empty()).collect())
    }

    fn found(&self, step: &Step, approver: &Approver) -> Result<Turns, Refusal> {
        let instance = &self.out.instance;
        let directory = self.world.directory;
        let allowed = |party: &Party| !step.kind.decides() || !instance.is_own(&party.login);
        let by_role = |people: Vec<Party>, role: &str, place: &Place| -> Vec<Candidate> {
            let post = Some(Post { role: role.to_owned(), place: place.clone() });
            people.into_iter().filter(allowed).map(|party| Candidate { party, post: post.clone() }).collect()
        };
        let named = |login: &str| -> Result<Turns, Refusal> {
            let party = directory.person(login).ok_or_else(|| refusals::nobody(step, login))?;
            if step.kind.decides() && !directory.decides(login) {
                return Err(refusals::cannot_decide(&party.name));
            }
            if allowed(&party) {
                return Ok(vec![vec![Candidate { party, post: None }]]);
            }
            self.superior(step)
        };
        match approver {
            Approver::Role { role, subject } => {
                let place = if *subject { instance.subject.as_ref().unwrap_or(&instance.applicant) } else { &instance.applicant };
                let people = directory.holders(role, place);
                if people.is_empty() {
                    return Err(refusals::nobody(step, role));
                }
                let people = by_role(people, role, place);
                // The applicant is the only one: the superior decides.
                if people.is_empty() { self.superior(step) } else { Ok(vec![people]) }
            }
            Approver::Superiors { up_to } => {
                let mut turns = Turns::new();
                for rung in self.superiors(step)? {
                    let last = is_as_high(&rung.role, up_to);
                    let people = by_role(rung.people, &rung.role, &instance.applicant);
                    if !people.is_empty() {
                        turns.push(people);
                    }
                    if last {
                        break;
                    }
                }
                if turns.is_empty() { Err(refusals::nobody(step, up_to)) } else { Ok(turns) }
            }
            Approver::Person(login) => named(login),
            Approver::Chosen(field) => named(instance.form.get(field).and_then(Value::as_str).unwrap_or("")),
            Approver::Starter => Ok(vec![vec![Candidate { party: instance.starter.clone(), post: Some(instance.post()) }]]),
        }
    }

    /// The applicant's superiors, level by level.
    ///
    /// # Errors
    /// `Conflict workflow.ladder` for an applicant who has none.
    fn superiors(&self, step: &Step) -> Result<Vec<Rung>, Refusal> {
        let instance = &self.out.instance;
        let found = self.world.directory.superiors(&instance.starter.login, &instance.post());
        found.ok_or_else(|| refusals::off_ladder(step, &instance.starter.name))
    }

    /// The applicant's direct superior, who decides where the applicant would.
    fn superior(&self, step: &Step) -> Result<Turns, Refusal> {
        let instance = &self.out.instance;
        let people = self.superiors(step)?.into_iter().map(|rung| {
            let post = Post { role: rung.role, place: instance.applicant.clone() };
            let others = rung.people.into_iter().filter(|party| !instance.is_own(&party.login));
            others.map(|party| Candidate { party, post: Some(post.clone()) }).collect::<Vec<_>>()
        });
        let first = people.into_iter().find(|people| !people.is_empty());
        first.map(|people| vec![people]).ok_or_else(|| refusals::nobody(step, &instance.starter.name))
    }

    /// Who is to be told at a step that tells.
    pub(super) fn readers(&self, step: &Step) -> Result<Vec<Party>, Refusal> {
        let mut readers = Vec::new();
        for approver in &step.approvers {
            readers.extend(self.found(step, approver)?.into_iter().flatten().map(|candidate| candidate.party));
        }
        Ok(readers)
    }

    /// Who holds a role at the applicant's place and may still come into the present step.
    pub(super) fn others(&self, role: &str) -> Vec<Candidate> {
        let instance = &self.out.instance;
        let place: &Place = &instance.applicant;
        let people = self.world.directory.holders(role, place).into_iter();
        let free = people.filter(|party| !instance.is_own(&party.login) && !instance.has_part(&party.login));
        let post = Post { role: role.to_owned(), place: place.clone() };
        free.map(|party| Candidate { party, post: Some(post.clone()) }).collect()
    }

    /// People named in a command.
    pub(super) fn named(&self, logins: &[String]) -> Result<Vec<Party>, Refusal> {
        refusals::people(logins.len())?;
        let mut found: Vec<Party> = Vec::new();
        for login in logins {
            let party = self.world.directory.person(login).ok_or_else(|| refusals::no_person(login))?;
            if !found.contains(&party) {
                found.push(party);
            }
        }
        Ok(found)
    }

    /// Somebody who is to decide in the present step.
    pub(super) fn newcomer(&self, party: &Party) -> Result<(), Refusal> {
        if self.out.instance.is_own(&party.login) {
            return Err(refusals::own());
        }
        if self.out.instance.has_part(&party.login) {
            return Err(refusals::has_part(&party.name));
        }
        if !self.world.directory.decides(&party.login) {
            return Err(refusals::cannot_decide(&party.name));
        }
        Ok(())
    }
}

/// A new turn.
pub(super) fn turn(instance: &mut Instance, candidates: Vec<Candidate>, added_by: Option<Candidate>) -> Turn {
    instance.turns += 1;
    Turn { id: instance.turns, candidates, added_by, opened_us: None, due: None, late: false, escalated: false, verdict: None }
}
