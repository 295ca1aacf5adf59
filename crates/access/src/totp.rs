//! A second factor: codes an authenticator app makes (RFC 6238: HMAC-SHA-1, six digits, half a minute), and recovery codes for a lost phone.
//!
//! States: none, enrolled (a secret was shown, nothing is asked yet), confirmed (a first code was right: sign-in asks from now on).
//! A code is good in its half minute and the ones beside it, and once: the last half minute used is kept, and only later ones count.

use crate::{base32, people, secret};
use hmac::{Hmac, KeyInit, Mac};
use qrcodegen::{QrCode, QrCodeEcc};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, hash, write_tx};
use sha1::Sha1;
use std::fmt::Write;

/// A code changes this often.
const STEP_US: i64 = 30_000_000;
const SECRET_BYTES: usize = 20;
const RECOVERY_CODES: usize = 10;
/// Fifty random bits each: nobody tries them all before a lock-out.
const RECOVERY_DIGITS: usize = 10;

/// What an authenticator app is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret in base 32, to be typed where nothing can be scanned.
    pub secret: String,
    /// The same as an address, with the account's name.
    pub uri: String,
    /// The address as a picture.
    pub qr_svg: String,
}

/// Makes a secret for a person; an earlier one that was not confirmed is forgotten.
///
/// # Errors
/// `Conflict access.totp.confirmed` while one is in use, `NotFound access.person.missing`.
pub async fn enrol(db: &Db, login: &str) -> Result<Enrolment, Refusal> {
    let bytes: [u8; SECRET_BYTES] = secret::random()?;
    write_tx!(db, |tx| {
        people::present(tx, login).await?;
        if needed(tx, login).await? {
            return Err(Refusal::new(
                Kind::Conflict,
                "access.totp.confirmed",
                "动态口令已启用；如需更换手机，请先停用",
                "one-time codes are in use already; switch them off first to use another phone",
            ));
        }
        let sql = "insert into access_totp (login, secret, last_step) values ($1, $2, 0)
                   on conflict (login) do update set secret = excluded.secret, last_step = 0";
        tx.execute(sql, args![login, bytes.to_vec()]).await?;
        tx.audit(Entry::new(login, "person.totp_enrol", "person", login));
        Ok(())
    })?;
    let secret = base32::encode(&bytes);
    let uri = format!("otpauth://totp/qudao:{login}?secret={secret}&issuer=qudao");
    Ok(Enrolment { qr_svg: picture(&uri)?, secret, uri })
}

/// Takes the first code: the person's phone has the secret. Returns the recovery codes, which are shown this once.
///
/// # Errors
/// `BadInput access.totp.code` for a wrong code, `NotFound access.totp.none` without an enrolment.
pub async fn confirm(db: &Db, login: &str, code: &str) -> Result<Vec<String>, Refusal> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<_, _>>()?;
    write_tx!(db, |tx| {
        people::present(tx, login).await?;
        let row = tx.query_opt("select secret from access_totp where login = $1 and confirmed_at_us is null", args![login]).await?;
        let row = row.ok_or_else(none)?;
        let step = step_of(row.bytes("secret")?, tx.now_us(), 0, code).ok_or_else(wrong_code)?;
        let sql = "update access_totp set confirmed_at_us = $2, last_step = $3 where login = $1";
        tx.execute(sql, args![login, tx.now_us(), step]).await?;
        tx.execute("delete from access_recovery where login = $1", args![login]).await?;
        let rows: Vec<_> = codes.iter().map(|code| args![login, hash::sha256(code)].to_vec()).collect();
        tx.insert_rows("access_recovery", "login, code", &rows, "").await?;
        tx.audit(Entry::new(login, "person.totp_confirm", "person", login));
        Ok(())
    })?;
    Ok(codes.iter().map(|code| format!("{}-{}", &code[..RECOVERY_DIGITS / 2], &code[RECOVERY_DIGITS / 2..])).collect())
}

/// Switches one's own codes off, with a code.
///
/// # Errors
/// `BadInput access.totp.code` for a wrong or used one, `NotFound access.totp.none` where none are in use.
pub async fn switch_off(db: &Db, login: &str, code: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        if !needed(tx, login).await? {
            return Err(none());
        }
        if !accept(tx, login, code).await? {
            return Err(wrong_code());
        }
        forget(tx, login).await?;
        tx.audit(Entry::new(login, "person.totp_off", "person", login));
        Ok(())
    })
}

