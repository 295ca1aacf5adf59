//! The field day (第7篇): what is checked at an outlet, the visit that carries it, the plan it follows, and what was promised there.
//!
//! [`checklist`] reads templates and counts answers; [`visit`] brings together what phones write and says what is strange; [`plan`] proposes four weeks
//! and the day's order, within what [`params`] reads from the register; [`measure`] has the figures of the field with their formulas; [`promise`] and [`diary`] keep what was promised and
//! what a day came to, [`remedy`] what a review takes into the time after it. [`call`] keeps calls with their minutes, [`roadshow`] units that sell from a tent.
//!
//! Invariants
//! - A score can be counted again from its answers and the template's version, and comes out the same.
//! - A visit stays on the versions it began under.
//! - What a phone sent is never lost, whatever its order, number, clock or position; nothing strange is a wall.
//! - Every outlet that is not planned as often as its class says has a reason.

pub mod call;
pub mod checklist;
pub mod diary;
pub mod measure;
pub mod params;
pub mod plan;
pub mod promise;
pub mod remedy;
pub mod roadshow;
pub mod visit;

#[cfg(test)]
mod tests;

use qudao_kernel::Refusal;

/// A reason somebody gives, without the space around it.
///
/// # Errors
/// `BadInput field.reason`.
pub(crate) fn reason(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    if (2..=200).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(Refusal::bad_input("field.reason", "请填写原因，2 至 200 字", "say why, in 2 to 200 characters"))
}
