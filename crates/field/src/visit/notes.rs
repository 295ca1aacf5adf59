//! What was noted on visits, read together: competitors, customers, the market (R7.28–R7.30).

use super::list::{Sight, mark};
use super::merge::{Signed, merge};
use super::record::{self, Note, NoteKind, Record};
use super::{names, store::of_write};
use qudao_kernel::{Date, Refusal};
use qudao_platform::db::{Tx, Value};
use std::collections::BTreeMap;

/// Most writes that are looked through.
const MOST: u32 = 10_000;

/// Day, outlet and id of a visit.
type Key = (Date, String, String);
/// Its territory and manager, and what was written.
type Made = (String, String, Vec<Signed>);

names!(NoteKind { Competitor "competitor", Customer "customer", Market "market" });

/// A note with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The day of the visit.
    pub day: Date,
    /// Outlet.
    pub outlet: String,
    /// Its territory.
    pub territory: String,
    /// Who noted it.
    pub manager: String,
    /// The visit.
    pub visit: String,
    /// The note.
    pub note: Note,
}

/// Notes of a time within a sight, both ends included, of one kind or all; by day, then outlet.
///
/// # Errors
/// The database does not answer.
pub async fn notes(tx: &mut Tx, sight: &Sight, from: Date, to: Date, kind: Option<NoteKind>) -> Result<Vec<Noted>, Refusal> {
    let mut values: Vec<Value> = vec![from.into(), to.into()];
    let within = sight.wheres("v", true, &mut values);
    let most = mark(&mut values, MOST);
    let sql = format!(
        "select v.day, v.outlet, v.territory, v.manager, w.visit, w.id, w.seq, w.path, w.device, w.at_us, w.replaces, w.value
         from field_write w join field_visit v on v.id = w.visit
         where v.day >= $1 and v.day <= $2 and w.path like 'note.%' and {within} order by v.day, v.outlet, w.visit, w.id limit {most}"
    );
    let rows = tx.query(sql, &values).await?;
    let mut visits: BTreeMap<Key, Made> = BTreeMap::new();
    for row in &rows {
        let key = (row.parse("day")?, row.string("outlet")?, row.string("visit")?);
        let visit = visits.entry(key).or_insert((row.string("territory")?, row.string("manager")?, Vec::new()));
        visit.2.push(of_write(row)?);
    }
    let mut found = Vec::new();
    for ((day, outlet, visit), (territory, manager, writes)) in visits {
        for (path, field) in merge(&writes) {
            let Ok(Some(Record::Note(_, note))) = record::read(&path, &field.value) else { continue };
            if kind.is_none_or(|kind| kind == note.kind) {
                let (outlet, visit, territory, manager) = (outlet.clone(), visit.clone(), territory.clone(), manager.clone());
                found.push(Noted { day, outlet, territory, manager, visit, note });
            }
        }
    }
    Ok(found)
}
