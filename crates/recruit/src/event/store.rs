//! Events and their tasks in the database, and what came of an event.

use super::definition::Definition;
use crate::Sight;
use crate::kept::{all, none, not_before, one, state, words};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::str::FromStr;

const NOUN: (&str, &str) = ("招商会", "event");
const TABLE: &str = "recruit_event";

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventState {
    /// Before the day.
    Preparing,
    /// It took place; attendees are followed up.
    Held,
    /// Every attendee has an outcome.
    Closed,
    /// It does not take place.
    Cancelled,
}

impl EventState {
    const ALL: [Self; 4] = [Self::Preparing, Self::Held, Self::Closed, Self::Cancelled];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Held => "held",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// What may follow.
    pub const fn next(self) -> &'static [EventState] {
        match self {
            Self::Preparing => &[Self::Held, Self::Cancelled],
            Self::Held => &[Self::Closed],
            Self::Closed | Self::Cancelled => &[],
        }
    }
}

impl FromStr for EventState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// What was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved<'a> {
    /// Number of the application, and of the event.
    pub application: &'a str,
    /// Name.
    pub title: &'a str,
    /// The day.
    pub held_on: Date,
    /// Where.
    pub place: &'a str,
    /// Division of the applicant.
    pub territory: &'a str,
    /// Guests expected.
    pub guests: i64,
    /// Partners to be signed.
    pub goal: i64,
    /// Budget.
    pub budget: Fen,
    /// Login of the applicant, whose project it is.
    pub owner: &'a str,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as what was approved")]
pub struct Event {
    pub id: String,
    /// For the next change.
    pub version: u32,
    pub state: EventState,
    pub title: String,
    pub held_on: Date,
    pub place: String,
    pub territory: String,
    pub guests: u32,
    pub goal: u32,
    pub budget: Fen,
    /// What it cost.
    pub cost: Fen,
    pub owner: String,
    /// Why it was cancelled.
    pub note: String,
}

/// Makes the project of an approved event, with all its tasks. Called within the transaction of the decision.
///
/// # Errors
/// The database does not answer.
pub async fn make(tx: &mut Tx, definition: &Definition, who: &str, approved: &Approved<'_>) -> Result<(), Refusal> {
    let Approved { application, title, held_on, place, territory, guests, goal, budget, owner } = *approved;
    let sql = "insert into recruit_event (id, version, state, title, held_on, place, territory, guests, goal, budget, cost, owner, definition, note, made_us)
               values ($1, 1, 'preparing', $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, '', $11)";
    let values = args![application, title, held_on, place, territory, guests, goal, budget, owner, definition.version, tx.now_us()];
    tx.execute(sql, values).await?;
    let row = |(seq, task): (u32, &super::TaskRule)| -> Vec<Value> {
        args![application, &task.id, seq, 1_i64, owner, held_on.plus_days(task.days), "open", "", Option::<Date>::None, ""].to_vec()
    };
    let rows: Vec<Vec<Value>> = (1..).zip(&definition.tasks).map(row).collect();
    tx.insert_rows("recruit_task", "event, task, seq, version, owner, due_on, state, evidence, ended_on, ended_by", &rows, "").await?;
    let after = json!({ "title": title, "held_on": held_on.to_string(), "guests": guests, "goal": goal, "budget": budget.0 }).to_string();
    tx.audit(Entry::new(who, "event.make", "event", application).after(after));
    Ok(())
}

/// An event within a sight.
///
/// # Errors
/// `NotFound recruit.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Event, Refusal> {
    find(tx, sight, id, "").await
}

/// The same, locked: whatever is counted against it is counted by one at a time.
pub(super) async fn lock(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Event, Refusal> {
    find(tx, sight, id, "{for_update}").await
}

async fn find(tx: &mut Tx, sight: &Sight, id: &str, how: &str) -> Result<Event, Refusal> {
    one(tx, sight, TABLE, id, NOUN, how).await.and_then(|row| of_row(&row))
}

/// Events within a sight, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight) -> Result<Vec<Event>, Refusal> {
    all(tx, sight, TABLE, "r.held_on desc, r.id desc").await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Event, Refusal> {
    Ok(Event {
        id: row.string("id")?,
        version: row.count("version")?,
        state: row.parse("state")?,
        title: row.string("title")?,
        held_on: row.parse("held_on")?,
        place: row.string("place")?,
        territory: row.string("territory")?,
        guests: row.count("guests")?,
        goal: row.count("goal")?,
        budget: row.fen("budget")?,
        cost: row.fen("cost")?,
        owner: row.string("owner")?,
        note: row.string("note")?,
    })
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// To be done.
    Open,
    /// Done.
    Done,
    /// Not needed, with the reason.
    Dropped,
}

impl TaskState {
    const ALL: [Self; 3] = [Self::Open, Self::Done, Self::Dropped];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }
}

