//! 识别号: licence, identity document, phone and bank account, by which a partner, outlet or clerk is recognised under whatever name (R0.36, R0.10).
//!
//! Kept are a mask for people and a seal for comparison: SHA-256 over the house's salt and the number without blanks and punctuation. A seal tells
//! that two numbers are the same and not what they are; whoever holds the whole database can still try all phone numbers, so it is no
//! substitute for guarding it.

use qudao_access::private::{PrivateKind, check, mask};
use qudao_kernel::Refusal;
use qudao_platform::args;
use qudao_platform::db::{Tx, Value};
use qudao_platform::hash::Fields;

/// What sort of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// 营业执照.
    Licence,
    /// 个人证件.
    Person,
    /// 电话.
    Phone,
    /// 银行账号.
    Account,
}

impl KeyKind {
    /// All.
    pub const ALL: [KeyKind; 4] = [KeyKind::Licence, KeyKind::Person, KeyKind::Phone, KeyKind::Account];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            KeyKind::Licence => "licence",
            KeyKind::Person => "person",
            KeyKind::Phone => "phone",
            KeyKind::Account => "account",
        }
    }

    /// By its name.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// As people say it.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            KeyKind::Licence => ("营业执照", "licence"),
            KeyKind::Person => ("个人证件", "identity document"),
            KeyKind::Phone => ("电话", "phone"),
            KeyKind::Account => ("银行账号", "bank account"),
        }
    }

    /// A number as people may see it.
    pub fn mask(self, number: &str) -> String {
        match self {
            KeyKind::Licence => mask(PrivateKind::BankAccount, number),
            KeyKind::Person => mask(PrivateKind::IdNumber, number),
            KeyKind::Phone => mask(PrivateKind::Phone, number),
            KeyKind::Account => mask(PrivateKind::BankAccount, number),
        }
    }
}

/// A number, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// What sort.
    pub kind: KeyKind,
    /// By which it is compared.
    pub seal: String,
    /// As people may see it.
    pub mask: String,
}

/// Fewest and most characters of a number.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=64;

/// A number without what people put between its digits.
fn plain(number: &str) -> String {
    number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The salt of the house; made where there is none.
async fn salt(tx: &mut Tx) -> Result<String, Refusal> {
    if let Some(row) = tx.query_opt("select salt from network_salt where id = 1", args![]).await? {
        return row.string("salt");
    }
    let made = qudao_access::salt()?;
    tx.execute("insert into network_salt (id, salt) values (1, $1) on conflict (id) do nothing", args![&made]).await?;
    tx.query_one("select salt from network_salt where id = 1", args![]).await?.string("salt")
}

/// Makes the salt of the house, so that readers find one.
///
/// # Errors
/// The database or the system's random numbers fail.
pub async fn ready(tx: &mut Tx) -> Result<(), Refusal> {
    salt(tx).await.map(drop)
}

/// Seals numbers of several records at once.
#[derive(Debug, Clone)]
pub struct Sealer(String);

impl Sealer {
    /// With the salt of the house.
    ///
    /// # Errors
    /// As [`ready`].
    pub async fn of(tx: &mut Tx) -> Result<Self, Refusal> {
        salt(tx).await.map(Self)
    }

    /// The seal of a number.
    pub fn seal(&self, number: &str) -> String {
        Fields::new().text(&self.0).text(&plain(number)).finish()
    }

    /// A number as it is kept.
    ///
    /// # Errors
    /// `BadInput network.key.length`.
    pub fn key(&self, kind: KeyKind, number: &str) -> Result<Key, Refusal> {
        let plain = plain(number);
        if !LENGTHS.contains(&plain.chars().count()) {
            let (zh, en) = kind.title();
            return Err(Refusal::bad_input(
                "network.key.length",
                format!("{zh}须为 4 至 64 位字母或数字；请核对"),
                format!("a {en} has 4 to 64 letters and digits; check it"),
            ));
        }
        Ok(Key { kind, seal: self.seal(&plain), mask: kind.mask(&plain) })
    }
}

/// A number of which nobody says what sort it is, sealed and masked: one that can be a phone number as one, any other but for its end.
///
/// # Errors
/// `BadInput network.key.length`.
pub async fn sealed(tx: &mut Tx, number: &str) -> Result<(String, String), Refusal> {
    let kind = if check(PrivateKind::Phone, &plain(number)).is_ok() { KeyKind::Phone } else { KeyKind::Licence };
    let key = Sealer::of(tx).await?.key(kind, number)?;
    Ok((key.mask, key.seal))
}

/// Notes the numbers of a record. One that is there already stays.
///
/// # Errors
/// The database does not answer.
pub async fn record(tx: &mut Tx, who: &str, noun: &str, code: &str, keys: &[Key]) -> Result<(), Refusal> {
    let now = tx.now_us();
    let row = |key: &Key| -> Vec<Value> { args![noun, code, key.kind.name(), &key.seal, &key.mask, who, now].to_vec() };
    let rows: Vec<Vec<Value>> = keys.iter().map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    tx.insert_rows("network_key", "noun, code, kind, seal, mask, who, at_us", &rows, "on conflict (noun, code, kind, seal) do nothing")
        .await
        .map(drop)
}

/// The numbers of a record.
///
/// # Errors
/// The database does not answer.
pub async fn of(tx: &mut Tx, noun: &str, code: &str) -> Result<Vec<Key>, Refusal> {
    let sql = "select kind, seal, mask from network_key where noun = $1 and code = $2 order by kind, at_us, seal";
    let mut keys = Vec::new();
    for row in tx.query(sql, args![noun, code]).await? {
        if let Some(kind) = KeyKind::named(row.text("kind")?) {
            keys.push(Key { kind, seal: row.string("seal")?, mask: row.string("mask")? });
        }
    }
    Ok(keys)
}

/// Records that have a number, as noun and code.
///
/// # Errors
/// The database does not answer.
pub async fn holders(tx: &mut Tx, key: &Key) -> Result<Vec<(String, String)>, Refusal> {
    let sql = "select noun, code from network_key where kind = $1 and seal = $2 order by noun, code";
    let rows = tx.query(sql, args![key.kind.name(), &key.seal]).await?;
    rows.iter().map(|row| Ok((row.string("noun")?, row.string("code")?))).collect()
}
