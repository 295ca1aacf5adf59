//! Partners by what they owe: the list with ageing, its file, and one account as a whole.

use super::super::desk::Desk;
use super::super::listed::{file, order};
use super::super::orders::Asker;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Page, Paging, heavy, only};
use super::deposits::{DepositHeld, DepositMoved, held_of};
use super::money::{CollectionView, ReceivableInvoice};
use super::offsets::OffsetView;
use super::{READ, Rules, means, party};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use qudao_access::{Permission, Sight};
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use qudao_receivable::account::{self, Account};
use qudao_receivable::invoice::{self, Query};
use qudao_receivable::stop::{self, Stop};
use qudao_receivable::{collection, deposit, offset};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most invoices an account shows.
const MOST: u32 = 500;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(summary)).routes(routes!(export)).routes(routes!(one))
}

/// A partner's account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReceivableAccount {
    partner: String,
    name: String,
    /// Fen, as all amounts here.
    invoiced: i64,
    /// What put it right, either way.
    adjusted: i64,
    /// What came in, matched or not.
    collected: i64,
    /// Invoiced − collected ± adjusted; below zero where the partner paid ahead.
    balance: i64,
    /// What is open by age since the invoice: the four buckets of the summary's steps.
    ages: Vec<i64>,
    overdue: i64,
    /// Days by which the longest overdue is overdue.
    overdue_days: i32,
    #[schema(required)]
    oldest_due: Option<String>,
    /// What came in and is not matched.
    credit: i64,
    /// Deposits of all kinds.
    deposits: i64,
    /// Nothing more is supplied until the overdue is paid, or what is stopped by is over.
    stopped: bool,
    /// A stop on a ground of its own, in words; empty for none.
    stopped_by: String,
}

impl ReceivableAccount {
    fn of(asker: &Asker, rules: &Rules, held: &BTreeMap<String, i64>, stops: &[Stop], one: Account) -> Self {
        let stop = stops.iter().find(|stop| stop.partner == one.partner);
        Self {
            name: asker.partner(&one.partner),
            invoiced: one.invoiced.0,
            adjusted: one.adjusted.0,
            collected: one.collected.0,
            balance: one.balance().0,
            ages: one.ages.iter().map(|fen| fen.0).collect(),
            overdue: one.overdue.0,
            overdue_days: one.overdue_days(asker.today),
            oldest_due: day(one.oldest_due),
            credit: one.credit.0,
            deposits: held.get(&one.partner).copied().unwrap_or(0),
            stopped: stop.is_some() || one.stopped(asker.today, rules.stop_days),
            stopped_by: stop.map(|stop| stop.why.get(asker.lang).to_owned()).unwrap_or_default(),
            partner: one.partner,
        }
    }
}

/// Which accounts.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceivablesAsked {
    /// Part of a partner's code, name or initials.
    q: Option<String>,
    /// overdue or stopped.
    only: Option<String>,
    /// partner, balance, overdue, `overdue_days`, a minus before it turns the order round. -overdue where absent.
    sort: Option<String>,
}

/// Every account in sight that is asked for, in order.
async fn accounts(desk: &Arc<Desk>, signed: &Signed, asker: &Asker, asked: &ReceivablesAsked) -> Result<Vec<ReceivableAccount>, Refusal> {
    let sight = asker.sight(desk, signed, READ)?;
    let rules = Rules::of(desk, asker.today)?;
    let mut tx = desk.db.read().await?;
    let held = held_of(&deposit::list(&mut tx, &sight, None).await?);
    let found = account::list(&mut tx, &sight, "", asker.today, rules.steps).await?;
    let stops = stop::in_force(&mut tx, "", asker.today).await?;
    only(asked.only.as_deref(), &["overdue", "stopped"])?;
    let typed = asked.q.clone().unwrap_or_default();
    let is_meant = |one: &ReceivableAccount| {
        let kind = match asked.only.as_deref() {
            Some("overdue") => one.overdue > 0,
            Some("stopped") => one.stopped,
            _ => true,
        };
        kind && (typed.trim().is_empty() || means(&typed, &one.partner, &one.name))
    };
    let mut rows: Vec<ReceivableAccount> =
        found.into_iter().map(|one| ReceivableAccount::of(asker, &rules, &held, &stops, one)).filter(is_meant).collect();
    let (column, down) = order(asked.sort.as_deref(), "-overdue");
    match column {
        "balance" => rows.sort_by_key(|row| row.balance),
        "overdue" => rows.sort_by_key(|row| row.overdue),
        "overdue_days" => rows.sort_by_key(|row| row.overdue_days),
        _ => {}
    }
    if down {
        rows.reverse();
    }
    Ok(rows)
}

