//! One order whole.

use super::super::desk::Desk;
use super::super::shown::{day, instant, mask};
use super::super::signed::Signed;
use super::super::web::{Answer, Language};
use super::Asker;
use super::acts::offered;
use super::rows::OrderRow;
use super::seller::OfferView;
use super::slips::SlipRow;
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::Lang;
use qudao_orders::order::{Decision, Item, Part, Progress, store};
use qudao_orders::real_name::Identity;
use qudao_orders::slip;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(order))
}

/// A product of an order. Amounts are fen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderItem {
    product: String,
    name: String,
    line: String,
    business: String,
    business_title: String,
    quantity: u32,
    plan_fee: i64,
    amount: i64,
    imei: String,
}

/// What the real-name service said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderIdentity {
    passed: bool,
    reference: String,
    /// Masked.
    name: String,
    /// Masked.
    number: String,
    at: String,
}

/// The customer's confirmation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderConfirmed {
    /// The offer they saw.
    sha256: String,
    consent: bool,
    at: String,
}

/// A part of the work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderTask {
    /// activation, delivery, invoice.
    part: String,
    title: String,
    /// open, failed, done.
    progress: String,
    note: String,
}

/// How an order ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderEnded {
    reason: String,
    on: String,
}

/// A line of the history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderHappened {
    seq: u32,
    at: String,
    act: String,
    /// The state after it.
    state: String,
    who: String,
    note: String,
}

/// An order whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderWhole {
    order: OrderRow,
    items: Vec<OrderItem>,
    offer: OfferView,
    network: String,
    /// `handset_first`, `operator_first`, promotion.
    #[schema(required)]
    decision: Option<String>,
    term_months: u32,
    /// Fen.
    prior_fee: i64,
    card: String,
    customer_class: String,
    #[schema(required)]
    identity: Option<OrderIdentity>,
    #[schema(required)]
    confirmed: Option<OrderConfirmed>,
    tasks: Vec<OrderTask>,
    #[schema(required)]
    ended: Option<OrderEnded>,
    /// Batch of facts it was written with; empty where a file of the business system brought it.
    fact_batch: String,
    #[schema(required)]
    slip: Option<SlipRow>,
    /// The oldest first.
    history: Vec<OrderHappened>,
    /// What the caller may do now: rewrite, identify, submit, accept, finish, fail, cancel, reverse, terminate.
    acts: Vec<String>,
}

/// One order.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", operation_id = "order", params(("id" = String, Path)),
    responses((status = 200, body = OrderWhole)), extensions(("x-permission" = json!("order.read"))))]
async fn order(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<OrderWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::OrderRead])?;
    let tx = &mut desk.db.read().await?;
    let kept = store::get(tx, &sight, &id).await?;
    let history = store::history(tx, &id).await?;
    let slip = slip::one(tx, &sight, &id).await.ok();
    let order = &kept.order;
    let may = |permission| signed.scope(&desk, permission).is_ok_and(|scope| asker.reaches(&scope, order));
    let business = desk.orders.definitions.business(&order.wanted.business)?;
    let acts = offered(order, business, may(Permission::OrderTake), may(Permission::OrderHandle));
    let item = |item: &Item| OrderItem {
        product: item.product.clone(),
        name: item.name.clone(),
        line: item.line.clone(),
        business: item.business.clone(),
        business_title: asker.business(&desk, &item.business),
        quantity: item.quantity,
        plan_fee: item.plan_fee.0,
        amount: item.amount.0,
        imei: item.imei.clone(),
    };
    let identity = |identity: &Identity| OrderIdentity {
        passed: identity.passed,
        reference: identity.reference.clone(),
        name: identity.name.clone(),
        number: identity.number.clone(),
        at: instant(identity.at_us),
    };
    let task = |task: &qudao_orders::order::Task| OrderTask {
        part: task.part.name().to_owned(),
        title: part(task.part, lang).to_owned(),
        progress: match task.progress {
            Progress::Open => "open",
            Progress::Failed => "failed",
            Progress::Done => "done",
        }
        .to_owned(),
        note: mask(&task.note),
    };
    let decision = order.wanted.decision.map(|decision| match decision {
        Decision::HandsetFirst => "handset_first",
        Decision::OperatorFirst => "operator_first",
        Decision::Promotion => "promotion",
    });
    let confirmed = order.confirmed.as_ref();
    let happened = |line: store::Happened| OrderHappened {
        seq: line.seq,
        at: instant(line.at_us),
        act: line.act,
        state: line.state,
        who: line.who,
        note: mask(&line.note),
    };
    Ok(Json(OrderWhole {
        order: OrderRow::of(&desk, &asker, &kept),
        items: order.items.iter().map(item).collect(),
        offer: OfferView::of(&order.offer, lang),
        network: order.network.clone(),
        decision: decision.map(str::to_owned),
        term_months: order.wanted.term_months,
        prior_fee: order.wanted.prior_fee,
        card: order.wanted.card.clone(),
        customer_class: order.wanted.customer_class.clone(),
        identity: order.identity.as_ref().map(identity),
        confirmed: confirmed.map(|one| OrderConfirmed { sha256: one.sha256.clone(), consent: one.consent, at: instant(one.at_us) }),
        tasks: order.tasks.iter().map(task).collect(),
        ended: order.ended.as_ref().map(|ended| OrderEnded { reason: ended.reason.clone(), on: day(Some(ended.on)).unwrap_or_default() }),
        fact_batch: kept.fact_batch.clone(),
        slip: slip.map(|slip| SlipRow::of(&asker, slip)),
        history: history.into_iter().map(happened).collect(),
        acts: acts.into_iter().map(str::to_owned).collect(),
    }))
}

fn part(part: Part, lang: Lang) -> &'static str {
    let (zh, en) = match part {
        Part::Activation => ("开通", "Activation"),
        Part::Delivery => ("配送", "Delivery"),
        Part::Invoice => ("发票", "Invoice"),
    };
    if lang == Lang::Zh { zh } else { en }
}
