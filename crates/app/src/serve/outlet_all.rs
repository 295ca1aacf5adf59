//! 网点全景: everything about one outlet at once, each part as far as the caller may read it; and its key contacts.

use super::audit::AuditView;
use super::business::{cell, text};
use super::desk::Desk;
use super::documents::readable;
use super::life::{self, LifeView, act, master, within};
use super::network::{OutletWhole, Term, outlet_whole, terms};
use super::portfolios::{self, KeeperView};
use super::shown::instant;
use super::signed::Signed;
use super::web::{Answer, IfMatch, Language, Sent, heavy};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::{Permission, Place, Scope};
use qudao_engine::facts::{FactStore, Wanted};
use qudao_engine::settle::Rows;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Lang, Refusal};
use qudao_network::contact::{self, Contact, Said};
use qudao_network::life::Who;
use qudao_platform::audit::{self, Search};
use qudao_platform::{Tx, write_tx};
use qudao_policy::model::{Cell, Destination, Fact};
use qudao_workflow::store::About;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most applications and entries of the log that are told.
const TOLD: u32 = 20;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(whole))
        .routes(routes!(contacts, add_contact))
        .routes(routes!(change_contact))
        .routes(routes!(end_contact))
}

/// Somebody who has to say something at an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactView {
    id: String,
    /// For `If-Match`.
    version: u32,
    name: String,
    /// What they are there.
    post: String,
    /// decides, advises, uses.
    power: String,
    /// for, neutral, against.
    attitude: String,
    /// Since when they stand so.
    attitude_on: String,
    needs: String,
    limits: String,
    opportunities: String,
    /// Masked; empty if none is known.
    phone: String,
    from: String,
    /// First day no longer.
    #[schema(required)]
    to: Option<String>,
}

impl ContactView {
    fn of(contact: Contact) -> Self {
        Self {
            id: contact.id,
            version: contact.version,
            name: contact.name,
            post: contact.post,
            power: contact.power,
            attitude: contact.attitude,
            attitude_on: contact.attitude_on.to_string(),
            needs: contact.needs,
            limits: contact.limits,
            opportunities: contact.opportunities,
            phone: contact.phone,
            from: contact.from.to_string(),
            to: contact.to.map(|day| day.to_string()),
        }
    }
}

/// How much of one kind of business.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletFigure {
    kind: String,
    title: String,
    /// This month up to today.
    month: u64,
    /// The month before, up to the same day.
    before: u64,
    /// The whole month before.
    whole_before: u64,
}

/// What an outlet did this month and the month before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletBusiness {
    month: String,
    figures: Vec<OutletFigure>,
}

/// What the last statement of the owner says of an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletCommission {
    period: String,
    statement: String,
    lines: u64,
    /// Fen.
    payable: i64,
    /// Of the whole statement, fen.
    of: i64,
}

/// A document of the owner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletDocument {
    id: String,
    title: String,
    kind: String,
    changed_at: String,
}

/// An application about an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletApplication {
    id: String,
    flow: String,
    flow_title: String,
    state: String,
    applicant: String,
    changed_at: String,
}

/// Everything about an outlet. What the caller may not read is absent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletAll {
    outlet: OutletWhole,
    life: LifeView,
    /// Who looks after it, oldest first.
    keepers: Vec<KeeperView>,
    contacts: Vec<ContactView>,
    /// Agreements of its owner.
    agreements: Vec<Term>,
    #[schema(required)]
    business: Option<OutletBusiness>,
    #[schema(required)]
    commission: Option<OutletCommission>,
    #[schema(required)]
    documents: Option<Vec<OutletDocument>>,
    #[schema(required)]
    applications: Option<Vec<OutletApplication>>,
    /// Newest first.
    #[schema(required)]
    log: Option<Vec<AuditView>>,
}

/// Whether a caller may do something where an outlet is.
fn allowed(desk: &Desk, signed: &Signed, permission: Permission, spot: &Spot) -> bool {
    signed.scope(desk, permission).is_ok_and(|scope| spot.within(&scope))
}

/// Where an outlet is.
struct Spot {
    territory: String,
    owner: String,
    chain: Vec<String>,
    outlet: String,
}

impl Spot {
    fn of(master: &Master, outlet: &str, day: Date) -> Option<Self> {
        let row = master.outlet(outlet, day).or_else(|| master.outlets().filter(|row| row.code == outlet).last())?;
        Some(Self {
            territory: row.territory.clone(),
            owner: row.owner.clone(),
            chain: super::opened::chain_of(master, &row.owner, day),
            outlet: outlet.to_owned(),
        })
    }

    fn within(&self, scope: &Scope) -> bool {
        let partners: Vec<&str> = self.chain.iter().map(String::as_str).collect();
        scope.covers(&Place { territory: &self.territory, partners: &partners, outlet: &self.outlet, clerk: "" })
    }
}

/// Everything about one outlet, each part as far as the caller may read it.
#[utoipa::path(get, path = "/outlets/{code}/whole", tag = "network", operation_id = "outlet_whole",
    params(("code" = String, Path, description = "Outlet code")), responses((status = 200, body = OutletAll)),
    extensions(("x-permission" = json!("partner.read"))))]
