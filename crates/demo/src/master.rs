//! The world's master data, as rows.

use crate::code::Code;
use crate::network::{BLACKLISTED, LAPSED, Outlet, Partner, RELINKED, Standing};
use crate::rng::Rng;
use crate::scale::TIERS;
use crate::words;
use crate::world::{World, realm};
use qudao_kernel::master::{self, Master, Span};
use qudao_kernel::{Date, Fen, Month};
use qudao_network::Territories;

const OPEN: Date = Date::from_days(i32::MAX);
/// Average price of a handset, fen; what commitments are made from.
const HANDSET_FEN: u64 = 122_400;

impl World {
    /// Partners, outlets, clerks, agreements and products, each with its dates.
    pub fn master(&self) -> Master {
        let mut master = Master::default();
        let places = self.scale.places();
        for (index, partner) in self.partners.iter().enumerate() {
            self.add_partner(&mut master, index as u32, partner, places[usize::from(partner.county)].0);
            self.add_agreements(&mut master, index as u32, partner);
        }
        for (index, outlet) in self.outlets.iter().enumerate() {
            self.add_outlet(&mut master, index as u32, outlet, places[usize::from(outlet.county)]);
        }
        for product in self.catalogue.products() {
            master.add_product(product);
        }
        master
    }

    fn code_of(&self, partner: Option<u32>) -> String {
        partner.map(|index| self.partner(index).code.to_string()).unwrap_or_default()
    }

    fn add_partner(&self, master: &mut Master, index: u32, partner: &Partner, territory: &str) {
        let mut rng = self.rng(&[realm::NAME, realm::PARTNER, u64::from(index)]);
        let kind = if partner.tier >= 3 && rng.chance(80_000) { "农村信用合作社" } else { "代理商" };
        let row = master::Partner {
            code: partner.code.to_string(),
            name: words::firm(&mut rng, partner.tier <= 1),
            kind: kind.to_owned(),
            tier: TIERS[usize::from(partner.tier)].to_owned(),
            level: i64::from(partner.tier) + 1,
            parent: self.code_of(partner.parent),
            territory: territory.to_owned(),
            since: partner.since,
            blacklisted: false,
            span: Span { from: partner.since, to: OPEN },
        };
        let change = match (partner.standing, partner.later_parent) {
            (Standing::Blacklisted, _) => Some((BLACKLISTED, master::Partner { blacklisted: true, ..row.clone() })),
            (_, Some(parent)) => Some((RELINKED, master::Partner { parent: self.code_of(Some(parent)), ..row.clone() })),
            _ => None,
        };
        let until = change.as_ref().map_or(OPEN, |(month, _)| month.first_day());
        master.add_partner(master::Partner { span: Span { from: partner.since, to: until }, ..row });
        if let Some((month, later)) = change {
            master.add_partner(master::Partner { span: Span { from: month.first_day(), to: OPEN }, ..later });
        }
    }

    /// One agreement a year; the commitment is on the year's handset sales, a service provider's with those of its silver agents.
    fn add_agreements(&self, master: &mut Master, index: u32, partner: &Partner) {
        for year in [2025, 2026, 2027] {
            let mut rng = self.rng(&[realm::NAME, realm::PARTNER, u64::from(index), year as u64]);
            let (Some(first), Some(next)) = (Month::new(year, 1), Month::new(year + 1, 1)) else { continue };
            let lapsed = partner.standing == Standing::Lapsed && year >= 2026;
            if (lapsed && year > 2026) || partner.since >= next.first_day() {
                continue;
            }
            let silver: u64 = if partner.tier == 0 { self.silver_micro(index) } else { 0 };
            let handsets = u128::from(partner.month_micro + silver) * 12 * u128::from(self.scale.mix[3]) / 1_000_000;
            let expected = (handsets * u128::from(HANDSET_FEN) / 1_000_000) as u64;
            // Whole ten thousands of yuan, between 70 and 120 % of what to expect.
            let commitment = (expected * (70 + rng.below(51)) / 100 / 1_000_000).max(1) * 1_000_000;
            master.add_agreement(master::Agreement {
                code: Code::EMPTY.text("XY").digits(year as u64, 4).text("-").text(partner.code.as_str()).to_string(),
                partner: partner.code.to_string(),
                commitment: Fen(commitment as i64),
                renewed: !lapsed && rng.chance(850_000),
                span: Span { from: first.first_day().max(partner.since), to: if lapsed { LAPSED.first_day() } else { next.first_day() } },
            });
        }
    }

    fn silver_micro(&self, provider: u32) -> u64 {
        self.partners
            .iter()
            .filter(|partner| partner.tier == 1 && partner.parent == Some(provider))
            .map(|partner| partner.month_micro)
            .sum()
    }

    fn add_outlet(&self, master: &mut Master, index: u32, outlet: &Outlet, (territory, county): (&str, &str)) {
        let mut rng = self.rng(&[realm::NAME, realm::OUTLET, u64::from(index)]);
        let (channel, subtype) = match rng.below(100) {
            0..=3 => ("自有渠道", "自有营业厅"),
            4..=6 => ("电子渠道", "网上营业厅"),
            7..=34 => ("社会渠道", "专营店"),
            35..=48 => ("社会渠道", "大卖场"),
            _ => ("社会渠道", "代理点"),
        };
        let grade = match outlet.place {
            0 => ["A", "A", "B"][rng.below(3) as usize],
            1..=3 => ["B", "B", "C"][rng.below(3) as usize],
            4..=50 => ["C", "C", "D"][rng.below(3) as usize],
            _ => "D",
        };
        let district = ["核心商圈", "校园", "社区", "乡镇", ""][rng.below(5) as usize];
        let row = master::Outlet {
            code: outlet.code.to_string(),
            name: words::shop(&mut rng, county, subtype),
            owner: self.code_of(Some(outlet.owner)),
            territory: place_in(territory, district, &mut self.rng(&[realm::NAME, realm::OUTLET, u64::from(index), 1])),
            channel: channel.to_owned(),
            subtype: subtype.to_owned(),
            grade: grade.to_owned(),
            district: district.to_owned(),
            span: Span { from: outlet.since, to: OPEN },
        };
        for clerk in 1..=outlet.clerks {
            master.add_clerk(master::Clerk {
                code: outlet.clerk(clerk).to_string(),
                name: format!("营业员{clerk}"),
                outlet: row.code.clone(),
                span: Span { from: outlet.since, to: OPEN },
            });
        }
        if let Some((owner, month)) = outlet.later {
            let moved = month.first_day();
            master.add_outlet(master::Outlet { owner: self.code_of(Some(owner)), span: Span { from: moved, to: OPEN }, ..row.clone() });
            master.add_outlet(master::Outlet { span: Span { from: outlet.since, to: moved }, ..row });
        } else {
            master.add_outlet(row);
        }
    }
}

/// A township of a county, by its official code; where the outlet lies in the country, one of a township's invented villages.
fn place_in(county: &str, district: &str, rng: &mut Rng) -> String {
    const VILLAGES: u64 = 12;
    let towns: Vec<_> = Territories::official().map(|all| all.children(county).collect()).unwrap_or_default();
    match rng.pick(&towns) {
        Some(town) if district == "乡镇" => format!("{}{}", town.code, 200 + rng.below(VILLAGES)),
        Some(town) => town.code.clone(),
        None => county.to_owned(),
    }
}
