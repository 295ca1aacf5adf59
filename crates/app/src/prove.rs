//! `qudao prove` and `qudao verify`: why a line of a run is what it is, or why there is none.
//!
//! What is read grows in steps, and the engine's line says whether a step was enough:
//!
//! | step | facts read | proves |
//! |---|---|---|
//! | 1 | the fact itself and its subscriber's month, found by partner, pages at a time | what is paid on single facts |
//! | 2 | the partner's own | groups, totals and ladders of the partner |
//! | 3 | all | ranks, pools, budgets, company-wide measures |

mod focus;

use crate::chain::{self, Chain};
use crate::inputs::{self, Facts};
use crate::kept;
use crate::say::{self, Say, unreadable};
use qudao_engine::settle::{Places, Rows, read_lines, read_obligations, read_reasons};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Lang, Month, Refusal};
use qudao_policy::lines::{Line, Obligation};
use qudao_policy::model::PolicySet;
use qudao_settle::interp::RunInput;
use qudao_settle::proof::{LineId, Proof, Subject, from_json, letter, prove, to_json, verify};
use qudao_settle::statement::pdf::Press;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::runtime::Handle;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 结算输出文件夹 Out folder of the run
    #[arg(long)]
    pub(crate) run: PathBuf,
    /// 事实库或事实文件夹 Fact store or folder, as the run had it
    #[arg(long)]
    pub(crate) facts: PathBuf,
    /// 政策文件夹，默认用结算时保存的 Folder of policies; where absent, those the run kept
    #[arg(long)]
    pub(crate) policies: Option<PathBuf>,
    /// 主数据文件夹，默认用结算时保存的 Folder of master data; where absent, what the run kept
    #[arg(long)]
    pub(crate) master: Option<PathBuf>,
    /// 该行属于哪个代理商；大月份里查得快 Partner whose account it is: finds the line fast in a large month
    #[arg(long)]
    pub(crate) partner: Option<String>,
    /// 政策/组件/业务编号[/收款方] policy/component/basis[/payee], of a line or of a zero
    #[arg(required_unless_present = "lines")]
    pub(crate) line: Option<String>,
    /// 一次说明多行：每行一个名称，前面可加“代理商<TAB>” Many at once: one name a line, the partner and a tab may come before it
    #[arg(long, value_name = "FILE", conflicts_with = "line")]
    pub(crate) lines: Option<PathBuf>,
    /// 输出 JSON，可用 qudao verify 复算；多行时每行一个 As JSON, which qudao verify re-computes; one a line for many
    #[arg(long)]
    pub(crate) json: bool,
    /// 写入文件 Write to this file
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// 另存为 PDF Write it as PDF, too
    #[arg(long, value_name = "FILE")]
    pub(crate) pdf: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(clap::Args)]
pub(crate) struct VerifyArgs {
    /// prove --json 的输出 What prove --json wrote
    proof: PathBuf,
}

/// The name of a line or zero, and whose account it is where that is known.
#[derive(Debug, Clone)]
struct Name {
    text: String,
    partner: Option<String>,
}

/// What is to be proved, and what the run says of it.
struct Target {
    subject: Subject,
    line: Option<Line>,
    partners: BTreeSet<String>,
    own: String,
    day: Date,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let names = names(args)?;
    let runtime = say::runtime(2)?;
    let world = World::open(say, runtime.handle(), args)?;
    let (mut text, mut letters, mut times) = (String::new(), Vec::new(), Vec::new());
    let mut digest = String::new();
    for name in &names {
        let start = Instant::now();
        let proof = world.prove(say, name)?;
        times.push(start.elapsed().as_micros());
        if args.json && args.lines.is_some() {
            text += &serde_json::to_string(&proof).map_err(|error| unreadable(&args.run, &error))?;
        } else {
            text += (if args.json { to_json(&proof)? } else { letter(&proof, say.lang) }).trim_end();
        }
        text.push('\n');
        if args.pdf.is_some() {
            letters.push(letter(&proof, say.lang));
            digest.clone_from(&proof.digest);
        }
    }
    if let Some(path) = &args.pdf {
        let foot =
            if let [name] = &names[..] { format!("{} · SHA-256 {digest}", name.text) } else { format!("qudao · {}", letters.len()) };
        say::write(path, Press::open()?.proofs(&letters, &foot, say.lang)?)?;
        say.note(format_args!("已写入 {}", path.display()), format_args!("written to {}", path.display()));
    }
    if let (true, Some(median)) = (args.lines.is_some(), median(times)) {
        let (count, ms) = (names.len(), format!("{}.{}", median / 1000, median % 1000 / 100));
        say.note(format_args!("共 {count} 行，每行中位 {ms} 毫秒"), format_args!("{count} lines, median {ms} ms each"));
    }
    match &args.out {
        Some(path) => say::write(path, text),
        None if args.pdf.is_some() && !args.json => Ok(()),
        None => {
            print!("{text}");
            Ok(())
        }
    }
}

