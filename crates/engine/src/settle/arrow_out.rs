//! A block's results as Arrow batches in canonical order, split into those of the block's own partners and those that go to other accounts.

use super::block::{Block, Shared};
use super::fast::Map;
use super::items::NO_DATE;
use super::sink::{Account, Sink, TextRef};
use datafusion::arrow::array::{
    Array, ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray, StringViewArray, UInt32Array,
};
use datafusion::arrow::compute::{interleave, take};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use qudao_kernel::facts::Col;
use qudao_policy::lines::{LineKind, ObligationState};
use qudao_policy::model::{Destination, PayeeKind};
use std::cmp::Ordering;

use std::sync::{Arc, LazyLock};

fn schema(fields: &[(&str, DataType)]) -> SchemaRef {
    Arc::new(Schema::new(fields.iter().map(|(name, ty)| Field::new(*name, ty.clone(), matches!(*name, "until"))).collect::<Vec<_>>()))
}

const TEXT: DataType = DataType::Utf8View;

/// Columns of line files, in the order of [`qudao_policy::lines::Line`]. Money in fen, months as `year*12+month-1`.
pub(crate) static LINES: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("period", DataType::Int32),
        ("partner", TEXT),
        ("policy", TEXT),
        ("version", DataType::Int32),
        ("component", TEXT),
        ("kind", TEXT),
        ("basis", TEXT),
        ("day", DataType::Date32),
        ("payee_kind", TEXT),
        ("payee", TEXT),
        ("part", DataType::UInt32),
        ("subscriber", TEXT),
        ("once", TEXT),
        ("own_partner", TEXT),
        ("outlet", TEXT),
        ("clerk", TEXT),
        ("origin", DataType::Int32),
        ("counts_as", TEXT),
        ("accrued", DataType::Int64),
        ("amount", DataType::Int64),
        ("destination", TEXT),
        ("pay_on", DataType::Date32),
    ])
});

/// Columns of obligation files.
pub(crate) static OBLIGATIONS: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("partner", TEXT),
        ("policy", TEXT),
        ("version", DataType::Int32),
        ("component", TEXT),
        ("basis", TEXT),
        ("day", DataType::Date32),
        ("payee_kind", TEXT),
        ("payee", TEXT),
        ("part", DataType::UInt32),
        ("instalment", DataType::Int32),
        ("own_partner", TEXT),
        ("subscriber", TEXT),
        ("amount", DataType::Int64),
        ("origin", DataType::Int32),
        ("due", DataType::Int32),
        ("tries", DataType::Int32),
        ("state", TEXT),
    ])
});

/// Columns of reason files.
pub(crate) static REASONS: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("period", DataType::Int32),
        ("partner", TEXT),
        ("policy", TEXT),
        ("version", DataType::Int32),
        ("component", TEXT),
        ("basis", TEXT),
        ("day", DataType::Date32),
        ("code", TEXT),
        ("until", DataType::Date32),
        ("forgone", DataType::Int64),
    ])
});

/// Texts of the small enumerations, as serde writes them.
pub(crate) const LINE_KINDS: [&str; 4] = ["earn", "release", "reverse", "adjust"];
pub(crate) const PAYEE_KINDS: [&str; 5] = ["partner", "outlet", "clerk", "customer", "subscriber"];
pub(crate) const STATES: [&str; 4] = ["scheduled", "released", "forfeited", "reversed"];
pub(crate) const DESTINATIONS: [&str; 7] = ["payable", "holdback", "netted", "points", "topup", "credit", "advance"];

/// Rows of one kind for the block's own partners, and those for others.
pub(crate) struct Split {
    pub(crate) own: Option<RecordBatch>,
    pub(crate) other: Option<RecordBatch>,
}

/// Constant texts of the run: one entry for each component.
pub(crate) struct Names {
    policies: StringViewArray,
    components: StringViewArray,
    versions: Vec<i32>,
    destinations: Vec<u32>,
    pay_on: Vec<i32>,
    partners: StringViewArray,
}

