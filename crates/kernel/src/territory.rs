//! Territories are official division codes: 2 digits a province, 4 a city, 6 a county, 9 a township, 12 a village
//! or community. A code lies under every prefix of it, so scope and roll-up are prefix tests.

/// Level of a division code, from its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Level {
    /// 省, 2 digits.
    Province,
    /// 市, 4 digits.
    City,
    /// 县, 6 digits.
    County,
    /// 乡镇街道, 9 digits.
    Township,
    /// 村、社区, 12 digits.
    Village,
}

impl Level {
    /// From the province down.
    pub const ALL: [Level; 5] = [Level::Province, Level::City, Level::County, Level::Township, Level::Village];

    /// Stable name, as interfaces and tables write it.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Province => "province",
            Level::City => "city",
            Level::County => "county",
            Level::Township => "township",
            Level::Village => "village",
        }
    }

    /// By its stable name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Number of digits of a code of this level.
    pub const fn digits(self) -> usize {
        match self {
            Level::Province => 2,
            Level::City => 4,
            Level::County => 6,
            Level::Township => 9,
            Level::Village => 12,
        }
    }
}

/// The level of a code, or `None` if it is not 2, 4, 6, 9 or 12 digits.
pub fn level(code: &str) -> Option<Level> {
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Level::ALL.into_iter().find(|level| level.digits() == code.len())
}

/// Whether `code` is `area` or lies under it. The empty area contains everything.
pub fn under(code: &str, area: &str) -> bool {
    code.starts_with(area)
}

/// The ancestor of `code` at a level, or the code itself where it is not that deep.
pub fn at_level(code: &str, level: Level) -> &str {
    code.get(..level.digits()).unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_ancestors() {
        assert_eq!(level("430102001"), Some(Level::Township));
        assert_eq!(level("430102001201"), Some(Level::Village));
        assert_eq!(Level::ALL.map(Level::name).map(Level::named), Level::ALL.map(Some));
        assert_eq!(level("4301020"), None);
        assert!(under("430102001", "4301") && !under("4301", "430102"));
        assert_eq!(at_level("430102001", Level::County), "430102");
    }
}
