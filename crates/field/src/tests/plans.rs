//! Plans that were proposed, moved and followed.

use super::{Field, code, day, shop};
use crate::params::At;
use crate::plan::month::{self, Outlet, Rules, Why};
use crate::plan::store::{self, Move, Stop};
use crate::visit::list::{self, Sight};
use qudao_kernel::holidays::Holidays;
use qudao_platform::params::Register;
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;
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
    // R7.38 R7.39 R2.12
    let field = Field::of(db);
    let (from, register) = (day("2026-07-01"), Register::standard().unwrap());
    let rules = At { register: &register, territory: "", day: from }.rules(None).unwrap();
    let mut outlets: Vec<Outlet> = ["O1", "O2", "O3", "O4", "O5"].map(outlet).into();
    let made = month::plan(&outlets, &rules, &Holidays::shipped(), from).unwrap();
    let purposes: BTreeMap<String, Vec<String>> = [("O5".to_owned(), vec!["know".to_owned()])].into();
    store::propose(&field.db, "system", "M1", &made, &purposes).await.unwrap();
    let reads = async || store::read(&mut field.db.read().await.unwrap(), "M1", from, from.plus_days(27)).await.unwrap();
    let days = reads().await;
    assert_eq!((days.len(), days.iter().map(|day| day.stops.len()).sum::<usize>()), (20, 20));

    // The first day by hand: two outlets in this order, and one more that is nobody's plan.
    let stop = |outlet: &str, manual| Stop { outlet: outlet.into(), manual, purposes: vec!["display".into()], target: "换店头".into() };
    let by_hand = [stop("O2", true), stop("O1", true)];
    let moves = |who, day, version| Move { who, manager: "M1", day, version, reason: "店主约在上午" };
    let arrange = async |version, stops: &[Stop]| store::arrange(&field.db, &moves("M1", from, version), stops).await;
    assert_eq!(code(&arrange(7, &by_hand).await), "platform.db.stale");
    assert_eq!(code(&arrange(1, &[by_hand[0].clone(), by_hand[0].clone()]).await), "field.plan.stops");
    let proposed = days[0].proposed.clone();
    assert_eq!(arrange(1, &by_hand).await.unwrap(), 2);
    let moved = reads().await[0].clone();
    assert_eq!(
        (moved.proposed, moved.reason.as_str(), moved.changed_by.as_str()),
        (proposed, "店主约在上午", "M1"),
        "what was proposed stays"
    );
    for (code, days) in store::pinned(&reads().await) {
        outlets.iter_mut().find(|outlet| outlet.code == code).unwrap().pinned = days;
    }
    let again = month::plan(&outlets, &rules, &Holidays::shipped(), from).unwrap();
    store::propose(&field.db, "system", "M1", &again, &purposes).await.unwrap();
    let fifth = reads().await.into_iter().flat_map(|day| day.stops).find(|stop| stop.outlet == "O5");
    assert_eq!(fifth.unwrap().purposes, ["know"], "each planned visit is for something");
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
    let alone = store::arrange(&field.db, &moves("S1", day("2026-12-31"), 0), &by_hand).await.unwrap();
    assert_eq!(alone, 1, "a day without a plan");
    let next = store::next(&mut field.db.read().await.unwrap(), "M1", day("2026-12-01")).await.unwrap();
    assert_eq!(next.get("O1"), Some(&day("2026-12-31")));
    let last = list::latest(&mut field.db.read().await.unwrap(), &Sight::everywhere()).await.unwrap();
    assert_eq!(last.iter().map(|line| line.outlet.as_str()).collect::<Vec<_>>(), ["O1", "O2", "O9"]);

    // What stands: two of five on the first day, by hand; the others as they were proposed.
    let placed = reads().await.into_iter().map(|day| (day.day, day.stops.into_iter().map(|stop| stop.outlet).collect())).collect();
    let stands = month::stands(&outlets, &rules, &Holidays::shipped(), from, &placed).unwrap();
    assert_eq!(stands.days[0].outlets[..2], ["O2", "O1"]);
    assert_eq!(stands.met.1, 5);
    let nothing = month::stands(&outlets, &rules, &Holidays::shipped(), from, &BTreeMap::new()).unwrap();
    let why: Vec<(u32, Why)> = nothing.left.iter().map(|left| (left.given, left.why)).collect();
    assert_eq!((nothing.met, why), ((0, 5), vec![(0, Why::Pinned), (0, Why::Pinned), (0, Why::Open), (0, Why::Open), (0, Why::Open)]));
    let busy = Rules { day_minutes: 1, ..rules };
    let full = month::stands(&outlets, &busy, &Holidays::shipped(), from, &BTreeMap::new()).unwrap();
    assert_eq!(full.left.last().map(|left| left.why), Some(Why::Full));
}
