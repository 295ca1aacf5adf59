//! 撤换 (R7.196): a campaign that is over, every outlet where its material still hangs, and a task for each piece that a photo closes.

use crate::Sight;
use crate::kept::{none, words};
use crate::pop::acts::{self, Act};
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

const NOUN: (&str, &str) = ("撤换任务", "recall task");

/// A campaign that is called back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// Id.
    pub id: String,
    /// Campaign.
    pub campaign: String,
    /// Why.
    pub reason: String,
    /// By when nothing of it hangs.
    pub due_on: Date,
    /// Who called it back.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// Tasks within the asker's sight.
    pub tasks: u32,
    /// Of these, still open.
    pub open: u32,
}

/// A piece that is to be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Recall.
    pub recall: String,
    /// Piece.
    pub asset: String,
    /// Its version, for the act.
    pub version: u32,
    /// Place.
    pub place: String,
    /// Outlet.
    pub outlet: String,
    /// Who is to see to it.
    pub owner: String,
    /// By when.
    pub due_on: Date,
    /// open, done.
    pub state: String,
    /// Photo of the place without it.
    pub photo: String,
    /// Who took it away.
    pub done_by: String,
    /// When.
    pub done_on: Option<Date>,
}

/// Calls a campaign back: from now on nothing of it is made or placed, and each piece that hangs gets a task. `owners` says who looks after an outlet;
/// where nobody does, it is whoever asked for the piece. How many tasks there are.
///
/// # Errors
/// `BadInput access.reason.missing`, `display.words`, `display.recall.day`; `Conflict display.recall.twice`.
pub async fn call(
    db: &Db,
    who: &str,
    campaign: &str,
    reason: &str,
    due_on: Date,
    owners: &BTreeMap<String, String>,
) -> Result<(String, u32), Refusal> {
    reasoned(reason)?;
    let campaign = words(campaign, 1, 60, ("主题", "the campaign"))?;
    write_tx!(db, |tx| {
        let today = day(tx.now_us());
        if due_on < today {
            return Err(Refusal::bad_input("display.recall.day", "期限须为今天或以后", "the day lies from today on"));
        }
        let id = crate::kept::id(tx, "CH", who, campaign);
        let sql = "insert into display_recall (id, campaign, reason, due_on, who, at_us) values ($1, $2, $3, $4, $5, $6)
                   on conflict (campaign) do nothing";
        if tx.execute(sql, args![&id, campaign, reason.trim(), due_on, who, tx.now_us()]).await? == 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "display.recall.twice",
                format!("“{campaign}”已在撤换；请查看撤换清单"),
                format!("{campaign} is called back already; look at its list"),
            ));
        }
        let sql = "select id, outlet, partner, territory, asked_by from display_asset where campaign = $1 and state = 'placed' order by id";
        let pieces = tx.query(sql, args![campaign]).await?;
        for row in &pieces {
            let (outlet, asked_by) = (row.string("outlet")?, row.string("asked_by")?);
            let owner = owners.get(&outlet).unwrap_or(&asked_by);
            let sql = "insert into display_recall_task (recall, asset, outlet, partner, territory, owner, state, photo, done_by)
                       values ($1, $2, $3, $4, $5, $6, 'open', '', '')";
            let values = args![&id, row.text("id")?, &outlet, row.text("partner")?, row.text("territory")?, owner];
            tx.execute(sql, values).await?;
        }
        let after = json!({ "campaign": campaign, "due_on": due_on.to_string(), "pieces": pieces.len() });
        tx.audit(Entry::new(who, "pop.recall_campaign", "display_recall", &id).after(after.to_string()).reason(reason.trim()));
        Ok((id, pieces.len() as u32))
    })
}

/// A piece was taken away: its place is shown without it, and its task is done. The piece's version afterwards.
///
/// # Errors
/// `NotFound display.none`; as [`acts::act`].
pub async fn done(db: &Db, sight: &Sight, who: &str, recall: &str, asset: &str, version: u32, photo: &str) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let sql = "select r.reason from display_recall_task t join display_recall r on r.id = t.recall
                   where t.recall = $1 and t.asset = $2 and t.state = 'open'";
        let row = tx.query_opt(sql, args![recall, asset]).await?.ok_or_else(|| none(NOUN, asset))?;
        let reason = row.string("reason")?;
        acts::inside(tx, sight, who, asset, version, &Act::Recall { photo, reason: &reason }).await
    })
}

/// Campaigns that are called back, the newest first, with how many tasks a sight sees.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight) -> Result<Vec<Recall>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = sight.wheres("t", false, &mut values);
    let sql = format!(
        "select r.*, (select count(*) from display_recall_task t where t.recall = r.id and {within}) as tasks,
                (select count(*) from display_recall_task t where t.recall = r.id and t.state = 'open' and {within}) as remaining
         from display_recall r order by r.at_us desc, r.id"
    );
    let of = |row: &Row| {
        Ok(Recall {
            id: row.string("id")?,
            campaign: row.string("campaign")?,
            reason: row.string("reason")?,
            due_on: row.parse("due_on")?,
            who: row.string("who")?,
            at_us: row.int("at_us")?,
            tasks: row.count("tasks")?,
            open: row.count("remaining")?,
        })
    };
    tx.query(sql, &values).await?.iter().map(of).collect()
}

/// Tasks of a recall, or of all; of one outlet, and only open ones, where that is asked. By outlet.
///
/// # Errors
/// The database does not answer.
pub async fn tasks(tx: &mut Tx, sight: &Sight, recall: &str, outlet: &str, open: bool) -> Result<Vec<Task>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("t", false, &mut values)];
    for (column, value) in [("recall", recall), ("outlet", outlet)] {
        if !value.is_empty() {
            wheres.push(format!("t.{column} = {}", mark(&mut values, value)));
        }
    }
    if open {
        wheres.push("t.state = 'open'".to_owned());
    }
    let sql = format!(
        "select t.*, a.version, a.place, r.due_on from display_recall_task t join display_asset a on a.id = t.asset
         join display_recall r on r.id = t.recall where {} order by t.outlet, t.asset",
        wheres.join(" and ")
    );
    let of = |row: &Row| {
        Ok(Task {
            recall: row.string("recall")?,
            asset: row.string("asset")?,
            version: row.count("version")?,
            place: row.string("place")?,
            outlet: row.string("outlet")?,
            owner: row.string("owner")?,
            due_on: row.parse("due_on")?,
            state: row.string("state")?,
            photo: row.string("photo")?,
            done_by: row.string("done_by")?,
            done_on: row.opt_parse("done_on")?,
        })
    };
    tx.query(sql, &values).await?.iter().map(of).collect()
}
