//! Orders in the database. Every act is one transaction: the order, its history, what it claims and counts, its slip and card, an audit entry,
//! and, where it took effect or was taken back, the event that becomes a fact.

use super::machine::{self, Command, Outcome};
use super::offer::{self, Priced};
use super::place::{Spot, bound, keep_refusal, no_outlet, stands};
use super::{Order, State, Wanted, facts};
use crate::acceptance::check::Used;
use crate::acceptance::store::{self as acceptance, Counted};
use crate::acceptance::{Ask, Register};
use crate::business::{Business, Definitions};
use crate::sight::Sight;
use crate::{slip, stock};
use qudao_access::sessions;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How often the levels are read again when they change under an order.
const TRIES: u32 = 4;

/// What taking orders goes by.
#[derive(Clone, Copy)]
pub struct Shop<'a> {
    /// Definitions.
    pub definitions: &'a Definitions,
    /// Levels.
    pub register: &'a Register,
    /// Partners, outlets, work IDs, agreements and products.
    pub master: &'a Master,
    /// Days until a slip is due.
    pub slip_days: i32,
}

/// Who takes an order.
#[derive(Debug, Clone, Copy)]
pub struct Seller<'a> {
    /// What audit entries name.
    pub who: &'a str,
    /// Login of the person.
    pub login: &'a str,
    /// Their work ID.
    pub clerk: &'a str,
    /// The outlet it is bound to.
    pub outlet: &'a str,
}

/// Whoever acts on an order, and the orders they reach.
#[derive(Debug, Clone, Copy)]
pub struct Hand<'a> {
    /// What audit entries name.
    pub who: &'a str,
    /// Login of the person.
    pub login: &'a str,
    /// What they reach.
    pub sight: &'a Sight,
}

/// What names an act: the order, the version that was seen, the key of the request.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Number of the order.
    pub id: &'a str,
    /// The version that was seen.
    pub version: u32,
    /// The key: the same request is the same act.
    pub key: &'a str,
}

/// What an act came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// Number of the order.
    pub id: String,
    /// Its version now.
    pub version: u32,
    /// Its state now.
    pub state: State,
}

/// An order with its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Version.
    pub version: u32,
    /// The order.
    pub order: Order,
    /// When it was begun, microseconds since 1970.
    pub captured_us: i64,
    /// When it changed last.
    pub changed_us: i64,
    /// none, waiting or written.
    pub fact: String,
    /// Batch of facts it was written with.
    pub fact_batch: String,
}

/// What an order would be, without keeping it: what a page shows while it is filled in.
///
/// # Errors
/// As [`offer::price`], `Forbidden orders.outlet.none`.
pub fn quote(shop: &Shop<'_>, outlet: &str, wanted: &Wanted, day: Date) -> Result<Priced, Refusal> {
    let outlet = shop.master.outlet(outlet, day).ok_or_else(|| no_outlet(outlet))?;
    offer::price(shop.definitions, shop.master, outlet, wanted, day)
}

/// Whether a seller may take anything at all on a day.
///
/// # Errors
/// `Forbidden orders.outlet.none`, `orders.clerk.left`, `orders.partner.*`, `orders.agreement.none`, `acceptance.*` where a level is missing or
/// suspended, or the day is used up.
pub fn may_sell(shop: &Shop<'_>, seller: &Seller<'_>, day: Date) -> Result<(), Refusal> {
    let spot = stands(shop, seller, day)?;
    shop.register.check(shop.definitions, &asked(&spot, seller, &[], 0, day)).map_err(Refusal::from)
}

/// Whether a seller might take what they want, before it is kept: the check of an order without its count.
///
/// # Errors
/// Whatever would refuse it.
pub async fn check(db: &Db, shop: &Shop<'_>, seller: &Seller<'_>, wanted: &Wanted) -> Result<(), Refusal> {
    let today = sessions::day(db.now_us());
    let priced = quote(shop, seller.outlet, wanted, today)?;
    let spot = stands(shop, seller, today)?;
    bound(&mut db.read().await?, seller).await?;
    let business = kinds(wanted, &priced);
    let business: Vec<&str> = business.iter().map(String::as_str).collect();
    let amount = priced.offer.total.0;
    shop.register.check(shop.definitions, &asked(&spot, seller, &business, amount, today)).map_err(Refusal::from)
}

