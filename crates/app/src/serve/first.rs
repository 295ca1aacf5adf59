//! `qudao administrator`: the first person of a new house, who adds all others in the console.

use super::desk::Desk;
use super::home::Home;
use crate::say::{self, Say};
use qudao_access::people::{self, NewGrant};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::Durability;
use qudao_platform::nodes::Node;
use qudao_platform::{Db, SystemClock};
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 工作文件夹 Folder, as `qudao serve` has it
    #[arg(long)]
    home: PathBuf,
    /// 数据库，默认工作文件夹中的 SQLite 文件 Database, as `qudao serve` has it
    #[arg(long, env = "QUDAO_DB", hide_env_values = true)]
    db: Option<String>,
    /// 登录名 Login
    login: String,
    /// 姓名 Name
    name: String,
}

/// The command. The first password is the first line of standard input; it must be changed at the first sign-in.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    say.note(
        "请输入初始密码，回车结束（首次登录须修改）：",
        "type the first password and press Enter (it must be changed at the first sign-in):",
    );
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).map_err(|error| {
        Refusal::unavailable("cli.administrator.stdin", format!("读不到密码：{error}"), format!("the password cannot be read: {error}"))
    })?;
    say::runtime(1)?.block_on(add(args, password.trim_end_matches(['\r', '\n'])))?;
    let login = &args.login;
    say.note(format_args!("已建立系统管理员 {login}"), format_args!("{login} is the administrator now"));
    Ok(())
}

async fn add(args: &Args, password: &str) -> Result<(), Refusal> {
    let home = Home::open(&args.home)?;
    let url = args.db.clone().unwrap_or_else(|| home.database());
    let db = Db::open_with(&url, Arc::new(SystemClock), Durability::Full).await?;
    let node = Node::new("administrator", db.now_us());
    let desk = Desk::open(db, home, node, false).await?;
    if people::anybody(&mut desk.db.read().await?).await? {
        return Err(Refusal::new(
            Kind::Conflict,
            "cli.administrator.there",
            "系统中已有人员；请由系统管理员在控制台添加其他人",
            "there are people already; an administrator adds others in the console",
        ));
    }
    people::create(&desk.db, "console", &args.login, &args.name, password).await?;
    let grant =
        NewGrant {
            role: "administrator", over: "", from: desk.today(), to: None, reason: "第一位系统管理员 the first administrator"
        };
    people::grant(&desk.db, &desk.roles, "console", &args.login, &grant).await?;
    desk.db.close().await;
    Ok(())
}
