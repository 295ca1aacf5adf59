//! Invoices and collections.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, IfMatch, OnceKey, Sent};
use super::{MANAGE, debtor, moved, party, sent_day, word};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Date, Fen, Lang};
use qudao_receivable::Once;
use qudao_receivable::account::Steps;
use qudao_receivable::collection::{self, Collect, Collected, Collection, Part};
use qudao_receivable::invoice::{self, Invoice, Issue};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(issue)).routes(routes!(adjust)).routes(routes!(collect)).routes(routes!(rematch))
}

/// Something a partner owes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivableInvoice {
    id: String,
    /// For `If-Match`.
    version: u32,
    /// goods, float, deposit, other.
    kind: String,
    /// Fen, as all amounts here.
    amount: i64,
    adjusted: i64,
    collected: i64,
    /// Part for which an offset is under way.
    held: i64,
    open: i64,
    issued_on: String,
    due_on: String,
    note: String,
    /// Days since it was due; 0 while it is not, or once it is paid.
    overdue_days: i32,
    /// Bucket of ageing, from 0 to 3.
    bucket: usize,
}

impl ReceivableInvoice {
    pub(super) fn of(one: Invoice, steps: Steps, today: Date) -> Self {
        Self {
            open: one.open().0,
            overdue_days: one.overdue_days(today),
            bucket: steps.bucket(today.days() - one.issued_on.days()),
            version: one.version,
            kind: one.kind.name().to_owned(),
            amount: one.amount.0,
            adjusted: one.adjusted.0,
            collected: one.collected.0,
            held: one.held.0,
            issued_on: one.issued_on.to_string(),
            due_on: one.due_on.to_string(),
            note: one.note,
            id: one.id,
        }
    }
}

/// A part of a collection and the invoice it pays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct CollectionPart {
    invoice: String,
    /// Fen.
    amount: i64,
}

impl CollectionPart {
    fn of(part: &Part) -> Self {
        Self { invoice: part.invoice.clone(), amount: part.amount.0 }
    }
}

/// Money that came in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollectionView {
    id: String,
    /// bank, cash, commission, deposit, goods.
    way: String,
    /// Fen.
    amount: i64,
    /// What is not matched, fen.
    credit: i64,
    received_on: String,
    reference: String,
    parts: Vec<CollectionPart>,
}

impl CollectionView {
    pub(super) fn of((one, parts): (Collection, Vec<Part>)) -> Self {
        Self {
            credit: one.credit().0,
            id: one.id,
            way: one.way.name().to_owned(),
            amount: one.amount.0,
            received_on: one.received_on.to_string(),
            reference: one.reference,
            parts: parts.iter().map(CollectionPart::of).collect(),
        }
    }
}

/// An invoice to be issued.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReceivableSent {
    partner: String,
    /// goods, float, deposit, other.
    kind: String,
    /// Fen.
    amount: i64,
    issued_on: String,
    /// Last day to pay.
    due_on: String,
    #[serde(default)]
    note: String,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivableMade {
    pub(super) id: String,
}

/// Issues an invoice to a partner.
#[utoipa::path(post, path = "/receivable-invoices", tag = "receivables", operation_id = "issue_receivable", request_body = ReceivableSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ReceivableMade)),
    extensions(("x-permission" = json!("receivable.manage"))))]
async fn issue(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<ReceivableSent>,
) -> Answer<(StatusCode, Json<ReceivableMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let partner = party(&desk, &signed, &asker, Permission::ReceivableManage, &sent.partner)?;
    let new = Issue {
        debtor: debtor(partner),
        kind: word(&sent.kind, "goods, float, deposit, other")?,
        amount: Fen(sent.amount),
        issued_on: sent_day(&sent.issued_on)?,
        due_on: sent_day(&sent.due_on)?,
        note: &sent.note,
    };
    let id = invoice::issue(&desk.db, Once { who: &signed.0.who(), key: &key }, &new, asker.today).await?.into_inner();
    moved(&desk);
    Ok((StatusCode::CREATED, Json(ReceivableMade { id })))
}

