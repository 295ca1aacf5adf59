//! The fact tables as others read them in place: a Delta log beside the files of each table, written from the snapshots.
//!
//! The log is `facts/TABLE/_delta_log/NNNNNNNNNNNNNNNNNNNN.json`, a commit a file, an action a line. It is derived: what a snapshot names stands in it,
//! nothing reads it here, and it can be removed and written again. A commit bears the number of its snapshot, so that a later call knows where
//! to go on. Only we write: a feature that no other program knows keeps writers of other programs away, and their clearing up with them.

use super::schema::schema;
use super::snapshot::{FactFile, Snapshot};
use super::store::{FactStore, broken, path};
use datafusion::arrow::datatypes::DataType;
use qudao_kernel::facts::Table;
use qudao_kernel::{Month, Refusal};
use qudao_platform::hash;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Folder of a table's log.
pub(super) const LOG: &str = "_delta_log";
/// Column that the folder of a file names instead of the file.
const PERIOD: &str = "period";
/// Name under which commits note the snapshot they show.
const APPLICATION: &str = "qudao";
/// What a program must know that wants to write; none does.
const OURS: &str = "qudao.snapshots";

/// What a table's log shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogued {
    /// Table.
    pub table: Table,
    /// Version of the newest commit.
    pub version: u64,
    /// Files there are.
    pub files: usize,
    /// Rows in them.
    pub rows: u64,
    /// Commits written now.
    pub commits: usize,
}

/// A file in the log, by its path below the table's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    period: String,
    bytes: u64,
    rows: u64,
}

/// What a log says so far.
#[derive(Default)]
struct Log {
    /// Version of the next commit.
    next: u64,
    /// Snapshot the last commit shows.
    snapshot: Option<u64>,
    /// Schema and id, once there are any.
    schema: String,
    id: String,
    files: BTreeMap<String, Listed>,
}

impl FactStore {
    /// Brings the logs of all tables up to the newest snapshot, a commit for each snapshot since that changed the table. A first log begins with
    /// the newest. `at` is the time commits bear, milliseconds since 1970. Tables that never held a file have no log.
    ///
    /// # Errors
    /// The store cannot be read or written, or a log is not one of ours.
    pub fn catalogue(&self, at: i64) -> Result<Vec<Catalogued>, Refusal> {
        let latest = self.latest()?;
        let mut done = Vec::new();
        for table in Table::ALL {
            done.extend(self.catalogue_table(table, &latest, at)?);
        }
        Ok(done)
    }

    fn catalogue_table(&self, table: Table, latest: &Snapshot, at: i64) -> Result<Option<Catalogued>, Refusal> {
        let (mut log, mut commits) = (self.log(table)?, 0);
        let wanted = listed(table, latest);
        if log.next == 0 && wanted.is_empty() {
            return Ok(None);
        }
        while log.files != wanted || log.schema != schema_text(table) {
            // A store that was put back to an earlier state goes on with what it holds now.
            let from = log.snapshot.filter(|known| *known < latest.number).map_or(latest.number, |known| known + 1);
            for number in from..=latest.number {
                let Some(files) = self.listed_then(table, number, latest)? else { continue };
                if files == log.files && (number != latest.number || log.schema == schema_text(table)) {
                    continue;
                }
                if !self.put_new(&log_path(table, log.next), commit(table, &log, &files, number, at))? {
                    // Somebody else wrote this commit meanwhile.
                    log = self.log(table)?;
                    break;
                }
                commits += 1;
                log = Log { next: log.next + 1, snapshot: Some(number), schema: schema_text(table), id: id_of(table, &log), files };
            }
        }
        let rows = log.files.values().map(|file| file.rows).sum();
        Ok(Some(Catalogued { table, version: log.next.saturating_sub(1), files: log.files.len(), rows, commits }))
    }

