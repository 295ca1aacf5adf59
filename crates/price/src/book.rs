//! 价格簿: prices for an area, an outlet type and a time (R7.281–R7.288, R7.302), written by one person and published by another (R7.284, R7.298).
//!
//! Of the six elements a book holds four by its kind – floor and suggested price of the base, the season's, the promotion's, the price that matches a
//! competitor – and the other two are what is seen: an outlet's habit, and competitors' prices.
//!
//! Invariants
//! - Published lines of one kind, area, type and product never overlap. A later book takes over from its first day and cuts what it follows; it may not
//!   end before that would have.
//! - A book holds from the day of its publication at the earliest: nobody is held to a price that was not published.
//! - What was published is not changed but by that cut.

use crate::kept::{Once, another, names, none, number, period, state, territory, words};
use crate::verdict::Mode;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

const NOUN: (&str, &str) = ("价格簿", "price book");
/// Most products of a book.
const MOST: usize = 1_000;
/// Highest price, fen: a hundred million yuan.
const HIGHEST: i64 = 10_000_000_000;

/// What a book is, from the lowest rank to the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BookKind {
    /// 基础价: floor and suggested price.
    Base,
    /// 季节价: for a season.
    Season,
    /// 促销价: for an approved promotion.
    Promotion,
    /// 竞争价: to match a competitor.
    Match,
}
names!(BookKind { Base "base", Season "season", Promotion "promotion", Match "match" });

/// Where a book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookState {
    /// Being written.
    Draft,
    /// Waits for somebody else.
    Submitted,
    /// In force for its time.
    Published,
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
}
names!(BookState { Draft "draft", Submitted "submitted", Published "published", Refused "refused", Withdrawn "withdrawn" });

/// A product's prices in a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// Product.
    pub product: String,
    /// The least; none where there is none.
    pub floor: Option<Fen>,
    /// Suggested.
    pub suggested: Fen,
}

/// What somebody writes into a book.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Title.
    pub title: &'a str,
    /// What it is.
    pub kind: BookKind,
    /// Whose prices they are.
    pub mode: Mode,
    /// Division code; empty for everywhere.
    pub territory: &'a str,
    /// Sub-type of outlets; empty for all.
    pub outlet_type: &'a str,
    /// First day.
    pub from: Date,
    /// First day on which it holds no more; none while open.
    pub until: Option<Date>,
    /// One price for the whole area (R7.297).
    pub uniform: bool,
    /// Who issued the prices, in which document.
    pub source: &'a str,
    /// The opinion of counsel, the approved promotion, why a competitor is matched.
    pub ground: &'a str,
    /// Prices.
    pub lines: &'a [Priced],
}

/// A book.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of what is written into one")]
pub struct Book {
    pub id: String,
    /// For the next change.
    pub version: u32,
    pub title: String,
    pub kind: BookKind,
    pub mode: Mode,
    pub territory: String,
    pub outlet_type: String,
    pub from: Date,
    pub until: Option<Date>,
    pub uniform: bool,
    pub source: String,
    pub ground: String,
    pub state: BookState,
    /// Who wrote it.
    pub made_by: String,
    /// Who published or refused it; empty before.
    pub decided_by: String,
    /// What they said.
    pub decision: String,
    /// When, microseconds since 1970.
    pub decided_us: Option<i64>,
    pub changed_us: i64,
    /// Products it has.
    pub products: u32,
}

