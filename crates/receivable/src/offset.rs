//! 抵扣: an overdue invoice is taken out of commission or out of a deposit, on a ground, by two people (R0.32, R0.30).
//!
//! ```text
//! submitted ──approve──▶ approved ──a month is published──▶ stating ──its statements──▶ done, or approved for what is left
//!     │                     │
//!     └──────refuse─────────┴──▶ refused          out of a deposit, approval is the end: done
//! ```
//!
//! From proposal to end the invoice holds the amount, so nobody collects it a second time. What a statement takes is decided by the statement, which
//! pays at most what there is; [`stated`] notes what it was. Its posting is the statement's own.

use crate::books::{self, Moved, What};
use crate::collection::{self, New, Part, Way};
use crate::deposit::{self, Move, Security};
use crate::invoice::{self, Invoice};
use crate::{Debtor, Once, above_zero, missing, plain};
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

/// What an invoice is taken out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Commission, by the next statement.
    Commission,
    /// A deposit.
    Deposit(Security),
}

impl Source {
    /// As tables and interfaces write it: `commission`, or the kind of deposit.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Commission => "commission",
            Source::Deposit(kind) => kind.name(),
        }
    }
}

impl FromStr for Source {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "commission" { Ok(Source::Commission) } else { text.parse().map(Source::Deposit) }
    }
}

/// What allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A clause of the agreement.
    Clause,
    /// The partner's consent.
    Consent,
}

impl Ground {
    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Ground::Clause => "clause",
            Ground::Consent => "consent",
        }
    }
}

impl FromStr for Ground {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Ground::Clause, Ground::Consent].into_iter().find(|ground| ground.name() == text).ok_or(())
    }
}

/// An offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offset {
    /// Number.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Who owes it.
    pub partner: String,
    /// Division code of the partner.
    pub territory: String,
    /// What it is taken out of.
    pub source: Source,
    /// Invoice.
    pub invoice: String,
    /// How much at most.
    pub amount: Fen,
    /// What was taken by now.
    pub taken: Fen,
    /// What allows it.
    pub ground: Ground,
    /// Number of the clause or of the consent.
    pub document: String,
    /// Why, by whoever proposed it.
    pub reason: String,
    /// submitted, approved, stating, done, refused.
    pub state: String,
    /// The month whose statements take it.
    pub month: Option<Month>,
    /// Who proposed it.
    pub made_by: String,
    /// When, microseconds since 1970.
    pub made_us: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// What they said.
    pub decision: Option<String>,
}

impl Offset {
    /// What may still be taken.
    pub fn left(&self) -> Fen {
        Fen(self.amount.0 - self.taken.0)
    }
}

/// An offset to be proposed.
#[derive(Debug, Clone, Copy)]
pub struct Propose<'a> {
    /// Invoice.
    pub invoice: &'a str,
    /// What it is taken out of.
    pub source: Source,
    /// How much.
    pub amount: Fen,
    /// What allows it.
    pub ground: Ground,
    /// Number of the clause or of the consent.
    pub document: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Proposes to offset an overdue invoice; somebody else approves it. Its number.
///
/// # Errors
/// `BadInput receivable.amount`, `receivable.text`, `receivable.offset.ground` without a document, `access.reason.missing`; `NotFound
/// receivable.invoice.none`; `Conflict receivable.offset.due` for one that is not overdue, `receivable.offset.open` beyond what is open, `receivable.offset.there`.
pub async fn propose(db: &Db, sight: &Sight, once: Once<'_>, new: &Propose<'_>, today: Date) -> Result<Done<String>, Refusal> {
    let Propose { invoice, source, amount, ground, document, reason } = *new;
    above_zero(amount)?;
    reasoned(reason)?;
    let (document, reason) = (plain(document)?, plain(reason)?);
    if document.is_empty() {
        return Err(Refusal::bad_input(
            "receivable.offset.ground",
            "抵扣须有协议条款或代理商同意书；请填写条款号或文件号",
            "an offset needs a clause of the agreement or the partner's consent; give the number of either",
        ));
    }
    write_tx!(db, |tx| {
        let body = json!([invoice, source.name(), amount.0, ground.name(), document, reason]).to_string();
        let claim = match keys::begin::<String>(tx, &once.scope("offset.propose"), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let owed = invoice::seen(tx, sight, invoice).await?;
        may_offset(&owed, amount, today)?;
        let id = once.number("DK", tx);
        let sql = "insert into receivable_offset
                   (id, version, partner, territory, source, invoice, amount, taken, ground, document, reason, state, made_by, made_us)
                   values ($1, 1, $2, $3, $4, $5, $6, 0, $7, $8, $9, 'submitted', $10, $11) on conflict do nothing";
        let values = args![
            &id,
            &owed.partner,
            &owed.territory,
            source.name(),
            invoice,
            amount,
            ground.name(),
            document,
            reason,
            once.who,
            tx.now_us()
        ];
        if tx.execute(sql, values).await? == 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "receivable.offset.there",
                format!("应收单 {invoice} 已有在途的抵扣；请先处理"),
                format!("an offset of invoice {invoice} is under way; deal with that first"),
            ));
        }
        hold(tx, invoice, amount.0).await?;
        let after =
            json!({ "invoice": invoice, "source": source.name(), "amount": amount.0, "ground": ground.name(), "document": document });
        tx.audit(Entry::new(once.who, "offset.propose", "offset", &id).after(after.to_string()).reason(reason));
        claim.finish(tx, id).await
    })
}

