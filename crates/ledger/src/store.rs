//! The ledger in tables: every statement that touches them. Rows are locked in this order: the entity's period, then balances by
//! (owner, kind), so two postings never wait for each other in a circle.

use crate::book::{Seal, Sealed, already_open, check_floor, check_is_open, no_period, reversed_before, unknown_journal};
use crate::kind::AccountKind;
use crate::model::{Account, Balance, Checked, ChunkOf, Entry, Journal, JournalId, other_body, short};
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_platform::db::{Row, Tx, Value};
use qudao_platform::{Done, args, audit};

/// What closing a month left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The month.
    pub month: Month,
    /// What it holds for good.
    pub sealed: Sealed,
    /// The month that is open now.
    pub open: Month,
}

/// Opens the first month of a settlement entity.
///
/// # Errors
/// `Conflict` if another month is open.
pub async fn open_period(tx: &mut Tx, who: &str, entity: &str, month: Month) -> Result<Done<Month>, Refusal> {
    let sql = "insert into ledger_period (entity, month, state, opened_at_us) values ($1, $2, 'open', $3) on conflict do nothing";
    if tx.execute(sql, args![entity, month, tx.now_us()]).await? > 0 {
        tx.audit(audit::Entry::new(who, "ledger_period.open", "ledger_period", &format!("{entity}/{month}")));
        return Ok(Done::Now(month));
    }
    match open_month(tx, entity).await? {
        Some(open) if open == month => Ok(Done::Already(month)),
        Some(open) => Err(already_open(entity, open)),
        None => Err(no_period(entity)),
    }
}

/// The open month of an entity.
pub async fn open_month(tx: &mut Tx, entity: &str) -> Result<Option<Month>, Refusal> {
    let row = tx.query_opt("select month from ledger_period where entity = $1 and state = 'open'", args![entity]).await?;
    row.map(|row| row.parse("month")).transpose()
}

/// Closes the open month of an entity for good and opens the next (R0.13). Closing a closed month again does nothing.
///
/// # Errors
/// `Conflict` if the month is not the open one.
pub async fn close_period(tx: &mut Tx, who: &str, entity: &str, month: Month) -> Result<Done<Closed>, Refusal> {
    // Waits for postings that hold the period, and makes later ones wait.
    let open = locked_month(tx, "select month from ledger_period where entity = $1 and state = 'open' {for_update}", entity).await?;
    if let Some(sealed) = sealed(tx, entity, month).await? {
        let open = open.ok_or_else(|| no_period(entity))?;
        return Ok(Done::Already(Closed { month, sealed, open }));
    }
    check_is_open(entity, open, month)?;
    let sealed = compute_seal(tx, entity, month).await?;
    let next = month.plus(1);
    let close = "update ledger_period set state = 'closed', closed_at_us = $3, journals = $4, sha256 = $5 where entity = $1 and month = $2";
    tx.execute(close, args![entity, month, tx.now_us(), sealed.journals as i64, &sealed.sha256]).await?;
    let open = "insert into ledger_period (entity, month, state, opened_at_us) values ($1, $2, 'open', $3)";
    tx.execute(open, args![entity, next, tx.now_us()]).await?;
    let after = format!("{{\"journals\":{},\"sha256\":\"{}\"}}", sealed.journals, sealed.sha256);
    tx.audit(audit::Entry::new(who, "ledger_period.close", "ledger_period", &format!("{entity}/{month}")).after(after));
    Ok(Done::Now(Closed { month, sealed, open: next }))
}

/// The open month, locked. Who waited on PostgreSQL for a month that was then closed sees no row at first: the next statement
/// sees the month that was opened instead.
async fn locked_month(tx: &mut Tx, sql: &'static str, entity: &str) -> Result<Option<Month>, Refusal> {
    for _ in 0..2 {
        if let Some(row) = tx.query_opt(sql, args![entity]).await? {
            return row.parse("month").map(Some);
        }
    }
    Ok(None)
}

