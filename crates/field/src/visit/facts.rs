//! A visit that counts goes on its way to the fact store: the visit, its training, and every answer as an observation.
//!
//! The rows leave with the transaction in which the visit came to count, as an event of [`TOPIC`]. What is learned of it later leaves again as a later version of
//! the same facts, told by its later known day; what no longer holds, because an answer was taken back or the visit does not count any more, leaves as a
//! version of the kind [`WITHDRAWN`], which no figure counts. [`round`] writes what is due; others may subscribe to the topic beside it.

use super::Counts;
use super::record::Stand;
use super::store::Visit;
use crate::checklist::observe::Where;
use qudao_access::sessions::day;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Refusal};
use qudao_platform::columnar::facts::FactPort;
use qudao_platform::columnar::feed::{Cells, Feed, Written};
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, write_tx};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The topic of visits that count.
pub const TOPIC: &str = "field.fact";
/// The kind of a fact that does not hold any more.
pub const WITHDRAWN: &str = "withdrawn";

/// The way of visits into the fact store. What phones write is bounded but not of our making: a row with a day of another century stays out alone.
const FEED: Feed = Feed { topic: TOPIC, consumer: "field-facts", file: "field-", strict: false };

/// Table and id of a fact.
type Key = (Table, String);

/// Subscribes the writer, before any visit counts.
///
/// # Errors
/// The database does not answer.
pub async fn subscribe(tx: &mut Tx) -> Result<(), Refusal> {
    FEED.subscribe(tx).await
}

/// Whether a batch of facts came from visits and not from a system outside, by its file.
pub fn is_ours(file: &str) -> bool {
    FEED.is_ours(file)
}

/// Writes what is due into the fact store. `work` is a folder for files of the moment.
///
/// # Errors
/// The fact store or the database does not answer; then everything is due again.
pub async fn round(db: &Db, port: Arc<dyn FactPort>, master: Arc<Master>, work: &Path) -> Result<Written, Refusal> {
    let Some(taken) = FEED.take(db, port, master, day(db.now_us()), work).await? else { return Ok(Written::default()) };
    write_tx!(db, |tx| taken.done(tx).await)?;
    Ok(taken.written)
}

/// The facts of a visit, as known on a day; none unless it counts.
pub fn rows(visit: &Visit, known_on: Date) -> Vec<(Table, Cells)> {
    if visit.counts != Counts::Yes {
        return Vec::new();
    }
    let place = Where { day: visit.day, known_on, outlet: &visit.site.outlet, partner: &visit.site.partner };
    let activity = |id: String, kind: &str, more: &[(Col, String)]| {
        let mut own = vec![(Col::EventId, id), (Col::Kind, kind.to_owned()), (Col::DoneOn, visit.day.to_string())];
        own.extend(more.iter().cloned());
        (Table::Activity, cells(own, &place))
    };
    let minutes = visit.view.minutes().unwrap_or(0).to_string();
    let planned = visit.header.planned_on.map_or_else(String::new, |day| day.to_string());
    let brought = visit.results.to_string();
    let mut rows = vec![activity(visit.id.clone(), "visit", &[(Col::Value, minutes), (Col::DueOn, planned), (Col::Quantity, brought)])];
    for (id, training) in &visit.view.trainings {
        let score = training.score.map_or_else(String::new, |score| score.to_string());
        let more = [(Col::Item, training.topic.clone()), (Col::Quantity, "1".to_owned()), (Col::Value, score)];
        rows.push(activity(format!("{}:training:{id}", visit.id), "training", &more));
    }
    for (model, seen) in &visit.view.shelves {
        let on_shelf = if seen.stands == Stand::Shelf { "是" } else { "否" };
        let pieces = visit.view.counts.get(model).map_or_else(String::new, |one| one.counted.to_string());
        let own = vec![
            (Col::EventId, format!("{}:shelf:{model}", visit.id)),
            (Col::Kind, "on_shelf".to_owned()),
            (Col::Item, model.clone()),
            (Col::Passed, on_shelf.to_owned()),
            (Col::Value, pieces),
            (Col::Grade, "seen".to_owned()),
        ];
        rows.push((Table::Observation, cells(own, &place)));
    }
    rows.extend(visit.observations().iter().map(|one| (Table::Observation, one.cells(&place))));
    rows
}

fn cells(own: Vec<(Col, String)>, place: &Where<'_>) -> Cells {
    let all = own.into_iter().chain(place.columns()).filter(|(_, text)| !text.is_empty());
    all.map(|(col, text)| (col.name().to_owned(), text)).collect()
}

/// What has left of a visit, and the known day of what leaves next.
async fn before(tx: &mut Tx, visit: &str) -> Result<(BTreeSet<Key>, Date), Refusal> {
    let row = tx.query_one("select sent, sent_on from field_visit where id = $1", args![visit]).await?;
    let today = day(tx.now_us());
    let known_on = row.opt_parse::<Date>("sent_on")?.map_or(today, |on| on.plus_days(1).max(today));
    let text = row.text("sent")?;
    let sent = if text.is_empty() { BTreeSet::new() } else { super::store::parsed(text)? };
    Ok((sent, known_on))
}

async fn leave(
    tx: &mut Tx,
    visit: (&str, u32),
    place: &Where<'_>,
    mut rows: Vec<(Table, Cells)>,
    sent: &BTreeSet<Key>,
) -> Result<(), Refusal> {
    let id = |cells: &Cells| cells.get(Col::EventId.name()).cloned().unwrap_or_default();
    let now: BTreeSet<Key> = rows.iter().map(|(table, cells)| (*table, id(cells))).collect();
    for (table, id) in sent.difference(&now) {
        rows.push((*table, cells(vec![(Col::EventId, id.clone()), (Col::Kind, WITHDRAWN.to_owned())], place)));
    }
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "update field_visit set sent = $2, sent_on = $3 where id = $1";
    tx.execute(sql, args![visit.0, super::store::text(&now)?, place.known_on]).await?;
    FEED.emit(tx, &format!("{}:{}", visit.0, visit.1), visit.0, rows).await
}

/// Sends the facts of a visit on their way if it counts, and takes back those that left and do not hold any more. A version leaves once.
pub(super) async fn send(tx: &mut Tx, visit: &Visit) -> Result<(), Refusal> {
    let (sent, known_on) = before(tx, &visit.id).await?;
    let place = Where { day: visit.day, known_on, outlet: &visit.site.outlet, partner: &visit.site.partner };
    leave(tx, (&visit.id, visit.version), &place, rows(visit, known_on), &sent).await
}

/// Takes back what left of a visit that does not count for now.
pub(super) async fn take_back(tx: &mut Tx, visit: &str) -> Result<(), Refusal> {
    let (sent, known_on) = before(tx, visit).await?;
    let row = tx.query_one("select version, day, outlet, partner from field_visit where id = $1", args![visit]).await?;
    let (outlet, partner) = (row.string("outlet")?, row.string("partner")?);
    let place = Where { day: row.parse("day")?, known_on, outlet: &outlet, partner: &partner };
    leave(tx, (visit, row.count("version")?), &place, Vec::new(), &sent).await
}
