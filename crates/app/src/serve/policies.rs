//! Policies as they are published, and what there is to say about a text before it is.

use super::desk::Desk;
use super::policy_views::{ChangeView, CheckView, TierView, VersionHead, changes};
use super::shelf::{Shelf, text_of};
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Sent, heavy};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Lang, Refusal};
use qudao_policy::outline::{Cells, with_steps};
use qudao_policy::{WordKind, vocabulary};
use qudao_settle::draft::judge;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(differences))
        .routes(routes!(check))
        .routes(routes!(format))
        .routes(routes!(steps))
        .routes(routes!(words))
}

/// A policy with its versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyView {
    name: String,
    /// Title of the latest version.
    title: String,
    /// Latest first.
    versions: Vec<VersionHead>,
}

/// The policies that concern the caller's part of the network.
#[utoipa::path(get, path = "/policies", tag = "policies", operation_id = "policies",
    responses((status = 200, body = Vec<PolicyView>)), extensions(("x-permission" = json!("policy.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<PolicyView>>> {
    heavy(move || {
        let shelf = Shelf::open(&desk)?;
        let mut found: BTreeMap<&str, Vec<VersionHead>> = BTreeMap::new();
        for policy in shelf.readable(&desk, &signed)? {
            found.entry(&policy.name).or_default().push(VersionHead::of(policy, desk.today()));
        }
        let view = |(name, mut versions): (&str, Vec<VersionHead>)| {
            versions.sort_by_key(|head| std::cmp::Reverse(head.version));
            let title = versions.first().map(|head| head.title.clone()).unwrap_or_default();
            PolicyView { name: name.to_owned(), title, versions }
        };
        Ok(Json(found.into_iter().map(view).collect()))
    })
    .await
}

/// A version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyVersionView {
    name: String,
    head: VersionHead,
    text: String,
    /// The text explained, with its examples and tables.
    check: CheckView,
}

/// One version: its text, what it says in plain words, its tables and examples.
#[utoipa::path(get, path = "/policies/{name}/{version}", tag = "policies", operation_id = "policy_version",
    params(("name" = String, Path, description = "Policy"), ("version" = u32, Path, description = "Version")),
    responses((status = 200, body = PolicyVersionView)), extensions(("x-permission" = json!("policy.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((name, version)): Path<(String, u32)>,
) -> Answer<Json<PolicyVersionView>> {
    heavy(move || {
        let shelf = Shelf::open(&desk)?;
        let policy = shelf.one(&desk, &signed, &name, version)?;
        let (text, _) = text_of(policy);
        let began = desk.db.now_us();
        let check = CheckView::of(&judge(&[], &text), &text, lang, desk.db.now_us() - began).published(policy, lang);
        Ok(Json(PolicyVersionView { head: VersionHead::of(policy, desk.today()), name, text, check }))
    })
    .await
}

/// What to compare a version with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// The earlier version; the one before where absent.
    from: Option<u32>,
}

/// Two versions beside each other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceView {
    /// The earlier version; absent where there is none.
    #[schema(required)]
    from: Option<u32>,
    to: u32,
    before: String,
    after: String,
    /// What differs in meaning.
    changes: Vec<ChangeView>,
}

/// What a version changed.
#[utoipa::path(get, path = "/policies/{name}/{version}/changes", tag = "policies", operation_id = "policy_changes",
    params(("name" = String, Path, description = "Policy"), ("version" = u32, Path, description = "Version"), From),
    responses((status = 200, body = DifferenceView)), extensions(("x-permission" = json!("policy.read"))))]
async fn differences(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((name, version)): Path<(String, u32)>,
    Asked(asked): Asked<From>,
) -> Answer<Json<DifferenceView>> {
    heavy(move || {
        let shelf = Shelf::open(&desk)?;
        let after = shelf.one(&desk, &signed, &name, version)?;
        let earlier = shelf.readable(&desk, &signed)?.into_iter().filter(|policy| policy.name == name && policy.version < version);
        let before = match asked.from {
            Some(from) => Some(shelf.one(&desk, &signed, &name, from)?),
            None => earlier.max_by_key(|policy| policy.version),
        };
        Ok(Json(DifferenceView {
            from: before.map(|policy| policy.version),
            to: version,
            before: before.map(|policy| text_of(policy).0).unwrap_or_default(),
            after: text_of(after).0,
            changes: changes(before, after, lang),
        }))
    })
    .await
}

