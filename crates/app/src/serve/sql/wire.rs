//! Cells and values as they travel, in text and in binary.

use bytes::{BufMut, Bytes, BytesMut};
use pgwire::api::Type;
use pgwire::api::portal::Format;
use pgwire::api::results::{FieldFormat, FieldInfo};
use pgwire::messages::data::DataRow;
use qudao_engine::metrics::sql::{Cell, Column, Kind};
use qudao_kernel::{Date, Refusal};

/// Days from 1970 to the year PostgreSQL counts from, 2000.
const EPOCH_DAYS: i32 = 10_957;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// PostgreSQL's name for a kind of column.
pub(super) fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::Text => Type::TEXT,
        Kind::Whole => Type::INT8,
        Kind::Exact => Type::NUMERIC,
        Kind::Rough => Type::FLOAT8,
        Kind::Truth => Type::BOOL,
        Kind::Day => Type::DATE,
        Kind::Instant => Type::TIMESTAMP,
    }
}

/// How a column or value travels. A list that is too short says nothing of it.
fn format_of(format: &Format, at: usize) -> FieldFormat {
    match format {
        Format::UnifiedText => FieldFormat::Text,
        Format::UnifiedBinary => FieldFormat::Binary,
        Format::Individual(each) => each.get(at).map_or(FieldFormat::Text, |code| FieldFormat::from(*code)),
    }
}

/// The columns of an answer.
pub(super) fn fields(columns: &[Column], format: &Format) -> Vec<FieldInfo> {
    let field =
        |(at, column): (usize, &Column)| FieldInfo::new(column.name.clone(), None, None, type_of(column.kind), format_of(format, at));
    columns.iter().enumerate().map(field).collect()
}

/// A row.
pub(super) fn row(fields: &[FieldInfo], cells: &[Cell]) -> DataRow {
    let mut bytes = BytesMut::with_capacity(16 * cells.len());
    for (cell, field) in cells.iter().zip(fields) {
        let before = bytes.len();
        bytes.put_i32(-1);
        if *cell == Cell::None {
            continue;
        }
        match field.format() {
            FieldFormat::Text => bytes.put_slice(text(cell).as_bytes()),
            FieldFormat::Binary => binary(cell, field.datatype(), &mut bytes),
        }
        let length = (bytes.len() - before - 4) as i32;
        if let Some(place) = bytes.get_mut(before..before + 4) {
            place.copy_from_slice(&length.to_be_bytes());
        }
    }
    DataRow::new(bytes, cells.len() as i16)
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::None => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Whole(whole) => whole.to_string(),
        Cell::Rough(rough) if rough.is_infinite() && *rough > 0.0 => "Infinity".to_owned(),
        Cell::Rough(rough) if rough.is_infinite() => "-Infinity".to_owned(),
        Cell::Rough(rough) => rough.to_string(),
        Cell::Truth(true) => "t".to_owned(),
        Cell::Truth(false) => "f".to_owned(),
        Cell::Day(day) => Date::from_days(*day).to_string(),
        Cell::Instant(instant) => {
            let (day, rest) = (instant.div_euclid(DAY), instant.rem_euclid(DAY));
            let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
            let day = Date::from_days(i32::try_from(day).unwrap_or(0));
            let clock = format!("{day} {:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
            if micros == 0 { clock } else { format!("{clock}.{micros:06}") }
        }
    }
}

fn binary(cell: &Cell, kind: &Type, bytes: &mut BytesMut) {
    match cell {
        Cell::None => (),
        Cell::Text(text) if *kind == Type::NUMERIC => numeric(text, bytes),
        Cell::Text(text) => bytes.put_slice(text.as_bytes()),
        Cell::Whole(whole) => bytes.put_i64(*whole),
        Cell::Rough(rough) => bytes.put_f64(*rough),
        Cell::Truth(truth) => bytes.put_u8(u8::from(*truth)),
        Cell::Day(day) => bytes.put_i32(day.saturating_sub(EPOCH_DAYS)),
        Cell::Instant(instant) => bytes.put_i64(instant.saturating_sub(i64::from(EPOCH_DAYS) * DAY)),
    }
}

