//! 价格与市场秩序 prices and the order of the market. The rules are those of `qudao-price`; here they get a caller, names and the network.

mod agenda;
mod areas;
mod books;
mod case_acts;
mod cases;
mod checks;
mod claims;
mod cuts;
mod demo;
mod disorder;
mod diversions;
mod market;
mod prices;
mod report;

pub(super) use demo::fill;
pub(super) use disorder::Disorder;

use super::desk::Desk;
use super::orders::{Asker, union};
use super::people::master;
use super::signed::Signed;
use qudao_access::{Permission, Place, Scope};
use qudao_kernel::master::Outlet;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::{Db, write_tx};
use qudao_price::intake::{self, House};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

const READ: &[Permission] = &[Permission::PriceRead];
const MANAGE: &[Permission] = &[Permission::PriceManage];
const DECIDE: &[Permission] = &[Permission::PriceDecide];
/// How often what visits and orders told is taken.
const ROUND: Duration = Duration::from_secs(20);

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    prices::routes()
        .merge(books::routes())
        .merge(checks::routes())
        .merge(cases::routes())
        .merge(case_acts::routes())
        .merge(areas::routes())
        .merge(diversions::routes())
        .merge(cuts::routes())
        .merge(claims::routes())
        .merge(market::routes())
        .merge(report::routes())
        .merge(agenda::routes())
}

/// Subscribes to what visits and orders tell, before any of them does.
pub(crate) async fn open(db: &Db) -> Result<(), Refusal> {
    write_tx!(db, |tx| intake::subscribe(tx).await)
}

/// Takes what visits and orders told, until the server stops.
pub(crate) async fn rounds(desk: Arc<Desk>) {
    let mut clock = tokio::time::interval(ROUND);
    loop {
        clock.tick().await;
        if !desk.leads("price").await {
            continue;
        }
        if let Err(refusal) = round(&desk).await {
            tracing::error!(code = refusal.code, "{}", refusal.text.en);
        }
    }
}

async fn round(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let Some(master) = master(desk).await else { return Ok(()) };
    let house = House { master, parameters: desk.parameters() };
    while intake::round(&desk.db, &house).await?.done > 0 {}
    Ok(())
}

/// What of prices waits for the asker.
pub(super) struct PriceWaiting {
    /// Books of others to be published.
    pub(super) books: u64,
    /// Cases whose next step is theirs.
    pub(super) cases: u64,
    /// Claims of others to be decided.
    pub(super) claims: u64,
    /// Pieces that turned up elsewhere.
    pub(super) findings: u64,
}

/// What of prices waits for the asker, for their first page; nothing for who does not work on it.
pub(super) async fn waiting(desk: &Arc<Desk>, signed: &Signed) -> Result<Option<PriceWaiting>, Refusal> {
    use qudao_price::book::BookState;
    use qudao_price::case::{Case, CaseState};
    use qudao_price::diversion::FindingState;
    use qudao_price::protection::Decided;
    let asker = Asker::of(desk, qudao_kernel::Lang::Zh).await;
    let (manages, decides) = (asker.sight(desk, signed, MANAGE).ok(), asker.sight(desk, signed, DECIDE).ok());
    let who = signed.0.who();
    let other = |made_by: &str| !qudao_platform::audit::same_hand(made_by, &who);
    let count = |found: usize| found as u64;
    let mut found = PriceWaiting { books: 0, cases: 0, claims: 0, findings: 0 };
    let tx = &mut desk.db.read().await?;
    let steps = |handles: bool| {
        move |one: &&Case| {
            let theirs = matches!(one.state, CaseState::Explained | CaseState::Appealed | CaseState::Notified);
            one.waits(asker.today) && theirs != handles
        }
    };
    let all = qudao_price::case::Query { open: true, ..qudao_price::case::Query::default() };
    if let Some(sight) = &manages {
        found.cases += count(qudao_price::case::list(tx, sight, &all).await?.iter().filter(steps(true)).count());
        found.findings = count(qudao_price::diversion::list(tx, sight, Some(FindingState::Open), "").await?.len());
    }
    if let Some(sight) = &decides {
        let cases = qudao_price::case::list(tx, sight, &all).await?;
        found.cases += count(cases.iter().filter(steps(false)).filter(|one| other(&one.opened_by)).count());
        let books = qudao_price::book::list(tx).await?;
        let mine = |one: &&qudao_price::book::Book| {
            one.state == BookState::Submitted && other(&one.made_by) && over(desk, signed, Permission::PriceDecide, &one.territory).is_ok()
        };
        found.books = count(books.iter().filter(mine).count());
        let claims = qudao_price::protection::claims(tx, sight, "").await?;
        found.claims = count(claims.iter().filter(|one| one.state == Decided::Submitted && other(&one.made_by)).count());
    }
    Ok((manages.is_some() || decides.is_some()).then_some(found))
}

