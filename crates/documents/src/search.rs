//! Full search: titles by part or pinyin initials, names of files, and the words in them.

use crate::store::Document;
use qudao_kernel::Refusal;
use qudao_network::initials::Initials;
use qudao_platform::args;
use qudao_platform::db::Tx;
use std::collections::BTreeMap;

/// Characters shown on each side of what was found.
const AROUND: usize = 24;

/// Where a text was found in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// In the title, by part or initials.
    Title,
    /// In the name of a file.
    Name(String),
    /// In a file; the words around it.
    Words(String),
}

/// Whether a title is meant by what was typed.
pub fn titled(title: &str, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    title.to_lowercase().contains(&typed) || Initials::of(title).find(&typed).is_some()
}

/// The documents whose newest file has a text in its name or words, by id.
///
/// # Errors
/// The database does not answer.
pub async fn inside(tx: &mut Tx, typed: &str) -> Result<BTreeMap<String, Found>, Refusal> {
    let typed = typed.trim().to_lowercase();
    if typed.is_empty() {
        return Ok(BTreeMap::new());
    }
    let pattern = format!("%{}%", typed.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let sql = "select f.document, f.name, f.words from document_file f join document d on d.id = f.document and d.files = f.number
               where f.words like $1 escape '\\' or lower(f.name) like $1 escape '\\'";
    let mut found = BTreeMap::new();
    for row in tx.query(sql, args![&pattern]).await? {
        let (name, words) = (row.text("name")?, row.text("words")?);
        let at = match words.find(&typed) {
            Some(at) => Found::Words(around(words, at, typed.len())),
            None => Found::Name(name.to_owned()),
        };
        found.insert(row.string("document")?, at);
    }
    Ok(found)
}

/// Where a document was found, if it was: the title counts first.
pub fn of(document: &Document, typed: &str, inside: &BTreeMap<String, Found>) -> Option<Found> {
    if titled(&document.title, typed) { Some(Found::Title) } else { inside.get(&document.id).cloned() }
}

fn around(words: &str, at: usize, length: usize) -> String {
    let before = words.get(..at).unwrap_or("");
    let from = before.char_indices().rev().nth(AROUND - 1).map_or(0, |(index, _)| index);
    let after = words.get(at + length..).unwrap_or("");
    let to = after.char_indices().nth(AROUND).map_or(after.len(), |(index, _)| index);
    let cut = words.get(from..at + length + to).unwrap_or("");
    cut.split_whitespace().collect::<Vec<_>>().join(" ")
}
