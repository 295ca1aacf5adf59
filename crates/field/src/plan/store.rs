//! Plans in the database: proposed by the system, moved by hand, compared with what was done.

use super::month::Plan;
use crate::measure::Adherence;
use crate::visit::State;
use crate::visit::list::{self, Sight};
use qudao_kernel::{Date, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Most stops of a day, and longest target.
const MOST_STOPS: usize = 100;
const LONGEST: usize = 200;
/// Days looked ahead for the next planned visit.
const AHEAD: i32 = 60;

/// A stop of a planned day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Outlet.
    pub outlet: String,
    /// Whether somebody put it there: it stays when a plan is proposed anew.
    #[serde(default)]
    pub manual: bool,
    /// Purposes (R7.39).
    #[serde(default)]
    pub purposes: Vec<String>,
    /// What is sought there (R7.40, R7.41).
    #[serde(default)]
    pub target: String,
}

/// A planned day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// For the next change; 0 for a day without a plan.
    pub version: u32,
    /// Stops in order.
    pub stops: Vec<Stop>,
    /// Outlets in the order they were proposed in last, whatever was moved since (R2.12).
    pub proposed: Vec<String>,
    /// Who changed it last; empty for nobody.
    pub changed_by: String,
    /// Why somebody moved something last; empty since it was proposed anew.
    pub reason: String,
}

/// Keeps a proposed plan. Stops that were put somewhere by hand stay there, with their purposes; the others of the plan's days are replaced. `purposes` says
/// what a visit to an outlet is for, where it was not planned before (R7.39).
///
/// # Errors
/// The database does not answer.
pub async fn propose(db: &Db, who: &str, manager: &str, plan: &Plan, purposes: &BTreeMap<String, Vec<String>>) -> Result<(), Refusal> {
    let (Some(first), Some(last)) = (plan.days.first(), plan.days.last()) else { return Ok(()) };
    let (from, to) = (first.day, last.day);
    write_tx!(db, |tx| {
        let known: BTreeMap<Date, Vec<Stop>> = read(tx, manager, from, to).await?.into_iter().map(|day| (day.day, day.stops)).collect();
        for planned in &plan.days {
            let kept = known.get(&planned.day).map_or(&[][..], Vec::as_slice);
            let mut stops: Vec<Stop> = kept.iter().filter(|stop| stop.manual).cloned().collect();
            let there: BTreeSet<String> = stops.iter().map(|stop| stop.outlet.clone()).collect();
            let fresh = planned.outlets.iter().filter(|outlet| !there.contains(*outlet));
            stops.extend(fresh.map(|outlet| {
                // What was planned for the stop is planned for it still.
                let before = kept.iter().find(|stop| stop.outlet == *outlet).cloned();
                let purposes = purposes.get(outlet).cloned().unwrap_or_default();
                before.unwrap_or_else(|| Stop { outlet: outlet.clone(), purposes, ..Stop::default() })
            }));
            let proposed: Vec<&String> = stops.iter().map(|stop| &stop.outlet).collect();
            put(tx, who, manager, planned.day, &stops, &json!(proposed).to_string()).await?;
        }
        let after = json!({ "from": from.to_string(), "to": to.to_string(), "left": plan.left.len() });
        tx.audit(Entry::new(who, "plan.propose", "plan", manager).after(after.to_string()));
        Ok(())
    })
}

async fn put(tx: &mut Tx, who: &str, manager: &str, day: Date, stops: &[Stop], proposed: &str) -> Result<(), Refusal> {
    let sql = "insert into field_plan (manager, day, version, stops, proposed, reason, changed_by, changed_us) values ($1, $2, 1, $3, $4, '', $5, $6)
               on conflict (manager, day) do update set version = field_plan.version + 1, stops = excluded.stops, proposed = excluded.proposed,
                   reason = excluded.reason, changed_by = excluded.changed_by, changed_us = excluded.changed_us";
    let now = tx.now_us();
    tx.execute(sql, args![manager, day, json!(stops).to_string(), proposed, who, now]).await.map(drop)
}

/// What somebody does to a day of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Move<'a> {
    /// Who does it.
    pub who: &'a str,
    /// Whose plan.
    pub manager: &'a str,
    /// The day.
    pub day: Date,
    /// The version they saw; 0 for a day without a plan.
    pub version: u32,
    /// Why; may be empty.
    pub reason: &'a str,
}

