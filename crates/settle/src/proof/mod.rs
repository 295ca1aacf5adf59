//! Proof of one line, or of one zero: the policy's words, the fact, who it belonged to, every formula step by step with its values, the
//! step of the ladder and how far the next one is, limits, split, instalments, reversal arithmetic, what other components made of the
//! same item, and what would have changed a zero.
//!
//! A proof is made by listening to the interpreter while it settles the period; it is a document that carries its own inputs, so that
//! [`verify`] re-computes it offline from nothing but itself.

mod build;
pub mod data;
mod hint;
mod letter;
mod record;
mod verify;
mod words;

pub use build::{prove, prove_focused};
pub use data::{LineId, Proof, Subject};
pub use letter::letter;
pub use verify::{Verdict, verify};

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 as hexadecimal text.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest a proof must carry: of the document with an empty digest.
fn digest(proof: &Proof) -> Result<String, qudao_kernel::Refusal> {
    let blank = Proof { digest: String::new(), ..proof.clone() };
    let bytes = serde_json::to_vec(&blank).map_err(|error| {
        qudao_kernel::Refusal::new(
            qudao_kernel::Kind::Bug,
            "settle.proof.unwritable",
            format!("无法写出计酬说明:{error}"),
            format!("the proof cannot be written: {error}"),
        )
    })?;
    Ok(sha256(&bytes))
}

#[cfg(test)]
mod tests;
