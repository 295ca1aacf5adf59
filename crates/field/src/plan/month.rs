//! Four weeks of visits of one manager: how often each outlet is visited, on which days, and why not (R7.38, R7.294).
//!
//! An outlet's class says how often; risk and a price focus add to it. Its visits are spread evenly over the working days: a pattern is a first day and equal
//! steps from it. Patterns are chosen so that the squares of the days' minutes are least, which balances days and keeps neighbours together, because the
//! way to a neighbour is short. What does not fit into the day is left out from the least important on, with its reason.

use super::Travel;
use qudao_kernel::holidays::{DayKind, Holidays};
use qudao_kernel::{Date, Refusal, Text};
use qudao_network::site::Point;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Days of a plan.
const DAYS: i32 = 28;
/// Most outlets of a manager.
pub const MOST_OUTLETS: usize = 2_000;
/// How often all outlets are moved to better days, at most.
const ROUNDS: usize = 12;
/// What a promise after its day and a visit too soon after the last one cost, as squares of seconds: more than any day.
const MISSED: u64 = 1 << 52;
const SOON: u64 = 1 << 46;

/// An outlet to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// Its code.
    pub code: String,
    /// Its class, such as A.
    pub class: String,
    /// Its risk, 0 to 100.
    pub risk: u32,
    /// Whether its prices are looked at twice as often (个体经营、承包商店、出租柜台).
    pub price_focus: bool,
    /// Where it stands, if that is known.
    pub point: Option<Point>,
    /// How long a visit takes, minutes.
    pub service: u32,
    /// When it was visited last.
    pub last: Option<Date>,
    /// By when promises are due that only a visit can keep.
    pub due: Vec<Date>,
    /// From when on it is closed.
    pub closed_from: Option<Date>,
    /// Days a person put it on; they stay.
    pub pinned: Vec<Date>,
}

/// What a plan follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Visits in four weeks by class.
    pub frequency: BTreeMap<String, u32>,
    /// From which risk on an outlet is visited once more.
    pub risk_from: u32,
    /// The longest day with its ways, minutes.
    pub day_minutes: u32,
    /// How one travels.
    pub travel: Travel,
    /// Where days begin and end.
    pub start: Option<Point>,
}

/// Why an outlet is planned less often than it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its class has no frequency.
    Class,
    /// It is closed.
    Closed,
    /// It closes within the four weeks.
    Closes,
    /// The days are full, and others are more important.
    Full,
    /// There are fewer working days than visits.
    Days,
    /// A person put it on fewer days.
    Pinned,
    /// Nobody planned it, though there is room.
    Open,
}

impl Why {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Closed => "closed",
            Self::Closes => "closes",
            Self::Full => "full",
            Self::Days => "days",
            Self::Pinned => "pinned",
            Self::Open => "open",
        }
    }

    /// In words.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::Class => ("该等级没有设拜访频次；请在参数里设置", "its class has no frequency; set one"),
            Self::Closed => ("网点已关闭", "the outlet is closed"),
            Self::Closes => ("网点在四周内关闭", "the outlet closes within the four weeks"),
            Self::Full => {
                ("工作时间已满，先保证等级高、风险高、有到期承诺的网点", "the days are full; class, risk and due promises go first")
            }
            Self::Days => ("工作日少于应拜访次数", "there are fewer working days than visits"),
            Self::Pinned => ("人工指定的天数少于应拜访次数", "somebody put it on fewer days"),
            Self::Open => (
                "还没有排入计划，日程有空；请重新生成建议或拖入日期",
                "it is not planned yet, and there is room; propose anew or put it on a day",
            ),
        };
        Text::new(zh, en)
    }
}

/// An outlet that is planned less often than it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its code.
    pub outlet: String,
    /// Visits it should have.
    pub wanted: u32,
    /// Visits it has.
    pub given: u32,
    /// Why.
    pub why: Why,
}

/// A day of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The day.
    pub day: Date,
    /// Whether it is a working day; others are there only where somebody put an outlet on them.
    pub working: bool,
    /// Outlets in a good order; [`super::route`] makes a better one with windows.
    pub outlets: Vec<String>,
    /// Minutes of visits and ways.
    pub minutes: u32,
}

