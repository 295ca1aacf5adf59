//! The eleven steps of a visit and its twelve purposes, from `definitions/visits`.

use qudao_kernel::{Refusal, Text};
use serde::Deserialize;
use std::collections::BTreeSet;

const STANDARD: &str = include_str!("../../../../definitions/visits/standard.toml");

/// How many steps and purposes there are (R7.34, R7.60).
const STEPS: usize = 11;
const PURPOSES: usize = 12;

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its place, from 1.
    pub no: u32,
    /// Stable id.
    pub id: String,
    zh: String,
    en: String,
    /// Records without which it is not done.
    #[serde(default)]
    pub needs: Vec<Need>,
}

/// A record a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A goal for this outlet.
    Goal,
    /// The check-in.
    CheckIn,
    /// Every required item of the visit's checklists.
    Answer,
    /// An order, a next action or a reason (R7.54).
    Ending,
    /// The check-out.
    CheckOut,
}

/// How the result of a purpose is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Yes or no.
    YesNo,
    /// A number.
    Count,
    /// A part of a whole.
    Percent,
    /// A change of a number.
    Delta,
    /// A grade from a list.
    Choice,
}

/// A purpose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its place, from 1.
    pub no: u32,
    /// Stable id.
    pub id: String,
    zh: String,
    en: String,
    /// How its result is written.
    pub result: Measured,
    result_zh: String,
    result_en: String,
}

impl Step {
    /// Its name.
    pub fn title(&self) -> Text {
        Text::new(self.zh.as_str(), self.en.as_str())
    }
}

impl Purpose {
    /// Its name.
    pub fn title(&self) -> Text {
        Text::new(self.zh.as_str(), self.en.as_str())
    }

    /// What its result is.
    pub fn outcome(&self) -> Text {
        Text::new(self.result_zh.as_str(), self.result_en.as_str())
    }
}

/// Steps and purposes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Raised with every change.
    pub version: u32,
    /// Points from which the test of a training is passed.
    pub train_pass: u32,
    #[serde(rename = "step")]
    steps: Vec<Step>,
    #[serde(rename = "purpose")]
    purposes: Vec<Purpose>,
}

impl Course {
    /// The standard one.
    ///
    /// # Errors
    /// `BadInput field.course.wrong`; a test shows that the embedded file is right.
    pub fn standard() -> Result<Self, Refusal> {
        Self::read(STANDARD)
    }

    /// Reads one.
    ///
    /// # Errors
    /// `BadInput field.course.wrong`.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let course: Self = toml::from_str(text).map_err(|error| wrong(error.message()))?;
        let runs = |numbers: Vec<u32>, most: usize| numbers.len() == most && numbers.iter().zip(1..).all(|(no, at)| *no == at);
        let ids: BTreeSet<&String> = course.steps.iter().map(|step| &step.id).collect();
        let also: BTreeSet<&String> = course.purposes.iter().map(|purpose| &purpose.id).collect();
        if !runs(course.steps.iter().map(|step| step.no).collect(), STEPS) || ids.len() != STEPS {
            return Err(wrong(&format!("{STEPS} steps, numbered from 1")));
        }
        if !runs(course.purposes.iter().map(|purpose| purpose.no).collect(), PURPOSES) || also.len() != PURPOSES {
            return Err(wrong(&format!("{PURPOSES} purposes, numbered from 1")));
        }
        Ok(course)
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The purposes, in order.
    pub fn purposes(&self) -> &[Purpose] {
        &self.purposes
    }
}

fn wrong(why: &str) -> Refusal {
    Refusal::bad_input(
        "field.course.wrong",
        format!("拜访步骤定义有误：{why}；请修改 definitions/visits"),
        format!("the definition of visits is wrong: {why}; change definitions/visits"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_eleven_steps_and_twelve_purposes() {
        // S9 S10 R7.34 R7.60
        let course = Course::standard().unwrap();
        assert_eq!((course.steps().len(), course.purposes().len()), (11, 12));
        let names: Vec<String> = course.steps().iter().map(|step| step.title().zh).collect();
        assert_eq!((names[2].as_str(), names[7].as_str(), names[10].as_str()), ("问好", "成交、确立下一步", "记录、报告、总结"));
        let relate: Vec<&str> = course.purposes().iter().filter(|one| one.title().zh.contains("关系")).map(|one| one.id.as_str()).collect();
        assert_eq!(relate, ["relate", "keep"], "the first relation and its upkeep are two purposes (Q12)");
        assert!(course.purposes().iter().all(|purpose| !purpose.outcome().zh.is_empty()));
    }

    #[test]
    fn a_missing_step_is_refused() {
        let text = STANDARD.replace("no = 11", "no = 12");
        assert_eq!(Course::read(&text).unwrap_err().code, "field.course.wrong");
    }
}
