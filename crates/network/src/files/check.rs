//! What rows must satisfy together: no row twice, no two rows of one code on one day, every named row there, no circles.
//!
//! A rejected row takes those with it that cannot stand without it, so the rows that remain are always consistent.

use super::rows::MasterRow;
use qudao_kernel::master::{MAX_DEPTH, Partner, Span};
use qudao_kernel::{Date, Text};
use qudao_platform::sheet::RecordBuf;
use std::collections::BTreeMap;

/// A row with its place in the files.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    /// The row.
    pub(crate) row: T,
    /// Position of its file in the report.
    pub(crate) file: usize,
    /// The cells as the file has them.
    pub(crate) cells: RecordBuf,
    /// Why it cannot be taken: field, code, reason. Empty while it can.
    pub(crate) wrong: Vec<(&'static str, &'static str, Text)>,
}

/// When each code that may be referred to is in force.
pub(crate) type Spans = BTreeMap<String, Vec<Span>>;

impl<T: MasterRow> Placed<T> {
    /// Whether nothing is wrong with it so far.
    pub(crate) fn stands(&self) -> bool {
        self.wrong.is_empty()
    }

    /// Row in the file.
    pub(crate) fn at(&self) -> u64 {
        self.cells.row()
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

fn key<T: MasterRow>(placed: &Placed<T>) -> (&str, Date) {
    (placed.row.code(), placed.row.span().from)
}

/// Marks rows that stand twice, or share a day with an earlier row of their code. The first of them is kept.
pub(crate) fn doubled<T: MasterRow>(rows: &mut [Placed<T>], file_name: impl Fn(usize) -> String) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    // Rows mostly come in this order already.
    order.sort_by(|a, b| key(&rows[*a]).cmp(&key(&rows[*b])));
    let groups: Vec<&[usize]> =
        order.chunk_by(|a, b| rows[*a].row.code() == rows[*b].row.code()).filter(|indices| indices.len() > 1).collect();
    for indices in groups {
        let mut kept = indices[0];
        for index in &indices[1..] {
            let (last, span) = (&rows[kept], rows[*index].row.span());
            let (file, at) = (file_name(last.file), last.at());
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
        if let Some(wrong) = orphan(&placed.row, there) {
            placed.wrong.push(wrong);
            any = true;
        }
    }
    any
}

/// What is wrong with the row another row names: it is not there, or never in force while this one is.
pub(crate) fn orphan<T: MasterRow>(row: &T, there: &Spans) -> Option<(&'static str, &'static str, Text)> {
    let (field, noun, code) = row.reference().filter(|(_, _, code)| !code.is_empty())?;
    let own = row.span();
    let (noun_zh, noun_en) = (noun.label(), noun.english());
    let text = match there.get(code) {
        None => Text::new(
            format!("{noun_zh} {code} 不存在或已被拒绝；请先补充或更正该{noun_zh}"),
            format!("there is no {noun_en} {code}, or it was rejected; add or correct that {noun_en} first"),
        ),
        Some(spans) if !spans.iter().any(|span| span.from < own.to && own.from < span.to) => Text::new(
            format!("{noun_zh} {code} 在本行有效期内从未有效；请核对两者的生效日期和失效日期"),
            format!("{noun_en} {code} is never in force while this row is; check the dates of both"),
        ),
        Some(_) => return None,
    };
    Some((field, "network.row.unknown", text))
}

/// One row's place in the tree of partners.
#[derive(Debug, Clone)]
pub struct Link {
    /// The partner.
    pub code: String,
    /// The partner above; empty at the top.
    pub parent: String,
    /// The days this holds.
    pub span: Span,
}

/// Links that close a circle or pass the greatest depth, each with the codes of the partners above it on its first day.
///
/// A circle begins on the day the last of its links begins, so it is enough to walk up from each link on its first day.
pub(crate) fn circles(links: &[Link]) -> Vec<(usize, Vec<String>)> {
    let mut by_code: BTreeMap<&str, Vec<&Link>> = BTreeMap::new();
    for link in links {
        by_code.entry(&link.code).or_default().push(link);
    }
    let on = |code: &str, day: Date| by_code.get(code)?.iter().find(|link| link.span.contains(day)).copied();
    let mut found = Vec::new();
    for (index, link) in links.iter().enumerate() {
        let day = link.span.from;
        let mut seen: Vec<String> = Vec::new();
        let mut above = on(&link.parent, day);
        while let Some(row) = above {
            if row.code == link.code || seen.len() == MAX_DEPTH {
                found.push((index, seen));
                break;
            }
            if seen.contains(&row.code) {
                // Below somebody else's circle: it falls with that one.
                break;
            }
            seen.push(row.code.clone());
            above = on(&row.parent, day);
        }
    }
    found
}

/// What is said of a row in a circle.
pub(crate) fn in_circle() -> (&'static str, &'static str, Text) {
    let zh = format!("上级关系形成循环或超过 {MAX_DEPTH} 级；请更正上级编码");
    let en = format!("the parents form a circle or pass {MAX_DEPTH} levels; correct the parent");
    ("parent", "network.partner.circle", Text::new(zh, en))
}

/// Marks partners of files that are in a circle. Whether any was marked.
pub(crate) fn mark_circles(rows: &mut [Placed<Partner>]) -> bool {
    let (indices, links): (Vec<usize>, Vec<Link>) =
        rows.iter().enumerate().filter(|(_, placed)| placed.stands()).map(|(index, placed)| (index, link(&placed.row))).unzip();
    let found = circles(&links);
    for (position, _) in &found {
        rows[indices[*position]].wrong.push(in_circle());
    }
    !found.is_empty()
}

/// A partner row's place in the tree.
pub(crate) fn link(row: &Partner) -> Link {
    Link { code: row.code.clone(), parent: row.parent.clone(), span: row.span }
}
