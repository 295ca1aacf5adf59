//! Depth and width of a product (R7.104–R7.109, R7.115, R7.116; §12 Q1–Q5).

use qudao_field::measure::{Reach, deep_enough, deepest, wide_enough};
use qudao_kernel::Date;
use qudao_kernel::territory::Level;
use qudao_network::Territories;
use qudao_network::universe::{self, Figure};

/// What is asked of a product, hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    /// From what reach on a level counts for depth.
    pub least: u32,
    /// From what width on it is sufficient.
    pub sufficient: u32,
    /// The level it is to reach.
    pub level: Level,
}

/// A level of depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtLevel {
    /// The level.
    pub level: Level,
    /// Units that distribute, and units there are; none where nobody knows how many.
    pub reach: Option<Reach>,
}

/// How far and widely a product reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// By level, from the top.
    pub depth: Vec<AtLevel>,
    /// The deepest level that meets the least.
    pub deepest: Option<Level>,
    /// Whether it reaches the level it is to.
    pub deep_enough: bool,
    /// 网点密度: outlets that distribute, and outlets there are.
    pub width: Reach,
    /// Whether it is wide enough; more is not penalised.
    pub wide_enough: bool,
}

/// Counts a product's reach within an area. `open` are the divisions of the open outlets there, with whether each distributes.
pub fn count(territories: &Territories, figures: &[Figure], area: &str, open: &[(&str, bool)], day: Date, standard: Standard) -> Found {
    let reached = open.iter().filter(|(_, distributes)| *distributes).map(|(code, _)| *code);
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let depth: Vec<AtLevel> = universe::reach(territories, figures, area, reached, day)
        .into_iter()
        .map(|one| {
            let existing = one.existing.as_ref().map(|units| units.units);
            AtLevel { level: one.level, reach: existing.map(|existing| Reach { reached: small(one.covered), existing: small(existing) }) }
        })
        .collect();
    let known: Vec<(Level, Reach)> = depth.iter().filter_map(|one| Some((one.level, one.reach?))).collect();
    let levels: Vec<Reach> = known.iter().map(|(_, reach)| *reach).collect();
    let width = Reach { reached: small(open.iter().filter(|(_, it)| *it).count() as u64), existing: small(open.len() as u64) };
    let wanted = known.iter().position(|(level, _)| *level == standard.level);
    Found {
        deepest: deepest(&levels, standard.least).and_then(|at| known.get(at)).map(|(level, _)| *level),
        // Within an area below that level there is nothing to reach.
        deep_enough: wanted.is_none_or(|at| deep_enough(&levels, standard.least, at)),
        wide_enough: wide_enough(width, standard.sufficient),
        depth,
        width,
    }
}
