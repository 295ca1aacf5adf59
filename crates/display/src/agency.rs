//! 广告公司 (R7.187): who makes our material, what was offered for each job, why one was chosen, and how its work was found.
//!
//! ```text
//! quoting → chosen → inspected        quoting, chosen → cancelled
//! ```
//!
//! Invariant: an agency offers once for a job, and its last word counts. Invariant: a large job has as many offers as the register asks for before one is
//! chosen, and whoever takes a dearer one says why. Invariant: whoever chose does not inspect. A rating is counted from inspections and never typed.

use crate::Sight;
use crate::kept::{bug, id, none, photo, state, words};
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

const AGENCY: (&str, &str) = ("广告公司", "agency");
const JOB: (&str, &str) = ("制作任务", "job");
/// The largest amount: ten million yuan.
const MOST_FEN: i64 = 1_000_000_000;
/// Most rows of a page.
const MOST: usize = 500;

/// An agency, with what its inspected jobs came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Name.
    pub name: String,
    /// What it does.
    pub work: String,
    /// Whom to ask for.
    pub contact: String,
    /// active, stopped.
    pub state: String,
    /// Why it was stopped.
    pub note: String,
    /// Jobs that were inspected.
    pub jobs: u32,
    /// Mean of both marks of its inspected jobs, hundredths of a mark (1 to 5); none before the first.
    pub rating: Option<u32>,
}

/// Registers an agency. Its id.
///
/// # Errors
/// `BadInput display.words`; `Conflict display.agency.twice`.
pub async fn register(db: &Db, who: &str, key: &str, name: &str, work: &str, contact: &str) -> Result<Done<String>, Refusal> {
    let name = words(name, 2, 60, ("名称", "the name"))?;
    let (work, contact) = (words(work, 2, 200, ("业务范围", "what it does"))?, words(contact, 0, 40, ("联系人", "the contact"))?);
    write_tx!(db, |tx| {
        let body = json!([name, work, contact]).to_string();
        let claim = match keys::begin::<String>(tx, &format!("display_agency/{who}"), key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = id(tx, "GG", who, key);
        let sql = "insert into display_agency (id, version, name, work, contact, state, note, made_by, changed_us)
                   values ($1, 1, $2, $3, $4, 'active', '', $5, $6) on conflict (name) do nothing";
        if tx.execute(sql, args![&id, name, work, contact, who, tx.now_us()]).await? == 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "display.agency.twice",
                format!("广告公司“{name}”已登记；请查看名单"),
                format!("the agency {name} is registered already; look at the list"),
            ));
        }
        tx.audit(Entry::new(who, "display_agency.register", "display_agency", &id).after(body));
        claim.finish(tx, id).await
    })
}

/// Stops an agency, so that it is chosen no more, or takes it up again. The version afterwards.
///
/// # Errors
/// `NotFound display.none`; `BadInput access.reason.missing`; `Conflict platform.db.stale`.
pub async fn stop(db: &Db, who: &str, id: &str, version: u32, stopped: bool, reason: &str) -> Result<u32, Refusal> {
    reasoned(reason)?;
    write_tx!(db, |tx| {
        let row = tx.query_opt("select state from display_agency where id = $1 {for_update}", args![id]).await?;
        let before = row.ok_or_else(|| none(AGENCY, id))?.string("state")?;
        let next = if stopped { "stopped" } else { "active" };
        let sql = "update display_agency set state = $3, note = $4, changed_us = $5, version = version + 1 where id = $1 and version = $2";
        tx.execute_versioned("广告公司 agency", id, sql, args![id, version, next, reason.trim(), tx.now_us()]).await?;
        tx.audit(Entry::new(who, "display_agency.state", "display_agency", id).before(before).after(next).reason(reason.trim()));
        Ok(version + 1)
    })
}

/// Agencies with their ratings, by name.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx) -> Result<Vec<Agency>, Refusal> {
    let sql = "select a.*, (select count(*) from display_job j where j.agency = a.id and j.state = 'inspected') as jobs,
                      (select cast(coalesce(sum(j.quality + j.punctual), 0) as bigint) from display_job j
                       where j.agency = a.id and j.state = 'inspected') as marks
               from display_agency a order by a.name, a.id";
    let of = |row: &Row| {
        let (jobs, marks) = (row.count("jobs")?, row.count("marks")?);
        Ok(Agency {
            id: row.string("id")?,
            version: row.count("version")?,
            name: row.string("name")?,
            work: row.string("work")?,
            contact: row.string("contact")?,
            state: row.string("state")?,
            note: row.string("note")?,
            jobs,
            rating: (jobs > 0).then(|| marks * 50 / jobs),
        })
    };
    tx.query(sql, &[]).await?.iter().map(of).collect()
}

