//! Answers that are kept while what they were made from is the same.

use qudao_kernel::Refusal;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// An answer, once it was made.
type Slot<V> = Arc<Mutex<Option<Arc<V>>>>;

/// What was counted from, and the answers under their keys.
type Held<S, K, V> = (Option<S>, VecDeque<(K, Slot<V>)>);

/// Answers of one state `S`, by what was asked. Another state drops them all; of many questions those asked last are kept.
pub(crate) struct Answers<S, K, V> {
    most: usize,
    kept: Mutex<Held<S, K, V>>,
}

impl<S: PartialEq, K: PartialEq, V> Answers<S, K, V> {
    /// For so many questions.
    pub(crate) const fn of(most: usize) -> Self {
        Self { most, kept: Mutex::new((None, VecDeque::new())) }
    }

    /// The answer to a question in a state. Whoever asks the same meanwhile waits, so that it is made once.
    ///
    /// # Errors
    /// What `make` refuses, which is asked again the next time.
    pub(crate) fn get(&self, state: S, key: K, make: impl FnOnce() -> Result<V, Refusal>) -> Result<Arc<V>, Refusal> {
        let slot = self.slot(state, key);
        let mut held = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = &*held {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(make()?);
        *held = Some(Arc::clone(&value));
        Ok(value)
    }

    fn slot(&self, state: S, key: K) -> Slot<V> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, answers) = &mut *kept;
        if then.as_ref() != Some(&state) {
            *then = Some(state);
            answers.clear();
        }
        let found = answers.iter().position(|(asked, _)| *asked == key).and_then(|place| answers.remove(place));
        let (key, slot) = found.unwrap_or_else(|| (key, Slot::default()));
        answers.push_front((key, Arc::clone(&slot)));
        answers.truncate(self.most);
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn an_answer_is_made_once_in_a_state() {
        // R0.21: a workbench shows what is, and costs what changed
        let (answers, made) = (Answers::of(2), Cell::new(0));
        let ask = |state: u64, key: &'static str| {
            let make = || {
                made.set(made.get() + 1);
                Ok(format!("{key}{state}"))
            };
            answers.get(state, key, make).unwrap().to_string()
        };
        assert_eq!((ask(1, "a"), ask(1, "a"), ask(1, "b"), made.get()), ("a1".into(), "a1".into(), "b1".into(), 2));
        assert_eq!((ask(2, "a"), made.get()), ("a2".into(), 3));
        // Of three questions the two asked last are kept.
        assert_eq!(
            (ask(2, "b"), ask(2, "a"), ask(2, "c"), ask(2, "a"), made.get()),
            ("b2".into(), "a2".into(), "c2".into(), "a2".into(), 5)
        );
        assert_eq!((ask(2, "b"), made.get()), ("b2".into(), 6));
    }

    #[test]
    fn what_was_refused_is_asked_again() {
        let answers: Answers<u64, (), u64> = Answers::of(1);
        let refused = || Err(Refusal::bad_input("test.no", "不行", "no"));
        assert_eq!(answers.get(1, (), refused).unwrap_err().code, "test.no");
        assert_eq!(*answers.get(1, (), || Ok(7)).unwrap(), 7);
    }
}
