//! 代理商协议 (R8.40, R0.37, R8.65): those in force and over, drafts on their way to both signatures, and who of the second tier has none.

mod demo;
mod drafts;
mod rows;

pub(super) use demo::fill;
pub(super) use rows::waiting;

use super::desk::Desk;
use super::flows::{Acting, apply, keep_signature};
use super::orders::Asker;
use super::web::Answer;
use axum::response::Response;
use qudao_kernel::{Lang, Refusal};
use qudao_recruit::Sight;
use qudao_recruit::agreement::{self, Draft, Warnings};
use qudao_settle::statement::pdf::Press;
use qudao_workflow::form::FieldKind;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

/// The flow that brings agreements in force.
const FLOW: &str = "agent_agreement";

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    rows::routes().merge(drafts::routes())
}

/// The business lines agreements are made for: id and name.
fn lines(desk: &Desk, lang: Lang) -> Vec<(String, String)> {
    let definition = desk.flows.catalogue.get(FLOW).ok();
    let field = definition.and_then(|definition| definition.field("business").cloned());
    match field.map(|field| field.kind) {
        Some(FieldKind::Choice(choices)) => choices.into_iter().map(|choice| (choice.id, choice.title.get(lang).to_owned())).collect(),
        _ => Vec::new(),
    }
}

/// A business line in words.
fn line(desk: &Desk, id: &str, lang: Lang) -> String {
    lines(desk, lang).into_iter().find(|(known, _)| known == id).map_or_else(|| id.to_owned(), |(_, title)| title)
}

/// Days before an end at which one is warned.
///
/// # Errors
/// `BadInput recruit.warnings` where the parameter is not what it has to be.
pub(super) fn warnings(desk: &Desk) -> Result<Warnings, Refusal> {
    let parameters = desk.parameters();
    Warnings::read(parameters.on("agreement_warn_days", "", desk.today())?.value)
}

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignatureView {
    /// us or partner.
    side: String,
    /// Who signed.
    name: String,
    signed_on: String,
    /// hand or seal.
    way: String,
    note: String,
    /// Whether there is a picture of it.
    pictured: bool,
    /// Who noted it.
    who: String,
}

async fn signatures(tx: &mut qudao_platform::Tx, draft: &str) -> Result<(Vec<agreement::Signature>, Vec<SignatureView>), Refusal> {
    let signed = agreement::signatures(tx, draft).await?;
    let view = |one: &agreement::Signature| SignatureView {
        side: one.side.name().to_owned(),
        name: one.name.clone(),
        signed_on: one.signed_on.to_string(),
        way: one.way.name().to_owned(),
        note: one.note.clone(),
        pictured: !one.picture.is_empty(),
        who: one.who.clone(),
    };
    let views = signed.iter().map(view).collect();
    Ok((signed, views))
}

/// The text of a draft as its layout places it, without a font.
fn text(desk: &Desk, draft: &Draft, signed: &[agreement::Signature], lang: Lang) -> Result<serde_json::Value, Refusal> {
    agreement::paper(&desk.recruit.templates, draft, &line(desk, &draft.wanted.business, lang), signed, "", lang)
}

/// Sets a text; its bytes. Loads fonts: call it where blocking is allowed.
fn set(mut data: serde_json::Value, ident: &str) -> Result<Vec<u8>, Refusal> {
    let press = Press::open()?;
    data["font"] = press.family().into();
    press.print(agreement::LAYOUT, &data, ident)
}

/// A draft as PDF, with what was signed.
async fn paper(desk: &Arc<Desk>, draft: &Draft, lang: Lang) -> Answer<Response> {
    let (signed, _) = signatures(&mut desk.db.read().await?, &draft.id).await?;
    let data = text(desk, draft, &signed, lang)?;
    let (name, ident) = (format!("{}.pdf", draft.id), format!("{} {}", draft.id, draft.sha256));
    super::web::heavy(move || Ok(super::web::download(&name, "application/pdf", set(data, &ident)?))).await
}

/// What the caller sees of agreements.
fn sight(asker: &Asker, desk: &Desk, signed: &super::signed::Signed) -> Result<Sight, Refusal> {
    asker.sight(desk, signed, &[qudao_access::Permission::AgreementRead])
}
