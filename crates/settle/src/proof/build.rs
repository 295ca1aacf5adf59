//! Builds a proof from what was heard of a run.

use super::data::{
    Attribution, Checks, Contributors, Datum, Decision, FactCard, Judged, Other, Part, PartnerCard, PolicyText, Proof, Read, Refused,
    Release, Reversal, Rounded, Rung, Step, Subject, Term,
};
use super::record::{Heard, Of, Recorder};
use super::{digest, hint, sha256, words};
use crate::interp::focus::{Focus, Known};
use crate::interp::number::whole;
use crate::interp::row::{self, Row};
use crate::interp::trace::{Climb, Counted, Input, Place};
use crate::interp::value::Value;
use crate::interp::{RunInput, run_focused, run_traced};
use qudao_kernel::facts::Col;
use qudao_kernel::master::MAX_DEPTH;
use qudao_kernel::{Kind, Refusal};
use qudao_policy::lines::{Line, LineKind, Outcome, PART_BITS};
use qudao_policy::model::{Basis, Component, Ladder, Policy};

/// Most ids of contributors named in a proof.
const NAMED: usize = 20;

/// Proves a line or a zero of the input's period.
///
/// # Errors
/// As the run; and if the period has no such line, or no component looked at the item. An `Adjust` line is proved by proving the line of the
/// re-run month.
pub fn prove(input: &RunInput<'_>, subject: &Subject) -> Result<Proof, Refusal> {
    prove_by(input, subject, None)
}

/// Proves a line or a zero from only what it needs: see [`crate::interp::run_focused`]. Lines of ranks, pools and clawbacks need [`prove`].
///
/// # Errors
/// As [`prove`].
pub fn prove_focused(input: &RunInput<'_>, subject: &Subject, known: &dyn Known) -> Result<Proof, Refusal> {
    prove_by(input, subject, Some(known))
}

fn prove_by(input: &RunInput<'_>, subject: &Subject, known: Option<&dyn Known>) -> Result<Proof, Refusal> {
    let (policy, version, component, basis) = parts(subject);
    let rows = row::rows(input.facts, input.master);
    let found = version_of(input, policy, version);
    let fact = rows.iter().find(|row| row.id == basis && is_of(found, component, row));
    let recorder = Recorder::new(basis, component, groups_of(fact));
    let outcome = match known {
        Some(known) => run_focused(input, &recorder, Focus { basis, known })?,
        None => run_traced(input, &recorder)?,
    };
    let line = match subject {
        Subject::Line(id) => {
            Some(outcome.lines.iter().find(|line| super::LineId::of(line) == *id).ok_or_else(|| not_found(input, subject))?.clone())
        }
        Subject::Zero { .. } => None,
    };
    let mut heard = recorder.into_heard();
    if known.is_some() && fact.is_some() {
        // Looking at one item only, groups take its id for a key of theirs.
        heard.retain(|(of, _)| !is_grouped(component_of(version_of(input, &of.policy, of.version), &of.component)));
    }
    let mut builder = Builder::new(input, subject, line, found);
    for (of, event) in &heard {
        if builder.is_about(of) {
            builder.take(event);
        }
    }
    let mut proof = builder.proof;
    keep_own_places(&mut proof, found);
    proof.base = proof.line.as_ref().and_then(|line| base_line(line, found, &outcome));
    proof.fact = fact.map(fact_card);
    proof.attribution = attribution(input, fact, proof.line.as_ref(), basis);
    complete(&mut proof, input, &outcome, found, component);
    proof.others = others(input, &heard, policy, component);
    if let (Some(known), None) = (known, fact) {
        add_passed_over(&mut proof.others, input, known, (policy, component, basis));
    }
    if proof.line.is_none() && proof.reasons.is_empty() && proof.judged.is_empty() {
        return Err(not_found(input, subject));
    }
    proof.digest = digest(&proof)?;
    Ok(proof)
}

fn is_grouped(component: Option<&Component>) -> bool {
    component.is_some_and(|component| matches!(component.basis, Basis::Group { .. } | Basis::Rank { .. } | Basis::Pool { .. }))
}

fn parts(subject: &Subject) -> (&str, u32, &str, &str) {
    match subject {
        Subject::Line(id) => (&id.policy, id.version, &id.component, &id.basis),
        Subject::Zero { policy, version, component, basis } => (policy, *version, component, basis),
    }
}

