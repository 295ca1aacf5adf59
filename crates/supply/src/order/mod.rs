//! 供货单: placed for an outlet, accepted with a day, sent out by serial, received and invoiced (R4.45, R8.68, R7.4).
//!
//! ```text
//! placed ──confirm──▶ confirmed ──ship──▶ shipped ──receive──▶ received
//!   │ refuse, cancel     │ refuse, cancel    │ call back
//!   ▼                    ▼                   └──▶ confirmed
//! ```

mod act;
mod place;

pub use act::{Act, Hand, act};
pub use place::{Pieces, Placing, place};

pub(crate) use act::cells;

use qudao_access::Sight;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_orders::handset;
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use std::str::FromStr;

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// 待接单: placed.
    Placed,
    /// 已接单: accepted, with a day.
    Confirmed,
    /// 在途: its pieces are on the way.
    Shipped,
    /// 已收货: what arrived is in stock and invoiced.
    Received,
    /// 已拒单: by the supplier.
    Refused,
    /// 已取消: by who ordered.
    Cancelled,
}

impl State {
    /// All of them, in the order of the work.
    pub const ALL: [State; 6] = [State::Placed, State::Confirmed, State::Shipped, State::Received, State::Refused, State::Cancelled];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Placed => "placed",
            State::Confirmed => "confirmed",
            State::Shipped => "shipped",
            State::Received => "received",
            State::Refused => "refused",
            State::Cancelled => "cancelled",
        }
    }

    /// As people call it.
    pub const fn title(self) -> &'static str {
        match self {
            State::Placed => "待接单",
            State::Confirmed => "已接单",
            State::Shipped => "在途",
            State::Received => "已收货",
            State::Refused => "已拒单",
            State::Cancelled => "已取消",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        State::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    /// Number.
    pub id: String,
    /// Version.
    pub version: u32,
    /// How far it is.
    pub state: State,
    /// Partner that owes it.
    pub partner: String,
    /// Outlet it is for.
    pub outlet: String,
    /// Division code of the outlet.
    pub territory: String,
    /// Pieces ordered.
    pub pieces: u32,
    /// Sum of supply prices.
    pub amount: Fen,
    /// Day it is wanted.
    pub wanted_on: Date,
    /// Day the supplier accepted.
    pub promised_on: Option<Date>,
    /// Day it went out.
    pub shipped_on: Option<Date>,
    /// Day it arrived.
    pub received_on: Option<Date>,
    /// Invoice over what arrived; empty until then.
    pub invoice: String,
    /// What was said with it.
    pub note: String,
    /// Who placed it.
    pub placed_by: String,
    /// When, microseconds since 1970.
    pub placed_us: i64,
}

impl Supply {
    /// Whether it is late on a day: not there by the day that was promised.
    pub fn is_late(&self, today: Date) -> bool {
        let over = matches!(self.state, State::Refused | State::Cancelled);
        !over && self.promised_on.is_some_and(|promised| self.received_on.unwrap_or(today) > promised)
    }
}

/// A line of an order, at the prices it was ordered at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Place, from 1.
    pub seq: u32,
    /// Offer.
    pub offer: String,
    /// Product.
    pub product: String,
    /// Supplier.
    pub supplier: String,
    /// Pieces.
    pub pieces: u32,
    /// Fen a piece.
    pub supply_price: Fen,
    /// Fen a piece.
    pub suggested_price: Fen,
    /// Fen a piece, guaranteed.
    pub least_margin: Fen,
}

impl Line {
    /// What selling a piece at the suggested price leaves: at least the guaranteed margin.
    pub fn margin(&self) -> Fen {
        Fen(self.suggested_price.0 - self.supply_price.0)
    }
}

