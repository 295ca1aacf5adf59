//! Roadshow units from booking to figures.

use super::{Field, MINUTE, SHOP, START_US, code, day, id, near};
use crate::roadshow::figures::{Totals, by_agent};
use crate::roadshow::kit::Kit;
use crate::roadshow::presence::{self, For};
use crate::roadshow::stop::{self, Counted};
use crate::roadshow::unit::{self, Act, Member, State};
use crate::visit::list::Sight;
use qudao_kernel::{Fen, Refusal};
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;
use std::time::Duration;

on_both!(nothing_is_booked_twice, a_unit_departs_whole_or_approved, stops_come_to_figures, nobody_is_at_two_places_at_once);

fn crew(codes: &[&str]) -> Vec<Member> {
    codes.iter().map(|code| Member { code: (*code).to_owned(), name: format!("人员{code}") }).collect()
}

/// The week the clock of a test stands in begins on 2026-06-29.
fn unit<'a>(id: &'a str, week: &str, (vehicle, kit): (&'a str, &'a str), crew: &'a [Member]) -> unit::New<'a> {
    unit::New { id, week: day(week), territory: "4211", title: "城区流动助销", leader: &crew[0].code, vehicle, kit, crew }
}

fn counted(phones: u32) -> BTreeMap<String, u32> {
    let whole = [("people", 4), ("vehicle", 1), ("tent", 1), ("computer", 1), ("table", 1), ("demo_phone", phones)];
    whole.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
}

async fn acts(field: &Field, who: &str, number: u32, version: u32, act: Act<'_>) -> Result<u32, Refusal> {
    let kit = Kit::standard().unwrap();
    unit::act(&field.db, &Sight::everywhere(), &kit, who, (&id(number), version), &act).await
}

/// A unit that departed, at version 3.
async fn departed(field: &Field, number: u32) {
    let people = crew(&["A", "B", "C", "D"]);
    unit::book(&field.db, "marketing", &unit(&id(number), "2026-06-29", ("鄂A1", "K1"), &people)).await.map(drop).unwrap();
    assert_eq!(acts(field, "A", number, 1, Act::Check(&counted(2))).await.unwrap(), 2);
    assert_eq!(acts(field, "A", number, 2, Act::Depart).await.unwrap(), 3);
}

async fn nothing_is_booked_twice(db: TestDb) {
    // R1.18
    let field = Field::of(db);
    let (first, other) = (crew(&["A", "B", "C", "D"]), crew(&["E", "F", "G", "A"]));
    let rest = crew(&["E", "F", "G", "H"]);
    let book = async |new: unit::New<'_>| unit::book(&field.db, "marketing", &new).await;
    let ids: Vec<String> = (0..=9).map(id).collect();
    let week = "2026-06-29";
    assert!(book(unit(&ids[1], week, ("鄂A1", "K1"), &first)).await.unwrap().is_new());
    assert!(!book(unit(&ids[1], week, ("鄂A1", "K1"), &first)).await.unwrap().is_new(), "sent again");
    for new in [
        unit(&ids[2], week, ("鄂A2", "K2"), &other),
        unit(&ids[2], week, ("鄂A1", "K2"), &rest),
        unit(&ids[2], week, ("鄂A2", "K1"), &rest),
    ] {
        assert_eq!(code(&book(new).await), "field.roadshow.taken");
    }
    assert!(book(unit(&ids[2], "2026-07-06", ("鄂A1", "K1"), &first)).await.unwrap().is_new(), "the next week is free");
    assert!(book(unit(&ids[3], week, ("鄂A2", "K2"), &rest)).await.unwrap().is_new());
    assert_eq!(code(&book(unit(&ids[4], "2026-07-01", ("鄂A3", "K3"), &rest)).await), "field.roadshow.week", "one week, from its Monday");
    assert_eq!(code(&book(unit(&ids[4], "2026-06-22", ("鄂A3", "K3"), &rest)).await), "field.roadshow.past");
    let twice = crew(&["E", "E", "G", "H"]);
    assert_eq!(code(&book(unit(&ids[4], "2026-07-13", ("鄂A3", "K3"), &twice)).await), "field.roadshow.crew");
    let nowhere = unit::New { territory: "", ..unit(&ids[4], "2026-07-13", ("鄂A3", "K3"), &rest) };
    assert_eq!(code(&book(nowhere).await), "field.roadshow.area");
    assert_eq!(acts(&field, "marketing", 1, 1, Act::Cancel("车辆维修")).await.unwrap(), 2);
    assert!(book(unit(&ids[5], week, ("鄂A1", "K1"), &first)).await.unwrap().is_new(), "what was called off is free again");
    let tx = &mut field.db.read().await.unwrap();
    let weeks = (day("2026-06-29"), day("2026-06-29"));
    let found = unit::list(tx, &Sight::everywhere(), weeks).await.unwrap();
    let states: Vec<(State, usize)> = found.iter().map(|unit| (unit.state, unit.crew.len())).collect();
    assert_eq!(found.len(), 3);
    assert!(states.contains(&(State::Cancelled, 0)) && states.contains(&(State::Booked, 4)), "{states:?}");
    assert_eq!(unit::list(tx, &Sight::own("H"), weeks).await.unwrap().len(), 1, "whoever is with it sees it");
    assert_eq!(code(&unit::get(tx, &Sight::own("Z"), &ids[3]).await), "field.roadshow.none");
}