fn version_of<'a>(input: &RunInput<'a>, name: &str, version: u32) -> Option<&'a Policy> {
    input.policies.policies.iter().find(|policy| policy.name == name && policy.version == version)
}

fn component_of<'a>(policy: Option<&'a Policy>, name: &str) -> Option<&'a Component> {
    policy?.components.iter().find(|component| component.name == name)
}

/// Whether a fact can be the item of a component: of the table its bases begin with.
fn is_of(policy: Option<&Policy>, component: &str, row: &Row<'_>) -> bool {
    let Some(policy) = policy else { return true };
    let mut basis = component_of(Some(policy), component).map(|component| &component.basis);
    loop {
        basis = match basis {
            Some(Basis::Lines { of } | Basis::Clawback { of, .. }) => of.first().map(|index| &policy.components[*index].basis),
            Some(Basis::Each { table, .. }) => return *table == row.fact.table,
            _ => return false,
        };
    }
}

/// Groups a fact's clawback would look at; and the empty basis a pool's whole is judged on.
fn groups_of(fact: Option<&Row<'_>>) -> Vec<String> {
    let mut groups = vec![String::new()];
    if let Some(row) = fact {
        groups.push(row.partner.clone());
        groups.extend([Col::Outlet, Col::Clerk].map(|col| format!("{}/{}", row.partner, row.text(col))));
    }
    groups
}

fn not_found(input: &RunInput<'_>, subject: &Subject) -> Refusal {
    let (policy, version, component, basis) = parts(subject);
    let period = input.period;
    Refusal::new(
        Kind::NotFound,
        "settle.proof.not_found",
        format!("{period} 没有政策 {policy} 第 {version} 版规则 {component} 对 {basis} 的这一行;请核对编号与账期"),
        format!(
            "{period} has no such line or zero of policy {policy} version {version}, component {component}, for {basis}; check the id and the period"
        ),
    )
}

/// Takes what was heard about the subject's component, in order.
struct Builder<'a> {
    policy: Option<&'a Policy>,
    component: Option<&'a Component>,
    name: (String, u32, String),
    proof: Proof,
    open: Option<Judged>,
    release: Option<Release>,
    reversal: Option<Reversal>,
    clawed: Option<Decision>,
    /// What is proved was heard.
    found: bool,
    /// It was, and another item of the same basis began.
    done: bool,
}

impl<'a> Builder<'a> {
    fn new(input: &RunInput<'a>, subject: &Subject, line: Option<Line>, policy: Option<&'a Policy>) -> Self {
        let (name, version, component_name, _) = parts(subject);
        let component = component_of(policy, component_name);
        let proof = Proof {
            format: super::FORMAT.into(),
            period: input.period,
            subject: subject.clone(),
            line,
            policy: policy.zip(component).map(|(policy, component)| policy_text(policy, component)),
            fact: None,
            base: None,
            attribution: Attribution::default(),
            checked: Checks::NotMade,
            judged: Vec::new(),
            rungs: Vec::new(),
            rounded: Vec::new(),
            decisions: Vec::new(),
            parts: Vec::new(),
            terms: Vec::new(),
            releases: Vec::new(),
            reversal: None,
            reasons: Vec::new(),
            others: Vec::new(),
            digest: String::new(),
        };
        let name = (name.to_string(), version, component_name.to_string());
        Self { policy, component, name, proof, open: None, release: None, reversal: None, clawed: None, found: false, done: false }
    }

    fn is_about(&self, of: &Of) -> bool {
        (&of.policy, of.version, &of.component) == (&self.name.0, self.name.1, &self.name.2)
    }

    /// Position of the payee whose part is proved.
    fn position(&self) -> Option<usize> {
        self.proof.line.as_ref().filter(|line| line.kind == LineKind::Earn).map(|line| (line.part & 15) as usize)
    }

