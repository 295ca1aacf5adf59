//! Assortments, shelves, reach and chains.

use super::{code, day, handset, today};
use crate::assortment::{self, Definitions, New, Plan, Role};
use crate::push::{self, Chain};
use crate::reach::{self, Standard};
use crate::shelf::{self, Known, Look, Shown};
use crate::stock::Flow;
use crate::{At, Sight, learn};
use qudao_field::checklist::{Answer, Given};
use qudao_field::measure;
use qudao_field::visit::record::{Counted, Shelved, Stand};
use qudao_field::visit::store::Visit;
use qudao_field::visit::view::{Completion, View};
use qudao_field::visit::{Counts, Header, Site, State};
use qudao_kernel::territory::Level;
use qudao_network::Territories;
use qudao_network::universe::Figure;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::collections::{BTreeMap, BTreeSet};

on_both!(a_type_of_outlet_has_its_models, what_was_seen_last_counts, a_visit_tells_stock_and_the_chain);

const AT: At<'_> = At { outlet: "O1", partner: "P1", territory: "421102001" };

/// R7.111 R7.117 R7.118 R7.119 R7.130
async fn a_type_of_outlet_has_its_models(db: TestDb) {
    let definitions = Definitions::standard().unwrap();
    let models = [handset("T1", "低端"), handset("T2", "低端"), handset("T5", "中高端")];
    let on = today(&db);
    let plan = async |day| Plan::on(&mut db.read().await.unwrap(), &definitions, day).await.unwrap();
    let roles = |plan: &Plan, outlet_type: &str| {
        plan.of(outlet_type, models.iter()).into_iter().map(|(product, role)| (product.code.clone(), role)).collect::<Vec<_>>()
    };
    let named = |list: &[(&str, Role)]| list.iter().map(|(code, role)| ((*code).to_owned(), *role)).collect::<Vec<_>>();
    let before = plan(on).await;
    assert_eq!(roles(&before, "专营店"), named(&[("T1", Role::Main), ("T2", Role::Main), ("T5", Role::Optional)]));
    assert_eq!(roles(&before, "代理点"), named(&[("T1", Role::Must), ("T2", Role::Must), ("T5", Role::Banned)]));
    let new =
        New { outlet_type: "专营店", product: &models[1], was: Role::Main, role: Role::None, from: on.plus_days(5), reason: "换代" };
    let set = async |new: New<'_>| assortment::set(&db, &definitions, "marketing", &new).await;
    assert_eq!(code(&set(New { from: on.plus_days(-1), ..new }).await), "distribution.assortment.day", "the past stays");
    assert_eq!(code(&set(New { was: Role::Must, ..new }).await), "distribution.assortment.stale");
    assert_eq!(code(&set(New { reason: "", ..new }).await), "access.reason.missing");
    assert_eq!(code(&set(new).await), "ok");
    assert_eq!(code(&set(New { outlet_type: "大卖场", was: Role::Optional, role: Role::Main, from: on, ..new }).await), "ok");
    assert_eq!(roles(&plan(on).await, "专营店"), roles(&before, "专营店"), "not yet");
    let after = plan(on.plus_days(5)).await;
    assert_eq!(roles(&after, "专营店"), named(&[("T1", Role::Main), ("T5", Role::Optional)]));
    assert_eq!(assortment::to_come(&mut db.read().await.unwrap(), on).await.unwrap().len(), 1);
    // The same shelf is whole for one type and not for another: the rate is measured on what the type is assigned.
    let shown: BTreeSet<&str> = ["T1", "T2"].into();
    let rate = |outlet_type: &str| {
        let assigned = before.of(outlet_type, models.iter()).into_iter().filter(|(_, role)| role.is_core());
        measure::on_shelf(&assigned.map(|(product, _)| product.code.as_str()).collect(), &shown)
    };
    assert_eq!((rate("专营店"), rate("大卖场"), rate("自有营业厅")), (Some(10_000), Some(0), Some(6_667)));
    assert!(definitions.speaks_of(&models[0]) && Role::Must.is_core() && !Role::Banned.is_sold());
}

