//! 候选: partners and outlets that are not in force yet, with what they are to become (R1.57). An approved partner comes in force with its first
//! agreement, an outlet that is being prepared on the day it opens.
//!
//! Invariants: a code is a candidate's or a record's and never two of one kind; whoever is on the blacklist becomes no candidate; no candidate is
//! taken away, what comes to nothing is given up and stays.

use crate::Territories;
use crate::act::Act;
use crate::keys::{self, Key};
use crate::life::{self, State, Who};
use crate::roster::{self, By};
use crate::{blacklist, site};
use qudao_kernel::master::{Outlet, Partner, Span};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Row, Tx};
use serde_json::json;

/// Most characters of a name, an address or a word.
const WORDS: usize = 120;

/// A candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Partner or outlet.
    pub who: Who,
    /// Its code, also afterwards.
    pub code: String,
    /// Name.
    pub name: String,
    /// Of a partner whom it is to stand under, of an outlet whose it is to be; empty for nobody.
    pub above: String,
    /// Division code.
    pub territory: String,
    /// Type of a partner, channel category of an outlet.
    pub kind: String,
    /// Tier of a partner, sub-type of an outlet.
    pub class: String,
    /// Where it is.
    pub address: String,
    /// Who added it.
    pub made_by: String,
}

/// Adds a candidate with the numbers it is known by.
///
/// # Errors
/// `BadInput network.candidate.words`, `network.territory.unknown`; `Conflict network.record.exists`; `Forbidden network.blacklist.hit`; for whom it
/// names above as [`life::may_take`].
pub async fn add(tx: &mut Tx, act: &Act<'_>, new: &Candidate, numbers: &[Key]) -> Result<(), Refusal> {
    check(new)?;
    roster::lock_all(tx).await?;
    let (zh, en) = if new.who == Who::Partner { ("代理商", "partner") } else { ("网点", "outlet") };
    let taken = match new.who {
        Who::Partner => roster::get::<Partner>(tx, &new.code).await?.is_some(),
        Who::Outlet => roster::get::<Outlet>(tx, &new.code).await?.is_some(),
    };
    if taken || get(tx, new.who, &new.code).await?.is_some() {
        let code = &new.code;
        return Err(Refusal::new(
            Kind::Conflict,
            "network.record.exists",
            format!("{zh} {code} 已存在；请换一个编码，或修改已有记录"),
            format!("{en} {code} exists already; choose another code, or change the record that is there"),
        ));
    }
    blacklist::admit(tx, (new.who == Who::Partner).then_some(new.code.as_str()), numbers).await?;
    if !new.above.is_empty() {
        life::may_take(tx, &new.above, act.today).await?;
    }
    let Candidate { who, code, name, above, territory, kind, class, address, .. } = new;
    let sql = "insert into network_candidate (noun, code, version, name, above, territory, kind, class, address, made_by, at_us)
               values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![who.name(), code, name.trim(), above, territory, kind, class, address.trim(), act.who, tx.now_us()];
    tx.execute(sql, args).await?;
    keys::record(tx, act.who, who.name(), code, numbers).await?;
    let after = json!({ "name": name, "above": above, "territory": territory, "kind": kind, "class": class,
        "numbers": numbers.iter().map(|key| &key.mask).collect::<Vec<_>>() });
    tx.audit(Entry::new(act.who, &format!("{}.candidate", who.name()), who.name(), code).after(after.to_string()).reason(act.note()));
    let first = if *who == Who::Partner { State::Prospect } else { State::Candidate };
    life::begin(tx, act, *who, code, first).await
}

fn check(new: &Candidate) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let code = (1..=40).contains(&new.code.len()) && new.code.chars().all(plain);
    let word = |text: &str| text.chars().count() <= WORDS && !text.chars().any(char::is_control);
    let words = [&new.kind, &new.class, &new.address].into_iter().all(|text| word(text));
    if !code || new.name.trim().is_empty() || !word(&new.name) || !words {
        return Err(Refusal::bad_input(
            "network.candidate.words",
            format!("编码须为 1 至 40 个字母、数字或 - _ .，名称必填，各项 {WORDS} 字以内；请修改"),
            format!("a code is 1 to 40 letters, digits or - _ ., a name is needed, and each has up to {WORDS} characters; change it"),
        ));
    }
    let known = Territories::official()?.check(&new.territory);
    known.map(drop).map_err(|text| Refusal::bad_input("network.territory.unknown", text.zh, text.en))
}

