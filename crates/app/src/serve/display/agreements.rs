//! Agreements on display: what a partner lets us place at an outlet, until when, for what.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::receivables::sent_day;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent, closed};
use super::corrections::{DisplayVersion, unknown};
use super::{MANAGE, READ, at, days, place_name, reached};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_display::agreement::{self, Act, Agreement, Draft, Query};
use qudao_kernel::{Fen, Lang};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, make)).routes(routes!(act))
}

/// An agreement on display.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DisplayAgreementRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    places: Vec<String>,
    place_names: Vec<String>,
    size: String,
    from: String,
    last_day: String,
    /// Days until it ends, for one that is signed.
    #[schema(required)]
    days_left: Option<i32>,
    /// It ends soon.
    ending: bool,
    /// Fen.
    cost: i64,
    rights: String,
    duties: String,
    /// draft, signed, ended.
    state: String,
    signed_by: String,
    #[schema(required)]
    signed_on: Option<String>,
    made_by: String,
    /// The asker drafted it, and does not note its signature.
    own: bool,
    note: String,
}

impl DisplayAgreementRow {
    fn of(desk: &Desk, asker: &Asker, who: &str, warn: i32, one: Agreement) -> Self {
        let left = one.last_day.days() - asker.today.days();
        let signed = one.state == "signed";
        Self {
            outlet_name: asker.outlet(&one.outlet),
            partner_name: asker.partner(&one.partner),
            place_names: one.places.iter().map(|place| place_name(desk, asker, place)).collect(),
            days_left: signed.then_some(left),
            ending: signed && (0..=warn).contains(&left),
            own: qudao_platform::audit::same_hand(&one.made_by, who),
            id: one.id,
            version: one.version,
            outlet: one.outlet,
            partner: one.partner,
            places: one.places,
            size: one.size,
            from: one.from.to_string(),
            last_day: one.last_day.to_string(),
            cost: one.cost.0,
            rights: one.rights,
            duties: one.duties,
            state: one.state,
            signed_by: one.signed_by,
            signed_on: day(one.signed_on),
            made_by: one.made_by,
            note: one.note,
        }
    }
}

/// Filters of agreements on display.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DisplayAgreementFilter {
    /// draft, signed, ended.
    state: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Only those that end soon.
    ending: Option<bool>,
}

/// Agreements on display, by number.
#[utoipa::path(get, path = "/display/agreements", tag = "display", operation_id = "display_agreements", params(DisplayAgreementFilter, Paging),
    responses((status = 200, body = Page<DisplayAgreementRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<DisplayAgreementFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<DisplayAgreementRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let warn = days(&desk, "display_agreement_warn_days", &asker)?;
    let query = Query {
        state: closed(asked.state, &["draft", "signed", "ended"])?,
        outlet: asked.outlet.unwrap_or_default(),
        ending: (asked.ending == Some(true)).then(|| (asker.today, asker.today.plus_days(warn))),
        after: paging.after.clone().unwrap_or_default(),
        limit: paging.limit(),
    };
    let found = agreement::list(&mut desk.db.read().await?, &sight, &query).await?;
    let who = signed.0.who();
    let items = found.rows.into_iter().map(|one| DisplayAgreementRow::of(&desk, &asker, &who, warn, one)).collect();
    Ok(Json(Page { items, next: found.next, total: found.total as usize }))
}

/// An agreement on display to be drafted.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DisplayAgreementSent {
    outlet: String,
    /// Codes of places.
    places: Vec<String>,
    size: String,
    from: String,
    last_day: String,
    /// Fen.
    #[serde(default)]
    cost: i64,
    rights: String,
    duties: String,
}

/// The number of a record of display.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisplayMade {
    pub(super) id: String,
}

/// Drafts an agreement on display.
#[utoipa::path(post, path = "/display/agreements", tag = "display", operation_id = "draft_display_agreement", request_body = DisplayAgreementSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = DisplayMade)),
    extensions(("x-permission" = json!("display.manage"))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<DisplayAgreementSent>,
) -> Answer<(StatusCode, Json<DisplayMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let outlet = reached(&asker, &signed.scope(&desk, Permission::DisplayManage)?, &sent.outlet)?;
    let draft = Draft {
        at: at(outlet),
        outlet_type: &outlet.subtype,
        places: &sent.places,
        size: &sent.size,
        from: sent_day(&sent.from)?,
        last_day: sent_day(&sent.last_day)?,
        cost: Fen(sent.cost),
        rights: &sent.rights,
        duties: &sent.duties,
    };
    let id = agreement::draft(&desk.db, &desk.display.places, &signed.0.who(), &key, &draft).await?.into_inner();
    Ok((StatusCode::CREATED, Json(DisplayMade { id })))
}

/// What is done with an agreement on display.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DisplayAgreementActSent {
    /// sign, end.
    act: String,
    /// Who signed for the partner: sign.
    #[serde(default)]
    by: String,
    /// When: sign.
    #[serde(default)]
    on: String,
    /// Why: end.
    #[serde(default)]
    reason: String,
}

/// Notes that an agreement on display was signed, or ends it.
#[utoipa::path(post, path = "/display/agreements/{id}/act", tag = "display", operation_id = "act_on_display_agreement",
    request_body = DisplayAgreementActSent, params(("id" = String, Path, description = "Agreement"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn act(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<DisplayAgreementActSent>,
) -> Answer<Json<DisplayVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let act = match sent.act.as_str() {
        "sign" => Act::Sign { by: &sent.by, on: sent_day(&sent.on)? },
        "end" => Act::End(&sent.reason),
        other => return Err(unknown(other).into()),
    };
    let version = agreement::act(&desk.db, &sight, &signed.0.who(), &id, version, &act).await?;
    Ok(Json(DisplayVersion { version }))
}
