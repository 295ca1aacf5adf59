//! The parameter register: what holds where and when, who set it and why.

use super::desk::Desk;
use super::people::day;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, Page, Problem, Sent, only};
use axum::Json;
use axum::extract::{Path as Named, State};
use qudao_access::{Permission, Place, people};
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_platform::params::{self, Definition, Kept, Register, Setting};
use qudao_platform::write_tx;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Units there are, as definitions write them.
const UNITS: [&str; 12] =
    ["percent", "yuan", "days", "working_days", "months", "year", "points", "count", "metres", "minutes", "switch", "text"];

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(parameters)).routes(routes!(parameter, set_parameter)).routes(routes!(withdraw_parameter))
}

/// A parameter with the value that holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterView {
    name: String,
    title: String,
    /// percent, yuan, days, working_days, months, year, points, count, metres, minutes, switch or text.
    unit: String,
    /// The value that holds in the territory on the day; absent if it must be set before use.
    #[schema(required)]
    value: Option<String>,
    #[schema(required)]
    default: Option<String>,
    /// `source`: given by the business documents; `proposal`: to be confirmed.
    source: String,
    /// Requirements it serves.
    serves: Vec<String>,
    /// Values that were set, now, before or later.
    settings: usize,
    /// The day on which the next change begins.
    #[schema(required)]
    next_change: Option<String>,
    /// The lowest level that may set a value of its own: group (everybody inherits), province, city, county, township, village.
    lower: String,
    /// Where the value comes from: default, or the division that set it, which the territory shown inherits from.
    origin: String,
    origin_name: String,
}

/// The value in a territory on a day, and the scope it comes from; none where the default holds.
struct Held {
    value: Option<String>,
    scope: Option<String>,
}

fn held(register: &Register, name: &str, territory: &str, day: Date) -> Result<Held, Refusal> {
    let value = register.on(name, territory, day).ok().map(|reading| reading.value.to_owned());
    Ok(Held { value, scope: register.holder(name, territory, day)?.map(|setting| setting.scope.clone()) })
}

fn view(definition: &Definition, settings: &[Setting], held: Held, today: Date, lang: Lang) -> ParameterView {
    let Held { value, scope } = held;
    ParameterView {
        lower: definition.deepest.map_or("group", Level::name).to_owned(),
        origin_name: scope.as_deref().map(|scope| super::network_name(scope, lang)).unwrap_or_default(),
        origin: scope.unwrap_or_else(|| "default".to_owned()),
        name: definition.name.clone(),
        title: definition.title.get(lang).to_owned(),
        unit: definition.unit.to_string(),
        value,
        default: definition.default.clone(),
        source: definition.source.clone(),
        serves: definition.serves.clone(),
        settings: settings.len(),
        next_change: settings.iter().map(|setting| setting.from).filter(|from| *from > today).min().map(|from| from.to_string()),
    }
}

/// Filters of the register.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ParametersQuery {
    /// Part of the name or title.
    q: Option<String>,
    /// Only in this unit.
    unit: Option<String>,
    /// changed: set by somebody; coming: a change is to come; missing: to be set before use; group: nobody else may set it; of the territory
    /// asked for, inherited or own values.
    state: Option<String>,
    /// The territory whose values are shown; everywhere where absent.
    territory: Option<String>,
    /// The day; today where absent.
    day: Option<String>,
    /// name (where absent), title, or either with a minus before.
    sort: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// The register.
#[utoipa::path(get, path = "/parameters", tag = "parameters", operation_id = "parameters", params(ParametersQuery),
    responses((status = 200, body = Page<ParameterView>)), extensions(("x-permission" = json!("parameter.read"))))]
