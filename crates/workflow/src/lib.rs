//! Approvals (R8.35): flows are definitions, the machine that runs them is a pure function, and what it decides is kept for good.
//!
//! A [`definition::Definition`] says which form is filled in and who decides on it, step by step. [`machine::act`] takes an instance, a command, an
//! actor and what the directory knows, and gives the next instance with the decisions and notices that follow. [`store`] puts these into the database
//! in one transaction with the audit entry and the event. [`budget`] is what an approved application may spend, [`effect`] what it brings about.
//!
//! Invariants
//! - Nobody decides on an application of their own, and no pair of hands decides twice on one step; who acts for somebody counts as both.
//! - Who decides holds the role and the place they are asked for, of one and the same grant, on that day; a delegate by what was lent.
//! - What somebody agreed to is changed by no later hand, except where the step fills it in.
//! - An instance ends approved only after every step on its way was agreed to with the content it has then.
//! - An instance that is not at its end has a holder, whom the applicant sees.
//! - A running instance stays on the version of the definition it began under.
//! - Nobody who wrote at a definition puts it into use, and nobody takes one out of use alone.
//! - Decisions and budget entries are added and never changed, in code or by hand: the database refuses it.
//! - Reserved and spent of a budget are never more than it has.
//! - An effect is carried out with the decision that makes it due, as a whole, or its refusal is kept in its place; it is never carried out twice.

pub mod budget;
pub mod definition;
pub mod design;
pub mod directory;
pub mod effect;
pub mod expr;
pub mod form;
pub mod machine;
pub mod notice;
pub mod standard;
pub mod store;

#[cfg(test)]
mod tests;

pub use definition::Definition;
pub use directory::{Directory, Party, Place, Post};
pub use form::Form;
pub use machine::{Actor, Command, Instance, State};
