//! Days of the top-up system beside ours: files, differences, and what is done about each.

use super::super::desk::Desk;
use super::super::receivables::{moved, sent_day};
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Page, Paging, Sent, bug, heavy};
use crate::say::unwritable;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_airtime::reconcile::{self, Close, Difference, Reconciliation};
use qudao_kernel::{Date, Refusal};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes of a day's file.
const MOST_BYTES: usize = 32 << 20;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    let large = OpenApiRouter::new().routes(routes!(bring)).layer(DefaultBodyLimit::max(MOST_BYTES));
    OpenApiRouter::new().merge(large).routes(routes!(list)).routes(routes!(one)).routes(routes!(close))
}

/// A day that was reconciled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TopUpDay {
    id: String,
    day: String,
    file: String,
    /// Rows of the file.
    lines: u32,
    /// Movements that agree.
    agreed: u32,
    differences: u32,
    /// Differences that are not closed.
    open: u32,
    who: String,
    at: String,
}

impl TopUpDay {
    fn of(one: Reconciliation) -> Self {
        Self {
            id: one.id,
            day: one.day.to_string(),
            file: one.file,
            lines: one.lines,
            agreed: one.agreed,
            differences: one.differences,
            open: one.open,
            who: one.who,
            at: instant(one.at_us),
        }
    }
}

/// Days that were reconciled, latest first.
#[utoipa::path(get, path = "/top-up-days", tag = "airtime", operation_id = "top_up_days", params(Paging),
    responses((status = 200, body = Page<TopUpDay>)), extensions(("x-permission" = json!("terminal.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Asked(paging): Asked<Paging>) -> Answer<Json<Page<TopUpDay>>> {
    signed.everywhere(&desk, Permission::TerminalRead)?;
    let found = reconcile::list(&mut desk.db.read().await?).await?;
    Ok(Json(Page::of(&paging, found.len(), found.into_iter().map(TopUpDay::of))))
}

/// In what a day differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TopUpDifference {
    /// Its line, from 1.
    seq: u32,
    /// missing, extra, amount, content, terminal.
    kind: String,
    /// Number of the movement.
    number: String,
    serial: String,
    /// loaded, sold, reversed, returned.
    flow: String,
    /// Our amount, fen; absent where we have it not.
    #[schema(required)]
    ours: Option<i64>,
    /// Theirs, fen; absent where they have it not.
    #[schema(required)]
    theirs: Option<i64>,
    /// open, acknowledged, taken.
    state: String,
    reason: String,
    #[schema(required)]
    decided_by: Option<String>,
    /// Whether it can be taken over as the top-up system has it.
    may_take: bool,
}

impl TopUpDifference {
    fn of(one: Difference) -> Self {
        Self {
            may_take: one.state == "open" && one.may_take(),
            seq: one.seq,
            kind: one.kind,
            number: one.number,
            serial: one.serial,
            flow: one.flow.name().to_owned(),
            ours: one.ours.map(|fen| fen.0),
            theirs: one.theirs.map(|fen| fen.0),
            state: one.state,
            reason: one.reason,
            decided_by: one.decided_by,
        }
    }
}

/// A day with its differences.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TopUpDayWhole {
    head: TopUpDay,
    /// By number of the movement.
    differences: Vec<TopUpDifference>,
}

async fn whole(desk: &Desk, id: &str) -> Answer<TopUpDayWhole> {
    let (head, differences) = reconcile::get(&mut desk.db.read().await?, id).await?;
    Ok(TopUpDayWhole { head: TopUpDay::of(head), differences: differences.into_iter().map(TopUpDifference::of).collect() })
}

/// A day that was reconciled, with its differences.
#[utoipa::path(get, path = "/top-up-days/{id}", tag = "airtime", operation_id = "top_up_day",
    params(("id" = String, Path, description = "Reconciliation")), responses((status = 200, body = TopUpDayWhole)),
    extensions(("x-permission" = json!("terminal.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<TopUpDayWhole>> {
    signed.everywhere(&desk, Permission::TerminalRead)?;
    Ok(Json(whole(&desk, &id).await?))
}

/// Which day a file is of.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TopUpFileAsked {
    /// Day.
    day: String,
    /// Name of the file.
    name: String,
}

/// Brings a day's file of the top-up system (CSV, TSV or XLSX: 流水号, 空充机, 类型, 金额, 日期, 原流水号) and compares it with ours.
#[utoipa::path(post, path = "/top-up-days", tag = "airtime", operation_id = "bring_top_up_day", params(TopUpFileAsked),
    request_body(content = String, content_type = "text/csv"), responses((status = 201, body = TopUpDayWhole)),
    extensions(("x-permission" = json!("terminal.manage"))))]
async fn bring(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<TopUpFileAsked>,
    body: Bytes,
) -> Answer<(StatusCode, Json<TopUpDayWhole>)> {
    signed.everywhere(&desk, Permission::TerminalManage)?;
    let day = sent_day(&asked.day)?;
    let name: String = asked.name.chars().filter(|c| !c.is_control()).take(120).collect();
    let read = heavy(move || read(&name, &body, day)).await?;
    let id = reconcile::keep(&desk.db, &signed.0.who(), day, &read).await?.into_inner();
    Ok((StatusCode::CREATED, Json(whole(&desk, &id).await?)))
}

fn read(name: &str, body: &[u8], day: Date) -> Result<reconcile::Read, Refusal> {
    let folder = tempfile::tempdir().map_err(|error| bug(&error.to_string()))?;
    let path = folder.path().join("day");
    std::fs::write(&path, body).map_err(|error| unwritable(&path, &error))?;
    reconcile::read(name, &path, day)
}

/// What is done about a difference.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DifferenceSent {
    /// Take it over as the top-up system has it; else it stays as it is.
    #[serde(default)]
    take: bool,
    reason: String,
}

/// Closes a difference: takes it over as the top-up system has it, or leaves it for a reason.
#[utoipa::path(post, path = "/top-up-days/{id}/lines/{seq}", tag = "airtime", operation_id = "close_top_up_difference",
    request_body = DifferenceSent,
    params(("id" = String, Path, description = "Reconciliation"), ("seq" = u32, Path, description = "Line")),
    responses((status = 200, body = TopUpDayWhole)), extensions(("x-permission" = json!("terminal.manage"))))]
async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, seq)): Path<(String, u32)>,
    Sent(sent): Sent<DifferenceSent>,
) -> Answer<Json<TopUpDayWhole>> {
    signed.everywhere(&desk, Permission::TerminalManage)?;
    let how = if sent.take { Close::Take } else { Close::Acknowledge };
    reconcile::close(&desk.db, &signed.0.who(), &id, seq, how, &sent.reason, desk.today()).await?;
    moved(&desk);
    Ok(Json(whole(&desk, &id).await?))
}
