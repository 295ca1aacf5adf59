//! What is about to expire (R0.37), and how much of the second tier has signed (R8.65).

use crate::Sight;
use qudao_kernel::master::{Agreement, Master, Partner, Span};
use qudao_kernel::{Date, Refusal};

/// Tiers of the second level: those that are supplied by another partner.
const SECOND: [&str; 2] = ["银牌增值代理商", "二级代理商"];

/// Days before an end at which owner and agent are warned, the longest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warnings(Vec<i32>);

impl Warnings {
    /// From the parameter `agreement_warn_days`: `60/30/7`.
    ///
    /// # Errors
    /// `BadInput recruit.warnings` for anything but whole days, falling.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let days: Option<Vec<i32>> = text.split('/').map(|part| part.trim().parse().ok().filter(|days| *days > 0)).collect();
        days.filter(|days| days.windows(2).all(|pair| pair[0] > pair[1])).map(Self).ok_or_else(|| {
            Refusal::bad_input(
                "recruit.warnings",
                format!("参数 agreement_warn_days 的值 {text} 有误；请按 60/30/7 填写，由大到小"),
                format!("the parameter agreement_warn_days is {text}; write it like 60/30/7, falling"),
            )
        })
    }

    /// The warning that holds with so many days left: the shortest that has come; none before the first.
    pub fn stage(&self, left: i32) -> Option<i32> {
        self.0.iter().rev().copied().find(|days| left <= *days)
    }

    /// The longest.
    pub fn first(&self) -> i32 {
        self.0.first().copied().unwrap_or_default()
    }
}

/// Where an agreement stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Begins later.
    Coming,
    /// In force.
    Active,
    /// In force and about to end, with nothing after it: the warning that holds and the days left.
    Expiring(i32, i32),
    /// In force until another takes over.
    Renewed,
    /// Over.
    Ended,
}

impl Standing {
    /// All of their names.
    pub const NAMES: [&'static str; 5] = ["coming", "active", "expiring", "renewed", "ended"];

    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Standing::Coming => "coming",
            Standing::Active => "active",
            Standing::Expiring(..) => "expiring",
            Standing::Renewed => "renewed",
            Standing::Ended => "ended",
        }
    }
}

/// Where an agreement stands on a day; one that goes on without a gap is not about to end.
pub fn standing(master: &Master, row: &Agreement, warnings: &Warnings, day: Date) -> Standing {
    let Span { from, to } = row.span;
    if day < from {
        return Standing::Coming;
    }
    if day >= to {
        return Standing::Ended;
    }
    // Until the last day; an end that nobody named is far away.
    let left = to.days().saturating_sub(day.days()).saturating_sub(1);
    let Some(stage) = warnings.stage(left) else { return Standing::Active };
    if master.agreement(&row.partner, to).is_some() { Standing::Renewed } else { Standing::Expiring(stage, left) }
}

/// How much of the known second tier has an agreement in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover<'m> {
    /// Partners of the second tier in force.
    pub known: usize,
    /// Of these, with an agreement.
    pub signed: usize,
    /// Those without, by code.
    pub unsigned: Vec<&'m Partner>,
}

/// Counts the second tier within a sight on a day.
pub fn cover<'m>(master: &'m Master, sight: &Sight, day: Date) -> Cover<'m> {
    let second = |row: &&Partner| row.span.contains(day) && SECOND.contains(&row.tier.as_str());
    let mut all: Vec<&Partner> = master.partners().filter(second).filter(|row| sight.sees(&row.territory, &row.code)).collect();
    let known = all.len();
    all.retain(|row| master.agreement(&row.code, day).is_none());
    all.sort_by(|one, other| one.code.cmp(&other.code));
    Cover { known, signed: known - all.len(), unsigned: all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use qudao_kernel::Fen;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn agreement(code: &str, from: &str, to: &str) -> Agreement {
        Agreement {
            code: code.into(),
            partner: "P1".into(),
            commitment: Fen(0),
            renewed: false,
            span: Span { from: day(from), to: day(to) },
        }
    }

    #[test]
    fn owner_and_agent_are_warned_at_60_30_and_7_days() {
        // R0.37
        let warnings = Warnings::read("60/30/7").unwrap();
        for (left, stage) in [(61, None), (60, Some(60)), (31, Some(60)), (30, Some(30)), (8, Some(30)), (7, Some(7)), (1, Some(7))] {
            assert_eq!(warnings.stage(left), stage, "{left}");
        }
        for wrong in ["", "7/30", "0", "a/b", "30/30"] {
            assert_eq!(Warnings::read(wrong).unwrap_err().code, "recruit.warnings", "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_warning_that_holds_is_the_nearest_that_has_come(days in prop::collection::btree_set(1_i32..400, 1..6), left in 0_i32..500) {
            // R0.37
            let text = days.iter().rev().map(i32::to_string).collect::<Vec<_>>().join("/");
            let warnings = Warnings::read(&text).unwrap();
            prop_assert_eq!(warnings.stage(left), days.iter().copied().find(|day| left <= *day));
            prop_assert_eq!(Some(warnings.first()), days.last().copied());
        }
    }

    #[test]
    fn an_agreement_that_goes_on_is_not_about_to_end() {
        // R0.37, R8.40
        let warnings = Warnings::read("60/30/7").unwrap();
        let mut master = Master::default();
        let first = agreement("A1", "2025-10-01", "2026-10-01");
        master.add_agreement(first.clone());
        assert_eq!(standing(&master, &first, &warnings, day("2026-09-01")), Standing::Expiring(30, 29));
        assert_eq!(standing(&master, &first, &warnings, day("2026-07-01")), Standing::Active);
        assert_eq!(standing(&master, &first, &warnings, day("2026-10-01")), Standing::Ended);
        let next = agreement("A2", "2026-10-01", "2027-10-01");
        master.add_agreement(next.clone());
        assert_eq!(standing(&master, &first, &warnings, day("2026-09-01")), Standing::Renewed);
        assert_eq!(standing(&master, &next, &warnings, day("2026-09-01")), Standing::Coming);
    }

    #[test]
    fn the_second_tier_without_an_agreement_is_listed() {
        // R8.65
        let mut master = Master::default();
        for (code, tier, parent) in [("P0", "增值服务商", ""), ("P1", "二级代理商", "P0"), ("P2", "二级代理商", "P0")] {
            let (name, kind) = (code.to_owned(), "代理商".to_owned());
            let row = Partner {
                code: code.into(),
                name,
                kind,
                tier: tier.into(),
                level: 0,
                parent: parent.into(),
                territory: "430102".into(),
                since: day("2020-01-01"),
                blacklisted: false,
                span: Span::ALWAYS,
            };
            master.add_partner(row);
        }
        master.add_agreement(agreement("A1", "2026-01-01", "2027-01-01"));
        let found = cover(&master, &Sight::everywhere(), day("2026-08-31"));
        assert_eq!((found.known, found.signed), (2, 1));
        assert_eq!(found.unsigned.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["P2"]);
        assert_eq!(cover(&master, &Sight::everywhere(), day("2027-01-01")).signed, 0, "an agreement that ended is none");
    }
}