impl Names {
    /// Texts of all components and partner rows.
    pub(crate) fn new(shared: &Shared) -> Self {
        let comps = &shared.plan.comps;
        let policy = |at: &super::plan::CompPlan| &shared.set.policies[at.policy];
        let component = |at: &super::plan::CompPlan| &shared.set.policies[at.policy].components[at.component];
        Self {
            policies: comps.iter().map(|at| Some(policy(at).name.as_str())).chain([Some("")]).collect(),
            components: comps.iter().map(|at| Some(component(at).name.as_str())).chain([Some("")]).collect(),
            versions: comps.iter().map(|at| policy(at).version as i32).chain([0]).collect(),
            destinations: comps.iter().map(|at| destination(component(at).destination)).chain([0]).collect(),
            pay_on: comps.iter().map(|at| component(at).pay.day(shared.plan.period).days()).chain([0]).collect(),
            partners: shared.master.partners.rows.iter().map(|partner| Some(partner.code.as_str())).collect(),
        }
    }
}

const fn destination(destination: Destination) -> u32 {
    match destination {
        Destination::Payable => 0,
        Destination::Holdback => 1,
        Destination::Netted => 2,
        Destination::Points => 3,
        Destination::Topup => 4,
        Destination::Credit => 5,
        Destination::Advance => 6,
    }
}

const fn line_kind(kind: LineKind) -> u32 {
    match kind {
        LineKind::Earn => 0,
        LineKind::Release => 1,
        LineKind::Reverse => 2,
        LineKind::Adjust => 3,
    }
}

const fn payee_kind(kind: PayeeKind) -> u32 {
    match kind {
        PayeeKind::Partner => 0,
        PayeeKind::Outlet => 1,
        PayeeKind::Clerk => 2,
        PayeeKind::Customer => 3,
        PayeeKind::Subscriber => 4,
    }
}

const fn state(state: ObligationState) -> u32 {
    match state {
        ObligationState::Scheduled => 0,
        ObligationState::Released => 1,
        ObligationState::Forfeited => 2,
        ObligationState::Reversed => 3,
    }
}

/// Builds text columns from references.
struct Texts<'b> {
    block: &'b Block<'b>,
    arena: StringViewArray,
    segs: StringViewArray,
    names: &'b Names,
}

impl<'b> Texts<'b> {
    fn new(block: &'b Block<'b>, sink: &Sink, names: &'b Names) -> Self {
        Self {
            block,
            arena: sink.arena.iter().map(|text| Some(text.as_str())).collect(),
            segs: block.segs.iter().map(|code| Some(code.as_str())).collect(),
            names,
        }
    }

    fn source(&self, at: TextRef) -> &dyn Array {
        if let Some((table, col)) = at.table_cell()
            && let Some(array) = self.block.tables[table].as_ref().and_then(|rows| rows.strings(Col::ALL[col]))
        {
            return array;
        }
        if let (Some(column), Some(open)) = (at.obligation_cell(), &self.block.open) {
            return &open.texts[column];
        }
        if at.is_partner() { &self.names.partners } else { &self.arena }
    }

    fn column(&self, refs: impl Iterator<Item = TextRef>) -> Result<ArrayRef, ArrowError> {
        let mut numbers: Map<u32, usize> = Map::default();
        let mut sources: Vec<&dyn Array> = Vec::new();
        let mut last = (u32::MAX, 0);
        let at: Vec<(usize, usize)> = refs
            .map(|at| {
                if at.source() != last.0 {
                    let number = *numbers.entry(at.source()).or_insert_with(|| {
                        sources.push(self.source(at));
                        sources.len() - 1
                    });
                    last = (at.source(), number);
                }
                (last.1, at.row() as usize)
            })
            .collect();
        if sources.is_empty() {
            return Ok(Arc::new(StringViewArray::from(Vec::<&str>::new())));
        }
        interleave(&sources, &at)
    }

