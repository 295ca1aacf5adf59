//! Orders as people look at them: the list, its file, its counts, and one as a whole.

use super::super::desk::Desk;
use super::super::listed::file;
use super::super::orders::{Asker, limit, place};
use super::super::receivables::word;
use super::super::shown::{day, instant};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, MOST_ROWS, Page, Paging, heavy};
use super::returns::SupplyReturn;
use super::{HANDLE, ORDER, READ};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_platform::Tx;
use qudao_platform::sheet::{Cell, Column, ColumnType};
use qudao_receivable::invoice;
use qudao_supply::back;
use qudao_supply::list::{self, Query};
use qudao_supply::offer::Offer;
use qudao_supply::order::{self, Line, State as Step, Supply};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// States a filter may name.
const STATES: &str = "placed, confirmed, shipped, received, refused, cancelled";

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts)).routes(routes!(export)).routes(routes!(one)).routes(routes!(picks))
}

/// An order of handsets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SupplyRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    /// placed, confirmed, shipped, received, refused, cancelled.
    state: String,
    partner: String,
    partner_name: String,
    outlet: String,
    outlet_name: String,
    pieces: u32,
    /// Fen, at supply prices.
    amount: i64,
    wanted_on: String,
    #[schema(required)]
    promised_on: Option<String>,
    #[schema(required)]
    shipped_on: Option<String>,
    #[schema(required)]
    received_on: Option<String>,
    /// Not there by the day that was promised.
    late: bool,
    /// Invoice over what arrived; empty until then.
    invoice: String,
    /// What of the invoice is open, fen; absent until there is one.
    #[schema(required)]
    open: Option<i64>,
    note: String,
    placed_by: String,
    placed_at: String,
}

impl SupplyRow {
    fn of(asker: &Asker, one: Supply) -> Self {
        Self {
            late: one.is_late(asker.today),
            partner_name: asker.partner(&one.partner),
            outlet_name: asker.outlet(&one.outlet),
            state: one.state.name().to_owned(),
            wanted_on: one.wanted_on.to_string(),
            promised_on: day(one.promised_on),
            shipped_on: day(one.shipped_on),
            received_on: day(one.received_on),
            placed_at: instant(one.placed_us),
            open: None,
            id: one.id,
            version: one.version,
            partner: one.partner,
            outlet: one.outlet,
            pieces: one.pieces,
            amount: one.amount.0,
            invoice: one.invoice,
            note: one.note,
            placed_by: one.placed_by,
        }
    }
}

/// Rows with what is open of their invoices.
async fn rows(tx: &mut Tx, asker: &Asker, found: Vec<Supply>) -> Result<Vec<SupplyRow>, Refusal> {
    let ids: Vec<&str> = found.iter().map(|one| one.invoice.as_str()).filter(|id| !id.is_empty()).collect();
    let open = invoice::open_amounts(tx, &ids).await?;
    let row = |one: Supply| SupplyRow { open: open.get(&one.invoice).map(|fen| fen.0), ..SupplyRow::of(asker, one) };
    Ok(found.into_iter().map(row).collect())
}

/// Filters of orders.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SupplyFilter {
    /// placed, confirmed, shipped, received, refused, cancelled.
    state: Option<String>,
    /// Partner.
    partner: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Part of the number, or a serial as a whole.
    q: Option<String>,
    /// Only those that are late.
    late: Option<bool>,
}

impl SupplyFilter {
    fn query(self, today: Date, paging: &Paging) -> Result<Query, Refusal> {
        let state = self.state.filter(|state| !state.is_empty());
        let after = place(paging.after.as_deref()).and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
        Ok(Query {
            state: state.map(|state| word::<Step>(&state, STATES)).transpose()?,
            partner: self.partner.unwrap_or_default(),
            outlet: self.outlet.unwrap_or_default(),
            text: self.q.unwrap_or_default().trim().to_owned(),
            late_on: self.late.unwrap_or_default().then_some(today),
            after,
            limit: limit(paging.limit()),
        })
    }
}

