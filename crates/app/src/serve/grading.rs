//! 网点分级: outlets by credit and sales, and what is proposed for each (R7.114). How it is worked out: [`qudao_metrics::grading`].

mod proposal;

use super::desk::Desk;
use super::figures::words;
use super::listed::{OutletNamed, file, in_scope, order, percent};
use super::metrics::unit;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Page, Paging, heavy, only_listed};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use qudao_access::{Permission, Scope};
use qudao_engine::metrics::Asked as Counting;
use qudao_kernel::facts::Table;
use qudao_kernel::master::{Master, Outlet};
use qudao_kernel::{Date, Fen, Lang, Month, Refusal, territory};
use qudao_metrics::Counter;
use qudao_metrics::grading::{Graded, Proposal, Rules, grade};
use qudao_network::Words;
use qudao_platform::params::Register;
use qudao_platform::sheet::{Cell, Column, ColumnType};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Months of a period unless said otherwise.
const MONTHS: i32 = 3;
/// Most months of a period.
const MOST_MONTHS: i32 = 12;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(grades)).routes(routes!(export)).merge(proposal::routes())
}

/// Which outlets, over which months.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GradesAsked {
    /// Last month of the period; the newest whole month with business where absent.
    month: Option<String>,
    /// How many months: 1 to 12; 3 where absent.
    months: Option<i32>,
    /// A division and all below it.
    territory: Option<String>,
    /// Channel category; several as a comma list.
    channel: Option<String>,
    /// keep, `improve_sales`, `improve_credit`, eliminate or new; several as a comma list.
    proposal: Option<String>,
    /// Part of the code or name of the outlet or its partner.
    q: Option<String>,
    /// outlet, owner, territory, sales, rank, credit, `taken_back`, lost, arrears; a minus before it turns the order round. outlet where absent.
    sort: Option<String>,
}

/// Of what format a file is to be.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileAsked {
    /// csv, or xlsx where absent.
    pub(crate) format: Option<String>,
}

/// An outlet's grade; shares in parts of a million, absent where there is nothing to divide by.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct GradeRow {
    outlet: OutletNamed,
    /// Class of the master data.
    class: String,
    /// Figure sales are ranked by, in its metric's unit.
    sales: i64,
    /// Place in county and channel category, from 1; 0 where the outlet is too new.
    rank: usize,
    /// Outlets ranked with it.
    of: usize,
    /// Tenths of a point, of 1000.
    credit_tenths: i64,
    #[schema(required)]
    taken_back_ppm: Option<i64>,
    #[schema(required)]
    lost_ppm: Option<i64>,
    #[schema(required)]
    arrears_ppm: Option<i64>,
    sales_good: bool,
    credit_good: bool,
    /// keep, `improve_sales`, `improve_credit`, eliminate or new.
    proposal: String,
}

/// A field of the grid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GradeField {
    proposal: String,
    outlets: usize,
    /// What they sold, in the metric's unit.
    sales: i64,
}

/// Where good begins, as it holds in the division asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GradeRules {
    /// Metric sales are ranked by.
    sales_by: String,
    sales_by_name: String,
    /// Its unit.
    unit: String,
    /// The first so many of a group, parts of a million.
    sales_first_ppm: i64,
    credit_least: i64,
    per_taken_back: i64,
    per_lost: i64,
    per_arrears: i64,
    new_days: i64,
}

/// Grades of outlets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GradesPage {
    items: Vec<GradeRow>,
    #[schema(required)]
    next: Option<String>,
    total: usize,
    /// All of the outlets that are asked for, whatever is proposed for them.
    grid: Vec<GradeField>,
    rules: GradeRules,
    from: String,
    to: String,
}

/// The rules of a division on a day.
fn rules(register: &Register, territory: &str, day: Date) -> Result<Rules, Refusal> {
    let whole = |name: &str| register.on(name, territory, day)?.int();
    Ok(Rules {
        sales_first_ppm: register.on("grading_sales_first", territory, day)?.ppm()?,
        credit_least: whole("grading_credit_least")?,
        per_taken_back: whole("grading_per_taken_back")?,
        per_lost: whole("grading_per_lost")?,
        per_arrears: whole("grading_per_arrears")?,
        new_days: whole("grading_new_days")?,
    })
}