async fn parameters(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ParametersQuery>,
) -> Answer<Json<Page<ParameterView>>> {
    signed.may(&desk, Permission::ParameterRead)?;
    let today = desk.today();
    let on = asked.day.as_deref().filter(|day| !day.is_empty()).map(day).transpose()?.unwrap_or(today);
    let register = desk.parameters();
    let territory = asked.territory.unwrap_or_default();
    only(asked.state.as_deref(), &["changed", "coming", "missing", "group", "inherited", "own"])?;
    only(asked.unit.as_deref(), &UNITS)?;
    let (typed, unit) = (asked.q.unwrap_or_default().to_lowercase(), asked.unit.unwrap_or_default());
    let mut rows = Vec::new();
    for definition in register.definitions() {
        let (_, settings) = register.get(&definition.name)?;
        let row = view(definition, settings, held(&register, &definition.name, &territory, on)?, today, lang);
        let texts = [&row.name, &definition.title.zh, &definition.title.en];
        let fits = match asked.state.as_deref() {
            Some("changed") => row.settings > 0,
            Some("coming") => row.next_change.is_some(),
            Some("missing") => row.value.is_none(),
            Some("group") => row.lower == "group",
            Some("inherited") => !territory.is_empty() && row.origin != territory,
            Some("own") => !territory.is_empty() && row.origin == territory,
            _ => true,
        };
        if fits && (unit.is_empty() || row.unit == unit) && texts.iter().any(|text| text.to_lowercase().contains(&typed)) {
            rows.push(row);
        }
    }
    let sort = asked.sort.as_deref().unwrap_or("name");
    match sort.trim_start_matches('-') {
        "title" => rows.sort_by(|a, b| a.title.cmp(&b.title)),
        _ => rows.sort_by(|a, b| a.name.cmp(&b.name)),
    }
    if sort.starts_with('-') {
        rows.reverse();
    }
    // A parameter's name is the place in the list: it never changes while others come and go.
    let total = rows.len();
    let begin = asked.after.and_then(|after| rows.iter().position(|row| row.name == after)).map_or(0, |index| index + 1);
    let limit = asked.limit.unwrap_or(50).clamp(1, super::web::MOST_ROWS);
    let items: Vec<ParameterView> = rows.into_iter().skip(begin).take(limit).collect();
    let next = items.last().filter(|_| begin + items.len() < total).map(|row| row.name.clone());
    Ok(Json(Page { items, next, total }))
}

/// A value from a day to a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingView {
    id: String,
    /// Division code; empty for everywhere.
    scope: String,
    scope_name: String,
    value: String,
    from: String,
    /// First day it no longer holds.
    #[schema(required)]
    to: Option<String>,
    owner: String,
    /// over, holds or coming.
    state: String,
}

/// A parameter with all its values.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterHistory {
    parameter: ParameterView,
    /// Of the values together; send it as `If-Match`.
    version: u32,
    settings: Vec<SettingView>,
}

async fn history(desk: &Arc<Desk>, name: &str, lang: Lang) -> Result<ParameterHistory, Refusal> {
    let register = desk.parameters();
    let (definition, known) = register.get(name)?;
    let today = desk.today();
    let (kept, version) = params::kept(&mut desk.db.read().await?, name).await?;
    let of = |kept: Kept| {
        let Kept { id, setting } = kept;
        let over = setting.to.is_some_and(|to| to <= today);
        let state = if over {
            "over"
        } else if today < setting.from {
            "coming"
        } else {
            "holds"
        };
        SettingView {
            id,
            scope_name: super::network_name(&setting.scope, lang),
            scope: setting.scope,
            value: setting.value,
            from: setting.from.to_string(),
            to: setting.to.map(|to| to.to_string()),
            owner: setting.owner,
            state: state.to_owned(),
        }
    };
    let parameter = view(definition, known, held(&register, name, "", today)?, today, lang);
    Ok(ParameterHistory { parameter, version, settings: kept.into_iter().map(of).collect() })
}

/// A parameter, its values by territory and day.
#[utoipa::path(get, path = "/parameters/{name}", tag = "parameters", operation_id = "parameter", params(("name" = String, Path)),
    responses((status = 200, body = ParameterHistory)), extensions(("x-permission" = json!("parameter.read"))))]
async fn parameter(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(name): Named<String>,
) -> Answer<Json<ParameterHistory>> {
    signed.may(&desk, Permission::ParameterRead)?;
    Ok(Json(history(&desk, &name, lang).await?))
}

/// A value to be set.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SettingSent {
    /// Division code; empty for everywhere.
    #[serde(default)]
    scope: String,
    value: String,
    /// First day, today or later.
    from: String,
    /// First day it no longer holds; what held before comes back then.
    to: Option<String>,
    reason: String,
}

