use super::{Finding, read};
use crate::standard::Catalogue;
use qudao_access::Roles;
use serde_json::json;

const GOOD: &str = r##"
id = "trip"
version = 1
zh = "出差"
en = "Trip"
about_zh = "出差申请"
about_en = "Asks for a trip"
group = "support"
number = "CC"
starters = ["channel_manager"]

[[field]]
id = "amount"
zh = "金额"
en = "Amount"
kind = "money"
required = true

[[field]]
id = "boss"
zh = "审批人"
en = "Boss"
kind = "person"
required = true

[[step]]
id = "boss"
zh = "审批"
en = "Boss"
kind = "approve"
approvers = [{ chosen = "boss" }]
due_days = 2
branch = [{ when = "amount > 100元", to = "leader" }]
otherwise = "end"

[[step]]
id = "leader"
zh = "领导"
en = "Leader"
kind = "approve"
approvers = [{ role = "leader" }]

[[example]]
zh = "小额"
en = "Small"
form = { amount = 100, boss = "li" }
path = ["#boss"]
"##;

fn found(text: &str) -> Vec<Finding> {
    read(text, &Roles::standard().unwrap()).err().unwrap_or_default()
}

#[test]
fn every_standard_flow_reads_checks_and_keeps_its_examples() {
    // R4.15, R8.35, R8.36, R8.37, R8.38, R8.39, R8.40, R8.41, R8.42, R8.43, R4.42, R4.43, R4.54
    let catalogue = Catalogue::standard(&Roles::standard().unwrap()).unwrap();
    let all = catalogue.all();
    let ids: Vec<&str> = all.iter().map(|flow| flow.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "acceptance_grade",
            "agent_agreement",
            "agent_revocation",
            "agent_reward",
            "bank_account",
            "blacklist",
            "bulk_onboarding",
            "core_agent",
            "deal_registration",
            "exception",
            "mall_support",
            "outlet_change",
            "outlet_grading",
            "policy_publication",
            "pop_placement",
            "product_installation",
            "product_withdrawal",
            "recruiting_event",
            "sales_contract",
            "statement_approval",
            "subsidy"
        ]
    );
    let mut numbers: Vec<&str> = all.iter().map(|flow| flow.number.as_str()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), ids.len(), "no two flows number alike");
    let subsidy = catalogue.get("subsidy").unwrap();
    let example = &subsidy.examples[0];
    assert_eq!(example.form["amount"], json!(13_000_000));
    assert_eq!(example.path, ["supervisor", "settlement_support", "leader"]);
    for flow in &all {
        for role in &flow.starters {
            assert!(Roles::standard().unwrap().get(role).is_ok());
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_place_and_remedy() {
    // R8.35
    assert_eq!(found(GOOD), []);
    for (from, to, place, code) in [
        ("role = \"leader\"", "role = \"boss\"", "step.leader.approvers", "role"),
        ("starters = [\"channel_manager\"]", "starters = []", "starters", "starters"),
        ("otherwise = \"end\"", "", "step.boss", "otherwise"),
        ("to = \"leader\"", "to = \"boss\"", "step.boss", "target"),
        ("amount > 100元", "amuont > 100元", "step.boss.branch[1].when", "condition"),
        ("amount > 100元", "amount > 100", "step.boss.branch[1].when", "condition"),
        ("chosen = \"boss\"", "chosen = \"amount\"", "step.boss.approvers", "chosen"),
        ("chosen = \"boss\"", "starter = true", "step.boss.approvers", "self"),
        ("chosen = \"boss\"", "subject_role = \"leader\"", "step.boss.approvers", "subject"),
        ("chosen = \"boss\"", "superiors = \"auditor\"", "step.boss.approvers", "superiors"),
        ("kind = \"person\"", "kind = \"human\"", "field.boss.kind", "kind"),
        ("due_days = 2", "due_days = 0", "step.boss", "days"),
        ("due_days = 2", "escalate = { role = \"leader\", after_days = 1 }", "step.boss", "escalate"),
        ("due_days = 2", "editable = [\"budget\"]", "step.boss.editable", "field"),
        ("path = [\"#boss\"]", "path = [\"leader\"]", "example[1].path", "example"),
        ("amount = 100, boss", "amount = -1, boss", "example[1].form", "example"),
        ("form = { amount = 100, boss = \"li\" }", "form = { amount = 100 }", "example[1].form", "example"),
        ("path = [\"#boss\"]", "path = [\"#boss\"]\nbarred = true", "example[1].barred", "example"),
        ("id = \"amount\"", "id = \"boss\"", "field.boss", "twice"),
        ("number = \"CC\"", "number = \"cc\"", "number", "number"),
        ("version = 1", "version = 0", "version", "version"),
        ("version = 1", "version = 1\nbudget = { amount = \"boss\", year = \"amount\", kind = \"amount\" }", "budget", "budget"),
        ("version = 1", "version = 1\nsubject = \"amount\"", "subject", "subject"),
        ("version = 1", "version = 1\ncolour = 3", "", "text"),
        ("version = 1", "version = 1\neffect = { kind = \"magic\", fields = {} }", "effect.kind", "effect"),
        ("version = 1", "version = 1\neffect = { kind = \"agreement\", fields = {} }", "effect.fields.partner", "effect"),
        (
            "version = 1",
            "version = 1\neffect = { kind = \"agreement\", fields = { partner = \"amount\" } }",
            "effect.fields.partner",
            "effect",
        ),
        (
            "version = 1",
            "version = 1\neffect = { kind = \"agreement\", fields = { colour = \"amount\" } }",
            "effect.fields.colour",
            "effect",
        ),
        (
            "version = 1",
            "version = 1\neffect = { kind = \"agreement\", fields = { partner = \"who\" } }",
            "effect.fields.partner",
            "effect",
        ),
        ("id = \"leader\"\nzh", "id = \"Leader!\"\nzh", "step.Leader!", "id"),
        ("kind = \"approve\"\napprovers = [{ role", "kind = \"execute\"\napprovers = [{ role", "", ""),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let findings = found(&GOOD.replacen(from, to, 1));
        if code.is_empty() {
            assert_eq!(findings, [], "{to}");
            continue;
        }
        let hit = findings.iter().find(|finding| finding.place == place && finding.code == code);
        let hit = hit.unwrap_or_else(|| panic!("{to}: {findings:?}"));
        assert!(!hit.why.zh.is_empty() && !hit.why.en.is_empty());
    }
}

#[test]
fn a_step_nobody_reaches_and_a_way_nobody_decides_are_found() {
    // R8.35
    let unreachable = GOOD.replace("to = \"leader\"", "to = \"end\"");
    assert!(found(&unreachable).iter().any(|finding| finding.place == "step.leader" && finding.code == "unreachable"));
    let undecided = GOOD.replace("due_days = 2", "when = \"amount > 5元\"");
    assert!(found(&undecided).iter().any(|finding| finding.code == "undecided"));
    let late = GOOD.replacen("kind = \"approve\"", "kind = \"execute\"", 1);
    assert!(found(&late).iter().any(|finding| finding.code == "order"));
    let fixed = format!(
        "{GOOD}\n[[step]]\nid = \"pay\"\nzh = \"付款\"\nen = \"Pay\"\nkind = \"execute\"\napprovers = [{{ starter = true }}]\neditable = [\"amount\"]\n"
    );
    assert!(found(&fixed).iter().any(|finding| finding.code == "approved"), "what was approved stays");
}
