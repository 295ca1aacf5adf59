//! Collections: money that came in, matched to invoices, explicitly or the longest due first.

use crate::books::{self, Moved, What};
use crate::invoice::{self, Invoice};
use crate::{Debtor, Once, above_zero, missing, not_ahead, plain};
use qudao_access::Sight;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::str::FromStr;

/// Most collections of a partner that are listed.
const MOST: i64 = 500;

/// On what way money came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By bank.
    Bank,
    /// In cash.
    Cash,
    /// Taken out of commission by a statement.
    Commission,
    /// Taken out of a deposit.
    Deposit,
    /// Goods that were paid came back.
    Goods,
}

impl Way {
    const ALL: [Way; 5] = [Way::Bank, Way::Cash, Way::Commission, Way::Deposit, Way::Goods];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Way::Bank => "bank",
            Way::Cash => "cash",
            Way::Commission => "commission",
            Way::Deposit => "deposit",
            Way::Goods => "goods",
        }
    }

    /// Whether somebody brought it, as opposed to an offset or goods.
    pub const fn is_paid(self) -> bool {
        matches!(self, Way::Bank | Way::Cash)
    }
}

impl FromStr for Way {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Way::ALL.into_iter().find(|way| way.name() == text).ok_or(())
    }
}

/// A part of a collection and the invoice it pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Invoice.
    pub invoice: String,
    /// Fen.
    pub amount: Fen,
}

/// Money that came in.
#[derive(Debug, Clone, Copy)]
pub struct Collect<'a> {
    /// Who paid.
    pub debtor: Debtor<'a>,
    /// By bank or in cash.
    pub way: Way,
    /// How much.
    pub amount: Fen,
    /// Day it came.
    pub received_on: Date,
    /// The bank's number, or that of the receipt.
    pub reference: &'a str,
    /// What it pays; the longest due first where absent.
    pub parts: Option<&'a [Part]>,
}

/// What came of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// Its number.
    pub id: String,
    /// What was matched now.
    pub parts: Vec<Part>,
    /// What stands to the partner's credit.
    pub credit: Fen,
}

/// Notes money that came in and matches it. The same request under its key is the same collection.
///
/// # Errors
/// `BadInput receivable.amount`, `receivable.text`, `receivable.day`, `receivable.collection.way`, `receivable.match.parts` for parts above the whole or an
/// invoice twice; `Conflict receivable.match.open` for a part above what is open; `NotFound receivable.invoice.none`.
pub async fn collect(db: &Db, once: Once<'_>, new: &Collect<'_>, today: Date) -> Result<Done<Collected>, Refusal> {
    let Collect { debtor, way, amount, received_on, reference, parts } = *new;
    above_zero(amount)?;
    not_ahead(received_on, today)?;
    let reference = plain(reference)?;
    if !way.is_paid() {
        return Err(Refusal::bad_input("receivable.collection.way", "收款方式为 bank 或 cash", "money comes by bank or cash"));
    }
    write_tx!(db, |tx| {
        let body = json!([debtor.partner, way.name(), amount.0, received_on.to_string(), reference, parts]).to_string();
        let claim = match keys::begin::<Collected>(tx, &once.scope("receivable.collect"), once.key, body.as_bytes()).await? {
            Begun::Same(done) => return Ok(Done::Already(done)),
            Begun::Fresh(claim) => claim,
        };
        let id = once.number("SK", tx);
        let row = New { id: &id, debtor, way, amount, received_on, reference, who: once.who };
        put(tx, &row).await?;
        let matched = spread(tx, debtor.partner, &id, amount, parts).await?;
        let text = format!("收款 collection {id}");
        let moved = Moved { what: What::Receive, owner: debtor.partner.to_owned(), amount: amount.0, reference: id.clone(), reason: text };
        books::send(tx, &format!("collection/{id}"), moved).await?;
        let done = Collected { credit: Fen(amount.0 - sum(&matched)), id, parts: matched };
        let after =
            json!({ "partner": debtor.partner, "amount": amount.0, "way": way.name(), "reference": reference, "parts": done.parts });
        tx.audit(Entry::new(once.who, "receivable.collect", "collection", &done.id).after(after.to_string()));
        claim.finish(tx, done).await
    })
}

