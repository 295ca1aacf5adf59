//! One's own account: second factor, tokens of programs, delegation. A program's token does none of this.

use super::desk::Desk;
use super::jobs::instant;
use super::people::{At, GrantView, day, master};
use super::signed::{Signed, token};
use super::web::{Answer, Language, Sent};
use axum::Json;
use axum::extract::{Path as Named, State};
use axum::http::{HeaderMap, StatusCode};
use qudao_access::delegations::{self, Delegation, NewDelegation};
use qudao_access::tokens::{self, ApiToken};
use qudao_access::{Permission, directory, people, sessions, totp};
use qudao_kernel::Refusal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(account))
        .routes(routes!(totp_enrol))
        .routes(routes!(totp_confirm))
        .routes(routes!(totp_off))
        .routes(routes!(api_tokens, create_token))
        .routes(routes!(revoke_token))
        .routes(routes!(delegations, delegate))
        .routes(routes!(revoke_delegation))
        .routes(routes!(act))
        .routes(routes!(sessions_held, sign_out_elsewhere))
        .routes(routes!(stand_ins))
}

/// One's own account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    login: String,
    name: String,
    /// Masked; empty if none is known.
    phone: String,
    duty_hours: String,
    /// Whether sign-in asks for a code.
    totp: bool,
    /// Recovery codes that are left.
    recovery_left: u32,
    /// Roles held today, before or later.
    roles: Vec<GrantView>,
}

/// One's own account.
#[utoipa::path(get, path = "/me/account", tag = "account", operation_id = "account", responses((status = 200, body = AccountView)),
    extensions(("x-permission" = json!("any"))))]
async fn account(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<AccountView>> {
    let login = &signed.0.login;
    let master = master(&desk).await;
    let mut tx = desk.db.read().await?;
    let person = people::get(&mut tx, login).await?.ok_or_else(|| super::web::bug("a session without a person"))?;
    let recovery_left = totp::recovery_left(&mut tx, login).await?;
    let at = At { desk: &desk, master: master.as_deref(), today: desk.today(), lang };
    Ok(Json(AccountView {
        roles: person.grants.iter().map(|grant| GrantView::of(&at, grant)).collect(),
        login: person.login,
        name: person.name,
        phone: person.phone,
        duty_hours: person.duty_hours,
        totp: person.totp,
        recovery_left,
    }))
}

/// What an authenticator app is given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TotpSecret {
    /// To be typed where nothing can be scanned.
    secret: String,
    /// The same as an address.
    uri: String,
    /// The address as a picture, SVG.
    qr_svg: String,
}

/// Shows a secret for an authenticator app; nothing is asked before it is confirmed.
#[utoipa::path(post, path = "/me/totp", tag = "account", operation_id = "totp_enrol", responses((status = 200, body = TotpSecret)),
    extensions(("x-permission" = json!("any"))))]
async fn totp_enrol(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<TotpSecret>> {
    signed.0.in_person()?;
    let made = totp::enrol(&desk.db, &signed.0.login).await?;
    Ok(Json(TotpSecret { secret: made.secret, uri: made.uri, qr_svg: made.qr_svg }))
}

/// A code of the phone.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TotpCode {
    code: String,
}

/// Codes for a lost phone, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    codes: Vec<String>,
}

/// Confirms the secret with a first code; sign-in asks from now on.
#[utoipa::path(post, path = "/me/totp/confirm", tag = "account", operation_id = "totp_confirm", request_body = TotpCode,
    responses((status = 200, body = RecoveryCodes)), extensions(("x-permission" = json!("any"))))]
async fn totp_confirm(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<TotpCode>) -> Answer<Json<RecoveryCodes>> {
    signed.0.in_person()?;
    Ok(Json(RecoveryCodes { codes: totp::confirm(&desk.db, &signed.0.login, &sent.code).await? }))
}

/// Switches the codes off, with a code.
#[utoipa::path(post, path = "/me/totp/off", tag = "account", operation_id = "totp_off", request_body = TotpCode,
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("any"))))]
async fn totp_off(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<TotpCode>) -> Answer<StatusCode> {
    signed.0.in_person()?;
    totp::switch_off(&desk.db, &signed.0.login, &sent.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token of a program.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    id: String,
    name: String,
    permissions: Vec<String>,
    created_at: String,
    expires_at: String,
    #[schema(required)]
    last_used_at: Option<String>,
    #[schema(required)]
    revoked_at: Option<String>,
    /// works, expired or revoked.
    state: String,
}

impl TokenView {
    fn of(token: ApiToken, now_us: i64) -> Self {
        let state = if token.revoked_us.is_some() {
            "revoked"
        } else if token.works(now_us) {
            "works"
        } else {
            "expired"
        };
        Self {
            id: token.id,
            name: token.name,
            permissions: token.permissions.iter().map(|permission| permission.name().to_owned()).collect(),
            created_at: instant(token.created_us),
            expires_at: instant(token.expires_us),
            last_used_at: token.last_used_us.map(instant),
            revoked_at: token.revoked_us.map(instant),
            state: state.to_owned(),
        }
    }
}

/// One's own tokens, newest first.
#[utoipa::path(get, path = "/me/tokens", tag = "account", operation_id = "api_tokens", responses((status = 200, body = Vec<TokenView>)),
    extensions(("x-permission" = json!("any"))))]
