//! `qudao settle`: one month, from plain folders to lines, obligations, reasons, statements and a summary.
//!
//! | # | phase | writes | a crash here means |
//! |---|---|---|---|
//! | 1 | read policies, master data, facts | `inputs/`; loose facts landed in a hidden folder under the output | run again |
//! | 2 | settle | `lines/`, `obligations/`, `reasons/` | there is no `summary.json`, so no later month builds on it: run again |
//! | 3 | check: a few partners settled again by the interpreter | nothing | as above |
//! | 4 | statements, ledger | `statements/`, postings; of a re-run `differences.csv` first, and only those | as above; postings that are there are recognised |
//! | 5 | control sums | `summary.json` | done, or as above |

use crate::chain::{self, Chain, SUMMARY};
use crate::check::{Check, Checked};
use crate::cluster::coordinator::{self, Coordinator};
use crate::cluster::given::Reads;
use crate::inputs::{self, Facts, InputFile, Policies};
use crate::kept;
use crate::rerun::{self, Plan, Rerun};
use crate::run_files;
use crate::say::{self, Say};
use crate::statements::{self, Issue, Posting, Stated};
use crate::summary::{Control, Inputs, Report, Summary};
use clap::ValueEnum;
use qudao_engine::settle::{Elsewhere, RANGE_ROWS, SettleJob, SettleReport, months_needed, settle};
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_platform::hash::sha256;
use qudao_policy::lines::Line;
use qudao_settle::statement::{Adjustment, Catalog, PartnerRange, Receivable, RunTotals, Sorted};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 政策文件夹 Folder of *.policy files
    #[arg(long)]
    pub(crate) policies: PathBuf,
    /// 事实库（文件夹或 s3://桶/前缀），或事实文件的文件夹 Fact store (a folder or s3://bucket/prefix), or a folder of CSV, XLSX or Parquet files
    #[arg(long)]
    pub(crate) facts: PathBuf,
    /// 主数据文件夹 Folder of master data
    #[arg(long)]
    pub(crate) master: PathBuf,
    /// 结算月 Month, such as 2026-07
    #[arg(long)]
    pub(crate) period: Month,
    /// 输出文件夹 Folder for the results
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// 上一个月的输出文件夹 Out folder of the month before; a re-run takes that of the run it follows
    #[arg(long)]
    pub(crate) previous: Option<PathBuf>,
    /// 重算：该月已过账的输出文件夹，只对差额出单、过账 Re-run: out folder of this month as posted; only differences are stated and posted
    #[arg(long, value_name = "DIR")]
    pub(crate) rerun_of: Option<PathBuf>,
    /// 重算差额记入的月份，默认下一个月 Open month the differences post in; the next one where absent
    #[arg(long, value_name = "MONTH", requires = "rerun_of")]
    pub(crate) post_in: Option<Month>,
    /// 最近一次出对账单的输出文件夹，默认为被重算者 Out folder of the last statements, whose balances are brought forward
    #[arg(long, value_name = "DIR", requires = "rerun_of")]
    pub(crate) balances: Option<PathBuf>,
    /// csv 在 Parquet 之外再写 lines.csv、obligations.csv、reasons.csv With csv, these three beside the Parquet files
    #[arg(long, value_enum, default_value = "parquet")]
    pub(crate) format: Format,
    /// 抽查几个代理商：逐笔解释重算，不一致则不发布 Partners settled again by the interpreter; a difference stops the run
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) check: usize,
    /// 线程数 Threads; all cores where absent
    #[arg(long)]
    pub(crate) threads: Option<usize>,
    /// 排序与归并的内存，如 1024 或 1500MB Memory for sorting and merging, in MB
    #[arg(long, default_value = "1024", value_parser = megabytes)]
    pub(crate) memory: usize,
    /// 由其他进程或机器计算：在此地址等待 qudao worker Have workers settle: the address to wait for them at, such as 0.0.0.0:7010
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) cluster: Option<SocketAddr>,
    /// 工作端失联多少秒后，其区段另行分配 Seconds after which what a silent worker had is given to another
    #[arg(long, value_name = "SECONDS", default_value_t = 15, requires = "cluster", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) lease: u64,
    /// Rows of a range; drills cut small ones.
    #[arg(long, hide = true, default_value_t = RANGE_ROWS as u64, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) range_rows: u64,
    /// 每个代理商的对账单文件 Tables for every partner
    #[arg(long, value_enum, default_value = "none")]
    pub(crate) books: Books,
    /// 为该代理商出 PDF 对账单，可重复 Statement of this partner as PDF; may be repeated
    #[arg(long, value_name = "PARTNER")]
    pub(crate) pdf: Vec<String>,
    /// 对账单日期，默认次月 5 日 Day of the statements, otherwise the 5th of the next month
    #[arg(long)]
    pub(crate) issued_on: Option<Date>,
    /// 记入该账本文件 Post to this ledger file
    #[arg(long)]
    pub(crate) ledger: Option<PathBuf>,
    /// 账本中的结算主体 Settlement entity in the ledger
    #[arg(long, default_value = "operator")]
    pub(crate) entity: String,
    /// Approved amounts of disputes, by partner; those of a server stand in its database.
    #[arg(skip)]
    pub(crate) adjustments: BTreeMap<String, Vec<Adjustment>>,
    /// Overdue receivables that may be taken out of the payment, by partner; those of a server stand in its database.
    #[arg(skip)]
    pub(crate) receivables: BTreeMap<String, Vec<Receivable>>,
}

