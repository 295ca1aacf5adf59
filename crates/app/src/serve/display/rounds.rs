//! Visits that count on their way to corrections, scores, stock and chains; and, once a day, a draw of checks to be scored again and a look for risks.

use super::super::desk::Desk;
use super::super::{distribution, field};
use super::rescores;
use qudao_display::learn::{self, Days};
use qudao_field::visit::facts::TOPIC;
use qudao_field::visit::list::Sight;
use qudao_field::visit::store;
use qudao_kernel::Refusal;
use qudao_platform::db::Tx;
use qudao_platform::{outbox, write_tx};
use serde::Deserialize;
use std::sync::Arc;

/// Who reads visits here.
const CONSUMER: &str = "display-visits";
/// Most visits of a pass.
const MOST: u32 = 500;

/// What an event of a visit names.
#[derive(Deserialize)]
struct Named {
    record: String,
}

/// Listens from now on.
pub(super) async fn subscribe(tx: &mut Tx) -> Result<(), Refusal> {
    outbox::subscribe(tx, CONSUMER, TOPIC).await
}

/// Learns from visits that came to count. One that cannot be read keeps the others not back. How many there were.
pub(in crate::serve) async fn round(desk: &Arc<Desk>) -> Result<usize, Refusal> {
    let mut learned = 0;
    loop {
        let events = outbox::due(&mut desk.db.read().await?, CONSUMER, MOST).await?;
        let before = learned;
        for event in &events {
            let Ok(Named { record }) = serde_json::from_str::<Named>(&event.body) else {
                tracing::error!(event = event.id, "an event of a visit cannot be read");
                continue;
            };
            match one(desk, &event.id, &record).await {
                Ok(()) => learned += 1,
                Err(refusal) => tracing::error!(code = refusal.code, visit = record, "{}", refusal.text.en),
            }
        }
        if learned == before {
            break;
        }
    }
    rescores::draw_daily(desk).await?;
    distribution::look_daily(desk).await?;
    Ok(learned)
}

async fn one(desk: &Desk, event: &str, visit: &str) -> Result<(), Refusal> {
    let today = desk.today();
    let house = field::house(desk, "", today)?;
    let register = desk.parameters();
    write_tx!(&desk.db, |tx| {
        if !outbox::first_time(tx, CONSUMER, event).await? {
            return Ok(());
        }
        let (visit, _) = store::get(tx, &house, &Sight::everywhere(), visit).await?;
        let number = |name: &str| {
            let days = register.on(name, &visit.site.territory, today)?.int()?;
            Ok::<i32, Refusal>(i32::try_from(days.clamp(0, 3_650)).unwrap_or(0))
        };
        let days = Days { plain: number("correction_days")?, veto: number("correction_veto_days")? };
        learn::visit(tx, &visit, days).await?;
        qudao_distribution::learn::visit(tx, &visit).await
    })
}
