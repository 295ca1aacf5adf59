//! Whatever is owed and paid: parts add up and stay within what is open.

use crate::collection::oldest_first;
use crate::invoice::{For, Invoice};
use proptest::prelude::*;
use qudao_kernel::{Date, Fen};

fn invoice(at: usize, (amount, collected, held): (i64, i64, i64)) -> Invoice {
    let day: Date = "2026-07-01".parse().unwrap();
    let collected = collected.min(amount);
    Invoice {
        id: format!("YS{at}"),
        version: 1,
        partner: "P1".into(),
        territory: "42".into(),
        kind: For::Goods,
        amount: Fen(amount),
        adjusted: Fen::ZERO,
        collected: Fen(collected),
        held: Fen(held.min(amount - collected)),
        issued_on: day,
        due_on: day,
        note: String::new(),
        who: "a".into(),
    }
}

proptest! {
    /// R7.4: parts sum to the whole or to all that is free, in order, none above its invoice.
    #[test]
    fn money_is_spread_whole(rows in proptest::collection::vec((1_i64..1_000, 0_i64..1_000, 0_i64..1_000), 0..8), money in 1_i64..5_000) {
        let open: Vec<Invoice> = rows.into_iter().enumerate().map(|(at, row)| invoice(at, row)).collect();
        let free = |one: &Invoice| one.open().0 - one.held.0;
        let parts = oldest_first(&open, Fen(money));
        let sum: i64 = parts.iter().map(|part| part.amount.0).sum();
        prop_assert_eq!(sum, money.min(open.iter().map(free).sum()));
        let mut full = true;
        for one in &open {
            let part = parts.iter().find(|part| part.invoice == one.id).map_or(0, |part| part.amount.0);
            prop_assert!(part <= free(one));
            prop_assert!(full || part == 0, "a later one is paid while an earlier one is open");
            full = part == free(one);
        }
    }
}