async fn a_unit_departs_whole_or_approved(db: TestDb) {
    // R1.17, S8
    let field = Field::of(db);
    let people = crew(&["A", "B", "C", "D"]);
    unit::book(&field.db, "marketing", &unit(&id(1), "2026-06-29", ("鄂A1", "K1"), &people)).await.map(drop).unwrap();
    assert_eq!(code(&acts(&field, "A", 1, 1, Act::Depart).await), "field.roadshow.unchecked");
    assert_eq!(acts(&field, "A", 1, 1, Act::Check(&counted(0))).await.unwrap(), 2);
    let refused = acts(&field, "A", 1, 2, Act::Depart).await.unwrap_err();
    assert_eq!(refused.code, "field.roadshow.short");
    assert!(refused.text.zh.contains("主推体验机 0/1"), "{}", refused.text.zh);
    for who in ["A", "marketing"] {
        assert_eq!(code(&acts(&field, who, 1, 2, Act::Approve("样机在途")).await), "field.roadshow.own");
    }
    assert_eq!(code(&acts(&field, "supervisor", 1, 2, Act::Approve(" ")).await), "field.reason");
    assert_eq!(acts(&field, "supervisor", 1, 2, Act::Approve("样机在途")).await.unwrap(), 3);
    assert_eq!(acts(&field, "A", 1, 3, Act::Check(&counted(0))).await.unwrap(), 4);
    assert_eq!(code(&acts(&field, "A", 1, 4, Act::Depart).await), "field.roadshow.short", "another count is approved anew");
    assert_eq!(acts(&field, "supervisor", 1, 4, Act::Approve("样机在途")).await.unwrap(), 5);
    assert_eq!(code(&acts(&field, "A", 1, 4, Act::Depart).await), "platform.db.stale");
    assert_eq!(acts(&field, "A", 1, 5, Act::Depart).await.unwrap(), 6);
    assert_eq!(code(&acts(&field, "A", 1, 6, Act::Cancel("下雨")).await), "field.roadshow.state");
    let odd = BTreeMap::from([("rocket".to_owned(), 1)]);
    departed_again(&field, &odd).await;
}

/// What is whole needs no approval, and nobody goes who was not booked.
async fn departed_again(field: &Field, odd: &BTreeMap<String, u32>) {
    let three = crew(&["E", "F", "G"]);
    unit::book(&field.db, "marketing", &unit(&id(2), "2026-06-29", ("鄂A2", "K2"), &three)).await.map(drop).unwrap();
    assert_eq!(code(&acts(field, "E", 2, 1, Act::Check(odd)).await), "field.roadshow.count");
    assert_eq!(acts(field, "E", 2, 1, Act::Check(&counted(1))).await.unwrap(), 2);
    assert_eq!(code(&acts(field, "E", 2, 2, Act::Depart).await), "field.roadshow.short", "three are not four");
    let people = crew(&["I", "J", "K", "L"]);
    unit::book(&field.db, "marketing", &unit(&id(3), "2026-06-29", ("鄂A3", "K3"), &people)).await.map(drop).unwrap();
    assert_eq!(acts(field, "I", 3, 1, Act::Check(&counted(4))).await.unwrap(), 2);
    assert_eq!(code(&acts(field, "supervisor", 3, 2, Act::Approve("都在")).await), "field.roadshow.whole");
    assert_eq!(acts(field, "I", 3, 2, Act::Depart).await.unwrap(), 3);
}

fn place<'a>(id: &'a str, roadshow: &'a str) -> stop::New<'a> {
    stop::New {
        id,
        roadshow,
        outlet: "",
        place: "万达广场东门",
        territory: "421102001",
        point: Some(SHOP),
        day: day("2026-07-01"),
        partner: "",
    }
}

