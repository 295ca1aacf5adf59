//! The columns of an agreement.

use crate::files::Noun;
use crate::roster::{Reference, Stored, day, from_day, tables, to_day};
use qudao_kernel::Refusal;
use qudao_kernel::master::Agreement;
use qudao_platform::args;
use qudao_platform::db::{Row, Value};

impl Stored for Agreement {
    tables!("network_agreement");
    const COLUMNS: &'static str = "code, partner, commitment, renewed, effective_from, effective_to";
    const REFERS_TO: Option<(Noun, &'static str)> = Some((Noun::Partner, "network_partner_row"));
    const USED_BY: &'static [Reference] = &[];

    fn values(&self) -> Vec<Value> {
        let Self { code, partner, commitment, renewed, span } = self;
        args![code, partner, *commitment, *renewed, from_day(*span), to_day(*span)].to_vec()
    }

    fn of_row(row: &Row) -> Result<Self, Refusal> {
        Ok(Self {
            code: row.string("code")?,
            partner: row.string("partner")?,
            commitment: row.fen("commitment")?,
            renewed: row.flag("renewed")?,
            span: day(row)?,
        })
    }
}