async fn whole(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<OutletAll>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let outlet = outlet_whole(&desk, scope, &code, lang).await?;
    let (master, today) = (master(&desk).await?, desk.today());
    let spot = Spot::of(&master, &code, today).ok_or_else(|| qudao_network::life::none(Who::Outlet, &code))?;
    let life = life::looked(&desk, &signed, &master, Who::Outlet, &code, lang).await?;
    let business = if allowed(&desk, &signed, Permission::VolumeRead, &spot) { Some(business(&desk, &spot, lang).await?) } else { None };
    let commission = if allowed(&desk, &signed, Permission::StatementRead, &spot) { commission(&desk, &spot).await? } else { None };
    let documents = if signed.may(&desk, Permission::DocumentRead).is_ok() {
        let own =
            readable(&desk, &signed).await?.into_iter().filter(|one| !spot.owner.is_empty() && one.partner == spot.owner && !one.archived);
        let view = |one: qudao_documents::Document| OutletDocument {
            id: one.id,
            title: one.title,
            kind: one.kind,
            changed_at: instant(one.changed_us),
        };
        Some(own.map(view).collect())
    } else {
        None
    };
    let tx = &mut desk.db.read().await?;
    let keepers = portfolios::views(tx, &code).await?;
    let contacts = contact::list(tx, Who::Outlet, &code).await?.into_iter().map(ContactView::of).collect();
    let applications =
        if allowed(&desk, &signed, Permission::FlowRead, &spot) { Some(applications(&desk, tx, &code, lang).await?) } else { None };
    let log = if signed.everywhere(&desk, Permission::AuditRead).is_ok() {
        let search = Search { noun: "outlet".to_owned(), noun_id: code.clone(), ..Search::default() };
        Some(audit::search(tx, &search, None, TOLD).await?.into_iter().map(AuditView::of).collect())
    } else {
        None
    };
    let agreements = terms(&master, &spot.owner);
    Ok(Json(OutletAll { outlet, life, keepers, contacts, agreements, business, commission, documents, applications, log }))
}

async fn business(desk: &Arc<Desk>, spot: &Spot, lang: Lang) -> Answer<OutletBusiness> {
    let (desk, owner, outlet) = (Arc::clone(desk), spot.owner.clone(), spot.outlet.clone());
    heavy(move || {
        let (today, month) = (desk.today(), desk.today().month());
        let store = FactStore::open(&desk.home.root().to_string_lossy())?;
        let snapshot = store.latest()?;
        let partner = (!owner.is_empty()).then_some(owner);
        let wanted = Wanted { months: Some((month.plus(-1), month.plus(1))), partner, ..Wanted::default() };
        let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
        let earlier = today.plus_months(-1);
        for fact in store.facts(&snapshot, Table::BusinessEvent, &wanted)? {
            let Some(day) = on(&fact).filter(|_| text(&fact, Col::Outlet) == outlet) else { continue };
            let count = counts.entry(text(&fact, Col::Kind).to_owned()).or_default();
            count[0] += u64::from(day.month() == month && day <= today);
            count[1] += u64::from(day.month() == earlier.month() && day <= earlier);
            count[2] += u64::from(day.month() == earlier.month());
        }
        let title = |kind: &str| {
            let zh = Table::BusinessEvent.kinds().iter().find(|(code, _)| *code == kind).map_or(kind, |(_, zh)| zh);
            if lang == Lang::Zh { zh.to_owned() } else { kind.replace('_', " ") }
        };
        let figures = counts.into_iter().filter(|(_, count)| count.iter().any(|count| *count > 0));
        let figure = |(kind, [month, before, whole_before]): (String, [u64; 3])| OutletFigure {
            title: title(&kind),
            kind,
            month,
            before,
            whole_before,
        };
        Ok(OutletBusiness { month: month.to_string(), figures: figures.map(figure).collect() })
    })
    .await
}

fn on(fact: &Fact) -> Option<Date> {
    match cell(fact, Col::OccurredOn) {
        Some(Cell::Date(day)) => Some(*day),
        _ => None,
    }
}

async fn commission(desk: &Arc<Desk>, spot: &Spot) -> Answer<Option<OutletCommission>> {
    let (desk, owner, outlet) = (Arc::clone(desk), spot.owner.clone(), spot.outlet.clone());
    heavy(move || {
        let runs = desk.runs()?;
        let found = runs.iter().rev().find_map(|run| run.head(&owner).map(|head| (run, head)));
        let Some((run, head)) = found.filter(|_| !owner.is_empty()) else { return Ok(None) };
        let statement = run.statement(head)?;
        let (mut lines, mut payable) = (0, 0);
        let rows = Rows { partner: Some(owner.clone()), ..Rows::default() };
        run.world()?.lines().each(&rows, |line| {
            if line.outlet == outlet && line.destination == Destination::Payable {
                lines += 1;
                payable += line.amount;
            }
        })?;
        let (period, of) = (run.period().to_string(), statement.totals.due.0);
        Ok(Some(OutletCommission { period, statement: statement.number, lines, payable, of }))
    })
    .await
}

