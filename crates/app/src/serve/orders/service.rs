//! 包换、退货、维修 of handsets (R7.154): asked for at the counter, decided by service.

use super::super::desk::Desk;
use super::super::periods::StepNote;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, OnceKey, Page, Paging, Sent, closed, no_word};
use super::acts::EITHER;
use super::levels::ChangedVersion;
use super::{Asker, limit, place};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Lang, Refusal};
use qudao_orders::service::{self, Query, Request, Terms, Verdict, Wanted, Wish};
use qudao_platform::audit::same_hand;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Who decides.
const DECIDE: &[Permission] = &[Permission::ServiceHandle];
/// Who notes that a repaired handset is back: service, and the counter it comes back to.
const BACK: &[Permission] = &[Permission::ServiceHandle, Permission::OrderTake, Permission::OrderHandle];
/// Most days of a parameter: a hundred years.
const MOST_DAYS: i64 = 36_500;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(agree))
        .routes(routes!(refuse))
        .routes(routes!(back))
        .routes(routes!(withdraw))
}

/// A request for an exchange, a return or a repair.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceRequest {
    id: String,
    /// For `If-Match`.
    version: u32,
    /// exchange, return, repair.
    kind: String,
    /// asked, repairing, done, refused, withdrawn.
    state: String,
    serial: String,
    /// The handset in its place; empty for anything but an exchange.
    replacement: String,
    /// The order it was sold with; empty for one in stock.
    order: String,
    partner: String,
    partner_name: String,
    outlet: String,
    outlet_name: String,
    /// Name of the handset.
    product_name: String,
    reason: String,
    asked_by: String,
    asked_at: String,
    #[schema(required)]
    decided_by: Option<String>,
    decision: String,
    #[schema(required)]
    ended_at: Option<String>,
    /// Whether whoever looks asked for it, and so does not decide it.
    own: bool,
}

impl ServiceRequest {
    fn of(asker: &Asker, who: &str, one: Request) -> Self {
        Self {
            own: same_hand(&one.asked_by, who),
            partner_name: asker.partner(&one.partner),
            outlet_name: asker.outlet(&one.outlet),
            product_name: asker.master.product(&one.product, asker.today).map_or(one.product, |product| product.name.clone()),
            asked_at: instant(one.asked_us),
            ended_at: one.ended_us.map(instant),
            kind: one.wish.name().to_owned(),
            id: one.id,
            version: one.version,
            state: one.state,
            serial: one.serial,
            replacement: one.replacement,
            order: one.order,
            partner: one.partner,
            outlet: one.outlet,
            reason: one.reason,
            asked_by: one.asked_by,
            decided_by: one.decided_by,
            decision: one.decision,
        }
    }
}

/// Which requests.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ServiceFilter {
    /// exchange, return, repair.
    kind: Option<String>,
    /// asked, repairing, done, refused, withdrawn.
    state: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Part of the number, or a whole serial.
    q: Option<String>,
}

fn wish_of(text: &str) -> Result<Wish, Refusal> {
    text.parse().map_err(|()| no_word(text, "exchange, return, repair"))
}

/// Where the caller may ask or look: whatever their permissions reach, and for a work ID the counter it is bound to.
fn counter(desk: &Desk, signed: &Signed, asker: &Asker, any: &[Permission]) -> Result<qudao_orders::Sight, Refusal> {
    let mut scope = super::union(desk, signed, any)?;
    let own = scope.clerks.iter().filter_map(|code| asker.master.clerk(code, asker.today)).map(|row| row.outlet.clone());
    scope.outlets.extend(own);
    Ok(qudao_orders::Sight::of(scope, &asker.master, asker.today))
}

fn terms(desk: &Desk, asker: &Asker) -> Result<Terms, Refusal> {
    let parameters = desk.parameters();
    let days = |name: &str| -> Result<i32, Refusal> {
        let days = parameters.on(name, "", asker.today)?.int()?;
        Ok(i32::try_from(days.min(MOST_DAYS)).unwrap_or(0))
    };
    Ok(Terms {
        exchange_days: days("service_exchange_days")?,
        return_days: days("service_return_days")?,
        repair_days: days("service_repair_days")?,
    })
}

