//! Simulations: a draft beside what it would replace, over months gone by (R0.34).

use super::desk::Desk;
use super::drafts::{judged, text};
use super::jobs::JobView;
use super::shelf::Shelf;
use super::signed::Signed;
use super::web::{Answer, Language, Sent, bug, download, heavy};
use crate::beside::{Beside, MOST_MONTHS, Side};
use crate::say::{make_folder, unreadable, write_json};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use qudao_access::Permission;
use qudao_kernel::{Fen, Kind, Month, Refusal, Text};
use qudao_platform::jobs::New;
use qudao_platform::sheet::{Cell, Column, ColumnType, CsvEncoding, Format, TableWriter};
use qudao_policy::model::Policy;
use qudao_settle::simulate::{Change, Report, SimTotals, compare};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(simulate)).routes(routes!(one)).routes(routes!(partners))
}

/// The months of a simulation.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SimulationAsked {
    /// First month.
    first: String,
    /// Last month; at most twelve in all.
    last: String,
}

/// Winners and losers named in a report; the CSV has all.
const NAMED: usize = 20;

/// Runs a draft over past months beside the version it would replace.
#[utoipa::path(post, path = "/drafts/{id}/simulations", tag = "policies", operation_id = "simulate_draft",
    params(("id" = String, Path, description = "Draft")), request_body = SimulationAsked,
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("policy.simulate"))))]
async fn simulate(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    Sent(asked): Sent<SimulationAsked>,
) -> Answer<(StatusCode, Json<JobView>)> {
    signed.everywhere(&desk, Permission::PolicySimulate)?;
    let months = months(&asked)?;
    let judged = judged(&desk, text(&desk, &id).await?).await?;
    let Some(set) = judged.set else {
        return Err(Refusal::new(
            Kind::Conflict,
            "serve.simulation.wrong",
            "草案有错误，不能试算；请先按提示改正",
            "the draft has mistakes and cannot be simulated; mend them first",
        )
        .into());
    };
    let title = Text::new(format!("试算 {} 至 {}", asked.first, asked.last), format!("Simulation {} to {}", asked.first, asked.last));
    let shared = Arc::clone(&desk);
    let number = desk.db.now_us();
    let new = New { kind: "policy.simulate", title: &title, login: &signed.0.login, holds: "" };
    let job = desk.jobs.start(&new, move |progress| {
        let shelf = Shelf::open(&shared)?;
        let policy = set.policies.first();
        let current = policy.and_then(|policy| shelf.current(&policy.name, months.last().map_or(policy.from, |month| month.last_day())));
        let live = Side::of("live", current.map(|policy| format!("v{}", policy.version)).unwrap_or_default(), current, &shelf.set);
        let draft = Side::of("draft", policy.map(|policy| format!("v{}", policy.version)).unwrap_or_default(), policy, &set);
        let live_titles = titles(current);
        let name = format!("sim_{number}");
        let folder = shared.home.simulations().join(&name);
        make_folder(&folder)?;
        let (done, all) = (AtomicU64::new(0), 2 * months.len() as u64);
        progress.at(0, all);
        let step = || {
            progress.at(done.fetch_add(1, Ordering::Relaxed) + 1, all);
            progress.goes_on()
        };
        let master = shared.master()?;
        let beside = Beside { master: &master, store: shared.home.root(), folder: &folder, months: &months, step: &step };
        let ran = beside.both(&live, &draft);
        // What both sides wrote is of no use once it is added up, or broken off.
        for side in ["live", "draft"] {
            let _ = std::fs::remove_dir_all(folder.join(side));
        }
        let (live, draft) = ran?;
        let report = compare(&live, std::slice::from_ref(&draft), NAMED)?;
        write_json(&folder.join(REPORT), &report)?;
        let titles = live_titles.into_iter().chain(titles(policy)).collect::<BTreeMap<_, _>>();
        write_json(&folder.join(TITLES), &titles)?;
        write_json(&folder.join(PARTNERS), &by_partner(&live, &draft))?;
        Ok(json!({ "simulation": name }))
    });
    Ok((StatusCode::ACCEPTED, Json(JobView::fresh(job.await?, lang))))
}

const REPORT: &str = "report.json";
const PARTNERS: &str = "partners.json";
const TITLES: &str = "titles.json";

