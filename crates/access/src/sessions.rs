//! Sign-in, sessions, lock-out.
//!
//! A session ends when it idled for `session_idle_minutes`, is older than `session_longest_minutes`, is signed out, or when its person
//! leaves or gets a new password. After `sign_in_failures` wrong passwords or codes in a row a person is locked out for
//! `sign_in_lock_minutes`; after `sign_in_address_failures` of them, whoever was meant, an address has to wait for
//! `sign_in_address_minutes`.

use crate::caller::{Acting, Caller};
use crate::tokens::PREFIX;
use crate::{delegations, password, people, secret, shares, tokens, totp, work_ids};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::params::Register;
use qudao_platform::{args, hash, write_tx};
use std::fmt;

/// A minute, in microseconds.
pub(crate) const MINUTE_US: i64 = 60_000_000;
/// Chinese time, without summer time, is ahead of UTC by this much.
const CHINA_US: i64 = 8 * 60 * MINUTE_US;
pub(crate) const DAY_US: i64 = 24 * 60 * MINUTE_US;

/// What the browser holds: 64 hexadecimal digits made from 32 random bytes. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    fn fresh() -> Result<Self, Refusal> {
        let bytes: [u8; 32] = secret::random()?;
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

/// What somebody brings who signs in.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignIn<'a> {
    /// Login.
    pub login: &'a str,
    /// Password.
    pub password: &'a str,
    /// A code of the phone, or a recovery code, once it was asked for.
    pub code: Option<&'a str>,
    /// Where they come from, as the network sees it.
    pub address: &'a str,
}

/// Signs a person in.
///
/// # Errors
/// `Forbidden access.sign_in.refused` for a wrong login or password, alike; `access.sign_in.totp` where a code is needed beside the right password,
/// `access.sign_in.code` for a wrong or used one; `access.sign_in.locked` during a lock-out, `access.sign_in.too_many` for an address that
/// failed too often.
pub async fn sign_in(db: &Db, parameters: &Register, sent: &SignIn<'_>) -> Result<Token, Refusal> {
    let mut tx = db.read().await?;
    let waits = waits(&mut tx, parameters, sent.address).await?;
    let held = people::password_of(&mut tx, sent.login).await?;
    drop(tx);
    if let Some(minutes) = waits {
        return Err(too_many(minutes));
    }
    let right = password::matches(sent.password, held.clone()).await?;
    let token = Token::fresh()?;
    // A wrong password is a change that must stay, so it is a value here and a refusal outside.
    let outcome = write_tx!(db, |tx| {
        let entered = enter(tx, parameters, sent, held.as_deref().filter(|_| right), &token).await?;
        // An unknown login costs a write too: who measures learns nothing.
        if !matches!(entered, Entered::In | Entered::NeedsCode) {
            failed(tx, parameters, sent.address).await?;
        }
        Ok(entered)
    })?;
    match outcome {
        Entered::In => Ok(token),
        Entered::Wrong => Err(refused()),
        Entered::NeedsCode => Err(Refusal::new(
            Kind::Forbidden,
            "access.sign_in.totp",
            "请输入手机上的动态口令，或一个恢复码",
            "type the code on your phone, or a recovery code",
        )),
        Entered::WrongCode => Err(Refusal::new(
            Kind::Forbidden,
            "access.sign_in.code",
            "动态口令不正确或已用过；请等下一个口令再试",
            "the code is wrong or was used; wait for the next one",
        )),
        Entered::Locked(until_us) => Err(locked((until_us - db.now_us() + MINUTE_US - 1) / MINUTE_US)),
    }
}

enum Entered {
    In,
    Wrong,
    NeedsCode,
    WrongCode,
    Locked(i64),
}

