//! Acceptance levels: what they allow, who holds which, what was refused, who is near a limit (R1.9, R1.36).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::shown::{instant, mask};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, Page, Paging, Sent};
use super::{Asker, day, limit, midnight, place};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_orders::acceptance::check::Held;
use qudao_orders::acceptance::report::{self, HolderRow, Near, Query, RefusalQuery};
use qudao_orders::acceptance::store::{self, Assign};
use qudao_orders::business::{Business, Holder, Level};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(definitions))
        .routes(routes!(holders))
        .routes(routes!(holder))
        .routes(routes!(assign))
        .routes(routes!(suspend))
        .routes(routes!(restore))
        .routes(routes!(refusals))
        .routes(routes!(near_limits))
}

/// A kind of business.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the definition")]
pub(crate) struct BusinessView {
    id: String,
    title: String,
    /// Kind of the business event it becomes; an activity where absent.
    #[schema(required)]
    fact: Option<String>,
    /// Product lines of its first product; none: an amount is given.
    lines: Vec<String>,
    /// Whether a real-name check is needed.
    identity: bool,
    /// Whether the business system gives it a number.
    system: bool,
    /// Whether a subscriber's number is needed.
    subscriber: bool,
    /// Whether a card of the outlet's stock is used up.
    card: bool,
    /// Whether something is to be switched on.
    task: bool,
    /// Whether a signed slip is due back.
    slip: bool,
    /// Whether a subscriber has one at a time.
    once: bool,
    /// cancellation or return; absent where an effective order is not taken back.
    #[schema(required)]
    undo: Option<String>,
}

impl BusinessView {
    fn of(business: &Business, lang: Lang) -> Self {
        Self {
            id: business.id.clone(),
            title: business.title().get(lang).to_owned(),
            fact: business.fact.clone(),
            lines: business.lines.clone(),
            identity: business.identity,
            system: business.system,
            subscriber: business.subscriber,
            card: business.card,
            task: business.task,
            slip: business.slip,
            once: business.once,
            undo: business.undo.map(|undo| undo.name().to_owned()),
        }
    }
}

/// What a holder of a level may take. Amounts are fen; what is absent is not limited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LevelLimits {
    /// partner, outlet, clerk.
    holder: String,
    #[schema(required)]
    per_order: Option<i64>,
    #[schema(required)]
    orders_per_day: Option<i64>,
    #[schema(required)]
    per_day: Option<i64>,
}

/// A level.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LevelView {
    id: String,
    rank: u32,
    title: String,
    /// Whether a work ID needs a certificate.
    certificate: bool,
    /// Whether it is for cooperatives alone.
    cooperative: bool,
    /// Ids of the business it allows.
    business: Vec<String>,
    limits: Vec<LevelLimits>,
}

impl LevelView {
    fn of(level: &Level, lang: Lang) -> Self {
        let limits = |holder: Holder| {
            let limits = level.limits(holder);
            LevelLimits {
                holder: holder.name().to_owned(),
                per_order: limits.per_order,
                orders_per_day: limits.orders_per_day,
                per_day: limits.per_day,
            }
        };
        Self {
            id: level.id.clone(),
            rank: level.rank,
            title: level.title().get(lang).to_owned(),
            certificate: level.certificate,
            cooperative: level.cooperative,
            business: level.business.clone(),
            limits: Holder::ALL.into_iter().map(limits).collect(),
        }
    }
}

/// Kinds of business and levels.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptanceDefinitions {
    business: Vec<BusinessView>,
    /// From the least up.
    levels: Vec<LevelView>,
}

/// Kinds of business and the levels that allow them.
#[utoipa::path(get, path = "/acceptance/definitions", tag = "orders", operation_id = "acceptance_definitions",
    responses((status = 200, body = AcceptanceDefinitions)), extensions(("x-permission" = json!(["acceptance.read", "order.read"]))))]
async fn definitions(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<AcceptanceDefinitions>> {
    signed.may(&desk, Permission::AcceptanceRead).or_else(|_| signed.may(&desk, Permission::OrderRead))?;
    let all = &desk.orders.definitions;
    Ok(Json(AcceptanceDefinitions {
        business: all.all_business().iter().map(|business| BusinessView::of(business, lang)).collect(),
        levels: all.levels().map(|level| LevelView::of(level, lang)).collect(),
    }))
}

/// A partner, outlet or work ID with the level it holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptanceHolder {
    /// partner, outlet, clerk.
    holder: String,
    code: String,
    name: String,
    /// For `If-Match`.
    version: u32,
    territory: String,
    territory_name: String,
    partner: String,
    partner_name: String,
    /// Empty for a partner.
    outlet: String,
    outlet_name: String,
    /// On the day; absent where none holds.
    #[schema(required)]
    level: Option<String>,
    level_title: String,
    #[schema(required)]
    rank: Option<u32>,
    certificate: String,
    #[schema(required)]
    certificate_to: Option<String>,
    #[schema(required)]
    from: Option<String>,
    #[schema(required)]
    to: Option<String>,
    #[schema(required)]
    suspended_at: Option<String>,
    #[schema(required)]
    suspended_by: Option<String>,
    #[schema(required)]
    suspended_reason: Option<String>,
}

