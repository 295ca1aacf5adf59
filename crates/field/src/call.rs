//! 电话回访与预约: calls to outlets and partners, each with a written minute (R7.86), how many there are of a day and week, and visits that were agreed on
//! in one.
//!
//! Invariant: a call is kept as it was noted (the database refuses anything else). Invariant: an appointment is of a call that reached somebody, and is open until it
//! was kept, by a visit too, or dropped for a reason.

use crate::diary::{Line, What};
use crate::reason;
use crate::visit::list::{Sight, mark};
use crate::visit::{is_client_id, names};
use qudao_access::sessions::day;
use qudao_kernel::holidays::{DayKind, Holidays};
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

/// How far a phone's clock may be ahead, and how long after a call it may be noted, microseconds.
const AHEAD_US: i64 = 600_000_000;
const BEHIND_US: i64 = 7 * 86_400_000_000;
/// Longest minute.
const LONGEST: usize = 1_000;
/// Minutes of a day.
const DAY_MIN: u32 = 24 * 60;
/// Calls and appointments joined, a row for each call.
const SELECT: &str = "select c.*, a.version, a.meet_on, a.meet_min, a.state, a.closed_us, a.reason
                      from field_call c left join field_appointment a on a.call = c.id";

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody was spoken to.
    Reached,
    /// Nobody answered.
    NoAnswer,
    /// They did not want to talk now.
    Declined,
}
names!(Outcome { Reached "reached", NoAnswer "no_answer", Declined "declined" });

/// Where an appointment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be kept.
    Open,
    /// Kept.
    Kept,
    /// Dropped.
    Dropped,
}
names!(State { Open "open", Kept "kept", Dropped "dropped" });

/// A visit that was agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// For the next change.
    pub version: u32,
    /// The day.
    pub on: Date,
    /// Minutes after midnight.
    pub minute: u32,
    /// Where it is.
    pub state: State,
    /// When it was kept or dropped.
    pub closed_us: Option<i64>,
    /// Why.
    pub reason: String,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its id, made by the phone.
    pub id: String,
    /// Who called.
    pub manager: String,
    /// Outlet; empty for none.
    pub outlet: String,
    /// Partner; empty for none.
    pub partner: String,
    /// Where that is.
    pub territory: String,
    /// What the person is called.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What was said and agreed on.
    pub minute: String,
    /// The day.
    pub day: Date,
    /// When.
    pub at_us: i64,
    /// The visit that was agreed on.
    pub appointment: Option<Appointment>,
}

/// A call to be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct New<'a> {
    /// Its id, made by the phone: the same one is one call.
    pub id: &'a str,
    /// Outlet; empty for none.
    pub outlet: &'a str,
    /// Partner; empty for none.
    pub partner: &'a str,
    /// Where that is.
    pub territory: &'a str,
    /// What the person is called.
    pub name: &'a str,
    /// What became of it.
    pub outcome: Outcome,
    /// What was said and agreed on.
    pub minute: &'a str,
    /// When.
    pub at_us: i64,
    /// Day and minute after midnight of a visit that was agreed on.
    pub meet: Option<(Date, u32)>,
}

impl New<'_> {
    fn checked(&self) -> Result<(&str, &str), Refusal> {
        let (name, minute) = (self.name.trim(), self.minute.trim());
        if !is_client_id(self.id) {
            return Err(Refusal::bad_input("field.call.id", "通话编号有误；请更新手机页面", "the id of the call is none; update the page"));
        }
        if self.outlet.is_empty() && self.partner.is_empty() {
            return Err(Refusal::bad_input("field.call.whom", "请选择网点或代理商", "choose an outlet or a partner"));
        }
        if !(1..=40).contains(&name.chars().count()) {
            return Err(Refusal::bad_input("field.call.name", "请填写联系人，最多 40 字", "say who was called, in at most 40 characters"));
        }
        let long = minute.chars().count();
        if long > LONGEST || (self.outcome == Outcome::Reached && long < 2) {
            return Err(Refusal::bad_input(
                "field.call.minute",
                format!("接通的电话须有书面纪要，2 至 {LONGEST} 字"),
                format!("a call that reached somebody has a written minute of 2 to {LONGEST} characters"),
            ));
        }
        if let Some((on, minute)) = self.meet
            && (self.outcome != Outcome::Reached || on < day(self.at_us) || minute >= DAY_MIN)
        {
            return Err(Refusal::bad_input(
                "field.call.meet",
                "只有接通的电话才能预约，且不能早于通话当日",
                "an appointment is of a call that reached somebody, on its day or later",
            ));
        }
        Ok((name, minute))
    }
}

