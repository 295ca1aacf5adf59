//! 渠道日记: a day that wrote itself, sent with one tap, read and answered by the supervisor (R1.7, R7.33, R7.96).

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::recruit::names;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, Sent};
use super::plan::{kind, of_path};
use super::shown_plan::{FieldDayAsked, FieldMinutes, FieldPromiseCounts, FieldVisitCounts};
use super::shown_team::{DiaryAnswerSent, DiaryDay, DiaryLine, DiarySent, DiaryTeam, DiaryTeamRow};
use super::tasks::{lines, tasks};
use super::whose::{self, Manager};
use super::worked::promises;
use super::{day_or, outlet_name};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_field::diary::{self, Day, Page, PutOff, Stage, Task, What};
use qudao_field::plan::store;
use qudao_field::promise::Kept;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Refusal};
use qudao_network::portfolio;
use qudao_platform::Tx;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(day)).routes(routes!(send)).routes(routes!(answer)).routes(routes!(team))
}

/// A manager's day as it comes out now.
///
/// # Errors
/// The database does not answer.
pub(super) async fn composed(tx: &mut Tx, login: &str, day: Date) -> Result<Day, Refusal> {
    let planned = store::read(tx, login, day, day).await?;
    let stops: Vec<&str> = planned.iter().flat_map(|day| &day.stops).map(|stop| stop.outlet.as_str()).collect();
    let outlets: BTreeSet<String> = portfolio::held(tx, login, day).await?.into_iter().collect();
    let known = lines(tx, login, day, &outlets).await?;
    diary::compose(tx, login, day, &stops, known).await
}

/// What is kept of a day, and the day: as it was sent, else as it comes out now.
async fn known(tx: &mut Tx, login: &str, day: Date) -> Result<(Page, Day), Refusal> {
    let page = diary::page(tx, login, day).await?;
    let written = match page.sent.clone() {
        Some(sent) => sent,
        None => composed(tx, login, day).await?,
    };
    Ok((page, written))
}

fn state(page: &Page) -> &'static str {
    match page.stage {
        Stage::Open => "open",
        Stage::Sent => "sent",
        Stage::Answered => "answered",
    }
}

const fn what(line: What) -> &'static str {
    match line {
        What::Visit => "visit",
        What::Contact => "contact",
        What::Task => "task",
        What::Promise => "promise",
        What::Result => "result",
    }
}

fn counts(day: &Day) -> FieldVisitCounts {
    let [counted, held, open] = day.visits;
    FieldVisitCounts { counted, held, open }
}

fn minutes(day: &Day) -> FieldMinutes {
    let [inside, between, work] = day.minutes;
    FieldMinutes { inside, between, work }
}

fn kept(day: &Day) -> FieldPromiseCounts {
    let [due, in_time, late, broken] = day.promises;
    promises(Kept { due, in_time, late, broken })
}

/// A line in words, with the outlet's name in place of its code.
fn line(asker: &Asker, line: diary::Line) -> DiaryLine {
    let name = if line.outlet.is_empty() { String::new() } else { outlet_name(asker, &line.outlet) };
    let text = line.text.get(asker.lang);
    let text = if name.is_empty() { text.to_owned() } else { text.replace(&line.outlet, &name) };
    DiaryLine { what: what(line.what).to_owned(), at_us: line.at_us, outlet_name: name, outlet: line.outlet, record: line.record, text }
}

async fn shown(desk: &Arc<Desk>, asker: &Asker, signed: &Signed, manager: &Manager, day: Date) -> Result<DiaryDay, Refusal> {
    let tx = &mut desk.db.read().await?;
    let (page, written) = known(tx, &manager.login, day).await?;
    let tasks = tasks(desk, asker, tx, &manager.login, day).await?;
    let own = manager.login == signed.0.login;
    let over = !own && whose::one(desk, tx, signed, Permission::VisitReview, Some(&manager.login)).await.is_ok();
    let named = names(tx, Some(page.answered_by.clone()).into_iter().filter(|login| !login.is_empty())).await?;
    Ok(DiaryDay {
        manager: manager.login.clone(),
        manager_name: manager.name.clone(),
        day: day.to_string(),
        kind: kind(&Holidays::shipped(), day),
        version: page.version,
        state: state(&page).to_owned(),
        visits: counts(&written),
        planned: written.planned[0],
        kept: written.planned[1],
        minutes: minutes(&written),
        promises: kept(&written),
        lines: written.lines.into_iter().map(|one| line(asker, one)).collect(),
        tasks,
        note: page.note,
        sent_us: page.sent_us,
        answered_by_name: named.get(&page.answered_by).cloned().unwrap_or_default(),
        answer: page.answer,
        answered_by: page.answered_by,
        may_send: own && whose::makes(desk, signed) && day <= asker.today,
        may_answer: over && page.sent_us.is_some(),
    })
}

/// A manager's day as it was sent, or as it wrote itself so far: visits, calls, tasks, promises and results, and what is still to be done.
#[utoipa::path(get, path = "/field/diary", tag = "field", operation_id = "field_diary", params(FieldDayAsked),
    responses((status = 200, body = DiaryDay)), extensions(("x-permission" = json!("visit.read"))))]
