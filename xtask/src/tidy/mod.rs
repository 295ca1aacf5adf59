//! Rules of the house that no compiler checks. Each finding says where, what, and what to do instead.

mod text;

use crate::shell::{self, Done};

/// One breach.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// File, from the root, with a line where there is one.
    place: String,
    /// What is wrong and what to do instead.
    sentence: String,
}

/// Checks everything; an error lists what was found.
pub(crate) fn run() -> Done {
    let mut found = Vec::new();
    text::check(&shell::root(), &mut found)?;
    found.sort();
    for finding in &found {
        println!("{}: {}", finding.place, finding.sentence);
    }
    if found.is_empty() { Ok(()) } else { Err(format!("tidy found {} breaches, listed above with what to do instead", found.len())) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        super::run().unwrap();
    }
}