fn no_month() -> Refusal {
    Refusal::bad_input(
        "grading.month",
        "月份有误，或月数不在 1 至 12 之间；请重新选择",
        "the month is wrong, or the months are not 1 to 12; choose again",
    )
}

/// The months a question is about.
fn months(asked: &GradesAsked, newest: Month) -> Result<(Month, Month), Refusal> {
    let last = asked.month.as_deref().filter(|month| !month.is_empty()).map(str::parse::<Month>).transpose().map_err(|_| no_month())?;
    let (last, count) = (last.unwrap_or(newest), asked.months.unwrap_or(MONTHS));
    if !(1..=MOST_MONTHS).contains(&count) {
        return Err(no_month());
    }
    Ok((last.plus(1 - count), last))
}

/// Outlets graded over the months a question is about.
struct Held {
    master: Arc<Master>,
    register: Arc<Register>,
    graded: Arc<Vec<Graded>>,
    sales_by: String,
    days: (Date, Date),
}

impl Held {
    /// Reads facts, unless the same was asked before.
    fn of(desk: &Arc<Desk>, asked: &GradesAsked) -> Result<Self, Refusal> {
        let (master, register) = (desk.master()?, desk.parameters());
        let counter = desk.figures.now(desk)?;
        let newest = counter.months(Table::BusinessEvent)?.map_or_else(|| desk.today().month(), |(_, last)| last);
        let newest = if newest.last_day() > desk.today() { newest.plus(-1) } else { newest };
        let (first, last) = months(asked, newest)?;
        let sales_by = register.on("grading_sales_by", "", last.last_day())?.value.to_owned();
        let graded = desk.field.grades.now(desk, &counter, (&master, &register), (first, last, &sales_by))?;
        Ok(Self { master, register, graded, sales_by, days: (first.first_day(), last.last_day()) })
    }

    fn named(&self, desk: &Desk, row: &Outlet, lang: Lang) -> OutletNamed {
        OutletNamed::of(&desk.figures.catalogue, &self.master, row, self.days.1, lang)
    }

    fn row(&self, desk: &Desk, (row, one): GradedOutlet<'_>, lang: Lang) -> GradeRow {
        grade_row(self.named(desk, row, lang), row.grade.clone(), one)
    }
}

/// An outlet's row of the register, and its grade.
type GradedOutlet<'a> = (&'a Outlet, &'a Graded);

/// The outlets asked for, and what the page says around them.
struct Found<'a> {
    outlets: Vec<GradedOutlet<'a>>,
    grid: Vec<GradeField>,
    rules: GradeRules,
}

fn found<'a>(desk: &Desk, held: &'a Held, scope: &Scope, asked: &GradesAsked, lang: Lang) -> Result<Found<'a>, Refusal> {
    only_listed(asked.proposal.as_deref(), &Proposal::ALL.map(Proposal::code))?;
    let known = Words::standard()?;
    only_listed(asked.channel.as_deref(), &known.channels.iter().map(|channel| channel.zh.as_str()).collect::<Vec<_>>())?;
    let Held { master, register, graded, sales_by, days: (_, day) } = held;
    let area = asked.territory.as_deref().unwrap_or("");
    let (standard, metric) = (rules(register, area, *day)?, desk.figures.catalogue.get(sales_by));
    let listed =
        |list: &Option<String>, value: &str| list.as_deref().is_none_or(|list| list.is_empty() || list.split(',').any(|one| one == value));
    let typed = asked.q.as_deref().unwrap_or("").trim();
    let mut outlets: Vec<GradedOutlet<'_>> = graded
        .iter()
        .filter_map(|one| Some((master.outlet(&one.outlet, *day)?, one)))
        .filter(|(row, _)| territory::under(&row.territory, area) && listed(&asked.channel, &row.channel))
        .filter(|(row, _)| in_scope(master, scope, &row.code, *day))
        .filter(|(row, _)| typed.is_empty() || held.named(desk, row, lang).matches(typed))
        .collect();
    let field = |proposal: &Proposal| {
        let of = outlets.iter().filter(|(_, one)| one.proposal == *proposal);
        GradeField { proposal: proposal.code().to_owned(), outlets: of.clone().count(), sales: of.map(|(_, one)| one.known.sales).sum() }
    };
    let grid = Proposal::ALL.iter().map(field).collect();
    outlets.retain(|(_, one)| listed(&asked.proposal, one.proposal.code()));
    sort(&mut outlets, asked.sort.as_deref(), |row| held.named(desk, row, lang).owner_name);
    let rules = GradeRules {
        sales_by_name: metric.map_or_else(|| sales_by.clone(), |metric| metric.name.get(lang).to_owned()),
        unit: metric.map_or("count", |metric| unit(metric.unit)).to_owned(),
        sales_by: sales_by.clone(),
        sales_first_ppm: standard.sales_first_ppm,
        credit_least: standard.credit_least,
        per_taken_back: standard.per_taken_back,
        per_lost: standard.per_lost,
        per_arrears: standard.per_arrears,
        new_days: standard.new_days,
    };
    Ok(Found { outlets, grid, rules })
}

