//! Which rows a partner's month has, before anything is known of them but their kind. What a row is follows from its key alone, so
//! that a later month can look back at an activation without having written it.

use crate::code::Code;
use crate::fraud::{self, Scheme};
use crate::network::Outlet;
use crate::rng::{Rng, key, mix};
use crate::world::{World, realm};
use qudao_kernel::{Date, Month};

/// Kinds of row that happen of themselves, in the order of `Scale::mix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Regular {
    Activation,
    Recharge,
    VasSale,
    TerminalSale,
    PlanChange,
    BroadbandInstall,
    Renewal,
}

const REGULAR: [Regular; 7] = [
    Regular::Activation,
    Regular::Recharge,
    Regular::VasSale,
    Regular::TerminalSale,
    Regular::PlanChange,
    Regular::BroadbandInstall,
    Regular::Renewal,
];

/// A row by what names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) partner: u32,
    pub(crate) day: Date,
    /// Number within the day.
    pub(crate) row: u32,
    /// Number within the month.
    pub(crate) ordinal: u32,
    pub(crate) key: u64,
    pub(crate) kind: Regular,
    /// Added by a burst.
    pub(crate) planted: bool,
}

/// A partner's month: how many rows a day, at which outlets, and what is planted.
#[derive(Debug, Clone)]
pub(crate) struct PartnerMonth {
    pub(crate) partner: u32,
    pub(crate) month: Month,
    first: Date,
    pub(crate) counts: Vec<u32>,
    /// Outlets in the partner's hands, largest first, and running totals of their weights.
    pub(crate) shops: Vec<u32>,
    totals: Vec<u64>,
    pub(crate) scheme: Option<Scheme>,
    /// Rows a burst adds on the last day.
    pub(crate) burst: u32,
    /// Number in the month of each day's first row.
    starts: Vec<u32>,
    stream: u64,
}

/// Days after joining within which subscribers leave, if they do.
pub(crate) const LEAVES_WITHIN: u64 = 200;
/// Months to look back for those who leave.
pub(crate) const LOOK_BACK: i32 = 7;
/// Days after a sale within which goods are returned.
const RETURNS_WITHIN: u64 = 15;

impl PartnerMonth {
    pub(crate) fn new(world: &World, partner: u32, month: Month) -> Self {
        let seat = world.partner(partner);
        let page = world.page(month);
        let counts = world.day_counts(partner, &page);
        let held = seat.holdings.iter().filter(|holding| holding.from <= month && month < holding.to);
        let shops: Vec<u32> = held.map(|holding| holding.outlet).collect();
        let mut total = 0;
        let totals = (0..shops.len() as u64).map(|place| {
            total += 1_000_000 / (place + 2);
            total
        });
        let mut next = 0;
        let starts = counts.iter().map(|count| {
            next += count;
            next - count
        });
        let mut this = Self {
            partner,
            month,
            first: page.first,
            totals: totals.collect(),
            shops,
            scheme: world.frauds.of(month, partner),
            burst: 0,
            starts: starts.collect(),
            counts,
            stream: seat.stream,
        };
        if this.scheme == Some(Scheme::ThresholdBurst) {
            let mut activations = 0;
            this.each(world, |spot| activations += u32::from(spot.kind == Regular::Activation));
            this.burst = if this.shops.is_empty() { 0 } else { fraud::burst_size(activations) };
        }
        this
    }

    /// The date of a day counted from 0.
    pub(crate) fn date(&self, day: usize) -> Date {
        self.first.plus_days(day as i32)
    }

    /// The day, counted from 0, if it lies in the month.
    pub(crate) fn day_of(&self, date: Date) -> Option<usize> {
        usize::try_from(date.days() - self.first.days()).ok().filter(|day| *day < self.counts.len())
    }

    /// Rows to expect of each outlet in its hands over some days counted from 0, in thousandths.
    pub(crate) fn expected(&self, days: std::ops::Range<usize>) -> Vec<(u32, u64)> {
        let rows: u64 = self.counts.get(days).unwrap_or_default().iter().map(|count| u64::from(*count)).sum();
        let all = self.totals.last().copied().unwrap_or(0).max(1);
        let before = std::iter::once(0).chain(self.totals.iter().copied());
        let shares = self.totals.iter().zip(before).map(|(total, before)| rows * 1_000 * (total - before) / all);
        self.shops.iter().copied().zip(shares).collect()
    }

    /// First key of a day; a row's key follows from it.
    fn day_key(&self, day: Date) -> u64 {
        key(self.stream, &[day.days() as u64])
    }

    /// Rows of a day before what the past brings with it.
    pub(crate) fn rows(&self, day: usize) -> u32 {
        self.counts[day] + if day + 1 == self.counts.len() { self.burst } else { 0 }
    }

    pub(crate) fn spot(&self, world: &World, day: usize, row: u32) -> Spot {
        let date = self.date(day);
        self.spot_at(world, date, day, self.day_key(date), row)
    }

    fn spot_at(&self, world: &World, date: Date, day: usize, day_key: u64, row: u32) -> Spot {
        let key = row_key(day_key, row);
        let planted = row >= self.counts[day];
        let ticket = ticket(key);
        let kind = if planted { 0 } else { world.mix.iter().position(|total| ticket < *total).unwrap_or(0) };
        Spot { partner: self.partner, day: date, row, ordinal: self.starts[day] + row, key, kind: REGULAR[kind], planted }
    }

    /// Every row of a day, in order.
    pub(crate) fn day_each(&self, world: &World, day: usize, mut visit: impl FnMut(Spot)) {
        let date = self.date(day);
        let day_key = self.day_key(date);
        for row in 0..self.rows(day) {
            visit(self.spot_at(world, date, day, day_key, row));
        }
    }

