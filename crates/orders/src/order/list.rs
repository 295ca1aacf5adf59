//! Lists of orders, and how many there are in each state.

use super::State;
use super::store::{Kept, kept};
use crate::sight::{Sight, like, mark};
use qudao_kernel::Refusal;
use qudao_platform::db::{Tx, Value};

/// Most rows of a page.
const MOST: u32 = 500;

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// When it was begun.
    #[default]
    Captured,
    /// Its amount.
    Amount,
}

/// Which orders. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// States; all where empty.
    pub states: Vec<State>,
    /// Kind of business.
    pub business: String,
    /// Outlet.
    pub outlet: String,
    /// Partner.
    pub partner: String,
    /// Work ID.
    pub clerk: String,
    /// Begun from this instant on.
    pub from_us: Option<i64>,
    /// Begun before this instant.
    pub to_us: Option<i64>,
    /// Part of the number, or the whole number of the subscriber or of the business system.
    pub text: String,
    /// Sorted by.
    pub sort: Sort,
    /// Whether from the least up.
    pub rising: bool,
    /// Place in the order and number of the last one seen.
    pub after: Option<(i64, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orders {
    /// Rows.
    pub rows: Vec<Kept>,
    /// The `after` of the next page.
    pub next: Option<(i64, String)>,
    /// Rows of all pages.
    pub total: u32,
}

fn filter(sight: &Sight, query: &Query, values: &mut Vec<Value>) -> String {
    let mut wheres = vec![sight.wheres("h", true, values)];
    if !query.states.is_empty() {
        let states: Vec<String> = query.states.iter().map(|state| mark(values, state.name())).collect();
        wheres.push(format!("h.state in ({})", states.join(", ")));
    }
    for (column, text) in [("business", &query.business), ("outlet", &query.outlet), ("partner", &query.partner), ("clerk", &query.clerk)] {
        if !text.is_empty() {
            wheres.push(format!("h.{column} = {}", mark(values, text.as_str())));
        }
    }
    if let Some(from) = query.from_us {
        wheres.push(format!("h.captured_us >= {}", mark(values, from)));
    }
    if let Some(to) = query.to_us {
        wheres.push(format!("h.captured_us < {}", mark(values, to)));
    }
    if !query.text.is_empty() {
        let (part, whole) = (mark(values, like(&query.text.to_uppercase())), mark(values, query.text.as_str()));
        wheres.push(format!("(h.id like {part} escape '\\' or h.subscriber = {whole} or h.system_no = {whole})"));
    }
    wheres.join(" and ")
}

/// Orders within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Orders, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let filter = filter(sight, query, &mut values);
    let total = tx.query_one(format!("select count(*) as n from order_head h where {filter}"), &values).await?.count("n")?;
    let column = match query.sort {
        Sort::Captured => "h.captured_us",
        Sort::Amount => "h.amount",
    };
    let (beyond, way) = if query.rising { (">", "asc") } else { ("<", "desc") };
    let after = query.after.as_ref().map(|(place, id)| {
        let (place, id) = (mark(&mut values, *place), mark(&mut values, id.as_str()));
        format!(" and ({column} {beyond} {place} or ({column} = {place} and h.id {beyond} {id}))")
    });
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, i64::from(limit) + 1);
    let sql = format!(
        "select h.* from order_head h where {filter}{} order by {column} {way}, h.id {way} limit {most}",
        after.unwrap_or_default()
    );
    let mut rows = tx.query(sql, &values).await?.iter().map(kept).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let place = |row: &Kept| match query.sort {
        Sort::Captured => row.captured_us,
        Sort::Amount => row.order.offer.total.0,
    };
    let next = rows.last().filter(|_| more).map(|row| (place(row), row.order.id.clone()));
    Ok(Orders { rows, next, total })
}

/// How many orders within a sight are in each state, and how much they are, fen.
///
/// # Errors
/// The database does not answer.
pub async fn counts(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Vec<(State, u32, i64)>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let filter = filter(sight, query, &mut values);
    let sql =
        format!("select h.state, count(*) as n, cast(sum(h.amount) as bigint) as amount from order_head h where {filter} group by h.state");
    let mut found = Vec::new();
    for row in tx.query(sql, &values).await? {
        found.push((row.parse("state")?, row.count("n")?, row.int("amount")?));
    }
    found.sort_by_key(|(state, ..)| State::ALL.iter().position(|one| one == state));
    Ok(found)
}
