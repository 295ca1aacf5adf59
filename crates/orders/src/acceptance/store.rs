//! Levels in the database: dated, suspended and restored, counted.

use super::check::{Ask, Held, Index, Register, Standing, Used};
use crate::business::{Definitions, Holder, Level};
use qudao_access::people::reasoned;
use qudao_kernel::master::{Master, Partner};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::time::Instant;

/// A level to be given.
#[derive(Debug, Clone, Copy)]
pub struct Assign<'a> {
    /// To what kind of holder.
    pub holder: Holder,
    /// To whom.
    pub code: &'a str,
    /// Level id.
    pub level: &'a str,
    /// Number of the work ID's certificate; empty where the level needs none.
    pub certificate: &'a str,
    /// First day the certificate is no longer good.
    pub certificate_to: Option<Date>,
    /// First day.
    pub from: Date,
    /// Why.
    pub reason: &'a str,
}

/// Where a holder stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    /// Partner.
    pub partner: String,
    /// Outlet; empty for a partner.
    pub outlet: String,
    /// Division code.
    pub territory: String,
    /// Whether the partner is a cooperative.
    pub cooperative: bool,
}

/// Where a partner, outlet or work ID stands on a day.
///
/// # Errors
/// `NotFound acceptance.holder.none`.
pub fn spot(definitions: &Definitions, master: &Master, holder: Holder, code: &str, day: Date) -> Result<Spot, Refusal> {
    let outlet = match holder {
        Holder::Partner => None,
        Holder::Outlet => Some(code),
        Holder::Clerk => Some(master.clerk(code, day).ok_or_else(|| nobody(holder, code))?.outlet.as_str()),
    };
    let outlet = outlet.map(|outlet| master.outlet(outlet, day).ok_or_else(|| nobody(holder, code))).transpose()?;
    let owner = outlet.map_or(code, |row| row.owner.as_str());
    let partner = master.partner(owner, day).ok_or_else(|| nobody(holder, code))?;
    Ok(Spot {
        cooperative: definitions.is_cooperative(partner),
        territory: outlet.map_or(&partner.territory, |row| &row.territory).clone(),
        outlet: outlet.map_or_else(String::new, |row| row.code.clone()),
        partner: partner.code.clone(),
    })
}

fn nobody(holder: Holder, code: &str) -> Refusal {
    let (zh, en) = holder.title();
    let zh = format!("当日没有{zh} {code}；请核对编码和日期");
    Refusal::new(Kind::NotFound, "acceptance.holder.none", zh, format!("there is no {en} {code} on that day; check code and day"))
}

/// Gives a level from a day on. `version` is the one seen, 0 for a first level. The version after it.
///
/// # Errors
/// `BadInput acceptance.level.unknown`, `acceptance.certificate.missing`, `access.reason.missing`; `NotFound acceptance.holder.none`;
/// `Conflict acceptance.level.above` for more than the outlet or partner hold, `acceptance.level.later` where one begins later already,
/// `acceptance.level.cooperative`, `platform.db.stale`.
pub async fn assign(
    db: &Db,
    definitions: &Definitions,
    master: &Master,
    who: &str,
    version: u32,
    new: &Assign<'_>,
) -> Result<u32, Refusal> {
    let spot = spot(definitions, master, new.holder, new.code, new.from)?;
    write_tx!(db, |tx| give(tx, definitions, &spot, who, version, new).await)
}

/// Gives a partner the level an approved application names, in the transaction that approves it.
///
/// # Errors
/// As [`assign`].
pub async fn approved(tx: &mut Tx, definitions: &Definitions, partner: &Partner, who: &str, new: &Assign<'_>) -> Result<(), Refusal> {
    let spot = Spot {
        cooperative: definitions.is_cooperative(partner),
        territory: partner.territory.clone(),
        outlet: String::new(),
        partner: partner.code.clone(),
    };
    let sql = "select version from acceptance_holder where kind = $1 and holder = $2 {for_update}";
    let seen = tx.query_opt(sql, args![new.holder.name(), new.code]).await?;
    let version = seen.map(|row| row.count("version")).transpose()?.unwrap_or(0);
    give(tx, definitions, &spot, who, version, new).await.map(drop)
}

