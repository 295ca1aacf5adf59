//! An agreement from draft to both signatures.

use super::{code, day, noon, stays};
use crate::Sight;
use crate::agreement::{
    Carried, Catalogue, DraftState, NewSignature, Side, Wanted, Way, carry, create, drop_draft, get, list, rewrite, send, sent_of, sign,
    signatures,
};
use qudao_access::Scope;
use qudao_kernel::master::{Master, Partner, Span};
use qudao_kernel::{Fen, Refusal};
use qudao_network::act::Act;
use qudao_network::agreement::sign as network;
use qudao_network::roster::{self, By};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use serde_json::json;

on_both!(an_agreement_is_in_force_with_both_signatures_only, a_draft_is_seen_where_it_stands);

fn wanted(from: &str, last: &str) -> Wanted {
    Wanted {
        template: "agency".into(),
        partner: "P1".into(),
        partner_name: "P1通讯店".into(),
        territory: "421102".into(),
        business: "mobile".into(),
        from: day(from),
        last_day: day(last),
        deposit: Fen(500_000),
        filled: [("region".to_owned(), json!("城关")), ("commitment".to_owned(), json!(1_200_000))].into(),
        own_terms: String::new(),
        renews: String::new(),
    }
}

async fn begins(db: &TestDb, wanted: &Wanted) -> Result<String, Refusal> {
    let key = format!("draft {} {}", wanted.partner, wanted.from);
    create(db, &Catalogue::standard().unwrap(), &key, "channel", wanted).await.map(qudao_platform::Done::into_inner)
}

async fn sends(db: &TestDb, id: &str, application: &str) -> Result<u32, Refusal> {
    let draft = send(&mut db.read().await.unwrap(), &Sight::everywhere(), id).await?;
    sent_of(db, &Sight::everywhere(), "channel", (id, draft.version), application, "ab12").await
}

async fn signs(db: &TestDb, id: &str, side: Side, way: Way, on: &str) -> Result<(), Refusal> {
    let (note, picture) = if way == Way::Seal { ("公章，原件存档案室", "") } else { ("", "picture") };
    let new = NewSignature { side, name: "示例负责人", signed_on: day(on), way, note, picture };
    sign(db, &Sight::everywhere(), "channel", id, &new).await
}

async fn carries(db: &TestDb, application: &str, wanted: &Wanted) -> Result<Fen, Refusal> {
    let Wanted { partner, business, from, last_day, deposit, .. } = wanted;
    let carried = Carried { partner, business, from: *from, last_day: *last_day, deposit: *deposit };
    carry(&mut db.read().await?, application, &carried).await
}

