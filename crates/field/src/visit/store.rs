//! Visits in the database: taking what phones send, and what a supervisor decides.

use super::facts;
use super::flags::{self, Flag, Limits, Spot};
use super::list::{Sight, seen};
use super::merge::{Signed, Write, merge};
use super::record::{self, Record};
use super::steps::Course;
use super::view::{Completion, View, completion, goal_rate};
use super::{Counts, Header, Site, State, Upload, is_client_id, none, position};
use crate::checklist::{Catalogue, Context, Outcome, Template, check, observe, score};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::site::Point;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most writes of an upload.
pub const MOST_AT_ONCE: usize = 500;
/// Most writes of a visit.
const MOST_WRITES: u32 = 5_000;
/// How far apart two check-ins are looked at for the speed between them.
const HALF_DAY_US: i64 = 12 * 3_600 * 1_000_000;

/// What visits are taken with.
#[derive(Clone, Copy)]
pub struct House<'a> {
    /// Checklists.
    pub catalogue: &'a Catalogue,
    /// Steps and purposes.
    pub course: &'a Course,
    /// From what on something is strange.
    pub limits: Limits,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was kept now.
    Kept,
    /// It was there.
    Again,
    /// It cannot be kept; the phone keeps it and says why.
    Refused(Refusal),
}

/// What an upload came to. The phone forgets a write when it is kept, and a photo when it is not missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The visit's version.
    pub version: u32,
    /// Where it is.
    pub state: State,
    /// Whether it counts.
    pub counts: Counts,
    /// What became of each write, by its id.
    pub writes: Vec<(String, Taken)>,
    /// Photos it names that have not come whole, by SHA-256.
    pub missing: Vec<String>,
    /// How far its steps are.
    pub completion: Completion,
    /// What is strange, and what happened.
    pub flags: Vec<Flag>,
}

/// A visit with all that was made of it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Its id.
    pub id: String,
    /// For the next decision.
    pub version: u32,
    /// Who made it.
    pub manager: String,
    /// The outlet as the network knew it.
    pub site: Site,
    /// What the phone said of it.
    pub header: Header,
    /// The day of it.
    pub day: Date,
    /// Where it is.
    pub state: State,
    /// Whether it counts.
    pub counts: Counts,
    /// Its fields.
    pub view: View,
    /// Its checklists with what they came to; those whose version is unknown here are left out.
    pub sheets: Vec<(Arc<Template>, Outcome)>,
    /// How far its steps are.
    pub completion: Completion,
    /// Photos it names that have not come whole.
    pub missing: Vec<String>,
    /// What it brought: an order, training passed, defects put right.
    pub results: u32,
    /// Who looked at it; empty while nobody did.
    pub decided_by: String,
    /// Why they decided so.
    pub decided_why: String,
}

impl Visit {
    /// What templates ask of it.
    pub fn context(&self) -> Context {
        self.site.context(self.header.purposes.clone())
    }

    /// Its answers as facts of observation; none unless it counts.
    pub fn observations(&self) -> Vec<observe::Observation> {
        if self.counts != Counts::Yes {
            return Vec::new();
        }
        let (context, none) = (self.context(), BTreeMap::new());
        let of = |(template, outcome): &(Arc<Template>, Outcome)| {
            let answers = self.view.answers.get(&template.id).unwrap_or(&none);
            observe::observations(template, &context, answers, outcome, &self.id)
        };
        self.sheets.iter().flat_map(of).collect()
    }
}

/// Takes what a phone sends. Nothing of it is refused for being late, repeated, out of order or strange.
///
/// # Errors
/// `BadInput field.visit.id`, `field.visit.much`; `Conflict field.visit.other` if the id is another manager's or outlet's.
pub async fn upload(db: &Db, house: &House<'_>, who: &str, site: &Site, upload: &Upload) -> Result<Receipt, Refusal> {
    looks_right(upload, site)?;
    write_tx!(db, |tx| {
        let before = begin(tx, house, who, site, upload).await?;
        let fresh = before.version == 0;
        let skew_us = skew(tx.now_us(), upload.device_now_us, &house.limits);
        let mut writes = Vec::with_capacity(upload.writes.len());
        for write in &upload.writes {
            let taken = match fits(tx, house, &before.header, write).await {
                Ok(()) => keep(tx, upload, who, skew_us, write).await?,
                Err(refusal) if refusal.kind == Kind::BadInput => Taken::Refused(refusal),
                Err(refusal) => return Err(refusal),
            };
            writes.push((write.id.clone(), taken));
        }
        let new = writes.iter().any(|(_, taken)| *taken == Taken::Kept);
        let came = Came { changed: new || fresh, late: new && before.state == State::Reviewed };
        let (visit, flags) = settle(tx, house, &upload.visit, came).await?;
        let Visit { version, state, counts, missing, completion, .. } = visit;
        Ok(Receipt { version, state, counts, writes, missing, completion, flags })
    })
}

