use super::{Command, DAY, FLOW, Held, PEOPLE, Staff, Story, acting, actor, add, agree, agree_with, applied, code, form, give_back};
use crate::machine::{State, Told, Verb};
use serde_json::json;

const SMALL: i64 = 50_000;
const LARGE: i64 = 150_000;
const LARGER: i64 = 250_000;

#[test]
fn a_small_one_goes_to_supervisor_and_leader() {
    // R8.35, R4.56, R7.97: the applicant sees who holds it and is told of the result
    let mut story = Story::under_way(SMALL);
    assert_eq!((story.step(), story.holders()), ("manager", vec!["sun", "shi"]));
    assert_eq!(story.told(), [("sun", Told::Assigned), ("shi", Told::Assigned)]);
    story.does("sun", &agree());
    assert_eq!((story.step(), story.holders()), ("leader", vec!["li"]), "whose territory is nearest");
    assert!(story.told().contains(&("fu", Told::Copied)));
    story.does("li", &Command::Agree { text: "同意".into(), edits: form(json!({})), signature: Some("ab".into()) });
    assert_eq!(story.instance.state, State::Approved);
    assert!(story.holders().is_empty() && story.told().contains(&("wang", Told::Ended)));
    assert!(story.last.as_ref().unwrap().approved);
    assert_eq!(story.last.as_ref().unwrap().decisions[0].signature.as_deref(), Some("ab"));
    assert_eq!(story.refuses("li", &agree()), "workflow.state");
    assert_eq!(story.refuses("wang", &Command::Save(form(json!({ "amount": 1 })))), "workflow.state", "the approved does not change");
    assert_eq!(story.refuses("wang", &Command::Cancel("不要了".into())), "workflow.state");
}

#[test]
fn everybody_has_to_agree_in_a_countersign_and_any_one_in_an_either() {
    // R8.35: 会签, 或签, fields of a step, 办理
    let mut story = Story::under_way(LARGER);
    assert_eq!(story.refuses("mei", &agree()), "workflow.holder");
    story.does("sun", &agree());
    assert_eq!((story.step(), story.holders()), ("both", vec!["jin", "an"]));
    assert_eq!(story.refuses("jin", &agree()), "workflow.form.wrong", "the account is asked for here");
    assert_eq!(story.refuses("jin", &agree_with(json!({ "amount": 1 }))), "workflow.edit");
    story.does("jin", &agree_with(json!({ "account": "6601" })));
    assert_eq!(story.last.as_ref().unwrap().decisions[0].changed["account"], [json!(null), json!("6601")]);
    assert_eq!((story.step(), story.holders()), ("both", vec!["an"]));
    assert_eq!(story.refuses("jin", &agree()), "workflow.holder");
    story.does("an", &agree());
    // The supervisor agreed before the account was there, so nobody is skipped.
    assert_eq!((story.step(), story.holders()), ("either", vec!["sun", "shi", "mei"]));
    story.does("mei", &agree());
    assert_eq!(story.step(), "leader");
    story.does("li", &agree());
    assert_eq!((story.instance.state, story.step(), story.holders()), (State::Executing, "pay", vec!["jin"]));
    let approved = story.instance.approved.clone().unwrap();
    assert_eq!(story.refuses("jin", &agree()), "workflow.state");
    assert_eq!(story.refuses("jin", &Command::Execute { edits: form(json!({})), text: String::new() }), "workflow.form.wrong");
    assert_eq!(story.refuses("jin", &Command::Execute { edits: form(json!({ "amount": 5 })), text: String::new() }), "workflow.edit");
    assert_eq!(story.refuses("wang", &Command::Cancel("不要了".into())), "workflow.state");
    story.does("jin", &Command::Execute { edits: form(json!({ "receipt": "F1" })), text: "已付".into() });
    assert_eq!(story.instance.state, State::Approved);
    assert_eq!(story.instance.content(&story.definition), approved, "what was approved is what there is");
}