async fn applications(desk: &Desk, tx: &mut Tx, outlet: &str, lang: Lang) -> Result<Vec<OutletApplication>, Refusal> {
    let mut found = Vec::new();
    for held in qudao_workflow::store::about(tx, &About::Outlet(outlet), TOLD).await? {
        let definition = desk.flows.catalogue.of(tx, &held.instance.flow, held.instance.version).await?;
        found.push(OutletApplication {
            flow_title: definition.title.get(lang).to_owned(),
            state: held.instance.state.name().to_owned(),
            applicant: held.instance.starter.name.clone(),
            changed_at: instant(held.instance.changed_us),
            id: held.instance.id,
            flow: held.instance.flow,
        });
    }
    Ok(found)
}

/// Key contacts of an outlet: those of today first, then who decides.
#[utoipa::path(get, path = "/outlets/{code}/contacts", tag = "network", operation_id = "outlet_contacts",
    params(("code" = String, Path, description = "Outlet code")), responses((status = 200, body = Vec<ContactView>)),
    extensions(("x-permission" = json!("partner.read"))))]
async fn contacts(State(desk): State<Arc<Desk>>, signed: Signed, Path(code): Path<String>) -> Answer<Json<Vec<ContactView>>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let master = master(&desk).await?;
    let tx = &mut desk.db.read().await?;
    within(tx, &master, &scope, Who::Outlet, &code, desk.today()).await?;
    Ok(Json(contact::list(tx, Who::Outlet, &code).await?.into_iter().map(ContactView::of).collect()))
}

/// What is said of a contact.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ContactSent {
    name: String,
    #[serde(default)]
    post: String,
    /// decides, advises, uses.
    power: String,
    /// for, neutral, against.
    attitude: String,
    #[serde(default)]
    needs: String,
    #[serde(default)]
    limits: String,
    #[serde(default)]
    opportunities: String,
    /// A new phone; absent to leave it, empty to forget it.
    phone: Option<String>,
}

impl ContactSent {
    fn said(&self) -> Said<'_> {
        Said {
            name: &self.name,
            post: &self.post,
            power: &self.power,
            attitude: &self.attitude,
            needs: &self.needs,
            limits: &self.limits,
            opportunities: &self.opportunities,
            phone: self.phone.as_deref(),
        }
    }
}

/// Adds a key contact of an outlet.
#[utoipa::path(post, path = "/outlets/{code}/contacts", tag = "network", operation_id = "add_contact", request_body = ContactSent,
    params(("code" = String, Path, description = "Outlet code")), responses((status = 201, body = ContactView)),
    extensions(("x-permission" = json!("partner.manage"))))]
async fn add_contact(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
    Sent(sent): Sent<ContactSent>,
) -> Answer<(StatusCode, Json<ContactView>)> {
    let scope = signed.own_scope(&desk, Permission::PartnerManage)?;
    let (master, who) = (master(&desk).await?, signed.0.who());
    within(&mut desk.db.read().await?, &master, &scope, Who::Outlet, &code, desk.today()).await?;
    let id = write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, "").await?;
        contact::add(tx, &act, Who::Outlet, &code, &sent.said()).await
    })?;
    let (_, contact) = contact::get(&mut desk.db.read().await?, &id).await?;
    Ok((StatusCode::CREATED, Json(ContactView::of(contact))))
}

/// A contact within the caller's part of the network.
async fn reached(desk: &Arc<Desk>, signed: &Signed, id: &str) -> Answer<()> {
    let scope = signed.own_scope(desk, Permission::PartnerManage)?;
    let master = master(desk).await?;
    let tx = &mut desk.db.read().await?;
    let (who, contact) = contact::get(tx, id).await?;
    Ok(within(tx, &master, &scope, who, &contact.code, desk.today()).await?)
}

/// Says something else of a key contact.
#[utoipa::path(put, path = "/contacts/{id}", tag = "network", operation_id = "change_contact", request_body = ContactSent,
    params(("id" = String, Path, description = "Contact"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = ContactView)), extensions(("x-permission" = json!("partner.manage"))))]
async fn change_contact(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<ContactSent>,
) -> Answer<Json<ContactView>> {
    reached(&desk, &signed, &id).await?;
    let who = signed.0.who();
    write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, "").await?;
        contact::change(tx, &act, &id, version, &sent.said()).await
    })?;
    let (_, contact) = contact::get(&mut desk.db.read().await?, &id).await?;
    Ok(Json(ContactView::of(contact)))
}

/// Why a contact is one no longer.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ContactEnd {
    reason: String,
}

/// A key contact is one no longer.
#[utoipa::path(post, path = "/contacts/{id}/end", tag = "network", operation_id = "end_contact", request_body = ContactEnd,
    params(("id" = String, Path, description = "Contact"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("partner.manage"))))]
async fn end_contact(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<ContactEnd>,
) -> Answer<StatusCode> {
    reached(&desk, &signed, &id).await?;
    let who = signed.0.who();
    write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, &sent.reason).await?;
        contact::end(tx, &act, &id, version).await
    })?;
    Ok(StatusCode::NO_CONTENT)
}
