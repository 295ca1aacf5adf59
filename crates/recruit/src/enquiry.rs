//! 接洽 (R8.13): an enquiry to become an agent is numbered, assigned, answered within its time, and ends as a prospect or is closed.

use crate::Sight;
use crate::kept::{all, number, one, state, territory, words};
use crate::prospect::{self, Brought, NewProspect};
use qudao_kernel::Refusal;
use qudao_network::keys::{KeyKind, Sealer};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

const NOUN: (&str, &str) = ("接洽", "enquiry");
const TABLE: &str = "recruit_enquiry";
/// How somebody asked.
pub const WAYS: [&str; 4] = ["phone", "counter", "web", "introduced"];

/// Somebody who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEnquiry<'a> {
    /// Name.
    pub name: &'a str,
    /// Phone.
    pub phone: &'a str,
    /// Division code of where they would work.
    pub territory: &'a str,
    /// What they want.
    pub wants: &'a str,
    /// phone, counter, web, introduced.
    pub way: &'a str,
    /// Login of who calls back.
    pub assigned_to: &'a str,
}

/// An enquiry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Enquiry {
    pub id: String,
    /// For the next change.
    pub version: u32,
    pub name: String,
    /// Masked.
    pub phone: String,
    pub territory: String,
    pub wants: String,
    pub way: String,
    /// new, contacted, prospect, closed.
    pub state: String,
    pub assigned_to: String,
    /// When it came, microseconds since 1970.
    pub received_us: i64,
    /// By when somebody calls.
    pub due_us: i64,
    /// When somebody called first.
    pub contacted_us: Option<i64>,
    /// What was said.
    pub note: String,
    /// The prospect it became.
    pub prospect: String,
}

impl Enquiry {
    /// Whether nobody called in time.
    pub fn is_late(&self, now_us: i64) -> bool {
        self.state != "closed" && self.contacted_us.unwrap_or(now_us) > self.due_us
    }
}

/// Receives an enquiry; somebody calls within so many minutes. The same request under its key is the same enquiry.
///
/// # Errors
/// `BadInput recruit.words`, `recruit.enquiry.way`, `network.territory.unknown`, `network.key.length`.
pub async fn receive(db: &Db, key: &str, who: &str, minutes: i64, new: &NewEnquiry<'_>) -> Result<Done<String>, Refusal> {
    let name = words(new.name, 2, 60, ("姓名", "a name"))?;
    let wants = words(new.wants, 0, 500, ("接洽内容", "what is wanted"))?;
    let to = words(new.assigned_to, 1, 60, ("接待人", "who calls back"))?;
    territory(new.territory)?;
    if !WAYS.contains(&new.way) {
        let known = WAYS.join(", ");
        return Err(Refusal::bad_input("recruit.enquiry.way", format!("接洽方式须为 {known}"), format!("a way is one of {known}")));
    }
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &format!("enquiry:{who}"), key, format!("{new:?}").as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let phone = Sealer::of(tx).await?.key(KeyKind::Phone, new.phone)?;
        let id = number(tx, "JQ").await?;
        let now = tx.now_us();
        let due = now.saturating_add(minutes.saturating_mul(60_000_000));
        let sql = "insert into recruit_enquiry (id, version, name, phone, phone_seal, territory, wants, way, state, assigned_to, received_us, due_us,
                       contacted_us, note, prospect, made_by) values ($1, 1, $2, $3, $4, $5, $6, $7, 'new', $8, $9, $10, null, '', '', $11)";
        tx.execute(sql, args![&id, name, &phone.mask, &phone.seal, new.territory, wants, new.way, to, now, due, who]).await?;
        let after = json!({ "territory": new.territory, "way": new.way, "assigned_to": to }).to_string();
        tx.audit(Entry::new(who, "enquiry.receive", "enquiry", &id).after(after));
        claim.finish(tx, id).await
    })
}

