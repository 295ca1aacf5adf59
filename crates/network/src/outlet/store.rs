//! The columns of an outlet.

use crate::files::Noun;
use crate::roster::{Reference, Stored, day, from_day, tables, to_day};
use qudao_kernel::Refusal;
use qudao_kernel::master::Outlet;
use qudao_platform::args;
use qudao_platform::db::{Row, Value};

impl Stored for Outlet {
    tables!("network_outlet");
    const COLUMNS: &'static str = "code, name, owner, territory, channel, subtype, grade, district, effective_from, effective_to";
    const REFERS_TO: Option<(Noun, &'static str)> = Some((Noun::Partner, "network_partner_row"));
    const USED_BY: &'static [Reference] = &[Reference { noun: Noun::Clerk, table: "network_clerk_row", column: "outlet" }];

    fn values(&self) -> Vec<Value> {
        let Self { code, name, owner, territory, channel, subtype, grade, district, span } = self;
        args![code, name, owner, territory, channel, subtype, grade, district, from_day(*span), to_day(*span)].to_vec()
    }

    fn of_row(row: &Row) -> Result<Self, Refusal> {
        Ok(Self {
            code: row.string("code")?,
            name: row.string("name")?,
            owner: row.string("owner")?,
            territory: row.string("territory")?,
            channel: row.string("channel")?,
            subtype: row.string("subtype")?,
            grade: row.string("grade")?,
            district: row.string("district")?,
            span: day(row)?,
        })
    }
}