/// Begins an order as a draft. The same request under its key is the same order.
///
/// # Errors
/// As [`quote`]; `Forbidden orders.clerk.*`, `orders.partner.*`, `orders.agreement.none`, each of which is kept.
pub async fn start(db: &Db, shop: &Shop<'_>, key: &str, seller: &Seller<'_>, wanted: &Wanted) -> Result<Done<Acted>, Refusal> {
    let today = sessions::day(db.now_us());
    let priced = quote(shop, seller.outlet, wanted, today);
    keep_refusal(db, shop, seller, wanted, wanted.amount, today, &priced).await?;
    let priced = priced?;
    let begun = async {
        let spot = stands(shop, seller, today)?;
        write_tx!(db, |tx| {
            let body = json!({ "wanted": wanted }).to_string();
            let claim = match keys::begin::<Acted>(tx, &format!("order:{}", seller.login), key, body.as_bytes()).await? {
                Begun::Same(acted) => return Ok(Done::Already(acted)),
                Begun::Fresh(claim) => claim,
            };
            bound(tx, seller).await?;
            let order = draft(tx, seller, &spot, wanted, &priced, today).await?;
            let acted = insert(tx, seller.who, &order).await?;
            claim.finish(tx, acted).await
        })
    };
    let outcome = begun.await;
    keep_refusal(db, shop, seller, wanted, priced.offer.total.0, today, &outcome).await?;
    outcome
}

/// Writes a draft anew.
///
/// # Errors
/// As [`start`]; `Conflict orders.state`, `platform.db.stale`; `NotFound orders.none`.
pub async fn rewrite(
    db: &Db,
    shop: &Shop<'_>,
    sight: &Sight,
    who: &str,
    id: &str,
    version: u32,
    wanted: &Wanted,
) -> Result<Acted, Refusal> {
    let today = sessions::day(db.now_us());
    write_tx!(db, |tx| {
        let kept = lock(tx, sight, id, version).await?;
        if kept.order.state != State::Draft {
            return Err(Refusal::new(
                Kind::Conflict,
                "orders.state",
                format!("订单 {id} 已提交，不能修改；请撤销后重新办理"),
                format!("order {id} was sent and is not written anew; cancel it and begin another"),
            ));
        }
        let priced = quote(shop, &kept.order.outlet, wanted, today)?;
        let before = kept.order.clone();
        let Priced { items, offer, network } = priced;
        // Who was checked was checked for that number.
        let identity = before.identity.clone().filter(|_| before.wanted.subscriber == wanted.subscriber);
        let order = Order { wanted: wanted.clone(), items, offer, network, identity, ..kept.order };
        let line = machine::Line { act: "rewrite", state: State::Draft, note: String::new() };
        update(tx, shop, who, version, &before, &Outcome { order, lines: vec![line] }).await
    })
}

/// Does what was commanded to an order of a version. With a key the same request is the same act.
///
/// # Errors
/// As [`machine::act`]; what refuses an order as it is sent, each of which is kept: `acceptance.*`, `orders.clerk.*`, `orders.partner.*`,
/// `orders.agreement.none`, `orders.identity.*`, `orders.duplicate`, `orders.card.*`; `NotFound orders.none`; `Conflict platform.db.stale`.
pub async fn act(db: &Db, shop: &Shop<'_>, hand: &Hand<'_>, once: Once<'_>, command: &Command) -> Result<Done<Acted>, Refusal> {
    let (Hand { who, login, sight }, Once { key, id, version }) = (*hand, once);
    for _ in 0..TRIES {
        let mut seen = None;
        let mut counted = None;
        let outcome = write_tx!(db, |tx| {
            counted = None;
            let claim = match keys::begin::<Acted>(tx, &format!("order:{login}"), key, machine::digest(id, command).as_bytes()).await? {
                Begun::Same(acted) => return Ok(Some(Done::Already(acted))),
                Begun::Fresh(claim) => claim,
            };
            let kept = lock(tx, sight, id, version).await?;
            seen = Some(kept.order.clone());
            let (today, now) = (sessions::day(tx.now_us()), tx.now_us());
            let business = shop.definitions.business(&kept.order.wanted.business)?;
            let outcome = machine::act(&kept.order, business, command, now, today)?;
            if matches!(command, Command::Submit { .. }) {
                match sent(tx, shop, who, login, &outcome.order, business, today).await? {
                    Some(used) => counted = Some(used),
                    None => return Err(levels_changed()),
                }
            }
            let acted = update(tx, shop, who, version, &kept.order, &outcome).await?;
            claim.finish(tx, acted).await.map(Some)
        });
        let outcome = match outcome {
            Err(refusal) if refusal.code == LEVELS_CHANGED => {
                shop.register.refresh(db).await?;
                continue;
            }
            outcome => outcome,
        };
        if let Some(order) = &seen {
            let seller = Seller { who, login, clerk: &order.clerk, outlet: &order.outlet };
            let today = sessions::day(db.now_us());
            if let (Some(used), Ok(_)) = (counted, &outcome) {
                note(shop, order, used, today);
            }
            keep_refusal(db, shop, &seller, &order.wanted, order.offer.total.0, today, &outcome).await?;
        }
        return match outcome? {
            Some(done) => Ok(done),
            None => Err(levels_changed()),
        };
    }
    Err(levels_changed())
}

