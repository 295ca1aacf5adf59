//! People, the roles they hold, leaving, work IDs.

use super::blacklist;
use super::desk::Desk;
use super::jobs::instant;
use super::reach;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, Page, Problem, Sent, only};
use axum::Json;
use axum::extract::{Path as Named, State};
use axum::http::StatusCode;
use qudao_access::directory::{self, Query, Sort};
use qudao_access::people::{self, Card, NewGrant, Person};
use qudao_access::work_ids::{self, Binding, Why};
use qudao_access::{Permission, Scope, totp};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_network::initials::Initials;
use qudao_network::keys::KeyKind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(people, add_person))
        .routes(routes!(person, edit_person))
        .routes(routes!(give_role))
        .routes(routes!(end_role))
        .routes(routes!(reset_password))
        .routes(routes!(reset_totp))
        .routes(routes!(leave))
        .routes(routes!(work_ids, bind_work_id))
        .routes(routes!(suspend_work_id))
}

/// A role of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GrantView {
    pub(crate) id: String,
    /// Role id.
    pub(crate) role: String,
    /// What people call it.
    pub(crate) title: String,
    /// The territory, partner, outlet or work ID; empty for everywhere.
    pub(crate) over: String,
    pub(crate) over_name: String,
    /// territory, partner, outlet or clerk.
    pub(crate) over_kind: String,
    /// First day.
    pub(crate) from: String,
    /// First day it no longer holds.
    #[schema(required)]
    pub(crate) to: Option<String>,
    /// Whether it holds today.
    pub(crate) holds: bool,
}

impl GrantView {
    pub(crate) fn of(at: &At<'_>, grant: &qudao_access::caller::Grant) -> Self {
        let role = at.desk.roles.get(&grant.role).ok();
        Self {
            id: grant.id.clone(),
            role: grant.role.clone(),
            title: role.map_or_else(|| grant.role.clone(), |role| role.title.get(at.lang).to_owned()),
            over: grant.over.clone(),
            over_name: role.map_or_else(String::new, |role| reach::name(at.master, role.over, &grant.over, at.today, at.lang)),
            over_kind: role.map_or("", |role| reach::kind(role.over)).to_owned(),
            from: grant.from.to_string(),
            to: grant.to.map(|to| to.to_string()),
            holds: grant.holds(at.today),
        }
    }
}

/// What a view is made with.
pub(crate) struct At<'d> {
    pub(crate) desk: &'d Desk,
    pub(crate) master: Option<&'d Master>,
    pub(crate) today: Date,
    pub(crate) lang: Lang,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonView {
    login: String,
    name: String,
    /// present or left.
    state: String,
    /// When they left.
    #[schema(required)]
    left_at: Option<String>,
    /// Until when wrong passwords lock them out, while they do.
    #[schema(required)]
    locked_until_at: Option<String>,
    /// Masked; empty if none is known.
    phone: String,
    duty_hours: String,
    /// Whether sign-in asks for a code.
    totp: bool,
    /// Whether they still have a first password.
    must_change: bool,
    version: u32,
    roles: Vec<GrantView>,
}

impl PersonView {
    fn of(at: &At<'_>, person: &Person) -> Self {
        let locked = person.locked_until_us > at.desk.db.now_us();
        Self {
            login: person.login.clone(),
            name: person.name.clone(),
            state: if person.left_at_us.is_some() { "left" } else { "present" }.to_owned(),
            left_at: person.left_at_us.map(instant),
            locked_until_at: locked.then(|| instant(person.locked_until_us)),
            phone: person.phone.clone(),
            duty_hours: person.duty_hours.clone(),
            totp: person.totp,
            must_change: person.must_change,
            version: person.version,
            roles: person.grants.iter().map(|grant| GrantView::of(at, grant)).collect(),
        }
    }
}

/// The master data, if there are any yet.
pub(crate) async fn master(desk: &Arc<Desk>) -> Option<Arc<Master>> {
    let desk = Arc::clone(desk);
    tokio::task::spawn_blocking(move || desk.master().ok()).await.ok().flatten()
}

