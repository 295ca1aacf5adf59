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
        let (zh, en, code) = (T::NOUN.label(), T::NOUN.english(), row.code());
        return Err(Refusal::new(
            Kind::Conflict,
            "network.record.exists",
            format!("{zh} {code} 已存在；请换一个编码，或修改已有记录"),
            format!("{en} {code} exists already; choose another code, or change the record that is there"),
        ));
    }
    let code = row.code().to_owned();
    rules::save(tx, by, "create", None, &code, &[row]).await?;
    Ok(Done::Now(1))
}
