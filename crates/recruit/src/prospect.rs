//! 意向 (R7.13): who may become a partner or open an outlet, from found to opened. Only one that opened with a first order counts as opened.
//!
//! ```text
//! found → visited → negotiated → signed → opened        any but opened → lost
//! ```

use crate::Sight;
use crate::kept::{all, number, one, state, territory, words};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Refusal};
use qudao_network::keys::{Key, KeyKind, Sealer};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

const NOUN: (&str, &str) = ("意向", "prospect");
const TABLE: &str = "recruit_prospect";

/// How far somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Known of.
    Found,
    /// Visited.
    Visited,
    /// Terms were talked about.
    Negotiated,
    /// Signed.
    Signed,
    /// Open, with a first order.
    Opened,
    /// Came to nothing.
    Lost,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Stage; 6] = [Stage::Found, Stage::Visited, Stage::Negotiated, Stage::Signed, Stage::Opened, Stage::Lost];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Found => "found",
            Stage::Visited => "visited",
            Stage::Negotiated => "negotiated",
            Stage::Signed => "signed",
            Stage::Opened => "opened",
            Stage::Lost => "lost",
        }
    }

    /// Stages that may follow: a later one, or none at all.
    pub fn next(self) -> Vec<Stage> {
        match self {
            Stage::Opened | Stage::Lost => Vec::new(),
            _ => Stage::ALL.into_iter().filter(|stage| *stage > self).collect(),
        }
    }
}

impl FromStr for Stage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Stage::ALL.into_iter().find(|stage| stage.name() == text).ok_or(())
    }
}

/// Somebody new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewProspect<'a> {
    /// Name of the person.
    pub name: &'a str,
    /// Name of the shop or company; empty if unknown.
    pub company: &'a str,
    /// Division code of where it is.
    pub territory: &'a str,
    /// Tier it may become; empty if unknown.
    pub tier: &'a str,
    /// Plan it counts for; empty for none.
    pub plan: &'a str,
    /// Login of who works on it.
    pub owner: &'a str,
    /// Phone; empty if unknown.
    pub phone: &'a str,
    /// Business licence; empty if unknown.
    pub licence: &'a str,
}

/// Where somebody came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    /// visit, event or enquiry.
    pub kind: &'static str,
    /// The event or enquiry; empty for a visit.
    pub id: &'a str,
}

/// A prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Prospect {
    pub id: String,
    /// For the next change.
    pub version: u32,
    pub name: String,
    pub company: String,
    pub territory: String,
    pub tier: String,
    pub source: String,
    pub source_id: String,
    pub plan: String,
    pub stage: Stage,
    pub owner: String,
    /// Phone, masked; empty if none is known.
    pub phone: String,
    /// Business licence, masked; empty if none is known.
    pub licence: String,
    /// The outlet it opened.
    pub outlet: String,
    /// Day of the first order there.
    pub first_order_on: Option<Date>,
    /// When it was found, microseconds since 1970.
    pub made_us: i64,
}

/// What bringing somebody came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// The prospect.
    pub id: String,
    /// Whether it is new; false where phone or licence belong to one that is there.
    pub fresh: bool,
}

/// Adds somebody met on a visit. The same request under its key is the same prospect.
///
/// # Errors
/// As [`bring`].
pub async fn add(db: &Db, key: &str, who: &str, new: &NewProspect<'_>) -> Result<Done<Brought>, Refusal> {
    write_tx!(db, |tx| {
        let body = format!("{new:?}");
        let claim = match keys::begin::<Brought>(tx, &format!("prospect:{who}"), key, body.as_bytes()).await? {
            Begun::Same(brought) => return Ok(Done::Already(brought)),
            Begun::Fresh(claim) => claim,
        };
        let brought = bring(tx, who, new, Source { kind: "visit", id: "" }).await?;
        claim.finish(tx, brought).await
    })
}

