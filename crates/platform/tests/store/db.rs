use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::{Db, DbKind, Durability, Limits, Value};
use qudao_platform::{SystemClock, args, write_tx};
use qudao_testkit::{TestDb, on_both};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

on_both!(
    concurrent_read_modify_write_loses_nothing,
    a_stale_version_is_refused,
    a_refusal_undoes_everything,
    a_failed_statement_ends_its_transaction,
    a_deadlock_is_tried_again,
    a_serialisation_failure_is_tried_again,
    limits_end_what_takes_too_long,
    readers_see_one_state_and_cannot_write,
    values_come_back_as_they_went_in,
    many_rows_in_few_statements,
    constraint_errors_have_stable_codes,
    a_full_disk_is_survived,
);

async fn counter(db: &Db) {
    write_tx!(db, |tx| {
        tx.execute("create table counter (id TEXT not null primary key, n BIGINT not null, version BIGINT not null)", args![]).await?;
        tx.execute("insert into counter values ('a', 0, 1), ('b', 0, 1)", args![]).await?;
        Ok::<(), Refusal>(())
    })
    .unwrap();
}

async fn value(db: &Db, id: &str) -> i64 {
    async {
        let tx = &mut db.read().await?;
        tx.query_one("select n from counter where id = $1", args![id]).await?.int("n")
    }
    .await
    .unwrap()
}

