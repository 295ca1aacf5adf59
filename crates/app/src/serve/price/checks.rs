//! Prices that were seen, and prices somebody brings by hand (R7.272, R7.288–R7.292).

use super::super::desk::Desk;
use super::super::listed::file;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, MOST_ROWS, OnceKey, Page, Paging, Sent, heavy};
use super::prices::spot;
use super::{MANAGE, READ, known_product, of_the_house, outlet, product, sent_day, word};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use qudao_price::check::{self, Check, New, Query};
use qudao_price::verdict::{Limits, Mode, Verdict};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most rows of a file.
const MOST_FILED: u32 = 20_000;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, bring)).routes(routes!(export))
}

/// A price that was seen and judged.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceCheck {
    id: String,
    /// tag, quoted, complaint, rival.
    seen: String,
    product: String,
    product_name: String,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    territory_name: String,
    seen_on: String,
    /// Fen.
    amount: i64,
    /// fine, low, high, violation, unpriced, noted.
    verdict: String,
    /// By what it was judged, fen.
    #[schema(required)]
    floor: Option<i64>,
    #[schema(required)]
    suggested: Option<i64>,
    /// agency, recommended, `approved_floor`; empty where no price held.
    mode: String,
    book: String,
    /// The visit it was seen on; empty for none.
    visit: String,
    /// The photo by its hash; empty for none.
    photo: String,
    note: String,
    /// The case it belongs to; empty for none.
    case: String,
    /// Who saw it; empty for whoever asks for a partner or outlet.
    who: String,
    at: String,
    /// Whether a case may be opened on it.
    may_case: bool,
}

impl PriceCheck {
    pub(super) fn of(asker: &Asker, house: bool, one: Check) -> Self {
        let told = |text: String| if house { text } else { String::new() };
        Self {
            product_name: product(asker, &one.product),
            outlet_name: asker.outlet(&one.outlet),
            partner_name: asker.partner(&one.partner),
            territory_name: network_name(&one.territory, asker.lang),
            at: instant(one.at_us),
            may_case: one.verdict == Verdict::Violation && one.case.is_empty(),
            id: one.id,
            seen: one.seen.name().to_owned(),
            product: one.product,
            outlet: one.outlet,
            partner: one.partner,
            seen_on: one.seen_on.to_string(),
            amount: one.amount.0,
            verdict: one.verdict.name().to_owned(),
            floor: one.floor.map(|fen| fen.0),
            suggested: one.suggested.map(|fen| fen.0),
            mode: one.mode.map_or("", Mode::name).to_owned(),
            book: one.book,
            visit: told(one.visit),
            photo: told(one.photo),
            note: told(one.note),
            case: one.case,
            who: told(one.who),
        }
    }
}

/// Filters of price checks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceChecksAsked {
    /// fine, low, high, violation, unpriced, noted; several as a comma list.
    verdict: Option<String>,
    /// tag, quoted, complaint, rival.
    seen: Option<String>,
    outlet: Option<String>,
    product: Option<String>,
    /// A division and all below it.
    territory: Option<String>,
    /// Only those without a case.
    free: Option<bool>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
}

impl PriceChecksAsked {
    fn query(&self, skip: usize, limit: u32) -> Result<Query, Refusal> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let day = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(sent_day).transpose();
        let verdicts = text(&self.verdict);
        let verdicts = verdicts.split(',').filter(|name| !name.is_empty());
        Ok(Query {
            verdicts: verdicts.map(|name| word(name, "fine, low, high, violation, unpriced, noted")).collect::<Result<_, _>>()?,
            seen: self
                .seen
                .as_deref()
                .filter(|name| !name.is_empty())
                .map(|name| word(name, "tag, quoted, complaint, rival"))
                .transpose()?,
            outlet: text(&self.outlet),
            product: text(&self.product),
            territory: text(&self.territory),
            free: self.free.unwrap_or_default(),
            case: String::new(),
            from: day(&self.from)?,
            to: day(&self.to)?,
            skip: u32::try_from(skip).unwrap_or(u32::MAX),
            limit,
        })
    }
}

