//! The float of a terminal: loaded, sold, taken back (R1.43). A sale is a fact on the way of orders (R1.42).

use crate::terminal::{self, Terminal, in_place};
use qudao_access::Sight;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_orders::order::facts::{self, Cells};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{Done, args, write_tx};
use qudao_receivable::books::{self, Moved, What};
use qudao_receivable::invoice::{self, For, Issue};
use qudao_receivable::{Debtor, Once};
use serde_json::json;
use std::str::FromStr;

/// The largest amount of one movement: a hundred million yuan.
const MOST_FEN: i64 = 10_000_000_000;
/// Longest number of a movement.
const LONGEST: usize = 40;

/// What a movement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// 加载: money is put on the terminal.
    Loaded,
    /// 售出: a subscriber is topped up.
    Sold,
    /// 冲正: a sale is taken back.
    Reversed,
    /// 退回: what is left goes back as the terminal is called back.
    Returned,
}

impl Flow {
    const ALL: [Flow; 4] = [Flow::Loaded, Flow::Sold, Flow::Reversed, Flow::Returned];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Flow::Loaded => "loaded",
            Flow::Sold => "sold",
            Flow::Reversed => "reversed",
            Flow::Returned => "returned",
        }
    }

    /// As files and people write it.
    pub const fn title(self) -> &'static str {
        match self {
            Flow::Loaded => "加载",
            Flow::Sold => "售出",
            Flow::Reversed => "冲正",
            Flow::Returned => "退回",
        }
    }
}

impl FromStr for Flow {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Flow::ALL.into_iter().find(|flow| flow.name() == text || flow.title() == text).ok_or(())
    }
}

/// A movement as the top-up system numbers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The top-up system's number.
    pub number: String,
    /// Terminal.
    pub serial: String,
    /// What it does.
    pub flow: Flow,
    /// How much, above zero.
    pub amount: Fen,
    /// Business day.
    pub occurred_on: Date,
    /// The sale a reversal takes back; empty otherwise.
    pub reference: String,
}

/// Who pays what is loaded, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid<'a> {
    /// It is paid.
    Now,
    /// On account: an invoice to the partner, due on a day.
    OnAccount {
        /// Division code of the partner.
        territory: &'a str,
        /// Last day to pay.
        due_on: Date,
    },
}

/// Loads money on a terminal. Its balance afterwards. The same movement once more does nothing.
///
/// # Errors
/// `BadInput airtime.movement`; `NotFound airtime.terminal.none`; `Conflict airtime.terminal.state`, `airtime.movement.other` for a number that has another
/// content.
pub async fn load(db: &Db, sight: &Sight, once: Once<'_>, new: &Movement, paid: Paid<'_>, today: Date) -> Result<Done<Fen>, Refusal> {
    write_tx!(db, |tx| {
        let Some(before) = fresh(tx, sight, new, today).await? else { return Ok(Done::Already(balance(tx, &new.serial).await?)) };
        in_place(&before)?;
        let sql = "update airtime_terminal set loaded = loaded + $2, changed_us = $3, version = version + 1 where serial = $1";
        tx.execute(sql, args![&new.serial, new.amount, tx.now_us()]).await?;
        put(tx, once.who, new, &before).await?;
        let what = match paid {
            Paid::Now => What::LoadFloat,
            Paid::OnAccount { territory, due_on } => {
                let debtor = Debtor { partner: &before.partner, territory };
                let note = format!("空充款 {} {}", new.serial, new.number);
                let issue = Issue { debtor, kind: For::Float, amount: new.amount, issued_on: today, due_on, note: &note };
                invoice::put(tx, once, &issue, today).await?;
                What::LoadFloatOnAccount
            }
        };
        post(tx, what, &before.partner, new.amount.0, new).await?;
        let after = json!({ "number": new.number, "amount": new.amount.0, "paid": paid == Paid::Now });
        tx.audit(Entry::new(once.who, "float.load", "terminal", &new.serial).after(after.to_string()));
        Ok(Done::Now(balance(tx, &new.serial).await?))
    })
}

/// Notes a sale, or that one is taken back. The balance afterwards. The same movement once more does nothing.
///
/// # Errors
/// As [`load`]; `Conflict airtime.float.short` where the balance is smaller, `airtime.reversal.sale` for a reversal of no sale of this terminal, of
/// another amount, or of one that was taken back.
pub async fn record(db: &Db, sight: &Sight, who: &str, new: &Movement, today: Date) -> Result<Done<Fen>, Refusal> {
    write_tx!(db, |tx| apply(tx, sight, who, new, today).await)
}

