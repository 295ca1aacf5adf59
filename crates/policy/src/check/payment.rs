//! Who is paid, in which shares, and when.

use super::component::{Items, One, part};
use super::places::Place;
use super::shares::weights;
use crate::ast;
use crate::diagnostics::Span;
use crate::model::{Instalment, Key, Payee, Schedule, Share, Type};
use qudao_kernel::Remainder;
use qudao_kernel::facts::Col;

impl One<'_> {
    pub(super) fn payees(&mut self, items: Items) -> Option<(Vec<Share>, Remainder)> {
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
    pub(super) fn at_most(&mut self, most: usize, count: usize, at: Span, zh: &str, en: &str) {
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

    pub(super) fn schedule(&mut self, schedule: &ast::Schedule, items: Items) -> Option<Schedule> {
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
                Some(gate) => {
                    let Some(typed) = self.place(gate, Some(Type::Bool), place) else {
                        parts = None;
                        continue;
                    };
                    Some(typed.expr)
                }
            };
            if let (Some(list), Some(weights)) = (&mut parts, &weights) {
                list.push(Instalment { ppm: weights[position], month: part.month, gate, on_fail: part.on_fail });
            }
        }
        let pause = part(schedule.pause.as_ref(), |pause| self.place(pause, Some(Type::Bool), place).map(|typed| typed.expr));
        weights?;
        Some(Schedule { parts: parts?, remainder: remainder?, pause: pause.ok()? })
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
