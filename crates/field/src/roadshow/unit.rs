//! Units: booked for a week and an area, counted, let go, ended.

use super::kit::{Kit, Short};
use super::{none, wheres};
use crate::reason;
use crate::visit::list::{Sight, mark};
use crate::visit::{is_client_id, names};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Most people of a unit.
const CREW: usize = 12;
/// Days of a week.
const WEEK: i32 = 7;

/// Where a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Booked.
    Booked,
    /// On its way.
    Departed,
    /// Back, with its figures.
    Closed,
    /// Called off.
    Cancelled,
}
names!(State { Booked "booked", Departed "departed", Closed "closed", Cancelled "cancelled" });

/// Somebody of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Login or work ID.
    pub code: String,
    /// What they are called.
    pub name: String,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// For the next change.
    pub version: u32,
    /// Its Monday.
    pub week: Date,
    /// Its area.
    pub territory: String,
    /// What it is called.
    pub title: String,
    /// Who leads it.
    pub leader: String,
    /// Its vehicle.
    pub vehicle: String,
    /// Its kit.
    pub kit: String,
    /// Who is with it, by code.
    pub crew: Vec<Member>,
    /// Where it is.
    pub state: State,
    /// What was counted, by part; empty before.
    pub counted: BTreeMap<String, u32>,
    /// Who counted; empty before.
    pub checked_by: String,
    /// When.
    pub checked_us: Option<i64>,
    /// Who let it go with less than the kit; empty for nobody.
    pub approved_by: String,
    /// Why, or why it was called off.
    pub reason: String,
    /// Who booked it.
    pub made_by: String,
}

impl Unit {
    /// What is short of the kit; nothing that is known before it was counted.
    pub fn short(&self, kit: &Kit) -> Vec<Short> {
        if self.checked_by.is_empty() { Vec::new() } else { kit.short(&self.counted) }
    }

    /// Whether a day lies in its week.
    pub fn has(&self, day: Date) -> bool {
        self.week <= day && day < self.week.plus_days(WEEK)
    }
}

/// A unit to be booked.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its id, made by the page: the same one is one unit.
    pub id: &'a str,
    /// Its Monday.
    pub week: Date,
    /// Its area.
    pub territory: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// Who leads it: one of the crew.
    pub leader: &'a str,
    /// Its vehicle.
    pub vehicle: &'a str,
    /// Its kit.
    pub kit: &'a str,
    /// Who is with it.
    pub crew: &'a [Member],
}

impl New<'_> {
    fn checked(&self) -> Result<(), Refusal> {
        let bad = |code: &'static str, zh: &str, en: &str| Err(Refusal::bad_input(code, zh, en));
        if !is_client_id(self.id) {
            return bad("field.roadshow.id", "单元编号有误；请刷新页面", "the id of the unit is none; reload the page");
        }
        if self.week.weekday() != 1 {
            return bad("field.roadshow.week", "起始日须为周一：一个单元正好一周", "a unit begins on a Monday: it is of one week");
        }
        if self.territory.is_empty() {
            return bad("field.roadshow.area", "请选择一个区域", "choose one area");
        }
        let long = |text: &str, most: usize| !(1..=most).contains(&text.trim().chars().count());
        if long(self.title, 60) || long(self.vehicle, 20) || long(self.kit, 20) {
            return bad(
                "field.roadshow.words",
                "请填写名称（最多 60 字）、车辆和物料套号（最多 20 字）",
                "give a title of at most 60 characters, a vehicle and a kit of at most 20",
            );
        }
        let codes: BTreeSet<&str> = self.crew.iter().map(|one| one.code.as_str()).collect();
        if codes.len() != self.crew.len() || codes.len() > CREW || !codes.contains(self.leader) {
            return bad(
                "field.roadshow.crew",
                "人员不能重复，最多 12 人，领队须在其中",
                "nobody is named twice, at most twelve go, and the leader is one of them",
            );
        }
        Ok(())
    }

    /// Who and what it takes, each with its name.
    fn claims(&self) -> Vec<(&'static str, &str, &str)> {
        let (vehicle, kit) = (self.vehicle.trim(), self.kit.trim());
        let people = self.crew.iter().map(|one| ("person", one.code.as_str(), one.name.as_str()));
        people.chain([("vehicle", vehicle, vehicle), ("kit", kit, kit)]).collect()
    }
}

