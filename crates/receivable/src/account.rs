//! A partner's account: what is open by age, what is overdue, what stands to its credit, and whether it is supplied (R7.4).

use crate::stop;
use qudao_access::Sight;
use qudao_access::sight::mark;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Tx, Value};
use std::collections::BTreeMap;

/// The steps of ageing, days, rising: `30/60/90` gives 0–30, 31–60, 61–90 and beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps([i32; 3]);

impl Steps {
    /// Reads the parameter `ageing_buckets`.
    ///
    /// # Errors
    /// `BadInput receivable.steps` for anything but three rising numbers of days.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let days: Vec<i32> = text.split('/').filter_map(|part| part.trim().parse().ok()).collect();
        match days.as_slice() {
            [a, b, c] if 0 < *a && a < b && b < c && *c <= 3_660 && text.split('/').count() == 3 => Ok(Self([*a, *b, *c])),
            _ => Err(Refusal::bad_input(
                "receivable.steps",
                format!("账龄分段“{text}”须为三个递增的天数，如 30/60/90；请修改参数 ageing_buckets"),
                format!(
                    "the ageing steps `{text}` must be three rising numbers of days such as 30/60/90; change the parameter ageing_buckets"
                ),
            )),
        }
    }

    /// The days.
    pub const fn days(self) -> [i32; 3] {
        self.0
    }

    /// The bucket, from 0 to 3, of something that is so many days old.
    pub fn bucket(self, age: i32) -> usize {
        self.0.iter().filter(|step| age > **step).count()
    }
}

/// A partner's account on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Partner.
    pub partner: String,
    /// Sum of what was invoiced.
    pub invoiced: Fen,
    /// Sum of what put it right.
    pub adjusted: Fen,
    /// Sum of what came in, matched or not.
    pub collected: Fen,
    /// What is open, by age since the invoice.
    pub ages: [Fen; 4],
    /// What is open and past its due day.
    pub overdue: Fen,
    /// Due day of the longest overdue.
    pub oldest_due: Option<Date>,
    /// What came in and is not matched.
    pub credit: Fen,
}

impl Account {
    /// Invoiced − collected ± adjusted; below zero where the partner paid ahead.
    pub fn balance(&self) -> Fen {
        Fen(self.invoiced.0 + self.adjusted.0 - self.collected.0)
    }

    /// Days by which the longest overdue is overdue; 0 where nothing is.
    pub fn overdue_days(&self, today: Date) -> i32 {
        self.oldest_due.map_or(0, |due| today.days() - due.days())
    }

    /// Whether it is supplied nothing more: something is overdue by more than so many days.
    pub fn stopped(&self, today: Date, days: i32) -> bool {
        self.overdue_days(today) > days
    }
}

/// Accounts in sight, by partner; of one partner, or of all.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, partner: &str, today: Date, steps: Steps) -> Result<Vec<Account>, Refusal> {
    let mut values: Vec<Value> = args![partner, today].to_vec();
    let since: Vec<String> = steps.days().iter().map(|days| mark(&mut values, today.plus_days(-days))).collect();
    let [a, b, c] = [&since[0], &since[1], &since[2]];
    let wheres = sight.wheres_of_partner("i", &mut values);
    let open = "(i.amount + i.adjusted - i.collected)";
    let sum = |what: String| format!("cast(sum({what}) as bigint)");
    let aged = |on: String| sum(format!("case when {on} then {open} else 0 end"));
    let late = format!("i.due_on < $2 and {open} > 0");
    let sql = format!(
        "select i.partner, {} as invoiced, {} as adjusted, {} as a, {} as b, {} as c, {} as d, {} as overdue,
                min(case when {late} then i.due_on end) as oldest_due
         from receivable_invoice i where ($1 = '' or i.partner = $1) and {wheres} group by i.partner order by i.partner",
        sum("i.amount".to_owned()),
        sum("i.adjusted".to_owned()),
        aged(format!("i.issued_on >= {a}")),
        aged(format!("i.issued_on < {a} and i.issued_on >= {b}")),
        aged(format!("i.issued_on < {b} and i.issued_on >= {c}")),
        aged(format!("i.issued_on < {c}")),
        aged(late.clone()),
    );
    let mut found: BTreeMap<String, Account> = BTreeMap::new();
    for row in tx.query(sql, &values).await? {
        let account = Account {
            partner: row.string("partner")?,
            invoiced: row.fen("invoiced")?,
            adjusted: row.fen("adjusted")?,
            collected: Fen::ZERO,
            ages: [row.fen("a")?, row.fen("b")?, row.fen("c")?, row.fen("d")?],
            overdue: row.fen("overdue")?,
            oldest_due: row.opt_parse("oldest_due")?,
            credit: Fen::ZERO,
        };
        found.insert(account.partner.clone(), account);
    }
    paid(tx, sight, partner, &mut found).await?;
    Ok(found.into_values().collect())
}

/// Adds what came in.
async fn paid(tx: &mut Tx, sight: &Sight, partner: &str, found: &mut BTreeMap<String, Account>) -> Result<(), Refusal> {
    let mut values: Vec<Value> = args![partner].to_vec();
    let wheres = sight.wheres_of_partner("c", &mut values);
    let sql = format!(
        "select c.partner, cast(sum(c.amount) as bigint) as amount, cast(sum(c.matched) as bigint) as matched
         from receivable_collection c where ($1 = '' or c.partner = $1) and {wheres} group by c.partner"
    );
    for row in tx.query(sql, &values).await? {
        let partner = row.string("partner")?;
        let account = found.entry(partner.clone()).or_insert_with(|| Account { partner, ..Account::default() });
        account.collected = row.fen("amount")?;
        account.credit = Fen(account.collected.0 - row.fen("matched")?.0);
    }
    Ok(())
}

/// Refuses to supply a partner that was stopped on a ground of its own, or has something overdue by more than so many days. It is supplied again as soon as
/// the stop is lifted and what is overdue is paid.
///
/// # Errors
/// `Conflict receivable.stopped`, naming the ground or the invoice.
pub async fn may_supply(tx: &mut Tx, partner: &str, today: Date, days: i32) -> Result<(), Refusal> {
    // What belongs to no partner is stopped with none.
    let stops = if partner.is_empty() { Vec::new() } else { stop::in_force(tx, partner, today).await? };
    if let Some(stop) = stops.into_iter().next() {
        let (from, why) = (stop.from, stop.why);
        return Err(Refusal::new(
            Kind::Conflict,
            "receivable.stopped",
            format!("{partner} 自 {from} 起停供：{}；结案后自动恢复", why.zh),
            format!("{partner} is supplied nothing more from {from} on: {}; its end lifts the stop", why.en),
        ));
    }
    let sql = "select id, due_on, amount + adjusted - collected as left_open from receivable_invoice
               where partner = $1 and due_on < $2 and collected < amount + adjusted order by due_on, id limit 1";
    let Some(row) = tx.query_opt(sql, args![partner, today.plus_days(-days)]).await? else { return Ok(()) };
    let (id, open, due): (&str, Fen, Date) = (row.text("id")?, row.fen("left_open")?, row.parse("due_on")?);
    let late = today.days() - due.days();
    Err(Refusal::new(
        Kind::Conflict,
        "receivable.stopped",
        format!("{partner} 已停供：应收单 {id} 的 {open} 元逾期 {late} 天，超过 {days} 天；收款后自动恢复"),
        format!(
            "{partner} is supplied nothing more: {open} yuan of invoice {id} are {late} days overdue, more than {days}; paying it lifts the stop"
        ),
    ))
}
