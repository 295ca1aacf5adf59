//! The workbench: what waits for the asker, how the month stands, and what changed, each a link to the records behind it (R0.21).

use super::aims::{self, UnderWay};
use super::answers::Answers;
use super::desk::Desk;
use super::opened::{Head, Run};
use super::signed::Signed;
use super::todos::{Todo, todos};
use super::web::{Answer, Language, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::{Permission, Scope};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Lang, Refusal, Text};
use qudao_metrics::Target;
use qudao_platform::params::Register;
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
#[derive(Debug, Clone, Serialize, ToSchema)]
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
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Point {
    month: String,
    /// Payments, fen.
    payment: i64,
}

/// A partner and what it is paid.
#[derive(Debug, Clone, Serialize, ToSchema)]
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
#[derive(Debug, Clone, Serialize, ToSchema)]
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

/// What follows from files and parameters; who sees the same of the same state gets what was counted once.
pub(crate) struct Kept(Answers<Before, Reach, Counted>);

impl Default for Kept {
    fn default() -> Self {
        Self(Answers::of(REACHES))
    }
}

/// Most reaches of askers that are kept.
const REACHES: usize = 256;

/// All that is counted from, beside the clock-free definitions in the program.
struct Before {
    /// Number of the facts' snapshot.
    facts: u64,
    today: Date,
    master: Arc<Master>,
    parameters: Arc<Register>,
    runs: Vec<Arc<Run>>,
    targets: Vec<Target>,
}

impl PartialEq for Before {
    fn eq(&self, other: &Self) -> bool {
        (self.facts, self.today, &self.targets) == (other.facts, other.today, &other.targets)
            && Arc::ptr_eq(&self.master, &other.master)
            && Arc::ptr_eq(&self.parameters, &other.parameters)
            && self.runs.len() == other.runs.len()
            && self.runs.iter().zip(&other.runs).all(|(run, then)| Arc::ptr_eq(run, then))
    }
}

/// Where an asker may see what, and in which language.
#[derive(Clone, PartialEq)]
struct Reach {
    statements: Option<Scope>,
    partners: Option<Scope>,
    volume: Option<Scope>,
    grades: Option<Scope>,
    lang: Lang,
}

/// What was counted for a reach.
#[derive(Clone)]
struct Counted {
    settled: Option<Settled>,
    under_way: Option<UnderWay>,
    network: Vec<Figure>,
}

/// The asker's workbench.
#[utoipa::path(get, path = "/home", tag = "home", operation_id = "home",
    responses((status = 200, body = Workbench)), extensions(("x-permission" = json!("any"))))]
async fn home(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Workbench>> {
    let mut todos = todos(&desk, &signed, lang).await?;
    todos.sort_by_key(|todo| (todo.overdue == 0, std::cmp::Reverse(todo.count)));
    let scope = |permission| signed.scope(&desk, permission).ok();
    let reach = Reach {
        statements: scope(Permission::StatementRead),
        partners: scope(Permission::PartnerRead),
        volume: scope(Permission::VolumeRead),
        grades: scope(Permission::GradingRead),
        lang,
    };
    let targets = aims::targets(&desk).await?;
    heavy(move || {
        let before = Before {
            facts: desk.figures.now(&desk)?.snapshot(),
            today: desk.today(),
            master: desk.master()?,
            parameters: desk.parameters(),
            runs: desk.runs()?,
            targets,
        };
        let (today, runs, targets) = (before.today.to_string(), before.runs.clone(), before.targets.clone());
        let count = || counted(&desk, &reach, &runs, &targets);
        let Counted { settled, under_way, network } = Counted::clone(&*desk.workbench.0.get(before, reach.clone(), count)?);
        Ok(Json(Workbench { today, todos, settled, under_way, network }))
    })
    .await
}

fn counted(desk: &Arc<Desk>, reach: &Reach, runs: &[Arc<Run>], targets: &[Target]) -> Result<Counted, Refusal> {
    let under_way = |scope| aims::under_way(desk, scope, reach.grades.as_ref(), targets, reach.lang);
    Ok(Counted {
        under_way: reach.volume.as_ref().map(under_way).transpose()?,
        settled: reach.statements.as_ref().and_then(|scope| settled(runs, scope, reach.lang)),
        network: reach.partners.as_ref().map(|scope| network(desk, scope, reach.lang)).transpose()?.unwrap_or_default(),
    })
}

/// Partners most paid that are listed.
const TOP: usize = 10;

fn settled<'r>(runs: &'r [Arc<Run>], scope: &Scope, lang: Lang) -> Option<Settled> {
    let within = |run: &'r Arc<Run>| -> Vec<&'r Head> { run.heads.iter().filter(|head| head.within(scope)).collect() };
    let last = runs.last()?;
    let heads = within(last);
    let before: Option<Vec<&Head>> = runs.iter().rev().nth(1).map(within);
    let month = last.period().to_string();
    let payment = |heads: &[&Head]| heads.iter().map(|head| head.payment).sum::<i64>();
    let unpaid = |heads: &[&Head]| heads.iter().map(|head| i64::try_from(head.unpaid).unwrap_or(i64::MAX)).sum::<i64>();
    let paid = |heads: &[&Head]| count(heads.iter().filter(|head| head.payment > 0).count());
    let figure = |code: &str, title: Text, unit: &str, of: &dyn Fn(&[&Head]) -> i64| Figure {
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
    let mut top: Vec<&Head> = heads.iter().copied().filter(|head| head.payment > 0).collect();
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
