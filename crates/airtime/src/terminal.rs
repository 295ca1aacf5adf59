//! Terminals: into stock, to an outlet, back (R1.41).

use crate::float;
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_access::sight::{like, mark};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{args, write_tx};
use qudao_receivable::deposit::{self, Act, Move, Security};
use qudao_receivable::{Debtor, Once};
use serde_json::json;

/// Most terminals that are added at once, and rows of a page.
const MOST: usize = 500;
/// Longest serial and model.
const LONGEST: usize = 40;

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Serial.
    pub serial: String,
    /// Version.
    pub version: u32,
    /// Model.
    pub model: String,
    /// stock, placed, lost.
    pub state: String,
    /// Partner; empty unless placed.
    pub partner: String,
    /// Outlet; empty unless placed.
    pub outlet: String,
    /// Division code of the outlet.
    pub territory: String,
    /// The agreement it was placed under.
    pub agreement: String,
    /// Deposit taken for it.
    pub deposit: Fen,
    /// Since when it is there.
    pub placed_on: Option<Date>,
    /// When it sold last.
    pub last_sale_on: Option<Date>,
    /// Loaded, less what was given back.
    pub loaded: Fen,
    /// Sold.
    pub sold: Fen,
    /// Taken back from sales.
    pub reversed: Fen,
}

impl Terminal {
    /// What is on it: loaded − sold + reversed.
    pub fn balance(&self) -> Fen {
        Fen(self.loaded.0 - self.sold.0 + self.reversed.0)
    }

    /// Days without a sale; 0 unless placed.
    pub fn idle_days(&self, today: Date) -> i32 {
        let since = self.last_sale_on.max(self.placed_on);
        since.filter(|_| self.state == "placed").map_or(0, |since| (today.days() - since.days()).max(0))
    }
}

/// Puts terminals into stock: all of them, or none.
///
/// # Errors
/// `BadInput airtime.serials`; `Conflict airtime.terminal.there`.
pub async fn add(db: &Db, once: Once<'_>, serials: &[String], model: &str) -> Result<u32, Refusal> {
    let good = |text: &str, least: usize| {
        let text = text.trim();
        (least..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
    };
    if serials.is_empty() || serials.len() > MOST || !serials.iter().all(|serial| good(serial, 4)) || !good(model, 1) {
        return Err(Refusal::bad_input(
            "airtime.serials",
            format!("请填写 1 至 {MOST} 个序列号（4 至 {LONGEST} 位字母、数字、-）和机型；请修改"),
            format!("give 1 to {MOST} serials of 4 to {LONGEST} letters, digits or dashes, and the model"),
        ));
    }
    write_tx!(db, |tx| {
        let body = json!([serials, model]).to_string();
        let claim = match keys::begin::<u32>(tx, &format!("terminal.add/{}", once.who), once.key, body.as_bytes()).await? {
            Begun::Same(count) => return Ok(count),
            Begun::Fresh(claim) => claim,
        };
        for serial in serials.iter().map(|serial| serial.trim()) {
            let sql =
                "insert into airtime_terminal (serial, version, model, state, partner, outlet, territory, agreement, deposit, loaded, sold,
                       reversed, changed_us) values ($1, 1, $2, 'stock', '', '', '', '', 0, 0, 0, 0, $3) on conflict (serial) do nothing";
            if tx.execute(sql, args![serial, model.trim(), tx.now_us()]).await? == 0 {
                return Err(Refusal::new(
                    Kind::Conflict,
                    "airtime.terminal.there",
                    format!("空充机 {serial} 已登记；整批未登记，请核对序列号"),
                    format!("the terminal {serial} is known already; nothing was added, check the serials"),
                ));
            }
            note(tx, &Noted { serial, act: "add", partner: "", outlet: "", amount: Fen::ZERO, note: model.trim(), who: once.who }).await?;
            tx.audit(Entry::new(once.who, "terminal.add", "terminal", serial).after(json!({ "model": model.trim() }).to_string()));
        }
        let count = serials.len() as u32;
        Ok(claim.finish(tx, count).await?.into_inner())
    })
}

/// A terminal to be placed.
#[derive(Debug, Clone, Copy)]
pub struct Placing<'a> {
    /// Terminal.
    pub serial: &'a str,
    /// Version that was seen.
    pub version: u32,
    /// Outlet.
    pub outlet: &'a str,
    /// Agreement of the outlet's owner.
    pub agreement: &'a str,
    /// Deposit taken; zero for none.
    pub deposit: Fen,
}