    fn accounts(&self, accounts: impl Iterator<Item = Account>) -> Result<ArrayRef, ArrowError> {
        let at: Vec<(usize, usize)> = accounts
            .map(|account| match account {
                Account::Own(seg) => (0, seg as usize),
                Account::Other(row) => (1, row as usize),
            })
            .collect();
        interleave(&[&self.segs, &self.names.partners], &at)
    }
}

fn pick(values: &StringViewArray, at: impl Iterator<Item = u32>) -> Result<ArrayRef, ArrowError> {
    take(values, &UInt32Array::from_iter_values(at), None)
}

fn among(values: &[&str], at: impl Iterator<Item = u32>) -> Result<ArrayRef, ArrowError> {
    pick(&values.iter().map(|value| Some(*value)).collect::<StringViewArray>(), at)
}

/// Sorts positions by (group, then the detailed order), checking first whether the detailed order already holds.
fn arrange<G: Ord + Copy>(
    len: usize,
    keep: impl Fn(usize) -> bool,
    group: impl Fn(usize) -> G,
    detail: impl Fn(usize, usize) -> Ordering,
) -> Vec<u32> {
    let mut order: Vec<u32> = (0..len as u32).filter(|at| keep(*at as usize)).collect();
    order.sort_by_key(|at| group(*at as usize));
    let mut start = 0;
    while start < order.len() {
        let this = group(order[start] as usize);
        let mut end = start + 1;
        let mut sorted = true;
        while end < order.len() && group(order[end] as usize) == this {
            sorted &= detail(order[end - 1] as usize, order[end] as usize) != Ordering::Greater;
            end += 1;
        }
        if !sorted {
            order[start..end].sort_by(|a, b| detail(*a as usize, *b as usize));
        }
        start = end;
    }
    order
}

/// Compares two references as texts; rows of one sorted column compare by row only where the texts are equal.
fn by_text(block: &Block<'_>, sink: &Sink, a: TextRef, b: TextRef) -> Ordering {
    if a == b { Ordering::Equal } else { block.text(sink, a).cmp(block.text(sink, b)) }
}

/// Lines of a block.
pub(crate) fn lines(block: &Block<'_>, sink: &Sink, names: &Names) -> Result<Split, ArrowError> {
    let rows = &sink.lines;
    let paying = |at: usize| rows[at].amount != 0 || rows[at].accrued != 0;
    let detail = |a: usize, b: usize| {
        let (x, y) = (&rows[a], &rows[b]);
        x.day
            .cmp(&y.day)
            .then_with(|| by_text(block, sink, x.basis, y.basis))
            .then_with(|| (x.part, x.kind, x.payee_kind).cmp(&(y.part, y.kind, y.payee_kind)))
            .then_with(|| by_text(block, sink, x.payee, y.payee))
    };
    let own = arrange(
        rows.len(),
        |at| paying(at) && matches!(rows[at].account, Account::Own(_)),
        |at| (own_seg(rows[at].account), rows[at].comp),
        detail,
    );
    let other: Vec<u32> =
        (0..rows.len() as u32).filter(|at| paying(*at as usize) && matches!(rows[*at as usize].account, Account::Other(_))).collect();
    let texts = Texts::new(block, sink, names);
    let batch = |order: &[u32]| -> Result<Option<RecordBatch>, ArrowError> {
        if order.is_empty() {
            return Ok(None);
        }
        let rows = || order.iter().map(|at| &rows[*at as usize]);
        let period = block.shared.plan.period.index();
        let comp = || rows().map(|row| u32::from(row.comp));
        let kinds = among(&LINE_KINDS, rows().map(|row| line_kind(row.kind)))?;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_value(period, order.len())),
            texts.accounts(rows().map(|row| row.account))?,
            pick(&names.policies, comp())?,
            Arc::new(Int32Array::from_iter_values(comp().map(|comp| names.versions[comp as usize]))),
            pick(&names.components, comp())?,
            kinds.clone(),
            texts.column(rows().map(|row| row.basis))?,
            Arc::new(Date32Array::from_iter_values(rows().map(|row| row.day))),
            among(&PAYEE_KINDS, rows().map(|row| payee_kind(row.payee_kind)))?,
            texts.column(rows().map(|row| row.payee))?,
            Arc::new(UInt32Array::from_iter_values(rows().map(|row| row.part))),
            texts.column(rows().map(|row| row.subscriber))?,
            texts.column(rows().map(|row| row.once))?,
            texts.column(rows().map(|row| row.own))?,
            texts.column(rows().map(|row| row.outlet))?,
            texts.column(rows().map(|row| row.clerk))?,
            Arc::new(Int32Array::from_value(period, order.len())),
            kinds,
            Arc::new(Int64Array::from_iter_values(rows().map(|row| row.accrued))),
            Arc::new(Int64Array::from_iter_values(rows().map(|row| row.amount))),
            among(&DESTINATIONS, rows().map(|row| names.destinations[row.destination_of as usize]))?,
            Arc::new(Date32Array::from_iter_values(comp().map(|comp| names.pay_on[comp as usize]))),
        ];
        RecordBatch::try_new(LINES.clone(), without_nulls(columns)?).map(Some)
    };
    Ok(Split { own: batch(&own)?, other: batch(&other)? })
}

