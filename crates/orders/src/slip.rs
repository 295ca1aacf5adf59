//! 回单: the signed slip of an order (R7.3): due → returned → ok, or rejected → returned again; lost, and found again.
//!
//! A slip that is overdue and not right holds the commission of its order: [`holding`] says which those are, and the fact of the order has no slip
//! day until it is ok, which policies read as `slip_on`.

use crate::business::{Business, Definitions};
use crate::order::store::get;
use crate::order::{Order, facts};
use crate::sight::{Sight, like, mark};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{args, write_tx};
use serde_json::json;

/// Most rows of a page.
const MOST: u32 = 500;

/// Where a slip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipState {
    /// With the outlet.
    Due,
    /// Back, not looked at.
    Returned,
    /// Back and right.
    Ok,
    /// Back and wrong; due again.
    Rejected,
    /// Lost.
    Lost,
}

impl SlipState {
    const ALL: [Self; 5] = [Self::Due, Self::Returned, Self::Ok, Self::Rejected, Self::Lost];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Returned => "returned",
            Self::Ok => "ok",
            Self::Rejected => "rejected",
            Self::Lost => "lost",
        }
    }
}

impl std::str::FromStr for SlipState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// What is done to a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlipAct {
    /// It came back.
    Return,
    /// It is right.
    Approve,
    /// It is wrong, and why.
    Reject(String),
    /// It is lost, and how.
    Lose(String),
}

/// A slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Its order.
    pub order: String,
    /// For the next change.
    pub version: u32,
    /// Where it is.
    pub state: SlipState,
    /// By when it is to be back.
    pub due_on: Date,
    /// When it came back first.
    pub first_on: Option<Date>,
    /// When it came back last.
    pub returned_on: Option<Date>,
    /// When it was looked at last.
    pub checked_on: Option<Date>,
    /// Why it was rejected or how it was lost.
    pub reason: String,
    /// Outlet.
    pub outlet: String,
    /// Partner.
    pub partner: String,
    /// Work ID.
    pub clerk: String,
}

impl Slip {
    /// Whether it holds the commission of its order on a day.
    pub fn holds(&self, today: Date) -> bool {
        self.state != SlipState::Ok && self.due_on < today
    }
}

/// Makes the slip of an order that took effect.
pub(crate) async fn open(tx: &mut Tx, order: &Order, business: &Business, days: i32) -> Result<(), Refusal> {
    let (true, Some(effective)) = (business.slip, order.effective_on) else { return Ok(()) };
    let sql = "insert into order_slip (order_id, version, state, due_on, reason, partner, outlet, clerk, territory)
               values ($1, 1, 'due', $2, '', $3, $4, $5, $6)";
    let Order { id, partner, outlet, clerk, territory, .. } = order;
    tx.execute(sql, args![id, effective.plus_days(days), partner, outlet, clerk, territory]).await.map(drop)
}

