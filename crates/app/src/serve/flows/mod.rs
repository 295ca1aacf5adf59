//! 审批 approvals: applying, deciding, and what is seen of it. The rules are those of `qudao-workflow`; here they get a caller, places and files.

mod acts;
mod brought;
mod budgets;
mod checked;
mod clock;
mod demo;
mod design;
mod document;
mod files;
mod forms;
mod notices;
mod paper;
mod people;
mod private;
mod rows;
mod several;
mod whole;

pub(super) use acts::{Acting, apply};
pub(super) use clock::rounds;
pub(super) use demo::{applied, fill};
pub(super) use design::designs;
pub(super) use files::sign as keep_signature;
pub(super) use notices::tell;

use super::desk::Desk;
use super::effects::Carrier;
use super::home::Home;
use super::onboarding;
use super::opened::chain_of;
use super::people::master;
use super::reach;
use super::signed::Signed;
use qudao_access::caller::Grant;
use qudao_access::{Over, Permission, Role, Roles, Scope};
use qudao_display::places::Catalogue as Places;
use qudao_field::checklist;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Refusal, territory};
use qudao_network::candidate::{self, Candidate};
use qudao_network::life::{State, Who};
use qudao_orders::Definitions;
use qudao_platform::Db;
use qudao_workflow::directory::{Held, Post};
use qudao_workflow::form::FieldKind;
use qudao_workflow::standard::Catalogue;
use qudao_workflow::store::{self, Counts, Office, Sight};
use qudao_workflow::{Actor, Instance, Party, Place};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

/// Whoever has to do with applications at all: the permissions of which one is enough to read.
const READS: &[Permission] = qudao_workflow::directory::READS;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    forms::routes()
        .merge(rows::routes())
        .merge(people::routes())
        .merge(several::routes())
        .merge(whole::routes())
        .merge(acts::routes())
        .merge(brought::routes())
        .merge(files::routes())
        .merge(paper::routes())
        .merge(private::routes())
        .merge(budgets::routes())
        .merge(notices::routes())
        .merge(checked::routes())
        .merge(design::routes())
}

/// The flows of the house and what running them takes.
pub(crate) struct Flows {
    pub(crate) catalogue: Catalogue,
    calendar: Holidays,
    carrier: Carrier,
}

/// Where a partner or outlet stands.
type Lookup<'a> = dyn Fn(&FieldKind, &str) -> Option<Place> + Sync + 'a;

impl Flows {
    /// The standard set.
    pub(crate) fn standard(roles: &Roles, home: &Home, levels: Arc<Definitions>) -> Result<Self, Refusal> {
        let places = Places::standard(checklist::Catalogue::standard()?.get("places")?)?;
        Ok(Self {
            catalogue: Catalogue::standard(roles)?,
            calendar: Holidays::shipped(),
            carrier: Carrier { files: onboarding::folder(home), levels, places, event: qudao_recruit::event::Definition::standard()? },
        })
    }

    /// Reads the flows the house published: when the server starts, and after each publication.
    pub(crate) async fn renew(&self, db: &Db) -> Result<(), Refusal> {
        left_out(&self.catalogue.renew(&mut db.read().await?).await?);
        Ok(())
    }

    /// Reads them anew where another server published one.
    pub(crate) async fn follow(&self, db: &Db) -> Result<(), Refusal> {
        left_out(&self.catalogue.follow(&mut db.read().await?).await?);
        Ok(())
    }

    /// What acting takes, with a way to look places up.
    pub(super) fn office<'a>(&'a self, desk: &Desk, place: &'a Lookup<'a>) -> Result<Office<'a>, Refusal> {
        let urge_minutes = desk.parameters().on("flow_urge_minutes", "", desk.today())?.int()?;
        Ok(Office { catalogue: &self.catalogue, calendar: &self.calendar, urge_minutes, place, effects: &self.carrier })
    }
}

/// Tells which flows of the house cannot be read any more.
fn left_out(refusals: &[Refusal]) {
    for refusal in refusals {
        tracing::error!(code = refusal.code, "a flow of the house is left out: {}", refusal.text.en);
    }
}

/// A person, as pages name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PartyView {
    login: String,
    name: String,
}

impl PartyView {
    fn of(party: &Party) -> Self {
        Self { login: party.login.clone(), name: party.name.clone() }
    }

    /// Nobody where it was the machine.
    fn some(party: &Party) -> Option<Self> {
        (!party.login.is_empty()).then(|| Self::of(party))
    }
}

/// Whoever asks, as flows see them: by the grants that hold today, their own or those lent, and by nothing that is only shared.
struct Asker {
    actor: Actor,
    /// Divisions whose applications they read.
    reads: Vec<String>,
    /// Divisions in which they may cancel what others began.
    manages: Vec<String>,
    /// Where they may name partners and outlets.
    scope: Scope,
    master: Option<Arc<Master>>,
    /// Partners that are approved and not in force yet: where they are to stand.
    coming: BTreeMap<String, Place>,
    today: Date,
}

