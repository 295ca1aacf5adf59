//! Components in sentences.

use super::{Page, named};
use crate::model::{
    Basis, Component, Destination, Expr, Field, GroupPay, OnFail, Op, PayDelay, Payee, Reverse, RoundMode, Rounding, Schedule, Share,
    Span as Months, Trigger, Within,
};
use crate::vocab::kind_word;
use qudao_kernel::Remainder;
use qudao_kernel::facts::{Col, Table};

pub(super) fn all(page: &mut Page<'_>) {
    page.heading("酬金项", "Components");
    let policy = page.policy;
    for (position, component) in policy.components.iter().enumerate() {
        let name = named(&component.name, &component.title, page.lang);
        page.line(&format!("{}. {name}", position + 1));
        for sentence in sentences(page, component) {
            page.line(&format!("   {sentence}"));
        }
    }
}

pub(super) fn sentences(page: &Page<'_>, c: &Component) -> Vec<String> {
    let mut out = vec![what(page, c)];
    if matches!(c.basis, Basis::Clawback { .. }) {
        out.extend(clause(page, c));
        return out;
    }
    for require in &c.requires {
        let cond = page.words.expr(&require.cond);
        let text = if require.text.is_empty() { require.code.clone() } else { format!("{} {}", require.code, require.text) };
        let until = require.until.map_or(String::new(), |until| {
            let until = length(page, until);
            page.say(format!(",{until}内满足仍可付"), format!("; it can still be met within {until}"))
        });
        out.push(page.say(
            format!("要求 {cond},否则不付(原因:{text}){until}。"),
            format!("Requires {cond}; otherwise nothing is paid (reason: {text}){until}."),
        ));
    }
    out.push(bounds(page, c));
    if let Some(col) = c.once {
        out.push(page.say(format!("同一{}只付一次。", col.label()), format!("Paid once for each {}.", col.name())));
    }
    out.push(payees(page, &c.payees, c.remainder));
    out.extend(c.schedule.as_ref().map(|schedule| instalments(page, schedule)));
    out.push(payment(page, c));
    out.extend(c.reverse.as_ref().map(|reverse| reversal(page, reverse)));
    out.extend(clause(page, c));
    out
}

fn clause(page: &Page<'_>, c: &Component) -> Option<String> {
    let clause = c.clause.as_ref()?;
    Some(page.say(format!("依据条款:{clause}。"), format!("Rests on: {clause}.")))
}

