//! Events between parts of the system. An event is emitted in the transaction in which it happened; each subscribed consumer
//! handles it in a transaction of its own, together with the note that it was handled. So an event exists if and only if
//! the change exists, and its effect happens exactly once however often delivery is tried or killed.
//!
//! A crash in a handler means: nothing of it happened, the event is delivered again. A handler that refuses is tried again
//! later, at growing distances; the others go on. Bounds: one event per transaction, at most `limit` per [`drain`].

use crate::db::{Db, DbKind, Row, Tx};
use crate::hash::Fields;
use crate::{args, write_tx};
use qudao_kernel::Refusal;

/// First distance between two attempts, microseconds; doubles each time up to an hour.
const FIRST_RETRY_US: i64 = 1_000_000;
const MAX_RETRY_US: i64 = 3_600_000_000;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Made of the topic and the key it was emitted with.
    pub id: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// What, `area.noun.past_tense`.
    pub topic: String,
    /// JSON.
    pub body: String,
}

/// What one call of [`drain`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// Events handled.
    pub done: u32,
    /// Events whose handler refused; they come again later.
    pub refused: u32,
}

/// Emits an event and returns its id. `key` makes it unique within its topic: the id of the record and its version, say. The
/// same event emitted twice is one event. Events of one instant are delivered in no particular order.
pub async fn emit(tx: &mut Tx, topic: &str, key: &str, body: &str) -> Result<String, Refusal> {
    let digest = Fields::new().text(topic).text(key).finish();
    let id = format!("evt_{}", &digest[..32]);
    let fresh = "insert into outbox_event (id, at_us, topic, body) values ($1, $2, $3, $4) on conflict (id) do nothing";
    if tx.execute(fresh, args![&id, tx.now_us(), topic, body]).await? > 0 {
        let deliver = "insert into outbox_delivery (consumer, event_id, attempts, next_at_us)
                       select consumer, $1, 0, $2 from outbox_subscription where topic = $3";
        tx.execute(deliver, args![&id, tx.now_us(), topic]).await?;
    }
    Ok(id)
}

/// Subscribes a consumer to a topic, from the first event on. Subscribing again changes nothing.
pub async fn subscribe(tx: &mut Tx, consumer: &str, topic: &str) -> Result<(), Refusal> {
    if tx.kind() == DbKind::Postgres {
        // Emitters at work finish first, later ones wait and then see the subscription: no event falls between.
        tx.execute("lock table outbox_event in share row exclusive mode", args![]).await?;
    }
    let subscribe = "insert into outbox_subscription (consumer, topic) values ($1, $2) on conflict do nothing";
    if tx.execute(subscribe, args![consumer, topic]).await? > 0 {
        let backlog = "insert into outbox_delivery (consumer, event_id, attempts, next_at_us)
                       select $1, id, 0, at_us from outbox_event where topic = $2
                       on conflict (consumer, event_id) do nothing";
        tx.execute(backlog, args![consumer, topic]).await?;
    }
    Ok(())
}

/// Marks an event as handled by a consumer; false if it was handled before and its effect must not happen again. For events
/// that reach a consumer on another way than [`drain`].
pub async fn first_time(tx: &mut Tx, consumer: &str, event_id: &str) -> Result<bool, Refusal> {
    let mark = "insert into outbox_delivery (consumer, event_id, attempts, next_at_us, done_at_us) values ($1, $2, 1, $3, $3)
                on conflict (consumer, event_id) do update set done_at_us = excluded.done_at_us, attempts = outbox_delivery.attempts + 1
                where outbox_delivery.done_at_us is null";
    Ok(tx.execute(mark, args![consumer, event_id, tx.now_us()]).await? > 0)
}

/// Who handles events.
#[async_trait::async_trait]
pub trait Consumer: Send + Sync {
    /// Stable name; the record of what was handled hangs on it.
    fn name(&self) -> &str;

    /// The effect of one event, all of it in this transaction.
    async fn handle(&self, tx: &mut Tx, event: &Event) -> Result<(), Refusal>;
}

