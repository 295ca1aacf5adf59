//! Placement plans, agencies, launches and the brand book.

use super::{code, picture, today};
use crate::Sight;
use crate::agency::{self, Act as JobAct, Large};
use crate::brand;
use crate::launch::{self, Goes};
use crate::places::Catalogue;
use crate::plan::{self, Act, Draft, Line, Plan};
use crate::pop::acts::{self, Act as PopAct, At, Limits};
use crate::pop::{self, Query};
use qudao_access::Scope;
use qudao_field::checklist::Catalogue as Checklists;
use qudao_kernel::master::Master;
use qudao_kernel::{Fen, Refusal};
use qudao_testkit::{TestDb, on_both};

on_both!(
    every_line_has_one_who_answers_for_it,
    what_is_planned_is_made_and_the_rest_is_applied_for,
    large_jobs_take_three_quotes,
    a_launch_stands_at_its_outlets_by_its_day,
    one_brand_book_holds,
);

const LIMITS: Limits = Limits { year: Fen(500_000), valuable: 2 };

fn catalogue() -> Catalogue {
    Catalogue::standard(Checklists::standard().unwrap().get("places").unwrap()).unwrap()
}

fn at(outlet: &str) -> At<'_> {
    At { outlet, partner: "P1", territory: "421102001" }
}

fn line(db: &TestDb, owner: &str) -> Line {
    Line {
        material: "poster".into(),
        place: "o3".into(),
        quantity: 2,
        budget: Fen(10_000),
        from: today(db),
        last_day: today(db).plus_days(30),
        owner: owner.into(),
        outlets: vec!["O1".into(), "O2".into(), "O3".into()],
    }
}

fn draft(lines: &[Line]) -> Draft<'_> {
    Draft { campaign: "开学季", territory: "4211", lines }
}

async fn drafts(db: &TestDb, key: &str, lines: &[Line]) -> Result<String, Refusal> {
    plan::draft(db, &catalogue(), "M1", key, &draft(lines)).await.map(qudao_platform::Done::into_inner)
}

async fn does(db: &TestDb, who: &str, id: &str, version: u32, act: Act<'_>) -> Result<u32, Refusal> {
    plan::act(db, &Sight::everywhere(), who, id, version, &act).await
}

async fn the(db: &TestDb, id: &str) -> Plan {
    plan::get(&mut db.read().await.unwrap(), &Sight::everywhere(), id).await.unwrap()
}

/// R7.191
async fn every_line_has_one_who_answers_for_it(db: TestDb) {
    let lines = [line(&db, "M7"), line(&db, " ")];
    let id = drafts(&db, "key-one", &lines).await.unwrap();
    assert_eq!(drafts(&db, "key-one", &lines).await, Ok(id.clone()), "sent twice is one");
    let refused = does(&db, "M1", &id, 1, Act::Submit).await;
    assert_eq!(code(&refused), "display.plan.owner");
    assert!(refused.unwrap_err().text.zh.contains("第 2 行"), "it names the line");
    let everywhere = Sight::everywhere();
    let (both, wrong) = ([line(&db, "M7"), line(&db, "M8")], [Line { quantity: 4, ..line(&db, "M7") }]);
    assert_eq!(code(&plan::change(&db, &catalogue(), &everywhere, "M1", &id, 1, &draft(&wrong)).await), "display.plan.quantity");
    let counter = [Line { place: "o1".into(), ..line(&db, "M7") }];
    assert_eq!(code(&plan::change(&db, &catalogue(), &everywhere, "M1", &id, 1, &draft(&counter)).await), "display.place.kind");
    assert_eq!(code(&plan::change(&db, &catalogue(), &everywhere, "M1", &id, 1, &draft(&[])).await), "display.plan.lines");
    assert_eq!(plan::change(&db, &catalogue(), &everywhere, "M1", &id, 1, &draft(&both)).await, Ok(2));
    assert_eq!(does(&db, "M1", &id, 2, Act::Submit).await, Ok(3));
    assert_eq!(code(&plan::change(&db, &catalogue(), &everywhere, "M1", &id, 3, &draft(&both)).await), "display.state");
    assert_eq!(code(&does(&db, "M1", &id, 3, Act::Approve).await), "display.plan.own");
    assert_eq!(code(&does(&db, "S1", &id, 3, Act::Return(" ")).await), "access.reason.missing");
    assert_eq!(does(&db, "S1", &id, 3, Act::Return("预算偏高")).await, Ok(4));
    let back = the(&db, &id).await;
    assert_eq!((back.state.as_str(), back.note.as_str(), back.decided_by.as_str()), ("draft", "预算偏高", "S1"));
    assert_eq!(does(&db, "M2", &id, 4, Act::Submit).await, Ok(5));
    assert_eq!(code(&does(&db, "M2", &id, 5, Act::Approve).await), "display.plan.own", "nor does whoever submitted it");
    assert_eq!(does(&db, "S1", &id, 5, Act::Approve).await, Ok(6));
    let elsewhere = Sight::of(Scope { territories: vec!["43".into()], ..Scope::default() }, &Master::default(), today(&db));
    let mut tx = db.read().await.unwrap();
    let query = plan::Query { owner: "M8".into(), limit: 10, ..plan::Query::default() };
    assert_eq!(plan::list(&mut tx, &everywhere, &query).await.unwrap().total, 1);
    assert_eq!(plan::list(&mut tx, &elsewhere, &query).await.unwrap().total, 0);
    assert_eq!(code(&plan::get(&mut tx, &elsewhere, &id).await), "display.none");
}

