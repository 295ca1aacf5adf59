//! Ranges of partners and the blocks they are settled in: how they are cut, and how rows as read become a block's tables.

use super::arrow_out;
use super::block::{Block, Shared, TableCells, Trouble};
use super::passes;
use super::release::{OpenObligations, OpenRest};
use super::rows::payee_kind;
use super::source;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Date32Type, Int32Type, Int64Type, UInt32Type};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Kind, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows after which a block is closed at the next partner.
const BLOCK_ROWS: usize = 65_536;
/// Rows after which a range is closed at the next partner; one set of output files each.
pub const RANGE_ROWS: usize = 400_000;

/// Consecutive partners that one worker settles.
#[derive(Serialize, Deserialize)]
pub(crate) struct Range {
    /// Last partner of each block, in order.
    pub(crate) blocks: Vec<(String, Vec<String>)>,
    /// Where it begins: every partner from here to the last belongs to it.
    pub(crate) first: String,
    /// Last partner.
    pub(crate) last: String,
    /// Whether it is taken over from an earlier run.
    pub(crate) taken: bool,
}

/// A column of a batch.
pub(crate) fn cell(batch: &RecordBatch, col: Col) -> Result<(Col, ArrayRef), Trouble> {
    Ok((col, views(source::column(batch, col.name())?)?))
}

/// Text columns as views, the rest as they are.
pub(crate) fn views(column: &ArrayRef) -> Result<ArrayRef, Trouble> {
    use datafusion::arrow::datatypes::DataType;
    match column.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Dictionary(..) => Ok(arrow_out::as_views(column).map_err(source::arrow_failed)?),
        _ => Ok(column.clone()),
    }
}

/// A table's rows for a block of these partners.
pub(crate) fn table_rows(table: Table, wanted: &[Col], batch: &RecordBatch, partners: &[String]) -> Result<TableCells, Trouble> {
    let keys = source::texts(batch, "attributed")?;
    let segs = segments(keys.as_string_view(), partners)?;
    let cells: Result<Vec<(Col, ArrayRef)>, Trouble> =
        wanted.iter().map(|col| Ok((*col, views(source::column(batch, col.name())?)?))).collect();
    Ok((table, segs, cells?))
}

/// Segment of each row: the position of its partner in the block's list, which is sorted as the rows are.
fn segments(keys: &datafusion::arrow::array::StringViewArray, partners: &[String]) -> Result<Vec<u32>, Trouble> {
    let mut segs = Vec::with_capacity(keys.len());
    let mut seg = 0;
    for row in 0..keys.len() {
        let key = if keys.is_null(row) { "" } else { keys.value(row) };
        while partners.get(seg).is_some_and(|partner| partner.as_str() < key) {
            seg += 1;
        }
        if partners.get(seg).is_none_or(|partner| partner != key) {
            return Err(Trouble::Refused(moved(key)));
        }
        segs.push(seg as u32);
    }
    Ok(segs)
}

fn moved(partner: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "engine.settle.moved",
        format!("代理商 {partner} 的业务数据与当前网点归属不一致,需按当前归属重新排序"),
        format!("facts filed under partner {partner} belong elsewhere by the present ownership of outlets; they must be sorted anew"),
    )
}

/// Refuses a block whose rows are attributed to another partner than the one they are filed under.
pub(crate) fn in_place(block: &Block<'_>) -> Result<(), Trouble> {
    let partners = &block.shared.master.partners;
    for table in block.tables.iter().flatten() {
        let mut last = (u32::MAX, u32::MAX);
        for row in 0..table.len {
            let pair = (table.seg[row], table.partner[row]);
            if pair == last {
                continue;
            }
            last = pair;
            let filed = &block.segs[pair.0 as usize];
            if partners.get(pair.1).map_or("", |partner| partner.code.as_str()) != filed.as_str() {
                return Err(Trouble::Refused(moved(filed)));
            }
        }
    }
    Ok(())
}

