//! Payments of statements: a batch made by one person, decided by another, paid once and posted once (R1.40, R1.44).
//!
//! ```text
//! submitted ──approve──▶ approved ──mark paid──▶ paid        submitted, approved ──refuse──▶ refused (its statements are free again)
//! ```
//!
//! Invariants
//! - A statement is in one live batch at most, whoever asks and how often.
//! - Nothing is paid that is not confirmed as it stands, by the partner or by its silence where the rule says so, and invoiced to the fen;
//!   of a natural person tax is withheld instead (R0.31). [`weigh`] alone decides that, for lists, batches and approval.
//! - Whoever made a batch does not decide it.
//! - An account that is held, or another one than when the batch was made, is not paid.
//! - Money is posted under a key of batch and statement, before the batch is marked as paid: a repeat posts nothing twice.

mod bank_file;
mod post;

pub use bank_file::write_bank_file;
pub use post::{Posted, post};

use crate::confirm::{self, Agreed, Subject};
use crate::period::four_eyes;
use crate::statement::Statement;
use crate::{bank, dispute, invoice};
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::hash::Fields;
use qudao_platform::keys::{self, Begun};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
mod tests;

/// A statement that could be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Name of the partner.
    pub name: String,
    /// Day it is due.
    pub due_on: Date,
    /// What is confirmed, invoiced and paid.
    pub subject: Subject,
    /// Why it cannot be paid yet, once it was weighed.
    pub waits: Option<Wait>,
}

impl Candidate {
    /// That of a statement; not weighed yet.
    pub fn of(statement: &Statement) -> Self {
        Self {
            name: statement.name.clone(),
            due_on: statement.pay_on.unwrap_or(statement.issued_on),
            subject: Subject::of(statement),
            waits: None,
        }
    }
}

/// Why a statement is not paid yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// The partner has not confirmed it, or confirmed something else.
    Unconfirmed,
    /// It is not confirmed, and a dispute waits for its answer; once confirmed, a dispute holds nothing up (R1.14).
    Disputed,
    /// Accepted invoices do not add up to what is billed (R0.31).
    Invoice,
    /// There is no approved account.
    NoAccount,
    /// The account is in its holding period (R0.33).
    Held,
    /// It is in a batch already.
    InBatch,
    /// Nothing is to be paid.
    Nothing,
}

impl Wait {
    /// As clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            Wait::Unconfirmed => "unconfirmed",
            Wait::Disputed => "disputed",
            Wait::Invoice => "invoice",
            Wait::NoAccount => "no_account",
            Wait::Held => "held",
            Wait::InBatch => "in_batch",
            Wait::Nothing => "nothing",
        }
    }
}

/// What somebody orders.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// Key under which it may arrive twice.
    pub key: &'a str,
    /// What was sent, by which a repeat is told from another order.
    pub body: &'a [u8],
    /// Month of the statements.
    pub month: Month,
    /// What its maker says.
    pub note: &'a str,
    /// Today.
    pub today: Date,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Id.
    pub id: String,
    /// Version of the record.
    pub version: u32,
    /// Month of the statements.
    pub month: Month,
    /// submitted, approved, refused, paid.
    pub state: String,
    /// Number of payments.
    pub payments: u32,
    /// Their sum.
    pub amount: Fen,
    /// What its maker said.
    pub note: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at_us: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at_us: Option<i64>,
    /// What they said.
    pub decision: Option<String>,
    /// Day the bank paid.
    pub paid_on: Option<Date>,
    /// The bank's reference.
    pub reference: Option<String>,
    /// Who marked it as paid.
    pub paid_by: Option<String>,
}

/// A payment of a batch with the account it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Partner.
    pub partner: String,
    /// Its name.
    pub name: String,
    /// Statement number.
    pub statement: String,
    /// Fen.
    pub amount: Fen,
    /// Day it was due.
    pub due_on: Date,
    /// Holder of the account.
    pub holder: String,
    /// Bank.
    pub bank: String,
    /// Full number; show [`bank::mask`].
    pub number: String,
}