async fn makes(db: &TestDb, id: &str, outlet: &str, cost: i64) -> Result<String, Refusal> {
    let new = plan::New { line: 1, at: at(outlet), outlet_type: "专营店", cost: Fen(cost) };
    plan::make(db, &catalogue(), &Sight::everywhere(), "M7", id, &new, LIMITS).await
}

/// R7.189
async fn what_is_planned_is_made_and_the_rest_is_applied_for(db: TestDb) {
    let id = drafts(&db, "key-two", &[line(&db, "M7")]).await.unwrap();
    assert_eq!(code(&makes(&db, &id, "O1", 4_000).await), "display.state", "nothing is made of a draft");
    does(&db, "M1", &id, 1, Act::Submit).await.unwrap();
    does(&db, "S1", &id, 2, Act::Approve).await.unwrap();
    let first = makes(&db, &id, "O1", 4_000).await.unwrap();
    assert_eq!(first, id.replacen("TF", "PW", 1) + "-1-1");
    assert_eq!(code(&makes(&db, &id, "O9", 1_000).await), "display.plan.outside", "an outlet it does not name");
    assert_eq!(code(&makes(&db, &id, "O2", 6_001).await), "display.plan.outside", "a fen above the budget");
    assert_eq!(code(&makes(&db, &id, "O1", 1_000).await), "display.place.held");
    let second = makes(&db, &id, "O2", 6_000).await.unwrap();
    assert_eq!(code(&makes(&db, &id, "O3", 0).await), "display.plan.outside", "more pieces than planned");
    let everywhere = Sight::everywhere();
    let act = async |piece: &str, version, act: PopAct<'_>| acts::act(&db, &everywhere, "M7", piece, version, &act).await;
    assert_eq!(act(&second, 1, PopAct::Cancel("网点装修")).await, Ok(2));
    let third = makes(&db, &id, "O3", 6_000).await.unwrap();
    assert_eq!(third, id.replacen("TF", "PW", 1) + "-1-3", "what was cancelled gives its place back");
    act(&first, 1, PopAct::Produce { maker: "示例广告公司", ready_on: today(&db), cost: Fen(3_500) }).await.unwrap();
    let photo = picture("hung");
    let hang = PopAct::Place { consent: "店主", photo: &photo, cleared: true, note: "", check_days: 30 };
    act(&first, 2, hang).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let made = plan::made(&mut tx, &id).await.unwrap();
    assert_eq!(made.get(&1), Some(&plan::Made { pieces: 2, placed: 1, cost: Fen(9_500) }));
    assert_eq!(plan::beside(&mut tx, &the(&db, &id).await).await.unwrap(), plan::Made::default());
    let all = pop::list(&mut tx, &everywhere, &Query { limit: 10, ..Query::default() }).await.unwrap();
    assert!(all.rows.iter().all(|piece| piece.plan == id), "each piece names its plan");
    drop(tx);
    assert_eq!(does(&db, "S1", &id, 3, Act::End("活动结束")).await, Ok(4));
    assert_eq!(code(&makes(&db, &id, "O3", 0).await), "display.state");
}

