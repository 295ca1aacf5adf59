use super::running::rent;
use super::{House, agree, code};
use crate::definition::{self, Finding};
use crate::design::{self, Draft, State, judge};
use crate::machine::Command;
use qudao_kernel::Refusal;
use qudao_platform::hash::sha256;
use qudao_platform::{args, audit, write_tx};
use qudao_testkit::{TestDb, on_both};
use serde_json::json;

on_both!(
    a_flow_is_written_by_one_and_approved_by_another,
    what_began_stays_on_its_version_and_what_begins_takes_the_new_one,
    two_take_a_version_out_of_use,
    what_is_wrong_is_told_with_its_place_and_not_sent,
    a_flow_of_the_house_alone_is_there_until_it_is_used_no_more,
);

impl House {
    /// The text of a flow as it is used now.
    fn present(&self, flow: &str) -> String {
        self.catalogue.written(flow).unwrap().text.to_string()
    }

    /// The next version of the subsidy: settlement checks nothing any more.
    async fn shorter(&self) -> String {
        let next = design::next_version(&mut self.db.read().await.unwrap(), &self.catalogue, "subsidy").await.unwrap();
        let text = self.present("subsidy").replace("when = \"amount >= 10000元\"", "when = \"amount >= 900000元\"");
        let text = text.replace("path = [\"supervisor\", \"settlement_support\", \"leader\"]", "path = [\"supervisor\", \"leader\"]");
        definition::renewed(&text, &[("version", json!(next))])
    }

    async fn writes(&self, who: &str, text: &str) -> Draft {
        design::create(&self.db, who, text, None).await.unwrap()
    }

    async fn sends(&self, who: &str, draft: &Draft) -> Result<Draft, Refusal> {
        design::submit(&self.db, &self.catalogue, who, &draft.id, draft.version, "一万元以上才复核").await
    }

    async fn approves(&self, who: &str, draft: &Draft) -> Result<Draft, Refusal> {
        let at = (draft.version, sha256(&draft.text));
        let published = design::publish(&self.db, &self.catalogue, who, &draft.id, (at.0, &at.1), "同意").await?;
        self.reads_anew().await;
        Ok(published)
    }

    /// Written by xi, approved by li.
    async fn publishes(&self, text: &str) -> Draft {
        let draft = self.writes("xi", text).await;
        let sent = self.sends("xi", &draft).await.unwrap();
        self.approves("li", &sent).await.unwrap()
    }

    async fn reads_anew(&self) {
        assert_eq!(self.catalogue.renew(&mut self.db.read().await.unwrap()).await.unwrap(), []);
    }

    /// The step an application of wang's is at once sun agreed.
    async fn step_after_sun(&self, id: &str) -> Option<String> {
        self.acts("sun", id, agree()).await.unwrap();
        self.held(id).await.unwrap().instance.progress.step
    }
}

async fn a_flow_is_written_by_one_and_approved_by_another(db: TestDb) {
    // R8.35: an administrator defines flows; nobody puts one of their own into use
    let house = House::of(db).await;
    let good = house.shorter().await;
    let begun = house.writes("xi", "id = ").await;
    assert_eq!((begun.flow.as_str(), begun.flow_version, begun.state), ("", 0, State::Draft));
    assert_eq!(code(house.sends("xi", &begun).await), "workflow.draft.wrong");
    let saved = design::save(&house.db, "xi", &begun.id, begun.version, &good).await.unwrap();
    assert_eq!((saved.flow.as_str(), saved.title.zh.as_str()), ("subsidy", "补贴申请"));
    assert_eq!(code(design::save(&house.db, "mei", &begun.id, begun.version, &good).await), "workflow.draft.stale");
    let without = design::submit(&house.db, &house.catalogue, "xi", &begun.id, saved.version, " ").await;
    assert_eq!(code(without), "workflow.draft.comment");
    assert_eq!(code(house.approves("li", &saved).await), "workflow.draft.not_in_review");
    let sent = house.sends("xi", &saved).await.unwrap();
    assert_eq!(code(design::save(&house.db, "xi", &begun.id, sent.version, "x").await), "workflow.draft.fixed");
    assert_eq!(code(house.approves("xi", &sent).await), "workflow.draft.own");
    let other = design::publish(&house.db, &house.catalogue, "li", &sent.id, (sent.version, &sha256("other")), "").await;
    assert_eq!(code(other), "workflow.draft.other_text");
    assert_eq!(code(design::give_back(&house.db, "li", &sent.id, sent.version, "").await), "workflow.draft.comment");
    let back = design::give_back(&house.db, "li", &sent.id, sent.version, "请说明原因").await.unwrap();
    // Whoever wrote at it at any time approves it no more.
    let again = design::save(&house.db, "mei", &back.id, back.version, &format!("{good}\n")).await.unwrap();
    let sent = house.sends("xi", &again).await.unwrap();
    assert_eq!(code(house.approves("mei", &sent).await), "workflow.draft.own");
    let published = house.approves("li", &sent).await.unwrap();
    assert_eq!(published.state, State::Published);
    let present = house.catalogue.get("subsidy").unwrap();
    assert_eq!((present.version, &present.sha256), (published.flow_version, &sha256(&published.text)));

    for sql in ["update flow_draft_note set text = ''", "delete from flow_draft_note"] {
        let outcome = write_tx!(house.db, |tx| tx.execute(sql, args![]).await);
        assert!(outcome.is_err(), "what was said stays");
    }
    let tx = &mut house.db.read().await.unwrap();
    let said: Vec<String> = design::notes(tx, &published.id).await.unwrap().into_iter().map(|note| note.kind).collect();
    assert_eq!(said, ["create", "submit", "return", "submit", "publish"]);
    let trail = audit::list(tx, Some(("flow_definition", "subsidy")), 0, 9).await.unwrap();
    assert!(trail[0].entry.after.as_ref().unwrap().contains(&present.sha256) && trail[0].entry.before.is_some());
}

