//! Second looks: the sample of checks that is drawn, one with its photos, the second score, and what its first scorer says to it.

use super::super::desk::Desk;
use super::super::field;
use super::super::orders::Asker;
use super::super::recruit::{named, names};
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Page, Paging, Seen, Sent, closed};
use super::corrections::DisplayVersion;
use super::{MANAGE, READ, template_name};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_display::Sight;
use qudao_display::rescore::{self, Found, Query, Rescore};
use qudao_field::checklist::Answer as Given;
use qudao_field::visit::list::Sight as VisitSight;
use qudao_field::visit::store::{self, Visit};
use qudao_kernel::{Lang, Month, Refusal};
use qudao_platform::audit::same_hand;
use qudao_platform::{Tx, write_tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(mine)).routes(routes!(one, done)).routes(routes!(reply))
}

/// Draws the samples of this month and the one before, once a day.
///
/// # Errors
/// The database does not answer.
pub(super) async fn draw_daily(desk: &Desk) -> Result<(), Refusal> {
    let today = desk.today();
    if desk.display.drawn.load(Ordering::Acquire) == today.days() {
        return Ok(());
    }
    draw(desk).await?;
    desk.display.drawn.store(today.days(), Ordering::Release);
    Ok(())
}

/// Draws them as far as their checks are there.
///
/// # Errors
/// The database does not answer.
pub(super) async fn draw(desk: &Desk) -> Result<(), Refusal> {
    let today = desk.today();
    let share = desk.parameters().on("rescore_share", "", today)?.ppm()?;
    let months: [Month; 2] = [today.month().plus(-1), today.month()];
    write_tx!(&desk.db, |tx| {
        for month in months {
            rescore::draw(tx, month, share).await?;
        }
        Ok(())
    })
}

/// A check that was drawn to be scored again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RescoreRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    visit: String,
    template: String,
    template_name: String,
    outlet: String,
    outlet_name: String,
    scorer: String,
    scorer_name: String,
    day: String,
    /// Hundredths of a percent; none while nobody looked again, so that the first score sways nobody.
    #[schema(required)]
    score: Option<u32>,
    #[schema(required)]
    again: Option<u32>,
    /// Second − first.
    #[schema(required)]
    difference: Option<i64>,
    /// drawn, agreed, differs, answered.
    state: String,
    note: String,
    who: String,
    #[schema(required)]
    done_on: Option<String>,
    reply: String,
    /// The asker scored it first, and does not look again.
    own: bool,
}

impl RescoreRow {
    fn of(desk: &Desk, asker: &Asker, people: &BTreeMap<String, String>, who: &str, one: Rescore) -> Self {
        Self {
            template_name: template_name(desk, asker, &one.template),
            outlet_name: asker.outlet(&one.outlet),
            scorer_name: named(people, &one.scorer),
            own: same_hand(&one.scorer, who),
            score: one.again.map(|_| one.score),
            difference: one.again.map(|again| i64::from(again) - i64::from(one.score)),
            id: one.id,
            version: one.version,
            visit: one.visit,
            template: one.template,
            outlet: one.outlet,
            scorer: one.scorer,
            day: one.day.to_string(),
            again: one.again,
            state: one.state,
            note: one.note,
            who: one.who,
            done_on: day(one.done_on),
            reply: one.reply,
        }
    }
}

/// Where second looks stand.
const STATES: [&str; 4] = ["drawn", "agreed", "differs", "answered"];

/// Filters of second looks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RescoreFilter {
    /// drawn, agreed, differs, answered.
    state: Option<String>,
    /// Login of who scored first.
    scorer: Option<String>,
}

async fn page(desk: &Desk, asker: &Asker, who: &str, sight: &Sight, query: &Query) -> Result<Page<RescoreRow>, Refusal> {
    let mut tx = desk.db.read().await?;
    let found = rescore::list(&mut tx, sight, query).await?;
    let people = names(&mut tx, found.rows.iter().map(|one| one.scorer.clone())).await?;
    let items = found.rows.into_iter().map(|one| RescoreRow::of(desk, asker, &people, who, one)).collect();
    Ok(Page { items, next: found.next, total: found.total as usize })
}

/// Checks that were drawn in the asker's areas, by number.
#[utoipa::path(get, path = "/display/rescores", tag = "display", operation_id = "rescores", params(RescoreFilter, Paging),
    responses((status = 200, body = Page<RescoreRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<RescoreFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<RescoreRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let query = Query {
        state: closed(asked.state, &STATES)?,
        scorer: asked.scorer.unwrap_or_default(),
        after: paging.after.clone().unwrap_or_default(),
        limit: paging.limit(),
    };
    Ok(Json(page(&desk, &asker, &signed.0.who(), &sight, &query).await?))
}

/// Filters of one's own.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnRescoreFilter {
    /// differs, answered, agreed; those that differ where absent.
    state: Option<String>,
}

/// What others found of the asker's own scores.
#[utoipa::path(get, path = "/display/own-rescores", tag = "display", operation_id = "own_rescores", params(OwnRescoreFilter, Paging),
    responses((status = 200, body = Page<RescoreRow>)), extensions(("x-permission" = json!("display.manage"))))]
