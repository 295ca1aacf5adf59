use super::*;
use crate::Territories;

fn span(from: &str, to: &str) -> Span {
    Span { from: from.parse().unwrap(), to: to.parse().unwrap() }
}

fn partner(code: &str, name: &str, parent: &str, territory: &str, days: Span) -> Partner {
    Partner {
        code: code.into(),
        name: name.into(),
        kind: "代理商".into(),
        tier: "二级代理商".into(),
        level: 0,
        parent: parent.into(),
        territory: territory.into(),
        since: days.from,
        blacklisted: false,
        span: days,
    }
}

fn outlet(code: &str, name: &str, owner: &str, territory: &str, days: Span) -> Outlet {
    Outlet {
        code: code.into(),
        name: name.into(),
        owner: owner.into(),
        territory: territory.into(),
        channel: "社会渠道".into(),
        subtype: "专营店".into(),
        grade: "A".into(),
        district: String::new(),
        span: days,
    }
}

/// V over S; outlets in two counties, one closed; a clerk who moved.
fn book() -> Book {
    let always = span("2020-01-01", "2100-01-01");
    let mut master = Master::default();
    master.add_partner(partner("V1", "岳麓通信", "", "4301", always));
    master.add_partner(partner("S1", "重庆路代理", "V1", "430102", always));
    master.add_partner(partner("X9", "外省代理", "", "4401", always));
    master.add_outlet(outlet("D1", "芙蓉一店", "S1", "430102", always));
    master.add_outlet(outlet("D2", "天心店", "S1", "430103", span("2020-01-01", "2026-01-01")));
    master.add_clerk(Clerk { code: "C1".into(), name: "甲".into(), outlet: "D2".into(), span: span("2020-01-01", "2025-06-01") });
    master.add_clerk(Clerk { code: "C1".into(), name: "甲".into(), outlet: "D1".into(), span: span("2025-06-01", "2100-01-01") });
    Book::of(&master, "2026-06-30".parse().unwrap())
}

fn over(territories: &[&str], partners: &[&str], outlets: &[&str]) -> Scope {
    let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    Scope { territories: owned(territories), partners: owned(partners), outlets: owned(outlets), clerks: Vec::new() }
}

fn codes<'a, T: Coded + 'a>(entries: impl Iterator<Item = &'a Entry<T>>) -> Vec<&'a str> {
    entries.map(|entry| entry.row.code()).collect()
}

#[test]
fn a_code_is_what_it_is_on_the_day() {
    let (book, all) = (book(), over(&[""], &[], &[]));
    let clerk = book.clerk(&all, "C1").unwrap();
    assert_eq!((clerk.row.outlet.as_str(), clerk.state), ("D1", State::Active));
    assert_eq!(book.outlet(&all, "D2").unwrap().state, State::Ended);
    let owner = book.partner(&all, "S1").unwrap();
    assert_eq!((owner.outlets, owner.clerks, owner.partners.as_slice()), (1, 1, &["S1".to_owned(), "V1".to_owned()][..]));
    assert_eq!(book.partner(&all, "V1").unwrap().below, 1);
}

#[test]
fn what_a_scope_does_not_cover_is_in_no_list_and_no_search() {
    // R0.9, R0.14: lists, counts and search are scoped alike
    let (book, any) = (book(), Wanted::default());
    let tree = over(&[], &["V1"], &[]);
    assert_eq!(codes(book.partners(&tree, &any)), ["S1", "V1"]);
    assert!(book.partner(&tree, "X9").is_none() && book.find(&tree, "X9", 9).is_empty());
    let county = over(&["430102"], &[], &[]);
    assert_eq!((codes(book.partners(&county, &any)), codes(book.outlets(&county, &any))), (vec!["S1"], vec!["D1"]));
    let store = over(&[], &[], &["D1"]);
    assert_eq!((codes(book.outlets(&store, &any)), codes(book.clerks(&store, &any))), (vec!["D1"], vec!["C1"]));
    assert!(codes(book.partners(&store, &any)).is_empty());
}

#[test]
fn people_find_by_part_initials_and_code() {
    // R0.9
    let (book, all) = (book(), over(&[""], &[], &[]));
    let first = |typed: &str| book.find(&all, typed, 9).first().map(|found| found.code.to_owned());
    assert_eq!(first("天心").as_deref(), Some("D2"));
    assert_eq!(first("fryd").as_deref(), Some("D1"));
    assert_eq!(first("cqldl").as_deref(), Some("S1"), "重 is read both ways");
    assert_eq!(first("zqldl").as_deref(), Some("S1"));
    assert_eq!(first("d1").as_deref(), Some("D1"));
    assert_eq!(first("没有"), None);
    assert_eq!(first("  "), None);
}

#[test]
fn lists_are_narrowed() {
    let (book, all) = (book(), over(&[""], &[], &[]));
    let closed = Wanted { state: "ended".into(), ..Wanted::default() };
    assert_eq!(codes(book.outlets(&all, &closed)), ["D2"]);
    let graded = Wanted { grade: "B,A".into(), partner: "V1".into(), territory: "4301".into(), ..Wanted::default() };
    assert_eq!(codes(book.outlets(&all, &graded)), ["D1", "D2"]);
    let none = Wanted { subtype: "大卖场".into(), ..Wanted::default() };
    assert!(codes(book.outlets(&all, &none)).is_empty());
}

#[test]
fn parts_of_a_division_are_counted() {
    let (book, all, territories) = (book(), over(&[""], &[], &[]), Territories::official().unwrap());
    let shares = book.shares(&all, territories, "4301", &Wanted::default());
    let of = |code: &str| shares.iter().find(|share| share.code == code).cloned().unwrap_or_default();
    assert_eq!((of("430102").partners, of("430102").outlets, of("430102").clerks), (1, 1, 1));
    assert_eq!(of("430103").outlets, 0, "a closed outlet does not count");
    assert_eq!(of("4301").partners, 1, "what stands at the city itself");
    assert!(shares.len() > 5, "empty parts are there");
    assert_eq!(of("430102").grades.get("A"), Some(&1));
    let areas = book.areas(&over(&["430102"], &[], &[]), territories);
    assert_eq!(areas.into_iter().collect::<Vec<_>>(), ["43", "4301", "430102"]);
}
