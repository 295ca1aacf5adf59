//! The tables as others read them in place.

use super::*;
use qudao_kernel::facts::Table::{BusinessEvent, Cash};
use serde_json::Value;

const AT: i64 = 1_785_542_400_000;

/// Actions of a commit.
fn commit(desk: &Desk, table: Table, version: u64) -> Vec<Value> {
    let bytes = desk.store.get(&format!("facts/{}/_delta_log/{version:020}.json", table.name())).unwrap().unwrap();
    String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What of a kind stands in a commit.
fn of(actions: &[Value], kind: &str) -> Vec<Value> {
    actions.iter().filter_map(|action| action.get(kind).cloned()).collect()
}

#[test]
fn a_log_names_the_files_rows_and_columns_of_a_snapshot() {
    // R0.51: facts can be read in place by other programs
    let desk = Desk::new();
    assert!(desk.store.catalogue(AT).unwrap().is_empty(), "no table has a file yet");
    desk.events("E1,activation,2026-06-30,,O1,,58,,\nE2,recharge,2026-07-01,,O2,,,30,\n");
    let done = desk.store.catalogue(AT).unwrap();
    assert_eq!(done.len(), 1, "tables without rows have no log: {done:?}");
    assert_eq!((done[0].table, done[0].version, done[0].files, done[0].rows, done[0].commits), (BusinessEvent, 0, 2, 2, 1));
    let actions = commit(&desk, BusinessEvent, 0);
    let snapshot = desk.store.latest().unwrap();
    let mut wanted: Vec<(String, String, u64, String)> = snapshot
        .files
        .iter()
        .map(|file| {
            let below = file.path.strip_prefix("facts/business_event/").unwrap().to_owned();
            (below, file.period.to_string(), file.bytes, format!("{{\"numRecords\":{}}}", file.rows))
        })
        .collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut added: Vec<(String, String, u64, String)> = of(&actions, "add")
        .iter()
        .map(|add| (text(&add["path"]), text(&add["partitionValues"]["period"]), add["size"].as_u64().unwrap(), text(&add["stats"])))
        .collect();
    wanted.sort();
    added.sort();
    assert_eq!(added, wanted);
    assert!(added.iter().all(|(path, period, ..)| path.starts_with(&format!("period={period}/"))));
    assert_eq!(of(&actions, "txn")[0]["version"], snapshot.number);
    assert_eq!(of(&actions, "protocol")[0]["minReaderVersion"], 1, "every reader reads it");
    let meta = &of(&actions, "metaData")[0];
    let schema: Value = serde_json::from_str(meta["schemaString"].as_str().unwrap()).unwrap();
    let columns: Vec<&str> = schema["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    let held = BusinessEvent.columns().iter().map(|col| col.name());
    assert_eq!(columns, held.chain(["attributed", "period"]).collect::<Vec<_>>());
    let amount = schema["fields"].as_array().unwrap().iter().find(|field| field["name"] == "amount").unwrap();
    assert_eq!((amount["type"].as_str(), amount["metadata"]["unit"].as_str()), (Some("long"), Some("fen")));
}

#[test]
fn later_snapshots_add_and_remove_and_nothing_new_writes_nothing() {
    let desk = Desk::new();
    let first = desk.events("E1,activation,2026-06-30,,O1,,58,,\n");
    desk.store.catalogue(AT).unwrap();
    // Two snapshots later there are two commits: one that adds, one that removes.
    desk.events("E2,recharge,2026-07-01,,O2,,,30,\n");
    desk.store.withdraw_batch(&first.batch).unwrap();
    let done = desk.store.catalogue(AT + 1).unwrap();
    assert_eq!((done[0].version, done[0].files, done[0].rows, done[0].commits), (2, 1, 1, 2));
    let (second, third) = (commit(&desk, BusinessEvent, 1), commit(&desk, BusinessEvent, 2));
    assert_eq!((of(&second, "add").len(), of(&second, "remove").len()), (1, 0));
    assert_eq!((of(&third, "add").len(), of(&third, "remove").len()), (0, 1));
    assert_eq!(of(&third, "remove")[0]["path"], of(&commit(&desk, BusinessEvent, 0), "add")[0]["path"]);
    assert!(of(&second, "metaData").is_empty() && of(&second, "protocol").is_empty(), "said once");
    // Called again, and after a snapshot that concerns another table, the log stays as it is.
    assert_eq!(desk.store.catalogue(AT + 2).unwrap()[0].commits, 0);
    desk.run(&desk.job(Cash, "event_id,kind,occurred_on,outlet,amount\nC1,collection,2026-07-03,O1,12\n"));
    let done = desk.store.catalogue(AT + 3).unwrap();
    assert_eq!(done.iter().map(|one| (one.table, one.commits)).collect::<Vec<_>>(), [(BusinessEvent, 0), (Cash, 1)]);
    // Clearing up leaves the logs.
    desk.store.sweep(i64::MAX).unwrap();
    assert_eq!(
        desk.store.catalogue(AT + 4).unwrap(),
        [Catalogued { commits: 0, ..done[0].clone() }, Catalogued { commits: 0, ..done[1].clone() },]
    );
}

#[test]
fn a_log_with_a_gap_is_refused() {
    let desk = Desk::new();
    desk.events("E1,activation,2026-06-30,,O1,,58,,\n");
    desk.store.catalogue(AT).unwrap();
    desk.store.put("facts/business_event/_delta_log/00000000000000000003.json", Vec::new()).unwrap();
    assert_eq!(desk.store.catalogue(AT).unwrap_err().code, "facts.store.broken");
}
