//! 状态: where partners and outlets stand, from a day on; who moved them there, why, and by which application (R1.57, R0.38).
//!
//! ```text
//! partner  prospect ⇄ applied → approved → active ⇄ suspended → in exit → exited        prospect, applied, approved → exited (given up)
//! outlet   candidate → preparing → open ⇄ paused → closed → open                        candidate, preparing → closed (given up)
//! ```
//!
//! Invariants
//! - Lines are added, never changed (the database refuses it); of those that have begun, the last holds.
//! - A step is taken where [`STEPS`] has it, and by whom it says: by hand, by an agreement, by an approved change of the outlet, by an exit, by a merge.
//! - What a file ended is exited or closed, and what a file put in force is active or open, whatever nobody wrote here.

use crate::act::Act;
use crate::roster::{self, Record, Stored};
use qudao_kernel::master::{Outlet, Partner};
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Row, Tx};
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A partner.
    Partner,
    /// An outlet.
    Outlet,
}

impl Who {
    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Who::Partner => "partner",
            Who::Outlet => "outlet",
        }
    }

    const fn title(self) -> (&'static str, &'static str) {
        match self {
            Who::Partner => ("代理商", "partner"),
            Who::Outlet => ("网点", "outlet"),
        }
    }
}

/// A state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "as the words say")]
pub enum State {
    Prospect,
    Applied,
    Approved,
    Active,
    Suspended,
    InExit,
    Exited,
    Candidate,
    Preparing,
    Open,
    Paused,
    Closed,
}

impl State {
    /// All.
    pub const ALL: [State; 12] = [
        State::Prospect,
        State::Applied,
        State::Approved,
        State::Active,
        State::Suspended,
        State::InExit,
        State::Exited,
        State::Candidate,
        State::Preparing,
        State::Open,
        State::Paused,
        State::Closed,
    ];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Prospect => "prospect",
            State::Applied => "applied",
            State::Approved => "approved",
            State::Active => "active",
            State::Suspended => "suspended",
            State::InExit => "in_exit",
            State::Exited => "exited",
            State::Candidate => "candidate",
            State::Preparing => "preparing",
            State::Open => "open",
            State::Paused => "paused",
            State::Closed => "closed",
        }
    }

    /// As people say it.
    pub fn title(self) -> Text {
        let (zh, en) = match self {
            State::Prospect => ("意向", "Prospect"),
            State::Applied => ("已申请", "Applied"),
            State::Approved => ("已批准", "Approved"),
            State::Active => ("合作中", "Active"),
            State::Suspended => ("已暂停合作", "Suspended"),
            State::InExit => ("退出中", "In exit"),
            State::Exited => ("已退出", "Exited"),
            State::Candidate => ("意向", "Candidate"),
            State::Preparing => ("筹备中", "Preparing"),
            State::Open => ("营业中", "Open"),
            State::Paused => ("暂停营业", "Paused"),
            State::Closed => ("已关闭", "Closed"),
        };
        Text::new(zh, en)
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        State::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// What takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Somebody, who says why.
    Hand,
    /// An agreement that is in force.
    Agreement,
    /// An approved change of the outlet.
    Change,
    /// The way out of the channel.
    Exit,
    /// A merge with another one.
    Merge,
}

/// A step there is.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Whose.
    pub who: Who,
    /// From where.
    pub from: State,
    /// To where.
    pub to: State,
    /// What takes it.
    pub by: By,
}

const fn step(who: Who, from: State, to: State, by: By) -> Step {
    Step { who, from, to, by }
}

/// All steps there are.
pub const STEPS: &[Step] = &[
    step(Who::Partner, State::Prospect, State::Applied, By::Hand),
    step(Who::Partner, State::Applied, State::Prospect, By::Hand),
    step(Who::Partner, State::Applied, State::Approved, By::Hand),
    step(Who::Partner, State::Approved, State::Active, By::Agreement),
    step(Who::Partner, State::Prospect, State::Exited, By::Hand),
    step(Who::Partner, State::Applied, State::Exited, By::Hand),
    step(Who::Partner, State::Approved, State::Exited, By::Hand),
    step(Who::Partner, State::Active, State::Suspended, By::Hand),
    step(Who::Partner, State::Suspended, State::Active, By::Hand),
    step(Who::Partner, State::Active, State::InExit, By::Exit),
    step(Who::Partner, State::Suspended, State::InExit, By::Exit),
    step(Who::Partner, State::InExit, State::Exited, By::Exit),
    step(Who::Outlet, State::Candidate, State::Preparing, By::Hand),
    step(Who::Outlet, State::Preparing, State::Open, By::Hand),
    step(Who::Outlet, State::Candidate, State::Closed, By::Hand),
    step(Who::Outlet, State::Preparing, State::Closed, By::Hand),
    step(Who::Outlet, State::Open, State::Paused, By::Change),
    step(Who::Outlet, State::Paused, State::Open, By::Change),
    step(Who::Outlet, State::Open, State::Closed, By::Change),
    step(Who::Outlet, State::Paused, State::Closed, By::Change),
    step(Who::Outlet, State::Closed, State::Open, By::Change),
    step(Who::Outlet, State::Open, State::Closed, By::Exit),
    step(Who::Outlet, State::Paused, State::Closed, By::Exit),
    step(Who::Partner, State::Active, State::Exited, By::Merge),
    step(Who::Partner, State::Suspended, State::Exited, By::Merge),
    step(Who::Outlet, State::Open, State::Closed, By::Merge),
    step(Who::Outlet, State::Paused, State::Closed, By::Merge),
];

