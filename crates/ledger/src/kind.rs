//! The closed list of account kinds, what each holds, and on which side it normally stands.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What an amount counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Money, 1/100 yuan.
    Fen,
    /// Whole points.
    Points,
}

impl Unit {
    /// The word in tables and files.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Fen => "fen",
            Unit::Points => "points",
        }
    }
}

/// The five classes of bookkeeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// What the entity has; debit.
    Asset,
    /// What the entity owes; credit.
    Liability,
    /// Memorandum of plans against which is drawn; credit.
    Equity,
    /// What came in; credit.
    Income,
    /// What went out; debit.
    Expense,
}

/// What an account is for. The first group belongs to beneficiaries, the second is where their amounts come from and go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// 应付: owed to the owner and not yet paid.
    Payable,
    /// 暂扣: granted, held until its gate opens; released or forfeited. Never below zero.
    Holdback,
    /// 保证金: the owner's money, held as security. Never below zero (R0.30).
    Deposit,
    /// 应收: owed by the owner.
    Receivable,
    /// 空充余额: top-up money the owner has bought and not sold. Never below zero.
    TopupFloat,
    /// 积分: points the owner has.
    Points,
    /// 预算: what is left to grant. Never below zero.
    Budget,
    /// 代扣税: withheld from the owner, to be remitted.
    Tax,
    /// 佣金支出: cost of what was granted.
    CommissionExpense,
    /// 银行: money in and out.
    Bank,
    /// 预付: paid to the owner before it was earned.
    Advance,
    /// 货款: goods and top-up sold to owners.
    Goods,
    /// 积分发放: counterpart of points.
    PointsIssued,
    /// 预算计划: counterpart of budgets.
    BudgetPlan,
}

struct Facts {
    kind: AccountKind,
    name: &'static str,
    zh: &'static str,
    class: Class,
    floor: bool,
}

const fn facts(kind: AccountKind, name: &'static str, zh: &'static str, class: Class, floor: bool) -> Facts {
    Facts { kind, name, zh, class, floor }
}

/// In the order of the enum.
const ALL: &[Facts] = &[
    facts(AccountKind::Payable, "payable", "应付", Class::Liability, false),
    facts(AccountKind::Holdback, "holdback", "暂扣", Class::Liability, true),
    facts(AccountKind::Deposit, "deposit", "保证金", Class::Liability, true),
    facts(AccountKind::Receivable, "receivable", "应收", Class::Asset, false),
    facts(AccountKind::TopupFloat, "topup_float", "空充余额", Class::Liability, true),
    facts(AccountKind::Points, "points", "积分", Class::Liability, false),
    facts(AccountKind::Budget, "budget", "预算", Class::Equity, true),
    facts(AccountKind::Tax, "tax", "代扣税", Class::Liability, false),
    facts(AccountKind::CommissionExpense, "commission_expense", "佣金支出", Class::Expense, false),
    facts(AccountKind::Bank, "bank", "银行", Class::Asset, false),
    facts(AccountKind::Advance, "advance", "预付", Class::Asset, false),
    facts(AccountKind::Goods, "goods", "货款", Class::Income, false),
    facts(AccountKind::PointsIssued, "points_issued", "积分发放", Class::Expense, false),
    facts(AccountKind::BudgetPlan, "budget_plan", "预算计划", Class::Equity, false),
];

impl AccountKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = AccountKind> {
        ALL.iter().map(|facts| facts.kind)
    }

    fn facts(self) -> &'static Facts {
        &ALL[self as usize]
    }

    /// The word in tables and files.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The word for Chinese readers.
    pub fn zh(self) -> &'static str {
        self.facts().zh
    }

    /// Its class in bookkeeping.
    pub fn class(self) -> Class {
        self.facts().class
    }

    /// What it counts.
    pub fn unit(self) -> Unit {
        match self {
            AccountKind::Points | AccountKind::PointsIssued => Unit::Points,
            _ => Unit::Fen,
        }
    }

    /// True if it may never stand on its wrong side. All of these normally stand in credit.
    pub fn has_floor(self) -> bool {
        self.facts().floor
    }

    /// A signed sum (debit positive) as people read this account: positive on its normal side.
    pub fn standing(self, amount: i64) -> i64 {
        match self.class() {
            Class::Asset | Class::Expense => amount,
            Class::Liability | Class::Equity | Class::Income => amount.saturating_neg(),
        }
    }
}

impl fmt::Display for AccountKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AccountKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        ALL.iter().find(|facts| facts.name == text).map(|facts| facts.kind).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_the_order_of_the_enum() {
        for (index, facts) in ALL.iter().enumerate() {
            assert_eq!(facts.kind as usize, index);
            assert_eq!(facts.name.parse(), Ok(facts.kind));
            // The store looks for a broken floor with one sign.
            assert!(!facts.floor || matches!(facts.class, Class::Liability | Class::Equity));
        }
    }
}