/// What confirmation, disputes and invoices say about the statements of a month.
struct Papers {
    confirmed: BTreeMap<String, Agreed>,
    disputed: BTreeMap<String, i64>,
    accepted: BTreeMap<String, Fen>,
}

impl Papers {
    async fn of(tx: &mut Tx, month: Month) -> Result<Self, Refusal> {
        Ok(Self {
            confirmed: confirm::agreed(tx, month).await?,
            disputed: dispute::waiting_by_statement(tx, month).await?,
            accepted: invoice::accepted(tx, month).await?,
        })
    }

    /// Why a statement waits for its papers; `fits` says whether what was confirmed is what is to be paid.
    fn wait(&self, statement: &str, fits: impl Fn(&Agreed) -> bool) -> Option<Wait> {
        let Some(made) = self.confirmed.get(statement).filter(|made| fits(made)) else {
            return Some(if self.disputed.contains_key(statement) { Wait::Disputed } else { Wait::Unconfirmed });
        };
        let accepted = self.accepted.get(statement).copied().unwrap_or(Fen::ZERO);
        (!made.natural_person && accepted != made.billed).then_some(Wait::Invoice)
    }
}

/// Adds to the candidates of a month why they wait: what they are in, confirmation, invoices, account, holding period.
///
/// # Errors
/// The database does not answer.
pub async fn weigh(tx: &mut Tx, month: Month, candidates: &mut [Candidate], today: Date) -> Result<(), Refusal> {
    let papers = Papers::of(tx, month).await?;
    let accounts = bank::in_use(tx).await?;
    let sql = "select p.statement from settle_payment p join settle_payment_batch b on b.id = p.batch where b.month = $1 and p.live = 1";
    let rows = tx.query(sql, args![month]).await?;
    let taken = rows.iter().map(|row| row.string("statement")).collect::<Result<BTreeSet<_>, _>>()?;
    for one in candidates {
        let subject = &one.subject;
        let account = accounts.get(&subject.partner);
        let papers = || papers.wait(&subject.statement, |made| made.hash == subject.hash && made.payment == subject.payment);
        one.waits = match () {
            () if taken.contains(&subject.statement) => Some(Wait::InBatch),
            () if subject.payment <= Fen::ZERO => Some(Wait::Nothing),
            () => papers().or(match account {
                None => Some(Wait::NoAccount),
                Some(account) if !account.usable(today) => Some(Wait::Held),
                Some(_) => None,
            }),
        };
    }
    Ok(())
}

/// Makes a batch of statements that can be paid.
///
/// # Errors
/// `BadInput settle.payment.none` for no statement; `Conflict settle.payment.waits` for one that cannot be paid, or not any more.
pub async fn make(db: &Db, who: &str, order: &Order<'_>, chosen: &[Candidate]) -> Result<Batch, Refusal> {
    let Order { key, body, month, note, today } = *order;
    if chosen.is_empty() {
        return Err(Refusal::bad_input("settle.payment.none", "没有可付款的对账单；请选择后再提交", "no statement to pay was chosen"));
    }
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &scope(who), key, body).await? {
            Begun::Same(id) => return batch(tx, &id).await,
            Begun::Fresh(claim) => claim,
        };
        let mut weighed = chosen.to_vec();
        weigh(tx, month, &mut weighed, today).await?;
        if let Some((one, wait)) = weighed.iter().find_map(|one| one.waits.map(|wait| (one, wait))) {
            return Err(waits(&one.subject.statement, wait));
        }
        let accounts = bank::in_use(tx).await?;
        let now = tx.now_us();
        let mut fields = Fields::new().int(now).text(who);
        let mut amount = Fen::ZERO;
        for one in &weighed {
            fields = fields.text(&one.subject.statement);
            amount = amount.checked_add(one.subject.payment).map_err(|_| crate::statement::balance::too_large())?;
        }
        let id = format!("pay_{}", &fields.finish()[..16]);
        let sql = "insert into settle_payment_batch (id, version, month, state, payments, amount, note, made_by, made_at_us)
                   values ($1, 1, $2, 'submitted', $3, $4, $5, $6, $7)";
        let count = i64::try_from(weighed.len()).unwrap_or(i64::MAX);
        tx.execute(sql, args![&id, month, count, amount, note.trim(), who, now]).await?;
        let row = |one: &Candidate| -> Vec<Value> {
            vec![
                (&id).into(),
                (&one.subject.partner).into(),
                (&one.subject.statement).into(),
                1_i64.into(),
                (&one.name).into(),
                one.subject.payment.into(),
                accounts.get(&one.subject.partner).map(|account| account.id.clone()).unwrap_or_default().into(),
                one.due_on.into(),
            ]
        };
        let rows: Vec<Vec<Value>> = weighed.iter().map(row).collect();
        let put = tx.insert_rows(
            "settle_payment",
            "batch, partner, statement, live, name, amount, account, due_on",
            &rows,
            "on conflict do nothing",
        );
        if put.await? < rows.len() as u64 {
            return Err(waits(&weighed[0].subject.statement, Wait::InBatch));
        }
        let after = json!({ "month": month, "payments": count, "amount": amount.0 });
        tx.audit(Entry::new(who, "payment.make", "payment_batch", &id).after(after.to_string()));
        claim.finish(tx, id.clone()).await?.into_inner();
        batch(tx, &id).await
    })
}

