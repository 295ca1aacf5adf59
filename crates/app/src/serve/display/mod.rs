//! 陈列与物料 (第7篇 第八章): standards, corrections, our material at outlets with its agreements and recalls; plans of areas,
//! ad companies, launches, second looks and first notice. The rules are those of `qudao-display`; here they
//! get a caller, names, pictures and the visits that count.

mod agencies;
mod agreements;
mod brand;
mod corrections;
mod demo;
mod demo_plans;
mod effect;
mod launches;
mod notice;
mod outlet;
mod pictures;
mod plans;
mod pop;
mod recalls;
mod rescores;
mod rounds;
mod standards;

pub(super) use demo::fill;
pub(super) use effect::place;
pub(super) use launches::briefed;
pub(super) use rounds::round;

use super::desk::Desk;
use super::orders::Asker;
use super::reach;
use super::signed::Signed;
use super::web::MOST_ROWS;
use qudao_access::{Over, Permission, Scope};
use qudao_display::places::Catalogue;
use qudao_display::pop::acts::{At, Limits};
use qudao_display::{Sight, correction, launch, plan, rescore};
use qudao_distribution::risk;
use qudao_field::checklist;
use qudao_kernel::master::Outlet;
use qudao_kernel::{Date, Kind, Lang, Refusal, territory};
use qudao_platform::audit::same_hand;
use qudao_platform::params::Register;
use qudao_platform::{Db, write_tx};
use std::sync::Arc;
use std::sync::atomic::AtomicI32;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    corrections::routes()
        .merge(pop::routes())
        .merge(agreements::routes())
        .merge(recalls::routes())
        .merge(standards::routes())
        .merge(pictures::routes())
        .merge(outlet::routes())
        .merge(plans::routes())
        .merge(agencies::routes())
        .merge(launches::routes())
        .merge(rescores::routes())
        .merge(notice::routes())
        .merge(brand::routes())
}

/// Who reads here.
pub(super) const READ: &[Permission] = &[Permission::DisplayRead];
/// Who writes here.
const MANAGE: &[Permission] = &[Permission::DisplayManage];

/// What display and distribution go by.
pub(crate) struct Display {
    pub(super) places: Catalogue,
    pub(super) assortment: qudao_distribution::assortment::Definitions,
    /// The day on which risks were looked for last.
    pub(super) looked: AtomicI32,
    /// The day on which samples of checks were drawn last.
    drawn: AtomicI32,
}

impl Display {
    /// The standard definitions; visits that count are listened for from here on.
    pub(crate) async fn open(db: &Db, checklists: &checklist::Catalogue) -> Result<Self, Refusal> {
        write_tx!(db, |tx| rounds::subscribe(tx).await)?;
        Ok(Self {
            places: Catalogue::standard(checklists.get("places")?)?,
            assortment: qudao_distribution::assortment::Definitions::standard()?,
            looked: AtomicI32::new(i32::MIN),
            drawn: AtomicI32::new(i32::MIN),
        })
    }
}

/// An outlet of the asker's reach, as it is today.
///
/// # Errors
/// `NotFound display.outlet`.
pub(super) fn reached<'a>(asker: &'a Asker, scope: &Scope, outlet: &str) -> Result<&'a Outlet, Refusal> {
    let covered = reach::covered(Some(&*asker.master), scope, Over::Outlet, outlet, asker.today);
    asker.master.outlet(outlet, asker.today).filter(|_| covered).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "display.outlet",
            format!("没有网点 {outlet}，或不在您的范围内；请核对编码"),
            format!("there is no outlet {outlet}, or not within your reach; check the code"),
        )
    })
}

/// What waits for somebody here.
pub(super) struct Waiting {
    /// Corrections of theirs under way.
    pub(super) corrections: u64,
    /// Of these, behind their day.
    pub(super) late: u64,
    /// The first day one is due.
    pub(super) due: Option<Date>,
    /// Risks of theirs that are open.
    pub(super) risks: u64,
    /// Pieces of launches that are to stand at their outlets.
    pub(super) launches: u64,
    /// Of these, behind their day.
    pub(super) launches_late: u64,
    /// The first day one is due.
    pub(super) launches_due: Option<Date>,
    /// Scores of theirs that somebody found differently, to be read.
    pub(super) rescored: u64,
    /// Placement plans of their areas that somebody else submitted.
    pub(super) plans: u64,
}

