//! 统一认证: the way of a browser to another house and back, and what this server asks there itself.
//!
//! Configured by `config.toml` in the work folder, table `[oidc]`: issuer, client_id, client_secret, public_url, login_claim, and what the button
//! says, zh and en. What is believed of the answer is decided in `qudao_access::oidc`.

use super::desk::Desk;
use super::session::cookie;
use super::web::{Answer, Asked, Language};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use qudao_access::oidc::{self, Answered, Discovery, Settings};
use qudao_access::sessions::Token;
use qudao_kernel::{Kind, Refusal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Name of the configuration in the work folder.
const CONFIG: &str = "config.toml";
/// Keeps a sign-in to the browser that began it. It must come along when the other house sends the browser back, so it is not strict.
const STATE: &str = "qudao_sso";
/// Longest the other house may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(sign_in_ways)).routes(routes!(begin)).routes(routes!(come_back))
}

/// How one may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInWays {
    /// What the button to another house says; absent without one.
    #[schema(required)]
    sso: Option<String>,
}

fn settings(desk: &Desk) -> Result<Option<Settings>, Refusal> {
    let path = desk.home.root().join(CONFIG);
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).map_err(|error| crate::say::unreadable(&path, &error))?;
    Settings::read(&text, CONFIG)
}

/// How one may sign in.
#[utoipa::path(get, path = "/oidc", tag = "session", operation_id = "sign_in_ways", responses((status = 200, body = SignInWays)),
    extensions(("x-permission" = json!("none"))))]
async fn sign_in_ways(State(desk): State<Arc<Desk>>, Language(lang): Language) -> Answer<Json<SignInWays>> {
    let label = settings(&desk)?.map(|settings| qudao_kernel::Text::new(settings.zh, settings.en).get(lang).to_owned());
    Ok(Json(SignInWays { sso: label }))
}

fn configured(desk: &Desk) -> Result<Settings, Refusal> {
    settings(desk)?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "access.sso.none",
            "没有配置统一认证；请用登录名和密码登录",
            "no other house is configured; sign in with login and password",
        )
    })
}

/// Sends the browser to the other house.
#[utoipa::path(get, path = "/oidc/start", tag = "session", operation_id = "begin_sso",
    responses((status = 303, description = "To the other house")), extensions(("x-permission" = json!("none"))))]
async fn begin(State(desk): State<Arc<Desk>>) -> Answer<Response> {
    let settings = configured(&desk)?;
    let found = discover(&settings).await?;
    let begun = oidc::begin(&desk.db, &settings, &found).await?;
    let secure = if desk.secure { "; Secure" } else { "" };
    let kept = format!("{STATE}={}; Path=/api/v1/oidc; HttpOnly; SameSite=Lax; Max-Age=600{secure}", begun.state);
    Ok((StatusCode::SEE_OTHER, AppendHeaders([(header::LOCATION, line(&begun.url)), (header::SET_COOKIE, line(&kept))])).into_response())
}

/// What the other house sends back.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CameBack {
    state: Option<String>,
    code: Option<String>,
    /// What went wrong there.
    error: Option<String>,
}

/// Takes the browser back. It goes on to the first page, signed in or with the code of a refusal in the address.
#[utoipa::path(get, path = "/oidc/callback", tag = "session", operation_id = "end_sso", params(CameBack),
    responses((status = 303, description = "To the first page")), extensions(("x-permission" = json!("none"))))]
async fn come_back(State(desk): State<Arc<Desk>>, headers: HeaderMap, Asked(asked): Asked<CameBack>) -> Answer<Response> {
    let gone = line(&format!("{STATE}=; Path=/api/v1/oidc; HttpOnly; SameSite=Lax; Max-Age=0"));
    let to = |place: &str, more: HeaderValue| {
        (
            StatusCode::SEE_OTHER,
            AppendHeaders([(header::LOCATION, line(place)), (header::SET_COOKIE, gone.clone()), (header::SET_COOKIE, more)]),
        )
            .into_response()
    };
    match enter(&desk, &headers, &asked).await {
        Ok(token) => Ok(to("/", cookie(&desk, Some(token.secret())))),
        Err(refusal) => {
            tracing::warn!(code = refusal.code, "{}", refusal.text.en);
            Ok(to(&format!("/?sso={}", refusal.code), gone.clone()))
        }
    }
}

async fn enter(desk: &Arc<Desk>, headers: &HeaderMap, asked: &CameBack) -> Result<Token, Refusal> {
    let settings = configured(desk)?;
    let kept = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    let kept = kept.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == STATE).map(|(_, state)| state.to_owned());
    // Without the state of this very browser nothing is taken up: `take_up` refuses the empty one.
    let state = asked.state.as_deref().filter(|state| kept.as_deref() == Some(state)).unwrap_or("");
    let pending = oidc::take_up(&desk.db, state).await?;
    let Some(code) = asked.code.as_deref().filter(|_| asked.error.is_none()) else {
        return Err(Refusal::new(
            Kind::Forbidden,
            "access.sso.refused",
            "统一认证未通过；请重新登录",
            "the other house did not let you in; sign in again",
        ));
    };
    let found = discover(&settings).await?;
    let form = oidc::exchange(&settings, &pending, code);
    let asking = client()?.post(&found.token_endpoint).header("content-type", "application/x-www-form-urlencoded").body(form);
    let answered: Answered = read(&ask(asking).await?)?;
    let keys = ask(client()?.get(&found.jwks_uri)).await?;
    oidc::sign_in(&desk.db, &desk.parameters(), &settings, &keys, &answered.id_token, &pending).await
}

async fn discover(settings: &Settings) -> Result<Discovery, Refusal> {
    let found: Discovery = read(&ask(client()?.get(settings.discovery())).await?)?;
    settings.accept(&found)?;
    Ok(found)
}

fn client() -> Result<reqwest::Client, Refusal> {
    let built = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
    built.map_err(|error| unreachable(&error.to_string()))
}

async fn ask(request: reqwest::RequestBuilder) -> Result<Vec<u8>, Refusal> {
    let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(|error| unreachable(&error.to_string()))?;
    Ok(answer.bytes().await.map_err(|error| unreachable(&error.to_string()))?.to_vec())
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| unreachable(&error.to_string()))
}

fn line(text: &str) -> HeaderValue {
    // Addresses and cookies here are made of characters that a header may hold; what is not becomes nothing.
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("/"))
}

fn unreachable(why: &str) -> Refusal {
    Refusal::unavailable(
        "access.sso.unreachable",
        format!("统一认证服务没有正常应答（{why}）；请稍后再试，或用密码登录"),
        format!("the other house does not answer as it should: {why}; try again later, or use your password"),
    )
}
