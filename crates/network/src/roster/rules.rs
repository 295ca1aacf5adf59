//! What a record must satisfy when it is changed by itself: the rules of a file for its rows, and its place among the others.

use super::dated;
use super::store::{self, Stored};
use super::{By, Record};
use crate::files::Noun;
use crate::files::cells::{Cells, Positions};
use crate::files::check::{self, Link, Spans};
use crate::files::rows::{Known, MasterRow};
use crate::territory::Territories;
use crate::words::Words;
use qudao_kernel::master::Span;
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::db::Tx;
use qudao_platform::sheet::{Problem, RecordBuf};

/// What rows are checked against.
pub(super) fn known() -> Result<Known<'static>, Refusal> {
    Ok(Known { territories: Territories::official()?, words: Words::standard()? })
}

/// The row as a file with it would be read: checked, and its words in their standard form.
pub(super) fn checked<T: Stored>(row: &T) -> Result<T, Refusal> {
    let texts: Vec<_> = row.cells().into_iter().map(|cell| cell.text().into_owned()).collect();
    let record = RecordBuf::of(texts.iter().map(String::as_str));
    let headers: Vec<String> = T::NOUN.fields().iter().map(|field| field.label.to_owned()).collect();
    let positions = Positions::new(T::NOUN, &headers, (0..headers.len()).map(Some).collect());
    let mut cells = Cells::new(&positions, &record);
    let row = T::read(&mut cells, &known()?);
    match cells.problems.first() {
        None => Ok(row),
        Some(problem) => Err(refuse(T::NOUN.label(), T::NOUN.english(), row.code(), problem)),
    }
}

fn refuse(zh: &str, en: &str, code: &str, problem: &Problem) -> Refusal {
    let Problem { column, value, text, .. } = problem;
    Refusal::bad_input(
        problem.code,
        format!("{zh} {code}，“{column}”，值“{value}”：{}", text.zh),
        format!("{en} {code}, \"{column}\", value \"{value}\": {}", text.en),
    )
}

/// Refuses a row that names a record it shares no day with.
pub(super) fn stands<T: Stored>(row: &T, there: &Spans) -> Result<(), Refusal> {
    check::orphan(row, there).map_or(Ok(()), |found| Err(told::<T>(row.code(), found)))
}

/// What is wrong with a field of a record, as a refusal.
fn told<T: Stored>(code: &str, (field, kind, text): (&str, &'static str, Text)) -> Refusal {
    let field = T::NOUN.fields().iter().find(|known| known.name == field).map_or(field, |known| known.label);
    let problem = Problem::new(0, field, "", kind, text.zh, text.en);
    refuse(T::NOUN.label(), T::NOUN.english(), code, &problem)
}

/// Checks a record with its new rows against all others and saves it. The noun is locked.
pub(super) async fn save<T: Stored>(
    tx: &mut Tx,
    by: By<'_>,
    action: &str,
    before: Option<&Record<T>>,
    code: &str,
    rows: &[T],
) -> Result<(), Refusal> {
    for row in rows {
        if let Some(found) = check::orphan(row, &there::<T>(tx, row, code, rows).await?) {
            return Err(told::<T>(code, found));
        }
    }
    if rows.iter().any(|row| row.link().is_some()) && closes_circle(tx, code, rows).await? {
        return Err(told::<T>(code, check::in_circle()));
    }
    if let Some(before) = before {
        in_use::<T>(tx, code, &dated::lost(&before.rows, rows)).await?;
    }
    store::save(tx, by, action, &[store::Change { before, code, rows }]).await
}

/// When the record a row names is in force.
async fn there<T: Stored>(tx: &mut Tx, row: &T, code: &str, rows: &[T]) -> Result<Spans, Refusal> {
    let (Some((_, _, named)), Some((_, table))) = (row.reference(), T::REFERS_TO) else { return Ok(Spans::new()) };
    let mut spans = store::spans(tx, table, Some(named)).await?;
    if named == code {
        spans.insert(code.to_owned(), rows.iter().map(MasterRow::span).collect());
    }
    Ok(spans)
}

async fn closes_circle<T: Stored>(tx: &mut Tx, code: &str, rows: &[T]) -> Result<bool, Refusal> {
    let mut links: Vec<Link> = store::links::<T>(tx).await?.into_iter().filter(|link| link.code != code).collect();
    links.extend(rows.iter().filter_map(Stored::link));
    Ok(!check::circles(&links).is_empty())
}

/// Refuses to take days away from a record that others need on them.
async fn in_use<T: Stored>(tx: &mut Tx, code: &str, lost: &[Span]) -> Result<(), Refusal> {
    match users::<T>(tx, code, lost, |_| true).await? {
        None => Ok(()),
        Some((zh, en)) => Err(Refusal::new(
            Kind::Conflict,
            "network.record.in_use",
            format!("{} {code} 失效后，{zh}仍归属于它；请先调整这些记录", T::NOUN.label()),
            format!("{} {code} would end while {en} still belong to it; change those first", T::NOUN.english()),
        )),
    }
}

/// Records of the nouns asked for that refer to a code on a lost day, named in both languages; `None` if there are none.
pub(super) async fn users<T: Stored>(
    tx: &mut Tx,
    code: &str,
    lost: &[Span],
    asked: impl Fn(Noun) -> bool,
) -> Result<Option<(String, String)>, Refusal> {
    const SHOWN: usize = 3;
    if lost.is_empty() {
        return Ok(None);
    }
    let mut left = Vec::new();
    for reference in T::USED_BY.iter().filter(|reference| asked(reference.noun)) {
        let users = store::users(tx, *reference, code).await?;
        let needs = users.into_iter().filter(|(_, span)| lost.iter().any(|lost| dated::share(*lost, *span)));
        left.extend(needs.map(|(code, _)| (reference.noun, code)));
    }
    left.dedup();
    if left.is_empty() {
        return Ok(None);
    }
    let zh: Vec<_> = left.iter().take(SHOWN).map(|(noun, code)| format!("{} {code}", noun.label())).collect();
    let en: Vec<_> = left.iter().take(SHOWN).map(|(noun, code)| format!("{} {code}", noun.english())).collect();
    let (mut zh, mut en) = (zh.join("、"), en.join(", "));
    if left.len() > SHOWN {
        zh = format!("{zh} 等 {} 条", left.len());
        en = format!("{en} and {} more", left.len() - SHOWN);
    }
    Ok(Some((zh, en)))
}
