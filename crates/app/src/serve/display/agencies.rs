//! Ad companies with their ratings, and jobs with what was offered, chosen and found.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::receivables::sent_day;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent, closed};
use super::agreements::DisplayMade;
use super::corrections::{DisplayVersion, unknown};
use super::{MANAGE, READ, area};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_display::agency::{self, Act, Agency, Job, Large, New, Query};
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_platform::audit::same_hand;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, register)).routes(routes!(stop)).routes(routes!(jobs, make)).routes(routes!(act))
}

/// An ad company.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdAgencyRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    name: String,
    /// What it does.
    work: String,
    contact: String,
    /// active, stopped.
    state: String,
    note: String,
    /// Jobs that were inspected.
    jobs: u32,
    /// Mean mark of its inspections, hundredths of a mark (1 to 5).
    #[schema(required)]
    rating: Option<u32>,
}

impl AdAgencyRow {
    fn of(one: Agency) -> Self {
        let Agency { id, version, name, work, contact, state, note, jobs, rating } = one;
        Self { id, version, name, work, contact, state, note, jobs, rating }
    }
}

/// Ad companies with what their inspected jobs came to; none for whoever looks at no area.
#[utoipa::path(get, path = "/display/agencies", tag = "display", operation_id = "ad_agencies",
    responses((status = 200, body = Vec<AdAgencyRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<AdAgencyRow>>> {
    if signed.scope(&desk, Permission::DisplayRead)?.territories.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let found = agency::list(&mut desk.db.read().await?).await?;
    Ok(Json(found.into_iter().map(AdAgencyRow::of).collect()))
}

/// An ad company to be registered.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AdAgencySent {
    name: String,
    /// What it does.
    work: String,
    #[serde(default)]
    contact: String,
}

/// Registers an ad company.
#[utoipa::path(post, path = "/display/agencies", tag = "display", operation_id = "register_ad_agency", request_body = AdAgencySent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = DisplayMade)),
    extensions(("x-permission" = json!("display.manage"))))]
async fn register(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<AdAgencySent>,
) -> Answer<(StatusCode, Json<DisplayMade>)> {
    signed.may(&desk, Permission::DisplayManage)?;
    let id = agency::register(&desk.db, &signed.0.who(), &key, &sent.name, &sent.work, &sent.contact).await?.into_inner();
    Ok((StatusCode::CREATED, Json(DisplayMade { id })))
}

/// That an ad company is stopped or taken up again.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AdAgencyStateSent {
    stopped: bool,
    reason: String,
}

/// Stops an ad company, so that it is chosen no more, or takes it up again.
#[utoipa::path(post, path = "/display/agencies/{id}/state", tag = "display", operation_id = "stop_ad_agency", request_body = AdAgencyStateSent,
    params(("id" = String, Path, description = "Ad company"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn stop(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<AdAgencyStateSent>,
) -> Answer<Json<DisplayVersion>> {
    signed.may(&desk, Permission::DisplayManage)?;
    let version = agency::stop(&desk.db, &signed.0.who(), &id, version, sent.stopped, &sent.reason).await?;
    Ok(Json(DisplayVersion { version }))
}

/// What an ad company offered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobQuote {
    agency: String,
    name: String,
    /// Fen.
    amount: i64,
    days: u32,
    note: String,
    who: String,
}

/// A job for an ad company.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisplayJobRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    title: String,
    territory: String,
    territory_name: String,
    /// Fen.
    estimate: i64,
    due_on: String,
    late: bool,
    /// quoting, chosen, inspected, cancelled.
    state: String,
    /// Offers it takes before one is chosen, as it looks now.
    needs: usize,
    /// The cheapest first.
    quotes: Vec<JobQuote>,
    agency: String,
    agency_name: String,
    /// Fen.
    amount: i64,
    chosen_by: String,
    #[schema(required)]
    chosen_on: Option<String>,
    why: String,
    /// 1 to 5; 0 while nobody looked.
    quality: u32,
    punctual: u32,
    findings: String,
    /// SHA-256; empty for none.
    photo: String,
    inspected_by: String,
    #[schema(required)]
    inspected_on: Option<String>,
    /// The asker chose, and does not inspect.
    own: bool,
}

