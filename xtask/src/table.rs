//! The little of TOML that our own tables use: `[section]`, `key = "text"`, `key = 12`, `key = true`, comments.

use crate::shell::Done;
use std::collections::BTreeMap;
use std::path::Path;

/// Sections of `key = value`, in the order of their names.
#[derive(Debug, Default)]
pub(crate) struct Table(BTreeMap<String, BTreeMap<String, String>>);

impl Table {
    /// Reads a file; an error names the line.
    pub(crate) fn read(path: &Path) -> Done<Table> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Table::parse(&text).map_err(|line| format!("{}:{line}: write `key = value` under a [section]", path.display()))
    }

    fn parse(text: &str) -> Result<Table, usize> {
        let mut table = Table::default();
        let mut section: Option<String> = None;
        for (at, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = Some(name.to_owned());
                table.0.entry(name.to_owned()).or_default();
                continue;
            }
            let (key, value) = line.split_once('=').ok_or(at + 1)?;
            let rows = section.as_ref().and_then(|name| table.0.get_mut(name)).ok_or(at + 1)?;
            rows.insert(key.trim().trim_matches('"').to_owned(), value.trim().trim_matches('"').to_owned());
        }
        Ok(table)
    }

    /// A value.
    pub(crate) fn get(&self, section: &str, key: &str) -> Option<&str> {
        self.0.get(section)?.get(key).map(String::as_str)
    }

    /// A whole number.
    pub(crate) fn number(&self, section: &str, key: &str) -> Option<usize> {
        self.get(section, key)?.parse().ok()
    }

    /// Every key and value of a section.
    pub(crate) fn rows(&self, section: &str) -> impl Iterator<Item = (&str, &str)> {
        self.0.get(section).into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_and_slips_are_placed() {
        let table = Table::parse("# note\n[long]\n\"a/b.rs\" = 700\nname = \"x y\"\n").unwrap();
        assert_eq!(table.number("long", "a/b.rs"), Some(700));
        assert_eq!(table.get("long", "name"), Some("x y"));
        assert_eq!(table.rows("none").count(), 0);
        assert_eq!(Table::parse("[a]\nno value").err(), Some(2));
        assert_eq!(Table::parse("early = 1").err(), Some(1));
    }
}
