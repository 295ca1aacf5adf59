//! Assortments by type of outlet, with what was sold of each model while they are set (R7.111, R7.130).

use super::super::desk::Desk;
use super::super::figures::within;
use super::super::orders::Asker;
use super::super::receivables::{sent_day, word};
use super::super::signed::Signed;
use super::super::web::{Answer, Language, Sent, heavy};
use super::ground::sold;
use super::stock::model;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_distribution::assortment::{self, New, Plan, Role};
use qudao_kernel::{Lang, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days of sales that are shown beside.
const SALES_DAYS: i32 = 90;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, set))
}

/// A model of a type of outlet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AssortmentRow {
    outlet_type: String,
    product: String,
    product_name: String,
    category: String,
    /// must, main, optional, banned, none.
    role: String,
    /// Somebody set it; else the definitions say so.
    own: bool,
    /// Since when it is set.
    #[schema(required)]
    from: Option<String>,
    reason: String,
    /// Pieces outlets of the type sold in the last ninety days.
    sold: i64,
    /// What it will be, and from when on.
    #[schema(required)]
    next_role: Option<String>,
    #[schema(required)]
    next_from: Option<String>,
}

/// Assortments of all types of outlet of the asker's reach.
#[utoipa::path(get, path = "/distribution/assortment", tag = "distribution", operation_id = "assortment",
    responses((status = 200, body = Vec<AssortmentRow>)), extensions(("x-permission" = json!("distribution.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<AssortmentRow>>> {
    let scope = signed.scope(&desk, Permission::DistributionRead)?;
    let asker = Asker::of(&desk, lang).await;
    let today = asker.today;
    let (plan, next) = {
        let mut tx = desk.db.read().await?;
        (Plan::on(&mut tx, &desk.display.assortment, today).await?, assortment::to_come(&mut tx, today).await?)
    };
    heavy(move || {
        let days = (today.plus_days(-SALES_DAYS), today);
        let mut sales: BTreeMap<(String, String), i64> = BTreeMap::new();
        for ((outlet, product), days) in sold(&desk, within(scope), "", "", days)? {
            if let Some(row) = asker.master.outlet(&outlet, today) {
                *sales.entry((row.subtype.clone(), product)).or_insert(0) += days.iter().map(|(_, pieces)| pieces).sum::<i64>();
            }
        }
        let types: BTreeSet<&str> = asker.master.outlets().filter(|row| row.span.contains(today)).map(|row| row.subtype.as_str()).collect();
        let mut rows = Vec::new();
        for outlet_type in types {
            let models = asker.master.products().filter(|row| row.span.contains(today) && desk.display.assortment.speaks_of(row));
            for product in models {
                let set = plan.set(outlet_type, &product.code);
                let coming = next.iter().find(|one| one.outlet_type == outlet_type && one.product == product.code);
                rows.push(AssortmentRow {
                    outlet_type: outlet_type.to_owned(),
                    product: product.code.clone(),
                    product_name: product.name.clone(),
                    category: product.category.clone(),
                    role: plan.role(outlet_type, product).name().to_owned(),
                    own: set.is_some(),
                    from: set.map(|set| set.from.to_string()),
                    reason: set.map_or_else(String::new, |set| set.reason.clone()),
                    sold: sales.get(&(outlet_type.to_owned(), product.code.clone())).copied().unwrap_or(0),
                    next_role: coming.map(|one| one.role.name().to_owned()),
                    next_from: coming.map(|one| one.from.to_string()),
                });
            }
        }
        Ok(Json(rows))
    })
    .await
}

/// What a model is to be to a type of outlet.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AssortmentSent {
    outlet_type: String,
    product: String,
    /// What it is, as the page showed it.
    was: String,
    /// must, main, optional, banned, none.
    role: String,
    /// From when on: today or later.
    from: String,
    reason: String,
}

/// Sets what a model is to a type of outlet, from a day on.
#[utoipa::path(put, path = "/distribution/assortment", tag = "distribution", operation_id = "set_assortment", request_body = AssortmentSent,
    responses((status = 204)), extensions(("x-permission" = json!("distribution.manage"))))]
async fn set(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<AssortmentSent>) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::DistributionManage)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    if !asker.master.outlets().any(|row| row.subtype == sent.outlet_type && row.span.contains(asker.today)) {
        return Err(Refusal::bad_input(
            "distribution.outlet_type",
            format!("没有网点类型 {}；请重新选择", sent.outlet_type),
            format!("there is no type of outlet {}; choose again", sent.outlet_type),
        )
        .into());
    }
    let list = "must, main, optional, banned, none";
    let new = New {
        outlet_type: &sent.outlet_type,
        product: model(&asker, &sent.product)?,
        was: word::<Role>(&sent.was, list)?,
        role: word::<Role>(&sent.role, list)?,
        from: sent_day(&sent.from)?,
        reason: &sent.reason,
    };
    assortment::set(&desk.db, &desk.display.assortment, &signed.0.who(), &new).await?;
    Ok(StatusCode::NO_CONTENT)
}
