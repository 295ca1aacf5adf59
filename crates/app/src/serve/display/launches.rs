//! Launches of new products: what must stand where by when, and how much of it does.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::receivables::sent_day;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Seen, Sent};
use super::corrections::DisplayVersion;
use super::{MANAGE, READ, area, at, material_name, place_name, reached};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_display::Sight;
use qudao_display::launch::{self, Goes, Launch, New, Query, Task};
use qudao_field::checklist::score::share;
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_network::portfolio;
use qudao_platform::Tx;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, make)).routes(routes!(tasks)).routes(routes!(placed)).routes(routes!(close))
}

/// A piece of a launch's kit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LaunchPiece {
    material: String,
    material_name: String,
    place: String,
    place_name: String,
}

/// A launch of a new product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductLaunch {
    id: String,
    /// For `If-Match`.
    version: u32,
    product: String,
    product_name: String,
    name: String,
    territory: String,
    territory_name: String,
    pieces: Vec<LaunchPiece>,
    due_on: String,
    late: bool,
    /// open, closed.
    state: String,
    made_by: String,
    note: String,
    planned: u32,
    placed: u32,
    /// Placed ÷ planned, hundredths of a percent.
    #[schema(required)]
    share: Option<u32>,
}

impl ProductLaunch {
    fn of(desk: &Desk, asker: &Asker, one: Launch) -> Self {
        let product = asker.master.product(&one.product, asker.today);
        let piece = |(material, place): &(String, String)| LaunchPiece {
            material_name: material_name(desk, asker, material),
            place_name: place_name(desk, asker, place),
            material: material.clone(),
            place: place.clone(),
        };
        Self {
            product_name: product.map_or_else(|| one.product.clone(), |row| row.name.clone()),
            territory_name: network_name(&one.territory, asker.lang),
            pieces: one.items.iter().map(piece).collect(),
            late: one.state == "open" && one.due_on < asker.today && one.placed < one.planned,
            share: share(one.placed.into(), one.planned.into()),
            id: one.id,
            version: one.version,
            product: one.product,
            name: one.name,
            territory: one.territory,
            due_on: one.due_on.to_string(),
            state: one.state,
            made_by: one.made_by,
            note: one.note,
            planned: one.planned,
            placed: one.placed,
        }
    }
}

/// Launches of the asker's areas, the next due first.
#[utoipa::path(get, path = "/display/launches", tag = "display", operation_id = "product_launches",
    responses((status = 200, body = Vec<ProductLaunch>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<ProductLaunch>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let found = launch::list(&mut desk.db.read().await?, &sight).await?;
    Ok(Json(found.into_iter().map(|one| ProductLaunch::of(&desk, &asker, one)).collect()))
}

/// A kind of material and its place.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LaunchPieceSent {
    material: String,
    place: String,
}

/// A launch to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ProductLaunchSent {
    product: String,
    name: String,
    /// Division code.
    territory: String,
    pieces: Vec<LaunchPieceSent>,
    /// By when everything stands.
    due_on: String,
    /// Codes of outlets.
    outlets: Vec<String>,
}

/// What a launch came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LaunchMade {
    id: String,
    tasks: u32,
}

/// Makes a launch: each piece at each outlet that has its place is a task of whoever looks after the outlet.
#[utoipa::path(post, path = "/display/launches", tag = "display", operation_id = "make_product_launch", request_body = ProductLaunchSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = LaunchMade)),
    extensions(("x-permission" = json!("display.manage"))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<ProductLaunchSent>,
) -> Answer<(StatusCode, Json<LaunchMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    area(&desk, &asker, &signed, &sent.territory)?;
    if asker.master.product(&sent.product, asker.today).is_none() {
        return Err(Refusal::new(
            Kind::NotFound,
            "display.product",
            format!("没有在售产品 {}；请重新选择", sent.product),
            format!("there is no product {}; choose again", sent.product),
        )
        .into());
    }
    let (scope, who) = (signed.scope(&desk, Permission::DisplayManage)?, signed.0.who());
    let owners: BTreeMap<String, String> = portfolio::all(&mut desk.db.read().await?, asker.today).await?;
    let mut outlets = Vec::with_capacity(sent.outlets.len());
    for code in &sent.outlets {
        let outlet = reached(&asker, &scope, code)?;
        let owner = owners.get(code).map_or(signed.0.login.as_str(), String::as_str);
        outlets.push(Goes { at: at(outlet), outlet_type: &outlet.subtype, owner });
    }
    let items: Vec<(String, String)> = sent.pieces.iter().map(|piece| (piece.material.clone(), piece.place.clone())).collect();
    let new = New {
        product: &sent.product,
        name: &sent.name,
        territory: &sent.territory,
        items: &items,
        due_on: sent_day(&sent.due_on)?,
        outlets: &outlets,
    };
    let (id, tasks) = launch::make(&desk.db, &desk.display.places, &who, &key, &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(LaunchMade { id, tasks })))
}

