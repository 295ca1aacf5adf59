//! What a visit says of the shelf: prices of models, and serials that were scanned. For whoever watches the market; a checklist's answers go as facts.

use super::Counts;
use super::merge::merge;
use super::record::{self, Priced, Record};
use super::store::of_write;
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::db::Tx;

/// The shelf of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// The day of the visit.
    pub day: Date,
    /// Outlet.
    pub outlet: String,
    /// Its partner, as the network knew it.
    pub partner: String,
    /// Its division code.
    pub territory: String,
    /// Its sub-type.
    pub outlet_type: String,
    /// Who was there; empty where nobody may know of the visit (R0.39).
    pub manager: String,
    /// Prices, by model.
    pub prices: Vec<(String, Priced)>,
    /// Model and serial of each piece that was scanned.
    pub serials: Vec<(String, String)>,
}

/// The shelf of a visit that counts; none of any other.
///
/// # Errors
/// The database does not answer.
pub async fn read(tx: &mut Tx, visit: &str) -> Result<Option<Shelf>, Refusal> {
    let Some(row) = tx.query_opt("select * from field_visit where id = $1", args![visit]).await? else { return Ok(None) };
    if row.parse::<Counts>("counts")? != Counts::Yes {
        return Ok(None);
    }
    let sql = "select id, seq, path, device, at_us, replaces, value from field_write
               where visit = $1 and (path like 'price.%' or path like 'count.%') order by id";
    let writes = tx.query(sql, args![visit]).await?.iter().map(of_write).collect::<Result<Vec<_>, _>>()?;
    let (mut prices, mut serials) = (Vec::new(), Vec::new());
    for (path, field) in merge(&writes) {
        match record::read(&path, &field.value) {
            Ok(Some(Record::Price(model, one))) => prices.push((model, one)),
            Ok(Some(Record::Count(model, one))) => serials.extend(one.serials.into_iter().map(|serial| (model.clone(), serial))),
            _ => {}
        }
    }
    Ok(Some(Shelf {
        day: row.parse("day")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        outlet_type: row.string("outlet_type")?,
        manager: if row.flag("hidden")? { String::new() } else { row.string("manager")? },
        prices,
        serials,
    }))
}
