//! Slips: which are due, which came back, which are missing (R7.3).

use super::super::desk::Desk;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, Page, Paging, Sent};
use super::levels::ChangedVersion;
use super::{Asker, limit, place};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_orders::slip::{self, Missing, Query, Slip, SlipAct, SlipState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts)).routes(routes!(missing)).routes(routes!(act))
}

/// A slip.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlipRow {
    /// Its order.
    order: String,
    /// For `If-Match`.
    version: u32,
    /// due, returned, ok, rejected, lost.
    state: String,
    state_title: String,
    due_on: String,
    /// When it came back first.
    #[schema(required)]
    first_on: Option<String>,
    #[schema(required)]
    returned_on: Option<String>,
    #[schema(required)]
    checked_on: Option<String>,
    /// Why it was rejected or how it was lost.
    reason: String,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    clerk: String,
    /// Days since it was due; 0 while it is not, or once it is right.
    overdue_days: i32,
    /// Whether it holds the commission of its order.
    holds: bool,
}

fn title(state: SlipState, lang: Lang) -> &'static str {
    let (zh, en) = match state {
        SlipState::Due => ("待回单", "Due"),
        SlipState::Returned => ("已交回", "Returned"),
        SlipState::Ok => ("合格", "Right"),
        SlipState::Rejected => ("退回补正", "Rejected"),
        SlipState::Lost => ("遗失", "Lost"),
    };
    if lang == Lang::Zh { zh } else { en }
}

impl SlipRow {
    pub(super) fn of(asker: &Asker, slip: Slip) -> Self {
        let holds = slip.holds(asker.today);
        Self {
            state: slip.state.name().to_owned(),
            state_title: title(slip.state, asker.lang).to_owned(),
            first_on: day(slip.first_on),
            returned_on: day(slip.returned_on),
            checked_on: day(slip.checked_on),
            outlet_name: asker.outlet(&slip.outlet),
            partner_name: asker.partner(&slip.partner),
            overdue_days: if holds { asker.today.days() - slip.due_on.days() } else { 0 },
            due_on: slip.due_on.to_string(),
            order: slip.order,
            version: slip.version,
            reason: slip.reason,
            outlet: slip.outlet,
            partner: slip.partner,
            clerk: slip.clerk,
            holds,
        }
    }
}

/// Filters of slips.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SlipFilter {
    /// State.
    state: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Part of the order's number.
    q: Option<String>,
    /// Only those that hold commission.
    holding: Option<bool>,
}

/// Slips, the longest due first.
#[utoipa::path(get, path = "/slips", tag = "orders", operation_id = "slips", params(SlipFilter, Paging),
    responses((status = 200, body = Page<SlipRow>)), extensions(("x-permission" = json!("order.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<SlipFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<SlipRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::OrderRead])?;
    let state = asked.state.as_deref().filter(|text| !text.is_empty()).map(|text| {
        text.parse::<SlipState>().map_err(|()| {
            Refusal::bad_input(
                "orders.state.unknown",
                format!("没有状态 {text}；请重新选择"),
                format!("there is no state {text}; choose another"),
            )
        })
    });
    let query = Query {
        state: state.transpose()?,
        outlet: asked.outlet.unwrap_or_default(),
        text: asked.q.unwrap_or_default().trim().to_owned(),
        holding_on: asked.holding.unwrap_or_default().then_some(asker.today),
        after: place(paging.after.as_deref()).map(|(due, order)| (due.to_owned(), order.to_owned())),
        limit: limit(paging.limit()),
    };
    let found = slip::list(&mut desk.db.read().await?, &sight, &query).await?;
    let next = found.next.map(|(due, order)| format!("{due}~{order}"));
    let items = found.rows.into_iter().map(|slip| SlipRow::of(&asker, slip)).collect();
    Ok(Json(Page { items, next, total: found.total as usize }))
}

/// Slips of a state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlipsOfState {
    state: String,
    title: String,
    slips: u32,
}

/// How slips come back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlipCounts {
    states: Vec<SlipsOfState>,
    /// Whose day has come, or that came back.
    due: u32,
    /// Of these, back by their day.
    in_time: u32,
    /// The share of the two, parts per million; absent where none is due.
    #[schema(required)]
    on_time_ppm: Option<u64>,
    /// That hold commission.
    holding: u32,
}

