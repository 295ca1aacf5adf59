//! Tax invoices (R0.31): before payment the partner brings invoices that add up, to the fen, to what it bills by the statement it confirmed.
//! From a natural person tax is withheld instead, and no invoice is asked for.
//!
//! States: submitted, accepted or refused by settlement; a refused one no longer counts, and its number may be brought again.
//! Invariant: invoices that count never add up to more than is billed. Invariant: whoever brought an invoice does not decide it.

#[cfg(test)]
mod tests;

use crate::attachment;
use crate::confirm::{self, Subject};
use crate::period::four_eyes;
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Waits for settlement to look at it.
    Submitted,
    /// Found right.
    Accepted,
    /// Found wrong.
    Refused,
}

impl State {
    /// All, in their order.
    pub const ALL: [State; 3] = [State::Submitted, State::Accepted, State::Refused];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Submitted => "submitted",
            State::Accepted => "accepted",
            State::Refused => "refused",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        State::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in the table")]
pub struct Invoice {
    pub number: String,
    pub version: u32,
    pub state: State,
    pub statement: String,
    pub period: Month,
    pub partner: String,
    pub territory: String,
    pub amount: Fen,
    pub issued_on: Date,
    pub attachment: String,
    pub brought_by: String,
    pub at_us: i64,
    pub decided_by: Option<String>,
    pub decided_at_us: Option<i64>,
    pub reason: Option<String>,
}

/// What invoices of a statement have to add up to, and how far they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// What is billed.
    pub billed: Fen,
    /// What submitted and accepted invoices add up to.
    pub covered: Fen,
}

impl Cover {
    /// What is still to be invoiced.
    pub fn missing(self) -> Fen {
        Fen((self.billed.0 - self.covered.0).max(0))
    }
}

/// An invoice to be brought.
#[derive(Debug, Clone, Copy)]
pub struct Bring<'a> {
    /// Who brings it.
    pub who: &'a str,
    /// Number of the confirmed statement.
    pub statement: &'a str,
    /// Where its partner is.
    pub territory: &'a str,
    /// Number on the invoice: 8 or 20 digits, with 10 or 12 digits of code before the 8.
    pub number: &'a str,
    /// Its amount with tax.
    pub amount: Fen,
    /// Its day.
    pub issued_on: Date,
    /// Its file, by id.
    pub attachment: &'a str,
    /// Today.
    pub today: Date,
}

/// Brings an invoice. The same request sent again under its key is the same invoice.
///
/// # Errors
/// `BadInput settle.invoice.number`, `settle.invoice.day`, `settle.invoice.amount` where it is more than is left to be invoiced;
/// `Conflict settle.invoice.unconfirmed`, `settle.invoice.natural`, `settle.invoice.exists`; `NotFound settle.attachment.none`.
pub async fn bring(db: &Db, key: &str, new: Bring<'_>) -> Result<Done<String>, Refusal> {
    check(&new)?;
    let body = json!({ "statement": new.statement, "number": new.number, "amount": new.amount.0, "issued_on": new.issued_on.to_string(),
        "attachment": new.attachment })
    .to_string();
    let scope = format!("invoice:{}", new.who);
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &scope, key, body.as_bytes()).await? {
            Begun::Same(number) => return Ok(Done::Already(number)),
            Begun::Fresh(claim) => claim,
        };
        // The confirmation is the lock under which the sum is taken.
        let lock = "select statement from settle_confirmation where statement = $1 {for_update}";
        tx.query_opt(lock, args![new.statement]).await?;
        let confirmed = confirm::of_statement(tx, new.statement).await?.ok_or_else(|| unconfirmed(new.statement))?;
        if confirmed.natural_person {
            return Err(natural());
        }
        let cover = Cover { billed: confirmed.billed, covered: covered(tx, new.statement).await? };
        if new.amount > cover.missing() {
            return Err(amount(new.amount, cover));
        }
        if let Some(held) = find(tx, new.number).await? {
            if held.state != State::Refused || held.partner != confirmed.partner {
                return Err(exists(new.number));
            }
            tx.execute("delete from settle_invoice where number = $1", args![new.number]).await?;
        }
        let sql =
            "insert into settle_invoice (number, version, state, statement, period, partner, territory, amount, issued_on, attachment,
                       brought_by, at_us) values ($1, 1, 'submitted', $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let args = args![
            new.number,
            new.statement,
            confirmed.period,
            &confirmed.partner,
            new.territory,
            new.amount,
            new.issued_on,
            new.attachment,
            new.who,
            tx.now_us(),
        ];
        tx.execute(sql, args).await?;
        attachment::used(tx, new.attachment, new.who, "invoice", new.number).await?;
        let after = json!({ "statement": new.statement, "amount": new.amount.0, "attachment": new.attachment });
        tx.audit(Entry::new(new.who, "invoice.bring", "invoice", new.number).after(after.to_string()));
        claim.finish(tx, new.number.to_owned()).await
    })
}

