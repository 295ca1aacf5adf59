//! 退出: a partner's way out of the channel, which ends when nothing is owed on either side any more (R8.41).
//!
//! ```text
//! opened → notice → clearing → settled → closed
//! ```
//!
//! What may stand in the way is told by [`Claim`]s: each part of the house that keeps something of partners gives one, so this module knows
//! neither ledger nor orders.
//!
//! Invariants
//! - A partner has one open case; while it lasts the partner is in exit and takes nothing new on.
//! - A case is settled, and closed, only while every claim is zero; the refusal names those that are not.
//! - Closing ends the partner's rows, its outlets, clerks and agreements, suspends the work IDs and ends the roles held over them, in one transaction.

use crate::act::Act;
use crate::agreement::sign;
use crate::life::{self, State, Who};
use crate::outlet::change;
use crate::roster::{self, By, Reference, Stored};
use qudao_access::{people, work_ids};
use qudao_kernel::master::{Agreement, Outlet, Partner};
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Row, Tx};
use serde_json::json;
use std::pin::Pin;
use std::str::FromStr;

/// How far a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// 已建立.
    Opened,
    /// 已通知.
    Notice,
    /// 清退中.
    Clearing,
    /// 已结清.
    Settled,
    /// 已关闭.
    Closed,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Stage; 5] = [Stage::Opened, Stage::Notice, Stage::Clearing, Stage::Settled, Stage::Closed];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Opened => "opened",
            Stage::Notice => "notice",
            Stage::Clearing => "clearing",
            Stage::Settled => "settled",
            Stage::Closed => "closed",
        }
    }

    /// As people say it.
    pub fn title(self) -> Text {
        let (zh, en) = match self {
            Stage::Opened => ("已建立", "Opened"),
            Stage::Notice => ("已通知", "Notice given"),
            Stage::Clearing => ("清退中", "Clearing"),
            Stage::Settled => ("已结清", "Settled"),
            Stage::Closed => ("已关闭", "Closed"),
        };
        Text::new(zh, en)
    }

    /// What follows.
    pub fn next(self) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| *stage > self)
    }
}

impl FromStr for Stage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Stage::ALL.into_iter().find(|stage| stage.name() == text).ok_or(())
    }
}

/// What is left of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Fen where it is money, else how many.
    pub amount: i64,
    /// Whether it is money.
    pub money: bool,
    /// What exactly, in words: a statement, a dispute.
    pub what: Text,
}

/// What a claim comes to.
pub type Lefts<'a> = Pin<Box<dyn Future<Output = Result<Vec<Left>, Refusal>> + Send + 'a>>;

/// Something of partners that has to be zero before one leaves; told by the part of the house that keeps it.
pub trait Claim: Send + Sync {
    /// Stable name.
    fn name(&self) -> &'static str;
    /// As people say it.
    fn title(&self) -> Text;
    /// What is left of it with a partner on a day; nothing where it is zero.
    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, day: Date) -> Lefts<'a>;
}

/// A claim and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Name of the claim.
    pub name: &'static str,
    /// As people say it.
    pub title: Text,
    /// What is left; nothing where it is zero.
    pub left: Vec<Left>,
}

/// Partners that stand under a partner: they have to be moved first.
struct Below;

impl Claim for Below {
    fn name(&self) -> &'static str {
        "below"
    }

    fn title(&self) -> Text {
        Text::new("下级代理商", "Partners below")
    }

    fn left<'a>(&'a self, tx: &'a mut Tx, partner: &'a str, day: Date) -> Lefts<'a> {
        Box::pin(async move {
            let below = roster::naming(tx, BELOW, partner, day).await?;
            Ok(below.into_iter().map(|code| Left { amount: 1, money: false, what: Text::new(code.clone(), code) }).collect())
        })
    }
}

const BELOW: Reference = Partner::USED_BY[0];
const OUTLETS: Reference = Partner::USED_BY[1];

/// All that may stand in the way, of the network itself and of others.
#[derive(Default)]
pub struct Claims(Vec<Box<dyn Claim>>);

impl Claims {
    /// Those of the network, and others.
    pub fn with(others: Vec<Box<dyn Claim>>) -> Self {
        let mut all: Vec<Box<dyn Claim>> = vec![Box::new(Below)];
        all.extend(others);
        Self(all)
    }

    /// Only others: what they are asked for need not be a partner.
    pub fn only(others: Vec<Box<dyn Claim>>) -> Self {
        Self(others)
    }

