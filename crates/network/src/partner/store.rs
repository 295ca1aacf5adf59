//! The columns of a partner.

use crate::files::Noun;
use crate::files::check::{Link, link};
use crate::roster::{Reference, Stored, day, from_day, tables, to_day};
use qudao_kernel::Refusal;
use qudao_kernel::master::Partner;
use qudao_platform::args;
use qudao_platform::db::{Row, Value};

impl Stored for Partner {
    tables!("network_partner");
    const COLUMNS: &'static str = "code, name, kind, tier, level, parent, territory, since, blacklisted, effective_from, effective_to";
    const REFERS_TO: Option<(Noun, &'static str)> = Some((Noun::Partner, Self::ROWS));
    const USED_BY: &'static [Reference] = &[
        Reference { noun: Noun::Partner, table: Self::ROWS, column: "parent" },
        Reference { noun: Noun::Outlet, table: "network_outlet_row", column: "owner" },
        Reference { noun: Noun::Agreement, table: "network_agreement_row", column: "partner" },
    ];

    fn values(&self) -> Vec<Value> {
        let Self { code, name, kind, tier, level, parent, territory, since, blacklisted, span } = self;
        args![code, name, kind, tier, *level, parent, territory, *since, *blacklisted, from_day(*span), to_day(*span)].to_vec()
    }

    fn of_row(row: &Row) -> Result<Self, Refusal> {
        Ok(Self {
            code: row.string("code")?,
            name: row.string("name")?,
            kind: row.string("kind")?,
            tier: row.string("tier")?,
            level: row.int("level")?,
            parent: row.string("parent")?,
            territory: row.string("territory")?,
            since: row.parse("since")?,
            blacklisted: row.flag("blacklisted")?,
            span: day(row)?,
        })
    }

    fn link(&self) -> Option<Link> {
        Some(link(self))
    }
}
