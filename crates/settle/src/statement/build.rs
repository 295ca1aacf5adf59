//! One partner's statement under construction: takes lines, reasons and obligations one by one and keeps only sums.

use super::balance::{Due, pay, sum, too_large};
use super::catalog::Catalog;
use super::hash::LineHash;
use super::model::{Account, ComponentRow, PayeePart, Pool, Release, Section, Statement, Unpaid};
use super::words::DESTINATIONS;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Fen, Lang, Month, Refusal};
use qudao_policy::lines::{Line, LineKind, Obligation, ObligationState, Reason};
use qudao_policy::model::{Destination, PayeeKind};
use std::collections::{BTreeMap, HashMap};

/// What all statements of a run share.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Settlement period.
    pub period: Month,
    /// Day of the statements.
    pub issued_on: Date,
    /// 1 for the first issue of the period, rising with every re-issue; for differences, which re-run of the month it is.
    pub revision: u32,
    /// Month that was re-run, where the statement is of differences only.
    pub rerun: Option<Month>,
    /// Payments below this wait for the next month.
    pub minimum: Fen,
    /// Whether clerks' parts go to their own accounts (R1.23) rather than to the partner, who passes them on.
    pub clerks_direct: bool,
    /// Tax withheld from natural persons, in millionths.
    pub tax_ppm: u32,
    /// Language of the standard sentences.
    pub lang: Lang,
    /// Titles and sentences.
    pub catalog: &'a Catalog<'a>,
    /// Names of partners, outlets and clerks, as of the last day of the period.
    pub master: Option<&'a Master>,
    /// What is known besides lines, by partner.
    pub accounts: &'a BTreeMap<String, Account>,
}

/// Facts named as examples of a reason.
const EXAMPLES: usize = 3;

#[derive(Default)]
struct RowSum {
    lines: u64,
    by_kind: [i128; 4],
}

#[derive(Default)]
struct PartSum {
    lines: u64,
    amounts: BTreeMap<Destination, i128>,
}

#[derive(Default)]
struct UnpaidSum {
    sentence: String,
    count: u64,
    forgone: i128,
    curable: u64,
    next: Option<Date>,
    last: Option<Date>,
    examples: Vec<String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct UnpaidKey {
    policy: String,
    version: u32,
    component: String,
    code: String,
}

impl UnpaidKey {
    fn of(reason: &Reason) -> Self {
        Self { policy: reason.policy.clone(), version: reason.version, component: reason.component.clone(), code: reason.code.clone() }
    }

    fn fits(&self, reason: &Reason) -> bool {
        self.code == reason.code && self.version == reason.version && self.component == reason.component && self.policy == reason.policy
    }
}

struct RowKey {
    destination: Destination,
    policy: String,
    version: u32,
    component: String,
}

impl RowKey {
    fn fits(&self, line: &Line) -> bool {
        self.destination == line.destination
            && self.version == line.version
            && self.component == line.component
            && self.policy == line.policy
    }
}

/// A statement under construction.
pub struct Builder<'a> {
    terms: Terms<'a>,
    partner: String,
    rows: Vec<(RowKey, RowSum)>,
    current: usize,
    payees: BTreeMap<PayeeKind, HashMap<String, PartSum>>,
    subscribers: PartSum,
    unpaid: Vec<(UnpaidKey, UnpaidSum)>,
    /// Place of the reason before among the unpaid.
    current_unpaid: usize,
    calendar: BTreeMap<Month, (u64, i128)>,
    held: i128,
    released: i128,
    pay_on: Option<Date>,
    lines: u64,
    hash: LineHash,
}

impl<'a> Builder<'a> {
    /// An empty statement of a partner.
    pub fn new(terms: Terms<'a>, partner: &str) -> Self {
        Self {
            terms,
            partner: partner.to_owned(),
            rows: Vec::new(),
            current: 0,
            payees: BTreeMap::new(),
            subscribers: PartSum::default(),
            unpaid: Vec::new(),
            current_unpaid: 0,
            calendar: BTreeMap::new(),
            held: 0,
            released: 0,
            pay_on: None,
            lines: 0,
            hash: LineHash::default(),
        }
    }

