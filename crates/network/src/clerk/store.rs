//! The columns of a clerk.

use crate::files::Noun;
use crate::roster::{Reference, Stored, day, from_day, tables, to_day};
use qudao_kernel::Refusal;
use qudao_kernel::master::Clerk;
use qudao_platform::args;
use qudao_platform::db::{Row, Value};

impl Stored for Clerk {
    tables!("network_clerk");
    const COLUMNS: &'static str = "code, name, outlet, effective_from, effective_to";
    const REFERS_TO: Option<(Noun, &'static str)> = Some((Noun::Outlet, "network_outlet_row"));
    const USED_BY: &'static [Reference] = &[];

    fn values(&self) -> Vec<Value> {
        let Self { code, name, outlet, span } = self;
        args![code, name, outlet, from_day(*span), to_day(*span)].to_vec()
    }

    fn of_row(row: &Row) -> Result<Self, Refusal> {
        Ok(Self { code: row.string("code")?, name: row.string("name")?, outlet: row.string("outlet")?, span: day(row)? })
    }
}
