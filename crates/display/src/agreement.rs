//! 陈列协议 (R7.197, R7.199): what a partner lets us place at an outlet, where, until when, and what is paid for it.
//!
//! ```text
//! draft → signed → ended
//! ```
//!
//! Invariant: what is signed is not changed; a new draft takes its place. Invariant: whoever drafts does not note the signature.

use crate::Sight;
use crate::kept::{id, none, state, words};
use crate::places::Catalogue;
use crate::pop::acts::At;
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

const NOUN: (&str, &str) = ("陈列协议", "display agreement");
/// The largest cost: ten million yuan.
const MOST_FEN: i64 = 1_000_000_000;
/// Most rows of a page.
const MOST: usize = 500;

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Outlet.
    pub outlet: String,
    /// Its partner.
    pub partner: String,
    /// Its division.
    pub territory: String,
    /// Places, by code.
    pub places: Vec<String>,
    /// How much room, in words.
    pub size: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub last_day: Date,
    /// What is paid for it.
    pub cost: Fen,
    /// What the partner gets.
    pub rights: String,
    /// What it owes.
    pub duties: String,
    /// draft, signed, ended.
    pub state: String,
    /// Who signed for the partner.
    pub signed_by: String,
    /// When.
    pub signed_on: Option<Date>,
    /// Who drafted it.
    pub made_by: String,
    /// When it ended before its day.
    pub ended_on: Option<Date>,
    /// Why.
    pub note: String,
}

/// A draft.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The outlet.
    pub at: At<'a>,
    /// Type of the outlet.
    pub outlet_type: &'a str,
    /// Places, by code.
    pub places: &'a [String],
    /// How much room.
    pub size: &'a str,
    /// First day.
    pub from: Date,
    /// Last day.
    pub last_day: Date,
    /// What is paid for it.
    pub cost: Fen,
    /// What the partner gets.
    pub rights: &'a str,
    /// What it owes.
    pub duties: &'a str,
}

/// Drafts an agreement. Its id.
///
/// # Errors
/// `BadInput display.words`, `display.place`, `display.place.type`, `display.agreement.days`, `display.agreement.cost`.
pub async fn draft(db: &Db, catalogue: &Catalogue, who: &str, key: &str, new: &Draft<'_>) -> Result<Done<String>, Refusal> {
    let size = words(new.size, 1, 60, ("空间大小", "the size"))?;
    let (rights, duties) = (words(new.rights, 2, 1_000, ("对方权益", "rights"))?, words(new.duties, 2, 1_000, ("对方责任", "duties"))?);
    if new.last_day < new.from || new.last_day.days() - new.from.days() > 1_830 {
        return Err(Refusal::bad_input(
            "display.agreement.days",
            "到期日须在起始日之后，且不超过五年；请修改",
            "it ends after it begins, and within five years; change the days",
        ));
    }
    if !(0..=MOST_FEN).contains(&new.cost.0) {
        return Err(Refusal::bad_input(
            "display.agreement.cost",
            "费用须在 0 至一千万元之间",
            "the cost lies between 0 and ten million yuan",
        ));
    }
    if new.places.is_empty() {
        return Err(Refusal::bad_input("display.place", "请至少选择一个位置", "choose at least one place"));
    }
    for code in new.places {
        if !catalogue.place(code)?.exists_at(new.outlet_type) {
            return Err(Refusal::bad_input(
                "display.place.type",
                format!("这类网点没有位置 {code}；请修改"),
                format!("outlets of this type have no place {code}; change it"),
            ));
        }
    }
    write_tx!(db, |tx| {
        let At { outlet, partner, territory } = new.at;
        let body =
            json!([outlet, new.places, size, new.from.to_string(), new.last_day.to_string(), new.cost.0, rights, duties]).to_string();
        let claim = match keys::begin::<String>(tx, &format!("display_agreement/{who}"), key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = id(tx, "XC", who, key);
        let sql = "insert into display_agreement (id, version, outlet, partner, territory, places, size, from_day, last_day, cost, rights, duties,
                       state, signed_by, made_by, note, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft', '', $12, '', $13)";
        let places = new.places.join(" ");
        let values =
            args![&id, outlet, partner, territory, places, size, new.from, new.last_day, new.cost, rights, duties, who, tx.now_us()];
        tx.execute(sql, values).await?;
        tx.audit(Entry::new(who, "display_agreement.draft", "display_agreement", &id).after(body));
        claim.finish(tx, id).await
    })
}

/// What is done with an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// The partner signed.
    Sign {
        /// Who signed for it.
        by: &'a str,
        /// When.
        on: Date,
    },
    /// It ends before its day, or the draft is dropped.
    End(&'a str),
}

/// Does it. The version afterwards.
///
/// # Errors
/// `NotFound display.none`; `BadInput display.words`, `display.agreement.days`, `access.reason.missing`; `Forbidden display.agreement.own`; `Conflict
/// display.state`, `platform.db.stale`.
pub async fn act(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, act: &Act<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let before = one(tx, sight, id, "{for_update}").await?;
        let today = day(tx.now_us());
        let (name, next, said) = match (before.state.as_str(), act) {
            ("draft", Act::Sign { by, on }) => {
                if same_hand(&before.made_by, who) {
                    return Err(Refusal::new(
                        Kind::Forbidden,
                        "display.agreement.own",
                        "协议的签署须由拟稿人以外的人登记",
                        "the signature is noted by somebody else than who drafted it",
                    ));
                }
                if *on > today {
                    return Err(Refusal::bad_input(
                        "display.agreement.days",
                        "签署日期不能晚于今天",
                        "the day of signing is not after today",
                    ));
                }
                let by = words(by, 2, 40, ("签署人", "who signed"))?;
                let sql =
                    "update display_agreement set state = 'signed', signed_by = $3, signed_on = $4, changed_us = $5, version = version + 1
                           where id = $1 and version = $2";
                tx.execute_versioned("陈列协议 agreement", id, sql, args![id, version, by, *on, tx.now_us()]).await?;
                ("display_agreement.sign", "signed", by)
            }
            ("draft" | "signed", Act::End(reason)) => {
                reasoned(reason)?;
                let sql = "update display_agreement set state = 'ended', ended_on = $3, note = $4, changed_us = $5, version = version + 1
                           where id = $1 and version = $2";
                tx.execute_versioned("陈列协议 agreement", id, sql, args![id, version, today, reason.trim(), tx.now_us()]).await?;
                ("display_agreement.end", "ended", reason.trim())
            }
            _ => {
                return Err(state(
                    format!("协议 {id} 的状态不能这样处理；请刷新"),
                    format!("this is not possible with agreement {id} as it stands; reload"),
                ));
            }
        };
        tx.audit(Entry::new(who, name, "display_agreement", id).before(before.state).after(next).reason(said));
        Ok(version + 1)
    })
}

