//! The ledger as people browse it: accounts with balances, their entries, journals, and a check of every record.

use super::desk::Desk;
use super::home::Home;
use super::jobs::JobView;
use super::settling::entity_of;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Page, Paging, heavy, only};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_ledger::index::{Head, Index, Place};
use qudao_ledger::{Account, AccountKind, JournalId, Unit};
use qudao_platform::jobs::New;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The books in memory, and the right to post to them.
#[derive(Default)]
pub(crate) struct Books {
    index: Mutex<Option<Index>>,
    /// Held while a run or a batch of payments posts: the file has one writer at a time.
    pub(crate) posting: Mutex<()>,
    /// Told when money moved that is to be posted.
    pub(crate) moved: tokio::sync::Notify,
}

impl Books {
    /// Looks at the books as the file has them now. Reads files.
    pub(crate) fn now<T>(&self, home: &Home, see: impl FnOnce(&Index) -> T) -> Result<T, Refusal> {
        let mut kept = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *kept {
            Some(index) => {
                index.refresh()?;
                Ok(see(index))
            }
            None => Ok(see(kept.insert(Index::open(&home.ledger())?))),
        }
    }

    /// The settlement entity whose books these are.
    pub(crate) fn entity(&self, home: &Home) -> Result<String, Refusal> {
        self.now(home, |index| entity_of(index.book().entities()))
    }
}

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(accounts))
        .routes(routes!(entries))
        .routes(routes!(journals))
        .routes(routes!(journal))
        .routes(routes!(check))
}

/// What stands in the books.
#[derive(Serialize, ToSchema)]
struct LedgerView {
    /// Settlement entity.
    entity: String,
    /// The month that takes postings; absent before the first.
    #[schema(required)]
    open_month: Option<String>,
    /// Records of the file.
    records: u64,
    journals: usize,
    accounts: usize,
    /// Hash of the last record, which holds those of all before it.
    hash: String,
    /// Sum of all balances, fen: zero where the books balance.
    sum: i64,
    /// Balances by kind of account, fen or points, as people read them.
    kinds: Vec<LedgerKind>,
}

#[derive(Serialize, ToSchema)]
struct LedgerKind {
    kind: String,
    /// `fen` or `points`.
    unit: String,
    accounts: usize,
    balance: i64,
}

/// What the ledger holds.
#[utoipa::path(get, path = "/ledger", tag = "ledger", operation_id = "ledger",
    responses((status = 200, body = LedgerView)), extensions(("x-permission" = json!("ledger.read"))))]
async fn overview(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<LedgerView>> {
    signed.everywhere(&desk, Permission::LedgerRead)?;
    let view = heavy(move || {
        desk.books.now(&desk.home, |index| {
            let book = index.book();
            let entity = entity_of(book.entities());
            let kinds = AccountKind::all().filter_map(|kind| {
                let balances: Vec<i64> =
                    book.all_balances().filter(|(_, account, _)| account.kind == kind).map(|(_, _, amount)| amount).collect();
                let balance = kind.standing(balances.iter().fold(0, |sum: i64, amount| sum.saturating_add(*amount)));
                let unit = kind.unit().name().to_owned();
                (!balances.is_empty()).then(|| LedgerKind { kind: kind.name().to_owned(), unit, accounts: balances.len(), balance })
            });
            LedgerView {
                open_month: book.open_month(&entity).map(|month| month.to_string()),
                records: index.lines(),
                journals: index.journals().len(),
                accounts: index.accounts().count(),
                hash: index.hash().to_owned(),
                sum: i64::try_from(book.sum(&entity, Unit::Fen)).unwrap_or(i64::MAX),
                kinds: kinds.collect(),
                entity,
            }
        })
    });
    Ok(Json(view.await?))
}

/// An account.
#[derive(Serialize, ToSchema)]
struct LedgerAccount {
    /// Partner code, `clerk:` and a work ID, or an account of the entity itself.
    owner: String,
    /// Name of the partner or clerk; empty for others.
    name: String,
    kind: String,
    /// `fen` or `points`.
    unit: String,
    /// As people read it: positive on the account's normal side.
    balance: i64,
    entries: usize,
    /// Day of the last entry.
    last_on: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountsAsked {
    /// Part of an owner's code or name.
    q: Option<String>,
    /// Kind of account.
    kind: Option<String>,
    /// `owner`, `balance`, `entries`, with `-` for falling.
    sort: Option<String>,
}

/// Accounts with their balances.
#[utoipa::path(get, path = "/ledger/accounts", tag = "ledger", operation_id = "ledger_accounts", params(AccountsAsked, Paging),
    responses((status = 200, body = Page<LedgerAccount>)), extensions(("x-permission" = json!("ledger.read"))))]
