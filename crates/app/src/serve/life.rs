//! 状态 of partners and outlets: where they stand, how they came there, and what is open to the caller; those that are to become one.

use super::desk::Desk;
use super::price::Disorder;
use super::shown::instant;
use super::signed::Signed;
use super::twins::MergeView;
use super::web::{Answer, Asked, Language, Page, Paging, Sent, heavy, only};
use super::{network_name, opened::chain_of};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::{Permission, Place, Scope};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_network::act::Act;
use qudao_network::candidate::{self, Candidate};
use qudao_network::keys::{self, Key, KeyKind, Sealer};
use qudao_network::life::{self, Line, State as Stage, Who};
use qudao_network::twins::{self, Asked as Likely};
use qudao_network::{blacklist, exit, merge, site};
use qudao_orders::acceptance::check::Held;
use qudao_orders::acceptance::report;
use qudao_orders::business::Holder;
use qudao_platform::{Tx, write_tx};
use qudao_settle::period;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(partner_life))
        .routes(routes!(outlet_life))
        .routes(routes!(suspend))
        .routes(routes!(candidates, add))
        .routes(routes!(advance))
}

/// A state that is open.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StateView {
    pub(super) state: String,
    pub(super) title: String,
}

/// A line of the history of states.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LifeLine {
    seq: u32,
    state: String,
    title: String,
    /// First day.
    from: String,
    who: String,
    reason: String,
    /// Number of the application; empty for none.
    application: String,
    at: String,
}

/// An acceptance level from a day on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerLevel {
    from: String,
    /// Id of the level.
    level: String,
    title: String,
    reason: String,
}

/// An address from a day on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteLine {
    from: String,
    address: String,
    /// Degrees in millionths.
    #[schema(required)]
    lat_e6: Option<i64>,
    #[schema(required)]
    lon_e6: Option<i64>,
    application: String,
}

/// A number somebody is known by, masked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NumberView {
    /// licence, person, phone, account.
    kind: String,
    mask: String,
}

/// Where a partner or outlet stands, and how it came there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LifeView {
    code: String,
    /// prospect, applied, approved, active, suspended, `in_exit`, exited; candidate, preparing, open, paused, closed.
    state: String,
    title: String,
    /// Oldest first; empty for what was in force before states were kept.
    lines: Vec<LifeLine>,
    /// Where the caller may take it by hand.
    may: Vec<StateView>,
    /// Of a partner, the newest first.
    levels: Vec<PartnerLevel>,
    /// Of an outlet.
    sites: Vec<SiteLine>,
    numbers: Vec<NumberView>,
    /// Number of the open exit case.
    #[schema(required)]
    exit: Option<String>,
    /// The entry of the blacklist that keeps a partner out.
    #[schema(required)]
    blacklisted: Option<String>,
    /// What it was merged into.
    #[schema(required)]
    merged_into: Option<MergeView>,
    /// What was merged into it.
    merged: Vec<MergeView>,
}

/// Where somebody stands or is to stand.
struct Spot {
    territory: String,
    partner: String,
    outlet: String,
}

/// Where a partner or outlet stands, in force or not.
async fn spot(tx: &mut Tx, master: &Master, who: Who, code: &str, day: Date) -> Result<Spot, Refusal> {
    if let Some(held) = candidate::get(tx, who, code).await? {
        let (partner, outlet) = if who == Who::Partner { (code.to_owned(), String::new()) } else { (held.above, code.to_owned()) };
        return Ok(Spot { territory: held.territory, partner, outlet });
    }
    // One that ended stands where it stood last.
    match who {
        Who::Partner => {
            let row = master.partner(code, day).or_else(|| master.partners().filter(|row| row.code == code).last());
            let row = row.ok_or_else(|| life::none(who, code))?;
            Ok(Spot { territory: row.territory.clone(), partner: code.to_owned(), outlet: String::new() })
        }
        Who::Outlet => {
            let row = master.outlet(code, day).or_else(|| master.outlets().filter(|row| row.code == code).last());
            let row = row.ok_or_else(|| life::none(who, code))?;
            Ok(Spot { territory: row.territory.clone(), partner: row.owner.clone(), outlet: code.to_owned() })
        }
    }
}

fn covers(scope: &Scope, master: &Master, spot: &Spot, day: Date) -> bool {
    let chain = chain_of(master, &spot.partner, day);
    let mut partners: Vec<&str> = chain.iter().map(String::as_str).collect();
    if partners.is_empty() {
        partners.push(&spot.partner);
    }
    scope.covers(&Place { territory: &spot.territory, partners: &partners, outlet: &spot.outlet, clerk: "" })
}

