//! 价格检查: a price somebody saw, was quoted, or complained of (R7.272, R7.288–R7.292).
//!
//! A check is judged once, by the books of its day, and keeps what it was judged by, so that what follows can be traced to the rule. The same price
//! brought again is the same check; until it belongs to a case, a later word of the same source replaces it.

use crate::kept::{names, none, words};
use crate::live::{Live, Spot};
use crate::verdict::{Limits, Mode, Verdict};
use qudao_access::Sight;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::hash::Fields;
use qudao_platform::{args, write_tx};
use std::collections::BTreeMap;

const NOUN: (&str, &str) = ("价格检查", "price check");
/// Highest price that is taken, fen.
const HIGHEST: i64 = 10_000_000_000;
/// Most rows of a page.
const MOST: u32 = 500;

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The tag.
    Tag,
    /// What the clerk said.
    Quoted,
    /// What a consumer or another dealer complained of.
    Complaint,
    /// A competitor's like model.
    Rival,
}
names!(Seen { Tag "tag", Quoted "quoted", Complaint "complaint", Rival "rival" });

/// A price to be judged.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// What was seen.
    pub seen: Seen,
    /// Product.
    pub product: &'a str,
    /// Outlet.
    pub outlet: &'a str,
    /// Its partner on that day.
    pub partner: &'a str,
    /// Where it is.
    pub spot: Spot<'a>,
    /// The day.
    pub seen_on: Date,
    /// The price.
    pub amount: Fen,
    /// The visit it was seen on; empty for none.
    pub visit: &'a str,
    /// A photo of it, by SHA-256; empty for none.
    pub photo: &'a str,
    /// In words.
    pub note: &'a str,
}

/// A price that was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Check {
    pub id: String,
    pub seen: Seen,
    pub product: String,
    pub outlet: String,
    pub partner: String,
    pub territory: String,
    pub seen_on: Date,
    pub amount: Fen,
    /// What it was by the books of that day.
    pub verdict: Verdict,
    pub floor: Option<Fen>,
    pub suggested: Option<Fen>,
    /// Whose price it was; none where no price held.
    pub mode: Option<Mode>,
    /// The book the rule came from; empty where none held.
    pub book: String,
    pub visit: String,
    pub photo: String,
    pub note: String,
    /// The case it belongs to; empty for none.
    pub case: String,
    pub who: String,
    /// When it came, microseconds since 1970.
    pub at_us: i64,
}

/// Takes a price and judges it by the books of its day. `key` tells a repeat: the source's own name of it. The id of the check.
///
/// # Errors
/// `BadInput price.check.amount`, `price.check.day` for a day that is still to come, `price.words`.
pub async fn take(tx: &mut Tx, live: &Live, limits: Limits, who: &str, key: &str, new: &New<'_>, today: Date) -> Result<String, Refusal> {
    let note = words(new.note, 0, 500, ("说明", "a note"))?;
    if !(1..=HIGHEST).contains(&new.amount.0) {
        return Err(Refusal::bad_input("price.check.amount", "价格须大于零；请修改", "a price is above zero; change it"));
    }
    if new.seen_on > today {
        let (zh, en) = ("检查日期不能晚于今天；请修改", "the day of a check is not after today; change it");
        return Err(Refusal::bad_input("price.check.day", zh, en));
    }
    let id = format!("JC{}", &Fields::new().text(key).text(new.seen.name()).text(new.product).finish()[..16]);
    let line = live.line(new.spot, new.product).filter(|_| new.seen != Seen::Rival);
    let verdict = match (new.seen, line) {
        (Seen::Rival, _) => Verdict::Noted,
        (_, None) => Verdict::Unpriced,
        (_, Some(line)) => line.rule(limits).verdict(new.amount),
    };
    let (floor, suggested) = (line.and_then(|line| line.floor), line.map(|line| line.suggested));
    let (mode, book) = (line.map_or("", |line| line.mode.name()), line.map_or("", |line| line.book.as_str()));
    let sql = "insert into price_check (id, kind, product, outlet, partner, territory, seen_on, amount, verdict, floor, suggested, mode, book, visit,
                   photo, note, case_id, who, at_us)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', $17, $18)
               on conflict (id) do update set amount = excluded.amount, verdict = excluded.verdict, floor = excluded.floor,
                   suggested = excluded.suggested, mode = excluded.mode, book = excluded.book, photo = excluded.photo, note = excluded.note
               where price_check.case_id = ''";
    let (outlet, partner, territory) = (new.outlet, new.partner, new.spot.territory);
    let seen = args![&id, new.seen.name(), new.product, outlet, partner, territory, new.seen_on, new.amount, verdict.name()];
    let by = args![floor, suggested, mode, book, new.visit, new.photo, note, who, tx.now_us()];
    tx.execute(sql, &[&seen[..], &by[..]].concat()).await?;
    Ok(id)
}

/// Forgets the prices of a visit that belong to no case, before it tells them anew or because it counts no more.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn forget(tx: &mut Tx, visit: &str) -> Result<(), Refusal> {
    tx.execute("delete from price_check where visit = $1 and case_id = ''", args![visit]).await.map(drop)
}

/// Takes a price somebody brings by hand. The check.
///
/// # Errors
/// As [`take`].
pub async fn by_hand(db: &Db, limits: Limits, who: &str, key: &str, new: &New<'_>, today: Date) -> Result<Check, Refusal> {
    let key = format!("{who}/{key}");
    write_tx!(db, |tx| {
        let live = Live::on(tx, new.seen_on).await?;
        let id = take(tx, &live, limits, who, &key, new, today).await?;
        get(tx, &Sight::everywhere(), &id).await
    })
}

