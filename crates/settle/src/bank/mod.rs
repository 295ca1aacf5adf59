//! Where partners are paid. A change needs the number of the licence that was checked, a second person, and a holding period before the
//! first payment (R0.33).
//!
//! Invariants
//! - The account in use is the one approved last; nobody edits an account, a change is another one.
//! - Whoever entered an account does not approve it.
//! - Numbers leave this module masked, but for the bank's file ([`crate::payment`]).

use crate::period::four_eyes;
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::hash::Fields;
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// An account, or a change that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: String,
    /// Version of the record.
    pub version: u32,
    /// Partner.
    pub partner: String,
    /// submitted, approved, refused.
    pub state: String,
    /// Name it is held in.
    pub holder: String,
    /// Bank and branch.
    pub bank: String,
    /// Full number; show [`Account::masked`].
    pub number: String,
    /// Licence it was checked against.
    pub licence: String,
    /// Why it is entered.
    pub reason: String,
    /// Who entered it.
    pub made_by: String,
    /// When.
    pub made_at_us: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at_us: Option<i64>,
    /// What they said.
    pub decision: Option<String>,
    /// First day a payment may go there.
    pub usable_on: Option<Date>,
}

/// What somebody enters.
#[derive(Debug, Clone, Copy)]
pub struct Entered<'a> {
    /// Partner.
    pub partner: &'a str,
    /// Name it is held in.
    pub holder: &'a str,
    /// Bank and branch.
    pub bank: &'a str,
    /// Number; blanks are taken out.
    pub number: &'a str,
    /// Number of the licence that was looked at.
    pub licence: &'a str,
    /// Why.
    pub reason: &'a str,
}

impl Account {
    /// The number as people may see it: its last four digits.
    pub fn masked(&self) -> String {
        mask(&self.number)
    }
}

/// The last four digits.
pub fn mask(number: &str) -> String {
    let hidden = number.chars().count().saturating_sub(4);
    format!("****{}", number.chars().skip(hidden).collect::<String>())
}

/// Enters an account of a partner, which waits for a second person.
///
/// # Errors
/// `BadInput settle.bank.entry`; `Conflict settle.bank.waiting` while another change of the partner waits.
pub async fn enter(db: &Db, who: &str, entered: &Entered<'_>) -> Result<Account, Refusal> {
    let number: String = entered.number.chars().filter(|c| !c.is_whitespace()).collect();
    check(entered, &number)?;
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let id = format!("acc_{}", &Fields::new().text(entered.partner).text(&number).int(now).finish()[..20]);
        let sql =
            "insert into settle_bank_account (id, version, partner, state, holder, bank, number, licence, reason, made_by, made_at_us)
                   values ($1, 1, $2, 'submitted', $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";
        let Entered { partner, holder, bank, licence, reason, .. } = entered;
        if tx.execute(sql, args![&id, *partner, holder.trim(), bank.trim(), &number, licence.trim(), reason.trim(), who, now]).await? == 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "settle.bank.waiting",
                format!("{partner} 已有一项账户变更等待审批；请先处理该变更"),
                format!("another change of {partner}'s account waits for approval; decide that first"),
            ));
        }
        let after = json!({ "partner": partner, "holder": holder, "bank": bank, "number": mask(&number), "licence": licence });
        tx.audit(Entry::new(who, "bank_account.enter", "bank_account", &id).after(after.to_string()).reason(reason.trim()));
        get(tx, &id).await
    })
}

/// Takes over accounts that two people have checked elsewhere, as from the system used before, in one go. How many there are.
///
/// # Errors
/// As [`enter`] for the first that is wrong; nothing is taken over then. `Forbidden settle.four_eyes` if both are one person.
pub async fn take_over(db: &Db, people: (&str, &str), accounts: &[Entered<'_>], usable_on: Date) -> Result<u64, Refusal> {
    let (maker, checker) = people;
    four_eyes(checker, Some(maker))?;
    for one in accounts {
        check(one, one.number)?;
    }
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let row = |one: &Entered<'_>| -> Vec<Value> {
            let id = format!("acc_{}", &Fields::new().text(one.partner).text(one.number).int(now).finish()[..20]);
            let texts =
                [one.partner, "approved", one.holder.trim(), one.bank.trim(), one.number, one.licence.trim(), one.reason.trim(), maker];
            let mut row: Vec<Value> = vec![id.into(), 1_i64.into()];
            row.extend(texts.into_iter().map(Value::from));
            row.extend([now.into(), checker.into(), now.into(), "".into(), usable_on.into()]);
            row
        };
        let columns = "id, version, partner, state, holder, bank, number, licence, reason, made_by, made_at_us, decided_by, decided_at_us, decision, usable_on";
        let rows: Vec<Vec<Value>> = accounts.iter().map(row).collect();
        let taken = tx.insert_rows("settle_bank_account", columns, &rows, "").await?;
        tx.audit(
            Entry::new(maker, "bank_account.take_over", "bank_account", "")
                .after(json!({ "accounts": taken, "checked_by": checker }).to_string()),
        );
        Ok(taken)
    })
}