/// Books a unit.
///
/// # Errors
/// `BadInput field.roadshow.id`, `field.roadshow.week`, `field.roadshow.area`, `field.roadshow.words`, `field.roadshow.crew`, `field.roadshow.past`;
/// `Conflict field.roadshow.taken` for a person, vehicle or kit of another unit in that week, `field.roadshow.other` if the id is another unit's.
pub async fn book(db: &Db, who: &str, new: &New<'_>) -> Result<Done<Unit>, Refusal> {
    new.checked()?;
    let New { id, week, territory, title, leader, vehicle, kit, .. } = *new;
    let (title, vehicle, kit) = (title.trim(), vehicle.trim(), kit.trim());
    write_tx!(db, |tx| {
        let now = tx.now_us();
        if day(now) >= week.plus_days(WEEK) {
            return Err(Refusal::bad_input("field.roadshow.past", "不能预订已过去的周", "a week that is over cannot be booked"));
        }
        let sql = "insert into field_roadshow (id, version, week, territory, title, leader, vehicle, kit, state, counted, checked_by,
                                               approved_by, reason, made_by, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, 'booked', $10, '', '', '', $8, $9) on conflict (id) do nothing";
        if tx.execute(sql, args![id, week, territory, title, leader, vehicle, kit, who, now, "{}"]).await? == 0 {
            let kept = get(tx, &Sight::everywhere(), id).await?;
            if kept.made_by == who && kept.week == week && kept.territory == territory && kept.title == title && kept.leader == leader {
                return Ok(Done::Already(kept));
            }
            return Err(Refusal::new(
                Kind::Conflict,
                "field.roadshow.other",
                format!("编号 {id} 已用于另一个单元；请刷新页面"),
                format!("the id {id} is that of another unit; reload the page"),
            ));
        }
        for (kind, code, name) in new.claims() {
            let sql = "insert into field_roadshow_claim (kind, code, week, roadshow, name) values ($1, $2, $3, $4, $5)
                       on conflict (kind, code, week) do nothing";
            if tx.execute(sql, args![kind, code, week, id, name]).await? == 0 {
                return Err(taken(tx, kind, code, week).await?);
            }
        }
        let after = json!({ "week": week.to_string(), "territory": territory, "leader": leader, "vehicle": vehicle, "kit": kit });
        tx.audit(Entry::new(who, "roadshow.book", "roadshow", id).after(after.to_string()));
        Ok(Done::Now(get(tx, &Sight::everywhere(), id).await?))
    })
}

async fn taken(tx: &mut Tx, kind: &str, code: &str, week: Date) -> Result<Refusal, Refusal> {
    let sql = "select c.name, r.title from field_roadshow_claim c join field_roadshow r on r.id = c.roadshow
               where c.kind = $1 and c.code = $2 and c.week = $3";
    let row = tx.query_opt(sql, args![kind, code, week]).await?;
    let (name, title) = match row {
        Some(row) => (row.string("name")?, row.string("title")?),
        None => (code.to_owned(), String::new()),
    };
    let (zh, en) = match kind {
        "person" => ("人员", "person"),
        "vehicle" => ("车辆", "vehicle"),
        _ => ("物料套", "kit"),
    };
    Ok(Refusal::new(
        Kind::Conflict,
        "field.roadshow.taken",
        format!("{zh} {name} 在 {week} 起的一周已被“{title}”预订；请另选"),
        format!("{en} {name} is booked by “{title}” in the week of {week}; choose another"),
    ))
}

