//! Targets: how much of a metric somebody is to reach in a month (R7.2).

use crate::dimension::Dimension;
use qudao_kernel::Month;
use serde::{Deserialize, Serialize};

/// Whose target it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetOf {
    /// A division's; of everywhere where the code is empty.
    Territory,
    /// A partner's.
    Partner,
    /// An outlet's.
    Outlet,
}

impl TargetOf {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            TargetOf::Territory => "territory",
            TargetOf::Partner => "partner",
            TargetOf::Outlet => "outlet",
        }
    }

    /// Of a code.
    pub fn by_code(code: &str) -> Option<Self> {
        [TargetOf::Territory, TargetOf::Partner, TargetOf::Outlet].into_iter().find(|one| one.code() == code)
    }

    /// Whose targets stand beside rows of a dimension.
    pub(crate) fn of_dimension(dimension: Dimension) -> Option<Self> {
        match dimension {
            Dimension::Province | Dimension::City | Dimension::County | Dimension::Town => Some(TargetOf::Territory),
            Dimension::Partner => Some(TargetOf::Partner),
            Dimension::Outlet => Some(TargetOf::Outlet),
            _ => None,
        }
    }
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Id of the metric.
    pub metric: String,
    /// Whose.
    pub of: TargetOf,
    /// Code of the division, partner or outlet.
    pub code: String,
    /// Month.
    pub month: Month,
    /// How much, in the metric's unit.
    pub value: i64,
}
