//! 招商与拓展 (R8.13–R8.34, R5.5–R5.7, R7.13, R7.14): recruiting events, prospects, enquiries, plans. The rules are those of `qudao-recruit`; here they get
//! a caller, names, the network and the mail.

mod demo;
mod enquiries;
mod events;
mod floor;
mod guests;
mod plans;
mod prospects;
mod rounds;

pub(super) use demo::fill;
pub(super) use rounds::rounds;

use super::desk::Desk;
use super::orders::Asker;
use super::signed::Signed;
use qudao_access::{Permission, people};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_platform::Tx;
use qudao_recruit::agreement::Catalogue;
use qudao_recruit::event::Definition;
use qudao_recruit::prospect::NewProspect;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

const READ: &[Permission] = &[Permission::RecruitRead];
const MANAGE: &[Permission] = &[Permission::RecruitManage];

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    events::routes()
        .merge(guests::routes())
        .merge(floor::routes())
        .merge(prospects::routes())
        .merge(enquiries::routes())
        .merge(plans::routes())
}

/// What recruiting and agreements go by.
pub(crate) struct Recruit {
    pub(super) templates: Catalogue,
    pub(super) event: Definition,
}

impl Recruit {
    /// The standard definitions.
    pub(crate) fn standard() -> Result<Self, Refusal> {
        Ok(Self { templates: Catalogue::standard()?, event: Definition::standard()? })
    }
}

/// Names of people by login; a login nobody has stands for itself.
pub(super) async fn names(tx: &mut Tx, logins: impl Iterator<Item = String>) -> Result<BTreeMap<String, String>, Refusal> {
    let mut found = BTreeMap::new();
    for login in logins {
        if let Entry::Vacant(place) = found.entry(login) {
            let name = people::get(tx, place.key()).await?.map_or_else(|| place.key().clone(), |person| person.name);
            place.insert(name);
        }
    }
    Ok(found)
}

pub(super) fn named(names: &BTreeMap<String, String>, login: &str) -> String {
    names.get(login).cloned().unwrap_or_else(|| login.to_owned())
}

/// Somebody who may become a partner.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ProspectSent {
    name: String,
    /// Shop or company; empty if unknown.
    company: String,
    /// Division code.
    territory: String,
    /// Tier it may become; empty if unknown.
    tier: String,
    /// Plan it counts for; empty for none.
    plan: String,
    /// Phone; empty if unknown.
    phone: String,
    /// Business licence; empty if unknown.
    licence: String,
}

impl ProspectSent {
    fn wanted<'a>(&'a self, owner: &'a str) -> NewProspect<'a> {
        let Self { name, company, territory, tier, plan, phone, licence } = self;
        NewProspect { name, company, territory, tier, plan, owner, phone, licence }
    }
}

/// What bringing somebody came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProspectBrought {
    /// The prospect.
    id: String,
    /// Whether it is new; false where phone or licence belong to one that is there.
    fresh: bool,
}

/// The version after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecruitChanged {
    /// For the next `If-Match`.
    version: u32,
}

/// A record that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecruitMade {
    id: String,
}

/// What of recruiting waits for the asker.
pub(super) struct RecruitWaiting {
    /// Enquiries nobody called back, that are theirs.
    pub(super) enquiries: Vec<String>,
    /// Of these, late.
    pub(super) late: u64,
    /// Tasks of theirs that are due within a week, by event.
    pub(super) tasks: Vec<String>,
    /// Of these, late.
    pub(super) overdue: u64,
    pub(super) due: Option<Date>,
    /// Attendees of their events to be called by today, by event.
    pub(super) calls: Vec<String>,
}

/// Days ahead of which a task is told.
const AHEAD: i32 = 7;

/// What of recruiting waits for the asker, for their first page; nothing for who does not work on it.
pub(super) async fn waiting(desk: &Arc<Desk>, signed: &Signed) -> Result<Option<RecruitWaiting>, Refusal> {
    use qudao_recruit::event::{self, EventState, Outcome, TaskState};
    let asker = Asker::of(desk, Lang::Zh).await;
    let Ok(sight) = asker.sight(desk, signed, MANAGE) else { return Ok(None) };
    let (login, now, today) = (&signed.0.login, desk.db.now_us(), asker.today);
    let tx = &mut desk.db.read().await?;
    let mut found = RecruitWaiting { enquiries: Vec::new(), late: 0, tasks: Vec::new(), overdue: 0, due: None, calls: Vec::new() };
    for enquiry in qudao_recruit::enquiry::list(tx, &sight).await? {
        if enquiry.state == "new" && enquiry.assigned_to == *login {
            found.late += u64::from(enquiry.is_late(now));
            found.enquiries.push(enquiry.id);
        }
    }
    for held in event::list(tx, &sight).await? {
        if !matches!(held.state, EventState::Preparing | EventState::Held) {
            continue;
        }
        for task in event::tasks(tx, &held.id).await? {
            if task.state == TaskState::Open && task.owner == *login && task.due_on <= today.plus_days(AHEAD) {
                found.overdue += u64::from(task.is_late(today));
                found.due = Some(found.due.map_or(task.due_on, |due| due.min(task.due_on)));
                found.tasks.push(held.id.clone());
            }
        }
        if held.owner == *login {
            let calls = event::guests(tx, &held.id).await?.into_iter();
            let due = |guest: &event::Guest| guest.outcome == Outcome::Open && guest.next_on.is_some_and(|next| next <= today);
            found.calls.extend(calls.filter(due).map(|_| held.id.clone()));
        }
    }
    Ok(Some(found))
}
