//! 流动助销: a roadshow unit of one week in one area, from its booking to its figures (R1.17, R1.18, R1.20).
//!
//! [`kit`] says what a unit has with it; [`unit`] books it, counts its kit, lets it depart and ends it; [`stop`] keeps where it stood and what that came to,
//! [`presence`] who was there from when to when; [`figures`] adds up.
//!
//! Invariants
//! - A person, vehicle or kit is with one unit in a week: the key of the claims says so.
//! - A unit departs after its kit was counted, and with less than the kit only if somebody else agreed.
//! - A stop lies in the week and the area of its unit; what was sold there is credited to an agent.
//! - Nobody is at two places at once.

pub mod figures;
pub mod kit;
pub mod presence;
pub mod stop;
pub mod unit;

use crate::visit::list::{Sight, mark};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::Value;

/// The condition on units within a sight: those of its territories, and those one is with.
fn wheres(sight: &Sight, values: &mut Vec<Value>) -> String {
    if sight.scope.is_everywhere() {
        return "1 = 1".to_owned();
    }
    let login = mark(values, sight.login.as_str());
    let with = format!("select 1 from field_roadshow_claim c where c.roadshow = r.id and c.kind = 'person' and c.code = {login}");
    let mut any = vec![format!("r.leader = {login}"), format!("exists ({with})")];
    for area in &sight.scope.territories {
        let (from, to) = (mark(values, area.as_str()), mark(values, format!("{area}~")));
        any.push(format!("(r.territory >= {from} and r.territory < {to})"));
    }
    format!("({})", any.join(" or "))
}

fn none(id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "field.roadshow.none",
        format!("没有流动助销单元 {id}，或不在您的范围内"),
        format!("there is no roadshow unit {id}, or not within your reach"),
    )
}
