//! 到岗: who was where from when to when, at a stop of a unit or helping in an outlet, with what the positions of coming and leaving are worth. As with visits, a
//! position is evidence and never a wall.

use crate::visit::list::{Sight, mark};
use crate::visit::position::{Doubt, Level, Position, level};
use crate::visit::{is_client_id, names};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::site::Point;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

/// How far a phone's clock may be ahead, and how long after it something may be noted, microseconds.
const AHEAD_US: i64 = 600_000_000;
const BEHIND_US: i64 = 2 * 86_400_000_000;
/// Within so much two times of leaving are one, noted twice.
const SAME_US: u64 = 300_000_000;

/// What somebody is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// A stop of a roadshow unit.
    Roadshow,
    /// 驻店助销: help in an outlet.
    Assist,
}
names!(For { Roadshow "roadshow", Assist "assist" });

/// A position with what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// away, unknown, fair, strong.
    pub level: String,
    /// Metres from the place, where both are known.
    pub metres: Option<u32>,
}

/// Somebody's time at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Its id, made by the phone.
    pub id: String,
    /// What for.
    pub what: For,
    /// Unit; empty for help in an outlet.
    pub roadshow: String,
    /// Stop of it.
    pub stop: String,
    /// Outlet; empty for another place.
    pub outlet: String,
    /// Login or work ID.
    pub person: String,
    /// What they are called.
    pub name: String,
    /// The day.
    pub day: Date,
    /// From when.
    pub came_us: i64,
    /// Where the phone was then.
    pub came: Evidence,
    /// To when; nothing while they are there.
    pub left_us: Option<i64>,
    /// Where the phone was then.
    pub left: Option<Evidence>,
    /// Whatever else.
    pub note: String,
    /// Who noted it.
    pub made_by: String,
}

impl Presence {
    /// Whole minutes, of whoever left.
    pub fn minutes(&self) -> Option<i64> {
        self.left_us.map(|left| (left - self.came_us).max(0) / 60_000_000)
    }
}

/// Somebody who came.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its id, made by the phone: the same one is one presence.
    pub id: &'a str,
    /// What for.
    pub what: For,
    /// Unit and stop; empty for help in an outlet.
    pub roadshow: &'a str,
    /// Stop of it.
    pub stop: &'a str,
    /// Outlet; empty for another place.
    pub outlet: &'a str,
    /// Where that is.
    pub territory: &'a str,
    /// Where the place stands, if that is known.
    pub point: Option<Point>,
    /// Login or work ID.
    pub person: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// When they came.
    pub at_us: i64,
    /// Where the phone was.
    pub position: Option<&'a Position>,
}

const fn word(level: Level) -> &'static str {
    match level {
        Level::Away => "away",
        Level::Unknown => "unknown",
        Level::Fair => "fair",
        Level::Strong => "strong",
    }
}

fn said(position: Option<&Position>) -> String {
    let Some(Position { lat_e6, lon_e6, accuracy_m, age_s, mock, .. }) = position else { return String::new() };
    json!({ "lat_e6": lat_e6, "lon_e6": lon_e6, "accuracy_m": accuracy_m, "age_s": age_s, "mock": mock }).to_string()
}

fn timely(at_us: i64, now: i64) -> Result<(), Refusal> {
    if at_us <= now + AHEAD_US && at_us >= now - BEHIND_US {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "field.attendance.at",
        "到岗和离岗须在两天内登记；请核对手机时间",
        "coming and leaving are noted within two days; look at the clock of the phone",
    ))
}

/// Notes that somebody came.
///
/// # Errors
/// `BadInput field.attendance.id`, `field.attendance.at`; `Conflict field.attendance.open` for somebody who is elsewhere at that time, `field.attendance.other` if
/// the id is another presence's.
pub async fn come(db: &Db, who: &str, new: &New<'_>, doubt: Doubt) -> Result<Done<Presence>, Refusal> {
    let New { id, what, roadshow, stop, outlet, territory, point, person, name, at_us, position } = *new;
    if !is_client_id(id) {
        return Err(Refusal::bad_input("field.attendance.id", "到岗编号有误；请更新手机页面", "the id is none; update the page"));
    }
    let (found, metres) = level(position, point, doubt);
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let kept = tx.query_opt("select * from field_attendance where id = $1", args![id]).await?.map(|row| of_row(&row)).transpose()?;
        if let Some(kept) = kept {
            if kept.person == person && kept.outlet == outlet && kept.stop == stop {
                return Ok(Done::Already(kept));
            }
            return Err(Refusal::new(
                Kind::Conflict,
                "field.attendance.other",
                format!("到岗编号 {id} 已用于另一次到岗；请刷新页面"),
                format!("the id {id} is that of another presence; reload the page"),
            ));
        }
        timely(at_us, now)?;
        let sql = "select count(*) as n from field_attendance where manager = $1 and (left_us is null or left_us > $2)";
        if tx.query_one(sql, args![person, at_us]).await?.count("n")? > 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "field.attendance.open",
                format!("{name} 此时在另一处到岗；请先登记离开"),
                format!("{name} is elsewhere at that time; note their leaving first"),
            ));
        }
        let sql = "insert into field_attendance (id, kind, roadshow, stop, outlet, territory, manager, name, day, site_lat_e6, site_lon_e6, came_us,
                                                 came_at, came_level, came_m, left_at, left_level, note, made_by, changed_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', '', '', $16, $17)";
        let (lat, lon) = (point.map(|point| point.lat_e6), point.map(|point| point.lon_e6));
        let values = args![
            id,
            what.name(),
            roadshow,
            stop,
            outlet,
            territory,
            person,
            name,
            day(at_us),
            lat,
            lon,
            at_us,
            said(position),
            word(found),
            metres,
            who,
            now
        ];
        tx.execute(sql, values).await?;
        let after = json!({ "person": person, "outlet": outlet, "stop": stop, "level": word(found) });
        tx.audit(Entry::new(who, "attendance.come", "attendance", id).after(after.to_string()));
        let row = tx.query_one("select * from field_attendance where id = $1", args![id]).await?;
        Ok(Done::Now(of_row(&row)?))
    })
}

