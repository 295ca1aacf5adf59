//! 保证金: a partner's own money held as security, by kind (R0.30). It is refunded in full, or what is kept of it is explained.

use crate::books::{self, Moved, What};
use crate::{Debtor, Once, above_zero, plain};
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_kernel::{Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::str::FromStr;

/// What a deposit secures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Security {
    /// 空充机保证金.
    Terminal,
    /// 货款保证金.
    Goods,
    /// 履约保证金.
    Guarantee,
}

impl Security {
    /// All of them.
    pub const ALL: [Security; 3] = [Security::Terminal, Security::Goods, Security::Guarantee];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Security::Terminal => "terminal",
            Security::Goods => "goods",
            Security::Guarantee => "guarantee",
        }
    }
}

impl FromStr for Security {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Security::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

/// What is done with a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It comes in.
    Take,
    /// It goes back.
    Refund,
    /// It is kept, and the reason says why.
    Keep,
}

impl Act {
    const ALL: [Act; 3] = [Act::Take, Act::Refund, Act::Keep];

    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Act::Take => "take",
            Act::Refund => "refund",
            Act::Keep => "keep",
        }
    }

    const fn done(self) -> (&'static str, &'static str, What) {
        match self {
            Act::Take => ("taken", "deposit.take", What::TakeDeposit),
            Act::Refund => ("refunded", "deposit.refund", What::RefundDeposit),
            Act::Keep => ("kept", "deposit.keep", What::KeepDeposit),
        }
    }
}

impl FromStr for Act {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Act::ALL.into_iter().find(|act| act.name() == text).ok_or(())
    }
}

/// A movement of a deposit.
#[derive(Debug, Clone, Copy)]
pub struct Move<'a> {
    /// Whose.
    pub debtor: Debtor<'a>,
    /// What it secures.
    pub kind: Security,
    /// What is done.
    pub act: Act,
    /// How much.
    pub amount: Fen,
    /// Receipt, agreement or serial.
    pub reference: &'a str,
    /// Why; needed where it is kept.
    pub reason: &'a str,
}

/// Takes, refunds or keeps a deposit. The balance afterwards. The same request under its key does nothing twice.
///
/// # Errors
/// `BadInput receivable.amount`, `receivable.text`, `access.reason.missing` where it is kept without one; `Conflict deposit.short`.
pub async fn make(db: &Db, once: Once<'_>, new: &Move<'_>) -> Result<Fen, Refusal> {
    write_tx!(db, |tx| {
        let Move { debtor, kind, act, amount, reference, reason } = *new;
        let body = json!([debtor.partner, kind.name(), act.name(), amount.0, reference, reason]).to_string();
        let claim = match keys::begin::<Fen>(tx, &once.scope("deposit"), once.key, body.as_bytes()).await? {
            Begun::Same(balance) => return Ok(balance),
            Begun::Fresh(claim) => claim,
        };
        let balance = apply(tx, once, new).await?;
        Ok(claim.finish(tx, balance).await?.into_inner())
    })
}

/// A movement within the transaction of whoever needs it, such as the placing of a terminal. The balance afterwards.
///
/// # Errors
/// As [`make`].
pub async fn apply(tx: &mut Tx, once: Once<'_>, new: &Move<'_>) -> Result<Fen, Refusal> {
    let Move { debtor, kind, act, amount, reference, reason } = *new;
    above_zero(amount)?;
    let (reference, reason) = (plain(reference)?, plain(reason)?);
    if act == Act::Keep {
        reasoned(reason)?;
    }
    let (name, action, what) = act.done();
    let id = once.number("BZ", tx);
    if act == Act::Take {
        let sql = "insert into deposit_account (partner, kind, territory, balance) values ($1, $2, $3, $4)
                   on conflict (partner, kind) do update set balance = deposit_account.balance + excluded.balance";
        tx.execute(sql, args![debtor.partner, kind.name(), debtor.territory, amount]).await?;
    } else {
        lower(tx, debtor.partner, kind, amount).await?;
    }
    note(tx, &id, new, name, once.who).await?;
    let words = match act {
        Act::Take => "收保证金 deposit taken",
        Act::Refund => "退保证金 deposit refunded",
        Act::Keep => "扣留保证金 deposit kept",
    };
    let text = format!("{words} {id}");
    let reference = if reference.is_empty() { id.clone() } else { reference.to_owned() };
    books::send(tx, &format!("deposit/{id}"), Moved { what, owner: debtor.partner.to_owned(), amount: amount.0, reference, reason: text })
        .await?;
    let after = json!({ "partner": debtor.partner, "kind": kind.name(), "amount": amount.0 });
    let entry = Entry::new(once.who, action, "deposit", &id).after(after.to_string());
    tx.audit(if reason.is_empty() { entry } else { entry.reason(reason) });
    balance(tx, debtor.partner, kind).await
}

