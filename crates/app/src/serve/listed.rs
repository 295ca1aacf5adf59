//! What lists of outlets share: who an outlet is, the order somebody asked for, and the list as a file.

use super::figures::label;
use super::web::{bug, download};
use axum::response::Response;
use qudao_access::{Place, Scope};
use qudao_kernel::master::{Master, Outlet};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_metrics::{Catalogue, Dimension, place};
use qudao_platform::sheet::{Cell, Column, CsvEncoding, Format, TableWriter};
use serde::Serialize;
use utoipa::ToSchema;

/// Who an outlet is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OutletNamed {
    /// Code.
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) owner: String,
    pub(crate) owner_name: String,
    pub(crate) territory: String,
    /// Name of the county.
    pub(crate) territory_name: String,
    pub(crate) channel: String,
    /// The category in the language asked for.
    pub(crate) channel_name: String,
}

impl OutletNamed {
    /// Of an outlet's row on a day.
    pub(crate) fn of(catalogue: &Catalogue, master: &Master, row: &Outlet, day: Date, lang: Lang) -> Self {
        let name = |dimension: Dimension, key: &str| {
            if key.is_empty() { String::new() } else { label(catalogue, master, day, lang, dimension, key) }
        };
        Self {
            code: row.code.clone(),
            name: row.name.clone(),
            owner_name: name(Dimension::Partner, &row.owner),
            owner: row.owner.clone(),
            territory_name: name(Dimension::County, row.territory.get(..6).unwrap_or(&row.territory)),
            territory: row.territory.clone(),
            channel_name: name(Dimension::Channel, &row.channel),
            channel: row.channel.clone(),
        }
    }

    /// Whether what somebody typed is part of a code or name.
    pub(crate) fn matches(&self, typed: &str) -> bool {
        let typed = typed.to_lowercase();
        [&self.code, &self.name, &self.owner, &self.owner_name].iter().any(|text| text.to_lowercase().contains(&typed))
    }
}

/// Whether an outlet lies in a scope on a day.
pub(crate) fn in_scope(master: &Master, scope: &Scope, outlet: &str, day: Date) -> bool {
    if scope.is_everywhere() {
        return true;
    }
    let at = place(master, outlet, "", day);
    let partners: Vec<&str> = at.partners.iter().map(String::as_str).collect();
    scope.covers(&Place { territory: &at.territory, partners: &partners, outlet, clerk: "" })
}

/// The column to sort by, and whether downwards: a minus before the name turns the order round.
pub(crate) fn order<'a>(sort: Option<&'a str>, otherwise: &'a str) -> (&'a str, bool) {
    let sort = sort.filter(|sort| !sort.is_empty()).unwrap_or(otherwise);
    sort.strip_prefix('-').map_or((sort, false), |column| (column, true))
}

/// A share in per cent with two decimals, as a cell.
pub(crate) fn percent(ppm: Option<i64>) -> Cell<'static> {
    // Which is what an amount of money looks like.
    ppm.map_or(Cell::Empty, |ppm| Cell::Money(qudao_kernel::Fen((ppm + 50).div_euclid(100))))
}

/// A list as a file: XLSX, or CSV where that was asked for.
pub(crate) fn file(
    name: &str,
    csv: bool,
    columns: &[Column],
    fill: impl FnOnce(&mut TableWriter) -> Result<(), Refusal>,
) -> Result<Response, Refusal> {
    let format = if csv { Format::Csv(CsvEncoding::Utf8Bom) } else { Format::Xlsx };
    let folder = tempfile::tempdir().map_err(|error| bug(&error.to_string()))?;
    let path = folder.path().join(format!("list.{}", format.extension()));
    let mut table = TableWriter::create(&path, columns, format)?;
    fill(&mut table)?;
    table.finish()?;
    let bytes = std::fs::read(&path).map_err(|error| bug(&error.to_string()))?;
    let kind = if csv { "text/csv; charset=utf-8" } else { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
    Ok(download(&format!("{name}.{}", format.extension()), kind, bytes))
}