const LEVELS_CHANGED: &str = "acceptance.changing";

fn levels_changed() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        LEVELS_CHANGED,
        "受理权限正在变更；请稍后重试",
        "acceptance levels are being changed; try again in a moment",
    )
}

/// Everything that is asked of an order as it is sent; nothing where the levels changed meanwhile.
async fn sent(
    tx: &mut Tx,
    shop: &Shop<'_>,
    who: &str,
    login: &str,
    order: &Order,
    business: &Business,
    today: Date,
) -> Result<Option<[Used; 3]>, Refusal> {
    let seller = Seller { who, login, clerk: &order.clerk, outlet: &order.outlet };
    let spot = stands(shop, &seller, today)?;
    bound(tx, &seller).await?;
    let priced = quote(shop, &order.outlet, &order.wanted, today)?;
    if priced.offer.sha256 != order.offer.sha256 {
        return Err(Refusal::new(
            Kind::Conflict,
            "orders.terms.changed",
            "产品的资费或条款已变；请重新打开订单，向客户展示并确认",
            "the fees or terms of a product changed; open the order again and have the customer confirm them",
        ));
    }
    let kinds = order.business();
    let used = match acceptance::count(
        tx,
        shop.register,
        shop.definitions,
        &asked(&spot, &seller, &kinds, order.offer.total.0, today),
        &spot.territory,
    )
    .await?
    {
        Counted::Taken(used) => used,
        Counted::Changed => return Ok(None),
    };
    for claim in claims(order, business) {
        claimed(tx, &claim, &order.id).await?;
    }
    stock::sell(tx, order, business).await?;
    Ok(Some(used))
}

fn note(shop: &Shop<'_>, order: &Order, used: [Used; 3], today: Date) {
    let ask = Ask {
        partner: &order.partner,
        cooperative: false,
        outlet: &order.outlet,
        clerk: &order.clerk,
        business: &[],
        amount: 0,
        day: today,
    };
    shop.register.note(&ask, used);
}

/// What no other open or effective order may have.
fn claims(order: &Order, business: &Business) -> Vec<String> {
    let mut all: Vec<String> = order.items.iter().filter(|item| !item.imei.is_empty()).map(|item| format!("imei:{}", item.imei)).collect();
    if business.once {
        all.push(format!("{}:{}", business.id, order.wanted.subscriber));
    }
    if business.card {
        all.push(format!("card:{}", order.wanted.card));
    }
    all
}

/// Claims something for an order.
///
/// # Errors
/// `Conflict orders.duplicate` with the order that has it.
async fn claimed(tx: &mut Tx, claim: &str, id: &str) -> Result<(), Refusal> {
    let sql = "insert into order_claim (claim, order_id) values ($1, $2) on conflict (claim) do nothing";
    if tx.execute(sql, args![claim, id]).await? > 0 {
        return Ok(());
    }
    let other = tx.query_one("select order_id from order_claim where claim = $1", args![claim]).await?.string("order_id")?;
    if other == id {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "orders.duplicate",
        format!("与订单 {other} 重复（同一用户、卡号、串号或受理流水号）；请核对后继续办理原订单"),
        format!("this repeats order {other}: the same subscriber, card, handset or system number; look at that order and go on with it"),
    ))
}

fn kinds(wanted: &Wanted, priced: &Priced) -> Vec<String> {
    let mut all = vec![wanted.business.clone()];
    for item in &priced.items {
        if !all.contains(&item.business) {
            all.push(item.business.clone());
        }
    }
    all
}

