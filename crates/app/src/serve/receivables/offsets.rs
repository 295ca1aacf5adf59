//! Offsets: proposed by one person, decided by another (R0.32).

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::periods::StepNote;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, OnceKey, Page, Paging, Sent, closed};
use super::money::ReceivableMade;
use super::{MANAGE, READ, moved, word};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Fen, Lang};
use qudao_platform::audit::same_hand;
use qudao_receivable::Once;
use qudao_receivable::offset::{self, Offset, Propose, Verdict};
use qudao_settle::statement::{self, Consent, OffsetOutcome};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const APPROVE: &[Permission] = &[Permission::ReceivableApprove];

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(propose)).routes(routes!(approve)).routes(routes!(refuse))
}

/// An offset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OffsetView {
    id: String,
    /// For `If-Match`.
    version: u32,
    partner: String,
    partner_name: String,
    /// commission; terminal, goods or guarantee for a deposit.
    source: String,
    invoice: String,
    /// At most, fen.
    amount: i64,
    /// Taken by now, fen.
    taken: i64,
    /// clause, consent.
    ground: String,
    /// Number of the clause or of the consent.
    document: String,
    reason: String,
    /// submitted, approved, stating, done, refused.
    state: String,
    /// The month whose statements take it.
    #[schema(required)]
    month: Option<String>,
    made_by: String,
    made_at: String,
    #[schema(required)]
    decided_by: Option<String>,
    #[schema(required)]
    decision: Option<String>,
    /// Whether whoever asks proposed it, and so cannot decide on it.
    is_maker: bool,
}

impl OffsetView {
    pub(super) fn of(asker: &Asker, one: Offset, who: &str) -> Self {
        Self {
            partner_name: asker.partner(&one.partner),
            is_maker: same_hand(&one.made_by, who),
            made_at: instant(one.made_us),
            id: one.id,
            version: one.version,
            partner: one.partner,
            source: one.source.name().to_owned(),
            invoice: one.invoice,
            amount: one.amount.0,
            taken: one.taken.0,
            ground: one.ground.name().to_owned(),
            document: one.document,
            reason: one.reason,
            state: one.state,
            month: one.month.map(|month| month.to_string()),
            made_by: one.made_by,
            decided_by: one.decided_by,
            decision: one.decision,
        }
    }
}

/// A receivable as a statement shows it: taken, or why not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementOffset {
    invoice: String,
    text: String,
    due_on: String,
    /// Open amount whose offset was approved, fen.
    amount: i64,
    /// Taken out of this payment, fen.
    taken: i64,
    /// taken, partly, `no_consent`, `not_due`, `nothing_left`.
    outcome: String,
    /// Number of the clause or consent.
    document: String,
}

impl StatementOffset {
    pub(crate) fn of(one: &statement::Offset) -> Self {
        let outcome = match one.outcome {
            OffsetOutcome::Taken => "taken",
            OffsetOutcome::Partly => "partly",
            OffsetOutcome::NoConsent => "no_consent",
            OffsetOutcome::NotDue => "not_due",
            OffsetOutcome::NothingLeft => "nothing_left",
        };
        let document = match &one.receivable.consent {
            Consent::Clause(document) | Consent::Partner(document) => document.clone(),
            Consent::None => String::new(),
        };
        Self {
            invoice: one.receivable.code.clone(),
            text: one.receivable.text.clone(),
            due_on: one.receivable.due_on.to_string(),
            amount: one.receivable.amount.0,
            taken: one.taken.0,
            outcome: outcome.to_owned(),
            document,
        }
    }
}

/// Which offsets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OffsetsAsked {
    /// Partner.
    partner: Option<String>,
    /// submitted, approved, stating, done, refused.
    state: Option<String>,
}

