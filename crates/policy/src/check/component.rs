//! Components: basis, places of every expression, payees, schedule, reversal.

use super::expr::{Exprs, Typed, Use, What};
use super::measure::{components, kinds, kinds_of, text_column};
use super::names::Names;
use super::pays::{Reach, never_positive, reach};
use super::places::{Place, allow, fixed, has_subscriber};
use super::shares::weights;
use crate::ast::{self, Fraction};
use crate::diagnostics::{Sink, Span};
use crate::model::{
    Basis, Component, Destination, Expr, Field, GroupPay, Instalment, Key, Op, PayDelay, Payee, Require, Reverse, RoundMode, Rounding,
    Schedule, Share, Span as Months, Trigger, Type, Window, Within,
};
use crate::vocab::STANDARD_REASONS;
use qudao_kernel::Remainder;
use qudao_kernel::facts::{Col, Table};

/// A component with what later checks need.
#[derive(Debug)]
pub(super) struct Checked {
    /// `None` if something about it was refused.
    pub(super) component: Option<Component>,
    pub(super) name: String,
    pub(super) span: Span,
    /// Components it must come after, and where it names them.
    pub(super) needs: Vec<(usize, Span)>,
    /// Table of its facts, where it has one.
    pub(super) table: Option<Table>,
    pub(super) each: bool,
}

/// What kind of items a component has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Items {
    Facts {
        table: Table,
        lines: bool,
    },
    Groups {
        key: Key,
        cumulative: bool,
        rank: bool,
    },
    /// Groups of a claw-back.
    Suspects(Key),
}

impl Items {
    fn place(self, payee: bool) -> Place<'static> {
        match self {
            Items::Facts { table, lines } => Place::Fact { table, lines, payee },
            Items::Groups { key, cumulative, rank } => Place::Group { key, cumulative, rank, payee },
            Items::Suspects(key) => Place::Group { key, cumulative: false, rank: false, payee: false },
        }
    }

    fn subscriber(self) -> bool {
        match self {
            Items::Facts { table, .. } => has_subscriber(table),
            Items::Groups { key, .. } | Items::Suspects(key) => key == Key::Subscriber,
        }
    }
}

pub(super) fn check_all(written: &ast::Policy, names: &Names, sink: &mut Sink) -> Vec<Checked> {
    let tables = tables(written, names);
    let mut out: Vec<Checked> = written
        .components
        .iter()
        .enumerate()
        .map(|(index, item)| One { item, index, written, names, tables: &tables, sink, needs: Vec::new() }.check())
        .collect();
    super::reversal::copy(written, &mut out, sink);
    out
}

/// The table of every component with basis `Each` or `Lines`.
fn tables(written: &ast::Policy, names: &Names) -> Vec<Option<Table>> {
    let mut out: Vec<Option<Table>> = written
        .components
        .iter()
        .map(|item| match item.basis.as_ref().map(|basis| &basis.node) {
            Some(ast::Basis::Each(facts)) => Some(facts.table),
            _ => None,
        })
        .collect();
    // A component on lines has the table of what it is on; at most as many rounds as components.
    for _ in 0..written.components.len() {
        for (index, item) in written.components.iter().enumerate() {
            if let (None, Some(ast::Basis::Lines(of))) = (out[index], item.basis.as_ref().map(|basis| &basis.node)) {
                out[index] = of.iter().filter_map(|name| names.component(&name.node)).find_map(|base| out[base]);
            }
        }
    }
    out
}

/// The check of one component.
struct One<'a> {
    item: &'a ast::Component,
    index: usize,
    written: &'a ast::Policy,
    names: &'a Names,
    tables: &'a [Option<Table>],
    sink: &'a mut Sink,
    needs: Vec<(usize, Span)>,
}