/// An invoice that was brought elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    /// What it is for; confirmed by now.
    pub subject: &'a Subject,
    /// Number on it.
    pub number: &'a str,
    /// Whether it was found right there; else it waits.
    pub accepted: bool,
}

/// Takes over invoices that were brought elsewhere, as in the system used before, each for the whole of what a statement bills, in one go;
/// how many there are. They share one file, of whoever brings them.
///
/// # Errors
/// `Forbidden settle.four_eyes` if both are one person; `NotFound settle.attachment.none`; the database fails.
pub async fn take_over(db: &Db, people: (&str, &str), attachment: &str, invoices: &[Taken<'_>], on: Date) -> Result<u64, Refusal> {
    let (maker, checker) = people;
    four_eyes(checker, Some(maker))?;
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let row = |one: &Taken<'_>| -> Vec<Value> {
            let state = if one.accepted { State::Accepted } else { State::Submitted };
            let decided = one.accepted.then_some(checker);
            let Subject { statement, period, partner, territory, billed, .. } = one.subject;
            vec![
                one.number.into(),
                1_i64.into(),
                state.name().into(),
                statement.into(),
                (*period).into(),
                partner.into(),
                territory.into(),
                (*billed).into(),
                on.into(),
                attachment.into(),
                maker.into(),
                now.into(),
                decided.map(str::to_owned).into(),
                decided.map(|_| now).into(),
            ]
        };
        let columns = "number, version, state, statement, period, partner, territory, amount, issued_on, attachment, brought_by, at_us,
                       decided_by, decided_at_us";
        let rows: Vec<Vec<Value>> = invoices.iter().map(row).collect();
        let taken = tx.insert_rows("settle_invoice", columns, &rows, "").await?;
        for one in invoices {
            attachment::used(tx, attachment, maker, "invoice", one.number).await?;
        }
        let after = json!({ "invoices": taken, "checked_by": checker });
        tx.audit(Entry::new(maker, "invoice.take_over", "invoice", "").after(after.to_string()));
        Ok(taken)
    })
}

