//! Business events of a partner's month, one after the other, by day and event id.

use crate::code::Code;
use crate::flow::{self, Earlier, LOOK_BACK, PartnerMonth, Regular, Spot};
use crate::fraud::{NUMBERS_PER_HANDSET, Scheme};
use crate::rng::Rng;
use crate::world::{World, realm};
use qudao_kernel::{Date, Month, Refusal};
use std::ops::Range;

/// A business event. Money is fen; a code that is empty, a number that is 0 and a date that is `None` are absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns of the catalogue")]
pub struct Event {
    pub id: Code,
    pub kind: &'static str,
    pub occurred: Date,
    pub known: Date,
    pub outlet: Code,
    pub partner: Code,
    pub clerk: Code,
    pub subscriber: Code,
    pub product: Code,
    pub plan_fee: i64,
    pub prior_fee: i64,
    pub amount: i64,
    pub cost: i64,
    pub term: i64,
    pub order: Code,
    pub reference: Code,
    pub imei: Code,
    pub class: &'static str,
    pub network: &'static str,
    pub verified: Option<bool>,
    pub slip: Option<Date>,
    pub hold: &'static str,
    /// The scheme the event belongs to; not in the facts, only in the ground truth.
    pub scheme: Option<Scheme>,
}

/// Reason code of a red hold.
const HOLD: &str = "风控核查";
const RECHARGES: [(i64, u64); 6] = [(3_000, 30), (5_000, 58), (10_000, 84), (20_000, 94), (30_000, 98), (50_000, 100)];
/// Stray events (their outlet is in nobody's list), per million.
const STRAY_PPM: u64 = 200;

impl World {
    /// Plays a month of some partners: business events ordered by partner, day and event id. Before the first partner come those
    /// that nobody can be found for.
    ///
    /// # Errors
    /// Those of `visit`.
    pub fn events(&self, month: Month, partners: Range<u32>, visit: &mut dyn FnMut(&Event) -> Result<(), Refusal>) -> Result<(), Refusal> {
        if partners.start == 0 {
            self.strays(month, visit)?;
        }
        for partner in partners {
            Play::new(self, partner, month).run(visit)?;
        }
        Ok(())
    }

    /// Events at an outlet that no list knows, such as one opened before its papers arrived.
    fn strays(&self, month: Month, visit: &mut dyn FnMut(&Event) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let count = self.scale.events_per_month * STRAY_PPM / 1_000_000;
        let days = u64::from(month.days());
        for row in 0..count {
            let mut rng = self.rng(&[realm::DIRT, month.index() as u64, row]);
            // Spread over the month in order.
            let day = month.first_day().plus_days((row * days / count) as i32);
            let item = &self.catalogue.items[usize::from(self.catalogue.plans.at(rng.by_weight(&self.catalogue.plans.totals)))];
            let mut event = blank("activation", day);
            event.id = flow::event_id(99_998, day, row as u32);
            event.known = day.plus_days(1);
            event.outlet = Code::EMPTY.text("W999999").digits(rng.below(50), 4);
            event.subscriber = Code::EMPTY.text("122").digits(rng.next_u64(), self.number_width);
            (event.product, event.plan_fee) = (item.code, item.fee);
            event.verified = Some(true);
            visit(&event)?;
        }
        Ok(())
    }
}

fn blank(kind: &'static str, day: Date) -> Event {
    Event {
        id: Code::EMPTY,
        kind,
        occurred: day,
        known: day,
        outlet: Code::EMPTY,
        partner: Code::EMPTY,
        clerk: Code::EMPTY,
        subscriber: Code::EMPTY,
        product: Code::EMPTY,
        plan_fee: 0,
        prior_fee: 0,
        amount: 0,
        cost: 0,
        term: 0,
        order: Code::EMPTY,
        reference: Code::EMPTY,
        imei: Code::EMPTY,
        class: "",
        network: "",
        verified: None,
        slip: None,
        hold: "",
        scheme: None,
    }
}

/// What an activation's row says that later months must repeat.
pub(crate) struct Joined {
    pub(crate) number: Code,
    /// Index into the catalogue.
    pub(crate) item: u16,
    pub(crate) outlet: u32,
}

