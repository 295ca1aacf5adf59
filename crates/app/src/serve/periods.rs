//! The settlement board: months and how far they are, and the steps that take one from its data to closed books.

use super::desk::Desk;
use super::jobs::{JobView, instant};
use super::nodes::PUBLISH;
use super::receivables;
use super::settling;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, Page, Paging, Sent, heavy, only};
use crate::chain;
use crate::summary::Summary;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_engine::facts::FactStore;
use qudao_kernel::facts::Table;
use qudao_kernel::{Kind, Lang, Month, Refusal, Text};
use qudao_platform::audit::same_hand;
use qudao_platform::jobs::New;
use qudao_settle::period::{self, Mark, Period};
use qudao_settle::statement::Catalog;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::runtime::Handle;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(trial))
        .routes(routes!(submit))
        .routes(routes!(approve))
        .routes(routes!(refuse))
        .routes(routes!(close))
}

/// After a stop: what became of months in publication.
pub(crate) async fn recover(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let shared = Arc::clone(desk);
    let counted = tokio::task::spawn_blocking(move || settling::reruns(&shared.home));
    let reruns = counted.await.map_err(|error| super::web::bug(&error.to_string()))??;
    let home = desk.home.clone();
    // Of a month that is settled again the last of the months is done last.
    let whole = move |period: &Period| match period.published {
        None => home.latest(period.month).is_some(),
        Some(_) => {
            home.reruns(period.month) > period.reruns
                && settling::published(&home).is_ok_and(|months| settling::is_round(&home, period, &months))
        }
    };
    period::recover(&desk.db, whole, &reruns).await.map(drop)
}

/// Who did something, and when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeriodMark {
    by: String,
    at: String,
}

impl PeriodMark {
    fn of(mark: &Mark) -> Self {
        Self { by: mark.by.clone(), at: instant(mark.at_us) }
    }
}

/// Sums of a run, fen.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodFigures {
    facts: u64,
    unattributed: u64,
    lines: u64,
    reasons: u64,
    statements: u64,
    /// Sum of the lines, fen.
    amount: i64,
    /// Money that moves, fen.
    payment: i64,
    /// Carried forward, fen.
    carried: i64,
    /// Partners settled a second time by the interpreter and found the same.
    checked: usize,
    /// Lines compared on the way.
    checked_lines: u64,
}

impl PeriodFigures {
    fn of(summary: &Summary) -> Self {
        Self {
            facts: summary.report.facts,
            unattributed: summary.report.unattributed,
            lines: summary.report.lines,
            reasons: summary.report.reasons,
            statements: summary.statements.statements,
            amount: summary.report.amount,
            payment: summary.statements.payment.0,
            carried: summary.statements.carried.0,
            checked: summary.check.partners.len(),
            checked_lines: summary.check.lines,
        }
    }
}

/// A month on the board.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodRow {
    month: String,
    /// open, trial, submitted, publishing, published, again, closed.
    state: String,
    /// Facts of business events in the store.
    facts: u64,
    /// Of the published run, or of the last trial.
    #[schema(required)]
    figures: Option<PeriodFigures>,
    /// Findings of the trial nobody looked at.
    open_exceptions: usize,
    /// Times settled again.
    reruns: u32,
    /// Whether a trial can be run now; the month before is published, or there is none.
    can_try: bool,
}

/// Months by what is known of them.
struct Board {
    facts: BTreeMap<Month, u64>,
    published: Vec<Month>,
}

fn board(desk: &Desk) -> Result<Board, Refusal> {
    let snapshot = FactStore::open(&desk.home.root().to_string_lossy())?.latest()?;
    let mut facts: BTreeMap<Month, u64> = BTreeMap::new();
    for file in snapshot.files.iter().filter(|file| file.table == Table::BusinessEvent) {
        *facts.entry(file.period).or_default() += file.rows;
    }
    Ok(Board { facts, published: settling::published(&desk.home)? })
}

