use qudao_kernel::Refusal;
use qudao_platform::db::{Db, Tx};
use qudao_platform::outbox::{self, Consumer, Drained, Event};
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

on_both!(
    each_effect_happens_exactly_once,
    a_refused_event_comes_again_later,
    an_undone_change_emits_nothing,
    a_late_subscriber_gets_the_past
);

const TOPIC: &str = "settle.statement.published";

async fn prepare(db: &Db) {
    write_tx!(db, |tx| {
        tx.execute("create table effect (event TEXT not null)", args![]).await?;
        outbox::subscribe(tx, "notices", TOPIC).await
    })
    .unwrap();
}

async fn emit(db: &Db, key: &str) {
    write_tx!(db, |tx| outbox::emit(tx, TOPIC, key, "{}").await).unwrap();
}

/// Writes one effect per event; every third delivery dies after its effect, before its commit, if told so.
struct Effect {
    name: &'static str,
    dies: bool,
    deliveries: AtomicU32,
}

impl Effect {
    fn of(name: &'static str) -> Self {
        Self { name, dies: false, deliveries: AtomicU32::new(0) }
    }
}

#[async_trait::async_trait]
impl Consumer for Effect {
    fn name(&self) -> &str {
        self.name
    }
    async fn handle(&self, tx: &mut Tx, event: &Event) -> Result<(), Refusal> {
        tx.execute("insert into effect values ($1)", args![&event.id]).await?;
        let delivery = self.deliveries.fetch_add(1, Ordering::SeqCst) + 1;
        if self.dies && delivery.is_multiple_of(3) { Err(Refusal::unavailable("test.died", "断", "died")) } else { Ok(()) }
    }
}

struct Unwilling;

#[async_trait::async_trait]
impl Consumer for Unwilling {
    fn name(&self) -> &'static str {
        "notices"
    }
    async fn handle(&self, _: &mut Tx, _: &Event) -> Result<(), Refusal> {
        Err(Refusal::bad_input("test.no", "不", "no"))
    }
}

async fn effects(db: &Db) -> (i64, i64) {
    let sql = "select count(*) as n, count(distinct event) as d from effect";
    let row = async {
        let tx = &mut db.read().await?;
        tx.query_one(sql, args![]).await
    }
    .await
    .unwrap();
    (row.int("n").unwrap(), row.int("d").unwrap())
}

async fn each_effect_happens_exactly_once(db: TestDb) {
    prepare(&db).await;
    for number in 0..50 {
        emit(&db, &number.to_string()).await;
    }
    emit(&db, "0").await; // the same event again is the same event
    let other = db.reopen().await;
    let workers = [(*db).clone(), other.clone(), (*db).clone(), other].map(|db| {
        tokio::spawn(async move {
            let dying = Effect { dies: true, ..Effect::of("notices") };
            let mut handled = 0;
            loop {
                let drained = outbox::drain(&db, &dying, 7).await.unwrap();
                handled += drained.done;
                if drained == Drained::default() {
                    return handled;
                }
            }
        })
    });
    let mut handled = 0;
    for worker in workers {
        handled += worker.await.unwrap();
    }
    db.clock().advance(Duration::from_hours(2));
    handled += outbox::drain(&db, &Effect::of("notices"), 100).await.unwrap().done;
    assert_eq!((handled, effects(&db).await), (50, (50, 50)));
    assert_eq!(
        async {
            let tx = &mut db.read().await?;
            outbox::open(tx, "notices").await
        }
        .await
        .unwrap(),
        0
    );
    // An event that arrives on another way is known.
    let id = write_tx!(db, |tx| outbox::emit(tx, TOPIC, "1", "{}").await).unwrap();
    assert!(!write_tx!(db, |tx| outbox::first_time(tx, "notices", &id).await).unwrap());
    assert!(write_tx!(db, |tx| outbox::first_time(tx, "elsewhere", &id).await).unwrap());
    assert!(!write_tx!(db, |tx| outbox::first_time(tx, "elsewhere", &id).await).unwrap());
}

async fn a_refused_event_comes_again_later(db: TestDb) {
    prepare(&db).await;
    emit(&db, "a").await;
    assert_eq!(outbox::drain(&db, &Unwilling, 9).await.unwrap(), Drained { done: 0, refused: 1 });
    assert_eq!(outbox::drain(&db, &Effect::of("notices"), 9).await.unwrap(), Drained::default(), "not due yet");
    db.clock().advance(Duration::from_secs(1));
    assert_eq!(outbox::drain(&db, &Effect::of("notices"), 9).await.unwrap(), Drained { done: 1, refused: 0 });
    assert_eq!(effects(&db).await, (1, 1));
}

async fn an_undone_change_emits_nothing(db: TestDb) {
    prepare(&db).await;
    let undone = write_tx!(db, |tx| {
        outbox::emit(tx, TOPIC, "a", "{}").await?;
        Err::<(), Refusal>(Refusal::bad_input("test.no", "不", "no"))
    });
    assert!(undone.is_err());
    assert_eq!(outbox::drain(&db, &Effect::of("notices"), 9).await.unwrap(), Drained::default());
}

async fn a_late_subscriber_gets_the_past(db: TestDb) {
    prepare(&db).await;
    emit(&db, "a").await;
    for _ in 0..2 {
        write_tx!(db, |tx| outbox::subscribe(tx, "archive", TOPIC).await).unwrap();
    }
    emit(&db, "b").await;
    assert_eq!(outbox::drain(&db, &Effect::of("archive"), 9).await.unwrap(), Drained { done: 2, refused: 0 });
    assert_eq!(
        async {
            let tx = &mut db.read().await?;
            outbox::open(tx, "notices").await
        }
        .await
        .unwrap(),
        2
    );
}
