//! What happened here on its way into the fact store, round after round: effective orders, visits that count. With them goes what was begun and left lying.

use super::desk::Desk;
use super::display;
use super::field;
use super::imports::store;
use super::people::master;
use super::web::bug;
use qudao_kernel::Refusal;
use qudao_platform::columnar::facts::FactPort;
use qudao_platform::columnar::feed::Written;
use std::sync::Arc;
use std::time::Duration;

/// How often what took effect is written: each time makes a batch, and a store has a batch more to read.
const ROUND: Duration = Duration::from_hours(1);
/// The same in a demo, where somebody looks.
const QUICK: Duration = Duration::from_secs(30);

/// Writes what took effect, until the server stops.
pub(crate) async fn rounds(desk: Arc<Desk>, quick: bool) {
    let mut clock = tokio::time::interval(if quick { QUICK } else { ROUND });
    loop {
        clock.tick().await;
        if !desk.leads("facts").await {
            continue;
        }
        // A round takes so many events and no more; what is left is taken at once.
        loop {
            match round(&desk).await {
                Ok(written) if written.events == 0 => break,
                Ok(written) => tracing::info!(events = written.events, facts = written.facts, "what happened became facts"),
                Err(refusal) => {
                    tracing::error!(code = refusal.code, "{}", refusal.text.en);
                    break;
                }
            }
        }
        if let Err(refusal) = display::round(&desk).await {
            tracing::error!(code = refusal.code, "{}", refusal.text.en);
        }
        if let Err(refusal) = sweep(&desk).await {
            tracing::error!(code = refusal.code, "{}", refusal.text.en);
        }
    }
}

/// Writes what waits at once, so that figures do not move under whoever looks first at a demo.
pub(crate) async fn write_facts(desk: &Arc<Desk>) -> Result<(), Refusal> {
    round(desk).await.map(drop)
}

async fn round(desk: &Arc<Desk>) -> Result<Written, Refusal> {
    let Some(master) = master(desk).await else { return Ok(Written::default()) };
    let (port, work): (Arc<dyn FactPort>, _) = (Arc::new(store(desk)?), desk.home.root());
    // One that fails does not keep the other back.
    let orders = qudao_orders::order::facts::round(&desk.db, Arc::clone(&port), Arc::clone(&master), work).await;
    let visits = qudao_field::visit::facts::round(&desk.db, port, master, work).await?;
    let orders = orders?;
    Ok(Written {
        events: orders.events + visits.events,
        facts: orders.facts + visits.facts,
        there: orders.there + visits.there,
        refused: orders.refused + visits.refused,
    })
}

async fn sweep(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let desk = Arc::clone(desk);
    let swept = tokio::task::spawn_blocking(move || field::sweep(&desk)).await.map_err(|error| bug(&error.to_string()))?;
    let gone = swept?;
    if gone > 0 {
        tracing::info!(parts = gone, "parts of photos that nobody went on with were taken away");
    }
    Ok(())
}

/// Whether a batch of facts came this way and not from a system outside, by its file.
pub(crate) fn is_ours(file: &str) -> bool {
    qudao_orders::order::facts::is_ours(file) || qudao_field::visit::facts::is_ours(file)
}
