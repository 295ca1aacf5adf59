use super::*;
use crate::example::world;
use crate::interp::{RunInput, run};
use qudao_kernel::master::Master;
use qudao_kernel::{Fen, Lang, Month};
use qudao_policy::lines::{Line, LineKind, Obligation, Outcome};
use qudao_policy::model::{Fact, PolicySet};
use qudao_policy::{SourceFile, compile};

/// Every shape of line and zero in one policy.
const TEXT: &str = r#"
policy hn version 1 "社会渠道酬金办法" {
  owner "结算支撑经理"
  effective 2026-01-01 to 2026-12-31
  scope channel = "社会渠道"
  param base = 20% local 10% to 25% "基本比例"
  predicate on_net "在网:当月状态正常且通话不少于 50 分钟" = sub.active and sub.minutes >= 50
  measure cards "当月开卡数" = count of activation where plan_fee >= ¥19.00 per partner over month
  measure volume "本年销售额" = sum amount of terminal_sale per partner over year
  measure paid "当月基本酬金" = total of basic per partner over month
  ladder step "台阶奖励" whole per number pays money {
    from 3 below 6: flat ¥1000.00
    from 6: ¥2.00 each + flat ¥50.00
  }
  ladder grad "年度累进" marginal per money pays money { above ¥0.00 to ¥1000.00: 2% each; above ¥1000.00: 3% each }
  component basic "基本酬金" {
    basis each activation
    where plan_fee >= ¥59.00
    require identity_verified else no_identity "须完成实名认证" until 3 months
    amount base * plan_fee
    floor ¥1.00
    cap ¥30.00
    round half up to fen
    once per imei
    to { partner 70%, parent 30% } remainder largest
    schedule remainder last { 40% now; 30% after 1 month if on_net else forfeit; 30% after 2 months if on_net else defer 1 month up to 2 times } pause while sub.suspended_days > 0
    pay on day 25 after 1 month
    reverse on cancellation within 3 months pro rata
    clause "第九条"
  }
  component promo "推广" {
    basis each activation
    amount 7.5% * plan_fee
    round half up to fen
    to partner
  }
  component best_a "甲" { basis each terminal_sale amount 1% * amount round down to fen to outlet }
  component best_b "乙" { basis each terminal_sale amount ¥3.00 round down to fen to partner }
  component over "管理费" {
    basis each line of basic
    amount 10% * line.amount
    round half up to fen
    to partner
  }
  component bonus "台阶" { basis per partner per month amount step(cards) round half up to fen to partner }
  component yearly "年度累进" { basis per partner per year cumulative amount grad(volume) round half up to fen to partner }
  component share "合计提成" { basis per partner per month amount 1% * paid round up to fen to partner }
  component prize "排名奖" { basis rank partner by volume per quarter within province top 2 amount ¥100.00 / rank_number round half up to fen to partner }
  component subsidy "房补" { basis pool per partner per quarter weight volume amount ¥130000.00 round half up to fen to partner }
  component fake "养机追回" {
    basis claw back of promo per outlet where customer_class = "养机" when suspect_share > 10% and suspect_count > 0 beyond 1%
    clause "第十二条"
  }
  exclusive best { best_a, best_b } as pair
  cap joint ¥30.00 on promo per partner per month highest first
  budget b1 ¥1000.00 on best_b by day partial allowed
  example "全部" {
    partner V1 { tier: "增值服务商" }
    partner P1 { tier: "二级代理商", parent: V1 }
    partner P2 { tier: "二级代理商", parent: V1 }
    outlet O1 { owner: P1 }
    outlet O2 { owner: P2 }
    activation e1 on 2026-07-03 { plan_fee: ¥129.00, subscriber: s1, imei: i1 }
    activation e2 on 2026-07-04 { plan_fee: ¥59.00, subscriber: s2, imei: i1 }
    activation e3 on 2026-07-05 { plan_fee: ¥99.00, subscriber: s3, identity_verified: no }
    activation e4 on 2026-07-06 { plan_fee: ¥299.00, subscriber: s4, customer_class: "养机" }
    activation e5 on 2026-07-07 { plan_fee: ¥19.00, subscriber: s5 }
    activation e6 on 2026-07-08 { plan_fee: ¥89.90, subscriber: s6, outlet: O2 }
    terminal_sale t1 on 2026-07-08 { amount: ¥999.99 }
    terminal_sale t2 on 2026-08-08 { amount: ¥199.99, outlet: O2 }
    terminal_sale t3 on 2026-09-08 { amount: ¥500.00 }
    activation lost on 2026-07-09 { plan_fee: ¥89.90, outlet: O9 }
    cancellation c1 on 2026-08-10 { ref_event: e4 }
    subscriber_month s1 2026-08 { active: yes, minutes: 60 }
    subscriber_month s6 2026-08 { active: yes, minutes: 60, suspended_days: 3 }
    subscriber_month s1 2026-09 { active: yes, minutes: 10 }
    subscriber_month s6 2026-09 { active: no, minutes: 60 }
    expect 2026-07 bonus = ¥1000.00
  }
}
"#;

