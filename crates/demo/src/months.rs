//! The state of every subscriber who joined lately, month by month, consistent with who leaves when.

use crate::calendar::Page;
use crate::code::Code;
use crate::flow::{self, Fate, PartnerMonth, Spot};
use crate::fraud::Scheme;
use crate::rng::Rng;
use crate::world::{World, realm};
use qudao_kernel::{Date, Month, Refusal};
use std::borrow::Cow;
use std::ops::Range;

/// A subscriber's month. Money is fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns of the catalogue")]
pub struct SubscriberMonth {
    pub id: Code,
    pub month: Month,
    pub known: Date,
    pub outlet: Code,
    pub partner: Code,
    pub subscriber: Code,
    pub product: Code,
    pub joined: Date,
    pub active: bool,
    pub suspended_days: i64,
    pub minutes: i64,
    pub data_mb: i64,
    pub billed: i64,
    pub received: i64,
    pub arrears: i64,
    pub recharge: i64,
    pub confirmed: bool,
}

/// A subscriber, before the month is looked at.
struct Subscriber {
    number: u64,
    key: u64,
    joined: Date,
    /// Months since the month of joining.
    age: u8,
    item: u16,
    outlet: u32,
    fate: Fate,
}

/// What the rows of a month have in common.
struct Sheet<'w> {
    month: Month,
    page: Cow<'w, Page>,
    known: Date,
    /// End of the rows' ids.
    suffix: Code,
}

/// Day of the following month on which the operator reports the month.
const REPORTED_DAY: i32 = 3;

impl World {
    /// The state, in a month, of all subscribers who joined through some partners in that month or the `tracked_months` before it,
    /// up to and including the month in which they leave. Ordered by partner and subscriber.
    ///
    /// # Errors
    /// Those of `visit`.
    pub fn subscriber_months(
        &self,
        month: Month,
        partners: Range<u32>,
        visit: &mut dyn FnMut(&SubscriberMonth) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let sheet = Sheet {
            month,
            page: self.page(month),
            known: month.plus(1).first_day().plus_days(REPORTED_DAY - 1),
            suffix: Code::EMPTY.text("|").digits(month.year() as u64, 4).text("-").digits(u64::from(month.number()), 2),
        };
        let mut subscribers = Vec::new();
        for partner in partners {
            subscribers.clear();
            for back in 0..=self.scale.tracked_months {
                let earlier = month.plus(-back);
                if earlier < self.scale.opened {
                    break;
                }
                flow::inherited(self, partner, (month, earlier), false, |source, spot| {
                    let one = self.subscriber(source, &spot, back);
                    if one.here_in(&sheet) {
                        subscribers.push(one);
                    }
                });
            }
            subscribers.sort_unstable_by_key(|one| one.number);
            for one in &subscribers {
                visit(&self.state(one, partner, &sheet))?;
            }
        }
        Ok(())
    }

    fn subscriber(&self, source: &PartnerMonth, spot: &Spot, age: i32) -> Subscriber {
        let joined = self.joined(source, spot);
        let number = self.new_number(spot.partner, spot.day, spot.row);
        let fate = source.fate(spot);
        Subscriber { number, key: spot.key, joined: spot.day, age: age as u8, item: joined.item, outlet: joined.outlet, fate }
    }

    fn state(&self, one: &Subscriber, partner: u32, sheet: &Sheet<'_>) -> SubscriberMonth {
        let item = &self.catalogue.items[usize::from(one.item)];
        let subscriber = self.new_number_text(one.number);
        let habit = Habit::of(one);
        let age = i32::from(one.age);
        let mut rng = Rng::from_key(one.key ^ crate::rng::mix(sheet.month.index() as u64));
        let left = one.fate.leaves.is_some_and(|day| sheet.page.has(day));
        let days = sheet.page.factors.len() as i64;
        let suspended = habit.suspended(age, days, &mut rng);
        let present = if age == 0 { i64::from(sheet.page.first.days() - one.joined.days()) + days } else { days } - suspended;
        let share = |full: i64| (full * present.max(0) / days).max(0);
        let vary = |full: i64, rng: &mut Rng| full * (60 + rng.below(81) as i64) / 100;
        let minutes = share(vary(habit.minutes, &mut rng));
        let data_mb = share(vary(habit.data_mb, &mut rng));
        let over = if habit.minutes > 600 { rng.below(30) as i64 * 100 } else { 0 };
        let billed = if suspended >= days { 0 } else { item.fee + over };
        let unpaid_months = i64::from(habit.unpaid_from.map_or(0, |from| (age - from + 1).max(0)));
        let received = if unpaid_months > 0 { 0 } else { billed };
        SubscriberMonth {
            id: subscriber.text(sheet.suffix.as_str()),
            month: sheet.month,
            known: sheet.known,
            outlet: self.outlets[one.outlet as usize].code,
            partner: self.partner(partner).code,
            subscriber,
            product: item.code,
            joined: one.joined,
            active: !left && suspended < days,
            suspended_days: suspended,
            minutes,
            data_mb,
            billed,
            received,
            arrears: unpaid_months.min(3) * item.fee,
            recharge: if unpaid_months > 0 { 0 } else { [0, 3_000, 5_000, 5_000, 10_000][rng.below(5) as usize] },
            confirmed: age > 0 && habit.confirmed,
        }
    }
}

impl Subscriber {
    /// Whether there is anything to report: not before joining, not after the month of leaving.
    fn here_in(&self, sheet: &Sheet<'_>) -> bool {
        self.fate.leaves.is_none_or(|day| day >= sheet.page.first)
    }
}

/// What stays the same about a subscriber.
struct Habit {
    /// Minutes and megabytes of a whole month, on average.
    minutes: i64,
    data_mb: i64,
    /// Months after joining from which nothing is paid.
    unpaid_from: Option<i32>,
    confirmed: bool,
}

impl Habit {
    fn of(one: &Subscriber) -> Self {
        let mut rng = Rng::from_key(one.key ^ (realm::MONTH << 48));
        let (minutes, data_mb) = match rng.below(100) {
            0..12 => (20, 200),
            12..55 => (120, 3_000),
            55..88 => (320, 12_000),
            _ => (780, 40_000),
        };
        let (minutes, data_mb) = match one.fate.scheme {
            Some(Scheme::ZeroUse | Scheme::ThresholdBurst) => (0, 0),
            Some(Scheme::FarmedHandsets) => (4, 10),
            Some(Scheme::EarlyChurn) | None => (minutes, data_mb),
        };
        Self { minutes, data_mb, unpaid_from: rng.chance(60_000).then(|| 1 + rng.below(4) as i32), confirmed: rng.chance(930_000) }
    }

    /// Days suspended: those who do not pay are cut off after a month, a few others for some days.
    fn suspended(&self, age: i32, days: i64, rng: &mut Rng) -> i64 {
        match self.unpaid_from {
            Some(from) if age > from => days,
            _ if age > 0 && rng.chance(30_000) => 1 + rng.below(15) as i64,
            _ => 0,
        }
    }
}
