//! What is done with an order after it was placed, and what each step moves.

use super::place::{ahead, may_order};
use super::{Line, State, Supply, happened, held, lines, pieces};
use crate::{Shop, conflict, plain};
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_orders::handset::{self, Place};
use qudao_orders::order::facts::{self, Cells};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{args, write_tx};
use qudao_receivable::invoice::{self, For, Issue};
use qudao_receivable::{Debtor, Once, account};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Who acts on an order they saw.
#[derive(Debug, Clone, Copy)]
pub struct Hand<'a> {
    /// Who.
    pub who: &'a str,
    /// What they see.
    pub sight: &'a Sight,
    /// The order.
    pub id: &'a str,
    /// The version they saw.
    pub version: u32,
    /// Key of the request, by which a repeat is told.
    pub key: &'a str,
}

/// What is done.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// The supplier accepts, for a day.
    Confirm(Date),
    /// The supplier does not.
    Refuse(&'a str),
    /// Who ordered takes it back before it goes out.
    Cancel(&'a str),
    /// These pieces go out.
    Ship(&'a [String]),
    /// What is on the way comes back, and may go out again.
    CallBack(&'a str),
    /// It arrived, but for these.
    Receive(&'a [String]),
}

impl Act<'_> {
    /// As tables and interfaces write it.
    pub const fn name(&self) -> &'static str {
        match self {
            Act::Confirm(_) => "confirm",
            Act::Refuse(_) => "refuse",
            Act::Cancel(_) => "cancel",
            Act::Ship(_) => "ship",
            Act::CallBack(_) => "call_back",
            Act::Receive(_) => "receive",
        }
    }

    /// From where it is possible, and where it leads.
    const fn way(&self) -> (&'static [State], State) {
        match self {
            Act::Confirm(_) => (&[State::Placed], State::Confirmed),
            Act::Refuse(_) => (&[State::Placed, State::Confirmed], State::Refused),
            Act::Cancel(_) => (&[State::Placed, State::Confirmed], State::Cancelled),
            Act::Ship(_) => (&[State::Confirmed], State::Shipped),
            Act::CallBack(_) => (&[State::Shipped], State::Confirmed),
            Act::Receive(_) => (&[State::Shipped], State::Received),
        }
    }

    fn body(&self) -> serde_json::Value {
        match self {
            Act::Confirm(day) => json!([self.name(), day.to_string()]),
            Act::Refuse(why) | Act::Cancel(why) | Act::CallBack(why) => json!([self.name(), why]),
            Act::Ship(serials) | Act::Receive(serials) => json!([self.name(), serials]),
        }
    }
}

/// Does something to an order. Its version afterwards. The same request under its key happens once.
///
/// # Errors
/// `NotFound supply.order.none`; `Conflict supply.order.state`, `platform.db.stale`, `receivable.stopped`, `supply.pieces` for serials that are not what was
/// ordered, `orders.handset.place`; `BadInput supply.day`, `access.reason.missing`, `supply.missing`; `Forbidden` as [`place`].
pub async fn act(db: &Db, shop: Shop<'_>, hand: Hand<'_>, act: Act<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let body = json!([hand.id, act.body()]).to_string();
        let claim = match keys::begin::<u32>(tx, &format!("supply.act/{}", hand.who), hand.key, body.as_bytes()).await? {
            Begun::Same(version) => return Ok(version),
            Begun::Fresh(claim) => claim,
        };
        let before = held(tx, hand.sight, hand.id).await?;
        let (from, to) = act.way();
        if !from.contains(&before.state) {
            return Err(conflict(
                "supply.order.state",
                format!("供货单 {} 的状态是“{}”，不能办理这项操作；请刷新", before.id, before.state.title()),
                format!("the order {} is {}, so this is not possible; reload it", before.id, before.state.name()),
            ));
        }
        let note = match act {
            Act::Confirm(day) => confirm(tx, shop, &before, day).await?,
            Act::Refuse(why) | Act::Cancel(why) => {
                reasoned(why)?;
                plain(why)?.to_owned()
            }
            Act::Ship(serials) => ship(tx, shop, &before, serials).await?,
            Act::CallBack(why) => call_back(tx, &before, why).await?,
            Act::Receive(missing) => receive(tx, shop, &before, hand, missing).await?,
        };
        let sql = "update supply_order set state = $3, changed_us = $4, version = version + 1 where id = $1 and version = $2";
        tx.execute_versioned("供货单 order", hand.id, sql, args![hand.id, hand.version, to.name(), tx.now_us()]).await?;
        happened(tx, hand.id, act.name(), to, hand.who, &note).await?;
        let (was, is) = (json!({ "state": before.state.name() }), json!({ "state": to.name(), "note": note }));
        let action = format!("supply.{}", act.name());
        tx.audit(Entry::new(hand.who, &action, "supply", hand.id).before(was.to_string()).after(is.to_string()));
        Ok(claim.finish(tx, hand.version + 1).await?.into_inner())
    })
}

