//! Journals and entries, and what makes a journal acceptable by itself.

use crate::chunk::MAX_ENTRIES;
use crate::kind::{AccountKind, Unit};
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::hash::Fields;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The largest amount of one entry: 100 trillion yuan. Sums of many stay far inside 64 bits and are checked there.
pub const MAX_AMOUNT: i64 = 10_000_000_000_000_000;
const MAX_TEXT: usize = 200;

/// An account inside a settlement entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Whose: any text of the caller's.
    pub owner: String,
    /// What for.
    pub kind: AccountKind,
}

/// One side of a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Whose account.
    pub owner: String,
    /// Which account.
    pub kind: AccountKind,
    /// Debit positive, credit negative; fen or points, as the kind says. Never zero.
    pub amount: i64,
    /// What it is for: a line, a statement, a document; may be empty.
    #[serde(default, rename = "ref", skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// The identity of a journal, made of its entity and key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JournalId(pub String);

/// A place in a run that posts in chunks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChunkOf {
    /// The run.
    pub run: String,
    /// Its place, from 0.
    pub number: u32,
}

/// Entries that belong together and sum to zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// The settlement entity whose books these are.
    pub entity: String,
    /// Unique within the entity; a repeat with the same content does nothing.
    pub key: String,
    /// The day of the posting; its month must be the entity's open one. A repeat carries the same day.
    pub date: Date,
    /// The month it is about, which differs from the day's month for a correction of a closed one.
    pub about: Month,
    /// Why, for people.
    pub reason: String,
    /// The journal this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<JournalId>,
    /// Its place in a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunk: Option<ChunkOf>,
    /// The movements.
    pub entries: Vec<Entry>,
    /// Accounts that must not stand on their wrong side after this posting. A condition, not part of the content.
    #[serde(skip)]
    pub guards: Vec<Account>,
}

/// A balance of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Which account.
    pub account: Account,
    /// Debit positive, credit negative.
    pub amount: i64,
}

/// A journal found acceptable by itself, with what posting it means.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Its identity.
    pub id: JournalId,
    /// The hash of its content.
    pub sha256: String,
    /// The sum by account, in account order: the order in which accounts are locked.
    pub changes: BTreeMap<Account, i64>,
}

impl Account {
    /// An account.
    pub fn new(owner: impl Into<String>, kind: AccountKind) -> Self {
        Self { owner: owner.into(), kind }
    }
}

impl Entry {
    /// A debit of so many fen or points; a negative amount is a credit.
    pub fn debit(owner: impl Into<String>, kind: AccountKind, amount: i64) -> Self {
        Self { owner: owner.into(), kind, amount, reference: String::new() }
    }

    /// A credit of so many fen or points; a negative amount is a debit.
    pub fn credit(owner: impl Into<String>, kind: AccountKind, amount: i64) -> Self {
        Self::debit(owner, kind, amount.saturating_neg())
    }

    /// With what it is for.
    pub fn about(mut self, reference: impl Into<String>) -> Self {
        self.reference = reference.into();
        self
    }
}

impl Balance {
    /// As people read it: positive on the account's normal side.
    pub fn standing(&self) -> i64 {
        self.account.kind.standing(self.amount)
    }
}

impl Journal {
    /// A journal without entries, about the month of its day.
    pub fn new(entity: impl Into<String>, key: impl Into<String>, date: Date, reason: impl Into<String>) -> Self {
        Self {
            entity: entity.into(),
            key: key.into(),
            date,
            about: date.month(),
            reason: reason.into(),
            reverses: None,
            chunk: None,
            entries: Vec::new(),
            guards: Vec::new(),
        }
    }

    /// About another month.
    pub fn about(mut self, month: Month) -> Self {
        self.about = month;
        self
    }

    /// With these entries added.
    pub fn with(mut self, entries: impl IntoIterator<Item = Entry>) -> Self {
        self.entries.extend(entries);
        self
    }

    /// The month it is posted in.
    pub fn month(&self) -> Month {
        self.date.month()
    }

    /// Its identity.
    pub fn id(&self) -> JournalId {
        JournalId::of(&self.entity, &self.key)
    }

    /// The hash of its content, over everything but the guards.
    pub fn sha256(&self) -> String {
        let mut fields = Fields::new()
            .text(&self.entity)
            .text(&self.key)
            .text(&self.date.to_string())
            .text(&self.about.to_string())
            .text(&self.reason)
            .optional(self.reverses.as_ref().map(|id| id.0.as_str()))
            .optional(self.chunk.as_ref().map(|chunk| chunk.run.as_str()))
            .int(self.chunk.as_ref().map_or(-1, |chunk| i64::from(chunk.number)));
        for entry in &self.entries {
            fields = fields.text(&entry.owner).text(entry.kind.name()).int(entry.amount).text(&entry.reference);
        }
        fields.finish()
    }

