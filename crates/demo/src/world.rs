//! The world before anything happens in it: partners with their weight, outlets with their owners, products, the calendar.

use crate::calendar::{Calendar, Page, season_permille};
use crate::catalogue::Catalogue;
use crate::code::Code;
use crate::fraud::{Frauds, MOST_BURST};
use crate::network::{self, Outlet, Partner, Story};
use crate::rng::Rng;
use crate::scale::Scale;
use qudao_kernel::{Date, Month, Refusal};
use std::borrow::Cow;
use std::ops::Range;

/// A demo world: a pure function of scale and seed. It holds who exists, never what happened, so it is small and every month and
/// partner can be played out alone.
#[derive(Debug, Clone)]
pub struct World {
    pub(crate) scale: Scale,
    pub(crate) seed: u64,
    pub(crate) partners: Vec<Partner>,
    pub(crate) outlets: Vec<Outlet>,
    pub(crate) catalogue: Catalogue,
    pub(crate) calendar: Calendar,
    pub(crate) frauds: Frauds,
    /// The first months, kept because every partner asks for them.
    pages: Vec<Page>,
    /// First day of the world.
    first_day: Date,
    pub(crate) stories: Vec<Story>,
    /// Running totals of `scale.mix`.
    pub(crate) mix: [u64; 7],
    /// Digits of a subscriber's number after the prefix.
    pub(crate) number_width: u8,
}

/// How far the network reaches: what there is, and where something is sold (R0.26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Coverage {
    pub counties: u32,
    pub counties_reached: u32,
    pub outlets: u32,
    pub outlets_active: u32,
}

/// What an id stands for; part of every key, so that streams of different things never meet.
pub(crate) mod realm {
    pub(crate) const PARTNER: u64 = 1;
    pub(crate) const OUTLET: u64 = 2;
    pub(crate) const EVENT: u64 = 3;
    pub(crate) const COUNT: u64 = 4;
    pub(crate) const FATE: u64 = 5;
    pub(crate) const MONTH: u64 = 6;
    pub(crate) const FRAUD: u64 = 7;
    pub(crate) const TRADE: u64 = 8;
    pub(crate) const DIRT: u64 = 9;
    pub(crate) const NAME: u64 = 10;
}

/// Days for which subscriber numbers are kept free: ten years.
const NUMBER_DAYS: u64 = 3_660;
/// Numbers of subscribers older than the world, for each of a partner's rows in a busy day.
const OLD_BASE: u64 = 32;
/// Months whose days are kept at hand.
const PAGES: i32 = 36;
/// Prefixes no operator assigns, so that no number is anybody's.
const NEW_NUMBER: &str = "120";
const OLD_NUMBER: &str = "121";
/// Odd and no multiple of five, so that multiplying by it permutes the numbers of any width.
const SCRAMBLE: u128 = 7_046_029_254_386_353_131;

impl World {
    /// Founds a world.
    ///
    /// # Errors
    /// The scale contradicts itself.
    pub fn new(scale: Scale, seed: u64) -> Result<Self, Refusal> {
        scale.check()?;
        let mut founded = network::found(&scale, seed);
        let mut rows_before = 0;
        for partner in &mut founded.partners {
            partner.rows_before = rows_before;
            partner.rows_a_day = most_rows_a_day(partner);
            rows_before += partner.rows_a_day;
        }
        let numbers = rows_before.saturating_mul(NUMBER_DAYS);
        let mut mix = [0; 7];
        let mut total = 0;
        for (slot, share) in mix.iter_mut().zip(scale.mix) {
            total += u64::from(share);
            *slot = total;
        }
        let (calendar, opened) = (Calendar::shipped(), scale.opened);
        let frauds = Frauds::plan(&scale, seed, &founded.partners);
        Ok(Self {
            number_width: (numbers.max(1).ilog10() as u8 + 1).max(8),
            scale,
            seed,
            partners: founded.partners,
            outlets: founded.outlets,
            stories: founded.stories,
            catalogue: Catalogue::new(),
            pages: (0..PAGES).map(|offset| calendar.page(opened.plus(offset))).collect(),
            first_day: opened.first_day(),
            calendar,
            frauds,
            mix,
        })
    }

    /// The scale it was founded with.
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// The seed it was founded with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The working calendar.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What was staged in the network for the demo to show: moves, gaps, newcomers.
    pub fn stories(&self) -> &[Story] {
        &self.stories
    }

