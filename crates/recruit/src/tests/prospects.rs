//! Prospects, enquiries and plans.

use super::{code, count, day, noon, stays};
use crate::Sight;
use crate::enquiry::{self, EnquiryAct, NewEnquiry};
use crate::plan::{self, Ground, NewPlan, PlanKind, Progress};
use crate::prospect::{self, Brought, NewProspect, Stage, Step};
use qudao_kernel::Refusal;
use qudao_kernel::master::{Master, Outlet, Span};
use qudao_network::Territories;
use qudao_network::keys;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};

on_both!(
    a_number_is_of_one_prospect,
    a_prospect_counts_when_it_opened_with_an_order,
    an_enquiry_is_answered_in_time,
    plans_say_how_far_they_are
);

fn person<'a>(phone: &'a str, licence: &'a str, plan: &'a str) -> NewProspect<'a> {
    NewProspect { name: "示例店主", company: "示例小店", territory: "430102", tier: "", plan, owner: "channel", phone, licence }
}

async fn ready(db: &TestDb) {
    db.clock().set_us(noon("2026-08-31"));
    write_tx!(db, |tx| keys::ready(tx).await).unwrap();
}

async fn brings(db: &TestDb, phone: &str, licence: &str, plan: &str) -> Result<Brought, Refusal> {
    let key = format!("key {phone} {licence} {plan}");
    prospect::add(db, &key, "channel", &person(phone, licence, plan)).await.map(qudao_platform::Done::into_inner)
}

/// R7.13, R8.33: whoever is brought again by phone or licence is the same prospect; the numbers are kept as mask and seal.
async fn a_number_is_of_one_prospect(db: TestDb) {
    ready(&db).await;
    let first = brings(&db, "19900000001", "", "").await.unwrap();
    assert!(first.fresh);
    assert_eq!(brings(&db, "199 0000 0001", "91430100MA0000001X", "").await.unwrap(), Brought { fresh: false, ..first.clone() });
    assert_eq!(brings(&db, "", "91430100ma0000001x", "").await.unwrap().id, first.id, "the licence it came with the second time");
    let other = brings(&db, "19900000002", "", "").await.unwrap();
    assert_ne!(other.id, first.id);
    assert_eq!(code(&brings(&db, "19900000002", "91430100MA0000001X", "").await), "recruit.prospect.two");
    let found = prospect::get(&mut db.read().await.unwrap(), &Sight::everywhere(), &first.id).await.unwrap();
    assert!(found.phone.contains('*') && found.licence.contains('*'), "{found:?}");
    assert_eq!(count(&db, "select count(*) as n from recruit_prospect").await, 2);
}

/// R7.13: five stages, forward only; opened counts with an outlet and its first order, and is never changed.
async fn a_prospect_counts_when_it_opened_with_an_order(db: TestDb) {
    ready(&db).await;
    let id = brings(&db, "19900000001", "", "").await.unwrap().id;
    let steps = async |version: u32, to: Stage, opened| {
        prospect::step(&db, &Sight::everywhere(), "channel", &id, version, &Step { to, note: "谈妥条件", opened }).await
    };
    steps(1, Stage::Visited, None).await.unwrap();
    assert_eq!(code(&steps(1, Stage::Negotiated, None).await), "platform.db.stale");
    steps(2, Stage::Signed, None).await.unwrap();
    assert_eq!(code(&steps(3, Stage::Visited, None).await), "recruit.state", "stages go forward");
    assert_eq!(code(&steps(3, Stage::Opened, None).await), "recruit.prospect.order");
    steps(3, Stage::Opened, Some(("O1", day("2026-08-30")))).await.unwrap();
    assert_eq!(code(&steps(4, Stage::Lost, None).await), "recruit.state");
    let lines = prospect::history(&mut db.read().await.unwrap(), Some(&id)).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.stage).collect::<Vec<_>>(), [Stage::Found, Stage::Visited, Stage::Signed, Stage::Opened]);
    stays(&db, "delete from recruit_stage").await;
}

