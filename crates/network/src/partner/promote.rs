//! A partner becomes one of another tier from a day on, by approval (R4.15): rights and rates follow the tier.

use crate::act::{Act, not_in_force};
use crate::life;
use crate::roster::{self, By};
use qudao_kernel::master::Partner;
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::db::Tx;

/// Makes a partner one of a tier from a day on. One that hangs under nobody keeps hanging there.
///
/// # Errors
/// `Conflict network.day.closed`, `network.partner.tier` for one that is of the tier already; as [`life::may_take`].
pub async fn promote(tx: &mut Tx, act: &Act<'_>, partner: &str, tier: &str, from: Date) -> Result<Text, Refusal> {
    act.open(from)?;
    roster::lock_all(tx).await?;
    life::may_take(tx, partner, from).await?;
    let record = roster::get::<Partner>(tx, partner).await?;
    let row =
        record.as_ref().and_then(|record| roster::on(record, from)).ok_or_else(|| not_in_force(("代理商", "partner"), partner, from))?;
    if row.tier == tier {
        return Err(Refusal::new(
            Kind::Conflict,
            "network.partner.tier",
            format!("代理商 {partner} 在 {from} 已是{tier}；请核对提名"),
            format!("the partner {partner} is {tier} on {from} already; check the nomination"),
        ));
    }
    let note = act.note();
    let of_tier = |row: Partner| Partner { tier: tier.to_owned(), ..row };
    roster::amend::<Partner>(tx, By { who: act.who, reason: &note }, partner, from, of_tier).await?;
    Ok(Text::new(format!("{partner} 自 {from} 起为{tier}"), format!("{partner} is {tier} from {from} on")))
}
