//! Reading every journal with its entries, in bounded memory: journals by pages, entries by a chunk's worth.

use crate::chunk::MAX_ENTRIES;
use crate::model::{Journal, JournalId};
use crate::store::{entry_of, journal_of};
use qudao_kernel::Refusal;
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use std::collections::HashMap;

/// Journals read at once.
const PAGE: u32 = 64;

/// A journal as the tables have it, which may differ from what was posted.
pub(crate) struct Stored {
    pub(crate) id: JournalId,
    pub(crate) sha256: String,
    /// The column that should be the month of the day.
    pub(crate) month: String,
    /// The column that should be the number of entries.
    pub(crate) count: i64,
    /// False if an entry's unit column is not its kind's.
    pub(crate) units: bool,
    pub(crate) journal: Journal,
}

/// The order of a walk.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    Id,
    Date,
}

const BY_ID: &str = "select * from ledger_journal where ($1 = '' or entity = $1) and id {by_bytes} > $2
    order by id {by_bytes} limit $3";

const BY_DATE: &str = "select * from ledger_journal where ($1 = '' or entity = $1)
    and (date {by_bytes} > $2 or (date {by_bytes} = $2 and id {by_bytes} > $3))
    order by date {by_bytes}, id {by_bytes} limit $4";

/// Hands every journal of an entity, or of all if it is empty, to `take`.
pub(crate) async fn each_journal(
    tx: &mut Tx,
    entity: &str,
    order: Order,
    mut take: impl FnMut(&Stored) -> Result<(), Refusal> + Send,
) -> Result<(), Refusal> {
    let (mut date, mut id) = (String::new(), String::new());
    loop {
        let rows = match order {
            Order::Id => tx.query(BY_ID, args![entity, &id, PAGE]).await?,
            Order::Date => tx.query(BY_DATE, args![entity, &date, &id, PAGE]).await?,
        };
        let Some(last) = rows.last() else { return Ok(()) };
        (date, id) = (last.string("date")?, last.string("id")?);
        let mut page = rows.iter().map(head).collect::<Result<Vec<_>, _>>()?;
        let mut begin = 0;
        while begin < page.len() {
            let end = begin + fitting(&page[begin..]);
            fill(tx, &mut page[begin..end]).await?;
            for stored in &mut page[begin..end] {
                take(stored)?;
                stored.journal.entries = Vec::new();
            }
            begin = end;
        }
    }
}

fn head(row: &Row) -> Result<Stored, Refusal> {
    Ok(Stored {
        id: JournalId(row.string("id")?),
        sha256: row.string("sha256")?,
        month: row.string("month")?,
        count: row.int("entries")?,
        units: true,
        journal: journal_of(row)?,
    })
}

/// How many of these journals have a chunk's worth of entries together; one at least.
fn fitting(page: &[Stored]) -> usize {
    let mut entries = 0;
    let within = page.iter().take_while(|stored| {
        entries += stored.count;
        entries <= MAX_ENTRIES as i64
    });
    within.count().max(1)
}

async fn fill(tx: &mut Tx, journals: &mut [Stored]) -> Result<(), Refusal> {
    let places: HashMap<String, usize> = journals.iter().enumerate().map(|(place, stored)| (stored.id.0.clone(), place)).collect();
    let marks: Vec<String> = (1..=journals.len()).map(|number| format!("${number}")).collect();
    let ids: Vec<Value> = journals.iter().map(|stored| Value::from(&stored.id.0)).collect();
    let sql = format!(
        "select journal, owner, kind, unit, amount, ref from ledger_entry where journal in ({}) order by journal, line",
        marks.join(", ")
    );
    tx.query_each(sql, &ids, |row| {
        if let Some(stored) = places.get(row.text("journal")?).and_then(|place| journals.get_mut(*place)) {
            let entry = entry_of(&row)?;
            stored.units &= row.text("unit")? == entry.kind.unit().name();
            stored.journal.entries.push(entry);
        }
        Ok(())
    })
    .await
}