    /// Decides what can be decided without looking at any other journal.
    ///
    /// # Errors
    /// `BadInput`: no entries, too many, an amount of zero or beyond [`MAX_AMOUNT`], an empty or unprintable name, or a sum that
    /// is not zero in some unit.
    pub fn check(&self) -> Result<Checked, Refusal> {
        self.check_texts()?;
        if self.entries.is_empty() {
            return Err(self.wrong("ledger.journal.empty", "没有分录", "it has no entries"));
        }
        if self.entries.len() > MAX_ENTRIES {
            let count = self.entries.len();
            return Err(self.wrong(
                "ledger.journal.too_long",
                &format!("有 {count} 条分录,超过上限 {MAX_ENTRIES} 条;请分批记账"),
                &format!("it has {count} entries, the limit is {MAX_ENTRIES}; post it in chunks"),
            ));
        }
        let mut sums = [0_i128; 2];
        let mut changes = BTreeMap::new();
        for entry in &self.entries {
            if entry.amount == 0 || entry.amount.unsigned_abs() > MAX_AMOUNT.unsigned_abs() {
                let amount = entry.amount;
                return Err(self.wrong(
                    "ledger.journal.amount",
                    &format!("{} 的分录金额 {amount} 为零或超过上限", entry.owner),
                    &format!("the amount {amount} of an entry of {} is zero or too large", entry.owner),
                ));
            }
            sums[entry.kind.unit() as usize] += i128::from(entry.amount);
            *changes.entry(Account::new(&entry.owner, entry.kind)).or_insert(0) += entry.amount;
        }
        for unit in [Unit::Fen, Unit::Points] {
            let sum = sums[unit as usize];
            if sum != 0 {
                let name = unit.name();
                return Err(self.wrong(
                    "ledger.journal.unbalanced",
                    &format!("借贷不平,差额 {sum}({name})"),
                    &format!("debits and credits differ by {sum} {name}"),
                ));
            }
        }
        Ok(Checked { id: self.id(), sha256: self.sha256(), changes })
    }

    fn check_texts(&self) -> Result<(), Refusal> {
        let good = |text: &str| text.len() <= MAX_TEXT && !text.chars().any(char::is_control);
        let named = |text: &str| !text.trim().is_empty() && good(text);
        let run = self.chunk.as_ref().map_or("run", |chunk| chunk.run.as_str());
        let wrong = [("entity", self.entity.as_str()), ("key", &self.key), ("run", run)]
            .into_iter()
            .chain(self.entries.iter().map(|entry| ("owner", entry.owner.as_str())))
            .find(|(_, text)| !named(text))
            .or_else(|| (!good(&self.reason)).then_some(("reason", self.reason.as_str())))
            .or_else(|| self.entries.iter().map(|entry| ("ref", entry.reference.as_str())).find(|(_, text)| !good(text)));
        let Some((what, text)) = wrong else { return Ok(()) };
        let shown: String = text.chars().take(40).collect();
        Err(self.wrong(
            "ledger.journal.text",
            &format!("{what} {shown:?} 为空、过长(上限 {MAX_TEXT} 字节)或含控制字符"),
            &format!("its {what} {shown:?} is empty, longer than {MAX_TEXT} bytes, or has control characters"),
        ))
    }

    fn wrong(&self, code: &'static str, zh: &str, en: &str) -> Refusal {
        let key: String = self.key.chars().take(60).collect();
        Refusal::bad_input(code, format!("凭证 {key} 不能记账:{zh}"), format!("journal {key} cannot be posted: {en}"))
    }

    /// The journal that takes this one back.
    ///
    /// # Errors
    /// `Conflict` if this one is a reversal itself: reverse by posting what should be.
    pub fn reversal(&self, key: impl Into<String>, date: Date, reason: impl Into<String>) -> Result<Journal, Refusal> {
        if self.reverses.is_some() {
            return Err(Refusal::new(
                Kind::Conflict,
                "ledger.journal.is_reversal",
                format!("凭证 {} 本身是冲正凭证,不能再冲正;请直接记入应有的金额", self.key),
                format!("journal {} is a reversal itself; post what should be instead", self.key),
            ));
        }
        let entries = self.entries.iter().map(|entry| Entry { amount: -entry.amount, ..entry.clone() });
        let mut journal = Journal::new(&self.entity, key, date, reason).about(self.about).with(entries);
        journal.reverses = Some(self.id());
        Ok(journal)
    }
}

impl JournalId {
    /// The identity of the journal with this key in this entity.
    pub fn of(entity: &str, key: &str) -> Self {
        let digest = Fields::new().text(entity).text(key).finish();
        Self(format!("jrn_{}", &digest[..32]))
    }
}

impl fmt::Display for JournalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The amount as people read it: yuan with two decimals, or points.
pub fn plain(unit: Unit, amount: i64) -> String {
    match unit {
        Unit::Fen => Fen(amount).plain(),
        Unit::Points => amount.to_string(),
    }
}

/// The refusal of a key that was used for other content.
pub(crate) fn other_body(key: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "ledger.journal.other_body",
        format!("凭证号 {key} 已记账且内容不同;如需更正请冲正或另记差额凭证"),
        format!("journal key {key} was posted with other content; to correct it post a reversal or a difference under a new key"),
    )
}

/// The refusal of a posting that would leave an account on its wrong side.
pub(crate) fn short(account: &Account, amount: i64) -> Refusal {
    let Account { owner, kind } = account;
    let missing = plain(kind.unit(), kind.standing(amount).saturating_neg());
    Refusal::new(
        Kind::Conflict,
        "ledger.balance.short",
        format!("{owner} 的{}余额不足,差 {missing};未记账,请减少金额或先补足", kind.zh()),
        format!("the {kind} balance of {owner} is short by {missing}; nothing was posted, reduce the amount or fund it first"),
    )
}
