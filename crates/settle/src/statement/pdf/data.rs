//! What the template shows: every figure already as text, every label in the reader's language.

use super::Options;
use super::labels::LABELS;
use super::letter;
use crate::statement::model::{Adjustment, NextStep, Section, Statement};
use crate::statement::words::{self, pick};
use crate::statement::{KeptLines, books};
use qudao_kernel::{Fen, Lang};
use qudao_policy::lines::Line;
use qudao_policy::model::{Destination, PayeeKind};
use serde_json::{Value, json};

/// Data of a statement's document.
pub(super) fn statement(
    statement: &Statement,
    kept: &KeptLines,
    catalog: &crate::statement::Catalog<'_>,
    options: &Options,
    font: &str,
) -> Value {
    let lang = options.lang;
    json!({
        "font": font,
        "lang": pick(lang, "zh", "en"),
        "t": labels(lang),
        "issuer": options.issuer,
        "notes": options.notes,
        "number": statement.number,
        "hash": statement.hash,
        "short_hash": statement.short_hash(),
        "period": words::month(statement.period, lang),
        "issued": date(statement),
        "issued_on": statement.issued_on.to_string(),
        "pay_on": statement.pay_on.map(|day| day.to_string()),
        "party": {
            "name": statement.name,
            "code": statement.partner,
            "tier": statement.tier,
            "territory": statement.territory,
        },
        "payment": statement.totals.payment.to_string(),
        "capitals": if lang == Lang::Zh { words::capitals(statement.totals.payment) } else { String::new() },
        "due": statement.totals.due.to_string(),
        "way": way(statement, lang),
        "sections": statement.sections.iter().map(|section| self::section(section, lang)).collect::<Vec<_>>(),
        "pool": pool(statement),
        "payees": payees(statement, lang),
        "adjustments": adjustments(statement, lang),
        "offsets": offsets(statement, lang),
        "unpaid": unpaid(statement),
        "calendar": calendar(statement, lang),
        "steps": statement.steps.iter().map(|step| self::step(step, lang)).collect::<Vec<_>>(),
        "groups": groups(statement, kept, catalog, options),
        "lines_note": note(kept, lang),
        "proofs": options.proofs.iter().map(|text| letter::parts(text)).collect::<Vec<_>>(),
    })
}

fn adjustments(statement: &Statement, lang: Lang) -> Vec<Value> {
    let row = |item: &Adjustment| json!({ "code": item.code, "text": adjusted(item, lang), "amount": amount(item.amount) });
    statement.adjustments.iter().map(row).collect()
}

/// What an adjustment is for; of one that corrects nothing, after what it is.
fn adjusted(item: &Adjustment, lang: Lang) -> String {
    if item.kind.is_correction() { item.text.clone() } else { format!("{} · {}", words::adjustment(item.kind, lang), item.text) }
}

fn labels(lang: Lang) -> Value {
    LABELS.iter().map(|(name, zh, en)| ((*name).to_owned(), Value::from(pick(lang, zh, en)))).collect()
}

/// The day of issue as numbers, for the document's own date.
fn date(statement: &Statement) -> Value {
    let day = statement.issued_on;
    json!({"year": day.year(), "month": day.month().number(), "day": day.day()})
}

/// An amount and whether it is negative, so that it can be set in red.
fn amount(amount: Fen) -> Value {
    json!({"text": amount.to_string(), "negative": amount.0 < 0, "zero": amount.0 == 0})
}

fn figure(destination: Destination, value: Fen) -> Value {
    match destination {
        Destination::Points => json!({"text": words::points(value), "negative": value.0 < 0, "zero": value.0 == 0}),
        _ => amount(value),
    }
}

fn section(section: &Section, lang: Lang) -> Value {
    let of = |value| figure(section.destination, value);
    json!({
        "destination": crate::statement::hash::destination(section.destination),
        "name": words::destination(section.destination, lang),
        "paid": matches!(section.destination, Destination::Payable | Destination::Advance),
        "points": section.destination == Destination::Points,
        "rows": section.rows.iter().map(|row| json!({
            "title": row.title,
            "source": format!("{} v{} · {}", row.policy, row.version, row.component),
            "lines": thousands(row.lines),
            "earned": of(row.earned), "released": of(row.released), "reversed": of(row.reversed), "adjusted": of(row.adjusted), "total": of(row.total),
        })).collect::<Vec<_>>(),
        "lines": thousands(section.rows.iter().map(|row| row.lines).sum()),
        "total": of(section.total),
    })
}