/// A record that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceMade {
    id: String,
}

/// The version after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceChanged {
    /// For the next `If-Match`.
    version: u32,
}

/// A decision on what somebody else made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceDecision {
    /// Else it is refused.
    approve: bool,
    /// A word; a reason where it is refused.
    said: String,
}

/// A reason.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceReason {
    reason: String,
}

/// Whether a scope reaches an outlet.
fn reaches(asker: &Asker, scope: &Scope, outlet: &Outlet) -> bool {
    let chain = super::opened::chain_of(&asker.master, &outlet.owner, asker.today);
    let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
    let works_there = |code: &&String| asker.master.clerk(code, asker.today).is_some_and(|row| row.outlet == outlet.code);
    let clerk = scope.clerks.iter().find(works_there).map_or("", String::as_str);
    scope.covers(&Place { territory: &outlet.territory, partners: &partners, outlet: &outlet.code, clerk })
}

/// An outlet on a day within what one of some permissions reaches.
///
/// # Errors
/// `Forbidden access.caller.no_permission`; `NotFound price.outlet`.
fn outlet<'a>(asker: &'a Asker, desk: &Desk, signed: &Signed, any: &[Permission], code: &str, on: Date) -> Result<&'a Outlet, Refusal> {
    let scope = union(desk, signed, any)?;
    asker.master.outlet(code, on).filter(|row| reaches(asker, &scope, row)).ok_or_else(|| no_outlet(code))
}

fn no_outlet(code: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "price.outlet",
        format!("没有网点 {code}，或不在您的范围内；请核对编码"),
        format!("there is no outlet {code}, or not within your reach; check the code"),
    )
}

/// Refuses what is done for an area beyond the caller's.
///
/// # Errors
/// `Forbidden access.caller.no_permission`, `price.area` for an area that is not wholly theirs.
fn over(desk: &Desk, signed: &Signed, permission: Permission, territory: &str) -> Result<(), Refusal> {
    if signed.scope(desk, permission)?.territories.iter().any(|area| territory.starts_with(area.as_str())) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Forbidden,
        "price.area",
        "该区域不全在您的职责范围内；请由上级岗位办理",
        "the area is not wholly within your reach; somebody above has to do it",
    ))
}

/// Whether somebody asks for the house and not for a partner, an outlet or themselves: they see who said what.
fn of_the_house(desk: &Desk, signed: &Signed) -> bool {
    signed.scope(desk, Permission::PriceRead).is_ok_and(|scope| !scope.territories.is_empty())
}

/// A product's name, its code where it has none.
fn product(asker: &Asker, code: &str) -> String {
    asker.master.product(code, asker.today).map_or_else(|| code.to_owned(), |row| row.name.clone())
}

/// A product that is sold on a day.
///
/// # Errors
/// `BadInput price.product`.
fn known_product(asker: &Asker, code: &str) -> Result<(), Refusal> {
    if asker.master.product(code, asker.today).is_some() {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "price.product",
        format!("没有产品 {code}；请核对产品编码"),
        format!("there is no product {code}; check its code"),
    ))
}

/// The last day of something, as people say it, from the first day on which it holds no more.
fn last(until: Option<Date>) -> Option<String> {
    until.map(|until| until.plus_days(-1).to_string())
}

/// A last day that was sent, as the first day on which it holds no more.
fn until(last: Option<&str>) -> Result<Option<Date>, Refusal> {
    let last = last.filter(|text| !text.is_empty()).map(sent_day).transpose()?;
    Ok(last.map(|last| last.plus_days(1)))
}

fn sent_day(text: &str) -> Result<Date, Refusal> {
    super::receivables::sent_day(text)
}

fn word<T: std::str::FromStr>(text: &str, list: &str) -> Result<T, Refusal> {
    super::receivables::word(text, list)
}
