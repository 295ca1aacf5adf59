//! Facts that come as columns.

use super::*;
use crate::facts::sink;
use qudao_kernel::facts::Table::{BusinessEvent, SubscriberMonth};
use qudao_kernel::{Date, Fen, Month};
use qudao_platform::columnar::facts::{Column, FactBatch};
use std::sync::Arc;

fn recharges(ids: &[&str], fen: i64) -> FactBatch {
    let texts = |text: &str| Column::Text(ids.iter().map(|_| text).collect());
    let day: Date = "2026-07-01".parse().unwrap();
    FactBatch {
        table: BusinessEvent,
        columns: vec![
            (Col::Amount, Column::Money(vec![Some(Fen(fen)); ids.len()])),
            (Col::EventId, Column::Text(ids.iter().collect())),
            (Col::Kind, texts("recharge")),
            (Col::Outlet, texts("O1")),
            (Col::OccurredOn, Column::Date(vec![Some(day); ids.len()])),
        ],
    }
}

#[test]
fn columns_land_as_one_batch_over_tables() {
    let Desk { folder, store, master } = Desk::new();
    let store = Arc::new(store);
    let day = "2026-08-01".parse().unwrap();
    let mut into = sink(Arc::clone(&store), &master, "demo", day).unwrap();
    into.write(recharges(&["E2", "E1"], 3000)).unwrap();
    into.write(FactBatch {
        table: SubscriberMonth,
        columns: vec![
            (Col::Month, Column::Month(vec![Month::new(2026, 7)])),
            (Col::Subscriber, Column::Text(["138"].into_iter().collect())),
            (Col::Active, Column::Bool(vec![Some(true)])),
            (Col::Minutes, Column::Int(vec![None])),
        ],
    })
    .unwrap();
    assert_eq!(store.latest().unwrap().number, 0, "nothing can be read before the end");
    let landed = into.finish().unwrap();
    assert_eq!((landed.rows, landed.snapshot, landed.files.len()), (3, 1, 2));
    // An import of the same rows finds them all there.
    let desk = Desk { folder, store: Arc::into_inner(store).unwrap(), master };
    assert_eq!(desk.ids(BusinessEvent), ["E1", "E2"]);
    assert_eq!(desk.ids(SubscriberMonth), ["138|2026-07"]);
    assert_eq!(counts(&desk.events("E1,recharge,2026-07-01,,O1,,,30,\nE2,recharge,2026-07-01,,O1,,,30.00,\n")), (2, 0, 2, 2, 0));
    desk.store.withdraw_batch("demo").unwrap();
    assert!(desk.store.latest().unwrap().files.is_empty());
}

#[test]
fn a_sink_refuses_rows_that_are_not_well() {
    let Desk { folder: _folder, store, master } = Desk::new();
    let store = Arc::new(store);
    let day: Date = "2026-08-01".parse().unwrap();
    let refuse = |batches: Vec<FactBatch>| {
        let mut into = sink(Arc::clone(&store), &master, "demo", day).unwrap();
        let written = batches.into_iter().try_for_each(|batch| into.write(batch));
        let code = written.and_then(|()| into.finish().map(|_| ())).unwrap_err().code;
        assert_eq!(store.latest().unwrap().number, 0);
        assert!(store.list("facts").unwrap().is_empty());
        code
    };
    assert_eq!(refuse(vec![recharges(&["E1", "E1"], 1)]), "facts.row.there");
    assert_eq!(refuse(vec![recharges(&["E1"], 1), recharges(&["E1"], 2)]), "facts.row.there");
    assert_eq!(refuse(vec![recharges(&["E1"], -1)]), "facts.cell.negative");
    assert_eq!(refuse(vec![recharges(&[""], 1)]), "facts.cell.missing");
    let mut wrong = recharges(&["E1"], 1);
    wrong.columns.pop();
    wrong.columns.push((Col::OccurredOn, Column::Date(vec![])));
    assert_eq!(refuse(vec![wrong]), "facts.batch.shape");
    assert_eq!(sink(store, &master, "a b", day).err().unwrap().code, "facts.batch.name");
}
