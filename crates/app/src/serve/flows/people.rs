//! People one may hand an application to, add, or copy in. Whoever decides nothing sees those who decide where they stand.

use super::super::desk::Desk;
use super::super::people::master;
use super::super::reach;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language};
use super::Asker;
use axum::Json;
use axum::extract::State;
use qudao_access::caller::Grant;
use qudao_access::directory::{self, Query};
use qudao_access::people::Person;
use qudao_access::{Permission, Role};
use qudao_kernel::territory::under;
use qudao_kernel::{Lang, Refusal};
use qudao_network::initials::Initials;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most people that are named at once.
const MOST: usize = 20;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(people))
}

/// Somebody who may decide.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeciderView {
    login: String,
    name: String,
    /// Their roles, as people call them.
    title: String,
}

/// Whom one looks for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeciderFilter {
    /// Part of login or name, or pinyin initials of the name.
    q: Option<String>,
}

/// Whom somebody may know of those who decide: who decides, those of the whole house; partners and their people, those of where they stand.
pub(super) struct Known<'d> {
    desk: &'d Desk,
    /// Division codes of where they stand; none for the whole house.
    near: Option<Vec<String>>,
}

impl<'d> Known<'d> {
    /// By the caller's grants.
    pub(super) async fn of(desk: &'d Arc<Desk>, signed: &Signed) -> Result<Self, Refusal> {
        if signed.may(desk, Permission::FlowDecide).is_ok() {
            return Ok(Self { desk, near: None });
        }
        let master = master(desk).await;
        let held = signed.0.grants_for(&desk.roles, Permission::FlowStart).unwrap_or_default();
        let stand = |(role, grant): &(&Role, &Grant)| reach::stands(master.as_deref(), role.over, &grant.over, desk.today());
        Ok(Self { desk, near: Some(held.iter().filter_map(stand).collect()) })
    }

    /// The roles in which somebody decides there, as people call them; none for whom one may not know.
    pub(super) fn roles(&self, person: &Person, lang: Lang) -> Vec<String> {
        let today = self.desk.today();
        let over = |grant: &Grant| self.near.as_ref().is_none_or(|near| near.iter().any(|place| under(place, &grant.over)));
        let held = person.grants.iter().filter(|grant| grant.holds(today) && over(grant));
        let roles = held.filter_map(|grant| self.desk.roles.get(&grant.role).ok());
        roles.filter(|role| role.may.contains(&Permission::FlowDecide)).map(|role| role.title.get(lang).to_owned()).collect()
    }
}

/// People who may decide, by login; the first twenty of those that are meant.
#[utoipa::path(get, path = "/applications/people", tag = "flows", operation_id = "application_people", params(DeciderFilter),
    responses((status = 200, body = Vec<DeciderView>)), extensions(("x-permission" = json!(["flow.start", "flow.decide"]))))]
async fn people(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<DeciderFilter>,
) -> Answer<Json<Vec<DeciderView>>> {
    let asker = Asker::of(&desk, &signed, &[Permission::FlowStart, Permission::FlowDecide]).await?;
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let known = Known::of(&desk, &signed).await?;
    let meant = |person: &Person| {
        let said = |text: &str| text.to_lowercase().contains(&typed);
        typed.is_empty() || said(&person.login) || said(&person.name) || Initials::of(&person.name).find(&typed).is_some()
    };
    let visible = |person: &Person| meant(person) && !known.roles(person, lang).is_empty();
    // Most people decide nothing: only those in roles that do are looked at.
    let deciding: Vec<&str> =
        desk.roles.iter().filter(|role| role.may.contains(&Permission::FlowDecide)).map(|role| role.id.as_str()).collect();
    let query = Query { role: deciding.join(","), limit: MOST, ..Query::default() };
    let found = directory::first(&mut desk.db.read().await?, &query, asker.today, &visible).await?;
    let view = |person: Person| DeciderView { title: known.roles(&person, lang).join(" · "), login: person.login, name: person.name };
    Ok(Json(found.into_iter().map(view).collect()))
}