/// Hands up to `limit` due events to a consumer, oldest first, each in its own transaction.
///
/// # Errors
/// Only those of the database; a refusal of the consumer is stored with the event and counted.
pub async fn drain(db: &Db, consumer: &dyn Consumer, limit: u32) -> Result<Drained, Refusal> {
    let mut drained = Drained::default();
    for _ in 0..limit {
        let mut taken = None;
        let outcome = write_tx!(db, |tx| {
            taken = take(tx, consumer.name()).await?;
            let Some(event) = &taken else { return Ok(()) };
            consumer.handle(tx, event).await?;
            let mark = "update outbox_delivery set done_at_us = $3, attempts = attempts + 1, last_error = null
                        where consumer = $1 and event_id = $2";
            tx.execute(mark, args![consumer.name(), &event.id, tx.now_us()]).await?;
            Ok(())
        });
        match (taken, outcome) {
            (None, outcome) => return outcome.map(|()| drained),
            (Some(_), Ok(())) => drained.done += 1,
            (Some(event), Err(refusal)) => {
                drained.refused += 1;
                postpone(db, consumer.name(), &event, &refusal).await?;
            }
        }
    }
    Ok(drained)
}

/// Up to `limit` due events of a consumer, oldest first, as they are. For a consumer that handles many at once, in a way that does nothing when it is
/// done twice, and then marks each with [`first_time`].
pub async fn due(tx: &mut Tx, consumer: &str, limit: u32) -> Result<Vec<Event>, Refusal> {
    let due = "select e.id, e.at_us, e.topic, e.body from outbox_delivery d join outbox_event e on e.id = d.event_id
               where d.consumer = $1 and d.done_at_us is null and d.next_at_us <= $2 order by d.next_at_us, d.event_id limit $3";
    tx.query(due, args![consumer, tx.now_us(), limit]).await?.iter().map(event_of).collect()
}

/// Number of events a consumer has not handled yet.
pub async fn open(tx: &mut Tx, consumer: &str) -> Result<i64, Refusal> {
    let count = "select count(*) as open from outbox_delivery where consumer = $1 and done_at_us is null";
    tx.query_one(count, args![consumer]).await?.int("open")
}

/// What waits for its consumers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Deliveries not handled yet.
    pub open: i64,
    /// When the oldest of their events happened, microseconds since 1970.
    pub oldest_us: Option<i64>,
    /// Deliveries a consumer has refused at least once.
    pub refused: i64,
    /// Of the one that was refused most often: consumer and why.
    pub worst: Option<(String, String)>,
}

/// What waits for all consumers together.
///
/// # Errors
/// Those of the database.
pub async fn backlog(tx: &mut Tx) -> Result<Backlog, Refusal> {
    let sql = "select count(*) as open, min(e.at_us) as oldest from outbox_delivery d join outbox_event e on e.id = d.event_id
               where d.done_at_us is null";
    let row = tx.query_one(sql, args![]).await?;
    let (open, oldest_us) = (row.int("open")?, row.opt_int("oldest")?);
    let sql = "select count(*) as refused from outbox_delivery where done_at_us is null and last_error is not null";
    let refused = tx.query_one(sql, args![]).await?.int("refused")?;
    let sql = "select consumer, last_error from outbox_delivery where done_at_us is null and last_error is not null
               order by attempts desc, consumer, event_id limit 1";
    let worst = match tx.query_opt(sql, args![]).await? {
        Some(row) => Some((row.string("consumer")?, row.string("last_error")?)),
        None => None,
    };
    Ok(Backlog { open, oldest_us, refused, worst })
}

async fn take(tx: &mut Tx, consumer: &str) -> Result<Option<Event>, Refusal> {
    let due = "select event_id from outbox_delivery where consumer = $1 and done_at_us is null and next_at_us <= $2
               order by next_at_us, event_id limit 1 {skip_locked}";
    let Some(row) = tx.query_opt(due, args![consumer, tx.now_us()]).await? else { return Ok(None) };
    let event = tx.query_one("select id, at_us, topic, body from outbox_event where id = $1", args![row.text("event_id")?]).await?;
    event_of(&event).map(Some)
}

async fn postpone(db: &Db, consumer: &str, event: &Event, refusal: &Refusal) -> Result<(), Refusal> {
    let reason = refusal.to_string();
    write_tx!(db, |tx| {
        let sql = "select attempts from outbox_delivery where consumer = $1 and event_id = $2 {for_update}";
        let attempts = tx.query_one(sql, args![consumer, &event.id]).await?.count("attempts")?;
        let distance = FIRST_RETRY_US.saturating_mul(1_i64 << attempts.min(30)).min(MAX_RETRY_US);
        let later = "update outbox_delivery set attempts = attempts + 1, next_at_us = $3, last_error = $4
                     where consumer = $1 and event_id = $2 and done_at_us is null";
        tx.execute(later, args![consumer, &event.id, tx.now_us() + distance, &reason]).await?;
        Ok(())
    })
}

fn event_of(row: &Row) -> Result<Event, Refusal> {
    Ok(Event { id: row.string("id")?, at_us: row.int("at_us")?, topic: row.string("topic")?, body: row.string("body")? })
}
