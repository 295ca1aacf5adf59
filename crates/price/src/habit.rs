//! 店家定价惯例 (R7.285): how an outlet sets its prices.

use crate::kept::{names, words};
use qudao_kernel::Refusal;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;

/// A habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Prices end in 8 or 9.
    Ends,
    /// By a margin.
    Margin,
    /// As the neighbours do.
    Follow,
    /// Without a rule.
    Free,
}
names!(Habit { Ends "ends_8_9", Margin "margin", Follow "follow", Free "free" });

/// What is known of an outlet's habit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Version, for the next change.
    pub version: u32,
    /// The habit.
    pub habit: Habit,
    /// In words.
    pub note: String,
    /// Who noted it.
    pub who: String,
}

/// Notes an outlet's habit, on the version that was seen; 0 for none. The version afterwards.
///
/// # Errors
/// `BadInput price.words`; `Conflict platform.db.stale`.
pub async fn note(db: &Db, who: &str, outlet: &str, version: u32, habit: Habit, note: &str) -> Result<u32, Refusal> {
    let note = words(note, 0, 200, ("说明", "a note"))?;
    write_tx!(db, |tx| {
        let before = of_outlet(tx, outlet).await?.map(|known| known.habit.name());
        if version == 0 {
            let sql = "insert into price_habit (outlet, version, habit, note, who, changed_us) values ($1, 1, $2, $3, $4, $5)
                       on conflict (outlet) do nothing";
            tx.execute_versioned("定价惯例 habit", outlet, sql, args![outlet, habit.name(), note, who, tx.now_us()]).await?;
        } else {
            let sql = "update price_habit set habit = $3, note = $4, who = $5, changed_us = $6, version = version + 1
                       where outlet = $1 and version = $2";
            tx.execute_versioned("定价惯例 habit", outlet, sql, args![outlet, version, habit.name(), note, who, tx.now_us()]).await?;
        }
        let entry = Entry::new(who, "price_habit.note", "outlet", outlet).after(json!({ "habit": habit.name(), "note": note }).to_string());
        tx.audit(match before {
            Some(before) => entry.before(json!({ "habit": before }).to_string()),
            None => entry,
        });
        Ok(version + 1)
    })
}

/// What is known of an outlet's habit.
///
/// # Errors
/// The database does not answer.
pub async fn of_outlet(tx: &mut Tx, outlet: &str) -> Result<Option<Known>, Refusal> {
    let row = tx.query_opt("select * from price_habit where outlet = $1", args![outlet]).await?;
    row.map(|row| {
        Ok(Known { version: row.count("version")?, habit: row.parse("habit")?, note: row.string("note")?, who: row.string("who")? })
    })
    .transpose()
}