fn what(page: &Page<'_>, c: &Component) -> String {
    let amount = page.words.expr(&c.amount);
    let filter = if c.filter == Expr::Bool(true) { None } else { Some(page.words.expr(&c.filter)) };
    let only =
        |zh: &str| filter.as_ref().map_or(String::new(), |filter| page.say(format!("{zh}符合 {filter} 的,"), format!(" where {filter}")));
    match &c.basis {
        Basis::Each { table, kinds } => {
            let facts = page.facts(*table, kinds);
            page.say(format!("对每笔{facts},{}付 {amount}。", only("")), format!("For each {facts}{}: pays {amount}.", only("")))
        }
        Basis::Lines { of } => {
            let of = page.components(of);
            page.say(format!("对 {of} 的每笔酬金,{}付 {amount}。", only("")), format!("For each line of {of}{}: pays {amount}.", only("")))
        }
        Basis::Group { key, span, pay } => {
            let (key, c_span, span) = (page.key(*key), *span, page.span(*span));
            let when = match (pay, c_span) {
                (GroupPay::AtEnd, Months::Month) => String::new(),
                (GroupPay::AtEnd, _) => page.say("(期末一次付)", " (paid at its end)"),
                (GroupPay::Cumulative, _) => page.say("(每月付到目前为止的差额)", " (every month the difference to date)"),
            };
            page.say(
                format!("每{key}每{span}{when},{}付 {amount}。", only("")),
                format!("Per {key} and {span}{when}{}: pays {amount}.", only("")),
            )
        }
        Basis::Rank { key, span, by, within, top } => {
            let (key, span, by) = (page.key(*key), page.span(*span), page.words.expr(by));
            let within = within.map_or(String::new(), |level| {
                let level = page.level(level);
                page.say(format!("在各{level}内"), format!(" within each {level}"))
            });
            page.say(
                format!("每{span}{within}按 {by} 给{key}排名,前 {top} 名{},付 {amount}。", only(",").trim_end_matches(',')),
                format!("Every {span} the {top} best {key}s by {by}{within}{}: pays {amount}.", only("")),
            )
        }
        Basis::Pool { key, span, weight } => {
            let (key, span, weight) = (page.key(*key), page.span(*span), page.words.expr(weight));
            page.say(
                format!("每{span}共 {amount},{}按 {weight} 的比重分给各{key}。", only("")),
                format!("Every {span} {amount} in all is shared over {key}s{} by {weight}.", only("")),
            )
        }
        Basis::Clawback { key, of, suspect, when, beyond } => {
            let (key, of) = (page.key(*key), page.components(of));
            let (suspect, when) = (page.words.expr(suspect), page.words.expr(when));
            let how = beyond.as_ref().map_or_else(
                || page.say("全部嫌疑业务的酬金", "what all suspects were paid"),
                |beyond| {
                    let beyond = page.words.expr(beyond);
                    page.say(
                        format!("超出 {beyond} 部分的酬金,从高到低"),
                        format!("what the suspects beyond {beyond} were paid, highest first"),
                    )
                },
            );
            page.say(
                format!("每{key}每月,{}若 {when}(嫌疑指 {suspect}),从 {of} 追回{how}。", only("")),
                format!("Per {key} and month{}: if {when} (suspect means {suspect}), takes back from {of} {how}.", only("")),
            )
        }
    }
}

fn bounds(page: &Page<'_>, c: &Component) -> String {
    let mut parts = Vec::new();
    if let Some(floor) = &c.floor {
        let floor = page.words.expr(floor);
        parts.push(page.say(format!("最低 {floor}"), format!("at least {floor}")));
    }
    if let Some(cap) = &c.cap {
        let cap = page.words.expr(cap);
        parts.push(page.say(format!("最高 {cap}"), format!("at most {cap}")));
    }
    parts.push(rounding(page, c.rounding));
    let text = parts.join(&page.say(",", ", "));
    page.say(format!("每项{text}。"), format!("Each item {text}."))
}

fn rounding(page: &Page<'_>, rounding: Rounding) -> String {
    let unit = match rounding.unit {
        1 => page.say("分", "fen"),
        10 => page.say("角", "jiao"),
        _ => page.say("元", "yuan"),
    };
    match rounding.mode {
        RoundMode::HalfUp => page.say(format!("四舍五入到{unit}"), format!("rounded half up to {unit}")),
        RoundMode::HalfEven => page.say(format!("四舍六入五成双到{unit}"), format!("rounded half even to {unit}")),
        RoundMode::Down => page.say(format!("舍去{unit}以下"), format!("rounded down to {unit}")),
        RoundMode::Up => page.say(format!("{unit}以下进一"), format!("rounded up to {unit}")),
    }
}

fn payee(page: &Page<'_>, payee: &Payee) -> String {
    match payee {
        Payee::Partner => page.say("代理商", "the partner"),
        Payee::Outlet => page.say("网点", "the outlet"),
        Payee::Clerk => page.say("店员", "the clerk"),
        Payee::Ancestor(1) => page.say("上级", "the parent"),
        Payee::Ancestor(levels) => page.say(format!("上溯 {levels} 级的代理商"), format!("the partner {levels} levels up")),
        Payee::AncestorOfTier(tiers) => {
            let tiers = tiers.join(&page.say("或", " or "));
            page.say(format!("最近的上级{tiers}"), format!("the nearest ancestor of tier {tiers}"))
        }
        Payee::Customer => page.say("客户", "the customer"),
        Payee::Subscriber => page.say("用户", "the subscriber"),
    }
}