/// How many slips there are in each state, and how many came back in time.
#[utoipa::path(get, path = "/slips/counts", tag = "orders", operation_id = "slip_counts",
    responses((status = 200, body = SlipCounts)), extensions(("x-permission" = json!("order.read"))))]
async fn counts(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<SlipCounts>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::OrderRead])?;
    let found = slip::counts(&mut desk.db.read().await?, &sight, asker.today).await?;
    let state = |(state, slips): &(SlipState, u32)| SlipsOfState {
        state: state.name().to_owned(),
        title: title(*state, lang).to_owned(),
        slips: *slips,
    };
    Ok(Json(SlipCounts {
        states: found.states.iter().map(state).collect(),
        due: found.due,
        in_time: found.in_time,
        on_time_ppm: (found.due > 0).then(|| u64::from(found.in_time) * 1_000_000 / u64::from(found.due)),
        holding: found.holding,
    }))
}

/// An outlet with missing slips, by how many days they are overdue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MissingSlips {
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    overdue_1_3: u32,
    overdue_4_7: u32,
    overdue_8_30: u32,
    overdue_longer: u32,
    total: u32,
    /// The longest due.
    oldest: String,
}

/// Outlets with missing slips, those with most first.
#[utoipa::path(get, path = "/slips/missing", tag = "orders", operation_id = "missing_slips",
    responses((status = 200, body = Vec<MissingSlips>)), extensions(("x-permission" = json!("order.read"))))]
async fn missing(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<MissingSlips>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, &[Permission::OrderRead])?;
    let found = slip::missing(&mut desk.db.read().await?, &sight, asker.today).await?;
    let row = |one: Missing| MissingSlips {
        outlet_name: asker.outlet(&one.outlet),
        partner_name: asker.partner(&one.partner),
        overdue_1_3: one.ages[0],
        overdue_4_7: one.ages[1],
        overdue_8_30: one.ages[2],
        overdue_longer: one.ages[3],
        total: one.ages.iter().sum(),
        oldest: one.oldest.to_string(),
        outlet: one.outlet,
        partner: one.partner,
    };
    Ok(Json(found.into_iter().map(row).collect()))
}

/// What is said of a slip.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SlipSaid {
    /// Why it is rejected, or how it was lost.
    #[serde(default)]
    reason: String,
}

/// Notes what became of a slip.
#[utoipa::path(post, path = "/slips/{order}/{act}", tag = "orders", operation_id = "act_on_slip", request_body = SlipSaid,
    params(("order" = String, Path), ("act" = String, Path, description = "return, approve, reject or lose"), ("If-Match" = String, Header)),
    responses((status = 200, body = ChangedVersion)), extensions(("x-permission" = json!("slip.handle"))))]
async fn act(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((order, act)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<SlipSaid>,
) -> Answer<Json<ChangedVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, &[Permission::SlipHandle])?;
    let act = match act.as_str() {
        "return" => SlipAct::Return,
        "approve" => SlipAct::Approve,
        "reject" => SlipAct::Reject(sent.reason),
        "lose" => SlipAct::Lose(sent.reason),
        other => {
            return Err(Refusal::new(
                Kind::NotFound,
                "orders.slip.act",
                format!("没有操作 {other}；可用 return、approve、reject、lose"),
                format!("there is no act {other}; there are return, approve, reject and lose"),
            )
            .into());
        }
    };
    let version = slip::act(&desk.db, &desk.orders.definitions, &sight, &signed.0.who(), &order, version, &act).await?;
    Ok(Json(ChangedVersion { version }))
}