impl World {
    pub(crate) fn joined(&self, month: &PartnerMonth, spot: &Spot) -> Joined {
        let plans = &self.catalogue.plans;
        // Bursts use the cheapest plan.
        let position = if spot.planted { 0 } else { Rng::from_key(spot.key ^ realm::NAME).by_weight(&plans.totals) };
        let number = self.new_number_text(self.new_number(spot.partner, spot.day, spot.row));
        Joined { number, item: plans.at(position), outlet: month.outlet(spot) }
    }
}

/// One partner's month as it is played.
struct Play<'w> {
    world: &'w World,
    now: PartnerMonth,
    /// The two months before, for subscribers who come back to the counter.
    before: [PartnerMonth; 2],
    /// What leaves or comes back this month: the day, then what.
    dues: Vec<(Date, Earlier)>,
    code: Code,
    /// What the ids of the day begin with.
    today: Code,
    /// Cards opened so far on farmed handsets.
    farmed: u32,
}

impl<'w> Play<'w> {
    fn new(world: &'w World, partner: u32, month: Month) -> Self {
        let mut dues = Vec::new();
        let page = world.page(month);
        for back in 0..=LOOK_BACK {
            let earlier = month.plus(-back);
            if earlier < world.scale.opened {
                break;
            }
            flow::inherited(world, partner, (month, earlier), back <= 1, |source, spot| {
                let (day, scheme) = match spot.kind {
                    Regular::Activation => {
                        let fate = source.fate(&spot);
                        (fate.leaves, fate.scheme)
                    }
                    _ => (flow::returned(&spot), None),
                };
                if let Some(day) = day.filter(|day| page.has(*day)) {
                    dues.push((day, Earlier { outlet: source.outlet(&spot), spot, scheme }));
                }
            });
        }
        dues.sort_by_key(|(day, earlier)| (*day, earlier.spot.partner, earlier.spot.day, earlier.spot.row));
        Self {
            world,
            now: PartnerMonth::new(world, partner, month),
            before: [1, 2].map(|back| PartnerMonth::new(world, partner, month.plus(-back))),
            dues,
            code: world.partner(partner).code,
            today: Code::EMPTY,
            farmed: 0,
        }
    }

    fn run(mut self, visit: &mut dyn FnMut(&Event) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let mut dues = std::mem::take(&mut self.dues).into_iter().peekable();
        for day in 0..self.now.counts.len() {
            let rows = self.now.rows(day);
            let date = self.now.date(day);
            self.today = flow::day_id(self.now.partner, date);
            for row in 0..rows {
                let spot = self.now.spot(self.world, day, row);
                visit(&self.regular(&spot))?;
            }
            let mut row = rows;
            while let Some((_, earlier)) = dues.next_if(|(due, _)| *due == date) {
                visit(&self.due(&earlier, date, row))?;
                row += 1;
            }
        }
        Ok(())
    }

    /// An event with what every kind has.
    fn start(&self, kind: &'static str, spot: &Spot, outlet: u32, rng: &mut Rng) -> Event {
        let shop = &self.world.outlets[outlet as usize];
        let mut event = blank(kind, spot.day);
        event.id = self.today.digits(u64::from(spot.row), 6);
        event.known = spot.day.plus_days(lag(rng));
        event.outlet = shop.code;
        event.partner = self.code;
        event.clerk = flow::clerk(shop, rng);
        event
    }

