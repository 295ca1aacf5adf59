//! The way of a database with data in it from each kept schema to the newest (R0.41).
//!
//! `upgrade/NAME.sql` holds rows for the tables that came between the kept point before it and the step NAME, and was made when that step was the last
//! one. It is never edited. A release keeps its last step here, with rows for what is new in it.

use crate::shape::{Shape, empty, shape};
use qudao_kernel::Refusal;
use qudao_platform::db::{Db, Migration, steps};
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;

on_both!(from_the_first_steps, from_settlement, from_the_field_day, one_by_one_is_the_same_as_at_once);

/// Kept points: the last step of each, and its rows.
const KEPT: [(&str, &str); 3] = [
    ("20261124_1600_access", include_str!("upgrade/20261124_1600_access.sql")),
    ("20261129_0727_rewards", include_str!("upgrade/20261129_0727_rewards.sql")),
    ("20261130_1023_flow_mail", include_str!("upgrade/20261130_1023_flow_mail.sql")),
];

async fn from_the_first_steps(db: TestDb) {
    upgraded(&db, 1).await;
}

async fn from_settlement(db: TestDb) {
    upgraded(&db, 2).await;
}

async fn from_the_field_day(db: TestDb) {
    upgraded(&db, 3).await;
}

/// Fills the tables of a number of points as each of them was, and takes what there is to the newest schema.
async fn upgraded(db: &TestDb, points: usize) {
    // R0.41, R0.23
    let old = empty(db, "old").await;
    for (last, rows) in KEPT.iter().take(points) {
        let until: Vec<Migration> = steps().iter().filter(|step| step.name <= *last).copied().collect();
        assert_eq!(until.last().map(|step| step.name), Some(*last), "a kept step is gone");
        old.migrate_with(&until).await.unwrap();
        write_tx!(old, |tx| tx.execute_script(*rows).await).unwrap();
    }
    let then = shape(&old).await;
    let before = totals(&old, &then).await;
    let rows: i64 = before.values().map(|table| table[""]).sum();
    assert!(rows > 60 && before.values().filter(|table| table[""] > 0).count() * 10 > before.len() * 9, "{rows} rows: {before:?}");
    let done = old.migrate().await.unwrap();
    assert_eq!(done.applied.len() + done.present, steps().len());
    assert_eq!(totals(&old, &then).await, before, "nothing was lost or changed on the way");
    assert_eq!(shape(&old).await, shape(db).await, "the way there makes no difference");
    old.close().await;
}

/// Rows of each table, and sums of what its columns held then: of numbers themselves, of texts their lengths.
async fn totals(db: &Db, of: &Shape) -> BTreeMap<String, BTreeMap<String, i64>> {
    let mut all = BTreeMap::new();
    let read = async {
        let tx = &mut db.read().await?;
        // The register of steps itself is meant to grow.
        for (table, columns) in of.iter().filter(|(table, _)| *table != "schema_migration") {
            let mut asked = vec!["count(*) as \"number of rows\"".to_owned()];
            for (column, kind) in columns.iter().filter(|(_, kind)| ["bigint", "text"].contains(&kind.as_str())) {
                let value = if kind == "text" { format!("length(\"{column}\")") } else { format!("\"{column}\"") };
                asked.push(format!("cast(coalesce(sum({value}), 0) as BIGINT) as \"{column}\""));
            }
            let row = tx.query_one(format!("select {} from {table}", asked.join(", ")), args![]).await?;
            let mut sums = BTreeMap::from([(String::new(), row.int("number of rows")?)]);
            for (column, _) in columns.iter().filter(|(_, kind)| ["bigint", "text"].contains(&kind.as_str())) {
                sums.insert(column.clone(), row.int(column)?);
            }
            all.insert(table.clone(), sums);
        }
        Ok::<(), Refusal>(())
    };
    read.await.unwrap();
    all
}

async fn one_by_one_is_the_same_as_at_once(db: TestDb) {
    // R0.41: every step is a boundary at which a program may have stopped
    let old = empty(&db, "old").await;
    for count in 1..=steps().len() {
        let done = old.migrate_with(&steps()[..count]).await.unwrap();
        assert_eq!(done.applied, [steps()[count - 1].name]);
    }
    assert_eq!(shape(&old).await, shape(&db).await);
    old.close().await;
}
