//! Placement plans of an area: the list, one with what became of its lines, and what is done with it.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::receivables::sent_day;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent, closed};
use super::agreements::DisplayMade;
use super::corrections::{DisplayVersion, unknown};
use super::{MANAGE, READ, area, at, limits, material_name, place_name, reached};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::{Permission, people};
use qudao_display::plan::{self, Act, Draft, Line, Made, New, Plan, Query};
use qudao_kernel::{Fen, Kind, Lang, Refusal, territory};
use qudao_platform::audit::same_hand;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, make)).routes(routes!(one, change)).routes(routes!(act)).routes(routes!(piece))
}

/// A placement plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PlacementPlanRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    campaign: String,
    territory: String,
    territory_name: String,
    /// draft, submitted, approved, ended.
    state: String,
    lines: usize,
    /// Pieces planned, made (not cancelled) and placed.
    planned: u32,
    made: u32,
    placed: u32,
    /// Fen.
    budget: i64,
    cost: i64,
    made_by: String,
    submitted_by: String,
    decided_by: String,
    #[schema(required)]
    decided_on: Option<String>,
    /// The asker made or submitted it, and does not approve it.
    own: bool,
    note: String,
}

impl PlacementPlanRow {
    fn of(asker: &Asker, who: &str, one: &Plan, made: &BTreeMap<u32, Made>) -> Self {
        Self {
            id: one.id.clone(),
            version: one.version,
            campaign: one.campaign.clone(),
            territory_name: network_name(&one.territory, asker.lang),
            territory: one.territory.clone(),
            state: one.state.clone(),
            lines: one.lines.len(),
            planned: one.lines.iter().map(|line| line.quantity).sum(),
            made: made.values().map(|line| line.pieces).sum(),
            placed: made.values().map(|line| line.placed).sum(),
            budget: one.lines.iter().map(|line| line.budget.0).sum(),
            cost: made.values().map(|line| line.cost.0).sum(),
            made_by: one.made_by.clone(),
            submitted_by: one.submitted_by.clone(),
            decided_by: one.decided_by.clone(),
            decided_on: day(one.decided_on),
            own: same_hand(&one.made_by, who) || same_hand(&one.submitted_by, who),
            note: one.note.clone(),
        }
    }
}

/// Filters of placement plans.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlacementPlanFilter {
    /// draft, submitted, approved, ended.
    state: Option<String>,
    /// Login of whoever answers for a line.
    owner: Option<String>,
}

/// Placement plans of the asker's areas, by number.
#[utoipa::path(get, path = "/display/plans", tag = "display", operation_id = "placement_plans", params(PlacementPlanFilter, Paging),
    responses((status = 200, body = Page<PlacementPlanRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PlacementPlanFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PlacementPlanRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let query = Query {
        state: closed(asked.state, &["draft", "submitted", "approved", "ended"])?,
        owner: asked.owner.unwrap_or_default(),
        after: paging.after.clone().unwrap_or_default(),
        limit: paging.limit(),
    };
    let who = signed.0.who();
    let mut tx = desk.db.read().await?;
    let found = plan::list(&mut tx, &sight, &query).await?;
    let mut items = Vec::with_capacity(found.rows.len());
    for one in &found.rows {
        items.push(PlacementPlanRow::of(&asker, &who, one, &plan::made(&mut tx, &one.id).await?));
    }
    Ok(Json(Page { items, next: found.next, total: found.total as usize }))
}

/// A line of a placement plan, with what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PlacementPlanLine {
    /// From 1 on.
    line: u32,
    material: String,
    material_name: String,
    place: String,
    place_name: String,
    quantity: u32,
    /// Fen.
    budget: i64,
    from: String,
    last_day: String,
    /// Login of whoever answers for it; empty while nobody does.
    owner: String,
    outlets: Vec<String>,
    outlet_names: Vec<String>,
    made: u32,
    placed: u32,
    /// Fen.
    cost: i64,
    /// Placed − planned.
    variance: i64,
    /// Cost − budget, fen.
    cost_variance: i64,
}

