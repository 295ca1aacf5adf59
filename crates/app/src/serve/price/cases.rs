//! Cases as people look at them: the list, one with all of its evidence, and whether partners are treated alike (R7.277, R7.280, R7.299).

use super::super::desk::Desk;
use super::super::listed::file;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Page, Paging, heavy};
use super::checks::PriceCheck;
use super::diversions::DiversionFinding;
use super::{DECIDE, MANAGE, READ, case_acts, of_the_house, product, reaches, word};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use qudao_price::case::{self, Case, CaseState, Measure, Query};
use qudao_price::verdict::Mode;
use qudao_price::{Sight, check, diversion};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most checks of a case that are told.
const CHECKS: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(export)).routes(routes!(outcomes)).routes(routes!(one))
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceCase {
    id: String,
    /// For `If-Match`.
    version: u32,
    /// price, diversion.
    kind: String,
    /// found, notified, explained, decided, appealed, final, rechecked, closed.
    state: String,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    territory_name: String,
    product: String,
    product_name: String,
    /// agency, `approved_floor`; empty for a diversion.
    mode: String,
    summary: String,
    found_on: String,
    /// Empty for whoever asks for a partner or outlet.
    opened_by: String,
    #[schema(required)]
    answer_due: Option<String>,
    #[schema(required)]
    appeal_due: Option<String>,
    /// none, talk, warning, deduction, `supply_stop`; empty before the decision.
    measure: String,
    /// Deducted, fen.
    amount: i64,
    /// The partner that was harmed; empty for none.
    harmed: String,
    harmed_name: String,
    /// What it gets, fen.
    compensation: i64,
    agreement: String,
    clause: String,
    decided_by: String,
    #[schema(required)]
    closed_on: Option<String>,
    changed_at: String,
    /// Whether the next step waits for somebody of ours.
    waits: bool,
}

impl PriceCase {
    fn of(asker: &Asker, house: bool, one: Case) -> Self {
        let day = |day: Option<qudao_kernel::Date>| day.map(|day| day.to_string());
        let told = |text: String| if house { text } else { String::new() };
        Self {
            waits: one.waits(asker.today),
            outlet_name: asker.outlet(&one.outlet),
            partner_name: asker.partner(&one.partner),
            territory_name: network_name(&one.territory, asker.lang),
            product_name: product(asker, &one.product),
            harmed_name: if one.harmed.is_empty() { String::new() } else { asker.partner(&one.harmed) },
            changed_at: instant(one.changed_us),
            id: one.id,
            version: one.version,
            kind: one.kind.name().to_owned(),
            state: one.state.name().to_owned(),
            outlet: one.outlet,
            partner: one.partner,
            product: one.product,
            mode: one.mode.map_or("", Mode::name).to_owned(),
            summary: one.summary,
            found_on: one.found_on.to_string(),
            opened_by: told(one.opened_by),
            answer_due: day(one.answer_due),
            appeal_due: day(one.appeal_due),
            measure: one.measure.map_or("", Measure::name).to_owned(),
            amount: one.amount.0,
            harmed: one.harmed,
            compensation: one.compensation.0,
            agreement: one.agreement,
            clause: one.clause,
            decided_by: told(one.decided_by),
            closed_on: day(one.closed_on),
        }
    }
}

/// Filters of cases.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceCasesAsked {
    /// found, notified, explained, decided, appealed, final, rechecked, closed.
    state: Option<String>,
    /// price, diversion.
    kind: Option<String>,
    outlet: Option<String>,
    partner: Option<String>,
    /// Only those that are not closed.
    open: Option<bool>,
}

impl PriceCasesAsked {
    fn query(self) -> Result<Query, Refusal> {
        const STATES: &str = "found, notified, explained, decided, appealed, final, rechecked, closed";
        Ok(Query {
            state: self.state.as_deref().filter(|name| !name.is_empty()).map(|name| word(name, STATES)).transpose()?,
            kind: self.kind.as_deref().filter(|name| !name.is_empty()).map(|name| word(name, "price, diversion")).transpose()?,
            outlet: self.outlet.unwrap_or_default(),
            partner: self.partner.unwrap_or_default(),
            open: self.open.unwrap_or_default(),
        })
    }
}

