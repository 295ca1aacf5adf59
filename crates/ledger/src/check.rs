//! `ledger check`: everything that can be recomputed is recomputed and compared.

use crate::book::{Seal, Sealed};
use crate::model::{Account, plain};
use crate::store::{balance_of, kind_of};
use crate::stream::{Order, Stored, each_journal};
use qudao_kernel::{Lang, Month, Refusal, Text};
use qudao_platform::args;
use qudao_platform::db::{Db, Tx};
use std::collections::BTreeMap;

/// How many problems a report lists; all are counted.
const LISTED: usize = 100;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Journals read.
    pub journals: u64,
    /// Entries read.
    pub entries: u64,
    /// Balances compared.
    pub accounts: u64,
    /// The hash over every journal, in the order of their ids: equal for a ledger and its restored copy (R0.23).
    pub sha256: String,
    /// Problems found; more than are listed, perhaps.
    pub problem_count: u64,
    /// The first of them.
    pub problems: Vec<Problem>,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable word for the sort of problem.
    pub what: &'static str,
    /// Where, and what is wrong there.
    pub text: Text,
}

impl CheckReport {
    /// True if everything holds.
    pub fn is_sound(&self) -> bool {
        self.problem_count == 0
    }

    /// The report for a terminal.
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        let CheckReport { journals, entries, accounts, sha256, problem_count, .. } = self;
        let head = Text::new(
            format!("凭证 {journals} 张,分录 {entries} 条,账户 {accounts} 个,问题 {problem_count} 处,校验和 {sha256}"),
            format!("{journals} journals, {entries} entries, {accounts} accounts, {problem_count} problems, checksum {sha256}"),
        );
        let problems = self.problems.iter().map(|problem| format!("{}: {}", problem.what, problem.text.get(lang)));
        std::iter::once(head.get(lang).to_owned()).chain(problems).collect()
    }

    pub(crate) fn add(&mut self, what: &'static str, zh: String, en: String) {
        self.problem_count += 1;
        if self.problems.len() < LISTED {
            self.problems.push(Problem { what, text: Text::new(zh, en) });
        }
    }
}

struct Period {
    open: bool,
    stored: Option<Sealed>,
    found: Seal,
}

/// Recomputes every journal's content hash and balance, every account's balance, and every closed month's seal from the entries, in one
/// consistent state of the database and in constant memory.
pub async fn check(db: &Db) -> Result<CheckReport, Refusal> {
    check_in(&mut db.read().await?).await
}

/// The same in a state of the database that is being read.
pub async fn check_in(tx: &mut Tx) -> Result<CheckReport, Refusal> {
    let mut report = CheckReport::default();
    let mut periods = periods(tx).await?;
    let mut whole = Seal::default();
    each_journal(tx, "", Order::Id, |stored| {
        report.journals += 1;
        whole.add(&stored.id.0, &stored.sha256);
        report.entries += stored.journal.entries.len() as u64;
        check_journal(stored, &mut report);
        check_month(stored, &mut periods, &mut report);
        Ok(())
    })
    .await?;
    report.sha256 = whole.finish().sha256;
    for ((entity, month), period) in periods {
        check_period(&entity, &month, period, &mut report);
    }
    check_balances(tx, &mut report).await?;
    Ok(report)
}

async fn periods(tx: &mut Tx) -> Result<BTreeMap<(String, String), Period>, Refusal> {
    let mut periods = BTreeMap::new();
    tx.query_each("select entity, month, state, journals, sha256 from ledger_period", args![], |row| {
        let stored = match (row.opt_int("journals")?, row.opt_string("sha256")?) {
            (Some(journals), Some(sha256)) => Some(Sealed { journals: journals as u64, sha256 }),
            _ => None,
        };
        let period = Period { open: row.text("state")? == "open", stored, found: Seal::default() };
        periods.insert((row.string("entity")?, row.string("month")?), period);
        Ok(())
    })
    .await?;
    Ok(periods)
}

