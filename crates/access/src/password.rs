//! Passwords: Argon2id, on a thread of their own because they are slow on purpose.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use qudao_kernel::{Kind, Refusal};
use std::sync::OnceLock;

/// Shortest password, in characters; NIST SP 800-63B asks for length, not for kinds of characters.
const SHORTEST: usize = 8;
/// Longest, in bytes: hashing takes what it is given.
const LONGEST: usize = 256;

/// Hashes a new password.
///
/// # Errors
/// `BadInput access.password.weak` if it is too short, too long, or the login itself.
pub(crate) async fn hash(login: &str, password: &str) -> Result<String, Refusal> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST || password == login {
        return Err(Refusal::bad_input(
            "access.password.weak",
            format!("密码须为 {SHORTEST} 个字符以上，且不能与登录名相同；请另设一个"),
            format!("a password has {SHORTEST} characters or more and is not the login; choose another"),
        ));
    }
    let password = password.to_owned();
    slowly(move || Ok(Argon2::default().hash_password(password.as_bytes()).map_err(|error| bug(&error.to_string()))?.to_string())).await
}

/// Whether a password belongs to a hash. Without one a hash of nothing is tried, so that an unknown login takes as long as a known one.
pub(crate) async fn matches(password: &str, hash: Option<String>) -> Result<bool, Refusal> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let password: Vec<u8> = password.bytes().take(LONGEST + 1).collect();
    slowly(move || {
        let known = hash.is_some();
        let nobody = || Argon2::default().hash_password(b"nobody").map(|hash| hash.to_string()).unwrap_or_default();
        let hash = hash.unwrap_or_else(|| NOBODY.get_or_init(nobody).clone());
        let hash = PasswordHash::new(&hash).map_err(|error| bug(&error.to_string()))?;
        Ok(Argon2::default().verify_password(&password, &hash).is_ok() && known)
    })
    .await
}

async fn slowly<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| bug(&error.to_string()))?
}

fn bug(why: &str) -> Refusal {
    Refusal::new(Kind::Bug, "access.password.failed", format!("密码无法处理：{why}"), format!("a password could not be processed: {why}"))
}
