//! The shape of the schema: its columns, and what a database spread over several machines needs of it (R0.42, docs/postgres.md).

use qudao_kernel::Refusal;
use qudao_platform::db::{Db, DbKind, Durability, steps, tables};
use qudao_platform::{args, write_tx};
use qudao_testkit::{ManualClock, TestDb, on_both, on_postgres};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Columns with their types, by table.
pub(crate) type Shape = BTreeMap<String, BTreeMap<String, String>>;

/// A database beside the one of the test, without any table.
pub(crate) async fn empty(db: &TestDb, name: &'static str) -> Db {
    let url = match db.kind() {
        DbKind::Sqlite => format!("sqlite:{}", db.folder().join(format!("{name}.db")).display()),
        DbKind::Postgres => {
            write_tx!(db, |tx| tx.execute_script(format!("create schema {name}")).await).unwrap();
            format!("{}&options[search_path]={name}", db.url())
        }
    };
    Db::open_with(&url, Arc::new(ManualClock::default()), Durability::None).await.unwrap()
}

/// What the schema is now.
pub(crate) async fn shape(db: &Db) -> Shape {
    let sql = match db.kind() {
        DbKind::Sqlite => {
            "select t.name as at, c.name as name, lower(c.type) as kind from sqlite_master t join pragma_table_info(t.name) c
             where t.type = 'table' and t.name not like 'sqlite!_%' escape '!'"
        }
        DbKind::Postgres => {
            "select cast(table_name as TEXT) as at, cast(column_name as TEXT) as name, cast(data_type as TEXT) as kind
             from information_schema.columns where table_schema = current_schema()"
        }
    };
    let mut shape = Shape::new();
    let read = async {
        let tx = &mut db.read().await?;
        for row in tx.query(sql, args![]).await? {
            shape.entry(row.string("at")?).or_default().insert(row.string("name")?, row.string("kind")?);
        }
        Ok::<(), Refusal>(())
    };
    read.await.unwrap();
    shape
}

on_both!(every_table_has_a_key_that_is_no_counter_of_the_database);

async fn every_table_has_a_key_that_is_no_counter_of_the_database(db: TestDb) {
    // R0.42: rows are found, placed and sent to other places by their key
    let keyed = match db.kind() {
        DbKind::Sqlite => {
            "select distinct t.name as name from sqlite_master t join pragma_table_info(t.name) c
             where t.type = 'table' and c.pk > 0 and t.name not like 'sqlite!_%' escape '!'"
        }
        DbKind::Postgres => {
            "select cast(c.relname as TEXT) as name from pg_constraint k join pg_class c on c.oid = k.conrelid
             where k.contype = 'p' and c.relnamespace = current_schema()::regnamespace"
        }
    };
    let tx = &mut db.read().await.unwrap();
    let keyed: BTreeSet<String> = tx.query(keyed, args![]).await.unwrap().iter().map(|row| row.string("name").unwrap()).collect();
    let all: BTreeSet<String> = tables(tx).await.unwrap().into_iter().collect();
    assert_eq!(all.difference(&keyed).collect::<Vec<_>>(), Vec::<&String>::new(), "tables without a primary key");
    if db.kind() == DbKind::Postgres {
        let sequences = tx.query("select cast(relname as TEXT) as name from pg_class where relkind = 'S'", args![]).await.unwrap();
        assert!(sequences.is_empty(), "a sequence is one place that every writer asks: {sequences:?}");
    }
}

/// Rows that every writer of a kind passes by: kept few and known, because they are what a spread database is slow at.
const COUNTED: [&str; 5] = ["acceptance_revision", "audit_head", "network_lock", "settle_series", "lease"];

/// Tables whose key begins with a number. Each is named with its reason: rows written one after the other all go to the same place.
const RISING: [(&str, &str); 5] = [
    ("acceptance_revision", "one row"),
    ("audit_entry", "a chain is written in one order, by whoever holds the row of audit_head"),
    ("audit_head", "one row"),
    ("display_brand", "a version of the handbook now and then, one after the other"),
    ("network_salt", "one row"),
];

#[test]
fn keys_are_spread_and_references_lead_to_keys() {
    on_postgres(spread);
}

async fn spread(db: TestDb) {
    // R0.42
    let tx = &mut db.read().await.unwrap();
    let all: BTreeSet<String> = tables(tx).await.unwrap().into_iter().collect();
    for name in COUNTED {
        assert!(all.contains(name), "{name} is gone: take it from the list, and from docs/postgres.md");
    }
    let first = "select cast(c.relname as TEXT) as name, cast(a.attname as TEXT) as lead, cast(format_type(a.atttypid, null) as TEXT) as kind
                 from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
                 where k.contype = 'p' and c.relnamespace = current_schema()::regnamespace order by 1";
    let rising: Vec<String> = tx
        .query(first, args![])
        .await
        .unwrap()
        .iter()
        .filter(|row| row.text("kind").unwrap() != "text")
        .map(|row| row.string("name").unwrap())
        .collect();
    assert_eq!(rising, RISING.map(|(name, _)| name), "a key begins with a text that spreads: an id made of a hash, a code, a login");
    // A reference leads to a primary key: then row and reference can be placed together, and it is checked where the row is.
    let elsewhere = "select cast(c.relname as TEXT) as name, cast(k.conname as TEXT) as rule from pg_constraint k join pg_class c on c.oid = k.conrelid
                     where k.contype = 'f' and c.relnamespace = current_schema()::regnamespace
                     and not exists (select 1 from pg_constraint p where p.conrelid = k.confrelid and p.contype = 'p' and p.conkey = k.confkey)";
    let elsewhere = tx.query(elsewhere, args![]).await.unwrap();
    assert!(elsewhere.is_empty(), "references to something else than a primary key: {elsewhere:?}");
    // Nothing is done behind the back of a statement but refusing it, and nothing removes rows that a statement does not name.
    let cascades =
        "select cast(conname as TEXT) as name from pg_constraint where contype = 'f' and (confdeltype <> 'a' or confupdtype <> 'a')";
    let cascades = tx.query(cascades, args![]).await.unwrap();
    assert!(cascades.is_empty(), "references that change rows by themselves: {cascades:?}");
    let triggers =
        "select distinct cast(p.proname as TEXT) as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid where not t.tgisinternal";
    let triggers = tx.query(triggers, args![]).await.unwrap();
    let named: Vec<&str> = triggers.iter().map(|row| row.text("name").unwrap()).collect();
    assert!(named.iter().all(|name| name.contains("append_only") || name.contains("guard")), "{named:?}");
}

#[test]
fn no_step_uses_what_only_one_machine_has() {
    // R0.42: neither what a spread PostgreSQL lacks nor what costs it most
    let banned =
        ["unlogged", "inherits", "exclude using", "listen ", "notify ", "create extension", "generated always as identity", "tablespace"];
    for step in steps() {
        let told = step.postgres.lines().map(|line| line.split("--").next().unwrap_or_default().to_lowercase());
        let text = told.collect::<Vec<_>>().join("\n");
        for word in banned {
            assert!(!text.contains(word), "{} uses {word}", step.name);
        }
    }
}
