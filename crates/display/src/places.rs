//! 位置目录: every place of an outlet once, with what may hang there, and every kind of material (R7.158, R7.234, §12 Q43).
//!
//! Names, zones and weights are those of the checklist `places`, so that what is checked and what is placed are the same places; the file
//! `definitions/display/places.toml` adds what they take.

use qudao_field::checklist::Template;
use qudao_kernel::{Fen, Kind, Refusal, Text};
use serde::Deserialize;
use std::collections::BTreeSet;

const STANDARD: &str = include_str!("../../../definitions/display/places.toml");

/// A kind of material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Stable id.
    pub id: String,
    /// Name.
    pub name: Text,
    /// What one costs.
    pub unit_cost: Fen,
    /// Whether it is a valuable item: ours, with an agreement.
    pub valuable: bool,
    /// Days it lasts.
    pub life_days: u32,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Code, the item of the checklist.
    pub code: String,
    /// Name.
    pub name: Text,
    /// Zone: its section, as outdoor, entrance, aisle, product, display.
    pub zone: String,
    /// Name of the zone.
    pub zone_name: Text,
    /// Whether goods stand there; else material hangs there.
    pub display: bool,
    /// Whether it is one to be won first (R7.214).
    pub main: bool,
    /// Kinds of material it takes.
    pub takes: Vec<String>,
    /// Types of outlet that have it; all where empty.
    pub outlet_types: Vec<String>,
}

impl Place {
    /// Whether outlets of a type have it.
    pub fn exists_at(&self, outlet_type: &str) -> bool {
        self.outlet_types.is_empty() || self.outlet_types.iter().any(|one| one == outlet_type)
    }
}