async fn give(tx: &mut Tx, definitions: &Definitions, spot: &Spot, who: &str, version: u32, new: &Assign<'_>) -> Result<u32, Refusal> {
    reasoned(new.reason)?;
    let level = definitions.level(new.level)?;
    if level.cooperative != spot.cooperative {
        return Err(Refusal::new(
            Kind::Conflict,
            "acceptance.level.cooperative",
            "合作社只能持有代收代办级别，该级别也只授予合作社；请选择合适的级别",
            "a cooperative holds the level of collection and agency business alone, and nobody else does; choose another level",
        ));
    }
    if new.holder == Holder::Clerk
        && level.certificate
        && (new.certificate.trim().is_empty() || new.certificate_to.is_some_and(|to| to <= new.from))
    {
        return Err(Refusal::bad_input(
            "acceptance.certificate.missing",
            format!("级别 {} 须有有效的上岗证书；请填写证书编号和有效期", level.id),
            format!("level {} takes a certificate that is good on its first day; give its number and its last day", level.id),
        ));
    }
    for (above, code) in [(Holder::Partner, &spot.partner), (Holder::Outlet, &spot.outlet)] {
        if above < new.holder {
            not_above(tx, definitions, level, above, code, new.from).await?;
        }
    }
    let before = head(tx, new.holder, new.code, version, spot).await?;
    let sql = "select level, effective_from from acceptance_grant where kind = $1 and holder = $2 and effective_from >= $3";
    let later = tx.query(sql, args![new.holder.name(), new.code, new.from]).await?;
    if let Some(row) = later.iter().find(|row| row.text("effective_from").is_ok_and(|from| from > new.from.to_string().as_str())) {
        let from = row.string("effective_from")?;
        return Err(Refusal::new(
            Kind::Conflict,
            "acceptance.level.later",
            format!("自 {from} 起已安排了另一个级别；请选择该日或以后的日期"),
            format!("another level begins on {from} already; choose that day or a later one"),
        ));
    }
    // One of the same day takes its place.
    let sql = "delete from acceptance_grant where kind = $1 and holder = $2 and effective_from = $3";
    tx.execute(sql, args![new.holder.name(), new.code, new.from]).await?;
    let sql = "update acceptance_grant set effective_to = $3 where kind = $1 and holder = $2 and effective_from < $3
                   and (effective_to is null or effective_to > $3)";
    tx.execute(sql, args![new.holder.name(), new.code, new.from]).await?;
    let sql = "insert into acceptance_grant (kind, holder, level, certificate, certificate_to, effective_from, effective_to, set_by, reason, at_us)
                   values ($1, $2, $3, $4, $5, $6, null, $7, $8, $9)";
    let values = args![
        new.holder.name(),
        new.code,
        new.level,
        new.certificate.trim(),
        new.certificate_to,
        new.from,
        who,
        new.reason.trim(),
        tx.now_us()
    ];
    tx.execute(sql, values).await?;
    changed(tx).await?;
    let after = json!({ "level": new.level, "from": new.from.to_string(), "certificate": new.certificate.trim(),
            "certificate_to": new.certificate_to.map(|day| day.to_string()) });
    let entry = Entry::new(who, "acceptance.assign", new.holder.name(), new.code).after(after.to_string()).reason(new.reason.trim());
    tx.audit(if later.is_empty() { entry } else { entry.before(json!({ "version": before }).to_string()) });
    Ok(before + 1)
}

/// Refuses a level above the one that somebody higher up holds on its first day or later.
async fn not_above(tx: &mut Tx, definitions: &Definitions, level: &Level, above: Holder, code: &str, from: Date) -> Result<(), Refusal> {
    let sql = "select * from acceptance_grant where kind = $1 and holder = $2 and (effective_to is null or effective_to > $3) order by effective_from";
    let rows = tx.query(sql, args![above.name(), code, from]).await?;
    let held = rows.iter().map(held_of).collect::<Result<Vec<_>, _>>()?;
    let rank = |held: &Held| definitions.level(&held.level).map_or(0, |level| level.rank);
    let covers = held.iter().any(|held| held.on(from));
    let lowest = held.iter().min_by_key(|held| rank(held));
    match lowest {
        Some(lowest) if covers && rank(lowest) >= level.rank => Ok(()),
        other => {
            let (zh, en) = above.title();
            let there = other.filter(|_| covers).map_or("—", |held| held.level.as_str());
            Err(Refusal::new(
                Kind::Conflict,
                "acceptance.level.above",
                format!("{zh} {code} 的受理级别为 {there}，低于 {}；请先提高其级别，或授予较低的级别", level.id),
                format!("{en} {code} holds level {there}, which is below {}; raise that first, or give a lower level", level.id),
            ))
        }
    }
}

