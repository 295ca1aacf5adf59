//! 疑似重复 and 合并: what may be there already, and one that was kept twice becoming one.

use super::desk::Desk;
use super::life::{act, master, sealed, within};
use super::signed::Signed;
use super::web::{Answer, Sent};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Date, Refusal};
use qudao_network::keys::KeyKind;
use qudao_network::life::Who;
use qudao_network::merge::{self, Merge};
use qudao_network::site::Point;
use qudao_network::twins::{self, Asked, Twin};
use qudao_platform::write_tx;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(likely)).routes(routes!(merge_partner)).routes(routes!(merge_outlet))
}

/// A record that may be the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TwinView {
    /// partner, outlet, clerk.
    noun: String,
    code: String,
    /// licence, person, phone, account, name, sound, near.
    why: String,
    /// What they have in common: a mask, a name, metres.
    what: String,
}

impl TwinView {
    pub(super) fn of(twin: Twin) -> Self {
        Self { noun: twin.noun, code: twin.code, why: twin.why.to_owned(), what: twin.what }
    }
}

/// What is to be added. Nothing of it is kept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TwinsAsked {
    /// partner, outlet.
    who: String,
    #[serde(default)]
    code: String,
    name: String,
    territory: String,
    licence: Option<String>,
    person: Option<String>,
    phone: Option<String>,
    /// Degrees in millionths.
    lat_e6: Option<i64>,
    lon_e6: Option<i64>,
}

/// Records that may be the same as one to be added.
#[utoipa::path(post, path = "/duplicates", tag = "network", operation_id = "likely_duplicates", request_body = TwinsAsked,
    responses((status = 200, body = Vec<TwinView>)), extensions(("x-permission" = json!("partner.manage"))))]
async fn likely(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<TwinsAsked>) -> Answer<Json<Vec<TwinView>>> {
    signed.may(&desk, Permission::PartnerManage)?;
    desk.roll_in().await?;
    let tx = &mut desk.db.read().await?;
    let numbers = [(KeyKind::Licence, sent.licence), (KeyKind::Person, sent.person), (KeyKind::Phone, sent.phone)];
    let keys = sealed(tx, &numbers).await?;
    let point = match (sent.lat_e6, sent.lon_e6) {
        (Some(lat_e6), Some(lon_e6)) => Some(Point { lat_e6, lon_e6 }),
        _ => None,
    };
    let who = super::life::named(&sent.who)?;
    let asked = Asked { who, code: &sent.code, name: &sent.name, territory: &sent.territory, numbers: &keys, point };
    Ok(Json(twins::find(tx, &asked, desk.today()).await?.into_iter().map(TwinView::of).collect()))
}

/// Into which record, and from when.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MergeSent {
    /// Code of the one that stays.
    into: String,
    /// First day.
    from: String,
    reason: String,
}

/// A merge.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergeView {
    /// The id that points on.
    old: String,
    /// The one that stays.
    new: String,
    from: String,
    reason: String,
    who: String,
}

impl MergeView {
    pub(super) fn of(merge: Merge) -> Self {
        Self { old: merge.old, new: merge.new, from: merge.from.to_string(), reason: merge.reason, who: merge.who }
    }
}

/// Merges a partner that was kept twice into the other from a day on.
#[utoipa::path(post, path = "/partners/{code}/merge", tag = "network", operation_id = "merge_partner", request_body = MergeSent,
    params(("code" = String, Path, description = "Partner code")), responses((status = 200, body = MergeView)),
    extensions(("x-permission" = json!("partner.merge"))))]
async fn merge_partner(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
    Sent(sent): Sent<MergeSent>,
) -> Answer<Json<MergeView>> {
    merged(&desk, &signed, Who::Partner, &code, &sent).await
}

/// Merges an outlet that was kept twice into the other from a day on.
#[utoipa::path(post, path = "/outlets/{code}/merge", tag = "network", operation_id = "merge_outlet", request_body = MergeSent,
    params(("code" = String, Path, description = "Outlet code")), responses((status = 200, body = MergeView)),
    extensions(("x-permission" = json!("partner.merge"))))]
async fn merge_outlet(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
    Sent(sent): Sent<MergeSent>,
) -> Answer<Json<MergeView>> {
    merged(&desk, &signed, Who::Outlet, &code, &sent).await
}

async fn merged(desk: &Arc<Desk>, signed: &Signed, who: Who, old: &str, sent: &MergeSent) -> Answer<Json<MergeView>> {
    let scope = signed.own_scope(desk, Permission::PartnerMerge)?;
    let from: Date = sent
        .from
        .parse()
        .map_err(|_| Refusal::bad_input("serve.merge.day", format!("“{}”不是日期", sent.from), format!("`{}` is no day", sent.from)))?;
    let master = master(desk).await?;
    for code in [old, sent.into.as_str()] {
        within(&mut desk.db.read().await?, &master, &scope, who, code, desk.today()).await?;
    }
    desk.roll_in().await?;
    let login = signed.0.who();
    let done = write_tx!(&desk.db, |tx| {
        let act = act(tx, &login, &sent.reason).await?;
        merge::merge(tx, &act, who, old, &sent.into, from).await?;
        merge::of(tx, who, old).await
    })?;
    desk.rolled_out().await;
    let done = done.ok_or_else(|| super::web::bug("a merge left no trace"))?;
    Ok(Json(MergeView::of(done)))
}