async fn what_began_stays_on_its_version_and_what_begins_takes_the_new_one(db: TestDb) {
    // R8.35
    let house = House::of(db).await;
    let first = house.starts("key-first", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &first.id, Command::Submit).await.unwrap();
    let published = house.publishes(&house.shorter().await).await;
    let second = house.starts("key-second", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &second.id, Command::Submit).await.unwrap();
    assert_eq!(house.held(&second.id).await.unwrap().instance.version, published.flow_version);
    assert_eq!(house.step_after_sun(&first.id).await.as_deref(), Some("finance"), "it began before");
    assert_eq!(house.step_after_sun(&second.id).await.as_deref(), Some("leader"));
    // A server that starts, or another one on the same database, reads what was published.
    let roles = qudao_access::Roles::standard().unwrap();
    let other = crate::standard::Catalogue::standard(&roles).unwrap();
    assert!(other.get("subsidy").unwrap().version < published.flow_version);
    let tx = &mut house.db.read().await.unwrap();
    assert_eq!(other.follow(tx).await.unwrap(), []);
    assert_eq!(other.get("subsidy").unwrap().version, published.flow_version);
    assert_eq!(other.all().len(), house.catalogue.all().len());
    let early = other.of(tx, "subsidy", house.catalogue.shipped("subsidy").unwrap().definition.version).await.unwrap();
    assert!(early.version < published.flow_version);
}

async fn two_take_a_version_out_of_use(db: TestDb) {
    // R8.35
    let house = House::of(db).await;
    let published = house.publishes(&house.shorter().await).await;
    let started = house.starts("key-start", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &started.id, Command::Submit).await.unwrap();
    assert_eq!(code(design::ask_retire(&house.db, "li", &published.id, published.version, "").await), "workflow.draft.comment");
    let asked = design::ask_retire(&house.db, "li", &published.id, published.version, "恢复结算复核").await.unwrap();
    house.reads_anew().await;
    assert_eq!(house.catalogue.get("subsidy").unwrap().version, published.flow_version, "it is used until somebody else agrees");
    assert_eq!(code(design::retire(&house.db, "li", &asked.id, asked.version, "").await), "workflow.draft.own");
    let kept = design::keep_in_use(&house.db, "xi", &asked.id, asked.version, "再用一个月").await.unwrap();
    assert_eq!((kept.state, kept.retire_by.as_deref()), (State::Published, None));
    let asked = design::ask_retire(&house.db, "li", &kept.id, kept.version, "恢复结算复核").await.unwrap();
    let retired = design::retire(&house.db, "xi", &asked.id, asked.version, "").await.unwrap();
    assert_eq!(retired.state, State::Retired);
    house.reads_anew().await;
    let shipped = house.catalogue.shipped("subsidy").unwrap().definition.version;
    assert_eq!(house.catalogue.get("subsidy").unwrap().version, shipped, "what stood before is used again");
    assert_eq!(house.step_after_sun(&started.id).await.as_deref(), Some("leader"), "what began goes on");
    let next = design::next_version(&mut house.db.read().await.unwrap(), &house.catalogue, "subsidy").await.unwrap();
    assert_eq!(next, published.flow_version + 1, "its number is not used again");
}

