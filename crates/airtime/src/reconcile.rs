//! 对账: a day of the top-up system beside ours, movement by movement (R1.43).
//!
//! | difference | theirs | ours | what can be done |
//! |---|---|---|---|
//! | missing | is there | is not | take it over, or acknowledge |
//! | extra | is not | is there | acknowledge |
//! | amount, content | is there | differs | acknowledge |
//! | terminal | names a terminal nobody knows | – | acknowledge |
//!
//! A file with a row that cannot be read is refused as a whole, with the row. A later file of a day takes the place of the one before: what was open
//! there is closed, naming the new one.

use crate::float::{self, Flow, Movement};
use qudao_access::Sight;
use qudao_access::people::reasoned;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::hash::{Fields, sha256};
use qudao_platform::sheet::{self, Problem, RecordBuf, Step};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most rows of a file.
const MOST_ROWS: usize = 200_000;

/// The columns of a file, each with the headers it is known by.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("流水号", &["流水号", "交易流水", "number"]),
    ("空充机", &["空充机", "终端序列号", "序列号", "serial"]),
    ("类型", &["类型", "交易类型", "kind"]),
    ("金额", &["金额", "交易金额", "amount"]),
    ("日期", &["日期", "交易日期", "date"]),
    ("原流水号", &["原流水号", "原交易流水", "ref"]),
];

/// A file of the top-up system that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its name.
    pub name: String,
    /// Hash of its content.
    pub sha256: String,
    /// Its movements, by number.
    pub movements: BTreeMap<String, Movement>,
}

/// Reads a file of a day: CSV, TSV or XLSX with 流水号, 空充机, 类型 (加载、售出、冲正、退回), 金额, 日期 and, for reversals, 原流水号.
///
/// # Errors
/// What is no table; `BadInput airtime.file.columns`, `airtime.file.cell` with the row, `airtime.file.day` for another day, `airtime.file.twice`,
/// `airtime.file.long`.
pub fn read(name: &str, path: &Path, day: Date) -> Result<Read, Refusal> {
    let bytes = std::fs::read(path).map_err(|error| {
        Refusal::unavailable("airtime.file.unreadable", format!("文件 {name} 无法读取：{error}"), format!("{name} cannot be read: {error}"))
    })?;
    let mut reader = sheet::open(path, &sheet::Options::default())?;
    let places = places(name, reader.headers())?;
    let mut movements = BTreeMap::new();
    let mut record = RecordBuf::new();
    loop {
        match reader.next_into(&mut record)? {
            Step::Row => {}
            Step::Bad(problem) => return Err(problem.refusal(name)),
            Step::End => break,
        }
        let one = movement(&record, &places).map_err(|problem| problem.refusal(name))?;
        let problem =
            |column: &str, value: &str, code, zh: &str, en: &str| Problem::new(record.row(), column, value, code, zh, en).refusal(name);
        if one.occurred_on != day {
            let value = one.occurred_on.to_string();
            return Err(problem(
                "日期",
                &value,
                "airtime.file.day",
                "不是对账的日期；请选择当天的文件",
                "is not the day to reconcile; choose that day's file",
            ));
        }
        let number = one.number.clone();
        if movements.insert(number.clone(), one).is_some() {
            return Err(problem(
                "流水号",
                &number,
                "airtime.file.twice",
                "在文件中重复；请核对文件",
                "stands in the file twice; check the file",
            ));
        }
        if movements.len() > MOST_ROWS {
            return Err(problem("", "", "airtime.file.long", "行数过多；请按区域分成几个文件", "there are too many rows; split the file"));
        }
    }
    Ok(Read { name: name.to_owned(), sha256: sha256(bytes), movements })
}

fn places(name: &str, headers: &[String]) -> Result<[Option<usize>; 6], Refusal> {
    let mut places = [None; 6];
    for (place, (title, known)) in places.iter_mut().zip(COLUMNS) {
        *place = headers.iter().position(|header| known.contains(&header.to_lowercase().as_str()));
        if place.is_none() && title != "原流水号" {
            return Err(Refusal::bad_input(
                "airtime.file.columns",
                format!("文件 {name} 缺少列“{title}”；须有流水号、空充机、类型、金额、日期"),
                format!("{name} lacks the column {title}; it needs number, serial, kind, amount and date"),
            ));
        }
    }
    Ok(places)
}

