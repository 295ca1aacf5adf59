//! What the register says of the field on a day at a place (R0.11).

use crate::plan::Travel;
use crate::plan::month::Rules;
use crate::plan::route::Shift;
use crate::visit::flags::Limits;
use crate::visit::position::Doubt;
use crate::visit::site::Sizes;
use qudao_kernel::{Date, Fen, Refusal};
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
    /// As [`Register::on`]; `BadInput field.params.list` for visits by class that cannot be read, or are more than 28.
    pub fn rules(&self, start: Option<Point>) -> Result<Rules, Refusal> {
        let frequency = self.by_class("visits_by_class", "A:4 B:2", |visits| visits.parse::<u32>().ok().filter(|visits| *visits <= 28))?;
        let (risk_from, day_minutes) = (self.number("visit_risk_from")?, self.number("field_day_min")?);
        Ok(Rules { frequency, risk_from, day_minutes, travel: self.travel()?, start })
    }

    /// How many different customers are to be visited in a week (R8.128).
    ///
    /// # Errors
    /// As [`Register::on`].
    pub fn customers_per_week(&self) -> Result<u32, Refusal> {
        self.number("customers_per_week")
    }

    /// Types of outlet whose prices are looked at twice as often (R7.294).
    ///
    /// # Errors
    /// As [`Register::on`].
    pub fn price_focus(&self) -> Result<Vec<String>, Refusal> {
        Ok(self.register.on("price_focus_subtypes", self.territory, self.day)?.value.split_whitespace().map(str::to_owned).collect())
    }

    /// The day of a manager as routes ask: from when to when, and where it begins and ends.
    ///
    /// # Errors
    /// As [`Register::on`]; `BadInput field.params.list` for a time that cannot be read.
    pub fn shift(&self, start: Option<Point>) -> Result<Shift, Refusal> {
        let from = self.minute("field_day_from", "09:00")?;
        let to = from.saturating_add(self.number("field_day_min")?).min(24 * 60);
        Ok(Shift { start, returns: start.is_some(), from, to, travel: self.travel()? })
    }

    /// How many calls a manager makes on a working day.
    ///
    /// # Errors
    /// As [`Register::on`].
    pub fn calls_a_day(&self) -> Result<u32, Refusal> {
        self.number("field_calls_a_day")
    }

    /// Until when one calls before visits begin, minutes after midnight (R8.130).
    ///
    /// # Errors
    /// As [`Register::on`]; `BadInput field.params.list` for a time that cannot be read.
    pub fn calls_until(&self) -> Result<u32, Refusal> {
        self.minute("field_calls_until", "12:00")
    }

    /// A parameter that is a time of the day, minutes after midnight.
    fn minute(&self, name: &str, example: &str) -> Result<u32, Refusal> {
        let text = self.register.on(name, self.territory, self.day)?.value;
        let parts = text.split_once(':').and_then(|(hour, minute)| Some((hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?)));
        let (hour, minute) = parts.filter(|(hour, minute)| *hour < 24 && *minute < 60).ok_or_else(|| unread(name, text, example))?;
        Ok(hour * 60 + minute)
    }

    /// How long a visit to an outlet of a class takes, minutes, by class.
    ///
    /// # Errors
    /// As [`Register::on`]; `BadInput field.params.list`.
    pub fn service(&self) -> Result<BTreeMap<String, u32>, Refusal> {
        self.by_class("visit_min_by_class", "A:40 B:30", |minutes| minutes.parse::<u32>().ok().filter(|minutes| *minutes <= 480))
    }

    /// Classes of size.
    ///
    /// # Errors
    /// As [`Register::on`]; `BadInput field.params.list`.
    pub fn sizes(&self) -> Result<Sizes, Refusal> {
        self.by_class("size_by_class", "A:large B:medium", |size| Some(size.to_owned())).map(Sizes)
    }

    /// Monthly sales of an outlet that what a correction is worth is reckoned from, by class.
    ///
    /// # Errors
    /// As [`Register::on`]; `BadInput field.params.list`.
    pub fn fix_sales(&self) -> Result<BTreeMap<String, Fen>, Refusal> {
        let fen = |yuan: &str| yuan.parse::<i64>().ok().filter(|yuan| (0..=100_000_000).contains(yuan)).map(|yuan| Fen(yuan * 100));
        self.by_class("fix_sales_by_class", "A:60000 B:30000", fen)
    }

    /// A parameter that says something of each class, as `A:4 B:2`.
    fn by_class<T>(&self, name: &str, example: &str, read: impl Fn(&str) -> Option<T>) -> Result<BTreeMap<String, T>, Refusal> {
        let text = self.register.on(name, self.territory, self.day)?.value;
        let pair = |pair: &str| pair.split_once(':').and_then(|(class, value)| Some((class.to_owned(), read(value)?)));
        text.split_whitespace().map(pair).collect::<Option<_>>().ok_or_else(|| unread(name, text, example))
    }
}

fn unread(name: &str, text: &str, example: &str) -> Refusal {
    Refusal::bad_input(
        "field.params.list",
        format!("参数 {name} 的取值 {text} 读不懂或超出范围；请写成 {example} 的形式"),
        format!("the parameter {name} is {text}, which cannot be read or is out of bounds; write it as {example}"),
    )
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
        assert_eq!(rules("2026-08-06", "4211").unwrap_err().code, "field.params.list");
        // R7.35 R7.265
        let at = At { register: &register, territory: "4211", day };
        let shift = at.shift(None).unwrap();
        assert_eq!((shift.from, shift.to, at.service().unwrap()["A"]), (540, 1_020, 40));
        // R8.130 S6
        assert_eq!((at.calls_a_day().unwrap(), at.calls_until().unwrap()), (30, 720));
        assert_eq!(at.price_focus().unwrap(), ["店中店"]);
        assert_eq!((at.sizes().unwrap().of("A"), at.fix_sales().unwrap()["D"]), ("large", Fen(500_000)));
    }
}