/// Notes a call, with the appointment that was made in it.
///
/// # Errors
/// `BadInput field.call.id`, `field.call.whom`, `field.call.name`, `field.call.minute`, `field.call.meet`, `field.call.at` for a time to come or more than seven days
/// ago; `Conflict field.call.other` if the id is another call's.
pub async fn note(db: &Db, who: &str, new: &New<'_>) -> Result<Done<Call>, Refusal> {
    let (name, minute) = new.checked()?;
    let New { id, outlet, partner, territory, outcome, at_us, meet, .. } = *new;
    write_tx!(db, |tx| {
        let now = tx.now_us();
        if at_us > now + AHEAD_US || at_us < now - BEHIND_US {
            return Err(Refusal::bad_input(
                "field.call.at",
                "通话时间须在最近 7 天内；请核对手机时间",
                "a call is noted within seven days after it; look at the clock of the phone",
            ));
        }
        let sql = "insert into field_call (id, manager, outlet, partner, territory, name, outcome, minute, day, at_us, made_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing";
        let values = args![id, who, outlet, partner, territory, name, outcome.name(), minute, day(at_us), at_us, now];
        let fresh = tx.execute(sql, values).await? > 0;
        if let Some((on, minute)) = meet.filter(|_| fresh) {
            let sql =
                "insert into field_appointment (call, version, manager, outlet, territory, meet_on, meet_min, state, reason, changed_us)
                       values ($1, 1, $2, $3, $4, $5, $6, 'open', '', $7)";
            tx.execute(sql, args![id, who, outlet, territory, on, minute, now]).await?;
        }
        let kept = of_row(&tx.query_one(format!("{SELECT} where c.id = $1"), args![id]).await?)?;
        if fresh {
            let after = json!({ "outlet": outlet, "partner": partner, "outcome": outcome.name(), "day": day(at_us).to_string() });
            tx.audit(Entry::new(who, "call.note", "call", id).after(after.to_string()));
            return Ok(Done::Now(kept));
        }
        if kept.manager == who && kept.outlet == outlet && kept.partner == partner && kept.name == name && kept.minute == minute {
            return Ok(Done::Already(kept));
        }
        Err(Refusal::new(
            Kind::Conflict,
            "field.call.other",
            format!("通话编号 {id} 已用于另一次通话；请换编号提交"),
            format!("the id {id} is that of another call; send this one under a new id"),
        ))
    })
}

/// Says that an appointment was kept or dropped. The version after it.
///
/// # Errors
/// `NotFound field.call.none`; `Conflict field.call.state`, `platform.db.stale`; `BadInput field.reason`.
pub async fn close(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, to: State, why: &str) -> Result<u32, Refusal> {
    let why = if to == State::Kept { why.trim() } else { reason(why)? };
    write_tx!(db, |tx| {
        let mut values: Vec<Value> = vec![id.into()];
        let within = sight.wheres("c", false, &mut values);
        let row = tx.query_opt(format!("{SELECT} where c.id = $1 and {within}"), &values).await?;
        let call = row.map(|row| of_row(&row)).transpose()?;
        let appointment = call.and_then(|call| call.appointment).ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "field.call.none",
                format!("没有预约 {id}，或不在您的范围内"),
                format!("there is no appointment {id}, or not within your reach"),
            )
        })?;
        if appointment.state != State::Open || to == State::Open {
            return Err(Refusal::new(
                Kind::Conflict,
                "field.call.state",
                format!("预约 {id} 已经了结；请刷新页面"),
                format!("appointment {id} is closed; reload the page"),
            ));
        }
        let sql = "update field_appointment set version = version + 1, state = $3, closed_us = $4, reason = $5, changed_us = $4
                   where call = $1 and version = $2";
        tx.execute_versioned("预约 appointment", id, sql, args![id, version, to.name(), tx.now_us(), why]).await?;
        tx.audit(Entry::new(who, "call.close", "appointment", id).after(json!({ "state": to.name() }).to_string()).reason(why));
        Ok(version + 1)
    })
}

fn of_row(row: &Row) -> Result<Call, Refusal> {
    let appointment = match row.opt_parse::<Date>("meet_on")? {
        None => None,
        Some(on) => Some(Appointment {
            version: row.count("version")?,
            on,
            minute: row.count("meet_min")?,
            state: row.parse("state")?,
            closed_us: row.opt_int("closed_us")?,
            reason: row.string("reason")?,
        }),
    };
    Ok(Call {
        id: row.string("id")?,
        manager: row.string("manager")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        name: row.string("name")?,
        outcome: row.parse("outcome")?,
        minute: row.string("minute")?,
        day: row.parse("day")?,
        at_us: row.int("at_us")?,
        appointment,
    })
}