/// A placement plan as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlacementPlanWhole {
    plan: PlacementPlanRow,
    lines: Vec<PlacementPlanLine>,
    /// Pieces of the campaign in the area that were applied for beside the plan, and what they cost, fen.
    beside: u32,
    beside_cost: i64,
}

/// A placement plan: planned, placed and what lies between, line by line.
#[utoipa::path(get, path = "/display/plans/{id}", tag = "display", operation_id = "placement_plan",
    params(("id" = String, Path, description = "Plan")), responses((status = 200, body = PlacementPlanWhole)),
    extensions(("x-permission" = json!("display.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<PlacementPlanWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let mut tx = desk.db.read().await?;
    let found = plan::get(&mut tx, &sight, &id).await?;
    let made = plan::made(&mut tx, &id).await?;
    let beside = plan::beside(&mut tx, &found).await?;
    drop(tx);
    let row = PlacementPlanRow::of(&asker, &signed.0.who(), &found, &made);
    let line = |(number, one): (u32, Line)| {
        let Made { pieces, placed, cost } = made.get(&number).copied().unwrap_or_default();
        PlacementPlanLine {
            line: number,
            material_name: material_name(&desk, &asker, &one.material),
            place_name: place_name(&desk, &asker, &one.place),
            outlet_names: one.outlets.iter().map(|outlet| asker.outlet(outlet)).collect(),
            material: one.material,
            place: one.place,
            quantity: one.quantity,
            budget: one.budget.0,
            from: one.from.to_string(),
            last_day: one.last_day.to_string(),
            owner: one.owner,
            outlets: one.outlets,
            made: pieces,
            placed,
            cost: cost.0,
            variance: i64::from(placed) - i64::from(one.quantity),
            cost_variance: cost.0 - one.budget.0,
        }
    };
    let lines = (1..).zip(found.lines).map(line).collect();
    Ok(Json(PlacementPlanWhole { plan: row, lines, beside: beside.pieces, beside_cost: beside.cost.0 }))
}

/// A line of a placement plan to be written.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlacementPlanLineSent {
    material: String,
    place: String,
    /// Pieces, one at an outlet.
    quantity: u32,
    /// Fen.
    budget: i64,
    from: String,
    last_day: String,
    /// Login of whoever answers for it; empty while nobody does.
    #[serde(default)]
    owner: String,
    /// Codes of outlets.
    outlets: Vec<String>,
}

/// A placement plan to be written.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlacementPlanSent {
    campaign: String,
    /// Division code.
    territory: String,
    lines: Vec<PlacementPlanLineSent>,
}

/// Lines as they were sent: outlets of the plan's area and the sender's reach, and owners that are people here.
async fn lines(desk: &Arc<Desk>, asker: &Asker, signed: &Signed, sent: &PlacementPlanSent) -> Result<Vec<Line>, Refusal> {
    let scope = signed.scope(desk, Permission::DisplayManage)?;
    area(desk, asker, signed, &sent.territory)?;
    let mut lines = Vec::with_capacity(sent.lines.len());
    for one in &sent.lines {
        for code in &one.outlets {
            let outlet = reached(asker, &scope, code)?;
            if !territory::under(&outlet.territory, &sent.territory) {
                return Err(Refusal::bad_input(
                    "display.plan.area",
                    format!("网点 {code} 不在计划的区域内；请修改"),
                    format!("outlet {code} is not within the plan's area; change it"),
                ));
            }
        }
        let owner = one.owner.trim();
        if !owner.is_empty() && people::get(&mut desk.db.read().await?, owner).await?.is_none() {
            return Err(Refusal::new(
                Kind::NotFound,
                "display.plan.person",
                format!("没有用户 {owner}；请核对登录名"),
                format!("there is nobody with the login {owner}; check it"),
            ));
        }
        lines.push(Line {
            material: one.material.clone(),
            place: one.place.clone(),
            quantity: one.quantity,
            budget: Fen(one.budget),
            from: sent_day(&one.from)?,
            last_day: sent_day(&one.last_day)?,
            owner: owner.to_owned(),
            outlets: one.outlets.clone(),
        });
    }
    Ok(lines)
}