fn may_offset(owed: &Invoice, amount: Fen, today: Date) -> Result<(), Refusal> {
    let (id, free) = (&owed.id, Fen(owed.open().0 - owed.held.0));
    if owed.overdue_days(today) == 0 {
        return Err(Refusal::new(
            Kind::Conflict,
            "receivable.offset.due",
            format!("应收单 {id} 没有逾期；只有逾期的应收可以抵扣"),
            format!("invoice {id} is not overdue; only what is overdue may be offset"),
        ));
    }
    if amount > free {
        return Err(Refusal::new(
            Kind::Conflict,
            "receivable.offset.open",
            format!("应收单 {id} 可抵扣的金额是 {free}；请修改"),
            format!("{free} of invoice {id} can be offset; change the amount"),
        ));
    }
    Ok(())
}

async fn hold(tx: &mut Tx, invoice: &str, amount: i64) -> Result<(), Refusal> {
    let sql = "update receivable_invoice set held = held + $2, version = version + 1 where id = $1";
    tx.execute(sql, args![invoice, amount]).await.map(drop)
}

/// What a second person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It may be taken. Out of a deposit it is taken at once.
    Approve,
    /// It may not, or not any more.
    Refuse(&'a str),
}

/// A second person decides on an offset. One that was approved and is not in a statement yet can still be refused.
///
/// # Errors
/// `Forbidden receivable.four_eyes`; `NotFound receivable.offset.none`; `Conflict receivable.offset.state`, `platform.db.stale`, `deposit.short`; `BadInput
/// access.reason.missing`.
pub async fn decide(
    db: &Db,
    sight: &Sight,
    who: &str,
    id: &str,
    version: u32,
    verdict: Verdict<'_>,
    today: Date,
) -> Result<Offset, Refusal> {
    write_tx!(db, |tx| {
        let before = one(tx, sight, id).await?;
        if same_hand(&before.made_by, who) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "receivable.four_eyes",
                "抵扣由您提出，须由另一人审批",
                "you proposed this offset; somebody else has to decide on it",
            ));
        }
        let (state, reason) = match verdict {
            Verdict::Approve if before.state == "submitted" => (if before.source == Source::Commission { "approved" } else { "done" }, ""),
            Verdict::Refuse(reason) if matches!(before.state.as_str(), "submitted" | "approved") => {
                reasoned(reason)?;
                ("refused", plain(reason)?)
            }
            _ => return Err(wrong_state(&before)),
        };
        let sql = "update receivable_offset set state = $3, decided_by = $4, decided_us = $5, decision = $6, version = version + 1
                   where id = $1 and version = $2";
        tx.execute_versioned("抵扣 offset", id, sql, args![id, version, state, who, tx.now_us(), reason]).await?;
        let action = if state == "refused" { "offset.refuse" } else { "offset.approve" };
        let entry = Entry::new(who, action, "offset", id)
            .before(json!({ "state": before.state }).to_string())
            .after(json!({ "state": state }).to_string());
        tx.audit(if reason.is_empty() { entry } else { entry.reason(reason) });
        match before.source {
            _ if state == "refused" => hold(tx, &before.invoice, -before.left().0).await?,
            Source::Deposit(kind) => use_deposit(tx, &before, kind, who, today).await?,
            Source::Commission => {}
        }
        one(tx, sight, id).await
    })
}

fn wrong_state(offset: &Offset) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "receivable.offset.state",
        format!("抵扣 {} 的状态已变化，不能执行这项操作；请刷新", offset.id),
        format!("the offset {} is {}, which does not allow this; reload it", offset.id, offset.state),
    )
}

async fn use_deposit(tx: &mut Tx, offset: &Offset, kind: Security, who: &str, today: Date) -> Result<(), Refusal> {
    let Offset { id, partner, territory, invoice, amount, document, .. } = offset;
    let debtor = Debtor { partner, territory };
    deposit::lower(tx, partner, kind, *amount).await?;
    let used = Move { debtor, kind, act: deposit::Act::Keep, amount: *amount, reference: invoice, reason: document };
    deposit::note(tx, id, &used, "used", who).await?;
    let what = match offset.ground {
        Ground::Clause => What::UseDepositByClause,
        Ground::Consent => What::UseDepositByConsent,
    };
    let reason = format!("保证金抵扣 deposit offset {id}");
    books::send(tx, &format!("offset/{id}"), Moved { what, owner: partner.clone(), amount: amount.0, reference: document.clone(), reason })
        .await?;
    take(tx, offset, *amount, Way::Deposit, id, who, today).await
}

