//! The whole ledger as a value: months, journals known by key, balances. It decides; the store and the file obey and are
//! compared with it in tests.

use crate::kind::{AccountKind, Unit};
use crate::model::{Account, Balance, Checked, Journal, JournalId, other_body, short};
use qudao_kernel::{Kind, Month, Refusal};
use qudao_platform::Done;
use qudao_platform::hash::Fields;
use std::collections::BTreeMap;

/// A ledger in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    entities: BTreeMap<String, Entity>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entity {
    open: Option<Month>,
    closed: BTreeMap<Month, Sealed>,
    journals: BTreeMap<JournalId, Known>,
    balances: BTreeMap<Account, i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    sha256: String,
    month: Month,
    reversed: bool,
}

/// What a month held when it was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Number of journals.
    pub journals: u64,
    /// The hash over their ids and contents, in the order of their ids.
    pub sha256: String,
}

/// Computes the seal of a month from its journals in the order of their ids.
#[derive(Clone, Default)]
pub struct Seal {
    journals: u64,
    fields: Fields,
}

impl Seal {
    /// Adds the next journal.
    pub fn add(&mut self, id: &str, sha256: &str) {
        self.journals += 1;
        self.fields = std::mem::take(&mut self.fields).text(id).text(sha256);
    }

    /// The seal.
    pub fn finish(self) -> Sealed {
        Sealed { journals: self.journals, sha256: self.fields.finish() }
    }
}

impl Book {
    /// Opens the first month of an entity.
    ///
    /// # Errors
    /// `Conflict` if the entity has an open month already, and it is another one.
    pub fn open_period(&mut self, entity: &str, month: Month) -> Result<Done<Month>, Refusal> {
        let books = self.entities.entry(entity.to_owned()).or_default();
        match books.open {
            None => {
                books.open = Some(month);
                Ok(Done::Now(month))
            }
            Some(open) if open == month => Ok(Done::Already(month)),
            Some(open) => Err(already_open(entity, open)),
        }
    }

    /// Closes the open month and opens the next; closing a closed month again does nothing.
    ///
    /// # Errors
    /// `Conflict` if the month is not the open one.
    pub fn close_period(&mut self, entity: &str, month: Month) -> Result<Done<Sealed>, Refusal> {
        let books = self.entities.get_mut(entity).ok_or_else(|| no_period(entity))?;
        if let Some(sealed) = books.closed.get(&month) {
            return Ok(Done::Already(sealed.clone()));
        }
        check_is_open(entity, books.open, month)?;
        let mut seal = Seal::default();
        for (id, known) in books.journals.iter().filter(|(_, known)| known.month == month) {
            seal.add(&id.0, &known.sha256);
        }
        let sealed = seal.finish();
        books.closed.insert(month, sealed.clone());
        books.open = Some(month.plus(1));
        Ok(Done::Now(sealed))
    }

    /// The open month of an entity.
    pub fn open_month(&self, entity: &str) -> Option<Month> {
        self.entities.get(entity)?.open
    }

    /// What [`Book::post`] would answer, without posting.
    pub fn would_post(&self, journal: &Journal) -> Result<Done<Checked>, Refusal> {
        let checked = journal.check()?;
        let books = self.entities.get(&journal.entity).ok_or_else(|| no_period(&journal.entity))?;
        if let Some(known) = books.journals.get(&checked.id) {
            return if known.sha256 == checked.sha256 { Ok(Done::Already(checked)) } else { Err(other_body(&journal.key)) };
        }
        check_is_open(&journal.entity, books.open, journal.month())?;
        if let Some(id) = &journal.reverses {
            let known = books.journals.get(id).ok_or_else(|| unknown_journal(id))?;
            if known.reversed {
                return Err(reversed_before(id));
            }
        }
        for (account, amount) in after(&checked, |account| books.balances.get(account).copied().unwrap_or(0))? {
            check_floor(journal, &account, amount)?;
        }
        Ok(Done::Now(checked))
    }

    /// Posts a journal.
    ///
    /// # Errors
    /// `BadInput` as [`Journal::check`]; `Conflict` for a key with other content, a month that is not open, a second reversal, or
    /// an account that would fall below its floor. Nothing is changed then.
    pub fn post(&mut self, journal: &Journal) -> Result<Done<JournalId>, Refusal> {
        let checked = match self.would_post(journal)? {
            Done::Already(checked) => return Ok(Done::Already(checked.id)),
            Done::Now(checked) => checked,
        };
        let books = self.entities.entry(journal.entity.clone()).or_default();
        for (account, change) in &checked.changes {
            *books.balances.entry(account.clone()).or_insert(0) += change;
        }
        if let Some(known) = journal.reverses.as_ref().and_then(|id| books.journals.get_mut(id)) {
            known.reversed = true;
        }
        books.journals.insert(checked.id.clone(), Known { sha256: checked.sha256, month: journal.month(), reversed: false });
        Ok(Done::Now(checked.id))
    }

    /// The signed balance of an account; zero if nothing was ever posted to it.
    pub fn balance(&self, entity: &str, owner: &str, kind: AccountKind) -> i64 {
        let account = Account::new(owner, kind);
        self.entities.get(entity).and_then(|books| books.balances.get(&account).copied()).unwrap_or(0)
    }