const LARGE: Large = Large { from: Fen(500_000), quotes: 3 };

async fn job(db: &TestDb, key: &str, estimate: i64) -> String {
    let new = agency::New { title: "门头制作", territory: "4211", estimate: Fen(estimate), due_on: today(db) };
    agency::job(db, "M1", key, &new).await.unwrap().into_inner()
}

async fn works(db: &TestDb, who: &str, id: &str, version: u32, act: JobAct<'_>) -> Result<u32, Refusal> {
    agency::act(db, &Sight::everywhere(), who, id, version, &act).await
}

/// R7.187
async fn large_jobs_take_three_quotes(db: TestDb) {
    let mut all = Vec::new();
    for name in ["甲广告", "乙广告", "丙广告"] {
        all.push(agency::register(&db, "M1", name, name, "店头、灯箱", "").await.unwrap().into_inner());
    }
    assert_eq!(code(&agency::register(&db, "M1", "another", "甲广告", "灯箱", "").await), "display.agency.twice");
    let id = job(&db, "job-one", 600_000).await;
    let quote = |agency, amount| JobAct::Quote { agency, amount: Fen(amount), days: 7, note: "" };
    let choose = |agency, why| JobAct::Choose { agency, why, large: LARGE };
    assert_eq!(works(&db, "M1", &id, 1, quote(&all[0], 550_000)).await, Ok(2));
    assert_eq!(works(&db, "M1", &id, 2, quote(&all[1], 520_000)).await, Ok(3));
    assert_eq!(works(&db, "M1", &id, 3, quote(&all[1], 510_000)).await, Ok(4), "its last word");
    assert_eq!(code(&works(&db, "M1", &id, 4, choose(&all[1], "")).await), "display.job.quotes");
    assert_eq!(works(&db, "M1", &id, 4, quote(&all[2], 560_000)).await, Ok(5));
    assert_eq!(code(&works(&db, "M1", &id, 5, choose(&all[0], "")).await), "access.reason.missing", "why a dearer one");
    assert_eq!(works(&db, "M1", &id, 5, choose(&all[0], "工期最短，往次质量最好")).await, Ok(6));
    let photo = picture("work");
    let inspect = |quality| JobAct::Inspect { quality, punctual: 4, findings: "安装牢固", photo: &photo };
    assert_eq!(code(&works(&db, "M1", &id, 6, inspect(5)).await), "display.job.own");
    assert_eq!(code(&works(&db, "S1", &id, 6, inspect(6)).await), "display.job.mark");
    assert_eq!(works(&db, "S1", &id, 6, inspect(5)).await, Ok(7));
    let small = job(&db, "job-two", 20_000).await;
    works(&db, "M1", &small, 1, quote(&all[2], 18_000)).await.unwrap();
    assert_eq!(works(&db, "M1", &small, 2, choose(&all[2], "")).await, Ok(3), "a small one takes one");
    assert_eq!(works(&db, "M1", &small, 3, JobAct::Cancel("活动取消")).await, Ok(4));
    let third = job(&db, "job-three", 20_000).await;
    assert_eq!(agency::stop(&db, "M1", &all[2], 1, true, "质量差").await, Ok(2));
    assert_eq!(code(&works(&db, "M1", &third, 1, quote(&all[2], 9_000)).await), "display.agency.stopped");
    works(&db, "M1", &third, 1, quote(&all[0], 600_000)).await.unwrap();
    assert_eq!(code(&works(&db, "M1", &third, 2, choose(&all[0], "")).await), "display.job.quotes", "large by its price");
    let mut tx = db.read().await.unwrap();
    let listed = agency::list(&mut tx).await.unwrap();
    let first = listed.iter().find(|one| one.id == all[0]).unwrap();
    assert_eq!((first.jobs, first.rating), (1, Some(450)));
    assert_eq!(listed.iter().filter(|one| one.rating.is_none()).count(), 2);
    let query = agency::Query { state: "inspected".into(), limit: 10, ..agency::Query::default() };
    let found = agency::jobs(&mut tx, &Sight::everywhere(), &query).await.unwrap();
    assert_eq!((found.total, found.rows[0].amount, found.rows[0].quotes.len()), (1, Fen(550_000), 3));
    assert_eq!(found.rows[0].quotes[0].amount, Fen(510_000), "the cheapest first");
}

