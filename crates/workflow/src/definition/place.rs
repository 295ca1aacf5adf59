//! Where in a text a finding is: the line of the key it names, or the head of the part.

use super::Finding;
use super::read::{UNREADABLE, unreadable_at};
use std::ops::Range;

/// A part of a text: `[[step]]` and what stands below it.
struct Part<'a> {
    kind: &'a str,
    /// Which of its kind, from 1.
    number: usize,
    id: Option<&'a str>,
    head: Range<usize>,
    /// Keys and where they are.
    keys: Vec<(&'a str, Range<usize>)>,
}

/// The bytes of a text a finding is about; the first line where its place is not found.
pub fn locate(text: &str, finding: &Finding) -> Range<usize> {
    if finding.code == UNREADABLE {
        let end = text.len();
        return unreadable_at(text).map_or(0..0, |at| at.start.min(end)..at.end.min(end));
    }
    let parts = parts(text);
    let (first, rest) = split(&finding.place);
    let (kind, number) = numbered(first);
    let (found, rest) = match kind {
        "field" | "step" => {
            let (id, rest) = split(rest);
            (parts.iter().find(|part| part.kind == kind && part.id == Some(id)), rest)
        }
        "bar" | "example" => (parts.iter().find(|part| part.kind == kind && part.number == number), rest),
        "effect" => {
            let (key, inner) = split(rest);
            let within = if key == "fields" && !inner.is_empty() { ("effect.fields", inner) } else { ("effect", rest) };
            (parts.iter().find(|part| part.kind == within.0), within.1)
        }
        _ => (None, ""),
    };
    if let Some(part) = found {
        return part.key(rest).unwrap_or_else(|| part.head.clone());
    }
    // Keys of the flow itself: `subject/unique` names two of them.
    let own = parts.first().and_then(|head| first.split('/').find_map(|key| head.key(key)));
    own.or_else(|| parts.iter().find(|part| part.kind == kind).map(|part| part.head.clone()))
        .unwrap_or(0..text.find('\n').unwrap_or(text.len()))
}

impl Part<'_> {
    /// Where a key of `branch[1].when` is, or one that leads to it.
    fn key(&self, place: &str) -> Option<Range<usize>> {
        let (key, _) = numbered(split(place).0);
        self.keys.iter().find(|(known, _)| *known == key).map(|(_, at)| at.clone())
    }
}

/// The first word of a place, and what comes after it.
fn split(place: &str) -> (&str, &str) {
    place.split_once('.').unwrap_or((place, ""))
}

/// A word without its number, and the number.
fn numbered(word: &str) -> (&str, usize) {
    let Some((name, number)) = word.split_once('[') else { return (word, 0) };
    (name, number.trim_end_matches(']').parse().unwrap_or(0))
}

/// The parts of a text; the first is the flow itself.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = vec![Part { kind: "", number: 0, id: None, head: 0..0, keys: Vec::new() }];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        let start = at + line.len() - line.trim_start().len();
        let place = start..start + words.len();
        at += line.len();
        if let Some(kind) = words.strip_prefix('[').map(|kind| kind.trim_matches(['[', ']', ' '])).filter(|_| words.ends_with(']')) {
            let number = parts.iter().filter(|part| part.kind == kind).count() + 1;
            parts.push(Part { kind, number, id: None, head: place, keys: Vec::new() });
            continue;
        }
        let (Some((key, value)), Some(part)) = (words.split_once('='), parts.last_mut()) else { continue };
        let key = key.trim();
        // Lines within a list begin with a brace or a quote.
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        if key == "id" && part.id.is_none() {
            part.id = Some(value.trim().trim_matches('"'));
        }
        part.keys.push((key, place));
    }
    parts
}
