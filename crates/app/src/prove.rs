//! `qudao prove` and `qudao verify`: why a line of a run is what it is, or why there is none.
//!
//! What is read grows in steps, and the engine's line says whether a step was enough:
//!
//! | step | read | proves |
//! |---|---|---|
//! | 1 | the fact itself, its subscriber's month and events that name it, pages at a time | what is paid on single facts, released and taken back |
//! | 2 | what the group counts: the partner's facts, those rolled up to it, states of their subscribers, the run's lines it totals; for ranks and pools what the run collected of the others | groups, cumulative years, ladders, overrides, ranks, pools |
//! | 3 | the partner's own facts and lines | clawbacks, what several limits share |
//! | 4 | all | budgets, measures of regions and of the company |

mod find;
mod focus;
mod group;

use crate::chain::{self, Chain};
use crate::inputs::{self, Facts};
use crate::kept;
use crate::say::{self, Say, unreadable};
use qudao_engine::facts::{Remembered, Wanted};
use qudao_engine::settle::{Accounts, Collected, Rows};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Lang, Month, Refusal};
use qudao_policy::lines::{Line, Obligation, Reason};
use qudao_policy::model::PolicySet;
use qudao_settle::interp::RunInput;
use qudao_settle::proof::data::Refused;
use qudao_settle::proof::{Proof, Subject, from_json, letter, prove, to_json, verify};
use qudao_settle::statement::pdf::Press;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 结算输出文件夹 Out folder of the run
    #[arg(long)]
    pub(crate) run: PathBuf,
    /// 事实库（文件夹或 s3://桶/前缀）或事实文件夹 Fact store (a folder or s3://bucket/prefix) or folder, as the run had it
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
    /// 不走捷径，从全部事实复算 No short cut: from all facts, as the whole run would
    #[arg(long)]
    pub(crate) all_facts: bool,
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
    reason: Option<Reason>,
    partners: BTreeSet<String>,
    own: String,
    day: Date,
}