/// What waits for the asker; none for who manages neither.
///
/// # Errors
/// The database does not answer.
pub(super) async fn waiting(desk: &Arc<Desk>, signed: &Signed) -> Result<Option<Waiting>, Refusal> {
    let (Ok(()), owner, today) = (signed.may(desk, Permission::DisplayManage), signed.0.login.clone(), desk.today()) else {
        return Ok(None);
    };
    let (who, sight) = (signed.0.who(), Asker::of(desk, Lang::Zh).await.sight(desk, signed, MANAGE)?);
    let everywhere = Sight::everywhere();
    let mut tx = desk.db.read().await?;
    let open = correction::Query { state: "open".to_owned(), owner: owner.clone(), limit: 1, ..correction::Query::default() };
    let found = correction::list(&mut tx, &everywhere, &open).await?;
    let late = correction::list(&mut tx, &everywhere, &correction::Query { late: Some(today), ..open }).await?.total;
    let query = plan::Query { state: "submitted".to_owned(), limit: MOST_ROWS, ..plan::Query::default() };
    let plans = plan::list(&mut tx, &sight, &query).await?.rows;
    let others = plans.iter().filter(|one| !same_hand(&one.made_by, &who) && !same_hand(&one.submitted_by, &who)).count();
    let query = launch::Query { owner: owner.clone(), open: true, ..launch::Query::default() };
    let launches = launch::tasks(&mut tx, &everywhere, &query).await?;
    let query = rescore::Query { state: "differs".to_owned(), scorer: owner.clone(), limit: 1, ..rescore::Query::default() };
    let rescored = rescore::list(&mut tx, &everywhere, &query).await?.total;
    let query = risk::Query { state: "open".to_owned(), owner, limit: 1, ..risk::Query::default() };
    let risks = risk::list(&mut tx, &everywhere, &query).await?.total;
    Ok(Some(Waiting {
        corrections: found.total.into(),
        late: late.into(),
        due: found.rows.first().map(|one| one.due_on),
        risks: risks.into(),
        launches: launches.len() as u64,
        launches_late: launches.iter().filter(|task| task.is_late(today)).count() as u64,
        launches_due: launches.first().map(|task| task.due_on),
        rescored: rescored.into(),
        plans: others as u64,
    }))
}

/// An outlet as records keep it.
fn at(outlet: &Outlet) -> At<'_> {
    At { outlet: &outlet.code, partner: &outlet.owner, territory: &outlet.territory }
}

/// What an outlet of a division may be given (R7.184, R7.185).
fn limits(register: &Register, territory: &str, today: Date) -> Result<Limits, Refusal> {
    let norm = register.on("pop_valuable_norm", territory, today)?.int()?;
    let year = register.on("pop_year_limit", territory, today)?.fen()?;
    Ok(Limits { year, valuable: u32::try_from(norm).unwrap_or(u32::MAX) })
}

/// Refuses a division that is none, or not within what the caller manages.
///
/// # Errors
/// `BadInput display.area`; `Forbidden access.caller.no_permission`.
fn area(desk: &Desk, asker: &Asker, signed: &Signed, code: &str) -> Result<(), Refusal> {
    let sight = asker.sight(desk, signed, MANAGE)?;
    if territory::level(code).is_some() && sight.sees(code, "") {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "display.area",
        format!("区域 {code} 不存在，或不在您的范围内；请重新选择"),
        format!("there is no division {code}, or it is not within your reach; choose again"),
    ))
}

/// A number of days of the register.
pub(super) fn days(desk: &Desk, name: &str, asker: &Asker) -> Result<i32, Refusal> {
    let days = desk.parameters().on(name, "", asker.today)?.int()?;
    Ok(i32::try_from(days.clamp(0, 36_500)).unwrap_or(0))
}

/// What an item of a checklist is called; its code where nobody knows it any more.
fn item_name(desk: &Desk, asker: &Asker, template: &str, item: &str) -> String {
    let known = desk.field.catalogue.get(template).ok();
    known.and_then(|known| known.item(item)).map_or_else(|| item.to_owned(), |item| item.name.get(asker.lang).to_owned())
}

/// What a checklist is called.
fn template_name(desk: &Desk, asker: &Asker, template: &str) -> String {
    desk.field.catalogue.get(template).map_or_else(|_| template.to_owned(), |known| known.name.get(asker.lang).to_owned())
}

/// What a place is called.
fn place_name(desk: &Desk, asker: &Asker, place: &str) -> String {
    desk.display.places.place(place).map_or_else(|_| place.to_owned(), |known| known.name.get(asker.lang).to_owned())
}

/// What a kind of material is called.
fn material_name(desk: &Desk, asker: &Asker, material: &str) -> String {
    desk.display.places.material(material).map_or_else(|_| material.to_owned(), |known| known.name.get(asker.lang).to_owned())
}

/// Whether the caller manages display somewhere.
fn manages(desk: &Desk, signed: &Signed) -> bool {
    signed.may(desk, Permission::DisplayManage).is_ok()
}