/// The same within a transaction.
pub(crate) async fn apply(tx: &mut Tx, sight: &Sight, who: &str, new: &Movement, today: Date) -> Result<Done<Fen>, Refusal> {
    let Some(before) = fresh(tx, sight, new, today).await? else { return Ok(Done::Already(balance(tx, &new.serial).await?)) };
    in_place(&before)?;
    match new.flow {
        Flow::Sold => sell(tx, new).await?,
        Flow::Reversed => take_back(tx, new).await?,
        Flow::Loaded | Flow::Returned => {
            return Err(wrong("加载请用加载操作，退回随收回终端办理", "money is loaded by loading, and given back with the terminal"));
        }
    }
    put(tx, who, new, &before).await?;
    let sign = if new.flow == Flow::Sold { 1 } else { -1 };
    post(tx, What::SellFloat, &before.partner, sign * new.amount.0, new).await?;
    facts::send_others(tx, &format!("airtime:{}", new.number), vec![(Table::BusinessEvent, cells(new, &before, today))]).await?;
    let after = json!({ "number": new.number, "flow": new.flow.name(), "amount": new.amount.0 });
    tx.audit(Entry::new(who, "float.record", "terminal", &new.serial).after(after.to_string()));
    Ok(Done::Now(balance(tx, &new.serial).await?))
}

async fn sell(tx: &mut Tx, new: &Movement) -> Result<(), Refusal> {
    let sql = "update airtime_terminal set sold = sold + $2, changed_us = $4, version = version + 1,
                   last_sale_on = case when last_sale_on is null or last_sale_on < $3 then $3 else last_sale_on end
               where serial = $1 and loaded - sold + reversed >= $2";
    if tx.execute(sql, args![&new.serial, new.amount, new.occurred_on, tx.now_us()]).await? > 0 {
        return Ok(());
    }
    let there = balance(tx, &new.serial).await?;
    Err(Refusal::new(
        Kind::Conflict,
        "airtime.float.short",
        format!("空充机 {} 的余额是 {there}，少于 {}；请先加载或核对", new.serial, new.amount),
        format!("the terminal {} holds {there}, less than {}; load it first, or check the amount", new.serial, new.amount),
    ))
}

async fn take_back(tx: &mut Tx, new: &Movement) -> Result<(), Refusal> {
    let sql = "select amount, (select count(*) from airtime_movement r where r.ref = s.id and r.kind = 'reversed') as times
               from airtime_movement s where s.id = $1 and s.serial = $2 and s.kind = 'sold'";
    let sale = tx.query_opt(sql, args![&new.reference, &new.serial]).await?;
    let fits = match &sale {
        Some(row) => row.fen("amount")? == new.amount && row.int("times")? == 0,
        None => false,
    };
    if !fits {
        return Err(Refusal::new(
            Kind::Conflict,
            "airtime.reversal.sale",
            format!("{} 不是该空充机一笔同额且未冲正的售出；请核对原流水号和金额", new.reference),
            format!("{} is no sale of this terminal of the same amount that still stands; check number and amount", new.reference),
        ));
    }
    let sql = "update airtime_terminal set reversed = reversed + $2, changed_us = $3, version = version + 1 where serial = $1";
    tx.execute(sql, args![&new.serial, new.amount, tx.now_us()]).await.map(drop)
}

/// What is left on a terminal that is called back goes back.
pub(crate) async fn give_back(tx: &mut Tx, once: Once<'_>, terminal: &Terminal, today: Date) -> Result<(), Refusal> {
    let amount = terminal.balance();
    if amount == Fen::ZERO {
        return Ok(());
    }
    let number = format!("TH-{}-{}", terminal.serial, terminal.version);
    let new =
        Movement { number, serial: terminal.serial.clone(), flow: Flow::Returned, amount, occurred_on: today, reference: String::new() };
    tx.execute("update airtime_terminal set loaded = loaded - $2 where serial = $1", args![&new.serial, amount]).await?;
    put(tx, once.who, &new, terminal).await?;
    post(tx, What::ReturnFloat, &terminal.partner, amount.0, &new).await
}

