//! The four things a column can hold, and a row of them.
//!
//! Column rule for every table: ids TEXT, instants BIGINT microseconds since 1970, business dates and months TEXT
//! (`2026-07-31`, `2026-07`), money BIGINT fen, flags BIGINT 0 or 1, enums TEXT with CHECK. No NUMERIC, no arrays.

use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use std::str::FromStr;
use std::sync::Arc;

/// A value on its way into or out of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Absent.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB, BYTEA.
    Bytes(Vec<u8>),
}

macro_rules! value_from {
    ($($type:ty => $variant:ident($value:ident) $make:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Value::$variant($make)
            }
        })*
    };
}
value_from! {
    i64 => Int(value) value;
    i32 => Int(value) i64::from(value);
    u32 => Int(value) i64::from(value);
    bool => Int(value) i64::from(value);
    Fen => Int(value) value.0;
    &str => Text(value) value.to_owned();
    &String => Text(value) value.clone();
    String => Text(value) value;
    Date => Text(value) value.to_string();
    Month => Text(value) value.to_string();
    Vec<u8> => Bytes(value) value;
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// The arguments of a statement, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] };
}

/// One row of a result; columns are asked for by name.
#[derive(Debug, Clone)]
pub struct Row {
    pub(super) names: Arc<[String]>,
    pub(super) values: Vec<Value>,
}

impl Row {
    fn value(&self, name: &str) -> Result<&Value, Refusal> {
        let index = self.names.iter().position(|known| known == name);
        index.and_then(|index| self.values.get(index)).ok_or_else(|| wrong_column(name, "the statement does not return it"))
    }

    /// A number; a column that may be NULL is read with [`Row::opt_int`].
    pub fn int(&self, name: &str) -> Result<i64, Refusal> {
        self.opt_int(name)?.ok_or_else(|| wrong_column(name, "it is NULL"))
    }

    /// A number or NULL.
    pub fn opt_int(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(*number)),
            Value::Text(_) | Value::Bytes(_) => Err(wrong_column(name, "it is not a number")),
        }
    }

    /// A small number that cannot be negative: a count, a version, a position.
    pub fn count(&self, name: &str) -> Result<u32, Refusal> {
        u32::try_from(self.int(name)?).map_err(|_| wrong_column(name, "it is not a count"))
    }

    /// A flag stored as 0 or 1.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        self.int(name).map(|number| number != 0)
    }

    /// Money.
    pub fn fen(&self, name: &str) -> Result<Fen, Refusal> {
        self.int(name).map(Fen)
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<&str, Refusal> {
        self.opt_text(name)?.ok_or_else(|| wrong_column(name, "it is NULL"))
    }

    /// A text, owned.
    pub fn string(&self, name: &str) -> Result<String, Refusal> {
        self.text(name).map(str::to_owned)
    }

    /// A text or NULL.
    pub fn opt_text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            Value::Int(_) | Value::Bytes(_) => Err(wrong_column(name, "it is not a text")),
        }
    }

    /// A text or NULL, owned.
    pub fn opt_string(&self, name: &str) -> Result<Option<String>, Refusal> {
        Ok(self.opt_text(name)?.map(str::to_owned))
    }

    /// Bytes.
    pub fn bytes(&self, name: &str) -> Result<&[u8], Refusal> {
        match self.value(name)? {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(wrong_column(name, "it is not bytes")),
        }
    }

    /// A text read as something else: a date, a month, an enum with [`FromStr`].
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<T, Refusal> {
        self.text(name)?.parse().map_err(|_| wrong_column(name, "its text cannot be read"))
    }

    /// The same, or NULL.
    pub fn opt_parse<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        self.opt_text(name)?.map(|text| text.parse().map_err(|_| wrong_column(name, "its text cannot be read"))).transpose()
    }
}

fn wrong_column(name: &str, reason: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "platform.db.column",
        format!("读取数据库列 {name} 失败({reason});请把此信息报告给维护者"),
        format!("cannot read database column {name}: {reason}; report this to the maintainers"),
    )
}