/// A decimal number: groups of four digits, how many stand before the point less one, sign, digits after the point.
fn numeric(text: &str, bytes: &mut BytesMut) {
    let (sign, digits) = text.strip_prefix('-').map_or((0_u16, text), |rest| (0x4000, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = part.len();
    let whole = whole.trim_start_matches('0');
    let before = whole.len().div_ceil(4);
    let all = format!("{whole:0>before$}{part:0<after$}", before = before * 4, after = scale.div_ceil(4) * 4);
    let mut groups: Vec<i16> =
        all.as_bytes().chunks(4).map(|four| four.iter().fold(0, |sum, digit| sum * 10 + i16::from(digit.saturating_sub(b'0')))).collect();
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let leading = groups.iter().take_while(|group| **group == 0).count();
    bytes.put_i16((groups.len() - leading) as i16);
    bytes.put_i16(before as i16 - 1 - leading as i16);
    bytes.put_u16(if groups.is_empty() { 0 } else { sign });
    bytes.put_i16(scale as i16);
    groups.iter().skip(leading).for_each(|group| bytes.put_i16(*group));
}

/// A value that came with a question, as text; `kind` is what the client says it is, or else what the question asks for.
///
/// # Errors
/// `BadInput sql.question.values` for one that cannot be read.
pub(super) fn value(sent: Option<&Bytes>, format: &Format, at: usize, kind: &Type) -> Result<Option<String>, Refusal> {
    let Some(bytes) = sent else { return Ok(None) };
    let plain = || std::str::from_utf8(bytes).ok().map(str::to_owned);
    let read = match format_of(format, at) {
        FieldFormat::Text => plain(),
        FieldFormat::Binary => match *kind {
            Type::BOOL => bytes.first().map(|byte| (*byte != 0).to_string()),
            Type::INT2 => fixed(bytes).map(|bytes| i16::from_be_bytes(bytes).to_string()),
            Type::INT4 | Type::OID => fixed(bytes).map(|bytes| i32::from_be_bytes(bytes).to_string()),
            Type::INT8 => fixed(bytes).map(|bytes| i64::from_be_bytes(bytes).to_string()),
            Type::FLOAT4 => fixed(bytes).map(|bytes| f32::from_be_bytes(bytes).to_string()),
            Type::FLOAT8 => fixed(bytes).map(|bytes| f64::from_be_bytes(bytes).to_string()),
            Type::DATE => fixed(bytes).map(|bytes| Date::from_days(i32::from_be_bytes(bytes).saturating_add(EPOCH_DAYS)).to_string()),
            Type::TIMESTAMP | Type::TIMESTAMPTZ => {
                fixed(bytes).map(|bytes| text(&Cell::Instant(i64::from_be_bytes(bytes).saturating_add(i64::from(EPOCH_DAYS) * DAY))))
            }
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => plain(),
            _ => None,
        },
    };
    read.map(Some).ok_or_else(|| {
        Refusal::bad_input(
            "sql.question.values",
            format!("第 {} 个参数（{}）无法读取；请以文本传送", at + 1, kind.name()),
            format!("parameter {} ({}) cannot be read; send it as text", at + 1, kind.name()),
        )
    })
}

fn fixed<const N: usize>(bytes: &Bytes) -> Option<[u8; N]> {
    bytes[..].try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(cell: Cell, kind: Kind, format: &Format) -> Vec<u8> {
        let columns = [Column { name: "x".into(), kind }];
        row(&fields(&columns, format), &[cell]).data.to_vec()
    }

    #[test]
    fn cells_travel_as_text() {
        let text = |cell, kind| {
            let bytes = sent(cell, kind, &Format::UnifiedText);
            let (length, rest) = bytes.split_at(4);
            assert_eq!(i32::from_be_bytes(length.try_into().unwrap()), rest.len() as i32);
            String::from_utf8(rest.to_vec()).unwrap()
        };
        assert_eq!(text(Cell::Text("渠道".into()), Kind::Text), "渠道");
        assert_eq!(text(Cell::Whole(-5), Kind::Whole), "-5");
        assert_eq!(text(Cell::Truth(true), Kind::Truth), "t");
        assert_eq!(text(Cell::Day(EPOCH_DAYS), Kind::Day), "2000-01-01");
        assert_eq!(text(Cell::Instant(-1), Kind::Instant), "1969-12-31 23:59:59.999999");
        assert_eq!(text(Cell::Rough(1.5), Kind::Rough), "1.5");
        assert_eq!(sent(Cell::None, Kind::Text, &Format::UnifiedText), (-1_i32).to_be_bytes());
    }

    #[test]
    fn cells_travel_in_binary() {
        let body = |cell, kind| sent(cell, kind, &Format::UnifiedBinary)[4..].to_vec();
        assert_eq!(body(Cell::Whole(258), Kind::Whole), 258_i64.to_be_bytes());
        assert_eq!(body(Cell::Day(EPOCH_DAYS + 1), Kind::Day), 1_i32.to_be_bytes());
        assert_eq!(body(Cell::Instant(i64::from(EPOCH_DAYS) * DAY), Kind::Instant), 0_i64.to_be_bytes());
        let number = |text: &str| {
            let bytes = body(Cell::Text(text.into()), Kind::Exact);
            bytes.chunks(2).map(|two| i16::from_be_bytes(two.try_into().unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(number("12345.678"), [3, 1, 0, 3, 1, 2345, 6780]);
        assert_eq!(number("-0.05"), [1, -1, 0x4000, 2, 500]);
        assert_eq!(number("0.00"), [0, -1, 0, 2]);
        assert_eq!(number("10000"), [1, 1, 0, 0, 1]);
        assert_eq!(number("0.00005"), [1, -2, 0, 5, 5000]);
    }

    #[test]
    fn values_are_read_from_both() {
        let read = |bytes: &[u8], format: &Format, kind: Type| value(Some(&Bytes::copy_from_slice(bytes)), format, 0, &kind);
        let binary = Format::UnifiedBinary;
        assert_eq!(read(b"2026-07-01", &Format::UnifiedText, Type::DATE).unwrap().as_deref(), Some("2026-07-01"));
        assert_eq!(read(&7_i32.to_be_bytes(), &binary, Type::INT4).unwrap().as_deref(), Some("7"));
        assert_eq!(read(&1_i32.to_be_bytes(), &binary, Type::DATE).unwrap().as_deref(), Some("2000-01-02"));
        assert_eq!(read(&[1, 2], &binary, Type::INT4).unwrap_err().code, "sql.question.values");
        assert_eq!(read(&[1, 2], &binary, Type::NUMERIC).unwrap_err().code, "sql.question.values");
        assert_eq!(value(None, &binary, 0, &Type::INT4).unwrap(), None);
        // A list of formats that is too short is not looked past its end.
        assert_eq!(format_of(&Format::Individual(vec![1]), 1), FieldFormat::Text);
    }
}
