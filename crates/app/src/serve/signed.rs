//! Who asks: from the session's cookie to a caller, before any handler runs.

use super::desk::Desk;
use super::web::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use qudao_access::sessions::{self, Token};
use qudao_access::{Caller, Permission, Scope};
use qudao_kernel::{Kind, Refusal};
use std::sync::Arc;

/// Name of the cookie.
pub(crate) const COOKIE: &str = "qudao_session";

/// A signed-in person, as an argument of a handler: without one the handler does not run.
pub(crate) struct Signed(pub(crate) Caller);

impl FromRequestParts<Arc<Desk>> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Problem> {
        let token = token(&parts.headers).ok_or_else(nobody)?;
        Ok(Self(sessions::caller(&desk.db, &desk.parameters(), &token).await?))
    }
}

impl Signed {
    /// Where the caller may do something.
    ///
    /// # Errors
    /// `Forbidden access.caller.no_permission` where they may not at all.
    pub(crate) fn scope(&self, desk: &Desk, permission: Permission) -> Result<Scope, Refusal> {
        self.0.scope(&desk.roles, permission)
    }

    /// Where the caller may do something by their own roles, without what colleagues share with them.
    ///
    /// # Errors
    /// As [`Signed::scope`].
    pub(crate) fn own_scope(&self, desk: &Desk, permission: Permission) -> Result<Scope, Refusal> {
        self.0.own_scope(&desk.roles, permission)
    }

    /// Whether the caller may do something somewhere.
    ///
    /// # Errors
    /// As [`Signed::scope`].
    pub(crate) fn may(&self, desk: &Desk, permission: Permission) -> Result<(), Refusal> {
        self.scope(desk, permission).map(drop)
    }

    /// Whether the caller may do something everywhere by their own roles, as what is not of one place asks.
    ///
    /// # Errors
    /// `Forbidden access.caller.not_everywhere` for whoever may do it in a part only.
    pub(crate) fn everywhere(&self, desk: &Desk, permission: Permission) -> Result<(), Refusal> {
        self.may(desk, permission)?;
        if self.own_scope(desk, permission).is_ok_and(|scope| scope.is_everywhere()) { Ok(()) } else { Err(not_everywhere()) }
    }
}

/// The token a request brought: of a program, or of a session in a browser.
pub(crate) fn token(headers: &HeaderMap) -> Option<Token> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(secret) = sent.and_then(|line| line.strip_prefix("Bearer ")) {
        return Some(Token::sent(secret.trim()));
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| Token::sent(value))
}

fn nobody() -> Refusal {
    Refusal::new(Kind::Forbidden, "access.session.none", "请先登录", "sign in first")
}

fn not_everywhere() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "access.caller.not_everywhere",
        "这项操作涉及全部区域，您的权限只限部分区域；请由省级岗位操作",
        "this concerns all territories and your permission a part of them; somebody with all of them has to do it",
    )
}
