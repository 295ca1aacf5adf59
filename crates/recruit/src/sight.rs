//! Who sees which rows: the one place that says so, for agreements, prospects, enquiries, plans and events.

use qudao_access::{Place, Scope};
use qudao_kernel::Date;
use qudao_kernel::master::Master;
use std::sync::Arc;

/// Most partners above one another.
const DEEPEST: u8 = 12;

/// Where somebody may look.
#[derive(Debug, Clone)]
pub struct Sight {
    scope: Scope,
    master: Arc<Master>,
    day: Date,
}

impl Sight {
    /// What a scope reaches on a day.
    pub fn of(scope: Scope, master: Arc<Master>, day: Date) -> Self {
        Self { scope, master, day }
    }

    /// Everything.
    pub fn everywhere() -> Self {
        Self { scope: Scope { territories: vec![String::new()], ..Scope::default() }, master: Arc::default(), day: Date::from_days(0) }
    }

    /// Whether a row of a territory is seen, and of a partner where it is one's.
    pub fn sees(&self, territory: &str, partner: &str) -> bool {
        let above = (1..DEEPEST).map_while(|steps| self.master.ancestor(partner, steps, self.day)).map(|row| row.code.as_str());
        let partners: Vec<&str> = [partner].into_iter().chain(above).collect();
        self.scope.covers(&Place { territory, partners: &partners, outlet: "", clerk: "" })
    }
}
