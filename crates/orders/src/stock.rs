//! 卡号库存: cards and numbers, given to partners and outlets by segment (R0.29), and handsets that came by supply ([`crate::handset`]).
//!
//! Each piece is in one place and one state: in stock, on the way, sold, returned, recalled or lost; so what was allocated is the sum of the states. An
//! order that uses up a card, or sells a handset of ours, takes it from the stock of its own outlet.

use crate::business::Business;
use crate::order::Order;
use crate::sight::{Sight, like, mark};
use qudao_access::people::reasoned;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

/// Most pieces of a segment.
const MOST_PIECES: u128 = 20_000;
/// Most pieces that are moved at once, and rows of a page.
const MOST: usize = 500;
/// Longest serial.
const LONGEST: usize = 22;
/// Columns of a piece.
pub(crate) const COLUMNS: &str = "kind, serial, segment, state, partner, outlet, territory, order_id, changed_us, product, source";

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A card.
    Card,
    /// A number.
    Number,
    /// A handset.
    Handset,
}

impl Piece {
    const ALL: [Self; 3] = [Self::Card, Self::Number, Self::Handset];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Number => "number",
            Self::Handset => "handset",
        }
    }
}

impl std::str::FromStr for Piece {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|piece| piece.name() == text).ok_or(())
    }
}

/// Pieces to be given to a partner, or to an outlet of its.
#[derive(Debug, Clone, Copy)]
pub struct Allocate<'a> {
    /// What they are.
    pub piece: Piece,
    /// First serial.
    pub first: &'a str,
    /// Last serial.
    pub last: &'a str,
    /// Partner.
    pub partner: &'a str,
    /// Outlet; empty for the partner itself.
    pub outlet: &'a str,
    /// Division code of the place.
    pub territory: &'a str,
}

/// Gives a segment to a place. Its id and how many pieces it has. The same request under its key is the same segment.
///
/// # Errors
/// `BadInput orders.stock.segment`, also for handsets, which come by supply; `Conflict orders.stock.taken` where a piece of it is somewhere already.
pub async fn allocate(db: &Db, key: &str, who: &str, new: &Allocate<'_>) -> Result<Done<(String, u32)>, Refusal> {
    if new.piece == Piece::Handset {
        return Err(Refusal::bad_input(
            "orders.stock.segment",
            "手机终端按串号入库、按供货单发出，不按号段分配",
            "handsets are taken in by serial and go out with supply orders, not by segments",
        ));
    }
    let serials = serials(new.first, new.last)?;
    let pieces = serials.len() as u32;
    let id = format!("{}-{}", new.piece.name(), new.first);
    write_tx!(db, |tx| {
        let body = json!([new.piece.name(), new.first, new.last, new.partner, new.outlet]).to_string();
        let claim = match keys::begin::<(String, u32)>(tx, &format!("stock:{who}"), key, body.as_bytes()).await? {
            Begun::Same(done) => return Ok(Done::Already(done)),
            Begun::Fresh(claim) => claim,
        };
        let sql = "insert into order_segment (id, kind, first, last, pieces, partner, outlet, territory, who, at_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing";
        let values = args![&id, new.piece.name(), new.first, new.last, pieces, new.partner, new.outlet, new.territory, who, tx.now_us()];
        let fresh = tx.execute(sql, values).await? > 0;
        let now = tx.now_us();
        let row = |serial: &String| {
            args![new.piece.name(), serial, &id, "stock", new.partner, new.outlet, new.territory, "", now, "", ""].to_vec()
        };
        let rows: Vec<Vec<Value>> = serials.iter().map(row).collect();
        let put = if fresh { tx.insert_rows("order_stock", COLUMNS, &rows, "on conflict (kind, serial) do nothing").await? } else { 0 };
        if put != rows.len() as u64 {
            return Err(Refusal::new(
                Kind::Conflict,
                "orders.stock.taken",
                format!("号段 {} 至 {} 中有号码或卡已分配；请核对号段", new.first, new.last),
                format!("a piece from {} to {} is allocated already; check the segment", new.first, new.last),
            ));
        }
        let after = json!({ "first": new.first, "last": new.last, "pieces": pieces, "partner": new.partner, "outlet": new.outlet });
        tx.audit(Entry::new(who, "stock.allocate", "segment", &id).after(after.to_string()));
        claim.finish(tx, (id.clone(), pieces)).await
    })
}

