//! 代理商协议 (R8.40, R0.37, R8.65): templates, drafts, signatures, what is about to expire, and who of the second tier has none.
//!
//! ```text
//! draft → sent (with the application of the flow) → both signatures → carried out: in force on its days, as a row of the network
//! draft → dropped
//! ```

mod draft;
mod due;
mod paper;
mod sign;
mod template;

pub use draft::{Draft, DraftState, Wanted, create, drop_draft, get, list, of_application, rewrite, send, sent_of};
pub use due::{Cover, Standing, Warnings, cover, standing};
pub use paper::{LAYOUT, paper};
pub use sign::{Carried, NewSignature, Side, Signature, Way, carry, may_sign, sign, signatures};
pub use template::{Catalogue, Template, Term, TermKind};
