use qudao_demo::{Event, Scale, Scheme, Truth, World};
use qudao_kernel::Month;
use std::collections::{BTreeMap, BTreeSet};

fn world() -> World {
    World::new(Scale::city(), 42).unwrap()
}

fn months() -> impl Iterator<Item = Month> {
    (0..7).map(|index| "2026-01".parse::<Month>().unwrap().plus(index))
}

fn events(world: &World, month: Month) -> Vec<Event> {
    let mut events = Vec::new();
    world
        .events(month, world.everyone(), &mut |event| {
            events.push(*event);
            Ok(())
        })
        .unwrap();
    events
}

fn truths(world: &World) -> Vec<Truth> {
    months().map(|month| world.truth(month).unwrap()).collect()
}

#[test]
fn every_scheme_is_planted_in_half_a_year() {
    let world = world();
    let found: BTreeSet<Scheme> = truths(&world).iter().flat_map(Truth::schemes).collect();
    assert_eq!(found.len(), 4);
    // A2: more than ten per cent and more than twenty cards, so that a penalty has something to bite on.
    let caught = |scheme| {
        truths(&world)
            .iter()
            .flat_map(|truth| truth.fraud.clone())
            .filter(|one| one.scheme == scheme && one.cards > 20 && one.cards * 10 > one.of)
            .count()
    };
    assert!(caught(Scheme::FarmedHandsets) >= 3 && caught(Scheme::ZeroUse) >= 3);
}

#[test]
fn handsets_with_four_numbers_are_exactly_those_planted() {
    // A1
    let world = world();
    for month in months() {
        let mut numbers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in events(&world, month).iter().filter(|event| event.kind == "activation" && !event.imei.is_empty()) {
            numbers.entry(event.imei.to_string()).or_default().insert(event.subscriber.to_string());
        }
        let found = numbers.values().filter(|numbers| numbers.len() >= 4).count() as u64;
        let truth = world.truth(month).unwrap();
        let planted: u64 = truth.fraud.iter().map(|one| one.handsets).sum();
        assert_eq!(found, planted, "{month}");
        assert!(
            numbers.values().filter(|numbers| numbers.len() > 1).count() as u64 <= planted + 1,
            "{month}: only planted handsets serve two"
        );
    }
}

#[test]
fn bursts_reach_a_step_on_the_last_day() {
    let world = world();
    let mut bursts = 0;
    for month in months() {
        for one in world.truth(month).unwrap().fraud.iter().filter(|one| one.scheme == Scheme::ThresholdBurst) {
            let of_partner: Vec<Event> = events(&world, month)
                .into_iter()
                .filter(|event| event.kind == "activation" && event.partner.as_str() == one.partner)
                .collect();
            assert!([100, 200, 300].contains(&of_partner.len()), "{month}: {}", of_partner.len());
            let planted: Vec<_> = of_partner.iter().filter(|event| event.scheme == Some(Scheme::ThresholdBurst)).collect();
            assert!(planted.len() as u64 == one.cards && planted.iter().all(|event| event.occurred == month.last_day()));
            bursts += 1;
        }
    }
    assert!(bursts >= 3, "{bursts}");
}

#[test]
fn cards_never_used_have_no_minutes_and_early_leavers_wait_for_the_gate() {
    let world = world();
    let mut idle = BTreeSet::new();
    let mut early: BTreeMap<String, Event> = BTreeMap::new();
    let mut left = [0; 2];
    for month in months() {
        for event in events(&world, month) {
            match (event.kind, event.scheme) {
                ("activation", Some(Scheme::ZeroUse | Scheme::ThresholdBurst)) => drop(idle.insert(event.subscriber)),
                ("activation", Some(Scheme::EarlyChurn)) => drop(early.insert(event.id.to_string(), event)),
                ("cancellation", Some(Scheme::EarlyChurn)) => {
                    if let Some(original) = early.get(event.reference.as_str()) {
                        let days = event.occurred.days() - original.occurred.days();
                        assert!((92..117).contains(&days), "{days}");
                        left[0] += 1;
                    }
                }
                _ => {}
            }
        }
        world
            .subscriber_months(month, world.everyone(), &mut |row| {
                assert!(!idle.contains(&row.subscriber) || (row.minutes == 0 && row.data_mb == 0));
                left[1] += u64::from(idle.contains(&row.subscriber));
                Ok(())
            })
            .unwrap();
    }
    assert!(left[0] > 20 && left[1] > 100, "{left:?}");
}

#[test]
fn the_truth_counts_what_is_there() {
    let world = world();
    let month = "2026-07".parse().unwrap();
    let truth = world.truth(month).unwrap();
    let list = events(&world, month);
    assert_eq!(truth.events, list.len() as u64);
    assert_eq!(truth.by_kind.values().sum::<u64>(), truth.events);
    assert_eq!(truth.by_kind.len(), 9, "every kind happens");
    assert_eq!(truth.unattributed, list.iter().filter(|event| event.outlet.as_str().starts_with("W9999")).count() as u64);
    assert!(truth.unattributed > 0 && truth.late > 0 && truth.held > 0 && truth.unverified > 0);
    let json: serde_json::Value = serde_json::from_str(&truth.json().unwrap()).unwrap();
    assert_eq!(json["coverage"]["outlets_active"], 180);
}
