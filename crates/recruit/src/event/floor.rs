//! On the floor (R8.31–R8.33): business cards and questionnaires that become prospects, prizes, incidents.

use super::guest::one;
use super::store::{EventState, lock, under_way};
use crate::Sight;
use crate::kept::{none, state, words};
use crate::prospect::{self, Brought, NewProspect};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

/// Kinds of cards.
const KINDS: [&str; 2] = ["card", "questionnaire"];

/// A card or questionnaire to be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCard<'a> {
    /// card or questionnaire.
    pub kind: &'a str,
    /// The guest who gave it; empty for somebody else.
    pub guest: &'a str,
    /// Who it is of.
    pub prospect: NewProspect<'a>,
    /// What the questionnaire says.
    pub answers: &'a str,
}

/// A card that was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Card {
    pub seq: u32,
    pub kind: String,
    pub guest: String,
    /// The prospect it became or belongs to.
    pub prospect: String,
    /// Whether the prospect is new; false where it was merged into one that was there.
    pub fresh: bool,
    pub answers: String,
    /// Who entered it.
    pub who: String,
    pub at_us: i64,
}

/// Enters a card: a prospect that has its phone or licence already, else a new one. The same request under its key is the same card.
///
/// # Errors
/// As [`prospect::bring`]; `NotFound recruit.none`; `Conflict recruit.state`; `BadInput recruit.card.kind`.
pub async fn enter(db: &Db, sight: &Sight, who: &str, key: &str, event: &str, new: &NewCard<'_>) -> Result<Done<Brought>, Refusal> {
    if !KINDS.contains(&new.kind) {
        return Err(Refusal::bad_input("recruit.card.kind", "请选择名片或问卷", "choose card or questionnaire"));
    }
    let answers = words(new.answers, 0, 2_000, ("问卷内容", "what the questionnaire says"))?;
    write_tx!(db, |tx| {
        let claim = match keys::begin::<Brought>(tx, &format!("card:{who}"), key, format!("{event} {new:?}").as_bytes()).await? {
            Begun::Same(brought) => return Ok(Done::Already(brought)),
            Begun::Fresh(claim) => claim,
        };
        under_way(&lock(tx, sight, event).await?)?;
        if !new.guest.is_empty() {
            one(tx, event, new.guest).await?;
        }
        let brought = prospect::bring(tx, who, &new.prospect, prospect::Source { kind: "event", id: event }).await?;
        let sql = "insert into recruit_card (event, seq, kind, guest, prospect, fresh, answers, who, at_us)
                   select $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from recruit_card where event = $1";
        tx.execute(sql, args![event, new.kind, new.guest, &brought.id, brought.fresh, answers, who, tx.now_us()]).await?;
        if !new.guest.is_empty() {
            let sql = "update recruit_guest set version = version + 1, prospect = $2 where id = $1";
            tx.execute(sql, args![new.guest, &brought.id]).await?;
        }
        let after = json!({ "kind": new.kind, "prospect": brought.id, "fresh": brought.fresh }).to_string();
        tx.audit(Entry::new(who, "event.card", "event", event).after(after));
        claim.finish(tx, brought).await
    })
}

/// Cards of an event, the last first.
///
/// # Errors
/// The database does not answer.
pub async fn cards(tx: &mut Tx, event: &str) -> Result<Vec<Card>, Refusal> {
    let of_row = |row: &Row| {
        Ok(Card {
            seq: row.count("seq")?,
            kind: row.string("kind")?,
            guest: row.string("guest")?,
            prospect: row.string("prospect")?,
            fresh: row.flag("fresh")?,
            answers: row.string("answers")?,
            who: row.string("who")?,
            at_us: row.int("at_us")?,
        })
    };
    tx.query("select * from recruit_card where event = $1 order by seq desc", args![event]).await?.iter().map(of_row).collect()
}

/// A kind of prize.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prize {
    /// Place, from 1.
    pub seq: u32,
    /// Name.
    pub name: String,
    /// How many were bought.
    pub purchased: u32,
    /// How many were given.
    pub issued: u32,
    /// To whom.
    pub guests: Vec<String>,
}

