//! From step to step.

use super::instance::{Back, Passed, Seat, State, Undo, Verdict};
use super::{Act, Told, Verb};
use crate::definition::{Step, StepKind};
use crate::directory::Party;
use qudao_kernel::{Kind, Refusal};

impl Act<'_> {
    /// The step an instance is at.
    ///
    /// # Errors
    /// `Bug workflow.step` if the definition does not know it.
    pub(super) fn step(&self) -> Result<&Step, Refusal> {
        let id = self.out.instance.progress.step.as_deref().unwrap_or_default();
        self.world.definition.step(id).ok_or_else(|| lost(id))
    }

    /// Goes to the step after another, and on past what asks nobody.
    pub(super) fn go_on(&mut self, after: Option<&str>) -> Result<(), Refusal> {
        let definition = self.world.definition;
        if let Some(step) = definition.next(after, &self.out.instance.form) {
            return self.enter(&step.id);
        }
        self.approve();
        self.finish(State::Approved);
        Ok(())
    }

    /// Enters a step.
    pub(super) fn enter(&mut self, id: &str) -> Result<(), Refusal> {
        let step = self.world.definition.step(id).ok_or_else(|| lost(id))?.clone();
        if step.kind == StepKind::Notify {
            let readers = self.readers(&step)?;
            self.open_to(readers);
            return self.go_on(Some(id));
        }
        if step.kind == StepKind::Execute {
            self.approve();
        }
        let seats = self.seats(&step)?;
        if seats.is_empty() {
            return Err(super::refusals::nobody(&step, &step.id));
        }
        let instance = &mut self.out.instance;
        instance.visits += 1;
        instance.progress.step = Some(step.id.clone());
        instance.progress.visit = instance.visits;
        instance.progress.seats = seats;
        self.settle()
    }

    /// Opens the turns that are up; leaves the step when there are none.
    pub(super) fn settle(&mut self) -> Result<(), Refusal> {
        let step = self.step()?.clone();
        self.skip_repeats(&step);
        let world = self.world;
        let due = step.due_days.map(|days| world.calendar.after(world.today, days));
        let mut told = Vec::new();
        for seat in &mut self.out.instance.progress.seats {
            if let Some(turn) = seat.current_mut().filter(|turn| turn.opened_us.is_none()) {
                turn.opened_us = Some(world.now_us);
                turn.due = due;
                told.extend(turn.candidates.iter().map(|candidate| candidate.party.login.clone()));
            }
        }
        self.tell(told, Told::Assigned);
        if self.out.instance.open().next().is_some() { Ok(()) } else { self.leave(&step) }
    }

    /// The step is passed.
    fn leave(&mut self, step: &Step) -> Result<(), Refusal> {
        let content = self.out.instance.content(self.world.definition);
        let progress = &mut self.out.instance.progress;
        let verdicts = || progress.seats.iter().flat_map(|seat| &seat.turns).filter_map(|turn| turn.verdict.as_ref());
        let agreed = verdicts().map(|verdict| verdict.seat.clone()).collect();
        let hands = verdicts().flat_map(|verdict| [verdict.seat.clone(), verdict.by.clone()]).collect();
        let passed = Passed { step: step.id.clone(), visit: progress.visit, agreed, hands, content: content.clone() };
        progress.path.push(passed);
        progress.seats = Vec::new();
        match progress.back.take() {
            Some(back) if back.content == content => self.resume(back, Some(&step.id)),
            _ => self.go_on(Some(&step.id)),
        }
    }

    /// Goes straight back to where it was returned from: agreements given before stay. One by a hand that is the applicant's by now counts no
    /// more, so that step is asked anew on the way.
    pub(super) fn resume(&mut self, back: Back, after: Option<&str>) -> Result<(), Refusal> {
        let definition = self.world.definition;
        let mut after = after.map(str::to_owned);
        while let Some(step) = definition.next(after.as_deref(), &self.out.instance.form) {
            if step.id == back.step {
                return self.enter(&step.id);
            }
            let instance = &mut self.out.instance;
            let stays = |passed: &&Passed| passed.step == step.id && !passed.hands.iter().any(|hand| instance.is_own(hand));
            match back.path.iter().find(stays) {
                Some(passed) => instance.progress.path.push(passed.clone()),
                None if step.kind == StepKind::Notify => {}
                None => {
                    let id = step.id.clone();
                    instance.progress.back = Some(back);
                    return self.enter(&id);
                }
            }
            after = Some(step.id.clone());
        }
        self.go_on(after.as_deref())
    }

    /// Takes the agreement of somebody who agreed to the same content at an earlier step for their turn here.
    fn skip_repeats(&mut self, step: &Step) {
        if !self.world.definition.skip_repeats || !step.kind.decides() || step.signature {
            return;
        }
        let asks = self.world.definition.fields.iter().any(|field| field.at.as_ref() == Some(&step.id) && field.required);
        if asks || self.world.definition.barred(&self.out.instance.form).is_some() {
            return;
        }
        let content = self.out.instance.content(self.world.definition);
        let instance = &self.out.instance;
        let foreign = |passed: &&Passed| !passed.hands.iter().any(|hand| instance.is_own(hand));
        let same = instance.progress.path.iter().filter(|passed| passed.content == content).filter(foreign);
        let agreed: Vec<String> = same.flat_map(|passed| passed.agreed.clone()).collect();
        let mut skipped: Vec<Party> = Vec::new();
        for seat in &mut self.out.instance.progress.seats {
            while let Some(turn) = seat.current_mut() {
                if turn.added_by.is_some() || turn.opened_us.is_some() {
                    break;
                }
                let Some(repeated) = turn.candidates.iter().find(|candidate| agreed.contains(&candidate.party.login)) else { break };
                let party = repeated.party.clone();
                let seat = party.login.clone();
                turn.verdict = Some(Verdict { by: seat.clone(), seat, skipped: true, at_us: self.world.now_us });
                skipped.push(party);
            }
        }
        for party in skipped {
            let mut line = self.line(Verb::Skip, "");
            // It is the machine's line about a person, not an act of whoever acts now.
            line.by = Party { login: String::new(), name: String::new() };
            line.acting = None;
            line.post = None;
            line.to = vec![party];
            self.out.decisions.push(line);
        }
    }

    /// From here on the content is fixed.
    fn approve(&mut self) {
        let instance = &mut self.out.instance;
        if instance.approved.is_some() {
            return;
        }
        instance.approved = Some(instance.content(self.world.definition));
        instance.state = State::Executing;
        instance.undo = None;
        self.out.approved = true;
    }

    /// The instance ends.
    pub(super) fn finish(&mut self, state: State) {
        let instance = &mut self.out.instance;
        instance.state = state;
        instance.undo = None;
        instance.ended_us = Some(self.world.now_us);
        instance.progress.step = None;
        instance.progress.seats = Vec::<Seat>::new();
        instance.progress.back = None;
        let starter = instance.starter.login.clone();
        let typed_by = instance.typed_by.clone();
        self.tell(typed_by.into_iter().chain([starter]), Told::Ended);
    }

    /// Lets people read it.
    pub(super) fn open_to(&mut self, readers: Vec<Party>) {
        let copies = &mut self.out.instance.copies;
        let told: Vec<String> = readers.iter().map(|party| party.login.clone()).collect();
        for party in readers {
            if !copies.contains(&party) {
                copies.push(party);
            }
        }
        self.tell(told, Told::Copied);
    }

    /// Keeps what taking back would restore: what was before the act that now begins.
    pub(super) fn remember(&mut self) {
        let seat = self.actor.map(|actor| actor.seat().login.clone());
        let post = seat.as_deref().and_then(|login| self.post_of(login));
        let instance = &mut self.out.instance;
        instance.undo = seat.map(|seat| Undo { seat, post, progress: instance.progress.clone(), form: instance.form.clone() });
    }
}

fn lost(id: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "workflow.step",
        format!("流程定义里没有步骤 {id}；请联系管理员"),
        format!("the definition has no step {id}; tell an administrator"),
    )
}
