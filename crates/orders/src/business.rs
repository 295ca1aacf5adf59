//! Definitions: kinds of business, levels of acceptance, rules of products. `definitions/acceptance`.

use qudao_kernel::master::{Outlet, Partner, Product};
use qudao_kernel::{Fen, Refusal, Text};
use serde::Deserialize;
use std::collections::BTreeMap;

const BUSINESS: &str = include_str!("../../../definitions/acceptance/business.toml");
const LEVELS: &str = include_str!("../../../definitions/acceptance/levels.toml");
const PRODUCTS: &str = include_str!("../../../definitions/acceptance/products.toml");

/// Name of the channel category whose outlets are electronic.
const ELECTRONIC: &str = "电子渠道";

/// How an effective order is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// The goods come back.
    Return,
    /// The service ends.
    Cancellation,
}

impl Undo {
    /// The kind of event it is.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Cancellation => "cancellation",
        }
    }
}

/// A kind of business.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the definition files")]
pub struct Business {
    /// Stable id.
    pub id: String,
    /// Name, Chinese.
    pub zh: String,
    /// Name, English.
    pub en: String,
    /// Kind of the business event it becomes; an activity where absent.
    pub fact: Option<String>,
    /// Lines its first item may be of; no product where empty.
    #[serde(default)]
    pub lines: Vec<String>,
    /// Whether a real-name check is needed.
    #[serde(default)]
    pub identity: bool,
    /// Whether the business system gives it a number.
    #[serde(default)]
    pub system: bool,
    /// Whether a subscriber's number is needed.
    #[serde(default)]
    pub subscriber: bool,
    /// Whether a card is used up.
    #[serde(default)]
    pub card: bool,
    /// Whether something is to be switched on.
    #[serde(default)]
    pub task: bool,
    /// Whether a signed slip is due back.
    #[serde(default)]
    pub slip: bool,
    /// Whether a subscriber has one at a time.
    #[serde(default)]
    pub once: bool,
    /// How it is taken back.
    pub undo: Option<Undo>,
}

impl Business {
    /// Its name.
    pub fn title(&self) -> Text {
        Text::new(self.zh.as_str(), self.en.as_str())
    }
}

/// Who holds a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A partner.
    Partner,
    /// An outlet.
    Outlet,
    /// A work ID.
    Clerk,
}

impl Holder {
    /// From the top down.
    pub const ALL: [Self; 3] = [Self::Partner, Self::Outlet, Self::Clerk];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Outlet => "outlet",
            Self::Clerk => "clerk",
        }
    }

    /// What people call it.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Partner => ("代理商", "partner"),
            Self::Outlet => ("网点", "outlet"),
            Self::Clerk => ("工号", "work ID"),
        }
    }
}

impl std::str::FromStr for Holder {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|holder| holder.name() == text).ok_or(())
    }
}

/// How much a holder of a level may take. What is absent is not limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Most of one order.
    pub per_order: Option<i64>,
    /// Most orders of a day.
    pub orders_per_day: Option<i64>,
    /// Most of all orders of a day.
    pub per_day: Option<i64>,
}

/// A level.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Stable id.
    pub id: String,
    /// Place from the least up.
    pub rank: u32,
    /// Name, Chinese.
    pub zh: String,
    /// Name, English.
    pub en: String,
    /// Whether a work ID needs a certificate for it.
    #[serde(default)]
    pub certificate: bool,
    /// Whether it is for cooperatives, and they for nothing else.
    #[serde(default)]
    pub cooperative: bool,
    /// Business it allows.
    pub business: Vec<String>,
    #[serde(default)]
    partner: Limits,
    #[serde(default)]
    outlet: Limits,
    #[serde(default)]
    clerk: Limits,
}

impl Level {
    /// Its name.
    pub fn title(&self) -> Text {
        Text::new(self.zh.as_str(), self.en.as_str())
    }

