//! The workbench: what waits for the asker, how the month stands, and what changed, each a link to the records behind it (R0.21).

use super::aims::{self, UnderWay};
use super::desk::Desk;
use super::opened::{Head, Run};
use super::signed::Signed;
use super::todos::{Todo, todos};
use super::web::{Answer, Language, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::{Permission, Scope};
use qudao_kernel::{Lang, Refusal, Text};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(home))
}

/// A figure and the one before it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Figure {
    code: String,
    title: String,
    value: i64,
    /// fen or count.
    unit: String,
    /// The month before; absent where there is none.
    #[schema(required)]
    before: Option<i64>,
    /// The records behind it.
    to: String,
}

/// A month and what was settled in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Point {
    month: String,
    /// Payments, fen.
    payment: i64,
}

/// A partner and what it is paid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ranked {
    code: String,
    name: String,
    /// Payment, fen.
    payment: i64,
    #[schema(required)]
    before: Option<i64>,
    to: String,
}

/// What the settled months say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settled {
    /// The last settled month.
    month: String,
    figures: Vec<Figure>,
    /// The settled months, rising.
    trend: Vec<Point>,
    /// Most paid first.
    ranking: Vec<Ranked>,
}

/// The workbench.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Workbench {
    today: String,
    /// What waits; the late first.
    todos: Vec<Todo>,
    /// Absent for whoever sees no statements, and before the first month is settled.
    #[schema(required)]
    settled: Option<Settled>,
    /// The month under way against its targets; absent for whoever sees no business.
    #[schema(required)]
    under_way: Option<UnderWay>,
    /// Partners, outlets and clerks in force.
    network: Vec<Figure>,
}

/// The asker's workbench.
#[utoipa::path(get, path = "/home", tag = "home", operation_id = "home",
    responses((status = 200, body = Workbench)), extensions(("x-permission" = json!("any"))))]
async fn home(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Workbench>> {
    let mut todos = todos(&desk, &signed, lang).await?;
    todos.sort_by_key(|todo| (todo.overdue == 0, std::cmp::Reverse(todo.count)));
    let statements = signed.scope(&desk, Permission::StatementRead).ok();
    let partners = signed.scope(&desk, Permission::PartnerRead).ok();
    let volume = signed.scope(&desk, Permission::VolumeRead).ok();
    let grades = signed.scope(&desk, Permission::GradingRead).ok();
    let targets = if volume.is_some() { aims::targets(&desk).await? } else { Vec::new() };
    heavy(move || {
        let under_way = match &volume {
            Some(scope) => Some(aims::under_way(&desk, scope, grades.as_ref(), &targets, lang)?),
            None => None,
        };
        let settled = match &statements {
            Some(scope) => settled(&desk.runs()?, scope, lang),
            None => None,
        };
        let network = match &partners {
            Some(scope) => network(&desk, scope, lang)?,
            None => Vec::new(),
        };
        Ok(Json(Workbench { today: desk.today().to_string(), todos, settled, under_way, network }))
    })
    .await
}

/// Partners most paid that are listed.
const TOP: usize = 10;

fn settled(runs: &[Arc<Run>], scope: &Scope, lang: Lang) -> Option<Settled> {
    let within = |run: &Arc<Run>| -> Vec<Head> { run.heads.iter().filter(|head| head.within(scope)).cloned().collect() };
    let last = runs.last()?;
    let heads = within(last);
    let before: Option<Vec<Head>> = runs.iter().rev().nth(1).map(within);
    let month = last.period().to_string();
    let payment = |heads: &[Head]| heads.iter().map(|head| head.payment).sum::<i64>();
    let unpaid = |heads: &[Head]| heads.iter().map(|head| i64::try_from(head.unpaid).unwrap_or(i64::MAX)).sum::<i64>();
    let paid = |heads: &[Head]| count(heads.iter().filter(|head| head.payment > 0).count());
    let figure = |code: &str, title: Text, unit: &str, of: &dyn Fn(&[Head]) -> i64| Figure {
        code: code.to_owned(),
        title: title.get(lang).to_owned(),
        value: of(&heads),
        unit: unit.to_owned(),
        before: before.as_deref().map(of),
        to: format!("/statements?period={month}"),
    };
    let figures = vec![
        figure("payment", Text::new("应付酬金", "Commission payable"), "fen", &payment),
        figure("statements", Text::new("对账单", "Statements"), "count", &|heads| count(heads.len())),
        figure("paid", Text::new("有酬金的代理商", "Partners paid"), "count", &paid),
        figure("unpaid", Text::new("未计酬的业务", "Business not paid for"), "count", &unpaid),
    ];
    let trend = runs.iter().map(|run| Point { month: run.period().to_string(), payment: payment(&within(run)) }).collect();
    let earlier: HashMap<&str, i64> = before.iter().flatten().map(|head| (head.partner.as_str(), head.payment)).collect();
    let mut top: Vec<&Head> = heads.iter().filter(|head| head.payment > 0).collect();
    top.sort_by(|a, b| (b.payment, &a.partner).cmp(&(a.payment, &b.partner)));
    let ranking = top.into_iter().take(TOP).map(|head| Ranked {
        code: head.partner.clone(),
        name: head.name.clone(),
        payment: head.payment,
        before: earlier.get(head.partner.as_str()).copied(),
        to: format!("/statements/{month}/{}", head.partner),
    });
    Some(Settled { figures, trend, ranking: ranking.collect(), month })
}

fn network(desk: &Desk, scope: &Scope, lang: Lang) -> Result<Vec<Figure>, Refusal> {
    let book = desk.book()?;
    let open = qudao_network::book::Wanted { state: "active".to_owned(), ..Default::default() };
    let figure = |code: &str, title: Text, value: usize| Figure {
        code: code.to_owned(),
        title: title.get(lang).to_owned(),
        value: count(value),
        unit: "count".to_owned(),
        before: None,
        to: format!("/{code}"),
    };
    Ok(vec![
        figure("partners", Text::new("代理商", "Partners"), book.partners(scope, &open).count()),
        figure("outlets", Text::new("网点", "Outlets"), book.outlets(scope, &open).count()),
        figure("clerks", Text::new("店员", "Clerks"), book.clerks(scope, &open).count()),
    ])
}

fn count(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
