//! One search over partners, outlets and clerks (R0.9).

use super::{Book, Coded, Entry};
use qudao_access::Scope;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noun {
    /// A partner.
    Partner,
    /// An outlet.
    Outlet,
    /// A clerk.
    Clerk,
}

/// A record that matches.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// Which kind.
    pub noun: Noun,
    /// Its code.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Division code of where it is.
    pub territory: &'a str,
    /// Name of what it belongs to: the parent, the owner, the outlet.
    pub of: &'a str,
    /// How well it matches; 0 is best.
    pub rank: usize,
}

impl Book {
    /// Records within a scope by part of a name or code, or by pinyin initials; the best first.
    pub fn find(&self, scope: &Scope, typed: &str, limit: usize) -> Vec<Found<'_>> {
        let typed = typed.trim().to_lowercase();
        if typed.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<Found<'_>> = Vec::new();
        found.extend(ranked(&self.partners, &typed).filter(|(_, entry)| entry.within(scope, "", "")).map(|(rank, entry)| {
            let of = self.partner_name(&entry.row.parent);
            Found { noun: Noun::Partner, code: &entry.row.code, name: &entry.row.name, territory: &entry.territory, of, rank }
        }));
        found.extend(ranked(&self.outlets, &typed).filter(|(_, entry)| entry.within(scope, &entry.row.code, "")).map(|(rank, entry)| {
            let of = self.partner_name(&entry.row.owner);
            Found { noun: Noun::Outlet, code: &entry.row.code, name: &entry.row.name, territory: &entry.territory, of, rank }
        }));

        found.extend(ranked(&self.clerks, &typed).filter(|(_, entry)| entry.within(scope, &entry.row.outlet, &entry.row.code)).map(
            |(rank, entry)| {
                let of = self.outlet_name(&entry.row.outlet);
                Found { noun: Noun::Clerk, code: &entry.row.code, name: &entry.row.name, territory: &entry.territory, of, rank }
            },
        ));
        let better = |a: &Found<'_>, b: &Found<'_>| (a.rank, a.noun, a.code).cmp(&(b.rank, b.noun, b.code));
        // One letter is part of nearly everything: only what is shown is put in order.
        if limit < found.len() {
            found.select_nth_unstable_by(limit, better);
            found.truncate(limit);
        }
        found.sort_unstable_by(better);
        found
    }
}

fn ranked<'a, T: Coded>(entries: &'a [Entry<T>], typed: &str) -> impl Iterator<Item = (usize, &'a Entry<T>)> {
    entries.iter().filter_map(move |entry| Some((entry.rank(typed)?, entry)))
}