/// Adds prizes that were bought.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`; `BadInput recruit.words`, `recruit.prize.none`.
pub async fn add_prize(
    db: &Db,
    sight: &Sight,
    who: &str,
    key: &str,
    event: &str,
    name: &str,
    purchased: u32,
) -> Result<Done<u32>, Refusal> {
    let name = words(name, 1, 60, ("奖品名称", "a name"))?;
    if purchased == 0 {
        return Err(Refusal::bad_input("recruit.prize.none", "采购数须大于 0", "more than nothing has to be bought"));
    }
    write_tx!(db, |tx| {
        let claim = match keys::begin::<u32>(tx, &format!("prize:{who}"), key, format!("{event} {name} {purchased}").as_bytes()).await? {
            Begun::Same(seq) => return Ok(Done::Already(seq)),
            Begun::Fresh(claim) => claim,
        };
        under_way(&lock(tx, sight, event).await?)?;
        let sql = "insert into recruit_prize (event, seq, name, purchased, issued)
                   select $1, coalesce(max(seq), 0) + 1, $2, $3, 0 from recruit_prize where event = $1 returning seq";
        let seq = tx.query_one(sql, args![event, name, purchased]).await?.count("seq")?;
        tx.audit(Entry::new(who, "event.prize", "event", event).after(json!({ "name": name, "purchased": purchased }).to_string()));
        claim.finish(tx, seq).await
    })
}

/// Gives a prize to a guest who came; to each of a kind once.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `recruit.prize.gone`, `recruit.prize.twice`.
pub async fn give(db: &Db, sight: &Sight, who: &str, event: &str, prize: u32, guest: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        under_way(&lock(tx, sight, event).await?)?;
        if one(tx, event, guest).await?.checked_us.is_none() {
            return Err(state("未签到的来宾不能领奖；请先签到", "who has not checked in gets no prize; check them in first"));
        }
        let found =
            prizes(tx, event).await?.into_iter().find(|one| one.seq == prize).ok_or_else(|| none(("奖品", "prize"), &prize.to_string()))?;
        if found.guests.iter().any(|one| one == guest) {
            return Err(Refusal::new(
                Kind::Conflict,
                "recruit.prize.twice",
                "这位来宾已领过这种奖品",
                "this guest has one of these already",
            ));
        }
        if found.issued >= found.purchased {
            return Err(Refusal::new(
                Kind::Conflict,
                "recruit.prize.gone",
                format!("{} 已全部发放（共采购 {}）", found.name, found.purchased),
                format!("all {} of {} were given", found.purchased, found.name),
            ));
        }
        let sql = "insert into recruit_prize_given (event, prize, guest, who, at_us) values ($1, $2, $3, $4, $5)";
        tx.execute(sql, args![event, prize, guest, who, tx.now_us()]).await?;
        tx.execute("update recruit_prize set issued = issued + 1 where event = $1 and seq = $2", args![event, prize]).await?;
        tx.audit(Entry::new(who, "event.give", "event", event).after(json!({ "prize": found.name, "guest": guest }).to_string()));
        Ok(())
    })
}

/// Prizes of an event.
///
/// # Errors
/// The database does not answer.
pub async fn prizes(tx: &mut Tx, event: &str) -> Result<Vec<Prize>, Refusal> {
    let given = tx.query("select prize, guest from recruit_prize_given where event = $1 order by at_us", args![event]).await?;
    let given = given.iter().map(|row| Ok((row.count("prize")?, row.string("guest")?))).collect::<Result<Vec<_>, Refusal>>()?;
    let of_row = |row: &Row| {
        let seq = row.count("seq")?;
        Ok(Prize {
            seq,
            name: row.string("name")?,
            purchased: row.count("purchased")?,
            issued: row.count("issued")?,
            guests: given.iter().filter(|(prize, _)| *prize == seq).map(|(_, guest)| guest.clone()).collect(),
        })
    };
    tx.query("select * from recruit_prize where event = $1 order by seq", args![event]).await?.iter().map(of_row).collect()
}

/// Something that happened at an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Place, from 1.
    pub seq: u32,
    /// What.
    pub what: String,
    /// Who noted it.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// Notes something that happened.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state` for an event that was cancelled; `BadInput recruit.words`.
pub async fn incident(db: &Db, sight: &Sight, who: &str, event: &str, what: &str) -> Result<(), Refusal> {
    let what = words(what, 2, 500, ("情况", "what happened"))?;
    write_tx!(db, |tx| {
        let held = lock(tx, sight, event).await?;
        if held.state == EventState::Cancelled {
            return under_way(&held);
        }
        let sql = "insert into recruit_incident (event, seq, what, who, at_us)
                   select $1, coalesce(max(seq), 0) + 1, $2, $3, $4 from recruit_incident where event = $1";
        tx.execute(sql, args![event, what, who, tx.now_us()]).await?;
        tx.audit(Entry::new(who, "event.incident", "event", event).reason(what));
        Ok(())
    })
}

/// What happened at an event.
///
/// # Errors
/// The database does not answer.
pub async fn incidents(tx: &mut Tx, event: &str) -> Result<Vec<Incident>, Refusal> {
    let of_row =
        |row: &Row| Ok(Incident { seq: row.count("seq")?, what: row.string("what")?, who: row.string("who")?, at_us: row.int("at_us")? });
    tx.query("select * from recruit_incident where event = $1 order by seq", args![event]).await?.iter().map(of_row).collect()
}
