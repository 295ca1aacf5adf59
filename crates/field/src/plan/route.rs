//! The order of a day, by `vrp-core`: time windows, service times, a shift; unassigned stops with their reason.
//!
//! The search runs on one fresh thread, with one set of moves and a number of generations as its only end, so that it does not depend on how fast the machine
//! is. It is not a function of its seed all the same: the library walks sets in the order of their hashes, which differ from run to run. What is left out, and
//! that nothing is late, does not depend on it.

use super::Travel;
use qudao_kernel::{Kind, Refusal};
use qudao_network::site::Point;
use std::collections::BTreeSet;
use std::sync::Arc;
use vrp_core::models::common::TimeWindow;
use vrp_core::models::{GoalContext, problem::JobIdDimension};
use vrp_core::prelude::{
    DefaultRandom, Environment, GenericError, GenericResult, GoalContextBuilder, MinimizeUnassignedBuilder, Problem, ProblemBuilder,
    Random, SimpleTransportCost, SingleBuilder, Solver, TransportCost, TransportFeatureBuilder, VehicleBuilder, VehicleDetailBuilder,
    VrpConfigBuilder,
};
use vrp_core::rosomaxa::prelude::{HeuristicContext, TelemetryMode, Termination};
use vrp_core::rosomaxa::utils::{Parallelism, ThreadPool};
use vrp_core::solver::search::{
    AdjustedStringRemoval, NeighbourRemoval, RandomJobRemoval, Recreate, RecreateWithCheapest, RecreateWithPerturbation,
    RecreateWithRegret, RecreateWithSkipBest, RemovalLimits, Ruin, RuinAndRecreate, WeightedRecreate, WeightedRuin,
};
use vrp_core::solver::{
    RefinementContext, TargetHeuristicGroup, TargetSearchOperator, create_scalar_operator_probability,
    get_static_heuristic_from_heuristic_group,
};

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
/// `BadInput field.route.stops` for too many stops or one there twice; `Bug field.route.solver`.
pub fn order(
    shift: &Shift,
    stops: &[Stop],
    effort: Effort,
    progress: impl Fn(usize) -> bool + Send + Sync + 'static,
) -> Result<Route, Refusal> {
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
    if fitting.len() < 2 {
        return Ok(day.route(&fitting, left));
    }
    let progress: Progress = Arc::new(progress);
    let found = ThreadPool::new(1).execute(|| solve(&day, &fitting, effort, progress).map_err(|error| error.to_string()));
    let found = found.map_err(|error| {
        Refusal::new(
            Kind::Bug,
            "field.route.solver",
            format!("路线计算出错：{error}；请手工排序，并把此信息报告给维护者"),
            format!("the route could not be computed: {error}; put it in order by hand, and report this to the maintainers"),
        )
    })?;
    // What was inserted one by one fits as a whole; where the search found no order of all, or a longer one, that order stands.
    let better = found.len() == fitting.len() && day.end(&found).is_some_and(|end| day.end(&fitting).is_none_or(|before| end <= before));
    Ok(day.route(if better { &found } else { &fitting }, left))
}

/// The times of an order somebody made by hand. Nothing is left out; what misses its window says so.
pub fn timed(shift: &Shift, stops: &[Stop]) -> Route {
    let order: Vec<usize> = (0..stops.len()).collect();
    Day::of(shift, stops).route(&order, Vec::new())
}