impl DisplayJobRow {
    fn of(asker: &Asker, who: &str, large: Large, one: Job) -> Self {
        let chosen = one.quotes.iter().find(|quote| quote.agency == one.agency);
        let under_way = matches!(one.state.as_str(), "quoting" | "chosen");
        let cheapest = one.quotes.first().map_or(Fen::ZERO, |quote| quote.amount);
        Self {
            territory_name: network_name(&one.territory, asker.lang),
            late: under_way && one.due_on < asker.today,
            needs: one.needs(cheapest, large),
            agency_name: chosen.map_or_else(String::new, |quote| quote.name.clone()),
            own: !one.chosen_by.is_empty() && same_hand(&one.chosen_by, who),
            quotes: one
                .quotes
                .iter()
                .map(|quote| JobQuote {
                    agency: quote.agency.clone(),
                    name: quote.name.clone(),
                    amount: quote.amount.0,
                    days: quote.days,
                    note: quote.note.clone(),
                    who: quote.who.clone(),
                })
                .collect(),
            id: one.id,
            version: one.version,
            title: one.title,
            territory: one.territory,
            estimate: one.estimate.0,
            due_on: one.due_on.to_string(),
            state: one.state,
            agency: one.agency,
            amount: one.amount.0,
            chosen_by: one.chosen_by,
            chosen_on: day(one.chosen_on),
            why: one.why,
            quality: one.quality,
            punctual: one.punctual,
            findings: one.findings,
            photo: one.photo,
            inspected_by: one.inspected_by,
            inspected_on: day(one.inspected_on),
        }
    }
}

/// When a job is large, and how many offers it takes then.
fn large(desk: &Desk, asker: &Asker) -> Result<Large, Refusal> {
    let register = desk.parameters();
    let quotes = register.on("pop_large_job_quotes", "", asker.today)?.int()?;
    Ok(Large { from: register.on("pop_large_job", "", asker.today)?.fen()?, quotes: usize::try_from(quotes).unwrap_or(1) })
}

/// Filters of jobs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DisplayJobFilter {
    /// quoting, chosen, inspected, cancelled.
    state: Option<String>,
    /// Ad company that was chosen.
    agency: Option<String>,
}

/// Jobs of the asker's areas, by number.
#[utoipa::path(get, path = "/display/jobs", tag = "display", operation_id = "display_jobs", params(DisplayJobFilter, Paging),
    responses((status = 200, body = Page<DisplayJobRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn jobs(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<DisplayJobFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<DisplayJobRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let query = Query {
        state: closed(asked.state, &["quoting", "chosen", "inspected", "cancelled"])?,
        agency: asked.agency.unwrap_or_default(),
        after: paging.after.clone().unwrap_or_default(),
        limit: paging.limit(),
    };
    let (large, who) = (large(&desk, &asker)?, signed.0.who());
    let found = agency::jobs(&mut desk.db.read().await?, &sight, &query).await?;
    let items = found.rows.into_iter().map(|one| DisplayJobRow::of(&asker, &who, large, one)).collect();
    Ok(Json(Page { items, next: found.next, total: found.total as usize }))
}

/// A job to be offered for.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DisplayJobSent {
    title: String,
    /// Division code.
    territory: String,
    /// Fen.
    estimate: i64,
    /// By when it is to be ready.
    due_on: String,
}

/// Makes a job, to be offered for.
#[utoipa::path(post, path = "/display/jobs", tag = "display", operation_id = "make_display_job", request_body = DisplayJobSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = DisplayMade)),
    extensions(("x-permission" = json!("display.manage"))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<DisplayJobSent>,
) -> Answer<(StatusCode, Json<DisplayMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    area(&desk, &asker, &signed, &sent.territory)?;
    let due_on = sent_day(&sent.due_on)?;
    let new = New { title: &sent.title, territory: &sent.territory, estimate: Fen(sent.estimate), due_on };
    let id = agency::job(&desk.db, &signed.0.who(), &key, &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(DisplayMade { id })))
}

/// What is done with a job.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DisplayJobActSent {
    /// quote, choose, inspect, cancel.
    act: String,
    /// Ad company: quote, choose.
    #[serde(default)]
    agency: String,
    /// Fen: quote.
    #[serde(default)]
    amount: i64,
    /// Days it takes: quote.
    #[serde(default)]
    days: u32,
    /// 1 to 5: inspect.
    #[serde(default)]
    quality: u32,
    /// 1 to 5: inspect.
    #[serde(default)]
    punctual: u32,
    /// Photo of the work, by SHA-256: inspect.
    #[serde(default)]
    photo: String,
    /// What was said, found, or why.
    #[serde(default)]
    note: String,
}

/// Notes an offer, chooses an ad company, inspects its work as somebody else, or cancels the job.
#[utoipa::path(post, path = "/display/jobs/{id}/act", tag = "display", operation_id = "act_on_display_job", request_body = DisplayJobActSent,
    params(("id" = String, Path, description = "Job"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn act(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<DisplayJobActSent>,
) -> Answer<Json<DisplayVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let (agency, note) = (sent.agency.as_str(), sent.note.as_str());
    let act = match sent.act.as_str() {
        "quote" => Act::Quote { agency, amount: Fen(sent.amount), days: sent.days, note },
        "choose" => Act::Choose { agency, why: note, large: large(&desk, &asker)? },
        "inspect" => Act::Inspect { quality: sent.quality, punctual: sent.punctual, findings: note, photo: &sent.photo },
        "cancel" => Act::Cancel(note),
        other => return Err(unknown(other).into()),
    };
    let version = agency::act(&desk.db, &sight, &signed.0.who(), &id, version, &act).await?;
    Ok(Json(DisplayVersion { version }))
}
