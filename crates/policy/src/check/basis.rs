//! What a component is computed for: single facts, lines of others, groups, ranks, pools, suspects.

use super::component::{Items, One};
use super::expr::Typed;
use super::measure::{components, kinds};
use super::places::{Place, fixed};
use crate::ast;
use crate::model::{Basis, GroupPay, Key, Span as Months, Type};
use qudao_kernel::facts::Table;

impl One<'_> {
    fn key(&mut self, key: ast::At<Key>, allowed: &[Key]) -> Option<Key> {
        if allowed.contains(&key.node) {
            return Some(key.node);
        }
        self.sink.error("policy.key.not_here", key.span, "这里不能按这个对象汇总", "this cannot be grouped per this");
        None
    }

    pub(super) fn basis(&mut self, basis: &ast::Basis) -> Option<(Basis, Items)> {
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
                let when = self.place(when, Some(Type::Bool), Place::Strikes(key_m, true));
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
        if !each_only && self.levels(&list, &[self.index]) > 2 {
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

    /// How many levels of lines on lines there are, this one included. A circle, which the order reports, counts nothing.
    fn levels(&self, of: &[usize], path: &[usize]) -> usize {
        let below = of.iter().filter(|index| !path.contains(index)).map(|index| {
            match self.written.components[*index].basis.as_ref().map(|basis| &basis.node) {
                Some(ast::Basis::Lines(of)) => {
                    let bases: Vec<usize> = of.iter().filter_map(|name| self.names.component(&name.node)).collect();
                    let path: Vec<usize> = path.iter().chain([index]).copied().collect();
                    if path.len() > 4 { path.len() } else { self.levels(&bases, &path) }
                }
                _ => 0,
            }
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
}
