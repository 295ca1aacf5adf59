//! Who does something to the network, why, on whose application, and which days are still open.

use qudao_kernel::{Date, Kind, Refusal};

/// An act.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Who, as audit entries name them.
    pub who: &'a str,
    /// Why, in their words.
    pub reason: &'a str,
    /// Number of the approved application; empty where none is needed.
    pub application: &'a str,
    /// Today.
    pub today: Date,
    /// First day of the first month that is not closed.
    pub open_from: Date,
}

impl Act<'_> {
    /// What the audit keeps as the reason: the application and the words.
    pub fn note(&self) -> String {
        [self.application, self.reason.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Refuses a day of a month that is closed: what was settled for it stays.
    ///
    /// # Errors
    /// `Conflict network.day.closed`.
    pub fn open(&self, day: Date) -> Result<(), Refusal> {
        if day >= self.open_from {
            return Ok(());
        }
        let first = self.open_from;
        Err(Refusal::new(
            Kind::Conflict,
            "network.day.closed",
            format!("{day} 所在的月份已关账；请改为 {first} 或以后的日期"),
            format!("the month of {day} is closed; choose {first} or a later day"),
        ))
    }

    /// Refuses an act without a word why.
    ///
    /// # Errors
    /// `BadInput access.reason.missing`.
    pub fn reasoned(&self) -> Result<(), Refusal> {
        qudao_access::people::reasoned(self.reason)
    }
}

/// The nouns of one refusal: a code and the day.
pub(crate) fn not_in_force(noun: (&str, &str), code: &str, day: Date) -> Refusal {
    let (zh, en) = noun;
    Refusal::new(
        Kind::Conflict,
        "network.record.not_in_force",
        format!("{zh} {code} 在 {day} 不在有效期内；请核对编码和日期"),
        format!("{en} {code} is not in force on {day}; check code and day"),
    )
}