impl One<'_> {
    fn check(mut self) -> Checked {
        let component = self.component();
        let each = matches!(self.item.basis.as_ref().map(|basis| &basis.node), Some(ast::Basis::Each(_)));
        Checked {
            component,
            name: self.item.name.node.clone(),
            span: self.item.name.span,
            needs: self.needs,
            table: self.tables[self.index],
            each,
        }
    }

    fn component(&mut self) -> Option<Component> {
        let item = self.item;
        let Some(basis) = &item.basis else {
            self.missing(
                "policy.basis.missing",
                "没有写依据(按什么计酬)",
                "does not say what it is computed for",
                "依据 逐笔 开卡",
                "basis each activation",
            );
            return None;
        };
        let (basis_m, items) = self.basis(&basis.node)?;
        if matches!(items, Items::Suspects(_)) {
            return self.clawback(basis_m, items);
        }
        let payees = self.payees(items);
        let one_payee = payees.as_ref().is_some_and(|(list, _)| list.len() == 1);
        let filter = self.filter(items);
        let requires = self.requires(items, one_payee);
        let amount = self.amount(&basis_m, items, one_payee);
        let floor = self.bound(item.floor.as_ref());
        let cap = self.bound(item.cap.as_ref());
        self.bounds_in_order(floor.as_ref(), cap.as_ref());
        let rounding = item.round.as_ref().map(|round| round.node);
        if rounding.is_none() {
            self.missing("policy.rounding.missing", "没有写舍入", "has no rounding point", "舍入 四舍五入 到 分", "round half up to fen");
        }
        let once = self.once(items);
        let schedule = self.schedule(items);
        let reverse = self.reverse(items);
        self.group_reads_a_measure(&basis_m, basis.span, &filter, &requires, &amount);
        let amount = amount?;
        self.penalty(&amount);
        let (payees, remainder) = payees?;
        let (filter, requires) = (filter?, requires?);
        Some(Component {
            name: item.name.node.clone(),
            title: item.title.clone(),
            clause: item.clause.as_ref().map(|clause| clause.node.clone()),
            basis: basis_m,
            filter: filter.map_or(Expr::Bool(true), |typed| typed.expr),
            requires: requires.into_iter().map(|(require, _)| require).collect(),
            amount: amount.expr,
            floor: floor?,
            cap: cap?,
            rounding: rounding?,
            once: once?,
            payees,
            remainder,
            schedule: schedule?,
            pay: item.pay.unwrap_or(PayDelay::Days(0)),
            destination: item.into.map_or(Destination::Payable, |into| into.node),
            reverse: reverse?,
            text: (item.span.start, item.span.end),
        })
    }

    fn missing(&mut self, code: &'static str, zh: &str, en: &str, help_zh: &str, help_en: &str) {
        let name = &self.item.name;
        self.sink
            .error(code, name.span, format!("酬金项 {} {zh}", name.node), format!("component {} {en}", name.node))
            .help(format!("请加上,例如 `{help_zh}`"), format!("add it, for example `{help_en}`"));
    }

    /// Checks an expression and its place, and notes what must be computed before.
    fn place(&mut self, expr: &ast::Expr, ty: Option<Type>, place: Place<'_>) -> Option<Typed> {
        let mut exprs = Exprs::new(self.names, self.sink);
        let typed = match ty {
            Some(ty) => exprs.of(expr, ty)?,
            None => exprs.any(expr)?,
        };
        let fine = allow(self.names, self.sink, &typed, place);
        for measure in measures_of(&typed.uses, self.names) {
            self.note(measure.0, measure.1);
        }
        fine.then_some(typed)
    }

    /// A total that includes the current month needs the components it totals.
    fn note(&mut self, measure: usize, span: Span) {
        let heading = &self.names.measures[measure];
        let past = matches!(heading.window, Window::Months { to, .. } if to > 0);
        if heading.table.is_none() && !past {
            self.needs.extend(heading.of.iter().map(|index| (*index, span)));
        }
    }

    fn key(&mut self, key: ast::At<Key>, allowed: &[Key]) -> Option<Key> {
        if allowed.contains(&key.node) {
            return Some(key.node);
        }
        self.sink.error("policy.key.not_here", key.span, "这里不能按这个对象汇总", "this cannot be grouped per this");
        None
    }

    fn basis(&mut self, basis: &ast::Basis) -> Option<(Basis, Items)> {
        const OWNERS: &[Key] = &[Key::Partner, Key::Outlet, Key::Clerk];
        const GROUPS: &[Key] = &[Key::Partner, Key::Outlet, Key::Clerk, Key::Subscriber];
        const ALL: &[Key] = &[Key::Partner, Key::Outlet, Key::Clerk, Key::Customer, Key::Subscriber];
        match basis {
            ast::Basis::Each(facts) => {
                let kinds = kinds(facts, self.sink)?;
                Some((Basis::Each { table: facts.table, kinds }, Items::Facts { table: facts.table, lines: false }))
            }
            ast::Basis::Lines(of) => {
                let (list, table) = self.bases(of, false)?;
                Some((Basis::Lines { of: list }, Items::Facts { table, lines: true }))
            }
            ast::Basis::Group { key, span, pay } => {
                let key_m = self.key(*key, ALL)?;
                let pay_m = match pay {
                    Some(pay) => pay.node,
                    None if span.node == Months::Month => GroupPay::AtEnd,
                    None => {
                        self.sink
                            .error(
                                "policy.basis.when_missing",
                                span.span,
                                "超过一个月的期间没有写明何时付",
                                "a span longer than a month must say when it pays",
                            )
                            .help(
                                "期末一次付写 `期末`;每月付到目前为止的差额写 `累计`",
                                "write `at end` to pay once, or `cumulative` to pay the difference to date every month",
                            );
                        return None;
                    }
                };
                let cumulative = pay_m == GroupPay::Cumulative;
                let items = Items::Groups { key: key_m, cumulative, rank: false };
                Some((Basis::Group { key: key_m, span: span.node, pay: pay_m }, items))
            }
            ast::Basis::Rank { key, by, span, within, top } => {
                let key_m = self.key(*key, GROUPS)?;
                let by = self.quantity(by, Items::Groups { key: key_m, cumulative: false, rank: false })?;
                let basis = Basis::Rank { key: key_m, span: span.node, by: by.expr, within: *within, top: *top };
                Some((basis, Items::Groups { key: key_m, cumulative: false, rank: true }))
            }
            ast::Basis::Pool { key, span, weight } => {
                let key_m = self.key(*key, GROUPS)?;
                let items = Items::Groups { key: key_m, cumulative: false, rank: false };
                let weight = self.quantity(weight, items)?;
                Some((Basis::Pool { key: key_m, span: span.node, weight: weight.expr }, items))
            }
            ast::Basis::Clawback { key, of, suspect, when, beyond } => {
                let key_m = self.key(*key, OWNERS)?;
                let (list, table) = self.bases(of, true)?;
                let suspect = self.place(suspect, Some(Type::Bool), Place::Suspect(table));
                let when = self.place(when, Some(Type::Bool), Place::Strikes(key_m));
                let beyond = match beyond {
                    Some(beyond) => Some(fixed(self.names, self.sink, beyond, Type::Number, Place::Fixed)?),
                    None => None,
                };
                let basis = Basis::Clawback { key: key_m, of: list, suspect: suspect?.expr, when: when?.expr, beyond };
                Some((basis, Items::Suspects(key_m)))
            }
        }
    }

    fn quantity(&mut self, expr: &ast::Expr, items: Items) -> Option<Typed> {
        let typed = self.place(expr, None, items.place(false))?;
        if super::pays::is_quantity(typed.ty) {
            return Some(typed);
        }
        self.sink.error("policy.type.unexpected", expr.span, "这里要金额或数值", "money or a number is needed here");
        None
    }

    /// Components whose lines this one reads: all of one table, all of facts.
    fn bases(&mut self, of: &[ast::Name], each_only: bool) -> Option<(Vec<usize>, Table)> {
        let before = self.sink.errors();
        let list = components(of, self.names, self.sink);
        let at = of[0].span.to(of[of.len() - 1].span);
        self.at_most(if each_only { 256 } else { 16 }, list.len(), at, "原酬金项", "base components");
        if !each_only && self.levels(&list, 0) > 2 {
            self.sink
                .error("policy.component.too_high", at, "逐笔酬金最多叠加两层", "lines on lines go at most two levels up")
                .help("请直接以下层酬金项为依据", "stand on the lower component itself");
        }
        for (name, index) in of.iter().filter_map(|name| self.names.component(&name.node).map(|index| (name, index))) {
            self.needs.push((index, name.span));
            let basis = self.written.components[index].basis.as_ref().map(|basis| &basis.node);
            let fits = match basis {
                Some(ast::Basis::Each(_)) | None => true,
                Some(ast::Basis::Lines(_)) => !each_only,
                Some(_) => false,
            };
            if !fits {
                let base = &self.written.components[index];
                self.sink
                    .error(
                        "policy.component.wrong_basis",
                        name.span,
                        format!("{} 不是逐笔计算的酬金项", name.node),
                        format!("{} is not computed fact by fact", name.node),
                    )
                    .label(base.name.span, "它在这里", "it is here");
            }
        }
        if self.sink.errors() > before || list.is_empty() {
            return None;
        }
        let table = self.tables[list[0]];
        if let Some(other) = list.iter().find(|index| self.tables[**index] != table) {
            let (first, other) = (&self.written.components[list[0]].name, &self.written.components[*other].name);
            self.sink
                .error(
                    "policy.component.tables_differ",
                    of[0].span.to(of[of.len() - 1].span),
                    "这些酬金项的事实表不同",
                    "these components are about different fact tables",
                )
                .label(first.span, "一种", "one table")
                .label(other.span, "另一种", "another")
                .help("请分成两个酬金项", "make two components of it");
            return None;
        }
        self.two_paths(of, &list)?;
        // Without a table the bases form a circle, which the order reports.
        Some((list, table.unwrap_or(Table::BusinessEvent)))
    }

    /// How many levels of lines on lines there are, this one included; circles are cut off.
    fn levels(&self, of: &[usize], depth: usize) -> usize {
        if depth > 3 {
            return depth;
        }
        let below = of.iter().map(|index| match self.written.components[*index].basis.as_ref().map(|basis| &basis.node) {
            Some(ast::Basis::Lines(of)) => {
                let bases: Vec<usize> = of.iter().filter_map(|name| self.names.component(&name.node)).collect();
                self.levels(&bases, depth + 1)
            }
            _ => 0,
        });
        below.max().unwrap_or(0) + 1
    }

    /// A line reached directly and through another component would be paid on twice.
    fn two_paths(&mut self, of: &[ast::Name], list: &[usize]) -> Option<()> {
        let below = |index: usize| -> Vec<usize> {
            match self.written.components[index].basis.as_ref().map(|basis| &basis.node) {
                Some(ast::Basis::Lines(of)) => of.iter().filter_map(|name| self.names.component(&name.node)).collect(),
                _ => Vec::new(),
            }
        };
        for name in of {
            let Some(start) = self.names.component(&name.node) else { continue };
            let mut open = below(start);
            let mut seen = Vec::new();
            while let Some(index) = open.pop() {
                if seen.contains(&index) {
                    continue;
                }
                seen.push(index);
                if list.contains(&index) && index != start {
                    let direct =
                        of.iter().find(|other| self.names.component(&other.node) == Some(index)).map_or(name.span, |other| other.span);
                    self.sink
                        .error(
                            "policy.component.paid_twice",
                            direct,
                            format!("{} 的酬金既直接计入,又经 {} 计入,会付两次", self.names.components[index].0, name.node),
                            format!(
                                "{} is reached directly and through {}, and would be paid on twice",
                                self.names.components[index].0, name.node
                            ),
                        )
                        .label(name.span, "经由这里", "through this one")
                        .help("请只保留一条路径", "keep one of the two");
                    return None;
                }
                open.extend(below(index));
            }
        }
        Some(())
    }

    fn filter(&mut self, items: Items) -> Option<Option<Typed>> {
        match &self.item.filter {
            None => Some(None),
            Some(filter) => Some(Some(self.place(filter, Some(Type::Bool), items.place(false))?)),
        }
    }

    fn requires(&mut self, items: Items, one_payee: bool) -> Option<Vec<(Require, Typed)>> {
        let item = self.item;
        let mut out = Some(Vec::new());
        for require in &item.requires {
            let cond = self.place(&require.cond, Some(Type::Bool), items.place(one_payee));
            let code = &require.code;
            let plain = code.node.starts_with(|c: char| c.is_ascii_lowercase())
                && code.node.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            let taken = STANDARD_REASONS.iter().any(|(known, _, _)| *known == code.node);
            if !plain || taken {
                let (zh, en) = if taken {
                    ("是系统自带的原因", "is one of the standard reasons")
                } else {
                    ("要用小写字母、数字和下划线", "is written in small letters, digits and _")
                };
                self.sink
                    .error(
                        "policy.reason.not_a_code",
                        code.span,
                        format!("原因代码 `{}` {zh}", code.node),
                        format!("the reason code `{}` {en}", code.node),
                    )
                    .help("例如 no_identity", "for example no_identity");
                out = None;
                continue;
            }
            match (cond, &mut out) {
                (Some(typed), Some(list)) => {
                    let made =
                        Require { cond: typed.expr.clone(), code: code.node.clone(), text: require.text.clone(), until: require.until };
                    list.push((made, typed));
                }
                _ => out = None,
            }
        }
        out
    }

    fn amount(&mut self, basis: &Basis, items: Items, one_payee: bool) -> Option<Typed> {
        let Some(amount) = &self.item.amount else {
            self.missing("policy.amount.missing", "没有写金额", "has no amount", "金额 ¥5.00", "amount ¥5.00");
            return None;
        };
        if matches!(basis, Basis::Pool { .. }) {
            let typed = self.place(&amount.node, Some(Type::Money), Place::Uniform)?;
            return Some(typed);
        }
        let typed = self.place(&amount.node, Some(Type::Money), items.place(one_payee))?;
        if let Basis::Group { span, pay: GroupPay::AtEnd, .. } = basis {
            self.pays_again(&typed, *span)?;
        }
        Some(typed)
    }

    /// An amount made of a longer window than one payment covers pays the same facts again next time.
    fn pays_again(&mut self, amount: &Typed, span: Months) -> Option<()> {
        let explicit = matches!(self.item.basis.as_ref().map(|basis| &basis.node), Some(ast::Basis::Group { pay: Some(_), .. }));
        if explicit || reach(&amount.expr, self.names, span) != Reach::Long {
            return Some(());
        }
        let long = measures_of(&amount.uses, self.names)
            .into_iter()
            .find(|(index, _)| super::pays::is_long(self.names.measures[*index].window, span));
        let (measure, at) = long?;
        let heading = &self.names.measures[measure];
        self.sink
            .error(
                "policy.component.paid_twice",
                at,
                format!("指标 {} 的统计期比付酬期间长,同一笔业务会在几个月里重复计酬", heading.name),
                format!("measure {} looks at more months than one payment covers, so the same facts would pay again every month", heading.name),
            )
            .label(heading.span, "指标在这里", "the measure is here")
            .help(
                "按累计差额付请写更长的期间并加 `累计`(如 `每 代理商 每 年 累计`);确实要每月按此整付,请加 `期末`",
                "to pay the difference to date, use the longer span with `cumulative` (`per partner per year cumulative`); if it is meant to be paid in full every month, add `at end`",
            );
        None
    }

    fn bound(&mut self, bound: Option<&ast::At<ast::Expr>>) -> Option<Option<Expr>> {
        match bound {
            None => Some(None),
            Some(bound) => Some(Some(fixed(self.names, self.sink, &bound.node, Type::Money, Place::Fixed)?)),
        }
    }

    fn bounds_in_order(&mut self, floor: Option<&Option<Expr>>, cap: Option<&Option<Expr>>) {
        if let (Some(Some(Expr::Money(floor))), Some(Some(Expr::Money(cap)))) = (floor, cap)
            && floor > cap
            && let (Some(first), Some(second)) = (&self.item.floor, &self.item.cap)
        {
            self.sink.error("policy.amount.floor_above_cap", second.span, "封顶低于保底", "the cap lies below the floor").label(
                first.span,
                "保底",
                "the floor",
            );
        }
    }

    /// Penalties rest on a clause.
    fn penalty(&mut self, amount: &Typed) {
        if self.item.clause.is_none() && never_positive(&amount.expr, self.names) {
            self.clause_missing(amount.span);
        }
    }

    fn clause_missing(&mut self, at: Span) {
        let name = self.item.name.node.clone();
        self.sink
            .error(
                "policy.penalty.no_clause",
                at,
                format!("酬金项 {name} 是扣罚,没有写依据的条款"),
                format!("component {name} is a penalty, but names no clause of the agreement"),
            )
            .help("请加上,例如 `条款 \"第九条\"`", "add it, for example `clause \"article 9\"`");
    }

    fn once(&mut self, items: Items) -> Option<Option<Col>> {
        let Some(once) = &self.item.once else { return Some(None) };
        let Items::Facts { table, lines: false } = items else {
            self.sink.error(
                "policy.once.not_here",
                once.span,
                "只有逐笔(each)的酬金项才能同值只付一次",
                "only a component on each fact can pay once per value",
            );
            return None;
        };
        Some(Some(text_column(once, table, self.sink)?))
    }

    fn payees(&mut self, items: Items) -> Option<(Vec<Share>, Remainder)> {
        let item = self.item;
        let Some(split) = &item.to else {
            self.missing("policy.payee.missing", "没有写付给谁", "does not say who is paid", "付给 代理商", "to partner");
            return None;
        };
        let before = self.sink.errors();
        for (position, (payee, _)) in split.parts.iter().enumerate() {
            if let Some((first, _)) = split.parts[..position].iter().find(|(other, _)| other.node == payee.node) {
                self.sink
                    .error("policy.component.paid_twice", payee.span, "同一个收款方写了两次", "the same payee is named twice")
                    .label(first.span, "第一次在这里", "the first is here")
                    .help("请合并份额", "add up the shares");
            }
            if !payee_exists(&payee.node, items) {
                self.sink.error(
                    "policy.payee.not_here",
                    payee.span,
                    "这种依据的酬金项没有这个收款方",
                    "items of this basis do not name such a payee",
                );
            }
        }
        let shares: Vec<_> = split.parts.iter().map(|(_, share)| *share).collect();
        if shares.is_empty() {
            self.missing("policy.payee.missing", "没有写付给谁", "does not say who is paid", "付给 代理商", "to partner");
            return None;
        }
        self.at_most(16, shares.len(), split.span, "收款方", "payees");
        let weights = weights(&shares, split.span, self.sink);
        let remainder = self.remainder(split.remainder, shares.len(), split.span);
        if self.sink.errors() > before {
            return None;
        }
        let parts = split.parts.iter().zip(weights?).map(|((payee, _), ppm)| Share { payee: payee.node.clone(), ppm }).collect();
        Some((parts, remainder?))
    }

    /// Lines are numbered by payee, base component and instalment; the numbers have room for so many.
    fn at_most(&mut self, most: usize, count: usize, at: Span, zh: &str, en: &str) {
        if count > most {
            self.sink
                .error(
                    "policy.component.too_many",
                    at,
                    format!("{zh}最多 {most} 个,写了 {count} 个"),
                    format!("at most {most} {en}, {count} are given"),
                )
                .help("请分成几个酬金项", "make several components of it");
        }
    }

    fn remainder(&mut self, given: Option<Remainder>, parts: usize, at: Span) -> Option<Remainder> {
        if given.is_none() && parts > 1 {
            self.sink
                .error(
                    "policy.remainder.missing",
                    at,
                    "没有写除不尽时多出的分归谁",
                    "this does not say who gets the fen that do not divide evenly",
                )
                .help(
                    "请加上 `余数归 最大余数`、`余数归 首位` 或 `余数归 末位`",
                    "add `remainder largest`, `remainder first` or `remainder last`",
                );
            return None;
        }
        Some(given.unwrap_or(Remainder::Largest))
    }

    fn schedule(&mut self, items: Items) -> Option<Option<Schedule>> {
        let item = self.item;
        let Some(schedule) = &item.schedule else { return Some(None) };
        let place = Place::Gate(items.subscriber());
        let mut parts = Some(Vec::new());
        let shares: Vec<_> = schedule.parts.iter().map(|part| part.share).collect();
        if shares.is_empty() {
            self.sink.error("policy.schedule.empty", schedule.span, "分期没有内容", "this schedule has no parts");
            return None;
        }
        for pair in schedule.parts.windows(2) {
            if pair[1].month < pair[0].month {
                self.sink
                    .error("policy.schedule.order", pair[1].span, "分期没有按时间先后写", "instalments are not in order of time")
                    .label(pair[0].span, "这一期在前面", "this one stands before it");
                parts = None;
            }
        }
        self.at_most(256, shares.len(), schedule.span, "分期", "instalments");
        let weights = weights(&shares, schedule.span, self.sink);
        let remainder = self.remainder(schedule.remainder, shares.len(), schedule.span);
        for (position, part) in schedule.parts.iter().enumerate() {
            let gate = match &part.gate {
                None => None,
                Some(gate) if part.month == 0 => {
                    self.sink
                        .error("policy.schedule.gate_now", gate.span, "当月支付的一期不能带条件", "the part paid at once has no condition")
                        .help("当月的条件请写成要求(require)", "write a condition of the month itself as `require`");
                    return None;
                }
                Some(gate) => match self.place(gate, Some(Type::Bool), place) {
                    Some(typed) => Some(typed.expr),
                    None => {
                        parts = None;
                        continue;
                    }
                },
            };
            if let (Some(list), Some(weights)) = (&mut parts, &weights) {
                list.push(Instalment { ppm: weights[position], month: part.month, gate, on_fail: part.on_fail });
            }
        }
        let pause = match &schedule.pause {
            None => None,
            Some(pause) => Some(self.place(pause, Some(Type::Bool), place)?.expr),
        };
        weights?;
        Some(Some(Schedule { parts: parts?, remainder: remainder?, pause }))
    }

    fn reverse(&mut self, items: Items) -> Option<Option<Reverse>> {
        let item = self.item;
        let Some(reverse) = &item.reverse else { return Some(None) };
        if !matches!(items, Items::Facts { .. }) {
            self.sink
                .error(
                    "policy.reverse.not_here",
                    reverse.span,
                    "只有逐笔(each)和逐笔酬金(each line of)的酬金项可以冲回",
                    "only components on each fact or each line can be reversed",
                )
                .help("按期汇总的酬金请用差额(累计)或扣罚项", "for groups use `cumulative`, or a penalty component");
            return None;
        }
        let by_fact = matches!(reverse.trigger, ast::Trigger::Kinds(_));
        let trigger = match &reverse.trigger {
            ast::Trigger::Kinds(kinds) => Trigger::Kinds(kinds_of(kinds, Table::BusinessEvent, self.sink)?),
            ast::Trigger::When(when) => Trigger::When(self.place(when, Some(Type::Bool), Place::Lapse(items.subscriber()))?.expr),
        };
        let fraction = self.fraction(&reverse.fraction, reverse.within, by_fact, reverse.span)?;
        Some(Some(Reverse { trigger, within: reverse.within, fraction }))
    }

    fn fraction(&mut self, fraction: &Fraction, within: Within, by_fact: bool, at: Span) -> Option<Expr> {
        let one = || Box::new(Expr::Number { mantissa: 1, scale: 0 });
        match fraction {
            Fraction::Full => Some(*one()),
            Fraction::ProRata => {
                let (field, length) = match within {
                    Within::Months(months) => (Field::ElapsedMonths, months),
                    Within::Days(days) => (Field::ElapsedDays, days),
                };
                if length == 0 {
                    self.sink.error("policy.expression.divides_by_zero", at, "时限是零,无法按比例", "nothing can be pro rata of no time");
                    return None;
                }
                let whole = Expr::Number { mantissa: i64::from(length), scale: 0 };
                let gone = Expr::Binary(Op::Div, Box::new(Expr::Field(field)), Box::new(whole));
                Some(Expr::Binary(Op::Sub, one(), Box::new(gone)))
            }
            Fraction::Difference if !by_fact => {
                self.sink.error(
                    "policy.reverse.no_event",
                    at,
                    "降档差额要由一笔套餐变更引起",
                    "a difference needs an event, such as a plan change",
                );
                None
            }
            Fraction::Difference => {
                let fee = |col| Box::new(Expr::Field(Field::Fact(col)));
                let rate = Expr::Binary(Op::Div, fee(Col::PlanFee), fee(Col::PriorFee));
                Some(Expr::Binary(Op::Sub, one(), Box::new(rate)))
            }
            Fraction::Steps(steps) => super::reversal::steps(steps, at, self.names, self.sink),
            Fraction::Expr(expr) => Some(self.place(expr, Some(Type::Number), Place::Fraction(by_fact))?.expr),
        }
    }

    /// A group exists where something was counted for it.
    fn group_reads_a_measure(
        &mut self,
        basis: &Basis,
        at: Span,
        filter: &Option<Option<Typed>>,
        requires: &Option<Vec<(Require, Typed)>>,
        amount: &Option<Typed>,
    ) {
        let more = match basis {
            Basis::Group { .. } => None,
            Basis::Rank { by, .. } => Some(by),
            Basis::Pool { weight, .. } => Some(weight),
            _ => return,
        };
        let (Some(filter), Some(requires), Some(amount)) = (filter, requires, amount) else { return };
        let all = filter.iter().chain(requires.iter().map(|(_, typed)| typed)).chain([amount]);
        let mut read: Vec<usize> = all.flat_map(|typed| measures_of(&typed.uses, self.names)).map(|(index, _)| index).collect();
        if let Some(expr) = more {
            measures_in(expr, self.names, &mut read);
        }
        if read.is_empty() {
            self.sink
                .error(
                    "policy.basis.no_measure",
                    at,
                    "这个酬金项没有读任何指标,无法知道有哪些对象",
                    "this component reads no measure, so its groups are unknown",
                )
                .help("请声明指标,并在金额、条件或要求里用到它", "declare a measure and use it in the amount, filter or requirements");
        }
    }

    fn clawback(&mut self, basis: Basis, items: Items) -> Option<Component> {
        let item = self.item;
        let extra = [
            item.amount.as_ref().map(|part| part.span),
            item.floor.as_ref().map(|part| part.span),
            item.cap.as_ref().map(|part| part.span),
            item.round.as_ref().map(|part| part.span),
            item.once.as_ref().map(|part| part.span),
            item.to.as_ref().map(|part| part.span),
            item.schedule.as_ref().map(|part| part.span),
            item.into.as_ref().map(|part| part.span),
            item.reverse.as_ref().map(|part| part.span),
            item.requires.first().map(|part| part.cond.span),
        ];
        let before = self.sink.errors();
        for span in extra.into_iter().flatten() {
            self.sink
                .error("policy.clawback.clause_not_here", span, "追回项不写这一项", "a claw-back does not have this")
                .help("追回的金额、收款方都是原来的", "amounts and payees are those of the lines it takes back");
        }
        if item.clause.is_none() {
            let at = item.basis.as_ref().map_or(item.name.span, |basis| basis.span);
            self.clause_missing(at);
        }
        let filter = self.filter(items)?;
        if self.sink.errors() > before {
            return None;
        }
        Some(Component {
            name: item.name.node.clone(),
            title: item.title.clone(),
            clause: item.clause.as_ref().map(|clause| clause.node.clone()),
            basis,
            filter: filter.map_or(Expr::Bool(true), |typed| typed.expr),
            requires: Vec::new(),
            amount: Expr::Money(0),
            floor: None,
            cap: None,
            rounding: Rounding { mode: RoundMode::HalfUp, unit: 1 },
            once: None,
            payees: vec![Share { payee: Payee::Partner, ppm: 1_000_000 }],
            remainder: Remainder::Largest,
            schedule: None,
            pay: item.pay.unwrap_or(PayDelay::Days(0)),
            destination: Destination::Payable,
            reverse: None,
            text: (item.span.start, item.span.end),
        })
    }
}

