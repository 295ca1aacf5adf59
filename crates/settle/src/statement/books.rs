//! The tables of a statement and of all statements, as a workbook or CSV files.

use super::catalog::Catalog;
use super::export::{Export, FileFormat, Look, SheetSpec};
use super::model::Statement;
use super::stream::{RunTotals, Sink};
use super::words::{self, pick};
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use qudao_policy::lines::Line;
use qudao_policy::model::Destination;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ColumnType::{Date as DateCol, Int, Money, Month as MonthCol, Text};

/// Tables of a partner's workbook.
const SUMMARY: usize = 0;
const LINES: usize = 1;
const UNPAID: usize = 2;

/// One partner's statement as three tables: summary, lines, reasons for what was not paid.
pub struct PartnerBook<'a> {
    export: Export,
    catalog: &'a Catalog<'a>,
    lang: Lang,
    written: i64,
    /// Title of the component of the line before; lines come sorted by component.
    title: (String, u32, String, String),
}

fn columns(lang: Lang, list: &[(&'static str, &'static str, ColumnType)]) -> Vec<Column> {
    list.iter().map(|(zh, en, ty)| Column::new(pick(lang, zh, en), *ty)).collect()
}

fn summary_columns(lang: Lang) -> Vec<Column> {
    columns(
        lang,
        &[
            ("项目", "Item", Text),
            ("政策", "Policy", Text),
            ("版本", "Version", Int),
            ("组件", "Component", Text),
            ("说明", "Description", Text),
            ("笔数", "Lines", Int),
            ("本期计提", "Earned", Money),
            ("到期释放", "Released", Money),
            ("追回", "Taken back", Money),
            ("重算差额", "Re-run difference", Money),
            ("合计", "Total", Money),
        ],
    )
}

fn line_columns(lang: Lang) -> Vec<Column> {
    columns(
        lang,
        &[
            ("序号", "No.", Int),
            ("业务日期", "Day", DateCol),
            ("政策", "Policy", Text),
            ("版本", "Version", Int),
            ("组件", "Component", Text),
            ("组件名称", "Title", Text),
            ("类型", "Kind", Text),
            ("归属月份", "Month it counts for", MonthCol),
            ("依据编号", "Basis", Text),
            ("用户号码", "Subscriber", Text),
            ("收款方类型", "Payee kind", Text),
            ("收款方", "Payee", Text),
            ("分项", "Part", Int),
            ("计提金额", "Accrued", Money),
            ("本期金额", "Amount", Money),
            ("去向", "Destination", Text),
            ("付款日", "Pay day", DateCol),
        ],
    )
}

fn unpaid_columns(lang: Lang) -> Vec<Column> {
    columns(
        lang,
        &[
            ("政策", "Policy", Text),
            ("版本", "Version", Int),
            ("组件", "Component", Text),
            ("组件名称", "Title", Text),
            ("原因代码", "Reason", Text),
            ("原因", "Sentence", Text),
            ("笔数", "Count", Int),
            ("未付金额", "Not paid", Money),
            ("仍可补救笔数", "Can still be met", Int),
            ("最近截止日", "Next deadline", DateCol),
            ("最晚截止日", "Last deadline", DateCol),
            ("举例", "Examples", Text),
        ],
    )
}

impl<'a> PartnerBook<'a> {
    /// Begins a partner's files. `path` is without extension.
    ///
    /// # Errors
    /// A file cannot be created.
    pub fn create(path: &Path, format: FileFormat, catalog: &'a Catalog<'a>, lang: Lang) -> Result<Self, Refusal> {
        let specs = vec![
            SheetSpec { tab: pick(lang, "汇总", "Summary"), file: "summary", columns: summary_columns(lang) },
            SheetSpec { tab: pick(lang, "明细", "Lines"), file: "lines", columns: line_columns(lang) },
            SheetSpec { tab: pick(lang, "未付原因", "Unpaid"), file: "unpaid", columns: unpaid_columns(lang) },
        ];
        Ok(Self { export: Export::create(path, format, specs)?, catalog, lang, written: 0, title: Default::default() })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The disk is full.
    pub fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        if (line.policy.as_str(), line.version, line.component.as_str()) != (&self.title.0, self.title.1, &self.title.2) {
            let title = self.catalog.title(&line.policy, line.version, &line.component);
            self.title = (line.policy.clone(), line.version, line.component.clone(), title);
        }
        self.written += 1;
        self.export.row(
            LINES,
            Look::Body,
            &[
                Cell::Int(self.written),
                Cell::Date(line.day),
                Cell::Text(&line.policy),
                Cell::Int(i64::from(line.version)),
                Cell::Text(&line.component),
                Cell::Text(&self.title.3),
                Cell::Text(words::kind(line.kind, self.lang)),
                Cell::Month(line.origin),
                Cell::Text(&line.basis),
                Cell::Text(&line.subscriber),
                Cell::Text(words::payee_kind(line.payee_kind, self.lang)),
                Cell::Text(&line.payee),
                Cell::Int(i64::from(line.part)),
                Cell::Money(Fen(line.accrued)),
                Cell::Money(Fen(line.amount)),
                Cell::Text(words::destination(line.destination, self.lang)),
                Cell::Date(line.pay_on),
            ],
        )
    }

