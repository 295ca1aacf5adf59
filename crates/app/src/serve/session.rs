//! Signing in and out, and who one is.

use super::desk::Desk;
use super::signed::{COOKIE, Signed, token};
use super::web::{Answer, Language, Sent};
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use qudao_access::{people, sessions};
use qudao_kernel::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(sign_in, sign_out)).routes(routes!(me)).routes(routes!(change_password))
}

/// Credentials.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    login: String,
    password: String,
    /// A code of the phone, or a recovery code, once `access.sign_in.totp` asked for it.
    totp: Option<String>,
}

/// A role somebody holds today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldRole {
    /// Role id.
    role: String,
    /// What people call it.
    title: String,
    /// The territory, partner, outlet or work ID it is held over; empty for everywhere.
    over: String,
    /// Its name, where there is one.
    over_name: String,
    /// territory, partner, outlet or clerk.
    over_kind: String,
}

/// Whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    login: String,
    name: String,
    /// Whether the first password must be changed before anything else.
    must_change: bool,
    roles: Vec<HeldRole>,
    /// What the roles allow somewhere.
    permissions: Vec<String>,
    /// Whom they act for, while they do.
    #[schema(required)]
    acting: Option<ActingView>,
    /// Today, in China, as the server has it.
    today: String,
}

/// Whom somebody acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActingView {
    login: String,
    name: String,
}

/// Signs in. The answer sets the cookie of the session.
#[utoipa::path(post, path = "/session", tag = "session", operation_id = "sign_in", request_body = SignIn,
    responses((status = 200, body = Me)), extensions(("x-permission" = json!("none"))))]
async fn sign_in(
    State(desk): State<Arc<Desk>>,
    Language(lang): Language,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Sent(sent): Sent<SignIn>,
) -> Answer<impl IntoResponse> {
    let parameters = desk.parameters();
    let address = address(&desk, from, &headers);
    let SignIn { login, password, totp } = &sent;
    let credentials = sessions::SignIn { login, password, code: totp.as_deref(), address: &address };
    let entered = sessions::sign_in(&desk.db, &parameters, &credentials).await.inspect_err(|_| desk.counters.refused())?;
    let caller = sessions::caller(&desk.db, &parameters, &entered).await?;
    let me = describe(&desk, &Signed(caller), lang).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie(&desk, Some(entered.secret())))]), Json(me)))
}

/// Signs out; the cookie is taken away.
#[utoipa::path(delete, path = "/session", tag = "session", operation_id = "sign_out",
    responses((status = 204, description = "Signed out")), extensions(("x-permission" = json!("none"))))]
async fn sign_out(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Answer<impl IntoResponse> {
    if let Some(token) = token(&headers) {
        sessions::sign_out(&desk.db, &token).await?;
    }
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie(&desk, None))])))
}

/// Who is signed in, and what they may do.
#[utoipa::path(get, path = "/me", tag = "session", operation_id = "me",
    responses((status = 200, body = Me)), extensions(("x-permission" = json!("any"))))]
async fn me(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Me>> {
    Ok(Json(describe(&desk, &signed, lang).await?))
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordChange {
    old: String,
    new: String,
}

/// Changes one's own password; all other sessions end.
#[utoipa::path(post, path = "/me/password", tag = "session", operation_id = "change_password", request_body = PasswordChange,
    responses((status = 204, description = "Changed")), extensions(("x-permission" = json!("any"))))]
async fn change_password(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    headers: HeaderMap,
    Sent(sent): Sent<PasswordChange>,
) -> Answer<StatusCode> {
    signed.0.in_person()?;
    let keep = token(&headers).unwrap_or_else(|| sessions::Token::sent(""));
    people::change_password(&desk.db, &signed.0.login, &sent.old, &sent.new, &keep).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn describe(desk: &Arc<Desk>, signed: &Signed, lang: Lang) -> Answer<Me> {
    let caller = signed.0.clone();
    let shared = Arc::clone(desk);
    super::web::heavy(move || {
        // Names come from the master data; where these are not there yet, codes stand alone.
        let master = shared.master().ok();
        let today = shared.today();
        let (mut roles, mut permissions) = (Vec::new(), BTreeSet::new());
        for grant in &caller.grants {
            let Ok(role) = shared.roles.get(&grant.role) else { continue };
            let given = role.may.iter().filter(|permission| caller.scope(&shared.roles, **permission).is_ok());
            permissions.extend(given.map(|permission| permission.name().to_owned()));
            roles.push(HeldRole {
                role: role.id.clone(),
                title: role.title.get(lang).to_owned(),
                over: grant.over.clone(),
                over_name: super::reach::name(master.as_deref(), role.over, &grant.over, today, lang),
                over_kind: super::reach::kind(role.over).to_owned(),
            });
        }
        Ok(Me {
            login: caller.login.clone(),
            name: caller.name.clone(),
            must_change: caller.must_change,
            roles,
            permissions: permissions.into_iter().collect(),
            acting: caller.acting.map(|acting| ActingView { login: acting.login, name: acting.name }),
            today: today.to_string(),
        })
    })
    .await
}

/// Where a request comes from. Behind a proxy it is what the proxy says last, the part a client cannot write.
fn address(desk: &Desk, from: SocketAddr, headers: &HeaderMap) -> String {
    let told = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()).and_then(|list| list.rsplit(',').next());
    told.filter(|_| desk.secure).map_or_else(|| from.ip().to_string(), |told| told.trim().to_owned())
}

/// The session's cookie, or the end of it.
pub(crate) fn cookie(desk: &Desk, secret: Option<&str>) -> HeaderValue {
    let secure = if desk.secure { "; Secure" } else { "" };
    let text = match secret {
        Some(secret) => format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict{secure}"),
        None => format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{secure}"),
    };
    // Hexadecimal digits and the words above are always a header.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