struct Told {
    set: PolicySet,
    master: Master,
    facts: Vec<Fact>,
    lines: Vec<Line>,
    obligations: Vec<Obligation>,
}

impl Told {
    fn new(text: &str) -> Self {
        let compiled = compile(&[SourceFile::new("p.policy", text)]);
        let set = compiled.set.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
        let (master, facts) = world(&set.policies[0].examples[0]);
        Told { set, master, facts, lines: Vec::new(), obligations: Vec::new() }
    }

    fn input(&self, period: Month) -> RunInput<'_> {
        RunInput {
            policies: &self.set,
            master: &self.master,
            period,
            facts: &self.facts,
            earlier_lines: &self.lines,
            obligations: &self.obligations,
        }
    }

    fn keep(&mut self, outcome: Outcome) {
        self.lines.extend(outcome.lines);
        self.obligations = outcome.obligations;
    }
}

fn zero(component: &str, basis: &str) -> Subject {
    Subject::Zero { policy: "hn".into(), version: 1, component: component.into(), basis: basis.into() }
}

fn july() -> Month {
    "2026-07".parse().unwrap()
}

#[test]
fn every_line_and_every_zero_of_a_rich_policy_is_proved_and_rechecked() {
    let mut told = Told::new(TEXT);
    let mut kinds = std::collections::BTreeSet::new();
    let mut components = std::collections::BTreeSet::new();
    for period in (0..4).map(|months| july().plus(months)) {
        let outcome = run(&told.input(period)).unwrap();
        for line in &outcome.lines {
            let proof = prove(&told.input(period), &Subject::Line(LineId::of(line))).unwrap();
            let verdict = verify(&proof);
            assert_eq!(verdict.findings, [], "{line:?}\n{}", letter(&proof, Lang::En));
            assert_eq!(verdict.amount, Some(line.amount), "{line:?}");
            assert!(verdict.formulas > 0 || line.component == "over", "{line:?}");
            let again = from_json(&to_json(&proof).unwrap()).unwrap();
            assert_eq!(again, proof);
            assert!(verify(&again).holds);
            kinds.insert(line.kind);
            components.insert(line.component.clone());
        }
        for reason in &outcome.reasons {
            let subject = Subject::Zero {
                policy: reason.policy.clone(),
                version: reason.version,
                component: reason.component.clone(),
                basis: reason.basis.clone(),
            };
            let proof = prove(&told.input(period), &subject).unwrap();
            assert!(proof.reasons.iter().any(|refused| refused.code == reason.code && refused.until == reason.until), "{reason:?}");
            assert_eq!(verify(&proof).findings, [], "{reason:?}\n{}", letter(&proof, Lang::En));
        }
        told.keep(outcome);
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    let all: Vec<&str> = components.iter().map(String::as_str).collect();
    assert_eq!(all, ["basic", "best_a", "best_b", "bonus", "fake", "over", "prize", "promo", "share", "subsidy", "yearly"]);
}

fn first_line(told: &Told, component: &str, basis: &str) -> Proof {
    let outcome = run(&told.input(july())).unwrap();
    let line = outcome.lines.iter().find(|line| line.component == component && line.basis == basis).unwrap();
    prove(&told.input(july()), &Subject::Line(LineId::of(line))).unwrap()
}

/// Knows what a run over everything found: measures by asking the full proof, limits from its decisions.
struct FromFull<'a>(&'a Proof);

