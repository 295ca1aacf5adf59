//! Refusals of a file as a whole that more than one part of the reader gives.

use qudao_kernel::Refusal;
use std::fmt::Display;

/// The refusal of a table that is wider than allowed.
pub(super) fn too_many_columns(name: &str, row: u64, limit: usize) -> Refusal {
    Refusal::bad_input(
        "sheet.columns.many",
        format!("{name} 第 {row} 行超过 {limit} 列；请删除多余的列，或检查分隔符"),
        format!("{name}, row {row} has more than {limit} columns; remove columns, or check the delimiter"),
    )
}

/// The refusal of a record, or of a cell in it, that is longer than allowed.
pub(super) fn too_long(name: &str, row: u64, limit: usize) -> Refusal {
    Refusal::bad_input(
        "sheet.record.long",
        format!("{name} 第 {row} 行超过 {limit} 字节；请检查该行是否缺少换行或多了一个双引号"),
        format!("{name}, row {row} is longer than {limit} bytes; check it for a missing line break or a stray double quote"),
    )
}

/// The refusal of a file that the system will not read.
pub(super) fn unreadable(name: &str, error: &dyn Display) -> Refusal {
    Refusal::unavailable(
        "sheet.file.unreadable",
        format!("读取 {name} 失败：{error}；请确认文件可读后重试"),
        format!("reading {name} failed: {error}; make sure the file can be read and try again"),
    )
}

/// The refusal of a file that cannot be written.
pub(super) fn unwritable(name: &str, error: &dyn Display) -> Refusal {
    Refusal::unavailable(
        "sheet.file.unwritable",
        format!("写入 {name} 失败：{error}；请检查磁盘空间和权限后重试"),
        format!("writing {name} failed: {error}; check free space and permissions and try again"),
    )
}

/// The refusal of an XLSX that cannot be read.
pub(super) fn damaged(name: &str, error: &dyn Display) -> Refusal {
    Refusal::bad_input(
        "sheet.book.damaged",
        format!("{name} 不是完好的 XLSX 文件（{error}）；请用 Excel 或 WPS 打开后另存为 XLSX"),
        format!("{name} is not a sound XLSX file ({error}); open it in a spreadsheet program and save it as XLSX again"),
    )
}