/// What lines, obligations and reasons are written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Csv,
    Parquet,
}

/// Documents of each partner.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Books {
    None,
    Csv,
    Xlsx,
}

/// `1024`, `1500MB` or `2GB` as megabytes.
pub(crate) fn megabytes(text: &str) -> Result<usize, String> {
    let upper = text.trim().to_uppercase();
    let digits = upper.trim_end_matches(|letter: char| letter.is_alphabetic());
    let factor = if upper[digits.len()..].starts_with('G') { 1024 } else { 1 };
    match digits.parse::<usize>() {
        Ok(number) if (1..=1 << 20).contains(&(number * factor)) => Ok(number * factor),
        _ => Err("1024, 1500MB, 2GB".to_owned()),
    }
}

/// Everything a month is settled from.
pub(crate) struct Sources {
    pub(crate) policies: Policies,
    pub(crate) master: Master,
    pub(crate) master_files: Vec<InputFile>,
    pub(crate) facts: Facts,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let (sources, summary) = run(say, args)?;
    print!("{}", summary.text(say, &Catalog::new(&sources.policies.set)));
    if summary.report.facts == 0 {
        let months: Vec<String> = sources.facts.snapshot.periods(Table::BusinessEvent).iter().map(ToString::to_string).collect();
        let (period, months) = (args.period, months.join(", "));
        say.note(
            format_args!("注意：{period} 没有任何事实；{} 里业务事件的月份有：{months}", args.facts.display()),
            format_args!("note: there are no facts of {period}; business events in {} are of: {months}", args.facts.display()),
        );
    }
    let out = args.out.display();
    say.note(format_args!("结果在 {out}"), format_args!("results are in {out}"));
    Ok(())
}

/// Settles and states a month; what was read, and the summary.
pub(crate) fn run(say: &Say, args: &Args) -> Result<(Sources, Summary), Refusal> {
    let policies = inputs::policies(say, &args.policies)?;
    let (master, master_files) = inputs::master(&args.master)?;
    if let Some(stranger) = args.pdf.iter().find(|code| !master.partners().any(|row| row.code == **code)) {
        return Err(Refusal::bad_input(
            "cli.settle.no_partner",
            format!("--pdf {stranger}：主数据中没有这个代理商；请核对编码"),
            format!("--pdf {stranger}: the master data have no such partner; check the code"),
        ));
    }
    let plan = rerun::plan(args)?;
    let before = plan.as_ref().and_then(|plan| Some(plan.of.join(plan.before.previous.as_ref()?)));
    let chain = Chain::of(args.previous.as_deref().or(before.as_deref()), args.period)?;
    say::make_folder(&args.out)?;
    let _alone = alone(&args.out)?;
    let stale = args.out.join(SUMMARY);
    if stale.exists() {
        std::fs::remove_file(&stale).map_err(|error| say::unwritable(&stale, &error))?;
    }
    let facts = inputs::facts(&args.facts, &master, args.period, &args.out)?;
    kept::keep(&args.out, &policies, &args.master, &master_files)?;
    let mut sources = Sources { policies, master, master_files, facts };
    let runtime = say::runtime(2)?;
    let report = accrue(say, runtime.handle(), args, &mut sources, &chain)?;
    let check = Checked { args, sources: &sources, chain: &chain }.run(say)?;
    if args.format == Format::Csv {
        run_files::write_csv(runtime.handle(), &args.out)?;
    }
    let month = Settled { handle: runtime.handle(), args, sources: &sources, chain: &chain, report: &report };
    let summary = month.state(say, plan.as_ref(), check)?;
    Ok((sources, summary))
}

