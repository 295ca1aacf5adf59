//! Who people are, what they may do, and on which part of the network (R0.1).
//!
//! A person signs in with a login of their own and holds roles, each from a day to a day and over something: a territory with all
//! below it, a partner with all below it, an outlet, or a work ID. A role is a definition ([`roles`]): a list of permissions.
//!
//! Invariants
//! - A permission and where it holds come from one grant: two roles do not lend each other their territories.
//! - A grant that ended, a person who left, a session that idled or grew too old give nothing, from that moment.
//! - No password, token and recovery code is stored, only Argon2id and SHA-256 of them; none is in an audit entry or a message. The one secret
//!   that is kept, because codes are made from it, is that of a second factor; alone it opens nothing.
//! - An unknown login and a wrong password get the same words, after the same hashing and a write; only a lock-out shows that a login exists.
//! - Rights that were lent cannot be lent on, and what is done with them names both people.
//! - A password that was replaced while it was being compared opens nothing.
//! - Every change of a person or grant is audited in its transaction (R0.2).

mod base32;
pub mod caller;
pub mod delegations;
pub mod directory;
pub mod duties;
pub mod handover;
pub mod oidc;
mod password;
pub mod people;
pub mod posts;
pub mod practice;
pub mod private;
pub mod roles;
mod secret;
pub mod sessions;
pub mod shares;
pub mod sight;
pub mod tokens;
pub mod totp;
pub mod work_ids;

#[cfg(test)]
mod tests;

pub use caller::{Acting, Caller, Place, Scope};
pub use roles::{Over, Permission, Role, Roles};
pub use secret::salt;
pub use sight::Sight;
