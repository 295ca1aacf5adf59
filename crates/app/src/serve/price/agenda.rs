//! Whose prices are to be looked at first, by type of outlet and by how long ago it was (R7.295, R7.296).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::{Asker, union};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Page, Paging, only};
use super::{MANAGE, reaches};
use axum::Json;
use axum::extract::State;
use qudao_access::Sight;
use qudao_kernel::territory;
use qudao_price::agenda::{self, Next, Tag, Tags};
use qudao_price::check;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which outlets.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceAgendaAsked {
    /// high, low: only outlets of these types.
    tag: Option<String>,
    /// A division and all below it.
    territory: Option<String>,
    /// Part of the code or name of the outlet.
    q: Option<String>,
}

/// An outlet whose prices are to be looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceAgendaRow {
    outlet: String,
    outlet_name: String,
    territory_name: String,
    /// Type of outlet.
    subtype: String,
    /// high, low: what its type makes likely; empty for nothing.
    tag: String,
    /// When a price of ours was seen there last.
    #[schema(required)]
    last: Option<String>,
    /// Days since then.
    #[schema(required)]
    days: Option<i32>,
}

/// Outlets in the order in which their prices are to be looked at.
#[utoipa::path(get, path = "/price-agenda", tag = "price", operation_id = "price_agenda", params(PriceAgendaAsked, Paging),
    responses((status = 200, body = Page<PriceAgendaRow>)), extensions(("x-permission" = json!("price.manage"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceAgendaAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PriceAgendaRow>>> {
    let scope = union(&desk, &signed, MANAGE)?;
    only(asked.tag.as_deref(), &[Tag::High.name(), Tag::Low.name()])?;
    let asker = Asker::of(&desk, lang).await;
    let sight = Sight::of(scope.clone(), &asker.master, asker.today);
    let seen = check::last_seen(&mut desk.db.read().await?, &sight).await?;
    let (register, area) = (desk.parameters(), asked.territory.unwrap_or_default());
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let wanted = asked.tag.unwrap_or_default();
    let mut tags: BTreeMap<String, Tags> = BTreeMap::new();
    let mut all = Vec::new();
    for row in asker.master.outlets().filter(|row| row.span.contains(asker.today) && reaches(&asker, &scope, row)) {
        let meant = [&row.code, &row.name].iter().any(|text| text.to_lowercase().contains(&typed));
        if !meant || !territory::under(&row.territory, &area) {
            continue;
        }
        if !tags.contains_key(&row.territory) {
            tags.insert(row.territory.clone(), Tags::of(&register, &row.territory, asker.today)?);
        }
        let tag = tags.get(&row.territory).and_then(|tags| tags.tag(&row.subtype));
        if wanted.is_empty() || tag.is_some_and(|tag| tag.name() == wanted) {
            all.push(Next { outlet: row.code.clone(), tag, last: seen.get(&row.code).copied() });
        }
    }
    agenda::order(&mut all);
    let total = all.len();
    let row = |one: Next| {
        let held = asker.master.outlet(&one.outlet, asker.today);
        PriceAgendaRow {
            outlet_name: asker.outlet(&one.outlet),
            territory_name: held.map(|row| network_name(&row.territory, lang)).unwrap_or_default(),
            subtype: held.map(|row| row.subtype.clone()).unwrap_or_default(),
            tag: one.tag.map_or("", Tag::name).to_owned(),
            days: one.last.map(|day| asker.today.days() - day.days()),
            last: one.last.map(|day| day.to_string()),
            outlet: one.outlet,
        }
    };
    Ok(Json(Page::of(&paging, total, all.into_iter().map(row))))
}