/// Matches what is left of a collection: explicitly, or the longest due first.
///
/// # Errors
/// As [`collect`]; `NotFound receivable.collection.none`; `Conflict receivable.match.nothing` where nothing is left.
pub async fn rematch(db: &Db, sight: &Sight, once: Once<'_>, id: &str, parts: Option<&[Part]>) -> Result<Done<Collected>, Refusal> {
    write_tx!(db, |tx| {
        let claim = match keys::begin::<Collected>(tx, &once.scope("receivable.match"), once.key, json!([id, parts]).to_string().as_bytes())
            .await?
        {
            Begun::Same(done) => return Ok(Done::Already(done)),
            Begun::Fresh(claim) => claim,
        };
        let mut values: Vec<Value> = args![id].to_vec();
        let wheres = sight.wheres_of_partner("c", &mut values);
        let sql = format!("select c.* from receivable_collection c where c.id = $1 and {wheres} {{for_update}}");
        let row = tx.query_opt(sql, &values).await?;
        let one = row.as_ref().map(of_row).transpose()?.ok_or_else(|| missing("receivable.collection.none", "收款", "collection", id))?;
        let left = one.credit();
        if left == Fen::ZERO {
            return Err(Refusal::new(
                Kind::Conflict,
                "receivable.match.nothing",
                format!("收款 {id} 已全部核销；没有可核销的余额"),
                format!("all of collection {id} is matched; nothing is left"),
            ));
        }
        let matched = spread(tx, &one.partner, id, left, parts).await?;
        let done = Collected { id: id.to_owned(), credit: Fen(left.0 - sum(&matched)), parts: matched };
        let (was, is) = (json!({ "credit": left.0 }), json!({ "credit": done.credit.0, "parts": done.parts }));
        tx.audit(Entry::new(once.who, "receivable.match", "collection", id).before(was.to_string()).after(is.to_string()));
        claim.finish(tx, done).await
    })
}

/// The row of a collection.
pub(crate) struct New<'a> {
    pub(crate) id: &'a str,
    pub(crate) debtor: Debtor<'a>,
    pub(crate) way: Way,
    pub(crate) amount: Fen,
    pub(crate) received_on: Date,
    pub(crate) reference: &'a str,
    pub(crate) who: &'a str,
}

pub(crate) async fn put(tx: &mut Tx, new: &New<'_>) -> Result<(), Refusal> {
    let New { id, debtor, way, amount, received_on, reference, who } = *new;
    let sql = "insert into receivable_collection (id, partner, territory, way, amount, matched, received_on, reference, who, at_us)
               values ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)";
    let values = args![id, debtor.partner, debtor.territory, way.name(), amount, received_on, reference, who, tx.now_us()];
    tx.execute(sql, values).await.map(drop)
}

/// Spreads money over invoices of a partner. What was matched.
pub(crate) async fn spread(tx: &mut Tx, partner: &str, collection: &str, money: Fen, parts: Option<&[Part]>) -> Result<Vec<Part>, Refusal> {
    let open = invoice::open_of(tx, partner).await?;
    let parts = match parts {
        Some(parts) => explicit(&open, money, parts)?,
        None => oldest_first(&open, money),
    };
    for part in &parts {
        put_match(tx, collection, part).await?;
    }
    Ok(parts)
}

/// Notes that a part of a collection pays an invoice.
pub(crate) async fn put_match(tx: &mut Tx, collection: &str, part: &Part) -> Result<(), Refusal> {
    let sql = "update receivable_invoice set collected = collected + $2, version = version + 1 where id = $1";
    tx.execute(sql, args![&part.invoice, part.amount]).await?;
    tx.execute("update receivable_collection set matched = matched + $2 where id = $1", args![collection, part.amount]).await?;
    let seq = tx.query_one("select count(*) as n from receivable_match where collection = $1", args![collection]).await?.int("n")? + 1;
    let sql = "insert into receivable_match (collection, seq, invoice, amount, at_us) values ($1, $2, $3, $4, $5)";
    tx.execute(sql, args![collection, seq, &part.invoice, part.amount, tx.now_us()]).await.map(drop)
}