/// What an agency offered for a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Agency.
    pub agency: String,
    /// Its name.
    pub name: String,
    /// For how much.
    pub amount: Fen,
    /// In how many days.
    pub days: u32,
    /// What else was said.
    pub note: String,
    /// Who wrote it down.
    pub who: String,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// What is made.
    pub title: String,
    /// Area, a division code.
    pub territory: String,
    /// What it is thought to cost.
    pub estimate: Fen,
    /// By when it is to be ready.
    pub due_on: Date,
    /// quoting, chosen, inspected, cancelled.
    pub state: String,
    /// Who makes it; empty while nobody was chosen.
    pub agency: String,
    /// For how much.
    pub amount: Fen,
    /// Who chose.
    pub chosen_by: String,
    /// When.
    pub chosen_on: Option<Date>,
    /// Why this one; why it was cancelled.
    pub why: String,
    /// Marks of the inspection, 1 to 5; 0 while nobody looked.
    pub quality: u32,
    /// Whether it came in time, 1 to 5.
    pub punctual: u32,
    /// What was found.
    pub findings: String,
    /// Photo of the work.
    pub photo: String,
    /// Who inspected.
    pub inspected_by: String,
    /// When.
    pub inspected_on: Option<Date>,
    /// Who made it.
    pub made_by: String,
    /// What was offered, the cheapest first.
    pub quotes: Vec<Quote>,
}

impl Job {
    /// How many offers it takes before one is chosen: `large` from a sum on, else one.
    pub fn needs(&self, amount: Fen, large: Large) -> usize {
        if self.estimate.max(amount) >= large.from { large.quotes } else { 1 }
    }
}

/// From which sum on a job is large, and how many offers it takes then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Large {
    /// From this sum on.
    pub from: Fen,
    /// Offers.
    pub quotes: usize,
}

/// A job to be offered for.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// What is made.
    pub title: &'a str,
    /// Area, a division code.
    pub territory: &'a str,
    /// What it is thought to cost.
    pub estimate: Fen,
    /// By when it is to be ready.
    pub due_on: Date,
}

/// Makes a job. Its id.
///
/// # Errors
/// `BadInput display.words`, `display.job.amount`, `display.job.day`.
pub async fn job(db: &Db, who: &str, key: &str, new: &New<'_>) -> Result<Done<String>, Refusal> {
    let title = words(new.title, 2, 100, ("制作内容", "what is made"))?;
    if !(0..=MOST_FEN).contains(&new.estimate.0) {
        return Err(amount());
    }
    write_tx!(db, |tx| {
        if new.due_on < day(tx.now_us()) {
            return Err(Refusal::bad_input("display.job.day", "交付期限须为今天或以后", "the day lies from today on"));
        }
        let body = json!([title, new.territory, new.estimate.0, new.due_on.to_string()]).to_string();
        let claim = match keys::begin::<String>(tx, &format!("display_job/{who}"), key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = id(tx, "ZZ", who, key);
        let sql = "insert into display_job (id, version, title, territory, estimate, due_on, state, agency, amount, chosen_by, why, quality, punctual,
                       findings, photo, inspected_by, made_by, changed_us)
                   values ($1, 1, $2, $3, $4, $5, 'quoting', '', 0, '', '', 0, 0, '', '', '', $6, $7)";
        tx.execute(sql, args![&id, title, new.territory, new.estimate, new.due_on, who, tx.now_us()]).await?;
        tx.audit(Entry::new(who, "display_job.make", "display_job", &id).after(body));
        claim.finish(tx, id).await
    })
}

fn amount() -> Refusal {
    Refusal::bad_input(
        "display.job.amount",
        "金额须在 0 至一千万元之间；请修改",
        "the amount lies between 0 and ten million yuan; change it",
    )
}

/// What is done with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// An agency made an offer, or a better one.
    Quote {
        /// Agency.
        agency: &'a str,
        /// For how much.
        amount: Fen,
        /// In how many days.
        days: u32,
        /// What else was said.
        note: &'a str,
    },
    /// An agency is chosen.
    Choose {
        /// Agency.
        agency: &'a str,
        /// Why: of one that is not the cheapest.
        why: &'a str,
        /// When a job is large.
        large: Large,
    },
    /// The work was looked at.
    Inspect {
        /// 1 to 5.
        quality: u32,
        /// 1 to 5.
        punctual: u32,
        /// What was found.
        findings: &'a str,
        /// Photo of the work.
        photo: &'a str,
    },
    /// It is not made after all.
    Cancel(&'a str),
}

