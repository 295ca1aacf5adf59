//! What is read of levels: who holds which, what was refused, who is near a limit (R1.36).

use super::check::{Ask, Held, Index};
use super::store::held_of;
use crate::business::{Definitions, Holder};
use crate::sight::{Sight, like, mark};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};

/// Most rows of a page.
const MOST: u32 = 500;
/// From which share of a limit on somebody is near it, ppm.
pub const NEAR: i64 = 800_000;

/// Which holders.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Of this kind alone.
    pub holder: Option<Holder>,
    /// The level on the day; empty for all.
    pub level: String,
    /// Only suspended ones, or only others.
    pub suspended: Option<bool>,
    /// An outlet; empty for all.
    pub outlet: String,
    /// A partner; empty for all.
    pub partner: String,
    /// In the code.
    pub text: String,
    /// The day.
    pub day: Option<Date>,
    /// Kind and code of the last one seen.
    pub after: Option<(String, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A holder with the level it has on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRow {
    /// Kind.
    pub holder: Holder,
    /// Code.
    pub code: String,
    /// For the next change.
    pub version: u32,
    /// Division code.
    pub territory: String,
    /// Partner.
    pub partner: String,
    /// Outlet; empty for a partner.
    pub outlet: String,
    /// The level on the day.
    pub held: Option<Held>,
    /// Since when it is suspended, by whom and why.
    pub suspended: Option<(i64, String, String)>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Rows.
    pub rows: Vec<T>,
    /// Whether there are more.
    pub more: bool,
    /// Rows of all pages.
    pub total: u32,
}

/// Holders within a sight, by kind and code.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Page<HolderRow>, Refusal> {
    let day = query.day.unwrap_or_else(|| qudao_access::sessions::day(tx.now_us()));
    let mut values: Vec<Value> = vec![day.into()];
    let mut wheres = vec![seen(sight, &mut values)];
    if let Some(holder) = query.holder {
        wheres.push(format!("h.kind = {}", mark(&mut values, holder.name())));
    }
    if let Some(suspended) = query.suspended {
        wheres.push(format!("h.suspended_us is {}null", if suspended { "not " } else { "" }));
    }
    for (column, text) in [("g.level", &query.level), ("h.outlet", &query.outlet), ("h.partner", &query.partner)] {
        if !text.is_empty() {
            wheres.push(format!("{column} = {}", mark(&mut values, text.as_str())));
        }
    }
    if !query.text.is_empty() {
        wheres.push(format!("lower(h.holder) like {} escape '\\'", mark(&mut values, like(&query.text.to_lowercase()))));
    }
    let from = "acceptance_holder h left join acceptance_grant g on g.kind = h.kind and g.holder = h.holder
                    and g.effective_from <= $1 and (g.effective_to is null or g.effective_to > $1)";
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from {from} where {filter}"), &values).await?.count("n")?;
    let beyond = query.after.as_ref().map(|(kind, code)| {
        let (kind, code) = (mark(&mut values, kind.as_str()), mark(&mut values, code.as_str()));
        format!(" and (h.kind > {kind} or (h.kind = {kind} and h.holder > {code}))")
    });
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, i64::from(limit) + 1);
    let sql = format!(
        "select h.kind, h.holder, h.version, h.territory, h.partner, h.outlet, h.suspended_us, h.suspended_by, h.suspended_reason,
             g.level, g.certificate, g.certificate_to, g.effective_from, g.effective_to
         from {from} where {filter}{} order by h.kind, h.holder limit {most}",
        beyond.unwrap_or_default()
    );
    let mut rows = tx.query(sql, &values).await?.iter().map(holder_of).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(Page { rows, more, total })
}

/// The condition on holders: a work ID is also seen by who holds it.
fn seen(sight: &Sight, values: &mut Vec<Value>) -> String {
    let within = sight.wheres("h", false, values);
    if sight.clerks().is_empty() {
        return within;
    }
    let own: Vec<String> = sight.clerks().iter().map(|clerk| mark(values, clerk.as_str())).collect();
    format!("({within} or (h.kind = 'clerk' and h.holder in ({})))", own.join(", "))
}

