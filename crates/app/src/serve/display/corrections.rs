//! Corrections: the list, its file, its counts, and what is done with one.

use super::super::desk::Desk;
use super::super::listed::file;
use super::super::orders::{Asker, place};
use super::super::receivables::sent_day;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, MOST_ROWS, Page, Paging, Seen, Sent, heavy, only};
use super::{MANAGE, READ, item_name, template_name};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use qudao_display::correction::{self, Act, Correction, Query};
use qudao_kernel::{Lang, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts)).routes(routes!(export)).routes(routes!(act))
}

/// A correction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CorrectionRow {
    pub(super) id: String,
    /// For `If-Match`.
    version: u32,
    outlet: String,
    outlet_name: String,
    template: String,
    template_name: String,
    item: String,
    item_name: String,
    /// It fails the whole checklist.
    veto: bool,
    /// open, fixed, verified, released.
    state: String,
    owner: String,
    /// The visit that found it.
    visit: String,
    opened_on: String,
    due_on: String,
    late: bool,
    /// Photos, by SHA-256; empty for none.
    before: String,
    after: String,
    /// How often it was found wrong again.
    again: u32,
    fixed_by: String,
    #[schema(required)]
    fixed_on: Option<String>,
    closed_by: String,
    #[schema(required)]
    closed_on: Option<String>,
    note: String,
}

impl CorrectionRow {
    pub(super) fn of(desk: &Desk, asker: &Asker, one: Correction) -> Self {
        Self {
            outlet_name: asker.outlet(&one.outlet),
            template_name: template_name(desk, asker, &one.template),
            item_name: item_name(desk, asker, &one.template, &one.item),
            late: one.is_late(asker.today),
            id: one.id,
            version: one.version,
            outlet: one.outlet,
            template: one.template,
            item: one.item,
            veto: one.veto,
            state: one.state,
            owner: one.owner,
            visit: one.visit,
            opened_on: one.opened_on.to_string(),
            due_on: one.due_on.to_string(),
            before: one.before,
            after: one.after,
            again: one.again,
            fixed_by: one.fixed_by,
            fixed_on: day(one.fixed_on),
            closed_by: one.closed_by,
            closed_on: day(one.closed_on),
            note: one.note,
        }
    }
}

/// Filters of corrections.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CorrectionFilter {
    /// open (fixed ones too), fixed, verified, released.
    state: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Login of the owner.
    owner: Option<String>,
    /// Checklist.
    template: Option<String>,
    /// Only open ones behind their day.
    late: Option<bool>,
}

impl CorrectionFilter {
    fn query(&self, asker: &Asker, paging: &Paging) -> Result<Query, Refusal> {
        let text = |one: &Option<String>| one.clone().unwrap_or_default();
        only(self.state.as_deref(), &["open", "fixed", "verified", "released"])?;
        let after = place(paging.after.as_deref()).map(|(day, id)| (day.to_owned(), id.to_owned()));
        Ok(Query {
            state: text(&self.state),
            outlet: text(&self.outlet),
            owner: text(&self.owner),
            template: text(&self.template),
            late: (self.late == Some(true)).then_some(asker.today),
            after,
            limit: paging.limit(),
        })
    }
}

/// Corrections, by the day they are due.
#[utoipa::path(get, path = "/display/corrections", tag = "display", operation_id = "corrections", params(CorrectionFilter, Paging),
    responses((status = 200, body = Page<CorrectionRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<CorrectionFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<CorrectionRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let found = correction::list(&mut desk.db.read().await?, &sight, &asked.query(&asker, &paging)?).await?;
    let items = found.rows.into_iter().map(|one| CorrectionRow::of(&desk, &asker, one)).collect();
    Ok(Json(Page { items, next: found.next.map(|(day, id)| format!("{day}~{id}")), total: found.total as usize }))
}

/// How corrections stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorrectionCounts {
    open: u32,
    late: u32,
    fixed: u32,
    verified: u32,
    released: u32,
    /// Put right in time ÷ those verified and those behind their day, hundredths of a percent.
    #[schema(required)]
    in_time: Option<u32>,
}

/// How corrections within the asker's reach stand.
#[utoipa::path(get, path = "/display/corrections/counts", tag = "display", operation_id = "correction_counts",
    responses((status = 200, body = CorrectionCounts)), extensions(("x-permission" = json!("display.read"))))]
