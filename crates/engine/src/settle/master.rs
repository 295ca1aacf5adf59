//! Master data laid out for columns: every dated row has a number, and every attribute is an array over those numbers.

use qudao_kernel::Date;
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Product};
use std::collections::HashMap;

/// No row.
pub(crate) const NONE: u32 = u32::MAX;

/// Dated rows of one noun, numbered in order of code and date, with the range of each code.
pub(crate) struct Rows<T> {
    /// Rows.
    pub(crate) rows: Vec<T>,
    ranges: HashMap<String, (u32, u32)>,
}

/// What dated rows have in common.
pub(crate) trait Dated {
    /// Key they are found by.
    fn key(&self) -> &str;
    /// First day in force and first day no longer in force, as days since 1970.
    fn days(&self) -> (i32, i32);
}

macro_rules! dated {
    ($($ty:ty: $key:ident),*) => { $(impl Dated for $ty {
        fn key(&self) -> &str { &self.$key }
        fn days(&self) -> (i32, i32) { (self.span.from.days(), self.span.to.days()) }
    })* };
}
dated!(Partner: code, Outlet: code, Agreement: partner, Product: code);

impl<T: Dated> Rows<T> {
    fn new(rows: Vec<T>) -> Self {
        let mut ranges: HashMap<String, (u32, u32)> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let index = index as u32;
            ranges.entry(row.key().to_string()).and_modify(|range| range.1 = index + 1).or_insert((index, index + 1));
        }
        Self { rows, ranges }
    }

    /// Range of row numbers of a code; empty if unknown.
    pub(crate) fn range(&self, code: &str) -> (u32, u32) {
        self.ranges.get(code).copied().unwrap_or((0, 0))
    }

    /// The row of a range in force on a day.
    pub(crate) fn on(&self, range: (u32, u32), day: i32) -> u32 {
        (range.0..range.1)
            .find(|index| {
                let (from, to) = self.rows[*index as usize].days();
                from <= day && day < to
            })
            .unwrap_or(NONE)
    }

    /// The row of a code in force on a day.
    pub(crate) fn find(&self, code: &str, day: i32) -> u32 {
        self.on(self.range(code), day)
    }

    /// The row with a number.
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        self.rows.get(index as usize)
    }
}

/// All master rows of a run, numbered.
pub(crate) struct MasterIndex {
    /// Partners.
    pub(crate) partners: Rows<Partner>,
    /// Outlets.
    pub(crate) outlets: Rows<Outlet>,
    /// Agreements, found by partner.
    pub(crate) agreements: Rows<Agreement>,
    /// Products.
    pub(crate) products: Rows<Product>,
    /// For each partner row, the range of rows of its parent's code.
    parents: Vec<(u32, u32)>,
    /// For each partner row, the range of its agreements.
    partner_agreements: Vec<(u32, u32)>,
    /// For each outlet row, the range of rows of its owner's code.
    owners: Vec<(u32, u32)>,
}

impl MasterIndex {
    /// Numbers the rows.
    pub(crate) fn new(master: &Master) -> Self {
        let partners = Rows::new(master.partners().cloned().collect());
        let outlets = Rows::new(master.outlets().cloned().collect());
        let agreements = Rows::new(master.agreements().cloned().collect());
        let products = Rows::new(master.products().cloned().collect());
        let parents = partners.rows.iter().map(|row: &Partner| partners.range(&row.parent)).collect();
        let partner_agreements = partners.rows.iter().map(|row: &Partner| agreements.range(&row.code)).collect();
        let owners = outlets.rows.iter().map(|row: &Outlet| partners.range(&row.owner)).collect();
        Self { partners, outlets, agreements, products, parents, partner_agreements, owners }
    }

    /// The parent of a partner row on a day.
    pub(crate) fn parent(&self, partner: u32, day: i32) -> u32 {
        self.parents.get(partner as usize).map_or(NONE, |range| self.partners.on(*range, day))
    }

    /// The partner `steps` above.
    pub(crate) fn ancestor(&self, partner: u32, steps: u8, day: i32) -> u32 {
        (0..steps).fold(partner, |row, _| self.parent(row, day))
    }

    /// The nearest ancestor of one of the tiers.
    pub(crate) fn ancestor_of_tier(&self, partner: u32, tiers: &[String], day: i32) -> u32 {
        let mut row = partner;
        for _ in 0..qudao_kernel::master::MAX_DEPTH {
            row = self.parent(row, day);
            match self.partners.get(row) {
                None => return NONE,
                Some(found) if tiers.contains(&found.tier) => return row,
                Some(_) => {}
            }
        }
        NONE
    }

    /// The agreement of a partner row in force on a day.
    pub(crate) fn agreement(&self, partner: u32, day: i32) -> u32 {
        self.partner_agreements.get(partner as usize).map_or(NONE, |range| self.agreements.on(*range, day))
    }

    /// The owner's partner row of an outlet row on a day.
    pub(crate) fn owner(&self, outlet: u32, day: i32) -> u32 {
        self.owners.get(outlet as usize).map_or(NONE, |range| self.partners.on(*range, day))
    }

    /// Who a fact is attributed to (a partner row, or none), and the outlet's row: the owner of its outlet on the day, or, where
    /// it names no outlet, the partner it names.
    pub(crate) fn attribute(&self, outlet: &str, partner: &str, day: i32) -> (u32, u32) {
        if outlet.is_empty() {
            return (if partner.is_empty() { NONE } else { self.partners.find(partner, day) }, NONE);
        }
        let outlet = self.outlets.find(outlet, day);
        (self.owner(outlet, day), outlet)
    }

    /// Full years of partnership on a day.
    pub(crate) fn years(&self, partner: u32, day: i32) -> i64 {
        self.partners.get(partner).map_or(0, |row| i64::from(row.since.full_months_to(Date::from_days(day)) / 12))
    }
}