/// R8.13: an enquiry is numbered and assigned; whoever calls after its time is late; it becomes a prospect once and with its own phone.
async fn an_enquiry_is_answered_in_time(db: TestDb) {
    ready(&db).await;
    let new =
        NewEnquiry {
            name: "示例客户", phone: "19900000003", territory: "430102", wants: "开店", way: "phone", assigned_to: "channel"
        };
    let id = enquiry::receive(&db, "enquiry-1", "service", 60, &new).await.unwrap().into_inner();
    assert!(id.starts_with("JQ260831-"), "{id}");
    let now = async || enquiry::get(&mut db.read().await.unwrap(), &Sight::everywhere(), &id).await.unwrap();
    let hour = 3_600_000_000;
    assert!(!now().await.is_late(noon("2026-08-31") + hour));
    assert!(now().await.is_late(noon("2026-08-31") + hour + 1));
    let acts = async |version: u32, act: EnquiryAct<'_>| enquiry::act(&db, &Sight::everywhere(), "channel", &id, version, &act).await;
    assert_eq!(code(&acts(1, EnquiryAct::Prospect(person("19900000003", "", ""))).await), "recruit.state", "one calls first");
    acts(1, EnquiryAct::Assign("channel2")).await.unwrap();
    db.clock().set_us(noon("2026-08-31") + 2 * hour);
    acts(2, EnquiryAct::Contact("约定周三面谈")).await.unwrap();
    assert!(now().await.is_late(0), "a first contact after its time stays late");
    assert_eq!(code(&acts(3, EnquiryAct::Prospect(person("19900000009", "", ""))).await), "recruit.enquiry.phone");
    acts(3, EnquiryAct::Prospect(person("19900000003", "", ""))).await.unwrap();
    let found = now().await;
    assert_eq!((found.state.as_str(), found.assigned_to.as_str(), found.prospect.is_empty()), ("prospect", "channel2", false));
    assert_eq!(code(&acts(4, EnquiryAct::Close("不再办理")).await), "recruit.state");
}

fn outlet(code: &str, territory: &str, district: &str, from: &str) -> Outlet {
    Outlet {
        code: code.into(),
        name: code.into(),
        owner: "P1".into(),
        territory: territory.into(),
        channel: "社会渠道".into(),
        subtype: String::new(),
        grade: String::new(),
        district: district.into(),
        span: Span { from: day(from), to: Span::ALWAYS.to },
    }
}

/// R5.5, R5.6, R5.7, R7.14, R8.16: what is reached of each kind of plan.
async fn plans_say_how_far_they_are(db: TestDb) {
    ready(&db).await;
    let mut master = Master::default();
    for row in [
        outlet("O1", "430102001", "示例商圈", "2026-08-01"),
        outlet("O2", "430102001", "", "2026-08-10"),
        outlet("O3", "430102002", "示例商圈", "2020-01-01"),
    ] {
        master.add_outlet(row);
    }
    let mut plans = Vec::new();
    for (kind, district, target) in
        [(PlanKind::Open, "", 4), (PlanKind::Rural, "", 4), (PlanKind::District, "示例商圈", 4), (PlanKind::Area, "", 4)]
    {
        let (from, due_on) = (day("2026-07-01"), day("2026-12-31"));
        let new =
            NewPlan { kind, title: "拓展", territory: "430102", tier: "", district, target, owner: "channel", from, due_on, entry: "" };
        plans.push(plan::create(&db, &format!("plan-{}", kind.name()), "supervisor", &new).await.unwrap().into_inner());
        let wrong = NewPlan { due_on: day("2026-06-30"), ..new };
        assert_eq!(code(&plan::create(&db, "plan-wrong", "supervisor", &wrong).await), "recruit.days");
    }
    let id = brings(&db, "19900000001", "", &plans[0]).await.unwrap().id;
    brings(&db, "19900000002", "", &plans[0]).await.unwrap();
    let step = Step { to: Stage::Opened, note: "", opened: Some(("O1", day("2026-08-30"))) };
    prospect::step(&db, &Sight::everywhere(), "channel", &id, 1, &step).await.unwrap();
    let tx = &mut db.read().await.unwrap();
    let (prospects, lines) = (prospect::list(tx, &Sight::everywhere()).await.unwrap(), prospect::history(tx, None).await.unwrap());
    let territories = Territories::official().unwrap();
    let ground = Ground { master: &master, territories, figures: &[], prospects: &prospects, lines: &lines, day: day("2026-08-31") };
    let mut reached = Vec::new();
    for id in &plans {
        let found = plan::get(tx, &Sight::everywhere(), id).await.unwrap();
        let Progress { reached: now, share_ppm, prospects, opened, months, first_outlet_on, townships, .. } =
            plan::progress(&found, &ground);
        assert_eq!(share_ppm, i64::try_from(now).unwrap() * 250_000);
        assert!(townships.is_some_and(|(covered, all)| covered == 2 && all > 2), "{townships:?}");
        assert_eq!(first_outlet_on, Some(day("2026-08-01")));
        if found.kind == PlanKind::Open {
            assert_eq!((prospects, opened), (2, 1));
            assert_eq!(months.into_values().collect::<Vec<_>>(), [1]);
        }
        reached.push(now);
    }
    assert_eq!(reached, [1, 2, 2, 2], "signed partners, townships, points in the district, outlets opened since");
}
