//! What stops came to: totals, cost per activation, and what each agent is credited with (R1.20).

use super::stop::{Counted, Stop};
use qudao_kernel::Fen;
use std::collections::BTreeMap;

/// Sums of stops.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Stops.
    pub stops: u32,
    /// Visitors.
    pub visitors: i64,
    /// Demonstrations.
    pub demos: i64,
    /// Leads.
    pub leads: i64,
    /// Activations.
    pub activations: i64,
    /// Handsets sold.
    pub handsets: i64,
    /// Cost.
    pub cost: Fen,
}

impl Totals {
    /// Sums of some stops.
    pub fn of<'a>(stops: impl IntoIterator<Item = &'a Stop>) -> Self {
        let mut sums = Self::default();
        for stop in stops {
            sums.add(&stop.counted);
        }
        sums
    }

    fn add(&mut self, counted: &Counted) {
        self.stops += 1;
        self.visitors += i64::from(counted.visitors);
        self.demos += i64::from(counted.demos);
        self.leads += i64::from(counted.leads);
        self.activations += i64::from(counted.activations);
        self.handsets += i64::from(counted.handsets);
        self.cost = Fen(self.cost.0.saturating_add(counted.cost.0));
    }

    /// Cost ÷ activations, to the nearest fen, half a fen up; none without activations.
    pub fn cost_per_activation(&self) -> Option<Fen> {
        let (cost, times) = (i128::from(self.cost.0), i128::from(self.activations));
        (times > 0).then(|| Fen(i64::try_from((2 * cost + times).div_euclid(2 * times)).unwrap_or(i64::MAX)))
    }
}

/// What each agent is credited with, by code; stops of nobody are left out.
pub fn by_agent(stops: &[Stop]) -> BTreeMap<String, Totals> {
    let mut found: BTreeMap<String, Totals> = BTreeMap::new();
    for stop in stops.iter().filter(|stop| !stop.partner.is_empty()) {
        found.entry(stop.partner.clone()).or_default().add(&stop.counted);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_per_activation_is_cost_over_activations() {
        // R1.20
        let of = |cost: i64, activations: i64| Totals { cost: Fen(cost), activations, ..Totals::default() }.cost_per_activation();
        assert_eq!((of(100_000, 8), of(100, 3), of(200, 3), of(5, 2)), (Some(Fen(12_500)), Some(Fen(33)), Some(Fen(67)), Some(Fen(3))));
        assert_eq!((of(0, 4), of(100, 0)), (Some(Fen(0)), None));
    }
}
