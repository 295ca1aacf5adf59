//! Disputes on both databases.

use super::*;
use qudao_testkit::{TestDb, on_both};

on_both!(a_dispute_goes_from_claim_to_adjustment, what_is_wrong_is_told);

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
