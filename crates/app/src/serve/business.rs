//! One's own business of a day and its month, from the facts as they are now.

use super::desk::Desk;
use super::my::{WhoView, own};
use super::shown::mask;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Page, Paging, heavy};
use axum::Json;
use axum::extract::State;
use qudao_engine::facts::{FactStore, Wanted};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_policy::model::{Cell, Fact};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(today))
}

pub(crate) fn cell(fact: &Fact, col: Col) -> Option<&Cell> {
    fact.cells.iter().find(|(held, _)| *held == col).map(|(_, cell)| cell)
}

pub(crate) fn text(fact: &Fact, col: Col) -> &str {
    match cell(fact, col) {
        Some(Cell::Text(text)) => text,
        _ => "",
    }
}

fn money(fact: &Fact, col: Col) -> i64 {
    match cell(fact, col) {
        Some(Cell::Money(fen)) => *fen,
        _ => 0,
    }
}

fn on(fact: &Fact) -> Option<Date> {
    match cell(fact, Col::OccurredOn) {
        Some(Cell::Date(day)) => Some(*day),
        _ => None,
    }
}

/// How much of one kind of business.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BusinessFigure {
    kind: String,
    title: String,
    day: u64,
    month: u64,
    /// The month before, up to the same day.
    before: u64,
}

/// A piece of business.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BusinessRow {
    event: String,
    kind: String,
    title: String,
    day: String,
    outlet: String,
    outlet_name: String,
    clerk: String,
    /// Masked.
    subscriber: String,
    product: String,
    product_name: String,
    /// Fen.
    plan_fee: i64,
    /// Fen.
    amount: i64,
    verified: bool,
    /// Whether the order slip came back.
    slip: bool,
}

/// Business of a day and its month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Business {
    who: WhoView,
    day: String,
    month: String,
    figures: Vec<BusinessFigure>,
    rows: Page<BusinessRow>,
}

/// Which business.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BusinessQuery {
    /// Day; today where absent.
    day: Option<String>,
    /// Rows of the whole month instead of the day.
    #[serde(default)]
    whole_month: bool,
    /// Kind of business.
    kind: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// Today's and this month's business of the caller's own partner, outlet or work ID, with its rows.
#[utoipa::path(get, path = "/my/today", tag = "my", operation_id = "my_today", params(BusinessQuery),
    responses((status = 200, body = Business)), extensions(("x-permission" = json!("income.read"))))]
async fn today(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<BusinessQuery>,
) -> Answer<Json<Business>> {
    let own = own(&desk, &signed).await?;
    let on_day: Date = match &asked.day {
        Some(day) => day
            .parse()
            .map_err(|_| Refusal::bad_input("serve.request.query", "日期格式须为 2026-08-31", "a day is written like 2026-08-31"))?,
        None => desk.today(),
    };
    heavy(move || {
        let month = on_day.month();
        let store = FactStore::open(&desk.home.root().to_string_lossy())?;
        let snapshot = store.latest()?;
        let wanted = Wanted { months: Some((month.plus(-1), month.plus(1))), partner: Some(own.account.clone()), ..Wanted::default() };
        let mut facts = store.facts(&snapshot, Table::BusinessEvent, &wanted)?;
        facts.retain(|fact| own.did(fact));
        let before = on_day.plus_months(-1);
        let mut figures = Vec::new();
        for (kind, zh) in Table::BusinessEvent.kinds() {
            let of = |fits: &dyn Fn(Date) -> bool| {
                facts.iter().filter(|fact| text(fact, Col::Kind) == *kind && on(fact).is_some_and(fits)).count() as u64
            };
            let in_month = of(&|day| day.month() == month && day <= on_day);
            let earlier = of(&|day| day.month() == before.month() && day <= before);
            if in_month + earlier > 0 {
                figures.push(BusinessFigure {
                    kind: (*kind).to_owned(),
                    title: kind_title(kind, zh, lang),
                    day: of(&|day| day == on_day),
                    month: in_month,
                    before: earlier,
                });
            }
        }
        let master = desk.master()?;
        let fits = |fact: &&Fact| {
            let in_time = on(fact).is_some_and(|day| if asked.whole_month { day.month() == month && day <= on_day } else { day == on_day });
            in_time && asked.kind.as_deref().is_none_or(|kind| text(fact, Col::Kind) == kind)
        };
        let mut chosen: Vec<&Fact> = facts.iter().filter(fits).collect();
        chosen.sort_by_key(|fact| (std::cmp::Reverse(on(fact)), text(fact, Col::EventId).to_owned()));
        let row = |fact: &&Fact| {
            let day = on(fact).unwrap_or(on_day);
            let (outlet, product, kind) = (text(fact, Col::Outlet), text(fact, Col::Product), text(fact, Col::Kind));
            let zh = Table::BusinessEvent.kinds().iter().find(|(code, _)| *code == kind).map_or(kind, |(_, zh)| zh);
            BusinessRow {
                event: text(fact, Col::EventId).to_owned(),
                kind: kind.to_owned(),
                title: kind_title(kind, zh, lang),
                day: day.to_string(),
                outlet: outlet.to_owned(),
                outlet_name: master.outlet(outlet, day).map(|row| row.name.clone()).unwrap_or_default(),
                clerk: text(fact, Col::Clerk).to_owned(),
                subscriber: mask(text(fact, Col::Subscriber)),
                product: product.to_owned(),
                product_name: master.product(product, day).map(|row| row.name.clone()).unwrap_or_default(),
                plan_fee: money(fact, Col::PlanFee),
                amount: money(fact, Col::Amount),
                verified: cell(fact, Col::Verified) == Some(&Cell::Bool(true)),
                slip: cell(fact, Col::SlipOn).is_some(),
            }
        };
        let paging = Paging { after: asked.after.clone(), limit: asked.limit };
        let rows = Page::of(&paging, chosen.len(), chosen.iter().map(row));
        Ok(Json(Business { who: WhoView::of(&own), day: on_day.to_string(), month: month.to_string(), figures, rows }))
    })
    .await
}

fn kind_title(kind: &str, zh: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => kind.replace('_', " "),
    }
}
