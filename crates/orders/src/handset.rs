//! 终端库存: where each handset of ours is, by serial (R4.45). They lie beside cards and numbers in [`crate::stock`]; here they move between the central
//! store, the way, and outlets, within the transaction of whoever supplies them.
//!
//! Invariant: a move takes all of its pieces or none, and each from where it was said to be; so a serial is never in two places.

use crate::stock::{COLUMNS, Piece};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Tx, Value};
use std::collections::BTreeMap;

/// Most pieces of a lot.
pub const MOST_PIECES: usize = 2_000;

/// Handsets that were delivered to the central store.
#[derive(Debug, Clone, Copy)]
pub struct Lot<'a> {
    /// Product.
    pub product: &'a str,
    /// The offer they came by.
    pub source: &'a str,
    /// Who takes them in.
    pub who: &'a str,
}

/// Refuses what is no serial of a handset: 15 digits of which the last checks the others.
///
/// # Errors
/// `BadInput orders.handset.serial`.
pub fn serial(text: &str) -> Result<(), Refusal> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits.iter().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum();
    if digits.len() == 15 && text.len() == 15 && sum.is_multiple_of(10) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "orders.handset.serial",
        format!("“{text}”不是终端串号：应为 15 位数字，末位为校验位；请重新扫描"),
        format!("`{text}` is no serial of a handset: it has 15 digits, the last of which checks the others; scan it again"),
    ))
}

/// Takes handsets into the central store: all of them, or none.
///
/// # Errors
/// `BadInput orders.handset.lot`, `orders.handset.serial`; `Conflict orders.handset.there` for one that is known already.
pub async fn take_in(tx: &mut Tx, lot: &Lot<'_>, serials: &[String]) -> Result<(), Refusal> {
    let (Some(first), Some(last)) = (serials.iter().min(), serials.iter().max()) else { return Err(no_lot()) };
    if serials.len() > MOST_PIECES {
        return Err(no_lot());
    }
    for one in serials {
        serial(one)?;
    }
    let (kind, now) = (Piece::Handset.name(), tx.now_us());
    let id = format!("{kind}-{first}");
    let sql = "insert into order_segment (id, kind, first, last, pieces, partner, outlet, territory, who, at_us)
               values ($1, $2, $3, $4, $5, '', '', '', $6, $7) on conflict (id) do nothing";
    tx.execute(sql, args![&id, kind, first, last, serials.len() as i64, lot.who, now]).await?;
    for one in serials {
        let row = args![kind, one, &id, "stock", "", "", "", "", now, lot.product, lot.source].to_vec();
        if tx.insert_rows("order_stock", COLUMNS, &[row], "on conflict (kind, serial) do nothing").await? == 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "orders.handset.there",
                format!("终端 {one} 已登记或重复；整批未入库，请核对"),
                format!("the handset {one} is known already, or given twice; nothing was taken in, check it"),
            ));
        }
    }
    Ok(())
}

fn no_lot() -> Refusal {
    Refusal::bad_input(
        "orders.handset.lot",
        format!("请填写 1 至 {MOST_PIECES} 个串号"),
        format!("give between 1 and {MOST_PIECES} serials"),
    )
}

/// A place of handsets.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Partner.
    pub partner: &'a str,
    /// Outlet.
    pub outlet: &'a str,
    /// Division code of the outlet.
    pub territory: &'a str,
}

/// Sends handsets of an offer out of the central store.
///
/// # Errors
/// `Conflict orders.handset.place` for one that is not there.
pub async fn send(tx: &mut Tx, source: &str, serials: &[String]) -> Result<(), Refusal> {
    let sql = "update order_stock set state = 'moving', changed_us = $3
               where kind = 'handset' and serial = $1 and source = $2 and state = 'stock' and partner = '' and outlet = ''";
    for one in serials {
        let values = args![one, source, tx.now_us()];
        moved(tx.execute(sql, values).await?, one, "中心库存或不属于该报价", "in the central store, or is of another offer")?;
    }
    Ok(())
}