#[test]
fn a_rejection_ends_it_also_while_others_were_added() {
    // R8.35: 拒绝
    let mut story = Story::under_way(SMALL);
    assert_eq!(story.refuses("sun", &Command::Reject(String::new())), "workflow.words");
    story.does("sun", &add(&["an"], true));
    assert_eq!(story.refuses("sun", &Command::Reject("不同意".into())), "workflow.holder", "the added one is first");
    story.does("an", &Command::Reject("没有依据".into()));
    assert_eq!(story.instance.state, State::Rejected);
    assert_eq!(story.refuses("sun", &agree()), "workflow.state");
    assert_eq!(story.refuses("wang", &Command::Submit), "workflow.state");
}

#[test]
fn handing_over_puts_another_in_ones_place() {
    // R8.35: 转交
    let mut story = Story::under_way(SMALL);
    let to = |login: &str| Command::HandOver { to: login.into(), text: "出差".into() };
    assert_eq!(story.refuses("sun", &to("wang")), "workflow.self");
    assert_eq!(story.refuses("sun", &to("shi")), "workflow.person.has_part");
    assert_eq!(story.refuses("sun", &to("nobody")), "workflow.person.unknown");
    assert_eq!(story.refuses("wang", &to("an")), "workflow.holder");
    story.does("sun", &to("an"));
    assert_eq!(story.holders(), ["shi", "an"]);
    assert_eq!(story.refuses("sun", &agree()), "workflow.holder");
    story.does("an", &agree());
    assert_eq!(story.step(), "leader");
}

#[test]
fn others_are_added_before_and_after_and_taken_off_again() {
    // R8.35: 加签, 减签
    let mut story = Story::under_way(SMALL);
    assert_eq!(story.refuses("sun", &add(&["wang"], true)), "workflow.self");
    assert_eq!(story.refuses("sun", &add(&[], true)), "workflow.person.count");
    story.does("sun", &add(&["an", "mei"], true));
    assert_eq!(story.holders(), ["an"], "one after the other, before oneself");
    story.does("an", &agree());
    assert_eq!(story.holders(), ["mei"]);
    let turn = story.instance.open().next().unwrap().id;
    assert_eq!(story.refuses("an", &Command::Remove { turn, text: String::new() }), "workflow.added", "not one's own addition");
    story.does("sun", &Command::Remove { turn, text: "不用了".into() });
    assert_eq!(story.holders(), ["sun", "shi"]);
    assert_eq!(story.refuses("sun", &add(&["an"], false)), "workflow.person.has_part");
    story.does("sun", &add(&["jin"], false));
    assert_eq!(story.holders(), ["sun", "shi"]);
    story.does("sun", &agree());
    assert_eq!((story.step(), story.holders()), ("manager", vec!["jin"]), "after oneself");
    let turn = story.instance.open().next().unwrap().id;
    story.does("sun", &Command::Remove { turn, text: String::new() });
    assert_eq!(story.step(), "leader", "with the last addition gone the step is passed");
}

#[test]
fn it_returns_to_the_applicant_and_begins_anew_or_comes_straight_back() {
    // R8.35: 退回 and resubmission
    let mut story = Story::under_way(SMALL);
    assert_eq!(story.refuses("sun", &give_back(Some("leader"), false)), "workflow.return.step");
    story.does("sun", &agree());
    story.does("li", &give_back(None, false));
    assert_eq!((story.instance.state, story.holders()), (State::Returned, vec!["wang"]));
    assert!(story.told().contains(&("wang", Told::Returned)));
    assert_eq!(story.refuses("sun", &agree()), "workflow.state");
    story.does("wang", &Command::Submit);
    assert_eq!(story.step(), "manager", "from the beginning");
    story.does("shi", &agree());
    story.does("li", &give_back(None, true));
    story.does("wang", &Command::Save(form(json!({ "amount": SMALL, "files": ["att_1"] }))));
    story.does("wang", &Command::Submit);
    assert_eq!(story.step(), "leader", "a file more is no other content: straight back");
    story.does("li", &give_back(None, true));
    story.does("wang", &Command::Save(form(json!({ "amount": SMALL + 1 }))));
    story.does("wang", &Command::Submit);
    assert_eq!(story.step(), "manager", "another amount is for everybody to see");
}

