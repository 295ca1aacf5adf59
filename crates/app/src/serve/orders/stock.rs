//! Cards, numbers and handsets in stock (R0.29, R4.45).

use super::super::desk::Desk;
use super::super::shown::{instant, mask};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Sent, closed};
use super::{Asker, chain_of, limit, place};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::{Permission, Place};
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_orders::stock::{self, Allocate, Moved, Piece, Query, StockRow};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts)).routes(routes!(allocate)).routes(routes!(shift))
}

/// A card, number or handset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockPiece {
    /// card, number, handset.
    kind: String,
    /// A number that is sold is masked.
    serial: String,
    segment: String,
    /// stock, moving, sold, repair, returned, recalled, lost.
    state: String,
    state_title: String,
    /// Empty in the central store.
    partner: String,
    partner_name: String,
    /// Empty where the partner or the central store has it.
    outlet: String,
    outlet_name: String,
    /// The order it was sold with; empty otherwise.
    order: String,
    changed_at: String,
    /// Name of a handset; empty otherwise.
    product_name: String,
}

fn title(state: &str, lang: Lang) -> &'static str {
    let (zh, en) = match state {
        "stock" => ("在库", "In stock"),
        "moving" => ("在途", "On the way"),
        "sold" => ("已售", "Sold"),
        "repair" => ("维修中", "In repair"),
        "returned" => ("已退回", "Returned"),
        "recalled" => ("已召回", "Recalled"),
        _ => ("遗失", "Lost"),
    };
    if lang == Lang::Zh { zh } else { en }
}

/// Filters of cards and numbers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StockFilter {
    /// card, number or handset.
    kind: Option<String>,
    /// State.
    state: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Partner.
    partner: Option<String>,
    /// Part of the serial.
    q: Option<String>,
}

fn piece_of(text: &str) -> Result<Piece, Refusal> {
    text.parse()
        .map_err(|()| Refusal::bad_input("orders.stock.kind", "种类为 card、number 或 handset", "a kind is card, number or handset"))
}

impl StockFilter {
    fn query(self, paging: &Paging) -> Result<Query, Refusal> {
        Ok(Query {
            piece: self.kind.as_deref().filter(|text| !text.is_empty()).map(piece_of).transpose()?,
            state: closed(self.state, &["stock", "moving", "sold", "repair", "returned", "recalled", "lost"])?,
            outlet: self.outlet.unwrap_or_default(),
            partner: self.partner.unwrap_or_default(),
            text: self.q.unwrap_or_default().trim().to_owned(),
            after: place(paging.after.as_deref()).map(|(kind, serial)| (kind.to_owned(), serial.to_owned())),
            limit: limit(paging.limit()),
        })
    }
}

/// Cards and numbers, by kind and serial.
#[utoipa::path(get, path = "/stock", tag = "orders", operation_id = "stock", params(StockFilter, Paging),
    responses((status = 200, body = Page<StockPiece>)), extensions(("x-permission" = json!("order.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<StockFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<StockPiece>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.shelf(&desk, &signed)?;
    let found = stock::list(&mut desk.db.read().await?, &sight, &asked.query(&paging)?).await?;
    let next = found.next.map(|(kind, serial)| format!("{kind}~{serial}"));
    let row = |row: StockRow| StockPiece {
        kind: row.piece.name().to_owned(),
        serial: if row.piece == Piece::Number && row.state == "sold" { mask(&row.serial) } else { row.serial },
        state_title: title(&row.state, lang).to_owned(),
        partner_name: if row.partner.is_empty() { String::new() } else { asker.partner(&row.partner) },
        product_name: asker.master.product(&row.product, asker.today).map_or(row.product, |product| product.name.clone()),
        outlet_name: if row.outlet.is_empty() { String::new() } else { asker.outlet(&row.outlet) },
        changed_at: instant(row.changed_us),
        segment: row.segment,
        state: row.state,
        partner: row.partner,
        outlet: row.outlet,
        order: row.order,
    };
    Ok(Json(Page { items: found.rows.into_iter().map(row).collect(), next, total: found.total as usize }))
}

/// Pieces of a kind: what was allocated is the sum of the others.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct StockOfKind {
    /// card, number, handset.
    kind: String,
    allocated: u32,
    stock: u32,
    /// On the way to whoever ordered them.
    moving: u32,
    sold: u32,
    /// With whoever repairs them.
    repair: u32,
    returned: u32,
    recalled: u32,
    lost: u32,
}

/// How many pieces there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockCounts {
    kinds: Vec<StockOfKind>,
}

