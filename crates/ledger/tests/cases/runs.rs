use crate::common::{ENTITY, close, day, group, month, open, sound, standing};
use qudao_kernel::{Refusal, Remainder};
use qudao_ledger::AccountKind::{CommissionExpense, Payable};
use qudao_ledger::{Entry, MAX_ENTRIES, Run, RunPosted, post_chunk, post_run, run_totals};
use qudao_platform::db::Db;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::task::Poll;

on_both!(
    a_run_posts_in_bounded_chunks,
    a_run_that_died_is_resumed,
    a_run_killed_at_any_point_is_resumed,
    a_repeated_chunk_posts_nothing,
    another_run_under_the_same_name_is_refused,
    a_run_that_is_resumed_after_closing_is_told,
);

fn run() -> Run {
    Run { entity: ENTITY.into(), name: "2026-07/1".into(), date: day("2026-07-31"), about: month("2026-07"), reason: "七月结算".into() }
}

/// 40 owners with 301 entries each: 16 owners to a chunk, three chunks.
fn groups() -> impl Iterator<Item = Result<Vec<Entry>, Refusal>> {
    (0..40).map(|owner| Ok(group(&format!("P{owner:02}"), 300, 7)))
}

async fn is_whole(db: &Db) {
    for owner in ["P00", "P15", "P16", "P39"] {
        assert_eq!(standing(db, owner, Payable).await, 2100, "{owner}");
    }
    assert_eq!(standing(db, ENTITY, CommissionExpense).await, 40 * 2100);
    sound(db).await;
}

async fn a_run_posts_in_bounded_chunks(db: TestDb) {
    open(&db, "2026-07").await;
    let posted = post_run(&db, &run(), groups()).await.unwrap();
    assert_eq!(posted, RunPosted { chunks: 3, new_chunks: 3, entries: 40 * 301 });
    is_whole(&db).await;
    let again = post_run(&db, &run(), groups()).await.unwrap();
    assert_eq!(again, RunPosted { new_chunks: 0, ..posted });
    is_whole(&db).await;
    let totals = run_totals(&mut db.read().await.unwrap(), ENTITY, &run().name).await.unwrap();
    assert_eq!(totals.len(), 41);
    assert_eq!(totals.iter().map(|total| total.amount).sum::<i64>(), 0);
    let huge = std::iter::once(Ok(group("P", MAX_ENTRIES, 1)));
    let refusal = post_run(&db, &Run { name: "huge".into(), ..run() }, huge).await.unwrap_err();
    assert!(refusal.code == "ledger.run.group_too_large" && refusal.text.en.contains("5000"), "{refusal}");
    let refusal = write_tx!(db, |tx| post_chunk(tx, &run(), 9, group("P", MAX_ENTRIES, 1)).await).unwrap_err();
    assert!(refusal.text.en.contains("5000"), "{refusal}");
}

async fn a_run_that_died_is_resumed(db: TestDb) {
    open(&db, "2026-07").await;
    let died = || Err(Refusal::unavailable("test.died", "断", "died"));
    for stop in [20, 37] {
        let refusal = post_run(&db, &run(), groups().take(stop).chain(std::iter::once(died()))).await.unwrap_err();
        assert_eq!(refusal.code, "test.died");
        sound(&db).await;
    }
    let posted = post_run(&db, &run(), groups()).await.unwrap();
    assert_eq!((posted.chunks, posted.new_chunks), (3, 1));
    is_whole(&db).await;
}

async fn a_run_killed_at_any_point_is_resumed(db: TestDb) {
    // Dropped at its first wait for the database, its second, its third, …: between chunks and inside their transactions.
    open(&db, "2026-07").await;
    let mut kills = 0;
    for waits in 1.. {
        if drop_at_wait(post_run(&db, &run(), groups()), waits).await.is_some() {
            break;
        }
        kills += 1;
    }
    assert!(kills > 2, "{kills}");
    is_whole(&db).await;
}

/// Runs a future until it has waited so often, then drops it; `None` if it had not ended by then.
async fn drop_at_wait<T>(future: impl Future<Output = T>, waits: u32) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut waited = 0;
    std::future::poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => {
            waited += 1;
            if waited == waits { Poll::Ready(None) } else { Poll::Pending }
        }
    })
    .await
}

async fn a_repeated_chunk_posts_nothing(db: TestDb) {
    open(&db, "2026-07").await;
    let chunk = async || write_tx!(db, |tx| post_chunk(tx, &run(), 0, group("P1", 3, 100)).await).unwrap();
    assert!(chunk().await.is_new());
    assert!(!chunk().await.is_new());
    assert_eq!(standing(&db, "P1", Payable).await, 300);
}

async fn another_run_under_the_same_name_is_refused(db: TestDb) {
    open(&db, "2026-07").await;
    post_run(&db, &run(), groups()).await.unwrap();
    let shorter = post_run(&db, &run(), groups().take(16)).await.unwrap_err();
    assert_eq!(shorter.code, "ledger.run.other_length");
    let other = (0..40).map(|owner| Ok(group(&format!("P{owner:02}"), 300, 8)));
    assert_eq!(post_run(&db, &run(), other).await.unwrap_err().code, "ledger.journal.other_body");
    is_whole(&db).await;
}

async fn a_run_that_is_resumed_after_closing_is_told(db: TestDb) {
    // N43
    open(&db, "2026-07").await;
    write_tx!(db, |tx| post_chunk(tx, &run(), 0, group("P1", 1, 100)).await).unwrap().into_inner();
    close(&db, "2026-07").await;
    let late = write_tx!(db, |tx| post_chunk(tx, &run(), 1, group("P2", 1, 100)).await).unwrap_err();
    assert_eq!(late.code, "ledger.period.closed");
    sound(&db).await;
}

#[test]
fn the_subsidy_of_the_source_is_posted_to_the_fen() {
    // N5, N6, R0.3: parts of 130 000.00 sum to the whole, so the group balances
    let parts = qudao_kernel::Fen(13_000_000).split(&[1, 1, 1], Remainder::Largest).unwrap();
    let mut entries: Vec<Entry> = parts.iter().zip(["A", "B", "C"]).map(|(part, owner)| Entry::credit(owner, Payable, part.0)).collect();
    entries.push(Entry::debit(ENTITY, CommissionExpense, 13_000_000));
    assert!(run().chunk(0, entries).check().is_ok());
}
