//! What a clerk may take, and what it would cost: their work ID, the products, the offer before it is kept (R6.12, R6.13).

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Sent};
use super::{Asker, OrderProblem, Work};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::{Lang, Refusal, Text};
use qudao_orders::business::Holder;
use qudao_orders::order::store::{check, may_sell, quote};
use qudao_orders::order::{Decision, Offer, Wanted, WantedItem};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(seller)).routes(routes!(products)).routes(routes!(quoted))
}

/// Who takes orders.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerView {
    clerk: String,
    clerk_name: String,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    /// Level of the work ID.
    #[schema(required)]
    level: Option<String>,
    level_title: String,
    /// Whether the work ID, outlet or partner is suspended.
    suspended: bool,
    /// Ids of the business that work ID, outlet and partner may take.
    business: Vec<String>,
    /// Why nothing can be taken today.
    #[schema(required)]
    problem: Option<OrderProblem>,
}

/// The caller's work ID and what it may take.
#[utoipa::path(get, path = "/orders/seller", tag = "orders", operation_id = "order_seller",
    responses((status = 200, body = SellerView)), extensions(("x-permission" = json!("order.take"))))]
async fn seller(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<SellerView>> {
    signed.may(&desk, Permission::OrderTake)?;
    let asker = Asker::of(&desk, lang).await;
    let work = match Work::of(&desk, &signed).await {
        Ok(work) => work,
        Err(refusal) => return Ok(Json(nobody(&refusal, lang))),
    };
    let seller = work.seller();
    let problem = may_sell(&asker.shop(&desk)?, &seller, asker.today).err();
    let partner = asker.master.outlet(&work.outlet, asker.today).map_or_else(String::new, |row| row.owner.clone());
    let orders = &desk.orders;
    let index = orders.register.index();
    let of = |holder| match holder {
        Holder::Partner => partner.as_str(),
        Holder::Outlet => work.outlet.as_str(),
        Holder::Clerk => work.clerk.as_str(),
    };
    let levels: Vec<_> = Holder::ALL
        .into_iter()
        .map(|holder| index.held(holder, of(holder), asker.today).and_then(|held| orders.definitions.level(&held.level).ok()))
        .collect();
    let allowed = |id: &str| levels.iter().all(|level| level.is_some_and(|level| level.allows(id)));
    let level = levels.last().copied().flatten();
    let stopped = |holder: &Holder| index.standing(*holder, of(*holder)).is_some_and(|standing| standing.suspended.is_some());
    Ok(Json(SellerView {
        clerk_name: asker.clerk(&work.clerk),
        outlet_name: asker.outlet(&work.outlet),
        partner_name: asker.partner(&partner),
        level: level.map(|level| level.id.clone()),
        level_title: level.map_or_else(String::new, |level| level.title().get(lang).to_owned()),
        suspended: Holder::ALL.iter().any(stopped),
        business: orders.definitions.all_business().iter().map(|one| one.id.clone()).filter(|id| allowed(id)).collect(),
        problem: problem.map(|refusal| OrderProblem::of(&refusal, lang)),
        clerk: work.clerk.clone(),
        outlet: work.outlet.clone(),
        partner,
    }))
}

fn nobody(refusal: &Refusal, lang: Lang) -> SellerView {
    let none = String::new;
    SellerView {
        clerk: none(),
        clerk_name: none(),
        outlet: none(),
        outlet_name: none(),
        partner: none(),
        partner_name: none(),
        level: None,
        level_title: none(),
        suspended: false,
        business: Vec::new(),
        problem: Some(OrderProblem::of(refusal, lang)),
    }
}

/// A product that may be ordered. Amounts are fen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderProduct {
    code: String,
    name: String,
    line: String,
    category: String,
    /// Every month.
    plan_fee: i64,
    /// Once; of a handset.
    price: i64,
    /// Network modes.
    modes: Vec<String>,
    /// Lines of which one must be in the order, or be the subscriber's already.
    needs: Vec<String>,
    /// both, online, offline.
    sold: String,
    /// Whether it may be the first product; others are added to one that is.
    main: bool,
}

/// For what products are asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductsAsked {
    /// Kind of business.
    business: String,
}

/// Products of a kind of business that the caller's outlet sells, and those that may go with them.
#[utoipa::path(get, path = "/orders/products", tag = "orders", operation_id = "order_products", params(ProductsAsked),
    responses((status = 200, body = Vec<OrderProduct>)), extensions(("x-permission" = json!("order.take"))))]
async fn products(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ProductsAsked>,
) -> Answer<Json<Vec<OrderProduct>>> {
    signed.may(&desk, Permission::OrderTake)?;
    let asker = Asker::of(&desk, lang).await;
    let work = Work::of(&desk, &signed).await?;
    let definitions = &desk.orders.definitions;
    let business = definitions.business(&asked.business)?;
    let Some(outlet) = asker.master.outlet(&work.outlet, asker.today) else { return Ok(Json(Vec::new())) };
    let all = asker.master.products().filter(|product| product.span.contains(asker.today) && definitions.sells(outlet, product));
    let mut found: Vec<OrderProduct> = all
        .filter(|product| !business.lines.is_empty() && definitions.of_line(&product.line).is_some())
        .map(|product| {
            let traits = definitions.traits(product);
            OrderProduct {
                code: product.code.clone(),
                name: product.name.clone(),
                line: product.line.clone(),
                category: product.category.clone(),
                plan_fee: product.plan_fee.0,
                price: product.retail_price.0,
                modes: traits.modes.to_vec(),
                needs: traits.needs.to_vec(),
                sold: traits.sold.name().to_owned(),
                main: business.lines.contains(&product.line),
            }
        })
        .collect();
    found.sort_by(|a, b| b.main.cmp(&a.main).then_with(|| (&a.line, a.plan_fee, &a.code).cmp(&(&b.line, b.plan_fee, &b.code))));
    Ok(Json(found))
}

