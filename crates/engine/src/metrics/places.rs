//! Where outlets and partners stand on every day, worked out once for many lookups.

use qudao_kernel::Date;
use qudao_kernel::master::{Master, Span};
use qudao_metrics::{Place, place};
use siphasher::sip::SipHasher13;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

/// From a day on, the number of a place; up to the next.
pub(super) type Dated = Vec<(i32, u32)>;

/// Where what bears a code stands.
pub(super) type ByCode = HashMap<String, Dated, foldhash::fast::RandomState>;

/// All places there are, and when a code stands at which.
pub(super) struct Places {
    /// By number; 0 is nowhere.
    pub(super) all: Vec<Place>,
    /// Hash of each place.
    hashes: Vec<u64>,
    pub(super) outlets: ByCode,
    pub(super) partners: ByCode,
}

/// The number that holds on a day.
pub(super) fn on(dated: &Dated, day: i32) -> u32 {
    match &dated[..] {
        [(from, place)] if *from <= day => *place,
        dated => dated.iter().rev().find(|(from, _)| *from <= day).map_or(0, |(_, place)| *place),
    }
}

impl Places {
    /// Of master data.
    pub(super) fn new(master: &Master) -> Self {
        let mut numbers = BTreeMap::from([(Place::default(), 0_u32)]);
        let mut rows: HashMap<&str, Vec<(&str, Span)>> = HashMap::new();
        for row in master.partners() {
            rows.entry(&row.code).or_default().push((&row.parent, row.span));
        }
        let mut days_of: HashMap<&str, BTreeSet<i32>> = HashMap::new();
        let codes: Vec<&str> = rows.keys().copied().collect();
        for code in codes {
            changes(code, &rows, &mut days_of, 0);
        }
        let mut partners = ByCode::default();
        for code in rows.keys() {
            let days = days_of.get(code).cloned().unwrap_or_default();
            partners.insert((*code).to_owned(), dated(master, "", code, &days, &mut numbers));
        }
        let mut outlets = ByCode::default();
        let mut days: BTreeSet<i32> = BTreeSet::new();
        let mut held = "";
        for row in master.outlets() {
            if row.code != held && !held.is_empty() {
                outlets.insert(held.to_owned(), dated(master, held, "", &days, &mut numbers));
                days.clear();
            }
            held = &row.code;
            days.extend([row.span.from.days(), row.span.to.days()]);
            days.extend(days_of.get(row.owner.as_str()).into_iter().flatten());
        }
        if !held.is_empty() {
            outlets.insert(held.to_owned(), dated(master, held, "", &days, &mut numbers));
        }
        let mut places = vec![Place::default(); numbers.len()];
        for (place, number) in numbers {
            places[number as usize] = place;
        }
        let hash = |place: &Place| {
            let mut hasher = SipHasher13::new();
            place.hash(&mut hasher);
            hasher.finish()
        };
        let hashes = places.iter().map(hash).collect();
        Self { all: places, hashes, outlets, partners }
    }

    /// A number that changes when a place changes on one of the days.
    pub(super) fn fingerprint(&self, from: i32, to: i32) -> u64 {
        let mut sum = 0_u64;
        for (realm, codes) in [(1_u8, &self.outlets), (2, &self.partners)] {
            for (code, dated) in codes {
                let mut hasher = SipHasher13::new();
                (realm, code).hash(&mut hasher);
                for (index, (begins, place)) in dated.iter().enumerate() {
                    let ends = dated.get(index + 1).map_or(i32::MAX, |next| next.0);
                    if *begins <= to && from < ends {
                        ((*begins).max(from), self.hashes[*place as usize]).hash(&mut hasher);
                    }
                }
                // Codes come in any order, so what they give is added up.
                sum = sum.wrapping_add(hasher.finish());
            }
        }
        sum
    }
}

/// Days on which something about a partner or one above it changes.
fn changes<'m>(
    code: &'m str,
    rows: &HashMap<&'m str, Vec<(&'m str, Span)>>,
    done: &mut HashMap<&'m str, BTreeSet<i32>>,
    depth: usize,
) -> BTreeSet<i32> {
    if let Some(days) = done.get(code) {
        return days.clone();
    }
    let mut days = BTreeSet::new();
    if depth > qudao_kernel::master::MAX_DEPTH {
        return days;
    }
    for (parent, span) in rows.get(code).into_iter().flatten() {
        days.extend([span.from.days(), span.to.days()]);
        days.extend(changes(parent, rows, done, depth + 1));
    }
    done.insert(code, days.clone());
    days
}

fn dated(master: &Master, outlet: &str, partner: &str, days: &BTreeSet<i32>, numbers: &mut BTreeMap<Place, u32>) -> Dated {
    let mut dated: Dated = vec![];
    for day in days {
        let place = place(master, outlet, partner, Date::from_days(*day));
        let next = numbers.len() as u32;
        let number = *numbers.entry(place).or_insert(next);
        if dated.last().map_or(0, |(_, last)| *last) != number {
            dated.push((*day, number));
        }
    }
    dated
}