fn median(mut times: Vec<u128>) -> Option<u128> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

fn names(args: &Args) -> Result<Vec<Name>, Refusal> {
    let mut names = Vec::new();
    if let Some(line) = &args.line {
        names.push(Name { text: line.clone(), partner: args.partner.clone() });
    }
    if let Some(path) = &args.lines {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        names.extend(text.lines().filter(|line| !line.trim().is_empty()).map(|line| match line.split_once('\t') {
            Some((partner, text)) => Name { text: text.trim().to_owned(), partner: Some(partner.trim().to_owned()) },
            None => Name { text: line.trim().to_owned(), partner: args.partner.clone() },
        }));
    }
    Ok(names)
}

/// The proof of one line or zero.
pub(crate) fn run(say: &Say, args: &Args) -> Result<Proof, Refusal> {
    let runtime = say::runtime(2)?;
    let names = names(args)?;
    let name = names.first().ok_or_else(|| not_found("", &args.run))?;
    World::open(say, runtime.handle(), args)?.prove(say, name)
}

fn agrees(proof: &Proof, target: &Target) -> bool {
    match (&proof.line, &target.line) {
        (Some(proved), Some(line)) => (proved.amount, proved.accrued) == (line.amount, line.accrued),
        (None, None) => true,
        _ => false,
    }
}

fn differs(line: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "cli.prove.differs",
        format!("{line} 复算的金额与结算结果不同；政策、主数据或事实可能在结算后改过，请重新结算后再试"),
        format!("{line} comes out differently now; policies, master data or facts have probably changed since the run, settle again first"),
    )
}

fn not_found(line: &str, run: &Path) -> Refusal {
    let run = run.display();
    Refusal::new(
        Kind::NotFound,
        "cli.prove.none",
        format!("{line} 既不在 {run} 的明细中，也没有未计酬原因；请核对政策、组件、业务编号和代理商，可用 qudao export lines 查看"),
        format!(
            "{line} is neither among the lines of {run} nor among its reasons; check policy, component, basis and partner (qudao export lines shows them)"
        ),
    )
}

/// What the run read and wrote.
struct World<'a> {
    handle: &'a Handle,
    run: &'a Path,
    set: PolicySet,
    master: Master,
    facts: Facts,
    chain: Chain,
    period: Month,
    lines: Places,
    reasons: Places,
    obligations: Places,
}

impl<'a> World<'a> {
    fn open(say: &Say, handle: &'a Handle, args: &'a Args) -> Result<Self, Refusal> {
        let summary = chain::summary_of(&args.run)?;
        let period = summary.period;
        let chain = Chain::of(summary.previous.map(|path| args.run.join(path)).as_deref(), period)?;
        let policies = match &args.policies {
            Some(folder) => inputs::policies(say, folder)?,
            None => kept::policies(&args.run)?,
        };
        let master = match &args.master {
            Some(folder) => inputs::master(folder)?.0,
            None => kept::master(&args.run)?,
        };
        let facts = inputs::facts(&args.facts, &master, period, &args.run)?.at_snapshot(summary.inputs.snapshot)?;
        let places = |kind: &str| Places::of(&chain::files(&args.run, kind)?);
        Ok(Self {
            handle,
            run: &args.run,
            set: policies.set,
            master,
            facts,
            chain,
            period,
            lines: places("lines")?,
            reasons: places("reasons")?,
            obligations: places("obligations")?,
        })
    }

    fn prove(&self, say: &Say, name: &Name) -> Result<Proof, Refusal> {
        let target = self.find(name)?;
        if let Some(proof) = self.focused(&target)? {
            return Ok(proof);
        }
        match self.prove_from_facts(&target, true) {
            Ok(proof) if agrees(&proof, &target) => Ok(proof),
            _ => {
                say.note("该行取决于其他代理商，读取全部事实", "the line depends on other partners: reading all facts");
                let proof = self.prove_from_facts(&target, false)?;
                if agrees(&proof, &target) { Ok(proof) } else { Err(differs(&name.text)) }
            }
        }
    }

