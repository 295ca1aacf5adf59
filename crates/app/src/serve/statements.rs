//! Statements: the list of a month, one statement with its lines and what was not paid, its papers, its confirmation.

use super::desk::Desk;
use super::invoices::CoverView;
use super::opened::{Head, Run, chain_of};
use super::receivables::StatementOffset;
use super::settling;
use super::shown::{day, instant, mask};
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Page, Paging, Sent, heavy, only};
use crate::say::word;
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Permission, Place, Scope};
use qudao_kernel::{Date, Kind, Lang, Month, Refusal};
use qudao_platform::Tx;
use qudao_policy::lines::Reason;
use qudao_settle::confirm::{self, Confirm, Confirmation};
use qudao_settle::statement::{Catalog, Statement};
use qudao_settle::{dispute, invoice, payment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(months)).routes(routes!(list)).routes(routes!(one)).routes(routes!(confirm_one))
}

/// A month with statements.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementMonth {
    period: String,
    #[schema(required)]
    issued_on: Option<String>,
    statements: usize,
    /// Fen, all of them together.
    payment: i64,
}

/// A statement in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementRow {
    pub(crate) number: String,
    pub(crate) period: String,
    pub(crate) partner: String,
    pub(crate) name: String,
    pub(crate) tier: String,
    pub(crate) territory: String,
    pub(crate) lines: u64,
    /// Sum of its lines, fen.
    pub(crate) amount: i64,
    /// Fen that are paid.
    pub(crate) payment: i64,
    /// Fen carried to the next month.
    pub(crate) carried: i64,
    /// Things that were paid nothing, or less.
    pub(crate) unpaid: u64,
    #[schema(required)]
    pub(crate) pay_on: Option<String>,
    /// published, disputed, confirmed, `in_payment`, paid.
    pub(crate) state: String,
    /// Disputes that wait for an answer.
    pub(crate) disputes: i64,
    /// Day by which it is paid, once confirmed.
    #[schema(required)]
    pub(crate) pay_by: Option<String>,
}

/// Filters of the list of statements.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementFilter {
    /// Month, `2026-07`; the last one where absent.
    period: Option<String>,
    /// Part of a name, code or number, or initials.
    q: Option<String>,
    /// published, disputed, confirmed, `in_payment` or paid.
    state: Option<String>,
    /// Division code.
    territory: Option<String>,
    /// amount, payment, lines, unpaid, name or partner; with a minus from the highest down.
    sort: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// The months that have statements, the last first.
#[utoipa::path(get, path = "/statements/months", tag = "statements", operation_id = "list_statement_months",
    responses((status = 200, body = Vec<StatementMonth>)), extensions(("x-permission" = json!("statement.read"))))]
async fn months(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<StatementMonth>>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let months = heavy(move || {
        let of = |run: &Arc<Run>| {
            let heads: Vec<&Head> = run.heads.iter().filter(|head| head.within(&scope)).collect();
            let payment = heads.iter().map(|head| head.payment).sum();
            StatementMonth { period: run.period().to_string(), issued_on: day(run.issued_on), statements: heads.len(), payment }
        };
        Ok(desk.runs()?.iter().rev().map(of).filter(|month| month.statements > 0).collect())
    })
    .await?;
    Ok(Json(months))
}

/// What the database knows of the statements of a month.
pub(crate) struct Known {
    confirmed: BTreeMap<String, Confirmation>,
    waiting: BTreeMap<String, i64>,
    moved: BTreeMap<String, confirm::Payment>,
}

impl Known {
    pub(crate) async fn of(desk: &Desk, period: Month) -> Result<Self, Refusal> {
        let tx = &mut desk.db.read().await?;
        let mut moved = BTreeMap::new();
        for batch in payment::batches(tx).await? {
            let how = if batch.state == "paid" { confirm::Payment::Made } else { confirm::Payment::UnderWay };
            if batch.state != "refused" && batch.month == period {
                moved.extend(payment::payments(tx, &batch.id).await?.into_iter().map(|row| (row.statement, how)));
            }
        }
        Ok(Self { confirmed: confirm::of_period(tx, period).await?, waiting: dispute::waiting_by_statement(tx, period).await?, moved })
    }

