//! Invoices: what a partner owes by a day, and what put them right afterwards.

use crate::books::{self, Moved, What};
use crate::{Debtor, Once, above_zero, missing, not_ahead, plain};
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_access::sight::{like, mark};
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Most rows of a page.
const MOST: usize = 500;
/// Longest time to pay, days.
const LONGEST_TERM: i32 = 1_096;

/// What is owed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// 货款: handsets, cards, accessories.
    Goods,
    /// 空充款: top-up money on account.
    Float,
    /// 保证金: a deposit agreed on and not paid yet.
    Deposit,
    /// Anything else.
    Other,
}

impl For {
    /// All of them.
    pub const ALL: [For; 4] = [For::Goods, For::Float, For::Deposit, For::Other];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            For::Goods => "goods",
            For::Float => "float",
            For::Deposit => "deposit",
            For::Other => "other",
        }
    }
}

impl FromStr for For {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        For::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Number.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Who owes it.
    pub partner: String,
    /// Division code of the partner.
    pub territory: String,
    /// What for.
    pub kind: For,
    /// As it was issued.
    pub amount: Fen,
    /// Sum of what put it right, either way.
    pub adjusted: Fen,
    /// What was paid of it.
    pub collected: Fen,
    /// Part for which an offset is under way.
    pub held: Fen,
    /// Day it was issued; its age counts from here.
    pub issued_on: Date,
    /// Last day to pay.
    pub due_on: Date,
    /// What for, in words.
    pub note: String,
    /// Who issued it.
    pub who: String,
}

impl Invoice {
    /// What is still owed: invoiced − collected ± adjusted.
    pub fn open(&self) -> Fen {
        Fen(self.amount.0 + self.adjusted.0 - self.collected.0)
    }

    /// Days since it was due; 0 while it is not, or once it is paid.
    pub fn overdue_days(&self, today: Date) -> i32 {
        if self.open() > Fen::ZERO { (today.days() - self.due_on.days()).max(0) } else { 0 }
    }
}

/// An invoice to be issued.
#[derive(Debug, Clone, Copy)]
pub struct Issue<'a> {
    /// Who owes it.
    pub debtor: Debtor<'a>,
    /// What for.
    pub kind: For,
    /// How much.
    pub amount: Fen,
    /// Day it was issued.
    pub issued_on: Date,
    /// Last day to pay.
    pub due_on: Date,
    /// What for, in words.
    pub note: &'a str,
}