/// Orders, latest first.
#[utoipa::path(get, path = "/supply/orders", tag = "supply", operation_id = "supply_orders", params(SupplyFilter, Paging),
    responses((status = 200, body = Page<SupplyRow>)), extensions(("x-permission" = json!("supply.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<SupplyFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<SupplyRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let tx = &mut desk.db.read().await?;
    let found = list::list(tx, &sight, &asked.query(asker.today, &paging)?).await?;
    let next = found.next.map(|(at, id)| format!("{at}~{id}"));
    let items = rows(tx, &asker, found.rows).await?;
    Ok(Json(Page { items, next, total: found.total as usize }))
}

/// How many orders there are, and how many deliveries were in time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyCounts {
    placed: u32,
    confirmed: u32,
    shipped: u32,
    received: u32,
    refused: u32,
    cancelled: u32,
    /// Not there by the day that was promised, of all that are not given up.
    late: u32,
    /// Promised for a day that is over, or there already.
    due: u32,
    /// Of these, there by that day.
    on_time: u32,
    /// On time ÷ due, parts per million; absent where nothing was due.
    #[schema(required)]
    on_time_ppm: Option<i64>,
    /// Returns that wait for a decision.
    returns: u32,
}

/// Counts of orders by state, with the rate of deliveries in time.
#[utoipa::path(get, path = "/supply/orders/counts", tag = "supply", operation_id = "supply_counts", params(SupplyFilter),
    responses((status = 200, body = SupplyCounts)), extensions(("x-permission" = json!("supply.read"))))]
async fn counts(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<SupplyFilter>,
) -> Answer<Json<SupplyCounts>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let query = asked.query(asker.today, &Paging::default())?;
    let tx = &mut desk.db.read().await?;
    let counts = list::counts(tx, &sight, &query, asker.today).await?;
    let late = list::list(tx, &sight, &Query { state: None, late_on: Some(asker.today), limit: 1, ..query }).await?.total;
    let returns = back::list(tx, &sight, "asked", "").await?.len() as u32;
    Ok(Json(SupplyCounts {
        placed: counts.of(Step::Placed),
        confirmed: counts.of(Step::Confirmed),
        shipped: counts.of(Step::Shipped),
        received: counts.of(Step::Received),
        refused: counts.of(Step::Refused),
        cancelled: counts.of(Step::Cancelled),
        late,
        due: counts.due,
        on_time: counts.on_time,
        on_time_ppm: counts.on_time_ppm(),
        returns,
    }))
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/supply/orders/file", tag = "supply", operation_id = "supply_file", params(SupplyFilter),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("supply.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<SupplyFilter>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let mut all: Vec<SupplyRow> = Vec::new();
    let mut paging = Paging { after: None, limit: Some(MOST_ROWS) };
    let mut tx = desk.db.read().await?;
    loop {
        let found = list::list(&mut tx, &sight, &asked.clone().query(asker.today, &paging)?).await?;
        all.extend(rows(&mut tx, &asker, found.rows).await?);
        paging.after = found.next.map(|(at, id)| format!("{at}~{id}"));
        if paging.after.is_none() {
            break;
        }
    }
    drop(tx);
    heavy(move || file("supply", false, &columns(lang), |table| all.iter().try_for_each(|row| table.row(&cells(row))))).await
}