fn movement(record: &RecordBuf, places: &[Option<usize>; 6]) -> Result<Movement, Problem> {
    let cell = |at: usize| places[at].map_or("", |place| record.trimmed(place));
    let wrong = |at: usize, zh: &str, en: &str| Problem::new(record.row(), COLUMNS[at].0, cell(at), "airtime.file.cell", zh, en);
    let amount: Fen = cell(3).parse().map_err(|_| wrong(3, "不是金额；请改正", "is no amount; correct it"))?;
    if amount <= Fen::ZERO {
        return Err(wrong(3, "须大于零；冲正也写正数", "must be above zero, for reversals too"));
    }
    if cell(0).is_empty() || cell(1).is_empty() {
        return Err(wrong(usize::from(!cell(0).is_empty()), "为空；请补上", "is empty; fill it in"));
    }
    Ok(Movement {
        number: cell(0).to_owned(),
        serial: cell(1).to_owned(),
        flow: cell(2).parse().map_err(|()| wrong(2, "须为加载、售出、冲正或退回", "must be loaded, sold, reversed or returned"))?,
        amount,
        occurred_on: sheet::parse_date(cell(4)).ok_or_else(|| wrong(4, "不是日期；请改正", "is no date; correct it"))?,
        reference: cell(5).to_owned(),
    })
}

/// In what a day differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its line, from 1.
    pub seq: u32,
    /// missing, extra, amount, content, terminal.
    pub kind: String,
    /// Number of the movement.
    pub number: String,
    /// Terminal.
    pub serial: String,
    /// What it does.
    pub flow: Flow,
    /// The sale a reversal takes back.
    pub reference: String,
    /// Our amount, where we have it.
    pub ours: Option<Fen>,
    /// Theirs, where they have it.
    pub theirs: Option<Fen>,
    /// open, acknowledged, taken.
    pub state: String,
    /// Why it is closed.
    pub reason: String,
    /// Who closed it.
    pub decided_by: Option<String>,
}

impl Difference {
    /// Whether it can be taken over: a sale or reversal that we lack.
    pub fn may_take(&self) -> bool {
        self.kind == "missing" && matches!(self.flow, Flow::Sold | Flow::Reversed)
    }

    fn new(kind: &str, of: &Movement, ours: Option<Fen>, theirs: Option<Fen>) -> Self {
        let Movement { number, serial, flow, reference, .. } = of.clone();
        let (kind, state, reason) = (kind.to_owned(), "open".to_owned(), String::new());
        Self { seq: 0, kind, number, serial, flow, reference, ours, theirs, state, reason, decided_by: None }
    }
}

/// Compares a file with ours: how many movements agree, and the differences in the order of numbers.
pub fn compare(theirs: &BTreeMap<String, Movement>, ours: &[Movement], known: &BTreeSet<String>) -> (u32, Vec<Difference>) {
    let ours: BTreeMap<&str, &Movement> = ours.iter().map(|one| (one.number.as_str(), one)).collect();
    let (mut agreed, mut found) = (0, Vec::new());
    for (number, their) in theirs {
        let there = Some(their.amount);
        match ours.get(number.as_str()) {
            None if known.contains(&their.serial) => found.push(Difference::new("missing", their, None, there)),
            None => found.push(Difference::new("terminal", their, None, there)),
            Some(our) if *our == their => agreed += 1,
            Some(our) if Movement { amount: our.amount, ..their.clone() } == **our => {
                found.push(Difference::new("amount", their, Some(our.amount), there));
            }
            Some(our) => found.push(Difference::new("content", their, Some(our.amount), there)),
        }
    }
    let extra = ours.values().filter(|our| !theirs.contains_key(&our.number));
    found.extend(extra.map(|our| Difference::new("extra", our, Some(our.amount), None)));
    found.sort_by(|a, b| a.number.cmp(&b.number));
    for (seq, one) in (1..).zip(&mut found) {
        one.seq = seq;
    }
    (agreed, found)
}