async fn what_is_wrong_is_told_with_its_place_and_not_sent(db: TestDb) {
    // R8.35: checked beside the flows of the house, each finding with its place and remedy
    let house = House::of(db).await;
    let good = house.shorter().await;
    let version = good.lines().find(|line| line.starts_with("version = ")).unwrap().to_owned();
    let clerk = "approvers = [{ role = \"clerk\" }]";
    for (from, to, place, code, line) in [
        (version.as_str(), "version = 1", "version", "taken", "version = 1"),
        ("number = \"BT\"", "number = \"BU\"", "", "", ""),
        ("number = \"BT\"", "number = \"LW\"", "number", "taken", "number = \"LW\""),
        ("approvers = [{ role = \"leader\" }]", clerk, "step.leader.approvers", "may", clerk),
        ("approvers = [{ role = \"leader\" }]", "approvers = [{ person = \"nobody\" }]", "step.leader.approvers", "person", "nobody"),
        ("approvers = [{ role = \"leader\" }]", "approvers = [{ person = \"li\" }]", "example[1].path", "example", "path ="),
        ("budget = { amount = \"amount\", year = \"base_year\", kind = \"kind\" }", "", "budget", "kept", ""),
        ("when = \"amount >= 900000元\"", "when = \"amuont >= 1元\"", "step.finance.when", "condition", "amuont"),
        (
            "kind = \"long_text\"\nrequired = true\nmin = 2\n\n[[field]]\nid = \"needed_on\"",
            "kind = \"prose\"\n\n[[field]]\nid = \"needed_on\"",
            "field.purpose.kind",
            "kind",
            "kind = \"prose\"",
        ),
        ("[[step]]\nid = \"told\"", "[[step]]\nid = ", "", "text", ""),
    ] {
        assert!(good.contains(from), "{from}");
        let text = good.replacen(from, to, 1);
        let judged = judge(&mut house.db.read().await.unwrap(), &house.catalogue, &text).await.unwrap();
        if code.is_empty() {
            assert_eq!(judged.findings, [], "{to}");
            assert!(judged.publishable().is_ok() && judged.examples.iter().all(|example| example.wrong.is_empty()));
            continue;
        }
        let hit: Option<&Finding> = judged.findings.iter().find(|finding| finding.place == place && finding.code == code);
        let hit = hit.unwrap_or_else(|| panic!("{to}: {:?}", judged.findings));
        assert!(text[definition::locate(&text, hit)].contains(line), "{to}: {:?}", &text[definition::locate(&text, hit)]);
        let draft = house.writes("xi", &text).await;
        let refused = house.sends("xi", &draft).await.unwrap_err();
        assert_eq!(refused.code, "workflow.draft.wrong");
        assert!(refused.text.zh.contains(&judged.findings[0].place), "{}", refused.text.zh);
        assert_eq!(code_of_withdrawal(&house, &draft).await, "ok");
    }
    // A flow that is shipped brings about what it did.
    let text = house.present("outlet_change");
    let effect = text.find("[effect]").unwrap();
    let rest = text[effect..].find("[[").map_or("", |at| &text[effect + at..]);
    let text = format!("{}{rest}", &text[..effect]);
    let judged = judge(&mut house.db.read().await.unwrap(), &house.catalogue, &text).await.unwrap();
    assert!(judged.findings.iter().any(|finding| finding.place == "effect" && finding.code == "kept"), "{:?}", judged.findings);
}

async fn code_of_withdrawal(house: &House, draft: &Draft) -> &'static str {
    assert_eq!(code(design::withdraw(&house.db, "mei", &draft.id, draft.version, "").await), "workflow.draft.not_yours");
    code(design::withdraw(&house.db, "xi", &draft.id, draft.version, "").await)
}

async fn a_flow_of_the_house_alone_is_there_until_it_is_used_no_more(db: TestDb) {
    // R8.35: an administrator can add more
    let house = House::of(db).await;
    let copy = definition::renewed(
        &house.present("subsidy"),
        &[("id", json!("rent_help")), ("version", json!(1)), ("zh", json!("房租帮扶")), ("number", json!("FB"))],
    );
    let published = house.publishes(&copy).await;
    let started = house.starts("key-start", "wang", "rent_help", rent()).await.unwrap();
    assert!(started.id.starts_with("FB"), "{}", started.id);
    let asked = design::ask_retire(&house.db, "xi", &published.id, published.version, "并入补贴申请").await.unwrap();
    design::retire(&house.db, "li", &asked.id, asked.version, "").await.unwrap();
    house.reads_anew().await;
    assert_eq!(code(house.starts("key-next", "wang", "rent_help", rent()).await), "workflow.definition.none");
    house.acts("wang", &started.id, Command::Submit).await.unwrap();
    let states: Vec<State> = design::list(&mut house.db.read().await.unwrap()).await.unwrap().iter().map(|draft| draft.state).collect();
    assert_eq!(states, [State::Retired]);
}
