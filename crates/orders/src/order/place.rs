//! Where an order is taken, and what refuses it there: a work ID that left or is another's, a partner without agreement or on the blacklist.

use super::Wanted;
use super::store::{Seller, Shop};
use crate::acceptance::store::{self as acceptance, Refused};
use qudao_access::work_ids;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::db::{Db, Tx};

/// Channel category whose outlets need no agreement: they are the operator's.
const OWN: &str = "自有渠道";
/// Most partners above one that are looked at.
const DEEPEST: usize = qudao_kernel::master::MAX_DEPTH;

/// Where an order is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) partner: String,
    pub(super) territory: String,
    pub(super) cooperative: bool,
}

/// Where a seller stands on a day, if they may sell there at all.
pub(super) fn stands(shop: &Shop<'_>, seller: &Seller<'_>, day: Date) -> Result<Spot, Refusal> {
    let Seller { clerk, outlet, .. } = *seller;
    let row = shop.master.outlet(outlet, day).ok_or_else(|| no_outlet(outlet))?;
    if shop.master.clerk(clerk, day).is_none_or(|row| row.outlet != outlet) {
        return Err(forbidden(
            "orders.clerk.left",
            format!("工号 {clerk} 当日不在网点 {outlet}（已离职或调离）；请由在岗店员办理"),
            format!("work ID {clerk} is not at outlet {outlet} on that day: it left or moved; have it taken by somebody who is"),
        ));
    }
    let owner = row.owner.as_str();
    let partner = shop.master.partner(owner, day).ok_or_else(|| {
        forbidden(
            "orders.partner.none",
            format!("代理商 {owner} 当日不在合作中；请联系渠道经理"),
            format!("partner {owner} is not in force on that day; ask the channel manager"),
        )
    })?;
    let mut above = Some(partner);
    for _ in 0..DEEPEST {
        let Some(one) = above else { break };
        if one.blacklisted {
            return Err(forbidden(
                "orders.partner.blacklisted",
                format!("代理商 {} 在黑名单中，不能办理业务；请联系渠道经理", one.code),
                format!("partner {} is blacklisted and takes no orders; ask the channel manager", one.code),
            ));
        }
        above = shop.master.partner(&one.parent, day);
    }
    if row.channel != OWN && shop.master.agreement(owner, day).is_none() {
        return Err(forbidden(
            "orders.agreement.none",
            format!("代理商 {owner} 的协议当日不在有效期内；请先续签"),
            format!("partner {owner} has no agreement in force on that day; renew it first"),
        ));
    }
    Ok(Spot { partner: owner.to_owned(), territory: row.territory.clone(), cooperative: shop.definitions.is_cooperative(partner) })
}

/// Whether the work ID is bound to this person and outlet now.
pub(super) async fn bound(tx: &mut Tx, seller: &Seller<'_>) -> Result<(), Refusal> {
    let Seller { clerk, outlet, login, .. } = *seller;
    match work_ids::bound(tx, clerk).await? {
        Some(held) if held.login == login && held.outlet == outlet => Ok(()),
        Some(held) if held.login == login => Err(forbidden(
            "orders.clerk.elsewhere",
            format!("工号 {clerk} 绑定在网点 {}，不是 {outlet}；请在绑定网点办理", held.outlet),
            format!("work ID {clerk} is bound to outlet {}, not {outlet}; take the order there", held.outlet),
        )),
        Some(_) => Err(forbidden(
            "orders.clerk.another",
            format!("工号 {clerk} 绑定的是另一个人；请使用本人的工号"),
            format!("work ID {clerk} is bound to somebody else; use your own"),
        )),
        None => Err(forbidden(
            "orders.clerk.unbound",
            format!("工号 {clerk} 没有绑定或已停用；请联系系统支撑经理"),
            format!("work ID {clerk} is not bound, or suspended; ask system support"),
        )),
    }
}

pub(super) fn no_outlet(outlet: &str) -> Refusal {
    forbidden(
        "orders.outlet.none",
        format!("网点 {outlet} 当日不在营业；请联系渠道经理"),
        format!("outlet {outlet} is not in force on that day; ask the channel manager"),
    )
}

fn forbidden(code: &'static str, zh: String, en: String) -> Refusal {
    Refusal::new(Kind::Forbidden, code, zh, en)
}

/// Keeps what refused an order, where it is a matter of who may take what.
pub(super) async fn keep_refusal<T: Send>(
    db: &Db,
    shop: &Shop<'_>,
    seller: &Seller<'_>,
    wanted: &Wanted,
    amount: i64,
    day: Date,
    outcome: &Result<T, Refusal>,
) -> Result<(), Refusal> {
    const KEPT: [&str; 8] = [
        "acceptance.",
        "orders.clerk.",
        "orders.partner.",
        "orders.agreement.",
        "orders.identity.",
        "orders.duplicate",
        "orders.card.",
        "orders.outlet.",
    ];
    let Some(refusal) = outcome.as_ref().err().filter(|refusal| KEPT.iter().any(|kept| refusal.code.starts_with(kept))) else {
        return Ok(());
    };
    let row = shop.master.outlet(seller.outlet, day);
    let about = Refused {
        login: seller.login,
        clerk: seller.clerk,
        outlet: seller.outlet,
        partner: row.map_or("", |row| row.owner.as_str()),
        territory: row.map_or("", |row| row.territory.as_str()),
        business: &wanted.business,
        amount,
    };
    acceptance::refused(db, &about, refusal).await
}