/// A person whom the caller may see or manage.
///
/// # Errors
/// `NotFound access.person.missing` for one out of scope, like for one who does not exist.
pub(crate) async fn within(desk: &Arc<Desk>, scope: &Scope, login: &str) -> Result<Person, Refusal> {
    let person = people::get(&mut desk.db.read().await?, login).await?;
    let master = master(desk).await;
    let today = desk.today();
    person.filter(|person| reach::belongs(master.as_deref(), &desk.roles, scope, person, today)).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "access.person.missing",
            format!("没有人员 {login}；请核对登录名"),
            format!("there is nobody with the login {login}; check it"),
        )
    })
}

/// Refuses a grant over something the caller does not manage.
pub(crate) async fn may_give(desk: &Arc<Desk>, scope: &Scope, role: &str, over: &str) -> Result<(), Refusal> {
    let over_kind = desk.roles.get(role)?.over;
    let master = master(desk).await;
    if scope.is_everywhere() || reach::covered(master.as_deref(), scope, over_kind, over, desk.today()) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Forbidden,
        "access.grant.outside",
        "这个范围不在您管理的区域内；请选择本区域内的范围",
        "this lies outside what you manage; choose a place within it",
    ))
}

/// A day sent by a client.
pub(crate) fn day(text: &str) -> Result<Date, Refusal> {
    text.parse().map_err(|_| {
        Refusal::bad_input(
            "serve.request.day",
            format!("“{text}”不是日期；请按 2026-07-31 填写"),
            format!("`{text}` is no day; write 2026-07-31"),
        )
    })
}

/// Filters of the list of people.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// Part of login or name, pinyin initials of the name, or a whole phone number.
    q: Option<String>,
    /// Holding this role today; several as a comma list.
    role: Option<String>,
    /// Holding a role today over a code that begins so.
    over: Option<String>,
    /// present (where absent), left or all.
    state: Option<String>,
    /// login, name, -login or -name.
    sort: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// People.
#[utoipa::path(get, path = "/people", tag = "people", operation_id = "people", params(PeopleQuery),
    responses((status = 200, body = Page<PersonView>)), extensions(("x-permission" = json!("person.read"))))]
async fn people(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PeopleQuery>,
) -> Answer<Json<Page<PersonView>>> {
    let scope = signed.scope(&desk, Permission::PersonRead)?;
    only(asked.state.as_deref(), &["present", "left", "all"])?;
    let sort = asked.sort.as_deref().unwrap_or("login");
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    // Letters may be pinyin initials, which the database knows nothing of; digits may be a whole phone number, which only it knows.
    let by_letters = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_lowercase());
    let query = Query {
        text: if by_letters { String::new() } else { typed.clone() },
        role: asked.role.unwrap_or_default(),
        over: asked.over.unwrap_or_default(),
        state: match asked.state.as_deref() {
            Some("left") => directory::State::Left,
            Some("all") => directory::State::All,
            _ => directory::State::Present,
        },
        sort: if sort.trim_start_matches('-') == "name" { Sort::Name } else { Sort::Login },
        falling: sort.starts_with('-'),
        after: asked.after,
        limit: asked.limit.unwrap_or(50),
    };
    let (master, today) = (master(&desk).await, desk.today());
    let meant = |person: &Person| {
        let said = |text: &str| text.to_lowercase().contains(&typed);
        said(&person.login) || said(&person.name) || Initials::of(&person.name).find(&typed).is_some()
    };
    let visible = |person: &Person| (!by_letters || meant(person)) && reach::belongs(master.as_deref(), &desk.roles, &scope, person, today);
    let tx = &mut desk.db.read().await?;
    let page = if scope.is_everywhere() && !by_letters {
        directory::all(tx, &query, today).await?
    } else if scope.is_everywhere() && query.role.is_empty() && query.over.is_empty() {
        desk.names.page(tx, &query, &typed).await?
    } else {
        directory::list(tx, &query, today, &visible).await?
    };
    let at = At { desk: &desk, master: master.as_deref(), today, lang };
    let items = page.people.iter().map(|person| PersonView::of(&at, person)).collect();
    Ok(Json(Page { items, next: page.next, total: page.total }))
}