impl crate::interp::focus::Known for FromFull<'_> {
    fn measure(
        &self,
        _: &qudao_policy::model::Policy,
        measure: usize,
        anchor: Month,
        _: (&str, &str),
    ) -> Option<(crate::interp::number::Exact, crate::interp::trace::Counted)> {
        let judged = self.0.judged.iter().filter(|judged| judged.anchor == anchor);
        let read = judged.flat_map(|judged| &judged.reads).find(|read| read.input == crate::interp::trace::Input::Measure(measure))?;
        let made_of = read.counted.as_ref()?;
        let counted = crate::interp::trace::Counted { count: made_of.count, sum: data::exact(&made_of.sum)?, ids: made_of.ids.clone() };
        Some((read.value.value()?.exact(), counted))
    }

    fn used(&self, _: &qudao_policy::model::Policy, limit: &str, _: &str, _: &str) -> Option<i64> {
        self.0.decisions.iter().find_map(|decision| match decision {
            data::Decision::Cap { name, used, .. } | data::Decision::Budget { name, used, .. } if name == limit => Some(*used),
            _ => None,
        })
    }

    fn taken(&self, _: &qudao_policy::model::Policy, _: &str, _: &str, _: &str) -> Option<bool> {
        Some(false)
    }
}

#[test]
fn a_line_is_proved_the_same_from_only_what_it_needs() {
    let told = Told::new(TEXT);
    let outcome = run(&told.input(july())).unwrap();
    let alone = |line: &&Line| !["prize", "subsidy", "fake", "share"].contains(&line.component.as_str());
    for line in outcome.lines.iter().filter(alone) {
        let subject = Subject::Line(LineId::of(line));
        let full = prove(&told.input(july()), &subject).unwrap();
        let own: Vec<Fact> = told.facts.iter().filter(|fact| crate::interp::row::event_id(fact) == line.basis).cloned().collect();
        let focused = prove_focused(&RunInput { facts: &own, ..told.input(july()) }, &subject, &FromFull(&full)).unwrap();
        assert_eq!((&focused.line, &focused.judged, &focused.terms), (&full.line, &full.judged, &full.terms), "{line:?}");
        assert!(verify(&focused).holds);
    }
}

/// Knows nothing: all is counted from what is given.
struct Nobody;

impl crate::interp::focus::Known for Nobody {
    fn measure(
        &self,
        _: &qudao_policy::model::Policy,
        _: usize,
        _: Month,
        _: (&str, &str),
    ) -> Option<(crate::interp::number::Exact, crate::interp::trace::Counted)> {
        None
    }

    fn used(&self, _: &qudao_policy::model::Policy, _: &str, _: &str, _: &str) -> Option<i64> {
        None
    }

    fn taken(&self, _: &qudao_policy::model::Policy, _: &str, _: &str, _: &str) -> Option<bool> {
        None
    }
}

