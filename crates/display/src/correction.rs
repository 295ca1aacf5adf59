//! 整改 (R7.265): what was not right at an outlet.
//!
//! ```text
//! open → fixed → verified      open → verified (a later look says so)      fixed → open (a second person or a later look says no)
//! open, fixed → released (with a reason)
//! ```

use crate::Sight;
use crate::kept::{none, photo, state};
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{args, write_tx};

pub(crate) const NOUN: (&str, &str) = ("整改", "correction");
/// Most rows of a page.
const MOST: usize = 500;

/// A correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Outlet.
    pub outlet: String,
    /// Its partner.
    pub partner: String,
    /// Its division.
    pub territory: String,
    /// Checklist.
    pub template: String,
    /// Item.
    pub item: String,
    /// Version of the checklist it was found under.
    pub template_version: u32,
    /// Whether the item fails the whole checklist.
    pub veto: bool,
    /// open, fixed, verified, released.
    pub state: String,
    /// Who is to see to it.
    pub owner: String,
    /// The visit that found it.
    pub visit: String,
    /// The day it was found.
    pub opened_on: Date,
    /// By when it is to be right.
    pub due_on: Date,
    /// Photo of before, by SHA-256; empty for none. It is the visit's.
    pub before: String,
    /// Photo of afterwards, likewise.
    pub after: String,
    /// How often it was found wrong again.
    pub again: u32,
    /// Who put it right.
    pub fixed_by: String,
    /// When.
    pub fixed_on: Option<Date>,
    /// Who closed it.
    pub closed_by: String,
    /// When.
    pub closed_on: Option<Date>,
    /// What was said last.
    pub note: String,
}

impl Correction {
    /// Whether it is under way.
    pub fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "open" | "fixed")
    }

    /// Whether it is late on a day: under way behind its day, or closed behind it.
    pub fn is_late(&self, today: Date) -> bool {
        match self.state.as_str() {
            "open" => self.due_on < today,
            "fixed" | "verified" => self.fixed_on.or(self.closed_on).is_some_and(|on| on > self.due_on),
            _ => false,
        }
    }
}

/// What is done with a correction by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// It was put right; a photo shows it.
    Fix {
        /// SHA-256.
        after: &'a str,
        /// In words.
        note: &'a str,
    },
    /// Somebody else looked at the photo, and it is right.
    Verify,
    /// Somebody else looked at the photo, and it is not.
    Reject(&'a str),
    /// It need not be put right, with the reason.
    Release(&'a str),
    /// Another owner or day, with the reason.
    Assign {
        /// Login.
        owner: &'a str,
        /// Day.
        due_on: Date,
        /// Why.
        reason: &'a str,
    },
}

/// Does it. The version afterwards.
///
/// # Errors
/// `NotFound display.none`; `BadInput display.photo`, `access.reason.missing`, `display.correction.day`; `Conflict display.state`, `platform.db.stale`; `Forbidden
/// display.correction.own` for who looks at a photo of their own.
pub async fn act(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, act: &Act<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let mut one = held(tx, sight, id).await?;
        let today = day(tx.now_us());
        let before = one.state.clone();
        let name = change(&mut one, act, who, today)?;
        let sql =
            "update display_correction set state = $3, owner = $4, due_on = $5, after = $6, fixed_by = $7, fixed_on = $8, closed_by = $9,
                       closed_on = $10, note = $11, changed_us = $12, version = version + 1 where id = $1 and version = $2";
        let values = args![
            id,
            version,
            &one.state,
            &one.owner,
            one.due_on,
            &one.after,
            &one.fixed_by,
            one.fixed_on,
            &one.closed_by,
            one.closed_on,
            &one.note,
            tx.now_us()
        ];
        tx.execute_versioned("整改 correction", id, sql, values).await?;
        if matches!(act, Act::Verify | Act::Reject(_) | Act::Release(_)) {
            tx.audit(Entry::new(who, name, "display_correction", id).before(before).after(one.state.clone()).reason(one.note.clone()));
        }
        Ok(version + 1)
    })
}

