//! A statement for a terminal.

use super::grid::Grid;
use super::model::{ComponentRow, Section, Statement, Unpaid};
use super::words::{self, pick};
use super::{Pool, books};
use qudao_kernel::{Fen, Lang};
use qudao_policy::model::Destination;

/// The statement as aligned text: head, sections, the way to the payment, reasons, what is still to come.
pub fn text(statement: &Statement, lang: Lang) -> String {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let mut lines = vec![
        format!("{} {} · {}", t("对账单", "Statement"), statement.number, words::month(statement.period, lang)),
        format!("{} {} {}", statement.name, statement.partner, statement.tier).trim_end().to_owned(),
    ];
    for section in &statement.sections {
        lines.push(String::new());
        lines.extend(self::section(section, lang));
    }
    lines.push(String::new());
    let mut grid = Grid::new([t("<结算过程", "<From lines to payment"), t("金额(¥)", "Amount (¥)")]);
    for (label, amount, sum) in books::way(statement, lang) {
        if sum || amount != Fen::ZERO {
            grid.row([label, amount.to_string()]);
        }
    }
    lines.extend(grid.lines());
    if statement.pool != Pool::default() {
        lines.push(pool(statement.pool, lang));
    }
    if !statement.unpaid.is_empty() {
        lines.push(String::new());
        lines.extend(unpaid(&statement.unpaid, lang));
    }
    if !statement.calendar.is_empty() {
        let mut grid = Grid::new([t("<待释放", "<Still to come"), t("笔数", "Count"), t("金额(¥)", "Amount (¥)")]);
        for release in &statement.calendar {
            grid.row([words::month(release.due, lang), release.count.to_string(), release.amount.to_string()]);
        }
        lines.push(String::new());
        lines.extend(grid.lines());
    }
    lines.push(format!("  {} {}", t("校验码", "hash"), statement.hash));
    lines.push(String::new());
    lines.join("\n")
}

fn section(section: &Section, lang: Lang) -> Vec<String> {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let points = section.destination == Destination::Points;
    let figure = |amount: Fen| if points { words::points(amount) } else { amount.to_string() };
    let head = format!("<{}", words::destination(section.destination, lang));
    let total = if points { t("合计(分)", "Total (points)") } else { t("合计(¥)", "Total (¥)") };
    let mut grid = Grid::new([
        &head,
        t("笔数", "Lines"),
        t("本期计提", "Earned"),
        t("到期释放", "Released"),
        t("追回", "Taken back"),
        t("重算差额", "Re-run"),
        total,
    ]);
    let cells = |row: &ComponentRow| [row.earned, row.released, row.reversed, row.adjusted, row.total].map(figure);
    for row in &section.rows {
        grid.row([row.title.clone(), row.lines.to_string()].into_iter().chain(cells(row)));
    }
    grid.rule();
    let lines: u64 = section.rows.iter().map(|row| row.lines).sum();
    let blank = std::iter::repeat_n(String::new(), 4);
    grid.row([t("合计", "Total").to_owned(), lines.to_string()].into_iter().chain(blank).chain([figure(section.total)]));
    grid.lines()
}

fn pool(pool: Pool, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("  暂存池：期初 {}，转入 {}，转出 {}，期末 {}", pool.opening, pool.held, pool.released, pool.closing),
        Lang::En => {
            format!("  hold-back pool: opening {}, held {}, taken out {}, closing {}", pool.opening, pool.held, pool.released, pool.closing)
        }
    }
}

fn unpaid(list: &[Unpaid], lang: Lang) -> Vec<String> {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let mut grid = Grid::new([
        t("<未付原因", "<Not paid because"),
        t("<项目", "<Item"),
        t("笔数", "Count"),
        t("未付(¥)", "Not paid (¥)"),
        t("仍可补救", "Can still be met"),
        t("最近截止", "Next deadline"),
    ]);
    for row in list {
        let deadline = row.next_deadline.map_or_else(|| "–".to_owned(), |day| day.to_string());
        grid.row([
            row.sentence.clone(),
            row.title.clone(),
            row.count.to_string(),
            row.forgone.to_string(),
            row.curable.to_string(),
            deadline,
        ]);
    }
    grid.lines()
}