fn name(asker: &Asker, holder: Holder, code: &str) -> String {
    match holder {
        Holder::Partner => asker.partner(code),
        Holder::Outlet => asker.outlet(code),
        Holder::Clerk => asker.clerk(code),
    }
}

fn view(desk: &Desk, asker: &Asker, row: HolderRow) -> AcceptanceHolder {
    let held = row.held.as_ref();
    let (at, by, why) = match row.suspended {
        Some((at, by, why)) => (Some(instant(at)), Some(by), Some(why)),
        None => (None, None, None),
    };
    AcceptanceHolder {
        holder: row.holder.name().to_owned(),
        name: name(asker, row.holder, &row.code),
        territory_name: network_name(&row.territory, asker.lang),
        partner_name: asker.partner(&row.partner),
        outlet_name: if row.outlet.is_empty() { String::new() } else { asker.outlet(&row.outlet) },
        level: held.map(|held| held.level.clone()),
        level_title: held.map_or_else(String::new, |held| asker.level(desk, &held.level)),
        rank: held.and_then(|held| desk.orders.definitions.level(&held.level).ok()).map(|level| level.rank),
        certificate: held.map_or_else(String::new, |held| held.certificate.clone()),
        certificate_to: held.and_then(|held| held.certificate_to).map(|day| day.to_string()),
        from: held.map(|held| held.from.to_string()),
        to: held.and_then(|held| held.to).map(|day| day.to_string()),
        suspended_at: at,
        suspended_by: by,
        suspended_reason: why,
        code: row.code,
        version: row.version,
        territory: row.territory,
        partner: row.partner,
        outlet: row.outlet,
    }
}

/// Filters of holders.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HolderFilter {
    /// partner, outlet or clerk.
    holder: Option<String>,
    /// Level on the day.
    level: Option<String>,
    /// Only suspended ones, or only others.
    suspended: Option<bool>,
    /// An outlet.
    outlet: Option<String>,
    /// A partner.
    partner: Option<String>,
    /// Part of the code.
    q: Option<String>,
    /// The day; today where absent.
    day: Option<String>,
}

fn holder_of(text: &str) -> Result<Holder, Refusal> {
    text.parse().map_err(|()| {
        Refusal::new(
            Kind::NotFound,
            "acceptance.holder.kind",
            format!("没有“{text}”这类对象；可用 partner、outlet、clerk"),
            format!("there is no kind of holder called {text}; there are partner, outlet and clerk"),
        )
    })
}

/// Who holds which level, by kind and code.
#[utoipa::path(get, path = "/acceptance/holders", tag = "orders", operation_id = "acceptance_holders", params(HolderFilter, Paging),
    responses((status = 200, body = Page<AcceptanceHolder>)), extensions(("x-permission" = json!("acceptance.read"))))]
async fn holders(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<HolderFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<AcceptanceHolder>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::AcceptanceRead])?;
    let query = Query {
        holder: asked.holder.as_deref().filter(|text| !text.is_empty()).map(holder_of).transpose()?,
        level: asked.level.unwrap_or_default(),
        suspended: asked.suspended,
        outlet: asked.outlet.unwrap_or_default(),
        partner: asked.partner.unwrap_or_default(),
        text: asked.q.unwrap_or_default().trim().to_owned(),
        day: day(asked.day.as_deref())?.or(Some(asker.today)),
        after: place(paging.after.as_deref()).map(|(kind, code)| (kind.to_owned(), code.to_owned())),
        limit: limit(paging.limit()),
    };
    let found = report::list(&mut desk.db.read().await?, &sight, &query).await?;
    let next = found.rows.last().filter(|_| found.more).map(|row| format!("{}~{}", row.holder.name(), row.code));
    let items = found.rows.into_iter().map(|row| view(&desk, &asker, row)).collect();
    Ok(Json(Page { items, next, total: found.total as usize }))
}

/// A level somebody holds or held.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldLevel {
    level: String,
    level_title: String,
    certificate: String,
    #[schema(required)]
    certificate_to: Option<String>,
    from: String,
    #[schema(required)]
    to: Option<String>,
    set_by: String,
    reason: String,
}

/// A holder with its levels, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptanceWhole {
    row: AcceptanceHolder,
    history: Vec<HeldLevel>,
}