/// A piece that is to stand at an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LaunchTaskRow {
    launch: String,
    name: String,
    outlet: String,
    outlet_name: String,
    material: String,
    material_name: String,
    place: String,
    place_name: String,
    owner: String,
    due_on: String,
    late: bool,
    /// open, done.
    state: String,
    /// SHA-256; empty for none.
    photo: String,
    done_by: String,
    #[schema(required)]
    done_on: Option<String>,
}

impl LaunchTaskRow {
    pub(super) fn of(desk: &Desk, asker: &Asker, one: Task) -> Self {
        Self {
            outlet_name: asker.outlet(&one.outlet),
            material_name: material_name(desk, asker, &one.material),
            place_name: place_name(desk, asker, &one.place),
            late: one.is_late(asker.today),
            launch: one.launch,
            name: one.name,
            outlet: one.outlet,
            material: one.material,
            place: one.place,
            owner: one.owner,
            due_on: one.due_on.to_string(),
            state: one.state,
            photo: one.photo,
            done_by: one.done_by,
            done_on: day(one.done_on),
        }
    }
}

/// Filters of tasks of launches.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LaunchTaskFilter {
    /// Launch; all where absent.
    launch: Option<String>,
    /// Login of the owner.
    owner: Option<String>,
    /// Only those still to be done, of launches that are open.
    open: Option<bool>,
}

/// Pieces of launches, by the day they are due.
#[utoipa::path(get, path = "/display/launch-tasks", tag = "display", operation_id = "launch_tasks", params(LaunchTaskFilter),
    responses((status = 200, body = Vec<LaunchTaskRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn tasks(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<LaunchTaskFilter>,
) -> Answer<Json<Vec<LaunchTaskRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let query = Query {
        launch: asked.launch.unwrap_or_default(),
        owner: asked.owner.unwrap_or_default(),
        open: asked.open == Some(true),
        ..Query::default()
    };
    let found = launch::tasks(&mut desk.db.read().await?, &sight, &query).await?;
    Ok(Json(found.into_iter().map(|one| LaunchTaskRow::of(&desk, &asker, one)).collect()))
}

/// That a piece stands.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LaunchPlacedSent {
    outlet: String,
    place: String,
    /// Photo of it, by SHA-256.
    photo: String,
}

/// Notes that a piece of a launch stands: a photo shows it.
#[utoipa::path(post, path = "/display/launches/{id}/placed", tag = "display", operation_id = "launch_piece_placed", request_body = LaunchPlacedSent,
    params(("id" = String, Path, description = "Launch")), responses((status = 204)),
    extensions(("x-permission" = json!("display.manage"))))]
async fn placed(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Sent(sent): Sent<LaunchPlacedSent>,
) -> Answer<StatusCode> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    launch::placed(&desk.db, &sight, &signed.0.who(), &id, &sent.outlet, &sent.place, &sent.photo).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why a launch is closed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LaunchCloseSent {
    reason: String,
}

/// Closes a launch: nothing more of it is asked for.
#[utoipa::path(post, path = "/display/launches/{id}/close", tag = "display", operation_id = "close_product_launch", request_body = LaunchCloseSent,
    params(("id" = String, Path, description = "Launch"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<LaunchCloseSent>,
) -> Answer<Json<DisplayVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let version = launch::close(&desk.db, &sight, &signed.0.who(), &id, version, &sent.reason).await?;
    Ok(Json(DisplayVersion { version }))
}

/// What is still to be placed at an outlet, for the card of its visit: id, words, since when and by when (R7.128).
///
/// # Errors
/// The database does not answer.
pub(in crate::serve) async fn briefed(
    tx: &mut Tx,
    desk: &Desk,
    asker: &Asker,
    outlet: &str,
) -> Result<Vec<(String, String, Date, Date)>, Refusal> {
    let query = Query { outlet: outlet.to_owned(), open: true, ..Query::default() };
    let found = launch::tasks(tx, &Sight::everywhere(), &query).await?;
    let told = |one: Task| {
        let (material, place) = (material_name(desk, asker, &one.material), place_name(desk, asker, &one.place));
        let text = match asker.lang {
            Lang::Zh => format!("{}：{place}投放{material}", one.name),
            Lang::En => format!("{}: {material} at {place}", one.name),
        };
        (format!("{}.{}", one.launch, one.place), text, one.since, one.due_on)
    };
    Ok(found.into_iter().map(told).collect())
}