/// Sets a value from a day on.
#[utoipa::path(put, path = "/parameters/{name}", tag = "parameters", operation_id = "set_parameter", request_body = SettingSent,
    params(("name" = String, Path), ("If-Match" = String, Header, description = "The version that was seen")),
    responses((status = 200, body = ParameterHistory)), extensions(("x-permission" = json!("parameter.manage"))))]
async fn set_parameter(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(name): Named<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<SettingSent>,
) -> Answer<Json<ParameterHistory>> {
    may_set(&desk, &signed, &sent.scope)?;
    people::reasoned(&sent.reason)?;
    let to = sent.to.as_deref().filter(|to| !to.is_empty()).map(day).transpose()?;
    let who = signed.0.who();
    let setting = Setting { scope: sent.scope, value: sent.value.trim().to_owned(), from: day(&sent.from)?, to, owner: who.clone() };
    let today = desk.today();
    let done = write_tx!(desk.db, |tx| params::change(tx, &who, &name, version, &setting, today, &sent.reason).await);
    told(&desk, &name, lang, done).await?;
    desk.reload_parameters().await?;
    Ok(Json(history(&desk, &name, lang).await?))
}

/// Why a value is taken back.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SettingGone {
    reason: String,
}

/// Takes back a value that has not begun.
#[utoipa::path(post, path = "/parameters/{name}/settings/{id}/withdraw", tag = "parameters", operation_id = "withdraw_parameter",
    request_body = SettingGone,
    params(("name" = String, Path), ("id" = String, Path), ("If-Match" = String, Header, description = "The version that was seen")),
    responses((status = 200, body = ParameterHistory)), extensions(("x-permission" = json!("parameter.manage"))))]
async fn withdraw_parameter(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named((name, id)): Named<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<SettingGone>,
) -> Answer<Json<ParameterHistory>> {
    signed.may(&desk, Permission::ParameterManage)?;
    let (held, _) = params::kept(&mut desk.db.read().await?, &name).await?;
    let scope = held.iter().find(|held| held.id == id).map_or("", |held| held.setting.scope.as_str());
    may_set(&desk, &signed, scope)?;
    people::reasoned(&sent.reason)?;
    let (who, today) = (signed.0.who(), desk.today());
    let done = write_tx!(desk.db, |tx| params::withdraw(tx, &who, &name, version, &id, today, &sent.reason).await);
    told(&desk, &name, lang, done).await?;
    desk.reload_parameters().await?;
    Ok(Json(history(&desk, &name, lang).await?))
}

/// Refuses a value for more than the caller manages.
fn may_set(desk: &Desk, signed: &Signed, scope: &str) -> Result<(), Refusal> {
    let held = signed.scope(desk, Permission::ParameterManage)?;
    if held.is_everywhere() || (!scope.is_empty() && held.covers(&Place { territory: scope, ..Place::default() })) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Forbidden,
        "access.caller.not_everywhere",
        "只能为您管理的区域设定取值；请选择区域，或由省级岗位操作",
        "you set values for the territory you manage; choose it, or ask somebody who manages all",
    ))
}

/// A stale change says what the parameter has become (R0.24).
async fn told(desk: &Arc<Desk>, name: &str, lang: Lang, done: Result<(), Refusal>) -> Answer<()> {
    match done {
        Err(refusal) if refusal.code == "platform.db.stale" => {
            let now = history(desk, name, lang).await?;
            let last = now.settings.iter().max_by_key(|setting| setting.from.clone());
            let (zh, en) = last.map_or_else(
                || ("已无设定值".to_owned(), "no value is set any more".to_owned()),
                |set| {
                    let SettingView { value, from, owner, scope_name, .. } = set;
                    (
                        format!("最新设定为 {value}，{scope_name}，{from} 起，由 {owner} 设定"),
                        format!("the latest value is {value} for {scope_name} from {from} on, set by {owner}"),
                    )
                },
            );
            let zh = format!("参数 {name} 刚被他人修改：{zh}；请核对后重新提交");
            Err(Problem::from(Refusal::new(
                Kind::Conflict,
                refusal.code,
                zh,
                format!("{name} was changed meanwhile: {en}; look at it, then submit again"),
            )))
        }
        other => Ok(other?),
    }
}
