//! `qudao ledger`: checks and exports of a ledger file.

use crate::say::{Say, unwritable};
use clap::ValueEnum;
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_ledger::Unit;
use qudao_ledger::export::Format;
use qudao_ledger::file::FileLedger;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Actions.
#[derive(clap::Subcommand)]
pub(crate) enum Action {
    /// 逐行复核账本 Read and check every record: hashes, balance of every journal, closed months
    Check {
        /// 账本文件 Ledger file
        #[arg(long)]
        file: PathBuf,
    },
    /// 导出给其他记账软件 For another accounting tool
    Export {
        /// 账本文件 Ledger file
        #[arg(long)]
        file: PathBuf,
        /// 格式 Format
        #[arg(long, value_enum, default_value = "hledger")]
        format: Tool,
        /// 输出文件，默认标准输出 File, otherwise standard output
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// The tool to write for.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Tool {
    Hledger,
    Beancount,
}

/// The command.
pub(crate) fn command(say: &Say, action: &Action) -> Result<(), Refusal> {
    match action {
        Action::Check { file } => check(say, file),
        Action::Export { file, format, out } => {
            let ledger = open(file)?;
            let format = match format {
                Tool::Hledger => Format::Hledger,
                Tool::Beancount => Format::Beancount,
            };
            match out {
                Some(path) => {
                    let mut out = BufWriter::new(File::create(path).map_err(|error| unwritable(path, &error))?);
                    ledger.export(format, &mut out)?;
                    out.flush().map_err(|error| unwritable(path, &error))
                }
                None => ledger.export(format, &mut std::io::stdout().lock()),
            }
        }
    }
}

fn open(file: &Path) -> Result<FileLedger, Refusal> {
    if !file.is_file() {
        let name = file.display();
        return Err(Refusal::new(
            Kind::NotFound,
            "cli.ledger.none",
            format!("没有账本文件 {name}；结算时用 --ledger 建立"),
            format!("there is no ledger file {name}; qudao settle --ledger makes one"),
        ));
    }
    FileLedger::open(file)
}

/// Checks a ledger file and prints what stands in it. Opening reads and re-checks every record.
pub(crate) fn check(say: &Say, file: &Path) -> Result<(), Refusal> {
    let ledger = open(file)?;
    let book = ledger.book();
    for entity in book.entities() {
        let (journals, sum, points) = (book.journals(entity), book.sum(entity, Unit::Fen), book.sum(entity, Unit::Points));
        if sum != 0 || points != 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "cli.ledger.unbalanced",
                format!("{entity} 的账不平：{sum} 分，{points} 积分；请从备份恢复账本文件"),
                format!("the books of {entity} do not balance: {sum} fen, {points} points; restore the ledger file from a backup"),
            ));
        }
        match say.lang {
            Lang::Zh => println!("{entity}：凭证 {journals} 张，借贷平衡，无误"),
            Lang::En => println!("{entity}: {journals} journals, debits equal credits, sound"),
        }
    }
    if ledger.was_torn() {
        say.note("文件末尾有一条因崩溃未写完的记录，已略去", "a record torn by a crash at the end of the file was left out");
    }
    Ok(())
}