/// A second person approves an account; payments may go there after the holding period.
///
/// # Errors
/// `Forbidden settle.four_eyes`; `Conflict platform.db.stale`, `settle.bank.decided`; `NotFound settle.bank.none`.
pub async fn approve(db: &Db, who: &str, id: &str, version: u32, today: Date, hold_days: i32) -> Result<Account, Refusal> {
    decide(db, who, id, version, "approved", "", Some(today.plus_days(hold_days))).await
}

/// A second person refuses an account, with the reason.
///
/// # Errors
/// As [`approve`]; `BadInput settle.period.no_note`.
pub async fn refuse(db: &Db, who: &str, id: &str, version: u32, reason: &str) -> Result<Account, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::bad_input("settle.period.no_note", "请填写原因", "give the reason"));
    }
    decide(db, who, id, version, "refused", reason, None).await
}

async fn decide(db: &Db, who: &str, id: &str, version: u32, state: &str, why: &str, usable_on: Option<Date>) -> Result<Account, Refusal> {
    write_tx!(db, |tx| {
        let before = get(tx, id).await?;
        decided(tx, who, &before, version, state, why, usable_on).await
    })
}

async fn decided(
    tx: &mut Tx,
    who: &str,
    before: &Account,
    version: u32,
    state: &str,
    why: &str,
    usable_on: Option<Date>,
) -> Result<Account, Refusal> {
    let id = before.id.as_str();
    four_eyes(who, Some(&before.made_by))?;
    if before.state != "submitted" {
        return Err(Refusal::new(Kind::Conflict, "settle.bank.decided", "这项账户变更已经处理过", "this change was decided already"));
    }
    let sql = "update settle_bank_account set state = $3, decided_by = $4, decided_at_us = $5, decision = $6, usable_on = $7,
               version = version + 1 where id = $1 and version = $2";
    tx.execute_versioned("账户变更", id, sql, args![id, version, state, who, tx.now_us(), why.trim(), usable_on]).await?;
    let after = json!({ "state": state, "usable_on": usable_on.map(|day| day.to_string()) });
    let entry = Entry::new(who, if state == "approved" { "bank_account.approve" } else { "bank_account.refuse" }, "bank_account", id)
        .before(json!({ "state": before.state }).to_string())
        .after(after.to_string());
    tx.audit(if why.trim().is_empty() { entry } else { entry.reason(why.trim()) });
    get(tx, id).await
}

/// An account as an application agreed to it.
#[derive(Debug, Clone, Copy)]
pub struct Agreed<'a> {
    /// Number of the application.
    pub application: &'a str,
    /// Partner.
    pub partner: &'a str,
    /// Name it is held in.
    pub holder: &'a str,
    /// Bank and branch.
    pub bank: &'a str,
    /// Last four digits of the number, which no application holds as a whole.
    pub tail: &'a str,
}

/// Approves the change of an account that waits for a partner, as an application agreed to it; within the transaction of the decision. Who does it is
/// another person than who entered the account. What it came to, in words.
///
/// # Errors
/// `Conflict settle.bank.not_entered` where no change waits, `settle.bank.differs` where it is another than was agreed; `Forbidden settle.four_eyes`.
pub async fn carry(tx: &mut Tx, who: &str, agreed: &Agreed<'_>, today: Date, hold_days: i32) -> Result<Text, Refusal> {
    let Agreed { application, partner, holder, bank, tail } = *agreed;
    let waiting = list(tx, Some(partner)).await?.into_iter().find(|one| one.state == "submitted").ok_or_else(|| {
        Refusal::new(
            Kind::Conflict,
            "settle.bank.not_entered",
            format!("{partner} 没有待审批的账户变更；请先由结算人员在收款账户页录入完整账号"),
            format!("no change of {partner}'s account waits; have settlement enter the whole number on the page of accounts first"),
        )
    })?;
    let same = waiting.holder == holder.trim() && waiting.bank == bank.trim() && waiting.number.ends_with(tail.trim());
    if !same {
        return Err(Refusal::new(
            Kind::Conflict,
            "settle.bank.differs",
            format!("录入的账户（{} {} {}）与申请同意的不一致；请驳回该录入后重新录入", waiting.holder, waiting.bank, waiting.masked()),
            format!(
                "what was entered ({}, {}, {}) is not what was agreed to; refuse that entry and enter it again",
                waiting.holder,
                waiting.bank,
                waiting.masked()
            ),
        ));
    }
    let usable_on = today.plus_days(hold_days);
    let why = format!("按申请 {application}");
    let done = decided(tx, who, &waiting, waiting.version, "approved", &why, Some(usable_on)).await?;
    Ok(Text::new(
        format!("{partner} 的收款账户改为 {} {}，{usable_on} 起可付款", done.bank, done.masked()),
        format!("{partner} is paid to {} {} from {usable_on} on", done.bank, done.masked()),
    ))
}