/// Issues an invoice and charges it in the books. The same request under its key is the same invoice.
///
/// # Errors
/// `BadInput receivable.amount`, `receivable.text`, `receivable.day`, `receivable.invoice.due` for a due day before the invoice's or years after it.
pub async fn issue(db: &Db, once: Once<'_>, new: &Issue<'_>, today: Date) -> Result<Done<String>, Refusal> {
    write_tx!(db, |tx| {
        let Issue { debtor, kind, amount, issued_on, due_on, note } = *new;
        let body = json!([debtor.partner, kind.name(), amount.0, issued_on.to_string(), due_on.to_string(), note]).to_string();
        let claim = match keys::begin::<String>(tx, &once.scope("receivable.issue"), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = charge(tx, once, new, today).await?;
        claim.finish(tx, id).await
    })
}

/// Issues an invoice within the transaction of what it is for, and charges it in the books. Its number.
///
/// # Errors
/// As [`issue`].
pub async fn charge(tx: &mut Tx, once: Once<'_>, new: &Issue<'_>, today: Date) -> Result<String, Refusal> {
    let id = put(tx, once, new, today).await?;
    let (owner, text) = (new.debtor.partner.to_owned(), format!("应收 receivable {id}"));
    let moved = Moved { what: What::Charge, owner, amount: new.amount.0, reference: id.clone(), reason: text };
    books::send(tx, &format!("invoice/{id}"), moved).await?;
    Ok(id)
}

/// The row of an invoice, within the transaction of whoever charges it in the books.
///
/// # Errors
/// As [`issue`].
pub async fn put(tx: &mut Tx, once: Once<'_>, new: &Issue<'_>, today: Date) -> Result<String, Refusal> {
    let Issue { debtor, kind, amount, issued_on, due_on, note } = *new;
    above_zero(amount)?;
    not_ahead(issued_on, today)?;
    let note = plain(note)?;
    if due_on < issued_on || due_on.days() - issued_on.days() > LONGEST_TERM {
        return Err(Refusal::bad_input(
            "receivable.invoice.due",
            format!("到期日 {due_on} 须在开单日 {issued_on} 当天或之后、三年以内；请修改"),
            format!("the due day {due_on} must be on or after the invoice's {issued_on}, within three years; change it"),
        ));
    }
    let id = once.number("YS", tx);
    let sql = "insert into receivable_invoice
               (id, version, partner, territory, kind, amount, adjusted, collected, held, issued_on, due_on, note, who, at_us)
               values ($1, 1, $2, $3, $4, $5, 0, 0, 0, $6, $7, $8, $9, $10)";
    let values = args![&id, debtor.partner, debtor.territory, kind.name(), amount, issued_on, due_on, note, once.who, tx.now_us()];
    tx.execute(sql, values).await?;
    let after = json!({ "partner": debtor.partner, "kind": kind.name(), "amount": amount.0, "due_on": due_on.to_string() });
    tx.audit(Entry::new(once.who, "receivable.issue", "receivable", &id).after(after.to_string()));
    Ok(id)
}

/// Puts an invoice right by an amount, either way; never below what was paid and held of it. Its version afterwards.
///
/// # Errors
/// `BadInput receivable.amount`, `access.reason.missing`; `NotFound receivable.invoice.none`; `Conflict receivable.adjustment.below`,
/// `platform.db.stale`.
pub async fn adjust(db: &Db, sight: &Sight, once: Once<'_>, id: &str, version: u32, amount: Fen, reason: &str) -> Result<u32, Refusal> {
    reasoned(reason)?;
    above_zero(Fen(amount.0.saturating_abs()))?;
    write_tx!(db, |tx| {
        let body = json!([id, amount.0, reason]).to_string();
        let claim = match keys::begin::<u32>(tx, &once.scope("receivable.adjust"), once.key, body.as_bytes()).await? {
            Begun::Same(version) => return Ok(version),
            Begun::Fresh(claim) => claim,
        };
        let before = seen(tx, sight, id).await?;
        let left = i128::from(before.open().0) - i128::from(before.held.0) + i128::from(amount.0);
        if left < 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "receivable.adjustment.below",
                format!(
                    "{id} 未收且未占用的金额只有 {}，不能再减少 {}；请先处理收款或抵扣",
                    Fen(before.open().0 - before.held.0),
                    Fen(-amount.0)
                ),
                format!(
                    "only {} of {id} is open and not held; it cannot be lowered by {}",
                    Fen(before.open().0 - before.held.0),
                    Fen(-amount.0)
                ),
            ));
        }
        let sql = "update receivable_invoice set adjusted = adjusted + $3, version = version + 1 where id = $1 and version = $2";
        tx.execute_versioned("应收 receivable", id, sql, args![id, version, amount]).await?;
        let seq = put_adjustment(tx, id, amount, reason.trim(), once.who).await?;
        let text = format!("应收调整 receivable adjusted {id}");
        let moved = Moved { what: What::Adjust, owner: before.partner, amount: amount.0, reference: id.to_owned(), reason: text };
        books::send(tx, &format!("adjustment/{id}/{seq}"), moved).await?;
        let (was, is) = (json!({ "adjusted": before.adjusted.0 }), json!({ "adjusted": before.adjusted.0 + amount.0 }));
        tx.audit(
            Entry::new(once.who, "receivable.adjust", "receivable", id).before(was.to_string()).after(is.to_string()).reason(reason.trim()),
        );
        Ok(claim.finish(tx, version + 1).await?.into_inner())
    })
}

/// The line of an adjustment. Its place, from 1.
pub(crate) async fn put_adjustment(tx: &mut Tx, id: &str, amount: Fen, reason: &str, who: &str) -> Result<i64, Refusal> {
    let seq = tx.query_one("select count(*) as n from receivable_adjustment where invoice = $1", args![id]).await?.int("n")? + 1;
    let sql = "insert into receivable_adjustment (invoice, seq, amount, reason, who, at_us) values ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, args![id, seq, amount, reason, who, tx.now_us()]).await?;
    Ok(seq)
}

