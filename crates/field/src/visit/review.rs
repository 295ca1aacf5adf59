//! A supervisor looks at visits.

use super::list::Sight;
use super::store::{House, get};
use super::{Counts, State, facts};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::Db;
use qudao_platform::{args, write_tx};
use serde_json::json;

/// What a supervisor decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Whether the visit counts.
    pub counts: bool,
    /// Why.
    pub reason: &'a str,
}

/// A supervisor decides whether a reported visit counts, having looked at all its flags (N44). The version after it.
///
/// # Errors
/// `NotFound field.visit.none`; `Conflict platform.db.stale`, `field.visit.state`; `Forbidden field.visit.own`; `BadInput field.reason`.
pub async fn decide(
    db: &Db,
    house: &House<'_>,
    sight: &Sight,
    who: &str,
    (id, version): (&str, u32),
    decision: &Decision<'_>,
) -> Result<u32, Refusal> {
    let reason = crate::reason(decision.reason)?;
    write_tx!(db, |tx| {
        let (mut visit, _) = get(tx, house, sight, id).await?;
        if same_hand(who, &visit.manager) {
            return Err(Refusal::new(Kind::Forbidden, "field.visit.own", "不能审阅自己的拜访", "nobody looks at a visit of their own"));
        }
        if !matches!(visit.state, State::Reported | State::Reviewed) {
            return Err(Refusal::new(
                Kind::Conflict,
                "field.visit.state",
                format!("拜访 {id} 还没有报告完；请等内容到齐"),
                format!("visit {id} is not reported yet; wait until all of it came"),
            ));
        }
        let before = visit.counts;
        (visit.version, visit.counts) = (version + 1, if decision.counts { Counts::Yes } else { Counts::No });
        let sql =
            "update field_visit set version = version + 1, state = 'reviewed', counts = $3, decided_by = $4, decided_us = $5, reason = $6,
                       changed_us = $5 where id = $1 and version = $2";
        tx.execute_versioned("拜访 visit", id, sql, args![id, version, visit.counts.name(), who, tx.now_us(), reason]).await?;
        tx.execute("update field_flag set seen = 1 where visit = $1", args![id]).await?;
        facts::send(tx, &visit).await?;
        let states = |counts: Counts| json!({ "counts": counts.name() }).to_string();
        tx.audit(Entry::new(who, "visit.review", "visit", id).before(states(before)).after(states(visit.counts)).reason(reason));
        Ok(version + 1)
    })
}