/// Does it. The version afterwards.
///
/// # Errors
/// `NotFound display.none`; `BadInput display.words`, `display.job.amount`, `display.job.days`, `display.job.mark`, `display.photo`,
/// `access.reason.missing`; `Forbidden display.job.own`; `Conflict display.state`, `display.agency.stopped`, `display.job.quotes`, `platform.db.stale`.
pub async fn act(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, act: &Act<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let mut one = one(tx, sight, id, "{for_update}").await?;
        let (was, today) = (one.state.clone(), day(tx.now_us()));
        let name = match act {
            Act::Quote { agency, amount, days, note } => {
                quote(tx, who, &one, &Offer { agency, amount: *amount, days: *days, note }).await?;
                "display_job.quote"
            }
            _ => change(&mut one, who, act, today)?,
        };
        if let Act::Choose { agency, .. } = act {
            active(tx, agency).await?;
        }
        let sql = "update display_job set state = $3, agency = $4, amount = $5, chosen_by = $6, chosen_on = $7, why = $8, quality = $9, punctual = $10,
                       findings = $11, photo = $12, inspected_by = $13, inspected_on = $14, changed_us = $15, version = version + 1
                   where id = $1 and version = $2";
        let values = args![
            id,
            version,
            &one.state,
            &one.agency,
            one.amount,
            &one.chosen_by,
            one.chosen_on,
            &one.why,
            one.quality,
            one.punctual,
            &one.findings,
            &one.photo,
            &one.inspected_by,
            one.inspected_on,
            tx.now_us()
        ];
        tx.execute_versioned("制作任务 job", id, sql, values).await?;
        let after = match act {
            Act::Quote { agency, amount, days, .. } => json!({ "agency": agency, "amount": amount.0, "days": days }),
            _ => json!({ "state": one.state, "agency": one.agency, "amount": one.amount.0, "marks": [one.quality, one.punctual] }),
        };
        tx.audit(Entry::new(who, name, "display_job", id).before(was).after(after.to_string()).reason(&one.why));
        Ok(version + 1)
    })
}

struct Offer<'a> {
    agency: &'a str,
    amount: Fen,
    days: u32,
    note: &'a str,
}

async fn quote(tx: &mut Tx, who: &str, job: &Job, offer: &Offer<'_>) -> Result<(), Refusal> {
    if job.state != "quoting" {
        return Err(stands(&job.id));
    }
    let note = words(offer.note, 0, 200, ("说明", "the note"))?;
    if !(1..=MOST_FEN).contains(&offer.amount.0) {
        return Err(amount());
    }
    if !(1..=365).contains(&offer.days) {
        return Err(Refusal::bad_input("display.job.days", "工期须为 1 至 365 天；请修改", "it takes 1 to 365 days; change it"));
    }
    active(tx, offer.agency).await?;
    let sql = "insert into display_quote (job, agency, amount, days, note, who, at_us) values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (job, agency) do update set amount = excluded.amount, days = excluded.days, note = excluded.note, who = excluded.who,
                   at_us = excluded.at_us";
    let values = args![&job.id, offer.agency, offer.amount, offer.days, note, who, tx.now_us()];
    tx.execute(sql, values).await.map(drop)
}

async fn active(tx: &mut Tx, agency: &str) -> Result<(), Refusal> {
    let row = tx.query_opt("select name, state from display_agency where id = $1", args![agency]).await?;
    let row = row.ok_or_else(|| none(AGENCY, agency))?;
    if row.text("state")? == "active" {
        return Ok(());
    }
    let name = row.text("name")?;
    Err(Refusal::new(
        Kind::Conflict,
        "display.agency.stopped",
        format!("广告公司“{name}”已停用；请另选一家"),
        format!("the agency {name} is stopped; choose another"),
    ))
}