/// What a closed month held when it was closed; `None` if it is not closed.
pub async fn sealed(tx: &mut Tx, entity: &str, month: Month) -> Result<Option<Sealed>, Refusal> {
    let sql = "select journals, sha256 from ledger_period where entity = $1 and month = $2 and state = 'closed'";
    let row = tx.query_opt(sql, args![entity, month]).await?;
    row.map(|row| Ok(Sealed { journals: row.int("journals")? as u64, sha256: row.string("sha256")? })).transpose()
}

pub(crate) async fn compute_seal(tx: &mut Tx, entity: &str, month: Month) -> Result<Sealed, Refusal> {
    let mut seal = Seal::default();
    let sql = "select id, sha256 from ledger_journal where entity = $1 and month = $2 order by id {by_bytes}";
    tx.query_each(sql, args![entity, month], |row| {
        seal.add(row.text("id")?, row.text("sha256")?);
        Ok(())
    })
    .await?;
    Ok(seal.finish())
}

/// Posts a journal.
///
/// # Errors
/// `BadInput` as [`Journal::check`]; `Conflict` for a key with other content, a month that is not open, a second reversal, or an
/// account that would fall below its floor.
pub async fn post(tx: &mut Tx, journal: &Journal) -> Result<Done<JournalId>, Refusal> {
    let checked = journal.check()?;
    if let Some(known) = known_hash(tx, &checked.id).await? {
        return repeat(journal, &checked, &known);
    }
    let share = "select month from ledger_period where entity = $1 and state = 'open' {for_share}";
    let open = locked_month(tx, share, &journal.entity).await?;
    check_is_open(&journal.entity, open, journal.month())?;
    if let Some(id) = &journal.reverses {
        check_reversible(tx, journal, id).await?;
    }
    if !insert_journal(tx, journal, &checked).await? {
        // Another transaction was first while this one waited: with the same key, or with a reversal of the same journal.
        return match (known_hash(tx, &checked.id).await?, &journal.reverses) {
            (Some(known), _) => repeat(journal, &checked, &known),
            (None, Some(id)) => Err(reversed_before(id)),
            (None, None) => Err(other_body(&journal.key)),
        };
    }
    insert_entries(tx, journal, &checked).await?;
    add_to_balances(tx, journal, &checked).await?;
    Ok(Done::Now(checked.id))
}

/// Posts one chunk of a run; the run and the chunk's number are its key.
///
/// # Errors
/// As [`post`]; a chunk above the limit is refused with the limit in the message.
pub async fn post_chunk(tx: &mut Tx, run: &crate::chunk::Run, number: u32, entries: Vec<Entry>) -> Result<Done<JournalId>, Refusal> {
    post(tx, &run.chunk(number, entries)).await
}

/// Takes a journal back by a new one.
///
/// # Errors
/// `NotFound` for an unknown journal, `Conflict` if it was reversed before or is a reversal, and as [`post`].
pub async fn reverse(tx: &mut Tx, id: &JournalId, key: &str, date: Date, reason: &str) -> Result<Done<JournalId>, Refusal> {
    let journal = load(tx, id).await?;
    post(tx, &journal.reversal(key, date, reason)?).await
}

async fn known_hash(tx: &mut Tx, id: &JournalId) -> Result<Option<String>, Refusal> {
    let row = tx.query_opt("select sha256 from ledger_journal where id = $1", args![&id.0]).await?;
    row.map(|row| row.string("sha256")).transpose()
}

fn repeat(journal: &Journal, checked: &Checked, known: &str) -> Result<Done<JournalId>, Refusal> {
    if known == checked.sha256 { Ok(Done::Already(checked.id.clone())) } else { Err(other_body(&journal.key)) }
}

async fn check_reversible(tx: &mut Tx, journal: &Journal, id: &JournalId) -> Result<(), Refusal> {
    // Two reversals at once meet at this row; the unique column is behind it.
    let sql = "select entity from ledger_journal where id = $1 {for_share}";
    let row = tx.query_opt(sql, args![&id.0]).await?.ok_or_else(|| unknown_journal(id))?;
    if row.text("entity")? != journal.entity {
        return Err(unknown_journal(id));
    }
    match tx.query_opt("select id from ledger_journal where reverses = $1", args![&id.0]).await? {
        Some(_) => Err(reversed_before(id)),
        None => Ok(()),
    }
}