/// `right` is the stored hash that the password belongs to.
async fn enter(tx: &mut Tx, parameters: &Register, sent: &SignIn<'_>, right: Option<&str>, token: &Token) -> Result<Entered, Refusal> {
    let (now, login) = (tx.now_us(), sent.login);
    let today = day(now);
    let sql = "select password, failures, locked_until_us from access_person where login = $1 and left_at_us is null {for_update}";
    let Some(row) = tx.query_opt(sql, args![login]).await? else { return Ok(Entered::Wrong) };
    let until = row.int("locked_until_us")?;
    if now < until {
        return Ok(Entered::Locked(until));
    }
    // Comparing took a while: a password reset meanwhile has ended what the old one opens.
    if right.is_some_and(|right| row.text("password").is_ok_and(|held| held != right)) {
        return Ok(Entered::Wrong);
    }
    let mut wrong = Entered::Wrong;
    if right.is_some() {
        let known = match sent.code {
            None if totp::needed(tx, login).await? => return Ok(Entered::NeedsCode),
            Some(code) if totp::needed(tx, login).await? => totp::accept(tx, login, code).await?,
            _ => true,
        };
        if known {
            begin(tx, parameters, login, token, false).await?;
            return Ok(Entered::In);
        }
        wrong = Entered::WrongCode;
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
    Ok(wrong)
}

/// Begins a session.
async fn begin(tx: &mut Tx, parameters: &Register, login: &str, token: &Token, sso: bool) -> Result<(), Refusal> {
    let now = tx.now_us();
    let (idle, longest) = limits(parameters, day(now))?;
    let over = "delete from access_session where login = $1 and (seen_us <= $2 or begun_us <= $3)";
    tx.execute(over, args![login, now - idle, now - longest]).await?;
    tx.execute("update access_person set failures = 0, locked_until_us = 0 where login = $1", args![login]).await?;
    let session = "insert into access_session (id, login, begun_us, seen_us, sso) values ($1, $2, $3, $3, $4)";
    tx.execute(session, args![token.id(), login, now, sso]).await?;
    Ok(())
}

/// Signs in somebody whom another house vouches for.
///
/// # Errors
/// `Forbidden access.sso.unknown` for a login that nobody here has.
pub(crate) async fn vouched(db: &Db, parameters: &Register, login: &str) -> Result<Token, Refusal> {
    let token = Token::fresh()?;
    write_tx!(db, |tx| {
        people::lock(tx, login).await?;
        if people::get(tx, login).await?.is_none_or(|person| person.left_at_us.is_some()) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "access.sso.unknown",
                "统一认证通过，但本系统没有您的账号，或已离职；请联系系统管理员",
                "you were recognised, but have no account here, or left; ask an administrator",
            ));
        }
        begin(tx, parameters, login, &token, true).await?;
        tx.audit(Entry::new(login, "person.sso", "person", login));
        Ok(())
    })?;
    Ok(token)
}

/// How many minutes an address has to wait.
async fn waits(tx: &mut Tx, parameters: &Register, address: &str) -> Result<Option<i64>, Refusal> {
    let (now, today) = (tx.now_us(), day(tx.now_us()));
    let window = parameters.on("sign_in_address_minutes", "", today)?.int()? * MINUTE_US;
    let most = parameters.on("sign_in_address_failures", "", today)?.int()?;
    let sql = "select since_us from access_address where address = $1 and failures >= $2 and since_us > $3";
    let row = tx.query_opt(sql, args![address, most, now - window]).await?;
    row.map(|row| Ok((row.int("since_us")? + window - now + MINUTE_US - 1) / MINUTE_US)).transpose()
}

/// Counts a failure of an address; those whose time is over are forgotten.
async fn failed(tx: &mut Tx, parameters: &Register, address: &str) -> Result<(), Refusal> {
    let now = tx.now_us();
    let window = parameters.on("sign_in_address_minutes", "", day(now))?.int()? * MINUTE_US;
    tx.execute("delete from access_address where since_us <= $1", args![now - window]).await?;
    let sql = "insert into access_address (address, since_us, failures) values ($1, $2, 1)
               on conflict (address) do update set failures = access_address.failures + 1";
    tx.execute(sql, args![address, now]).await?;
    Ok(())
}

