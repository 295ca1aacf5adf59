//! What was noted on visits, read together: competitors, customers, the market (R7.28–R7.30).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::receivables::word;
use super::super::recruit::{named, names};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language};
use super::shown::{FieldNote, FieldNoteCount, FieldNotes};
use super::{day_or, outlet_name, sight};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_field::visit::notes::notes;
use qudao_field::visit::record::NoteKind;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days of notes where nobody says, with the last one.
const DAYS: i32 = 30;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(digest))
}

/// Which notes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotesAsked {
    /// First day; 29 days before the last one where absent.
    from: Option<String>,
    /// Last day; today where absent.
    to: Option<String>,
    /// competitor, customer, market; all where absent.
    kind: Option<String>,
}

/// Notes of a time within one's sight, by day, then outlet.
#[utoipa::path(get, path = "/field/notes", tag = "field", operation_id = "field_notes", params(NotesAsked),
    responses((status = 200, body = FieldNotes)), extensions(("x-permission" = json!("visit.read"))))]
async fn digest(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<NotesAsked>,
) -> Answer<Json<FieldNotes>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let to = day_or(asked.to.as_deref(), asker.today)?;
    let from = day_or(asked.from.as_deref(), to.plus_days(1 - DAYS))?;
    let kind = asked.kind.as_deref().filter(|text| !text.is_empty());
    let kind: Option<NoteKind> = kind.map(|text| word(text, "competitor, customer, market")).transpose()?;
    let tx = &mut desk.db.read().await?;
    let found = notes(tx, &sight, from, to, kind).await?;
    let people = names(tx, found.iter().map(|one| one.manager.clone())).await?;
    let mut kinds = Vec::new();
    for kind in [NoteKind::Competitor, NoteKind::Customer, NoteKind::Market] {
        let of: Vec<&str> = found.iter().filter(|one| one.note.kind == kind).map(|one| one.outlet.as_str()).collect();
        let outlets: BTreeSet<&str> = of.iter().copied().collect();
        kinds.push(FieldNoteCount { kind: kind.name().to_owned(), notes: of.len() as u32, outlets: outlets.len() as u32 });
    }
    let rows = found.into_iter().map(|one| FieldNote {
        day: one.day.to_string(),
        kind: one.note.kind.name().to_owned(),
        text: one.note.text,
        photos: one.note.photos,
        outlet_name: outlet_name(&asker, &one.outlet),
        outlet: one.outlet,
        territory_name: network_name(&one.territory, lang),
        territory: one.territory,
        manager_name: named(&people, &one.manager),
        manager: one.manager,
        visit: one.visit,
    });
    Ok(Json(FieldNotes { rows: rows.collect(), kinds }))
}
