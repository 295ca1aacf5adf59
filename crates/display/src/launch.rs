//! 新品上市包 (R7.128): the material of a new product that must stand at chosen outlets by a day; each piece is a task of whoever looks after the outlet, and a
//! photo closes it.
//!
//! Placed ÷ planned is counted from the tasks. A launch that is closed asks for nothing more; its tasks stay as they are.

use crate::Sight;
use crate::kept::{bug, id, none, photo, state, words};
use crate::places::Catalogue;
use crate::pop::acts::At;
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeSet;

const NOUN: (&str, &str) = ("新品上市包", "launch kit");
const TASK: (&str, &str) = ("上市投放任务", "task of a launch");
/// Most pieces of a kit, and outlets of a launch.
const MOST_ITEMS: usize = 10;
const MOST_OUTLETS: usize = 2_000;

/// A launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Product code.
    pub product: String,
    /// What the launch is called.
    pub name: String,
    /// Area, a division code.
    pub territory: String,
    /// Kind of material and place of each piece.
    pub items: Vec<(String, String)>,
    /// By when everything stands.
    pub due_on: Date,
    /// open, closed.
    pub state: String,
    /// Who made it.
    pub made_by: String,
    /// Why it was closed.
    pub note: String,
    /// Pieces that are planned.
    pub planned: u32,
    /// Pieces that stand.
    pub placed: u32,
}

/// Where a kit goes.
#[derive(Debug, Clone, Copy)]
pub struct Goes<'a> {
    /// The outlet.
    pub at: At<'a>,
    /// Its type: a place it does not have gets nothing.
    pub outlet_type: &'a str,
    /// Who sees to it.
    pub owner: &'a str,
}

/// A launch to be made.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Product code.
    pub product: &'a str,
    /// What the launch is called.
    pub name: &'a str,
    /// Area, a division code.
    pub territory: &'a str,
    /// Kind of material and place of each piece.
    pub items: &'a [(String, String)],
    /// By when everything stands.
    pub due_on: Date,
    /// Outlets.
    pub outlets: &'a [Goes<'a>],
}

/// Makes a launch with a task for each piece at each outlet that has its place. Its id, and how many tasks there are.
///
/// # Errors
/// `BadInput display.words`, `display.material`, `display.place`, `display.place.kind`, `display.launch.items`, `display.launch.outlets`,
/// `display.launch.day`.
pub async fn make(db: &Db, catalogue: &Catalogue, who: &str, key: &str, new: &New<'_>) -> Result<Done<(String, u32)>, Refusal> {
    let name = words(new.name, 2, 60, ("名称", "the name"))?;
    check(catalogue, new)?;
    write_tx!(db, |tx| {
        if new.due_on < day(tx.now_us()) {
            return Err(Refusal::bad_input("display.launch.day", "期限须为今天或以后", "the day lies from today on"));
        }
        let outlets: Vec<&str> = new.outlets.iter().map(|goes| goes.at.outlet).collect();
        let body = json!([new.product, name, new.territory, new.items, new.due_on.to_string(), outlets]).to_string();
        let claim = match keys::begin::<(String, u32)>(tx, &format!("display_launch/{who}"), key, body.as_bytes()).await? {
            Begun::Same(made) => return Ok(Done::Already(made)),
            Begun::Fresh(claim) => claim,
        };
        let id = id(tx, "SS", who, key);
        let sql = "insert into display_launch (id, version, product, name, territory, items, due_on, state, made_by, note, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, 'open', $7, '', $8)";
        let values = args![&id, new.product, name, new.territory, json!(new.items).to_string(), new.due_on, who, tx.now_us()];
        tx.execute(sql, values).await?;
        let mut tasks = 0;
        for goes in new.outlets {
            for (material, place) in new.items {
                if !catalogue.place(place)?.exists_at(goes.outlet_type) {
                    continue;
                }
                let sql =
                    "insert into display_launch_task (launch, outlet, material, place, partner, territory, owner, state, photo, done_by)
                           values ($1, $2, $3, $4, $5, $6, $7, 'open', '', '')";
                let At { outlet, partner, territory } = goes.at;
                tx.execute(sql, args![&id, outlet, material, place, partner, territory, goes.owner]).await?;
                tasks += 1;
            }
        }
        if tasks == 0 {
            return Err(outlets_wrong());
        }
        tx.audit(Entry::new(who, "display_launch.make", "display_launch", &id).after(body));
        claim.finish(tx, (id, tasks)).await
    })
}