/// Months published from the command line get their records.
async fn adopt(desk: &Arc<Desk>) -> Answer<Board> {
    let shared = Arc::clone(desk);
    let board = heavy(move || board(&shared)).await?;
    let known: BTreeSet<Month> = period::all(&mut desk.db.read().await?).await?.into_iter().map(|period| period.month).collect();
    let strangers: Vec<Month> = board.published.iter().copied().filter(|month| !known.contains(month)).collect();
    if !strangers.is_empty() {
        period::adopt(&desk.db, &strangers).await?;
    }
    Ok(board)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PeriodsAsked {
    /// State.
    state: Option<String>,
    /// `month` or `-month`; the latest first where absent.
    sort: Option<String>,
}

/// The months, latest first.
#[utoipa::path(get, path = "/periods", tag = "settlement", operation_id = "periods", params(PeriodsAsked, Paging),
    responses((status = 200, body = Page<PeriodRow>)), extensions(("x-permission" = json!("settlement.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<PeriodsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PeriodRow>>> {
    signed.everywhere(&desk, Permission::SettlementRead)?;
    only(asked.state.as_deref(), &["open", "trial", "submitted", "publishing", "published", "again", "closed"])?;
    let board = adopt(&desk).await?;
    let mut tx = desk.db.read().await?;
    let periods: BTreeMap<Month, Period> = period::all(&mut tx).await?.into_iter().map(|period| (period.month, period)).collect();
    let mut open = BTreeMap::new();
    for month in periods.keys() {
        let found = period::found(&mut tx, *month).await?;
        open.insert(*month, found.iter().filter(|one| one.note.is_none()).count());
    }
    drop(tx);
    let page = heavy(move || {
        let first = board.published.first().copied();
        let mut months: BTreeSet<Month> = board.facts.keys().chain(periods.keys()).copied().collect();
        months.retain(|month| first.is_none_or(|first| *month >= first));
        let last = board.published.last().copied();
        let row = |month: Month| {
            let period = periods.get(&month);
            let is_published = board.published.contains(&month);
            let folder = if is_published { desk.home.run(month) } else { desk.home.trial(month) };
            PeriodRow {
                month: month.to_string(),
                state: period.map_or("open", |period| period.state.name()).to_owned(),
                facts: board.facts.get(&month).copied().unwrap_or(0),
                figures: chain::summary_of(&folder).ok().as_ref().map(PeriodFigures::of),
                open_exceptions: open.get(&month).copied().unwrap_or(0),
                reruns: period.map_or(0, |period| period.reruns),
                can_try: !is_published && last.is_none_or(|last| month == last.plus(1)),
            }
        };
        let state = |month: &Month| periods.get(month).map_or("open", |period| period.state.name());
        months.retain(|month| asked.state.as_deref().is_none_or(|wanted| state(month) == wanted));
        let mut months: Vec<Month> = months.into_iter().collect();
        if asked.sort.as_deref() != Some("month") {
            months.reverse();
        }
        Ok(Page::of(&paging, months.len(), months.into_iter().map(row)))
    });
    Ok(Json(page.await?))
}

/// A policy that pays in the month.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodPolicy {
    policy: String,
    title: String,
    version: u32,
    from: String,
    /// Last day in force.
    until: String,
    components: usize,
}

/// What a component gives in the month.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodComponent {
    policy: String,
    component: String,
    title: String,
    version: u32,
    lines: u64,
    /// Due now, fen.
    amount: i64,
    /// Falls due in later months, fen.
    scheduled: i64,
    /// Facts that paid nothing.
    reasons: u64,
}

/// What settling a month again found.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodRerun {
    number: u32,
    /// Month the differences post in.
    post_in: String,
    rows: u64,
    /// Paid in addition, fen.
    up: i64,
    /// Taken back, fen, below zero.
    down: i64,
}