/// Cases the caller may see; whoever asks for a partner or outlet does not see those it was not told of.
async fn seen(desk: &Arc<Desk>, asker: &Asker, signed: &Signed, asked: PriceCasesAsked) -> Result<Vec<PriceCase>, Refusal> {
    let sight = asker.sight(desk, signed, READ)?;
    let house = of_the_house(desk, signed);
    let found = case::list(&mut desk.db.read().await?, &sight, &asked.query()?).await?;
    let told = found.into_iter().filter(|one| house || one.state != CaseState::Found);
    Ok(told.map(|one| PriceCase::of(asker, house, one)).collect())
}

/// Cases, latest first.
#[utoipa::path(get, path = "/price-cases", tag = "price", operation_id = "price_cases", params(PriceCasesAsked, Paging),
    responses((status = 200, body = Page<PriceCase>)), extensions(("x-permission" = json!("price.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceCasesAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PriceCase>>> {
    let asker = Asker::of(&desk, lang).await;
    let all = seen(&desk, &asker, &signed, asked).await?;
    Ok(Json(Page::of(&paging, all.len(), all.into_iter())))
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/price-cases/file", tag = "price", operation_id = "price_cases_file", params(PriceCasesAsked),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("price.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceCasesAsked>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let rows = seen(&desk, &asker, &signed, asked).await?;
    heavy(move || file("price-cases", false, &columns(lang), |table| rows.iter().try_for_each(|row| table.row(&cells(row))))).await
}

fn columns(lang: Lang) -> [Column; 11] {
    use ColumnType::{Money, Text};
    [
        ("案件", "Case", Text),
        ("类型", "Kind", Text),
        ("状态", "State", Text),
        ("发现日期", "Found on", Text),
        ("网点", "Outlet", Text),
        ("代理商", "Partner", Text),
        ("区域", "Area", Text),
        ("产品", "Product", Text),
        ("处理", "Measure", Text),
        ("扣款", "Deduction", Money),
        ("依据", "Ground", Text),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}

fn cells(row: &PriceCase) -> [Cell<'_>; 11] {
    let texts = [
        &row.id,
        &row.kind,
        &row.state,
        &row.found_on,
        &row.outlet_name,
        &row.partner_name,
        &row.territory_name,
        &row.product_name,
        &row.measure,
    ];
    let [id, kind, state, on, outlet, partner, area, product, measure] = texts.map(|text| Cell::Text(text.as_str()));
    [id, kind, state, on, outlet, partner, area, product, measure, Cell::Money(Fen(row.amount)), Cell::Text(&row.clause)]
}

/// How cases of a partner ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceCaseOutcome {
    partner: String,
    partner_name: String,
    cases: u32,
    /// Not decided.
    open: u32,
    nothing: u32,
    talk: u32,
    warning: u32,
    deduction: u32,
    supply_stop: u32,
    /// Deducted in closed ones, fen.
    deducted: i64,
}

/// Cases by partner and outcome: whether all are treated alike. For whoever decides on cases.
#[utoipa::path(get, path = "/price-cases/outcomes", tag = "price", operation_id = "price_case_outcomes",
    responses((status = 200, body = Vec<PriceCaseOutcome>)), extensions(("x-permission" = json!("price.decide"))))]
async fn outcomes(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<PriceCaseOutcome>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, DECIDE)?;
    let all = case::list(&mut desk.db.read().await?, &sight, &Query::default()).await?;
    let row = |(partner, one): (String, case::Outcome)| {
        let [nothing, talk, warning, deduction, supply_stop] = one.measures;
        PriceCaseOutcome {
            partner_name: asker.partner(&partner),
            partner,
            cases: one.cases,
            open: one.open,
            nothing,
            talk,
            warning,
            deduction,
            supply_stop,
            deducted: one.deducted.0,
        }
    };
    Ok(Json(case::outcomes(&all).into_iter().map(row).collect()))
}

/// What happened in a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceCaseEvent {
    /// open, notify, explain, decide, appeal, settle, recheck, close.
    act: String,
    /// Where it was afterwards.
    state: String,
    /// Empty for whoever asks for a partner or outlet.
    who: String,
    words: String,
    at: String,
}