    /// All balances of an owner in an entity, by kind.
    pub fn balances(&self, entity: &str, owner: &str) -> Vec<Balance> {
        let of_owner = |(account, amount): (&Account, &i64)| Balance { account: account.clone(), amount: *amount };
        let books = self.entities.get(entity).into_iter().flat_map(|books| books.balances.iter());
        books.filter(|(account, _)| account.owner == owner).map(of_owner).collect()
    }

    /// Every balance: entity, account, amount.
    pub fn all_balances(&self) -> impl Iterator<Item = (&str, &Account, i64)> {
        self.entities.iter().flat_map(|(name, books)| books.balances.iter().map(move |(account, amount)| (name.as_str(), account, *amount)))
    }

    /// The entities that have books.
    pub fn entities(&self) -> impl Iterator<Item = &str> {
        self.entities.keys().map(String::as_str)
    }

    /// The sum of all balances of an entity in a unit; zero, always.
    pub fn sum(&self, entity: &str, unit: Unit) -> i128 {
        let books = self.entities.get(entity).into_iter().flat_map(|books| books.balances.iter());
        books.filter(|(account, _)| account.kind.unit() == unit).map(|(_, amount)| i128::from(*amount)).sum()
    }

    /// Whether a journal of an entity was posted.
    pub fn knows(&self, id: &JournalId, entity: &str) -> bool {
        self.entities.get(entity).is_some_and(|books| books.journals.contains_key(id))
    }

    /// Number of journals of an entity.
    pub fn journals(&self, entity: &str) -> usize {
        self.entities.get(entity).map_or(0, |books| books.journals.len())
    }

    /// The seal of a closed month.
    pub fn sealed(&self, entity: &str, month: Month) -> Option<&Sealed> {
        self.entities.get(entity)?.closed.get(&month)
    }
}

/// The balances after a posting, refused where they leave 64 bits by far.
fn after(checked: &Checked, before: impl Fn(&Account) -> i64) -> Result<Vec<(Account, i64)>, Refusal> {
    let add = |(account, change): (&Account, &i64)| {
        let sum = before(account).checked_add(*change).filter(|sum| sum.unsigned_abs() <= MAX_BALANCE.unsigned_abs());
        sum.map(|sum| (account.clone(), sum)).ok_or_else(|| too_large(account))
    };
    checked.changes.iter().map(add).collect()
}

/// The bound the tables keep too.
const MAX_BALANCE: i64 = 9_000_000_000_000_000_000;

/// Refuses a balance on the wrong side where the kind or the journal forbids it.
pub(crate) fn check_floor(journal: &Journal, account: &Account, amount: i64) -> Result<(), Refusal> {
    let guarded = account.kind.has_floor() || journal.guards.contains(account);
    if guarded && account.kind.standing(amount) < 0 { Err(short(account, amount)) } else { Ok(()) }
}

/// Refuses a month that is not the open one, and says which is.
pub(crate) fn check_is_open(entity: &str, open: Option<Month>, month: Month) -> Result<(), Refusal> {
    let open = open.ok_or_else(|| no_period(entity))?;
    if month == open {
        return Ok(());
    }
    if month < open {
        return Err(Refusal::new(
            Kind::Conflict,
            "ledger.period.closed",
            format!("{entity} 的 {month} 已结账,不能再变动;请在开放月份 {open} 记更正凭证"),
            format!("month {month} of {entity} is closed for good; post the correction in the open month {open}"),
        ));
    }
    Err(Refusal::new(
        Kind::Conflict,
        "ledger.period.not_open",
        format!("{entity} 的 {month} 尚未开放,当前开放月份为 {open};请先结账 {open}"),
        format!("month {month} of {entity} is not open yet, the open one is {open}; close that first"),
    ))
}

pub(crate) fn no_period(entity: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "ledger.period.none",
        format!("结算主体 {entity} 还没有开放的会计月;请先开放首个月份"),
        format!("settlement entity {entity} has no open month yet; open its first one"),
    )
}

pub(crate) fn already_open(entity: &str, open: Month) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "ledger.period.already_open",
        format!("{entity} 已有开放月份 {open};每个主体同一时间只开放一个月"),
        format!("{entity} has the open month {open}; an entity has one at a time"),
    )
}

pub(crate) fn unknown_journal(id: &JournalId) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "ledger.journal.unknown",
        format!("没有凭证 {id};请核对凭证号与结算主体"),
        format!("there is no journal {id}; check its id and settlement entity"),
    )
}

pub(crate) fn reversed_before(id: &JournalId) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "ledger.journal.already_reversed",
        format!("凭证 {id} 已被冲正,不能重复冲正"),
        format!("journal {id} was reversed before; it cannot be reversed twice"),
    )
}

fn too_large(account: &Account) -> Refusal {
    Refusal::bad_input(
        "ledger.balance.too_large",
        format!("{} 的{}余额超出可记范围;请检查金额", account.owner, account.kind.zh()),
        format!("the {} balance of {} would be too large; check the amount", account.kind, account.owner),
    )
}