fn looks_right(upload: &Upload, site: &Site) -> Result<(), Refusal> {
    let mut ids =
        std::iter::once(&upload.visit).chain(upload.writes.iter().flat_map(|write| std::iter::once(&write.id).chain(&write.replaces)));
    if !ids.all(|id| is_client_id(id)) || upload.device.is_empty() || upload.device.len() > 80 {
        return Err(Refusal::bad_input(
            "field.visit.id",
            "拜访、记录或手机的编号有误；请更新手机页面",
            "the id of the visit, of a write or of the phone is none; update the page on the phone",
        ));
    }
    if upload.writes.len() > MOST_AT_ONCE || upload.header.purposes.len() > 12 || upload.header.templates.len() > 50 {
        return Err(Refusal::bad_input(
            "field.visit.much",
            format!("一次最多提交 {MOST_AT_ONCE} 条记录；请分几次提交"),
            format!("at most {MOST_AT_ONCE} writes at once; send them in parts"),
        ));
    }
    if upload.header.outlet == site.outlet { Ok(()) } else { Err(other(&upload.visit)) }
}

fn other(visit: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "field.visit.other",
        format!("拜访 {visit} 属于另一位渠道经理或另一个网点；内容仍在手机上，请换编号重新提交"),
        format!("visit {visit} is another manager's or of another outlet; the phone keeps all, send it under another id"),
    )
}

/// By how much a phone's clock is behind ours, where that is more than travelling takes.
fn skew(now_us: i64, device_now_us: i64, limits: &Limits) -> i64 {
    let skew = now_us - device_now_us;
    if skew.unsigned_abs() > u64::from(limits.skew_s) * 1_000_000 { skew } else { 0 }
}

/// The visit's row: made now, or brought together with what the phone says of it.
async fn begin(tx: &mut Tx, house: &House<'_>, who: &str, site: &Site, upload: &Upload) -> Result<Kept, Refusal> {
    let Header { purposes, planned_on, began_us, templates, .. } = &upload.header;
    let began_us = began_us + skew(tx.now_us(), upload.device_now_us, &house.limits);
    let hidden = templates.keys().any(|id| house.catalogue.get(id).is_ok_and(|template| template.hidden));
    let Site { outlet, partner, territory, outlet_type, size, .. } = site;
    let (now, today) = (tx.now_us(), day(began_us));
    let (lat, lon) = (site.point.map(|point| point.lat_e6), site.point.map(|point| point.lon_e6));
    let sql = "insert into field_visit (id, version, manager, outlet, partner, territory, outlet_type, size, purposes, templates, planned_on, day,
                   began_us, state, counts, hidden, result, decided_by, reason, received_us, changed_us)
               values ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'planned', 'open', $13, '', '', '', $14, $14)
               on conflict (id) do nothing";
    let (listed, versions) = (text(purposes)?, text(templates)?);
    let values = args![
        &upload.visit,
        who,
        outlet,
        partner,
        territory,
        outlet_type,
        size,
        listed,
        versions,
        *planned_on,
        today,
        began_us,
        hidden,
        now
    ];
    tx.execute(sql, values).await?;
    let mut kept = lock(tx, &upload.visit).await?;
    if kept.manager != who || kept.site.outlet != *outlet {
        return Err(other(&upload.visit));
    }
    let all: BTreeSet<&String> = kept.header.purposes.iter().chain(purposes).collect();
    kept.header.purposes = all.into_iter().cloned().collect();
    for (template, version) in templates {
        let known = kept.header.templates.entry(template.clone()).or_insert(*version);
        *known = (*known).min(*version);
    }
    kept.header.began_us = kept.header.began_us.min(began_us);
    kept.header.planned_on = kept.header.planned_on.into_iter().chain(*planned_on).min();
    let sql = "update field_visit set purposes = $2, templates = $3, began_us = $4, planned_on = $5, site_lat_e6 = $6, site_lon_e6 = $7,
                   closed_from = $8 where id = $1";
    let Header { purposes, planned_on, began_us, templates, .. } = &kept.header;
    let values = args![&upload.visit, text(purposes)?, text(templates)?, *began_us, *planned_on, lat, lon, site.closed_from];
    tx.execute(sql, values).await?;
    Ok(kept)
}

