//! 包换、退货、维修 (R7.154): what an outlet asks for a handset it sold, or has: another one in its place, the sale taken back, or a repair.
//!
//! asked → done | refused | withdrawn, and a repair asked → repairing → done. What was agreed to moves the handset in stock and, where it was sold, leaves as
//! a fact: an exchange is a later version of the sale with the other serial, so that the sale, its margin and its commission stay; a return takes the
//! order back, and what was earned goes with it; a repair changes neither.
//!
//! Invariant: a handset has one request under way. Invariant: who asked does not decide. Invariant: an exchange leaves the sale with the other
//! serial, and both handsets in one state each, or nothing is changed.

use crate::order::machine::{self, Command};
use crate::order::store::{self, Shop};
use crate::order::{Order, State as OrderState, facts};
use crate::sight::{Sight, like, mark};
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

/// Most rows of a page.
const MOST: usize = 500;
/// Longest word of a decision.
const LONGEST: usize = 200;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// 包换: another handset of the same kind in its place.
    Exchange,
    /// 退货: the sale taken back.
    Return,
    /// 维修.
    Repair,
}

impl Wish {
    const ALL: [Self; 3] = [Self::Exchange, Self::Return, Self::Repair];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Return => "return",
            Self::Repair => "repair",
        }
    }
}

impl std::str::FromStr for Wish {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|wish| wish.name() == text).ok_or(())
    }
}

/// Days after a sale within which each is asked for, as parameters say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Exchange.
    pub exchange_days: i32,
    /// Return.
    pub return_days: i32,
    /// Repair.
    pub repair_days: i32,
}

impl Terms {
    const fn of(self, wish: Wish) -> i32 {
        match wish {
            Wish::Exchange => self.exchange_days,
            Wish::Return => self.return_days,
            Wish::Repair => self.repair_days,
        }
    }
}

/// A request to be made.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What for.
    pub wish: Wish,
    /// Serial of the handset.
    pub serial: &'a str,
    /// Serial of the one that takes its place; empty for anything but an exchange.
    pub replacement: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Number.
    pub id: String,
    /// Version.
    pub version: u32,
    /// What is asked for.
    pub wish: Wish,
    /// asked, repairing, done, refused, withdrawn.
    pub state: String,
    /// The handset.
    pub serial: String,
    /// The one in its place; empty for anything but an exchange.
    pub replacement: String,
    /// The order it was sold with; empty for one in stock.
    pub order: String,
    /// Partner.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// Product.
    pub product: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: String,
    /// When, microseconds since 1970.
    pub asked_us: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// What was said to it.
    pub decision: String,
    /// When it ended.
    pub ended_us: Option<i64>,
}

/// What is done to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It is agreed to; a word to it may be empty.
    Agree(&'a str),
    /// It is not, and why.
    Refuse(&'a str),
    /// The repaired handset is back.
    Back(&'a str),
    /// Whoever asked does not want it any more.
    Withdraw,
}

impl<'a> Verdict<'a> {
    const fn name(self) -> &'static str {
        match self {
            Self::Agree(_) => "service.agree",
            Self::Refuse(_) => "service.refuse",
            Self::Back(_) => "service.back",
            Self::Withdraw => "service.withdraw",
        }
    }

    fn words(self) -> &'a str {
        match self {
            Self::Agree(text) | Self::Refuse(text) | Self::Back(text) => text.trim(),
            Self::Withdraw => "",
        }
    }
}

/// Where a handset is and what it was sold with.
struct Found {
    order: Option<Order>,
    /// Its state in stock; nothing for one that did not come from us.
    state: Option<String>,
    partner: String,
    outlet: String,
    territory: String,
    product: String,
}

