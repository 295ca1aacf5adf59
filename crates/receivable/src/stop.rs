//! 停供 on a ground of its own, besides what is overdue (R7.300): a decision elsewhere in the house orders it from a day on, and its end lifts it.
//!
//! Invariants
//! - A ground stops one partner, from a day on that is told; a stop that was lifted stays on record.
//! - Whoever asks whether a partner is supplied ([`crate::account::may_supply`]) hears of both.

use crate::Debtor;
use qudao_kernel::{Date, Refusal, Text};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Row, Tx};
use serde_json::json;

/// A stop to be ordered.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Whom it stops.
    pub debtor: Debtor<'a>,
    /// What it rests on: the number of a case.
    pub ground: &'a str,
    /// Why, as whoever is refused reads it.
    pub why: &'a Text,
    /// First day.
    pub from: Date,
}

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Whom it stops.
    pub partner: String,
    /// What it rests on.
    pub ground: String,
    /// Why.
    pub why: Text,
    /// First day.
    pub from: Date,
}

/// Orders a stop; one on the same ground takes the place of the one there.
///
/// # Errors
/// The database does not answer.
pub async fn order(tx: &mut Tx, who: &str, new: &New<'_>) -> Result<(), Refusal> {
    let New { debtor, ground, why, from } = *new;
    let sql =
        "insert into receivable_stop (ground, partner, territory, zh, en, from_day, who, at_us) values ($1, $2, $3, $4, $5, $6, $7, $8)
               on conflict (ground) do update set zh = excluded.zh, en = excluded.en, from_day = excluded.from_day, lifted_on = null,
                   who = excluded.who, at_us = excluded.at_us";
    tx.execute(sql, args![ground, debtor.partner, debtor.territory, &why.zh, &why.en, from, who, tx.now_us()]).await?;
    let after = json!({ "ground": ground, "from": from.to_string() });
    tx.audit(Entry::new(who, "supply.stop", "partner", debtor.partner).after(after.to_string()).reason(&why.zh));
    Ok(())
}

/// Lifts what rests on a ground; nothing where nothing does.
///
/// # Errors
/// The database does not answer.
pub async fn lift(tx: &mut Tx, who: &str, ground: &str, day: Date) -> Result<(), Refusal> {
    let sql = "select partner from receivable_stop where ground = $1 and lifted_on is null";
    let Some(row) = tx.query_opt(sql, args![ground]).await? else { return Ok(()) };
    let partner = row.string("partner")?;
    tx.execute("update receivable_stop set lifted_on = $2 where ground = $1", args![ground, day]).await?;
    let after = json!({ "ground": ground, "lifted_on": day.to_string() });
    tx.audit(Entry::new(who, "supply.resume", "partner", &partner).after(after.to_string()));
    Ok(())
}

/// Stops in force on a day, by partner; of one partner, or of all.
///
/// # Errors
/// The database does not answer.
pub async fn in_force(tx: &mut Tx, partner: &str, today: Date) -> Result<Vec<Stop>, Refusal> {
    let sql = "select * from receivable_stop where ($1 = '' or partner = $1) and from_day <= $2 and lifted_on is null
               order by partner, from_day, ground";
    let stop = |row: &Row| {
        Ok(Stop {
            partner: row.string("partner")?,
            ground: row.string("ground")?,
            why: Text::new(row.string("zh")?, row.string("en")?),
            from: row.parse("from_day")?,
        })
    };
    tx.query(sql, args![partner, today]).await?.iter().map(stop).collect()
}