/// Exchanges, returns and repairs, latest first.
#[utoipa::path(get, path = "/service-requests", tag = "orders", operation_id = "service_requests", params(ServiceFilter, Paging),
    responses((status = 200, body = Page<ServiceRequest>)), extensions(("x-permission" = json!("order.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ServiceFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ServiceRequest>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = counter(&desk, &signed, &asker, &[Permission::OrderRead])?;
    let after = place(paging.after.as_deref()).and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.to_owned())));
    let query = Query {
        wish: asked.kind.as_deref().filter(|text| !text.is_empty()).map(wish_of).transpose()?,
        state: closed(asked.state, &["asked", "repairing", "done", "refused", "withdrawn"])?,
        outlet: asked.outlet.unwrap_or_default(),
        text: asked.q.unwrap_or_default().trim().to_owned(),
        after,
        limit: limit(paging.limit()),
    };
    let found = service::list(&mut desk.db.read().await?, &sight, &query).await?;
    let who = signed.0.who();
    let next = found.next.map(|(at, id)| format!("{at}~{id}"));
    let items = found.rows.into_iter().map(|one| ServiceRequest::of(&asker, &who, one)).collect();
    Ok(Json(Page { items, next, total: found.total as usize }))
}

/// How many requests wait for the asker to decide; none for who decides none.
///
/// # Errors
/// The database does not answer.
pub(in crate::serve) async fn waiting(desk: &Arc<Desk>, signed: &Signed) -> Result<u32, Refusal> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let Ok(sight) = asker.sight(desk, signed, DECIDE) else { return Ok(0) };
    let query = Query { state: "asked".to_owned(), limit: 1, ..Query::default() };
    Ok(service::list(&mut desk.db.read().await?, &sight, &query).await?.total)
}

/// What is asked for a handset.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ServiceSent {
    /// exchange, return, repair.
    kind: String,
    /// Serial of the handset.
    serial: String,
    /// Of an exchange: serial of one of the same kind in the outlet's stock.
    #[serde(default)]
    replacement: String,
    reason: String,
}

/// A request that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceMade {
    id: String,
}

/// Asks to exchange, take back or repair a handset one's outlet sold, or to repair one in its stock.
#[utoipa::path(post, path = "/service-requests", tag = "orders", operation_id = "ask_service", request_body = ServiceSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ServiceMade)),
    extensions(("x-permission" = json!(["order.take", "order.handle"]))))]
async fn ask(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<ServiceSent>,
) -> Answer<(StatusCode, Json<ServiceMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = counter(&desk, &signed, &asker, EITHER)?;
    let ServiceSent { kind, serial, replacement, reason } = &sent;
    let wanted = Wanted { wish: wish_of(kind)?, serial, replacement, reason };
    let id = service::ask(&desk.db, terms(&desk, &asker)?, &sight, &signed.0.who(), &key, &wanted).await?.into_inner();
    Ok((StatusCode::CREATED, Json(ServiceMade { id })))
}

async fn decide(
    desk: &Arc<Desk>,
    signed: &Signed,
    any: &[Permission],
    id: &str,
    version: u32,
    verdict: Verdict<'_>,
) -> Answer<Json<ChangedVersion>> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let sight = counter(desk, signed, &asker, any)?;
    let version = service::decide(&desk.db, &asker.shop(desk)?, &sight, &signed.0.who(), id, version, verdict).await?;
    Ok(Json(ChangedVersion { version }))
}

/// Agrees: an exchange and a return are done with it, a repair begins.
#[utoipa::path(post, path = "/service-requests/{id}/agree", tag = "orders", operation_id = "agree_service", request_body = StepNote,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = ChangedVersion)),
    extensions(("x-permission" = json!("service.handle"))))]
async fn agree(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<Json<ChangedVersion>> {
    decide(&desk, &signed, DECIDE, &id, version, Verdict::Agree(&sent.note)).await
}

/// Refuses, with a reason.
#[utoipa::path(post, path = "/service-requests/{id}/refuse", tag = "orders", operation_id = "refuse_service", request_body = StepNote,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = ChangedVersion)),
    extensions(("x-permission" = json!("service.handle"))))]
async fn refuse(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<Json<ChangedVersion>> {
    decide(&desk, &signed, DECIDE, &id, version, Verdict::Refuse(&sent.note)).await
}

/// Notes that a repaired handset is back where it was.
#[utoipa::path(post, path = "/service-requests/{id}/back", tag = "orders", operation_id = "service_back", request_body = StepNote,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = ChangedVersion)),
    extensions(("x-permission" = json!(["service.handle", "order.take", "order.handle"]))))]
async fn back(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<Json<ChangedVersion>> {
    decide(&desk, &signed, BACK, &id, version, Verdict::Back(&sent.note)).await
}

/// Takes a request back that was not decided yet; only who asked does.
#[utoipa::path(post, path = "/service-requests/{id}/withdraw", tag = "orders", operation_id = "withdraw_service",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = ChangedVersion)),
    extensions(("x-permission" = json!(["order.take", "order.handle"]))))]
async fn withdraw(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
) -> Answer<Json<ChangedVersion>> {
    decide(&desk, &signed, EITHER, &id, version, Verdict::Withdraw).await
}
