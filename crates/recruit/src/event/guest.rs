//! 邀请名单 (R8.26–R8.29, R8.32, R8.34): who is invited, whether the letter arrived, what they said, whether they came, and what became of it.

use super::definition::Definition;
use super::store::{Event, EventState, get, lock, under_way};
use crate::Sight;
use crate::kept::{none, not_before, state, words};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::keys::{KeyKind, Sealer};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::hash::Fields;
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::str::FromStr;

/// Most guests that are put on a list at once.
const AT_ONCE: usize = 500;
/// Letters and digits of a code; none that looks like another.
const SIGNS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Length of a code.
const CODE: usize = 6;

macro_rules! words_of {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$note])* $variant,)+
        }

        impl $name {
            /// All.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// As tables and interfaces write it.
            pub const fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                $name::ALL.iter().copied().find(|one| one.name() == text).ok_or(())
            }
        }
    };
}

words_of! {
    /// Whether an invitation arrived.
    Delivery {
        /// Not sent.
        None = "none",
        /// Sent in the next round.
        Queued = "queued",
        /// The relay took it.
        Sent = "sent",
        /// The relay did not take it.
        Failed = "failed",
        /// Handed over, posted, or told.
        ByHand = "by_hand",
    }
}
words_of! {
    /// What somebody said on the phone.
    Answer {
        /// Not asked yet.
        Open = "open",
        /// Comes.
        Yes = "yes",
        /// Does not come.
        No = "no",
        /// Says it later.
        Later = "later",
    }
}
words_of! {
    /// What became of an attendee.
    Outcome {
        /// Not known yet.
        Open = "open",
        /// Signed.
        Signed = "signed",
        /// Kept in touch with.
        Nurtured = "nurtured",
        /// Came to nothing.
        Lost = "lost",
    }
}

/// Somebody to be invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewGuest<'a> {
    /// Name.
    pub name: &'a str,
    /// Shop or company.
    pub company: &'a str,
    /// Phone; empty if unknown.
    pub phone: &'a str,
    /// Mail address; empty if unknown.
    pub mail: &'a str,
}

/// A guest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Guest {
    pub id: String,
    pub event: String,
    /// For the next change.
    pub version: u32,
    pub name: String,
    pub company: String,
    /// Masked; empty if unknown.
    pub phone: String,
    pub mail: String,
    /// What lets them in.
    pub code: String,
    pub delivery: Delivery,
    /// How it was delivered, or why it was not.
    pub delivered: String,
    pub answer: Answer,
    pub answer_note: String,
    /// Days before the event of the last reminder; 0 for none.
    pub reminded: i32,
    /// When they came, microseconds since 1970.
    pub checked_us: Option<i64>,
    /// The prospect their card became.
    pub prospect: String,
    /// When they are called next.
    pub next_on: Option<Date>,
    pub outcome: Outcome,
    pub outcome_note: String,
}

/// Puts guests on the list of an event; one whose phone is there already is left out. The same request under its key adds nobody twice. How many were
/// added.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`; `BadInput recruit.words`, `recruit.guest.mail`, `recruit.guest.many`, `network.key.length`.
pub async fn invite(db: &Db, sight: &Sight, who: &str, key: &str, event: &str, new: &[NewGuest<'_>]) -> Result<Done<u32>, Refusal> {
    if new.is_empty() || new.len() > AT_ONCE {
        return Err(Refusal::bad_input(
            "recruit.guest.many",
            format!("一次可添加 1 至 {AT_ONCE} 位；请分次添加"),
            format!("one to {AT_ONCE} guests are added at once; add them in parts"),
        ));
    }
    for guest in new {
        words(guest.name, 2, 60, ("姓名", "a name"))?;
        words(guest.company, 0, 120, ("店名或公司", "a company"))?;
        let mail = guest.mail.trim();
        let looks =
            mail.is_empty() || (mail.len() <= 120 && mail.split_once('@').is_some_and(|(to, at)| !to.is_empty() && at.contains('.')));
        if !looks || mail.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Refusal::bad_input(
                "recruit.guest.mail",
                format!("邮箱 {mail} 有误；请修改或留空"),
                format!("{mail} is no mail address; change it or leave it empty"),
            ));
        }
    }
    write_tx!(db, |tx| {
        let claim = match keys::begin::<u32>(tx, &format!("guests:{who}"), key, format!("{event} {new:?}").as_bytes()).await? {
            Begun::Same(added) => return Ok(Done::Already(added)),
            Begun::Fresh(claim) => claim,
        };
        under_way(&lock(tx, sight, event).await?)?;
        let sealer = Sealer::of(tx).await?;
        let mut added = 0_u32;
        for guest in new {
            let (mask, seal) = if guest.phone.trim().is_empty() {
                (String::new(), String::new())
            } else {
                let key = sealer.key(KeyKind::Phone, guest.phone)?;
                (key.mask, key.seal)
            };
            let known = "select count(*) as n from recruit_guest where event = $1 and phone_seal = $2 and phone_seal <> ''";
            if tx.query_one(known, args![event, &seal]).await?.int("n")? > 0 {
                continue;
            }
            add(tx, event, guest, &mask, &seal).await?;
            added += 1;
        }
        tx.audit(Entry::new(who, "event.invite", "event", event).after(json!({ "guests": added }).to_string()));
        claim.finish(tx, added).await
    })
}

