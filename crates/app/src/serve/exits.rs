//! 退出单: partners on their way out, what stands in the way, and the steps that are left.

use super::desk::Desk;
use super::life::act;
use super::reach;
use super::shown::instant;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, Page, Paging, Sent, bug, heavy, only};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Over, Permission, Scope, Sight};
use qudao_airtime::terminal;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Fen, Lang, Refusal, Text};
use qudao_ledger::AccountKind;
use qudao_network::exit::{self, Balance, Case, Claim, Claims, Left, Lefts, Stage};
use qudao_platform::{Tx, write_tx};
use qudao_receivable::{deposit, invoice as receivable};
use qudao_settle::{dispute, invoice};
use qudao_supply::list as supplies;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(advance))
}

/// Most rows of a claim that are told.
const MOST: u32 = 500;

/// All that may stand in the way of an exit. What keeps stock, assets or slips of partners adds a claim of its own here.
fn claims(desk: &Arc<Desk>) -> Claims {
    Claims::with(vec![
        Box::new(Accounts(Arc::clone(desk))),
        Box::new(Disputes),
        Box::new(Invoices),
        Box::new(Changes),
        Box::new(Applications),
        Box::new(Owed),
        Box::new(Deposits),
        Box::new(Terminals),
        Box::new(Supplies),
        Box::new(Material),
    ])
}

/// Balances of a partner's accounts in the ledger.
struct Accounts(Arc<Desk>);

impl Claim for Accounts {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn title(&self) -> Text {
        Text::new("账本余额", "Balances in the ledger")
    }

    fn left<'a>(&'a self, _: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        const OWN: [AccountKind; 7] = [
            AccountKind::Payable,
            AccountKind::Holdback,
            AccountKind::Deposit,
            AccountKind::Receivable,
            AccountKind::TopupFloat,
            AccountKind::Points,
            AccountKind::Advance,
        ];
        let (desk, partner) = (Arc::clone(&self.0), partner.to_owned());
        Box::pin(async move {
            let read = move || {
                let entity = desk.books.entity(&desk.home)?;
                desk.books.now(&desk.home, |index| {
                    let left = |kind: AccountKind| {
                        let amount = kind.standing(index.book().balance(&entity, &partner, kind));
                        let money = kind != AccountKind::Points;
                        let shown = if money { format!("¥{}", Fen(amount)) } else { amount.to_string() };
                        let what = Text::new(format!("{} {shown}", kind.zh()), format!("{} {shown}", kind.name()));
                        (amount != 0).then_some(Left { amount, money, what })
                    };
                    OWN.into_iter().filter_map(left).collect::<Vec<Left>>()
                })
            };
            tokio::task::spawn_blocking(read).await.map_err(|error| bug(&error.to_string()))?
        })
    }
}

/// What is left of something that is counted.
pub(super) fn counted(all: impl IntoIterator<Item = (String, i64)>) -> Vec<Left> {
    let left = |(what, amount): (String, i64)| {
        let shown = if amount == 0 { what } else { format!("{what} ¥{}", Fen(amount)) };
        Left { amount: if amount == 0 { 1 } else { amount }, money: amount != 0, what: Text::new(shown.clone(), shown) }
    };
    all.into_iter().map(left).collect()
}

/// Disputes that are not over.
struct Disputes;

impl Claim for Disputes {
    fn name(&self) -> &'static str {
        "disputes"
    }

    fn title(&self) -> Text {
        Text::new("未了结的争议", "Open disputes")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let waits = |one: &dispute::Dispute| {
                let undecided = matches!(one.state, dispute::State::Open | dispute::State::Proposed);
                undecided || (one.post_in.is_some() && one.stated_in.is_none())
            };
            let open = dispute::of_partner(tx, partner).await?.into_iter().filter(waits);
            Ok(counted(open.map(|one| (one.id, 0))))
        })
    }
}

/// Valuable material of ours at the partner's outlets (R7.198).
struct Material;

impl Claim for Material {
    fn name(&self) -> &'static str {
        "material"
    }

    fn title(&self) -> Text {
        Text::new("未收回的贵重物料", "Valuable material not back")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let there = qudao_display::pop::outstanding(tx, partner).await?;
            Ok(counted(there.into_iter().map(|(id, _)| (id, 0))))
        })
    }
}

/// Invoices nobody decided on.
struct Invoices;

impl Claim for Invoices {
    fn name(&self) -> &'static str {
        "invoices"
    }

    fn title(&self) -> Text {
        Text::new("待审核的发票", "Invoices to be looked at")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let open = invoice::of_partner(tx, partner).await?.into_iter().filter(|one| one.state == invoice::State::Submitted);
            Ok(counted(open.map(|one| (one.number, one.amount.0))))
        })
    }
}

/// Changes of the bank account that wait.
struct Changes;

