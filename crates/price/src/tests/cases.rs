//! Cases from the first word to the last.

use super::{MODEL, base, code, everywhere, lines, network, once, publishes, tag, today};
use crate::case::{self, Act, Case, CaseState, Decision, Measure, Terms};
use crate::money;
use crate::verdict::{Mode, Verdict};
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::Master;
use qudao_kernel::{Fen, Refusal};
use qudao_receivable::account::may_supply;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(
    a_recommended_price_has_no_consequence,
    a_case_goes_step_by_step,
    a_measure_needs_a_clause_and_the_ladder,
    an_approved_floor_ends_with_a_talk,
    an_appeal_makes_nothing_harsher,
    a_stop_of_supply_holds_until_the_case_ends,
);

const LADDER: [Measure; 4] = [Measure::Talk, Measure::Warning, Measure::Deduction, Measure::SupplyStop];
const DAY: Duration = Duration::from_hours(24);

struct Court {
    db: TestDb,
    master: Master,
    calendar: Holidays,
}

impl Court {
    async fn of(db: TestDb, mode: Mode) -> Self {
        publishes(&db, "book", &base(mode, today(&db), &lines(99_900, 119_900))).await.unwrap();
        Self { db, master: network(), calendar: Holidays::shipped() }
    }

    async fn opens(&self, key: &str) -> Result<String, Refusal> {
        let check = tag(&self.db, key, today(&self.db), 98_900).await;
        let opened = case::open_price(&self.db, &everywhere(), once("a", key), &[check.id], "标价 989 元").await?;
        Ok(opened.into_inner())
    }

    async fn acts(&self, who: &str, id: &str, act: Act<'_>) -> Result<u32, Refusal> {
        let terms = Terms {
            answer_days: 5,
            appeal_days: 5,
            ladder: &LADDER,
            calendar: &self.calendar,
            master: &self.master,
            manager: "m",
            today: today(&self.db),
        };
        let version = self.the(id).await.version;
        case::act(&self.db, &everywhere(), who, id, version, act, terms).await
    }

    async fn the(&self, id: &str) -> Case {
        case::get(&mut self.db.read().await.unwrap(), &everywhere(), id).await.unwrap()
    }

    /// Ends a case with a measure, without an appeal.
    async fn ends(&self, key: &str, new: Decision<'_>) -> String {
        let id = self.opens(key).await.unwrap();
        self.acts("a", &id, Act::Notify("当面送达")).await.unwrap();
        self.acts("p", &id, Act::Explain("是促销余货")).await.unwrap();
        self.acts("b", &id, Act::Decide(new)).await.unwrap();
        self.db.clock().advance(DAY * 20);
        let right = tag(&self.db, &format!("{key}-right"), today(&self.db), 99_900).await;
        self.acts("a", &id, Act::Recheck(&right.id, "已改价")).await.unwrap();
        self.acts("a", &id, Act::Close("已整改")).await.unwrap();
        id
    }
}

fn decision(measure: Measure, amount: i64) -> Decision<'static> {
    Decision {
        measure,
        amount: Fen(amount),
        harmed: "",
        compensation: Fen::ZERO,
        agreement: if measure > Measure::Talk { "A1" } else { "" },
        clause: if measure > Measure::Talk { "第 6 条" } else { "" },
        words: "标价低于最低零售价",
        relation: "店主当面沟通，继续合作",
    }
}

/// §12 L1, R7.289: a reseller's own price is recorded and reminded of.
async fn a_recommended_price_has_no_consequence(db: TestDb) {
    let court = Court::of(db, Mode::Recommended).await;
    assert_eq!(tag(&court.db, "low", today(&court.db), 98_900).await.verdict, Verdict::Low);
    assert_eq!(code(court.opens("low").await), "price.case.mode");
    assert!(case::list(&mut court.db.read().await.unwrap(), &everywhere(), &case::Query::default()).await.unwrap().is_empty());
}