/// What is open of an invoice and not held by an offset.
fn free(invoice: &Invoice) -> i64 {
    invoice.open().0 - invoice.held.0
}

/// Money over invoices, the first ones first; never more than is free of each.
pub(crate) fn oldest_first(open: &[Invoice], money: Fen) -> Vec<Part> {
    let mut left = money.0;
    let mut parts = Vec::new();
    for one in open {
        let amount = free(one).min(left);
        if amount > 0 {
            parts.push(Part { invoice: one.id.clone(), amount: Fen(amount) });
            left -= amount;
        }
    }
    parts
}

fn explicit(open: &[Invoice], money: Fen, parts: &[Part]) -> Result<Vec<Part>, Refusal> {
    let mut seen = std::collections::BTreeSet::new();
    let all: i128 = parts.iter().map(|part| i128::from(part.amount.0)).sum();
    if all > i128::from(money.0) || parts.iter().any(|part| part.amount <= Fen::ZERO || !seen.insert(&part.invoice)) {
        return Err(Refusal::bad_input(
            "receivable.match.parts",
            format!("核销明细须为正数、每张应收单一行，合计不超过 {money}；请修改"),
            format!("parts are above zero, one for each invoice, and add up to at most {money}; change them"),
        ));
    }
    for part in parts {
        let one = open.iter().find(|one| one.id == part.invoice);
        let left = one.map_or(0, free);
        if part.amount.0 > left {
            return Err(Refusal::new(
                Kind::Conflict,
                "receivable.match.open",
                format!("应收单 {} 可核销的金额是 {}，少于 {}；请修改", part.invoice, Fen(left), part.amount),
                format!("{} of invoice {} can be paid, less than {}; change it", Fen(left), part.invoice, part.amount),
            ));
        }
    }
    Ok(parts.to_vec())
}

fn sum(parts: &[Part]) -> i64 {
    parts.iter().map(|part| part.amount.0).sum()
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Number.
    pub id: String,
    /// Who paid.
    pub partner: String,
    /// On what way.
    pub way: Way,
    /// How much.
    pub amount: Fen,
    /// What of it is matched.
    pub matched: Fen,
    /// Day it came.
    pub received_on: Date,
    /// The bank's number, or what it was taken by.
    pub reference: String,
    /// Who noted it.
    pub who: String,
}

impl Collection {
    /// What is not matched.
    pub fn credit(&self) -> Fen {
        Fen(self.amount.0 - self.matched.0)
    }
}

/// Collections of a partner, latest first, each with what it paid.
///
/// # Errors
/// The database does not answer.
pub async fn of_partner(tx: &mut Tx, sight: &Sight, partner: &str) -> Result<Vec<(Collection, Vec<Part>)>, Refusal> {
    let mut values: Vec<Value> = args![partner, MOST].to_vec();
    let wheres = sight.wheres_of_partner("c", &mut values);
    let sql = format!(
        "select c.* from receivable_collection c where c.partner = $1 and {wheres} order by c.received_on desc, c.id desc limit $2"
    );
    let mut found = Vec::new();
    for row in tx.query(sql, &values).await? {
        let one = of_row(&row)?;
        let rows = tx.query("select invoice, amount from receivable_match where collection = $1 order by seq", args![&one.id]).await?;
        let parts = rows.iter().map(|row| Ok(Part { invoice: row.string("invoice")?, amount: row.fen("amount")? }));
        let parts = parts.collect::<Result<Vec<_>, Refusal>>()?;
        found.push((one, parts));
    }
    Ok(found)
}

fn of_row(row: &Row) -> Result<Collection, Refusal> {
    Ok(Collection {
        id: row.string("id")?,
        partner: row.string("partner")?,
        way: row.parse("way")?,
        amount: row.fen("amount")?,
        matched: row.fen("matched")?,
        received_on: row.parse("received_on")?,
        reference: row.string("reference")?,
        who: row.string("who")?,
    })
}
