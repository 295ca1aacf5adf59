//! Disputes read back.

use super::{Dispute, State};
use crate::statement::{Adjustment, AdjustmentKind};
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use std::collections::BTreeMap;

/// A dispute.
///
/// # Errors
/// `NotFound settle.dispute.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Dispute, Refusal> {
    let row = tx.query_opt("select * from settle_dispute where id = $1", args![id]).await?;
    row.map(|row| of_row(&row))
        .transpose()?
        .ok_or_else(|| Refusal::new(Kind::NotFound, "settle.dispute.none", format!("没有争议 {id}"), format!("there is no dispute {id}")))
}

/// What is looked for. Places are narrowed by the caller's scope afterwards, row by row.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// State.
    pub state: Option<State>,
    /// Month of the statement.
    pub period: Option<Month>,
    /// Part of an id, partner or title.
    pub text: Option<String>,
    /// Answers that are due before this day.
    pub due_before: Option<Date>,
}

impl Filter {
    fn sql(&self) -> (String, Vec<Value>) {
        let (mut conditions, mut args) = (Vec::new(), Vec::new());
        let mut add = |condition: &str, value: Value| {
            args.push(value);
            conditions.push(condition.replace('?', &format!("${}", args.len())));
        };
        if let Some(state) = self.state {
            add("state = ?", Value::from(state.name()));
        }
        if let Some(period) = self.period {
            add("period = ?", Value::from(period));
        }
        if let Some(text) = &self.text {
            let plain: String = text.to_lowercase().chars().filter(|c| !matches!(c, '%' | '_')).collect();
            add("(lower(id) like ? or lower(partner) like ? or lower(title) like ?)", Value::from(format!("%{plain}%")));
        }
        if let Some(day) = self.due_before {
            add("answer_by < ? and state in ('open', 'proposed')", Value::from(day));
        }
        let conditions = if conditions.is_empty() { String::new() } else { format!("where {}", conditions.join(" and ")) };
        (conditions, args)
    }
}

/// Disputes, those whose answer is due first on top; the answered and closed ones behind them, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Dispute>, Refusal> {
    let (conditions, args) = filter.sql();
    let sql = format!(
        "select * from settle_dispute {conditions}
         order by case state when 'open' then 0 when 'proposed' then 0 when 'answered' then 1 else 2 end,
             case when state in ('open', 'proposed') then answer_by else '' end, raised_at_us desc, id desc"
    );
    tx.query(sql, &args).await?.iter().map(of_row).collect()
}

/// Disputes that wait for an answer or an approval, the most pressing first.
///
/// # Errors
/// The database does not answer.
pub async fn open(tx: &mut Tx) -> Result<Vec<Dispute>, Refusal> {
    let sql = "select * from settle_dispute where state in ('open', 'proposed') order by answer_by, id";
    tx.query(sql, args![]).await?.iter().map(of_row).collect()
}

/// How many disputes there are in each state.
///
/// # Errors
/// The database does not answer.
pub async fn counts(tx: &mut Tx) -> Result<BTreeMap<String, i64>, Refusal> {
    let rows = tx.query("select state, count(*) as number from settle_dispute group by state", args![]).await?;
    rows.iter().map(|row| Ok((row.string("state")?, row.int("number")?))).collect()
}

/// Disputes of a statement, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn of_statement(tx: &mut Tx, statement: &str) -> Result<Vec<Dispute>, Refusal> {
    let sql = "select * from settle_dispute where statement = $1 order by raised_at_us, id";
    tx.query(sql, args![statement]).await?.iter().map(of_row).collect()
}

/// Disputes of a partner, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn of_partner(tx: &mut Tx, partner: &str) -> Result<Vec<Dispute>, Refusal> {
    let sql = "select * from settle_dispute where partner = $1 order by raised_at_us desc, id desc";
    tx.query(sql, args![partner]).await?.iter().map(of_row).collect()
}

/// The dispute of a line that stands in the way of another.
pub(super) async fn of_subject(tx: &mut Tx, statement: &str, subject: &str) -> Result<Option<Dispute>, Refusal> {
    let sql = "select * from settle_dispute where statement = $1 and subject = $2 and (outcome is null or outcome <> 'withdrawn')";
    tx.query_opt(sql, args![statement, subject]).await?.map(|row| of_row(&row)).transpose()
}

/// How many disputes of a statement wait for their answer.
///
/// # Errors
/// The database does not answer.
pub async fn waiting(tx: &mut Tx, statement: &str) -> Result<i64, Refusal> {
    let sql = "select count(*) as number from settle_dispute where statement = $1 and state in ('open', 'proposed')";
    tx.query_one(sql, args![statement]).await?.int("number")
}

/// The same for every statement of a month that has any.
///
/// # Errors
/// The database does not answer.
pub async fn waiting_by_statement(tx: &mut Tx, period: Month) -> Result<BTreeMap<String, i64>, Refusal> {
    let sql =
        "select statement, count(*) as number from settle_dispute where period = $1 and state in ('open', 'proposed') group by statement";
    let rows = tx.query(sql, args![period]).await?;
    rows.iter().map(|row| Ok((row.string("statement")?, row.int("number")?))).collect()
}

/// Adjustments that stand in the statements of a month, or will once it is published, by partner: what was upheld, under the number of its
/// dispute.
///
/// # Errors
/// The database does not answer.
pub async fn adjustments(tx: &mut Tx, month: Month) -> Result<BTreeMap<String, Vec<Adjustment>>, Refusal> {
    let sql = "select * from settle_dispute where outcome = 'upheld' and (stated_in = $1 or (stated_in is null and post_in <= $1))
               order by partner, id";
    let mut by_partner: BTreeMap<String, Vec<Adjustment>> = BTreeMap::new();
    for row in tx.query(sql, args![month]).await? {
        let dispute = of_row(&row)?;
        let text = format!("争议 {} {}：{}", dispute.period, dispute.title, dispute.answer.unwrap_or_default());
        let amount = Fen(dispute.adjustment.unwrap_or_default());
        by_partner.entry(dispute.partner).or_default().push(Adjustment {
            code: dispute.id,
            text,
            amount,
            kind: AdjustmentKind::Correction,
        });
    }
    Ok(by_partner)
}

fn of_row(row: &Row) -> Result<Dispute, Refusal> {
    Ok(Dispute {
        id: row.string("id")?,
        version: row.count("version")?,
        state: row.parse("state")?,
        outcome: row.opt_string("outcome")?,
        statement: row.string("statement")?,
        period: row.parse("period")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        subject: row.string("subject")?,
        kind: row.string("kind")?,
        title: row.string("title")?,
        amount: row.int("amount")?,
        claim: row.string("claim")?,
        raised_by: row.string("raised_by")?,
        raised_at_us: row.int("raised_at_us")?,
        answer_by: row.parse("answer_by")?,
        adjustment: row.opt_int("adjustment")?,
        answer: row.opt_string("answer")?,
        answered_by: row.opt_string("answered_by")?,
        answered_at_us: row.opt_int("answered_at_us")?,
        decided_by: row.opt_string("decided_by")?,
        decided_at_us: row.opt_int("decided_at_us")?,
        decision: row.opt_string("decision")?,
        post_in: row.opt_parse("post_in")?,
        stated_in: row.opt_parse("stated_in")?,
        closed_at_us: row.opt_int("closed_at_us")?,
    })
}