/// Keeps a second run out of a folder for as long as this is held, and leaves nothing there: it is the folder itself that is locked. The system lets go
/// of it where the program is killed. A file system that cannot lock folders keeps nobody out.
fn alone(out: &Path) -> Result<File, Refusal> {
    let folder = File::open(out).map_err(|error| say::unreadable(out, &error))?;
    if let Err(TryLockError::WouldBlock) = folder.try_lock() {
        let name = out.display();
        return Err(Refusal::new(
            Kind::Conflict,
            "cli.settle.running",
            format!("另一次结算正在写入 {name}；请等它结束，或换一个输出文件夹"),
            format!("another run is writing to {name}; wait until it has ended, or name another folder"),
        ));
    }
    Ok(folder)
}

/// The run of the engine. Facts whose partner has changed since they came are landed anew first.
fn accrue(say: &Say, handle: &Handle, args: &Args, sources: &mut Sources, chain: &Chain) -> Result<SettleReport, Refusal> {
    match once(say, handle, args, sources, chain) {
        Err(refusal) if refusal.code == "engine.settle.moved" && !sources.facts.is_temporary() => {
            land_anew(say, args, sources)?;
            once(say, handle, args, sources, chain)
        }
        result => result,
    }
}

fn land_anew(say: &Say, args: &Args, sources: &mut Sources) -> Result<(), Refusal> {
    say.note(
        "事实导入后归属随主数据变化，先按当前主数据重排",
        "facts belong to other partners by now: sorting them anew by the master data given",
    );
    sources.facts = sources.facts.landed_anew(&sources.policies.set, &sources.master, args.period, &args.out)?;
    Ok(())
}

fn once(say: &Say, handle: &Handle, args: &Args, sources: &Sources, chain: &Chain) -> Result<SettleReport, Refusal> {
    let bar = say.bar("结算", "settling");
    let (shown, far) = (bar.clone(), say.far.clone());
    let mut job = SettleJob {
        policies: &sources.policies.set,
        master: &sources.master,
        period: args.period,
        facts: sources.facts.needed(say, &sources.policies.set, args.period)?,
        earlier_lines: chain.lines()?,
        obligations: chain.obligations()?,
        latest: sources.facts.latest(&sources.policies.set, args.period)?,
        out: args.out.clone(),
        basis: basis(sources, chain)?,
        reuse: args.rerun_of.clone(),
        threads: threads(args),
        memory_bytes: args.memory << 20,
        progress: Some(Arc::new(move |done, all| {
            shown.set_length(all as u64);
            shown.set_position(done as u64);
            if let Some(far) = &far {
                far(done as u64, all as u64);
            }
        })),
        range_rows: usize::try_from(args.range_rows).unwrap_or(RANGE_ROWS),
        store: None,
        elsewhere: None,
    };
    let cluster = if let Some(listen) = args.cluster {
        Some(coordinate(say, args, sources, &job, listen)?)
    } else {
        coordinator::forget(&args.out)?;
        None
    };
    job.elsewhere = cluster.as_ref().map(|cluster| cluster as &dyn Elsewhere);
    let report = settle(handle, &job);
    bar.finish_and_clear();
    drop(job);
    if let Some(cluster) = cluster {
        cluster.finish(say, report.as_ref().err())?;
    }
    report
}

