//! Recruiting (R8.13–R8.34) and agreements (R8.40): from somebody who may become a partner to an agreement that both sides signed.
//!
//! [`agreement`] drafts agreements from templates, keeps who signed, and says which are about to expire. [`prospect`], [`enquiry`] and [`plan`] keep whom
//! somebody works on and what for; [`event`] is a recruiting event as a project.
//!
//! Invariants
//! - An agreement that was drafted here comes in force with a signature of each side only, and with what was approved.
//! - Signatures and stages of prospects are added and never changed (the database refuses it).
//! - A phone or licence is of one prospect, however often it is brought.
//! - Prizes given are never more than were bought; an event closes when every attendee has ended as signed, nurtured or lost.

pub mod agreement;
pub mod enquiry;
pub mod event;
mod kept;
pub mod plan;
pub mod prospect;

#[cfg(test)]
mod tests;

pub use qudao_access::Sight;
