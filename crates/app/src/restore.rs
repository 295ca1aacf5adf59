//! `qudao restore`: a house put back from a backup.

use crate::backup::shown;
use crate::say::{self, Say};
use qudao_kernel::Refusal;
use qudao_upkeep::{House, restore};
use std::path::PathBuf;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 备份文件夹 Folder of the backup
    folder: PathBuf,
    /// 恢复到的空文件夹 Empty folder to restore into
    #[arg(long)]
    home: PathBuf,
    /// 恢复到的空数据库，默认工作文件夹中的 SQLite 文件 Empty database to restore into; a SQLite file in the folder where absent
    #[arg(long, env = "QUDAO_DB", hide_env_values = true)]
    db: Option<String>,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let house = House::new(&args.home, args.db.as_deref());
    let bar = say.bar("恢复", "restoring");
    let far = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let restored = say::runtime(2)?.block_on(restore(&args.folder, &house, &far));
    bar.finish_and_clear();
    let manifest = restored?;
    say.note(
        "已恢复：文件哈希、账本合计、审计链和每张表的行数都与备份一致",
        "restored: file hashes, ledger totals, audit chain and rows of every table are those of the backup",
    );
    print!("{}", shown(say, &manifest));
    Ok(())
}
