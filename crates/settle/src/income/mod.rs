//! A partner's monthly income sheet (R1.55): commission, rebate, subsidy, margin and rewards of the month, beside the month before, and
//! what more the next step of each ladder would bring.

use crate::statement::grid::Grid;
use crate::statement::words::{self, pick};
use crate::statement::{NextStep, Statement, balance};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use qudao_kernel::{Fen, Lang, Month, Refusal};
use qudao_policy::model::{Closed, Destination, Expr, Ladder, LadderMode, Type};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What kind of income a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// 酬金： fees for what was sold.
    Commission,
    /// 返利： rebates, also on top-ups.
    Rebate,
    /// 补贴.
    Subsidy,
    /// 差价： margin on handsets and goods.
    Margin,
    /// 奖励： steps, ranks, awards.
    Reward,
    /// 扣罚： what was taken back or fined by components of their own.
    Penalty,
}

/// Every category, in the order of the sheet.
pub const CATEGORIES: [Category; 6] =
    [Category::Commission, Category::Rebate, Category::Subsidy, Category::Margin, Category::Reward, Category::Penalty];

/// Words in a component's title or name that tell its category; the one that comes first in the title decides.
const WORDS: [(Category, &[&str]); 6] = [
    (Category::Commission, &["酬金", "代办费", "佣金", "commission", "fee"]),
    (Category::Penalty, &["扣罚", "考核扣", "违约", "penalty", "clawback"]),
    (Category::Rebate, &["返利", "返点", "返还", "rebate"]),
    (Category::Subsidy, &["补贴", "补助", "subsidy"]),
    (Category::Margin, &["差价", "毛利", "margin"]),
    (Category::Reward, &["奖", "台阶", "reward", "bonus", "award"]),
];

impl Category {
    /// Name for people.
    pub const fn name(self, lang: Lang) -> &'static str {
        match self {
            Category::Commission => pick(lang, "酬金", "Commission"),
            Category::Rebate => pick(lang, "返利", "Rebate"),
            Category::Subsidy => pick(lang, "补贴", "Subsidy"),
            Category::Margin => pick(lang, "差价", "Margin"),
            Category::Reward => pick(lang, "奖励", "Reward"),
            Category::Penalty => pick(lang, "扣罚", "Penalty"),
        }
    }

    /// The category of a component: what was set for it (by `policy/component`), else what its title says, else commission.
    pub fn of(policy: &str, component: &str, title: &str, set: &BTreeMap<String, Category>) -> Category {
        if let Some(category) = set.get(&format!("{policy}/{component}")) {
            return *category;
        }
        let text = format!("{title} {component}").to_lowercase();
        let found =
            WORDS.iter().flat_map(|(category, words)| words.iter().filter_map(|word| text.find(word)).map(|at| (at, *category))).min();
        found.map_or(Category::Commission, |(_, category)| category)
    }
}

/// The sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomeSheet {
    /// Month.
    pub period: Month,
    /// Partner code.
    pub partner: String,
    /// Name.
    pub name: String,
    /// Money income by category, whatever way it is paid; categories without any are left out.
    pub rows: Vec<IncomeRow>,
    /// Sum of the rows.
    pub total: Fen,
    /// Points, which are not money.
    pub points: Fen,
    /// Still to come from instalments, if every gate holds.
    pub to_come: Fen,
    /// Next steps.
    pub steps: Vec<NextStep>,
}

/// Income of one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomeRow {
    /// Category.
    pub category: Category,
    /// Number of lines.
    pub lines: u64,
    /// This month.
    pub amount: Fen,
    /// The month before, where its statement is given.
    pub before: Option<Fen>,
}

/// Makes the sheet from a statement and, if given, that of the month before. `set` names categories by `policy/component`.
/// Points, and advances, which are not income, stand outside the sum.
///
/// # Errors
/// `settle.amount.too_large`.
pub fn sheet(statement: &Statement, before: Option<&Statement>, set: &BTreeMap<String, Category>) -> Result<IncomeSheet, Refusal> {
    let now = by_category(statement, set)?;
    let then = before.map(|statement| by_category(statement, set)).transpose()?;
    let mut rows = Vec::new();
    for category in CATEGORIES {
        let earlier = then.as_ref().map(|sums| sums.get(&category).map_or(Fen::ZERO, |sum| sum.1));
        let (lines, amount) = now.get(&category).copied().unwrap_or_default();
        if lines > 0 || earlier.is_some_and(|amount| amount != Fen::ZERO) {
            rows.push(IncomeRow { category, lines, amount, before: earlier });
        }
    }
    Ok(IncomeSheet {
        period: statement.period,
        partner: statement.partner.clone(),
        name: statement.name.clone(),
        total: balance::sum(rows.iter().map(|row| row.amount))?,
        rows,
        points: statement.total(Destination::Points),
        to_come: balance::sum(statement.calendar.iter().map(|release| release.amount))?,
        steps: statement.steps.clone(),
    })
}

fn by_category(statement: &Statement, set: &BTreeMap<String, Category>) -> Result<BTreeMap<Category, (u64, Fen)>, Refusal> {
    let mut sums: BTreeMap<Category, (u64, Fen)> = BTreeMap::new();
    let income = |destination| !matches!(destination, Destination::Points | Destination::Advance);
    for row in statement.sections.iter().filter(|section| income(section.destination)).flat_map(|section| &section.rows) {
        let entry = sums.entry(Category::of(&row.policy, &row.component, &row.title, set)).or_default();
        entry.0 += row.lines;
        entry.1 = balance::sum([entry.1, row.total])?;
    }
    Ok(sums)
}

