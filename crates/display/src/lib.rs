//! Display (第7篇 第八章): what outlets should look like, what is put right there, and our material that hangs there.
//!
//! [`places`] is the one catalogue of places and kinds of material; [`standard`] the pictures that items of a checklist are compared with; [`learn`] reads
//! visits that count; [`correction`] is what was not right until a later look says that it is; [`pop`] our material with its life; [`agreement`] what a
//! partner lets us place; [`recall`] the end of a campaign; [`worth`] what a placement brought. [`plan`] is what an area is to get and who answers for each line;
//! [`agency`] who makes it, with offers, choice and inspection; [`launch`] what a new product must have at its outlets by a day; [`rescore`] the sample of checks
//! that is scored again; [`notice`] where we are seen first; [`brand`] the brand book.
//!
//! Invariants
//! - An item of an outlet has one correction under way; the order in which visits arrive changes nothing.
//! - A correction is closed by a later look on site, or by a second person who looked at its photo.
//! - A place of an outlet holds one piece of our material; a piece is at one outlet and place.
//! - Nothing is placed without the consent of the partner's responsible person and a photo; events of material are added and never changed.
//! - A plan with a line nobody answers for is not submitted, and not approved by its own hands; what goes beyond a line is applied for.
//! - A large job has its offers before one is chosen, and whoever chose does not inspect.
//! - A sample is drawn and not chosen, and nobody scores a check of their own again.
//! - Whoever sees what is said in one place ([`Sight`]).

pub mod agency;
pub mod agreement;
pub mod brand;
pub mod correction;
mod kept;
pub mod launch;
pub mod learn;
pub mod notice;
pub mod places;
pub mod plan;
pub mod pop;
pub mod recall;
pub mod rescore;
pub mod standard;
pub mod worth;

#[cfg(test)]
mod tests;

pub use qudao_access::Sight;
