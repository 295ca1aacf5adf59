//! Planted schemes: what an audit should find. Each is confined to one partner, month and (but for bursts) outlet, and everything
//! planted is counted in the ground truth.

use crate::network::Partner;
use crate::rng::Rng;
use crate::scale::Scale;
use crate::world::realm;
use qudao_kernel::Month;
use std::collections::BTreeMap;

/// A way of earning commission without business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// 养机: one handset serves four numbers or more.
    FarmedHandsets,
    /// Cards opened on the last day to reach a step.
    ThresholdBurst,
    /// Cards that are never used.
    ZeroUse,
    /// Subscribers who leave as soon as the observation time is over.
    EarlyChurn,
}

/// Steps of the demo's ladder that bursts aim at (N10).
pub(crate) const STEPS: [u32; 3] = [100, 200, 300];
/// Most rows a burst adds.
pub(crate) const MOST_BURST: u64 = 60;
/// Numbers on one farmed handset.
pub(crate) const NUMBERS_PER_HANDSET: u32 = 5;
/// Months for which schemes are planned, from the opening.
const MONTHS: i32 = 48;

/// Who cheats when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frauds(BTreeMap<(Month, u32), Scheme>);

impl Frauds {
    pub(crate) fn plan(scale: &Scale, seed: u64, partners: &[Partner]) -> Self {
        let mut planned = BTreeMap::new();
        let activations = |partner: &Partner| partner.month_micro / 1_000_000 * u64::from(scale.mix[0]) / 1_000_000;
        // An outlet must have some business to hide in; the very largest partners have no need.
        let mut by_size: Vec<u32> =
            (0..scale.partners).filter(|index| partners[*index as usize].since < scale.opened.first_day()).collect();
        by_size.sort_by_key(|index| partners[*index as usize].rank);
        let busy = &by_size[..(by_size.len() / 3).max(1)];
        let near: Vec<u32> = by_size.iter().copied().filter(|index| just_below(activations(&partners[*index as usize]))).collect();
        for offset in 0..MONTHS {
            let month = scale.opened.plus(offset);
            for scheme in [Scheme::FarmedHandsets, Scheme::ThresholdBurst, Scheme::ZeroUse, Scheme::EarlyChurn] {
                let candidates = if scheme == Scheme::ThresholdBurst { &near[..] } else { busy };
                for copy in 0..u64::from(scale.frauds_per_scheme) {
                    let mut rng = Rng::of(seed, &[realm::FRAUD, month.index() as u64, scheme as u64, copy]);
                    let free = (0..8).find_map(|_| rng.pick(candidates).filter(|partner| !planned.contains_key(&(month, **partner))));
                    if let Some(partner) = free {
                        planned.insert((month, *partner), scheme);
                    }
                }
            }
        }
        Self(planned)
    }

    pub(crate) fn of(&self, month: Month, partner: u32) -> Option<Scheme> {
        self.0.get(&(month, partner)).copied()
    }
}

/// Whether a month's expected activations lie a little below a step.
fn just_below(expected: u64) -> bool {
    STEPS.iter().any(|step| (u64::from(*step) * 78 / 100..u64::from(*step) * 97 / 100).contains(&expected))
}

/// Cards a burst must add to reach the next step; 0 where none is near enough.
pub(crate) fn burst_size(activations: u32) -> u32 {
    STEPS
        .iter()
        .find(|step| **step > activations)
        .map(|step| step - activations)
        .filter(|missing| u64::from(*missing) <= MOST_BURST)
        .unwrap_or(0)
}
