//! A checked policy in plain sentences: what is paid, for what, to whom, when, and when it is taken back.
//!
//! Invariant: says what the model says, not what the text says; two texts with one meaning read the same.

mod component;
mod expr;

use crate::model::{Agg, Closed, Expr, Key, Ladder, LadderMode, Measure, Order, Pick, Policy, Source, Span as Months, Window};
use crate::vocab::{kind_word, table_word};
use expr::Words;
use qudao_kernel::facts::Table;
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Lang};

/// The policy in plain language.
pub fn explain(policy: &Policy, lang: Lang) -> String {
    let mut out = Page { policy, lang, words: Words { policy, lang }, text: String::new() };
    out.head();
    out.declarations();
    component::all(&mut out);
    out.limits();
    out.text
}

/// What one component pays, sentence by sentence.
pub fn component(policy: &Policy, component: &crate::model::Component, lang: Lang) -> Vec<String> {
    component::sentences(&Page { policy, lang, words: Words { policy, lang }, text: String::new() }, component)
}

/// A ladder step by step.
pub fn ladder(policy: &Policy, ladder: &Ladder, lang: Lang) -> Vec<String> {
    let mut page = Page { policy, lang, words: Words { policy, lang }, text: String::new() };
    page.ladder(ladder);
    page.text.lines().skip(1).map(|line| line.trim().to_owned()).collect()
}

struct Page<'a> {
    policy: &'a Policy,
    lang: Lang,
    words: Words<'a>,
    text: String,
}