/// How many outlets are proposed to be eliminated by the months that a page shows first.
pub(super) fn to_eliminate(desk: &Arc<Desk>, scope: &Scope, lang: Lang) -> Result<usize, Refusal> {
    let asked = GradesAsked { month: None, months: None, territory: None, channel: None, proposal: None, q: None, sort: None };
    let held = Held::of(desk, &asked)?;
    let grid = found(desk, &held, scope, &asked, lang)?.grid;
    Ok(grid.iter().find(|field| field.proposal == Proposal::Eliminate.code()).map_or(0, |field| field.outlets))
}

/// Questions whose grades are kept.
const KEPT: usize = 12;

/// First and last month, and the metric sales are ranked by.
type Question = (Month, Month, String);

/// Grades by what they are asked over, kept while facts, master data and parameters stay the same.
#[derive(Default)]
pub(super) struct Grades(Mutex<Option<Kept>>);

struct Kept {
    snapshot: u64,
    master: Arc<Master>,
    register: Arc<Register>,
    of: BTreeMap<Question, Arc<Vec<Graded>>>,
}

impl Grades {
    fn now(
        &self,
        desk: &Desk,
        counter: &Counting<'_>,
        (master, register): (&Arc<Master>, &Arc<Register>),
        (first, last, sales_by): (Month, Month, &str),
    ) -> Result<Arc<Vec<Graded>>, Refusal> {
        let snapshot = counter.snapshot();
        let question = (first, last, sales_by.to_owned());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same =
            |known: &Kept| known.snapshot == snapshot && Arc::ptr_eq(&known.master, master) && Arc::ptr_eq(&known.register, register);
        let held = match kept.take() {
            Some(known) if is_same(&known) && (known.of.len() < KEPT || known.of.contains_key(&question)) => known,
            _ => Kept { snapshot, master: Arc::clone(master), register: Arc::clone(register), of: BTreeMap::new() },
        };
        let held = kept.insert(held);
        if let Some(known) = held.of.get(&question) {
            return Ok(Arc::clone(known));
        }
        let by_day = |territory: &str| rules(register, territory, last.last_day());
        let graded = Arc::new(grade(&desk.figures.catalogue, master, counter, (first, last), sales_by, &by_day)?);
        held.of.insert(question, Arc::clone(&graded));
        Ok(graded)
    }
}

/// Risks by outlet, kept while facts, master data, parameters and the day stay the same.
#[derive(Default)]
pub(super) struct Risks(Mutex<Option<Counted>>);

struct Counted {
    snapshot: u64,
    day: Date,
    master: Arc<Master>,
    register: Arc<Register>,
    risks: Arc<BTreeMap<String, u32>>,
}

impl Risks {
    /// The risk of outlets, 0 to 100, by the months that a page shows first: what is missing to full credit. Nothing while there are no facts. Reads facts.
    pub(super) fn now(&self, desk: &Arc<Desk>) -> Result<Arc<BTreeMap<String, u32>>, Refusal> {
        let (master, register, day) = (desk.master()?, desk.parameters(), desk.today());
        let counter = desk.figures.now(desk)?;
        let snapshot = counter.snapshot();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*kept
            && (known.snapshot, known.day) == (snapshot, day)
            && Arc::ptr_eq(&known.master, &master)
            && Arc::ptr_eq(&known.register, &register)
        {
            return Ok(Arc::clone(&known.risks));
        }
        let risks = Arc::new(risks(desk, &counter, &master, &register)?);
        *kept = Some(Counted { snapshot, day, master, register, risks: Arc::clone(&risks) });
        Ok(risks)
    }
}

