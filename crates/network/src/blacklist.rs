//! 黑名单 (R0.36): who is kept out of the channel, by any of four numbers or the code of a partner; dated, with the reason and the application, lifted by
//! approval alone.
//!
//! Invariants
//! - A number is on it at most once at a time; entries are lifted, never taken away (the database refuses it).
//! - Whoever puts a partner on it puts the numbers the partner is known by on it as well, and they are lifted together.
//! - A partner on it is blacklisted in its dated rows from that day on, as settlement reads them.

use crate::act::Act;
use crate::keys::{self, Key, KeyKind};
use crate::roster::{self, By};
use qudao_kernel::master::Partner;
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::audit::Entry as Audit;
use qudao_platform::db::{Row, Tx, Value};
use serde_json::json;

/// The kind of an entry by the code of a partner.
const PARTNER: &str = "partner";

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: String,
    /// partner, licence, person, phone, account.
    pub kind: String,
    /// The code of a partner, else the mask of a number.
    pub mask: String,
    /// Why.
    pub reason: String,
    /// The application it was approved by.
    pub application: String,
    /// First day.
    pub from: Date,
    /// Who put it there.
    pub put_by: String,
    /// When, microseconds since 1970.
    pub put_us: i64,
    /// When it was lifted, by which application and why.
    pub lifted: Option<(Date, String, String)>,
}

/// Whom an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// A partner by its code.
    Partner(String),
    /// Whoever has a number.
    Number(Key),
}

impl Whom {
    fn parts(&self) -> (&'static str, &str, &str) {
        match self {
            Whom::Partner(code) => (PARTNER, code, code),
            Whom::Number(key) => (key.kind.name(), &key.seal, &key.mask),
        }
    }
}

/// Puts somebody on it. Of a partner the numbers it is known by go with it.
///
/// # Errors
/// `Conflict network.blacklist.there` for who is on it; `Conflict network.record.not_in_force` for a partner that is none today.
pub async fn put(tx: &mut Tx, act: &Act<'_>, whom: &Whom) -> Result<Text, Refusal> {
    let mut all = vec![whom.clone()];
    if let Whom::Partner(code) = whom {
        mark(tx, act, code, true).await?;
        all.extend(keys::of(tx, "partner", code).await?.into_iter().map(Whom::Number));
    }
    for (index, one) in all.iter().enumerate() {
        let (kind, seal, mask) = one.parts();
        if let Some(there) = hit(tx, one).await? {
            // A number of the partner that is on it by itself already stays there by its own entry.
            if index > 0 {
                continue;
            }
            return Err(Refusal::new(
                Kind::Conflict,
                "network.blacklist.there",
                format!("{mask} 已在黑名单中（{}）；无需重复列入", there.id),
                format!("{mask} is on the blacklist already ({}); nothing is to be done", there.id),
            ));
        }
        let id = format!("{}-{}", act.application, index + 1);
        let sql = "insert into network_blacklist (id, kind, seal, mask, reason, application, from_day, put_by, put_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        tx.execute(sql, args![&id, kind, seal, mask, act.reason, act.application, act.today, act.who, tx.now_us()]).await?;
        let after = json!({ "kind": kind, "mask": mask, "from": act.today.to_string() });
        tx.audit(Audit::new(act.who, "blacklist.put", "blacklist", &id).after(after.to_string()).reason(act.note()));
    }
    let mask = whom.parts().2;
    let more = all.len() - 1;
    Ok(if more == 0 {
        Text::new(format!("{mask} 已列入黑名单"), format!("{mask} is on the blacklist"))
    } else {
        Text::new(format!("{mask} 及其 {more} 个识别号已列入黑名单"), format!("{mask} and {more} numbers of it are on the blacklist"))
    })
}

/// Takes somebody off it, with what was put on it together with them.
///
/// # Errors
/// `NotFound network.blacklist.none`.
pub async fn lift(tx: &mut Tx, act: &Act<'_>, whom: &Whom) -> Result<Text, Refusal> {
    let mask = whom.parts().2;
    let entry = hit(tx, whom).await?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "network.blacklist.none",
            format!("{mask} 不在黑名单中；请核对"),
            format!("{mask} is not on the blacklist; check it"),
        )
    })?;
    let mut lifted = vec![entry.clone()];
    if let Whom::Partner(code) = whom {
        let sql = "select * from network_blacklist where application = $1 and id <> $2 and lifted_on is null order by id";
        for row in tx.query(sql, args![&entry.application, &entry.id]).await? {
            lifted.push(of_row(&row)?);
        }
        mark(tx, act, code, false).await?;
    }
    for one in &lifted {
        let sql = "update network_blacklist set lifted_on = $2, lifted_by = $3, lifted_us = $4, lifted_reason = $5, lifted_application = $6
                   where id = $1";
        tx.execute(sql, args![&one.id, act.today, act.who, tx.now_us(), act.reason, act.application]).await?;
        let after = json!({ "lifted": act.today.to_string() });
        tx.audit(Audit::new(act.who, "blacklist.lift", "blacklist", &one.id).after(after.to_string()).reason(act.note()));
    }
    Ok(Text::new(format!("{mask} 已移出黑名单"), format!("{mask} is off the blacklist")))
}