fn serials(first: &str, last: &str) -> Result<Vec<String>, Refusal> {
    let wrong = || {
        Refusal::bad_input(
            "orders.stock.segment",
            format!("号段须为同样长度的数字（{LONGEST} 位以内），起号不大于止号，最多 {MOST_PIECES} 个"),
            format!(
                "a segment has digits of one length, up to {LONGEST}, from the smaller to the larger, and at most {MOST_PIECES} pieces"
            ),
        )
    };
    let plain = |text: &str| (5..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(first) || !plain(last) || first.len() != last.len() {
        return Err(wrong());
    }
    let (from, to): (u128, u128) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
    if from > to || to - from >= MOST_PIECES {
        return Err(wrong());
    }
    let width = first.len();
    Ok((from..=to).map(|number| format!("{number:0width$}")).collect())
}

/// Takes the card of an order, and its number and handsets where these are ours, from the stock of the outlet.
///
/// # Errors
/// `Conflict orders.card.none`, `orders.card.elsewhere`, `orders.card.state`.
pub(crate) async fn sell(tx: &mut Tx, order: &Order, business: &Business) -> Result<(), Refusal> {
    // An outlet also sells handsets it bought elsewhere.
    for item in order.items.iter().filter(|item| !item.imei.is_empty()) {
        take(tx, order, Piece::Handset, &item.imei, false).await?;
    }
    if !business.card {
        return Ok(());
    }
    take(tx, order, Piece::Card, &order.wanted.card, true).await?;
    // A number may also be one the customer brings along; a replaced card keeps its number.
    if business.once { take(tx, order, Piece::Number, &order.wanted.subscriber, false).await } else { Ok(()) }
}

async fn take(tx: &mut Tx, order: &Order, piece: Piece, serial: &str, must: bool) -> Result<(), Refusal> {
    let conflict = |code, zh, en| Err(Refusal::new(Kind::Conflict, code, zh, en));
    let sql = "select state, outlet from order_stock where kind = $1 and serial = $2 {for_update}";
    let Some(row) = tx.query_opt(sql, args![piece.name(), serial]).await? else {
        if !must {
            return Ok(());
        }
        let zh = format!("卡 {serial} 不在库存中；请核对卡号，或先分配号段");
        return conflict("orders.card.none", zh, format!("card {serial} is in no stock; check the serial, or have its segment allocated"));
    };
    if row.text("outlet")? != order.outlet {
        let zh = format!("{serial} 不在网点 {} 的库存；请使用本网点库存中的", order.outlet);
        return conflict("orders.card.elsewhere", zh, format!("{serial} is not in the stock of outlet {}; use one that is", order.outlet));
    }
    if row.text("state")? != "stock" {
        let zh = format!("{serial} 的状态是 {}，不能使用；请更换", row.text("state")?);
        return conflict("orders.card.state", zh, format!("{serial} is {}, not in stock; use another", row.text("state")?));
    }
    let sql = "update order_stock set state = 'sold', order_id = $3, changed_us = $4 where kind = $1 and serial = $2";
    tx.execute(sql, args![piece.name(), serial, &order.id, tx.now_us()]).await.map(drop)
}

/// Puts back what an order had taken that is given up.
pub(crate) async fn back(tx: &mut Tx, order: &str) -> Result<(), Refusal> {
    let sql = "update order_stock set state = 'stock', order_id = '', changed_us = $2 where order_id = $1 and state = 'sold'";
    tx.execute(sql, args![order, tx.now_us()]).await.map(drop)
}

/// Where pieces go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Back into the stock of where they are.
    Stock,
    /// Given back by the outlet.
    Returned,
    /// Called back by the operator.
    Recalled,
    /// Lost.
    Lost,
}

impl Moved {
    const ALL: [Self; 4] = [Self::Stock, Self::Returned, Self::Recalled, Self::Lost];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Returned => "returned",
            Self::Recalled => "recalled",
            Self::Lost => "lost",
        }
    }
}

