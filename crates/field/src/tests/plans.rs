//! Plans that were proposed, moved and followed.

use super::{Field, code, day, shop};
use crate::params::At;
use crate::plan::month::{self, Outlet};
use crate::plan::store::{self, Stop};
use qudao_kernel::holidays::Holidays;
use qudao_platform::params::Register;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(a_plan_is_proposed_moved_and_followed);

fn outlet(code: &str) -> Outlet {
    Outlet {
        code: code.into(),
        class: "A".into(),
        risk: 0,
        price_focus: false,
        point: None,
        service: 30,
        last: None,
        due: Vec::new(),
        closed_from: None,
        pinned: Vec::new(),
    }
}

async fn a_plan_is_proposed_moved_and_followed(db: TestDb) {
    // R7.38 R2.12
    let field = Field::of(db);
    let (from, register) = (day("2026-07-01"), Register::standard().unwrap());
    let rules = At { register: &register, territory: "", day: from }.rules(None).unwrap();
    let mut outlets: Vec<Outlet> = ["O1", "O2", "O3", "O4", "O5"].map(outlet).into();
    let made = month::plan(&outlets, &rules, &Holidays::shipped(), from).unwrap();
    store::propose(&field.db, "system", "M1", &made).await.unwrap();
    let reads = async || store::read(&mut field.db.read().await.unwrap(), "M1", from, from.plus_days(27)).await.unwrap();
    let days = reads().await;
    assert_eq!((days.len(), days.iter().map(|day| day.stops.len()).sum::<usize>()), (20, 20));

    // The first day by hand: two outlets in this order, and one more that is nobody's plan.
    let stop = |outlet: &str, manual| Stop { outlet: outlet.into(), manual, purposes: vec!["display".into()], target: "换店头".into() };
    let by_hand = [stop("O2", true), stop("O1", true)];
    let arrange = async |version, stops: &[Stop]| store::arrange(&field.db, "M1", "M1", version, from, stops).await;
    assert_eq!(code(&arrange(7, &by_hand).await), "platform.db.stale");
    assert_eq!(code(&arrange(1, &[by_hand[0].clone(), by_hand[0].clone()]).await), "field.plan.stops");
    assert_eq!(arrange(1, &by_hand).await.unwrap(), 2);
    for (code, days) in store::pinned(&reads().await) {
        outlets.iter_mut().find(|outlet| outlet.code == code).unwrap().pinned = days;
    }
    let again = month::plan(&outlets, &rules, &Holidays::shipped(), from).unwrap();
    store::propose(&field.db, "system", "M1", &again).await.unwrap();
    let first = &reads().await[0];
    assert_eq!((&first.stops[..2], first.version), (&by_hand[..], 3), "what was put there by hand stays, in its order");

    // The day: O1, then O2, then one that was not planned.
    field.db.clock().advance(Duration::from_hours(10));
    for (visit, outlet, minutes) in [(1, "O1", 0), (2, "O2", 60), (3, "O9", 120)] {
        field.sends("M1", visit, "A", &shop(outlet), field.clean(minutes)).await.unwrap();
    }
    let compared = store::compare(&mut field.db.read().await.unwrap(), "M1", from, from).await.unwrap();
    let adherence = compared[0].adherence;
    assert_eq!((adherence.kept, adherence.made, adherence.in_order), (2, 3, 1));
    assert_eq!(compared[0].unplanned, ["O9"]);
    assert_eq!(adherence.planned as usize - 2, compared[0].missed.len());
    let alone = store::arrange(&field.db, "M1", "M1", 0, day("2026-12-31"), &by_hand).await.unwrap();
    assert_eq!(alone, 1, "a day without a plan");
}
