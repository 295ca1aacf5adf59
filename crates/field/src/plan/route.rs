//! The order of a day: time windows, service times, a shift; what does not fit with its reason.
//!
//! Stops are put in one by one, each where the day then ends first; so it is decided what fits, from the most important on. That order is made better by turning
//! parts of it round and moving parts elsewhere, until nothing of the kind helps; then two parts change places at random and it begins anew, and the better
//! order of both stays. Random numbers come from the seed alone, nothing is hashed, timed or done at once by several threads, and sums are whole
//! seconds.
//!
//! Invariant: a route is a function of the shift, the stops and the effort: two runs give the same order. Invariant: nothing in it is late. (A general solver,
//! vrp-core, is what tests hold it against; it keeps jobs in sets hashed by their address in memory and walks these, so that two runs of one seed differ, and nothing
//! from outside changes that.)

use super::Travel;
use super::search::{Ends, search};
use qudao_kernel::{Refusal, Text};
use qudao_network::site::Point;
use std::collections::BTreeSet;

/// Most stops of a day.
pub const MOST_STOPS: usize = 200;

/// A stop of a day. Times are minutes after midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Outlet.
    pub outlet: String,
    /// Where it stands, if that is known.
    pub point: Option<Point>,
    /// How long the visit takes, minutes.
    pub service: u32,
    /// When it may begin: windows from and to; none for any time.
    pub windows: Vec<(u32, u32)>,
}

/// A day to be put in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Where it begins.
    pub start: Option<Point>,
    /// Whether it ends there too.
    pub returns: bool,
    /// When it begins, minutes after midnight.
    pub from: u32,
    /// When it ends at the latest.
    pub to: u32,
    /// How one travels.
    pub travel: Travel,
}

/// A stop in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// Outlet.
    pub outlet: String,
    /// Arrival, seconds after midnight.
    pub arrives: u32,
    /// Begin of the visit: the arrival, or the opening.
    pub begins: u32,
    /// Its end.
    pub leaves: u32,
    /// Whether a window or the shift is missed: only where somebody put it there by hand.
    pub late: bool,
}

/// Why a stop was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It cannot be reached within its windows and the shift, even as the only stop.
    Window,
    /// It fits nowhere beside the stops before it.
    Full,
}

impl Why {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Full => "full",
        }
    }

    /// In words.
    pub fn text(self) -> Text {
        match self {
            Self::Window => Text::new(
                "当天的营业时间内到不了；请换一天或改工作时间",
                "it cannot be reached within its hours and the working day; choose another day",
            ),
            Self::Full => Text::new(
                "当天时间已满，前面的网点更重要；请移到别的日子",
                "the day is full with more important outlets; move it to another day",
            ),
        }
    }
}

/// A day in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Stops in order.
    pub stops: Vec<Timed>,
    /// What was left out, in the order it was given.
    pub left: Vec<(String, Why)>,
    /// Seconds on the way.
    pub travel: u32,
}

/// How long is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Where the generator begins; another seed is another search.
    pub seed: u64,
    /// Generations.
    pub generations: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { seed: 0, generations: 200 }
    }
}

/// Puts a day in order. Stops are given from the most important on: what does not fit beside those before it is left out. `progress` is told how many of
/// the generations are done, and says whether to go on.
///
/// # Errors
/// `BadInput field.route.stops` for too many stops or one there twice.
pub fn order(shift: &Shift, stops: &[Stop], effort: Effort, progress: impl Fn(usize) -> bool) -> Result<Route, Refusal> {
    let outlets: BTreeSet<&str> = stops.iter().map(|stop| stop.outlet.as_str()).collect();
    if stops.len() > MOST_STOPS || outlets.len() < stops.len() {
        return Err(Refusal::bad_input(
            "field.route.stops",
            format!("一天最多 {MOST_STOPS} 个网点，且不能重复"),
            format!("a day has at most {MOST_STOPS} outlets, each once"),
        ));
    }
    let day = Day::of(shift, stops);
    let (fitting, left) = day.fitting();
    let found = search(&day, fitting, effort, progress);
    Ok(day.route(&found, left))
}

/// The times of an order somebody made by hand. Nothing is left out; what misses its window says so.
pub fn timed(shift: &Shift, stops: &[Stop]) -> Route {
    let order: Vec<usize> = (0..stops.len()).collect();
    Day::of(shift, stops).route(&order, Vec::new())
}