/// Which calls. What is empty asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Whose.
    pub manager: String,
    /// To which outlet.
    pub outlet: String,
    /// From this day on.
    pub from: Option<Date>,
    /// Up to this day.
    pub to: Option<Date>,
}

/// Calls within a sight, the latest first, at most 1,000.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Vec<Call>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("c", false, &mut values)];
    let conditions = [
        ("c.manager =", Some(&query.manager).filter(|text| !text.is_empty()).map(Value::from)),
        ("c.outlet =", Some(&query.outlet).filter(|text| !text.is_empty()).map(Value::from)),
        ("c.day >=", query.from.map(Value::from)),
        ("c.day <=", query.to.map(Value::from)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            wheres.push(format!("{condition} {}", mark(&mut values, value)));
        }
    }
    let sql = format!("{SELECT} where {} order by c.at_us desc, c.id limit 1000", wheres.join(" and "));
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

/// Appointments of a manager that are due by a day: open, and no visit to the outlet since the day that was agreed on.
///
/// # Errors
/// The database does not answer.
pub async fn due(tx: &mut Tx, manager: &str, day: Date) -> Result<Vec<(Call, Appointment)>, Refusal> {
    let sql = format!(
        "{SELECT} where a.manager = $1 and a.state = 'open' and a.meet_on <= $2
         and not exists (select 1 from field_visit v where v.manager = a.manager and v.outlet = a.outlet and a.outlet <> ''
                         and v.day >= a.meet_on and v.entered_us is not null)
         order by a.meet_on, a.meet_min, c.id limit 200"
    );
    joined(&tx.query(sql, args![manager, day]).await?)
}

/// What a manager agreed on for a day at outlets, in the order of the hours: kept by now or not, but not what was dropped.
///
/// # Errors
/// The database does not answer.
pub async fn agreed(tx: &mut Tx, manager: &str, day: Date) -> Result<Vec<(Call, Appointment)>, Refusal> {
    let sql = format!(
        "{SELECT} where a.manager = $1 and a.meet_on = $2 and a.state <> 'dropped' and a.outlet <> '' order by a.meet_min, c.id limit 200"
    );
    joined(&tx.query(sql, args![manager, day]).await?)
}

/// Calls that have an appointment, with it.
fn joined(rows: &[Row]) -> Result<Vec<(Call, Appointment)>, Refusal> {
    let calls = rows.iter().map(of_row).collect::<Result<Vec<Call>, _>>()?;
    Ok(calls.into_iter().filter_map(|call| call.appointment.clone().map(|appointment| (call, appointment))).collect())
}

/// When somebody was last reached at each outlet by a manager.
///
/// # Errors
/// The database does not answer.
pub async fn last(tx: &mut Tx, manager: &str) -> Result<BTreeMap<String, i64>, Refusal> {
    let sql =
        "select outlet, max(at_us) as at_us from field_call where manager = $1 and outcome = 'reached' and outlet <> '' group by outlet";
    tx.query(sql, args![manager]).await?.iter().map(|row| Ok((row.string("outlet")?, row.int("at_us")?))).collect()
}

/// Lines of the diary: a manager's calls of a day.
///
/// # Errors
/// The database does not answer.
pub async fn lines(tx: &mut Tx, manager: &str, day: Date) -> Result<Vec<Line>, Refusal> {
    let query = Query { manager: manager.to_owned(), from: Some(day), to: Some(day), ..Query::default() };
    Ok(list(tx, &Sight::own(manager), &query).await?.into_iter().map(line).collect())
}

fn line(call: Call) -> Line {
    let whom = if call.outlet.is_empty() { call.name } else { format!("{} {}", call.outlet, call.name) };
    let minute = call.minute;
    let text = match call.outcome {
        Outcome::Reached => Text::new(format!("致电 {whom}：{minute}"), format!("called {whom}: {minute}")),
        Outcome::NoAnswer => Text::new(format!("致电 {whom}，未接通"), format!("called {whom}, no answer")),
        Outcome::Declined => Text::new(format!("致电 {whom}，对方不便接听"), format!("called {whom}, who could not talk")),
    };
    Line { what: What::Contact, at_us: call.at_us, outlet: call.outlet, record: call.id, text }
}

/// Calls of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The day.
    pub day: Date,
    /// All of them.
    pub made: u32,
    /// Those that reached somebody.
    pub reached: u32,
}