fn change(one: &mut Correction, act: &Act<'_>, who: &str, today: Date) -> Result<&'static str, Refusal> {
    match (one.state.as_str(), act) {
        ("open", Act::Fix { after, note }) => {
            one.after = photo(after)?.to_owned();
            (one.fixed_by, one.fixed_on) = (who.to_owned(), Some(today));
            note.trim().clone_into(&mut one.note);
            "fixed".clone_into(&mut one.state);
            Ok("display_correction.fix")
        }
        ("fixed", Act::Verify) => {
            another(one, who)?;
            (one.closed_by, one.closed_on) = (who.to_owned(), Some(today));
            "verified".clone_into(&mut one.state);
            Ok("display_correction.verify")
        }
        ("fixed", Act::Reject(why)) => {
            reasoned(why)?;
            another(one, who)?;
            why.trim().clone_into(&mut one.note);
            (one.again, one.fixed_on) = (one.again + 1, None);
            "open".clone_into(&mut one.state);
            Ok("display_correction.reject")
        }
        ("open" | "fixed", Act::Release(why)) => {
            reasoned(why)?;
            why.trim().clone_into(&mut one.note);
            (one.closed_by, one.closed_on) = (who.to_owned(), Some(today));
            "released".clone_into(&mut one.state);
            Ok("display_correction.release")
        }
        ("open", Act::Assign { owner, due_on, reason }) => {
            reasoned(reason)?;
            if *due_on < today || owner.trim().is_empty() {
                return Err(Refusal::bad_input(
                    "display.correction.day",
                    "请填写负责人和今天或以后的期限",
                    "name an owner, and a day from today on",
                ));
            }
            owner.trim().clone_into(&mut one.owner);
            reason.trim().clone_into(&mut one.note);
            one.due_on = *due_on;
            Ok("display_correction.assign")
        }
        _ => Err(state(
            format!("整改 {} 的状态不能这样处理；请刷新", one.id),
            format!("this is not possible with correction {} as it stands; reload", one.id),
        )),
    }
}

fn another(one: &Correction, who: &str) -> Result<(), Refusal> {
    if !same_hand(&one.fixed_by, who) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Forbidden,
        "display.correction.own",
        "整改须由另一人查验；请交主管或同事查验",
        "a correction is looked at by somebody else; leave it to your supervisor or a colleague",
    ))
}

/// Which corrections. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// open (fixed ones too), fixed, verified, released.
    pub state: String,
    /// Outlet.
    pub outlet: String,
    /// Whose.
    pub owner: String,
    /// Checklist.
    pub template: String,
    /// Only open ones that were due before this day.
    pub late: Option<Date>,
    /// Day and id of the last one seen.
    pub after: Option<(String, String)>,
    /// Most rows.
    pub limit: usize,
}

/// A page of corrections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrections {
    /// By the day they are due.
    pub rows: Vec<Correction>,
    /// The `after` of the next page.
    pub next: Option<(String, String)>,
    /// Rows of all pages.
    pub total: u32,
}

/// Corrections, by the day they are due.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Corrections, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("c", false, &mut values)];
    for (column, value) in [("outlet", &query.outlet), ("owner", &query.owner), ("template", &query.template)] {
        if !value.is_empty() {
            wheres.push(format!("c.{column} = {}", mark(&mut values, value)));
        }
    }
    match query.state.as_str() {
        "" => {}
        "open" => wheres.push("c.state in ('open', 'fixed')".to_owned()),
        other => wheres.push(format!("c.state = {}", mark(&mut values, other))),
    }
    if let Some(today) = query.late {
        wheres.push(format!("c.state = 'open' and c.due_on < {}", mark(&mut values, today)));
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from display_correction c where {filter}"), &values).await?.count("n")?;
    let mut page = filter;
    if let Some((due_on, id)) = &query.after {
        let (due_on, id) = (mark(&mut values, due_on), mark(&mut values, id));
        page = format!("{page} and (c.due_on > {due_on} or (c.due_on = {due_on} and c.id > {id}))");
    }
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select c.* from display_correction c where {page} order by c.due_on, c.id limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| (row.due_on.to_string(), row.id.clone()));
    Ok(Corrections { rows, next, total })
}

/// How corrections stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Nothing was done yet.
    pub open: u32,
    /// Of these, behind their day.
    pub late: u32,
    /// Put right, nobody looked.
    pub fixed: u32,
    /// Right.
    pub verified: u32,
    /// Of these, put right in time.
    pub in_time: u32,
    /// Need not be.
    pub released: u32,
}

