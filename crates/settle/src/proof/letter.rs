//! A proof as a letter: plain text in Chinese or English, columns aligned whatever the width of the characters.

use super::data::{Checks, Datum, Decision, Judged, Part, Proof, Read, Refused, Subject, Term};
use super::words::{self, fen, pick};
use crate::interp::number::Exact;
use crate::interp::trace::Place;
use num_traits::Zero;
use qudao_kernel::{Lang, Text};
use qudao_policy::field_words;
use qudao_policy::keywords::Kw;
use qudao_policy::lines::{LineKind, ObligationState};
use qudao_policy::model::{Destination, Field, OnFail, PayeeKind};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Width of the labels.
const LABEL: usize = 14;

/// The proof as text.
pub fn letter(proof: &Proof, lang: Lang) -> String {
    let mut page = Page { lang, out: String::new(), label: String::new() };
    page.title(&format!("{} {}", pick(lang, "计酬说明", "Proof of pay"), proof.period));
    head(&mut page, proof);
    item(&mut page, proof);
    judged(&mut page, proof);
    limits(&mut page, proof);
    parts(&mut page, proof);
    later(&mut page, proof);
    reasons(&mut page, proof);
    others(&mut page, proof);
    text_of_policy(&mut page, proof);
    page.section(pick(lang, "校验", "Check"));
    page.row("SHA-256", &proof.digest);
    page.out
}

struct Page {
    lang: Lang,
    out: String,
    label: String,
}

impl Page {
    fn title(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
        self.out.push_str(&"=".repeat(text.width()));
        self.out.push('\n');
    }

    fn section(&mut self, text: &str) {
        self.out.push('\n');
        self.out.push_str(text);
        self.out.push('\n');
        self.label.clear();
    }

    /// A labelled row; the same label is printed once.
    fn row(&mut self, label: &str, text: &str) {
        let shown = if self.label == label { "" } else { label };
        let gap = " ".repeat(LABEL.saturating_sub(shown.width()).max(1));
        let _ = writeln!(self.out, "  {shown}{gap}{text}");
        self.label = label.to_string();
    }

    fn say(&mut self, label: &'static str, label_en: &'static str, text: &str) {
        self.row(pick(self.lang, label, label_en), text);
    }
}

fn head(page: &mut Page, proof: &Proof) {
    let lang = page.lang;
    page.section(pick(lang, "结果", "Result"));
    if let Some(line) = &proof.line {
        page.say("金额", "amount", &fen(line.amount));
        let mut what = format!("{} → {} {}", kind(line.kind, lang), payee_kind(line.payee_kind, lang), line.payee);
        if line.payee_kind != PayeeKind::Partner && !line.partner.is_empty() {
            what = format!("{what} ({} {})", pick(lang, "代理商", "partner"), line.partner);
        }
        page.say("给付", "paid to", &what);
        if line.accrued != line.amount {
            page.say("本笔应得", "accrued in all", &fen(line.accrued));
        }
        page.say("去向", "goes into", &format!("{}, {}", destination(line.destination, lang), line.pay_on));
    } else if let Subject::Zero { component, basis, .. } = &proof.subject {
        page.say("金额", "amount", &format!("{} ({component} {basis})", fen(0)));
    }
    if let Some(policy) = &proof.policy {
        let version = pick(lang, "版本", "version");
        let until = policy.last_day.map_or(String::new(), |day| day.to_string());
        page.say(
            "政策",
            "policy",
            format!("{} {version} {} “{}” {} – {until}", policy.name, policy.version, policy.title, policy.from).trim_end(),
        );
        let clause = policy.clause.as_ref().map_or(String::new(), |clause| format!(", {} {clause}", pick(lang, "条款", "clause")));
        let component = match &proof.subject {
            Subject::Line(id) => &id.component,
            Subject::Zero { component, .. } => component,
        };
        page.say("规则", "component", &format!("{component} “{}”{clause}", policy.component_title));
    }
}