/// All places and kinds of material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// Kinds of material.
    pub materials: Vec<Material>,
    /// Places, in walking order.
    pub places: Vec<Place>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    material: Vec<MaterialText>,
    place: Vec<PlaceText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialText {
    id: String,
    zh: String,
    en: String,
    /// Whole yuan.
    unit_cost: u32,
    #[serde(default)]
    valuable: bool,
    life_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceText {
    code: String,
    #[serde(default)]
    display: bool,
    takes: Vec<String>,
    #[serde(default)]
    outlet_types: Vec<String>,
}

impl Catalogue {
    /// The standard catalogue, over the checklist of places.
    ///
    /// # Errors
    /// `Bug display.places`; a test shows that the embedded file is right.
    pub fn standard(checklist: &Template) -> Result<Self, Refusal> {
        Self::read(STANDARD, checklist)
    }

    /// A catalogue of a text.
    pub(crate) fn read(text: &str, checklist: &Template) -> Result<Self, Refusal> {
        let file: File = toml::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        let materials: Vec<Material> = file
            .material
            .into_iter()
            .map(|one| Material {
                name: Text::new(one.zh, one.en),
                unit_cost: Fen(i64::from(one.unit_cost) * 100),
                id: one.id,
                valuable: one.valuable,
                life_days: one.life_days,
            })
            .collect();
        let known: BTreeSet<&str> = materials.iter().map(|one| one.id.as_str()).collect();
        let mut places = Vec::with_capacity(file.place.len());
        for one in file.place {
            let item = checklist.item(&one.code).ok_or_else(|| wrong(&format!("no place {}", one.code)))?;
            let section = checklist.sections.get(item.section).ok_or_else(|| wrong(&one.code))?;
            if one.takes.is_empty() || !one.takes.iter().all(|kind| known.contains(kind.as_str())) {
                return Err(wrong(&format!("{} takes an unknown kind", one.code)));
            }
            places.push(Place {
                name: item.name.clone(),
                zone: section.id.clone(),
                zone_name: section.name.clone(),
                display: one.display,
                main: item.weight > 1,
                takes: one.takes,
                outlet_types: one.outlet_types,
                code: one.code,
            });
        }
        let codes: BTreeSet<&str> = places.iter().map(|one| one.code.as_str()).collect();
        if known.len() != materials.len() || codes.len() != places.len() || places.len() != checklist.items.len() {
            return Err(wrong("a place or kind is there twice, or one of the checklist is missing"));
        }
        Ok(Self { materials, places })
    }

    /// A kind of material.
    ///
    /// # Errors
    /// `BadInput display.material`.
    pub fn material(&self, id: &str) -> Result<&Material, Refusal> {
        self.materials.iter().find(|one| one.id == id).ok_or_else(|| {
            Refusal::bad_input(
                "display.material",
                format!("没有物料种类 {id}；请重新选择"),
                format!("there is no material {id}; choose again"),
            )
        })
    }

    /// A place.
    ///
    /// # Errors
    /// `BadInput display.place`.
    pub fn place(&self, code: &str) -> Result<&Place, Refusal> {
        self.places.iter().find(|one| one.code == code).ok_or_else(|| {
            Refusal::bad_input("display.place", format!("没有位置 {code}；请重新选择"), format!("there is no place {code}; choose again"))
        })
    }

    /// Whether a kind may hang at a place of an outlet.
    ///
    /// # Errors
    /// `BadInput display.material`, `display.place`, `display.place.kind`, `display.place.type`.
    pub fn fits(&self, material: &str, place: &str, outlet_type: &str) -> Result<(&Material, &Place), Refusal> {
        let (material, place) = (self.material(material)?, self.place(place)?);
        if !place.takes.contains(&material.id) {
            return Err(Refusal::bad_input(
                "display.place.kind",
                format!("{}不能放在{}；请另选物料或位置", material.name.zh, place.name.zh),
                format!("{} does not go to {}; choose another kind or place", material.name.en, place.name.en),
            ));
        }
        if !place.exists_at(outlet_type) {
            return Err(Refusal::bad_input(
                "display.place.type",
                format!("{outlet_type}没有位置“{}”；请另选位置", place.name.zh),
                format!("outlets of this type have no {}; choose another place", place.name.en),
            ));
        }
        Ok((material, place))
    }
}

fn wrong(why: &str) -> Refusal {
    Refusal::new(Kind::Bug, "display.places", format!("位置目录有误：{why}"), format!("the catalogue of places is wrong: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_field::checklist;
    use std::collections::BTreeMap;

    #[test]
    fn places_are_those_of_both_lists_once() {
        // R7.158 R7.214 R7.234 S17
        let checklists = checklist::Catalogue::standard().unwrap();
        let catalogue = Catalogue::standard(checklists.get("places").unwrap()).unwrap();
        let mut zones: BTreeMap<&str, usize> = BTreeMap::new();
        for place in &catalogue.places {
            *zones.entry(place.zone.as_str()).or_default() += 1;
        }
        assert_eq!(zones, [("aisle", 6), ("display", 7), ("entrance", 5), ("outdoor", 5), ("product", 9)].into());
        assert_eq!(catalogue.places.iter().filter(|place| !place.display).count(), 25);
        let main: Vec<&str> = catalogue.places.iter().filter(|place| place.main).map(|place| place.code.as_str()).collect();
        assert_eq!(main, ["o1", "a3", "g9"], "store front and hanging flags");
        let valuable: Vec<&str> = catalogue.materials.iter().filter(|one| one.valuable).map(|one| one.id.as_str()).collect();
        assert_eq!(valuable, ["store_head", "banner", "board", "light_box", "large_standee", "counter", "demo_unit"]);
        let code = |found: Result<(&Material, &Place), Refusal>| found.err().map_or("ok", |refusal| refusal.code);
        assert_eq!(code(catalogue.fits("poster", "o3", "专营店")), "ok");
        assert_eq!(code(catalogue.fits("poster", "o1", "专营店")), "display.place.kind");
        assert_eq!(code(catalogue.fits("counter", "d1", "专营店")), "display.place.type");
        assert_eq!(code(catalogue.fits("counter", "d1", "大卖场")), "ok");
        assert_eq!(code(catalogue.fits("kite", "d1", "大卖场")), "display.material");
        assert_eq!(code(catalogue.fits("poster", "z1", "大卖场")), "display.place");
        let missing = STANDARD.replace("code = \"d7\"", "code = \"d8\"");
        assert_eq!(Catalogue::read(&missing, checklists.get("places").unwrap()).unwrap_err().code, "display.places");
    }
}
