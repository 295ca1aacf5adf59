//! 检查顺序 (R7.295, R7.296): whose prices are to be looked at first. State-owned malls tend to sell dear and supermarkets cheap, so outlets of these types bear a
//! tag and come first; among equals whoever was not looked at for longest.
//!
//! Invariant: a tag says where to look and nothing of what is found there.

use crate::kept::names;
use qudao_kernel::{Date, Refusal};
use qudao_platform::params::Register;

/// What an outlet's type makes likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// 高价: looked at for overpricing.
    High,
    /// 低价: looked at for low prices.
    Low,
}
names!(Tag { High "high", Low "low" });

/// Types of outlets by what they make likely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tags {
    high: Vec<String>,
    low: Vec<String>,
}

impl Tags {
    /// As the register sets them for a place and a day.
    ///
    /// # Errors
    /// `platform.params.…` where the register lacks them.
    pub fn of(register: &Register, territory: &str, day: Date) -> Result<Self, Refusal> {
        let types = |name: &str| -> Result<Vec<String>, Refusal> {
            Ok(register.on(name, territory, day)?.value.split_whitespace().map(str::to_owned).collect())
        };
        Ok(Self { high: types("price_high_subtypes")?, low: types("price_low_subtypes")? })
    }

    /// The tag of a type of outlet.
    pub fn tag(&self, subtype: &str) -> Option<Tag> {
        let among = |types: &[String]| types.iter().any(|one| one == subtype);
        if among(&self.high) { Some(Tag::High) } else { among(&self.low).then_some(Tag::Low) }
    }
}

/// An outlet to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Outlet.
    pub outlet: String,
    /// What its type makes likely.
    pub tag: Option<Tag>,
    /// When a price of ours was seen there last.
    pub last: Option<Date>,
}

/// Puts outlets in the order they are to be looked at.
pub fn order(all: &mut [Next]) {
    all.sort_by(|a, b| (a.tag.is_none(), a.last, &a.outlet).cmp(&(b.tag.is_none(), b.last, &b.outlet)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malls_are_looked_at_for_high_prices_and_supermarkets_for_low_ones() {
        // R7.295, R7.296
        let day: Date = "2026-08-31".parse().unwrap();
        let tags = Tags::of(&Register::standard().unwrap(), "421102", day).unwrap();
        assert_eq!(["百货店", "大卖场", "专营店"].map(|subtype| tags.tag(subtype)), [Some(Tag::High), Some(Tag::Low), None]);
        let next = |outlet: &str, subtype: &str, ago: Option<i32>| Next {
            outlet: outlet.into(),
            tag: tags.tag(subtype),
            last: ago.map(|ago| day.plus_days(-ago)),
        };
        let mut all = [
            next("O1", "专营店", None),
            next("O2", "百货店", Some(3)),
            next("O3", "大卖场", Some(30)),
            next("O4", "专营店", Some(90)),
            next("O5", "百货店", None),
        ];
        order(&mut all);
        assert_eq!(all.map(|one| one.outlet), ["O5", "O3", "O2", "O1", "O4"], "types with a tag first, then by how long ago");
    }
}