#[test]
fn it_returns_to_an_earlier_step() {
    // R8.35: 退回 to any earlier step
    let mut story = Story::under_way(LARGE);
    story.does("sun", &agree());
    story.does("jin", &agree_with(json!({ "account": "6601" })));
    story.does("an", &agree());
    assert_eq!(story.step(), "leader");
    story.does("li", &give_back(Some("manager"), false));
    assert_eq!((story.step(), story.holders()), ("manager", vec!["sun", "shi"]), "nobody is skipped who was asked again");
    story.does("shi", &agree());
    assert_eq!(story.step(), "both");
    story.does("an", &agree());
    story.does("jin", &agree());
    story.does("li", &give_back(Some("both"), true));
    story.does("an", &agree());
    story.does("jin", &agree_with(json!({ "account": "6601" })));
    assert_eq!(story.step(), "leader");
    story.does("li", &agree());
    assert_eq!(story.instance.state, State::Executing);
}

#[test]
fn the_last_act_is_taken_back_until_somebody_else_acts() {
    // R8.35: 撤回
    let mut story = Story::under_way(SMALL);
    assert_eq!(story.refuses("sun", &Command::TakeBack(String::new())), "workflow.taken");
    story.does("wang", &Command::TakeBack("改金额".into()));
    assert_eq!((story.instance.state, story.holders()), (State::TakenBack, vec!["wang"]));
    story.does("wang", &Command::Save(form(json!({ "amount": LARGE }))));
    story.does("wang", &Command::Submit);
    story.does("sun", &Command::Comment { text: "已阅".into(), mention: vec![] });
    story.does("sun", &agree());
    assert_eq!(story.refuses("wang", &Command::TakeBack(String::new())), "workflow.taken", "somebody acted");
    story.does("jin", &agree_with(json!({ "account": "6601" })));
    assert_eq!(story.refuses("sun", &Command::TakeBack(String::new())), "workflow.taken");
    story.does("jin", &Command::TakeBack(String::new()));
    assert_eq!(story.holders(), ["jin", "an"]);
    assert!(!story.instance.form.contains_key("account"), "what was filled in goes too");
    story.does("jin", &agree_with(json!({ "account": "6602" })));
    story.does("an", &agree());
    story.does("li", &agree());
    assert_eq!(story.refuses("li", &Command::TakeBack(String::new())), "workflow.state", "what is approved is approved");
}

#[test]
fn urging_is_for_the_applicant_and_not_too_often() {
    // R8.35: 催办
    let mut story = Story::under_way(SMALL);
    assert_eq!(story.refuses("sun", &Command::Urge(String::new())), "workflow.starter");
    story.does("wang", &Command::Urge("急".into()));
    assert_eq!(story.told(), [("sun", Told::Urged), ("shi", Told::Urged)]);
    assert_eq!(story.refuses("wang", &Command::Urge(String::new())), "workflow.urged");
    story.now_us += 3_600_000_000;
    story.does("wang", &Command::Urge(String::new()));
    story.does("sun", &give_back(None, false));
    assert_eq!(story.refuses("wang", &Command::Urge(String::new())), "workflow.state");
}

#[test]
fn comments_and_copies_are_for_who_has_a_part() {
    // R8.35: 评论 with mention, 抄送
    let mut story = Story::under_way(SMALL);
    let comment = |to: &str| Command::Comment { text: "看一下".into(), mention: vec![to.into()] };
    assert_eq!(story.refuses("zhou", &comment("an")), "workflow.holder");
    story.does("wang", &comment("zhou"));
    assert_eq!(story.told(), [("zhou", Told::Copied)]);
    story.does("zhou", &Command::Copy { to: vec!["an".into(), "an".into()], text: String::new() });
    assert_eq!(story.instance.copies.len(), 2);
    assert_eq!(story.refuses("an", &agree()), "workflow.holder", "a reader decides nothing");
    assert_eq!(story.instance.state, State::InReview);
}

