//! One record with its whole history.

use super::Record;
use super::store::{self, Stored};
use qudao_kernel::Refusal;
use qudao_platform::db::Tx;

/// The record of a code, all its rows.
pub async fn get<T: Stored>(tx: &mut Tx, code: &str) -> Result<Option<Record<T>>, Refusal> {
    store::get(tx, code).await
}
