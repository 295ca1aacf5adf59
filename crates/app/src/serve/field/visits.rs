//! Visits: what phones send, lists, and what a supervisor decides.

use super::super::desk::Desk;
use super::super::orders::{Asker, day};
use super::super::recruit::{named, names};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Seen, Sent, bug};
use super::cards::score_of;
use super::shown_visit::{
    FieldRefusal, VisitCompletion, VisitFlag, VisitHeader, VisitLine, VisitPage, VisitReceipt, VisitReview, VisitReviewed, VisitToFix,
    VisitUpload, VisitWrite, WriteTaken,
};
use super::{covers, house, outlet_name, sight, site_of};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Permission, sessions};
use qudao_field::params::At;
use qudao_field::visit::fix::to_fix;
use qudao_field::visit::flags::Flag;
use qudao_field::visit::list::{self, Line, Query, Sight};
use qudao_field::visit::merge::Write;
use qudao_field::visit::review::{self, Decision};
use qudao_field::visit::store::{self, House, Taken, Visit};
use qudao_field::visit::view::Completion;
use qudao_field::visit::{Counts, Header, Upload, look, site};
use qudao_kernel::{Fen, Lang, Refusal};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Rows of a page where nobody says.
const ROWS: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(upload)).routes(routes!(visits)).routes(routes!(queue)).routes(routes!(decide))
}

impl VisitHeader {
    fn read(self) -> Result<Header, Refusal> {
        let Self { outlet, purposes, planned_on, began_us, templates } = self;
        Ok(Header { outlet, purposes, planned_on: day(planned_on.as_deref())?, began_us, templates })
    }

    pub(super) fn of(header: &Header) -> Self {
        let Header { outlet, purposes, planned_on, began_us, templates } = header.clone();
        Self { outlet, purposes, planned_on: planned_on.map(|day| day.to_string()), began_us, templates }
    }
}

impl From<VisitWrite> for Write {
    fn from(sent: VisitWrite) -> Self {
        let VisitWrite { id, seq, path, at_us, replaces, value } = sent;
        Self { id, seq, path, at_us, replaces, value }
    }
}

/// Takes what a phone sends of a visit, in any order and as often as it likes. Nothing is refused for being late, repeated or strange; a write that cannot be kept
/// says why, and the others are kept.
#[utoipa::path(put, path = "/field/visits/{id}", tag = "field", operation_id = "upload_visit", request_body = VisitUpload,
    params(("id" = String, Path, description = "Visit, a ULID or UUID of the phone's making")), responses((status = 200, body = VisitReceipt)),
    extensions(("x-permission" = json!("visit.make"))))]
async fn upload(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    Sent(sent): Sent<VisitUpload>,
) -> Answer<Json<VisitReceipt>> {
    let scope = signed.own_scope(&desk, Permission::VisitMake)?;
    let (asker, who) = (Asker::of(&desk, lang).await, signed.0.login.clone());
    let VisitUpload { device, device_now_us, header, writes } = sent;
    let header = header.read()?;
    let site = {
        let tx = &mut desk.db.read().await?;
        let site = site_of(&desk, &asker, tx, &header.outlet, sessions::day(header.began_us)).await?;
        // What somebody began stays theirs, also where the outlet went to another since.
        if !covers(&scope, &site) && look::own(tx, &who, &id).await?.is_none() {
            return Err(site::none(&header.outlet).into());
        }
        site
    };
    let upload = Upload { visit: id.clone(), device, device_now_us, header, writes: writes.into_iter().map(Write::from).collect() };
    let house = house(&desk, &site.territory, asker.today)?;
    let receipt = store::upload(&desk.db, &house, &who, &site, &upload).await?;
    let (visit, _) = store::get(&mut desk.db.read().await?, &house, &Sight::own(&who), &id).await?;
    let scores = visit.sheets.iter().map(|(template, outcome)| score_of(&desk, template.id.clone(), outcome.score, lang));
    Ok(Json(VisitReceipt {
        version: receipt.version,
        state: receipt.state.name().to_owned(),
        counts: receipt.counts.name().to_owned(),
        writes: receipt.writes.into_iter().map(|(id, taken)| of_taken(id, taken, lang)).collect(),
        missing: receipt.missing,
        completion: of_completion(&receipt.completion),
        flags: of_flags(&receipt.flags, lang)?,
        to_fix: to_be_fixed(&desk, &asker, &visit)?,
        scores: scores.collect(),
    }))
}

