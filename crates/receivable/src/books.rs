//! Movements of money on their way into the one ledger.
//!
//! | # | step | what is written | a crash after it |
//! |---|---|---|---|
//! | 1 | the act | its rows and an event, one transaction | the event is due |
//! | 2 | [`due`] reads what waits | nothing | nothing happened |
//! | 3 | [`post`] | journals in the ledger file | they are there under their keys, and posting finds them |
//! | 4 | [`posted`] | the events are marked | nothing is left |
//!
//! Bounds: at most [`MOST`] events a round. Limits of what may move are kept by the acts themselves, in their transaction.

use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{Basis, Journal, Posting, Templates};
use qudao_platform::db::{Db, Tx};
use qudao_platform::{outbox, write_tx};
use serde::{Deserialize, Serialize};
use std::path::Path;

const TOPIC: &str = "money.moved";
const CONSUMER: &str = "books";
/// Most events of a round.
const MOST: u32 = 2_000;

/// What moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Something was sold on account.
    Charge,
    /// What was charged is put right, either way.
    Adjust,
    /// The partner paid.
    Receive,
    /// A deposit came in.
    TakeDeposit,
    /// A deposit went back.
    RefundDeposit,
    /// A deposit is kept.
    KeepDeposit,
    /// A deposit paid what its owner owes, by a clause of the agreement.
    UseDepositByClause,
    /// The same, with the owner's consent.
    UseDepositByConsent,
    /// Top-up money was bought and paid.
    LoadFloat,
    /// Top-up money was bought on account.
    LoadFloatOnAccount,
    /// Top-up money was sold; below zero where more sales were taken back.
    SellFloat,
    /// Top-up money was given back.
    ReturnFloat,
}

/// A movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// What it was.
    pub what: What,
    /// Whose account: a partner.
    pub owner: String,
    /// Fen.
    pub amount: i64,
    /// What it is for: a number, or the document that allows an offset.
    pub reference: String,
    /// In words, for whoever reads the books.
    pub reason: String,
}

/// A movement that waits to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    event: String,
    key: String,
    moved: Moved,
}

/// The event's content: the key a journal has, and the movement.
#[derive(Serialize, Deserialize)]
struct Body {
    key: String,
    moved: Moved,
}

/// Subscribes the ledger, before anything moves.
///
/// # Errors
/// The database does not answer.
pub async fn subscribe(tx: &mut Tx) -> Result<(), Refusal> {
    outbox::subscribe(tx, CONSUMER, TOPIC).await
}

/// Sends a movement on its way, with the transaction that makes it.
///
/// # Errors
/// The database does not answer.
pub async fn send(tx: &mut Tx, key: &str, moved: Moved) -> Result<(), Refusal> {
    let body = serde_json::to_string(&Body { key: key.to_owned(), moved }).map_err(|error| bug(&error.to_string()))?;
    outbox::emit(tx, TOPIC, key, &body).await.map(drop)
}

/// What waits to be posted, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn due(tx: &mut Tx) -> Result<Vec<Waiting>, Refusal> {
    let waiting = |event: outbox::Event| {
        let Body { key, moved } = serde_json::from_str(&event.body).map_err(|error| bug(&error.to_string()))?;
        Ok(Waiting { event: event.id, key, moved })
    };
    outbox::due(tx, CONSUMER, MOST).await?.into_iter().map(waiting).collect()
}

/// What posting came to.
#[derive(Debug, Default)]
pub struct Posted {
    /// Movements that are in the ledger now.
    done: Vec<String>,
    /// Why the first of the others is not.
    pub refused: Option<Refusal>,
}

impl Posted {
    /// How many movements are in the ledger now.
    pub fn count(&self) -> usize {
        self.done.len()
    }
}

/// Posts what waits to a ledger file, in its open month: today, or the month's last day where the books are behind, or its first where they are
/// ahead. Before the books have a month nothing is posted. What the ledger refuses waits on; of one instant the order is found by trying.
///
/// # Errors
/// The file cannot be read or written.
pub fn post(file: &Path, entity: &str, waiting: &[Waiting], today: Date) -> Result<Posted, Refusal> {
    let mut posted = Posted::default();
    if waiting.is_empty() {
        return Ok(posted);
    }
    let mut ledger = FileLedger::open(file)?;
    let Some(open) = ledger.book().open_month(entity) else { return Ok(posted) };
    let day = today.clamp(open.first_day(), open.last_day());
    let mut left: Vec<&Waiting> = waiting.iter().collect();
    loop {
        let before = left.len();
        let mut later = Vec::new();
        posted.refused = None;
        for one in left {
            match post_one(&mut ledger, entity, one, day) {
                Ok(()) => posted.done.push(one.event.clone()),
                Err(refusal) if refusal.kind == Kind::Unavailable => return Err(refusal),
                Err(refusal) => {
                    posted.refused.get_or_insert(refusal);
                    later.push(one);
                }
            }
        }
        if later.is_empty() || later.len() == before {
            return Ok(posted);
        }
        left = later;
    }
}

/// Marks what was posted.
///
/// # Errors
/// The database does not answer.
pub async fn posted(db: &Db, posted: &Posted) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        for event in &posted.done {
            outbox::first_time(tx, CONSUMER, event).await?;
        }
        Ok(())
    })
}

fn post_one(ledger: &mut FileLedger, entity: &str, waiting: &Waiting, day: Date) -> Result<(), Refusal> {
    let Waiting { key, moved, .. } = waiting;
    // What may be taken was decided by the act, invoice by invoice; the account as a whole may stand in credit by then.
    let free = Posting { guards: Vec::new(), ..posting(entity, moved)? };
    let journal = Journal::new(entity, key, day, &moved.reason).posting(free);
    // A repeat carries the day of the first time: a journal that is there under its key is left as it is.
    if ledger.book().knows(&journal.id(), entity) {
        return Ok(());
    }
    ledger.post(&journal).map(drop)
}

fn posting(entity: &str, moved: &Moved) -> Result<Posting, Refusal> {
    let Moved { what, owner, amount, reference, .. } = moved;
    let (templates, amount) = (Templates::of(entity), Fen(*amount));
    match what {
        What::Charge => templates.charge(owner, amount, reference),
        What::Adjust => templates.adjust_charge(owner, amount, reference),
        What::Receive => templates.receive(owner, amount, reference),
        What::TakeDeposit => templates.take_deposit(owner, amount, reference),
        What::RefundDeposit => templates.refund_deposit(owner, amount, reference),
        What::KeepDeposit => templates.keep_deposit(owner, amount, reference),
        What::UseDepositByClause => templates.use_deposit(owner, amount, &Basis::Clause(reference.clone())),
        What::UseDepositByConsent => templates.use_deposit(owner, amount, &Basis::Consent(reference.clone())),
        What::LoadFloat => templates.load_float(owner, amount, reference),
        What::LoadFloatOnAccount => templates.load_float_on_account(owner, amount, reference),
        What::SellFloat => templates.sell_float(owner, amount, reference),
        What::ReturnFloat => templates.return_float(owner, amount, reference),
    }
}

fn bug(why: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "receivable.books",
        format!("记账事件无法读写：{why}；请把此信息报告给维护者"),
        format!("an event for the books cannot be read or written: {why}; report this to the maintainers"),
    )
}
