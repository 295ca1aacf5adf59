//! What pages show of visits beside what they came to: flags of many, values that stand beside each other, whose a visit is, last visits.

use super::flags::Flag;
use super::list::{Sight, mark, seen};
use super::merge::{Field, merge};
use super::none;
use super::store::{of_write, parsed};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Tx, Value};
use std::collections::BTreeMap;

/// Flags of visits whose rows somebody sees, by visit.
///
/// # Errors
/// The database does not answer.
pub async fn flags(tx: &mut Tx, visits: &[&str]) -> Result<BTreeMap<String, Vec<Flag>>, Refusal> {
    let mut found: BTreeMap<String, Vec<Flag>> = BTreeMap::new();
    if visits.is_empty() {
        return Ok(found);
    }
    let mut values: Vec<Value> = Vec::with_capacity(visits.len());
    let marks: Vec<String> = visits.iter().map(|visit| mark(&mut values, *visit)).collect();
    let sql = format!("select visit, body from field_flag where visit in ({}) order by visit, body", marks.join(", "));
    for row in tx.query(sql, &values).await? {
        found.entry(row.string("visit")?).or_default().push(parsed(row.text("body")?)?);
    }
    Ok(found)
}

/// Fields of a visit with two values beside each other, by their path. The visit is one that somebody sees.
///
/// # Errors
/// The database does not answer.
pub async fn conflicts(tx: &mut Tx, visit: &str) -> Result<Vec<(String, Field)>, Refusal> {
    let sql = "select id, seq, path, device, at_us, replaces, value from field_write where visit = $1 order by id";
    let writes = tx.query(sql, args![visit]).await?.iter().map(of_write).collect::<Result<Vec<_>, _>>()?;
    Ok(merge(&writes).into_iter().filter(|(_, field)| !field.others.is_empty()).collect())
}

/// The division code of somebody's own visit, where it is there; somebody else's is refused. One that is not there yet is free to all.
///
/// # Errors
/// `NotFound field.visit.none`.
pub async fn own(tx: &mut Tx, who: &str, visit: &str) -> Result<Option<String>, Refusal> {
    match tx.query_opt("select manager, territory from field_visit where id = $1", args![visit]).await? {
        Some(row) if row.text("manager")? == who => row.string("territory").map(Some),
        Some(_) => Err(none(visit)),
        None => Ok(None),
    }
}

/// Refuses a photo that is none of a visit within a sight.
///
/// # Errors
/// `NotFound field.visit.none`, `field.photo.none`.
pub async fn photo(tx: &mut Tx, sight: &Sight, visit: &str, sha256: &str) -> Result<(), Refusal> {
    seen(tx, sight, visit).await?;
    let row = tx.query_opt("select sha256 from field_photo where visit = $1 and sha256 = $2", args![visit, sha256]).await?;
    row.map(drop).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "field.photo.none",
            "这次拜访没有这张照片，或照片还没有收完",
            "the visit has no such photo, or it is not whole yet",
        )
    })
}

/// The day of the last reported visit of each outlet within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn last_days(tx: &mut Tx, sight: &Sight) -> Result<BTreeMap<String, Date>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = sight.wheres("v", true, &mut values);
    let sql = format!(
        "select v.outlet, max(v.day) as last_on from field_visit v where v.state in ('reported', 'reviewed') and {within} group by v.outlet"
    );
    let mut found = BTreeMap::new();
    for row in tx.query(sql, &values).await? {
        found.insert(row.string("outlet")?, row.parse("last_on")?);
    }
    Ok(found)
}
