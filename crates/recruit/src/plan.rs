//! 拓展计划 (R5.5, R5.6, R5.7, R7.14, R8.16): where how many are to be won, by whom and by when, and how far it is.

use crate::Sight;
use crate::kept::{all, not_before, number, one, territory, words};
use crate::prospect::{Line, Prospect, Stage};
use qudao_access::sessions::day;
use qudao_kernel::master::Master;
use qudao_kernel::territory::{Level, under};
use qudao_kernel::{Date, Month, Refusal};
use qudao_network::Territories;
use qudao_network::universe::{self, Figure};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

const NOUN: (&str, &str) = ("拓展计划", "plan");
const TABLE: &str = "recruit_plan";

/// What sort of plan it is, and so what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanKind {
    /// 开放渠道: partners signed of those planned.
    Open,
    /// 农村渠道: townships with an open outlet.
    Rural,
    /// 核心商圈: points in the district of those planned.
    District,
    /// 新区域: outlets opened since it began.
    Area,
}

impl PlanKind {
    /// All.
    pub const ALL: [PlanKind; 4] = [PlanKind::Open, PlanKind::Rural, PlanKind::District, PlanKind::Area];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            PlanKind::Open => "open",
            PlanKind::Rural => "rural",
            PlanKind::District => "district",
            PlanKind::Area => "area",
        }
    }
}

impl FromStr for PlanKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        PlanKind::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

/// What is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPlan<'a> {
    /// What sort.
    pub kind: PlanKind,
    /// Name.
    pub title: &'a str,
    /// Division code.
    pub territory: &'a str,
    /// Tier of those to be won; empty for any.
    pub tier: &'a str,
    /// Business district, as outlets name it; of a plan of that kind.
    pub district: &'a str,
    /// How many: partners, townships, points or outlets.
    pub target: u32,
    /// Login of who answers for it.
    pub owner: &'a str,
    /// First day.
    pub from: Date,
    /// By when.
    pub due_on: Date,
    /// How one gets in: the entry plan.
    pub entry: &'a str,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Plan {
    pub id: String,
    /// For the next change.
    pub version: u32,
    pub kind: PlanKind,
    pub title: String,
    pub territory: String,
    pub tier: String,
    pub district: String,
    pub target: u32,
    pub owner: String,
    pub from: Date,
    pub due_on: Date,
    pub entry: String,
    pub closed_on: Option<Date>,
}

fn check<'n>(new: &'n NewPlan<'_>) -> Result<(&'n str, &'n str), Refusal> {
    let title = words(new.title, 2, 60, ("计划名称", "a name"))?;
    let entry = words(new.entry, 0, 1_000, ("进入方案", "the entry plan"))?;
    territory(new.territory)?;
    words(new.owner, 1, 60, ("责任人", "who answers for it"))?;
    not_before(new.due_on, new.from, ("完成日期", "the day it is due"))?;
    if new.target == 0 {
        return Err(Refusal::bad_input(
            "recruit.plan.target",
            "计划数须大于 0；请修改",
            "a plan is for more than nothing; change the number",
        ));
    }
    if (new.kind == PlanKind::District) == new.district.trim().is_empty() {
        return Err(Refusal::bad_input(
            "recruit.plan.district",
            "核心商圈计划须填写商圈名称（与网点档案一致），其他计划不填",
            "a plan of a business district names it as outlets do, and other plans name none",
        ));
    }
    Ok((title, entry))
}

/// Makes a plan. The same request under its key is the same plan.
///
/// # Errors
/// `BadInput recruit.words`, `recruit.days`, `recruit.plan.target`, `recruit.plan.district`, `network.territory.unknown`.
pub async fn create(db: &Db, key: &str, who: &str, new: &NewPlan<'_>) -> Result<Done<String>, Refusal> {
    let (title, entry) = check(new)?;
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &format!("plan:{who}"), key, format!("{new:?}").as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = number(tx, "TZ").await?;
        let sql = "insert into recruit_plan (id, version, kind, title, territory, tier, district, target, owner, from_day, due_on, entry, closed_on,
                       made_by, made_us) values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, null, $12, $13)";
        let NewPlan { kind, territory, tier, district, target, owner, from, due_on, .. } = *new;
        let values = args![&id, kind.name(), title, territory, tier, district.trim(), target, owner, from, due_on, entry, who, tx.now_us()];
        tx.execute(sql, values).await?;
        tx.audit(Entry::new(who, "plan.create", "plan", &id).after(told(new)));
        claim.finish(tx, id).await
    })
}

