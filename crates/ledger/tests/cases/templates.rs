//! The usual postings, on the book alone: no database decides here.

use crate::common::{ENTITY, journal, month, templates, yuan};
use qudao_kernel::Refusal;
use qudao_ledger::AccountKind::{self, Bank, Budget, CommissionExpense, Deposit, Holdback, Payable, Points, Receivable, Tax};
use qudao_ledger::{Basis, Book, Posting, Unit};

struct Story {
    book: Book,
    step: u32,
}

impl Story {
    fn new() -> Self {
        let mut book = Book::default();
        book.open_period(ENTITY, month("2026-07")).unwrap().into_inner();
        Self { book, step: 0 }
    }

    fn post(&mut self, posting: Result<Posting, Refusal>) -> Result<(), &'static str> {
        self.step += 1;
        let posting = posting.map_err(|refusal| refusal.code)?;
        let outcome = self.book.post(&journal(&self.step.to_string(), "2026-07-15", posting));
        assert_eq!((self.book.sum(ENTITY, Unit::Fen), self.book.sum(ENTITY, Unit::Points)), (0, 0));
        outcome.map(|_| ()).map_err(|refusal| refusal.code)
    }

    fn standing(&self, owner: &str, kind: AccountKind) -> i64 {
        kind.standing(self.book.balance(ENTITY, owner, kind))
    }
}

#[test]
fn an_offset_takes_at_most_the_smaller_side_and_needs_a_basis() {
    // R0.32: offset <= min(receivable, payable)
    let (t, mut story) = (templates(), Story::new());
    story.post(t.commission("P1", yuan("800"), "S1")).unwrap();
    story.post(t.charge("P1", yuan("500"), "I1")).unwrap();
    let consent = Basis::Consent("DOC-1".into());
    assert_eq!(story.post(t.offset("P1", yuan("500.01"), &consent)), Err("ledger.balance.short"));
    assert_eq!(story.post(t.offset("P1", yuan("10"), &Basis::Clause(" ".into()))), Err("ledger.offset.no_basis"));
    story.post(t.offset("P1", yuan("500"), &consent)).unwrap();
    assert_eq!((story.standing("P1", Payable), story.standing("P1", Receivable)), (30_000, 0));
    story.post(t.charge("P1", yuan("900"), "I2")).unwrap();
    assert_eq!(story.post(t.offset("P1", yuan("300.01"), &consent)), Err("ledger.balance.short"));
    story.post(t.offset("P1", yuan("300"), &consent)).unwrap();
    assert_eq!((story.standing("P1", Payable), story.standing("P1", Receivable)), (0, 60_000));
}

#[test]
fn a_deposit_never_falls_below_zero() {
    // R0.30
    let (t, mut story) = (templates(), Story::new());
    story.post(t.take_deposit("P1", yuan("1000"), "D")).unwrap();
    story.post(t.charge("P1", yuan("1500"), "I")).unwrap();
    let clause = Basis::Clause("§7".into());
    assert_eq!(story.post(t.use_deposit("P1", yuan("1000.01"), &clause)), Err("ledger.balance.short"));
    story.post(t.use_deposit("P1", yuan("400"), &clause)).unwrap();
    assert_eq!(story.post(t.refund_deposit("P1", yuan("600.01"), "D")), Err("ledger.balance.short"));
    story.post(t.refund_deposit("P1", yuan("600"), "D")).unwrap();
    assert_eq!((story.standing("P1", Deposit), story.standing("P1", Receivable)), (0, 110_000));
}

#[test]
fn a_budget_refuses_what_is_not_left() {
    // N42: budget 130 000, paid 129 999.99, claim 0.02: refused by 0.01
    let (t, mut story) = (templates(), Story::new());
    story.post(t.grant_budget("B1", yuan("130000"), "")).unwrap();
    story.post(t.draw_budget("B1", yuan("129999.99"), "")).unwrap();
    let claim = journal("claim", "2026-07-20", t.draw_budget("B1", yuan("0.02"), "").unwrap());
    let refusal = story.book.post(&claim).unwrap_err();
    assert!(refusal.code == "ledger.balance.short" && refusal.text.zh.contains("0.01"), "{refusal}");
    assert_eq!(story.standing("B1", Budget), 1);
}

#[test]
fn points_follow_payments_and_refunds() {
    // N25: 10 000 yuan at 1 point per 100; a refund of 3 000
    let (t, mut story) = (templates(), Story::new());
    story.post(t.points("C1", 100, "pay")).unwrap();
    story.post(t.points("C1", -30, "refund")).unwrap();
    assert_eq!(story.standing("C1", Points), 70);
    assert_eq!(story.post(t.redeem_points("C1", 71, "gift")), Err("ledger.balance.short"));
    story.post(t.redeem_points("C1", 70, "gift")).unwrap();
}

