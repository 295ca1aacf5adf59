//! `qudao catalog`: the fact tables as open tables, which other engines read in place.

use crate::import::today;
use crate::say::Say;
use qudao_engine::facts::FactStore;
use qudao_kernel::Refusal;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 事实库：文件夹或 s3://桶/前缀 Fact store: a folder or s3://bucket/prefix
    #[arg(long)]
    store: String,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let store = FactStore::open(&args.store)?;
    let done = store.catalogue(i64::from(today().days()) * DAY_MS)?;
    for one in &done {
        println!("{}\t{}\t{}\t{}\t{}", one.table.name(), one.version, one.files, one.rows, one.commits);
    }
    if done.is_empty() {
        say.note("事实库中还没有数据", "there are no facts in the store yet");
    }
    Ok(())
}
