//! 分级结论 verdicts on outlets by their grade: what was decided, the tasks of an improvement and its re-check, and the way out of one that is eliminated (R7.114).

use super::desk::Desk;
use super::exits::{ExitBalance, balance, counted};
use super::life::{act, master};
use super::listed::OutletNamed;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, Page, Paging, Seen, Sent, bug, no_word, only};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Permission, Scope, Sight};
use qudao_airtime::terminal;
use qudao_display::pop;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Lang, Month, Refusal, Text};
use qudao_network::act::Act;
use qudao_network::exit::{Claim, Claims, Lefts};
use qudao_network::verdict::{self, Found, Grade, Kept, New, Stage, Task, Verdict, Wanted};
use qudao_orders::stock;
use qudao_platform::audit::same_hand;
use qudao_platform::{Tx, write_tx};
use qudao_supply::list as supplies;
use qudao_supply::order::State as SupplyState;
use qudao_workflow::effect::Call;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most rows of a claim that are told.
const MOST: u32 = 200;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(done)).routes(routes!(recheck)).routes(routes!(close))
}

/// Carries an approved verdict out, in the transaction of the decision.
///
/// # Errors
/// As [`verdict::note`].
pub(super) async fn carry(tx: &mut Tx, act: &Act<'_>, call: &Call) -> Result<Text, Refusal> {
    let month = |name: &str| call.text(name).parse::<Month>().map_err(|_| bug(&format!("the verdict's {name} is no month")));
    let number = |name: &str| call.number(name).unwrap_or_default();
    let decided = call.text("verdict").parse::<Verdict>().map_err(|()| bug("the verdict on an outlet is none"))?;
    let until = match decided {
        Verdict::Keep => None,
        Verdict::Improve => Some(call.day("recheck_on")?),
        Verdict::Eliminate => Some(call.day("last_day")?),
    };
    let tasks: Vec<Wanted> = call.tasks("tasks").into_iter().map(|(words, due_on)| Wanted { words, due_on }).collect();
    let new = New {
        outlet: call.text("outlet"),
        verdict: decided,
        grade: Grade {
            proposal: call.text("proposal"),
            months: (month("first")?, month("last")?),
            credit_tenths: number("credit"),
            place: number("place"),
            beside: number("beside"),
        },
        until,
        tasks: &tasks,
        owner: &call.starter,
    };
    verdict::note(tx, act, &new).await
}

/// What may still lie at an outlet.
fn claims() -> Claims {
    Claims::only(vec![Box::new(Stock), Box::new(Terminals), Box::new(Material), Box::new(Supplies)])
}

/// Cards, numbers and handsets that are not sold.
struct Stock;

impl Claim for Stock {
    fn name(&self) -> &'static str {
        "stock"
    }

    fn title(&self) -> Text {
        Text::new("未收回的卡号与终端", "Cards, numbers and handsets in stock")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, outlet: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let query = stock::Query { outlet: outlet.to_owned(), state: "stock".to_owned(), limit: MOST, ..stock::Query::default() };
            let found = stock::list(tx, &Sight::everywhere(), &query).await?.rows;
            Ok(counted(found.into_iter().map(|one| (one.serial, 0))))
        })
    }
}

/// Top-up terminals that are placed there.
struct Terminals;

impl Claim for Terminals {
    fn name(&self) -> &'static str {
        "terminals"
    }

    fn title(&self) -> Text {
        Text::new("未收回的空充机", "Top-up terminals not recalled")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, outlet: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let query = terminal::Query { outlet: outlet.to_owned(), limit: MOST, ..terminal::Query::default() };
            let placed = terminal::list(tx, &Sight::everywhere(), &query).await?.rows;
            Ok(counted(placed.into_iter().map(|one| (one.serial, 0))))
        })
    }
}

/// Valuable material of ours that stands there.
struct Material;

impl Claim for Material {
    fn name(&self) -> &'static str {
        "material"
    }

    fn title(&self) -> Text {
        Text::new("未收回的贵重物料", "Valuable material not back")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, outlet: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let query = pop::Query { outlet: outlet.to_owned(), state: "placed".to_owned(), limit: MOST as usize, ..pop::Query::default() };
            let placed = pop::list(tx, &Sight::everywhere(), &query).await?.rows;
            Ok(counted(placed.into_iter().filter(|one| one.valuable).map(|one| (one.id, 0))))
        })
    }
}

