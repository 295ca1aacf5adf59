//! Sign-in, sessions, lock-out.
//!
//! A session ends when it idled for `session_idle_minutes`, is older than `session_longest_minutes`, is signed out, or when its person
//! leaves or gets a new password. After `sign_in_failures` wrong passwords in a row a person is locked out for `sign_in_lock_minutes`.

use crate::caller::Caller;
use crate::{password, people};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::params::Register;
use qudao_platform::{args, hash, write_tx};
use std::fmt;

/// A minute, in microseconds.
const MINUTE_US: i64 = 60_000_000;
/// Chinese time, without summer time, is ahead of UTC by this much.
const CHINA_US: i64 = 8 * 60 * MINUTE_US;
const DAY_US: i64 = 24 * 60 * MINUTE_US;

/// What the browser holds: 64 hexadecimal digits made from 32 random bytes. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    fn fresh() -> Result<Self, Refusal> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| {
            Refusal::unavailable(
                "access.token.random",
                format!("系统随机数不可用：{error}"),
                format!("the system gives no random numbers: {error}"),
            )
        })?;
        Ok(Self(hash::sha256(bytes)))
    }

    /// As a browser sent it; anything is taken, and what is no token opens nothing.
    pub fn sent(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What the cookie holds.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// The name of its session in the database.
    pub(crate) fn id(&self) -> String {
        hash::sha256(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The day an instant falls on in China.
pub fn day(instant_us: i64) -> Date {
    Date::from_days(i32::try_from((instant_us + CHINA_US).div_euclid(DAY_US)).unwrap_or(i32::MAX))
}

/// Signs a person in.
///
/// # Errors
/// `Forbidden access.sign_in.refused` for a wrong login or password, alike; `Forbidden access.sign_in.locked` during a lock-out.
pub async fn sign_in(db: &Db, parameters: &Register, login: &str, password: &str) -> Result<Token, Refusal> {
    let held = people::password_of(&mut db.read().await?, login).await?;
    let right = password::matches(password, held.clone()).await?;
    let Some(held) = held else { return Err(refused()) };
    let token = Token::fresh()?;
    // A wrong password is a change that must stay, so it is a value here and a refusal outside.
    let outcome = write_tx!(db, |tx| enter(tx, parameters, login, right.then_some(held.as_str()), &token).await)?;
    match outcome {
        Entered::In => Ok(token),
        Entered::Wrong => Err(refused()),
        Entered::Locked(until_us) => Err(locked((until_us - db.now_us() + MINUTE_US - 1) / MINUTE_US)),
    }
}

enum Entered {
    In,
    Wrong,
    Locked(i64),
}

/// `right` is the stored hash that the password belongs to.
async fn enter(tx: &mut Tx, parameters: &Register, login: &str, right: Option<&str>, token: &Token) -> Result<Entered, Refusal> {
    let now = tx.now_us();
    let today = day(now);
    let sql = "select password, failures, locked_until_us from access_person where login = $1 and left_at_us is null {for_update}";
    let Some(row) = tx.query_opt(sql, args![login]).await? else { return Ok(Entered::Wrong) };
    let until = row.int("locked_until_us")?;
    if now < until {
        return Ok(Entered::Locked(until));
    }
    if let Some(right) = right {
        // Comparing took a while: a password reset meanwhile has ended what the old one opens.
        if row.string("password")? != right {
            return Ok(Entered::Wrong);
        }
        let (idle, longest) = limits(parameters, today)?;
        let over = "delete from access_session where login = $1 and (seen_us <= $2 or begun_us <= $3)";
        tx.execute(over, args![login, now - idle, now - longest]).await?;
        tx.execute("update access_person set failures = 0, locked_until_us = 0 where login = $1", args![login]).await?;
        let session = "insert into access_session (id, login, begun_us, seen_us) values ($1, $2, $3, $3)";
        tx.execute(session, args![token.id(), login, now]).await?;
        return Ok(Entered::In);
    }
    let failures = row.int("failures")? + 1;
    let lock = failures >= parameters.on("sign_in_failures", "", today)?.int()?;
    let until = if lock { now + parameters.on("sign_in_lock_minutes", "", today)?.int()? * MINUTE_US } else { 0 };
    let failures = if lock { 0 } else { failures };
    tx.execute("update access_person set failures = $2, locked_until_us = $3 where login = $1", args![login, failures, until]).await?;
    if lock {
        tx.audit(Entry::new(login, "person.lock_out", "person", login));
        return Ok(Entered::Locked(until));
    }
    Ok(Entered::Wrong)
}

/// Who holds a token, with the grants of today; the session lives on.
///
/// # Errors
/// `Forbidden access.session.ended` for a token that opens nothing, or no longer.
pub async fn caller(db: &Db, parameters: &Register, token: &Token) -> Result<Caller, Refusal> {
    let id = token.id();
    let mut tx = db.read().await?;
    let now = tx.now_us();
    let today = day(now);
    let row = tx.query_opt("select login, begun_us, seen_us from access_session where id = $1", args![&id]).await?.ok_or_else(ended)?;
    let seen = row.int("seen_us")?;
    let (idle, longest) = limits(parameters, today)?;
    if now - seen >= idle || now - row.int("begun_us")? >= longest {
        return Err(ended());
    }
    let mut person = people::get(&mut tx, &row.string("login")?).await?.filter(|person| person.left_at_us.is_none()).ok_or_else(ended)?;
    person.grants.retain(|grant| grant.holds(today));
    drop(tx);
    // Once a minute is often enough to know that somebody is there.
    if now - seen >= MINUTE_US {
        write_tx!(db, |tx| tx.execute("update access_session set seen_us = $2 where id = $1", args![&id, now]).await)?;
    }
    Ok(Caller { login: person.login, name: person.name, must_change: person.must_change, grants: person.grants })
}

/// How long a session may idle, and last, in microseconds.
fn limits(parameters: &Register, today: Date) -> Result<(i64, i64), Refusal> {
    let minutes = |name| Ok::<_, Refusal>(parameters.on(name, "", today)?.int()? * MINUTE_US);
    Ok((minutes("session_idle_minutes")?, minutes("session_longest_minutes")?))
}

/// Ends a session; one that is gone already is no error.
pub async fn sign_out(db: &Db, token: &Token) -> Result<(), Refusal> {
    let id = token.id();
    write_tx!(db, |tx| tx.execute("delete from access_session where id = $1", args![&id]).await)?;
    Ok(())
}

/// The same words for a wrong login and a wrong password.
pub(crate) fn refused() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "access.sign_in.refused",
        "登录名或密码不正确；请核对后重试，忘记密码请联系系统管理员",
        "the login or the password is wrong; check both, or ask an administrator for a new password",
    )
}

fn locked(minutes: i64) -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "access.sign_in.locked",
        format!("连续输错密码，登录已锁定；请 {minutes} 分钟后再试，或联系系统管理员重置密码"),
        format!("too many wrong passwords; try again in {minutes} minutes, or ask an administrator for a new password"),
    )
}

fn ended() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "access.session.ended",
        "登录已失效；请重新登录，已填写的内容会保留",
        "your session has ended; sign in again, what you typed is kept",
    )
}
