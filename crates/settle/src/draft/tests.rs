//! Drafts on both databases.

use super::{Judged, State, comment, create, get, give_back, judge, list, notes, publish, save, submit, withdraw};
use qudao_kernel::Refusal;
use qudao_platform::args;
use qudao_platform::audit;
use qudao_platform::hash::sha256;
use qudao_policy::SourceFile;
use qudao_testkit::{TestDb, on_both};

on_both!(
    a_draft_is_sent_and_approved_by_somebody_else,
    what_changed_meanwhile_is_not_overwritten,
    a_draft_goes_back_and_is_given_up,
    what_is_wrong_is_not_published,
);

fn text(version: u32, from: &str, rate: &str, expected: &str) -> String {
    format!(
        "政策 甲 版本 {version} \"甲办法\" {{\n  有效期 {from}\n  酬金项 c \"开卡\" {{\n    依据 逐笔 开卡\n    金额 {rate}\n    舍入 四舍五入 到 分\n    付给 代理商\n  }}\n  算例 \"一张\" {{\n    开卡 e1 于 2026-07-05 {{ 套餐月费: 59.00元 }}\n    应得 2026-07 c = {expected}\n  }}\n}}\n"
    )
}

fn in_force() -> Vec<SourceFile> {
    vec![SourceFile::new("a.policy", text(1, "2026-01-01", "5.00元", "5.00元"))]
}

fn judged(text: &str) -> Judged {
    judge(&in_force(), text)
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

async fn a_draft_is_sent_and_approved_by_somebody_else(db: TestDb) {
    // R0.2, R0.4: written by one, approved by another, a file of its own that takes over on its first day
    let good = text(2, "2026-09-01", "6.00元", "6.00元");
    let begun = create(&db, "settlement", &good, Some(1)).await.unwrap();
    assert_eq!((begun.policy.as_str(), begun.policy_version, begun.state), ("甲", 2, State::Draft));
    let folder = db.folder().join("policies");
    let approve = |who: &'static str, version: u32, sha: String| {
        let (db, id, folder, good) = (&db, begun.id.clone(), folder.clone(), good.clone());
        async move { publish(db, who, &id, (version, &sha), "同意", &judged(&good), &folder).await }
    };
    assert_eq!(code(approve("leader", begun.version, sha256(&good)).await), "settle.draft.not_in_review");
    let sent = submit(&db, "settlement", &begun.id, begun.version, "请审批", &judged(&good)).await.unwrap();
    assert_eq!(code(save(&db, "settlement", &begun.id, sent.version, "x").await), "settle.draft.fixed");
    assert_eq!(code(approve("settlement", sent.version, sha256(&good)).await), "settle.draft.own");
    assert_eq!(code(approve("leader", sent.version, sha256("another")).await), "settle.draft.other_text");
    assert!(!folder.join("甲-v2.policy").exists(), "nothing is left of what was refused");
    let published = approve("leader", sent.version, sha256(&good)).await.unwrap();
    assert_eq!((published.state, published.file.as_deref()), (State::Published, Some("甲-v2.policy")));
    assert_eq!(std::fs::read_to_string(folder.join("甲-v2.policy")).unwrap(), good);

    let both = [in_force().remove(0), SourceFile::new("甲-v2.policy", good.clone())];
    let set = qudao_policy::compile(&both).set.unwrap();
    let days: Vec<String> = set.policies.iter().map(|policy| format!("{} {}", policy.from, policy.to)).collect();
    assert_eq!(days, ["2026-01-01 2026-09-01", "2026-09-01 2200-01-01"], "the version before ends where this one begins");
    let tx = &mut db.read().await.unwrap();
    let said: Vec<String> = notes(tx, &begun.id).await.unwrap().into_iter().map(|note| note.kind).collect();
    assert_eq!(said, ["create", "submit", "publish"]);
    let trail = audit::list(tx, Some(("policy", "甲")), 0, 9).await.unwrap();
    assert!(trail[0].entry.after.as_ref().unwrap().contains(&sha256(&good)) && trail[0].entry.before.is_some());
}

async fn what_changed_meanwhile_is_not_overwritten(db: TestDb) {
    // R0.24
    let begun = create(&db, "settlement", "政策 甲 版本 2 {", None).await.unwrap();
    let mine = save(&db, "settlement2", &begun.id, begun.version, "政策 甲 版本 2 { }").await.unwrap();
    let late = save(&db, "settlement", &begun.id, begun.version, "政策 甲 版本 3 { }").await.unwrap_err();
    assert_eq!(late.code, "settle.draft.stale");
    assert!(late.text.zh.contains("settlement2"), "it says who: {}", late.text.zh);
    let same = save(&db, "settlement", &begun.id, mine.version, &mine.text).await.unwrap();
    assert_eq!(same.version, mine.version, "nothing changed");
    assert_eq!(get(&mut db.read().await.unwrap(), &begun.id).await.unwrap().writers, ["settlement", "settlement2"]);
}

async fn a_draft_goes_back_and_is_given_up(db: TestDb) {
    let good = text(2, "2026-09-01", "6.00元", "6.00元");
    let begun = create(&db, "settlement", &good, Some(1)).await.unwrap();
    let sent = submit(&db, "settlement", &begun.id, begun.version, "", &judged(&good)).await.unwrap();
    assert_eq!(code(give_back(&db, "leader", &begun.id, sent.version, " ").await), "settle.draft.comment");
    let back = give_back(&db, "leader", &begun.id, sent.version, "费率偏高").await.unwrap();
    assert_eq!(back.state, State::Returned);
    comment(&db, "leader", &begun.id, "另请附算例").await.unwrap();
    let again = save(&db, "settlement", &begun.id, back.version, &format!("{good}\n")).await.unwrap();
    assert_eq!(code(withdraw(&db, "settlement2", &begun.id, again.version, "").await), "settle.draft.not_yours");
    let gone = withdraw(&db, "settlement", &begun.id, again.version, "不做了").await.unwrap();
    assert_eq!(gone.state, State::Withdrawn);
    assert_eq!(code(withdraw(&db, "settlement", &begun.id, gone.version, "").await), "settle.draft.not_in_review");
    let tx = &mut db.read().await.unwrap();
    assert_eq!(list(tx).await.unwrap().len(), 1);
    let count = tx.query_one("select count(*) as n from audit_entry where noun = 'policy_draft'", args![]).await.unwrap();
    assert_eq!(count.int("n").unwrap(), 5, "create, submit, return, comment, withdraw");
}

async fn what_is_wrong_is_not_published(db: TestDb) {
    // R0.34: no error, no example a fen off, no version that does not come after those that are published
    for (wrong, why) in [
        (text(2, "2026-09-01", "6.00", "6.00元"), "错误"),
        (text(2, "2026-09-01", "6.00元", "6.01元"), "算例"),
        (text(2, "2026-01-01", "6.00元", "6.00元"), "错误"),
        (text(1, "2026-09-01", "6.00元", "6.00元"), "版本"),
        (String::new(), "一项政策"),
    ] {
        let begun = create(&db, "settlement", &wrong, None).await.unwrap();
        let refused = submit(&db, "settlement", &begun.id, begun.version, "", &judged(&wrong)).await.unwrap_err();
        assert_eq!(refused.code, "settle.draft.wrong");
        assert!(refused.text.zh.contains(why), "{why}: {}", refused.text.zh);
    }
}
