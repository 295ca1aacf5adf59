//! Where somebody was, as far as a phone can say: a level of evidence, never a wall.

use qudao_network::site::Point;
use serde::{Deserialize, Serialize};

/// Mean radius of the earth, metres.
const EARTH_M: f64 = 6_371_008.8;

/// Where a position came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Satellites.
    Gps,
    /// Cells and wireless networks.
    Network,
    /// The phone does not say.
    Unknown,
}

/// A position as a phone gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// North, degrees in millionths.
    pub lat_e6: i64,
    /// East, the same.
    pub lon_e6: i64,
    /// Radius within which the phone believes to be, metres.
    pub accuracy_m: u32,
    /// Age of the fix when it was used, seconds.
    pub age_s: u32,
    /// Where it came from.
    pub source: Source,
    /// Whether the phone says that a program made it up.
    #[serde(default)]
    pub mock: bool,
}

impl Position {
    /// The point.
    pub fn point(&self) -> Point {
        Point { lat_e6: self.lat_e6, lon_e6: self.lon_e6 }
    }

    /// Whether there is such a place.
    pub fn is_on_earth(&self) -> bool {
        self.lat_e6.abs() <= 90_000_000 && self.lon_e6.abs() <= 180_000_000
    }
}

/// What a position is worth as evidence of having been at an outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It was elsewhere, by all the phone knows.
    Away,
    /// Nobody knows: no position, or none of the outlet.
    Unknown,
    /// It may have been there: the circle of the phone touches the outlet's, or the fix is old, rough or made up.
    Fair,
    /// It was there.
    Strong,
}

/// From what on a position is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// Radius around the outlet, metres.
    pub radius_m: u32,
    /// The greatest accuracy that is good, metres.
    pub accuracy_m: u32,
    /// The greatest age that is good, seconds.
    pub age_s: u32,
}

/// Distance over the great circle (haversine), whole metres.
pub fn distance_m(from: Point, to: Point) -> u32 {
    let radians = |e6: i64| (e6 as f64 / 1e6).to_radians();
    let (lat_a, lat_b) = (radians(from.lat_e6), radians(to.lat_e6));
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = (radians(to.lon_e6 - from.lon_e6) / 2.0).sin();
    let chord = half_lat.mul_add(half_lat, lat_a.cos() * lat_b.cos() * half_lon * half_lon);
    (2.0 * EARTH_M * chord.sqrt().min(1.0).asin()).round() as u32
}

/// The level of a position against where an outlet stands, and its distance where both are known.
pub fn level(position: Option<&Position>, outlet: Option<Point>, doubt: Doubt) -> (Level, Option<u32>) {
    let (Some(position), Some(outlet)) = (position.filter(|position| position.is_on_earth()), outlet) else {
        return (Level::Unknown, None);
    };
    let distance = distance_m(position.point(), outlet);
    let poor = position.mock || position.accuracy_m > doubt.accuracy_m || position.age_s > doubt.age_s;
    let level = if distance.saturating_sub(position.accuracy_m) > doubt.radius_m {
        Level::Away
    } else if poor || distance.saturating_add(position.accuracy_m) > doubt.radius_m {
        Level::Fair
    } else {
        Level::Strong
    };
    (level, Some(distance))
}

/// Speed between two instants at two places, km/h, rounded down; none where it is no journey: less than a minute's doubt and a kilometre apart.
pub fn speed_kmh(from: (Point, i64), to: (Point, i64)) -> Option<u32> {
    let metres = distance_m(from.0, to.0);
    if metres < 1_000 {
        return None;
    }
    let seconds = u64::try_from((to.1 - from.1).abs() / 1_000_000).unwrap_or(0).max(60);
    u32::try_from(u64::from(metres) * 36 / (seconds * 10)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOUBT: Doubt = Doubt { radius_m: 300, accuracy_m: 100, age_s: 120 };
    const SHOP: Point = Point { lat_e6: 30_450_000, lon_e6: 114_870_000 };

    /// Metres north of the shop.
    fn north(metres: i64, accuracy_m: u32) -> Position {
        let lat_e6 = SHOP.lat_e6 + metres * 1_000_000 / 111_195;
        Position { lat_e6, lon_e6: SHOP.lon_e6, accuracy_m, age_s: 5, source: Source::Gps, mock: false }
    }

    #[test]
    fn a_check_in_420_m_away_is_away() {
        // N44
        let (found, distance) = level(Some(&north(420, 20)), Some(SHOP), DOUBT);
        assert_eq!(found, Level::Away);
        assert!((418..=422).contains(&distance.unwrap()));
        assert_eq!(level(Some(&north(420, 150)), Some(SHOP), DOUBT).0, Level::Fair, "it may have been there");
        assert_eq!(level(Some(&north(100, 20)), Some(SHOP), DOUBT).0, Level::Strong);
        assert_eq!(level(Some(&north(290, 20)), Some(SHOP), DOUBT).0, Level::Fair);
    }

    #[test]
    fn poor_positions_are_evidence_still() {
        // R0.6
        let old = Position { age_s: 600, ..north(10, 20) };
        let made_up = Position { mock: true, ..north(10, 20) };
        let nowhere = Position { lat_e6: 91_000_000, ..north(10, 20) };
        assert_eq!(level(Some(&old), Some(SHOP), DOUBT).0, Level::Fair);
        assert_eq!(level(Some(&made_up), Some(SHOP), DOUBT).0, Level::Fair);
        for (position, outlet) in [(None, Some(SHOP)), (Some(&nowhere), Some(SHOP)), (Some(&old), None)] {
            assert_eq!(level(position, outlet, DOUBT), (Level::Unknown, None));
        }
    }

    #[test]
    fn speed_is_distance_over_time() {
        // R0.25
        let minute = 60_000_000;
        let far = north(12_000, 1).point();
        assert!((119..=120).contains(&speed_kmh((SHOP, 0), (far, 6 * minute)).unwrap()));
        assert!(speed_kmh((far, 5 * minute), (SHOP, 0)).unwrap() > 140, "in either order");
        assert_eq!(speed_kmh((SHOP, 0), (north(900, 1).point(), 0)), None, "around the corner");
        assert!(speed_kmh((SHOP, 0), (far, 0)).unwrap() > 700, "at once");
    }
}
