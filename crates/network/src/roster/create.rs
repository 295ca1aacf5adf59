//! A new record with its first row.

use super::store::{self, Stored};
use super::{By, rules};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::Done;
use qudao_platform::db::Tx;

/// Creates a record. Creating it again with the same row is [`Done::Already`]; its version is returned.
///
/// # Errors
/// `BadInput` for a row a file would be refused for, `Conflict network.record.exists` if the code is taken.
pub async fn create<T: Stored>(tx: &mut Tx, by: By<'_>, row: &T) -> Result<Done<u32>, Refusal> {
    let row = rules::checked(row)?;
    store::lock::<T>(tx).await?;
    if let Some(there) = store::get::<T>(tx, row.code()).await? {
        if there.rows.first() == Some(&row) {
            return Ok(Done::Already(there.version));
        }
        return Err(exists::<T>(row.code()));
    }
    let code = row.code().to_owned();
    rules::save(tx, by, "create", None, &code, &[row]).await?;
    Ok(Done::Now(1))
}

fn exists<T: Stored>(code: &str) -> Refusal {
    let (zh, en) = (T::NOUN.label(), T::NOUN.english());
    Refusal::new(
        Kind::Conflict,
        "network.record.exists",
        format!("{zh} {code} 已存在；请换一个编码，或修改已有记录"),
        format!("{en} {code} exists already; choose another code, or change the record that is there"),
    )
}

/// Creates many records with their first rows at once: one look at what is there, one statement a table, an audit entry for each.
///
/// # Errors
/// As [`create`] for the first that is wrong; nothing is created then.
pub async fn create_all<T: Stored>(tx: &mut Tx, by: By<'_>, rows: &[T]) -> Result<(), Refusal> {
    store::lock::<T>(tx).await?;
    let there = store::spans(tx, T::ROWS, None).await?;
    let others = match T::REFERS_TO {
        Some((noun, table)) if noun != T::NOUN => store::spans(tx, table, None).await?,
        _ => there.clone(),
    };
    let mut checked = Vec::with_capacity(rows.len());
    for row in rows {
        let row = rules::checked(row)?;
        if there.contains_key(row.code()) {
            return Err(exists::<T>(row.code()));
        }
        rules::stands(&row, &others)?;
        checked.push(row);
    }
    let changes: Vec<store::Change<'_, T>> =
        checked.iter().map(|row| store::Change { before: None, code: row.code(), rows: std::slice::from_ref(row) }).collect();
    store::save(tx, by, "create", &changes).await
}