/// A role to be given.
#[derive(Deserialize, ToSchema)]
pub(crate) struct GrantSent {
    role: String,
    /// Code of a territory, partner, outlet or work ID; empty for everywhere.
    over: String,
    /// First day.
    from: String,
    /// First day it no longer holds.
    to: Option<String>,
    reason: String,
}

/// A person to be added.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPerson {
    login: String,
    name: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    duty_hours: String,
    /// To be changed at the first sign-in.
    first_password: String,
    grant: GrantSent,
}

impl GrantSent {
    fn read(&self) -> Result<NewGrant<'_>, Refusal> {
        let to = self.to.as_deref().filter(|to| !to.is_empty()).map(day).transpose()?;
        Ok(NewGrant { role: &self.role, over: &self.over, from: day(&self.from)?, to, reason: &self.reason })
    }
}

/// Adds a person with a first role and a first password.
#[utoipa::path(post, path = "/people", tag = "people", operation_id = "add_person", request_body = NewPerson,
    responses((status = 201, body = PersonView)), extensions(("x-permission" = json!("person.manage"))))]
async fn add_person(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<NewPerson>,
) -> Answer<(StatusCode, Json<PersonView>)> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    may_give(&desk, &scope, &sent.grant.role, &sent.grant.over).await?;
    let card = Card { name: &sent.name, duty_hours: &sent.duty_hours, phone: Some(&sent.phone) };
    let phone = [(KeyKind::Phone, Some(sent.phone.clone()))];
    blacklist::admit(&desk, None, &phone).await?;
    people::create_with(&desk.db, &desk.roles, &signed.0.who(), &sent.login, &card, &sent.first_password, &sent.grant.read()?).await?;
    Ok((StatusCode::CREATED, Json(view(&desk, &scope, &sent.login, lang).await?)))
}

async fn view(desk: &Arc<Desk>, scope: &Scope, login: &str, lang: Lang) -> Answer<PersonView> {
    let person = within(desk, scope, login).await?;
    let master = master(desk).await;
    Ok(PersonView::of(&At { desk, master: master.as_deref(), today: desk.today(), lang }, &person))
}

/// A person.
#[utoipa::path(get, path = "/people/{login}", tag = "people", operation_id = "person", params(("login" = String, Path)),
    responses((status = 200, body = PersonView)), extensions(("x-permission" = json!("person.read"))))]
async fn person(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(login): Named<String>,
) -> Answer<Json<PersonView>> {
    let scope = signed.scope(&desk, Permission::PersonRead)?;
    Ok(Json(view(&desk, &scope, &login, lang).await?))
}

/// A changed card.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CardSent {
    name: String,
    #[serde(default)]
    duty_hours: String,
    /// A new phone; absent to leave it, empty to forget it.
    phone: Option<String>,
    #[serde(default)]
    reason: String,
}

/// Changes a person's name, duty hours, phone.
#[utoipa::path(patch, path = "/people/{login}", tag = "people", operation_id = "edit_person", request_body = CardSent,
    params(("login" = String, Path), ("If-Match" = String, Header, description = "The version that was seen")),
    responses((status = 200, body = PersonView)), extensions(("x-permission" = json!("person.manage"))))]
async fn edit_person(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(login): Named<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<CardSent>,
) -> Answer<Json<PersonView>> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    let now = within(&desk, &scope, &login).await?;
    if now.version != version {
        return Err(Problem::from(stale(&now)));
    }
    let card = Card { name: &sent.name, duty_hours: &sent.duty_hours, phone: sent.phone.as_deref() };
    people::edit(&desk.db, &signed.0.who(), &login, version, &card, &sent.reason).await?;
    Ok(Json(view(&desk, &scope, &login, lang).await?))
}

