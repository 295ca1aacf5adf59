//! Who people are, what they may do, and on which part of the network (R0.1).
//!
//! A person signs in with a login of their own and holds roles, each from a day to a day and over something: a territory with all
//! below it, a partner with all below it, an outlet, or a work ID. A role is a definition ([`roles`]): a list of permissions.
//!
//! Invariants
//! - A permission and where it holds come from one grant: two roles do not lend each other their territories.
//! - A grant that ended, a person who left, a session that idled or grew too old give nothing, from that moment.
//! - No password and no token is stored, only Argon2id and SHA-256 of them; none is in an audit entry or a message.
//! - An unknown login and a wrong password get the same words, after the same hashing; only a lock-out shows that a login exists.
//! - A password that was replaced while it was being compared opens nothing.
//! - Every change of a person or grant is audited in its transaction (R0.2).

pub mod caller;
mod password;
pub mod people;
pub mod roles;
pub mod sessions;

#[cfg(test)]
mod tests;

pub use caller::{Caller, Place, Scope};
pub use roles::{Over, Permission, Role, Roles};
