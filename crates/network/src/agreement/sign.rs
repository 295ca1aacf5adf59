//! An agreement that was signed: its dated row, what it is about, and the partner that comes in force with it.

use crate::act::{Act, not_in_force};
use crate::blacklist;
use crate::candidate;
use crate::life::{self, State, Who};
use crate::roster::{self, By};
use qudao_kernel::master::{Agreement, Partner, Span};
use qudao_kernel::{Date, Fen, Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx};
use std::collections::BTreeMap;

/// The business line that takes in all others, and that of agreements of which nothing more is known.
const ALL: &str = "all";

/// What was signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Its number.
    pub code: &'a str,
    /// The partner.
    pub partner: &'a str,
    /// Business line.
    pub business: &'a str,
    /// First day.
    pub from: Date,
    /// Last day.
    pub last_day: Date,
    /// Deposit.
    pub deposit: Fen,
    /// Committed amount, which policies compare with; 0 for none.
    pub commitment: Fen,
    /// The day it was signed, where it was told.
    pub signed_on: Option<Date>,
}

/// What an agreement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Business line.
    pub business: String,
    /// Deposit.
    pub deposit: Fen,
    /// The day it was signed.
    pub signed_on: Option<Date>,
    /// The application it was approved by.
    pub application: String,
}

/// Keeps a signed agreement. A partner that was approved comes in force with it.
///
/// # Errors
/// `BadInput network.agreement.days`; `Conflict network.day.closed`, `network.agreement.overlap`, `network.partner.state`,
/// `network.record.not_in_force`; `Forbidden network.blacklist.hit`.
pub async fn sign(tx: &mut Tx, act: &Act<'_>, signed: &Signed<'_>) -> Result<Text, Refusal> {
    let Signed { code, partner, business, from, last_day, deposit, commitment, signed_on } = *signed;
    if last_day < from {
        return Err(Refusal::bad_input(
            "network.agreement.days",
            format!("协议到期日期 {last_day} 早于生效日期 {from}；请修改"),
            format!("the agreement's last day {last_day} is before its first, {from}; change one"),
        ));
    }
    act.open(from)?;
    roster::lock_all(tx).await?;
    let span = Span { from, to: last_day.plus_days(1) };
    let renewed = free(tx, partner, business, span).await?;
    let Some(state) = life::on(tx, Who::Partner, partner, from).await? else {
        let known = candidate::get(tx, Who::Partner, partner).await?.is_some();
        return Err(if known { not_in_force(("代理商", "partner"), partner, from) } else { life::none(Who::Partner, partner) });
    };
    match state {
        State::Active => life::may_take(tx, partner, from).await?,
        State::Approved => {
            blacklist::admit(tx, Some(partner), &[]).await?;
            match candidate::get(tx, Who::Partner, partner).await? {
                Some(candidate) if roster::get::<Partner>(tx, partner).await?.is_none() => {
                    candidate::enter(tx, act, &candidate, from).await?;
                }
                _ => return Err(not_in_force(("代理商", "partner"), partner, from)),
            }
        }
        other => {
            let title = other.title();
            return Err(Refusal::new(
                Kind::Conflict,
                "network.partner.state",
                format!("代理商 {partner} 现为“{}”，不能签订协议；须先批准准入", title.zh),
                format!("the partner {partner} is `{}` and can sign nothing; it has to be approved first", title.en),
            ));
        }
    }
    let note = act.note();
    let row = Agreement { code: code.to_owned(), partner: partner.to_owned(), commitment, renewed, span };
    roster::create(tx, By { who: act.who, reason: &note }, &row).await.map(drop)?;
    let sql = "insert into network_agreement_term (agreement, business, deposit, signed_on, application) values ($1, $2, $3, $4, $5)";
    tx.execute(sql, args![code, business, deposit, signed_on, act.application]).await?;
    Ok(Text::new(
        format!("协议 {code} 自 {from} 起生效，至 {last_day}"),
        format!("the agreement {code} is in force from {from} to {last_day}"),
    ))
}

/// Refuses an agreement that shares a day and a business line with another of the partner; whether it goes on from one without a gap.
///
/// # Errors
/// `Conflict network.agreement.overlap` with the other agreement and its last day.
pub async fn free(tx: &mut Tx, partner: &str, business: &str, span: Span) -> Result<bool, Refusal> {
    let terms = terms(tx, partner).await?;
    let mut renewed = false;
    for row in of(tx, partner).await? {
        let line = terms.get(&row.code).map_or(ALL, |term| term.business.as_str());
        let same = line == business || line == ALL || business == ALL;
        if same && row.span.from < span.to && span.from < row.span.to {
            let (other, until) = (&row.code, row.span);
            let end = if until.to == Span::ALWAYS.to { "∞".to_owned() } else { until.to.plus_days(-1).to_string() };
            return Err(Refusal::new(
                Kind::Conflict,
                "network.agreement.overlap",
                format!("{partner} 的协议 {other} 有效至 {end}，与本协议的业务线和日期重叠；请调整日期或先终止该协议"),
                format!(
                    "{partner}'s agreement {other} holds until {end} and covers the same business on some of these days; change the days, or end it first"
                ),
            ));
        }
        renewed |= same && row.span.to == span.from;
    }
    Ok(renewed)
}

/// The agreements of a partner, every row.
///
/// # Errors
/// The database does not answer.
pub async fn of(tx: &mut Tx, partner: &str) -> Result<Vec<Agreement>, Refusal> {
    let sql = "select distinct code from network_agreement_row where partner = $1 order by code";
    let mut rows = Vec::new();
    for row in tx.query(sql, args![partner]).await? {
        let record = roster::get::<Agreement>(tx, row.text("code")?).await?;
        rows.extend(record.into_iter().flat_map(|record| record.rows).filter(|row| row.partner == partner));
    }
    Ok(rows)
}

/// What the agreements of a partner are about, by number; nothing of those that came from files.
///
/// # Errors
/// The database does not answer.
pub async fn terms(tx: &mut Tx, partner: &str) -> Result<BTreeMap<String, Term>, Refusal> {
    let sql = "select t.* from network_agreement_term t where exists (select 1 from network_agreement_row r where r.code = t.agreement and r.partner = $1)";
    gathered(&tx.query(sql, args![partner]).await?)
}

/// What all agreements are about, by number; nothing of those that came from files.
///
/// # Errors
/// The database does not answer.
pub async fn all_terms(tx: &mut Tx) -> Result<BTreeMap<String, Term>, Refusal> {
    gathered(&tx.query("select t.* from network_agreement_term t", args![]).await?)
}

fn gathered(rows: &[Row]) -> Result<BTreeMap<String, Term>, Refusal> {
    let mut found = BTreeMap::new();
    for row in rows {
        let term = Term {
            business: row.string("business")?,
            deposit: row.fen("deposit")?,
            signed_on: row.opt_parse("signed_on")?,
            application: row.string("application")?,
        };
        found.insert(row.string("agreement")?, term);
    }
    Ok(found)
}
