//! How many of the network stand in each part of a division.

use super::{Book, State, Wanted};
use crate::Territories;
use qudao_access::Scope;
use qudao_kernel::territory;
use std::collections::{BTreeMap, BTreeSet};

/// A part of a division and what stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// Division code.
    pub code: String,
    /// Partners in force.
    pub partners: usize,
    /// Outlets in force.
    pub outlets: usize,
    /// Clerks in force.
    pub clerks: usize,
    /// Outlets in force by grade.
    pub grades: BTreeMap<String, usize>,
}

impl Book {
    /// The parts directly below a division (provinces for the empty code), with what of a scope stands in them. All parts are there,
    /// empty ones too, as far as something of the scope stands in the division at all. What stands at the division itself, without being
    /// in one of its parts, is counted under the division's own code.
    pub fn shares(&self, scope: &Scope, territories: &Territories, area: &str, wanted: &Wanted) -> Vec<Share> {
        let parts = parts_of(territories, area);
        let mut shares: BTreeMap<String, Share> = BTreeMap::new();
        let open = Wanted { state: State::Active.name().to_owned(), territory: area.to_owned(), ..wanted.clone() };
        let part = |code: &str| part(&parts, area, code);
        for entry in self.partners(scope, &open) {
            shares.entry(part(&entry.territory)).or_default().partners += 1;
        }
        for entry in self.outlets(scope, &open) {
            let share = shares.entry(part(&entry.territory)).or_default();
            share.outlets += 1;
            *share.grades.entry(entry.row.grade.clone()).or_default() += 1;
        }
        for entry in self.clerks(scope, &open) {
            shares.entry(part(&entry.territory)).or_default().clerks += 1;
        }
        if !shares.is_empty() && !area.is_empty() {
            for code in parts {
                shares.entry(code.to_owned()).or_default();
            }
        }
        shares.into_iter().map(|(code, share)| Share { code, ..share }).collect()
    }

    /// Outlets in force of a scope in a division, each with the part it stands in, as [`Self::shares`] counts them.
    pub fn placed(&self, scope: &Scope, territories: &Territories, area: &str, wanted: &Wanted) -> Vec<(String, String)> {
        let parts = parts_of(territories, area);
        let open = Wanted { state: State::Active.name().to_owned(), territory: area.to_owned(), ..wanted.clone() };
        self.outlets(scope, &open).map(|entry| (part(&parts, area, &entry.territory), entry.row.code.clone())).collect()
    }

    /// Division codes where something of a scope stands, with all above them.
    pub fn areas(&self, scope: &Scope, territories: &Territories) -> BTreeSet<String> {
        let everything = Wanted::default();
        let mut codes: BTreeSet<String> = self.partners(scope, &everything).map(|entry| entry.territory.clone()).collect();
        codes.extend(self.outlets(scope, &everything).map(|entry| entry.territory.clone()));
        let above: Vec<String> = codes.iter().flat_map(|code| territories.ancestors(code)).map(|division| division.code.clone()).collect();
        codes.extend(above);
        codes.retain(|code| territory::level(code).is_some());
        codes
    }
}

/// The parts directly below a division.
fn parts_of<'t>(territories: &'t Territories, area: &str) -> BTreeSet<&'t str> {
    territories.children(area).map(|division| division.code.as_str()).collect()
}

/// The part a division lies in; the division itself where it lies in none.
fn part(parts: &BTreeSet<&str>, area: &str, code: &str) -> String {
    let digits = parts.first().map_or(area.len(), |part| part.len());
    code.get(..digits).filter(|front| parts.contains(front)).unwrap_or(area).to_owned()
}
