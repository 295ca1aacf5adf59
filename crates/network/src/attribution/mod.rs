//! 销售归属: whose sale it is and who shares in it, by rules that are stated and dated (R6.41).
//!
//! The rules are a definition, `definitions/attribution.toml`: in which order what a sale names is looked at, and how revenue and commission
//! are split between provinces. Facts name an outlet or a partner and are attributed as every version of the rules has to say: by the outlet
//! before the partner.
//! Invariant: one rule decides, the first whose datum the sale names; it is never passed over because its datum is unknown. Invariant: the
//! shares of a split make 100 %, and its parts add up to the amount.

mod read;

#[cfg(test)]
mod tests;

pub use read::read;

use crate::Territories;
use qudao_kernel::master::Master;
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Fen, Kind, Refusal, Remainder, Text};
use serde::Deserialize;
use std::sync::OnceLock;

/// The standard rules, in the binary.
const STANDARD: &str = include_str!("../../../../definitions/attribution.toml");
/// Parts of a million.
const WHOLE: u64 = 1_000_000;

/// What a sale is attributed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The outlet that accepted it: its owner on the day.
    Outlet,
    /// A referral code: a work ID, an outlet or a partner.
    Referral,
    /// The partner it names.
    Partner,
    /// The division it is delivered to.
    Delivery,
    /// The division the number is of.
    Home,
}

impl Rule {
    /// As files and clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Outlet => "outlet",
            Rule::Referral => "referral",
            Rule::Partner => "partner",
            Rule::Delivery => "delivery",
            Rule::Home => "home",
        }
    }

    /// What people call it.
    pub fn title(self) -> Text {
        match self {
            Rule::Outlet => Text::new("受理网点", "outlet of acceptance"),
            Rule::Referral => Text::new("推荐码", "referral code"),
            Rule::Partner => Text::new("代理商", "partner named"),
            Rule::Delivery => Text::new("收货地址", "delivery address"),
            Rule::Home => Text::new("号码归属地", "home of the number"),
        }
    }
}

/// Who shares in a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Where the sale is attributed to.
    Seller,
    /// Where it is delivered.
    Delivery,
    /// Where the number is of.
    Home,
}

impl Party {
    /// As files and clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            Party::Seller => "seller",
            Party::Delivery => "delivery",
            Party::Home => "home",
        }
    }
}

/// What is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// What the customer pays.
    Revenue,
    /// What the channel is paid.
    Commission,
}

impl Of {
    /// Both.
    pub const ALL: [Of; 2] = [Of::Revenue, Of::Commission];

    /// As files and clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            Of::Revenue => "revenue",
            Of::Commission => "commission",
        }
    }
}

/// From a day on, the order in which is looked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Order {
    from: Date,
    rules: Vec<Rule>,
}

/// From a day on, the shares; parts of a million that make one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Split {
    of: Of,
    from: Date,
    parts: Vec<(Party, u64)>,
}

/// The rules of all days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    orders: Vec<Order>,
    splits: Vec<Split>,
}

/// What a sale says of itself; empty where it says nothing.
#[derive(Debug, Clone, Copy)]
pub struct Sale<'s> {
    /// When.
    pub day: Date,
    /// Outlet that accepted it.
    pub outlet: &'s str,
    /// Referral code.
    pub referral: &'s str,
    /// Partner.
    pub partner: &'s str,
    /// Division it is delivered to.
    pub delivery: &'s str,
    /// Division the number is of.
    pub home: &'s str,
}

/// Whose a sale is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributed {
    /// The rule that decided.
    pub by: Rule,
    /// First day of the version it stands in.
    pub since: Date,
    /// Work ID, of a referral by one.
    pub clerk: String,
    /// Outlet; empty where it is none's.
    pub outlet: String,
    /// Partner; empty where it is the territory's own.
    pub partner: String,
    /// Division.
    pub territory: String,
}

/// What a province has of an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// As whom; several where one province is more than one of them.
    pub parties: Vec<Party>,
    /// Division code of the province.
    pub province: String,
    /// Parts of a million.
    pub ppm: u64,
    /// Fen.
    pub amount: Fen,
}

/// The standard rules.
///
/// # Errors
/// As [`read`]; a test shows that the embedded file is right.
pub fn standard() -> Result<&'static Rules, Refusal> {
    static RULES: OnceLock<Result<Rules, Refusal>> = OnceLock::new();
    RULES.get_or_init(|| read(STANDARD, "definitions/attribution.toml")).as_ref().map_err(Clone::clone)
}

impl Rules {
    /// Whose a sale is, by the rules of its day.
    ///
    /// # Errors
    /// `BadInput network.attribution.early` before the first rules, `network.attribution.unnamed` where it names nothing the rules look at;
    /// `NotFound network.attribution.nobody` where what decides is unknown on the day.
    pub fn attribute(&self, master: &Master, sale: &Sale<'_>) -> Result<Attributed, Refusal> {
        let order = self.orders.iter().rev().find(|order| order.from <= sale.day).ok_or_else(|| early(sale.day))?;
        let (by, code) = order
            .rules
            .iter()
            .map(|rule| (*rule, sale.named(*rule)))
            .find(|(_, code)| !code.is_empty())
            .ok_or_else(|| unnamed(&order.rules))?;
        let found = match by {
            Rule::Outlet => of_outlet(master, code, sale.day),
            Rule::Partner => of_partner(master, code, sale.day),
            Rule::Referral => of_clerk(master, code, sale.day)
                .or_else(|| of_outlet(master, code, sale.day))
                .or_else(|| of_partner(master, code, sale.day)),
            Rule::Delivery | Rule::Home => Territories::official()?.get(code).map(|_| Place { territory: code, ..Place::default() }),
        };
        let Place { clerk, outlet, partner, territory } = found.ok_or_else(|| nobody(by, code, sale.day))?;
        let [clerk, outlet, partner, territory] = [clerk, outlet, partner, territory].map(str::to_owned);
        Ok(Attributed { by, since: order.from, clerk, outlet, partner, territory })
    }

