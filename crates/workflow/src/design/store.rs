//! Definitions of the house in tables.

use super::{Draft, Note, State};
use crate::standard::Catalogue;
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx};

const COLUMNS: &str =
    "select id, flow, flow_version, title_zh, title_en, base, text, version, state, author, created_us, changed_us, changed_by,
    submitted_by, submitted_us, submitted_sha, decided_by, decided_us, retire_by from flow_draft";

/// Every definition of the house, latest change first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx) -> Result<Vec<Draft>, Refusal> {
    let rows = tx.query(format!("{COLUMNS} order by changed_us desc, id"), args![]).await?;
    let writers = tx.query("select draft, login from flow_draft_writer order by login", args![]).await?;
    let mut drafts = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    for row in &writers {
        let of = row.text("draft")?;
        if let Some(draft) = drafts.iter_mut().find(|draft| draft.id == of) {
            draft.writers.push(row.string("login")?);
        }
    }
    Ok(drafts)
}

/// One of them.
///
/// # Errors
/// `NotFound workflow.draft.missing`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Draft, Refusal> {
    let row = tx.query_opt(format!("{COLUMNS} where id = $1"), args![id]).await?;
    found(tx, row, id).await
}

/// The same, and nobody else changes it before this transaction ends.
pub(super) async fn locked(tx: &mut Tx, id: &str) -> Result<Draft, Refusal> {
    let row = tx.query_opt(format!("{COLUMNS} where id = $1 {{for_update}}"), args![id]).await?;
    found(tx, row, id).await
}

async fn found(tx: &mut Tx, row: Option<Row>, id: &str) -> Result<Draft, Refusal> {
    let missing = || {
        Refusal::new(Kind::NotFound, "workflow.draft.missing", format!("没有流程草案 {id}"), format!("there is no draft {id} of a flow"))
    };
    let mut draft = read(&row.ok_or_else(missing)?)?;
    for row in tx.query("select login from flow_draft_writer where draft = $1 order by login", args![id]).await? {
        draft.writers.push(row.string("login")?);
    }
    Ok(draft)
}

fn read(row: &Row) -> Result<Draft, Refusal> {
    let submitted = match (row.opt_string("submitted_by")?, row.opt_int("submitted_us")?, row.opt_string("submitted_sha")?) {
        (Some(who), Some(at), Some(sha)) => Some((who, at, sha)),
        _ => None,
    };
    Ok(Draft {
        id: row.string("id")?,
        flow: row.string("flow")?,
        flow_version: row.count("flow_version")?,
        title: Text::new(row.string("title_zh")?, row.string("title_en")?),
        base: row.opt_int("base")?.and_then(|base| u32::try_from(base).ok()),
        text: row.string("text")?,
        version: row.count("version")?,
        state: row.text("state")?.parse().unwrap_or(State::Withdrawn),
        author: row.string("author")?,
        writers: Vec::new(),
        created_us: row.int("created_us")?,
        changed_us: row.int("changed_us")?,
        changed_by: row.string("changed_by")?,
        submitted,
        decided: row.opt_string("decided_by")?.zip(row.opt_int("decided_us")?),
        retire_by: row.opt_string("retire_by")?,
    })
}

/// What was said and done about a definition, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn notes(tx: &mut Tx, id: &str) -> Result<Vec<Note>, Refusal> {
    let rows = tx.query("select at_us, who, kind, text from flow_draft_note where draft = $1 order by seq", args![id]).await?;
    let note =
        |row: &Row| Ok(Note { at_us: row.int("at_us")?, who: row.string("who")?, kind: row.string("kind")?, text: row.string("text")? });
    rows.iter().map(note).collect()
}

/// The highest version of a flow there is or was; 0 for a new one.
pub(super) async fn highest(tx: &mut Tx, catalogue: &Catalogue, flow: &str) -> Result<u32, Refusal> {
    let row = tx.query_one("select max(version) as highest from flow_definition where flow = $1", args![flow]).await?;
    let used = row.opt_int("highest")?.and_then(|version| u32::try_from(version).ok()).unwrap_or(0);
    Ok(used.max(catalogue.shipped(flow).map_or(0, |shipped| shipped.definition.version)))
}

/// The version the next definition of a flow has.
///
/// # Errors
/// The database does not answer.
pub async fn next_version(tx: &mut Tx, catalogue: &Catalogue, flow: &str) -> Result<u32, Refusal> {
    Ok(highest(tx, catalogue, flow).await? + 1)
}

/// The text of a version of a flow that was used or published, or that is shipped.
///
/// # Errors
/// `NotFound workflow.definition.none`.
pub async fn used(tx: &mut Tx, catalogue: &Catalogue, flow: &str, version: u32) -> Result<String, Refusal> {
    let row = tx.query_opt("select body from flow_definition where flow = $1 and version = $2", args![flow, version]).await?;
    if let Some(row) = row {
        return row.string("body");
    }
    let shipped = catalogue.shipped(flow).filter(|shipped| shipped.definition.version == version);
    shipped.map(|shipped| shipped.text.to_string()).ok_or_else(|| crate::definition::unknown(flow))
}

pub(super) async fn insert(tx: &mut Tx, draft: &Draft) -> Result<(), Refusal> {
    let sql =
        "insert into flow_draft (id, flow, flow_version, title_zh, title_en, text, version, state, author, created_us, changed_us, changed_by)
               values ($1, '', 0, '', '', '', 0, 'draft', $2, $3, $3, $2)";
    tx.execute(sql, args![&draft.id, &draft.author, draft.created_us]).await?;
    update(tx, draft).await
}

/// Writes everything of a draft but its author and beginning.
pub(super) async fn update(tx: &mut Tx, draft: &Draft) -> Result<(), Refusal> {
    let sql = "update flow_draft set flow = $2, flow_version = $3, title_zh = $4, title_en = $5, base = $6, text = $7, version = $8, state = $9,
               changed_us = $10, changed_by = $11, submitted_by = $12, submitted_us = $13, submitted_sha = $14, decided_by = $15, decided_us = $16,
               retire_by = $17 where id = $1";
    let (by, at, sha) = draft.submitted.clone().map_or((None, None, None), |(by, at, sha)| (Some(by), Some(at), Some(sha)));
    let (decided_by, decided_us) = draft.decided.clone().unzip();
    let values = args![
        &draft.id,
        &draft.flow,
        draft.flow_version,
        &draft.title.zh,
        &draft.title.en,
        draft.base,
        &draft.text,
        draft.version,
        draft.state.name(),
        draft.changed_us,
        &draft.changed_by,
        by,
        at,
        sha,
        decided_by,
        decided_us,
        draft.retire_by.clone(),
    ];
    tx.execute(sql, values).await?;
    for login in &draft.writers {
        let sql = "insert into flow_draft_writer (draft, login) values ($1, $2) on conflict (draft, login) do nothing";
        tx.execute(sql, args![&draft.id, login]).await?;
    }
    Ok(())
}

pub(super) async fn say(tx: &mut Tx, id: &str, who: &str, kind: &str, text: &str) -> Result<(), Refusal> {
    let count = tx.query_one("select count(*) as notes from flow_draft_note where draft = $1", args![id]).await?.int("notes")?;
    let sql = "insert into flow_draft_note (draft, seq, at_us, who, kind, text) values ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, args![id, count + 1, tx.now_us(), who, kind, text.trim()]).await?;
    Ok(())
}
