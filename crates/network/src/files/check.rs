//! What rows must satisfy together: no row twice, no two rows of one code on one day, every named row there, no circles.
//!
//! A rejected row takes those with it that cannot stand without it, so the rows that remain are always consistent.

use super::noun::Noun;
use super::rows::MasterRow;
use qudao_kernel::master::{MAX_DEPTH, Partner, Span};
use qudao_kernel::{Date, Text};
use std::collections::BTreeMap;

/// A row with its place in the files.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    /// The row.
    pub(crate) row: T,
    /// Position of its file in the report.
    pub(crate) file: usize,
    /// Row in the file.
    pub(crate) at: u64,
    /// The cells as the file has them.
    pub(crate) cells: Vec<String>,
    /// Why it cannot be taken: field, code, reason. Empty while it can.
    pub(crate) wrong: Vec<(&'static str, &'static str, Text)>,
}

/// When each code that may be referred to is in force.
pub(crate) type Spans = BTreeMap<String, Vec<Span>>;

impl<T: MasterRow> Placed<T> {
    fn stands(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// The days on which the codes of these rows are in force.
pub(crate) fn spans<T: MasterRow>(rows: &[Placed<T>]) -> Spans {
    let mut spans = Spans::new();
    for placed in rows.iter().filter(|placed| placed.stands()) {
        spans.entry(placed.row.code().to_owned()).or_default().push(placed.row.span());
    }
    spans
}

/// Marks rows that stand twice, or share a day with an earlier row of their code. The first of them is kept.
pub(crate) fn doubled<T: MasterRow>(rows: &mut [Placed<T>], file_name: impl Fn(usize) -> String) {
    let mut by_code: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, placed) in rows.iter().enumerate() {
        by_code.entry(placed.row.code().to_owned()).or_default().push(index);
    }
    for mut indices in by_code.into_values().filter(|indices| indices.len() > 1) {
        indices.sort_by_key(|index| (rows[*index].row.span().from, *index));
        let mut kept = indices[0];
        for index in &indices[1..] {
            let (last, span) = (&rows[kept], rows[*index].row.span());
            let (file, at) = (file_name(last.file), last.at);
            let found = if last.row.span().from == span.from {
                let zh = format!("与 {file} 第 {at} 行重复（编码和生效日期相同）；请删除其中一行");
                let en = format!("the same code and effective_from as {file}, row {at}; remove one of them");
                Some(("code", "network.row.doubled", Text::new(zh, en)))
            } else if last.row.span().to > span.from {
                let zh = format!("与 {file} 第 {at} 行的有效期重叠；请将前一行的失效日期改为 {}", span.from);
                let en = format!("in force together with {file}, row {at}; set that row's effective_to to {}", span.from);
                Some(("effective_from", "network.span.overlap", Text::new(zh, en)))
            } else {
                kept = *index;
                None
            };
            rows[*index].wrong.extend(found);
        }
    }
}

/// Marks rows that name a row which is not there, or is never in force while they are. Whether any was marked.
pub(crate) fn orphans<T: MasterRow>(rows: &mut [Placed<T>], there: &Spans) -> bool {
    let mut any = false;
    for placed in rows.iter_mut().filter(|placed| placed.stands()) {
        let Some((field, noun, code)) = placed.row.reference().filter(|(_, _, code)| !code.is_empty()) else { continue };
        let own = placed.row.span();
        let (noun_zh, noun_en) = (noun.label(), noun_en(noun));
        let text = match there.get(code) {
            None => Text::new(
                format!("{noun_zh} {code} 不存在或已被拒绝；请先补充或更正该{noun_zh}"),
                format!("there is no {noun_en} {code}, or it was rejected; add or correct that {noun_en} first"),
            ),
            Some(spans) if !spans.iter().any(|span| span.from < own.to && own.from < span.to) => Text::new(
                format!("{noun_zh} {code} 在本行有效期内从未有效；请核对两者的生效日期和失效日期"),
                format!("{noun_en} {code} is never in force while this row is; check the dates of both"),
            ),
            Some(_) => continue,
        };
        placed.wrong.push((field, "network.row.unknown", text));
        any = true;
    }
    any
}

const fn noun_en(noun: Noun) -> &'static str {
    match noun {
        Noun::Partner => "partner",
        Noun::Outlet => "outlet",
        Noun::Clerk => "clerk",
        Noun::Agreement => "agreement",
        Noun::Product => "product",
    }
}

/// Marks partners whose parents make a circle or pass the greatest depth. Whether any was marked.
///
/// A circle begins on the day the last of its rows begins, so it is enough to walk up from each row on its first day.
pub(crate) fn circles(rows: &mut [Placed<Partner>]) -> bool {
    let mut by_code: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, placed) in rows.iter().enumerate().filter(|(_, placed)| placed.stands()) {
        by_code.entry(&placed.row.code).or_default().push(index);
    }
    let on = |code: &str, day: Date| by_code.get(code)?.iter().map(|index| &rows[*index].row).find(|row| row.span.contains(day));
    let mut found = Vec::new();
    for (index, placed) in rows.iter().enumerate().filter(|(_, placed)| placed.stands()) {
        let day = placed.row.span.from;
        let mut seen: Vec<&str> = Vec::new();
        let mut above = on(&placed.row.parent, day);
        while let Some(row) = above {
            if row.code == placed.row.code || seen.len() == MAX_DEPTH {
                found.push(index);
                break;
            }
            if seen.contains(&row.code.as_str()) {
                // Below somebody else's circle: it falls with that one.
                break;
            }
            seen.push(&row.code);
            above = on(&row.parent, day);
        }
    }
    for index in &found {
        let zh = format!("上级关系形成循环或超过 {MAX_DEPTH} 级；请更正上级编码");
        let en = format!("the parents form a circle or pass {MAX_DEPTH} levels; correct the parent");
        rows[*index].wrong.push(("parent", "network.partner.circle", Text::new(zh, en)));
    }
    !found.is_empty()
}