/// A month with its steps.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodView {
    month: String,
    state: String,
    /// Send it as `If-Match`; 0 before the first trial.
    version: u32,
    facts: u64,
    #[schema(required)]
    figures: Option<PeriodFigures>,
    /// Policies that pay in the month, as they stand now.
    policies: Vec<PeriodPolicy>,
    /// Why they cannot be run; absent where they can.
    #[schema(required)]
    policies_wrong: Option<String>,
    components: Vec<PeriodComponent>,
    exceptions: usize,
    open_exceptions: usize,
    #[schema(required)]
    trial: Option<PeriodMark>,
    #[schema(required)]
    submitted: Option<PeriodMark>,
    /// What whoever submitted said, or why it was sent back.
    note: String,
    #[schema(required)]
    published: Option<PeriodMark>,
    #[schema(required)]
    closed: Option<PeriodMark>,
    reruns: Vec<PeriodRerun>,
    /// Why no trial can be run now; absent where one can.
    #[schema(required)]
    cannot_try: Option<String>,
    /// Whether whoever asks submitted it, and so cannot approve it.
    is_maker: bool,
    /// Whether data, policies or master data changed since the trial.
    stale_trial: bool,
}

/// One month.
#[utoipa::path(get, path = "/periods/{month}", tag = "settlement", operation_id = "period", params(("month" = String, Path, description = "Month")),
    responses((status = 200, body = PeriodView)), extensions(("x-permission" = json!("settlement.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(month): Path<String>,
) -> Answer<Json<PeriodView>> {
    signed.everywhere(&desk, Permission::SettlementRead)?;
    Ok(Json(view(&desk, &signed, lang, parse(&month)?).await?))
}

async fn view(desk: &Arc<Desk>, signed: &Signed, lang: Lang, month: Month) -> Answer<PeriodView> {
    let board = adopt(desk).await?;
    let mut tx = desk.db.read().await?;
    let period = period::get(&mut tx, month).await?;
    let found = period::found(&mut tx, month).await?;
    drop(tx);
    let (shared, who) = (Arc::clone(desk), signed.0.who());
    heavy(move || {
        let home = &shared.home;
        let is_published = board.published.contains(&month);
        let folder = if is_published { home.run(month) } else { home.trial(month) };
        let summary = chain::summary_of(&folder).ok();
        let wrong = settling::check_policies(&home.policies()).err();
        let policies = if wrong.is_none() { Some(crate::inputs::kept_policies(&home.policies())?) } else { None };
        let catalog = policies.as_ref().map(|policies| Catalog::new(&policies.set));
        let in_force = policies
            .iter()
            .flat_map(|policies| &policies.set.policies)
            .filter(|policy| policy.from <= month.last_day() && month.first_day() < policy.to);
        let policies = in_force.map(|policy| PeriodPolicy {
            policy: policy.name.clone(),
            title: policy.title.clone(),
            version: policy.version,
            from: policy.from.to_string(),
            until: policy.to.plus_days(-1).to_string(),
            components: policy.components.len(),
        });
        let component = |row: &crate::summary::ComponentRow| PeriodComponent {
            policy: row.policy.clone(),
            component: row.component.clone(),
            title: catalog
                .as_ref()
                .map_or_else(|| row.component.clone(), |catalog| catalog.title(&row.policy, row.version, &row.component)),
            version: row.version,
            lines: row.lines,
            amount: row.amount,
            scheduled: row.scheduled,
            reasons: row.reasons.values().sum(),
        };
        let cannot_try = match (period.as_ref().map(|period| period.state), settling::previous(home, month)) {
            (None | Some(period::State::Trial), Ok(_)) if !is_published => None,
            (None | Some(period::State::Trial), Err(refusal)) => Some(refusal.text.get(lang).to_owned()),
            _ => Some(lang_pick(lang, "该月已提交或已发布", "the month is submitted or published").to_owned()),
        };
        let reruns = (1..=home.reruns(month)).filter_map(|number| {
            let rerun = chain::summary_of(&home.rerun(month, number)).ok()?.rerun?;
            Some(PeriodRerun { number, post_in: rerun.post_in.to_string(), rows: rerun.rows, up: rerun.up, down: rerun.down })
        });
        let stale_trial = !is_published
            && summary.as_ref().is_some_and(|summary| wrong.is_some() || settling::unchanged(home, month, &summary.inputs).is_err());
        let mark = |of: fn(&Period) -> Option<&Mark>| period.as_ref().and_then(of).map(PeriodMark::of);
        Ok(PeriodView {
            month: month.to_string(),
            state: period.as_ref().map_or("open", |period| period.state.name()).to_owned(),
            version: period.as_ref().map_or(0, |period| period.version),
            facts: board.facts.get(&month).copied().unwrap_or(0),
            figures: summary.as_ref().map(PeriodFigures::of),
            policies: policies.collect(),
            policies_wrong: wrong.map(|refusal| refusal.text.get(lang).to_owned()),
            components: summary.iter().flat_map(|summary| &summary.report.components).map(component).collect(),
            exceptions: found.len(),
            open_exceptions: found.iter().filter(|one| one.note.is_none()).count(),
            trial: mark(|period| period.trial.as_ref()),
            submitted: mark(|period| period.submitted.as_ref()),
            note: period.as_ref().map_or_else(String::new, |period| period.note.clone()),
            published: mark(|period| period.published.as_ref()),
            closed: mark(|period| period.closed.as_ref()),
            reruns: reruns.collect(),
            cannot_try,
            is_maker: period.as_ref().and_then(|period| period.submitted.as_ref()).is_some_and(|mark| same_hand(&mark.by, &who)),
            stale_trial,
        })
    })
    .await
}

const fn lang_pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// What nobody but one job may work on: every run reads the runs before it, so there is one at a time.
const HOLDS: &str = "settlement";

/// Runs a trial of a month.
#[utoipa::path(post, path = "/periods/{month}/trial", tag = "settlement", operation_id = "try_period", params(("month" = String, Path, description = "Month")),
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("settlement.run"))))]
async fn trial(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(month): Path<String>,
) -> Answer<(StatusCode, Json<JobView>)> {
    signed.everywhere(&desk, Permission::SettlementRun)?;
    let month = parse(&month)?;
    adopt(&desk).await?;
    period::may_try(&mut desk.db.read().await?, month).await?;
    let title = Text::new(format!("{month} 试算"), format!("Trial of {month}"));
    let login = signed.0.login.clone();
    let new = New { kind: "period.try", title: &title, login: &login, holds: HOLDS };
    let (shared, who) = (Arc::clone(&desk), signed.0.who());
    let job = desk.jobs.start(&new, move |progress| {
        let (hash, findings) = settling::trial(&shared, month, progress)?;
        Handle::current().block_on(period::tried(&shared.db, &who, month, &hash, &findings))?;
        Ok(json!({ "month": month.to_string(), "exceptions": findings.len() }))
    });
    Ok((StatusCode::ACCEPTED, Json(JobView::fresh(job.await?, lang))))
}

