//! A month of one agent for tests and pictures: seven components, five destinations, two outlets, three clerks, what was not paid.

use super::{Account, Adjustment, Carried, Catalog, Consent, Listed, NextStep, PartnerRange, Receivable, Sink, Statement, Terms, run};
use qudao_kernel::master::{Clerk, Master, Outlet, Partner, Span};
use qudao_kernel::{Date, Fen, Lang, Month, Refusal};
use qudao_policy::lines::{Line, LineKind, Obligation, ObligationState, Outcome, Reason};
use qudao_policy::model::{
    Basis, Component, Destination, Expr, PayDelay, Payee, PayeeKind, Policy, PolicySet, Require, RoundMode, Rounding, Share, Within,
};
use std::collections::BTreeMap;

pub(crate) const PARTNER: &str = "P00012";

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn period() -> Month {
    "2026-07".parse().unwrap()
}

fn component(name: &str, title: &str, destination: Destination) -> Component {
    Component {
        name: name.into(),
        title: title.into(),
        clause: None,
        basis: Basis::Each { table: qudao_kernel::facts::Table::BusinessEvent, kinds: vec![] },
        filter: Expr::Bool(true),
        requires: vec![Require {
            cond: Expr::Bool(true),
            code: "slip_missing".into(),
            text: "回单未在 30 日内交回".into(),
            until: Some(Within::Days(30)),
        }],
        amount: Expr::Money(100),
        floor: None,
        cap: None,
        rounding: Rounding { mode: RoundMode::HalfUp, unit: 1 },
        once: None,
        payees: vec![Share { payee: Payee::Partner, ppm: 1_000_000 }],
        remainder: qudao_kernel::Remainder::Largest,
        schedule: None,
        pay: PayDelay::Days(20),
        destination,
        reverse: None,
        text: (0, 0),
    }
}

pub(crate) fn policies() -> PolicySet {
    let list = [
        ("new_user", "新入网代办费", Destination::Payable),
        ("broadband", "宽带新装酬金(含调测与首年续费奖励)", Destination::Payable),
        ("ladder", "月度发展量台阶奖励", Destination::Payable),
        ("clerk", "店员推荐补贴", Destination::Payable),
        ("recharge", "空中充值返利", Destination::Topup),
        ("quality", "质量保证金", Destination::Holdback),
        ("points", "门店积分", Destination::Points),
    ];
    let components: Vec<Component> = list.iter().map(|(name, title, destination)| component(name, title, *destination)).collect();
    let policy = Policy {
        name: "agency_fee".into(),
        version: 3,
        title: "社会渠道代办费政策".into(),
        owner: "渠道部".into(),
        from: day("2026-01-01"),
        to: day("2027-01-01"),
        written_to: None,
        scope: Expr::Bool(true),
        params: vec![],
        predicates: vec![],
        measures: vec![],
        ladders: vec![],
        order: (0..components.len()).collect(),
        components,
        exclusives: vec![],
        caps: vec![],
        budgets: vec![],
        minimum_payment: 10_000,
        examples: vec![],
        source: String::new(),
        file: "agency_fee.policy".into(),
    };
    PolicySet { policies: vec![policy], fills: vec![] }
}

pub(crate) fn line(component: &str, basis: &str, amount: i64) -> Line {
    Line {
        period: period(),
        partner: PARTNER.into(),
        policy: "agency_fee".into(),
        version: 3,
        component: component.into(),
        kind: LineKind::Earn,
        basis: basis.into(),
        day: day("2026-07-15"),
        payee_kind: PayeeKind::Partner,
        payee: PARTNER.into(),
        part: 0,
        subscriber: String::new(),
        once: String::new(),
        own_partner: PARTNER.into(),
        outlet: String::new(),
        clerk: String::new(),
        origin: period(),
        counts_as: LineKind::Earn,
        accrued: amount,
        amount,
        destination: Destination::Payable,
        pay_on: day("2026-08-20"),
    }
}

/// Lines, obligations and reasons of the month; `count` activations.
pub(crate) fn outcome(count: i64) -> Outcome {
    let mut outcome = Outcome::default();
    for index in 0..count {
        let date = period().first_day().plus_days((index % 31) as i32);
        let event = format!("E2607{index:06}");
        let subscriber = format!("139{:08}", 10_203_040 + index * 7_919);
        let fee = [5_900, 12_900, 19_900, 2_580][index as usize % 4];
        let base = Line { day: date, subscriber: subscriber.clone(), ..line("new_user", &event, fee / 5) };
        outcome.lines.push(Line { accrued: fee / 2, ..base.clone() });
        outcome.obligations.push(Obligation {
            partner: PARTNER.into(),
            policy: "agency_fee".into(),
            version: 3,
            component: "new_user".into(),
            basis: event.clone(),
            day: date,
            payee_kind: PayeeKind::Partner,
            payee: PARTNER.into(),
            part: 0,
            instalment: 1,
            own_partner: PARTNER.into(),
            subscriber: subscriber.clone(),
            amount: fee / 2 - fee / 5,
            origin: period(),
            due: period().plus(1 + (index % 5) as i32),
            tries: 0,
            state: ObligationState::Scheduled,
        });
        if index % 3 == 0 {
            let clerk = format!("C{:03}", 101 + index % 7 % 3);
            outcome.lines.push(Line {
                payee_kind: PayeeKind::Clerk,
                payee: clerk,
                component: "clerk".into(),
                amount: 500,
                accrued: 500,
                ..base.clone()
            });
            outcome.lines.push(Line {
                component: "points".into(),
                amount: 1_000,
                accrued: 1_000,
                destination: Destination::Points,
                ..base.clone()
            });
        }
        if index % 4 == 1 {
            let outlet = format!("O00{}", 12 + index % 8 / 4);
            outcome.lines.push(Line {
                payee_kind: PayeeKind::Outlet,
                payee: outlet,
                component: "broadband".into(),
                amount: 12_000,
                accrued: 12_000,
                ..base.clone()
            });
            outcome.lines.push(Line {
                component: "quality".into(),
                amount: 1_250,
                accrued: 1_250,
                destination: Destination::Holdback,
                ..base.clone()
            });
        }
        if index % 9 == 4 {
            outcome.lines.push(Line { kind: LineKind::Release, part: 1 << 24, amount: 3_870, accrued: 3_870, ..base.clone() });
            outcome.lines.push(Line {
                kind: LineKind::Reverse,
                basis: format!("E2605{index:06}"),
                amount: -2_580,
                accrued: -2_580,
                ..base.clone()
            });
        }
        if index % 5 == 0 {
            outcome.reasons.push(reason(&event, date, "slip_missing", Some(date.plus_days(30)), 0));
        }
        if index % 11 == 0 {
            outcome.reasons.push(reason(&event, date, "gate_failed", None, 3_870));
        }
    }
    outcome.lines.push(line("ladder", PARTNER, 130_000));
    outcome.lines.push(Line { destination: Destination::Topup, ..line("recharge", PARTNER, 256_075) });
    outcome.lines.push(Line { destination: Destination::Holdback, ..line("quality", PARTNER, -20_000) });
    outcome.sort();
    outcome
}