/// How much was read for a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Fact,
    Group,
    Partner,
    All,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let names = names(args)?;
    let began = Instant::now();
    let world = World::open(say, args)?;
    let ready = began.elapsed().as_micros();
    let (mut text, mut letters, mut times) = (String::new(), Vec::new(), Vec::new());
    let mut digest = String::new();
    for name in &names {
        let start = Instant::now();
        let (proof, step) = world.prove(say, name)?;
        times.push((start.elapsed().as_micros(), step));
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
    if args.lines.is_some() && !times.is_empty() {
        say_times(say, ready, &mut times);
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

/// Says how long the proofs took, and what they read.
fn say_times(say: &Say, ready: u128, times: &mut [(u128, Step)]) {
    let mut steps: BTreeMap<Step, usize> = BTreeMap::new();
    for (_, step) in times.iter() {
        *steps.entry(*step).or_default() += 1;
    }
    times.sort_unstable();
    let ms = |micros: u128| format!("{}.{}", micros / 1000, micros % 1000 / 100);
    let at = |percent: usize| ms(times[(times.len() * percent / 100).min(times.len() - 1)].0);
    let of = |step: Step| steps.get(&step).copied().unwrap_or(0);
    let (count, ready) = (times.len(), ms(ready));
    let (median, most, nearly) = (at(50), at(90), at(99));
    let [fact, group, partner, all] = [Step::Fact, Step::Group, Step::Partner, Step::All].map(of);
    say.note(
        format_args!(
            "共 {count} 行，每行中位 {median} 毫秒，90% 在 {most}、99% 在 {nearly} 毫秒内；准备 {ready} 毫秒；只读该笔 {fact} 行，只读该组 {group} 行，读代理商全部事实 {partner} 行，读全部事实 {all} 行"
        ),
        format_args!(
            "{count} lines, median {median} ms each, 90 % within {most}, 99 % within {nearly} ms; start-up {ready} ms; from the fact alone {fact}, its group {group}, the partner's facts {partner}, all facts {all}"
        ),
    );
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
    let names = names(args)?;
    let name = names.first().ok_or_else(|| not_found("", &args.run))?;
    Ok(World::open(say, args)?.prove(say, name)?.0)
}

fn agrees(proof: &Proof, target: &Target) -> bool {
    match (&proof.line, &target.line) {
        (Some(proved), Some(line)) => (proved.amount, proved.accrued) == (line.amount, line.accrued),
        (None, None) => target.reason.as_ref().is_none_or(|reason| {
            let same = |said: &Refused| said.code == reason.code && said.until == reason.until && said.forgone == reason.forgone;
            proof.reasons.iter().any(same)
        }),
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

/// What the run read and wrote. What files say of themselves is read once, for all lines that are proved.
pub(crate) struct World {
    run: PathBuf,
    all_facts: bool,
    set: PolicySet,
    /// The policies are those the run had: what it left by their places can be read.
    same_policies: bool,
    master: Master,
    facts: Facts,
    remembered: Remembered,
    chain: Chain,
    period: Month,
    lines: Accounts<Line>,
    reasons: Accounts<Reason>,
    obligations: Accounts<Obligation>,
    earlier_lines: OnceLock<Accounts<Line>>,
    earlier_obligations: OnceLock<Accounts<Obligation>>,
    naming: OnceLock<HashMap<String, BTreeSet<String>>>,
    collected: OnceLock<Option<Collected>>,
}

/// The value of a cell, worked out at first.
fn once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T, Refusal>) -> Result<&T, Refusal> {
    if cell.get().is_none() {
        cell.set(make()?).ok();
    }
    cell.get().ok_or_else(|| Refusal::new(Kind::Bug, "cli.prove.cell", "内部错误", "a cell that was filled is empty"))
}

impl World {
    fn open(say: &Say, args: &Args) -> Result<Self, Refusal> {
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
        Ok(Self {
            run: args.run.clone(),
            all_facts: args.all_facts,
            same_policies: policies.files == summary.inputs.policies,
            set: policies.set,
            master,
            facts,
            remembered: Remembered::default(),
            chain,
            period,
            lines: Accounts::of(&chain::files(&args.run, "lines")?)?,
            reasons: Accounts::of(&chain::files(&args.run, "reasons")?)?,
            obligations: Accounts::of(&chain::files(&args.run, "obligations")?)?,
            earlier_lines: OnceLock::new(),
            earlier_obligations: OnceLock::new(),
            naming: OnceLock::new(),
            collected: OnceLock::new(),
        })
    }

    /// A published run with its own policies and master data; `store` holds its facts.
    pub(crate) fn of_run(say: &Say, run: &Path, store: &Path) -> Result<Self, Refusal> {
        let args = Args {
            line: None,
            lines: None,
            partner: None,
            run: run.to_owned(),
            facts: store.to_owned(),
            policies: None,
            master: None,
            all_facts: false,
            json: false,
            out: None,
            pdf: None,
        };
        Self::open(say, &args)
    }

    /// The policies the run had.
    pub(crate) fn set(&self) -> &PolicySet {
        &self.set
    }

    /// The master data the run had.
    pub(crate) fn master(&self) -> &Master {
        &self.master
    }

    /// The run's lines.
    pub(crate) fn lines(&self) -> &Accounts<Line> {
        &self.lines
    }

    /// Why something was paid nothing, or less.
    pub(crate) fn reasons(&self) -> &Accounts<Reason> {
        &self.reasons
    }

    /// What falls due later, or was looked at in the run.
    pub(crate) fn obligations(&self) -> &Accounts<Obligation> {
        &self.obligations
    }

    /// The facts as the run read them, of one table.
    pub(crate) fn facts(&self, table: qudao_kernel::facts::Table, wanted: &Wanted) -> Result<Vec<qudao_policy::model::Fact>, Refusal> {
        self.facts.store.facts_again(&self.remembered, &self.facts.snapshot, table, wanted)
    }

    /// The proof of a line of the run.
    pub(crate) fn prove_line(&self, line: Line) -> Result<Proof, Refusal> {
        let name = line.basis.clone();
        self.prove_target(&Say::new(Lang::Zh, true), &name, &Target::of_line(line)).map(|(proof, _)| proof)
    }

    /// The proof of a zero of the run.
    pub(crate) fn prove_reason(&self, reason: Reason) -> Result<Proof, Refusal> {
        let name = reason.basis.clone();
        self.prove_target(&Say::new(Lang::Zh, true), &name, &Target::of_reason(reason)).map(|(proof, _)| proof)
    }

    fn earlier_lines(&self) -> Result<&Accounts<Line>, Refusal> {
        once(&self.earlier_lines, || Accounts::of(&self.chain.lines()?))
    }

    fn earlier_obligations(&self) -> Result<&Accounts<Obligation>, Refusal> {
        once(&self.earlier_obligations, || Accounts::of(&self.chain.obligations()?))
    }

    fn prove(&self, say: &Say, name: &Name) -> Result<(Proof, Step), Refusal> {
        self.prove_target(say, &name.text, &self.find(name)?)
    }

    /// The proof of a line or zero, where the facts of its own group are enough for it; nothing more is read.
    pub(crate) fn prove_nearby(&self, line: Option<&Line>, reason: Option<&Reason>) -> Result<Option<Proof>, Refusal> {
        let target = match (line, reason) {
            (Some(line), _) => Target::of_line(line.clone()),
            (None, Some(reason)) => Target::of_reason(reason.clone()),
            (None, None) => return Ok(None),
        };
        self.grouped(&target)
    }

    fn prove_target(&self, say: &Say, name: &str, target: &Target) -> Result<(Proof, Step), Refusal> {
        if !self.all_facts {
            if let Some(proof) = self.focused(target)? {
                return Ok((proof, Step::Fact));
            }
            if let Some(proof) = self.grouped(target)? {
                return Ok((proof, Step::Group));
            }
            match self.prove_from_facts(target, true) {
                Ok(proof) if agrees(&proof, target) => return Ok((proof, Step::Partner)),
                _ => say.note("该行取决于其他代理商，读取全部事实", "the line depends on other partners: reading all facts"),
            }
        }
        let proof = self.prove_from_facts(target, false)?;
        if agrees(&proof, target) { Ok((proof, Step::All)) } else { Err(differs(name)) }
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
            earlier.extend(self.earlier_lines()?.rows(rows)?);
            obligations.extend(self.earlier_obligations()?.rows(rows)?);
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