/// What somebody else made of a record meanwhile.
fn stale(now: &Person) -> Refusal {
    let Person { name, duty_hours, phone, .. } = now;
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    Refusal::new(
        Kind::Conflict,
        "platform.db.stale",
        format!("这条资料刚被他人修改，现为：姓名 {name}，值班时间 {}，手机 {}；请核对后再提交", or(duty_hours, "未填"), or(phone, "未填")),
        format!(
            "somebody else changed this meanwhile; it now says: name {name}, duty hours {}, phone {}. Look at it, then submit again",
            or(duty_hours, "none"),
            or(phone, "none")
        ),
    )
}

/// Gives a role.
#[utoipa::path(post, path = "/people/{login}/roles", tag = "people", operation_id = "give_role", request_body = GrantSent,
    params(("login" = String, Path)), responses((status = 200, body = PersonView)), extensions(("x-permission" = json!("person.manage"))))]
async fn give_role(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(login): Named<String>,
    Sent(sent): Sent<GrantSent>,
) -> Answer<Json<PersonView>> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    within(&desk, &scope, &login).await?;
    may_give(&desk, &scope, &sent.role, &sent.over).await?;
    people::grant(&desk.db, &desk.roles, &signed.0.who(), &login, &sent.read()?).await?;
    Ok(Json(view(&desk, &scope, &login, lang).await?))
}

/// The end of a role.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RoleEnd {
    /// First day it no longer holds.
    on: String,
    reason: String,
}

/// Ends a role.
#[utoipa::path(post, path = "/people/{login}/roles/{id}/end", tag = "people", operation_id = "end_role", request_body = RoleEnd,
    params(("login" = String, Path), ("id" = String, Path)), responses((status = 200, body = PersonView)),
    extensions(("x-permission" = json!("person.manage"))))]
async fn end_role(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named((login, id)): Named<(String, String)>,
    Sent(sent): Sent<RoleEnd>,
) -> Answer<Json<PersonView>> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    let person = within(&desk, &scope, &login).await?;
    let grant = person.grants.iter().find(|grant| grant.id == id);
    let grant = grant
        .ok_or_else(|| Refusal::new(Kind::NotFound, "access.grant.missing", format!("没有授权 {id}"), format!("there is no grant {id}")))?;
    may_give(&desk, &scope, &grant.role, &grant.over).await?;
    people::end_grant(&desk.db, &signed.0.who(), &id, day(&sent.on)?, &sent.reason).await?;
    Ok(Json(view(&desk, &scope, &login, lang).await?))
}

/// A new first password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordReset {
    first_password: String,
    reason: String,
}

/// Gives a new first password, lifts a lock-out, ends every session.
#[utoipa::path(post, path = "/people/{login}/password", tag = "people", operation_id = "reset_password", request_body = PasswordReset,
    params(("login" = String, Path)), responses((status = 204, description = "Done")), extensions(("x-permission" = json!("person.manage"))))]
async fn reset_password(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named(login): Named<String>,
    Sent(sent): Sent<PasswordReset>,
) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    within(&desk, &scope, &login).await?;
    people::reset_password(&desk.db, &signed.0.who(), &login, &sent.first_password, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Reason {
    pub(crate) reason: String,
}

/// Switches off the second factor of somebody who lost their phone.
#[utoipa::path(post, path = "/people/{login}/totp/reset", tag = "people", operation_id = "reset_totp", request_body = Reason,
    params(("login" = String, Path)), responses((status = 204, description = "Done")), extensions(("x-permission" = json!("person.manage"))))]
async fn reset_totp(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named(login): Named<String>,
    Sent(sent): Sent<Reason>,
) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    within(&desk, &scope, &login).await?;
    totp::reset(&desk.db, &signed.0.who(), &login, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody leaves: roles, sessions and tokens end now, the work ID is suspended.
#[utoipa::path(post, path = "/people/{login}/leave", tag = "people", operation_id = "leave", request_body = Reason,
    params(("login" = String, Path)), responses((status = 204, description = "Done")), extensions(("x-permission" = json!("person.manage"))))]
