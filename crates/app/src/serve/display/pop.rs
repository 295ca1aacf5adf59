//! Our material at outlets: the list, its counts and file, one with its history and what it brought, and what is done with it.

use super::super::desk::Desk;
use super::super::distribution::sold;
use super::super::figures;
use super::super::listed::file;
use super::super::orders::Asker;
use super::super::receivables::sent_day;
use super::super::shown::{day, instant};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, MOST_ROWS, Page, Paging, Seen, Sent, heavy, only};
use super::corrections::{DisplayVersion, unknown};
use super::{MANAGE, READ, days, material_name, place_name};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use qudao_access::Permission;
use qudao_display::pop::acts::{self, Act};
use qudao_display::pop::{self, Alert, Asset, Happened, Query};
use qudao_display::worth::{self, Gain, Sold};
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts)).routes(routes!(export)).routes(routes!(one)).routes(routes!(act))
}

/// A piece of our material.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PopRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    kind: String,
    kind_name: String,
    place: String,
    place_name: String,
    campaign: String,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    /// Fen.
    cost: i64,
    valuable: bool,
    /// approved, `in_production`, placed, recalled, lost, cancelled.
    state: String,
    /// good, damaged, misplaced.
    condition: String,
    application: String,
    /// The plan it was made from; empty for one that was applied for.
    plan: String,
    asked_by: String,
    approved_on: String,
    maker: String,
    #[schema(required)]
    ready_on: Option<String>,
    consent: String,
    agreement: String,
    /// SHA-256; empty for none.
    photo: String,
    #[schema(required)]
    placed_on: Option<String>,
    #[schema(required)]
    checked_on: Option<String>,
    #[schema(required)]
    check_by: Option<String>,
    #[schema(required)]
    ended_on: Option<String>,
    /// It should have been looked at.
    unchecked: bool,
    /// A valuable piece without an agreement.
    no_agreement: bool,
}

impl PopRow {
    pub(super) fn of(desk: &Desk, asker: &Asker, one: Asset) -> Self {
        Self {
            kind_name: material_name(desk, asker, &one.kind),
            place_name: place_name(desk, asker, &one.place),
            outlet_name: asker.outlet(&one.outlet),
            partner_name: asker.partner(&one.partner),
            unchecked: one.is_unchecked(asker.today),
            no_agreement: one.lacks_agreement(),
            id: one.id,
            version: one.version,
            kind: one.kind,
            place: one.place,
            campaign: one.campaign,
            outlet: one.outlet,
            partner: one.partner,
            cost: one.cost.0,
            valuable: one.valuable,
            state: one.state,
            condition: one.condition,
            application: one.application,
            plan: one.plan,
            asked_by: one.asked_by,
            approved_on: one.approved_on.to_string(),
            maker: one.maker,
            ready_on: day(one.ready_on),
            consent: one.consent,
            agreement: one.agreement,
            photo: one.photo,
            placed_on: day(one.placed_on),
            checked_on: day(one.checked_on),
            check_by: day(one.check_by),
            ended_on: day(one.ended_on),
        }
    }
}

/// Filters of material.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PopFilter {
    /// approved, `in_production`, placed, recalled, lost, cancelled.
    state: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Partner.
    partner: Option<String>,
    /// Kind of material.
    kind: Option<String>,
    /// Part of the number or campaign.
    q: Option<String>,
    /// unchecked, damaged, `no_agreement`, outdated.
    alert: Option<String>,
}

/// Where material is, and what warns of it.
const STATES: [&str; 6] = ["approved", "in_production", "placed", "recalled", "lost", "cancelled"];
const ALERTS: [&str; 4] = ["unchecked", "damaged", "no_agreement", "outdated"];

fn alert(name: &str, today: Date) -> Option<Alert> {
    match name {
        "unchecked" => Some(Alert::Unchecked(today)),
        "damaged" => Some(Alert::Damaged),
        "no_agreement" => Some(Alert::NoAgreement),
        "outdated" => Some(Alert::Outdated),
        _ => None,
    }
}

impl PopFilter {
    fn query(&self, asker: &Asker, paging: &Paging) -> Result<Query, Refusal> {
        let text = |one: &Option<String>| one.clone().unwrap_or_default();
        only(self.state.as_deref(), &STATES)?;
        only(self.alert.as_deref(), &ALERTS)?;
        Ok(Query {
            state: text(&self.state),
            outlet: text(&self.outlet),
            partner: text(&self.partner),
            kind: text(&self.kind),
            text: text(&self.q).trim().to_owned(),
            alert: self.alert.as_deref().and_then(|name| alert(name, asker.today)),
            after: paging.after.clone().unwrap_or_default(),
            limit: paging.limit(),
        })
    }
}

/// Material, by number.
#[utoipa::path(get, path = "/display/pop", tag = "display", operation_id = "pop", params(PopFilter, Paging),
    responses((status = 200, body = Page<PopRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PopFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PopRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let found = pop::list(&mut desk.db.read().await?, &sight, &asked.query(&asker, &paging)?).await?;
    let items = found.rows.into_iter().map(|one| PopRow::of(&desk, &asker, one)).collect();
    Ok(Json(Page { items, next: found.next, total: found.total as usize }))
}

/// A kind of material.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PopKind {
    id: String,
    name: String,
    /// Fen.
    unit_cost: i64,
    valuable: bool,
    life_days: u32,
}