async fn add(tx: &mut Tx, event: &str, guest: &NewGuest<'_>, mask: &str, seal: &str) -> Result<(), Refusal> {
    let number = tx.query_one("select count(*) as n from recruit_guest where event = $1", args![event]).await?.int("n")? + 1;
    let id = format!("{event}-{number:03}");
    let salt = qudao_access::salt()?;
    let hash = Fields::new().text(&salt).text(&id).finish();
    let sign = |pair: &[u8]| pair.iter().fold(0_usize, |sum, byte| sum * 256 + usize::from(*byte));
    let code: String = hash.as_bytes().chunks(4).take(CODE).map(|pair| char::from(SIGNS[sign(pair) % SIGNS.len()])).collect();
    let sql = "insert into recruit_guest (id, event, version, name, company, phone, phone_seal, mail, code, delivery, delivered, answer, answer_note,
                   reminded, checked_us, prospect, next_on, outcome, outcome_note)
               values ($1, $2, 1, $3, $4, $5, $6, $7, $8, 'none', '', 'open', '', 0, null, '', null, 'open', '')";
    let values = args![&id, event, guest.name.trim(), guest.company.trim(), mask, seal, guest.mail.trim(), code];
    tx.execute(sql, values).await.map(drop)
}

/// Has every guest with a mail address invited who was not yet, in the next round. How many.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`.
pub async fn queue_invitations(db: &Db, sight: &Sight, who: &str, event: &str) -> Result<u64, Refusal> {
    write_tx!(db, |tx| {
        preparing(&get(tx, sight, event).await?)?;
        let sql = "update recruit_guest set version = version + 1, delivery = 'queued', delivered = ''
                   where event = $1 and mail <> '' and delivery in ('none', 'failed')";
        let queued = tx.execute(sql, args![event]).await?;
        tx.audit(Entry::new(who, "event.send", "event", event).after(json!({ "letters": queued }).to_string()));
        Ok(queued)
    })
}

fn preparing(event: &Event) -> Result<(), Refusal> {
    if event.state == EventState::Preparing {
        return Ok(());
    }
    Err(state("会议已举办或取消，不再邀请", "the event took place or was cancelled; nobody is invited any more"))
}

/// A mail that is due: an invitation, or a reminder so many days before.
///
/// # Errors
/// The database does not answer.
pub async fn due_mails(tx: &mut Tx, definition: &Definition, today: Date) -> Result<Vec<(Event, Guest, Option<i32>)>, Refusal> {
    let mut due = Vec::new();
    for event in super::store::list(tx, &Sight::everywhere()).await?.into_iter().filter(|event| event.state == EventState::Preparing) {
        let left = event.held_on.days() - today.days();
        // The nearest reminder whose day has come; a day that was missed is not made up for after the next.
        let remind = definition.remind.iter().rev().copied().find(|days| left <= *days && left > 0);
        for guest in guests(tx, &event.id).await?.into_iter().filter(|guest| !guest.mail.is_empty()) {
            let due_again = remind.filter(|days| guest.reminded == 0 || guest.reminded > *days);
            if guest.delivery == Delivery::Queued {
                due.push((event.clone(), guest, None));
            } else if guest.delivery == Delivery::Sent && guest.answer != Answer::No && due_again.is_some() {
                due.push((event.clone(), guest, due_again));
            }
        }
    }
    Ok(due)
}

