//! Records as files an import reads back, and as the rows a settlement reads.

use super::store::Stored;
use crate::files::columns;
use qudao_kernel::master::{Agreement, Clerk, Master, Outlet, Partner};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Tx, Value};
use qudao_platform::sheet::{Format, TableWriter};
use std::path::Path;

/// Writes every row, by code and day, or only those in force on a day; how many. Rows go from the database to the file one by one.
///
/// # Errors
/// The file cannot be written.
pub async fn export<T: Stored>(tx: &mut Tx, path: &Path, format: Format, lang: Lang, day: Option<Date>) -> Result<u64, Refusal> {
    let (filter, args) = match day {
        Some(day) => ("where effective_from <= $1 and (effective_to is null or $1 < effective_to)", vec![Value::from(day)]),
        None => ("", Vec::new()),
    };
    let sql = format!("select {} from {} {filter} order by code {{by_bytes}}, effective_from", T::COLUMNS, T::ROWS);
    let mut writer = TableWriter::create(path, &columns(T::NOUN, lang), format)?;
    tx.query_each(sql, &args, |row| writer.row(&T::of_row(&row)?.cells())).await?;
    writer.finish()
}

/// All rows of partners, outlets, clerks and agreements, as settlement reads them: the same as a folder of exports would give.
pub async fn load_master(tx: &mut Tx) -> Result<Master, Refusal> {
    let mut master = Master::default();
    load::<Partner>(tx, &mut master).await?;
    load::<Outlet>(tx, &mut master).await?;
    load::<Clerk>(tx, &mut master).await?;
    load::<Agreement>(tx, &mut master).await?;
    Ok(master)
}

async fn load<T: Stored>(tx: &mut Tx, master: &mut Master) -> Result<(), Refusal> {
    let sql = format!("select {} from {} order by code {{by_bytes}}, effective_from", T::COLUMNS, T::ROWS);
    tx.query_each(sql, args![], |row| {
        T::of_row(&row)?.add_to(master);
        Ok(())
    })
    .await
}