/// One account.
///
/// # Errors
/// `NotFound settle.bank.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Account, Refusal> {
    let row = tx.query_opt("select * from settle_bank_account where id = $1", args![id]).await?;
    row.as_ref()
        .map(account_of)
        .transpose()?
        .ok_or_else(|| Refusal::new(Kind::NotFound, "settle.bank.none", "没有这个收款账户", "there is no such account"))
}

/// Accounts and changes, latest first; of one partner, or of all.
pub async fn list(tx: &mut Tx, partner: Option<&str>) -> Result<Vec<Account>, Refusal> {
    let sql = "select * from settle_bank_account where $1 = '' or partner = $1 order by made_at_us desc, id";
    tx.query(sql, args![partner.unwrap_or("")]).await?.iter().map(account_of).collect()
}

/// Of an account what a list of many is filtered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// Id.
    pub id: String,
    /// Partner.
    pub partner: String,
    /// submitted, approved, refused.
    pub state: String,
    /// Whether payments go there: the one of its partner approved last.
    pub in_use: bool,
}

/// All accounts and changes in brief, latest first.
///
/// # Errors
/// The database does not answer.
pub async fn briefs(tx: &mut Tx) -> Result<Vec<Brief>, Refusal> {
    let mut all = Vec::new();
    let mut last: BTreeMap<String, (i64, String)> = BTreeMap::new();
    let sql = "select id, partner, state, decided_at_us from settle_bank_account order by made_at_us desc, id";
    tx.query_each(sql, args![], |row| {
        let one = Brief { id: row.string("id")?, partner: row.string("partner")?, state: row.string("state")?, in_use: false };
        if one.state == "approved" {
            let decided = (row.opt_int("decided_at_us")?.unwrap_or(0), one.id.clone());
            let latest = last.entry(one.partner.clone()).or_default();
            if *latest < decided {
                *latest = decided;
            }
        }
        all.push(one);
        Ok(())
    })
    .await?;
    for one in &mut all {
        one.in_use = last.get(&one.partner).is_some_and(|(_, id)| *id == one.id);
    }
    Ok(all)
}

/// These accounts, in this order; one that is not there is left out.
///
/// # Errors
/// The database does not answer.
pub async fn those(tx: &mut Tx, ids: &[String]) -> Result<Vec<Account>, Refusal> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let marks: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
    let values: Vec<Value> = ids.iter().map(Value::from).collect();
    let sql = format!("select * from settle_bank_account where id in ({})", marks.join(", "));
    let found = tx.query(sql, &values).await?;
    let mut found: BTreeMap<String, Account> =
        found.iter().map(|row| account_of(row).map(|one| (one.id.clone(), one))).collect::<Result<_, _>>()?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The account a partner is paid into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// Its id.
    pub id: String,
    /// First day on which it may be paid into.
    pub usable_on: Option<Date>,
}

impl InUse {
    /// Whether it may be paid into on a day.
    pub fn usable(&self, on: Date) -> bool {
        self.usable_on.is_some_and(|from| from <= on)
    }
}

/// The account of every partner that has one, by partner: the one approved last.
///
/// # Errors
/// The database does not answer.
pub async fn in_use(tx: &mut Tx) -> Result<BTreeMap<String, InUse>, Refusal> {
    let sql = "select partner, id, usable_on from settle_bank_account a where state = 'approved' and not exists (
                   select 1 from settle_bank_account b where b.partner = a.partner and b.state = 'approved'
                   and (b.decided_at_us > a.decided_at_us or (b.decided_at_us = a.decided_at_us and b.id > a.id)))";
    let in_use = |row: &Row| -> Result<(String, InUse), Refusal> {
        Ok((row.string("partner")?, InUse { id: row.string("id")?, usable_on: row.opt_parse("usable_on")? }))
    };
    tx.query(sql, args![]).await?.iter().map(in_use).collect()
}

fn check(entered: &Entered<'_>, number: &str) -> Result<(), Refusal> {
    let fits = |text: &str| !text.trim().is_empty() && text.len() <= 200 && !text.chars().any(char::is_control);
    let is_number = (8..=32).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let Entered { partner, holder, bank, licence, reason, .. } = entered;
    if is_number && [partner, holder, bank, licence, reason].into_iter().all(|text| fits(text)) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "settle.bank.entry",
        "请填写户名、开户行、账号（8 至 32 位数字）、核对过的营业执照号和变更原因",
        "give the holder, the bank, the number (8 to 32 digits), the licence that was checked, and the reason",
    ))
}

fn account_of(row: &Row) -> Result<Account, Refusal> {
    Ok(Account {
        id: row.string("id")?,
        version: row.count("version")?,
        partner: row.string("partner")?,
        state: row.string("state")?,
        holder: row.string("holder")?,
        bank: row.string("bank")?,
        number: row.string("number")?,
        licence: row.string("licence")?,
        reason: row.string("reason")?,
        made_by: row.string("made_by")?,
        made_at_us: row.int("made_at_us")?,
        decided_by: row.opt_string("decided_by")?,
        decided_at_us: row.opt_int("decided_at_us")?,
        decision: row.opt_string("decision")?,
        usable_on: row.opt_parse("usable_on")?,
    })
}
