//! Depth and width of products within an area (R7.104).

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, heavy};
use super::ground::{Ground, Part};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_distribution::reach::{self, Standard};
use qudao_kernel::Refusal;
use qudao_kernel::territory::Level;
use qudao_network::{Territories, universe};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A level of depth.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepthLevel {
    /// province, city, county, township, village.
    level: String,
    /// Units that distribute; absent, with those there are, where nobody knows how many there are.
    #[schema(required)]
    reached: Option<u32>,
    #[schema(required)]
    existing: Option<u32>,
    /// Hundredths of a percent.
    #[schema(required)]
    share: Option<u32>,
}

/// How far and widely a product reaches.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReachRow {
    product: String,
    product_name: String,
    depth: Vec<DepthLevel>,
    /// The deepest level that meets the least.
    #[schema(required)]
    deepest: Option<String>,
    deep_enough: bool,
    /// Outlets that distribute, and outlets there are.
    outlets_reached: u32,
    outlets: u32,
    /// Hundredths of a percent.
    #[schema(required)]
    width: Option<u32>,
    wide_enough: bool,
}

/// Depth and width of products.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReachFound {
    rows: Vec<ReachRow>,
    /// From what reach on a level counts, and from what width on it is sufficient, hundredths of a percent.
    least: u32,
    sufficient: u32,
}

/// Which area.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReachAsked {
    /// A division; the asker's own where absent.
    territory: Option<String>,
}

/// Depth and width of every product within an area.
#[utoipa::path(get, path = "/distribution/reach", tag = "distribution", operation_id = "product_reach", params(ReachAsked),
    responses((status = 200, body = ReachFound)), extensions(("x-permission" = json!("distribution.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ReachAsked>,
) -> Answer<Json<ReachFound>> {
    let asker = Asker::of(&desk, lang).await;
    let scope = signed.scope(&desk, Permission::DistributionRead)?;
    // The city of the asker's first outlet, where nothing else is said: a country has no depth worth counting.
    let own = || scope.territories.iter().find(|code| !code.is_empty()).cloned();
    let first =
        || asker.master.outlets().find(|row| row.span.contains(asker.today)).and_then(|row| row.territory.get(..4).map(str::to_owned));
    let area = asked.territory.filter(|code| !code.is_empty()).or_else(own).or_else(first).unwrap_or_default();
    let percent = |name: &str| {
        let ppm = desk.parameters().on(name, &area, asker.today)?.ppm()?;
        Ok::<u32, Refusal>(u32::try_from(ppm / 100).unwrap_or(10_000))
    };
    let (least, sufficient) = (percent("depth_min_rate")?, percent("width_sufficient")?);
    let figures = universe::figures(&mut desk.db.read().await?).await?;
    let ground = Ground::of(&desk, asker, scope, Part { outlet: "", area: &area }).await?;
    heavy(move || {
        let territories = Territories::official()?;
        let standard = Standard { least, sufficient, level: Level::County };
        let today = ground.asker.today;
        let mut rows = Vec::new();
        for product in &ground.products {
            let open: Vec<(&str, bool)> = ground.outlets().map(|row| (row.territory.as_str(), ground.distributes(row, product))).collect();
            let found = reach::count(territories, &figures, &area, &open, today, standard);
            let level = |one: &reach::AtLevel| DepthLevel {
                level: one.level.name().to_owned(),
                reached: one.reach.map(|reach| reach.reached),
                existing: one.reach.map(|reach| reach.existing),
                share: one.reach.and_then(qudao_field::measure::Reach::share),
            };
            rows.push(ReachRow {
                product: product.code.clone(),
                product_name: product.name.clone(),
                depth: found.depth.iter().map(level).collect(),
                deepest: found.deepest.map(|level| level.name().to_owned()),
                deep_enough: found.deep_enough,
                outlets_reached: found.width.reached,
                outlets: found.width.existing,
                width: found.width.share(),
                wide_enough: found.wide_enough,
            });
        }
        Ok(Json(ReachFound { rows, least, sufficient }))
    })
    .await
}