#[test]
fn an_applicant_cancels_with_a_reason_and_a_manager_may() {
    // R8.35: 作废
    let mut story = Story::under_way(SMALL);
    assert_eq!(story.refuses("wang", &Command::Cancel(" ".into())), "workflow.words");
    assert_eq!(story.refuses("sun", &Command::Cancel("不要了".into())), "workflow.starter");
    let mut other = story.clone();
    story.does("wang", &Command::Cancel("不要了".into()));
    assert_eq!(story.instance.state, State::Cancelled);
    assert!(story.told().contains(&("sun", Told::Ended)));
    let mut manager = actor("an");
    manager.manages = true;
    other.tries(&manager, &Command::Cancel("重复申请".into())).unwrap();
    assert_eq!(other.instance.state, State::Cancelled);
}

#[test]
fn who_agreed_to_the_same_before_is_not_asked_again() {
    // R8.35: skip of a repeated approver, with its record
    let text = FLOW.replace("at = \"both\"\n", "at = \"pay\"\n");
    let mut story = Story::of(&text, Staff::of(&PEOPLE), json!({ "amount": LARGER }));
    story.does("wang", &Command::Submit);
    story.does("sun", &agree());
    story.does("jin", &agree());
    story.does("an", &agree());
    assert_eq!(story.step(), "leader", "sun agreed to the same content already");
    assert_eq!(story.verbs(), ["agree", "skip"]);
    let skip = &story.last.as_ref().unwrap().decisions[1];
    assert_eq!((skip.step.as_str(), skip.to[0].login.as_str(), skip.by.login.as_str()), ("either", "sun", ""));
    let text = text.replace("expires_days", "skip_repeats = false\nexpires_days");
    let mut story = Story::of(&text, Staff::of(&PEOPLE), json!({ "amount": LARGER }));
    story.does("wang", &Command::Submit);
    for login in ["sun", "jin", "an"] {
        story.does(login, &agree());
    }
    assert_eq!(story.step(), "either");
}

#[test]
fn nobody_decides_on_their_own() {
    // R8.35, R4.43: no self-approval; the superior decides, or it is refused
    let people =
        [("wang", "channel_manager", "421102"), ("wang", "supervisor", "4211"), ("li", "leader", "4211"), ("fu", "service_support", "")];
    let mut story = Story::of(FLOW, Staff::of(&people), json!({ "amount": SMALL }));
    story.does("wang", &Command::Submit);
    assert_eq!(story.holders(), ["li"], "the only supervisor is the applicant");
    let mut alone = Story::of(FLOW, Staff::of(&people[..2]), json!({ "amount": SMALL }));
    assert_eq!(alone.refuses("wang", &Command::Submit), "workflow.nobody");
    assert_eq!(alone.instance.state, State::Draft, "and it stays a draft");
    let mut without = Story::of(FLOW, Staff::of(&PEOPLE[..2]), json!({ "amount": SMALL }));
    assert_eq!(without.refuses("wang", &Command::Submit), "workflow.nobody");
}

#[test]
fn red_lines_keep_anybody_from_agreeing() {
    // R4.43
    let mut story = Story::of(FLOW, Staff::of(&PEOPLE), json!({ "amount": SMALL, "harm": true }));
    story.does("wang", &Command::Submit);
    assert_eq!(story.refuses("sun", &agree()), "workflow.bar");
    story.does("sun", &Command::Reject("触碰红线".into()));
    assert_eq!(story.instance.state, State::Rejected);
}