/// Whoever is on it stays so in the dated rows, whatever a file said meanwhile: only approval takes somebody off. How many had to be put right.
///
/// # Errors
/// The database does not answer.
pub async fn uphold(tx: &mut Tx, act: &Act<'_>) -> Result<usize, Refusal> {
    let mut put_right = 0;
    for entry in list(tx, false).await?.into_iter().filter(|entry| entry.kind == PARTNER) {
        let record = roster::get::<Partner>(tx, &entry.mask).await?;
        if record.as_ref().and_then(|record| roster::on(record, act.today)).is_some_and(|row| !row.blacklisted) {
            mark(tx, act, &entry.mask, true).await?;
            put_right += 1;
        }
    }
    Ok(put_right)
}

/// The dated rows of a partner say from today on whether it is blacklisted.
async fn mark(tx: &mut Tx, act: &Act<'_>, code: &str, blacklisted: bool) -> Result<(), Refusal> {
    let note = act.note();
    let by = By { who: act.who, reason: &note };
    match roster::amend::<Partner>(tx, by, code, act.today, |row| Partner { blacklisted, ..row }).await {
        // One that ended stays as it was; its code and numbers are kept out or let in all the same.
        Err(refusal) if refusal.code == "network.record.not_in_force" && roster::get::<Partner>(tx, code).await?.is_some() => Ok(()),
        other => other,
    }
}

/// The entry that keeps somebody out now.
///
/// # Errors
/// The database does not answer.
pub async fn hit(tx: &mut Tx, whom: &Whom) -> Result<Option<Entry>, Refusal> {
    let (kind, seal, _) = whom.parts();
    let sql = "select * from network_blacklist where kind = $1 and seal = $2 and lifted_on is null";
    tx.query_opt(sql, args![kind, seal]).await?.as_ref().map(of_row).transpose()
}

/// Refuses a partner, or whoever has one of some numbers, that is on it.
///
/// # Errors
/// `Forbidden network.blacklist.hit`, with the entry and what of it matched.
pub async fn admit(tx: &mut Tx, partner: Option<&str>, numbers: &[Key]) -> Result<(), Refusal> {
    let partner = partner.map(|code| Whom::Partner(code.to_owned()));
    for whom in partner.into_iter().chain(numbers.iter().cloned().map(Whom::Number)) {
        if let Some(entry) = hit(tx, &whom).await? {
            return Err(kept_out(&entry));
        }
    }
    Ok(())
}

/// What an entry refuses somebody with.
pub fn kept_out(entry: &Entry) -> Refusal {
    let (zh, en) = KeyKind::named(&entry.kind).map_or(("代理商", "partner"), KeyKind::title);
    let Entry { id, mask, from, reason, .. } = entry;
    Refusal::new(
        Kind::Forbidden,
        "network.blacklist.hit",
        format!("{zh} {mask} 自 {from} 起在黑名单中（{id}：{reason}）；如需恢复，请提交移出黑名单的申请"),
        format!("the {en} {mask} has been on the blacklist since {from} ({id}: {reason}); apply for taking it off"),
    )
}

/// Entries, newest first; those in force, or all.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, all: bool) -> Result<Vec<Entry>, Refusal> {
    let sql = "select * from network_blacklist where $1 = 1 or lifted_on is null order by put_us desc, id";
    tx.query(sql, args![i64::from(all)]).await?.iter().map(of_row).collect()
}

/// Those of some seals that are in force, by kind and seal: what a whole file is looked at with.
///
/// # Errors
/// The database does not answer.
pub async fn hits(tx: &mut Tx, keys: &[Key]) -> Result<Vec<(Key, Entry)>, Refusal> {
    const AT_ONCE: usize = 500;
    let mut found = Vec::new();
    for chunk in keys.chunks(AT_ONCE) {
        let marks: Vec<String> = (1..=chunk.len()).map(|number| format!("${number}")).collect();
        let values: Vec<Value> = chunk.iter().map(|key| key.seal.as_str().into()).collect();
        let sql = format!("select * from network_blacklist where lifted_on is null and seal in ({})", marks.join(", "));
        for row in tx.query(sql, &values).await? {
            let (kind, seal) = (row.string("kind")?, row.string("seal")?);
            let entry = of_row(&row)?;
            found.extend(chunk.iter().filter(|key| key.kind.name() == kind && key.seal == seal).map(|key| (key.clone(), entry.clone())));
        }
    }
    Ok(found)
}

fn of_row(row: &Row) -> Result<Entry, Refusal> {
    let lifted = match row.opt_parse("lifted_on")? {
        Some(on) => {
            Some((on, row.opt_string("lifted_application")?.unwrap_or_default(), row.opt_string("lifted_reason")?.unwrap_or_default()))
        }
        None => None,
    };
    Ok(Entry {
        id: row.string("id")?,
        kind: row.string("kind")?,
        mask: row.string("mask")?,
        reason: row.string("reason")?,
        application: row.string("application")?,
        from: row.parse("from_day")?,
        put_by: row.string("put_by")?,
        put_us: row.int("put_us")?,
        lifted,
    })
}
