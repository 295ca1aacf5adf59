//! Disputes on both databases.

use super::*;
use crate::ledger_post::{Poster, post_to_file};
use crate::period;
use crate::statement::{Account, Adjustment, Listed, PartnerRange, Sink, Statement, Terms, carry, fixture, run};
use qudao_kernel::Lang;
use qudao_ledger::file::FileLedger;
use qudao_ledger::{AccountKind, Run};
use qudao_testkit::{TestDb, on_both};
use std::collections::{BTreeMap, BTreeSet};

on_both!(a_dispute_goes_from_claim_to_adjustment, what_is_wrong_is_told, upheld_amounts_are_stated_and_posted_once);

fn today() -> Date {
    "2026-08-31".parse().unwrap()
}

fn month() -> Month {
    "2026-07".parse().unwrap()
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn new<'a>(subject: &'a str, claim: &'a str) -> Raise<'a> {
    Raise {
        who: "partner",
        statement: "DZ202607-A00002",
        period: month(),
        partner: "A00002",
        territory: "360921",
        subject,
        unpaid: true,
        title: "基本酬金",
        amount: 0,
        claim,
        photos: &[],
        today: today(),
    }
}

async fn open(db: &TestDb, key: &str, subject: &str) -> String {
    raise(db, &Register::standard().unwrap(), key, new(subject, "客户已补实名")).await.unwrap().into_inner()
}

async fn a_dispute_goes_from_claim_to_adjustment(db: TestDb) {
    // R1.14: marked, a deadline for the answer, and the outcome is an adjustment of the open month
    let id = open(&db, "key-0001", "p/basic/E1").await;
    assert_eq!(id, "D202607-0001");
    assert_eq!(open(&db, "key-0001", "p/basic/E1").await, id, "the same request again is the same dispute");
    let held = get(&mut db.read().await.unwrap(), &id).await.unwrap();
    assert_eq!((held.state, held.answer_by.to_string().as_str()), (State::Open, "2026-09-07"), "five working days");
    assert!(held.is_late("2026-09-08".parse().unwrap()));

    let proposed = answer(&db, "settlement", &id, 1, Answer::Uphold(Fen(3_096)), "核实已实名").await.unwrap();
    assert_eq!((proposed.state, proposed.adjustment), (State::Proposed, Some(3_096)));
    let august = month().plus(1);
    assert_eq!(code(decide(&db, "settlement", &id, 2, true, "", august).await), "settle.dispute.own");
    let back = decide(&db, "settlement2", &id, 2, false, "金额再核", august).await.unwrap();
    assert_eq!(back.state, State::Open);
    answer(&db, "settlement", &id, 3, Answer::Uphold(Fen(3_000)), "已复核").await.unwrap();
    assert_eq!(code(decide(&db, "settlement2", &id, 3, true, "", august).await), "platform.db.stale");
    let done = decide(&db, "settlement2", &id, 4, true, "", august).await.unwrap();
    assert_eq!((done.state, done.outcome.as_deref(), done.post_in), (State::Answered, Some("upheld"), Some(august)));

    let tx = &mut db.read().await.unwrap();
    let posted = adjustments(tx, august).await.unwrap();
    assert_eq!(posted["A00002"].iter().map(|row| (row.code.as_str(), row.amount)).collect::<Vec<_>>(), [(id.as_str(), Fen(3_000))]);
    assert!(adjustments(tx, month()).await.unwrap().is_empty(), "the disputed month stays as it is");
    let trail = qudao_platform::audit::list(tx, Some(("dispute", id.as_str())), 0, 9).await.unwrap();
    assert_eq!(trail.len(), 5);
}

async fn what_is_wrong_is_told(db: TestDb) {
    // R1.14
    let parameters = Register::standard().unwrap();
    let id = open(&db, "key-0001", "p/basic/E1").await;
    assert_eq!(code(raise(&db, &parameters, "key-0002", new("p/basic/E1", "再提一次")).await), "settle.dispute.exists");
    assert_eq!(code(raise(&db, &parameters, "key-0003", new("p/basic/E2", " ")).await), "settle.dispute.claim");
    let strange = ["att_of_somebody_else".to_owned()];
    let with = Raise { photos: &strange, ..new("p/basic/E3", "有照片") };
    assert_eq!(code(raise(&db, &parameters, "key-0004", with).await), "settle.attachment.none");
    assert_eq!(code(answer(&db, "settlement", &id, 1, Answer::Uphold(Fen(0)), "认可").await), "settle.dispute.amount");
    assert_eq!(code(get(&mut db.read().await.unwrap(), "D1").await), "settle.dispute.none");
    assert_eq!(waiting(&mut db.read().await.unwrap(), "DZ202607-A00002").await.unwrap(), 1);
    let closed = close(&db, "partner", &id).await.unwrap();
    assert_eq!((closed.state, closed.outcome.as_deref()), (State::Closed, Some("withdrawn")));
    assert_eq!(code(close(&db, "partner", &id).await), "settle.dispute.state");
    assert_eq!(code(raise(&db, &parameters, "key-0005", new("p/basic/E1", "撤回后再提")).await), "ok");
    let rejected = answer(&db, "settlement", "D202607-0002", 1, Answer::Reject, "未见实名记录").await.unwrap();
    assert_eq!((rejected.state, rejected.outcome.as_deref()), (State::Answered, Some("rejected")));
    assert_eq!(code(raise(&db, &parameters, "key-0006", new("p/basic/E1", "再来")).await), "settle.dispute.exists");
}

/// Statements of a month that has no lines: what was carried, and what was approved.
#[derive(Default)]
struct Stated(Vec<Statement>);

impl Sink for Stated {
    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        self.0.push(statement.clone());
        Ok(())
    }
}

