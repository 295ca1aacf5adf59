//! 主推分析: outlets by the share of main-push plans in their activations, beside what they are to reach (R1.39).

use super::desk::Desk;
use super::figures::{self, words};
use super::grading::FileAsked;
use super::listed::{OutletNamed, file, order, percent};
use super::metrics::MetricQuery;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Page, Paging, heavy};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use qudao_access::Permission;
use qudao_kernel::{Date, Fen, Lang, Refusal, territory};
use qudao_metrics::store::KeptTarget;
use qudao_metrics::{Target, TargetOf, Within, answer};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The metric targets are set for.
const SHARE: &str = "main_push_share";
/// What is asked of every outlet.
const METRICS: [&str; 4] = ["gross_adds", "main_push_activations", SHARE, "average_plan_fee"];

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(outlets)).routes(routes!(export))
}

/// Which outlets, over which days.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MainPushAsked {
    /// First day.
    from: String,
    /// Last day; its month's target is the one compared with.
    to: String,
    /// A division and all below it.
    territory: Option<String>,
    /// Channel category; several as a comma list.
    channel: Option<String>,
    /// Only those below their target.
    below: Option<bool>,
    /// Part of the code or name of the outlet or its partner.
    q: Option<String>,
    /// outlet, owner, territory, adds, push, share, before, gap, fee; a minus before it turns the order round. gap where absent.
    sort: Option<String>,
}

/// An outlet's main-push share.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MainPushRow {
    outlet: OutletNamed,
    /// Activations.
    adds: i64,
    /// Of main-push plans.
    push: i64,
    /// Parts of a million.
    #[schema(required)]
    share_ppm: Option<i64>,
    /// In the period before.
    #[schema(required)]
    before_ppm: Option<i64>,
    /// What it is to reach.
    target_ppm: i64,
    /// Whether the target was set for the outlet itself; else it is the parameter of its division.
    target_own: bool,
    /// Share less target.
    #[schema(required)]
    gap_ppm: Option<i64>,
    below: bool,
    /// Average monthly fee of the plans, fen.
    #[schema(required)]
    fee: Option<i64>,
}

/// Outlets and their main-push shares.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MainPushPage {
    items: Vec<MainPushRow>,
    #[schema(required)]
    next: Option<String>,
    total: usize,
    /// Outlets with activations.
    outlets: usize,
    /// Of them below their target.
    outlets_below: usize,
    /// The target where none was set, in the division asked for, parts of a million.
    default_ppm: i64,
}

fn day(text: &str) -> Result<Date, Refusal> {
    text.parse().map_err(|_| Refusal::bad_input("main_push.day", "日期有误；请重新选择", "a day is wrong; choose again"))
}

/// What was found, before it is cut into pages.
struct Found {
    rows: Vec<MainPushRow>,
    outlets: usize,
    below: usize,
    default_ppm: i64,
}

/// The targets set for outlets themselves, parts of a million.
fn own<'a>(targets: impl Iterator<Item = &'a Target>) -> HashMap<&'a str, i64> {
    targets.filter(|one| one.metric == SHARE && one.of == TargetOf::Outlet).map(|one| (one.code.as_str(), one.value)).collect()
}

fn found(desk: &Arc<Desk>, within: Within, own: &HashMap<&str, i64>, asked: &MainPushAsked, lang: Lang) -> Result<Found, Refusal> {
    let (from, to) = (day(&asked.from)?, day(&asked.to)?);
    let (master, catalogue, register) = (desk.master()?, &desk.figures.catalogue, desk.parameters());
    let mut query = MetricQuery::plain(SHARE, Some("outlet"), from, to).query(within)?;
    query.metrics = METRICS.iter().map(|id| (*id).to_owned()).collect();
    query.compare.previous = true;
    let area = asked.territory.as_deref().unwrap_or("");
    let channel = asked.channel.as_deref().unwrap_or("");
    let typed = asked.q.as_deref().unwrap_or("").trim();
    let mut by_area: HashMap<&str, i64> = HashMap::new();
    let mut rows = Vec::new();
    for row in answer(catalogue, &master, &desk.figures.now(desk)?, &query)?.rows {
        let Some(at) = row.key.first().and_then(|code| master.outlet(code, to).or_else(|| master.outlet(code, from))) else { continue };
        if !territory::under(&at.territory, area) || !(channel.is_empty() || channel.split(',').any(|one| one == at.channel)) {
            continue;
        }
        let target = own.get(at.code.as_str()).copied();
        let target_ppm = match target {
            Some(target) => target,
            None => match by_area.entry(&at.territory) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(place) => *place.insert(register.on("main_push_target", &at.territory, to)?.ppm()?),
            },
        };
        let value = |at: usize| row.cells.get(at).and_then(|cell| cell.value);
        let gap = value(2).map(|share| share - target_ppm);
        let named = OutletNamed::of(catalogue, &master, at, to, lang);
        if value(0).unwrap_or(0) > 0 && (typed.is_empty() || named.matches(typed)) {
            rows.push(MainPushRow {
                outlet: named,
                adds: value(0).unwrap_or(0),
                push: value(1).unwrap_or(0),
                share_ppm: value(2),
                before_ppm: row.cells.get(2).and_then(|cell| cell.previous),
                target_ppm,
                target_own: target.is_some(),
                gap_ppm: gap,
                below: gap.is_some_and(|gap| gap < 0),
                fee: value(3),
            });
        }
    }
    let (outlets, below) = (rows.len(), rows.iter().filter(|row| row.below).count());
    if asked.below == Some(true) {
        rows.retain(|row| row.below);
    }
    sort(&mut rows, asked.sort.as_deref());
    Ok(Found { rows, outlets, below, default_ppm: register.on("main_push_target", area, to)?.ppm()? })
}

