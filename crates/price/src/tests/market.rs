//! Where pieces turn up, what visits tell, and how areas stand.

use super::{LIMITS, MODEL, base, code, day, everywhere, lines, network, once, publishes, tag, today};
use crate::authorise::{self, Areas, Asked, AuthorisationState};
use crate::case;
use crate::check::{self, New, Query, Seen};
use crate::diversion::{self, FindingState, Sighting, Supplied, Way};
use crate::intake::{self, House};
use crate::live::Spot;
use crate::map::{self, Advice, Bounds};
use crate::verdict::{Mode, Verdict};
use qudao_access::{Scope, Sight};
use qudao_kernel::master::Span;
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::params::Register;
use qudao_platform::{args, outbox, write_tx};
use qudao_testkit::{TestDb, on_both};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

on_both!(
    an_authorised_sale_is_allowed,
    protected_areas_do_not_overlap,
    a_piece_elsewhere_is_a_finding,
    visits_and_orders_tell,
    the_map_advises,
    checks_are_judged_once,
);

fn asked<'a>(partner: &'a str, exclusive: bool, from: &str, until: &str) -> Asked<'a> {
    let span = Span { from: day(from), to: day(until) };
    Asked { partner, territory: "421102", area: "421121", goods: "", exclusive, span, reason: "农村铺货" }
}

async fn grants(db: &TestDb, key: &str, new: &Asked<'_>) -> Result<String, Refusal> {
    let id = authorise::ask(db, once("a", key), new).await?.into_inner();
    assert_eq!(code(authorise::decide(db, &everywhere(), "a", &id, 1, true, "").await), "price.own_hand");
    authorise::decide(db, &everywhere(), "b", &id, 1, true, "").await?;
    Ok(id)
}

/// N32, R4.14: 1 March to 30 June; a sale on 30 June is allowed, one on 1 July is not.
async fn an_authorised_sale_is_allowed(db: TestDb) {
    let master = network();
    let sold = async |on: &str| {
        let areas = Areas::load(&mut db.read().await.unwrap()).await.unwrap();
        areas.allowed(&master, "P1", MODEL, "421121100", day(on))
    };
    assert!(!sold("2026-06-30").await);
    let id = grants(&db, "k1", &asked("P1", false, "2026-03-01", "2026-07-01")).await.unwrap();
    assert!(sold("2026-03-01").await && sold("2026-06-30").await && !sold("2026-07-01").await && !sold("2026-02-28").await);
    let areas = Areas::load(&mut db.read().await.unwrap()).await.unwrap();
    assert!(areas.allowed(&master, "P1", MODEL, "421102002", day("2020-01-01")), "at home it needs none");
    authorise::end(&db, &everywhere(), "b", &id, 2, day("2026-05-01"), "协议到期").await.unwrap();
    assert!(sold("2026-04-30").await && !sold("2026-05-01").await, "what was allowed stays so");
    let all = authorise::list(&mut db.read().await.unwrap(), &everywhere()).await.unwrap();
    assert_eq!(all[0].state, AuthorisationState::Ended);
}

/// R7.155: no overlapping protection.
async fn protected_areas_do_not_overlap(db: TestDb) {
    grants(&db, "k1", &asked("P1", true, "2026-03-01", "2026-07-01")).await.unwrap();
    assert_eq!(code(grants(&db, "k2", &asked("P2", false, "2026-06-30", "2026-12-01")).await), "price.authorisation.exclusive");
    grants(&db, "k3", &asked("P2", false, "2026-07-01", "2026-12-01")).await.unwrap();
    assert_eq!(code(grants(&db, "k4", &asked("P1", true, "2026-11-30", "2027-01-01")).await), "price.authorisation.exclusive");
}

fn piece(serial: &str, on: Date) -> Supplied {
    let text = str::to_owned;
    Supplied { piece: text(serial), product: text(MODEL), partner: text("P1"), outlet: text("O1"), territory: text("421102001"), on }
}

