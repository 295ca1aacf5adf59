//! A record from a day on: another row, or an end.

use super::store::{self, Stored};
use super::{By, Record, dated, rules};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::Done;
use qudao_platform::db::Tx;

/// From the first day of the row on, the record is what the row says; rows that were to begin later are gone. Returns the
/// version it then has. `version` is the one the caller looked at.
///
/// # Errors
/// `NotFound`, `Conflict network.record.stale` if it was changed meanwhile, `Conflict network.record.in_use` if the row ends
/// while others still need the record, `BadInput` for a row a file would be refused for.
pub async fn change<T: Stored>(tx: &mut Tx, by: By<'_>, version: u32, row: &T) -> Result<Done<u32>, Refusal> {
    let row = rules::checked(row)?;
    let before = looked_at::<T>(tx, row.code(), version).await?;
    let rows = dated::replaced(&before.rows, std::slice::from_ref(&row));
    saved(tx, by, "change", &before, &rows).await
}

/// Ends a record: from the day on it is no longer in force.
///
/// # Errors
/// As [`change`], and `BadInput network.record.day` if it has no row before that day.
pub async fn end<T: Stored>(tx: &mut Tx, by: By<'_>, code: &str, version: u32, day: Date) -> Result<Done<u32>, Refusal> {
    let before = looked_at::<T>(tx, code, version).await?;
    let rows = dated::cut(&before.rows, day);
    if rows.is_empty() {
        let (zh, en) = (T::NOUN.label(), T::NOUN.english());
        return Err(Refusal::bad_input(
            "network.record.day",
            format!("{zh} {code} 在 {day} 之前没有生效过；请选择生效日期之后的日期"),
            format!("{en} {code} is not in force before {day}; choose a later day"),
        ));
    }
    saved(tx, by, "end", &before, &rows).await
}

async fn looked_at<T: Stored>(tx: &mut Tx, code: &str, version: u32) -> Result<Record<T>, Refusal> {
    store::lock::<T>(tx).await?;
    let record = store::get::<T>(tx, code).await?.ok_or_else(|| {
        let (zh, en) = (T::NOUN.label(), T::NOUN.english());
        let text = (format!("没有{zh} {code}；请核对编码"), format!("there is no {en} {code}; check the code"));
        Refusal::new(Kind::NotFound, "network.record.missing", text.0, text.1)
    })?;
    if record.version == version { Ok(record) } else { Err(store::stale::<T>(code, version, record.version)) }
}

async fn saved<T: Stored>(tx: &mut Tx, by: By<'_>, action: &str, before: &Record<T>, rows: &[T]) -> Result<Done<u32>, Refusal> {
    if before.rows == rows {
        return Ok(Done::Already(before.version));
    }
    rules::save(tx, by, action, Some(before), &before.code, rows).await?;
    Ok(Done::Now(before.version + 1))
}