fn check(catalogue: &Catalogue, new: &New<'_>) -> Result<(), Refusal> {
    let places: BTreeSet<&String> = new.items.iter().map(|(_, place)| place).collect();
    if new.items.is_empty() || new.items.len() > MOST_ITEMS || places.len() != new.items.len() {
        return Err(Refusal::bad_input(
            "display.launch.items",
            format!("上市包须有 1 至 {MOST_ITEMS} 件物料，每个位置一件；请修改"),
            format!("a kit has 1 to {MOST_ITEMS} pieces, one for a place; change it"),
        ));
    }
    for (material, place) in new.items {
        let (material, place) = (catalogue.material(material)?, catalogue.place(place)?);
        if !place.takes.contains(&material.id) {
            return Err(Refusal::bad_input(
                "display.place.kind",
                format!("{}不能放在{}；请另选物料或位置", material.name.zh, place.name.zh),
                format!("{} does not go to {}; choose another kind or place", material.name.en, place.name.en),
            ));
        }
    }
    let distinct: BTreeSet<&str> = new.outlets.iter().map(|goes| goes.at.outlet).collect();
    if distinct.is_empty() || distinct.len() != new.outlets.len() || distinct.len() > MOST_OUTLETS {
        return Err(outlets_wrong());
    }
    Ok(())
}

fn outlets_wrong() -> Refusal {
    Refusal::bad_input(
        "display.launch.outlets",
        format!("请选择 1 至 {MOST_OUTLETS} 个有相应位置的网点，每个一次"),
        format!("choose 1 to {MOST_OUTLETS} outlets that have these places, each once"),
    )
}

/// A piece stands: a photo shows it.
///
/// # Errors
/// `NotFound display.none`; `BadInput display.photo`; `Conflict display.state` where it stands already or the launch is closed.
pub async fn placed(db: &Db, sight: &Sight, who: &str, launch: &str, outlet: &str, place: &str, shown: &str) -> Result<(), Refusal> {
    let shown = photo(shown)?;
    write_tx!(db, |tx| {
        let mut values: Vec<Value> = args![launch, outlet, place].to_vec();
        let wheres = sight.wheres("t", false, &mut values);
        let sql = format!(
            "select t.state, l.state as launch_state from display_launch_task t join display_launch l on l.id = t.launch
             where t.launch = $1 and t.outlet = $2 and t.place = $3 and {wheres}"
        );
        let row = tx.query_opt(sql, &values).await?.ok_or_else(|| none(TASK, launch))?;
        if row.text("launch_state")? != "open" {
            return Err(stands(launch));
        }
        let sql = "update display_launch_task set state = 'done', photo = $4, done_by = $5, done_on = $6
                   where launch = $1 and outlet = $2 and place = $3 and state = 'open'";
        let today = day(tx.now_us());
        if tx.execute(sql, args![launch, outlet, place, shown, who, today]).await? == 0 {
            return Err(state("这件物料已登记投放；请刷新", "this piece is noted as placed already; reload"));
        }
        let after = json!({ "outlet": outlet, "place": place, "photo": shown }).to_string();
        tx.audit(Entry::new(who, "display_launch.place", "display_launch", launch).after(after));
        Ok(())
    })
}

/// Closes a launch. The version afterwards.
///
/// # Errors
/// `NotFound display.none`; `BadInput access.reason.missing`; `Conflict display.state`, `platform.db.stale`.
pub async fn close(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, reason: &str) -> Result<u32, Refusal> {
    reasoned(reason)?;
    write_tx!(db, |tx| {
        let mut values: Vec<Value> = args![id].to_vec();
        let wheres = sight.wheres_of_area("l", &mut values);
        let sql = format!("select l.state from display_launch l where l.id = $1 and {wheres} {{for_update}}");
        let before = tx.query_opt(sql, &values).await?.ok_or_else(|| none(NOUN, id))?.string("state")?;
        if before != "open" {
            return Err(stands(id));
        }
        let sql =
            "update display_launch set state = 'closed', note = $3, changed_us = $4, version = version + 1 where id = $1 and version = $2";
        tx.execute_versioned("新品上市包 launch", id, sql, args![id, version, reason.trim(), tx.now_us()]).await?;
        tx.audit(Entry::new(who, "display_launch.close", "display_launch", id).before(before).after("closed").reason(reason.trim()));
        Ok(version + 1)
    })
}