/// Whether items of the kind can name the payee.
fn payee_exists(payee: &Payee, items: Items) -> bool {
    let (col, key) = match payee {
        Payee::Partner | Payee::Ancestor(_) | Payee::AncestorOfTier(_) => return true,
        Payee::Outlet => (Col::Outlet, Key::Outlet),
        Payee::Clerk => (Col::Clerk, Key::Clerk),
        Payee::Customer => (Col::Customer, Key::Customer),
        Payee::Subscriber => (Col::Subscriber, Key::Subscriber),
    };
    match items {
        Items::Facts { table, .. } => table.has(col),
        Items::Groups { key: group, .. } | Items::Suspects(group) => group == key,
    }
}

/// Measures read, directly or through predicates, with the place in the expression.
fn measures_of(uses: &[Use], names: &Names) -> Vec<(usize, Span)> {
    let mut out = Vec::new();
    for reading in uses {
        match reading.what {
            What::Measure(index) => out.push((index, reading.span)),
            What::Predicate(index) => {
                let inner = names.predicates[index].uses.iter();
                out.extend(
                    inner.filter_map(|inner| if let What::Measure(index) = inner.what { Some((index, reading.span)) } else { None }),
                );
            }
            _ => {}
        }
    }
    out
}

fn measures_in(expr: &Expr, names: &Names, out: &mut Vec<usize>) {
    match expr {
        Expr::Measure(index) => out.push(*index),
        Expr::Predicate(index) => {
            out.extend(
                names.predicates[*index]
                    .uses
                    .iter()
                    .filter_map(|inner| if let What::Measure(index) = inner.what { Some(index) } else { None }),
            );
        }
        _ => {
            let mut parts = Vec::new();
            super::pays::children(expr, &mut parts);
            parts.into_iter().for_each(|part| measures_in(part, names, out));
        }
    }
}
