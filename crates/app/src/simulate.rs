//! `qudao simulate`: the policies in force and a draft over the same months and facts, side by side.

use crate::chain::{self, Chain};
use crate::generate::{Months, months};
use crate::inputs::{self, store_of};
use crate::say::{self, Say, write_json};
use crate::settle::{Sources, plain, run};
use qudao_engine::settle::{Rows, read_lines, read_obligations};
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_network::Territories;
use qudao_policy::lines::{Line, LineKind};
use qudao_policy::model::{Expr, Policy, PolicySet};
use qudao_policy::{compile, render};
use qudao_settle::interp::RunInput;
use qudao_settle::simulate::{BudgetUse, Names, SimRow, SimTotals, compare, html, points, shape, text};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::runtime::Handle;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 现行政策文件夹 Folder of the policies in force
    #[arg(long)]
    policies: PathBuf,
    /// 草案：一个 .policy 文件（替换或加入现行政策），或整套政策的文件夹 Draft: one .policy file, which replaces or joins those in force, or a folder with a whole set
    #[arg(long)]
    draft: PathBuf,
    /// 事实库（文件夹或 s3://桶/前缀）或事实文件夹 Fact store (a folder or s3://bucket/prefix) or folder
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
    /// 各月由其他进程或机器计算：在此地址等待 qudao worker Have workers settle each month: the address to wait for them at, such as 0.0.0.0:7010
    #[arg(long, value_name = "ADDRESS")]
    cluster: Option<SocketAddr>,
}

/// Facts of a month up to which it is also settled row by row, to see where partners stand on the ladders.
const SMALL: u64 = 200_000;
/// Winners and losers named.
const TOP: usize = 10;

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let mut names = Names::default();
    let set = draft_set(say, args)?;
    let live = scenario(say, args, &args.policies, "live", say.pick("现行", "in force"), &mut names)?;
    let draft = scenario(say, args, &set, "draft", say.pick("草案", "draft"), &mut names)?;
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

/// The folder of the draft: as given, or the policies in force with the draft's in their place.
fn draft_set(say: &Say, args: &Args) -> Result<PathBuf, Refusal> {
    if args.draft.is_dir() {
        return Ok(args.draft.clone());
    }
    let draft = inputs::sources(std::slice::from_ref(&args.draft))?;
    let compiled = compile(&draft);
    let Some(drafted) = compiled.set.filter(|set| !set.policies.is_empty()) else {
        eprint!("{}", render(&compiled.diagnostics, &draft, say.lang, false));
        return Err(inputs::refused(&args.draft));
    };
    let live = inputs::sources(std::slice::from_ref(&args.policies))?;
    let in_force = compile(&live).set.ok_or_else(|| inputs::refused(&args.policies))?;
    let is_drafted = |policy: &Policy| drafted.policies.iter().any(|one| (&one.name, one.version) == (&policy.name, policy.version));
    let folder = args.out.join("draft-policies");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| say::unwritable(&folder, &error))?;
    }
    say::make_folder(&folder)?;
    for source in &live {
        let held: Vec<&Policy> = in_force.policies.iter().filter(|policy| policy.file == source.name).collect();
        let replaced = held.iter().filter(|policy| is_drafted(policy)).count();
        if replaced > 0 && replaced < held.len() {
            let name = &source.name;
            return Err(Refusal::bad_input(
                "cli.simulate.mixed_file",
                format!("{name} 里除草案改动的政策外还有别的政策；请把该文件的全部政策写入草案，或用文件夹给出整套草案"),
                format!(
                    "{name} holds other policies than those of the draft; put all policies of that file into the draft, or give a folder with a whole set"
                ),
            ));
        }
        if replaced == 0 {
            say::write(&folder.join(file_name(Path::new(&source.name))), &source.text)?;
        }
    }
    let own = folder.join(file_name(&args.draft));
    let own = if own.exists() { folder.join(format!("draft-{}", file_name(&args.draft))) } else { own };
    say::write(&own, &draft[0].text)?;
    Ok(folder)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Settles every month under one set of policies and adds up.
fn scenario(say: &Say, args: &Args, policies: &Path, folder: &str, label: &str, names: &mut Names) -> Result<SimTotals, Refusal> {
    let mut totals = SimTotals { label: label.to_owned(), ..SimTotals::default() };
    let mut chain = Vec::new();
    for month in args.months.each() {
        let out = args.out.join(folder).join(month.to_string());
        let mut job = plain(policies, &args.facts, &args.master, month, out.clone());
        job.previous = chain.last().cloned();
        job.check = 0;
        job.cluster = args.cluster;
        let (sources, _) = run(say, &job)?;
        let runtime = say::runtime(2)?;
        let settled = Settled { say, handle: runtime.handle(), sources: &sources, month, out: &out };
        settled.add(&mut totals)?;
        settled.stand(&mut totals, job.previous.as_deref())?;
        if month == args.months.first {
            describe(&mut totals, &sources, names)?;
        }
        chain.push(out);
    }
    Ok(totals)
}

