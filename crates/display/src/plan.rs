//! 区域投放计划 (R7.189, R7.191): what is to be placed in an area, where, when and for how much, each line with one who answers for it.
//!
//! ```text
//! draft → submitted → approved → ended
//!       ←
//! ```
//!
//! Pieces are made from the lines of an approved plan without another application; what goes beyond a line (another outlet, more pieces, more money, after its
//! last day) is outside the plan and is applied for.
//!
//! Invariant: a plan with a line nobody answers for is not submitted. Invariant: whoever made or submitted a plan does not approve it.

use crate::Sight;
use crate::kept::{id, none, state, words};
use crate::places::Catalogue;
use crate::pop::acts::{self, Approved, At, Limits};
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const NOUN: (&str, &str) = ("投放计划", "placement plan");
/// Most lines of a plan, and outlets of a line.
const MOST_LINES: usize = 50;
const MOST_OUTLETS: usize = 500;
/// The largest budget of a line: ten million yuan.
const MOST_FEN: i64 = 1_000_000_000;
/// Most rows of a page.
const MOST: usize = 500;

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Kind of material.
    pub material: String,
    /// Place of an outlet.
    pub place: String,
    /// Pieces, one at an outlet.
    pub quantity: u32,
    /// What all of them may cost.
    pub budget: Fen,
    /// First day.
    pub from: Date,
    /// Last day on which a piece is made from it.
    pub last_day: Date,
    /// Login of whoever answers for it; empty while nobody does.
    pub owner: String,
    /// Outlets they may go to.
    pub outlets: Vec<String>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// What the material says.
    pub campaign: String,
    /// Area, a division code.
    pub territory: String,
    /// draft, submitted, approved, ended.
    pub state: String,
    /// Who made it.
    pub made_by: String,
    /// Who submitted it; empty while nobody did.
    pub submitted_by: String,
    /// Who approved it, or gave it back.
    pub decided_by: String,
    /// When.
    pub decided_on: Option<Date>,
    /// Why it was given back or ended.
    pub note: String,
    /// Its lines, the first is line 1.
    pub lines: Vec<Line>,
}

/// A plan as somebody writes it.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// What the material says.
    pub campaign: &'a str,
    /// Area, a division code.
    pub territory: &'a str,
    /// Its lines.
    pub lines: &'a [Line],
}

impl Draft<'_> {
    fn check(&self, catalogue: &Catalogue) -> Result<(), Refusal> {
        words(self.campaign, 1, 60, ("主题", "the campaign"))?;
        if self.lines.is_empty() || self.lines.len() > MOST_LINES {
            return Err(Refusal::bad_input(
                "display.plan.lines",
                format!("计划须有 1 至 {MOST_LINES} 行；请修改"),
                format!("a plan has 1 to {MOST_LINES} lines; change it"),
            ));
        }
        for (number, line) in (1..).zip(self.lines) {
            line.check(number, catalogue)?;
        }
        Ok(())
    }
}

impl Line {
    fn check(&self, number: usize, catalogue: &Catalogue) -> Result<(), Refusal> {
        let (material, place) = (catalogue.material(&self.material)?, catalogue.place(&self.place)?);
        if !place.takes.contains(&material.id) {
            return Err(Refusal::bad_input(
                "display.place.kind",
                format!("第 {number} 行：{}不能放在{}；请另选物料或位置", material.name.zh, place.name.zh),
                format!("line {number}: {} does not go to {}; choose another kind or place", material.name.en, place.name.en),
            ));
        }
        let distinct: BTreeSet<&String> = self.outlets.iter().collect();
        let all = self.outlets.len();
        if distinct.len() != all || all == 0 || all > MOST_OUTLETS || self.quantity == 0 || self.quantity as usize > all {
            return Err(Refusal::bad_input(
                "display.plan.quantity",
                format!("第 {number} 行：网点须为 1 至 {MOST_OUTLETS} 个且不重复，每个网点一件，数量不超过网点数；请修改"),
                format!("line {number}: 1 to {MOST_OUTLETS} outlets, each once, and at most one piece for each; change it"),
            ));
        }
        if !(0..=MOST_FEN).contains(&self.budget.0) || self.last_day < self.from {
            return Err(Refusal::bad_input(
                "display.plan.line",
                format!("第 {number} 行：预算须在 0 至一千万元之间，截止日不早于起始日；请修改"),
                format!(
                    "line {number}: the budget lies between 0 and ten million yuan, and its last day is not before the first; change it"
                ),
            ));
        }
        Ok(())
    }
}