/// The master data of the folder.
pub(super) async fn master(desk: &Arc<Desk>) -> Answer<Arc<Master>> {
    let shared = Arc::clone(desk);
    heavy(move || shared.master()).await
}

/// Refuses what is not within a scope as if it were not there.
pub(super) async fn within(tx: &mut Tx, master: &Master, scope: &Scope, who: Who, code: &str, day: Date) -> Result<(), Refusal> {
    let at = spot(tx, master, who, code, day).await?;
    if covers(scope, master, &at, day) { Ok(()) } else { Err(life::none(who, code)) }
}

/// An act of the caller, today.
pub(super) async fn act<'a>(tx: &mut Tx, who: &'a str, reason: &'a str) -> Result<Act<'a>, Refusal> {
    let today = qudao_access::sessions::day(tx.now_us());
    Ok(Act { who, reason, application: "", today, open_from: period::open_from(tx).await? })
}

async fn view(desk: &Desk, signed: &Signed, tx: &mut Tx, who: Who, code: &str, lang: Lang) -> Result<LifeView, Refusal> {
    let today = desk.today();
    let state = life::on(tx, who, code, today).await?.ok_or_else(|| life::none(who, code))?;
    let lines = life::history(tx, who, code).await?;
    let mut view = LifeView {
        code: code.to_owned(),
        state: state.name().to_owned(),
        title: state.title().get(lang).to_owned(),
        lines: lines.into_iter().map(|line| life_line(line, lang)).collect(),
        may: may(desk, signed, who, state).into_iter().map(|state| state_view(state, lang)).collect(),
        levels: Vec::new(),
        sites: Vec::new(),
        numbers: Vec::new(),
        exit: None,
        blacklisted: None,
        merged_into: merge::of(tx, who, code).await?.map(MergeView::of),
        merged: merge::into(tx, who, code).await?.into_iter().map(MergeView::of).collect(),
    };
    if signed.may(desk, Permission::PartnerManage).is_ok() || signed.may(desk, Permission::BlacklistRead).is_ok() {
        let numbers = keys::of(tx, who.name(), code).await?;
        view.numbers = numbers.into_iter().map(|key| NumberView { kind: key.kind.name().to_owned(), mask: key.mask }).collect();
    }
    if who == Who::Outlet {
        view.sites = site::history(tx, code).await?.into_iter().map(site_line).collect();
        return Ok(view);
    }
    let level = |(held, _, reason): (Held, String, String)| PartnerLevel {
        from: held.from.to_string(),
        title: desk.orders.definitions.level(&held.level).map_or_else(|_| held.level.clone(), |level| level.title().get(lang).to_owned()),
        level: held.level,
        reason,
    };
    view.levels = report::history(tx, Holder::Partner, code).await?.into_iter().map(level).collect();
    view.exit = exit::list(tx, Some(code)).await?.into_iter().find(|case| case.stage != exit::Stage::Closed).map(|case| case.id);
    view.blacklisted = blacklist::hit(tx, &blacklist::Whom::Partner(code.to_owned())).await?.map(|entry| entry.id);
    Ok(view)
}

fn site_line(site: site::Site) -> SiteLine {
    SiteLine {
        from: site.from.to_string(),
        address: site.address,
        lat_e6: site.point.map(|point| point.lat_e6),
        lon_e6: site.point.map(|point| point.lon_e6),
        application: site.application,
    }
}

fn life_line(line: Line, lang: Lang) -> LifeLine {
    LifeLine {
        seq: line.seq,
        state: line.state.name().to_owned(),
        title: line.state.title().get(lang).to_owned(),
        from: line.from.to_string(),
        who: line.who,
        reason: line.reason,
        application: line.application,
        at: instant(line.at_us),
    }
}

pub(super) fn state_view(state: Stage, lang: Lang) -> StateView {
    StateView { state: state.name().to_owned(), title: state.title().get(lang).to_owned() }
}

/// Where the caller may take somebody by hand.
fn may(desk: &Desk, signed: &Signed, who: Who, state: Stage) -> Vec<Stage> {
    let suspends = |to: &Stage| matches!(to, Stage::Suspended | Stage::Active);
    let allowed = |to: &Stage| {
        let permission = if suspends(to) { Permission::PartnerSuspend } else { Permission::PartnerManage };
        signed.may(desk, permission).is_ok()
    };
    life::by_hand(who, state).into_iter().filter(allowed).collect()
}

