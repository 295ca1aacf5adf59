//! Orders that came of proposals, and pieces that move without one (R7.78).
//!
//! ```text
//! sent → received, which supplies the outlet        sent → dropped
//! ```
//!
//! What is received, returned or adjusted leaves as a fact of stock movement.

use crate::kept::{At, bug, id, none, state, today};
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_access::sight::mark;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_orders::order::facts::{self, Cells};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const NOUN: (&str, &str) = ("订货单", "order");
/// Most lines, and pieces of a line.
const MOST: usize = 200;
const MOST_PIECES: i64 = 100_000;
/// Most rows of a page.
const MOST_ROWS: usize = 500;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Model.
    pub product: String,
    /// Pieces.
    pub quantity: i64,
    /// What one costs.
    pub price: Fen,
    /// Why so many, as it was proposed.
    pub reason: String,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Outlet.
    pub outlet: String,
    /// Its partner.
    pub partner: String,
    /// Its division.
    pub territory: String,
    /// initial, replenishment.
    pub kind: String,
    /// sent, received, dropped.
    pub state: String,
    /// Lines.
    pub lines: Vec<Line>,
    /// Pieces.
    pub pieces: i64,
    /// What they cost.
    pub amount: Fen,
    /// Who sent it.
    pub who: String,
    /// When.
    pub made_on: Date,
    /// Who ended it.
    pub ended_by: String,
    /// When.
    pub ended_on: Option<Date>,
    /// Why it was dropped.
    pub note: String,
}

/// Sends an order. Its id.
///
/// # Errors
/// `BadInput distribution.order.lines`.
pub async fn send(db: &Db, who: &str, key: &str, at: At<'_>, is_initial: bool, lines: &[Line]) -> Result<Done<String>, Refusal> {
    let models: BTreeSet<&str> = lines.iter().map(|line| line.product.as_str()).collect();
    let right = |line: &Line| (1..=MOST_PIECES).contains(&line.quantity) && (0..=100_000_000).contains(&line.price.0);
    if lines.is_empty() || lines.len() > MOST || models.len() != lines.len() || !lines.iter().all(right) {
        return Err(Refusal::bad_input(
            "distribution.order.lines",
            format!("订货单须有 1 至 {MOST} 行，每款机型一行，数量为正整数"),
            format!("an order has 1 to {MOST} lines, each model once, with whole pieces above zero"),
        ));
    }
    write_tx!(db, |tx| {
        let body = serde_json::to_string(lines).map_err(|error| bug(&error.to_string()))?;
        let told = json!([at.outlet, is_initial, &body]).to_string();
        let claim = match keys::begin::<String>(tx, &format!("distribution_order/{who}"), key, told.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let on = today(tx);
        let id = id("DH", on, &[who, key]);
        let pieces: i64 = lines.iter().map(|line| line.quantity).sum();
        let amount: i64 = lines.iter().map(|line| line.quantity * line.price.0).sum();
        let kind = if is_initial { "initial" } else { "replenishment" };
        let sql = "insert into distribution_order (id, version, outlet, partner, territory, kind, state, body, pieces, amount, who, made_on, ended_by,
                       note, changed_us) values ($1, 1, $2, $3, $4, $5, 'sent', $6, $7, $8, $9, $10, '', '', $11)";
        let At { outlet, partner, territory } = at;
        let values = args![&id, outlet, partner, territory, kind, body, pieces, amount, who, on, tx.now_us()];
        tx.execute(sql, values).await?;
        tx.audit(Entry::new(who, "distribution_order.send", "distribution_order", &id).after(told));
        claim.finish(tx, id).await
    })
}

/// Ends an order: received, which supplies the outlet, or dropped with a reason. The version afterwards.
///
/// # Errors
/// `NotFound distribution.none`; `BadInput access.reason.missing`; `Conflict distribution.state`, `platform.db.stale`.
pub async fn end(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, dropped: Option<&str>) -> Result<u32, Refusal> {
    if let Some(reason) = dropped {
        reasoned(reason)?;
    }
    write_tx!(db, |tx| {
        let one = get_one(tx, sight, id, "{for_update}").await?;
        if one.state != "sent" {
            return Err(state(format!("订货单 {id} 已结束；请刷新"), format!("order {id} has ended already; reload")));
        }
        let on = today(tx);
        let (next, note) = dropped.map_or(("received", ""), |reason| ("dropped", reason.trim()));
        let sql =
            "update distribution_order set state = $3, ended_by = $4, ended_on = $5, note = $6, changed_us = $7, version = version + 1
                   where id = $1 and version = $2";
        tx.execute_versioned("订货单 order", id, sql, args![id, version, next, who, on, note, tx.now_us()]).await?;
        if dropped.is_none() {
            let at = At { outlet: &one.outlet, partner: &one.partner, territory: &one.territory };
            let moves: Vec<Move<'_>> = one
                .lines
                .iter()
                .map(|line| Move { product: &line.product, kind: "sell_in", quantity: line.quantity, amount: line.price.0 * line.quantity })
                .collect();
            move_all(tx, who, id, at, &moves, on).await?;
        }
        tx.audit(Entry::new(who, &format!("distribution_order.{next}"), "distribution_order", id).before("sent").after(next).reason(note));
        Ok(version + 1)
    })
}

/// Pieces that move.
struct Move<'a> {
    product: &'a str,
    kind: &'a str,
    quantity: i64,
    /// Fen; 0 for what has no price.
    amount: i64,
}