fn item(page: &mut Page, proof: &Proof) {
    let lang = page.lang;
    page.section(pick(lang, "对象与归属", "Item and who it belongs to"));
    if let Some(fact) = &proof.fact {
        let table = pick(lang, fact.table.label(), fact.table.name());
        page.say("业务", "fact", &format!("{table} {} {}", fact.id, fact.day));
        let shown: Vec<String> =
            fact.cells.iter().map(|(col, datum)| format!("{} {}", field_words(Field::Fact(*col), lang), shown(datum, lang))).collect();
        for cells in shown.chunks(4) {
            page.say("数据", "cells", &cells.join("; "));
        }
    } else if let Some(line) = &proof.line {
        page.say("对象", "item", &format!("{} {}", line.basis, line.day));
    }
    if let Some(base) = &proof.base {
        page.say("所依据的行", "base line", &format!("{} {} {} → {}", base.component, base.basis, fen(base.accrued), base.payee));
    }
    if let Some((code, name, owner)) = &proof.attribution.outlet {
        page.say("网点", "outlet", &format!("{code} {name} ({} {owner})", pick(lang, "归属", "owned by")));
    }
    for (level, partner) in proof.attribution.chain.iter().enumerate() {
        let agreement = match &partner.agreement {
            Some(code) => format!("{} {code}", pick(lang, "协议", "agreement")),
            None => pick(lang, "当日无有效协议", "no agreement in force").to_string(),
        };
        let mark = if level == 0 { String::new() } else { format!("{}{level} ", pick(lang, "上级", "above ")) };
        page.say(
            "代理商",
            "partner",
            &format!("{mark}{} {} {} {} {agreement}", partner.code, partner.name, partner.tier, partner.territory),
        );
    }
    match &proof.checked {
        Checks::Passed => page.say(
            "标准检查",
            "checks",
            pick(lang, "通过(不在黑名单、协议有效、未冻结)", "passed (not blacklisted, agreement in force, no hold)"),
        ),
        Checks::Failed(code) => page.say("标准检查", "checks", words::reason(None, code).get(lang)),
        Checks::NotMade => {}
    }
}

fn judged(page: &mut Page, proof: &Proof) {
    if proof.judged.is_empty() && proof.rounded.is_empty() {
        return;
    }
    page.section(pick(page.lang, "计算", "Working"));
    for one in &proof.judged {
        place(page, one);
    }
    for rung in &proof.rungs {
        let lang = page.lang;
        let of = |datum: Option<&Datum>| datum.map_or(String::new(), |datum| shown(datum, lang));
        let reached = match &rung.from {
            Some(from) => format!(
                "{} {}, {} {}",
                pick(lang, "已到档", "step from"),
                shown(from, lang),
                pick(lang, "给付", "gives"),
                shown(&rung.pays, lang)
            ),
            None => pick(lang, "未到第一档", "below the first step").to_string(),
        };
        page.say("阶梯", "ladder", &format!("{}: {} — {reached}", rung.name.get(lang), shown(&rung.argument, lang)));
        if rung.next.is_some() {
            let (next, distance, pays) = (of(rung.next.as_ref()), of(rung.distance.as_ref()), of(rung.next_pays.as_ref()));
            let text = match (lang, rung.next_each.as_ref()) {
                (Lang::Zh, None) => format!("距下一档 {next} 还差 {distance},届时给付 {pays}"),
                (Lang::En, None) => format!("{distance} short of the next step at {next}, which gives {pays}"),
                (Lang::Zh, Some(each)) => {
                    format!("距下一档 {next} 还差 {distance},届时给付 {pays},超出部分每单位 {}", shown(each, lang))
                }
                (Lang::En, Some(each)) => {
                    format!("{distance} short of the next step at {next}, which gives {pays}, and {} for each beyond", shown(each, lang))
                }
            };
            page.say("阶梯", "ladder", &text);
        }
    }
    for rounded in &proof.rounded {
        rounding(page, rounded);
    }
}

fn place(page: &mut Page, one: &Judged) {
    let lang = page.lang;
    let label = label_of(one.place, lang);
    let read = |read: &Read| {
        let made_of = read.counted.as_ref().map_or(String::new(), |counted| match lang {
            Lang::Zh => format!(
                "(由 {} 条构成:{}{})",
                counted.count,
                counted.ids.join(", "),
                if counted.ids.len() < counted.count { " …" } else { "" }
            ),
            Lang::En => format!(
                " (made of {}: {}{})",
                counted.count,
                counted.ids.join(", "),
                if counted.ids.len() < counted.count { " …" } else { "" }
            ),
        });
        format!("{} = {}{made_of}", read.name.get(lang), shown(&read.value, lang))
    };
    for one in &one.reads {
        page.row(&label, &read(one));
    }
    for step in &one.steps {
        page.row(&label, step.text.get(lang));
    }
    if one.reads.is_empty() && one.steps.is_empty() {
        page.row(&label, &shown(&one.result, lang));
    }
}

fn label_of(place: Place, lang: Lang) -> String {
    match place {
        Place::Require(index) => format!("{} {}", pick(lang, "要求", "requirement"), index + 1),
        other => words::place(other, None).get(lang).to_string(),
    }
}

fn rounding(page: &mut Page, rounded: &super::data::Rounded) {
    let lang = page.lang;
    let (Some(exact), Some(bounded), Some(remainder)) =
        (super::data::exact(&rounded.exact), super::data::exact(&rounded.bounded), super::data::exact(&rounded.remainder))
    else {
        return;
    };
    if exact != bounded {
        page.say("保底封顶", "floor, cap", &format!("{} → {}", words::yuan(&exact), words::yuan(&bounded)));
    }
    let rest = if remainder.is_zero() { pick(lang, "无舍入", "nothing rounded").to_string() } else { signed(&remainder) };
    page.say("舍入", "rounding", &format!("{} → {} ({rest})", words::yuan(&bounded), fen(rounded.fen)));
}