async fn api_tokens(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<TokenView>>> {
    let held = tokens::list(&mut desk.db.read().await?, &signed.0.login).await?;
    Ok(Json(held.into_iter().map(|token| TokenView::of(token, desk.db.now_us())).collect()))
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewToken {
    /// What it is for.
    name: String,
    /// A part of one's own permissions.
    permissions: Vec<String>,
    days: u32,
}

/// A token as it is made: the secret is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenMade {
    id: String,
    /// Send it as `Authorization: Bearer …`.
    secret: String,
}

/// Makes a token for a program.
#[utoipa::path(post, path = "/me/tokens", tag = "account", operation_id = "create_token", request_body = NewToken,
    responses((status = 201, body = TokenMade)), extensions(("x-permission" = json!("any"))))]
async fn create_token(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<NewToken>) -> Answer<(StatusCode, Json<TokenMade>)> {
    signed.0.in_person()?;
    let permissions: Vec<Permission> = sent.permissions.iter().map(|name| permission(name)).collect::<Result<_, _>>()?;
    let (id, secret) = tokens::create(&desk.db, &desk.parameters(), &desk.roles, &signed.0, &sent.name, &permissions, sent.days).await?;
    Ok((StatusCode::CREATED, Json(TokenMade { id, secret })))
}

fn permission(name: &str) -> Result<Permission, Refusal> {
    Permission::named(name).ok_or_else(|| {
        Refusal::bad_input(
            "access.token.permissions",
            format!("没有权限 {name}；请从列表中选择"),
            format!("there is no permission {name}; choose from the list"),
        )
    })
}

/// Takes a token back.
#[utoipa::path(delete, path = "/me/tokens/{id}", tag = "account", operation_id = "revoke_token", params(("id" = String, Path)),
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("any"))))]
async fn revoke_token(State(desk): State<Arc<Desk>>, signed: Signed, Named(id): Named<String>) -> Answer<StatusCode> {
    signed.0.in_person()?;
    tokens::revoke(&desk.db, &signed.0.login, &signed.0.login, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one person lets another do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DelegationView {
    id: String,
    giver: String,
    giver_name: String,
    taker: String,
    taker_name: String,
    from: String,
    /// First day it no longer holds.
    to: String,
    reason: String,
    /// coming, holds, over or revoked.
    state: String,
    roles: Vec<GrantView>,
}

/// Delegations given and taken, newest first.
#[utoipa::path(get, path = "/me/delegations", tag = "account", operation_id = "delegations",
    responses((status = 200, body = Vec<DelegationView>)), extensions(("x-permission" = json!("any"))))]
async fn delegations(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<DelegationView>>> {
    let master = master(&desk).await;
    let today = desk.today();
    let at = At { desk: &desk, master: master.as_deref(), today, lang };
    let view = |lent: Delegation| DelegationView {
        state: match () {
            () if lent.revoked_us.is_some() => "revoked",
            () if lent.holds(today) => "holds",
            () if today < lent.from => "coming",
            () => "over",
        }
        .to_owned(),
        roles: lent.grants.iter().map(|grant| GrantView::of(&at, grant)).collect(),
        from: lent.from.to_string(),
        to: lent.to.to_string(),
        id: lent.id,
        giver: lent.giver,
        giver_name: lent.giver_name,
        taker: lent.taker,
        taker_name: lent.taker_name,
        reason: lent.reason,
    };
    let all = delegations::list(&mut desk.db.read().await?, &signed.0.login).await?;
    Ok(Json(all.into_iter().map(view).collect()))
}

/// What is to be lent.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DelegationSent {
    /// Login of who may act.
    taker: String,
    /// Ids of one's own roles.
    grants: Vec<String>,
    from: String,
    /// First day it no longer holds.
    to: String,
    reason: String,
}

/// A delegation that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DelegationMade {
    id: String,
}

/// Lets another act with some of one's own roles.
#[utoipa::path(post, path = "/me/delegations", tag = "account", operation_id = "delegate", request_body = DelegationSent,
    responses((status = 201, body = DelegationMade)), extensions(("x-permission" = json!("any"))))]
async fn delegate(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Sent(sent): Sent<DelegationSent>,
) -> Answer<(StatusCode, Json<DelegationMade>)> {
    signed.0.in_person()?;
    let new = NewDelegation { taker: &sent.taker, grants: &sent.grants, from: day(&sent.from)?, to: day(&sent.to)?, reason: &sent.reason };
    let id = delegations::delegate(&desk.db, &desk.parameters(), &signed.0.login, &new).await?;
    Ok((StatusCode::CREATED, Json(DelegationMade { id })))
}