fn asked<'a>(spot: &'a Spot, seller: &Seller<'a>, business: &'a [&'a str], amount: i64, day: Date) -> Ask<'a> {
    let Spot { partner, cooperative, .. } = spot;
    Ask { partner, cooperative: *cooperative, outlet: seller.outlet, clerk: seller.clerk, business, amount, day }
}

async fn draft(tx: &mut Tx, seller: &Seller<'_>, spot: &Spot, wanted: &Wanted, priced: &Priced, today: Date) -> Result<Order, Refusal> {
    let sql =
        "insert into order_number (day, last) values ($1, 1) on conflict (day) do update set last = order_number.last + 1 returning last";
    let last = tx.query_one(sql, args![today]).await?.int("last")?;
    let day: String = today.to_string().chars().filter(char::is_ascii_digit).skip(2).collect();
    Ok(Order {
        id: format!("OD{day}{last:06}"),
        state: State::Draft,
        partner: spot.partner.clone(),
        outlet: seller.outlet.to_owned(),
        clerk: seller.clerk.to_owned(),
        territory: spot.territory.clone(),
        login: seller.login.to_owned(),
        wanted: wanted.clone(),
        items: priced.items.clone(),
        offer: priced.offer.clone(),
        network: priced.network.clone(),
        identity: None,
        confirmed: None,
        system_no: String::new(),
        tasks: Vec::new(),
        effective_on: None,
        ended: None,
    })
}

async fn insert(tx: &mut Tx, who: &str, order: &Order) -> Result<Acted, Refusal> {
    let sql =
        "insert into order_head (id, version, business, state, partner, outlet, clerk, territory, product, subscriber, system_no, amount,
                   captured_us, changed_us, effective_on, fact, fact_batch, body)
               values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, $11, null, 'none', '', $12)";
    let Order { id, partner, outlet, clerk, territory, wanted, .. } = order;
    let values = args![
        id,
        &wanted.business,
        order.state.name(),
        partner,
        outlet,
        clerk,
        territory,
        product(order),
        &wanted.subscriber,
        order.offer.total,
        tx.now_us(),
        written(order)?
    ];
    tx.execute(sql, values).await?;
    happened(tx, id, who, &[machine::Line { act: "start", state: order.state, note: String::new() }]).await?;
    tx.audit(Entry::new(who, "order.start", "order", id).after(told(order)));
    Ok(Acted { id: id.clone(), version: 1, state: order.state })
}

/// Keeps what came of an act.
pub(crate) async fn update(tx: &mut Tx, shop: &Shop<'_>, who: &str, version: u32, before: &Order, to: &Outcome) -> Result<Acted, Refusal> {
    let order = &to.order;
    let id = &order.id;
    if order.system_no != before.system_no {
        claimed(tx, &format!("system:{}", order.system_no), id).await?;
    }
    if matches!(order.state, State::Cancelled | State::Reversed | State::Terminated) {
        tx.execute("delete from order_claim where order_id = $1 and claim not like 'system:%'", args![id]).await?;
    }
    if order.state == State::Cancelled {
        stock::back(tx, id).await?;
    }
    let mut fact = None;
    if before.state != order.state {
        let business = shop.definitions.business(&order.wanted.business)?;
        match order.state {
            State::Effective => {
                facts::effective(tx, order, shop.definitions).await?;
                slip::open(tx, order, business, shop.slip_days).await?;
                fact = Some("waiting");
            }
            State::Reversed | State::Terminated => {
                facts::undone(tx, order, shop.definitions).await?;
                fact = Some("waiting");
            }
            _ => {}
        }
    }
    let sql = "update order_head set version = version + 1, business = $3, state = $4, product = $5, subscriber = $6, system_no = $7, amount = $8,
                   changed_us = $9, effective_on = $10, fact = coalesce($11, fact), body = $12 where id = $1 and version = $2";
    let values = args![
        id,
        version,
        &order.wanted.business,
        order.state.name(),
        product(order),
        &order.wanted.subscriber,
        &order.system_no,
        order.offer.total,
        tx.now_us(),
        order.effective_on,
        fact,
        written(order)?
    ];
    tx.execute_versioned("订单 order", id, sql, values).await?;
    happened(tx, id, who, &to.lines).await?;
    let first = to.lines.first();
    let verb = format!("order.{}", first.map_or("update", |line| line.act));
    let entry = Entry::new(who, &verb, "order", id).before(told(before)).after(told(order));
    tx.audit(match first.map(|line| line.note.as_str()).filter(|note| !note.is_empty()) {
        Some(note) => entry.reason(note),
        None => entry,
    });
    Ok(Acted { id: id.clone(), version: version + 1, state: order.state })
}

