//! What all records here have in common: numbers, words that are long enough, rows that are not there.

use qudao_access::Sight;
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::Territories;
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};

/// The next number of a kind: `XY260831-0001` and so on, counted by day.
pub(crate) async fn number(tx: &mut Tx, kind: &str) -> Result<String, Refusal> {
    let today = day(tx.now_us());
    let sql = "insert into recruit_number (kind, day, last) values ($1, $2, 1)
               on conflict (kind, day) do update set last = recruit_number.last + 1 returning last";
    let last = tx.query_one(sql, args![kind, today]).await?.int("last")?;
    let day: String = today.to_string().chars().filter(char::is_ascii_digit).skip(2).collect();
    Ok(format!("{kind}{day}-{last:04}"))
}

/// The row of a record that belongs to an area, within a sight. `lock` is `{for_update}` for whoever writes, else empty.
///
/// # Errors
/// `NotFound recruit.none`.
pub(crate) async fn one(tx: &mut Tx, sight: &Sight, table: &str, id: &str, noun: (&str, &str), lock: &str) -> Result<Row, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres_of_area("r", &mut values);
    let sql = format!("select r.* from {table} r where r.id = $1 and {wheres} {lock}");
    tx.query_opt(sql, &values).await?.ok_or_else(|| none(noun, id))
}

/// The rows of records that belong to areas, within a sight, in an order.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn all(tx: &mut Tx, sight: &Sight, table: &str, order: &str) -> Result<Vec<Row>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let wheres = sight.wheres_of_area("r", &mut values);
    tx.query(format!("select r.* from {table} r where {wheres} order by {order}"), &values).await
}

/// Words of a length, without blanks around them.
///
/// # Errors
/// `BadInput recruit.words`.
pub(crate) fn words<'t>(text: &'t str, least: usize, most: usize, (zh, en): (&str, &str)) -> Result<&'t str, Refusal> {
    let text = text.trim();
    let count = text.chars().count();
    if (least..=most).contains(&count) && !text.chars().any(|c| c.is_control() && c != '\n') {
        return Ok(text);
    }
    Err(Refusal::bad_input(
        "recruit.words",
        format!("{zh}须为 {least} 至 {most} 字；请修改"),
        format!("{en} has {least} to {most} characters; change it"),
    ))
}

/// A division that exists.
///
/// # Errors
/// `BadInput network.territory.unknown`.
pub(crate) fn territory(code: &str) -> Result<(), Refusal> {
    let known = Territories::official()?.check(code);
    known.map(drop).map_err(|text| Refusal::bad_input("network.territory.unknown", text.zh, text.en))
}

/// Refuses what is not there, and what is out of sight alike.
pub(crate) fn none((zh, en): (&str, &str), id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "recruit.none",
        format!("没有{zh} {id}，或不在您的范围内；请核对编号"),
        format!("there is no {en} {id}, or it is not within your reach; check the number"),
    )
}

/// Refuses a day before another.
///
/// # Errors
/// `BadInput recruit.days`.
pub(crate) fn not_before(day: Date, first: Date, (zh, en): (&str, &str)) -> Result<(), Refusal> {
    if day >= first {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "recruit.days",
        format!("{zh} {day} 早于 {first}；请修改日期"),
        format!("{en} {day} is before {first}; change the day"),
    ))
}

/// A conflict with where a record stands.
pub(crate) fn state(zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Conflict, "recruit.state", zh, en)
}
