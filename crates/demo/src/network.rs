//! The network: a dated tree of partners in five tiers, their outlets, clerks and agreements, with the few events the demo
//! tells stories of: a silver agent that changes its service provider, an agreement that ran out, outlets that changed hands.

use crate::code::Code;
use crate::places::Place;
use crate::rng::{Rng, key};
use crate::scale::Scale;
use crate::world::realm;
use qudao_kernel::{Date, Month};
use serde::Serialize;

/// A partner as the generator knows it.
#[derive(Debug, Clone)]
pub(crate) struct Partner {
    pub(crate) code: Code,
    /// Depth in the tree, 0 at the top.
    pub(crate) tier: u8,
    pub(crate) parent: Option<u32>,
    /// The parent from `RELINKED` on, where the partner moved.
    pub(crate) later_parent: Option<u32>,
    /// Position of its county in `Scale::places`.
    pub(crate) county: u16,
    pub(crate) since: Date,
    /// Place by size, 0 the largest.
    pub(crate) rank: u32,
    /// Business events of an average month, in millionths.
    pub(crate) month_micro: u64,
    /// Seed of the partner's own streams.
    pub(crate) stream: u64,
    /// Active outlets: which, and from which month to before which month they are the partner's. Largest first.
    pub(crate) holdings: Vec<Holding>,
    /// Rows that the partners before this one can have in a day, and that this one can.
    pub(crate) rows_before: u64,
    pub(crate) rows_a_day: u64,
    /// What became of its agreement or standing.
    pub(crate) standing: Standing,
}

/// An outlet in a partner's hands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holding {
    pub(crate) outlet: u32,
    pub(crate) from: Month,
    pub(crate) to: Month,
}

/// How a partner stands with the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Agreements follow each other.
    Good,
    /// The agreement of 2026 ends on 30 June and is not renewed (N29).
    Lapsed,
    /// On the blacklist from `BLACKLISTED` on.
    Blacklisted,
}

/// An outlet as the generator knows it.
#[derive(Debug, Clone)]
pub(crate) struct Outlet {
    pub(crate) code: Code,
    pub(crate) county: u16,
    pub(crate) owner: u32,
    /// The next owner and the first month it owns, where the outlet changed hands.
    pub(crate) later: Option<(u32, Month)>,
    pub(crate) active: bool,
    pub(crate) since: Date,
    /// Clerks; their work IDs end in 1 to this.
    pub(crate) clerks: u8,
    clerk_prefix: Code,
    /// Place by size within the first owner, for the grade.
    pub(crate) place: u32,
}

impl Outlet {
    /// Work ID of one of its clerks, counted from 1.
    pub(crate) fn clerk(&self, number: u8) -> Code {
        self.clerk_prefix.digits(u64::from(number), 1)
    }
}

/// Something staged in the network for the demo to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// `silver_relinked`, `agreement_lapsed`, `blacklisted`, `outlet_sold`, `newcomer`, `county_unreached`.
    pub what: &'static str,
    /// Code of the partner, outlet or county.
    pub code: String,
    /// First day it holds, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The partner before and after, where there are two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partners: Vec<String>,
}

/// What `found` gives.
pub(crate) struct Founded {
    pub(crate) partners: Vec<Partner>,
    pub(crate) outlets: Vec<Outlet>,
    pub(crate) stories: Vec<Story>,
}

/// Month from which the relinked silver agent belongs to another service provider (N9).
pub(crate) const RELINKED: Month = Month::from_index(2026 * 12 + 6);
/// Month from which a lapsed partner has no agreement.
pub(crate) const LAPSED: Month = RELINKED;
/// Month from which the blacklisted partner is on the list.
pub(crate) const BLACKLISTED: Month = RELINKED;
const FOREVER: Month = Month::from_index(9_999 * 12);
/// How likely a tier is to be large: the sort key is scaled by it.
const SIZE_BIAS: [u64; 5] = [5, 25, 70, 100, 130];

/// Founds partners and outlets.
pub(crate) fn found(scale: &Scale, seed: u64) -> Founded {
    let mut partners = partners(scale, seed);
    size(&mut partners, scale, seed);
    let mut stories = Vec::new();
    stage(&mut partners, scale, seed, &mut stories);
    let outlets = outlets(&mut partners, scale, seed, &mut stories);
    Founded { partners, outlets, stories }
}