fn product(order: &Order) -> &str {
    order.items.first().map_or("", |item| item.product.as_str())
}

/// Adds to the history.
async fn happened(tx: &mut Tx, id: &str, who: &str, lines: &[machine::Line]) -> Result<(), Refusal> {
    let sql = "select coalesce(max(seq), 0) as seq from order_event where order_id = $1";
    let mut seq = tx.query_one(sql, args![id]).await?.int("seq")?;
    let now = tx.now_us();
    let rows: Vec<Vec<Value>> = lines
        .iter()
        .map(|line| {
            seq += 1;
            args![id, seq, now, line.act, line.state.name(), who, &line.note].to_vec()
        })
        .collect();
    tx.insert_rows("order_event", "order_id, seq, at_us, act, state, who, note", &rows, "").await.map(drop)
}

/// What audit entries tell of an order: no personal number among it.
fn told(order: &Order) -> String {
    json!({ "business": order.wanted.business, "state": order.state.name(), "outlet": order.outlet, "clerk": order.clerk,
        "product": product(order), "amount": order.offer.total.0, "offer": order.offer.sha256, "system_no": order.system_no,
        "identity": order.identity.as_ref().map(|identity| &identity.reference) })
    .to_string()
}

fn written(order: &Order) -> Result<String, Refusal> {
    serde_json::to_string(order).map_err(|error| unreadable(&order.id, &error))
}

fn unreadable(id: &str, error: &serde_json::Error) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "orders.body",
        format!("订单 {id} 的存档无法读写（{error}）；请把此信息报告给维护者"),
        format!("the record of order {id} cannot be read or written ({error}); report this to the maintainers"),
    )
}

/// An order of a version, locked.
async fn lock(tx: &mut Tx, sight: &Sight, id: &str, version: u32) -> Result<Kept, Refusal> {
    let kept = find(tx, sight, id, "{for_update}").await?;
    if kept.version == version {
        return Ok(kept);
    }
    Err(Refusal::new(
        Kind::Conflict,
        "platform.db.stale",
        format!("订单 {id} 已被他人处理；请重新打开，核对变化后再操作"),
        format!("order {id} was acted on by someone else; open it again, look at the change, then act"),
    ))
}

/// An order within a sight.
///
/// # Errors
/// `NotFound orders.none`, also for one out of sight.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Kept, Refusal> {
    find(tx, sight, id, "").await
}

async fn find(tx: &mut Tx, sight: &Sight, id: &str, how: &str) -> Result<Kept, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let seen = sight.wheres("h", true, &mut values);
    let row = tx.query_opt(format!("select h.* from order_head h where h.id = $1 and {seen} {how}"), &values).await?;
    row.map(|row| kept(&row)).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "orders.none",
            format!("没有订单 {id}，或不在您的范围内；请核对编号"),
            format!("there is no order {id}, or it is not within your reach; check the number"),
        )
    })
}

/// An order of a row.
pub(super) fn kept(row: &Row) -> Result<Kept, Refusal> {
    let order: Order = serde_json::from_str(row.text("body")?).map_err(|error| unreadable(row.text("id").unwrap_or_default(), &error))?;
    Ok(Kept {
        version: row.count("version")?,
        captured_us: row.int("captured_us")?,
        changed_us: row.int("changed_us")?,
        fact: row.string("fact")?,
        fact_batch: row.string("fact_batch")?,
        order,
    })
}

/// An event of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Place, from 1.
    pub seq: u32,
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// What was done.
    pub act: String,
    /// The state after it.
    pub state: String,
    /// Who.
    pub who: String,
    /// What was said.
    pub note: String,
}

/// The history of an order, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, id: &str) -> Result<Vec<Happened>, Refusal> {
    let of_row = |row: &Row| {
        Ok(Happened {
            seq: row.count("seq")?,
            at_us: row.int("at_us")?,
            act: row.string("act")?,
            state: row.string("state")?,
            who: row.string("who")?,
            note: row.string("note")?,
        })
    };
    tx.query("select * from order_event where order_id = $1 order by seq", args![id]).await?.iter().map(of_row).collect()
}
