//! `qudao demo`: everything once, on an invented province, city or county: raw files in, a settled, stated, posted and proven month out.

use crate::generate::{Months, months, write_raw, write_world};
use crate::ledger;
use crate::prove;
use crate::say::{self, Say, table, yuan};
use crate::settle::{Books, plain, run};
use crate::summary::Summary;
use crate::{chain, inputs};
use qudao_demo::{Scale, World};
use qudao_engine::facts::FactStore;
use qudao_engine::settle::{Rows, read_lines, read_reasons};
use qudao_kernel::{Fen, Kind, Lang, Month, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{Account, AccountKind, Journal, MAX_ENTRIES, Templates};
use qudao_platform::columnar::facts::{FactPort, ImportJob, ImportReport, Mapping};
use qudao_policy::lines::LineKind;
use qudao_settle::proof::letter;
use qudao_settle::statement::Catalog;
use qudao_trade::intake::table_of;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 输出文件夹 Folder
    #[arg(long)]
    out: PathBuf,
    /// 规模 Scale: county, city, wide, province
    #[arg(long, default_value = "city")]
    scale: String,
    /// 种子 Seed
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// 月份，逐月结算 Months, settled one after the other
    #[arg(long, value_parser = months, default_value = "2026-05..2026-07")]
    months: Months,
    /// 政策文件夹 Folder of policies
    #[arg(long, default_value = POLICIES)]
    policies: PathBuf,
}

/// Whose books the demo keeps.
const ENTITY: &str = "demo";
/// Where the demo's policies are.
pub(crate) const POLICIES: &str = "definitions/policies/demo";
/// What the demo of the server holds: a year and the open month; the last three of the year are settled.
const SERVED: (&str, &str) = ("2025-08..2026-08", "2026-05..2026-07");

/// Makes the data a demo server works on.
pub(crate) fn fill(say: &Say, out: &Path, scale: &str) -> Result<(), Refusal> {
    let wrong = |why: String| Refusal::new(Kind::Bug, "cli.demo.months", why.clone(), why);
    let (all, settled) = (months(SERVED.0).map_err(wrong)?, months(SERVED.1).map_err(wrong)?);
    let args = Args { out: out.to_owned(), scale: scale.to_owned(), seed: 42, months: settled, policies: POLICIES.into() };
    make(say, &args, all).map(drop)
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let summaries = make(say, args, args.months)?;
    println!("\n── {}", say.pick("账本", "ledger"));
    ledger::check(say, &args.out.join("ledger.jsonl"))?;
    let last = args.months.last;
    examples(say, args, &args.out.join(format!("run-{last}")))?;
    overview(say, &summaries);
    let out = args.out.display();
    match say.lang {
        Lang::Zh => println!("\n数据在 {out}：master/ 主数据，raw/ 原始文件，facts/ 事实库，run-<月>/ 结算结果，ledger.jsonl 账本"),
        Lang::En => println!("\nin {out}: master/, raw/ files, facts/ store, run-<month>/ results, ledger.jsonl"),
    }
    Ok(())
}

/// Generates and imports `all` months, and settles those of `args`.
fn make(say: &Say, args: &Args, all: Months) -> Result<Vec<Summary>, Refusal> {
    let world = World::new(Scale::by_name(&args.scale)?, args.seed)?;
    clear(&args.out)?;
    step(say, "生成主数据与原始文件", "master data and raw files", || {
        write_world(&world, &args.out)?;
        write_raw(&world, all, &args.out)
    })?;
    step(say, "导入", "import", || import(say, &world, args))?;
    let mut summaries = Vec::new();
    let mut previous: Option<PathBuf> = None;
    for month in args.months.each() {
        let zh = format!("结算 {month}");
        let summary = step(say, &zh, &format!("settle {month}"), || settle(say, args, month, previous.take()))?;
        previous = Some(args.out.join(format!("run-{month}")));
        summaries.push(summary);
    }
    Ok(summaries)
}

/// Empties a folder that an earlier demo made; any other that holds something is left alone.
fn clear(out: &Path) -> Result<(), Refusal> {
    let mark = out.join(".qudao-demo");
    let holds_something = std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if holds_something && !mark.exists() {
        let name = out.display();
        return Err(Refusal::new(
            Kind::Conflict,
            "cli.demo.not_empty",
            format!("{name} 不是空文件夹，也不是以前的演示；请换一个 --out"),
            format!("{name} is not empty and was not made by a demo; name another --out"),
        ));
    }
    if holds_something {
        std::fs::remove_dir_all(out).map_err(|error| say::unwritable(out, &error))?;
    }
    say::make_folder(out)?;
    say::write(&mark, "")
}

fn step<T>(say: &Say, zh: &str, en: &str, work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    let start = Instant::now();
    println!("\n── {}", say.pick(zh, en));
    let done = work()?;
    println!("   {:.1} s", start.elapsed().as_secs_f32());
    Ok(done)
}

