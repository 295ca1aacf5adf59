//! Which visits somebody sees, and lists of them.

use super::{Counts, State, none};
use qudao_access::Scope;
use qudao_kernel::{Date, Refusal};
use qudao_platform::db::{Row, Tx, Value};

/// Most rows of a page.
const MOST: u32 = 500;

/// Who sees which visits and promises: the one place that says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Where somebody may look.
    pub scope: Scope,
    /// Where they also see what outlets and their managers may not (R0.39): the part of the scope whose grants are not those of a manager.
    pub hidden: Scope,
    /// Whose own they see, wherever they are.
    pub login: String,
}

impl Sight {
    /// Everything.
    pub fn everywhere() -> Self {
        let everywhere = Scope { territories: vec![String::new()], ..Scope::default() };
        Self { scope: everywhere.clone(), hidden: everywhere, login: String::new() }
    }

    /// What somebody made, and nothing else.
    pub fn own(login: &str) -> Self {
        Self { login: login.to_owned(), ..Self::default() }
    }

    /// The condition on rows with `manager`, `outlet` and `territory`; `hidden` says whether the table has that column.
    pub(crate) fn wheres(&self, alias: &str, hidden: bool, values: &mut Vec<Value>) -> String {
        let own = format!("{alias}.manager = {}", mark(values, self.login.as_str()));
        let within = reached(&self.scope, alias, values);
        if !hidden || self.scope == self.hidden {
            return format!("({own} or {within})");
        }
        let also = reached(&self.hidden, alias, values);
        format!("({own} or ({within} and {alias}.hidden = 0) or {also})")
    }
}

/// The condition on rows within a scope. Visits and promises belong to territories and outlets.
fn reached(scope: &Scope, alias: &str, values: &mut Vec<Value>) -> String {
    if scope.is_everywhere() {
        return "1 = 1".to_owned();
    }
    let mut all = Vec::new();
    for area in &scope.territories {
        let (from, to) = (mark(values, area.as_str()), mark(values, format!("{area}~")));
        all.push(format!("({alias}.territory >= {from} and {alias}.territory < {to})"));
    }
    for outlet in &scope.outlets {
        all.push(format!("{alias}.outlet = {}", mark(values, outlet.as_str())));
    }
    if all.is_empty() { "1 = 0".to_owned() } else { format!("({})", all.join(" or ")) }
}

/// Adds a value and gives its mark.
pub(crate) fn mark(values: &mut Vec<Value>, value: impl Into<Value>) -> String {
    values.push(value.into());
    format!("${}", values.len())
}

/// The row of a visit within a sight.
pub(super) async fn seen(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Row, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let within = sight.wheres("v", true, &mut values);
    let row = tx.query_opt(format!("select v.* from field_visit v where v.id = $1 and {within}"), &values).await?;
    row.ok_or_else(|| none(id))
}

/// Which visits. What is absent or empty asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Whose.
    pub manager: String,
    /// Of which outlet.
    pub outlet: String,
    /// From this day on.
    pub from: Option<Date>,
    /// Up to this day.
    pub to: Option<Date>,
    /// Whether they count.
    pub counts: Option<Counts>,
    /// The newest first.
    pub newest: bool,
    /// Day and id of the last one seen.
    pub after: Option<(String, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A visit in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// Its day.
    pub day: Date,
    /// Who made it.
    pub manager: String,
    /// Outlet.
    pub outlet: String,
    /// Where it is.
    pub state: State,
    /// Whether it counts.
    pub counts: Counts,
    /// When it was planned for.
    pub planned_on: Option<Date>,
    /// From when, microseconds since 1970.
    pub entered_us: Option<i64>,
    /// To when.
    pub left_us: Option<i64>,
    /// Scores, steps and measures, as JSON.
    pub result: String,
}

fn of_row(row: &Row) -> Result<Line, Refusal> {
    Ok(Line {
        id: row.string("id")?,
        version: row.count("version")?,
        day: row.parse("day")?,
        manager: row.string("manager")?,
        outlet: row.string("outlet")?,
        state: row.parse("state")?,
        counts: row.parse("counts")?,
        planned_on: row.opt_parse("planned_on")?,
        entered_us: row.opt_int("entered_us")?,
        left_us: row.opt_int("left_us")?,
        result: row.string("result")?,
    })
}

/// A page of visits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Rows, by day and id.
    pub rows: Vec<Line>,
    /// The `after` of the next page.
    pub next: Option<(String, String)>,
}

/// How many visits within a sight count so, but for those somebody made themselves.
///
/// # Errors
/// The database does not answer.
pub async fn count(tx: &mut Tx, sight: &Sight, counts: Counts, but: &str) -> Result<u32, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = sight.wheres("v", true, &mut values);
    let (counts, but) = (mark(&mut values, counts.name()), mark(&mut values, but));
    let sql = format!("select count(*) as n from field_visit v where v.counts = {counts} and v.manager <> {but} and {within}");
    tx.query_one(sql, &values).await?.count("n")
}

/// Visits within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Page, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("v", true, &mut values)];
    let texts = [("v.manager =", query.manager.as_str()), ("v.outlet =", query.outlet.as_str())];
    for (condition, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        wheres.push(format!("{condition} {}", mark(&mut values, text)));
    }
    for (condition, day) in [("v.day >=", query.from), ("v.day <=", query.to)] {
        if let Some(day) = day {
            wheres.push(format!("{condition} {}", mark(&mut values, day)));
        }
    }
    if let Some(counts) = query.counts {
        wheres.push(format!("v.counts = {}", mark(&mut values, counts.name())));
    }
    if let Some((day, id)) = &query.after {
        let (day, id) = (mark(&mut values, day.as_str()), mark(&mut values, id.as_str()));
        let past = if query.newest { '<' } else { '>' };
        wheres.push(format!("(v.day {past} {day} or (v.day = {day} and v.id {past} {id}))"));
    }
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, i64::from(limit) + 1);
    let filter = wheres.join(" and ");
    let order = if query.newest { "v.day desc, v.id desc" } else { "v.day, v.id" };
    let sql = format!("select v.* from field_visit v where {filter} order by {order} limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|line| (line.day.to_string(), line.id.clone()));
    Ok(Page { rows, next })
}

/// All visits of a query, page by page.
///
/// # Errors
/// The database does not answer.
pub async fn all(tx: &mut Tx, sight: &Sight, query: Query) -> Result<Vec<Line>, Refusal> {
    let (mut found, mut query) = (Vec::new(), Query { limit: MOST, ..query });
    loop {
        let page = list(tx, sight, &query).await?;
        found.extend(page.rows);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(found);
        }
    }
}

/// The last reported visit of each outlet within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn latest(tx: &mut Tx, sight: &Sight) -> Result<Vec<Line>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = sight.wheres("v", true, &mut values);
    let sql = format!(
        "select * from (select v.*, row_number() over (partition by v.outlet order by v.day desc, v.id desc) as nth from field_visit v
         where v.state in ('reported', 'reviewed') and {within}) last where last.nth = 1 order by last.outlet"
    );
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}