fn partners(scale: &Scale, seed: u64) -> Vec<Partner> {
    let sizes = scale.tier_sizes();
    let mut partners: Vec<Partner> = Vec::with_capacity(scale.partners as usize);
    let mut above: [(u32, u32); 2] = [(0, 0); 2];
    for (tier, size) in sizes.into_iter().enumerate() {
        let first = partners.len() as u32;
        for index in first..first + size {
            let mut rng = Rng::of(seed, &[realm::PARTNER, u64::from(index)]);
            // One in five belongs two tiers up, as in life.
            let (start, count) = if tier >= 2 && rng.chance(200_000) { above[1] } else { above[0] };
            let parent = (tier > 0).then(|| start + rng.below(u64::from(count)) as u32);
            // Every reached county has a partner; the others settle anywhere.
            let county = if index < scale.counties_reached { index } else { rng.below(u64::from(scale.counties_reached)) as u32 };
            let newcomer = tier as u32 + 1 == scale.tiers && rng.chance(80_000);
            let age = if newcomer { -1 - rng.below(9) as i32 } else { 12 + rng.below(120) as i32 + (4 - tier as i32) * 24 };
            partners.push(Partner {
                code: Code::EMPTY.text("A").digits(u64::from(index) + 1, 5),
                tier: tier as u8,
                parent,
                later_parent: None,
                county: county as u16,
                since: scale.opened.plus(-age).first_day(),
                rank: 0,
                month_micro: 0,
                stream: key(seed, &[realm::EVENT, u64::from(index)]),
                holdings: Vec::new(),
                rows_before: 0,
                rows_a_day: 0,
                standing: Standing::Good,
            });
        }
        above = [(first, size), above[0]];
    }
    // A tree is read as of the day: nobody may be older than the one above.
    for index in 0..partners.len() {
        if let Some(parent) = partners[index].parent {
            partners[index].since = partners[index].since.max(partners[parent as usize].since);
        }
    }
    partners
}

/// Ranks the partners and deals out the month's events by Zipf's law.
fn size(partners: &mut [Partner], scale: &Scale, seed: u64) {
    let mut order: Vec<u32> = (0..scale.partners).collect();
    order.sort_by_key(|index| {
        let bias = SIZE_BIAS[usize::from(partners[*index as usize].tier)];
        (Rng::of(seed, &[realm::PARTNER, u64::from(*index), 1]).below(1_000_000) * bias, *index)
    });
    let weight = |rank: u64| 1_000_000_000_000 / (rank + scale.zipf_shift);
    let whole: u128 = (0..u64::from(scale.partners)).map(|rank| u128::from(weight(rank))).sum();
    for (rank, index) in order.into_iter().enumerate() {
        let partner = &mut partners[index as usize];
        partner.rank = rank as u32;
        partner.month_micro = (u128::from(scale.events_per_month) * 1_000_000 * u128::from(weight(rank as u64)) / whole) as u64;
    }
}

/// Stages the stories about partners.
fn stage(partners: &mut [Partner], scale: &Scale, seed: u64, stories: &mut Vec<Story>) {
    let [top, silver, second, ..] = scale.tier_sizes();
    let mover = top + Rng::of(seed, &[realm::PARTNER, 1 << 40]).below(u64::from(silver)) as u32;
    if let Some(old) = partners[mover as usize].parent {
        let new = (old + 1) % top;
        partners[mover as usize].later_parent = Some(new);
        let names = [old, new].map(|index| partners[index as usize].code.to_string());
        stories.push(story("silver_relinked", &partners[mover as usize], Some(RELINKED.first_day()), names.to_vec()));
    }
    let low = top + silver;
    let lapsed = (scale.partners / 50).max(1);
    let mut rng = Rng::of(seed, &[realm::PARTNER, 1 << 41]);
    for number in 0..=lapsed {
        let index = (low + rng.below(u64::from(second)) as u32) as usize;
        if partners[index].standing != Standing::Good {
            continue;
        }
        let (standing, what) = if number == 0 { (Standing::Blacklisted, "blacklisted") } else { (Standing::Lapsed, "agreement_lapsed") };
        partners[index].standing = standing;
        stories.push(story(what, &partners[index], Some(LAPSED.first_day()), Vec::new()));
    }
    for partner in partners.iter().filter(|partner| partner.since >= scale.opened.first_day()) {
        stories.push(story("newcomer", partner, Some(partner.since), Vec::new()));
    }
}

fn story(what: &'static str, partner: &Partner, from: Option<Date>, partners: Vec<String>) -> Story {
    Story { what, code: partner.code.to_string(), from, partners }
}