/// States somebody may take one of these to by hand.
pub fn by_hand(who: Who, from: State) -> Vec<State> {
    let open = STEPS.iter().filter(|step| step.who == who && step.from == from && step.by == By::Hand);
    open.map(|step| step.to).collect()
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Place, from 1.
    pub seq: u32,
    /// Where it stands.
    pub state: State,
    /// From which day on.
    pub from: Date,
    /// Who moved it.
    pub who: String,
    /// Why.
    pub reason: String,
    /// By which application; empty for none.
    pub application: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// The lines of one, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, who: Who, code: &str) -> Result<Vec<Line>, Refusal> {
    let sql = "select * from network_state where noun = $1 and code = $2 order by seq";
    tx.query(sql, args![who.name(), code]).await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Line, Refusal> {
    Ok(Line {
        seq: row.count("seq")?,
        state: row.parse("state")?,
        from: row.parse("from_day")?,
        who: row.string("who")?,
        reason: row.string("reason")?,
        application: row.string("application")?,
        at_us: row.int("at_us")?,
    })
}

/// What was written of all on a day, by code: the states lists show. Those nobody wrote anything of are not in it.
///
/// # Errors
/// The database does not answer.
pub async fn written(tx: &mut Tx, who: Who, day: Date) -> Result<BTreeMap<String, State>, Refusal> {
    let sql = "select code, state from network_state where noun = $1 and from_day <= $2 order by code {by_bytes}, seq";
    let mut found = BTreeMap::new();
    tx.query_each(sql, args![who.name(), day], |row| {
        found.insert(row.string("code")?, row.parse("state")?);
        Ok(())
    })
    .await?;
    Ok(found)
}

/// Where one stands on a day; nothing for one that does not exist.
///
/// # Errors
/// The database does not answer.
pub async fn on(tx: &mut Tx, who: Who, code: &str, day: Date) -> Result<Option<State>, Refusal> {
    let lines = history(tx, who, code).await?;
    let written = lines.iter().rfind(|line| line.from <= day).map(|line| line.state);
    Ok(match who {
        Who::Partner => {
            let record = roster::get::<Partner>(tx, code).await?;
            stands(record.as_ref(), day, written, [State::Approved, State::Active, State::Exited])
        }
        Who::Outlet => {
            let record = roster::get::<Outlet>(tx, code).await?;
            stands(record.as_ref(), day, written, [State::Preparing, State::Open, State::Closed])
        }
    })
}

/// What rows and lines say together; the three are what rows alone say before, while and after they hold.
fn stands<T: Stored>(record: Option<&Record<T>>, day: Date, written: Option<State>, [before, during, after]: [State; 3]) -> Option<State> {
    let Some(record) = record else { return written };
    Some(said(
        record.rows.iter().any(|row| row.span().contains(day)),
        record.rows.iter().any(|row| day < row.span().from),
        written,
        [before, during, after],
    ))
}

/// The same of a record whose rows hold on the day, or begin later.
pub fn said(holds: bool, comes: bool, written: Option<State>, [before, during, after]: [State; 3]) -> State {
    let ended = matches!(written, Some(State::Exited | State::Closed));
    let waits = matches!(written, Some(State::Prospect | State::Applied | State::Approved | State::Candidate | State::Preparing));
    match written {
        _ if holds && (ended || waits) => during,
        Some(state) if holds || ended || (waits && comes) => state,
        None if holds => during,
        _ if comes => before,
        _ => after,
    }
}

/// Takes a step, from a day on.
///
/// # Errors
/// `NotFound network.state.none`; `Conflict network.state.step` with where it may go, `network.state.planned` while a later one is written.
pub async fn advance(tx: &mut Tx, act: &Act<'_>, who: Who, code: &str, to: State, from: Date, by: By) -> Result<(), Refusal> {
    tx.query_one("select noun from network_lock where noun = $1 {for_update}", args![who.name()]).await?;
    let now = on(tx, who, code, from).await?.ok_or_else(|| none(who, code))?;
    if !STEPS.iter().any(|step| step.who == who && step.from == now && step.to == to && step.by == by) {
        return Err(no_step(who, code, now, to));
    }
    if let Some(later) = history(tx, who, code).await?.into_iter().find(|line| from < line.from) {
        let ((zh, en), title) = (who.title(), later.state.title());
        let day = later.from;
        return Err(Refusal::new(
            Kind::Conflict,
            "network.state.planned",
            format!("{zh} {code} 已定于 {day} 起{}；请选择该日或以后的日期", title.zh),
            format!("the {en} {code} is to be `{}` from {day} on; choose that day or a later one", title.en),
        ));
    }
    write(tx, act, who, code, to, from, Some(now)).await
}

/// Writes the first line of one that is new.
pub(crate) async fn begin(tx: &mut Tx, act: &Act<'_>, who: Who, code: &str, state: State) -> Result<(), Refusal> {
    write(tx, act, who, code, state, act.today, None).await
}

async fn write(tx: &mut Tx, act: &Act<'_>, who: Who, code: &str, to: State, from: Date, was: Option<State>) -> Result<(), Refusal> {
    let sql = "select coalesce(max(seq), 0) + 1 as seq from network_state where noun = $1 and code = $2";
    let seq = tx.query_one(sql, args![who.name(), code]).await?.int("seq")?;
    let sql = "insert into network_state (noun, code, seq, state, from_day, who, reason, application, at_us)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.execute(sql, args![who.name(), code, seq, to.name(), from, act.who, act.reason.trim(), act.application, tx.now_us()]).await?;
    let mut entry = Entry::new(act.who, &format!("{}.state", who.name()), who.name(), code)
        .after(json!({ "state": to.name(), "from": from.to_string() }).to_string())
        .reason(act.note());
    if let Some(was) = was {
        entry = entry.before(json!({ "state": was.name() }).to_string());
    }
    tx.audit(entry);
    Ok(())
}

/// Suspends a partner or lets it work again, at once and by hand.
///
/// # Errors
/// As [`advance`]; `BadInput access.reason.missing`.
pub async fn suspend(tx: &mut Tx, act: &Act<'_>, code: &str, suspended: bool) -> Result<(), Refusal> {
    act.reasoned()?;
    let to = if suspended { State::Suspended } else { State::Active };
    let now = on(tx, Who::Partner, code, act.today).await?.ok_or_else(|| none(Who::Partner, code))?;
    // By hand an approved one does not become active: that takes an agreement.
    if !suspended && now != State::Suspended {
        return Err(no_step(Who::Partner, code, now, to));
    }
    advance(tx, act, Who::Partner, code, to, act.today, By::Hand).await
}

fn no_step(who: Who, code: &str, now: State, to: State) -> Refusal {
    let open: Vec<&Step> = STEPS.iter().filter(|step| step.who == who && step.from == now).collect();
    let words = |say: fn(Text) -> String, between: &str| {
        let mut titles: Vec<String> = open.iter().map(|step| say(step.to.title())).collect();
        titles.dedup();
        titles.join(between)
    };
    let (zh, en) = (words(|text| text.zh, "、"), words(|text| text.en, ", "));
    let ((noun_zh, noun_en), from, to) = (who.title(), now.title(), to.title());
    let (then_zh, then_en) = if open.is_empty() {
        ("此状态不再变化".to_owned(), "nothing follows that".to_owned())
    } else {
        (format!("之后可为：{zh}，且须经规定的手续"), format!("what may follow: {en}, each in its own way"))
    };
    Refusal::new(
        Kind::Conflict,
        "network.state.step",
        format!("{noun_zh} {code} 现为“{}”，不能这样改为“{}”；{then_zh}", from.zh, to.zh),
        format!("the {noun_en} {code} is `{}` and cannot become `{}` this way; {then_en}", from.en, to.en),
    )
}

/// Nobody of that code.
pub fn none(who: Who, code: &str) -> Refusal {
    let (zh, en) = who.title();
    Refusal::new(
        Kind::NotFound,
        "network.state.none",
        format!("没有{zh} {code}；请核对编码"),
        format!("there is no {en} {code}; check the code"),
    )
}

/// Refuses a partner that may not take anything new on a day: suspended, on its way out, gone, blacklisted.
///
/// # Errors
/// `Conflict network.partner.state`, `network.record.not_in_force`, `Forbidden network.blacklist.hit`.
pub async fn may_take(tx: &mut Tx, code: &str, day: Date) -> Result<(), Refusal> {
    let state = on(tx, Who::Partner, code, day).await?.ok_or_else(|| none(Who::Partner, code))?;
    if state != State::Active {
        let title = state.title();
        return Err(Refusal::new(
            Kind::Conflict,
            "network.partner.state",
            format!("代理商 {code} 在 {day} 为“{}”，不能承接；请选择合作中的代理商", title.zh),
            format!("the partner {code} is `{}` on {day} and can take nothing on; choose an active one", title.en),
        ));
    }
    let record = roster::get::<Partner>(tx, code).await?;
    if record.as_ref().and_then(|record| roster::on(record, day)).is_some_and(|row| row.blacklisted) {
        crate::blacklist::admit(tx, Some(code), &[]).await?;
        return Err(Refusal::new(
            Kind::Forbidden,
            "network.blacklist.hit",
            format!("代理商 {code} 在黑名单中；如需恢复，请提交移出黑名单的申请"),
            format!("the partner {code} is on the blacklist; apply for taking it off"),
        ));
    }
    crate::blacklist::admit(tx, Some(code), &[]).await
}
