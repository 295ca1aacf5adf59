//! The audit chain: who did what to which record, when, from what to what, and why (R0.2).
//!
//! Entries are handed to the transaction ([`Tx::audit`]) and written when it commits, so a change and its entry exist together
//! or not at all. Each entry hashes its predecessor; [`verify`] finds the first one that was altered, removed or inserted
//! afterwards. The chain's end is locked while appending, which makes appends one after the other. What the chain alone
//! cannot show is the removal of its newest entries together with a forged end: keep [`head`] outside now and then.

use crate::args;
use crate::db::{Db, Row, Tx, Value};
use crate::hash::Fields;
use qudao_kernel::Refusal;

/// Whether two names in audit entries, such as `li4` and `li4/zhang3`, have a person in common: then one is no second pair of eyes for the other.
pub fn same_hand(one: &str, other: &str) -> bool {
    one.split('/').any(|person| other.split('/').any(|also| also == person))
}

/// One change, as the code that made it reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who did it: a person's or a program's id.
    pub who: String,
    /// What was done, `noun.verb`.
    pub action: String,
    /// The kind of record.
    pub noun: String,
    /// Which record.
    pub noun_id: String,
    /// The record before, as JSON; `None` if it is new.
    pub before: Option<String>,
    /// The record after, as JSON; `None` if it is gone.
    pub after: Option<String>,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
}

impl Entry {
    /// An entry without contents and reason.
    pub fn new(who: &str, action: &str, noun: &str, noun_id: &str) -> Self {
        let [who, action, noun, noun_id] = [who, action, noun, noun_id].map(str::to_owned);
        Self { who, action, noun, noun_id, before: None, after: None, reason: None }
    }

    /// With the record as it was, JSON.
    pub fn before(mut self, json: impl Into<String>) -> Self {
        self.before = Some(json.into());
        self
    }

    /// With the record as it is now, JSON.
    pub fn after(mut self, json: impl Into<String>) -> Self {
        self.after = Some(json.into());
        self
    }

    /// With the reason given.
    pub fn reason(mut self, text: impl Into<String>) -> Self {
        self.reason = Some(text.into());
        self
    }
}

/// An entry in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// Its id, `aud_` and the place.
    pub id: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// What happened.
    pub entry: Entry,
    /// The hash of the entry before it; empty for the first.
    pub prev_hash: String,
    /// Its own hash, over everything above.
    pub hash: String,
}

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub seq: i64,
    /// Hash of the last one; empty if there is none.
    pub hash: String,
}

/// The first place where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Place in the chain.
    pub seq: i64,
    /// What is wrong there.
    pub why: BrokenWhy,
}

/// How an entry can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokenWhy {
    /// The place is empty: an entry was removed.
    Missing,
    /// The entry does not follow from the one before it.
    Unlinked,
    /// The content does not match its hash.
    Altered,
    /// The chain does not end where its recorded end says.
    WrongEnd,
}

impl Recorded {
    fn compute_hash(&self) -> String {
        let entry = &self.entry;
        Fields::new()
            .text(&self.prev_hash)
            .int(self.seq)
            .text(&self.id)
            .int(self.at_us)
            .text(&entry.who)
            .text(&entry.action)
            .text(&entry.noun)
            .text(&entry.noun_id)
            .optional(entry.before.as_deref())
            .optional(entry.after.as_deref())
            .optional(entry.reason.as_deref())
            .finish()
    }

    fn of_row(row: &Row) -> Result<Self, Refusal> {
        Ok(Self {
            seq: row.int("seq")?,
            id: row.string("id")?,
            at_us: row.int("at_us")?,
            entry: Entry {
                who: row.string("who")?,
                action: row.string("action")?,
                noun: row.string("noun")?,
                noun_id: row.string("noun_id")?,
                before: row.opt_string("before")?,
                after: row.opt_string("after")?,
                reason: row.opt_string("reason")?,
            },
            prev_hash: row.string("prev_hash")?,
            hash: row.string("hash")?,
        })
    }

    fn values(&self) -> Vec<Value> {
        let entry = &self.entry;
        args![
            self.seq,
            &self.id,
            self.at_us,
            &entry.who,
            &entry.action,
            &entry.noun,
            &entry.noun_id,
            entry.before.as_ref(),
            entry.after.as_ref(),
            entry.reason.as_ref(),
            &self.prev_hash,
            &self.hash,
        ]
        .to_vec()
    }
}

const COLUMNS: &str = "seq, id, at_us, who, action, noun, noun_id, before, after, reason, prev_hash, hash";

/// Appends to the chain; called by the commit of the transaction that collected the entries.
pub(crate) async fn append(tx: &mut Tx, entries: Vec<Entry>) -> Result<(), Refusal> {
    if entries.is_empty() {
        return Ok(());
    }
    let row = tx.query_one("select seq, hash from audit_head where id = 1 {for_update}", args![]).await?;
    let mut end = Head { seq: row.int("seq")?, hash: row.string("hash")? };
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let seq = end.seq + 1;
        let mut recorded = Recorded { seq, id: format!("aud_{seq}"), at_us: tx.now_us(), entry, prev_hash: end.hash, hash: String::new() };
        recorded.hash = recorded.compute_hash();
        rows.push(recorded.values());
        end = Head { seq, hash: recorded.hash };
    }
    tx.insert_rows("audit_entry", COLUMNS, &rows, "").await?;
    tx.execute("update audit_head set seq = $1, hash = $2 where id = 1", args![end.seq, end.hash]).await?;
    Ok(())
}

