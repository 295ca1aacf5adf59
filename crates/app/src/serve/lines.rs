//! Lines of a statement, and what it does not pay.

use super::desk::Desk;
use super::opened::Run;
use super::shown::{day, mask};
use super::signed::Signed;
use super::statements::find;
use super::web::{Answer, Asked, Language, Page, Paging, heavy, only};
use crate::say::word;
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_engine::settle::Rows;
use qudao_policy::lines::{Line, Reason};
use qudao_settle::dispute;
use qudao_settle::statement::Catalog;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(lines)).routes(routes!(unpaid))
}

/// A line of a statement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineRow {
    pub(crate) policy: String,
    pub(crate) version: u32,
    pub(crate) component: String,
    pub(crate) title: String,
    /// earn, release, reverse, adjust.
    pub(crate) kind: String,
    /// Event id or group.
    pub(crate) basis: String,
    pub(crate) day: String,
    pub(crate) payee_kind: String,
    pub(crate) payee: String,
    pub(crate) payee_name: String,
    pub(crate) part: u32,
    /// Masked.
    pub(crate) subscriber: String,
    pub(crate) outlet: String,
    pub(crate) outlet_name: String,
    pub(crate) clerk: String,
    /// Fen.
    pub(crate) accrued: i64,
    /// Fen due in this period.
    pub(crate) amount: i64,
    pub(crate) destination: String,
    pub(crate) pay_on: String,
    /// Whether a dispute of it waits or was answered: its number.
    #[schema(required)]
    pub(crate) dispute: Option<String>,
}

/// Filters of lines.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LineFilter {
    component: Option<String>,
    /// earn, release, reverse or adjust.
    kind: Option<String>,
    /// Part of an event id, a subscriber's number, an outlet or a payee.
    q: Option<String>,
    /// amount or day; with a minus from the highest down.
    sort: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// Lines of a statement.
#[utoipa::path(get, path = "/statements/{period}/{partner}/lines", tag = "statements", operation_id = "list_lines",
    params(("period" = String, Path), ("partner" = String, Path), LineFilter),
    responses((status = 200, body = Page<LineRow>)), extensions(("x-permission" = json!("statement.read"))))]
async fn lines(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((period, partner)): Path<(String, String)>,
    Asked(filter): Asked<LineFilter>,
) -> Answer<Json<Page<LineRow>>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    only(filter.kind.as_deref(), &["earn", "release", "reverse", "adjust"])?;
    let (run, statement) = find(&desk, scope, &period, &partner).await?;
    let disputes = dispute::of_statement(&mut desk.db.read().await?, &statement.number).await?;
    let rows = heavy(move || {
        let world = run.world()?;
        let asked = Rows { partner: Some(partner), component: filter.component.clone(), ..Rows::default() };
        let typed = filter.q.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        let fits = |line: &Line| {
            filter.kind.as_deref().is_none_or(|kind| word(&line.kind) == kind)
                && typed
                    .is_none_or(|typed| [&line.basis, &line.subscriber, &line.outlet, &line.payee].iter().any(|text| text.contains(typed)))
        };
        let mut found = Vec::new();
        world.lines().each(&asked, |line| {
            if fits(line) {
                found.push(line.clone());
            }
        })?;
        match filter.sort.as_deref() {
            Some("amount") => found.sort_by_key(|line| line.amount),
            Some("-amount") => found.sort_by_key(|line| -line.amount),
            Some("day") => found.sort_by_key(|line| line.day),
            Some("-day") => found.sort_by_key(|line| std::cmp::Reverse(line.day)),
            _ => {}
        }
        let paging = Paging { after: filter.after, limit: filter.limit };
        let all = found.len();
        let held: BTreeMap<&str, &str> = disputes
            .iter()
            .filter(|dispute| dispute.outcome.as_deref() != Some("withdrawn"))
            .map(|dispute| (dispute.subject.as_str(), dispute.id.as_str()))
            .collect();
        Ok(Page::of(&paging, all, found.iter().map(|line| line_row(&run, line, held.get(subject_of(line).as_str()).copied()))))
    })
    .await?;
    Ok(Json(rows))
}

/// Which line a dispute names.
pub(crate) fn subject_of(line: &Line) -> String {
    format!("{}/{}/{}/{}/{}/{}", line.policy, line.component, line.basis, line.payee, word(&line.kind), line.part)
}

