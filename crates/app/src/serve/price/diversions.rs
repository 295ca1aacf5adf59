//! Pieces that turned up where their partner may not sell, and lists of what was supplied (R7.150).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{self, Answer, Asked, Language, Page, Paging, Sent, bug, heavy};
use super::{MANAGE, PriceChanged, PriceMade, PriceReason, outlet, product, sent_day, word};
use crate::say::unwritable;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Lang, Refusal};
use qudao_price::diversion::{self, Finding, FindingState, Seen, Sighting, Way};
use qudao_price::{Once, case, file};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes of a list of what was supplied.
const MOST_BYTES: usize = 16 << 20;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    let large = OpenApiRouter::new().routes(routes!(supply)).layer(DefaultBodyLimit::max(MOST_BYTES));
    OpenApiRouter::new().merge(large).routes(routes!(list, tell)).routes(routes!(dismiss)).routes(routes!(to_case))
}

/// A piece that turned up where its partner may not sell.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiversionFinding {
    id: String,
    /// For `If-Match`.
    version: u32,
    /// Serial.
    piece: String,
    product: String,
    product_name: String,
    /// Where it was supplied.
    from_outlet: String,
    from_outlet_name: String,
    from_territory_name: String,
    /// Who answers for it.
    partner: String,
    partner_name: String,
    supplied_on: String,
    /// Where it was seen.
    outlet: String,
    outlet_name: String,
    territory_name: String,
    /// Who was harmed there; empty where it is the same partner.
    harmed: String,
    harmed_name: String,
    seen_on: String,
    /// order, scan, hand.
    way: String,
    reference: String,
    /// open, case, dismissed.
    state: String,
    reason: String,
    case: String,
}

impl DiversionFinding {
    pub(super) fn of(asker: &Asker, one: Finding) -> Self {
        Self {
            product_name: product(asker, &one.product),
            from_outlet_name: asker.outlet(&one.from_outlet),
            from_territory_name: network_name(&one.from_territory, asker.lang),
            partner_name: asker.partner(&one.partner),
            outlet_name: asker.outlet(&one.outlet),
            territory_name: network_name(&one.territory, asker.lang),
            harmed_name: if one.harmed.is_empty() { String::new() } else { asker.partner(&one.harmed) },
            id: one.id,
            version: one.version,
            piece: one.piece,
            product: one.product,
            from_outlet: one.from_outlet,
            partner: one.partner,
            supplied_on: one.supplied_on.to_string(),
            outlet: one.outlet,
            harmed: one.harmed,
            seen_on: one.seen_on.to_string(),
            way: one.way.name().to_owned(),
            reference: one.reference,
            state: one.state.name().to_owned(),
            reason: one.reason,
            case: one.case,
        }
    }
}

/// Filters of findings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiversionsAsked {
    /// open, case, dismissed.
    state: Option<String>,
    /// Part of the serial.
    q: Option<String>,
    partner: Option<String>,
}

/// Findings of diversion: open ones first. For whoever works on them.
#[utoipa::path(get, path = "/diversions", tag = "price", operation_id = "diversions", params(DiversionsAsked, Paging),
    responses((status = 200, body = Page<DiversionFinding>)), extensions(("x-permission" = json!("price.manage"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<DiversionsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<DiversionFinding>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let state: Option<FindingState> =
        asked.state.as_deref().filter(|name| !name.is_empty()).map(|name| word(name, "open, case, dismissed")).transpose()?;
    let (typed, partner) = (asked.q.unwrap_or_default().trim().to_owned(), asked.partner.unwrap_or_default());
    let fits = |one: &Finding| (typed.is_empty() || one.piece.contains(&typed)) && (partner.is_empty() || one.partner == partner);
    let all: Vec<_> = diversion::list(&mut desk.db.read().await?, &sight, state, "").await?.into_iter().filter(fits).collect();
    Ok(Json(Page::of(&paging, all.len(), all.into_iter().map(|one| DiversionFinding::of(&asker, one)))))
}

/// A piece somebody saw.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DiversionSent {
    /// Serial.
    piece: String,
    /// Where it is.
    outlet: String,
    /// Today where absent.
    seen_on: Option<String>,
    /// How it was seen.
    reference: String,
}

/// What a piece that was told came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiversionTold {
    /// unknown: nobody knows where it was supplied; allowed: it may be there; found: it may not.
    outcome: String,
    /// The finding; empty for none.
    finding: String,
}