/// Where a partner stands, and how it came there.
#[utoipa::path(get, path = "/partners/{code}/life", tag = "network", operation_id = "partner_life",
    params(("code" = String, Path, description = "Partner code")), responses((status = 200, body = LifeView)),
    extensions(("x-permission" = json!("partner.read"))))]
async fn partner_life(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<LifeView>> {
    one(&desk, &signed, Who::Partner, &code, lang).await
}

/// Where an outlet stands, and how it came there.
#[utoipa::path(get, path = "/outlets/{code}/life", tag = "network", operation_id = "outlet_life",
    params(("code" = String, Path, description = "Outlet code")), responses((status = 200, body = LifeView)),
    extensions(("x-permission" = json!("partner.read"))))]
async fn outlet_life(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<LifeView>> {
    one(&desk, &signed, Who::Outlet, &code, lang).await
}

async fn one(desk: &Arc<Desk>, signed: &Signed, who: Who, code: &str, lang: Lang) -> Answer<Json<LifeView>> {
    let scope = signed.scope(desk, Permission::PartnerRead)?;
    let master = master(desk).await?;
    within(&mut desk.db.read().await?, &master, &scope, who, code, desk.today()).await?;
    Ok(Json(looked(desk, signed, &master, who, code, lang).await?))
}

/// Where somebody stands, whom the caller may see.
pub(super) async fn looked(
    desk: &Arc<Desk>,
    signed: &Signed,
    master: &Master,
    who: Who,
    code: &str,
    lang: Lang,
) -> Result<LifeView, Refusal> {
    let found = view(desk, signed, &mut desk.db.read().await?, who, code, lang).await;
    match found {
        // The database has nothing yet of what only the folder knows.
        Err(refusal) if refusal.code == "network.state.none" => of_folder(desk, master, signed, who, code, lang),
        other => other,
    }
}

/// What the folder alone says of somebody.
fn of_folder(desk: &Desk, master: &Master, signed: &Signed, who: Who, code: &str, lang: Lang) -> Result<LifeView, Refusal> {
    let state = state_of(master, who, code, desk.today(), None).ok_or_else(|| life::none(who, code))?;
    Ok(LifeView {
        code: code.to_owned(),
        state: state.name().to_owned(),
        title: state.title().get(lang).to_owned(),
        lines: Vec::new(),
        may: may(desk, signed, who, state).into_iter().map(|state| state_view(state, lang)).collect(),
        levels: Vec::new(),
        sites: Vec::new(),
        numbers: Vec::new(),
        exit: None,
        blacklisted: None,
        merged_into: None,
        merged: Vec::new(),
    })
}

/// The state of somebody by the rows of the folder and what was written of them.
pub(super) fn state_of(master: &Master, who: Who, code: &str, day: Date, written: Option<Stage>) -> Option<Stage> {
    let spans: Vec<qudao_kernel::master::Span> = match who {
        Who::Partner => master.partners().filter(|row| row.code == code).map(|row| row.span).collect(),
        Who::Outlet => master.outlets().filter(|row| row.code == code).map(|row| row.span).collect(),
    };
    if spans.is_empty() {
        return written;
    }
    let three = match who {
        Who::Partner => [Stage::Approved, Stage::Active, Stage::Exited],
        Who::Outlet => [Stage::Preparing, Stage::Open, Stage::Closed],
    };
    Some(life::said(spans.iter().any(|span| span.contains(day)), spans.iter().any(|span| day < span.from), written, three))
}

/// Whether a partner is suspended, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SuspendSent {
    suspended: bool,
    reason: String,
}

/// Suspends a partner at once, or lets it work again.
#[utoipa::path(post, path = "/partners/{code}/suspend", tag = "network", operation_id = "suspend_partner", request_body = SuspendSent,
    params(("code" = String, Path, description = "Partner code")), responses((status = 200, body = LifeView)),
    extensions(("x-permission" = json!("partner.suspend"))))]
async fn suspend(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
    Sent(sent): Sent<SuspendSent>,
) -> Answer<Json<LifeView>> {
    let scope = signed.own_scope(&desk, Permission::PartnerSuspend)?;
    let master = master(&desk).await?;
    within(&mut desk.db.read().await?, &master, &scope, Who::Partner, &code, desk.today()).await?;
    desk.roll_in().await?;
    let who = signed.0.who();
    write_tx!(&desk.db, |tx| {
        let act = act(tx, &who, &sent.reason).await?;
        life::suspend(tx, &act, &code, sent.suspended).await
    })?;
    Ok(Json(view(&desk, &signed, &mut desk.db.read().await?, Who::Partner, &code, lang).await?))
}