/// The end of the chain, to be kept somewhere else.
pub async fn head(tx: &mut Tx) -> Result<Head, Refusal> {
    let row = tx.query_one("select seq, hash from audit_head where id = 1", args![]).await?;
    Ok(Head { seq: row.int("seq")?, hash: row.string("hash")? })
}

/// Up to `limit` entries after a place in the chain, oldest first; of one record if `record` names its noun and id.
pub async fn list(tx: &mut Tx, record: Option<(&str, &str)>, after_seq: i64, limit: u32) -> Result<Vec<Recorded>, Refusal> {
    let rows = match record {
        None => tx.query("select * from audit_entry where seq > $1 order by seq limit $2", args![after_seq, limit]).await?,
        Some((noun, id)) => {
            let sql = "select * from audit_entry where noun = $1 and noun_id = $2 and seq > $3 order by seq limit $4";
            tx.query(sql, args![noun, id, after_seq, limit]).await?
        }
    };
    rows.iter().map(Recorded::of_row).collect()
}

/// Which entries somebody looks for; an empty text is any.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Who did it, or for whom somebody acted.
    pub who: String,
    /// What was done; `person.` finds every verb of the noun.
    pub action: String,
    /// The kind of record.
    pub noun: String,
    /// Which record.
    pub noun_id: String,
    /// Not before this instant, microseconds since 1970.
    pub from_us: Option<i64>,
    /// Before this instant.
    pub to_us: Option<i64>,
}

impl Search {
    /// The conditions and their arguments.
    fn sql(&self) -> (String, Vec<Value>) {
        let (mut sql, mut args) = (String::from("where 1 = 1"), Vec::new());
        let mut also = |condition: &str, value: Value| {
            args.push(value);
            sql.push_str(" and ");
            sql.push_str(&condition.replace('#', &format!("${}", args.len())));
        };
        let like = |text: &str| text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        if !self.who.is_empty() {
            // Somebody who acted for another is named as `li4/zhang3`.
            also("('/' || who || '/') like # escape '\\'", format!("%/{}/%", like(&self.who)).into());
        }
        match self.action.strip_suffix('.') {
            Some(noun) => also("action like # escape '\\'", format!("{}.%", like(noun)).into()),
            None if !self.action.is_empty() => also("action = #", self.action.as_str().into()),
            None => {}
        }
        for (column, text) in [("noun = #", &self.noun), ("noun_id = #", &self.noun_id)] {
            if !text.is_empty() {
                also(column, text.as_str().into());
            }
        }
        for (column, instant) in [("at_us >= #", self.from_us), ("at_us < #", self.to_us)] {
            if let Some(instant) = instant {
                also(column, instant.into());
            }
        }
        (sql, args)
    }
}

/// Up to `limit` entries that were looked for, newest first, before a place in the chain.
pub async fn search(tx: &mut Tx, search: &Search, before_seq: Option<i64>, limit: u32) -> Result<Vec<Recorded>, Refusal> {
    let (sql, mut args) = search.sql();
    args.extend(args![before_seq.unwrap_or(i64::MAX), limit].iter().cloned());
    let count = args.len();
    let sql = format!("select * from audit_entry {sql} and seq < ${} order by seq desc limit ${count}", count - 1);
    tx.query(sql, &args).await?.iter().map(Recorded::of_row).collect()
}

/// How many entries there are that were looked for.
pub async fn count(tx: &mut Tx, search: &Search) -> Result<u32, Refusal> {
    let (sql, args) = search.sql();
    tx.query_one(format!("select count(*) as n from audit_entry {sql}"), &args).await?.count("n")
}

/// Walks the whole chain in constant memory and returns the first place where it does not hold.
pub async fn verify(db: &Db) -> Result<Option<Broken>, Refusal> {
    verify_in(&mut db.read().await?).await
}

/// The same in a state of the database that is being read.
pub async fn verify_in(tx: &mut Tx) -> Result<Option<Broken>, Refusal> {
    let end = head(tx).await?;
    let mut last = Head { seq: 0, hash: String::new() };
    let mut broken = None;
    tx.query_each("select * from audit_entry order by seq", args![], |row| {
        if broken.is_none() {
            let entry = Recorded::of_row(&row)?;
            broken = check_next(&last, &entry);
            last = Head { seq: entry.seq, hash: entry.hash };
        }
        Ok(())
    })
    .await?;
    Ok(broken.or_else(|| (last != end).then_some(Broken { seq: last.seq.min(end.seq) + 1, why: BrokenWhy::WrongEnd })))
}

fn check_next(last: &Head, entry: &Recorded) -> Option<Broken> {
    let seq = last.seq + 1;
    let why = if entry.seq != seq {
        BrokenWhy::Missing
    } else if entry.prev_hash != last.hash {
        BrokenWhy::Unlinked
    } else if entry.hash != entry.compute_hash() {
        BrokenWhy::Altered
    } else {
        return None;
    };
    Some(Broken { seq, why })
}
