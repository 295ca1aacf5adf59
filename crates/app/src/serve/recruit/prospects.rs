//! Prospects by stage (R7.13).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::first_order;
use super::super::shown::{day, instant};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, OnceKey, Page, Paging, Sent, only};
use super::{Asker, MANAGE, ProspectBrought, ProspectSent, READ, RecruitChanged, named, names};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_network::initials::Initials;
use qudao_recruit::prospect::{self, Line, Prospect, Stage, Step};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(whole)).routes(routes!(step))
}

/// A prospect.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProspectRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    name: String,
    company: String,
    territory: String,
    territory_name: String,
    tier: String,
    /// visit, event, enquiry.
    source: String,
    /// The event or enquiry it came from; empty for a visit.
    source_id: String,
    plan: String,
    /// found, visited, negotiated, signed, opened, lost.
    stage: String,
    /// Stages that may follow.
    next: Vec<String>,
    owner: String,
    owner_name: String,
    /// Masked.
    phone: String,
    /// Masked.
    licence: String,
    /// The outlet it opened.
    outlet: String,
    #[schema(required)]
    first_order_on: Option<String>,
    found_at: String,
}

fn row(asker: &Asker, names: &BTreeMap<String, String>, prospect: Prospect) -> ProspectRow {
    ProspectRow {
        territory_name: network_name(&prospect.territory, asker.lang),
        next: prospect.stage.next().into_iter().map(|stage| stage.name().to_owned()).collect(),
        stage: prospect.stage.name().to_owned(),
        owner_name: named(names, &prospect.owner),
        first_order_on: day(prospect.first_order_on),
        found_at: instant(prospect.made_us),
        id: prospect.id,
        version: prospect.version,
        name: prospect.name,
        company: prospect.company,
        territory: prospect.territory,
        tier: prospect.tier,
        source: prospect.source,
        source_id: prospect.source_id,
        plan: prospect.plan,
        owner: prospect.owner,
        phone: prospect.phone,
        licence: prospect.licence,
        outlet: prospect.outlet,
    }
}

/// Filters of prospects.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProspectFilter {
    /// Stage.
    stage: Option<String>,
    /// Number, name, company or pinyin initials.
    q: Option<String>,
    /// Plan it counts for.
    plan: Option<String>,
    /// Event or enquiry it came from.
    from: Option<String>,
}

impl ProspectFilter {
    fn fits(&self, prospect: &Prospect) -> bool {
        let is = |asked: &Option<String>, held: &str| asked.as_deref().is_none_or(|asked| asked.is_empty() || asked == held);
        let typed = self.q.as_deref().unwrap_or_default().trim().to_lowercase();
        let named = || {
            let texts = [&prospect.id, &prospect.name, &prospect.company];
            texts.into_iter().any(|text| text.to_lowercase().contains(&typed) || Initials::of(text).find(&typed).is_some())
        };
        is(&self.stage, prospect.stage.name())
            && is(&self.plan, &prospect.plan)
            && is(&self.from, &prospect.source_id)
            && (typed.is_empty() || named())
    }
}

/// Prospects within one's reach, the newest first.
#[utoipa::path(get, path = "/recruiting/prospects", tag = "recruiting", operation_id = "prospects", params(ProspectFilter, Paging),
    responses((status = 200, body = Page<ProspectRow>)), extensions(("x-permission" = json!("recruit.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ProspectFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ProspectRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    only(asked.stage.as_deref(), &Stage::ALL.map(Stage::name))?;
    let tx = &mut desk.db.read().await?;
    let all: Vec<Prospect> = prospect::list(tx, &sight).await?.into_iter().filter(|one| asked.fits(one)).collect();
    let names = names(tx, all.iter().map(|one| one.owner.clone())).await?;
    let total = all.len();
    Ok(Json(Page::of(&paging, total, all.into_iter().map(|one| row(&asker, &names, one)))))
}

/// Adds somebody met on a visit. Whose phone or licence is there already is the same prospect.
#[utoipa::path(post, path = "/recruiting/prospects", tag = "recruiting", operation_id = "add_prospect", request_body = ProspectSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ProspectBrought)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn add(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<ProspectSent>,
) -> Answer<(StatusCode, Json<ProspectBrought>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    within(&sight, &sent.territory)?;
    let prospect::Brought { id, fresh } = prospect::add(&desk.db, &key, &signed.0.who(), &sent.wanted(&signed.0.login)).await?.into_inner();
    Ok((StatusCode::CREATED, Json(ProspectBrought { id, fresh })))
}

/// Refuses a territory that is out of reach.
pub(super) fn within(sight: &qudao_recruit::Sight, territory: &str) -> Result<(), Refusal> {
    if sight.sees(territory, "") {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Forbidden,
        "recruit.territory",
        "该区域不在您的范围内；请选择您负责的区域",
        "this area is not within your reach; choose one of yours",
    ))
}

/// A stage of a prospect.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StageLine {
    stage: String,
    on: String,
    who: String,
    note: String,
}

/// A prospect with its stages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProspectWhole {
    prospect: ProspectRow,
    /// Oldest first.
    stages: Vec<StageLine>,
}

/// A prospect whole.
#[utoipa::path(get, path = "/recruiting/prospects/{id}", tag = "recruiting", operation_id = "prospect", params(("id" = String, Path)),
    responses((status = 200, body = ProspectWhole)), extensions(("x-permission" = json!("recruit.read"))))]
async fn whole(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<ProspectWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let tx = &mut desk.db.read().await?;
    let found = prospect::get(tx, &sight, &id).await?;
    let lines = prospect::history(tx, Some(&id)).await?;
    let names = names(tx, [found.owner.clone()].into_iter().chain(lines.iter().map(|line| line.who.clone()))).await?;
    let line = |line: Line| StageLine {
        stage: line.stage.name().to_owned(),
        on: line.on.to_string(),
        who: named(&names, &line.who),
        note: line.note,
    };
    Ok(Json(ProspectWhole { stages: lines.into_iter().map(line).collect(), prospect: row(&asker, &names, found) }))
}

/// A step of a prospect.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StageSent {
    to: String,
    note: String,
    /// The outlet that opened; asked for with `opened`.
    outlet: String,
}

/// Takes a prospect to a later stage. It counts as opened with the first order of its outlet.
#[utoipa::path(post, path = "/recruiting/prospects/{id}/stage", tag = "recruiting", operation_id = "step_prospect", request_body = StageSent,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn step(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StageSent>,
) -> Answer<Json<RecruitChanged>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let to: Stage = sent.to.parse().map_err(|()| {
        Refusal::bad_input(
            "recruit.stage.unknown",
            format!("没有阶段 {}；请重新选择", sent.to),
            format!("there is no stage {}; choose another", sent.to),
        )
    })?;
    let first = match asker.master.outlet(&sent.outlet, asker.today) {
        Some(row) if to == Stage::Opened && sight.sees(&row.territory, &row.owner) => first_order(&desk, &sent.outlet).await?,
        _ => None,
    };
    let opened = first.map(|day| (sent.outlet.as_str(), day));
    let version = prospect::step(&desk.db, &sight, &signed.0.who(), &id, version, &Step { to, note: &sent.note, opened }).await?;
    Ok(Json(RecruitChanged { version }))
}
