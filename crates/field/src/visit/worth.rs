//! What it is worth to put an item right, from `definitions/visits/worth.toml` and a parameter (R7.265).
//!
//! A checklist that is right as a whole lifts an outlet's monthly sales by so much (parts of a million, by definition); an item's part of that is its part of
//! the whole score, unless the definition names the item. Sales are those of the outlet's class in the parameter `fix_sales_by_class`, so that a phone
//! reckons the same without a line.

use super::store::Visit;
use crate::checklist::{Asked, Context, Template};
use qudao_kernel::{Fen, Refusal};
use serde::Deserialize;
use std::collections::BTreeMap;

const STANDARD: &str = include_str!("../../../../definitions/visits/worth.toml");
/// The whole in parts of a million.
const WHOLE: u64 = 1_000_000;

/// What checklists lift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth(BTreeMap<String, Lift>);

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lift {
    template: String,
    /// Of monthly sales, parts of a million.
    ppm: u64,
    /// The same of items that are not worth their part of the score.
    #[serde(default)]
    items: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    lift: Vec<Lift>,
}

impl Worth {
    /// The standard one.
    ///
    /// # Errors
    /// `BadInput field.worth.wrong`; a test shows that the embedded file is right.
    pub fn standard() -> Result<Self, Refusal> {
        Self::read(STANDARD)
    }

    /// Reads one.
    ///
    /// # Errors
    /// `BadInput field.worth.wrong`.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let file: File = toml::from_str(text).map_err(|error| wrong(error.message()))?;
        let mut lifts = BTreeMap::new();
        for lift in file.lift {
            if lift.items.values().chain([&lift.ppm]).any(|ppm| *ppm > WHOLE) {
                return Err(wrong(&format!("{}: at most {WHOLE}", lift.template)));
            }
            let id = lift.template.clone();
            if lifts.insert(id.clone(), lift).is_some() {
                return Err(wrong(&format!("{id} is there twice")));
            }
        }
        Ok(Self(lifts))
    }

    /// What putting an item right lifts, parts of a million of monthly sales, rounded down; nothing where no definition says, or where the item is not asked.
    pub fn ppm(&self, template: &Template, context: &Context, item: &str) -> u64 {
        let Some(lift) = self.0.get(&template.id) else { return 0 };
        if let Some(own) = lift.items.get(item) {
            return *own;
        }
        let asked: Vec<Asked<'_>> = template.asked(context).collect();
        let Some(this) = asked.iter().find(|one| one.item.id == item) else { return 0 };
        let points = |one: &Asked<'_>| u128::from(one.weight) * u128::from(one.item.kind.most());
        let of_section = |section: usize| asked.iter().filter(|one| one.item.section == section).map(points).sum::<u128>();
        // Sections without a weight are counted together; else those in which something counts share the whole.
        let weight = |section: usize| template.sections.get(section).map_or(0, |one| u128::from(one.weight));
        let weights: u128 = (0..template.sections.len()).filter(|section| of_section(*section) > 0).map(weight).sum();
        let (part, whole) = if weights == 0 {
            (points(this), asked.iter().map(points).sum::<u128>())
        } else {
            (weight(this.item.section) * points(this), weights * of_section(this.item.section))
        };
        (u128::from(lift.ppm) * part).checked_div(whole).map_or(0, |share| u64::try_from(share).unwrap_or(0))
    }

    /// The same in fen of a month for an item of a visit, from what an outlet of its class sells in a month; half up.
    pub fn of(&self, visit: &Visit, template: &Template, item: &str, sales: Fen) -> Fen {
        share(sales, self.ppm(template, &visit.context(), item))
    }
}

/// Parts of a million of an amount, half up.
fn share(sales: Fen, ppm: u64) -> Fen {
    let fen = (i128::from(sales.0) * i128::from(ppm) + i128::from(WHOLE / 2)).div_euclid(i128::from(WHOLE));
    Fen(i64::try_from(fen).unwrap_or(i64::MAX))
}

fn wrong(why: &str) -> Refusal {
    Refusal::bad_input(
        "field.worth.wrong",
        format!("整改价值定义有误：{why}；请修改 definitions/visits/worth.toml"),
        format!("the definition of what corrections are worth is wrong: {why}; change definitions/visits/worth.toml"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::Catalogue;

    const SHOP: &str = r#"
id = "shop"
version = 1
zh = "店面"
en = "Shop"
about_zh = "店面"
about_en = "Shop"
kind = "shop"
[[section]]
id = "out"
zh = "店外"
en = "Outside"
weight = 1
[[section.item]]
id = "sign"
zh = "店头"
en = "Sign"
kind = "yes_no"
[[section]]
id = "in"
zh = "店内"
en = "Inside"
weight = 3
[[section.item]]
id = "tidy"
zh = "整洁"
en = "Tidy"
kind = "grade"
[[section.item]]
id = "lamp"
zh = "灯"
en = "Lamp"
kind = "yes_no"
[[example]]
rest = "best"
score = 10000
"#;

    #[test]
    fn an_item_is_worth_its_part_of_the_score() {
        // R7.265
        let catalogue = Catalogue::of_texts(&[("shop", SHOP)]).unwrap();
        let (shop, context) = (catalogue.get("shop").unwrap(), Context::default());
        let worth = Worth::read("[[lift]]\ntemplate = \"shop\"\nppm = 12000\n[lift.items]\nlamp = 500").unwrap();
        let ppm = |item: &str| worth.ppm(shop, &context, item);
        // A quarter; three quarters of two thirds; what the definition says; no such item.
        assert_eq!([ppm("sign"), ppm("tidy"), ppm("lamp"), ppm("door")], [3_000, 6_000, 500, 0]);
        assert_eq!((share(Fen(1_200_000), 6_000), share(Fen(1), 500_000), share(Fen(1), 499_999)), (Fen(7_200), Fen(1), Fen(0)));
        assert_eq!(Worth::read("[[lift]]\ntemplate = \"a\"\nppm = 2000000").unwrap_err().code, "field.worth.wrong");
    }

    #[test]
    fn the_standard_names_checklists_there_are() {
        let (worth, catalogue) = (Worth::standard().unwrap(), Catalogue::standard().unwrap());
        for (id, lift) in &worth.0 {
            let template = catalogue.get(id).unwrap();
            assert!(lift.items.keys().all(|item| template.item(item).is_some()), "{id}");
        }
    }
}
