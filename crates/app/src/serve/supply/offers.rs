//! Offers: what suppliers ask, what is guaranteed to whoever sells it, and how many pieces lie in the central store.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, OnceKey, Sent};
use super::READ;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Fen, Lang};
use qudao_receivable::Once;
use qudao_supply::offer::{self, Offer, Wanted};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(rewrite)).routes(routes!(take_in))
}

/// A handset as a supplier offers it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyOffer {
    id: String,
    /// For `If-Match`.
    version: u32,
    product: String,
    name: String,
    category: String,
    supplier: String,
    /// Fen a piece, as all amounts here.
    supply_price: i64,
    suggested_price: i64,
    /// Suggested less supply price: at least what is guaranteed.
    margin: i64,
    /// Guaranteed.
    least_margin: i64,
    open: bool,
    /// Pieces in the central store.
    pieces: u32,
}

impl SupplyOffer {
    pub(super) fn of(asker: &Asker, one: Offer) -> Self {
        let row = asker.master.product(&one.product, asker.today);
        Self {
            name: row.map_or_else(|| one.product.clone(), |row| row.name.clone()),
            category: row.map(|row| row.category.clone()).unwrap_or_default(),
            margin: one.margin().0,
            id: one.id,
            version: one.version,
            product: one.product,
            supplier: one.supplier,
            supply_price: one.supply_price.0,
            suggested_price: one.suggested_price.0,
            least_margin: one.least_margin.0,
            open: one.open,
            pieces: one.pieces,
        }
    }
}

/// Which offers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SupplyOffersAsked {
    /// Closed ones too.
    closed: Option<bool>,
}

/// Offers by product and price, so that suppliers of one product can be compared.
#[utoipa::path(get, path = "/supply/offers", tag = "supply", operation_id = "supply_offers", params(SupplyOffersAsked),
    responses((status = 200, body = Vec<SupplyOffer>)), extensions(("x-permission" = json!("supply.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<SupplyOffersAsked>,
) -> Answer<Json<Vec<SupplyOffer>>> {
    let asker = Asker::of(&desk, lang).await;
    asker.sight(&desk, &signed, READ)?;
    let offers = offer::list(&mut desk.db.read().await?, asked.closed.unwrap_or_default()).await?;
    Ok(Json(offers.into_iter().map(|one| SupplyOffer::of(&asker, one)).collect()))
}

/// An offer to be made or written anew.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SupplyOfferSent {
    /// A handset of the catalogue; stays as it is once made.
    product: String,
    /// Stays as it is once made.
    supplier: String,
    /// Fen a piece.
    supply_price: i64,
    /// Fen a piece.
    suggested_price: i64,
    /// Fen a piece, guaranteed.
    least_margin: i64,
    /// Whether it can be ordered.
    open: bool,
}

impl SupplyOfferSent {
    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            product: self.product.trim(),
            supplier: &self.supplier,
            supply_price: Fen(self.supply_price),
            suggested_price: Fen(self.suggested_price),
            least_margin: Fen(self.least_margin),
            open: self.open,
        }
    }
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyMade {
    pub(super) id: String,
}

/// The version of a record afterwards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyVersion {
    /// For the next `If-Match`.
    pub(super) version: u32,
}

/// Makes an offer. One that leaves less than the guaranteed margin is refused.
#[utoipa::path(post, path = "/supply/offers", tag = "supply", operation_id = "make_supply_offer", request_body = SupplyOfferSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = SupplyMade)),
    extensions(("x-permission" = json!("supply.handle"))))]
async fn create(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<SupplyOfferSent>,
) -> Answer<(StatusCode, Json<SupplyMade>)> {
    signed.everywhere(&desk, Permission::SupplyHandle)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let once = Once { who: &signed.0.who(), key: &key };
    let id = offer::create(&desk.db, &asker.master, once, &sent.wanted(), asker.today).await?.into_inner();
    Ok((StatusCode::CREATED, Json(SupplyMade { id })))
}

/// Writes prices and state of an offer anew; orders that are placed keep theirs.
#[utoipa::path(put, path = "/supply/offers/{id}", tag = "supply", operation_id = "change_supply_offer", request_body = SupplyOfferSent,
    params(("id" = String, Path, description = "Offer"), ("If-Match" = String, Header)), responses((status = 200, body = SupplyVersion)),
    extensions(("x-permission" = json!("supply.handle"))))]
async fn rewrite(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<SupplyOfferSent>,
) -> Answer<Json<SupplyVersion>> {
    signed.everywhere(&desk, Permission::SupplyHandle)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let who = signed.0.who();
    let version = offer::rewrite(&desk.db, &asker.master, &who, &id, version, &sent.wanted(), asker.today).await?;
    Ok(Json(SupplyVersion { version }))
}

/// Handsets a supplier delivered.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SupplyLotSent {
    /// At most 2000.
    serials: Vec<String>,
}

/// How many were taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyTaken {
    pieces: u32,
}

/// Takes handsets of an offer into the central store: all of them, or none.
#[utoipa::path(post, path = "/supply/offers/{id}/pieces", tag = "supply", operation_id = "take_in_handsets", request_body = SupplyLotSent,
    params(("id" = String, Path, description = "Offer"), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = SupplyTaken)), extensions(("x-permission" = json!("supply.handle"))))]
async fn take_in(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<SupplyLotSent>,
) -> Answer<(StatusCode, Json<SupplyTaken>)> {
    signed.everywhere(&desk, Permission::SupplyHandle)?;
    let serials: Vec<String> = sent.serials.iter().map(|serial| serial.trim().to_owned()).collect();
    let pieces = offer::take_in(&desk.db, Once { who: &signed.0.who(), key: &key }, &id, &serials).await?;
    Ok((StatusCode::CREATED, Json(SupplyTaken { pieces })))
}