/// The steps from the lines to the payment, each with its bar in thousandths of the width.
fn way(statement: &Statement, lang: Lang) -> Value {
    let steps = books::way(statement, lang);
    let last = steps.len() - 1;
    let shown: Vec<_> =
        steps.iter().enumerate().filter(|(index, (_, value, sum))| *index == 0 || *index == last || *sum || value.0 != 0).collect();
    let mut running = 0i128;
    let mut spans = Vec::with_capacity(shown.len());
    for (_, (_, value, sum)) in &shown {
        let value = i128::from(value.0);
        let (from, to) = if *sum { (0, value) } else { (running, running + value) };
        spans.push((from.min(to), from.max(to)));
        running = to;
    }
    let low = spans.iter().map(|span| span.0).min().unwrap_or(0).min(0);
    let high = spans.iter().map(|span| span.1).max().unwrap_or(0).max(0);
    let width = (high - low).max(1);
    let rows = shown.iter().zip(&spans).map(|((index, (label, value, sum)), span)| {
        json!({
            "label": label, "amount": amount(*value), "sum": sum, "last": *index == last,
            "start": thousandths(span.0 - low, width), "length": thousandths(span.1 - span.0, width).max(3),
        })
    });
    rows.collect()
}

fn thousandths(part: i128, whole: i128) -> i64 {
    i64::try_from(part * 1_000 / whole).unwrap_or(0)
}

fn pool(statement: &Statement) -> Value {
    let pool = statement.pool;
    let moved = pool.opening.0 != 0 || pool.held.0 != 0 || pool.released.0 != 0;
    json!({"shown": moved, "opening": amount(pool.opening), "held": amount(pool.held), "released": amount(pool.released), "closing": amount(pool.closing)})
}

fn payees(statement: &Statement, lang: Lang) -> Value {
    let mut rows = Vec::new();
    for part in &statement.payees {
        for (destination, value) in &part.amounts {
            let name = match part.kind {
                PayeeKind::Subscriber => pick(lang, "全部用户", "all subscribers").to_owned(),
                _ => part.name.clone(),
            };
            rows.push(json!({
                "kind": words::payee_kind(part.kind, lang), "code": part.code, "name": name, "lines": thousands(part.lines),
                "destination": words::destination(*destination, lang), "amount": figure(*destination, *value),
            }));
        }
    }
    rows.into()
}

fn offsets(statement: &Statement, lang: Lang) -> Value {
    let row = |offset: &crate::statement::Offset| {
        let bill = &offset.receivable;
        json!({
            "code": bill.code, "text": bill.text, "due_on": bill.due_on.to_string(), "open": amount(bill.amount),
            "ground": words::consent(&bill.consent, lang), "taken": amount(offset.taken), "outcome": words::outcome(offset.outcome, lang),
        })
    };
    json!({"rows": statement.offsets.iter().map(row).collect::<Vec<_>>(), "total": amount(statement.totals.offsets)})
}

fn unpaid(statement: &Statement) -> Value {
    let row = |item: &crate::statement::Unpaid| {
        json!({
            "sentence": item.sentence, "code": item.code, "component": item.title, "count": thousands(item.count), "forgone": amount(item.forgone),
            "curable": thousands(item.curable), "deadline": item.next_deadline.map(|day| day.to_string()),
        })
    };
    statement.unpaid.iter().map(row).collect()
}

/// Months shown one by one; later ones are summed up in the last row.
const MONTHS: usize = 12;

fn calendar(statement: &Statement, lang: Lang) -> Value {
    let mut rows: Vec<(String, u64, i128)> = Vec::new();
    for (index, release) in statement.calendar.iter().enumerate() {
        let amount = i128::from(release.amount.0);
        if index < MONTHS {
            rows.push((words::month(release.due, lang), release.count, amount));
        } else if let Some(last) = rows.last_mut() {
            if index == MONTHS {
                last.0.push_str(pick(lang, " 及以后", " and later"));
            }
            last.1 += release.count;
            last.2 += amount;
        }
    }
    let most = rows.iter().map(|row| row.2).max().unwrap_or(0).max(1);
    let fen = |value: i128| Fen(i64::try_from(value).unwrap_or(i64::MAX));
    let total = fen(rows.iter().map(|row| row.2).sum());
    let count = thousands(rows.iter().map(|row| row.1).sum());
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(month, count, value)| {
            json!({"month": month, "count": thousands(count), "amount": amount(fen(value)), "length": thousandths(value.max(0), most)})
        })
        .collect();
    json!({"rows": rows, "total": amount(total), "count": count})
}

