//! Clerks of the book.

use super::{Book, Entry, Wanted, is};
use qudao_access::Scope;
use qudao_kernel::master::Clerk;

impl Book {
    /// Clerks within a scope that meet what is wanted, by work ID.
    pub fn clerks<'a>(&'a self, scope: &'a Scope, wanted: &'a Wanted) -> impl Iterator<Item = &'a Entry<Clerk>> {
        let typed = wanted.typed.trim().to_lowercase();
        self.clerks.iter().filter(move |entry| {
            entry.within(scope, &entry.row.outlet, &entry.row.code) && entry.meets(wanted, &typed) && is(&wanted.outlet, &entry.row.outlet)
        })
    }

    /// A clerk within a scope.
    pub fn clerk(&self, scope: &Scope, code: &str) -> Option<&Entry<Clerk>> {
        let entry = self.clerk_at.get(code).map(|at| &self.clerks[*at])?;
        entry.within(scope, &entry.row.outlet, code).then_some(entry)
    }
}