fn columns(lang: Lang) -> [Column; 14] {
    use ColumnType::{Date, Int, Money, Text};
    [
        ("供货单", "Order", Text),
        ("状态", "State", Text),
        ("代理商编码", "Partner", Text),
        ("代理商", "Partner's name", Text),
        ("网点编码", "Outlet", Text),
        ("网点", "Outlet's name", Text),
        ("台数", "Pieces", Int),
        ("金额", "Amount", Money),
        ("期望日期", "Wanted", Date),
        ("承诺日期", "Promised", Date),
        ("发货日期", "Sent", Date),
        ("收货日期", "Received", Date),
        ("应收单", "Invoice", Text),
        ("未付", "Open", Money),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}

fn cells(row: &SupplyRow) -> [Cell<'_>; 14] {
    let on = |day: Option<&str>| day.and_then(|day| day.parse().ok()).map_or(Cell::Empty, Cell::Date);
    [
        Cell::Text(&row.id),
        Cell::Text(&row.state),
        Cell::Text(&row.partner),
        Cell::Text(&row.partner_name),
        Cell::Text(&row.outlet),
        Cell::Text(&row.outlet_name),
        Cell::Int(i64::from(row.pieces)),
        Cell::Money(Fen(row.amount)),
        on(Some(&row.wanted_on)),
        on(row.promised_on.as_deref()),
        on(row.shipped_on.as_deref()),
        on(row.received_on.as_deref()),
        Cell::Text(&row.invoice),
        row.open.map_or(Cell::Empty, |fen| Cell::Money(Fen(fen))),
    ]
}

/// A line of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyLine {
    offer: String,
    product: String,
    name: String,
    supplier: String,
    pieces: u32,
    /// Fen a piece, as all amounts here.
    supply_price: i64,
    suggested_price: i64,
    /// Suggested less supply price: at least what is guaranteed.
    margin: i64,
    /// Guaranteed.
    least_margin: i64,
}

impl SupplyLine {
    fn of(asker: &Asker, line: &Line) -> Self {
        Self {
            name: asker.master.product(&line.product, asker.today).map_or_else(|| line.product.clone(), |row| row.name.clone()),
            offer: line.offer.clone(),
            product: line.product.clone(),
            supplier: line.supplier.clone(),
            pieces: line.pieces,
            supply_price: line.supply_price.0,
            suggested_price: line.suggested_price.0,
            margin: line.margin().0,
            least_margin: line.least_margin.0,
        }
    }

    /// The same pieces at the prices of now.
    pub(super) fn again(asker: &Asker, line: &Line, now: &Offer) -> Self {
        Self {
            supply_price: now.supply_price.0,
            suggested_price: now.suggested_price.0,
            margin: now.margin().0,
            least_margin: now.least_margin.0,
            ..Self::of(asker, line)
        }
    }
}

/// A piece that went out with an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyPiece {
    serial: String,
    /// The line's place, from 1.
    line: u32,
    /// shipped, received, missing, asked, returned.
    state: String,
}

/// Something that happened to an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyEvent {
    /// place, confirm, refuse, cancel, ship, `call_back`, receive, `ask_return`, `take_return`, `refuse_return`.
    act: String,
    who: String,
    note: String,
    at: String,
}

/// An order as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyWhole {
    order: SupplyRow,
    lines: Vec<SupplyLine>,
    pieces: Vec<SupplyPiece>,
    returns: Vec<SupplyReturn>,
    /// Oldest first.
    history: Vec<SupplyEvent>,
    /// Sum of what is guaranteed on all of it, fen.
    guaranteed: i64,
    /// What selling all of it at the suggested prices leaves, fen.
    margin: i64,
    /// What the asker may do with it now: confirm, refuse, ship, `call_back`, cancel, receive, return.
    may: Vec<&'static str>,
}

