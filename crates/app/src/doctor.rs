//! `qudao doctor`: what this machine has of what qudao can use; with a folder, whether the house in it is well.

use crate::say::{self, Say};
use crate::serve::demo::DemoClock;
use qudao_engine::facts::FactStore;
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::{Clock, SystemClock};
use qudao_settle::statement::pdf::Press;
use qudao_upkeep::House;
use qudao_upkeep::doctor::{Check, State, Wanted, look};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Files of a kind that are read where not every one is asked for.
const SAMPLE: usize = 200;
/// Wrong files named in a sentence.
const NAMED: usize = 3;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 检查这个工作文件夹，默认只看本机 Check this house; where absent, this machine alone
    #[arg(long)]
    home: Option<PathBuf>,
    /// 数据库，默认工作文件夹中的 SQLite 文件 Database, as `qudao serve` has it
    #[arg(long, env = "QUDAO_DB", hide_env_values = true)]
    db: Option<String>,
    /// 逐个复核全部文件，不抽查 Read every file instead of a sample
    #[arg(long, requires = "home")]
    every_file: bool,
    /// 输出 JSON，供监控读取 As JSON, for monitoring
    #[arg(long, requires = "home")]
    json: bool,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    match &args.home {
        None => {
            machine(say);
            Ok(())
        }
        Some(home) => check(say, args, home),
    }
}

/// What is missing here is no error: each line says what would not work.
fn machine(say: &Say) {
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

/// Looks at a house and tells everything; what is wrong decides the exit code.
fn check(say: &Say, args: &Args, home: &Path) -> Result<(), Refusal> {
    let house = House::new(home, args.db.as_deref());
    let sample = if args.every_file { 0 } else { SAMPLE };
    let demo = DemoClock::if_any(home)?;
    let wanted = Wanted { sample, real_time: demo.is_none() };
    let clock: Arc<dyn Clock> = match demo {
        Some(demo) => Arc::new(demo),
        None => Arc::new(SystemClock),
    };
    let mut checks = say::runtime(2)?.block_on(look(&house, clock, wanted));
    checks.push(facts(home, sample));
    if args.json {
        as_json(&checks);
    } else {
        as_text(say, &checks);
    }
    let wrong = checks.iter().filter(|check| check.state == State::Wrong).count();
    if wrong == 0 {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "cli.doctor.wrong",
        format!("{wrong} 项不正常，处理办法列在上面"),
        format!("{wrong} checks failed; what to do stands above"),
    ))
}

const fn word(state: State) -> &'static str {
    match state {
        State::Well => "well",
        State::Unknown => "unknown",
        State::Warning => "warning",
        State::Wrong => "wrong",
    }
}

fn as_text(say: &Say, checks: &[Check]) {
    for check in checks {
        let mark = match check.state {
            State::Well => say.pick("正常", "ok     "),
            State::Unknown => say.pick("未查", "unknown"),
            State::Warning => say.pick("注意", "warning"),
            State::Wrong => say.pick("异常", "WRONG  "),
        };
        println!("{mark} {}: {}", check.name.get(say.lang), check.found.get(say.lang));
        if let Some(remedy) = &check.remedy {
            println!("     → {}", remedy.get(say.lang));
        }
    }
}

fn as_json(checks: &[Check]) {
    let text = |text: &Text| serde_json::json!({ "zh": text.zh, "en": text.en });
    let rows = checks.iter().map(|check| {
        serde_json::json!({
            "id": check.id,
            "state": word(check.state),
            "name": text(&check.name),
            "found": text(&check.found),
            "remedy": check.remedy.as_ref().map(text),
        })
    });
    println!("{}", rows.collect::<serde_json::Value>());
}

/// Whether the fact store holds what its newest snapshot names.
fn facts(home: &Path, sample: usize) -> Check {
    const NAME: (&str, &str) = ("事实库", "fact store");
    if !home.join("facts").is_dir() {
        return Check::unknown("facts", NAME, ("还没有事实数据", "there are no facts yet"));
    }
    let survey = FactStore::open(&home.to_string_lossy()).and_then(|store| store.survey(sample));
    let survey = match survey {
        Ok(survey) => survey,
        Err(refusal) => {
            return Check { found: refusal.text, ..Check::well("facts", NAME, ("", "")) }
                .not(State::Wrong, ("请从备份恢复 facts 文件夹", "restore the folder facts from a backup"));
        }
    };
    let (snapshot, files, rows, hashed) = (survey.snapshot, survey.files, survey.rows, survey.hashed);
    let well = Check::well(
        "facts",
        NAME,
        (
            format!("快照 {snapshot}：{files} 个文件，{rows} 行，抽查 {hashed} 个，与清单一致"),
            format!("snapshot {snapshot}: {files} files, {rows} rows, of which {hashed} files were read; as the manifest says"),
        ),
    );
    if survey.is_sound() {
        return well;
    }
    let some = |names: &[String]| names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let found = Text::new(
        format!(
            "缺失 {} 个（{}），内容不符 {} 个（{}），行数不符的批次 {} 个（{}）",
            survey.missing.len(),
            some(&survey.missing),
            survey.changed.len(),
            some(&survey.changed),
            survey.uneven.len(),
            some(&survey.uneven)
        ),
        format!(
            "{} files missing ({}), {} changed ({}), {} batches with other rows ({})",
            survey.missing.len(),
            some(&survey.missing),
            survey.changed.len(),
            some(&survey.changed),
            survey.uneven.len(),
            some(&survey.uneven)
        ),
    );
    Check { found, ..well }.not(
        State::Wrong,
        (
            "请从备份取回这些文件放回原处；没有备份时撤回该批并重新导入原文件（qudao import --withdraw）",
            "put these files back from a backup; without one, withdraw the batch and import its source file again (qudao import --withdraw)",
        ),
    )
}