/// Keeps what a day's file says beside ours. Its number; the same file of the same day is the same reconciliation.
///
/// # Errors
/// The database does not answer.
pub async fn keep(db: &Db, who: &str, day: Date, read: &Read) -> Result<Done<String>, Refusal> {
    let id = format!("DZ{}-{}", day.to_string().replace('-', ""), &Fields::new().text(&read.sha256).finish()[..8]);
    write_tx!(db, |tx| {
        let sql =
            "insert into airtime_reconciliation (id, day, file, sha256, lines, agreed, who, at_us) values ($1, $2, $3, $4, $5, 0, $6, $7)
                   on conflict (id) do nothing";
        let lines = i64::try_from(read.movements.len()).unwrap_or(i64::MAX);
        if tx.execute(sql, args![&id, day, &read.name, &read.sha256, lines, who, tx.now_us()]).await? == 0 {
            return Ok(Done::Already(id.clone()));
        }
        let rows = tx.query("select serial from airtime_terminal", args![]).await?;
        let known = rows.iter().map(|row| row.string("serial")).collect::<Result<BTreeSet<_>, _>>()?;
        let mut ours = float::of_day(tx, day).await?;
        // What is given back at a recall has a number of our own.
        ours.retain(|one| one.flow != Flow::Returned);
        let theirs = read.movements.iter().filter(|(_, one)| one.flow != Flow::Returned).map(|(number, one)| (number.clone(), one.clone()));
        let (agreed, found) = compare(&theirs.collect(), &ours, &known);
        tx.execute("update airtime_reconciliation set agreed = $2 where id = $1", args![&id, agreed]).await?;
        let closed = "update airtime_difference set state = 'acknowledged', reason = $2, decided_by = $3, decided_us = $4
                      where state = 'open' and reconciliation in (select id from airtime_reconciliation where day = $5 and id <> $1)";
        tx.execute(closed, args![&id, format!("已由 {id} 重新对账"), who, tx.now_us(), day]).await?;
        let row = |one: &Difference| {
            let (ours, theirs) = (one.ours.map(|fen| fen.0), one.theirs.map(|fen| fen.0));
            args![&id, one.seq, &one.kind, &one.number, &one.serial, one.flow.name(), &one.reference, ours, theirs, "open", ""].to_vec()
        };
        let rows: Vec<_> = found.iter().map(row).collect();
        let columns = "reconciliation, seq, kind, movement, serial, what, ref, ours, theirs, state, reason";
        tx.insert_rows("airtime_difference", columns, &rows, "").await?;
        let after = json!({ "day": day.to_string(), "file": read.name, "agreed": agreed, "differences": found.len() });
        tx.audit(Entry::new(who, "reconciliation.keep", "reconciliation", &id).after(after.to_string()));
        Ok(Done::Now(id.clone()))
    })
}

/// How a difference is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// It stays as it is, for a reason.
    Acknowledge,
    /// A movement we had not is taken over as the top-up system has it.
    Take,
}

