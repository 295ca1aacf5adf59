//! The kit of a unit (`definitions/roadshows/kit.toml`), and what is short of it.

use qudao_kernel::{Kind, Refusal, Text};
use serde::Deserialize;
use std::collections::BTreeMap;

const STANDARD: &str = include_str!("../../../../definitions/roadshows/kit.toml");
/// Most of one part.
const MOST: u32 = 100;

/// A part of the kit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Text,
    /// How many there are.
    pub count: u32,
    /// Whether more is in order.
    pub more: bool,
    /// Whether the booking says how many there are.
    pub booked: bool,
}

/// What a unit is to have with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kit {
    parts: Vec<Part>,
}

/// A part that is not there as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// Id of the part.
    pub part: String,
    /// How many there should be.
    pub needed: u32,
    /// How many there are.
    pub have: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    part: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    zh: String,
    en: String,
    count: u32,
    #[serde(default)]
    more: bool,
    #[serde(default)]
    booked: bool,
}

impl Kit {
    /// The standard kit.
    ///
    /// # Errors
    /// `Bug field.roadshow.kit`; a test shows that the embedded file is right.
    pub fn standard() -> Result<Self, Refusal> {
        let file: File = toml::from_str(STANDARD).map_err(|error| {
            Refusal::new(
                Kind::Bug,
                "field.roadshow.kit",
                format!("流动助销配置无法读取：{error}"),
                format!("the kit of roadshows cannot be read: {error}"),
            )
        })?;
        let of = |Written { id, zh, en, count, more, booked }| Part { id, name: Text::new(zh, en), count, more, booked };
        Ok(Self { parts: file.part.into_iter().map(of).collect() })
    }

    /// Its parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What is not as it should be, of what was counted. What the booking says is of the booking: one week, one area.
    pub fn short(&self, counted: &BTreeMap<String, u32>) -> Vec<Short> {
        let counts = self.parts.iter().filter(|part| !part.booked);
        let of = |part: &Part| Short { part: part.id.clone(), needed: part.count, have: counted.get(&part.id).copied().unwrap_or(0) };
        counts.filter(|part| !part.holds(counted.get(&part.id).copied().unwrap_or(0))).map(of).collect()
    }

    /// Whether a count names parts that are counted, and believable numbers.
    ///
    /// # Errors
    /// `BadInput field.roadshow.count`.
    pub fn checked(&self, counted: &BTreeMap<String, u32>) -> Result<(), Refusal> {
        let known = |id: &str| self.parts.iter().any(|part| part.id == id && !part.booked);
        if counted.iter().all(|(id, count)| known(id) && *count <= MOST) {
            return Ok(());
        }
        Err(Refusal::bad_input(
            "field.roadshow.count",
            format!("清点的配置项或数量有误，每项最多 {MOST}；请刷新页面后重填"),
            format!("a part or number of the count is wrong, at most {MOST} of each; reload the page and count again"),
        ))
    }
}

impl Part {
    fn holds(&self, have: u32) -> bool {
        have == self.count || (self.more && have > self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kit_is_whole_with_exactly_its_parts() {
        // S8, R1.17
        let kit = Kit::standard().unwrap();
        let parts: Vec<(&str, u32)> = kit.parts().iter().map(|part| (part.id.as_str(), part.count)).collect();
        let expected =
            [("people", 4), ("vehicle", 1), ("week", 1), ("area", 1), ("tent", 1), ("computer", 1), ("table", 1), ("demo_phone", 1)];
        assert_eq!(parts, expected);
        let counts = |changed: &[(&str, u32)]| {
            let whole = [("people", 4), ("vehicle", 1), ("tent", 1), ("computer", 1), ("table", 1), ("demo_phone", 1)];
            whole.iter().chain(changed).map(|(id, count)| ((*id).to_owned(), *count)).collect::<BTreeMap<String, u32>>()
        };
        assert!(kit.short(&counts(&[])).is_empty());
        assert!(kit.short(&counts(&[("demo_phone", 3)])).is_empty(), "more phones are in order");
        for (part, have) in [("people", 3), ("vehicle", 0), ("tent", 0), ("computer", 0), ("table", 0), ("demo_phone", 0), ("people", 5)] {
            let needed = if part == "people" { 4 } else { 1 };
            assert_eq!(kit.short(&counts(&[(part, have)])), [Short { part: part.into(), needed, have }]);
        }
        assert!(kit.checked(&counts(&[])).is_ok());
        assert!(kit.checked(&counts(&[("week", 1)])).is_err() && kit.checked(&counts(&[("tent", 101)])).is_err());
    }
}