/// R7.299, R7.271, R7.300, R7.301: found, told, heard, decided by another, looked at again, closed; nothing is left out.
async fn a_case_goes_step_by_step(db: TestDb) {
    let court = Court::of(db, Mode::Agency).await;
    let fine = tag(&court.db, "fine", today(&court.db), 99_900).await;
    assert_eq!(code(case::open_price(&court.db, &everywhere(), once("a", "no"), &[fine.id], "没有违价").await), "price.case.verdict");
    let id = court.opens("c1").await.unwrap();
    assert_eq!(court.opens("c1").await.unwrap(), id, "the same request is the same case");
    assert_eq!(code(court.acts("b", &id, Act::Decide(decision(Measure::Talk, 0))).await), "price.state", "nobody was told");
    court.acts("a", &id, Act::Notify("当面送达")).await.unwrap();
    assert_eq!(code(court.acts("b", &id, Act::Decide(decision(Measure::Talk, 0))).await), "price.case.days", "nobody was heard");
    court.acts("p", &id, Act::Explain("是样机价")).await.unwrap();
    assert_eq!(code(court.acts("a", &id, Act::Decide(decision(Measure::Talk, 0))).await), "price.own_hand");
    assert_eq!(code(court.acts("m", &id, Act::Decide(decision(Measure::Talk, 0))).await), "price.case.manager");
    let bare = Decision { relation: "", ..decision(Measure::Talk, 0) };
    assert_eq!(code(court.acts("b", &id, Act::Decide(bare)).await), "price.words", "the relationship is looked after");
    court.acts("b", &id, Act::Decide(decision(Measure::Talk, 0))).await.unwrap();
    assert_eq!(code(court.acts("a", &id, Act::Recheck("", "看过了")).await), "price.case.days", "it may appeal yet");
    court.db.clock().advance(DAY * 20);
    assert_eq!(code(court.acts("p", &id, Act::Appeal("处理过重")).await), "price.case.days", "and then no more");
    assert_eq!(code(court.acts("a", &id, Act::Close("结案")).await), "price.state", "nobody looked again");
    let still = tag(&court.db, "still", today(&court.db), 98_900).await;
    assert_eq!(code(court.acts("a", &id, Act::Recheck(&still.id, "未改")).await), "price.case.not_right");
    let right = tag(&court.db, "right", today(&court.db), 99_900).await;
    court.acts("a", &id, Act::Recheck(&right.id, "已改价")).await.unwrap();
    court.acts("a", &id, Act::Close("已整改")).await.unwrap();
    let tx = &mut court.db.read().await.unwrap();
    let told: Vec<String> = case::history(tx, &id).await.unwrap().into_iter().map(|one| one.act).collect();
    assert_eq!(told, ["open", "notify", "explain", "decide", "recheck", "close"]);
    let found = case::get(tx, &everywhere(), &id).await.unwrap();
    assert_eq!((found.state, found.closed_on.is_some(), found.waits(today(&court.db))), (CaseState::Closed, true, false));
    // R7.280: low prices around it, the first one first.
    let around = case::neighbours(tx, &everywhere(), &found).await.unwrap();
    assert!(around.len() >= 2 && around.windows(2).all(|pair| pair[0].seen_on <= pair[1].seen_on));
}

/// §12 L4, R7.303: a penalty has a clause of an agreement in force, and no more than the ladder's step.
async fn a_measure_needs_a_clause_and_the_ladder(db: TestDb) {
    let court = Court::of(db, Mode::Agency).await;
    let first = court.opens("c1").await.unwrap();
    court.acts("a", &first, Act::Notify("当面送达")).await.unwrap();
    court.acts("p", &first, Act::Explain("不清楚规定")).await.unwrap();
    assert_eq!(code(court.acts("b", &first, Act::Decide(decision(Measure::Warning, 0))).await), "price.case.ladder");
    assert_eq!(code(court.acts("b", &first, Act::Decide(decision(Measure::Talk, 100))).await), "price.case.amount");
    for key in ["c2", "c3"] {
        court.ends(key, decision(Measure::Talk, 0)).await;
    }
    let third = court.opens("c4").await.unwrap();
    court.acts("a", &third, Act::Notify("当面送达")).await.unwrap();
    court.acts("p", &third, Act::Explain("又忘了")).await.unwrap();
    let bare = Decision { clause: "", ..decision(Measure::Deduction, 20_000) };
    assert_eq!(code(court.acts("b", &third, Act::Decide(bare)).await), "price.case.clause");
    let other = Decision { agreement: "A9", ..decision(Measure::Deduction, 20_000) };
    assert_eq!(code(court.acts("b", &third, Act::Decide(other)).await), "price.case.clause");
    assert_eq!(code(court.acts("b", &third, Act::Decide(decision(Measure::SupplyStop, 0))).await), "price.case.ladder");
    court.acts("b", &third, Act::Decide(decision(Measure::Deduction, 20_000))).await.unwrap();
    assert!(money::due(&mut court.db.read().await.unwrap()).await.unwrap().is_empty(), "nothing is due before it is final");
    court.db.clock().advance(DAY * 20);
    let right = tag(&court.db, "right", today(&court.db), 99_900).await;
    court.acts("a", &third, Act::Recheck(&right.id, "已改价")).await.unwrap();
    court.acts("a", &third, Act::Close("已整改")).await.unwrap();
    let due = money::due(&mut court.db.read().await.unwrap()).await.unwrap();
    assert_eq!(due.iter().map(|one| (one.partner.as_str(), one.amount.0)).collect::<Vec<_>>(), [("P1", -20_000)]);
    // R7.277: how each was treated.
    let all = case::list(&mut court.db.read().await.unwrap(), &everywhere(), &case::Query::default()).await.unwrap();
    let outcome = &case::outcomes(&all)["P1"];
    assert_eq!((outcome.cases, outcome.open, outcome.measures, outcome.deducted), (4, 1, [0, 2, 0, 1, 0], Fen(20_000)));
    assert!(all.iter().all(|one| one.product == MODEL));
}

