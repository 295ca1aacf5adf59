//! The report for a terminal.

use super::cliffs::Cliff;
use super::model::Names;
use super::report::{Bucket, Burn, Change, Draft, Report};
use crate::statement::grid::Grid;
use crate::statement::words::pick;
use qudao_kernel::{Fen, Lang};

/// The whole report, one table after the other.
pub fn text(report: &Report, names: &Names, lang: Lang) -> String {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let mut lines = vec![format!("{} {} – {}", t("政策模拟", "Policy simulation"), report.months.0, report.months.1), String::new()];
    lines.extend(overview(report, lang));
    for draft in &report.drafts {
        lines.extend([String::new(), format!("■ {} {} {}", draft.label, t("对比", "against"), report.live), String::new()]);
        let component = |key: &str| names.component(key).to_owned();
        lines.extend(changes(t("组件", "Component"), &draft.components, component, usize::MAX, lang));
        lines.push(String::new());
        lines.extend(changes(t("地区", "Region"), &draft.regions, |key| names.region(key), 20, lang));
        lines.push(String::new());
        lines.extend(changes(t("月份", "Month"), &draft.months, str::to_owned, usize::MAX, lang));
        lines.push(String::new());
        lines.extend(partners(draft, names, lang));
        if !draft.cliffs.is_empty() {
            lines.push(String::new());
            lines.extend(cliffs(&draft.cliffs, lang));
        }
        if !draft.budgets.is_empty() {
            lines.push(String::new());
            lines.extend(budgets(&draft.budgets, lang));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn overview(report: &Report, lang: Lang) -> Vec<String> {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let mut grid = Grid::new([
        t("<方案", "<Scenario"),
        t("总成本(¥)", "Cost (¥)"),
        t("差额(¥)", "Change (¥)"),
        t("差额%", "%"),
        t("每单成本(¥)", "Per unit (¥)"),
        t("获益", "Winners"),
        t("受损", "Losers"),
    ]);
    let live = &report.live_cost;
    grid.row([report.live.clone(), live.total.to_string(), String::new(), String::new(), per_unit(live.per_unit)]);
    for draft in &report.drafts {
        grid.row([
            draft.label.clone(),
            draft.cost.total.to_string(),
            signed(draft.delta),
            share(draft.delta_ppm),
            per_unit(draft.cost.per_unit),
            draft.partners.winners.to_string(),
            draft.partners.losers.to_string(),
        ]);
    }
    grid.lines()
}

fn changes(head: &str, list: &[Change], name: impl Fn(&str) -> String, most: usize, lang: Lang) -> Vec<String> {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let head = format!("<{head}");
    let mut grid = Grid::new([&head, t("现行(¥)", "In force (¥)"), t("草案(¥)", "Draft (¥)"), t("差额(¥)", "Change (¥)"), t("差额%", "%")]);
    let row = |label: String, change: &Change| {
        [label, change.live.to_string(), change.draft.to_string(), signed(change.delta()), share(change.delta_ppm())]
    };
    for change in list.iter().take(most) {
        grid.row(row(name(&change.key), change));
    }
    if list.len() > most {
        grid.row([format!("… {}", list.len() - most)]);
    }
    let all = |side: fn(&Change) -> Fen| Fen(list.iter().fold(0i64, |sum, change| sum.saturating_add(side(change).0)));
    grid.rule();
    let sum = Change { key: String::new(), live: all(|change| change.live), draft: all(|change| change.draft) };
    grid.row(row(t("合计", "Total").to_owned(), &sum));
    grid.lines()
}

fn partners(draft: &Draft, names: &Names, lang: Lang) -> Vec<String> {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let movement = &draft.partners;
    let mut lines = vec![format!(
        "  {} {} ({}) · {} {} ({}) · {} {}",
        t("获益", "winners"),
        movement.winners,
        signed(movement.gained),
        t("受损", "losers"),
        movement.losers,
        signed(movement.lost),
        t("不变", "unchanged"),
        movement.unchanged
    )];
    for (head, list) in [(t("获益最多", "Largest gains"), &movement.top_winners), (t("受损最多", "Largest losses"), &movement.top_losers)]
    {
        if list.is_empty() {
            continue;
        }
        let head = format!("<{head}");
        let mut grid =
            Grid::new([&head, t("现行(¥)", "In force (¥)"), t("草案(¥)", "Draft (¥)"), t("差额(¥)", "Change (¥)"), t("差额%", "%")]);
        for change in list {
            grid.row([
                names.partner(&change.key),
                change.live.to_string(),
                change.draft.to_string(),
                signed(change.delta()),
                share(change.delta_ppm()),
            ]);
        }
        lines.push(String::new());
        lines.extend(grid.lines());
    }
    let mut grid = Grid::new([t("<变动幅度", "<Change"), t("代理商数", "Partners"), t("差额(¥)", "Change (¥)"), "<"]);
    let most = movement.spread.iter().map(|bucket| bucket.partners).max().unwrap_or(0).max(1);
    for bucket in &movement.spread {
        let bar = "█".repeat(usize::try_from(bucket.partners * 24 / most).unwrap_or(0));
        grid.row([bounds(bucket, lang), bucket.partners.to_string(), signed(bucket.delta), bar]);
    }
    lines.push(String::new());
    lines.extend(grid.lines());
    lines
}

fn cliffs(list: &[Cliff], lang: Lang) -> Vec<String> {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let mut grid = Grid::new([
        t("<台阶", "<Ladder"),
        t("起点", "From"),
        t("跳增(¥)", "Jump (¥)"),
        t("台阶下 5% 内", "Within 5% below"),
        t("刚过 5% 内", "Within 5% above"),
        t("在此台阶", "On this step"),
    ]);
    for cliff in list {
        let counts = [cliff.below, cliff.above, cliff.on].map(|count| count.to_string());
        grid.row([cliff.title.clone(), hundredths(cliff.at, cliff.money), signed(cliff.jump)].into_iter().chain(counts));
    }
    grid.lines()
}

fn budgets(list: &[Burn], lang: Lang) -> Vec<String> {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let mut grid = Grid::new([t("<预算", "<Budget"), t("额度(¥)", "Limit (¥)"), t("剩余(¥)", "Left (¥)"), t("<用完日期", "<Used up on")]);
    for budget in list {
        let left = budget.left.last().map_or(budget.limit, |(_, left)| *left);
        let day = budget.exhausted_on.map_or_else(|| "–".to_owned(), |day| day.to_string());
        grid.row([budget.name.clone(), budget.limit.to_string(), left.to_string(), day]);
    }
    grid.lines()
}

/// Bounds of a bucket as people read them.
pub(super) fn bounds(bucket: &Bucket, lang: Lang) -> String {
    match (bucket.from, bucket.to) {
        (None, Some(to)) => format!("≤ {to}%"),
        (Some(from), None) => format!("≥ +{from}%"),
        (Some(0), Some(0)) => pick(lang, "不变", "none").to_owned(),
        (Some(from), Some(to)) if from < 0 => format!("{from}% … {to}%"),
        (Some(0), Some(to)) => format!("0% … +{to}%"),
        (Some(from), Some(to)) => format!("+{from}% … +{to}%"),
        (None, None) => String::new(),
    }
}

/// An amount with its sign.
pub(super) fn signed(amount: Fen) -> String {
    if amount.0 > 0 { format!("+{amount}") } else { amount.to_string() }
}

/// Millionths as per cent with one decimal and sign.
pub(super) fn share(ppm: Option<i64>) -> String {
    let Some(ppm) = ppm else { return "–".to_owned() };
    let tenths = (ppm.unsigned_abs() + 500) / 1_000;
    let sign = if tenths == 0 {
        ""
    } else if ppm < 0 {
        "-"
    } else {
        "+"
    };
    format!("{sign}{}.{}%", tenths / 10, tenths % 10)
}

/// Hundredths of a fen as yuan with four decimals.
pub(super) fn per_unit(value: Option<i64>) -> String {
    let Some(value) = value else { return "–".to_owned() };
    let magnitude = value.unsigned_abs();
    format!("{}{}.{:04}", if value < 0 { "-" } else { "" }, magnitude / 10_000, magnitude % 10_000)
}

/// Fen as yuan, or hundredths of a piece as pieces.
pub(super) fn hundredths(value: i64, money: bool) -> String {
    let text = Fen(value).to_string();
    if money { format!("¥{text}") } else { text.strip_suffix(".00").map_or(text.clone(), str::to_owned) }
}
