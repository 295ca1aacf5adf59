//! One's own payments, from confirmation to bank, and the rules that pay now.

use super::desk::Desk;
use super::invoices::{CoverView, InvoiceView};
use super::my::{MOST_MONTHS, WhoView, own};
use super::settling;
use super::shelf::Shelf;
use super::shown::day;
use super::signed::Signed;
use super::statements::ConfirmationView;
use super::web::{Answer, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::facts::Col;
use qudao_policy::lines::Line;
use qudao_policy::model::Cell;
use qudao_settle::confirm::{self, State as Stage};
use qudao_settle::{dispute, invoice};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(payments)).routes(routes!(policies))
}

/// From statement to bank, for one month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentRow {
    period: String,
    statement: String,
    /// Whether it is of differences that settling earlier months again brought.
    again: bool,
    /// Fen.
    payment: i64,
    /// published, disputed, confirmed, `in_payment`, paid.
    state: String,
    /// Day the money moved.
    #[schema(required)]
    paid_on: Option<String>,
    #[schema(required)]
    confirmation: Option<ConfirmationView>,
    /// Absent where tax is withheld instead.
    #[schema(required)]
    invoices: Option<CoverView>,
}

/// One's payments and invoices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payments {
    who: WhoView,
    /// The last month first.
    items: Vec<PaymentRow>,
    invoices: Vec<InvoiceView>,
}

/// Payments of one's own partner from confirmation to bank, and its invoices.
#[utoipa::path(get, path = "/my/payments", tag = "my", operation_id = "my_payments",
    responses((status = 200, body = Payments)), extensions(("x-permission" = json!("statement.confirm"))))]
async fn payments(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Payments>> {
    signed.may(&desk, Permission::StatementConfirm)?;
    let own = own(&desk, &signed).await?;
    let account = own.account.clone();
    let shared = Arc::clone(&desk);
    let statements = heavy(move || {
        let mut found = Vec::new();
        for run in shared.runs()?.iter().rev().take(MOST_MONTHS) {
            // What settling earlier months again brought into the month is paid on its own.
            for statement in settling::differences(&shared.home, run.period(), &account)? {
                found.push((run.period(), statement, true));
            }
            if let Some(head) = run.head(&account) {
                found.push((run.period(), run.statement(head)?, false));
            }
        }
        Ok(found)
    })
    .await?;
    let tx = &mut desk.db.read().await?;
    let money = super::statements::paid(tx, &own.account).await?;
    let mut items = Vec::new();
    for (period, statement, again) in statements {
        let made = confirm::of_statement(tx, &statement.number).await?;
        let waits = dispute::waiting(tx, &statement.number).await?;
        let covered = invoice::covered(tx, &statement.number).await?;
        let billed = made.as_ref().map_or_else(|| confirm::billed(&statement), |made| made.billed);
        let paid = money.get(&statement.number);
        items.push(PaymentRow {
            paid_on: day(paid.and_then(|(_, on)| *on)),
            period: period.to_string(),
            again,
            payment: statement.totals.payment.0,
            state: Stage::of(made.is_some(), waits > 0, paid.map(|(how, _)| *how)).name().to_owned(),
            confirmation: made.as_ref().map(ConfirmationView::of),
            invoices: (!statement.natural_person).then(|| CoverView::of(invoice::Cover { billed, covered })),
            statement: statement.number,
        });
    }
    let invoices = invoice::of_partner(tx, &own.account).await?.into_iter().map(InvoiceView::of).collect();
    Ok(Json(Payments { who: WhoView::of(&own), items, invoices }))
}

/// A worked example of a policy: what happened, and what is due for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkedExample {
    name: String,
    facts: Vec<String>,
    period: String,
    /// Fen.
    amount: i64,
}

