//! 窜货: pieces that turn up where their partner may not sell (R7.150).
//!
//! What was supplied to an outlet is known by its serial: from lists of suppliers outside, and from our own stock of cards and handsets. Where an order, a scan on a visit or
//! somebody by hand shows a piece elsewhere, its partner's areas of that day decide; outside of them it is a finding, which becomes a case or is dismissed with a reason.
//!
//! Invariant: a piece seen at one place on one day is one finding, however often it is told. Invariant: a finding ends as a case or with a reason.

use crate::authorise::Areas;
use crate::kept::{names, none, state, words};
use qudao_access::Sight;
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Refusal};
use qudao_orders::stock::{self, Piece};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::hash::Fields;
use qudao_platform::{args, write_tx};
use serde_json::json;

const NOUN: (&str, &str) = ("窜货线索", "finding");
/// Most pieces of a list, and characters of a serial.
pub const MOST: usize = 20_000;
const LONGEST: usize = 40;

/// How a piece was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// An order that took effect.
    Order,
    /// A scan on a visit.
    Scan,
    /// Somebody tells.
    Hand,
}
names!(Way { Order "order", Scan "scan", Hand "hand" });

/// Where a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingState {
    /// Nobody dealt with it.
    Open,
    /// It became a case.
    Case,
    /// It was dismissed.
    Dismissed,
}
names!(FindingState { Open "open", Case "case", Dismissed "dismissed" });

/// A piece that was supplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplied {
    /// Its serial.
    pub piece: String,
    /// Product; empty for a card.
    pub product: String,
    /// Partner.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// Division code of the outlet.
    pub territory: String,
    /// The day.
    pub on: Date,
}

/// Keeps what was supplied: all of it, or none. A later supply of a piece stands in the place of the one before. How many pieces the list has.
///
/// # Errors
/// `BadInput price.supply` for an empty or too long list, or a serial that cannot be one.
pub async fn supply(db: &Db, who: &str, list: &[Supplied]) -> Result<u32, Refusal> {
    let good = |piece: &str| (4..=LONGEST).contains(&piece.len()) && piece.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if list.is_empty() || list.len() > MOST || !list.iter().all(|one| good(&one.piece)) {
        return Err(Refusal::bad_input(
            "price.supply",
            format!("供货清单须有 1 至 {MOST} 行，串号为 4 至 {LONGEST} 位字母和数字；整份未导入，请修改"),
            format!("a list has 1 to {MOST} rows with serials of 4 to {LONGEST} letters and digits; nothing was taken, change it"),
        ));
    }
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let row = |one: &Supplied| args![&one.piece, &one.product, &one.partner, &one.outlet, &one.territory, one.on, who, now].to_vec();
        let rows: Vec<Vec<Value>> = list.iter().map(row).collect();
        let tail = "on conflict (piece) do update set product = excluded.product, partner = excluded.partner, outlet = excluded.outlet,
                        territory = excluded.territory, supplied_on = excluded.supplied_on, sold_on = null, who = excluded.who, at_us = excluded.at_us
                    where price_supply.supplied_on < excluded.supplied_on";
        tx.insert_rows("price_supply", "piece, product, partner, outlet, territory, supplied_on, who, at_us", &rows, tail).await?;
        let pieces = u32::try_from(list.len()).unwrap_or(u32::MAX);
        tx.audit(
            Entry::new(who, "supply.keep", "supply", list.first().map_or("", |one| one.piece.as_str()))
                .after(json!({ "pieces": pieces }).to_string()),
        );
        Ok(pieces)
    })
}

/// Where a piece was supplied, as far as is known.
///
/// # Errors
/// The database does not answer.
pub async fn supplied(tx: &mut Tx, piece: &str) -> Result<Option<Supplied>, Refusal> {
    if let Some(row) = tx.query_opt("select * from price_supply where piece = $1", args![piece]).await? {
        return Ok(Some(Supplied {
            piece: piece.to_owned(),
            product: row.string("product")?,
            partner: row.string("partner")?,
            outlet: row.string("outlet")?,
            territory: row.string("territory")?,
            on: row.parse("supplied_on")?,
        }));
    }
    let query = stock::Query { text: piece.to_owned(), limit: 10, ..stock::Query::default() };
    let own = |row: &stock::StockRow| row.serial == piece && row.piece != Piece::Number;
    let found = stock::list(tx, &Sight::everywhere(), &query).await?.rows.into_iter().find(own);
    let of = |row: stock::StockRow| Supplied {
        piece: row.serial,
        product: row.product,
        partner: row.partner,
        outlet: row.outlet,
        territory: String::new(),
        on: day(row.changed_us),
    };
    Ok(found.map(of))
}

