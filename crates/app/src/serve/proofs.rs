//! Proofs: why a line is what it is, and why something was not paid.

use super::desk::Desk;
use super::letter::{self, ProofLetter};
use super::lines::{subject_of, subject_of_zero};
use super::my::{Own, own};
use super::opened::Run;
use super::shown::mask;
use super::signed::Signed;
use super::statements::month;
use super::web::{Answer, Asked, Language, download, heavy};
use crate::say::word;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use qudao_access::{Permission, Scope};
use qudao_engine::settle::Rows;
use qudao_kernel::{Kind, Refusal};
use qudao_policy::lines::{Line, Reason};
use qudao_policy::model::PayeeKind;
use qudao_settle::dispute;
use qudao_settle::proof::Proof;
use qudao_settle::statement::pdf::Press;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(one)).routes(routes!(paper))
}

/// Which line, or which zero: without a payee and kind, a line is looked for first, then a zero.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Month, `2026-07`.
    pub(crate) period: String,
    /// Partner whose account it is.
    pub(crate) partner: String,
    pub(crate) policy: String,
    pub(crate) component: String,
    /// Event id or group, as lists give it.
    pub(crate) basis: String,
    pub(crate) payee: Option<String>,
    /// earn, release, reverse or adjust; `zero` for something that was not paid.
    pub(crate) kind: Option<String>,
    pub(crate) part: Option<u32>,
}

/// What was found.
pub(crate) enum Found {
    Line(Box<Line>),
    Zero(Box<Reason>),
}

impl Found {
    /// What a dispute of it names.
    pub(crate) fn subject(&self) -> String {
        match self {
            Found::Line(line) => subject_of(line),
            Found::Zero(reason) => subject_of_zero(reason),
        }
    }

    fn prove(self, run: &Run) -> Result<Proof, Refusal> {
        match self {
            Found::Line(line) => run.world()?.prove_line(*line),
            Found::Zero(reason) => run.world()?.prove_reason(*reason),
        }
    }
}

/// Finds a line or zero in a run.
pub(crate) fn look(run: &Run, which: &Which) -> Result<Found, Refusal> {
    let world = run.world()?;
    let rows = Rows { partner: Some(which.partner.clone()), component: Some(which.component.clone()), ..Rows::default() };
    if which.kind.as_deref() != Some("zero") {
        let fits = |line: &Line| {
            line.policy == which.policy
                && mask(&line.basis) == which.basis
                && which.payee.as_deref().is_none_or(|payee| mask(&line.payee) == payee)
                && which.kind.as_deref().is_none_or(|kind| word(&line.kind) == kind)
                && which.part.is_none_or(|part| line.part == part)
        };
        let mut found = None;
        world.lines().each(&rows, |line| {
            if found.is_none() && fits(line) {
                found = Some(line.clone());
            }
        })?;
        if let Some(line) = found {
            return Ok(Found::Line(Box::new(line)));
        }
    }
    let mut found: Option<Reason> = None;
    world.reasons().each(&rows, |reason| {
        if found.is_none() && reason.policy == which.policy && mask(&reason.basis) == which.basis {
            found = Some(reason.clone());
        }
    })?;
    found.map(|reason| Found::Zero(Box::new(reason))).ok_or_else(none)
}

fn none() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.proof.none",
        "没有这一行，或不在您的数据范围内；请从对账单重新打开",
        "there is no such line, or it is not within your reach; open it from the statement again",
    )
}

/// The proof, for whoever may see the statement, and for who is paid by the line.
async fn prove(desk: &Arc<Desk>, signed: &Signed, which: &Which) -> Answer<(Proof, String)> {
    let statements: Option<Scope> = signed.scope(desk, Permission::StatementRead).ok();
    let mine = if statements.is_none() { Some(own(desk, signed).await?) } else { None };
    let run = month(desk, Some(&which.period)).await?;
    let which = which.clone();
    heavy(move || {
        let reaches = |scope: &Scope| run.head(&which.partner).is_some_and(|head| head.within(scope));
        if statements.as_ref().is_some_and(|scope| !reaches(scope)) {
            return Err(none());
        }
        let found = look(&run, &which)?;
        if let Some(mine) = mine
            && !pays(&mine, &run, &found)?
        {
            return Err(none());
        }
        let subject = found.subject();
        Ok((found.prove(&run)?, subject))
    })
    .await
}

/// Whether a line pays an outlet or work ID of the asker, or a zero is of their own business.
fn pays(own: &Own, run: &Run, found: &Found) -> Result<bool, Refusal> {
    match found {
        Found::Line(line) => Ok(match line.payee_kind {
            PayeeKind::Clerk => own.clerks.contains(&line.payee),
            PayeeKind::Outlet => own.outlets.contains(&line.payee),
            _ => false,
        }),
        Found::Zero(reason) => Ok(!own.zeros_of(run, vec![(**reason).clone()])?.is_empty()),
    }
}

/// Why a line is what it is, or why there is none.
#[utoipa::path(get, path = "/proofs", tag = "statements", operation_id = "get_proof", params(Which),
    responses((status = 200, body = ProofLetter)), extensions(("x-permission" = json!(["statement.read", "income.read"]))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(which): Asked<Which>,
) -> Answer<Json<ProofLetter>> {
    let (proof, subject) = prove(&desk, &signed, &which).await?;
    let mut letter = ProofLetter::of(&proof, &which.partner, desk.today(), lang)?;
    if signed.may(&desk, Permission::StatementRead).is_ok() {
        let run = month(&desk, Some(&which.period)).await?;
        if let Some(number) = run.head(&which.partner).map(|head| head.number.clone()) {
            let disputes = dispute::of_statement(&mut desk.db.read().await?, &number).await?;
            letter.dispute = disputes
                .into_iter()
                .find(|dispute| dispute.subject == subject && dispute.outcome.as_deref() != Some("withdrawn"))
                .map(|dispute| dispute.id);
        }
    }
    Ok(Json(letter))
}

/// The same as a paper.
#[utoipa::path(get, path = "/proofs/file", tag = "statements", operation_id = "get_proof_file", params(Which),
    responses((status = 200, description = "A PDF", content_type = "application/pdf")), extensions(("x-permission" = json!(["statement.read", "income.read"]))))]
async fn paper(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Asked(which): Asked<Which>) -> Answer<Response> {
    let (proof, _) = prove(&desk, &signed, &which).await?;
    heavy(move || {
        let foot = format!("{} · SHA-256 {}", which.basis, proof.digest);
        let bytes = Press::open()?.proofs(&[letter::text(&proof, lang)], &foot, lang)?;
        Ok(download(&format!("proof-{}-{}.pdf", which.component, which.basis), "application/pdf", bytes))
    })
    .await
}
