//! A proof's letter as the template shows it: title, sections, labelled rows, and the policy's own words.
//!
//! The letter is text for people: a first line that is its title, section heads without indent, rows indented by two blanks whose label
//! takes fourteen columns, and quoted lines behind a stroke.

use serde_json::{Value, json};
use unicode_width::UnicodeWidthChar;

/// Columns of a label.
const LABEL: usize = 14;

/// The letter's parts.
pub(super) fn parts(letter: &str) -> Value {
    let mut lines = letter.lines();
    let title = lines.next().unwrap_or_default();
    let mut sections: Vec<(String, Vec<Value>)> = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty() && !line.starts_with("==")) {
        let Some(row) = line.strip_prefix("  ") else {
            sections.push((line.trim().to_owned(), Vec::new()));
            continue;
        };
        if sections.is_empty() {
            sections.push((String::new(), Vec::new()));
        }
        if let Some((_, rows)) = sections.last_mut() {
            rows.push(self::row(row));
        }
    }
    let sections: Vec<Value> = sections.into_iter().map(|(head, rows)| json!({"head": head, "rows": rows})).collect();
    json!({"title": title, "sections": sections})
}

/// A row: what is quoted, or label and text. Blanks before the text are kept as their number.
fn row(row: &str) -> Value {
    if let Some(quoted) = row.strip_prefix("| ").or_else(|| row.strip_prefix('|')) {
        let text = quoted.trim_start();
        return json!({"quote": true, "label": "", "indent": quoted.chars().count() - text.chars().count(), "text": text});
    }
    let (label, rest) = row.split_at(cut(row));
    let text = rest.trim_start();
    json!({"quote": false, "label": label.trim(), "indent": rest.chars().count() - text.chars().count(), "text": text})
}

/// Byte where the text of a row begins: after fourteen columns, or after the first blank behind a longer label.
fn cut(row: &str) -> usize {
    let mut column = 0;
    let mut before = ' ';
    for (at, letter) in row.char_indices() {
        if column >= LABEL && before == ' ' {
            return at;
        }
        column += letter.width().unwrap_or(0);
        before = letter;
    }
    row.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_comes_apart_where_its_columns_are() {
        let letter =
            "计酬说明 2026-07\n================\n\n结果\n  金额          25.80\n                第二行\n\n政策原文\n  |   pay 20%\n";
        let parts = parts(letter);
        assert_eq!(parts["title"], "计酬说明 2026-07");
        assert_eq!(parts["sections"][0]["head"], "结果");
        assert_eq!(parts["sections"][0]["rows"][0], json!({"quote": false, "label": "金额", "indent": 0, "text": "25.80"}));
        assert_eq!(parts["sections"][0]["rows"][1], json!({"quote": false, "label": "", "indent": 0, "text": "第二行"}));
        assert_eq!(parts["sections"][1]["rows"][0], json!({"quote": true, "label": "", "indent": 2, "text": "pay 20%"}));
    }
}