    /// Adds the totals, the summary and the reasons, and completes the files.
    ///
    /// # Errors
    /// The disk is full, or a file cannot be put in its place.
    pub fn finish(mut self, statement: &Statement) -> Result<Vec<PathBuf>, Refusal> {
        for section in &statement.sections {
            let mut cells = [Cell::Empty; 17];
            cells[4] = Cell::Text(pick(self.lang, "合计", "Total"));
            cells[14] = Cell::Money(section.total);
            cells[15] = Cell::Text(words::destination(section.destination, self.lang));
            self.export.row(LINES, Look::Total, &cells)?;
        }
        self.summary(statement)?;
        self.unpaid(statement)?;
        self.export.finish()
    }

    fn summary(&mut self, statement: &Statement) -> Result<(), Refusal> {
        let lang = self.lang;
        for (label, value) in head(statement, lang) {
            self.item(label, "", &value, None, None, Look::Body)?;
        }
        for section in &statement.sections {
            let name = words::destination(section.destination, lang);
            for row in &section.rows {
                let cells = [
                    Cell::Text(name),
                    Cell::Text(&row.policy),
                    Cell::Int(i64::from(row.version)),
                    Cell::Text(&row.component),
                    Cell::Text(&row.title),
                    Cell::Int(i64::try_from(row.lines).unwrap_or(i64::MAX)),
                    Cell::Money(row.earned),
                    Cell::Money(row.released),
                    Cell::Money(row.reversed),
                    Cell::Money(row.adjusted),
                    Cell::Money(row.total),
                ];
                self.export.row(SUMMARY, Look::Body, &cells)?;
            }
            let lines = section.rows.iter().map(|row| row.lines).sum();
            self.item(name, "", pick(lang, "小计", "Subtotal"), Some(lines), Some(section.total), Look::Total)?;
        }
        for adjustment in &statement.adjustments {
            self.item(
                words::adjustment(adjustment.kind, lang),
                &adjustment.code,
                &adjustment.text,
                None,
                Some(adjustment.amount),
                Look::Body,
            )?;
        }
        for offset in &statement.offsets {
            let bill = &offset.receivable;
            let text = format!(
                "{} · {} {} · {} · {} {}",
                bill.text,
                pick(lang, "到期", "due"),
                bill.due_on,
                words::outcome(offset.outcome, lang),
                pick(lang, "依据：", "ground:"),
                words::consent(&bill.consent, lang)
            );
            self.item(pick(lang, "抵扣货款", "Receivable taken"), &bill.code, &text, None, Some(Fen(-offset.taken.0)), Look::Body)?;
        }
        for (label, amount, sum) in way(statement, lang) {
            self.item(&label, "", "", None, Some(amount), if sum { Look::Total } else { Look::Body })?;
        }
        self.item(pick(lang, "暂存池期初", "Pool, opening"), "", "", None, Some(statement.pool.opening), Look::Body)?;
        self.item(pick(lang, "暂存池转入", "Pool, held back"), "", "", None, Some(statement.pool.held), Look::Body)?;
        self.item(pick(lang, "暂存池转出", "Pool, taken out"), "", "", None, Some(statement.pool.released), Look::Body)?;
        self.item(pick(lang, "暂存池期末", "Pool, closing"), "", "", None, Some(statement.pool.closing), Look::Total)?;
        for part in &statement.payees {
            for (destination, amount) in &part.amounts {
                let label = format!("{} · {}", pick(lang, "其中", "of which"), words::payee_kind(part.kind, lang));
                let text = format!("{} {}", part.name, words::destination(*destination, lang));
                self.item(&label, &part.code, text.trim(), Some(part.lines), Some(*amount), Look::Body)?;
            }
        }
        for release in &statement.calendar {
            let label = pick(lang, "待释放", "Still to come");
            self.item(label, "", &words::month(release.due, lang), Some(release.count), Some(release.amount), Look::Body)?;
        }
        Ok(())
    }