fn of_taken(id: String, taken: Taken, lang: Lang) -> WriteTaken {
    let (taken, refusal) = match taken {
        Taken::Kept => ("kept", None),
        Taken::Again => ("again", None),
        Taken::Refused(why) => ("refused", Some(FieldRefusal { code: why.code.to_owned(), text: why.text.get(lang).to_owned() })),
    };
    WriteTaken { id, taken: taken.to_owned(), refusal }
}

pub(super) fn of_completion(of: &Completion) -> VisitCompletion {
    let Completion { done, skipped, open, share } = of.clone();
    VisitCompletion { done, skipped, open, share }
}

/// Flags in words.
pub(super) fn of_flags(flags: &[Flag], lang: Lang) -> Result<Vec<VisitFlag>, Refusal> {
    let of = |flag: &Flag| {
        let body = serde_json::to_value(flag).map_err(|error| bug(&error.to_string()))?;
        let kind = body.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(VisitFlag { kind, text: flag.text().get(lang).to_owned(), holds: flag.holds() })
    };
    flags.iter().map(of).collect()
}

/// What is to be put right before leaving, with its worth: the item's part of what its checklist lifts, of the monthly sales of the outlet's class.
pub(super) fn to_be_fixed(desk: &Desk, asker: &Asker, visit: &Visit) -> Result<Vec<VisitToFix>, Refusal> {
    let register = desk.parameters();
    let by_class = At { register: &register, territory: &visit.site.territory, day: asker.today }.fix_sales()?;
    let class = site::row(&asker.master, &visit.site.outlet, visit.day).map_or("", |row| row.grade.as_str());
    let sales = by_class.get(class).copied().unwrap_or(Fen::ZERO);
    let worth = |template: &str, item: &str| {
        let sheet = visit.sheets.iter().find(|(known, _)| known.id == template);
        sheet.map_or(Fen::ZERO, |(template, _)| desk.field.worth.of(visit, template, item, sales))
    };
    let found = to_fix(visit, worth).into_iter().map(|one| VisitToFix {
        template: one.template,
        item: one.item,
        name: one.name.get(asker.lang).to_owned(),
        worth: one.worth.0,
        veto: one.veto,
    });
    Ok(found.collect())
}

/// Which visits.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VisitsAsked {
    /// Whose, by login.
    manager: Option<String>,
    /// Of which outlet.
    outlet: Option<String>,
    /// First and last day.
    from: Option<String>,
    to: Option<String>,
    /// open, held, yes, no.
    counts: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Most rows, at most 500; 50 where absent.
    limit: Option<u32>,
}

impl VisitsAsked {
    fn query(self) -> Result<Query, Refusal> {
        let counts = self.counts.as_deref().filter(|text| !text.is_empty());
        Ok(Query {
            manager: self.manager.unwrap_or_default(),
            outlet: self.outlet.unwrap_or_default(),
            from: day(self.from.as_deref())?,
            to: day(self.to.as_deref())?,
            counts: counts.map(|text| super::super::receivables::word(text, "open, held, yes, no")).transpose()?,
            newest: true,
            after: self.cursor.as_deref().and_then(|at| at.split_once('~')).map(|(day, id)| (day.to_owned(), id.to_owned())),
            limit: self.limit.unwrap_or(ROWS),
        })
    }
}

/// Visits within one's sight, the newest first.
#[utoipa::path(get, path = "/field/visits", tag = "field", operation_id = "field_visits", params(VisitsAsked),
    responses((status = 200, body = VisitPage)), extensions(("x-permission" = json!("visit.read"))))]