/// Accepts or refuses a submitted invoice.
///
/// # Errors
/// `BadInput settle.invoice.reason` for refusing without a reason; `Forbidden settle.four_eyes` for whoever brought it; `NotFound settle.invoice.none`; `Conflict settle.invoice.state`;
/// `Conflict platform.db.stale`.
pub async fn decide(db: &Db, who: &str, number: &str, version: u32, accept: bool, reason: &str) -> Result<Invoice, Refusal> {
    if !accept && reason.trim().chars().count() < 2 {
        return Err(Refusal::bad_input(
            "settle.invoice.reason",
            "退回发票须写明原因，代理商会看到",
            "say why the invoice is refused; the partner will read it",
        ));
    }
    write_tx!(db, |tx| {
        let held = get(tx, number).await?;
        if held.state != State::Submitted {
            return Err(Refusal::new(
                Kind::Conflict,
                "settle.invoice.state",
                format!("发票 {number} 已经处理过；请刷新查看"),
                format!("invoice {number} was decided already; reload it"),
            ));
        }
        four_eyes(who, Some(&held.brought_by))?;
        let state = if accept { State::Accepted } else { State::Refused };
        let sql = "update settle_invoice set version = version + 1, state = $3, decided_by = $4, decided_at_us = $5, reason = $6
                   where number = $1 and version = $2";
        tx.execute_versioned("发票 invoice", number, sql, args![number, version, state.name(), who, tx.now_us(), reason.trim()]).await?;
        tx.audit(
            Entry::new(who, "invoice.decide", "invoice", number).after(json!({ "state": state.name() }).to_string()).reason(reason.trim()),
        );
        get(tx, number).await
    })
}

/// An invoice.
///
/// # Errors
/// `NotFound settle.invoice.none`.
pub async fn get(tx: &mut Tx, number: &str) -> Result<Invoice, Refusal> {
    find(tx, number).await?.ok_or_else(|| {
        Refusal::new(Kind::NotFound, "settle.invoice.none", format!("没有发票 {number}"), format!("there is no invoice {number}"))
    })
}

async fn find(tx: &mut Tx, number: &str) -> Result<Option<Invoice>, Refusal> {
    tx.query_opt("select * from settle_invoice where number = $1", args![number]).await?.map(|row| of_row(&row)).transpose()
}

/// Invoices of a state, or of all, the oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, state: Option<State>) -> Result<Vec<Invoice>, Refusal> {
    let sql = "select * from settle_invoice where $1 = '' or state = $1 order by at_us, number";
    tx.query(sql, args![state.map_or("", State::name)]).await?.iter().map(of_row).collect()
}

/// Which invoices of a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Their state.
    pub state: Option<State>,
    /// Month of the statement.
    pub period: Option<Month>,
    /// In the number of an invoice or statement, or in a partner's code; empty for all.
    pub text: &'a str,
}

/// So many of the invoices there are everywhere, the oldest first, from one on, and how many there are by state, of whatever state.
///
/// # Errors
/// The database does not answer.
pub async fn part(tx: &mut Tx, asked: &Asked<'_>, from: usize, limit: usize) -> Result<(Vec<Invoice>, BTreeMap<State, usize>), Refusal> {
    let escaped = asked.text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let (period, like) = (asked.period.map(|period| period.to_string()).unwrap_or_default(), format!("%{escaped}%"));
    let meant = "($1 = '' or period = $1) and ($2 = '%%' or lower(statement) like $2 escape '\\' or lower(number) like $2 escape '\\'
                 or lower(partner) like $2 escape '\\')";
    let sql = format!("select state, count(*) as n from settle_invoice where {meant} group by state");
    let counts = tx.query(sql, args![&period, &like]).await?;
    let counts = counts.iter().map(|row| Ok((row.parse("state")?, row.count("n")? as usize))).collect::<Result<_, Refusal>>()?;
    let sql = format!("select * from settle_invoice where {meant} and ($3 = '' or state = $3) order by at_us, number limit $4 offset $5");
    let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let state = asked.state.map_or("", State::name);
    let rows = tx.query(sql, args![&period, &like, state, whole(limit), whole(from)]).await?;
    Ok((rows.iter().map(of_row).collect::<Result<_, _>>()?, counts))
}

/// What the accepted invoices of a statement add up to.
///
/// # Errors
/// The database does not answer.
pub async fn accepted_of(tx: &mut Tx, statement: &str) -> Result<Fen, Refusal> {
    let sql = "select cast(coalesce(sum(amount), 0) as bigint) as amount from settle_invoice where statement = $1 and state = 'accepted'";
    tx.query_one(sql, args![statement]).await?.fen("amount")
}