/// A check within a sight.
///
/// # Errors
/// `NotFound price.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Check, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let within = sight.wheres("k", false, &mut values);
    let row = tx.query_opt(format!("select k.* from price_check k where k.id = $1 and {within}"), &values).await?;
    of_row(&row.ok_or_else(|| none(NOUN, id))?)
}

/// Which checks. What is absent or empty asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Verdicts, by name; several mean any of them.
    pub verdicts: Vec<Verdict>,
    /// What was seen.
    pub seen: Option<Seen>,
    /// Outlet.
    pub outlet: String,
    /// Product.
    pub product: String,
    /// A division and all below it.
    pub territory: String,
    /// Only without a case.
    pub free: bool,
    /// Case.
    pub case: String,
    /// From this day on.
    pub from: Option<Date>,
    /// Up to this day.
    pub to: Option<Date>,
    /// Rows to be left out.
    pub skip: u32,
    /// Most rows.
    pub limit: u32,
}

fn filter(sight: &Sight, query: &Query, values: &mut Vec<Value>) -> String {
    let mut wheres = vec![sight.wheres("k", false, values)];
    for (column, text) in [("outlet", &query.outlet), ("product", &query.product), ("case_id", &query.case)] {
        if !text.is_empty() {
            wheres.push(format!("k.{column} = {}", mark(values, text)));
        }
    }
    if let Some(seen) = query.seen {
        wheres.push(format!("k.kind = {}", mark(values, seen.name())));
    }
    if !query.verdicts.is_empty() {
        let marks: Vec<String> = query.verdicts.iter().map(|verdict| mark(values, verdict.name())).collect();
        wheres.push(format!("k.verdict in ({})", marks.join(", ")));
    }
    if !query.territory.is_empty() {
        let (from, to) = (mark(values, &query.territory), mark(values, format!("{}~", query.territory)));
        wheres.push(format!("k.territory >= {from} and k.territory < {to}"));
    }
    if query.free {
        wheres.push("k.case_id = ''".to_owned());
    }
    for (condition, day) in [("k.seen_on >=", query.from), ("k.seen_on <=", query.to)] {
        if let Some(day) = day {
            wheres.push(format!("{condition} {}", mark(values, day)));
        }
    }
    wheres.join(" and ")
}

/// Checks within a sight, latest first, and how many there are in all.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<(Vec<Check>, u32), Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let filter = filter(sight, query, &mut values);
    let total = tx.query_one(format!("select count(*) as n from price_check k where {filter}"), &values).await?.count("n")?;
    let (most, skip) = (mark(&mut values, query.limit.clamp(1, MOST)), mark(&mut values, query.skip));
    let sql = format!("select k.* from price_check k where {filter} order by k.seen_on desc, k.id limit {most} offset {skip}");
    Ok((tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<_, _>>()?, total))
}

/// Prices of a time within a sight, for counting: all of them, by product, then outlet.
///
/// # Errors
/// The database does not answer.
pub async fn of_time(tx: &mut Tx, sight: &Sight, territory: &str, from: Date, to: Date) -> Result<Vec<Check>, Refusal> {
    let query = Query { territory: territory.to_owned(), from: Some(from), to: Some(to), ..Query::default() };
    let mut values: Vec<Value> = Vec::new();
    let filter = filter(sight, &query, &mut values);
    let sql = format!("select k.* from price_check k where {filter} order by k.product, k.outlet, k.seen_on, k.id");
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

/// When a price of ours was seen last, by outlet, within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn last_seen(tx: &mut Tx, sight: &Sight) -> Result<BTreeMap<String, Date>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = sight.wheres("k", false, &mut values);
    let sql = format!(
        "select k.outlet, max(k.seen_on) as day from price_check k where k.kind in ('tag', 'quoted') and {within} group by k.outlet"
    );
    tx.query(sql, &values).await?.iter().map(|row| Ok((row.string("outlet")?, row.parse("day")?))).collect()
}

/// Gives a check to a case, unless it has one.
///
/// # Errors
/// `Conflict price.check.taken`.
pub(crate) async fn give(tx: &mut Tx, id: &str, case: &str) -> Result<(), Refusal> {
    let sql = "update price_check set case_id = $2 where id = $1 and case_id = ''";
    if tx.execute(sql, args![id, case]).await? > 0 {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "price.check.taken",
        format!("价格检查 {id} 已在另一案件中；请刷新"),
        format!("the check {id} belongs to another case already; reload"),
    ))
}

fn of_row(row: &Row) -> Result<Check, Refusal> {
    Ok(Check {
        id: row.string("id")?,
        seen: row.parse("kind")?,
        product: row.string("product")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        seen_on: row.parse("seen_on")?,
        amount: row.fen("amount")?,
        verdict: row.parse("verdict")?,
        floor: row.opt_int("floor")?.map(Fen),
        suggested: row.opt_int("suggested")?.map(Fen),
        mode: row.text("mode")?.parse().ok(),
        book: row.string("book")?,
        visit: row.string("visit")?,
        photo: row.string("photo")?,
        note: row.string("note")?,
        case: row.string("case_id")?,
        who: row.string("who")?,
        at_us: row.int("at_us")?,
    })
}
