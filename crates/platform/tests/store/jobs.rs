use qudao_kernel::{Refusal, Text};
use qudao_platform::db::Db;
use qudao_platform::jobs::{self, Job, New, State};
use qudao_platform::nodes::{self, LEASE, Node};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};

on_both!(
    what_is_held_is_held_once,
    a_job_ends_once_and_says_how,
    a_stopped_program_leaves_nothing_held,
    a_job_is_of_its_server_and_told_by_all
);

async fn begin(db: &Db, login: &str, holds: &str) -> Result<String, Refusal> {
    begin_at(db, "", login, holds).await
}

async fn begin_at(db: &Db, node: &str, login: &str, holds: &str) -> Result<String, Refusal> {
    let title = Text::new("试算 2026-08", "trial of 2026-08");
    write_tx!(db, |tx| jobs::begin(tx, node, &New { kind: "period.trial", title: &title, login, holds }).await)
}

async fn get(db: &Db, id: &str) -> Job {
    jobs::get(&mut db.read().await.unwrap(), id).await.unwrap()
}

// R0.24: of two who start the same run the second is told who was first.
async fn what_is_held_is_held_once(db: TestDb) {
    let (one, other) = tokio::join!(begin(&db, "a", "period/2026-08"), begin(&db, "b", "period/2026-08"));
    let refused = [&one, &other].into_iter().filter_map(|begun| begun.as_ref().err()).collect::<Vec<_>>();
    assert_eq!(refused.len(), 1, "{one:?} {other:?}");
    assert_eq!(refused[0].code, "platform.job.held");
    begin(&db, "b", "period/2026-07").await.unwrap();
    begin(&db, "b", "").await.unwrap();
    begin(&db, "b", "").await.unwrap();
    let first = one.or(other).unwrap();
    write_tx!(&db, |tx| jobs::end(tx, &first, &Ok("{}".to_owned())).await).unwrap();
    begin(&db, "b", "period/2026-08").await.unwrap();
}

async fn a_job_ends_once_and_says_how(db: TestDb) {
    let id = begin(&db, "a", "").await.unwrap();
    assert_eq!(get(&db, &id).await.state, State::Waiting);
    write_tx!(&db, |tx| jobs::run(tx, &id).await).unwrap();
    assert_eq!(get(&db, &id).await.state, State::Running);
    write_tx!(&db, |tx| jobs::end(tx, &id, &Err(jobs::cancelled())).await).unwrap();
    write_tx!(&db, |tx| jobs::end(tx, &id, &Ok("{}".to_owned())).await).unwrap();
    let job = get(&db, &id).await;
    assert_eq!(job.state, State::Cancelled);
    assert_eq!(job.failure.map(|(code, _)| code), Some(jobs::CANCELLED.to_owned()));
    assert!(job.ended_us.is_some() && job.result.is_none());
    let mut tx = db.read().await.unwrap();
    assert_eq!(jobs::of(&mut tx, "a", i64::MAX, 10).await.unwrap().len(), 1);
    assert!(jobs::of(&mut tx, "b", i64::MAX, 10).await.unwrap().is_empty());
    assert_eq!(jobs::get(&mut tx, "job_none").await.unwrap_err().code, "platform.job.missing");
}

async fn a_stopped_program_leaves_nothing_held(db: TestDb) {
    let id = begin(&db, "a", "period/2026-08").await.unwrap();
    write_tx!(&db, |tx| jobs::run(tx, &id).await).unwrap();
    assert_eq!(write_tx!(&db, |tx| jobs::clear(tx).await).unwrap(), 1);
    let job = get(&db, &id).await;
    assert_eq!(job.state, State::Failed);
    assert!(job.failure.is_some_and(|(code, why)| code == "platform.job.interrupted" && !why.zh.is_empty()));
    begin(&db, "a", "period/2026-08").await.unwrap();
}

async fn a_job_is_of_its_server_and_told_by_all(db: TestDb) {
    // R0.42: only jobs of servers that are gone are failed; how far a job is, and that it is to stop, is known everywhere.
    let (one, gone) = (Node::new("one", 1), Node::new("gone", 1));
    write_tx!(&db, |tx| {
        nodes::join(tx, &gone, std::time::Duration::ZERO).await?;
        nodes::join(tx, &one, LEASE).await
    })
    .unwrap();
    let kept = begin_at(&db, &one.id, "a", "period/2026-08").await.unwrap();
    let lost = begin_at(&db, &gone.id, "a", "period/2026-07").await.unwrap();
    assert_eq!(write_tx!(&db, |tx| jobs::clear(tx).await).unwrap(), 1);
    assert_eq!((get(&db, &kept).await.state, get(&db, &lost).await.state), (State::Waiting, State::Failed));
    assert_eq!(begin_at(&db, &gone.id, "b", "period/2026-08").await.unwrap_err().code, "platform.job.held");

    let far = Text::new("读取", "reading");
    write_tx!(&db, |tx| {
        jobs::run(tx, &kept).await?;
        jobs::note(tx, &kept, 3, 7, &far).await
    })
    .unwrap();
    let job = get(&db, &kept).await;
    assert_eq!((job.done, job.total, job.note), (3, 7, far));
    let going = async || jobs::going(&mut db.read().await.unwrap(), &one.id).await.unwrap();
    assert_eq!(going().await, std::slice::from_ref(&kept));
    assert!(jobs::open(&mut db.read().await.unwrap(), "period.trial").await.unwrap());
    write_tx!(&db, |tx| jobs::stop(tx, &kept).await).unwrap();
    assert!(going().await.is_empty(), "it was asked to stop, by whoever");
    write_tx!(&db, |tx| jobs::end(tx, &kept, &Err(jobs::cancelled())).await).unwrap();
    assert!(!jobs::open(&mut db.read().await.unwrap(), "period.trial").await.unwrap());

    // A server that starts again under its name has none of what it ran before.
    let left = begin_at(&db, &one.id, "a", "period/2026-06").await.unwrap();
    write_tx!(&db, |tx| {
        nodes::join(tx, &Node::new("one", 2), LEASE).await?;
        jobs::clear(tx).await
    })
    .unwrap();
    assert_eq!(get(&db, &left).await.state, State::Failed);
}