/// Orders of handsets that did not arrive.
struct Supplies;

impl Claim for Supplies {
    fn name(&self) -> &'static str {
        "supply"
    }

    fn title(&self) -> Text {
        Text::new("未完成的供货单", "Handset orders under way")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, outlet: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let query = supplies::Query { outlet: outlet.to_owned(), limit: MOST, ..supplies::Query::default() };
            let found = supplies::list(tx, &Sight::everywhere(), &query).await?.rows.into_iter();
            let open = found.filter(|one| matches!(one.state, SupplyState::Placed | SupplyState::Confirmed | SupplyState::Shipped));
            Ok(counted(open.map(|one| (one.id, one.amount.0))))
        })
    }
}

/// A verdict on an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletVerdict {
    /// Number of its application.
    id: String,
    /// For `If-Match`.
    version: u32,
    outlet: OutletNamed,
    /// keep, improve, eliminate.
    verdict: String,
    /// noted, improving, passed, failed, clearing, closed, replaced.
    stage: String,
    /// keep, `improve_sales`, `improve_credit`, eliminate or new: what grading proposed.
    proposal: String,
    first_month: String,
    last_month: String,
    /// Tenths of a point, of 1000.
    credit_tenths: i64,
    /// Place by sales, 0 for an outlet that was too new.
    rank: i64,
    of: i64,
    /// Login of whoever works on it.
    owner: String,
    reason: String,
    decided_on: String,
    /// The day it is looked at again, or its last day of business.
    #[schema(required)]
    until: Option<String>,
    /// Whether that day is over and nothing has followed.
    waits: bool,
    #[schema(required)]
    ended_on: Option<String>,
    ended_by: String,
    ended_words: String,
}

/// A task of an improvement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletVerdictTask {
    /// Place, from 1.
    seq: u32,
    words: String,
    due_on: String,
    #[schema(required)]
    done_on: Option<String>,
    done_by: String,
    /// What was done.
    note: String,
    /// Whether it is open past its day.
    late: bool,
}

/// What the caller may do with a verdict now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletVerdictMay {
    done: bool,
    recheck: bool,
    close: bool,
}

/// A verdict with its tasks and with what is left at the outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletVerdictWhole {
    head: OutletVerdict,
    tasks: Vec<OutletVerdictTask>,
    /// Of one that is being cleared.
    balances: Vec<ExitBalance>,
    /// Whether its partner leaves with it, on an exit case of the same number.
    exits: bool,
    may: OutletVerdictMay,
}

/// The version after an act.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletVerdictChanged {
    /// For the next `If-Match`.
    version: u32,
}

/// Which verdicts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutletVerdictsAsked {
    /// keep, improve, eliminate.
    verdict: Option<String>,
    /// noted, improving, passed, failed, clearing, closed, replaced.
    stage: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Part of the number, or of the code or name of the outlet or its partner.
    q: Option<String>,
}

fn head(desk: &Desk, master: &Master, kept: Kept, lang: Lang) -> OutletVerdict {
    let today = desk.today();
    let row = master.outlet(&kept.outlet, kept.decided_on).or_else(|| master.outlets().filter(|row| row.code == kept.outlet).last());
    let under_way = matches!(kept.stage, Stage::Improving | Stage::Clearing);
    let outlet = match row {
        Some(row) => OutletNamed::of(&desk.figures.catalogue, master, row, kept.decided_on, lang),
        None => OutletNamed {
            code: kept.outlet.clone(),
            name: kept.outlet.clone(),
            owner: kept.partner.clone(),
            owner_name: kept.partner.clone(),
            territory: kept.territory.clone(),
            territory_name: kept.territory.clone(),
            channel: String::new(),
            channel_name: String::new(),
        },
    };
    OutletVerdict {
        id: kept.id,
        version: kept.version,
        outlet,
        verdict: kept.verdict.name().to_owned(),
        stage: kept.stage.name().to_owned(),
        proposal: kept.proposal,
        first_month: kept.months.0.to_string(),
        last_month: kept.months.1.to_string(),
        credit_tenths: kept.credit_tenths,
        rank: kept.place,
        of: kept.beside,
        owner: kept.owner,
        reason: kept.reason,
        decided_on: kept.decided_on.to_string(),
        waits: under_way && kept.until.is_some_and(|day| day < today),
        until: kept.until.map(|day| day.to_string()),
        ended_on: kept.ended_on.map(|day| day.to_string()),
        ended_by: kept.ended_by,
        ended_words: kept.ended_words,
    }
}

