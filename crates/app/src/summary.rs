//! What a run leaves for people and programs: `summary.json` and the same on the terminal.

use crate::check::Check;
use crate::inputs::InputFile;
use crate::rerun::Rerun;
use crate::say::{Say, table, yuan};
use qudao_engine::settle::{ComponentTotals, SettleReport};
use qudao_kernel::Month;
use qudao_settle::statement::{Catalog, RunTotals};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Period settled.
    pub(crate) period: Month,
    /// Folder of the month before, relative to this one or absolute.
    pub(crate) previous: Option<PathBuf>,
    /// Periods of the chain, this one last.
    pub(crate) periods: Vec<Month>,
    /// Version of the program.
    pub(crate) program: String,
    /// What was read.
    pub(crate) inputs: Inputs,
    /// Sums that must be equal.
    pub(crate) control: Control,
    /// What the engine counted.
    pub(crate) report: Report,
    /// Sums over all statements.
    pub(crate) statements: RunTotals,
    /// What was settled a second time.
    #[serde(default)]
    pub(crate) check: Check,
    /// Of a re-run: what it found different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rerun: Option<Rerun>,
}

/// What was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Inputs {
    /// Policy files.
    pub(crate) policies: Vec<InputFile>,
    /// Master files.
    pub(crate) master: Vec<InputFile>,
    /// Loose fact files; empty for a store.
    pub(crate) facts: Vec<InputFile>,
    /// Fact files of the store, and their hashes.
    pub(crate) fact_files: Vec<InputFile>,
    /// Snapshot of the store.
    pub(crate) snapshot: Option<u64>,
}

/// Sums that must be equal, fen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Control {
    /// Of the lines, as the engine counted them.
    pub(crate) engine: i64,
    /// Of the lines, as they were read back.
    pub(crate) lines: i64,
    /// Of the statements.
    pub(crate) statements: i64,
    /// Of the ledger's postings for the lines; absent where nothing was posted.
    pub(crate) postings: Option<i64>,
}

/// The engine's counts in a form that can be read back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) facts: u64,
    pub(crate) unattributed: u64,
    pub(crate) lines: u64,
    pub(crate) obligations: u64,
    pub(crate) reasons: u64,
    pub(crate) amount: i64,
    pub(crate) components: Vec<ComponentRow>,
}

/// Counts of one component.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ComponentRow {
    pub(crate) policy: String,
    pub(crate) version: u32,
    pub(crate) component: String,
    pub(crate) lines: u64,
    pub(crate) accrued: i64,
    pub(crate) amount: i64,
    pub(crate) scheduled: i64,
    pub(crate) reasons: BTreeMap<String, u64>,
}

