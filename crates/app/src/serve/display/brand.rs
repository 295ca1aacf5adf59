//! The brand book: the version that holds, those that held, and one that is to come.

use super::super::desk::Desk;
use super::super::receivables::sent_day;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, IfMatch, Sent};
use super::corrections::DisplayVersion;
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_display::brand::{self, Book, New};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, set))
}

/// A version of the brand book.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BrandBook {
    version: u32,
    /// coming, current, past.
    state: String,
    name: String,
    wording: String,
    usage: String,
    /// SHA-256.
    logo: String,
    reason: String,
    from: String,
    who: String,
    at: String,
}

impl BrandBook {
    fn of(one: Book, current: Option<u32>) -> Self {
        let state = match current {
            Some(current) if current == one.version => "current",
            Some(current) if one.version < current => "past",
            _ => "coming",
        };
        Self {
            version: one.version,
            state: state.to_owned(),
            name: one.name,
            wording: one.wording,
            usage: one.usage,
            logo: one.logo,
            reason: one.reason,
            from: one.from.to_string(),
            who: one.who,
            at: instant(one.at_us),
        }
    }
}

/// Versions of the brand book, the newest first; one of them holds.
#[utoipa::path(get, path = "/display/brand", tag = "display", operation_id = "brand_book",
    responses((status = 200, body = Vec<BrandBook>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<BrandBook>>> {
    signed.may(&desk, Permission::DisplayRead)?;
    let all = brand::all(&mut desk.db.read().await?).await?;
    let current = brand::current(&all, desk.today());
    Ok(Json(all.into_iter().map(|one| BrandBook::of(one, current)).collect()))
}

/// The next version of the brand book.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BrandBookSent {
    name: String,
    wording: String,
    usage: String,
    /// As it was brought, by SHA-256.
    logo: String,
    /// Why it replaces the one before.
    reason: String,
    /// From which day on it holds.
    from: String,
}

/// Sets the next version of the brand book, for everybody; what it replaces is kept.
#[utoipa::path(post, path = "/display/brand", tag = "display", operation_id = "set_brand_book", request_body = BrandBookSent,
    params(("If-Match" = String, Header, description = "The newest version there is; 0 before the first")),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn set(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    IfMatch(seen): IfMatch,
    Sent(sent): Sent<BrandBookSent>,
) -> Answer<Json<DisplayVersion>> {
    signed.everywhere(&desk, Permission::DisplayManage)?;
    let BrandBookSent { name, wording, usage, logo, reason, from } = &sent;
    let new = New { name, wording, usage, logo, reason, from: sent_day(from)? };
    let version = brand::set(&desk.db, &signed.0.who(), seen, &new).await?;
    Ok(Json(DisplayVersion { version }))
}
