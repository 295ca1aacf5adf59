//! Partners of the book.

use super::{Book, Entry, Wanted, is};
use qudao_access::Scope;
use qudao_kernel::master::Partner;

impl Book {
    /// Partners within a scope that meet what is wanted, by code.
    pub fn partners<'a>(&'a self, scope: &'a Scope, wanted: &'a Wanted) -> impl Iterator<Item = &'a Entry<Partner>> {
        let typed = wanted.typed.trim().to_lowercase();
        self.partners.iter().filter(move |entry| {
            entry.within(scope, "", "")
                && entry.meets(wanted, &typed)
                && is(&wanted.kind, &entry.row.kind)
                && is(&wanted.tier, &entry.row.tier)
                && (wanted.blacklisted.is_empty() || wanted.blacklisted == entry.row.blacklisted.to_string())
        })
    }

    /// A partner within a scope.
    pub fn partner(&self, scope: &Scope, code: &str) -> Option<&Entry<Partner>> {
        self.partner_at.get(code).map(|at| &self.partners[*at]).filter(|entry| entry.within(scope, "", ""))
    }

    /// Name of a partner, wherever it is: a record one may see names those it belongs to.
    pub fn partner_name(&self, code: &str) -> &str {
        self.partner_at.get(code).map_or("", |at| self.partners[*at].row.name.as_str())
    }

    /// Partners directly below one, within a scope.
    pub fn below<'a>(&'a self, scope: &'a Scope, parent: &'a str) -> impl Iterator<Item = &'a Entry<Partner>> {
        self.partners.iter().filter(move |entry| entry.row.parent == parent && entry.within(scope, "", ""))
    }
}
