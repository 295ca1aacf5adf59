//! Who answers for what: the one role for a kind of task (R1.5), and the one person who serves a partner in a function (R1.3).

use crate::people;
use crate::roles::Roles;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;

/// The functions a partner has a manager of their own for, which are the ids of the four supporting roles and the channel manager's.
pub const FUNCTIONS: [&str; 5] = ["channel_manager", "marketing_support", "system_support", "settlement_support", "service_support"];

/// A kind of task and the role that answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Kind of task, `snake_case`.
    pub task: String,
    /// Role id.
    pub role: String,
    /// Version.
    pub version: u32,
}

/// The whole matrix, by task.
pub async fn matrix(tx: &mut Tx) -> Result<Vec<Duty>, Refusal> {
    let rows = tx.query("select * from access_duty order by task", args![]).await?;
    rows.iter().map(|row| Ok(Duty { task: row.string("task")?, role: row.string("role")?, version: row.count("version")? })).collect()
}

/// Says which role answers for a kind of task; `version` is the one seen, 0 for a new kind.
///
/// # Errors
/// `BadInput access.role.unknown`, `access.duty.task`; `Conflict platform.db.stale`.
pub async fn assign(db: &Db, roles: &Roles, who: &str, task: &str, role: &str, version: u32, reason: &str) -> Result<(), Refusal> {
    roles.get(role)?;
    people::reasoned(reason)?;
    if task.is_empty() || task.len() > 64 || !task.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Err(Refusal::bad_input(
            "access.duty.task",
            "任务类型须为小写字母、数字或下划线，64 位以内",
            "a kind of task is up to 64 lower case letters, digits and underscores",
        ));
    }
    write_tx!(db, |tx| {
        let sql = "insert into access_duty (task, role, version) values ($1, $2, 1) on conflict (task) do nothing";
        if version == 0 && tx.execute(sql, args![task, role]).await? > 0 {
            tx.audit(Entry::new(who, "duty.assign", "duty", task).after(json!({ "role": role }).to_string()).reason(reason));
            return Ok(());
        }
        let before = tx.query_opt("select role from access_duty where task = $1 {for_update}", args![task]).await?;
        let before = before.map(|row| row.string("role")).transpose()?;
        let sql = "update access_duty set role = $2, version = version + 1 where task = $1 and version = $3";
        tx.execute_versioned("duty", task, sql, args![task, role, version]).await?;
        let entry = Entry::new(who, "duty.assign", "duty", task).before(json!({ "role": before }).to_string());
        tx.audit(entry.after(json!({ "role": role }).to_string()).reason(reason));
        Ok(())
    })
}

/// The role that answers for a kind of task.
///
/// # Errors
/// `Conflict access.duty.nobody` for one that nobody answers for: such a task is refused, not left lying.
pub async fn answers(tx: &mut Tx, task: &str) -> Result<String, Refusal> {
    let row = tx.query_opt("select role from access_duty where task = $1", args![task]).await?;
    row.map(|row| row.string("role")).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::Conflict,
            "access.duty.nobody",
            format!("任务类型 {task} 没有责任角色；请先在责任矩阵中指定"),
            format!("no role answers for tasks of the kind {task}; name one in the matrix first"),
        )
    })
}

/// Who serves a partner in a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    /// Function: one of [`FUNCTIONS`].
    pub role: String,
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// Their phone at work, whole: a partner is to call it. Empty if none is known.
    pub phone: String,
    /// When they may be called.
    pub duty_hours: String,
    /// Since which day.
    pub from: Date,
}

/// Names the one person who serves a partner in a function, from a day on; whoever did until then no longer does.
///
/// # Errors
/// `BadInput access.manager.role` for no such function or for somebody who does not hold its role on that day,
/// `access.manager.day` for a day before the beginning of the present one's; `NotFound access.person.missing`.
pub async fn name_manager(db: &Db, who: &str, partner: &str, role: &str, login: &str, from: Date, reason: &str) -> Result<(), Refusal> {
    people::reasoned(reason)?;
    write_tx!(db, |tx| {
        let person = people::present(tx, login).await?;
        if !FUNCTIONS.contains(&role) || !person.grants.iter().any(|grant| grant.role == role && grant.holds(from)) {
            return Err(Refusal::bad_input(
                "access.manager.role",
                format!("{login} 在 {from} 不担任该职能；请选择任此职的人员"),
                format!("{login} does not hold that function on {from}; choose somebody who does"),
            ));
        }
        follow(tx, partner, role, login, from).await?;
        let after = json!({ "role": role, "login": login, "from": from.to_string() });
        tx.audit(Entry::new(who, "manager.name", "partner", partner).after(after.to_string()).reason(reason));
        Ok(())
    })
}

async fn follow(tx: &mut Tx, partner: &str, role: &str, login: &str, from: Date) -> Result<(), Refusal> {
    let later = "select count(*) as n from access_manager where partner = $1 and role = $2 and effective_from > $3";
    if tx.query_one(later, args![partner, role, from]).await?.int("n")? > 0 {
        return Err(Refusal::bad_input(
            "access.manager.day",
            "该职能在这天之后已另有安排；请选择更晚的日期",
            "somebody is named for a later day already; choose a later one",
        ));
    }
    let end =
        "update access_manager set effective_to = $3 where partner = $1 and role = $2 and effective_to is null and effective_from < $3";
    tx.execute(end, args![partner, role, from]).await?;
    let new = "insert into access_manager (partner, role, login, effective_from) values ($1, $2, $3, $4)
               on conflict (partner, role, effective_from) do update set login = excluded.login";
    tx.execute(new, args![partner, role, login, from]).await?;
    Ok(())
}

/// Those who serve a partner on a day, by function.
pub async fn managers(tx: &mut Tx, partner: &str, day: Date) -> Result<Vec<Manager>, Refusal> {
    let sql = "select m.role, m.login, m.effective_from, p.name, p.duty_hours, v.value as phone from access_manager m
               join access_person p on p.login = m.login
               left join access_private v on v.noun = 'person' and v.noun_id = m.login and v.kind = 'phone'
               where m.partner = $1 and m.effective_from <= $2 and (m.effective_to is null or $2 < m.effective_to) and p.left_at_us is null
               order by m.role";
    let rows = tx.query(sql, args![partner, day]).await?;
    let of_row = |row: &qudao_platform::Row| {
        Ok(Manager {
            role: row.string("role")?,
            login: row.string("login")?,
            name: row.string("name")?,
            phone: row.opt_string("phone")?.unwrap_or_default(),
            duty_hours: row.string("duty_hours")?,
            from: row.parse("effective_from")?,
        })
    };
    rows.iter().map(of_row).collect()
}

/// A hand-over takes the partners along: from the day on they are served by the other.
pub(crate) async fn pass_on(tx: &mut Tx, giver: &str, taker: &str, on: Date) -> Result<(), Refusal> {
    let sql = "select partner, role, effective_from from access_manager where login = $1 and effective_to is null {for_update}";
    for row in tx.query(sql, args![giver]).await? {
        let from: Date = row.parse("effective_from")?;
        follow(tx, row.text("partner")?, row.text("role")?, taker, on.max(from)).await?;
    }
    Ok(())
}
