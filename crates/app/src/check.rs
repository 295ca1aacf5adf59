//! The check every run makes of itself before anything is published: a few partners are settled again by the interpreter, from their own facts
//! alone, and compared row by row with what the engine wrote. The partners are drawn by a hash of month and code, so that a run repeated
//! draws the same ones, and nobody can choose to be left out.

use crate::chain::{self, Chain};
use crate::say::{self, Say};
use crate::settle::{self, Args, Sources};
use qudao_engine::settle::{Accounts, Row, Rows};
use qudao_kernel::{Date, Month, Refusal};
use qudao_platform::hash::sha256;
use qudao_policy::lines::{Line, Obligation, Outcome, Reason};
use qudao_settle::interp::RunInput;
use qudao_settle::sample::{Own, compare};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Rows of one list an account may have to be drawn: so a run over many millions of facts stays a matter of seconds.
const LARGEST: usize = 2_000;
/// Partners looked at for each one drawn, for those without facts.
const TRIES: usize = 10;
/// Facts of the month up to which a difference is looked at again with all of them at hand.
const SMALL: u64 = 200_000;

/// What was checked, in the summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    /// Partners drawn.
    pub(crate) partners: Vec<String>,
    /// Partners passed over because their accounts are very large.
    pub(crate) too_large: u64,
    /// Components that can be judged from a partner's own rows, of all.
    pub(crate) components: (usize, usize),
    /// Rows that are the same.
    pub(crate) lines: u64,
    pub(crate) obligations: u64,
    pub(crate) reasons: u64,
}

/// What looking at a partner gave.
enum Found {
    /// It has no facts and no rows.
    Nothing,
    TooLarge,
    Same(qudao_settle::sample::Compared),
}

impl Check {
    fn add(&mut self, partner: &str, found: &Found) {
        match found {
            Found::Nothing => {}
            Found::TooLarge => self.too_large += 1,
            Found::Same(compared) => {
                self.partners.push(partner.to_owned());
                self.lines += compared.lines;
                self.obligations += compared.obligations;
                self.reasons += compared.reasons;
            }
        }
    }
}

/// A run to be checked.
pub(crate) struct Checked<'a> {
    pub(crate) args: &'a Args,
    pub(crate) sources: &'a Sources,
    pub(crate) chain: &'a Chain,
}