async fn visits(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<VisitsAsked>,
) -> Answer<Json<VisitPage>> {
    let sight = sight(&desk, &signed, Permission::VisitRead)?;
    Ok(Json(page(&desk, &Asker::of(&desk, lang).await, &sight, &asked.query()?).await?))
}

/// Which part of the queue.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewQueueAsked {
    /// Whose, by login.
    manager: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Most rows, at most 500; 50 where absent.
    limit: Option<u32>,
}

/// Visits that are held until a supervisor looked, the oldest first, each with what is strange about it.
#[utoipa::path(get, path = "/field/review-queue", tag = "field", operation_id = "field_review_queue", params(ReviewQueueAsked),
    responses((status = 200, body = VisitPage)), extensions(("x-permission" = json!("visit.review"))))]
async fn queue(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ReviewQueueAsked>,
) -> Answer<Json<VisitPage>> {
    let sight = sight(&desk, &signed, Permission::VisitReview)?;
    let ReviewQueueAsked { manager, cursor, limit } = asked;
    let query = VisitsAsked { manager, cursor, limit, ..VisitsAsked::default() }.query()?;
    let query = Query { counts: Some(Counts::Held), newest: false, ..query };
    Ok(Json(page(&desk, &Asker::of(&desk, lang).await, &sight, &query).await?))
}

async fn page(desk: &Desk, asker: &Asker, sight: &Sight, query: &Query) -> Result<VisitPage, Refusal> {
    let tx = &mut desk.db.read().await?;
    let found = list::list(tx, sight, query).await?;
    let people = names(tx, found.rows.iter().map(|line| line.manager.clone())).await?;
    let ids: Vec<&str> = found.rows.iter().map(|line| line.id.as_str()).collect();
    let mut flags = look::flags(tx, &ids).await?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for line in &found.rows {
        let flags = flags.remove(&line.id).unwrap_or_default();
        rows.push(of_line(desk, asker, line, named(&people, &line.manager), &flags)?);
    }
    Ok(VisitPage { rows, next: found.next.map(|(day, id)| format!("{day}~{id}")) })
}

/// A visit of a list. Scores and completion are those its last arrival left.
pub(super) fn of_line(desk: &Desk, asker: &Asker, line: &Line, manager_name: String, flags: &[Flag]) -> Result<VisitLine, Refusal> {
    let result: Value = serde_json::from_str(&line.result).unwrap_or_default();
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let sheets = result["sheets"].as_object();
    let scores =
        sheets.into_iter().flatten().map(|(template, sheet)| score_of(desk, template.clone(), number(&sheet["score"]), asker.lang));
    Ok(VisitLine {
        id: line.id.clone(),
        version: line.version,
        day: line.day.to_string(),
        manager: line.manager.clone(),
        manager_name,
        outlet: line.outlet.clone(),
        outlet_name: outlet_name(asker, &line.outlet),
        state: line.state.name().to_owned(),
        counts: line.counts.name().to_owned(),
        planned_on: line.planned_on.map(|day| day.to_string()),
        entered_us: line.entered_us,
        left_us: line.left_us,
        minutes: number(&result["minutes"]),
        completion: number(&result["completion"]["share"]).unwrap_or(0),
        results: number(&result["results"]).unwrap_or(0),
        scores: scores.collect(),
        flags: of_flags(flags, asker.lang)?,
    })
}

/// Decides whether a held or counted visit counts, having looked at all that is strange about it. Nobody decides on a visit of their own.
#[utoipa::path(post, path = "/field/visits/{id}/review", tag = "field", operation_id = "review_visit", request_body = VisitReview,
    params(("id" = String, Path, description = "Visit"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = VisitReviewed)), extensions(("x-permission" = json!("visit.review"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<VisitReview>,
) -> Answer<Json<VisitReviewed>> {
    let sight = sight(&desk, &signed, Permission::VisitReview)?;
    let house: House<'_> = house(&desk, "", desk.today())?;
    let decision = Decision { counts: sent.counts, reason: &sent.reason };
    let version = review::decide(&desk.db, &house, &sight, &signed.0.who(), (&id, version), &decision).await?;
    Ok(Json(VisitReviewed { version }))
}
