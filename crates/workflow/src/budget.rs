//! Budgets: what an approved application may spend, drawn down by payments (R4.54).
//!
//! Invariants: reserved and spent are never negative and never more than the amount together, in code and by a check of the database; every
//! movement is an entry that is never changed, and the entries add up to what the budget says.

use crate::definition::{BudgetRule, Definition};
use crate::machine::Instance;
use crate::store::within;
use qudao_kernel::{Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, outbox, write_tx};
use serde_json::json;

/// Amounts of a budget, fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// What was approved.
    pub amount: Fen,
    /// What is promised.
    pub reserved: Fen,
    /// What is paid.
    pub spent: Fen,
}

/// A movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Promises a part of what is free.
    Reserve,
    /// Takes a promise back.
    Release,
    /// Pays from what is free.
    Spend,
    /// Pays what was promised.
    SpendReserved,
}

impl Move {
    /// All.
    pub const ALL: [Move; 4] = [Move::Reserve, Move::Release, Move::Spend, Move::SpendReserved];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Move::Reserve => "reserve",
            Move::Release => "release",
            Move::Spend => "spend",
            Move::SpendReserved => "spend_reserved",
        }
    }
}

impl std::str::FromStr for Move {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Move::ALL.into_iter().find(|one| one.name() == text).ok_or(())
    }
}

impl Amounts {
    /// What is neither promised nor paid.
    pub fn free(self) -> Fen {
        Fen(self.amount.0 - self.reserved.0 - self.spent.0)
    }

    /// After a movement of some fen, more than none.
    ///
    /// # Errors
    /// `BadInput workflow.budget.amount` for none or less; `Conflict workflow.budget.short` for more than is free, or promised.
    pub fn moved(self, by: Move, fen: Fen) -> Result<Self, Refusal> {
        if fen.0 <= 0 {
            return Err(Refusal::bad_input("workflow.budget.amount", "金额须大于零", "the amount has to be more than zero"));
        }
        let there = if matches!(by, Move::Reserve | Move::Spend) { self.free() } else { self.reserved };
        if fen > there {
            let (zh, en) = if matches!(by, Move::Reserve | Move::Spend) { ("可用余额", "free") } else { ("已预留", "reserved") };
            return Err(Refusal::new(
                Kind::Conflict,
                "workflow.budget.short",
                format!("超出预算：{zh} {} 元，需要 {} 元；请减少金额或另行申请", yuan(there), yuan(fen)),
                format!("more than the budget has: {} yuan {en}, {} needed; take less or apply for more", yuan(there), yuan(fen)),
            ));
        }
        let (reserved, spent) = match by {
            Move::Reserve => (self.reserved.0 + fen.0, self.spent.0),
            Move::Release => (self.reserved.0 - fen.0, self.spent.0),
            Move::Spend => (self.reserved.0, self.spent.0 + fen.0),
            Move::SpendReserved => (self.reserved.0 - fen.0, self.spent.0 + fen.0),
        };
        Ok(Self { reserved: Fen(reserved), spent: Fen(spent), ..self })
    }
}

fn yuan(fen: Fen) -> String {
    format!("{}.{:02}", fen.0 / 100, fen.0 % 100)
}

/// A budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The number of the application it comes from.
    pub id: String,
    /// Version.
    pub version: u32,
    /// The flow.
    pub flow: String,
    /// Its kind, as the form says.
    pub kind: String,
    /// Its year.
    pub year: i64,
    /// The applicant.
    pub holder: String,
    /// Where.
    pub territory: String,
    /// Amounts.
    pub amounts: Amounts,
    /// When it was approved, microseconds since 1970.
    pub at_us: i64,
}

/// A movement that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Place in the budget, from 1.
    pub seq: u32,
    /// What.
    pub by: Move,
    /// How much.
    pub fen: Fen,
    /// For what: a payment, a supplier.
    pub about: String,
    /// Who.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// Makes the budget of an approved application.
pub(crate) async fn open(tx: &mut Tx, definition: &Definition, rule: &BudgetRule, instance: &Instance, who: &str) -> Result<(), Refusal> {
    let number = |field: &str| instance.form.get(field).and_then(serde_json::Value::as_i64).unwrap_or_default();
    let kind = instance.form.get(&rule.kind).and_then(serde_json::Value::as_str).unwrap_or_default();
    let (amount, year) = (number(&rule.amount), number(&rule.year));
    let sql = "insert into flow_budget (id, version, flow, kind, year, holder, territory, amount, reserved, spent, at_us)
               values ($1, 1, $2, $3, $4, $5, $6, $7, 0, 0, $8)";
    let (holder, territory) = (&instance.starter.login, &instance.applicant.territory);
    tx.execute(sql, args![&instance.id, &definition.id, kind, year, holder, territory, amount, tx.now_us()]).await?;
    let after = json!({ "amount": amount, "year": year, "kind": kind }).to_string();
    outbox::emit(tx, "flow.budget.opened", &instance.id, &json!({ "budget": instance.id, "amount": amount }).to_string()).await?;
    tx.audit(Entry::new(who, "budget.open", "budget", &instance.id).after(after));
    Ok(())
}

/// Which budgets somebody reaches: those of some territories, and their own.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// Login of the holder whose budgets are reached wherever they are; empty for nobody.
    pub holder: &'a str,
    /// Division codes, each with all below it; an empty one is everywhere.
    pub territories: &'a [String],
}

impl Reach<'_> {
    fn wheres(&self, values: &mut Vec<Value>) -> String {
        let within = within(self.territories, "territory", values);
        values.push(self.holder.into());
        format!("({within} or holder = ${})", values.len())
    }
}

