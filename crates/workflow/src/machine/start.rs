//! What the applicant does: save, submit, take back, urge, cancel.

use super::instance::State;
use super::{Act, Told, Verb, refusals};
use crate::form::{self, Form};
use qudao_kernel::{Kind, Refusal};
use serde_json::Value;
use std::collections::BTreeMap;

/// Fields that differ: before and after.
pub(super) fn changes(before: &Form, after: &Form) -> BTreeMap<String, [Value; 2]> {
    let ids = before.keys().chain(after.keys());
    let of = |form: &Form, id: &String| form.get(id).cloned().unwrap_or(Value::Null);
    let pairs = ids.map(|id| (id.clone(), [of(before, id), of(after, id)]));
    pairs.filter(|(_, [before, after])| before != after).collect()
}

impl Act<'_> {
    pub(super) fn save(&mut self, form: &Form) -> Result<(), Refusal> {
        self.starting()?;
        let definition = self.world.definition;
        let mut form = form.clone();
        let before = self.out.instance.form.clone();
        // What a step filled in stays as it was: the applicant has no say in it.
        form.retain(|id, _| definition.field(id).is_none_or(|field| field.at.is_none()));
        for field in definition.fields.iter().filter(|field| field.at.is_some()) {
            if let Some(value) = before.get(&field.id) {
                form.insert(field.id.clone(), value.clone());
            }
        }
        form::tidy(&definition.fields, &mut form);
        form::refuse(&form::wrong(&definition.fields, &form))?;
        let mut line = self.line(Verb::Save, "");
        line.changed = changes(&before, &form);
        self.out.instance.form = form;
        if !line.changed.is_empty() {
            line.content = self.out.instance.content(definition);
            self.out.decisions.push(line);
        }
        Ok(())
    }

    pub(super) fn submit(&mut self) -> Result<(), Refusal> {
        self.starting()?;
        // Who sends it has to hold the post it is applied for in; who only fills it in may hold it no more.
        self.standing(Some(&self.out.instance.post()))?;
        let definition = self.world.definition;
        let instance = &mut self.out.instance;
        form::tidy(&definition.fields, &mut instance.form);
        let mut wrong = form::wrong(&definition.fields, &instance.form);
        wrong.extend(form::missing(&definition.fields, &instance.form, None));
        form::refuse(&wrong)?;
        self.note(Verb::Submit, "");
        self.remember();
        let content = self.out.instance.content(definition);
        let instance = &mut self.out.instance;
        instance.state = State::InReview;
        instance.submitted_us = Some(self.world.now_us);
        match instance.progress.back.take() {
            Some(back) if back.content == content => {
                instance.progress.path = Vec::new();
                self.resume(back, None)
            }
            // Another content: everybody sees it anew.
            _ => {
                instance.progress.path = Vec::new();
                self.go_on(None)
            }
        }
    }

    pub(super) fn take_back(&mut self, text: &str) -> Result<(), Refusal> {
        refusals::short(text)?;
        self.in_state(State::InReview)?;
        let seat = self.person()?.seat().login.clone();
        let undo = self.out.instance.undo.clone().filter(|undo| undo.seat == seat).ok_or_else(|| {
            Refusal::new(
                Kind::Conflict,
                "workflow.taken",
                "之后已有人处理，不能撤回；如需修改请联系现在的审批人退回",
                "somebody acted since, so it cannot be taken back; ask whoever holds it to return it",
            )
        })?;
        self.standing(undo.post.as_ref())?;
        let mut line = self.line(Verb::TakeBack, text);
        line.post.clone_from(&undo.post);
        self.out.decisions.push(line);
        let instance = &mut self.out.instance;
        let submitted = instance.is_own(&seat);
        instance.progress = undo.progress;
        instance.form = undo.form;
        instance.undo = None;
        if submitted {
            instance.state = State::TakenBack;
        }
        Ok(())
    }

    pub(super) fn urge(&mut self, text: &str) -> Result<(), Refusal> {
        refusals::short(text)?;
        self.its_starter()?;
        let instance = &self.out.instance;
        if !matches!(instance.state, State::InReview | State::Executing) {
            return Err(refusals::wrong_state(instance));
        }
        let wait = instance.urged_us.map_or(0, |urged| urged + self.world.urge_us - self.world.now_us);
        if wait > 0 {
            let minutes = (wait + 59_999_999) / 60_000_000;
            return Err(Refusal::new(
                Kind::Conflict,
                "workflow.urged",
                format!("刚催办过；请 {minutes} 分钟后再催"),
                format!("it was urged a moment ago; wait {minutes} minutes"),
            ));
        }
        let told: Vec<String> = instance.holders().into_iter().map(|party| party.login.clone()).collect();
        self.note(Verb::Urge, text);
        self.out.instance.urged_us = Some(self.world.now_us);
        self.tell(told, Told::Urged);
        Ok(())
    }

    pub(super) fn cancel(&mut self, text: &str) -> Result<(), Refusal> {
        refusals::said(text)?;
        if !self.person()?.manages {
            self.its_starter()?;
        }
        let state = self.out.instance.state;
        if state.is_end() || state == State::Executing {
            return Err(refusals::wrong_state(&self.out.instance));
        }
        let told: Vec<String> = self.out.instance.holders().into_iter().map(|party| party.login.clone()).collect();
        self.note(Verb::Cancel, text);
        self.finish(State::Cancelled);
        self.tell(told, Told::Ended);
        Ok(())
    }

    /// Refuses whoever is not the applicant, nor acts for them in the post they applied in.
    pub(super) fn its_starter(&self) -> Result<(), Refusal> {
        let (instance, actor) = (&self.out.instance, self.person()?);
        if actor.seat().login != instance.starter.login {
            return Err(refusals::not_starter(instance));
        }
        if actor.acting.is_some() { self.standing(Some(&instance.post())) } else { Ok(()) }
    }

    /// Refuses whoever may not fill in or send it, and remembers who did it for the applicant: they do not decide on it.
    pub(super) fn starting(&mut self) -> Result<(), Refusal> {
        self.its_starter()?;
        let hand = self.person()?;
        let hand = hand.acting.as_ref().map(|_| hand.me.login.clone());
        let instance = &mut self.out.instance;
        if !instance.state.with_starter() {
            return Err(refusals::wrong_state(instance));
        }
        instance.typed_by.extend(hand.filter(|hand| !instance.typed_by.contains(hand)));
        Ok(())
    }
}
