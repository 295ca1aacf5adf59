//! Where partners are paid: accounts, and changes of them that wait for a second person.

use super::blacklist;
use super::desk::Desk;
use super::jobs::instant;
use super::life::sealed;
use super::periods::StepNote;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Page, Paging, Sent, heavy, only};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Kind, Refusal};
use qudao_network::keys::{self, KeyKind};
use qudao_platform::audit::same_hand;
use qudao_platform::write_tx;
use qudao_settle::bank::{self, Account, Entered};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(enter)).routes(routes!(approve)).routes(routes!(refuse))
}

/// An account or a change that waits. The number is masked.
#[derive(Serialize, ToSchema)]
struct BankAccount {
    id: String,
    version: u32,
    partner: String,
    name: String,
    /// submitted, approved, refused.
    state: String,
    /// Whether payments go there: the one approved last.
    in_use: bool,
    holder: String,
    bank: String,
    /// Its last four digits.
    number: String,
    licence: String,
    reason: String,
    made_by: String,
    made_at: String,
    #[schema(required)]
    decided_by: Option<String>,
    #[schema(required)]
    decision: Option<String>,
    /// First day a payment may go there.
    #[schema(required)]
    usable_on: Option<String>,
    /// Whether whoever asks entered it, and so cannot approve it.
    is_maker: bool,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountsAsked {
    /// Part of a partner's code or name.
    q: Option<String>,
    /// submitted, approved, refused.
    state: Option<String>,
}

/// Accounts of partners, latest first.
#[utoipa::path(get, path = "/bank-accounts", tag = "payments", operation_id = "bank_accounts", params(AccountsAsked, Paging),
    responses((status = 200, body = Page<BankAccount>)), extensions(("x-permission" = json!("payment.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<AccountsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<BankAccount>>> {
    signed.everywhere(&desk, Permission::PaymentRead)?;
    only(asked.state.as_deref(), &["submitted", "approved", "refused"])?;
    // Every partner has an account or two: all are looked through in brief, and only those of the page are read.
    let all = bank::briefs(&mut desk.db.read().await?).await?;
    let (shared, login) = (Arc::clone(&desk), signed.0.who());
    let page = heavy(move || {
        let (master, today) = (shared.master()?, shared.today());
        let typed = asked.q.unwrap_or_default().trim().to_lowercase();
        let name = |code: &str| master.partner(code, today).map(|row| row.name.clone()).unwrap_or_default();
        let meant = |one: &bank::Brief| {
            typed.is_empty() || one.partner.to_lowercase().contains(&typed) || name(&one.partner).to_lowercase().contains(&typed)
        };
        let of_state = |one: &bank::Brief| asked.state.as_ref().is_none_or(|state| state.is_empty() || one.state == *state);
        let found: Vec<bank::Brief> = all.into_iter().filter(|one| of_state(one) && meant(one)).collect();
        let page = Page::of(&paging, found.len(), found.into_iter());
        let items: Vec<(String, bank::Brief)> = page.items.into_iter().map(|one| (name(&one.partner), one)).collect();
        Ok(Page { items, next: page.next, total: page.total })
    });
    let page = page.await?;
    let ids: Vec<String> = page.items.iter().map(|(_, one)| one.id.clone()).collect();
    let whole = bank::those(&mut desk.db.read().await?, &ids).await?;
    let mut items = Vec::with_capacity(whole.len());
    for one in whole {
        let brief = page.items.iter().find(|(_, brief)| brief.id == one.id);
        let (name, in_use) = brief.map(|(name, brief)| (name.clone(), brief.in_use)).unwrap_or_default();
        items.push(view(name, in_use, one, &login));
    }
    Ok(Json(Page { items, next: page.next, total: page.total }))
}

fn view(name: String, in_use: bool, one: Account, login: &str) -> BankAccount {
    BankAccount {
        name,
        in_use,
        is_maker: same_hand(&one.made_by, login),
        number: one.masked(),
        id: one.id,
        version: one.version,
        partner: one.partner,
        state: one.state,
        holder: one.holder,
        bank: one.bank,
        licence: one.licence,
        reason: one.reason,
        made_by: one.made_by,
        made_at: instant(one.made_at_us),
        decided_by: one.decided_by,
        decision: one.decision,
        usable_on: one.usable_on.map(|day| day.to_string()),
    }
}

/// An account somebody enters.
#[derive(Deserialize, ToSchema)]
struct BankAccountSent {
    partner: String,
    /// Name it is held in.
    holder: String,
    /// Bank and branch.
    bank: String,
    /// Number, 8 to 32 digits.
    number: String,
    /// Number of the business licence it was checked against.
    licence: String,
    /// Why it is entered or changed.
    reason: String,
}

/// Enters an account of a partner; a second person approves it, and payments go there after the holding period.
#[utoipa::path(post, path = "/bank-accounts", tag = "payments", operation_id = "enter_bank_account", request_body = BankAccountSent,
    responses((status = 204, description = "Waits for approval")), extensions(("x-permission" = json!("payment.make"))))]
async fn enter(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<BankAccountSent>) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::PaymentMake)?;
    let (shared, code) = (Arc::clone(&desk), sent.partner.clone());
    heavy(move || shared.master()?.partner(&code, shared.today()).map(drop).ok_or_else(|| no_partner(&code))).await?;
    let numbers = [(KeyKind::Account, Some(sent.number.clone())), (KeyKind::Licence, Some(sent.licence.clone()))];
    blacklist::admit(&desk, Some(&sent.partner), &numbers).await?;
    let BankAccountSent { partner, holder, bank, number, licence, reason } = &sent;
    let who = signed.0.who();
    bank::enter(&desk.db, &who, &Entered { partner, holder, bank, number, licence, reason }).await?;
    // By these numbers the partner is recognised from now on.
    write_tx!(&desk.db, |tx| {
        let keys = sealed(tx, &numbers).await?;
        keys::record(tx, &who, "partner", partner, &keys).await
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_partner(code: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.account.partner",
        format!("没有代理商 {code}；请核对编码"),
        format!("there is no partner {code}; check the code"),
    )
}

/// Approves an account somebody else entered.
#[utoipa::path(post, path = "/bank-accounts/{id}/approve", tag = "payments", operation_id = "approve_bank_account",
    params(("id" = String, Path, description = "Account"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 204, description = "Approved")), extensions(("x-permission" = json!("payment.approve"))))]