/// A rule that pays the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayingRule {
    policy: String,
    policy_title: String,
    version: u32,
    component: String,
    title: String,
    #[schema(required)]
    clause: Option<String>,
    /// What has to be met, each in the policy's words.
    requirements: Vec<String>,
    /// Last day in force.
    until: String,
    /// Fen it paid the caller in the last published month.
    paid: i64,
    /// Things it did not pay then.
    unpaid: u64,
    #[schema(required)]
    example: Option<WorkedExample>,
}

/// What pays now: rules of the published policies in force today that concern the caller, with what they paid in the last published month.
#[utoipa::path(get, path = "/my/policies", tag = "my", operation_id = "my_policies",
    responses((status = 200, body = Vec<PayingRule>)), extensions(("x-permission" = json!("income.read"))))]
async fn policies(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<PayingRule>>> {
    let own = own(&desk, &signed).await?;
    let scope = signed.scope(&desk, Permission::IncomeRead)?;
    heavy(move || {
        let today = desk.today();
        let (lines, zeros) = match desk.runs()?.last() {
            Some(run) => (own.lines(run)?, own.zeros(run)?),
            None => Default::default(),
        };
        let shelf = Shelf::open(&desk)?;
        let concerned = shelf.concerning(&scope, &*desk.master()?, today).into_iter();
        let mut rules = Vec::new();
        for policy in concerned.filter(|policy| policy.from <= today && today < policy.to) {
            for (index, component) in policy.components.iter().enumerate().filter(|(_, component)| own.is_paid_by(component)) {
                // An earlier version of the rule counts: what it paid is what the caller knows it by.
                let is_this = |name: &str, held: &str| name == policy.name && held == component.name;
                let paid: Vec<&Line> = lines.iter().filter(|line| is_this(&line.policy, &line.component)).collect();
                let unpaid = zeros.iter().filter(|reason| is_this(&reason.policy, &reason.component)).count() as u64;
                rules.push(PayingRule {
                    policy: policy.name.clone(),
                    policy_title: policy.title.clone(),
                    version: policy.version,
                    component: component.name.clone(),
                    title: if component.title.is_empty() { component.name.clone() } else { component.title.clone() },
                    clause: component.clause.clone(),
                    requirements: component.requires.iter().map(|require| require.text.clone()).collect(),
                    until: policy.to.plus_days(-1).to_string(),
                    paid: paid.iter().map(|line| line.amount).sum(),
                    unpaid,
                    example: example(policy, index),
                });
            }
        }
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.paid), std::cmp::Reverse(rule.unpaid)));
        Ok(Json(rules))
    })
    .await
}

/// The shortest example of the policy in which a rule pays.
fn example(policy: &qudao_policy::model::Policy, component: usize) -> Option<WorkedExample> {
    let fits = policy.examples.iter().filter_map(|example| {
        let expect = example.expects.iter().find(|expect| expect.component == Some(component) && expect.amount > 0)?;
        Some((example, expect))
    });
    let (example, expect) = fits.min_by_key(|(example, _)| example.facts.len())?;
    let cell = |(col, cell): &(Col, Cell)| {
        let value = match cell {
            Cell::Text(text) => text.clone(),
            Cell::Int(number) => number.to_string(),
            Cell::Money(fen) => super::letter::yuan(*fen),
            Cell::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
            Cell::Date(day) => day.to_string(),
            Cell::Month(month) => month.to_string(),
        };
        format!("{} {value}", col.label())
    };
    let named = |(col, _): &&(Col, Cell)| !matches!(col, Col::EventId | Col::KnownOn);
    let mut facts: Vec<String> =
        example.facts.iter().map(|fact| fact.cells.iter().filter(named).map(cell).collect::<Vec<_>>().join("，")).collect();
    let all = facts.len();
    facts.truncate(3);
    if all > facts.len() {
        facts.push(format!("……共 {all} 笔"));
    }
    Some(WorkedExample { name: example.name.clone(), facts, period: expect.period.to_string(), amount: expect.amount })
}