/// What somebody says about a step.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StepNote {
    /// The note, or the reason.
    #[serde(default)]
    pub(crate) note: String,
}

/// Asks for a month to be published, or for a published one to be settled again.
#[utoipa::path(post, path = "/periods/{month}/submit", tag = "settlement", operation_id = "submit_period",
    params(("month" = String, Path, description = "Month"), ("If-Match" = String, Header, description = "Version seen")), request_body = StepNote,
    responses((status = 200, body = PeriodView)), extensions(("x-permission" = json!("settlement.run"))))]
async fn submit(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(month): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<Json<PeriodView>> {
    signed.everywhere(&desk, Permission::SettlementRun)?;
    let month = parse(&month)?;
    let is_published = adopt(&desk).await?.published.contains(&month);
    if !is_published {
        let home = desk.home.clone();
        heavy(move || settling::unchanged(&home, month, &chain::summary_of(&home.trial(month)).map_err(|_| untried(month))?.inputs))
            .await?;
    }
    period::submit(&desk.db, &signed.0.who(), month, version, &sent.note).await?;
    Ok(Json(view(&desk, &signed, lang, month).await?))
}

/// Approves what somebody else submitted: the month is settled, stated and posted, or settled again by differences.
#[utoipa::path(post, path = "/periods/{month}/approve", tag = "settlement", operation_id = "approve_period",
    params(("month" = String, Path, description = "Month"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("settlement.approve"))))]