/// Waits for workers to settle what a job would settle here.
fn coordinate(say: &Say, args: &Args, sources: &Sources, job: &SettleJob<'_>, listen: SocketAddr) -> Result<Coordinator, Refusal> {
    let names = |files: &[InputFile]| -> Vec<String> { files.iter().map(|file| file.file.clone()).collect() };
    let (policies, master) = (kept::policies_folder(&args.out), kept::master_folder(&args.out));
    let reads = Reads {
        policies: (policies.as_path(), names(&sources.policies.files)),
        master: (master.as_path(), names(&sources.master_files)),
        root: &sources.facts.root,
        facts: &job.facts,
        lines: &job.earlier_lines,
        obligations: &job.obligations,
        latest: &job.latest,
    };
    // Of a re-run the ranges are those of the run it follows.
    let follows = match &args.rerun_of {
        Some(run) => {
            let path = run.join(SUMMARY);
            sha256(std::fs::read(&path).map_err(|error| say::unreadable(&path, &error))?)
        }
        None => String::new(),
    };
    let basis = format!("{} {} {follows}", job.basis, job.range_rows);
    Coordinator::start(say, (listen, Duration::from_secs(args.lease)), (args.period, &basis), &reads, &args.out)
}

/// A month that is settled and not yet stated.
struct Settled<'a> {
    handle: &'a Handle,
    args: &'a Args,
    sources: &'a Sources,
    chain: &'a Chain,
    report: &'a SettleReport,
}

impl Settled<'_> {
    /// Statements, postings, control sums and the summary.
    fn state(&self, say: &Say, plan: Option<&Plan>, check: Check) -> Result<Summary, Refusal> {
        let engine = i64::try_from(self.report.amount).unwrap_or(i64::MAX);
        let (stated, expected, rerun) = match plan {
            None => (self.issue(say, None)?, engine, None),
            Some(plan) => {
                let (stated, rerun) = self.differences(say, plan)?;
                (stated, engine - plan.before.report.amount, Some(rerun))
            }
        };
        let control = Control {
            engine: expected,
            lines: stated.lines,
            statements: stated.totals.destinations.values().map(|fen| fen.0).sum(),
            postings: stated.postings,
        };
        if control.engine != control.lines
            || control.lines != control.statements
            || control.postings.is_some_and(|sum| sum != control.lines)
        {
            return Err(unequal(&control));
        }
        let summary = Summary { check, rerun, ..self.summary(control, stated.totals)? };
        say::write_json(&self.args.out.join(SUMMARY), &summary)?;
        Ok(summary)
    }

    fn issue(&self, say: &Say, differences: Option<(&Plan, &mut rerun::Stream<'_>)>) -> Result<Stated, Refusal> {
        let (plan, stream) = differences.unzip();
        let args = self.args;
        let period = plan.map_or(args.period, |plan| plan.post_in);
        let ranges = ranges(self.report);
        let issue = Issue {
            out: &args.out,
            period,
            issued_on: args.issued_on.unwrap_or_else(|| period.plus(1).first_day().plus_days(4)),
            books: args.books,
            pdf: &args.pdf,
            rerun: plan.map(|plan| (args.period, plan.number)),
            previous: plan.map_or(self.chain.last(), |plan| Some(&plan.balances)),
            adjustments: &args.adjustments,
            receivables: &args.receivables,
            posting: args.ledger.as_deref().map(|file| Posting { file, entity: &args.entity }),
            ranges: if plan.is_some() { &[] } else { &ranges },
            threads: threads(args),
        };
        let lines = stream.map(|stream| stream as &mut dyn Sorted<Line>);
        statements::issue(say, self.handle, &issue, &self.sources.policies.set, &self.sources.master, lines)
    }

    /// States and posts what differs from the run before, and nothing else.
    fn differences(&self, say: &Say, plan: &Plan) -> Result<(Stated, Rerun), Refusal> {
        let (args, set, master) = (self.args, &self.sources.policies.set, &self.sources.master);
        let old = rerun::old(plan, &self.sources.master_files);
        let news = rerun::news(&self.sources.facts, set, args.period, &plan.before.inputs)?;
        let terms = rerun::terms(plan, old.as_ref(), set, master, news.as_ref());
        let mut stream = rerun::Stream::open(say, self.handle, plan, &args.out, terms)?;
        let stated = self.issue(say, Some((plan, &mut stream)))?;
        Ok((stated, stream.finish(plan, &args.out)?))
    }

    fn summary(&self, control: Control, statements: RunTotals) -> Result<Summary, Refusal> {
        let (args, sources, chain) = (self.args, self.sources, self.chain);
        let mut periods = chain.periods();
        periods.push(args.period);
        Ok(Summary {
            period: args.period,
            previous: chain.last().map(|folder| chain::reference(&args.out, folder)).transpose()?,
            periods,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            inputs: Inputs {
                policies: sources.policies.files.clone(),
                master: sources.master_files.clone(),
                facts: sources.facts.files.clone(),
                fact_files: fact_files(args, sources)?,
                snapshot: sources.facts.origin.as_ref().map(|(_, snapshot)| snapshot.number),
            },
            control,
            report: Report::from(self.report),
            statements,
            check: Check::default(),
            rerun: None,
        })
    }
}