/// What puts an invoice right.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AdjustmentSent {
    /// Fen; below zero lowers what is owed.
    amount: i64,
    reason: String,
}

/// The version of a record afterwards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivableVersion {
    /// For the next `If-Match`.
    version: u32,
}

/// Puts an invoice right by an amount, either way.
#[utoipa::path(post, path = "/receivable-invoices/{id}/adjust", tag = "receivables", operation_id = "adjust_receivable",
    request_body = AdjustmentSent,
    params(("id" = String, Path, description = "Invoice"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ReceivableVersion)), extensions(("x-permission" = json!("receivable.manage"))))]
async fn adjust(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<AdjustmentSent>,
) -> Answer<Json<ReceivableVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let once = Once { who: &signed.0.who(), key: &key };
    let version = invoice::adjust(&desk.db, &sight, once, &id, version, Fen(sent.amount), &sent.reason).await?;
    moved(&desk);
    Ok(Json(ReceivableVersion { version }))
}

/// Money that came in.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CollectionSent {
    partner: String,
    /// bank or cash.
    way: String,
    /// Fen.
    amount: i64,
    received_on: String,
    /// The bank's number, or that of the receipt.
    #[serde(default)]
    reference: String,
    /// What it pays; the longest due first where absent.
    #[serde(default)]
    parts: Option<Vec<CollectionPart>>,
}

/// What came of a collection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollectionMade {
    id: String,
    /// What was matched now.
    parts: Vec<CollectionPart>,
    /// What stands to the partner's credit, fen.
    credit: i64,
}

impl CollectionMade {
    fn of(done: Collected) -> Self {
        Self { parts: done.parts.iter().map(CollectionPart::of).collect(), id: done.id, credit: done.credit.0 }
    }
}

fn parts(sent: Option<Vec<CollectionPart>>) -> Option<Vec<Part>> {
    let part = |part: CollectionPart| Part { invoice: part.invoice, amount: Fen(part.amount) };
    sent.map(|sent| sent.into_iter().map(part).collect())
}

/// Notes money that came in, and what it pays.
#[utoipa::path(post, path = "/collections", tag = "receivables", operation_id = "collect_receivable", request_body = CollectionSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = CollectionMade)),
    extensions(("x-permission" = json!("receivable.manage"))))]
async fn collect(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<CollectionSent>,
) -> Answer<(StatusCode, Json<CollectionMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let partner = party(&desk, &signed, &asker, Permission::ReceivableManage, &sent.partner)?;
    let parts = parts(sent.parts);
    let new = Collect {
        debtor: debtor(partner),
        way: word(&sent.way, "bank, cash")?,
        amount: Fen(sent.amount),
        received_on: sent_day(&sent.received_on)?,
        reference: &sent.reference,
        parts: parts.as_deref(),
    };
    let done = collection::collect(&desk.db, Once { who: &signed.0.who(), key: &key }, &new, asker.today).await?.into_inner();
    moved(&desk);
    Ok((StatusCode::CREATED, Json(CollectionMade::of(done))))
}

/// What the rest of a collection pays.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MatchSent {
    /// The longest due first where absent.
    #[serde(default)]
    parts: Option<Vec<CollectionPart>>,
}

/// Matches what is left of a collection.
#[utoipa::path(post, path = "/collections/{id}/match", tag = "receivables", operation_id = "match_collection", request_body = MatchSent,
    params(("id" = String, Path, description = "Collection"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = CollectionMade)), extensions(("x-permission" = json!("receivable.manage"))))]
async fn rematch(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<MatchSent>,
) -> Answer<Json<CollectionMade>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let parts = parts(sent.parts);
    let once = Once { who: &signed.0.who(), key: &key };
    let done = collection::rematch(&desk.db, &sight, once, &id, parts.as_deref()).await?.into_inner();
    Ok(Json(CollectionMade::of(done)))
}
