//! Standards: the checklists of display with the pictures their items are compared with.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Sent};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_display::standard::{self, New};
use qudao_kernel::Lang;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Kinds of checklists that have pictures.
const KINDS: [&str; 3] = ["display", "merchandising", "place"];

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, set))
}

/// A picture of an item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandardPicture {
    /// Type of outlet; empty for all.
    outlet_type: String,
    /// From which version of the checklist on.
    version: u32,
    sha256: String,
    note: String,
    who: String,
}

/// An item with its pictures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandardItem {
    item: String,
    name: String,
    section: String,
    weight: u32,
    veto: bool,
    pictures: Vec<StandardPicture>,
}

/// A checklist with the standard of its items.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandardSheet {
    template: String,
    name: String,
    version: u32,
    items: Vec<StandardItem>,
}

/// Which version.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StandardAsked {
    /// Checklist; all of display where absent.
    template: Option<String>,
    /// Pictures as they were under this version; the present one where absent.
    version: Option<u32>,
}

/// Checklists of display with the pictures of their items.
#[utoipa::path(get, path = "/display/standards", tag = "display", operation_id = "display_standards", params(StandardAsked),
    responses((status = 200, body = Vec<StandardSheet>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<StandardAsked>,
) -> Answer<Json<Vec<StandardSheet>>> {
    signed.may(&desk, Permission::DisplayRead)?;
    let wanted = asked.template.unwrap_or_default();
    let mut sheets = Vec::new();
    let mut tx = desk.db.read().await?;
    for template in desk.field.catalogue.iter() {
        if !KINDS.contains(&template.kind.as_str()) || !(wanted.is_empty() || template.id == wanted) {
            continue;
        }
        let version = asked.version.unwrap_or(template.version);
        let mut pictures = standard::of(&mut tx, &template.id, version).await?;
        let mut items = Vec::with_capacity(template.items.len());
        for item in &template.items {
            let (own, rest): (Vec<_>, Vec<_>) = pictures.into_iter().partition(|picture| picture.item == item.id);
            pictures = rest;
            let picture = |one: standard::Picture| StandardPicture {
                outlet_type: one.outlet_type,
                version: one.version,
                sha256: one.sha256,
                note: one.note,
                who: one.who,
            };
            items.push(StandardItem {
                item: item.id.clone(),
                name: item.name.get(lang).to_owned(),
                section: template.sections.get(item.section).map_or_else(String::new, |section| section.name.get(lang).to_owned()),
                weight: item.weight,
                veto: item.veto,
                pictures: own.into_iter().map(picture).collect(),
            });
        }
        sheets.push(StandardSheet { template: template.id.clone(), name: template.name.get(lang).to_owned(), version, items });
    }
    Ok(Json(sheets))
}

/// The picture of an item.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StandardSent {
    template: String,
    item: String,
    /// Type of outlet; empty for all.
    #[serde(default)]
    outlet_type: String,
    /// As it was brought, by SHA-256.
    sha256: String,
    #[serde(default)]
    note: String,
}

/// Sets the picture an item is compared with, from the present version of its checklist on.
#[utoipa::path(put, path = "/display/standards", tag = "display", operation_id = "set_display_standard", request_body = StandardSent,
    responses((status = 204)), extensions(("x-permission" = json!("display.manage"))))]
async fn set(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<StandardSent>) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::DisplayManage)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let template = desk.field.catalogue.get(&sent.template)?;
    let known = sent.outlet_type.is_empty()
        || asker.master.outlets().any(|outlet| outlet.subtype == sent.outlet_type && outlet.span.contains(asker.today));
    if !known {
        return Err(qudao_kernel::Refusal::bad_input(
            "display.outlet_type",
            format!("没有网点类型 {}；请重新选择", sent.outlet_type),
            format!("there is no type of outlet {}; choose again", sent.outlet_type),
        )
        .into());
    }
    let new = New { item: &sent.item, outlet_type: &sent.outlet_type, sha256: &sent.sha256, note: &sent.note };
    standard::set(&desk.db, &signed.0.who(), template, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}
