//! Material, agreements and recalls.

use super::{code, picture, today};
use crate::Sight;
use crate::agreement::{self, Draft};
use crate::places::Catalogue;
use crate::pop::acts::{self, Act, Approved, At, Limits};
use crate::pop::{self, Alert, Asset, Query};
use crate::recall;
use qudao_field::checklist::Catalogue as Checklists;
use qudao_kernel::{Fen, Refusal};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;

on_both!(
    a_piece_lives_from_approval_to_its_end,
    a_place_holds_one_piece,
    an_outlet_has_a_limit,
    a_valuable_piece_has_an_agreement,
    a_campaign_is_called_back_everywhere,
);

const LIMITS: Limits = Limits { year: Fen(500_000), valuable: 2 };

fn catalogue() -> Catalogue {
    Catalogue::standard(Checklists::standard().unwrap().get("places").unwrap()).unwrap()
}

async fn approves(db: &TestDb, application: &str, outlet: &str, kind: &str, place: &str, cost: i64, over: bool) -> Result<String, Refusal> {
    let catalogue = catalogue();
    let (material, place) = catalogue.fits(kind, place, "专营店")?;
    let at = At { outlet, partner: "P1", territory: "421102001" };
    let cost = Fen(cost);
    let new = Approved { application, asked_by: "M1", at, material, place, campaign: "开学季", cost, over_limit: over, plan: None };
    write_tx!(db, |tx| acts::approve(tx, "S1", &new, LIMITS).await)
}

async fn does(db: &TestDb, id: &str, version: u32, act: Act<'_>) -> Result<u32, Refusal> {
    acts::act(db, &Sight::everywhere(), "M1", id, version, &act).await
}

async fn the(db: &TestDb, id: &str) -> Asset {
    pop::get(&mut db.read().await.unwrap(), &Sight::everywhere(), id).await.unwrap()
}

fn hang(photo: &str) -> Act<'_> {
    Act::Place { consent: "店主", photo, cleared: true, note: "同意长期摆放", check_days: 30 }
}

/// Makes and hangs a piece. Its id.
async fn hangs(db: &TestDb, application: &str, outlet: &str, kind: &str, place: &str) -> String {
    let id = approves(db, application, outlet, kind, place, 10_000, false).await.unwrap();
    let produce = Act::Produce { maker: "示例广告公司", ready_on: today(db), cost: Fen(9_000) };
    assert_eq!(does(db, &id, 1, produce).await, Ok(2));
    assert_eq!(does(db, &id, 2, hang(&picture(application))).await, Ok(3));
    id
}

async fn count(db: &TestDb, alert: Alert) -> u32 {
    let query = Query { alert: Some(alert), limit: 10, ..Query::default() };
    pop::list(&mut db.read().await.unwrap(), &Sight::everywhere(), &query).await.unwrap().total
}

/// R7.25 R7.180 R7.183 R7.188 R7.190 R7.192
async fn a_piece_lives_from_approval_to_its_end(db: TestDb) {
    let id = approves(&db, "WL260701-0001", "O1", "poster", "o3", 10_000, false).await.unwrap();
    assert_eq!(id, "PW260701-0001");
    let photo = picture("hung");
    assert_eq!(code(&does(&db, &id, 1, hang(&photo)).await), "display.state", "nothing is hung before it is made");
    let produce = |cost| Act::Produce { maker: "示例广告公司", ready_on: today(&db), cost: Fen(cost) };
    assert_eq!(code(&does(&db, &id, 1, produce(10_001)).await), "display.production", "no more than was approved");
    assert_eq!(does(&db, &id, 1, produce(9_000)).await, Ok(2));
    let without = Act::Place { consent: " ", photo: &photo, cleared: true, note: "", check_days: 30 };
    assert_eq!(code(&does(&db, &id, 2, without).await), "display.words", "the partner agrees first");
    let dirty = Act::Place { consent: "店主", photo: &photo, cleared: false, note: "", check_days: 30 };
    assert_eq!(code(&does(&db, &id, 2, dirty).await), "display.place.closing");
    assert_eq!(code(&does(&db, &id, 2, hang("")).await), "display.photo");
    assert_eq!(does(&db, &id, 2, hang(&photo)).await, Ok(3));
    let check = |condition, note| Act::Check { condition, photo: &photo, note, check_days: 30 };
    assert_eq!(code(&does(&db, &id, 3, check("damaged", "")).await), "access.reason.missing", "why is it damaged");
    assert_eq!(does(&db, &id, 3, check("damaged", "被风吹落")).await, Ok(4));
    assert_eq!(count(&db, Alert::Damaged).await, 1);
    assert_eq!(does(&db, &id, 4, Act::Repair { photo: &photo, note: "重新粘贴" }).await, Ok(5));
    assert_eq!((count(&db, Alert::Damaged).await, count(&db, Alert::Unchecked(today(&db).plus_days(31))).await), (0, 1));
    assert_eq!(count(&db, Alert::Unchecked(today(&db))).await, 0);
    assert_eq!(code(&does(&db, &id, 5, Act::Recall { photo: "", reason: "换季" }).await), "display.photo");
    assert_eq!(does(&db, &id, 5, Act::Recall { photo: &photo, reason: "换季" }).await, Ok(6));
    let said = pop::history(&mut db.read().await.unwrap(), &id).await.unwrap();
    let acts: Vec<&str> = said.iter().map(|one| one.act.as_str()).collect();
    assert_eq!(acts, ["approve", "produce", "place", "check", "repair", "recall"]);
    assert_eq!(acts::of_application(&mut db.read().await.unwrap(), "WL260701-0001").await, Ok(id));
}