/// A month of a scenario.
struct Settled<'a> {
    say: &'a Say,
    handle: &'a Handle,
    sources: &'a Sources,
    month: Month,
    out: &'a Path,
}

impl Settled<'_> {
    /// Adds the month's lines by partner, component and region, and what budgets gave by day.
    fn add(&self, totals: &mut SimTotals) -> Result<(), Refusal> {
        let (month, set) = (self.month, &self.sources.policies.set);
        let mut sums: BTreeMap<(String, String), (i128, u64)> = BTreeMap::new();
        let mut drawn: BTreeMap<(String, Fen, Date), i128> = BTreeMap::new();
        for line in read_lines(self.handle, &chain::files(self.out, "lines")?, &Rows::default())? {
            let line = line?;
            if let Some((name, limit)) = budget_of(set, &line) {
                *drawn.entry((name, limit, line.day)).or_default() += i128::from(line.accrued);
            }
            let sum = sums.entry((line.partner, format!("{}/{}", line.policy, line.component))).or_default();
            *sum = (sum.0 + i128::from(line.accrued), sum.1 + 1);
        }
        for ((partner, component), (amount, lines)) in sums {
            let region = self.sources.master.partner(&partner, month.last_day()).map(|row| row.territory.clone()).unwrap_or_default();
            totals.rows.push(SimRow { month, partner, component, region, amount: fen(amount)?, lines });
        }
        for ((name, limit, day), amount) in drawn {
            let amount = fen(amount)?;
            match totals.budgets.iter_mut().find(|budget| budget.name == name) {
                Some(budget) => budget.drawn.push((day, amount)),
                None => totals.budgets.push(BudgetUse { name, limit, drawn: vec![(day, amount)] }),
            }
        }
        let files = store_of(&self.sources.facts).files(Table::BusinessEvent, month, month);
        totals.units.insert(month, files.iter().map(|file| file.rows).sum());
        Ok(())
    }

    /// Where partners stand on the ladders, in months that are small enough.
    fn stand(&self, totals: &mut SimTotals, previous: Option<&Path>) -> Result<(), Refusal> {
        let Sources { policies, master, facts, .. } = self.sources;
        if policies.set.policies.iter().all(|policy| policy.ladders.is_empty()) {
            return Ok(());
        }
        if store_of(facts).files.iter().map(|file| file.rows).sum::<u64>() > SMALL {
            self.say.note(
                format_args!("{} 事实较多，台阶附近的代理商不逐个统计", self.month),
                format_args!("{}: many facts, partners near the steps are not counted", self.month),
            );
            return Ok(());
        }
        let chain = Chain::of(previous, self.month)?;
        let all = Rows::default();
        let rows = facts.rows(&policies.set, self.month, None)?;
        let earlier_lines = read_lines(self.handle, &chain.lines()?, &all)?.collect::<Result<Vec<_>, Refusal>>()?;
        let obligations = read_obligations(self.handle, &chain.obligations()?, &all)?.collect::<Result<Vec<_>, Refusal>>()?;
        totals.points.extend(points(&RunInput {
            policies: &policies.set,
            master,
            period: self.month,
            facts: &rows,
            earlier_lines: &earlier_lines,
            obligations: &obligations,
        })?);
        Ok(())
    }
}

pub(crate) fn fen(amount: i128) -> Result<Fen, Refusal> {
    i64::try_from(amount).map(Fen).map_err(|_| {
        Refusal::new(Kind::BadInput, "cli.simulate.too_large", "金额合计超出范围，请检查费率", "a sum is too large, check the rates")
    })
}

/// The budget a line drew on, and its limit.
pub(crate) fn budget_of(set: &PolicySet, line: &Line) -> Option<(String, Fen)> {
    let policy = set.policies.iter().find(|policy| policy.name == line.policy && policy.version == line.version)?;
    let index = policy.components.iter().position(|component| component.name == line.component)?;
    let budget = policy.budgets.iter().find(|budget| budget.components.contains(&index))?;
    let limit = match &budget.amount {
        Expr::Param(param) => &policy.params.get(*param)?.value,
        amount => amount,
    };
    let Expr::Money(limit) = limit else { return None };
    (line.kind == LineKind::Earn).then(|| (format!("{}/{}", policy.name, budget.name), Fen(*limit)))
}

/// Ladders of the scenario, and names for the report.
fn describe(totals: &mut SimTotals, sources: &Sources, names: &mut Names) -> Result<(), Refusal> {
    for policy in &sources.policies.set.policies {
        totals.ladders.extend(policy.ladders.iter().map(|ladder| shape(&policy.name, ladder, &policy.params)));
        for component in &policy.components {
            names.components.insert(format!("{}/{}", policy.name, component.name), component.title.clone());
        }
    }
    let divisions = Territories::official()?;
    for row in &totals.rows {
        if let Some(division) = divisions.get(&row.region) {
            names.regions.insert(row.region.clone(), division.name.clone());
        }
    }
    for partner in sources.master.partners() {
        names.partners.insert(partner.code.clone(), partner.name.clone());
    }
    Ok(())
}