    /// Its limits for a kind of holder.
    pub fn limits(&self, holder: Holder) -> &Limits {
        match holder {
            Holder::Partner => &self.partner,
            Holder::Outlet => &self.outlet,
            Holder::Clerk => &self.clerk,
        }
    }

    /// Whether it allows a kind of business.
    pub fn allows(&self, business: &str) -> bool {
        self.business.iter().any(|allowed| allowed == business)
    }
}

/// By which channels a product is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sold {
    /// By all.
    Both,
    /// By electronic channels alone.
    Online,
    /// By all others alone.
    Offline,
}

impl Sold {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Online => "online",
            Self::Offline => "offline",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    line: Option<String>,
    category: Option<String>,
    code: Option<String>,
    modes: Option<Vec<String>>,
    needs: Option<Vec<String>>,
    sold: Option<Sold>,
    channels: Option<Vec<String>>,
}

/// What holds of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits<'a> {
    /// Network modes.
    pub modes: &'a [String],
    /// Lines of which one is needed beside it.
    pub needs: &'a [String],
    /// By which channels it is sold.
    pub sold: Sold,
    /// Categories of channels and types of outlets it is limited to; empty for all of these.
    pub channels: &'a [String],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BusinessFile {
    business: Vec<Business>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelFile {
    cooperative_kinds: Vec<String>,
    level: Vec<Level>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductFile {
    rule: Vec<Rule>,
}

/// All definitions.
#[derive(Debug, Clone)]
pub struct Definitions {
    business: Vec<Business>,
    levels: BTreeMap<String, Level>,
    cooperatives: Vec<String>,
    rules: Vec<Rule>,
}

impl Definitions {
    /// The standard set.
    ///
    /// # Errors
    /// As [`Definitions::read`]; a test shows that the embedded files are right.
    pub fn standard() -> Result<Self, Refusal> {
        Self::read(BUSINESS, LEVELS, PRODUCTS)
    }

    /// Reads three definition files.
    ///
    /// # Errors
    /// `BadInput orders.definitions.wrong` with the file and the place.
    pub fn read(business: &str, levels: &str, products: &str) -> Result<Self, Refusal> {
        let business: BusinessFile = parsed("business.toml", business)?;
        let levels: LevelFile = parsed("levels.toml", levels)?;
        let products: ProductFile = parsed("products.toml", products)?;
        let known = |id: &String| business.business.iter().any(|one| one.id == *id);
        for level in &levels.level {
            if let Some(unknown) = level.business.iter().find(|id| !known(id)) {
                return Err(wrong("levels.toml", &format!("{}: {unknown}", level.id)));
            }
        }
        let by_id: BTreeMap<String, Level> = levels.level.iter().map(|level| (level.id.clone(), level.clone())).collect();
        if by_id.len() != levels.level.len() {
            return Err(wrong("levels.toml", "a level is defined twice"));
        }
        Ok(Self { business: business.business, levels: by_id, cooperatives: levels.cooperative_kinds, rules: products.rule })
    }

    /// Kinds of business, in the order of the file.
    pub fn all_business(&self) -> &[Business] {
        &self.business
    }

    /// A kind of business.
    ///
    /// # Errors
    /// `BadInput orders.business.unknown`.
    pub fn business(&self, id: &str) -> Result<&Business, Refusal> {
        self.business.iter().find(|one| one.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.business.iter().map(|one| one.id.as_str()).collect();
            Refusal::bad_input(
                "orders.business.unknown",
                format!("没有业务类型 {id}；可选：{}", known.join("、")),
                format!("there is no business {id}; there are {}", known.join(", ")),
            )
        })
    }

    /// The kind of business a product of a line is by itself: what else an order holds is checked and counted as that.
    pub fn of_line(&self, line: &str) -> Option<&Business> {
        let first = self.business.iter().filter(|one| one.lines.iter().any(|known| known == line));
        // What changes or renews a plan is asked for by name.
        first.into_iter().find(|one| !matches!(one.id.as_str(), "plan_change" | "renewal"))
    }

    /// Levels, from the least up.
    pub fn levels(&self) -> impl Iterator<Item = &Level> {
        let mut all: Vec<&Level> = self.levels.values().collect();
        all.sort_by_key(|level| (level.rank, !level.cooperative, &level.id));
        all.into_iter()
    }

    /// A level.
    ///
    /// # Errors
    /// `BadInput acceptance.level.unknown`.
    pub fn level(&self, id: &str) -> Result<&Level, Refusal> {
        self.levels.get(id).ok_or_else(|| {
            let known: Vec<&str> = self.levels.keys().map(String::as_str).collect();
            Refusal::bad_input(
                "acceptance.level.unknown",
                format!("没有受理级别 {id}；可选：{}", known.join("、")),
                format!("there is no level {id}; there are {}", known.join(", ")),
            )
        })
    }

    /// Whether a partner is a cooperative (R4.17).
    pub fn is_cooperative(&self, partner: &Partner) -> bool {
        self.cooperatives.contains(&partner.kind)
    }

    /// What holds of a product.
    pub fn traits(&self, product: &Product) -> Traits<'_> {
        let fits = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        let fitting = self
            .rules
            .iter()
            .filter(|rule| fits(&rule.line, &product.line) && fits(&rule.category, &product.category) && fits(&rule.code, &product.code));
        let mut rules: Vec<&Rule> = fitting.collect();
        rules.sort_by_key(|rule| (rule.code.is_some(), rule.category.is_some()));
        let last = |pick: fn(&Rule) -> Option<&[String]>| rules.iter().rev().find_map(|rule| pick(rule)).unwrap_or(&[]);
        Traits {
            modes: last(|rule| rule.modes.as_deref()),
            needs: last(|rule| rule.needs.as_deref()),
            sold: rules.iter().rev().find_map(|rule| rule.sold).unwrap_or(Sold::Both),
            channels: last(|rule| rule.channels.as_deref()),
        }
    }

    /// Whether an outlet may sell a product by its channel and type (R6.32, R6.33).
    pub fn sells(&self, outlet: &Outlet, product: &Product) -> bool {
        let traits = self.traits(product);
        let limited = !traits.channels.is_empty();
        if limited && !traits.channels.iter().any(|one| *one == outlet.channel || *one == outlet.subtype) {
            return false;
        }
        match traits.sold {
            Sold::Both => true,
            Sold::Online => outlet.channel == ELECTRONIC,
            Sold::Offline => outlet.channel != ELECTRONIC,
        }
    }
}