#[test]
fn held_commission_is_released_or_lost_once() {
    let (t, mut story) = (templates(), Story::new());
    story.post(t.hold_back("P1", yuan("60"), "L1")).unwrap();
    story.post(t.release("P1", yuan("40"), "L1")).unwrap();
    assert_eq!(story.post(t.release("P1", yuan("20.01"), "L1")), Err("ledger.balance.short"));
    story.post(t.forfeit("P1", yuan("20"), "L1")).unwrap();
    assert_eq!((story.standing("P1", Payable), story.standing("P1", Holdback)), (4_000, 0));
    assert_eq!(story.standing(ENTITY, CommissionExpense), 4_000);
}

#[test]
fn payment_is_gross_less_tax_less_offsets() {
    // R0.31: payable = gross - withheld - offsets
    let (t, mut story) = (templates(), Story::new());
    story.post(t.commission("P1", yuan("1000"), "S1")).unwrap();
    story.post(t.charge("P1", yuan("150"), "I1")).unwrap();
    story.post(t.withhold_tax("P1", yuan("160"), "S1")).unwrap();
    story.post(t.offset("P1", yuan("150"), &Basis::Consent("DOC".into()))).unwrap();
    assert_eq!(story.post(t.pay("P1", yuan("690.01"), "B1")), Err("ledger.balance.short"));
    story.post(t.pay("P1", yuan("690"), "B1")).unwrap();
    story.post(t.remit_tax("P1", yuan("160"), "T1")).unwrap();
    assert_eq!((story.standing("P1", Payable), story.standing("P1", Tax)), (0, 0));
    assert_eq!(story.standing(ENTITY, Bank), -85_000);
}

#[test]
fn other_postings_stay_within_what_is_there() {
    let (t, mut story) = (templates(), Story::new());
    story.post(t.pay_advance("P1", yuan("100"), "A")).unwrap();
    story.post(t.commission("P1", yuan("300"), "S")).unwrap();
    assert_eq!(story.post(t.recover_advance("P1", yuan("100.01"), "A")), Err("ledger.balance.short"));
    story.post(t.recover_advance("P1", yuan("100"), "A")).unwrap();
    story.post(t.charge("P1", yuan("80"), "I")).unwrap();
    story.post(t.net_at_pickup("P1", yuan("30"), "L")).unwrap();
    assert_eq!(story.post(t.collect("P1", yuan("50.01"), "R")), Err("ledger.balance.short"));
    story.post(t.collect("P1", yuan("50"), "R")).unwrap();
    story.post(t.grant_float("P1", yuan("5"), "F")).unwrap();
    assert_eq!(story.post(t.pay("P1", yuan("0"), "")), Err("ledger.posting.amount"));
    assert_eq!(story.post(t.pay("P1", yuan("-1"), "")), Err("ledger.posting.amount"));
    assert_eq!(story.post(t.commission("P1", yuan("0"), "")), Err("ledger.posting.amount"));
}

#[test]
fn money_that_comes_ahead_and_float_that_goes_back_balance() {
    // R7.4, R1.43, R0.30: a payment may pass what is owed, float may not fall below zero, a deposit may be kept
    let (t, mut story) = (templates(), Story::new());
    story.post(t.charge("P1", yuan("100"), "I1")).unwrap();
    story.post(t.receive("P1", yuan("130"), "C1")).unwrap();
    story.post(t.adjust_charge("P1", yuan("-20"), "I1")).unwrap();
    assert_eq!(story.standing("P1", Receivable), -5_000);
    story.post(t.load_float_on_account("P1", yuan("80"), "L1")).unwrap();
    assert_eq!((story.standing("P1", Receivable), story.standing("P1", AccountKind::TopupFloat)), (3_000, 8_000));
    assert_eq!(story.post(t.return_float("P1", yuan("80.01"), "R1")), Err("ledger.balance.short"));
    story.post(t.return_float("P1", yuan("80"), "R1")).unwrap();
    story.post(t.take_deposit("P1", yuan("50"), "D1")).unwrap();
    story.post(t.keep_deposit("P1", yuan("50"), "D1")).unwrap();
    assert_eq!(story.post(t.keep_deposit("P1", yuan("0.01"), "D1")), Err("ledger.balance.short"));
    assert_eq!(story.post(t.adjust_charge("P1", yuan("0"), "I1")), Err("ledger.posting.amount"));
}
