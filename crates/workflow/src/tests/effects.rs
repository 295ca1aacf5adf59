use super::{House, actor, agree, code, sight};
use crate::effect;
use crate::machine::{Command, State, Verb};
use crate::store::{self, Acted, Part, Query};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::{Done, audit};
use qudao_testkit::{TestDb, on_both};
use serde_json::json;

on_both!(
    what_is_approved_is_brought_about_with_the_decision,
    what_cannot_be_brought_about_keeps_its_reason_and_is_tried_again,
    an_effect_waits_for_what_follows_the_approval,
    a_failure_of_the_machinery_undoes_the_decision,
);

fn renamed() -> serde_json::Value {
    json!({ "outlet": "O1", "change": "name", "new_name": "城关一店", "from_day": "2026-10-01", "reason": "统一门头" })
}

fn reason() -> Refusal {
    Refusal::new(Kind::Conflict, "network.record.not_in_force", "网点 O1 已关闭", "the outlet O1 is closed")
}

impl House {
    /// An application for another name, before its last decision.
    async fn applied(&self, key: &str) -> String {
        let started = self.starts(key, "wang", "outlet_change", renamed()).await.unwrap();
        self.acts("wang", &started.id, Command::Submit).await.unwrap();
        started.id
    }

    fn refuse(&self, refusal: Option<Refusal>) {
        *self.hands.refuses.lock().unwrap() = refusal;
    }

    async fn retries(&self, key: &str, login: &str, id: &str) -> Result<Acted, Refusal> {
        let version = self.held(id).await?.version;
        store::carry_out(&self.db, &self.office(), key, &actor(login), id, version).await.map(Done::into_inner)
    }

    async fn effect(&self, id: &str) -> Option<effect::Effect> {
        effect::of_application(&mut self.db.read().await.unwrap(), id).await.unwrap()
    }

    async fn done(&self) -> i64 {
        self.count("select count(*) as n from flow_series where name like 'done %'").await
    }
}

async fn what_is_approved_is_brought_about_with_the_decision(db: TestDb) {
    // R0.38, R8.35: effect, decision, history and audit are one
    let house = House::of(db).await;
    let id = house.applied("key-one").await;
    assert_eq!(house.effect(&id).await, None, "nothing is due before the decision");
    let holder = house.held(&id).await.unwrap().instance.holders()[0].login.clone();
    let agreed = house.acts(&holder, &id, agree()).await.unwrap();
    assert_eq!(agreed.state, State::Approved);
    let effect = house.effect(&id).await.unwrap();
    assert!(effect.done && effect.what.zh == "outlet_change O1" && effect.tries == 1);
    assert_eq!(house.done().await, 1);
    let history = store::history(&mut house.db.read().await.unwrap(), &id).await.unwrap();
    assert_eq!(history.last().unwrap().decision.verb, Verb::Effect);
    let trail = audit::list(&mut house.db.read().await.unwrap(), Some(("flow", &id)), 0, 20).await.unwrap();
    assert!(trail.iter().any(|entry| entry.entry.action == "flow.effect" && entry.entry.who == holder));
    assert_eq!(code(house.retries("key-again", "wang", &id).await), "workflow.effect.none", "it is brought about once");
}

async fn what_cannot_be_brought_about_keeps_its_reason_and_is_tried_again(db: TestDb) {
    // R0.38: approved, not carried out; nothing half-done; the reason and another try
    let house = House::of(db).await;
    let id = house.applied("key-one").await;
    house.refuse(Some(reason()));
    let holder = house.held(&id).await.unwrap().instance.holders()[0].login.clone();
    assert_eq!(house.acts(&holder, &id, agree()).await.unwrap().state, State::Approved, "what was decided stays decided");
    let effect = house.effect(&id).await.unwrap();
    assert!(!effect.done && effect.code == "network.record.not_in_force" && effect.what.zh == "网点 O1 已关闭");
    assert_eq!(house.done().await, 0, "nothing of it stays");
    let mine = Query { part: Some(Part::Starter), stuck: true, limit: 10, ..Query::default() };
    let wang = actor("wang");
    let page = store::list(&mut house.db.read().await.unwrap(), &sight(&wang), &mine).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| (row.held.instance.id.as_str(), row.effect)).collect::<Vec<_>>(), [(id.as_str(), Some(false))]);
    let counts =
        store::counts(&mut house.db.read().await.unwrap(), &sight(&wang), qudao_access::sessions::day(house.db.now_us())).await.unwrap();
    assert_eq!(counts.stuck, 1);
    assert_eq!(code(house.retries("key-other", "mei", &id).await), "workflow.effect.who");
    house.retries("key-second", "wang", &id).await.unwrap();
    assert_eq!(house.effect(&id).await.map(|effect| (effect.done, effect.tries)), Some((false, 2)));
    house.refuse(None);
    let third = house.retries("key-third", &holder, &id).await.unwrap();
    assert_eq!(house.effect(&id).await.map(|effect| (effect.done, effect.tries)), Some((true, 3)));
    assert_eq!(house.done().await, 1);
    let again = store::carry_out(&house.db, &house.office(), "key-third", &actor(&holder), &id, third.version - 1).await.unwrap();
    assert!(!again.is_new(), "the same request is the same try");
    let history = store::history(&mut house.db.read().await.unwrap(), &id).await.unwrap();
    let verbs: Vec<Verb> = history.iter().rev().take(3).map(|line| line.decision.verb).collect();
    assert_eq!(verbs, [Verb::Effect, Verb::EffectRefused, Verb::EffectRefused]);
}

async fn an_effect_waits_for_what_follows_the_approval(db: TestDb) {
    // R8.40: an agreement is kept when both have signed
    let house = House::of(db).await;
    let filled = json!({ "partner": "P1", "business": "mobile", "from_day": "2026-10-01", "to_day": "2027-09-30", "deposit": 0, "own_terms": false,
        "draft": ["att_1"] });
    let started = house.starts("key-one", "wang", "agent_agreement", filled).await.unwrap();
    house.acts("wang", &started.id, Command::Submit).await.unwrap();
    house.acts("sun", &started.id, agree()).await.unwrap();
    let signed = Command::Agree { text: "同意".into(), edits: super::Form::new(), signature: Some("ab".repeat(32)) };
    assert_eq!(house.acts("li", &started.id, signed).await.unwrap().state, State::Executing);
    assert_eq!(house.effect(&started.id).await, None);
    let edits = super::form(json!({ "signed": ["att_2"], "signed_on": "2026-07-01" }));
    assert_eq!(house.acts("wang", &started.id, Command::Execute { edits, text: "已签".into() }).await.unwrap().state, State::Approved);
    assert!(house.effect(&started.id).await.unwrap().done);
}

async fn a_failure_of_the_machinery_undoes_the_decision(db: TestDb) {
    // R8.35: what is no reason of the business decides nothing
    let house = House::of(db).await;
    let id = house.applied("key-one").await;
    house.refuse(Some(Refusal::unavailable("access.token.random", "暂不可用", "not now")));
    let holder = house.held(&id).await.unwrap().instance.holders()[0].login.clone();
    assert_eq!(code(house.acts(&holder, &id, agree()).await), "access.token.random");
    assert_eq!(house.held(&id).await.unwrap().instance.state, State::InReview);
    assert_eq!((house.effect(&id).await, house.done().await), (None, 0));
}