fn reason(basis: &str, date: Date, code: &str, until: Option<Date>, forgone: i64) -> Reason {
    Reason {
        period: period(),
        partner: PARTNER.into(),
        policy: "agency_fee".into(),
        version: 3,
        component: "new_user".into(),
        basis: basis.into(),
        day: date,
        code: code.into(),
        until,
        forgone,
    }
}

pub(crate) fn master() -> Master {
    let mut master = Master::default();
    master.add_partner(Partner {
        code: PARTNER.into(),
        name: "长沙县星沙街道城东通信技术服务有限公司".into(),
        kind: "代理商".into(),
        tier: "银牌增值代理商".into(),
        level: 2,
        parent: String::new(),
        territory: "430121".into(),
        since: day("2020-01-01"),
        blacklisted: false,
        span: Span::ALWAYS,
    });
    for (code, name) in [("O0012", "星沙旗舰店"), ("O0013", "泉塘店")] {
        master.add_outlet(Outlet {
            code: code.into(),
            name: name.into(),
            owner: PARTNER.into(),
            territory: "430121".into(),
            channel: "社会渠道".into(),
            subtype: "专营店".into(),
            grade: "A".into(),
            district: String::new(),
            span: Span::ALWAYS,
        });
    }
    master.add_clerk(Clerk { code: "C101".into(), name: "工号 C101".into(), outlet: "O0012".into(), span: Span::ALWAYS });
    master
}

pub(crate) fn accounts() -> BTreeMap<String, Account> {
    let bill = |code: &str, text: &str, due: &str, amount: i64, consent: Consent| Receivable {
        code: code.into(),
        text: text.into(),
        due_on: day(due),
        amount: Fen(amount),
        consent,
    };
    let account = Account {
        natural_person: true,
        brought: Carried { taxable: Fen(3_520), net: Fen(0) },
        pool_opening: Fen(88_000),
        receivables: vec![
            bill("YS2605-0031", "5 月终端货款", "2026-06-30", 120_000, Consent::Clause("代理协议第 12 条".into())),
            bill("YS2606-0107", "6 月终端货款", "2026-07-31", 260_000, Consent::None),
        ],
        adjustments: vec![Adjustment {
            code: "TZ-0702".into(),
            text: "6 月漏计宽带 2 笔补发".into(),
            amount: Fen(24_000),
            kind: super::AdjustmentKind::default(),
        }],
        steps: vec![NextStep {
            component: "ladder".into(),
            title: "月度发展量".into(),
            money: false,
            actual: 28_000,
            threshold: 30_000,
            gain: Some(Fen(85_000)),
        }],
        ..Account::default()
    };
    BTreeMap::from([(PARTNER.to_owned(), account)])
}

/// Calls `with` with the terms of the month.
pub(crate) fn with_terms<R>(lang: Lang, with: impl FnOnce(Terms<'_>) -> R) -> R {
    let (set, master, accounts) = (policies(), master(), accounts());
    let catalog = Catalog::new(&set);
    with(Terms {
        period: period(),
        issued_on: day("2026-08-05"),
        revision: 1,
        rerun: None,
        minimum: Fen(10_000),
        clerks_direct: true,
        tax_ppm: 200_000,
        lang,
        catalog: &catalog,
        master: Some(&master),
        accounts: &accounts,
    })
}

/// Keeps every statement.
#[derive(Default)]
pub(crate) struct Keep(pub(crate) Vec<Statement>);

impl Sink for Keep {
    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        self.0.push(statement.clone());
        Ok(())
    }
}

/// Statements of an outcome.
pub(crate) fn statements(terms: Terms<'_>, outcome: &Outcome) -> Result<Vec<Statement>, Refusal> {
    let mut keep = Keep::default();
    let (lines, reasons, obligations) = (&mut Listed(&outcome.lines), &mut Listed(&outcome.reasons), &mut Listed(&outcome.obligations));
    run(terms, &PartnerRange::default(), lines, reasons, obligations, &mut keep)?;
    Ok(keep.0)
}