/// What is done to an enquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnquiryAct<'a> {
    /// Somebody else calls.
    Assign(&'a str),
    /// Somebody called; what was said.
    Contact(&'a str),
    /// It becomes a prospect, whose phone is given again.
    Prospect(NewProspect<'a>),
    /// It comes to nothing; why.
    Close(&'a str),
}

/// Does something to an enquiry of a version. The version after it.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `recruit.prospect.two`, `platform.db.stale`; `BadInput recruit.words`, `recruit.enquiry.phone` for a
/// phone that is not the enquiry's.
pub async fn act(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, act: &EnquiryAct<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let before = get(tx, sight, id).await?;
        if matches!(before.state.as_str(), "prospect" | "closed") {
            return Err(state(format!("接洽 {id} 已办结；不能再处理"), format!("the enquiry {id} has ended; nothing more is done to it")));
        }
        let Enquiry { state: was, assigned_to: held, contacted_us, note: said, .. } = before;
        let now = tx.now_us();
        let mut prospect = String::new();
        let (verb, to, assigned, contacted, note) = match act {
            EnquiryAct::Assign(login) => {
                ("assign", was.as_str(), words(login, 1, 60, ("接待人", "who calls back"))?, contacted_us, said.as_str())
            }
            EnquiryAct::Contact(note) => {
                let note = words(note, 2, 500, ("联系结果", "what was said"))?;
                ("contact", "contacted", held.as_str(), contacted_us.or(Some(now)), note)
            }
            EnquiryAct::Prospect(new) => {
                if was == "new" {
                    return Err(state("请先登记首次联系，再转为意向", "note the first contact, then make it a prospect"));
                }
                same_phone(tx, id, new.phone).await?;
                let Brought { id: made, .. } = prospect::bring(tx, who, new, prospect::Source { kind: "enquiry", id }).await?;
                prospect = made;
                ("prospect", "prospect", held.as_str(), contacted_us, said.as_str())
            }
            EnquiryAct::Close(why) => ("close", "closed", held.as_str(), contacted_us, words(why, 2, 500, ("原因", "the reason"))?),
        };
        let sql =
            "update recruit_enquiry set version = version + 1, state = $3, assigned_to = $4, contacted_us = $5, note = $6, prospect = $7
                   where id = $1 and version = $2";
        tx.execute_versioned("接洽 enquiry", id, sql, args![id, version, to, assigned, contacted, note, &prospect]).await?;
        let told = |state: &str, to: &str| json!({ "state": state, "assigned_to": to }).to_string();
        let entry = Entry::new(who, &format!("enquiry.{verb}"), "enquiry", id);
        tx.audit(entry.before(told(&was, &held)).after(told(to, assigned)).reason(note));
        Ok(version + 1)
    })
}

/// The phone is kept sealed and is given again where a prospect is made of it: it has to be the same.
async fn same_phone(tx: &mut Tx, id: &str, phone: &str) -> Result<(), Refusal> {
    let given = Sealer::of(tx).await?.key(KeyKind::Phone, phone)?;
    let row = tx.query_one("select phone_seal from recruit_enquiry where id = $1", args![id]).await?;
    if row.text("phone_seal")? == given.seal {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "recruit.enquiry.phone",
        "电话与接洽登记的不一致；请填写登记时的电话",
        "this is not the phone of the enquiry; give the one it came with",
    ))
}

/// An enquiry within a sight.
///
/// # Errors
/// `NotFound recruit.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Enquiry, Refusal> {
    one(tx, sight, TABLE, id, NOUN, "").await.and_then(|row| of_row(&row))
}

/// Enquiries within a sight, those that wait longest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight) -> Result<Vec<Enquiry>, Refusal> {
    all(tx, sight, TABLE, "case when r.state = 'new' then 0 else 1 end, r.due_us, r.id").await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Enquiry, Refusal> {
    Ok(Enquiry {
        id: row.string("id")?,
        version: row.count("version")?,
        name: row.string("name")?,
        phone: row.string("phone")?,
        territory: row.string("territory")?,
        wants: row.string("wants")?,
        way: row.string("way")?,
        state: row.string("state")?,
        assigned_to: row.string("assigned_to")?,
        received_us: row.int("received_us")?,
        due_us: row.int("due_us")?,
        contacted_us: row.opt_int("contacted_us")?,
        note: row.string("note")?,
        prospect: row.string("prospect")?,
    })
}
