//! Effective orders on their way into the fact store, round after round.

use super::super::desk::Desk;
use super::super::imports::store;
use super::super::people::master;
use qudao_kernel::Refusal;
use qudao_orders::order::facts::{self, Written};
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
        // A round takes so many events and no more; what is left is taken at once.
        loop {
            match round(&desk).await {
                Ok(written) if written.events == 0 => break,
                Ok(written) => tracing::info!(events = written.events, facts = written.facts, "orders became facts"),
                Err(refusal) => {
                    tracing::error!(code = refusal.code, "{}", refusal.text.en);
                    break;
                }
            }
        }
    }
}

/// Writes what waits at once, so that figures do not move under whoever looks first at a demo.
pub(crate) async fn write_facts(desk: &Arc<Desk>) -> Result<(), Refusal> {
    round(desk).await.map(drop)
}

pub(super) async fn round(desk: &Arc<Desk>) -> Result<Written, Refusal> {
    let Some(master) = master(desk).await else { return Ok(Written::default()) };
    facts::round(&desk.db, Arc::new(store(desk)?), master, desk.home.root()).await
}
