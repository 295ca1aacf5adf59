//! 物料 POP: our material at outlets (R7.25, R7.198).
//!
//! ```text
//! application (flow pop_placement) → approved → in_production → placed ⟲ checked → recalled
//!                                       approved, in_production → cancelled          placed → lost
//! ```
//!
//! A request is an application, reviewed and approved there; what is approved becomes one piece here ([`acts::approve`]). A piece that is placed is looked
//! at again in a rhythm; what was found damaged or misplaced stays so until it is repaired.

pub mod acts;

use crate::Sight;
use crate::kept::none;
use qudao_access::sight::{like, mark};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};

pub(crate) const NOUN: (&str, &str) = ("物料", "piece");
/// Most rows of a page.
const MOST: usize = 500;

/// A piece of our material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Kind of material.
    pub kind: String,
    /// Place of the outlet.
    pub place: String,
    /// What it says, as a campaign is called.
    pub campaign: String,
    /// Outlet.
    pub outlet: String,
    /// Its partner.
    pub partner: String,
    /// Its division.
    pub territory: String,
    /// What it cost.
    pub cost: Fen,
    /// Whether it is a valuable item.
    pub valuable: bool,
    /// approved, `in_production`, placed, recalled, lost, cancelled.
    pub state: String,
    /// good, damaged, misplaced.
    pub condition: String,
    /// The application it came of; of one made from a plan, the plan with line and number.
    pub application: String,
    /// The plan it was made from; empty for one that was applied for.
    pub plan: String,
    /// Who asked for it.
    pub asked_by: String,
    /// When it was approved.
    pub approved_on: Date,
    /// Who makes it.
    pub maker: String,
    /// When it is to be ready.
    pub ready_on: Option<Date>,
    /// Who of the partner agreed.
    pub consent: String,
    /// Its agreement; empty for none.
    pub agreement: String,
    /// Its newest photo, by SHA-256; empty for none.
    pub photo: String,
    /// Since when it is there.
    pub placed_on: Option<Date>,
    /// When it was looked at last.
    pub checked_on: Option<Date>,
    /// By when it is to be looked at again.
    pub check_by: Option<Date>,
    /// When it was taken away or lost.
    pub ended_on: Option<Date>,
}

impl Asset {
    /// Whether a valuable piece stands somewhere without an agreement (R7.197).
    pub fn lacks_agreement(&self) -> bool {
        self.valuable && self.state == "placed" && self.agreement.is_empty()
    }

    /// Whether it should have been looked at (R7.192).
    pub fn is_unchecked(&self, today: Date) -> bool {
        self.state == "placed" && self.check_by.is_some_and(|by| by < today)
    }
}

/// What warns of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// Not looked at before this day.
    Unchecked(Date),
    /// Damaged or misplaced.
    Damaged,
    /// Valuable and without an agreement.
    NoAgreement,
    /// Its campaign is called back, and it still hangs.
    Outdated,
}

/// Which pieces. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// State.
    pub state: String,
    /// Outlet.
    pub outlet: String,
    /// Partner.
    pub partner: String,
    /// Kind.
    pub kind: String,
    /// Part of the id or campaign.
    pub text: String,
    /// Only those to be warned of.
    pub alert: Option<Alert>,
    /// Id of the last one seen.
    pub after: String,
    /// Most rows.
    pub limit: usize,
}

/// A page of pieces, with sums of all pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// By id.
    pub rows: Vec<Asset>,
    /// The `after` of the next page.
    pub next: Option<String>,
    /// Rows of all pages.
    pub total: u32,
    /// What they cost.
    pub cost: Fen,
}

/// Pieces, by id.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Assets, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("a", false, &mut values)];
    for (column, value) in [("state", &query.state), ("outlet", &query.outlet), ("partner", &query.partner), ("kind", &query.kind)] {
        if !value.is_empty() {
            wheres.push(format!("a.{column} = {}", mark(&mut values, value)));
        }
    }
    if !query.text.is_empty() {
        let text = mark(&mut values, like(&query.text));
        wheres.push(format!("(a.id like {text} escape '\\' or a.campaign like {text} escape '\\')"));
    }
    match query.alert {
        Some(Alert::Unchecked(today)) => wheres.push(format!("a.state = 'placed' and a.check_by < {}", mark(&mut values, today))),
        Some(Alert::Damaged) => wheres.push("a.state = 'placed' and a.condition <> 'good'".to_owned()),
        Some(Alert::NoAgreement) => wheres.push("a.state = 'placed' and a.valuable = 1 and a.agreement = ''".to_owned()),
        Some(Alert::Outdated) => {
            wheres.push("a.state = 'placed' and exists (select 1 from display_recall r where r.campaign = a.campaign)".to_owned());
        }
        None => {}
    }
    let filter = wheres.join(" and ");
    let sql = format!("select count(*) as n, cast(coalesce(sum(a.cost), 0) as bigint) as cost from display_asset a where {filter}");
    let all = tx.query_one(sql, &values).await?;
    let (total, cost) = (all.count("n")?, all.fen("cost")?);
    let after = mark(&mut values, &query.after);
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select a.* from display_asset a where {filter} and a.id > {after} order by a.id limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Assets { rows, next, total, cost })
}

