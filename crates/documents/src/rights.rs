//! Who reads a document, and who keeps it.
//!
//! A document is of a division, and so of everybody at or below it and of whoever oversees it, or of one partner, and so of that partner, those
//! above it and whoever oversees the place. A folder may name the roles it is meant for; who keeps documents there reads them whatever the
//! folder says.

use crate::store::Document;
use qudao_access::{Place, Scope};
use qudao_kernel::territory::under;

/// A role somebody holds that may read documents.
#[derive(Debug, Clone)]
pub struct Held {
    /// Id of the role.
    pub role: String,
    /// Where it may read.
    pub reads: Scope,
    /// Division code of where its holder stands: of the territory, partner, outlet or work ID it is held over.
    pub stands: String,
}

/// What somebody is, as far as documents ask.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// The roles that may read. Each with its own place: a leader of one county is none of the next.
    pub held: Vec<Held>,
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

    /// Whether a folder that is meant for these roles (none: for all) is theirs to open: whoever keeps documents anywhere opens all.
    pub fn enters(&self, readers: &[String]) -> bool {
        readers.is_empty() || self.keeps != Scope::default() || self.held.iter().any(|held| readers.contains(&held.role))
    }

    /// Whether they may read a document whose folder is meant for these roles (none: for all).
    pub fn reads(&self, document: &Document, seat: Seat<'_>, readers: &[String]) -> bool {
        if self.keeps(&document.territory, seat) {
            return true;
        }
        let place = place(&document.territory, seat);
        let meant = |held: &Held| readers.is_empty() || readers.contains(&held.role);
        let there = |held: &Held| (document.partner.is_empty() && under(&held.stands, &document.territory)) || held.reads.covers(&place);
        self.held.iter().any(|held| meant(held) && there(held))
    }
}

fn place<'a>(territory: &'a str, seat: Seat<'a>) -> Place<'a> {
    let territory = if seat.partners.is_empty() { territory } else { seat.territory };
    Place { territory, partners: seat.partners, outlet: "", clerk: "" }
}