/// Partners by what they owe, with its age.
#[utoipa::path(get, path = "/receivables", tag = "receivables", operation_id = "receivables", params(ReceivablesAsked, Paging),
    responses((status = 200, body = Page<ReceivableAccount>)), extensions(("x-permission" = json!("receivable.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ReceivablesAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ReceivableAccount>>> {
    let asker = Asker::of(&desk, lang).await;
    let rows = accounts(&desk, &signed, &asker, &asked).await?;
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter())))
}

/// What all accounts in sight come to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivablesSummary {
    /// The last days of the first three buckets of ageing.
    steps: Vec<i32>,
    /// Days overdue after which nothing more is supplied.
    stop_days: i32,
    partners: usize,
    /// Fen, as all amounts here.
    balance: i64,
    ages: Vec<i64>,
    overdue: i64,
    credit: i64,
    deposits: i64,
    stopped: usize,
    /// Offsets that wait for a second person.
    waiting_offsets: usize,
}

/// What partners owe together, by age.
#[utoipa::path(get, path = "/receivables/summary", tag = "receivables", operation_id = "receivables_summary",
    responses((status = 200, body = ReceivablesSummary)), extensions(("x-permission" = json!("receivable.read"))))]
async fn summary(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<ReceivablesSummary>> {
    let asker = Asker::of(&desk, lang).await;
    let rows = accounts(&desk, &signed, &asker, &ReceivablesAsked::default()).await?;
    let rules = Rules::of(&desk, asker.today)?;
    let sight = asker.sight(&desk, &signed, READ)?;
    let mut tx = desk.db.read().await?;
    let deposits = held_of(&deposit::list(&mut tx, &sight, None).await?);
    let waiting_offsets = offset::list(&mut tx, &sight, "", "submitted").await?.len();
    let sum = |part: fn(&ReceivableAccount) -> i64| rows.iter().map(part).fold(0, i64::saturating_add);
    let aged = |bucket: usize| rows.iter().map(|row| row.ages[bucket]).fold(0, i64::saturating_add);
    Ok(Json(ReceivablesSummary {
        steps: rules.steps.days().to_vec(),
        stop_days: rules.stop_days,
        partners: rows.len(),
        balance: sum(|row| row.balance),
        ages: (0..4).map(aged).collect(),
        overdue: sum(|row| row.overdue),
        credit: sum(|row| row.credit),
        deposits: deposits.values().copied().fold(0, i64::saturating_add),
        stopped: rows.iter().filter(|row| row.stopped).count(),
        waiting_offsets,
    }))
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/receivables/file", tag = "receivables", operation_id = "receivables_file", params(ReceivablesAsked),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("receivable.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ReceivablesAsked>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let rows = accounts(&desk, &signed, &asker, &asked).await?;
    let [a, b, c] = Rules::of(&desk, asker.today)?.steps.days();
    let zh = lang == Lang::Zh;
    let column = |title: &str, kind: ColumnType| Column::new(title, kind);
    let words = |in_zh: &'static str, in_en: &'static str| if zh { in_zh } else { in_en };
    let columns = [
        column(words("代理商编码", "Partner"), ColumnType::Text),
        column(words("代理商", "Name"), ColumnType::Text),
        column(words("应收余额", "Balance"), ColumnType::Money),
        column(&format!("0–{a}"), ColumnType::Money),
        column(&format!("{}–{b}", a + 1), ColumnType::Money),
        column(&format!("{}–{c}", b + 1), ColumnType::Money),
        column(&format!(">{c}"), ColumnType::Money),
        column(words("逾期金额", "Overdue"), ColumnType::Money),
        column(words("逾期天数", "Days overdue"), ColumnType::Int),
        column(words("未核销收款", "Credit"), ColumnType::Money),
        column(words("保证金", "Deposits"), ColumnType::Money),
        column(words("停供", "Stopped"), ColumnType::Bool),
    ];
    let response = heavy(move || {
        file("receivables", false, &columns, |table| {
            for row in &rows {
                let money = |fen: i64| Cell::Money(Fen(fen));
                let mut cells = vec![Cell::Text(&row.partner), Cell::Text(&row.name), money(row.balance)];
                cells.extend(row.ages.iter().map(|fen| money(*fen)));
                cells.extend([money(row.overdue), Cell::Int(i64::from(row.overdue_days)), money(row.credit), money(row.deposits)]);
                cells.push(Cell::Bool(row.stopped));
                table.row(&cells)?;
            }
            Ok(())
        })
    });
    response.await
}

/// A partner's account as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivableWhole {
    account: ReceivableAccount,
    /// The last days of the first three buckets of ageing.
    steps: Vec<i32>,
    stop_days: i32,
    /// Open ones first by due day, then those that are paid.
    invoices: Vec<ReceivableInvoice>,
    /// Latest first.
    collections: Vec<CollectionView>,
    deposits: Vec<DepositHeld>,
    /// Latest first.
    deposit_movements: Vec<DepositMoved>,
    /// Latest first.
    offsets: Vec<OffsetView>,
}