/// One hash over everything the results depend on besides the facts and the policies.
fn basis(sources: &Sources, chain: &Chain) -> Result<String, Refusal> {
    let mut parts = vec![env!("CARGO_PKG_VERSION").to_owned()];
    for file in &sources.master_files {
        parts.push(format!("{} {}", file.file, file.sha256));
    }
    if let Some(before) = chain.last() {
        let path = before.join(SUMMARY);
        let bytes = std::fs::read(&path).map_err(|error| say::unreadable(&path, &error))?;
        parts.push(sha256(bytes));
    }
    Ok(sha256(parts.join("\n")))
}

/// Threads to use.
pub(crate) fn threads(args: &Args) -> usize {
    args.threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1)
}

/// The ranges of partners the run was done in; what comes after the last of its partners belongs to the last range.
fn ranges(report: &SettleReport) -> Vec<PartnerRange> {
    let mut ranges = Vec::with_capacity(report.ranges.len() + 1);
    let mut first = String::new();
    let inner = report.ranges.split_last().map_or(&[][..], |(_, inner)| inner);
    for last in inner {
        ranges.push(PartnerRange { first, last: Some(last.clone()) });
        // The least text above the last one.
        first = format!("{last}\0");
    }
    ranges.push(PartnerRange { first, last: None });
    ranges
}

/// The store's files the run read, with the hashes of the snapshot.
fn fact_files(args: &Args, sources: &Sources) -> Result<Vec<InputFile>, Refusal> {
    let Some((_, snapshot)) = &sources.facts.origin else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for (table, (first, last)) in months_needed(&sources.policies.set, args.period)? {
        let named = snapshot.files(table, first, last).into_iter();
        files.extend(named.map(|file| InputFile { file: file.path.clone(), sha256: file.sha256.clone() }));
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(files)
}

fn unequal(control: &Control) -> Refusal {
    let Control { engine, lines, statements, postings } = control;
    Refusal::new(
        Kind::Bug,
        "cli.settle.unequal",
        format!(
            "控制合计不一致（分）：引擎 {engine}，明细 {lines}，对账单 {statements}，入账 {postings:?}；结果不可使用，请保留输入并报告"
        ),
        format!(
            "control sums differ (fen): engine {engine}, lines {lines}, statements {statements}, postings {postings:?}; do not use the results, keep the inputs and report this"
        ),
    )
}

/// Arguments of a plain run, for commands that settle on the way.
pub(crate) fn plain(policies: &Path, facts: &Path, master: &Path, period: Month, out: PathBuf) -> Args {
    Args {
        policies: policies.to_owned(),
        facts: facts.to_owned(),
        master: master.to_owned(),
        period,
        out,
        previous: None,
        rerun_of: None,
        post_in: None,
        balances: None,
        format: Format::Parquet,
        check: 20,
        threads: None,
        memory: 1024,
        cluster: None,
        lease: 15,
        range_rows: RANGE_ROWS as u64,
        books: Books::None,
        pdf: Vec::new(),
        issued_on: None,
        ledger: None,
        entity: "operator".to_owned(),
        adjustments: BTreeMap::new(),
        receivables: BTreeMap::new(),
    }
}
