//! The report as one page: figures, charts, tables; no outside file, no script.

use super::charts;
use super::model::Names;
use super::report::{Change, Draft, Report};
use super::svg::escape;
use super::text::{hundredths, per_unit, share, signed};
use crate::statement::words::pick;
use qudao_kernel::{Fen, Lang};
use std::fmt::Write;

const STYLE: &str = ":root{--ink:#1b2733;--muted:#5b6b7b;--rule:#dde4eb;--tint:#f4f7fa;--deep:#123c69;--up:#2e7d5b;--down:#b3261e;--page:#fff}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--muted:#9fb0c0;--rule:#2d3742;--tint:#18212b;--deep:#6ea8e0;--up:#4fb286;--down:#f0776c;--page:#0f1620}}\
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:14px/1.6 -apple-system,'PingFang SC','Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif}\
main{max-width:860px;margin:0 auto;padding:32px 24px 64px}h1{font-size:26px;margin:0;color:var(--deep)}h2{font-size:19px;margin:44px 0 4px;padding-top:18px;border-top:2px solid var(--deep)}\
h3{font-size:15px;margin:26px 0 8px}p{margin:2px 0;color:var(--muted)}.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;margin:16px 0}\
.card{background:var(--tint);border-left:3px solid var(--deep);padding:10px 14px}.card b{display:block;font-size:18px;font-variant-numeric:tabular-nums}.card span{color:var(--muted);font-size:12px}\
svg{width:100%;height:auto;display:block;margin:8px 0}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:13px}\
th{font-size:12px;color:var(--muted);text-align:right;border-bottom:1.5px solid var(--deep);padding:5px 8px;white-space:nowrap}td{text-align:right;border-bottom:1px solid var(--rule);padding:5px 8px}\
th:first-child,td:first-child{text-align:left}tr.sum td{font-weight:700;background:var(--tint)}.up{color:var(--up)}.down{color:var(--down)}\
@media print{main{max-width:none;padding:0}h2{break-before:page}}";

/// The page.
pub fn html(report: &Report, names: &Names, lang: Lang) -> String {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let title = format!("{} {} – {}", t("政策模拟", "Policy simulation"), report.months.0, report.months.1);
    let mut page = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main><h1>{}</h1><p>{} – {} · {} {}</p>",
        t("zh-CN", "en"),
        t("政策模拟", "Policy simulation"),
        report.months.0,
        report.months.1,
        t("对照", "against"),
        escape(&report.live),
    );
    let mut add = |part: String| page.push_str(&part);
    add(charts::scenarios(report, lang));
    add(sensitivity(report, lang));
    for draft in &report.drafts {
        add(section(draft, report, names, lang));
    }
    page.push_str("</main></body></html>\n");
    page
}

fn sensitivity(report: &Report, lang: Lang) -> String {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let mut rows = vec![vec![
        escape(&report.live),
        report.live_cost.total.to_string(),
        "–".into(),
        "–".into(),
        per_unit(report.live_cost.per_unit),
        "–".into(),
        "–".into(),
    ]];
    for draft in &report.drafts {
        rows.push(vec![
            escape(&draft.label),
            draft.cost.total.to_string(),
            colored(draft.delta, &signed(draft.delta)),
            share(draft.delta_ppm),
            per_unit(draft.cost.per_unit),
            draft.partners.winners.to_string(),
            draft.partners.losers.to_string(),
        ]);
    }
    let heads = [
        t("方案", "Scenario"),
        t("总成本(¥)", "Cost (¥)"),
        t("差额(¥)", "Change (¥)"),
        t("差额%", "%"),
        t("每单成本(¥)", "Per unit (¥)"),
        t("获益", "Winners"),
        t("受损", "Losers"),
    ];
    table(&heads, &rows, None)
}

