//! The real-name check (R0.27): a port to the operator's service, and a stand-in for development that knows nobody.

use qudao_kernel::Refusal;
use qudao_platform::hash::sha256;
use serde::{Deserialize, Serialize};

/// Who is to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Name on the document.
    pub name: &'a str,
    /// Number of the document.
    pub number: &'a str,
    /// Number the service is for.
    pub subscriber: &'a str,
}

/// What the service said, as it is kept: the person is masked, the document is a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Whether they are who they say.
    pub passed: bool,
    /// The service's number of this check.
    pub reference: String,
    /// Name, masked.
    pub name: String,
    /// Document, masked.
    pub number: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// The operator's real-name service.
#[async_trait::async_trait]
pub trait RealName: Send + Sync {
    /// Checks a person; `now_us` is when.
    ///
    /// # Errors
    /// `Unavailable` where the service does not answer. A person who is not who they say is an answer.
    async fn check(&self, ask: &Ask<'_>, now_us: i64) -> Result<Identity, Refusal>;
}

/// Where no service is connected.
pub struct NoService;

#[async_trait::async_trait]
impl RealName for NoService {
    async fn check(&self, _: &Ask<'_>, _: i64) -> Result<Identity, Refusal> {
        Err(Refusal::unavailable(
            "orders.identity.no_service",
            "没有接入实名核验服务；请联系系统支撑经理接入后再办理",
            "no real-name service is connected; ask system support to connect one",
        ))
    }
}

/// For development and demonstrations: passes whose document number adds up, and asks nobody.
pub struct LocalFake;

#[async_trait::async_trait]
impl RealName for LocalFake {
    async fn check(&self, ask: &Ask<'_>, now_us: i64) -> Result<Identity, Refusal> {
        let number = ask.number.trim().to_uppercase();
        let passed = !ask.name.trim().is_empty() && adds_up(&number);
        let digest = sha256(format!("{}|{number}|{}|{now_us}", ask.name.trim(), ask.subscriber));
        let reference = format!("FAKE-{}", digest.get(..12).unwrap_or_default());
        Ok(Identity { passed, reference, name: masked_name(ask.name), number: masked_number(&number), at_us: now_us })
    }
}

/// Whether the last place of an 18-digit number is the one its other digits give.
fn adds_up(number: &str) -> bool {
    const LAST: &[u8; 11] = b"10X98765432";
    let bytes = number.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    // The weight of a place is two to the power of its distance from the end, modulo eleven.
    let (mut sum, mut weight) = (0_u32, 1_u32);
    for digit in bytes[..17].iter().rev() {
        weight = weight * 2 % 11;
        sum += u32::from(digit - b'0') * weight;
    }
    LAST[(sum % 11) as usize] == bytes[17]
}

/// The family name and stars.
pub fn masked_name(name: &str) -> String {
    let name = name.trim();
    let rest = name.chars().count().saturating_sub(1);
    name.chars().take(1).chain(std::iter::repeat_n('*', rest)).collect()
}

/// The last four places.
pub fn masked_number(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let shown = chars.len().saturating_sub(4);
    chars.iter().enumerate().map(|(at, c)| if at < shown { '*' } else { *c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_does_not_add_up_does_not_pass() {
        // R0.27
        assert!(adds_up("11010519491231002X") && adds_up("440524188001010014"));
        assert!(!adds_up("110105194912310021") && !adds_up("1101051949123100"));
        assert_eq!(masked_name("示例"), "示*");
        assert_eq!(masked_number("11010519491231002X"), "**************002X");
    }
}
