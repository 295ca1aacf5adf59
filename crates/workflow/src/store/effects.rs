//! Effects within the transaction of the decision that makes them due, and again where they could not be carried out then.

use super::{Acted, Held, Office, add_lines, lock, stale};
use crate::definition::Definition;
use crate::effect::{self, Call, is_reason};
use crate::machine::{Actor, Instance, Outcome, Verb, of_machine};
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, outbox};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

/// How an effect is dealt with in one run of a transaction: carried out, or its refusal written down because the run before came to it.
#[derive(Debug, Default)]
pub(super) struct Carry {
    known: Option<Refusal>,
    met: Mutex<Option<Refusal>>,
}

impl Carry {
    pub(super) fn new(known: Option<Refusal>) -> Self {
        Self { known, met: Mutex::new(None) }
    }

    /// Whether a refusal of the transaction is one of its effect.
    pub(super) fn met(&self) -> Option<Refusal> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn meet(&self, refusal: Option<Refusal>) {
        *self.met.lock().unwrap_or_else(PoisonError::into_inner) = refusal;
    }
}

/// A write transaction that carries an effect out, or, where that is refused for a reason, does all of it but the effect and keeps the reason.
macro_rules! whole_or_noted {
    ($db:expr, |$tx:ident, $carry:ident| $body:expr) => {{
        let $carry = $crate::store::effects::Carry::new(None);
        let whole = qudao_platform::write_tx!($db, |$tx| $body);
        match $carry.met() {
            Some(refusal) if whole.as_ref().is_err_and(|told| *told == refusal) => {
                let $carry = $crate::store::effects::Carry::new(Some(refusal));
                qudao_platform::write_tx!($db, |$tx| $body)
            }
            _ => whole,
        }
    }};
}
pub(super) use whole_or_noted;

/// Carries out what an outcome makes due; whether it was, nothing where nothing is due.
pub(super) async fn due(
    tx: &mut Tx,
    office: &Office<'_>,
    definition: &Definition,
    outcome: &Outcome,
    who: &str,
    carry: &Carry,
) -> Result<Option<bool>, Refusal> {
    match &definition.effect {
        Some(rule) if rule.is_due(outcome, tx.now_us()) => {
            let call = Call::of(rule, &outcome.instance, who);
            carried(tx, office, definition, &outcome.instance, &call, carry).await.map(Some)
        }
        _ => Ok(None),
    }
}

async fn carried(
    tx: &mut Tx,
    office: &Office<'_>,
    definition: &Definition,
    instance: &Instance,
    call: &Call,
    carry: &Carry,
) -> Result<bool, Refusal> {
    let text = if let Some(known) = &carry.known {
        Err(known)
    } else {
        carry.meet(None);
        match office.effects.carry_out(tx, call).await {
            Ok(text) => Ok(text),
            Err(refusal) => {
                if is_reason(&refusal) {
                    carry.meet(Some(refusal.clone()));
                }
                return Err(refusal);
            }
        }
    };
    let done = text.is_ok();
    effect::note(tx, &call.application, call.kind, text.as_ref().map_err(|refusal| *refusal)).await?;
    let verb = if done { Verb::Effect } else { Verb::EffectRefused };
    add_lines(tx, &instance.id, &[of_machine(definition, instance, verb, "")], &call.who).await?;
    let after = match &text {
        Ok(Text { zh, .. }) => json!({ "effect": call.kind, "done": true, "what": zh }),
        Err(refusal) => json!({ "effect": call.kind, "done": false, "code": refusal.code, "why": refusal.text.zh }),
    };
    tx.audit(Entry::new(&call.who, &format!("flow.{}", verb.name()), "flow", &instance.id).after(after.to_string()));
    Ok(done)
}

/// Tries again to carry out what was approved and could not be. Whoever applied or decided may, and who manages applications there.
///
/// # Errors
/// `NotFound workflow.none`; `Conflict workflow.effect.none` where nothing waits to be carried out; `Forbidden workflow.effect.who`;
/// `Conflict platform.db.stale`. What it is refused with again is kept, and told in [`effect::of_application`].
pub async fn carry_out(db: &Db, office: &Office<'_>, key: &str, actor: &Actor, id: &str, version: u32) -> Result<Done<Acted>, Refusal> {
    let who = actor.who();
    let body = format!("{id} effect");
    whole_or_noted!(db, |tx, carry| {
        let claim = match keys::begin::<Acted>(tx, &format!("flow:{who}"), key, body.as_bytes()).await? {
            Begun::Same(acted) => return Ok(Done::Already(acted)),
            Begun::Fresh(claim) => claim,
        };
        let Held { version: now, instance } = lock(tx, id).await?;
        if now != version {
            return Err(stale(id));
        }
        let definition: Arc<Definition> = office.catalogue.of(tx, &instance.flow, instance.version).await?;
        let waits = effect::of_application(tx, id).await?.is_some_and(|effect| !effect.done);
        let Some(rule) = definition.effect.as_ref().filter(|_| waits) else { return Err(nothing(id)) };
        if !actor.manages && !has_part(tx, actor, &instance).await? {
            return Err(not_theirs());
        }
        let done = carried(tx, office, &definition, &instance, &Call::of(rule, &instance, &who), &carry).await?;
        let sql = "update flow_instance set version = version + 1, changed_us = $3 where id = $1 and version = $2";
        tx.execute_versioned("申请 application", id, sql, args![id, version, tx.now_us()]).await?;
        let event = json!({ "instance": id, "flow": instance.flow, "version": version + 1, "verb": "effect", "by": who, "effect": done });
        outbox::emit(tx, "flow.instance.changed", &format!("{id}:{}", version + 1), &event.to_string()).await?;
        claim.finish(tx, Acted { id: id.to_owned(), version: version + 1, state: instance.state }).await
    })
}

async fn has_part(tx: &mut Tx, actor: &Actor, instance: &Instance) -> Result<bool, Refusal> {
    let login = &actor.seat().login;
    if instance.starter.login == *login {
        return Ok(true);
    }
    let sql = "select count(*) as n from flow_part where instance = $1 and login = $2 and part = 'decided'";
    Ok(tx.query_one(sql, args![&instance.id, login]).await?.int("n")? > 0)
}

fn nothing(id: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "workflow.effect.none",
        format!("申请 {id} 没有待落实的事项；请刷新页面"),
        format!("nothing of application {id} waits to be carried out; reload the page"),
    )
}

fn not_theirs() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "workflow.effect.who",
        "只有申请人、审批过的人和申请管理员可以重新落实；请联系他们",
        "the applicant, those who decided and whoever manages applications may try again; ask one of them",
    )
}
