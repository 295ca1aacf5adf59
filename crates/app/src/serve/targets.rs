//! Targets: what a division, a partner or an outlet is to reach of a metric in a month (R7.2).

use super::desk::Desk;
use super::jobs::instant;
use super::metrics::{MetricQuery, unit};
use super::network_name;
use super::reach;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, Page, Paging, Sent, bug, heavy};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::{Over, Permission, Scope};
use qudao_kernel::master::Master;
use qudao_kernel::{Fen, Kind, Lang, Month, Refusal, Text};
use qudao_metrics::store::{self, KeptTarget};
use qudao_metrics::{Catalogue, Metric, Target, TargetOf, Unit, Within, answer};
use qudao_network::Territories;
use qudao_platform::sheet::{self, RecordBuf, Step};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most rows of an uploaded file.
const MOST_ROWS: usize = 20_000;
/// Most faults that are told of.
const MOST_FAULTS: usize = 100;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, replace)).routes(routes!(set, remove)).routes(routes!(upload))
}

/// A target of a month.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TargetSent {
    /// Id of the metric.
    metric: String,
    /// territory, partner, outlet.
    of: String,
    /// Code of the division (empty for everywhere), partner or outlet.
    code: String,
    #[schema(value_type = String)]
    month: Month,
    /// In the metric's unit.
    value: i64,
}

/// A target as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TargetRow {
    metric: String,
    metric_name: String,
    /// Unit of the metric.
    unit: String,
    /// territory, partner, outlet.
    of: String,
    code: String,
    name: String,
    month: String,
    value: i64,
    /// For `If-Match`.
    version: u32,
    /// Login of who set it last; empty where that is not known.
    set_by: String,
    #[schema(required)]
    set_at: Option<String>,
    /// Whether the asker may change it.
    own: bool,
}

/// Filters of the targets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TargetsAsked {
    /// Month; this one where absent.
    month: Option<String>,
    /// Id of a metric.
    metric: Option<String>,
    /// territory, partner, outlet.
    of: Option<String>,
    /// Part of the code or name.
    q: Option<String>,
}

/// Which target, and the version seen in `If-Match`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TargetNamed {
    /// Id of the metric.
    metric: String,
    /// territory, partner, outlet.
    of: String,
    /// Code; empty for everywhere.
    code: Option<String>,
    /// Month.
    month: String,
}

/// A row of a file that cannot be taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TargetFault {
    /// As a spreadsheet counts: the header is row 1.
    row: u64,
    text: String,
}

/// What became of a file of targets: all of it was taken, or nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TargetsTaken {
    /// Targets set.
    taken: usize,
    /// Why nothing was.
    faults: Vec<TargetFault>,
}

const fn over(of: TargetOf) -> Over {
    match of {
        TargetOf::Territory => Over::Territory,
        TargetOf::Partner => Over::Partner,
        TargetOf::Outlet => Over::Outlet,
    }
}

/// What targets are checked with.
struct Known<'k> {
    catalogue: &'k Catalogue,
    master: &'k Master,
    scope: &'k Scope,
}