#[test]
fn who_acts_for_somebody_is_named_with_them_and_counts_as_both() {
    // R0.17: 委托
    let mut story = Story::under_way(LARGE);
    let own = acting("wang", "sun", "supervisor");
    assert_eq!(code(story.tries(&own, &agree())), "workflow.self");
    for before in [true, false] {
        let add = Command::Add { to: vec!["lu".into()], before, text: "请一并审核".into() };
        assert_eq!(code(story.tries(&own, &add)), "workflow.self", "who chooses the deciders decides as well");
    }
    assert_eq!(code(story.tries(&own, &Command::HandOver { to: "lu".into(), text: "外出".into() })), "workflow.self");
    assert_eq!(code(story.tries(&acting("zhou", "sun", "leader"), &agree())), "workflow.delegate", "only with what was lent");
    story.tries(&acting("zhou", "sun", "supervisor"), &agree()).unwrap();
    let line = &story.last.as_ref().unwrap().decisions[0];
    assert_eq!((line.by.login.as_str(), line.acting.as_ref().unwrap().login.as_str()), ("zhou", "sun"));
    let for_jin = acting("an", "jin", "settlement_support");
    assert_eq!(code(story.tries(&for_jin, &agree_with(json!({ "account": "1" })))), "workflow.twice", "an has a seat here");
    let for_jin = acting("zhou", "jin", "settlement_support");
    story.tries(&for_jin, &agree_with(json!({ "account": "1" }))).unwrap();
    assert_eq!(code(story.tries(&acting("zhou", "an", "auditor"), &agree())), "workflow.twice", "one pair of hands");
    story.does("an", &agree());
    story.does("li", &Command::HandOver { to: "lu".into(), text: "外出".into() });
    assert_eq!(code(story.tries(&acting("zhou", "lu", "leader"), &agree())), "workflow.delegate", "lu was named");
    story.does("lu", &agree());
}

#[test]
fn what_was_begun_for_somebody_is_decided_by_neither() {
    // R0.17
    let mut story = Story::new(SMALL);
    let sun = acting("sun", "wang", "channel_manager");
    story.instance = super::begin("ZC1", &story.definition, &sun, &applied("channel_manager"), story.instance.form.clone(), 0);
    assert_eq!((story.instance.starter.login.as_str(), story.instance.typed_by.as_slice()), ("wang", &["sun".to_owned()][..]));
    story.tries(&acting("sun", "wang", "channel_manager"), &Command::Submit).unwrap();
    assert_eq!(story.holders(), ["shi"]);
}

#[test]
fn deadlines_are_noted_and_others_take_over() {
    // R8.44, R8.35: working time, escalation
    let mut story = Story::under_way(SMALL);
    let due = story.instance.open().next().unwrap().due.unwrap();
    assert_eq!(due.to_string(), "2026-07-03", "two working days after a Wednesday");
    story.now_us += 2 * DAY;
    assert!(!story.tick());
    story.now_us += DAY;
    assert!(story.tick());
    assert_eq!((story.verbs(), story.holders()), (vec!["late"], vec!["sun", "shi"]));
    assert!(story.told().contains(&("wang", Told::Late)) && story.told().contains(&("sun", Told::Late)));
    assert!(!story.tick(), "once");
    story.now_us += 2 * DAY;
    assert!(!story.tick(), "Monday is the second deadline, a weekend is none");
    story.now_us += DAY;
    assert!(story.tick());
    assert_eq!((story.verbs(), story.holders()), (vec!["escalate"], vec!["li"]));
    assert!(!story.tick());
    assert_eq!(story.refuses("sun", &agree()), "workflow.holder");
    story.does("li", &agree());
    assert_eq!(story.instance.state, State::Approved, "the leader agreed to the same already");
    assert_eq!(story.verbs(), ["agree", "skip"]);
}