/// How many cards and numbers are in each state.
#[utoipa::path(get, path = "/stock/counts", tag = "orders", operation_id = "stock_counts", params(StockFilter),
    responses((status = 200, body = StockCounts)), extensions(("x-permission" = json!("order.read"))))]
async fn counts(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<StockFilter>,
) -> Answer<Json<StockCounts>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.shelf(&desk, &signed)?;
    let mut kinds: Vec<StockOfKind> = Vec::new();
    for (piece, state, pieces) in stock::counts(&mut desk.db.read().await?, &sight, &asked.query(&Paging::default())?).await? {
        if kinds.last().is_none_or(|last| last.kind != piece.name()) {
            kinds.push(StockOfKind { kind: piece.name().to_owned(), ..StockOfKind::default() });
        }
        let Some(of) = kinds.last_mut() else { continue };
        of.allocated += pieces;
        match state.as_str() {
            "stock" => of.stock = pieces,
            "moving" => of.moving = pieces,
            "sold" => of.sold = pieces,
            "repair" => of.repair = pieces,
            "returned" => of.returned = pieces,
            "recalled" => of.recalled = pieces,
            _ => of.lost = pieces,
        }
    }
    Ok(Json(StockCounts { kinds }))
}

/// A segment to be allocated.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SegmentSent {
    /// card or number.
    kind: String,
    /// First serial.
    first: String,
    /// Last serial, of the same length.
    last: String,
    partner: String,
    /// An outlet of the partner; empty for the partner itself.
    #[serde(default)]
    outlet: String,
}

/// A segment that was allocated.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SegmentMade {
    id: String,
    pieces: u32,
}

/// Gives a segment of cards or numbers to a partner or outlet.
#[utoipa::path(post, path = "/stock/segments", tag = "orders", operation_id = "allocate_segment", request_body = SegmentSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = SegmentMade)),
    extensions(("x-permission" = json!("stock.handle"))))]
async fn allocate(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<SegmentSent>,
) -> Answer<(StatusCode, Json<SegmentMade>)> {
    let scope = signed.scope(&desk, Permission::StockHandle)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let nowhere = || {
        Refusal::new(
            Kind::NotFound,
            "orders.stock.place",
            format!("没有代理商 {} 或其网点 {}，或不在您的范围内；请核对编码", sent.partner, sent.outlet),
            format!("there is no partner {} with an outlet {}, or not within your reach; check the codes", sent.partner, sent.outlet),
        )
    };
    let partner = asker.master.partner(&sent.partner, asker.today).ok_or_else(nowhere)?;
    let territory = if sent.outlet.is_empty() {
        &partner.territory
    } else {
        let outlet = asker.master.outlet(&sent.outlet, asker.today).filter(|row| row.owner == sent.partner);
        &outlet.ok_or_else(nowhere)?.territory
    };
    let chain = chain_of(&asker.master, &sent.partner, asker.today);
    let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
    if !scope.covers(&Place { territory, partners: &partners, outlet: &sent.outlet, clerk: "" }) {
        return Err(nowhere().into());
    }
    super::super::receivables::may_supply(&desk, &sent.partner).await?;
    let SegmentSent { first, last, partner, outlet, .. } = &sent;
    let new = Allocate { piece: piece_of(&sent.kind)?, first: first.trim(), last: last.trim(), partner, outlet, territory };
    let (id, pieces) = stock::allocate(&desk.db, &key, &signed.0.who(), &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(SegmentMade { id, pieces })))
}

/// Pieces to be moved.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MoveSent {
    /// card, number or handset.
    kind: String,
    /// At most 500.
    serials: Vec<String>,
    /// stock, returned, recalled, lost.
    to: String,
    reason: String,
}

/// Moves pieces that are not sold: all of them, or none.
#[utoipa::path(post, path = "/stock/moves", tag = "orders", operation_id = "move_stock", request_body = MoveSent,
    responses((status = 204, description = "Moved")), extensions(("x-permission" = json!("stock.handle"))))]
async fn shift(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<MoveSent>) -> Answer<StatusCode> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, &[Permission::StockHandle])?;
    let to: Moved = sent.to.parse().map_err(|()| {
        Refusal::bad_input("orders.stock.to", "去向为 stock、returned、recalled 或 lost", "pieces go to stock, returned, recalled or lost")
    })?;
    stock::shift(&desk.db, &sight, &signed.0.who(), piece_of(&sent.kind)?, &sent.serials, to, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
