//! 应收 receivables, 收款 collections, 保证金 deposits, 抵扣 offsets (R7.4, R0.30, R0.32).
//!
//! An [`invoice`] is something a partner owes by a day. A [`collection`] is money that came in; it is matched to invoices, and what is not matched
//! stands to the partner's credit. [`deposit`]s are the partner's own money, by kind. An [`offset`] takes overdue invoices out of commission or out of
//! a deposit, on a ground, by two people. [`credit`] gives back what was charged for goods that were returned. [`account`] adds all of it up and says
//! who is supplied nothing more, be it for what is overdue or on a ground of its own ([`stop`]). Every movement of money goes to the one ledger through [`books`].
//!
//! Invariants
//! - Balance = invoiced − collected ± adjusted, for every invoice and every partner.
//! - The parts matched of a collection, and its credit, add up to the collection; no invoice is collected beyond what it asks.
//! - A deposit is never below zero, whoever writes at once.
//! - An offset is at most what is open of the invoice, and at most what the statement pays or the deposit holds; whoever proposed it does not approve it.
//! - A movement of money is posted once, under a key of its own, in the order of the acts.

pub mod account;
pub mod books;
pub mod collection;
pub mod credit;
pub mod deposit;
pub mod invoice;
pub mod offset;
pub mod stop;

#[cfg(test)]
mod tests;

use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::db::Tx;
use qudao_platform::hash::Fields;

/// Whose account something stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debtor<'a> {
    /// Partner.
    pub partner: &'a str,
    /// Division code of the partner, by which rows are seen.
    pub territory: &'a str,
}

/// Who does something, under the key of their request, by which a repeat is told.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Who.
    pub who: &'a str,
    /// Key of the request.
    pub key: &'a str,
}

impl Once<'_> {
    /// A number of its own for what the request makes: letters, the day, and a part of the hash of who asked under which key.
    fn number(&self, letters: &str, tx: &Tx) -> String {
        let day = qudao_access::sessions::day(tx.now_us()).to_string().replace('-', "");
        let hash = Fields::new().text(letters).text(self.who).text(self.key).finish();
        format!("{letters}{day}-{}", &hash[..8])
    }

    fn scope(&self, what: &str) -> String {
        format!("{what}/{}", self.who)
    }
}

/// The largest amount of one act: 100 billion yuan. Sums of many stay far inside 64 bits.
const MOST_FEN: i64 = 10_000_000_000_000;

/// Refuses an amount that is not above zero, or beyond all measure.
fn above_zero(amount: Fen) -> Result<(), Refusal> {
    if (1..=MOST_FEN).contains(&amount.0) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "receivable.amount",
        "金额须大于零且不超过一千亿元；请检查",
        "the amount must be above zero and at most 100 billion yuan; check it",
    ))
}

/// Refuses words that are too long for a note or reference, or have control characters.
fn plain(text: &str) -> Result<&str, Refusal> {
    const LONGEST: usize = 100;
    let text = text.trim();
    if text.chars().count() <= LONGEST && !text.chars().any(char::is_control) {
        return Ok(text);
    }
    Err(Refusal::bad_input(
        "receivable.text",
        format!("说明或编号最多 {LONGEST} 个字，不能含换行；请缩短"),
        format!("a note or number has at most {LONGEST} characters and no line breaks; shorten it"),
    ))
}

/// Refuses a day that has not come.
fn not_ahead(day: Date, today: Date) -> Result<(), Refusal> {
    if day <= today {
        return Ok(());
    }
    Err(Refusal::bad_input("receivable.day", format!("日期 {day} 晚于今天；请检查"), format!("the day {day} has not come; check it")))
}

fn missing(code: &'static str, zh: &str, en: &str, id: &str) -> Refusal {
    Refusal::new(Kind::NotFound, code, format!("没有{zh} {id}；请核对"), format!("there is no {en} {id}; check it"))
}
