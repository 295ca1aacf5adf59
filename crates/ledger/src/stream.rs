//! Reading every journal with its entries, one at a time, in constant memory.

use crate::model::{Journal, JournalId};
use crate::store::{entry_of, journal_of};
use qudao_kernel::Refusal;
use qudao_platform::args;
use qudao_platform::db::{Row, Tx};

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

const BY_ID: &str = "select j.id, j.entity, j.key, j.date, j.month, j.about, j.reason, j.reverses, j.run, j.chunk, j.entries, j.sha256,
    e.line, e.owner, e.kind, e.unit, e.amount, e.ref
    from ledger_journal j left join ledger_entry e on e.journal = j.id
    where $1 = '' or j.entity = $1 order by j.id {by_bytes}, e.line";

const BY_DATE: &str = "select j.id, j.entity, j.key, j.date, j.month, j.about, j.reason, j.reverses, j.run, j.chunk, j.entries, j.sha256,
    e.line, e.owner, e.kind, e.unit, e.amount, e.ref
    from ledger_journal j left join ledger_entry e on e.journal = j.id
    where $1 = '' or j.entity = $1 order by j.date {by_bytes}, j.id {by_bytes}, e.line";

/// Hands every journal of an entity, or of all if it is empty, to `take`.
pub(crate) async fn each_journal(
    tx: &mut Tx,
    entity: &str,
    order: Order,
    mut take: impl FnMut(&Stored) -> Result<(), Refusal> + Send,
) -> Result<(), Refusal> {
    let sql = match order {
        Order::Id => BY_ID,
        Order::Date => BY_DATE,
    };
    let mut held: Option<Stored> = None;
    tx.query_each(sql, args![entity], |row| {
        let id = row.text("id")?;
        if held.as_ref().is_none_or(|stored| stored.id.0 != id) {
            if let Some(whole) = held.take() {
                take(&whole)?;
            }
            held = Some(first(&row)?);
        }
        match &mut held {
            Some(stored) => add(stored, &row),
            None => Ok(()),
        }
    })
    .await?;
    held.as_ref().map_or(Ok(()), take)
}

fn first(row: &Row) -> Result<Stored, Refusal> {
    Ok(Stored {
        id: JournalId(row.string("id")?),
        sha256: row.string("sha256")?,
        month: row.string("month")?,
        count: row.int("entries")?,
        units: true,
        journal: journal_of(row)?,
    })
}

fn add(stored: &mut Stored, row: &Row) -> Result<(), Refusal> {
    // A journal without entries comes as one row without a line.
    if row.opt_int("line")?.is_some() {
        let entry = entry_of(row)?;
        stored.units &= row.text("unit")? == entry.kind.unit().name();
        stored.journal.entries.push(entry);
    }
    Ok(())
}
