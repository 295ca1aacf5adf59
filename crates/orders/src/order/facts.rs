//! Effective orders become facts, each once.
//!
//! | # | step | what is written | a crash after it |
//! |---|---|---|---|
//! | 1 | the act | order and event, one transaction | the event is due |
//! | 2 | [`round`] reads what is due | nothing | nothing happened |
//! | 3 | a file is imported | a batch of facts, all or nothing | the import comes again and finds every row there already |
//! | 4 | events are marked | outbox and orders, one transaction | nothing is left |
//!
//! Bounds: at most [`MOST`] events a round. The fact store takes an event id once, over all batches, whoever brings it; so a repeated import adds
//! nothing, and neither does a file of the business system with the same numbers (N28).

use super::Order;
use crate::business::{Business, Definitions};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::columnar::facts::{FactPort, ImportJob, ImportReport, Outcome};
use qudao_platform::db::{Db, Tx};
use qudao_platform::sheet::{Cell, Column, ColumnType, CsvEncoding, Format, TableWriter};
use qudao_platform::{args, outbox, write_tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The topic of what becomes facts.
const TOPIC: &str = "order.fact";
/// Who writes them.
const CONSUMER: &str = "order-facts";
/// Most events of a round.
const MOST: u32 = 20_000;

/// How the files begin that rounds import.
const FILE: &str = "orders-";

/// Whether a batch of facts came from here and not from a system outside, by its file.
pub fn is_ours(file: &str) -> bool {
    file.starts_with(FILE)
}

/// A row of facts, as a file writes it: name of the column and text.
pub type Cells = BTreeMap<String, String>;

/// What an event brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Body {
    /// Empty for what is no order of ours.
    order: String,
    rows: Vec<(Table, Cells)>,
}

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Events handled.
    pub events: usize,
    /// Facts that were not there before.
    pub facts: u64,
    /// Facts that were: brought by a file, or by a round that was broken off.
    pub there: u64,
}

/// Subscribes the writer, before anything takes effect.
///
/// # Errors
/// The database does not answer.
pub async fn subscribe(tx: &mut Tx) -> Result<(), Refusal> {
    outbox::subscribe(tx, CONSUMER, TOPIC).await
}

/// Sends an order that took effect on its way.
pub(super) async fn effective(tx: &mut Tx, order: &Order, definitions: &Definitions) -> Result<(), Refusal> {
    let day = order.effective_on.ok_or_else(|| bug("an order without a day took effect"))?;
    send(tx, order, "effective", facts(order, definitions, day, None)?).await
}

/// Sends on its way that an order was taken back or ended early.
pub(super) async fn undone(tx: &mut Tx, order: &Order, definitions: &Definitions) -> Result<(), Refusal> {
    let (Some(ended), Some(effective)) = (&order.ended, order.effective_on) else {
        return Err(bug("an order without an end was taken back"));
    };
    let mut rows = facts(order, definitions, effective, None)?;
    rows.retain(|(table, _)| *table == Table::BusinessEvent);
    let kind = definitions.business(&order.wanted.business)?.undo.map_or("cancellation", crate::business::Undo::name);
    for (_, cells) in &mut rows {
        let id = cells.get(Col::EventId.name()).cloned().unwrap_or_default();
        let mut put = |col: Col, text: String| cells.insert(col.name().to_owned(), text);
        put(Col::Kind, kind.to_owned());
        put(Col::EventId, format!("{id}-R"));
        put(Col::Ref, id);
        put(Col::OccurredOn, ended.on.to_string());
        put(Col::KnownOn, ended.on.to_string());
    }
    send(tx, order, "undone", rows).await
}

/// Sends on its way that the slip of an order is back and right: a later version of its facts, so that what waits for the slip is counted.
pub(crate) async fn slip_is_back(
    tx: &mut Tx,
    order: &Order,
    definitions: &Definitions,
    returned_on: Date,
    today: Date,
) -> Result<(), Refusal> {
    let effective = order.effective_on.ok_or_else(|| bug("an order without a day has a slip"))?;
    // A later version is told by its later known day.
    let mut rows = facts(order, definitions, effective.plus_days(1).max(today), Some(returned_on))?;
    rows.retain(|(table, _)| *table == Table::BusinessEvent);
    send(tx, order, "slip", rows).await
}