/// Makes or moves the head of a holder on by one version; the version before.
async fn head(tx: &mut Tx, holder: Holder, code: &str, version: u32, spot: &Spot) -> Result<u32, Refusal> {
    let sql = "insert into acceptance_holder (kind, holder, version, territory, partner, outlet) values ($1, $2, 1, $3, $4, $5)
               on conflict (kind, holder) do nothing";
    if version == 0 && tx.execute(sql, args![holder.name(), code, &spot.territory, &spot.partner, &spot.outlet]).await? > 0 {
        return Ok(0);
    }
    let sql = "update acceptance_holder set version = version + 1, territory = $4, partner = $5, outlet = $6 where kind = $1 and holder = $2 and version = $3";
    let values = args![holder.name(), code, version, &spot.territory, &spot.partner, &spot.outlet];
    tx.execute_versioned("受理权限 acceptance level of", code, sql, values).await?;
    Ok(version)
}

async fn changed(tx: &mut Tx) -> Result<(), Refusal> {
    tx.execute("update acceptance_revision set revision = revision + 1 where id = 1", args![]).await.map(drop)
}

/// Suspends a holder at once: nothing is taken there from this moment. The version after it.
///
/// # Errors
/// `NotFound acceptance.holder.none` for one without a level; `Conflict acceptance.suspended.already`, `platform.db.stale`; `BadInput access.reason.missing`.
pub async fn suspend(db: &Db, who: &str, holder: Holder, code: &str, version: u32, reason: &str) -> Result<u32, Refusal> {
    stand(db, who, holder, code, version, Some(reason), reason).await
}

/// Restores a suspended holder. The version after it.
///
/// # Errors
/// As [`suspend`]; `Conflict acceptance.suspended.not`.
pub async fn restore(db: &Db, who: &str, holder: Holder, code: &str, version: u32, reason: &str) -> Result<u32, Refusal> {
    stand(db, who, holder, code, version, None, reason).await
}

async fn stand(db: &Db, who: &str, holder: Holder, code: &str, version: u32, to: Option<&str>, reason: &str) -> Result<u32, Refusal> {
    reasoned(reason)?;
    write_tx!(db, |tx| {
        let sql = "select suspended_reason from acceptance_holder where kind = $1 and holder = $2 {for_update}";
        let row = tx.query_opt(sql, args![holder.name(), code]).await?.ok_or_else(|| nobody(holder, code))?;
        let before = row.opt_string("suspended_reason")?;
        if before.is_some() == to.is_some() {
            let (id, zh, en) = if to.is_some() {
                ("acceptance.suspended.already", "受理权限已经暂停；请刷新页面", "the level is suspended already; reload the page")
            } else {
                ("acceptance.suspended.not", "受理权限没有暂停；请刷新页面", "the level is not suspended; reload the page")
            };
            return Err(Refusal::new(Kind::Conflict, id, zh, en));
        }
        let sql = "update acceptance_holder set version = version + 1, suspended_us = $4, suspended_by = $5, suspended_reason = $6
                   where kind = $1 and holder = $2 and version = $3";
        let at = to.map(|_| tx.now_us());
        let values = args![holder.name(), code, version, at, to.map(|_| who), to.map(str::trim)];
        tx.execute_versioned("受理权限 acceptance level of", code, sql, values).await?;
        changed(tx).await?;
        let verb = if to.is_some() { "acceptance.suspend" } else { "acceptance.restore" };
        let state = |reason: Option<&str>| json!({ "suspended": reason }).to_string();
        let entry = Entry::new(who, verb, holder.name(), code).before(state(before.as_deref())).after(state(to.map(str::trim)));
        tx.audit(entry.reason(reason.trim()));
        Ok(version + 1)
    })
}

/// How often levels were changed.
pub(super) async fn revision(tx: &mut Tx) -> Result<i64, Refusal> {
    tx.query_one("select revision from acceptance_revision where id = 1", args![]).await?.int("revision")
}