fn section(draft: &Draft, report: &Report, names: &Names, lang: Lang) -> String {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let mut part = format!("<h2>{}</h2>", escape(&draft.label));
    let cards = [
        (t("总成本(¥)", "Cost (¥)"), draft.cost.total.to_string()),
        (t("差额(¥)", "Change (¥)"), format!("{} ({})", signed(draft.delta), share(draft.delta_ppm))),
        (t("每单成本(¥)", "Per unit (¥)"), format!("{} → {}", per_unit(report.live_cost.per_unit), per_unit(draft.cost.per_unit))),
        (
            t("获益 / 受损 / 不变", "Winners / losers / unchanged"),
            format!("{} / {} / {}", draft.partners.winners, draft.partners.losers, draft.partners.unchanged),
        ),
    ];
    part.push_str("<div class=\"cards\">");
    for (label, value) in cards {
        // Writing to a String cannot fail, here and below.
        let _ = write!(part, "<div class=\"card\"><span>{label}</span><b>{value}</b></div>");
    }
    part.push_str("</div>");
    let mut chart = |head: &str, svg: String| {
        let _ = write!(part, "<h3>{head}</h3>{svg}");
    };
    chart(t("按组件的成本", "Cost by component"), charts::components(draft, names, lang));
    chart(t("获益与受损最多的代理商", "Largest gains and losses by partner"), charts::winners_losers(draft, names, lang));
    chart(t("代理商变动幅度分布", "How many partners change by how much"), charts::spread(draft, lang));
    chart(t("按地区的变动", "Change by region"), charts::regions(draft, names, lang));
    if !draft.cliffs.is_empty() {
        chart(t("台阶跳增", "Jumps at the steps"), charts::cliffs(&draft.cliffs, lang));
    }
    for budget in &draft.budgets {
        chart(t("预算剩余", "Budget left"), charts::burn_down(budget, lang));
    }
    let mut list = |head: &'static str, first: &'static str, changes: &[Change], name: &dyn Fn(&str) -> String| {
        let _ = write!(part, "<h3>{head}</h3>{}", change_table(first, changes, name, lang));
    };
    list(t("组件明细", "By component"), t("组件", "Component"), &draft.components, &|key| names.component(key).to_owned());
    list(t("地区明细", "By region"), t("地区", "Region"), &draft.regions, &|key| names.region(key));
    list(t("月份明细", "By month"), t("月份", "Month"), &draft.months, &str::to_owned);
    if !draft.cliffs.is_empty() {
        let _ = write!(part, "<h3>{}</h3>{}", t("台阶明细", "By step"), cliff_table(draft, lang));
    }
    part
}

fn change_table(first: &str, changes: &[Change], name: &dyn Fn(&str) -> String, lang: Lang) -> String {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let row = |label: String, change: &Change| {
        let delta = change.delta();
        vec![label, change.live.to_string(), change.draft.to_string(), colored(delta, &signed(delta)), share(change.delta_ppm())]
    };
    let rows: Vec<_> = changes.iter().map(|change| row(escape(&name(&change.key)), change)).collect();
    let all = |side: fn(&Change) -> Fen| Fen(changes.iter().fold(0i64, |sum, change| sum.saturating_add(side(change).0)));
    let sum = Change { key: String::new(), live: all(|change| change.live), draft: all(|change| change.draft) };
    let heads = [first, t("现行(¥)", "In force (¥)"), t("草案(¥)", "Draft (¥)"), t("差额(¥)", "Change (¥)"), t("差额%", "%")];
    table(&heads, &rows, Some(&row(t("合计", "Total").to_owned(), &sum)))
}

fn cliff_table(draft: &Draft, lang: Lang) -> String {
    let t = |zh: &'static str, en: &'static str| pick(lang, zh, en);
    let rows: Vec<_> = draft
        .cliffs
        .iter()
        .map(|cliff| {
            vec![
                escape(&cliff.title),
                hundredths(cliff.at, cliff.money),
                signed(cliff.jump),
                cliff.below.to_string(),
                cliff.above.to_string(),
                cliff.on.to_string(),
            ]
        })
        .collect();
    let heads = [
        t("台阶", "Ladder"),
        t("起点", "From"),
        t("跳增(¥)", "Jump (¥)"),
        t("台阶下 5% 内", "Within 5% below"),
        t("刚过 5% 内", "Within 5% above"),
        t("在此台阶", "On this step"),
    ];
    table(&heads, &rows, None)
}

/// A table of cells that are safe already.
fn table(heads: &[&str], rows: &[Vec<String>], sum: Option<&[String]>) -> String {
    let cells =
        |tag: &str, cells: &mut dyn Iterator<Item = &str>| cells.fold(String::new(), |line, cell| line + &format!("<{tag}>{cell}</{tag}>"));
    let mut text = format!("<table><thead><tr>{}</tr></thead><tbody>", cells("th", &mut heads.iter().copied()));
    for row in rows {
        let _ = write!(text, "<tr>{}</tr>", cells("td", &mut row.iter().map(String::as_str)));
    }
    if let Some(row) = sum {
        let _ = write!(text, "<tr class=\"sum\">{}</tr>", cells("td", &mut row.iter().map(String::as_str)));
    }
    text + "</tbody></table>"
}

fn colored(amount: Fen, text: &str) -> String {
    match amount.0.signum() {
        1 => format!("<span class=\"up\">{text}</span>"),
        -1 => format!("<span class=\"down\">{text}</span>"),
        _ => text.to_owned(),
    }
}
