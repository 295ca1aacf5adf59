//! The sample of checks that is scored again, and where we are seen first.

use super::{code, day, picture, site, visit};
use crate::Sight;
use crate::learn::{self, Days};
use crate::notice::{self, Noticed, Rate};
use crate::rescore::{self, Found, Query};
use qudao_field::checklist::{Answer, Catalogue as Checklists, Context, Given, score};
use qudao_field::visit::store::Visit;
use qudao_field::visit::view::View;
use qudao_kernel::Month;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;
use std::sync::Arc;

on_both!(a_sample_is_drawn_and_scored_again, first_notice_takes_a_photo);

const DAYS: Days = Days { plain: 7, veto: 1 };

/// A visit whose answers have a photo each.
fn shown(id: &str, on: &str, answers: &[(&str, Answer)]) -> Visit {
    let mut visit = visit(id, on, answers);
    for given in visit.view.answers.values_mut().flat_map(BTreeMap::values_mut) {
        given.photos = vec![picture(id)];
    }
    visit
}

async fn learns(db: &TestDb, visit: &Visit) {
    write_tx!(db, |tx| learn::visit(tx, visit, DAYS).await).unwrap();
}

async fn draws(db: &TestDb, share: i64) -> u32 {
    let month: Month = "2026-07".parse().unwrap();
    write_tx!(db, |tx| rescore::draw(tx, month, share).await).unwrap()
}

async fn drawn(db: &TestDb) -> Vec<rescore::Rescore> {
    let query = Query { limit: 100, ..Query::default() };
    rescore::list(&mut db.read().await.unwrap(), &Sight::everywhere(), &query).await.unwrap().rows
}

/// R7.266
async fn a_sample_is_drawn_and_scored_again(db: TestDb) {
    let answers = [("p1_kind", Answer::Grade(2)), ("p1_quantity", Answer::Grade(2)), ("p1_view", Answer::YesNo(true))];
    for number in 0..21 {
        learns(&db, &shown(&format!("V{number:02}"), "2026-07-10", &answers)).await;
    }
    learns(&db, &visit("V90", "2026-07-10", &answers)).await;
    assert_eq!(draws(&db, 0).await, 0);
    assert_eq!(draws(&db, 50_000).await, 2, "5 % of 21, rounded up; what has no photo is not among them");
    assert_eq!(draws(&db, 50_000).await, 0, "the same checks give the same sample");
    let first = drawn(&db).await;
    learns(&db, &shown("V50", "2026-07-11", &answers)).await;
    draws(&db, 50_000).await;
    let second = drawn(&db).await;
    assert!(first.iter().all(|one| second.contains(one)), "nothing is taken out of a sample");
    let one = &first[0];
    assert_eq!((one.scorer.as_str(), one.state.as_str(), one.again), ("M1", "drawn", None));

    let visit = shown(&one.visit, "2026-07-10", &answers);
    let judged = |grade, view| -> BTreeMap<String, Answer> {
        let grades = [("p1_kind", Answer::Grade(grade)), ("p1_quantity", Answer::Grade(grade)), ("p1_view", Answer::YesNo(view))];
        grades.into_iter().map(|(item, answer)| (item.to_owned(), answer)).collect()
    };
    assert_eq!(rescore::items(&visit, &visit.sheets[0].0).len(), 3);
    let left_out: BTreeMap<String, Answer> = [("p1_kind".to_owned(), Answer::Grade(1))].into();
    assert_eq!(code(&rescore::again(&visit, "display_principles", &left_out)), "display.rescore.items");
    assert_eq!(code(&rescore::again(&visit, "display_principles", &judged(9, true))), "field.answer.value");
    let same = rescore::again(&visit, "display_principles", &judged(2, true)).unwrap();
    assert_eq!(same.0, same.1, "the same answers give the same score");
    let worse = rescore::again(&visit, "display_principles", &judged(0, false)).unwrap();
    assert!(worse.1 < worse.0 && worse.0 == same.0, "{worse:?}");

    let everywhere = Sight::everywhere();
    let looks = async |who: &str, version, scores, note: &str| {
        rescore::done(&db, &everywhere, who, &one.id, version, &Found { scores, tolerance: 1_000, note }).await
    };
    assert_eq!(code(&looks("M1", 1, same, "").await), "display.rescore.own");
    let apart = (9_000, 7_999);
    assert_eq!(code(&looks("S1", 1, apart, "").await), "display.words", "what differs is said");
    assert_eq!(looks("S1", 1, apart, "照片中柜台空置").await, Ok((2, "differs")));
    assert_eq!(code(&looks("S1", 2, same, "").await), "display.state", "once");
    let told = Query { state: "differs".into(), scorer: "M1".into(), limit: 10, ..Query::default() };
    assert_eq!(rescore::list(&mut db.read().await.unwrap(), &everywhere, &told).await.unwrap().total, 1);
    assert_eq!(code(&rescore::reply(&db, "M2", "M2", &one.id, 2, "知道了").await), "display.none", "to nobody else");
    assert_eq!(rescore::reply(&db, "M1", "M1", &one.id, 2, "已核对，下次补拍").await, Ok(3));
    let other = &first[1];
    let found = Found { scores: (9_000, 8_000), tolerance: 1_000, note: "" };
    assert_eq!(rescore::done(&db, &everywhere, "S1", &other.id, 1, &found).await, Ok((2, "agreed")), "ten points are within");
}

/// A visit that looked at the entrance.
fn entrance(id: &str, outlet: &str, on: &str, first: bool, photo: bool) -> Visit {
    let template = Arc::clone(Checklists::standard().unwrap().get(notice::TEMPLATE).unwrap());
    let mut given = Given::seen(Answer::YesNo(first));
    if photo {
        given.photos = vec![picture(id)];
    }
    let answers: BTreeMap<String, Given> = [(notice::ITEM.to_owned(), given)].into();
    let context = Context { outlet_type: "专营店".into(), ..Context::default() };
    let outcome = score::count(&template, &context, &answers);
    let view = View { answers: [(template.id.clone(), answers)].into(), ..View::default() };
    Visit { site: site(outlet), view, sheets: vec![(template, outcome)], ..visit(id, on, &[]) }
}

/// R7.7 R7.162
async fn first_notice_takes_a_photo(db: TestDb) {
    learns(&db, &entrance("V1", "O1", "2026-07-01", false, true)).await;
    learns(&db, &entrance("V2", "O1", "2026-07-08", true, true)).await;
    learns(&db, &entrance("V3", "O2", "2026-07-08", true, false)).await;
    learns(&db, &entrance("V4", "O3", "2026-07-09", false, true)).await;
    let everywhere = Sight::everywhere();
    let looks = notice::looks(&mut db.read().await.unwrap(), &everywhere, day("2026-07-01")).await.unwrap();
    let seen: Vec<(&str, bool)> = looks.iter().map(|look| (look.outlet.as_str(), look.first)).collect();
    assert_eq!(seen, [("O1", true), ("O3", false)], "the last look with a photo of the entrance");
    let all = notice::rates(&looks, |_| String::new());
    assert_eq!((all[""], all[""].share()), (Rate { checked: 2, first: 1 }, Some(5_000)));
    let area = |look: &Noticed| look.territory[..4].to_owned();
    assert_eq!(notice::rates(&looks, area).keys().collect::<Vec<_>>(), ["4211"]);
    let later = notice::looks(&mut db.read().await.unwrap(), &everywhere, day("2026-07-09")).await.unwrap();
    assert_eq!((later.len(), Rate::default().share()), (1, None));
}
