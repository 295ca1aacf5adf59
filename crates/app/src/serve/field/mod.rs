//! 走访 the field day (第7篇): what a phone takes along, visits and their photos, promises, notes, the supervisor's queue. The rules are those of
//! `qudao-field`; here they get a caller, names, the network and the fact store.

mod book;
mod calls;
mod cards;
mod day;
mod demo;
mod demo_calls;
mod demo_visit;
mod diary;
mod drawn;
mod notes;
mod photos;
mod plan;
mod planning;
mod presence;
mod promises;
mod remedies;
mod roadshows;
mod setup;
mod shown;
mod shown_call;
mod shown_plan;
mod shown_roadshow;
mod shown_team;
mod shown_visit;
mod summary;
mod tasks;
mod team;
mod visits;
mod waiting;
mod whole;
mod whose;
mod worked;

pub(super) use demo::fill;
pub(super) use photos::sweep;
pub(super) use waiting::waiting;

use super::desk::Desk;
use super::grading::{Grades, Risks};
use super::orders::Asker;
use super::signed::Signed;
use qudao_access::{Permission, Place, Scope};
use qudao_field::checklist::Catalogue;
use qudao_field::params::At;
use qudao_field::visit::facts;
use qudao_field::visit::list::Sight;
use qudao_field::visit::site::{self, Site};
use qudao_field::visit::steps::Course;
use qudao_field::visit::store::House;
use qudao_field::visit::worth::Worth;
use qudao_kernel::{Date, Refusal};
use qudao_platform::{Db, Tx, write_tx};
use std::path::PathBuf;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    setup::routes()
        .merge(day::routes())
        .merge(visits::routes())
        .merge(whole::routes())
        .merge(photos::routes())
        .merge(promises::routes())
        .merge(remedies::routes())
        .merge(notes::routes())
        .merge(plan::routes())
        .merge(diary::routes())
        .merge(summary::routes())
        .merge(team::routes())
        .merge(calls::routes())
        .merge(roadshows::routes())
        .merge(presence::routes())
}

/// What visits go by.
pub(crate) struct Field {
    pub(super) catalogue: Catalogue,
    pub(super) course: Course,
    pub(super) worth: Worth,
    pub(super) risks: Risks,
    pub(super) grades: Grades,
}

impl Field {
    /// The standard definitions. Every checklist is kept in its version, so that no phone can begin under one that is not.
    pub(crate) async fn open(db: &Db) -> Result<Self, Refusal> {
        let (catalogue, course, worth) = (Catalogue::standard()?, Course::standard()?, Worth::standard()?);
        let field = Self { catalogue, course, worth, risks: Risks::default(), grades: Grades::default() };
        write_tx!(db, |tx| {
            field.catalogue.keep(tx).await?;
            facts::subscribe(tx).await
        })?;
        Ok(field)
    }
}

/// Where photos and their parts lie.
pub(super) fn folder(desk: &Desk) -> PathBuf {
    desk.home.uploads().join("field")
}

/// What visits at a place are taken with.
pub(super) fn house<'a>(desk: &'a Desk, territory: &str, day: Date) -> Result<House<'a>, Refusal> {
    let register = desk.parameters();
    let limits = At { register: &register, territory, day }.limits()?;
    Ok(House { catalogue: &desk.field.catalogue, course: &desk.field.course, limits })
}

/// Which visits and promises a permission shows, from its grants: what outlets and their managers may not see is seen by a grant that also looks at visits, or
/// does not make any (R0.39).
///
/// # Errors
/// `Forbidden access.caller.no_permission`.
pub(super) fn sight(desk: &Desk, signed: &Signed, permission: Permission) -> Result<Sight, Refusal> {
    let hidden = whose::above(desk, signed, permission)?;
    Ok(Sight { scope: signed.scope(desk, permission)?, hidden, login: signed.0.login.clone() })
}

/// Whether a scope reaches an outlet that stands somewhere.
fn covers(scope: &Scope, site: &Site) -> bool {
    scope.covers(&Place { territory: &site.territory, partners: &[], outlet: &site.outlet, clerk: "" })
}

/// An outlet as the network knows it on a day; one that is closed by then is the last that was known of it.
///
/// # Errors
/// `NotFound field.outlet.none`.
async fn site_of(desk: &Desk, asker: &Asker, tx: &mut Tx, outlet: &str, day: Date) -> Result<Site, Refusal> {
    let row = site::row(&asker.master, outlet, day).ok_or_else(|| site::none(outlet))?;
    let register = desk.parameters();
    let sizes = At { register: &register, territory: &row.territory, day: asker.today }.sizes()?;
    let point = qudao_network::site::on(tx, outlet, asker.today).await?.and_then(|site| site.point);
    Ok(Site::of(row, &sizes, point, site::closed_from(&asker.master, outlet, day)))
}

/// An outlet within a scope, as it is today.
///
/// # Errors
/// `NotFound field.outlet.none`, also for one elsewhere.
async fn reached(desk: &Desk, asker: &Asker, tx: &mut Tx, scope: &Scope, outlet: &str) -> Result<Site, Refusal> {
    let site = site_of(desk, asker, tx, outlet, asker.today).await?;
    if covers(scope, &site) { Ok(site) } else { Err(site::none(outlet)) }
}

/// The name of an outlet, also of one that is closed.
fn outlet_name(asker: &Asker, outlet: &str) -> String {
    site::row(&asker.master, outlet, asker.today).map_or_else(|| outlet.to_owned(), |row| row.name.clone())
}

/// A day that was sent; one that is given where none was.
fn day_or(text: Option<&str>, otherwise: Date) -> Result<Date, Refusal> {
    Ok(super::orders::day(text)?.unwrap_or(otherwise))
}