/// Notes that somebody left. Said again for the same time nothing changes.
///
/// # Errors
/// `NotFound field.attendance.none`; `Conflict field.attendance.left`; `BadInput field.attendance.at`, also for a time before they came; `field.attendance.note`.
pub async fn leave(
    db: &Db,
    sight: &Sight,
    who: &str,
    id: &str,
    (at_us, position): (i64, Option<&Position>),
    note: &str,
    doubt: Doubt,
) -> Result<Presence, Refusal> {
    let note = note.trim();
    if note.chars().count() > 300 {
        return Err(Refusal::bad_input("field.attendance.note", "备注最多 300 字", "a note has at most 300 characters"));
    }
    write_tx!(db, |tx| {
        let mut values: Vec<Value> = vec![id.into()];
        let by = mark(&mut values, who);
        let within = sight.wheres("p", false, &mut values);
        let row =
            tx.query_opt(format!("select p.* from field_attendance p where p.id = $1 and (p.made_by = {by} or {within})"), &values).await?;
        let row = row.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "field.attendance.none",
                format!("没有到岗记录 {id}，或不在您的范围内"),
                format!("there is no presence {id}, or not within your reach"),
            )
        })?;
        let kept = of_row(&row)?;
        if kept.left_us.is_some_and(|left| left.abs_diff(at_us) < SAME_US) {
            return Ok(kept);
        }
        if kept.left_us.is_some() {
            return Err(Refusal::new(
                Kind::Conflict,
                "field.attendance.left",
                "已经登记过离开；请刷新页面",
                "their leaving is noted already; reload the page",
            ));
        }
        timely(at_us.max(kept.came_us), tx.now_us())?;
        if at_us < kept.came_us {
            return Err(Refusal::bad_input("field.attendance.at", "离开时间不能早于到岗时间", "nobody leaves before they came"));
        }
        let point = row.opt_int("site_lat_e6")?.zip(row.opt_int("site_lon_e6")?).map(|(lat_e6, lon_e6)| Point { lat_e6, lon_e6 });
        let (found, metres) = level(position, point, doubt);
        let sql = "update field_attendance set left_us = $2, left_at = $3, left_level = $4, left_m = $5, note = $6, changed_us = $7
                   where id = $1 and left_us is null";
        tx.execute(sql, args![id, at_us, said(position), word(found), metres, note, tx.now_us()]).await?;
        tx.audit(Entry::new(who, "attendance.leave", "attendance", id).after(json!({ "level": word(found) }).to_string()));
        let row = tx.query_one("select * from field_attendance where id = $1", args![id]).await?;
        of_row(&row)
    })
}

/// Who was at the stops of a unit, as they came.
///
/// # Errors
/// The database does not answer.
pub async fn of(tx: &mut Tx, roadshow: &str) -> Result<Vec<Presence>, Refusal> {
    let sql = "select * from field_attendance where roadshow = $1 order by came_us, id";
    tx.query(sql, args![roadshow]).await?.iter().map(of_row).collect()
}

/// Who was where on some days within a sight, the latest first, at most 1,000.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, what: Option<For>, (from, to): (Date, Date)) -> Result<Vec<Presence>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("p", false, &mut values)];
    wheres.push(format!("p.day >= {}", mark(&mut values, from)));
    wheres.push(format!("p.day <= {}", mark(&mut values, to)));
    if let Some(what) = what {
        wheres.push(format!("p.kind = {}", mark(&mut values, what.name())));
    }
    let sql = format!("select p.* from field_attendance p where {} order by p.came_us desc, p.id limit 1000", wheres.join(" and "));
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Presence, Refusal> {
    let metres = |name: &str| Ok::<_, Refusal>(row.opt_int(name)?.and_then(|metres| u32::try_from(metres).ok()));
    let left_us = row.opt_int("left_us")?;
    let left = Evidence { level: row.string("left_level")?, metres: metres("left_m")? };
    Ok(Presence {
        id: row.string("id")?,
        what: row.parse("kind")?,
        roadshow: row.string("roadshow")?,
        stop: row.string("stop")?,
        outlet: row.string("outlet")?,
        person: row.string("manager")?,
        name: row.string("name")?,
        day: row.parse("day")?,
        came_us: row.int("came_us")?,
        came: Evidence { level: row.string("came_level")?, metres: metres("came_m")? },
        left_us,
        left: left_us.map(|_| left),
        note: row.string("note")?,
        made_by: row.string("made_by")?,
    })
}