async fn move_all(tx: &mut Tx, who: &str, reference: &str, at: At<'_>, moves: &[Move<'_>], on: Date) -> Result<(), Refusal> {
    let mut rows = Vec::with_capacity(moves.len());
    for one in moves {
        let id = format!("{reference}:{}", one.product);
        let sql = "insert into distribution_movement (id, outlet, product, partner, territory, kind, quantity, day, reference, who, at_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let At { outlet, partner, territory } = at;
        let values = args![&id, outlet, one.product, partner, territory, one.kind, one.quantity, on, reference, who, tx.now_us()];
        tx.execute(sql, values).await?;
        rows.push((Table::StockMovement, cells(at, one, &id, on)));
    }
    facts::send_others(tx, &format!("movement:{reference}"), rows).await
}

fn cells(at: At<'_>, one: &Move<'_>, id: &str, on: Date) -> Cells {
    let own = [
        (Col::EventId, id.to_owned()),
        (Col::Kind, one.kind.to_owned()),
        (Col::OccurredOn, on.to_string()),
        (Col::KnownOn, on.to_string()),
        (Col::Outlet, at.outlet.to_owned()),
        (Col::Partner, at.partner.to_owned()),
        (Col::Product, one.product.to_owned()),
        (Col::Quantity, one.quantity.to_string()),
        (Col::Amount, Fen(one.amount).plain()),
    ];
    own.into_iter().map(|(col, text)| (col.name().to_owned(), text)).collect()
}

/// Pieces that went back from an outlet, or by which its stock is adjusted.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Model.
    pub product: &'a str,
    /// They went back; else the stock is adjusted.
    pub returned: bool,
    /// Pieces; below zero for an adjustment downwards.
    pub quantity: i64,
    /// Why.
    pub why: &'a str,
}

/// Notes pieces that went back or were adjusted at an outlet. Once for each key.
///
/// # Errors
/// `BadInput distribution.movement`, `access.reason.missing`.
pub async fn adjust(db: &Db, who: &str, key: &str, at: At<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    let Change { product, returned, quantity, why } = *change;
    reasoned(why)?;
    if quantity == 0 || quantity.abs() > MOST_PIECES || (returned && quantity < 0) {
        return Err(Refusal::bad_input(
            "distribution.movement",
            "数量须为整数：退库为正，调整不为零；请修改",
            "pieces are whole: above zero for a return, not zero for an adjustment; change it",
        ));
    }
    write_tx!(db, |tx| {
        let told = json!([at.outlet, product, returned, quantity, why]).to_string();
        let claim = match keys::begin::<bool>(tx, &format!("distribution_movement/{who}"), key, told.as_bytes()).await? {
            Begun::Same(_) => return Ok(()),
            Begun::Fresh(claim) => claim,
        };
        let on = today(tx);
        let reference = id("TZ", on, &[who, key]);
        let kind = if returned { "return" } else { "adjustment" };
        move_all(tx, who, &reference, at, &[Move { product, kind, quantity, amount: 0 }], on).await?;
        tx.audit(Entry::new(who, "stock.adjust", "outlet", at.outlet).after(told).reason(why.trim()));
        claim.finish(tx, true).await.map(drop)
    })
}

/// Pieces on their way, by outlet and model, within a sight; of one outlet where it is named.
///
/// # Errors
/// The database does not answer.
pub async fn on_order(tx: &mut Tx, sight: &Sight, outlet: &str) -> Result<BTreeMap<(String, String), i64>, Refusal> {
    let mut all = BTreeMap::new();
    let mut query = Query { state: "sent".to_owned(), outlet: outlet.to_owned(), limit: MOST_ROWS, ..Query::default() };
    loop {
        let page = list(tx, sight, &query).await?;
        for order in page.rows {
            for line in order.lines {
                *all.entry((order.outlet.clone(), line.product)).or_insert(0) += line.quantity;
            }
        }
        match page.next {
            Some(next) => query.after = next,
            None => return Ok(all),
        }
    }
}

/// Which orders. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// sent, received, dropped.
    pub state: String,
    /// Outlet.
    pub outlet: String,
    /// Id of the last one seen.
    pub after: String,
    /// Most rows.
    pub limit: usize,
}

/// A page of orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orders {
    /// By id.
    pub rows: Vec<Order>,
    /// The `after` of the next page.
    pub next: Option<String>,
    /// Rows of all pages.
    pub total: u32,
}

/// Orders, by id.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Orders, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("o", false, &mut values)];
    for (column, value) in [("state", &query.state), ("outlet", &query.outlet)] {
        if !value.is_empty() {
            wheres.push(format!("o.{column} = {}", mark(&mut values, value)));
        }
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from distribution_order o where {filter}"), &values).await?.count("n")?;
    let after = mark(&mut values, &query.after);
    let limit = query.limit.clamp(1, MOST_ROWS);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select o.* from distribution_order o where {filter} and o.id > {after} order by o.id limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Orders { rows, next, total })
}

async fn get_one(tx: &mut Tx, sight: &Sight, id: &str, lock: &str) -> Result<Order, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres("o", false, &mut values);
    let row = tx.query_opt(format!("select o.* from distribution_order o where o.id = $1 and {wheres} {lock}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(NOUN, id))
}

fn of_row(row: &Row) -> Result<Order, Refusal> {
    Ok(Order {
        id: row.string("id")?,
        version: row.count("version")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        kind: row.string("kind")?,
        state: row.string("state")?,
        lines: serde_json::from_str(row.text("body")?).map_err(|error| bug(&error.to_string()))?,
        pieces: row.int("pieces")?,
        amount: row.fen("amount")?,
        who: row.string("who")?,
        made_on: row.parse("made_on")?,
        ended_by: row.string("ended_by")?,
        ended_on: row.opt_parse("ended_on")?,
        note: row.string("note")?,
    })
}
