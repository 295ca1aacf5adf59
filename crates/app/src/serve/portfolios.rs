//! 片区: which outlets a channel manager looks after; one manager for an outlet at a time, many outlets in one action.

use super::desk::Desk;
use super::life::act;
use super::reach;
use super::signed::Signed;
use super::web::{Answer, Sent, heavy};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::handover::{PassOn, Passed, Passing};
use qudao_access::{Over, Permission};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::portfolio;
use qudao_platform::{Tx, write_tx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(assign)).routes(routes!(keepers))
}

/// The outlets somebody looks after, which go with their roles when they hand over.
pub(super) struct Outlets;

impl PassOn for Outlets {
    fn pass_on<'a>(&'a self, tx: &'a mut Tx, passing: &'a Passing<'a>) -> Passed<'a> {
        Box::pin(async move {
            let act = act(tx, passing.who, passing.reason).await?;
            portfolio::pass_on(tx, &act, passing.giver, passing.taker, passing.on).await.map(drop)
        })
    }
}

/// Outlets for somebody to look after.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PortfolioSent {
    /// Codes, at most 5 000.
    outlets: Vec<String>,
    /// Login of the channel manager.
    login: String,
    /// First day.
    from: String,
    reason: String,
}

/// What an assignment came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PortfolioDone {
    /// Outlets that changed hands.
    changed: usize,
}

/// Lets a channel manager look after outlets from a day on, whoever did before.
#[utoipa::path(post, path = "/portfolios", tag = "network", operation_id = "assign_outlets", request_body = PortfolioSent,
    responses((status = 200, body = PortfolioDone)), extensions(("x-permission" = json!("partner.assign"))))]
async fn assign(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<PortfolioSent>) -> Answer<Json<PortfolioDone>> {
    let scope = signed.own_scope(&desk, Permission::PartnerAssign)?;
    let from: Date = sent
        .from
        .parse()
        .map_err(|_| Refusal::bad_input("serve.portfolio.day", format!("“{}”不是日期", sent.from), format!("`{}` is no day", sent.from)))?;
    let person = qudao_access::people::get(&mut desk.db.read().await?, &sent.login).await?;
    let keeps = |grant: &qudao_access::caller::Grant| grant.role == "channel_manager" && grant.to.is_none_or(|to| from < to);
    let posts: Vec<String> = match person.filter(|person| person.left_at_us.is_none()) {
        Some(person) => person.grants.into_iter().filter(keeps).map(|grant| grant.over).collect(),
        None => Vec::new(),
    };
    let (shared, outlets) = (Arc::clone(&desk), sent.outlets);
    let login = sent.login.clone();
    let outlets = heavy(move || {
        let (master, today) = (shared.master()?, shared.today());
        for outlet in &outlets {
            if !reach::covered(Some(&master), &scope, Over::Outlet, outlet, today) || master.outlet(outlet, today).is_none() {
                return Err(outside(outlet));
            }
            let territory = master.outlet(outlet, today).map(|row| row.territory.as_str()).unwrap_or_default();
            if !posts.iter().any(|over| qudao_kernel::territory::under(territory, over)) {
                return Err(no_post(&login, outlet));
            }
        }
        Ok(outlets)
    })
    .await?;
    let who = signed.0.who();
    let changed = write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, &sent.reason).await?;
        portfolio::assign(tx, &act, &outlets, &sent.login, from).await
    })?;
    Ok(Json(PortfolioDone { changed }))
}

fn outside(outlet: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.portfolio.outlet",
        format!("没有网点 {outlet}，或不在您的管理范围内；请核对"),
        format!("there is no outlet {outlet}, or it is outside your part of the network; check it"),
    )
}

fn no_post(login: &str, outlet: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "serve.portfolio.post",
        format!("{login} 当日不是网点 {outlet} 所在区域的渠道经理；请选择该区域的渠道经理"),
        format!("{login} is no channel manager where the outlet {outlet} is on that day; choose one who is"),
    )
}

/// Somebody who looks after an outlet, or did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeeperView {
    pub(super) login: String,
    pub(super) name: String,
    /// First day.
    pub(super) from: String,
    /// First day no longer; absent while it lasts.
    #[schema(required)]
    pub(super) to: Option<String>,
    reason: String,
}

/// Who looked after an outlet, oldest first.
#[utoipa::path(get, path = "/outlets/{code}/keepers", tag = "network", operation_id = "outlet_keepers",
    params(("code" = String, Path, description = "Outlet code")), responses((status = 200, body = Vec<KeeperView>)),
    extensions(("x-permission" = json!("partner.read"))))]
async fn keepers(State(desk): State<Arc<Desk>>, signed: Signed, Path(code): Path<String>) -> Answer<Json<Vec<KeeperView>>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let (shared, outlet) = (Arc::clone(&desk), code.clone());
    heavy(move || {
        let master = shared.master()?;
        if reach::covered(Some(&master), &scope, Over::Outlet, &outlet, shared.today()) { Ok(()) } else { Err(outside(&outlet)) }
    })
    .await?;
    Ok(Json(views(&mut desk.db.read().await?, &code).await?))
}

/// Who looked after an outlet, with names.
pub(super) async fn views(tx: &mut Tx, outlet: &str) -> Result<Vec<KeeperView>, Refusal> {
    let mut found = Vec::new();
    for keeper in portfolio::history(tx, outlet).await? {
        let name = qudao_access::people::get(tx, &keeper.login).await?.map(|person| person.name).unwrap_or_default();
        found.push(KeeperView {
            name,
            login: keeper.login,
            from: keeper.from.to_string(),
            to: keeper.to.map(|day| day.to_string()),
            reason: keeper.reason,
        });
    }
    Ok(found)
}
