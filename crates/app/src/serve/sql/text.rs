//! What clients send: one statement or several, of which some only concern the connection. What a client asks of PostgreSQL itself on its way in is answered here.

use qudao_engine::metrics::sql::{DATABASE, SCHEMA};

/// The version clients are told; they choose their questions by it.
pub(super) const VERSION: &str = "15.0";

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing at all.
    Nothing,
    /// The connection, which stays as it is; the word it is acknowledged with.
    Settles(&'static str),
    /// A transaction begins.
    Begins,
    /// It ends; the word it is acknowledged with.
    Ends(&'static str),
    /// A setting.
    Shows(String, String),
    /// Facts and figures: the question, as the engine takes it.
    Asks(String),
    /// Other encodings than ours.
    Encoding,
    /// It would change something.
    Changes,
}

/// Length of a quoted text, quoted name, comment or dollar-quoted text a text begins with.
fn quoted(text: &str) -> Option<usize> {
    let until = |from: usize, end: &str| text.get(from..).and_then(|rest| rest.find(end)).map_or(text.len(), |at| from + at + end.len());
    match text.as_bytes() {
        [quote @ (b'\'' | b'"'), ..] => {
            let mut from = 1;
            loop {
                let end = until(from, if *quote == b'"' { "\"" } else { "'" });
                // A doubled quote stands for itself.
                if text.as_bytes().get(end) != Some(quote) || end == text.len() {
                    return Some(end);
                }
                from = end + 1;
            }
        }
        [b'-', b'-', ..] => Some(until(2, "\n")),
        [b'/', b'*', ..] => Some(until(2, "*/")),
        [b'$', ..] => {
            let name = text.get(1..)?.find('$')?;
            let tag = text.get(..name + 2)?;
            let is_tag = tag.bytes().all(|byte| byte == b'$' || byte == b'_' || byte.is_ascii_alphanumeric());
            (is_tag && !tag.as_bytes().get(1).is_some_and(u8::is_ascii_digit)).then(|| until(tag.len(), tag))
        }
        _ => None,
    }
}

/// Length of the character a text begins with.
fn first(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// The statements of a text.
pub(super) fn statements(text: &str) -> Vec<&str> {
    let (mut found, mut from, mut at) = (Vec::new(), 0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(';') {
            found.push(&text[from..at]);
            from = at + 1;
        }
        at += quoted(rest).unwrap_or_else(|| first(rest));
    }
    found.push(&text[from..]);
    found.retain(|one| !bare(one).is_empty());
    found
}

/// A statement without what stands before it.
fn bare(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    while rest.starts_with("--") || rest.starts_with("/*") {
        rest = rest.get(quoted(rest).unwrap_or(rest.len())..).unwrap_or_default().trim_start();
    }
    rest
}

/// What a statement is about, of somebody who signed in with a login.
pub(super) fn meaning(statement: &str, login: &str) -> Meaning {
    let bare = bare(statement).trim_end();
    let word: String = bare.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    match word.as_str() {
        "" if bare.is_empty() => Meaning::Nothing,
        "" if bare.starts_with('(') => Meaning::Asks(ours(bare, login)),
        "select" | "with" | "values" | "table" | "explain" | "describe" => {
            Meaning::Asks(super::psql::asked(bare).unwrap_or_else(|| ours(bare, login)))
        }
        "show" => shown(bare),
        "set" if other_encoding(bare) => Meaning::Encoding,
        "set" => Meaning::Settles("SET"),
        "reset" => Meaning::Settles("RESET"),
        "discard" => Meaning::Settles("DISCARD ALL"),
        "deallocate" => Meaning::Settles("DEALLOCATE"),
        "savepoint" => Meaning::Settles("SAVEPOINT"),
        "release" => Meaning::Settles("RELEASE"),
        "begin" | "start" => Meaning::Begins,
        "commit" | "end" => Meaning::Ends("COMMIT"),
        "rollback" | "abort" => Meaning::Ends("ROLLBACK"),
        _ => Meaning::Changes,
    }
}

fn other_encoding(statement: &str) -> bool {
    let lower = statement.to_ascii_lowercase();
    let names = lower.contains("client_encoding") || lower.starts_with("set names");
    names && !["utf8", "utf-8", "unicode", "default"].iter().any(|ours| lower.contains(ours))
}

fn shown(statement: &str) -> Meaning {
    let wanted = statement.get("show".len()..).unwrap_or_default().trim().to_ascii_lowercase();
    let value = match wanted.as_str() {
        "transaction isolation level" | "transaction_isolation" | "default_transaction_isolation" => "read committed",
        "transaction_read_only" | "default_transaction_read_only" | "standard_conforming_strings" | "integer_datetimes" => "on",
        "server_version" => VERSION,
        "server_version_num" => "150000",
        "server_encoding" | "client_encoding" => "UTF8",
        "datestyle" => "ISO, YMD",
        "timezone" | "time zone" => "Asia/Shanghai",
        "search_path" => SCHEMA,
        "max_identifier_length" => "63",
        "lc_collate" | "lc_ctype" => "C",
        "is_superuser" => "off",
        _ => return Meaning::Asks(statement.to_owned()),
    };
    Meaning::Shows(wanted.replace(' ', "_"), value.to_owned())
}

/// A question in which what is asked of PostgreSQL itself is answered already.
fn ours(statement: &str, login: &str) -> String {
    let login = login.replace('\'', "''");
    let mut text = String::with_capacity(statement.len());
    let mut rest = statement;
    while !rest.is_empty() {
        let word = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
        if word > 0 {
            let (name, after) = rest.split_at(word);
            let lower = name.to_ascii_lowercase();
            let (said, after) = answered(lower.strip_prefix("pg_catalog.").unwrap_or(&lower), after, &login);
            text.push_str(said.as_deref().unwrap_or(name));
            rest = after;
            continue;
        }
        let (kept, after) = rest.split_at(quoted(rest).unwrap_or_else(|| first(rest)).min(rest.len()));
        text.push_str(kept);
        rest = after;
    }
    text
}

/// What a name stands for, if PostgreSQL would answer it, and what stands after it and its empty brackets.
fn answered<'a>(name: &str, after: &'a str, login: &str) -> (Option<String>, &'a str) {
    let value = match name {
        "version" => format!("'PostgreSQL {VERSION} (Qudao {}, read only)'", env!("CARGO_PKG_VERSION")),
        "current_schema" => format!("'{SCHEMA}'"),
        "current_database" | "current_catalog" => format!("'{DATABASE}'"),
        "current_user" | "session_user" | "current_role" => format!("'{login}'"),
        "pg_backend_pid" => "0".to_owned(),
        "pg_is_in_recovery" => "false".to_owned(),
        _ => return (None, after),
    };
    let inside = after.trim_start().strip_prefix('(').map(str::trim_start);
    match (inside.and_then(|inside| inside.strip_prefix(')')), inside) {
        (Some(after), _) => (Some(value), after),
        // With something between the brackets it is another function; without any, only these are words of their own.
        (None, None) if name.starts_with("current_") || name == "session_user" => (Some(value), after),
        (None, _) => (None, after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_semicolons_that_are_not_quoted() {
        assert_eq!(
            statements("select 1; select ';' ; -- ;\n/* ; */ select \"a;\"\"b\" ;; "),
            ["select 1", " select ';' ", " -- ;\n/* ; */ select \"a;\"\"b\" "]
        );
        assert_eq!(statements("select $$;$$, $a$;$$;$a$; select '它''s;'"), ["select $$;$$, $a$;$$;$a$", " select '它''s;'"]);
        assert_eq!(statements("select $1; select 'never closed;"), ["select $1", " select 'never closed;"]);
        assert!(statements(" ;; -- nothing").is_empty());
    }

    #[test]
    fn what_only_concerns_the_connection_is_acknowledged_and_changes_are_told() {
        let meaning = |text: &str| meaning(text, "li'4");
        assert_eq!(meaning("SET extra_float_digits = 3"), Meaning::Settles("SET"));
        assert_eq!(meaning("set client_encoding to 'GBK'"), Meaning::Encoding);
        assert_eq!(meaning("set client_encoding to 'UTF8'"), Meaning::Settles("SET"));
        assert_eq!(meaning("/* pool */ BEGIN READ ONLY"), Meaning::Begins);
        assert_eq!(meaning("rollback"), Meaning::Ends("ROLLBACK"));
        assert_eq!(
            meaning("show transaction isolation level"),
            Meaning::Shows("transaction_isolation_level".into(), "read committed".into())
        );
        assert_eq!(meaning("show tables"), Meaning::Asks("show tables".into()));
        assert_eq!(meaning(""), Meaning::Nothing);
        for text in
            ["insert into cash values (1)", "DELETE FROM cash", "copy cash to stdout", "truncate cash", "vacuum", "call f()", "do $$ $$"]
        {
            assert_eq!(meaning(text), Meaning::Changes, "{text}");
        }
    }

    #[test]
    fn what_is_asked_of_postgresql_itself_is_answered() {
        let asked = |text: &str| match meaning(text, "li'4") {
            Meaning::Asks(text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(asked("select current_schema( ), pg_catalog.current_database()"), "select 'public', 'qudao'");
        assert_eq!(asked("SELECT current_user, \"current_user\", 'version()'"), "SELECT 'li''4', \"current_user\", 'version()'");
        assert!(asked("select pg_catalog.version()").starts_with("select 'PostgreSQL 15.0 (Qudao "));
        assert_eq!(asked("select version, t.version(1) from t"), "select version, t.version(1) from t");
    }
}
