//! The on-shelf rate by outlet: core models on the shelf ÷ core models its type is assigned (R7.117, R7.118).

use super::super::desk::Desk;
use super::super::listed::file;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Page, Paging, heavy, only};
use super::ground::{Ground, Part};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use qudao_access::Permission;
use qudao_distribution::shelf::Shown;
use qudao_field::measure;
use qudao_kernel::Lang;
use qudao_kernel::master::Outlet;
use qudao_network::initials::Initials;
use qudao_platform::sheet::{Cell, Column, ColumnType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(export))
}

/// An outlet's shelf.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OutletShelfRow {
    outlet: String,
    outlet_name: String,
    outlet_type: String,
    /// Core models its type is assigned.
    assigned: usize,
    /// Of these, on the shelf.
    shown: usize,
    /// Hundredths of a percent; absent where nothing is assigned or nobody looked.
    #[schema(required)]
    share: Option<u32>,
    /// Names of core models that are not on the shelf.
    missing: Vec<String>,
    /// Models that are not to be there, and are.
    banned: Vec<String>,
    /// Whether every core model is there; absent where nobody looked.
    #[schema(required)]
    compliant: Option<bool>,
    /// The oldest look that counts.
    #[schema(required)]
    seen_on: Option<String>,
}

impl OutletShelfRow {
    fn of(ground: &Ground, outlet: &Outlet, least: u32) -> Self {
        let models = ground.models(outlet);
        let seen = |code: &str| ground.known.get(&(outlet.code.clone(), code.to_owned())).and_then(|one| one.shown);
        let core: BTreeSet<&str> = models.iter().filter(|(_, role)| role.is_core()).map(|(model, _)| model.code.as_str()).collect();
        let on_shelf = |code: &str| seen(code).is_some_and(|(shown, _)| shown == Shown::Shelf);
        let shown: BTreeSet<&str> = core.iter().copied().filter(|code| on_shelf(code)).collect();
        let looked = core.iter().filter_map(|code| seen(code)).map(|(_, on)| on).min();
        let share = looked.and_then(|_| measure::on_shelf(&core, &shown));
        let named = |wanted: &dyn Fn(&str) -> bool| {
            models.iter().filter(|(model, _)| wanted(&model.code)).map(|(model, _)| model.name.clone()).collect::<Vec<_>>()
        };
        let banned: BTreeSet<&str> =
            models.iter().filter(|(model, role)| !role.is_sold() && on_shelf(&model.code)).map(|(model, _)| model.code.as_str()).collect();
        Self {
            outlet: outlet.code.clone(),
            outlet_name: outlet.name.clone(),
            outlet_type: outlet.subtype.clone(),
            assigned: core.len(),
            shown: shown.len(),
            share,
            missing: if looked.is_some() { named(&|code| core.contains(code) && !shown.contains(code)) } else { Vec::new() },
            banned: named(&|code| banned.contains(code)),
            compliant: share.map(|share| share >= least && banned.is_empty()),
            seen_on: looked.map(|on| on.to_string()),
        }
    }
}

/// Filters of shelves.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutletShelfFilter {
    /// A division and all below it.
    territory: Option<String>,
    /// yes, no, unseen.
    state: Option<String>,
    /// Part of a name or code, or initials.
    q: Option<String>,
}

impl OutletShelfFilter {
    async fn rows(&self, desk: &Arc<Desk>, signed: &Signed, lang: Lang) -> Answer<Vec<OutletShelfRow>> {
        let scope = signed.scope(desk, Permission::DistributionRead)?;
        only(self.state.as_deref(), &["yes", "no", "unseen"])?;
        let asker = Asker::of(desk, lang).await;
        // Parts of a million as the register keeps them.
        let least = u32::try_from(desk.parameters().on("core_on_shelf", "", asker.today)?.ppm()? / 100).unwrap_or(10_000);
        let area = self.territory.clone().unwrap_or_default();
        let ground = Ground::of(desk, asker, scope, Part { outlet: "", area: &area }).await?;
        let asked = self.clone();
        heavy(move || {
            let typed = asked.q.as_deref().unwrap_or("").trim().to_lowercase();
            let means = |row: &&Outlet| {
                typed.is_empty()
                    || row.code.to_lowercase().contains(&typed)
                    || row.name.to_lowercase().contains(&typed)
                    || Initials::of(&row.name).find(&typed).is_some()
            };
            let mut rows: Vec<OutletShelfRow> = ground
                .outlets
                .iter()
                .filter(means)
                .map(|row| OutletShelfRow::of(&ground, row, least))
                .filter(|row| row.assigned > 0)
                .collect();
            match asked.state.as_deref().unwrap_or("") {
                "yes" => rows.retain(|row| row.compliant == Some(true)),
                "no" => rows.retain(|row| row.compliant == Some(false)),
                "unseen" => rows.retain(|row| row.compliant.is_none()),
                _ => {}
            }
            // Those looked at first, the emptiest of them first.
            rows.sort_by(|a, b| (a.share.is_none(), a.share, &a.outlet).cmp(&(b.share.is_none(), b.share, &b.outlet)));
            Ok(rows)
        })
        .await
    }
}

/// Outlets by how whole their shelves are.
#[utoipa::path(get, path = "/distribution/shelves", tag = "distribution", operation_id = "outlet_shelves", params(OutletShelfFilter, Paging),
    responses((status = 200, body = Page<OutletShelfRow>)), extensions(("x-permission" = json!("distribution.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OutletShelfFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<OutletShelfRow>>> {
    let rows = asked.rows(&desk, &signed, lang).await?;
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter())))
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/distribution/shelves/file", tag = "distribution", operation_id = "outlet_shelves_file", params(OutletShelfFilter),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("distribution.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OutletShelfFilter>,
) -> Answer<Response> {
    let rows = asked.rows(&desk, &signed, lang).await?;
    heavy(move || {
        file("shelves", false, &columns(lang), |table| {
            rows.iter().try_for_each(|row| {
                let (missing, banned) = (row.missing.join("、"), row.banned.join("、"));
                table.row(&[
                    Cell::Text(&row.outlet),
                    Cell::Text(&row.outlet_name),
                    Cell::Text(&row.outlet_type),
                    Cell::Int(row.assigned as i64),
                    Cell::Int(row.shown as i64),
                    super::super::listed::percent(row.share.map(|share| i64::from(share) * 100)),
                    Cell::Text(&missing),
                    Cell::Text(&banned),
                ])
            })
        })
    })
    .await
}

fn columns(lang: Lang) -> [Column; 8] {
    use ColumnType::{Int, Money, Text};
    [
        ("网点编码", "Outlet", Text),
        ("网点", "Outlet's name", Text),
        ("类型", "Type", Text),
        ("应上柜主力", "Core models", Int),
        ("已上柜", "On the shelf", Int),
        ("上柜率 (%)", "Share (%)", Money),
        ("缺少", "Missing", Text),
        ("不应上柜", "Not to be there", Text),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}
