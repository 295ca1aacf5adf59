//! A record as it is from a day on, its later rows included; and all of what hangs together, locked.

use super::store::{self, Stored};
use super::{By, Record, dated, rules};
use crate::files::Noun;
use qudao_kernel::master::Span;
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::db::Tx;

/// Locks partners, outlets, clerks and agreements for writing, in the one order everybody keeps.
///
/// # Errors
/// The database does not answer.
pub async fn lock_all(tx: &mut Tx) -> Result<(), Refusal> {
    for noun in [Noun::Partner, Noun::Outlet, Noun::Clerk, Noun::Agreement] {
        tx.query_one("select noun from network_lock where noun = $1 {for_update}", args![noun.english()]).await?;
    }
    Ok(())
}

/// The row of a record that is in force on a day.
pub fn on<T: Stored>(record: &Record<T>, day: Date) -> Option<&T> {
    record.rows.iter().find(|row| row.span().contains(day))
}

/// From a day on, whatever holds of a record is made something else: the row of that day and those that begin later.
///
/// # Errors
/// `Conflict network.record.not_in_force` where no row holds on the day; otherwise as [`super::change`].
pub async fn amend<T: Stored>(tx: &mut Tx, by: By<'_>, code: &str, day: Date, made: impl Fn(T) -> T) -> Result<(), Refusal> {
    store::lock::<T>(tx).await?;
    let none = || crate::act::not_in_force((T::NOUN.label(), T::NOUN.english()), code, day);
    let before = store::get::<T>(tx, code).await?.ok_or_else(none)?;
    if on(&before, day).is_none() {
        return Err(none());
    }
    let mut rows = dated::cut(&before.rows, day);
    for row in before.rows.iter().filter(|row| day < row.span().to) {
        let span = Span { from: row.span().from.max(day), ..row.span() };
        rows.push(rules::checked(&made(row.clone().with_span(span)))?);
    }
    if rows == before.rows {
        return Ok(());
    }
    rules::save(tx, by, "change", Some(&before), code, &rows).await
}

/// A record is in force again from a day on, after it ended: as the row says.
///
/// # Errors
/// As [`super::change`].
pub async fn resume<T: Stored>(tx: &mut Tx, by: By<'_>, row: &T) -> Result<(), Refusal> {
    store::lock::<T>(tx).await?;
    let row = rules::checked(row)?;
    let none = || crate::act::not_in_force((T::NOUN.label(), T::NOUN.english()), row.code(), row.span().from);
    let before = store::get::<T>(tx, row.code()).await?.ok_or_else(none)?;
    let rows = dated::replaced(&before.rows, std::slice::from_ref(&row));
    rules::save(tx, by, "resume", Some(&before), row.code(), &rows).await
}

/// Codes of records whose rows name another one and hold on a day or later.
///
/// # Errors
/// The database does not answer.
pub async fn naming(tx: &mut Tx, reference: super::Reference, code: &str, day: Date) -> Result<Vec<String>, Refusal> {
    let users = store::users(tx, reference, code).await?;
    let mut codes: Vec<String> = users.into_iter().filter(|(_, span)| day < span.to).map(|(code, _)| code).collect();
    codes.dedup();
    Ok(codes)
}

/// Ends a record on a day, whatever its version; nothing where it ended before. Rows that were to begin later are gone.
///
/// # Errors
/// As [`super::end`].
pub async fn end_now<T: Stored>(tx: &mut Tx, by: By<'_>, code: &str, day: Date) -> Result<bool, Refusal> {
    let Some(record) = store::get::<T>(tx, code).await? else { return Ok(false) };
    if record.rows.iter().all(|row| row.span().to <= day) {
        return Ok(false);
    }
    super::end::<T>(tx, by, code, record.version, day).await.map(|_| true)
}
