//! The ledger as a plain-text accounting journal, so that another tool can re-balance it: hledger and Beancount. The last
//! lines assert every balance; the tool itself tells if one does not come out.

use crate::kind::{AccountKind, Class, Unit};
use crate::model::{Account, Journal, JournalId, plain};
use crate::store::balance_of;
use crate::stream::{Order, each_journal};
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::db::Db;
use std::io::Write;

/// The tool to write for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// hledger, and Ledger's journal syntax.
    Hledger,
    /// Beancount 2 and 3.
    Beancount,
}

/// Writes the books of an entity, or of all if it is empty, as an hledger journal.
pub async fn export_hledger(db: &Db, entity: &str, out: &mut (impl Write + Send)) -> Result<(), Refusal> {
    export(db, entity, Format::Hledger, out).await
}

/// Writes the books of an entity, or of all if it is empty, as a Beancount file.
pub async fn export_beancount(db: &Db, entity: &str, out: &mut (impl Write + Send)) -> Result<(), Refusal> {
    export(db, entity, Format::Beancount, out).await
}

async fn export(db: &Db, entity: &str, format: Format, out: &mut (impl Write + Send)) -> Result<(), Refusal> {
    let mut tx = db.read().await?;
    let mut balances = Vec::new();
    let sql = "select entity, owner, kind, amount from ledger_balance where $1 = '' or entity = $1
               order by entity {by_bytes}, owner {by_bytes}, kind {by_bytes}";
    tx.query_each(sql, args![entity], |row| {
        let balance = balance_of(&row)?;
        balances.push((row.string("entity")?, balance.account, balance.amount));
        Ok(())
    })
    .await?;
    let mut writer = Writer::new(format, out);
    writer.head(balances.iter().map(|(entity, account, _)| (entity.as_str(), account)))?;
    each_journal(&mut tx, entity, Order::Date, |stored| writer.journal(&stored.id, &stored.journal)).await?;
    writer.tail(balances.iter().map(|(entity, account, amount)| (entity.as_str(), account, *amount)))
}

/// Writes head, journals by date, tail.
pub struct Writer<'o, W: Write> {
    format: Format,
    out: &'o mut W,
    last: Option<Date>,
}

impl<'o, W: Write> Writer<'o, W> {
    /// Before the head.
    pub fn new(format: Format, out: &'o mut W) -> Self {
        Self { format, out, last: None }
    }

    /// Declares units and accounts.
    pub fn head<'a>(&mut self, accounts: impl Iterator<Item = (&'a str, &'a Account)>) -> Result<(), Refusal> {
        match self.format {
            Format::Hledger => self.line("commodity 1000.00 CNY\ncommodity 1000. PTS\n")?,
            Format::Beancount => self.line("option \"title\" \"qudao\"\noption \"operating_currency\" \"CNY\"\n")?,
        }
        for (entity, account) in accounts {
            let name = self.name(entity, account);
            match self.format {
                Format::Hledger => self.line(&format!("account {name}"))?,
                Format::Beancount => self.line(&format!("1970-01-01 open {name} {}", commodity(account.kind.unit())))?,
            }
        }
        self.line("")
    }

    /// Writes one journal; they come in the order of their days.
    pub fn journal(&mut self, id: &JournalId, journal: &Journal) -> Result<(), Refusal> {
        let Journal { entity, key, date, about, reason, reverses, entries, .. } = journal;
        self.last = Some(*date);
        let reverses = reverses.as_ref().map_or_else(String::new, ToString::to_string);
        match self.format {
            Format::Hledger => {
                let (reason, key) = (one_line(reason), one_line(key).replace(',', " "));
                self.line(&format!("{date} ({id}) {reason}\n    ; key:{key}, about:{about}, reverses:{reverses}"))?;
            }
            Format::Beancount => {
                self.line(&format!("{date} * \"{}\"\n  id: \"{id}\"\n  key: \"{}\"\n  about: \"{about}\"", quoted(reason), quoted(key)))?;
                if !reverses.is_empty() {
                    self.line(&format!("  reverses: \"{reverses}\""))?;
                }
            }
        }
        for entry in entries {
            let name = self.name(entity, &Account::new(&entry.owner, entry.kind));
            let amount = money(entry.kind, entry.amount);
            match self.format {
                Format::Hledger if entry.reference.is_empty() => self.line(&format!("    {name}  {amount}"))?,
                Format::Hledger => self.line(&format!("    {name}  {amount}  ; {}", one_line(&entry.reference)))?,
                Format::Beancount => self.line(&format!("  {name}  {amount}"))?,
            }
        }
        self.line("")
    }

    /// Asserts every balance after the last journal.
    pub fn tail<'a>(&mut self, balances: impl Iterator<Item = (&'a str, &'a Account, i64)>) -> Result<(), Refusal> {
        let Some(last) = self.last else { return Ok(()) };
        if self.format == Format::Hledger {
            self.line(&format!("{last} balances"))?;
        }
        for (entity, account, amount) in balances {
            let name = self.name(entity, account);
            let total = money(account.kind, amount);
            match self.format {
                Format::Hledger => self.line(&format!("    {name}  {} = {total}", money(account.kind, 0)))?,
                Format::Beancount => self.line(&format!("{} balance {name}  {total}", last.plus_days(1)))?,
            }
        }
        self.line("")
    }

    fn name(&self, entity: &str, account: &Account) -> String {
        let kind = account.kind;
        match self.format {
            Format::Hledger => format!("{}:{kind}:{}:{}", top(kind), percent(entity), percent(&account.owner)),
            Format::Beancount => {
                format!(
                    "{}:{}:E{}:O{}",
                    capital(top(kind)),
                    capital(&kind.name().replace('_', "-")),
                    dashed(entity),
                    dashed(&account.owner)
                )
            }
        }
    }

    fn line(&mut self, text: &str) -> Result<(), Refusal> {
        writeln!(self.out, "{text}").map_err(|error| {
            Refusal::unavailable(
                "ledger.export.write",
                format!("导出文件写入失败({error});请检查磁盘空间与权限"),
                format!("the export cannot be written ({error}); check disk space and permissions"),
            )
        })
    }
}

fn money(kind: AccountKind, amount: i64) -> String {
    format!("{} {}", plain(kind.unit(), amount), commodity(kind.unit()))
}

const fn commodity(unit: Unit) -> &'static str {
    match unit {
        Unit::Fen => "CNY",
        Unit::Points => "PTS",
    }
}

fn top(kind: AccountKind) -> &'static str {
    match kind.class() {
        Class::Asset => "assets",
        Class::Liability => "liabilities",
        Class::Equity => "equity",
        Class::Income => "income",
        Class::Expense => "expenses",
    }
}

/// An account part in which nothing can be mistaken for the syntax: everything but letters, digits, `-`, `_` and `.` in percent code.
fn percent(text: &str) -> String {
    escape(text, &['-', '_', '.'], |byte| format!("%{byte:02X}"))
}

/// The same for Beancount, which allows letters, digits and dashes only.
fn dashed(text: &str) -> String {
    escape(text, &[], |byte| format!("-{byte:02X}"))
}

fn escape(text: &str, plain: &[char], code: impl Fn(u8) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_alphanumeric() || plain.contains(&character) {
            out.push(character);
        } else {
            let mut bytes = [0; 4];
            out.extend(character.encode_utf8(&mut bytes).bytes().map(&code));
        }
    }
    out
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', ';', '|'], " ")
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
