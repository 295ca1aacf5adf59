//! A table of facts as a question sees it: rows that stand, within the asker's part of the network, with where they stand beside what they say.

use super::super::columns::{Texts, dates, months};
use super::super::places::{Dated, Places, on};
use super::super::places_of;
use super::super::scan::{Place as File, Rows, footer, read};
use super::super::standing::Standing;
use super::Shared;
use super::part::{Giver, Taker, plan};
use crate::facts::store::broken;
use async_trait::async_trait;
use datafusion::arrow::array::{Array, ArrayRef, Date32Array, RecordBatch, RecordBatchOptions, StringArray, UInt32Array, new_null_array};
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::error::Result as Planned;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::{Date, Month, Refusal};
use qudao_metrics::State;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::BuildHasher;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Tasks a table is read by at once.
const PARTS: usize = 2;

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// What the fact says.
    Said(Col),
    /// A key that is the same for the same subscriber, and tells nothing else.
    SubscriberKey,
    /// Division code of where the fact stands on its day.
    Territory,
    /// Channel category of its outlet.
    Channel,
    /// Partner it belongs to.
    Owner,
    /// Whether it stands, was cancelled, or cancels.
    State,
}

/// A table.
pub(super) struct Facts {
    shared: Arc<Shared>,
    table: Table,
    columns: Vec<Shown>,
    schema: SchemaRef,
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.table.name())
    }
}

impl Shown {
    fn name(self) -> &'static str {
        match self {
            Self::Said(col) => col.name(),
            Self::SubscriberKey => "subscriber_key",
            Self::Territory => "territory",
            Self::Channel => "channel",
            Self::Owner => "owner",
            Self::State => "state",
        }
    }

    fn kind(self) -> DataType {
        match self {
            Self::Said(col) => match col.ty() {
                ColType::Int | ColType::Money => DataType::Int64,
                ColType::Bool => DataType::Boolean,
                // A month is its first day: that is what other programs can count with.
                ColType::Date | ColType::Month => DataType::Date32,
                ColType::Text => DataType::Utf8,
            },
            _ => DataType::Utf8,
        }
    }

    /// The columns of the files it is made of.
    fn reads(self) -> &'static [Col] {
        match self {
            Self::SubscriberKey => &[Col::Subscriber],
            Self::State => &[Col::Kind, Col::EventId],
            Self::Said(_) | Self::Territory | Self::Channel | Self::Owner => &[],
        }
    }
}

/// Columns of a table, without serials of things, which pages do not show either.
fn columns_of(table: Table) -> Vec<Shown> {
    let mut columns = Vec::new();
    for col in table.columns().iter().copied().filter(|col| !matches!(col, Col::Imei | Col::Serial)) {
        columns.push(Shown::Said(col));
        if col == Col::Subscriber {
            columns.push(Shown::SubscriberKey);
        }
    }
    columns.extend([Shown::Territory, Shown::Channel, Shown::Owner]);
    if table == Table::BusinessEvent {
        columns.push(Shown::State);
    }
    columns
}

impl Facts {
    pub(super) fn new(shared: Arc<Shared>, table: Table) -> Self {
        let columns = columns_of(table);
        let schema = schema_of(&columns);
        Self { shared, table, columns, schema }
    }

    /// The months whose files can hold what passes some filters.
    fn months(&self, filters: &[Expr]) -> RangeInclusive<i32> {
        let (mut first, mut last) = (i32::MIN, i32::MAX);
        for (op, day) in filters.iter().filter_map(|filter| bound(self.table, filter)) {
            let month = Date::from_days(day).month().index();
            if matches!(op, Operator::Gt | Operator::GtEq | Operator::Eq) {
                first = first.max(month);
            }
            if matches!(op, Operator::Lt | Operator::LtEq | Operator::Eq) {
                last = last.min(month);
            }
        }
        first..=last
    }
}

fn schema_of(columns: &[Shown]) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(|column| Field::new(column.name(), column.kind(), true)).collect::<Vec<_>>()))
}

/// What a filter says of the day files are filed by, if it says anything: `occurred_on >= day`, or of states `month >= day`.
fn bound(table: Table, filter: &Expr) -> Option<(Operator, i32)> {
    let filed_by = if table == Table::SubscriberMonth { Col::Month } else { Col::OccurredOn };
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = filter else { return None };
    let (Expr::Column(column), Expr::Literal(ScalarValue::Date32(Some(day)), _)) = (left.as_ref(), right.as_ref()) else { return None };
    let compares = matches!(op, Operator::Gt | Operator::GtEq | Operator::Lt | Operator::LtEq | Operator::Eq);
    (compares && column.name == filed_by.name()).then_some((*op, *day))
}