/// The terminal of a movement that is not noted yet, which nobody else changes meanwhile.
async fn fresh(tx: &mut Tx, sight: &Sight, new: &Movement, today: Date) -> Result<Option<Terminal>, Refusal> {
    check(new, today)?;
    let terminal = terminal::held(tx, sight, &new.serial).await?;
    let Some(there) = by_number(tx, &new.number).await? else { return Ok(Some(terminal)) };
    if there == *new {
        return Ok(None);
    }
    Err(Refusal::new(
        Kind::Conflict,
        "airtime.movement.other",
        format!("流水号 {} 已登记且内容不同；请核对", new.number),
        format!("the number {} is noted already with another content; check it", new.number),
    ))
}

fn check(new: &Movement, today: Date) -> Result<(), Refusal> {
    let good = |text: &str| text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'~');
    if new.number.len() < 4 || !good(&new.number) || !good(&new.reference) {
        return Err(wrong("流水号须为 4 至 40 位字母、数字或符号", "a number has 4 to 40 letters, digits or signs"));
    }
    if !(1..=MOST_FEN).contains(&new.amount.0) || new.occurred_on > today {
        return Err(wrong("金额须大于零，日期不能晚于今天", "the amount must be above zero, and the day must have come"));
    }
    Ok(())
}

fn wrong(zh: &str, en: &str) -> Refusal {
    Refusal::bad_input("airtime.movement", format!("流水有误：{zh}；请修改"), format!("the movement is wrong: {en}; change it"))
}

async fn put(tx: &mut Tx, who: &str, new: &Movement, at: &Terminal) -> Result<(), Refusal> {
    let sql = "insert into airtime_movement (id, serial, kind, amount, occurred_on, ref, partner, outlet, who, at_us)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let Movement { number, serial, flow, amount, occurred_on, reference } = new;
    let values = args![number, serial, flow.name(), *amount, *occurred_on, reference, &at.partner, &at.outlet, who, tx.now_us()];
    tx.execute(sql, values).await.map(drop)
}

async fn post(tx: &mut Tx, what: What, partner: &str, amount: i64, new: &Movement) -> Result<(), Refusal> {
    let reason = format!("空充{} float {}", new.flow.title(), new.serial);
    let moved = Moved { what, owner: partner.to_owned(), amount, reference: new.number.clone(), reason };
    books::send(tx, &format!("airtime/{}", new.number), moved).await
}

/// The fact a sale is, or that takes it back.
fn cells(new: &Movement, at: &Terminal, today: Date) -> Cells {
    let mut cells = Cells::new();
    let mut put = |col: Col, text: String| cells.insert(col.name().to_owned(), text);
    put(Col::EventId, new.number.clone());
    put(Col::Kind, if new.flow == Flow::Sold { "recharge" } else { "cancellation" }.to_owned());
    put(Col::OccurredOn, new.occurred_on.to_string());
    put(Col::KnownOn, today.to_string());
    put(Col::Outlet, at.outlet.clone());
    put(Col::Partner, at.partner.clone());
    put(Col::Amount, new.amount.plain());
    put(Col::Quantity, "1".to_owned());
    if new.flow == Flow::Reversed {
        put(Col::Ref, new.reference.clone());
    }
    cells
}

async fn balance(tx: &mut Tx, serial: &str) -> Result<Fen, Refusal> {
    let sql = "select loaded - sold + reversed as balance from airtime_terminal where serial = $1";
    tx.query_one(sql, args![serial]).await?.fen("balance")
}

/// A movement by its number.
pub(crate) async fn by_number(tx: &mut Tx, number: &str) -> Result<Option<Movement>, Refusal> {
    let row = tx.query_opt("select * from airtime_movement where id = $1", args![number]).await?;
    row.as_ref().map(of_row).transpose()
}

/// Movements of a business day, by number.
///
/// # Errors
/// The database does not answer.
pub async fn of_day(tx: &mut Tx, day: Date) -> Result<Vec<Movement>, Refusal> {
    tx.query("select * from airtime_movement where occurred_on = $1 order by id", args![day]).await?.iter().map(of_row).collect()
}

/// Movements of a terminal, latest first: at most as many as asked.
///
/// # Errors
/// The database does not answer.
pub async fn of_terminal(tx: &mut Tx, serial: &str, most: u32) -> Result<Vec<Movement>, Refusal> {
    let sql = "select * from airtime_movement where serial = $1 order by occurred_on desc, at_us desc, id desc limit $2";
    tx.query(sql, args![serial, most]).await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Movement, Refusal> {
    Ok(Movement {
        number: row.string("id")?,
        serial: row.string("serial")?,
        flow: row.parse("kind")?,
        amount: row.fen("amount")?,
        occurred_on: row.parse("occurred_on")?,
        reference: row.string("ref")?,
    })
}
