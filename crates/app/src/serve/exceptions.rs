//! What a trial found and what people said of it.

use super::desk::Desk;
use super::jobs::instant;
use super::periods::{StepNote, parse};
use super::signed::Signed;
use super::web::{Answer, Asked, Page, Paging, Sent, only};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_settle::period::{self, Found};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(review))
}

/// Something to look at before a month is published.
#[derive(Serialize, ToSchema)]
struct ExceptionView {
    id: String,
    /// unattributed, rejected, negative, change, hold, unchecked.
    kind: String,
    /// Partner; empty where it is about the month.
    partner: String,
    name: String,
    /// Facts, rows or lines it is about.
    count: i64,
    /// Fen now.
    amount: i64,
    /// Fen in the month before.
    before: i64,
    #[schema(required)]
    note: Option<String>,
    #[schema(required)]
    reviewed_by: Option<String>,
    #[schema(required)]
    reviewed_at: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExceptionsAsked {
    /// Kind.
    kind: Option<String>,
    /// `open` or `reviewed`.
    state: Option<String>,
}

/// Findings of a month's trial.
#[utoipa::path(get, path = "/periods/{month}/exceptions", tag = "settlement", operation_id = "exceptions",
    params(("month" = String, Path, description = "Month"), ExceptionsAsked, Paging),
    responses((status = 200, body = Page<ExceptionView>)), extensions(("x-permission" = json!("settlement.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(month): Path<String>,
    Asked(asked): Asked<ExceptionsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ExceptionView>>> {
    signed.everywhere(&desk, Permission::SettlementRead)?;
    only(asked.state.as_deref(), &["open", "reviewed"])?;
    only(asked.kind.as_deref(), &["unattributed", "rejected", "negative", "change", "hold", "unchecked"])?;
    let found = period::found(&mut desk.db.read().await?, parse(&month)?).await?;
    let is_meant = |one: &Found| {
        asked.kind.as_deref().is_none_or(|kind| one.finding.kind.name() == kind)
            && match asked.state.as_deref() {
                Some("open") => one.note.is_none(),
                Some("reviewed") => one.note.is_some(),
                _ => true,
            }
    };
    let found: Vec<Found> = found.into_iter().filter(is_meant).collect();
    let view = |one: Found| ExceptionView {
        id: one.id,
        kind: one.finding.kind.name().to_owned(),
        partner: one.finding.subject,
        name: one.finding.name,
        count: one.finding.count,
        amount: one.finding.amount,
        before: one.finding.before,
        note: one.note,
        reviewed_by: one.reviewed_by,
        reviewed_at: one.reviewed_at_us.map(instant),
    };
    Ok(Json(Page::of(&paging, found.len(), found.into_iter().map(view))))
}

/// Notes what was found out about one finding.
#[utoipa::path(post, path = "/periods/{month}/exceptions/{id}/review", tag = "settlement", operation_id = "review_exception",
    params(("month" = String, Path, description = "Month"), ("id" = String, Path, description = "Finding")), request_body = StepNote,
    responses((status = 204, description = "Noted")), extensions(("x-permission" = json!("settlement.run"))))]
async fn review(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((month, id)): Path<(String, String)>,
    Sent(sent): Sent<StepNote>,
) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::SettlementRun)?;
    period::review(&desk.db, &signed.0.who(), parse(&month)?, &id, &sent.note).await?;
    Ok(StatusCode::NO_CONTENT)
}
