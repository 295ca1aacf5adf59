//! 分销风险 (R7.120–R7.124): the four causes an outlet stops carrying us for, found from what is known, each a task until its cause is gone.

use crate::kept::{At, id, none, state};
use crate::stock::WEEKS;
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{args, write_tx};
use std::collections::BTreeSet;
use std::str::FromStr;

const NOUN: (&str, &str) = ("分销风险", "risk");
/// Most rows of a page.
const MOST: usize = 500;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It will be out before the next supply. The figure is days of cover.
    Stock,
    /// It is shown badly. The figure is the score, hundredths of a percent.
    Display,
    /// The outlet sells nothing any more. The figure is days since the last sale.
    Leaving,
    /// Nobody supports it. The figure is days since material or help was there last.
    Support,
}

impl Cause {
    /// All four, in the order of the manual.
    pub const ALL: [Cause; 4] = [Cause::Stock, Cause::Display, Cause::Leaving, Cause::Support];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::Stock => "stock",
            Cause::Display => "display",
            Cause::Leaving => "leaving",
            Cause::Support => "support",
        }
    }
}

impl FromStr for Cause {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|cause| cause.name() == text).ok_or(())
    }
}

/// A core model of an outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model<'a> {
    /// Model.
    pub product: &'a str,
    /// Pieces there; none where it is not known.
    pub stock: Option<i64>,
    /// Sold in four weeks.
    pub sold: i64,
}

/// What is known of an outlet.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The outlet.
    pub at: At<'a>,
    /// Who looks after it.
    pub owner: &'a str,
    /// Its core models.
    pub models: Vec<Model<'a>>,
    /// Its last display score, hundredths of a percent.
    pub score: Option<u32>,
    /// The day of its last sale; none where it never sold, which is no sign of leaving.
    pub last_sale: Option<Date>,
    /// The last day of material, a visit or help there; none where nothing ever was, which is told by the day it was opened.
    pub supported: Date,
}

/// From what on something is a risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Days until a supply comes, and days in reserve.
    pub cover_days: i64,
    /// The least score.
    pub score: u32,
    /// Days without a sale.
    pub idle_days: i32,
    /// Days without support.
    pub support_days: i32,
    /// Days a task may take.
    pub due_days: i32,
}

/// A risk that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The model; empty for the outlet as a whole.
    pub product: String,
    /// Why.
    pub cause: Cause,
    /// The figure that tells.
    pub figure: i64,
    /// Its limit.
    pub least: i64,
}

/// What threatens an outlet today.
pub fn find(facts: &Facts<'_>, limits: Limits, today: Date) -> Vec<Found> {
    let mut found = Vec::new();
    for model in &facts.models {
        let Some(stock) = model.stock.map(|stock| stock.max(0)) else { continue };
        // Nothing there is no cover, whatever was sold.
        let days = if model.sold > 0 { Some(stock * 7 * i64::from(WEEKS) / model.sold) } else { (stock == 0).then_some(0) };
        if let Some(days) = days.filter(|days| *days < limits.cover_days) {
            found.push(Found { product: model.product.to_owned(), cause: Cause::Stock, figure: days, least: limits.cover_days });
        }
    }
    let mut whole = |cause, figure: i64, least: i64| found.push(Found { product: String::new(), cause, figure, least });
    if let Some(score) = facts.score.filter(|score| *score < limits.score) {
        whole(Cause::Display, i64::from(score), i64::from(limits.score));
    }
    if let Some(idle) = facts.last_sale.map(|on| today.days() - on.days()).filter(|days| *days >= limits.idle_days) {
        whole(Cause::Leaving, i64::from(idle), i64::from(limits.idle_days));
    }
    let alone = today.days() - facts.supported.days();
    if alone > limits.support_days {
        whole(Cause::Support, i64::from(alone), i64::from(limits.support_days));
    }
    found
}

/// What a look at outlets came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Opened now.
    pub opened: u32,
    /// Gone by themselves.
    pub gone: u32,
}

