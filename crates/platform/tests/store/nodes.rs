use qudao_kernel::Refusal;
use qudao_platform::db::{Db, DbKind};
use qudao_platform::nodes::{self, LEASE, Node};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(one_leads_as_long_as_it_says_so, work_is_held_and_freed, a_name_is_of_its_last_start, of_many_who_ask_at_once_one_leads);

async fn lead(db: &Db, node: &Node, what: &str, hold: &str, lease: Duration) -> bool {
    write_tx!(db, |tx| nodes::lead(tx, node, what, hold, lease).await).unwrap()
}

async fn one_leads_as_long_as_it_says_so(db: TestDb) {
    // R0.42
    let (one, two) = (Node::new("one", 1), Node::new("two", 1));
    write_tx!(db, |tx| nodes::join(tx, &one, LEASE).await).unwrap();
    assert!(lead(&db, &one, "mail", "", LEASE).await);
    assert!(lead(&db, &one, "mail", "", LEASE).await, "who leads goes on leading");
    assert!(!lead(&db, &two, "mail", "", LEASE).await);
    assert!(lead(&db, &two, "facts", "", LEASE).await, "each thing by itself");
    // One that does not say so any more is followed by another, and learns that it leads no more.
    assert!(lead(&db, &one, "prices", "", Duration::ZERO).await);
    assert!(lead(&db, &two, "prices", "", LEASE).await);
    assert!(!lead(&db, &one, "prices", "", LEASE).await);
    // What is renewed in time stays; what ran out is not called back.
    assert!(lead(&db, &one, "deadlines", "", Duration::ZERO).await);
    assert!(write_tx!(db, |tx| nodes::beat(tx, &one, LEASE).await).unwrap());
    assert!(!lead(&db, &two, "mail", "", LEASE).await);
    assert!(lead(&db, &two, "deadlines", "", LEASE).await);
    // One that ends hands over at once.
    write_tx!(db, |tx| nodes::leave(tx, &one).await).unwrap();
    assert!(lead(&db, &two, "mail", "", LEASE).await);
    assert!(nodes::running(&mut db.read().await.unwrap()).await.unwrap().is_empty());
}

async fn work_is_held_and_freed(db: TestDb) {
    // R0.42: two pieces of work of one server do not run into each other either.
    let (one, two) = (Node::new("one", 1), Node::new("two", 1));
    assert!(lead(&db, &one, "roll", "1", LEASE).await);
    assert!(!lead(&db, &one, "roll", "2", LEASE).await);
    assert!(!lead(&db, &two, "roll", "1", LEASE).await);
    let free = async |node: &Node, hold: &str| write_tx!(db, |tx| nodes::free(tx, node, "roll", hold).await).unwrap();
    free(&two, "1").await;
    assert!(!lead(&db, &two, "roll", "1", LEASE).await, "only who holds it frees it");
    free(&one, "1").await;
    assert!(lead(&db, &two, "roll", "1", LEASE).await);
}

async fn a_name_is_of_its_last_start(db: TestDb) {
    // R0.42
    let (first, second, other) = (Node::new("one", 1), Node::new("one", 2), Node::new("two", 1));
    assert_ne!(first.id, second.id);
    let join = async |node: &Node, lease: Duration| write_tx!(db, |tx| nodes::join(tx, node, lease).await).unwrap();
    join(&first, LEASE).await;
    assert!(lead(&db, &first, "mail", "", LEASE).await);
    join(&second, LEASE).await;
    assert!(!write_tx!(db, |tx| nodes::beat(tx, &first, LEASE).await).unwrap(), "it is told that its name is another's");
    assert!(write_tx!(db, |tx| nodes::beat(tx, &second, LEASE).await).unwrap());
    assert!(lead(&db, &second, "mail", "", LEASE).await, "what the first start led in is free");
    // A first start that ends late takes nothing of the second's away.
    write_tx!(db, |tx| nodes::leave(tx, &first).await).unwrap();
    assert!(!lead(&db, &other, "mail", "", LEASE).await);
    join(&other, LEASE).await;
    let running = nodes::running(&mut db.read().await.unwrap()).await.unwrap();
    match db.kind() {
        DbKind::Sqlite => assert_eq!(running, ["two"], "a file has one server"),
        DbKind::Postgres => assert_eq!(running, ["one", "two"]),
    }
}

async fn of_many_who_ask_at_once_one_leads(db: TestDb) {
    // R0.42: each from connections of its own, as servers are
    let asking = (0..6_i64).map(|number| {
        let db = (*db).clone();
        tokio::spawn(async move {
            let node = Node::new("one of many", number);
            let led = write_tx!(db, |tx| nodes::lead(tx, &node, "mail", "", LEASE).await);
            Ok::<usize, Refusal>(usize::from(led?))
        })
    });
    let mut led = 0;
    for asked in asking.collect::<Vec<_>>() {
        led += asked.await.unwrap().unwrap();
    }
    assert_eq!(led, 1);
}
