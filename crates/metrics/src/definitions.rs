//! Reads the catalogue from its definitions, and checks every name in them.

use crate::dimension::{Dimension, Group};
use crate::life::{Life, Whose};
use crate::model::{Agg, Catalogue, Cond, Formula, Measure, Metric, Of, Source, State, Time, Unit};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::holidays::{DayKind, Holidays};
use qudao_kernel::{Date, Refusal, Text};
use serde::Deserialize;

macro_rules! shipped {
    ($($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!("../../../definitions/metrics/", $file)))),+]
    };
}

/// The standard set, in the binary.
const STANDARD: &[(&str, &str)] =
    shipped!["volume.toml", "revenue.toml", "development.toml", "network.toml", "funnel.toml", "field.toml", "lists.toml"];

/// Bands of monthly fees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bands(Vec<Band>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Band {
    id: String,
    from: i64,
    name: Text,
}

impl Bands {
    /// The band of a monthly fee in fen; empty where there is none.
    pub fn of(&self, fee: i64) -> &str {
        self.0.iter().rev().find(|band| band.from <= fee).map_or("", |band| &band.id)
    }

    /// What people call a band.
    pub fn name(&self, id: &str) -> Option<&Text> {
        self.0.iter().find(|band| band.id == id).map(|band| &band.name)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    metric: Vec<Written>,
    #[serde(default)]
    band: Vec<WrittenBand>,
    #[serde(default)]
    main_push: Vec<WrittenPush>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBand {
    id: String,
    from_fen: i64,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPush {
    product: String,
    from: Date,
    to: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    zh: String,
    en: String,
    about_zh: String,
    about_en: String,
    unit: Unit,
    owner: String,
    by: Vec<String>,
    facts: Option<WrittenFacts>,
    outlets: Option<String>,
    partners: Option<String>,
    #[serde(default)]
    plus: Vec<String>,
    #[serde(default)]
    minus: Vec<String>,
    ratio: Option<WrittenRatio>,
    holiday_index: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRatio {
    of: String,
    to: String,
    /// How many of the numerator one of the denominator can have; 1 where absent.
    #[serde(default = "one")]
    per: i64,
}

fn one() -> i64 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFacts {
    from: Table,
    #[serde(default)]
    kinds: Vec<String>,
    sum: Option<Col>,
    distinct: Option<String>,
    #[serde(default)]
    only: Vec<WrittenCond>,
    state: Option<State>,
    time: Option<Time>,
    age: Option<i32>,
    mature: Option<i32>,
    day_kind: Option<DayKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCond {
    column: Option<Col>,
    one_of: Option<Vec<String>>,
    at_least: Option<i64>,
    below: Option<i64>,
    is: Option<bool>,
    main_push: Option<bool>,
}

impl Catalogue {
    /// The standard set.
    ///
    /// # Errors
    /// As [`Catalogue::read`]; a test shows that the embedded files are right.
    pub fn standard() -> Result<Self, Refusal> {
        Self::read(STANDARD)
    }

    /// Reads definitions files: name and text of each. A metric may refer to those before it.
    ///
    /// # Errors
    /// `BadInput metrics.definition.file` for a text that is no definitions file, `metrics.definition.wrong` for a metric that names something
    /// there is not or cannot be worked out.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, Refusal> {
        let mut catalogue = Self {
            metrics: Vec::new(),
            measures: Vec::new(),
            bands: Bands::default(),
            main_push: Vec::new(),
            holidays: Holidays::shipped(),
        };
        for (name, text) in files {
            let file: File = toml::from_str(text).map_err(|error| {
                Refusal::bad_input(
                    "metrics.definition.file",
                    format!("指标定义 {name} 无法读取：{error}"),
                    format!("the metric definitions {name} cannot be read: {error}"),
                )
            })?;
            for written in file.metric {
                let id = written.id.clone();
                let metric = catalogue.metric(written).map_err(|why| wrong(name, &id, &why))?;
                catalogue.metrics.push(metric);
            }
            let band = |band: WrittenBand| Band { id: band.id, from: band.from_fen, name: Text::new(band.zh, band.en) };
            catalogue.bands.0.extend(file.band.into_iter().map(band));
            let open = Date::from_days(i32::MAX);
            catalogue.main_push.extend(file.main_push.into_iter().map(|push| (push.product, push.from, push.to.unwrap_or(open))));
        }
        catalogue.bands.0.sort_by_key(|band| band.from);
        Ok(catalogue)
    }

    fn metric(&mut self, written: Written) -> Result<Metric, Text> {
        let Written { id, zh, en, about_zh, about_en, unit, owner, by, facts, outlets, partners, plus, minus, ratio, holiday_index } =
            written;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if id.is_empty() || !id.bytes().all(plain) || self.get(&id).is_some() {
            return Err(Text::new("编号须为小写字母、数字、下划线，且不重复", "an id is lower-case letters, digits and _, given once"));
        }
        if [&zh, &en, &about_zh, &about_en, &owner].iter().any(|text| text.trim().is_empty()) {
            return Err(Text::new("名称、说明与负责人不能为空", "names, descriptions and owner must not be empty"));
        }
        let lives = match (outlets, partners) {
            (Some(which), None) => Some((Whose::Outlets, which)),
            (None, Some(which)) => Some((Whose::Partners, which)),
            (None, None) => None,
            _ => return Err(Text::new("outlets 与 partners 只能有一个", "there is either outlets or partners")),
        };
        let formula = match (facts, lives, plus.is_empty(), ratio, holiday_index) {
            (Some(facts), None, true, None, None) => {
                self.measures.push(measure(facts)?);
                Formula::Measure(self.measures.len() - 1)
            }
            (None, Some((whose, which)), true, None, None) => {
                let which = Life::by_code(&which).ok_or_else(|| {
                    Text::new(
                        "outlets 与 partners 须为 opened、closed、open 或 moved",
                        "outlets and partners are opened, closed, open or moved",
                    )
                })?;
                self.measures.push(Measure { source: Source::Master(whose, which), ..Measure::facts(Table::BusinessEvent) });
                Formula::Measure(self.measures.len() - 1)
            }
            (None, None, false, None, None) => Formula::Sum { plus: self.places(&plus)?, minus: self.places(&minus)? },
            (None, None, true, Some(ratio), None) => self.ratio(&ratio)?,
            (None, None, true, None, Some(of)) => self.holiday_index(&of)?,
            _ => {
                return Err(Text::new(
                    "须有且只有一个公式：facts、outlets、partners、plus、ratio 或 holiday_index",
                    "there is one formula: facts, outlets, partners, plus, ratio or holiday_index",
                ));
            }
        };
        let mut metric = Metric { id, name: Text::new(zh, en), about: Text::new(about_zh, about_en), unit, owner, formula, by: Vec::new() };
        metric.by = self.dimensions(&metric, &by)?;
        Ok(metric)
    }

    fn place(&self, id: &str) -> Result<usize, Text> {
        self.position(id)
            .ok_or_else(|| Text::new(format!("引用的指标 {id} 不存在，或定义在后面"), format!("there is no metric {id} before it")))
    }

    fn ratio(&self, written: &WrittenRatio) -> Result<Formula, Text> {
        if written.per < 1 {
            return Err(Text::new("per 须为正整数", "per is a whole number above zero"));
        }
        Ok(Formula::Ratio { of: self.place(&written.of)?, to: self.place(&written.to)?, per: written.per })
    }

    fn places(&self, ids: &[String]) -> Result<Vec<usize>, Text> {
        ids.iter().map(|id| self.place(id)).collect()
    }

    fn holiday_index(&mut self, of: &str) -> Result<Formula, Text> {
        let place = self.place(of)?;
        let Formula::Measure(measure) = self.metrics[place].formula else {
            return Err(Text::new(format!("{of} 不是直接计数的指标"), format!("{of} is not counted directly")));
        };
        let on = |kind: DayKind| Measure { day_kind: Some(kind), ..self.measures[measure].clone() };
        let (holiday, work) = (on(DayKind::Holiday), on(DayKind::Work));
        self.measures.extend([holiday, work]);
        Ok(Formula::HolidayIndex { holiday: self.measures.len() - 2, work: self.measures.len() - 1 })
    }

    /// The dimensions a definition names, one by one or as `@time`, `@place` and `@thing`: of a group those that can be answered.
    fn dimensions(&mut self, metric: &Metric, names: &[String]) -> Result<Vec<Dimension>, Text> {
        self.metrics.push(metric.clone());
        let measures = self.measures_of(self.metrics.len() - 1);
        self.metrics.pop();
        let answers = |dimension: Dimension| {
            measures.iter().all(|measure| match self.measures[*measure].source {
                Source::Facts(table) => dimension.of_table(table),
                Source::Master(whose, which) => life_has(whose, which, dimension),
            }) && !(matches!(metric.formula, Formula::HolidayIndex { .. }) && of_days(dimension))
        };
        let mut found: Vec<Dimension> = Vec::new();
        for name in names {
            let group = match name.as_str() {
                "@time" => Some(Group::Time),
                "@place" => Some(Group::Place),
                "@thing" => Some(Group::Thing),
                _ => None,
            };
            if let Some(group) = group {
                found.extend(Dimension::ALL.iter().copied().filter(|one| one.group() == group && answers(*one)));
                continue;
            }
            match Dimension::by_code(name).filter(|one| answers(*one)) {
                Some(one) => found.push(one),
                None => {
                    return Err(Text::new(
                        format!("维度 {name} 不存在，或该指标的数据中没有"),
                        format!("there is no dimension {name}, or what is counted does not say it"),
                    ));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// Whether days of one kind only share a key.
const fn of_days(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Day | Dimension::Weekday | Dimension::DayKind)
}

fn life_has(whose: Whose, which: Life, dimension: Dimension) -> bool {
    let of_outlets = matches!(dimension, Dimension::Outlet | Dimension::Channel | Dimension::Subtype | Dimension::Grade);
    match dimension.group() {
        Group::Time => matches!(dimension, Dimension::Day | Dimension::Week | Dimension::Month) || which != Life::Open,
        Group::Place => dimension != Dimension::Clerk && (whose == Whose::Outlets || !of_outlets),
        Group::Thing => false,
    }
}

fn measure(written: WrittenFacts) -> Result<Measure, Text> {
    let WrittenFacts { from: table, kinds, sum, distinct, only, state, time, age, mature, day_kind } = written;
    let has = |col: Col| {
        let lacks =
            || Text::new(format!("{} 没有列 {}", table.label(), col.name()), format!("{} has no column {}", table.name(), col.name()));
        if table.has(col) { Ok(col) } else { Err(lacks()) }
    };
    if let Some(kind) = kinds.iter().find(|kind| !table.kinds().is_empty() && !table.kinds().iter().any(|(code, _)| code == kind)) {
        return Err(Text::new(format!("{} 没有类型 {kind}", table.label()), format!("{} has no kind {kind}", table.name())));
    }
    let agg = match (sum, distinct) {
        (None, None) => Agg::Count,
        (Some(col), None) if matches!(col.ty(), ColType::Int | ColType::Money) => Agg::Sum(has(col)?),
        (None, Some(of)) if of == "attributed" => Agg::Distinct(Of::Partner),
        (None, Some(of)) => {
            let col = Col::ALL.iter().copied().find(|col| col.name() == of && col.ty() == ColType::Text);
            let unknown = || Text::new(format!("{of} 不是文本列"), format!("{of} is no text column"));
            Agg::Distinct(Of::Col(has(col.ok_or_else(unknown)?)?))
        }
        _ => return Err(Text::new("sum 须为一个数值列，且不与 distinct 并用", "sum is a column of numbers, and not beside distinct")),
    };
    let subscribers = table == Table::SubscriberMonth;
    let time = time.unwrap_or(Time::Occurred);
    if (time == Time::Joined || age.is_some() || mature.is_some()) && !subscribers {
        return Err(Text::new("只有用户月度状态有入网日期", "only subscriber_month says when somebody joined"));
    }
    if state.is_some() && table != Table::BusinessEvent {
        return Err(Text::new("只有业务事件有状态", "only a business event has a state"));
    }
    let when = only.into_iter().map(|written| cond(written, &has)).collect::<Result<_, _>>()?;
    Ok(Measure { source: Source::Facts(table), kinds, agg, when, state, time, age, mature, day_kind })
}

fn cond(written: WrittenCond, has: &impl Fn(Col) -> Result<Col, Text>) -> Result<Cond, Text> {
    let wrong = || {
        Text::new(
            "条件须为：文本列 one_of，数值列 at_least、below，是否列 is，或 main_push",
            "a condition is a text column with one_of, a number with at_least or below, a yes/no with is, or main_push",
        )
    };
    let WrittenCond { column, one_of, at_least, below, is, main_push } = written;
    match (column, one_of, (at_least, below), is, main_push) {
        (None, None, (None, None), None, Some(wanted)) => has(Col::Product).map(|_| Cond::MainPush(wanted)),
        (Some(col), Some(texts), (None, None), None, None) if col.ty() == ColType::Text => Ok(Cond::OneOf(has(col)?, texts)),
        (Some(col), None, (None, None), Some(wanted), None) if col.ty() == ColType::Bool => Ok(Cond::Is(has(col)?, wanted)),
        (Some(col), None, bounds, None, None) if bounds != (None, None) && matches!(col.ty(), ColType::Int | ColType::Money) => {
            Ok(Cond::Between(has(col)?, bounds.0, bounds.1))
        }
        _ => Err(wrong()),
    }
}

fn wrong(file: &str, id: &str, why: &Text) -> Refusal {
    Refusal::bad_input(
        "metrics.definition.wrong",
        format!("指标定义 {file} 的 {id} 有误：{}；请改正", why.zh),
        format!("the metric definitions {file}, {id}: {}; correct it", why.en),
    )
}