/// Writes a plan of a version anew. Its kind stays.
///
/// # Errors
/// As [`create`]; `NotFound recruit.none`; `Conflict recruit.state`, `platform.db.stale`.
pub async fn rewrite(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, new: &NewPlan<'_>) -> Result<u32, Refusal> {
    let (title, entry) = check(new)?;
    write_tx!(db, |tx| {
        let before = open(tx, sight, id).await?;
        if before.kind != new.kind {
            return Err(crate::kept::state("计划的类型不能更改；请另建一个计划", "the kind of a plan stays; make another plan"));
        }
        let sql =
            "update recruit_plan set version = version + 1, title = $3, territory = $4, tier = $5, district = $6, target = $7, owner = $8,
                       from_day = $9, due_on = $10, entry = $11 where id = $1 and version = $2";
        let NewPlan { territory, tier, district, target, owner, from, due_on, .. } = *new;
        let values = args![id, version, title, territory, tier, district.trim(), target, owner, from, due_on, entry];
        tx.execute_versioned("拓展计划 plan", id, sql, values).await?;
        tx.audit(Entry::new(who, "plan.change", "plan", id).before(told(&before.as_new())).after(told(new)));
        Ok(version + 1)
    })
}

/// Closes a plan: its time is over, or it was reached.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `platform.db.stale`; `BadInput access.reason.missing`.
pub async fn close(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, reason: &str) -> Result<u32, Refusal> {
    qudao_access::people::reasoned(reason)?;
    write_tx!(db, |tx| {
        open(tx, sight, id).await?;
        let sql = "update recruit_plan set version = version + 1, closed_on = $3 where id = $1 and version = $2";
        tx.execute_versioned("拓展计划 plan", id, sql, args![id, version, day(tx.now_us())]).await?;
        tx.audit(Entry::new(who, "plan.close", "plan", id).reason(reason.trim()));
        Ok(version + 1)
    })
}

impl Plan {
    fn as_new(&self) -> NewPlan<'_> {
        let Self { kind, title, territory, tier, district, target, owner, from, due_on, entry, .. } = self;
        NewPlan { kind: *kind, title, territory, tier, district, target: *target, owner, from: *from, due_on: *due_on, entry }
    }
}

fn told(new: &NewPlan<'_>) -> String {
    let NewPlan { kind, title, territory, tier, district, target, owner, from, due_on, .. } = new;
    json!({ "kind": kind.name(), "title": title, "territory": territory, "tier": tier, "district": district, "target": target, "owner": owner,
        "from": from.to_string(), "due_on": due_on.to_string() })
    .to_string()
}

async fn open(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Plan, Refusal> {
    let plan = get(tx, sight, id).await?;
    if plan.closed_on.is_none() {
        return Ok(plan);
    }
    Err(crate::kept::state(format!("计划 {id} 已结束；不能再改"), format!("the plan {id} is closed and is not changed any more")))
}

/// A plan within a sight.
///
/// # Errors
/// `NotFound recruit.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Plan, Refusal> {
    one(tx, sight, TABLE, id, NOUN, "").await.and_then(|row| of_row(&row))
}