/// Closes a difference. One that is taken over becomes a movement, and a fact.
///
/// # Errors
/// `BadInput access.reason.missing`; `NotFound airtime.difference.none`; `Conflict airtime.difference.closed`, `airtime.difference.take` for what cannot be
/// taken over; what [`float::record`] refuses.
pub async fn close(db: &Db, who: &str, id: &str, seq: u32, how: Close, reason: &str, today: Date) -> Result<(), Refusal> {
    reasoned(reason)?;
    write_tx!(db, |tx| {
        let sql = "select d.*, r.day from airtime_difference d join airtime_reconciliation r on r.id = d.reconciliation
                   where d.reconciliation = $1 and d.seq = $2";
        let row = tx.query_opt(sql, args![id, seq]).await?.ok_or_else(|| none(id))?;
        let one = of_row(&row)?;
        let state = if how == Close::Take { "taken" } else { "acknowledged" };
        let sql = "update airtime_difference set state = $3, reason = $4, decided_by = $5, decided_us = $6
                   where reconciliation = $1 and seq = $2 and state = 'open'";
        if tx.execute(sql, args![id, seq, state, reason.trim(), who, tx.now_us()]).await? == 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "airtime.difference.closed",
                "这项差异已处理；请刷新",
                "this difference is closed already; reload the page",
            ));
        }
        if how == Close::Take {
            let amount = one.theirs.filter(|_| one.may_take()).ok_or_else(no_taking)?;
            let new = Movement {
                number: one.number.clone(),
                serial: one.serial.clone(),
                flow: one.flow,
                amount,
                occurred_on: row.parse("day")?,
                reference: one.reference.clone(),
            };
            let _ = float::apply(tx, &Sight::everywhere(), who, &new, today).await?;
        }
        let after = json!({ "seq": seq, "number": one.number, "state": state });
        tx.audit(Entry::new(who, "reconciliation.close", "reconciliation", id).after(after.to_string()).reason(reason.trim()));
        Ok(())
    })
}

fn no_taking() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "airtime.difference.take",
        "只有对方有、我方没有的售出和冲正可以补记；请核实后填写原因确认",
        "only sales and reversals that we lack can be taken over; look into it and acknowledge it with a reason",
    )
}

/// A reconciliation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Number.
    pub id: String,
    /// Day.
    pub day: Date,
    /// Name of the file.
    pub file: String,
    /// Rows of the file.
    pub lines: u32,
    /// Movements that agree.
    pub agreed: u32,
    /// Differences.
    pub differences: u32,
    /// Those that are not closed.
    pub open: u32,
    /// Who brought it.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

const HEADS: &str = "select r.*, (select count(*) from airtime_difference d where d.reconciliation = r.id) as differences,
    (select count(*) from airtime_difference d where d.reconciliation = r.id and d.state = 'open') as still_open from airtime_reconciliation r";

/// Reconciliations, latest day first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx) -> Result<Vec<Reconciliation>, Refusal> {
    tx.query(format!("{HEADS} order by r.day desc, r.at_us desc, r.id"), args![]).await?.iter().map(head_of).collect()
}

/// A reconciliation with its differences.
///
/// # Errors
/// `NotFound airtime.difference.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<(Reconciliation, Vec<Difference>), Refusal> {
    let row = tx.query_opt(format!("{HEADS} where r.id = $1"), args![id]).await?.ok_or_else(|| none(id))?;
    let rows = tx.query("select * from airtime_difference where reconciliation = $1 order by seq", args![id]).await?;
    Ok((head_of(&row)?, rows.iter().map(of_row).collect::<Result<_, _>>()?))
}

fn none(id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "airtime.difference.none",
        format!("没有对账 {id} 或其差异；请刷新"),
        format!("there is no reconciliation {id}, or no such difference of it; reload the page"),
    )
}

fn head_of(row: &Row) -> Result<Reconciliation, Refusal> {
    Ok(Reconciliation {
        id: row.string("id")?,
        day: row.parse("day")?,
        file: row.string("file")?,
        lines: row.count("lines")?,
        agreed: row.count("agreed")?,
        differences: row.count("differences")?,
        open: row.count("still_open")?,
        who: row.string("who")?,
        at_us: row.int("at_us")?,
    })
}

fn of_row(row: &Row) -> Result<Difference, Refusal> {
    Ok(Difference {
        seq: row.count("seq")?,
        kind: row.string("kind")?,
        number: row.string("movement")?,
        serial: row.string("serial")?,
        flow: row.parse("what")?,
        reference: row.string("ref")?,
        ours: row.opt_int("ours")?.map(Fen),
        theirs: row.opt_int("theirs")?.map(Fen),
        state: row.string("state")?,
        reason: row.string("reason")?,
        decided_by: row.opt_string("decided_by")?,
    })
}
