//! 承诺: promises to outlets, with how they were kept.

use super::super::desk::Desk;
use super::super::orders::{Asker, day};
use super::super::people::day as sent_day;
use super::super::receivables::word;
use super::super::recruit::{named, names};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Seen, Sent};
use super::shown::{FieldKept, FieldPromise, FieldPromises, PromiseClosed, PromiseClosing, PromiseSent};
use super::{outlet_name, reached, sight};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_field::promise::{self, Kept, New, Promise, Query};
use qudao_field::visit::list::Sight;
use qudao_kernel::Refusal;
use qudao_platform::Done;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(promises, make)).routes(routes!(close))
}

/// A promise as pages show it; `people` are names by login.
pub(super) fn shown_promise(asker: &Asker, people: &BTreeMap<String, String>, one: Promise) -> FieldPromise {
    FieldPromise {
        manager_name: named(people, &one.manager),
        outlet_name: outlet_name(asker, &one.outlet),
        overdue: one.state == promise::State::Open && one.due_on < asker.today,
        id: one.id,
        version: one.version,
        manager: one.manager,
        outlet: one.outlet,
        visit: one.visit,
        text: one.text,
        made_on: one.made_on.to_string(),
        due_on: one.due_on.to_string(),
        state: one.state.name().to_owned(),
        closed_on: one.closed_on.map(|day| day.to_string()),
        reason: one.reason,
    }
}

/// Which promises.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PromisesAsked {
    /// Whose, by login.
    manager: Option<String>,
    /// To which outlet.
    outlet: Option<String>,
    /// Only open ones; the rate is that of all of them nevertheless.
    open: Option<bool>,
    /// Due from this day on.
    from: Option<String>,
    /// Due up to this day.
    to: Option<String>,
}

/// Promises within one's sight, the longest due first, at most 1,000; with how they were kept.
#[utoipa::path(get, path = "/field/promises", tag = "field", operation_id = "field_promises", params(PromisesAsked),
    responses((status = 200, body = FieldPromises)), extensions(("x-permission" = json!("visit.read"))))]
async fn promises(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PromisesAsked>,
) -> Answer<Json<FieldPromises>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let PromisesAsked { manager, outlet, open, from, to } = asked;
    let query = Query {
        manager: manager.unwrap_or_default(),
        outlet: outlet.unwrap_or_default(),
        open: false,
        from: day(from.as_deref())?,
        to: day(to.as_deref())?,
    };
    let tx = &mut desk.db.read().await?;
    let all = promise::list(tx, &sight, &query).await?;
    let kept = promise::kept(&all, asker.today);
    let Kept { due, in_time, late, broken } = kept;
    let rows = if open == Some(true) { promise::list(tx, &sight, &Query { open: true, ..query }).await? } else { all };
    let people = names(tx, rows.iter().map(|one| one.manager.clone())).await?;
    Ok(Json(FieldPromises {
        rows: rows.into_iter().map(|one| shown_promise(&asker, &people, one)).collect(),
        kept: FieldKept { due, in_time, late, broken, rate: kept.rate() },
    }))
}

/// Registers a promise to an outlet. The same id is the same promise.
#[utoipa::path(post, path = "/field/promises", tag = "field", operation_id = "make_promise", request_body = PromiseSent,
    responses((status = 201, body = FieldPromise), (status = 200, body = FieldPromise, description = "It was there")),
    extensions(("x-permission" = json!("visit.make"))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<PromiseSent>,
) -> Answer<(StatusCode, Json<FieldPromise>)> {
    let scope = signed.own_scope(&desk, Permission::VisitMake)?;
    let asker = Asker::of(&desk, lang).await;
    let site = reached(&desk, &asker, &mut desk.db.read().await?, &scope, &sent.outlet).await?;
    let new = New {
        id: &sent.id,
        outlet: &sent.outlet,
        territory: &site.territory,
        visit: sent.visit.as_deref().unwrap_or(""),
        text: &sent.text,
        made_on: asker.today,
        due_on: sent_day(&sent.due_on)?,
    };
    let (status, made) = match promise::make(&desk.db, &signed.0.login, &new).await? {
        Done::Now(made) => (StatusCode::CREATED, made),
        Done::Already(made) => (StatusCode::OK, made),
    };
    let people = BTreeMap::from([(signed.0.login.clone(), signed.0.name.clone())]);
    Ok((status, Json(shown_promise(&asker, &people, made))))
}

/// Says that a promise was kept, broken or let go: whoever made it, or a supervisor.
#[utoipa::path(post, path = "/field/promises/{id}/close", tag = "field", operation_id = "close_promise", request_body = PromiseClosing,
    params(("id" = String, Path, description = "Promise"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = PromiseClosed)), extensions(("x-permission" = json!(["visit.make", "visit.review"]))))]
async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PromiseClosing>,
) -> Answer<Json<PromiseClosed>> {
    let seen = closes(&desk, &signed)?;
    let to = word(&sent.to, "kept, broken, released")?;
    let version = promise::close(&desk.db, &seen, &signed.0.who(), &id, version, to, &sent.reason).await?;
    Ok(Json(PromiseClosed { version }))
}

/// Whose promises somebody closes: their own, and where they look at visits everybody's.
pub(super) fn closes(desk: &Desk, signed: &Signed) -> Result<Sight, Refusal> {
    match sight(desk, signed, Permission::VisitReview) {
        Ok(sight) => Ok(sight),
        Err(_) => signed.own_scope(desk, Permission::VisitMake).map(|_| Sight::own(&signed.0.login)),
    }
}