/// Open obligations of the accounts of these partners.
pub(crate) fn open_obligations(shared: &Shared, batch: &RecordBatch, partners: &[String]) -> Result<OpenObligations, Trouble> {
    let text = |name: &str| -> Result<datafusion::arrow::array::StringViewArray, Trouble> {
        Ok(source::texts(batch, name)?.as_string_view().clone())
    };
    let (policy, component, kind) = (text("policy")?, text("component")?, text("payee_kind")?);
    let version = source::column(batch, "version")?.as_primitive::<Int32Type>().clone();
    let mut comp = Vec::with_capacity(batch.num_rows());
    let mut last: Option<(&str, i32, &str, u16)> = None;
    for row in 0..batch.num_rows() {
        let key = (policy.value(row), version.value(row), component.value(row));
        let number = match last {
            Some((policy, version, component, number)) if (policy, version, component) == key => number,
            _ => {
                let (p, c) = passes::component_of(&shared.set, key.0, u32::try_from(key.1).unwrap_or(0), key.2)?;
                shared.plan.number(p, c)
            }
        };
        last = Some((key.0, key.1, key.2, number));
        comp.push(number);
    }
    let days = source::column(batch, "day")?.as_primitive::<Date32Type>();
    let parts = source::column(batch, "part")?.as_primitive::<UInt32Type>();
    let amounts = source::column(batch, "amount")?.as_primitive::<Int64Type>();
    let small = |name: &str| -> Result<datafusion::arrow::array::Int32Array, Trouble> {
        Ok(source::column(batch, name)?.as_primitive::<Int32Type>().clone())
    };
    let (instalments, origins, dues, tries) = (small("instalment")?, small("origin")?, small("due")?, small("tries")?);
    let rest = (0..batch.num_rows())
        .map(|row| OpenRest {
            day: days.value(row),
            payee_kind: payee_kind(kind.value(row)),
            part: parts.value(row),
            instalment: u16::try_from(instalments.value(row)).unwrap_or(0),
            amount: amounts.value(row),
            origin: origins.value(row),
            due: dues.value(row),
            tries: u16::try_from(tries.value(row)).unwrap_or(u16::MAX),
        })
        .collect();
    Ok(OpenObligations {
        seg: segments(source::texts(batch, "partner")?.as_string_view(), partners)?,
        comp,
        texts: [text("basis")?, text("payee")?, text("own_partner")?, text("subscriber")?],
        rest,
    })
}

/// Consecutive partners into blocks and ranges, with no gap between them, from `first` on. There is one at least, for accounts without facts.
pub(crate) fn cut(counts: BTreeMap<String, usize>, first: &str, range_rows: usize) -> Vec<Range> {
    let block_rows = BLOCK_ROWS.min(range_rows);
    let mut ranges: Vec<Range> = Vec::new();
    let mut first = first.to_owned();
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    let mut partners: Vec<String> = Vec::new();
    let (mut in_block, mut in_range) = (0, 0);
    let mut close = |blocks: &mut Vec<(String, Vec<String>)>, ranges: &mut Vec<Range>| {
        let taken = std::mem::take(blocks);
        if let Some((last, _)) = taken.last() {
            // The least text above the last one.
            let first = std::mem::replace(&mut first, format!("{last}\0"));
            ranges.push(Range { first, last: last.clone(), blocks: taken, taken: false });
        }
    };
    for (partner, rows) in counts {
        partners.push(partner.clone());
        in_block += rows;
        in_range += rows;
        if in_block >= block_rows {
            blocks.push((partner, std::mem::take(&mut partners)));
            in_block = 0;
            if in_range >= range_rows {
                close(&mut blocks, &mut ranges);
                in_range = 0;
            }
        }
    }
    if let Some(last) = partners.last().cloned() {
        blocks.push((last, partners));
    } else if ranges.is_empty() && blocks.is_empty() {
        blocks.push((String::new(), partners));
    }
    close(&mut blocks, &mut ranges);
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_leave_no_gap_and_there_is_one_without_facts() {
        let counts: BTreeMap<String, usize> = (0..9).map(|number| (format!("P{number}"), 150_000)).collect();
        let ranges = cut(counts, "A", RANGE_ROWS);
        let ends: Vec<(&str, &str)> = ranges.iter().map(|range| (range.first.as_str(), range.last.as_str())).collect();
        assert_eq!(ends, [("A", "P2"), ("P2\0", "P5"), ("P5\0", "P8")]);
        assert!(ranges.iter().all(|range| range.blocks.len() == 3));
        let none = cut(BTreeMap::new(), "A", RANGE_ROWS);
        assert_eq!(none.len(), 1);
        assert_eq!((none[0].first.as_str(), none[0].blocks.as_slice()), ("A", [(String::new(), Vec::new())].as_slice()));
    }
}