/// Drafts a plan. Its id.
///
/// # Errors
/// `BadInput display.words`, `display.material`, `display.place`, `display.place.kind`, `display.plan.lines`, `display.plan.quantity`, `display.plan.line`.
pub async fn draft(db: &Db, catalogue: &Catalogue, who: &str, key: &str, new: &Draft<'_>) -> Result<Done<String>, Refusal> {
    new.check(catalogue)?;
    write_tx!(db, |tx| {
        let body = told(new);
        let claim = match keys::begin::<String>(tx, &format!("display_plan/{who}"), key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = id(tx, "TF", who, key);
        let sql = "insert into display_plan (id, version, campaign, territory, state, made_by, submitted_by, decided_by, note, changed_us)
                   values ($1, 1, $2, $3, 'draft', $4, '', '', '', $5)";
        tx.execute(sql, args![&id, new.campaign.trim(), new.territory, who, tx.now_us()]).await?;
        put_lines(tx, &id, new.lines).await?;
        tx.audit(Entry::new(who, "display_plan.draft", "display_plan", &id).after(body));
        claim.finish(tx, id).await
    })
}

/// Writes a draft anew. The version afterwards.
///
/// # Errors
/// `NotFound display.none`; `Conflict display.state`, `platform.db.stale`; as [`draft`].
pub async fn change(
    db: &Db,
    catalogue: &Catalogue,
    sight: &Sight,
    who: &str,
    id: &str,
    version: u32,
    new: &Draft<'_>,
) -> Result<u32, Refusal> {
    new.check(catalogue)?;
    write_tx!(db, |tx| {
        let before = one(tx, sight, id, "{for_update}").await?;
        if before.state != "draft" {
            return Err(stands(id));
        }
        let sql =
            "update display_plan set campaign = $3, territory = $4, changed_us = $5, version = version + 1 where id = $1 and version = $2";
        let values = args![id, version, new.campaign.trim(), new.territory, tx.now_us()];
        tx.execute_versioned("投放计划 plan", id, sql, values).await?;
        tx.execute("delete from display_plan_line where plan = $1", args![id]).await?;
        put_lines(tx, id, new.lines).await?;
        tx.audit(Entry::new(who, "display_plan.change", "display_plan", id).after(told(new)));
        Ok(version + 1)
    })
}

fn told(new: &Draft<'_>) -> String {
    let lines = new.lines.iter().map(|line| {
        let Line { material, place, quantity, budget, from, last_day, owner, outlets } = line;
        json!([material, place, quantity, budget.0, from.to_string(), last_day.to_string(), owner, outlets])
    });
    json!({ "campaign": new.campaign.trim(), "territory": new.territory, "lines": lines.collect::<Vec<_>>() }).to_string()
}

async fn put_lines(tx: &mut Tx, plan: &str, lines: &[Line]) -> Result<(), Refusal> {
    for (number, line) in (1_i64..).zip(lines) {
        let sql = "insert into display_plan_line (plan, line, material, place, quantity, budget, from_day, last_day, owner, outlets)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let values = args![
            plan,
            number,
            &line.material,
            &line.place,
            line.quantity,
            line.budget,
            line.from,
            line.last_day,
            line.owner.trim(),
            line.outlets.join(" ")
        ];
        tx.execute(sql, values).await?;
    }
    Ok(())
}

/// What is done with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// It is put before whoever approves it.
    Submit,
    /// It holds.
    Approve,
    /// It is a draft again.
    Return(&'a str),
    /// Nothing more is made from it.
    End(&'a str),
}

/// Does it. The version afterwards.
///
/// # Errors
/// `NotFound display.none`; `BadInput display.plan.owner`, `access.reason.missing`; `Forbidden display.plan.own`; `Conflict display.state`,
/// `platform.db.stale`.
pub async fn act(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, act: &Act<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let before = one(tx, sight, id, "{for_update}").await?;
        let own = same_hand(&before.made_by, who) || same_hand(&before.submitted_by, who);
        let (name, next, reason) = match (before.state.as_str(), act) {
            ("draft", Act::Submit) => {
                owned(&before.lines)?;
                ("display_plan.submit", "submitted", "")
            }
            ("submitted", Act::Approve) if own => {
                return Err(Refusal::new(
                    Kind::Forbidden,
                    "display.plan.own",
                    "投放计划须由编制和提交以外的人批准",
                    "a plan is approved by somebody else than who made or submitted it",
                ));
            }
            ("submitted", Act::Approve) => ("display_plan.approve", "approved", ""),
            ("submitted", Act::Return(reason)) => ("display_plan.return", "draft", reason.trim()),
            ("draft" | "submitted" | "approved", Act::End(reason)) => ("display_plan.end", "ended", reason.trim()),
            _ => return Err(stands(id)),
        };
        if matches!(act, Act::Return(_) | Act::End(_)) {
            reasoned(reason)?;
        }
        let (today, submits) = (day(tx.now_us()), matches!(act, Act::Submit));
        let submitted_by = if submits { who } else { before.submitted_by.as_str() };
        let (decided_by, decided_on) = if submits { ("", None) } else { (who, Some(today)) };
        let sql = "update display_plan set state = $3, submitted_by = $4, decided_by = $5, decided_on = $6, note = $7, changed_us = $8,
                       version = version + 1
                   where id = $1 and version = $2";
        let values = args![id, version, next, submitted_by, decided_by, decided_on, reason, tx.now_us()];
        tx.execute_versioned("投放计划 plan", id, sql, values).await?;
        tx.audit(Entry::new(who, name, "display_plan", id).before(before.state).after(next).reason(reason));
        Ok(version + 1)
    })
}

