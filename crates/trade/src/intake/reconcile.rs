//! The daily reconciliation: for every day and kind, how many rows and fen were received, accepted and rejected (R0.14).

use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::columnar::facts::{DayCount, ImportReport, Tally};
use qudao_platform::sheet::{Cell, Column, ColumnType, Format, TableWriter};
use std::collections::BTreeMap;
use std::path::Path;

/// Several imports, reconciled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Per table, day and kind; rows without a readable day first.
    pub lines: Vec<(Table, DayCount)>,
    /// Of all lines.
    pub received: Tally,
    /// Of all lines.
    pub accepted: Tally,
    /// Of all lines.
    pub rejected: Tally,
}

/// Adds up the reports of imports.
///
/// # Errors
/// A sum does not fit an amount.
pub fn reconcile<'a>(reports: impl IntoIterator<Item = &'a ImportReport>) -> Result<Reconciliation, Refusal> {
    let mut lines: BTreeMap<(Table, Option<Date>, String), DayCount> = BTreeMap::new();
    let mut total = [Tally::default(); 3];
    for report in reports {
        for day in &report.days {
            for (sum, part) in total.iter_mut().zip([day.received, day.accepted, day.rejected]) {
                add(sum, part)?;
            }
            let line = lines.entry((report.table, day.day, day.kind.clone())).or_insert_with(|| DayCount {
                received: Tally::default(),
                accepted: Tally::default(),
                rejected: Tally::default(),
                ..day.clone()
            });
            add(&mut line.received, day.received)?;
            add(&mut line.accepted, day.accepted)?;
            add(&mut line.rejected, day.rejected)?;
        }
    }
    let [received, accepted, rejected] = total;
    Ok(Reconciliation { lines: lines.into_iter().map(|((table, _, _), day)| (table, day)).collect(), received, accepted, rejected })
}

fn add(sum: &mut Tally, part: Tally) -> Result<(), Refusal> {
    sum.rows += part.rows;
    sum.amount = sum.amount.checked_add(part.amount).map_err(|_| {
        Refusal::bad_input(
            "trade.reconcile.large",
            "对账金额合计超出可表示的范围；请分批对账",
            "the amounts add up to more than can be held; reconcile fewer imports at a time",
        )
    })?;
    Ok(())
}

impl Reconciliation {
    /// Whether received = accepted + rejected, in rows and fen, on every line.
    pub fn adds_up(&self) -> bool {
        let adds = |received: Tally, accepted: Tally, rejected: Tally| {
            received.rows == accepted.rows + rejected.rows && accepted.amount.checked_add(rejected.amount) == Ok(received.amount)
        };
        adds(self.received, self.accepted, self.rejected)
            && self.lines.iter().all(|(_, day)| adds(day.received, day.accepted, day.rejected))
    }

    /// The kind's Chinese label, or the kind itself where it has none.
    fn kind(table: Table, kind: &str) -> &str {
        table.kinds().iter().find(|(code, _)| *code == kind).map_or(kind, |(_, label)| label)
    }
}

/// Writes a reconciliation as CSV or XLSX, by the path's extension, with a last line of totals.
///
/// # Errors
/// The file cannot be written.
pub fn write_reconciliation(reconciliation: &Reconciliation, path: &Path) -> Result<(), Refusal> {
    let titles = ["收到笔数", "收到金额", "接受笔数", "接受金额", "拒绝笔数", "拒绝金额"];
    let mut columns =
        vec![Column::new("事实表", ColumnType::Text), Column::new("日期", ColumnType::Date), Column::new("业务类型", ColumnType::Text)];
    columns.extend(
        titles
            .iter()
            .enumerate()
            .map(|(index, title)| Column::new(*title, if index % 2 == 0 { ColumnType::Int } else { ColumnType::Money })),
    );
    let mut writer = TableWriter::create(path, &columns, Format::by_path(path))?;
    let figures = |tallies: [Tally; 3]| {
        let count = |rows: u64| Cell::Int(i64::try_from(rows).unwrap_or(i64::MAX));
        let money = |amount: Fen| Cell::Money(amount);
        tallies.into_iter().flat_map(move |tally| [count(tally.rows), money(tally.amount)])
    };
    for (table, day) in &reconciliation.lines {
        let date = day.day.map_or(Cell::Empty, Cell::Date);
        let head = [Cell::Text(table.label()), date, Cell::Text(Reconciliation::kind(*table, &day.kind))];
        writer.row(&head.into_iter().chain(figures([day.received, day.accepted, day.rejected])).collect::<Vec<_>>())?;
    }
    let head = [Cell::Text("合计"), Cell::Empty, Cell::Empty];
    let totals = [reconciliation.received, reconciliation.accepted, reconciliation.rejected];
    writer.row(&head.into_iter().chain(figures(totals)).collect::<Vec<_>>())?;
    writer.finish().map(|_| ())
}
