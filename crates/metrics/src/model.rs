//! What a metric is, once every name in its definition is resolved.

use crate::definitions::Bands;
use crate::dimension::Dimension;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::holidays::{DayKind, Holidays};
use qudao_kernel::{Date, Text};
use serde::{Deserialize, Serialize};

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Pieces of business.
    Count,
    /// Money.
    Fen,
    /// Parts of a million; shown in per cent.
    Ppm,
    /// People.
    People,
    /// Outlets.
    Outlets,
    /// Partners.
    Partners,
}

/// What becomes of a business event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 已生效: it stands.
    Effective,
    /// A return or cancellation refers to it.
    Cancelled,
    /// It is a return or cancellation itself.
    Reversal,
}

impl State {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            State::Effective => "effective",
            State::Cancelled => "cancelled",
            State::Reversal => "reversal",
        }
    }

    /// The state of an event of a kind, which a standing return or cancellation refers to or not.
    pub fn of(kind: &str, referred_to: bool) -> State {
        match (kind, referred_to) {
            ("return" | "cancellation", _) => State::Reversal,
            (_, true) => State::Cancelled,
            (_, false) => State::Effective,
        }
    }
}

/// By which day a fact is counted, and placed in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Time {
    /// The day it happened.
    Occurred,
    /// The day the subscriber joined.
    Joined,
}

impl Time {
    /// The column that holds it.
    pub const fn col(self) -> Col {
        match self {
            Time::Occurred => Col::OccurredOn,
            Time::Joined => Col::JoinedOn,
        }
    }
}

/// Whose different codes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// Texts of a column; absent ones do not count.
    Col(Col),
    /// Partners the facts belong to.
    Partner,
}

/// How facts become a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agg {
    /// Facts.
    Count,
    /// Sum of a column of whole numbers or money; an absent quantity of a business event is 1.
    Sum(Col),
    /// Different codes.
    Distinct(Of),
}

/// What must hold of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cond {
    /// The text is one of these.
    OneOf(Col, Vec<String>),
    /// The number lies at or above the first and below the second.
    Between(Col, Option<i64>, Option<i64>),
    /// Yes or no; absent is no.
    Is(Col, bool),
    /// The product is a main-push one on the day, or is not.
    MainPush(bool),
}

/// Where the counted things come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Facts of a table.
    Facts(Table),
    /// Outlets or partners as the master data have them.
    Master(crate::life::Whose, crate::life::Life),
}

/// Facts and how they become one number. Measures add up over disjoint days, places and things, except different codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// What is counted.
    pub source: Source,
    /// Kinds; all where empty.
    pub kinds: Vec<String>,
    /// How.
    pub agg: Agg,
    /// What else must hold.
    pub when: Vec<Cond>,
    /// State a business event must be in.
    pub state: Option<State>,
    /// By which day.
    pub time: Time,
    /// Months from joining to the state.
    pub age: Option<i32>,
    /// Only subscribers who joined so many months before the newest states, or more.
    pub mature: Option<i32>,
    /// Only days of a kind.
    pub day_kind: Option<DayKind>,
}

impl Measure {
    /// All facts of a table, counted.
    pub fn facts(table: Table) -> Self {
        Self {
            source: Source::Facts(table),
            kinds: Vec::new(),
            agg: Agg::Count,
            when: Vec::new(),
            state: None,
            time: Time::Occurred,
            age: None,
            mature: None,
            day_kind: None,
        }
    }

    /// The table it counts facts of.
    pub fn table(&self) -> Option<Table> {
        match self.source {
            Source::Facts(table) => Some(table),
            Source::Master(..) => None,
        }
    }

    /// Whether the number for a whole is the sum of those for its parts.
    pub fn is_additive(&self) -> bool {
        !matches!(self.agg, Agg::Distinct(_)) && !matches!(self.source, Source::Master(_, crate::life::Life::Open))
    }
}