async fn send(tx: &mut Tx, order: &Order, what: &str, rows: Vec<(Table, Cells)>) -> Result<(), Refusal> {
    if rows.is_empty() { Ok(()) } else { emit(tx, &format!("{}:{what}", order.id), &order.id, rows).await }
}

/// Sends facts that no order of ours made on the same way, such as top-ups of a terminal. `key` makes them one event.
///
/// # Errors
/// The database does not answer.
pub async fn send_others(tx: &mut Tx, key: &str, rows: Vec<(Table, Cells)>) -> Result<(), Refusal> {
    emit(tx, key, "", rows).await
}

async fn emit(tx: &mut Tx, key: &str, order: &str, rows: Vec<(Table, Cells)>) -> Result<(), Refusal> {
    let body = serde_json::to_string(&Body { order: order.to_owned(), rows }).map_err(|error| bug(&error.to_string()))?;
    outbox::emit(tx, TOPIC, key, &body).await.map(drop)
}

/// The facts of an order: one for each product, and one for business without a product.
fn facts(order: &Order, definitions: &Definitions, known_on: Date, slip_on: Option<Date>) -> Result<Vec<(Table, Cells)>, Refusal> {
    let mut rows = Vec::with_capacity(order.items.len());
    for (at, item) in order.items.iter().enumerate() {
        let business = definitions.business(&item.business)?;
        let id = if at == 0 { order.fact_id().to_owned() } else { format!("{}-{at}", order.fact_id()) };
        rows.push((table(business), cells(order, business, item, &id, known_on, slip_on)));
    }
    Ok(rows)
}

fn table(business: &Business) -> Table {
    if business.fact.is_some() { Table::BusinessEvent } else { Table::Activity }
}

fn cells(order: &Order, business: &Business, item: &super::Item, id: &str, known_on: Date, slip_on: Option<Date>) -> Cells {
    let mut cells = Cells::new();
    let mut put = |col: Col, text: String| {
        if !text.is_empty() {
            cells.insert(col.name().to_owned(), text);
        }
    };
    let day = order.effective_on.unwrap_or(known_on);
    put(Col::EventId, id.to_owned());
    put(Col::Kind, business.fact.clone().unwrap_or_else(|| business.id.clone()));
    put(Col::OccurredOn, day.to_string());
    put(Col::KnownOn, known_on.to_string());
    put(Col::Outlet, order.outlet.clone());
    put(Col::Partner, order.partner.clone());
    put(Col::Amount, item.amount.plain());
    put(Col::Quantity, item.quantity.to_string());
    if business.fact.is_none() {
        put(Col::Item, business.zh.clone());
        put(Col::DoneOn, day.to_string());
        return cells;
    }
    let wanted = &order.wanted;
    put(Col::Clerk, order.clerk.clone());
    put(Col::Subscriber, wanted.subscriber.clone());
    put(Col::Product, item.product.clone());
    put(Col::PlanFee, item.plan_fee.plain());
    put(Col::Cost, item.cost.plain());
    put(Col::Order, order.id.clone());
    put(Col::Imei, item.imei.clone());
    put(Col::Class, wanted.customer_class.clone());
    put(Col::Network, order.network.clone());
    put(Col::Verified, if order.identity.as_ref().is_some_and(|identity| identity.passed) { "是" } else { "否" }.to_owned());
    if item.business == "plan_change" {
        put(Col::PriorFee, qudao_kernel::Fen(wanted.prior_fee).plain());
    }
    if wanted.term_months > 0 {
        put(Col::Term, wanted.term_months.to_string());
    }
    put(Col::SlipOn, slip_on.map_or_else(String::new, |day| day.to_string()));
    cells
}