    fn take(&mut self, heard: &Heard) {
        self.next_item(heard);
        if self.done {
            return;
        }
        match heard {
            Heard::Enter(place, anchor) => self.enter(*place, *anchor),
            Heard::Read(input, value) => self.read(*input, value),
            Heard::Measured(index, counted) => self.measured(*index, counted),
            Heard::Step(expr, operands, value) => {
                if let (Some(open), Some(policy)) = (&mut self.open, self.policy) {
                    open.steps.push(Step { text: words::step(policy, expr, operands, value), result: value.into() });
                }
            }
            Heard::Climbed(climb) => self.climbed(climb),
            Heard::Leave(_, value) => self.leave(value),
            Heard::Checked(code) => self.proof.checked = code.map_or(Checks::Passed, |code| Checks::Failed(code.to_string())),
            Heard::Rounded(exact, bounded, fen) => {
                let anchor = self.proof.judged.last().map_or(self.proof.period, |judged| judged.anchor);
                let (exact_text, bounded_text) = (exact.to_string(), bounded.to_string());
                let remainder = (whole(*fen) - bounded).to_string();
                self.proof.rounded.push(Rounded { anchor, exact: exact_text, bounded: bounded_text, fen: *fen, remainder });
            }
            Heard::Once(..)
            | Heard::Exclusive(..)
            | Heard::Capped(..)
            | Heard::Budget(..)
            | Heard::Pool(..)
            | Heard::Before(..)
            | Heard::Suspects(..) => {
                self.proof.decisions.extend(decision(heard));
            }
            Heard::Clawed(..) => self.clawed = decision(heard),
            Heard::Part(position, kind, code, fen, refused) => {
                let (payee, refused) = (code.clone(), refused.map(str::to_string));
                self.proof.parts.push(Part { position: *position, kind: *kind, payee, fen: *fen, refused });
            }
            Heard::Instalment(position, index, due, fen) => self.instalment(*position, *index, *due, *fen),
            Heard::Due(index, fen, state, due, tries) => {
                let release = Release { index: *index, fen: *fen, state: *state, due: *due, tries: *tries };
                if self.proof.line.is_none() { self.proof.releases.push(release) } else { self.release = Some(release) }
            }
            Heard::Reversed(event, day, paid, fraction, back) => {
                let fraction = fraction.to_string();
                self.reversal = Some(Reversal { event: event.clone(), day: *day, paid: *paid, fraction, back: *back, lines: Vec::new() });
            }
            Heard::Line(line) => self.line(line),
            Heard::Reason(code, until, forgone) => {
                let (text, hint) =
                    (words::reason(self.component, code), hint::hint(&self.proof, self.policy, self.component, code, *until));
                self.proof.reasons.push(Refused { code: code.clone(), text, until: *until, forgone: *forgone, hint });
            }
        }
    }

    /// A component that pays on lines has an item for each base line of a fact: only the one that is proved is kept.
    fn next_item(&mut self, heard: &Heard) {
        let pays_on_lines = self.component.is_some_and(|component| matches!(component.basis, Basis::Lines { .. }));
        if !pays_on_lines || !matches!(heard, Heard::Enter(Place::Filter, _)) {
            return;
        }
        if self.found || (self.proof.line.is_none() && !self.proof.reasons.is_empty()) {
            self.done = true;
            return;
        }
        let proof = &mut self.proof;
        (proof.judged, proof.rungs, proof.rounded) = (Vec::new(), Vec::new(), Vec::new());
        (proof.decisions, proof.parts, proof.terms) = (Vec::new(), Vec::new(), Vec::new());
        proof.reasons.clear();
    }

    fn enter(&mut self, place: Place, anchor: qudao_kernel::Month) {
        let component = self.name.2.clone();
        self.open = Some(Judged { component, place, anchor, reads: Vec::new(), steps: Vec::new(), result: Datum::Bool(false) });
    }

    fn read(&mut self, input: Input, value: &Value) {
        let (Some(open), Some(policy)) = (&mut self.open, self.policy) else { return };
        if open.reads.iter().all(|read| read.input != input) {
            open.reads.push(Read { input, name: words::input_name(policy, input), value: value.into(), counted: None });
        }
    }

    fn measured(&mut self, index: usize, counted: &Counted) {
        let Some(open) = &mut self.open else { return };
        if let Some(read) = open.reads.iter_mut().find(|read| read.input == Input::Measure(index)) {
            let ids = counted.ids.iter().take(NAMED).cloned().collect();
            read.counted = Some(Contributors { count: counted.count, sum: counted.sum.to_string(), ids });
        }
    }