/// All levels, for memory.
pub(super) async fn index(tx: &mut Tx) -> Result<Index, Refusal> {
    let revision = revision(tx).await?;
    let mut index = Index::at(revision);
    let mut standings: std::collections::BTreeMap<(Holder, String), Standing> = std::collections::BTreeMap::new();
    for row in tx.query("select kind, holder, suspended_reason from acceptance_holder", args![]).await? {
        let standing = Standing { held: Vec::new(), suspended: row.opt_string("suspended_reason")? };
        standings.insert((row.parse("kind")?, row.string("holder")?), standing);
    }
    for row in tx.query("select * from acceptance_grant order by kind, holder, effective_from", args![]).await? {
        standings.entry((row.parse("kind")?, row.string("holder")?)).or_default().held.push(held_of(&row)?);
    }
    for ((holder, code), standing) in standings {
        index.insert(holder, code, standing);
    }
    Ok(index)
}

pub(super) fn held_of(row: &Row) -> Result<Held, Refusal> {
    Ok(Held {
        level: row.string("level")?,
        certificate: row.string("certificate")?,
        certificate_to: row.opt_parse("certificate_to")?,
        from: row.parse("effective_from")?,
        to: row.opt_parse("effective_to")?,
    })
}

/// What counting an order came to.
pub(crate) enum Counted {
    /// It may be taken, and is counted.
    Taken([Used; 3]),
    /// The levels changed since they were read: read them again.
    Changed,
}

/// Counts an order on its day, in the transaction that takes it.
///
/// # Errors
/// As [`super::check::Index::check`]; nothing is counted then, because the transaction ends.
pub(crate) async fn count(
    tx: &mut Tx,
    register: &Register,
    definitions: &Definitions,
    ask: &Ask<'_>,
    territory: &str,
) -> Result<Counted, Refusal> {
    let index = register.index();
    let revision = tx.query_one("select revision from acceptance_revision where id = 1 {for_share}", args![]).await?.int("revision")?;
    if revision != index.revision {
        return Ok(Counted::Changed);
    }
    let mut after = [Used::default(); 3];
    let mut before = after;
    for (at, holder) in Holder::ALL.into_iter().enumerate() {
        let sql = "insert into acceptance_usage (day, kind, holder, orders, amount, territory, partner, outlet, clerk) values ($1, $2, $3, 1, $4, $5, $6, $7, $8)
                   on conflict (day, kind, holder) do update set orders = acceptance_usage.orders + 1, amount = acceptance_usage.amount + excluded.amount
                   returning orders, amount";
        let (outlet, clerk) = match holder {
            Holder::Partner => ("", ""),
            Holder::Outlet => (ask.outlet, ""),
            Holder::Clerk => (ask.outlet, ask.clerk),
        };
        let values = args![ask.day, holder.name(), ask.code(holder), ask.amount, territory, ask.partner, outlet, clerk];
        let row = tx.query_one(sql, values).await?;
        after[at] = Used { orders: row.int("orders")?, amount: row.int("amount")? };
        before[at] = Used { orders: after[at].orders - 1, amount: after[at].amount - ask.amount };
    }
    let begun = Instant::now();
    let outcome = index.check(definitions, ask, before);
    register.pace.took(begun.elapsed());
    outcome?;
    Ok(Counted::Taken(after))
}

/// An order that was refused.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// Who wanted to take it.
    pub login: &'a str,
    /// Work ID; empty where there is none.
    pub clerk: &'a str,
    /// Outlet.
    pub outlet: &'a str,
    /// Partner.
    pub partner: &'a str,
    /// Division code.
    pub territory: &'a str,
    /// Kind of business.
    pub business: &'a str,
    /// Fen.
    pub amount: i64,
}

/// Keeps a refusal.
///
/// # Errors
/// The database does not answer.
pub async fn refused(db: &Db, about: &Refused<'_>, refusal: &Refusal) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let n = tx.query_one("select count(*) as n from acceptance_refusal where at_us = $1", args![tx.now_us()]).await?.int("n")?;
        let id = format!("rfs_{:x}_{n}_{}", tx.now_us(), about.clerk);
        let sql = "insert into acceptance_refusal (id, at_us, code, zh, en, business, amount, login, clerk, outlet, partner, territory)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do nothing";
        let values: [Value; 12] = [
            id.into(),
            tx.now_us().into(),
            refusal.code.into(),
            refusal.text.zh.as_str().into(),
            refusal.text.en.as_str().into(),
            about.business.into(),
            about.amount.into(),
            about.login.into(),
            about.clerk.into(),
            about.outlet.into(),
            about.partner.into(),
            about.territory.into(),
        ];
        tx.execute(sql, &values).await.map(drop)
    })
}
