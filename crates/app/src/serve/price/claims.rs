//! Claims for stock on the day of a cut: made by the outlet or for it, decided by another person.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent, closed};
use super::{DECIDE, MANAGE, PriceChanged, PriceDecision, PriceMade, READ, of_the_house, outlet, product};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_platform::audit::same_hand;
use qudao_price::Once;
use qudao_price::protection::{self, Claim};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, make)).routes(routes!(decide))
}

/// A claim for stock on the day of a cut.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceClaim {
    id: String,
    /// For `If-Match`.
    version: u32,
    cut: String,
    product: String,
    product_name: String,
    outlet: String,
    outlet_name: String,
    /// Who is paid.
    partner: String,
    partner_name: String,
    pieces: u32,
    /// pieces × difference, fen.
    amount: i64,
    note: String,
    /// submitted, approved, refused.
    state: String,
    made_by: String,
    decided_by: String,
    decision: String,
    /// Whether whoever asks made it, and so does not decide on it.
    is_maker: bool,
}

impl PriceClaim {
    fn of(asker: &Asker, who: &str, one: Claim) -> Self {
        Self {
            product_name: product(asker, &one.product),
            outlet_name: asker.outlet(&one.outlet),
            partner_name: asker.partner(&one.partner),
            is_maker: same_hand(&one.made_by, who),
            id: one.id,
            version: one.version,
            cut: one.cut,
            product: one.product,
            outlet: one.outlet,
            partner: one.partner,
            pieces: one.pieces,
            amount: one.amount.0,
            note: one.note,
            state: one.state.name().to_owned(),
            made_by: one.made_by,
            decided_by: one.decided_by,
            decision: one.decision,
        }
    }
}

/// Filters of claims.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceClaimsAsked {
    /// submitted, approved, refused.
    state: Option<String>,
    cut: Option<String>,
}

/// Claims, those that wait first.
#[utoipa::path(get, path = "/price-claims", tag = "price", operation_id = "price_claims", params(PriceClaimsAsked, Paging),
    responses((status = 200, body = Page<PriceClaim>)), extensions(("x-permission" = json!("price.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceClaimsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PriceClaim>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let (state, cut) = (closed(asked.state, &["submitted", "approved", "refused"])?, asked.cut.unwrap_or_default());
    let fits = |one: &Claim| (state.is_empty() || one.state.name() == state) && (cut.is_empty() || one.cut == cut);
    let all: Vec<Claim> = protection::claims(&mut desk.db.read().await?, &sight, "").await?.into_iter().filter(fits).collect();
    let who = signed.0.who();
    Ok(Json(Page::of(&paging, all.len(), all.into_iter().map(|one| PriceClaim::of(&asker, &who, one)))))
}

/// A claim somebody makes.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceClaimSent {
    cut: String,
    outlet: String,
    /// Serials.
    pieces: Vec<String>,
    #[serde(default)]
    note: String,
}

/// Claims the difference for pieces an outlet had on the day of a cut: its own people, or whoever looks after it.
#[utoipa::path(post, path = "/price-claims", tag = "price", operation_id = "make_price_claim", request_body = PriceClaimSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = PriceMade)),
    extensions(("x-permission" = json!("price.read"))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PriceClaimSent>,
) -> Answer<(StatusCode, Json<PriceMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let row = outlet(&asker, &desk, &signed, READ, &sent.outlet, asker.today)?;
    if of_the_house(&desk, &signed) && outlet(&asker, &desk, &signed, MANAGE, &sent.outlet, asker.today).is_err() {
        return Err(Refusal::new(
            Kind::Forbidden,
            "price.claim.who",
            "价保由网点、代理商申请，或由负责该区域的渠道经理代为申请",
            "the outlet or its partner claims, or whoever looks after the area for it",
        )
        .into());
    }
    let once = Once { who: &signed.0.who(), key: &key };
    let id = protection::claim(&desk.db, once, &sent.cut, row, &sent.pieces, &sent.note, asker.today).await?.into_inner();
    Ok((StatusCode::CREATED, Json(PriceMade { id })))
}

/// Approves or refuses a claim somebody else made. What is approved stands in the partner's next statement.
#[utoipa::path(post, path = "/price-claims/{id}/decision", tag = "price", operation_id = "decide_price_claim", request_body = PriceDecision,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.decide"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceDecision>,
) -> Answer<Json<PriceChanged>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, DECIDE)?;
    let version = protection::decide_claim(&desk.db, &sight, &signed.0.who(), &id, version, sent.approve, &sent.said).await?;
    Ok(Json(PriceChanged { version }))
}
