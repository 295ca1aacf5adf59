//! Cuts of prices: announced by one person, approved by another.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent};
use super::{PriceChanged, PriceDecision, PriceMade, READ, known_product, outlet, over, product, sent_day};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Fen, Lang};
use qudao_platform::audit::same_hand;
use qudao_price::Once;
use qudao_price::protection::{self, Cut, Decided, NewCut};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, announce)).routes(routes!(decide)).routes(routes!(stock))
}

/// A cut of a price.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceCut {
    id: String,
    /// For `If-Match`.
    version: u32,
    product: String,
    product_name: String,
    territory: String,
    territory_name: String,
    /// Sub-type of outlets; empty for all.
    outlet_type: String,
    on: String,
    /// Fen.
    before: i64,
    after: i64,
    /// Paid for a piece, fen.
    difference: i64,
    claim_until: String,
    /// Whether claims may be made today.
    open: bool,
    source: String,
    /// submitted, approved, refused.
    state: String,
    made_by: String,
    decided_by: String,
    decision: String,
    /// Whether whoever asks announced it, and so does not decide on it.
    is_maker: bool,
}

impl PriceCut {
    fn of(asker: &Asker, who: &str, one: Cut) -> Self {
        Self {
            product_name: product(asker, &one.product),
            territory_name: network_name(&one.territory, asker.lang),
            difference: one.difference().0,
            open: one.state == Decided::Approved && one.on <= asker.today && asker.today <= one.claim_until,
            is_maker: same_hand(&one.made_by, who),
            id: one.id,
            version: one.version,
            product: one.product,
            territory: one.territory,
            outlet_type: one.outlet_type,
            on: one.on.to_string(),
            before: one.before.0,
            after: one.after.0,
            claim_until: one.claim_until.to_string(),
            source: one.source,
            state: one.state.name().to_owned(),
            made_by: one.made_by,
            decided_by: one.decided_by,
            decision: one.decision,
        }
    }
}

/// Cuts, the latest first; for whoever does not work on them, those that are approved.
#[utoipa::path(get, path = "/price-cuts", tag = "price", operation_id = "price_cuts", params(Paging),
    responses((status = 200, body = Page<PriceCut>)), extensions(("x-permission" = json!("price.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PriceCut>>> {
    signed.may(&desk, Permission::PriceRead)?;
    let asker = Asker::of(&desk, lang).await;
    let works = signed.may(&desk, Permission::PriceManage).is_ok() || signed.may(&desk, Permission::PriceDecide).is_ok();
    let fits = |one: &Cut| works || one.state == Decided::Approved;
    let all: Vec<Cut> = protection::cuts(&mut desk.db.read().await?).await?.into_iter().filter(fits).collect();
    let who = signed.0.who();
    Ok(Json(Page::of(&paging, all.len(), all.into_iter().map(|one| PriceCut::of(&asker, &who, one)))))
}

/// A cut somebody announces.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceCutSent {
    product: String,
    /// Division code; empty for everywhere.
    territory: String,
    /// Sub-type of outlets; empty for all.
    #[serde(default)]
    outlet_type: String,
    on: String,
    /// Fen.
    before: i64,
    after: i64,
    /// Last day of claims.
    claim_until: String,
    /// The notice it is announced with.
    source: String,
}

/// Announces a cut; somebody else approves it, and then stock of that day is claimed for.
#[utoipa::path(post, path = "/price-cuts", tag = "price", operation_id = "announce_price_cut", request_body = PriceCutSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = PriceMade)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn announce(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PriceCutSent>,
) -> Answer<(StatusCode, Json<PriceMade>)> {
    over(&desk, &signed, Permission::PriceManage, &sent.territory)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    known_product(&asker, &sent.product)?;
    let new = NewCut {
        product: &sent.product,
        territory: &sent.territory,
        outlet_type: &sent.outlet_type,
        on: sent_day(&sent.on)?,
        before: Fen(sent.before),
        after: Fen(sent.after),
        claim_until: sent_day(&sent.claim_until)?,
        source: &sent.source,
    };
    let id = protection::announce(&desk.db, Once { who: &signed.0.who(), key: &key }, &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(PriceMade { id })))
}

/// Approves or refuses a cut somebody else announced.
#[utoipa::path(post, path = "/price-cuts/{id}/decision", tag = "price", operation_id = "decide_price_cut", request_body = PriceDecision,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.decide"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceDecision>,
) -> Answer<Json<PriceChanged>> {
    signed.may(&desk, Permission::PriceDecide)?;
    let cut = protection::cut(&mut desk.db.read().await?, &id).await?;
    over(&desk, &signed, Permission::PriceDecide, &cut.territory)?;
    let version = protection::decide_cut(&desk.db, &signed.0.who(), &id, version, sent.approve, &sent.said).await?;
    Ok(Json(PriceChanged { version }))
}

/// Of which outlet.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CutStockAsked {
    outlet: String,
}

/// Pieces an outlet had on the day of a cut that nobody has claimed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CutStock {
    pieces: Vec<String>,
    /// pieces × difference, fen.
    amount: i64,
}

/// What an outlet may claim for a cut.
#[utoipa::path(get, path = "/price-cuts/{id}/stock", tag = "price", operation_id = "price_cut_stock", params(("id" = String, Path), CutStockAsked),
    responses((status = 200, body = CutStock)), extensions(("x-permission" = json!("price.read"))))]
async fn stock(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<CutStockAsked>,
) -> Answer<Json<CutStock>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let row = outlet(&asker, &desk, &signed, READ, &asked.outlet, asker.today)?;
    let tx = &mut desk.db.read().await?;
    let cut = protection::cut(tx, &id).await?;
    let pieces = if cut.concerns(row) { protection::stock(tx, &cut, &row.code).await? } else { Vec::new() };
    let count = i64::try_from(pieces.len()).unwrap_or(i64::MAX);
    Ok(Json(CutStock { amount: cut.difference().0.saturating_mul(count), pieces }))
}