    fn item(&mut self, label: &str, code: &str, text: &str, lines: Option<u64>, amount: Option<Fen>, look: Look) -> Result<(), Refusal> {
        let mut cells = [Cell::Empty; 11];
        cells[0] = Cell::Text(label);
        cells[3] = if code.is_empty() { Cell::Empty } else { Cell::Text(code) };
        cells[4] = if text.is_empty() { Cell::Empty } else { Cell::Text(text) };
        cells[5] = lines.map_or(Cell::Empty, |lines| Cell::Int(i64::try_from(lines).unwrap_or(i64::MAX)));
        cells[10] = amount.map_or(Cell::Empty, Cell::Money);
        self.export.row(SUMMARY, look, &cells)
    }

    fn unpaid(&mut self, statement: &Statement) -> Result<(), Refusal> {
        for row in &statement.unpaid {
            let examples = row.examples.join(pick(self.lang, "、", ", "));
            let cells = [
                Cell::Text(&row.policy),
                Cell::Int(i64::from(row.version)),
                Cell::Text(&row.component),
                Cell::Text(&row.title),
                Cell::Text(&row.code),
                Cell::Text(&row.sentence),
                Cell::Int(i64::try_from(row.count).unwrap_or(i64::MAX)),
                Cell::Money(row.forgone),
                Cell::Int(i64::try_from(row.curable).unwrap_or(i64::MAX)),
                row.next_deadline.map_or(Cell::Empty, Cell::Date),
                row.last_deadline.map_or(Cell::Empty, Cell::Date),
                Cell::Text(&examples),
            ];
            self.export.row(UNPAID, Look::Body, &cells)?;
        }
        Ok(())
    }
}

/// Number, period, partner and so on.
fn head(statement: &Statement, lang: Lang) -> Vec<(&'static str, String)> {
    vec![
        (pick(lang, "对账单编号", "Statement"), statement.number.clone()),
        (pick(lang, "账期", "Period"), statement.period.to_string()),
        (pick(lang, "出具日期", "Issued"), statement.issued_on.to_string()),
        (pick(lang, "代理商编码", "Partner"), statement.partner.clone()),
        (pick(lang, "代理商名称", "Name"), statement.name.clone()),
        (pick(lang, "校验码", "Hash"), statement.hash.clone()),
    ]
}

/// The way from the lines to the payment, signed so that it reads downwards; `true` marks sums.
pub(crate) fn way(statement: &Statement, lang: Lang) -> Vec<(String, Fen, bool)> {
    let totals = &statement.totals;
    let of = |a: Fen, b: Fen| Fen(a.0.saturating_add(b.0));
    let tax = format!("{}{}{}", pick(lang, "代扣个税(", "Tax withheld ("), words::percent(totals.tax_ppm), pick(lang, ")", ")"));
    vec![
        (pick(lang, "本期酬金", "Lines of the period").into(), totals.lines, false),
        (pick(lang, "人工调整", "Adjustments").into(), totals.adjustments, false),
        (pick(lang, "预支", "Advances").into(), totals.advances, false),
        (pick(lang, "上期结转", "Brought forward").into(), of(totals.brought.taxable, totals.brought.net), false),
        (pick(lang, "应付合计", "Due").into(), totals.due, true),
        (pick(lang, "直付店员账户", "To clerks' own accounts").into(), Fen(totals.direct.0.saturating_neg()), false),
        (tax, Fen(-totals.tax.0), false),
        (pick(lang, "抵扣货款", "Receivables taken").into(), Fen(-totals.offsets.0), false),
        (pick(lang, "结转下期", "Carried forward").into(), Fen(of(totals.carried.taxable, totals.carried.net).0.saturating_neg()), false),
        (pick(lang, "本期实付", "Payment").into(), totals.payment, true),
    ]
}

/// Destination, policy, version, component and its title.
type ComponentKey = (Destination, String, u32, String, String);

/// All statements of a run in two tables: 对账单 by partner and 组件 over all partners.
pub struct CompanyBook {
    export: Export,
    lang: Lang,
    totals: RunTotals,
    pool: i128,
    components: BTreeMap<ComponentKey, (u64, i128)>,
}