/// Refuses lines nobody answers for (R7.191).
fn owned(lines: &[Line]) -> Result<(), Refusal> {
    let lacking: Vec<String> =
        (1..).zip(lines).filter(|(_, line)| line.owner.is_empty()).map(|(number, _): (usize, _)| number.to_string()).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let (zh, en) = (lacking.join("、"), lacking.join(", "));
    Err(Refusal::bad_input(
        "display.plan.owner",
        format!("第 {zh} 行没有责任人，不能提交；请逐行指定一名责任人"),
        format!("nobody answers for line {en}; name one person for each line, then submit"),
    ))
}

fn stands(id: &str) -> Refusal {
    state(format!("投放计划 {id} 的状态不能这样处理；请刷新"), format!("this is not possible with plan {id} as it stands; reload"))
}

/// A piece to be made from a plan.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// The line, from 1 on.
    pub line: u32,
    /// Where it goes.
    pub at: At<'a>,
    /// Type of the outlet.
    pub outlet_type: &'a str,
    /// What it costs.
    pub cost: Fen,
}

/// Makes a piece from a line of an approved plan. Its id.
///
/// # Errors
/// `NotFound display.none`; `Conflict display.state`, `display.plan.outside` where it is not within the line; `BadInput display.place.type`; as
/// [`acts::approve`].
pub async fn make(
    db: &Db,
    catalogue: &Catalogue,
    sight: &Sight,
    who: &str,
    id: &str,
    new: &New<'_>,
    limits: Limits,
) -> Result<String, Refusal> {
    write_tx!(db, |tx| {
        let plan = one(tx, sight, id, "{for_update}").await?;
        if plan.state != "approved" {
            return Err(stands(id));
        }
        let line = plan.line(new.line)?;
        let made = made(tx, id).await?.remove(&new.line).unwrap_or_default();
        let cost = made.cost.0.saturating_add(new.cost.0);
        let today = day(tx.now_us());
        let within = line.outlets.iter().any(|outlet| outlet == new.at.outlet)
            && made.pieces < line.quantity
            && (0..=line.budget.0).contains(&cost)
            && new.cost >= Fen::ZERO
            && today <= line.last_day;
        if !within {
            return Err(outside(new.line, line, &made));
        }
        let (material, place) = catalogue.fits(&line.material, &line.place, new.outlet_type)?;
        let sql = "select count(*) as n from display_asset where plan = $1 and plan_line = $2";
        let number = tx.query_one(sql, args![id, new.line]).await?.count("n")? + 1;
        let application = format!("{id}-{}-{number}", new.line);
        let approved = Approved {
            application: &application,
            asked_by: who,
            at: new.at,
            material,
            place,
            campaign: &plan.campaign,
            cost: new.cost,
            over_limit: false,
            plan: Some((id, new.line)),
        };
        acts::approve(tx, who, &approved, limits).await
    })
}

fn outside(number: u32, line: &Line, made: &Made) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "display.plan.outside",
        format!(
            "超出计划第 {number} 行（数量 {} 已做 {}，预算 {} 已用 {}，截至 {}，限所列网点）；请提交物料投放申请",
            line.quantity, made.pieces, line.budget, made.cost, line.last_day
        ),
        format!(
            "this is outside line {number} of the plan ({} of {} pieces made, {} of {} spent, until {}, at the outlets it names); apply for it",
            made.pieces, line.quantity, made.cost, line.budget, line.last_day
        ),
    )
}

impl Plan {
    fn line(&self, number: u32) -> Result<&Line, Refusal> {
        let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        at.and_then(|at| self.lines.get(at)).ok_or_else(|| none(("计划行", "line of the plan"), &format!("{}-{number}", self.id)))
    }
}

