//! Plans: four weeks of visits ([`month`]), the order of a day ([`route`]), and both kept, moved by hand and compared with what was done ([`store`]). Stops
//! that several days or people share are spread by [`tours`].
//!
//! Invariant: a plan is a function of what it is made from. Invariant: every outlet that is planned less often than it should be has a reason.

pub mod month;
pub mod route;
mod search;
pub mod store;
pub mod tours;

use crate::visit::position::distance_m;
use qudao_network::site::Point;

/// How far roads are as against the bee line, and how fast they are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Travel {
    /// Roads ÷ bee line, percent.
    pub detour_percent: u32,
    /// Speed from door to door, km/h; at least 1.
    pub speed_kmh: u32,
    /// Where nobody knows where an outlet stands, minutes to it.
    pub unknown_minutes: u32,
}

impl Travel {
    /// Seconds between two places, rounded up.
    pub fn seconds(&self, from: Option<Point>, to: Option<Point>) -> u32 {
        let (Some(from), Some(to)) = (from, to) else { return self.unknown_minutes * 60 };
        let road = u64::from(distance_m(from, to)) * u64::from(self.detour_percent);
        // metres × percent ÷ 100 ÷ (km/h ÷ 3.6) = metres × percent × 36 ÷ (1,000 × km/h)
        u32::try_from((road * 36).div_ceil(1_000 * u64::from(self.speed_kmh.max(1)))).unwrap_or(u32::MAX)
    }

    /// Seconds between every two of some places.
    pub(crate) fn matrix(&self, places: &[Option<Point>]) -> Vec<Vec<u32>> {
        let row = |from: usize| (0..places.len()).map(|to| if from == to { 0 } else { self.seconds(places[from], places[to]) }).collect();
        (0..places.len()).map(row).collect()
    }
}
