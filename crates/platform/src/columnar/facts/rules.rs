//! What a row of facts must satisfy, cell by cell. Pure: the import day comes in by parameter.

use super::mapping::kinds;
use crate::sheet::Problem;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Lang, Month, Text};

/// Longest text of a cell, in bytes of UTF-8.
pub const LONGEST_TEXT: usize = 1024;

/// Largest amount of a cell, in fen: 1 000 亿元. Anything beyond is a slip of columns, and sums stay within 64 bits.
pub const LARGEST_AMOUNT: i64 = 10_000_000_000_000;

/// Why a cell, or the row it identifies, is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A required cell is empty.
    Missing,
    /// A formula where a value belongs.
    Formula,
    /// A text longer than [`LONGEST_TEXT`].
    Long,
    /// A kind the table does not have.
    Kind,
    /// Not a date.
    Date,
    /// A date before the first or after the last day taken.
    Range,
    /// Not a month.
    Month,
    /// Not a whole number.
    Int,
    /// Not an amount of yuan with at most two decimals.
    Amount,
    /// Larger than [`LARGEST_AMOUNT`].
    Large,
    /// Neither yes nor no.
    Bool,
    /// Below zero where that means nothing.
    Negative,
    /// The id stands for another content already, here or in an earlier batch, and the row is not a later correction.
    Conflict,
}

/// First and last day a file may speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day taken: 2000-01-01.
    pub first: Date,
    /// Last day taken: a year after the import day.
    pub last: Date,
}

/// 1970-01-01 to 2000-01-01.
const DAYS_TO_2000: i32 = 10_957;
/// 1970-01-01 to 1980-01-01; customers may have joined before 2000.
const DAYS_TO_1980: i32 = 3_652;

impl Window {
    /// The window of an import on this day.
    pub fn of(day: Date) -> Self {
        Self { first: Date::from_days(DAYS_TO_2000), last: day.plus_months(12) }
    }

    /// Whether a date may stand in the column.
    pub fn takes(self, col: Col, date: Date) -> bool {
        let first = if col == Col::JoinedOn { Date::from_days(DAYS_TO_1980) } else { self.first };
        first <= date && date <= self.last
    }

    /// Whether a month may stand in a file.
    pub fn takes_month(self, month: Month) -> bool {
        self.first.month() <= month && month <= self.last.month()
    }
}

/// Whether a number below zero may stand in the column: an adjustment of stock corrects downwards, an observed value may be
/// anything.
pub fn may_be_negative(table: Table, kind: &str, col: Col) -> bool {
    col == Col::Value || (table == Table::StockMovement && col == Col::Quantity && kind == "adjustment")
}

impl Fault {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Fault::Missing => "facts.cell.missing",
            Fault::Formula => "facts.cell.formula",
            Fault::Long => "facts.cell.long",
            Fault::Kind => "facts.cell.kind",
            Fault::Date => "facts.cell.date",
            Fault::Range => "facts.cell.range",
            Fault::Month => "facts.cell.month",
            Fault::Int => "facts.cell.int",
            Fault::Amount => "facts.cell.amount",
            Fault::Large => "facts.cell.large",
            Fault::Bool => "facts.cell.bool",
            Fault::Negative => "facts.cell.negative",
            Fault::Conflict => "facts.row.conflict",
        }
    }

    /// What is wrong and what to do.
    pub fn text(self, table: Table, window: Window) -> Text {
        match self {
            Fault::Missing => Text::new("不能为空；请补填", "must not be empty; fill it in"),
            Fault::Formula => Text::new("是公式而不是值；请粘贴为数值或文本", "is a formula, not a value; paste the value"),
            Fault::Long => {
                Text::new(format!("超过 {LONGEST_TEXT} 字节；请缩短"), format!("is longer than {LONGEST_TEXT} bytes; shorten it"))
            }
            Fault::Kind => Text::new(
                format!("不是{}的类型；可用：{}，或在映射文件的 kinds 中写明对应关系", table.label(), kinds(table, Lang::Zh)),
                format!("is no kind of {}; use one of {}, or map it under kinds in a mapping file", table.name(), kinds(table, Lang::En)),
            ),
            Fault::Date => Text::new("不是日期；请按 2026-07-31 填写", "is not a date; write it as 2026-07-31"),
            Fault::Range => Text::new(
                format!("不在 {} 至 {} 之间；请核对日期", window.first, window.last),
                format!("is not between {} and {}; check the date", window.first, window.last),
            ),
            Fault::Month => Text::new("不是月份；请按 2026-07 填写", "is not a month; write it as 2026-07"),
            Fault::Int => Text::new("不是整数；请只填数字", "is not a whole number; use digits only"),
            Fault::Amount => Text::new("不是金额；请填元，最多两位小数", "is not an amount; give yuan with at most two decimals"),
            Fault::Large => Text::new("数值超过 1000 亿；请检查是否错列", "is beyond 100 billion; check for shifted columns"),
            Fault::Bool => Text::new("不是“是”或“否”；请填 是/否、Y/N 或 1/0", "is neither yes nor no; use 是/否, Y/N or 1/0"),
            Fault::Negative => Text::new(
                "不能为负数；退货、销户请用相应的业务类型填正数",
                "must not be negative; use the kind for returns with a positive number",
            ),
            Fault::Conflict => Text::new(
                "该编号已有内容不同的记录（本文件或已导入的批次）；请更正编号，或填写晚于原记录的“获知日期”作为更正",
                "another row with this id and other content exists, in this file or an earlier batch; correct the id, or give a later known_on to correct that row",
            ),
        }
    }

    /// The problem of a row, under the header the file uses.
    pub fn problem(self, row: u64, header: &str, value: &str, table: Table, window: Window) -> Problem {
        let text = self.text(table, window);
        Problem::new(row, header, value, self.code(), text.zh, text.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_ends_a_year_after_the_import() {
        // facts outside any period are refused
        let window = Window::of("2026-08-01".parse().unwrap());
        let takes = |col, day: &str| window.takes(col, day.parse().unwrap());
        assert!(takes(Col::OccurredOn, "2000-01-01") && takes(Col::OccurredOn, "2027-08-01"));
        assert!(!takes(Col::OccurredOn, "1999-12-31") && !takes(Col::OccurredOn, "2027-08-02"));
        assert!(takes(Col::JoinedOn, "1998-05-01") && !takes(Col::JoinedOn, "1979-12-31"));
        assert!(window.takes_month("2027-08".parse().unwrap()) && !window.takes_month("2027-09".parse().unwrap()));
    }

    #[test]
    fn only_adjustments_and_observed_values_go_below_zero() {
        assert!(may_be_negative(Table::StockMovement, "adjustment", Col::Quantity));
        assert!(!may_be_negative(Table::StockMovement, "adjustment", Col::Amount));
        assert!(!may_be_negative(Table::BusinessEvent, "return", Col::Quantity));
        assert!(may_be_negative(Table::Observation, "陈列", Col::Value));
    }
}