/// Offsets, latest first.
#[utoipa::path(get, path = "/offsets", tag = "receivables", operation_id = "offsets", params(OffsetsAsked, Paging),
    responses((status = 200, body = Page<OffsetView>)), extensions(("x-permission" = json!("receivable.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OffsetsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<OffsetView>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let partner = asked.partner.unwrap_or_default();
    let state = closed(asked.state, &["submitted", "approved", "stating", "done", "refused"])?;
    let found = offset::list(&mut desk.db.read().await?, &sight, &partner, &state).await?;
    let who = signed.0.who();
    Ok(Json(Page::of(&paging, found.len(), found.into_iter().map(|one| OffsetView::of(&asker, one, &who)))))
}

/// An offset to be proposed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OffsetSent {
    invoice: String,
    /// commission; terminal, goods or guarantee for a deposit.
    source: String,
    /// Fen.
    amount: i64,
    /// clause, consent.
    ground: String,
    /// Number of the clause or of the consent.
    document: String,
    reason: String,
}

/// Proposes to take an overdue invoice out of commission or a deposit; somebody else decides.
#[utoipa::path(post, path = "/offsets", tag = "receivables", operation_id = "propose_offset", request_body = OffsetSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ReceivableMade)),
    extensions(("x-permission" = json!("receivable.manage"))))]
async fn propose(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<OffsetSent>,
) -> Answer<(StatusCode, Json<ReceivableMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let new = Propose {
        invoice: &sent.invoice,
        source: word(&sent.source, "commission, terminal, goods, guarantee")?,
        amount: Fen(sent.amount),
        ground: word(&sent.ground, "clause, consent")?,
        document: &sent.document,
        reason: &sent.reason,
    };
    let once = Once { who: &signed.0.who(), key: &key };
    let id = offset::propose(&desk.db, &sight, once, &new, asker.today).await?.into_inner();
    Ok((StatusCode::CREATED, Json(ReceivableMade { id })))
}

/// How many offsets wait that the caller may decide on; nothing for whoever decides on none.
pub(crate) async fn waiting_offsets(desk: &Arc<Desk>, signed: &Signed) -> Answer<Option<u64>> {
    if signed.may(desk, Permission::ReceivableApprove).is_err() {
        return Ok(None);
    }
    let sight = Asker::of(desk, Lang::Zh).await.sight(desk, signed, APPROVE)?;
    let found = offset::list(&mut desk.db.read().await?, &sight, "", "submitted").await?;
    let who = signed.0.who();
    Ok(Some(found.iter().filter(|one| !same_hand(&one.made_by, &who)).count() as u64))
}

async fn decide(desk: &Arc<Desk>, signed: &Signed, id: &str, version: u32, verdict: Verdict<'_>) -> Answer<Json<OffsetView>> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let sight = asker.sight(desk, signed, APPROVE)?;
    let who = signed.0.who();
    let decided = offset::decide(&desk.db, &sight, &who, id, version, verdict, asker.today).await?;
    moved(desk);
    Ok(Json(OffsetView::of(&asker, decided, &who)))
}

/// Approves an offset somebody else proposed. Out of a deposit it is taken at once, out of commission by the next statement.
#[utoipa::path(post, path = "/offsets/{id}/approve", tag = "receivables", operation_id = "approve_offset",
    params(("id" = String, Path, description = "Offset"), ("If-Match" = String, Header)), responses((status = 200, body = OffsetView)),
    extensions(("x-permission" = json!("receivable.approve"))))]
async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
) -> Answer<Json<OffsetView>> {
    decide(&desk, &signed, &id, version, Verdict::Approve).await
}

/// Refuses an offset somebody else proposed, also an approved one that is in no statement yet.
#[utoipa::path(post, path = "/offsets/{id}/refuse", tag = "receivables", operation_id = "refuse_offset", request_body = StepNote,
    params(("id" = String, Path, description = "Offset"), ("If-Match" = String, Header)), responses((status = 200, body = OffsetView)),
    extensions(("x-permission" = json!("receivable.approve"))))]
async fn refuse(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<Json<OffsetView>> {
    decide(&desk, &signed, &id, version, Verdict::Refuse(&sent.note)).await
}