/// Who holds a token, with the grants of today; the session lives on. The token of a program is taken as well.
///
/// # Errors
/// `Forbidden access.session.ended` for a token that opens nothing, or no longer.
pub async fn caller(db: &Db, parameters: &Register, token: &Token) -> Result<Caller, Refusal> {
    if token.secret().starts_with(PREFIX) {
        let (login, only) = tokens::opened(db, token.secret()).await?.ok_or_else(ended)?;
        let mut tx = db.read().await?;
        let caller = known(&mut tx, &login).await?;
        return Ok(Caller { only: Some(only), ..caller });
    }
    let id = token.id();
    let mut tx = db.read().await?;
    let now = tx.now_us();
    let sql = "select login, begun_us, seen_us, acting, sso from access_session where id = $1";
    let row = tx.query_opt(sql, args![&id]).await?.ok_or_else(ended)?;
    let seen = row.int("seen_us")?;
    let (idle, longest) = limits(parameters, day(now))?;
    if now - seen >= idle || now - row.int("begun_us")? >= longest {
        return Err(ended());
    }
    let mut caller = known(&mut tx, row.text("login")?).await?;
    // Who came through another house has no password here to change.
    caller.must_change = caller.must_change && !row.flag("sso")?;
    if let Some(acting) = row.opt_text("acting")? {
        stand_in(&mut tx, &mut caller, acting).await?;
    }
    drop(tx);
    // Once a minute is often enough to know that somebody is there.
    if now - seen >= MINUTE_US {
        write_tx!(db, |tx| tx.execute("update access_session set seen_us = $2 where id = $1", args![&id, now]).await)?;
    }
    Ok(caller)
}

/// Somebody as they would be signed in now, for what is done for them while they are away.
///
/// # Errors
/// `access.session.ended` for whoever has left.
pub async fn away(db: &Db, login: &str) -> Result<Caller, Refusal> {
    known(&mut db.read().await?, login).await
}

/// A person who has not left, with what they hold today.
async fn known(tx: &mut Tx, login: &str) -> Result<Caller, Refusal> {
    let today = day(tx.now_us());
    let mut person = people::get(tx, login).await?.filter(|person| person.left_at_us.is_none()).ok_or_else(ended)?;
    person.grants.retain(|grant| grant.holds(today));
    let suspended = work_ids::suspended(tx, login).await?;
    let people::Person { login, name, must_change, grants, .. } = person;
    let shared = shares::taken(tx, &login, today).await?;
    Ok(Caller { login, name, must_change, grants, acting: None, only: None, suspended, shared })
}

/// Gives a caller the grants lent by a delegation in place of their own; none of them once it has ended.
async fn stand_in(tx: &mut Tx, caller: &mut Caller, delegation: &str) -> Result<(), Refusal> {
    let today = day(tx.now_us());
    let Some(lent) = delegations::get(tx, delegation).await? else { return Ok(()) };
    let giver_left = people::get(tx, &lent.giver).await?.is_none_or(|giver| giver.left_at_us.is_some());
    let holds = lent.holds(today) && lent.taker == caller.login && !giver_left;
    caller.suspended = work_ids::suspended(tx, &lent.giver).await?;
    caller.shared.clear();
    caller.grants = lent.grants.into_iter().filter(|grant| holds && grant.holds(today)).collect();
    caller.acting = Some(Acting { delegation: lent.id, login: lent.giver, name: lent.giver_name });
    Ok(())
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

/// A session somebody holds, as they see it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// When it began, microseconds since 1970.
    pub begun_us: i64,
    /// When it was last used.
    pub seen_us: i64,
    /// Begun through another's house.
    pub sso: bool,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// The sessions of a person that still hold, last used first.
pub async fn held(tx: &mut Tx, parameters: &Register, login: &str, asking: &Token) -> Result<Vec<Held>, Refusal> {
    let now = tx.now_us();
    let (idle, longest) = limits(parameters, day(now))?;
    let sql = "select id, begun_us, seen_us, sso from access_session where login = $1 and seen_us > $2 and begun_us > $3
               order by seen_us desc, id";
    let rows = tx.query(sql, args![login, now - idle, now - longest]).await?;
    let of = |row: &qudao_platform::db::Row| {
        Ok(Held {
            begun_us: row.int("begun_us")?,
            seen_us: row.int("seen_us")?,
            sso: row.flag("sso")?,
            here: row.text("id")? == asking.id(),
        })
    };
    rows.iter().map(of).collect()
}

/// Ends every session of a person but the one that asks.
pub async fn sign_out_elsewhere(db: &Db, login: &str, asking: &Token) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        tx.execute("delete from access_session where login = $1 and id <> $2", args![login, asking.id()]).await?;
        tx.audit(Entry::new(login, "person.sign_out_elsewhere", "person", login));
        Ok(())
    })
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

fn too_many(minutes: i64) -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "access.sign_in.too_many",
        format!("本网络登录失败次数过多；请 {minutes} 分钟后再试"),
        format!("too many sign-ins failed from your network; try again in {minutes} minutes"),
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
