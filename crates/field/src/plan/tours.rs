//! Several tours over one ground: which stop lies on which tour and in which order, so that the ways together are short. For days or people that share their
//! stops, with ways somebody measured (a road network), windows and loads.
//!
//! A plan is broken and mended again and again: parts of neighbouring tours are taken out, and each stop is put back where it costs least, in an order drawn at
//! random. A plan that costs little more is sometimes gone on with, ever less towards the end; the best one seen is what is returned. Numbers are whole, random
//! ones come from the seed alone.
//!
//! Invariant: the outcome is a function of the ground, the calls and the effort. Invariant: nothing in it is late, no tour carries too much, and each call is on
//! one tour or is named as left.

use super::route::Effort;
use super::search::Random;
use qudao_kernel::Refusal;
use std::cmp::Reverse;

/// Most calls of a plan.
pub const MOST_CALLS: usize = 500;
/// Longest part taken out of a tour, and how many calls are taken out on average.
const PART: usize = 10;
const TAKEN: usize = 10;
/// One place in so many is overlooked, so that not always the same is found.
const OVERLOOKED: usize = 100;
/// How often the heat halves from the first generation to the last.
const HALVINGS: usize = 7;
/// What a call costs that is on no tour: more than all ways.
const LEFT: u64 = 1 << 40;

/// A stop of some tour. Times are whole units (seconds, as a rule) after tours may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// How long one stays.
    pub service: u32,
    /// When it may begin at the earliest, and at the latest.
    pub from: u32,
    /// See `from`.
    pub to: u32,
    /// What it takes of a tour's room.
    pub load: u32,
}

/// Where tours go, and what holds for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Units of time from place to place. Place 0 is where every tour begins and ends; a call is one more than its place in the list.
    pub ways: Vec<Vec<u32>>,
    /// When a tour is back at the latest.
    pub until: u32,
    /// Most load of a tour.
    pub room: u32,
    /// Most tours.
    pub tours: usize,
}

/// Tours, the way they are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tours {
    /// Calls of each by their place in the list.
    pub tours: Vec<Vec<usize>>,
    /// Calls that are on none.
    pub left: Vec<usize>,
    /// Units of time on the way.
    pub travel: u64,
}

/// Spreads calls over tours: as few as can be are left, then ways are short. `progress` is told how many generations are done, and says whether to go on.
///
/// # Errors
/// `BadInput field.tours.ways` where ways and calls do not belong together, or there are too many.
pub fn spread(ground: &Ground, calls: &[Call], effort: Effort, progress: impl Fn(usize) -> bool) -> Result<Tours, Refusal> {
    let places = calls.len() + 1;
    if calls.len() > MOST_CALLS || ground.ways.len() != places || ground.ways.iter().any(|row| row.len() != places) {
        return Err(Refusal::bad_input(
            "field.tours.ways",
            format!("最多 {MOST_CALLS} 个停靠点；路程表须为 {places} 行 {places} 列（第 0 行、列为出发地）"),
            format!("at most {MOST_CALLS} stops; the ways must have {places} rows and columns, the first of where tours begin"),
        ));
    }
    let mut now = Plan { tours: Vec::new(), left: (0..calls.len()).collect() };
    if calls.is_empty() {
        return Ok(now.told());
    }
    let mut search = Search { ground, calls, near: near(ground, calls.len()), random: Random::from(effort.seed) };
    search.mend(&mut now);
    let (mut cost, mut best) = (now.cost(), now.clone());
    let heat = (now.travel() / calls.len() as u64).max(1);
    for generation in 0..effort.generations {
        if !progress(generation) {
            break;
        }
        let mut next = now.clone();
        search.take_out(&mut next);
        search.mend(&mut next);
        let found = next.cost();
        if found <= cost + search.slack(heat, generation, effort.generations) {
            if found < best.cost() {
                best = next.clone();
            }
            (now, cost) = (next, found);
        }
    }
    Ok(best.told())
}

/// Of each call all calls, the nearest first, itself among them.
fn near(ground: &Ground, count: usize) -> Vec<Vec<usize>> {
    let of = |call: usize| {
        let far = |other: usize| u64::from(ground.ways[call + 1][other + 1]) + u64::from(ground.ways[other + 1][call + 1]);
        let mut all: Vec<usize> = (0..count).collect();
        all.sort_by_key(|other| (*other != call, far(*other)));
        all
    };
    (0..count).map(of).collect()
}

/// A call in its place: when one leaves it, and when one may arrive at the latest without making anything after it late.
#[derive(Debug, Clone, Copy)]
struct Seat {
    call: usize,
    leaves: u32,
    latest: u32,
}