fn holder_of(row: &Row) -> Result<HolderRow, Refusal> {
    let suspended = match row.opt_int("suspended_us")? {
        Some(at) => {
            Some((at, row.opt_string("suspended_by")?.unwrap_or_default(), row.opt_string("suspended_reason")?.unwrap_or_default()))
        }
        None => None,
    };
    Ok(HolderRow {
        holder: row.parse("kind")?,
        code: row.string("holder")?,
        version: row.count("version")?,
        territory: row.string("territory")?,
        partner: row.string("partner")?,
        outlet: row.string("outlet")?,
        held: if row.opt_text("level")?.is_some() { Some(held_of(row)?) } else { None },
        suspended,
    })
}

/// A holder within a sight, with every level it has or had, the newest first, and who gave each and why.
///
/// # Errors
/// `NotFound acceptance.holder.none`, also for one out of sight.
pub async fn one(tx: &mut Tx, sight: &Sight, holder: Holder, code: &str) -> Result<(HolderRow, Vec<(Held, String, String)>), Refusal> {
    let day = qudao_access::sessions::day(tx.now_us());
    let mut values: Vec<Value> = args![day, holder.name(), code].to_vec();
    let seen = seen(sight, &mut values);
    let sql = format!(
        "select h.*, g.level, g.certificate, g.certificate_to, g.effective_from, g.effective_to from acceptance_holder h
         left join acceptance_grant g on g.kind = h.kind and g.holder = h.holder and g.effective_from <= $1 and (g.effective_to is null or g.effective_to > $1)
         where h.kind = $2 and h.holder = $3 and {seen}"
    );
    let row = tx.query_opt(sql, &values).await?.ok_or_else(|| {
        let (zh, en) = holder.title();
        Refusal::new(
            Kind::NotFound,
            "acceptance.holder.none",
            format!("{zh} {code} 没有受理级别记录，或不在您的范围内"),
            format!("{en} {code} has no acceptance level, or is not within your reach"),
        )
    })?;
    Ok((holder_of(&row)?, history(tx, holder, code).await?))
}

/// Every level a holder has or had, the newest first, and who gave each and why.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, holder: Holder, code: &str) -> Result<Vec<(Held, String, String)>, Refusal> {
    let sql = "select * from acceptance_grant where kind = $1 and holder = $2 order by effective_from desc";
    let rows = tx.query(sql, args![holder.name(), code]).await?;
    rows.iter().map(|row| Ok((held_of(row)?, row.string("set_by")?, row.string("reason")?))).collect()
}

/// Certificates of levels within a sight that hold on a day and end by another: how many, and the first end. A level whose certificate ended allows nothing.
///
/// # Errors
/// The database does not answer.
pub async fn ending(tx: &mut Tx, sight: &Sight, day: Date, until: Date) -> Result<(u32, Option<Date>), Refusal> {
    let mut values: Vec<Value> = args![day, until].to_vec();
    let seen = seen(sight, &mut values);
    let sql = format!(
        "select count(*) as n, min(g.certificate_to) as first from acceptance_holder h
         join acceptance_grant g on g.kind = h.kind and g.holder = h.holder and g.effective_from <= $1 and (g.effective_to is null or g.effective_to > $1)
         where g.certificate_to > $1 and g.certificate_to <= $2 and {seen}"
    );
    let row = tx.query_one(sql, &values).await?;
    Ok((row.count("n")?, row.opt_parse("first")?))
}

/// An order that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// Id.
    pub id: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// Why.
    pub code: String,
    /// In words, Chinese.
    pub zh: String,
    /// In words, English.
    pub en: String,
    /// Kind of business.
    pub business: String,
    /// Fen.
    pub amount: i64,
    /// Who wanted to take it.
    pub login: String,
    /// Work ID.
    pub clerk: String,
    /// Outlet.
    pub outlet: String,
    /// Partner.
    pub partner: String,
}

/// Which refusals.
#[derive(Debug, Clone, Default)]
pub struct RefusalQuery {
    /// Code; empty for all.
    pub code: String,
    /// Outlet; empty for all.
    pub outlet: String,
    /// Work ID; empty for all.
    pub clerk: String,
    /// From this instant on.
    pub from_us: Option<i64>,
    /// Time and id of the last one seen.
    pub after: Option<(i64, String)>,
    /// Most rows.
    pub limit: u32,
}