/// Notes what became of an invitation: nothing where the relay took it, else why not.
///
/// # Errors
/// The database does not answer.
pub async fn delivered(db: &Db, guest: &str, failed: Option<&str>) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let to = if failed.is_some() { Delivery::Failed } else { Delivery::Sent };
        let note = failed.map_or_else(|| day(tx.now_us()).to_string(), str::to_owned);
        let sql = "update recruit_guest set version = version + 1, delivery = $2, delivered = $3 where id = $1 and delivery = 'queued'";
        tx.execute(sql, args![guest, to.name(), note]).await.map(drop)
    })
}

/// Claims a reminder before it is sent, so that nobody is reminded twice of the same day; whether it is still to be sent.
///
/// # Errors
/// The database does not answer.
pub async fn reminded(db: &Db, guest: &str, days: i32) -> Result<bool, Refusal> {
    write_tx!(db, |tx| {
        let sql = "update recruit_guest set reminded = $2 where id = $1 and (reminded = 0 or reminded > $2)";
        Ok(tx.execute(sql, args![guest, days]).await? > 0)
    })
}

/// What is done to a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestAct<'a> {
    /// The invitation was handed over, and how.
    HandOver(&'a str),
    /// They were called; what they said.
    Answer(Answer, &'a str),
    /// They are called again on a day, or it ended.
    FollowUp(Outcome, Option<Date>, &'a str),
}

/// Does something to a guest of a version.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `platform.db.stale`; `BadInput recruit.words`, `recruit.days`.
pub async fn act(
    db: &Db,
    sight: &Sight,
    who: &str,
    (event, guest): (&str, &str),
    version: u32,
    act: &GuestAct<'_>,
) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let held = get(tx, sight, event).await?;
        under_way(&held)?;
        let before = one(tx, event, guest).await?;
        let today = day(tx.now_us());
        let mut after = before.clone();
        let verb = match *act {
            GuestAct::HandOver(how) => {
                preparing(&held)?;
                after.delivered = words(how, 2, 200, ("送达方式", "how it was delivered"))?.to_owned();
                after.delivery = Delivery::ByHand;
                "deliver"
            }
            GuestAct::Answer(answer, note) => {
                preparing(&held)?;
                after.answer = answer;
                after.answer_note = words(note, 0, 200, ("说明", "what was said"))?.to_owned();
                "confirm"
            }
            GuestAct::FollowUp(outcome, next, note) => {
                follow(&mut after, outcome, next, today)?;
                let least = if outcome == Outcome::Lost { 2 } else { 0 };
                after.outcome_note = words(note, least, 500, ("联系结果", "what was said"))?.to_owned();
                "follow_up"
            }
        };
        let sql = "update recruit_guest set version = version + 1, delivery = $4, delivered = $5, answer = $6, answer_note = $7, next_on = $8, outcome = $9,
                       outcome_note = $10 where event = $1 and id = $2 and version = $3";
        let Guest { delivery, delivered, answer, answer_note, next_on, outcome, outcome_note, .. } = &after;
        let values =
            args![event, guest, version, delivery.name(), delivered, answer.name(), answer_note, *next_on, outcome.name(), outcome_note];
        tx.execute_versioned("邀请对象 guest", guest, sql, values).await?;
        let entry = Entry::new(who, &format!("event.{verb}"), "event", event);
        tx.audit(entry.before(told(&before)).after(told(&after)).reason(guest));
        Ok(version + 1)
    })
}