fn fen(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

impl From<&SettleReport> for Report {
    fn from(report: &SettleReport) -> Self {
        let row = |one: &ComponentTotals| ComponentRow {
            policy: one.policy.clone(),
            version: one.version,
            component: one.component.clone(),
            lines: one.lines,
            accrued: fen(one.accrued),
            amount: fen(one.amount),
            scheduled: fen(one.scheduled),
            reasons: one.reasons.clone(),
        };
        Self {
            facts: report.facts,
            unattributed: report.unattributed,
            lines: report.lines,
            obligations: report.obligations,
            reasons: report.reasons,
            amount: fen(report.amount),
            components: report.components.iter().map(row).collect(),
        }
    }
}

/// Most reasons shown on the terminal.
const REASONS: usize = 8;

impl Summary {
    /// The summary for a terminal.
    pub(crate) fn text(&self, say: &Say, catalog: &Catalog<'_>) -> String {
        if let Some(rerun) = &self.rerun {
            return self.differences(say, catalog, rerun) + &self.checked(say);
        }
        let report = &self.report;
        let head: Vec<String> = if say.lang == qudao_kernel::Lang::Zh {
            ["组件", "版本", "明细", "计提", "本月应付", "列入以后各月"].map(str::to_owned).to_vec()
        } else {
            ["component", "version", "lines", "accrued", "due now", "scheduled"].map(str::to_owned).to_vec()
        };
        let mut rows = vec![head];
        let mut sums = (0, 0, 0, 0);
        for one in report.components.iter().filter(|one| one.lines > 0 || one.scheduled != 0) {
            sums = (sums.0 + one.lines, sums.1 + one.accrued, sums.2 + one.amount, sums.3 + one.scheduled);
            rows.push(vec![
                catalog.title(&one.policy, one.version, &one.component),
                format!("{} v{}", one.policy, one.version),
                one.lines.to_string(),
                yuan(one.accrued.into()),
                yuan(one.amount.into()),
                yuan(one.scheduled.into()),
            ]);
        }
        let total = say.pick("合计", "total").to_owned();
        rows.push(vec![total, String::new(), sums.0.to_string(), yuan(sums.1.into()), yuan(sums.2.into()), yuan(sums.3.into())]);
        let head = match say.lang {
            qudao_kernel::Lang::Zh => format!(
                "{} 结算：读取事实 {} 条，明细 {} 条，未计酬 {} 条，未归属 {} 条，对账单 {} 份，应付 {} 元，付款 {} 元",
                self.period,
                report.facts,
                report.lines,
                report.reasons,
                report.unattributed,
                self.statements.statements,
                yuan(report.amount.into()),
                yuan(self.statements.payment.0.into())
            ),
            qudao_kernel::Lang::En => format!(
                "{}: {} facts read, {} lines, {} not paid, {} unattributed, {} statements, {} yuan due, {} yuan to pay",
                self.period,
                report.facts,
                report.lines,
                report.reasons,
                report.unattributed,
                self.statements.statements,
                yuan(report.amount.into()),
                yuan(self.statements.payment.0.into())
            ),
        };
        format!("{head}\n\n{}\n{}{}", table(2, &rows), self.reasons(say), self.checked(say))
    }

    /// What was settled a second time, for a terminal.
    fn checked(&self, say: &Say) -> String {
        let Check { partners, components: (judged, all), lines, obligations, reasons, .. } = &self.check;
        let partners = partners.len();
        match (say.lang, partners) {
            (_, 0) => String::new(),
            (qudao_kernel::Lang::Zh, _) => {
                format!(
                    "\n抽查 {partners} 个代理商、{judged}/{all} 个组件：明细 {lines} 行、待付 {obligations} 项、原因 {reasons} 条，与逐笔解释全部一致\n"
                )
            }
            (qudao_kernel::Lang::En, _) => format!(
                "\nchecked {partners} partners, {judged} of {all} components: {lines} lines, {obligations} obligations, {reasons} reasons are those of the interpreter\n"
            ),
        }
    }

    /// What a re-run found, for a terminal.
    fn differences(&self, say: &Say, catalog: &Catalog<'_>, rerun: &Rerun) -> String {
        let zh = say.lang == qudao_kernel::Lang::Zh;
        let (period, rows, compared, post_in) = (self.period, rerun.rows, rerun.compared, rerun.post_in);
        let (up, down, net) = (yuan(rerun.up.into()), yuan(rerun.down.into()), yuan(i128::from(rerun.up) + i128::from(rerun.down)));
        let head = match (zh, rows) {
            (true, 0) => format!("{period} 第 {} 次重算：{compared} 行与已过账的一致，无差额，不过账\n", rerun.number),
            (false, 0) => format!("{period}, re-run {}: {compared} lines are as posted; nothing to post\n", rerun.number),
            (true, _) => format!(
                "{period} 第 {} 次重算：{compared} 行中有 {rows} 行不同，补 {up} 元，扣 {down} 元，净 {net} 元，记入 {post_in}\n",
                rerun.number
            ),
            (false, _) => format!(
                "{period}, re-run {}: {rows} rows differ of {compared} lines, {up} more, {down} less, {net} yuan net, posted in {post_in}\n",
                rerun.number
            ),
        };
        if rows == 0 {
            return head;
        }
        let names = if zh {
            ["组件", "版本", "原因", "行", "补", "扣"]
        } else {
            ["component", "version", "cause", "rows", "more", "less"]
        };
        let mut table_rows = vec![names.map(str::to_owned).to_vec()];
        for one in &rerun.differences {
            let more = if one.rows > 1 { say.pick(" 等", ", …") } else { "" };
            let example = if zh { &one.example.0 } else { &one.example.1 };
            table_rows.push(vec![
                catalog.title(&one.policy, one.version, &one.component),
                format!("{} v{}", one.policy, one.version),
                format!("{example}{more}"),
                one.rows.to_string(),
                yuan(one.up.into()),
                yuan(one.down.into()),
            ]);
        }
        let note = say.pick("逐行见 differences.csv", "row by row in differences.csv");
        format!("{head}\n{}\n{note}\n", table(3, &table_rows))
    }

    fn reasons(&self, say: &Say) -> String {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for one in &self.report.components {
            for (code, count) in &one.reasons {
                *counts.entry(code).or_default() += count;
            }
        }
        let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        counts.truncate(REASONS);
        if counts.is_empty() {
            return String::new();
        }
        let rows: Vec<Vec<String>> = counts.into_iter().map(|(code, count)| vec![format!("  {code}"), count.to_string()]).collect();
        format!("{}\n{}", say.pick("未计酬的主要原因", "most frequent reasons for not paying"), table(1, &rows))
    }
}
