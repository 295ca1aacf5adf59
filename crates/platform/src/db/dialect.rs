//! The few places where the two databases want different words. A statement is written once, with these names in braces.

use super::fault::bug;
use qudao_kernel::Refusal;
use std::borrow::Cow;

/// Which database a connection speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbKind {
    /// One file, one writer.
    Sqlite,
    /// A server.
    Postgres,
}

/// `(name, on SQLite, on PostgreSQL)`. SQLite has one writer at a time, so it needs no row locks.
const FRAGMENTS: &[(&str, &str, &str)] = &[
    ("for_update", "", "FOR UPDATE"),
    ("for_share", "", "FOR SHARE"),
    ("skip_locked", "", "FOR UPDATE SKIP LOCKED"),
    ("bytes", "BLOB", "BYTEA"),
    // A total order of texts that is the same on both: by bytes of UTF-8.
    ("by_bytes", "COLLATE BINARY", "COLLATE \"C\""),
];

impl DbKind {
    /// The name people use.
    pub const fn name(self) -> &'static str {
        match self {
            DbKind::Sqlite => "SQLite",
            DbKind::Postgres => "PostgreSQL",
        }
    }

    /// The statement with every `{name}` replaced by this database's words.
    ///
    /// # Errors
    /// A defect, if a name in braces is not one of the fragments.
    pub fn expand(self, sql: Cow<'static, str>) -> Result<Cow<'static, str>, Refusal> {
        if !sql.contains('{') {
            return Ok(sql);
        }
        let mut out = String::with_capacity(sql.len());
        let mut rest = sql.as_ref();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').ok_or_else(|| bug("a brace in a statement is not closed"))?;
            let fragment = FRAGMENTS.iter().find(|(known, _, _)| *known == name);
            let (_, sqlite, postgres) = fragment.ok_or_else(|| bug(&format!("no statement fragment is named {name}")))?;
            out.push_str(before);
            out.push_str(match self {
                DbKind::Sqlite => sqlite,
                DbKind::Postgres => postgres,
            });
            rest = tail;
        }
        out.push_str(rest);
        Ok(Cow::Owned(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_becomes_two_dialects() {
        let text = "select a from t where id = $1 {for_update}";
        assert_eq!(DbKind::Sqlite.expand(text.into()).unwrap(), "select a from t where id = $1 ");
        assert_eq!(DbKind::Postgres.expand(text.into()).unwrap(), "select a from t where id = $1 FOR UPDATE");
        assert!(DbKind::Sqlite.expand("{for_updte}".into()).is_err());
        assert!(DbKind::Sqlite.expand("{for_update".into()).is_err());
    }
}
