//! The outlet of a visit as checklists ask for it: its sub-type, a class of size that follows from its class, and whether it stands in a town.

use crate::checklist::Context;
use qudao_kernel::master::{Master, Outlet};
use qudao_kernel::territory::{Level, at_level, level};
use qudao_kernel::{Date, Refusal};
use qudao_network::site::Point;
use std::collections::BTreeMap;

/// The outlet of a visit as the network knows it on that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its code.
    pub outlet: String,
    /// Its partner.
    pub partner: String,
    /// Its territory.
    pub territory: String,
    /// Its type.
    pub outlet_type: String,
    /// Its class of size.
    pub size: String,
    /// Where it stands, if that is known.
    pub point: Option<Point>,
    /// From when on it is closed.
    pub closed_from: Option<Date>,
}

impl Site {
    /// An outlet's row with the size of its class.
    pub fn of(row: &Outlet, sizes: &Sizes, point: Option<Point>, closed_from: Option<Date>) -> Self {
        Self {
            outlet: row.code.clone(),
            partner: row.owner.clone(),
            territory: row.territory.clone(),
            outlet_type: row.subtype.clone(),
            size: sizes.of(&row.grade).to_owned(),
            point,
            closed_from,
        }
    }

    /// What templates ask of it, with the purposes of a visit.
    pub fn context(&self, purposes: Vec<String>) -> Context {
        let setting = setting(&self.territory).to_owned();
        Context { outlet_type: self.outlet_type.clone(), size: self.size.clone(), setting, purposes }
    }
}

/// Whether a division code is of a town or township, or of a street office; empty for what is not told so far down. In official codes a county's
/// street offices count from 001, its towns from 100 and its townships from 200 on.
pub fn setting(territory: &str) -> &'static str {
    let township = at_level(territory, Level::Township);
    if level(township) != Some(Level::Township) {
        return "";
    }
    match township.get(6..).and_then(|number| number.parse::<u32>().ok()) {
        Some(number) if number >= 100 => "town",
        Some(_) => "urban",
        None => "",
    }
}

/// Classes of size by class of outlet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sizes(pub(crate) BTreeMap<String, String>);

impl Sizes {
    /// The size of a class; empty where nobody says.
    pub fn of(&self, class: &str) -> &str {
        self.0.get(class).map_or("", String::as_str)
    }
}

/// The row of an outlet on a day; the last one before it where it is closed by then, and the first one where it is to come. Nothing for an outlet there never was.
pub fn row<'m>(master: &'m Master, outlet: &str, day: Date) -> Option<&'m Outlet> {
    let rows = || master.outlets().filter(|row| row.code == outlet);
    master.outlet(outlet, day).or_else(|| rows().filter(|row| row.span.from <= day).last()).or_else(|| rows().next())
}

/// From when on an outlet is closed, as its rows say on a day: the end of the rows that follow one another from that day on. Nothing while it is open for good.
pub fn closed_from(master: &Master, outlet: &str, day: Date) -> Option<Date> {
    let open = Date::from_days(i32::MAX);
    let mut end = row(master, outlet, day)?.span.to;
    while end < open {
        match master.outlet(outlet, end) {
            Some(next) => end = next.span.to,
            None => return Some(end),
        }
    }
    None
}

/// An outlet that there is not, or not for the caller.
pub fn none(outlet: &str) -> Refusal {
    Refusal::new(
        qudao_kernel::Kind::NotFound,
        "field.outlet.none",
        format!("没有网点 {outlet}，或不在您的范围内；内容仍保存在手机上，请核对网点编码"),
        format!("there is no outlet {outlet}, or not within your reach; the phone keeps all, check the code"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_kernel::master::Span;

    fn outlet(from: &str, to: &str, name: &str) -> Outlet {
        let span = Span { from: from.parse().unwrap(), to: to.parse().unwrap() };
        Outlet {
            code: "O1".into(),
            name: name.into(),
            owner: "P1".into(),
            territory: "421102100".into(),
            channel: "社会渠道".into(),
            subtype: "大卖场".into(),
            grade: "A".into(),
            district: String::new(),
            span,
        }
    }

    #[test]
    fn an_outlet_is_what_it_was_and_where_it_stands() {
        // R7.35 R7.203
        let settings = ["421102001", "421102100201", "421102200", "421102", "x"].map(setting);
        assert_eq!(settings, ["urban", "town", "town", "", ""]);
        let mut master = Master::default();
        master.add_outlet(outlet("2026-01-01", "2026-03-01", "旧"));
        master.add_outlet(outlet("2026-03-01", "2026-06-01", "新"));
        let on = |day: &str| row(&master, "O1", day.parse().unwrap()).map(|row| row.name.as_str());
        assert_eq!([on("2026-02-01"), on("2026-07-01"), on("2025-07-01")], [Some("旧"), Some("新"), Some("旧")]);
        assert!(row(&master, "O2", "2026-02-01".parse().unwrap()).is_none());
        let closed = |day: &str| closed_from(&master, "O1", day.parse().unwrap());
        assert_eq!(closed("2026-02-01"), Some("2026-06-01".parse().unwrap()));
        assert_eq!((closed("2026-07-01"), closed_from(&master, "O2", "2026-07-01".parse().unwrap())), (closed("2026-02-01"), None));
        let sizes = Sizes([("A".to_owned(), "large".to_owned())].into());
        let site = Site::of(row(&master, "O1", "2026-02-01".parse().unwrap()).unwrap(), &sizes, None, None);
        let context = site.context(vec!["display".into()]);
        assert_eq!((context.outlet_type.as_str(), context.size.as_str(), context.setting.as_str()), ("大卖场", "large", "town"));
        assert_eq!(sizes.of("B"), "");
    }
}