/// R7.128
async fn a_launch_stands_at_its_outlets_by_its_day(db: TestDb) {
    let goes = |outlet, owner| Goes { at: at(outlet), outlet_type: "专营店", owner };
    let items = [("poster".to_owned(), "o3".to_owned()), ("counter".to_owned(), "d1".to_owned())];
    let outlets = [goes("O1", "M7"), goes("O2", "M8")];
    let due_on = today(&db).plus_days(5);
    let new = launch::New { product: "T001", name: "新机上市", territory: "4211", items: &items, due_on, outlets: &outlets };
    let twice = [goes("O1", "M7"), goes("O1", "M8")];
    let wrong = launch::New { outlets: &twice, ..new };
    assert_eq!(code(&launch::make(&db, &catalogue(), "M1", "launch-0", &wrong).await), "display.launch.outlets");
    let late = launch::New { due_on: today(&db).plus_days(-1), ..new };
    assert_eq!(code(&launch::make(&db, &catalogue(), "M1", "launch-0", &late).await), "display.launch.day");
    let (id, tasks) = launch::make(&db, &catalogue(), "M1", "launch-1", &new).await.unwrap().into_inner();
    assert_eq!(tasks, 2, "these outlets have no mall entrance");
    let everywhere = Sight::everywhere();
    let placed = async |outlet: &str, photo: &str| launch::placed(&db, &everywhere, "M7", &id, outlet, "o3", photo).await;
    assert_eq!(code(&placed("O1", "").await), "display.photo");
    let photo = picture("poster");
    assert_eq!(placed("O1", &photo).await, Ok(()));
    assert_eq!(code(&placed("O1", &photo).await), "display.state", "once");
    assert_eq!(code(&placed("O9", &photo).await), "display.none");
    let open = async |owner: &str| {
        let query = launch::Query { owner: owner.to_owned(), open: true, ..launch::Query::default() };
        launch::tasks(&mut db.read().await.unwrap(), &everywhere, &query).await.unwrap()
    };
    assert_eq!((open("M7").await.len(), open("M8").await.len()), (0, 1));
    let task = open("M8").await.remove(0);
    assert!(!task.is_late(due_on) && task.is_late(due_on.plus_days(1)));
    let all = launch::list(&mut db.read().await.unwrap(), &everywhere).await.unwrap();
    assert_eq!((all[0].planned, all[0].placed, all[0].items.len()), (2, 1, 2));
    assert_eq!(launch::close(&db, &everywhere, "M1", &id, 1, "已过上市期").await, Ok(2));
    assert_eq!(code(&placed("O2", &photo).await), "display.state");
    assert!(open("M8").await.is_empty(), "what is closed asks for nothing");
}

/// R5.19
async fn one_brand_book_holds(db: TestDb) {
    let logo = picture("logo");
    let new = brand::New {
        name: "示例品牌", wording: "不得缩写", usage: "四周留白", logo: &logo, reason: "首次发布", from: today(&db)
    };
    assert_eq!(brand::set(&db, "M1", 0, &new).await, Ok(1));
    assert_eq!(code(&brand::set(&db, "M2", 0, &new).await), "display.brand.stale", "somebody else was first");
    let before = brand::New { from: today(&db).plus_days(-1), ..new };
    assert_eq!(code(&brand::set(&db, "M1", 1, &before).await), "display.brand.day");
    assert_eq!(code(&brand::set(&db, "M1", 1, &brand::New { logo: "", ..new }).await), "display.photo");
    let next = brand::New { name: "示例新品牌", from: today(&db).plus_days(3), ..new };
    assert_eq!(brand::set(&db, "M1", 1, &next).await, Ok(2));
    let all = brand::all(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(all.iter().map(|book| book.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(brand::current(&all, today(&db)), Some(1), "the next has not begun");
    assert_eq!(brand::current(&all, today(&db).plus_days(3)), Some(2));
    assert_eq!(brand::current(&all[1..], today(&db).plus_days(-1)), None);
}