/// R7.150, Q25: told by serial, each once, and ended as a case or with a reason.
async fn a_piece_elsewhere_is_a_finding(db: TestDb) {
    let (master, now) = (network(), today(&db));
    diversion::supply(&db, "a", &[piece("860001", now), piece("860002", now)]).await.unwrap();
    assert_eq!(code(diversion::supply(&db, "a", &[piece("86-01", now)]).await), "price.supply");
    let sees = async |serial: &'static str, outlet: &'static str| {
        let seen = Sighting { piece: serial, outlet, on: now, way: Way::Hand, reference: "柜台陈列" };
        diversion::by_hand(&db, &master, "a", &seen, now).await.unwrap()
    };
    assert_eq!(sees("860009", "O3").await, diversion::Seen::Unknown);
    assert_eq!(sees("860001", "O2").await, diversion::Seen::Allowed, "another outlet of the same county");
    let found = sees("860001", "O3").await;
    assert_eq!(sees("860001", "O3").await, found, "one finding, however often it is told");
    sees("860002", "O3").await;
    let open = diversion::list(&mut db.read().await.unwrap(), &everywhere(), Some(FindingState::Open), "").await.unwrap();
    assert_eq!(open.len(), 2);
    assert_eq!((open[0].partner.as_str(), open[0].harmed.as_str(), open[0].outlet.as_str()), ("P1", "P2", "O3"));
    // Where it was supplied and where it turned up, both see it; nobody else does.
    for (area, seen) in [("421102", 2), ("421121", 2), ("430102", 0)] {
        let scope = Scope { territories: vec![area.to_owned()], ..Scope::default() };
        let found = diversion::list(&mut db.read().await.unwrap(), &Sight::of(scope, &master, now), None, "").await.unwrap();
        assert_eq!(found.len(), seen, "{area}");
    }
    let id = case::open_diversion(&db, &everywhere(), once("a", "case"), &open[0].id, 1, "外区出现").await.unwrap().into_inner();
    let opened = case::get(&mut db.read().await.unwrap(), &everywhere(), &id).await.unwrap();
    assert_eq!((opened.outlet.as_str(), opened.partner.as_str(), opened.mode), ("O1", "P1", None));
    assert_eq!(code(diversion::dismiss(&db, &everywhere(), "a", &open[0].id, 2, "误报").await), "price.state");
    diversion::dismiss(&db, &everywhere(), "a", &open[1].id, 1, "顾客自带").await.unwrap();
    assert!(diversion::list(&mut db.read().await.unwrap(), &everywhere(), Some(FindingState::Open), "").await.unwrap().is_empty());
}

/// R7.289, R7.150: what a visit brings is judged by the books of its day; an order shows where a handset was sold. Once, however often it comes.
async fn visits_and_orders_tell(db: TestDb) {
    let now = today(&db);
    publishes(&db, "k1", &base(Mode::Agency, now, &lines(99_900, 119_900))).await.unwrap();
    diversion::supply(&db, "a", &[piece("860003", now), piece("860004", now)]).await.unwrap();
    let visit = "01J00000000000000000000001";
    write_tx!(db, |tx| {
        intake::subscribe(tx).await?;
        let sql = "insert into field_visit (id, version, manager, outlet, partner, territory, outlet_type, size, purposes, templates, day, began_us,
                       state, counts, hidden, result, decided_by, reason, received_us, changed_us)
                   values ($1, 1, 'm', 'O3', 'P2', '421121100', '专营店', '', '[]', $3, $2, 0, 'reported', 'yes', 0, $3, '', '', 0, 0)";
        tx.execute(sql, args![visit, now, "{}"]).await?;
        let prices = json!({ "tag": 98_900, "quoted": 119_900, "rival": 109_900 });
        let count = json!({ "counted": 1, "serials": ["860003"] });
        for (at, (path, value)) in [("price.T1", prices), ("count.T1", count)].into_iter().enumerate() {
            let sql = "insert into field_write (visit, id, seq, path, device, who, at_us, skew_us, replaces, value, received_us)
                       values ($1, $2, 1, $3, 'A', 'm', 0, 0, '[]', $4, 0)";
            tx.execute(sql, args![visit, format!("w{at}"), path, value.to_string()]).await?;
        }
        outbox::emit(tx, qudao_field::visit::facts::TOPIC, "1", &json!({ "record": visit, "rows": [] }).to_string()).await?;
        outbox::emit(tx, qudao_field::visit::facts::TOPIC, "2", &json!({ "record": visit, "rows": [] }).to_string()).await?;
        let cells = json!({ "imei": "860004", "outlet": "O3", "occurred_on": now.to_string() });
        let order = json!({ "order": "D1", "rows": [["business_event", cells]] });
        outbox::emit(tx, qudao_orders::order::facts::TOPIC, "1", &order.to_string()).await.map(drop)
    })
    .unwrap();
    let house = House { master: Arc::new(network()), parameters: Arc::new(Register::standard().unwrap()) };
    let drained = intake::round(&db, &house).await.unwrap();
    assert_eq!((drained.done, drained.refused), (3, 0));
    let tx = &mut db.read().await.unwrap();
    let (checks, total) = check::list(tx, &everywhere(), &Query { limit: 10, ..Query::default() }).await.unwrap();
    let mut verdicts: Vec<_> = checks.iter().map(|one| (one.seen.name(), one.verdict)).collect();
    verdicts.sort_unstable_by_key(|one| one.0);
    assert_eq!((total, verdicts), (3, vec![("quoted", Verdict::Fine), ("rival", Verdict::Noted), ("tag", Verdict::Violation)]));
    assert!(checks.iter().all(|one| one.visit == visit && one.who == "m"));
    let mut ways: Vec<_> = diversion::list(tx, &everywhere(), None, "").await.unwrap().into_iter().map(|one| one.way.name()).collect();
    ways.sort_unstable();
    assert_eq!(ways, ["order", "scan"]);
}