/// Titles of components by name.
fn titles(policy: Option<&Policy>) -> Vec<(String, String)> {
    policy.iter().flat_map(|policy| &policy.components).map(|component| (component.name.clone(), component.title.clone())).collect()
}

fn months(asked: &SimulationAsked) -> Result<Vec<Month>, Refusal> {
    let wrong = || {
        Refusal::bad_input(
            "serve.simulation.months",
            format!("请选择 1 至 {MOST_MONTHS} 个月，起止如 2025-08、2026-07"),
            format!("choose 1 to {MOST_MONTHS} months, such as 2025-08 to 2026-07"),
        )
    };
    let (first, last): (Month, Month) = (asked.first.parse().map_err(|_| wrong())?, asked.last.parse().map_err(|_| wrong())?);
    let count = usize::try_from(last.since(first) + 1).unwrap_or(0);
    if count == 0 || count > MOST_MONTHS {
        return Err(wrong());
    }
    Ok((0..=last.since(first)).map(|index| first.plus(index)).collect())
}

/// Before and after of every partner, fen.
fn by_partner(live: &SimTotals, draft: &SimTotals) -> BTreeMap<String, (i64, i64)> {
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in &live.rows {
        let sum = sums.entry(row.partner.clone()).or_default();
        sum.0 = sum.0.saturating_add(row.amount.0);
    }
    for row in &draft.rows {
        let sum = sums.entry(row.partner.clone()).or_default();
        sum.1 = sum.1.saturating_add(row.amount.0);
    }
    sums
}

/// A sum before and after, fen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeRow {
    key: String,
    /// Name, where there is one.
    name: String,
    live: i64,
    draft: i64,
}

/// Partners whose pay changes by a share within bounds, in per cent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpreadRow {
    #[schema(required)]
    from: Option<i64>,
    #[schema(required)]
    to: Option<i64>,
    partners: u64,
    /// Fen.
    delta: i64,
}

/// Where a ladder jumps, and who stands near.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CliffRow {
    ladder: String,
    /// Where the step begins, hundredths of a piece or fen.
    at: i64,
    /// What reaching it adds at once, fen.
    jump: i64,
    below: u64,
    above: u64,
}

/// A budget and how it burns down.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BudgetRow {
    name: String,
    /// Fen.
    limit: i64,
    /// Fen left after the last day something was drawn.
    left: i64,
    /// First day on which nothing is left.
    #[schema(required)]
    exhausted_on: Option<String>,
}

/// What a simulation found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimulationView {
    id: String,
    first: String,
    last: String,
    /// Cost of what is in force, fen.
    live: i64,
    /// Cost of the draft, fen.
    draft: i64,
    /// Hundredths of a fen per business unit.
    #[schema(required)]
    live_per_unit: Option<i64>,
    #[schema(required)]
    draft_per_unit: Option<i64>,
    winners: u64,
    losers: u64,
    unchanged: u64,
    /// Fen.
    gained: i64,
    /// Fen, negative.
    lost: i64,
    months: Vec<ChangeRow>,
    components: Vec<ChangeRow>,
    top_winners: Vec<ChangeRow>,
    top_losers: Vec<ChangeRow>,
    spread: Vec<SpreadRow>,
    cliffs: Vec<CliffRow>,
    /// Budgets of the draft, and how they burn down.
    budgets: Vec<BudgetRow>,
}

