//! Terminals as people look at them: the list, its file, its counts, and one as a whole.

use super::super::desk::Desk;
use super::super::listed::file;
use super::super::orders::{Asker, limit};
use super::super::shown::{day, instant};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, MOST_ROWS, Page, Paging, closed, heavy, only};
use super::{READ, Warnings};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use qudao_airtime::float::{self, Movement};
use qudao_airtime::terminal::{self, Happened, Query, Terminal};
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most movements a terminal shows.
const MOVEMENTS: u32 = 200;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts)).routes(routes!(export)).routes(routes!(one))
}

/// A terminal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TerminalRow {
    serial: String,
    /// For `If-Match`.
    version: u32,
    model: String,
    /// stock, placed, lost.
    state: String,
    partner: String,
    partner_name: String,
    outlet: String,
    outlet_name: String,
    agreement: String,
    /// Fen, as all amounts here.
    deposit: i64,
    #[schema(required)]
    placed_on: Option<String>,
    #[schema(required)]
    last_sale_on: Option<String>,
    loaded: i64,
    sold: i64,
    reversed: i64,
    /// loaded − sold + reversed.
    balance: i64,
    /// Days without a sale.
    idle_days: i32,
    low: bool,
    idle: bool,
}

impl TerminalRow {
    fn of(asker: &Asker, warnings: &Warnings, one: Terminal) -> Self {
        let named = |code: &str, name: String| if code.is_empty() { String::new() } else { name };
        let idle_days = one.idle_days(asker.today);
        let placed = one.state == "placed";
        Self {
            partner_name: named(&one.partner, asker.partner(&one.partner)),
            outlet_name: named(&one.outlet, asker.outlet(&one.outlet)),
            balance: one.balance().0,
            low: placed && one.balance() < warnings.low,
            idle: placed && idle_days > warnings.idle_days,
            idle_days,
            serial: one.serial,
            version: one.version,
            model: one.model,
            state: one.state,
            partner: one.partner,
            outlet: one.outlet,
            agreement: one.agreement,
            deposit: one.deposit.0,
            placed_on: day(one.placed_on),
            last_sale_on: day(one.last_sale_on),
            loaded: one.loaded.0,
            sold: one.sold.0,
            reversed: one.reversed.0,
        }
    }
}

/// Filters of terminals.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TerminalFilter {
    /// stock, placed, lost.
    state: Option<String>,
    /// Partner.
    partner: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Part of the serial.
    q: Option<String>,
    /// low, idle.
    alert: Option<String>,
}

impl TerminalFilter {
    fn query(self, warnings: &Warnings, paging: &Paging) -> Result<Query, Refusal> {
        only(self.alert.as_deref(), &["low", "idle"])?;
        Ok(Query {
            state: closed(self.state, &["stock", "placed", "lost"])?,
            partner: self.partner.unwrap_or_default(),
            outlet: self.outlet.unwrap_or_default(),
            text: self.q.unwrap_or_default().trim().to_owned(),
            alert: self.alert.as_deref().and_then(|name| warnings.alert(name)),
            after: paging.after.clone().unwrap_or_default(),
            limit: limit(paging.limit()),
        })
    }
}

/// Terminals, by serial.
#[utoipa::path(get, path = "/terminals", tag = "airtime", operation_id = "terminals", params(TerminalFilter, Paging),
    responses((status = 200, body = Page<TerminalRow>)), extensions(("x-permission" = json!("terminal.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<TerminalFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<TerminalRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let warnings = Warnings::of(&desk, asker.today)?;
    let found = terminal::list(&mut desk.db.read().await?, &sight, &asked.query(&warnings, &paging)?).await?;
    let items = found.rows.into_iter().map(|one| TerminalRow::of(&asker, &warnings, one)).collect();
    Ok(Json(Page { items, next: found.next, total: found.total as usize }))
}

/// How many terminals there are, and what is on them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TerminalCounts {
    stock: u32,
    placed: u32,
    lost: u32,
    low: u32,
    idle: u32,
    /// Sum of balances, fen.
    balance: i64,
    /// Days without a sale after which one is idle.
    idle_days: i32,
    /// Balance below which one is low, fen.
    low_below: i64,
}

/// How many terminals are in each state, and how many to be warned of.
#[utoipa::path(get, path = "/terminals/counts", tag = "airtime", operation_id = "terminal_counts",
    responses((status = 200, body = TerminalCounts)), extensions(("x-permission" = json!("terminal.read"))))]
async fn counts(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<TerminalCounts>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let warnings = Warnings::of(&desk, asker.today)?;
    let mut tx = desk.db.read().await?;
    let mut totals = [0; 5];
    let queries = [("stock", ""), ("placed", ""), ("lost", ""), ("", "low"), ("", "idle")];
    for (total, (state, alert)) in totals.iter_mut().zip(queries) {
        let query = Query { state: state.to_owned(), alert: warnings.alert(alert), limit: 1, ..Query::default() };
        *total = terminal::list(&mut tx, &sight, &query).await?.total;
    }
    let balance = terminal::list(&mut tx, &sight, &Query { limit: 1, ..Query::default() }).await?.balance.0;
    let [stock, placed, lost, low, idle] = totals;
    Ok(Json(TerminalCounts { stock, placed, lost, low, idle, balance, idle_days: warnings.idle_days, low_below: warnings.low.0 }))
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/terminals/file", tag = "airtime", operation_id = "terminals_file", params(TerminalFilter),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("terminal.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<TerminalFilter>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let warnings = Warnings::of(&desk, asker.today)?;
    let mut rows: Vec<TerminalRow> = Vec::new();
    let mut paging = Paging { after: None, limit: Some(MOST_ROWS) };
    let mut tx = desk.db.read().await?;
    loop {
        let found = terminal::list(&mut tx, &sight, &asked.clone().query(&warnings, &paging)?).await?;
        rows.extend(found.rows.into_iter().map(|one| TerminalRow::of(&asker, &warnings, one)));
        paging.after = found.next;
        if paging.after.is_none() {
            break;
        }
    }
    drop(tx);
    heavy(move || file("terminals", false, &columns(lang), |table| rows.iter().try_for_each(|row| table.row(&cells(row))))).await
}