fn signed(value: &Exact) -> String {
    format!("{}{}", if *value > Exact::zero() { "+" } else { "" }, words::yuan(value))
}

fn limits(page: &mut Page, proof: &Proof) {
    if proof.decisions.is_empty() {
        return;
    }
    let lang = page.lang;
    page.section(pick(lang, "限制", "Limits"));
    for decision in &proof.decisions {
        let text = decided(decision);
        page.row("", text.get(lang));
    }
}

fn decided(decision: &Decision) -> Text {
    match decision {
        Decision::Once { value, taken: false } => Text::new(format!("“{value}”首次支付"), format!("“{value}” is paid for the first time")),
        Decision::Once { value, taken: true } => Text::new(format!("“{value}”已支付过"), format!("“{value}” was paid for already")),
        Decision::Exclusive { group, offers, winner } => {
            let offers: Vec<String> = offers.iter().map(|(name, amount)| format!("{name} {}", fen(*amount))).collect();
            Text::new(
                format!("互斥组 {group}:{};由 {winner} 支付", offers.join(", ")),
                format!("exclusive group {group}: {}; {winner} pays", offers.join(", ")),
            )
        }
        Decision::Cap { name, limit, used, claimed, admitted } | Decision::Budget { name, limit, used, claimed, admitted } => {
            let (zh, en) = if matches!(decision, Decision::Cap { .. }) { ("封顶", "cap") } else { ("预算", "budget") };
            let [limit, used, claimed, admitted] = [limit, used, claimed, admitted].map(|amount| fen(*amount));
            Text::new(
                format!("{zh} {name}:上限 {limit},此前已用 {used},本笔 {claimed},准予 {admitted}"),
                format!("{en} {name}: limit {limit}, used before {used}, claimed {claimed}, admitted {admitted}"),
            )
        }
        Decision::Pool { whole, weight, weights, part } => {
            let (whole, part) = (fen(*whole), fen(*part));
            Text::new(format!("奖金池 {whole} × {weight} ÷ {weights} → {part}"), format!("pool {whole} × {weight} ÷ {weights} → {part}"))
        }
        Decision::Before { month, fen: amount } => {
            Text::new(format!("减去按 {month} 累计的 {}", fen(*amount)), format!("less what it came to in {month}: {}", fen(*amount)))
        }
        Decision::Suspects { facts, suspects, spared } => Text::new(
            format!("计酬业务 {facts} 笔,嫌疑 {suspects} 笔,免追 {spared} 笔"),
            format!("{facts} paid facts, {suspects} suspects, {spared} spared"),
        ),
        Decision::Clawed { component, fen: amount } => {
            Text::new(format!("追回 {component} 的 {}", fen(*amount)), format!("takes back {} of {component}", fen(*amount)))
        }
    }
}

fn parts(page: &mut Page, proof: &Proof) {
    let lang = page.lang;
    if !proof.parts.is_empty() {
        page.section(pick(lang, "拆分", "Split"));
        let width = proof.parts.iter().map(|part| fen(part.fen).width()).max().unwrap_or(0);
        for part in &proof.parts {
            let Part { kind, payee, refused, .. } = part;
            let refused = refused.as_ref().map_or(String::new(), |code| format!(" — {}", words::reason(None, code).get(lang)));
            page.say("各方", "parts", &format!("{:>width$}  {} {payee}{refused}", fen(part.fen), payee_kind(*kind, lang)));
        }
    }
    if !proof.terms.is_empty() {
        page.section(pick(lang, "分期", "Instalments"));
        let width = proof.terms.iter().map(|term| fen(term.fen).width()).max().unwrap_or(0);
        for term in &proof.terms {
            instalment(page, term, width);
        }
    }
}

fn instalment(page: &mut Page, term: &Term, width: usize) {
    let lang = page.lang;
    let state = term.state.map_or(pick(lang, "当月", "now"), |state| obligation(state, lang));
    let fails = match (term.on_fail, lang) {
        _ if term.gate.is_none() => String::new(),
        (OnFail::Forfeit, Lang::Zh) => ",不满足则作废".into(),
        (OnFail::Forfeit, Lang::En) => ", lost if it fails".into(),
        (OnFail::Defer { months, tries }, Lang::Zh) => format!(",不满足则顺延 {months} 个月,至多 {tries} 次"),
        (OnFail::Defer { months, tries }, Lang::En) => format!(", if it fails tried again {months} months later, {tries} times at most"),
    };
    let gate = term.gate.as_ref().map_or(String::new(), |gate| format!("{} {}", pick(lang, "条件", "if"), gate.get(lang)));
    page.row(&format!("{}", term.due), format!("{:>width$}  {state} {gate}{fails}", fen(term.fen)).trim_end());
}

