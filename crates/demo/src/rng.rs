//! Random numbers that belong to things, not to a sequence of calls: every entity has its own stream, a pure function of the
//! seed and the entity's identity. So any partition of the world can be made alone, in any order, and is always the same.
//! Integers only: floating point differs between machines.

/// Finaliser of splitmix64: every input bit moves every output bit.
pub(crate) const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Identity of a thing as a number: the seed and the numbers that name the thing, mixed.
pub(crate) fn key(seed: u64, parts: &[u64]) -> u64 {
    parts.iter().fold(mix(seed), |state, part| mix(state ^ part.wrapping_mul(0xff51_afd7_ed55_8ccd)))
}

/// A stream of random numbers.
#[derive(Debug, Clone, Copy)]
pub struct Rng(u64);

impl Rng {
    /// The stream of the thing that these numbers name.
    pub fn of(seed: u64, parts: &[u64]) -> Self {
        Self(key(seed, parts))
    }

    /// The stream of a thing whose identity is already mixed.
    pub(crate) const fn from_key(key: u64) -> Self {
        Self(key)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// True in `ppm` of a million cases.
    pub fn chance(&mut self, ppm: u64) -> bool {
        self.below(1_000_000) < ppm
    }

    /// One of the items; the first item's default where there is none.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.below(items.len() as u64) as usize;
        items.get(index)
    }

    /// Index by weight, from running totals of the weights (ascending, the last is the sum).
    pub(crate) fn by_weight(&mut self, totals: &[u64]) -> usize {
        let ticket = self.below(totals.last().copied().unwrap_or(0));
        totals.partition_point(|total| *total <= ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_names_alone_and_are_even() {
        let draw = |parts: &[u64]| Rng::of(7, parts).next_u64();
        assert_eq!(draw(&[1, 2]), draw(&[1, 2]));
        assert_ne!(draw(&[1, 2]), draw(&[2, 1]));
        let mut seen = [0_u32; 10];
        for thing in 0..100_000 {
            seen[Rng::of(7, &[thing]).below(10) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (9_500..10_500).contains(count)), "{seen:?}");
        let mut rng = Rng::of(7, &[]);
        let hits = (0..100_000).filter(|_| rng.by_weight(&[10, 10, 40]) == 2).count();
        assert!((74_000..76_000).contains(&hits), "{hits}");
    }
}
