//! What those do who hold it: agree, reject, hand over, add, remove, return, execute; and what everybody with a part may: comment, copy.

use super::instance::{Back, Candidate, State, Turn, Verdict};
use super::{Act, Actor, MOST_TURNS, Told, Verb, people, refusals};
use crate::definition::StepKind;
use crate::form::{self, Form};
use qudao_kernel::{Kind, Refusal};
use serde_json::Value;
use std::collections::BTreeMap;

impl Act<'_> {
    pub(super) fn agree(&mut self, text: &str, edits: &Form, signature: Option<&str>) -> Result<(), Refusal> {
        refusals::short(text)?;
        self.deciding(State::InReview)?;
        let step = self.step()?.clone();
        self.remember();
        let changed = self.edit(edits)?;
        let instance = &self.out.instance;
        if let Some(bar) = self.world.definition.barred(&instance.form) {
            return Err(Refusal::new(
                Kind::Conflict,
                "workflow.bar",
                format!("触碰红线，不能同意：{}", bar.why.zh),
                format!("a red line is crossed, so nobody can agree: {}", bar.why.en),
            ));
        }
        form::refuse(&form::missing(&self.world.definition.fields, &instance.form, Some(&step.id)))?;
        if step.signature && signature.is_none() {
            return Err(Refusal::bad_input(
                "workflow.signature",
                "这一步须手写签名；请先签名",
                "this step takes a signature by hand; sign first",
            ));
        }
        let mut line = self.line(Verb::Agree, text);
        line.changed = changed;
        line.signature = signature.map(str::to_owned);
        self.out.decisions.push(line);
        self.decide()?;
        self.settle()
    }

    pub(super) fn reject(&mut self, text: &str) -> Result<(), Refusal> {
        refusals::said(text)?;
        self.deciding(State::InReview)?;
        self.note(Verb::Reject, text);
        self.finish(State::Rejected);
        Ok(())
    }

    pub(super) fn execute(&mut self, edits: &Form, text: &str) -> Result<(), Refusal> {
        refusals::short(text)?;
        self.deciding(State::Executing)?;
        let step = self.step()?.clone();
        let changed = self.edit(edits)?;
        form::refuse(&form::missing(&self.world.definition.fields, &self.out.instance.form, Some(&step.id)))?;
        let instance = &self.out.instance;
        if instance.approved.as_ref().is_none_or(|approved| *approved != instance.content(self.world.definition)) {
            return Err(Refusal::new(
                Kind::Conflict,
                "workflow.approved",
                "已批准的内容不能改动；如需变更请重新申请",
                "what was approved does not change any more; apply anew for a change",
            ));
        }
        let mut line = self.line(Verb::Execute, text);
        line.changed = changed;
        self.out.decisions.push(line);
        self.decide()?;
        self.settle()
    }

    pub(super) fn hand_over(&mut self, to: &str, text: &str) -> Result<(), Refusal> {
        refusals::said(text)?;
        let turn = self.holding()?;
        let party = self.named(&[to.to_owned()])?.remove(0);
        self.newcomer(&party)?;
        let mine = self.seat()?;
        let mut line = self.line(Verb::HandOver, text);
        line.to = vec![party.clone()];
        self.out.decisions.push(line);
        self.tell([party.login.clone()], Told::Assigned);
        let candidate = Candidate { party, role: None };
        self.out.instance.undo = None;
        self.turn(turn, |turn| {
            turn.candidates.retain(|candidate| candidate.party.login != mine);
            turn.candidates.push(candidate);
        });
        Ok(())
    }

    pub(super) fn add(&mut self, to: &[String], before: bool, text: &str) -> Result<(), Refusal> {
        refusals::said(text)?;
        self.in_state(State::InReview)?;
        let at = self.holding()?;
        let parties = self.named(to)?;
        for party in &parties {
            self.newcomer(party)?;
        }
        let mine = self.seat()?;
        let mut line = self.line(if before { Verb::AddBefore } else { Verb::AddAfter }, text);
        line.to.clone_from(&parties);
        self.out.decisions.push(line);
        let instance = &mut self.out.instance;
        let held: usize = instance.progress.seats.iter().map(|seat| seat.turns.len()).sum();
        if held + parties.len() > MOST_TURNS {
            return Err(refusals::too_many());
        }
        let candidates = parties.into_iter().map(|party| vec![Candidate { party, role: None }]);
        let fresh: Vec<Turn> = candidates.map(|candidates| people::turn(instance, candidates, Some(mine.clone()))).collect();
        instance.undo = None;
        for seat in &mut instance.progress.seats {
            if let Some(index) = seat.turns.iter().position(|turn| turn.id == at) {
                let index = if before { index } else { index + 1 };
                seat.turns.splice(index..index, fresh);
                break;
            }
        }
        self.settle()
    }

    pub(super) fn remove(&mut self, id: u32, text: &str) -> Result<(), Refusal> {
        refusals::short(text)?;
        self.in_state(State::InReview)?;
        let mine = self.seat()?;
        let instance = &mut self.out.instance;
        let turns = instance.progress.seats.iter().flat_map(|seat| &seat.turns);
        let found = turns.into_iter().find(|turn| turn.id == id && turn.verdict.is_none() && turn.added_by.as_ref() == Some(&mine));
        let Some(found) = found else {
            return Err(Refusal::new(
                Kind::Conflict,
                "workflow.added",
                "只能减去自己加签、且尚未审批的人员；请刷新查看",
                "only somebody you added yourself who has not decided yet can be removed; reload it",
            ));
        };
        let removed = found.candidates.iter().map(|candidate| candidate.party.clone()).collect();
        for seat in &mut instance.progress.seats {
            seat.turns.retain(|turn| turn.id != id);
        }
        instance.progress.seats.retain(|seat| !seat.turns.is_empty());
        instance.undo = None;
        let mut line = self.line(Verb::Remove, text);
        line.to = removed;
        self.out.decisions.push(line);
        self.settle()
    }

    pub(super) fn give_back(&mut self, to: Option<&str>, straight: bool, text: &str) -> Result<(), Refusal> {
        refusals::said(text)?;
        self.deciding(State::InReview)?;
        let from = self.step()?.id.clone();
        let mut line = self.line(Verb::Return, text);
        let instance = &mut self.out.instance;
        let target = match to {
            None => None,
            Some(to) => Some(instance.progress.path.iter().position(|passed| passed.step == to).ok_or_else(|| {
                Refusal::bad_input(
                    "workflow.return.step",
                    format!("只能退回已审批过的步骤或申请人；{to} 不在其中"),
                    format!("it can go back to a step that was passed, or to the applicant; {to} is none of these"),
                )
            })?),
        };
        line.to_step = to.map(str::to_owned);
        let content = line.content.clone();
        let progress = &mut instance.progress;
        progress.back = straight.then(|| Back { step: from, content, path: progress.path.clone() });
        instance.undo = None;
        self.out.decisions.push(line);
        if let Some(index) = target {
            let step = self.out.instance.progress.path[index].step.clone();
            self.out.instance.progress.path.truncate(index);
            return self.enter(&step);
        }
        let instance = &mut self.out.instance;
        instance.state = State::Returned;
        instance.progress.step = None;
        instance.progress.seats = Vec::new();
        let told: Vec<String> = instance.typed_by.iter().chain([&instance.starter.login]).cloned().collect();
        self.tell(told, Told::Returned);
        Ok(())
    }

    pub(super) fn comment(&mut self, text: &str, mention: &[String]) -> Result<(), Refusal> {
        refusals::said(text)?;
        self.shares()?;
        let readers = if mention.is_empty() { Vec::new() } else { self.named(mention)? };
        let mut line = self.line(Verb::Comment, text);
        line.to.clone_from(&readers);
        self.out.decisions.push(line);
        self.open_to_more(readers)
    }

    pub(super) fn copy(&mut self, to: &[String], text: &str) -> Result<(), Refusal> {
        refusals::short(text)?;
        self.shares()?;
        let readers = self.named(to)?;
        let mut line = self.line(Verb::Copy, text);
        line.to.clone_from(&readers);
        self.out.decisions.push(line);
        self.open_to_more(readers)
    }

    fn open_to_more(&mut self, readers: Vec<crate::directory::Party>) -> Result<(), Refusal> {
        if self.out.instance.copies.len() + readers.len() > MOST_TURNS {
            return Err(refusals::too_many());
        }
        self.open_to(readers);
        Ok(())
    }

    /// Whoever acts, if it is a person.
    pub(super) fn person(&self) -> Result<&Actor, Refusal> {
        self.actor.ok_or_else(|| refusals::not_holder(&self.out.instance))
    }

    fn seat(&self) -> Result<String, Refusal> {
        Ok(self.person()?.seat().login.clone())
    }

    pub(super) fn in_state(&self, state: State) -> Result<(), Refusal> {
        if self.out.instance.state == state { Ok(()) } else { Err(refusals::wrong_state(&self.out.instance)) }
    }

    /// Refuses whoever has no part in the instance: the applicant, holders, those who acted, readers.
    pub(super) fn shares(&self) -> Result<(), Refusal> {
        let (instance, actor) = (&self.out.instance, self.person()?);
        let seat = &actor.seat().login;
        let passed = instance.progress.path.iter().any(|passed| passed.agreed.contains(seat));
        let reads = instance.copies.iter().any(|party| party.login == *seat);
        if instance.is_own(seat) || instance.has_part(seat) || passed || reads || actor.manages {
            return Ok(());
        }
        Err(refusals::not_holder(instance))
    }

    /// The open turn of whoever acts, in which they may act.
    pub(super) fn holding(&self) -> Result<u32, Refusal> {
        let (instance, actor) = (&self.out.instance, self.person()?);
        if !matches!(instance.state, State::InReview | State::Executing) {
            return Err(refusals::wrong_state(instance));
        }
        let seat = &actor.seat().login;
        let holds = |turn: &&Turn| turn.candidates.iter().any(|candidate| candidate.party.login == *seat);
        let turn = instance.open().find(holds).ok_or_else(|| refusals::not_holder(instance))?;
        let candidate = turn.candidates.iter().find(|candidate| candidate.party.login == *seat);
        let role = candidate.and_then(|candidate| candidate.role.as_deref());
        if actor.acting.is_some() && !role.is_some_and(|role| actor.roles.iter().any(|lent| lent == role)) {
            return Err(refusals::not_lent(role));
        }
        Ok(turn.id)
    }

    /// Refuses whoever may not decide here: not holding it, one's own, or with another hand in the step already.
    pub(super) fn deciding(&self, state: State) -> Result<(), Refusal> {
        self.in_state(state)?;
        let at = self.holding()?;
        let (instance, actor) = (&self.out.instance, self.person()?);
        let decides = self.step()?.kind != StepKind::Execute;
        if decides && actor.hands().any(|login| instance.is_own(login)) {
            return Err(refusals::own());
        }
        let others = instance.progress.seats.iter().flat_map(|seat| &seat.turns).filter(|turn| turn.id != at);
        for turn in others {
            let verdict = turn.verdict.as_ref();
            let acted = actor.hands().any(|login| verdict.is_some_and(|verdict| verdict.by == login || verdict.seat == login));
            let sits = actor.acting.is_some() && turn.candidates.iter().any(|candidate| candidate.party.login == actor.me.login);
            if decides && (acted || sits) {
                return Err(refusals::twice());
            }
        }
        Ok(())
    }

    /// Writes the verdict of whoever acts into their turn.
    fn decide(&mut self) -> Result<(), Refusal> {
        let at = self.holding()?;
        let actor = self.person()?;
        let verdict = Verdict { seat: actor.seat().login.clone(), by: actor.me.login.clone(), skipped: false, at_us: self.world.now_us };
        self.turn(at, |turn| turn.verdict = Some(verdict));
        Ok(())
    }

    fn turn(&mut self, id: u32, change: impl FnOnce(&mut Turn)) {
        let turns = self.out.instance.progress.seats.iter_mut().flat_map(|seat| &mut seat.turns);
        if let Some(turn) = turns.into_iter().find(|turn| turn.id == id) {
            change(turn);
        }
    }

    /// Changes fields at a step, and says which.
    fn edit(&mut self, edits: &Form) -> Result<BTreeMap<String, [Value; 2]>, Refusal> {
        let (definition, step) = (self.world.definition, self.step()?.clone());
        if let Some(field) = edits.keys().find(|field| !definition.may_edit(&step, field)) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "workflow.edit",
                format!("步骤“{}”不能修改 {field}；如需修改请退回申请人", step.title.zh),
                format!("the step `{}` cannot change {field}; return it to the applicant for that", step.title.en),
            ));
        }
        let before = self.out.instance.form.clone();
        let after = &mut self.out.instance.form;
        after.extend(edits.iter().map(|(field, value)| (field.clone(), value.clone())));
        form::tidy(&definition.fields, after);
        form::refuse(&form::wrong(&definition.fields, after))?;
        Ok(super::start::changes(&before, after))
    }
}