/// Plans within a sight: those that are open by the day they are due, then the others.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight) -> Result<Vec<Plan>, Refusal> {
    all(tx, sight, TABLE, "case when r.closed_on is null then 0 else 1 end, r.due_on, r.id").await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Plan, Refusal> {
    Ok(Plan {
        id: row.string("id")?,
        version: row.count("version")?,
        kind: row.parse("kind")?,
        title: row.string("title")?,
        territory: row.string("territory")?,
        tier: row.string("tier")?,
        district: row.string("district")?,
        target: row.count("target")?,
        owner: row.string("owner")?,
        from: row.parse("from_day")?,
        due_on: row.parse("due_on")?,
        entry: row.string("entry")?,
        closed_on: row.opt_parse("closed_on")?,
    })
}

/// How far a plan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is counted against the target: signed, townships covered, points, outlets opened.
    pub reached: u64,
    /// Reached of the target, parts per million.
    pub share_ppm: i64,
    /// Prospects of the plan.
    pub prospects: u32,
    /// Of these, signed or opened.
    pub signed: u32,
    /// Of these, opened with a first order.
    pub opened: u32,
    /// Opened with a first order, by month.
    pub months: BTreeMap<Month, u32>,
    /// Townships of the area with an open outlet, of all there are; where somebody knows how many.
    pub townships: Option<(u64, u64)>,
    /// Villages, likewise.
    pub villages: Option<(u64, u64)>,
    /// The first outlet in the area since the plan began.
    pub first_outlet_on: Option<Date>,
}

/// What plans are measured by.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Partners and outlets.
    pub master: &'a Master,
    /// Divisions.
    pub territories: &'a Territories,
    /// How many divisions there truly are, where the list does not say.
    pub figures: &'a [Figure],
    /// Prospects.
    pub prospects: &'a [Prospect],
    /// Their stages.
    pub lines: &'a [Line],
    /// The day.
    pub day: Date,
}

/// How far a plan is on a day.
pub fn progress(plan: &Plan, ground: &Ground<'_>) -> Progress {
    let Ground { master, territories, figures, prospects, lines, day } = *ground;
    let own: Vec<&Prospect> = prospects.iter().filter(|prospect| prospect.plan == plan.id).collect();
    let is_own = |id: &str| own.iter().any(|prospect| prospect.id == id);
    let count =
        |least: Stage| u32::try_from(own.iter().filter(|one| one.stage >= least && one.stage != Stage::Lost).count()).unwrap_or(u32::MAX);
    let mut months: BTreeMap<Month, u32> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.stage == Stage::Opened && is_own(&line.prospect)) {
        *months.entry(line.on.month()).or_default() += 1;
    }
    let open = || master.outlets().filter(|row| row.span.contains(day) && under(&row.territory, &plan.territory));
    let reach = universe::reach(territories, figures, &plan.territory, open().map(|row| row.territory.as_str()), day);
    let level = |level: Level| {
        let found = reach.iter().find(|reach| reach.level == level)?;
        Some((found.covered, found.existing.as_ref()?.units))
    };
    // An outlet that changed hands has several rows: it began with the first.
    let mut began: BTreeMap<&str, Date> = BTreeMap::new();
    for row in master.outlets().filter(|row| under(&row.territory, &plan.territory)) {
        let first = began.entry(&row.code).or_insert(row.span.from);
        *first = (*first).min(row.span.from);
    }
    let new: Vec<Date> = began.into_values().filter(|first| *first >= plan.from && *first <= day).collect();
    let (signed, opened) = (count(Stage::Signed), count(Stage::Opened));
    let reached = match plan.kind {
        PlanKind::Open => u64::from(signed),
        PlanKind::Rural => level(Level::Township).map_or(0, |(covered, _)| covered),
        PlanKind::District => open().filter(|row| row.district == plan.district).count() as u64,
        PlanKind::Area => new.len() as u64,
    };
    Progress {
        reached,
        share_ppm: i64::try_from(u128::from(reached) * 1_000_000 / u128::from(plan.target.max(1))).unwrap_or(i64::MAX),
        prospects: u32::try_from(own.len()).unwrap_or(u32::MAX),
        signed,
        opened,
        months,
        townships: level(Level::Township),
        villages: level(Level::Village),
        first_outlet_on: new.into_iter().min(),
    }
}