impl Known<'_> {
    fn within(&self, target: &Target) -> bool {
        // Everywhere is under everywhere alone.
        let whole = target.of == TargetOf::Territory && target.code.is_empty();
        self.scope.is_everywhere()
            || (!whole && reach::covered(Some(self.master), self.scope, over(target.of), &target.code, target.month.last_day()))
    }

    /// Whose a target is must be there in its month, its metric must be counted by that, and both lie where the asker sets targets.
    fn check(&self, target: &Target) -> Result<(), Text> {
        let day = target.month.last_day();
        let metric = self.metric(&target.metric)?;
        let by = match target.of {
            TargetOf::Territory => qudao_metrics::Dimension::County,
            TargetOf::Partner => qudao_metrics::Dimension::Partner,
            TargetOf::Outlet => qudao_metrics::Dimension::Outlet,
        };
        let known = match target.of {
            TargetOf::Territory => {
                target.code.is_empty() || Territories::official().is_ok_and(|divisions| divisions.get(&target.code).is_some())
            }
            TargetOf::Partner => self.master.partner(&target.code, day).is_some(),
            TargetOf::Outlet => self.master.outlet(&target.code, day).is_some(),
        };
        if !metric.by.contains(&by) {
            return Err(Text::new(
                format!("指标“{}”不能按该对象统计；请改选指标", metric.name.zh),
                format!("{} is not counted by that; choose another metric", metric.name.en),
            ));
        }
        if target.value < 0 {
            return Err(Text::new("目标值不能为负", "a target is not below nothing"));
        }
        if !known {
            return Err(Text::new(
                format!("没有编码 {}，或当月已失效；请核对", target.code),
                format!("there is no {}, or no longer in that month; check it", target.code),
            ));
        }
        if !self.within(target) {
            return Err(Text::new(
                format!("{} 不在您设定目标的范围内", target.code),
                format!("{} lies outside the part you set targets for", target.code),
            ));
        }
        Ok(())
    }

    /// The metric of an id, or of a name in either language.
    fn metric(&self, word: &str) -> Result<&Metric, Text> {
        let named = |metric: &&Metric| metric.id == word || metric.name.zh == word || metric.name.en.eq_ignore_ascii_case(word);
        self.catalogue
            .metrics
            .iter()
            .find(named)
            .ok_or_else(|| Text::new(format!("没有指标“{word}”"), format!("there is no metric {word}")))
    }

    /// What whose a target is, is called.
    fn name(&self, target: &Target, lang: Lang) -> String {
        if target.of == TargetOf::Territory {
            network_name(&target.code, lang)
        } else {
            reach::name(Some(self.master), over(target.of), &target.code, target.month.last_day(), lang)
        }
    }

    fn row(&self, kept: &KeptTarget, lang: Lang, own: bool) -> TargetRow {
        let KeptTarget { target, version, set_by, set_at_us } = kept;
        let metric = self.catalogue.get(&target.metric);
        TargetRow {
            metric_name: metric.map_or_else(|| target.metric.clone(), |metric| metric.name.get(lang).to_owned()),
            unit: metric.map_or("count", |metric| unit(metric.unit)).to_owned(),
            metric: target.metric.clone(),
            of: target.of.code().to_owned(),
            code: target.code.clone(),
            name: self.name(target, lang),
            month: target.month.to_string(),
            value: target.value,
            version: *version,
            set_by: set_by.clone(),
            set_at: (*set_at_us > 0).then(|| instant(*set_at_us)),
            own,
        }
    }
}

fn wrong(why: &Text) -> Refusal {
    Refusal::bad_input("metrics.target.wrong", why.zh.clone(), why.en.clone())
}

fn no_month() -> Refusal {
    wrong(&Text::new("月份须写作 2026-07；请修改", "a month is written 2026-07; change it"))
}

/// The target somebody sent, checked.
fn checked(known: &Known<'_>, sent: TargetSent) -> Result<Target, Refusal> {
    let of = TargetOf::by_code(&sent.of)
        .ok_or_else(|| wrong(&Text::new("目标对象须为区域、代理商或网点", "a target is of a territory, partner or outlet")))?;
    let target = Target { metric: sent.metric, of, code: sent.code, month: sent.month, value: sent.value };
    known.check(&target).map_err(|why| wrong(&why))?;
    Ok(target)
}

/// Targets of a month that lie in the asker's part of the network.
#[utoipa::path(get, path = "/metrics/targets", tag = "metrics", operation_id = "targets", params(TargetsAsked, Paging),
    responses((status = 200, body = Page<TargetRow>)), extensions(("x-permission" = json!("volume.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<TargetsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<TargetRow>>> {
    let scope = signed.scope(&desk, Permission::VolumeRead)?;
    let sets = signed.scope(&desk, Permission::TargetSet).unwrap_or_default();
    let month = asked.month.as_deref().filter(|month| !month.is_empty()).map(str::parse).transpose().map_err(|_| no_month())?;
    let kept = desk.figures.targets.of(&desk.db, month.unwrap_or_else(|| desk.today().month())).await?;
    heavy(move || {
        let (master, catalogue) = (desk.master()?, &desk.figures.catalogue);
        let known = Known { catalogue, master: &master, scope: &scope };
        let mine = Known { catalogue, master: &master, scope: &sets };
        let fits = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted.is_empty() || wanted == value);
        let typed = asked.q.as_deref().unwrap_or("").trim().to_lowercase();
        let means = |target: &Target| {
            typed.is_empty() || target.code.to_lowercase().contains(&typed) || known.name(target, lang).to_lowercase().contains(&typed)
        };
        let is_asked = |one: &&KeptTarget| {
            let target = &one.target;
            fits(&asked.metric, &target.metric) && fits(&asked.of, target.of.code()) && known.within(target) && means(target)
        };
        let found: Vec<&KeptTarget> = kept.iter().filter(is_asked).collect();
        Ok(Json(Page::of(&paging, found.len(), found.into_iter()).map(|one| known.row(one, lang, mine.within(&one.target)))))
    })
    .await
}

/// Sets targets; those there are for the same month, metric and code are replaced.
#[utoipa::path(put, path = "/metrics/targets", tag = "metrics", operation_id = "set_targets", request_body = Vec<TargetSent>,
    responses((status = 204, description = "Set")), extensions(("x-permission" = json!("target.set"))))]