    fn waiting(&self, head: &Head) -> i64 {
        self.waiting.get(&head.number).copied().unwrap_or(0)
    }

    /// Where a statement is.
    fn state(&self, head: &Head) -> &'static str {
        let confirmed = self.confirmed.contains_key(&head.number);
        confirm::State::of(confirmed, self.waiting(head) > 0, self.moved.get(&head.number).copied()).name()
    }

    fn row(&self, run: &Run, head: &Head) -> StatementRow {
        StatementRow {
            number: head.number.clone(),
            period: run.period().to_string(),
            partner: head.partner.clone(),
            name: head.name.clone(),
            tier: head.tier.clone(),
            territory: head.territory.clone(),
            lines: head.lines,
            amount: head.amount,
            payment: head.payment,
            carried: head.carried,
            unpaid: head.unpaid,
            pay_on: day(head.pay_on),
            state: self.state(head).to_owned(),
            disputes: self.waiting(head),
            pay_by: self.confirmed.get(&head.number).map(|made| made.pay_by.to_string()),
        }
    }
}

/// Statements of a month.
#[utoipa::path(get, path = "/statements", tag = "statements", operation_id = "list_statements", params(StatementFilter),
    responses((status = 200, body = Page<StatementRow>)), extensions(("x-permission" = json!("statement.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Asked(filter): Asked<StatementFilter>) -> Answer<Json<Page<StatementRow>>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let run = month(&desk, filter.period.as_deref()).await?;
    let known = Known::of(&desk, run.period()).await?;
    only(filter.state.as_deref(), &["published", "disputed", "confirmed", "in_payment", "paid"])?;
    let paging = Paging { after: filter.after.clone(), limit: filter.limit };
    let rows = heavy(move || {
        let fits = |head: &&Head| {
            head.within(&scope)
                && !head.partner.is_empty()
                && filter.q.as_deref().is_none_or(|typed| head.matches(typed.trim()))
                && filter.territory.as_deref().is_none_or(|area| head.territory.starts_with(area))
                && filter.state.as_deref().is_none_or(|state| known.state(head) == state)
        };
        let mut heads: Vec<&Head> = run.heads.iter().filter(fits).collect();
        sort(&mut heads, filter.sort.as_deref().unwrap_or("-payment"));
        Ok(Page::of(&paging, heads.len(), heads.into_iter()).map(|head| known.row(&run, head)))
    })
    .await?;
    Ok(Json(rows))
}

fn sort(heads: &mut [&Head], by: &str) {
    let (name, down) = by.strip_prefix('-').map_or((by, false), |name| (name, true));
    heads.sort_by(|a, b| {
        let order = match name {
            "amount" => a.amount.cmp(&b.amount),
            "lines" => a.lines.cmp(&b.lines),
            "unpaid" => a.unpaid.cmp(&b.unpaid),
            "name" => a.name.cmp(&b.name),
            "partner" => a.partner.cmp(&b.partner),
            _ => a.payment.cmp(&b.payment),
        };
        let order = if down { order.reverse() } else { order };
        order.then_with(|| a.partner.cmp(&b.partner))
    });
}

/// The run of a month, or the last one.
pub(crate) async fn month(desk: &Arc<Desk>, period: Option<&str>) -> Answer<Arc<Run>> {
    let period = period.map(str::parse::<Month>).transpose().map_err(|_| no_month())?;
    let desk = Arc::clone(desk);
    heavy(move || match period {
        Some(period) => desk.run(period),
        None => desk
            .runs()?
            .last()
            .cloned()
            .ok_or_else(|| Refusal::new(Kind::NotFound, "serve.period.none", "还没有发布过结算结果", "no month has been published yet")),
    })
    .await
}

fn no_month() -> Refusal {
    Refusal::bad_input("serve.period.month", "月份格式须为 2026-07", "a month is written like 2026-07")
}

/// A partner's statement within somebody's reach, or under its number one of differences that settling again brought; one outside is
/// answered like one that is not there.
pub(crate) async fn find(desk: &Arc<Desk>, scope: Scope, period: &str, which: &str) -> Answer<(Arc<Run>, Statement)> {
    let run = month(desk, Some(period)).await?;
    let (which, desk) = (which.to_owned(), Arc::clone(desk));
    heavy(move || {
        if let Some(head) = run.head(&which) {
            let head = if head.within(&scope) { head } else { return Err(none(run.period(), &which)) };
            return Ok((Arc::clone(&run), run.statement(head)?));
        }
        let found = settling::differences(&desk.home, run.period(), &which)?.into_iter().find(|statement| statement.number == which);
        let statement = found.ok_or_else(|| none(run.period(), &which))?;
        let chain = chain_of(&*desk.master()?, &statement.partner, run.period().last_day());
        let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
        if scope.covers(&Place { territory: &statement.territory, partners: &partners, outlet: "", clerk: "" }) {
            Ok((Arc::clone(&run), statement))
        } else {
            Err(none(run.period(), &which))
        }
    })
    .await
}

/// One's own statement: who stands above a partner sees its statement, but does not answer for it.
pub(crate) async fn find_own(desk: &Arc<Desk>, signed: &Signed, period: &str, which: &str) -> Answer<(Arc<Run>, Statement)> {
    let Scope { partners, .. } = signed.scope(desk, Permission::StatementConfirm)?;
    let scope = Scope { partners: partners.clone(), ..Scope::default() };
    let (run, statement) = find(desk, scope, period, which).await?;
    if partners.contains(&statement.partner) { Ok((run, statement)) } else { Err(none(run.period(), which).into()) }
}

fn none(period: Month, partner: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.statement.none",
        format!("没有 {partner} 在 {period} 的对账单，或不在您的数据范围内"),
        format!("there is no statement of {partner} for {period}, or it is not within your reach"),
    )
}

/// A row of a statement's section.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComponentView {
    policy: String,
    version: u32,
    component: String,
    title: String,
    lines: u64,
    /// Fen.
    earned: i64,
    /// Fen.
    released: i64,
    /// Fen.
    reversed: i64,
    /// Fen.
    adjusted: i64,
    /// Fen.
    total: i64,
}

