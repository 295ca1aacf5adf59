//! What became of an approved application, and trying again where it could not be brought about; and numbers that forms keep sealed.

use super::super::desk::Desk;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Act, Answer};
use super::acts::ActedView;
use super::{Asker, READS};
use axum::Json;
use axum::extract::State;
use qudao_kernel::{Lang, Refusal};
use qudao_network::keys;
use qudao_platform::write_tx;
use qudao_workflow::effect::Effect;
use qudao_workflow::form::{FieldKind, sealed, unsealed};
use qudao_workflow::store;
use qudao_workflow::{Definition, Form};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(again))
}

/// What an approved application brought about, or why it could not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EffectView {
    /// outlet_change, partner_exit, agreement, blacklist, acceptance_grade.
    kind: String,
    done: bool,
    /// Code of what it was refused with; empty where it was done.
    code: String,
    /// What was done, or why it could not be.
    what: String,
    tries: u32,
    at: String,
    /// Whether the caller may try again.
    may_retry: bool,
}

impl EffectView {
    pub(super) fn of(effect: Effect, may: bool, lang: Lang) -> Self {
        Self {
            may_retry: may && !effect.done,
            what: effect.what.get(lang).to_owned(),
            kind: effect.kind,
            done: effect.done,
            code: effect.code,
            tries: effect.tries,
            at: instant(effect.at_us),
        }
    }
}

/// Tries again to bring about what was approved and could not be. Why it is refused again, the application says.
#[utoipa::path(post, path = "/applications/{id}/effect", tag = "flows", operation_id = "carry_out_application",
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn again(State(desk): State<Arc<Desk>>, signed: Signed, once: Act) -> Answer<Json<ActedView>> {
    let asker = Asker::of(&desk, &signed, READS).await?;
    let held = store::get(&mut desk.db.read().await?, &asker.sight(), &once.id).await?;
    desk.roll_in().await?;
    let place = |kind: &FieldKind, code: &str| asker.place(kind, code);
    let office = desk.flows.office(&desk, &place)?;
    let actor = asker.on(&held.instance);
    let acted = store::carry_out(&desk.db, &office, &once.key, &actor, &once.id, once.version).await?.into_inner();
    desk.rolled_out().await;
    desk.orders.register.refresh(&desk.db).await?;
    Ok(Json(acted.into()))
}

/// The numbers of a form sealed. One that is sent as its mask is the one that is kept already.
pub(super) async fn seal(desk: &Desk, definition: &Definition, before: &Form, mut form: Form) -> Result<Form, Refusal> {
    for field in definition.fields.iter().filter(|field| field.kind == FieldKind::Sealed) {
        let Some(number) = form.get(&field.id).and_then(Value::as_str).map(str::trim).filter(|number| !number.is_empty()) else { continue };
        let kept = before.get(&field.id).and_then(Value::as_str);
        let same = kept.filter(|kept| unsealed(kept).is_some_and(|(mask, _)| mask == number));
        let value = if let Some(kept) = same {
            kept.to_owned()
        } else {
            let (mask, seal) = write_tx!(&desk.db, |tx| keys::sealed(tx, number).await)?;
            sealed(&mask, &seal)
        };
        form.insert(field.id.clone(), value.into());
    }
    Ok(form)
}

/// A value as people see it: of a sealed one the mask.
pub(super) fn shown(kind: &FieldKind, value: &Value) -> Value {
    match value.as_str().filter(|_| *kind == FieldKind::Sealed).and_then(unsealed) {
        Some((mask, _)) => mask.into(),
        None => value.clone(),
    }
}

/// The numbers of a form that is only looked at, as if they were sealed: nothing is kept of it.
pub(super) fn guessed(definition: &Definition, mut form: Form) -> Form {
    for field in definition.fields.iter().filter(|field| field.kind == FieldKind::Sealed) {
        let number = form.get(&field.id).and_then(Value::as_str).map(str::trim).unwrap_or_default();
        if (4..=64).contains(&number.chars().count()) && unsealed(number).is_none() {
            form.insert(field.id.clone(), sealed("", &"0".repeat(64)).into());
        }
    }
    form
}