/// A candidate by its code, also one that came in force or was given up.
///
/// # Errors
/// The database does not answer.
pub async fn get(tx: &mut Tx, who: Who, code: &str) -> Result<Option<Candidate>, Refusal> {
    let sql = "select * from network_candidate where noun = $1 and code = $2";
    tx.query_opt(sql, args![who.name(), code]).await?.as_ref().map(|row| of_row(who, row)).transpose()
}

/// Candidates that did not come in force, by code; with the state they are in on a day.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, who: Who, day: Date) -> Result<Vec<(Candidate, State)>, Refusal> {
    let states = life::written(tx, who, day).await?;
    let table = if who == Who::Partner { "network_partner" } else { "network_outlet" };
    let sql = format!(
        "select c.* from network_candidate c where c.noun = $1 and not exists (select 1 from {table} r where r.code = c.code) order by c.code {{by_bytes}}"
    );
    let mut found = Vec::new();
    for row in tx.query(sql, args![who.name()]).await? {
        let candidate = of_row(who, &row)?;
        let first = if who == Who::Partner { State::Prospect } else { State::Candidate };
        let state = states.get(&candidate.code).copied().unwrap_or(first);
        found.push((candidate, state));
    }
    Ok(found)
}

fn of_row(who: Who, row: &Row) -> Result<Candidate, Refusal> {
    Ok(Candidate {
        who,
        code: row.string("code")?,
        name: row.string("name")?,
        above: row.string("above")?,
        territory: row.string("territory")?,
        kind: row.string("kind")?,
        class: row.string("class")?,
        address: row.string("address")?,
        made_by: row.string("made_by")?,
    })
}

/// Takes a candidate a step further by hand, or gives it up. An outlet that opens comes in force on the day.
///
/// # Errors
/// As [`life::advance`]; of an outlet that opens as [`roster::create`] and [`life::may_take`]; `NotFound network.state.none`.
pub async fn advance(tx: &mut Tx, act: &Act<'_>, who: Who, code: &str, to: State, from: Date) -> Result<(), Refusal> {
    act.reasoned()?;
    roster::lock_all(tx).await?;
    let candidate = get(tx, who, code).await?.ok_or_else(|| life::none(who, code))?;
    if to == State::Approved && same_hand(act.who, &candidate.made_by) {
        return Err(Refusal::new(
            Kind::Forbidden,
            "network.candidate.self",
            format!("{code} 由您登记，须由另一人批准"),
            format!("you added {code}; somebody else approves it"),
        ));
    }
    let opens = to == State::Open;
    // Only what opens has a day of its own.
    let day = if opens { from } else { act.today };
    life::advance(tx, act, who, code, to, day, life::By::Hand).await?;
    if !opens {
        return Ok(());
    }
    act.open(day)?;
    if !candidate.above.is_empty() {
        life::may_take(tx, &candidate.above, day).await?;
    }
    let note = act.note();
    let row = Outlet {
        code: candidate.code.clone(),
        name: candidate.name,
        owner: candidate.above,
        territory: candidate.territory,
        channel: candidate.kind,
        subtype: candidate.class,
        grade: String::new(),
        district: String::new(),
        span: Span { from: day, to: Span::ALWAYS.to },
    };
    roster::create(tx, By { who: act.who, reason: &note }, &row).await.map(drop)?;
    if !candidate.address.is_empty() {
        site::put(tx, act, code, day, &candidate.address, None).await?;
    }
    Ok(())
}

/// An approved partner comes in force on a day, with its agreement.
///
/// # Errors
/// As [`life::advance`] and [`roster::create`].
pub(crate) async fn enter(tx: &mut Tx, act: &Act<'_>, candidate: &Candidate, day: Date) -> Result<(), Refusal> {
    life::advance(tx, act, Who::Partner, &candidate.code, State::Active, day, life::By::Agreement).await?;
    let row = Partner {
        code: candidate.code.clone(),
        name: candidate.name.clone(),
        kind: candidate.kind.clone(),
        tier: candidate.class.clone(),
        level: 0,
        parent: candidate.above.clone(),
        territory: candidate.territory.clone(),
        since: day,
        blacklisted: false,
        span: Span { from: day, to: Span::ALWAYS.to },
    };
    let note = act.note();
    roster::create(tx, By { who: act.who, reason: &note }, &row).await.map(drop)
}