/// Opens a task for each risk of some outlets that has none, and closes those whose cause is gone.
///
/// # Errors
/// The database does not answer.
pub async fn look(db: &Db, all: &[Facts<'_>], limits: Limits) -> Result<Looked, Refusal> {
    let mut looked = Looked::default();
    for facts in all {
        let one = write_tx!(db, |tx| {
            let today = crate::kept::today(tx);
            one_outlet(tx, facts, &find(facts, limits, today), today, limits.due_days).await
        })?;
        looked = Looked { opened: looked.opened + one.opened, gone: looked.gone + one.gone };
    }
    Ok(looked)
}

async fn one_outlet(tx: &mut Tx, facts: &Facts<'_>, found: &[Found], today: Date, due_days: i32) -> Result<Looked, Refusal> {
    let At { outlet, partner, territory } = facts.at;
    let mut looked = Looked::default();
    let mut kept: BTreeSet<(String, &'static str)> = BTreeSet::new();
    for one in found {
        kept.insert((one.product.clone(), one.cause.name()));
        let id = id("FX", today, &[outlet, &one.product, one.cause.name()]);
        let sql =
            "update distribution_risk set figure = $4, least = $5 where outlet = $1 and product = $2 and cause = $3 and state = 'open'";
        if tx.execute(sql, args![outlet, &one.product, one.cause.name(), one.figure, one.least]).await? > 0 {
            continue;
        }
        // What somebody settled today is not raised again today.
        let sql = "insert into distribution_risk (id, version, outlet, product, cause, partner, territory, state, owner, figure, least, opened_on,
                       due_on, closed_by, note, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, '', '', $12) on conflict (id) do nothing";
        let due = today.plus_days(due_days);
        let values = args![
            &id,
            outlet,
            &one.product,
            one.cause.name(),
            partner,
            territory,
            facts.owner,
            one.figure,
            one.least,
            today,
            due,
            tx.now_us()
        ];
        looked.opened += u32::try_from(tx.execute(sql, values).await?).unwrap_or(0);
    }
    let open = tx.query("select id, product, cause from distribution_risk where outlet = $1 and state = 'open'", args![outlet]).await?;
    for row in open {
        let (product, cause) = (row.string("product")?, row.text("cause")?);
        if !kept.iter().any(|(one, why)| *one == product && *why == cause) {
            let sql = "update distribution_risk set state = 'gone', closed_on = $2, changed_us = $3, version = version + 1 where id = $1";
            tx.execute(sql, args![row.text("id")?, today, tx.now_us()]).await?;
            looked.gone += 1;
        }
    }
    Ok(looked)
}

/// A risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Outlet.
    pub outlet: String,
    /// Model; empty for the outlet as a whole.
    pub product: String,
    /// stock, display, leaving, support.
    pub cause: String,
    /// open, gone, settled.
    pub state: String,
    /// Who is to see to it.
    pub owner: String,
    /// The figure that tells.
    pub figure: i64,
    /// Its limit.
    pub least: i64,
    /// Since when.
    pub opened_on: Date,
    /// By when.
    pub due_on: Date,
    /// Who settled it.
    pub closed_by: String,
    /// When it was over.
    pub closed_on: Option<Date>,
    /// What was done.
    pub note: String,
}

/// Settles a risk with what was done. The version afterwards.
///
/// # Errors
/// `NotFound distribution.none`; `BadInput access.reason.missing`; `Conflict distribution.state`, `platform.db.stale`.
pub async fn settle(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, note: &str) -> Result<u32, Refusal> {
    reasoned(note)?;
    write_tx!(db, |tx| {
        let mut values: Vec<Value> = args![id].to_vec();
        let within = sight.wheres("r", false, &mut values);
        let row = tx.query_opt(format!("select r.* from distribution_risk r where r.id = $1 and {within} {{for_update}}"), &values).await?;
        let one = of_row(&row.ok_or_else(|| none(NOUN, id))?)?;
        if one.state != "open" {
            return Err(state(format!("风险 {id} 已关闭；请刷新"), format!("risk {id} is closed already; reload")));
        }
        let sql = "update distribution_risk set state = 'settled', closed_by = $3, closed_on = $4, note = $5, changed_us = $6, version = version + 1
                   where id = $1 and version = $2";
        let today = crate::kept::today(tx);
        tx.execute_versioned("分销风险 risk", id, sql, args![id, version, who, today, note.trim(), tx.now_us()]).await?;
        tx.audit(Entry::new(who, "distribution_risk.settle", "distribution_risk", id).reason(note.trim()));
        Ok(version + 1)
    })
}

/// Which risks. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// open, gone, settled.
    pub state: String,
    /// Cause.
    pub cause: String,
    /// Outlet.
    pub outlet: String,
    /// Whose.
    pub owner: String,
    /// Day and id of the last one seen.
    pub after: Option<(String, String)>,
    /// Most rows.
    pub limit: usize,
}

/// A page of risks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risks {
    /// By the day they are due.
    pub rows: Vec<Risk>,
    /// The `after` of the next page.
    pub next: Option<(String, String)>,
    /// Rows of all pages.
    pub total: u32,
}

/// Risks, by the day they are due.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Risks, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("r", false, &mut values)];
    for (column, value) in [("state", &query.state), ("cause", &query.cause), ("outlet", &query.outlet), ("owner", &query.owner)] {
        if !value.is_empty() {
            wheres.push(format!("r.{column} = {}", mark(&mut values, value)));
        }
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from distribution_risk r where {filter}"), &values).await?.count("n")?;
    let mut page = filter;
    if let Some((due_on, id)) = &query.after {
        let (due_on, id) = (mark(&mut values, due_on), mark(&mut values, id));
        page = format!("{page} and (r.due_on > {due_on} or (r.due_on = {due_on} and r.id > {id}))");
    }
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select r.* from distribution_risk r where {page} order by r.due_on, r.id limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| (row.due_on.to_string(), row.id.clone()));
    Ok(Risks { rows, next, total })
}

fn of_row(row: &Row) -> Result<Risk, Refusal> {
    Ok(Risk {
        id: row.string("id")?,
        version: row.count("version")?,
        outlet: row.string("outlet")?,
        product: row.string("product")?,
        cause: row.string("cause")?,
        state: row.string("state")?,
        owner: row.string("owner")?,
        figure: row.int("figure")?,
        least: row.int("least")?,
        opened_on: row.parse("opened_on")?,
        due_on: row.parse("due_on")?,
        closed_by: row.string("closed_by")?,
        closed_on: row.opt_parse("closed_on")?,
        note: row.string("note")?,
    })
}
