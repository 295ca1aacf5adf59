//! 承诺: what was promised to an outlet, by when, and whether it was kept (R7.77, R7.88).

use crate::checklist::score::share;
use crate::reason;
use crate::visit::list::{Sight, mark};
use crate::visit::{is_client_id, names};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

/// Where a promise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Made.
    Open,
    /// Kept.
    Kept,
    /// Not kept.
    Broken,
    /// The outlet let it go.
    Released,
}
names!(State { Open "open", Kept "kept", Broken "broken", Released "released" });

/// A promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Its id, made by the phone.
    pub id: String,
    /// For the next change.
    pub version: u32,
    /// Who made it.
    pub manager: String,
    /// To which outlet.
    pub outlet: String,
    /// Its territory.
    pub territory: String,
    /// On which visit; empty for none.
    pub visit: String,
    /// What.
    pub text: String,
    /// When it was made.
    pub made_on: Date,
    /// By when.
    pub due_on: Date,
    /// Where it is.
    pub state: State,
    /// When it was kept, broken or released.
    pub closed_on: Option<Date>,
    /// Why.
    pub reason: String,
}

/// A new promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New<'a> {
    /// Its id, made by the phone: the same one makes one promise.
    pub id: &'a str,
    /// To which outlet.
    pub outlet: &'a str,
    /// Its territory.
    pub territory: &'a str,
    /// On which visit.
    pub visit: &'a str,
    /// What.
    pub text: &'a str,
    /// When.
    pub made_on: Date,
    /// By when.
    pub due_on: Date,
}

/// Registers a promise.
///
/// # Errors
/// `BadInput field.promise.id`, `field.promise.text`, `field.promise.due`; `Conflict field.promise.other` if the id is another promise's.
pub async fn make(db: &Db, who: &str, new: &New<'_>) -> Result<Done<Promise>, Refusal> {
    let New { id, outlet, territory, visit, text, made_on, due_on } = *new;
    let text = text.trim();
    if !is_client_id(id) {
        return Err(Refusal::bad_input(
            "field.promise.id",
            "承诺编号有误；请更新手机页面",
            "the id of the promise is none; update the page",
        ));
    }
    if !(2..=300).contains(&text.chars().count()) {
        return Err(Refusal::bad_input("field.promise.text", "承诺须为 2 至 300 字", "a promise has 2 to 300 characters"));
    }
    if due_on < made_on {
        return Err(Refusal::bad_input("field.promise.due", "到期日不能早于承诺日", "a promise is not due before it is made"));
    }
    write_tx!(db, |tx| {
        let sql =
            "insert into field_promise (id, version, manager, outlet, territory, visit, text, made_on, due_on, state, reason, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, 'open', '', $9) on conflict (id) do nothing";
        let now = tx.now_us();
        let fresh = tx.execute(sql, args![id, who, outlet, territory, visit, text, made_on, due_on, now]).await? > 0;
        let row = tx.query_one("select * from field_promise where id = $1", args![id]).await?;
        let kept = of_row(&row)?;
        if fresh {
            tx.audit(
                Entry::new(who, "promise.make", "promise", id).after(json!({ "outlet": outlet, "due_on": due_on.to_string() }).to_string()),
            );
            return Ok(Done::Now(kept));
        }
        if kept.manager == who && kept.outlet == outlet && kept.text == text && kept.due_on == due_on {
            return Ok(Done::Already(kept));
        }
        Err(Refusal::new(
            Kind::Conflict,
            "field.promise.other",
            format!("承诺编号 {id} 已用于另一项承诺；请换编号提交"),
            format!("the id {id} is that of another promise; send this one under a new id"),
        ))
    })
}