#[test]
fn a_group_is_proved_from_the_facts_and_states_it_counts() {
    // R1.13: cumulative years, and measures that read a subscriber's state, which stands at another partner here
    let text = TEXT
        .replace("where plan_fee >= ¥19.00 per partner", "where plan_fee >= ¥19.00 and sub.active per partner")
        .replace("total of basic per partner", "sum plan_fee of activation per partner")
        .replace("terminal_sale t1 on", "terminal_sale t0 on 2026-03-08 { amount: ¥2000.00 }\n    terminal_sale t1 on")
        .replace("subscriber_month s1 2026-08", "subscriber_month s1 2026-07 { active: yes, outlet: O2 }\n    subscriber_month s1 2026-08")
        .replace("subscriber_month s6 2026-08", "subscriber_month s2 2026-07 { active: yes }\n    subscriber_month s6 2026-08")
        .replace("subscriber_month s6 2026-09", "subscriber_month s4 2026-07 { active: yes }\n    subscriber_month s6 2026-09");
    let told = Told::new(&text);
    let policy = &told.set.policies[0];
    let place = |name: &str| policy.components.iter().position(|held| held.name == name).unwrap();
    let month = |text: &str| text.parse::<Month>().unwrap();
    let needs = group_needs(&told.set, july(), policy, place("yearly")).unwrap();
    assert_eq!(needs.tables[&qudao_kernel::facts::Table::BusinessEvent], (month("2026-01"), july()));
    assert_eq!((needs.states.iter().copied().collect::<Vec<_>>(), needs.lines), (vec![july()], None));
    let january = group_needs(&told.set, month("2026-01"), policy, place("yearly")).unwrap();
    assert_eq!(january.tables[&qudao_kernel::facts::Table::BusinessEvent], (month("2026-01"), month("2026-01")));
    let rows = crate::interp::row::rows(&told.facts, &told.master);
    let mut proved = std::collections::BTreeSet::new();
    let outcome = run(&told.input(july())).unwrap();
    for line in outcome.lines.iter().filter(|line| ["yearly", "bonus"].contains(&line.component.as_str())) {
        let needs = group_needs(&told.set, july(), policy, place(&line.component)).unwrap();
        let is_counted = |row: &&crate::interp::row::Row<'_>| {
            let counted = needs.tables.get(&row.fact.table).is_some_and(|(first, last)| *first <= row.month && row.month <= *last);
            let state = row.fact.table == qudao_kernel::facts::Table::SubscriberMonth && needs.states.contains(&row.month);
            state || (counted && row.partner == line.own_partner)
        };
        let facts: Vec<Fact> = rows.iter().filter(is_counted).map(|row| row.fact.clone()).collect();
        let subject = Subject::Line(LineId::of(line));
        let full = prove(&told.input(july()), &subject).unwrap();
        let alone = prove_focused(&RunInput { facts: &facts, ..told.input(july()) }, &subject, &Nobody).unwrap();
        assert_eq!((&alone.line, &alone.judged, &alone.rounded), (&full.line, &full.judged, &full.rounded), "{line:?}");
        assert!(facts.len() < told.facts.len() && verify(&alone).holds);
        proved.insert(line.component.clone());
    }
    assert_eq!(proved.len(), 2, "{proved:?}");
}

