//! A better order of stops: parts turned round, parts moved elsewhere, and both again after two parts changed places.
//!
//! Invariant: the outcome follows from the first order, the seed and the number of generations alone. Invariant: what is returned ends no later than what was
//! given, holds the same stops, and nothing in it is late.

use super::route::Effort;

/// Longest part that is moved as a whole, and that changes places with its neighbour.
const PART: usize = 3;
const SHAKEN: usize = 12;
/// How often it is tried to let parts change places without making anything late.
const TRIES: usize = 20;

/// What a search asks of a day. `None` is where the day begins, and where it ends.
pub(super) trait Ends {
    /// Seconds from one stop to another, the same both ways.
    fn leg(&self, from: Option<usize>, to: Option<usize>) -> u32;
    /// When an order ends and its seconds on the way, if nothing in it is late.
    fn end(&self, order: &[usize]) -> Option<(u32, u32)>;
    /// When some stops end without ways and waits.
    fn least(&self, order: &[usize]) -> u32;
}

/// Random numbers (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    /// Where they begin.
    pub(super) fn from(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another one; 0 below 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }
}

/// The best order that was found from a first one in which nothing is late. `progress` is told how many generations are done, and says whether to go on.
pub(super) fn search(day: &impl Ends, first: Vec<usize>, effort: Effort, progress: impl Fn(usize) -> bool) -> Vec<usize> {
    let Some(cost) = day.end(&first).filter(|_| first.len() > 1) else { return first };
    let mut best = Tour { day, least: day.least(&first), order: first, cost };
    best.improve();
    let mut random = Random::from(effort.seed);
    for generation in 0..effort.generations {
        if !progress(generation) {
            break;
        }
        let Some(mut next) = best.shaken(&mut random) else { continue };
        next.improve();
        if next.cost <= best.cost {
            best = next;
        }
    }
    best.order
}

/// An order while it is made better.
struct Tour<'d, D> {
    day: &'d D,
    order: Vec<usize>,
    /// When it ends, and its seconds on the way.
    cost: (u32, u32),
    /// When it would end without ways and waits.
    least: u32,
}

impl<D: Ends> Tour<'_, D> {
    fn at(&self, place: Option<usize>) -> Option<usize> {
        place.and_then(|place| self.order.get(place)).copied()
    }

    /// Seconds between what stands at two places; before the first is the start, after the last the end.
    fn between(&self, from: Option<usize>, to: Option<usize>) -> i64 {
        i64::from(self.day.leg(self.at(from), self.at(to)))
    }

    fn improve(&mut self) {
        while self.turn() || self.shift() {}
    }

    /// Takes an order if it ends sooner, or as soon with shorter ways.
    fn takes(&mut self, order: Vec<usize>) -> bool {
        let found = self.day.end(&order).filter(|cost| *cost < self.cost);
        if let Some(cost) = found {
            (self.order, self.cost) = (order, cost);
        }
        found.is_some()
    }

    /// Whether an order with other ways can be better: it ends no sooner than without a wait.
    fn may(&self, more: i64) -> bool {
        let travel = i64::from(self.cost.1) + more;
        (i64::from(self.least) + travel, travel) < (i64::from(self.cost.0), i64::from(self.cost.1))
    }

    /// Turns the first part round that makes it better.
    fn turn(&mut self) -> bool {
        let count = self.order.len();
        for from in 0..count {
            for to in from + 1..count {
                let (before, after) = (from.checked_sub(1), Some(to + 1));
                let new = self.between(before, Some(to)) + self.between(Some(from), after);
                if self.may(new - self.between(before, Some(from)) - self.between(Some(to), after)) {
                    let mut order = self.order.clone();
                    order[from..=to].reverse();
                    if self.takes(order) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Moves the first part elsewhere, as it is or turned round, that makes it better.
    fn shift(&mut self) -> bool {
        let count = self.order.len();
        for from in 0..count {
            for end in from + 1..=count.min(from + PART) {
                for gap in (0..from).chain(end + 1..=count) {
                    for turned in [false, true] {
                        if self.may(self.moved(from, end, gap, turned)) && self.takes(self.with(from, end, gap, turned)) {
                            return true;
                        }
                    }
                }
            }
        }
        false
    }

    /// How many seconds longer the ways are with a part in another gap.
    fn moved(&self, from: usize, end: usize, gap: usize, turned: bool) -> i64 {
        let (before, after) = (from.checked_sub(1), Some(end));
        let (first, last) = if turned { (end - 1, from) } else { (from, end - 1) };
        let closed = self.between(before, after) - self.between(before, Some(from)) - self.between(Some(end - 1), after);
        let (left, right) = (gap.checked_sub(1), Some(gap));
        closed + self.between(left, Some(first)) + self.between(Some(last), right) - self.between(left, right)
    }

    fn with(&self, from: usize, end: usize, gap: usize, turned: bool) -> Vec<usize> {
        let mut part = self.order[from..end].to_vec();
        if turned {
            part.reverse();
        }
        let mut order = Vec::with_capacity(self.order.len());
        for (place, stop) in self.order.iter().enumerate() {
            if place == gap {
                order.append(&mut part);
            }
            if !(from..end).contains(&place) {
                order.push(*stop);
            }
        }
        order.append(&mut part);
        order
    }

    /// Two neighbouring parts with their places changed; none where that made something late every time.
    fn shaken(&self, random: &mut Random) -> Option<Self> {
        let count = self.order.len();
        for _ in 0..TRIES {
            let from = random.below(count - 1);
            let half = ((count - from) / 2).clamp(1, SHAKEN);
            let middle = from + 1 + random.below(half);
            let end = (middle + 1 + random.below(half)).min(count);
            let mut order = self.order.clone();
            order[from..end].rotate_left(middle - from);
            if let Some(cost) = self.day.end(&order) {
                return Some(Self { day: self.day, least: self.least, order, cost });
            }
        }
        None
    }
}
