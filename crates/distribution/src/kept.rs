//! What all records here have in common.

use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::db::Tx;
use qudao_platform::hash::Fields;

/// An outlet of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<'a> {
    /// Outlet.
    pub outlet: &'a str,
    /// Its partner.
    pub partner: &'a str,
    /// Its division.
    pub territory: &'a str,
}

/// An id that follows from some words.
pub(crate) fn id(letters: &str, on: Date, words: &[&str]) -> String {
    let mut fields = Fields::new().text(letters);
    for word in words {
        fields = fields.text(word);
    }
    format!("{letters}{}-{}", on.to_string().replace('-', ""), &fields.finish()[..8])
}

/// Today, in a transaction.
pub(crate) fn today(tx: &Tx) -> Date {
    day(tx.now_us())
}

/// What is not there, or not for the caller.
pub(crate) fn none((zh, en): (&str, &str), id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "distribution.none",
        format!("没有{zh} {id}，或不在您的范围内；请核对编号"),
        format!("there is no {en} {id}, or it is not within your reach; check the number"),
    )
}

/// A conflict with where a record stands.
pub(crate) fn state(zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Conflict, "distribution.state", zh, en)
}

/// A defect of ours.
pub(crate) fn bug(why: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "distribution.stored",
        format!("分销的存档读不懂：{why}；请把此信息报告给维护者"),
        format!("what is stored of distribution cannot be read: {why}; report this to the maintainers"),
    )
}
