//! Placing an order, and who may.

use super::{State, happened};
use crate::offer::{self, Offer};
use crate::{Shop, conflict, number, plain};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use qudao_receivable::{Once, account};
use serde_json::json;
use std::collections::BTreeMap;

/// Channel category whose outlets need no agreement: they are the operator's.
const OWN: &str = "自有渠道";
/// Most lines and pieces of an order.
const MOST_LINES: usize = 30;
const MOST_PIECES: u32 = 500;
/// Longest time ahead of a day that is wanted or promised.
const MOST_DAYS: i32 = 180;
/// Most partners above one that are looked at.
const DEEPEST: usize = qudao_kernel::master::MAX_DEPTH;

/// Pieces of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// Offer.
    pub offer: String,
    /// How many.
    pub pieces: u32,
}

/// An order to be placed.
#[derive(Debug, Clone, Copy)]
pub struct Placing<'a> {
    /// For which outlet.
    pub outlet: &'a str,
    /// Day it is wanted.
    pub wanted_on: Date,
    /// What is wanted.
    pub lines: &'a [Pieces],
    /// What is said with it.
    pub note: &'a str,
}

/// Places an order for an outlet, at the prices of now. Its number. The same request under its key is the same order.
///
/// # Errors
/// `BadInput supply.lines`, `supply.day`, `supply.text`; `NotFound supply.offer.none`; `Forbidden supply.outlet`, `supply.partner.blacklisted`,
/// `supply.agreement`; `Conflict supply.offer.closed`, `receivable.stopped`.
pub async fn place(db: &Db, shop: Shop<'_>, once: Once<'_>, new: &Placing<'_>) -> Result<Done<String>, Refusal> {
    let Shop { master, rules, today } = shop;
    let (partner, territory) = may_order(master, new.outlet, today)?;
    let wanted = gathered(new.lines)?;
    ahead(new.wanted_on, today)?;
    let note = plain(new.note)?;
    write_tx!(db, |tx| {
        let lines: Vec<(&str, u32)> = wanted.iter().map(|(offer, pieces)| (*offer, *pieces)).collect();
        let body = json!([new.outlet, new.wanted_on.to_string(), lines, note]).to_string();
        let claim = match keys::begin::<String>(tx, &format!("supply.place/{}", once.who), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        account::may_supply(tx, partner, today, rules.stop_days).await?;
        let mut offers = Vec::with_capacity(wanted.len());
        for (id, pieces) in &wanted {
            let offer = offer::get(tx, id).await?;
            if !offer.open {
                return Err(conflict(
                    "supply.offer.closed",
                    format!("报价 {id} 已停用；请重新选择机型"),
                    format!("the offer {id} is closed; choose another"),
                ));
            }
            offers.push((offer, *pieces));
        }
        let amount: i64 = offers.iter().map(|(offer, pieces)| offer.supply_price.0 * i64::from(*pieces)).sum();
        let pieces: u32 = wanted.values().sum();
        let id = number(tx, "DH", today).await?;
        let sql =
            "insert into supply_order (id, version, state, partner, outlet, territory, pieces, amount, wanted_on, invoice, note, placed_by,
                       placed_us, changed_us) values ($1, 1, 'placed', $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $10)";
        let now = tx.now_us();
        tx.execute(sql, args![&id, partner, new.outlet, territory, pieces, amount, new.wanted_on, note, once.who, now]).await?;
        for (at, (offer, pieces)) in offers.iter().enumerate() {
            put_line(tx, &id, at as u32 + 1, offer, *pieces).await?;
        }
        happened(tx, &id, "place", State::Placed, once.who, note).await?;
        let after = json!({ "partner": partner, "outlet": new.outlet, "pieces": pieces, "amount": amount, "lines": lines });
        tx.audit(Entry::new(once.who, "supply.place", "supply", &id).after(after.to_string()));
        claim.finish(tx, id).await
    })
}

/// The owner of an outlet that may order for it on a day, and the outlet's division code.
pub(super) fn may_order<'a>(master: &'a Master, outlet: &str, today: Date) -> Result<(&'a str, &'a str), Refusal> {
    let forbidden = |code, zh: String, en: String| Refusal::new(Kind::Forbidden, code, zh, en);
    let found = master.outlet(outlet, today).and_then(|row| Some((row, master.partner(&row.owner, today)?)));
    let (row, owner) = found.ok_or_else(|| {
        forbidden(
            "supply.outlet",
            format!("没有在营网点 {outlet}，或不在您的范围内；请核对编码"),
            format!("there is no outlet {outlet} in force, or not within your reach; check the code"),
        )
    })?;
    let mut above = Some(owner);
    for _ in 0..DEEPEST {
        let Some(one) = above else { break };
        if one.blacklisted {
            return Err(forbidden(
                "supply.partner.blacklisted",
                format!("代理商 {} 在黑名单中，不能订货；请联系渠道经理", one.code),
                format!("partner {} is blacklisted and is supplied nothing; ask the channel manager", one.code),
            ));
        }
        above = master.partner(&one.parent, today);
    }
    if row.channel != OWN && master.agreement(&owner.code, today).is_none() {
        return Err(forbidden(
            "supply.agreement",
            format!("代理商 {} 没有有效的协议，不能订货；请先签约或续签", owner.code),
            format!("partner {} has no agreement in force and is supplied nothing; sign or renew it first", owner.code),
        ));
    }
    Ok((&owner.code, &row.territory))
}

/// Pieces by offer.
fn gathered(lines: &[Pieces]) -> Result<BTreeMap<&str, u32>, Refusal> {
    let mut all: BTreeMap<&str, u32> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.pieces > 0) {
        let sum = all.entry(line.offer.as_str()).or_default();
        *sum = sum.saturating_add(line.pieces);
    }
    let sum = all.values().fold(0_u32, |sum, pieces| sum.saturating_add(*pieces));
    if (1..=MOST_PIECES).contains(&sum) && all.len() <= MOST_LINES {
        return Ok(all);
    }
    Err(Refusal::bad_input(
        "supply.lines",
        format!("请选择 1 至 {MOST_PIECES} 台、{MOST_LINES} 种以内"),
        format!("choose 1 to {MOST_PIECES} pieces of at most {MOST_LINES} kinds"),
    ))
}

pub(super) fn ahead(day: Date, today: Date) -> Result<(), Refusal> {
    if (0..=MOST_DAYS).contains(&(day.days() - today.days())) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "supply.day",
        format!("日期 {day} 须在今天至 {MOST_DAYS} 天之内；请修改"),
        format!("the day {day} must be today or within {MOST_DAYS} days; change it"),
    ))
}

async fn put_line(tx: &mut Tx, id: &str, seq: u32, offer: &Offer, pieces: u32) -> Result<(), Refusal> {
    let sql = "insert into supply_line (order_id, seq, offer, product, supplier, pieces, supply_price, suggested_price, least_margin)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let Offer { id: offer_id, product, supplier, supply_price, suggested_price, least_margin, .. } = offer;
    let values = args![id, seq, offer_id, product, supplier, pieces, *supply_price, *suggested_price, *least_margin];
    tx.execute(sql, values).await.map(drop)
}