/// A policy's text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PolicyText {
    pub(crate) text: String,
}

/// What there is to say about a text: mistakes and where they are, warnings, examples and what came out, tables, plain words.
#[utoipa::path(post, path = "/policies/check", tag = "policies", operation_id = "check_policy", request_body = PolicyText,
    responses((status = 200, body = CheckView)), extensions(("x-permission" = json!("policy.draft"))))]
async fn check(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<PolicyText>,
) -> Answer<Json<CheckView>> {
    signed.may(&desk, Permission::PolicyDraft)?;
    heavy(move || {
        let shelf = Shelf::open(&desk)?;
        let began = desk.db.now_us();
        let judged = judge(&shelf.files, &sent.text);
        Ok(Json(CheckView::of(&judged, &sent.text, lang, desk.db.now_us() - began)))
    })
    .await
}

/// A text in the standard layout.
#[utoipa::path(post, path = "/policies/format", tag = "policies", operation_id = "format_policy", request_body = PolicyText,
    responses((status = 200, body = PolicyText)), extensions(("x-permission" = json!("policy.draft"))))]
async fn format(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<PolicyText>) -> Answer<Json<PolicyText>> {
    signed.may(&desk, Permission::PolicyDraft)?;
    // Words stay in the language they were written in, so far as the text shows one.
    let chinese = sent.text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    let text = qudao_policy::format(&sent.text, if chinese { Lang::Zh } else { Lang::En }).map_err(|_| {
        Refusal::bad_input(
            "serve.policy.format",
            "文本有语法错误，排不了版；请先按提示改正",
            "the text has mistakes and cannot be laid out; mend them first",
        )
    })?;
    Ok(Json(PolicyText { text }))
}

/// A table of steps to be written into a text.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StepsSent {
    text: String,
    policy: String,
    ladder: String,
    tiers: Vec<TierView>,
}

/// A text with another table of steps.
#[utoipa::path(post, path = "/policies/steps", tag = "policies", operation_id = "write_steps", request_body = StepsSent,
    responses((status = 200, body = PolicyText)), extensions(("x-permission" = json!("policy.draft"))))]
async fn steps(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<StepsSent>) -> Answer<Json<PolicyText>> {
    signed.may(&desk, Permission::PolicyDraft)?;
    let cells = |tier: &TierView| Cells { from: tier.from.clone(), each: tier.each.clone(), flat: tier.flat.clone() };
    let tiers: Vec<Cells> = sent.tiers.iter().map(cells).collect();
    Ok(Json(PolicyText { text: with_steps(&sent.text, &sent.policy, &sent.ladder, &tiers)? }))
}

/// A word an editor can offer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WordView {
    /// keyword, field, kind, table or reason.
    kind: String,
    zh: String,
    en: String,
    /// What it stands for.
    about: String,
}

/// Every word of the policy language.
#[utoipa::path(get, path = "/policies/vocabulary", tag = "policies", operation_id = "policy_words",
    responses((status = 200, body = Vec<WordView>)), extensions(("x-permission" = json!("policy.draft"))))]
async fn words(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<WordView>>> {
    signed.may(&desk, Permission::PolicyDraft)?;
    let view = |word: qudao_policy::Word| WordView {
        kind: kind_of(word.kind).to_owned(),
        zh: word.word.zh,
        en: word.word.en,
        about: word.about.get(lang).to_owned(),
    };
    Ok(Json(vocabulary().into_iter().map(view).collect()))
}

const fn kind_of(kind: WordKind) -> &'static str {
    match kind {
        WordKind::Keyword => "keyword",
        WordKind::Field => "field",
        WordKind::Kind => "kind",
        WordKind::Table => "table",
        WordKind::Reason => "reason",
    }
}
