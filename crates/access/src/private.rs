//! 个人信息: phones, ID numbers and bank accounts (R0.16). They are shown masked; whoever unmasks one says why, and the audit chain keeps it.

use crate::people;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::write_tx;
use serde_json::json;

/// What is kept masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrivateKind {
    /// 手机号.
    Phone,
    /// 证件号.
    IdNumber,
    /// 银行账号.
    BankAccount,
}

impl PrivateKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Phone, Self::IdNumber, Self::BankAccount];

    /// Stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::IdNumber => "id_number",
            Self::BankAccount => "bank_account",
        }
    }

    /// By its stable name.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// How many characters stay readable at the front and at the end.
    const fn readable(self) -> (usize, usize) {
        match self {
            Self::Phone => (3, 4),
            Self::IdNumber => (3, 2),
            Self::BankAccount => (0, 4),
        }
    }
}

/// A value with its middle hidden; one too short to hide anything in is hidden as a whole.
pub fn mask(kind: PrivateKind, value: &str) -> String {
    let (front, end) = kind.readable();
    let count = value.chars().count();
    let hidden = |index: usize| count <= front + end || (index >= front && index < count - end);
    value.chars().enumerate().map(|(index, c)| if hidden(index) { '*' } else { c }).collect()
}

/// Refuses what cannot be one.
///
/// # Errors
/// `BadInput access.private.phone`, `access.private.id_number`, `access.private.bank_account`.
pub fn check(kind: PrivateKind, value: &str) -> Result<(), Refusal> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        PrivateKind::Phone if !digits || value.len() != 11 || !value.starts_with('1') => Err(Refusal::bad_input(
            "access.private.phone",
            "手机号须为 11 位数字，以 1 开头；请核对",
            "a phone number has 11 digits and begins with 1; check it",
        )),
        PrivateKind::IdNumber if !id_number(value) => Err(Refusal::bad_input(
            "access.private.id_number",
            "证件号须为 18 位，且校验位正确；请核对",
            "an ID number has 18 digits of which the last one fits the others; check it",
        )),
        PrivateKind::BankAccount if !digits || !(8..=30).contains(&value.len()) => Err(Refusal::bad_input(
            "access.private.bank_account",
            "银行账号须为 8 至 30 位数字；请核对",
            "a bank account has 8 to 30 digits; check it",
        )),
        _ => Ok(()),
    }
}

/// Eighteen digits with a day of birth, the last of which follows from the others (GB 11643).
pub fn id_number(value: &str) -> bool {
    let (Some(body), Some(last)) = (value.get(..17), value.get(17..)) else { return false };
    if !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let born = format!("{}-{}-{}", &body[6..10], &body[10..12], &body[12..14]);
    if born.parse::<Date>().is_err() || !matches!(&body[6..8], "18" | "19" | "20") {
        return false;
    }
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2_usize];
    let sum: usize = body.bytes().zip(weights).map(|(byte, weight)| usize::from(byte - b'0') * weight).sum();
    last == ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum % 11]
}

/// Keeps a value, or forgets it if it is empty. The audit entry has it masked.
///
/// # Errors
/// `BadInput` for what cannot be one.
pub async fn put(tx: &mut Tx, who: &str, noun: &str, id: &str, kind: PrivateKind, value: &str) -> Result<(), Refusal> {
    if value.is_empty() {
        tx.execute("delete from access_private where noun = $1 and noun_id = $2 and kind = $3", args![noun, id, kind.name()]).await?;
    } else {
        check(kind, value)?;
        let sql = "insert into access_private (noun, noun_id, kind, value) values ($1, $2, $3, $4)
                   on conflict (noun, noun_id, kind) do update set value = excluded.value";
        tx.execute(sql, args![noun, id, kind.name(), value]).await?;
    }
    let after = json!({ kind.name(): mask(kind, value) });
    tx.audit(Entry::new(who, "private.put", noun, id).after(after.to_string()));
    Ok(())
}

/// Records that keep exactly this value, by noun and id: whoever has a number in hand finds whose it is, and learns nothing else.
///
/// # Errors
/// The database fails.
pub async fn holders(tx: &mut Tx, kind: PrivateKind, value: &str) -> Result<Vec<(String, String)>, Refusal> {
    let sql = "select noun, noun_id from access_private where kind = $1 and value = $2 order by noun, noun_id";
    let rows = tx.query(sql, args![kind.name(), value]).await?;
    rows.iter().map(|row| Ok((row.string("noun")?, row.string("noun_id")?))).collect()
}

/// The clerks an active work ID binds to a phone.
///
/// # Errors
/// The database fails.
pub async fn clerks_of_phone(tx: &mut Tx, phone: &str) -> Result<Vec<String>, Refusal> {
    let sql = "select clerk from access_work_id where phone = $1 and suspended_us is null order by clerk";
    tx.query(sql, args![phone]).await?.iter().map(|row| row.string("clerk")).collect()
}

/// What is kept of a record, masked.
pub async fn masked(tx: &mut Tx, noun: &str, id: &str) -> Result<Vec<(PrivateKind, String)>, Refusal> {
    let sql = "select kind, value from access_private where noun = $1 and noun_id = $2 order by kind";
    let rows = tx.query(sql, args![noun, id]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(kind) = PrivateKind::named(row.text("kind")?) {
            all.push((kind, mask(kind, row.text("value")?)));
        }
    }
    Ok(all)
}

/// Shows a value to somebody who says why; whoever calls has checked that they may.
///
/// # Errors
/// `BadInput access.reason.missing`, `NotFound access.private.none`.
pub async fn reveal(db: &Db, who: &str, noun: &str, id: &str, kind: PrivateKind, reason: &str) -> Result<String, Refusal> {
    people::reasoned(reason)?;
    write_tx!(db, |tx| {
        let sql = "select value from access_private where noun = $1 and noun_id = $2 and kind = $3";
        let row = tx.query_opt(sql, args![noun, id, kind.name()]).await?;
        let row = row.ok_or_else(|| Refusal::new(Kind::NotFound, "access.private.none", "没有登记这项信息", "this was not recorded"))?;
        tx.audit(Entry::new(who, "private.reveal", noun, id).after(json!({ "kind": kind.name() }).to_string()).reason(reason));
        row.string("value")
    })
}

/// Notes that somebody saw the personal data of a record whole, and why; whoever calls has checked that they may.
///
/// # Errors
/// `BadInput access.reason.missing`.
pub async fn seen(db: &Db, who: &str, noun: &str, id: &str, reason: &str) -> Result<(), Refusal> {
    people::reasoned(reason)?;
    write_tx!(db, |tx| {
        tx.audit(Entry::new(who, "private.reveal", noun, id).reason(reason));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_cannot_be_read() {
        // R0.16
        assert_eq!(mask(PrivateKind::Phone, "13812345678"), "138****5678");
        assert_eq!(mask(PrivateKind::IdNumber, "11010519491231002X"), "110*************2X");
        assert_eq!(mask(PrivateKind::BankAccount, "6222021234567890"), "************7890");
        assert_eq!(mask(PrivateKind::Phone, "1381234"), "*******", "too short to hide anything in");
        assert_eq!(mask(PrivateKind::Phone, ""), "");
    }

    #[test]
    fn an_id_number_checks_itself() {
        assert!(id_number("11010519491231002X"), "the example of the standard");
        assert!(!id_number("110105194912310021") && !id_number("1101051949123100") && !id_number("汉字汉字汉字"));
    }
}
