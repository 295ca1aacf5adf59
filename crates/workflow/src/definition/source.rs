//! The text of a definition as a document, and back: what a form shows and changes.
//!
//! A document has the keys of the text. What stands for nothing (an empty list, a word that is left out anyhow) is not written, so that a text that was read and
//! written says the same in fewer words. Comments within the text are lost, those above it stay.

use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Keys of a flow, of a field, of a step: in the order they are written.
const HEAD: &[&str] = &[
    "id",
    "version",
    "zh",
    "en",
    "about_zh",
    "about_en",
    "group",
    "number",
    "starters",
    "subject",
    "unique",
    "unique_days",
    "skip_repeats",
    "expires_days",
    "budget",
];
const FIELD: &[&str] =
    &["id", "zh", "en", "help_zh", "help_en", "kind", "required", "min", "max", "visible_if", "at", "supplement", "options", "columns"];
const STEP: &[&str] =
    &["id", "zh", "en", "kind", "approvers", "when", "due_days", "escalate", "editable", "signature", "branch", "otherwise"];
const BAR: &[&str] = &["when", "zh", "en"];
const EFFECT: &[&str] = &["kind", "after"];
const EXAMPLE: &[&str] = &["zh", "en", "form", "path", "barred"];
/// Keys of what stands on one line; others come after them.
const PART: &[&str] = &[
    "id",
    "zh",
    "en",
    "help_zh",
    "help_en",
    "kind",
    "required",
    "min",
    "max",
    "visible_if",
    "at",
    "supplement",
    "options",
    "columns",
    "role",
    "after_days",
    "when",
    "to",
    "amount",
    "year",
];
/// Keys that are written even where they stand for nothing.
const ALWAYS: &[&str] = &[
    "id",
    "version",
    "zh",
    "en",
    "about_zh",
    "about_en",
    "group",
    "number",
    "starters",
    "kind",
    "approvers",
    "when",
    "form",
    "path",
    // Whom a rule names, while it names nobody yet.
    "role",
    "subject_role",
    "superiors",
    "person",
    "chosen",
];
/// Lists of which each part has a line of its own.
const LINES: &[&str] = &["options", "columns"];

/// A text as a document; nothing where it is no TOML.
pub fn document(text: &str) -> Option<Value> {
    toml::from_str::<Map<String, Value>>(text).ok().map(Value::Object)
}

/// A document as a text. The comment above `before` stays.
pub fn write(document: &Value, before: &str) -> String {
    let mut text = String::new();
    for line in before.lines().take_while(|line| line.starts_with('#')) {
        text.push_str(line);
        text.push('\n');
    }
    pairs(&mut text, document, HEAD);
    for (name, keys) in [("field", FIELD), ("bar", BAR), ("step", STEP)] {
        tables(&mut text, document, name, keys);
    }
    if let Some(effect) = document.get("effect").filter(|effect| effect.is_object()) {
        text.push_str("\n[effect]\n");
        pairs(&mut text, effect, EFFECT);
        text.push_str("\n[effect.fields]\n");
        for (argument, field) in effect.get("fields").and_then(Value::as_object).into_iter().flatten() {
            pair(&mut text, argument, field);
        }
    }
    tables(&mut text, document, "example", EXAMPLE);
    text
}

/// A text in which keys of the flow itself have other values, as documents write them. Everything else stays as it is.
pub fn renewed(text: &str, values: &[(&str, Value)]) -> String {
    let head = text.lines().take_while(|line| !line.starts_with('['));
    let head: usize = head.map(|line| line.len() + 1).sum();
    let (head, rest) = text.split_at_checked(head).unwrap_or((text, ""));
    let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
    for (key, value) in values {
        let said = format!("{key} = {}", inline(value, PART));
        let line = lines.iter_mut().find(|line| line.split_once('=').is_some_and(|(known, _)| known.trim() == *key));
        match line {
            Some(line) => *line = said,
            None => lines.push(said),
        }
    }
    format!("{}\n{rest}", lines.join("\n"))
}

fn tables(text: &mut String, document: &Value, name: &str, keys: &[&str]) {
    for part in document.get(name).and_then(Value::as_array).into_iter().flatten() {
        text.push_str("\n[[");
        text.push_str(name);
        text.push_str("]]\n");
        pairs(text, part, keys);
    }
}

fn pairs(text: &mut String, part: &Value, keys: &[&str]) {
    for key in keys {
        if let Some(value) = part.get(key).filter(|value| says(key, value)) {
            pair(text, key, value);
        }
    }
}

fn pair(text: &mut String, key: &str, value: &Value) {
    text.push_str(&word(key));
    text.push_str(" = ");
    match value {
        Value::Array(parts) if LINES.contains(&key) => {
            text.push_str("[\n");
            for part in parts {
                text.push_str("    ");
                text.push_str(&inline(part, PART));
                text.push_str(",\n");
            }
            text.push(']');
        }
        // What is filled in stays as it is.
        _ => text.push_str(&inline(value, if key == "form" { &[] } else { PART })),
    }
    text.push('\n');
}

/// Whether a value is worth a line.
fn says(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        _ if ALWAYS.contains(&key) => true,
        // The only word that is true where it is left out.
        Value::Bool(yes) => *yes == (key != "skip_repeats"),
        Value::String(words) => !(words.is_empty() || key == "after" && words == "approved"),
        Value::Array(parts) => !parts.is_empty(),
        Value::Object(_) | Value::Number(_) => true,
    }
}

/// A value on one line, known keys first. Without known keys everything is written.
fn inline(value: &Value, keys: &[&str]) -> String {
    match value {
        Value::Null => quoted(""),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(words) => quoted(words),
        Value::Array(parts) => format!("[{}]", parts.iter().map(|part| inline(part, keys)).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let known = keys.iter().filter_map(|key| map.get_key_value(*key));
            let others = map.iter().filter(|(key, _)| !keys.contains(&key.as_str()));
            let said = known.chain(others).filter(|(key, value)| if keys.is_empty() { !value.is_null() } else { says(key, value) });
            let pairs: Vec<String> = said.map(|(key, value)| format!("{} = {}", word(key), inline(value, keys))).collect();
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
    }
}

/// A key, quoted where it has to be.
fn word(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.bytes().all(plain) { key.to_owned() } else { quoted(key) }
}

fn quoted(words: &str) -> String {
    let mut text = String::from("\"");
    for letter in words.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            other if u32::from(other) < 0x20 || u32::from(other) == 0x7f => {
                // Writing into a text cannot fail.
                let _ = write!(text, "\\u{:04X}", u32::from(other));
            }
            other => text.push(other),
        }
    }
    text.push('"');
    text
}