    /// What is left of each.
    ///
    /// # Errors
    /// What a claim cannot be told for.
    pub async fn balances(&self, tx: &mut Tx, partner: &str, day: Date) -> Result<Vec<Balance>, Refusal> {
        let mut found = Vec::new();
        for claim in &self.0 {
            found.push(Balance { name: claim.name(), title: claim.title(), left: claim.left(tx, partner, day).await? });
        }
        Ok(found)
    }
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its number: that of the application.
    pub id: String,
    /// Version.
    pub version: u32,
    /// The partner.
    pub partner: String,
    /// How far it is.
    pub stage: Stage,
    /// own_wish, expired, breach, idle, graded.
    pub cause: String,
    /// When the partner is told.
    pub notice_on: Date,
    /// Last day of business.
    pub last_day: Date,
    /// Who opened it.
    pub opened_by: String,
    /// When, microseconds since 1970.
    pub opened_us: i64,
    /// First day the partner is no longer in force.
    pub closed_on: Option<Date>,
}

/// A line of a case's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What it came to.
    pub stage: Stage,
    /// Who.
    pub who: String,
    /// In their words.
    pub note: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// Opens a case: the partner is in exit from today on.
///
/// # Errors
/// `BadInput network.exit.days`; `Conflict network.day.closed`, `network.state.step`; `NotFound network.state.none`.
pub async fn open(tx: &mut Tx, act: &Act<'_>, partner: &str, cause: &str, notice_on: Date, last_day: Date) -> Result<Text, Refusal> {
    if last_day < notice_on {
        return Err(Refusal::bad_input(
            "network.exit.days",
            format!("最后营业日 {last_day} 早于通知日期 {notice_on}；请修改"),
            format!("the last day {last_day} is before the notice on {notice_on}; change one"),
        ));
    }
    act.open(last_day)?;
    life::advance(tx, act, Who::Partner, partner, State::InExit, act.today, life::By::Exit).await?;
    let id = act.application;
    let sql = "insert into network_exit (id, version, partner, state, cause, notice_on, last_day, application, opened_by, opened_us)
               values ($1, 1, $2, 'opened', $3, $4, $5, $1, $6, $7)";
    tx.execute(sql, args![id, partner, cause, notice_on, last_day, act.who, tx.now_us()]).await?;
    step(tx, act, id, Stage::Opened, 1).await?;
    let after = json!({ "partner": partner, "cause": cause, "notice_on": notice_on.to_string(), "last_day": last_day.to_string() });
    tx.audit(Entry::new(act.who, "exit.open", "exit", id).after(after.to_string()).reason(act.note()));
    Ok(Text::new(format!("{partner} 的退出单 {id} 已建立"), format!("the exit case {id} of {partner} is open")))
}

async fn step(tx: &mut Tx, act: &Act<'_>, id: &str, stage: Stage, seq: u32) -> Result<(), Refusal> {
    let sql = "insert into network_exit_step (exit_id, seq, state, who, note, at_us) values ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, args![id, seq, stage.name(), act.who, act.reason.trim(), tx.now_us()]).await.map(drop)
}

/// Takes a case one step further.
///
/// # Errors
/// `NotFound network.exit.none`; `Conflict platform.db.stale`, `network.exit.step`, `network.exit.left` with what is not zero, `network.exit.early` before
/// the last day is over; `BadInput access.reason.missing`.
pub async fn advance(tx: &mut Tx, act: &Act<'_>, claims: &Claims, id: &str, version: u32, to: Stage) -> Result<Case, Refusal> {
    act.reasoned()?;
    roster::lock_all(tx).await?;
    let case = get(tx, id).await?;
    if case.stage.next() != Some(to) {
        return Err(wrong_step(&case, to));
    }
    if matches!(to, Stage::Settled | Stage::Closed) {
        let left = claims.balances(tx, &case.partner, act.today).await?;
        refuse_left(&case.partner, &left)?;
    }
    let mut closed_on = None;
    if to == Stage::Closed {
        if act.today <= case.last_day {
            let last = case.last_day;
            return Err(Refusal::new(
                Kind::Conflict,
                "network.exit.early",
                format!("最后营业日 {last} 尚未结束；请在次日以后关闭"),
                format!("the last day {last} is not over; close the case after it"),
            ));
        }
        let day = case.last_day.plus_days(1).max(act.open_from);
        leave(tx, act, &case.partner, day).await?;
        closed_on = Some(day);
    }
    let sql = "update network_exit set state = $3, closed_on = $4, version = version + 1 where id = $1 and version = $2";
    tx.execute_versioned("退出单 exit case", id, sql, args![id, version, to.name(), closed_on]).await?;
    step(tx, act, id, to, case.version + 1).await?;
    tx.audit(
        Entry::new(act.who, "exit.advance", "exit", id)
            .before(json!({ "state": case.stage.name() }).to_string())
            .after(json!({ "state": to.name(), "closed_on": closed_on.map(|day| day.to_string()) }).to_string())
            .reason(act.note()),
    );
    get(tx, id).await
}