fn scope(who: &str) -> String {
    format!("payment.make/{who}")
}

/// The batch a request made when it came the first time.
///
/// # Errors
/// `Conflict platform.keys.other_body`.
pub async fn made_before(db: &Db, who: &str, key: &str, body: &[u8]) -> Result<Option<Batch>, Refusal> {
    let mut tx = db.read().await?;
    match keys::answer::<String>(&mut tx, &scope(who), key, body).await? {
        Some(id) => batch(&mut tx, &id).await.map(Some),
        None => Ok(None),
    }
}

/// The payments of an approved batch with full account numbers, for the bank. That they were fetched is audited.
///
/// # Errors
/// `Conflict settle.payment.state` for a batch that is not approved.
pub async fn for_bank(db: &Db, who: &str, id: &str) -> Result<Vec<Payment>, Refusal> {
    write_tx!(db, |tx| {
        in_state(&batch(tx, id).await?, &["approved", "paid"])?;
        tx.audit(Entry::new(who, "payment.export", "payment_batch", id));
        payments(tx, id).await
    })
}

/// A second person approves a batch. Every statement of it must have its papers, and every account must still be the one in use, and out of
/// its holding period.
///
/// # Errors
/// `Forbidden settle.four_eyes`; `Conflict settle.payment.waits`; `Conflict settle.payment.account` for a changed account, `settle.payment.state`, `platform.db.stale`.
pub async fn approve(db: &Db, who: &str, id: &str, version: u32, today: Date) -> Result<Batch, Refusal> {
    write_tx!(db, |tx| {
        let before = batch(tx, id).await?;
        four_eyes(who, Some(&before.made_by))?;
        in_state(&before, &["submitted"])?;
        let used = bank::in_use(tx).await?;
        let usable: BTreeSet<&str> = used.values().filter(|account| account.usable(today)).map(|account| account.id.as_str()).collect();
        let papers = Papers::of(tx, before.month).await?;
        for row in tx.query("select partner, statement, amount, account from settle_payment where batch = $1", args![id]).await? {
            let amount = row.fen("amount")?;
            if let Some(wait) = papers.wait(row.text("statement")?, |made| made.payment == amount) {
                return Err(waits(row.text("statement")?, wait));
            }
            if !usable.contains(row.text("account")?) {
                let partner = row.text("partner")?;
                return Err(Refusal::new(
                    Kind::Conflict,
                    "settle.payment.account",
                    format!("{partner} 的收款账户在提交后有变更或仍在等待期；请退回该批次重新提交"),
                    format!("the account of {partner} was changed since or is held; refuse the batch and make it anew"),
                ));
            }
        }
        step(tx, who, &before, version, "approved", "").await
    })
}

