//! What a manager did in a time, read once and shown as comparison, summary and team.

use super::day_or;
use super::planning::Came;
use super::shown_plan::{FieldAdherence, FieldMinutes, FieldPromiseCounts, FieldSpanAsked, FieldStrike, FieldVisitCounts};
use qudao_field::measure::{Adherence, Split, split, strike};
use qudao_field::plan::store::{self, Compared};
use qudao_field::promise::{self, Kept};
use qudao_field::visit::list::{self, Line, Sight};
use qudao_field::visit::{Counts, State};
use qudao_kernel::{Date, Refusal};
use qudao_platform::Tx;
use std::collections::BTreeSet;

/// Most days of a time.
const MOST_DAYS: i32 = 100;

/// A manager's time.
pub(super) struct Worked {
    pub(super) compared: Vec<Compared>,
    /// Visits that were begun.
    pub(super) lines: Vec<Line>,
    pub(super) promises: Kept,
}

/// From when to when somebody asks.
///
/// # Errors
/// `BadInput field.span` for one that ends before it begins or is too long; a day that cannot be read.
pub(super) fn span(asked: &FieldSpanAsked, today: Date) -> Result<(Date, Date), Refusal> {
    let to = day_or(asked.to.as_deref(), today)?;
    let from = day_or(asked.from.as_deref(), to.plus_days(-27))?;
    if from <= to && to.days() - from.days() < MOST_DAYS {
        return Ok((from, to));
    }
    Err(Refusal::bad_input(
        "field.span",
        format!("起止日期有误，或超过 {MOST_DAYS} 天；请重新选择"),
        format!("the days are in the wrong order, or more than {MOST_DAYS}; choose again"),
    ))
}

impl Worked {
    /// What somebody did, both ends included.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn of(tx: &mut Tx, login: &str, from: Date, to: Date, today: Date) -> Result<Self, Refusal> {
        let own = Sight::own(login);
        let query = list::Query { manager: login.to_owned(), from: Some(from), to: Some(to), ..list::Query::default() };
        let lines = list::all(tx, &own, query).await?.into_iter().filter(|line| line.state != State::Planned).collect();
        let query = promise::Query { manager: login.to_owned(), from: Some(from), to: Some(to), ..promise::Query::default() };
        let promises = promise::kept(&promise::list(tx, &own, &query).await?, today);
        Ok(Self { compared: store::compare(tx, login, from, to).await?, lines, promises })
    }

    pub(super) fn adherence(&self) -> Adherence {
        self.compared.iter().fold(Adherence::default(), |all, day| all.and(day.adherence))
    }

    /// Visits that stand or wait, and those of them with a result.
    pub(super) fn strike(&self) -> FieldStrike {
        let whole = |line: &&Line| matches!(line.counts, Counts::Yes | Counts::Held);
        let visits = self.lines.iter().filter(whole).count() as u32;
        let with_result = self.lines.iter().filter(whole).filter(|line| Came::of(line).results > 0).count() as u32;
        FieldStrike { visits, with_result, share: strike(visits, with_result) }
    }

    /// Check-ins and check-outs of a day.
    pub(super) fn times(&self, day: Date) -> Vec<(i64, i64)> {
        self.lines.iter().filter(|line| line.day == day).filter_map(|line| line.entered_us.zip(line.left_us)).collect()
    }

    pub(super) fn minutes(&self) -> FieldMinutes {
        let days: BTreeSet<Date> = self.lines.iter().map(|line| line.day).collect();
        let all = days.into_iter().map(|day| split(&self.times(day)));
        minutes(all.fold(Split::default(), |sum, one| Split {
            inside: sum.inside + one.inside,
            between: sum.between + one.between,
            work: sum.work + one.work,
        }))
    }

    pub(super) fn counts(&self) -> FieldVisitCounts {
        let of = |counts: Counts| self.lines.iter().filter(|line| line.counts == counts).count() as u32;
        FieldVisitCounts { counted: of(Counts::Yes), held: of(Counts::Held), open: of(Counts::Open) }
    }

    /// Outlets with a visit that stands or waits.
    pub(super) fn covered(&self) -> BTreeSet<&str> {
        self.lines.iter().filter(|line| matches!(line.counts, Counts::Yes | Counts::Held)).map(|line| line.outlet.as_str()).collect()
    }
}

pub(super) fn adherence(of: Adherence) -> FieldAdherence {
    let Adherence { planned, kept, made, made_as_planned, in_order } = of;
    FieldAdherence {
        planned,
        kept,
        made,
        made_as_planned,
        in_order,
        plan_share: of.plan_rate(),
        call_share: of.call_compliance(),
        route_share: of.route_compliance(),
    }
}

pub(super) fn minutes(of: Split) -> FieldMinutes {
    let Split { inside, between, work } = of;
    FieldMinutes { inside, between, work }
}

pub(super) fn promises(of: Kept) -> FieldPromiseCounts {
    let Kept { due, in_time, late, broken } = of;
    FieldPromiseCounts { due, in_time, late, broken, share: of.rate() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_at_most_a_hundred_days() {
        let today: Date = "2026-08-31".parse().unwrap();
        let asked = |from: &str, to: &str| FieldSpanAsked { manager: None, from: Some(from.to_owned()), to: Some(to.to_owned()) };
        assert_eq!(span(&asked("", ""), today).unwrap(), (today.plus_days(-27), today));
        assert_eq!(span(&asked("2026-08-31", "2026-08-30"), today).unwrap_err().code, "field.span");
        assert_eq!(span(&asked("2026-01-01", "2026-08-30"), today).unwrap_err().code, "field.span");
    }
}