/// A weight as a percentage, or as a fraction where that is not exact.
fn share(weight: u64, total: u64) -> String {
    let millionths = u128::from(weight) * 1_000_000;
    if millionths.is_multiple_of(u128::from(total)) {
        return format!("{}%", crate::check::decimal(i64::try_from(millionths / u128::from(total)).unwrap_or(0), 4));
    }
    format!("{weight}/{total}")
}

fn left_over(page: &Page<'_>, remainder: Remainder) -> String {
    match remainder {
        Remainder::Largest => page.say("除不尽的分归小数部分最大的一份", "fen left over go to the largest fractions"),
        Remainder::First => page.say("除不尽的分归第一份", "fen left over go to the first"),
        Remainder::Last => page.say("除不尽的分归最后一份", "fen left over go to the last"),
    }
}

fn payees(page: &Page<'_>, shares: &[Share], remainder: Remainder) -> String {
    if let [only] = shares {
        let who = payee(page, &only.payee);
        return page.say(format!("付给{who}。"), format!("Paid to {who}."));
    }
    let total = shares.iter().map(|part| part.ppm).sum();
    let parts: Vec<String> = shares.iter().map(|part| format!("{} {}", payee(page, &part.payee), share(part.ppm, total))).collect();
    let (parts, rest) = (parts.join(&page.say("、", ", ")), left_over(page, remainder));
    page.say(format!("付给{parts},{rest}。"), format!("Paid to {parts}; {rest}."))
}

fn instalments(page: &Page<'_>, schedule: &Schedule) -> String {
    let total = schedule.parts.iter().map(|part| part.ppm).sum();
    let mut parts = Vec::new();
    for part in &schedule.parts {
        let share = share(part.ppm, total);
        let month = part.month;
        let when = if month == 0 {
            page.say("当月", "at once")
        } else {
            {
                let months = page.words.count(month, "个月", "month", "months");
                page.say(format!("{months}后"), format!("after {months}"))
            }
        };
        let gate = part.gate.as_ref().map_or(String::new(), |gate| {
            let gate = page.words.expr(gate);
            let fail = match part.on_fail {
                OnFail::Forfeit => page.say("作废", "it is lost"),
                OnFail::Defer { months, tries } => {
                    let (months, tries) =
                        (page.words.count(months, "个月", "month", "months"), page.words.count(tries, "次", "time", "times"));
                    page.say(format!("顺延 {months},至多 {tries}"), format!("it waits {months}, at most {tries}"))
                }
            };
            page.say(format!("(须 {gate},否则{fail})"), format!(" (if {gate}; otherwise {fail})"))
        });
        parts.push(page.say(format!("{when}付 {share}{gate}"), format!("{share} {when}{gate}")));
    }
    let (parts, rest) = (parts.join(&page.say(";", "; ")), left_over(page, schedule.remainder));
    let pause = schedule.pause.as_ref().map_or(String::new(), |pause| {
        let pause = page.words.expr(pause);
        page.say(format!("。{pause} 的月份不计,顺延一个月"), format!(". A month in which {pause} does not count"))
    });
    page.say(format!("分期:{parts};{rest}{pause}。"), format!("In instalments: {parts}; {rest}{pause}."))
}

fn payment(page: &Page<'_>, c: &Component) -> String {
    let place = match c.destination {
        Destination::Payable => page.say("应付", "the payable account"),
        Destination::Holdback => page.say("暂存池", "the hold-back pool"),
        Destination::Netted => page.say("坐扣(提货时抵扣)", "netting at stock pick-up"),
        Destination::Points => page.say("积分", "points"),
        Destination::Topup => page.say("空充余额", "the air top-up balance"),
        Destination::Credit => page.say("用户话费", "the subscriber's credit"),
        Destination::Advance => page.say("预支", "advances"),
    };
    let day = match c.pay {
        PayDelay::Days(0) => page.say("账期最后一天", "on the last day of the period"),
        PayDelay::Days(days) => {
            let days = page.words.count(days, "天", "day", "days");
            page.say(format!("账期结束 {days}后"), format!("{days} after the period"))
        }
        PayDelay::DayOfMonth { months: 0, day } => page.say(format!("当月 {day} 日"), format!("on day {day} of the month")),
        PayDelay::DayOfMonth { months, day } => {
            let after = page.words.count(months, "个月", "month", "months");
            page.say(format!("账期后第 {months} 个月的 {day} 日"), format!("on day {day}, {after} after the period"))
        }
    };
    page.say(format!("{day}支付,计入{place}。"), format!("Moves {day}, into {place}."))
}

