//! What is done in a case (R7.299–R7.303).

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, OnceKey, Seen, Sent};
use super::{DECIDE, MANAGE, PriceChanged, PriceMade, READ, of_the_house, outlet, word};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Fen, Kind, Lang, Refusal};
use qudao_network::portfolio;
use qudao_platform::db::Tx;
use qudao_price::case::{self, Act, Case, Decision, Measure, Terms};
use qudao_price::{Once, Sight};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(notify))
        .routes(routes!(explain))
        .routes(routes!(decide))
        .routes(routes!(appeal))
        .routes(routes!(recheck))
        .routes(routes!(close))
}

/// Violations somebody makes a case of.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceCaseSent {
    /// Checks of one outlet and product.
    checks: Vec<String>,
    /// What was found.
    summary: String,
}

/// Opens a case on violations of one outlet and product. A price that is recommended only has none.
#[utoipa::path(post, path = "/price-cases", tag = "price", operation_id = "open_price_case", request_body = PriceCaseSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = PriceMade)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn open(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PriceCaseSent>,
) -> Answer<(StatusCode, Json<PriceMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let once = Once { who: &signed.0.who(), key: &key };
    let id = case::open_price(&desk.db, &sight, once, &sent.checks, &sent.summary).await?.into_inner();
    Ok((StatusCode::CREATED, Json(PriceMade { id })))
}

/// A case there is not, or not for the caller.
pub(super) fn none(id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "price.none",
        format!("没有案件 {id}，或不在您的范围内；请核对编号"),
        format!("there is no case {id}, or it is not within your reach; check the number"),
    )
}

/// Who looks after an outlet, by login; empty for nobody.
pub(super) async fn manager(tx: &mut Tx, outlet: &str, today: Date) -> Result<String, Refusal> {
    Ok(portfolio::all(tx, today).await?.remove(outlet).unwrap_or_default())
}

/// Measures by how many cases went before, as the register says.
pub(super) fn ladder(desk: &Desk, territory: &str, today: Date) -> Result<Vec<Measure>, Refusal> {
    let parameters = desk.parameters();
    let text = parameters.on("penalty_ladder", territory, today)?.value.to_owned();
    let steps: Option<Vec<Measure>> = text.split('/').map(|step| step.trim().parse().ok()).collect();
    steps.filter(|steps| !steps.is_empty()).ok_or_else(|| {
        Refusal::new(
            Kind::Conflict,
            "price.case.ladder_unreadable",
            format!("参数 penalty_ladder 的值“{text}”无法识别；请改为以 / 分隔的 talk、warning、deduction、supply_stop"),
            format!("the parameter penalty_ladder is `{text}`; write talk, warning, deduction, supply_stop with / between them"),
        )
    })
}

/// Does something in a case.
async fn acted(
    desk: &Arc<Desk>,
    asker: &Asker,
    signed: &Signed,
    sight: &Sight,
    id: &str,
    version: u32,
    act: Act<'_>,
) -> Answer<Json<PriceChanged>> {
    let today = asker.today;
    let (found, manager) = {
        let tx = &mut desk.db.read().await?;
        let found = case::get(tx, sight, id).await?;
        let manager = manager(tx, &found.outlet, today).await?;
        (found, manager)
    };
    let parameters = desk.parameters();
    let days = |name: &str| parameters.on(name, &found.territory, today)?.int();
    let (ladder, calendar) = (ladder(desk, &found.territory, today)?, Holidays::shipped());
    let terms = Terms {
        answer_days: days("case_answer_days")?,
        appeal_days: days("case_appeal_days")?,
        ladder: &ladder,
        calendar: &calendar,
        master: &asker.master,
        manager: &manager,
        today,
    };
    let version = case::act(&desk.db, sight, &signed.0.who(), id, version, act, terms).await?;
    Ok(Json(PriceChanged { version }))
}

async fn handled(desk: &Arc<Desk>, signed: &Signed, id: &str, version: u32, act: Act<'_>) -> Answer<Json<PriceChanged>> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let sight = asker.sight(desk, signed, MANAGE)?;
    acted(desk, &asker, signed, &sight, id, version, act).await
}

