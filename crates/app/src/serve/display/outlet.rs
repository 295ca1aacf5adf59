//! Display of one outlet: who holds its places, what hangs there, what is not right, what is to be taken away, and what it may still be given.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Language, MOST_ROWS};
use super::corrections::CorrectionRow;
use super::launches::LaunchTaskRow;
use super::pop::PopRow;
use super::recalls::RecallTaskRow;
use super::{READ, manages, reached, template_name};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_display::learn::{self, Scored, Seen};
use qudao_display::{correction, launch, pop, recall};
use qudao_kernel::Date;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(outlet))
}

/// A place of an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletPlace {
    code: String,
    name: String,
    /// outdoor, entrance, aisle, product, display.
    zone: String,
    zone_name: String,
    /// It is one to be won first.
    main: bool,
    /// Kinds of material it takes.
    takes: Vec<String>,
    /// us, competitor, both, empty; empty while nobody looked or there is no such place.
    holder: String,
    /// What hangs there is not what runs now.
    outdated: bool,
    #[schema(required)]
    seen_on: Option<String>,
    /// Our piece there.
    #[schema(required)]
    asset: Option<String>,
}

/// The last result of a checklist.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisplayScore {
    template: String,
    name: String,
    version: u32,
    day: String,
    /// Hundredths of a percent.
    score: u32,
    /// Scores of sections and measures, by id.
    #[schema(value_type = Object)]
    parts: serde_json::Value,
}

impl DisplayScore {
    fn of(desk: &Desk, asker: &Asker, one: Scored) -> Self {
        let name = template_name(desk, asker, &one.template);
        let Scored { template, version, day, score, parts, .. } = one;
        Self { name, template, version, day: day.to_string(), score, parts }
    }
}

/// Display of an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletDisplay {
    outlet: String,
    name: String,
    outlet_type: String,
    places: Vec<OutletPlace>,
    /// Places held ÷ places seen, of material and of goods, hundredths of a percent.
    #[schema(required)]
    pop_held: Option<u32>,
    #[schema(required)]
    display_held: Option<u32>,
    scores: Vec<DisplayScore>,
    corrections: Vec<CorrectionRow>,
    assets: Vec<PopRow>,
    recalls: Vec<RecallTaskRow>,
    /// Pieces of launches that are still to stand here.
    launches: Vec<LaunchTaskRow>,
    /// Given this year, and the limit, fen; absent for whoever does not manage it.
    #[schema(required)]
    spent: Option<i64>,
    #[schema(required)]
    limit: Option<i64>,
}

/// Display of one outlet.
#[utoipa::path(get, path = "/display/outlets/{code}", tag = "display", operation_id = "outlet_display",
    params(("code" = String, Path, description = "Outlet")), responses((status = 200, body = OutletDisplay)),
    extensions(("x-permission" = json!("display.read"))))]
async fn outlet(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<OutletDisplay>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let row = reached(&asker, &signed.scope(&desk, Permission::DisplayRead)?, &code)?;
    let mut tx = desk.db.read().await?;
    let seen = learn::places(&mut tx, &code).await?;
    let scores = learn::scores(&mut tx, &sight, "", &code).await?;
    let query = correction::Query { state: "open".to_owned(), outlet: code.clone(), limit: MOST_ROWS, ..correction::Query::default() };
    let corrections = correction::list(&mut tx, &sight, &query).await?.rows;
    let query = pop::Query { outlet: code.clone(), limit: MOST_ROWS, ..pop::Query::default() };
    let mut assets = pop::list(&mut tx, &sight, &query).await?.rows;
    assets.retain(|one| matches!(one.state.as_str(), "approved" | "in_production" | "placed"));
    let recalls = recall::tasks(&mut tx, &sight, "", &code, true).await?;
    let query = launch::Query { outlet: code.clone(), open: true, ..launch::Query::default() };
    let launches = launch::tasks(&mut tx, &sight, &query).await?;
    let year = Date::new(asker.today.year(), 1, 1).unwrap_or(asker.today);
    let (spent, _) = pop::spent(&mut tx, &code, year).await?;
    drop(tx);
    let places: Vec<OutletPlace> = desk
        .display
        .places
        .places
        .iter()
        .filter(|place| place.exists_at(&row.subtype))
        .map(|place| {
            let look = seen.iter().find(|one| one.place == place.code);
            OutletPlace {
                code: place.code.clone(),
                name: place.name.get(lang).to_owned(),
                zone: place.zone.clone(),
                zone_name: place.zone_name.get(lang).to_owned(),
                main: place.main,
                takes: place.takes.clone(),
                holder: look.map_or_else(String::new, |one| one.holder.clone()),
                outdated: look.is_some_and(|one| one.outdated),
                seen_on: look.map(|one| one.day.to_string()),
                asset: assets.iter().find(|one| one.place == place.code && one.state == "placed").map(|one| one.id.clone()),
            }
        })
        .collect();
    let is_display = |one: &Seen| desk.display.places.place(&one.place).is_ok_and(|place| place.display);
    let held = |display: bool| {
        let all: Vec<&Seen> = seen.iter().filter(|one| is_display(one) == display).collect();
        let ours = all.iter().filter(|one| matches!(one.holder.as_str(), "us" | "both")).count();
        qudao_field::checklist::score::share(ours as u64, all.len() as u64)
    };
    let told = manages(&desk, &signed);
    let limit = desk.parameters().on("pop_year_limit", &row.territory, asker.today)?.fen()?;
    Ok(Json(OutletDisplay {
        name: row.name.clone(),
        outlet_type: row.subtype.clone(),
        pop_held: held(false),
        display_held: held(true),
        places,
        scores: scores.into_iter().map(|one| DisplayScore::of(&desk, &asker, one)).collect(),
        corrections: corrections.into_iter().map(|one| CorrectionRow::of(&desk, &asker, one)).collect(),
        assets: assets.into_iter().map(|one| PopRow::of(&desk, &asker, one)).collect(),
        launches: launches.into_iter().map(|one| LaunchTaskRow::of(&desk, &asker, one)).collect(),
        recalls: recalls.into_iter().map(|one| RecallTaskRow::of(&desk, &asker, one)).collect(),
        spent: told.then_some(spent.0),
        limit: told.then_some(limit.0),
        outlet: code,
    }))
}