#[derive(Debug, Clone, Default)]
struct Tour {
    seats: Vec<Seat>,
    load: u64,
    travel: u64,
}

#[derive(Debug, Clone)]
struct Plan {
    tours: Vec<Tour>,
    left: Vec<usize>,
}

impl Plan {
    fn travel(&self) -> u64 {
        self.tours.iter().map(|tour| tour.travel).sum()
    }

    fn cost(&self) -> u64 {
        self.travel() + LEFT * self.left.len() as u64
    }

    fn told(&self) -> Tours {
        let calls = |tour: &Tour| tour.seats.iter().map(|seat| seat.call).collect();
        let mut left = self.left.clone();
        left.sort_unstable();
        Tours { tours: self.tours.iter().map(calls).collect(), left, travel: self.travel() }
    }
}

struct Search<'a> {
    ground: &'a Ground,
    calls: &'a [Call],
    near: Vec<Vec<usize>>,
    random: Random,
}

impl Search<'_> {
    /// Counts a tour anew; whether nothing in it is late.
    fn on_time(&self, tour: &mut Tour) -> bool {
        let (ways, mut fits) = (&self.ground.ways, true);
        let (mut at, mut now) = (0, 0_u32);
        (tour.travel, tour.load) = (0, 0);
        for seat in &mut tour.seats {
            let (place, call) = (seat.call + 1, &self.calls[seat.call]);
            let begins = now.saturating_add(ways[at][place]).max(call.from);
            fits &= begins <= call.to;
            now = begins.saturating_add(call.service);
            seat.leaves = now;
            tour.travel += u64::from(ways[at][place]);
            tour.load += u64::from(call.load);
            at = place;
        }
        tour.travel += u64::from(ways[at][0]);
        fits &= now.saturating_add(ways[at][0]) <= self.ground.until;
        let (mut next, mut latest) = (0, self.ground.until);
        for seat in tour.seats.iter_mut().rev() {
            let (place, call) = (seat.call + 1, &self.calls[seat.call]);
            latest = latest.saturating_sub(ways[place][next]).saturating_sub(call.service).min(call.to);
            seat.latest = latest;
            next = place;
        }
        fits
    }

    /// Takes parts out of tours that pass near a call drawn at random.
    fn take_out(&mut self, plan: &mut Plan) {
        let mut seats: Vec<Option<(usize, usize)>> = vec![None; self.calls.len()];
        for (at, tour) in plan.tours.iter().enumerate() {
            for (place, seat) in tour.seats.iter().enumerate() {
                seats[seat.call] = Some((at, place));
            }
        }
        let mean = (self.calls.len() - plan.left.len()) / plan.tours.len().max(1);
        let longest = PART.min(mean).max(1);
        let most = (4 * TAKEN / (1 + longest)).max(1);
        let parts = 1 + self.random.below(most);
        let around = &self.near[self.random.below(self.calls.len())];
        let mut hit: Vec<usize> = Vec::with_capacity(parts);
        for call in around {
            if hit.len() == parts {
                break;
            }
            let Some((at, place)) = seats[*call].filter(|(at, _)| !hit.contains(at)) else { continue };
            let seats = &mut plan.tours[at].seats;
            let part = 1 + self.random.below(longest.min(seats.len()));
            // Every other time one in the middle stays.
            let stays = part > 1 && part < seats.len() && self.random.below(2) == 0;
            let width = if stays { part + 1 } else { part };
            let (first, last) = ((place + 1).saturating_sub(width), place.min(seats.len() - width));
            let begin = first + self.random.below(last - first + 1);
            let kept = if stays { Some(seats[begin + 1 + self.random.below(width - 2)]) } else { None };
            let out = seats.splice(begin..begin + width, kept).map(|seat| seat.call);
            plan.left.extend(out.filter(|call| kept.is_none_or(|kept| kept.call != *call)));
            hit.push(at);
        }
        for at in hit {
            let tour = &mut plan.tours[at];
            // Where a way round is shorter than the straight one, leaving a stop out may make the next one late.
            if !self.on_time(tour) {
                plan.left.extend(tour.seats.drain(..).map(|seat| seat.call));
            }
        }
        plan.tours.retain(|tour| !tour.seats.is_empty());
    }

    /// Puts what is on no tour where it costs least, one after the other.
    fn mend(&mut self, plan: &mut Plan) {
        let mut waiting = std::mem::take(&mut plan.left);
        self.line_up(&mut waiting);
        for call in waiting {
            let Some((at, gap)) = self.place(&plan.tours, call) else {
                plan.left.push(call);
                continue;
            };
            if at == plan.tours.len() {
                plan.tours.push(Tour::default());
            }
            let tour = &mut plan.tours[at];
            tour.seats.insert(gap, Seat { call, leaves: 0, latest: 0 });
            self.on_time(tour);
        }
    }

    /// One of several orders: at random, much load first, far or near first, narrow windows first, early or late ones first.
    fn line_up(&mut self, waiting: &mut [usize]) {
        for at in (1..waiting.len()).rev() {
            let other = self.random.below(at + 1);
            waiting.swap(at, other);
        }
        let (calls, home) = (self.calls, &self.ground.ways[0]);
        match self.random.below(12) {
            0 | 1 => waiting.sort_by_key(|call| Reverse(calls[*call].load)),
            2 | 3 => waiting.sort_by_key(|call| Reverse(home[call + 1])),
            4 => waiting.sort_by_key(|call| home[call + 1]),
            5 | 6 => waiting.sort_by_key(|call| calls[*call].to.saturating_sub(calls[*call].from)),
            7 => waiting.sort_by_key(|call| calls[*call].from),
            8 => waiting.sort_by_key(|call| Reverse(calls[*call].to)),
            _ => {}
        }
    }

    /// The tour and the gap in it where a call costs least; the tour after the last is a new one.
    fn place(&mut self, tours: &[Tour], call: usize) -> Option<(usize, usize)> {
        let (ground, one, here) = (self.ground, self.calls[call], call + 1);
        let ways = &ground.ways;
        let mut best: Option<(i64, (usize, usize))> = None;
        let empty = Tour::default();
        let new = (tours.len() < ground.tours).then_some(&empty);
        for (at, tour) in tours.iter().chain(new).enumerate() {
            if tour.load + u64::from(one.load) > u64::from(ground.room) {
                continue;
            }
            let (mut from, mut leaves) = (0, 0_u32);
            for gap in 0..=tour.seats.len() {
                if leaves > one.to {
                    break;
                }
                let seat = tour.seats.get(gap);
                let (to, latest) = seat.map_or((0, ground.until), |seat| (seat.call + 1, seat.latest));
                let begins = leaves.saturating_add(ways[from][here]).max(one.from);
                let arrives = begins.saturating_add(one.service).saturating_add(ways[here][to]);
                if begins <= one.to && arrives <= latest && self.random.below(OVERLOOKED) != 0 {
                    let more = i64::from(ways[from][here]) + i64::from(ways[here][to]) - i64::from(ways[from][to]);
                    if best.is_none_or(|(least, _)| more < least) {
                        best = Some((more, (at, gap)));
                    }
                }
                if let Some(seat) = seat {
                    (from, leaves) = (seat.call + 1, seat.leaves);
                }
            }
        }
        best.map(|(_, place)| place)
    }

    /// How much more a plan may cost and be gone on with: as often as annealing would, in whole numbers. The logarithm of a random number is read from its bits.
    fn slack(&mut self, heat: u64, generation: usize, all: usize) -> u64 {
        let (halved, within) = (generation * HALVINGS / all, generation * HALVINGS % all);
        // Sixteenths.
        let heat = (heat * 16) >> halved;
        let heat = heat - heat / 2 * within as u64 / all as u64;
        let drawn = self.random.next();
        let zeros = drawn.leading_zeros();
        let behind = drawn.checked_shl(zeros + 1).unwrap_or(0) >> 56;
        // −log₂ in 256ths; 177 ÷ 256 is the natural logarithm of 2.
        let bits = (u64::from(zeros) + 1) * 256 - behind;
        (heat * bits * 177) >> 20
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const EFFORT: Effort = Effort { seed: 0, generations: 300 };

    /// Shops on a road with home at 0: units from place to place are the distance.
    fn road(places: &[i64]) -> Vec<Vec<u32>> {
        let all: Vec<i64> = std::iter::once(0).chain(places.iter().copied()).collect();
        all.iter().map(|from| all.iter().map(|to| u32::try_from((from - to).abs()).unwrap()).collect()).collect()
    }

    fn any_time(count: usize) -> Vec<Call> {
        vec![Call { service: 10, from: 0, to: 10_000, load: 1 }; count]
    }

    /// Units on the way of a tour, or none where something in it is late or too much.
    fn walked(ground: &Ground, calls: &[Call], tour: &[usize]) -> Option<u64> {
        let (mut at, mut now, mut travel) = (0, 0, 0);
        for call in tour {
            let way = ground.ways[at][call + 1];
            let begins = (now + way).max(calls[*call].from);
            if begins > calls[*call].to {
                return None;
            }
            (at, now, travel) = (call + 1, begins + calls[*call].service, travel + u64::from(way));
        }
        let load: u32 = tour.iter().map(|call| calls[*call].load).sum();
        (now + ground.ways[at][0] <= ground.until && load <= ground.room).then(|| travel + u64::from(ground.ways[at][0]))
    }

    #[test]
    fn either_side_of_home_is_a_tour_of_its_own() {
        // R7.38
        let places = [10, -10, 20, -20, 30, -30, 40, -40];
        let ground = Ground { ways: road(&places), until: 10_000, room: 4, tours: 3 };
        let found = spread(&ground, &any_time(8), EFFORT, |_| true).unwrap();
        assert_eq!((found.travel, found.tours.len(), found.left.len()), (160, 2, 0));
        let sides: BTreeSet<BTreeSet<usize>> = found.tours.iter().map(|tour| tour.iter().map(|call| call % 2).collect()).collect();
        assert_eq!(sides, BTreeSet::from([BTreeSet::from([0]), BTreeSet::from([1])]));
        let one = spread(&Ground { room: 8, tours: 1, ..ground.clone() }, &any_time(8), EFFORT, |_| true).unwrap();
        assert_eq!((one.travel, one.tours.len()), (160, 1), "there, back, and the other side");
        let full = spread(&Ground { tours: 1, ..ground }, &any_time(8), EFFORT, |_| true).unwrap();
        assert_eq!((full.tours[0].len(), full.left.len()), (4, 4), "what finds no room is named");
    }

    #[test]
    fn what_cannot_be_reached_in_time_is_left_and_wrong_ways_are_refused() {
        // R7.38
        let ground = Ground { ways: road(&[50, 5]), until: 1_000, room: 9, tours: 2 };
        let calls = [Call { service: 10, from: 0, to: 49, load: 1 }, Call { service: 10, from: 500, to: 510, load: 1 }];
        let found = spread(&ground, &calls, EFFORT, |_| true).unwrap();
        assert_eq!((found.tours, found.left, found.travel), (vec![vec![1]], vec![0], 10));
        let error = spread(&ground, &calls[..1], EFFORT, |_| true).unwrap_err();
        assert_eq!(error.code, "field.tours.ways");
        let none = spread(&Ground { ways: road(&[]), ..ground }, &[], EFFORT, |_| true).unwrap();
        assert_eq!((none.tours.len(), none.travel), (0, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn each_call_is_on_one_tour_in_time_and_two_runs_agree(
            places in proptest::collection::vec((0..900_u32, 0..900_u32, 0..6_u32, 1..5_u32), 1..24), seed in 0..u64::MAX, room in 4..30_u32, tours in 1..6_usize
        ) {
            // R7.38
            let calls: Vec<Call> = places.iter().map(|(_, _, hour, load)| Call { service: 30, from: hour * 300, to: hour * 300 + 1_200, load: *load }).collect();
            // Ways of a town whose streets are no straight lines, and not the same both ways.
            let spots: Vec<(u32, u32)> = std::iter::once((450, 450)).chain(places.iter().map(|(x, y, ..)| (*x, *y))).collect();
            let way = |from: &(u32, u32), to: &(u32, u32)| from.0.abs_diff(to.0) + from.1.abs_diff(to.1) + (from.0 * 7 + to.1 * 3) % 40;
            let ways: Vec<Vec<u32>> = spots.iter().map(|from| spots.iter().map(|to| way(from, to)).collect()).collect();
            let ground = Ground { ways, until: 4_000, room, tours };
            let effort = Effort { seed, generations: 40 };
            let found = spread(&ground, &calls, effort, |_| true).unwrap();
            let all: BTreeSet<usize> = found.tours.iter().flatten().chain(&found.left).copied().collect();
            let count = found.tours.iter().map(Vec::len).sum::<usize>() + found.left.len();
            prop_assert_eq!((all.len(), count), (calls.len(), calls.len()));
            prop_assert!(found.tours.len() <= tours);
            let walked: Option<Vec<u64>> = found.tours.iter().map(|tour| walked(&ground, &calls, tour)).collect();
            prop_assert_eq!(walked.map(|all| all.iter().sum::<u64>()), Some(found.travel));
            let again = spread(&ground, &calls, effort, |_| true).unwrap();
            prop_assert_eq!(again, found);
        }
    }
}