/// A piece that was seen.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// Its serial.
    pub piece: &'a str,
    /// The outlet where it is, or was sold.
    pub outlet: &'a str,
    /// The day.
    pub on: Date,
    /// How.
    pub way: Way,
    /// The order, the visit, or words.
    pub reference: &'a str,
}

/// What a sighting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Nobody knows where the piece was supplied.
    Unknown,
    /// It may be there.
    Allowed,
    /// It may not; the finding.
    Found(String),
}

/// What sightings are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The network.
    pub master: &'a Master,
    /// Where partners may sell.
    pub areas: &'a Areas,
}

/// Judges a piece that was seen.
///
/// # Errors
/// The database does not answer.
pub async fn sighted(tx: &mut Tx, ground: Ground<'_>, who: &str, seen: &Sighting<'_>) -> Result<Seen, Refusal> {
    let Some(from) = supplied(tx, seen.piece).await? else { return Ok(Seen::Unknown) };
    if seen.way == Way::Order {
        let sql = "update price_supply set sold_on = $2 where piece = $1 and sold_on is null and supplied_on <= $2";
        tx.execute(sql, args![seen.piece, seen.on]).await?;
    }
    let Some(at) = ground.master.outlet(seen.outlet, seen.on) else { return Ok(Seen::Unknown) };
    let allowed = at.code == from.outlet || ground.areas.allowed(ground.master, &from.partner, &from.product, &at.territory, seen.on);
    if allowed || from.partner.is_empty() {
        return Ok(Seen::Allowed);
    }
    let home = ground.master.outlet(&from.outlet, seen.on);
    let from_territory = home.map_or(from.territory.as_str(), |row| row.territory.as_str());
    let harmed = if at.owner == from.partner { "" } else { at.owner.as_str() };
    let id = format!("CH{}", &Fields::new().text(seen.piece).text(seen.outlet).text(&seen.on.to_string()).finish()[..16]);
    let sql = "insert into price_finding (id, version, piece, product, from_outlet, partner, from_territory, supplied_on, outlet, harmed, territory,
                   seen_on, way, reference, state, reason, case_id, who, changed_us)
               values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', '', '', $14, $15) on conflict (id) do nothing";
    let supply = args![&id, seen.piece, &from.product, &from.outlet, &from.partner, from_territory, from.on];
    let sight = args![seen.outlet, harmed, &at.territory, seen.on, seen.way.name(), seen.reference, who, tx.now_us()];
    tx.execute(sql, &[&supply[..], &sight[..]].concat()).await?;
    Ok(Seen::Found(id))
}

/// Takes what somebody saw by hand.
///
/// # Errors
/// `BadInput price.words`, `price.check.day`.
pub async fn by_hand(db: &Db, master: &Master, who: &str, seen: &Sighting<'_>, today: Date) -> Result<Seen, Refusal> {
    words(seen.reference, 2, 200, ("来源说明", "how it was seen"))?;
    words(seen.piece, 4, LONGEST, ("串号", "a serial"))?;
    if seen.on > today {
        let (zh, en) = ("发现日期不能晚于今天；请修改", "the day is not after today; change it");
        return Err(Refusal::bad_input("price.check.day", zh, en));
    }
    write_tx!(db, |tx| {
        let areas = Areas::load(tx).await?;
        sighted(tx, Ground { master, areas: &areas }, who, seen).await
    })
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: String,
    /// For the next change.
    pub version: u32,
    /// Serial of the piece.
    pub piece: String,
    /// Product; empty for a card.
    pub product: String,
    /// Outlet it was supplied to.
    pub from_outlet: String,
    /// The partner that answers for it.
    pub partner: String,
    /// Division code of that outlet.
    pub from_territory: String,
    /// When it was supplied.
    pub supplied_on: Date,
    /// Where it was seen.
    pub outlet: String,
    /// The partner there; empty where it is the same one.
    pub harmed: String,
    /// Division code of where it was seen.
    pub territory: String,
    /// The day.
    pub seen_on: Date,
    /// How.
    pub way: Way,
    /// The order, the visit, or words.
    pub reference: String,
    /// Where the finding is.
    pub state: FindingState,
    /// Why it was dismissed.
    pub reason: String,
    /// The case it became; empty for none.
    pub case: String,
}