#[async_trait]
impl TableProvider for Facts {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Planned<Vec<TableProviderFilterPushDown>> {
        // Files of other months are left out; rows are still looked at one by one.
        let helps = |filter: &&Expr| match bound(self.table, filter) {
            Some(_) => TableProviderFilterPushDown::Inexact,
            None => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(helps).collect())
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _: Option<usize>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let columns: Vec<Shown> = match projection {
            Some(wanted) => wanted.iter().filter_map(|at| self.columns.get(*at).copied()).collect(),
            None => self.columns.clone(),
        };
        let schema = schema_of(&columns);
        let months = self.months(filters);
        let held = self.shared.reach.view.snapshot.files(self.table, Month::from_index(*months.start()), Month::from_index(*months.end()));
        let files = places_of(&held);
        let share = files.len().div_ceil(PARTS).max(1);
        let part = |files: &[File]| -> Giver {
            let part = Part {
                shared: Arc::clone(&self.shared),
                table: self.table,
                columns: columns.clone(),
                schema: Arc::clone(&schema),
                files: files.to_vec(),
            };
            Arc::new(move |take: &mut Taker<'_>| part.give(take))
        };
        plan(&schema, files.chunks(share).map(part).collect(), &self.shared.readers)
    }
}

/// Some files of a table, read for some columns.
struct Part {
    shared: Arc<Shared>,
    table: Table,
    columns: Vec<Shown>,
    schema: SchemaRef,
    files: Vec<File>,
}

impl Part {
    fn give(&self, take: &mut Taker<'_>) -> Result<(), Refusal> {
        let reach = &self.shared.reach;
        let (asked, within) = (reach.asked(), &reach.within);
        let places = asked.places();
        let sieve = Sieve {
            part: self,
            places,
            standing: asked.standing()?,
            covered: places.all.iter().map(|place| within.covers_place(place)).collect(),
        };
        let (store, footers) = (&reach.meter.store, &reach.meter.footers);
        let wanted = self.wanted();
        for file in &self.files {
            for group in 0..footer(store, footers, file)?.num_row_groups() {
                for batch in read(store, footers, file, &wanted, Rows::Groups(vec![group]))? {
                    // A batch without rows is handed over as well: that tells whether anybody still wants more.
                    if !take(sieve.shown(&batch)?) {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Names of the columns to read: those to show, and those that say whether to show a row.
    fn wanted(&self) -> Vec<String> {
        let mut cols = BTreeSet::from([Col::EventId, Col::KnownOn, Col::OccurredOn, Col::Outlet, Col::Partner]);
        if !self.shared.reach.within.clerks.is_empty() && self.table.has(Col::Clerk) {
            cols.insert(Col::Clerk);
        }
        for column in &self.columns {
            if let Shown::Said(col) = column {
                cols.insert(*col);
            }
            cols.extend(column.reads().iter().copied());
        }
        cols.into_iter().map(|col| col.name().to_owned()).collect()
    }
}

/// Chooses rows of a batch and shows them.
struct Sieve<'s> {
    part: &'s Part,
    places: &'s Places,
    standing: &'s Standing,
    /// Whether each place lies within the asker's part of the network.
    covered: Vec<bool>,
}

impl Sieve<'_> {
    fn shown(&self, batch: &RecordBatch) -> Result<RecordBatch, Refusal> {
        let day = dates(batch, Col::OccurredOn.name())?;
        let days: Vec<Option<i32>> = (0..batch.num_rows()).map(day).collect();
        let placed = self.placed(batch, &days)?;
        let kept = self.kept(batch, &days, &placed)?;
        let arrays = self.part.columns.iter().map(|column| self.column(*column, batch, &kept, &placed)).collect::<Result<Vec<_>, _>>()?;
        let rows = RecordBatchOptions::new().with_row_count(Some(kept.len()));
        RecordBatch::try_new_with_options(Arc::clone(&self.part.schema), arrays, &rows)
            .map_err(|error| broken(self.part.table.name(), &error))
    }

    /// Number of the place of every row on its day.
    fn placed(&self, batch: &RecordBatch, days: &[Option<i32>]) -> Result<Vec<u32>, Refusal> {
        let nowhere: &Dated = const { &Vec::new() };
        let known = self.places;
        let rows = batch.num_rows();
        let outlets = Texts::of(batch, Col::Outlet.name())?
            .map(rows, |code| if code.is_empty() { None } else { Some(known.outlets.get(code).unwrap_or(nowhere)) });
        let partners = Texts::of(batch, Col::Partner.name())?.map(rows, |code| known.partners.get(code).unwrap_or(nowhere));
        Ok((0..rows).map(|row| days[row].map_or(0, |day| on(outlets[row].unwrap_or(partners[row]), day))).collect())
    }

    /// Rows that stand and lie within the asker's part of the network, rising. A row without a day is no one's.
    fn kept(&self, batch: &RecordBatch, days: &[Option<i32>], placed: &[u32]) -> Result<Vec<u32>, Refusal> {
        let within = &self.part.shared.reach.within;
        let named = |codes: &[String], col: Col| -> Result<Vec<bool>, Refusal> {
            let is_one = |text: &str| !text.is_empty() && codes.iter().any(|code| code == text);
            if codes.is_empty() { Ok(Vec::new()) } else { Ok(Texts::of(batch, col.name())?.map(batch.num_rows(), is_one)) }
        };
        let (outlets, clerks) = (named(&within.outlets, Col::Outlet)?, named(&within.clerks, Col::Clerk)?);
        let stands = self.standing.stands(self.part.table, batch)?;
        let any = |flags: &[bool], row: usize| flags.get(row).copied().unwrap_or(false);
        let everywhere = within.is_everywhere();
        let keeps = |row: &u32| {
            let row = *row as usize;
            let reached = everywhere || any(&self.covered, placed[row] as usize) || any(&outlets, row) || any(&clerks, row);
            days[row].is_some() && reached && stands(row)
        };
        Ok((0..batch.num_rows() as u32).filter(keeps).collect())
    }

    fn column(&self, column: Shown, batch: &RecordBatch, kept: &[u32], placed: &[u32]) -> Result<ArrayRef, Refusal> {
        let shared = &self.part.shared;
        let rows = || kept.iter().map(|row| *row as usize);
        let texts = |col: Col| Texts::of(batch, col.name());
        // What is not there is nothing, not an empty text.
        let some = |text: String| if text.is_empty() { None } else { Some(text) };
        let place = |row: usize| &self.places.all[placed[row] as usize];
        let array: StringArray = match column {
            Shown::Said(Col::Month) => {
                let month = months(batch, Col::Month.name())?;
                let first = |row: usize| month(row).map(|index| Month::from_index(index).first_day().days());
                return Ok(Arc::new(rows().map(first).collect::<Date32Array>()));
            }
            Shown::Said(col @ (Col::EventId | Col::Ref | Col::Subscriber)) => {
                let texts = texts(col)?;
                rows().map(|row| some((shared.mask)(col, texts.get(row)))).collect()
            }
            Shown::Said(col) => return Self::taken(batch, col, kept),
            Shown::SubscriberKey => {
                let texts = texts(Col::Subscriber)?;
                let key = |text: &str| if text.is_empty() { None } else { Some(format!("{:016x}", shared.secret.hash_one(text))) };
                rows().map(|row| key(texts.get(row))).collect()
            }
            Shown::Territory => rows().map(|row| some(place(row).territory.clone())).collect(),
            Shown::Channel => rows().map(|row| some(place(row).channel.clone())).collect(),
            Shown::Owner => rows().map(|row| place(row).partners.first().cloned()).collect(),
            Shown::State => {
                let (kinds, ids) = (texts(Col::Kind)?, texts(Col::EventId)?);
                rows().map(|row| Some(State::of(kinds.get(row), self.standing.is_referred_to(ids.get(row))).code())).collect()
            }
        };
        Ok(Arc::new(array))
    }

    /// Cells as the files have them, texts that come as codes written out.
    fn taken(batch: &RecordBatch, col: Col, kept: &[u32]) -> Result<ArrayRef, Refusal> {
        let wanted = Shown::Said(col).kind();
        let Some(held) = batch.column_by_name(col.name()) else { return Ok(new_null_array(&wanted, kept.len())) };
        let failed = |error: ArrowError| broken(col.name(), &error);
        let cells = take(held, &UInt32Array::from(kept.to_vec()), None).map_err(failed)?;
        if *cells.data_type() == wanted { Ok(cells) } else { cast(&cells, &wanted).map_err(failed) }
    }
}