/// An order somebody made by hand, and what was agreed on since: each of that is put where fewest are late and the day ends first.
pub fn joined(shift: &Shift, order: &[Stop], agreed: &[Stop]) -> Route {
    let mut order = order.to_vec();
    for stop in agreed {
        let with = |gap: usize| {
            let mut longer = order.clone();
            longer.insert(gap, stop.clone());
            longer
        };
        let cost = |order: &Vec<Stop>| {
            let found = timed(shift, order).stops;
            (found.iter().filter(|stop| stop.late).count(), found.last().map_or(0, |stop| stop.leaves))
        };
        if let Some(best) = (0..=order.len()).map(with).min_by_key(cost) {
            order = best;
        }
    }
    timed(shift, &order)
}

/// A day with the seconds between its places; the start is place 0, a stop one more than its place in the list.
pub(super) struct Day<'a> {
    shift: &'a Shift,
    stops: &'a [Stop],
    matrix: Vec<Vec<u32>>,
}

impl<'a> Day<'a> {
    fn of(shift: &'a Shift, stops: &'a [Stop]) -> Self {
        let places: Vec<Option<Point>> = std::iter::once(shift.start).chain(stops.iter().map(|stop| stop.point)).collect();
        Self { shift, stops, matrix: shift.travel.matrix(&places) }
    }

    /// Walks an order: of each stop, arrival, begin, end, and whether it is late. The seconds on the way, and when the last stop or the return ends.
    fn walk(&self, order: &[usize], mut see: impl FnMut(usize, [u32; 3], bool)) -> (u32, u32) {
        let (mut at, mut now, mut travel) = (0, self.shift.from * 60, 0_u32);
        for stop in order {
            let (next, leg) = (&self.stops[*stop], self.matrix[at][stop + 1]);
            let arrives = now.saturating_add(leg);
            // The window it falls into, or the next one to open; without one left it begins at once, too late.
            let open = next.windows.iter().filter(|(_, to)| arrives <= to * 60).map(|(from, _)| arrives.max(from * 60)).min();
            let begins = open.unwrap_or(arrives);
            let leaves = begins.saturating_add(next.service * 60);
            let late = (open.is_none() && !next.windows.is_empty()) || leaves > self.shift.to * 60;
            see(*stop, [arrives, begins, leaves], late);
            (at, now, travel) = (stop + 1, leaves, travel.saturating_add(leg));
        }
        let back = if self.shift.returns { self.matrix[at][0] } else { 0 };
        (travel.saturating_add(back), now.saturating_add(back))
    }

    /// Stops that fit beside each other, each put where the day ends first, and those that do not.
    fn fitting(&self) -> (Vec<usize>, Vec<(String, Why)>) {
        let (mut order, mut left): (Vec<usize>, Vec<(String, Why)>) = (Vec::new(), Vec::new());
        for stop in 0..self.stops.len() {
            let with = |gap: usize| {
                let mut longer = order.clone();
                longer.insert(gap, stop);
                self.end(&longer).map(|(end, _)| (end, longer))
            };
            if let Some((_, longer)) = (0..=order.len()).filter_map(with).min_by_key(|(end, _)| *end) {
                order = longer;
            } else {
                let why = if self.end(&[stop]).is_some() { Why::Full } else { Why::Window };
                left.push((self.stops[stop].outlet.clone(), why));
            }
        }
        (order, left)
    }

    fn route(&self, order: &[usize], left: Vec<(String, Why)>) -> Route {
        let mut stops = Vec::with_capacity(order.len());
        let (travel, _) = self.walk(order, |stop, [arrives, begins, leaves], late| {
            stops.push(Timed { outlet: self.stops[stop].outlet.clone(), arrives, begins, leaves, late });
        });
        Route { stops, left, travel }
    }
}