/// A unit within a sight.
///
/// # Errors
/// `NotFound field.roadshow.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Unit, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let within = wheres(sight, &mut values);
    let row = tx.query_opt(format!("select r.* from field_roadshow r where r.id = $1 and {within}"), &values).await?;
    let mut unit = of_row(&row.ok_or_else(|| none(id))?)?;
    let sql = "select roadshow, code, name from field_roadshow_claim where roadshow = $1 and kind = 'person' order by code";
    unit.crew = tx.query(sql, args![id]).await?.iter().map(member).collect::<Result<_, _>>()?;
    Ok(unit)
}

/// Units of some weeks within a sight, by week, area and title; at most 500. Both ends are Mondays and included.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, (from, to): (Date, Date)) -> Result<Vec<Unit>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = wheres(sight, &mut values);
    let (from, to) = (mark(&mut values, from), mark(&mut values, to));
    let sql = format!(
        "select r.* from field_roadshow r where {within} and r.week >= {from} and r.week <= {to} order by r.week, r.territory, r.title, r.id limit 500"
    );
    let mut units = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let mut values: Vec<Value> = Vec::new();
    let marks: Vec<String> = units.iter().map(|unit| mark(&mut values, unit.id.as_str())).collect();
    if marks.is_empty() {
        return Ok(units);
    }
    let sql = format!(
        "select roadshow, code, name from field_roadshow_claim where kind = 'person' and roadshow in ({}) order by roadshow, code",
        marks.join(", ")
    );
    for row in &tx.query(sql, &values).await? {
        let of = row.text("roadshow")?;
        if let Some(unit) = units.iter_mut().find(|unit| unit.id == of) {
            unit.crew.push(member(row)?);
        }
    }
    Ok(units)
}

fn member(row: &Row) -> Result<Member, Refusal> {
    Ok(Member { code: row.string("code")?, name: row.string("name")? })
}

fn of_row(row: &Row) -> Result<Unit, Refusal> {
    let counted = serde_json::from_str(row.text("counted")?).map_err(|error| {
        Refusal::new(
            Kind::Bug,
            "field.roadshow.stored",
            format!("保存的清点结果无法读取：{error}"),
            format!("the count that is kept cannot be read: {error}"),
        )
    })?;
    Ok(Unit {
        id: row.string("id")?,
        version: row.count("version")?,
        week: row.parse("week")?,
        territory: row.string("territory")?,
        title: row.string("title")?,
        leader: row.string("leader")?,
        vehicle: row.string("vehicle")?,
        kit: row.string("kit")?,
        crew: Vec::new(),
        state: row.parse("state")?,
        counted,
        checked_by: row.string("checked_by")?,
        checked_us: row.opt_int("checked_us")?,
        approved_by: row.string("approved_by")?,
        reason: row.string("reason")?,
        made_by: row.string("made_by")?,
    })
}

/// What is done to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// The kit was counted. What was approved before is approved no more.
    Check(&'a BTreeMap<String, u32>),
    /// It may go with less than the kit, for a reason.
    Approve(&'a str),
    /// It goes.
    Depart,
    /// It is back.
    Close,
    /// It is called off, for a reason; whoever and whatever was with it is free again.
    Cancel(&'a str),
}

impl Act<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Check(_) => "roadshow.check",
            Self::Approve(_) => "roadshow.approve",
            Self::Depart => "roadshow.depart",
            Self::Close => "roadshow.close",
            Self::Cancel(_) => "roadshow.cancel",
        }
    }
}