/// Four weeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Days in order.
    pub days: Vec<Planned>,
    /// What was left out, by code.
    pub left: Vec<Left>,
    /// Outlets planned as often as they should be, and outlets that have a class and are open.
    pub met: (u32, u32),
    /// Promises whose day passes before the first visit, by outlet.
    pub late: Vec<(String, Date)>,
}

impl Plan {
    /// The greatest difference of a working day from the mean of all, percent of the mean, rounded up; 0 without days.
    pub fn spread_percent(&self) -> u32 {
        let minutes: Vec<u64> = self.days.iter().filter(|day| day.working).map(|day| u64::from(day.minutes)).collect();
        let (total, count) = (minutes.iter().sum::<u64>(), minutes.len() as u64);
        if total == 0 {
            return 0;
        }
        let worst = minutes.iter().map(|minutes| (minutes * count).abs_diff(total)).max().unwrap_or(0);
        u32::try_from((worst * 100).div_ceil(total)).unwrap_or(u32::MAX)
    }
}

/// An outlet while it is planned.
struct Task<'a> {
    outlet: &'a Outlet,
    /// Its place in the matrix; the start is 0.
    place: usize,
    wanted: u32,
    /// Days it may have.
    patterns: Vec<Vec<usize>>,
    /// Days it has.
    chosen: Vec<usize>,
    why: Option<Why>,
}

/// Days while they are planned.
struct Board {
    /// Seconds between places.
    matrix: Vec<Vec<u32>>,
    /// Seconds of a visit, by place.
    service: Vec<u64>,
    /// Places in the order they are gone, by day.
    tours: Vec<Vec<usize>>,
    /// Seconds of visits and ways, by day.
    seconds: Vec<u64>,
}

impl Board {
    /// Days without stops.
    fn empty(outlets: &[Outlet], rules: &Rules, days: usize) -> Self {
        let places: Vec<Option<Point>> = std::iter::once(rules.start).chain(outlets.iter().map(|outlet| outlet.point)).collect();
        let service = std::iter::once(0).chain(outlets.iter().map(|outlet| u64::from(outlet.service.min(600)) * 60)).collect();
        Self { matrix: rules.travel.matrix(&places), service, tours: vec![Vec::new(); days], seconds: vec![0; days] }
    }

    fn leg(&self, from: usize, to: usize) -> u64 {
        u64::from(self.matrix[from][to])
    }

    /// What lies before and after a gap of a tour: the start where nothing does.
    fn around(&self, day: usize, gap: usize, skip: usize) -> (usize, usize) {
        let tour = &self.tours[day];
        let before = gap.checked_sub(1).and_then(|at| tour.get(at)).copied().unwrap_or(0);
        (before, tour.get(gap + skip).copied().unwrap_or(0))
    }

    /// The least seconds a place adds to a day, and in which gap.
    fn added(&self, day: usize, place: usize) -> (u64, usize) {
        let cost = |gap: usize| {
            let (before, after) = self.around(day, gap, 0);
            (self.leg(before, place) + self.leg(place, after)).saturating_sub(self.leg(before, after))
        };
        let best = (0..=self.tours[day].len()).map(|gap| (cost(gap), gap)).min().unwrap_or((0, 0));
        (best.0 + self.service[place], best.1)
    }

    fn put(&mut self, day: usize, place: usize) {
        let (_, gap) = self.added(day, place);
        self.tours[day].insert(gap, place);
        self.count(day);
    }

    fn take(&mut self, day: usize, place: usize) {
        self.tours[day].retain(|one| *one != place);
        self.count(day);
    }

    fn count(&mut self, day: usize) {
        let tour = &self.tours[day];
        let ways = std::iter::once(&0).chain(tour).zip(tour.iter().chain(std::iter::once(&0)));
        let ways: u64 = ways.map(|(from, to)| self.leg(*from, *to)).sum();
        self.seconds[day] = ways + tour.iter().map(|place| self.service[*place]).sum::<u64>();
    }

    /// What a pattern costs: the growth of the squares of its days.
    fn cost(&self, place: usize, pattern: &[usize]) -> u64 {
        let grown = pattern.iter().map(|day| {
            let (before, more) = (self.seconds[*day], self.added(*day, place).0);
            (before + more).pow(2) - before.pow(2)
        });
        grown.sum()
    }
}