fn step(step: &NextStep, lang: Lang) -> Value {
    let number = |hundredths: i64| {
        let text = Fen(hundredths).to_string();
        if step.money { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
    };
    let whole = i128::from(step.threshold.max(1));
    json!({
        "title": step.title, "money": step.money, "actual": number(step.actual), "threshold": number(step.threshold), "gap": number(step.gap()),
        "gain": step.gain.map(|gain| gain.to_string()), "length": thousandths(i128::from(step.actual.clamp(0, step.threshold.max(1))), whole),
        "to": pick(lang, "下一台阶", "next step at"),
    })
}

/// The lines by component, each with the component's total where all of its lines are there.
fn groups(statement: &Statement, kept: &KeptLines, catalog: &crate::statement::Catalog<'_>, options: &Options) -> Value {
    let key = |line: &Line| (line.policy.clone(), line.version, line.component.clone(), line.destination);
    let mut groups: Vec<Value> = Vec::new();
    for (start, end) in runs(&kept.lines, |a, b| key(a) == key(b)) {
        let lines = &kept.lines[start..end];
        let first = &lines[0];
        let total =
            statement.sections.iter().filter(|section| section.destination == first.destination).flat_map(|section| &section.rows).find(
                |row| {
                    row.policy == first.policy
                        && row.version == first.version
                        && row.component == first.component
                        && row.lines == lines.len() as u64
                },
            );
        groups.push(json!({
            "title": catalog.title(&first.policy, first.version, &first.component),
            "source": format!("{} v{} · {}", first.policy, first.version, first.component),
            "destination": words::destination(first.destination, options.lang),
            "count": thousands(lines.len() as u64),
            "total": total.map(|row| figure(first.destination, row.total)),
            "rows": lines.iter().enumerate().map(|(index, item)| line(start + index, item, options)).collect::<Vec<_>>(),
        }));
    }
    groups.into()
}

/// Bounds of the runs of neighbours that belong together.
fn runs<T>(items: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<(usize, usize)> {
    let mut bounds = Vec::new();
    let mut start = 0;
    for end in 1..=items.len() {
        if end == items.len() || !same(&items[end - 1], &items[end]) {
            bounds.push((start, end));
            start = end;
        }
    }
    bounds
}

fn line(index: usize, line: &Line, options: &Options) -> Value {
    let payee = match line.payee_kind {
        PayeeKind::Partner if line.payee == line.partner => String::new(),
        PayeeKind::Subscriber | PayeeKind::Customer => words::payee_kind(line.payee_kind, options.lang).to_owned(),
        _ => format!("{} {}", words::payee_kind(line.payee_kind, options.lang), line.payee),
    };
    let kind = words::kind(line.kind, options.lang);
    json!([
        thousands(index as u64 + 1),
        line.day.to_string(),
        if line.origin == line.period { kind.to_owned() } else { format!("{kind} {}", line.origin) },
        line.basis,
        if options.masked { masked(&line.subscriber) } else { line.subscriber.clone() },
        payee,
        line.pay_on.to_string(),
        figure(line.destination, Fen(line.amount)),
    ])
}

fn note(kept: &KeptLines, lang: Lang) -> Option<String> {
    let shown = kept.lines.len() as u64;
    (shown < kept.all).then(|| match lang {
        Lang::Zh => format!("共 {} 笔，此处列出前 {} 笔；全部明细见同编号的工作簿。", thousands(kept.all), thousands(shown)),
        Lang::En => format!(
            "{} lines in all, the first {} are listed here; the workbook of the same number holds all of them.",
            thousands(kept.all),
            thousands(shown)
        ),
    })
}

/// A telephone number with its middle hidden: `139****3040`. Short texts are hidden whole.
fn masked(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() < 8 {
        return "*".repeat(letters.len());
    }
    let (head, tail): (String, String) = (letters[..3].iter().collect(), letters[letters.len() - 4..].iter().collect());
    format!("{head}****{tail}")
}

fn thousands(number: u64) -> String {
    let text = Fen(i64::try_from(number).unwrap_or(i64::MAX / 100).saturating_mul(100)).to_string();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_masked_and_grouped() {
        assert_eq!((masked("13910203040"), masked("1234"), masked("")), ("139****3040".into(), "****".into(), String::new()));
        assert_eq!((thousands(0), thousands(1_234_567)), ("0".into(), "1,234,567".into()));
    }
}