fn issue(period: Month, before: &[Statement], adjustments: &BTreeMap<String, Vec<Adjustment>>) -> Vec<Statement> {
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    for statement in before {
        carry(&mut accounts, statement);
    }
    for (partner, rows) in adjustments {
        accounts.entry(partner.clone()).or_default().adjustments.clone_from(rows);
    }
    let mut stated = Stated::default();
    fixture::with_terms(Lang::Zh, |terms| {
        let issued_on = period.plus(1).first_day().plus_days(4);
        let terms = Terms { period, issued_on, accounts: &accounts, ..terms };
        let (lines, reasons, owed) = (&mut Listed(&[]), &mut Listed(&[]), &mut Listed(&[]));
        run(terms, &PartnerRange::default(), lines, reasons, owed, &mut stated)
    })
    .unwrap();
    stated.0
}

/// What posting the statements of a month brings into a ledger.
fn post(ledger: &mut FileLedger, period: Month, statements: &[Statement]) {
    let mut groups = Vec::new();
    let mut poster = Poster::new("operator", true, |group| {
        groups.push(group);
        Ok(())
    });
    for statement in statements {
        poster.begin(&statement.partner).unwrap();
        poster.statement(statement).unwrap();
    }
    let date = period.plus(1).first_day().plus_days(4);
    let run = Run { entity: "operator".into(), name: format!("settle-{period}"), date, about: period, reason: "结算".into() };
    post_to_file(ledger, &run, groups).unwrap();
}

async fn upheld_amounts_are_stated_and_posted_once(db: TestDb) {
    // R1.14, R0.3: whatever is approved, and whenever, stands in one statement of its partner and is posted once
    let parameters = Register::standard().unwrap();
    let mut seed = 20_260_731_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut ledger = FileLedger::open(db.folder().join("ledger.jsonl")).unwrap();
    let (mut upheld, mut seen): (BTreeMap<String, i64>, BTreeSet<String>) = Default::default();
    let (mut before, mut number): (Vec<Statement>, u32) = (Vec::new(), 0);
    let mut uphold = async |partner: u64, amount: i64, open: Month| {
        number += 1;
        let (partner, subject) = (format!("A{partner:05}"), format!("p/basic/E{number}"));
        let raised = Raise { partner: &partner, subject: &subject, ..new(&subject, "客户已补实名") };
        let id = raise(&db, &parameters, &format!("key-{number:04}"), raised).await.unwrap().into_inner();
        answer(&db, "settlement", &id, 1, Answer::Uphold(Fen(amount)), "核实已实名").await.unwrap();
        let done = decide(&db, "settlement2", &id, 2, true, "", open).await.unwrap();
        // some partners take the answer before it is stated
        if number % 3 == 0 {
            close(&db, &partner, &id).await.unwrap();
        }
        (id, done.post_in.unwrap())
    };
    for step in 1..=4 {
        let at = month().plus(step);
        for _ in 0..next(6) {
            let (id, post_in) = uphold(next(3), next(50_000) as i64 - 10_000 + 1, at).await;
            assert_eq!(post_in, at);
            upheld.insert(id, 0);
        }
        period::tried(&db, "settlement", at, "", &[]).await.unwrap();
        period::submit(&db, "settlement", at, 1, "").await.unwrap();
        period::approve(&db, "settlement2", at, 2).await.unwrap();
        let taken = adjustments(&mut db.read().await.unwrap(), at).await.unwrap();
        // approved while the month is being published: for the next one
        let (id, post_in) = uphold(next(3), 777, at).await;
        assert_eq!(post_in, at.plus(1), "{id}");
        assert_eq!(adjustments(&mut db.read().await.unwrap(), at).await.unwrap(), taken, "a repeat takes the same");
        period::published(&db, at, &[]).await.unwrap();
        assert_eq!(adjustments(&mut db.read().await.unwrap(), at).await.unwrap(), taken, "and stays with the month");
        let statements = issue(at, &before, &taken);
        let stated: Vec<&Adjustment> = statements.iter().flat_map(|statement| &statement.adjustments).collect();
        assert_eq!(stated.len(), taken.values().map(Vec::len).sum::<usize>());
        for one in stated {
            assert!(seen.insert(one.code.clone()), "{} is stated twice", one.code);
            let held = get(&mut db.read().await.unwrap(), &one.code).await.unwrap();
            assert_eq!((held.adjustment, held.stated_in, held.state), (Some(one.amount.0), Some(at), State::Closed));
            upheld.insert(one.code.clone(), one.amount.0);
        }
        let posted_in = at.plus(1);
        match ledger.book().open_month("operator") {
            None => drop(ledger.open_period("operator", posted_in).unwrap()),
            Some(open) => drop(ledger.close_period("operator", open).unwrap()),
        }
        post(&mut ledger, at, &statements);
        // a crash before the month was marked: posting again adds nothing
        post(&mut ledger, at, &statements);
        before = statements;
    }
    let sum: i64 = upheld.values().sum();
    let expense = AccountKind::CommissionExpense.standing(ledger.book().balance("operator", "operator", AccountKind::CommissionExpense));
    assert_eq!(expense, sum, "the books say what was approved");
    let after = adjustments(&mut db.read().await.unwrap(), month().plus(5)).await.unwrap();
    assert_eq!(after.values().flatten().map(|one| one.amount).collect::<Vec<_>>(), [Fen(777)], "only the last one is still to come");
}