/// Plans four weeks from a day on.
///
/// # Errors
/// `BadInput field.plan.outlets` for too many outlets, or one that is there twice.
pub fn plan(outlets: &[Outlet], rules: &Rules, holidays: &Holidays, from: Date) -> Result<Plan, Refusal> {
    each_once(outlets)?;
    let working = |day: &Date| holidays.kind(*day) == DayKind::Work;
    let window: Vec<Date> = (0..DAYS).map(|at| from.plus_days(at)).collect();
    let pinned: BTreeSet<Date> = outlets.iter().flat_map(|outlet| &outlet.pinned).copied().collect();
    let days: Vec<Date> = window.into_iter().filter(|day| working(day) || pinned.contains(day)).collect();
    let mut board = Board::empty(outlets, rules, days.len());
    let mut tasks: Vec<Task> = outlets.iter().enumerate().map(|(at, outlet)| task(outlet, at + 1, rules, &days, &working)).collect();
    // What has the fewest choices goes first; codes decide between equals, so that one input gives one plan.
    tasks.sort_by_key(|task| (task.patterns.len(), Reverse(task.wanted), task.outlet.code.as_str()));
    for _ in 0..ROUNDS {
        let mut moved = false;
        for task in &mut tasks {
            moved |= settle(task, &mut board, &days);
        }
        if !moved {
            break;
        }
    }
    cut(&mut tasks, &mut board, rules, &days);
    Ok(finished(&tasks, &board, outlets, &days, &working))
}

fn each_once(outlets: &[Outlet]) -> Result<(), Refusal> {
    let codes: BTreeSet<&str> = outlets.iter().map(|outlet| outlet.code.as_str()).collect();
    if outlets.len() <= MOST_OUTLETS && codes.len() == outlets.len() {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "field.plan.outlets",
        format!("一位渠道经理最多 {MOST_OUTLETS} 个网点，且不能重复"),
        format!("a manager has at most {MOST_OUTLETS} outlets, each once"),
    ))
}

/// What days that are there come to: how long they are, and which outlets are planned less often than they should be and why. `placed` are outlets of each
/// day in their order; those that are none of the manager's are passed over.
///
/// # Errors
/// As [`plan`].
pub fn stands(
    outlets: &[Outlet],
    rules: &Rules,
    holidays: &Holidays,
    from: Date,
    placed: &BTreeMap<Date, Vec<String>>,
) -> Result<Plan, Refusal> {
    each_once(outlets)?;
    let working = |day: &Date| holidays.kind(*day) == DayKind::Work;
    let window = (0..DAYS).map(|at| from.plus_days(at));
    let days: Vec<Date> = window.filter(|day| working(day) || placed.get(day).is_some_and(|stops| !stops.is_empty())).collect();
    let place: BTreeMap<&str, usize> = outlets.iter().zip(1..).map(|(outlet, at)| (outlet.code.as_str(), at)).collect();
    let mut board = Board::empty(outlets, rules, days.len());
    for (at, day) in days.iter().enumerate() {
        board.tours[at] = placed.get(day).into_iter().flatten().filter_map(|code| place.get(code.as_str()).copied()).collect();
        board.count(at);
    }
    let mut tasks: Vec<Task> = outlets.iter().enumerate().map(|(at, outlet)| task(outlet, at + 1, rules, &days, &working)).collect();
    let longest = u64::from(rules.day_minutes) * 60;
    for task in &mut tasks {
        let here = |day: &usize| board.tours[*day].contains(&task.place);
        task.chosen = (0..days.len()).filter(here).collect();
        let room = |day: usize| {
            let open = task.outlet.closed_from.is_none_or(|closed| days[day] < closed);
            open && working(&days[day]) && !here(&day) && board.seconds[day] + board.added(day, task.place).0 <= longest
        };
        let room = (0..days.len()).any(room);
        task.why = task.why.or(Some(if room { Why::Open } else { Why::Full }));
    }
    Ok(finished(&tasks, &board, outlets, &days, &working))
}

