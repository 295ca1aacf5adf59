//! Order proposals with a reason for each line, and the orders that came of them.

use super::super::desk::Desk;
use super::super::display::reached;
use super::super::orders::Asker;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent, closed, only};
use super::ground::{Ground, Part};
use super::stock::model;
use super::{MANAGE, READ, at, managed, product_name};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_distribution::order::{self, Line, Order, Query};
use qudao_distribution::propose::{self, Need};
use qudao_kernel::Lang;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(proposal)).routes(routes!(list, send)).routes(routes!(end))
}

/// A line of a proposal or order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OrderLineShown {
    product: String,
    product_name: String,
    quantity: i64,
    /// What one costs, fen.
    price: i64,
    /// Fen.
    amount: i64,
    reason: String,
}

/// What an outlet should order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderProposal {
    outlet: String,
    outlet_name: String,
    /// initial, replenishment.
    kind: String,
    lines: Vec<OrderLineShown>,
    pieces: i64,
    /// Fen.
    amount: i64,
    /// Core models whose stock nobody knows: count them first.
    uncounted: Vec<String>,
}

/// Which proposal.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProposalAsked {
    /// initial, replenishment; replenishment where absent.
    kind: Option<String>,
}

/// What an outlet should order, with the reason for each line. Nothing is kept.
#[utoipa::path(get, path = "/distribution/outlets/{code}/proposal", tag = "distribution", operation_id = "order_proposal",
    params(("code" = String, Path, description = "Outlet"), ProposalAsked), responses((status = 200, body = OrderProposal)),
    extensions(("x-permission" = json!("distribution.read"))))]
async fn proposal(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
    Asked(asked): Asked<ProposalAsked>,
) -> Answer<Json<OrderProposal>> {
    let asker = Asker::of(&desk, lang).await;
    let scope = signed.scope(&desk, Permission::DistributionRead)?;
    let outlet = reached(&asker, &scope, &code)?.clone();
    let ground = Ground::of(&desk, asker, scope, Part { outlet: &code, area: "" }).await?;
    let (mut needs, mut uncounted) = (Vec::new(), Vec::new());
    for (product, role) in ground.models(&outlet) {
        let standing = ground.standing(&code, &product.code);
        let (peers_sold, peers) = ground.peers(&outlet, &product.code);
        if standing.stock.is_none() && role.is_core() {
            uncounted.push(product.name.clone());
        }
        needs.push(Need {
            product: &product.code,
            role,
            price: product.supply_price,
            stock: standing.stock,
            on_order: ground.seen(&code, &product.code).coming,
            sold: standing.sold,
            peers_sold,
            peers,
        });
    }
    only(asked.kind.as_deref(), &["initial", "replenishment"])?;
    let is_initial = asked.kind.as_deref() == Some("initial");
    let lines = if is_initial { propose::initial(&needs, ground.rules) } else { propose::replenish(&needs, ground.rules) };
    let price = |code: &str| needs.iter().find(|need| need.product == code).map_or(0, |need| need.price.0);
    let lines: Vec<OrderLineShown> = lines
        .into_iter()
        .map(|line| OrderLineShown {
            product_name: product_name(&ground.asker, &line.product),
            price: price(&line.product),
            product: line.product,
            quantity: line.quantity,
            amount: line.amount.0,
            reason: line.reason.get(lang).to_owned(),
        })
        .collect();
    Ok(Json(OrderProposal {
        outlet: code,
        outlet_name: outlet.name,
        kind: if is_initial { "initial" } else { "replenishment" }.to_owned(),
        pieces: lines.iter().map(|line| line.quantity).sum(),
        amount: lines.iter().map(|line| line.amount).sum(),
        lines,
        uncounted,
    }))
}

/// An order of an outlet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ModelOrderRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    outlet: String,
    outlet_name: String,
    /// initial, replenishment.
    kind: String,
    /// sent, received, dropped.
    state: String,
    lines: Vec<OrderLineShown>,
    pieces: i64,
    /// Fen.
    amount: i64,
    who: String,
    made_on: String,
    ended_by: String,
    #[schema(required)]
    ended_on: Option<String>,
    note: String,
}