fn risks(desk: &Desk, counter: &Counting<'_>, master: &Arc<Master>, register: &Arc<Register>) -> Result<BTreeMap<String, u32>, Refusal> {
    let Some((_, newest)) = counter.months(Table::BusinessEvent)? else { return Ok(BTreeMap::new()) };
    let last = if newest.last_day() > desk.today() { newest.plus(-1) } else { newest };
    let day = last.last_day();
    let sales_by = register.on("grading_sales_by", "", day)?.value.to_owned();
    let graded = desk.field.grades.now(desk, counter, (master, register), (last.plus(1 - MONTHS), last, &sales_by))?;
    let risk = |one: &Graded| (one.outlet.clone(), u32::try_from((1_000 - one.credit_tenths).clamp(0, 1_000) / 10).unwrap_or(0));
    Ok(graded.iter().map(risk).collect())
}

fn grade_row(outlet: OutletNamed, class: String, one: &Graded) -> GradeRow {
    GradeRow {
        outlet,
        class,
        sales: one.known.sales,
        rank: one.rank,
        of: one.of,
        credit_tenths: one.credit_tenths,
        taken_back_ppm: one.known.taken_back_ppm,
        lost_ppm: one.known.lost_ppm,
        arrears_ppm: one.known.arrears_ppm,
        sales_good: one.sales_good,
        credit_good: one.credit_good,
        proposal: one.proposal.code().to_owned(),
    }
}

/// Outlets are graded by code, and equal ones stay in that order.
fn sort(outlets: &mut [GradedOutlet<'_>], by: Option<&str>, owner: impl Fn(&Outlet) -> String) {
    let (column, down) = order(by, "outlet");
    if column == "owner" {
        if down {
            outlets.sort_by_cached_key(|(row, _)| Reverse(owner(row)));
        } else {
            outlets.sort_by_cached_key(|(row, _)| owner(row));
        }
        return;
    }
    outlets.sort_by(|(a, x), (b, y)| {
        let found = match column {
            "territory" => a.territory.cmp(&b.territory),
            "sales" => x.known.sales.cmp(&y.known.sales),
            "rank" => (a.territory.get(..6), x.rank).cmp(&(b.territory.get(..6), y.rank)),
            "credit" => x.credit_tenths.cmp(&y.credit_tenths),
            "taken_back" => x.known.taken_back_ppm.cmp(&y.known.taken_back_ppm),
            "lost" => x.known.lost_ppm.cmp(&y.known.lost_ppm),
            "arrears" => x.known.arrears_ppm.cmp(&y.known.arrears_ppm),
            _ => a.code.cmp(&b.code),
        };
        if down { found.reverse() } else { found }
    });
}

/// Outlets graded by credit and sales, with the grid they make.
#[utoipa::path(get, path = "/outlet-grades", tag = "analysis", operation_id = "outlet_grades", params(GradesAsked, Paging),
    responses((status = 200, body = GradesPage)), extensions(("x-permission" = json!("grading.read"))))]