/// Asks for something. The number of the request. The same request under its key is the same one.
///
/// # Errors
/// `BadInput access.reason.missing`, `orders.service.text`; `NotFound orders.service.serial` for a handset that was neither sold nor is in stock within
/// reach; `Conflict orders.service.sold` where it has to be sold, `orders.service.late`, `orders.service.open`, `orders.service.replacement`.
pub async fn ask(db: &Db, terms: Terms, sight: &Sight, who: &str, key: &str, wanted: &Wanted<'_>) -> Result<Done<String>, Refusal> {
    let (serial, replacement, reason) = (wanted.serial.trim(), wanted.replacement.trim(), wanted.reason.trim());
    reasoned(reason)?;
    plain(reason)?;
    let replacement = if wanted.wish == Wish::Exchange { replacement } else { "" };
    write_tx!(db, |tx| {
        let body = json!([wanted.wish.name(), serial, replacement, reason]).to_string();
        let claim = match keys::begin::<String>(tx, &format!("service/{who}"), key, body.as_bytes()).await? {
            Begun::Same(number) => return Ok(Done::Already(number)),
            Begun::Fresh(claim) => claim,
        };
        let today = day(tx.now_us());
        let found = find(tx, sight, serial).await?;
        fits(&found, wanted.wish, terms, serial, today)?;
        if wanted.wish == Wish::Exchange {
            replaces(tx, replacement, serial, &found.outlet, &found.product).await?;
        }
        let number = number(tx, today).await?;
        let order = found.order.as_ref().map_or("", |order| order.id.as_str());
        let sql = "insert into order_service (id, version, kind, state, serial, replacement, order_id, partner, outlet, territory, product, reason,
                       asked_by, asked_us, decision)
                   values ($1, 1, $2, 'asked', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '') on conflict do nothing";
        let values = args![
            &number,
            wanted.wish.name(),
            serial,
            replacement,
            order,
            &found.partner,
            &found.outlet,
            &found.territory,
            &found.product,
            reason,
            who,
            tx.now_us(),
        ];
        if tx.execute(sql, values).await? == 0 {
            return Err(conflict(
                "orders.service.open",
                format!("终端 {serial} 或用来更换的终端已有在办的申请；请先办完"),
                format!("the handset {serial}, or the one in its place, has a request under way; finish that first"),
            ));
        }
        let after = json!({ "kind": wanted.wish.name(), "serial": serial, "replacement": replacement, "order": order });
        tx.audit(Entry::new(who, "service.ask", "service", &number).after(after.to_string()).reason(reason));
        claim.finish(tx, number).await
    })
}

/// Does something to a request of a version. The version after it.
///
/// # Errors
/// `NotFound orders.service.none`; `Forbidden orders.service.own` for a decision by whoever asked, `orders.service.other` for a withdrawal by somebody else;
/// `Conflict orders.service.state`, `platform.db.stale`; `BadInput access.reason.missing`; where the handset is elsewhere meanwhile, as [`ask`];
/// where the order cannot be taken back, as [`machine::act`].
pub async fn decide(
    db: &Db,
    shop: &Shop<'_>,
    sight: &Sight,
    who: &str,
    id: &str,
    version: u32,
    verdict: Verdict<'_>,
) -> Result<u32, Refusal> {
    let words = verdict.words();
    if matches!(verdict, Verdict::Refuse(_)) {
        reasoned(words)?;
    }
    plain(words)?;
    write_tx!(db, |tx| {
        let before = one(tx, sight, id).await?;
        let from = if matches!(verdict, Verdict::Back(_)) { "repairing" } else { "asked" };
        if before.state != from {
            return Err(conflict(
                "orders.service.state",
                format!("申请 {id} 的状态是 {}，不能这样处理；请刷新页面", before.state),
                format!("the request {id} is {}, which does not allow this; reload the page", before.state),
            ));
        }
        by_whom(&before, who, verdict)?;
        let now = tx.now_us();
        let (state, ended) = match verdict {
            Verdict::Agree(_) if before.wish == Wish::Repair => ("repairing", None),
            Verdict::Agree(_) | Verdict::Back(_) => ("done", Some(now)),
            Verdict::Refuse(_) => ("refused", Some(now)),
            Verdict::Withdraw => ("withdrawn", Some(now)),
        };
        // What was said when it was agreed to stays when the handset is back.
        let said = if matches!(verdict, Verdict::Back(_)) && words.is_empty() { before.decision.as_str() } else { words };
        let sql =
            "update order_service set state = $3, decided_by = coalesce(decided_by, $4), decided_us = coalesce(decided_us, $5), decision = $6, ended_us = $7,
                       version = version + 1 where id = $1 and version = $2";
        tx.execute_versioned("售后申请 request", id, sql, args![id, version, state, who, now, said, ended]).await?;
        match (verdict, before.wish) {
            (Verdict::Agree(_), Wish::Exchange) => exchange(tx, shop, who, &before).await?,
            (Verdict::Agree(_), Wish::Return) => take_back(tx, shop, who, &before).await?,
            (Verdict::Agree(_), Wish::Repair) => to_repair(tx, &before).await?,
            (Verdict::Back(_), _) => from_repair(tx, &before).await?,
            (Verdict::Refuse(_) | Verdict::Withdraw, _) => {}
        }
        let after = json!({ "state": state, "serial": before.serial, "replacement": before.replacement, "order": before.order });
        tx.audit(Entry::new(who, verdict.name(), "service", id).after(after.to_string()).reason(words));
        Ok(version + 1)
    })
}

