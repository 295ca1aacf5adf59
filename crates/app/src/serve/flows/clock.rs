//! What time does to applications, round after round: deadlines, escalation, lapse.

use super::super::desk::Desk;
use super::super::people::master;
use super::placed;
use qudao_kernel::Refusal;
use qudao_workflow::form::FieldKind;
use qudao_workflow::store;
use std::sync::Arc;
use std::time::Duration;

/// How often is looked whether something is late.
const ROUND: Duration = Duration::from_mins(1);

/// Lets time act, until the server stops.
pub(crate) async fn rounds(desk: Arc<Desk>) {
    let mut clock = tokio::time::interval(ROUND);
    loop {
        clock.tick().await;
        if !desk.leads("deadlines").await {
            continue;
        }
        if let Err(refusal) = round(&desk).await {
            tracing::error!(code = refusal.code, "{}", refusal.text.en);
        }
    }
}

async fn round(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let (master, today) = (master(desk).await, desk.today());
    let place = |kind: &FieldKind, code: &str| placed(master.as_deref()?, today, kind, code);
    let office = desk.flows.office(desk, &place)?;
    for (id, refusal) in store::tick(&desk.db, &office).await?.failed {
        tracing::error!(application = id, code = refusal.code, "time could not act on it: {}", refusal.text.en);
    }
    desk.roll_out().await
}