/// Places a terminal at an outlet and takes its deposit. The version afterwards.
///
/// # Errors
/// `NotFound airtime.terminal.none`, `airtime.outlet`; `BadInput airtime.agreement` for one that is not the owner's or not in force; `Conflict
/// airtime.terminal.placed` for one that is somewhere already, `airtime.terminal.lost`, `platform.db.stale`.
pub async fn place(db: &Db, master: &Master, once: Once<'_>, new: &Placing<'_>, today: Date) -> Result<u32, Refusal> {
    let Placing { serial, version, outlet, agreement, deposit } = *new;
    let at = master.outlet(outlet, today).ok_or_else(|| no_outlet(outlet))?;
    let owner = master.partner(&at.owner, today).ok_or_else(|| no_outlet(outlet))?;
    let in_force = |row: &qudao_kernel::master::Agreement| row.code == agreement && row.partner == at.owner && row.span.contains(today);
    if !master.agreements().any(in_force) {
        return Err(Refusal::bad_input(
            "airtime.agreement",
            format!("协议 {agreement} 不是 {} 在 {today} 有效的协议；请核对", at.owner),
            format!("{agreement} is no agreement of {} in force on {today}; check it", at.owner),
        ));
    }
    write_tx!(db, |tx| {
        let body = json!([serial, outlet, agreement, deposit.0]).to_string();
        let claim = match keys::begin::<u32>(tx, &format!("terminal.place/{}", once.who), once.key, body.as_bytes()).await? {
            Begun::Same(version) => return Ok(version),
            Begun::Fresh(claim) => claim,
        };
        let before = held(tx, &Sight::everywhere(), serial).await?;
        free(&before)?;
        let sql = "update airtime_terminal set state = 'placed', partner = $3, outlet = $4, territory = $5, agreement = $6, deposit = $7,
                   placed_on = $8, last_sale_on = null, changed_us = $9, version = version + 1 where serial = $1 and version = $2";
        let values = args![serial, version, &at.owner, outlet, &at.territory, agreement, deposit, today, tx.now_us()];
        tx.execute_versioned("空充机 terminal", serial, sql, values).await?;
        if deposit != Fen::ZERO {
            let debtor = Debtor { partner: &at.owner, territory: &owner.territory };
            let taken = Move { debtor, kind: Security::Terminal, act: Act::Take, amount: deposit, reference: serial, reason: "" };
            deposit::apply(tx, once, &taken).await?;
        }
        note(tx, &Noted { serial, act: "place", partner: &at.owner, outlet, amount: deposit, note: agreement, who: once.who }).await?;
        let after = json!({ "partner": at.owner, "outlet": outlet, "agreement": agreement, "deposit": deposit.0 });
        tx.audit(Entry::new(once.who, "terminal.place", "terminal", serial).after(after.to_string()));
        Ok(claim.finish(tx, version + 1).await?.into_inner())
    })
}

/// No outlet of that code, or none within reach.
pub fn no_outlet(outlet: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "airtime.outlet",
        format!("没有网点 {outlet}，或不在您的范围内；请核对编码"),
        format!("there is no outlet {outlet}, or not within your reach; check the code"),
    )
}

fn free(terminal: &Terminal) -> Result<(), Refusal> {
    let (serial, outlet) = (&terminal.serial, &terminal.outlet);
    match terminal.state.as_str() {
        "stock" => Ok(()),
        "placed" => Err(Refusal::new(
            Kind::Conflict,
            "airtime.terminal.placed",
            format!("空充机 {serial} 已布放在网点 {outlet}；请先收回"),
            format!("the terminal {serial} is placed at outlet {outlet}; recall it first"),
        )),
        _ => Err(Refusal::new(
            Kind::Conflict,
            "airtime.terminal.lost",
            format!("空充机 {serial} 已登记遗失，不能布放"),
            format!("the terminal {serial} is lost and cannot be placed"),
        )),
    }
}

/// How a terminal is called back.
#[derive(Debug, Clone, Copy)]
pub struct Recall<'a> {
    /// Terminal.
    pub serial: &'a str,
    /// Version that was seen.
    pub version: u32,
    /// It is not there any more.
    pub lost: bool,
    /// Part of the deposit that is kept; the rest goes back.
    pub keep: Fen,
    /// Why.
    pub reason: &'a str,
}