/// Brings somebody in: a prospect that has the phone or the licence already, else a new one. Numbers that were not known of it are added.
///
/// # Errors
/// `BadInput recruit.words`, `network.territory.unknown`, `network.key.length`; `Conflict recruit.prospect.two` where phone and licence belong to
/// two.
pub async fn bring(tx: &mut Tx, who: &str, new: &NewProspect<'_>, from: Source<'_>) -> Result<Brought, Refusal> {
    let name = words(new.name, 2, 60, ("姓名", "a name"))?;
    let company = words(new.company, 0, 120, ("店名或公司", "a company"))?;
    territory(new.territory)?;
    let sealer = Sealer::of(tx).await?;
    let mut numbers: Vec<Key> = Vec::new();
    for (kind, number) in [(KeyKind::Phone, new.phone), (KeyKind::Licence, new.licence)] {
        if !number.trim().is_empty() {
            numbers.push(sealer.key(kind, number)?);
        }
    }
    let known = holders(tx, &numbers).await?;
    let (id, fresh) = match known.as_slice() {
        [] => (number(tx, "YX").await?, true),
        [one] => (one.clone(), false),
        [one, other, ..] => {
            return Err(Refusal::new(
                qudao_kernel::Kind::Conflict,
                "recruit.prospect.two",
                format!("电话属于意向 {one}，证照属于意向 {other}；请核对后只填一项"),
                format!("phone and licence belong to two prospects, {one} and {other}; check them and give one of the two"),
            ));
        }
    };
    if fresh {
        let sql = "insert into recruit_prospect (id, version, name, company, territory, tier, source, source_id, plan, stage, owner, outlet, first_order_on,
                       made_us, changed_us) values ($1, 1, $2, $3, $4, $5, $6, $7, $8, 'found', $9, '', null, $10, $10)";
        let values = args![&id, name, company, new.territory, new.tier, from.kind, from.id, new.plan, new.owner, tx.now_us()];
        tx.execute(sql, values).await?;
        line(tx, &id, Stage::Found, day(tx.now_us()), who, "").await?;
        let after = json!({ "company": company, "territory": new.territory, "source": from.kind, "source_id": from.id }).to_string();
        tx.audit(Entry::new(who, "prospect.add", "prospect", &id).after(after));
    }
    for Key { kind, seal, mask } in &numbers {
        let sql =
            "insert into recruit_prospect_key (kind, seal, mask, prospect) values ($1, $2, $3, $4) on conflict (kind, seal) do nothing";
        tx.execute(sql, args![kind.name(), seal, mask, &id]).await?;
    }
    Ok(Brought { id, fresh })
}