async fn approve(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>, IfMatch(version): IfMatch) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::PaymentApprove)?;
    let today = desk.today();
    let days = desk.parameters().on("bank_change_hold_days", "", today)?.int()?;
    bank::approve(&desk.db, &signed.0.who(), &id, version, today, i32::try_from(days).unwrap_or(i32::MAX)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses an account somebody else entered.
#[utoipa::path(post, path = "/bank-accounts/{id}/refuse", tag = "payments", operation_id = "refuse_bank_account",
    params(("id" = String, Path, description = "Account"), ("If-Match" = String, Header, description = "Version seen")), request_body = StepNote,
    responses((status = 204, description = "Refused")), extensions(("x-permission" = json!("payment.approve"))))]
async fn refuse(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::PaymentApprove)?;
    bank::refuse(&desk.db, &signed.0.who(), &id, version, &sent.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For a demo without accounts: one for every partner of the last statements but a few, entered and approved before it begins. The numbers
/// are invented and begin with 0000, which no bank gives.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    const WITHOUT: usize = 17;
    if !bank::list(&mut desk.db.read().await?, None).await?.is_empty() {
        return Ok(());
    }
    let shared = Arc::clone(desk);
    let partners = tokio::task::spawn_blocking(move || {
        let heads = shared.runs()?.last().map(|run| run.heads.clone()).unwrap_or_default();
        Ok::<_, Refusal>(
            heads.into_iter().filter(|head| !head.partner.is_empty()).map(|head| (head.partner, head.name)).collect::<Vec<_>>(),
        )
    });
    let partners = partners.await.map_err(|error| super::web::bug(&error.to_string()))??;
    let numbers: Vec<(String, String)> = partners
        .iter()
        .enumerate()
        .map(|(index, (partner, _))| (format!("0000{:012}", 77_000_000 + index * 131), format!("演示执照 {partner}")))
        .collect();
    let with = partners.iter().zip(&numbers).enumerate().filter(|(index, _)| index % WITHOUT != WITHOUT - 1);
    let entered: Vec<Entered<'_>> = with
        .map(|(_, ((partner, name), (number, licence)))| {
            let holder = if name.is_empty() { partner } else { name };
            Entered { partner, holder, bank: "演示银行", number, licence, reason: "演示数据" }
        })
        .collect();
    bank::take_over(&desk.db, ("demo", "demo2"), &entered, desk.today().plus_days(-60)).await.map(drop)
}
