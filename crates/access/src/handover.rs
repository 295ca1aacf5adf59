//! 移交: everything a person holds goes to another from a day on, in one action (R2.2): one transaction, one audit entry for each grant.

use crate::caller::Grant;
use crate::people;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::pin::Pin;

/// A hand-over, as what else is somebody's is told of it.
#[derive(Debug, Clone, Copy)]
pub struct Passing<'a> {
    /// Who hands over, as audit entries name them.
    pub who: &'a str,
    /// Whose it was.
    pub giver: &'a str,
    /// Whose it becomes.
    pub taker: &'a str,
    /// From this day on.
    pub on: Date,
    /// Why.
    pub reason: &'a str,
}

/// What passing on comes to.
pub type Passed<'a> = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send + 'a>>;

/// Something besides roles that is somebody's and goes with them, in the same transaction.
pub trait PassOn: Sync {
    /// Passes it on.
    fn pass_on<'a>(&'a self, tx: &'a mut Tx, passing: &'a Passing<'a>) -> Passed<'a>;
}

/// What becomes of one grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The grant as it is.
    pub grant: Grant,
    /// First day the other holds it.
    pub from: Date,
    /// First day they no longer do.
    pub to: Option<Date>,
    /// Whether the other holds the same on one of these days already, so that nothing is given.
    pub held: bool,
}

/// What a hand-over on a day would do.
///
/// # Errors
/// `NotFound access.person.missing`, `BadInput access.handover.self`.
pub async fn preview(tx: &mut Tx, giver: &str, taker: &str, on: Date) -> Result<Vec<Move>, Refusal> {
    if giver == taker {
        return Err(Refusal::bad_input("access.handover.self", "不能移交给本人；请选择接手人", "choose somebody else to take over"));
    }
    let (from, to) = (people::found(tx, giver).await?, people::found(tx, taker).await?);
    let moving = from.grants.into_iter().filter(|grant| grant.to.is_none_or(|end| on < end && grant.from < end));
    Ok(moving
        .map(|grant| {
            let first = on.max(grant.from);
            let shares = |held: &Grant| grant.to.is_none_or(|end| held.from < end) && held.to.is_none_or(|end| first < end);
            let held = to.grants.iter().any(|held| held.role == grant.role && held.over == grant.over && shares(held));
            Move { from: first, to: grant.to, held, grant }
        })
        .collect())
}

/// Hands over, with what else goes along. `seen` are the ids of the grants the preview showed. Returns what was done.
///
/// # Errors
/// As [`preview`]; `Conflict access.handover.changed` if other grants would move than were seen, `BadInput access.handover.nothing`,
/// `access.handover.day` for a day that is over.
pub async fn hand_over(db: &Db, passing: &Passing<'_>, seen: &[String], along: &[&dyn PassOn]) -> Result<Vec<Move>, Refusal> {
    let Passing { who, giver, taker, on, reason } = *passing;
    people::reasoned(reason)?;
    write_tx!(db, |tx| {
        if on < crate::sessions::day(tx.now_us()) {
            return Err(Refusal::bad_input("access.handover.day", "移交日期不能早于今天", "a hand-over begins today or later"));
        }
        // In the order of their logins, so that two hand-overs crosswise do not wait for each other.
        let mut both = [giver, taker];
        both.sort_unstable();
        for login in both {
            people::lock(tx, login).await?;
        }
        let moves = preview(tx, giver, taker, on).await?;
        let ids: Vec<&String> = moves.iter().map(|step| &step.grant.id).collect();
        if ids.len() != seen.len() || !ids.iter().all(|id| seen.contains(id)) {
            return Err(Refusal::new(
                Kind::Conflict,
                "access.handover.changed",
                "要移交的角色已有变化；请重新预览后再确认",
                "what would be handed over has changed; look at it again, then confirm",
            ));
        }
        if moves.is_empty() {
            return Err(Refusal::bad_input(
                "access.handover.nothing",
                format!("{giver} 从这天起没有可移交的角色"),
                format!("{giver} holds nothing from that day on"),
            ));
        }
        let sql = "select count(*) as n from access_grant where login = $1";
        let mut number = tx.query_one(sql, args![taker]).await?.int("n")?;
        for step in &moves {
            let Grant { id, role, over, .. } = &step.grant;
            tx.execute("update access_grant set effective_to = $2 where id = $1", args![id, step.from]).await?;
            let mut given = None;
            if !step.held {
                number += 1;
                let new = format!("grant_{taker}_{number}");
                let sql = "insert into access_grant (id, login, role, over, effective_from, effective_to) values ($1, $2, $3, $4, $5, $6)";
                tx.execute(sql, args![&new, taker, role, over, step.from, step.to]).await?;
                given = Some(new);
            }
            let before = json!({ "login": giver, "grant": id, "role": role, "over": over });
            let after = json!({ "login": taker, "grant": given, "from": step.from.to_string(), "to": step.to.map(|to| to.to_string()) });
            tx.audit(
                Entry::new(who, "person.hand_over", "person", giver).before(before.to_string()).after(after.to_string()).reason(reason),
            );
        }
        crate::duties::pass_on(tx, giver, taker, on).await?;
        for other in along {
            other.pass_on(tx, passing).await?;
        }
        Ok(moves)
    })
}
