//! What may stand on an envelope.

/// Longest mail address, as the standard has it.
const LONGEST: usize = 254;

/// Whether mail can go to an address as it stands: no line breaks, no lists, no comments.
pub fn plain_address(address: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte));
    address.len() <= LONGEST && address.split_once('@').is_some_and(|(name, host)| plain(name) && plain(host) && host.contains('.'))
}