/// §12 L1: the ladder is for our own goods only.
async fn an_approved_floor_ends_with_a_talk(db: TestDb) {
    let court = Court::of(db, Mode::ApprovedFloor).await;
    court.ends("c1", decision(Measure::Talk, 0)).await;
    let id = court.opens("c2").await.unwrap();
    court.acts("a", &id, Act::Notify("电话")).await.unwrap();
    court.db.clock().advance(DAY * 20);
    assert_eq!(code(court.acts("b", &id, Act::Decide(decision(Measure::Warning, 0))).await), "price.case.measure_mode");
    // It had its days and said nothing.
    court.acts("b", &id, Act::Decide(decision(Measure::None, 0))).await.unwrap();
    court.acts("a", &id, Act::Close("不予处理")).await.unwrap();
}

/// R7.299: an appeal in time is decided by a third person, and makes nothing harsher.
async fn an_appeal_makes_nothing_harsher(db: TestDb) {
    let court = Court::of(db, Mode::Agency).await;
    court.ends("c1", decision(Measure::Talk, 0)).await;
    let id = court.opens("c2").await.unwrap();
    court.acts("a", &id, Act::Notify("当面送达")).await.unwrap();
    court.acts("p", &id, Act::Explain("隔壁先降价")).await.unwrap();
    court.acts("b", &id, Act::Decide(decision(Measure::Talk, 0))).await.unwrap();
    court.acts("p", &id, Act::Appeal("隔壁先降价，请复核")).await.unwrap();
    assert_eq!(code(court.acts("b", &id, Act::Decide(decision(Measure::None, 0))).await), "price.own_hand");
    assert_eq!(code(court.acts("c", &id, Act::Decide(decision(Measure::Warning, 0))).await), "price.case.harsher");
    court.acts("c", &id, Act::Decide(decision(Measure::None, 0))).await.unwrap();
    assert_eq!(court.the(&id).await.state, CaseState::Final);
    court.acts("a", &id, Act::Close("申诉成立")).await.unwrap();
}

/// R7.300, R7.4: a stop of supply is heard wherever supply is asked for: after the days of appeal, and until the case ends.
async fn a_stop_of_supply_holds_until_the_case_ends(db: TestDb) {
    let court = Court::of(db, Mode::Agency).await;
    let supplied = async || code(may_supply(&mut court.db.read().await.unwrap(), "P1", today(&court.db), 15).await);
    for key in ["c1", "c2", "c3"] {
        court.ends(key, decision(Measure::Talk, 0)).await;
    }
    let stopped = async |key: &'static str| {
        let id = court.opens(key).await.unwrap();
        court.acts("a", &id, Act::Notify("当面送达")).await.unwrap();
        court.acts("p", &id, Act::Explain("清理库存")).await.unwrap();
        court.acts("b", &id, Act::Decide(decision(Measure::SupplyStop, 0))).await.unwrap();
        id
    };
    let id = stopped("c4").await;
    assert_eq!(supplied().await, "ok", "it may appeal yet");
    court.db.clock().advance(DAY * 20);
    assert_eq!(supplied().await, "receivable.stopped");
    let right = tag(&court.db, "c4-right", today(&court.db), 99_900).await;
    court.acts("a", &id, Act::Recheck(&right.id, "已改价")).await.unwrap();
    assert_eq!(supplied().await, "receivable.stopped", "the case is not over");
    court.acts("a", &id, Act::Close("已整改")).await.unwrap();
    assert_eq!(supplied().await, "ok");
    let id = stopped("c5").await;
    court.acts("p", &id, Act::Appeal("处理过重")).await.unwrap();
    court.db.clock().advance(DAY * 20);
    assert_eq!(supplied().await, "ok", "nothing follows from what is appealed against");
    court.acts("c", &id, Act::Decide(decision(Measure::SupplyStop, 0))).await.unwrap();
    assert_eq!(supplied().await, "receivable.stopped", "settled, it holds at once");
}