/// An attendee is called again on a day that is not over, or ended.
fn follow(guest: &mut Guest, outcome: Outcome, next: Option<Date>, today: Date) -> Result<(), Refusal> {
    if guest.checked_us.is_none() {
        return Err(state(
            "未到会的对象没有会后联络；可在意向中继续跟进",
            "who did not come is not followed up here; go on with them as a prospect",
        ));
    }
    match (outcome, next) {
        (Outcome::Open, None) => Err(Refusal::bad_input(
            "recruit.guest.next",
            "请填写下次联系日期，或选择结果（已签约、培育中、已流失）",
            "say when they are called next, or how it ended: signed, nurtured or lost",
        )),
        (_, Some(next)) => {
            not_before(next, today, ("下次联系日期", "the next contact"))?;
            guest.next_on = Some(next);
            guest.outcome = outcome;
            Ok(())
        }
        (_, None) => {
            guest.outcome = outcome;
            Ok(())
        }
    }
}

fn told(guest: &Guest) -> String {
    let Guest { id, delivery, answer, outcome, next_on, .. } = guest;
    json!({ "guest": id, "delivery": delivery.name(), "answer": answer.name(), "outcome": outcome.name(), "next_on": next_on.map(|day| day.to_string()) })
        .to_string()
}

/// Checks a guest in by their code; who it is. A code that was used before is told so.
///
/// # Errors
/// `NotFound recruit.none`, `recruit.guest.code`; `Conflict recruit.state` before the day, `recruit.guest.twice` with when they came.
pub async fn check_in(db: &Db, definition: &Definition, sight: &Sight, who: &str, event: &str, code: &str) -> Result<Guest, Refusal> {
    let typed = code.trim().to_uppercase();
    write_tx!(db, |tx| {
        let held = get(tx, sight, event).await?;
        under_way(&held)?;
        let today = day(tx.now_us());
        if today < held.held_on {
            let on = held.held_on;
            return Err(state(format!("会议于 {on} 举办，当天才能签到"), format!("the event is on {on}; nobody checks in before")));
        }
        let row = tx.query_opt("select * from recruit_guest where event = $1 and code = $2 {for_update}", args![event, &typed]).await?;
        let guest = row.as_ref().map(of_row).transpose()?.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "recruit.guest.code",
                format!("没有签到码 {typed}；请核对，或先把来宾加入名单"),
                format!("nobody has the code {typed}; check it, or put the guest on the list first"),
            )
        })?;
        if guest.checked_us.is_some() {
            let name = &guest.name;
            return Err(Refusal::new(
                Kind::Conflict,
                "recruit.guest.twice",
                format!("{name} 已签到；请核对是否为本人"),
                format!("{name} has checked in already; see whether this is the same person"),
            ));
        }
        let next = held.held_on.plus_days(definition.contact);
        let sql = "update recruit_guest set version = version + 1, checked_us = $2, next_on = $3 where id = $1";
        tx.execute(sql, args![&guest.id, tx.now_us(), next]).await?;
        tx.audit(Entry::new(who, "event.check_in", "event", event).reason(&guest.id));
        one(tx, event, &guest.id).await
    })
}

/// Guests of an event, in the order they were put on the list.
///
/// # Errors
/// The database does not answer.
pub async fn guests(tx: &mut Tx, event: &str) -> Result<Vec<Guest>, Refusal> {
    tx.query("select * from recruit_guest where event = $1 order by id", args![event]).await?.iter().map(of_row).collect()
}

/// A guest of an event.
pub(super) async fn one(tx: &mut Tx, event: &str, id: &str) -> Result<Guest, Refusal> {
    let row = tx.query_opt("select * from recruit_guest where event = $1 and id = $2", args![event, id]).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(("邀请对象", "guest"), id))
}

fn of_row(row: &Row) -> Result<Guest, Refusal> {
    Ok(Guest {
        id: row.string("id")?,
        event: row.string("event")?,
        version: row.count("version")?,
        name: row.string("name")?,
        company: row.string("company")?,
        phone: row.string("phone")?,
        mail: row.string("mail")?,
        code: row.string("code")?,
        delivery: row.parse("delivery")?,
        delivered: row.string("delivered")?,
        answer: row.parse("answer")?,
        answer_note: row.string("answer_note")?,
        reminded: i32::try_from(row.int("reminded")?).unwrap_or_default(),
        checked_us: row.opt_int("checked_us")?,
        prospect: row.string("prospect")?,
        next_on: row.opt_parse("next_on")?,
        outcome: row.parse("outcome")?,
        outcome_note: row.string("outcome_note")?,
    })
}
