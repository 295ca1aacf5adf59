//! 黑名单 as people see it: who is kept out and why, by masks, and whether somebody is on it. It is changed by applications alone.

use super::desk::Desk;
use super::life::sealed;
use super::shown::instant;
use super::signed::Signed;
use super::web::{Answer, Asked, Page, Paging, Sent, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::Refusal;
use qudao_network::blacklist::{self, Entry, Whom};
use qudao_network::keys::KeyKind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(check))
}

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlacklistRow {
    id: String,
    /// partner, licence, person, phone, account.
    kind: String,
    /// The code of a partner, else the mask of a number.
    mask: String,
    /// Name of a partner; empty for numbers.
    name: String,
    reason: String,
    application: String,
    from: String,
    put_by: String,
    put_at: String,
    #[schema(required)]
    lifted_on: Option<String>,
    #[schema(required)]
    lifted_application: Option<String>,
    #[schema(required)]
    lifted_reason: Option<String>,
}

impl BlacklistRow {
    fn of(entry: Entry, name: String) -> Self {
        let (on, application, reason) = match entry.lifted {
            Some((on, application, reason)) => (Some(on.to_string()), Some(application), Some(reason)),
            None => (None, None, None),
        };
        Self {
            id: entry.id,
            kind: entry.kind,
            mask: entry.mask,
            name,
            reason: entry.reason,
            application: entry.application,
            from: entry.from.to_string(),
            put_by: entry.put_by,
            put_at: instant(entry.put_us),
            lifted_on: on,
            lifted_application: application,
            lifted_reason: reason,
        }
    }
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BlacklistAsked {
    /// Also those that were lifted.
    all: Option<bool>,
    /// Part of a code, mask, name or reason.
    q: Option<String>,
}

async fn named(desk: &Arc<Desk>, entries: Vec<Entry>) -> Answer<Vec<BlacklistRow>> {
    let desk = Arc::clone(desk);
    heavy(move || {
        let (master, today) = (desk.master()?, desk.today());
        let name = |entry: &Entry| {
            if entry.kind != "partner" {
                return String::new();
            }
            let row = master.partner(&entry.mask, today).or_else(|| master.partners().filter(|row| row.code == entry.mask).last());
            row.map(|row| row.name.clone()).unwrap_or_default()
        };
        Ok(entries.into_iter().map(|entry| BlacklistRow::of(entry.clone(), name(&entry))).collect())
    })
    .await
}

/// Entries, newest first.
#[utoipa::path(get, path = "/blacklist", tag = "network", operation_id = "blacklist", params(BlacklistAsked, Paging),
    responses((status = 200, body = Page<BlacklistRow>)), extensions(("x-permission" = json!("blacklist.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<BlacklistAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<BlacklistRow>>> {
    signed.may(&desk, Permission::BlacklistRead)?;
    let entries = blacklist::list(&mut desk.db.read().await?, asked.all.unwrap_or_default()).await?;
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let mut rows = named(&desk, entries).await?;
    rows.retain(|row| [&row.mask, &row.name, &row.reason].into_iter().any(|text| text.to_lowercase().contains(&typed)));
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter())))
}

/// Somebody to be looked for. Nothing of it is kept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BlacklistCheck {
    partner: Option<String>,
    licence: Option<String>,
    person: Option<String>,
    phone: Option<String>,
    account: Option<String>,
}

/// Entries that keep somebody out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlacklistHits {
    hits: Vec<BlacklistRow>,
}

/// Whether somebody is on the blacklist, by code or numbers.
#[utoipa::path(post, path = "/blacklist/check", tag = "network", operation_id = "check_blacklist", request_body = BlacklistCheck,
    responses((status = 200, body = BlacklistHits)), extensions(("x-permission" = json!("blacklist.read"))))]
async fn check(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<BlacklistCheck>) -> Answer<Json<BlacklistHits>> {
    signed.may(&desk, Permission::BlacklistRead)?;
    let numbers =
        [(KeyKind::Licence, sent.licence), (KeyKind::Person, sent.person), (KeyKind::Phone, sent.phone), (KeyKind::Account, sent.account)];
    let tx = &mut desk.db.read().await?;
    let keys = sealed(tx, &numbers).await?;
    let partner = sent.partner.filter(|code| !code.trim().is_empty()).map(|code| Whom::Partner(code.trim().to_owned()));
    let mut found = Vec::new();
    for whom in partner.into_iter().chain(keys.into_iter().map(Whom::Number)) {
        found.extend(blacklist::hit(tx, &whom).await?);
    }
    Ok(Json(BlacklistHits { hits: named(&desk, found).await? }))
}

/// Refuses whoever has one of some numbers that is on the blacklist, or the partner that is.
///
/// # Errors
/// `Forbidden network.blacklist.hit`; `BadInput network.key.length`.
pub(super) async fn admit(desk: &Desk, partner: Option<&str>, numbers: &[(KeyKind, Option<String>)]) -> Result<(), Refusal> {
    let tx = &mut desk.db.read().await?;
    let keys = sealed(tx, numbers).await?;
    blacklist::admit(tx, partner, &keys).await
}