fn check(new: &Written<'_>) -> Result<(), Refusal> {
    words(new.title, 2, 80, ("名称", "a title"))?;
    words(new.source, 2, 200, ("发布依据", "the source"))?;
    let ground = words(new.ground, 0, 200, ("依据文件", "the ground"))?;
    words(new.outlet_type, 0, 40, ("网点类型", "an outlet type"))?;
    territory(new.territory)?;
    period(new.from, new.until)?;
    if new.kind != BookKind::Base && new.until.is_none() {
        return Err(Refusal::bad_input(
            "price.book.open",
            "季节价、促销价和竞争价须有结束日期；请填写",
            "prices of a season, a promotion or against a competitor need a last day; give one",
        ));
    }
    let needs = new.mode == Mode::ApprovedFloor || matches!(new.kind, BookKind::Promotion | BookKind::Match);
    if needs && ground.is_empty() {
        return Err(Refusal::bad_input(
            "price.book.ground",
            "经法务批准的最低价须注明法务意见，促销价须注明已批准的促销，竞争价须注明竞品价格；请填写依据文件",
            "a floor needs counsel's opinion, a promotion its approval, a matching price the competitor's; name the ground",
        ));
    }
    if new.lines.is_empty() || new.lines.len() > MOST {
        let (zh, en) = (format!("请填写 1 至 {MOST} 个产品的价格"), format!("give the prices of 1 to {MOST} products"));
        return Err(Refusal::bad_input("price.book.lines", zh, en));
    }
    let mut seen = BTreeSet::new();
    for line in new.lines {
        let in_range = |fen: Fen| (1..=HIGHEST).contains(&fen.0);
        let good = in_range(line.suggested) && line.floor.is_none_or(|floor| in_range(floor) && floor <= line.suggested);
        if !good || line.product.is_empty() || !seen.insert(&line.product) {
            return Err(Refusal::bad_input(
                "price.book.line",
                format!("产品 {} 的价格有误：每个产品一行，价格大于零，最低零售价不高于建议零售价", line.product),
                format!("the prices of {} are wrong: one row a product, above zero, the floor at most the suggested price", line.product),
            ));
        }
    }
    Ok(())
}

fn told(new: &Written<'_>) -> Json {
    let lines: Vec<Json> = new.lines.iter().map(|line| json!([line.product, line.floor.map(|fen| fen.0), line.suggested.0])).collect();
    json!({
        "title": new.title, "kind": new.kind.name(), "mode": new.mode.name(), "territory": new.territory, "outlet_type": new.outlet_type,
        "from": new.from.to_string(), "until": new.until.map(|day| day.to_string()), "uniform": new.uniform, "source": new.source,
        "ground": new.ground, "lines": lines,
    })
}

/// Begins a book. The same request under its key is the same book.
///
/// # Errors
/// `BadInput price.words`, `price.days`, `price.book.open`, `price.book.ground`, `price.book.lines`, `price.book.line`,
/// `network.territory.unknown`.
pub async fn draft(db: &Db, once: Once<'_>, new: &Written<'_>) -> Result<Done<String>, Refusal> {
    check(new)?;
    let body = told(new).to_string();
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &once.scope("book"), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = number(tx, "JG").await?;
        let sql = "insert into price_book (id, version, title, kind, mode, territory, outlet_type, from_on, until_on, uniform, source, ground, state,
                       made_by, decided_by, decision, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft', $12, '', '', $13)";
        let mut values = columns(&id, new);
        values.extend(args![once.who, tx.now_us()].iter().cloned());
        tx.execute(sql, &values).await?;
        put_lines(tx, &id, new).await?;
        tx.audit(Entry::new(once.who, "price_book.draft", "price_book", &id).after(body.clone()));
        claim.finish(tx, id).await
    })
}

fn columns(id: &str, new: &Written<'_>) -> Vec<Value> {
    let (kind, mode) = (new.kind.name(), new.mode.name());
    args![
        id,
        new.title.trim(),
        kind,
        mode,
        new.territory,
        new.outlet_type.trim(),
        new.from,
        new.until,
        new.uniform,
        new.source.trim(),
        new.ground.trim()
    ]
    .to_vec()
}

async fn put_lines(tx: &mut Tx, id: &str, new: &Written<'_>) -> Result<(), Refusal> {
    tx.execute("delete from price_line where book = $1", args![id]).await?;
    let row = |line: &Priced| args![id, &line.product, line.floor, line.suggested, new.until].to_vec();
    let rows: Vec<Vec<Value>> = new.lines.iter().map(row).collect();
    tx.insert_rows("price_line", "book, product, floor, suggested, until_on", &rows, "").await.map(drop)
}

/// Writes a draft anew, on the version that was seen. The version afterwards.
///
/// # Errors
/// As [`draft`]; `NotFound price.none`; `Conflict price.state`, `platform.db.stale`.
pub async fn rewrite(db: &Db, who: &str, id: &str, version: u32, new: &Written<'_>) -> Result<u32, Refusal> {
    check(new)?;
    write_tx!(db, |tx| {
        let before = get(tx, id).await?;
        expect(&before, &[BookState::Draft])?;
        let sql = "update price_book set title = $2, kind = $3, mode = $4, territory = $5, outlet_type = $6, from_on = $7, until_on = $8,
                       uniform = $9, source = $10, ground = $11, made_by = $13, changed_us = $14, version = version + 1
                   where id = $1 and version = $12";
        let mut values = columns(id, new);
        values.extend(args![version, who, tx.now_us()].iter().cloned());
        tx.execute_versioned(NOUN.0, id, sql, &values).await?;
        put_lines(tx, id, new).await?;
        tx.audit(Entry::new(who, "price_book.rewrite", "price_book", id).after(told(new).to_string()));
        Ok(version + 1)
    })
}

