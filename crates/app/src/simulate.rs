//! `qudao simulate`: the policies in force and a draft over the same months and facts, side by side.

use crate::chain;
use crate::generate::{Months, months};
use crate::inputs::store_of;
use crate::say::{self, Say, write_json};
use crate::settle::{Sources, plain, run};
use qudao_engine::settle::{Rows, read_lines};
use qudao_kernel::facts::Table;
use qudao_kernel::{Fen, Kind, Month, Refusal};
use qudao_settle::simulate::{Names, SimRow, SimTotals, compare, html, shape, text};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 现行政策文件夹 Folder of the policies in force
    #[arg(long)]
    policies: PathBuf,
    /// 草案文件夹，须为完整的一套政策 Folder of the draft: a whole set of policies
    #[arg(long)]
    draft: PathBuf,
    /// 事实库或事实文件夹 Fact store or folder
    #[arg(long)]
    facts: PathBuf,
    /// 主数据文件夹 Folder of master data
    #[arg(long)]
    master: PathBuf,
    /// 月份，如 2026-05..2026-07 Months
    #[arg(long, value_parser = months)]
    months: Months,
    /// 输出文件夹 Folder for report.txt, report.json, report.html
    #[arg(long)]
    out: PathBuf,
}

/// Winners and losers named.
const TOP: usize = 10;

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let mut names = Names::default();
    let live = scenario(say, args, &args.policies, "live", say.pick("现行", "in force"), &mut names)?;
    let draft = scenario(say, args, &args.draft, "draft", say.pick("草案", "draft"), &mut names)?;
    let report = compare(&live, &[draft], TOP)?;
    let told = text(&report, &names, say.lang);
    write_json(&args.out.join("report.json"), &report)?;
    say::write(&args.out.join("report.txt"), &told)?;
    say::write(&args.out.join("report.html"), html(&report, &names, say.lang))?;
    println!("{told}");
    let out = args.out.display();
    say.note(format_args!("报告在 {out}/report.html"), format_args!("the report is in {out}/report.html"));
    Ok(())
}

/// Settles every month under one set of policies and adds up.
fn scenario(say: &Say, args: &Args, policies: &Path, folder: &str, label: &str, names: &mut Names) -> Result<SimTotals, Refusal> {
    let mut totals = SimTotals { label: label.to_owned(), ..SimTotals::default() };
    let mut previous: Option<PathBuf> = None;
    for month in args.months.each() {
        let out = args.out.join(folder).join(month.to_string());
        let mut job = plain(policies, &args.facts, &args.master, month, out.clone());
        job.previous = previous.take();
        let (sources, _) = run(say, &job)?;
        add(&mut totals, &sources, month, &out)?;
        if month == args.months.first {
            describe(&mut totals, &sources, names);
        }
        previous = Some(out);
    }
    Ok(totals)
}

/// Adds a month's lines by partner, component and region.
fn add(totals: &mut SimTotals, sources: &Sources, month: Month, out: &Path) -> Result<(), Refusal> {
    let runtime = say::runtime(2)?;
    let mut sums: BTreeMap<(String, String), (i128, u64)> = BTreeMap::new();
    for line in read_lines(runtime.handle(), &chain::files(out, "lines")?, &Rows::default())? {
        let line = line?;
        let sum = sums.entry((line.partner, format!("{}/{}", line.policy, line.component))).or_default();
        *sum = (sum.0 + i128::from(line.accrued), sum.1 + 1);
    }
    for ((partner, component), (amount, lines)) in sums {
        let region = sources.master.partner(&partner, month.last_day()).map(|row| row.territory.clone()).unwrap_or_default();
        let amount = i64::try_from(amount).map(Fen).map_err(|_| {
            Refusal::new(Kind::BadInput, "cli.simulate.too_large", "金额合计超出范围，请检查费率", "a sum is too large, check the rates")
        })?;
        totals.rows.push(SimRow { month, partner, component, region, amount, lines });
    }
    totals.units.insert(month, store_of(&sources.facts).files(Table::BusinessEvent, month, month).iter().map(|file| file.rows).sum());
    Ok(())
}

/// Ladders of the scenario, and names for the report.
fn describe(totals: &mut SimTotals, sources: &Sources, names: &mut Names) {
    for policy in &sources.policies.set.policies {
        totals.ladders.extend(policy.ladders.iter().map(|ladder| shape(&policy.name, ladder, &policy.params)));
        for component in &policy.components {
            names.components.insert(format!("{}/{}", policy.name, component.name), component.title.clone());
        }
    }
    for partner in sources.master.partners() {
        names.partners.insert(partner.code.clone(), partner.name.clone());
    }
}
