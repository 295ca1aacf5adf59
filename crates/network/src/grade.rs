//! 受理权限等级: which business a partner may accept, from a day on, by approval (R1.9).

use crate::act::Act;
use crate::life;
use qudao_kernel::{Date, Refusal, Text};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::Tx;
use serde_json::json;

/// A grade from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// From this day on.
    pub from: Date,
    /// a, b or c.
    pub grade: String,
    /// The application it was approved by.
    pub application: String,
    /// Who carried it out.
    pub who: String,
}

/// Gives a partner a grade from a day on.
///
/// # Errors
/// `Conflict network.day.closed`; as [`life::may_take`].
pub async fn put(tx: &mut Tx, act: &Act<'_>, partner: &str, grade: &str, from: Date) -> Result<Text, Refusal> {
    act.open(from)?;
    life::may_take(tx, partner, from).await?;
    let before = on(tx, partner, from).await?;
    let sql = "insert into network_grade (partner, from_day, grade, application, who, at_us) values ($1, $2, $3, $4, $5, $6)
               on conflict (partner, from_day) do update set grade = excluded.grade, application = excluded.application, who = excluded.who,
                   at_us = excluded.at_us";
    tx.execute(sql, args![partner, from, grade, act.application, act.who, tx.now_us()]).await?;
    let mut entry = Entry::new(act.who, "partner.acceptance_grade", "partner", partner)
        .after(json!({ "grade": grade, "from": from.to_string() }).to_string())
        .reason(act.note());
    if let Some(before) = before {
        entry = entry.before(json!({ "grade": before.grade, "from": before.from.to_string() }).to_string());
    }
    tx.audit(entry);
    let shown = grade.to_uppercase();
    Ok(Text::new(
        format!("{partner} 自 {from} 起受理权限为 {shown} 级"),
        format!("the acceptance grade of {partner} is {shown} from {from} on"),
    ))
}

/// The grade of a partner on a day; nothing for one that has none.
///
/// # Errors
/// The database does not answer.
pub async fn on(tx: &mut Tx, partner: &str, day: Date) -> Result<Option<Grade>, Refusal> {
    Ok(history(tx, partner).await?.into_iter().rfind(|grade| grade.from <= day))
}

/// The grades of a partner, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, partner: &str) -> Result<Vec<Grade>, Refusal> {
    let rows = tx.query("select * from network_grade where partner = $1 order by from_day", args![partner]).await?;
    let grade = |row: &qudao_platform::Row| {
        Ok(Grade {
            from: row.parse("from_day")?,
            grade: row.string("grade")?,
            application: row.string("application")?,
            who: row.string("who")?,
        })
    };
    rows.iter().map(grade).collect()
}