fn by_whom(before: &Request, who: &str, verdict: Verdict<'_>) -> Result<(), Refusal> {
    let own = same_hand(&before.asked_by, who);
    match verdict {
        Verdict::Agree(_) | Verdict::Refuse(_) if own => Err(Refusal::new(
            Kind::Forbidden,
            "orders.service.own",
            "售后申请须由申请人以外的人办理",
            "a request is decided by somebody else than who asked for it",
        )),
        Verdict::Withdraw if !own => Err(Refusal::new(
            Kind::Forbidden,
            "orders.service.other",
            "只有申请人可以撤回申请",
            "a request is withdrawn by whoever asked for it",
        )),
        _ => Ok(()),
    }
}

/// The handset of the sale goes back to the outlet's returned ones, the other one is sold in its place.
async fn exchange(tx: &mut Tx, shop: &Shop<'_>, who: &str, what: &Request) -> Result<(), Refusal> {
    let Request { serial, replacement, order, outlet, product, .. } = what;
    replaces(tx, replacement, serial, outlet, product).await?;
    let kept = locked(tx, order).await?;
    if kept.order.state != OrderState::Effective {
        return Err(not_sold(serial));
    }
    let sold =
        "update order_stock set state = 'sold', order_id = $2, changed_us = $3 where kind = 'handset' and serial = $1 and state = 'stock'";
    tx.execute(sold, args![replacement, order, tx.now_us()]).await?;
    gives_up(tx, serial).await?;
    tx.execute("delete from order_claim where claim = $1 and order_id = $2", args![format!("imei:{serial}"), order]).await?;
    let claim = "insert into order_claim (claim, order_id) values ($1, $2) on conflict (claim) do nothing";
    if tx.execute(claim, args![format!("imei:{replacement}"), order]).await? == 0 {
        return Err(no_replacement(replacement));
    }
    facts::exchanged(tx, &kept.order, shop.definitions, replacement, day(tx.now_us())).await?;
    tx.audit(
        Entry::new(who, "order.exchange", "order", order)
            .before(json!({ "imei": serial }).to_string())
            .after(json!({ "imei": replacement }).to_string()),
    );
    Ok(())
}

/// An order nobody else changes meanwhile.
async fn locked(tx: &mut Tx, order: &str) -> Result<store::Kept, Refusal> {
    tx.query_opt("select id from order_head where id = $1 {for_update}", args![order]).await?;
    store::get(tx, &Sight::everywhere(), order).await
}

/// The order is taken back, and its handset lies with the returned ones of the outlet.
async fn take_back(tx: &mut Tx, shop: &Shop<'_>, who: &str, what: &Request) -> Result<(), Refusal> {
    let kept = locked(tx, &what.order).await?;
    let business = shop.definitions.business(&kept.order.wanted.business)?;
    let reason = format!("{} {}", what.id, what.reason).chars().take(LONGEST).collect();
    let (now, today) = (tx.now_us(), day(tx.now_us()));
    let outcome = machine::act(&kept.order, business, &Command::Reverse(reason), now, today)?;
    store::update(tx, shop, who, kept.version, &kept.order, &outcome).await?;
    gives_up(tx, &what.serial).await
}

/// A handset that is the customer's no longer; one that did not come from us is in no stock of ours.
async fn gives_up(tx: &mut Tx, serial: &str) -> Result<(), Refusal> {
    let sql = "update order_stock set state = 'returned', order_id = '', changed_us = $2 where kind = 'handset' and serial = $1 and state = 'sold'";
    tx.execute(sql, args![serial, tx.now_us()]).await.map(drop)
}

