//! The database: whether it answers, which version it is, the clock against it, audit chain, outbox, parameters.

use super::{Check, State, Wanted};
use crate::house::House;
use qudao_kernel::{Refusal, Text};
use qudao_platform::db::{DbKind, Schema, Tx, schema};
use qudao_platform::params::{self, Register};
use qudao_platform::{Clock, args, audit, nodes, outbox};
use std::process::Command;
use std::sync::Arc;

const SECOND_US: i64 = 1_000_000;
/// How far the clocks of machine and database server may be apart.
const APART_US: i64 = 5 * SECOND_US;
/// How long an event may wait: what is written in rounds waits an hour at most.
const LATE_US: i64 = 2 * 3_600 * SECOND_US;

const DATABASE: (&str, &str) = ("数据库", "database");
const SCHEMA: (&str, &str) = ("数据库版本", "schema");
const CLOCK: (&str, &str) = ("时钟", "clock");
const AUDIT: (&str, &str) = ("审计链", "audit chain");
const OUTBOX: (&str, &str) = ("待处理事件", "outbox");
const PARAMETERS: (&str, &str) = ("参数", "parameters");
const SERVERS: (&str, &str) = ("运行中的服务器", "servers");

/// Looks at everything in the database; where it does not answer, says so once.
pub(super) async fn look(house: &House, clock: Arc<dyn Clock>, wanted: Wanted) -> Vec<Check> {
    let db = match house.open_with(clock).await {
        Ok(db) => db,
        Err(refusal) => {
            let answers = refused("database", DATABASE, refusal).not(
                State::Wrong,
                (
                    "请确认数据库服务已启动、地址（--db）正确、用户有权限",
                    "see that the database server runs, that its address (--db) is right and that the user may use it",
                ),
            );
            return std::iter::once(answers).chain(unseen()).collect();
        }
    };
    let checks = match db.read().await {
        Ok(mut tx) => in_state(&mut tx, wanted).await,
        Err(refusal) => vec![refused("database", DATABASE, refusal).not(State::Wrong, ("请检查数据库服务", "look at the database server"))],
    };
    db.close().await;
    checks
}

/// What is not looked at where no database answers.
fn unseen() -> impl Iterator<Item = Check> {
    let all = [("schema", SCHEMA), ("clock", CLOCK), ("audit", AUDIT), ("outbox", OUTBOX), ("parameters", PARAMETERS)];
    all.into_iter().map(|(id, name)| Check::unknown(id, name, ("数据库不可用，未检查", "not looked at: the database does not answer")))
}

async fn in_state(tx: &mut Tx, wanted: Wanted) -> Vec<Check> {
    let mut checks = vec![sound(tx).await];
    let (schema, whole) = version(tx).await;
    checks.push(schema);
    if !whole {
        checks.extend(unseen().skip(1));
        return checks;
    }
    checks.push(told(time(tx, wanted.real_time).await, "clock", CLOCK));
    checks.push(told(chain(tx).await, "audit", AUDIT));
    checks.push(told(waiting(tx).await, "outbox", OUTBOX));
    checks.push(parameters(tx).await);
    if tx.kind() == DbKind::Postgres {
        checks.push(told(servers(tx).await, "servers", SERVERS));
    }
    checks
}

fn refused(id: &'static str, name: (&str, &str), refusal: Refusal) -> Check {
    Check { found: refusal.text, ..Check::well(id, name, ("", "")) }
}

/// What a check found, or why it could not be made.
fn told(outcome: Result<Check, Refusal>, id: &'static str, name: (&str, &str)) -> Check {
    outcome.unwrap_or_else(|refusal| {
        refused(id, name, refusal).not(State::Wrong, ("请把以上信息告诉维护者", "tell the maintainers what stands above"))
    })
}

/// Which servers say that they run; none is nothing wrong.
async fn servers(tx: &mut Tx) -> Result<Check, Refusal> {
    let running = nodes::running(tx).await?;
    if running.is_empty() {
        return Ok(Check::well("servers", SERVERS, ("没有", "none")));
    }
    let names = running.join(", ");
    Ok(Check::well("servers", SERVERS, (names.clone(), names)))
}

async fn sound(tx: &mut Tx) -> Check {
    let kind = tx.kind().name();
    let well = Check::well("database", DATABASE, (format!("{kind} 应答正常"), format!("{kind} answers")));
    let found = match tx.damage().await {
        Ok(damage) if damage.is_empty() => return well,
        Ok(damage) => {
            let some = damage.into_iter().take(3).collect::<Vec<_>>().join("; ");
            Text::new(format!("文件已损坏：{some}"), format!("the file is damaged: {some}"))
        }
        Err(refusal) => refusal.text,
    };
    Check { found, ..well }
        .not(State::Wrong, ("请停止服务，从最近一份通过校验的备份恢复", "stop the server and restore the latest backup that verifies"))
}