/// A second person refuses a batch; its statements can be paid by another one.
///
/// # Errors
/// As [`approve`]; `BadInput settle.period.no_note`.
pub async fn refuse(db: &Db, who: &str, id: &str, version: u32, reason: &str) -> Result<Batch, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::bad_input("settle.period.no_note", "请填写原因", "give the reason"));
    }
    write_tx!(db, |tx| {
        let before = batch(tx, id).await?;
        in_state(&before, &["submitted", "approved"])?;
        tx.execute("update settle_payment set live = 0 where batch = $1", args![id]).await?;
        step(tx, who, &before, version, "refused", reason).await
    })
}

/// The bank has paid a batch, which is posted by now ([`post`]).
///
/// # Errors
/// `BadInput settle.payment.reference`; `Conflict settle.payment.state`.
pub async fn paid(db: &Db, who: &str, id: &str, on: Date, reference: &str) -> Result<Batch, Refusal> {
    check_reference(reference)?;
    write_tx!(db, |tx| {
        let before = batch(tx, id).await?;
        if before.state == "paid" && before.reference.as_deref() == Some(reference.trim()) {
            return Ok(before);
        }
        in_state(&before, &["approved"])?;
        let sql = "update settle_payment_batch set state = 'paid', paid_by = $2, paid_at_us = $3, paid_on = $4, reference = $5,
                   version = version + 1 where id = $1";
        tx.execute(sql, args![id, who, tx.now_us(), on, reference.trim()]).await?;
        let after = json!({ "state": "paid", "paid_on": on.to_string(), "reference": reference.trim() });
        let entry = Entry::new(who, "payment.pay", "payment_batch", id).before(json!({ "state": before.state }).to_string());
        tx.audit(entry.after(after.to_string()));
        batch(tx, id).await
    })
}

/// Whether a batch can be marked as paid, before money is posted.
///
/// # Errors
/// As [`paid`].
pub async fn may_pay(tx: &mut Tx, id: &str, reference: &str) -> Result<Batch, Refusal> {
    check_reference(reference)?;
    let found = batch(tx, id).await?;
    in_state(&found, &["approved"])?;
    Ok(found)
}

async fn step(tx: &mut Tx, who: &str, before: &Batch, version: u32, state: &str, why: &str) -> Result<Batch, Refusal> {
    let sql = "update settle_payment_batch set state = $3, decided_by = $4, decided_at_us = $5, decision = $6, version = version + 1
               where id = $1 and version = $2";
    tx.execute_versioned("付款批次", &before.id, sql, args![&before.id, version, state, who, tx.now_us(), why.trim()]).await?;
    let action = if state == "approved" { "payment.approve" } else { "payment.refuse" };
    let entry = Entry::new(who, action, "payment_batch", &before.id)
        .before(json!({ "state": before.state }).to_string())
        .after(json!({ "state": state }).to_string());
    tx.audit(if why.trim().is_empty() { entry } else { entry.reason(why.trim()) });
    batch(tx, &before.id).await
}

/// One batch.
///
/// # Errors
/// `NotFound settle.payment.missing`.
pub async fn batch(tx: &mut Tx, id: &str) -> Result<Batch, Refusal> {
    let row = tx.query_opt("select * from settle_payment_batch where id = $1", args![id]).await?;
    row.as_ref()
        .map(batch_of)
        .transpose()?
        .ok_or_else(|| Refusal::new(Kind::NotFound, "settle.payment.missing", "没有这个付款批次", "there is no such batch of payments"))
}

/// All batches, latest first.
pub async fn batches(tx: &mut Tx) -> Result<Vec<Batch>, Refusal> {
    tx.query("select * from settle_payment_batch order by made_at_us desc, id", args![]).await?.iter().map(batch_of).collect()
}

/// Payments of a batch, by partner.
pub async fn payments(tx: &mut Tx, id: &str) -> Result<Vec<Payment>, Refusal> {
    let sql = "select p.partner, p.name, p.statement, p.amount, p.due_on, a.holder, a.bank, a.number
               from settle_payment p join settle_bank_account a on a.id = p.account where p.batch = $1 order by p.partner, p.statement";
    tx.query(sql, args![id]).await?.iter().map(payment_of).collect()
}

