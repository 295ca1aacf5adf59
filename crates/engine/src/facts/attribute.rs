//! Whose fact it is: the owner of its outlet on the day, or, where it names no outlet, the partner it names.
//!
//! The partner must have a row on that day. A fact whose outlet is unknown on the day belongs to nobody, even if it names a partner:
//! the outlet is what the operator's systems know best, and a wrong one must be seen.

use qudao_kernel::master::{Master, Span};
use qudao_kernel::{Date, Kind, Refusal};
use std::collections::{BTreeSet, HashMap};

/// Most partners: ranks have 24 bits.
const MOST_PARTNERS: usize = (1 << 24) - 1;

/// Why a fact belongs to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unattributed {
    /// Its outlet is unknown, or has no owner, on the day.
    Outlet,
    /// It names no outlet, and its partner is unknown on the day.
    Partner,
    /// It names neither.
    Unnamed,
}

/// Who owned what when, for many lookups.
pub(super) struct Attribution {
    /// Partner codes by rank; the first is empty and stands for nobody.
    codes: Vec<String>,
    partners: HashMap<String, (u32, Vec<Span>)>,
    outlets: HashMap<String, Vec<(Span, u32)>>,
}

impl Attribution {
    /// From master data.
    ///
    /// # Errors
    /// More partners than a rank can number.
    pub(super) fn new(master: &Master) -> Result<Self, Refusal> {
        let codes: BTreeSet<&str> = master.partners().map(|row| row.code.as_str()).chain([""]).collect();
        if codes.len() > MOST_PARTNERS {
            return Err(Refusal::new(
                Kind::BadInput,
                "facts.partners.many",
                format!("代理商超过 {MOST_PARTNERS} 个；请检查主数据"),
                format!("more than {MOST_PARTNERS} partners; check the master data"),
            ));
        }
        let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
        let rank = |code: &str| codes.binary_search_by(|other| other.as_str().cmp(code)).ok().map(|rank| rank as u32);
        let mut partners: HashMap<String, (u32, Vec<Span>)> = HashMap::new();
        for row in master.partners().filter(|row| !row.code.is_empty()) {
            let rank = rank(&row.code).unwrap_or_default();
            partners.entry(row.code.clone()).or_insert_with(|| (rank, Vec::new())).1.push(row.span);
        }
        let mut outlets: HashMap<String, Vec<(Span, u32)>> = HashMap::new();
        for row in master.outlets() {
            // The owner counts only while it has a row itself.
            let Some((rank, spans)) = partners.get(&row.owner) else { continue };
            let both = spans.iter().map(|span| Span { from: span.from.max(row.span.from), to: span.to.min(row.span.to) });
            outlets.entry(row.code.clone()).or_default().extend(both.map(|span| (span, *rank)));
        }
        Ok(Self { codes, partners, outlets })
    }

    /// The rank of the partner a fact belongs to, by code order; 0 for nobody, then with the reason.
    pub(super) fn rank(&self, outlet: &str, partner: &str, day: Date) -> (u32, Option<Unattributed>) {
        if !outlet.is_empty() {
            let owner = self.outlets.get(outlet).and_then(|spans| spans.iter().find(|(span, _)| span.contains(day)));
            return owner.map_or((0, Some(Unattributed::Outlet)), |(_, rank)| (*rank, None));
        }
        if partner.is_empty() {
            return (0, Some(Unattributed::Unnamed));
        }
        match self.partners.get(partner) {
            Some((rank, spans)) if spans.iter().any(|span| span.contains(day)) => (*rank, None),
            _ => (0, Some(Unattributed::Partner)),
        }
    }

    /// The code of a rank.
    pub(super) fn code(&self, rank: u32) -> &str {
        self.codes.get(rank as usize).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{master, outlet, partner};
    use super::*;

    #[test]
    fn the_owner_of_the_day_counts() {
        // R0.4: effective_from ≤ t < effective_to
        let master = master(
            &[partner("P2", "2026-01-01", "2027-01-01"), partner("P1", "2026-01-01", "2027-01-01")],
            &[
                outlet("O1", "P1", "2026-01-01", "2026-07-01"),
                outlet("O1", "P2", "2026-07-01", "2100-01-01"),
                outlet("O2", "P9", "2026-01-01", "2027-01-01"),
            ],
        );
        let attribution = Attribution::new(&master).unwrap();
        let who = |outlet, partner, day: &str| {
            let (rank, why) = attribution.rank(outlet, partner, day.parse().unwrap());
            (attribution.code(rank), why)
        };
        assert_eq!(who("O1", "P2", "2026-06-30"), ("P1", None));
        assert_eq!(who("O1", "", "2026-07-01"), ("P2", None));
        assert_eq!(who("O1", "", "2027-01-01"), ("", Some(Unattributed::Outlet)), "the owner has no row any more");
        assert_eq!(who("O2", "P1", "2026-07-01"), ("", Some(Unattributed::Outlet)), "the owner is no partner");
        assert_eq!(who("", "P2", "2026-07-01"), ("P2", None));
        assert_eq!(who("", "P2", "2025-07-01"), ("", Some(Unattributed::Partner)));
        assert_eq!(who("", "", "2026-07-01"), ("", Some(Unattributed::Unnamed)));
    }
}
