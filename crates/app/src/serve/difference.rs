//! A month against the one before: what each component and each partner adds.

use super::desk::Desk;
use super::periods::{parse, untried};
use super::settling::{self, Titles};
use super::signed::Signed;
use super::web::{Answer, Asked, Page, Paging, heavy};
use crate::chain;
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_settle::period::difference::{Change, compare};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(difference))
}

/// A row of a comparison, fen.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodChange {
    /// Partner code, or `policy/component`.
    code: String,
    name: String,
    before: i64,
    after: i64,
    delta: i64,
}

impl PeriodChange {
    fn of(change: Change) -> Self {
        Self { delta: change.delta(), code: change.code, name: change.name, before: change.before, after: change.after }
    }
}

/// A month against the one before.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodDifference {
    month: String,
    /// The month before; absent where nothing was settled before.
    #[schema(required)]
    against: Option<String>,
    before: i64,
    after: i64,
    /// All components, the largest change first; they add up to the difference.
    components: Vec<PeriodChange>,
    /// Partners, the largest change first; a page of them.
    partners: Page<PeriodChange>,
}

/// A month's run, or trial, against the month before.
#[utoipa::path(get, path = "/periods/{month}/difference", tag = "settlement", operation_id = "period_difference",
    params(("month" = String, Path, description = "Month"), Paging),
    responses((status = 200, body = PeriodDifference)), extensions(("x-permission" = json!("settlement.read"))))]
async fn difference(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(month): Path<String>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<PeriodDifference>> {
    signed.everywhere(&desk, Permission::SettlementRead)?;
    let month = parse(&month)?;
    let view = heavy(move || {
        let home = &desk.home;
        let folder = if settling::published(home)?.contains(&month) { home.run(month) } else { home.trial(month) };
        chain::summary_of(&folder).map_err(|_| untried(month))?;
        let before = home.latest(month.plus(-1));
        let mut titles = Titles::new();
        let now = settling::stated(&folder, &mut titles)?;
        let then = before.as_deref().map(|_| settling::stated(&home.run(month.plus(-1)), &mut titles)).transpose()?;
        let found = compare(&now, then.as_deref().unwrap_or(&[]), &titles);
        let total = found.partners.len();
        Ok(PeriodDifference {
            month: month.to_string(),
            against: before.map(|_| month.plus(-1).to_string()),
            before: found.before,
            after: found.after,
            components: found.components.into_iter().map(PeriodChange::of).collect(),
            partners: Page::of(&paging, total, found.partners.into_iter().map(PeriodChange::of)),
        })
    });
    Ok(Json(view.await?))
}
