//! Personal data in applications: masked for all but who wrote it and who may change it, shown whole to who may and says why (R0.16).

use super::super::desk::Desk;
use super::super::shown::mask;
use super::super::signed::Signed;
use super::super::web::{Answer, Sent};
use super::rows::definition;
use super::{Asker, READS, brought};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Permission, private};
use qudao_kernel::{Kind, Refusal};
use qudao_workflow::form::{Field, FieldKind};
use qudao_workflow::store;
use qudao_workflow::{Definition, Form, Instance};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(reveal))
}

/// Whether somebody wrote an application: themselves, or whom they act for.
pub(super) fn wrote(asker: &Asker, instance: &Instance) -> bool {
    let login = &instance.starter.login;
    asker.actor.me.login == *login || asker.actor.acting.as_ref().is_some_and(|acting| acting.login == *login)
}

/// A form whose texts are masked but for some fields.
pub(super) fn masked(definition: &Definition, form: &Form, plain: &dyn Fn(&str) -> bool) -> Form {
    let field = |(id, value): (&String, &Value)| {
        let shown = match definition.field(id) {
            Some(field) if plain(id) => brought::shown(&field.kind, value),
            Some(field) => masked_value(field, value),
            None => value.clone(),
        };
        (id.clone(), shown)
    };
    form.iter().map(field).collect()
}

/// A value of a field; what people typed freely is masked.
pub(super) fn masked_value(field: &Field, value: &Value) -> Value {
    match (&field.kind, value) {
        (FieldKind::Text | FieldKind::LongText, Value::String(text)) => Value::String(mask(text)),
        (FieldKind::Rows(columns), Value::Array(rows)) => {
            let row = |row: &Value| {
                let mut row = row.clone();
                for column in columns {
                    if let Some(cell) = row.get_mut(&column.id) {
                        *cell = masked_value(column, cell);
                    }
                }
                row
            };
            Value::Array(rows.iter().map(row).collect())
        }
        _ => brought::shown(&field.kind, value),
    }
}

/// Why it is to be shown.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ApplicationRevealSent {
    reason: String,
}

/// A form as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationRevealed {
    form: BTreeMap<String, Value>,
}

/// Shows the personal data of an application whole. The audit chain keeps who saw it and why.
#[utoipa::path(post, path = "/applications/{id}/reveal", tag = "flows", operation_id = "reveal_application", request_body = ApplicationRevealSent,
    params(("id" = String, Path, description = "Application")), responses((status = 200, body = ApplicationRevealed)),
    extensions(("x-permission" = json!("private.reveal"))))]
async fn reveal(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Sent(sent): Sent<ApplicationRevealSent>,
) -> Answer<Json<ApplicationRevealed>> {
    let scope = signed.scope(&desk, Permission::PrivateReveal)?;
    let asker = Asker::of(&desk, &signed, READS).await?;
    let (instance, definition) = {
        let tx = &mut desk.db.read().await?;
        let instance = store::get(tx, &asker.sight(), &id).await?.instance;
        let definition = definition(&desk, tx, &instance).await?;
        (instance, definition)
    };
    let place = &instance.applicant;
    let spot = qudao_access::Place { territory: &place.territory, partners: &[&place.partner], outlet: &place.outlet, clerk: &place.clerk };
    if !scope.covers(&spot) {
        return Err(Refusal::new(
            Kind::Forbidden,
            "workflow.reveal.place",
            "这份申请不在您可查看个人信息的范围内；请联系有权限的人员",
            "this application lies outside where you may see personal data; ask somebody who may",
        )
        .into());
    }
    private::seen(&desk.db, &signed.0.who(), "application", &id, &sent.reason).await?;
    Ok(Json(ApplicationRevealed { form: masked(&definition, &instance.form, &|_| true) }))
}