fn expect(book: &Book, states: &[BookState]) -> Result<(), Refusal> {
    if states.contains(&book.state) {
        return Ok(());
    }
    let name = book.state.name();
    Err(state(
        format!("价格簿 {} 的状态是 {name}，不能执行这项操作；请刷新", book.id),
        format!("the price book {} is {name}, so this is not possible; reload it", book.id),
    ))
}

/// What is done with a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookAct<'a> {
    /// Send it to whoever publishes.
    Submit,
    /// Take it back for good.
    Withdraw,
    /// Publish it; by another person than its writer.
    Publish,
    /// Refuse it, with a reason.
    Refuse(&'a str),
}

/// Takes a book a step further, on the version that was seen. The version afterwards.
///
/// # Errors
/// `NotFound price.none`; `Forbidden price.own_hand`; `BadInput price.words`; `Conflict price.state`, `price.book.past` for one that would hold from a day
/// before its publication, `price.book.overlap`, `platform.db.stale`.
pub async fn act(db: &Db, who: &str, id: &str, version: u32, act: BookAct<'_>, today: Date) -> Result<u32, Refusal> {
    use BookState::{Draft, Published, Refused, Submitted, Withdrawn};
    write_tx!(db, |tx| {
        let book = get(tx, id).await?;
        let (from, to, verb): (&[BookState], _, _) = match act {
            BookAct::Submit => (&[Draft], Submitted, "price_book.submit"),
            BookAct::Withdraw => (&[Draft, Submitted], Withdrawn, "price_book.withdraw"),
            BookAct::Publish => (&[Submitted], Published, "price_book.publish"),
            BookAct::Refuse(_) => (&[Submitted], Refused, "price_book.refuse"),
        };
        expect(&book, from)?;
        let said = match act {
            BookAct::Refuse(reason) => words(reason, 2, 200, ("原因", "a reason"))?,
            _ => "",
        };
        let decides = matches!(act, BookAct::Publish | BookAct::Refuse(_));
        if decides {
            another(&book.made_by, who, ("价格簿", "a price book"))?;
        }
        if act == BookAct::Publish {
            take_over(tx, who, &book, today).await?;
        }
        let decided = if decides { (who, Some(tx.now_us())) } else { ("", None) };
        let sql =
            "update price_book set state = $3, decided_by = $4, decided_us = $5, decision = $6, changed_us = $7, version = version + 1
                   where id = $1 and version = $2";
        let values = args![id, version, to.name(), decided.0, decided.1, said, tx.now_us()];
        tx.execute_versioned(NOUN.0, id, sql, values).await?;
        let (was, is) = (json!({ "state": book.state.name() }), json!({ "state": to.name() }));
        tx.audit(Entry::new(who, verb, "price_book", id).before(was.to_string()).after(is.to_string()).reason(said));
        Ok(version + 1)
    })
}