impl std::str::FromStr for Moved {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// Moves pieces that are not sold: all of them, or none.
///
/// # Errors
/// `BadInput orders.stock.serials`, `access.reason.missing`; `Conflict orders.stock.state` where one is sold, there already or out of sight.
pub async fn shift(db: &Db, sight: &Sight, who: &str, piece: Piece, serials: &[String], to: Moved, reason: &str) -> Result<(), Refusal> {
    reasoned(reason)?;
    if serials.is_empty() || serials.len() > MOST {
        return Err(Refusal::bad_input("orders.stock.serials", "请选择 1 至 500 个", "choose between 1 and 500 pieces"));
    }
    write_tx!(db, |tx| {
        for serial in serials {
            let mut values: Vec<Value> = args![piece.name(), serial, to.name(), tx.now_us()].to_vec();
            let seen = sight.wheres("order_stock", false, &mut values);
            let sql = format!(
                "update order_stock set state = $3, changed_us = $4 where kind = $1 and serial = $2 and state not in ('sold', 'repair', $3) and {seen}"
            );
            if tx.execute(sql, &values).await? == 0 {
                return Err(Refusal::new(
                    Kind::Conflict,
                    "orders.stock.state",
                    format!("{serial} 已售出、在维修、已是该状态或不在您的范围内；整批未处理，请核对"),
                    format!("{serial} is sold, in repair, is that already, or is not within your reach; nothing was moved, check it"),
                ));
            }
        }
        let after = json!({ "serials": serials, "to": to.name() });
        tx.audit(
            Entry::new(who, "stock.move", piece.name(), serials.first().map_or("", String::as_str))
                .after(after.to_string())
                .reason(reason.trim()),
        );
        Ok(())
    })
}

/// A piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockRow {
    /// What it is.
    pub piece: Piece,
    /// Serial.
    pub serial: String,
    /// Segment it came with.
    pub segment: String,
    /// stock, moving, sold, repair, returned, recalled, lost.
    pub state: String,
    /// Partner; empty in the central store.
    pub partner: String,
    /// Outlet; empty where the partner or the central store has it.
    pub outlet: String,
    /// The order it was sold with; empty otherwise.
    pub order: String,
    /// When it changed last, microseconds since 1970.
    pub changed_us: i64,
    /// Product of a handset; empty otherwise.
    pub product: String,
}

/// Which pieces. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// What they are.
    pub piece: Option<Piece>,
    /// State.
    pub state: String,
    /// Outlet.
    pub outlet: String,
    /// Partner.
    pub partner: String,
    /// In the serial.
    pub text: String,
    /// Kind and serial of the last one seen.
    pub after: Option<(String, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A page of pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// Rows, by kind and serial.
    pub rows: Vec<StockRow>,
    /// The `after` of the next page.
    pub next: Option<(String, String)>,
    /// Rows of all pages.
    pub total: u32,
}

fn filter(sight: &Sight, query: &Query, values: &mut Vec<Value>) -> String {
    let mut wheres = vec![sight.wheres("k", false, values)];
    let piece = query.piece.map_or("", Piece::name);
    for (column, text) in [("kind", piece), ("state", &query.state), ("outlet", &query.outlet), ("partner", &query.partner)] {
        if !text.is_empty() {
            wheres.push(format!("k.{column} = {}", mark(values, text)));
        }
    }
    if !query.text.is_empty() {
        wheres.push(format!("k.serial like {} escape '\\'", mark(values, like(&query.text))));
    }
    wheres.join(" and ")
}

/// Pieces within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Pieces, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let filter = filter(sight, query, &mut values);
    let total = tx.query_one(format!("select count(*) as n from order_stock k where {filter}"), &values).await?.count("n")?;
    let after = query.after.as_ref().map(|(kind, serial)| {
        let (kind, serial) = (mark(&mut values, kind.as_str()), mark(&mut values, serial.as_str()));
        format!(" and (k.kind > {kind} or (k.kind = {kind} and k.serial > {serial}))")
    });
    let limit = (query.limit as usize).clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select k.* from order_stock k where {filter}{} order by k.kind, k.serial limit {most}", after.unwrap_or_default());
    let of_row = |row: &Row| {
        Ok(StockRow {
            piece: row.parse("kind")?,
            serial: row.string("serial")?,
            segment: row.string("segment")?,
            state: row.string("state")?,
            partner: row.string("partner")?,
            outlet: row.string("outlet")?,
            order: row.string("order_id")?,
            changed_us: row.int("changed_us")?,
            product: row.string("product")?,
        })
    };
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, Refusal>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| (row.piece.name().to_owned(), row.serial.clone()));
    Ok(Pieces { rows, next, total })
}

/// How many pieces are in each state, by kind: their sum is what was allocated.
///
/// # Errors
/// The database does not answer.
pub async fn counts(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Vec<(Piece, String, u32)>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let filter = filter(sight, query, &mut values);
    let sql = format!(
        "select k.kind, k.state, count(*) as n from order_stock k where {filter} group by k.kind, k.state order by k.kind, k.state"
    );
    tx.query(sql, &values).await?.iter().map(|row| Ok((row.parse("kind")?, row.string("state")?, row.count("n")?))).collect()
}