const fn own_seg(account: Account) -> u32 {
    match account {
        Account::Own(seg) => seg,
        Account::Other(_) => u32::MAX,
    }
}

/// Absent texts are written as empty ones.
fn without_nulls(columns: Vec<ArrayRef>) -> Result<Vec<ArrayRef>, ArrowError> {
    columns
        .into_iter()
        .map(|column| {
            if column.null_count() == 0 || column.data_type() != &TEXT {
                return Ok(column);
            }
            let texts = column.as_any().downcast_ref::<StringViewArray>().ok_or_else(|| ArrowError::CastError("text column".into()))?;
            Ok(Arc::new(texts.iter().map(|text| Some(text.unwrap_or(""))).collect::<StringViewArray>()) as ArrayRef)
        })
        .collect()
}

/// Obligations of a block.
pub(crate) fn obligations(block: &Block<'_>, sink: &Sink, names: &Names) -> Result<Split, ArrowError> {
    let rows = &sink.obligations;
    let detail = |a: usize, b: usize| {
        let (x, y) = (&rows[a], &rows[b]);
        x.day
            .cmp(&y.day)
            .then_with(|| by_text(block, sink, x.basis, y.basis))
            .then_with(|| (x.part, x.instalment, x.payee_kind).cmp(&(y.part, y.instalment, y.payee_kind)))
            .then_with(|| by_text(block, sink, x.payee, y.payee))
    };
    let own =
        arrange(rows.len(), |at| matches!(rows[at].account, Account::Own(_)), |at| (own_seg(rows[at].account), rows[at].comp), detail);
    let other: Vec<u32> = (0..rows.len() as u32).filter(|at| matches!(rows[*at as usize].account, Account::Other(_))).collect();
    let texts = Texts::new(block, sink, names);
    let batch = |order: &[u32]| -> Result<Option<RecordBatch>, ArrowError> {
        if order.is_empty() {
            return Ok(None);
        }
        let rows = || order.iter().map(|at| &rows[*at as usize]);
        let comp = || rows().map(|row| u32::from(row.comp));
        let columns: Vec<ArrayRef> = vec![
            texts.accounts(rows().map(|row| row.account))?,
            pick(&names.policies, comp())?,
            Arc::new(Int32Array::from_iter_values(comp().map(|comp| names.versions[comp as usize]))),
            pick(&names.components, comp())?,
            texts.column(rows().map(|row| row.basis))?,
            Arc::new(Date32Array::from_iter_values(rows().map(|row| row.day))),
            among(&PAYEE_KINDS, rows().map(|row| payee_kind(row.payee_kind)))?,
            texts.column(rows().map(|row| row.payee))?,
            Arc::new(UInt32Array::from_iter_values(rows().map(|row| row.part))),
            Arc::new(Int32Array::from_iter_values(rows().map(|row| i32::from(row.instalment)))),
            texts.column(rows().map(|row| row.own))?,
            texts.column(rows().map(|row| row.subscriber))?,
            Arc::new(Int64Array::from_iter_values(rows().map(|row| row.amount))),
            Arc::new(Int32Array::from_iter_values(rows().map(|row| row.origin))),
            Arc::new(Int32Array::from_iter_values(rows().map(|row| row.due))),
            Arc::new(Int32Array::from_iter_values(rows().map(|row| i32::from(row.tries)))),
            among(&STATES, rows().map(|row| state(row.state)))?,
        ];
        RecordBatch::try_new(OBLIGATIONS.clone(), without_nulls(columns)?).map(Some)
    };
    Ok(Split { own: batch(&own)?, other: batch(&other)? })
}