/// Prices that were seen, latest first.
#[utoipa::path(get, path = "/price-checks", tag = "price", operation_id = "price_checks", params(PriceChecksAsked, Paging),
    responses((status = 200, body = Page<PriceCheck>)), extensions(("x-permission" = json!("price.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceChecksAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PriceCheck>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let house = of_the_house(&desk, &signed);
    let (from, limit) = (paging.from(), paging.limit());
    let query = asked.query(from, u32::try_from(limit).unwrap_or(u32::MAX))?;
    let (found, total) = check::list(&mut desk.db.read().await?, &sight, &query).await?;
    let (end, total) = (from + found.len(), total as usize);
    let items = found.into_iter().map(|one| PriceCheck::of(&asker, house, one)).collect();
    Ok(Json(Page { items, next: (end < total).then(|| end.to_string()), total }))
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/price-checks/file", tag = "price", operation_id = "price_checks_file", params(PriceChecksAsked),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("price.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceChecksAsked>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let house = of_the_house(&desk, &signed);
    let mut rows: Vec<PriceCheck> = Vec::new();
    let mut tx = desk.db.read().await?;
    loop {
        let (found, total) = check::list(&mut tx, &sight, &asked.query(rows.len(), MOST_ROWS as u32)?).await?;
        let last = found.is_empty();
        rows.extend(found.into_iter().map(|one| PriceCheck::of(&asker, house, one)));
        if last || rows.len() >= (total.min(MOST_FILED)) as usize {
            break;
        }
    }
    drop(tx);
    heavy(move || file("price-checks", false, &columns(lang), |table| rows.iter().try_for_each(|row| table.row(&cells(row))))).await
}

fn columns(lang: Lang) -> [Column; 13] {
    use ColumnType::{Date, Money, Text};
    [
        ("日期", "Day", Date),
        ("网点编码", "Outlet", Text),
        ("网点", "Outlet's name", Text),
        ("代理商", "Partner", Text),
        ("区域", "Area", Text),
        ("产品编码", "Product", Text),
        ("产品", "Product's name", Text),
        ("看到的", "What was seen", Text),
        ("价格", "Price", Money),
        ("最低零售价", "Floor", Money),
        ("建议零售价", "Suggested", Money),
        ("判定", "Verdict", Text),
        ("案件", "Case", Text),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}

fn cells(row: &PriceCheck) -> [Cell<'_>; 13] {
    let money = |fen: Option<i64>| fen.map_or(Cell::Empty, |fen| Cell::Money(Fen(fen)));
    [
        row.seen_on.parse().map_or(Cell::Empty, |day: Date| Cell::Date(day)),
        Cell::Text(&row.outlet),
        Cell::Text(&row.outlet_name),
        Cell::Text(&row.partner_name),
        Cell::Text(&row.territory_name),
        Cell::Text(&row.product),
        Cell::Text(&row.product_name),
        Cell::Text(&row.seen),
        money(Some(row.amount)),
        money(row.floor),
        money(row.suggested),
        Cell::Text(&row.verdict),
        Cell::Text(&row.case),
    ]
}

/// A price somebody brings.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceCheckSent {
    outlet: String,
    product: String,
    /// tag, quoted, complaint, rival.
    seen: String,
    /// Fen.
    amount: i64,
    /// Today where absent.
    seen_on: Option<String>,
    #[serde(default)]
    note: String,
}

/// Takes a price somebody saw, was quoted, or complained of, and judges it by the books of its day.
#[utoipa::path(post, path = "/price-checks", tag = "price", operation_id = "bring_price_check", request_body = PriceCheckSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = PriceCheck)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn bring(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PriceCheckSent>,
) -> Answer<(StatusCode, Json<PriceCheck>)> {
    let asker = Asker::of(&desk, lang).await;
    let seen_on = sent.seen_on.as_deref().filter(|day| !day.is_empty()).map_or(Ok(asker.today), sent_day)?;
    let row = outlet(&asker, &desk, &signed, MANAGE, &sent.outlet, seen_on)?;
    known_product(&asker, &sent.product)?;
    let limits = Limits::of(&desk.parameters(), &row.territory, seen_on)?;
    let new = New {
        seen: word(&sent.seen, "tag, quoted, complaint, rival")?,
        product: &sent.product,
        outlet: &row.code,
        partner: &row.owner,
        spot: spot(row),
        seen_on,
        amount: Fen(sent.amount),
        visit: "",
        photo: "",
        note: &sent.note,
    };
    let one = check::by_hand(&desk.db, limits, &signed.0.who(), &key, &new, asker.today).await?;
    Ok((StatusCode::CREATED, Json(PriceCheck::of(&asker, true, one))))
}
