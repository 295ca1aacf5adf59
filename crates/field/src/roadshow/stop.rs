//! Stops of a unit: where it stood, what was counted there, and the agent its sales are credited to (R1.20).

use super::unit::{self, State, Unit};
use crate::visit::is_client_id;
use crate::visit::list::Sight;
use qudao_access::sessions::day;
use qudao_kernel::territory::under;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_network::site::Point;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

/// Most of one count, and the highest cost of a stop.
const MOST: u32 = 1_000_000;
const DEAREST: Fen = Fen(100_000_000);

/// What was counted at a stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Visitors.
    pub visitors: u32,
    /// Demonstrations.
    pub demos: u32,
    /// Leads.
    pub leads: u32,
    /// Activations.
    pub activations: u32,
    /// Handsets sold.
    pub handsets: u32,
    /// Cost.
    pub cost: Fen,
}

impl Counted {
    fn sold(&self) -> bool {
        self.activations > 0 || self.handsets > 0
    }

    fn checked(&self) -> Result<(), Refusal> {
        let counts = [self.visitors, self.demos, self.leads, self.activations, self.handsets];
        if counts.iter().all(|count| *count <= MOST) && (Fen(0)..=DEAREST).contains(&self.cost) {
            return Ok(());
        }
        Err(Refusal::bad_input(
            "field.roadshow.figures",
            format!("数量须在 0 至 {MOST} 之间，费用须在 0 至 {DEAREST} 元之间"),
            format!("counts are 0 to {MOST}, the cost 0 to {DEAREST} yuan"),
        ))
    }
}

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Its id.
    pub id: String,
    /// For the next change.
    pub version: u32,
    /// Its unit.
    pub roadshow: String,
    /// Outlet; empty for another place.
    pub outlet: String,
    /// The place in words; empty for an outlet.
    pub place: String,
    /// Where that is.
    pub territory: String,
    /// Where it stands, if that is known.
    pub point: Option<Point>,
    /// The day.
    pub day: Date,
    /// The agent it is credited to; empty while nobody was named.
    pub partner: String,
    /// What was counted.
    pub counted: Counted,
    /// Whatever else.
    pub note: String,
    /// Who counted last.
    pub changed_by: String,
}

/// A stop to be begun.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its id, made by the phone: the same one is one stop.
    pub id: &'a str,
    /// Its unit.
    pub roadshow: &'a str,
    /// Outlet; empty for another place.
    pub outlet: &'a str,
    /// The place in words.
    pub place: &'a str,
    /// Where that is.
    pub territory: &'a str,
    /// Where it stands, if that is known.
    pub point: Option<Point>,
    /// The day.
    pub day: Date,
    /// The agent it is credited to; for an outlet its partner.
    pub partner: &'a str,
}

/// Begins a stop of a unit that departed.
///
/// # Errors
/// `NotFound field.roadshow.none`; `BadInput field.stop.id`, `field.stop.place`, `field.stop.area` outside the unit's area, `field.stop.day` outside its week or to
/// come; `Conflict field.stop.state`, `field.stop.other` if the id is another stop's.
pub async fn begin(db: &Db, sight: &Sight, who: &str, new: &New<'_>) -> Result<Done<Stop>, Refusal> {
    let New { id, roadshow, outlet, territory, point, day: on, partner, .. } = *new;
    let place = if outlet.is_empty() { new.place.trim() } else { "" };
    if !is_client_id(id) {
        return Err(Refusal::bad_input("field.stop.id", "站点编号有误；请更新手机页面", "the id of the stop is none; update the page"));
    }
    if outlet.is_empty() && !(2..=60).contains(&place.chars().count()) {
        return Err(Refusal::bad_input(
            "field.stop.place",
            "请选择网点，或填写地点，2 至 60 字",
            "choose an outlet, or name the place in 2 to 60 characters",
        ));
    }
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let unit = unit::get(tx, sight, roadshow).await?;
        let kept = tx.query_opt("select * from field_roadshow_stop where id = $1", args![id]).await?.map(|row| of_row(&row)).transpose()?;
        if let Some(kept) = kept {
            if kept.roadshow == roadshow && kept.outlet == outlet && kept.place == place && kept.day == on {
                return Ok(Done::Already(kept));
            }
            return Err(Refusal::new(
                Kind::Conflict,
                "field.stop.other",
                format!("站点编号 {id} 已用于另一站；请刷新页面"),
                format!("the id {id} is that of another stop; reload the page"),
            ));
        }
        under_way(&unit)?;
        if !under(territory, &unit.territory) {
            return Err(Refusal::bad_input(
                "field.stop.area",
                "站点不在本单元的区域内：一个单元一周只跑一个区域",
                "the stop lies outside the unit's area: a unit is in one area in a week",
            ));
        }
        if !unit.has(on) || on > day(now) {
            return Err(Refusal::bad_input(
                "field.stop.day",
                "站点日期须在本单元的一周内，且不能是将来",
                "a stop is on a day of the unit's week that has come",
            ));
        }
        let sql = "insert into field_roadshow_stop (id, version, roadshow, outlet, place, territory, lat_e6, lon_e6, day, partner, visitors, demos,
                                                    leads, activations, handsets, cost, note, made_by, changed_by, began_us, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 0, 0, 0, '', $10, $10, $11, $11)";
        let (lat, lon) = (point.map(|point| point.lat_e6), point.map(|point| point.lon_e6));
        tx.execute(sql, args![id, roadshow, outlet, place, territory, lat, lon, on, partner, who, now]).await?;
        tx.audit(
            Entry::new(who, "roadshow.stop", "roadshow", roadshow)
                .after(json!({ "stop": id, "outlet": outlet, "place": place }).to_string()),
        );
        let row = tx.query_one("select * from field_roadshow_stop where id = $1", args![id]).await?;
        Ok(Done::Now(of_row(&row)?))
    })
}