async fn mine(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OwnRescoreFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<RescoreRow>>> {
    signed.may(&desk, Permission::DisplayManage)?;
    let asker = Asker::of(&desk, lang).await;
    let asked = closed(asked.state, &["differs", "answered", "agreed"])?;
    let query = Query {
        state: if asked.is_empty() { "differs".to_owned() } else { asked },
        scorer: signed.0.login.clone(),
        after: paging.after.clone().unwrap_or_default(),
        limit: paging.limit(),
    };
    Ok(Json(page(&desk, &asker, &signed.0.who(), &Sight::everywhere(), &query).await?))
}

/// An item to be judged from its photos.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RescoreItem {
    item: String,
    name: String,
    /// The best grade; absent for yes or no.
    #[schema(required)]
    levels: Option<u32>,
    /// Photos, by SHA-256.
    photos: Vec<String>,
    /// How it was answered first, once somebody looked again: yes, no or the grade.
    first: String,
}

/// A check that was drawn, with its photos.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RescoreWhole {
    rescore: RescoreRow,
    items: Vec<RescoreItem>,
}

/// The visit of a check that was drawn.
async fn visit(tx: &mut Tx, desk: &Desk, asker: &Asker, one: &Rescore) -> Result<Visit, Refusal> {
    let house = field::house(desk, &one.territory, asker.today)?;
    Ok(store::get(tx, &house, &VisitSight::everywhere(), &one.visit).await?.0)
}

fn answered(answer: &Given) -> String {
    match answer {
        Given::YesNo(true) => "yes".to_owned(),
        Given::YesNo(false) => "no".to_owned(),
        Given::Grade(grade) => grade.to_string(),
        _ => String::new(),
    }
}

/// A check that was drawn, with the items and photos to judge it by.
#[utoipa::path(get, path = "/display/rescores/{id}", tag = "display", operation_id = "rescore",
    params(("id" = String, Path, description = "Second look")), responses((status = 200, body = RescoreWhole)),
    extensions(("x-permission" = json!("display.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<RescoreWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let mut tx = desk.db.read().await?;
    let found = rescore::get(&mut tx, &sight, &id).await?;
    let looked = visit(&mut tx, &desk, &asker, &found).await?;
    let people = names(&mut tx, std::iter::once(found.scorer.clone())).await?;
    drop(tx);
    let sheet = looked.sheets.iter().find(|(sheet, _)| sheet.id == found.template);
    let told = found.again.is_some();
    let item = |one: rescore::Shown| RescoreItem {
        name: one.name.get(lang).to_owned(),
        first: if told { answered(&one.first) } else { String::new() },
        item: one.item,
        levels: one.levels,
        photos: one.photos,
    };
    let items = sheet.map(|(sheet, _)| rescore::items(&looked, sheet)).unwrap_or_default();
    let rescore = RescoreRow::of(&desk, &asker, &people, &signed.0.who(), found);
    Ok(Json(RescoreWhole { rescore, items: items.into_iter().map(item).collect() }))
}

/// A second look.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RescoreSent {
    /// By item: yes, no or a grade.
    judged: BTreeMap<String, String>,
    /// What differs.
    #[serde(default)]
    note: String,
}

fn judgement(text: &str) -> Result<Given, Refusal> {
    match text {
        "yes" => Ok(Given::YesNo(true)),
        "no" => Ok(Given::YesNo(false)),
        grade => grade
            .parse()
            .map(Given::Grade)
            .map_err(|_| Refusal::bad_input("display.rescore.answer", "请选择是、否或分值", "choose yes, no or a grade")),
    }
}

/// What a second look came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RescoreDone {
    /// For the next `If-Match`.
    version: u32,
    /// agreed, differs.
    state: String,
    /// Hundredths of a percent.
    score: u32,
    again: u32,
}

/// Scores a check again from its photos; what differs by more than the tolerance goes back to who scored it first.
#[utoipa::path(post, path = "/display/rescores/{id}", tag = "display", operation_id = "score_again", request_body = RescoreSent,
    params(("id" = String, Path, description = "Second look"), ("If-Match" = String, Header)),
    responses((status = 200, body = RescoreDone)), extensions(("x-permission" = json!("display.manage"))))]
async fn done(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<RescoreSent>,
) -> Answer<Json<RescoreDone>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let judged: BTreeMap<String, Given> =
        sent.judged.iter().map(|(item, text)| Ok((item.clone(), judgement(text)?))).collect::<Result<_, Refusal>>()?;
    let scores = {
        let mut tx = desk.db.read().await?;
        let found = rescore::get(&mut tx, &sight, &id).await?;
        let looked = visit(&mut tx, &desk, &asker, &found).await?;
        rescore::again(&looked, &found.template, &judged)?
    };
    let points = desk.parameters().on("rescore_tolerance", "", asker.today)?.int()?;
    let tolerance = u32::try_from(points.clamp(0, 100)).unwrap_or(0) * 100;
    let found = Found { scores, tolerance, note: &sent.note };
    let (version, state) = rescore::done(&desk.db, &sight, &signed.0.who(), &id, version, &found).await?;
    Ok(Json(RescoreDone { version, state: state.to_owned(), score: scores.0, again: scores.1 }))
}

/// What a scorer says to a second look.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RescoreReplySent {
    reply: String,
}

/// Says what follows from a second look that differs; for whoever scored first.
#[utoipa::path(post, path = "/display/own-rescores/{id}/reply", tag = "display", operation_id = "reply_to_rescore", request_body = RescoreReplySent,
    params(("id" = String, Path, description = "Second look"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn reply(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<RescoreReplySent>,
) -> Answer<Json<DisplayVersion>> {
    signed.may(&desk, Permission::DisplayManage)?;
    let version = rescore::reply(&desk.db, &signed.0.who(), &signed.0.login, &id, version, &sent.reply).await?;
    Ok(Json(DisplayVersion { version }))
}