async fn insert_journal(tx: &mut Tx, journal: &Journal, checked: &Checked) -> Result<bool, Refusal> {
    let sql = "insert into ledger_journal (id, entity, key, date, month, about, reason, reverses, run, chunk, entries, sha256, at_us)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing";
    let values: &[Value] = args![
        &checked.id.0,
        &journal.entity,
        &journal.key,
        journal.date,
        journal.month(),
        journal.about,
        &journal.reason,
        journal.reverses.as_ref().map(|id| id.0.as_str()),
        journal.chunk.as_ref().map(|chunk| chunk.run.as_str()),
        journal.chunk.as_ref().map(|chunk| chunk.number),
        journal.entries.len() as i64,
        &checked.sha256,
        tx.now_us(),
    ];
    Ok(tx.execute(sql, values).await? > 0)
}

async fn insert_entries(tx: &mut Tx, journal: &Journal, checked: &Checked) -> Result<(), Refusal> {
    let row = |(line, entry): (usize, &Entry)| {
        let Entry { owner, kind, amount, reference } = entry;
        args![&checked.id.0, line as i64, owner, kind.name(), kind.unit().name(), *amount, reference].to_vec()
    };
    let rows: Vec<Vec<Value>> = journal.entries.iter().enumerate().map(row).collect();
    tx.insert_rows("ledger_entry", "journal, line, owner, kind, unit, amount, ref", &rows, "").await?;
    Ok(())
}

async fn add_to_balances(tx: &mut Tx, journal: &Journal, checked: &Checked) -> Result<(), Refusal> {
    let row = |(account, change): (&Account, &i64)| {
        args![&journal.entity, &account.owner, account.kind.name(), account.kind.unit().name(), *change].to_vec()
    };
    let rows: Vec<Vec<Value>> = checked.changes.iter().map(row).collect();
    let add = "on conflict (entity, owner, kind) do update set amount = ledger_balance.amount + excluded.amount";
    tx.insert_rows("ledger_balance", "entity, owner, kind, unit, amount", &rows, add).await?;
    // Empty in every committed state, so finding the broken floor costs one look at a partial index.
    let floor = "select owner, kind, amount from ledger_balance where entity = $1 and amount > 0
                 and kind in ('holdback', 'deposit', 'topup_float', 'budget') order by owner, kind limit 1";
    if let Some(row) = tx.query_opt(floor, args![&journal.entity]).await? {
        let Balance { account, amount } = balance_of(&row)?;
        return Err(short(&account, amount));
    }
    for account in &journal.guards {
        let amount = balance(tx, &journal.entity, &account.owner, account.kind).await?;
        check_floor(journal, account, amount)?;
    }
    Ok(())
}

/// The signed balance of an account; zero if nothing was ever posted to it.
pub async fn balance(tx: &mut Tx, entity: &str, owner: &str, kind: AccountKind) -> Result<i64, Refusal> {
    let sql = "select amount from ledger_balance where entity = $1 and owner = $2 and kind = $3";
    let row = tx.query_opt(sql, args![entity, owner, kind.name()]).await?;
    row.map_or(Ok(0), |row| row.int("amount"))
}

/// All balances of an owner in an entity, by kind.
pub async fn balances(tx: &mut Tx, entity: &str, owner: &str) -> Result<Vec<Balance>, Refusal> {
    let sql = "select owner, kind, amount from ledger_balance where entity = $1 and owner = $2";
    let rows = tx.query(sql, args![entity, owner]).await?;
    let mut found = rows.iter().map(balance_of).collect::<Result<Vec<_>, _>>()?;
    found.sort_by(|one, other| one.account.cmp(&other.account));
    Ok(found)
}

pub(crate) fn balance_of(row: &Row) -> Result<Balance, Refusal> {
    Ok(Balance { account: Account::new(row.text("owner")?, kind_of(row)?), amount: row.int("amount")? })
}

pub(crate) fn kind_of(row: &Row) -> Result<AccountKind, Refusal> {
    let name = row.text("kind")?;
    name.parse().map_err(|()| {
        Refusal::new(
            Kind::Bug,
            "ledger.store.kind",
            format!("账户类别 {name} 无法识别;请运行 ledger check 并报告维护者"),
            format!("account kind {name} is unknown; run ledger check and report it to the maintainers"),
        )
    })
}