/// Whether a write can be kept: a field there is, and an answer to what its checklist asks in the visit's version.
async fn fits(tx: &mut Tx, house: &House<'_>, header: &Header, write: &Write) -> Result<(), Refusal> {
    let Some(Record::Answer(template, item, given)) = record::read(&write.path, &write.value)? else { return Ok(()) };
    let Some(version) = header.templates.get(&template) else { return Ok(()) };
    match house.catalogue.of(tx, &template, *version).await {
        // An item of another version is kept; it is not scored.
        Ok(template) => template.item(&item).map_or(Ok(()), |item| check(item, &given)),
        Err(refusal) if refusal.kind == Kind::NotFound => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

async fn keep(tx: &mut Tx, upload: &Upload, who: &str, skew_us: i64, write: &Write) -> Result<Taken, Refusal> {
    let Write { id, seq, path, at_us, replaces, value } = write;
    let (replaces, value) = (text(replaces)?, value.to_string());
    let sql = "insert into field_write (visit, id, seq, path, device, who, at_us, skew_us, replaces, value, received_us)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (visit, id) do nothing";
    let now = tx.now_us();
    let values = args![&upload.visit, id, *seq, path, &upload.device, who, *at_us, skew_us, &replaces, &value, now];
    if tx.execute(sql, values).await? > 0 {
        return Ok(Taken::Kept);
    }
    let sql = "select seq, path, replaces, value from field_write where visit = $1 and id = $2";
    let row = tx.query_one(sql, args![&upload.visit, id]).await?;
    let same = row.count("seq")? == *seq && row.text("path")? == path && row.text("replaces")? == replaces && row.text("value")? == value;
    if same {
        return Ok(Taken::Again);
    }
    Ok(Taken::Refused(Refusal::bad_input(
        "field.write.other",
        format!("记录 {id} 已收到，但内容不同；请以新编号提交"),
        format!("write {id} came before with other content; send this one under a new id"),
    )))
}

/// A visit's row.
struct Kept {
    version: u32,
    manager: String,
    site: Site,
    header: Header,
    day: Date,
    state: State,
    counts: Counts,
    decided_by: String,
    decided_why: String,
}

fn of_row(row: &Row) -> Result<Kept, Refusal> {
    let site = Site {
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        outlet_type: row.string("outlet_type")?,
        size: row.string("size")?,
        point: row.opt_int("site_lat_e6")?.zip(row.opt_int("site_lon_e6")?).map(|(lat_e6, lon_e6)| Point { lat_e6, lon_e6 }),
        closed_from: row.opt_parse("closed_from")?,
    };
    let header = Header {
        outlet: site.outlet.clone(),
        purposes: parsed(row.text("purposes")?)?,
        planned_on: row.opt_parse("planned_on")?,
        began_us: row.int("began_us")?,
        templates: parsed(row.text("templates")?)?,
    };
    Ok(Kept {
        version: row.count("version")?,
        manager: row.string("manager")?,
        site,
        header,
        day: row.parse("day")?,
        state: row.parse("state")?,
        counts: row.parse("counts")?,
        decided_by: row.string("decided_by")?,
        decided_why: row.string("reason")?,
    })
}

async fn lock(tx: &mut Tx, id: &str) -> Result<Kept, Refusal> {
    let row = tx.query_opt("select * from field_visit where id = $1 {for_update}", args![id]).await?;
    of_row(&row.ok_or_else(|| none(id))?)
}

/// A write's row.
pub(super) fn of_write(row: &Row) -> Result<Signed, Refusal> {
    let write = Write {
        id: row.string("id")?,
        seq: row.count("seq")?,
        path: row.string("path")?,
        at_us: row.int("at_us")?,
        replaces: parsed(row.text("replaces")?)?,
        value: parsed(row.text("value")?)?,
    };
    Ok(Signed { write, device: row.string("device")? })
}

/// What the writes of a visit come to.
async fn read_view(tx: &mut Tx, id: &str) -> Result<(View, BTreeSet<String>, i64), Refusal> {
    let sql = "select id, seq, path, device, at_us, skew_us, replaces, value from field_write where visit = $1 order by id";
    let (mut signed, mut skews, mut devices) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    for row in tx.query(sql, args![id]).await? {
        let one = of_write(&row)?;
        skews.insert(one.write.id.clone(), row.int("skew_us")?);
        devices.insert(one.device.clone());
        signed.push(one);
    }
    if signed.len() > MOST_WRITES as usize {
        return Err(Refusal::bad_input(
            "field.visit.much",
            format!("一次拜访最多 {MOST_WRITES} 条记录；请另建一次拜访"),
            format!("a visit has at most {MOST_WRITES} writes; begin another one"),
        ));
    }
    let view = View::of(&merge(&signed), |write| skews.get(write).copied().unwrap_or(0));
    let worst = skews.values().copied().max_by_key(|skew| skew.unsigned_abs()).unwrap_or(0);
    Ok((view, devices, worst))
}

/// Reads a visit's row and writes as a visit.
async fn assemble(tx: &mut Tx, house: &House<'_>, id: &str, kept: Kept, view: View) -> Result<(Visit, Vec<Flag>), Refusal> {
    let Kept { version, manager, site, header, day, state, counts, decided_by, decided_why } = kept;
    let sql = "select sha256 from field_photo where visit = $1";
    let there: BTreeSet<String> = tx.query(sql, args![id]).await?.iter().map(|row| row.string("sha256")).collect::<Result<_, _>>()?;
    let missing = view.files().into_iter().filter(|sha256| !there.contains(*sha256)).map(str::to_owned).collect();
    let context = site.context(header.purposes.clone());
    let (mut sheets, mut flags) = (Vec::new(), Vec::new());
    let empty = BTreeMap::new();
    for (name, version) in &header.templates {
        match house.catalogue.of(tx, name, *version).await {
            Ok(template) => {
                if house.catalogue.get(name).is_ok_and(|present| present.version != *version) {
                    flags.push(Flag::TemplateChanged { template: name.clone() });
                }
                let outcome = score::count(&template, &context, view.answers.get(name).unwrap_or(&empty));
                sheets.push((template, outcome));
            }
            Err(refusal) if refusal.kind == Kind::NotFound => flags.push(Flag::TemplateUnknown { template: name.clone() }),
            Err(refusal) => return Err(refusal),
        }
    }
    let answered = sheets.iter().all(|(_, outcome)| outcome.open.is_empty());
    let completion = completion(house.course, &view, answered);
    let (id, results) = (id.to_owned(), view.results(house.course.train_pass));
    let visit = Visit {
        id,
        version,
        manager,
        site,
        header,
        day,
        state,
        counts,
        view,
        sheets,
        completion,
        missing,
        results,
        decided_by,
        decided_why,
    };
    Ok((visit, flags))
}

/// What came of a visit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Came {
    /// Something that was not there.
    pub(super) changed: bool,
    /// After somebody looked at it.
    pub(super) late: bool,
}

/// Counts a visit anew after something came, and keeps what it came to.
pub(super) async fn settle(tx: &mut Tx, house: &House<'_>, id: &str, came: Came) -> Result<(Visit, Vec<Flag>), Refusal> {
    let mut kept = lock(tx, id).await?;
    let (decided, was) = (!kept.decided_by.is_empty(), kept.counts);
    let (view, devices, worst) = read_view(tx, id).await?;
    kept.day = view.check_in.as_ref().map_or_else(|| day(kept.header.began_us), |entered| day(entered.at_us));
    let (mut visit, mut flags) = assemble(tx, house, id, kept, view).await?;
    let Site { outlet, point, closed_from, .. } = &visit.site;
    let spot = Spot { outlet, point: *point, closed_from: *closed_from };
    flags.extend(flags::of_view(&visit.view, &spot, &house.limits, visit.day));
    flags.extend(against_others(tx, &visit, &house.limits).await?);
    flags.extend((devices.len() > 1).then_some(Flag::TwoDevices));
    flags.extend((worst != 0).then_some(Flag::Clock { seconds: worst / 1_000_000 }));
    flags.extend(came.late.then_some(Flag::Late));
    put_flags(tx, id, &flags).await?;
    let (all, holding) = read_flags(tx, id).await?;
    visit.state = state(&visit, decided && holding == 0);
    visit.counts = match visit.state {
        State::Reported if holding > 0 => Counts::Held,
        State::Reported => Counts::Yes,
        State::Reviewed => was,
        _ => Counts::Open,
    };
    visit.version += u32::from(came.changed);
    write_row(tx, &visit).await?;
    if came.changed {
        facts::send(tx, &visit).await?;
    }
    Ok((visit, all))
}

fn state(visit: &Visit, decided: bool) -> State {
    let view = &visit.view;
    let whole = view.report_us.is_some() && visit.completion.is_whole() && visit.missing.is_empty();
    match (view.check_in.is_some(), view.check_out.is_some()) {
        _ if whole && decided => State::Reviewed,
        _ if whole => State::Reported,
        (_, true) => State::CheckedOut,
        (true, false) => State::InProgress,
        (false, false) => State::Planned,
    }
}

async fn write_row(tx: &mut Tx, visit: &Visit) -> Result<(), Refusal> {
    let view = &visit.view;
    let entered = view.check_in.as_ref();
    let point = entered.and_then(|one| one.position).filter(position::Position::is_on_earth);
    let sheets = visit.sheets.iter().map(|(template, outcome)| {
        let named = |(measure, value): (&crate::checklist::Measure, &Option<i64>)| (measure.id.clone(), json!(value));
        let measures: serde_json::Map<_, _> = template.measures.iter().zip(&outcome.measures).map(named).collect();
        (
            template.id.clone(),
            json!({ "version": template.version, "score": outcome.score, "failed": outcome.failed, "measures": measures }),
        )
    });
    let sheets: serde_json::Map<String, serde_json::Value> = sheets.collect();
    let result = json!({ "sheets": sheets, "completion": visit.completion, "goals": goal_rate(view), "minutes": view.minutes(), "results": visit.results });
    let (entered_us, left_us) = (entered.map(|one| one.at_us), view.check_out.as_ref().map(|one| one.at_us));
    let sql =
        "update field_visit set version = $2, day = $3, entered_us = $4, left_us = $5, lat_e6 = $6, lon_e6 = $7, state = $8, counts = $9,
                   result = $10, changed_us = $11 where id = $1";
    let (lat, lon, now) = (point.map(|point| point.lat_e6), point.map(|point| point.lon_e6), tx.now_us());
    let (state, counts) = (visit.state.name(), visit.counts.name());
    let values = args![&visit.id, visit.version, visit.day, entered_us, left_us, lat, lon, state, counts, result.to_string(), now];
    tx.execute(sql, values).await.map(drop)
}

/// What is strange against other visits, which are flagged as well: the order of arrivals must not matter.
async fn against_others(tx: &mut Tx, visit: &Visit, limits: &Limits) -> Result<Vec<Flag>, Refusal> {
    let (id, mut pairs) = (visit.id.as_str(), Vec::new());
    let sql = "select distinct a.sha256, b.visit from field_photo a join field_photo b on b.sha256 = a.sha256 and b.visit <> a.visit
               join field_visit v on v.id = b.visit where a.visit = $1 order by a.sha256, b.visit";
    for row in tx.query(sql, args![id]).await? {
        let (sha256, other) = (row.string("sha256")?, row.string("visit")?);
        pairs.push((
            other.clone(),
            Flag::PhotoRepeated { sha256: sha256.clone(), visit: other },
            Flag::PhotoRepeated { sha256, visit: id.into() },
        ));
    }
    if let Some(entered) = &visit.view.check_in {
        let sql = "select id, outlet, day, entered_us, lat_e6, lon_e6 from field_visit
                   where manager = $1 and id <> $2 and entered_us between $3 and $4 order by id";
        let (from, to) = (entered.at_us - HALF_DAY_US, entered.at_us + HALF_DAY_US);
        for row in tx.query(sql, args![&visit.manager, id, from, to]).await? {
            let other = row.string("id")?;
            if row.text("outlet")? == visit.site.outlet && row.parse::<Date>("day")? == visit.day {
                pairs.push((other.clone(), Flag::Twice { visit: other.clone() }, Flag::Twice { visit: id.into() }));
            }
            let there = row.opt_int("lat_e6")?.zip(row.opt_int("lon_e6")?).map(|(lat_e6, lon_e6)| Point { lat_e6, lon_e6 });
            let (Some(there), Some(here)) = (there, entered.position.filter(position::Position::is_on_earth)) else { continue };
            let speed = position::speed_kmh((here.point(), entered.at_us), (there, row.int("entered_us")?));
            if let Some(kmh) = speed.filter(|kmh| *kmh > limits.most_kmh) {
                pairs.push((other.clone(), Flag::Travel { visit: other, kmh }, Flag::Travel { visit: id.into(), kmh }));
            }
        }
    }
    let mut flags = Vec::with_capacity(pairs.len());
    for (other, here, there) in pairs {
        insert_flag(tx, &other, &there).await?;
        let sql = "update field_visit set counts = 'held', version = version + 1 where id = $1 and counts = 'yes' and decided_by = ''";
        if tx.execute(sql, args![&other]).await? > 0 {
            facts::take_back(tx, &other).await?;
        }
        flags.push(here);
    }
    Ok(flags)
}

async fn insert_flag(tx: &mut Tx, visit: &str, flag: &Flag) -> Result<(), Refusal> {
    let body = serde_json::to_value(flag).map_err(|error| bug(&error.to_string()))?;
    let code = body.get("code").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let sql = "insert into field_flag (visit, body, code, holds, seen, at_us) values ($1, $2, $3, $4, $5, $6) on conflict (visit, body) do nothing";
    tx.execute(sql, args![visit, body.to_string(), code, flag.holds(), false, tx.now_us()]).await.map(drop)
}

/// Keeps what is strange now, and takes away what was and is no more, unless somebody looked at it. What others made of a visit stays.
async fn put_flags(tx: &mut Tx, visit: &str, flags: &[Flag]) -> Result<(), Refusal> {
    for flag in flags {
        insert_flag(tx, visit, flag).await?;
        if *flag == Flag::Late {
            tx.execute("update field_flag set seen = 0 where visit = $1 and code = 'late'", args![visit]).await?;
        }
    }
    let (kept, _) = read_flags(tx, visit).await?;
    for gone in kept.iter().filter(|kept| !flags.contains(kept)) {
        if matches!(gone, Flag::Travel { .. } | Flag::PhotoRepeated { .. } | Flag::Twice { .. } | Flag::Late) {
            continue;
        }
        tx.execute("delete from field_flag where visit = $1 and body = $2 and seen = 0", args![visit, text(gone)?]).await?;
    }
    Ok(())
}

/// The flags of a visit, and how many of them hold it and were not looked at.
async fn read_flags(tx: &mut Tx, visit: &str) -> Result<(Vec<Flag>, usize), Refusal> {
    let rows = tx.query("select body, holds, seen from field_flag where visit = $1 order by body", args![visit]).await?;
    let (mut flags, mut holding) = (Vec::with_capacity(rows.len()), 0);
    for row in rows {
        flags.push(parsed(row.text("body")?)?);
        holding += usize::from(row.flag("holds")? && !row.flag("seen")?);
    }
    Ok((flags, holding))
}

/// A visit within a sight, with its flags.
///
/// # Errors
/// `NotFound field.visit.none`.
pub async fn get(tx: &mut Tx, house: &House<'_>, sight: &Sight, id: &str) -> Result<(Visit, Vec<Flag>), Refusal> {
    let kept = of_row(&seen(tx, sight, id).await?)?;
    let (view, _, _) = read_view(tx, id).await?;
    let (visit, _) = assemble(tx, house, id, kept, view).await?;
    let (flags, _) = read_flags(tx, id).await?;
    Ok((visit, flags))
}

pub(super) fn text<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, Refusal> {
    serde_json::to_value(value).map(|value| value.to_string()).map_err(|error| bug(&error.to_string()))
}

pub(super) fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| bug(&error.to_string()))
}

fn bug(why: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "field.visit.stored",
        format!("拜访的存档读不懂：{why}；请把此信息报告给维护者"),
        format!("a stored visit cannot be read: {why}; report this to the maintainers"),
    )
}
