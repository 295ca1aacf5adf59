//! Orders as people look at them: a page, how many there are in each state, what was in time (R8.68), and the last one to be repeated.

use crate::order::{State, Supply, of_row};
use qudao_access::Sight;
use qudao_access::sight::{like, mark};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Tx, Value};

/// Most rows of a page.
const MOST: usize = 500;

/// Which orders. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// State.
    pub state: Option<State>,
    /// Partner.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// In the number, or a serial as a whole.
    pub text: String,
    /// Only those that are late on this day.
    pub late_on: Option<Date>,
    /// When it was placed and number of the last one seen.
    pub after: Option<(i64, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A page of orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplies {
    /// Rows, latest first.
    pub rows: Vec<Supply>,
    /// The `after` of the next page.
    pub next: Option<(i64, String)>,
    /// Rows of all pages.
    pub total: u32,
    /// Sum of their amounts.
    pub amount: Fen,
}

/// What is not there by the day that was promised.
const LATE: &str =
    "s.state not in ('refused', 'cancelled') and s.promised_on is not null and coalesce(s.received_on, {day}) > s.promised_on";

fn filter(sight: &Sight, query: &Query, values: &mut Vec<Value>) -> String {
    let mut wheres = vec![sight.wheres("s", false, values)];
    let state = query.state.map_or("", State::name);
    for (column, value) in [("state", state), ("partner", &query.partner), ("outlet", &query.outlet)] {
        if !value.is_empty() {
            wheres.push(format!("s.{column} = {}", mark(values, value)));
        }
    }
    if !query.text.is_empty() {
        let (part, serial) = (mark(values, like(&query.text)), mark(values, query.text.as_str()));
        wheres.push(format!("(s.id like {part} escape '\\' or s.id in (select p.order_id from supply_piece p where p.serial = {serial}))"));
    }
    if let Some(day) = query.late_on {
        wheres.push(LATE.replace("{day}", &mark(values, day)));
    }
    wheres.join(" and ")
}

/// Orders within a sight, latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Supplies, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let filter = filter(sight, query, &mut values);
    let sql = format!("select count(*) as n, cast(coalesce(sum(s.amount), 0) as bigint) as amount from supply_order s where {filter}");
    let all = tx.query_one(sql, &values).await?;
    let after = query.after.as_ref().map(|(at, id)| {
        let (at, id) = (mark(&mut values, *at), mark(&mut values, id.as_str()));
        format!(" and (s.placed_us < {at} or (s.placed_us = {at} and s.id < {id}))")
    });
    let limit = (query.limit as usize).clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let after = after.unwrap_or_default();
    let sql = format!("select s.* from supply_order s where {filter}{after} order by s.placed_us desc, s.id desc limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| (row.placed_us, row.id.clone()));
    Ok(Supplies { rows, next, total: all.count("n")?, amount: all.fen("amount")? })
}

/// How many orders there are in each state, and how many of those that were due were in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By state.
    pub states: Vec<(State, u32)>,
    /// Promised for a day that is over, or there already.
    pub due: u32,
    /// Of these, there by that day.
    pub on_time: u32,
}

impl Counts {
    /// On time ÷ due, parts per million rounded down; nothing where nothing was due.
    pub fn on_time_ppm(&self) -> Option<i64> {
        (self.due > 0).then(|| i64::from(self.on_time) * 1_000_000 / i64::from(self.due))
    }

    /// How many are in a state.
    pub fn of(&self, state: State) -> u32 {
        self.states.iter().find(|(there, _)| *there == state).map_or(0, |(_, orders)| *orders)
    }
}

/// Counts orders within a sight; `query` filters by partner, outlet and text.
///
/// # Errors
/// The database does not answer.
pub async fn counts(tx: &mut Tx, sight: &Sight, query: &Query, today: Date) -> Result<Counts, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let query = Query { state: None, late_on: None, ..query.clone() };
    let filter = filter(sight, &query, &mut values);
    let sql = format!("select s.state, count(*) as n from supply_order s where {filter} group by s.state");
    let rows = tx.query(sql, &values).await?;
    let states = rows.iter().map(|row| Ok((row.parse("state")?, row.count("n")?))).collect::<Result<Vec<_>, Refusal>>()?;
    let day = mark(&mut values, today);
    let sql = format!(
        "select count(*) as n, cast(coalesce(sum(case when s.received_on <= s.promised_on then 1 else 0 end), 0) as bigint) as on_time
         from supply_order s where {filter} and s.state not in ('refused', 'cancelled') and s.promised_on is not null
         and (s.promised_on < {day} or s.received_on is not null)"
    );
    let row = tx.query_one(sql, &values).await?;
    Ok(Counts { states, due: row.count("n")?, on_time: row.count("on_time")? })
}

/// What of a partner is under way: orders that did not arrive and returns nobody decided, with their amounts.
///
/// # Errors
/// The database does not answer.
pub async fn under_way(tx: &mut Tx, partner: &str) -> Result<Vec<(String, Fen)>, Refusal> {
    let sql = "select id, amount from supply_order where partner = $1 and state in ('placed', 'confirmed', 'shipped')
               union all select id, amount from supply_return where partner = $1 and state = 'asked' order by id";
    tx.query(sql, args![partner]).await?.iter().map(|row| Ok((row.string("id")?, row.fen("amount")?))).collect()
}

/// The order that was placed last for an outlet, if any.
///
/// # Errors
/// The database does not answer.
pub async fn last(tx: &mut Tx, outlet: &str) -> Result<Option<Supply>, Refusal> {
    let sql =
        "select * from supply_order where outlet = $1 and state not in ('refused', 'cancelled') order by placed_us desc, id desc limit 1";
    tx.query_opt(sql, args![outlet]).await?.as_ref().map(of_row).transpose()
}