impl Ends for Day<'_> {
    fn leg(&self, from: Option<usize>, to: Option<usize>) -> u32 {
        let place = |stop: Option<usize>| stop.map_or(0, |stop| stop + 1);
        if to.is_none() && !self.shift.returns { 0 } else { self.matrix[place(from)][place(to)] }
    }

    fn end(&self, order: &[usize]) -> Option<(u32, u32)> {
        let mut late = false;
        let (travel, end) = self.walk(order, |_, _, one| late |= one);
        (!late && end <= self.shift.to * 60).then_some((end, travel))
    }

    fn least(&self, order: &[usize]) -> u32 {
        let service: u32 = order.iter().map(|stop| self.stops[*stop].service * 60).sum();
        (self.shift.from * 60).saturating_add(service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    const TRAVEL: Travel = Travel { detour_percent: 130, speed_kmh: 30, unknown_minutes: 15 };
    const HOME: Point = Point { lat_e6: 30_450_000, lon_e6: 114_870_000 };

    fn stop(outlet: &str, north: i64, east: i64, windows: &[(u32, u32)]) -> Stop {
        let point = Point { lat_e6: HOME.lat_e6 + north * 1_000, lon_e6: HOME.lon_e6 + east * 1_000 };
        Stop { outlet: outlet.into(), point: Some(point), service: 15, windows: windows.to_vec() }
    }

    fn shift() -> Shift {
        Shift { start: Some(HOME), returns: true, from: 9 * 60, to: 18 * 60, travel: TRAVEL }
    }

    fn names(route: &Route) -> Vec<&str> {
        route.stops.iter().map(|stop| stop.outlet.as_str()).collect()
    }

    #[test]
    fn a_line_of_shops_is_walked_once() {
        // R7.38
        let stops: Vec<Stop> = [5, 1, 4, 2, 6, 3].iter().map(|north| stop(&format!("O{north}"), *north * 5, 0, &[])).collect();
        let route = order(&shift(), &stops, Effort::default(), |_| true).unwrap();
        let best = shift().travel.seconds(Some(HOME), stops[4].point) * 2;
        assert!(route.travel <= best + 12, "there and back: {} against {best}", route.travel);
        assert!(route.left.is_empty() && route.stops.iter().all(|stop| !stop.late));
        let by_hand = timed(&shift(), &stops);
        assert_eq!(names(&by_hand), ["O5", "O1", "O4", "O2", "O6", "O3"]);
        assert!(by_hand.travel > route.travel);
    }

    #[test]
    fn windows_hold_and_what_fits_nowhere_is_named() {
        let early = stop("O1", 10, 0, &[(9 * 60, 9 * 60 + 30)]);
        let noon = stop("O2", 0, 1, &[(12 * 60, 13 * 60), (17 * 60, 18 * 60)]);
        let night = stop("O3", 1, 1, &[(20 * 60, 21 * 60)]);
        let any = stop("O4", 10, 1, &[]);
        let stops = [noon.clone(), night, any, early];
        let route = order(&shift(), &stops, Effort::default(), |_| true).unwrap();
        assert_eq!((names(&route), route.left.as_slice()), (vec!["O1", "O4", "O2"], &[("O3".to_owned(), Why::Window)][..]));
        assert_eq!(route.stops[2].begins, 12 * 3_600, "it waits for the opening");
        let full = order(
            &Shift { to: 9 * 60 + 40, ..shift() },
            &[stop("O1", 1, 0, &[]), stop("O2", 2, 0, &[]), stop("O3", 3, 0, &[])],
            Effort::default(),
            |_| true,
        );
        let full = full.unwrap();
        assert_eq!((names(&full).len(), full.left.clone()), (2, vec![("O3".to_owned(), Why::Full)]), "the least important stays out");
        let late = timed(&Shift { from: 13 * 60 + 30, ..shift() }, &[stop("O9", 30, 0, &[(9 * 60, 10 * 60)]), noon]);
        assert_eq!(late.stops.iter().map(|stop| stop.late).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_was_agreed_on_is_put_into_an_order_made_by_hand() {
        // R8.130
        let by_hand = [stop("O3", 3, 0, &[]), stop("O1", 1, 0, &[]), stop("O2", 2, 0, &[])];
        let early = stop("A", 0, 1, &[(9 * 60, 9 * 60 + 15)]);
        let noon = stop("B", 0, 2, &[(12 * 60, 12 * 60 + 15)]);
        let route = joined(&shift(), &by_hand, &[noon, early]);
        assert_eq!(names(&route), ["A", "O3", "O1", "O2", "B"]);
        assert!(route.stops.iter().all(|stop| !stop.late));
        assert_eq!(route.stops[4].begins, 12 * 3_600, "it is waited for");
    }

    /// Calls with every order of some places.
    fn every_order(places: &mut [usize], fixed: usize, see: &mut impl FnMut(&[usize])) {
        if fixed == places.len() {
            return see(places);
        }
        for at in fixed..places.len() {
            places.swap(fixed, at);
            every_order(places, fixed + 1, see);
            places.swap(fixed, at);
        }
    }

    #[test]
    fn an_order_of_seven_is_the_best_of_all_orders() {
        // R7.38
        for town in 0..4_i64 {
            let windows = |at: i64| if town % 2 == 0 { vec![] } else { vec![(540 + at as u32 % 3 * 60, 780 + at as u32 % 4 * 30)] };
            let stops: Vec<Stop> = (1..8_i64)
                .map(|at| stop(&format!("O{at}"), at * (31 + town) % 47 - 20, at * (17 + town) % 43 - 20, &windows(at)))
                .collect();
            let (shift, mut best) = (shift(), u32::MAX);
            let day = Day::of(&shift, &stops);
            every_order(&mut (0..stops.len()).collect::<Vec<_>>(), 0, &mut |order| {
                best = best.min(day.end(order).map_or(u32::MAX, |(end, _)| end));
            });
            let route = order(&shift, &stops, Effort::default(), |_| true).unwrap();
            let places: Vec<usize> = names(&route).iter().map(|name| stops.iter().position(|stop| stop.outlet == *name).unwrap()).collect();
            assert_eq!(day.end(&places).unwrap().0, best, "town {town}");
        }
    }

    #[test]
    fn every_stop_is_there_once_and_progress_can_stop_the_search() {
        // R7.38
        let stops: Vec<Stop> = (0..25_i64).map(|at| stop(&format!("O{at:02}"), at * 37 % 23, at * 53 % 29, &[])).collect();
        let effort = Effort { seed: 7, generations: 60 };
        let route = order(&shift(), &stops, effort, |_| true).unwrap();
        let once: BTreeSet<&str> = names(&route).into_iter().collect();
        assert_eq!((route.stops.len(), once.len(), route.left.len()), (25, 25, 0));
        assert!(route.travel < timed(&shift(), &stops).travel / 2, "far shorter than as they came");
        let told = Cell::new(0);
        order(&shift(), &stops, effort, |done| told.replace(done) < 5).unwrap();
        assert_eq!(told.get(), 6, "it stopped when it was told");
        // With windows that are hard to keep: what is left out does not depend on the search, and nothing is late.
        let tight: Vec<Stop> =
            stops.iter().zip(0..).map(|(one, at)| Stop { windows: vec![(540 + at * 17, 640 + at * 17)], ..one.clone() }).collect();
        let first = order(&shift(), &tight, effort, |_| true).unwrap();
        assert!(first.stops.iter().all(|stop| !stop.late) && first.stops.len() > 10);
        let second = order(&shift(), &tight, Effort { seed: 8, ..effort }, |_| true).unwrap();
        assert!(second.stops.iter().all(|stop| !stop.late));
        assert_eq!(second.left, first.left);
        let twice = [stops[0].clone(), stops[0].clone()];
        assert_eq!(order(&shift(), &twice, effort, |_| true).unwrap_err().code, "field.route.stops");
        assert!(order(&shift(), &[], effort, |_| true).unwrap().stops.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn two_runs_of_a_day_give_the_same_order(
            places in proptest::collection::vec((-60..60_i64, -60..60_i64, 0..4_u32), 0..30), seed in 0..u64::MAX, returns in any::<bool>(), known in any::<bool>()
        ) {
            // R7.38
            let stops: Vec<Stop> = places.iter().zip(0..).map(|((north, east, window), at)| {
                let windows = [vec![], vec![(540, 700)], vec![(600, 720), (840, 1_000)], vec![(1_200, 1_300)]];
                let point = stop("", *north, *east, &[]).point.filter(|_| at % 7 != 3);
                Stop { outlet: format!("O{at:02}"), point, service: 5 + at * 7 % 20, windows: windows[*window as usize].clone() }
            }).collect();
            let shift = Shift { start: Some(HOME).filter(|_| known), returns, ..shift() };
            let effort = Effort { seed, generations: 20 };
            let route = order(&shift, &stops, effort, |_| true).unwrap();
            // Another thread allocates elsewhere and draws other keys for hashes.
            let (other, given) = (shift.clone(), stops.clone());
            let again = std::thread::spawn(move || order(&other, &given, effort, |_| true).unwrap()).join().unwrap();
            prop_assert_eq!(&again, &route);
            prop_assert!(route.stops.iter().all(|stop| !stop.late));
            let all: BTreeSet<&str> = names(&route).into_iter().chain(route.left.iter().map(|(outlet, _)| outlet.as_str())).collect();
            prop_assert_eq!((all.len(), route.stops.len() + route.left.len()), (stops.len(), stops.len()));
            let plain = order(&shift, &stops, Effort { seed, generations: 0 }, |_| true).unwrap();
            prop_assert_eq!(&plain.left, &route.left);
            let end = |route: &Route| route.stops.last().map(|stop| stop.leaves);
            prop_assert!(returns || end(&route) <= end(&plain), "searching makes no day longer");
        }
    }
}
