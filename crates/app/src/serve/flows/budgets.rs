//! 预算 budgets: what approved applications may spend, and the payments that draw on them (R4.54).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, OnceKey, Page, Paging, Sent};
use super::{Asker, PartyView};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_platform::Tx;
use qudao_workflow::budget::{self, Budget, Draw, Move, Movement, Reach};
use qudao_workflow::directory::Staff;
use qudao_workflow::form::FieldKind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(draw))
}

/// A budget. Amounts are fen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BudgetView {
    /// The number of the application it comes from.
    id: String,
    /// For `If-Match`.
    version: u32,
    flow: String,
    flow_title: String,
    /// Its kind, as the form says.
    kind: String,
    kind_title: String,
    year: i64,
    /// The applicant.
    holder: PartyView,
    territory: String,
    territory_name: String,
    /// What was approved.
    amount: i64,
    /// What is promised.
    reserved: i64,
    /// What is paid.
    spent: i64,
    /// What is neither.
    free: i64,
    at: String,
}

async fn view(desk: &Desk, tx: &mut Tx, budget: Budget, lang: Lang) -> Result<BudgetView, Refusal> {
    let definition = desk.flows.catalogue.get(&budget.flow).ok();
    let definition = definition.as_deref();
    let field = definition.and_then(|definition| definition.field(&definition.budget.as_ref()?.kind));
    let kind = field.and_then(|field| match &field.kind {
        FieldKind::Choice(choices) => choices.iter().find(|choice| choice.id == budget.kind),
        _ => None,
    });
    let holder = Staff::party(tx, &budget.holder).await?;
    let amounts = budget.amounts;
    Ok(BudgetView {
        flow_title: definition.map_or_else(|| budget.flow.clone(), |definition| definition.title.get(lang).to_owned()),
        kind_title: kind.map_or_else(|| budget.kind.clone(), |choice| choice.title.get(lang).to_owned()),
        territory_name: network_name(&budget.territory, lang),
        holder: PartyView::of(&holder),
        id: budget.id,
        version: budget.version,
        flow: budget.flow,
        kind: budget.kind,
        year: budget.year,
        territory: budget.territory,
        amount: amounts.amount.0,
        reserved: amounts.reserved.0,
        spent: amounts.spent.0,
        free: amounts.free().0,
        at: instant(budget.at_us),
    })
}

/// Filters of budgets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BudgetFilter {
    /// Part of the number.
    q: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// Budgets of one's part of the network and one's own, the newest first.
#[utoipa::path(get, path = "/budgets", tag = "flows", operation_id = "budgets", params(BudgetFilter),
    responses((status = 200, body = Page<BudgetView>)), extensions(("x-permission" = json!("flow.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<BudgetFilter>,
) -> Answer<Json<Page<BudgetView>>> {
    let asker = Asker::of(&desk, &signed, &[Permission::FlowRead]).await?;
    let reach = Reach { holder: own(&asker), territories: &asker.reads };
    let paging = Paging { after: asked.after, limit: asked.limit };
    let limit = paging.limit();
    let place = paging.after.as_deref().and_then(|after| after.split_once('-'));
    let after = place.and_then(|(at, id)| Some((at.parse().ok()?, id)));
    let tx = &mut desk.db.read().await?;
    let wanted = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let (mut found, total) = budget::list(tx, &reach, asked.q.unwrap_or_default().trim(), after, wanted).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|budget| format!("{}-{}", budget.at_us, budget.id));
    let mut items = Vec::with_capacity(found.len());
    for budget in found {
        items.push(view(&desk, tx, budget, lang).await?);
    }
    Ok(Json(Page { items, next, total: total as usize }))
}

/// Whose own budgets are reached wherever they are: nobody's for who acts for somebody, who has what was lent.
fn own(asker: &Asker) -> &str {
    if asker.actor.acting.is_none() { &asker.actor.me.login } else { "" }
}

/// A movement of a budget.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BudgetMovement {
    seq: u32,
    /// reserve, release, spend, spend_reserved.
    #[serde(rename = "move")]
    by: String,
    /// Fen.
    amount: i64,
    /// For what.
    about: String,
    who: String,
    at: String,
}

/// A budget with its movements, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BudgetWhole {
    budget: BudgetView,
    movements: Vec<BudgetMovement>,
}

/// One budget.
#[utoipa::path(get, path = "/budgets/{id}", tag = "flows", operation_id = "budget", params(("id" = String, Path, description = "Budget")),
    responses((status = 200, body = BudgetWhole)), extensions(("x-permission" = json!("flow.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<BudgetWhole>> {
    let asker = Asker::of(&desk, &signed, &[Permission::FlowRead]).await?;
    let reach = Reach { holder: own(&asker), territories: &asker.reads };
    let tx = &mut desk.db.read().await?;
    let found = budget::get(tx, &reach, &id).await?;
    let movement = |movement: Movement| BudgetMovement {
        seq: movement.seq,
        by: movement.by.name().to_owned(),
        amount: movement.fen.0,
        about: movement.about,
        who: movement.who,
        at: instant(movement.at_us),
    };
    let movements = budget::movements(tx, &id).await?.into_iter().map(movement).collect();
    Ok(Json(BudgetWhole { budget: view(&desk, tx, found, lang).await?, movements }))
}

/// A movement to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DrawSent {
    /// reserve, release, spend, spend_reserved.
    #[serde(rename = "move")]
    by: String,
    /// Fen.
    amount: i64,
    /// For what: a payment, a supplier.
    about: String,
}

/// A movement that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Drawn {
    /// Its place in the budget.
    seq: u32,
}

/// Draws on a budget of one's part of the network, within what is left of it.
#[utoipa::path(post, path = "/budgets/{id}/movements", tag = "flows", operation_id = "draw_on_budget", request_body = DrawSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = Drawn)), extensions(("x-permission" = json!("payment.make"))))]
async fn draw(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<DrawSent>,
) -> Answer<(StatusCode, Json<Drawn>)> {
    let scope = signed.scope(&desk, Permission::PaymentMake)?;
    let by = sent.by.parse::<Move>().map_err(|()| {
        Refusal::bad_input("workflow.budget.move", "请选择预留、释放、支用或支用预留", "choose reserve, release, spend or spend_reserved")
    })?;
    let reach = Reach { holder: "", territories: &scope.territories };
    let who = signed.0.who();
    let draw = Draw { who: &who, reach, budget: &id, by, fen: Fen(sent.amount), about: &sent.about };
    let seq = budget::draw(&desk.db, &key, version, draw).await?.into_inner();
    Ok((StatusCode::CREATED, Json(Drawn { seq })))
}
