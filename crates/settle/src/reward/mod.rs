//! Rewards (R8.43): what an approved application gives partners stands in the statements of the month that is published next.
//!
//! A publication takes all rewards approved before it began ([`take`]); they are stated once it is done ([`stated`]). One that broke off is
//! done again with what it took then, for what it has posted must be posted again as it was; what was approved meanwhile is for the next month.
//! Invariant: a reward that is not approved is in no statement; an approved one is in exactly one.

#[cfg(test)]
mod tests;

use crate::period;
use crate::statement::{Adjustment, AdjustmentKind};
use qudao_kernel::{Fen, Month, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What an approved application gives a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reward {
    /// Number of the application.
    pub application: String,
    /// Which row of its list, from 1.
    pub place: u32,
    /// Who gets it.
    pub partner: String,
    /// How much.
    pub amount: Fen,
    /// What for, for the partner.
    pub text: String,
}

/// Adjustments by partner.
pub type ByPartner = BTreeMap<String, Vec<Adjustment>>;

impl Reward {
    fn state(self, all: &mut ByPartner) {
        let Self { application, partner, amount, text, .. } = self;
        all.entry(partner).or_default().push(Adjustment { code: application, text, amount, kind: AdjustmentKind::Reward });
    }
}

/// Applications whose rewards a publication has taken.
///
/// # Errors
/// The database does not answer.
pub async fn taken(tx: &mut Tx) -> Result<BTreeSet<String>, Refusal> {
    let rows = tx.query("select distinct application from settle_reward", args![]).await?;
    rows.iter().map(|row| row.string("application")).collect()
}

/// A month that is being published takes approved rewards into its statements. What was taken before stays where it is.
///
/// # Errors
/// The database does not answer.
pub async fn take(db: &Db, month: Month, approved: &[Reward]) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let who = period::by(tx, month).await?;
        for reward in approved {
            let sql = "insert into settle_reward (application, place, partner, amount, text, post_in, taken_at_us)
                       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
            let Reward { application, place, partner, amount, text } = reward;
            if tx.execute(sql, args![application, *place, partner, amount.0, text, month, tx.now_us()]).await? > 0 {
                let after = json!({ "place": place, "partner": partner, "amount": amount.0, "post_in": month.to_string() });
                tx.audit(Entry::new(&who, "reward.take", "reward", application).after(after.to_string()));
            }
        }
        Ok(())
    })
}

/// Rewards that stand in the statements of a month, or will once it is published: those it took, and with `approved` those it would take if
/// it were published now.
///
/// # Errors
/// The database does not answer.
pub async fn adjustments(tx: &mut Tx, month: Month, approved: Vec<Reward>) -> Result<ByPartner, Refusal> {
    let sql =
        "select * from settle_reward where stated_in = $1 or (stated_in is null and post_in <= $1) order by partner, application, place";
    let mut all = ByPartner::new();
    for row in tx.query(sql, args![month]).await? {
        of_row(&row)?.state(&mut all);
    }
    for reward in approved {
        reward.state(&mut all);
    }
    Ok(all)
}

/// The statements of a month are published: the rewards in them stand in no other.
pub(crate) async fn stated(tx: &mut Tx, who: &str, month: Month) -> Result<(), Refusal> {
    let sql = "update settle_reward set stated_in = $1, post_in = $1 where stated_in is null and post_in <= $1
               returning application, place, partner, amount";
    for row in tx.query(sql, args![month]).await? {
        let after = json!({
            "place": row.int("place")?,
            "partner": row.text("partner")?,
            "amount": row.int("amount")?,
            "stated_in": month.to_string(),
        });
        tx.audit(Entry::new(who, "reward.state", "reward", row.text("application")?).after(after.to_string()));
    }
    Ok(())
}

fn of_row(row: &Row) -> Result<Reward, Refusal> {
    Ok(Reward {
        application: row.string("application")?,
        place: row.count("place")?,
        partner: row.string("partner")?,
        amount: Fen(row.int("amount")?),
        text: row.string("text")?,
    })
}