/// The version, and whether the tables can be read.
async fn version(tx: &mut Tx) -> (Check, bool) {
    let Schema { applied, pending, unknown, edited } = match schema(tx).await {
        Ok(schema) => schema,
        Err(refusal) => {
            return (
                refused("schema", SCHEMA, refusal).not(State::Wrong, ("请检查数据库权限", "look at the rights on the database")),
                false,
            );
        }
    };
    let (count, last) = (applied.len(), applied.last().cloned().unwrap_or_default());
    let well = Check::well("schema", SCHEMA, (format!("{count} 步，最后一步 {last}"), format!("{count} steps, the last is {last}")));
    if let Some(name) = unknown.first() {
        let found = Text::new(format!("数据库比程序新：{name}"), format!("the database is newer than the program: {name}"));
        return (Check { found, ..well }.not(State::Wrong, ("请换用较新的程序", "use the newer program")), false);
    }
    if let Some(name) = edited.first() {
        let found = Text::new(format!("步骤 {name} 与执行过的不同"), format!("step {name} is not the one that was applied"));
        return (Check { found, ..well }.not(State::Wrong, ("请换用发布的程序", "use a released program")), true);
    }
    if pending.is_empty() {
        return (well, true);
    }
    let waiting = pending.len();
    let found = Text::new(format!("还有 {waiting} 步未执行"), format!("{waiting} steps are not applied yet"));
    let remedy =
        ("请先备份（qudao backup），再启动服务：启动时自动升级", "take a backup (qudao backup), then start the server, which applies them");
    (Check { found, ..well }.not(State::Warning, remedy), count > 0)
}

/// Whether the clock went back, or is another one than the server's.
async fn time(tx: &mut Tx, real: bool) -> Result<Check, Refusal> {
    let now = tx.now_us();
    let row = tx.query_one("select max(at_us) as latest from audit_entry", args![]).await?;
    let ahead = row.opt_int("latest")?.map_or(0, |latest| latest - now);
    let apart = if real { tx.server_us().await? - now } else { 0 };
    let well = Check::well("clock", CLOCK, ("不早于最近的记录", "not before the latest record"));
    let remedy = (
        "请校准时间并开启同步（timedatectl set-ntp true）；记录的先后以编号为准，不受影响",
        "set the clock and have it kept right (timedatectl set-ntp true); the order of records is that of their numbers and is not affected",
    );
    if ahead > SECOND_US {
        let seconds = ahead / SECOND_US;
        let found = Text::new(
            format!("比最近的记录早 {seconds} 秒：时钟曾被调回"),
            format!("{seconds} s before the latest record: it was set back"),
        );
        return Ok(Check { found, ..well }.not(State::Wrong, remedy));
    }
    if apart.abs() > APART_US {
        let seconds = apart / SECOND_US;
        let found = Text::new(format!("与数据库服务器相差 {seconds} 秒"), format!("{seconds} s from the database server's"));
        return Ok(Check { found, ..well }.not(State::Warning, remedy));
    }
    if real && unsynchronised() {
        let found = Text::new("本机没有与时间服务器同步", "this machine is not synchronised with a time server");
        return Ok(Check { found, ..well }.not(State::Warning, remedy));
    }
    Ok(well)
}

/// Whether the machine says that nobody keeps its clock right.
fn unsynchronised() -> bool {
    let asked = Command::new("timedatectl").args(["show", "--property=NTPSynchronized", "--value"]).output();
    asked.is_ok_and(|done| done.status.success() && done.stdout.trim_ascii() == b"no")
}

async fn chain(tx: &mut Tx) -> Result<Check, Refusal> {
    let head = audit::head(tx).await?;
    let (entries, short) = (head.seq, head.hash.get(..16).unwrap_or("").to_owned());
    let well = Check::well("audit", AUDIT, (format!("{entries} 条，链尾 {short}"), format!("{entries} entries, its end is {short}")));
    Ok(match audit::verify_in(tx).await? {
        None => well,
        Some(broken) => {
            let seq = broken.seq;
            let found = Text::new(
                format!("从第 {seq} 条起不成立：有记录被改动或删除"),
                format!("does not hold from entry {seq} on: an entry was altered or removed"),
            );
            Check { found, ..well }.not(
                State::Wrong,
                (
                    "请保留现场并通知审计；用最近备份中的同一条记录比对，查清谁能直接访问数据库",
                    "keep everything as it is and tell the auditor; compare that entry with the latest backup, and find out who has access to the database itself",
                ),
            )
        }
    })
}

async fn waiting(tx: &mut Tx) -> Result<Check, Refusal> {
    let backlog = outbox::backlog(tx).await?;
    let (open, refused) = (backlog.open, backlog.refused);
    let age = backlog.oldest_us.map_or(0, |oldest| tx.now_us() - oldest);
    let well = Check::well("outbox", OUTBOX, (format!("{open} 件待处理"), format!("{open} wait")));
    if let Some((consumer, why)) = backlog.worst {
        let found = Text::new(
            format!("{refused} 件被拒绝过，{consumer} 最多：{why}"),
            format!("{refused} were refused, most often by {consumer}: {why}"),
        );
        let remedy = ("请按提示处理原因；之后会自动重试", "do what the reason asks for; they are tried again by themselves");
        return Ok(Check { found, ..well }.not(State::Warning, remedy));
    }
    if age > LATE_US {
        let minutes = age / SECOND_US / 60;
        let found =
            Text::new(format!("{open} 件待处理，最早一件已等 {minutes} 分钟"), format!("{open} wait, the oldest for {minutes} min"));
        let remedy = (
            "请确认服务正在运行；停止期间事件会等待，不会丢失",
            "see that the server runs; events wait while it does not, and none is lost",
        );
        return Ok(Check { found, ..well }.not(State::Warning, remedy));
    }
    Ok(well)
}

async fn parameters(tx: &mut Tx) -> Check {
    let read = async {
        let register = params::load(tx, Register::standard()?).await?;
        let count = register.definitions().count();
        Ok(Check::well("parameters", PARAMETERS, (format!("{count} 项，取值均有效"), format!("{count}, every value is valid"))))
    };
    read.await.unwrap_or_else(|refusal: Refusal| {
        refused("parameters", PARAMETERS, refusal)
            .not(State::Wrong, ("请在控制台的参数页改正该取值", "correct that value on the console's page of parameters"))
    })
}
