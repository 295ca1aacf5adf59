//! A check-up of a house: what is well, what is not, and what to do about it. Nothing is changed.

mod database;
mod folder;

use crate::house::House;
use qudao_kernel::Text;
use qudao_platform::Clock;
use std::sync::Arc;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As it should be.
    Well,
    /// Not looked at, because something else is wrong or not installed.
    Unknown,
    /// Works, and will not for long, or not as it should.
    Warning,
    /// Does not work, or is not what it was.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Stable word for scripts.
    pub id: &'static str,
    /// What was looked at.
    pub name: Text,
    /// How it is.
    pub state: State,
    /// What was found.
    pub found: Text,
    /// What to do; absent where nothing is to be done.
    pub remedy: Option<Text>,
}

/// How thoroughly to look.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Kept files to hash, evenly spread over all of them; 0 for every one.
    pub sample: usize,
    /// Whether the house lives on the machine's day; a demo does not.
    pub real_time: bool,
}

impl Check {
    /// Something that is as it should be.
    pub fn well(id: &'static str, name: (&str, &str), found: (impl Into<String>, impl Into<String>)) -> Self {
        Self { id, name: Text::new(name.0, name.1), state: State::Well, found: Text::new(found.0, found.1), remedy: None }
    }

    /// Something that is not.
    pub fn not(mut self, state: State, remedy: (impl Into<String>, impl Into<String>)) -> Self {
        self.state = state;
        self.remedy = Some(Text::new(remedy.0, remedy.1));
        self
    }

    /// Something that could not be looked at, with the reason.
    pub fn unknown(id: &'static str, name: (&str, &str), why: (impl Into<String>, impl Into<String>)) -> Self {
        Self { state: State::Unknown, ..Self::well(id, name, why) }
    }
}

/// Looks at a house. Reads files and runs `df` and `timedatectl`: call it where blocking is allowed.
pub async fn look(house: &House, clock: Arc<dyn Clock>, wanted: Wanted) -> Vec<Check> {
    let mut checks = vec![folder::home(&house.home), folder::room(&house.home)];
    if let Some(file) = house.file().filter(|file| !file.starts_with(&house.home) && file.is_file()) {
        checks.push(folder::room(file));
    }
    checks.extend(database::look(house, clock, wanted).await);
    checks.extend([folder::files(&house.home, wanted.sample), folder::ledger(&house.home), folder::runs(&house.home)]);
    checks
}