/// Lines that go to the same place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SectionView {
    /// payable, holdback, netted, points, topup, credit, advance.
    destination: String,
    rows: Vec<ComponentView>,
    /// Fen; for points, hundredths of a point.
    total: i64,
}

/// The part of an outlet, clerk or customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartView {
    kind: String,
    code: String,
    name: String,
    lines: u64,
    /// Fen of the payable account.
    payable: i64,
}

/// From the lines to the payment; `due = direct + tax + offsets + payment + carried`. All fen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TotalsView {
    lines: i64,
    adjustments: i64,
    advances: i64,
    brought: i64,
    due: i64,
    direct: i64,
    tax: i64,
    offsets: i64,
    payment: i64,
    carried: i64,
}

/// What was not paid for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnpaidGroup {
    pub(crate) policy: String,
    pub(crate) version: u32,
    pub(crate) component: String,
    pub(crate) title: String,
    pub(crate) code: String,
    pub(crate) sentence: String,
    pub(crate) count: u64,
    /// Fen, where an amount had been reached.
    pub(crate) forgone: i64,
    /// How many could still be met on the day of asking.
    pub(crate) curable: u64,
    /// The next last day.
    #[schema(required)]
    pub(crate) next_deadline: Option<String>,
}

/// What falls due later.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DueView {
    pub(crate) due: String,
    pub(crate) count: u64,
    /// Fen, if every condition holds.
    pub(crate) amount: i64,
}

/// A correction approved elsewhere, such as the outcome of a dispute; or a reward.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdjustmentView {
    /// Number of the dispute, or of the application.
    code: String,
    /// correction or reward.
    kind: String,
    text: String,
    /// Fen.
    amount: i64,
}

/// What was confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfirmationView {
    confirmed_at: String,
    confirmed_by: String,
    /// Whether the partner's silence confirmed it.
    tacit: bool,
    /// Day by which it is paid.
    pay_by: String,
}

impl ConfirmationView {
    pub(crate) fn of(made: &Confirmation) -> Self {
        Self {
            confirmed_at: instant(made.confirmed_at_us),
            confirmed_by: made.confirmed_by.clone(),
            tacit: made.is_tacit(),
            pay_by: made.pay_by.to_string(),
        }
    }
}

