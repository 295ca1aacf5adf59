//! Exports of the business behind a figure: all rows that a page shows a part of, in the same columns.

use super::desk::Desk;
use super::export_notes::Ask;
use super::exports::start;
use super::figures::{label, words};
use super::jobs::{JobView, Progress};
use super::metric_rows::{Behind, FactRow, RowsQuery, fact_row};
use super::signed::Signed;
use super::web::{Answer, Language, Sent};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_metrics::Dimension;
use qudao_platform::sheet::{Cell, Column, ColumnType, Format, TableWriter};
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Rows read at a time.
const BATCH: usize = 200_000;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(begin))
}

/// Rows to export.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RowsExportSent {
    /// Which; all of them are written, whatever part the page shows.
    rows: RowsQuery,
    /// xlsx or csv.
    format: String,
    /// Name of the file, without its ending.
    name: String,
}

/// Begins an export of the facts behind a figure. The job's result names the export.
#[utoipa::path(post, path = "/exports/rows", tag = "exports", operation_id = "export_rows", request_body = RowsExportSent,
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("volume.read"))))]
async fn begin(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<RowsExportSent>,
) -> Answer<(StatusCode, Json<JobView>)> {
    start(&desk, &signed, lang, Ask::Rows(sent.rows), &sent.name, &sent.format).await
}

/// Writes all rows; how many.
pub(super) fn write(
    desk: &Arc<Desk>,
    behind: &Behind,
    lang: Lang,
    path: &Path,
    format: Format,
    progress: &Progress,
) -> Result<u64, Refusal> {
    progress.note("查找业务明细", "finding the business");
    let (master, catalogue) = (desk.master()?, &desk.figures.catalogue);
    let name = |dimension: Dimension, key: &str| label(catalogue, &master, behind.to, lang, dimension, key);
    let state = |code: &str| if code.is_empty() { String::new() } else { name(Dimension::State, code) };
    let mut table = TableWriter::create(path, &columns(lang), format)?;
    let mut written = 0;
    behind.each(desk, BATCH, |rows, total| {
        for row in &rows {
            let row = fact_row(row, &name);
            table.row(&cells(&row, &state(&row.state)))?;
        }
        written += rows.len() as u64;
        progress.goes_on()?;
        progress.at(written, total as u64);
        Ok(())
    })?;
    table.finish()
}

fn columns(lang: Lang) -> Vec<Column> {
    let column = |zh: &str, en: &str, ty: ColumnType| Column::new(words(lang, zh, en), ty);
    vec![
        column("日期", "day", ColumnType::Text),
        column("业务类型", "business", ColumnType::Text),
        column("状态", "state", ColumnType::Text),
        column("网点编码", "outlet", ColumnType::Text),
        column("网点", "outlet name", ColumnType::Text),
        column("代理商编码", "partner", ColumnType::Text),
        column("代理商", "partner name", ColumnType::Text),
        column("工号", "clerk", ColumnType::Text),
        column("用户号码", "subscriber", ColumnType::Text),
        column("产品编码", "product", ColumnType::Text),
        column("产品", "product name", ColumnType::Text),
        column("月费", "plan fee", ColumnType::Money),
        column("金额", "amount", ColumnType::Money),
        column("订单", "order", ColumnType::Text),
        column("事件编号", "event", ColumnType::Text),
        column("对应事件", "refers to", ColumnType::Text),
    ]
}

fn cells<'r>(row: &'r FactRow, state: &'r str) -> Vec<Cell<'r>> {
    let text = |text: &'r str| if text.is_empty() { Cell::Empty } else { Cell::Text(text) };
    let money = |fen: Option<i64>| fen.map_or(Cell::Empty, |fen| Cell::Money(Fen(fen)));
    vec![
        text(&row.occurred_on),
        text(&row.kind_name),
        text(state),
        text(&row.outlet),
        text(&row.outlet_name),
        text(&row.partner),
        text(&row.partner_name),
        text(&row.clerk),
        text(&row.subscriber),
        text(&row.product),
        text(&row.product_name),
        money(row.plan_fee),
        money(row.amount),
        text(&row.order_id),
        text(&row.event_id),
        text(&row.ref_event),
    ]
}
