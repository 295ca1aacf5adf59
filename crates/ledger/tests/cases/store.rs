use crate::common::{ENTITY, close, commission, day, journal, month, open, put, sound, standing, templates, yuan};
use qudao_kernel::{Kind, Refusal};
use qudao_ledger::AccountKind::{CommissionExpense, Deposit, Payable, Receivable, TopupFloat};
use qudao_ledger::{Account, Done, Entry, Journal, JournalId, balances, close_period, entries, open_month, open_period, reverse};
use qudao_platform::{audit, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(
    a_journal_moves_both_balances,
    a_repeat_posts_nothing,
    what_does_not_balance_is_refused,
    a_closed_month_takes_nothing,
    one_month_is_open_at_a_time,
    a_reversal_is_a_new_journal,
    concurrent_postings_lose_nothing,
    of_two_spenders_of_one_deposit_one_gets_it,
    closing_while_others_post_seals_what_was_posted,
    entries_come_in_pages,
    float_of_the_example,
);

async fn a_journal_moves_both_balances(db: TestDb) {
    open(&db, "2026-07").await;
    assert!(put(&db, &commission("a", "P1", "25.80")).await.unwrap().is_new());
    assert_eq!(standing(&db, "P1", Payable).await, 2580);
    assert_eq!(standing(&db, ENTITY, CommissionExpense).await, 2580);
    let of_owner = balances(&mut db.read().await.unwrap(), ENTITY, "P1").await.unwrap();
    assert_eq!(of_owner.len(), 1);
    assert_eq!((of_owner[0].amount, of_owner[0].standing()), (-2580, 2580));
    sound(&db).await;
}

async fn a_repeat_posts_nothing(db: TestDb) {
    // R0.14, N28
    open(&db, "2026-07").await;
    let first = put(&db, &commission("a", "P1", "60.00")).await.unwrap();
    let again = put(&db, &commission("a", "P1", "60.00")).await.unwrap();
    assert_eq!(again, Done::Already(first.into_inner()));
    let other = put(&db, &commission("a", "P1", "61.00")).await.unwrap_err();
    assert_eq!((other.kind, other.code), (Kind::Conflict, "ledger.journal.other_body"));
    close(&db, "2026-07").await;
    assert!(!put(&db, &commission("a", "P1", "60.00")).await.unwrap().is_new(), "a repeat is harmless after closing, too");
    assert_eq!(standing(&db, "P1", Payable).await, 6000);
    sound(&db).await;
}

async fn what_does_not_balance_is_refused(db: TestDb) {
    open(&db, "2026-07").await;
    let bare = || Journal::new(ENTITY, "k", day("2026-07-31"), "x");
    let pair = |debit: i64, credit: i64| [Entry::debit("A", Receivable, debit), Entry::credit("B", Payable, credit)];
    let many = (0..2501).flat_map(|_| pair(1, 1));
    let points = [Entry::debit("A", Receivable, 5), Entry::credit("A", qudao_ledger::AccountKind::Points, 5)];
    let long = "长".repeat(100);
    for (journal, code) in [
        (bare(), "ledger.journal.empty"),
        (bare().with(pair(100, 99)), "ledger.journal.unbalanced"),
        (bare().with(points), "ledger.journal.unbalanced"),
        (bare().with(pair(0, 0)), "ledger.journal.amount"),
        (bare().with(pair(i64::MAX, i64::MAX)), "ledger.journal.amount"),
        (bare().with(many), "ledger.journal.too_long"),
        (bare().with([Entry::debit("", Receivable, 1), Entry::credit("B", Payable, 1)]), "ledger.journal.text"),
        (bare().with([Entry::debit("A\n", Receivable, 1), Entry::credit("B", Payable, 1)]), "ledger.journal.text"),
        (bare().with([Entry::debit(long, Receivable, 1), Entry::credit("B", Payable, 1)]), "ledger.journal.text"),
    ] {
        let refusal = put(&db, &journal).await.unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (Kind::BadInput, code));
    }
    let many: Vec<Entry> = (0..2501).flat_map(|_| pair(1, 1)).collect();
    assert!(put(&db, &bare().with(many)).await.unwrap_err().text.en.contains("5000"));
    sound(&db).await;
}

