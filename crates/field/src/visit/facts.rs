//! A visit that counts goes on its way to the fact store: the visit, its training, and every answer as an observation.
//!
//! The rows leave with the transaction in which the visit came to count, as an event of [`TOPIC`]; what is learned of it later leaves again as a later version of
//! the same facts, told by its later known day. Whoever writes facts subscribes to the topic.

use super::Counts;
use super::store::Visit;
use crate::checklist::observe::Where;
use qudao_access::sessions::day;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Refusal};
use qudao_platform::db::Tx;
use qudao_platform::outbox;
use serde_json::json;
use std::collections::BTreeMap;

/// The topic of visits that count.
pub const TOPIC: &str = "field.fact";

/// A row of facts: name of the column and text.
pub type Cells = BTreeMap<&'static str, String>;

/// The facts of a visit, as known on a day; none unless it counts.
pub fn rows(visit: &Visit, known_on: Date) -> Vec<(Table, Cells)> {
    if visit.counts != Counts::Yes {
        return Vec::new();
    }
    let place = Where { day: visit.day, known_on, outlet: &visit.site.outlet, partner: &visit.site.partner };
    let activity = |id: String, kind: &str, more: &[(Col, String)]| {
        let mut cells = Cells::new();
        let own = [(Col::EventId, id), (Col::Kind, kind.to_owned()), (Col::DoneOn, visit.day.to_string())];
        for (col, text) in own.into_iter().chain(place.columns()).chain(more.iter().cloned()).filter(|(_, text)| !text.is_empty()) {
            cells.insert(col.name(), text);
        }
        (Table::Activity, cells)
    };
    let minutes = visit.view.minutes().unwrap_or(0).to_string();
    let planned = visit.header.planned_on.map_or_else(String::new, |day| day.to_string());
    let mut rows = vec![activity(visit.id.clone(), "visit", &[(Col::Value, minutes), (Col::DueOn, planned)])];
    for (id, training) in &visit.view.trainings {
        let score = training.score.map_or_else(String::new, |score| score.to_string());
        let more = [(Col::Item, training.topic.clone()), (Col::Quantity, "1".to_owned()), (Col::Value, score)];
        rows.push(activity(format!("{}:training:{id}", visit.id), "training", &more));
    }
    rows.extend(visit.observations().iter().map(|one| (Table::Observation, one.cells(&place))));
    rows
}

/// Sends the facts of a visit on their way, if it counts. A version leaves once.
pub(super) async fn send(tx: &mut Tx, visit: &Visit) -> Result<(), Refusal> {
    let rows = rows(visit, day(tx.now_us()));
    if rows.is_empty() {
        return Ok(());
    }
    let body = json!({ "record": visit.id, "rows": rows }).to_string();
    outbox::emit(tx, TOPIC, &format!("{}:{}", visit.id, visit.version), &body).await.map(drop)
}