/// Does something to a slip of a version. The version after it.
///
/// # Errors
/// `NotFound orders.slip.none`; `Conflict orders.slip.state`, `platform.db.stale`; `BadInput orders.reason`.
pub async fn act(
    db: &Db,
    definitions: &Definitions,
    sight: &Sight,
    who: &str,
    order: &str,
    version: u32,
    act: &SlipAct,
) -> Result<u32, Refusal> {
    let (from, to, verb, reason): (&[SlipState], _, _, &str) = match act {
        SlipAct::Return => (&[SlipState::Due, SlipState::Rejected, SlipState::Lost], SlipState::Returned, "slip.return", ""),
        SlipAct::Approve => (&[SlipState::Returned], SlipState::Ok, "slip.approve", ""),
        SlipAct::Reject(reason) => (&[SlipState::Returned], SlipState::Rejected, "slip.reject", reason),
        SlipAct::Lose(reason) => (&[SlipState::Due, SlipState::Rejected], SlipState::Lost, "slip.lose", reason),
    };
    let reason = reason.trim();
    if matches!(act, SlipAct::Reject(_) | SlipAct::Lose(_)) && !(2..=200).contains(&reason.chars().count()) {
        return Err(Refusal::bad_input("orders.reason", "请填写原因，2 至 200 字", "say why, in 2 to 200 characters"));
    }
    write_tx!(db, |tx| {
        let slip = one(tx, sight, order).await?;
        if !from.contains(&slip.state) {
            let name = slip.state.name();
            return Err(Refusal::new(
                Kind::Conflict,
                "orders.slip.state",
                format!("订单 {order} 的回单状态是 {name}，不能这样处理；请刷新页面"),
                format!("the slip of order {order} is {name}, which does not allow this; reload the page"),
            ));
        }
        let today = day(tx.now_us());
        let back = to == SlipState::Returned;
        let returned = if back { Some(today) } else { slip.returned_on };
        let checked = if matches!(to, SlipState::Ok | SlipState::Rejected) { Some(today) } else { slip.checked_on };
        let first = slip.first_on.or(returned);
        let sql = "update order_slip set version = version + 1, state = $3, first_on = $4, returned_on = $5, checked_on = $6, reason = $7
                   where order_id = $1 and version = $2";
        tx.execute_versioned("回单 slip", order, sql, args![order, version, to.name(), first, returned, checked, reason]).await?;
        if to == SlipState::Ok {
            let kept = get(tx, sight, order).await?;
            facts::slip_is_back(tx, &kept.order, definitions, returned.unwrap_or(today), today).await?;
        }
        let state = |state: SlipState| json!({ "state": state.name() }).to_string();
        let entry = Entry::new(who, verb, "order", order).before(state(slip.state)).after(state(to));
        tx.audit(if reason.is_empty() { entry } else { entry.reason(reason) });
        Ok(version + 1)
    })
}

/// The slip of an order within a sight.
///
/// # Errors
/// `NotFound orders.slip.none`.
pub async fn one(tx: &mut Tx, sight: &Sight, order: &str) -> Result<Slip, Refusal> {
    let mut values: Vec<Value> = vec![order.into()];
    let seen = sight.wheres("s", true, &mut values);
    let row = tx.query_opt(format!("select s.* from order_slip s where s.order_id = $1 and {seen}"), &values).await?;
    row.map(|row| of_row(&row)).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "orders.slip.none",
            format!("订单 {order} 没有回单，或不在您的范围内"),
            format!("order {order} has no slip, or is not within your reach"),
        )
    })
}

fn of_row(row: &Row) -> Result<Slip, Refusal> {
    Ok(Slip {
        order: row.string("order_id")?,
        version: row.count("version")?,
        state: row.parse("state")?,
        due_on: row.parse("due_on")?,
        first_on: row.opt_parse("first_on")?,
        returned_on: row.opt_parse("returned_on")?,
        checked_on: row.opt_parse("checked_on")?,
        reason: row.string("reason")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        clerk: row.string("clerk")?,
    })
}

/// Which slips. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// State.
    pub state: Option<SlipState>,
    /// Outlet.
    pub outlet: String,
    /// In the order's number.
    pub text: String,
    /// Only those that hold commission on this day.
    pub holding_on: Option<Date>,
    /// Due day and order of the last one seen.
    pub after: Option<(String, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A page of slips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slips {
    /// Rows, the longest due first.
    pub rows: Vec<Slip>,
    /// The `after` of the next page.
    pub next: Option<(String, String)>,
    /// Rows of all pages.
    pub total: u32,
}

/// Slips within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Slips, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("s", true, &mut values)];
    if let Some(state) = query.state {
        wheres.push(format!("s.state = {}", mark(&mut values, state.name())));
    }
    if !query.outlet.is_empty() {
        wheres.push(format!("s.outlet = {}", mark(&mut values, query.outlet.as_str())));
    }
    if !query.text.is_empty() {
        wheres.push(format!("s.order_id like {} escape '\\'", mark(&mut values, like(&query.text.to_uppercase()))));
    }
    if let Some(today) = query.holding_on {
        wheres.push(format!("s.state <> 'ok' and s.due_on < {}", mark(&mut values, today)));
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from order_slip s where {filter}"), &values).await?.count("n")?;
    let after = query.after.as_ref().map(|(due, order)| {
        let (due, order) = (mark(&mut values, due.as_str()), mark(&mut values, order.as_str()));
        format!(" and (s.due_on > {due} or (s.due_on = {due} and s.order_id > {order}))")
    });
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, i64::from(limit) + 1);
    let sql =
        format!("select s.* from order_slip s where {filter}{} order by s.due_on, s.order_id limit {most}", after.unwrap_or_default());
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|slip| (slip.due_on.to_string(), slip.order.clone()));
    Ok(Slips { rows, next, total })
}