async fn day(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FieldDayAsked>,
) -> Answer<Json<DiaryDay>> {
    let asker = Asker::of(&desk, lang).await;
    let manager = whose::one(&desk, &mut desk.db.read().await?, &signed, Permission::VisitRead, asked.manager.as_deref()).await?;
    let day = day_or(asked.day.as_deref(), asker.today)?;
    Ok(Json(shown(&desk, &asker, &signed, &manager, day).await?))
}

/// Sends one's own day to the supervisor as it wrote itself. Tasks that are due must be done or put off with a reason.
#[utoipa::path(post, path = "/field/diary/{day}/send", tag = "field", operation_id = "send_field_diary", request_body = DiarySent,
    params(("day" = String, Path, description = "Day"), ("If-Match" = String, Header)), responses((status = 200, body = DiaryDay)),
    extensions(("x-permission" = json!("visit.make"))))]
async fn send(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(day): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<DiarySent>,
) -> Answer<Json<DiaryDay>> {
    signed.own_scope(&desk, Permission::VisitMake)?;
    let asker = Asker::of(&desk, lang).await;
    let day = of_path(&day)?;
    let login = signed.0.login.clone();
    let (manager, written, due) = {
        let tx = &mut desk.db.read().await?;
        let manager = whose::one(&desk, tx, &signed, Permission::VisitRead, Some(&login)).await?;
        (manager, composed(tx, &login, day).await?, tasks(&desk, &asker, tx, &login, day).await?)
    };
    // What was put off when the day was sent before is settled.
    let due: Vec<Task> =
        due.into_iter().map(|one| Task { settled: !one.put_off_to.is_empty(), record: one.record, text: one.text }).collect();
    let put_off = sent.put_off.into_iter().map(|one| Ok(PutOff { day, to: of_path(&one.to)?, record: one.record, reason: one.reason }));
    let put_off = put_off.collect::<Result<Vec<_>, Refusal>>()?;
    diary::send(&desk.db, &login, version, &written, (&due, &put_off), &sent.note).await?;
    Ok(Json(shown(&desk, &asker, &signed, &manager, day).await?))
}

/// Answers a day that was sent.
#[utoipa::path(post, path = "/field/diary/{manager}/{day}/answer", tag = "field", operation_id = "answer_field_diary",
    request_body = DiaryAnswerSent,
    params(("manager" = String, Path, description = "Login"), ("day" = String, Path, description = "Day"), ("If-Match" = String, Header)),
    responses((status = 200, body = DiaryDay)), extensions(("x-permission" = json!("visit.review"))))]
async fn answer(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((login, day)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<DiaryAnswerSent>,
) -> Answer<Json<DiaryDay>> {
    let asker = Asker::of(&desk, lang).await;
    let manager = whose::one(&desk, &mut desk.db.read().await?, &signed, Permission::VisitReview, Some(&login)).await?;
    let day = of_path(&day)?;
    diary::answer(&desk.db, &signed.0.login, &manager.login, day, version, &sent.text).await?;
    Ok(Json(shown(&desk, &asker, &signed, &manager, day).await?))
}

/// The days of one's managers, by name, with whether each was sent; without an order of who does best or worst.
#[utoipa::path(get, path = "/field/diary/team", tag = "field", operation_id = "field_diary_team", params(FieldDayAsked),
    responses((status = 200, body = DiaryTeam)), extensions(("x-permission" = json!("visit.read"))))]
async fn team(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<FieldDayAsked>) -> Answer<Json<DiaryTeam>> {
    signed.may(&desk, Permission::VisitRead)?;
    let day = day_or(asked.day.as_deref(), desk.today())?;
    let tx = &mut desk.db.read().await?;
    let managers = match asked.manager.as_deref().filter(|login| !login.is_empty()) {
        Some(login) => vec![whose::one(&desk, tx, &signed, Permission::VisitRead, Some(login)).await?],
        None => whose::all(&desk, tx, &signed, Permission::VisitRead).await?,
    };
    let logins: Vec<String> = managers.iter().map(|manager| manager.login.clone()).collect();
    let missing = diary::missing(tx, &logins, day).await?;
    let mut rows = Vec::with_capacity(managers.len());
    for manager in managers {
        let (page, written) = known(tx, &manager.login, day).await?;
        rows.push(row(manager, page, &written));
    }
    let (managers, sent) = (rows.len() as u32, (rows.len() - missing.len()) as u32);
    Ok(Json(DiaryTeam { day: day.to_string(), kind: kind(&Holidays::shipped(), day), sent, managers, missing, rows }))
}

fn row(manager: Manager, page: Page, written: &Day) -> DiaryTeamRow {
    DiaryTeamRow {
        state: state(&page).to_owned(),
        manager: manager.login,
        name: manager.name,
        version: page.version,
        sent_us: page.sent_us,
        visits: counts(written),
        planned: written.planned[0],
        kept: written.planned[1],
        minutes: minutes(written),
        promises: kept(written),
        note: page.note,
        answer: page.answer,
    }
}