async fn grades(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<GradesAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<GradesPage>> {
    let scope = signed.scope(&desk, Permission::GradingRead)?;
    heavy(move || {
        let held = Held::of(&desk, &asked)?;
        let Found { outlets, grid, rules } = found(&desk, &held, &scope, &asked, lang)?;
        let page = Page::of(&paging, outlets.len(), outlets.into_iter());
        let Page { items, next, total } = page.map(|one| held.row(&desk, one, lang));
        let (from, to) = held.days;
        Ok(Json(GradesPage { items, next, total, grid, rules, from: from.to_string(), to: to.to_string() }))
    })
    .await
}

/// The same outlets as a file, all of them.
#[utoipa::path(get, path = "/outlet-grades/export", tag = "analysis", operation_id = "export_outlet_grades", params(GradesAsked, FileAsked),
    responses((status = 200, description = "The workbook, or the CSV file", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv")))),
    extensions(("x-permission" = json!("grading.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<GradesAsked>,
    Asked(wanted): Asked<FileAsked>,
) -> Answer<Response> {
    let scope = signed.scope(&desk, Permission::GradingRead)?;
    heavy(move || {
        let held = Held::of(&desk, &asked)?;
        let Found { outlets, rules, .. } = found(&desk, &held, &scope, &asked, lang)?;
        let name = format!("outlet-grades-{}-{}", held.days.0.month(), held.days.1.month());
        file(&name, wanted.format.as_deref() == Some("csv"), &columns(&rules, lang), |table| {
            outlets.iter().try_for_each(|one| {
                let row = held.row(&desk, *one, lang);
                table.row(&cells(&row, &rules, &proposal_name(&row.proposal, lang)))
            })
        })
    })
    .await
}

fn columns(rules: &GradeRules, lang: Lang) -> Vec<Column> {
    let text = |zh: &str, en: &str| Column::new(words(lang, zh, en), ColumnType::Text);
    let number = |zh: &str, en: &str| Column::new(words(lang, zh, en), ColumnType::Int);
    let decimal = |zh: &str, en: &str| Column::new(words(lang, zh, en), ColumnType::Money);
    vec![
        text("网点编码", "outlet"),
        text("网点", "name"),
        text("代理商编码", "partner"),
        text("代理商", "partner name"),
        text("区县", "county"),
        text("渠道类别", "channel"),
        text("网点等级", "class"),
        Column::new(&rules.sales_by_name, if rules.unit == "fen" { ColumnType::Money } else { ColumnType::Int }),
        number("名次", "rank"),
        number("参加排名", "of"),
        decimal("信誉分", "credit"),
        decimal("撤销率 (%)", "taken back (%)"),
        decimal("三个月流失率 (%)", "lost within three months (%)"),
        decimal("欠费率 (%)", "owed (%)"),
        text("建议", "proposal"),
    ]
}

fn cells<'r>(row: &'r GradeRow, rules: &GradeRules, proposal: &'r str) -> [Cell<'r>; 15] {
    let count = |number: usize| Cell::Int(i64::try_from(number).unwrap_or(i64::MAX));
    [
        Cell::Text(&row.outlet.code),
        Cell::Text(&row.outlet.name),
        Cell::Text(&row.outlet.owner),
        Cell::Text(&row.outlet.owner_name),
        Cell::Text(&row.outlet.territory_name),
        Cell::Text(&row.outlet.channel_name),
        Cell::Text(&row.class),
        if rules.unit == "fen" { Cell::Money(Fen(row.sales)) } else { Cell::Int(row.sales) },
        if row.rank == 0 { Cell::Empty } else { count(row.rank) },
        count(row.of),
        Cell::Money(Fen(row.credit_tenths * 10)),
        percent(row.taken_back_ppm),
        percent(row.lost_ppm),
        percent(row.arrears_ppm),
        Cell::Text(proposal),
    ]
}

fn proposal_name(code: &str, lang: Lang) -> String {
    match code {
        "keep" => words(lang, "保持", "keep"),
        "improve_sales" => words(lang, "提升销售", "improve sales"),
        "improve_credit" => words(lang, "提升信誉", "improve credit"),
        "eliminate" => words(lang, "淘汰", "eliminate"),
        _ => words(lang, "新开，不分级", "new, not graded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_some_whole_months() {
        // R7.114
        let asked = |month: &str, months| GradesAsked {
            month: Some(month.to_owned()),
            months: Some(months),
            territory: None,
            channel: None,
            proposal: None,
            q: None,
            sort: None,
        };
        let month = |text: &str| text.parse::<Month>().unwrap();
        assert_eq!(months(&asked("2026-07", 3), month("2026-08")).unwrap(), (month("2026-05"), month("2026-07")));
        assert_eq!(months(&asked("", 1), month("2026-08")).unwrap(), (month("2026-08"), month("2026-08")));
        assert_eq!(months(&asked("2026-07", 13), month("2026-08")).unwrap_err().code, "grading.month");
        assert_eq!(months(&asked("July", 1), month("2026-08")).unwrap_err().code, "grading.month");
    }

    #[test]
    fn every_rule_has_a_default() {
        // R7.114
        let register = Register::standard().unwrap();
        let day = "2026-08-31".parse().unwrap();
        let held = rules(&register, "360902", day).unwrap();
        assert_eq!((held.sales_first_ppm, held.credit_least), (600_000, 70));
        let by = register.on("grading_sales_by", "", day).unwrap().value.to_owned();
        assert!(qudao_metrics::Catalogue::standard().unwrap().get(&by).is_some());
    }
}