/// A place material may go to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PopPlace {
    code: String,
    name: String,
    zone_name: String,
    /// Kinds of material it takes.
    takes: Vec<String>,
}

/// How much material there is, by state, and what warns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PopCounts {
    /// By state.
    states: BTreeMap<String, u32>,
    /// By alert.
    alerts: BTreeMap<String, u32>,
    /// Fen, of what stands at outlets.
    placed_cost: i64,
    kinds: Vec<PopKind>,
    places: Vec<PopPlace>,
}

/// How much material there is within the asker's reach, and its kinds.
#[utoipa::path(get, path = "/display/pop/counts", tag = "display", operation_id = "pop_counts",
    responses((status = 200, body = PopCounts)), extensions(("x-permission" = json!("display.read"))))]
async fn counts(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<PopCounts>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let mut tx = desk.db.read().await?;
    let (mut states, mut alerts, mut placed_cost) = (BTreeMap::new(), BTreeMap::new(), 0);
    for state in STATES {
        let found = pop::list(&mut tx, &sight, &Query { state: state.to_owned(), limit: 1, ..Query::default() }).await?;
        if state == "placed" {
            placed_cost = found.cost.0;
        }
        states.insert(state.to_owned(), found.total);
    }
    for name in ALERTS {
        let query = Query { alert: alert(name, asker.today), limit: 1, ..Query::default() };
        alerts.insert(name.to_owned(), pop::list(&mut tx, &sight, &query).await?.total);
    }
    let kind = |one: &qudao_display::places::Material| PopKind {
        id: one.id.clone(),
        name: one.name.get(lang).to_owned(),
        unit_cost: one.unit_cost.0,
        valuable: one.valuable,
        life_days: one.life_days,
    };
    let place = |one: &qudao_display::places::Place| PopPlace {
        code: one.code.clone(),
        name: one.name.get(lang).to_owned(),
        zone_name: one.zone_name.get(lang).to_owned(),
        takes: one.takes.clone(),
    };
    let (kinds, places) = (&desk.display.places.materials, &desk.display.places.places);
    let (kinds, places) = (kinds.iter().map(kind).collect(), places.iter().map(place).collect());
    Ok(Json(PopCounts { states, alerts, placed_cost, kinds, places }))
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/display/pop/file", tag = "display", operation_id = "pop_file", params(PopFilter),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("display.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PopFilter>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let mut query = asked.query(&asker, &Paging { after: None, limit: Some(MOST_ROWS) })?;
    let mut rows = Vec::new();
    let mut tx = desk.db.read().await?;
    loop {
        let found = pop::list(&mut tx, &sight, &query).await?;
        rows.extend(found.rows.into_iter().map(|one| PopRow::of(&desk, &asker, one)));
        let Some(next) = found.next else { break };
        query.after = next;
    }
    drop(tx);
    heavy(move || file("pop", false, &columns(lang), |table| rows.iter().try_for_each(|row| table.row(&cells(row))))).await
}

fn columns(lang: Lang) -> [Column; 11] {
    use ColumnType::{Date, Money, Text};
    [
        ("编号", "Number", Text),
        ("物料", "Material", Text),
        ("位置", "Place", Text),
        ("主题", "Campaign", Text),
        ("网点编码", "Outlet", Text),
        ("网点", "Outlet's name", Text),
        ("费用", "Cost", Money),
        ("状态", "State", Text),
        ("状况", "Condition", Text),
        ("投放日期", "Placed", Date),
        ("协议", "Agreement", Text),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}

fn cells(row: &PopRow) -> [Cell<'_>; 11] {
    let placed = row.placed_on.as_deref().and_then(|day| day.parse().ok());
    [
        Cell::Text(&row.id),
        Cell::Text(&row.kind_name),
        Cell::Text(&row.place_name),
        Cell::Text(&row.campaign),
        Cell::Text(&row.outlet),
        Cell::Text(&row.outlet_name),
        Cell::Money(Fen(row.cost)),
        Cell::Text(&row.state),
        Cell::Text(&row.condition),
        placed.map_or(Cell::Empty, Cell::Date),
        Cell::Text(&row.agreement),
    ]
}

/// Something that happened to a piece.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PopEvent {
    /// approve, produce, place, check, repair, link, recall, lose, cancel.
    act: String,
    note: String,
    /// SHA-256; empty for none.
    photo: String,
    who: String,
    at: String,
}

impl PopEvent {
    fn of(one: Happened) -> Self {
        Self { act: one.act, note: one.note, photo: one.photo, who: one.who, at: instant(one.at_us) }
    }
}

/// What a placement brought: sales of handsets before and after it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PopEffect {
    /// Days of each window.
    days: i32,
    before: i64,
    after: i64,
    /// (after − before) × margin − cost, fen.
    gain: i64,
    /// Gain for a yuan spent, in hundredths of a yuan.
    #[schema(required)]
    per_yuan: Option<i64>,
}