    fn regular(&mut self, spot: &Spot) -> Event {
        let mut rng = Rng::from_key(spot.key);
        match spot.kind {
            Regular::Activation => self.activation(spot, &mut rng),
            Regular::Recharge => {
                let mut event = self.counter("recharge", spot, &mut rng);
                let ticket = rng.below(100);
                event.amount = RECHARGES.iter().find(|(_, below)| ticket < *below).map_or(0, |(amount, _)| *amount);
                event
            }
            Regular::VasSale => {
                let mut event = self.counter("vas_sale", spot, &mut rng);
                let item = self.item(self.world.catalogue.vas.at(rng.by_weight(&self.world.catalogue.vas.totals)));
                (event.product, event.plan_fee, event.amount) = (item.code, item.fee, item.fee);
                event.verified = Some(true);
                event
            }
            Regular::TerminalSale => self.terminal(spot, &mut rng),
            Regular::PlanChange => {
                let mut event = self.counter("plan_change", spot, &mut rng);
                let (from, to) = (rng.below(6) as u16, rng.below(3) as u16 + 1);
                // Two in three move up.
                let (prior, next) = if rng.chance(660_000) { (from, from + to) } else { (from + to, from) };
                let plans = self.world.catalogue.plans.first;
                let item = self.item(plans + next);
                (event.product, event.plan_fee) = (item.code, item.fee);
                event.prior_fee = self.item(plans + prior).fee;
                event.class = class(item.fee, &mut rng);
                event.verified = Some(true);
                event.slip = slip(spot.day, &mut rng);
                event
            }
            Regular::BroadbandInstall => {
                let mut event = self.counter("broadband_install", spot, &mut rng);
                let item = self.item(self.world.catalogue.broadband.at(rng.by_weight(&self.world.catalogue.broadband.totals)));
                (event.product, event.plan_fee, event.amount) = (item.code, item.fee, item.fee * 12);
                event.term = 12;
                event.order = order(&event.id);
                event.verified = Some(rng.below(1000) < 990);
                event.slip = slip(spot.day, &mut rng);
                event
            }
            Regular::Renewal => {
                let mut event = self.counter("renewal", spot, &mut rng);
                let plans = &self.world.catalogue.plans;
                let item = self.item(plans.at(rng.by_weight(&plans.totals)));
                (event.product, event.plan_fee) = (item.code, item.fee);
                event.term = if rng.chance(300_000) { 24 } else { 12 };
                event.class = class(item.fee, &mut rng);
                event.verified = Some(true);
                event
            }
        }
    }