    /// How an amount of an attributed sale is split between provinces, by the rules of its day. Whoever the sale does not name counts as the
    /// seller.
    ///
    /// # Errors
    /// `BadInput network.attribution.early`; `NotFound network.attribution.nobody` for a division that does not exist.
    pub fn split(&self, of: Of, sale: &Sale<'_>, to: &Attributed, amount: Fen) -> Result<Vec<Share>, Refusal> {
        let split = self.splits.iter().rev().find(|split| split.of == of && split.from <= sale.day).ok_or_else(|| early(sale.day))?;
        let mut shares: Vec<Share> = Vec::new();
        for (party, ppm) in &split.parts {
            let (rule, named) = match party {
                Party::Seller => (to.by, ""),
                Party::Delivery => (Rule::Delivery, sale.delivery),
                Party::Home => (Rule::Home, sale.home),
            };
            if !named.is_empty() && Territories::official()?.get(named).is_none() {
                return Err(nobody(rule, named, sale.day));
            }
            let province = at_level(if named.is_empty() { &to.territory } else { named }, Level::Province);
            match shares.iter_mut().find(|share| share.province == province) {
                Some(share) => {
                    share.parties.push(*party);
                    share.ppm += ppm;
                }
                None => shares.push(Share { parties: vec![*party], province: province.to_owned(), ppm: *ppm, amount: Fen::ZERO }),
            }
        }
        let weights: Vec<u64> = shares.iter().map(|share| share.ppm).collect();
        let parts = amount.split(&weights, Remainder::Largest).map_err(|error| too_large(&error))?;
        for (share, part) in shares.iter_mut().zip(parts) {
            share.amount = part;
        }
        Ok(shares)
    }
}

impl<'s> Sale<'s> {
    fn named(&self, rule: Rule) -> &'s str {
        match rule {
            Rule::Outlet => self.outlet,
            Rule::Referral => self.referral,
            Rule::Partner => self.partner,
            Rule::Delivery => self.delivery,
            Rule::Home => self.home,
        }
    }
}

/// Where a code leads.
#[derive(Default)]
struct Place<'m> {
    clerk: &'m str,
    outlet: &'m str,
    partner: &'m str,
    territory: &'m str,
}

fn of_partner<'m>(master: &'m Master, code: &str, day: Date) -> Option<Place<'m>> {
    let row = master.partner(code, day)?;
    Some(Place { partner: &row.code, territory: &row.territory, ..Place::default() })
}

/// The owner must have a row on the day, as for facts.
fn of_outlet<'m>(master: &'m Master, code: &str, day: Date) -> Option<Place<'m>> {
    let row = master.outlet(code, day)?;
    let owner = master.partner(&row.owner, day)?;
    Some(Place { outlet: &row.code, partner: &owner.code, territory: &row.territory, ..Place::default() })
}

fn of_clerk<'m>(master: &'m Master, code: &str, day: Date) -> Option<Place<'m>> {
    let row = master.clerk(code, day)?;
    Some(Place { clerk: &row.code, ..of_outlet(master, &row.outlet, day)? })
}

fn early(day: Date) -> Refusal {
    Refusal::bad_input(
        "network.attribution.early",
        format!("{day} 还没有归属规则；请核对销售日期"),
        format!("there are no rules of attribution for {day}; check the day of the sale"),
    )
}

fn unnamed(rules: &[Rule]) -> Refusal {
    let titles: Vec<Text> = rules.iter().map(|rule| rule.title()).collect();
    let (zh, en): (Vec<String>, Vec<String>) = titles.into_iter().map(|title| (title.zh, title.en)).unzip();
    Refusal::bad_input(
        "network.attribution.unnamed",
        format!("这笔销售没有填写可以归属的内容；请至少填写其中一项：{}", zh.join("、")),
        format!("the sale names nothing to attribute it by; give one of: {}", en.join(", ")),
    )
}

fn nobody(by: Rule, code: &str, day: Date) -> Refusal {
    let title = by.title();
    Refusal::new(
        Kind::NotFound,
        "network.attribution.nobody",
        format!("按“{}”归属，但 {code} 在 {day} 查不到或没有所属代理商；请核对编码", title.zh),
        format!("it is attributed by its {}, but {code} is unknown or has no owner on {day}; check the code", title.en),
    )
}

fn too_large(error: &qudao_kernel::money::MoneyError) -> Refusal {
    Refusal::bad_input(
        "network.attribution.amount",
        "金额过大，无法分摊；请核对金额",
        format!("the amount cannot be split: {error}; check it"),
    )
}
