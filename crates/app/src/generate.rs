//! `qudao generate`: a demo world as master data, a fact store, and raw files with dirt among them.

use crate::say::{self, Say};
use clap::ValueEnum;
use qudao_demo::{Known, RawOptions, Scale, World, close_of};
use qudao_engine::facts::{FactStore, sink};
use qudao_kernel::facts::Table;
use qudao_kernel::{Month, Refusal};
use qudao_network::files::write_master;
use qudao_platform::sheet::{CsvEncoding, Format};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 规模 county (about 5 000 events a month), city (20 000), wide (100 000 in a hundred counties), province (50 million)
    #[arg(long, default_value = "city")]
    pub(crate) scale: String,
    /// 每月业务量，默认按规模 Business events a month, otherwise those of the scale
    #[arg(long)]
    pub(crate) events: Option<u64>,
    /// 代理商数，网点按比例增减，默认按规模 Partners, with outlets in proportion, otherwise those of the scale
    #[arg(long)]
    pub(crate) partners: Option<u32>,
    /// 种子，同样的种子得到同样的数据 Seed; the same gives the same data
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
    /// 月份，如 2026-05..2026-07 Months, such as 2026-05..2026-07
    #[arg(long, value_parser = months, required_unless_present = "period")]
    pub(crate) months: Option<Months>,
    /// 最后一个月，与 --before 合用 The last month, together with --before
    #[arg(long, conflicts_with = "months")]
    pub(crate) period: Option<Month>,
    /// 再往前多少个月 How many months before it
    #[arg(long, default_value_t = 0)]
    pub(crate) before: i32,
    /// 事实库、原始文件或两者 Fact store, raw files, or both
    #[arg(long = "as", value_enum, default_value = "both")]
    pub(crate) form: Form,
    /// 输出文件夹：master/、facts/、raw/ Folder for master/, facts/ and raw/
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// What to write beside master data.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Facts,
    Raw,
    Both,
}

/// First and last month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Months {
    pub(crate) first: Month,
    pub(crate) last: Month,
}

impl Months {
    pub(crate) fn each(self) -> impl Iterator<Item = Month> {
        (0..=self.last.since(self.first)).map(move |index| self.first.plus(index))
    }
}

/// `2026-05..2026-07`, or one month.
pub(crate) fn months(text: &str) -> Result<Months, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let month = |text: &str| text.trim_start_matches('=').parse::<Month>().map_err(|error| error.to_string());
    let months = Months { first: month(first)?, last: month(last)? };
    if months.last < months.first { Err(format!("{first} > {last}")) } else { Ok(months) }
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let months = args.months.or_else(|| args.period.map(|last| Months { first: last.plus(-args.before), last }));
    let months = months.ok_or_else(|| {
        Refusal::bad_input("cli.generate.months", "请用 --months 或 --period 给出月份", "name the months with --months or --period")
    })?;
    let mut scale = Scale::by_name(&args.scale)?;
    if let Some(events) = args.events {
        scale.events_per_month = events;
    }
    if let Some(partners) = args.partners {
        scale = scale.with_partners(partners);
    }
    let world = World::new(scale, args.seed)?;
    write_world(&world, &args.out)?;
    let mut rows = 0;
    if args.form != Form::Raw {
        rows = write_facts(say, &world, months, &args.out)?;
    }
    if args.form != Form::Facts {
        write_raw(&world, months, &args.out)?;
    }
    let (scale, seed, out) = (&args.scale, args.seed, args.out.display());
    say.note(
        format_args!("{scale} 种子 {seed}：{} 至 {}，事实 {rows} 条，在 {out}", months.first, months.last),
        format_args!("{scale}, seed {seed}: {} to {}, {rows} facts, in {out}", months.first, months.last),
    );
    Ok(())
}

/// Master data, in `master/`.
pub(crate) fn write_world(world: &World, out: &Path) -> Result<(), Refusal> {
    write_master(&out.join("master"), &world.master(), Format::Csv(CsvEncoding::Utf8), qudao_kernel::Lang::En)?;
    Ok(())
}

/// Facts, one batch a month; how many.
fn write_facts(say: &Say, world: &World, months: Months, out: &Path) -> Result<u64, Refusal> {
    let store = Arc::new(FactStore::open(&out.to_string_lossy())?);
    let master = world.master();
    let parts = world.partitions(16);
    let bar = say.bar("生成", "generating");
    bar.set_length(months.each().count() as u64 * parts.len() as u64 * Table::ALL.len() as u64);
    let mut rows = 0;
    for month in months.each() {
        let mut sink = sink(Arc::clone(&store), &master, &format!("demo-{month}"), close_of(month).plus_months(2))?;
        for table in Table::ALL {
            for part in &parts {
                rows += world.write_facts(table, month, part.clone(), Known::Ever, sink.as_mut())?;
                bar.inc(1);
            }
        }
        sink.finish()?;
    }
    bar.finish_and_clear();
    Ok(rows)
}

/// Raw files, in `raw/`.
pub(crate) fn write_raw(world: &World, months: Months, out: &Path) -> Result<(), Refusal> {
    let folder = out.join("raw");
    say::make_folder(&folder)?;
    for month in months.each() {
        world.write_raw(month, &folder, RawOptions::default())?;
    }
    Ok(())
}