/// R8.40: draft from template, both signatures on record, then in force; another that overlaps is refused, one that goes on is not.
async fn an_agreement_is_in_force_with_both_signatures_only(db: TestDb) {
    db.clock().set_us(noon("2026-08-31"));
    let first = wanted("2026-10-01", "2027-09-30");
    assert_eq!(code(&begins(&db, &Wanted { last_day: day("2026-09-01"), ..first.clone() }).await), "recruit.days");
    assert_eq!(code(&begins(&db, &Wanted { filled: [].into(), ..first.clone() }).await), "recruit.agreement.term");
    let id = begins(&db, &first).await.unwrap();
    assert_eq!(begins(&db, &first).await.unwrap(), id, "the same request is the same draft");
    assert_eq!(code(&signs(&db, &id, Side::Us, Way::Seal, "2026-08-31").await), "recruit.state", "nothing is signed before it was sent");
    let catalogue = Catalogue::standard().unwrap();
    let changed = rewrite(&db, &catalogue, &Sight::everywhere(), "channel", &id, 1, &first).await.unwrap();
    assert_eq!(code(&rewrite(&db, &catalogue, &Sight::everywhere(), "channel", &id, 1, &first).await), "platform.db.stale");
    assert_eq!(sends(&db, &id, "XY1").await.unwrap(), changed + 1);
    assert_eq!(code(&drop_draft(&db, &Sight::everywhere(), "channel", &id, changed + 1, "不签了").await), "recruit.state");
    assert_eq!(code(&carries(&db, "XY1", &first).await), "recruit.agreement.unsigned");
    assert_eq!(code(&signs(&db, &id, Side::Us, Way::Seal, "2026-09-01").await), "recruit.signature.day", "nobody signs tomorrow");
    signs(&db, &id, Side::Us, Way::Seal, "2026-08-31").await.unwrap();
    assert_eq!(code(&signs(&db, &id, Side::Us, Way::Hand, "2026-08-31").await), "recruit.state", "a signature stays");
    assert_eq!(code(&carries(&db, "XY1", &first).await), "recruit.agreement.unsigned");
    signs(&db, &id, Side::Partner, Way::Hand, "2026-08-31").await.unwrap();
    let other = Wanted { deposit: Fen(1), ..first.clone() };
    assert_eq!(code(&carries(&db, "XY1", &other).await), "recruit.agreement.differs", "what was signed is what was approved");
    assert_eq!(carries(&db, "XY1", &first).await.unwrap(), Fen(1_200_000), "the committed amount goes to settlement");
    assert_eq!(carries(&db, "XY9", &first).await.unwrap(), Fen(0), "an application of its own has no draft to be signed");
    assert_eq!(signatures(&mut db.read().await.unwrap(), &id).await.unwrap().len(), 2);
    stays(&db, "update recruit_signature set name = 'x'").await;
    stays(&db, "delete from recruit_signature").await;
    comes_in_force(&db, &first).await;
    let overlapping = begins(&db, &wanted("2027-09-01", "2028-08-31")).await.unwrap();
    assert_eq!(code(&sends(&db, &overlapping, "XY2").await), "network.agreement.overlap");
    let next = begins(&db, &wanted("2027-10-01", "2028-09-30")).await.unwrap();
    assert_eq!(code(&sends(&db, &next, "XY3").await), "ok", "a renewal goes on without a gap");
}

async fn comes_in_force(db: &TestDb, wanted: &Wanted) {
    let row = Partner {
        code: "P1".into(),
        name: "P1通讯店".into(),
        kind: "代理商".into(),
        tier: "二级代理商".into(),
        level: 0,
        parent: String::new(),
        territory: "421102".into(),
        since: day("2020-01-01"),
        blacklisted: false,
        span: Span { from: day("2020-01-01"), to: Span::ALWAYS.to },
    };
    let act = Act { who: "channel", reason: "", application: "XY1", today: day("2026-08-31"), open_from: day("2026-08-01") };
    let signed = network::Signed {
        code: "XY1",
        partner: "P1",
        business: &wanted.business,
        from: wanted.from,
        last_day: wanted.last_day,
        deposit: wanted.deposit,
        commitment: Fen(1_200_000),
        signed_on: Some(day("2026-08-31")),
    };
    write_tx!(db, |tx| {
        roster::create(tx, By { who: "channel", reason: "建档" }, &row).await.map(drop)?;
        network::sign(tx, &act, &signed).await
    })
    .unwrap();
    let rows = network::of(&mut db.read().await.unwrap(), "P1").await.unwrap();
    assert_eq!(rows[0].commitment, Fen(1_200_000));
}

/// R0.1, R8.40: a draft is seen by whoever works in its territory and by its partner; elsewhere it is none.
async fn a_draft_is_seen_where_it_stands(db: TestDb) {
    db.clock().set_us(noon("2026-08-31"));
    let id = begins(&db, &wanted("2026-10-01", "2027-09-30")).await.unwrap();
    let sight = |scope: Scope| Sight::of(scope, &Master::default(), day("2026-08-31"));
    let here = sight(Scope { territories: vec!["4211".into()], ..Scope::default() });
    let own = sight(Scope { partners: vec!["P1".into()], ..Scope::default() });
    let elsewhere = sight(Scope { territories: vec!["4301".into()], partners: vec!["P2".into()], ..Scope::default() });
    let tx = &mut db.read().await.unwrap();
    for seen in [&here, &own] {
        assert_eq!(get(tx, seen, &id).await.unwrap().state, DraftState::Draft);
        assert_eq!(list(tx, seen).await.unwrap().len(), 1);
    }
    assert_eq!(code(&get(tx, &elsewhere, &id).await), "recruit.none");
    assert!(list(tx, &elsewhere).await.unwrap().is_empty());
}