/// Calls a terminal back: what is on it is given back, and its deposit but what is kept. The version afterwards.
///
/// # Errors
/// `BadInput access.reason.missing`, `airtime.recall.keep` beyond the deposit; `NotFound airtime.terminal.none`; `Conflict airtime.terminal.state`,
/// `deposit.short`, `platform.db.stale`.
pub async fn recall(db: &Db, master: &Master, sight: &Sight, once: Once<'_>, new: &Recall<'_>, today: Date) -> Result<u32, Refusal> {
    let Recall { serial, version, lost, keep, reason } = *new;
    reasoned(reason)?;
    write_tx!(db, |tx| {
        let body = json!([serial, lost, keep.0, reason]).to_string();
        let claim = match keys::begin::<u32>(tx, &format!("terminal.recall/{}", once.who), once.key, body.as_bytes()).await? {
            Begun::Same(version) => return Ok(version),
            Begun::Fresh(claim) => claim,
        };
        let before = held(tx, sight, serial).await?;
        in_place(&before)?;
        if keep < Fen::ZERO || keep > before.deposit {
            return Err(Refusal::bad_input(
                "airtime.recall.keep",
                format!("扣留的保证金须在 0 至 {} 之间；请修改", before.deposit),
                format!("what is kept of the deposit lies between 0 and {}; change it", before.deposit),
            ));
        }
        float::give_back(tx, once, &before, today).await?;
        // The partner may have left the network since.
        let territory = master.partner(&before.partner, today).map_or(before.territory.as_str(), |row| row.territory.as_str());
        let debtor = Debtor { partner: &before.partner, territory };
        let back = Fen(before.deposit.0 - keep.0);
        for (act, amount) in [(Act::Refund, back), (Act::Keep, keep)] {
            if amount > Fen::ZERO {
                let key = format!("{}/{}", once.key, act.name());
                let moved = Move { debtor, kind: Security::Terminal, act, amount, reference: serial, reason };
                deposit::apply(tx, Once { key: &key, ..once }, &moved).await?;
            }
        }
        let state = if lost { "lost" } else { "stock" };
        let sql = "update airtime_terminal set state = $3, partner = '', outlet = '', territory = '', agreement = '', deposit = 0, placed_on = null,
                   last_sale_on = null, changed_us = $4, version = version + 1 where serial = $1 and version = $2";
        tx.execute_versioned("空充机 terminal", serial, sql, args![serial, version, state, tx.now_us()]).await?;
        let act = if lost { "lose" } else { "recall" };
        let (partner, outlet) = (&before.partner, &before.outlet);
        note(tx, &Noted { serial, act, partner, outlet, amount: back, note: reason.trim(), who: once.who }).await?;
        let (was, is) =
            (json!({ "state": "placed", "outlet": outlet }), json!({ "state": state, "float": before.balance().0, "kept": keep.0 }));
        tx.audit(
            Entry::new(once.who, "terminal.recall", "terminal", serial).before(was.to_string()).after(is.to_string()).reason(reason.trim()),
        );
        Ok(claim.finish(tx, version + 1).await?.into_inner())
    })
}

pub(crate) fn in_place(terminal: &Terminal) -> Result<(), Refusal> {
    if terminal.state == "placed" {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "airtime.terminal.state",
        format!("空充机 {} 没有布放在网点，不能执行这项操作；请刷新", terminal.serial),
        format!("the terminal {} is not placed at an outlet, so this is not possible; reload it", terminal.serial),
    ))
}

/// A line of a terminal's history.
pub(crate) struct Noted<'a> {
    pub(crate) serial: &'a str,
    pub(crate) act: &'a str,
    pub(crate) partner: &'a str,
    pub(crate) outlet: &'a str,
    pub(crate) amount: Fen,
    pub(crate) note: &'a str,
    pub(crate) who: &'a str,
}

async fn note(tx: &mut Tx, new: &Noted<'_>) -> Result<(), Refusal> {
    let Noted { serial, act, partner, outlet, amount, note, who } = *new;
    let seq = tx.query_one("select count(*) as n from airtime_event where serial = $1", args![serial]).await?.int("n")? + 1;
    let sql = "insert into airtime_event (serial, seq, act, partner, outlet, amount, note, who, at_us) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.execute(sql, args![serial, seq, act, partner, outlet, amount, note, who, tx.now_us()]).await.map(drop)
}

