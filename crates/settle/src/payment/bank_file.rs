//! The file a bank is given.

use super::Payment;
use qudao_kernel::{Fen, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType, CsvEncoding, Format, TableWriter};
use std::path::Path;

/// Writes the payments of a batch as CSV in GB18030, a row for each and nothing else. Their sum.
///
/// # Errors
/// The file cannot be written.
pub fn write_bank_file(payments: &[Payment], path: &Path) -> Result<Fen, Refusal> {
    let columns = [
        ("序号", ColumnType::Int),
        ("收款户名", ColumnType::Text),
        ("开户行", ColumnType::Text),
        ("收款账号", ColumnType::Text),
        ("金额", ColumnType::Money),
        ("用途", ColumnType::Text),
    ]
    .map(|(title, kind)| Column::new(title, kind));
    let mut writer = TableWriter::create(path, &columns, Format::Csv(CsvEncoding::Gb18030))?;
    let mut sum = Fen::ZERO;
    for (number, payment) in (1_i64..).zip(payments) {
        sum = sum.checked_add(payment.amount).map_err(|_| crate::statement::balance::too_large())?;
        let purpose = format!("酬金 {}", payment.statement);
        writer.row(&[
            Cell::Int(number),
            Cell::Text(&payment.holder),
            Cell::Text(&payment.bank),
            Cell::Text(&payment.number),
            Cell::Money(payment.amount),
            Cell::Text(&purpose),
        ])?;
    }
    writer.finish()?;
    Ok(sum)
}
