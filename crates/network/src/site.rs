//! 地址: where an outlet stands from a day on (R0.38), and where exactly, where somebody measured it.

use crate::act::Act;
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Row, Tx};
use serde_json::json;
use std::collections::BTreeMap;

/// A point, degrees in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// North.
    pub lat_e6: i64,
    /// East.
    pub lon_e6: i64,
}

/// Where an outlet stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// From this day on.
    pub from: Date,
    /// Address.
    pub address: String,
    /// Where exactly, if that is known.
    pub point: Option<Point>,
    /// The application that moved it; empty for none.
    pub application: String,
}

/// Notes where an outlet stands from a day on.
///
/// # Errors
/// `BadInput network.site.point` for a point that is not on earth; `network.site.address`.
pub async fn put(tx: &mut Tx, act: &Act<'_>, outlet: &str, from: Date, address: &str, point: Option<Point>) -> Result<(), Refusal> {
    let address = address.trim();
    if !(2..=200).contains(&address.chars().count()) {
        return Err(Refusal::bad_input("network.site.address", "地址须为 2 至 200 字", "an address has 2 to 200 characters"));
    }
    if point.is_some_and(|point| point.lat_e6.abs() > 90_000_000 || point.lon_e6.abs() > 180_000_000) {
        return Err(Refusal::bad_input("network.site.point", "经纬度有误；请重新定位", "the position is none on earth; take it again"));
    }
    let (lat, lon) = (point.map(|point| point.lat_e6), point.map(|point| point.lon_e6));
    let sql = "insert into network_site (outlet, from_day, address, lat_e6, lon_e6, application, who, at_us) values ($1, $2, $3, $4, $5, $6, $7, $8)
               on conflict (outlet, from_day) do update set address = excluded.address, lat_e6 = excluded.lat_e6, lon_e6 = excluded.lon_e6,
                   application = excluded.application, who = excluded.who, at_us = excluded.at_us";
    tx.execute(sql, args![outlet, from, address, lat, lon, act.application, act.who, tx.now_us()]).await?;
    let after = json!({ "address": address, "from": from.to_string(), "lat_e6": lat, "lon_e6": lon });
    tx.audit(Entry::new(act.who, "outlet.site", "outlet", outlet).after(after.to_string()).reason(act.note()));
    Ok(())
}

/// Where an outlet stood, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, outlet: &str) -> Result<Vec<Site>, Refusal> {
    tx.query("select * from network_site where outlet = $1 order by from_day", args![outlet]).await?.iter().map(of_row).collect()
}

/// Where an outlet stands on a day, if anybody noted it.
///
/// # Errors
/// The database does not answer.
pub async fn on(tx: &mut Tx, outlet: &str, day: Date) -> Result<Option<Site>, Refusal> {
    let sql = "select * from network_site where outlet = $1 and from_day <= $2 order by from_day desc limit 1";
    tx.query_opt(sql, args![outlet, day]).await?.as_ref().map(of_row).transpose()
}

/// The points of all outlets on a day, where somebody measured them.
///
/// # Errors
/// The database does not answer.
pub async fn points(tx: &mut Tx, day: Date) -> Result<BTreeMap<String, Point>, Refusal> {
    let sql = "select * from network_site where from_day <= $1 order by outlet, from_day";
    let mut found = BTreeMap::new();
    tx.query_each(sql, args![day], |row| {
        // What was noted later holds, also where nobody measured it.
        match of_row(&row)?.point {
            Some(point) => found.insert(row.string("outlet")?, point),
            None => found.remove(row.text("outlet")?),
        };
        Ok(())
    })
    .await?;
    Ok(found)
}

fn of_row(row: &Row) -> Result<Site, Refusal> {
    let point = match (row.opt_int("lat_e6")?, row.opt_int("lon_e6")?) {
        (Some(lat_e6), Some(lon_e6)) => Some(Point { lat_e6, lon_e6 }),
        _ => None,
    };
    Ok(Site { from: row.parse("from_day")?, address: row.string("address")?, point, application: row.string("application")? })
}
