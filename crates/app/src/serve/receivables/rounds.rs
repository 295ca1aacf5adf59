//! Movements of money on their way into the ledger, and offsets between receivables and statements.

use super::super::desk::Desk;
use super::super::settling::published;
use super::aside;
use qudao_kernel::{Fen, Month, Refusal};
use qudao_receivable::{books, offset};
use qudao_settle::statement::{Consent, Receivable, read_statements};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// How often the books are looked after where nobody says that money moved.
const ROUND: Duration = Duration::from_mins(1);
/// Who notes what statements took.
const WHO: &str = "statements";

/// Posts what moved and notes what statements took, until the server stops.
pub(crate) async fn rounds(desk: Arc<Desk>) {
    let mut clock = tokio::time::interval(ROUND);
    loop {
        tokio::select! { _ = clock.tick() => (), () = desk.books.moved.notified() => () }
        if !desk.leads("receivables").await {
            continue;
        }
        for outcome in [post(&desk).await, state(&desk).await] {
            if let Err(refusal) = outcome {
                tracing::error!(code = refusal.code, "{}", refusal.text.en);
            }
        }
    }
}

/// Posts all that waits.
pub(super) async fn post(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let waiting = books::due(&mut desk.db.read().await?).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let (shared, today) = (Arc::clone(desk), desk.today());
    let posted = aside(move || {
        let entity = shared.books.entity(&shared.home)?;
        let _posting = shared.posting()?;
        books::post(&shared.home.ledger(), &entity, &waiting, today)
    });
    let posted = posted.await?;
    books::posted(&desk.db, &posted).await?;
    posted.refused.map_or(Ok(()), Err)
}

/// Notes what published statements took of receivables.
async fn state(desk: &Arc<Desk>) -> Result<(), Refusal> {
    for month in offset::stating(&mut desk.db.read().await?).await? {
        let shared = Arc::clone(desk);
        let taken = aside(move || if published(&shared.home)?.contains(&month) { taken(&shared, month).map(Some) } else { Ok(None) });
        if let Some(taken) = taken.await? {
            offset::stated(&desk.db, WHO, month, &taken, desk.today()).await?;
        }
    }
    Ok(())
}

/// What the statements of a month took, by partner and invoice.
fn taken(desk: &Desk, month: Month) -> Result<BTreeMap<(String, String), Fen>, Refusal> {
    let mut all = BTreeMap::new();
    for statement in read_statements(&desk.home.run(month).join("statements/statements.jsonl"))? {
        let statement = statement?;
        for offset in statement.offsets.into_iter().filter(|offset| offset.taken > Fen::ZERO) {
            all.insert((statement.partner.clone(), offset.receivable.code), offset.taken);
        }
    }
    Ok(all)
}

/// Receivables a month's statements may take, by partner: those whose offset is approved. A publication takes them for itself; one that was broken off
/// is done again with what it took. Call it within a job.
pub(crate) fn to_offset(desk: &Desk, month: Month, publishing: bool) -> Result<BTreeMap<String, Vec<Receivable>>, Refusal> {
    let begins = publishing && !desk.home.run(month).exists();
    Handle::current().block_on(async {
        if begins {
            offset::begin(&desk.db, month).await?;
        }
        let mut all: BTreeMap<String, Vec<Receivable>> = BTreeMap::new();
        for (offset, invoice) in offset::for_month(&mut desk.db.read().await?, month).await? {
            if publishing && offset.state != "stating" {
                continue;
            }
            let consent = match offset.ground {
                offset::Ground::Clause => Consent::Clause(offset.document.clone()),
                offset::Ground::Consent => Consent::Partner(offset.document.clone()),
            };
            let text = if invoice.note.is_empty() { invoice.kind.name().to_owned() } else { invoice.note };
            let amount = offset.left();
            all.entry(offset.partner).or_default().push(Receivable { code: invoice.id, text, due_on: invoice.due_on, amount, consent });
        }
        Ok(all)
    })
}

/// Tells the books that money moved.
pub(crate) fn moved(desk: &Desk) {
    desk.books.moved.notify_one();
}