impl Page<'_> {
    /// One of two sentences.
    fn say(&self, zh: impl Into<String>, en: impl Into<String>) -> String {
        pick(self.lang, zh, en)
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, zh: &str, en: &str) {
        self.text.push('\n');
        let text = pick(self.lang, zh, en);
        self.line(&text);
    }

    fn head(&mut self) {
        let p = self.policy;
        let title = if p.title.is_empty() { &p.name } else { &p.title };
        let head = self.say(format!("{title}({},版本 {})", p.name, p.version), format!("{title} ({}, version {})", p.name, p.version));
        self.line(&head);
        if !p.owner.is_empty() {
            let owner = self.say(format!("归口:{}。", p.owner), format!("Owner: {}.", p.owner));
            self.line(&owner);
        }
        let last = p.to.plus_days(-1);
        let open = Date::new(2199, 12, 31).is_some_and(|end| last >= end);
        let days = match (open, self.lang) {
            (true, Lang::Zh) => format!("自 {} 起有效。", p.from),
            (true, Lang::En) => format!("In force from {}.", p.from),
            (false, Lang::Zh) => format!("有效期 {} 至 {last}(含当日)。", p.from),
            (false, Lang::En) => format!("In force from {} to {last}, both included.", p.from),
        };
        self.line(&days);
        if p.scope != Expr::Bool(true) {
            let scope = self.words.expr(&p.scope);
            let scope = self.say(format!("适用范围:{scope}。"), format!("Scope: {scope}."));
            self.line(&scope);
        }
        if p.minimum_payment > 0 {
            let least = self.words.money(p.minimum_payment);
            let least = self.say(format!("应付不足 {least} 的,结转下月。"), format!("Less than {least} waits for the next month."));
            self.line(&least);
        }
    }

    fn declarations(&mut self) {
        let p = self.policy;
        if !p.params.is_empty() {
            self.heading("参数", "Parameters");
        }
        for param in &p.params {
            let value = self.words.expr(&param.value);
            let local = param.local.as_ref().map_or(String::new(), |(low, high)| {
                let (low, high) = (self.words.expr(low), self.words.expr(high));
                self.say(format!(",各地可在 {low} 至 {high} 之间调整"), format!("; territories may set {low} to {high}"))
            });
            let name = named(&param.name, &param.title, self.lang);
            let line = self.say(format!("- {name}:{value}{local}。"), format!("- {name}: {value}{local}."));
            self.line(&line);
        }
        if !p.predicates.is_empty() {
            self.heading("口径", "Predicates");
        }
        for predicate in &p.predicates {
            let (name, what) = (named(&predicate.name, &predicate.title, self.lang), self.words.expr(&predicate.expr));
            let line = self.say(format!("- {name}:指 {what}。"), format!("- {name}: {what}."));
            self.line(&line);
        }
        if !p.measures.is_empty() {
            self.heading("指标", "Measures");
        }
        for measure in &p.measures {
            let (name, what) = (named(&measure.name, &measure.title, self.lang), self.measure(measure));
            let line = self.say(format!("- {name}:{what}。"), format!("- {name}: {what}."));
            self.line(&line);
        }
        if !p.ladders.is_empty() {
            self.heading("阶梯与曲线", "Ladders and curves");
        }
        for ladder in &p.ladders {
            self.ladder(ladder);
        }
    }

    fn measure(&self, measure: &Measure) -> String {
        let (key, window) = (self.key(measure.key), self.window(measure.window));
        let what = match &measure.source {
            Source::Lines { of } => {
                let of = self.components(of);
                self.say(format!("{of} 的酬金合计"), format!("total of what {of} paid"))
            }
            Source::Facts { table, kinds, filter, agg } => {
                let facts = self.facts(*table, kinds);
                let only = if *filter == Expr::Bool(true) {
                    String::new()
                } else {
                    let filter = self.words.expr(filter);
                    self.say(format!("(只计 {filter} 的)"), format!(" (only where {filter})"))
                };
                match agg {
                    Agg::Count => self.say(format!("{facts}{only}的笔数"), format!("number of {facts}{only}")),
                    Agg::Sum(sum) => {
                        let sum = self.words.expr(sum);
                        self.say(format!("{facts}{only}的 {sum} 之和"), format!("sum of {sum} over {facts}{only}"))
                    }
                    Agg::Distinct(col) => self.say(
                        format!("{facts}{only}中不同{}的个数", col.label()),
                        format!("number of different {} among {facts}{only}", col.name()),
                    ),
                    Agg::ActiveMonths => self.say(format!("有{facts}{only}的月数"), format!("number of months with {facts}{only}")),
                    Agg::IdleMonths => self.say(format!("没有{facts}{only}的月数"), format!("number of months without {facts}{only}")),
                }
            }
        };
        let rolled = measure.rollup.as_ref().map_or(String::new(), |rollup| {
            let (tiers, share) = (rollup.tiers.join("、"), self.words.rate(&rollup.share));
            self.say(
                format!(",下级{tiers}的量按 {share} 同时计入上级"),
                format!("; what partners of tier {tiers} do also counts by {share} for their parent"),
            )
        });
        self.say(format!("每{key}{window}{what}{rolled}"), format!("per {key} {window}: {what}{rolled}"))
    }

    fn window(&self, window: Window) -> String {
        match window {
            Window::ToDate(Months::Month) => self.say("当月", "in the month"),
            Window::ToDate(Months::Quarter) => self.say("本季至当月", "in the quarter to date"),
            Window::ToDate(Months::HalfYear) => self.say("本半年至当月", "in the half-year to date"),
            Window::ToDate(Months::Year) => self.say("本年至当月", "in the year to date"),
            Window::Months { from, to } if from == to => self.say(format!("前第 {from} 个月"), format!("in the month {from} months back")),
            Window::Months { from, to: 0 } => self.say(format!("最近 {} 个月", from + 1), format!("in the last {} months", from + 1)),
            Window::Months { from, to } => self.say(format!("前第 {from} 至第 {to} 个月"), format!("from {from} to {to} months back")),
        }
    }

    fn key(&self, key: Key) -> String {
        match key {
            Key::Partner => self.say("代理商", "partner"),
            Key::Outlet => self.say("网点", "outlet"),
            Key::Clerk => self.say("店员", "clerk"),
            Key::Customer => self.say("客户", "customer"),
            Key::Subscriber => self.say("用户", "subscriber"),
            Key::Company => self.say("(全公司)", "company"),
            Key::Region(level) => self.level(level),
        }
    }

    fn level(&self, level: Level) -> String {
        match level {
            Level::Province => self.say("省", "province"),
            Level::City => self.say("市", "city"),
            Level::County => self.say("县", "county"),
            Level::Township => self.say("乡镇", "township"),
            Level::Village => self.say("村", "village"),
        }
    }

    fn span(&self, span: Months) -> String {
        match span {
            Months::Month => self.say("月", "month"),
            Months::Quarter => self.say("季", "quarter"),
            Months::HalfYear => self.say("半年", "half-year"),
            Months::Year => self.say("年", "year"),
        }
    }

    fn facts(&self, table: Table, kinds: &[String]) -> String {
        if kinds.is_empty() {
            return self.say(table_word(table, Lang::Zh), table_word(table, Lang::En));
        }
        let kinds: Vec<String> = kinds.iter().map(|kind| kind_word(table, kind, self.lang)).collect();
        kinds.join(&self.say("、", " or "))
    }

    fn components(&self, of: &[usize]) -> String {
        of.iter().map(|index| self.policy.components[*index].name.as_str()).collect::<Vec<_>>().join(&self.say("、", ", "))
    }

    fn ladder(&mut self, ladder: &Ladder) {
        let mode = match ladder.mode {
            LadderMode::Whole => self.say("全量,达到的档位适用于全部数量", "whole: the step reached applies to everything"),
            LadderMode::Marginal => self.say("累进,每档只适用于本档内的数量", "marginal: each step applies to its own part"),
            LadderMode::Curve => self.say("曲线,各点之间按直线内插", "curve, straight between its points"),
        };
        let name = named(&ladder.name, &ladder.title, self.lang);
        let line = self.say(format!("- {name}({mode}):"), format!("- {name} ({mode}):"));
        self.line(&line);
        // Where one figure is a rate, all of its column are.
        let below_one = |expr: &Expr| matches!(expr, Expr::Number { mantissa, scale } if *scale > 0 && mantissa.unsigned_abs() < 10u64.pow(u32::from(*scale)));
        let rates = (
            ladder.steps.iter().any(|step| below_one(&step.from)),
            ladder.steps.iter().any(|step| step.each.iter().chain(&step.flat).any(below_one)),
        );
        let bound = |expr: &Expr| if rates.0 { self.words.rate(expr) } else { self.words.expr(expr) };
        let pay = |expr: &Expr| if rates.1 { self.words.rate(expr) } else { self.words.expr(expr) };
        let mut lines = Vec::new();
        for (index, step) in ladder.steps.iter().enumerate() {
            let from = bound(&step.from);
            let end = ladder.steps.get(index + 1).map(|next| bound(&next.from));
            let bounds = match (ladder.mode, ladder.closed, end) {
                (LadderMode::Curve, _, _) => self.say(format!("到 {from} 时"), format!("at {from}")),
                (_, Closed::Below, Some(end)) => self.say(format!("满 {from} 不满 {end}"), format!("{from} and more, below {end}")),
                (_, Closed::Below, None) => self.say(format!("满 {from}"), format!("{from} and more")),
                (_, Closed::Above, Some(end)) => self.say(format!("超过 {from} 至 {end}"), format!("above {from}, up to {end}")),
                (_, Closed::Above, None) => self.say(format!("超过 {from}"), format!("above {from}")),
            };
            let each = step.each.as_ref().map(|each| {
                let each = pay(each);
                self.say(format!("每单位 {each}"), format!("{each} each"))
            });
            let flat = step.flat.as_ref().map(|flat| {
                let flat = pay(flat);
                if ladder.mode == LadderMode::Curve { flat } else { self.say(format!("固定 {flat}"), format!("flat {flat}")) }
            });
            let pays = [each, flat].into_iter().flatten().collect::<Vec<_>>().join(&self.say("加", " plus "));
            let pays = if pays.is_empty() { self.say("不付", "nothing") } else { pays };
            let line = self.say(format!("    {bounds}:{pays}"), format!("    {bounds}: {pays}"));
            lines.push(line);
        }
        for line in lines {
            self.line(&line);
        }
    }

    fn limits(&mut self) {
        let p = self.policy;
        if p.exclusives.len() + p.caps.len() + p.budgets.len() > 0 {
            self.heading("限制", "Limits");
        }
        for group in &p.exclusives {
            let of = self.components(&group.components);
            let pick = match group.pick {
                Pick::Best => self.say("只付金额最高的一项", "only the largest pays"),
                Pick::First => self.say("只付按此次序第一个付得出的", "only the first that pays anything"),
                Pick::MostSpecific => self.say("只付条件最具体的一项", "only the one with the most specific filter pays"),
            };
            let line = self.say(
                format!("- {}:{of} 对同一笔业务互斥,{pick}。", group.name),
                format!("- {}: of {of}, for one fact {pick}.", group.name),
            );
            self.line(&line);
        }
        for cap in &p.caps {
            let (of, amount, key, span, order) = (
                self.components(&cap.components),
                self.words.expr(&cap.amount),
                self.key(cap.key),
                self.span(cap.span),
                self.order(cap.order),
            );
            let line = self.say(
                format!("- {}:{of} 每{key}每{span}合计不超过 {amount},{order}。", cap.name),
                format!("- {}: {of} together pay at most {amount} per {key} and {span}, {order}.", cap.name),
            );
            self.line(&line);
        }
        for budget in &p.budgets {
            let (of, amount, order) = (self.components(&budget.components), self.words.expr(&budget.amount), self.order(budget.order));
            let span = budget.span.map_or_else(
                || self.say("在整个有效期内", "over the policy's life"),
                |span| {
                    let span = self.span(span);
                    self.say(format!("每{span}"), format!("per {span}"))
                },
            );
            let last = if budget.partial {
                self.say("最后一笔可以只付剩余部分", "the last one may get what is left")
            } else {
                self.say("不够付全额的一笔不付", "one that does not fit in full gets nothing")
            };
            let line = self.say(
                format!("- {}:{of} 全公司{span}预算 {amount},{order},用完为止,{last}。", budget.name),
                format!(
                    "- {}: {of} have a budget of {amount} {span} for the whole company, granted {order} until used up; {last}.",
                    budget.name
                ),
            );
            self.line(&line);
        }
    }

    fn order(&self, order: Order) -> String {
        match order {
            Order::ByDay => self.say("按日期先后", "by day"),
            Order::HighestFirst => self.say("金额高的优先", "the largest first"),
            Order::LowestFirst => self.say("金额低的优先", "the smallest first"),
        }
    }
}

/// One of two texts.
fn pick(lang: Lang, zh: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::Zh => zh.into(),
        Lang::En => en.into(),
    }
}

/// A name with its title.
fn named(name: &str, title: &str, lang: Lang) -> String {
    match (title.is_empty(), lang) {
        (true, _) => name.to_owned(),
        (false, Lang::Zh) => format!("{name}({title})"),
        (false, Lang::En) => format!("{name} ({title})"),
    }
}
