//! People and the roles they hold.
//!
//! States of a person: present (with a first password to be changed, or their own), left. Someone who left cannot come back under the
//! same login, so that old audit entries never name another.

use crate::caller::Grant;
use crate::private::{self, PrivateKind};
use crate::roles::{Over, Roles};
use crate::{password, work_ids};
use qudao_kernel::{Date, Kind, Refusal, territory};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;

/// A person, without their password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Login; unique for all time.
    pub login: String,
    /// Name.
    pub name: String,
    /// Whether the password was given by somebody else and must be changed.
    pub must_change: bool,
    /// When they left, microseconds since 1970.
    pub left_at_us: Option<i64>,
    /// Until when wrong passwords lock them out, microseconds since 1970; in the past for nobody.
    pub locked_until_us: i64,
    /// When they may be called.
    pub duty_hours: String,
    /// Their phone, masked; empty if none is known.
    pub phone: String,
    /// Whether sign-in asks for a code.
    pub totp: bool,
    /// Version of what [`edit`] changes.
    pub version: u32,
    /// Every grant they hold or held, oldest first.
    pub grants: Vec<Grant>,
}

/// Adds a person with a first password, which they must change.
///
/// # Errors
/// `BadInput access.person.login` or `access.password.weak`, `Conflict access.person.exists`.
pub async fn create(db: &Db, who: &str, login: &str, name: &str, first_password: &str) -> Result<(), Refusal> {
    check(login, name)?;
    let hash = password::hash(login, first_password).await?;
    write_tx!(db, |tx| insert(tx, who, login, name, &hash).await)
}

/// Adds a person together with a first role: nobody is in the list of a county without belonging there.
///
/// # Errors
/// As [`create`] and [`grant`].
pub async fn create_with(
    db: &Db,
    roles: &Roles,
    who: &str,
    login: &str,
    card: &Card<'_>,
    first_password: &str,
    first: &NewGrant<'_>,
) -> Result<(), Refusal> {
    check(login, card.name)?;
    first.check(roles)?;
    let hash = password::hash(login, first_password).await?;
    write_tx!(db, |tx| {
        insert(tx, who, login, card.name.trim(), &hash).await?;
        tx.execute("update access_person set duty_hours = $2 where login = $1", args![login, card.duty_hours.trim()]).await?;
        if let Some(phone) = card.phone.filter(|phone| !phone.is_empty()) {
            private::put(tx, who, "person", login, PrivateKind::Phone, phone).await?;
        }
        give(tx, who, login, first).await.map(drop)
    })
}

fn check(login: &str, name: &str) -> Result<(), Refusal> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
    let right = (1..=64).contains(&login.len()) && login.bytes().all(plain) && (1..=60).contains(&name.trim().chars().count());
    if right { Ok(()) } else { Err(wrong_login()) }
}

async fn insert(tx: &mut Tx, who: &str, login: &str, name: &str, hash: &str) -> Result<(), Refusal> {
    let sql = "insert into access_person (login, name, password, must_change, failures, locked_until_us)
                   values ($1, $2, $3, 1, 0, 0) on conflict (login) do nothing";
    if tx.execute(sql, args![login, name, hash]).await? == 0 {
        return Err(Refusal::new(
            Kind::Conflict,
            "access.person.exists",
            format!("登录名 {login} 已被使用；请换一个"),
            format!("the login {login} is taken; choose another"),
        ));
    }
    tx.audit(Entry::new(who, "person.create", "person", login).after(json!({ "login": login, "name": name }).to_string()));
    Ok(())
}

/// What a person's card says.
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    /// Name.
    pub name: &'a str,
    /// When they may be called.
    pub duty_hours: &'a str,
    /// A new phone; `None` leaves the old one, an empty one forgets it.
    pub phone: Option<&'a str>,
}