/// Everything of a partner ends on a day.
async fn leave(tx: &mut Tx, act: &Act<'_>, partner: &str, day: Date) -> Result<(), Refusal> {
    let note = act.note();
    let by = By { who: act.who, reason: &note };
    let outlets = roster::naming(tx, OUTLETS, partner, day).await?;
    let mut over = vec![partner.to_owned()];
    let mut clerks = Vec::new();
    for outlet in &outlets {
        // One that is to become another's stays with that one's day.
        let record = roster::get::<Outlet>(tx, outlet).await?;
        if record.is_some_and(|record| record.rows.last().is_some_and(|row| row.owner != partner)) {
            return Err(Refusal::new(
                Kind::Conflict,
                "network.exit.outlet",
                format!("网点 {outlet} 在 {day} 之后才转给其他代理商；请先提前该变更"),
                format!("the outlet {outlet} becomes another partner's only after {day}; bring that forward first"),
            ));
        }
        if matches!(life::on(tx, Who::Outlet, outlet, day).await?, Some(State::Open | State::Paused)) {
            life::advance(tx, act, Who::Outlet, outlet, State::Closed, day, life::By::Exit).await?;
        }
        clerks.extend(change::close(tx, by, outlet, day).await?);
    }
    for agreement in sign::of(tx, partner).await? {
        if agreement.span.from < day {
            roster::end_now::<Agreement>(tx, by, &agreement.code, day).await?;
        }
    }
    life::advance(tx, act, Who::Partner, partner, State::Exited, day.max(act.today), life::By::Exit).await?;
    roster::end_now::<Partner>(tx, by, partner, day).await?;
    work_ids::end_of(tx, act.who, &clerks, &note).await?;
    over.extend(outlets);
    over.extend(clerks);
    people::end_over(tx, act.who, &over, act.today, &note).await
}

/// Refuses to let somebody go while something is left with them.
pub(crate) fn refuse_left(code: &str, balances: &[Balance]) -> Result<(), Refusal> {
    let left: Vec<&Balance> = balances.iter().filter(|balance| !balance.left.is_empty()).collect();
    if left.is_empty() {
        return Ok(());
    }
    let told = |pick: fn(&Text) -> &str| {
        let one = |balance: &&Balance| {
            let first = balance.left.iter().take(3).map(|left| pick(&left.what)).collect::<Vec<_>>().join(", ");
            format!("{} ({}: {first})", pick(&balance.title), balance.left.len())
        };
        left.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    Err(Refusal::new(
        Kind::Conflict,
        "network.exit.left",
        format!("{code} 还有未结清的项目：{}；请先处理", told(|text| &text.zh)),
        format!("{code} has not settled everything: {}; deal with these first", told(|text| &text.en)),
    ))
}

fn wrong_step(case: &Case, to: Stage) -> Refusal {
    let (now, to) = (case.stage.title(), to.title());
    let next = case.stage.next().map(Stage::title);
    let (zh, en) = match &next {
        Some(next) => (format!("下一步是“{}”", next.zh), format!("the next step is `{}`", next.en)),
        None => ("此退出单已关闭".to_owned(), "the case is closed".to_owned()),
    };
    Refusal::new(
        Kind::Conflict,
        "network.exit.step",
        format!("退出单 {} 现为“{}”，不能改为“{}”；{zh}", case.id, now.zh, to.zh),
        format!("the exit case {} is `{}` and cannot become `{}`; {en}", case.id, now.en, to.en),
    )
}

/// A case.
///
/// # Errors
/// `NotFound network.exit.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Case, Refusal> {
    let row = tx.query_opt("select * from network_exit where id = $1", args![id]).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(id))
}

/// No case of that number.
pub fn none(id: &str) -> Refusal {
    Refusal::new(Kind::NotFound, "network.exit.none", format!("没有退出单 {id}"), format!("there is no exit case {id}"))
}

/// Cases, newest first; of one partner, or of all.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, partner: Option<&str>) -> Result<Vec<Case>, Refusal> {
    let sql = "select * from network_exit where $1 = '' or partner = $1 order by opened_us desc, id";
    tx.query(sql, args![partner.unwrap_or_default()]).await?.iter().map(of_row).collect()
}

/// What was done in a case, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, id: &str) -> Result<Vec<Done>, Refusal> {
    let rows = tx.query("select * from network_exit_step where exit_id = $1 order by seq", args![id]).await?;
    let line =
        |row: &Row| Ok(Done { stage: row.parse("state")?, who: row.string("who")?, note: row.string("note")?, at_us: row.int("at_us")? });
    rows.iter().map(line).collect()
}

fn of_row(row: &Row) -> Result<Case, Refusal> {
    Ok(Case {
        id: row.string("id")?,
        version: row.count("version")?,
        partner: row.string("partner")?,
        stage: row.parse("state")?,
        cause: row.string("cause")?,
        notice_on: row.parse("notice_on")?,
        last_day: row.parse("last_day")?,
        opened_by: row.string("opened_by")?,
        opened_us: row.int("opened_us")?,
        closed_on: row.opt_parse("closed_on")?,
    })
}