/// Fen as yuan.
pub(crate) fn yuan(fen: i64) -> String {
    Fen(fen).to_string()
}

fn parsed<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Refusal> {
    toml::from_str(text).map_err(|error| wrong(file, &error.to_string()))
}

fn wrong(file: &str, why: &str) -> Refusal {
    Refusal::bad_input(
        "orders.definitions.wrong",
        format!("受理定义 definitions/acceptance/{file} 有误：{why}"),
        format!("the definitions definitions/acceptance/{file} are wrong: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_definitions_are_right() {
        // R1.9, R4.3, R4.17
        let all = Definitions::standard().unwrap();
        let ids: Vec<&str> = all.levels().map(|level| level.id.as_str()).collect();
        assert_eq!(ids, ["LC", "L1", "L2", "L3", "L4"]);
        assert_eq!(all.level("LC").unwrap().business, ["bill_payment", "agency"], "a cooperative has two kinds of business");
        assert_eq!(all.level("L4").unwrap().business.len(), all.all_business().len());
        assert_eq!(all.of_line("终端").unwrap().id, "terminal_sale");
        assert_eq!(all.of_line("移动").unwrap().id, "activation");
        assert_eq!(all.level("L9").unwrap_err().code, "acceptance.level.unknown");
        let wrong = Definitions::read(BUSINESS, &LEVELS.replace("\"agency\"]", "\"magic\"]"), PRODUCTS).unwrap_err();
        assert_eq!(wrong.code, "orders.definitions.wrong");
    }

    #[test]
    fn a_replaced_card_and_a_changed_plan_are_kinds_of_their_own() {
        // R6.7: with limits by level
        let all = Definitions::standard().unwrap();
        for kind in ["sim_replacement", "plan_change"] {
            assert_eq!(all.business(kind).unwrap().id, kind);
            let allowing: Vec<&str> = all.levels().filter(|level| level.allows(kind)).map(|level| level.id.as_str()).collect();
            assert_eq!(allowing, ["L3", "L4"], "{kind}");
        }
        assert_eq!(all.level("L3").unwrap().limits(Holder::Clerk).per_order, Some(1_000_000));
    }

    #[test]
    fn what_is_sold_online_only_is_sold_nowhere_else() {
        // R6.33: three marks, the narrower rule wins
        let rules = format!(
            "{PRODUCTS}\n[[rule]]\nline = \"增值业务\"\nsold = \"online\"\n[[rule]]\nline = \"增值业务\"\ncode = \"V9\"\nsold = \"offline\"\n"
        );
        let all = Definitions::read(BUSINESS, LEVELS, &rules).unwrap();
        let sells = |channel: &str, code: &str, line: &str| {
            let span = qudao_kernel::master::Span::ALWAYS;
            let outlet = Outlet { code: "O1".into(), channel: channel.into(), ..outlet(span) };
            let (category, name) = (String::new(), String::new());
            let (plan_fee, supply_price, retail_price) = (Fen(500), Fen(0), Fen(0));
            all.sells(
                &outlet,
                &Product { code: code.into(), name, line: line.into(), category, plan_fee, supply_price, retail_price, span },
            )
        };
        for (code, line, online, shop) in [("V5", "增值业务", true, false), ("V9", "增值业务", false, true), ("M1", "移动", true, true)]
        {
            assert_eq!((sells(ELECTRONIC, code, line), sells("社会渠道", code, line)), (online, shop), "{code}");
        }
    }

    #[test]
    fn what_is_limited_to_channels_is_sold_by_no_other() {
        // R6.32: a product, or a category of offers, by channel and by type of outlet; the narrower rule wins
        let rules = format!(
            "{PRODUCTS}\n[[rule]]\nline = \"移动\"\ncategory = \"专享\"\nchannels = [\"电子渠道\"]\n\
             [[rule]]\nline = \"移动\"\ncode = \"M9\"\nchannels = [\"自有渠道\", \"专营店\"]\n"
        );
        let all = Definitions::read(BUSINESS, LEVELS, &rules).unwrap();
        let sells = |channel: &str, subtype: &str, code: &str, category: &str| {
            let span = qudao_kernel::master::Span::ALWAYS;
            let outlet = Outlet { code: "O1".into(), channel: channel.into(), subtype: subtype.into(), ..outlet(span) };
            let (line, name) = ("移动".to_owned(), String::new());
            let (plan_fee, supply_price, retail_price) = (Fen(500), Fen(0), Fen(0));
            let code = code.to_owned();
            all.sells(&outlet, &Product { code, name, line, category: category.into(), plan_fee, supply_price, retail_price, span })
        };
        let of = |code: &str, category: &str| {
            [("电子渠道", "网上营业厅"), ("自有渠道", "自有营业厅"), ("社会渠道", "专营店"), ("社会渠道", "代理点")]
                .map(|(channel, subtype)| sells(channel, subtype, code, category))
        };
        assert_eq!(of("M1", "专享"), [true, false, false, false]);
        assert_eq!(of("M9", "专享"), [false, true, true, false]);
        assert_eq!(of("M1", "大众"), [true; 4]);
    }

    fn outlet(span: qudao_kernel::master::Span) -> Outlet {
        let none = String::new;
        Outlet {
            code: none(),
            name: none(),
            owner: none(),
            territory: none(),
            channel: none(),
            subtype: none(),
            grade: none(),
            district: none(),
            span,
        }
    }
}
