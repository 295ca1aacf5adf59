//! The words an editor can offer: keywords, fields, kinds of facts, reasons; each in both languages, with what it is.

use crate::keywords::Kw;
use crate::vocab::{self, STANDARD_REASONS};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::{Lang, Text};

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// A keyword or fixed phrase.
    Keyword,
    /// Something expressions read.
    Field,
    /// A kind of fact.
    Kind,
    /// A table of facts.
    Table,
    /// A reason code.
    Reason,
}

/// A word of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it is.
    pub kind: WordKind,
    /// As it is written in either language.
    pub word: Text,
    /// What it stands for, or where it belongs.
    pub about: Text,
}

/// Every word, in the order of the documents.
pub fn vocabulary() -> Vec<Word> {
    let mut words = Vec::new();
    let mut add = |kind: WordKind, word: Text, about: Text| {
        if !words.iter().any(|known: &Word| (known.kind, &known.word) == (kind, &word)) {
            words.push(Word { kind, word, about });
        }
    };
    for kw in Kw::ALL {
        let (zh, en) = kw.group().split_once(' ').unwrap_or((kw.group(), kw.group()));
        add(WordKind::Keyword, Text::new(kw.word(Lang::Zh), kw.word(Lang::En)), Text::new(zh, en));
    }
    for field in vocab::fields() {
        let Some(ty) = vocab::field_type(field) else { continue };
        let word = Text::new(vocab::words(field, Lang::Zh), vocab::words(field, Lang::En));
        add(WordKind::Field, word, Text::new(vocab::type_word(ty, Lang::Zh), vocab::type_word(ty, Lang::En)));
    }
    for table in Table::ALL {
        add(WordKind::Table, Text::new(table.label(), table.name()), Text::new("事实表", "table of facts"));
        for (code, label) in table.kinds() {
            add(WordKind::Kind, Text::new(*label, *code), Text::new(table.label(), table.name()));
        }
    }
    for (code, zh, en) in STANDARD_REASONS {
        add(WordKind::Reason, Text::new(*code, *code), Text::new(*zh, *en));
    }
    words
}

/// Whether a column can stand in an expression by itself.
pub(crate) fn readable(col: Col) -> bool {
    col.ty() != ColType::Month
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_once_in_both_languages() {
        let words = vocabulary();
        let has = |kind: WordKind, zh: &str, en: &str| words.iter().any(|word| word.kind == kind && word.word == Text::new(zh, en));
        assert!(has(WordKind::Keyword, "酬金项", "component"));
        assert!(has(WordKind::Field, "套餐月费", "plan_fee"));
        assert!(has(WordKind::Field, "代理商.层级", "partner.tier"));
        assert!(has(WordKind::Kind, "开卡", "activation"));
        assert!(has(WordKind::Reason, "capped", "capped"));
        assert!(words.iter().all(|word| !word.word.zh.is_empty() && !word.word.en.is_empty() && !word.about.zh.is_empty()));
    }
}