/// R7.267, R7.291, N15, Q5, Q7: spread and disorder narrow, order and room widen; few outlets say nothing.
async fn the_map_advises(db: TestDb) {
    let now = today(&db);
    publishes(&db, "k1", &base(Mode::Agency, now, &lines(99_900, 119_900))).await.unwrap();
    let sees = async |outlet: &'static str, amount: i64| {
        db.clock().advance(Duration::from_mins(1));
        let spot = Spot { territory: "421102001", outlet_type: "专营店" };
        let (seen, product, amount) = (Seen::Tag, MODEL, Fen(amount));
        let new = New { seen, product, outlet, partner: "P1", spot, seen_on: now, amount, visit: "", photo: "", note: "" };
        check::by_hand(&db, LIMITS, "a", &format!("{outlet}{}", amount.0), &new, now).await.unwrap();
    };
    let bounds = Bounds { spread: 800, below: 1_000, width: 8_000 };
    let counts = BTreeMap::from([("421102".to_owned(), 10)]);
    let read = async || {
        let checks = check::of_time(&mut db.read().await.unwrap(), &everywhere(), "", now, now).await.unwrap();
        map::rows(&checks, Level::County, &counts, bounds).remove(0)
    };
    sees("X1", 119_900).await;
    assert_eq!(read().await.advice, Advice::Look);
    sees("X2", 110_900).await;
    sees("X3", 115_000).await;
    let row = read().await;
    assert_eq!((row.lowest.0, row.median.0, row.highest.0), (110_900, 115_000, 119_900));
    assert_eq!((row.spread, row.width, row.below, row.advice), (Some(751), Some(3_000), 0, Advice::Widen));
    sees("X4", 109_900).await;
    let row = read().await;
    assert_eq!((row.spread, row.median.0, row.advice), (Some(834), 112_950, Advice::Narrow), "8.34 % is over the limit of 8 %");
    sees("X4", 98_900).await;
    let row = read().await;
    assert_eq!((row.below, row.below_share), (1, 2_500));
}

/// R0.4: a check keeps what it was judged by, whatever is published later.
async fn checks_are_judged_once(db: TestDb) {
    let now = today(&db);
    publishes(&db, "k1", &base(Mode::Agency, now, &lines(99_900, 119_900))).await.unwrap();
    let first = tag(&db, "c1", now, 98_900).await;
    publishes(&db, "k2", &base(Mode::Agency, now.plus_days(1), &lines(89_900, 119_900))).await.unwrap();
    let again = check::get(&mut db.read().await.unwrap(), &everywhere(), &first.id).await.unwrap();
    assert_eq!((again.verdict, again.floor), (Verdict::Violation, Some(Fen(99_900))));
    assert_eq!(tag(&db, "c2", now.plus_days(-1), 98_900).await.verdict, Verdict::Unpriced, "no book held that day");
}