    /// Every row of the month, in order.
    pub(crate) fn each(&self, world: &World, mut visit: impl FnMut(Spot)) {
        for day in 0..self.counts.len() {
            self.day_each(world, day, &mut visit);
        }
    }

    /// Every activation of the month, and with `sales` every handset sale; passes over the other rows quickly.
    fn each_lasting(&self, world: &World, sales: bool, mut visit: impl FnMut(Spot)) {
        let activations = world.mix[0];
        let terminals = if sales { world.mix[2]..world.mix[3] } else { 0..0 };
        for day in 0..self.counts.len() {
            let date = self.date(day);
            let day_key = self.day_key(date);
            for row in 0..self.rows(day) {
                let ticket = ticket(row_key(day_key, row));
                if ticket < activations || terminals.contains(&ticket) || row >= self.counts[day] {
                    visit(self.spot_at(world, date, day, day_key, row));
                }
            }
        }
    }

    /// The outlet of a row: each outlet gets one of the month's first rows, the others fall by weight.
    pub(crate) fn outlet(&self, spot: &Spot) -> u32 {
        if spot.planted {
            return self.shops.first().copied().unwrap_or(0);
        }
        match self.shops.get(spot.ordinal as usize) {
            Some(outlet) => *outlet,
            None => self.shops[Rng::from_key(spot.key ^ realm::OUTLET).by_weight(&self.totals)],
        }
    }

    /// What becomes of an activated subscriber.
    pub(crate) fn fate(&self, spot: &Spot) -> Fate {
        let mut rng = Rng::from_key(spot.key ^ (realm::FATE << 32));
        let suspect = match self.scheme {
            Some(Scheme::ThresholdBurst) => spot.planted,
            Some(_) => self.shops.first() == Some(&self.outlet(spot)) && rng.chance(600_000),
            None => false,
        };
        // Days within which one leaves who leaves, how many in a thousand leave, and how early at the earliest.
        let (earliest, within, permille) = match self.scheme.filter(|_| suspect) {
            None => (3, LEAVES_WITHIN - 3, 190),
            Some(Scheme::ThresholdBurst) => (15, 45, 800),
            Some(Scheme::EarlyChurn) => (92, 25, 850),
            Some(Scheme::ZeroUse) => (60, 90, 600),
            Some(Scheme::FarmedHandsets) => (100, 60, 300),
        };
        let leaves = (rng.below(1000) < permille).then(|| spot.day.plus_days((earliest + rng.below(within)) as i32));
        Fate { leaves, scheme: self.scheme.filter(|_| suspect) }
    }
}

/// What becomes of a subscriber.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fate {
    /// The day the subscriber leaves, if ever.
    pub(crate) leaves: Option<Date>,
    /// The scheme the card was opened for.
    pub(crate) scheme: Option<Scheme>,
}

/// The day a sold handset is brought back, if it is.
pub(crate) fn returned(spot: &Spot) -> Option<Date> {
    let mut rng = Rng::from_key(spot.key ^ (realm::FATE << 32));
    rng.chance(25_000).then(|| spot.day.plus_days(1 + rng.below(RETURNS_WITHIN) as i32))
}

/// Something earlier that this month has to do with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earlier {
    pub(crate) spot: Spot,
    pub(crate) outlet: u32,
    /// The scheme the card was opened for.
    pub(crate) scheme: Option<Scheme>,
}

fn row_key(day_key: u64, row: u32) -> u64 {
    mix(day_key ^ u64::from(row).wrapping_mul(0xd6e8_feb8_6659_fd93))
}

/// What a row draws to find its kind, below a million.
fn ticket(key: u64) -> u64 {
    ((key >> 32) * 1_000_000) >> 32
}

/// Visits the activations, and with `sales` the handset sales, of an earlier month (or this one) whose outlet is in the partner's hands in `month`: the
/// partner's own, but for outlets it has sold since, and those of outlets it has bought.
pub(crate) fn inherited(
    world: &World,
    partner: u32,
    (month, earlier): (Month, Month),
    sales: bool,
    mut visit: impl FnMut(&PartnerMonth, Spot),
) {
    let holdings = &world.partner(partner).holdings;
    let own = PartnerMonth::new(world, partner, earlier);
    let kept = |outlet: u32| holdings.iter().any(|holding| holding.outlet == outlet && holding.from <= month && month < holding.to);
    let sold = holdings.iter().any(|holding| holding.to <= month);
    own.each_lasting(world, sales, |spot| {
        if !sold || kept(own.outlet(&spot)) {
            visit(&own, spot);
        }
    });
    for bought in holdings.iter().filter(|holding| earlier < holding.from && holding.from <= month && month < holding.to) {
        let seller = PartnerMonth::new(world, world.outlets[bought.outlet as usize].owner, earlier);
        seller.each_lasting(world, sales, |spot| {
            if seller.outlet(&spot) == bought.outlet {
                visit(&seller, spot);
            }
        });
    }
}

/// Id of an event: the day, the partner it happened at, and a running number.
pub(crate) fn event_id(partner: u32, day: Date, row: u32) -> Code {
    day_id(partner, day).digits(u64::from(row), 6)
}

/// What the ids of a partner's events of a day begin with.
pub(crate) fn day_id(partner: u32, day: Date) -> Code {
    let month = day.month();
    let date = (month.year() as u64 % 100) * 10_000 + u64::from(month.number()) * 100 + u64::from(day.day());
    Code::EMPTY.text("E").digits(date, 6).digits(u64::from(partner) + 1, 5)
}

/// The clerk who served, of those of the outlet.
pub(crate) fn clerk(outlet: &Outlet, rng: &mut Rng) -> Code {
    outlet.clerk(1 + rng.below(u64::from(outlet.clerks)) as u8)
}