fn stands(id: &str) -> Refusal {
    state(format!("上市包 {id} 已关闭；请刷新"), format!("launch {id} is closed; reload"))
}

/// Launches of areas within a sight, the next due first; closed ones last.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight) -> Result<Vec<Launch>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = sight.wheres_of_area("l", &mut values);
    let sql = format!(
        "select l.*, (select count(*) from display_launch_task t where t.launch = l.id) as planned,
                (select count(*) from display_launch_task t where t.launch = l.id and t.state = 'done') as placed
         from display_launch l where {within} order by case when l.state = 'open' then 0 else 1 end, l.due_on, l.id"
    );
    let of = |row: &Row| {
        Ok(Launch {
            id: row.string("id")?,
            version: row.count("version")?,
            product: row.string("product")?,
            name: row.string("name")?,
            territory: row.string("territory")?,
            items: serde_json::from_str(row.text("items")?).map_err(|error| bug(&error.to_string()))?,
            due_on: row.parse("due_on")?,
            state: row.string("state")?,
            made_by: row.string("made_by")?,
            note: row.string("note")?,
            planned: row.count("planned")?,
            placed: row.count("placed")?,
        })
    };
    tx.query(sql, &values).await?.iter().map(of).collect()
}

/// A piece that is to stand at an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Launch.
    pub launch: String,
    /// What it is called.
    pub name: String,
    /// Outlet.
    pub outlet: String,
    /// Kind of material.
    pub material: String,
    /// Place.
    pub place: String,
    /// Who sees to it.
    pub owner: String,
    /// Since when.
    pub since: Date,
    /// By when.
    pub due_on: Date,
    /// open, done.
    pub state: String,
    /// Photo, by SHA-256; empty for none.
    pub photo: String,
    /// Who placed it.
    pub done_by: String,
    /// When.
    pub done_on: Option<Date>,
}

impl Task {
    /// Whether it should stand already.
    pub fn is_late(&self, today: Date) -> bool {
        self.state == "open" && self.due_on < today
    }
}

/// Which tasks. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Launch.
    pub launch: String,
    /// Outlet.
    pub outlet: String,
    /// Owner.
    pub owner: String,
    /// Only those still to be done, of launches that are open.
    pub open: bool,
}

/// Tasks within a sight, by the day they are due and outlet.
///
/// # Errors
/// The database does not answer.
pub async fn tasks(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Vec<Task>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("t", false, &mut values)];
    for (column, value) in [("launch", &query.launch), ("outlet", &query.outlet), ("owner", &query.owner)] {
        if !value.is_empty() {
            wheres.push(format!("t.{column} = {}", mark(&mut values, value)));
        }
    }
    if query.open {
        wheres.push("t.state = 'open' and l.state = 'open'".to_owned());
    }
    let sql = format!(
        "select t.*, l.name, l.due_on, l.changed_us from display_launch_task t join display_launch l on l.id = t.launch
         where {} order by l.due_on, t.outlet, t.launch, t.place",
        wheres.join(" and ")
    );
    let of = |row: &Row| {
        Ok(Task {
            launch: row.string("launch")?,
            name: row.string("name")?,
            outlet: row.string("outlet")?,
            material: row.string("material")?,
            place: row.string("place")?,
            owner: row.string("owner")?,
            since: day(row.int("changed_us")?),
            due_on: row.parse("due_on")?,
            state: row.string("state")?,
            photo: row.string("photo")?,
            done_by: row.string("done_by")?,
            done_on: row.opt_parse("done_on")?,
        })
    };
    tx.query(sql, &values).await?.iter().map(of).collect()
}