/// An order with its lines, pieces, returns and history.
#[utoipa::path(get, path = "/supply/orders/{id}", tag = "supply", operation_id = "supply_order",
    params(("id" = String, Path, description = "Order")), responses((status = 200, body = SupplyWhole)),
    extensions(("x-permission" = json!("supply.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<SupplyWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let tx = &mut desk.db.read().await?;
    let found = order::get(tx, &sight, &id).await?;
    let may = may(&desk, &signed, &asker, tx, &found).await?;
    let lines = order::lines(tx, &id).await?;
    let sum = |of: fn(&Line) -> Fen| lines.iter().map(|line| of(line).0 * i64::from(line.pieces)).sum::<i64>();
    let (guaranteed, margin) = (sum(|line| line.least_margin), sum(Line::margin));
    let pieces = order::pieces(tx, &id).await?.into_iter();
    let who = signed.0.who();
    let returns = back::list(tx, &sight, "", &id).await?.into_iter().map(|one| SupplyReturn::of(&asker, &who, one)).collect();
    let history = order::history(tx, &id).await?.into_iter();
    let row = rows(tx, &asker, vec![found]).await?.pop().ok_or_else(|| super::super::web::bug("an order is no row"))?;
    Ok(Json(SupplyWhole {
        order: row,
        lines: lines.iter().map(|line| SupplyLine::of(&asker, line)).collect(),
        pieces: pieces.map(|one| SupplyPiece { serial: one.serial, line: one.seq, state: one.state }).collect(),
        returns,
        history: history.map(|one| SupplyEvent { act: one.act, who: one.who, note: one.note, at: instant(one.at_us) }).collect(),
        guaranteed,
        margin,
        may,
    }))
}

/// What the asker may do with an order in its state.
async fn may(desk: &Desk, signed: &Signed, asker: &Asker, tx: &mut Tx, of: &Supply) -> Result<Vec<&'static str>, Refusal> {
    let mut all = Vec::new();
    for (permissions, acts) in [(HANDLE, handled(of.state)), (ORDER, ordered(of.state))] {
        let Ok(sight) = asker.sight(desk, signed, permissions) else { continue };
        if order::get(tx, &sight, &of.id).await.is_ok() {
            all.extend(acts.iter().filter(|act| !all.contains(*act)).copied().collect::<Vec<_>>());
        }
    }
    Ok(all)
}

const fn handled(state: Step) -> &'static [&'static str] {
    match state {
        Step::Placed => &["confirm", "refuse"],
        Step::Confirmed => &["ship", "refuse"],
        Step::Shipped => &["call_back", "receive"],
        Step::Received | Step::Refused | Step::Cancelled => &[],
    }
}

const fn ordered(state: Step) -> &'static [&'static str] {
    match state {
        Step::Placed | Step::Confirmed => &["cancel"],
        Step::Shipped => &["receive"],
        Step::Received => &["return"],
        Step::Refused | Step::Cancelled => &[],
    }
}

/// Which serials would fill an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyPicks {
    /// Those that lie in the central store longest.
    serials: Vec<String>,
    /// How many are lacking.
    lacking: u32,
}

/// Which serials of the central store would fill an order.
#[utoipa::path(get, path = "/supply/orders/{id}/picks", tag = "supply", operation_id = "supply_picks",
    params(("id" = String, Path, description = "Order")), responses((status = 200, body = SupplyPicks)),
    extensions(("x-permission" = json!("supply.handle"))))]
async fn picks(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<SupplyPicks>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, HANDLE)?;
    let tx = &mut desk.db.read().await?;
    let found = order::get(tx, &sight, &id).await?;
    let serials = order::picks(tx, &id).await?;
    let lacking = found.pieces.saturating_sub(serials.len() as u32);
    Ok(Json(SupplyPicks { serials, lacking }))
}

/// What of supply waits for the asker: orders to be accepted or sent out, those that are late, and returns; nothing for who handles none.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn waiting(desk: &Arc<Desk>, signed: &Signed) -> Result<Option<SupplyWaiting>, Refusal> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let Ok(sight) = asker.sight(desk, signed, HANDLE) else { return Ok(None) };
    let tx = &mut desk.db.read().await?;
    let counts = list::counts(tx, &sight, &Query::default(), asker.today).await?;
    let late = Query { state: Some(Step::Confirmed), late_on: Some(asker.today), limit: 1, ..Query::default() };
    let late = list::list(tx, &sight, &late).await?.total;
    let returns = back::list(tx, &sight, "asked", "").await?.len() as u64;
    Ok(Some(SupplyWaiting {
        placed: counts.of(Step::Placed).into(),
        confirmed: counts.of(Step::Confirmed).into(),
        late: late.into(),
        returns,
    }))
}

/// What of supply waits for somebody.
pub(crate) struct SupplyWaiting {
    /// Orders to be accepted.
    pub(crate) placed: u64,
    /// Orders to be sent out.
    pub(crate) confirmed: u64,
    /// Of these, late.
    pub(crate) late: u64,
    /// Returns to be decided.
    pub(crate) returns: u64,
}