async fn a_closed_month_takes_nothing(db: TestDb) {
    // N43, R0.13
    open(&db, "2026-07").await;
    put(&db, &commission("july", "P1", "60.00")).await.unwrap().into_inner();
    close(&db, "2026-07").await;
    let refusal = put(&db, &commission("late", "P1", "-20.00")).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (Kind::Conflict, "ledger.period.closed"));
    assert!(refusal.text.en.contains("2026-08"), "the message names the open month: {refusal}");
    // N27, N43: the adjustment posts in the open month, about the closed one.
    let adjustment = journal("late", "2026-08-05", templates().commission("P1", yuan("-20.00"), "N27").unwrap()).about(month("2026-07"));
    put(&db, &adjustment).await.unwrap().into_inner();
    assert_eq!(standing(&db, "P1", Payable).await, 4000);
    let early = journal("early", "2026-09-01", templates().commission("P1", yuan("1"), "").unwrap());
    assert_eq!(put(&db, &early).await.unwrap_err().code, "ledger.period.not_open");
    sound(&db).await;
}

async fn one_month_is_open_at_a_time(db: TestDb) {
    // R0.13
    assert_eq!(put(&db, &commission("a", "P1", "1")).await.unwrap_err().code, "ledger.period.none");
    open(&db, "2026-07").await;
    let open_again = async |text: &str| write_tx!(db, |tx| open_period(tx, "t", ENTITY, month(text)).await);
    assert!(!open_again("2026-07").await.unwrap().is_new());
    assert_eq!(open_again("2026-08").await.unwrap_err().code, "ledger.period.already_open");
    let close = async |text: &str| write_tx!(db, |tx| close_period(tx, "t", ENTITY, month(text)).await);
    assert_eq!(close("2026-08").await.unwrap_err().code, "ledger.period.not_open");
    let first = close("2026-07").await.unwrap();
    assert!(first.is_new());
    let again = close("2026-07").await.unwrap();
    assert_eq!(again, Done::Already(first.into_inner()));
    assert_eq!(close("2026-06").await.unwrap_err().code, "ledger.period.closed");
    assert_eq!(open_month(&mut db.read().await.unwrap(), ENTITY).await.unwrap(), Some(month("2026-08")));
    // Another entity has months of its own.
    write_tx!(db, |tx| open_period(tx, "t", "city:4302", month("2026-01")).await).unwrap().into_inner();
    // R0.2
    let trail = audit::list(&mut db.read().await.unwrap(), Some(("ledger_period", "city:4301/2026-07")), 0, 9).await.unwrap();
    assert_eq!(trail.iter().map(|one| one.entry.action.as_str()).collect::<Vec<_>>(), ["ledger_period.open", "ledger_period.close"]);
    sound(&db).await;
}

async fn a_reversal_is_a_new_journal(db: TestDb) {
    open(&db, "2026-07").await;
    let id = put(&db, &commission("a", "P1", "500.00")).await.unwrap().into_inner();
    let back = async |id: &JournalId, key: &str| -> Result<Done<JournalId>, Refusal> {
        write_tx!(db, |tx| reverse(tx, id, key, day("2026-07-31"), "录入错误").await)
    };
    let reversal = back(&id, "a-back").await.unwrap().into_inner();
    assert_eq!(standing(&db, "P1", Payable).await, 0);
    assert!(!back(&id, "a-back").await.unwrap().is_new());
    assert_eq!(back(&id, "again").await.unwrap_err().code, "ledger.journal.already_reversed");
    assert_eq!(back(&reversal, "twice").await.unwrap_err().code, "ledger.journal.is_reversal");
    assert_eq!(back(&JournalId("jrn_none".into()), "none").await.unwrap_err().code, "ledger.journal.unknown");
    // Two reversals of one journal at once, under different keys.
    let id = put(&db, &commission("b", "P2", "500.00")).await.unwrap().into_inner();
    let both = ["b-one", "b-two"].map(|key| {
        let (db, id) = ((*db).clone(), id.clone());
        tokio::spawn(async move { write_tx!(db, |tx| reverse(tx, &id, key, day("2026-07-31"), "").await) })
    });
    let mut codes = Vec::new();
    for task in both {
        codes.push(task.await.unwrap().map_or_else(|refusal| refusal.code, |_| "reversed"));
    }
    codes.sort_unstable();
    assert_eq!(codes, ["ledger.journal.already_reversed", "reversed"]);
    assert_eq!(standing(&db, "P2", Payable).await, 0);
    sound(&db).await;
}

