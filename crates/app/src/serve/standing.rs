//! Where the asker's own outlets, partners, work IDs and divisions stand by a metric: a place among others, none of whose figures is told.

use super::desk::Desk;
use super::figures::{self, label};
use super::network_name;
use super::signed::Signed;
use super::web::{Answer, Language, Sent, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::{Date, Lang};
use qudao_metrics::{Dimension, standings};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(standing))
}

/// By what, and when.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StandingSent {
    /// Id of a metric; the greatest figure is first.
    metric: String,
    /// First day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
}

/// A place of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandingView {
    /// Code of the dimension: clerk, outlet, partner, town, county, city or province.
    dimension: String,
    key: String,
    name: String,
    /// In the metric's unit.
    #[schema(required)]
    value: Option<i64>,
    /// From 1; equal figures share the better place.
    rank: usize,
    /// How many are ranked, the own one included.
    of: usize,
    /// Among whom: the division, and the channel category or tier they share.
    among: String,
}

/// The asker's own places; none for whoever sees everything.
#[utoipa::path(post, path = "/metrics/standing", tag = "metrics", operation_id = "metrics_standing", request_body = StandingSent,
    responses((status = 200, body = Vec<StandingView>)), extensions(("x-permission" = json!("volume.read"))))]
async fn standing(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<StandingSent>,
) -> Answer<Json<Vec<StandingView>>> {
    let own = figures::within(signed.scope(&desk, Permission::VolumeRead)?);
    heavy(move || {
        if own.is_everywhere() {
            return Ok(Json(Vec::new()));
        }
        let (master, catalogue) = (desk.master()?, &desk.figures.catalogue);
        let found = standings(catalogue, &master, &desk.figures.now(&desk)?, &sent.metric, (sent.from, sent.to), &own)?;
        let view = |one: qudao_metrics::Standing| {
            let class = match one.dimension {
                Dimension::Partner => label(catalogue, &master, sent.to, lang, Dimension::Tier, &one.class),
                _ => label(catalogue, &master, sent.to, lang, Dimension::Channel, &one.class),
            };
            let area = network_name(&one.area, lang);
            StandingView {
                dimension: one.dimension.code().to_owned(),
                name: label(catalogue, &master, sent.to, lang, one.dimension, &one.key),
                key: one.key,
                value: one.value,
                rank: one.rank,
                of: one.of,
                among: if one.class.is_empty() {
                    area
                } else if lang == Lang::Zh {
                    format!("{area} {class}")
                } else {
                    format!("{class}, {area}")
                },
            }
        };
        Ok(Json(found.into_iter().map(view).collect()))
    })
    .await
}
