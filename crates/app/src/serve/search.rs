//! One search box: partners, outlets and clerks by part of a name, pinyin initials, code or phone, and statements by their number or partner (R0.9).

use super::desk::Desk;
use super::network_name;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_access::private::{self, PrivateKind, mask};
use qudao_kernel::Refusal;
use qudao_network::book::Noun;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Typed {
    /// Part of a name, pinyin initials, a code or a number.
    q: String,
    /// Most records of a kind, at most 50; 8 where absent.
    limit: Option<usize>,
}

/// A record that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hit {
    /// partner, outlet, clerk, statement or policy.
    kind: String,
    /// Its code; a statement has its month and its partner's code, `2026-07/P001`.
    code: String,
    name: String,
    /// Where it belongs.
    note: String,
}

/// What was found, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hits {
    items: Vec<Hit>,
}

const MOST: usize = 50;
const SOME: usize = 8;

/// Searches everything one may see.
#[utoipa::path(get, path = "/search", tag = "search", operation_id = "search", params(Typed),
    responses((status = 200, body = Hits)), extensions(("x-permission" = json!("any"))))]
async fn search(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Asked(typed): Asked<Typed>) -> Answer<Json<Hits>> {
    let network = signed.scope(&desk, Permission::PartnerRead).ok();
    let statements = signed.scope(&desk, Permission::StatementRead).ok();
    let policies = signed.scope(&desk, Permission::PolicyRead).is_ok();
    let limit = typed.limit.unwrap_or(SOME).clamp(1, MOST);
    let q = typed.q.trim().to_lowercase();
    if q.is_empty() {
        return Ok(Json(Hits { items: Vec::new() }));
    }
    let phone = phone_holders(&desk, &q).await?;
    heavy(move || {
        let mut items = Vec::new();
        if let Some(scope) = network {
            let book = desk.book()?;
            items.extend(phone.iter().filter_map(|(noun, code)| {
                let (kind, name) = match noun.as_str() {
                    "partner" => ("partner", book.partner(&scope, code)?.row.name.as_str()),
                    "outlet" => ("outlet", book.outlet(&scope, code)?.row.name.as_str()),
                    "clerk" => ("clerk", book.clerk(&scope, code)?.row.name.as_str()),
                    _ => return None,
                };
                Some(Hit { kind: kind.to_owned(), code: code.clone(), name: name.to_owned(), note: mask(PrivateKind::Phone, &q) })
            }));
            items.extend(book.find(&scope, &q, limit * 2).into_iter().map(|found| {
                let kind = match found.noun {
                    Noun::Partner => "partner",
                    Noun::Outlet => "outlet",
                    Noun::Clerk => "clerk",
                };
                let place = if found.territory.is_empty() { String::new() } else { network_name(found.territory, lang) };
                let note = [found.of, place.as_str()].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · ");
                Hit { kind: kind.to_owned(), code: found.code.to_owned(), name: found.name.to_owned(), note }
            }));
        }
        if let Some(scope) = statements {
            let runs = desk.runs()?;
            let heads = runs.iter().rev().flat_map(|run| run.heads.iter().map(move |head| (run.period(), head)));
            let found = heads.filter(|(_, head)| head.matches(&q) && head.within(&scope)).take(limit);
            items.extend(found.map(|(period, head)| Hit {
                kind: "statement".to_owned(),
                code: format!("{period}/{}", head.partner),
                name: head.name.clone(),
                note: format!("{period} · {}", head.number),
            }));
        }
        if policies {
            items.extend(policies_named(&desk, &q, limit)?);
        }
        Ok(Json(Hits { items }))
    })
    .await
}

/// Records that have this phone; nothing for what is no whole number, so that numbers cannot be felt out digit by digit.
async fn phone_holders(desk: &Desk, q: &str) -> Result<Vec<(String, String)>, Refusal> {
    if q.len() != 11 || !q.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let mut tx = desk.db.read().await?;
    let mut found = private::holders(&mut tx, PrivateKind::Phone, q).await?;
    found.extend(private::clerks_of_phone(&mut tx, q).await?.into_iter().map(|clerk| ("clerk".to_owned(), clerk)));
    Ok(found)
}

/// Policies whose code or title holds what was typed.
fn policies_named(desk: &Desk, q: &str, limit: usize) -> Result<Vec<Hit>, Refusal> {
    let set = crate::inputs::kept_policies(&desk.home.policies())?.set;
    let matching = set.policies.iter().filter(|policy| policy.name.to_lowercase().contains(q) || policy.title.to_lowercase().contains(q));
    Ok(matching
        .take(limit)
        .map(|policy| Hit {
            kind: "policy".to_owned(),
            code: policy.name.clone(),
            name: policy.title.clone(),
            note: policy.version.to_string(),
        })
        .collect())
}