    /// How far the network reaches.
    pub fn coverage(&self) -> Coverage {
        Coverage {
            counties: self.scale.counties,
            counties_reached: self.scale.counties_reached,
            outlets: self.outlets.len() as u32,
            outlets_active: self.outlets.iter().filter(|outlet| outlet.active).count() as u32,
        }
    }

    /// All partners, by position in code order.
    pub fn everyone(&self) -> Range<u32> {
        0..self.scale.partners
    }

    /// Cuts the partners into at most `parts` runs of about equal business, in code order.
    pub fn partitions(&self, parts: u32) -> Vec<Range<u32>> {
        let whole: u128 = self.partners.iter().map(|partner| u128::from(partner.month_micro)).sum();
        let share = (whole / u128::from(parts.max(1))).max(1);
        let mut cuts = Vec::new();
        let (mut start, mut held) = (0, 0);
        for (index, partner) in self.partners.iter().enumerate() {
            held += u128::from(partner.month_micro);
            if held >= share {
                cuts.push(start..index as u32 + 1);
                (start, held) = (index as u32 + 1, 0);
            }
        }
        if start < self.scale.partners {
            cuts.push(start..self.scale.partners);
        }
        cuts
    }

    pub(crate) fn partner(&self, index: u32) -> &Partner {
        &self.partners[index as usize]
    }

    pub(crate) fn rng(&self, parts: &[u64]) -> Rng {
        Rng::of(self.seed, parts)
    }

    /// Number of a subscriber who joined through the partner with the day's `row`-th event.
    pub(crate) fn new_number(&self, partner: u32, day: Date, row: u32) -> u64 {
        let partner = self.partner(partner);
        let since = day.days().abs_diff(self.first_day.days());
        let plain = partner.rows_before * NUMBER_DAYS + u64::from(since) * partner.rows_a_day + u64::from(row);
        self.scrambled(plain)
    }

    /// Number of one of the partner's subscribers who are older than the world.
    pub(crate) fn old_number(&self, partner: u32, rng: &mut Rng) -> u64 {
        let partner = self.partner(partner);
        self.scrambled(partner.rows_before * OLD_BASE + rng.below(partner.rows_a_day * OLD_BASE))
    }

    fn scrambled(&self, plain: u64) -> u64 {
        let modulus = 10_u128.pow(u32::from(self.number_width));
        (u128::from(plain) * SCRAMBLE % modulus) as u64
    }

    pub(crate) fn new_number_text(&self, number: u64) -> Code {
        Code::EMPTY.text(NEW_NUMBER).digits(number, self.number_width)
    }

    pub(crate) fn old_number_text(&self, number: u64) -> Code {
        Code::EMPTY.text(OLD_NUMBER).digits(number, self.number_width)
    }

    /// The days of a month.
    pub(crate) fn page(&self, month: Month) -> Cow<'_, Page> {
        let index = usize::try_from(month.since(self.scale.opened)).ok().and_then(|index| self.pages.get(index));
        index.map_or_else(|| Cow::Owned(self.calendar.page(month)), Cow::Borrowed)
    }

    /// Regular rows of a partner on each day of a month.
    pub(crate) fn day_counts(&self, partner: u32, page: &Page) -> Vec<u32> {
        let seat = self.partner(partner);
        if seat.since > page.first || page.month < self.scale.opened {
            return vec![0; page.factors.len()];
        }
        let expected = u128::from(seat.month_micro) * u128::from(season_permille(page.month)) / 1000;
        let counts = page.factors.iter().enumerate().map(|(day, factor)| {
            let mut rng = self.rng(&[realm::COUNT, u64::from(partner), page.first.plus_days(day as i32).days() as u64]);
            // ± 15 %, then the fraction of a row is a row in as many cases.
            let noisy = expected * u128::from(*factor) * u128::from(850 + rng.below(301)) / (u128::from(page.total) * 1000);
            ((noisy + u128::from(rng.below(1_000_000))) / 1_000_000) as u32
        });
        counts.collect()
    }
}

/// Most regular and planted rows a day of the partner can have; fixes its block of subscriber numbers. The busiest day has less
/// than a sixteenth of an average month.
fn most_rows_a_day(partner: &Partner) -> u64 {
    partner.month_micro / 16_000_000 + MOST_BURST + 8
}