fn later(page: &mut Page, proof: &Proof) {
    let lang = page.lang;
    for release in &proof.releases {
        page.section(pick(lang, "到期分期", "Instalment due"));
        let number = release.index + 1;
        page.row(
            &format!("{number}"),
            &format!("{} {} ({}, {})", fen(release.fen), obligation(release.state, lang), release.due, release.tries),
        );
    }
    if let Some(reversal) = &proof.reversal {
        page.section(pick(lang, "冲回", "Taken back"));
        for (what, month, amount) in &reversal.lines {
            page.say("已付", "paid to date", &format!("{month} {} {}", kind(*what, lang), fen(*amount)));
        }
        let fraction = super::data::exact(&reversal.fraction).map_or(String::new(), |fraction| words::number(&fraction));
        let cause = if reversal.event.is_empty() { pick(lang, "条件成立", "the condition holds") } else { &reversal.event };
        page.say("起因", "because of", &format!("{cause} {}", reversal.day));
        page.say("算式", "working", &format!("{} × {fraction} → {}", fen(reversal.paid), fen(reversal.back)));
    }
}

fn refused(page: &mut Page, label: &str, reason: &Refused) {
    let lang = page.lang;
    let forgone =
        if reason.forgone == 0 { String::new() } else { format!(", {} {}", pick(lang, "少付", "not paid"), fen(reason.forgone)) };
    page.row(label, &format!("{} ({}){forgone}", reason.text.get(lang), reason.code));
    page.row(label, &format!("{}{}", pick(lang, "→ ", "→ "), reason.hint.get(lang)));
}

fn reasons(page: &mut Page, proof: &Proof) {
    if proof.reasons.is_empty() {
        return;
    }
    page.section(pick(page.lang, "未付原因", "Why nothing, or less"));
    for reason in &proof.reasons {
        refused(page, "", reason);
    }
}

fn others(page: &mut Page, proof: &Proof) {
    if proof.others.is_empty() {
        return;
    }
    page.section(pick(page.lang, "同一对象的其他规则", "Other components and the same item"));
    for other in &proof.others {
        let label = other.component.clone();
        if other.amount != 0 || other.reasons.is_empty() {
            page.row(&label, &format!("{} “{}”", fen(other.amount), other.title));
        }
        for reason in &other.reasons {
            page.row(&label, &format!("{} ({})", reason.text.get(page.lang), reason.code));
        }
    }
}

fn text_of_policy(page: &mut Page, proof: &Proof) {
    let Some(policy) = &proof.policy else { return };
    let (from, to) = policy.component;
    let Some(text) = policy.source.get(from..to).filter(|text| !text.is_empty()) else { return };
    page.section(pick(page.lang, "政策原文(本规则)", "The policy's words (this component)"));
    for line in text.lines() {
        let _ = writeln!(page.out, "  | {}", line.trim_end());
    }
}

fn shown(datum: &Datum, lang: Lang) -> String {
    datum.value().map_or(String::new(), |value| words::value(&value, lang))
}

fn kind(kind: LineKind, lang: Lang) -> &'static str {
    match kind {
        LineKind::Earn => pick(lang, "应得", "earned"),
        LineKind::Release => pick(lang, "分期到期", "instalment"),
        LineKind::Reverse => pick(lang, "冲回", "taken back"),
        LineKind::Adjust => pick(lang, "重算差额", "re-run difference"),
    }
}

fn payee_kind(kind: PayeeKind, lang: Lang) -> &'static str {
    let kw = match kind {
        PayeeKind::Partner => Kw::Partner,
        PayeeKind::Outlet => Kw::Outlet,
        PayeeKind::Clerk => Kw::Clerk,
        PayeeKind::Customer => Kw::Customer,
        PayeeKind::Subscriber => Kw::Subscriber,
    };
    kw.word(lang)
}

fn destination(destination: Destination, lang: Lang) -> &'static str {
    let kw = match destination {
        Destination::Payable => Kw::Payable,
        Destination::Holdback => Kw::Holdback,
        Destination::Netted => Kw::Netted,
        Destination::Points => Kw::Points,
        Destination::Topup => Kw::Topup,
        Destination::Credit => Kw::Credit,
        Destination::Advance => Kw::Advance,
    };
    kw.word(lang)
}

fn obligation(state: ObligationState, lang: Lang) -> &'static str {
    match state {
        ObligationState::Scheduled => pick(lang, "待付", "scheduled"),
        ObligationState::Released => pick(lang, "已释放", "released"),
        ObligationState::Forfeited => pick(lang, "已作废", "forfeited"),
        ObligationState::Reversed => pick(lang, "已冲回", "reversed"),
    }
}