/// What a simulation found.
#[utoipa::path(get, path = "/simulations/{id}", tag = "policies", operation_id = "simulation", params(("id" = String, Path, description = "Simulation")),
    responses((status = 200, body = SimulationView)), extensions(("x-permission" = json!("policy.simulate"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<SimulationView>> {
    signed.everywhere(&desk, Permission::PolicySimulate)?;
    heavy(move || {
        let path = folder(&desk, &id)?.join(REPORT);
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let report: Report = serde_json::from_slice(&bytes).map_err(|error| unreadable(&path, &error))?;
        Ok(Json(view(&desk, id, &report)?))
    })
    .await
}

/// Every partner before and after, as CSV.
#[utoipa::path(get, path = "/simulations/{id}/partners", tag = "policies", operation_id = "simulation_partners",
    params(("id" = String, Path, description = "Simulation")),
    responses((status = 200, description = "CSV", content_type = "text/csv")), extensions(("x-permission" = json!("policy.simulate"))))]
async fn partners(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Response> {
    signed.everywhere(&desk, Permission::PolicySimulate)?;
    heavy(move || {
        let path = folder(&desk, &id)?.join(PARTNERS);
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let sums: BTreeMap<String, (i64, i64)> = serde_json::from_slice(&bytes).map_err(|error| unreadable(&path, &error))?;
        let master = desk.master()?;
        let columns = [
            ("代理商编码", ColumnType::Text),
            ("名称", ColumnType::Text),
            ("现行", ColumnType::Money),
            ("草案", ColumnType::Money),
            ("增减", ColumnType::Money),
        ];
        let columns = columns.map(|(title, ty)| Column::new(title, ty));
        let path = folder(&desk, &id)?.join("partners.csv");
        let mut table = TableWriter::create(&path, &columns, Format::Csv(CsvEncoding::Utf8Bom))?;
        for (code, (live, draft)) in sums {
            let name = master.partner(&code, desk.today()).map(|row| row.name.clone()).unwrap_or_default();
            let money = |fen: i64| Cell::Money(Fen(fen));
            table.row(&[Cell::Text(&code), Cell::Text(&name), money(live), money(draft), money(draft.saturating_sub(live))])?;
        }
        table.finish()?;
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        Ok(download(&format!("{id}-partners.csv"), "text/csv; charset=utf-8", bytes))
    })
    .await
}

/// A simulation's folder. Its name is one of ours: letters of an address open nothing else.
fn folder(desk: &Desk, id: &str) -> Result<PathBuf, Refusal> {
    let plain = id.strip_prefix("sim_").is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let folder = desk.home.simulations().join(id);
    if plain && folder.join(REPORT).is_file() {
        return Ok(folder);
    }
    Err(Refusal::new(
        Kind::NotFound,
        "serve.simulation.missing",
        format!("没有试算 {id}；请重新试算"),
        format!("there is no simulation {id}; run it again"),
    ))
}

fn view(desk: &Desk, id: String, report: &Report) -> Result<SimulationView, Refusal> {
    let draft = report.drafts.first().ok_or_else(|| bug("a simulation without a draft"))?;
    let master = desk.master()?;
    let row = |change: &Change| ChangeRow { key: change.key.clone(), name: String::new(), live: change.live.0, draft: change.draft.0 };
    let path = folder(desk, &id)?.join(TITLES);
    let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
    let titles: BTreeMap<String, String> = serde_json::from_slice(&bytes).map_err(|error| unreadable(&path, &error))?;
    let titled = |change: &Change| ChangeRow { name: titles.get(&change.key).cloned().unwrap_or_default(), ..row(change) };
    let named = |change: &Change| ChangeRow {
        name: master.partner(&change.key, desk.today()).map(|partner| partner.name.clone()).unwrap_or_default(),
        ..row(change)
    };
    let budget = |burn: &qudao_settle::simulate::Burn| BudgetRow {
        name: burn.name.clone(),
        limit: burn.limit.0,
        left: burn.left.last().map_or(burn.limit, |(_, left)| *left).0,
        exhausted_on: burn.exhausted_on.map(|day| day.to_string()),
    };
    let moved = &draft.partners;
    let cliff = |cliff: &qudao_settle::simulate::Cliff| CliffRow {
        ladder: cliff.title.clone(),
        at: cliff.at,
        jump: cliff.jump.0,
        below: cliff.below,
        above: cliff.above,
    };
    Ok(SimulationView {
        id,
        first: report.months.0.to_string(),
        last: report.months.1.to_string(),
        live: report.live_cost.total.0,
        draft: draft.cost.total.0,
        live_per_unit: report.live_cost.per_unit,
        draft_per_unit: draft.cost.per_unit,
        winners: moved.winners,
        losers: moved.losers,
        unchanged: moved.unchanged,
        gained: moved.gained.0,
        lost: moved.lost.0,
        months: draft.months.iter().map(row).collect(),
        components: draft.components.iter().map(titled).collect(),
        top_winners: moved.top_winners.iter().map(named).collect(),
        top_losers: moved.top_losers.iter().map(named).collect(),
        spread: moved
            .spread
            .iter()
            .map(|one| SpreadRow { from: one.from, to: one.to, partners: one.partners, delta: one.delta.0 })
            .collect(),
        cliffs: draft.cliffs.iter().map(cliff).collect(),
        budgets: draft.budgets.iter().map(budget).collect(),
    })
}