impl Asker {
    /// Whoever holds one of some permissions.
    ///
    /// # Errors
    /// `Forbidden access.caller.no_permission` for whoever holds none of them.
    async fn of(desk: &Arc<Desk>, signed: &Signed, any: &[Permission]) -> Result<Self, Refusal> {
        let allowed = any.iter().map(|permission| signed.may(desk, *permission));
        allowed.reduce(Result::or).unwrap_or(Ok(()))?;
        let territories = |permission| signed.scope(desk, permission).map(|scope| scope.territories).unwrap_or_default();
        let mut grants: Vec<Held> = Vec::new();
        let mut scope = Scope::default();
        for permission in [Permission::FlowStart, Permission::FlowDecide] {
            for (role, grant) in signed.0.grants_for(&desk.roles, permission).unwrap_or_default() {
                let held = Held { role: role.id.clone(), over: grant.over.clone() };
                if !grants.contains(&held) {
                    grants.push(held);
                }
                let codes = match role.over {
                    Over::Territory => &mut scope.territories,
                    Over::Partner => &mut scope.partners,
                    Over::Outlet => &mut scope.outlets,
                    Over::Clerk => &mut scope.clerks,
                };
                codes.push(grant.over.clone());
            }
        }
        let party = |login: &str, name: &str| Party { login: login.to_owned(), name: name.to_owned() };
        let caller = &signed.0;
        Ok(Self {
            actor: Actor {
                me: party(&caller.login, &caller.name),
                acting: caller.acting.as_ref().map(|acting| party(&acting.login, &acting.name)),
                grants,
                manages: false,
            },
            reads: territories(Permission::FlowRead),
            manages: territories(Permission::FlowManage),
            scope,
            master: master(desk).await,
            coming: coming(desk).await?,
            today: desk.today(),
        })
    }

    /// What they see.
    fn sight(&self) -> Sight<'_> {
        Sight { actor: &self.actor, territories: self.reads.clone() }
    }

    /// Who acts on an instance.
    fn on(&self, instance: &Instance) -> Actor {
        let manages = self.manages.iter().any(|area| territory::under(&instance.applicant.territory, area));
        Actor { manages, ..self.actor.clone() }
    }

    /// Where a partner or outlet within their reach stands.
    fn place(&self, kind: &FieldKind, code: &str) -> Option<Place> {
        let held = placed(self.master.as_deref()?, self.today, kind, code);
        let coming = || self.coming.get(code).filter(|_| *kind == FieldKind::Partner).cloned();
        let place = held.or_else(coming)?;
        self.covers(&place).then_some(place)
    }

    fn covers(&self, place: &Place) -> bool {
        let Some(master) = self.master.as_deref() else { return false };
        let chain = chain_of(master, &place.partner, self.today);
        let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
        let spot = qudao_access::Place { territory: &place.territory, partners: &partners, outlet: &place.outlet, clerk: "" };
        // Whoever stands at an outlet may name the partner it belongs to.
        let owner = |outlet: &String| master.outlet(outlet, self.today).is_some_and(|row| row.owner == place.partner);
        self.scope.covers(&spot) || (place.outlet.is_empty() && self.scope.outlets.iter().any(owner))
    }
}

/// Partners that are approved and wait for their agreement.
async fn coming(desk: &Desk) -> Result<BTreeMap<String, Place>, Refusal> {
    let found = candidate::list(&mut desk.db.read().await?, Who::Partner, desk.today()).await?;
    let approved = found.into_iter().filter(|(_, state)| *state == State::Approved).map(|(candidate, _)| candidate);
    let place = |candidate: Candidate| {
        (candidate.code.clone(), Place { territory: candidate.territory, partner: candidate.code, ..Place::default() })
    };
    Ok(approved.map(place).collect())
}

/// Where a partner or outlet stands on a day.
fn placed(master: &Master, day: Date, kind: &FieldKind, code: &str) -> Option<Place> {
    if *kind == FieldKind::Outlet {
        let row = master.outlet(code, day)?;
        return Some(Place { territory: row.territory.clone(), partner: row.owner.clone(), outlet: code.to_owned(), ..Place::default() });
    }
    let row = master.partner(code, day)?;
    Some(Place { territory: row.territory.clone(), partner: code.to_owned(), ..Place::default() })
}

/// The post a grant gives: where its holder stands. Nothing where that is not known.
fn post_of(master: Option<&Master>, role: &Role, grant: &Grant, day: Date) -> Option<Post> {
    let over = grant.over.as_str();
    let place = match role.over {
        Over::Territory => Place { territory: over.to_owned(), ..Place::default() },
        Over::Partner => placed(master?, day, &FieldKind::Partner, over)?,
        Over::Outlet => placed(master?, day, &FieldKind::Outlet, over)?,
        Over::Clerk => {
            let clerk = master?.clerk(over, day)?;
            Place { clerk: over.to_owned(), ..placed(master?, day, &FieldKind::Outlet, &clerk.outlet)? }
        }
    };
    Some(Post { role: role.id.clone(), place })
}

/// Name of what a grant is held over.
fn over_name(asker: &Asker, role: &Role, grant: &Grant, lang: qudao_kernel::Lang) -> String {
    reach::name(asker.master.as_deref(), role.over, &grant.over, asker.today, lang)
}

/// What waits for the asker, for their first page; nothing for whoever has nothing to do with applications.
pub(super) async fn waiting(desk: &Arc<Desk>, signed: &Signed) -> Result<Option<Counts>, Refusal> {
    let Ok(asker) = Asker::of(desk, signed, READS).await else { return Ok(None) };
    store::counts(&mut desk.db.read().await?, &asker.sight(), asker.today).await.map(Some)
}