impl Claim for Changes {
    fn name(&self) -> &'static str {
        "bank_account"
    }

    fn title(&self) -> Text {
        Text::new("待审批的账户变更", "Changes of the bank account to be decided")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let all = qudao_settle::bank::list(tx, Some(partner)).await?.into_iter();
            Ok(counted(all.filter(|one| one.state == "submitted").map(|one| (one.masked(), 0))))
        })
    }
}

/// Applications about the partner that are not at their end.
struct Applications;

impl Claim for Applications {
    fn name(&self) -> &'static str {
        "applications"
    }

    fn title(&self) -> Text {
        Text::new("未结束的申请", "Open applications")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let open = qudao_workflow::store::open_about(tx, partner).await?;
            Ok(counted(open.into_iter().map(|id| (id, 0))))
        })
    }
}

/// Invoices that are not paid.
struct Owed;

impl Claim for Owed {
    fn name(&self) -> &'static str {
        "receivables"
    }

    fn title(&self) -> Text {
        Text::new("未收的应收款", "Receivables not collected")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let query = receivable::Query { partner: partner.to_owned(), open: true, limit: MOST, ..receivable::Query::default() };
            let open = receivable::list(tx, &Sight::everywhere(), &query).await?.rows;
            Ok(counted(open.into_iter().map(|one| (one.id.clone(), one.open().0))))
        })
    }
}

/// Deposits that are neither refunded nor kept with a reason.
struct Deposits;

impl Claim for Deposits {
    fn name(&self) -> &'static str {
        "deposits"
    }

    fn title(&self) -> Text {
        Text::new("未退的保证金", "Deposits not refunded")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let held = deposit::list(tx, &Sight::everywhere(), Some(partner)).await?.into_iter().filter(|one| one.balance != Fen::ZERO);
            Ok(counted(held.map(|one| (one.kind.name().to_owned(), one.balance.0))))
        })
    }
}

/// Top-up terminals at the partner's outlets.
struct Terminals;

impl Claim for Terminals {
    fn name(&self) -> &'static str {
        "terminals"
    }

    fn title(&self) -> Text {
        Text::new("未收回的空充机", "Top-up terminals not recalled")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move {
            let query = terminal::Query { partner: partner.to_owned(), limit: MOST, ..terminal::Query::default() };
            let placed = terminal::list(tx, &Sight::everywhere(), &query).await?.rows;
            Ok(counted(placed.into_iter().map(|one| (one.serial, 0))))
        })
    }
}

/// Orders of handsets under way, and returns nobody decided.
struct Supplies;

impl Claim for Supplies {
    fn name(&self) -> &'static str {
        "supply"
    }

    fn title(&self) -> Text {
        Text::new("未完成的供货单与退货", "Handset orders and returns under way")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        Box::pin(async move { Ok(counted(supplies::under_way(tx, partner).await?.into_iter().map(|(id, amount)| (id, amount.0)))) })
    }
}

/// A partner on its way out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExitRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    partner: String,
    name: String,
    /// opened, notice, clearing, settled, closed.
    state: String,
    title: String,
    /// `own_wish`, expired, breach, idle, graded.
    cause: String,
    notice_on: String,
    /// Last day of business.
    last_day: String,
    opened_by: String,
    opened_at: String,
    /// First day the partner is no longer in force.
    #[schema(required)]
    closed_on: Option<String>,
}

fn row(case: Case, master: &Master, lang: Lang) -> ExitRow {
    let held = master.partner(&case.partner, case.last_day).or_else(|| master.partners().filter(|row| row.code == case.partner).last());
    ExitRow {
        name: held.map(|row| row.name.clone()).unwrap_or_default(),
        state: case.stage.name().to_owned(),
        title: case.stage.title().get(lang).to_owned(),
        id: case.id,
        version: case.version,
        partner: case.partner,
        cause: case.cause,
        notice_on: case.notice_on.to_string(),
        last_day: case.last_day.to_string(),
        opened_by: case.opened_by,
        opened_at: instant(case.opened_us),
        closed_on: case.closed_on.map(|day| day.to_string()),
    }
}

/// Something that is not zero.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExitLeft {
    /// Fen where it is money, else how many.
    amount: i64,
    money: bool,
    what: String,
}

/// What may stand in the way, and what is left of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExitBalance {
    name: String,
    title: String,
    /// Empty where it is zero.
    left: Vec<ExitLeft>,
}

/// A step that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExitStep {
    state: String,
    title: String,
    who: String,
    note: String,
    at: String,
}

/// A state that follows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExitNext {
    state: String,
    title: String,
}

/// An exit with all that stands in its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExitWhole {
    head: ExitRow,
    balances: Vec<ExitBalance>,
    /// Oldest first.
    history: Vec<ExitStep>,
    /// What follows; absent at the end.
    #[schema(required)]
    next: Option<ExitNext>,
}

pub(super) fn balance(balance: Balance, lang: Lang) -> ExitBalance {
    let left = |left: Left| ExitLeft { amount: left.amount, money: left.money, what: left.what.get(lang).to_owned() };
    ExitBalance {
        name: balance.name.to_owned(),
        title: balance.title.get(lang).to_owned(),
        left: balance.left.into_iter().map(left).collect(),
    }
}