/// The next step of a ladder from what was reached: gap = threshold − actual, and what the step itself adds at once.
/// `value` gives parameters and literals their value (fen or pieces). `None` on the last step, or where a value is not known.
pub fn next_step(ladder: &Ladder, component: &str, actual: &BigRational, value: impl Fn(&Expr) -> Option<BigRational>) -> Option<NextStep> {
    let starts: Option<Vec<BigRational>> = ladder.steps.iter().map(|step| value(&step.from)).collect();
    let starts = starts?;
    // With the upper end closed (超过), standing on the threshold is not yet beyond it.
    let beyond = |from: &BigRational| {
        if ladder.closed == Closed::Below || ladder.mode == LadderMode::Curve { actual >= from } else { actual > from }
    };
    let next = starts.iter().position(|from| !beyond(from))?;
    let money = ladder.input == Type::Money;
    let unit = BigRational::from_integer(BigInt::from(if money { 1 } else { 100 }));
    let gain = (ladder.output == Type::Money).then(|| gain(ladder, &starts, next, actual, &value)).flatten();
    Some(NextStep {
        component: component.to_owned(),
        title: if ladder.title.is_empty() { ladder.name.clone() } else { ladder.title.clone() },
        money,
        actual: whole(&(actual * &unit))?,
        threshold: whole(&(&starts[next] * &unit))?,
        gain: gain.map(Fen),
    })
}

/// What the ladder pays at the threshold, as having entered the step, beyond what it pays now.
fn gain(
    ladder: &Ladder,
    starts: &[BigRational],
    next: usize,
    actual: &BigRational,
    value: &impl Fn(&Expr) -> Option<BigRational>,
) -> Option<i64> {
    let amounts: Option<Vec<(BigRational, BigRational)>> = ladder
        .steps
        .iter()
        .map(|step| {
            let of = |expr: &Option<Expr>| expr.as_ref().map_or_else(|| Some(BigRational::zero()), value);
            Some((of(&step.each)?, of(&step.flat)?))
        })
        .collect();
    let amounts = amounts?;
    // Pay with steps up to `last` entered, at an argument; `last` 0 means below the first.
    let pay = |entered: usize, at: &BigRational| -> BigRational {
        match ladder.mode {
            LadderMode::Whole => entered.checked_sub(1).map_or_else(BigRational::zero, |step| at * &amounts[step].0 + &amounts[step].1),
            LadderMode::Marginal => (0..entered).fold(BigRational::zero(), |sum, step| {
                let end = if step + 1 < entered { &starts[step + 1] } else { at };
                sum + (end - &starts[step]) * &amounts[step].0 + &amounts[step].1
            }),
            LadderMode::Curve => match entered {
                0 => BigRational::zero(),
                entered if entered == starts.len() || at == &starts[entered - 1] => amounts[entered - 1].1.clone(),
                entered => {
                    let (from, to) = (&starts[entered - 1], &starts[entered]);
                    let (low, high) = (&amounts[entered - 1].1, &amounts[entered].1);
                    low + (high - low) * (at - from) / (to - from)
                }
            },
        }
    };
    whole(&(pay(next + 1, &starts[next]) - pay(next, actual)))
}

/// Half away from zero to a whole number.
fn whole(value: &BigRational) -> Option<i64> {
    let half = BigRational::new(BigInt::from(1), BigInt::from(2));
    let magnitude = (value.abs() + half).floor().to_integer();
    (if value.is_negative() { -magnitude } else { magnitude }).to_i64()
}

impl IncomeSheet {
    /// The sheet for a terminal or a message.
    pub fn text(&self, lang: Lang) -> String {
        let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
        let mut lines = vec![
            format!("{} {} · {} {}", t("收入表", "Income sheet"), words::month(self.period, lang), self.name, self.partner),
            String::new(),
        ];
        let mut grid =
            Grid::new([t("<类别", "<Category"), t("笔数", "Lines"), t("本月(¥)", "This month (¥)"), t("上月(¥)", "Month before (¥)")]);
        for row in &self.rows {
            let before = row.before.map_or_else(|| "–".to_owned(), |amount| amount.to_string());
            grid.row([row.category.name(lang).to_owned(), row.lines.to_string(), row.amount.to_string(), before]);
        }
        grid.rule();
        grid.row([t("合计", "Total").to_owned(), String::new(), self.total.to_string()]);
        lines.extend(grid.lines());
        if self.points != Fen::ZERO {
            lines.push(format!("  {} {}", t("积分", "Points"), words::points(self.points)));
        }
        if self.to_come != Fen::ZERO {
            lines.push(format!("  {} {}", t("待释放(¥)", "Still to come (¥)"), self.to_come));
        }
        for step in &self.steps {
            lines.push(step_line(step, lang));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

fn step_line(step: &NextStep, lang: Lang) -> String {
    let number = |value: i64| {
        let text = Fen(value).to_string();
        if step.money { format!("¥{text}") } else { text.strip_suffix(".00").map_or(text.clone(), str::to_owned) }
    };
    let (actual, threshold, gap) = (number(step.actual), number(step.threshold), number(step.gap()));
    let gain = step.gain.map_or_else(String::new, |gain| match lang {
        Lang::Zh => format!("，可多得 ¥{gain}"),
        Lang::En => format!(", which would add ¥{gain}"),
    });
    match lang {
        Lang::Zh => format!("  {}：已达 {actual}，下一台阶 {threshold}，还差 {gap}{gain}", step.title),
        Lang::En => format!("  {}: {actual} reached, next step at {threshold}, {gap} missing{gain}", step.title),
    }
}

#[cfg(test)]
mod tests;
