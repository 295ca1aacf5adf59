//! Disputes (R1.14): a partner disagrees with a line, or with a zero, and gets an answer by a day.
//!
//! ```text
//! open ──propose an amount──▶ proposed ──approved by somebody else──▶ answered, upheld ──closed by the partner, or stated──▶ closed
//!  │  ▲                          │
//!  │  └──────sent back───────────┘
//!  ├──reject with a reason──▶ answered, rejected ──closed by the partner──▶ closed
//!  └──withdrawn by the partner──▶ closed
//! ```
//!
//! What is upheld is an adjustment of the open month's statement ([`adjustments`]), never a change of the statement that was disputed. It
//! stands in one statement and no other: the publication of a month takes all amounts approved before it began ([`stated`]); what is
//! approved while a month is being published is for the month after it.
//! Invariants: one dispute of one line; nobody approves an amount they proposed; an answer names its reason; an upheld amount is stated once.

mod store;

#[cfg(test)]
mod tests;

pub use store::{Filter, adjustments, counts, get, list, of_partner, of_statement, open, waiting, waiting_by_statement};

use crate::attachment;
use crate::confirm::next_number;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::params::Register;
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

/// Longest claim and answer, characters.
const MOST_WORDS: usize = 2_000;
/// Most photos of a dispute.
pub const MOST_PHOTOS: usize = 6;

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for an answer.
    Open,
    /// An amount is proposed and waits for somebody else's approval.
    Proposed,
    /// Upheld or rejected.
    Answered,
    /// Over.
    Closed,
}

impl State {
    /// All, in their order.
    pub const ALL: [State; 4] = [State::Open, State::Proposed, State::Answered, State::Closed];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Proposed => "proposed",
            State::Answered => "answered",
            State::Closed => "closed",
        }
    }
}

impl std::str::FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        State::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in the table")]
pub struct Dispute {
    pub id: String,
    pub version: u32,
    pub state: State,
    /// upheld, rejected or withdrawn.
    pub outcome: Option<String>,
    pub statement: String,
    pub period: Month,
    pub partner: String,
    pub territory: String,
    /// `policy/component/basis/payee`; without the payee for a zero.
    pub subject: String,
    /// line or unpaid.
    pub kind: String,
    /// What the line is called, for lists.
    pub title: String,
    /// Fen of the line, or fen that were not paid.
    pub amount: i64,
    pub claim: String,
    pub raised_by: String,
    pub raised_at_us: i64,
    pub answer_by: Date,
    pub adjustment: Option<i64>,
    pub answer: Option<String>,
    pub answered_by: Option<String>,
    pub answered_at_us: Option<i64>,
    pub decided_by: Option<String>,
    pub decided_at_us: Option<i64>,
    pub decision: Option<String>,
    pub post_in: Option<Month>,
    /// Month whose published statement holds the adjustment.
    pub stated_in: Option<Month>,
    pub closed_at_us: Option<i64>,
}

impl Dispute {
    /// Whether the answer is late on a day.
    pub fn is_late(&self, today: Date) -> bool {
        matches!(self.state, State::Open | State::Proposed) && self.answer_by < today
    }
}

/// A dispute to be raised.
#[derive(Debug, Clone, Copy)]
pub struct Raise<'a> {
    /// Who raises it.
    pub who: &'a str,
    /// Number of the statement.
    pub statement: &'a str,
    /// Its month.
    pub period: Month,
    /// Its partner.
    pub partner: &'a str,
    /// Where that is.
    pub territory: &'a str,
    /// Which line or zero.
    pub subject: &'a str,
    /// Whether it is a zero.
    pub unpaid: bool,
    /// What the line is called.
    pub title: &'a str,
    /// Fen of the line, or not paid.
    pub amount: i64,
    /// Why, in the partner's words.
    pub claim: &'a str,
    /// Photos, by id.
    pub photos: &'a [String],
    /// Today.
    pub today: Date,
}