async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(month): Path<String>,
    IfMatch(version): IfMatch,
) -> Answer<(StatusCode, Json<JobView>)> {
    signed.everywhere(&desk, Permission::SettlementApprove)?;
    let month = parse(&month)?;
    let login = signed.0.login.clone();
    let period = period::approve(&desk.db, &signed.0.who(), month, version).await?;
    let is_first = period.published.is_none();
    let title = if is_first {
        Text::new(format!("发布 {month}"), format!("Publication of {month}"))
    } else {
        Text::new(format!("重算 {month}"), format!("Settling {month} again"))
    };
    let new = New { kind: PUBLISH, title: &title, login: &login, holds: HOLDS };
    let shared = Arc::clone(&desk);
    let started = desk.jobs.start(&new, move |progress| {
        let done = if is_first { settling::publish(&shared, month, progress).map(drop) } else { settling::again(&shared, month, progress) };
        let runtime = Handle::current();
        match done {
            Ok(()) => {
                runtime.block_on(period::published(&shared.db, month, &settling::reruns(&shared.home)?))?;
                receivables::moved(&shared);
            }
            Err(refusal) => {
                runtime.block_on(period::failed(&shared.db, month, &refusal.text.zh))?;
                return Err(refusal);
            }
        }
        Ok(json!({ "month": month.to_string() }))
    });
    match started.await {
        Ok(job) => Ok((StatusCode::ACCEPTED, Json(JobView::fresh(job, lang)))),
        Err(refusal) => {
            period::failed(&desk.db, month, &refusal.text.zh).await?;
            Err(refusal.into())
        }
    }
}

/// Sends back what somebody submitted, with the reason.
#[utoipa::path(post, path = "/periods/{month}/refuse", tag = "settlement", operation_id = "refuse_period",
    params(("month" = String, Path, description = "Month"), ("If-Match" = String, Header, description = "Version seen")), request_body = StepNote,
    responses((status = 200, body = PeriodView)), extensions(("x-permission" = json!("settlement.approve"))))]
async fn refuse(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(month): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<Json<PeriodView>> {
    signed.everywhere(&desk, Permission::SettlementApprove)?;
    let month = parse(&month)?;
    period::refuse(&desk.db, &signed.0.who(), month, version, &sent.note).await?;
    Ok(Json(view(&desk, &signed, lang, month).await?))
}

/// Closes a published month for good: its figures never change, corrections are differences in a later one.
#[utoipa::path(post, path = "/periods/{month}/close", tag = "settlement", operation_id = "close_period",
    params(("month" = String, Path, description = "Month"), ("If-Match" = String, Header, description = "Version seen")), request_body = StepNote,
    responses((status = 200, body = PeriodView)), extensions(("x-permission" = json!("settlement.approve"))))]
async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(month): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<Json<PeriodView>> {
    signed.everywhere(&desk, Permission::SettlementApprove)?;
    let month = parse(&month)?;
    adopt(&desk).await?;
    period::close(&desk.db, &signed.0.who(), month, version, &sent.note).await?;
    let shared = Arc::clone(&desk);
    heavy(move || settling::close_books(&shared, month)).await?;
    Ok(Json(view(&desk, &signed, lang, month).await?))
}

/// A month of an address.
///
/// # Errors
/// `NotFound serve.period.month`.
pub(crate) fn parse(text: &str) -> Result<Month, Refusal> {
    text.parse().map_err(|_| {
        Refusal::new(
            Kind::NotFound,
            "serve.period.month",
            format!("“{text}”不是月份；请写成 2026-07"),
            format!("\"{text}\" is no month; write it as 2026-07"),
        )
    })
}

pub(crate) fn untried(month: Month) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.period.untried",
        format!("{month} 还没有试算结果；请先试算"),
        format!("{month} was not tried yet; run a trial first"),
    )
}