fn sort(rows: &mut [MainPushRow], by: Option<&str>) {
    let (column, down) = order(by, "gap");
    rows.sort_by(|a, b| {
        let found = match column {
            "outlet" => a.outlet.code.cmp(&b.outlet.code),
            "owner" => a.outlet.owner_name.cmp(&b.outlet.owner_name),
            "territory" => a.outlet.territory.cmp(&b.outlet.territory),
            "adds" => a.adds.cmp(&b.adds),
            "push" => a.push.cmp(&b.push),
            "share" => a.share_ppm.cmp(&b.share_ppm),
            "before" => a.before_ppm.cmp(&b.before_ppm),
            "fee" => a.fee.cmp(&b.fee),
            _ => a.gap_ppm.cmp(&b.gap_ppm),
        };
        (if down { found.reverse() } else { found }).then_with(|| a.outlet.code.cmp(&b.outlet.code))
    });
}

/// How many outlets are below their target on some days.
pub(super) fn below(desk: &Arc<Desk>, within: Within, targets: &[Target], (from, to): (Date, Date), lang: Lang) -> Result<usize, Refusal> {
    let asked =
        MainPushAsked { from: from.to_string(), to: to.to_string(), territory: None, channel: None, below: None, q: None, sort: None };
    Ok(found(desk, within, &own(targets.iter()), &asked, lang)?.below)
}

async fn targets(desk: &Desk, asked: &MainPushAsked) -> Result<Arc<Vec<KeptTarget>>, Refusal> {
    desk.figures.targets.of(&desk.db, day(&asked.to)?.month()).await
}

/// Outlets by how far their main-push share is from its target.
#[utoipa::path(get, path = "/main-push/outlets", tag = "analysis", operation_id = "main_push_outlets", params(MainPushAsked, Paging),
    responses((status = 200, body = MainPushPage)), extensions(("x-permission" = json!("volume.read"))))]
async fn outlets(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<MainPushAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<MainPushPage>> {
    let within = figures::within(signed.scope(&desk, Permission::VolumeRead)?);
    let targets = targets(&desk, &asked).await?;
    heavy(move || {
        let Found { rows, outlets, below, default_ppm } =
            found(&desk, within, &own(targets.iter().map(|kept| &kept.target)), &asked, lang)?;
        let all = rows.len();
        let Page { items, next, total } = Page::of(&paging, all, rows.into_iter());
        Ok(Json(MainPushPage { items, next, total, outlets, outlets_below: below, default_ppm }))
    })
    .await
}

/// The same outlets as a file, all of them.
#[utoipa::path(get, path = "/main-push/outlets/export", tag = "analysis", operation_id = "export_main_push", params(MainPushAsked, FileAsked),
    responses((status = 200, description = "The workbook, or the CSV file", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv")))),
    extensions(("x-permission" = json!("volume.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<MainPushAsked>,
    Asked(wanted): Asked<FileAsked>,
) -> Answer<Response> {
    let within = figures::within(signed.scope(&desk, Permission::VolumeRead)?);
    let targets = targets(&desk, &asked).await?;
    heavy(move || {
        let rows = found(&desk, within, &own(targets.iter().map(|kept| &kept.target)), &asked, lang)?.rows;
        let name = format!("main-push-{}-{}", asked.from, asked.to);
        file(&name, wanted.format.as_deref() == Some("csv"), &columns(lang), |table| rows.iter().try_for_each(|row| table.row(&cells(row))))
    })
    .await
}

fn columns(lang: Lang) -> Vec<Column> {
    let column = |zh: &str, en: &str, ty: ColumnType| Column::new(words(lang, zh, en), ty);
    vec![
        column("网点编码", "outlet", ColumnType::Text),
        column("网点", "name", ColumnType::Text),
        column("代理商", "partner", ColumnType::Text),
        column("区县", "county", ColumnType::Text),
        column("新增用户", "gross adds", ColumnType::Int),
        column("主推开卡", "main-push activations", ColumnType::Int),
        column("主推占比 (%)", "share (%)", ColumnType::Money),
        column("上期占比 (%)", "share before (%)", ColumnType::Money),
        column("目标 (%)", "target (%)", ColumnType::Money),
        column("差距 (%)", "gap (%)", ColumnType::Money),
        column("户均月费", "average plan fee", ColumnType::Money),
    ]
}

fn cells(row: &MainPushRow) -> [Cell<'_>; 11] {
    [
        Cell::Text(&row.outlet.code),
        Cell::Text(&row.outlet.name),
        Cell::Text(&row.outlet.owner_name),
        Cell::Text(&row.outlet.territory_name),
        Cell::Int(row.adds),
        Cell::Int(row.push),
        percent(row.share_ppm),
        percent(row.before_ppm),
        percent(Some(row.target_ppm)),
        percent(row.gap_ppm),
        row.fee.map_or(Cell::Empty, |fen| Cell::Money(Fen(fen))),
    ]
}
