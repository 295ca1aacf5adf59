use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::Db;
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(a_repeat_gets_the_first_answer, another_body_is_a_conflict, a_refused_request_can_be_sent_again, of_two_at_once_one_works);

async fn pay(db: &Db, key: &str, body: &str) -> Result<Done<i64>, Refusal> {
    write_tx!(db, |tx| {
        let claim = match keys::begin(tx, "pay", key, body.as_bytes()).await? {
            Begun::Same(answer) => return Ok(Done::Already(answer)),
            Begun::Fresh(claim) => claim,
        };
        tx.execute("create table if not exists paid (n BIGINT)", args![]).await?;
        tx.execute("insert into paid values (1)", args![]).await?;
        let count = tx.query_one("select count(*) as n from paid", args![]).await?.int("n")?;
        claim.finish(tx, count).await
    })
}

async fn a_repeat_gets_the_first_answer(db: TestDb) {
    // R0.5, N28
    assert_eq!(pay(&db, "k1", "a").await.unwrap(), Done::Now(1));
    assert_eq!(pay(&db, "k2", "a").await.unwrap(), Done::Now(2));
    assert_eq!(pay(&db, "k1", "a").await.unwrap(), Done::Already(1));
}

async fn another_body_is_a_conflict(db: TestDb) {
    pay(&db, "k1", "a").await.unwrap().into_inner();
    assert_eq!(pay(&db, "k1", "b").await.unwrap_err().code, "platform.keys.other_body");
}

async fn a_refused_request_can_be_sent_again(db: TestDb) {
    let refused: Result<(), Refusal> = write_tx!(db, |tx| {
        let begun: Begun<i64> = keys::begin(tx, "pay", "k1", b"a").await?;
        assert!(matches!(begun, Begun::Fresh(_)));
        Err(Refusal::bad_input("test.no", "不", "no"))
    });
    assert_eq!(refused.unwrap_err().code, "test.no");
    let forgotten = write_tx!(db, |tx| keys::begin::<i64>(tx, "pay", "k1", b"a").await.map(|_| ()));
    assert_eq!(forgotten.unwrap_err().kind, Kind::Bug, "a claim without an answer does not commit");
    assert_eq!(pay(&db, "k1", "b").await.unwrap(), Done::Now(1));
}

async fn of_two_at_once_one_works(db: TestDb) {
    pay(&db, "first", "").await.unwrap().into_inner();
    let both = [0, 1].map(|_| {
        let db = (*db).clone();
        tokio::spawn(async move { pay(&db, "k", "a").await.unwrap() })
    });
    let mut fresh = 0;
    for task in both {
        let done = task.await.unwrap();
        assert_eq!(*done.get(), 2);
        fresh += u32::from(done.is_new());
    }
    assert_eq!(fresh, 1);
}