/// Sets the stops of a day by hand, in their order; what was proposed stays beside them. The version after it.
///
/// # Errors
/// `BadInput field.plan.stops`, `field.plan.reason`; `Conflict platform.db.stale`.
pub async fn arrange(db: &Db, act: &Move<'_>, stops: &[Stop]) -> Result<u32, Refusal> {
    let Move { who, manager, day, version, reason } = *act;
    let outlets: BTreeSet<&str> = stops.iter().map(|stop| stop.outlet.as_str()).collect();
    let fine = |stop: &Stop| !stop.outlet.is_empty() && stop.target.chars().count() <= LONGEST && stop.purposes.len() <= 12;
    if stops.len() > MOST_STOPS || outlets.len() < stops.len() || !stops.iter().all(fine) {
        return Err(Refusal::bad_input(
            "field.plan.stops",
            format!("一天最多 {MOST_STOPS} 个网点，不能重复；目标最多 {LONGEST} 字"),
            format!("a day has at most {MOST_STOPS} outlets, each once, with a target of at most {LONGEST} characters"),
        ));
    }
    let reason = reason.trim();
    if reason.chars().count() > LONGEST {
        return Err(Refusal::bad_input(
            "field.plan.reason",
            format!("原因最多 {LONGEST} 字"),
            format!("the reason has at most {LONGEST} characters"),
        ));
    }
    write_tx!(db, |tx| {
        let before = read(tx, manager, day, day).await?.into_iter().next();
        let stored = json!(stops).to_string();
        if before.as_ref().map_or(0, |day| day.version) == 0 && version == 0 {
            put(tx, who, manager, day, stops, "[]").await?;
            tx.execute("update field_plan set reason = $3 where manager = $1 and day = $2", args![manager, day, reason]).await?;
        } else {
            let sql = "update field_plan set version = version + 1, stops = $4, reason = $5, changed_by = $6, changed_us = $7
                       where manager = $1 and day = $2 and version = $3";
            let id = format!("{manager} {day}");
            let values = args![manager, day, version, stored, reason, who, tx.now_us()];
            tx.execute_versioned("计划 plan", &id, sql, values).await?;
        }
        if who != manager {
            let listed = |stops: &[Stop]| json!(stops.iter().map(|stop| &stop.outlet).collect::<Vec<_>>()).to_string();
            let was = before.map_or_else(|| "[]".to_owned(), |day| listed(&day.stops));
            tx.audit(Entry::new(who, "plan.move", "plan", &format!("{manager} {day}")).before(was).after(listed(stops)).reason(reason));
        }
        Ok(version + 1)
    })
}

/// Planned days of a time, both ends included.
///
/// # Errors
/// The database does not answer.
pub async fn read(tx: &mut Tx, manager: &str, from: Date, to: Date) -> Result<Vec<Day>, Refusal> {
    let sql = "select * from field_plan where manager = $1 and day >= $2 and day <= $3 order by day";
    tx.query(sql, args![manager, from, to]).await?.iter().map(of_row).collect()
}

/// The next planned day of each outlet of a manager from a day on.
///
/// # Errors
/// The database does not answer.
pub async fn next(tx: &mut Tx, manager: &str, from: Date) -> Result<BTreeMap<String, Date>, Refusal> {
    let mut found = BTreeMap::new();
    for planned in read(tx, manager, from, from.plus_days(AHEAD)).await? {
        for stop in planned.stops {
            found.entry(stop.outlet).or_insert(planned.day);
        }
    }
    Ok(found)
}

fn of_row(row: &Row) -> Result<Day, Refusal> {
    Ok(Day {
        day: row.parse("day")?,
        version: row.count("version")?,
        stops: parsed(row.text("stops")?)?,
        proposed: parsed(row.text("proposed")?)?,
        changed_by: row.string("changed_by")?,
        reason: row.string("reason")?,
    })
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| {
        Refusal::new(
            qudao_kernel::Kind::Bug,
            "field.plan.stored",
            format!("计划的存档读不懂：{error}；请把此信息报告给维护者"),
            format!("a stored plan cannot be read: {error}; report this to the maintainers"),
        )
    })
}

/// Where somebody put outlets by hand, for the next plan.
pub fn pinned(days: &[Day]) -> BTreeMap<String, Vec<Date>> {
    let mut found: BTreeMap<String, Vec<Date>> = BTreeMap::new();
    for day in days {
        for stop in day.stops.iter().filter(|stop| stop.manual) {
            found.entry(stop.outlet.clone()).or_default().push(day.day);
        }
    }
    found
}

/// A planned day against what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The day.
    pub day: Date,
    /// The figures.
    pub adherence: Adherence,
    /// Outlets that were planned and not visited.
    pub missed: Vec<String>,
    /// Outlets that were visited and not planned: shown, not held against anybody.
    pub unplanned: Vec<String>,
}

/// Plan and visits of a manager, day by day.
///
/// # Errors
/// The database does not answer.
pub async fn compare(tx: &mut Tx, manager: &str, from: Date, to: Date) -> Result<Vec<Compared>, Refusal> {
    let plans: BTreeMap<Date, Vec<Stop>> = read(tx, manager, from, to).await?.into_iter().map(|day| (day.day, day.stops)).collect();
    let query = list::Query { manager: manager.to_owned(), from: Some(from), to: Some(to), ..list::Query::default() };
    let mut visits: BTreeMap<Date, Vec<(Option<i64>, String)>> = BTreeMap::new();
    for line in list::all(tx, &Sight::own(manager), query).await?.into_iter().filter(|line| line.state != State::Planned) {
        visits.entry(line.day).or_default().push((line.entered_us, line.outlet));
    }
    let days: BTreeSet<Date> = plans.keys().chain(visits.keys()).copied().collect();
    let of = |day: Date| {
        let planned: Vec<&str> = plans.get(&day).into_iter().flatten().map(|stop| stop.outlet.as_str()).collect();
        let mut went: Vec<&(Option<i64>, String)> = visits.get(&day).into_iter().flatten().collect();
        went.sort();
        let visited: Vec<&str> = went.into_iter().map(|(_, outlet)| outlet.as_str()).collect();
        let without = |list: &[&str], others: &[&str]| {
            let rest: BTreeSet<&str> = list.iter().copied().filter(|outlet| !others.contains(outlet)).collect();
            rest.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let (missed, unplanned) = (without(&planned, &visited), without(&visited, &planned));
        Compared { day, adherence: Adherence::of(&planned, &visited), missed, unplanned }
    };
    Ok(days.into_iter().map(of).collect())
}