fn length(page: &Page<'_>, within: Within) -> String {
    match within {
        Within::Months(months) => page.words.count(months, "个月", "month", "months"),
        Within::Days(days) => page.words.count(days, "天", "day", "days"),
    }
}

fn reversal(page: &Page<'_>, reverse: &Reverse) -> String {
    let when = match &reverse.trigger {
        Trigger::Kinds(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind_word(Table::BusinessEvent, kind, page.lang)).collect();
            let kinds = kinds.join(&page.say("、", " or "));
            page.say(format!("发生{kinds}"), format!("on {kinds}"))
        }
        Trigger::When(cond) => {
            let cond = page.words.expr(cond);
            page.say(format!("出现 {cond}"), format!("when {cond}"))
        }
    };
    let (within, how) = (length(page, reverse.within), fraction(page, &reverse.fraction));
    page.say(format!("{within}内{when}的,{how}。"), format!("Within {within} {when}: {how}."))
}

/// The usual fractions by their names, others as written.
fn fraction(page: &Page<'_>, expr: &Expr) -> String {
    let is_one = |expr: &Expr| matches!(expr, Expr::Number { mantissa: 1, scale: 0 });
    if is_one(expr) {
        return page.say("全额冲回", "taken back in full");
    }
    if let Expr::Binary(Op::Sub, one, gone) = expr
        && is_one(one)
        && let Expr::Binary(Op::Div, a, b) = &**gone
    {
        match (&**a, &**b) {
            (Expr::Field(Field::ElapsedMonths | Field::ElapsedDays), _) => {
                return page.say("按未满的时间比例冲回", "taken back in proportion to the time not served");
            }
            (Expr::Field(Field::Fact(Col::PlanFee)), Expr::Field(Field::Fact(Col::PriorFee))) => {
                return page.say("按月费降低的比例冲回", "taken back in proportion to the lowered fee");
            }
            _ => {}
        }
    }
    if let Some(steps) = steps(expr) {
        let parts: Vec<String> = steps
            .into_iter()
            .map(|(from, rate)| {
                let rate = page.words.rate(rate);
                match from {
                    None => page.say(format!("起初 {rate}"), format!("{rate} at first")),
                    Some(from) => {
                        let from = page.words.expr(from);
                        page.say(format!("满 {from} 个月 {rate}"), format!("{rate} from {from} months"))
                    }
                }
            })
            .collect();
        let parts = parts.join(&page.say("、", ", "));
        return page.say(format!("按时间冲回:{parts}"), format!("taken back by time: {parts}"));
    }
    let text = page.words.expr(expr);
    page.say(format!("冲回 {text}"), format!("taken back by {text}"))
}

/// `if elapsed ≥ b then later else earlier` unrolled: earliest first.
fn steps(expr: &Expr) -> Option<Vec<(Option<&Expr>, &Expr)>> {
    let mut out = Vec::new();
    let mut at = expr;
    while let Expr::If(cond, later, earlier) = at {
        let Expr::Binary(Op::Ge, field, bound) = &**cond else { return None };
        if !matches!(**field, Expr::Field(Field::ElapsedMonths)) {
            return None;
        }
        out.push((Some(&**bound), &**later));
        at = earlier;
    }
    if out.is_empty() || !matches!(at, Expr::Number { .. } | Expr::Param(_)) {
        return None;
    }
    out.push((None, at));
    out.reverse();
    Some(out)
}