/// Opens the outlets: every partner has one that sells, the larger have more; idle ones stand mostly where nothing is sold.
fn outlets(partners: &mut [Partner], scale: &Scale, seed: u64, stories: &mut Vec<Story>) -> Vec<Outlet> {
    let places = scale.places();
    let mut opener = Opener { next: vec![0; places.len()], places, outlets: Vec::with_capacity(scale.outlets as usize) };
    let spare = u64::from(scale.outlets_active - scale.partners);
    let whole: u128 = partners.iter().map(|partner| u128::from(partner.month_micro)).sum::<u128>().max(1);
    let mut owed: Vec<(u128, u32)> = Vec::new();
    let mut shares: Vec<u64> = Vec::new();
    for (index, partner) in partners.iter().enumerate() {
        let share = u128::from(spare) * u128::from(partner.month_micro);
        shares.push(1 + (share / whole) as u64);
        owed.push((whole - share % whole, index as u32));
    }
    // Largest remainder, so that the active outlets come out exactly.
    owed.sort_unstable();
    let left = u64::from(scale.outlets_active) - shares.iter().sum::<u64>();
    for (_, index) in owed.iter().take(left as usize) {
        shares[*index as usize] += 1;
    }
    for (index, share) in shares.into_iter().enumerate() {
        for place in 0..share {
            let mut rng = Rng::of(seed, &[realm::OUTLET, index as u64, place]);
            let elsewhere = place > 0 && rng.chance(200_000);
            let county = if elsewhere { rng.below(u64::from(scale.counties_reached)) as u16 } else { partners[index].county };
            let outlet = opener.open(county, index as u32, partners[index].since, true, place as u32, &mut rng);
            partners[index].holdings.push(Holding { outlet, from: Month::from_index(0), to: FOREVER });
        }
    }
    idle(&mut opener, partners, scale, seed, stories);
    sell(&mut opener.outlets, partners, scale, seed, stories);
    opener.outlets
}

struct Opener {
    next: Vec<u64>,
    places: Vec<Place>,
    outlets: Vec<Outlet>,
}

impl Opener {
    fn open(&mut self, county: u16, owner: u32, since: Date, active: bool, place: u32, rng: &mut Rng) -> u32 {
        self.next[usize::from(county)] += 1;
        let code = Code::EMPTY.text("W").text(self.places[usize::from(county)].0).digits(self.next[usize::from(county)], 4);
        let clerks = 1 + rng.below(if place == 0 { 4 } else { 3 }) as u8;
        let clerk_prefix = Code::EMPTY.text("K").text(code.as_str().trim_start_matches('W'));
        self.outlets.push(Outlet { code, clerk_prefix, county, owner, later: None, active, since, clerks, place });
        self.outlets.len() as u32 - 1
    }
}

/// Outlets that sell nothing: half of them in the counties nobody reaches.
fn idle(opener: &mut Opener, partners: &[Partner], scale: &Scale, seed: u64, stories: &mut Vec<Story>) {
    let unreached = scale.counties - scale.counties_reached;
    let idle = scale.outlets - scale.outlets_active;
    let far = if unreached == 0 { 0 } else { (idle / 2).max(unreached) };
    for number in 0..idle {
        let mut rng = Rng::of(seed, &[realm::OUTLET, 1 << 40, u64::from(number)]);
        let county =
            if number < far { scale.counties_reached + number % unreached } else { rng.below(u64::from(scale.counties_reached)) as u32 };
        let owner = rng.below(partners.len() as u64) as u32;
        opener.open(county as u16, owner, partners[owner as usize].since, false, 99, &mut rng);
    }
    for county in scale.counties_reached..scale.counties {
        let code = opener.places[county as usize].0.to_owned();
        stories.push(Story { what: "county_unreached", code, from: None, partners: Vec::new() });
    }
}

/// Some outlets change hands, always on the first of a month.
fn sell(outlets: &mut [Outlet], partners: &mut [Partner], scale: &Scale, seed: u64, stories: &mut Vec<Story>) {
    for number in 0..(scale.outlets_active / 200).max(1) {
        let mut rng = Rng::of(seed, &[realm::OUTLET, 1 << 41, u64::from(number)]);
        let large: Vec<u32> = (0..64)
            .map(|_| rng.below(partners.len() as u64) as u32)
            .filter(|index| {
                let holdings = &partners[*index as usize].holdings;
                // An outlet is sold once: the register names two owners at most.
                holdings.len() >= 3 && holdings.iter().all(|holding| holding.from == Month::from_index(0) && holding.to == FOREVER)
            })
            .collect();
        let buyer = rng.below(u64::from(scale.partners)) as u32;
        let Some(seller) = large.into_iter().find(|index| *index != buyer) else { continue };
        // Newcomers buy nothing that is older than they are.
        if partners[buyer as usize].since >= scale.opened.first_day() {
            continue;
        }
        let month = RELINKED.plus(-((number % 6) as i32));
        let Some(holding) = partners[seller as usize].holdings.last_mut() else { continue };
        holding.to = month;
        let outlet = holding.outlet;
        partners[buyer as usize].holdings.push(Holding { outlet, from: month, to: FOREVER });
        outlets[outlet as usize].later = Some((buyer, month));
        let names = [seller, buyer].map(|index| partners[index as usize].code.to_string());
        let code = outlets[outlet as usize].code.to_string();
        stories.push(Story { what: "outlet_sold", code, from: Some(month.first_day()), partners: names.to_vec() });
    }
}