/// Changes a person's card. `version` is the one that was seen (R0.24).
///
/// # Errors
/// `BadInput access.person.login` for an empty name, `access.private.phone`; `NotFound access.person.missing`; `Conflict platform.db.stale`.
pub async fn edit(db: &Db, who: &str, login: &str, version: u32, card: &Card<'_>, reason: &str) -> Result<(), Refusal> {
    if card.name.trim().is_empty() || card.name.chars().count() > 60 || card.duty_hours.chars().count() > 60 {
        return Err(wrong_login());
    }
    write_tx!(db, |tx| {
        let before = present(tx, login).await?;
        let sql = "update access_person set name = $3, duty_hours = $4, version = version + 1 where login = $1 and version = $2";
        tx.execute_versioned("person", login, sql, args![login, version, card.name.trim(), card.duty_hours.trim()]).await?;
        if let Some(phone) = card.phone {
            private::put(tx, who, "person", login, PrivateKind::Phone, phone).await?;
        }
        let json = |name: &str, hours: &str| json!({ "name": name, "duty_hours": hours }).to_string();
        let entry = Entry::new(who, "person.edit", "person", login).before(json(&before.name, &before.duty_hours));
        tx.audit(entry.after(json(card.name.trim(), card.duty_hours.trim())).reason(reason));
        Ok(())
    })
}

/// Refuses a change without a word why.
///
/// # Errors
/// `BadInput access.reason.missing`.
pub fn reasoned(reason: &str) -> Result<(), Refusal> {
    if (2..=500).contains(&reason.trim().chars().count()) {
        return Ok(());
    }
    Err(Refusal::bad_input("access.reason.missing", "请填写原因，2 至 500 字", "say why, in 2 to 500 characters"))
}

/// Refuses what nobody does for themselves: more rights, and a way around what one no longer knows.
pub(crate) fn by_another(who: &str, login: &str) -> Result<(), Refusal> {
    if !qudao_platform::audit::same_hand(who, login) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Forbidden,
        "access.person.self",
        "不能为自己办理；请由另一位管理员操作",
        "nobody does this for themselves; another administrator has to",
    ))
}

fn wrong_login() -> Refusal {
    Refusal::bad_input(
        "access.person.login",
        "登录名须为 1 至 64 个字母、数字或 . _ - @，姓名不能为空且在 60 字以内；请修改",
        "a login is 1 to 64 letters, digits or . _ - @, and a name has 1 to 60 characters; change it",
    )
}

/// Gives a role over something, from a day on. Returns the grant's id.
///
/// # Errors
/// `BadInput access.role.unknown`, `access.grant.over` for a code that cannot be one, `access.grant.days`; `NotFound access.person.missing`;
/// `Forbidden access.person.self`; `Conflict access.grant.exists` if the role over the same is held on one of the days.
pub async fn grant(db: &Db, roles: &Roles, who: &str, login: &str, new: &NewGrant<'_>) -> Result<String, Refusal> {
    new.check(roles)?;
    by_another(who, login)?;
    write_tx!(db, |tx| give(tx, who, login, new).await)
}

async fn give(tx: &mut Tx, who: &str, login: &str, new: &NewGrant<'_>) -> Result<String, Refusal> {
    let person = present(tx, login).await?;
    let shares_a_day = |held: &Grant| new.to.is_none_or(|to| held.from < to) && held.to.is_none_or(|to| new.from < to);
    if person.grants.iter().any(|held| held.role == new.role && held.over == new.over && shares_a_day(held)) {
        return Err(Refusal::new(
            Kind::Conflict,
            "access.grant.exists",
            format!("{login} 在这段日期内已有这个角色；无需重复授予"),
            format!("{login} holds this role on one of these days; nothing needs to be given"),
        ));
    }
    let id = format!("grant_{login}_{}", person.grants.len() + 1);
    let sql = "insert into access_grant (id, login, role, over, effective_from, effective_to) values ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, args![&id, login, new.role, new.over, new.from, new.to]).await?;
    let after = json!({ "role": new.role, "over": new.over, "from": new.from.to_string(), "to": new.to.map(|to| to.to_string()) });
    tx.audit(Entry::new(who, "person.grant", "person", login).after(after.to_string()).reason(new.reason));
    Ok(id)
}

/// A role to be given.
#[derive(Debug, Clone, Copy)]
pub struct NewGrant<'a> {
    /// Role id.
    pub role: &'a str,
    /// The territory, partner, outlet or clerk, as the role's [`Over`] says.
    pub over: &'a str,
    /// First day.
    pub from: Date,
    /// First day it no longer holds.
    pub to: Option<Date>,
    /// Why.
    pub reason: &'a str,
}