#[test]
fn what_lies_with_who_left_a_post_goes_to_who_holds_it_now() {
    // R8.44, R2.2
    let mut story = Story::under_way(SMALL);
    assert!(!story.tick(), "as long as they stand");
    let moved: Vec<_> = PEOPLE.iter().filter(|(login, ..)| *login != "sun").copied().collect();
    story.staff = Staff::of(&moved);
    assert!(!story.tick(), "somebody is still there");
    let without: Vec<_> = moved.iter().filter(|(login, ..)| *login != "shi").copied().collect();
    story.staff = Staff::of(&without);
    assert!(!story.tick(), "nobody is there to take over");
    let others = [&without[..], &[("qi", "supervisor", "4211"), ("wang", "supervisor", "4211")]].concat();
    story.staff = Staff::of(&others);
    assert!(story.tick());
    assert_eq!((story.verbs(), story.holders(), story.told()), (vec!["succeed"], vec!["qi"], vec![("qi", Told::Assigned)]));
    let mut qi = actor("sun");
    qi.me.login = "qi".into();
    story.tries(&qi, &agree()).unwrap();
    assert_eq!(story.step(), "leader");
}

#[test]
fn what_an_applicant_lets_lie_lapses() {
    // R8.44
    let mut story = Story::new(SMALL);
    story.now_us += 400 * DAY;
    assert!(!story.tick(), "a draft that was never sent stays");
    let mut story = Story::under_way(SMALL);
    story.does("sun", &give_back(None, false));
    story.now_us += 7 * DAY;
    assert!(!story.tick());
    story.now_us += DAY;
    assert!(story.tick());
    assert_eq!((story.instance.state, story.verbs()), (State::Cancelled, vec![Verb::Lapse.name()]));
}

#[test]
fn forms_are_checked_when_kept_and_when_sent() {
    let mut story = Story::new(SMALL);
    assert_eq!(story.refuses("wang", &Command::Save(form(json!({ "amount": -1 })))), "workflow.form.wrong");
    assert_eq!(story.refuses("wang", &Command::Save(form(json!({ "colour": "red" })))), "workflow.form.wrong");
    assert_eq!(story.refuses("sun", &Command::Save(form(json!({ "amount": 1 })))), "workflow.starter");
    story.does("wang", &Command::Save(form(json!({ "amount": null, "account": "mine" }))));
    assert!(story.instance.form.is_empty(), "what a step asks for is not the applicant's");
    assert_eq!(story.refuses("wang", &Command::Submit), "workflow.form.wrong");
}

#[test]
fn what_is_offered_is_what_may_be_done() {
    // R8.35
    let story = Story::under_way(SMALL);
    let open = |story: &Story, login: &str| {
        let verbs = story.with(|world| crate::machine::allowed(world, &story.instance, &actor(login)));
        verbs.into_iter().map(Verb::name).collect::<Vec<_>>()
    };
    assert_eq!(open(&story, "wang"), ["take_back", "urge", "cancel", "comment", "copy"]);
    assert_eq!(open(&story, "sun"), ["agree", "reject", "return", "add_before", "add_after", "hand_over", "comment", "copy"]);
    assert!(open(&story, "zhou").is_empty());
    assert_eq!(open(&Story::new(SMALL), "wang"), ["save", "submit", "cancel", "comment", "copy"]);
}

#[test]
fn who_decides_holds_role_and_place_of_one_grant_today() {
    // R0.17, R8.35
    let mut story = Story::under_way(SMALL);
    let with = |held: &[(&str, &str)]| {
        let mut sun = actor("sun");
        sun.grants = held.iter().map(|(role, over)| Held { role: (*role).into(), over: (*over).into() }).collect();
        sun
    };
    for held in [&[][..], &[("supervisor", "4212")], &[("supervisor", "4212"), ("auditor", "")], &[("leader", "4211")]] {
        assert_eq!(code(story.tries(&with(held), &agree())), "workflow.ended", "{held:?}");
        let offered = story.with(|world| crate::machine::allowed(world, &story.instance, &with(held)));
        assert_eq!(offered, [Verb::HandOver, Verb::Comment, Verb::Copy], "{held:?}");
    }
    let mut elsewhere = acting("zhou", "sun", "supervisor");
    elsewhere.grants[0].over = "4212".into();
    assert_eq!(code(story.tries(&elsewhere, &agree())), "workflow.delegate", "the lent role is of another place");
    let mut handed = story.clone();
    handed.tries(&with(&[]), &Command::HandOver { to: "mei".into(), text: "已调岗".into() }).unwrap();
    assert_eq!(handed.holders(), ["shi", "mei"], "so that it does not lie with who moved on");
    story.tries(&with(&[("supervisor", "42")]), &agree()).unwrap();
}