    fn leave(&mut self, value: &Value) {
        let Some(mut judged) = self.open.take() else { return };
        judged.result = value.into();
        let says_nothing = judged.reads.is_empty() && judged.steps.is_empty() && matches!(judged.place, Place::Scope | Place::Filter);
        if !says_nothing && !self.proof.judged.contains(&judged) {
            self.proof.judged.push(judged);
        }
    }

    fn climbed(&mut self, climb: &Climb) {
        let Some(policy) = self.policy else { return };
        let rung = rung(&policy.ladders[climb.ladder], climb);
        if !self.proof.rungs.contains(&rung) {
            self.proof.rungs.push(rung);
        }
    }

    fn instalment(&mut self, position: usize, index: usize, due: qudao_kernel::Month, fen: i64) {
        if self.position().is_some_and(|wanted| wanted != position) {
            return;
        }
        let schedule = self.component.and_then(|component| component.schedule.as_ref());
        let Some((part, policy)) = schedule.and_then(|schedule| schedule.parts.get(index)).zip(self.policy) else { return };
        let gate = part.gate.as_ref().map(|gate| words::both(|lang| words::explained(policy, gate, lang)));
        self.proof.terms.push(Term { position, index, due, fen, gate, on_fail: part.on_fail, state: None });
    }

    /// A line was made: if it is the one proved, what came just before is its own.
    fn line(&mut self, line: &Line) {
        if self.proof.line.as_ref() == Some(line) {
            self.found = true;
            self.proof.releases.extend(self.release.take());
            self.proof.reversal = self.reversal.take();
            self.proof.decisions.extend(self.clawed.take());
        }
        (self.release, self.reversal, self.clawed) = (None, None, None);
    }
}

fn decision(heard: &Heard) -> Option<Decision> {
    Some(match heard {
        Heard::Once(value, taken) => Decision::Once { value: value.clone(), taken: *taken },
        Heard::Exclusive(group, offers, winner) => {
            Decision::Exclusive { group: group.clone(), offers: offers.clone(), winner: winner.clone() }
        }
        Heard::Capped(name, [limit, used, claimed, admitted]) => {
            Decision::Cap { name: name.clone(), limit: *limit, used: *used, claimed: *claimed, admitted: *admitted }
        }
        Heard::Budget(name, [limit, used, claimed, admitted]) => {
            Decision::Budget { name: name.clone(), limit: *limit, used: *used, claimed: *claimed, admitted: *admitted }
        }
        Heard::Pool(whole, weight, weights, part) => {
            Decision::Pool { whole: *whole, weight: weight.to_string(), weights: weights.to_string(), part: *part }
        }
        Heard::Before(month, fen) => Decision::Before { month: *month, fen: *fen },
        Heard::Suspects(facts, suspects, spared) => Decision::Suspects { facts: *facts, suspects: *suspects, spared: *spared },
        Heard::Clawed(component, fen) => Decision::Clawed { component: component.clone(), fen: *fen },
        _ => return None,
    })
}

fn rung(ladder: &Ladder, climb: &Climb) -> Rung {
    let input = |amount: &crate::interp::number::Exact| Datum::from(&Value::of(ladder.input, amount.clone()));
    let output = |amount: &crate::interp::number::Exact| Datum::from(&Value::of(ladder.output, amount.clone()));
    // Of money for money each unit gives a share.
    let is_share = ladder.input == ladder.output;
    let each = |amount: &crate::interp::number::Exact| if is_share { Datum::from(&Value::Number(amount.clone())) } else { output(amount) };
    let title = if ladder.title.is_empty() || ladder.title == ladder.name {
        ladder.name.clone()
    } else {
        format!("{} ({})", ladder.name, ladder.title)
    };
    Rung {
        name: words::both(|_| title.clone()),
        argument: input(&climb.argument),
        from: climb.reached.as_ref().map(|(_, from)| input(from)),
        next: climb.next.as_ref().map(|(from, _)| input(from)),
        distance: climb.next.as_ref().map(|(from, _)| input(&(from - &climb.argument))),
        pays: output(&climb.pays),
        next_pays: climb.next.as_ref().map(|(_, pays)| output(pays)),
        next_each: climb.next_each.as_ref().map(each),
    }
}

