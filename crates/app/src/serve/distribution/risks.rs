//! Risks of being dropped by an outlet: found once a day, each a task with its cause.

use super::super::desk::Desk;
use super::super::orders::{Asker, place};
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Page, Paging, Seen, Sent, closed};
use super::ground::{Ground, Part};
use super::orders::DistributionVersion;
use super::{MANAGE, READ, product_name};
use axum::Json;
use axum::extract::State;
use qudao_access::{Scope, Sight};
use qudao_display::{learn, pop};
use qudao_distribution::At;
use qudao_distribution::risk::{self, Facts, Limits, Model, Query, Risk};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_network::portfolio;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The checklist whose score tells how we are shown.
const SCORE: &str = "display_elements";

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(settle))
}

/// A risk.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ListingRiskRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    outlet: String,
    outlet_name: String,
    /// Empty for the outlet as a whole.
    product: String,
    product_name: String,
    /// stock: days of cover; display: score in hundredths of a percent; leaving: days without a sale; support: days without support.
    cause: String,
    figure: i64,
    /// The limit of the figure.
    least: i64,
    /// open, gone, settled.
    state: String,
    owner: String,
    opened_on: String,
    due_on: String,
    late: bool,
    closed_by: String,
    #[schema(required)]
    closed_on: Option<String>,
    note: String,
}

impl ListingRiskRow {
    fn of(asker: &Asker, one: Risk) -> Self {
        Self {
            outlet_name: asker.outlet(&one.outlet),
            product_name: if one.product.is_empty() { String::new() } else { product_name(asker, &one.product) },
            late: one.state == "open" && one.due_on < asker.today,
            id: one.id,
            version: one.version,
            outlet: one.outlet,
            product: one.product,
            cause: one.cause,
            figure: one.figure,
            least: one.least,
            state: one.state,
            owner: one.owner,
            opened_on: one.opened_on.to_string(),
            due_on: one.due_on.to_string(),
            closed_by: one.closed_by,
            closed_on: day(one.closed_on),
            note: one.note,
        }
    }
}

/// Filters of risks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListingRiskFilter {
    /// open, gone, settled.
    state: Option<String>,
    /// stock, display, leaving, support.
    cause: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Login of the owner.
    owner: Option<String>,
}

/// Risks, by the day they are due.
#[utoipa::path(get, path = "/distribution/risks", tag = "distribution", operation_id = "listing_risks", params(ListingRiskFilter, Paging),
    responses((status = 200, body = Page<ListingRiskRow>)), extensions(("x-permission" = json!("distribution.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ListingRiskFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ListingRiskRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let query = Query {
        state: closed(asked.state, &["open", "gone", "settled"])?,
        cause: closed(asked.cause, &["stock", "display", "leaving", "support"])?,
        outlet: asked.outlet.unwrap_or_default(),
        owner: asked.owner.unwrap_or_default(),
        after: place(paging.after.as_deref()).map(|(day, id)| (day.to_owned(), id.to_owned())),
        limit: paging.limit(),
    };
    let found = risk::list(&mut desk.db.read().await?, &sight, &query).await?;
    let items = found.rows.into_iter().map(|one| ListingRiskRow::of(&asker, one)).collect();
    Ok(Json(Page { items, next: found.next.map(|(day, id)| format!("{day}~{id}")), total: found.total as usize }))
}

/// What was done about a risk.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RiskSettleSent {
    note: String,
}

/// Settles a risk with what was done.
#[utoipa::path(post, path = "/distribution/risks/{id}/settle", tag = "distribution", operation_id = "settle_risk", request_body = RiskSettleSent,
    params(("id" = String, Path, description = "Risk"), ("If-Match" = String, Header)),
    responses((status = 200, body = DistributionVersion)), extensions(("x-permission" = json!("distribution.manage"))))]
async fn settle(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<RiskSettleSent>,
) -> Answer<Json<DistributionVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let version = risk::settle(&desk.db, &sight, &signed.0.who(), &id, version, &sent.note).await?;
    Ok(Json(DistributionVersion { version }))
}

/// Looks for risks at every outlet, once a day.
///
/// # Errors
/// The database or the facts do not answer; then it is looked for again.
pub(in crate::serve) async fn look_daily(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let today = desk.today();
    if desk.display.looked.load(Ordering::Acquire) == today.days() {
        return Ok(());
    }
    let everywhere = Scope { territories: vec![String::new()], ..Scope::default() };
    let asker = Asker::of(desk, Lang::Zh).await;
    let ground = Ground::of(desk, asker, everywhere, Part::default()).await?;
    let sight = Sight::everywhere();
    let (scores, supported, owners) = {
        let mut tx = desk.db.read().await?;
        let scores = learn::scores(&mut tx, &sight, SCORE, "").await?;
        (scores, pop::supported(&mut tx, &sight).await?, portfolio::all(&mut tx, today).await?)
    };
    let score: BTreeMap<&str, (u32, Date)> = scores.iter().map(|one| (one.outlet.as_str(), (one.score, one.day))).collect();
    let hung: BTreeMap<&str, Date> = supported.iter().map(|(outlet, day)| (outlet.as_str(), *day)).collect();
    let limits = limits(desk, today, &ground)?;
    // Outlets somebody looks after: nobody would see to a task elsewhere.
    let all: Vec<Facts<'_>> = ground
        .outlets()
        .filter_map(|row| owners.get(&row.code).map(|owner| (row, owner)))
        .map(|(row, owner)| {
            let models = ground.models(row).filter(|(_, role)| role.is_core()).map(|(product, _)| {
                let standing = ground.standing(&row.code, &product.code);
                Model { product: &product.code, stock: standing.stock, sold: standing.sold }
            });
            let looked = score.get(row.code.as_str()).map(|(_, on)| *on);
            let helped = looked.max(hung.get(row.code.as_str()).copied());
            Facts {
                at: At { outlet: &row.code, partner: &row.owner, territory: &row.territory },
                owner,
                models: models.collect(),
                score: score.get(row.code.as_str()).map(|(score, _)| *score),
                last_sale: ground.last_sale(&row.code),
                supported: helped.unwrap_or_else(|| row.span.from.max(today.plus_days(-366))),
            }
        })
        .collect();
    let looked = risk::look(&desk.db, &all, limits).await?;
    desk.display.looked.store(today.days(), Ordering::Release);
    tracing::info!(opened = looked.opened, gone = looked.gone, "risks of being dropped were looked for");
    Ok(())
}

fn limits(desk: &Desk, today: Date, ground: &Ground) -> Result<Limits, Refusal> {
    let register = desk.parameters();
    let days = |name: &str| {
        let days = register.on(name, "", today)?.int()?;
        Ok::<i32, Refusal>(i32::try_from(days.clamp(0, 3_650)).unwrap_or(0))
    };
    Ok(Limits {
        cover_days: i64::from(ground.rules.lead_days) + i64::from(ground.rules.safety_days),
        score: u32::try_from(register.on("display_floor", "", today)?.ppm()? / 100).unwrap_or(0),
        idle_days: days("leaving_days")?,
        support_days: days("support_days")?,
        due_days: days("correction_days")?,
    })
}
