//! What a run collected over all partners for its end, as it left it for a later run of the month: a proof asks it about the others in a pool or
//! ranking instead of counting their facts again.

use super::kept;
use super::totals::Claims;
use qudao_kernel::{Month, Refusal};
use std::path::Path;

/// The totals. Policies, measures and components are named by their places in the set the run had.
pub struct Collected(Claims);

impl Collected {
    /// Reads what a run left in its folder; `None` where it left nothing.
    ///
    /// # Errors
    /// A file is damaged.
    pub fn of(run: &Path) -> Result<Option<Self>, Refusal> {
        Ok(kept::claims(run)?.map(Self))
    }

    /// Value of a measure for a key (a partner, or partner/code), as numerator and denominator; `None` if the run did not collect it.
    pub fn measure(&self, policy: usize, measure: usize, anchor: Month, key: &str) -> Option<(i128, i128)> {
        self.0.measures.get(&(policy, measure, anchor.index())).map(|totals| totals.get(key))
    }

    /// Keys of the groups a component looked at; `None` if the run did not collect them.
    pub fn groups(&self, policy: usize, component: usize) -> Option<impl Iterator<Item = &str>> {
        self.0.groups.get(&(policy, component)).map(|keys| keys.iter().map(String::as_str))
    }
}
