//! 终端供货 handset supply: what suppliers offer, what outlets order, and each piece by its serial until it is paid (R4.45, R4.49, R8.68).
//!
//! An [`offer`] names a handset, its supplier, its price and the margin that is guaranteed to whoever sells it. An [`order`] is placed for an outlet at the
//! prices of that moment, accepted with a day, sent out piece by piece and received; what arrived enters the outlet's stock and is invoiced to its
//! partner. [`back`] takes pieces back that were not sold, and gives back what was charged for them. [`list`] is what people look at.
//!
//! Invariants
//! - Suggested price − supply price is at least the guaranteed margin, of every offer and of every line ever ordered.
//! - Nothing is ordered, accepted or sent out for a partner that is supplied nothing more, has no agreement in force, or is on the blacklist.
//! - What is sent out are as many serials as were ordered of each offer; a serial is in one place, whoever acts at once.
//! - What is invoiced is what arrived; what is given back of it is what came back, each piece once, and another person than who asked takes it back.
//! - Every act on an order is kept for good.

pub mod back;
pub mod list;
pub mod offer;
pub mod order;

#[cfg(test)]
mod tests;

use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::Tx;

/// Longest text of a note or a supplier.
const LONGEST: usize = 100;

/// What holds for supply, as parameters say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Days overdue after which a partner is supplied nothing more.
    pub stop_days: i32,
    /// Days to pay what arrived.
    pub pay_days: i32,
    /// Days after arrival within which pieces are taken back.
    pub return_days: i32,
}

/// By what supply goes: the network, the rules, and the day.
#[derive(Debug, Clone, Copy)]
pub struct Shop<'a> {
    /// Partners, outlets, agreements and products.
    pub master: &'a Master,
    /// Rules.
    pub rules: Rules,
    /// Day.
    pub today: Date,
}

/// A number of its own: letters, the day, and how many of that day.
async fn number(tx: &mut Tx, letters: &str, today: Date) -> Result<String, Refusal> {
    let sql =
        "insert into supply_number (day, last) values ($1, 1) on conflict (day) do update set last = supply_number.last + 1 returning last";
    let day = today.to_string().replace('-', "");
    let last = tx.query_one(sql, args![format!("{letters}{day}")]).await?.int("last")?;
    Ok(format!("{letters}{day}-{last:04}"))
}

/// Refuses a text that is too long or has control characters.
fn plain(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    if text.chars().count() <= LONGEST && !text.chars().any(char::is_control) {
        return Ok(text);
    }
    Err(Refusal::bad_input(
        "supply.text",
        format!("说明最多 {LONGEST} 个字，不能含换行；请缩短"),
        format!("a text has at most {LONGEST} characters and no line breaks; shorten it"),
    ))
}

fn conflict(code: &'static str, zh: String, en: String) -> Refusal {
    Refusal::new(Kind::Conflict, code, zh, en)
}