    /// The files of a snapshot; `None` for an earlier one that is gone.
    fn listed_then(&self, table: Table, number: u64, latest: &Snapshot) -> Result<Option<BTreeMap<String, Listed>>, Refusal> {
        if number == latest.number {
            return Ok(Some(listed(table, latest)));
        }
        match self.snapshot(number) {
            Ok(snapshot) => Ok(Some(listed(table, &snapshot))),
            Err(refusal) if refusal.code == "facts.snapshot.missing" => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// What the log of a table says.
    fn log(&self, table: Table) -> Result<Log, Refusal> {
        let mut log = Log::default();
        for (path, _) in self.list(&path(&[table.name(), LOG]))? {
            let version = path.rsplit_once('/').and_then(|(_, name)| name.strip_suffix(".json")?.parse::<u64>().ok());
            let Some(version) = version else { continue };
            if version != log.next {
                return Err(broken(&path, &"a commit before it is missing; remove the folder _delta_log and write it anew"));
            }
            let bytes = self.get(&path)?.ok_or_else(|| broken(&path, &"missing"))?;
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                let action: Value = serde_json::from_slice(line).map_err(|error| broken(&path, &error))?;
                log.apply(&action);
            }
            log.next += 1;
        }
        Ok(log)
    }
}

impl Log {
    fn apply(&mut self, action: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if let Some(meta) = action.get("metaData") {
            (self.id, self.schema) = (text(&meta["id"]), text(&meta["schemaString"]));
        }
        if let Some(known) = action.pointer("/txn/version").and_then(Value::as_u64) {
            self.snapshot = Some(known);
        }
        if let Some(add) = action.get("add") {
            let stats: Value = add["stats"].as_str().and_then(|stats| serde_json::from_str(stats).ok()).unwrap_or_default();
            let file = Listed {
                period: text(&add["partitionValues"][PERIOD]),
                bytes: add["size"].as_u64().unwrap_or_default(),
                rows: stats["numRecords"].as_u64().unwrap_or_default(),
            };
            self.files.insert(text(&add["path"]), file);
        }
        if let Some(remove) = action.get("remove") {
            self.files.remove(remove["path"].as_str().unwrap_or_default());
        }
    }
}

fn log_path(table: Table, version: u64) -> String {
    path(&[table.name(), LOG, &format!("{version:020}.json")])
}

/// The files of a table in a snapshot.
fn listed(table: Table, snapshot: &Snapshot) -> BTreeMap<String, Listed> {
    let folder = path(&[table.name(), ""]);
    let file = |file: &FactFile| {
        let below = file.path.strip_prefix(&folder).unwrap_or(&file.path).to_owned();
        (below, Listed { period: file.period.to_string(), bytes: file.bytes, rows: file.rows })
    };
    snapshot.files(table, Month::from_index(i32::MIN), Month::from_index(i32::MAX)).into_iter().map(file).collect()
}

/// A commit: what makes the files of a log those of a snapshot.
fn commit(table: Table, log: &Log, files: &BTreeMap<String, Listed>, snapshot: u64, at: i64) -> Vec<u8> {
    let mut actions = vec![json!({ "commitInfo": {
        "timestamp": at, "operation": "WRITE", "operationParameters": { "mode": "Append" }, "engineInfo": APPLICATION,
    } })];
    if log.next == 0 {
        actions.push(json!({ "protocol": { "minReaderVersion": 1, "minWriterVersion": 7, "writerFeatures": [OURS] } }));
    }
    let schema = schema_text(table);
    if log.schema != schema {
        actions.push(json!({ "metaData": {
            "id": id_of(table, log), "name": table.name(), "description": table.label(), "format": { "provider": "parquet", "options": {} },
            "schemaString": schema, "partitionColumns": [PERIOD], "configuration": {}, "createdTime": at,
        } }));
    }
    actions.push(json!({ "txn": { "appId": APPLICATION, "version": snapshot, "lastUpdated": at } }));
    for (path, file) in log.files.iter().filter(|(path, _)| !files.contains_key(*path)) {
        actions.push(json!({ "remove": {
            "path": path, "deletionTimestamp": at, "dataChange": true, "extendedFileMetadata": true,
            "partitionValues": { PERIOD: file.period }, "size": file.bytes,
        } }));
    }
    for (path, file) in files.iter().filter(|(path, _)| !log.files.contains_key(*path)) {
        actions.push(json!({ "add": {
            "path": path, "partitionValues": { PERIOD: file.period }, "size": file.bytes, "modificationTime": at, "dataChange": true,
            "stats": json!({ "numRecords": file.rows }).to_string(),
        } }));
    }
    let mut text = String::new();
    for action in actions {
        text.push_str(&action.to_string());
        text.push('\n');
    }
    text.into_bytes()
}

/// The id of a table, the same for as long as its log lives.
fn id_of(table: Table, log: &Log) -> String {
    if !log.id.is_empty() {
        return log.id.clone();
    }
    let hash = hash::sha256(format!("{APPLICATION} {}", table.name()));
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// The schema of a table as the log writes it.
fn schema_text(table: Table) -> String {
    let field = |name: &str, kind: &str, nullable: bool, metadata: Map<String, Value>| json!({ "name": name, "type": kind, "nullable": nullable, "metadata": metadata });
    let schema = schema(table);
    let mut fields: Vec<Value> = schema
        .fields()
        .iter()
        .map(|column| {
            let said = table.columns().iter().find(|col| col.name() == column.name());
            let mut metadata: Map<String, Value> = column.metadata().iter().map(|(key, value)| (key.clone(), json!(value))).collect();
            if let Some(col) = said {
                metadata.insert("comment".to_owned(), json!(format!("{}; {}", col.label(), col.doc())));
            }
            field(column.name(), kind(column.data_type()), column.is_nullable(), metadata)
        })
        .collect();
    fields.push(field(PERIOD, "string", true, Map::new()));
    json!({ "type": "struct", "fields": fields }).to_string()
}

fn kind(of: &DataType) -> &'static str {
    match of {
        DataType::Int64 => "long",
        DataType::Int32 => "integer",
        DataType::Boolean => "boolean",
        DataType::Date32 => "date",
        _ => "string",
    }
}