/// How a metric is worked out. Numbers are places in [`Catalogue::measures`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// A measure.
    Measure(usize),
    /// Some metrics less others.
    Sum {
        /// Added.
        plus: Vec<usize>,
        /// Taken away.
        minus: Vec<usize>,
    },
    /// A metric over another: in parts of a million, or, where the unit is money, so much each.
    Ratio {
        /// Numerator, a place in the catalogue's metrics.
        of: usize,
        /// Denominator, likewise.
        to: usize,
        /// How many of the numerator one of the denominator can have.
        per: i64,
    },
    /// 节假日指数: daily average on holidays over that on working days; measures of the same thing on either.
    HolidayIndex {
        /// On holidays.
        holiday: usize,
        /// On working days.
        work: usize,
    },
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Stable id, `snake_case`.
    pub id: String,
    /// What people call it.
    pub name: Text,
    /// What exactly it is.
    pub about: Text,
    /// Unit.
    pub unit: Unit,
    /// The role that answers for the definition.
    pub owner: String,
    /// How it is worked out.
    pub formula: Formula,
    /// What it may be split by.
    pub by: Vec<Dimension>,
}

/// All metrics, and what their definitions refer to.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Metrics, in the order of the definitions.
    pub metrics: Vec<Metric>,
    /// What their formulas count.
    pub measures: Vec<Measure>,
    /// Bands of monthly fees.
    pub bands: Bands,
    /// Main-push products: code, first day, first day no longer.
    pub main_push: Vec<(String, Date, Date)>,
    /// The working calendar.
    pub holidays: Holidays,
}

impl Catalogue {
    /// The metric of an id.
    pub fn get(&self, id: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.id == id)
    }

    /// The place of a metric.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.metrics.iter().position(|metric| metric.id == id)
    }

    /// Whether a product is pushed on a day.
    pub fn is_main_push(&self, product: &str, day: Date) -> bool {
        self.main_push.iter().any(|(code, from, to)| code == product && *from <= day && day < *to)
    }

    /// The measures a metric is worked out from.
    pub fn measures_of(&self, metric: usize) -> Vec<usize> {
        let mut found = Vec::new();
        self.collect(metric, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn collect(&self, metric: usize, found: &mut Vec<usize>) {
        match &self.metrics[metric].formula {
            Formula::Measure(measure) => found.push(*measure),
            Formula::Sum { plus, minus } => plus.iter().chain(minus).for_each(|part| self.collect(*part, found)),
            Formula::Ratio { of, to, .. } => [of, to].into_iter().for_each(|part| self.collect(*part, found)),
            Formula::HolidayIndex { holiday, work } => found.extend([holiday, work]),
        }
    }

    /// Whether days are counted for a metric.
    pub(crate) fn counts_days(&self, metric: usize) -> bool {
        match &self.metrics[metric].formula {
            Formula::Measure(_) => false,
            Formula::HolidayIndex { .. } => true,
            Formula::Sum { plus, minus } => plus.iter().chain(minus).any(|part| self.counts_days(*part)),
            Formula::Ratio { of, to, .. } => self.counts_days(*of) || self.counts_days(*to),
        }
    }

    /// Whether the number for a whole is the sum of those for its parts.
    pub fn is_additive(&self, metric: usize) -> bool {
        match &self.metrics[metric].formula {
            Formula::Measure(measure) => self.measures[*measure].is_additive(),
            Formula::Sum { plus, minus } => plus.iter().chain(minus).all(|part| self.is_additive(*part)),
            Formula::Ratio { .. } | Formula::HolidayIndex { .. } => false,
        }
    }

    /// The measure whose facts stand behind a metric: the first of what it is worked out from.
    pub fn rows_of(&self, metric: usize) -> Option<&Measure> {
        match &self.metrics[metric].formula {
            Formula::Measure(measure) | Formula::HolidayIndex { holiday: measure, .. } => self.measures.get(*measure),
            Formula::Sum { plus, .. } => plus.first().and_then(|part| self.rows_of(*part)),
            Formula::Ratio { of, .. } => self.rows_of(*of),
        }
    }
}
