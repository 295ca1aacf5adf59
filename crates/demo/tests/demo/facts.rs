use qudao_demo::{DayKind, Event, Known, Scale, World, close_of};
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Month, Refusal};
use qudao_platform::columnar::facts::{Column, FactBatch, FactSink, Landed};
use qudao_platform::hash::Fields;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Hashes what it is given, row by row, so that where a batch ends does not matter.
#[derive(Default)]
struct Hasher {
    fields: Fields,
    rows: u64,
}

impl FactSink for Hasher {
    fn write(&mut self, batch: FactBatch) -> Result<(), Refusal> {
        batch.check()?;
        for row in 0..batch.rows() {
            let mut fields = std::mem::take(&mut self.fields);
            for (_, column) in &batch.columns {
                fields = match column {
                    Column::Text(cells) => fields.text(cells.get(row)),
                    Column::Int(cells) => fields.int(cells[row].unwrap_or(i64::MIN)),
                    Column::Money(cells) => fields.int(cells[row].map_or(i64::MIN, |fen| fen.0)),
                    Column::Bool(cells) => fields.int(cells[row].map_or(-1, i64::from)),
                    Column::Date(cells) => fields.int(cells[row].map_or(i64::MIN, |day| i64::from(day.days()))),
                    Column::Month(cells) => fields.int(cells[row].map_or(i64::MIN, |month| i64::from(month.index()))),
                };
            }
            self.fields = fields;
            self.rows += 1;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Landed, Refusal> {
        Ok(Landed { batch: self.fields.finish(), rows: self.rows, ..Landed::default() })
    }
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn hash(world: &World, table: Table, when: &str, parts: &[Range<u32>]) -> (String, u64) {
    let mut sink = Box::new(Hasher::default());
    let mut rows = 0;
    for part in parts {
        rows += world.write_facts(table, month(when), part.clone(), Known::Ever, sink.as_mut()).unwrap();
    }
    let landed = sink.finish().unwrap();
    assert_eq!(landed.rows, rows);
    (landed.batch, rows)
}

fn whole(world: &World) -> [Range<u32>; 1] {
    [world.everyone()]
}

fn events(world: &World, when: &str) -> Vec<Event> {
    let mut events = Vec::new();
    world
        .events(month(when), world.everyone(), &mut |event| {
            events.push(*event);
            Ok(())
        })
        .unwrap();
    events
}

#[test]
fn the_same_seed_gives_the_same_rows_however_they_are_cut() {
    let world = World::new(Scale::city(), 42).unwrap();
    for table in Table::ALL {
        let (one, rows) = hash(&world, table, "2026-07", &whole(&world));
        assert!(rows > 0, "{table:?}");
        let again = World::new(Scale::city(), 42).unwrap();
        assert_eq!(hash(&again, table, "2026-07", &again.partitions(7)).0, one, "{table:?} in seven parts");
        let singles: Vec<_> = (0..60).map(|partner| partner..partner + 1).collect();
        assert_eq!(hash(&world, table, "2026-07", &singles).0, one, "{table:?} partner by partner");
        assert_ne!(hash(&World::new(Scale::city(), 43).unwrap(), table, "2026-07", &whole(&world)).0, one, "{table:?} of another seed");
    }
    let parts = world.partitions(7);
    assert_eq!((parts.first().map(|part| part.start), parts.last().map(|part| part.end)), (Some(0), Some(60)));
    assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
}

#[test]
fn rows_come_by_attributed_partner_day_and_id_and_refer_to_what_was() {
    let world = World::new(Scale::city(), 42).unwrap();
    let master = world.master();
    let mut activations: BTreeMap<String, Event> = BTreeMap::new();
    let mut sales: BTreeMap<String, Event> = BTreeMap::new();
    let mut referred = [0; 2];
    for index in 0..13 {
        let when = month("2025-07").plus(index);
        let list = events(&world, &when.to_string());
        assert!((16_000..25_000).contains(&list.len()), "{when}: {}", list.len());
        let keys: Vec<_> = list
            .iter()
            .map(|event| {
                let owner = master.outlet(event.outlet.as_str(), event.occurred).map_or(String::new(), |outlet| outlet.owner.clone());
                assert!(owner.is_empty() || owner == event.partner.as_str());
                assert_eq!(event.occurred.month(), when);
                (owner, event.occurred, event.id.to_string())
            })
            .collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{when} is out of order");
        for event in &list {
            assert!(master.clerk(event.clerk.as_str(), event.occurred).is_some() || event.partner.is_empty(), "{event:?}");
            match event.kind {
                "activation" => drop(activations.insert(event.id.to_string(), *event)),
                "terminal_sale" => drop(sales.insert(event.id.to_string(), *event)),
                "cancellation" => {
                    let original = &activations[event.reference.as_str()];
                    assert_eq!((event.subscriber, event.plan_fee, event.outlet), (original.subscriber, original.plan_fee, original.outlet));
                    assert!(original.occurred < event.occurred);
                    referred[0] += 1;
                }
                "return" => {
                    let original = &sales[event.reference.as_str()];
                    assert_eq!((event.imei, event.amount, event.product), (original.imei, original.amount, original.product));
                    referred[1] += 1;
                }
                _ => {}
            }
        }
    }
    let numbers: BTreeSet<_> = activations.values().map(|event| event.subscriber).collect();
    assert_eq!(numbers.len(), activations.len(), "one number, one subscriber");
    assert!(referred[0] > 5_000 && referred[1] > 200, "{referred:?}");
}

#[test]
fn large_partners_are_few_by_zipfs_law() {
    let world = World::new(Scale::city(), 42).unwrap();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let list = events(&world, "2026-07");
    for event in &list {
        *counts.entry(event.partner.to_string()).or_default() += 1;
    }
    let mut sizes: Vec<u64> = counts.into_values().collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let percent = |count: u64| count * 100 / list.len() as u64;
    let top_tenth: u64 = sizes.iter().take(6).sum();
    assert!((8..=14).contains(&percent(sizes[0])), "the largest has {} %", percent(sizes[0]));
    assert!((32..=50).contains(&percent(top_tenth)), "the largest six have {} %", percent(top_tenth));
}

#[test]
fn holidays_see_six_tenths_of_a_working_day() {
    // N38, R4.35
    let world = World::new(Scale::city(), 42).unwrap();
    let mut sums: BTreeMap<bool, (u64, u64)> = BTreeMap::new();
    for when in ["2026-01", "2026-02", "2026-04", "2026-05", "2026-06"] {
        let mut days: BTreeMap<Date, u64> = (0..month(when).days()).map(|day| (month(when).first_day().plus_days(day as i32), 0)).collect();
        // What customers do at the counter; cancellations follow their own clock.
        for event in events(&world, when).iter().filter(|event| event.reference.is_empty()) {
            *days.entry(event.occurred).or_default() += 1;
        }
        let work: Vec<u64> =
            days.iter().filter(|(day, _)| world.calendar().kind(**day) == DayKind::Work).map(|(_, count)| *count).collect();
        let average = work.iter().sum::<u64>() * 1000 / work.len() as u64;
        for (_, count) in days.iter().filter(|(day, _)| world.calendar().kind(**day) == DayKind::Holiday) {
            let sum = sums.entry(true).or_default();
            *sum = (sum.0 + count * 1_000_000 / average, sum.1 + 1);
        }
    }
    let (sum, days) = sums[&true];
    let index = sum / days;
    assert!((560..=640).contains(&index), "holiday index {index} per mille");
}

#[test]
fn subscribers_are_reported_until_they_leave() {
    let world = World::new(Scale::city(), 42).unwrap();
    let when = month("2026-07");
    let mut joined: BTreeMap<String, Date> = BTreeMap::new();
    let mut left: BTreeMap<String, Date> = BTreeMap::new();
    for back in 0..=6 {
        for event in events(&world, &when.plus(-back).to_string()) {
            match event.kind {
                "activation" if !event.partner.is_empty() => drop(joined.insert(event.subscriber.to_string(), event.occurred)),
                "cancellation" => drop(left.insert(event.subscriber.to_string(), event.occurred)),
                _ => {}
            }
        }
    }
    let master = world.master();
    let mut before = (String::new(), String::new());
    let mut seen = 0;
    world
        .subscriber_months(when, world.everyone(), &mut |row| {
            let subscriber = row.subscriber.to_string();
            let owner = master.outlet(row.outlet.as_str(), when.first_day()).unwrap().owner.clone();
            assert_eq!(owner, row.partner.as_str());
            assert!(before < (owner.clone(), subscriber.clone()), "out of order");
            assert_eq!(joined.remove(&subscriber), Some(row.joined));
            assert_eq!(row.active, !left.contains_key(&subscriber) && row.suspended_days < 31);
            assert!(left.get(&subscriber).is_none_or(|day| day.month() == when), "reported after leaving");
            assert!(row.received == row.billed || row.received == 0);
            seen += 1;
            before = (owner, subscriber);
            Ok(())
        })
        .unwrap();
    assert!(seen > 20_000, "{seen}");
    // Whoever is not reported has left before the month.
    assert!(joined.keys().all(|subscriber| left.get(subscriber).is_some_and(|day| *day < when.first_day())), "somebody is missing");
}

#[test]
fn late_events_are_those_known_after_the_close() {
    let world = World::new(Scale::city(), 42).unwrap();
    let count = |known| {
        let mut sink = Hasher::default();
        world.write_facts(Table::BusinessEvent, month("2026-06"), world.everyone(), known, &mut sink).unwrap()
    };
    let close = close_of(month("2026-06"));
    let (all, early, late) = (count(Known::Ever), count(Known::By(close)), count(Known::After(close)));
    assert_eq!(early + late, all);
    assert!((50..1_000).contains(&late), "{late} of {all}");
}

#[test]
fn published_figures_rest_on_these_rows() {
    // A change here changes what README and benchmark results were measured on: re-measure them, then put in the new hashes.
    let world = World::new(Scale::county(), 42).unwrap();
    let (events, months) =
        (hash(&world, Table::BusinessEvent, "2026-07", &whole(&world)), hash(&world, Table::SubscriberMonth, "2026-07", &whole(&world)));
    assert_eq!((&events.0[..16], events.1), ("ad30102a0184e3b8", 5325));
    assert_eq!((&months.0[..16], months.1), ("1cb4e16dd6a17dd0", 8444));
}