impl NewGrant<'_> {
    fn check(&self, roles: &Roles) -> Result<(), Refusal> {
        let fits = match roles.get(self.role)?.over {
            Over::Territory => self.over.is_empty() || territory::level(self.over).is_some(),
            Over::Partner | Over::Outlet | Over::Clerk => !self.over.is_empty(),
        };
        if !fits {
            return Err(Refusal::bad_input(
                "access.grant.over",
                format!("角色 {} 的范围“{}”不是有效的编码；请核对", self.role, self.over),
                format!("`{}` is no code that {} can be held over; check it", self.over, self.role),
            ));
        }
        if self.to.is_some_and(|to| to <= self.from) {
            return Err(Refusal::bad_input(
                "access.grant.days",
                "截止日期须晚于开始日期；请修改",
                "the end must be after the beginning; change it",
            ));
        }
        Ok(())
    }
}

/// Ends a grant on a day, the first on which it no longer holds; a day before its beginning takes it back as a whole.
///
/// # Errors
/// `NotFound access.grant.missing`; `Conflict access.grant.ended` if it ends before that day already.
pub async fn end_grant(db: &Db, who: &str, id: &str, on: Date, reason: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let row = tx.query_opt("select * from access_grant where id = $1 {for_update}", args![id]).await?;
        let row = row.ok_or_else(|| {
            Refusal::new(Kind::NotFound, "access.grant.missing", format!("没有授权 {id}"), format!("there is no grant {id}"))
        })?;
        let held = grant_of(&row)?;
        if held.to.is_some_and(|to| to <= on) {
            return Err(Refusal::new(
                Kind::Conflict,
                "access.grant.ended",
                "这项授权在该日之前已经结束",
                "this grant ends before that day already",
            ));
        }
        let on = on.max(held.from);
        tx.execute("update access_grant set effective_to = $2 where id = $1", args![id, on]).await?;
        let after = json!({ "role": held.role, "over": held.over, "to": on.to_string() });
        let login = row.string("login")?;
        tx.audit(Entry::new(who, "person.grant_end", "person", &login).after(after.to_string()).reason(reason));
        Ok(())
    })
}

/// Ends every role held over one of some partners, outlets or clerks on a day.
///
/// # Errors
/// The database does not answer.
pub async fn end_over(tx: &mut Tx, who: &str, codes: &[String], on: Date, reason: &str) -> Result<(), Refusal> {
    for code in codes {
        let sql = "select * from access_grant where over = $1 and (effective_to is null or effective_to > $2) order by id {for_update}";
        for row in tx.query(sql, args![code, on]).await? {
            let (id, held) = (row.string("id")?, grant_of(&row)?);
            let end = on.max(held.from);
            tx.execute("update access_grant set effective_to = $2 where id = $1", args![&id, end]).await?;
            let after = json!({ "role": held.role, "over": held.over, "to": end.to_string() });
            let login = row.string("login")?;
            tx.audit(Entry::new(who, "person.grant_end", "person", &login).after(after.to_string()).reason(reason));
        }
    }
    Ok(())
}

/// Gives a new first password, lifts a lock-out and ends every session of the person.
///
/// # Errors
/// `BadInput access.password.weak`, `NotFound access.person.missing`, `Forbidden access.person.self`.
pub async fn reset_password(db: &Db, who: &str, login: &str, first_password: &str, reason: &str) -> Result<(), Refusal> {
    by_another(who, login)?;
    let hash = password::hash(login, first_password).await?;
    write_tx!(db, |tx| {
        present(tx, login).await?;
        set_password(tx, login, &hash, true).await?;
        tx.execute("delete from access_session where login = $1", args![login]).await?;
        tx.audit(Entry::new(who, "person.reset_password", "person", login).reason(reason));
        Ok(())
    })
}

/// Changes one's own password. Every session of the person but `keep` ends.
///
/// # Errors
/// `BadInput access.password.weak`, `access.password.same`; `Forbidden access.sign_in.refused` if the old one is wrong.
pub async fn change_password(db: &Db, login: &str, old: &str, new: &str, keep: &crate::sessions::Token) -> Result<(), Refusal> {
    let held = password_of(&mut db.read().await?, login).await?;
    if !password::matches(old, held.clone()).await? {
        return Err(crate::sessions::refused());
    }
    if old == new {
        return Err(Refusal::bad_input(
            "access.password.same",
            "新密码不能与原密码相同",
            "the new password is the old one; choose another",
        ));
    }
    let hash = password::hash(login, new).await?;
    write_tx!(db, |tx| {
        present(tx, login).await?;
        // Hashing took a while: whoever reset the password meanwhile is not overruled.
        if password_of(tx, login).await? != held {
            return Err(crate::sessions::refused());
        }
        set_password(tx, login, &hash, false).await?;
        tx.execute("delete from access_session where login = $1 and id <> $2", args![login, keep.id()]).await?;
        tx.audit(Entry::new(login, "person.change_password", "person", login));
        Ok(())
    })
}