fn under_way(unit: &Unit) -> Result<(), Refusal> {
    if unit.state == State::Departed {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "field.stop.state",
        "只有已出发、未结束的单元才能登记站点",
        "stops are those of a unit that departed and is not back",
    ))
}

/// Notes what was counted at a stop. The version after it.
///
/// # Errors
/// `NotFound field.stop.none`, `field.roadshow.none`; `BadInput field.roadshow.figures`, `field.stop.agent` where something was sold and nobody is named,
/// `field.stop.note`; `Conflict field.stop.state`, `platform.db.stale`.
pub async fn count(
    db: &Db,
    sight: &Sight,
    who: &str,
    (id, version): (&str, u32),
    counted: &Counted,
    (partner, note): (&str, &str),
) -> Result<u32, Refusal> {
    counted.checked()?;
    let note = note.trim();
    if note.chars().count() > 300 {
        return Err(Refusal::bad_input("field.stop.note", "备注最多 300 字", "a note has at most 300 characters"));
    }
    write_tx!(db, |tx| {
        let stop = get(tx, id).await?;
        under_way(&unit::get(tx, sight, &stop.roadshow).await?)?;
        // What was sold at an outlet is its partner's, whatever somebody names.
        let partner = if stop.outlet.is_empty() { partner.trim() } else { stop.partner.as_str() };
        if counted.sold() && partner.is_empty() {
            return Err(Refusal::bad_input(
                "field.stop.agent",
                "有激活或销售时，须选择业绩归属的代理商",
                "where something was sold or activated, choose the agent it is credited to",
            ));
        }
        let Counted { visitors, demos, leads, activations, handsets, cost } = *counted;
        let sql = "update field_roadshow_stop set version = version + 1, visitors = $3, demos = $4, leads = $5, activations = $6, handsets = $7, cost = $8,
                   partner = $9, note = $10, changed_by = $11, changed_us = $12 where id = $1 and version = $2";
        let now = tx.now_us();
        let values = args![id, version, visitors, demos, leads, activations, handsets, cost, partner, note, who, now];
        tx.execute_versioned("站点 stop", id, sql, values).await?;
        let after = json!({ "activations": activations, "handsets": handsets, "cost": cost.0, "partner": partner });
        tx.audit(Entry::new(who, "roadshow.count", "roadshow_stop", id).after(after.to_string()));
        Ok(version + 1)
    })
}

/// A stop; whoever asks looks at its unit first, or afterwards.
///
/// # Errors
/// `NotFound field.stop.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Stop, Refusal> {
    let row = tx.query_opt("select * from field_roadshow_stop where id = $1", args![id]).await?;
    let row = row.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "field.stop.none",
            format!("没有站点 {id}；请刷新页面"),
            format!("there is no stop {id}; reload the page"),
        )
    })?;
    of_row(&row)
}

/// Stops of a unit, by day and as they were begun.
///
/// # Errors
/// The database does not answer.
pub async fn of(tx: &mut Tx, roadshow: &str) -> Result<Vec<Stop>, Refusal> {
    let sql = "select * from field_roadshow_stop where roadshow = $1 order by day, began_us, id";
    tx.query(sql, args![roadshow]).await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Stop, Refusal> {
    let point = row.opt_int("lat_e6")?.zip(row.opt_int("lon_e6")?).map(|(lat_e6, lon_e6)| Point { lat_e6, lon_e6 });
    Ok(Stop {
        id: row.string("id")?,
        version: row.count("version")?,
        roadshow: row.string("roadshow")?,
        outlet: row.string("outlet")?,
        place: row.string("place")?,
        territory: row.string("territory")?,
        point,
        day: row.parse("day")?,
        partner: row.string("partner")?,
        counted: Counted {
            visitors: row.count("visitors")?,
            demos: row.count("demos")?,
            leads: row.count("leads")?,
            activations: row.count("activations")?,
            handsets: row.count("handsets")?,
            cost: row.fen("cost")?,
        },
        note: row.string("note")?,
        changed_by: row.string("changed_by")?,
    })
}
