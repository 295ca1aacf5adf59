//! Checklists: what is asked at an outlet, and what the answers are worth.
//!
//! A template is a definition (`definitions/checklists`): sections with weights, items of a kind, measures over them, and examples that are run when it is
//! read. [`read`] makes it from text, [`score`] counts answers, [`observe`] makes facts of them, [`standard`] keeps every version that was used.
//!
//! Invariant: a score is a function of the answers and of the template in one version. Invariant: what does not exist at an outlet is in no denominator.

mod answer;
mod example;
pub mod observe;
pub mod read;
pub mod score;
pub mod standard;

#[cfg(test)]
mod tests;

pub(crate) use answer::is_sha256;
pub use answer::{Answer, Given, Holder, Place, check};
pub use score::{Outcome, Verdict};
pub use standard::Catalogue;

use qudao_kernel::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a fact of the field is known (R7.90).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Somebody said so.
    Told,
    /// Data of the systems say so.
    System,
    /// It was seen on site.
    Seen,
}

impl Evidence {
    /// As facts write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::System => "system",
            Self::Seen => "seen",
        }
    }
}

/// A template in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Stable id.
    pub id: String,
    /// Raised with every change of the text.
    pub version: u32,
    /// Name.
    pub name: Text,
    /// What it is for.
    pub about: Text,
    /// The kind its answers have as facts.
    pub kind: String,
    /// Whether outlets and their managers may not see that it is planned (R0.39).
    pub hidden: bool,
    /// For which visits.
    pub fits: Fits,
    /// From how many hundredths of a percent on it is passed; none for no mark.
    pub pass_mark: Option<u32>,
    /// Sections in walking order.
    pub sections: Vec<Section>,
    /// Items, in the order of their sections.
    pub items: Vec<Item>,
    /// Figures over items.
    pub measures: Vec<Measure>,
    /// Examples, run when read.
    pub examples: Vec<Example>,
    /// SHA-256 of the text.
    pub sha256: String,
}

/// For which outlets and purposes something is. An empty list is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fits {
    /// Types of outlet.
    pub outlet_types: Vec<String>,
    /// Classes of size.
    pub sizes: Vec<String>,
    /// Where outlets stand: urban or town.
    pub settings: Vec<String>,
    /// Purposes of the visit, any of which will do.
    pub purposes: Vec<String>,
}

/// What an outlet and its visit are, as far as templates ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Type of the outlet.
    pub outlet_type: String,
    /// Class of its size.
    pub size: String,
    /// Where it stands: urban, town, or empty where nobody knows.
    #[serde(default)]
    pub setting: String,
    /// Purposes of the visit.
    pub purposes: Vec<String>,
}

impl Fits {
    /// Whether it is for such a visit.
    pub fn fits(&self, context: &Context) -> bool {
        let one = |list: &[String], value: &str| list.is_empty() || list.iter().any(|each| each == value);
        one(&self.outlet_types, &context.outlet_type)
            && one(&self.sizes, &context.size)
            && one(&self.settings, &context.setting)
            && (self.purposes.is_empty() || self.purposes.iter().any(|purpose| context.purposes.contains(purpose)))
    }
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Stable id.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Its part of the whole. Where no section has one, all items are counted together.
    pub weight: u32,
    /// Hundredths of a percent below which the whole is failed.
    pub floor: Option<u32>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the definition files")]
pub struct Item {
    /// Stable id, within the template.
    pub id: String,
    /// Place of its section.
    pub section: usize,
    /// What is asked.
    pub name: Text,
    /// What answers it.
    pub kind: ItemKind,
    /// Whether a visit is not complete without it.
    pub required: bool,
    /// Whether it can be that there is no such thing here.
    pub na: bool,
    /// Its weight within the section; 0 for what is asked but not scored.
    pub weight: u32,
    /// Whether failing it fails the whole (一票否决).
    pub veto: bool,
    /// Whether the answer needs a photo.
    pub photo: bool,
    /// The least evidence that counts.
    pub evidence: Evidence,
    /// How it differs for some outlets and purposes; the first that fits holds.
    pub variants: Vec<Variant>,
}

/// How an item differs for some visits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// For which.
    pub fits: Fits,
    /// Not asked at all.
    pub drop: bool,
    /// Another weight.
    pub weight: Option<u32>,
    /// Required or not.
    pub required: Option<bool>,
}

/// What answers an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKind {
    /// Yes or no; which of them is good.
    YesNo(bool),
    /// A number in the smallest unit, `scale` digits after the point: 1.50 m is 150 with a scale of 2.
    Number {
        /// Unit, as people read it.
        unit: String,
        /// Digits after the point.
        scale: u32,
        /// What it is worth.
        rule: Rule,
    },
    /// A price in fen.
    Price(Rule),
    /// A count.
    Count(Rule),
    /// A grade from 0 to `levels`.
    Grade {
        /// The best grade.
        levels: u32,
        /// From which grade on it is right.
        pass: u32,
        /// Whether it compares us with the main competitor: 0 worse, 1 equal, 2 better.
        compare: bool,
    },
    /// Codes that were scanned; their number is what the rule asks.
    Scan {
        /// Whether each is the serial of a handset, with its check digit.
        imei: bool,
        /// What their number is worth.
        rule: Rule,
    },
    /// One photo or more.
    Photo,
    /// One of some options.
    Choice(Vec<Choice>),
    /// A signature.
    Signature,
    /// Who holds a place, and how well (R7.235): held, current, intact and clean, right height and facing: 0 to 4.
    Place,
}