async fn counts(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<CorrectionCounts>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let all = correction::standing(&mut desk.db.read().await?, &sight, asker.today).await?;
    let in_time = all.in_time_share();
    let correction::Standing { open, late, fixed, verified, released, .. } = all;
    Ok(Json(CorrectionCounts { open, late, fixed, verified, released, in_time }))
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/display/corrections/file", tag = "display", operation_id = "corrections_file", params(CorrectionFilter),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("display.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<CorrectionFilter>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let mut rows = Vec::new();
    let mut query = asked.query(&asker, &Paging { after: None, limit: Some(MOST_ROWS) })?;
    let mut tx = desk.db.read().await?;
    loop {
        let found = correction::list(&mut tx, &sight, &query).await?;
        rows.extend(found.rows.into_iter().map(|one| CorrectionRow::of(&desk, &asker, one)));
        query.after = found.next;
        if query.after.is_none() {
            break;
        }
    }
    drop(tx);
    heavy(move || file("corrections", false, &columns(lang), |table| rows.iter().try_for_each(|row| table.row(&cells(row))))).await
}

fn columns(lang: Lang) -> [Column; 12] {
    use ColumnType::{Date, Int, Text};
    [
        ("编号", "Number", Text),
        ("网点编码", "Outlet", Text),
        ("网点", "Outlet's name", Text),
        ("检查表", "Checklist", Text),
        ("检查项", "Item", Text),
        ("状态", "State", Text),
        ("负责人", "Owner", Text),
        ("发现日期", "Found", Date),
        ("期限", "Due", Date),
        ("再次不合格次数", "Wrong again", Int),
        ("关闭日期", "Closed", Date),
        ("说明", "Note", Text),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}

fn cells(row: &CorrectionRow) -> [Cell<'_>; 12] {
    let date = |text: &str| text.parse().map_or(Cell::Empty, Cell::Date);
    [
        Cell::Text(&row.id),
        Cell::Text(&row.outlet),
        Cell::Text(&row.outlet_name),
        Cell::Text(&row.template_name),
        Cell::Text(&row.item_name),
        Cell::Text(&row.state),
        Cell::Text(&row.owner),
        date(&row.opened_on),
        date(&row.due_on),
        Cell::Int(i64::from(row.again)),
        row.closed_on.as_deref().map_or(Cell::Empty, date),
        Cell::Text(&row.note),
    ]
}

/// What is done with a correction.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CorrectionActSent {
    /// fix, verify, reject, release, assign.
    act: String,
    /// Photo of afterwards, by SHA-256: fix.
    #[serde(default)]
    after: String,
    /// What was done: fix. Why: reject, release, assign.
    #[serde(default)]
    note: String,
    /// Login: assign.
    #[serde(default)]
    owner: String,
    /// Day: assign.
    #[serde(default)]
    due_on: String,
}

/// The version of a record of display afterwards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisplayVersion {
    /// For the next `If-Match`.
    pub(super) version: u32,
}

/// Puts a correction right with a photo, looks at somebody else's, lets it go, or gives it to another owner and day.
#[utoipa::path(post, path = "/display/corrections/{id}/act", tag = "display", operation_id = "act_on_correction", request_body = CorrectionActSent,
    params(("id" = String, Path, description = "Correction"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn act(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<CorrectionActSent>,
) -> Answer<Json<DisplayVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let act = match sent.act.as_str() {
        "fix" => Act::Fix { after: &sent.after, note: &sent.note },
        "verify" => Act::Verify,
        "reject" => Act::Reject(&sent.note),
        "release" => Act::Release(&sent.note),
        "assign" => Act::Assign { owner: &sent.owner, due_on: sent_day(&sent.due_on)?, reason: &sent.note },
        other => return Err(unknown(other).into()),
    };
    let version = correction::act(&desk.db, &sight, &signed.0.who(), &id, version, &act).await?;
    Ok(Json(DisplayVersion { version }))
}

/// An act nobody knows.
pub(super) fn unknown(act: &str) -> Refusal {
    Refusal::bad_input("display.act", format!("没有操作 {act}；请更新页面"), format!("there is no act {act}; update the page"))
}