/// A statement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementView {
    number: String,
    period: String,
    issued_on: String,
    partner: String,
    name: String,
    tier: String,
    territory: String,
    natural_person: bool,
    lines: u64,
    sections: Vec<SectionView>,
    parts: Vec<PartView>,
    adjustments: Vec<AdjustmentView>,
    /// Receivables taken out of the payment, line by line.
    offsets: Vec<StatementOffset>,
    totals: TotalsView,
    #[schema(required)]
    pay_on: Option<String>,
    unpaid: Vec<UnpaidGroup>,
    calendar: Vec<DueView>,
    /// Closing balance of the hold-back pool, fen.
    pool: i64,
    hash: String,
    /// The hash as people compare it.
    short_hash: String,
    /// published, disputed, confirmed, `in_payment`, paid.
    state: String,
    disputes: i64,
    #[schema(required)]
    confirmation: Option<ConfirmationView>,
    /// Day by which it would be paid if it were confirmed today.
    promise: String,
    #[schema(required)]
    invoices: Option<CoverView>,
}

/// One statement.
#[utoipa::path(get, path = "/statements/{period}/{partner}", tag = "statements", operation_id = "get_statement",
    params(("period" = String, Path), ("partner" = String, Path)),
    responses((status = 200, body = StatementView)), extensions(("x-permission" = json!("statement.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((period, partner)): Path<(String, String)>,
) -> Answer<Json<StatementView>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let (run, statement) = find(&desk, scope, &period, &partner).await?;
    view(&desk, &run, statement, lang).await.map(Json)
}

async fn view(desk: &Arc<Desk>, run: &Arc<Run>, statement: Statement, lang: Lang) -> Answer<StatementView> {
    let today = desk.today();
    let tx = &mut desk.db.read().await?;
    let made = confirm::of_statement(tx, &statement.number).await?;
    let waiting = dispute::waiting(tx, &statement.number).await?;
    let covered = invoice::covered(tx, &statement.number).await?;
    let moved = paid(tx, &statement.partner).await?.get(&statement.number).map(|(how, _)| *how);
    let promise = confirm::promise(&desk.parameters(), &statement.territory, today, statement.pay_on)?;
    let billed = made.as_ref().map_or_else(|| confirm::billed(&statement), |made| made.billed);
    let invoices = (!statement.natural_person).then(|| CoverView::of(invoice::Cover { billed, covered }));
    let run = Arc::clone(run);
    heavy(move || {
        let unpaid = unpaid_groups(&run, &statement, lang)?;
        let money = |fen: qudao_kernel::Fen| fen.0;
        let totals = &statement.totals;
        Ok(StatementView {
            state: confirm::State::of(made.is_some(), waiting > 0, moved).name().to_owned(),
            disputes: waiting,
            confirmation: made.as_ref().map(ConfirmationView::of),
            promise: promise.to_string(),
            invoices,
            unpaid,
            period: statement.period.to_string(),
            issued_on: statement.issued_on.to_string(),
            short_hash: statement.short_hash(),
            sections: statement.sections.iter().map(section).collect(),
            parts: statement.payees.iter().map(part).collect(),
            adjustments: statement.adjustments.iter().map(adjustment).collect(),
            offsets: statement.offsets.iter().map(StatementOffset::of).collect(),
            totals: TotalsView {
                lines: money(totals.lines),
                adjustments: money(totals.adjustments),
                advances: money(totals.advances),
                brought: money(totals.brought.taxable) + money(totals.brought.net),
                due: money(totals.due),
                direct: money(totals.direct),
                tax: money(totals.tax),
                offsets: money(totals.offsets),
                payment: money(totals.payment),
                carried: money(totals.carried.taxable) + money(totals.carried.net),
            },
            pay_on: day(statement.pay_on),
            calendar: statement
                .calendar
                .iter()
                .map(|due| DueView { due: due.due.to_string(), count: due.count, amount: due.amount.0 })
                .collect(),
            pool: money(statement.pool.closing),
            number: statement.number,
            partner: statement.partner,
            name: statement.name,
            tier: statement.tier,
            territory: statement.territory,
            natural_person: statement.natural_person,
            lines: statement.lines,
            hash: statement.hash,
        })
    })
    .await
}

fn section(section: &qudao_settle::statement::Section) -> SectionView {
    let row = |row: &qudao_settle::statement::ComponentRow| ComponentView {
        policy: row.policy.clone(),
        version: row.version,
        component: row.component.clone(),
        title: row.title.clone(),
        lines: row.lines,
        earned: row.earned.0,
        released: row.released.0,
        reversed: row.reversed.0,
        adjusted: row.adjusted.0,
        total: row.total.0,
    };
    SectionView { destination: word(&section.destination), rows: section.rows.iter().map(row).collect(), total: section.total.0 }
}

fn part(part: &qudao_settle::statement::PayeePart) -> PartView {
    let payable = part.amounts.get(&qudao_policy::model::Destination::Payable).map_or(0, |fen| fen.0);
    PartView { kind: word(&part.kind), code: mask(&part.code), name: part.name.clone(), lines: part.lines, payable }
}

fn adjustment(row: &qudao_settle::statement::Adjustment) -> AdjustmentView {
    AdjustmentView { code: row.code.clone(), kind: row.kind.name().to_owned(), text: row.text.clone(), amount: row.amount.0 }
}

/// Groups of what was not paid, in the words of a language.
pub(crate) fn unpaid_groups(run: &Run, statement: &Statement, lang: Lang) -> Result<Vec<UnpaidGroup>, Refusal> {
    let world = run.world()?;
    let catalog = Catalog::new(world.set());
    let group = |row: &qudao_settle::statement::Unpaid| {
        let asked = Reason {
            period: statement.period,
            partner: statement.partner.clone(),
            policy: row.policy.clone(),
            version: row.version,
            component: row.component.clone(),
            basis: String::new(),
            day: statement.issued_on,
            code: row.code.clone(),
            until: None,
            forgone: 0,
        };
        UnpaidGroup {
            sentence: catalog.sentence(&asked, lang),
            policy: row.policy.clone(),
            version: row.version,
            component: row.component.clone(),
            title: row.title.clone(),
            code: row.code.clone(),
            count: row.count,
            forgone: row.forgone.0,
            curable: row.curable,
            next_deadline: day(row.next_deadline),
        }
    };
    Ok(statement.unpaid.iter().map(group).collect())
}

/// A confirmation.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ConfirmWish {
    /// Hash of the statement that was looked at.
    hash: String,
    /// The sender knows that disputes are not answered yet, and confirms the rest.
    #[serde(default)]
    despite_disputes: bool,
}

