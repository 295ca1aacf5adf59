//! Where in the country a question's facts can lie, or whose they can be, and which row groups of a rollup can hold them. Rollups that know
//! outlets are sorted by township, so that a question of one division, outlet or usual partner reads a small part of them; that of partners by partner.

use super::cubes::Cube;
use super::fold::{Job, cube_name};
use super::places::Places;
use datafusion::parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use datafusion::parquet::file::statistics::Statistics;
use qudao_kernel::territory::{Level, at_level};
use qudao_metrics::{Dimension, Place, Test};
use std::collections::BTreeSet;

/// Division codes, of which one begins that of each fact; an empty one means facts that stand nowhere.
type Areas = BTreeSet<String>;

/// What must hold of the key a rollup is sorted by: it begins with one of the codes of each.
pub(super) struct Where {
    column: String,
    codes: Vec<Areas>,
}

impl Where {
    /// Of a question to a rollup; everywhere where that cannot be told.
    pub(super) fn of(job: &Job<'_>, cube: Option<&Cube>, places: &Places) -> Self {
        let Some(sorted_by) = cube.and_then(Cube::sorted_by) else { return Self { column: String::new(), codes: Vec::new() } };
        let column = cube_name(sorted_by);
        if sorted_by == Dimension::Partner {
            let named = |test: &Test| match test {
                Test::Is(Dimension::Partner, keys) => Some(keys.iter().cloned().collect()),
                _ => None,
            };
            return Self { column, codes: job.tests.iter().filter_map(named).collect() };
        }
        let scope = (!job.within.is_everywhere() && job.within.clerks.is_empty()).then(|| {
            let mut areas: Areas = job.within.territories.iter().map(|code| town_of(code)).collect();
            areas.extend(of_places(places, |place| place.partners.iter().any(|code| job.within.partners.contains(code))));
            areas.extend(of_outlets(places, &job.within.outlets));
            areas
        });
        Self { column, codes: scope.into_iter().chain(job.tests.iter().filter_map(|test| of_test(test, places))).collect() }
    }

    /// The row groups that can hold such facts.
    pub(super) fn groups(&self, file: &ParquetMetaData) -> Vec<usize> {
        let fits = |group: &RowGroupMetaData| {
            let chunk = group.columns().iter().find(|chunk| chunk.column_path().string() == self.column);
            match chunk.and_then(|chunk| chunk.statistics()) {
                Some(Statistics::ByteArray(bounds)) => match (bounds.min_bytes_opt(), bounds.max_bytes_opt()) {
                    (Some(least), Some(greatest)) => self.codes.iter().all(|codes| codes.iter().any(|code| meets(code, least, greatest))),
                    _ => true,
                },
                _ => true,
            }
        };
        (0..file.num_row_groups()).filter(|at| fits(file.row_group(*at))).collect()
    }
}

/// Whether a code between two others can begin with a division's.
fn meets(area: &str, least: &[u8], greatest: &[u8]) -> bool {
    let area = area.as_bytes();
    if area.is_empty() {
        return least.is_empty();
    }
    area <= greatest && (least <= area || least.starts_with(area))
}

/// Townships of places; of deeper ones the township, as rollups keep it.
fn of_places(places: &Places, of: impl Fn(&Place) -> bool) -> Areas {
    places.all.iter().filter(|place| of(place)).map(town).collect()
}

fn town(place: &Place) -> String {
    town_of(&place.territory)
}

fn town_of(code: &str) -> String {
    at_level(code, Level::Township).to_owned()
}

/// Wherever some outlets have stood; before their first day they stood nowhere.
fn of_outlets(places: &Places, codes: &[String]) -> Areas {
    let dated = codes.iter().filter_map(|code| places.outlets.get(code)).flatten();
    let mut areas: Areas = dated.map(|(_, place)| town(&places.all[*place as usize])).collect();
    if !codes.is_empty() {
        areas.insert(String::new());
    }
    areas
}

fn of_test(test: &Test, places: &Places) -> Option<Areas> {
    let deepest =
        |areas: &[String]| (!areas.iter().any(String::is_empty)).then(|| areas.iter().map(|code| town_of(code)).collect::<Areas>());
    match test {
        Test::Under(areas) => deepest(areas),
        Test::Tree(partners) => Some(of_places(places, |place| place.partners.iter().any(|code| partners.contains(code)))),
        Test::Is(_, keys) if keys.iter().any(String::is_empty) => None,
        Test::Is(Dimension::Outlet, keys) => Some(of_outlets(places, keys)),
        Test::Is(Dimension::Partner, keys) => {
            Some(of_places(places, |place| place.partners.first().is_some_and(|code| keys.contains(code))))
        }
        Test::Is(Dimension::Root, keys) => Some(of_places(places, |place| place.partners.last().is_some_and(|code| keys.contains(code)))),
        Test::Is(Dimension::Province | Dimension::City | Dimension::County | Dimension::Town, keys) => deepest(keys),
        Test::Is(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::meets;

    #[test]
    fn a_group_is_read_if_a_code_of_it_can_lie_in_the_division() {
        let meets = |area: &str, least: &str, greatest: &str| meets(area, least.as_bytes(), greatest.as_bytes());
        assert!(meets("3609", "360902001", "360902002"), "within the division");
        assert!(meets("360902001", "3609", "360999"), "the division within");
        assert!(meets("3609", "36", "3609"), "at the end");
        assert!(!meets("3610", "360902001", "360999"));
        assert!(!meets("3608", "360902001", "360999"));
        assert!(meets("", "", "360902"), "nowhere");
        assert!(!meets("", "36", "360902"));
    }
}