impl Standing {
    /// Put right in time ÷ those verified and those behind their day, hundredths of a percent (R7.265).
    pub fn in_time_share(&self) -> Option<u32> {
        qudao_field::checklist::score::share(u64::from(self.in_time), u64::from(self.verified) + u64::from(self.late))
    }
}

/// How those within a sight stand.
///
/// # Errors
/// The database does not answer.
pub async fn standing(tx: &mut Tx, sight: &Sight, today: Date) -> Result<Standing, Refusal> {
    let mut values: Vec<Value> = vec![today.into()];
    let within = sight.wheres("c", false, &mut values);
    let sql = format!(
        "select c.state, count(*) as n, cast(coalesce(sum(case when c.due_on < $1 then 1 else 0 end), 0) as bigint) as late,
                cast(coalesce(sum(case when coalesce(c.fixed_on, c.closed_on) <= c.due_on then 1 else 0 end), 0) as bigint) as in_time
         from display_correction c where {within} group by c.state"
    );
    let mut all = Standing::default();
    for row in tx.query(sql, &values).await? {
        let n = row.count("n")?;
        match row.text("state")? {
            "open" => (all.open, all.late) = (n, row.count("late")?),
            "fixed" => all.fixed = n,
            "verified" => (all.verified, all.in_time) = (n, row.count("in_time")?),
            _ => all.released = n,
        }
    }
    Ok(all)
}

/// A correction within a sight.
///
/// # Errors
/// `NotFound display.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Correction, Refusal> {
    one(tx, sight, id, "").await
}

async fn held(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Correction, Refusal> {
    one(tx, sight, id, "{for_update}").await
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str, lock: &str) -> Result<Correction, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres("c", false, &mut values);
    let row = tx.query_opt(format!("select c.* from display_correction c where c.id = $1 and {wheres} {lock}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(NOUN, id))
}

/// The one under way of an item of an outlet.
pub(crate) async fn under_way(tx: &mut Tx, outlet: &str, template: &str, item: &str) -> Result<Option<Correction>, Refusal> {
    let sql =
        "select * from display_correction where outlet = $1 and template = $2 and item = $3 and state in ('open', 'fixed') {for_update}";
    tx.query_opt(sql, args![outlet, template, item]).await?.as_ref().map(of_row).transpose()
}

/// Writes what a look at an outlet made of a correction.
pub(crate) async fn put(tx: &mut Tx, one: &Correction) -> Result<(), Refusal> {
    let sql = "insert into display_correction (id, version, outlet, partner, territory, template, item, template_version, veto, state, owner, visit,
                   opened_on, due_on, before, after, again, fixed_by, fixed_on, closed_by, closed_on, note, changed_us)
               values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
               on conflict (id) do update set version = display_correction.version + 1, state = excluded.state, due_on = excluded.due_on,
                   after = excluded.after, again = excluded.again, fixed_by = excluded.fixed_by, fixed_on = excluded.fixed_on,
                   closed_by = excluded.closed_by, closed_on = excluded.closed_on, note = excluded.note, changed_us = excluded.changed_us";
    let values = args![
        &one.id,
        &one.outlet,
        &one.partner,
        &one.territory,
        &one.template,
        &one.item,
        one.template_version,
        one.veto,
        &one.state,
        &one.owner,
        &one.visit,
        one.opened_on,
        one.due_on,
        &one.before,
        &one.after,
        one.again,
        &one.fixed_by,
        one.fixed_on,
        &one.closed_by,
        one.closed_on,
        &one.note,
        tx.now_us()
    ];
    tx.execute(sql, values).await.map(drop)
}

fn of_row(row: &Row) -> Result<Correction, Refusal> {
    Ok(Correction {
        id: row.string("id")?,
        version: row.count("version")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        template: row.string("template")?,
        item: row.string("item")?,
        template_version: row.count("template_version")?,
        veto: row.flag("veto")?,
        state: row.string("state")?,
        owner: row.string("owner")?,
        visit: row.string("visit")?,
        opened_on: row.parse("opened_on")?,
        due_on: row.parse("due_on")?,
        before: row.string("before")?,
        after: row.string("after")?,
        again: row.count("again")?,
        fixed_by: row.string("fixed_by")?,
        fixed_on: row.opt_parse("fixed_on")?,
        closed_by: row.string("closed_by")?,
        closed_on: row.opt_parse("closed_on")?,
        note: row.string("note")?,
    })
}
