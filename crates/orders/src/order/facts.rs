//! Effective orders become facts, each once ([`Feed`] says how).
//!
//! An order that is sent again under its number adds nothing, and neither does a file of the business system with the same numbers (N28).

use super::Order;
use crate::business::{Business, Definitions};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::columnar::facts::FactPort;
use qudao_platform::columnar::feed::Feed;
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, write_tx};
use std::path::Path;
use std::sync::Arc;

pub use qudao_platform::columnar::feed::{Cells, Written};

/// The topic of orders that become facts; others may subscribe to it beside the writer.
pub const TOPIC: &str = "order.fact";
/// The way of orders into the fact store.
const FEED: Feed = Feed { topic: TOPIC, consumer: "order-facts", file: "orders-", strict: true };

/// Whether a batch of facts came from here and not from a system outside, by its file.
pub fn is_ours(file: &str) -> bool {
    FEED.is_ours(file)
}

/// Subscribes the writer, before anything takes effect.
///
/// # Errors
/// The database does not answer.
pub async fn subscribe(tx: &mut Tx) -> Result<(), Refusal> {
    FEED.subscribe(tx).await
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
    let order = &with_exchanges(tx, order.clone()).await?;
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
    let known_on = next_day(tx, &order.id, effective, today).await?;
    let order = &with_exchanges(tx, order.clone()).await?;
    let mut rows = facts(order, definitions, known_on, Some(returned_on))?;
    rows.retain(|(table, _)| *table == Table::BusinessEvent);
    send(tx, order, "slip", rows).await
}

/// Sends on its way that a handset of an order was exchanged: a later version of its sale, with the serial of the one in its place.
pub(crate) async fn exchanged(
    tx: &mut Tx,
    order: &Order,
    definitions: &Definitions,
    replacement: &str,
    today: Date,
) -> Result<(), Refusal> {
    let effective = order.effective_on.ok_or_else(|| bug("an order without a day was exchanged"))?;
    // What a slip that is back and right told stays told.
    let slip =
        tx.query_opt("select returned_on, checked_on from order_slip where order_id = $1 and state = 'ok'", args![&order.id]).await?;
    let (mut slip_on, mut told) = (None, effective);
    if let Some(row) = slip {
        slip_on = row.opt_parse::<Date>("returned_on")?;
        told = row.opt_parse::<Date>("checked_on")?.map_or(effective, |checked| checked.max(effective.plus_days(1)));
    }
    let known_on = next_day(tx, &order.id, told, today).await?;
    let order = &with_exchanges(tx, order.clone()).await?;
    let mut rows = facts(order, definitions, known_on, slip_on)?;
    rows.retain(|(table, cells)| *table == Table::BusinessEvent && cells.get(Col::Imei.name()).is_some_and(|imei| imei == replacement));
    send(tx, order, &format!("exchange-{replacement}"), rows).await
}

/// An order with the serials its handsets have after what was exchanged.
pub(crate) async fn with_exchanges(tx: &mut Tx, mut order: Order) -> Result<Order, Refusal> {
    let sql =
        "select serial, replacement from order_service where order_id = $1 and kind = 'exchange' and state = 'done' order by ended_us, id";
    for row in tx.query(sql, args![&order.id]).await? {
        let serial = row.text("serial")?;
        if let Some(item) = order.items.iter_mut().find(|item| item.imei == serial) {
            item.imei = row.string("replacement")?;
        }
    }
    Ok(order)
}

/// The day a later version of an order's facts is told by, later than any before: `told` is that of the last one, where none is kept.
async fn next_day(tx: &mut Tx, id: &str, told: Date, today: Date) -> Result<Date, Refusal> {
    let kept = tx.query_opt("select known_on from order_told where order_id = $1", args![id]).await?;
    let last = kept.map(|row| row.parse::<Date>("known_on")).transpose()?.unwrap_or(told);
    let next = last.plus_days(1).max(today);
    let sql =
        "insert into order_told (order_id, known_on) values ($1, $2) on conflict (order_id) do update set known_on = excluded.known_on";
    tx.execute(sql, args![id, next]).await?;
    Ok(next)
}

async fn send(tx: &mut Tx, order: &Order, what: &str, rows: Vec<(Table, Cells)>) -> Result<(), Refusal> {
    FEED.emit(tx, &format!("{}:{what}", order.id), &order.id, rows).await
}

/// Sends facts that no order of ours made on the same way, such as top-ups of a terminal. `key` makes them one event.
///
/// # Errors
/// The database does not answer.
pub async fn send_others(tx: &mut Tx, key: &str, rows: Vec<(Table, Cells)>) -> Result<(), Refusal> {
    FEED.emit(tx, key, "", rows).await
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
    let day = qudao_access::sessions::day(db.now_us());
    let Some(taken) = FEED.take(db, port, master, day, work).await? else { return Ok(Written::default()) };
    write_tx!(db, |tx| {
        taken.done(tx).await?;
        for order in taken.records.iter().filter(|order| !order.is_empty()) {
            let sql = "update order_head set fact = 'written', fact_batch = $2 where id = $1";
            tx.execute(sql, args![order, &taken.batch]).await?;
        }
        Ok(())
    })?;
    Ok(taken.written)
}

fn bug(why: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "orders.facts",
        format!("订单写入事实库出错：{why}；请把此信息报告给维护者"),
        format!("orders could not be written as facts: {why}; report this to the maintainers"),
    )
}