/// R7.234
async fn a_place_holds_one_piece(db: TestDb) {
    let id = hangs(&db, "WL260701-0001", "O1", "poster", "o3").await;
    assert_eq!(code(&approves(&db, "WL260701-0002", "O1", "poster", "o3", 1_000, false).await), "display.place.held");
    assert_eq!(code(&approves(&db, "WL260701-0003", "O2", "poster", "o3", 1_000, false).await), "ok", "elsewhere");
    assert_eq!(does(&db, &id, 3, Act::Lose("店面拆迁")).await, Ok(4));
    assert_eq!(code(&approves(&db, "WL260701-0004", "O1", "wall_ad", "o3", 1_000, false).await), "ok");
    let supported = pop::supported(&mut db.read().await.unwrap(), &Sight::everywhere()).await.unwrap();
    assert!(supported.is_empty(), "nothing hangs");
}

/// R7.184 R7.185 R7.204
async fn an_outlet_has_a_limit(db: TestDb) {
    assert_eq!(code(&approves(&db, "WL260701-0001", "O1", "store_head", "o1", 300_000, false).await), "ok");
    assert_eq!(code(&approves(&db, "WL260701-0002", "O1", "light_box", "g4", 200_001, false).await), "display.limit", "a fen more");
    assert_eq!(code(&approves(&db, "WL260701-0002", "O1", "light_box", "g4", 200_000, false).await), "ok");
    assert_eq!(code(&approves(&db, "WL260701-0003", "O1", "banner", "o2", 0, false).await), "display.limit", "two valuable ones");
    assert_eq!(code(&approves(&db, "WL260701-0004", "O1", "banner", "o2", 6_000, true).await), "ok", "the leader agreed");
    let first = "PW260701-0001";
    assert_eq!(does(&db, first, 1, Act::Cancel("店主改变主意")).await, Ok(2));
    let (spent, valuable) = pop::spent(&mut db.read().await.unwrap(), "O1", today(&db)).await.unwrap();
    assert_eq!((spent, valuable), (Fen(206_000), 2), "what is cancelled costs nothing");
}

