//! Where we are seen first from the entrance: by type of outlet, by whoever looks after it, by area.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::recruit::{named, names};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, closed};
use super::READ;
use axum::Json;
use axum::extract::State;
use qudao_display::notice::{self, Noticed, Rate};
use qudao_kernel::territory::{self, Level};
use qudao_network::portfolio;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days that are looked back where nothing else is asked.
const BACK: u32 = 90;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(rates))
}

/// How often we are seen first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FirstNoticeRow {
    /// Type of outlet, login, or division code; empty for the whole, and where there is none.
    key: String,
    name: String,
    /// Outlets whose entrance was looked at, with a photo.
    checked: u32,
    /// Of these, those where we are seen first.
    first: u32,
    /// First ÷ checked, hundredths of a percent.
    #[schema(required)]
    share: Option<u32>,
}

impl FirstNoticeRow {
    fn of(key: String, name: String, rate: Rate) -> Self {
        Self { key, name, checked: rate.checked, first: rate.first, share: rate.share() }
    }
}

/// First notice by what was asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FirstNotice {
    /// From this day on.
    since: String,
    whole: FirstNoticeRow,
    rows: Vec<FirstNoticeRow>,
}

/// What is asked of first notice.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FirstNoticeAsked {
    /// `outlet_type`, manager, area; by type where absent.
    by: Option<String>,
    /// Days looked back, 1 to 366; 90 where absent.
    days: Option<u32>,
}

/// Share of outlets where our brand is seen first, by type of outlet, manager or area.
#[utoipa::path(get, path = "/display/first-notice", tag = "display", operation_id = "first_notice", params(FirstNoticeAsked),
    responses((status = 200, body = FirstNotice)), extensions(("x-permission" = json!("display.read"))))]
async fn rates(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FirstNoticeAsked>,
) -> Answer<Json<FirstNotice>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let by = closed(asked.by, &["outlet_type", "manager", "area"])?;
    let back = i32::try_from(asked.days.unwrap_or(BACK).clamp(1, 366)).unwrap_or(1);
    let since = asker.today.plus_days(-back);
    let mut tx = desk.db.read().await?;
    let looks = notice::looks(&mut tx, &sight, since).await?;
    let keepers = if by == "manager" { portfolio::all(&mut tx, asker.today).await? } else { BTreeMap::new() };
    let people = names(&mut tx, keepers.values().cloned()).await?;
    drop(tx);
    let subtype = |look: &Noticed| asker.master.outlet(&look.outlet, asker.today).map(|row| row.subtype.clone()).unwrap_or_default();
    let found = match by.as_str() {
        "manager" => notice::rates(&looks, |look| keepers.get(&look.outlet).cloned().unwrap_or_default()),
        "area" => notice::rates(&looks, |look| territory::at_level(&look.territory, Level::County).to_owned()),
        _ => notice::rates(&looks, subtype),
    };
    let name = |key: &str| match by.as_str() {
        "manager" => named(&people, key),
        "area" => network_name(key, lang),
        _ => key.to_owned(),
    };
    let all = notice::rates(&looks, |_| String::new()).remove("").unwrap_or_default();
    let rows = found.into_iter().map(|(key, rate)| FirstNoticeRow::of(key.clone(), name(&key), rate)).collect();
    Ok(Json(FirstNotice { since: since.to_string(), whole: FirstNoticeRow::of(String::new(), String::new(), all), rows }))
}