/// What was paid in time: statements paid by their due day, and statements due by a day (R5.16).
pub async fn punctual(tx: &mut Tx, today: Date) -> Result<(i64, i64), Refusal> {
    let sql = "select count(*) as due, coalesce(sum(case when b.paid_on <= p.due_on then 1 else 0 end), 0) as kept
               from settle_payment p join settle_payment_batch b on b.id = p.batch
               where p.live = 1 and (p.due_on < $1 or b.state = 'paid')";
    let row = tx.query_one(sql, args![today]).await?;
    Ok((row.int("kept")?, row.int("due")?))
}

/// Statements in live batches with their batch's state, as `(statement, batch, state, paid_on)`.
pub async fn of_partner(tx: &mut Tx, partner: &str) -> Result<Vec<(String, String, String, Option<Date>)>, Refusal> {
    let sql = "select p.statement, b.id, b.state, b.paid_on from settle_payment p join settle_payment_batch b on b.id = p.batch
               where p.partner = $1 and p.live = 1 order by b.made_at_us";
    let rows = tx.query(sql, args![partner]).await?;
    rows.iter().map(|row| Ok((row.string("statement")?, row.string("id")?, row.string("state")?, row.opt_parse("paid_on")?))).collect()
}

fn in_state(batch: &Batch, states: &[&str]) -> Result<(), Refusal> {
    if states.contains(&batch.state.as_str()) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "settle.payment.state",
        "付款批次的状态已变化，不能执行这项操作；请刷新后查看",
        format!("the batch is {}, which does not allow this; reload it", batch.state),
    ))
}

fn check_reference(reference: &str) -> Result<(), Refusal> {
    let length = reference.trim().chars().count();
    if (1..=64).contains(&length) && !reference.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "settle.payment.reference",
        "请填写银行回单号（64 个字符以内）",
        "give the bank's reference, at most 64 characters",
    ))
}

fn waits(number: &str, wait: Wait) -> Refusal {
    let zh = match wait {
        Wait::Unconfirmed => "代理商尚未确认",
        Wait::Disputed => "代理商尚未确认，且有未答复的争议",
        Wait::Invoice => "已审核通过的发票与应开票金额不符",
        Wait::NoAccount => "没有已审批的收款账户",
        Wait::Held => "收款账户仍在变更等待期",
        Wait::InBatch => "已在另一付款批次中",
        Wait::Nothing => "没有应付金额",
    };
    let en = wait.name();
    Refusal::new(
        Kind::Conflict,
        "settle.payment.waits",
        format!("对账单 {number} 不能付款：{zh}；请刷新名单后重新选择"),
        format!("statement {number} cannot be paid ({en}); reload the list and choose again"),
    )
}

fn batch_of(row: &Row) -> Result<Batch, Refusal> {
    Ok(Batch {
        id: row.string("id")?,
        version: row.count("version")?,
        month: row.parse("month")?,
        state: row.string("state")?,
        payments: row.count("payments")?,
        amount: row.fen("amount")?,
        note: row.string("note")?,
        made_by: row.string("made_by")?,
        made_at_us: row.int("made_at_us")?,
        decided_by: row.opt_string("decided_by")?,
        decided_at_us: row.opt_int("decided_at_us")?,
        decision: row.opt_string("decision")?,
        paid_on: row.opt_parse("paid_on")?,
        reference: row.opt_string("reference")?,
        paid_by: row.opt_string("paid_by")?,
    })
}

fn payment_of(row: &Row) -> Result<Payment, Refusal> {
    Ok(Payment {
        partner: row.string("partner")?,
        name: row.string("name")?,
        statement: row.string("statement")?,
        amount: row.fen("amount")?,
        due_on: row.parse("due_on")?,
        holder: row.string("holder")?,
        bank: row.string("bank")?,
        number: row.string("number")?,
    })
}