fn task<'a>(outlet: &'a Outlet, place: usize, rules: &Rules, days: &[Date], working: &impl Fn(&Date) -> bool) -> Task<'a> {
    let base = rules.frequency.get(&outlet.class).copied().unwrap_or(0);
    let more = u32::from(outlet.risk >= rules.risk_from) + if outlet.price_focus { base } else { 0 };
    let wanted = if base == 0 { 0 } else { base + more };
    let mut task = Task { outlet, place, wanted, patterns: Vec::new(), chosen: Vec::new(), why: None };
    let all: Vec<usize> = days.iter().enumerate().filter(|(_, day)| working(day)).map(|(at, _)| at).collect();
    let open: Vec<usize> = all.iter().copied().filter(|at| outlet.closed_from.is_none_or(|closed| days[*at] < closed)).collect();
    if !outlet.pinned.is_empty() {
        let put = days.iter().enumerate().filter(|(_, day)| outlet.pinned.contains(day)).map(|(at, _)| at).collect();
        task.patterns = vec![put];
        task.why = Some(Why::Pinned);
        return task;
    }
    let count = open.len().min(wanted as usize);
    task.why = if wanted == 0 {
        Some(Why::Class)
    } else if open.is_empty() && !all.is_empty() {
        Some(Why::Closed)
    } else if count < wanted as usize {
        Some(if open.len() < all.len() { Why::Closes } else { Why::Days })
    } else {
        None
    };
    task.patterns = patterns(&open, count);
    task
}

/// Evenly spread days: a first one and equal steps.
fn patterns(open: &[usize], count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return Vec::new();
    }
    let step = |nth: usize| nth * open.len() / count;
    let starts = (0..open.len()).take_while(|start| start + step(count - 1) < open.len());
    starts.map(|start| (0..count).map(|nth| open[start + step(nth)]).collect()).collect()
}

/// Moves an outlet to its best days; whether they are others than before.
fn settle(task: &mut Task<'_>, board: &mut Board, days: &[Date]) -> bool {
    for day in &task.chosen {
        board.take(*day, task.place);
    }
    let price = |pattern: &[usize]| board.cost(task.place, pattern) + penalty(task, pattern, days);
    let best = task.patterns.iter().map(|pattern| (price(pattern), pattern)).min();
    let chosen = best.map_or_else(Vec::new, |(_, pattern)| pattern.clone());
    for day in &chosen {
        board.put(*day, task.place);
    }
    let moved = chosen != task.chosen;
    task.chosen = chosen;
    moved
}

fn penalty(task: &Task<'_>, pattern: &[usize], days: &[Date]) -> u64 {
    let first = pattern.first().map(|at| days[*at]);
    let missed = task.outlet.due.iter().filter(|due| first.is_none_or(|first| first > **due)).count() as u64;
    let gap = DAYS / i32::try_from(task.wanted.max(1)).unwrap_or(1) / 2;
    let soon = task.outlet.last.zip(first).map_or(0, |(last, first)| (gap - (first.days() - last.days())).max(0));
    missed.min(100) * MISSED + u64::from(soon.unsigned_abs()) * SOON
}