/// Findings, each with the place its piece was supplied to.
const BOTH_ENDS: &str =
    "price_finding f join (select id as finding, from_territory as territory, partner, from_outlet as outlet from price_finding) o
    on o.finding = f.id";

/// Whoever sees one of both ends sees a finding: where the piece was supplied, or where it turned up.
fn within(sight: &Sight, values: &mut Vec<Value>) -> String {
    format!("({} or {})", sight.wheres("f", false, values), sight.wheres("o", false, values))
}

/// A finding within a sight.
///
/// # Errors
/// `NotFound price.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Finding, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let within = within(sight, &mut values);
    let row = tx.query_opt(format!("select f.* from {BOTH_ENDS} where f.id = $1 and {within}"), &values).await?;
    of_row(&row.ok_or_else(|| none(NOUN, id))?)
}

/// Findings within a sight, open ones first, then the latest; of a case where one is named.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, state: Option<FindingState>, case: &str) -> Result<Vec<Finding>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![within(sight, &mut values)];
    for (column, text) in [("state", state.map_or("", FindingState::name)), ("case_id", case)] {
        if !text.is_empty() {
            wheres.push(format!("f.{column} = {}", mark(&mut values, text)));
        }
    }
    let sql = format!(
        "select f.* from {BOTH_ENDS} where {} order by case f.state when 'open' then 0 else 1 end, f.seen_on desc, f.id",
        wheres.join(" and ")
    );
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

/// Dismisses a finding with a reason, on the version that was seen.
///
/// # Errors
/// `NotFound price.none`; `BadInput price.words`; `Conflict price.state`, `platform.db.stale`.
pub async fn dismiss(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, why: &str) -> Result<u32, Refusal> {
    let why = words(why, 2, 200, ("原因", "a reason"))?;
    write_tx!(db, |tx| {
        if get(tx, sight, id).await?.state != FindingState::Open {
            return Err(state("这条线索已处理；请刷新", "this finding is dealt with already; reload"));
        }
        end(tx, who, id, version, FindingState::Dismissed, "", why).await?;
        Ok(version + 1)
    })
}

pub(crate) async fn to_case(tx: &mut Tx, who: &str, id: &str, version: u32, case: &str) -> Result<(), Refusal> {
    end(tx, who, id, version, FindingState::Case, case, "").await
}

async fn end(tx: &mut Tx, who: &str, id: &str, version: u32, to: FindingState, case: &str, why: &str) -> Result<(), Refusal> {
    let sql = "update price_finding set state = $3, case_id = $4, reason = $5, who = $6, changed_us = $7, version = version + 1
               where id = $1 and version = $2";
    tx.execute_versioned(NOUN.0, id, sql, args![id, version, to.name(), case, why, who, tx.now_us()]).await?;
    let verb = format!("finding.{}", to.name());
    tx.audit(Entry::new(who, &verb, "finding", id).after(json!({ "state": to.name(), "case": case }).to_string()).reason(why));
    Ok(())
}

fn of_row(row: &Row) -> Result<Finding, Refusal> {
    Ok(Finding {
        id: row.string("id")?,
        version: row.count("version")?,
        piece: row.string("piece")?,
        product: row.string("product")?,
        from_outlet: row.string("from_outlet")?,
        partner: row.string("partner")?,
        from_territory: row.string("from_territory")?,
        supplied_on: row.parse("supplied_on")?,
        outlet: row.string("outlet")?,
        harmed: row.string("harmed")?,
        territory: row.string("territory")?,
        seen_on: row.parse("seen_on")?,
        way: row.parse("way")?,
        reference: row.string("reference")?,
        state: row.parse("state")?,
        reason: row.string("reason")?,
        case: row.string("case_id")?,
    })
}
