//! Confirmation of a statement by its partner, in one step (R1.44): what was agreed to (the statement's hash), by whom, and the day by
//! which it is paid.
//!
//! | state | how it is known |
//! |---|---|
//! | published | nothing else is |
//! | disputed | a dispute waits for its answer, and the statement is not confirmed |
//! | confirmed | it is confirmed, by the partner or by its silence |
//! | in payment, paid | a payment batch holds it |
//!
//! Silence confirms only where the parameter `statement_silence_days` says so ([`lapse`]); while a dispute waits for its answer it never does.
//! A disputed line never blocks the rest: a statement with disputes can be confirmed by who says that they know of them; what the dispute
//! brings is posted as an adjustment of its own.
//! Invariant: a confirmation is made once and never changed; the same statement confirmed again is the same confirmation.

use crate::dispute;
use crate::statement::Statement;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::params::Register;
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Number of the statement.
    pub statement: String,
    /// Month.
    pub period: Month,
    /// Partner.
    pub partner: String,
    /// The statement's hash as it was confirmed.
    pub hash: String,
    /// What invoices have to add up to.
    pub billed: Fen,
    /// What is to be paid.
    pub payment: Fen,
    /// Tax is withheld, so that no invoice is asked for.
    pub natural_person: bool,
    /// Last day of the promise.
    pub pay_by: Date,
    /// Who confirmed.
    pub confirmed_by: String,
    /// When, microseconds since 1970.
    pub confirmed_at_us: i64,
}

/// Where a statement stands between its partner and its payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Waits for the partner.
    Published,
    /// Waits for the answer to a dispute.
    Disputed,
    /// The partner agreed.
    Confirmed,
    /// In a payment batch.
    InPayment,
    /// Paid.
    Paid,
}

impl State {
    /// All, in their order.
    pub const ALL: [State; 5] = [State::Published, State::Disputed, State::Confirmed, State::InPayment, State::Paid];

    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Published => "published",
            State::Disputed => "disputed",
            State::Confirmed => "confirmed",
            State::InPayment => "in_payment",
            State::Paid => "paid",
        }
    }

    /// The state that follows from what is known of a statement.
    pub fn of(confirmed: bool, disputes_waiting: bool, payment: Option<Payment>) -> Self {
        match payment {
            Some(Payment::Made) => State::Paid,
            Some(Payment::UnderWay) => State::InPayment,
            None if confirmed => State::Confirmed,
            None if disputes_waiting => State::Disputed,
            None => State::Published,
        }
    }
}

/// How far a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payment {
    /// In a batch that is not paid yet.
    UnderWay,
    /// The money moved.
    Made,
}

/// What the partner bills: what is paid, and what is taken out of the payment for goods.
pub fn billed(statement: &Statement) -> Fen {
    Fen(statement.totals.payment.0.saturating_add(statement.totals.offsets.0))
}

/// The day by which a statement confirmed on a day is paid: the promised working days later, but not before its lines are due.
///
/// # Errors
/// The parameter `payment_sla` cannot be read.
pub fn promise(parameters: &Register, territory: &str, confirmed_on: Date, due: Option<Date>) -> Result<Date, Refusal> {
    let working = parameters.on("payment_sla", territory, confirmed_on)?.int()?;
    let promised = Holidays::shipped().after(confirmed_on, working);
    Ok(due.map_or(promised, |due| due.max(promised)))
}

/// Who confirmed where nobody did: the rule by which silence counts as consent.
pub const SILENCE: &str = "statement_silence_days";

impl Confirmation {
    /// Whether silence confirmed it.
    pub fn is_tacit(&self) -> bool {
        self.confirmed_by == SILENCE
    }
}

/// What of a statement is confirmed, invoiced and paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Number of the statement.
    pub statement: String,
    /// Month.
    pub period: Month,
    /// Partner.
    pub partner: String,
    /// Where that is.
    pub territory: String,
    /// The statement's hash.
    pub hash: String,
    /// What invoices have to add up to.
    pub billed: Fen,
    /// What is to be paid.
    pub payment: Fen,
    /// Tax is withheld, so that no invoice is asked for.
    pub natural_person: bool,
    /// Day it was issued.
    pub issued_on: Date,
    /// Last day on which one of its lines falls due.
    pub pay_on: Option<Date>,
}

impl Subject {
    /// That of a statement.
    pub fn of(statement: &Statement) -> Self {
        Self {
            statement: statement.number.clone(),
            period: statement.period,
            partner: statement.partner.clone(),
            territory: statement.territory.clone(),
            hash: statement.hash.clone(),
            billed: billed(statement),
            payment: statement.totals.payment,
            natural_person: statement.natural_person,
            issued_on: statement.issued_on,
            pay_on: statement.pay_on,
        }
    }

    fn confirmed(&self, who: &str, pay_by: Date, at_us: i64) -> Confirmation {
        Confirmation {
            statement: self.statement.clone(),
            period: self.period,
            partner: self.partner.clone(),
            hash: self.hash.clone(),
            billed: self.billed,
            payment: self.payment,
            natural_person: self.natural_person,
            pay_by,
            confirmed_by: who.to_owned(),
            confirmed_at_us: at_us,
        }
    }
}