/// Something that happened to a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// add, place, recall, lose.
    pub act: String,
    /// Partner.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// Deposit taken or refunded.
    pub amount: Fen,
    /// Agreement or reason.
    pub note: String,
    /// Who.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// What happened to a terminal, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, serial: &str) -> Result<Vec<Happened>, Refusal> {
    let happened = |row: &Row| {
        Ok(Happened {
            act: row.string("act")?,
            partner: row.string("partner")?,
            outlet: row.string("outlet")?,
            amount: row.fen("amount")?,
            note: row.string("note")?,
            who: row.string("who")?,
            at_us: row.int("at_us")?,
        })
    };
    tx.query("select * from airtime_event where serial = $1 order by seq", args![serial]).await?.iter().map(happened).collect()
}

/// What warns of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// Its balance is below this.
    Low(Fen),
    /// It sold nothing since this day.
    Idle(Date),
}

/// Which terminals. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// State.
    pub state: String,
    /// Partner.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// In the serial.
    pub text: String,
    /// Only those to be warned of.
    pub alert: Option<Alert>,
    /// Serial of the last one seen.
    pub after: String,
    /// Most rows.
    pub limit: u32,
}

/// A page of terminals, with sums of all pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminals {
    /// Rows, by serial.
    pub rows: Vec<Terminal>,
    /// The `after` of the next page.
    pub next: Option<String>,
    /// Rows of all pages.
    pub total: u32,
    /// Sum of their balances.
    pub balance: Fen,
}

/// Terminals, by serial.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Terminals, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("t", false, &mut values)];
    for (column, value) in [("state", &query.state), ("partner", &query.partner), ("outlet", &query.outlet)] {
        if !value.is_empty() {
            wheres.push(format!("t.{column} = {}", mark(&mut values, value)));
        }
    }
    if !query.text.is_empty() {
        wheres.push(format!("t.serial like {} escape '\\'", mark(&mut values, like(&query.text))));
    }
    match query.alert {
        Some(Alert::Low(least)) => {
            wheres.push(format!("t.state = 'placed' and t.loaded - t.sold + t.reversed < {}", mark(&mut values, least)));
        }
        Some(Alert::Idle(since)) => {
            wheres.push(format!("t.state = 'placed' and coalesce(t.last_sale_on, t.placed_on) < {}", mark(&mut values, since)));
        }
        None => {}
    }
    let filter = wheres.join(" and ");
    let sql = format!(
        "select count(*) as n, cast(coalesce(sum(t.loaded - t.sold + t.reversed), 0) as bigint) as balance from airtime_terminal t where {filter}"
    );
    let all = tx.query_one(sql, &values).await?;
    let (total, balance) = (all.count("n")?, all.fen("balance")?);
    let after = mark(&mut values, &query.after);
    let limit = (query.limit as usize).clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select t.* from airtime_terminal t where {filter} and t.serial > {after} order by t.serial limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.serial.clone());
    Ok(Terminals { rows, next, total, balance })
}

/// A terminal somebody may see.
///
/// # Errors
/// `NotFound airtime.terminal.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, serial: &str) -> Result<Terminal, Refusal> {
    one(tx, sight, serial, "").await
}

/// The same, which nobody else changes meanwhile.
pub(crate) async fn held(tx: &mut Tx, sight: &Sight, serial: &str) -> Result<Terminal, Refusal> {
    one(tx, sight, serial, "{for_update}").await
}

async fn one(tx: &mut Tx, sight: &Sight, serial: &str, lock: &str) -> Result<Terminal, Refusal> {
    let mut values: Vec<Value> = args![serial].to_vec();
    let wheres = sight.wheres("t", false, &mut values);
    let row = tx.query_opt(format!("select t.* from airtime_terminal t where t.serial = $1 and {wheres} {lock}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(serial))
}

pub(crate) fn none(serial: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "airtime.terminal.none",
        format!("没有空充机 {serial}，或不在您的范围内；请核对序列号"),
        format!("there is no terminal {serial}, or not within your reach; check the serial"),
    )
}

fn of_row(row: &Row) -> Result<Terminal, Refusal> {
    Ok(Terminal {
        serial: row.string("serial")?,
        version: row.count("version")?,
        model: row.string("model")?,
        state: row.string("state")?,
        partner: row.string("partner")?,
        outlet: row.string("outlet")?,
        territory: row.string("territory")?,
        agreement: row.string("agreement")?,
        deposit: row.fen("deposit")?,
        placed_on: row.opt_parse("placed_on")?,
        last_sale_on: row.opt_parse("last_sale_on")?,
        loaded: row.fen("loaded")?,
        sold: row.fen("sold")?,
        reversed: row.fen("reversed")?,
    })
}