/// Imports every raw file and compares the accounts with what was planted.
fn import(say: &Say, world: &World, args: &Args) -> Result<(), Refusal> {
    let store = FactStore::open(&args.out.to_string_lossy())?;
    let master = world.master();
    let raw = args.out.join("raw");
    let mut rows =
        vec![["文件 file", "收到 received", "接受 accepted", "拒绝 rejected", "未归属 unattributed"].map(str::to_owned).to_vec()];
    for path in inputs::files_of(&raw, &["csv", "xlsx"])? {
        let table = table_of(&path, None, &Mapping::default())?;
        // The last month's files come on its first day of closing; a fixed day keeps the demo the same on any day it is shown.
        let mut job = ImportJob::new(table, &path, args.months.last.plus(1).last_day());
        job.accept_partial = true;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        job.rejects = Some(args.out.join("rejects").join(format!("{stem}-rejects.csv")));
        say::make_folder(&args.out.join("rejects"))?;
        let report: ImportReport = store.import(&job, &master, &|_| ())?;
        if !report.adds_up() {
            return Err(Refusal::new(
                Kind::Bug,
                "cli.demo.accounts",
                format!("{stem} 的导入账不平"),
                format!("the accounts of {stem} do not add up"),
            ));
        }
        let counts = [report.received, report.accepted, report.rejected, report.unattributed()].map(|count| count.to_string());
        rows.push(std::iter::once(stem).chain(counts).collect());
    }
    print!("{}", table(1, &rows));
    say.note("被拒绝的行及原因在 rejects/", "rejected rows and why are in rejects/");
    Ok(())
}

fn settle(say: &Say, args: &Args, month: Month, previous: Option<PathBuf>) -> Result<Summary, Refusal> {
    let mut job = plain(&args.policies, &args.out, &args.out.join("master"), month, args.out.join(format!("run-{month}")));
    job.previous = previous;
    job.ledger = Some(args.out.join("ledger.jsonl"));
    ENTITY.clone_into(&mut job.entity);
    if month == args.months.last {
        job.books = Books::Xlsx;
    }
    let (sources, summary) = run(say, &job)?;
    print!("{}", summary.text(say, &Catalog::new(&sources.policies.set)));
    top_up_bought(&args.out.join("ledger.jsonl"), month)?;
    Ok(summary)
}

/// Charges what partners left open of the top-up money they bought in a month: the margin they kept at pick-up, which the settlement has set off against
/// it. Without the purchase their accounts would stand on the wrong side.
fn top_up_bought(file: &Path, month: Month) -> Result<(), Refusal> {
    let mut ledger = FileLedger::open(file)?;
    let Some(open) = ledger.book().open_month(ENTITY) else { return Ok(()) };
    let is_netted =
        |(entity, account, balance): &(&str, &Account, i64)| *entity == ENTITY && account.kind == AccountKind::Receivable && *balance != 0;
    let left: Vec<(String, Fen)> = ledger
        .book()
        .all_balances()
        .filter(is_netted)
        .map(|(_, account, balance)| (account.owner.clone(), Fen(-AccountKind::Receivable.standing(balance))))
        .collect();
    for (at, some) in left.chunks(MAX_ENTRIES / 2).enumerate() {
        let key = format!("top-up-{month}-{at}");
        let mut journal = Journal::new(ENTITY, &key, open.last_day(), format!("{month} 空充进货 top-up bought"));
        for (owner, amount) in some {
            journal = journal.posting(Templates::of(ENTITY).adjust_charge(owner, *amount, &key)?);
        }
        ledger.post(&journal)?.into_inner();
    }
    Ok(())
}

/// Proves a line and a zero of the last month.
fn examples(say: &Say, args: &Args, folder: &Path) -> Result<(), Refusal> {
    let (line, zero) = names(folder)?;
    let questions = [(line, "为什么付了这一笔", "why was this paid"), (zero, "为什么这一笔没付", "why was this not paid")];
    for (name, zh, en) in questions {
        let Some(name) = name else { continue };
        println!("\n── {} {name}", say.pick(zh, en));
        let proof = prove::run(
            say,
            &prove::Args {
                all_facts: false,
                run: folder.to_owned(),
                facts: args.out.clone(),
                policies: None,
                master: None,
                partner: None,
                line: Some(name),
                lines: None,
                json: false,
                out: None,
                pdf: None,
            },
        )?;
        println!("{}", letter(&proof, say.lang));
    }
    Ok(())
}

/// Names of a line paid for one event, and of a zero.
fn names(folder: &Path) -> Result<(Option<String>, Option<String>), Refusal> {
    let runtime = say::runtime(2)?;
    let all = Rows::default();
    let mut line = None;
    for row in read_lines(runtime.handle(), &chain::files(folder, "lines")?, &all)? {
        let row = row?;
        if row.kind == LineKind::Earn && !row.subscriber.is_empty() && row.amount > 0 {
            line = Some(format!("{}/{}/{}", row.policy, row.component, row.basis));
            break;
        }
    }
    let mut zero = None;
    for row in read_reasons(runtime.handle(), &chain::files(folder, "reasons")?, &all)? {
        let row = row?;
        if !row.component.is_empty() && row.until.is_some() {
            zero = Some(format!("{}/{}/{}", row.policy, row.component, row.basis));
            break;
        }
    }
    Ok((line, zero))
}

fn overview(say: &Say, summaries: &[Summary]) {
    let head = if say.lang == Lang::Zh {
        ["月份", "事实", "明细", "未计酬", "对账单", "应付", "付款", "结转"]
    } else {
        ["month", "facts", "lines", "not paid", "statements", "due", "to pay", "carried"]
    };
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for one in summaries {
        rows.push(vec![
            one.period.to_string(),
            one.report.facts.to_string(),
            one.report.lines.to_string(),
            one.report.reasons.to_string(),
            one.statements.statements.to_string(),
            yuan(one.report.amount.into()),
            yuan(one.statements.payment.0.into()),
            yuan(one.statements.carried.0.into()),
        ]);
    }
    println!("\n── {}\n{}", say.pick("总览", "overview"), table(1, &rows));
    println!(
        "{}",
        say.pick("控制合计：明细 = 对账单 = 入账，逐月相等", "control sums: lines = statements = postings, equal in every month")
    );
}