fn task(one: Task, today: Date) -> OutletVerdictTask {
    OutletVerdictTask {
        seq: one.seq,
        words: one.words,
        late: one.done_on.is_none() && one.due_on < today,
        due_on: one.due_on.to_string(),
        done_on: one.done_on.map(|day| day.to_string()),
        done_by: one.done_by,
        note: one.note,
    }
}

/// What is decided on outlets by their grades, latest first.
#[utoipa::path(get, path = "/outlet-verdicts", tag = "analysis", operation_id = "outlet_verdicts", params(OutletVerdictsAsked, Paging),
    responses((status = 200, body = Page<OutletVerdict>)), extensions(("x-permission" = json!("grading.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OutletVerdictsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<OutletVerdict>>> {
    let scope = signed.scope(&desk, Permission::GradingRead)?;
    only(asked.verdict.as_deref(), &Verdict::ALL.map(Verdict::name))?;
    only(asked.stage.as_deref(), &Stage::ALL.map(Stage::name))?;
    let master = master(&desk).await?;
    let query = verdict::Query {
        verdict: asked.verdict.as_deref().and_then(|text| text.parse().ok()),
        stage: asked.stage.as_deref().and_then(|text| text.parse().ok()),
        outlet: asked.outlet.unwrap_or_default(),
        owner: String::new(),
    };
    let sight = Sight::of(scope, &master, desk.today());
    let kept = verdict::list(&mut desk.db.read().await?, &sight, &query).await?;
    let typed = asked.q.unwrap_or_default().trim().to_owned();
    let rows: Vec<OutletVerdict> = kept
        .into_iter()
        .map(|kept| head(&desk, &master, kept, lang))
        .filter(|row| typed.is_empty() || row.id.contains(&typed) || row.outlet.matches(&typed))
        .collect();
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter())))
}

/// A verdict with its tasks, and with what is left at an outlet that is being cleared.
#[utoipa::path(get, path = "/outlet-verdicts/{id}", tag = "analysis", operation_id = "outlet_verdict",
    params(("id" = String, Path, description = "Number of its application")), responses((status = 200, body = OutletVerdictWhole)),
    extensions(("x-permission" = json!("grading.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<OutletVerdictWhole>> {
    let scope = signed.scope(&desk, Permission::GradingRead)?;
    let (master, today) = (master(&desk).await?, desk.today());
    let tx = &mut desk.db.read().await?;
    let kept = verdict::get(tx, &Sight::of(scope, &master, today), &id).await?;
    let may = |permission| signed.own_scope(&desk, permission).is_ok();
    let tasks = verdict::tasks(tx, &id).await?.into_iter().map(|one| task(one, today)).collect();
    let clears = kept.stage == Stage::Clearing;
    let improves = kept.stage == Stage::Improving;
    let balances = if clears { claims().balances(tx, &kept.outlet, today).await? } else { Vec::new() };
    let cases = qudao_network::exit::list(tx, Some(&kept.partner)).await?;
    let may = OutletVerdictMay {
        done: improves && may(Permission::PartnerManage),
        recheck: improves && may(Permission::PartnerManage) && !same_hand(&kept.owner, &signed.0.who()),
        close: clears && may(Permission::PartnerExit),
    };
    Ok(Json(OutletVerdictWhole {
        exits: cases.iter().any(|case| case.id == kept.id),
        head: head(&desk, &master, kept, lang),
        tasks,
        balances: balances.into_iter().map(|one| balance(one, lang)).collect(),
        may,
    }))
}

/// Improvements whose day has come and that the caller may look at again, and eliminated outlets past their last day that they may close.
pub(super) async fn waiting(desk: &Arc<Desk>, signed: &Signed) -> Answer<(u64, u64)> {
    let (who, today) = (signed.0.who(), desk.today());
    let mut counts = [0, 0];
    for (at, (permission, stage)) in
        [(Permission::PartnerManage, Stage::Improving), (Permission::PartnerExit, Stage::Clearing)].into_iter().enumerate()
    {
        // Whoever reads no grades is led to no list of them.
        if signed.may(desk, Permission::GradingRead).is_err() {
            continue;
        }
        let Ok(scope) = signed.own_scope(desk, permission) else { continue };
        let sight = Sight::of(scope, &*master(desk).await?, today);
        let query = verdict::Query { stage: Some(stage), ..verdict::Query::default() };
        let kept = verdict::list(&mut desk.db.read().await?, &sight, &query).await?;
        let due = kept.iter().filter(|one| one.until.is_some_and(|day| if stage == Stage::Improving { day <= today } else { day < today }));
        counts[at] = due.filter(|one| stage == Stage::Clearing || !same_hand(&one.owner, &who)).count() as u64;
    }
    Ok((counts[0], counts[1]))
}

/// Refuses a verdict beyond what the caller may act on.
async fn within(desk: &Arc<Desk>, scope: Scope, id: &str) -> Answer<()> {
    let master = master(desk).await?;
    verdict::get(&mut desk.db.read().await?, &Sight::of(scope, &master, desk.today()), id).await?;
    Ok(())
}

/// What was done for a task.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OutletVerdictDone {
    /// What was done.
    note: String,
}

/// Says that a task of an improvement was done.
#[utoipa::path(post, path = "/outlet-verdicts/{id}/tasks/{seq}", tag = "analysis", operation_id = "finish_outlet_task",
    request_body = OutletVerdictDone,
    params(("id" = String, Path, description = "Verdict"), ("seq" = String, Path, description = "Place of the task"),
        ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = OutletVerdictChanged)), extensions(("x-permission" = json!("partner.manage"))))]