/// What the caller may do in a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceCaseMay {
    /// Tell the outlet, look again, close.
    handle: bool,
    /// Say what the outlet says, and appeal.
    answer: bool,
    decide: bool,
    /// Why not, though they decide on others: `own_hand`, manager; empty where they may, or never do.
    not_decide: String,
}

/// A case with its evidence and history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceCaseWhole {
    case: PriceCase,
    checks: Vec<PriceCheck>,
    findings: Vec<DiversionFinding>,
    /// Oldest first.
    history: Vec<PriceCaseEvent>,
    /// Low prices of the product around it, the first one first; for whoever sees them.
    neighbours: Vec<PriceCheck>,
    /// Agreements of the partner in force on the day of the finding.
    agreements: Vec<String>,
    /// Measures by how many cases went before.
    ladder: Vec<String>,
    may: PriceCaseMay,
}

/// A case with its evidence and history.
#[utoipa::path(get, path = "/price-cases/{id}", tag = "price", operation_id = "price_case", params(("id" = String, Path)),
    responses((status = 200, body = PriceCaseWhole)), extensions(("x-permission" = json!("price.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<PriceCaseWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let house = of_the_house(&desk, &signed);
    let tx = &mut desk.db.read().await?;
    let found = case::get(tx, &sight, &id).await?;
    if !house && found.state == CaseState::Found {
        return Err(case_acts::none(&id).into());
    }
    let (checks, _) =
        check::list(tx, &Sight::everywhere(), &check::Query { case: id.clone(), limit: CHECKS, ..check::Query::default() }).await?;
    let findings = diversion::list(tx, &Sight::everywhere(), None, &id).await?;
    let neighbours = if house { case::neighbours(tx, &sight, &found).await? } else { Vec::new() };
    let history = case::history(tx, &id).await?.into_iter().map(|one| PriceCaseEvent {
        act: one.act,
        state: one.state.name().to_owned(),
        who: if house { one.who } else { String::new() },
        words: one.words,
        at: instant(one.at_us),
    });
    let history = history.collect();
    let may = may(&desk, &asker, &signed, &found, &case_acts::manager(tx, &found.outlet, asker.today).await?);
    let in_force = |row: &&qudao_kernel::master::Agreement| row.partner == found.partner && row.span.contains(found.found_on);
    let agreements = asker.master.agreements().filter(in_force).map(|row| row.code.clone()).collect();
    let ladder = case_acts::ladder(&desk, &found.territory, asker.today)?.into_iter().map(|step| step.name().to_owned()).collect();
    Ok(Json(PriceCaseWhole {
        checks: checks.into_iter().map(|one| PriceCheck::of(&asker, house, one)).collect(),
        findings: findings.into_iter().map(|one| DiversionFinding::of(&asker, one)).collect(),
        neighbours: neighbours.into_iter().map(|one| PriceCheck::of(&asker, house, one)).collect(),
        case: PriceCase::of(&asker, house, found),
        history,
        agreements,
        ladder,
        may,
    }))
}

fn may(desk: &Desk, asker: &Asker, signed: &Signed, case: &Case, manager: &str) -> PriceCaseMay {
    use qudao_platform::audit::same_hand;
    let who = signed.0.who();
    let over = |any| {
        let scope = super::union(desk, signed, any).ok();
        scope.is_some_and(|scope| asker.master.outlet(&case.outlet, asker.today).is_some_and(|row| reaches(asker, &scope, row)))
    };
    let decides = over(DECIDE);
    let own = same_hand(&case.opened_by, &who) || case.state == CaseState::Appealed && same_hand(&case.decided_by, &who);
    let not_decide = match (decides, own) {
        (false, _) => "",
        (true, true) => "own_hand",
        (true, false) if !manager.is_empty() && same_hand(manager, &who) => "manager",
        _ => "",
    };
    let handle = over(MANAGE);
    PriceCaseMay {
        handle,
        answer: handle || !of_the_house(desk, signed) && over(READ),
        decide: decides && not_decide.is_empty(),
        not_decide: not_decide.to_owned(),
    }
}
