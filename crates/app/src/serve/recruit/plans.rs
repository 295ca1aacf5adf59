//! Expansion plans and how far they are (R5.5, R5.6, R5.7, R7.14, R8.16).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Seen, Sent, closed};
use super::prospects::within;
use super::{Asker, MANAGE, READ, RecruitChanged, RecruitMade, named, names};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_kernel::{Lang, Refusal};
use qudao_network::{Territories, universe};
use qudao_recruit::plan::{self, Ground, NewPlan, Plan, PlanKind, Progress};
use qudao_recruit::prospect;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(rewrite)).routes(routes!(close))
}

/// Prospects that opened in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanMonth {
    month: String,
    opened: u32,
}

/// A level of divisions within the area of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanCover {
    /// With an open outlet.
    covered: u64,
    /// All there are.
    all: u64,
}

/// A plan and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    /// open, rural, district, area.
    kind: String,
    title: String,
    territory: String,
    territory_name: String,
    tier: String,
    district: String,
    target: u32,
    owner: String,
    owner_name: String,
    from: String,
    due_on: String,
    /// The entry plan.
    entry: String,
    #[schema(required)]
    closed_on: Option<String>,
    /// Whether its day has passed without its target.
    late: bool,
    /// What counts against the target: partners signed, townships covered, points in the district, outlets opened.
    reached: u64,
    /// Of the target, parts per million.
    share_ppm: i64,
    prospects: u32,
    signed: u32,
    opened: u32,
    months: Vec<PlanMonth>,
    #[schema(required)]
    townships: Option<PlanCover>,
    #[schema(required)]
    villages: Option<PlanCover>,
    #[schema(required)]
    first_outlet_on: Option<String>,
}

/// Filters of plans.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlanFilter {
    /// open, rural, district, area.
    kind: Option<String>,
    /// Closed ones too.
    closed: Option<bool>,
}

/// Plans within one's reach with their progress, those due first first.
#[utoipa::path(get, path = "/recruiting/plans", tag = "recruiting", operation_id = "plans", params(PlanFilter),
    responses((status = 200, body = Vec<PlanRow>)), extensions(("x-permission" = json!("recruit.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PlanFilter>,
) -> Answer<Json<Vec<PlanRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let kind = closed(asked.kind, &["open", "rural", "district", "area"])?;
    let tx = &mut desk.db.read().await?;
    let fits = |one: &Plan| (kind.is_empty() || one.kind.name() == kind) && (one.closed_on.is_none() || asked.closed.unwrap_or_default());
    let plans: Vec<Plan> = plan::list(tx, &sight).await?.into_iter().filter(fits).collect();
    let (prospects, lines) = (prospect::list(tx, &sight).await?, prospect::history(tx, None).await?);
    let figures = universe::figures(tx).await?;
    let names = names(tx, plans.iter().map(|one| one.owner.clone())).await?;
    let territories = Territories::official()?;
    let ground = Ground { master: &asker.master, territories, figures: &figures, prospects: &prospects, lines: &lines, day: asker.today };
    let row = |one: Plan| {
        let progress = plan::progress(&one, &ground);
        row(&asker, &named(&names, &one.owner), one, progress)
    };
    Ok(Json(plans.into_iter().map(row).collect()))
}

fn row(asker: &Asker, owner_name: &str, plan: Plan, progress: Progress) -> PlanRow {
    let cover = |(covered, all): (u64, u64)| PlanCover { covered, all };
    PlanRow {
        late: plan.closed_on.is_none() && plan.due_on < asker.today && progress.reached < u64::from(plan.target),
        kind: plan.kind.name().to_owned(),
        territory_name: network_name(&plan.territory, asker.lang),
        owner_name: owner_name.to_owned(),
        from: plan.from.to_string(),
        due_on: plan.due_on.to_string(),
        closed_on: day(plan.closed_on),
        reached: progress.reached,
        share_ppm: progress.share_ppm,
        prospects: progress.prospects,
        signed: progress.signed,
        opened: progress.opened,
        months: progress.months.into_iter().map(|(month, opened)| PlanMonth { month: month.to_string(), opened }).collect(),
        townships: progress.townships.map(cover),
        villages: progress.villages.map(cover),
        first_outlet_on: day(progress.first_outlet_on),
        id: plan.id,
        version: plan.version,
        title: plan.title,
        territory: plan.territory,
        tier: plan.tier,
        district: plan.district,
        target: plan.target,
        owner: plan.owner,
        entry: plan.entry,
    }
}

/// What is planned.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanSent {
    /// open, rural, district, area.
    kind: String,
    title: String,
    /// Division code.
    territory: String,
    /// Tier of those to be won; empty for any.
    tier: String,
    /// Business district as outlets name it; of a plan of that kind.
    district: String,
    target: u32,
    /// Login of who answers for it; the caller where empty.
    owner: String,
    from: String,
    due_on: String,
    entry: String,
}

impl PlanSent {
    fn wanted<'a>(&'a self, signed: &'a Signed) -> Result<NewPlan<'a>, Refusal> {
        let kind: PlanKind = self.kind.parse().map_err(|()| {
            let kind = &self.kind;
            Refusal::bad_input(
                "recruit.plan.kind",
                format!("没有计划类型 {kind}；请重新选择"),
                format!("there is no kind {kind}; choose another"),
            )
        })?;
        let day = |text: &str| {
            super::super::orders::day(Some(text))?
                .ok_or_else(|| Refusal::bad_input("serve.request.day", "请填写开始和完成日期", "say when it begins and when it is due"))
        };
        let Self { title, territory, tier, district, target, owner, entry, .. } = self;
        let owner = if owner.is_empty() { &signed.0.login } else { owner };
        let (from, due_on) = (day(&self.from)?, day(&self.due_on)?);
        Ok(NewPlan { kind, title, territory, tier, district, target: *target, owner, from, due_on, entry })
    }
}

/// Makes a plan.
#[utoipa::path(post, path = "/recruiting/plans", tag = "recruiting", operation_id = "create_plan", request_body = PlanSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RecruitMade)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn create(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PlanSent>,
) -> Answer<(StatusCode, Json<RecruitMade>)> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    within(&sight, &sent.territory)?;
    let id = plan::create(&desk.db, &key, &signed.0.who(), &sent.wanted(&signed)?).await?.into_inner();
    Ok((StatusCode::CREATED, Json(RecruitMade { id })))
}

/// Writes a plan anew.
#[utoipa::path(put, path = "/recruiting/plans/{id}", tag = "recruiting", operation_id = "change_plan", request_body = PlanSent,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn rewrite(State(desk): State<Arc<Desk>>, signed: Signed, seen: Seen, Sent(sent): Sent<PlanSent>) -> Answer<Json<RecruitChanged>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    within(&sight, &sent.territory)?;
    let version = plan::rewrite(&desk.db, &sight, &signed.0.who(), &seen.id, seen.version, &sent.wanted(&signed)?).await?;
    Ok(Json(RecruitChanged { version }))
}

/// Why a plan is closed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanClosed {
    reason: String,
}

/// Closes a plan.
#[utoipa::path(post, path = "/recruiting/plans/{id}/close", tag = "recruiting", operation_id = "close_plan", request_body = PlanClosed,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn close(State(desk): State<Arc<Desk>>, signed: Signed, seen: Seen, Sent(sent): Sent<PlanClosed>) -> Answer<Json<RecruitChanged>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    let version = plan::close(&desk.db, &sight, &signed.0.who(), &seen.id, seen.version, &sent.reason).await?;
    Ok(Json(RecruitChanged { version }))
}