async fn concurrent_read_modify_write_loses_nothing(db: TestDb) {
    // R0.24. Two of the tasks come from a second set of connections, as a second process would.
    counter(&db).await;
    let other = db.reopen().await;
    let tasks = [(*db).clone(), (*db).clone(), other.clone(), other].map(|db| {
        tokio::spawn(async move {
            for _ in 0..100 {
                write_tx!(db, |tx| {
                    let row = tx.query_one("select n from counter where id = 'a' {for_update}", args![]).await?;
                    tx.execute("update counter set n = $1 where id = 'a'", args![row.int("n")? + 1]).await
                })
                .unwrap();
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(value(&db, "a").await, 400);
}

async fn a_stale_version_is_refused(db: TestDb) {
    // R0.24
    counter(&db).await;
    let edit = async |version: i64, n: i64| {
        write_tx!(db, |tx| {
            let sql = "update counter set n = $2, version = version + 1 where id = 'a' and version = $1";
            tx.execute_versioned("counter", "a", sql, args![version, n]).await
        })
    };
    edit(1, 10).await.unwrap();
    let refusal = edit(1, 20).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (Kind::Conflict, "platform.db.stale"));
    assert_eq!(value(&db, "a").await, 10);
    edit(2, 20).await.unwrap();
}

async fn a_refusal_undoes_everything(db: TestDb) {
    counter(&db).await;
    let outcome = write_tx!(db, |tx| {
        tx.execute("update counter set n = 5 where id = 'a'", args![]).await?;
        Err::<(), Refusal>(Refusal::bad_input("test.no", "不", "no"))
    });
    assert_eq!(outcome.unwrap_err().code, "test.no");
    assert_eq!(value(&db, "a").await, 0);
}

async fn a_failed_statement_ends_its_transaction(db: TestDb) {
    counter(&db).await;
    let outcome = write_tx!(db, |tx| {
        tx.execute("update counter set n = 7 where id = 'a'", args![]).await?;
        assert!(tx.execute("insert into counter values ('a', 0, 1)", args![]).await.is_err());
        assert_eq!(tx.execute("update counter set n = 8 where id = 'a'", args![]).await.unwrap_err().kind, Kind::Bug);
        Ok::<(), Refusal>(())
    });
    assert_eq!(outcome.unwrap_err().kind, Kind::Bug);
    assert_eq!(value(&db, "a").await, 0);
}

async fn a_deadlock_is_tried_again(db: TestDb) {
    // Two transactions lock the same two rows in opposite order; PostgreSQL ends one of them with 40P01.
    counter(&db).await;
    let began = std::sync::Arc::new(AtomicU32::new(0));
    let tasks = [("a", "b"), ("b", "a")].map(|(first, second)| {
        let (db, began) = ((*db).clone(), began.clone());
        tokio::spawn(async move {
            write_tx!(db, |tx| {
                began.fetch_add(1, Ordering::SeqCst);
                tx.execute("update counter set n = n + 1 where id = $1", args![first]).await?;
                let both = tx.kind() == DbKind::Postgres;
                while both && began.load(Ordering::SeqCst) < 2 {
                    tokio::task::yield_now().await;
                }
                tx.execute("update counter set n = n + 1 where id = $1", args![second]).await
            })
        })
    });
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!((value(&db, "a").await, value(&db, "b").await), (2, 2));
}

async fn a_serialisation_failure_is_tried_again(db: TestDb) {
    // R0.42: each reads both rows and changes another one. No order of the two gives what both would write, and PostgreSQL ends one with 40001.
    counter(&db).await;
    let began = Arc::new(AtomicU32::new(0));
    let tasks = ["a", "b"].map(|own| {
        let (db, began) = ((*db).clone(), began.clone());
        tokio::spawn(async move {
            write_tx!(db, |tx| {
                let both = tx.kind() == DbKind::Postgres;
                if both {
                    tx.execute_script("set transaction isolation level serializable").await?;
                }
                let sum = tx.query_one("select cast(sum(n) as BIGINT) as n from counter", args![]).await?.int("n")?;
                began.fetch_add(1, Ordering::SeqCst);
                while both && began.load(Ordering::SeqCst) < 2 {
                    tokio::task::yield_now().await;
                }
                tx.execute("update counter set n = $2 where id = $1", args![own, sum + 1]).await
            })
        })
    });
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let mut both = [value(&db, "a").await, value(&db, "b").await];
    both.sort_unstable();
    assert_eq!(both, [1, 2], "one after the other, whichever was first");
    let retried = began.load(Ordering::SeqCst);
    assert!(db.kind() == DbKind::Sqlite || retried > 2, "{retried} attempts");
}

async fn limits_end_what_takes_too_long(db: TestDb) {
    // R0.42
    counter(&db).await;
    let (statement, idle, lock) = (Duration::from_millis(500), Duration::from_mins(7), Duration::from_millis(200));
    let limits = Limits { connections: 1, statement, idle, lock };
    let limited = Db::open_within(db.url(), Arc::new(SystemClock), Durability::None, limits).await.unwrap();
    assert_eq!(value(&limited, "a").await, 0);
    if limited.kind() == DbKind::Sqlite {
        return;
    }
    let slow = async {
        let tx = &mut limited.read().await?;
        tx.query_one("select count(*) as slept from (select pg_sleep(60)) as sleep", args![]).await
    }
    .await;
    assert_eq!(slow.err().map(|refusal| (refusal.kind, refusal.code)), Some((Kind::Unavailable, "platform.db.slow")));
    let waited = write_tx!(db, |tx| {
        tx.execute("update counter set n = 1 where id = 'a'", args![]).await?;
        let waits = write_tx!(limited, |tx| tx.execute("update counter set n = 2 where id = 'a'", args![]).await);
        Ok::<_, Refusal>(waits.err().map(|refusal| refusal.code))
    });
    assert_eq!(waited.unwrap(), Some("platform.db.slow"));
    // One connection serves all of this: what was ended gave it back.
    let setting = async {
        let tx = &mut limited.read().await?;
        tx.query_one("select current_setting('idle_in_transaction_session_timeout') as idle", args![]).await?.string("idle")
    }
    .await;
    assert_eq!(setting.unwrap(), "7min");
    // A step of the schema may take as long as it takes.
    limited.migrate().await.unwrap();
    limited.close().await;
}

async fn readers_see_one_state_and_cannot_write(db: TestDb) {
    counter(&db).await;
    async {
        let tx = &mut db.read().await?;
        {
            let before = tx.query_one("select n from counter where id = 'a'", args![]).await?.int("n")?;
            write_tx!(db, |tx| tx.execute("update counter set n = 99 where id = 'a'", args![]).await)?;
            assert_eq!(tx.query_one("select n from counter where id = 'a'", args![]).await?.int("n")?, before);
            Ok::<(), Refusal>(())
        }
    }
    .await
    .unwrap();
    let refused = async {
        let tx = &mut db.read().await?;
        tx.execute("update counter set n = 1 where id = 'a'", args![]).await
    }
    .await;
    assert_eq!(refused.unwrap_err().kind, Kind::Bug);
    assert_eq!(value(&db, "a").await, 99);
}

async fn values_come_back_as_they_went_in(db: TestDb) {
    write_tx!(db, |tx| {
        tx.execute("create table thing (i BIGINT, t TEXT, b {bytes})", args![]).await?;
        let insert = "insert into thing (i, t, b) values ($1, $2, $3)";
        tx.execute(insert, args![i64::MIN, "渠道 ' \" \\ 🀄", vec![0_u8, 255, 10]]).await?;
        tx.execute(insert, &[Value::Null, Value::Null, Value::Null]).await?;
        tx.execute(insert, args![i64::MAX, "", Vec::<u8>::new()]).await?;
        let rows = tx.query("select i, t, b from thing order by i is null, i", args![]).await?;
        assert_eq!((rows[0].int("i")?, rows[0].text("t")?, rows[0].bytes("b")?), (i64::MIN, "渠道 ' \" \\ 🀄", &[0, 255, 10][..]));
        assert_eq!((rows[1].int("i")?, rows[1].text("t")?, rows[1].bytes("b")?), (i64::MAX, "", &[][..]));
        assert_eq!((rows[2].opt_int("i")?, rows[2].opt_text("t")?), (None, None));
        assert_eq!(rows[2].int("i").unwrap_err().code, "platform.db.column");
        assert_eq!(rows[0].int("nothing").unwrap_err().code, "platform.db.column");
        Ok::<(), Refusal>(())
    })
    .unwrap();
}

async fn many_rows_in_few_statements(db: TestDb) {
    write_tx!(db, |tx| {
        tx.execute("create table wide (a BIGINT not null, b TEXT not null, c BIGINT)", args![]).await?;
        let rows: Vec<Vec<Value>> = (0..25_000_i64).map(|n| args![n, format!("第{n}行"), None::<i64>].to_vec()).collect();
        assert_eq!(tx.insert_rows("wide", "a, b, c", &rows, "").await?, 25_000);
        let sum = tx.query_one("select count(*) as n, cast(sum(a) as BIGINT) as total from wide", args![]).await?;
        assert_eq!((sum.int("n")?, sum.int("total")?), (25_000, 25_000 * 24_999 / 2));
        let mut seen = 0;
        tx.query_each("select a, b from wide order by a", args![], |row| {
            assert_eq!(row.int("a")?, seen);
            seen += 1;
            Ok(())
        })
        .await?;
        assert_eq!(tx.insert_rows("wide", "a, b, c", &[vec![Value::Null]], "").await.unwrap_err().kind, Kind::Bug);
        Ok::<(), Refusal>(())
    })
    .unwrap();
}

async fn constraint_errors_have_stable_codes(db: TestDb) {
    write_tx!(db, |tx| {
        tx.execute("create table parent (id TEXT not null primary key, n BIGINT not null check (n > 0))", args![]).await?;
        tx.execute("create table child (parent TEXT not null references parent (id))", args![]).await?;
        tx.execute("insert into parent values ('p', 1)", args![]).await
    })
    .unwrap();
    let code = async |sql: &'static str| write_tx!(db, |tx| tx.execute(sql, args![]).await).unwrap_err().code;
    assert_eq!(code("insert into parent values ('p', 2)").await, "platform.db.unique");
    assert_eq!(code("insert into parent values ('q', 0)").await, "platform.db.check");
    assert_eq!(code("insert into parent values ('q', null)").await, "platform.db.check");
    assert_eq!(code("insert into child values ('nobody')").await, "platform.db.reference");
    assert_eq!(code("insert into nowhere values (1)").await, "platform.db.statement");
}

async fn a_full_disk_is_survived(db: TestDb) {
    counter(&db).await;
    // What PostgreSQL's disk holds is not ours to limit.
    if db.kind() == DbKind::Postgres {
        return;
    }
    let fill = write_tx!(db, |tx| {
        let pages = tx.query_one("pragma page_count", args![]).await?.int("page_count")?;
        tx.query(format!("pragma max_page_count = {pages}"), args![]).await?;
        tx.execute("insert into counter values (hex(zeroblob(100000)), 1, 1)", args![]).await
    });
    let refusal = fill.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (Kind::Unavailable, "platform.db.full"));
    // SQLite ended that transaction by itself; the next one begins as ever.
    write_tx!(db, |tx| tx.execute("update counter set n = 7 where id = 'a'", args![]).await).unwrap();
    assert_eq!(value(&db, "a").await, 7);
}

#[test]
fn wrong_addresses_are_refused_with_what_to_do() {
    for url in ["mysql://x", "qudao.db", "sqlite:", "sqlite::memory:"] {
        let refusal = qudao_testkit::block_on(Db::open(url)).err().unwrap();
        assert_eq!(refusal.code, "platform.db.address", "{url}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not-a-database.db");
    std::fs::write(&file, "a text file that is longer than a hundred bytes, ".repeat(40)).unwrap();
    let refusal = qudao_testkit::block_on(Db::open(&format!("sqlite:{}", file.display()))).err().unwrap();
    assert_eq!(refusal.code, "platform.db.file");
    let refusal = qudao_testkit::block_on(Db::open("postgres://nobody@127.0.0.1:1/none")).err().unwrap();
    assert_eq!(refusal.code, "platform.db.unreachable");
}