impl CompanyBook {
    /// Begins the files. `path` is without extension.
    ///
    /// # Errors
    /// A file cannot be created.
    pub fn create(path: &Path, format: FileFormat, lang: Lang) -> Result<Self, Refusal> {
        let mut partners = columns(
            lang,
            &[
                ("对账单编号", "Statement", Text),
                ("代理商编码", "Partner", Text),
                ("代理商名称", "Name", Text),
                ("层级", "Tier", Text),
                ("笔数", "Lines", Int),
            ],
        );
        partners.extend(words::DESTINATIONS.iter().map(|destination| Column::new(words::destination(*destination, lang), Money)));
        partners.extend(columns(
            lang,
            &[
                ("人工调整", "Adjustments", Money),
                ("上期结转", "Brought forward", Money),
                ("应付合计", "Due", Money),
                ("直付店员", "To clerks", Money),
                ("代扣个税", "Tax", Money),
                ("抵扣货款", "Receivables taken", Money),
                ("结转下期", "Carried forward", Money),
                ("本期实付", "Payment", Money),
                ("暂存池期末", "Pool, closing", Money),
                ("校验码", "Hash", Text),
            ],
        ));
        let components = columns(
            lang,
            &[
                ("去向", "Destination", Text),
                ("政策", "Policy", Text),
                ("版本", "Version", Int),
                ("组件", "Component", Text),
                ("组件名称", "Title", Text),
                ("笔数", "Lines", Int),
                ("合计", "Total", Money),
            ],
        );
        let specs = vec![
            SheetSpec { tab: pick(lang, "对账单", "Statements"), file: "statements", columns: partners },
            SheetSpec { tab: pick(lang, "组件", "Components"), file: "components", columns: components },
        ];
        let export = Export::create(path, format, specs)?;
        Ok(Self { export, lang, totals: RunTotals::default(), pool: 0, components: BTreeMap::new() })
    }

    /// Adds the totals and completes the files.
    ///
    /// # Errors
    /// The disk is full, or a file cannot be put in its place.
    pub fn finish(mut self) -> Result<Vec<PathBuf>, Refusal> {
        let totals = std::mem::take(&mut self.totals);
        let mut cells = vec![
            Cell::Text(pick(self.lang, "合计", "Total")),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Int(i64::try_from(totals.lines).unwrap_or(i64::MAX)),
        ];
        cells.extend(
            words::DESTINATIONS.iter().map(|destination| Cell::Money(totals.destinations.get(destination).copied().unwrap_or_default())),
        );
        let amounts =
            [totals.adjustments, totals.brought, totals.due, totals.direct, totals.tax, totals.offsets, totals.carried, totals.payment];
        cells.extend(amounts.map(Cell::Money));
        cells.extend([Cell::Money(fen(self.pool)?), Cell::Empty]);
        self.export.row(0, Look::Total, &cells)?;
        for ((destination, policy, version, component, title), (lines, amount)) in &self.components {
            let cells = [
                Cell::Text(words::destination(*destination, self.lang)),
                Cell::Text(policy),
                Cell::Int(i64::from(*version)),
                Cell::Text(component),
                Cell::Text(title),
                Cell::Int(i64::try_from(*lines).unwrap_or(i64::MAX)),
                Cell::Money(fen(*amount)?),
            ];
            self.export.row(1, Look::Body, &cells)?;
        }
        self.export.finish()
    }
}

fn fen(amount: i128) -> Result<Fen, Refusal> {
    i64::try_from(amount).map(Fen).map_err(|_| super::balance::too_large())
}

impl Sink for CompanyBook {
    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        self.totals.add(statement)?;
        self.pool += i128::from(statement.pool.closing.0);
        let totals = &statement.totals;
        let mut cells = vec![
            Cell::Text(&statement.number),
            Cell::Text(&statement.partner),
            Cell::Text(&statement.name),
            Cell::Text(&statement.tier),
            Cell::Int(i64::try_from(statement.lines).unwrap_or(i64::MAX)),
        ];
        cells.extend(words::DESTINATIONS.iter().map(|destination| Cell::Money(statement.total(*destination))));
        let brought = Fen(totals.brought.taxable.0 + totals.brought.net.0);
        let carried = Fen(totals.carried.taxable.0 + totals.carried.net.0);
        cells.extend(
            [totals.adjustments, brought, totals.due, totals.direct, totals.tax, totals.offsets, carried, totals.payment].map(Cell::Money),
        );
        cells.extend([Cell::Money(statement.pool.closing), Cell::Text(&statement.hash)]);
        self.export.row(0, Look::Body, &cells)?;
        for section in &statement.sections {
            for row in &section.rows {
                let key = (section.destination, row.policy.clone(), row.version, row.component.clone(), row.title.clone());
                let entry = self.components.entry(key).or_default();
                entry.0 += row.lines;
                entry.1 += i128::from(row.total.0);
            }
        }
        Ok(())
    }
}
