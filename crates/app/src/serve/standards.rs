//! 集团标准: what the group defines once, what lower levels inherit, and where they may add of their own (R6.42).

use super::desk::Desk;
use super::shelf::Shelf;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::{Permission, Scope};
use qudao_documents::store;
use qudao_kernel::{Date, Refusal};
use qudao_network::{Territories, Words, universe};
use qudao_platform::hash::sha256;
use qudao_platform::params::Register;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(standards))
}

const ROLES: &str = include_str!("../../../../definitions/roles/standard.toml");
const PARAMETERS: &str = include_str!("../../../../definitions/parameters/standard.toml");
const TIERS: &str = include_str!("../../../../definitions/tiers.toml");
const CHANNELS: &str = include_str!("../../../../definitions/channels.toml");
const HOLIDAYS: &str = include_str!("../../../../definitions/calendar/holidays.csv");
const TEMPLATES: [&str; 2] =
    [include_str!("../../../../definitions/templates/statement.typ"), include_str!("../../../../definitions/templates/proof.typ")];

/// The territory asked about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StandardsQuery {
    /// Division code; the whole house where absent.
    territory: Option<String>,
}

/// What the group defines of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standard {
    /// parameters, policies, roles, metrics, tiers, channels, divisions, templates, calendar, documents.
    id: String,
    /// How many the group defines.
    defined: u64,
    /// Of them, those that a territory may set for itself, within the definition; the others it inherits as they are.
    open: u64,
    /// What the territory asked about inherits.
    inherited: u64,
    /// What it has of its own, beside or within what the group defines.
    own: u64,
    /// What a lower level may do: inherit (nothing else), set (values where the definition lets it), extend (add beside).
    rule: String,
    /// The first twelve digits of the definitions' SHA-256; empty where they are kept in the database.
    version: String,
}

/// The group's definitions as a territory has them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standards {
    territory: String,
    territory_name: String,
    day: String,
    families: Vec<Standard>,
}

fn inherited(id: &str, defined: usize, text: &str) -> Standard {
    let defined = defined as u64;
    Standard { id: id.to_owned(), defined, open: 0, inherited: defined, own: 0, rule: "inherit".to_owned(), version: version(text) }
}

fn version(text: &str) -> String {
    sha256(text).chars().take(12).collect()
}

fn parameters(register: &Register, territory: &str, day: Date) -> Result<Standard, Refusal> {
    let (mut defined, mut open, mut own) = (0, 0, 0);
    for definition in register.definitions() {
        defined += 1;
        open += u64::from(definition.open_to(territory));
        let holder = register.holder(&definition.name, territory, day)?;
        own += u64::from(!territory.is_empty() && holder.is_some_and(|setting| setting.scope == territory));
    }
    let rule = "set".to_owned();
    Ok(Standard { id: "parameters".to_owned(), defined, open, inherited: defined - own, own, rule, version: version(PARAMETERS) })
}

/// What the group defines once, and what a territory makes of it.
#[utoipa::path(get, path = "/standards", tag = "parameters", operation_id = "standards", params(StandardsQuery),
    responses((status = 200, body = Standards)), extensions(("x-permission" = json!("parameter.read"))))]
async fn standards(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<StandardsQuery>,
) -> Answer<Json<Standards>> {
    signed.may(&desk, Permission::ParameterRead)?;
    let territory = asked.territory.unwrap_or_default();
    let divisions = Territories::official()?;
    if !territory.is_empty() {
        divisions.check(&territory).map_err(|text| Refusal::bad_input("network.territory.unknown", text.zh, text.en))?;
    }
    let (figures, documents) = {
        let mut tx = desk.db.read().await?;
        (universe::figures(&mut tx).await?, store::all(&mut tx).await?)
    };
    heavy(move || {
        let (today, words) = (desk.today(), Words::standard()?);
        let shelf = Shelf::open(&desk)?;
        let here = Scope { territories: vec![territory.clone()], ..Scope::default() };
        let applying = shelf.concerning(&here, &*desk.master()?, today);
        let names = |policies: &mut dyn Iterator<Item = &qudao_policy::model::Policy>| {
            policies.filter(|policy| policy.from <= today && today < policy.to).count() as u64
        };
        // Amounts a policy leaves to a region within bounds, and what the region filled in.
        let local = |policy: &&qudao_policy::model::Policy| policy.params.iter().filter(|param| param.local.is_some()).count() as u64;
        let open = applying.iter().filter(|policy| policy.from <= today && today < policy.to).map(local).sum();
        let own = shelf.set.fills.iter().filter(|fill| !territory.is_empty() && fill.region == territory).count() as u64;
        let policies = Standard {
            id: "policies".to_owned(),
            defined: names(&mut shelf.set.policies.iter()),
            open,
            inherited: names(&mut applying.into_iter()),
            own,
            rule: "set".to_owned(),
            version: version(&shelf.files.iter().map(|file| file.text.as_str()).collect::<Vec<_>>().join("\n")),
        };
        let mine = |code: &str| !territory.is_empty() && code.starts_with(&territory);
        let beside = |id: &str, defined: u64, own: usize, version: String| {
            let own = own as u64;
            Standard { id: id.to_owned(), defined, open: defined, inherited: defined, own, rule: "extend".to_owned(), version }
        };
        let group = documents.iter().filter(|document| document.territory.is_empty() && document.partner.is_empty()).count();
        let families = vec![
            parameters(&desk.parameters(), &territory, today)?,
            policies,
            inherited("roles", desk.roles.iter().count(), ROLES),
            Standard { version: String::new(), ..inherited("metrics", desk.figures.catalogue.metrics.len(), "") },
            inherited("tiers", words.tiers.len(), TIERS),
            inherited("channels", words.channels.iter().map(|channel| channel.subtypes.len()).sum(), CHANNELS),
            inherited("templates", TEMPLATES.len(), &TEMPLATES.join("\n")),
            inherited("calendar", HOLIDAYS.lines().count().saturating_sub(1), HOLIDAYS),
            beside(
                "divisions",
                divisions.under(&territory).len() as u64,
                figures.iter().filter(|figure| mine(&figure.territory)).count(),
                String::new(),
            ),
            beside("documents", group as u64, documents.iter().filter(|document| mine(&document.territory)).count(), String::new()),
        ];
        Ok(Json(Standards { territory_name: super::network_name(&territory, lang), day: today.to_string(), families, territory }))
    })
    .await
}
