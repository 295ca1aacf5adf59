//! 市场秩序案件: a violation of a price or a diversion, from notice to its end (R7.299–R7.303, R7.150, R7.271).
//!
//! ```text
//! found ─notify▶ notified ─explain▶ explained ─decide▶ decided ─(appeal▶ appealed ─decide▶ final)─ recheck▶ rechecked ─close▶ closed
//! ```
//! Who was told has its days to answer; a decision waits for the answer or for their end. What was decided has its days of appeal before anything follows
//! from it. Days are working days.
//!
//! Invariants
//! - A price case begins with checks that are violations; a price that is recommended only has none (§12 L1).
//! - Whoever opened it, and the outlet's own manager, decide nothing in it; an appeal is decided by a third person (R7.301).
//! - A measure beyond a talk rests on a clause of an agreement of the partner in force on the day of the finding (§12 L4), and on prices of ours: where
//!   counsel approved a floor, a case ends with a talk at most. It goes no further than the ladder's step: the first case is settled by its first one (R7.300).
//! - An appeal makes nothing harsher. No case is taken away (R7.303, Q45).

mod act;
mod open;

pub use act::{Act, Decision, Terms, act};
pub use open::{open_diversion, open_price};

use crate::check::{self, Check};
use crate::kept::{names, none};
use crate::verdict::{Mode, Verdict};
use qudao_access::Sight;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Fen, Refusal, territory};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use std::collections::BTreeMap;

const NOUN: (&str, &str) = ("案件", "case");
/// How far before and after a finding neighbours are looked at, days.
const AROUND: i32 = 30;
/// Most neighbours that are told.
const NEIGHBOURS: u32 = 50;

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseKind {
    /// A price.
    Price,
    /// 窜货.
    Diversion,
}
names!(CaseKind { Price "price", Diversion "diversion" });

/// Where a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseState {
    /// Found; the outlet does not know of it yet.
    Found,
    /// The outlet was told, and has its days to answer.
    Notified,
    /// The outlet was heard.
    Explained,
    /// Decided; it may appeal.
    Decided,
    /// It appealed.
    Appealed,
    /// Decided for good.
    Final,
    /// Looked at again, and in order.
    Rechecked,
    /// Over.
    Closed,
}
names!(CaseState {
    Found "found", Notified "notified", Explained "explained", Decided "decided", Appealed "appealed", Final "final", Rechecked "rechecked",
    Closed "closed"
});

/// What is decided, from nothing to the hardest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Nothing was wrong, or nothing follows.
    None,
    /// 约谈: a talk.
    Talk,
    /// 警告: a warning.
    Warning,
    /// 扣款: an amount out of the partner's statement.
    Deduction,
    /// 停供: no supply.
    SupplyStop,
}
names!(Measure { None "none", Talk "talk", Warning "warning", Deduction "deduction", SupplyStop "supply_stop" });

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Number.
    pub id: String,
    /// For the next act.
    pub version: u32,
    /// What it is about.
    pub kind: CaseKind,
    /// Where it is.
    pub state: CaseState,
    /// The outlet that answers for it.
    pub outlet: String,
    /// Its partner.
    pub partner: String,
    /// Division code of the outlet.
    pub territory: String,
    /// Product.
    pub product: String,
    /// Whose price it is; none for a diversion.
    pub mode: Option<Mode>,
    /// What was found.
    pub summary: String,
    /// The day of the finding.
    pub found_on: Date,
    /// Who opened it.
    pub opened_by: String,
    /// Last day of the answer.
    pub answer_due: Option<Date>,
    /// Last day of an appeal.
    pub appeal_due: Option<Date>,
    /// What was decided; none before.
    pub measure: Option<Measure>,
    /// What is deducted.
    pub amount: Fen,
    /// The partner that was harmed; empty for none.
    pub harmed: String,
    /// What it gets.
    pub compensation: Fen,
    /// Agreement the measure rests on.
    pub agreement: String,
    /// Its clause.
    pub clause: String,
    /// Who decided last; empty before.
    pub decided_by: String,
    /// When it was closed.
    pub closed_on: Option<Date>,
    /// When it changed last, microseconds since 1970.
    pub changed_us: i64,
}

impl Case {
    /// Whether somebody is late with it: the answer's days or the appeal's are over and nothing has followed.
    pub fn waits(&self, today: Date) -> bool {
        match self.state {
            CaseState::Notified => self.answer_due.is_some_and(|due| due < today),
            CaseState::Decided => self.appeal_due.is_some_and(|due| due < today),
            CaseState::Found | CaseState::Explained | CaseState::Appealed | CaseState::Final | CaseState::Rechecked => true,
            CaseState::Closed => false,
        }
    }
}

/// Something that happened in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// open, notify, explain, decide, appeal, settle, recheck, close.
    pub act: String,
    /// Where it was afterwards.
    pub state: CaseState,
    /// Who.
    pub who: String,
    /// In words.
    pub words: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// A case within a sight.
