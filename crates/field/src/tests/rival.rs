//! The order of a day held against that of a general solver, vrp-core, on the same day.

use crate::plan::Travel;
use crate::plan::route::{Effort, Shift, Stop, order, timed};
use qudao_network::site::Point;
use std::sync::Arc;
use vrp_core::models::common::TimeWindow;
use vrp_core::models::problem::JobIdDimension;
use vrp_core::prelude::{
    DefaultRandom, Environment, GenericResult, GoalContextBuilder, MinimizeUnassignedBuilder, ProblemBuilder, SimpleTransportCost,
    SingleBuilder, Solver, TransportCost, TransportFeatureBuilder, VehicleBuilder, VehicleDetailBuilder, VrpConfigBuilder,
};
use vrp_core::rosomaxa::prelude::TelemetryMode;
use vrp_core::rosomaxa::utils::Parallelism;

const HOME: Point = Point { lat_e6: 30_450_000, lon_e6: 114_870_000 };
const TRAVEL: Travel = Travel { detour_percent: 130, speed_kmh: 30, unknown_minutes: 15 };

fn shift() -> Shift {
    Shift { start: Some(HOME), returns: true, from: 540, to: 1_440, travel: TRAVEL }
}

/// A town of so many stops; every third with hours of its own, if asked.
fn town(seed: i64, count: i64, hours: bool) -> Vec<Stop> {
    let one = |at: i64| {
        let place = |by: i64| (at * by + seed * 977) * 7_919 % 60_000 - 30_000;
        let point = Point { lat_e6: HOME.lat_e6 + place(131), lon_e6: HOME.lon_e6 + place(173) };
        let open = 540 + u32::try_from(at * 83 % 300).unwrap();
        let windows = if hours && at % 3 == 0 { vec![(open, open + 400)] } else { Vec::new() };
        Stop { outlet: format!("O{at:03}"), point: Some(point), service: 5, windows }
    };
    (0..count).map(one).collect()
}

/// Stops in the order of the rival, by its own standard settings.
fn rival(shift: &Shift, stops: &[Stop], generations: usize) -> GenericResult<Vec<Stop>> {
    let places: Vec<Option<Point>> = std::iter::once(shift.start).chain(stops.iter().map(|stop| stop.point)).collect();
    let seconds: Vec<f64> = TRAVEL.matrix(&places).iter().flatten().map(|one| f64::from(*one)).collect();
    let transport: Arc<dyn TransportCost> = Arc::new(SimpleTransportCost::new(seconds.clone(), seconds)?);
    let unassigned = MinimizeUnassignedBuilder::new("stops").build()?;
    let time =
        TransportFeatureBuilder::new("time").set_transport_cost(transport.clone()).set_time_constrained(true).build_minimize_cost()?;
    let goal = GoalContextBuilder::with_features(&[unassigned, time])?.build()?;
    let clock = |minutes: u32| f64::from(minutes) * 60.0;
    let jobs = stops.iter().enumerate().map(|(at, stop)| {
        let all = [(shift.from, shift.to - stop.service)];
        let windows = if stop.windows.is_empty() { &all[..] } else { &stop.windows[..] };
        let times = windows.iter().map(|(from, to)| TimeWindow::new(clock(*from), clock(*to))).collect();
        SingleBuilder::default().id(&at.to_string()).location(at + 1)?.duration(clock(stop.service))?.times(times)?.build_as_job()
    });
    let jobs = jobs.collect::<GenericResult<Vec<_>>>()?;
    let begin = clock(shift.from);
    let detail = VehicleDetailBuilder::default().set_start_location(0).set_start_time(begin).set_start_time_latest(begin);
    let detail = detail.set_end_location(0).set_end_time(clock(shift.to)).build()?;
    let vehicle = VehicleBuilder::default().id("day").add_detail(detail).set_distance_cost(1.0).set_duration_cost(1.0).build()?;
    let builder = ProblemBuilder::default().add_jobs(jobs.into_iter()).add_vehicles(std::iter::once(vehicle));
    let problem = builder.with_goal(goal).with_transport_cost(transport).with_logger(Arc::new(|_: &str| ())).build()?;
    let random = Arc::new(DefaultRandom::new_repeatable());
    let environment = Arc::new(Environment::new(random, None, Parallelism::new_with_cpus(1), Arc::new(|_: &str| ()), false));
    let problem = Arc::new(problem);
    let builder = VrpConfigBuilder::new(problem.clone()).set_environment(environment).set_telemetry_mode(TelemetryMode::None);
    let solution = Solver::new(problem, builder.prebuild()?.with_max_generations(Some(generations)).build()?).solve()?;
    let activities = solution.routes.iter().flat_map(|route| route.tour.all_activities());
    let ids = activities.filter_map(|activity| activity.job.as_ref()).filter_map(|job| job.dimens.get_job_id().cloned());
    Ok(ids.filter_map(|id| stops.get(id.parse::<usize>().ok()?).cloned()).collect())
}

#[test]
fn an_order_is_as_good_as_that_of_a_general_solver() {
    // R7.38
    for (seed, count, hours) in [(1, 12, false), (2, 25, false), (3, 25, true), (4, 60, false)] {
        let stops = town(seed, count, hours);
        let ours = order(&shift(), &stops, Effort::default(), |_| true).unwrap();
        let theirs = timed(&shift(), &rival(&shift(), &stops, 200).unwrap());
        assert_eq!((ours.stops.len(), ours.left.len()), (stops.len(), 0), "{seed}");
        assert!(
            theirs.stops.len() < stops.len() || u64::from(ours.travel) * 100 <= u64::from(theirs.travel) * 102,
            "town {seed}: {} s on the way against {} s",
            ours.travel,
            theirs.travel
        );
    }
}
