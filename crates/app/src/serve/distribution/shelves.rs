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
use qudao_distribution::assortment::Role;
use qudao_distribution::shelf::Shown;
use qudao_field::measure;
use qudao_kernel::master::{Outlet, Product};
use qudao_kernel::{Date, Lang};
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

/// An outlet's shelf in figures, before its row is made.
struct Shelf<'a> {
    outlet: &'a Outlet,
    assigned: usize,
    shown: usize,
    share: Option<u32>,
    /// Whether something is there that is not to be.
    banned: bool,
    looked: Option<Date>,
}

/// Where and when a model was seen last.
fn seen(ground: &Ground, outlet: &Outlet, model: &Product) -> Option<(Shown, Date)> {
    ground.seen(&outlet.code, &model.code).known.as_ref().and_then(|known| known.shown)
}

fn on_shelf(seen: Option<(Shown, Date)>) -> bool {
    seen.is_some_and(|(shown, _)| shown == Shown::Shelf)
}

impl<'a> Shelf<'a> {
    fn of(ground: &Ground, outlet: &'a Outlet) -> Self {
        if !ground.is_looked_at(&outlet.code) {
            let assigned = ground.models(outlet).filter(|(_, role)| role.is_core()).count();
            return Self { outlet, assigned, shown: 0, share: None, banned: false, looked: None };
        }
        let (mut core, mut shown): (BTreeSet<&str>, BTreeSet<&str>) = Default::default();
        let (mut banned, mut looked) = (false, None::<Date>);
        for (model, role) in ground.models(outlet) {
            let found = seen(ground, outlet, model);
            if role.is_core() {
                core.insert(&model.code);
                if on_shelf(found) {
                    shown.insert(&model.code);
                }
                looked = looked.into_iter().chain(found.map(|(_, on)| on)).min();
            }
            banned |= !role.is_sold() && on_shelf(found);
        }
        let share = looked.and_then(|_| measure::on_shelf(&core, &shown));
        Self { outlet, assigned: core.len(), shown: shown.len(), share, banned, looked }
    }

    /// Whether every core model is there; none where nobody looked.
    fn compliant(&self, least: u32) -> Option<bool> {
        self.share.map(|share| share >= least && !self.banned)
    }

    fn row(&self, ground: &Ground, least: u32) -> OutletShelfRow {
        let Self { outlet, assigned, shown, share, looked, .. } = *self;
        let named = |wanted: &dyn Fn(Role, bool) -> bool| {
            let models = ground.models(outlet).filter(|(model, role)| wanted(*role, on_shelf(seen(ground, outlet, model))));
            models.map(|(model, _)| model.name.clone()).collect::<Vec<_>>()
        };
        OutletShelfRow {
            outlet: outlet.code.clone(),
            outlet_name: outlet.name.clone(),
            outlet_type: outlet.subtype.clone(),
            assigned,
            shown,
            share,
            missing: if looked.is_some() { named(&|role, there| role.is_core() && !there) } else { Vec::new() },
            banned: named(&|role, there| !role.is_sold() && there),
            compliant: self.compliant(least),
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
    /// What is looked at, and the share from which on a shelf is whole, hundredths of a percent.
    async fn ground(&self, desk: &Arc<Desk>, signed: &Signed, lang: Lang) -> Answer<(Ground, u32)> {
        let scope = signed.scope(desk, Permission::DistributionRead)?;
        only(self.state.as_deref(), &["yes", "no", "unseen"])?;
        let asker = Asker::of(desk, lang).await;
        // Parts of a million as the register keeps them.
        let least = u32::try_from(desk.parameters().on("core_on_shelf", "", asker.today)?.ppm()? / 100).unwrap_or(10_000);
        let area = self.territory.clone().unwrap_or_default();
        Ok((Ground::of(desk, asker, scope, Part { outlet: "", area: &area }).await?, least))
    }

    /// Those looked at first, the emptiest of them first.
    fn shelves<'a>(&self, ground: &'a Ground, least: u32) -> Vec<Shelf<'a>> {
        let typed = self.q.as_deref().unwrap_or("").trim().to_lowercase();
        let means = |row: &&Outlet| {
            typed.is_empty()
                || row.code.to_lowercase().contains(&typed)
                || row.name.to_lowercase().contains(&typed)
                || Initials::of(&row.name).find(&typed).is_some()
        };
        let state = match self.state.as_deref().unwrap_or("") {
            "yes" => Some(Some(true)),
            "no" => Some(Some(false)),
            "unseen" => Some(None),
            _ => None,
        };
        let all = ground.outlets().filter(means).map(|row| Shelf::of(ground, row));
        let mut shelves: Vec<Shelf<'_>> =
            all.filter(|shelf| shelf.assigned > 0 && state.is_none_or(|state| shelf.compliant(least) == state)).collect();
        // Outlets come by code, and those that are equal stay so.
        shelves.sort_by_key(|shelf| (shelf.share.is_none(), shelf.share));
        shelves
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
    let (ground, least) = asked.ground(&desk, &signed, lang).await?;
    heavy(move || {
        let shelves = asked.shelves(&ground, least);
        Ok(Json(Page::of(&paging, shelves.len(), shelves.iter()).map(|shelf| shelf.row(&ground, least))))
    })
    .await
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
    let (ground, least) = asked.ground(&desk, &signed, lang).await?;
    heavy(move || {
        let shelves = asked.shelves(&ground, least);
        file("shelves", false, &columns(lang), |table| {
            shelves.iter().map(|shelf| shelf.row(&ground, least)).try_for_each(|row| {
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