fn check_journal(stored: &Stored, report: &mut CheckReport) {
    let id = &stored.id;
    match stored.journal.check() {
        Err(refusal) => {
            report.add("journal", format!("凭证 {id}:{}", refusal.text.zh), format!("journal {id}: {}", refusal.text.en));
        }
        Ok(checked) if checked.sha256 != stored.sha256 || checked.id != *id => {
            report.add(
                "content",
                format!("凭证 {id} 的内容与其哈希不符,已被改动"),
                format!("journal {id} does not match its hash: it was altered"),
            );
        }
        Ok(_) => {}
    }
    let count = stored.journal.entries.len();
    if stored.count != count as i64 || !stored.units || stored.month != stored.journal.month().to_string() {
        report.add(
            "columns",
            format!("凭证 {id} 的派生列与分录不符"),
            format!("the derived columns of journal {id} do not match its entries"),
        );
    }
}

fn check_month(stored: &Stored, periods: &mut BTreeMap<(String, String), Period>, report: &mut CheckReport) {
    let place = (stored.journal.entity.clone(), stored.month.clone());
    match periods.get_mut(&place) {
        Some(period) => period.found.add(&stored.id.0, &stored.sha256),
        None => report.add(
            "period",
            format!("凭证 {} 所在月份 {} 不存在", stored.id, stored.month),
            format!("journal {} is in month {}, which was never opened", stored.id, stored.month),
        ),
    }
}

fn check_period(entity: &str, month: &str, period: Period, report: &mut CheckReport) {
    let Period { open, stored, found } = period;
    let whole = if open { stored.is_none() } else { stored == Some(found.finish()) };
    if !whole || month.parse::<Month>().is_err() {
        report.add(
            "seal",
            format!("{entity} 的 {month} 与结账时的封存不符,结账后有变动"),
            format!("month {month} of {entity} does not match its seal: it changed after it was closed"),
        );
    }
}

const RECOMPUTED: &str = "select s.entity, s.owner, s.kind, s.amount, b.amount as stored
    from (select j.entity, e.owner, e.kind, cast(sum(e.amount) as BIGINT) as amount
          from ledger_entry e join ledger_journal j on j.id = e.journal group by j.entity, e.owner, e.kind) s
    left join ledger_balance b on b.entity = s.entity and b.owner = s.owner and b.kind = s.kind";

const WITHOUT_ENTRIES: &str = "select b.entity, b.owner, b.kind, b.amount from ledger_balance b
    where not exists (select 1 from ledger_entry e join ledger_journal j on j.id = e.journal
                      where e.owner = b.owner and e.kind = b.kind and j.entity = b.entity)";

async fn check_balances(tx: &mut Tx, report: &mut CheckReport) -> Result<(), Refusal> {
    tx.query_each(RECOMPUTED, args![], |row| {
        report.accounts += 1;
        let (computed, stored) = (balance_of(&row)?, row.opt_int("stored")?);
        let entity = row.text("entity")?;
        if stored != Some(computed.amount) {
            differs(entity, &computed.account, stored.unwrap_or(0), computed.amount, report);
        }
        if kind_of(&row)?.has_floor() && computed.standing() < 0 {
            let Account { owner, kind } = &computed.account;
            report.add(
                "floor",
                format!("{entity} {owner} 的{}为负", kind.zh()),
                format!("the {kind} balance of {owner} in {entity} is below zero"),
            );
        }
        Ok(())
    })
    .await?;
    tx.query_each(WITHOUT_ENTRIES, args![], |row| {
        let stored = balance_of(&row)?;
        differs(row.text("entity")?, &stored.account, stored.amount, 0, report);
        Ok(())
    })
    .await
}

fn differs(entity: &str, account: &Account, stored: i64, computed: i64, report: &mut CheckReport) {
    let Account { owner, kind } = account;
    let [stored, computed] = [stored, computed].map(|amount| plain(kind.unit(), kind.standing(amount)));
    report.add(
        "balance",
        format!("{entity} {owner} 的{}余额为 {stored},按分录重算为 {computed}", kind.zh()),
        format!("the {kind} balance of {owner} in {entity} is {stored}, its entries give {computed}"),
    );
}