pub(crate) fn line_row(run: &Run, line: &Line, dispute: Option<&str>) -> LineRow {
    let (mut title, mut payee_name, mut outlet_name) = (line.component.clone(), String::new(), String::new());
    if let Ok(world) = run.world() {
        title = Catalog::new(world.set()).title(&line.policy, line.version, &line.component);
        let day = line.day;
        let master = world.master();
        payee_name = match line.payee_kind {
            qudao_policy::model::PayeeKind::Partner => master.partner(&line.payee, day).map(|row| row.name.clone()),
            qudao_policy::model::PayeeKind::Outlet => master.outlet(&line.payee, day).map(|row| row.name.clone()),
            qudao_policy::model::PayeeKind::Clerk => master.clerk(&line.payee, day).map(|row| row.name.clone()),
            _ => None,
        }
        .unwrap_or_default();
        outlet_name = master.outlet(&line.outlet, day).map(|row| row.name.clone()).unwrap_or_default();
    }
    LineRow {
        policy: line.policy.clone(),
        version: line.version,
        component: line.component.clone(),
        title,
        kind: word(&line.kind),
        basis: mask(&line.basis),
        day: line.day.to_string(),
        payee_kind: word(&line.payee_kind),
        payee: mask(&line.payee),
        payee_name,
        part: line.part,
        subscriber: mask(&line.subscriber),
        outlet: line.outlet.clone(),
        outlet_name,
        clerk: line.clerk.clone(),
        accrued: line.accrued,
        amount: line.amount,
        destination: word(&line.destination),
        pay_on: line.pay_on.to_string(),
        dispute: dispute.map(str::to_owned),
    }
}

/// Something that was paid nothing, or less.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnpaidRow {
    pub(crate) policy: String,
    pub(crate) version: u32,
    pub(crate) component: String,
    pub(crate) title: String,
    pub(crate) basis: String,
    pub(crate) day: String,
    pub(crate) code: String,
    pub(crate) sentence: String,
    /// Last day on which it can still be met.
    #[schema(required)]
    pub(crate) until: Option<String>,
    /// Whether that day is still to come.
    pub(crate) curable: bool,
    /// Fen not paid.
    pub(crate) forgone: i64,
    #[schema(required)]
    pub(crate) dispute: Option<String>,
}

/// Filters of what was not paid.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UnpaidFilter {
    component: Option<String>,
    /// Reason code.
    code: Option<String>,
    /// Part of an event id.
    q: Option<String>,
    /// Only what can still be met today.
    curable: Option<bool>,
    after: Option<String>,
    limit: Option<usize>,
}

/// What a statement does not pay, and why.
#[utoipa::path(get, path = "/statements/{period}/{partner}/unpaid", tag = "statements", operation_id = "list_unpaid",
    params(("period" = String, Path), ("partner" = String, Path), UnpaidFilter),
    responses((status = 200, body = Page<UnpaidRow>)), extensions(("x-permission" = json!("statement.read"))))]
async fn unpaid(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((period, partner)): Path<(String, String)>,
    Asked(filter): Asked<UnpaidFilter>,
) -> Answer<Json<Page<UnpaidRow>>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let (run, statement) = find(&desk, scope, &period, &partner).await?;
    let disputes = dispute::of_statement(&mut desk.db.read().await?, &statement.number).await?;
    let today = desk.today();
    let rows = heavy(move || {
        let world = run.world()?;
        let catalog = Catalog::new(world.set());
        let asked = Rows { partner: Some(partner), component: filter.component.clone(), ..Rows::default() };
        let is_curable = |reason: &Reason| reason.until.is_some_and(|until| until >= today);
        let mut found: Vec<Reason> = Vec::new();
        world.reasons().each(&asked, |reason| {
            let fits = filter.code.as_deref().is_none_or(|code| code == reason.code)
                && filter.q.as_deref().is_none_or(|typed| reason.basis.contains(typed.trim()))
                && filter.curable.is_none_or(|curable| curable == is_curable(reason));
            if fits {
                found.push(reason.clone());
            }
        })?;
        // What can still be met comes first, the most pressing on top.
        found.sort_by_key(|reason| (!is_curable(reason), reason.until, std::cmp::Reverse(reason.forgone)));
        let of = |reason: &Reason| {
            let subject = subject_of_zero(reason);
            UnpaidRow {
                policy: reason.policy.clone(),
                version: reason.version,
                component: reason.component.clone(),
                title: catalog.title(&reason.policy, reason.version, &reason.component),
                basis: mask(&reason.basis),
                day: reason.day.to_string(),
                code: reason.code.clone(),
                sentence: catalog.sentence(reason, lang),
                until: day(reason.until),
                curable: is_curable(reason),
                forgone: reason.forgone,
                dispute: disputes
                    .iter()
                    .find(|dispute| dispute.subject == subject && dispute.outcome.as_deref() != Some("withdrawn"))
                    .map(|dispute| dispute.id.clone()),
            }
        };
        let paging = Paging { after: filter.after, limit: filter.limit };
        Ok(Page::of(&paging, found.len(), found.iter().map(of)))
    })
    .await?;
    Ok(Json(rows))
}

/// Which zero a dispute names.
pub(crate) fn subject_of_zero(reason: &Reason) -> String {
    format!("{}/{}/{}", reason.policy, reason.component, reason.basis)
}