async fn accounts(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<AccountsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<LedgerAccount>>> {
    signed.everywhere(&desk, Permission::LedgerRead)?;
    let kinds: Vec<&str> = AccountKind::all().map(AccountKind::name).collect();
    only(asked.kind.as_deref(), &kinds)?;
    let page = heavy(move || {
        let (master, today) = (desk.master()?, desk.today());
        let typed = asked.q.unwrap_or_default().trim().to_lowercase();
        desk.books.now(&desk.home, |index| {
            let mut found: Vec<LedgerAccount> = index
                .accounts()
                .filter(|(_, account, _)| asked.kind.as_deref().is_none_or(|kind| account.kind.name() == kind))
                .map(|(_, account, places)| LedgerAccount {
                    owner: account.owner.clone(),
                    name: name_of(&master, &account.owner, today),
                    kind: account.kind.name().to_owned(),
                    unit: account.kind.unit().name().to_owned(),
                    balance: account.kind.standing(places.last().map_or(0, |place| place.balance)),
                    entries: places.len(),
                    last_on: places.last().map_or_else(String::new, |place| index.journals()[place.journal].date.to_string()),
                })
                .filter(|view| typed.is_empty() || view.owner.to_lowercase().contains(&typed) || view.name.to_lowercase().contains(&typed))
                .collect();
            match asked.sort.as_deref().unwrap_or("owner") {
                "balance" => found.sort_by_key(|view| view.balance),
                "-balance" => found.sort_by_key(|view| std::cmp::Reverse(view.balance)),
                "entries" => found.sort_by_key(|view| view.entries),
                "-entries" => found.sort_by_key(|view| std::cmp::Reverse(view.entries)),
                "-owner" => found.reverse(),
                _ => {}
            }
            Page::of(&paging, found.len(), found.into_iter())
        })
    });
    Ok(Json(page.await?))
}

/// A partner's or clerk's name.
fn name_of(master: &Master, owner: &str, today: Date) -> String {
    match owner.strip_prefix("clerk:") {
        Some(code) => master.clerk(code, today).map(|row| row.name.clone()),
        None => master.partner(owner, today).map(|row| row.name.clone()),
    }
    .unwrap_or_default()
}

/// An entry of an account.
#[derive(Serialize, ToSchema)]
struct LedgerEntry {
    journal: String,
    on: String,
    /// Month it is about.
    about: String,
    /// Why.
    reason: String,
    /// What it is for: `policy/component`, a statement, a document.
    reference: String,
    /// As people read it: positive where the account grows.
    amount: i64,
    /// Balance after it, likewise.
    balance: i64,
}

/// Entries of an account, latest first.
#[utoipa::path(get, path = "/ledger/accounts/{owner}/{kind}", tag = "ledger", operation_id = "ledger_entries",
    params(("owner" = String, Path, description = "Owner"), ("kind" = String, Path, description = "Kind of account"), Paging),
    responses((status = 200, body = Page<LedgerEntry>)), extensions(("x-permission" = json!("ledger.read"))))]