/// Refuses an agreement that does not hold for an outlet on a day.
///
/// # Errors
/// `BadInput display.agreement`.
pub(crate) async fn holds(tx: &mut Tx, id: &str, outlet: &str, today: Date) -> Result<(), Refusal> {
    let sql = "select id from display_agreement where id = $1 and outlet = $2 and state = 'signed' and last_day >= $3";
    if tx.query_opt(sql, args![id.trim(), outlet, today]).await?.is_some() {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "display.agreement",
        format!("{id} 不是网点 {outlet} 已签署且未到期的协议；请核对"),
        format!("{id} is no agreement of outlet {outlet} that is signed and in force; check it"),
    ))
}

/// Which agreements. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// draft, signed, ended.
    pub state: String,
    /// Outlet.
    pub outlet: String,
    /// Only signed ones that end by this day and not before the other.
    pub ending: Option<(Date, Date)>,
    /// Id of the last one seen.
    pub after: String,
    /// Most rows.
    pub limit: usize,
}

/// A page of agreements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreements {
    /// By id.
    pub rows: Vec<Agreement>,
    /// The `after` of the next page.
    pub next: Option<String>,
    /// Rows of all pages.
    pub total: u32,
}

/// Agreements, by id.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Agreements, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("g", false, &mut values)];
    for (column, value) in [("state", &query.state), ("outlet", &query.outlet)] {
        if !value.is_empty() {
            wheres.push(format!("g.{column} = {}", mark(&mut values, value)));
        }
    }
    if let Some((today, until)) = query.ending {
        let (today, until) = (mark(&mut values, today), mark(&mut values, until));
        wheres.push(format!("g.state = 'signed' and g.last_day between {today} and {until}"));
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from display_agreement g where {filter}"), &values).await?.count("n")?;
    let after = mark(&mut values, &query.after);
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select g.* from display_agreement g where {filter} and g.id > {after} order by g.id limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Agreements { rows, next, total })
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str, lock: &str) -> Result<Agreement, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres("g", false, &mut values);
    let row = tx.query_opt(format!("select g.* from display_agreement g where g.id = $1 and {wheres} {lock}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(NOUN, id))
}

fn of_row(row: &Row) -> Result<Agreement, Refusal> {
    Ok(Agreement {
        id: row.string("id")?,
        version: row.count("version")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        places: row.text("places")?.split_whitespace().map(str::to_owned).collect(),
        size: row.string("size")?,
        from: row.parse("from_day")?,
        last_day: row.parse("last_day")?,
        cost: row.fen("cost")?,
        rights: row.string("rights")?,
        duties: row.string("duties")?,
        state: row.string("state")?,
        signed_by: row.string("signed_by")?,
        signed_on: row.opt_parse("signed_on")?,
        made_by: row.string("made_by")?,
        ended_on: row.opt_parse("ended_on")?,
        note: row.string("note")?,
    })
}