/// A piece within a sight.
///
/// # Errors
/// `NotFound display.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Asset, Refusal> {
    one(tx, sight, id, "").await
}

/// The same, which nobody else changes meanwhile.
pub(crate) async fn held(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Asset, Refusal> {
    one(tx, sight, id, "{for_update}").await
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str, lock: &str) -> Result<Asset, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres("a", false, &mut values);
    let row = tx.query_opt(format!("select a.* from display_asset a where a.id = $1 and {wheres} {lock}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(NOUN, id))
}

/// What an outlet was given since a day: cost of pieces that were approved and not cancelled, and how many valuable ones stand there or are on their way.
///
/// # Errors
/// The database does not answer.
pub async fn spent(tx: &mut Tx, outlet: &str, since: Date) -> Result<(Fen, u32), Refusal> {
    let sql = "select cast(coalesce(sum(case when approved_on >= $2 then cost else 0 end), 0) as bigint) as cost,
                      cast(coalesce(sum(case when valuable = 1 and state in ('approved', 'in_production', 'placed') then 1 else 0 end), 0) as bigint) as n
               from display_asset where outlet = $1 and state <> 'cancelled'";
    let row = tx.query_one(sql, args![outlet, since]).await?;
    Ok((row.fen("cost")?, row.count("n")?))
}

/// Valuable pieces of a partner that are not back: what must be recovered or settled before it leaves (R7.198).
///
/// # Errors
/// The database does not answer.
pub async fn outstanding(tx: &mut Tx, partner: &str) -> Result<Vec<(String, Fen)>, Refusal> {
    let sql = "select id, cost from display_asset where partner = $1 and valuable = 1 and state = 'placed' order by id";
    tx.query(sql, args![partner]).await?.iter().map(|row| Ok((row.string("id")?, row.fen("cost")?))).collect()
}

/// The last day on which something of ours was placed or looked at, by outlet (R7.124).
///
/// # Errors
/// The database does not answer.
pub async fn supported(tx: &mut Tx, sight: &Sight) -> Result<Vec<(String, Date)>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let wheres = sight.wheres("a", false, &mut values);
    let sql = format!(
        "select a.outlet, max(coalesce(a.checked_on, a.placed_on)) as day from display_asset a
         where a.state = 'placed' and {wheres} group by a.outlet order by a.outlet"
    );
    tx.query(sql, &values).await?.iter().map(|row| Ok((row.string("outlet")?, row.parse("day")?))).collect()
}

/// Something that happened to a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// approve, produce, place, check, repair, link, recall, lose, cancel.
    pub act: String,
    /// What was said.
    pub note: String,
    /// Photo, by SHA-256; empty for none.
    pub photo: String,
    /// Who.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// What happened to a piece, oldest first. Whoever sees the piece sees it.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, id: &str) -> Result<Vec<Happened>, Refusal> {
    let happened = |row: &Row| {
        let (act, note, photo, who) = (row.string("act")?, row.string("note")?, row.string("photo")?, row.string("who")?);
        Ok(Happened { act, note, photo, who, at_us: row.int("at_us")? })
    };
    tx.query("select * from display_asset_event where asset = $1 order by seq", args![id]).await?.iter().map(happened).collect()
}

pub(crate) fn of_row(row: &Row) -> Result<Asset, Refusal> {
    Ok(Asset {
        id: row.string("id")?,
        version: row.count("version")?,
        kind: row.string("kind")?,
        place: row.string("place")?,
        campaign: row.string("campaign")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        cost: row.fen("cost")?,
        valuable: row.flag("valuable")?,
        state: row.string("state")?,
        condition: row.string("condition")?,
        application: row.string("application")?,
        plan: row.string("plan")?,
        asked_by: row.string("asked_by")?,
        approved_on: row.parse("approved_on")?,
        maker: row.string("maker")?,
        ready_on: row.opt_parse("ready_on")?,
        consent: row.string("consent")?,
        agreement: row.string("agreement")?,
        photo: row.string("photo")?,
        placed_on: row.opt_parse("placed_on")?,
        checked_on: row.opt_parse("checked_on")?,
        check_by: row.opt_parse("check_by")?,
        ended_on: row.opt_parse("ended_on")?,
    })
}