/// Raises a dispute. The same request sent again under its key is the same dispute.
///
/// # Errors
/// `BadInput settle.dispute.claim`, `settle.dispute.photos`; `Conflict settle.dispute.exists` if this line is or was disputed;
/// `NotFound settle.attachment.none`.
pub async fn raise(db: &Db, parameters: &Register, key: &str, new: Raise<'_>) -> Result<Done<String>, Refusal> {
    words(new.claim, "settle.dispute.claim")?;
    if new.photos.len() > MOST_PHOTOS {
        return Err(Refusal::bad_input(
            "settle.dispute.photos",
            format!("一次最多附 {MOST_PHOTOS} 张照片；请减少后再提交"),
            format!("a dispute takes {MOST_PHOTOS} photos at most; send fewer"),
        ));
    }
    let working = parameters.on("dispute_answer_days", new.territory, new.today)?.int()?;
    let answer_by = Holidays::shipped().after(new.today, working);
    let body = json!({ "statement": new.statement, "subject": new.subject, "claim": new.claim, "photos": new.photos }).to_string();
    let scope = format!("dispute:{}", new.who);
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &scope, key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        if let Some(held) = store::of_subject(tx, new.statement, new.subject).await? {
            return Err(exists(&held));
        }
        let number = next_number(tx, &format!("dispute {}", new.period)).await?;
        let id = format!("D{}{:02}-{number:04}", new.period.year(), new.period.number());
        let sql = "insert into settle_dispute (id, version, state, statement, period, partner, territory, subject, kind, title, amount,
                       claim, raised_by, raised_at_us, answer_by)
                   values ($1, 1, 'open', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let kind = if new.unpaid { "unpaid" } else { "line" };
        let args = args![
            &id,
            new.statement,
            new.period,
            new.partner,
            new.territory,
            new.subject,
            kind,
            new.title,
            new.amount,
            new.claim.trim(),
            new.who,
            tx.now_us(),
            answer_by,
        ];
        tx.execute(sql, args).await?;
        for photo in new.photos {
            attachment::used(tx, photo, new.who, "dispute", &id).await?;
        }
        let after = json!({ "statement": new.statement, "subject": new.subject, "amount": new.amount, "answer_by": answer_by.to_string() });
        tx.audit(Entry::new(new.who, "dispute.raise", "dispute", &id).after(after.to_string()).reason(new.claim.trim()));
        claim.finish(tx, id).await
    })
}

/// What is answered to a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The partner is right: this many fen more (or less) are due; somebody else has to approve it.
    Uphold(Fen),
    /// The line is right as it is.
    Reject,
}

/// Answers an open dispute.
///
/// # Errors
/// `BadInput settle.dispute.answer` or `settle.dispute.amount`; `NotFound settle.dispute.none`; `Conflict settle.dispute.state`;
/// `Conflict platform.db.stale`.
pub async fn answer(db: &Db, who: &str, id: &str, version: u32, answer: Answer, reason: &str) -> Result<Dispute, Refusal> {
    words(reason, "settle.dispute.answer")?;
    let (state, outcome, amount) = match answer {
        Answer::Uphold(Fen(0)) => {
            return Err(Refusal::bad_input(
                "settle.dispute.amount",
                "认可争议须给出调整金额；金额为零请改为驳回并说明原因",
                "to uphold a dispute takes an amount; where it is zero, reject it and say why",
            ));
        }
        Answer::Uphold(amount) => (State::Proposed, None, Some(amount)),
        Answer::Reject => (State::Answered, Some("rejected"), None),
    };
    write_tx!(db, |tx| {
        let held = store::get(tx, id).await?;
        is_in(&held, &[State::Open])?;
        let sql =
            "update settle_dispute set version = version + 1, state = $3, outcome = $4, adjustment = $5, answer = $6, answered_by = $7,
                       answered_at_us = $8, decided_by = null, decided_at_us = null, decision = null where id = $1 and version = $2";
        let args = args![id, version, state.name(), outcome, amount, reason.trim(), who, tx.now_us()];
        tx.execute_versioned("争议 dispute", id, sql, args).await?;
        let after = json!({ "state": state.name(), "adjustment": amount.map(|amount| amount.0) });
        tx.audit(Entry::new(who, "dispute.answer", "dispute", id).after(after.to_string()).reason(reason.trim()));
        store::get(tx, id).await
    })
}

/// Approves a proposed amount, or sends it back. The adjustment will stand in the statement of the first month from `open` on of which no
/// publication has begun.
///
/// # Errors
/// `Forbidden settle.dispute.own` for whoever proposed it; `BadInput settle.dispute.decision` for sending back without a reason;
/// `Conflict settle.dispute.state`; `Conflict platform.db.stale`.
pub async fn decide(db: &Db, who: &str, id: &str, version: u32, approve: bool, note: &str, open: Month) -> Result<Dispute, Refusal> {
    if !approve {
        words(note, "settle.dispute.decision")?;
    }
    write_tx!(db, |tx| {
        let held = store::get(tx, id).await?;
        is_in(&held, &[State::Proposed])?;
        if held.answered_by.as_deref().is_some_and(|maker| same_hand(who, maker)) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "settle.dispute.own",
                "调整金额由您提出，须由另一人复核",
                "you proposed this amount; somebody else has to approve it",
            ));
        }
        let (state, outcome, month) =
            if approve { (State::Answered, Some("upheld"), Some(first_unpublished(tx, open).await?)) } else { (State::Open, None, None) };
        let sql =
            "update settle_dispute set version = version + 1, state = $3, outcome = $4, post_in = $5, decided_by = $6, decided_at_us = $7,
                       decision = $8 where id = $1 and version = $2";
        let args = args![id, version, state.name(), outcome, month, who, tx.now_us(), note.trim()];
        tx.execute_versioned("争议 dispute", id, sql, args).await?;
        let verb = if approve { "dispute.approve" } else { "dispute.return" };
        let after = json!({ "state": state.name(), "adjustment": held.adjustment, "post_in": month.map(|month| month.to_string()) });
        tx.audit(Entry::new(who, verb, "dispute", id).after(after.to_string()).reason(note.trim()));
        store::get(tx, id).await
    })
}

