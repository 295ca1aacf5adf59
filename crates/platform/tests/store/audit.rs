use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::{self, Broken, BrokenWhy, Entry};
use qudao_platform::db::{Db, DbKind};
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(
    entries_are_chained_and_committed_with_the_change,
    the_chain_cannot_be_edited,
    tampering_is_found_at_its_place,
    concurrent_appends_keep_one_chain,
    entries_are_found_by_who_what_and_when,
);

async fn change(db: &Db, id: &str, refuse: bool) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        tx.audit(
            Entry::new("person:1", "outlet.rename", "outlet", id).before("{\"name\":\"旧\"}").after("{\"name\":\"新\"}").reason("迁址"),
        );
        if refuse { Err(Refusal::bad_input("test.no", "不", "no")) } else { Ok(()) }
    })
}

async fn drop_guard(db: &Db) {
    write_tx!(db, |tx| match tx.kind() {
        DbKind::Sqlite => tx.execute_script("drop trigger audit_entry_no_update; drop trigger audit_entry_no_delete").await,
        DbKind::Postgres => tx.execute_script("drop trigger audit_entry_guard on audit_entry").await,
    })
    .unwrap();
}

async fn entries_are_chained_and_committed_with_the_change(db: TestDb) {
    // R0.2
    change(&db, "O1", false).await.unwrap();
    change(&db, "O2", true).await.unwrap_err();
    change(&db, "O3", false).await.unwrap();
    let all = async {
        let tx = &mut db.read().await?;
        audit::list(tx, None, 0, 10).await
    }
    .await
    .unwrap();
    assert_eq!(all.iter().map(|entry| (entry.seq, entry.entry.noun_id.as_str())).collect::<Vec<_>>(), [(1, "O1"), (2, "O3")]);
    assert_eq!(all[1].prev_hash, all[0].hash);
    let one = async {
        let tx = &mut db.read().await?;
        audit::list(tx, Some(("outlet", "O3")), 0, 10).await
    }
    .await
    .unwrap();
    assert_eq!(one, all[1..]);
    assert_eq!(audit::verify(&db).await.unwrap(), None);
    assert_eq!(
        async {
            let tx = &mut db.read().await?;
            audit::head(tx).await
        }
        .await
        .unwrap()
        .seq,
        2
    );
}

async fn the_chain_cannot_be_edited(db: TestDb) {
    // R0.2
    change(&db, "O1", false).await.unwrap();
    for sql in ["update audit_entry set who = 'x'", "delete from audit_entry"] {
        let refusal = write_tx!(db, |tx| tx.execute(sql, args![]).await).unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (Kind::Forbidden, "platform.db.append_only"));
    }
}

async fn tampering_is_found_at_its_place(db: TestDb) {
    // R0.2
    for id in ["O1", "O2", "O3", "O4"] {
        change(&db, id, false).await.unwrap();
    }
    drop_guard(&db).await;
    let raw = async |sql: &'static str| write_tx!(db, |tx| tx.execute(sql, args![]).await).unwrap();
    let broken = async || audit::verify(&db).await.unwrap();
    raw("update audit_entry set reason = '改' where seq = 2").await;
    assert_eq!(broken().await, Some(Broken { seq: 2, why: BrokenWhy::Altered }));
    raw("update audit_entry set reason = '迁址' where seq = 2").await;
    assert_eq!(broken().await, None);
    raw("delete from audit_entry where seq = 4").await;
    assert_eq!(broken().await, Some(Broken { seq: 4, why: BrokenWhy::WrongEnd }));
    raw("update audit_entry set seq = 4 where seq = 3").await;
    assert_eq!(broken().await, Some(Broken { seq: 3, why: BrokenWhy::Missing }));
    raw("delete from audit_entry where seq = 1").await;
    assert_eq!(broken().await, Some(Broken { seq: 1, why: BrokenWhy::Missing }));
}

async fn concurrent_appends_keep_one_chain(db: TestDb) {
    let tasks = [0, 1, 2, 3].map(|task| {
        let db = (*db).clone();
        tokio::spawn(async move {
            for number in 0..25 {
                change(&db, &format!("O{task}-{number}"), false).await.unwrap();
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(audit::verify(&db).await.unwrap(), None);
    assert_eq!(
        async {
            let tx = &mut db.read().await?;
            audit::head(tx).await
        }
        .await
        .unwrap()
        .seq,
        100
    );
}

async fn entries_are_found_by_who_what_and_when(db: TestDb) {
    // R0.2
    for (who, action, id) in [
        ("li4", "person.grant", "a"),
        ("li4/zhang3", "person.leave", "b"),
        ("li44", "policy.publish", "p_1"),
        ("wang5", "policy.sign", "p11"),
    ] {
        write_tx!(db, |tx| {
            tx.audit(Entry::new(who, action, action.split('.').next().unwrap_or(""), id));
            Ok(())
        })
        .unwrap();
        db.clock().advance(std::time::Duration::from_mins(1));
    }
    let start = db.now_us() - 240_000_000;
    let find = async |search: audit::Search| {
        let mut tx = db.read().await.unwrap();
        let found = audit::search(&mut tx, &search, None, 10).await.unwrap();
        assert_eq!(audit::count(&mut tx, &search).await.unwrap() as usize, found.len());
        found.iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    let any = audit::Search::default();
    assert_eq!(find(any.clone()).await, [4, 3, 2, 1], "newest first");
    assert_eq!(find(audit::Search { who: "li4".to_owned(), ..any.clone() }).await, [2, 1], "also what was done for another");
    assert_eq!(find(audit::Search { who: "zhang3".to_owned(), ..any.clone() }).await, [2], "and what was done in one's name");
    assert_eq!(find(audit::Search { action: "policy.".to_owned(), ..any.clone() }).await, [4, 3]);
    assert_eq!(find(audit::Search { action: "person.leave".to_owned(), ..any.clone() }).await, [2]);
    assert_eq!(find(audit::Search { noun: "policy".to_owned(), noun_id: "p_1".to_owned(), ..any.clone() }).await, [3]);
    assert_eq!(find(audit::Search { from_us: Some(start + 60_000_000), to_us: Some(start + 180_000_000), ..any.clone() }).await, [3, 2]);
    let mut tx = db.read().await.unwrap();
    let page = audit::search(&mut tx, &any, Some(3), 1).await.unwrap();
    assert_eq!(page.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2], "the next page");
}