#[test]
fn a_delegate_does_only_what_the_lent_role_is_for() {
    // R0.17
    let people = [&PEOPLE[..], &[("wang", "auditor", "")]].concat();
    let mut story = Story::of(FLOW, Staff::of(&people), json!({ "amount": SMALL }));
    let auditor = || {
        let mut fu = acting("fu", "wang", "channel_manager");
        fu.grants = vec![Held { role: "auditor".into(), over: String::new() }];
        fu
    };
    let manager = || acting("fu", "wang", "channel_manager");
    let save = Command::Save(form(json!({ "amount": SMALL })));
    for command in [&save, &Command::Submit, &Command::Cancel("不要了".into())] {
        assert_eq!(code(story.tries(&auditor(), command)), "workflow.delegate", "{command:?}");
    }
    story.tries(&manager(), &save).unwrap();
    story.tries(&manager(), &Command::Submit).unwrap();
    assert_eq!(story.last.as_ref().unwrap().decisions[0].post, Some(applied("channel_manager")));
    for command in [Command::TakeBack(String::new()), Command::Urge(String::new())] {
        assert_eq!(code(story.tries(&auditor(), &command)), "workflow.delegate", "{command:?}");
    }
    assert_eq!(code(story.tries(&auditor(), &Command::Comment { text: "看一下".into(), mention: vec![] })), "workflow.holder");
    story.tries(&manager(), &Command::TakeBack(String::new())).unwrap();
    story.tries(&manager(), &Command::Submit).unwrap();
    // What sun added, a delegate takes off with sun's role only.
    story.does("sun", &add(&["an"], false));
    let turn = story.instance.progress.seats[0].turns[1].id;
    let mut other = acting("zhou", "sun", "supervisor");
    other.grants[0].role = "leader".into();
    let off = Command::Remove { turn, text: String::new() };
    assert_eq!(code(story.tries(&other, &off)), "workflow.delegate");
    story.tries(&acting("zhou", "sun", "supervisor"), &off).unwrap();
    story.tries(&acting("zhou", "sun", "supervisor"), &agree()).unwrap();
    assert_eq!(code(story.tries(&other, &Command::TakeBack(String::new()))), "workflow.delegate");
    story.tries(&acting("zhou", "sun", "supervisor"), &Command::TakeBack(String::new())).unwrap();
    assert_eq!(story.step(), "manager");
}

#[test]
fn who_sends_it_still_stands_where_they_applied() {
    // R8.35
    let mut story = Story::new(SMALL);
    let mut moved = actor("wang");
    moved.grants[0].over = "421103".into();
    assert_eq!(code(story.tries(&moved, &Command::Submit)), "workflow.ended");
    story.tries(&moved, &Command::Cancel("已调岗".into())).unwrap();
}