async fn to_repair(tx: &mut Tx, what: &Request) -> Result<(), Refusal> {
    let from = if what.order.is_empty() { "stock" } else { "sold" };
    let sql = "update order_stock set state = 'repair', changed_us = $3 where kind = 'handset' and serial = $1 and state = $2";
    let moved = tx.execute(sql, args![&what.serial, from, tx.now_us()]).await?;
    // One that was sold and did not come from us is in no stock of ours.
    if moved == 0 && what.order.is_empty() { Err(nowhere(&what.serial)) } else { Ok(()) }
}

async fn from_repair(tx: &mut Tx, what: &Request) -> Result<(), Refusal> {
    let to = if what.order.is_empty() { "stock" } else { "sold" };
    let sql = "update order_stock set state = $2, changed_us = $3 where kind = 'handset' and serial = $1 and state = 'repair'";
    tx.execute(sql, args![&what.serial, to, tx.now_us()]).await.map(drop)
}

/// A handset within a sight: sold by an order, or in stock.
async fn find(tx: &mut Tx, sight: &Sight, serial: &str) -> Result<Found, Refusal> {
    let stock = tx.query_opt("select * from order_stock where kind = 'handset' and serial = $1 {for_update}", args![serial]).await?;
    let state = stock.as_ref().map(|row| row.string("state")).transpose()?;
    let claim = tx.query_opt("select order_id from order_claim where claim = $1", args![format!("imei:{serial}")]).await?;
    if let Some(row) = claim {
        let hidden = |refusal: Refusal| if refusal.code == "orders.none" { nowhere(serial) } else { refusal };
        let order = store::get(tx, sight, row.text("order_id")?).await.map_err(hidden)?.order;
        let order = facts::with_exchanges(tx, order).await?;
        let product = order.items.iter().find(|item| item.imei == serial).map(|item| item.product.clone()).unwrap_or_default();
        let (partner, outlet, territory) = (order.partner.clone(), order.outlet.clone(), order.territory.clone());
        return Ok(Found { order: Some(order), state, partner, outlet, territory, product });
    }
    let mut values: Vec<Value> = args![serial].to_vec();
    let seen = sight.wheres("k", false, &mut values);
    let sql = format!("select k.* from order_stock k where k.kind = 'handset' and k.serial = $1 and k.outlet <> '' and {seen}");
    let row = tx.query_opt(sql, &values).await?.ok_or_else(|| nowhere(serial))?;
    Ok(Found {
        order: None,
        state,
        partner: row.string("partner")?,
        outlet: row.string("outlet")?,
        territory: row.string("territory")?,
        product: row.string("product")?,
    })
}

/// Refuses what is not asked for a handset that stands so.
fn fits(found: &Found, wish: Wish, terms: Terms, serial: &str, today: Date) -> Result<(), Refusal> {
    let Some(order) = &found.order else {
        // What lies in stock is repaired; it goes back to the central store as a return of its supply.
        return if wish == Wish::Repair && found.state.as_deref() == Some("stock") { Ok(()) } else { Err(not_sold(serial)) };
    };
    let Some(sold_on) = order.effective_on.filter(|_| order.state == OrderState::Effective) else { return Err(not_sold(serial)) };
    let days = terms.of(wish);
    if today <= sold_on.plus_days(days) {
        return Ok(());
    }
    Err(conflict(
        "orders.service.late",
        format!("终端 {serial} 于 {sold_on} 售出，已超过 {days} 天的期限；请按保外办理"),
        format!("the handset {serial} was sold on {sold_on}, more than {days} days ago; it is beyond the term for this"),
    ))
}

/// Refuses a handset that cannot take the place of another.
async fn replaces(tx: &mut Tx, replacement: &str, serial: &str, outlet: &str, product: &str) -> Result<(), Refusal> {
    let sql = "select serial from order_stock where kind = 'handset' and serial = $1 and state = 'stock' and outlet = $2 and product = $3 {for_update}";
    let there = tx.query_opt(sql, args![replacement, outlet, product]).await?;
    if there.is_some() && replacement != serial { Ok(()) } else { Err(no_replacement(replacement)) }
}

async fn number(tx: &mut Tx, today: Date) -> Result<String, Refusal> {
    let sql =
        "insert into order_number (day, last) values ($1, 1) on conflict (day) do update set last = order_number.last + 1 returning last";
    let day: String = today.to_string().chars().filter(char::is_ascii_digit).skip(2).collect();
    let last = tx.query_one(sql, args![format!("SH{day}")]).await?.int("last")?;
    Ok(format!("SH{day}-{last:04}"))
}