/// Still supplied, still with an agreement.
async fn may_still(tx: &mut Tx, shop: Shop<'_>, order: &Supply) -> Result<(), Refusal> {
    let Shop { master, rules, today } = shop;
    let (partner, _) = may_order(master, &order.outlet, today)?;
    if partner != order.partner {
        return Err(conflict(
            "supply.order.owner",
            format!("网点 {} 已转给代理商 {partner}；请拒单后由其重新订货", order.outlet),
            format!("the outlet {} belongs to partner {partner} by now; refuse the order and have it placed anew", order.outlet),
        ));
    }
    account::may_supply(tx, &order.partner, today, rules.stop_days).await
}

async fn confirm(tx: &mut Tx, shop: Shop<'_>, order: &Supply, day: Date) -> Result<String, Refusal> {
    ahead(day, shop.today)?;
    may_still(tx, shop, order).await?;
    tx.execute("update supply_order set promised_on = $2 where id = $1", args![&order.id, day]).await?;
    Ok(day.to_string())
}

async fn ship(tx: &mut Tx, shop: Shop<'_>, order: &Supply, serials: &[String]) -> Result<String, Refusal> {
    may_still(tx, shop, order).await?;
    let given: BTreeSet<&str> = serials.iter().map(|serial| serial.trim()).collect();
    let by_offer = sources(tx, &given).await?;
    for line in lines(tx, &order.id).await? {
        let mine: Vec<String> = by_offer.get(&line.offer).cloned().unwrap_or_default();
        if mine.len() != line.pieces as usize {
            return Err(conflict(
                "supply.pieces",
                format!("{}（{}）订 {} 台，配了 {} 台；请逐台核对串号", line.product, line.supplier, line.pieces, mine.len()),
                format!(
                    "{} of {} were ordered from {}, {} are given; check the serials",
                    line.pieces,
                    line.product,
                    line.supplier,
                    mine.len()
                ),
            ));
        }
        handset::send(tx, &line.offer, &mine).await?;
        let rows: Vec<Vec<Value>> = mine.iter().map(|serial| args![&order.id, serial, line.seq, "shipped"].to_vec()).collect();
        tx.insert_rows("supply_piece", "order_id, serial, seq, state", &rows, "").await?;
    }
    if given.len() != order.pieces as usize || serials.len() != given.len() {
        return Err(conflict(
            "supply.pieces",
            format!("订 {} 台，给了 {} 个串号；请去掉重复或多余的串号", order.pieces, serials.len()),
            format!("{} were ordered and {} serials given; leave out what is there twice or was not ordered", order.pieces, serials.len()),
        ));
    }
    tx.execute("update supply_order set shipped_on = $2 where id = $1", args![&order.id, shop.today]).await?;
    Ok(String::new())
}

/// Which of these serials came by which offer.
async fn sources(tx: &mut Tx, serials: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<String>>, Refusal> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let sql = "select source from order_stock where kind = 'handset' and serial = $1";
    for serial in serials {
        if let Some(row) = tx.query_opt(sql, args![*serial]).await? {
            found.entry(row.string("source")?).or_default().push((*serial).to_owned());
        }
    }
    Ok(found)
}