/// Drafts a placement plan.
#[utoipa::path(post, path = "/display/plans", tag = "display", operation_id = "draft_placement_plan", request_body = PlacementPlanSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = DisplayMade)),
    extensions(("x-permission" = json!("display.manage"))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PlacementPlanSent>,
) -> Answer<(StatusCode, Json<DisplayMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let lines = lines(&desk, &asker, &signed, &sent).await?;
    let draft = Draft { campaign: &sent.campaign, territory: &sent.territory, lines: &lines };
    let id = plan::draft(&desk.db, &desk.display.places, &signed.0.who(), &key, &draft).await?.into_inner();
    Ok((StatusCode::CREATED, Json(DisplayMade { id })))
}

/// Writes a draft of a placement plan anew.
#[utoipa::path(put, path = "/display/plans/{id}", tag = "display", operation_id = "change_placement_plan", request_body = PlacementPlanSent,
    params(("id" = String, Path, description = "Plan"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn change(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PlacementPlanSent>,
) -> Answer<Json<DisplayVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let lines = lines(&desk, &asker, &signed, &sent).await?;
    let draft = Draft { campaign: &sent.campaign, territory: &sent.territory, lines: &lines };
    let version = plan::change(&desk.db, &desk.display.places, &sight, &signed.0.who(), &id, version, &draft).await?;
    Ok(Json(DisplayVersion { version }))
}

/// What is done with a placement plan.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlacementPlanActSent {
    /// submit, approve, return, end.
    act: String,
    /// Why: return, end.
    #[serde(default)]
    reason: String,
}

/// Submits a placement plan, approves somebody else's, gives it back or ends it.
#[utoipa::path(post, path = "/display/plans/{id}/act", tag = "display", operation_id = "act_on_placement_plan", request_body = PlacementPlanActSent,
    params(("id" = String, Path, description = "Plan"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn act(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PlacementPlanActSent>,
) -> Answer<Json<DisplayVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let act = match sent.act.as_str() {
        "submit" => Act::Submit,
        "approve" => Act::Approve,
        "return" => Act::Return(&sent.reason),
        "end" => Act::End(&sent.reason),
        other => return Err(unknown(other).into()),
    };
    let version = plan::act(&desk.db, &sight, &signed.0.who(), &id, version, &act).await?;
    Ok(Json(DisplayVersion { version }))
}

/// A piece to be made from a plan.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlannedPieceSent {
    /// The line, from 1 on.
    line: u32,
    outlet: String,
    /// Fen.
    cost: i64,
}

/// Makes a piece from a line of an approved plan; what is outside the line is applied for.
#[utoipa::path(post, path = "/display/plans/{id}/pieces", tag = "display", operation_id = "make_planned_piece", request_body = PlannedPieceSent,
    params(("id" = String, Path, description = "Plan")), responses((status = 201, body = DisplayMade)),
    extensions(("x-permission" = json!("display.manage"))))]
async fn piece(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Sent(sent): Sent<PlannedPieceSent>,
) -> Answer<(StatusCode, Json<DisplayMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let outlet = reached(&asker, &signed.scope(&desk, Permission::DisplayManage)?, &sent.outlet)?;
    let new = New { line: sent.line, at: at(outlet), outlet_type: &outlet.subtype, cost: Fen(sent.cost) };
    let limits = limits(&desk.parameters(), &outlet.territory, asker.today)?;
    let id = plan::make(&desk.db, &desk.display.places, &sight, &signed.0.who(), &id, &new, limits).await?;
    Ok((StatusCode::CREATED, Json(DisplayMade { id })))
}
