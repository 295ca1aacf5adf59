//! Where a fact stands in the network on a day, as the master data say.

use crate::dimension::Dimension;
use qudao_kernel::Date;
use qudao_kernel::master::{MAX_DEPTH, Master};
use qudao_kernel::territory::{Level, at_level};

/// Where a fact stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Division code of the outlet, else of the partner.
    pub territory: String,
    /// Channel category of the outlet.
    pub channel: String,
    /// Sub-type of the outlet.
    pub subtype: String,
    /// Class of the outlet.
    pub grade: String,
    /// Tier of the partner it belongs to.
    pub tier: String,
    /// The partner it belongs to and those above, up to the root; empty where it belongs to nobody.
    pub partners: Vec<String>,
}

/// Where a fact of an outlet, or of a partner where it names none, stands on a day. It belongs to the owner of its outlet, if that partner has
/// a row on the day; a fact of an unknown outlet belongs to nobody and stands nowhere.
pub fn place(master: &Master, outlet: &str, partner: &str, day: Date) -> Place {
    let shop = if outlet.is_empty() { None } else { master.outlet(outlet, day) };
    let owner = match (outlet, shop) {
        ("", _) => partner,
        (_, Some(shop)) => &shop.owner,
        (_, None) => "",
    };
    let owner = if owner.is_empty() { None } else { master.partner(owner, day) };
    let mut place = Place::default();
    if let Some(shop) = shop {
        place.territory.clone_from(&shop.territory);
        place.channel.clone_from(&shop.channel);
        place.subtype.clone_from(&shop.subtype);
        place.grade.clone_from(&shop.grade);
    } else if let (true, Some(owner)) = (outlet.is_empty(), owner) {
        place.territory.clone_from(&owner.territory);
    }
    if let Some(owner) = owner {
        place.tier.clone_from(&owner.tier);
    }
    let mut above = owner;
    while let Some(row) = above {
        place.partners.push(row.code.clone());
        above = if place.partners.len() > MAX_DEPTH { None } else { master.partner(&row.parent, day) };
    }
    place
}

impl Place {
    /// The key in a dimension of place that follows from where a fact stands; `None` for the other dimensions.
    pub fn key(&self, dimension: Dimension) -> Option<&str> {
        let area = |level: Level| at_level(&self.territory, level);
        Some(match dimension {
            Dimension::Province => area(Level::Province),
            Dimension::City => area(Level::City),
            Dimension::County => area(Level::County),
            Dimension::Town => area(Level::Township),
            Dimension::Channel => &self.channel,
            Dimension::Subtype => &self.subtype,
            Dimension::Grade => &self.grade,
            Dimension::Tier => &self.tier,
            Dimension::Partner => self.partners.first().map_or("", String::as_str),
            Dimension::Root => self.partners.last().map_or("", String::as_str),
            _ => return None,
        })
    }
}