/// The job afterwards, and what was done.
fn change(one: &mut Job, who: &str, act: &Act<'_>, today: Date) -> Result<&'static str, Refusal> {
    match (one.state.as_str(), act) {
        ("quoting", Act::Choose { agency, why, large }) => {
            let cheapest = one.quotes.first().map_or(Fen::ZERO, |quote| quote.amount);
            let chosen = one.quotes.iter().find(|quote| quote.agency == *agency).ok_or_else(|| none(("报价", "quote"), agency))?;
            let (needs, there, paid) = (one.needs(chosen.amount, *large), one.quotes.len(), chosen.amount);
            if there < needs {
                return Err(Refusal::new(
                    Kind::Conflict,
                    "display.job.quotes",
                    format!("{} 及以上的制作任务须有 {needs} 家报价，现有 {there} 家；请先补充报价", large.from),
                    format!("a job from {} on takes {needs} quotes and has {there}; bring the others first", large.from),
                ));
            }
            if paid > cheapest {
                reasoned(why)?;
            }
            words(why, 0, 200, ("选择理由", "the reason"))?.clone_into(&mut one.why);
            (*agency).clone_into(&mut one.agency);
            who.clone_into(&mut one.chosen_by);
            (one.amount, one.chosen_on) = (paid, Some(today));
            "chosen".clone_into(&mut one.state);
            Ok("display_job.choose")
        }
        ("chosen", Act::Inspect { quality, punctual, findings, photo: shown }) => {
            if same_hand(&one.chosen_by, who) {
                return Err(Refusal::new(
                    Kind::Forbidden,
                    "display.job.own",
                    "制作质量须由选定广告公司以外的人验收",
                    "the work is inspected by somebody else than who chose the agency",
                ));
            }
            if !(1..=5).contains(quality) || !(1..=5).contains(punctual) {
                return Err(Refusal::bad_input("display.job.mark", "评分须为 1 至 5 分", "marks are 1 to 5"));
            }
            words(findings, 2, 500, ("验收情况", "what was found"))?.clone_into(&mut one.findings);
            photo(shown)?.clone_into(&mut one.photo);
            (one.quality, one.punctual, one.inspected_on) = (*quality, *punctual, Some(today));
            who.clone_into(&mut one.inspected_by);
            "inspected".clone_into(&mut one.state);
            Ok("display_job.inspect")
        }
        ("quoting" | "chosen", Act::Cancel(reason)) => {
            reasoned(reason)?;
            reason.trim().clone_into(&mut one.why);
            "cancelled".clone_into(&mut one.state);
            Ok("display_job.cancel")
        }
        _ => Err(stands(&one.id)),
    }
}

fn stands(id: &str) -> Refusal {
    state(format!("制作任务 {id} 的状态不能这样处理；请刷新"), format!("this is not possible with job {id} as it stands; reload"))
}

/// Which jobs. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// quoting, chosen, inspected, cancelled.
    pub state: String,
    /// Agency that was chosen.
    pub agency: String,
    /// Id of the last one seen.
    pub after: String,
    /// Most rows.
    pub limit: usize,
}

/// A page of jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jobs {
    /// By id.
    pub rows: Vec<Job>,
    /// The `after` of the next page.
    pub next: Option<String>,
    /// Rows of all pages.
    pub total: u32,
}

/// Jobs of areas within a sight, by id.
///
/// # Errors
/// The database does not answer.
pub async fn jobs(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Jobs, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres_of_area("j", &mut values)];
    for (column, value) in [("state", &query.state), ("agency", &query.agency)] {
        if !value.is_empty() {
            wheres.push(format!("j.{column} = {}", mark(&mut values, value)));
        }
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from display_job j where {filter}"), &values).await?.count("n")?;
    let after = mark(&mut values, &query.after);
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select j.* from display_job j where {filter} and j.id > {after} order by j.id limit {most}");
    let mut rows = Vec::new();
    for row in tx.query(sql, &values).await? {
        rows.push(of_row(tx, &row).await?);
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Jobs { rows, next, total })
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str, lock: &str) -> Result<Job, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres_of_area("j", &mut values);
    let row = tx.query_opt(format!("select j.* from display_job j where j.id = $1 and {wheres} {lock}"), &values).await?;
    let row = row.ok_or_else(|| none(JOB, id))?;
    of_row(tx, &row).await
}

async fn of_row(tx: &mut Tx, row: &Row) -> Result<Job, Refusal> {
    let id = row.string("id")?;
    let sql =
        "select q.*, a.name from display_quote q join display_agency a on a.id = q.agency where q.job = $1 order by q.amount, q.agency";
    let quote = |row: &Row| {
        Ok(Quote {
            agency: row.string("agency")?,
            name: row.string("name")?,
            amount: row.fen("amount")?,
            days: row.count("days")?,
            note: row.string("note")?,
            who: row.string("who")?,
        })
    };
    let quotes = tx.query(sql, args![&id]).await?.iter().map(quote).collect::<Result<Vec<_>, Refusal>>()?;
    let one = Job {
        version: row.count("version")?,
        title: row.string("title")?,
        territory: row.string("territory")?,
        estimate: row.fen("estimate")?,
        due_on: row.parse("due_on")?,
        state: row.string("state")?,
        agency: row.string("agency")?,
        amount: row.fen("amount")?,
        chosen_by: row.string("chosen_by")?,
        chosen_on: row.opt_parse("chosen_on")?,
        why: row.string("why")?,
        quality: row.count("quality")?,
        punctual: row.count("punctual")?,
        findings: row.string("findings")?,
        photo: row.string("photo")?,
        inspected_by: row.string("inspected_by")?,
        inspected_on: row.opt_parse("inspected_on")?,
        made_by: row.string("made_by")?,
        quotes,
        id,
    };
    if !one.agency.is_empty() && !one.quotes.iter().any(|quote| quote.agency == one.agency) {
        return Err(bug(&format!("{} was given to an agency without a quote", one.id)));
    }
    Ok(one)
}