/// Does something to a unit. The version after it.
///
/// # Errors
/// `NotFound field.roadshow.none`; `Conflict field.roadshow.state`, `field.roadshow.unchecked`, `field.roadshow.short`, `field.roadshow.whole`,
/// `field.roadshow.present` while somebody is at a stop, `platform.db.stale`; `Forbidden field.roadshow.own` for whoever booked or counted; `BadInput field.reason`,
/// `field.roadshow.count`.
pub async fn act(db: &Db, sight: &Sight, kit: &Kit, who: &str, (id, version): (&str, u32), act: &Act<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let mut unit = get(tx, sight, id).await?;
        let needed = if matches!(act, Act::Close) { State::Departed } else { State::Booked };
        if unit.state != needed {
            return Err(conflict(
                "field.roadshow.state",
                "单元的状态已经改变；请刷新页面",
                "the unit is in another state; reload the page",
            ));
        }
        match act {
            Act::Check(counted) => {
                kit.checked(counted)?;
                unit.counted = (*counted).clone();
                // Nobody goes who was not booked.
                let crew = u32::try_from(unit.crew.len()).unwrap_or(u32::MAX);
                if let Some(people) = unit.counted.get_mut("people") {
                    *people = crew.min(*people);
                }
                (unit.checked_by, unit.checked_us) = (who.to_owned(), Some(tx.now_us()));
                (unit.approved_by, unit.reason) = (String::new(), String::new());
            }
            Act::Approve(why) => {
                unit.reason = reason(why)?.to_owned();
                if unit.checked_by.is_empty() {
                    return Err(unchecked());
                }
                if unit.short(kit).is_empty() {
                    return Err(conflict("field.roadshow.whole", "配置齐全，无需批准", "the kit is whole; there is nothing to approve"));
                }
                if same_hand(who, &unit.checked_by) || same_hand(who, &unit.made_by) {
                    return Err(Refusal::new(
                        Kind::Forbidden,
                        "field.roadshow.own",
                        "缺项须由预订和清点以外的人批准",
                        "less than the kit is approved by somebody who neither booked nor counted",
                    ));
                }
                who.clone_into(&mut unit.approved_by);
            }
            Act::Depart => {
                if unit.checked_by.is_empty() {
                    return Err(unchecked());
                }
                let short = unit.short(kit);
                if !short.is_empty() && unit.approved_by.is_empty() {
                    return Err(lacking(kit, &short));
                }
                unit.state = State::Departed;
            }
            Act::Close => {
                let sql = "select count(*) as n from field_attendance where roadshow = $1 and left_us is null";
                if tx.query_one(sql, args![id]).await?.count("n")? > 0 {
                    return Err(conflict(
                        "field.roadshow.present",
                        "还有人员未离岗；请先登记离开",
                        "somebody is still at a stop; note their leaving first",
                    ));
                }
                unit.state = State::Closed;
            }
            Act::Cancel(why) => {
                unit.reason = reason(why)?.to_owned();
                unit.state = State::Cancelled;
                tx.execute("delete from field_roadshow_claim where roadshow = $1", args![id]).await?;
            }
        }
        let counted = json!(unit.counted).to_string();
        let sql =
            "update field_roadshow set version = version + 1, state = $3, counted = $4, checked_by = $5, checked_us = $6, approved_by = $7,
                   reason = $8, changed_us = $9 where id = $1 and version = $2";
        let values = args![
            id,
            version,
            unit.state.name(),
            &counted,
            &unit.checked_by,
            unit.checked_us,
            &unit.approved_by,
            &unit.reason,
            tx.now_us()
        ];
        tx.execute_versioned("流动助销单元 roadshow unit", id, sql, values).await?;
        let after = json!({ "state": unit.state.name(), "counted": unit.counted }).to_string();
        tx.audit(Entry::new(who, act.name(), "roadshow", id).after(after).reason(&unit.reason));
        Ok(version + 1)
    })
}

fn conflict(code: &'static str, zh: &str, en: &str) -> Refusal {
    Refusal::new(Kind::Conflict, code, zh, en)
}

fn unchecked() -> Refusal {
    conflict("field.roadshow.unchecked", "出发前须先清点配置", "the kit is counted before departure")
}

fn lacking(kit: &Kit, short: &[Short]) -> Refusal {
    let name = |one: &Short| kit.parts().iter().find(|part| part.id == one.part).map(|part| part.name.clone());
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for one in short {
        if let Some(name) = name(one) {
            zh.push(format!("{} {}/{}", name.zh, one.have, one.needed));
            en.push(format!("{} {} of {}", name.en, one.have, one.needed));
        }
    }
    Refusal::new(
        Kind::Conflict,
        "field.roadshow.short",
        format!("配置与标准不符：{}；请补齐后重新清点，或由他人批准", zh.join("、")),
        format!("the kit is not as it should be: {}; put it right and count again, or have it approved by somebody else", en.join(", ")),
    )
}