/// Switches somebody's codes off, for a lost phone without recovery codes.
///
/// # Errors
/// `NotFound access.totp.none`, `access.person.missing`, `Forbidden access.person.self`.
pub async fn reset(db: &Db, who: &str, login: &str, reason: &str) -> Result<(), Refusal> {
    people::by_another(who, login)?;
    write_tx!(db, |tx| {
        people::present(tx, login).await?;
        if !needed(tx, login).await? {
            return Err(none());
        }
        forget(tx, login).await?;
        tx.execute("delete from access_session where login = $1", args![login]).await?;
        tx.audit(Entry::new(who, "person.totp_reset", "person", login).reason(reason));
        Ok(())
    })
}

/// Whether sign-in asks a person for a code.
pub async fn needed(tx: &mut Tx, login: &str) -> Result<bool, Refusal> {
    let sql = "select login from access_totp where login = $1 and confirmed_at_us is not null";
    Ok(tx.query_opt(sql, args![login]).await?.is_some())
}

/// Recovery codes a person has left.
pub async fn recovery_left(tx: &mut Tx, login: &str) -> Result<u32, Refusal> {
    let sql = "select count(*) as n from access_recovery where login = $1 and used_at_us is null";
    tx.query_one(sql, args![login]).await?.count("n")
}

/// Takes a code of the phone or a recovery code, which is used up by it. The person's row is locked by the caller.
pub(crate) async fn accept(tx: &mut Tx, login: &str, code: &str) -> Result<bool, Refusal> {
    let sql = "select secret, last_step from access_totp where login = $1 and confirmed_at_us is not null {for_update}";
    let Some(row) = tx.query_opt(sql, args![login]).await? else { return Ok(false) };
    if let Some(step) = step_of(row.bytes("secret")?, tx.now_us(), row.int("last_step")?, code) {
        tx.execute("update access_totp set last_step = $2 where login = $1", args![login, step]).await?;
        return Ok(true);
    }
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let sql = "update access_recovery set used_at_us = $3 where login = $1 and code = $2 and used_at_us is null";
    let used = tx.execute(sql, args![login, hash::sha256(typed), tx.now_us()]).await? > 0;
    if used {
        tx.audit(Entry::new(login, "person.recovery_used", "person", login));
    }
    Ok(used)
}

async fn forget(tx: &mut Tx, login: &str) -> Result<(), Refusal> {
    tx.execute("delete from access_recovery where login = $1", args![login]).await?;
    tx.execute("delete from access_totp where login = $1", args![login]).await?;
    Ok(())
}

/// The half minute a code belongs to, if it is later than the last one used.
fn step_of(secret: &[u8], now_us: i64, last: i64, code: &str) -> Option<i64> {
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = now_us.div_euclid(STEP_US);
    (now - 1..=now + 1).find(|step| *step > last && code_of(secret, *step).is_some_and(|right| same(&right, &typed)))
}

/// The six digits of a half minute.
pub(crate) fn code_of(secret: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let sum = mac.finalize().into_bytes();
    let at = usize::from(sum[19] & 15);
    let four: [u8; 4] = sum.get(at..at + 4)?.try_into().ok()?;
    Some(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
}

/// Whether two texts are equal, in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn recovery_code() -> Result<String, Refusal> {
    let bytes: [u8; 7] = secret::random()?;
    let mut digits = base32::encode(&bytes);
    digits.truncate(RECOVERY_DIGITS);
    Ok(digits)
}

/// A QR code, one unit a module, with the quiet zone readers ask for.
fn picture(text: &str) -> Result<String, Refusal> {
    const QUIET: i32 = 4;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|error| {
        Refusal::new(Kind::Bug, "access.totp.picture", format!("二维码无法生成：{error}"), format!("the QR code cannot be made: {error}"))
    })?;
    let side = code.size();
    let mut path = String::new();
    for y in 0..side {
        for x in (0..side).filter(|x| code.get_module(*x, y)) {
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    let all = side + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {all} {all}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{all}v{all}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

fn none() -> Refusal {
    Refusal::new(Kind::NotFound, "access.totp.none", "没有启用动态口令", "one-time codes are not in use")
}

fn wrong_code() -> Refusal {
    Refusal::bad_input(
        "access.totp.code",
        "动态口令不正确或已用过；请核对手机时间，输入最新的 6 位数字",
        "the code is wrong or was used; check the clock of your phone and type the newest six digits",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        // RFC 6238, appendix B, the last six of its eight digits
        let secret = b"12345678901234567890";
        let cases = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (second, code) in cases {
            assert_eq!(code_of(secret, second / 30).unwrap(), code);
        }
    }

    #[test]
    fn a_picture_is_drawn() {
        let svg = picture("otpauth://totp/qudao:zhang3?secret=JBSWY3DPEHPK3PXP&issuer=qudao").unwrap();
        assert!(svg.starts_with("<svg ") && svg.matches('M').count() > 200, "{svg}");
    }
}
