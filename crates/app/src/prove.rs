//! `qudao prove` and `qudao verify`: why a line of a run is what it is, or why there is none.
//!
//! The partner's own facts are tried first, which is fast whatever the size of the month; where the line depends on others (ranks, pools,
//! company-wide measures) the result differs from the engine's, and everything is read.

use crate::chain::{self, Chain};
use crate::inputs::{self, Facts};
use crate::say::{self, Say, unreadable};
use qudao_engine::settle::{Rows, read_lines, read_obligations, read_reasons};
use qudao_kernel::master::Master;
use qudao_kernel::{Kind, Lang, Month, Refusal};
use qudao_policy::lines::{Line, Obligation};
use qudao_policy::model::PolicySet;
use qudao_settle::interp::RunInput;
use qudao_settle::proof::{LineId, Proof, Subject, letter, prove, verify};
use std::collections::BTreeSet;
use std::path::PathBuf;
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
    /// 政策文件夹 Folder of policies, as the run had it
    #[arg(long)]
    pub(crate) policies: PathBuf,
    /// 主数据文件夹 Folder of master data, as the run had it
    #[arg(long)]
    pub(crate) master: PathBuf,
    /// 政策/组件/业务编号[/收款方] policy/component/basis[/payee], of a line or of a zero
    pub(crate) line: String,
    /// 输出 JSON，可用 qudao verify 复算 As JSON, which qudao verify re-computes
    #[arg(long)]
    pub(crate) json: bool,
    /// 写入文件 Write to this file
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(clap::Args)]
pub(crate) struct VerifyArgs {
    /// prove --json 的输出 What prove --json wrote
    proof: PathBuf,
}

/// What is to be proved, and what the run says of it.
struct Target {
    subject: Subject,
    line: Option<Line>,
    partners: BTreeSet<String>,
    own: String,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let proof = run(say, args)?;
    let text = if args.json {
        serde_json::to_string_pretty(&proof).map_err(|error| unreadable(&args.run, &error))?
    } else {
        letter(&proof, say.lang)
    };
    if let Some(path) = &args.out {
        say::write(path, text + "\n")
    } else {
        println!("{text}");
        Ok(())
    }
}

/// The proof of a line or a zero.
pub(crate) fn run(say: &Say, args: &Args) -> Result<Proof, Refusal> {
    let summary = chain::summary_of(&args.run)?;
    let chain = Chain::of(summary.previous.map(|path| args.run.join(path)).as_deref(), summary.period)?;
    let policies = inputs::policies(say, &args.policies)?;
    let (master, _) = inputs::master(&args.master)?;
    let runtime = say::runtime(2)?;
    let handle = runtime.handle();
    let target = find(handle, args)?;
    let facts = inputs::facts(&args.facts, &master, summary.period, &args.run)?;
    let world = World { handle, set: &policies.set, master: &master, facts: &facts, chain: &chain, period: summary.period };
    match world.prove(&target, true) {
        Ok(proof) if agrees(&proof, &target) => Ok(proof),
        _ => {
            say.note("该行取决于其他代理商，读取全部事实", "the line depends on other partners: reading all facts");
            let proof = world.prove(&target, false)?;
            if agrees(&proof, &target) { Ok(proof) } else { Err(differs(args)) }
        }
    }
}

fn agrees(proof: &Proof, target: &Target) -> bool {
    match (&proof.line, &target.line) {
        (Some(proved), Some(line)) => (proved.amount, proved.accrued) == (line.amount, line.accrued),
        (None, None) => true,
        _ => false,
    }
}

fn differs(args: &Args) -> Refusal {
    let line = &args.line;
    Refusal::new(
        Kind::Conflict,
        "cli.prove.differs",
        format!("{line} 复算的金额与结算结果不同；政策、主数据或事实可能在结算后改过，请重新结算后再试"),
        format!("{line} comes out differently now; policies, master data or facts have probably changed since the run, settle again first"),
    )
}

/// Looks a name up in the lines of the run, then in its reasons.
#[expect(clippy::manual_let_else, reason = "the refusal is longer than the pattern")]
fn find(handle: &Handle, args: &Args) -> Result<Target, Refusal> {
    let (policy, component, rest) = match args.line.splitn(3, '/').collect::<Vec<_>>()[..] {
        [policy, component, rest] => (policy, component, rest),
        _ => {
            return Err(Refusal::bad_input(
                "cli.prove.name",
                format!("{} 不是 政策/组件/业务编号[/收款方]", args.line),
                format!("{} is not policy/component/basis[/payee]", args.line),
            ));
        }
    };
    let mut readings = vec![(rest, None)];
    readings.extend(rest.rsplit_once('/').map(|(basis, payee)| (basis, Some(payee))));
    let (lines, reasons) = (chain::files(&args.run, "lines")?, chain::files(&args.run, "reasons")?);
    for (basis, payee) in &readings {
        let rows = Rows { component: Some(component.to_owned()), basis: Some((*basis).to_owned()), ..Rows::default() };
        for line in read_lines(handle, &lines, &rows)? {
            let line = line?;
            if line.policy == policy && payee.is_none_or(|payee| payee == line.payee) {
                let partners = BTreeSet::from([line.partner.clone(), line.own_partner.clone()]);
                return Ok(Target { subject: Subject::Line(LineId::of(&line)), own: line.own_partner.clone(), partners, line: Some(line) });
            }
        }
    }
    for (basis, _) in &readings {
        let rows = Rows { component: Some(component.to_owned()), basis: Some((*basis).to_owned()), ..Rows::default() };
        for reason in read_reasons(handle, &reasons, &rows)? {
            let reason = reason?;
            if reason.policy == policy {
                let subject =
                    Subject::Zero { policy: reason.policy, version: reason.version, component: reason.component, basis: reason.basis };
                return Ok(Target { subject, line: None, partners: BTreeSet::from([reason.partner.clone()]), own: reason.partner });
            }
        }
    }
    Err(Refusal::new(
        Kind::NotFound,
        "cli.prove.none",
        format!("{} 既不在明细中，也没有未计酬原因；请核对政策、组件和业务编号", args.line),
        format!("{} is neither among the lines nor among the reasons; check policy, component and basis", args.line),
    ))
}

/// What the run read.
struct World<'a> {
    handle: &'a Handle,
    set: &'a PolicySet,
    master: &'a Master,
    facts: &'a Facts,
    chain: &'a Chain,
    period: Month,
}

impl World<'_> {
    fn prove(&self, target: &Target, narrow: bool) -> Result<Proof, Refusal> {
        let facts = self.facts.rows(self.set, self.period, narrow.then_some(target.own.as_str()))?;
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
        let input = RunInput {
            policies: self.set,
            master: self.master,
            period: self.period,
            facts: &facts,
            earlier_lines: &earlier,
            obligations: &obligations,
        };
        prove(&input, &target.subject)
    }
}

/// The command `verify`.
pub(crate) fn verify_command(say: &Say, args: &VerifyArgs) -> Result<(), Refusal> {
    let text = std::fs::read(&args.proof).map_err(|error| unreadable(&args.proof, &error))?;
    let proof: Proof = serde_json::from_slice(&text).map_err(|error| {
        let name = args.proof.display();
        Refusal::bad_input(
            "cli.verify.format",
            format!("{name} 不是计酬说明：{error}；请使用 qudao prove --json 的原文件"),
            format!("{name} is no proof: {error}; use the file as qudao prove --json wrote it"),
        )
    })?;
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