#[test]
fn a_letter_reads_like_one() {
    // R1.13: amount, rule and version, calculation, status
    let told = Told::new(TEXT);
    let text = letter(&first_line(&told, "basic", "e1"), Lang::Zh);
    for part in [
        "政策          hn 版本 1 “社会渠道酬金办法” 2026-01-01 – 2026-12-31",
        "规则          basic “基本酬金”, 条款 第九条",
        "base × 套餐月费: 20% × 129.00 = 25.80",
        "18.06  代理商 P1",
        "7.22  当月",
        "5.41  待付 条件 on_net (在网:当月状态正常且通话不少于 50 分钟),不满足则作废",
        "promo         7.57 “推广”",
        "  |     amount base * plan_fee",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let text = letter(&first_line(&told, "bonus", "P1"), Lang::En);
    for part in ["step(cards): 5 = 1,000.00", "1 short of the next step at 6, which gives 62.00", "made of 5: e1, e2, e3, e4, e5"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_zero_says_what_would_have_changed_it_and_until_when() {
    let told = Told::new(TEXT);
    let prove = |component: &str, basis: &str| prove(&told.input(july()), &zero(component, basis)).unwrap();
    let refused = prove("basic", "e3").reasons.remove(0);
    assert_eq!(refused.code, "no_identity");
    assert_eq!(refused.hint.zh, "须满足:实名认证;当时:实名认证 = 否;最迟 2026-10-05 仍可满足");
    assert_eq!(refused.hint.en, "it takes: identity_verified; it was: identity_verified = no; it can still be met until 2026-10-05");
    let refused = prove("bonus", "P2").reasons.remove(0);
    assert_eq!(refused.hint.en, "ladder step (台阶奖励): 2 more reaches the step at 3, which gives 1,000.00");
    let stranger = Subject::Zero { policy: String::new(), version: 0, component: String::new(), basis: "lost".into() };
    let proof = super::prove(&told.input(july()), &stranger).unwrap();
    assert_eq!(proof.reasons[0].code, "unattributed");
    assert!(verify(&proof).holds);
    assert!(prove("best_b", "t1").reasons[0].hint.en.starts_with("best_a pays in the exclusive group pair"));
}

#[test]
fn whoever_changes_a_proof_is_found_out() {
    let told = Told::new(TEXT);
    let honest = first_line(&told, "basic", "e1");
    assert!(verify(&honest).holds);
    let forged = |change: &dyn Fn(&mut Proof)| {
        let mut proof = honest.clone();
        change(&mut proof);
        let unsigned = verify(&proof);
        assert!(!unsigned.holds, "the digest");
        proof.digest = digest(&proof).unwrap();
        verify(&proof)
    };
    // even with a fresh digest the figures do not add up
    let verdict = forged(&|proof| proof.line.as_mut().unwrap().amount += 1);
    assert!(!verdict.holds);
    assert_eq!(verdict.findings[0].en, format!("the line says {}, re-computed it is {}", Fen(723), Fen(722)));
    assert!(!forged(&|proof| proof.judged.iter_mut().for_each(|judged| judged.reads.retain(|read| read.name.en != "plan_fee"))).holds);
    assert!(!forged(&|proof| proof.policy.as_mut().unwrap().source = TEXT.replace("= 20%", "= 25%")).holds);
    assert!(!forged(&|proof| proof.fact.as_mut().unwrap().cells.retain(|(col, _)| *col != qudao_kernel::facts::Col::PlanFee)).holds);
    assert!(!forged(&|proof| proof.rounded[0].fen += 1).holds);
    assert!(!forged(&|proof| proof.terms[1].fen += 1).holds);
}

#[test]
fn what_is_no_proof_is_refused_by_place() {
    let told = Told::new(&TEXT.replace(" to 2026-12-31", ""));
    let proof = first_line(&told, "basic", "e1");
    let json = to_json(&proof).unwrap();
    assert_eq!(from_json(&json).unwrap(), proof, "a policy without an end");
    assert_eq!(from_json(&json.replace("qudao-proof/1", "qudao-proof/9")).unwrap_err().code, "settle.proof.format");
    for wrong in ["", "{}", "[1]", &json[..json.len() / 2]] {
        assert_eq!(from_json(wrong).unwrap_err().code, "settle.proof.unreadable");
    }
    // figures beyond all bounds are findings, not panics
    let mut wild = proof.clone();
    wild.rounded[0].exact = "1/0".into();
    wild.rounded[0].fen = i64::MIN;
    wild.parts[0].fen = i64::MIN;
    wild.decisions = vec![
        data::Decision::Before { month: july(), fen: i64::MAX },
        data::Decision::Pool { whole: i64::MIN, weight: "-1/3".into(), weights: "0".into(), part: i64::MAX },
        data::Decision::Cap { name: String::new(), limit: i64::MIN, used: i64::MAX, claimed: 0, admitted: i64::MIN },
    ];
    wild.line.as_mut().unwrap().part = u32::MAX;
    assert!(!verify(&wild).holds);
}

#[test]
fn what_is_not_there_cannot_be_proved() {
    let told = Told::new(TEXT);
    let refusal = prove(&told.input(july()), &zero("basic", "nothing")).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (qudao_kernel::Kind::NotFound, "settle.proof.not_found"));
    let mut id = LineId::of(first_line(&told, "basic", "e1").line.as_ref().unwrap());
    id.kind = LineKind::Release;
    assert_eq!(prove(&told.input(july()), &Subject::Line(id)).unwrap_err().code, "settle.proof.not_found");
}