/// Cuts the published lines a book follows from its first day on.
async fn take_over(tx: &mut Tx, who: &str, book: &Book, today: Date) -> Result<(), Refusal> {
    if book.from < today {
        return Err(Refusal::new(
            Kind::Conflict,
            "price.book.past",
            format!("价格簿自 {} 起执行，早于发布日 {today}；请退回修改开始日期", book.from),
            format!("the book would hold from {}, before its publication on {today}; have its first day changed", book.from),
        ));
    }
    // Of two that publish at once, the second waits here and then sees what the first one did.
    let lock = "insert into price_number (kind, day, last) values ('publish', '', 1) on conflict (kind, day) do update set last = price_number.last + 1";
    tx.execute(lock, args![]).await?;
    let sql = "select o.id, o.from_on, l.product, l.until_on from price_book o join price_line l on l.book = o.id
               join price_line n on n.book = $1 and n.product = l.product
               where o.state = 'published' and o.kind = $2 and o.territory = $3 and o.outlet_type = $4 and (l.until_on is null or l.until_on > $5)
                   and ($6 = '' or o.from_on < $6) order by o.id, l.product";
    let end = book.until.map_or_else(String::new, |day| day.to_string());
    let values = args![&book.id, book.kind.name(), &book.territory, &book.outlet_type, book.from, &end];
    for row in tx.query(sql, values).await? {
        let (other, product) = (row.string("id")?, row.string("product")?);
        let (from, until) = (row.parse::<Date>("from_on")?, row.opt_parse::<Date>("until_on")?);
        let outlives = match (book.until, until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(ours), Some(theirs)) => ours >= theirs,
        };
        if from >= book.from || !outlives {
            return Err(Refusal::new(
                Kind::Conflict,
                "price.book.overlap",
                format!("产品 {product} 在价格簿 {other} 中有同区域、同类型的价格与本簿期间重叠；请调整期间，或另用季节价、促销价"),
                format!(
                    "{product} has a price of the same kind, area and type in {other} that overlaps; change the days, or use another kind"
                ),
            ));
        }
        tx.execute("update price_line set until_on = $3 where book = $1 and product = $2", args![&other, &product, book.from]).await?;
        let (was, is) =
            (json!({ "product": product, "until": until.map(|day| day.to_string()) }), json!({ "until": book.from.to_string() }));
        let entry = Entry::new(who, "price_book.follow", "price_book", &other).before(was.to_string()).after(is.to_string());
        tx.audit(entry.reason(book.id.clone()));
    }
    Ok(())
}

/// A book.
///
/// # Errors
/// `NotFound price.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Book, Refusal> {
    let row = tx.query_opt(format!("{HEADS} where b.id = $1"), args![id]).await?.ok_or_else(|| none(NOUN, id))?;
    of_row(&row)
}

/// Prices of a book, by product, each with the first day on which it holds no more.
///
/// # Errors
/// The database does not answer.
pub async fn lines(tx: &mut Tx, id: &str) -> Result<Vec<(Priced, Option<Date>)>, Refusal> {
    let rows = tx.query("select * from price_line where book = $1 order by product", args![id]).await?;
    let line = |row: &Row| Ok((priced(row)?, row.opt_parse("until_on")?));
    rows.iter().map(line).collect()
}

/// What a book stands in the place of: prices of its kind, area and type in force on the day before it begins; of one that holds by now, before it did.
///
/// # Errors
/// The database does not answer.
pub async fn before(tx: &mut Tx, book: &Book) -> Result<BTreeMap<String, Priced>, Refusal> {
    let eve = book.from.plus_days(-1);
    let sql = "select l.* from price_book o join price_line l on l.book = o.id
               where o.state = 'published' and o.id <> $1 and o.kind = $2 and o.territory = $3 and o.outlet_type = $4 and o.from_on <= $5
                   and (l.until_on is null or l.until_on > $5)";
    let rows = tx.query(sql, args![&book.id, book.kind.name(), &book.territory, &book.outlet_type, eve]).await?;
    rows.iter().map(|row| priced(row).map(|line| (line.product.clone(), line))).collect()
}

/// Books, those that wait first, then the latest.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx) -> Result<Vec<Book>, Refusal> {
    let sql = format!("{HEADS} order by case b.state when 'submitted' then 0 when 'draft' then 1 else 2 end, b.from_on desc, b.id desc");
    tx.query(sql, args![]).await?.iter().map(of_row).collect()
}

const HEADS: &str = "select b.*, (select count(*) from price_line l where l.book = b.id) as products from price_book b";

fn priced(row: &Row) -> Result<Priced, Refusal> {
    Ok(Priced { product: row.string("product")?, floor: row.opt_int("floor")?.map(Fen), suggested: row.fen("suggested")? })
}

fn of_row(row: &Row) -> Result<Book, Refusal> {
    Ok(Book {
        id: row.string("id")?,
        version: row.count("version")?,
        title: row.string("title")?,
        kind: row.parse("kind")?,
        mode: row.parse("mode")?,
        territory: row.string("territory")?,
        outlet_type: row.string("outlet_type")?,
        from: row.parse("from_on")?,
        until: row.opt_parse("until_on")?,
        uniform: row.flag("uniform")?,
        source: row.string("source")?,
        ground: row.string("ground")?,
        state: row.parse("state")?,
        made_by: row.string("made_by")?,
        decided_by: row.string("decided_by")?,
        decision: row.string("decision")?,
        decided_us: row.opt_int("decided_us")?,
        changed_us: row.int("changed_us")?,
        products: row.count("products")?,
    })
}