/// R7.15 R7.50 R7.99 R7.240
async fn what_was_seen_last_counts(db: TestDb) {
    let look = Look::at;
    let see = async |looks: &[Look<'_>]| shelf::see(&db, "M1", AT, looks).await;
    assert_eq!(code(&see(&[]).await), "distribution.shelf.models");
    let twice = [look("T1", None, Some(1)), look("T1", None, Some(2))];
    assert_eq!(code(&see(&twice).await), "distribution.shelf.models");
    assert_eq!(code(&see(&[look("T1", Some(Shown::Missing), Some(1))]).await), "distribution.shelf.pieces");
    assert_eq!(code(&see(&[look("T1", Some(Shown::Shelf), Some(0))]).await), "distribution.shelf.pieces");
    let looks = [look("T1", Some(Shown::Shelf), Some(3)), look("T2", Some(Shown::Missing), None), look("T5", None, Some(2))];
    assert_eq!(code(&see(&looks).await), "ok");
    let on = today(&db);
    write_tx!(db, |tx| {
        shelf::keep(tx, AT, &look("T1", Some(Shown::Store), Some(9)), on.plus_days(-1), "late").await?;
        shelf::keep(tx, AT, &look("T2", Some(Shown::Store), None), on, "again").await
    })
    .unwrap();
    let known = shelf::known(&mut db.read().await.unwrap(), &Sight::everywhere(), "O1").await.unwrap();
    let of = |product: &str| known.get(&("O1".to_owned(), product.to_owned()));
    assert_eq!(of("T1").unwrap().shown, Some((Shown::Shelf, on)), "an earlier look arrives late");
    assert_eq!(of("T1").unwrap().counted, Some((on, 3)));
    assert_eq!(of("T2").unwrap().shown, Some((Shown::Store, on)));
    assert_eq!((of("T5").unwrap().shown, of("T5").unwrap().counted), (None, Some((on, 2))));
    let none = Flow::default();
    let sold = Flow { sold: vec![(on.plus_days(-27), 1)], ..Flow::default() };
    let counted = |pieces| Flow { counted: Some((on, pieces)), ..Flow::default() };
    let distributes = |product: &str, flow: &Flow, on_sale| shelf::distributes(of(product), flow, on_sale, on);
    assert!(distributes("T1", &none, true) && !distributes("T1", &none, false), "it is there, but not to be sold there");
    assert!(!distributes("T1", &counted(0), true), "the shelf is empty by the book");
    // N4: three pieces in stock and no price tag
    let bare = Known { shown: Some((Shown::Shelf, on)), sample: Some(true), tag: Some(false), counted: Some((on, 3)) };
    let tagged = Known { tag: Some(true), ..bare.clone() };
    let stands = |known: &Known| shelf::distributes(Some(known), &counted(3), true, on);
    assert_eq!((stands(&bare), stands(&tagged), stands(&Known { tag: None, ..bare.clone() })), (false, true, true));
    assert!(distributes("T9", &sold, true) && !distributes("T9", &none, true));
    let facts = db.read().await.unwrap().query_one("select count(*) as n from outbox_event where topic = 'order.fact'", &[]).await.unwrap();
    assert_eq!(facts.count("n").unwrap(), 1, "what was seen is a fact");
}

fn visit(id: &str, on: &str, counts: &[(&str, u32)], push: &[(&str, Answer)]) -> Visit {
    let count = |pieces: &u32| Counted { counted: *pieces, book: None, serials: Vec::new(), sold: None };
    let answers: BTreeMap<String, Given> = push.iter().map(|(item, answer)| ((*item).to_owned(), Given::seen(answer.clone()))).collect();
    let view = View {
        counts: counts.iter().map(|(model, pieces)| ((*model).to_owned(), count(pieces))).collect(),
        answers: [(push::TEMPLATE.to_owned(), answers)].into(),
        ..View::default()
    };
    Visit {
        id: id.into(),
        version: 1,
        manager: "M1".into(),
        site: Site {
            outlet: "O1".into(),
            partner: "P1".into(),
            territory: "421102001".into(),
            outlet_type: "专营店".into(),
            size: String::new(),
            point: None,
            closed_from: None,
        },
        header: Header { outlet: "O1".into(), purposes: Vec::new(), planned_on: None, began_us: 0, templates: BTreeMap::new() },
        day: day(on),
        state: State::Reported,
        counts: Counts::Yes,
        view,
        sheets: Vec::new(),
        completion: Completion { done: 11, skipped: Vec::new(), open: Vec::new(), share: 10_000 },
        missing: Vec::new(),
        results: 0,
        decided_by: String::new(),
        decided_why: String::new(),
    }
}

/// R7.16 R7.50 R7.133 R7.135 R7.136 R7.139 R7.141
async fn a_visit_tells_stock_and_the_chain(db: TestDb) {
    // R7.15 R7.240
    let yes = Answer::YesNo(true);
    let push = [
        ("level_dealer", Answer::Grade(2)),
        ("level_mall", Answer::Na),
        ("level_counter", Answer::Grade(1)),
        ("level_clerk", Answer::Grade(0)),
        ("first", yes.clone()),
        ("stressed", yes.clone()),
        ("praised", Answer::YesNo(false)),
        ("factor_brand", Answer::Grade(4)),
        ("factor_gain", Answer::Grade(1)),
        ("factor_support", Answer::Grade(1)),
    ];
    for one in [
        visit("A2", "2026-07-08", &[("T1", 6), ("T2", 0)], &push),
        visit("A1", "2026-07-01", &[("T1", 9)], &[("first", yes)]),
        Visit { counts: Counts::Held, ..visit("A3", "2026-07-09", &[("T1", 1)], &[]) },
    ] {
        write_tx!(db, |tx| learn::visit(tx, &one).await).unwrap();
    }
    let known = shelf::known(&mut db.read().await.unwrap(), &Sight::everywhere(), "").await.unwrap();
    let counted: Vec<Option<(qudao_kernel::Date, i64)>> = known.values().map(|one| one.counted).collect();
    assert_eq!(counted, [Some((day("2026-07-08"), 6)), Some((day("2026-07-08"), 0))]);
    // What stands where, with a sample and without a tag; what nobody counted stays as it was.
    let mut later = visit("A4", "2026-07-10", &[("T1", 2)], &[]);
    let seen = |stands, sample, tag| Shelved { stands, sample, tag };
    later.view.shelves = BTreeMap::from([
        ("T1".to_owned(), seen(Stand::Shelf, Some(true), Some(false))),
        ("T2".to_owned(), seen(Stand::Missing, None, None)),
    ]);
    write_tx!(db, |tx| learn::visit(tx, &later).await).unwrap();
    let known = shelf::known(&mut db.read().await.unwrap(), &Sight::everywhere(), "O1").await.unwrap();
    let of = |product: &str| known[&("O1".to_owned(), product.to_owned())].clone();
    let on = day("2026-07-10");
    let first = Known { shown: Some((Shown::Shelf, on)), sample: Some(true), tag: Some(false), counted: Some((on, 2)) };
    assert_eq!(of("T1"), first);
    assert_eq!((of("T2").shown, of("T2").tag, of("T2").counted), (Some((Shown::Missing, on)), None, Some((day("2026-07-08"), 0))));
    let kept = push::list(&mut db.read().await.unwrap(), &Sight::everywhere(), "O1").await.unwrap();
    let chain = &kept[0].chain;
    assert_eq!((kept[0].visit.as_str(), chain.breaks(), chain.pushed(), chain.weakest()), ("A2", Some(2), Some(false), Some(1)));
    for (level, word) in ["利润", "品牌", "配合", "培训"].into_iter().enumerate() {
        assert!(push::lever(level).zh.contains(word), "{level}");
    }
    assert!(push::remedy(1).zh.contains("利益"));
    let open = Chain { test: [Some(true), Some(true), None], ..Chain::default() };
    assert_eq!((open.pushed(), open.breaks(), open.weakest()), (None, None, None));
    assert_eq!(Chain::of(&BTreeMap::new()), None);
}

#[test]
fn depth_and_width_of_a_product() {
    // S1 S2 S3 S5 R7.104 R7.105 R7.106 R7.108 R7.109 R7.115 R7.116
    let territories = Territories::official().unwrap();
    let counties: Vec<&str> = territories.under("4211").iter().map(|one| one.code.as_str()).filter(|code| code.len() == 6).collect();
    let standard = Standard { least: 8_000, sufficient: 8_000, level: Level::County };
    let on = day("2026-07-01");
    let ten = Figure { territory: "4211".into(), level: Level::County, units: 10, from: day("2026-01-01"), source: "区划表".into() };
    let found = |reached: usize, outlets: usize, distributing: usize| {
        let open: Vec<(&str, bool)> = (0..outlets).map(|at| (counties[at % reached.max(1)], at < distributing)).collect();
        reach::count(territories, std::slice::from_ref(&ten), "4211", &open, on, standard)
    };
    let whole = found(8, 200, 180);
    let county = whole.depth.iter().find(|one| one.level == Level::County).unwrap().reach.unwrap();
    assert_eq!((county.reached, county.existing, county.share()), (8, 10, Some(8_000)), "县级到达率");
    assert_eq!((whole.width.share(), whole.wide_enough, whole.deep_enough), (Some(9_000), true, true), "售点密度");
    assert_eq!(whole.deepest, Some(Level::County));
    let city = found(1, 200, 159);
    assert_eq!((city.deep_enough, city.wide_enough, city.width.share()), (false, false, Some(7_950)), "one county is not the counties");
    assert!(found(8, 200, 160).wide_enough && found(10, 200, 200).wide_enough, "80 % is enough, more is not penalised");
}