    fn item(&self, index: u16) -> &'w crate::catalogue::Item {
        &self.world.catalogue.items[usize::from(index)]
    }

    fn activation(&mut self, spot: &Spot, rng: &mut Rng) -> Event {
        let joined = self.world.joined(&self.now, spot);
        let fate = self.now.fate(spot);
        let item = self.item(joined.item);
        let mut event = self.start("activation", spot, joined.outlet, rng);
        event.subscriber = joined.number;
        (event.product, event.plan_fee) = (item.code, item.fee);
        event.amount = item.fee.max(5_000);
        event.term = [0, 0, 12, 24][rng.below(4) as usize];
        event.class = class(item.fee, rng);
        event.network = if item.line == crate::catalogue::WIRELESS { "3G" } else { ["4G", "5G"][rng.below(2) as usize] };
        event.verified = Some(rng.below(1000) < 983);
        event.slip = slip(spot.day, rng);
        let held = rng.chance(3_000);
        let handset = rng.chance(650_000).then(|| imei(rng.next_u64()));
        event.imei = handset.unwrap_or_default();
        event.scheme = fate.scheme;
        match fate.scheme {
            None if held => event.hold = HOLD,
            Some(Scheme::FarmedHandsets) => {
                let handset = u64::from(self.farmed / NUMBERS_PER_HANDSET);
                self.farmed += 1;
                event.imei =
                    imei(self.world.rng(&[realm::FRAUD, u64::from(spot.partner), self.now.month.index() as u64, handset]).next_u64());
                event.verified = Some(true);
            }
            Some(_) => event.verified = Some(true),
            None => {}
        }
        event
    }

    fn terminal(&self, spot: &Spot, rng: &mut Rng) -> Event {
        let outlet = self.now.outlet(spot);
        let mut event = self.start("terminal_sale", spot, outlet, rng);
        self.goods(&mut event, rng);
        event.order = order(&event.id);
        event.slip = slip(spot.day, rng);
        event.subscriber = self.world.old_number_text(self.world.old_number(spot.partner, rng));
        event
    }

    /// The handset of a sale; its return repeats it from the same key.
    fn goods(&self, event: &mut Event, rng: &mut Rng) {
        let group = &self.world.catalogue.terminals;
        let item = self.item(group.at(rng.by_weight(&group.totals)));
        event.product = item.code;
        // Up to five per cent off, in whole yuan.
        event.amount = item.retail - item.retail * rng.below(6) as i64 / 10_000 * 100;
        event.cost = item.supply;
        event.imei = imei(rng.next_u64());
    }

    /// An event about somebody who is a subscriber already: one in four joined here in the last weeks.
    fn counter(&self, kind: &'static str, spot: &Spot, rng: &mut Rng) -> Event {
        let mut event = self.start(kind, spot, self.now.outlet(spot), rng);
        let recent = if rng.chance(250_000) { self.recent(spot.day, rng) } else { None };
        event.subscriber = recent.unwrap_or_else(|| self.world.old_number_text(self.world.old_number(spot.partner, rng)));
        event
    }

    /// A subscriber who joined in the 45 days before and is still there; `None` if a few tries meet nobody.
    fn recent(&self, today: Date, rng: &mut Rng) -> Option<Code> {
        for _ in 0..4 {
            let day = today.plus_days(-1 - rng.below(45) as i32);
            let months = [&self.now, &self.before[0], &self.before[1]];
            let (source, of_month) = months.into_iter().find_map(|month| Some((month, month.day_of(day)?)))?;
            let rows = u64::from(source.rows(of_month));
            if rows == 0 {
                continue;
            }
            let spot = source.spot(self.world, of_month, rng.below(rows) as u32);
            if spot.kind == Regular::Activation && source.fate(&spot).leaves.is_none_or(|leaves| leaves > today) {
                return Some(self.world.new_number_text(self.world.new_number(spot.partner, spot.day, spot.row)));
            }
        }
        None
    }

    /// A cancellation of an earlier activation, or the return of an earlier sale.
    fn due(&self, earlier: &Earlier, date: Date, row: u32) -> Event {
        let spot = &earlier.spot;
        let mut rng = Rng::from_key(spot.key ^ (realm::TRADE << 40));
        let here = Spot { partner: self.now.partner, day: date, row, ..*spot };
        let kind = if spot.kind == Regular::Activation { "cancellation" } else { "return" };
        let mut event = self.start(kind, &here, earlier.outlet, &mut rng);
        event.reference = flow::event_id(spot.partner, spot.day, spot.row);
        if spot.kind == Regular::Activation {
            let plans = &self.world.catalogue.plans;
            let position = if spot.planted { 0 } else { Rng::from_key(spot.key ^ realm::NAME).by_weight(&plans.totals) };
            let item = self.item(plans.at(position));
            event.subscriber = self.world.new_number_text(self.world.new_number(spot.partner, spot.day, spot.row));
            (event.product, event.plan_fee) = (item.code, item.fee);
            event.scheme = earlier.scheme;
        } else {
            let mut sale = Rng::from_key(spot.key);
            let _ = self.start(kind, spot, earlier.outlet, &mut sale);
            self.goods(&mut event, &mut sale);
            event.cost = 0;
        }
        event
    }
}

/// Days until the source reports an event: most by the next day, a few only after the month is closed.
fn lag(rng: &mut Rng) -> i32 {
    let days = match rng.below(1000) {
        0..700 => 0,
        700..950 => 1,
        950..985 => 2 + rng.below(5),
        985..995 => 10 + rng.below(16),
        _ => 26 + rng.below(30),
    };
    days as i32
}

/// The day the signed slip came back; `None` while it is out.
fn slip(day: Date, rng: &mut Rng) -> Option<Date> {
    match rng.below(100) {
        0..90 => Some(day.plus_days(rng.below(4) as i32)),
        90..96 => Some(day.plus_days(4 + rng.below(7) as i32)),
        _ => None,
    }
}

fn class(fee: i64, rng: &mut Rng) -> &'static str {
    match fee {
        12_900.. => "中高端客户",
        _ if rng.chance(300_000) => "品牌客户",
        _ => "",
    }
}

/// A serial in the range kept for tests, so that it is nobody's handset.
fn imei(random: u64) -> Code {
    Code::EMPTY.text("00").digits(random, 13)
}

fn order(event: &Code) -> Code {
    Code::EMPTY.text("D").text(event.as_str().trim_start_matches('E'))
}