/// Refused orders within a sight, the newest first.
///
/// # Errors
/// The database does not answer.
pub async fn refusals(tx: &mut Tx, sight: &Sight, query: &RefusalQuery) -> Result<Page<RefusalRow>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("r", true, &mut values)];
    for (column, text) in [("r.code", &query.code), ("r.outlet", &query.outlet), ("r.clerk", &query.clerk)] {
        if !text.is_empty() {
            wheres.push(format!("{column} = {}", mark(&mut values, text.as_str())));
        }
    }
    if let Some(from) = query.from_us {
        wheres.push(format!("r.at_us >= {}", mark(&mut values, from)));
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from acceptance_refusal r where {filter}"), &values).await?.count("n")?;
    let beyond = query.after.as_ref().map(|(at, id)| {
        let (at, id) = (mark(&mut values, *at), mark(&mut values, id.as_str()));
        format!(" and (r.at_us < {at} or (r.at_us = {at} and r.id < {id}))")
    });
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, i64::from(limit) + 1);
    let sql = format!(
        "select r.* from acceptance_refusal r where {filter}{} order by r.at_us desc, r.id desc limit {most}",
        beyond.unwrap_or_default()
    );
    let of_row = |row: &Row| {
        Ok(RefusalRow {
            id: row.string("id")?,
            at_us: row.int("at_us")?,
            code: row.string("code")?,
            zh: row.string("zh")?,
            en: row.string("en")?,
            business: row.string("business")?,
            amount: row.int("amount")?,
            login: row.string("login")?,
            clerk: row.string("clerk")?,
            outlet: row.string("outlet")?,
            partner: row.string("partner")?,
        })
    };
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, Refusal>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(Page { rows, more, total })
}

/// A holder that used much of a daily limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Kind.
    pub holder: Holder,
    /// Code.
    pub code: String,
    /// Partner.
    pub partner: String,
    /// Outlet; empty for a partner.
    pub outlet: String,
    /// The level that counts.
    pub level: String,
    /// Orders of the day, and their limit.
    pub orders: (i64, Option<i64>),
    /// Fen of the day, and their limit.
    pub amount: (i64, Option<i64>),
    /// The larger share of the two, ppm.
    pub share: i64,
}

/// Holders within a sight that used four fifths of a daily limit or more, the nearest to it first.
///
/// # Errors
/// The database does not answer.
pub async fn near(tx: &mut Tx, sight: &Sight, definitions: &Definitions, index: &Index, day: Date) -> Result<Vec<Near>, Refusal> {
    let mut values: Vec<Value> = vec![day.into()];
    let seen = sight.wheres("u", true, &mut values);
    let mut found = Vec::new();
    for row in tx.query(format!("select u.* from acceptance_usage u where u.day = $1 and {seen}"), &values).await? {
        let holder: Holder = row.parse("kind")?;
        let (partner, outlet, clerk) = (row.string("partner")?, row.string("outlet")?, row.string("clerk")?);
        let ask = Ask { partner: &partner, cooperative: false, outlet: &outlet, clerk: &clerk, business: &[], amount: 0, day };
        let Some(level) = index.counts_for(definitions, &ask, holder) else { continue };
        let limits = level.limits(holder);
        let (orders, amount) = (row.int("orders")?, row.int("amount")?);
        let share =
            |used: i64, limit: Option<i64>| limit.filter(|limit| *limit > 0).map_or(0, |limit| used.saturating_mul(1_000_000) / limit);
        let share = share(orders, limits.orders_per_day).max(share(amount, limits.per_day));
        if share >= NEAR {
            let (orders, amount) = ((orders, limits.orders_per_day), (amount, limits.per_day));
            found.push(Near { holder, code: row.string("holder")?, level: level.id.clone(), partner, outlet, orders, amount, share });
        }
    }
    found.sort_by(|a, b| b.share.cmp(&a.share).then_with(|| a.code.cmp(&b.code)));
    Ok(found)
}