/// Someone leaves: sessions, tokens and grants end now, their work ID is suspended.
///
/// # Errors
/// `NotFound access.person.missing`.
pub async fn leave(db: &Db, who: &str, login: &str, reason: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        present(tx, login).await?;
        tx.execute("update access_person set left_at_us = $2 where login = $1", args![login, tx.now_us()]).await?;
        tx.execute("delete from access_session where login = $1", args![login]).await?;
        work_ids::left(tx, who, login).await?;
        tx.audit(Entry::new(who, "person.leave", "person", login).reason(reason));
        Ok(())
    })
}

/// Whether there is anybody, also among those who left.
pub async fn anybody(tx: &mut Tx) -> Result<bool, Refusal> {
    Ok(tx.query_opt("select login from access_person limit 1", args![]).await?.is_some())
}

/// A person, also one who left.
pub async fn get(tx: &mut Tx, login: &str) -> Result<Option<Person>, Refusal> {
    let sql = format!("{SELECT} where p.login = $1");
    let Some(row) = tx.query_opt(sql, args![login]).await? else { return Ok(None) };
    let mut person = of_row(&row)?;
    let grants = tx.query("select * from access_grant where login = $1 order by effective_from, id", args![login]).await?;
    person.grants = grants.iter().map(grant_of).collect::<Result<_, _>>()?;
    Ok(Some(person))
}

/// Everything of a person but the grants; the alias is `p`.
pub(crate) const SELECT: &str = "select p.login, p.name, p.must_change, p.left_at_us, p.locked_until_us, p.duty_hours, p.version,
    v.value as phone, t.confirmed_at_us from access_person p
    left join access_private v on v.noun = 'person' and v.noun_id = p.login and v.kind = 'phone'
    left join access_totp t on t.login = p.login";

/// A row of [`SELECT`].
pub(crate) fn of_row(row: &Row) -> Result<Person, Refusal> {
    Ok(Person {
        login: row.string("login")?,
        name: row.string("name")?,
        must_change: row.flag("must_change")?,
        left_at_us: row.opt_int("left_at_us")?,
        locked_until_us: row.int("locked_until_us")?,
        duty_hours: row.string("duty_hours")?,
        phone: row.opt_text("phone")?.map_or_else(String::new, |phone| private::mask(PrivateKind::Phone, phone)),
        totp: row.opt_int("confirmed_at_us")?.is_some(),
        version: row.count("version")?,
        grants: Vec::new(),
    })
}

/// The hash of the password of a person who has not left.
pub(crate) async fn password_of(tx: &mut Tx, login: &str) -> Result<Option<String>, Refusal> {
    let row = tx.query_opt("select password from access_person where login = $1 and left_at_us is null", args![login]).await?;
    row.map(|row| row.string("password")).transpose()
}

/// Locks the row of a person.
pub(crate) async fn lock(tx: &mut Tx, login: &str) -> Result<(), Refusal> {
    tx.query_opt("select login from access_person where login = $1 {for_update}", args![login]).await?;
    Ok(())
}

/// A person who has not left, whose row is locked.
pub(crate) async fn present(tx: &mut Tx, login: &str) -> Result<Person, Refusal> {
    lock(tx, login).await?;
    found(tx, login).await
}

/// A person who has not left.
pub(crate) async fn found(tx: &mut Tx, login: &str) -> Result<Person, Refusal> {
    get(tx, login).await?.filter(|person| person.left_at_us.is_none()).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "access.person.missing",
            format!("没有人员 {login}，或已离职；请核对登录名"),
            format!("there is nobody with the login {login}, or they left; check it"),
        )
    })
}

async fn set_password(tx: &mut Tx, login: &str, hash: &str, must_change: bool) -> Result<u64, Refusal> {
    let sql = "update access_person set password = $2, must_change = $3, failures = 0, locked_until_us = 0 where login = $1";
    tx.execute(sql, args![login, hash, must_change]).await
}

pub(crate) fn grant_of(row: &Row) -> Result<Grant, Refusal> {
    let to = row.opt_string("effective_to")?;
    Ok(Grant {
        id: row.string("id")?,
        role: row.string("role")?,
        over: row.string("over")?,
        from: row.parse("effective_from")?,
        to: to.is_some().then(|| row.parse("effective_to")).transpose()?,
    })
}