/// Most points of a place.
pub const PLACE_POINTS: u32 = 4;

/// What a number is worth: by steps where there are some, else one point within its bounds, else nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// The least that is right.
    pub pass_min: Option<i64>,
    /// The most that is right.
    pub pass_max: Option<i64>,
    /// From a number on, points; rising.
    pub steps: Vec<(i64, u32)>,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Stable id.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Points.
    pub points: u32,
}

/// A figure over items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Stable id; the `item` of its fact.
    pub id: String,
    /// Name.
    pub name: Text,
    /// How it is counted.
    pub by: By,
}

/// How a figure is counted. Lists hold places of items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Held, or yes ÷ existing, hundredths of a percent.
    Held(Vec<usize>),
    /// 1 if all are yes, else 0; none while one is open.
    All(Vec<usize>),
    /// Better less worse than the competitor.
    Tally(Vec<usize>),
    /// Sum ÷ sum, hundredths of a percent.
    Ratio(Vec<usize>, Vec<usize>),
    /// Sum.
    Total(Vec<usize>),
}

/// What a figure is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Hundredths of a percent.
    Share,
    /// 1 for yes, 0 for no.
    YesNo,
    /// Points.
    Points,
    /// Fen.
    Fen,
    /// Pieces.
    Pieces,
    /// A number with so many digits after the point.
    Number(u32),
}

impl Unit {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::YesNo => "yes_no",
            Self::Points => "points",
            Self::Fen => "fen",
            Self::Pieces => "pieces",
            Self::Number(_) => "number",
        }
    }

    /// Digits after the point.
    pub const fn scale(self) -> u32 {
        match self {
            Self::Number(scale) => scale,
            _ => 0,
        }
    }
}

impl Measure {
    /// What it is in; of a sum what its first item is in.
    pub fn unit(&self, template: &Template) -> Unit {
        match &self.by {
            By::Held(_) | By::Ratio(..) => Unit::Share,
            By::All(_) => Unit::YesNo,
            By::Tally(_) => Unit::Points,
            By::Total(list) => match list.first().and_then(|at| template.items.get(*at)).map(|item| &item.kind) {
                Some(ItemKind::Price(_)) => Unit::Fen,
                Some(ItemKind::Number { scale, .. }) => Unit::Number(*scale),
                Some(ItemKind::Grade { .. } | ItemKind::Choice(_) | ItemKind::Place) => Unit::Points,
                _ => Unit::Pieces,
            },
        }
    }
}

/// An example: answers, and what must come of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The visit.
    pub context: Context,
    /// Answers.
    pub answers: BTreeMap<String, Given>,
    /// Hundredths of a percent.
    pub score: Option<u32>,
    /// Whether nothing required is open.
    pub complete: bool,
    /// Items that are not right.
    pub failed: Option<Vec<String>>,
    /// Items and sections that fail the whole.
    pub vetoed: Vec<String>,
    /// Scores of sections.
    pub sections: BTreeMap<String, u32>,
    /// Measures.
    pub measures: BTreeMap<String, i64>,
}

/// An item as a visit asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'t> {
    /// The item.
    pub item: &'t Item,
    /// Its place in the template.
    pub at: usize,
    /// Weight of this visit.
    pub weight: u32,
    /// Required in this visit.
    pub required: bool,
}

impl Template {
    /// What a visit is asked, in order.
    pub fn asked<'t>(&'t self, context: &'t Context) -> impl Iterator<Item = Asked<'t>> {
        self.items.iter().enumerate().filter_map(|(at, item)| {
            let variant = item.variants.iter().find(|variant| variant.fits.fits(context));
            if variant.is_some_and(|variant| variant.drop) {
                return None;
            }
            let weight = variant.and_then(|variant| variant.weight).unwrap_or(item.weight);
            let required = variant.and_then(|variant| variant.required).unwrap_or(item.required);
            Some(Asked { item, at, weight, required })
        })
    }

    /// An item by its id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }
}

impl ItemKind {
    /// The most points it can have; 0 for what is not scored.
    pub fn most(&self) -> u32 {
        match self {
            Self::YesNo(_) | Self::Photo | Self::Signature => 1,
            Self::Number { rule, .. } | Self::Price(rule) | Self::Count(rule) | Self::Scan { rule, .. } => rule.most(),
            Self::Grade { levels, .. } => *levels,
            Self::Choice(options) => options.iter().map(|option| option.points).max().unwrap_or(0),
            Self::Place => PLACE_POINTS,
        }
    }

    /// The points from which on it is right.
    pub fn pass(&self) -> u32 {
        match self {
            Self::Grade { pass, .. } => *pass,
            _ => self.most(),
        }
    }
}

impl Rule {
    /// The most points.
    pub fn most(&self) -> u32 {
        match self.steps.iter().map(|(_, points)| *points).max() {
            Some(most) => most,
            None => u32::from(self.pass_min.is_some() || self.pass_max.is_some()),
        }
    }

    /// The points of a number.
    pub fn points(&self, number: i64) -> u32 {
        if !self.steps.is_empty() {
            return self.steps.iter().rev().find(|(from, _)| *from <= number).map_or(0, |(_, points)| *points);
        }
        let within = self.pass_min.is_none_or(|least| number >= least) && self.pass_max.is_none_or(|most| number <= most);
        if within { self.most() } else { 0 }
    }

    /// A number that is worth most.
    fn best(&self) -> i64 {
        let step = self.steps.iter().max_by_key(|(_, points)| *points).map(|(from, _)| *from);
        step.or(self.pass_min).or(self.pass_max).unwrap_or(0)
    }
}