impl Checked<'_> {
    /// Checks as many partners as asked for.
    pub(crate) fn run(&self, say: &Say) -> Result<Check, Refusal> {
        let wanted = self.args.check;
        let mut check = Check { components: Own::new(&self.sources.policies.set).count(), ..Check::default() };
        if wanted == 0 {
            return Ok(check);
        }
        let out = &self.args.out;
        let files = Files {
            lines: Accounts::of(&chain::files(out, "lines")?)?,
            obligations: Accounts::of(&chain::files(out, "obligations")?)?,
            reasons: Accounts::of(&chain::files(out, "reasons")?)?,
            earlier_lines: Accounts::of(&self.chain.lines()?)?,
            earlier_obligations: Accounts::of(&self.chain.obligations()?)?,
        };
        let bar = say.bar("抽查", "checking");
        bar.set_length(wanted as u64);
        let mut drawn = self.drawn();
        drawn.truncate(wanted.saturating_mul(TRIES));
        for some in drawn.chunks(settle::threads(self.args)) {
            for (partner, found) in some.iter().zip(self.several(&files, some)) {
                let found = found?;
                if check.partners.len() == wanted {
                    break;
                }
                check.add(partner, &found);
            }
            bar.set_position(check.partners.len() as u64);
            if check.partners.len() == wanted {
                break;
            }
        }
        bar.finish_and_clear();
        Ok(check)
    }

    /// All partners of the month, in the order in which they are drawn.
    fn drawn(&self) -> Vec<String> {
        let period = self.args.period;
        let (first, last): (Date, Date) = (period.first_day(), period.last_day());
        let there = self.sources.master.partners().filter(|row| row.span.from <= last && first < row.span.to);
        let codes: BTreeSet<&str> = there.map(|row| row.code.as_str()).collect();
        let mut order: Vec<(String, String)> =
            codes.into_iter().map(|code| (sha256(format!("{period}|{code}")), code.to_owned())).collect();
        order.sort();
        order.into_iter().map(|(_, code)| code).collect()
    }

    /// Checks several partners at once.
    fn several(&self, files: &Files, partners: &[String]) -> Vec<Result<Found, Refusal>> {
        std::thread::scope(|scope| {
            let workers: Vec<_> = partners.iter().map(|partner| scope.spawn(|| self.one(files, partner))).collect();
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(say::worker_died()))).collect()
        })
    }

    fn one(&self, files: &Files, partner: &str) -> Result<Found, Refusal> {
        let Some(engine) = account(files, partner)? else { return Ok(Found::TooLarge) };
        let Sources { policies, master, facts, .. } = self.sources;
        let period = self.args.period;
        let own = facts.rows(&policies.set, period, Some(partner))?;
        let is_empty = engine.lines.is_empty() && engine.reasons.is_empty() && engine.obligations.is_empty();
        if own.is_empty() && is_empty {
            return Ok(Found::Nothing);
        }
        let (earlier, obligations) = Self::before(files, Some(partner))?;
        let input = RunInput { policies: &policies.set, master, period, facts: &own, earlier_lines: &earlier, obligations: &obligations };
        match compare(&input, partner, &engine) {
            Err(refusal) if refusal.code == "settle.sample.differs" && self.facts_of_the_month() <= SMALL => {
                self.with_everything(files, partner, &engine, period).map(Found::Same)
            }
            result => result.map(Found::Same),
        }
    }

    fn facts_of_the_month(&self) -> u64 {
        self.sources.facts.snapshot.files.iter().map(|file| file.rows).sum()
    }

    /// The same with the facts of all partners: a state may stand at another one. Only where they are few.
    fn with_everything(
        &self,
        files: &Files,
        partner: &str,
        engine: &Outcome,
        period: Month,
    ) -> Result<qudao_settle::sample::Compared, Refusal> {
        let Sources { policies, master, facts, .. } = self.sources;
        let all = facts.rows(&policies.set, period, None)?;
        let (earlier, obligations) = Self::before(files, None)?;
        let input = RunInput { policies: &policies.set, master, period, facts: &all, earlier_lines: &earlier, obligations: &obligations };
        compare(&input, partner, engine)
    }

    /// Lines and obligations of earlier months.
    fn before(files: &Files, partner: Option<&str>) -> Result<(Vec<Line>, Vec<Obligation>), Refusal> {
        let rows = Rows { partner: partner.map(str::to_owned), ..Rows::default() };
        Ok((files.earlier_lines.rows(&rows)?, files.earlier_obligations.rows(&rows)?))
    }
}

/// What the run wrote for an account; `None` if that is too much.
fn account(files: &Files, partner: &str) -> Result<Option<Outcome>, Refusal> {
    let rows = Rows { partner: Some(partner.to_owned()), ..Rows::default() };
    let Some(lines) = few(&files.lines, &rows)? else { return Ok(None) };
    let Some(reasons) = few(&files.reasons, &rows)? else { return Ok(None) };
    let Some(obligations) = few(&files.obligations, &rows)? else { return Ok(None) };
    Ok(Some(Outcome { lines, obligations, reasons }))
}

/// Where the rows of a partner are found.
struct Files {
    lines: Accounts<Line>,
    obligations: Accounts<Obligation>,
    reasons: Accounts<Reason>,
    earlier_lines: Accounts<Line>,
    earlier_obligations: Accounts<Obligation>,
}

/// The rows, if they are few.
fn few<T: Row + Clone>(accounts: &Accounts<T>, rows: &Rows) -> Result<Option<Vec<T>>, Refusal> {
    let mut count = 0;
    accounts.texts(rows, "partner", |_| count += 1)?;
    if count > LARGEST { Ok(None) } else { accounts.rows(rows).map(Some) }
}
