//! Where somebody's own outlets, partners, work IDs or divisions stand among others of their kind: places and numbers of others, never their
//! figures (R1.12).

use crate::answer;
use crate::ask::{Counter, Within};
use crate::dimension::Dimension;
use crate::model::Catalogue;
use crate::query::Query;
use qudao_kernel::master::Master;
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Refusal, territory};

/// Most own things that are placed.
const MOST: usize = 10;

/// A place among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is ranked.
    pub dimension: Dimension,
    /// The own key.
    pub key: String,
    /// The own figure.
    pub value: Option<i64>,
    /// Place, from 1; equal figures share the better one.
    pub rank: usize,
    /// How many are ranked, the own one included.
    pub of: usize,
    /// The division they are compared within; empty for everywhere.
    pub area: String,
    /// The channel category (outlets) or tier (partners) they share; empty where that does not matter.
    pub class: String,
}

/// The group within which a key is ranked: its division, and its category or tier.
type Group = (String, String);

fn group(master: &Master, dimension: Dimension, key: &str, day: Date) -> Option<Group> {
    let area = |code: &str, level: Level| at_level(code, level).to_owned();
    match dimension {
        Dimension::Outlet => {
            let row = master.outlet(key, day)?;
            Some((area(&row.territory, Level::County), row.channel.clone()))
        }
        Dimension::Clerk => {
            let row = master.outlet(&master.clerk(key, day)?.outlet, day)?;
            Some((area(&row.territory, Level::County), String::new()))
        }
        Dimension::Partner => {
            let row = master.partner(key, day)?;
            Some((area(&row.territory, Level::City), row.tier.clone()))
        }
        Dimension::Town => Some((area(key, Level::County), String::new())),
        Dimension::County => Some((area(key, Level::City), String::new())),
        Dimension::City => Some((area(key, Level::Province), String::new())),
        Dimension::Province => Some((String::new(), String::new())),
        _ => None,
    }
}

/// What somebody with a part of the network calls their own.
fn owned(own: &Within) -> Vec<(Dimension, &str)> {
    let division = |code: &str| match territory::level(code)? {
        Level::Province => Some(Dimension::Province),
        Level::City => Some(Dimension::City),
        Level::County => Some(Dimension::County),
        Level::Township => Some(Dimension::Town),
        // Figures are split down to townships.
        Level::Village => None,
    };
    let named = [(Dimension::Clerk, &own.clerks), (Dimension::Outlet, &own.outlets), (Dimension::Partner, &own.partners)];
    let mut all: Vec<(Dimension, &str)> =
        named.into_iter().flat_map(|(dimension, codes)| codes.iter().map(move |code| (dimension, code.as_str()))).collect();
    all.extend(own.territories.iter().filter_map(|code| Some((division(code)?, code.as_str()))));
    all.truncate(MOST);
    all
}

/// The places of what lies in `own` by a metric; none for whoever sees everything. The greatest figure is first.
///
/// # Errors
/// As [`answer`](fn@crate::answer).
pub fn standings(
    catalogue: &Catalogue,
    master: &Master,
    counter: &dyn Counter,
    metric: &str,
    (from, to): (Date, Date),
    own: &Within,
) -> Result<Vec<Standing>, Refusal> {
    let mut found = Vec::new();
    let known = catalogue.get(metric).map(|metric| metric.by.as_slice()).unwrap_or_default();
    let all = owned(own);
    for dimension in
        [Dimension::Clerk, Dimension::Outlet, Dimension::Partner, Dimension::Town, Dimension::County, Dimension::City, Dimension::Province]
    {
        let mine: Vec<&str> = all.iter().filter(|(one, _)| *one == dimension).map(|(_, key)| *key).collect();
        if mine.is_empty() || !known.contains(&dimension) {
            continue;
        }
        let query = Query { by: vec![dimension], ..Query::new(&[metric], from, to, Within::everywhere()) };
        let rows = answer(catalogue, master, counter, &query)?.rows;
        for key in mine {
            let Some((area, class)) = group(master, dimension, key, to) else { continue };
            let value_of = |wanted: &str| rows.iter().find(|row| row.key[0] == wanted).and_then(|row| row.cells[0].value);
            let value = value_of(key);
            let beside = |other: &str| {
                other != key
                    && !other.is_empty()
                    && group(master, dimension, other, to).is_some_and(|found| found == (area.clone(), class.clone()))
            };
            let others: Vec<Option<i64>> = rows.iter().filter(|row| beside(&row.key[0])).map(|row| row.cells[0].value).collect();
            let rank = 1 + others.iter().filter(|other| **other > value).count();
            found.push(Standing { dimension, key: key.to_owned(), value, rank, of: others.len() + 1, area, class });
        }
    }
    Ok(found)
}
