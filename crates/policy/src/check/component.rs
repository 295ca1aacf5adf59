//! Components: basis, places of every expression, payees, schedule, reversal.

use super::expr::{Exprs, Typed, Use, What};
use super::measure::text_column;
use super::names::Names;
use super::pays::{never_positive, repeats};
use super::places::{Place, allow, fixed, has_subscriber};
use crate::ast;
use crate::diagnostics::{Sink, Span};
use crate::model::{
    Basis, Component, Destination, Expr, GroupPay, Key, PayDelay, Payee, Require, RoundMode, Rounding, Share, Span as Months, Type, Window,
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
pub(super) enum Items {
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
    pub(super) fn place(self, payee: bool) -> Place<'static> {
        match self {
            Items::Facts { table, lines } => Place::Fact { table, lines, payee },
            Items::Groups { key, cumulative, rank } => Place::Group { key, cumulative, rank, payee },
            Items::Suspects(key) => Place::Strikes(key, false),
        }
    }

    pub(super) fn subscriber(self) -> bool {
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

/// A clause that was refused; why has been reported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused;

/// A clause that need not be there.
pub(super) type Part<T> = Result<Option<T>, Refused>;

/// Checks a clause if it is there.
pub(super) fn part<T, U>(clause: Option<&T>, check: impl FnOnce(&T) -> Option<U>) -> Part<U> {
    match clause {
        None => Ok(None),
        Some(clause) => check(clause).map(Some).ok_or(Refused),
    }
}

/// The check of one component.
pub(super) struct One<'a> {
    pub(super) item: &'a ast::Component,
    pub(super) index: usize,
    pub(super) written: &'a ast::Policy,
    pub(super) names: &'a Names,
    pub(super) tables: &'a [Option<Table>],
    pub(super) sink: &'a mut Sink,
    pub(super) needs: Vec<(usize, Span)>,
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
        self.bounds_in_order(&floor, &cap);
        let rounding = item.round.as_ref().map(|round| round.node);
        if rounding.is_none() {
            self.missing("policy.rounding.missing", "没有写舍入", "has no rounding point", "舍入 四舍五入 到 分", "round half up to fen");
        }
        let once = part(item.once.as_ref(), |once| self.once(once, items));
        let schedule = part(item.schedule.as_ref(), |schedule| self.schedule(schedule, items));
        let reverse = part(item.reverse.as_ref(), |reverse| self.reverse(reverse, items));
        if let (Ok(filter), Some(requires), Some(amount)) = (&filter, &requires, &amount) {
            let typed = filter.iter().chain(requires.iter().map(|(_, typed)| typed)).chain([amount]);
            let read = typed.flat_map(|typed| measures_of(&typed.uses, self.names)).map(|(index, _)| index).collect();
            self.group_reads_a_measure(&basis_m, basis.span, read);
        }
        let amount = amount?;
        self.penalty(&amount);
        let (payees, remainder) = payees?;
        let (filter, requires) = (filter.ok()?, requires?);
        Some(Component {
            name: item.name.node.clone(),
            title: item.title.clone(),
            clause: item.clause.as_ref().map(|clause| clause.node.clone()),
            basis: basis_m,
            filter: filter.map_or(Expr::Bool(true), |typed| typed.expr),
            requires: requires.into_iter().map(|(require, _)| require).collect(),
            amount: amount.expr,
            floor: floor.ok()?,
            cap: cap.ok()?,
            rounding: rounding?,
            once: once.ok()?,
            payees,
            remainder,
            schedule: schedule.ok()?,
            pay: item.pay.unwrap_or(PayDelay::Days(0)),
            destination: item.into.map_or(Destination::Payable, |into| into.node),
            reverse: reverse.ok()?,
            text: (item.span.start, item.span.end),
        })
    }

    pub(super) fn missing(&mut self, code: &'static str, zh: &str, en: &str, help_zh: &str, help_en: &str) {
        if self.item.broken {
            return;
        }
        let name = &self.item.name;
        self.sink
            .error(code, name.span, format!("酬金项 {} {zh}", name.node), format!("component {} {en}", name.node))
            .help(format!("请加上,例如 `{help_zh}`"), format!("add it, for example `{help_en}`"));
    }

    /// Checks an expression and its place, and notes what must be computed before.
    pub(super) fn place(&mut self, expr: &ast::Expr, ty: Option<Type>, place: Place<'_>) -> Option<Typed> {
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

    fn filter(&mut self, items: Items) -> Part<Typed> {
        let item = self.item;
        part(item.filter.as_ref(), |filter| self.place(filter, Some(Type::Bool), items.place(false)))
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
        let windows: Vec<(Window, bool)> = self.names.measures.iter().map(|measure| (measure.window, measure.table.is_none())).collect();
        if explicit || !repeats(&amount.expr, &windows, span) {
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

    fn bound(&mut self, bound: Option<&ast::At<ast::Expr>>) -> Part<Expr> {
        part(bound, |bound| fixed(self.names, self.sink, &bound.node, Type::Money, Place::Fixed))
    }

    fn bounds_in_order(&mut self, floor: &Part<Expr>, cap: &Part<Expr>) {
        if let (Ok(Some(Expr::Money(floor))), Ok(Some(Expr::Money(cap)))) = (floor, cap)
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

    fn once(&mut self, once: &ast::Name, items: Items) -> Option<Col> {
        let Items::Facts { table, lines: false } = items else {
            self.sink.error(
                "policy.once.not_here",
                once.span,
                "只有逐笔(each)的酬金项才能同值只付一次",
                "only a component on each fact can pay once per value",
            );
            return None;
        };
        text_column(once, table, self.sink)
    }

    /// A group exists where something was counted for it.
    fn group_reads_a_measure(&mut self, basis: &Basis, at: Span, mut read: Vec<usize>) {
        match basis {
            Basis::Group { .. } => {}
            Basis::Rank { by: expr, .. } | Basis::Pool { weight: expr, .. } => measures_in(expr, self.names, &mut read),
            _ => return,
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
        let filter = self.filter(items).ok()?;
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
            for part in parts {
                measures_in(part, names, out);
            }
        }
    }
}