/// Confirms statements of a month on which their partners were silent longer than the rule allows that was in force on the day of issue;
/// how many there were. Where the rule says 0 days nothing is ever confirmed so.
///
/// # Errors
/// The parameter cannot be read; the database fails.
pub async fn lapse<'a>(
    db: &Db,
    parameters: &Register,
    period: Month,
    subjects: impl Iterator<Item = &'a Subject>,
    today: Date,
) -> Result<usize, Refusal> {
    let calendar = Holidays::shipped();
    // Statements of one place that were issued on one day are under one rule.
    let mut rules: BTreeMap<(&str, Date), Option<Date>> = BTreeMap::new();
    let mut silent: Vec<(&Subject, Date)> = Vec::new();
    for subject in subjects {
        let rule = (subject.territory.as_str(), subject.issued_on);
        let last = if let Some(last) = rules.get(&rule) {
            *last
        } else {
            let days = parameters.on(SILENCE, rule.0, rule.1)?.int()?;
            let last = (days > 0).then(|| calendar.after(rule.1, days));
            rules.insert(rule, last);
            last
        };
        silent.extend(last.filter(|last| *last < today).map(|last| (subject, last)));
    }
    // Nearly always there is none left, and nobody has to wait for the right to write.
    if !silent.is_empty() {
        without_answer(&mut db.read().await?, period, &mut silent).await?;
    }
    if silent.is_empty() {
        return Ok(0);
    }
    write_tx!(db, |tx| {
        let mut silent = silent.clone();
        without_answer(tx, period, &mut silent).await?;
        let now = tx.now_us();
        let mut count = 0;
        for (subject, last) in silent {
            let pay_by = promise(parameters, &subject.territory, last.plus_days(1), subject.pay_on)?;
            let made = subject.confirmed(SILENCE, pay_by, now);
            if insert(tx, &made, "on conflict do nothing").await? > 0 {
                let after = json!({ "hash": made.hash, "payment": made.payment.0, "pay_by": pay_by.to_string() });
                tx.audit(Entry::new(SILENCE, "statement.confirm", "statement", &made.statement).after(after.to_string()));
                count += 1;
            }
        }
        Ok(count)
    })
}

/// Leaves those to which their partners said nothing: neither that they agree nor that they do not.
async fn without_answer(tx: &mut Tx, period: Month, silent: &mut Vec<(&Subject, Date)>) -> Result<(), Refusal> {
    let rows = tx.query("select statement from settle_confirmation where period = $1", args![period]).await?;
    let confirmed = rows.iter().map(|row| row.text("statement")).collect::<Result<BTreeSet<_>, _>>()?;
    let waiting = dispute::waiting_by_statement(tx, period).await?;
    silent.retain(|(subject, _)| !confirmed.contains(subject.statement.as_str()) && !waiting.contains_key(&subject.statement));
    Ok(())
}

/// A wish to confirm.
#[derive(Debug, Clone, Copy)]
pub struct Confirm<'a> {
    /// Who confirms.
    pub who: &'a str,
    /// The statement as it is published now.
    pub statement: &'a Statement,
    /// Hash of the statement the partner looked at.
    pub seen: &'a str,
    /// They know that disputes are not answered yet.
    pub despite_disputes: bool,
    /// Today.
    pub today: Date,
}

/// Confirms a statement.
///
/// # Errors
/// `Conflict settle.confirm.changed` where another statement was looked at, `Conflict settle.confirm.disputed` where disputes wait and the
/// partner did not say that they know.
pub async fn confirm(db: &Db, parameters: &Register, wish: Confirm<'_>) -> Result<Done<Confirmation>, Refusal> {
    let Confirm { who, statement, seen, despite_disputes, today } = wish;
    if seen != statement.hash {
        return Err(changed(&statement.number));
    }
    let pay_by = promise(parameters, &statement.territory, today, statement.pay_on)?;
    write_tx!(db, |tx| {
        if let Some(made) = of_statement(tx, &statement.number).await? {
            return if made.hash == statement.hash { Ok(Done::Already(made)) } else { Err(changed(&statement.number)) };
        }
        let waiting = dispute::waiting(tx, &statement.number).await?;
        if waiting > 0 && !despite_disputes {
            return Err(disputed(&statement.number, waiting));
        }
        let made = Subject::of(statement).confirmed(who, pay_by, tx.now_us());
        insert(tx, &made, "").await?;
        let after = json!({ "hash": made.hash, "payment": made.payment.0, "pay_by": pay_by.to_string(), "disputes": waiting });
        tx.audit(Entry::new(who, "statement.confirm", "statement", &made.statement).after(after.to_string()));
        Ok(Done::Now(made))
    })
}