/// Confirms one's own statement. Confirmed again, it is the same confirmation.
#[utoipa::path(post, path = "/statements/{period}/{partner}/confirm", tag = "statements", operation_id = "confirm_statement",
    params(("period" = String, Path), ("partner" = String, Path)), request_body = ConfirmWish,
    responses((status = 200, body = ConfirmationView)), extensions(("x-permission" = json!("statement.confirm"))))]
async fn confirm_one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((period, partner)): Path<(String, String)>,
    Sent(wish): Sent<ConfirmWish>,
) -> Answer<Json<ConfirmationView>> {
    let (_, statement) = find_own(&desk, &signed, &period, &partner).await?;
    let asked = Confirm {
        who: &signed.0.who(),
        statement: &statement,
        seen: &wish.hash,
        despite_disputes: wish.despite_disputes,
        today: desk.today(),
    };
    let made = confirm::confirm(&desk.db, &desk.parameters(), asked).await?.into_inner();
    Ok(Json(ConfirmationView::of(&made)))
}

/// How far the payments of a partner's statements are.
pub(crate) async fn paid(tx: &mut Tx, partner: &str) -> Result<BTreeMap<String, (confirm::Payment, Option<Date>)>, Refusal> {
    let of = |(statement, _, state, on): (String, String, String, Option<Date>)| {
        let how = if state == "paid" { confirm::Payment::Made } else { confirm::Payment::UnderWay };
        (statement, (how, on))
    };
    Ok(payment::of_partner(tx, partner).await?.into_iter().map(of).collect())
}
