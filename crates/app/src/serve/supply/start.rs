//! What somebody needs to order for an outlet, in one answer: what is offered, whether it is supplied, and its last order to be repeated.

use super::super::desk::Desk;
use super::super::listed::in_scope;
use super::super::orders::{Asker, union};
use super::super::receivables::may_supply;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language};
use super::ORDER;
use super::offers::SupplyOffer;
use super::rows::SupplyLine;
use axum::Json;
use axum::extract::State;
use qudao_kernel::master::Outlet;
use qudao_kernel::{Kind, Refusal};
use qudao_supply::{list, offer, order};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days ahead that are proposed for a delivery.
const PROPOSED_DAYS: i32 = 2;
/// Most outlets that are told.
const MOST: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(start))
}

/// An outlet one may order for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyOutlet {
    code: String,
    name: String,
}

/// What ordering begins with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyStart {
    /// Outlets one may order for, by code.
    outlets: Vec<SupplyOutlet>,
    /// The one looked at: the one asked for, else the first.
    outlet: String,
    /// The day that is proposed for the delivery.
    wanted_on: String,
    /// Why it is supplied nothing at the moment; empty where it is.
    stopped: String,
    offers: Vec<SupplyOffer>,
    /// The last order's number; empty where there is none.
    last: String,
    last_on: String,
    /// Its lines as far as they are still offered, at the prices of now.
    last_lines: Vec<SupplyLine>,
}

/// For which outlet.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SupplyStartAsked {
    /// Outlet.
    outlet: Option<String>,
}

/// One of the outlets somebody may order for.
///
/// # Errors
/// `Forbidden supply.outlet`.
pub(super) fn outlet<'a>(desk: &Desk, signed: &Signed, asker: &'a Asker, code: &str) -> Result<&'a Outlet, Refusal> {
    let scope = union(desk, signed, ORDER)?;
    let row = asker.master.outlet(code, asker.today).filter(|_| in_scope(&asker.master, &scope, code, asker.today));
    row.ok_or_else(|| {
        Refusal::new(
            Kind::Forbidden,
            "supply.outlet",
            format!("没有在营网点 {code}，或不在您的范围内；请核对编码"),
            format!("there is no outlet {code} in force, or not within your reach; check the code"),
        )
    })
}

/// What ordering for an outlet begins with.
#[utoipa::path(get, path = "/supply/start", tag = "supply", operation_id = "supply_start", params(SupplyStartAsked),
    responses((status = 200, body = SupplyStart)), extensions(("x-permission" = json!("supply.order"))))]
async fn start(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<SupplyStartAsked>,
) -> Answer<Json<SupplyStart>> {
    let asker = Asker::of(&desk, lang).await;
    let scope = union(&desk, &signed, ORDER)?;
    let within = |row: &&Outlet| row.span.contains(asker.today) && in_scope(&asker.master, &scope, &row.code, asker.today);
    let mine: Vec<&Outlet> = asker.master.outlets().filter(within).take(MOST).collect();
    let wanted = asked.outlet.unwrap_or_default();
    let chosen = if wanted.is_empty() { mine.first().copied() } else { Some(outlet(&desk, &signed, &asker, &wanted)?) };
    let stopped = match chosen {
        Some(row) => may_supply(&desk, &row.owner).await.err().map_or_else(String::new, |refusal| refusal.text.get(lang).to_owned()),
        None => String::new(),
    };
    let code = chosen.map(|row| row.code.clone()).unwrap_or_default();
    let tx = &mut desk.db.read().await?;
    let offers = offer::list(tx, false).await?;
    let last = list::last(tx, &code).await?;
    let mut last_lines = Vec::new();
    if let Some(last) = &last {
        for line in order::lines(tx, &last.id).await? {
            if let Some(now) = offers.iter().find(|offer| offer.id == line.offer) {
                last_lines.push(SupplyLine::again(&asker, &line, now));
            }
        }
    }
    let outlets = mine.into_iter().map(|row| SupplyOutlet { code: row.code.clone(), name: row.name.clone() }).collect();
    Ok(Json(SupplyStart {
        outlets,
        outlet: code,
        wanted_on: asker.today.plus_days(PROPOSED_DAYS).to_string(),
        stopped,
        offers: offers.into_iter().map(|one| SupplyOffer::of(&asker, one)).collect(),
        last_on: last.as_ref().map(|one| qudao_access::sessions::day(one.placed_us).to_string()).unwrap_or_default(),
        last: last.map(|one| one.id).unwrap_or_default(),
        last_lines,
    }))
}