    fn files(places: &Places, partner: Option<&str>) -> Vec<PathBuf> {
        partner.map_or_else(|| places.all(), |partner| places.holding(partner))
    }

    /// Looks a name up in the lines of the run, then in its reasons.
    fn find(&self, name: &Name) -> Result<Target, Refusal> {
        let line = &name.text;
        let [policy, component, rest] = line.splitn(3, '/').collect::<Vec<_>>()[..] else {
            return Err(Refusal::bad_input(
                "cli.prove.name",
                format!("{line} 不是 政策/组件/业务编号[/收款方]，例如 开卡酬金/基本/E0001"),
                format!("{line} is not policy/component/basis[/payee], such as fees/basic/E0001"),
            ));
        };
        let mut readings = vec![(rest, None)];
        readings.extend(rest.rsplit_once('/').map(|(basis, payee)| (basis, Some(payee))));
        let rows = |basis: &str| Rows {
            partner: name.partner.clone(),
            component: Some(component.to_owned()),
            basis: Some(basis.to_owned()),
            ..Rows::default()
        };
        let lines = Self::files(&self.lines, name.partner.as_deref());
        for (basis, payee) in &readings {
            for line in read_lines(self.handle, &lines, &rows(basis))? {
                let line = line?;
                if line.policy == policy && payee.is_none_or(|payee| payee == line.payee) {
                    let partners = BTreeSet::from([line.partner.clone(), line.own_partner.clone()]);
                    let (own, day, subject) = (line.own_partner.clone(), line.day, Subject::Line(LineId::of(&line)));
                    return Ok(Target { subject, own, partners, day, line: Some(line) });
                }
            }
        }
        let reasons = Self::files(&self.reasons, name.partner.as_deref());
        for (basis, _) in &readings {
            for reason in read_reasons(self.handle, &reasons, &rows(basis))? {
                let reason = reason?;
                if reason.policy == policy {
                    let (own, day) = (reason.partner.clone(), reason.day);
                    let subject =
                        Subject::Zero { policy: reason.policy, version: reason.version, component: reason.component, basis: reason.basis };
                    return Ok(Target { subject, line: None, partners: BTreeSet::from([own.clone()]), own, day });
                }
            }
        }
        Err(not_found(line, self.run))
    }

    /// From the partner's own facts, or from all.
    fn prove_from_facts(&self, target: &Target, narrow: bool) -> Result<Proof, Refusal> {
        let facts = self.facts.rows(&self.set, self.period, narrow.then_some(target.own.as_str()))?;
        let selections: Vec<Rows> = if narrow {
            target.partners.iter().map(|partner| Rows { partner: Some(partner.clone()), ..Rows::default() }).collect()
        } else {
            vec![Rows::default()]
        };
        let (mut earlier, mut obligations): (Vec<Line>, Vec<Obligation>) = (Vec::new(), Vec::new());
        for rows in &selections {
            for line in read_lines(self.handle, &self.chain.lines()?, rows)? {
                earlier.push(line?);
            }
            for obligation in read_obligations(self.handle, &self.chain.obligations()?, rows)? {
                obligations.push(obligation?);
            }
        }
        prove(&self.input(&facts, &earlier, &obligations), &target.subject)
    }

    fn input<'i>(
        &'i self,
        facts: &'i [qudao_policy::model::Fact],
        earlier_lines: &'i [Line],
        obligations: &'i [Obligation],
    ) -> RunInput<'i> {
        RunInput { policies: &self.set, master: &self.master, period: self.period, facts, earlier_lines, obligations }
    }
}

/// The command `verify`.
pub(crate) fn verify_command(say: &Say, args: &VerifyArgs) -> Result<(), Refusal> {
    let text = std::fs::read_to_string(&args.proof).map_err(|error| unreadable(&args.proof, &error))?;
    let proof = from_json(&text)?;
    let verdict = verify(&proof);
    for finding in &verdict.findings {
        eprintln!("{}", finding.get(say.lang));
    }
    if !verdict.holds {
        return Err(Refusal::new(
            Kind::Conflict,
            "cli.verify.broken",
            "复算不一致（见上）；说明或其中的数据被改动过",
            "the proof does not hold (see above); it or the data in it was changed",
        ));
    }
    let amount = verdict.amount.map_or_else(|| say.pick("零", "zero").to_owned(), |fen| say::yuan(fen.into()));
    match say.lang {
        Lang::Zh => println!("一致：复算 {} 个算式，金额 {amount}", verdict.formulas),
        Lang::En => println!("it holds: {} formulas re-computed, amount {amount}", verdict.formulas),
    }
    Ok(())
}
