//! 销售归属: whose a sale is by the rules of its day, and how what it brings is split between provinces (R6.41).

use super::desk::Desk;
use super::people::day;
use super::reach;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::{Over, Permission};
use qudao_kernel::{Fen, Kind, Refusal};
use qudao_network::Territories;
use qudao_network::attribution::{Of, Sale, Share, standard};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(attribution))
}

/// What a sale says of itself.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SaleAsked {
    /// Day of the sale.
    day: String,
    /// Outlet that accepted it.
    #[serde(default)]
    outlet: String,
    /// Work ID, outlet or partner that referred the customer.
    #[serde(default)]
    referral: String,
    /// Partner it names.
    #[serde(default)]
    partner: String,
    /// Division it is delivered to.
    #[serde(default)]
    delivery: String,
    /// Division the number is of.
    #[serde(default)]
    home: String,
    /// Fen the customer pays.
    #[serde(default)]
    revenue: i64,
    /// Fen the channel is paid.
    #[serde(default)]
    commission: i64,
}

/// Whose a sale is.
#[derive(Serialize, ToSchema)]
struct AttributionView {
    /// outlet, referral, partner, delivery or home.
    rule: String,
    title: String,
    /// First day of the rules that were applied.
    since: String,
    /// Work ID that referred the customer; empty where none did.
    clerk: String,
    /// Empty where it is none's.
    outlet: String,
    /// Empty where it is the division's own.
    partner: String,
    territory: String,
    revenue: Vec<ProvinceShare>,
    commission: Vec<ProvinceShare>,
}

/// What a province has of an amount.
#[derive(Serialize, ToSchema)]
struct ProvinceShare {
    /// As whom: seller, delivery, home.
    parties: Vec<String>,
    province: String,
    name: String,
    /// Parts of a million; together they make one million.
    share_ppm: u64,
    /// Fen.
    amount: i64,
}

impl ProvinceShare {
    fn of(share: Share) -> Result<Self, Refusal> {
        let name = Territories::official()?.get(&share.province).map(|division| division.name.clone()).unwrap_or_default();
        let parties = share.parties.iter().map(|party| party.name().to_owned()).collect();
        Ok(Self { parties, province: share.province, name, share_ppm: share.ppm, amount: share.amount.0 })
    }
}

/// Whose a sale is by the rules of its day, and how its revenue and commission are split between provinces.
#[utoipa::path(get, path = "/attribution", tag = "network", operation_id = "attribution", params(SaleAsked),
    responses((status = 200, body = AttributionView)), extensions(("x-permission" = json!("partner.read"))))]
async fn attribution(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<SaleAsked>,
) -> Answer<Json<AttributionView>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let on = day(&asked.day)?;
    heavy(move || {
        let (rules, master) = (standard()?, desk.master()?);
        let SaleAsked { outlet, referral, partner, delivery, home, .. } = &asked;
        let sale = Sale { day: on, outlet, referral, partner, delivery, home };
        let found = rules.attribute(&master, &sale)?;
        let (over, code) = if found.partner.is_empty() { (Over::Territory, &found.territory) } else { (Over::Partner, &found.partner) };
        if !reach::covered(Some(&master), &scope, over, code, on) {
            return Err(out_of_reach());
        }
        let shares = |of: Of, fen: i64| -> Result<Vec<ProvinceShare>, Refusal> {
            rules.split(of, &sale, &found, Fen(fen))?.into_iter().map(ProvinceShare::of).collect()
        };
        Ok(Json(AttributionView {
            revenue: shares(Of::Revenue, asked.revenue)?,
            commission: shares(Of::Commission, asked.commission)?,
            rule: found.by.name().to_owned(),
            title: found.by.title().get(lang).to_owned(),
            since: found.since.to_string(),
            clerk: found.clerk,
            outlet: found.outlet,
            partner: found.partner,
            territory: found.territory,
        }))
    })
    .await
}

fn out_of_reach() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.attribution.none",
        "这笔销售不归属您的数据范围",
        "the sale is not attributed to anybody within your reach",
    )
}
