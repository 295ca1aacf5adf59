//! 退货: pieces an outlet did not sell go back, and what was charged for them is given back (R4.45, R7.4).

use crate::order::{self, State};
use crate::{Shop, conflict, number, plain};
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_kernel::facts::Table;
use qudao_kernel::{Fen, Kind, Refusal};
use qudao_orders::handset;
use qudao_orders::order::facts;
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use qudao_receivable::{Once, credit};
use serde_json::json;
use std::collections::BTreeSet;

/// Most returns that are listed.
const MOST: i64 = 500;

/// A return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Number.
    pub id: String,
    /// Version.
    pub version: u32,
    /// The order its pieces came with.
    pub order: String,
    /// asked, taken, refused.
    pub state: String,
    /// Partner.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// What is given back of the charge.
    pub amount: Fen,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: String,
    /// When, microseconds since 1970.
    pub asked_us: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// What was said.
    pub decision: String,
    /// Serials.
    pub serials: Vec<String>,
}

/// Asks to give pieces of a received order back. The number of the return. The same request under its key is the same return.
///
/// # Errors
/// `BadInput access.reason.missing`, `supply.return.pieces` for serials that did not arrive with it or are asked back already; `NotFound supply.order.none`;
/// `Conflict supply.return.late` beyond the days, `orders.handset.place` for a piece that is sold or elsewhere.
pub async fn ask(
    db: &Db,
    shop: Shop<'_>,
    sight: &Sight,
    once: Once<'_>,
    id: &str,
    serials: &[String],
    reason: &str,
) -> Result<Done<String>, Refusal> {
    reasoned(reason)?;
    let reason = plain(reason)?;
    let wanted: BTreeSet<&str> = serials.iter().map(|serial| serial.trim()).collect();
    write_tx!(db, |tx| {
        let body = json!([id, wanted, reason]).to_string();
        let claim = match keys::begin::<String>(tx, &format!("supply.return/{}", once.who), once.key, body.as_bytes()).await? {
            Begun::Same(number) => return Ok(Done::Already(number)),
            Begun::Fresh(claim) => claim,
        };
        let of = order::held(tx, sight, id).await?;
        in_time(&of, shop)?;
        let lines = order::lines(tx, id).await?;
        let there = order::pieces(tx, id).await?;
        let mut prices = Vec::with_capacity(wanted.len());
        for serial in &wanted {
            let piece = there.iter().find(|piece| piece.serial == **serial && piece.state == "received");
            let line = piece.and_then(|piece| lines.iter().find(|line| line.seq == piece.seq)).ok_or_else(|| no_pieces(serial))?;
            prices.push((*serial, line.supply_price));
        }
        let list: Vec<String> = wanted.iter().map(|serial| (*serial).to_owned()).collect();
        let unsold = handset::unsold(tx, &list, &of.outlet).await?;
        if let Some(gone) = list.iter().find(|serial| !unsold.contains(serial)) {
            return Err(conflict(
                "orders.handset.place",
                format!("终端 {gone} 不在网点 {} 的库存（可能已售出）；不能退货", of.outlet),
                format!("the handset {gone} is not in the stock of outlet {}; it may be sold and cannot go back", of.outlet),
            ));
        }
        let amount: i64 = prices.iter().map(|(_, price)| price.0).sum();
        if amount == 0 {
            return Err(no_pieces(""));
        }
        let number = number(tx, "TH", shop.today).await?;
        let sql = "insert into supply_return (id, version, order_id, state, partner, outlet, territory, amount, reason, asked_by, asked_us)
                   values ($1, 1, $2, 'asked', $3, $4, $5, $6, $7, $8, $9)";
        let values = args![&number, id, &of.partner, &of.outlet, &of.territory, amount, reason, once.who, tx.now_us()];
        tx.execute(sql, values).await?;
        let rows: Vec<Vec<Value>> = prices.iter().map(|(serial, price)| args![&number, *serial, *price].to_vec()).collect();
        tx.insert_rows("supply_return_piece", "return_id, serial, price", &rows, "").await?;
        mark(tx, id, &list, "asked").await?;
        order::happened(tx, id, "ask_return", State::Received, once.who, &format!("{number} {reason}")).await?;
        let after = json!({ "order": id, "serials": list, "amount": amount });
        tx.audit(Entry::new(once.who, "supply.ask_return", "return", &number).after(after.to_string()).reason(reason));
        claim.finish(tx, number).await
    })
}

fn in_time(of: &order::Supply, shop: Shop<'_>) -> Result<(), Refusal> {
    let days = shop.rules.return_days;
    let last = of.received_on.map(|day| day.plus_days(days));
    if last.is_some_and(|last| shop.today <= last) {
        return Ok(());
    }
    Err(conflict(
        "supply.return.late",
        format!("供货单 {} 未收货或收货已超过 {days} 天，不能退货；请联系渠道经理", of.id),
        format!("the order {} did not arrive, or arrived more than {days} days ago, and takes no returns; ask the channel manager", of.id),
    ))
}

fn no_pieces(serial: &str) -> Refusal {
    Refusal::bad_input(
        "supply.return.pieces",
        format!("请选择本单收到且未申请退货的终端；{serial} 不是"),
        format!("choose handsets that arrived with this order and are not asked back; {serial} is none"),
    )
}

async fn mark(tx: &mut Tx, order: &str, serials: &[String], state: &str) -> Result<(), Refusal> {
    for serial in serials {
        let sql = "update supply_piece set state = $3 where order_id = $1 and serial = $2";
        tx.execute(sql, args![order, serial, state]).await?;
    }
    Ok(())
}