async fn entries(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((owner, kind)): Path<(String, String)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<LedgerEntry>>> {
    signed.everywhere(&desk, Permission::LedgerRead)?;
    let page = heavy(move || {
        let kind: AccountKind = kind.parse().map_err(|()| missing())?;
        desk.books.now(&desk.home, |index| {
            let entity = entity_of(index.book().entities());
            let places = index.entries(&entity, &Account::new(&owner, kind));
            // Entries are only ever added: a place from the front stays what it is.
            let end = paging.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(places.len()).min(places.len());
            let from = end.saturating_sub(paging.limit());
            let entry = |place: &Place| {
                let head = &index.journals()[place.journal];
                LedgerEntry {
                    journal: head.id.to_string(),
                    on: head.date.to_string(),
                    about: head.about.to_string(),
                    reason: head.reason.clone(),
                    reference: index.reference(place).to_owned(),
                    amount: kind.standing(place.amount),
                    balance: kind.standing(place.balance),
                }
            };
            let items = places[from..end].iter().rev().map(entry).collect();
            Page { items, next: (from > 0).then(|| from.to_string()), total: places.len() }
        })
    });
    Ok(Json(page.await?))
}

/// A journal without its entries.
#[derive(Serialize, ToSchema)]
struct LedgerJournalHead {
    id: String,
    key: String,
    on: String,
    /// Month it is about.
    about: String,
    reason: String,
    entries: usize,
    /// Sum of its debits, fen.
    debit: i64,
}

impl LedgerJournalHead {
    fn of(head: &Head) -> Self {
        Self {
            id: head.id.to_string(),
            key: head.key.clone(),
            on: head.date.to_string(),
            about: head.about.to_string(),
            reason: head.reason.clone(),
            entries: head.entries,
            debit: i64::try_from(head.debit).unwrap_or(i64::MAX),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JournalsAsked {
    /// Part of the key or reason.
    q: Option<String>,
    /// Month they are about.
    about: Option<String>,
}

/// Journals, latest first.
#[utoipa::path(get, path = "/ledger/journals", tag = "ledger", operation_id = "ledger_journals", params(JournalsAsked, Paging),
    responses((status = 200, body = Page<LedgerJournalHead>)), extensions(("x-permission" = json!("ledger.read"))))]
async fn journals(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<JournalsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<LedgerJournalHead>>> {
    signed.everywhere(&desk, Permission::LedgerRead)?;
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let page = heavy(move || {
        desk.books.now(&desk.home, |index| {
            let is_meant = |head: &&Head| {
                asked.about.as_deref().is_none_or(|about| head.about.to_string() == about)
                    && (typed.is_empty() || head.key.to_lowercase().contains(&typed) || head.reason.to_lowercase().contains(&typed))
            };
            let found: Vec<&Head> = index.journals().iter().rev().filter(is_meant).collect();
            Page::of(&paging, found.len(), found.into_iter().map(LedgerJournalHead::of))
        })
    });
    Ok(Json(page.await?))
}

/// A journal with its entries.
#[derive(Serialize, ToSchema)]
struct LedgerJournal {
    id: String,
    key: String,
    on: String,
    about: String,
    reason: String,
    /// Journal it takes back.
    #[schema(required)]
    reverses: Option<String>,
    /// Hash of its content.
    sha256: String,
    /// Number of all its entries.
    total: usize,
    /// Its first entries, at most 500; those of one owner where one was asked for.
    entries: Vec<LedgerSide>,
}

/// One side of a movement.
#[derive(Serialize, ToSchema)]
struct LedgerSide {
    owner: String,
    name: String,
    kind: String,
    unit: String,
    /// Debit positive, credit negative.
    amount: i64,
    reference: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JournalAsked {
    /// Entries of this owner, and what stands beside them.
    owner: Option<String>,
}

/// One journal.
#[utoipa::path(get, path = "/ledger/journals/{id}", tag = "ledger", operation_id = "ledger_journal",
    params(("id" = String, Path, description = "Journal"), JournalAsked),
    responses((status = 200, body = LedgerJournal)), extensions(("x-permission" = json!("ledger.read"))))]
async fn journal(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<JournalAsked>,
) -> Answer<Json<LedgerJournal>> {
    const MOST: usize = 500;
    signed.everywhere(&desk, Permission::LedgerRead)?;
    let view = heavy(move || {
        let (master, today) = (desk.master()?, desk.today());
        let journal = desk.books.now(&desk.home, |index| index.journal(&JournalId(id)))??.ok_or_else(missing)?;
        // A debit and its credit stand side by side: with an owner's entry comes the other one.
        let is_meant = |index: usize| {
            let of_owner = |at: usize| journal.entries.get(at).is_some_and(|entry| Some(&entry.owner) == asked.owner.as_ref());
            asked.owner.is_none() || of_owner(index) || of_owner(index ^ 1)
        };
        let side = |entry: &qudao_ledger::Entry| LedgerSide {
            owner: entry.owner.clone(),
            name: name_of(&master, &entry.owner, today),
            kind: entry.kind.name().to_owned(),
            unit: entry.kind.unit().name().to_owned(),
            amount: entry.amount,
            reference: entry.reference.clone(),
        };
        let meant = journal.entries.iter().enumerate().filter(|(index, _)| is_meant(*index)).map(|(_, entry)| entry);
        let entries = meant.take(MOST).map(side).collect();
        Ok(LedgerJournal {
            id: journal.id().to_string(),
            key: journal.key.clone(),
            on: journal.date.to_string(),
            about: journal.about.to_string(),
            reason: journal.reason.clone(),
            reverses: journal.reverses.as_ref().map(ToString::to_string),
            sha256: journal.sha256(),
            total: journal.entries.len(),
            entries,
        })
    });
    Ok(Json(view.await?))
}

/// Reads every record of the ledger again and checks its hash, its balance and the months it stands in.
#[utoipa::path(post, path = "/ledger/check", tag = "ledger", operation_id = "check_ledger",
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("ledger.read"))))]
async fn check(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<(StatusCode, Json<JobView>)> {
    signed.everywhere(&desk, Permission::LedgerRead)?;
    let title = Text::new("复核账本", "Check of the ledger");
    let new = New { kind: "ledger.check", title: &title, login: &signed.0.login, holds: "" };
    let shared = Arc::clone(&desk);
    let job = desk.jobs.start(&new, move |_| checked(&shared)).await?;
    Ok((StatusCode::ACCEPTED, Json(JobView::fresh(job, lang))))
}

fn checked(desk: &Desk) -> Result<serde_json::Value, Refusal> {
    let index = Index::open(&desk.home.ledger())?;
    let book = index.book();
    for entity in book.entities() {
        let (fen, points) = (book.sum(entity, Unit::Fen), book.sum(entity, Unit::Points));
        if fen != 0 || points != 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "ledger.check.unbalanced",
                format!("{entity} 的账不平：{fen} 分，{points} 积分；请从备份恢复账本文件"),
                format!("the books of {entity} do not balance: {fen} fen, {points} points; restore the ledger file from a backup"),
            ));
        }
    }
    Ok(json!({ "records": index.lines(), "journals": index.journals().len(), "hash": index.hash() }))
}

fn missing() -> Refusal {
    Refusal::new(Kind::NotFound, "ledger.journal.missing", "账本中没有这个账户或凭证", "the ledger has no such account or journal")
}
