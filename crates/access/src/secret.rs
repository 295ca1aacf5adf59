//! Random bytes of the system, and how the things made of them are named in the database.

use qudao_kernel::Refusal;

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Refusal::unavailable(
            "access.token.random",
            format!("系统随机数不可用：{error}"),
            format!("the system gives no random numbers: {error}"),
        )
    })?;
    Ok(bytes)
}

/// A short id nobody can guess: a prefix and 80 random bits.
pub(crate) fn id(prefix: &str) -> Result<String, Refusal> {
    let bytes: [u8; 10] = random()?;
    Ok(format!("{prefix}_{}", crate::base32::encode(&bytes).to_ascii_lowercase()))
}

/// Random text for seals: 256 bits, as hexadecimal digits.
///
/// # Errors
/// `Unavailable access.token.random`.
pub fn salt() -> Result<String, Refusal> {
    let bytes: [u8; 32] = random()?;
    Ok(qudao_platform::hash::sha256(bytes))
}
