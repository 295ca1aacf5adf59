//! What those do who hold it: agree, reject, hand over, add, remove, return, execute; and what everybody with a part may: comment, copy.

use super::instance::{Back, Candidate, State, Turn, Verdict};
use super::{Act, Actor, MOST_TURNS, Told, Verb, people, refusals};
use crate::definition::{Step, StepKind};
use crate::directory::Post;
use crate::form::{self, Field, Form};
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
        let (turn, mine) = self.handing()?;
        let party = self.named(&[to.to_owned()])?.remove(0);
        self.newcomer(&party)?;
        let mut line = self.line(Verb::HandOver, text);
        line.to = vec![party.clone()];
        self.out.decisions.push(line);
        self.tell([party.login.clone()], Told::Assigned);
        let candidate = Candidate { party, post: None };
        self.out.instance.undo = None;
        self.turn(turn, |turn| {
            turn.candidates.retain(|candidate| candidate.party.login != mine.party.login);
            turn.candidates.push(candidate);
        });
        Ok(())
    }

    pub(super) fn add(&mut self, to: &[String], before: bool, text: &str) -> Result<(), Refusal> {
        refusals::said(text)?;
        self.deciding(State::InReview)?;
        let (at, mine) = self.holding()?;
        let parties = self.named(to)?;
        for party in &parties {
            self.newcomer(party)?;
        }
        let mut line = self.line(if before { Verb::AddBefore } else { Verb::AddAfter }, text);
        line.to.clone_from(&parties);
        self.out.decisions.push(line);
        let instance = &mut self.out.instance;
        let held: usize = instance.progress.seats.iter().map(|seat| seat.turns.len()).sum();
        if held + parties.len() > MOST_TURNS {
            return Err(refusals::too_many());
        }
        let candidates = parties.into_iter().map(|party| vec![Candidate { party, post: None }]);
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
        let turns = self.out.instance.progress.seats.iter().flat_map(|seat| &seat.turns);
        let Some(found) = turns.into_iter().find(|turn| turn.id == id && self.added(turn)) else {
            return Err(Refusal::new(
                Kind::Conflict,
                "workflow.added",
                "只能减去自己加签、且尚未审批的人员；请刷新查看",
                "only somebody you added yourself who has not decided yet can be removed; reload it",
            ));
        };
        let removed = found.candidates.iter().map(|candidate| candidate.party.clone()).collect();
        let post = found.added_by.as_ref().and_then(|adder| adder.post.clone());
        self.standing(post.as_ref())?;
        self.of_others()?;
        let instance = &mut self.out.instance;
        for seat in &mut instance.progress.seats {
            seat.turns.retain(|turn| turn.id != id);
        }
        instance.progress.seats.retain(|seat| !seat.turns.is_empty());
        instance.undo = None;
        let mut line = self.line(Verb::Remove, text);
        line.post = post;
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
        if let Some(party) = readers.iter().find(|party| !self.world.directory.reads(&party.login)) {
            return Err(refusals::cannot_read(&party.name));
        }
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

    /// Whether whoever acts added a turn nobody has decided in.
    fn added(&self, turn: &Turn) -> bool {
        let seat = self.actor.map(|actor| &actor.seat().login);
        turn.verdict.is_none() && turn.added_by.as_ref().is_some_and(|adder| Some(&adder.party.login) == seat)
    }

    /// Whether they may take it off again.
    pub(super) fn removes(&self, turn: &Turn) -> bool {
        let post = turn.added_by.as_ref().and_then(|adder| adder.post.as_ref());
        self.added(turn) && self.standing(post).is_ok() && self.of_others().is_ok()
    }

    /// Refuses whoever does not stand in a post today by a grant of theirs, or one that was lent to them. Where nobody was asked for a post the
    /// person was named, and nobody acts for them.
    pub(super) fn standing(&self, post: Option<&Post>) -> Result<(), Refusal> {
        let actor = self.person()?;
        match post {
            Some(post) if actor.stands(post) => Ok(()),
            None if actor.acting.is_none() => Ok(()),
            Some(post) if actor.acting.is_none() => Err(refusals::ended(post)),
            post => Err(refusals::not_lent(post)),
        }
    }

    pub(super) fn in_state(&self, state: State) -> Result<(), Refusal> {
        if self.out.instance.state == state { Ok(()) } else { Err(refusals::wrong_state(&self.out.instance)) }
    }

    /// Refuses whoever has no part in the instance: the applicant, holders, those who acted, readers. Who acts for somebody has the parts of the
    /// posts that were lent.
    pub(super) fn shares(&self) -> Result<(), Refusal> {
        let (instance, actor) = (&self.out.instance, self.person()?);
        let seat = &actor.seat().login;
        let has = if actor.acting.is_some() {
            let candidates = instance.progress.seats.iter().flat_map(|seat| &seat.turns).flat_map(|turn| &turn.candidates);
            let mut posts = candidates.filter(|candidate| candidate.party.login == *seat).filter_map(|candidate| candidate.post.as_ref());
            posts.any(|post| actor.stands(post)) || (instance.starter.login == *seat && actor.stands(&instance.post()))
        } else {
            let passed = instance.progress.path.iter().any(|passed| passed.agreed.contains(seat));
            let reads = instance.copies.iter().any(|party| party.login == *seat);
            instance.is_own(seat) || instance.has_part(seat) || passed || reads || actor.manages
        };
        if has { Ok(()) } else { Err(refusals::not_holder(instance)) }
    }

    /// The open turn of whoever acts, and as which of its candidates.
    fn held(&self) -> Result<(u32, Candidate), Refusal> {
        let (instance, actor) = (&self.out.instance, self.person()?);
        if !matches!(instance.state, State::InReview | State::Executing) {
            return Err(refusals::wrong_state(instance));
        }
        let seat = &actor.seat().login;
        let own = |turn: &Turn| turn.candidates.iter().find(|candidate| candidate.party.login == *seat).cloned().map(|own| (turn.id, own));
        instance.open().find_map(own).ok_or_else(|| refusals::not_holder(instance))
    }

    /// The same, for who hands it over: whoever does not stand in their post any more can do that, so that it does not lie with them.
    pub(super) fn handing(&self) -> Result<(u32, Candidate), Refusal> {
        let held = self.held()?;
        if self.person()?.acting.is_some() {
            self.standing(held.1.post.as_ref())?;
        }
        self.of_others()?;
        Ok(held)
    }

    /// The same, where they stand in the post they were found by today.
    pub(super) fn holding(&self) -> Result<(u32, Candidate), Refusal> {
        let held = self.held()?;
        self.standing(held.1.post.as_ref())?;
        Ok(held)
    }

    /// Refuses a hand of the applicant's where something is decided: who chooses the deciders decides as well. What was approved they may carry out.
    fn of_others(&self) -> Result<(), Refusal> {
        let (instance, actor) = (&self.out.instance, self.person()?);
        let decides = self.step()?.kind != StepKind::Execute;
        if decides && actor.hands().any(|login| instance.is_own(login)) { Err(refusals::own()) } else { Ok(()) }
    }

    /// Refuses whoever may not decide here: not holding it, one's own, or with another hand in the step already.
    pub(super) fn deciding(&self, state: State) -> Result<(), Refusal> {
        self.in_state(state)?;
        let (at, _) = self.holding()?;
        let (instance, actor) = (&self.out.instance, self.person()?);
        self.of_others()?;
        let decides = self.step()?.kind != StepKind::Execute;
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
        let (at, _) = self.holding()?;
        let actor = self.person()?;
        let verdict = Verdict { seat: actor.seat().login.clone(), by: actor.me.login.clone(), skipped: false, at_us: self.world.now_us };
        self.turn(at, |turn| turn.verdict = Some(verdict));
        Ok(())
    }

    pub(super) fn turn(&mut self, id: u32, change: impl FnOnce(&mut Turn)) {
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
        let changed = super::start::changes(&before, after);
        if let Some(field) = changed.iter().find_map(|(field, values)| self.fixed(&step, field, values).then_some(field)) {
            return Err(refusals::agreed(&step, field));
        }
        Ok(changed)
    }

    /// Fields a step may change now.
    pub(super) fn open_fields(&self) -> Result<Vec<String>, Refusal> {
        let (definition, step, form) = (self.world.definition, self.step()?, &self.out.instance.form);
        let open = |field: &&Field| {
            let pair = [form.get(&field.id).cloned().unwrap_or(Value::Null), Value::Null];
            definition.may_edit(step, &field.id) && !self.fixed(step, &field.id, &pair)
        };
        Ok(definition.fields.iter().filter(open).map(|field| field.id.clone()).collect())
    }

    /// Whether somebody agreed to what a field says: then a later hand does not change it. A field that is asked at this step is filled in
    /// here, once.
    fn fixed(&self, step: &Step, field: &str, [before, _]: &[Value; 2]) -> bool {
        let (definition, progress) = (self.world.definition, &self.out.instance.progress);
        let Some(field) = definition.field(field).filter(|field| definition.decides_on(field)) else { return false };
        let here = progress.seats.iter().flat_map(|seat| &seat.turns).any(|turn| turn.verdict.is_some());
        if field.at.as_ref() == Some(&step.id) { here && !before.is_null() } else { here || !progress.path.is_empty() }
    }
}
