//! `qudao doctor`: what this machine has of what qudao can use.

use crate::say::Say;
use qudao_kernel::Refusal;
use qudao_settle::statement::pdf::Press;
use std::path::PathBuf;
use std::process::Command;

/// The command. Nothing missing here is an error: each line says what would not work.
#[expect(clippy::unnecessary_wraps, reason = "every command answers alike")]
pub(crate) fn command(say: &Say) -> Result<(), Refusal> {
    println!("qudao {} ({} {})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{}: {cores}", say.pick("处理器核", "cores"));
    match Press::open() {
        Ok(press) => println!("{}: {}", say.pick("中文字体", "Chinese font"), press.family()),
        Err(refusal) => println!("{}: {}", say.pick("中文字体", "Chinese font"), refusal.text.get(say.lang)),
    }
    match postgres() {
        Some(version) => println!("PostgreSQL: {version}"),
        None => println!(
            "PostgreSQL: {}",
            say.pick("未安装（默认使用 SQLite，不需要）", "not installed (SQLite is the default, it is not needed)")
        ),
    }
    match free_space() {
        Some(free) => println!("{}: {free}", say.pick("当前目录可用空间", "free space here")),
        None => println!("{}: {}", say.pick("当前目录可用空间", "free space here"), say.pick("未知", "unknown")),
    }
    Ok(())
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let done = Command::new(program).args(args).output().ok().filter(|done| done.status.success())?;
    Some(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// Version of the PostgreSQL server on the path or where Debian keeps it.
fn postgres() -> Option<String> {
    let kept = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin/postgres"));
    let places = std::iter::once(PathBuf::from("postgres")).chain(kept);
    places.into_iter().find_map(|program| output(&program.to_string_lossy(), &["--version"]))
}

fn free_space() -> Option<String> {
    let text = output("df", &["-h", "--output=avail", "."])?;
    text.lines().nth(1).map(|line| line.trim().to_owned())
}
