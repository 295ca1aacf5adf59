//! 第一注目率 (R7.7, R7.162): at how many outlets our brand is seen first from the entrance.
//!
//! An outlet counts with its last look, and only where a photo of the entrance goes with the answer.

use crate::Sight;
use qudao_access::sight::mark;
use qudao_field::checklist::score::share;
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use std::collections::BTreeMap;

/// The checklist that asks, and its item.
pub const TEMPLATE: &str = "visit_basics";
/// The item.
pub const ITEM: &str = "first_notice";

/// The last look at the entrance of an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// Outlet.
    pub outlet: String,
    /// Its division.
    pub territory: String,
    /// When.
    pub day: Date,
    /// Whether our brand is seen first.
    pub first: bool,
    /// Photo of the entrance, by SHA-256.
    pub photo: String,
}

/// The last look at each outlet within a sight, not before a day; by outlet.
///
/// # Errors
/// The database does not answer.
pub async fn looks(tx: &mut Tx, sight: &Sight, since: Date) -> Result<Vec<Noticed>, Refusal> {
    let mut values: Vec<Value> = args![TEMPLATE, ITEM].to_vec();
    let within = sight.wheres("k", false, &mut values);
    let since = mark(&mut values, since);
    let sql = format!(
        "select k.outlet, k.territory, k.day, k.passed, k.photo from display_look k
         where k.template = $1 and k.item = $2 and k.photo <> '' and k.day >= {since} and {within} order by k.outlet"
    );
    let of = |row: &Row| {
        Ok(Noticed {
            outlet: row.string("outlet")?,
            territory: row.string("territory")?,
            day: row.parse("day")?,
            first: row.flag("passed")?,
            photo: row.string("photo")?,
        })
    };
    tx.query(sql, &values).await?.iter().map(of).collect()
}

/// Outlets that were looked at, and those where we are seen first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// Outlets that were looked at.
    pub checked: u32,
    /// Of these, those where we are seen first.
    pub first: u32,
}

impl Rate {
    /// First ÷ checked, hundredths of a percent; none where nobody looked.
    pub fn share(self) -> Option<u32> {
        share(self.first.into(), self.checked.into())
    }
}

/// The rate by what `key` says of a look, in its order.
pub fn rates(looks: &[Noticed], key: impl Fn(&Noticed) -> String) -> BTreeMap<String, Rate> {
    let mut all: BTreeMap<String, Rate> = BTreeMap::new();
    for look in looks {
        let rate = all.entry(key(look)).or_default();
        rate.checked += 1;
        rate.first += u32::from(look.first);
    }
    all
}