/// A partner or outlet that is to become one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CandidateRow {
    /// partner, outlet.
    who: String,
    code: String,
    name: String,
    /// Of a partner whom it is to stand under, of an outlet whose it is to be; empty for nobody.
    above: String,
    above_name: String,
    territory: String,
    territory_name: String,
    /// Type of a partner, channel category of an outlet.
    kind: String,
    /// Tier of a partner, sub-type of an outlet.
    class: String,
    address: String,
    state: String,
    title: String,
    made_by: String,
    /// Why prices speak against an outlet there; empty for nothing.
    warning: String,
    may: Vec<StateView>,
}

/// Which candidates.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CandidatesAsked {
    /// partner, outlet.
    who: String,
    /// Part of the code or name.
    q: Option<String>,
    state: Option<String>,
}

pub(super) fn named(who: &str) -> Result<Who, Refusal> {
    [Who::Partner, Who::Outlet].into_iter().find(|one| one.name() == who).ok_or_else(|| {
        Refusal::bad_input(
            "serve.request.query",
            format!("条件 who={who} 无法识别；可用 partner、outlet"),
            format!("who={who} cannot be read; there are partner and outlet"),
        )
    })
}

/// Partners or outlets that are not in force yet, or came to nothing, by code.
#[utoipa::path(get, path = "/candidates", tag = "network", operation_id = "candidates", params(CandidatesAsked, Paging),
    responses((status = 200, body = Page<CandidateRow>)), extensions(("x-permission" = json!("partner.manage"))))]
async fn candidates(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<CandidatesAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<CandidateRow>>> {
    let scope = signed.scope(&desk, Permission::PartnerManage)?;
    only(asked.state.as_deref(), &Stage::ALL.map(Stage::name))?;
    let (who, today, master) = (named(&asked.who)?, desk.today(), master(&desk).await?);
    let found = candidate::list(&mut desk.db.read().await?, who, today).await?;
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let meant = |(candidate, state): &(Candidate, Stage)| {
        let said = |text: &str| text.to_lowercase().contains(&typed);
        let partner = if who == Who::Partner { &candidate.code } else { &candidate.above };
        let outlet = if who == Who::Outlet { candidate.code.clone() } else { String::new() };
        let at = Spot { territory: candidate.territory.clone(), partner: partner.clone(), outlet };
        let wanted = asked.state.as_deref().is_none_or(|wanted| wanted.is_empty() || state.name() == wanted);
        wanted && (said(&candidate.code) || said(&candidate.name)) && covers(&scope, &master, &at, today)
    };
    let rows: Vec<(Candidate, Stage)> = found.into_iter().filter(meant).collect();
    let areas: Vec<String> = rows.iter().filter(|_| who == Who::Outlet).map(|(candidate, _)| candidate.territory.clone()).collect();
    let disorder = Disorder::of(&desk, &mut desk.db.read().await?, &master, &areas, lang).await?;
    let row = |(candidate, state): (Candidate, Stage)| CandidateRow {
        warning: disorder.at(&candidate.territory),
        who: who.name().to_owned(),
        above_name: master.partner(&candidate.above, today).map(|row| row.name.clone()).unwrap_or_default(),
        territory_name: network_name(&candidate.territory, lang),
        code: candidate.code,
        name: candidate.name,
        above: candidate.above,
        territory: candidate.territory,
        kind: candidate.kind,
        class: candidate.class,
        address: candidate.address,
        made_by: candidate.made_by,
        state: state.name().to_owned(),
        title: state.title().get(lang).to_owned(),
        may: may(&desk, &signed, who, state).into_iter().map(|state| state_view(state, lang)).collect(),
    };
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter().map(row))))
}

/// A candidate to be added.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CandidateSent {
    /// partner, outlet.
    who: String,
    code: String,
    name: String,
    /// Of a partner whom it is to stand under, of an outlet whose it is to be; empty for nobody.
    #[serde(default)]
    above: String,
    territory: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    address: String,
    /// Number of the business licence.
    licence: Option<String>,
    /// Identity document of the owner.
    person: Option<String>,
    phone: Option<String>,
    /// Whether it is another than those that are likely the same.
    #[serde(default)]
    despite: bool,
    reason: String,
}

