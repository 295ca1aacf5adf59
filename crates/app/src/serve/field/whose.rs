//! Whose days somebody looks at, plans and answers: the one place that says so. A channel manager has their own; whoever reviews visits, or reads them without
//! making any, has those of all managers whose post lies within their reach.

use super::super::desk::Desk;
use super::super::signed::Signed;
use qudao_access::directory::{self, Query};
use qudao_access::people::Person;
use qudao_access::{Over, Permission, Place, Roles, Scope};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::Tx;
use std::collections::BTreeMap;

/// Most managers of a team.
const MOST: usize = 500;

/// A channel manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manager {
    pub(super) login: String,
    pub(super) name: String,
    /// Division code of their first post.
    pub(super) area: String,
}

/// Where somebody has a permission over others: by grants that also review visits, or make none.
pub(super) fn above(desk: &Desk, signed: &Signed, permission: Permission) -> Result<Scope, Refusal> {
    let grants = signed.0.grants_for(&desk.roles, permission)?;
    let over = grants
        .iter()
        .copied()
        .filter(|(role, _)| role.may.contains(&Permission::VisitReview) || !role.may.contains(&Permission::VisitMake));
    Ok(Scope::of(&over.collect::<Vec<_>>()))
}

/// Whether somebody makes visits themselves.
pub(super) fn makes(desk: &Desk, signed: &Signed) -> bool {
    signed.own_scope(desk, Permission::VisitMake).is_ok()
}

/// The post of a manager within a scope.
fn post(roles: &Roles, person: &Person, scope: &Scope, day: Date) -> Option<String> {
    let makes = |role: &str| roles.get(role).is_ok_and(|role| role.over == Over::Territory && role.may.contains(&Permission::VisitMake));
    let held = person.grants.iter().filter(|grant| grant.holds(day) && makes(&grant.role));
    let within = |over: &str| scope.covers(&Place { territory: over, ..Place::default() });
    held.map(|grant| grant.over.clone()).find(|over| within(over))
}

/// Managers whose post lies within a scope, by name.
pub(super) async fn within(desk: &Desk, tx: &mut Tx, scope: &Scope) -> Result<Vec<Manager>, Refusal> {
    let today = desk.today();
    let mut found: BTreeMap<(String, String), Manager> = BTreeMap::new();
    for role in desk.roles.iter().filter(|role| role.may.contains(&Permission::VisitMake)) {
        let query = Query { role: role.id.clone(), limit: MOST, ..Query::default() };
        let visible = |person: &Person| post(&desk.roles, person, scope, today).is_some();
        for person in directory::first(tx, &query, today, &visible).await? {
            let area = post(&desk.roles, &person, scope, today).unwrap_or_default();
            found.insert((person.name.clone(), person.login.clone()), Manager { login: person.login, name: person.name, area });
        }
    }
    Ok(found.into_values().collect())
}

/// The asker as a manager, if they make visits.
fn own(desk: &Desk, signed: &Signed) -> Option<Manager> {
    let scope = signed.own_scope(desk, Permission::VisitMake).ok()?;
    let area = scope.territories.first().cloned().unwrap_or_default();
    Some(Manager { login: signed.0.login.clone(), name: signed.0.name.clone(), area })
}

/// All managers somebody has a permission over, by name: themselves, and those within their reach.
///
/// # Errors
/// `Forbidden access.caller.no_permission`; the database does not answer.
pub(super) async fn all(desk: &Desk, tx: &mut Tx, signed: &Signed, permission: Permission) -> Result<Vec<Manager>, Refusal> {
    let scope = above(desk, signed, permission)?;
    let mut found = if scope == Scope::default() { Vec::new() } else { within(desk, tx, &scope).await? };
    if let Some(own) = own(desk, signed).filter(|own| found.iter().all(|one| one.login != own.login)) {
        found.push(own);
        found.sort_by(|a, b| (&a.name, &a.login).cmp(&(&b.name, &b.login)));
    }
    Ok(found)
}

/// The manager somebody asks for and has a permission over: themselves where they ask for nobody and make visits, else the first by name.
///
/// # Errors
/// `Forbidden access.caller.no_permission`; `NotFound field.manager.none`.
pub(super) async fn one(
    desk: &Desk,
    tx: &mut Tx,
    signed: &Signed,
    permission: Permission,
    asked: Option<&str>,
) -> Result<Manager, Refusal> {
    let asked = asked.filter(|login| !login.is_empty());
    signed.may(desk, permission)?;
    if let Some(own) = own(desk, signed).filter(|own| asked.is_none_or(|login| login == own.login)) {
        return Ok(own);
    }
    let found = all(desk, tx, signed, permission).await?.into_iter().find(|one| asked.is_none_or(|login| login == one.login));
    found.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "field.manager.none",
            "没有这位渠道经理，或不在您的范围内；请从列表中选择",
            "there is no such channel manager, or not within your reach; choose one from the list",
        )
    })
}
