//! Keeps the open tables up with the snapshots of the facts, round after round, where a house asks for them.

use super::desk::Desk;
use super::web::bug;
use qudao_kernel::Refusal;
use std::sync::Arc;
use std::time::Duration;

/// How often a new snapshot is looked for.
const ROUND: Duration = Duration::from_secs(30);

/// Writes what new snapshots changed, until the server stops.
pub(super) async fn rounds(desk: Arc<Desk>) {
    let mut clock = tokio::time::interval(ROUND);
    let mut known = 0;
    loop {
        clock.tick().await;
        match round(&desk, known).await {
            Ok(number) => known = number,
            Err(refusal) => tracing::error!(code = refusal.code, "{}", refusal.text.en),
        }
    }
}

/// Writes what changed since a snapshot; the number of the newest.
async fn round(desk: &Arc<Desk>, known: u64) -> Result<u64, Refusal> {
    let desk = Arc::clone(desk);
    let work = move || {
        let store = &desk.figures.store;
        let number = store.latest_number_since(known)?;
        if number != known {
            let commits: usize = store.catalogue(desk.db.now_us() / 1_000)?.iter().map(|one| one.commits).sum();
            tracing::info!(snapshot = number, commits, "open tables follow");
        }
        Ok(number)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| bug(&error.to_string()))?
}