impl FromStr for TaskState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// A task of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Which, by the definition.
    pub task: String,
    /// For the next change.
    pub version: u32,
    /// Login of who does it.
    pub owner: String,
    /// By when.
    pub due_on: Date,
    /// Where it stands.
    pub state: TaskState,
    /// What shows that it was done, or why it is not needed.
    pub evidence: String,
    /// When it ended.
    pub ended_on: Option<Date>,
    /// Who ended it.
    pub ended_by: String,
}

impl Task {
    /// Whether it is not done and its day has passed.
    pub fn is_late(&self, day: Date) -> bool {
        self.state == TaskState::Open && self.due_on < day
    }
}

/// The tasks of an event, in their order.
///
/// # Errors
/// The database does not answer.
pub async fn tasks(tx: &mut Tx, event: &str) -> Result<Vec<Task>, Refusal> {
    let of_row = |row: &Row| {
        Ok(Task {
            task: row.string("task")?,
            version: row.count("version")?,
            owner: row.string("owner")?,
            due_on: row.parse("due_on")?,
            state: row.parse("state")?,
            evidence: row.string("evidence")?,
            ended_on: row.opt_parse("ended_on")?,
            ended_by: row.string("ended_by")?,
        })
    };
    tx.query("select * from recruit_task where event = $1 order by seq", args![event]).await?.iter().map(of_row).collect()
}

/// What a task is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskChange<'a> {
    /// Who does it.
    pub owner: &'a str,
    /// By when.
    pub due_on: Date,
    /// Where it stands.
    pub state: TaskState,
    /// What shows that it was done, or why it is not needed.
    pub evidence: &'a str,
}

/// Changes a task of a version.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state` for an event that has ended, `platform.db.stale`; `BadInput recruit.words` for a task that ends
/// without a word.
pub async fn change_task(
    db: &Db,
    sight: &Sight,
    who: &str,
    (event, task): (&str, &str),
    version: u32,
    change: &TaskChange<'_>,
) -> Result<u32, Refusal> {
    let least = if change.state == TaskState::Open { 0 } else { 2 };
    let evidence = words(change.evidence, least, 1_000, ("完成依据", "what shows it"))?;
    let owner = words(change.owner, 1, 60, ("责任人", "who does it"))?;
    write_tx!(db, |tx| {
        under_way(&get(tx, sight, event).await?)?;
        let before = tasks(tx, event).await?.into_iter().find(|one| one.task == task).ok_or_else(|| none(("任务", "task"), task))?;
        let ended = (change.state != TaskState::Open).then(|| day(tx.now_us()));
        let by = if ended.is_some() { who } else { "" };
        let sql = "update recruit_task set version = version + 1, owner = $4, due_on = $5, state = $6, evidence = $7, ended_on = $8, ended_by = $9
                   where event = $1 and task = $2 and version = $3";
        let values = args![event, task, version, owner, change.due_on, change.state.name(), evidence, ended, by];
        tx.execute_versioned("任务 task", task, sql, values).await?;
        let told = |owner: &str, due: Date, state: TaskState| {
            json!({ "owner": owner, "due_on": due.to_string(), "state": state.name() }).to_string()
        };
        let entry = Entry::new(who, "event.task", "event", event).before(told(&before.owner, before.due_on, before.state));
        tx.audit(entry.after(told(owner, change.due_on, change.state)).reason(format!("{task} {evidence}")));
        Ok(version + 1)
    })
}

/// Refuses an event that has ended.
///
/// # Errors
/// `Conflict recruit.state`.
pub(super) fn under_way(event: &Event) -> Result<(), Refusal> {
    let id = &event.id;
    match event.state {
        EventState::Preparing | EventState::Held => Ok(()),
        EventState::Closed => {
            Err(state(format!("招商会 {id} 已总结关闭；不能再改"), format!("the event {id} is closed and is not changed any more")))
        }
        EventState::Cancelled => {
            Err(state(format!("招商会 {id} 已取消；不能再改"), format!("the event {id} was cancelled and is not changed any more")))
        }
    }
}

/// Takes an event of a version to another state. `cost` is what it cost so far, `note` why it is cancelled.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `recruit.event.open` with what is still open, `platform.db.stale`; `BadInput recruit.days` for one held
/// before its day, `recruit.money`, `recruit.words`.
pub async fn to_state(
    db: &Db,
    definition: &Definition,
    sight: &Sight,
    who: &str,
    (id, version): (&str, u32),
    to: EventState,
    (cost, note): (Fen, &str),
) -> Result<u32, Refusal> {
    let note = words(note, if to == EventState::Cancelled { 2 } else { 0 }, 200, ("原因", "the reason"))?;
    if cost.0 < 0 {
        return Err(Refusal::bad_input("recruit.money", "费用不能为负数；请修改", "a cost is not negative; change it"));
    }
    write_tx!(db, |tx| {
        let event = lock(tx, sight, id).await?;
        if !event.state.next().contains(&to) {
            return Err(state(
                format!("招商会 {id} 不能从 {} 改为 {}；请刷新页面", event.state.name(), to.name()),
                format!("the event {id} cannot go from {} to {}; reload the page", event.state.name(), to.name()),
            ));
        }
        match to {
            EventState::Held => not_before(day(tx.now_us()), event.held_on, ("今天", "today"))?,
            EventState::Closed => may_close(tx, definition, id).await?,
            EventState::Preparing | EventState::Cancelled => {}
        }
        let sql = "update recruit_event set version = version + 1, state = $3, cost = $4, note = $5 where id = $1 and version = $2";
        tx.execute_versioned("招商会 event", id, sql, args![id, version, to.name(), cost, note]).await?;
        let told = |state: EventState, cost: Fen| json!({ "state": state.name(), "cost": cost.0 }).to_string();
        let entry = Entry::new(who, "event.state", "event", id).before(told(event.state, event.cost)).after(told(to, cost));
        tx.audit(entry.reason(note));
        Ok(version + 1)
    })
}

