//! What all records here have in common: numbers, words that are long enough, two pairs of eyes, rows that are not there.

use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::Territories;
use qudao_platform::args;
use qudao_platform::audit::same_hand;
use qudao_platform::db::Tx;

/// Who does something, under the key of their request, by which a repeat is told.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Who.
    pub who: &'a str,
    /// Key of the request.
    pub key: &'a str,
}

impl Once<'_> {
    pub(crate) fn scope(&self, what: &str) -> String {
        format!("price.{what}/{}", self.who)
    }
}

/// The next number of a kind: `JG260831-0001` and so on, counted by day.
pub(crate) async fn number(tx: &mut Tx, kind: &str) -> Result<String, Refusal> {
    let today = day(tx.now_us());
    let sql = "insert into price_number (kind, day, last) values ($1, $2, 1)
               on conflict (kind, day) do update set last = price_number.last + 1 returning last";
    let last = tx.query_one(sql, args![kind, today]).await?.int("last")?;
    let day: String = today.to_string().chars().filter(char::is_ascii_digit).skip(2).collect();
    Ok(format!("{kind}{day}-{last:04}"))
}

/// Words of a length, without blanks around them.
///
/// # Errors
/// `BadInput price.words`.
pub(crate) fn words<'t>(text: &'t str, least: usize, most: usize, (zh, en): (&str, &str)) -> Result<&'t str, Refusal> {
    let text = text.trim();
    if (least..=most).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n') {
        return Ok(text);
    }
    Err(Refusal::bad_input(
        "price.words",
        format!("{zh}须为 {least} 至 {most} 字；请修改"),
        format!("{en} has {least} to {most} characters; change it"),
    ))
}

/// A division that exists; the whole country where it is empty.
///
/// # Errors
/// `BadInput network.territory.unknown`.
pub(crate) fn territory(code: &str) -> Result<(), Refusal> {
    if code.is_empty() {
        return Ok(());
    }
    let known = Territories::official()?.check(code);
    known.map(drop).map_err(|text| Refusal::bad_input("network.territory.unknown", text.zh, text.en))
}

/// A time that ends after it began.
///
/// # Errors
/// `BadInput price.days`.
pub(crate) fn period(from: Date, until: Option<Date>) -> Result<(), Refusal> {
    if until.is_none_or(|until| until > from) {
        return Ok(());
    }
    Err(Refusal::bad_input("price.days", "结束日期早于开始日期；请修改", "the last day is before the first; change it"))
}

/// Refuses whoever made something to decide on it.
///
/// # Errors
/// `Forbidden price.own_hand`.
pub(crate) fn another(made_by: &str, who: &str, (zh, en): (&str, &str)) -> Result<(), Refusal> {
    if !same_hand(made_by, who) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Forbidden,
        "price.own_hand",
        format!("{zh}不能由经办人自己决定；请由另一人处理"),
        format!("whoever made {en} does not decide on it; another person has to"),
    ))
}

/// Refuses what is not there, and what is out of sight alike.
pub(crate) fn none((zh, en): (&str, &str), id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "price.none",
        format!("没有{zh} {id}，或不在您的范围内；请核对编号"),
        format!("there is no {en} {id}, or it is not within your reach; check the number"),
    )
}

/// A conflict with where a record stands.
pub(crate) fn state(zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Conflict, "price.state", zh, en)
}

/// Names of a closed list, as tables and interfaces write them.
macro_rules! names {
    ($type:ident { $($variant:ident $name:literal),+ $(,)? }) => {
        impl $type {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As tables and interfaces write it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl std::str::FromStr for $type {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($name => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }
    };
}
pub(crate) use names;
