//! Deposits: who has which, and what is done with them (R0.30).

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Sent};
use super::{READ, debtor, means, moved, party, word};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::{Fen, Lang};
use qudao_receivable::Once;
use qudao_receivable::deposit::{self, Held, Move, Movement, Security};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(make))
}

/// What is held of a partner of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepositHeld {
    /// terminal, goods, guarantee.
    kind: String,
    /// Fen.
    balance: i64,
}

impl DepositHeld {
    pub(super) fn of(held: &Held) -> Self {
        Self { kind: held.kind.name().to_owned(), balance: held.balance.0 }
    }
}

/// A movement of a deposit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepositMoved {
    id: String,
    /// terminal, goods, guarantee.
    kind: String,
    /// taken, refunded, kept, used.
    act: String,
    /// Fen.
    amount: i64,
    reference: String,
    reason: String,
    who: String,
    at: String,
}

impl DepositMoved {
    pub(super) fn of(one: Movement) -> Self {
        Self {
            id: one.id,
            kind: one.kind.name().to_owned(),
            act: one.act,
            amount: one.amount.0,
            reference: one.reference,
            reason: one.reason,
            who: one.who,
            at: instant(one.at_us),
        }
    }
}

/// Deposits of all kinds together, by partner.
pub(super) fn held_of(all: &[Held]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for one in all {
        *sums.entry(one.partner.clone()).or_insert(0) += one.balance.0;
    }
    sums
}

/// Deposits of a partner.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct DepositRow {
    partner: String,
    name: String,
    /// Fen, as all amounts here.
    terminal: i64,
    goods: i64,
    guarantee: i64,
    total: i64,
}

/// Which deposits.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DepositsAsked {
    /// Part of a partner's code, name or initials.
    q: Option<String>,
}

/// Deposits by partner.
#[utoipa::path(get, path = "/deposits", tag = "receivables", operation_id = "deposits", params(DepositsAsked, Paging),
    responses((status = 200, body = Page<DepositRow>)), extensions(("x-permission" = json!("receivable.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<DepositsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<DepositRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let mut rows: Vec<DepositRow> = Vec::new();
    for held in deposit::list(&mut desk.db.read().await?, &sight, None).await? {
        if rows.last().is_none_or(|last| last.partner != held.partner) {
            rows.push(DepositRow { name: asker.partner(&held.partner), partner: held.partner.clone(), ..DepositRow::default() });
        }
        let Some(row) = rows.last_mut() else { continue };
        match held.kind {
            Security::Terminal => row.terminal = held.balance.0,
            Security::Goods => row.goods = held.balance.0,
            Security::Guarantee => row.guarantee = held.balance.0,
        }
        row.total += held.balance.0;
    }
    let typed = asked.q.unwrap_or_default();
    rows.retain(|row| typed.trim().is_empty() || means(&typed, &row.partner, &row.name));
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter())))
}

/// What is done with a deposit.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DepositSent {
    partner: String,
    /// terminal, goods, guarantee.
    kind: String,
    /// take, refund, keep.
    act: String,
    /// Fen.
    amount: i64,
    /// Receipt, agreement or serial.
    #[serde(default)]
    reference: String,
    /// Why; needed where it is kept.
    #[serde(default)]
    reason: String,
}

/// What is left of a deposit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepositBalance {
    /// Fen.
    balance: i64,
}

/// Takes, refunds or keeps a deposit.
#[utoipa::path(post, path = "/deposits", tag = "receivables", operation_id = "move_deposit", request_body = DepositSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 200, body = DepositBalance)),
    extensions(("x-permission" = json!("receivable.manage"))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<DepositSent>,
) -> Answer<Json<DepositBalance>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let partner = party(&desk, &signed, &asker, Permission::ReceivableManage, &sent.partner)?;
    let new = Move {
        debtor: debtor(partner),
        kind: word(&sent.kind, "terminal, goods, guarantee")?,
        act: word(&sent.act, "take, refund, keep")?,
        amount: Fen(sent.amount),
        reference: &sent.reference,
        reason: &sent.reason,
    };
    let balance = deposit::make(&desk.db, Once { who: &signed.0.who(), key: &key }, &new).await?;
    moved(&desk);
    Ok(Json(DepositBalance { balance: balance.0 }))
}
