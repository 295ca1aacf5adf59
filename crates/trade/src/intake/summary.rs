//! What an import did, in sentences.

use qudao_kernel::Lang;
use qudao_platform::columnar::facts::{ImportReport, Outcome};

/// The report of an import for a terminal: accounts, what to look at, what to do next.
pub fn summary(report: &ImportReport, lang: Lang) -> String {
    match lang {
        Lang::Zh => zh(report),
        Lang::En => en(report),
    }
}

fn zh(report: &ImportReport) -> String {
    let ImportReport { received, accepted, rejected, duplicates, conflicts, .. } = report;
    let mut lines = vec![
        format!("{} → {}（{}）", report.file, report.table.label(), report.encoding.as_deref().unwrap_or("—")),
        format!("收到 {received} 行 = 接受 {accepted} + 拒绝 {rejected}（其中重复 {duplicates}，冲突 {conflicts}）"),
    ];
    if report.corrections > 0 {
        lines.push(format!("接受的行中有 {} 行是对已有记录的更正", report.corrections));
    }
    if report.unattributed() > 0 {
        lines.push(format!(
            "未归属 {} 行（网点未知 {}，代理商未知 {}，均未填写 {}）；已保留，补全主数据后重新结算即可归属。未知编码：{}",
            report.unattributed(),
            report.unknown_outlets,
            report.unknown_partners,
            report.unnamed,
            report.unknown_codes.join("、"),
        ));
    }
    if !report.ignored.is_empty() {
        lines.push(format!("未使用的列：{}", report.ignored.join("、")));
    }
    for problem in report.problems.iter().take(5) {
        lines.push(format!("  第 {} 行，列“{}”，值“{}”：{}", problem.row, problem.column, problem.value, problem.text.zh));
    }
    if let Some(path) = &report.rejects {
        lines.push(format!("被拒绝的行在 {}；更正后可直接导入该文件", path.display()));
    }
    lines.push(match &report.outcome {
        Outcome::Landed(snapshot) => format!("已保存为批次 {}，快照 {snapshot}", report.batch),
        Outcome::Checked => "只检查，未保存".to_owned(),
        Outcome::Refused => "有需要更正的行，整个文件未保存；更正后重试，或使用 --accept-partial 只导入正确的行".to_owned(),
        Outcome::Nothing => "没有新的行，未保存".to_owned(),
    });
    lines.join("\n")
}

fn en(report: &ImportReport) -> String {
    let ImportReport { received, accepted, rejected, duplicates, conflicts, .. } = report;
    let mut lines = vec![
        format!("{} → {} ({})", report.file, report.table.name(), report.encoding.as_deref().unwrap_or("-")),
        format!("received {received} rows = accepted {accepted} + rejected {rejected} (duplicates {duplicates}, conflicts {conflicts})"),
    ];
    if report.corrections > 0 {
        lines.push(format!("{} of the accepted rows correct earlier ones", report.corrections));
    }
    if report.unattributed() > 0 {
        lines.push(format!(
            "{} rows belong to nobody (outlet unknown {}, partner unknown {}, neither named {}); they are kept, complete the master data and settle again. Unknown: {}",
            report.unattributed(),
            report.unknown_outlets,
            report.unknown_partners,
            report.unnamed,
            report.unknown_codes.join(", "),
        ));
    }
    if !report.ignored.is_empty() {
        lines.push(format!("columns passed over: {}", report.ignored.join(", ")));
    }
    for problem in report.problems.iter().take(5) {
        lines.push(format!("  row {}, column \"{}\", value \"{}\": {}", problem.row, problem.column, problem.value, problem.text.en));
    }
    if let Some(path) = &report.rejects {
        lines.push(format!("the rejected rows are in {}; correct them there and import that file", path.display()));
    }
    lines.push(match &report.outcome {
        Outcome::Landed(snapshot) => format!("saved as batch {}, snapshot {snapshot}", report.batch),
        Outcome::Checked => "checked only, nothing saved".to_owned(),
        Outcome::Refused => {
            "rows need correcting, nothing of the file was saved; correct them, or load the good rows with --accept-partial".to_owned()
        }
        Outcome::Nothing => "no new rows, nothing saved".to_owned(),
    });
    lines.join("\n")
}