async fn replace(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<Vec<TargetSent>>) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::TargetSet)?;
    let shared = Arc::clone(&desk);
    let targets = heavy(move || {
        let master = shared.master()?;
        let known = Known { catalogue: &shared.figures.catalogue, master: &master, scope: &scope };
        sent.into_iter().map(|sent| checked(&known, sent)).collect::<Result<Vec<_>, _>>()
    })
    .await?;
    store::set_targets(&desk.db, &signed.0.who(), &targets).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets one target. `If-Match` is the version that was seen, 0 where there was none.
#[utoipa::path(put, path = "/metrics/target", tag = "metrics", operation_id = "set_target", request_body = TargetSent,
    params(("If-Match" = String, Header, description = "Version that was seen; 0 where there was none")),
    responses((status = 204, description = "Set")), extensions(("x-permission" = json!("target.set"))))]
async fn set(State(desk): State<Arc<Desk>>, signed: Signed, IfMatch(version): IfMatch, Sent(sent): Sent<TargetSent>) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::TargetSet)?;
    let target = heavy_checked(&desk, scope, sent).await?;
    store::set_target(&desk.db, &signed.0.who(), &target, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn heavy_checked(desk: &Arc<Desk>, scope: Scope, sent: TargetSent) -> Answer<Target> {
    let shared = Arc::clone(desk);
    heavy(move || {
        let master = shared.master()?;
        checked(&Known { catalogue: &shared.figures.catalogue, master: &master, scope: &scope }, sent)
    })
    .await
}

/// Takes a target away.
#[utoipa::path(delete, path = "/metrics/target", tag = "metrics", operation_id = "remove_target",
    params(TargetNamed, ("If-Match" = String, Header, description = "Version that was seen")),
    responses((status = 204, description = "Taken away")), extensions(("x-permission" = json!("target.set"))))]
async fn remove(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    IfMatch(version): IfMatch,
    Asked(named): Asked<TargetNamed>,
) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::TargetSet)?;
    let month = named.month.parse().map_err(|_| no_month())?;
    let of = TargetOf::by_code(&named.of).ok_or_else(no_such)?;
    let target = Target { metric: named.metric, of, code: named.code.unwrap_or_default(), month, value: 0 };
    let shared = Arc::clone(&desk);
    let target = heavy(move || {
        let master = shared.master()?;
        let known = Known { catalogue: &shared.figures.catalogue, master: &master, scope: &scope };
        // One of an outlet that has closed since may go too.
        if known.within(&target) { Ok(target) } else { Err(no_such()) }
    })
    .await?;
    store::remove_target(&desk.db, &signed.0.who(), &target, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_such() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "metrics.target.missing",
        "没有这个目标，或不在您设定目标的范围内；请刷新列表",
        "there is no such target, or it lies outside the part you set targets for; reload the list",
    )
}

/// The columns of a file of targets: month, metric, kind, code, value.
const HEADERS: [[&str; 2]; 5] = [["月份", "month"], ["指标", "metric"], ["对象", "of"], ["编码", "code"], ["目标值", "target"]];

/// Takes a CSV or TSV file of targets, UTF-8 or GB18030: 月份, 指标 (name or id), 对象 (区域, 代理商, 网点), 编码, 目标值 (yuan, per cent or a
/// count, as the metric has it). All rows are taken, or none.
#[utoipa::path(post, path = "/metrics/targets/upload", tag = "metrics", operation_id = "upload_targets",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = TargetsTaken)), extensions(("x-permission" = json!("target.set"))))]
async fn upload(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, body: Bytes) -> Answer<Json<TargetsTaken>> {
    let scope = signed.scope(&desk, Permission::TargetSet)?;
    let shared = Arc::clone(&desk);
    let (targets, faults) = heavy(move || {
        let master = shared.master()?;
        read(&Known { catalogue: &shared.figures.catalogue, master: &master, scope: &scope }, body.to_vec(), lang)
    })
    .await?;
    if !faults.is_empty() {
        return Ok(Json(TargetsTaken { taken: 0, faults }));
    }
    store::set_targets(&desk.db, &signed.0.who(), &targets).await?;
    Ok(Json(TargetsTaken { taken: targets.len(), faults }))
}

