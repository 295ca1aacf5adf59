//! What is to be put right before leaving, by what it is worth (R7.265).

use super::store::Visit;
use qudao_kernel::{Fen, Text};

/// An item that is not right, and nothing was said about it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToFix {
    /// Its checklist.
    pub template: String,
    /// The item.
    pub item: String,
    /// What it is.
    pub name: Text,
    /// What putting it right is expected to bring in a month; zero where nobody knows.
    pub worth: Fen,
    /// Whether it fails the whole checklist.
    pub veto: bool,
}

/// Items that failed and have no correction: what fails a whole checklist first, then what is worth most, then in the order of the walk.
pub fn to_fix(visit: &Visit, worth: impl Fn(&str, &str) -> Fen) -> Vec<ToFix> {
    let mut found = Vec::new();
    for (template, outcome) in &visit.sheets {
        for id in &outcome.failed {
            let Some(item) = template.item(id).filter(|_| !visit.view.fixes.contains_key(&(template.id.clone(), id.clone()))) else {
                continue;
            };
            let worth = worth(&template.id, id);
            found.push(ToFix { template: template.id.clone(), item: id.clone(), name: item.name.clone(), worth, veto: item.veto });
        }
    }
    found.sort_by_key(|one| (!one.veto, std::cmp::Reverse(one.worth)));
    found
}
