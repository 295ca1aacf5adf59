//! The chain of main push by outlet: at which level it breaks, and what is done about it.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Page, Paging};
use super::READ;
use axum::Json;
use axum::extract::State;
use qudao_distribution::push::{self, Chain, Kept};
use qudao_network::initials::Initials;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The chain of an outlet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PushChainRow {
    outlet: String,
    outlet_name: String,
    day: String,
    /// Dealer, store, counter group, clerk: 0 to 2; null where there is no such level or nobody asked.
    levels: Vec<Option<u32>>,
    /// Recommended first, stressed, praised.
    test: Vec<Option<bool>>,
    /// Brand, gain, decision-maker, relation, support, knowledge: 0 to 5.
    factors: Vec<Option<u32>>,
    /// Place of the level where it breaks.
    #[schema(required)]
    breaks: Option<usize>,
    /// What is done there.
    lever: String,
    #[schema(required)]
    pushed: Option<bool>,
    /// Place of the weakest factor that is not right.
    #[schema(required)]
    weakest: Option<usize>,
    /// What is done about it.
    remedy: String,
}

impl PushChainRow {
    fn of(asker: &Asker, one: Kept) -> Self {
        let Kept { outlet, day, chain, .. } = one;
        let (breaks, weakest, pushed) = (chain.breaks(), chain.weakest(), chain.pushed());
        let Chain { levels, test, factors } = chain;
        let lang = asker.lang;
        Self {
            outlet_name: asker.outlet(&outlet),
            outlet,
            day: day.to_string(),
            levels: levels.to_vec(),
            test: test.to_vec(),
            factors: factors.to_vec(),
            lever: breaks.map_or_else(String::new, |level| push::lever(level).get(lang).to_owned()),
            remedy: weakest.map_or_else(String::new, |factor| push::remedy(factor).get(lang).to_owned()),
            breaks,
            pushed,
            weakest,
        }
    }
}

/// Filters of chains.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PushChainFilter {
    /// Outlet.
    outlet: Option<String>,
    /// Only those that break at this level: dealer, store, counter, clerk.
    breaks: Option<String>,
    /// Part of a name or code, or initials.
    q: Option<String>,
}

/// Chains of main push, those that break first.
#[utoipa::path(get, path = "/distribution/push", tag = "distribution", operation_id = "push_chains", params(PushChainFilter, Paging),
    responses((status = 200, body = Page<PushChainRow>)), extensions(("x-permission" = json!("distribution.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PushChainFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PushChainRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let kept = push::list(&mut desk.db.read().await?, &sight, asked.outlet.as_deref().unwrap_or("")).await?;
    let level = ["dealer", "store", "counter", "clerk"].iter().position(|name| Some(*name) == asked.breaks.as_deref());
    let typed = asked.q.as_deref().unwrap_or("").trim().to_lowercase();
    let mut rows: Vec<PushChainRow> = kept.into_iter().map(|one| PushChainRow::of(&asker, one)).collect();
    rows.retain(|row| {
        let named = typed.is_empty()
            || row.outlet.to_lowercase().contains(&typed)
            || row.outlet_name.to_lowercase().contains(&typed)
            || Initials::of(&row.outlet_name).find(&typed).is_some();
        named && level.is_none_or(|level| row.breaks == Some(level))
    });
    rows.sort_by(|a, b| (a.breaks.is_none(), a.breaks, &a.outlet).cmp(&(b.breaks.is_none(), b.breaks, &b.outlet)));
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter())))
}