/// Takes money out of a deposit, never below zero.
pub(crate) async fn lower(tx: &mut Tx, partner: &str, kind: Security, amount: Fen) -> Result<(), Refusal> {
    let sql = "update deposit_account set balance = balance - $3 where partner = $1 and kind = $2 and balance >= $3";
    if tx.execute(sql, args![partner, kind.name(), amount]).await? > 0 {
        return Ok(());
    }
    let there = balance(tx, partner, kind).await?;
    Err(Refusal::new(
        Kind::Conflict,
        "deposit.short",
        format!("{partner} 的该项保证金余额是 {there}，少于 {amount}；请修改金额"),
        format!("this deposit of {partner} holds {there}, less than {amount}; change the amount"),
    ))
}

pub(crate) async fn note(tx: &mut Tx, id: &str, new: &Move<'_>, act: &str, who: &str) -> Result<(), Refusal> {
    let Move { debtor, kind, amount, reference, reason, .. } = *new;
    let sql = "insert into deposit_movement (id, partner, kind, act, amount, reference, reason, who, at_us)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = args![id, debtor.partner, kind.name(), act, amount, reference.trim(), reason.trim(), who, tx.now_us()];
    tx.execute(sql, values).await.map(drop)
}

/// What is held of a partner; zero where nothing ever was.
///
/// # Errors
/// The database does not answer.
pub async fn balance(tx: &mut Tx, partner: &str, kind: Security) -> Result<Fen, Refusal> {
    let row = tx.query_opt("select balance from deposit_account where partner = $1 and kind = $2", args![partner, kind.name()]).await?;
    row.map_or(Ok(Fen::ZERO), |row| row.fen("balance"))
}

/// What is held of a partner of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whose.
    pub partner: String,
    /// What it secures.
    pub kind: Security,
    /// How much.
    pub balance: Fen,
}

/// Deposits, by partner and kind; of one partner, or of all in sight.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, partner: Option<&str>) -> Result<Vec<Held>, Refusal> {
    let mut values: Vec<Value> = args![partner.unwrap_or_default()].to_vec();
    let wheres = sight.wheres_of_partner("d", &mut values);
    let sql = format!("select d.* from deposit_account d where ($1 = '' or d.partner = $1) and {wheres} order by d.partner, d.kind");
    let held = |row: &Row| Ok(Held { partner: row.string("partner")?, kind: row.parse("kind")?, balance: row.fen("balance")? });
    tx.query(sql, &values).await?.iter().map(held).collect()
}

/// A movement that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Number.
    pub id: String,
    /// What it secures.
    pub kind: Security,
    /// taken, refunded, kept, used.
    pub act: String,
    /// How much.
    pub amount: Fen,
    /// Receipt, agreement, serial or invoice.
    pub reference: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// Movements of a partner's deposits, latest first.
///
/// # Errors
/// The database does not answer.
pub async fn movements(tx: &mut Tx, partner: &str) -> Result<Vec<Movement>, Refusal> {
    const MOST: i64 = 500;
    let movement = |row: &Row| {
        Ok(Movement {
            id: row.string("id")?,
            kind: row.parse("kind")?,
            act: row.string("act")?,
            amount: row.fen("amount")?,
            reference: row.string("reference")?,
            reason: row.string("reason")?,
            who: row.string("who")?,
            at_us: row.int("at_us")?,
        })
    };
    let sql = "select * from deposit_movement where partner = $1 order by at_us desc, id limit $2";
    tx.query(sql, args![partner, MOST]).await?.iter().map(movement).collect()
}