fn read(known: &Known<'_>, bytes: Vec<u8>, lang: Lang) -> Result<(Vec<Target>, Vec<TargetFault>), Refusal> {
    let mut reader = sheet::read_text("targets", Box::new(std::io::Cursor::new(bytes)), &sheet::Options::default())?;
    let mut places = [0; 5];
    for (place, names) in places.iter_mut().zip(HEADERS) {
        let named = |header: &String| names.iter().any(|name| header.trim().eq_ignore_ascii_case(name));
        *place = reader.headers().iter().position(named).ok_or_else(|| {
            Refusal::bad_input(
                "metrics.target.header",
                format!("文件缺少“{}”列；表头应为：月份、指标、对象、编码、目标值", names[0]),
                format!("the file has no column {}; the header is: month, metric, of, code, target", names[1]),
            )
        })?;
    }
    let (mut targets, mut faults, mut record) = (Vec::new(), Vec::new(), RecordBuf::new());
    loop {
        let fault = |row: u64, why: &Text| TargetFault { row, text: why.get(lang).to_owned() };
        match reader.next_into(&mut record)? {
            Step::End => break,
            Step::Bad(problem) => faults.push(fault(problem.row, &problem.text)),
            Step::Row => match of_row(known, &places.map(|place| record.get(place).trim())) {
                Ok(target) => targets.push(target),
                Err(why) => faults.push(fault(record.row(), &why)),
            },
        }
        if targets.len() > MOST_ROWS {
            return Err(Refusal::bad_input(
                "metrics.target.many",
                format!("一个文件最多 {MOST_ROWS} 行；请分成几个文件"),
                format!("a file has at most {MOST_ROWS} rows; make several of it"),
            ));
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    Ok((targets, faults))
}

fn of_row(known: &Known<'_>, [month, metric, of, code, value]: &[&str; 5]) -> Result<Target, Text> {
    let month = month.parse().map_err(|_| Text::new(format!("月份“{month}”有误"), format!("the month {month} is wrong")))?;
    let metric = known.metric(metric)?;
    let of = match *of {
        "区域" => Some(TargetOf::Territory),
        "代理商" => Some(TargetOf::Partner),
        "网点" => Some(TargetOf::Outlet),
        of => TargetOf::by_code(&of.to_lowercase()),
    };
    let of = of.ok_or_else(|| Text::new("对象须为区域、代理商或网点", "of is territory, partner or outlet"))?;
    let number = match metric.unit {
        Unit::Fen => value.parse::<Fen>().ok().map(|fen| fen.0),
        // A hundredth of a per cent is a hundred parts of a million.
        Unit::Ppm => value.trim_end_matches('%').parse::<Fen>().ok().and_then(|hundredths| hundredths.0.checked_mul(100)),
        Unit::Count | Unit::People | Unit::Outlets | Unit::Partners => value.parse().ok(),
    };
    let value = number.ok_or_else(|| Text::new(format!("目标值“{value}”不是数字"), format!("the target {value} is no number")))?;
    let target = Target { metric: metric.id.clone(), of, code: (*code).to_owned(), month, value };
    known.check(&target)?;
    Ok(target)
}

/// Targets of the demo: what the month before the open one reached, and a twentieth more, for every county, partner and outlet.
pub(super) async fn demo_targets(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let month = desk.today().month();
    let metric = "effective_orders".to_owned();
    if !store::targets(&desk.db, std::slice::from_ref(&metric), month, month).await?.is_empty() {
        return Ok(());
    }
    let open = Arc::clone(desk);
    let work = move || {
        let before = month.plus(-1);
        let mut targets = Vec::new();
        for (by, of) in [
            (None, TargetOf::Territory),
            (Some("county"), TargetOf::Territory),
            (Some("partner"), TargetOf::Partner),
            (Some("outlet"), TargetOf::Outlet),
        ] {
            let sent = MetricQuery::plain("effective_orders", by, before.first_day(), before.last_day());
            let query = sent.query(Within::everywhere())?;
            let answer = answer(&open.figures.catalogue, &*open.master()?, &open.figures.now(&open)?, &query)?;
            for row in answer.rows {
                let code = row.key.first().cloned().unwrap_or_default();
                let value = row.cells.first().and_then(|cell| cell.value).unwrap_or(0);
                if by.is_none() || !code.is_empty() {
                    targets.push(Target { metric: "effective_orders".to_owned(), of, code, month, value: value + value / 20 });
                }
            }
        }
        Ok::<_, Refusal>(targets)
    };
    let targets = tokio::task::spawn_blocking(work).await.map_err(|error| bug(&error.to_string()))??;
    store::set_targets(&desk.db, "demo", &targets).await
}
