use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::{Db, Migration};
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(
    migrating_again_changes_nothing,
    an_edited_migration_is_refused,
    a_newer_database_is_refused,
    a_failed_step_leaves_nothing,
    two_programs_migrate_once
);

const TEXT: &str = "create table one (\n a BIGINT)";
const ONE: Migration = Migration { name: "20990101_0000_one", sqlite: TEXT, postgres: TEXT };

async fn migrating_again_changes_nothing(db: TestDb) {
    let again = db.migrate().await.unwrap();
    assert!(again.applied.is_empty() && again.present > 0);
}

async fn forget_steps(db: &Db) {
    write_tx!(db, |tx| tx.execute("delete from schema_migration", args![]).await).unwrap();
}

async fn an_edited_migration_is_refused(db: TestDb) {
    forget_steps(&db).await;
    db.migrate_with(&[ONE]).await.unwrap();
    // Another checkout's line ends are not an edit.
    let windows = "create table one (\r\n a BIGINT)";
    let crlf = Migration { sqlite: windows, postgres: windows, ..ONE };
    assert!(db.migrate_with(&[crlf]).await.unwrap().applied.is_empty());
    let edited = Migration { sqlite: "create table one (b BIGINT)", postgres: "create table one (b BIGINT)", ..ONE };
    let refusal = db.migrate_with(&[edited]).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (Kind::Conflict, "platform.db.migration_edited"));
    assert!(refusal.text.en.contains(ONE.name));
}

async fn a_newer_database_is_refused(db: TestDb) {
    let refusal = db.migrate_with(&[]).await.unwrap_err();
    assert_eq!(refusal.code, "platform.db.newer");
}

async fn a_failed_step_leaves_nothing(db: TestDb) {
    forget_steps(&db).await;
    let text = "create table two (a BIGINT); insert into two values (1); insert into missing values (1)";
    let broken = Migration { name: "20990102_0000_two", sqlite: text, postgres: text };
    assert!(db.migrate_with(&[ONE, broken]).await.is_err());
    let missing = async {
        let tx = &mut db.read().await?;
        tx.query("select a from one", args![]).await
    }
    .await;
    assert!(missing.is_err(), "the step before the failed one is undone too");
    db.migrate_with(&[ONE]).await.unwrap();
    async {
        let tx = &mut db.read().await?;
        tx.query("select a from one", args![]).await
    }
    .await
    .map(|_| ())
    .unwrap();
}

async fn two_programs_migrate_once(db: TestDb) {
    forget_steps(&db).await;
    let other = db.reopen().await;
    let (one, two) = tokio::join!(db.migrate_with(&[ONE]), other.migrate_with(&[ONE]));
    let applied: Result<Vec<usize>, Refusal> = [one, two].into_iter().map(|done| done.map(|done| done.applied.len())).collect();
    assert_eq!(applied.unwrap().iter().sum::<usize>(), 1);
}