/// Reasons of a block.
pub(crate) fn reasons(block: &Block<'_>, sink: &Sink, names: &Names) -> Result<Split, ArrowError> {
    let rows = &sink.reasons;
    let none = names.versions.len() as u32 - 1;
    let is_own = |at: usize| block.text(sink, rows[at].own) == block.segs[rows[at].seg as usize];
    // `unattributed` has the empty policy and sorts first.
    let rank = |at: usize| rows[at].comp.map_or(0, |comp| u32::from(comp) + 1);
    let detail = |a: usize, b: usize| {
        let (x, y) = (&rows[a], &rows[b]);
        x.day
            .cmp(&y.day)
            .then_with(|| by_text(block, sink, x.basis, y.basis))
            .then_with(|| sink.codes[usize::from(x.code)].cmp(&sink.codes[usize::from(y.code)]))
            .then_with(|| x.forgone.cmp(&y.forgone))
    };
    let own = arrange(rows.len(), is_own, |at| (rows[at].seg, rank(at)), detail);
    let other: Vec<u32> = (0..rows.len() as u32).filter(|at| !is_own(*at as usize)).collect();
    let texts = Texts::new(block, sink, names);
    let codes: StringViewArray = sink.codes.iter().map(|code| Some(code.as_str())).collect();
    let batch = |order: &[u32]| -> Result<Option<RecordBatch>, ArrowError> {
        if order.is_empty() {
            return Ok(None);
        }
        let rows = || order.iter().map(|at| &rows[*at as usize]);
        let comp = || rows().map(|row| row.comp.map_or(none, u32::from));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_value(block.shared.plan.period.index(), order.len())),
            texts.column(rows().map(|row| row.own))?,
            pick(&names.policies, comp())?,
            Arc::new(Int32Array::from_iter_values(comp().map(|comp| names.versions[comp as usize]))),
            pick(&names.components, comp())?,
            texts.column(rows().map(|row| row.basis))?,
            Arc::new(Date32Array::from_iter_values(rows().map(|row| row.day))),
            pick(&codes, rows().map(|row| u32::from(row.code)))?,
            Arc::new(rows().map(|row| (row.until != NO_DATE).then_some(row.until)).collect::<Date32Array>()),
            Arc::new(Int64Array::from_iter_values(rows().map(|row| row.forgone))),
        ];
        RecordBatch::try_new(REASONS.clone(), without_nulls(columns)?).map(Some)
    };
    Ok(Split { own: batch(&own)?, other: batch(&other)? })
}

/// A text column of any layout as views.
pub(crate) fn as_views(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if array.data_type() == &TEXT {
        return Ok(array.clone());
    }
    if let Some(texts) = array.as_any().downcast_ref::<StringArray>() {
        return Ok(Arc::new(StringViewArray::from(texts)));
    }
    datafusion::arrow::compute::cast(array, &TEXT)
}