/// How many calls a manager made on each day of a time, both ends included; days without any are left out.
///
/// # Errors
/// The database does not answer.
pub async fn counts(tx: &mut Tx, manager: &str, from: Date, to: Date) -> Result<Vec<Made>, Refusal> {
    let sql = "select day, count(*) as made, sum(case when outcome = 'reached' then 1 else 0 end) as reached
               from field_call where manager = $1 and day >= $2 and day <= $3 group by day order by day";
    let of = |row: &Row| Ok(Made { day: row.parse("day")?, made: row.count("made")?, reached: row.count("reached")? });
    tx.query(sql, args![manager, from, to]).await?.iter().map(of).collect()
}

/// Calls of a time against what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Calls asked for: those of a day, on each working day.
    pub target: u32,
    /// Calls made.
    pub made: u32,
    /// Those that reached somebody.
    pub reached: u32,
}

impl Pace {
    /// Counts the calls of a time, both ends included, of which so many are asked for on a working day.
    pub fn of(daily: u32, (from, to): (Date, Date), made: &[Made], holidays: &Holidays) -> Self {
        let days = (from.days()..=to.days()).map(Date::from_days);
        let target = days.filter(|day| holidays.kind(*day) == DayKind::Work).fold(0_u32, |sum, _| sum.saturating_add(daily));
        let within = made.iter().filter(|one| from <= one.day && one.day <= to);
        let add = |(made, reached): (u32, u32), one: &Made| (made.saturating_add(one.made), reached.saturating_add(one.reached));
        let (made, reached) = within.fold((0, 0), add);
        Self { target, made, reached }
    }

    /// Whether there were as many as are asked for.
    pub fn met(self) -> bool {
        self.made >= self.target
    }
}

/// The template of a day (R8.130): from when to when one calls, and from when to when one visits, minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Halves {
    /// For calls and appointments.
    pub calls: (u32, u32),
    /// For visits.
    pub visits: (u32, u32),
}

impl Halves {
    /// A day from when to when, of which calls have the part until some minute.
    pub fn of((from, to): (u32, u32), until: u32) -> Self {
        let noon = until.clamp(from, to.max(from));
        Self { calls: (from, noon), visits: (noon, to.max(noon)) }
    }
}

/// An outlet that may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its code.
    pub outlet: &'a str,
    /// When somebody was last in touch with it, microseconds since 1970.
    pub last_us: Option<i64>,
}

/// Whom to call in the morning: who was never heard of first, then whoever was not for longest; at most so many.
pub fn whom<'a>(candidates: &[Candidate<'a>], most: usize) -> Vec<Candidate<'a>> {
    let mut found = candidates.to_vec();
    found.sort_by_key(|one| (one.last_us, one.outlet));
    found.truncate(most);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn thirty_calls_a_day_are_a_hundred_and_fifty_a_week() {
        // S6, N11
        let (monday, sunday) = (date("2026-08-24"), date("2026-08-30"));
        let holidays = Holidays::shipped();
        let of = |calls: u32| {
            let made: Vec<Made> = (0..5).map(|at| Made { day: monday.plus_days(at), made: calls, reached: calls / 2 }).collect();
            Pace::of(30, (monday, sunday), &made, &holidays)
        };
        assert_eq!(of(30), Pace { target: 150, made: 150, reached: 75 });
        assert!(of(30).met() && !of(29).met());
        let day = |made: u32| Pace::of(30, (monday, monday), &[Made { day: monday, made, reached: made }], &holidays);
        assert!(day(30).met() && !day(29).met());
        assert_eq!(Pace::of(30, (sunday, sunday), &[], &holidays).target, 0, "nobody is asked to call on a Sunday");
    }

    #[test]
    fn mornings_are_for_calls_and_afternoons_for_visits() {
        // R8.130
        assert_eq!(Halves::of((540, 1_020), 720), Halves { calls: (540, 720), visits: (720, 1_020) });
        assert_eq!(Halves::of((540, 660), 720), Halves { calls: (540, 660), visits: (660, 660) }, "a short day is all calls");
        assert_eq!(Halves::of((780, 1_020), 720), Halves { calls: (780, 780), visits: (780, 1_020) }, "and an afternoon all visits");
        let of = |outlet, last_us| Candidate { outlet, last_us };
        let all = [of("O1", Some(5)), of("O2", None), of("O3", Some(2)), of("O4", None)];
        let order: Vec<&str> = whom(&all, 3).into_iter().map(|one| one.outlet).collect();
        assert_eq!(order, ["O2", "O4", "O3"]);
    }
}
