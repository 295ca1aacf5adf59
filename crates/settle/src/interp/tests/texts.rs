//! The figures of the requirements as policy texts with examples: what people will write must come out as they expect.

use crate::example::check;
use qudao_policy::{SourceFile, compile};

fn comes_out(body: &str) {
    let text = format!("policy p version 1 \"p\" {{ owner \"结算支撑经理\" effective 2026-01-01 to 2026-12-31 {body} }}");
    let compiled = compile(&[SourceFile::new("p.policy", text)]);
    let set = compiled.set.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    assert_eq!(check(&set, &set.policies[0]), []);
}

#[test]
fn on_time_supply_is_paid_by_its_share() {
    // N22: 50 due, 45 on time: 90 %
    comes_out(
        r#"
        measure due = count of activity "delivery" per partner over month
        measure on_time = count of activity "delivery" where done_on <= due_on per partner over month
        component supply "物流奖励" { basis per partner per month amount ¥1000.00 * (on_time / due) round half up to fen to partner }
        example "50 笔应到 45 笔准时" {
          activity "delivery" 45 times on 2026-07-03 { due_on: 2026-07-05, done_on: 2026-07-05 }
          activity "delivery" 5 times on 2026-07-04 { due_on: 2026-07-05, done_on: 2026-07-06 }
          expect 2026-07 supply = ¥900.00
        }"#,
    );
}

#[test]
fn the_clearance_allowance_is_capped_at_the_opening_stock() {
    // N16: opening 50, in 10, closing 20: 40; opening 50, in 30, closing 10: 50
    for (moved_in, closing, payable) in [(10, 20, 40), (30, 10, 50)] {
        comes_out(&format!(
            r#"
            measure opening = sum quantity of stock_movement count where amount = ¥0.01 per partner over month
            measure moved_in = sum quantity of stock_movement sell_in per partner over month
            measure closing = sum quantity of stock_movement count where amount = ¥0.02 per partner over month
            component clearance "清库补贴" {{
              basis per partner per month
              amount ¥1.00 * min(opening + moved_in - closing, opening)
              round half up to fen
              to partner
            }}
            example "清库" {{
              stock_movement count a on 2026-07-01 {{ quantity: 50, amount: ¥0.01 }}
              stock_movement sell_in b on 2026-07-10 {{ quantity: {moved_in} }}
              stock_movement count c on 2026-07-31 {{ quantity: {closing}, amount: ¥0.02 }}
              expect 2026-07 clearance = ¥{payable}.00
            }}"#
        ));
    }
}

#[test]
fn the_share_of_mid_and_high_customers_decides_the_rate() {
    // N24: 200 mid and 100 high of 1 000: 30 %
    comes_out(
        r#"
        measure all = count of activation per partner over month
        measure better = count of activation where customer_class in ("中端", "高端") per partner over month
        component quality "发展质量" { basis per partner per month amount ¥100.00 * (better / all) round half up to fen to partner }
        example "中高端占三成" {
          activation 700 times on 2026-07-03 { plan_fee: ¥19.00 }
          activation 200 times on 2026-07-04 { plan_fee: ¥99.00, customer_class: "中端" }
          activation 100 times on 2026-07-05 { plan_fee: ¥199.00, customer_class: "高端" }
          expect 2026-07 quality = ¥30.00
        }"#,
    );
}

#[test]
fn a_rebate_step_is_reached_to_the_fen() {
    // N26: from 50 000 on 2 %
    comes_out(
        r#"
        measure paid = sum amount of cash collection per partner over month
        ladder rebate whole per money pays money { from ¥0.00 below ¥50000.00: nothing; from ¥50000.00: 2% each }
        component rebate_pay "回款返利" { basis per partner per month amount rebate(paid) round half up to fen to partner }
        example "差一分" {
          cash collection a on 2026-07-03 { amount: ¥49999.99 }
          expect 2026-07 rebate_pay = ¥0.00 because zero_amount
        }
        example "刚好" {
          cash collection a on 2026-07-03 { amount: ¥50000.00 }
          expect 2026-07 rebate_pay = ¥1000.00
        }"#,
    );
}

#[test]
fn a_cancelled_contract_gives_back_what_is_left_of_it() {
    // T26: 500 over 36 months, cancelled after 20: 222.22; N27 and T29 in the same words
    comes_out(
        r#"
        component subsidy "终端补贴" {
          basis each terminal_sale
          amount ¥500.00
          round half up to fen
          to partner
          reverse on cancellation within 36 months pro rata
        }
        example "合约 36 个月,20 个月后退" {
          terminal_sale t1 on 2026-01-10 { amount: ¥3000.00 }
          cancellation c1 on 2027-09-10 { ref_event: t1 }
          expect 2026-01 subsidy = ¥500.00
          expect 2027-09 subsidy = -¥222.22
        }"#,
    );
}