/// Keeps that something happened.
pub(crate) async fn happened(tx: &mut Tx, id: &str, act: &str, state: State, who: &str, note: &str) -> Result<(), Refusal> {
    let seq = tx.query_one("select count(*) as n from supply_event where order_id = $1", args![id]).await?.int("n")? + 1;
    let sql = "insert into supply_event (order_id, seq, act, state, who, note, at_us) values ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute(sql, args![id, seq, act, state.name(), who, note, tx.now_us()]).await.map(drop)
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// What was done.
    pub act: String,
    /// Who.
    pub who: String,
    /// What was said.
    pub note: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// The history of an order, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, id: &str) -> Result<Vec<Happened>, Refusal> {
    let of_row =
        |row: &Row| Ok(Happened { act: row.string("act")?, who: row.string("who")?, note: row.string("note")?, at_us: row.int("at_us")? });
    tx.query("select act, who, note, at_us from supply_event where order_id = $1 order by seq", args![id])
        .await?
        .iter()
        .map(of_row)
        .collect()
}

/// An order somebody may see.
///
/// # Errors
/// `NotFound supply.order.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Supply, Refusal> {
    one(tx, sight, id, "").await
}

/// The same, which nobody else changes meanwhile.
pub(crate) async fn held(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Supply, Refusal> {
    one(tx, sight, id, "{for_update}").await
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str, lock: &str) -> Result<Supply, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres("s", false, &mut values);
    let row = tx.query_opt(format!("select s.* from supply_order s where s.id = $1 and {wheres} {lock}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "supply.order.none",
            format!("没有供货单 {id}，或不在您的范围内；请核对单号"),
            format!("there is no order {id}, or not within your reach; check the number"),
        )
    })
}

/// Lines of an order, by place.
///
/// # Errors
/// The database does not answer.
pub async fn lines(tx: &mut Tx, id: &str) -> Result<Vec<Line>, Refusal> {
    let line = |row: &Row| {
        Ok(Line {
            seq: row.count("seq")?,
            offer: row.string("offer")?,
            product: row.string("product")?,
            supplier: row.string("supplier")?,
            pieces: row.count("pieces")?,
            supply_price: row.fen("supply_price")?,
            suggested_price: row.fen("suggested_price")?,
            least_margin: row.fen("least_margin")?,
        })
    };
    tx.query("select * from supply_line where order_id = $1 order by seq", args![id]).await?.iter().map(line).collect()
}

/// A piece that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Serial.
    pub serial: String,
    /// Line.
    pub seq: u32,
    /// shipped, received, missing, asked, returned.
    pub state: String,
}

/// Pieces of an order, by line and serial.
///
/// # Errors
/// The database does not answer.
pub async fn pieces(tx: &mut Tx, id: &str) -> Result<Vec<Piece>, Refusal> {
    let piece = |row: &Row| Ok(Piece { serial: row.string("serial")?, seq: row.count("seq")?, state: row.string("state")? });
    let sql = "select serial, seq, state from supply_piece where order_id = $1 order by seq, serial";
    tx.query(sql, args![id]).await?.iter().map(piece).collect()
}

/// Which serials of the central store would fill an order, those that lie there longest first.
///
/// # Errors
/// The database does not answer.
pub async fn picks(tx: &mut Tx, id: &str) -> Result<Vec<String>, Refusal> {
    let mut all = Vec::new();
    for line in lines(tx, id).await? {
        all.extend(handset::oldest(tx, &line.offer, line.pieces).await?);
    }
    Ok(all)
}

pub(crate) fn of_row(row: &Row) -> Result<Supply, Refusal> {
    Ok(Supply {
        id: row.string("id")?,
        version: row.count("version")?,
        state: row.parse("state")?,
        partner: row.string("partner")?,
        outlet: row.string("outlet")?,
        territory: row.string("territory")?,
        pieces: row.count("pieces")?,
        amount: row.fen("amount")?,
        wanted_on: row.parse("wanted_on")?,
        promised_on: row.opt_parse("promised_on")?,
        shipped_on: row.opt_parse("shipped_on")?,
        received_on: row.opt_parse("received_on")?,
        invoice: row.string("invoice")?,
        note: row.string("note")?,
        placed_by: row.string("placed_by")?,
        placed_us: row.int("placed_us")?,
    })
}
