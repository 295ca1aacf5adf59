//! A statement as PDF, and as a workbook of all its lines.

use super::desk::Desk;
use super::shown::mask;
use super::signed::Signed;
use super::statements::find;
use super::web::{Answer, Asked, Language, bug, download, heavy};
use crate::say::unreadable;
use axum::extract::{Path, State};
use axum::response::Response;
use qudao_access::Permission;
use qudao_engine::settle::Rows;
use qudao_policy::lines::Line;
use qudao_settle::statement::pdf::{Options, Press};
use qudao_settle::statement::{Catalog, FileFormat, KeptLines, PartnerBook};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(paper))
}

/// Which paper is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PaperQuery {
    /// pdf or xlsx.
    format: String,
}

/// A statement as PDF, or as a workbook with all its lines.
#[utoipa::path(get, path = "/statements/{period}/{partner}/file", tag = "statements", operation_id = "get_statement_file",
    params(("period" = String, Path), ("partner" = String, Path), PaperQuery),
    responses((status = 200, description = "The PDF, or the workbook", content(
        (String = "application/pdf"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))),
    extensions(("x-permission" = json!("statement.read"))))]
async fn paper(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((period, partner)): Path<(String, String)>,
    Asked(PaperQuery { format }): Asked<PaperQuery>,
) -> Answer<Response> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let (run, statement) = find(&desk, scope, &period, &partner).await?;
    heavy(move || {
        let world = run.world()?;
        let catalog = Catalog::new(world.set());
        let rows = Rows { partner: Some(partner), ..Rows::default() };
        if format == "xlsx" {
            let folder = tempfile::tempdir().map_err(|error| unreadable(desk.home.root(), &error))?;
            let mut book = PartnerBook::create(&folder.path().join("statement"), FileFormat::Xlsx, &catalog, lang)?;
            let mut refused = None;
            world.lines().each(&rows, |line| {
                let masked = Line { subscriber: mask(&line.subscriber), ..line.clone() };
                if refused.is_none() {
                    refused = book.line(&masked).err();
                }
            })?;
            if let Some(refusal) = refused {
                return Err(refusal);
            }
            let files = book.finish(&statement)?;
            let path = files.first().ok_or_else(|| bug("a workbook was not written"))?;
            let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            return Ok(download(&format!("{}.xlsx", statement.file_stem()), kind, bytes));
        }
        let options = Options { lang, ..Options::default() };
        let mut kept = KeptLines::default();
        world.lines().each(&rows, |line| {
            kept.all += 1;
            if kept.lines.len() < options.lines {
                kept.lines.push(line.clone());
            }
        })?;
        let bytes = Press::open()?.statement(&statement, &kept, &catalog, &options)?;
        Ok(download(&format!("{}.pdf", statement.file_stem()), "application/pdf", bytes))
    })
    .await
}