/// The prospects that numbers belong to.
async fn holders(tx: &mut Tx, numbers: &[Key]) -> Result<Vec<String>, Refusal> {
    let mut found: Vec<String> = Vec::new();
    for Key { kind, seal, .. } in numbers {
        let sql = "select prospect from recruit_prospect_key where kind = $1 and seal = $2";
        if let Some(row) = tx.query_opt(sql, args![kind.name(), seal]).await? {
            let id = row.string("prospect")?;
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    Ok(found)
}

/// A step of a prospect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// To where.
    pub to: Stage,
    /// What was said; why it was lost.
    pub note: &'a str,
    /// The outlet that opened, and the day of its first order.
    pub opened: Option<(&'a str, Date)>,
}

/// Takes a prospect of a version to a later stage.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `recruit.prospect.order`, `platform.db.stale`; `BadInput recruit.words`.
pub async fn step(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, step: &Step<'_>) -> Result<u32, Refusal> {
    let least = if step.to == Stage::Lost { 2 } else { 0 };
    let note = words(step.note, least, 200, ("说明", "what is said"))?;
    write_tx!(db, |tx| {
        let before = get(tx, sight, id).await?;
        if !before.stage.next().contains(&step.to) {
            return Err(state(
                format!("意向 {id} 不能从 {} 改为 {}；阶段只能向前", before.stage.name(), step.to.name()),
                format!("the prospect {id} cannot go from {} to {}; stages go forward only", before.stage.name(), step.to.name()),
            ));
        }
        let (outlet, first) = match (step.to, step.opened) {
            (Stage::Opened, None) => {
                return Err(Refusal::new(
                    qudao_kernel::Kind::Conflict,
                    "recruit.prospect.order",
                    "开业须有网点和该网点的首笔订单；请在网点受理首笔业务后再登记开业",
                    "one counts as opened with an outlet and its first order; take the first order there, then say that it opened",
                ));
            }
            (Stage::Opened, Some((outlet, first))) => (outlet, Some(first)),
            _ => ("", None),
        };
        let sql = "update recruit_prospect set version = version + 1, stage = $3, outlet = $4, first_order_on = $5, changed_us = $6
                   where id = $1 and version = $2";
        tx.execute_versioned("意向 prospect", id, sql, args![id, version, step.to.name(), outlet, first, tx.now_us()]).await?;
        line(tx, id, step.to, day(tx.now_us()), who, note).await?;
        let told = |stage: Stage, outlet: &str| json!({ "stage": stage.name(), "outlet": outlet }).to_string();
        tx.audit(Entry::new(who, "prospect.step", "prospect", id).before(told(before.stage, "")).after(told(step.to, outlet)).reason(note));
        Ok(version + 1)
    })
}

async fn line(tx: &mut Tx, id: &str, stage: Stage, on: Date, who: &str, note: &str) -> Result<(), Refusal> {
    let sql = "insert into recruit_stage (prospect, seq, stage, on_day, who, note, at_us)
               select $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6 from recruit_stage where prospect = $1";
    tx.execute(sql, args![id, stage.name(), on, who, note, tx.now_us()]).await.map(drop)
}

/// A prospect within a sight.
///
/// # Errors
/// `NotFound recruit.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Prospect, Refusal> {
    let row = one(tx, sight, TABLE, id, NOUN, "").await?;
    of_row(&row, &masks(tx, id).await?)
}

/// Prospects within a sight, the newest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight) -> Result<Vec<Prospect>, Refusal> {
    let rows = all(tx, sight, TABLE, "r.made_us desc, r.id desc").await?;
    let masks = masks(tx, "").await?;
    rows.iter().map(|row| of_row(row, &masks)).collect()
}

type Masks = BTreeMap<(String, String), String>;

/// Masks of numbers, by prospect and kind: of one prospect, or of all where it is empty.
async fn masks(tx: &mut Tx, prospect: &str) -> Result<Masks, Refusal> {
    let sql = "select prospect, kind, mask from recruit_prospect_key where ($1 = '' or prospect = $1) order by prospect, kind";
    let rows = tx.query(sql, args![prospect]).await?;
    rows.iter().map(|row| Ok(((row.string("prospect")?, row.string("kind")?), row.string("mask")?))).collect()
}

fn of_row(row: &Row, masks: &Masks) -> Result<Prospect, Refusal> {
    let id = row.string("id")?;
    let mask = |kind: KeyKind| masks.get(&(id.clone(), kind.name().to_owned())).cloned().unwrap_or_default();
    Ok(Prospect {
        version: row.count("version")?,
        name: row.string("name")?,
        company: row.string("company")?,
        territory: row.string("territory")?,
        tier: row.string("tier")?,
        source: row.string("source")?,
        source_id: row.string("source_id")?,
        plan: row.string("plan")?,
        stage: row.parse("stage")?,
        owner: row.string("owner")?,
        phone: mask(KeyKind::Phone),
        licence: mask(KeyKind::Licence),
        outlet: row.string("outlet")?,
        first_order_on: row.opt_parse("first_order_on")?,
        made_us: row.int("made_us")?,
        id,
    })
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Prospect.
    pub prospect: String,
    /// Stage.
    pub stage: Stage,
    /// When.
    pub on: Date,
    /// Who.
    pub who: String,
    /// What was said.
    pub note: String,
}

/// The stages of one prospect or of all, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, id: Option<&str>) -> Result<Vec<Line>, Refusal> {
    let sql = "select * from recruit_stage where ($1 = '' or prospect = $1) order by prospect, seq";
    let of_row = |row: &Row| {
        Ok(Line {
            prospect: row.string("prospect")?,
            stage: row.parse("stage")?,
            on: row.parse("on_day")?,
            who: row.string("who")?,
            note: row.string("note")?,
        })
    };
    tx.query(sql, args![id.unwrap_or_default()]).await?.iter().map(of_row).collect()
}