async fn call_back(tx: &mut Tx, order: &Supply, why: &str) -> Result<String, Refusal> {
    reasoned(why)?;
    let note = plain(why)?.to_owned();
    let serials: Vec<String> = pieces(tx, &order.id).await?.into_iter().map(|piece| piece.serial).collect();
    handset::unsend(tx, &serials).await?;
    tx.execute("delete from supply_piece where order_id = $1", args![&order.id]).await?;
    tx.execute("update supply_order set shipped_on = null where id = $1", args![&order.id]).await?;
    Ok(note)
}

async fn receive(tx: &mut Tx, shop: Shop<'_>, order: &Supply, hand: Hand<'_>, missing: &[String]) -> Result<String, Refusal> {
    let Shop { master, rules, today } = shop;
    let all = pieces(tx, &order.id).await?;
    let lacking: BTreeSet<&str> = missing.iter().map(|serial| serial.trim()).collect();
    let known: BTreeSet<&str> = all.iter().map(|piece| piece.serial.as_str()).collect();
    if !lacking.is_subset(&known) || lacking.len() == all.len() {
        return Err(Refusal::bad_input(
            "supply.missing",
            "缺少的串号须是本单发出的，且至少收到一台；一台未到请联系供货人员撤回发货",
            "what is missing must have been sent with this order, and at least one must be there; if none is, have the delivery called back",
        ));
    }
    let lines = lines(tx, &order.id).await?;
    let mut arrived = Vec::with_capacity(all.len());
    let (mut rows, mut amount) = (Vec::with_capacity(all.len()), 0_i64);
    for piece in &all {
        let is_missing = lacking.contains(piece.serial.as_str());
        let state = if is_missing { "missing" } else { "received" };
        tx.execute("update supply_piece set state = $3 where order_id = $1 and serial = $2", args![&order.id, &piece.serial, state])
            .await?;
        let Some(line) = lines.iter().find(|line| line.seq == piece.seq).filter(|_| !is_missing) else { continue };
        amount += line.supply_price.0;
        rows.push((Table::StockMovement, cells(order, line, &piece.serial, "sell_in", today)));
        arrived.push(piece.serial.clone());
    }
    handset::arrive(tx, &arrived, Place { partner: &order.partner, outlet: &order.outlet, territory: &order.territory }).await?;
    let territory = master.partner(&order.partner, today).map_or(order.territory.as_str(), |row| row.territory.as_str());
    let note = format!("终端货款 {} {} 台", order.id, arrived.len());
    let issue = Issue {
        debtor: Debtor { partner: &order.partner, territory },
        kind: For::Goods,
        amount: Fen(amount),
        issued_on: today,
        due_on: today.plus_days(rules.pay_days),
        note: &note,
    };
    let invoice = invoice::charge(tx, Once { who: hand.who, key: hand.key }, &issue, today).await?;
    let sql = "update supply_order set received_on = $2, invoice = $3 where id = $1";
    tx.execute(sql, args![&order.id, today, &invoice]).await?;
    facts::send_others(tx, &format!("supply:{}", order.id), rows).await?;
    Ok(if lacking.is_empty() { invoice } else { format!("{invoice}；缺 {} 台", lacking.len()) })
}

/// The fact a piece is that went to an outlet, or came back from it.
pub(crate) fn cells(order: &Supply, line: &Line, serial: &str, kind: &str, today: Date) -> Cells {
    let mut cells = Cells::new();
    let id = format!("{}-{serial}", order.id);
    let mut put = |col: Col, text: String| cells.insert(col.name().to_owned(), text);
    if kind == "return" {
        put(Col::EventId, format!("{id}-T"));
        put(Col::Ref, id);
    } else {
        put(Col::EventId, id);
    }
    put(Col::Kind, kind.to_owned());
    put(Col::OccurredOn, today.to_string());
    put(Col::KnownOn, today.to_string());
    put(Col::Outlet, order.outlet.clone());
    put(Col::Partner, order.partner.clone());
    put(Col::Product, line.product.clone());
    put(Col::Serial, serial.to_owned());
    put(Col::Quantity, "1".to_owned());
    put(Col::Amount, line.supply_price.plain());
    cells
}
