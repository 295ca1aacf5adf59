//! `qudao import`: files into a fact store, or a batch out of it again.

use crate::inputs;
use crate::say::Say;
use qudao_engine::facts::FactStore;
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_platform::columnar::facts::{FactPort, ImportJob, Mapping, Outcome};
use qudao_trade::intake::{read_mapping, summary, table_of};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 事实库：文件夹或 s3://桶/前缀 Fact store: a folder or s3://bucket/prefix
    #[arg(long)]
    store: String,
    /// 事实文件 CSV、XLSX、Parquet Files
    #[arg(required_unless_present_any = ["withdraw", "batches"])]
    files: Vec<PathBuf>,
    /// 事实表，默认看文件名 Table, by name or Chinese label; otherwise told by the name of the file
    #[arg(long, value_parser = table)]
    table: Option<Table>,
    /// 主数据文件夹，用于归属 Folder of master data, for attribution
    #[arg(long, required_unless_present_any = ["withdraw", "batches"])]
    master: Option<PathBuf>,
    /// 只检查，不保存 Check only
    #[arg(long)]
    dry_run: bool,
    /// 有错误行时仍导入其余行 Load the good rows of a file that has bad ones
    #[arg(long)]
    accept_partial: bool,
    /// 表头映射文件 Mapping document
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// 批次名 Name of the batch
    #[arg(long)]
    batch: Option<String>,
    /// 导入日期，默认今天 Import day, today where absent
    #[arg(long)]
    day: Option<Date>,
    /// 撤回一批 Withdraw this batch
    #[arg(long, value_name = "BATCH")]
    withdraw: Option<String>,
    /// 列出批次 List the batches
    #[arg(long)]
    batches: bool,
}

fn table(text: &str) -> Result<Table, String> {
    let found = Table::ALL.into_iter().find(|table| table.name() == text || table.label() == text);
    found.ok_or_else(|| Table::ALL.map(|table| format!("{} {}", table.name(), table.label())).join(", "))
}

/// Today by the machine's clock, in China's time.
#[expect(clippy::disallowed_methods, reason = "the command line is where the day comes in; all below are given it")]
pub(crate) fn today() -> Date {
    const EIGHT_HOURS: u64 = 8 * 3_600;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::from_days(((seconds + EIGHT_HOURS) / 86_400) as i32)
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let store = FactStore::open(&args.store)?;
    if let Some(batch) = &args.withdraw {
        let number = store.withdraw(batch)?;
        say.note(format_args!("已撤回 {batch}，快照 {number}"), format_args!("{batch} is withdrawn, snapshot {number}"));
        return Ok(());
    }
    if args.batches {
        for one in store.batches()? {
            println!("{}\t{}\t{}\t{}\t{}", one.batch, one.table.name(), one.day, one.rows, one.file);
        }
        return Ok(());
    }
    let Some(folder) = &args.master else { return Ok(()) };
    let (master, _) = inputs::master(folder)?;
    let mapping = args.mapping.as_ref().map_or_else(|| Ok(Mapping::default()), |path| read_mapping(path))?;
    let jobs = args.files.iter().map(|file| Ok((file, table_of(file, args.table, &mapping)?)));
    let mut refused = 0;
    for (file, table) in jobs.collect::<Result<Vec<_>, Refusal>>()? {
        let mut job = ImportJob::new(table, file, args.day.unwrap_or_else(today));
        job.batch.clone_from(&args.batch);
        job.mapping = mapping.clone();
        job.dry_run = args.dry_run;
        job.accept_partial = args.accept_partial;
        job.rejects = Some(file.with_file_name(format!("{}-rejects.csv", file.file_stem().unwrap_or_default().to_string_lossy())));
        let bar = say.bar("导入", "importing");
        let report = store.import(&job, &master, &|progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        });
        bar.finish_and_clear();
        let report = report?;
        println!("{}", summary(&report, say.lang));
        refused += usize::from(report.outcome == Outcome::Refused);
    }
    if refused > 0 {
        return Err(Refusal::new(
            Kind::BadInput,
            "cli.import.refused",
            format!("{refused} 个文件有错误行，未导入；请改正，或加 --accept-partial 导入其余行"),
            format!("{refused} files have rows that are wrong and were not loaded; correct them, or take the others with --accept-partial"),
        ));
    }
    if args.dry_run && say.lang == Lang::Zh {
        println!("仅检查，未保存");
    }
    Ok(())
}