/// What became of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    /// Pieces that were made and not cancelled.
    pub pieces: u32,
    /// Of these, those that were placed.
    pub placed: u32,
    /// What they cost.
    pub cost: Fen,
}

/// What became of each line of a plan; a line without pieces has none.
///
/// # Errors
/// The database does not answer.
pub async fn made(tx: &mut Tx, plan: &str) -> Result<BTreeMap<u32, Made>, Refusal> {
    let sql = "select plan_line, count(*) as n, cast(coalesce(sum(cost), 0) as bigint) as cost,
                      cast(coalesce(sum(case when placed_on is not null then 1 else 0 end), 0) as bigint) as placed
               from display_asset where plan = $1 and state <> 'cancelled' group by plan_line";
    let of = |row: &Row| {
        let made = Made { pieces: row.count("n")?, placed: row.count("placed")?, cost: row.fen("cost")? };
        Ok((row.count("plan_line")?, made))
    };
    tx.query(sql, args![plan]).await?.iter().map(of).collect()
}

/// What was placed or is on its way of a plan's campaign in its area beside the plan: what was applied for.
///
/// # Errors
/// The database does not answer.
pub async fn beside(tx: &mut Tx, plan: &Plan) -> Result<Made, Refusal> {
    let sql = "select count(*) as n, cast(coalesce(sum(cost), 0) as bigint) as cost,
                      cast(coalesce(sum(case when placed_on is not null then 1 else 0 end), 0) as bigint) as placed
               from display_asset where plan <> $1 and campaign = $2 and territory >= $3 and territory < $4 and state <> 'cancelled'";
    let values = args![&plan.id, &plan.campaign, &plan.territory, format!("{}~", plan.territory)];
    let row = tx.query_one(sql, values).await?;
    Ok(Made { pieces: row.count("n")?, placed: row.count("placed")?, cost: row.fen("cost")? })
}

/// Which plans. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// draft, submitted, approved, ended.
    pub state: String,
    /// Only with a line of theirs.
    pub owner: String,
    /// Id of the last one seen.
    pub after: String,
    /// Most rows.
    pub limit: usize,
}

/// A page of plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plans {
    /// By id.
    pub rows: Vec<Plan>,
    /// The `after` of the next page.
    pub next: Option<String>,
    /// Rows of all pages.
    pub total: u32,
}

/// Plans of areas within a sight, by id.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Plans, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres_of_area("p", &mut values)];
    if !query.state.is_empty() {
        wheres.push(format!("p.state = {}", mark(&mut values, &query.state)));
    }
    if !query.owner.is_empty() {
        let owner = mark(&mut values, &query.owner);
        wheres.push(format!("exists (select 1 from display_plan_line l where l.plan = p.id and l.owner = {owner})"));
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from display_plan p where {filter}"), &values).await?.count("n")?;
    let after = mark(&mut values, &query.after);
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select p.* from display_plan p where {filter} and p.id > {after} order by p.id limit {most}");
    let mut rows = Vec::new();
    for row in tx.query(sql, &values).await? {
        rows.push(of_row(tx, &row).await?);
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Plans { rows, next, total })
}

/// A plan within a sight.
///
/// # Errors
/// `NotFound display.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Plan, Refusal> {
    one(tx, sight, id, "").await
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str, lock: &str) -> Result<Plan, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres_of_area("p", &mut values);
    let row = tx.query_opt(format!("select p.* from display_plan p where p.id = $1 and {wheres} {lock}"), &values).await?;
    let row = row.ok_or_else(|| none(NOUN, id))?;
    of_row(tx, &row).await
}

async fn of_row(tx: &mut Tx, row: &Row) -> Result<Plan, Refusal> {
    let id = row.string("id")?;
    let line = |row: &Row| {
        Ok(Line {
            material: row.string("material")?,
            place: row.string("place")?,
            quantity: row.count("quantity")?,
            budget: row.fen("budget")?,
            from: row.parse("from_day")?,
            last_day: row.parse("last_day")?,
            owner: row.string("owner")?,
            outlets: row.text("outlets")?.split_whitespace().map(str::to_owned).collect(),
        })
    };
    let lines = tx.query("select * from display_plan_line where plan = $1 order by line", args![&id]).await?;
    Ok(Plan {
        lines: lines.iter().map(line).collect::<Result<Vec<_>, Refusal>>()?,
        version: row.count("version")?,
        campaign: row.string("campaign")?,
        territory: row.string("territory")?,
        state: row.string("state")?,
        made_by: row.string("made_by")?,
        submitted_by: row.string("submitted_by")?,
        decided_by: row.string("decided_by")?,
        decided_on: row.opt_parse("decided_on")?,
        note: row.string("note")?,
        id,
    })
}