fn policy_text(policy: &Policy, component: &Component) -> PolicyText {
    PolicyText {
        name: policy.name.clone(),
        version: policy.version,
        title: policy.title.clone(),
        from: policy.from,
        last_day: (policy.to.days() != i32::MAX).then(|| policy.to.plus_days(-1)),
        component_title: component.title.clone(),
        clause: component.clause.clone(),
        component: component.text,
        sha256: sha256(policy.source.as_bytes()),
        source: policy.source.clone(),
    }
}

fn fact_card(row: &Row<'_>) -> FactCard {
    let cells = row.fact.cells.iter().map(|(col, _)| (*col, Datum::from(&row.value(*col)))).collect();
    FactCard { table: row.fact.table, id: row.id.clone(), day: row.day, cells }
}

fn attribution(input: &RunInput<'_>, fact: Option<&Row<'_>>, line: Option<&Line>, basis: &str) -> Attribution {
    let day = fact.map(|row| row.day).or(line.map(|line| line.day)).unwrap_or_else(|| input.period.last_day());
    let group = basis.split('/').next().unwrap_or_default();
    let own = fact.map(|row| row.partner.as_str()).or(line.map(|line| line.own_partner.as_str())).unwrap_or(group);
    let outlet = fact.map(|row| row.text(Col::Outlet)).or(line.map(|line| line.outlet.as_str())).unwrap_or_default();
    let master = input.master;
    let card = |steps: u8| {
        let row = master.ancestor(own, steps, day)?;
        let agreement = master.agreement(&row.code, day).map(|agreement| agreement.code.clone());
        let (code, name, tier, territory) = (row.code.clone(), row.name.clone(), row.tier.clone(), row.territory.clone());
        Some(PartnerCard { code, name, tier, territory, blacklisted: row.blacklisted, agreement })
    };
    let outlet = master.outlet(outlet, day).map(|row| (row.code.clone(), row.name.clone(), row.owner.clone()));
    Attribution { day: Some(day), outlet, chain: (0..MAX_DEPTH as u8).map_while(card).collect() }
}

/// Leaves only what decided the kind of line that is proved: an instalment rests on its gate, a reversal on its fraction.
fn keep_own_places(proof: &mut Proof, policy: Option<&Policy>) {
    let Some(line) = &proof.line else { return };
    let is_clawback = component_of(policy, &line.component).is_some_and(|component| matches!(component.basis, Basis::Clawback { .. }));
    let index = proof.releases.last().map(|release| release.index);
    let kind = line.kind;
    proof.judged.retain(|judged| match judged.place {
        Place::Gate(at) | Place::Pause(at) => kind == LineKind::Release && index == Some(at),
        Place::ReverseWhen | Place::Fraction => kind == LineKind::Reverse,
        _ => kind == LineKind::Earn || is_clawback,
    });
    if kind != LineKind::Earn {
        (proof.rungs, proof.rounded, proof.parts, proof.terms) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        proof.decisions.retain(|decision| matches!(decision, Decision::Suspects { .. } | Decision::Clawed { .. }));
    }
}

/// The line a line on a line rests on.
fn base_line(line: &Line, policy: Option<&Policy>, outcome: &Outcome) -> Option<Line> {
    let Basis::Lines { of } = &component_of(policy, &line.component)?.basis else { return None };
    let (part, place) = (line.part >> 8, (line.part >> 4) & 15);
    let name = &policy?.components[*of.get(place as usize)?].name;
    let own = |other: &&Line| {
        (&other.policy, other.version, &other.component, &other.basis, other.part) == (&line.policy, line.version, name, &line.basis, part)
            && other.kind == LineKind::Earn
    };
    outcome.lines.iter().find(own).filter(|_| line.kind == LineKind::Earn).cloned()
}