/// Invoices of a partner, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn of_partner(tx: &mut Tx, partner: &str) -> Result<Vec<Invoice>, Refusal> {
    let sql = "select * from settle_invoice where partner = $1 order by at_us desc, number";
    tx.query(sql, args![partner]).await?.iter().map(of_row).collect()
}

/// What the invoices of a statement that count add up to.
///
/// # Errors
/// The database does not answer.
pub async fn covered(tx: &mut Tx, statement: &str) -> Result<Fen, Refusal> {
    let sql = "select cast(coalesce(sum(amount), 0) as bigint) as amount from settle_invoice where statement = $1 and state <> 'refused'";
    tx.query_one(sql, args![statement]).await?.fen("amount")
}

/// What accepted invoices of the statements of a month add up to, by statement.
///
/// # Errors
/// The database does not answer.
pub async fn accepted(tx: &mut Tx, period: Month) -> Result<BTreeMap<String, Fen>, Refusal> {
    let sql = "select statement, cast(sum(amount) as bigint) as amount from settle_invoice
               where period = $1 and state = 'accepted' group by statement";
    let rows = tx.query(sql, args![period]).await?;
    rows.iter().map(|row| Ok((row.string("statement")?, row.fen("amount")?))).collect()
}

fn of_row(row: &Row) -> Result<Invoice, Refusal> {
    Ok(Invoice {
        number: row.string("number")?,
        version: row.count("version")?,
        state: row.parse("state")?,
        statement: row.string("statement")?,
        period: row.parse("period")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        amount: row.fen("amount")?,
        issued_on: row.parse("issued_on")?,
        attachment: row.string("attachment")?,
        brought_by: row.string("brought_by")?,
        at_us: row.int("at_us")?,
        decided_by: row.opt_string("decided_by")?,
        decided_at_us: row.opt_int("decided_at_us")?,
        reason: row.opt_string("reason")?,
    })
}

fn check(new: &Bring<'_>) -> Result<(), Refusal> {
    if !matches!(new.number.len(), 8 | 18 | 20) || !new.number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::bad_input(
            "settle.invoice.number",
            "发票号码须为 20 位（数电票）、8 位，或 10 位代码加 8 位号码；请核对",
            "an invoice number has 20 digits, 8, or a code of 10 and 8 more; check it",
        ));
    }
    if new.issued_on > new.today || new.issued_on < new.today.plus_days(-366) {
        return Err(Refusal::bad_input(
            "settle.invoice.day",
            "开票日期须在今天之前一年内；请核对发票",
            "the invoice must be of the last year and not of a day to come; check it",
        ));
    }
    if new.amount <= Fen::ZERO {
        return Err(Refusal::bad_input("settle.invoice.amount", "发票金额须大于零", "the amount of an invoice is more than zero"));
    }
    Ok(())
}

fn amount(amount: Fen, cover: Cover) -> Refusal {
    let (billed, missing) = (cover.billed, cover.missing());
    Refusal::bad_input(
        "settle.invoice.amount",
        format!("发票金额 {amount} 与对账单不符：应开票 {billed}，尚可开票 {missing}；请核对发票金额"),
        format!(
            "the invoice's {amount} does not fit the statement: {billed} is billed, {missing} is still to be invoiced; check the amount"
        ),
    )
}

fn unconfirmed(statement: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "settle.invoice.unconfirmed",
        format!("对账单 {statement} 还没有确认；请先确认，再上传发票"),
        format!("statement {statement} is not confirmed; confirm it, then bring the invoice"),
    )
}

fn natural() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "settle.invoice.natural",
        "自然人由我方代扣税款，无需上传发票",
        "tax is withheld from a natural person; no invoice is needed",
    )
}

fn exists(number: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "settle.invoice.exists",
        format!("发票 {number} 已经上传过；请核对号码"),
        format!("invoice {number} was brought already; check the number"),
    )
}