/// One entry with its journal, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The journal.
    pub journal: JournalId,
    /// Its line in the journal, from 0.
    pub line: u32,
    /// The day of the posting.
    pub date: Date,
    /// The month it is about.
    pub about: Month,
    /// Why.
    pub reason: String,
    /// The movement.
    pub entry: Entry,
}

/// Up to `limit` entries of an account after a place, in the order of journal ids: a page, and where the next begins.
pub async fn entries(
    tx: &mut Tx,
    entity: &str,
    account: &Account,
    after: Option<(&JournalId, u32)>,
    limit: u32,
) -> Result<Vec<Posted>, Refusal> {
    let (journal, line) = after.map_or(("", -1), |(journal, line)| (journal.0.as_str(), i64::from(line)));
    let sql = "select e.journal, e.line, e.owner, e.kind, e.amount, e.ref, j.date, j.about, j.reason
               from ledger_entry e join ledger_journal j on j.id = e.journal
               where j.entity = $1 and e.owner = $2 and e.kind = $3 and (e.journal > $4 or (e.journal = $4 and e.line > $5))
               order by e.journal, e.line limit $6";
    let rows = tx.query(sql, args![entity, &account.owner, account.kind.name(), journal, line, limit]).await?;
    let posted = |row: &Row| {
        Ok(Posted {
            journal: JournalId(row.string("journal")?),
            line: row.count("line")?,
            date: row.parse("date")?,
            about: row.parse("about")?,
            reason: row.string("reason")?,
            entry: entry_of(row)?,
        })
    };
    rows.iter().map(posted).collect()
}

pub(crate) fn entry_of(row: &Row) -> Result<Entry, Refusal> {
    Ok(Entry { owner: row.string("owner")?, kind: kind_of(row)?, amount: row.int("amount")?, reference: row.string("ref")? })
}

/// The sum a run posted to each account, by (owner, kind): what its statements must equal.
pub async fn run_totals(tx: &mut Tx, entity: &str, run: &str) -> Result<Vec<Balance>, Refusal> {
    let sql = "select e.owner, e.kind, cast(sum(e.amount) as BIGINT) as amount
               from ledger_entry e join ledger_journal j on j.id = e.journal where j.entity = $1 and j.run = $2 group by e.owner, e.kind";
    let rows = tx.query(sql, args![entity, run]).await?;
    let mut totals = rows.iter().map(balance_of).collect::<Result<Vec<_>, _>>()?;
    totals.sort_by(|one, other| one.account.cmp(&other.account));
    Ok(totals)
}

/// Number of chunks of a run that are posted.
pub async fn chunks_posted(tx: &mut Tx, entity: &str, run: &str) -> Result<u32, Refusal> {
    tx.query_one("select count(*) as n from ledger_journal where entity = $1 and run = $2", args![entity, run]).await?.count("n")
}

/// A journal with its entries.
///
/// # Errors
/// `NotFound`.
pub async fn load(tx: &mut Tx, id: &JournalId) -> Result<Journal, Refusal> {
    let row = tx.query_opt("select * from ledger_journal where id = $1", args![&id.0]).await?.ok_or_else(|| unknown_journal(id))?;
    let mut journal = journal_of(&row)?;
    let rows = tx.query("select owner, kind, amount, ref from ledger_entry where journal = $1 order by line", args![&id.0]).await?;
    journal.entries = rows.iter().map(entry_of).collect::<Result<_, _>>()?;
    Ok(journal)
}

/// A journal without its entries.
pub(crate) fn journal_of(row: &Row) -> Result<Journal, Refusal> {
    let chunk = match (row.opt_string("run")?, row.opt_int("chunk")?) {
        (Some(run), Some(number)) => Some(ChunkOf { run, number: number as u32 }),
        _ => None,
    };
    Ok(Journal {
        entity: row.string("entity")?,
        key: row.string("key")?,
        date: row.parse("date")?,
        about: row.parse("about")?,
        reason: row.string("reason")?,
        reverses: row.opt_string("reverses")?.map(JournalId),
        chunk,
        entries: Vec::new(),
        guards: Vec::new(),
    })
}