#[test]
fn what_comes_straight_back_does_not_count_an_agreement_of_the_applicants_own_hand() {
    // R8.35: no self-approval
    let mut story = Story::under_way(LARGE);
    story.does("sun", &agree());
    story.does("jin", &agree_with(json!({ "account": "6601" })));
    story.does("an", &agree());
    story.does("li", &give_back(None, true));
    let mut straight = story.clone();
    straight.does("wang", &Command::Submit);
    assert_eq!(straight.step(), "leader", "agreements stay");
    // Sun, who agreed, sends it for wang: now it is an application of sun's hand.
    story.tries(&acting("sun", "wang", "channel_manager"), &Command::Submit).unwrap();
    assert_eq!((story.step(), story.holders()), ("manager", vec!["shi"]));
    story.does("shi", &agree());
    assert_eq!(story.step(), "leader", "the others' agreements stayed");
    assert!(story.instance.progress.path.iter().all(|passed| !passed.hands.contains(&"sun".to_owned())));
    // The same where somebody else's hand agreed for sun.
    let mut story = Story::under_way(SMALL);
    story.tries(&acting("zhou", "sun", "supervisor"), &agree()).unwrap();
    story.does("li", &give_back(None, true));
    story.tries(&acting("zhou", "wang", "channel_manager"), &Command::Submit).unwrap();
    assert_eq!((story.step(), story.holders()), ("manager", vec!["sun", "shi"]));
}

#[test]
fn an_applicant_without_superiors_is_told_what_to_do() {
    // R8.35: level by level
    let text = FLOW.replace("starters = [\"channel_manager\"]", "starters = [\"channel_manager\", \"auditor\"]");
    let text = text.replacen("approvers = [{ role = \"supervisor\" }]", "approvers = [{ superiors = \"leader\" }]", 1);
    let text = text.replace("path = [\"supervisor\", \"leader\"]", "path = [\"..leader\", \"leader\"]");
    let mut story = Story::of(&text, Staff::of(&PEOPLE), json!({ "amount": SMALL }));
    let mut wang = story.clone();
    wang.does("wang", &Command::Submit);
    assert_eq!(wang.holders(), ["sun", "shi"]);
    story.instance = super::begin("ZC1", &story.definition, &actor("an"), &applied("auditor"), story.instance.form.clone(), 0);
    assert_eq!(story.refuses("an", &Command::Submit), "workflow.ladder");
}

#[test]
fn what_was_agreed_to_is_not_changed_by_a_later_hand() {
    // R8.35: approved content does not change without a new approval
    let text = FLOW.replacen("due_days = 2", "editable = [\"amount\"]\ndue_days = 2", 1);
    let mut story = Story::of(&text, Staff::of(&PEOPLE), json!({ "amount": SMALL }));
    story.does("wang", &Command::Submit);
    story.does("sun", &add(&["an"], true));
    story.does("an", &agree());
    assert_eq!(story.refuses("sun", &agree_with(json!({ "amount": LARGE }))), "workflow.agreed", "an agreed to the amount there was");
    story.does("sun", &agree());
    let mut first = Story::of(&text, Staff::of(&PEOPLE), json!({ "amount": SMALL }));
    first.does("wang", &Command::Submit);
    first.does("sun", &agree_with(json!({ "amount": SMALL - 1 })));
    // A field that is asked at a step is filled in there once.
    let mut both = Story::under_way(LARGE);
    both.does("sun", &agree());
    both.does("jin", &agree_with(json!({ "account": "6601" })));
    assert_eq!(both.refuses("an", &agree_with(json!({ "account": "6602" }))), "workflow.agreed");
    both.does("an", &agree_with(json!({ "account": "6601" })));
}

#[test]
fn nobody_is_asked_who_may_not_decide() {
    // R8.35
    let people = [&PEOPLE[..], &[("pan", "partner_owner", "P1")]].concat();
    let mut story = Story::of(FLOW, Staff::of(&people), json!({ "amount": SMALL }));
    story.does("wang", &Command::Submit);
    let to = Command::HandOver { to: "pan".into(), text: "请处理".into() };
    assert_eq!(story.refuses("sun", &to), "workflow.person.cannot_decide");
    assert_eq!(story.refuses("sun", &add(&["pan"], true)), "workflow.person.cannot_decide");
    story.does("sun", &Command::Copy { to: vec!["pan".into()], text: String::new() });
}