    /// Adds a line.
    ///
    /// # Errors
    /// `settle.statement.stray` if the line is another partner's or of another period.
    pub fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        if line.partner != self.partner || line.period != self.terms.period {
            return Err(stray(line, &self.partner, self.terms.period));
        }
        self.lines += 1;
        self.hash.line(line);
        let amount = i128::from(line.amount);
        let row = self.row(line);
        row.lines += 1;
        row.by_kind[kind_index(line.kind)] += amount;
        if line.destination == Destination::Holdback {
            if amount >= 0 {
                self.held += amount;
            } else {
                self.released += amount;
            }
        }
        if line.destination == Destination::Payable && amount != 0 {
            self.pay_on = self.pay_on.max(Some(line.pay_on));
        }
        let part = match line.payee_kind {
            PayeeKind::Partner => return Ok(()),
            PayeeKind::Subscriber => &mut self.subscribers,
            kind => {
                let payees = self.payees.entry(kind).or_default();
                if !payees.contains_key(&line.payee) {
                    payees.insert(line.payee.clone(), PartSum::default());
                }
                let Some(part) = payees.get_mut(&line.payee) else { return Ok(()) };
                part
            }
        };
        part.lines += 1;
        *part.amounts.entry(line.destination).or_default() += amount;
        Ok(())
    }

    /// The row of a line's component. Lines come sorted by component, so the row before is nearly always the one.
    fn row(&mut self, line: &Line) -> &mut RowSum {
        if !self.rows.get(self.current).is_some_and(|(key, _)| key.fits(line)) {
            self.current = self.rows.iter().position(|(key, _)| key.fits(line)).unwrap_or(self.rows.len());
            if self.current == self.rows.len() {
                let key = RowKey {
                    destination: line.destination,
                    policy: line.policy.clone(),
                    version: line.version,
                    component: line.component.clone(),
                };
                self.rows.push((key, RowSum::default()));
            }
        }
        &mut self.rows[self.current].1
    }

    /// Adds a reason.
    pub fn reason(&mut self, reason: &Reason) {
        if !self.unpaid.get(self.current_unpaid).is_some_and(|(key, _)| key.fits(reason)) {
            self.current_unpaid = self.unpaid.iter().position(|(key, _)| key.fits(reason)).unwrap_or(self.unpaid.len());
            if self.current_unpaid == self.unpaid.len() {
                let sentence = self.terms.catalog.sentence(reason, self.terms.lang);
                self.unpaid.push((UnpaidKey::of(reason), UnpaidSum { sentence, ..UnpaidSum::default() }));
            }
        }
        let entry = &mut self.unpaid[self.current_unpaid].1;
        entry.count += 1;
        entry.forgone += i128::from(reason.forgone);
        if entry.examples.len() < EXAMPLES {
            entry.examples.push(reason.basis.clone());
        }
        if let Some(until) = reason.until {
            entry.last = entry.last.max(Some(until));
            if until >= self.terms.issued_on {
                entry.curable += 1;
                entry.next = Some(entry.next.map_or(until, |next| next.min(until)));
            }
        }
    }

    /// Adds an obligation; only those still scheduled are shown.
    pub fn obligation(&mut self, obligation: &Obligation) {
        if obligation.state == ObligationState::Scheduled {
            let entry = self.calendar.entry(obligation.due).or_default();
            entry.0 += 1;
            entry.1 += i128::from(obligation.amount);
        }
    }

    /// The finished statement, checked (R0.3, R1.13).
    ///
    /// # Errors
    /// What [`pay`] and [`Statement::check`] refuse.
    pub fn finish(mut self) -> Result<Statement, Refusal> {
        let default = Account::default();
        let account = self.terms.accounts.get(&self.partner).unwrap_or(&default);
        let sections = self.sections()?;
        let of = |destination| {
            sections.iter().find(|section: &&Section| section.destination == destination).map_or(Fen::ZERO, |section| section.total)
        };
        let (totals, offsets) = pay(&Due {
            lines: of(Destination::Payable),
            direct: if self.terms.clerks_direct { self.clerks()? } else { Fen::ZERO },
            adjustments: sum(account.adjustments.iter().map(|adjustment| adjustment.amount))?,
            advances: of(Destination::Advance),
            brought: account.brought,
            receivables: &account.receivables,
            tax_ppm: if account.natural_person { self.terms.tax_ppm } else { 0 },
            minimum: self.terms.minimum,
            on: self.terms.issued_on,
        })?;
        let (held, released) = (fen(self.held)?, fen(self.released)?);
        let pool = Pool { opening: account.pool_opening, held, released, closing: sum([account.pool_opening, held, released])? };
        let hash = std::mem::take(&mut self.hash).finish(&totals);
        let (name, tier, territory) = self.party(account);
        let statement = Statement {
            number: number(&self.terms, &self.partner),
            period: self.terms.period,
            issued_on: self.terms.issued_on,
            name,
            tier,
            territory,
            natural_person: account.natural_person,
            lines: self.lines,
            payees: self.payees()?,
            adjustments: account.adjustments.clone(),
            totals,
            offsets,
            pool,
            pay_on: self.pay_on,
            unpaid: self.unpaid()?,
            calendar: self.calendar()?,
            steps: account.steps.clone(),
            hash,
            sections,
            partner: self.partner,
        };
        statement.check()?;
        Ok(statement)
    }

    fn party(&self, account: &Account) -> (String, String, String) {
        let row = self.terms.master.and_then(|master| master.partner(&self.partner, self.terms.period.last_day()));
        let choose =
            |given: &str, found: Option<&String>| if given.is_empty() { found.cloned().unwrap_or_default() } else { given.to_owned() };
        let mut name = choose(&account.name, row.map(|row| &row.name));
        if name.is_empty() {
            name = if self.partner.is_empty() {
                super::words::pick(self.terms.lang, "未归属业务", "Unattributed facts").to_owned()
            } else {
                self.partner.clone()
            };
        }
        (name, choose(&account.tier, row.map(|row| &row.tier)), choose(&account.territory, row.map(|row| &row.territory)))
    }

    /// What clerks get in payable money.
    fn clerks(&self) -> Result<Fen, Refusal> {
        let clerks = self.payees.get(&PayeeKind::Clerk).into_iter().flat_map(HashMap::values);
        fen(clerks.filter_map(|part| part.amounts.get(&Destination::Payable)).sum())
    }

    fn sections(&self) -> Result<Vec<Section>, Refusal> {
        let mut sections = Vec::new();
        for destination in DESTINATIONS {
            let mut rows = Vec::new();
            let mut total = 0i128;
            for (key, values) in self.rows.iter().filter(|(key, _)| key.destination == destination) {
                let all: i128 = values.by_kind.iter().sum();
                total += all;
                rows.push(ComponentRow {
                    policy: key.policy.clone(),
                    version: key.version,
                    component: key.component.clone(),
                    title: self.terms.catalog.title(&key.policy, key.version, &key.component),
                    lines: values.lines,
                    earned: fen(values.by_kind[0])?,
                    released: fen(values.by_kind[1])?,
                    reversed: fen(values.by_kind[2])?,
                    adjusted: fen(values.by_kind[3])?,
                    total: fen(all)?,
                });
            }
            if !rows.is_empty() {
                rows.sort_by(|a, b| (&a.policy, a.version, &a.component).cmp(&(&b.policy, b.version, &b.component)));
                sections.push(Section { destination, rows, total: fen(total)? });
            }
        }
        Ok(sections)
    }

    fn payees(&self) -> Result<Vec<PayeePart>, Refusal> {
        let mut parts = Vec::new();
        for (kind, payees) in &self.payees {
            for (code, values) in payees {
                parts.push(self.part(*kind, code, values)?);
            }
        }
        parts.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
        if self.subscribers.lines > 0 {
            parts.push(self.part(PayeeKind::Subscriber, "", &self.subscribers)?);
        }
        Ok(parts)
    }

    fn part(&self, kind: PayeeKind, code: &str, values: &PartSum) -> Result<PayeePart, Refusal> {
        let day = self.terms.period.last_day();
        let name = self.terms.master.and_then(|master| match kind {
            PayeeKind::Outlet => master.outlet(code, day).map(|row| row.name.clone()),
            PayeeKind::Clerk => master.clerk(code, day).map(|row| row.name.clone()),
            PayeeKind::Partner | PayeeKind::Customer | PayeeKind::Subscriber => None,
        });
        let amounts =
            values.amounts.iter().map(|(destination, amount)| Ok((*destination, fen(*amount)?))).collect::<Result<_, Refusal>>()?;
        Ok(PayeePart { kind, code: code.to_owned(), name: name.unwrap_or_default(), lines: values.lines, amounts })
    }

    fn unpaid(&mut self) -> Result<Vec<Unpaid>, Refusal> {
        let mut rows = Vec::with_capacity(self.unpaid.len());
        self.unpaid.sort_by(|a, b| a.0.cmp(&b.0));
        for (UnpaidKey { policy, version, component, code }, entry) in std::mem::take(&mut self.unpaid) {
            rows.push(Unpaid {
                title: self.terms.catalog.title(&policy, version, &component),
                policy,
                version,
                component,
                code,
                sentence: entry.sentence,
                count: entry.count,
                forgone: fen(entry.forgone)?,
                curable: entry.curable,
                next_deadline: entry.next,
                last_deadline: entry.last,
                examples: entry.examples,
            });
        }
        Ok(rows)
    }

    fn calendar(&self) -> Result<Vec<Release>, Refusal> {
        self.calendar.iter().map(|(due, (count, amount))| Ok(Release { due: *due, count: *count, amount: fen(*amount)? })).collect()
    }
}