/// One partner, outlet or work ID with every level it held.
#[utoipa::path(get, path = "/acceptance/holders/{holder}/{code}", tag = "orders", operation_id = "acceptance_holder",
    params(("holder" = String, Path, description = "partner, outlet or clerk"), ("code" = String, Path)),
    responses((status = 200, body = AcceptanceWhole)), extensions(("x-permission" = json!("acceptance.read"))))]
async fn holder(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((holder, code)): Path<(String, String)>,
) -> Answer<Json<AcceptanceWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::AcceptanceRead])?;
    let (row, history) = report::one(&mut desk.db.read().await?, &sight, holder_of(&holder)?, &code).await?;
    let held = |(held, set_by, reason): (Held, String, String)| HeldLevel {
        level_title: asker.level(&desk, &held.level),
        level: held.level,
        certificate: held.certificate,
        certificate_to: held.certificate_to.map(|day| day.to_string()),
        from: held.from.to_string(),
        to: held.to.map(|day| day.to_string()),
        set_by,
        reason,
    };
    Ok(Json(AcceptanceWhole { row: view(&desk, &asker, row), history: history.into_iter().map(held).collect() }))
}

/// A level to be given.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LevelSent {
    level: String,
    /// Number of the work ID's certificate, where the level needs one.
    #[serde(default)]
    certificate: String,
    /// First day the certificate is no longer good.
    certificate_to: Option<String>,
    /// First day.
    from: String,
    reason: String,
}

/// The version after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedVersion {
    /// For the next `If-Match`.
    pub(super) version: u32,
}

/// Whether a holder lies where somebody gives levels.
fn within(desk: &Desk, signed: &Signed, asker: &Asker, holder: Holder, code: &str) -> Result<(), Refusal> {
    let scope = signed.scope(desk, Permission::AcceptanceManage)?;
    let spot = store::spot(&desk.orders.definitions, &asker.master, holder, code, asker.today)?;
    let chain = super::chain_of(&asker.master, &spot.partner, asker.today);
    let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
    let clerk = if holder == Holder::Clerk { code } else { "" };
    let at = qudao_access::Place { territory: &spot.territory, partners: &partners, outlet: &spot.outlet, clerk };
    if scope.covers(&at) {
        return Ok(());
    }
    let (zh, en) = holder.title();
    Err(Refusal::new(
        Kind::NotFound,
        "acceptance.holder.none",
        format!("{zh} {code} 不在您的范围内；请核对编码"),
        format!("{en} {code} is not within your reach; check the code"),
    ))
}

/// Gives a level from a day on.
#[utoipa::path(post, path = "/acceptance/holders/{holder}/{code}/level", tag = "orders", operation_id = "assign_acceptance_level", request_body = LevelSent,
    params(("holder" = String, Path), ("code" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ChangedVersion)), extensions(("x-permission" = json!("acceptance.manage"))))]
async fn assign(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((holder, code)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<LevelSent>,
) -> Answer<Json<ChangedVersion>> {
    signed.may(&desk, Permission::AcceptanceManage)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let holder = holder_of(&holder)?;
    within(&desk, &signed, &asker, holder, &code)?;
    let from = day(Some(&sent.from))?.unwrap_or(asker.today);
    let certificate_to = day(sent.certificate_to.as_deref())?;
    let LevelSent { level, certificate, reason, .. } = &sent;
    let new = Assign { holder, code: &code, level, certificate, certificate_to, from, reason };
    let orders = &desk.orders;
    let version = store::assign(&desk.db, &orders.definitions, &asker.master, &signed.0.who(), version, &new).await?;
    orders.register.refresh(&desk.db).await?;
    Ok(Json(ChangedVersion { version }))
}

/// Why a level is suspended or restored.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AcceptanceReason {
    reason: String,
}

/// Suspends a level: from this moment nothing is taken there.
#[utoipa::path(post, path = "/acceptance/holders/{holder}/{code}/suspend", tag = "orders", operation_id = "suspend_acceptance",
    request_body = AcceptanceReason, params(("holder" = String, Path), ("code" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ChangedVersion)), extensions(("x-permission" = json!("acceptance.manage"))))]
async fn suspend(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((holder, code)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<AcceptanceReason>,
) -> Answer<Json<ChangedVersion>> {
    stand(&desk, &signed, (&holder, &code), version, &sent.reason, true).await
}

/// Restores a suspended level.
#[utoipa::path(post, path = "/acceptance/holders/{holder}/{code}/restore", tag = "orders", operation_id = "restore_acceptance",
    request_body = AcceptanceReason, params(("holder" = String, Path), ("code" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ChangedVersion)), extensions(("x-permission" = json!("acceptance.manage"))))]