async fn done(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, seq)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<OutletVerdictDone>,
) -> Answer<Json<OutletVerdictChanged>> {
    within(&desk, signed.own_scope(&desk, Permission::PartnerManage)?, &id).await?;
    let (who, seq) = (signed.0.who(), seq.parse().unwrap_or(0));
    let version = write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, &sent.note).await?;
        verdict::done(tx, &act, &id, version, seq).await
    })?;
    Ok(Json(OutletVerdictChanged { version }))
}

/// How an outlet stands that was to improve.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OutletVerdictFound {
    /// passed, failed, again.
    found: String,
    /// The next day it is looked at, for again.
    until: Option<String>,
    reason: String,
}

/// Says how an outlet stands that was to improve. Whoever works on it does not.
#[utoipa::path(post, path = "/outlet-verdicts/{id}/recheck", tag = "analysis", operation_id = "recheck_outlet",
    request_body = OutletVerdictFound,
    params(("id" = String, Path, description = "Verdict"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = OutletVerdictChanged)), extensions(("x-permission" = json!("partner.manage"))))]
async fn recheck(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<OutletVerdictFound>,
) -> Answer<Json<OutletVerdictChanged>> {
    within(&desk, signed.own_scope(&desk, Permission::PartnerManage)?, &id).await?;
    let found = match sent.found.as_str() {
        "passed" => Found::Passed,
        "failed" => Found::Failed,
        "again" => Found::Again(super::receivables::sent_day(sent.until.as_deref().unwrap_or_default())?),
        other => return Err(no_word(other, "passed, failed, again").into()),
    };
    let who = signed.0.who();
    let version = write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, &sent.reason).await?;
        verdict::recheck(tx, &act, &id, version, found).await
    })?;
    Ok(Json(OutletVerdictChanged { version }))
}

/// Why an outlet is closed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OutletVerdictClosed {
    reason: String,
}

/// Closes an eliminated outlet after its last day of business, when nothing of ours is left there.
#[utoipa::path(post, path = "/outlet-verdicts/{id}/close", tag = "analysis", operation_id = "close_eliminated_outlet",
    request_body = OutletVerdictClosed,
    params(("id" = String, Path, description = "Verdict"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = OutletVerdictChanged)), extensions(("x-permission" = json!("partner.exit"))))]
async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<OutletVerdictClosed>,
) -> Answer<Json<OutletVerdictChanged>> {
    within(&desk, signed.own_scope(&desk, Permission::PartnerExit)?, &id).await?;
    desk.roll_in().await?;
    let (who, claims) = (signed.0.who(), claims());
    let version = write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, &sent.reason).await?;
        verdict::close(tx, &act, &claims, &id, version).await
    })?;
    desk.rolled_out().await;
    Ok(Json(OutletVerdictChanged { version }))
}
