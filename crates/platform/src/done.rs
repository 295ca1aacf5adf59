//! Whether a command did something or had been done before.

/// The outcome of an idempotent command: a repeat of a finished command is an answer, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Done<T> {
    /// It happened now.
    Now(T),
    /// It had happened before, with the same content; nothing was changed.
    Already(T),
}

impl<T> Done<T> {
    /// The result, whenever it happened.
    pub fn into_inner(self) -> T {
        match self {
            Done::Now(value) | Done::Already(value) => value,
        }
    }

    /// The result, whenever it happened.
    pub fn get(&self) -> &T {
        match self {
            Done::Now(value) | Done::Already(value) => value,
        }
    }

    /// True if this call changed something.
    pub fn is_new(&self) -> bool {
        matches!(self, Done::Now(_))
    }

    /// The same outcome with another result.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Done<U> {
        match self {
            Done::Now(value) => Done::Now(change(value)),
            Done::Already(value) => Done::Already(change(value)),
        }
    }
}