/// Says something for the outlet: its own people, or whoever works on the case and writes down what they said.
async fn answered(desk: &Arc<Desk>, signed: &Signed, id: &str, version: u32, act: Act<'_>) -> Answer<Json<PriceChanged>> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let sight = asker.sight(desk, signed, READ)?;
    let found: Case = case::get(&mut desk.db.read().await?, &sight, id).await?;
    if of_the_house(desk, signed) && outlet(&asker, desk, signed, MANAGE, &found.outlet, asker.today).is_err() {
        return Err(Refusal::new(
            Kind::Forbidden,
            "price.case.answer",
            "陈述和申诉由网点、代理商提出，或由承办人代为记录",
            "the outlet or its partner says this, or whoever works on the case writes it down",
        )
        .into());
    }
    acted(desk, &asker, signed, &sight, id, version, act).await
}

/// Words.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceCaseWords {
    words: String,
}

/// Tells the outlet; its days to answer begin.
#[utoipa::path(post, path = "/price-cases/{id}/notify", tag = "price", operation_id = "notify_price_case", request_body = PriceCaseWords,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn notify(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceCaseWords>,
) -> Answer<Json<PriceChanged>> {
    handled(&desk, &signed, &id, version, Act::Notify(&sent.words)).await
}

/// Takes what the outlet says.
#[utoipa::path(post, path = "/price-cases/{id}/explain", tag = "price", operation_id = "explain_price_case", request_body = PriceCaseWords,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.read"))))]
async fn explain(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceCaseWords>,
) -> Answer<Json<PriceChanged>> {
    answered(&desk, &signed, &id, version, Act::Explain(&sent.words)).await
}

/// What is decided in a case.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceCaseDecision {
    /// none, talk, warning, deduction, `supply_stop`.
    measure: String,
    /// Deducted, fen; 0 for any other measure.
    #[serde(default)]
    amount: i64,
    /// The partner a diversion harmed.
    #[serde(default)]
    harmed: String,
    /// What it gets, fen.
    #[serde(default)]
    compensation: i64,
    /// Agreement and clause the measure rests on.
    #[serde(default)]
    agreement: String,
    #[serde(default)]
    clause: String,
    /// Why.
    words: String,
    /// How the relationship is looked after.
    relation: String,
}

/// Decides a case somebody else opened; after an appeal, for good.
#[utoipa::path(post, path = "/price-cases/{id}/decide", tag = "price", operation_id = "decide_price_case", request_body = PriceCaseDecision,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.decide"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceCaseDecision>,
) -> Answer<Json<PriceChanged>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, DECIDE)?;
    let decision = Decision {
        measure: word(&sent.measure, "none, talk, warning, deduction, supply_stop")?,
        amount: Fen(sent.amount),
        harmed: &sent.harmed,
        compensation: Fen(sent.compensation),
        agreement: &sent.agreement,
        clause: &sent.clause,
        words: &sent.words,
        relation: &sent.relation,
    };
    if !sent.harmed.is_empty() && asker.master.partner(&sent.harmed, asker.today).is_none() {
        return Err(
            Refusal::bad_input("price.case.harmed", "受损代理商不存在；请核对编码", "there is no such partner; check the code").into()
        );
    }
    acted(&desk, &asker, &signed, &sight, &id, version, Act::Decide(decision)).await
}

/// Appeals for the outlet.
#[utoipa::path(post, path = "/price-cases/{id}/appeal", tag = "price", operation_id = "appeal_price_case", request_body = PriceCaseWords,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.read"))))]
async fn appeal(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceCaseWords>,
) -> Answer<Json<PriceChanged>> {
    answered(&desk, &signed, &id, version, Act::Appeal(&sent.words)).await
}

/// What somebody saw who looked again.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceCaseRecheck {
    /// A later check of the outlet and product that is in order; empty for a diversion.
    #[serde(default)]
    check: String,
    words: String,
}

/// Notes that somebody looked again and found it in order.
#[utoipa::path(post, path = "/price-cases/{id}/recheck", tag = "price", operation_id = "recheck_price_case", request_body = PriceCaseRecheck,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn recheck(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceCaseRecheck>,
) -> Answer<Json<PriceChanged>> {
    handled(&desk, &signed, &id, version, Act::Recheck(&sent.check, &sent.words)).await
}

/// Closes a case.
#[utoipa::path(post, path = "/price-cases/{id}/close", tag = "price", operation_id = "close_price_case", request_body = PriceCaseWords,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceCaseWords>,
) -> Answer<Json<PriceChanged>> {
    handled(&desk, &signed, &id, version, Act::Close(&sent.words)).await
}
