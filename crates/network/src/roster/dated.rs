//! Dated rows of one record, as values.

use crate::files::rows::MasterRow;
use qudao_kernel::Date;
use qudao_kernel::master::Span;

/// The rows of a record after new rows: from the first new day on it is what they say, before that nothing changes.
/// `new` is sorted by day and has no overlaps.
pub(crate) fn replaced<T: MasterRow>(existing: &[T], new: &[T]) -> Vec<T> {
    let Some(first) = new.iter().map(|row| row.span().from).min() else { return existing.to_vec() };
    let mut rows = cut(existing, first);
    rows.extend_from_slice(new);
    rows
}

/// The rows before a day, the last one ending there.
pub(crate) fn cut<T: MasterRow>(rows: &[T], day: Date) -> Vec<T> {
    let before = rows.iter().filter(|row| row.span().from < day);
    before.map(|row| row.clone().with_span(Span { to: row.span().to.min(day), ..row.span() })).collect()
}

/// The days that were covered before and no longer are. Both are sorted by day.
pub(crate) fn lost<T: MasterRow>(before: &[T], after: &[T]) -> Vec<Span> {
    let mut lost = Vec::new();
    for Span { mut from, to } in before.iter().map(MasterRow::span) {
        for kept in after.iter().map(MasterRow::span) {
            if from < kept.from.min(to) {
                lost.push(Span { from, to: kept.from.min(to) });
            }
            from = from.max(kept.to.min(to));
        }
        if from < to {
            lost.push(Span { from, to });
        }
    }
    lost
}

/// Whether two spans share a day.
pub(crate) fn share(a: Span, b: Span) -> bool {
    a.from < b.to && b.from < a.to
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use qudao_kernel::master::Clerk;

    fn clerk(name: &str, from: i32, to: i32) -> Clerk {
        let day = Date::from_days;
        Clerk { code: "C".into(), name: name.into(), outlet: "O".into(), span: Span { from: day(from), to: day(to) } }
    }

    fn name_on(rows: &[Clerk], on: i32) -> Option<&str> {
        let mut found = rows.iter().filter(|row| row.span.contains(Date::from_days(on)));
        let first = found.next();
        assert!(found.next().is_none(), "two rows on day {on}");
        first.map(|row| row.name.as_str())
    }

    fn rows(prefix: &'static str) -> impl Strategy<Value = Vec<Clerk>> {
        prop::collection::vec((0_i32..4, 1_i32..8), 1..5).prop_map(move |parts| {
            let mut from = 0;
            let row = |(index, (gap, days)): (usize, (i32, i32))| {
                let start = from + gap;
                from = start + days;
                clerk(&format!("{prefix}{index}"), start, from)
            };
            parts.into_iter().enumerate().map(row).collect()
        })
    }

    proptest! {
        #[test]
        fn before_the_first_new_day_nothing_changes_and_after_it_the_new_rows_hold(old in rows("o"), new in rows("n"), shift in 0_i32..30) {
            // R0.4
            let new: Vec<_> = new.into_iter().map(|row| {
                let Span { from, to } = row.span;
                row.with_span(Span { from: from.plus_days(shift), to: to.plus_days(shift) })
            }).collect();
            let after = replaced(&old, &new);
            let first = new[0].span.from.days();
            let lost_days = lost(&old, &after);
            for on in -2..80 {
                let wanted = if on < first { name_on(&old, on) } else { name_on(&new, on) };
                prop_assert_eq!(name_on(&after, on), wanted);
                let is_lost = lost_days.iter().any(|span| span.contains(Date::from_days(on)));
                prop_assert_eq!(is_lost, name_on(&old, on).is_some() && wanted.is_none());
            }
            prop_assert_eq!(replaced(&after, &after), after.clone(), "an export imported again changes nothing");
            prop_assert!(after.windows(2).all(|pair| pair[0].span.to <= pair[1].span.from));
        }
    }
}