fn columns(lang: Lang) -> [Column; 14] {
    use ColumnType::{Date, Int, Money, Text};
    [
        ("序列号", "Serial", Text),
        ("机型", "Model", Text),
        ("状态", "State", Text),
        ("代理商编码", "Partner", Text),
        ("代理商", "Partner's name", Text),
        ("网点编码", "Outlet", Text),
        ("网点", "Outlet's name", Text),
        ("协议", "Agreement", Text),
        ("保证金", "Deposit", Money),
        ("布放日期", "Placed", Date),
        ("加载", "Loaded", Money),
        ("售出", "Sold", Money),
        ("余额", "Balance", Money),
        ("未售出天数", "Days idle", Int),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}

fn cells(row: &TerminalRow) -> [Cell<'_>; 14] {
    let money = |fen: i64| Cell::Money(Fen(fen));
    let placed = row.placed_on.as_deref().and_then(|day| day.parse().ok());
    [
        Cell::Text(&row.serial),
        Cell::Text(&row.model),
        Cell::Text(&row.state),
        Cell::Text(&row.partner),
        Cell::Text(&row.partner_name),
        Cell::Text(&row.outlet),
        Cell::Text(&row.outlet_name),
        Cell::Text(&row.agreement),
        money(row.deposit),
        placed.map_or(Cell::Empty, Cell::Date),
        money(row.loaded),
        money(row.sold - row.reversed),
        money(row.balance),
        Cell::Int(i64::from(row.idle_days)),
    ]
}

/// A movement of float.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FloatMovement {
    /// The top-up system's number.
    number: String,
    /// loaded, sold, reversed, returned.
    flow: String,
    /// Fen.
    amount: i64,
    occurred_on: String,
    /// The sale a reversal takes back; empty otherwise.
    reference: String,
}

impl FloatMovement {
    fn of(one: Movement) -> Self {
        Self {
            number: one.number,
            flow: one.flow.name().to_owned(),
            amount: one.amount.0,
            occurred_on: one.occurred_on.to_string(),
            reference: one.reference,
        }
    }
}

/// Something that happened to a terminal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TerminalEvent {
    /// add, place, recall, lose.
    act: String,
    partner: String,
    outlet: String,
    outlet_name: String,
    /// Deposit taken or refunded, fen.
    amount: i64,
    /// Model, agreement or reason.
    note: String,
    who: String,
    at: String,
}

impl TerminalEvent {
    fn of(asker: &Asker, one: Happened) -> Self {
        Self {
            outlet_name: if one.outlet.is_empty() { String::new() } else { asker.outlet(&one.outlet) },
            act: one.act,
            partner: one.partner,
            outlet: one.outlet,
            amount: one.amount.0,
            note: one.note,
            who: one.who,
            at: instant(one.at_us),
        }
    }
}

/// A terminal as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TerminalWhole {
    terminal: TerminalRow,
    /// Latest first.
    movements: Vec<FloatMovement>,
    /// Oldest first; empty for whoever sees a part of the network, since it tells of other outlets too.
    history: Vec<TerminalEvent>,
}

/// A terminal with its movements and history.
#[utoipa::path(get, path = "/terminals/{serial}", tag = "airtime", operation_id = "terminal",
    params(("serial" = String, Path, description = "Serial")), responses((status = 200, body = TerminalWhole)),
    extensions(("x-permission" = json!("terminal.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(serial): Path<String>,
) -> Answer<Json<TerminalWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let warnings = Warnings::of(&desk, asker.today)?;
    let mut tx = desk.db.read().await?;
    let found = terminal::get(&mut tx, &sight, &serial).await?;
    let since = found.placed_on;
    let movements = float::of_terminal(&mut tx, &serial, MOVEMENTS).await?;
    let everywhere = signed.everywhere(&desk, READ[0]).is_ok();
    let history = if everywhere { terminal::history(&mut tx, &serial).await? } else { Vec::new() };
    // What it sold at an outlet before is that one's own.
    let seen = |one: &Movement| everywhere || since.is_some_and(|since| one.occurred_on >= since);
    Ok(Json(TerminalWhole {
        terminal: TerminalRow::of(&asker, &warnings, found),
        movements: movements.into_iter().filter(seen).map(FloatMovement::of).collect(),
        history: history.into_iter().map(|one| TerminalEvent::of(&asker, one)).collect(),
    }))
}

/// What a command leaves on a terminal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FloatBalance {
    /// Fen.
    pub(super) balance: i64,
}
