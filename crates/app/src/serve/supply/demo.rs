//! Supply of the demo: offers of two suppliers, pieces in the central store, and orders of the demo's own outlet and others in every state.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::reach;
use super::shop;
use qudao_access::{Over, Scope, Sight, sessions};
use qudao_kernel::master::{Outlet, Product};
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_receivable::Once;
use qudao_supply::back;
use qudao_supply::offer::{self, Wanted};
use qudao_supply::order::{self, Act, Hand, Pieces, Placing};
use std::sync::Arc;

/// Whoever is named where the demo keeps offers, and where it orders.
const WHO: &str = "supply";
const SHOP: &str = "store";
/// Whose outlets do not count as others': they see all below them.
const FAMILY: &str = "partner";
/// Line of handsets.
const HANDSETS: &str = "终端";
/// Suppliers, what they ask beyond or below the catalogue's price, fen, and how many pieces of each model they delivered.
const SUPPLIERS: [(&str, i64, u64); 2] = [("省终端公司", 0, 24), ("社会化采购平台", -600, 8)];
/// Outlets of other partners that may order: more than do, for some are stopped.
const OTHERS: usize = 30;
/// Of the margin, what is guaranteed, per cent.
const GUARANTEED: i64 = 80;
/// Orders: outlet (0 the demo's own, 1 another of its partner, else one of another partner), pieces of the first three offers, and how far it is: 0 placed, 1 accepted, 2 on the way, 3 received, 4 with a return asked for.
const ORDERS: [(usize, [u32; 3], u8); 8] = [
    (0, [2, 1, 0], 4),
    (0, [1, 2, 1], 2),
    (0, [0, 1, 1], 1),
    (0, [1, 0, 0], 0),
    (1, [3, 0, 0], 3),
    (2, [2, 2, 2], 0),
    (3, [1, 0, 1], 3),
    (4, [0, 1, 1], 1),
];

/// Fills a demo in which nothing is offered.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    if !offer::list(&mut desk.db.read().await?, true).await?.is_empty() {
        return Ok(());
    }
    let asker = Asker::of(desk, Lang::Zh).await;
    let offers = offers(desk, &asker).await?;
    let own = sessions::away(&desk.db, SHOP).await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    let partners = sessions::away(&desk.db, FAMILY).await?.grants.into_iter().map(|grant| grant.over).collect();
    let outlets = outlets(&asker, &own, &Scope { partners, ..Scope::default() });
    let mut others = outlets.iter().skip(2);
    for (at, (outlet, pieces, far)) in ORDERS.into_iter().enumerate() {
        let lines = lines(&offers, pieces);
        if outlet < 2 {
            if let Some(outlet) = outlets.get(outlet) {
                order_of(desk, &asker, at, outlet, &lines, far).await?;
            }
            continue;
        }
        for outlet in others.by_ref() {
            if order_of(desk, &asker, at, outlet, &lines, far).await? {
                break;
            }
        }
    }
    super::super::fact_rounds::write_facts(desk).await
}

/// Offers of the catalogue's handsets, and pieces of each. Their numbers, those of the first supplier first.
async fn offers(desk: &Desk, asker: &Asker) -> Result<Vec<String>, Refusal> {
    let handsets: Vec<&Product> = asker
        .master
        .products()
        .filter(|row| row.line == HANDSETS && row.supply_price > Fen::ZERO && row.span.contains(asker.today))
        .collect();
    let mut all = Vec::new();
    let mut next = 1_u64;
    for (turn, (supplier, beyond, many)) in SUPPLIERS.into_iter().enumerate() {
        // The second one has the low end only.
        let some = if turn == 0 { handsets.len() } else { handsets.len() / 2 };
        for (at, row) in handsets.iter().take(some).enumerate() {
            let supply_price = Fen(row.supply_price.0 + beyond);
            let least_margin = Fen((row.retail_price.0 - supply_price.0).max(0) * GUARANTEED / 10_000 * 100);
            let new = Wanted { product: &row.code, supplier, supply_price, suggested_price: row.retail_price, least_margin, open: true };
            let key = format!("demo-offer-{turn}-{at}");
            let id = offer::create(&desk.db, &asker.master, Once { who: WHO, key: &key }, &new, asker.today).await?.into_inner();
            let serials: Vec<String> = (next..next + many).map(imei).collect();
            next += many;
            offer::take_in(&desk.db, Once { who: WHO, key: &key }, &id, &serials).await?;
            all.push(id);
        }
    }
    Ok(all)
}

/// An invented serial with its check digit.
fn imei(number: u64) -> String {
    let body = format!("35000099{number:06}");
    let weigh = |(at, byte): (usize, u8)| {
        let digit = u32::from(byte.saturating_sub(b'0'));
        if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
    };
    let sum: u32 = body.bytes().enumerate().map(weigh).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// The demo's own outlet, another of its partner, and some of other partners, each with an agreement in force.
fn outlets<'a>(asker: &'a Asker, own: &str, family: &Scope) -> Vec<&'a Outlet> {
    let (master, today) = (&asker.master, asker.today);
    let good = |row: &&Outlet| row.span.contains(today) && master.agreement(&row.owner, today).is_some();
    let first = master.outlet(own, today).filter(good);
    let owner = first.map(|row| row.owner.as_str()).unwrap_or_default();
    let siblings = master.outlets().filter(|row| row.owner == owner && row.code != own).filter(good).take(1);
    let others = master.outlets().filter(|row| !reach::covered(Some(&*asker.master), family, Over::Outlet, &row.code, today)).filter(good);
    first.into_iter().chain(siblings).chain(others.take(OTHERS)).collect()
}

fn lines(offers: &[String], pieces: [u32; 3]) -> Vec<Pieces> {
    let wanted = offers.iter().zip(pieces).filter(|(_, pieces)| *pieces > 0);
    wanted.map(|(offer, pieces)| Pieces { offer: offer.clone(), pieces }).collect()
}

/// Places an order and takes it so far; false where the partner is stopped.
async fn order_of(desk: &Desk, asker: &Asker, at: usize, outlet: &Outlet, lines: &[Pieces], far: u8) -> Result<bool, Refusal> {
    let everywhere = Sight::everywhere();
    let (shop, key) = (shop(desk, asker)?, format!("demo-supply-{at}"));
    let new = Placing { outlet: &outlet.code, wanted_on: asker.today.plus_days(2), lines, note: "" };
    let placed = order::place(&desk.db, shop, Once { who: SHOP, key: &key }, &new).await;
    let id = match placed {
        Ok(done) => done.into_inner(),
        // A debtor of the demo is supplied nothing, nor is who is kept out.
        Err(refusal) if refusal.code.starts_with("receivable.") || refusal.code.starts_with("supply.partner") => return Ok(false),
        Err(refusal) => return Err(refusal),
    };
    let picks = order::picks(&mut desk.db.read().await?, &id).await?;
    let promised = if far > 2 { asker.today } else { asker.today.plus_days(1) };
    let acts = [Act::Confirm(promised), Act::Ship(&picks), Act::Receive(&[])];
    for (step, act) in acts.into_iter().take(usize::from(far)).enumerate() {
        let key = format!("{key}-{step}");
        let hand = Hand { who: WHO, sight: &everywhere, id: &id, version: step as u32 + 1, key: &key };
        order::act(&desk.db, shop, hand, act).await?;
    }
    if far > 3 {
        let serials: Vec<String> = picks.into_iter().take(1).collect();
        back::ask(&desk.db, shop, &everywhere, Once { who: SHOP, key: &key }, &id, &serials, "外包装破损").await?.into_inner();
    }
    Ok(true)
}