/// Orders whose slip holds their commission on a day: what a settlement of that day leaves aside.
///
/// # Errors
/// The database does not answer.
pub async fn holding(tx: &mut Tx, today: Date) -> Result<Vec<String>, Refusal> {
    let sql = "select order_id from order_slip where state <> 'ok' and due_on < $1 order by order_id";
    tx.query(sql, args![today]).await?.iter().map(|row| row.string("order_id")).collect()
}

/// An outlet with missing slips, by how many days they are overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Outlet.
    pub outlet: String,
    /// Partner.
    pub partner: String,
    /// Overdue 1 to 3 days, 4 to 7, 8 to 30, and longer.
    pub ages: [u32; 4],
    /// The longest due.
    pub oldest: Date,
}

/// Last day of each age but the last one.
const AGES: [i32; 3] = [3, 7, 30];

/// Outlets within a sight whose slips are missing on a day, those with most first.
///
/// # Errors
/// The database does not answer.
pub async fn missing(tx: &mut Tx, sight: &Sight, today: Date) -> Result<Vec<Missing>, Refusal> {
    let mut values: Vec<Value> = vec![today.into()];
    values.extend(AGES.map(|days| Value::from(today.plus_days(-days))));
    let seen = sight.wheres("s", true, &mut values);
    let sql = format!(
        "select s.outlet, s.partner, min(s.due_on) as oldest,
             sum(case when s.due_on >= $2 then 1 else 0 end) as a, sum(case when s.due_on < $2 and s.due_on >= $3 then 1 else 0 end) as b,
             sum(case when s.due_on < $3 and s.due_on >= $4 then 1 else 0 end) as c, sum(case when s.due_on < $4 then 1 else 0 end) as d
         from order_slip s where s.state in ('due', 'rejected', 'lost') and s.due_on < $1 and {seen} group by s.outlet, s.partner
         order by count(*) desc, s.outlet limit 1000"
    );
    let of_row = |row: &Row| {
        let ages = [row.count("a")?, row.count("b")?, row.count("c")?, row.count("d")?];
        Ok(Missing { outlet: row.string("outlet")?, partner: row.string("partner")?, ages, oldest: row.parse("oldest")? })
    };
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

/// How slips come back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Punctual {
    /// In each state.
    pub states: Vec<(SlipState, u32)>,
    /// Whose day has come.
    pub due: u32,
    /// Of these, back by it.
    pub in_time: u32,
    /// That hold commission.
    pub holding: u32,
}

/// Counts of slips within a sight on a day.
///
/// # Errors
/// The database does not answer.
pub async fn counts(tx: &mut Tx, sight: &Sight, today: Date) -> Result<Punctual, Refusal> {
    let mut values: Vec<Value> = vec![today.into()];
    let seen = sight.wheres("s", true, &mut values);
    let sql = format!(
        "select s.state, count(*) as n, sum(case when s.due_on < $1 or s.first_on is not null then 1 else 0 end) as due,
             sum(case when s.first_on <= s.due_on then 1 else 0 end) as in_time,
             sum(case when s.state <> 'ok' and s.due_on < $1 then 1 else 0 end) as holding
         from order_slip s where {seen} group by s.state"
    );
    let mut found = Punctual::default();
    for row in tx.query(sql, &values).await? {
        found.states.push((row.parse("state")?, row.count("n")?));
        found.due += row.count("due")?;
        found.in_time += row.count("in_time")?;
        found.holding += row.count("holding")?;
    }
    found.states.sort_by_key(|(state, _)| SlipState::ALL.iter().position(|one| one == state));
    Ok(found)
}
