//! Lists of orders, and how many there are.

use super::super::desk::Desk;
use super::super::shown::{day as shown_day, instant, mask};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Page, Paging};
use super::{Asker, day, limit, midnight, place};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::{Lang, Refusal};
use qudao_orders::order::list::{self, Query, Sort};
use qudao_orders::order::store::Kept;
use qudao_orders::order::{Progress, State as OrderState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(orders)).routes(routes!(counts))
}

/// An order in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    business: String,
    business_title: String,
    /// draft, submitted, accepted, activated, effective, cancelled, reversed, terminated.
    state: String,
    state_title: String,
    /// The first product; empty where there is none.
    product: String,
    product_name: String,
    /// Fen.
    amount: i64,
    /// Masked.
    subscriber: String,
    clerk: String,
    clerk_name: String,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    territory: String,
    captured_at: String,
    changed_at: String,
    #[schema(required)]
    effective_on: Option<String>,
    /// Parts that are not done: activation, delivery, invoice.
    open_tasks: Vec<String>,
    /// The number of the business system; empty until it gave one.
    system_no: String,
    /// none, waiting, written.
    fact: String,
}

pub(super) fn state_title(state: OrderState, lang: Lang) -> &'static str {
    let (zh, en) = match state {
        OrderState::Draft => ("草稿", "Draft"),
        OrderState::Submitted => ("已提交", "Submitted"),
        OrderState::Accepted => ("已受理", "Accepted"),
        OrderState::Activated => ("已开通", "Activated"),
        OrderState::Effective => ("已生效", "Effective"),
        OrderState::Cancelled => ("已取消", "Cancelled"),
        OrderState::Reversed => ("已冲回", "Reversed"),
        OrderState::Terminated => ("提前终止", "Ended early"),
    };
    if lang == Lang::Zh { zh } else { en }
}

impl OrderRow {
    pub(super) fn of(desk: &Desk, asker: &Asker, kept: &Kept) -> Self {
        let order = &kept.order;
        let first = order.items.first();
        let open = order.tasks.iter().filter(|task| task.progress != Progress::Done);
        Self {
            id: order.id.clone(),
            version: kept.version,
            business: order.wanted.business.clone(),
            business_title: asker.business(desk, &order.wanted.business),
            state: order.state.name().to_owned(),
            state_title: state_title(order.state, asker.lang).to_owned(),
            product: first.map_or_else(String::new, |item| item.product.clone()),
            product_name: first.filter(|item| !item.product.is_empty()).map_or_else(String::new, |item| item.name.clone()),
            amount: order.offer.total.0,
            subscriber: mask(&order.wanted.subscriber),
            clerk_name: asker.clerk(&order.clerk),
            outlet_name: asker.outlet(&order.outlet),
            partner_name: asker.partner(&order.partner),
            clerk: order.clerk.clone(),
            outlet: order.outlet.clone(),
            partner: order.partner.clone(),
            territory: order.territory.clone(),
            captured_at: instant(kept.captured_us),
            changed_at: instant(kept.changed_us),
            effective_on: shown_day(order.effective_on),
            open_tasks: open.map(|task| task.part.name().to_owned()).collect(),
            system_no: order.system_no.clone(),
            fact: kept.fact.clone(),
        }
    }
}

/// Filters of orders.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderFilter {
    /// State; several as a comma list.
    state: Option<String>,
    /// Kind of business.
    business: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Partner.
    partner: Option<String>,
    /// Work ID.
    clerk: Option<String>,
    /// First day on which it was begun.
    from: Option<String>,
    /// Last day on which it was begun.
    to: Option<String>,
    /// Part of the number, or the whole number of the subscriber or the business system.
    q: Option<String>,
    /// captured or amount, with a minus for falling; -captured where absent.
    sort: Option<String>,
}

impl OrderFilter {
    fn query(self, paging: &Paging) -> Result<Query, Refusal> {
        let states = self.state.as_deref().unwrap_or_default().split(',').filter(|text| !text.is_empty()).map(|text| {
            text.parse::<OrderState>().map_err(|()| {
                Refusal::bad_input(
                    "orders.state.unknown",
                    format!("没有状态 {text}；请重新选择"),
                    format!("there is no state {text}; choose another"),
                )
            })
        });
        let sort = self.sort.as_deref().filter(|sort| !sort.is_empty()).unwrap_or("-captured");
        let after = place(paging.after.as_deref()).and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
        Ok(Query {
            states: states.collect::<Result<_, _>>()?,
            business: self.business.unwrap_or_default(),
            outlet: self.outlet.unwrap_or_default(),
            partner: self.partner.unwrap_or_default(),
            clerk: self.clerk.unwrap_or_default(),
            from_us: day(self.from.as_deref())?.map(midnight),
            to_us: day(self.to.as_deref())?.map(|day| midnight(day.plus_days(1))),
            text: self.q.unwrap_or_default().trim().to_owned(),
            sort: if sort.trim_start_matches('-') == "amount" { Sort::Amount } else { Sort::Captured },
            rising: !sort.starts_with('-'),
            after,
            limit: limit(paging.limit()),
        })
    }
}

/// Orders, the newest first.
#[utoipa::path(get, path = "/orders", tag = "orders", operation_id = "orders", params(OrderFilter, Paging),
    responses((status = 200, body = Page<OrderRow>)), extensions(("x-permission" = json!("order.read"))))]
async fn orders(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OrderFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<OrderRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::OrderRead])?;
    let found = list::list(&mut desk.db.read().await?, &sight, &asked.query(&paging)?).await?;
    let items = found.rows.iter().map(|kept| OrderRow::of(&desk, &asker, kept)).collect();
    Ok(Json(Page { items, next: found.next.map(|(at, id)| format!("{at}~{id}")), total: found.total as usize }))
}

/// Orders of a state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrdersOfState {
    state: String,
    title: String,
    orders: u32,
    /// Fen.
    amount: i64,
}

/// How many orders there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderCounts {
    /// In the order of a life; states without an order are left out.
    states: Vec<OrdersOfState>,
    orders: u32,
    /// Fen.
    amount: i64,
}

/// How many orders are in each state.
#[utoipa::path(get, path = "/orders/counts", tag = "orders", operation_id = "order_counts", params(OrderFilter),
    responses((status = 200, body = OrderCounts)), extensions(("x-permission" = json!("order.read"))))]
async fn counts(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OrderFilter>,
) -> Answer<Json<OrderCounts>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::OrderRead])?;
    let found = list::counts(&mut desk.db.read().await?, &sight, &asked.query(&Paging::default())?).await?;
    let state = |(state, orders, amount): &(OrderState, u32, i64)| OrdersOfState {
        state: state.name().to_owned(),
        title: state_title(*state, lang).to_owned(),
        orders: *orders,
        amount: *amount,
    };
    Ok(Json(OrderCounts {
        states: found.iter().map(state).collect(),
        orders: found.iter().map(|(_, orders, _)| orders).sum(),
        amount: found.iter().map(|(.., amount)| amount).sum(),
    }))
}
