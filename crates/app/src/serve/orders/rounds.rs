//! Effective orders on their way into the fact store, round after round.

use super::super::desk::Desk;
use super::super::imports::store;
use super::super::people::master;
use qudao_kernel::Refusal;
use qudao_orders::order::facts::{self, Written};
use std::sync::Arc;
use std::time::Duration;

/// How often is looked whether something took effect.
const ROUND: Duration = Duration::from_secs(30);

/// Writes what took effect, until the server stops.
pub(crate) async fn rounds(desk: Arc<Desk>) {
    let mut clock = tokio::time::interval(ROUND);
    loop {
        clock.tick().await;
        if let Err(refusal) = round(&desk).await {
            tracing::error!(code = refusal.code, "{}", refusal.text.en);
        }
    }
}

pub(super) async fn round(desk: &Arc<Desk>) -> Result<Written, Refusal> {
    let Some(master) = master(desk).await else { return Ok(Written::default()) };
    facts::round(&desk.db, Arc::new(store(desk)?), master, desk.home.root()).await
}