/// A request within a sight, for a change.
///
/// # Errors
/// `NotFound orders.service.none`.
async fn one(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Request, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let seen = sight.wheres("s", false, &mut values);
    let row = tx.query_opt(format!("select s.* from order_service s where s.id = $1 and {seen} {{for_update}}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "orders.service.none",
            format!("没有售后申请 {id}，或不在您的范围内；请核对单号"),
            format!("there is no request {id}, or not within your reach; check the number"),
        )
    })
}

/// Which requests. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// What is asked for.
    pub wish: Option<Wish>,
    /// State.
    pub state: String,
    /// Outlet.
    pub outlet: String,
    /// In the number, or a serial as a whole.
    pub text: String,
    /// When it was asked and number of the last one seen.
    pub after: Option<(i64, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A page of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// Rows, latest first.
    pub rows: Vec<Request>,
    /// The `after` of the next page.
    pub next: Option<(i64, String)>,
    /// Rows of all pages.
    pub total: u32,
}

/// Requests within a sight, latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Requests, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("s", false, &mut values)];
    let wish = query.wish.map_or("", Wish::name);
    for (column, text) in [("kind", wish), ("state", query.state.as_str()), ("outlet", query.outlet.as_str())] {
        if !text.is_empty() {
            wheres.push(format!("s.{column} = {}", mark(&mut values, text)));
        }
    }
    if !query.text.is_empty() {
        let (part, serial) = (mark(&mut values, like(&query.text)), mark(&mut values, query.text.as_str()));
        wheres.push(format!("(s.id like {part} escape '\\' or s.serial = {serial} or s.replacement = {serial})"));
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from order_service s where {filter}"), &values).await?.count("n")?;
    let after = query.after.as_ref().map(|(at, id)| {
        let (at, id) = (mark(&mut values, *at), mark(&mut values, id.as_str()));
        format!(" and (s.asked_us < {at} or (s.asked_us = {at} and s.id < {id}))")
    });
    let limit = (query.limit as usize).clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let after = after.unwrap_or_default();
    let sql = format!("select s.* from order_service s where {filter}{after} order by s.asked_us desc, s.id desc limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| (row.asked_us, row.id.clone()));
    Ok(Requests { rows, next, total })
}

fn of_row(row: &Row) -> Result<Request, Refusal> {
    Ok(Request {
        id: row.string("id")?,
        version: row.count("version")?,
        wish: row.parse("kind")?,
        state: row.string("state")?,
        serial: row.string("serial")?,
        replacement: row.string("replacement")?,
        order: row.string("order_id")?,
        partner: row.string("partner")?,
        outlet: row.string("outlet")?,
        product: row.string("product")?,
        reason: row.string("reason")?,
        asked_by: row.string("asked_by")?,
        asked_us: row.int("asked_us")?,
        decided_by: row.opt_string("decided_by")?,
        decision: row.string("decision")?,
        ended_us: row.opt_int("ended_us")?,
    })
}

fn plain(text: &str) -> Result<(), Refusal> {
    if text.chars().count() <= LONGEST && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "orders.service.text",
        format!("说明最多 {LONGEST} 个字，不能含换行；请缩短"),
        format!("a text has at most {LONGEST} characters and no line breaks; shorten it"),
    ))
}

fn nowhere(serial: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "orders.service.serial",
        format!("终端 {serial} 不是您的网点售出的，也不在其库存；请核对串号"),
        format!("the handset {serial} was not sold by an outlet of yours, nor is it in its stock; check the serial"),
    )
}

fn not_sold(serial: &str) -> Refusal {
    conflict(
        "orders.service.sold",
        format!("终端 {serial} 没有生效的销售，不能包换或退货；库存终端请在供货中退货，或申请维修"),
        format!(
            "the handset {serial} has no sale in effect and is neither exchanged nor taken back; return one in stock to its supply, or ask for a repair"
        ),
    )
}

fn no_replacement(serial: &str) -> Refusal {
    conflict(
        "orders.service.replacement",
        format!("终端 {serial} 不是本网点在库的同款终端，不能用来更换；请另选一台"),
        format!("the handset {serial} is none of the same kind in the outlet's stock and cannot take the other's place; choose another"),
    )
}

fn conflict(code: &'static str, zh: String, en: String) -> Refusal {
    Refusal::new(Kind::Conflict, code, zh, en)
}
