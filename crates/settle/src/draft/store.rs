//! Drafts in tables.

use super::{Draft, Note, State};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx};

const COLUMNS: &str =
    "select id, policy, policy_version, title, effective_from, effective_last, base, text, version, state, author, created_us,
    changed_us, changed_by, submitted_by, submitted_us, submitted_sha, decided_by, decided_us, file from settle_draft";

/// Every draft, latest change first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Draft>, Refusal> {
    let rows = tx.query(format!("{COLUMNS} order by changed_us desc, id"), args![]).await?;
    let writers = tx.query("select draft, login from settle_draft_writer order by login", args![]).await?;
    let mut drafts = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    for row in &writers {
        let of = row.text("draft")?;
        if let Some(draft) = drafts.iter_mut().find(|draft| draft.id == of) {
            draft.writers.push(row.string("login")?);
        }
    }
    Ok(drafts)
}

/// One draft.
///
/// # Errors
/// `NotFound settle.draft.missing`.
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
    let row = row
        .ok_or_else(|| Refusal::new(Kind::NotFound, "settle.draft.missing", format!("没有草案 {id}"), format!("there is no draft {id}")))?;
    let mut draft = read(&row)?;
    for row in tx.query("select login from settle_draft_writer where draft = $1 order by login", args![id]).await? {
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
        policy: row.string("policy")?,
        policy_version: row.count("policy_version")?,
        title: row.string("title")?,
        from: row.opt_parse("effective_from")?,
        last: row.opt_parse("effective_last")?,
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
        file: row.opt_string("file")?,
    })
}

/// What was said and done about a draft, oldest first.
pub async fn notes(tx: &mut Tx, id: &str) -> Result<Vec<Note>, Refusal> {
    let rows = tx.query("select at_us, who, kind, text from settle_draft_note where draft = $1 order by seq", args![id]).await?;
    let note =
        |row: &Row| Ok(Note { at_us: row.int("at_us")?, who: row.string("who")?, kind: row.string("kind")?, text: row.string("text")? });
    rows.iter().map(note).collect()
}

pub(super) async fn insert(tx: &mut Tx, draft: &Draft) -> Result<(), Refusal> {
    let sql =
        "insert into settle_draft (id, policy, policy_version, title, text, version, state, author, created_us, changed_us, changed_by)
               values ($1, '', 0, '', '', 0, 'draft', $2, $3, $3, $2)";
    tx.execute(sql, args![&draft.id, &draft.author, draft.created_us]).await?;
    update(tx, draft).await
}

/// Writes everything of a draft but its author and beginning.
pub(super) async fn update(tx: &mut Tx, draft: &Draft) -> Result<(), Refusal> {
    let sql = "update settle_draft set policy = $2, policy_version = $3, title = $4, effective_from = $5, effective_last = $6, base = $7, text = $8,
               version = $9, state = $10, changed_us = $11, changed_by = $12, submitted_by = $13, submitted_us = $14, submitted_sha = $15,
               decided_by = $16, decided_us = $17, file = $18 where id = $1";
    let (by, at, sha) = draft.submitted.clone().map_or((None, None, None), |(by, at, sha)| (Some(by), Some(at), Some(sha)));
    let (decided_by, decided_us) = draft.decided.clone().unzip();
    let values = args![
        &draft.id,
        &draft.policy,
        draft.policy_version,
        &draft.title,
        draft.from,
        draft.last,
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
        draft.file.clone(),
    ];
    tx.execute(sql, values).await?;
    for login in &draft.writers {
        let sql = "insert into settle_draft_writer (draft, login) values ($1, $2) on conflict (draft, login) do nothing";
        tx.execute(sql, args![&draft.id, login]).await?;
    }
    Ok(())
}

pub(super) async fn say(tx: &mut Tx, id: &str, who: &str, kind: &str, text: &str) -> Result<(), Refusal> {
    let count = tx.query_one("select count(*) as notes from settle_draft_note where draft = $1", args![id]).await?.int("notes")?;
    let sql = "insert into settle_draft_note (draft, seq, at_us, who, kind, text) values ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, args![id, count + 1, tx.now_us(), who, kind, text.trim()]).await?;
    Ok(())
}