/// What a partner owes, what it paid, its deposits and offsets.
#[utoipa::path(get, path = "/receivables/{partner}", tag = "receivables", operation_id = "receivable_account",
    params(("partner" = String, Path, description = "Partner")), responses((status = 200, body = ReceivableWhole)),
    extensions(("x-permission" = json!("receivable.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(partner): Path<String>,
) -> Answer<Json<ReceivableWhole>> {
    let asker = Asker::of(&desk, lang).await;
    party(&desk, &signed, &asker, Permission::ReceivableRead, &partner)?;
    let rules = Rules::of(&desk, asker.today)?;
    let who = signed.0.who();
    // Whoever may see the partner sees its account, also what was issued where it stood before.
    let all = Sight::everywhere();
    let mut tx = desk.db.read().await?;
    let held = deposit::list(&mut tx, &all, Some(&partner)).await?;
    let account = account::list(&mut tx, &all, &partner, asker.today, rules.steps).await?.pop();
    let account = account.unwrap_or_else(|| Account { partner: partner.clone(), ..Account::default() });
    let stops = stop::in_force(&mut tx, &partner, asker.today).await?;
    let mut invoices = invoice::list(&mut tx, &all, &Query { partner: partner.clone(), limit: MOST, ..Query::default() }).await?.rows;
    invoices.sort_by_key(|one| one.open() <= Fen::ZERO);
    let collections = collection::of_partner(&mut tx, &all, &partner).await?;
    let movements = deposit::movements(&mut tx, &partner).await?;
    let offsets = offset::list(&mut tx, &all, &partner, "").await?;
    let today: Date = asker.today;
    Ok(Json(ReceivableWhole {
        account: ReceivableAccount::of(&asker, &rules, &held_of(&held), &stops, account),
        steps: rules.steps.days().to_vec(),
        stop_days: rules.stop_days,
        invoices: invoices.into_iter().map(|one| ReceivableInvoice::of(one, rules.steps, today)).collect(),
        collections: collections.into_iter().map(CollectionView::of).collect(),
        deposits: held.iter().map(DepositHeld::of).collect(),
        deposit_movements: movements.into_iter().map(DepositMoved::of).collect(),
        offsets: offsets.into_iter().map(|one| OffsetView::of(&asker, one, &who)).collect(),
    }))
}