/// Takes over confirmations that partners gave elsewhere, as in the system used before, in one go; how many there are. One that is there
/// stays as it is.
///
/// # Errors
/// The parameter `payment_sla` cannot be read; the database fails.
pub async fn take_over(db: &Db, who: &str, parameters: &Register, subjects: &[Subject], on: Date) -> Result<u64, Refusal> {
    let pay_by = |subject: &Subject| promise(parameters, &subject.territory, on, subject.pay_on);
    let days = subjects.iter().map(pay_by).collect::<Result<Vec<Date>, Refusal>>()?;
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let mut taken = 0;
        for (subject, pay_by) in subjects.iter().zip(&days) {
            taken += insert(tx, &subject.confirmed(who, *pay_by, now), "on conflict do nothing").await?;
        }
        tx.audit(Entry::new(who, "statement.take_over", "statement", "").after(json!({ "confirmations": taken }).to_string()));
        Ok(taken)
    })
}

async fn insert(tx: &mut Tx, made: &Confirmation, otherwise: &str) -> Result<u64, Refusal> {
    let sql = "insert into settle_confirmation (statement, period, partner, hash, billed, payment, natural_person, pay_by, confirmed_by,
                   confirmed_at_us) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        &made.statement,
        made.period,
        &made.partner,
        &made.hash,
        made.billed,
        made.payment,
        made.natural_person,
        made.pay_by,
        &made.confirmed_by,
        made.confirmed_at_us,
    ];
    tx.execute(format!("{sql} {otherwise}"), args).await
}

/// The confirmation of a statement, if there is one.
///
/// # Errors
/// The database does not answer.
pub async fn of_statement(tx: &mut Tx, statement: &str) -> Result<Option<Confirmation>, Refusal> {
    let row = tx.query_opt("select * from settle_confirmation where statement = $1", args![statement]).await?;
    row.map(|row| of_row(&row)).transpose()
}

/// The confirmations of a month, by statement.
///
/// # Errors
/// The database does not answer.
pub async fn of_period(tx: &mut Tx, period: Month) -> Result<BTreeMap<String, Confirmation>, Refusal> {
    let rows = tx.query("select * from settle_confirmation where period = $1", args![period]).await?;
    rows.iter().map(|row| of_row(row).map(|made| (made.statement.clone(), made))).collect()
}

/// What of a confirmed statement its payment is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// The statement's hash as it was confirmed.
    pub hash: String,
    /// What invoices have to add up to.
    pub billed: Fen,
    /// What is to be paid.
    pub payment: Fen,
    /// Tax is withheld, so that no invoice is asked for.
    pub natural_person: bool,
}

/// What was agreed to in a month, by statement.
///
/// # Errors
/// The database does not answer.
pub async fn agreed(tx: &mut Tx, period: Month) -> Result<BTreeMap<String, Agreed>, Refusal> {
    let sql = "select statement, hash, billed, payment, natural_person from settle_confirmation where period = $1";
    let agreed = |row: &Row| -> Result<(String, Agreed), Refusal> {
        let (billed, payment, natural_person) = (row.fen("billed")?, row.fen("payment")?, row.flag("natural_person")?);
        Ok((row.string("statement")?, Agreed { hash: row.string("hash")?, billed, payment, natural_person }))
    };
    tx.query(sql, args![period]).await?.iter().map(agreed).collect()
}

/// The confirmations of a partner, the latest month first.
///
/// # Errors
/// The database does not answer.
pub async fn of_partner(tx: &mut Tx, partner: &str) -> Result<Vec<Confirmation>, Refusal> {
    let sql = "select * from settle_confirmation where partner = $1 order by period desc, statement desc";
    tx.query(sql, args![partner]).await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Confirmation, Refusal> {
    Ok(Confirmation {
        statement: row.string("statement")?,
        period: row.parse("period")?,
        partner: row.string("partner")?,
        hash: row.string("hash")?,
        billed: row.fen("billed")?,
        payment: row.fen("payment")?,
        natural_person: row.flag("natural_person")?,
        pay_by: row.parse("pay_by")?,
        confirmed_by: row.string("confirmed_by")?,
        confirmed_at_us: row.int("confirmed_at_us")?,
    })
}

/// The next number of a series of papers, from 1.
pub(crate) async fn next_number(tx: &mut Tx, series: &str) -> Result<i64, Refusal> {
    let sql = "insert into settle_series (name, last) values ($1, 1)
               on conflict (name) do update set last = settle_series.last + 1 returning last";
    tx.query_one(sql, args![series]).await?.int("last")
}

fn changed(statement: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "settle.confirm.changed",
        format!("对账单 {statement} 在您查看之后有变化；请重新打开，核对后再确认"),
        format!("statement {statement} has changed since you looked at it; open it again, check it, then confirm"),
    )
}

fn disputed(statement: &str, waiting: i64) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "settle.confirm.disputed",
        format!("对账单 {statement} 有 {waiting} 笔争议尚未答复；可以先确认其余部分，争议结果另行调整"),
        format!(
            "statement {statement} has {waiting} disputes without an answer; the rest can be confirmed now, and what they bring is adjusted later"
        ),
    )
}
