//! Terminals of the demo: at the demo's own outlet and around it, one low, one idle, some in stock, and a day that was reconciled with differences.

use super::super::desk::Desk;
use super::super::orders::Asker;
use qudao_access::{Sight, sessions};
use qudao_airtime::float::{self, Flow, Movement, Paid};
use qudao_airtime::reconcile::{self, Read};
use qudao_airtime::terminal::{self, Placing, Query};
use qudao_kernel::master::Outlet;
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_platform::hash::sha256;
use qudao_receivable::Once;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whoever is named where the demo does something.
const WHO: &str = "settlement";
/// Terminals there are, and those that are placed.
const ALL: usize = 8;
const PLACED: usize = 6;
/// What is loaded and sold on each, fen: the second is low, the last one never sold.
const FLOATS: [(i64, i64); PLACED] =
    [(500_000, 120_000), (100_000, 90_000), (300_000, 45_000), (800_000, 260_000), (200_000, 65_000), (150_000, 0)];

/// Fills a demo without terminals.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let everywhere = Sight::everywhere();
    if terminal::list(&mut desk.db.read().await?, &everywhere, &Query { limit: 1, ..Query::default() }).await?.total > 0 {
        return Ok(());
    }
    let asker = Asker::of(desk, Lang::Zh).await;
    let serials: Vec<String> = (1..=ALL).map(|number| format!("KC26080{number:03}")).collect();
    terminal::add(&desk.db, Once { who: WHO, key: "demo-terminals" }, &serials, "KT-200").await?;
    let own = sessions::away(&desk.db, "store").await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    let outlets = outlets(&asker, &own);
    for (at, outlet) in outlets.iter().enumerate() {
        let Some(agreement) = asker.master.agreement(&outlet.owner, asker.today) else { continue };
        let key = format!("demo-place-{at}");
        let (serial, deposit) = (serials[at].as_str(), Fen(80_000));
        let new = Placing { serial, version: 1, outlet: &outlet.code, agreement: &agreement.code, deposit };
        // The last one stands there since long, and sold nothing.
        let on = asker.today.plus_days(if at + 1 == PLACED { -75 } else { -20 });
        terminal::place(&desk.db, &asker.master, Once { who: WHO, key: &key }, &new, on).await?;
        sales(desk, &asker, serial, at).await?;
    }
    a_day(desk, &asker, &serials).await?;
    super::super::fact_rounds::write_facts(desk).await
}

/// The demo's own outlet, and others whose owners have an agreement in force.
fn outlets<'a>(asker: &'a Asker, own: &str) -> Vec<&'a Outlet> {
    let (master, today) = (&asker.master, asker.today);
    let before = today.plus_days(-75);
    let good = |row: &&Outlet| {
        let then = master.outlet(&row.code, before).is_some_and(|then| then.owner == row.owner);
        let agreed = master.agreement(&row.owner, today).is_some_and(|now| now.span.contains(before));
        then && agreed && row.span.contains(today)
    };
    let first = master.outlet(own, today).filter(good);
    let siblings =
        master.outlets().filter(|row| first.is_some_and(|first| row.owner == first.owner) && row.code != own).filter(good).take(2);
    let others = master.outlets().filter(|row| first.is_none_or(|first| row.owner != first.owner)).filter(good).step_by(5);
    let mut all: Vec<&Outlet> = first.into_iter().chain(siblings).chain(others).collect();
    all.truncate(PLACED);
    all
}

/// Number of a movement of the demo.
fn number(at: usize, flow: Flow, turn: usize) -> String {
    format!("KCLS{at:02}{}{turn:03}", &flow.name()[..1].to_uppercase())
}

async fn sales(desk: &Desk, asker: &Asker, serial: &str, at: usize) -> Result<(), Refusal> {
    let everywhere = Sight::everywhere();
    let (loaded, sold) = FLOATS[at];
    let movement = |flow: Flow, turn: usize, amount: i64, occurred_on: Date, reference: String| Movement {
        number: number(at, flow, turn),
        serial: serial.to_owned(),
        flow,
        amount: Fen(amount),
        occurred_on,
        reference,
    };
    let load = movement(Flow::Loaded, 0, loaded, asker.today.plus_days(-19), String::new());
    let key = format!("demo-load-{at}");
    float::load(&desk.db, &everywhere, Once { who: WHO, key: &key }, &load, Paid::Now, asker.today).await?.into_inner();
    let each = 5_000;
    for turn in 0..usize::try_from(sold / each).unwrap_or(0) {
        let on = asker.today.plus_days(-(turn as i32 % 6) - 1);
        let sale = movement(Flow::Sold, turn, each, on, String::new());
        float::record(&desk.db, &everywhere, WHO, &sale, asker.today).await?.into_inner();
        // One of the first terminal's sales was a mistake.
        if at == 0 && turn == 3 {
            let back = movement(Flow::Reversed, turn, each, on, sale.number);
            float::record(&desk.db, &everywhere, WHO, &back, asker.today).await?.into_inner();
        }
    }
    Ok(())
}

/// Yesterday's file: one sale we lack, one they lack, one of another amount, and a terminal nobody knows.
async fn a_day(desk: &Desk, asker: &Asker, serials: &[String]) -> Result<(), Refusal> {
    let day = asker.today.plus_days(-1);
    let mut theirs: BTreeMap<String, Movement> = BTreeMap::new();
    for (at, one) in float::of_day(&mut desk.db.read().await?, day).await?.into_iter().enumerate() {
        match at {
            0 => {}
            1 => drop(theirs.insert(one.number.clone(), Movement { amount: Fen(one.amount.0 + 5_000), ..one })),
            _ => drop(theirs.insert(one.number.clone(), one)),
        }
    }
    for (number, serial) in [("KCLS90S001", serials[0].as_str()), ("KCLS91S001", "KC99999999")] {
        let one = Movement {
            number: number.to_owned(),
            serial: serial.to_owned(),
            flow: Flow::Sold,
            amount: Fen(5_000),
            occurred_on: day,
            reference: String::new(),
        };
        theirs.insert(number.to_owned(), one);
    }
    let read = Read { name: format!("topup-{day}.csv"), sha256: sha256(format!("demo {day}")), movements: theirs };
    reconcile::keep(&desk.db, WHO, day, &read).await?.into_inner();
    Ok(())
}