/// The number of a statement: `DZ202607-P1`, re-issues `DZ202607-P1-2`; of the differences a re-run of that month found `BC202607-P1`, of a second
/// re-run `BC202607-P1-2`.
pub fn number(terms: &Terms<'_>, partner: &str) -> String {
    let (kind, month) = terms.rerun.map_or(("DZ", terms.period), |month| ("BC", month));
    let code = if partner.is_empty() { "0" } else { partner };
    let again = if terms.revision > 1 { format!("-{}", terms.revision) } else { String::new() };
    format!("{kind}{:04}{:02}-{code}{again}", month.year(), month.number())
}

const fn kind_index(kind: LineKind) -> usize {
    match kind {
        LineKind::Earn => 0,
        LineKind::Release => 1,
        LineKind::Reverse => 2,
        LineKind::Adjust => 3,
    }
}

fn fen(amount: i128) -> Result<Fen, Refusal> {
    i64::try_from(amount).map(Fen).map_err(|_| too_large())
}

fn stray(line: &Line, partner: &str, period: Month) -> Refusal {
    Refusal::bad_input(
        "settle.statement.stray",
        format!(
            "明细 {}({} {})不属于代理商 {partner} 的 {period} 账期，明细须按代理商排序且只含本账期",
            line.basis, line.partner, line.period
        ),
        format!(
            "line {} ({} {}) does not belong to partner {partner}, period {period}; lines must be sorted by partner and of this period only",
            line.basis, line.partner, line.period
        ),
    )
}