/// Takes a piece somebody saw at an outlet, and says whether it may be there.
#[utoipa::path(post, path = "/diversions", tag = "price", operation_id = "tell_diversion", request_body = DiversionSent,
    responses((status = 200, body = DiversionTold)), extensions(("x-permission" = json!("price.manage"))))]
async fn tell(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<DiversionSent>) -> Answer<Json<DiversionTold>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let on = sent.seen_on.as_deref().filter(|day| !day.is_empty()).map_or(Ok(asker.today), sent_day)?;
    let row = outlet(&asker, &desk, &signed, MANAGE, &sent.outlet, on)?;
    let seen = Sighting { piece: sent.piece.trim(), outlet: &row.code, on, way: Way::Hand, reference: &sent.reference };
    let (outcome, finding) = match diversion::by_hand(&desk.db, &asker.master, &signed.0.who(), &seen, asker.today).await? {
        Seen::Unknown => ("unknown", String::new()),
        Seen::Allowed => ("allowed", String::new()),
        Seen::Found(id) => ("found", id),
    };
    Ok(Json(DiversionTold { outcome: outcome.to_owned(), finding }))
}

/// Dismisses a finding with a reason.
#[utoipa::path(post, path = "/diversions/{id}/dismiss", tag = "price", operation_id = "dismiss_diversion", request_body = PriceReason,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn dismiss(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    web::Seen { id, version }: web::Seen,
    Sent(sent): Sent<PriceReason>,
) -> Answer<Json<PriceChanged>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let version = diversion::dismiss(&desk.db, &sight, &signed.0.who(), &id, version, &sent.reason).await?;
    Ok(Json(PriceChanged { version }))
}

/// Makes a case of a finding.
#[utoipa::path(post, path = "/diversions/{id}/case", tag = "price", operation_id = "open_diversion_case", request_body = PriceReason,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = PriceMade)), extensions(("x-permission" = json!("price.manage"))))]
async fn to_case(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    web::Act { id, version, key }: web::Act,
    Sent(sent): Sent<PriceReason>,
) -> Answer<(StatusCode, Json<PriceMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let once = Once { who: &signed.0.who(), key: &key };
    let id = case::open_diversion(&desk.db, &sight, once, &id, version, &sent.reason).await?.into_inner();
    Ok((StatusCode::CREATED, Json(PriceMade { id })))
}

/// A list of what was supplied.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SupplyListAsked {
    /// Name of the file.
    name: String,
}

/// What a list came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyListTaken {
    pieces: u32,
}

/// Takes a supplier's list of serials (CSV, TSV or XLSX: 串号, 产品编码, 网点编码, 供货日期): all of it, or none.
#[utoipa::path(post, path = "/diversions/supply", tag = "price", operation_id = "bring_supply_list", params(SupplyListAsked),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = SupplyListTaken)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn supply(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<SupplyListAsked>,
    body: Bytes,
) -> Answer<Json<SupplyListTaken>> {
    signed.may(&desk, Permission::PriceManage)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let name: String = asked.name.chars().filter(|c| !c.is_control()).take(120).collect();
    let (master, today) = (Arc::clone(&asker.master), asker.today);
    let list = heavy(move || {
        let folder = tempfile::tempdir().map_err(|error| bug(&error.to_string()))?;
        let path = folder.path().join("supply");
        std::fs::write(&path, &body).map_err(|error| unwritable(&path, &error))?;
        file::read(&name, &path, &master, today)
    })
    .await?;
    let scope = super::union(&desk, &signed, MANAGE)?;
    if let Some(other) = list.iter().find(|one| !scope.territories.iter().any(|area| one.territory.starts_with(area.as_str()))) {
        return Err(beyond(&other.outlet).into());
    }
    let pieces = diversion::supply(&desk.db, &signed.0.who(), &list).await?;
    Ok(Json(SupplyListTaken { pieces }))
}

fn beyond(outlet: &str) -> Refusal {
    Refusal::new(
        qudao_kernel::Kind::Forbidden,
        "price.supply.area",
        format!("清单中的网点 {outlet} 不在您的范围内；整份未导入"),
        format!("the outlet {outlet} of the list is not within your reach; nothing was taken"),
    )
}
