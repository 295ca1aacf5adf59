//! A question as people ask it.

use crate::ask::Within;
use crate::dimension::Dimension;
use crate::model::{Catalogue, Source};
use crate::targets::Target;
use qudao_kernel::{Date, Lang, Refusal};
use serde::{Deserialize, Serialize};

/// Most metrics of a question.
const MOST_METRICS: usize = 12;
/// Most dimensions to split by, the one across included.
const MOST_DIMENSIONS: usize = 4;
/// Most days a question may span: ten years.
const MOST_DAYS: i32 = 3660;

/// Something that must hold of the facts that are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The key in the dimension is one of these.
    Is(Dimension, Vec<String>),
    /// It lies in one of these divisions or below.
    Under(Vec<String>),
    /// It belongs to one of these partners or one below.
    Tree(Vec<String>),
}

/// What to set beside the numbers.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compare {
    /// The period before (环比).
    pub previous: bool,
    /// The same days a year earlier (同比).
    pub last_year: bool,
    /// The period before, restated to as many working days, weekend days and holidays as this one has.
    pub adjusted: bool,
    /// Targets.
    pub target: bool,
}

/// How to order rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By the keys.
    Key {
        /// From the last to the first.
        descending: bool,
    },
    /// By a metric; equal ones by the keys.
    Metric {
        /// Its id, one of those asked for.
        id: String,
        /// From the greatest to the least.
        descending: bool,
    },
}

/// How many rows to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top {
    /// That many of the first; what is left is one row more.
    pub rows: usize,
    /// Keys of the first dimension shown wherever they stand.
    #[serde(default)]
    pub keep: Vec<String>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Ids of metrics.
    pub metrics: Vec<String>,
    /// What to split by, down the rows.
    pub by: Vec<Dimension>,
    /// What to split by across the columns.
    pub across: Option<Dimension>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// What must hold.
    pub tests: Vec<Test>,
    /// What to set beside.
    pub compare: Compare,
    /// Order; by the keys where absent.
    pub sort: Option<Sort>,
    /// How many rows.
    pub top: Option<Top>,
    /// Where the asker may look.
    pub within: Within,
    /// Targets of the metrics and months, where they are compared with.
    pub targets: Vec<Target>,
}

impl Query {
    /// All of some metrics over some days.
    pub fn new(metrics: &[&str], from: Date, to: Date, within: Within) -> Self {
        Self {
            metrics: metrics.iter().map(|id| (*id).to_owned()).collect(),
            by: Vec::new(),
            across: None,
            from,
            to,
            tests: Vec::new(),
            compare: Compare::default(),
            sort: None,
            top: None,
            within,
            targets: Vec::new(),
        }
    }

    /// Every dimension it splits by.
    pub(crate) fn dimensions(&self) -> Vec<Dimension> {
        self.by.iter().copied().chain(self.across).collect()
    }

    /// Whether the catalogue can answer it.
    ///
    /// # Errors
    /// `BadInput metrics.query.…` names what it cannot.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), Refusal> {
        if self.metrics.is_empty() || self.metrics.len() > MOST_METRICS {
            return Err(Refusal::bad_input(
                "metrics.query.metrics",
                format!("请选择 1 至 {MOST_METRICS} 个指标"),
                format!("choose 1 to {MOST_METRICS} metrics"),
            ));
        }
        let dimensions = self.dimensions();
        let twice = dimensions.iter().enumerate().find(|(index, one)| dimensions[..*index].contains(one));
        if let (Some((_, one)), _) | (None, Some(one)) = (twice, dimensions.get(MOST_DIMENSIONS)) {
            return Err(Refusal::bad_input(
                "metrics.query.dimensions",
                format!("维度“{}”重复，或超过 {MOST_DIMENSIONS} 个；请减少维度", one.label(Lang::Zh)),
                format!("the dimension {} is there twice or is one more than {MOST_DIMENSIONS}; take fewer", one.label(Lang::En)),
            ));
        }
        if self.to < self.from || self.to.days() - self.from.days() > MOST_DAYS {
            return Err(Refusal::bad_input(
                "metrics.query.days",
                "结束日期须不早于开始日期，且相距不超过十年；请修改日期",
                "the last day must not be before the first nor more than ten years after it; change the days",
            ));
        }
        if let Some(Sort::Metric { id, .. }) = &self.sort
            && !self.metrics.contains(id)
        {
            return Err(Refusal::bad_input(
                "metrics.query.sort",
                format!("排序的指标 {id} 不在所选指标中；请改选"),
                format!("{id}, to sort by, is not among the metrics asked for; choose one of them"),
            ));
        }
        for id in &self.metrics {
            let metric = catalogue.get(id).ok_or_else(|| unknown(id))?;
            if let Some(one) = dimensions.iter().find(|one| !metric.by.contains(one)) {
                return Err(not_by(metric.name.get(Lang::Zh), metric.name.get(Lang::En), *one));
            }
            self.check_tests(catalogue, id)?;
        }
        Ok(())
    }

    fn check_tests(&self, catalogue: &Catalogue, id: &str) -> Result<(), Refusal> {
        let Some(position) = catalogue.position(id) else { return Err(unknown(id)) };
        let metric = &catalogue.metrics[position];
        let asked = self.tests.iter().filter_map(|test| if let Test::Is(dimension, _) = test { Some(*dimension) } else { None });
        for dimension in asked {
            let answers = catalogue.measures_of(position).into_iter().all(|measure| match catalogue.measures[measure].source {
                Source::Facts(table) => dimension.of_table(table),
                Source::Master(..) => metric.by.contains(&dimension),
            });
            if !answers {
                return Err(not_by(metric.name.get(Lang::Zh), metric.name.get(Lang::En), dimension));
            }
        }
        Ok(())
    }
}

/// The refusal of a metric that is not in the catalogue.
pub(crate) fn unknown(id: &str) -> Refusal {
    Refusal::bad_input(
        "metrics.metric.unknown",
        format!("没有指标 {id}；请从指标目录中选择"),
        format!("there is no metric {id}; choose one of the catalogue"),
    )
}

fn not_by(zh: &str, en: &str, dimension: Dimension) -> Refusal {
    Refusal::bad_input(
        "metrics.query.not_by",
        format!("指标“{zh}”不能按“{}”拆分或筛选；请换一个维度或指标", dimension.label(Lang::Zh)),
        format!("{en} cannot be split or filtered by {}; take another dimension or metric", dimension.label(Lang::En).to_lowercase()),
    )
}