/// What somebody wants to order. Amounts are fen.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrderWanted {
    /// Kind of business.
    business: String,
    /// Number it is for.
    #[serde(default)]
    subscriber: String,
    /// Products, the main one first; none for business that takes an amount.
    #[serde(default)]
    items: Vec<OrderWantedItem>,
    /// Of business without products.
    #[serde(default)]
    amount: i64,
    /// Monthly fee before a plan change.
    #[serde(default)]
    prior_fee: i64,
    /// Months of the contract.
    #[serde(default)]
    term_months: u32,
    /// Serial of the card, from the outlet's stock.
    #[serde(default)]
    card: String,
    #[serde(default)]
    customer_class: String,
    /// `handset_first`, `operator_first` or promotion.
    decision: Option<String>,
    /// Whether something is to be delivered.
    #[serde(default)]
    delivery: bool,
    /// Whether an invoice is wanted.
    #[serde(default)]
    invoice: bool,
}

/// A product that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrderWantedItem {
    product: String,
    /// Pieces; one where absent.
    #[serde(default)]
    quantity: u32,
    /// Serial of a handset.
    #[serde(default)]
    imei: String,
}

impl OrderWanted {
    pub(super) fn wanted(self) -> Result<Wanted, Refusal> {
        let decision = match self.decision.as_deref() {
            None | Some("") => None,
            Some("handset_first") => Some(Decision::HandsetFirst),
            Some("operator_first") => Some(Decision::OperatorFirst),
            Some("promotion") => Some(Decision::Promotion),
            Some(_) => {
                return Err(Refusal::bad_input(
                    "orders.wanted.decision",
                    "请选择先定手机、先定运营商或因促销",
                    "choose handset_first, operator_first or promotion",
                ));
            }
        };
        let item = |item: OrderWantedItem| WantedItem { product: item.product, quantity: item.quantity, imei: item.imei.trim().to_owned() };
        Ok(Wanted {
            business: self.business,
            subscriber: self.subscriber.trim().to_owned(),
            items: self.items.into_iter().map(item).collect(),
            amount: self.amount,
            prior_fee: self.prior_fee,
            term_months: self.term_months,
            card: self.card.trim().to_owned(),
            customer_class: self.customer_class.trim().to_owned(),
            delivery: self.delivery,
            invoice: self.invoice,
            decision,
        })
    }
}

/// A fee, fen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferFee {
    title: String,
    /// Now.
    amount: i64,
    /// Every month.
    monthly: i64,
}

/// What the customer is shown before they confirm.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferView {
    fees: Vec<OfferFee>,
    /// All of it now, fen.
    total: i64,
    terms: Vec<String>,
    /// What is confirmed names it.
    sha256: String,
}

impl OfferView {
    pub(super) fn of(offer: &Offer, lang: Lang) -> Self {
        let text = |text: &Text| text.get(lang).to_owned();
        Self {
            fees: offer.fees.iter().map(|fee| OfferFee { title: text(&fee.title), amount: fee.amount.0, monthly: fee.monthly.0 }).collect(),
            total: offer.total.0,
            terms: offer.terms.iter().map(text).collect(),
            sha256: offer.sha256.clone(),
        }
    }
}

/// What an order would be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderQuote {
    offer: OfferView,
    /// The network it would run in; empty where that means nothing.
    network: String,
    /// Whether the caller might take it now.
    allowed: bool,
    /// Why not.
    #[schema(required)]
    problem: Option<OrderProblem>,
}

/// Looks at what somebody wants: products that do not go together are refused, the offer is shown, nothing is kept.
#[utoipa::path(post, path = "/orders/quote", tag = "orders", operation_id = "quote_order", request_body = OrderWanted,
    responses((status = 200, body = OrderQuote)), extensions(("x-permission" = json!("order.take"))))]
async fn quoted(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<OrderWanted>,
) -> Answer<Json<OrderQuote>> {
    signed.may(&desk, Permission::OrderTake)?;
    let asker = Asker::of(&desk, lang).await;
    let work = Work::of(&desk, &signed).await?;
    let (shop, wanted) = (asker.shop(&desk)?, sent.wanted()?);
    let priced = quote(&shop, &work.outlet, &wanted, asker.today)?;
    let problem = check(&desk.db, &shop, &work.seller(), &wanted).await.err();
    Ok(Json(OrderQuote {
        offer: OfferView::of(&priced.offer, lang),
        network: priced.network,
        allowed: problem.is_none(),
        problem: problem.map(|refusal| OrderProblem::of(&refusal, lang)),
    }))
}