async fn concurrent_postings_lose_nothing(db: TestDb) {
    open(&db, "2026-07").await;
    let other = db.reopen().await;
    let tasks: Vec<_> = [(*db).clone(), other.clone(), (*db).clone(), other]
        .into_iter()
        .enumerate()
        .map(|(task, db)| {
            tokio::spawn(async move {
                for number in 0..25 {
                    // Opposite orders of the same two accounts, and the same keys from two tasks.
                    let owners = if task % 2 == 0 { ["P1", "P2"] } else { ["P2", "P1"] };
                    let entries = owners.map(|owner| Entry::credit(owner, Payable, 100));
                    let expense = Entry::debit(ENTITY, CommissionExpense, 200);
                    let key = format!("{}-{number}", task % 2);
                    let journal = Journal::new(ENTITY, key, day("2026-07-31"), "x").with(entries).with([expense]);
                    put(&db, &journal).await.unwrap().into_inner();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((standing(&db, "P1", Payable).await, standing(&db, "P2", Payable).await), (5000, 5000));
    sound(&db).await;
}

async fn closing_while_others_post_seals_what_was_posted(db: TestDb) {
    // R0.13, N43: every posting is either inside the seal or told that the month is closed.
    open(&db, "2026-07").await;
    let posters = [0, 1, 2].map(|task| {
        let db = (*db).clone();
        tokio::spawn(async move {
            let mut posted = 0;
            for number in 0.. {
                match put(&db, &commission(&format!("{task}-{number}"), "P1", "1.00")).await {
                    Ok(_) => posted += 1,
                    Err(refusal) => {
                        assert_eq!(refusal.code, "ledger.period.closed");
                        return posted;
                    }
                }
            }
            posted
        })
    });
    while standing(&db, "P1", Payable).await < 2000 {
        tokio::task::yield_now().await;
    }
    let closers = [0, 1].map(|_| {
        let db = (*db).clone();
        tokio::spawn(async move { write_tx!(db, |tx| close_period(tx, "t", ENTITY, month("2026-07")).await).unwrap() })
    });
    let mut sealed = Vec::new();
    for closer in closers {
        sealed.push(closer.await.unwrap());
    }
    let mut posted = 0;
    for poster in posters {
        posted += poster.await.unwrap();
    }
    assert_eq!(sealed.iter().filter(|done| done.is_new()).count(), 1);
    assert_eq!(sealed[0].get(), sealed[1].get());
    assert_eq!(sealed[0].get().sealed.journals, posted);
    assert_eq!(standing(&db, "P1", Payable).await, posted as i64 * 100);
    sound(&db).await;
}

async fn of_two_spenders_of_one_deposit_one_gets_it(db: TestDb) {
    // R0.30
    open(&db, "2026-07").await;
    put(&db, &journal("in", "2026-07-01", templates().take_deposit("P1", yuan("100"), "D1").unwrap())).await.unwrap().into_inner();
    let tasks = ["x", "y"].map(|key| {
        let db = (*db).clone();
        tokio::spawn(
            async move { put(&db, &journal(key, "2026-07-02", templates().refund_deposit("P1", yuan("60"), "D1").unwrap())).await },
        )
    });
    let mut codes = Vec::new();
    for task in tasks {
        codes.push(task.await.unwrap().map_or_else(|refusal| refusal.code, |_| "paid"));
    }
    codes.sort_unstable();
    assert_eq!(codes, ["ledger.balance.short", "paid"]);
    assert_eq!(standing(&db, "P1", Deposit).await, 4000);
    sound(&db).await;
}

async fn entries_come_in_pages(db: TestDb) {
    open(&db, "2026-07").await;
    for number in 0..7 {
        put(&db, &commission(&format!("k{number}"), "P1", "1.00")).await.unwrap().into_inner();
        put(&db, &commission(&format!("other{number}"), "P2", "1.00")).await.unwrap().into_inner();
    }
    let account = Account::new("P1", Payable);
    let mut seen = Vec::new();
    loop {
        let place = seen.last().map(|last: &qudao_ledger::store::Posted| (last.journal.clone(), last.line));
        let after = place.as_ref().map(|(journal, line)| (journal, *line));
        let page = entries(&mut db.read().await.unwrap(), ENTITY, &account, after, 3).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    let mut references: Vec<&str> = seen.iter().map(|posted| posted.entry.reference.as_str()).collect();
    references.sort_unstable();
    assert_eq!(references, ["k0", "k1", "k2", "k3", "k4", "k5", "k6"]);
}

async fn float_of_the_example(db: TestDb) {
    // N37: loaded 5 000, sold 4 200, reversed 100
    open(&db, "2026-07").await;
    let steps = [
        ("load", templates().load_float("P1", yuan("5000"), "")),
        ("sell", templates().sell_float("P1", yuan("4200"), "")),
        ("back", templates().sell_float("P1", yuan("-100"), "")),
    ];
    for (key, posting) in steps {
        put(&db, &journal(key, "2026-07-10", posting.unwrap())).await.unwrap().into_inner();
    }
    assert_eq!(standing(&db, "P1", TopupFloat).await, 90_000);
    let over = journal("over", "2026-07-11", templates().sell_float("P1", yuan("900.01"), "").unwrap());
    let refusal = put(&db, &over).await.unwrap_err();
    assert_eq!(refusal.code, "ledger.balance.short");
    assert!(refusal.text.en.contains("0.01"), "{refusal}");
    sound(&db).await;
}