/// Writes what is due into the fact store. `work` is a folder for files of the moment.
///
/// # Errors
/// The fact store or the database does not answer, or a row is refused for its content; then everything is due again.
pub async fn round(db: &Db, port: Arc<dyn FactPort>, master: Arc<Master>, work: &Path) -> Result<Written, Refusal> {
    let events = outbox::due(&mut db.read().await?, CONSUMER, MOST).await?;
    if events.is_empty() {
        return Ok(Written::default());
    }
    let bodies = events.iter().map(|event| serde_json::from_str::<Body>(&event.body).map_err(|error| bug(&error.to_string())));
    let bodies = bodies.collect::<Result<Vec<_>, _>>()?;
    let day = qudao_access::sessions::day(db.now_us());
    let work: PathBuf = work.to_owned();
    let rows: Vec<(Table, Cells)> = bodies.iter().flat_map(|body| body.rows.iter().cloned()).collect();
    let imported = tokio::task::spawn_blocking(move || import(&*port, &master, &rows, day, &work)).await;
    let reports = imported.map_err(|error| bug(&error.to_string()))??;
    let batch: Vec<&str> =
        reports.iter().filter(|report| matches!(report.outcome, Outcome::Landed(_))).map(|report| report.batch.as_str()).collect();
    let batch = batch.join(" ");
    write_tx!(db, |tx| {
        for (event, body) in events.iter().zip(&bodies) {
            outbox::first_time(tx, CONSUMER, &event.id).await?;
            let sql = "update order_head set fact = 'written', fact_batch = $2 where id = $1";
            tx.execute(sql, args![&body.order, &batch]).await?;
        }
        Ok(())
    })?;
    let sum = |part: fn(&ImportReport) -> u64| reports.iter().map(part).sum();
    Ok(Written { events: events.len(), facts: sum(|report| report.accepted), there: sum(|report| report.duplicates + report.conflicts) })
}

/// Imports rows, a file for each table.
fn import(port: &dyn FactPort, master: &Master, rows: &[(Table, Cells)], day: Date, work: &Path) -> Result<Vec<ImportReport>, Refusal> {
    let folder = tempfile::Builder::new().prefix(".orders-").tempdir_in(work).map_err(|error| unwritable(work, &error))?;
    let mut reports = Vec::new();
    for table in Table::ALL {
        let of: Vec<&Cells> = rows.iter().filter(|(one, _)| *one == table).map(|(_, cells)| cells).collect();
        if of.is_empty() {
            continue;
        }
        let path = folder.path().join(format!("{FILE}{}.csv", table.name()));
        write(&path, table, &of)?;
        let mut job = ImportJob::new(table, &path, day);
        // A row whose number a file brought with another content stays out: the business system's own row stands.
        job.accept_partial = true;
        job.work = Some(folder.path().to_owned());
        let report = port.import(&job, master, &|_| ())?;
        let wrong = report.rejected - report.duplicates - report.conflicts;
        if wrong > 0 {
            let first = report.problems.first().map_or_else(String::new, |problem| format!("{}: {}", problem.column, problem.text.en));
            return Err(bug(&format!("{wrong} facts of orders were refused ({first})")));
        }
        reports.push(report);
    }
    Ok(reports)
}

fn write(path: &Path, table: Table, rows: &[&Cells]) -> Result<(), Refusal> {
    let used: Vec<Col> = table.columns().iter().copied().filter(|col| rows.iter().any(|cells| cells.contains_key(col.name()))).collect();
    let columns: Vec<Column> = used.iter().map(|col| Column::new(col.name(), ColumnType::Text)).collect();
    let mut writer = TableWriter::create(path, &columns, Format::Csv(CsvEncoding::Utf8))?;
    for cells in rows {
        let line: Vec<Cell<'_>> = used.iter().map(|col| cells.get(col.name()).map_or(Cell::Empty, |text| Cell::Text(text))).collect();
        writer.row(&line)?;
    }
    writer.finish().map(drop)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::unavailable(
        "orders.facts.folder",
        format!("无法在 {} 写入临时文件：{error}；请检查磁盘", path.display()),
        format!("cannot write a file of the moment in {}: {error}; look at the disk", path.display()),
    )
}

fn bug(why: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "orders.facts",
        format!("订单写入事实库出错：{why}；请把此信息报告给维护者"),
        format!("orders could not be written as facts: {why}; report this to the maintainers"),
    )
}