impl ModelOrderRow {
    fn of(asker: &Asker, one: Order) -> Self {
        let line = |line: Line| OrderLineShown {
            product_name: product_name(asker, &line.product),
            amount: line.price.0 * line.quantity,
            product: line.product,
            quantity: line.quantity,
            price: line.price.0,
            reason: line.reason,
        };
        Self {
            outlet_name: asker.outlet(&one.outlet),
            lines: one.lines.into_iter().map(line).collect(),
            id: one.id,
            version: one.version,
            outlet: one.outlet,
            kind: one.kind,
            state: one.state,
            pieces: one.pieces,
            amount: one.amount.0,
            who: one.who,
            made_on: one.made_on.to_string(),
            ended_by: one.ended_by,
            ended_on: day(one.ended_on),
            note: one.note,
        }
    }
}

/// Filters of orders.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ModelOrderFilter {
    /// sent, received, dropped.
    state: Option<String>,
    /// Outlet.
    outlet: Option<String>,
}

/// Orders of outlets, by number.
#[utoipa::path(get, path = "/distribution/orders", tag = "distribution", operation_id = "model_orders", params(ModelOrderFilter, Paging),
    responses((status = 200, body = Page<ModelOrderRow>)), extensions(("x-permission" = json!("distribution.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ModelOrderFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ModelOrderRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let query = Query {
        state: closed(asked.state, &["sent", "received", "dropped"])?,
        outlet: asked.outlet.unwrap_or_default(),
        after: paging.after.clone().unwrap_or_default(),
        limit: paging.limit(),
    };
    let found = order::list(&mut desk.db.read().await?, &sight, &query).await?;
    let items = found.rows.into_iter().map(|one| ModelOrderRow::of(&asker, one)).collect();
    Ok(Json(Page { items, next: found.next, total: found.total as usize }))
}

/// A line that is ordered.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrderLineSent {
    product: String,
    quantity: i64,
    /// Why so many, as it was proposed.
    #[serde(default)]
    reason: String,
}

/// An order that is sent.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ModelOrderSent {
    outlet: String,
    /// initial, replenishment.
    kind: String,
    lines: Vec<OrderLineSent>,
}

/// The number of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelOrderMade {
    id: String,
}

/// Sends an order of an outlet. Prices are those of the products today.
#[utoipa::path(post, path = "/distribution/orders", tag = "distribution", operation_id = "send_model_order", request_body = ModelOrderSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ModelOrderMade)),
    extensions(("x-permission" = json!("distribution.manage"))))]
async fn send(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<ModelOrderSent>,
) -> Answer<(StatusCode, Json<ModelOrderMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let outlet = managed(&desk, &signed, &asker, &sent.outlet)?;
    let mut lines = Vec::with_capacity(sent.lines.len());
    for line in &sent.lines {
        let price = model(&asker, &line.product)?.supply_price;
        let reason = line.reason.chars().take(200).collect();
        lines.push(Line { product: line.product.clone(), quantity: line.quantity, price, reason });
    }
    let is_initial = sent.kind == "initial";
    let id = order::send(&desk.db, &signed.0.who(), &key, at(outlet), is_initial, &lines).await?.into_inner();
    Ok((StatusCode::CREATED, Json(ModelOrderMade { id })))
}

/// How an order ends.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ModelOrderEndSent {
    /// received, dropped.
    to: String,
    /// Why it is dropped.
    #[serde(default)]
    reason: String,
}

/// The version of a record of distribution afterwards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DistributionVersion {
    /// For the next `If-Match`.
    pub(super) version: u32,
}

/// Notes that an order was received, which supplies the outlet, or drops it.
#[utoipa::path(post, path = "/distribution/orders/{id}/end", tag = "distribution", operation_id = "end_model_order", request_body = ModelOrderEndSent,
    params(("id" = String, Path, description = "Order"), ("If-Match" = String, Header)),
    responses((status = 200, body = DistributionVersion)), extensions(("x-permission" = json!("distribution.manage"))))]
async fn end(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<ModelOrderEndSent>,
) -> Answer<Json<DistributionVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let dropped = (sent.to != "received").then_some(sent.reason.as_str());
    let version = order::end(&desk.db, &sight, &signed.0.who(), &id, version, dropped).await?;
    Ok(Json(DistributionVersion { version }))
}
