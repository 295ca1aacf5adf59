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
    partners: Owners,
    outlets: Owners,
}

/// When a code stood for the partner of which rank. A code as short as they mostly are, and what most have, one span, lie in the table itself:
/// every row of an import is looked up here, and each step to another place in memory would be a wait.
struct Owners {
    short: HashMap<[u64; 3], Spans>,
    long: HashMap<String, Spans>,
}

enum Spans {
    One(Span, u32),
    Several(Vec<(Span, u32)>),
}

/// A code of up to 23 bytes with its length; `None` for a longer one.
fn short(code: &str) -> Option<[u64; 3]> {
    let mut bytes = [0_u8; 24];
    bytes.get_mut(..code.len()).filter(|_| code.len() < 24)?.copy_from_slice(code.as_bytes());
    bytes[23] = code.len() as u8;
    let (words, _) = bytes.as_chunks::<8>();
    Some([u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1]), u64::from_le_bytes(words[2])])
}

impl Owners {
    fn new(spans: HashMap<String, Vec<(Span, u32)>>) -> Self {
        let mut owners = Self { short: HashMap::with_capacity(spans.len()), long: HashMap::new() };
        for (code, spans) in spans {
            let spans = if let [(span, rank)] = spans[..] { Spans::One(span, rank) } else { Spans::Several(spans) };
            match short(&code) {
                Some(short) => owners.short.insert(short, spans),
                None => owners.long.insert(code, spans),
            };
        }
        owners
    }

    /// The rank on a day.
    fn on(&self, code: &str, day: Date) -> Option<u32> {
        let found = short(code).map_or_else(|| self.long.get(code), |short| self.short.get(&short));
        match found? {
            Spans::One(span, rank) => span.contains(day).then_some(*rank),
            Spans::Several(spans) => spans.iter().find(|(span, _)| span.contains(day)).map(|(_, rank)| *rank),
        }
    }
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
        let mut partners: HashMap<String, Vec<(Span, u32)>> = HashMap::new();
        for row in master.partners().filter(|row| !row.code.is_empty()) {
            partners.entry(row.code.clone()).or_default().push((row.span, rank(&row.code).unwrap_or_default()));
        }
        let mut outlets: HashMap<String, Vec<(Span, u32)>> = HashMap::new();
        for row in master.outlets() {
            // The owner counts only while it has a row itself.
            let Some(spans) = partners.get(&row.owner) else { continue };
            let both = |span: Span| Span { from: span.from.max(row.span.from), to: span.to.min(row.span.to) };
            outlets.entry(row.code.clone()).or_default().extend(spans.iter().map(|(span, rank)| (both(*span), *rank)));
        }
        Ok(Self { codes, partners: Owners::new(partners), outlets: Owners::new(outlets) })
    }

    /// The rank of the partner a fact belongs to, by code order; 0 for nobody, then with the reason.
    pub(super) fn rank(&self, outlet: &str, partner: &str, day: Date) -> (u32, Option<Unattributed>) {
        let (found, otherwise) = match (outlet, partner) {
            ("", "") => (None, Unattributed::Unnamed),
            ("", partner) => (self.partners.on(partner, day), Unattributed::Partner),
            (outlet, _) => (self.outlets.on(outlet, day), Unattributed::Outlet),
        };
        found.map_or((0, Some(otherwise)), |rank| (rank, None))
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

    #[test]
    fn codes_of_every_length_are_told_apart() {
        let codes: Vec<String> =
            (1..40).map(|length| "O".repeat(length)).chain(["O\0".to_owned(), "网点".repeat(3), "网点".repeat(4)]).collect();
        let always = ("2026-01-01", "2027-01-01");
        let partners: Vec<_> = (0..codes.len()).map(|number| partner(&format!("P{number}"), always.0, always.1)).collect();
        let outlets: Vec<_> =
            codes.iter().enumerate().map(|(number, code)| outlet(code, &format!("P{number}"), always.0, always.1)).collect();
        let attribution = Attribution::new(&master(&partners, &outlets)).unwrap();
        for (number, code) in codes.iter().enumerate() {
            let (rank, why) = attribution.rank(code, "", "2026-07-01".parse().unwrap());
            assert_eq!((attribution.code(rank), why), (format!("P{number}").as_str(), None), "{code}");
        }
        assert_eq!(attribution.rank(&"O".repeat(40), "", "2026-07-01".parse().unwrap()).1, Some(Unattributed::Outlet));
    }
}