async fn stops_come_to_figures(db: TestDb) {
    // R1.18, R1.20
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(4));
    departed(&field, 1).await;
    let (all, unit_id, ids) = (Sight::everywhere(), id(1), (0..=9).map(id).collect::<Vec<String>>());
    let begin = async |new: stop::New<'_>| stop::begin(&field.db, &all, "A", &new).await;
    assert!(begin(place(&ids[2], &unit_id)).await.unwrap().is_new());
    assert!(!begin(place(&ids[2], &unit_id)).await.unwrap().is_new(), "sent again");
    let outlet = stop::New { outlet: "O1", partner: "P1", ..place(&ids[3], &unit_id) };
    assert!(begin(outlet).await.unwrap().is_new());
    assert_eq!(code(&begin(stop::New { territory: "4301", ..place(&ids[4], &unit_id) }).await), "field.stop.area");
    for on in ["2026-06-28", "2026-07-06", "2026-07-02"] {
        assert_eq!(code(&begin(stop::New { day: day(on), ..place(&ids[4], &unit_id) }).await), "field.stop.day", "{on}");
    }
    assert_eq!(code(&begin(stop::New { place: " ", ..place(&ids[4], &unit_id) }).await), "field.stop.place");
    let counts = Counted { visitors: 80, demos: 30, leads: 12, activations: 5, handsets: 3, cost: Fen(100_000) };
    let count = async |number: usize, version: u32, counted: Counted, partner: &str| {
        stop::count(&field.db, &all, "A", (&ids[number], version), &counted, (partner, "")).await
    };
    assert_eq!(code(&count(2, 1, counts, "").await), "field.stop.agent", "what is sold is somebody's");
    assert_eq!(count(2, 1, counts, "P2").await.unwrap(), 2);
    assert_eq!(code(&count(2, 1, counts, "P2").await), "platform.db.stale");
    let few = Counted { activations: 3, cost: Fen(60_000), ..Counted::default() };
    assert_eq!(count(3, 1, few, "P9").await.unwrap(), 2, "an outlet's sales are its partner's");
    assert_eq!(code(&count(3, 2, Counted { cost: Fen(-1), ..few }, "").await), "field.roadshow.figures");
    let stops = stop::of(&mut field.db.read().await.unwrap(), &unit_id).await.unwrap();
    let sums = Totals::of(&stops);
    assert_eq!((sums.stops, sums.visitors, sums.activations, sums.handsets, sums.cost), (2, 80, 8, 3, Fen(160_000)));
    assert_eq!(sums.cost_per_activation(), Some(Fen(20_000)));
    let agents = by_agent(&stops);
    assert_eq!(agents.iter().map(|(code, sums)| (code.as_str(), sums.activations)).collect::<Vec<_>>(), [("P1", 3), ("P2", 5)]);
    assert_eq!(acts(&field, "A", 1, 3, Act::Close).await.unwrap(), 4);
    assert_eq!(code(&count(3, 2, few, "").await), "field.stop.state", "what is closed stays");
}

async fn nobody_is_at_two_places_at_once(db: TestDb) {
    // R0.6, R1.20
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(4));
    departed(&field, 1).await;
    let ids: Vec<String> = (0..=9).map(id).collect();
    let at = near(30);
    let new = |number: usize, minutes: i64| presence::New {
        id: &ids[number],
        what: For::Assist,
        roadshow: "",
        stop: "",
        outlet: "O1",
        territory: "421102001",
        point: Some(SHOP),
        person: "A",
        name: "人员A",
        at_us: START_US + minutes * MINUTE,
        position: Some(&at),
    };
    let come = async |new: presence::New<'_>| presence::come(&field.db, "A", &new, field.limits.doubt).await;
    assert!(come(new(2, 0)).await.unwrap().is_new());
    assert!(!come(new(2, 0)).await.unwrap().is_new(), "sent again");
    assert_eq!(code(&come(new(3, 30)).await), "field.attendance.open");
    assert_eq!(code(&come(presence::New { person: "B", ..new(3, -3 * 24 * 60) }).await), "field.attendance.at");
    let leave = async |number: usize, minutes: i64, away: i64| {
        let (at_us, position) = (START_US + minutes * MINUTE, near(away));
        presence::leave(&field.db, &Sight::own("A"), "A", &ids[number], (at_us, Some(&position)), "", field.limits.doubt).await
    };
    assert_eq!(code(&leave(2, -5, 0).await), "field.attendance.at", "before they came");
    let left = leave(2, 90, 2_000).await.unwrap();
    let evidence = (left.came.level.as_str(), left.left.as_ref().map(|one| one.level.as_str()), left.minutes());
    assert_eq!(evidence, ("strong", Some("away"), Some(90)), "strange, and kept nevertheless");
    assert_eq!(leave(2, 90, 2_000).await.unwrap(), left, "sent again");
    assert_eq!(code(&leave(2, 95, 0).await), "field.attendance.left");
    assert_eq!(code(&come(new(3, 60)).await), "field.attendance.open", "they were still there then");
    let unit_id = id(1);
    let show = presence::New { what: For::Roadshow, roadshow: &unit_id, stop: "S", outlet: "", position: None, ..new(3, 100) };
    assert!(come(show).await.unwrap().is_new());
    assert_eq!(code(&acts(&field, "A", 1, 3, Act::Close).await), "field.roadshow.present");
    leave(3, 160, 0).await.map(drop).unwrap();
    assert_eq!(acts(&field, "A", 1, 3, Act::Close).await.unwrap(), 4);
    let tx = &mut field.db.read().await.unwrap();
    let today = (day("2026-07-01"), day("2026-07-01"));
    assert_eq!(presence::list(tx, &Sight::everywhere(), Some(For::Assist), today).await.unwrap().len(), 1);
    assert_eq!(presence::list(tx, &Sight::own("A"), None, today).await.unwrap().len(), 2);
    assert_eq!(presence::of(tx, &unit_id).await.unwrap()[0].came.level, "unknown");
}
