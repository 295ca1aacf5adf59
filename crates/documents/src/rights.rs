//! Who reads a document, and who keeps it.
//!
//! A document is of a division, and so of everybody at or below it and of whoever oversees it, or of one partner, and so of that partner, those
//! above it and whoever oversees the place. A folder may name the roles it is meant for; who keeps documents there reads them whatever the
//! folder says.

use crate::store::Document;
use qudao_access::{Place, Scope};
use qudao_kernel::territory::under;

/// What somebody is, as far as documents ask.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// Where they may read.
    pub reads: Scope,
    /// Division codes of where they stand: of their territories, partners, outlets and work IDs.
    pub stands: Vec<String>,
    /// Ids of their roles that may read.
    pub roles: Vec<String>,
    /// Where they may keep documents.
    pub keeps: Scope,
}

/// Where the partner of a document stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seat<'a> {
    /// Its division.
    pub territory: &'a str,
    /// It and those above it.
    pub partners: &'a [&'a str],
}

impl Reader {
    /// Whether they may keep what is of a place: add to it, change and archive it.
    pub fn keeps(&self, territory: &str, seat: Seat<'_>) -> bool {
        self.keeps.covers(&place(territory, seat))
    }

    /// Whether they may read a document whose folder is meant for these roles (none: for all).
    pub fn reads(&self, document: &Document, seat: Seat<'_>, readers: &[String]) -> bool {
        if self.keeps(&document.territory, seat) {
            return true;
        }
        let meant = readers.is_empty() || readers.iter().any(|role| self.roles.contains(role));
        let below = document.partner.is_empty() && self.stands.iter().any(|stand| under(stand, &document.territory));
        meant && (below || self.reads.covers(&place(&document.territory, seat)))
    }
}

fn place<'a>(territory: &'a str, seat: Seat<'a>) -> Place<'a> {
    let territory = if seat.partners.is_empty() { territory } else { seat.territory };
    Place { territory, partners: seat.partners, outlet: "", clerk: "" }
}