/// Which invoices. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Of one partner.
    pub partner: String,
    /// What for.
    pub kind: Option<For>,
    /// Only those with something open.
    pub open: bool,
    /// Only those that are overdue on this day.
    pub overdue_on: Option<Date>,
    /// In the number.
    pub text: String,
    /// Due day and number of the last one seen.
    pub after: Option<(String, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A page of invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoices {
    /// Rows, by due day.
    pub rows: Vec<Invoice>,
    /// The `after` of the next page.
    pub next: Option<(String, String)>,
    /// Rows of all pages.
    pub total: u32,
}

/// Invoices, the longest due first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Invoices, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres_of_partner("i", &mut values)];
    let kind = query.kind.map_or("", For::name);
    for (column, value) in [("partner", query.partner.as_str()), ("kind", kind)] {
        if !value.is_empty() {
            wheres.push(format!("i.{column} = {}", mark(&mut values, value)));
        }
    }
    if query.open || query.overdue_on.is_some() {
        wheres.push("i.collected < i.amount + i.adjusted".to_owned());
    }
    if let Some(day) = query.overdue_on {
        wheres.push(format!("i.due_on < {}", mark(&mut values, day)));
    }
    if !query.text.is_empty() {
        wheres.push(format!("i.id like {} escape '\\'", mark(&mut values, like(&query.text))));
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from receivable_invoice i where {filter}"), &values).await?.count("n")?;
    let after = query.after.as_ref().map(|(day, id)| {
        let (day, id) = (mark(&mut values, day.as_str()), mark(&mut values, id.as_str()));
        format!(" and (i.due_on > {day} or (i.due_on = {day} and i.id > {id}))")
    });
    let limit = (query.limit as usize).clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql =
        format!("select i.* from receivable_invoice i where {filter}{} order by i.due_on, i.id limit {most}", after.unwrap_or_default());
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| (row.due_on.to_string(), row.id.clone()));
    Ok(Invoices { rows, next, total })
}

/// What is open of some invoices, by number; an invoice there is not is left out.
///
/// # Errors
/// The database does not answer.
pub async fn open_amounts(tx: &mut Tx, ids: &[&str]) -> Result<BTreeMap<String, Fen>, Refusal> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut values: Vec<Value> = Vec::new();
    let marks: Vec<String> = ids.iter().map(|id| mark(&mut values, *id)).collect();
    let sql = format!("select id, amount + adjusted - collected as left_open from receivable_invoice where id in ({})", marks.join(", "));
    tx.query(sql, &values).await?.iter().map(|row| Ok((row.string("id")?, row.fen("left_open")?))).collect()
}

/// An invoice somebody may see. Within a transaction that writes, nobody else changes it meanwhile.
///
/// # Errors
/// `NotFound receivable.invoice.none`.
pub(crate) async fn seen(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Invoice, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres_of_partner("i", &mut values);
    let row = tx.query_opt(format!("select i.* from receivable_invoice i where i.id = $1 and {wheres} {{for_update}}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| missing("receivable.invoice.none", "应收单", "invoice", id))
}

/// Open invoices of a partner, the longest due first, which nobody else changes meanwhile.
pub(crate) async fn open_of(tx: &mut Tx, partner: &str) -> Result<Vec<Invoice>, Refusal> {
    let sql =
        "select * from receivable_invoice where partner = $1 and collected + held < amount + adjusted order by due_on, id {for_update}";
    tx.query(sql, args![partner]).await?.iter().map(of_row).collect()
}

pub(crate) fn of_row(row: &Row) -> Result<Invoice, Refusal> {
    Ok(Invoice {
        id: row.string("id")?,
        version: row.count("version")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        kind: row.parse("kind")?,
        amount: row.fen("amount")?,
        adjusted: row.fen("adjusted")?,
        collected: row.fen("collected")?,
        held: row.fen("held")?,
        issued_on: row.parse("issued_on")?,
        due_on: row.parse("due_on")?,
        note: row.string("note")?,
        who: row.string("who")?,
    })
}