/// An event closes when every attendee has an outcome and every task that has to be done has ended.
async fn may_close(tx: &mut Tx, definition: &Definition, id: &str) -> Result<(), Refusal> {
    let sql = "select count(*) as n from recruit_guest where event = $1 and checked_us is not null and outcome = 'open'";
    let guests = tx.query_one(sql, args![id]).await?.count("n")?;
    let needed = |task: &Task| task.state == TaskState::Open && definition.task(&task.task).is_some_and(|rule| rule.required);
    let open: Vec<String> = tasks(tx, id).await?.into_iter().filter(needed).map(|task| task.task).collect();
    if guests == 0 && open.is_empty() {
        return Ok(());
    }
    let title = |say: fn(&qudao_kernel::Text) -> &str| {
        open.iter().filter_map(|id| definition.task(id)).map(|rule| say(&rule.title).to_owned()).collect::<Vec<_>>()
    };
    Err(Refusal::new(
        qudao_kernel::Kind::Conflict,
        "recruit.event.open",
        format!("还有 {guests} 位到会者没有结果，未完成的任务：{}；请处理后再关闭", title(|text| &text.zh).join("、")),
        format!("{guests} attendees have no outcome, and these tasks are open: {}; end them first", title(|text| &text.en).join(", ")),
    ))
}

/// What came of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// On the list.
    pub listed: u32,
    /// Invited: a letter was sent or handed over.
    pub invited: u32,
    /// Of these, said they come.
    pub confirmed: u32,
    /// Checked in.
    pub attended: u32,
    /// Cards and questionnaires that were entered.
    pub cards: u32,
    /// Prospects they came to after merging.
    pub prospects: u32,
    /// Attendees that signed.
    pub signed: u32,
    /// That are kept in touch with.
    pub nurtured: u32,
    /// That came to nothing.
    pub lost: u32,
    /// Cost of each that signed, to the fen, half away from zero; none where nobody signed.
    pub cost_per_signed: Option<Fen>,
}

/// Counts what came of an event.
///
/// # Errors
/// The database does not answer.
pub async fn figures(tx: &mut Tx, event: &Event) -> Result<Figures, Refusal> {
    let sql = "select count(*) as listed, coalesce(sum(case when delivery in ('sent', 'by_hand') then 1 else 0 end), 0) as invited,
                   coalesce(sum(case when delivery in ('sent', 'by_hand') and answer = 'yes' then 1 else 0 end), 0) as confirmed,
                   coalesce(sum(case when checked_us is not null then 1 else 0 end), 0) as attended,
                   coalesce(sum(case when checked_us is not null and outcome = 'signed' then 1 else 0 end), 0) as signed,
                   coalesce(sum(case when checked_us is not null and outcome = 'nurtured' then 1 else 0 end), 0) as nurtured,
                   coalesce(sum(case when checked_us is not null and outcome = 'lost' then 1 else 0 end), 0) as lost
               from recruit_guest where event = $1";
    let row = tx.query_one(sql, args![&event.id]).await?;
    let sql = "select count(*) as cards, count(distinct prospect) as prospects from recruit_card where event = $1";
    let cards = tx.query_one(sql, args![&event.id]).await?;
    let signed = row.count("signed")?;
    Ok(Figures {
        listed: row.count("listed")?,
        invited: row.count("invited")?,
        confirmed: row.count("confirmed")?,
        attended: row.count("attended")?,
        cards: cards.count("cards")?,
        prospects: cards.count("prospects")?,
        signed,
        nurtured: row.count("nurtured")?,
        lost: row.count("lost")?,
        cost_per_signed: each(event.cost, signed),
    })
}

/// A cost divided by a number, half away from zero: the one place it is rounded.
fn each(cost: Fen, number: u32) -> Option<Fen> {
    let number = i64::from(number);
    (number > 0).then(|| Fen((cost.0 + number / 2) / number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_divided_to_the_fen() {
        // R8.34
        for (cost, number, result) in [(100, 3, Some(33)), (101, 3, Some(34)), (5, 2, Some(3)), (0, 4, Some(0)), (100, 0, None)] {
            assert_eq!(each(Fen(cost), number), result.map(Fen), "{cost} / {number}");
        }
    }
}
