//! From a file's headers to the columns of a table.

use crate::sheet::Rejects;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Lang, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A mapping document: what a source calls things. Everything in it is optional; standard headers and kinds need no entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The table the files hold, by name or Chinese label.
    pub table: Option<String>,
    /// Header of the file → column name. An empty name leaves the file's column out.
    pub columns: BTreeMap<String, String>,
    /// Kind in the file → code of the kind.
    pub kinds: BTreeMap<String, String>,
}

/// What the headers of a file mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headings {
    /// For each header its column, or `None` where it is passed over.
    pub columns: Vec<Option<Col>>,
    /// Headers passed over, for the report.
    pub ignored: Vec<String>,
}

impl Mapping {
    /// Checks the document against a table: every column name exists in it, every kind is one of its kinds.
    ///
    /// # Errors
    /// Names the first entry that is wrong.
    pub fn check(&self, table: Table) -> Result<(), Refusal> {
        for (header, name) in &self.columns {
            if !name.is_empty() && !column_of(name).is_some_and(|col| table.has(col)) {
                let names: Vec<&str> = table.columns().iter().map(|col| col.name()).collect();
                return Err(Refusal::bad_input(
                    "facts.mapping.column",
                    format!("映射文件把“{header}”对应到“{name}”，而表 {} 没有该列；可用的列：{}", table.label(), names.join("、")),
                    format!(
                        "the mapping sends \"{header}\" to \"{name}\", which {} does not have; it has: {}",
                        table.name(),
                        names.join(", ")
                    ),
                ));
            }
        }
        for (kind, code) in &self.kinds {
            if !table.kinds().is_empty() && !table.kinds().iter().any(|(known, _)| known == code) {
                return Err(Refusal::bad_input(
                    "facts.mapping.kind",
                    format!(
                        "映射文件把类型“{kind}”对应到“{code}”，而表 {} 没有该类型；可用的类型：{}",
                        table.label(),
                        kinds(table, Lang::Zh)
                    ),
                    format!(
                        "the mapping sends kind \"{kind}\" to \"{code}\", which {} does not have; it has: {}",
                        table.name(),
                        kinds(table, Lang::En)
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Finds the column of every header: by this document, else by name, label or alias.
    ///
    /// # Errors
    /// Two headers mean one column, or a required column is missing.
    pub fn headings(&self, file: &str, table: Table, headers: &[String]) -> Result<Headings, Refusal> {
        self.check(table)?;
        let mut columns: Vec<Option<Col>> = Vec::with_capacity(headers.len());
        let mut ignored = Vec::new();
        for header in headers {
            let col = match self.columns.get(header) {
                Some(name) => column_of(name),
                None => Col::by_header(header),
            };
            let col = col.filter(|col| table.has(*col));
            if let Some(twice) = col.and_then(|col| columns.iter().position(|other| *other == Some(col))) {
                let (first, name) = (&headers[twice], columns[twice].map_or("", Col::name));
                return Err(Refusal::bad_input(
                    "facts.header.twice",
                    format!("{file} 的表头“{first}”和“{header}”都对应列 {name}；请删除其一，或在映射文件中写明"),
                    format!("{file}: headers \"{first}\" and \"{header}\" both mean {name}; remove one, or say which in a mapping file"),
                ));
            }
            if col.is_none() && !header.is_empty() && !Rejects::is_own_header(header) {
                ignored.push(header.clone());
            }
            columns.push(col);
        }
        let missing: Vec<Col> = table.required().iter().copied().filter(|col| !columns.contains(&Some(*col))).collect();
        if missing.is_empty() {
            return Ok(Headings { columns, ignored });
        }
        let zh: Vec<String> = missing.iter().map(|col| format!("{}（{}）", col.label(), col.name())).collect();
        let en: Vec<&str> = missing.iter().map(|col| col.name()).collect();
        Err(Refusal::bad_input(
            "facts.header.missing",
            format!("{file} 缺少必需的列：{}；请补上该列，或用映射文件说明对应的表头。文件的表头：{}", zh.join("、"), headers.join("、")),
            format!(
                "{file} lacks required columns: {}; add them, or map their headers. The file has: {}",
                en.join(", "),
                headers.join(", ")
            ),
        ))
    }

    /// The code of a kind as the file writes it: by this document, else a code or Chinese label of the table. Where a table's
    /// kinds are open, any text is its own code. `None` for a kind the table does not have.
    pub fn kind<'a>(&'a self, table: Table, text: &'a str) -> Option<&'a str> {
        if let Some(code) = self.kinds.get(text) {
            return Some(code);
        }
        if table.kinds().is_empty() {
            return Some(text);
        }
        table.kinds().iter().find(|(code, label)| *code == text || *label == text).map(|(code, _)| *code)
    }
}

fn column_of(name: &str) -> Option<Col> {
    Col::ALL.iter().copied().find(|col| col.name() == name || col.label() == name)
}

/// The kinds of a table, for messages.
pub(super) fn kinds(table: Table, lang: Lang) -> String {
    let names = table.kinds().iter();
    match lang {
        Lang::Zh => names.map(|(code, label)| format!("{label}（{code}）")).collect::<Vec<_>>().join("、"),
        Lang::En => names.map(|(code, _)| *code).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn headers_are_found_in_both_languages_and_by_document() {
        // R0.7
        let mapping = Mapping {
            columns: [("办理时间", "occurred_on"), ("备注", "")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            kinds: [("新入网".to_owned(), "activation".to_owned())].into(),
            ..Mapping::default()
        };
        let found =
            mapping.headings("a.csv", Table::BusinessEvent, &headers(&["流水号", "Kind", "办理时间", "备注", "天气", "行号 row"])).unwrap();
        assert_eq!(found.columns, [Some(Col::EventId), Some(Col::Kind), Some(Col::OccurredOn), None, None, None]);
        assert_eq!(found.ignored, ["备注", "天气"]);
        let kind = |text| mapping.kind(Table::BusinessEvent, text).map(str::to_owned);
        assert_eq!(kind("新入网").as_deref(), Some("activation"));
        assert_eq!(kind("开卡").as_deref(), Some("activation"));
        assert_eq!(kind("recharge").as_deref(), Some("recharge"));
        assert_eq!(kind("送礼"), None);
        assert_eq!(mapping.kind(Table::Activity, "拜访"), Some("拜访"));
    }

    #[test]
    fn wrong_headers_are_refused_with_the_remedy() {
        // R0.7
        let refuse = |names: &[&str]| Mapping::default().headings("a.csv", Table::Cash, &headers(names)).unwrap_err();
        let missing = refuse(&["event_id", "金额"]);
        assert_eq!(missing.code, "facts.header.missing");
        assert!(missing.text.zh.contains("业务类型（kind）") && missing.text.en.contains("occurred_on"), "{missing:?}");
        assert_eq!(refuse(&["event_id", "流水号", "kind", "date"]).code, "facts.header.twice");
        let wrong = Mapping { columns: [("甲".to_owned(), "imei".to_owned())].into(), ..Mapping::default() };
        assert_eq!(wrong.check(Table::Cash).unwrap_err().code, "facts.mapping.column");
        let wrong = Mapping { kinds: [("甲".to_owned(), "gift".to_owned())].into(), ..Mapping::default() };
        assert_eq!(wrong.check(Table::Cash).unwrap_err().code, "facts.mapping.kind");
    }
}