async fn leave(State(desk): State<Arc<Desk>>, signed: Signed, Named(login): Named<String>, Sent(sent): Sent<Reason>) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    within(&desk, &scope, &login).await?;
    people::leave(&desk.db, &signed.0.who(), &login, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A work ID of a person, now or once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkIdView {
    clerk: String,
    outlet: String,
    outlet_name: String,
    /// Masked.
    phone: String,
    bound_at: String,
    #[schema(required)]
    suspended_at: Option<String>,
    /// left, moved, shared or other.
    #[schema(required)]
    suspended_why: Option<String>,
}

/// The work IDs of a person, now and before.
#[utoipa::path(get, path = "/people/{login}/work-ids", tag = "people", operation_id = "work_ids", params(("login" = String, Path)),
    responses((status = 200, body = Vec<WorkIdView>)), extensions(("x-permission" = json!("person.read"))))]
async fn work_ids(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(login): Named<String>,
) -> Answer<Json<Vec<WorkIdView>>> {
    let scope = signed.scope(&desk, Permission::PersonRead)?;
    within(&desk, &scope, &login).await?;
    let (master, today) = (master(&desk).await, desk.today());
    let held = work_ids::list(&mut desk.db.read().await?, &login).await?;
    let place = |outlet: &str| reach::name(master.as_deref(), qudao_access::Over::Outlet, outlet, today, lang);
    let of = |id: work_ids::WorkId| WorkIdView {
        outlet_name: place(&id.outlet),
        clerk: id.clerk,
        outlet: id.outlet,
        phone: id.phone,
        bound_at: instant(id.bound_us),
        suspended_at: id.suspended.map(|(at, _)| instant(at)),
        suspended_why: id.suspended.map(|(_, why)| why.name().to_owned()),
    };
    Ok(Json(held.into_iter().map(of).collect()))
}

/// A work ID to be bound.
#[derive(Deserialize, ToSchema)]
pub(crate) struct WorkIdSent {
    clerk: String,
    phone: String,
    reason: String,
}

/// Binds a work ID to a person, at the outlet the master data say.
#[utoipa::path(post, path = "/people/{login}/work-ids", tag = "people", operation_id = "bind_work_id", request_body = WorkIdSent,
    params(("login" = String, Path)), responses((status = 204, description = "Done")), extensions(("x-permission" = json!("person.manage"))))]
async fn bind_work_id(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named(login): Named<String>,
    Sent(sent): Sent<WorkIdSent>,
) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    within(&desk, &scope, &login).await?;
    let (master, today) = (master(&desk).await, desk.today());
    let outlet = master.as_ref().and_then(|master| master.clerk(&sent.clerk, today)).map(|row| row.outlet.clone());
    let within = reach::covered(master.as_deref(), &scope, qudao_access::Over::Clerk, &sent.clerk, today);
    let outlet = outlet.filter(|_| within).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "access.work_id.unknown",
            format!("店员资料中没有工号 {}；请核对", sent.clerk),
            format!("there is no clerk with the work ID {}; check it", sent.clerk),
        )
    })?;
    let phone = [(KeyKind::Phone, Some(sent.phone.clone()))];
    blacklist::admit(&desk, None, &phone).await?;
    let binding = Binding { clerk: &sent.clerk, login: &login, outlet: &outlet, phone: &sent.phone };
    work_ids::bind(&desk.db, &signed.0.who(), &binding, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Suspends the work ID of a person.
#[utoipa::path(post, path = "/people/{login}/work-ids/{clerk}/suspend", tag = "people", operation_id = "suspend_work_id", request_body = Reason,
    params(("login" = String, Path), ("clerk" = String, Path)), responses((status = 204, description = "Done")),
    extensions(("x-permission" = json!("person.manage"))))]
async fn suspend_work_id(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named((login, clerk)): Named<(String, String)>,
    Sent(sent): Sent<Reason>,
) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    within(&desk, &scope, &login).await?;
    let held = work_ids::list(&mut desk.db.read().await?, &login).await?;
    // Another's work ID is none of this person's.
    let clerk = if held.iter().any(|id| id.clerk == clerk) { clerk } else { String::new() };
    work_ids::suspend(&desk.db, &signed.0.who(), &clerk, Why::Other, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