/// A piece as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PopWhole {
    asset: PopRow,
    /// Oldest first.
    history: Vec<PopEvent>,
    /// None before the second window has passed.
    #[schema(required)]
    effect: Option<PopEffect>,
}

/// A piece with its history and what it brought.
#[utoipa::path(get, path = "/display/pop/{id}", tag = "display", operation_id = "pop_one",
    params(("id" = String, Path, description = "Piece")), responses((status = 200, body = PopWhole)),
    extensions(("x-permission" = json!("display.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<PopWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let (found, history) = {
        let mut tx = desk.db.read().await?;
        let found = pop::get(&mut tx, &sight, &id).await?;
        (found, pop::history(&mut tx, &id).await?)
    };
    let span = days(&desk, "pop_effect_days", &asker)?;
    let windows = found.placed_on.and_then(|placed| worth::windows(placed, span, asker.today));
    let scope = signed.scope(&desk, Permission::DisplayRead)?;
    let (outlet, cost) = (found.outlet.clone(), found.cost);
    let asset = PopRow::of(&desk, &asker, found);
    let effect = match windows {
        None => None,
        Some(windows) => {
            let (desk, master, today) = (Arc::clone(&desk), Arc::clone(&asker.master), asker.today);
            let brought = move || {
                let within = figures::within(scope);
                let [before, after] = windows.map(|days| sold(&desk, within.clone(), &outlet, "", days));
                let (before, after) = (totals(before?), totals(after?));
                let margin =
                    |product: &str| master.product(product, today).map_or(Fen::ZERO, |row| Fen(row.retail_price.0 - row.supply_price.0));
                let mut models: Vec<&String> = before.keys().chain(after.keys()).collect();
                models.sort_unstable();
                models.dedup();
                let pieces = |all: &BTreeMap<String, i64>, model: &str| all.get(model).copied().unwrap_or(0);
                let all: Vec<Sold> = models
                    .into_iter()
                    .map(|model| Sold { before: pieces(&before, model), after: pieces(&after, model), margin: margin(model) })
                    .collect();
                Ok::<Gain, Refusal>(worth::gain(&all, cost))
            };
            let Gain { before, after, gain, per_yuan } = heavy(brought).await?;
            Some(PopEffect { days: span, before, after, gain: gain.0, per_yuan })
        }
    };
    Ok(Json(PopWhole { asset, history: history.into_iter().map(PopEvent::of).collect(), effect }))
}

/// Pieces sold by model.
fn totals(sold: BTreeMap<(String, String), Vec<(Date, i64)>>) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for ((_, product), days) in sold {
        *all.entry(product).or_insert(0) += days.iter().map(|(_, pieces)| pieces).sum::<i64>();
    }
    all
}

/// What is done with a piece.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PopActSent {
    /// produce, place, check, repair, link, recall, lose, cancel.
    act: String,
    /// Who makes it: produce.
    #[serde(default)]
    maker: String,
    /// When it is to be ready: produce.
    #[serde(default)]
    ready_on: String,
    /// Fen: produce.
    #[serde(default)]
    cost: i64,
    /// Who of the partner agreed: place.
    #[serde(default)]
    consent: String,
    /// The site was cleared, those in charge asked and thanked: place.
    #[serde(default)]
    cleared: bool,
    /// Photo, by SHA-256: place, check, repair, recall.
    #[serde(default)]
    photo: String,
    /// good, damaged, misplaced: check.
    #[serde(default)]
    condition: String,
    /// Number: link.
    #[serde(default)]
    agreement: String,
    /// What was said, or why.
    #[serde(default)]
    note: String,
}

/// Orders, places, checks, repairs or ends a piece; each leaves its photo and words.
#[utoipa::path(post, path = "/display/pop/{id}/act", tag = "display", operation_id = "act_on_pop", request_body = PopActSent,
    params(("id" = String, Path, description = "Piece"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn act(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PopActSent>,
) -> Answer<Json<DisplayVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let check_days = days(&desk, "pop_check_days", &asker)?;
    let (photo, note) = (sent.photo.as_str(), sent.note.as_str());
    let act = match sent.act.as_str() {
        "produce" => Act::Produce { maker: &sent.maker, ready_on: sent_day(&sent.ready_on)?, cost: Fen(sent.cost) },
        "place" => Act::Place { consent: &sent.consent, photo, cleared: sent.cleared, note, check_days },
        "check" => Act::Check { condition: &sent.condition, photo, note, check_days },
        "repair" => Act::Repair { photo, note },
        "link" => Act::Link(&sent.agreement),
        "recall" => Act::Recall { photo, reason: note },
        "lose" => Act::Lose(note),
        "cancel" => Act::Cancel(note),
        other => return Err(unknown(other).into()),
    };
    let version = acts::act(&desk.db, &sight, &signed.0.who(), &id, version, &act).await?;
    Ok(Json(DisplayVersion { version }))
}
