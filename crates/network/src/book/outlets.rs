//! Outlets of the book.

use super::{Book, Entry, Wanted, is};
use qudao_access::Scope;
use qudao_kernel::master::Outlet;

impl Book {
    /// Outlets within a scope that meet what is wanted, by code.
    pub fn outlets<'a>(&'a self, scope: &'a Scope, wanted: &'a Wanted) -> impl Iterator<Item = &'a Entry<Outlet>> {
        let typed = wanted.typed.trim().to_lowercase();
        self.outlets.iter().filter(move |entry| {
            entry.within(scope, &entry.row.code, "")
                && entry.meets(wanted, &typed)
                && is(&wanted.channel, &entry.row.channel)
                && is(&wanted.subtype, &entry.row.subtype)
                && is(&wanted.grade, &entry.row.grade)
        })
    }

    /// An outlet within a scope.
    pub fn outlet(&self, scope: &Scope, code: &str) -> Option<&Entry<Outlet>> {
        self.outlet_at.get(code).map(|at| &self.outlets[*at]).filter(|entry| entry.within(scope, code, ""))
    }

    /// Name of an outlet, wherever it is.
    pub fn outlet_name(&self, code: &str) -> &str {
        self.outlet_at.get(code).map_or("", |at| self.outlets[*at].row.name.as_str())
    }
}