/// Notes what was taken: a collection that pays the invoice, which is not held any more.
async fn take(tx: &mut Tx, offset: &Offset, amount: Fen, way: Way, collection: &str, who: &str, on: Date) -> Result<(), Refusal> {
    let Offset { id, partner, territory, invoice, .. } = offset;
    hold(tx, invoice, -amount.0).await?;
    let debtor = Debtor { partner, territory };
    let new = New { id: collection, debtor, way, amount, received_on: on, reference: id, who };
    collection::put(tx, &new).await?;
    collection::put_match(tx, collection, &Part { invoice: invoice.clone(), amount }).await?;
    tx.execute("update receivable_offset set taken = taken + $2 where id = $1", args![id, amount]).await.map(drop)
}

/// Offsets out of commission that a month's statements would take: those approved, and those that month took before.
///
/// # Errors
/// The database does not answer.
pub async fn for_month(tx: &mut Tx, month: Month) -> Result<Vec<(Offset, Invoice)>, Refusal> {
    let sql = "select * from receivable_offset where source = 'commission' and (state = 'approved' or (state = 'stating' and month = $1))
               order by partner, id";
    let mut found = Vec::new();
    for row in tx.query(sql, args![month]).await? {
        let offset = of_row(&row)?;
        let owed = tx.query_one("select * from receivable_invoice where id = $1", args![&offset.invoice]).await?;
        found.push((offset, invoice::of_row(&owed)?));
    }
    Ok(found)
}

/// A month that is being published takes the offsets that are approved. One that broke off is published again with what it took.
///
/// # Errors
/// The database does not answer.
pub async fn begin(db: &Db, month: Month) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let sql = "update receivable_offset set state = 'stating', month = $1, version = version + 1
                   where source = 'commission' and state = 'approved'";
        tx.execute(sql, args![month]).await.map(drop)
    })
}

/// Months whose statements have taken offsets that are not noted yet.
///
/// # Errors
/// The database does not answer.
pub async fn stating(tx: &mut Tx) -> Result<Vec<Month>, Refusal> {
    let rows = tx.query("select distinct month from receivable_offset where state = 'stating' order by month", args![]).await?;
    rows.iter().map(|row| row.parse("month")).collect()
}

/// The statements of a month are published: what they took, by partner and invoice, is noted. What is left of an offset is for the next month.
///
/// # Errors
/// The database does not answer.
pub async fn stated(db: &Db, who: &str, month: Month, taken: &BTreeMap<(String, String), Fen>, on: Date) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let rows = tx
            .query("select * from receivable_offset where state = 'stating' and month = $1 order by id {for_update}", args![month])
            .await?;
        for row in rows {
            let offset = of_row(&row)?;
            let amount = taken.get(&(offset.partner.clone(), offset.invoice.clone())).copied().unwrap_or(Fen::ZERO).min(offset.left());
            if amount > Fen::ZERO {
                take(tx, &offset, amount, Way::Commission, &format!("{}-{month}", offset.id), who, on).await?;
            }
            let state = if amount == offset.left() { "done" } else { "approved" };
            let sql = "update receivable_offset set state = $2, version = version + 1 where id = $1";
            tx.execute(sql, args![&offset.id, state]).await?;
            let after = json!({ "state": state, "month": month.to_string(), "taken": amount.0 });
            tx.audit(Entry::new(who, "offset.state", "offset", &offset.id).after(after.to_string()));
        }
        Ok(())
    })
}

/// Offsets, latest first: of one partner, or of all in sight; in one state, or in any.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, partner: &str, state: &str) -> Result<Vec<Offset>, Refusal> {
    let mut values: Vec<Value> = args![partner, state].to_vec();
    let wheres = sight.wheres_of_partner("o", &mut values);
    let sql = format!(
        "select o.* from receivable_offset o where ($1 = '' or o.partner = $1) and ($2 = '' or o.state = $2) and {wheres}
         order by o.made_us desc, o.id"
    );
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Offset, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres_of_partner("o", &mut values);
    let row = tx.query_opt(format!("select o.* from receivable_offset o where o.id = $1 and {wheres} {{for_update}}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| missing("receivable.offset.none", "抵扣", "offset", id))
}

fn of_row(row: &Row) -> Result<Offset, Refusal> {
    Ok(Offset {
        id: row.string("id")?,
        version: row.count("version")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        source: row.parse("source")?,
        invoice: row.string("invoice")?,
        amount: row.fen("amount")?,
        taken: row.fen("taken")?,
        ground: row.parse("ground")?,
        document: row.string("document")?,
        reason: row.string("reason")?,
        state: row.string("state")?,
        month: row.opt_parse("month")?,
        made_by: row.string("made_by")?,
        made_us: row.int("made_us")?,
        decided_by: row.opt_string("decided_by")?,
        decision: row.opt_string("decision")?,
    })
}