/// Which exits.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExitsAsked {
    /// opened, notice, clearing, settled, closed.
    state: Option<String>,
    /// Part of the number, or of the partner's code or name.
    q: Option<String>,
}

async fn masters(desk: &Arc<Desk>) -> Answer<Arc<Master>> {
    let desk = Arc::clone(desk);
    heavy(move || desk.master()).await
}

/// Whether a case is about a partner within a scope; one that left is where it stood on its last day.
fn seen(scope: &Scope, master: &Master, case: &Case) -> bool {
    reach::covered(
        Some(master),
        scope,
        Over::Partner,
        &case.partner,
        case.last_day.min(case.closed_on.map_or(case.last_day, |day| day.plus_days(-1))),
    )
}

/// Exits of partners, newest first.
#[utoipa::path(get, path = "/exits", tag = "network", operation_id = "exits", params(ExitsAsked, Paging),
    responses((status = 200, body = Page<ExitRow>)), extensions(("x-permission" = json!("partner.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ExitsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ExitRow>>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let (master, cases) = (masters(&desk).await?, exit::list(&mut desk.db.read().await?, None).await?);
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    only(asked.state.as_deref(), &Stage::ALL.map(Stage::name))?;
    let wanted = asked.state.filter(|state| !state.is_empty());
    let rows: Vec<ExitRow> = cases
        .into_iter()
        .filter(|case| seen(&scope, &master, case) && wanted.as_ref().is_none_or(|state| case.stage.name() == state))
        .map(|case| row(case, &master, lang))
        .filter(|row| [&row.id, &row.partner, &row.name].into_iter().any(|text| text.to_lowercase().contains(&typed)))
        .collect();
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter())))
}

async fn found(desk: &Arc<Desk>, scope: &Scope, id: &str) -> Answer<(Arc<Master>, Case)> {
    let master = masters(desk).await?;
    let case = exit::get(&mut desk.db.read().await?, id).await?;
    if seen(scope, &master, &case) {
        return Ok((master, case));
    }
    Err(exit::none(id).into())
}

async fn whole(desk: &Arc<Desk>, master: &Master, case: Case, lang: Lang) -> Result<ExitWhole, Refusal> {
    let tx = &mut desk.db.read().await?;
    // One that is over stands as it was closed.
    let open = case.stage != Stage::Closed;
    let balances = if open { claims(desk).balances(tx, &case.partner, desk.today()).await? } else { Vec::new() };
    let step = |step: exit::Done| ExitStep {
        state: step.stage.name().to_owned(),
        title: step.stage.title().get(lang).to_owned(),
        who: step.who,
        note: step.note,
        at: instant(step.at_us),
    };
    let history = exit::history(tx, &case.id).await?.into_iter().map(step).collect();
    let next = case.stage.next().map(|stage| ExitNext { state: stage.name().to_owned(), title: stage.title().get(lang).to_owned() });
    Ok(ExitWhole { head: row(case, master, lang), balances: balances.into_iter().map(|one| balance(one, lang)).collect(), history, next })
}

/// An exit with what stands in its way.
#[utoipa::path(get, path = "/exits/{id}", tag = "network", operation_id = "exit", params(("id" = String, Path, description = "Exit case")),
    responses((status = 200, body = ExitWhole)), extensions(("x-permission" = json!("partner.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<ExitWhole>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let (master, case) = found(&desk, &scope, &id).await?;
    Ok(Json(whole(&desk, &master, case, lang).await?))
}

/// A step of an exit.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ExitSent {
    /// notice, clearing, settled, closed.
    to: String,
    reason: String,
}

/// Takes an exit a step further. It is settled and closed only where everything is zero.
#[utoipa::path(post, path = "/exits/{id}/advance", tag = "network", operation_id = "advance_exit", request_body = ExitSent,
    params(("id" = String, Path, description = "Exit case"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = ExitWhole)), extensions(("x-permission" = json!("partner.exit"))))]
async fn advance(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<ExitSent>,
) -> Answer<Json<ExitWhole>> {
    let scope = signed.own_scope(&desk, Permission::PartnerExit)?;
    found(&desk, &scope, &id).await?;
    let to: Stage = sent.to.parse().map_err(|()| {
        Refusal::bad_input(
            "serve.exit.step",
            format!("“{}”不是退出单的状态；请刷新页面", sent.to),
            format!("`{}` is no state of an exit; reload the page", sent.to),
        )
    })?;
    desk.roll_in().await?;
    let (who, claims) = (signed.0.who(), claims(&desk));
    let case = write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, &sent.reason).await?;
        exit::advance(tx, &act, &claims, &id, version, to).await
    })?;
    desk.rolled_out().await;
    let master = masters(&desk).await?;
    Ok(Json(whole(&desk, &master, case, lang).await?))
}
