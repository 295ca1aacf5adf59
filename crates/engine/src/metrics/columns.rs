//! Columns of a batch, read by row: null reads as absent.

use crate::facts::store::broken;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use qudao_kernel::Refusal;

/// A text column: codes into its different texts.
pub(super) struct Texts<'b> {
    coded: Option<(&'b datafusion::arrow::array::Int32Array, &'b datafusion::arrow::array::StringArray)>,
    plain: Option<&'b datafusion::arrow::array::StringArray>,
}

impl<'b> Texts<'b> {
    /// A column; one that the batch does not have is absent in every row.
    pub(super) fn of(batch: &'b RecordBatch, name: &str) -> Result<Self, Refusal> {
        let Some(column) = batch.column_by_name(name) else { return Ok(Self { coded: None, plain: None }) };
        if let Some(texts) = column.as_string_opt::<i32>() {
            return Ok(Self { coded: None, plain: Some(texts) });
        }
        let coded = column.as_dictionary_opt::<Int32Type>();
        let coded = coded.and_then(|coded| Some((coded.keys(), coded.values().as_string_opt::<i32>()?)));
        coded.map(|coded| Self { coded: Some(coded), plain: None }).ok_or_else(|| broken(name, &"not a text column"))
    }

    /// The text of a row; empty where absent.
    pub(super) fn get(&self, row: usize) -> &'b str {
        match (self.coded, self.plain) {
            (Some((codes, texts)), _) if codes.is_valid(row) => texts.value(codes.value(row) as usize),
            (_, Some(texts)) if texts.is_valid(row) => texts.value(row),
            _ => "",
        }
    }

    /// What a function gives for every row's text, called once for each different text where they are coded.
    pub(super) fn map<T: Copy>(&self, rows: usize, mut of: impl FnMut(&'b str) -> T) -> Vec<T> {
        if let Some((codes, texts)) = self.coded {
            let absent = of("");
            let each: Vec<T> = (0..texts.len()).map(|at| if texts.is_valid(at) { of(texts.value(at)) } else { absent }).collect();
            let code = |row: usize| if codes.is_valid(row) { each[codes.value(row) as usize] } else { absent };
            return (0..rows).map(code).collect();
        }
        (0..rows).map(|row| of(self.get(row))).collect()
    }
}

/// Days since 1970 of a column of dates.
pub(super) fn dates<'b>(batch: &'b RecordBatch, name: &str) -> Result<impl Fn(usize) -> Option<i32> + 'b, Refusal> {
    let column = batch.column_by_name(name);
    let column = match column {
        None => None,
        Some(column) => Some(column.as_primitive_opt::<Date32Type>().ok_or_else(|| broken(name, &"not a column of dates"))?),
    };
    Ok(move |row: usize| column.filter(|column| column.is_valid(row)).map(|column| column.value(row)))
}

/// Running numbers of a column of months.
pub(super) fn months<'b>(batch: &'b RecordBatch, name: &str) -> Result<impl Fn(usize) -> Option<i32> + 'b, Refusal> {
    let column = batch.column_by_name(name);
    let column = match column {
        None => None,
        Some(column) => Some(column.as_primitive_opt::<Int32Type>().ok_or_else(|| broken(name, &"not a column of months"))?),
    };
    Ok(move |row: usize| column.filter(|column| column.is_valid(row)).map(|column| column.value(row)))
}

/// Numbers of a column.
pub(super) fn numbers<'b>(batch: &'b RecordBatch, name: &str) -> Result<impl Fn(usize) -> Option<i64> + 'b, Refusal> {
    let column = batch.column_by_name(name);
    let column = match column {
        None => None,
        Some(column) => Some(column.as_primitive_opt::<Int64Type>().ok_or_else(|| broken(name, &"not a column of numbers"))?),
    };
    Ok(move |row: usize| column.filter(|column| column.is_valid(row)).map(|column| column.value(row)))
}

/// Truth of a column; absent is no.
pub(super) fn truths<'b>(batch: &'b RecordBatch, name: &str) -> Result<impl Fn(usize) -> bool + 'b, Refusal> {
    let column = batch.column_by_name(name);
    let column = match column {
        None => None,
        Some(column) => Some(column.as_boolean_opt().ok_or_else(|| broken(name, &"not a column of yes and no"))?),
    };
    Ok(move |row: usize| column.is_some_and(|column| column.is_valid(row) && column.value(row)))
}
