//! Proof of one line, or of one zero: the policy's words, the fact, who it belonged to, every formula step by step with its values, the
//! step of the ladder and how far the next one is, limits, split, instalments, reversal arithmetic, what other components made of the
//! same item, and what would have changed a zero.
//!
//! A proof is made by listening to the interpreter while it settles the period; it is a document that carries its own inputs, so that
//! [`verify`] re-computes it offline from nothing but itself.

mod alone;
mod build;
pub mod data;
mod hint;
mod letter;
mod record;
mod verify;
mod words;

pub use alone::{Needs, group_needs, stands_alone, table_of};
pub use build::{prove, prove_focused};
pub use data::{LineId, Proof, Subject};
pub use letter::letter;
pub use verify::{Verdict, verify};

use qudao_kernel::{Kind, Refusal};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Format of the document.
const FORMAT: &str = "qudao-proof/1";

/// SHA-256 as hexadecimal text.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest a proof must carry: of the document with an empty digest.
fn digest(proof: &Proof) -> Result<String, Refusal> {
    let blank = Proof { digest: String::new(), ..proof.clone() };
    serde_json::to_vec(&blank).map(|bytes| sha256(&bytes)).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> Refusal {
    let (zh, en) = (format!("无法写出计酬说明:{error}"), format!("the proof cannot be written: {error}"));
    Refusal::new(Kind::Bug, "settle.proof.unwritable", zh, en)
}

/// The proof as a JSON document, indented.
///
/// # Errors
/// Only for a defect of ours.
pub fn to_json(proof: &Proof) -> Result<String, Refusal> {
    serde_json::to_string_pretty(proof).map_err(|error| unwritable(&error))
}

/// Reads a proof from its JSON document. Whether it holds is for [`verify`] to say.
///
/// # Errors
/// If the text is no proof; the place is named.
pub fn from_json(text: &str) -> Result<Proof, Refusal> {
    let proof: Proof = serde_json::from_str(text).map_err(|error| {
        Refusal::bad_input(
            "settle.proof.unreadable",
            format!("这不是一份计酬说明(第 {} 行第 {} 列:{error});请使用 qudao prove 导出的 JSON 文件", error.line(), error.column()),
            format!(
                "this is not a proof (line {}, column {}: {error}); use the JSON file that qudao prove writes",
                error.line(),
                error.column()
            ),
        )
    })?;
    if proof.format != FORMAT {
        return Err(Refusal::bad_input(
            "settle.proof.format",
            format!("计酬说明的格式是 {},本程序只认 {FORMAT};请用同一版本的程序核对", proof.format),
            format!("the proof has format {}, this program reads {FORMAT}; check it with the program of that version", proof.format),
        ));
    }
    Ok(proof)
}

#[cfg(test)]
mod tests;