///
/// # Errors
/// `NotFound price.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Case, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let within = sight.wheres("c", false, &mut values);
    let row = tx.query_opt(format!("select c.* from price_case c where c.id = $1 and {within}"), &values).await?;
    of_row(&row.ok_or_else(|| none(NOUN, id))?)
}

/// What happened in a case, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, id: &str) -> Result<Vec<Happened>, Refusal> {
    let of_row = |row: &Row| {
        Ok(Happened {
            act: row.string("act")?,
            state: row.parse("state")?,
            who: row.string("who")?,
            words: row.string("words")?,
            at_us: row.int("at_us")?,
        })
    };
    tx.query("select * from price_case_event where case_id = $1 order by seq", args![id]).await?.iter().map(of_row).collect()
}

/// Which cases. What is absent or empty asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Where they are.
    pub state: Option<CaseState>,
    /// What they are about.
    pub kind: Option<CaseKind>,
    /// Outlet.
    pub outlet: String,
    /// Partner.
    pub partner: String,
    /// Only those that are not closed.
    pub open: bool,
}

/// Cases within a sight, latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Vec<Case>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("c", false, &mut values)];
    let texts = [
        ("state", query.state.map_or("", CaseState::name)),
        ("kind", query.kind.map_or("", CaseKind::name)),
        ("outlet", &query.outlet),
        ("partner", &query.partner),
    ];
    for (column, text) in texts {
        if !text.is_empty() {
            wheres.push(format!("c.{column} = {}", mark(&mut values, text)));
        }
    }
    if query.open {
        wheres.push("c.state <> 'closed'".to_owned());
    }
    let sql = format!("select c.* from price_case c where {} order by c.found_on desc, c.id desc", wheres.join(" and "));
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

/// Low prices of the same product in the county around the time of a price case, by the day they were first seen: where it came from (R7.280).
///
/// # Errors
/// The database does not answer.
pub async fn neighbours(tx: &mut Tx, sight: &Sight, case: &Case) -> Result<Vec<Check>, Refusal> {
    if case.kind != CaseKind::Price {
        return Ok(Vec::new());
    }
    let query = check::Query {
        verdicts: vec![Verdict::Low, Verdict::Violation],
        product: case.product.clone(),
        territory: territory::at_level(&case.territory, territory::Level::County).to_owned(),
        from: Some(case.found_on.plus_days(-AROUND)),
        to: Some(case.found_on.plus_days(AROUND)),
        limit: NEIGHBOURS,
        ..check::Query::default()
    };
    let (mut found, _) = check::list(tx, sight, &query).await?;
    found.reverse();
    found.sort_by_key(|one| one.seen_on);
    Ok(found)
}

/// How cases of a partner ended (R7.277).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// All.
    pub cases: u32,
    /// Not decided.
    pub open: u32,
    /// By measure, in its order.
    pub measures: [u32; 5],
    /// Deducted, of closed ones.
    pub deducted: Fen,
}

/// Cases by partner and outcome, so that it can be seen whether all are treated alike.
pub fn outcomes(cases: &[Case]) -> BTreeMap<String, Outcome> {
    let mut all: BTreeMap<String, Outcome> = BTreeMap::new();
    for case in cases {
        let one = all.entry(case.partner.clone()).or_default();
        one.cases += 1;
        one.open += u32::from(case.measure.is_none());
        if let Some(count) = case.measure.and_then(|measure| one.measures.get_mut(measure as usize)) {
            *count += 1;
        }
        if case.state == CaseState::Closed {
            one.deducted = Fen(one.deducted.0.saturating_add(case.amount.0));
        }
    }
    all
}

pub(crate) fn of_row(row: &Row) -> Result<Case, Refusal> {
    Ok(Case {
        id: row.string("id")?,
        version: row.count("version")?,
        kind: row.parse("kind")?,
        state: row.parse("state")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        product: row.string("product")?,
        mode: row.text("mode")?.parse().ok(),
        summary: row.string("summary")?,
        found_on: row.parse("found_on")?,
        opened_by: row.string("opened_by")?,
        answer_due: row.opt_parse("answer_due")?,
        appeal_due: row.opt_parse("appeal_due")?,
        measure: row.text("measure")?.parse().ok(),
        amount: row.fen("amount")?,
        harmed: row.string("harmed")?,
        compensation: row.fen("compensation")?,
        agreement: row.string("agreement")?,
        clause: row.string("clause")?,
        decided_by: row.string("decided_by")?,
        closed_on: row.opt_parse("closed_on")?,
        changed_us: row.int("changed_us")?,
    })
}

/// Adds to the history of a case.
async fn note(tx: &mut Tx, id: &str, act: &str, state: CaseState, who: &str, words: &str) -> Result<(), Refusal> {
    let seq = tx.query_one("select count(*) as n from price_case_event where case_id = $1", args![id]).await?.int("n")? + 1;
    let sql = "insert into price_case_event (case_id, seq, act, state, who, words, at_us) values ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute(sql, args![id, seq, act, state.name(), who, words, tx.now_us()]).await.map(drop)
}