/// Takes a delegation back; either side may.
#[utoipa::path(delete, path = "/me/delegations/{id}", tag = "account", operation_id = "revoke_delegation", params(("id" = String, Path)),
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("any"))))]
async fn revoke_delegation(State(desk): State<Arc<Desk>>, signed: Signed, Named(id): Named<String>) -> Answer<StatusCode> {
    signed.0.in_person()?;
    delegations::revoke(&desk.db, &signed.0.login, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Under which delegation to act.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ActSent {
    /// Absent to act for oneself again.
    delegation: Option<String>,
}

/// Acts for somebody, or for oneself again; holds for this session.
#[utoipa::path(post, path = "/me/acting", tag = "account", operation_id = "act", request_body = ActSent,
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("any"))))]
async fn act(State(desk): State<Arc<Desk>>, signed: Signed, headers: HeaderMap, Sent(sent): Sent<ActSent>) -> Answer<StatusCode> {
    signed.0.in_person()?;
    if let Some(session) = token(&headers) {
        delegations::act(&desk.db, &signed.0.login, &session, sent.delegation.as_deref()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    begun_at: String,
    /// When it was last used.
    seen_at: String,
    /// Begun through another house.
    sso: bool,
    /// Whether it is this one.
    here: bool,
}

/// One's own sessions, last used first.
#[utoipa::path(get, path = "/me/sessions", tag = "account", operation_id = "sessions", responses((status = 200, body = Vec<SessionView>)),
    extensions(("x-permission" = json!("any"))))]
async fn sessions_held(State(desk): State<Arc<Desk>>, signed: Signed, headers: HeaderMap) -> Answer<Json<Vec<SessionView>>> {
    let asking = token(&headers).unwrap_or_else(|| sessions::Token::sent(""));
    let held = sessions::held(&mut desk.db.read().await?, &desk.parameters(), &signed.0.login, &asking).await?;
    let view =
        |one: sessions::Held| SessionView { begun_at: instant(one.begun_us), seen_at: instant(one.seen_us), sso: one.sso, here: one.here };
    Ok(Json(held.into_iter().map(view).collect()))
}

/// Signs out everywhere else; this session goes on.
#[utoipa::path(delete, path = "/me/sessions", tag = "account", operation_id = "sign_out_elsewhere",
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("any"))))]
async fn sign_out_elsewhere(State(desk): State<Arc<Desk>>, signed: Signed, headers: HeaderMap) -> Answer<StatusCode> {
    signed.0.in_person()?;
    let asking = token(&headers).unwrap_or_else(|| sessions::Token::sent(""));
    sessions::sign_out_elsewhere(&desk.db, &signed.0.login, &asking).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody who may be asked to stand in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandIn {
    login: String,
    name: String,
}

/// Most colleagues one chooses from.
const STAND_INS: usize = 500;

/// Colleagues to choose a stand-in from, names only: for the operator's people each other, for a partner's those of the same partner, outlet or work ID.
#[utoipa::path(get, path = "/me/stand-ins", tag = "account", operation_id = "stand_ins", responses((status = 200, body = Vec<StandIn>)),
    extensions(("x-permission" = json!("any"))))]
async fn stand_ins(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<StandIn>>> {
    let today = desk.today();
    let mut tx = desk.db.read().await?;
    let own = people::get(&mut tx, &signed.0.login).await?.map(|person| person.grants).unwrap_or_default();
    // A partner's people are asked by partners, an operator's by operators: the kinds of what their roles are held over are the same.
    let kind = |role: &str| desk.roles.get(role).ok().map(|role| role.over);
    let kinds: Vec<_> = own.iter().filter(|grant| grant.holds(today)).map(|grant| kind(&grant.role)).collect();
    let fits = |person: &people::Person| {
        let like = |grant: &qudao_access::caller::Grant| grant.holds(today) && kinds.contains(&kind(&grant.role));
        let ours = kinds.contains(&Some(qudao_access::Over::Territory));
        let same_place = |grant: &qudao_access::caller::Grant| own.iter().any(|mine| mine.over == grant.over);
        person.login != signed.0.login && person.grants.iter().any(|grant| like(grant) && (ours || same_place(grant)))
    };
    // Of many people only those in roles of the same kinds, and of a partner's people those at its own places.
    let alike: Vec<&str> = desk.roles.iter().filter(|role| kinds.contains(&Some(role.over))).map(|role| role.id.as_str()).collect();
    if alike.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let ours = kinds.contains(&Some(qudao_access::Over::Territory));
    let places: Vec<&str> = if ours { vec![""] } else { own.iter().map(|grant| grant.over.as_str()).collect() };
    let mut found: Vec<people::Person> = Vec::new();
    for over in places {
        let query = directory::Query { role: alike.join(","), over: over.to_owned(), limit: STAND_INS, ..directory::Query::default() };
        found.extend(directory::first(&mut tx, &query, today, &fits).await?);
    }
    found.sort_by(|one, other| one.login.cmp(&other.login));
    found.dedup_by(|one, other| one.login == other.login);
    found.truncate(STAND_INS);
    Ok(Json(found.into_iter().map(|person| StandIn { login: person.login, name: person.name }).collect()))
}