/// Says that a promise was kept, broken or let go. The version after it.
///
/// # Errors
/// `NotFound field.promise.none`; `Conflict field.promise.state`, `platform.db.stale`; `BadInput field.reason`.
pub async fn close(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, to: State, why: &str) -> Result<u32, Refusal> {
    let why = if to == State::Kept { why.trim() } else { reason(why)? };
    write_tx!(db, |tx| {
        let mut values: Vec<Value> = vec![id.into()];
        let within = sight.wheres("p", false, &mut values);
        let row = tx.query_opt(format!("select p.* from field_promise p where p.id = $1 and {within}"), &values).await?;
        let kept = row.map(|row| of_row(&row)).transpose()?.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "field.promise.none",
                format!("没有承诺 {id}，或不在您的范围内"),
                format!("there is no promise {id}, or not within your reach"),
            )
        })?;
        if kept.state != State::Open || to == State::Open {
            return Err(Refusal::new(
                Kind::Conflict,
                "field.promise.state",
                format!("承诺 {id} 已经了结；请刷新页面"),
                format!("promise {id} is closed; reload the page"),
            ));
        }
        let today = day(tx.now_us());
        let sql = "update field_promise set version = version + 1, state = $3, closed_on = $4, reason = $5, changed_us = $6
                   where id = $1 and version = $2";
        tx.execute_versioned("承诺 promise", id, sql, args![id, version, to.name(), today, why, tx.now_us()]).await?;
        tx.audit(Entry::new(who, "promise.close", "promise", id).after(json!({ "state": to.name() }).to_string()).reason(why));
        Ok(version + 1)
    })
}

fn of_row(row: &Row) -> Result<Promise, Refusal> {
    Ok(Promise {
        id: row.string("id")?,
        version: row.count("version")?,
        manager: row.string("manager")?,
        outlet: row.string("outlet")?,
        territory: row.string("territory")?,
        visit: row.string("visit")?,
        text: row.string("text")?,
        made_on: row.parse("made_on")?,
        due_on: row.parse("due_on")?,
        state: row.parse("state")?,
        closed_on: row.opt_parse("closed_on")?,
        reason: row.string("reason")?,
    })
}

/// Which promises. What is empty asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Whose.
    pub manager: String,
    /// To which outlet.
    pub outlet: String,
    /// Only open ones.
    pub open: bool,
    /// Due from this day on.
    pub from: Option<Date>,
    /// Due up to this day.
    pub to: Option<Date>,
}

/// Promises within a sight, the longest due first, at most 1,000.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Vec<Promise>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("p", false, &mut values)];
    let conditions = [
        ("p.manager =", Some(&query.manager).filter(|text| !text.is_empty()).map(Value::from)),
        ("p.outlet =", Some(&query.outlet).filter(|text| !text.is_empty()).map(Value::from)),
        ("p.state =", query.open.then(|| "open".into())),
        ("p.due_on >=", query.from.map(Value::from)),
        ("p.due_on <=", query.to.map(Value::from)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            wheres.push(format!("{condition} {}", mark(&mut values, value)));
        }
    }
    let sql = format!("select p.* from field_promise p where {} order by p.due_on, p.id limit 1000", wheres.join(" and "));
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

/// How many promises are open, by outlet, within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn open(tx: &mut Tx, sight: &Sight) -> Result<BTreeMap<String, u32>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = sight.wheres("p", false, &mut values);
    let sql = format!("select p.outlet, count(*) as n from field_promise p where p.state = 'open' and {within} group by p.outlet");
    tx.query(sql, &values).await?.iter().map(|row| Ok((row.string("outlet")?, row.count("n")?))).collect()
}

/// How promises were kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Due in the time, without those let go.
    pub due: u32,
    /// Kept by their day.
    pub in_time: u32,
    /// Kept after it.
    pub late: u32,
    /// Broken, or open past their day.
    pub broken: u32,
}

impl Kept {
    /// 承诺兑现率: kept on time ÷ promises due; none where none is due.
    pub fn rate(self) -> Option<u32> {
        share(u64::from(self.in_time), u64::from(self.due))
    }
}

/// Counts promises by a day. What is due on that day or later and still open is not due yet.
pub fn kept(promises: &[Promise], today: Date) -> Kept {
    let mut found = Kept::default();
    for promise in promises {
        match (promise.state, promise.closed_on) {
            (State::Released, _) => continue,
            (State::Open, _) if promise.due_on >= today => continue,
            (State::Kept, Some(on)) if on <= promise.due_on => found.in_time += 1,
            (State::Kept, _) => found.late += 1,
            (State::Open | State::Broken, _) => found.broken += 1,
        }
        found.due += 1;
    }
    found
}