/// What only the outcome knows: where instalments stand, what a reversal is made of, reasons without a component.
fn complete(proof: &mut Proof, input: &RunInput<'_>, outcome: &Outcome, policy: Option<&Policy>, component: &str) {
    if let Some(line) = proof.line.clone() {
        let same = |other: &&Line| {
            (&other.policy, other.version, &other.component, &other.basis) == (&line.policy, line.version, &line.component, &line.basis)
                && (&other.partner, other.payee_kind, &other.payee) == (&line.partner, line.payee_kind, &line.payee)
                && other.day.month() == line.day.month()
                && other.part & ((1 << PART_BITS) - 1) == line.part & ((1 << PART_BITS) - 1)
                && matches!(other.counts_as, LineKind::Earn | LineKind::Release)
        };
        for term in &mut proof.terms {
            let due =
                outcome.obligations.iter().find(|due| usize::from(due.instalment) == term.index && crate::interp::is_rest_of(due, &line));
            term.state = due.map(|due| due.state);
        }
        if let Some(reversal) = &mut proof.reversal {
            let earlier = input.earlier_lines.iter().filter(|other| other.origin < input.period);
            reversal.lines =
                earlier.chain(&outcome.lines).filter(same).map(|other| (other.counts_as, other.origin, other.amount)).collect();
        }
    }
    if let (None, Subject::Zero { basis, .. }) = (component_of(policy, component), &proof.subject) {
        for reason in outcome.reasons.iter().filter(|reason| reason.component.is_empty() && reason.basis == *basis) {
            let (text, hint) = (words::reason(None, &reason.code), hint::hint(proof, None, None, &reason.code, reason.until));
            proof.reasons.push(Refused { code: reason.code.clone(), text, until: reason.until, forgone: reason.forgone, hint });
        }
    }
}

/// What components that were passed over made of the same group.
fn add_passed_over(others: &mut Vec<Other>, input: &RunInput<'_>, known: &dyn Known, (name, subject, basis): (&str, &str, &str)) {
    for policy in &input.policies.policies {
        let waits = |component: &&Component| {
            let crosses = matches!(component.basis, Basis::Rank { .. } | Basis::Pool { .. } | Basis::Clawback { .. });
            crosses && !(policy.name == name && component.name == subject)
        };
        for component in policy.components.iter().filter(waits) {
            let (amount, reasons) = known.passed_over(policy, &component.name, basis);
            let refused = |reason: &qudao_policy::lines::Reason| Refused {
                code: reason.code.clone(),
                text: words::reason(Some(component), &reason.code),
                until: reason.until,
                forgone: reason.forgone,
                hint: hint::general(&reason.code, reason.until),
            };
            if amount != 0 || !reasons.is_empty() {
                others.push(Other {
                    policy: policy.name.clone(),
                    version: policy.version,
                    component: component.name.clone(),
                    title: component.title.clone(),
                    amount,
                    reasons: reasons.iter().map(refused).collect(),
                });
            }
        }
    }
}

/// What other components made of the same item.
fn others(input: &RunInput<'_>, heard: &[(Of, Heard)], policy: &str, component: &str) -> Vec<Other> {
    let mut found: Vec<Other> = Vec::new();
    let mut judged_false: Vec<usize> = Vec::new();
    for (of, event) in heard.iter().filter(|(of, _)| !(of.component.is_empty() || of.policy == policy && of.component == component)) {
        let same = |other: &Other| (&other.policy, other.version, &other.component) == (&of.policy, of.version, &of.component);
        let at = found.iter().position(same).unwrap_or_else(|| {
            let title = component_of(version_of(input, &of.policy, of.version), &of.component)
                .map_or(String::new(), |component| component.title.clone());
            let (policy, component) = (of.policy.clone(), of.component.clone());
            found.push(Other { policy, version: of.version, component, title, amount: 0, reasons: Vec::new() });
            found.len() - 1
        });
        let component = component_of(version_of(input, &of.policy, of.version), &of.component);
        match event {
            Heard::Line(line) => found[at].amount = found[at].amount.saturating_add(line.amount),
            Heard::Reason(code, until, forgone) => {
                found[at].reasons.push(Refused {
                    code: code.clone(),
                    text: words::reason(component, code),
                    until: *until,
                    forgone: *forgone,
                    hint: hint::general(code, *until),
                });
            }
            Heard::Leave(Place::Scope | Place::Filter | Place::Suspect | Place::When, value) if !value.is_true() => judged_false.push(at),
            _ => {}
        }
    }
    for at in judged_false {
        let other = &mut found[at];
        if other.amount == 0 && other.reasons.is_empty() {
            let (code, text) = ("not_concerned".to_string(), words::reason(None, "not_concerned"));
            other.reasons.push(Refused { hint: hint::general(&code, None), code, text, until: None, forgone: 0 });
        }
    }
    found
}
