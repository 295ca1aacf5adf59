//! What psql asks of PostgreSQL's own catalogue to show tables (`\d`, `\dt`, `\dv`, `\d TABLE`), as questions that can be answered here.

use qudao_engine::metrics::sql::{DATABASE, SCHEMA, tables};

/// Number of the first table; as in PostgreSQL, those below are its own.
const FIRST: usize = 16_384;
/// Parts of its catalogue a table of ours has nothing in.
const EMPTY: [&str; 4] = ["pg_catalog.pg_policy", "pg_catalog.pg_statistic_ext", "pg_catalog.pg_publication", "pg_catalog.pg_inherits"];

/// The question that answers a statement of psql; `None` for all others.
pub(super) fn asked(statement: &str) -> Option<String> {
    if !statement.contains("pg_catalog.pg_") {
        return None;
    }
    if statement.contains("FROM pg_catalog.pg_class c") && statement.contains("pg_get_userbyid(c.relowner) as \"Owner\"") {
        return Some(listing(statement));
    }
    if statement.starts_with("SELECT c.oid,") && statement.contains("FROM pg_catalog.pg_class c") {
        return Some(numbered(statement));
    }
    if statement.starts_with("SELECT c.relchecks") {
        let kind = if table(between(statement, "WHERE c.oid = '", "'")?)?.starts_with("metric_") { "v" } else { "r" };
        let no = (2..9).map(|at| format!("false as c{at}")).collect::<Vec<_>>().join(", ");
        return Some(format!(
            "select 0 as c0, '{kind}' as c1, {no}, '' as c9, 0 as c10, '' as c11, 'p' as c12, 'd' as c13, cast(null as varchar) as c14"
        ));
    }
    if statement.starts_with("SELECT a.attname") {
        return Some(columns(table(between(statement, "a.attrelid = '", "'")?)?));
    }
    EMPTY.iter().any(|part| statement.contains(part)).then(|| "select 1 as nothing where 1 = 0".to_owned())
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

/// The table of a number.
fn table(number: &str) -> Option<&'static str> {
    tables().get(number.parse::<usize>().ok()?.checked_sub(FIRST)?).copied()
}

/// Tables whose names fit what psql made of a pattern, with their numbers.
fn fitting(statement: &str) -> Vec<(usize, &'static str)> {
    let wanted = between(statement, "c.relname OPERATOR(pg_catalog.~) '^(", ")$'");
    let fits = |name: &str| wanted.is_none_or(|wanted| fits(name, wanted));
    tables().into_iter().enumerate().map(|(at, name)| (FIRST + at, name)).filter(|(_, name)| fits(name)).collect()
}

/// Whether a name is what a pattern says, in which `.*` stands for anything.
fn fits(name: &str, pattern: &str) -> bool {
    match pattern.split_once(".*") {
        None => name == pattern,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.any(|at| rest.get(at..).is_some_and(|rest| fits(rest, after)))
        }),
    }
}

fn listing(statement: &str) -> String {
    let kinds = between(statement, "c.relkind IN (", ")").unwrap_or_default();
    let mut wanted: Vec<&str> =
        [("'r'", "BASE TABLE"), ("'v'", "VIEW")].iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, name)| *name).collect();
    wanted.push("");
    let names: Vec<&str> = fitting(statement).into_iter().map(|(_, name)| name).chain([""]).collect();
    format!(
        "select table_schema as \"Schema\", table_name as \"Name\", case when table_type = 'VIEW' then 'view' else 'table' end as \"Type\", \
         '{DATABASE}' as \"Owner\" from information_schema.tables where table_schema = '{SCHEMA}' and table_type in ('{}') \
         and table_name in ('{}') order by table_name",
        wanted.join("', '"),
        names.join("', '")
    )
}

fn numbered(statement: &str) -> String {
    let none = "select '' as oid, '' as nspname, '' as relname where 1 = 0".to_owned();
    let row = |(number, name): (usize, &str)| format!("select '{number}' as oid, '{SCHEMA}' as nspname, '{name}' as relname");
    let rows: Vec<String> = fitting(statement).into_iter().map(row).collect();
    if rows.is_empty() { none } else { format!("{} order by 3", rows.join(" union all ")) }
}

fn columns(table: &str) -> String {
    format!(
        "select column_name as attname, case data_type when 'Utf8' then 'text' when 'Int64' then 'bigint' when 'Date32' then 'date' \
         when 'Boolean' then 'boolean' else data_type end as kind, cast(null as varchar) as preset, false as needed, cast(null as varchar) as collation_name, \
         '' as identity_kind, '' as generated_kind from information_schema.columns where table_schema = '{SCHEMA}' and table_name = '{table}' \
         order by ordinal_position"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_tables_and_views_is_ours() {
        let list = |kinds: &str, more: &str| {
            asked(&format!(
                "SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' END, pg_catalog.pg_get_userbyid(c.relowner) as \"Owner\"\n\
                 FROM pg_catalog.pg_class c\nWHERE c.relkind IN ({kinds})\n{more}ORDER BY 1,2;"
            ))
            .unwrap()
        };
        let all = list("'r','p','v','m','S','f',''", "");
        assert!(all.contains("in ('BASE TABLE', 'VIEW', '')") && all.contains("'cash'") && all.contains("'metric_month'"), "{all}");
        assert!(list("'r','p',''", "").contains("in ('BASE TABLE', '')"));
        let some = list("'v',''", "  AND c.relname OPERATOR(pg_catalog.~) '^(metric_.*)$' COLLATE pg_catalog.default\n");
        assert!(some.contains("in ('VIEW', '')") && some.contains("('metric_county', 'metric_month', 'metric_outlet', '')"), "{some}");
    }

    #[test]
    fn a_table_is_found_by_its_name_and_told_by_its_number() {
        let find = |pattern: &str| {
            asked(&format!(
                "SELECT c.oid,\n  n.nspname,\n  c.relname\nFROM pg_catalog.pg_class c\n     LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n\
                 WHERE c.relname OPERATOR(pg_catalog.~) '^({pattern})$' COLLATE pg_catalog.default\nORDER BY 2, 3;"
            ))
            .unwrap()
        };
        assert_eq!(find("business_event"), "select '16385' as oid, 'public' as nspname, 'business_event' as relname order by 3");
        assert!(find("nothing").ends_with("where 1 = 0"));
        let told = asked(
            "SELECT a.attname,\n  pg_catalog.format_type(a.atttypid, a.atttypmod)\nFROM pg_catalog.pg_attribute a\nWHERE a.attrelid = '16385' AND a.attnum > 0",
        );
        assert!(told.unwrap().contains("table_name = 'business_event'"));
        let kind = |number: &str| asked(&format!("SELECT c.relchecks, c.relkind\nFROM pg_catalog.pg_class c\nWHERE c.oid = '{number}';"));
        assert!(kind("16385").unwrap().contains("'r' as c1") && kind("16387").unwrap().contains("'v' as c1"));
        assert_eq!((kind("1"), kind("99999")), (None, None));
        assert!(asked("SELECT pol.polname FROM pg_catalog.pg_policy pol WHERE pol.polrelid = '16385' ORDER BY 1;").is_some());
        assert_eq!(asked("SELECT count(*) FROM business_event"), None);
        assert!(fits("metric_month", ".*_m.*h") && !fits("metric_month", "m.*_") && fits("cash", ".*"));
    }
}