/// Puts handsets that are on the way back into the central store.
///
/// # Errors
/// `Conflict orders.handset.place`.
pub async fn unsend(tx: &mut Tx, serials: &[String]) -> Result<(), Refusal> {
    let sql = "update order_stock set state = 'stock', changed_us = $2 where kind = 'handset' and serial = $1 and state = 'moving'";
    for one in serials {
        let values = args![one, tx.now_us()];
        moved(tx.execute(sql, values).await?, one, "途中", "on the way")?;
    }
    Ok(())
}

/// Has handsets that were on the way arrive at an outlet.
///
/// # Errors
/// `Conflict orders.handset.place`.
pub async fn arrive(tx: &mut Tx, serials: &[String], at: Place<'_>) -> Result<(), Refusal> {
    let sql = "update order_stock set state = 'stock', partner = $2, outlet = $3, territory = $4, changed_us = $5
               where kind = 'handset' and serial = $1 and state = 'moving'";
    for one in serials {
        let values = args![one, at.partner, at.outlet, at.territory, tx.now_us()];
        moved(tx.execute(sql, values).await?, one, "途中", "on the way")?;
    }
    Ok(())
}

/// Takes handsets of an outlet's stock back to the central store, where they are looked at before they go out again.
///
/// # Errors
/// `Conflict orders.handset.place` for one that was sold or is elsewhere.
pub async fn come_back(tx: &mut Tx, serials: &[String], outlet: &str) -> Result<(), Refusal> {
    let sql = "update order_stock set state = 'returned', partner = '', outlet = '', territory = '', changed_us = $3
               where kind = 'handset' and serial = $1 and outlet = $2 and state = 'stock'";
    for one in serials {
        let values = args![one, outlet, tx.now_us()];
        let (zh, en) = (format!("网点 {outlet} 的库存（可能已售出）"), format!("in the stock of outlet {outlet}; it may be sold"));
        moved(tx.execute(sql, values).await?, one, &zh, &en)?;
    }
    Ok(())
}

fn moved(rows: u64, serial: &str, zh: &str, en: &str) -> Result<(), Refusal> {
    if rows == 1 {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "orders.handset.place",
        format!("终端 {serial} 不在{zh}；整批未办理，请核对"),
        format!("the handset {serial} is not {en}; nothing was done, check it"),
    ))
}

/// How many handsets of each offer are in the central store.
///
/// # Errors
/// The database does not answer.
pub async fn central(tx: &mut Tx) -> Result<BTreeMap<String, u32>, Refusal> {
    let sql = "select source, count(*) as n from order_stock where source <> '' and state = 'stock' and outlet = '' and partner = '' group by source";
    tx.query(sql, args![]).await?.iter().map(|row| Ok((row.string("source")?, row.count("n")?))).collect()
}

/// Handsets of an offer in the central store, those that lie there longest first: at most as many as asked.
///
/// # Errors
/// The database does not answer.
pub async fn oldest(tx: &mut Tx, source: &str, most: u32) -> Result<Vec<String>, Refusal> {
    let sql = "select serial from order_stock where source = $1 and state = 'stock' and outlet = '' and partner = ''
               order by changed_us, serial limit $2";
    tx.query(sql, args![source, most]).await?.iter().map(|row| row.string("serial")).collect()
}

/// Which of these are in the stock of an outlet, unsold.
///
/// # Errors
/// The database does not answer.
pub async fn unsold(tx: &mut Tx, serials: &[String], outlet: &str) -> Result<Vec<String>, Refusal> {
    if serials.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = args![outlet].to_vec();
    let marks: Vec<String> = serials.iter().map(|one| crate::sight::mark(&mut values, one.as_str())).collect();
    let sql = format!(
        "select serial from order_stock where kind = 'handset' and outlet = $1 and state = 'stock' and serial in ({}) order by serial",
        marks.join(", ")
    );
    tx.query(sql, &values).await?.iter().map(|row| row.string("serial")).collect()
}