/// What is decided about a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// The pieces are here: they are taken back, and their charge is given back.
    Take,
    /// They stay where they are.
    Refuse(&'a str),
}

/// Decides about a return somebody else asked for. Its version afterwards.
///
/// # Errors
/// `NotFound supply.return.none`; `Forbidden supply.return.own` for whoever asked; `Conflict supply.return.decided`, `platform.db.stale`,
/// `orders.handset.place` where a piece was sold meanwhile; `BadInput access.reason.missing`.
pub async fn decide(
    db: &Db,
    shop: Shop<'_>,
    sight: &Sight,
    once: Once<'_>,
    id: &str,
    version: u32,
    verdict: Verdict<'_>,
) -> Result<u32, Refusal> {
    let words = match verdict {
        Verdict::Take => "",
        Verdict::Refuse(why) => {
            reasoned(why)?;
            plain(why)?
        }
    };
    write_tx!(db, |tx| {
        let before = one(tx, sight, id).await?;
        if same_hand(&before.asked_by, once.who) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "supply.return.own",
                "退货须由申请人以外的人办理",
                "a return is decided by somebody else than who asked for it",
            ));
        }
        if before.state != "asked" {
            return Err(conflict(
                "supply.return.decided",
                format!("退货单 {id} 已办理；请刷新"),
                format!("the return {id} is decided already; reload it"),
            ));
        }
        let (state, act) = if verdict == Verdict::Take { ("taken", "take_return") } else { ("refused", "refuse_return") };
        let sql = "update supply_return set state = $3, decided_by = $4, decided_us = $5, decision = $6, version = version + 1
                   where id = $1 and version = $2";
        tx.execute_versioned("退货单 return", id, sql, args![id, version, state, once.who, tx.now_us(), words]).await?;
        if verdict == Verdict::Take {
            take(tx, shop, once, &before).await?;
        } else {
            mark(tx, &before.order, &before.serials, "received").await?;
        }
        order::happened(tx, &before.order, act, State::Received, once.who, &format!("{id} {words}")).await?;
        let after = json!({ "state": state, "serials": before.serials, "amount": before.amount.0 });
        let action = format!("supply.{act}");
        tx.audit(Entry::new(once.who, &action, "return", id).after(after.to_string()).reason(words));
        Ok(version + 1)
    })
}

/// The pieces go back, and so does what was charged for them.
async fn take(tx: &mut Tx, shop: Shop<'_>, once: Once<'_>, what: &Return) -> Result<(), Refusal> {
    let of = order::held(tx, &Sight::everywhere(), &what.order).await?;
    handset::come_back(tx, &what.serials, &of.outlet).await?;
    mark(tx, &of.id, &what.serials, "returned").await?;
    let lines = order::lines(tx, &of.id).await?;
    let there = order::pieces(tx, &of.id).await?;
    let mut rows = Vec::with_capacity(what.serials.len());
    for piece in there.iter().filter(|piece| what.serials.contains(&piece.serial)) {
        if let Some(line) = lines.iter().find(|line| line.seq == piece.seq) {
            rows.push((Table::StockMovement, order::cells(&of, line, &piece.serial, "return", shop.today)));
        }
    }
    facts::send_others(tx, &format!("supply:{}", what.id), rows).await?;
    credit::give(tx, once, &of.invoice, what.amount, &what.id, shop.today).await
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Return, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres("r", false, &mut values);
    let row = tx.query_opt(format!("select r.* from supply_return r where r.id = $1 and {wheres} {{for_update}}"), &values).await?;
    let found = row.as_ref().map(of_row).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "supply.return.none",
            format!("没有退货单 {id}，或不在您的范围内；请核对单号"),
            format!("there is no return {id}, or not within your reach; check the number"),
        )
    })?;
    with_serials(tx, found).await
}

async fn with_serials(tx: &mut Tx, mut one: Return) -> Result<Return, Refusal> {
    let sql = "select serial from supply_return_piece where return_id = $1 order by serial";
    let rows = tx.query(sql, args![&one.id]).await?;
    one.serials = rows.iter().map(|row| row.string("serial")).collect::<Result<_, _>>()?;
    Ok(one)
}

/// Returns in sight, latest first: of one state and one order, or of all where these are empty.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, state: &str, order: &str) -> Result<Vec<Return>, Refusal> {
    let mut values: Vec<Value> = args![state, order, MOST].to_vec();
    let wheres = sight.wheres("r", false, &mut values);
    let sql = format!(
        "select r.* from supply_return r where ($1 = '' or r.state = $1) and ($2 = '' or r.order_id = $2) and {wheres}
         order by r.asked_us desc, r.id desc limit $3"
    );
    let mut found = Vec::new();
    for row in tx.query(sql, &values).await? {
        found.push(with_serials(tx, of_row(&row)?).await?);
    }
    Ok(found)
}

fn of_row(row: &Row) -> Result<Return, Refusal> {
    Ok(Return {
        id: row.string("id")?,
        version: row.count("version")?,
        order: row.string("order_id")?,
        state: row.string("state")?,
        partner: row.string("partner")?,
        outlet: row.string("outlet")?,
        amount: row.fen("amount")?,
        reason: row.string("reason")?,
        asked_by: row.string("asked_by")?,
        asked_us: row.int("asked_us")?,
        decided_by: row.opt_string("decided_by")?,
        decision: row.opt_string("decision")?.unwrap_or_default(),
        serials: Vec::new(),
    })
}