/// Adds a partner or outlet that is to become one.
#[utoipa::path(post, path = "/candidates", tag = "network", operation_id = "add_candidate", request_body = CandidateSent,
    responses((status = 201, body = LifeView)), extensions(("x-permission" = json!("partner.manage"))))]
async fn add(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<CandidateSent>,
) -> Answer<(StatusCode, Json<LifeView>)> {
    let scope = signed.own_scope(&desk, Permission::PartnerManage)?;
    let (kind, master, login) = (named(&sent.who)?, master(&desk).await?, signed.0.who());
    let outlet = if kind == Who::Outlet { sent.code.clone() } else { String::new() };
    let at = Spot { territory: sent.territory.clone(), partner: sent.above.clone(), outlet };
    if !covers(&scope, &master, &at, desk.today()) {
        return Err(outside(&sent.territory).into());
    }
    desk.roll_in().await?;
    let new = Candidate {
        who: kind,
        code: sent.code.trim().to_owned(),
        name: sent.name.trim().to_owned(),
        above: sent.above.trim().to_owned(),
        territory: sent.territory.trim().to_owned(),
        kind: sent.kind,
        class: sent.class,
        address: sent.address,
        made_by: login.clone(),
    };
    let numbers = [(KeyKind::Licence, sent.licence), (KeyKind::Person, sent.person), (KeyKind::Phone, sent.phone)];
    write_tx!(&desk.db, |tx| {
        let act = act(tx, &login, &sent.reason).await?;
        act.reasoned()?;
        let keys = sealed(tx, &numbers).await?;
        if !sent.despite {
            let asked = Likely { who: kind, code: &new.code, name: &new.name, territory: &new.territory, numbers: &keys, point: None };
            let twins = twins::find(tx, &asked, act.today).await?;
            if !twins.is_empty() {
                return Err(twins::likely(&twins));
            }
        }
        candidate::add(tx, &act, &new, &keys).await
    })?;
    let view = view(&desk, &signed, &mut desk.db.read().await?, kind, &new.code, lang).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Numbers somebody typed, sealed.
pub(super) async fn sealed(tx: &mut Tx, numbers: &[(KeyKind, Option<String>)]) -> Result<Vec<Key>, Refusal> {
    let sealer = Sealer::of(tx).await?;
    let given =
        numbers.iter().filter_map(|(kind, number)| Some((*kind, number.as_deref()?.trim()))).filter(|(_, number)| !number.is_empty());
    given.map(|(kind, number)| sealer.key(kind, number)).collect()
}

fn outside(territory: &str) -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "serve.candidate.outside",
        format!("{territory} 不在您的管理范围内；请由该区域的渠道经理登记"),
        format!("{territory} is outside your part of the network; its channel manager has to do it"),
    )
}

/// A step of a candidate.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StepSent {
    /// The state it is to have.
    to: String,
    /// First day an outlet is open; today where absent.
    from: Option<String>,
    reason: String,
}

/// Takes a candidate a step further, or gives it up. Who added it does not approve it.
#[utoipa::path(post, path = "/candidates/{who}/{code}/state", tag = "network", operation_id = "advance_candidate", request_body = StepSent,
    params(("who" = String, Path, description = "partner, outlet"), ("code" = String, Path, description = "Code")),
    responses((status = 200, body = LifeView)), extensions(("x-permission" = json!("partner.manage"))))]
async fn advance(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((who, code)): Path<(String, String)>,
    Sent(sent): Sent<StepSent>,
) -> Answer<Json<LifeView>> {
    let scope = signed.own_scope(&desk, Permission::PartnerManage)?;
    let (kind, master, login, today) = (named(&who)?, master(&desk).await?, signed.0.who(), desk.today());
    within(&mut desk.db.read().await?, &master, &scope, kind, &code, today).await?;
    let wrong = |what: &str| {
        Refusal::bad_input(
            "serve.candidate.step",
            format!("“{what}”不是状态或日期；请刷新页面"),
            format!("`{what}` is no state, or no day; reload the page"),
        )
    };
    let to: Stage = sent.to.parse().map_err(|()| wrong(&sent.to))?;
    let from = sent.from.as_deref().map_or(Ok(today), |from| from.parse().map_err(|_| wrong(from)))?;
    desk.roll_in().await?;
    write_tx!(&desk.db, |tx| {
        let act = act(tx, &login, &sent.reason).await?;
        candidate::advance(tx, &act, kind, &code, to, from).await
    })?;
    desk.rolled_out().await;
    Ok(Json(view(&desk, &signed, &mut desk.db.read().await?, kind, &code, lang).await?))
}
