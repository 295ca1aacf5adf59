//! What the register says of the field on a day at a place (R0.11).

use crate::plan::Travel;
use crate::plan::month::Rules;
use crate::visit::flags::Limits;
use crate::visit::position::Doubt;
use qudao_kernel::{Date, Refusal};
use qudao_network::site::Point;
use qudao_platform::params::Register;
use std::collections::BTreeMap;

/// The register at a place on a day.
#[derive(Clone, Copy)]
pub struct At<'r> {
    /// The register.
    pub register: &'r Register,
    /// The territory.
    pub territory: &'r str,
    /// The day.
    pub day: Date,
}

impl At<'_> {
    fn number(&self, name: &str) -> Result<u32, Refusal> {
        let number = self.register.on(name, self.territory, self.day)?.int()?;
        Ok(u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// From what on a visit is strange.
    ///
    /// # Errors
    /// As [`Register::on`].
    pub fn limits(&self) -> Result<Limits, Refusal> {
        let doubt = Doubt {
            radius_m: self.number("gps_radius_m")?,
            accuracy_m: self.number("visit_accuracy_m")?,
            age_s: self.number("visit_fix_age_min")?.saturating_mul(60),
        };
        let (least_minutes, most_kmh) = (self.number("min_visit_min")?, self.number("visit_max_kmh")?);
        Ok(Limits { doubt, least_minutes, most_kmh, skew_s: self.number("visit_clock_min")?.saturating_mul(60) })
    }

    /// How one travels.
    ///
    /// # Errors
    /// As [`Register::on`].
    pub fn travel(&self) -> Result<Travel, Refusal> {
        let detour = self.register.on("travel_detour", self.territory, self.day)?.ppm()? / 10_000;
        let detour_percent = u32::try_from(detour).unwrap_or(u32::MAX);
        Ok(Travel { detour_percent, speed_kmh: self.number("travel_kmh")?, unknown_minutes: self.number("travel_unknown_min")? })
    }

    /// What a plan follows, for a manager whose days begin and end somewhere.
    ///
    /// # Errors
    /// As [`Register::on`]; `BadInput field.params.visits` for visits by class that cannot be read.
    pub fn rules(&self, start: Option<Point>) -> Result<Rules, Refusal> {
        let text = self.register.on("visits_by_class", self.territory, self.day)?.value;
        let pair = |pair: &str| pair.split_once(':').and_then(|(class, visits)| Some((class.to_owned(), visits.parse().ok()?)));
        let frequency: Option<BTreeMap<String, u32>> = text.split_whitespace().map(pair).collect();
        let frequency = frequency.filter(|all| all.values().all(|visits| *visits <= 28)).ok_or_else(|| {
            Refusal::bad_input(
                "field.params.visits",
                format!("参数 visits_by_class 的取值 {text} 读不懂；请写成 A:4 B:2，每四周最多 28 次"),
                format!("the parameter visits_by_class is {text}, which cannot be read; write it as A:4 B:2, at most 28 in four weeks"),
            )
        })?;
        let (risk_from, day_minutes) = (self.number("visit_risk_from")?, self.number("field_day_min")?);
        Ok(Rules { frequency, risk_from, day_minutes, travel: self.travel()?, start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_platform::params::Setting;

    #[test]
    fn the_field_follows_the_register() {
        // R0.11
        let mut register = Register::standard().unwrap();
        let day: Date = "2026-07-06".parse().unwrap();
        let limits = At { register: &register, territory: "4211", day }.limits().unwrap();
        assert_eq!(
            (limits.doubt.radius_m, limits.doubt.age_s, limits.least_minutes, limits.most_kmh, limits.skew_s),
            (300, 120, 10, 120, 300)
        );
        let mut put = |value: &str, from: &str, to: Option<&str>| {
            let (from, to) = (from.parse().unwrap(), to.map(|to| to.parse().unwrap()));
            register.set("visits_by_class", Setting { scope: "42".into(), value: value.into(), from, to, owner: "x".into() }).unwrap();
        };
        put("A:8 B:3", "2026-07-01", Some("2026-08-01"));
        put("A8", "2026-08-01", None);
        let rules = |day: &str, territory: &str| At { register: &register, territory, day: day.parse().unwrap() }.rules(None);
        let hubei = rules("2026-07-06", "4211").unwrap();
        assert_eq!((hubei.frequency["A"], hubei.frequency.get("C"), hubei.travel.detour_percent), (8, None, 130));
        assert_eq!(rules("2026-07-06", "43").unwrap().frequency["C"], 1);
        assert_eq!(rules("2026-08-06", "4211").unwrap_err().code, "field.params.visits");
    }
}
