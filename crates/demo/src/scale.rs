//! How big a demo world is.

use crate::places::{self, Place};
use qudao_kernel::{Month, Refusal};

/// Size and shape of a demo world. Two worlds of the same scale and seed are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// Name, as on the command line.
    pub name: String,
    /// How many county-level divisions there are.
    pub counties: u32,
    /// In how many of them something is sold.
    pub counties_reached: u32,
    /// Tiers of partners, which is the depth of the tree: 3, the standard ones, or 5.
    pub tiers: u32,
    /// Number of partners, all tiers.
    pub partners: u32,
    /// Number of outlets.
    pub outlets: u32,
    /// How many of the outlets sell something every month.
    pub outlets_active: u32,
    /// Business events of an average month, cancellations and returns not counted.
    pub events_per_month: u64,
    /// What sells: ppm of activation, recharge, vas_sale, terminal_sale, plan_change, broadband_install, renewal.
    pub mix: [u32; 7],
    /// A partner of rank r (from 0) sells in proportion to 1 ÷ (r + this); the smaller, the greater the first.
    pub zipf_shift: u64,
    /// Months after the month of activation for which a subscriber's state is reported.
    pub tracked_months: i32,
    /// First month of the world. Nothing refers to anything earlier.
    pub opened: Month,
    /// Partners with each planted scheme, each month.
    pub frauds_per_scheme: u32,
}

/// Partner tiers, top down: the standard three (R8.54), and two that a province adds below them.
pub(crate) const TIERS: [&str; 5] = ["增值服务商", "银牌增值代理商", "二级代理商", "代理点", "村级服务点"];

impl Scale {
    /// One county: about 5 000 events a month.
    pub fn county() -> Self {
        Self {
            name: "county".into(),
            counties: 1,
            counties_reached: 1,
            partners: 12,
            outlets: 30,
            outlets_active: 27,
            events_per_month: 5_000,
            zipf_shift: 2,
            ..Self::city()
        }
    }

    /// A city on the source's figures (R0.26): 10 counties of which 8 are reached, 200 outlets of which 180 are active; about
    /// 20 000 events a month.
    pub fn city() -> Self {
        Self {
            name: "city".into(),
            counties: 10,
            counties_reached: 8,
            tiers: 3,
            partners: 60,
            outlets: 200,
            outlets_active: 180,
            events_per_month: 20_000,
            mix: [270_000, 290_000, 140_000, 80_000, 90_000, 70_000, 60_000],
            zipf_shift: 3,
            tracked_months: 6,
            opened: Month::from_index(2025 * 12 + 6),
            frauds_per_scheme: 1,
        }
    }

    /// A whole network with little business: 30 000 outlets of 20 000 partners in a hundred counties, on the city's three tiers and policies; about
    /// 100 000 events a month.
    pub fn wide() -> Self {
        Self {
            name: "wide".into(),
            counties: 100,
            counties_reached: 97,
            partners: 20_000,
            outlets: 30_000,
            outlets_active: 27_000,
            events_per_month: 100_000,
            ..Self::city()
        }
    }

    /// A province: 50 million events a month, 20 000 partners in five tiers, 60 000 outlets.
    pub fn province() -> Self {
        Self {
            name: "province".into(),
            counties: 100,
            counties_reached: 97,
            tiers: 5,
            partners: 20_000,
            outlets: 60_000,
            outlets_active: 54_000,
            events_per_month: 50_000_000,
            mix: [140_000, 470_000, 150_000, 60_000, 80_000, 50_000, 50_000],
            zipf_shift: 6,
            frauds_per_scheme: 20,
            ..Self::city()
        }
    }

    /// The scale of this name.
    ///
    /// # Errors
    /// There is none; the message lists those there are.
    pub fn by_name(name: &str) -> Result<Self, Refusal> {
        match name {
            "county" | "县" => Ok(Self::county()),
            "city" | "市" => Ok(Self::city()),
            "wide" | "全网" => Ok(Self::wide()),
            "province" | "省" => Ok(Self::province()),
            _ => Err(Refusal::bad_input(
                "demo.scale.unknown",
                format!("没有规模“{name}”；可选 county（县）、city（市）、wide（全网）、province（省）"),
                format!("no scale \"{name}\"; choose county, city, wide or province"),
            )),
        }
    }

    /// The same with another number of partners, and outlets in proportion. The business stays what it is.
    #[must_use]
    pub fn with_partners(mut self, partners: u32) -> Self {
        let share =
            |outlets: u32| u32::try_from(u64::from(outlets) * u64::from(partners) / u64::from(self.partners.max(1))).unwrap_or(u32::MAX);
        (self.outlets, self.outlets_active) = (share(self.outlets), share(self.outlets_active));
        self.partners = partners;
        self
    }

    /// Refuses sizes that contradict each other.
    ///
    /// # Errors
    /// Names the limit that is not kept.
    pub fn check(&self) -> Result<(), Refusal> {
        let rules = [
            (
                self.counties_reached >= 1 && self.counties_reached <= self.counties && self.counties <= 100,
                "1 ≤ counties_reached ≤ counties ≤ 100",
            ),
            (self.tiers == 3 || self.tiers == 5, "tiers = 3 or 5"),
            ((5..=99_999).contains(&self.partners), "5 ≤ partners ≤ 99999"),
            (self.outlets_active >= self.partners && self.outlets_active <= self.outlets, "partners ≤ outlets_active ≤ outlets"),
            (
                self.outlets - self.outlets_active.min(self.outlets) >= self.counties - self.counties_reached,
                "inactive outlets ≥ counties not reached",
            ),
            (self.outlets <= 9_999 * self.counties_reached, "outlets ≤ 9999 × counties_reached"),
            ((1..=1_000_000_000).contains(&self.events_per_month), "1 ≤ events_per_month ≤ 10^9"),
            (self.mix.iter().sum::<u32>() == 1_000_000, "mix sums to 1000000"),
            (self.zipf_shift >= 1, "zipf_shift ≥ 1"),
            ((0..=7).contains(&self.tracked_months), "0 ≤ tracked_months ≤ 7"),
        ];
        match rules.iter().find(|(kept, _)| !kept) {
            None => Ok(()),
            Some((_, rule)) => Err(Refusal::bad_input(
                "demo.scale.size",
                format!("演示规模参数须满足 {rule}；请调整"),
                format!("the demo's sizes must satisfy {rule}; change them"),
            )),
        }
    }

    /// The counties, those reached first.
    pub(crate) fn places(&self) -> Vec<Place> {
        places::CITY.iter().chain(places::REST).take(self.counties as usize).copied().collect()
    }

    /// Partners of each tier, top down.
    pub(crate) fn tier_sizes(&self) -> [u32; 5] {
        let all = self.partners;
        let top = (all / 100).clamp(1, 60).max(if all >= 40 { 4 } else { 2 });
        let silver = (all / 12).max(2);
        let second = (all * 3 / 10).max(1).min(all - top - silver);
        let left = all - top - silver - second;
        if self.tiers == 3 { [top, silver, second + left, 0, 0] } else { [top, silver, second, left - left / 5, left / 5] }
    }
}