async fn restore(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((holder, code)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<AcceptanceReason>,
) -> Answer<Json<ChangedVersion>> {
    stand(&desk, &signed, (&holder, &code), version, &sent.reason, false).await
}

async fn stand(
    desk: &Arc<Desk>,
    signed: &Signed,
    (holder, code): (&str, &str),
    version: u32,
    reason: &str,
    suspends: bool,
) -> Answer<Json<ChangedVersion>> {
    signed.may(desk, Permission::AcceptanceManage)?;
    let asker = Asker::of(desk, Lang::Zh).await;
    let holder = holder_of(holder)?;
    within(desk, signed, &asker, holder, code)?;
    let who = signed.0.who();
    let version = if suspends {
        store::suspend(&desk.db, &who, holder, code, version, reason).await?
    } else {
        store::restore(&desk.db, &who, holder, code, version, reason).await?
    };
    desk.orders.register.refresh(&desk.db).await?;
    Ok(Json(ChangedVersion { version }))
}

/// An order that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedOrder {
    id: String,
    at: String,
    code: String,
    /// Why, in the language asked for.
    text: String,
    business: String,
    business_title: String,
    /// Fen.
    amount: i64,
    login: String,
    clerk: String,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
}

/// Filters of refused orders.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefusalFilter {
    /// Code.
    code: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Work ID.
    clerk: Option<String>,
    /// First day.
    from: Option<String>,
}

/// Orders that were refused, the newest first.
#[utoipa::path(get, path = "/acceptance/refusals", tag = "orders", operation_id = "refused_orders", params(RefusalFilter, Paging),
    responses((status = 200, body = Page<RefusedOrder>)), extensions(("x-permission" = json!("acceptance.read"))))]
async fn refusals(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<RefusalFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<RefusedOrder>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::AcceptanceRead])?;
    let after = place(paging.after.as_deref()).and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    let query = RefusalQuery {
        code: asked.code.unwrap_or_default(),
        outlet: asked.outlet.unwrap_or_default(),
        clerk: asked.clerk.unwrap_or_default(),
        from_us: day(asked.from.as_deref())?.map(midnight),
        after,
        limit: limit(paging.limit()),
    };
    let found = report::refusals(&mut desk.db.read().await?, &sight, &query).await?;
    let next = found.rows.last().filter(|_| found.more).map(|row| format!("{}~{}", row.at_us, row.id));
    let row = |row: report::RefusalRow| RefusedOrder {
        at: instant(row.at_us),
        text: mask(if lang == Lang::Zh { &row.zh } else { &row.en }),
        business_title: asker.business(&desk, &row.business),
        outlet_name: asker.outlet(&row.outlet),
        partner_name: asker.partner(&row.partner),
        id: row.id,
        code: row.code,
        business: row.business,
        amount: row.amount,
        login: row.login,
        clerk: row.clerk,
        outlet: row.outlet,
        partner: row.partner,
    };
    Ok(Json(Page { items: found.rows.into_iter().map(row).collect(), next, total: found.total as usize }))
}

/// A holder that used four fifths of a daily limit or more. Amounts are fen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearLimit {
    /// partner, outlet, clerk.
    holder: String,
    code: String,
    name: String,
    partner: String,
    outlet: String,
    level: String,
    orders: i64,
    #[schema(required)]
    orders_limit: Option<i64>,
    amount: i64,
    #[schema(required)]
    amount_limit: Option<i64>,
    /// The larger share of the two limits, parts per million.
    share_ppm: i64,
}

/// The day of a report.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfDay {
    /// The day; today where absent.
    day: Option<String>,
}

/// Who is near a daily limit, the nearest first.
#[utoipa::path(get, path = "/acceptance/near-limits", tag = "orders", operation_id = "near_limits", params(OfDay),
    responses((status = 200, body = Vec<NearLimit>)), extensions(("x-permission" = json!("acceptance.read"))))]
async fn near_limits(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OfDay>,
) -> Answer<Json<Vec<NearLimit>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::AcceptanceRead])?;
    let day = day(asked.day.as_deref())?.unwrap_or(asker.today);
    let orders = &desk.orders;
    let found = report::near(&mut desk.db.read().await?, &sight, &orders.definitions, &orders.register.index(), day).await?;
    let row = |near: Near| NearLimit {
        holder: near.holder.name().to_owned(),
        name: name(&asker, near.holder, &near.code),
        code: near.code,
        partner: near.partner,
        outlet: near.outlet,
        level: near.level,
        orders: near.orders.0,
        orders_limit: near.orders.1,
        amount: near.amount.0,
        amount_limit: near.amount.1,
        share_ppm: near.share,
    };
    Ok(Json(found.into_iter().map(row).collect()))
}