/// The first month from one on of which no publication has begun. The record of the month stays locked: a publication that begins meanwhile
/// waits, and takes the adjustment with it.
async fn first_unpublished(tx: &mut Tx, from: Month) -> Result<Month, Refusal> {
    let mut month = from;
    loop {
        let row = tx.query_opt("select state from settle_period where month = $1 {for_update}", args![month]).await?;
        match row.as_ref().map(|row| row.text("state")).transpose()? {
            Some("publishing" | "published" | "again" | "closed") => month = month.plus(1),
            _ => return Ok(month),
        }
    }
}

/// The statements of a month are published: the adjustments that stand in them stand in no other, and their disputes are closed.
pub(crate) async fn stated(tx: &mut Tx, who: &str, month: Month) -> Result<(), Refusal> {
    let sql = "update settle_dispute set version = version + 1, state = 'closed', stated_in = $1, post_in = $1,
                   closed_at_us = coalesce(closed_at_us, $2)
               where outcome = 'upheld' and stated_in is null and post_in <= $1 returning id";
    for row in tx.query(sql, args![month, tx.now_us()]).await? {
        let after = json!({ "state": State::Closed.name(), "stated_in": month.to_string() });
        tx.audit(Entry::new(who, "dispute.state", "dispute", row.text("id")?).after(after.to_string()));
    }
    Ok(())
}

/// The partner takes an answer as it is, or takes back a dispute without one.
///
/// # Errors
/// `NotFound settle.dispute.none`; `Conflict settle.dispute.state` while an amount waits for approval, and after the end.
pub async fn close(db: &Db, who: &str, id: &str) -> Result<Dispute, Refusal> {
    write_tx!(db, |tx| {
        let held = store::get(tx, id).await?;
        is_in(&held, &[State::Open, State::Answered])?;
        let outcome = held.outcome.as_deref().unwrap_or("withdrawn");
        let sql = "update settle_dispute set version = version + 1, state = 'closed', outcome = $3, closed_at_us = $4
                   where id = $1 and version = $2";
        tx.execute_versioned("争议 dispute", id, sql, args![id, held.version, outcome, tx.now_us()]).await?;
        tx.audit(Entry::new(who, "dispute.close", "dispute", id).after(json!({ "outcome": outcome }).to_string()));
        store::get(tx, id).await
    })
}

fn words(text: &str, code: &'static str) -> Result<(), Refusal> {
    let count = text.trim().chars().count();
    if (2..=MOST_WORDS).contains(&count) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        code,
        format!("请写明原因，2 至 {MOST_WORDS} 个字；现在是 {count} 个字"),
        format!("say why, in 2 to {MOST_WORDS} characters; there are {count}"),
    ))
}

fn is_in(held: &Dispute, states: &[State]) -> Result<(), Refusal> {
    if states.contains(&held.state) {
        return Ok(());
    }
    let (zh, en) = match held.state {
        State::Open => ("尚未答复", "has no answer yet"),
        State::Proposed => ("正在等待复核", "waits for an approval"),
        State::Answered => ("已经答复", "has its answer"),
        State::Closed => ("已经关闭", "is closed"),
    };
    Err(Refusal::new(
        Kind::Conflict,
        "settle.dispute.state",
        format!("争议 {} {zh}，不能再做这项操作；请刷新查看", held.id),
        format!("dispute {} {en}, so this cannot be done; reload it", held.id),
    ))
}

fn exists(held: &Dispute) -> Refusal {
    let (id, by) = (&held.id, held.answer_by);
    let (zh, en) = if matches!(held.state, State::Open | State::Proposed) {
        (format!("已提出争议 {id}，将在 {by} 前答复，无需重复提出"), format!("it is disputed already under {id}, to be answered by {by}"))
    } else {
        (format!("争议 {id} 已经答复，不能再次提出；请查看答复"), format!("dispute {id} of it has its answer; look at that"))
    };
    Refusal::new(Kind::Conflict, "settle.dispute.exists", format!("这一行{zh}"), format!("this line: {en}"))
}