/// R7.197 R7.198 R7.199
async fn a_valuable_piece_has_an_agreement(db: TestDb) {
    let id = hangs(&db, "WL260701-0001", "O1", "store_head", "o1").await;
    assert_eq!((the(&db, &id).await.lacks_agreement(), count(&db, Alert::NoAgreement).await), (true, 1));
    assert_eq!(pop::outstanding(&mut db.read().await.unwrap(), "P1").await.unwrap(), [(id.clone(), Fen(9_000))]);
    let (catalogue, on) = (catalogue(), today(&db));
    let places = ["o1".to_owned()];
    let draft = Draft {
        at: At { outlet: "O1", partner: "P1", territory: "421102001" },
        outlet_type: "专营店",
        places: &places,
        size: "3 米 × 0.8 米",
        from: on,
        last_day: on.plus_days(20),
        cost: Fen(120_000),
        rights: "每年展示费用 1200 元",
        duties: "妥善保管，所有权归我方",
    };
    let mall = ["a4".to_owned()];
    let elsewhere = agreement::draft(&db, &catalogue, "M1", "k0", &Draft { places: &mall, ..draft }).await;
    assert_eq!(code(&elsewhere), "display.place.type");
    let backwards = agreement::draft(&db, &catalogue, "M1", "k0", &Draft { last_day: on.plus_days(-1), ..draft }).await;
    assert_eq!(code(&backwards), "display.agreement.days");
    let made = agreement::draft(&db, &catalogue, "M1", "k1", &draft).await.unwrap().into_inner();
    assert_eq!(agreement::draft(&db, &catalogue, "M1", "k1", &draft).await.unwrap().into_inner(), made, "once");
    assert_eq!(code(&does(&db, &id, 3, Act::Link(&made)).await), "display.agreement", "not signed");
    let everywhere = Sight::everywhere();
    let sign = agreement::Act::Sign { by: "店主", on };
    assert_eq!(code(&agreement::act(&db, &everywhere, "M1", &made, 1, &sign).await), "display.agreement.own");
    assert_eq!(agreement::act(&db, &everywhere, "S1", &made, 1, &sign).await, Ok(2));
    assert_eq!(code(&agreement::act(&db, &everywhere, "S1", &made, 2, &sign).await), "display.state", "what is signed stays");
    assert_eq!(does(&db, &id, 3, Act::Link(&made)).await, Ok(4));
    assert_eq!(count(&db, Alert::NoAgreement).await, 0);
    let ending = agreement::Query { ending: Some((on, on.plus_days(30))), limit: 10, ..agreement::Query::default() };
    let found = agreement::list(&mut db.read().await.unwrap(), &everywhere, &ending).await.unwrap();
    assert_eq!((found.total, found.rows[0].id.as_str(), found.rows[0].places.clone()), (1, made.as_str(), vec!["o1".to_owned()]));
    assert_eq!(agreement::act(&db, &everywhere, "S1", &made, 2, &agreement::Act::End("门店搬迁")).await, Ok(3));
}

/// R7.196
async fn a_campaign_is_called_back_everywhere(db: TestDb) {
    let first = hangs(&db, "WL260701-0001", "O1", "poster", "o3").await;
    let second = hangs(&db, "WL260701-0002", "O2", "poster", "o3").await;
    let made = approves(&db, "WL260701-0003", "O3", "poster", "o3", 1_000, false).await.unwrap();
    let owners: BTreeMap<String, String> = [("O1".to_owned(), "M7".to_owned())].into();
    let due = today(&db).plus_days(5);
    assert_eq!(code(&recall::call(&db, "S1", "开学季", "代言结束", today(&db).plus_days(-1), &owners).await), "display.recall.day");
    let (id, tasks) = recall::call(&db, "S1", "开学季", "代言结束", due, &owners).await.unwrap();
    assert_eq!(tasks, 2);
    assert_eq!(code(&recall::call(&db, "S1", "开学季", "代言结束", due, &owners).await), "display.recall.twice");
    let produce = Act::Produce { maker: "示例广告公司", ready_on: due, cost: Fen(900) };
    assert_eq!(code(&does(&db, &made, 1, produce).await), "display.campaign.recalled", "nothing of it is made any more");
    assert_eq!(code(&approves(&db, "WL260701-0004", "O4", "poster", "o3", 1_000, false).await), "display.campaign.recalled");
    assert_eq!(count(&db, Alert::Outdated).await, 2);
    let everywhere = Sight::everywhere();
    let open = recall::tasks(&mut db.read().await.unwrap(), &everywhere, &id, "", true).await.unwrap();
    let owners: Vec<(&str, &str)> = open.iter().map(|task| (task.outlet.as_str(), task.owner.as_str())).collect();
    assert_eq!(owners, [("O1", "M7"), ("O2", "M1")]);
    assert_eq!(code(&recall::done(&db, &everywhere, "M7", &id, &first, 3, "").await), "display.photo");
    let photo = picture("bare");
    assert_eq!(recall::done(&db, &everywhere, "M7", &id, &first, 3, &photo).await, Ok(4));
    assert_eq!(code(&recall::done(&db, &everywhere, "M7", &id, &first, 4, &photo).await), "display.none", "done once");
    assert_eq!(does(&db, &second, 3, Act::Recall { photo: &photo, reason: "已换新" }).await, Ok(4));
    let all = recall::list(&mut db.read().await.unwrap(), &everywhere).await.unwrap();
    assert_eq!((all[0].tasks, all[0].open), (2, 0), "taken away is taken away, however");
}