/// A movement to be made.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    /// Who makes it.
    pub who: &'a str,
    /// What they reach.
    pub reach: Reach<'a>,
    /// Id of the budget.
    pub budget: &'a str,
    /// What.
    pub by: Move,
    /// How much.
    pub fen: Fen,
    /// For what: a payment, a supplier.
    pub about: &'a str,
}

/// Moves money of a budget of a version. The same request under its key is the same movement.
///
/// # Errors
/// `NotFound workflow.budget.none`, also for one out of reach; `BadInput workflow.budget.about`; as [`Amounts::moved`]; `Conflict platform.db.stale`.
pub async fn draw(db: &Db, key: &str, version: u32, draw: Draw<'_>) -> Result<Done<u32>, Refusal> {
    let Draw { who, reach, budget: id, by, fen, about } = draw;
    let about = about.trim();
    if !(2..=200).contains(&about.chars().count()) {
        return Err(Refusal::bad_input(
            "workflow.budget.about",
            "请写明用途或付款单号，2 至 200 字",
            "say what for, or the number of the payment, in 2 to 200 characters",
        ));
    }
    let body = json!({ "budget": id, "move": by.name(), "fen": fen.0, "about": about }).to_string();
    write_tx!(db, |tx| {
        let claim = match keys::begin::<u32>(tx, &format!("budget:{who}"), key, body.as_bytes()).await? {
            Begun::Same(seq) => return Ok(Done::Already(seq)),
            Begun::Fresh(claim) => claim,
        };
        let held = get(tx, &reach, id).await?;
        let after = held.amounts.moved(by, fen)?;
        let sql = "update flow_budget set version = version + 1, reserved = $3, spent = $4 where id = $1 and version = $2";
        tx.execute_versioned("预算 budget", id, sql, args![id, version, after.reserved, after.spent]).await?;
        let sql = "select coalesce(max(seq), 0) + 1 as seq from flow_budget_entry where budget = $1";
        let seq = tx.query_one(sql, args![id]).await?.count("seq")?;
        let sql = "insert into flow_budget_entry (budget, seq, kind, amount, about, who, at_us) values ($1, $2, $3, $4, $5, $6, $7)";
        tx.execute(sql, args![id, seq, by.name(), fen, about, who, tx.now_us()]).await?;
        outbox::emit(tx, "flow.budget.moved", &format!("{id}:{seq}"), &body).await?;
        let amounts = |amounts: Amounts| json!({ "reserved": amounts.reserved.0, "spent": amounts.spent.0 }).to_string();
        let entry = Entry::new(who, &format!("budget.{}", by.name()), "budget", id).before(amounts(held.amounts));
        tx.audit(entry.after(amounts(after)).reason(about));
        claim.finish(tx, seq).await
    })
}

/// A budget.
///
/// # Errors
/// `NotFound workflow.budget.none`, also for one out of reach.
pub async fn get(tx: &mut Tx, reach: &Reach<'_>, id: &str) -> Result<Budget, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let reached = reach.wheres(&mut values);
    let row = tx.query_opt(format!("select * from flow_budget where id = $1 and {reached}"), &values).await?;
    row.map(|row| of_row(&row)).transpose()?.ok_or_else(|| none(id))
}

/// Budgets within reach whose number contains a text, newest first, after a place in the list: time and id of the last one seen. With them, how
/// many there are in all.
///
/// # Errors
/// The database does not answer.
pub async fn list(
    tx: &mut Tx,
    reach: &Reach<'_>,
    text: &str,
    after: Option<(i64, &str)>,
    limit: u32,
) -> Result<(Vec<Budget>, u32), Refusal> {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let mut values: Vec<Value> = vec![format!("%{escaped}%").into()];
    let reached = reach.wheres(&mut values);
    let filter = format!("lower(id) like $1 escape '\\' and {reached}");
    let total = tx.query_one(format!("select count(*) as n from flow_budget where {filter}"), &values).await?.count("n")?;
    let (at, id) = after.unwrap_or((i64::MAX, ""));
    let place = values.len();
    values.extend([Value::from(at), Value::from(id), Value::from(i64::from(limit))]);
    let (at, id, limit) = (format!("${}", place + 1), format!("${}", place + 2), format!("${}", place + 3));
    let sql = format!(
        "select * from flow_budget where {filter} and (at_us < {at} or (at_us = {at} and id > {id})) order by at_us desc, id limit {limit}"
    );
    let found = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<_, _>>()?;
    Ok((found, total))
}

/// The movements of a budget, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn movements(tx: &mut Tx, id: &str) -> Result<Vec<Movement>, Refusal> {
    let rows = tx.query("select * from flow_budget_entry where budget = $1 order by seq", &[Value::from(id)]).await?;
    let of_row = |row: &Row| {
        Ok(Movement {
            seq: row.count("seq")?,
            by: row.parse("kind")?,
            fen: row.fen("amount")?,
            about: row.string("about")?,
            who: row.string("who")?,
            at_us: row.int("at_us")?,
        })
    };
    rows.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Budget, Refusal> {
    Ok(Budget {
        id: row.string("id")?,
        version: row.count("version")?,
        flow: row.string("flow")?,
        kind: row.string("kind")?,
        year: row.int("year")?,
        holder: row.string("holder")?,
        territory: row.string("territory")?,
        amounts: Amounts { amount: row.fen("amount")?, reserved: row.fen("reserved")?, spent: row.fen("spent")? },
        at_us: row.int("at_us")?,
    })
}

fn none(id: &str) -> Refusal {
    Refusal::new(Kind::NotFound, "workflow.budget.none", format!("没有预算 {id}"), format!("there is no budget {id}"))
}