/// Takes visits from days that are too long, the least important first.
fn cut(tasks: &mut [Task<'_>], board: &mut Board, rules: &Rules, days: &[Date]) {
    let longest = u64::from(rules.day_minutes) * 60;
    for (day, date) in days.iter().enumerate() {
        while board.seconds[day] > longest {
            let least = tasks.iter_mut().filter(|task| task.chosen.contains(&day) && task.outlet.pinned.is_empty()).min_by_key(|task| {
                let keeps = task.outlet.due.iter().any(|due| date <= due) && task.chosen.first() == Some(&day);
                (keeps, task.wanted, task.outlet.risk, Reverse(task.outlet.code.as_str()))
            });
            let Some(least) = least else { break };
            least.chosen.retain(|one| *one != day);
            least.why = Some(Why::Full);
            board.take(day, least.place);
        }
    }
}

fn finished(tasks: &[Task<'_>], board: &Board, outlets: &[Outlet], days: &[Date], working: &impl Fn(&Date) -> bool) -> Plan {
    let (mut left, mut late, mut met) = (Vec::new(), Vec::new(), (0, 0));
    for task in tasks {
        let given = task.chosen.len() as u32;
        let counts = !matches!(task.why, Some(Why::Class | Why::Closed));
        met.0 += u32::from(counts && given >= task.wanted);
        met.1 += u32::from(counts);
        if let Some(why) = task.why.filter(|_| given < task.wanted || given == 0) {
            left.push(Left { outlet: task.outlet.code.clone(), wanted: task.wanted, given, why });
        }
        let first = task.chosen.first().map(|at| days[*at]);
        let missed = task.outlet.due.iter().filter(|due| first.is_none_or(|first| first > **due));
        late.extend(missed.map(|due| (task.outlet.code.clone(), *due)));
    }
    left.sort_by(|a, b| a.outlet.cmp(&b.outlet));
    late.sort();
    let planned = days.iter().enumerate().map(|(at, day)| Planned {
        day: *day,
        working: working(day),
        outlets: board.tours[at].iter().map(|place| outlets[place - 1].code.clone()).collect(),
        minutes: u32::try_from(board.seconds[at].div_ceil(60)).unwrap_or(u32::MAX),
    });
    Plan { days: planned.collect(), left, met, late }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::At;
    use proptest::prelude::*;
    use qudao_platform::params::Register;

    /// Monday, without a holiday in the four weeks.
    fn monday() -> Date {
        "2026-07-06".parse().unwrap()
    }

    fn outlet(number: u32, class: &str) -> Outlet {
        // Around a town, in rings.
        let (ring, turn) = (i64::from(number % 7), f64::from(number) * 2.4);
        let reach = (4_000 + 9_000 * ring) as f64;
        let point = Point { lat_e6: 30_450_000 + (reach * turn.sin()) as i64, lon_e6: 114_870_000 + (reach * turn.cos()) as i64 };
        Outlet {
            code: format!("O{number:03}"),
            class: class.into(),
            risk: number * 37 % 100,
            price_focus: false,
            point: Some(point),
            service: 10 + number % 4 * 5,
            last: None,
            due: Vec::new(),
            closed_from: None,
            pinned: Vec::new(),
        }
    }

    fn rules() -> Rules {
        let register = Register::standard().unwrap();
        let start = Some(Point { lat_e6: 30_450_000, lon_e6: 114_870_000 });
        let standard = At { register: &register, territory: "", day: monday() }.rules(start).unwrap();
        Rules { day_minutes: 900, risk_from: 101, ..standard }
    }

    fn days_of(plan: &Plan, code: &str) -> Vec<Date> {
        plan.days.iter().filter(|day| day.outlets.iter().any(|one| one == code)).map(|day| day.day).collect()
    }

    #[test]
    fn three_hundred_outlets_are_visited_as_often_as_they_should_on_even_days() {
        // R7.38
        let outlets: Vec<Outlet> = (0..300).map(|at| outlet(at, ["A", "B", "B", "C", "C", "D"][at as usize % 6])).collect();
        let began = std::time::Instant::now();
        let plan = plan(&outlets, &rules(), &Holidays::shipped(), monday()).unwrap();
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
        assert!(plan.met.0 * 100 >= plan.met.1 * 95, "{:?}", plan.met);
        assert!(
            plan.spread_percent() <= 15,
            "{} %: {:?}",
            plan.spread_percent(),
            plan.days.iter().map(|day| day.minutes).collect::<Vec<_>>()
        );
        let visits: usize = plan.days.iter().map(|day| day.outlets.len()).sum();
        assert_eq!((plan.days.len(), visits), (20, 50 * 4 + 100 * 2 + 150));
        let weekly = days_of(&plan, "O000");
        assert_eq!(weekly.windows(2).map(|pair| pair[1].days() - pair[0].days()).collect::<Vec<_>>(), [7, 7, 7]);
        let fortnightly = days_of(&plan, "O001");
        assert_eq!(fortnightly[1].days() - fortnightly[0].days(), 14);
    }

    #[test]
    fn whoever_is_left_out_has_a_reason() {
        // R7.38 R7.294
        let mut outlets: Vec<Outlet> = (0..60).map(|at| outlet(at, "A")).collect();
        outlets[0].class = "X".into();
        outlets[1].closed_from = Some(monday());
        outlets[2].closed_from = Some(monday().plus_days(2));
        outlets[3].pinned = vec![monday().plus_days(5)];
        outlets[4].due = vec![monday().plus_days(1)];
        outlets[5].last = Some(monday().plus_days(-1));
        outlets[6].price_focus = true;
        let all = plan(&outlets, &rules(), &Holidays::shipped(), monday()).unwrap();
        let why = |plan: &Plan, code: &str| plan.left.iter().find(|left| left.outlet == code).map(|left| (left.why, left.given));
        assert_eq!(why(&all, "O000"), Some((Why::Class, 0)));
        assert_eq!(why(&all, "O001"), Some((Why::Closed, 0)));
        assert_eq!(why(&all, "O002"), Some((Why::Closes, 2)));
        assert_eq!(why(&all, "O003"), Some((Why::Pinned, 1)));
        assert_eq!(days_of(&all, "O003"), [monday().plus_days(5)], "a Saturday, because somebody put it there");
        assert!(days_of(&all, "O004")[0] <= monday().plus_days(1) && all.late.is_empty());
        assert!(days_of(&all, "O005")[0] >= monday().plus_days(2), "not so soon again");
        assert_eq!(days_of(&all, "O006").len(), 8, "twice as often");
        let short = Rules { day_minutes: 120, ..rules() };
        let full = plan(&outlets, &short, &Holidays::shipped(), monday()).unwrap();
        assert!(full.days.iter().filter(|day| day.working).all(|day| day.minutes <= 120));
        assert!(full.left.iter().any(|left| left.why == Why::Full));
        assert!(full.left.iter().all(|left| !left.why.text().zh.is_empty() && !left.why.name().is_empty()));
    }

    #[test]
    fn holidays_are_no_days_of_a_plan() {
        // R0.12
        let outlets: Vec<Outlet> = (0..20).map(|at| outlet(at, "A")).collect();
        let october: Date = "2026-09-21".parse().unwrap();
        let plan = plan(&outlets, &rules(), &Holidays::shipped(), october).unwrap();
        let calendar = Holidays::shipped();
        assert!(plan.days.iter().all(|day| calendar.kind(day.day) == DayKind::Work));
        assert_eq!(plan.met, (20, 20));
    }

    #[test]
    fn an_outlet_that_is_there_twice_is_refused() {
        let twice = [outlet(1, "A"), outlet(1, "B")];
        assert_eq!(plan(&twice, &rules(), &Holidays::shipped(), monday()).unwrap_err().code, "field.plan.outlets");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_plan_holds_what_it_says(
            classes in proptest::collection::vec(0..5_usize, 1..40), offset in 0..400_i32, minutes in 60..600_u32, closed in 0..60_i32, risk in 0..120_u32
        ) {
            // R7.38
            let from = monday().plus_days(offset);
            let mut outlets: Vec<Outlet> = classes.iter().zip(0..).map(|(class, at)| outlet(at, ["A", "B", "C", "D", "?"][*class])).collect();
            outlets[0].closed_from = Some(from.plus_days(closed));
            let rules = Rules { day_minutes: minutes, risk_from: risk, ..rules() };
            let made = plan(&outlets, &rules, &Holidays::shipped(), from).unwrap();
            let again: Vec<Outlet> = outlets.iter().rev().cloned().collect();
            let reversed = plan(&again, &rules, &Holidays::shipped(), from).unwrap();
            prop_assert_eq!(&reversed.left, &made.left, "the order of the list does not matter");
            let calendar = Holidays::shipped();
            for day in &made.days {
                let once: BTreeSet<&String> = day.outlets.iter().collect();
                prop_assert_eq!(once.len(), day.outlets.len());
                prop_assert!(day.minutes <= minutes && calendar.kind(day.day) == DayKind::Work);
                prop_assert!(day.day >= from && day.day < from.plus_days(DAYS));
            }
            for outlet in &outlets {
                let base = rules.frequency.get(&outlet.class).copied().unwrap_or(0);
                let wanted = if base == 0 { 0 } else { base + u32::from(outlet.risk >= risk) };
                let days = days_of(&made, &outlet.code);
                let left = made.left.iter().find(|left| left.outlet == outlet.code);
                prop_assert_eq!(left.is_some(), (days.len() as u32) < wanted || wanted == 0, "{}", &outlet.code);
                prop_assert!(left.is_none_or(|left| left.given == days.len() as u32 && left.wanted == wanted));
                prop_assert!(days.iter().all(|day| outlet.closed_from.is_none_or(|closed| *day < closed)));
            }
        }
    }
}