/// A day with the seconds between its places; the start is place 0, a stop one more than its place in the list.
struct Day<'a> {
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

    /// When an order ends, if nothing in it is late.
    fn end(&self, order: &[usize]) -> Option<u32> {
        let mut late = false;
        let (_, end) = self.walk(order, |_, _, one| late |= one);
        (!late && end <= self.shift.to * 60).then_some(end)
    }

    /// Stops that fit beside each other, each put where the day ends first, and those that do not.
    fn fitting(&self) -> (Vec<usize>, Vec<(String, Why)>) {
        let (mut order, mut left): (Vec<usize>, Vec<(String, Why)>) = (Vec::new(), Vec::new());
        for stop in 0..self.stops.len() {
            let with = |gap: usize| {
                let mut longer = order.clone();
                longer.insert(gap, stop);
                self.end(&longer).map(|end| (end, longer))
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

type Progress = Arc<dyn Fn(usize) -> bool + Send + Sync>;

/// Ends after a number of generations, or when somebody says so.
struct Until {
    generations: usize,
    progress: Progress,
}

impl Termination for Until {
    type Context = RefinementContext;
    type Objective = GoalContext;

    fn is_termination(&self, context: &mut RefinementContext) -> bool {
        let done = context.statistics().generation;
        done >= self.generations || !(self.progress)(done)
    }

    fn estimate(&self, context: &RefinementContext) -> f64 {
        (context.statistics().generation as f64 / self.generations.max(1) as f64).min(1.0)
    }
}

/// Stops in a good order, by their places in the list.
fn solve(day: &Day<'_>, stops: &[usize], effort: Effort, progress: Progress) -> GenericResult<Vec<usize>> {
    let seconds: Vec<f64> = day.matrix.iter().flatten().map(|one| f64::from(*one)).collect();
    let transport: Arc<dyn TransportCost> = Arc::new(SimpleTransportCost::new(seconds.clone(), seconds)?);
    let problem = Arc::new(problem(day, stops, transport)?);
    let random: Arc<dyn Random> = Arc::new(DefaultRandom::new_repeatable());
    for _ in 0..effort.seed % 10_000 {
        random.is_head_not_tails();
    }
    let environment = Arc::new(Environment::new(random.clone(), None, Parallelism::new_with_cpus(1), Arc::new(|_: &str| ()), false));
    let group: TargetHeuristicGroup = vec![(moves(&problem, &random), create_scalar_operator_probability(1.0, random))];
    let heuristic = Box::new(get_static_heuristic_from_heuristic_group(problem.clone(), environment.clone(), group));
    let builder = VrpConfigBuilder::new(problem.clone()).set_environment(environment).set_heuristic(heuristic);
    let mut config = builder.set_telemetry_mode(TelemetryMode::None).prebuild()?.build()?;
    // The builder takes an end of one's own and does not use it.
    config.termination = Box::new(Until { generations: effort.generations.max(1), progress });
    let solution = Solver::new(problem, config).solve()?;
    let activities = solution.routes.iter().flat_map(|route| route.tour.all_activities());
    let ids = activities.filter_map(|activity| activity.job.as_ref()).filter_map(|job| job.dimens.get_job_id().cloned());
    ids.map(|id| id.parse().map_err(|_| GenericError::from("a stop of the solution is none of the day"))).collect()
}

/// Takes stops out and puts them in again.
fn moves(problem: &Problem, random: &Arc<dyn Random>) -> TargetSearchOperator {
    let limits = RemovalLimits::new(problem);
    let ruin = WeightedRuin::new(vec![
        (vec![(Arc::new(AdjustedStringRemoval::new_with_defaults(limits.clone())) as Arc<dyn Ruin>, 1.0)], 10),
        (vec![(Arc::new(NeighbourRemoval::new(limits.clone())) as Arc<dyn Ruin>, 1.0)], 3),
        (vec![(Arc::new(RandomJobRemoval::new(limits)) as Arc<dyn Ruin>, 1.0)], 3),
    ]);
    let recreate = WeightedRecreate::new(vec![
        (Arc::new(RecreateWithSkipBest::new(1, 2, random.clone())) as Arc<dyn Recreate>, 10),
        (Arc::new(RecreateWithRegret::new(2, 3, random.clone())) as Arc<dyn Recreate>, 4),
        (Arc::new(RecreateWithCheapest::new(random.clone())) as Arc<dyn Recreate>, 4),
        (Arc::new(RecreateWithPerturbation::new_with_defaults(random.clone())) as Arc<dyn Recreate>, 2),
    ]);
    Arc::new(RuinAndRecreate::new(Arc::new(ruin), Arc::new(recreate)))
}

fn problem(day: &Day<'_>, stops: &[usize], transport: Arc<dyn TransportCost>) -> GenericResult<Problem> {
    let shift = day.shift;
    let unassigned = MinimizeUnassignedBuilder::new("stops").build()?;
    let time =
        TransportFeatureBuilder::new("time").set_transport_cost(transport.clone()).set_time_constrained(true).build_minimize_cost()?;
    let goal = GoalContextBuilder::with_features(&[unassigned, time])?.build()?;
    let clock = |minutes: u32| f64::from(minutes) * 60.0;
    let jobs = stops.iter().map(|at| {
        let stop = &day.stops[*at];
        // A visit must end within the shift.
        let last = shift.to.saturating_sub(stop.service);
        let all = [(shift.from, last)];
        let windows = if stop.windows.is_empty() { &all[..] } else { &stop.windows[..] };
        let within = windows.iter().map(|(from, to)| (*from, (*to).min(last))).filter(|(from, to)| from <= to);
        let times = within.map(|(from, to)| TimeWindow::new(clock(from), clock(to))).collect();
        SingleBuilder::default().id(&at.to_string()).location(at + 1)?.duration(clock(stop.service))?.times(times)?.build_as_job()
    });
    let jobs = jobs.collect::<GenericResult<Vec<_>>>()?;
    let begin = clock(shift.from);
    let detail = VehicleDetailBuilder::default().set_start_location(0).set_start_time(begin).set_start_time_latest(begin);
    let detail = if shift.returns { detail.set_end_location(0) } else { detail };
    let detail = detail.set_end_time(clock(shift.to)).build()?;
    let vehicle = VehicleBuilder::default().id("day").add_detail(detail).set_distance_cost(1.0).set_duration_cost(1.0).build()?;
    let builder = ProblemBuilder::default().add_jobs(jobs.into_iter()).add_vehicles(std::iter::once(vehicle));
    builder.with_goal(goal).with_transport_cost(transport).with_logger(Arc::new(|_: &str| ())).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

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
    fn an_order_is_near_the_best_of_all_orders() {
        // R7.38
        for town in 0..4_i64 {
            let windows = |at: i64| if town % 2 == 0 { vec![] } else { vec![(540 + at as u32 % 3 * 60, 780 + at as u32 % 4 * 30)] };
            let stops: Vec<Stop> = (1..8_i64)
                .map(|at| stop(&format!("O{at}"), at * (31 + town) % 47 - 20, at * (17 + town) % 43 - 20, &windows(at)))
                .collect();
            let (shift, mut best) = (shift(), u32::MAX);
            let day = Day::of(&shift, &stops);
            every_order(&mut (0..stops.len()).collect::<Vec<_>>(), 0, &mut |order| best = best.min(day.end(order).unwrap_or(u32::MAX)));
            let route = order(&shift, &stops, Effort::default(), |_| true).unwrap();
            let places: Vec<usize> = names(&route).iter().map(|name| stops.iter().position(|stop| stop.outlet == *name).unwrap()).collect();
            let (begin, end) = (shift.from * 60, day.end(&places).unwrap());
            assert!(u64::from(end - begin) * 100 <= u64::from(best - begin) * 103, "town {town}: {} against {}", end - begin, best - begin);
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
        let told = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&told);
        order(&shift(), &stops, effort, move |_| count.fetch_add(1, Ordering::SeqCst) < 5).unwrap();
        assert!((1..=10).contains(&told.load(Ordering::SeqCst)), "it stopped when it was told");
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
}
