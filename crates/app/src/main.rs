//! The command line of qudao. A command parses, calls, prints; what business rules there are live in the crates below.

mod backup;
mod beside;
mod catalog;
mod chain;
mod check;
mod cluster;
mod demo;
mod doctor;
mod export;
mod generate;
mod import;
mod inputs;
mod kept;
mod ledger;
mod policy;
mod prove;
mod rerun;
mod restore;
mod run_files;
mod say;
mod serve;
mod settle;
mod simulate;
mod statements;
mod summary;
mod tours;

use clap::{CommandFactory, Parser, Subcommand};
use qudao_kernel::{Lang, Refusal};
use say::Say;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXIT_CODES: &str = "退出码 Exit codes:
  0   完成 done
  2   输入有误 wrong input (policies, facts, master data, arguments)
  3   找不到 not found
  4   与现状冲突，或不允许 conflict with what is there, or not allowed
  5   磁盘、网络或其他外部环境不可用 disk, network or something else outside is unavailable
  70  程序缺陷，请报告 a defect of ours, please report it";

/// 渠道酬金结算：事实进来，政策算出每一分钱，每一分钱都有说明。 Settles what an operator owes its sales channel, and explains every fen.
#[derive(Parser)]
#[command(name = "qudao", version, after_help = EXIT_CODES, max_term_width = 120)]
struct Cli {
    /// 语言，默认取环境变量 QUDAO_LANG，否则中文 Language, otherwise of QUDAO_LANG, otherwise Chinese
    #[arg(long, global = true, value_enum)]
    lang: Option<Tongue>,
    /// 不显示进度 No progress bars
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Tongue {
    Zh,
    En,
}

#[derive(Subcommand)]
enum Command {
    /// 结算一个月 Settle a month on plain folders
    Settle(Box<settle::Args>),
    /// 工作端：为另一台机器上的 settle --cluster 计算 Settle ranges of partners for a `settle --cluster` on another machine
    Worker(cluster::worker::Args),
    /// 检查、排版、解释政策 Check, format and explain policies
    Policy {
        #[command(subcommand)]
        action: policy::Action,
    },
    /// 生成演示数据 Make a demo world's master data, facts and raw files
    Generate(generate::Args),
    /// 导入事实文件，或撤回一批 Import fact files into a store, or withdraw a batch
    Import(import::Args),
    /// 更新开放表：为事实文件写 Delta 日志，供其他引擎直接读取 Write the open tables: Delta logs beside the fact files, for other engines
    Catalog(catalog::Args),
    /// 导出主数据或结算结果 Export master data or what a run wrote
    Export {
        #[command(subcommand)]
        what: export::What,
    },
    /// 从生成、导入到结算、对账单、入账、说明，走一遍 Generate, import, settle, state, post and prove, in one go
    Demo(demo::Args),
    /// 说明一行计酬，或一个零 Explain one line of a run, or one zero
    Prove(prove::Args),
    /// 离线复算一份说明 Re-compute a proof offline
    Verify(prove::VerifyArgs),
    /// 用真实数据试算草案 Run a draft beside the policies in force
    Simulate(simulate::Args),
    /// 检查、导出账本文件 Check and export a ledger file
    Ledger {
        #[command(subcommand)]
        action: ledger::Action,
    },
    /// 把停靠点排成几条线路 Spread stops over several tours, with ways, windows and loads of one's own
    Tours(tours::Args),
    /// 启动服务：控制台、手机页面与接口 Serve the console, the phone pages and the interface
    Serve(Box<serve::Args>),
    /// 建立第一位系统管理员 Make the first administrator of a new folder and database
    Administrator(serve::first::Args),
    /// 输出接口文档（OpenAPI 3.1） Print the interface as an OpenAPI 3.1 document
    Openapi,
    /// 备份工作文件夹和数据库，或校验一份备份 Back up folder and database while they are at work, or check a backup
    Backup(backup::Args),
    /// 把备份恢复到空文件夹和空数据库 Restore a backup into an empty folder and database
    Restore(restore::Args),
    /// 检查本机环境，或一个工作文件夹 Check this machine, or a house
    Doctor(doctor::Args),
    /// 生成命令补全脚本 Print a completion script
    Completions {
        /// bash, zsh, fish, powershell, elvish
        shell: clap_complete::Shell,
    },
}

/// Whoever reads our output may stop reading (`| head`): that is no defect to report.
fn leave_quietly_when_nobody_reads() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.to_string().contains("Broken pipe") {
            std::process::exit(0);
        }
        told(panic);
    }));
}

fn main() -> ExitCode {
    leave_quietly_when_nobody_reads();
    let cli = Cli::parse();
    let named_en = || std::env::var("QUDAO_LANG").is_ok_and(|name| name.to_lowercase().starts_with("en"));
    let lang = match cli.lang {
        Some(Tongue::En) => Lang::En,
        None if named_en() => Lang::En,
        _ => Lang::Zh,
    };
    let say = Say::new(lang, cli.quiet);
    match run(&say, cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            eprintln!("{}", refusal.line(lang));
            ExitCode::from(say::exit_code(refusal.kind))
        }
    }
}

fn run(say: &Say, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Settle(args) => settle::command(say, &args),
        Command::Worker(args) => cluster::worker::command(say, &args),
        Command::Policy { action } => policy::command(say, action),
        Command::Generate(args) => generate::command(say, &args),
        Command::Import(args) => import::command(say, &args),
        Command::Catalog(args) => catalog::command(say, &args),
        Command::Export { what } => export::command(say, &what),
        Command::Demo(args) => demo::command(say, &args),
        Command::Prove(args) => prove::command(say, &args),
        Command::Verify(args) => prove::verify_command(say, &args),
        Command::Simulate(args) => simulate::command(say, &args),
        Command::Ledger { action } => ledger::command(say, &action),
        Command::Tours(args) => tours::command(say, &args),
        Command::Serve(args) => serve::command(say, &args),
        Command::Administrator(args) => serve::first::command(say, &args),
        Command::Openapi => serve::openapi(),
        Command::Backup(args) => backup::command(say, &args),
        Command::Restore(args) => restore::command(say, &args),
        Command::Doctor(args) => doctor::command(say, &args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "qudao", &mut std::io::stdout());
            Ok(())
        }
    }
}
