//! Instances in the database. Every act is one transaction: the instance, its history, the parts people have in it, an audit entry, an event.

mod effects;
mod inbox;
mod sight;

use effects::Carry;
pub use effects::carry_out;
pub use inbox::{About, Counts, Inbox, Part, Query, Row, about, counts, list, open_about};
pub use sight::Sight;
pub(crate) use sight::within;

use crate::budget;
use crate::definition::Definition;
use crate::directory::{Place, Post, Staff};
use crate::effect::Effects;
use crate::form::{Field, FieldKind, Form, Wrong};
use crate::machine::{self, Actor, Command, Decision, Instance, Outcome, State, Verb, World};
use crate::standard::Catalogue;
use qudao_access::sessions::day;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, outbox, write_tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whom audit entries name for what time does.
const CLOCK: &str = "clock";
/// Least digits of the running part of a number.
const DIGITS: usize = 4;
/// Instances that time looks for at once.
const BATCH: u32 = 100;

/// What running flows takes besides the database.
pub struct Office<'a> {
    /// Definitions.
    pub catalogue: &'a Catalogue,
    /// Working days.
    pub calendar: &'a Holidays,
    /// Least minutes between two urgings.
    pub urge_minutes: i64,
    /// Where a partner or outlet stands; nothing for one that does not exist or that whoever acts may not see.
    pub place: &'a (dyn Fn(&FieldKind, &str) -> Option<Place> + Sync),
    /// Who brings about what is approved.
    pub effects: &'a dyn Effects,
}

/// What an act came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// The instance.
    pub id: String,
    /// Its version now.
    pub version: u32,
    /// Its state now.
    pub state: State,
}

/// An instance with its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Version.
    pub version: u32,
    /// The instance.
    pub instance: Instance,
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Place, from 1.
    pub seq: u32,
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// What.
    pub decision: Decision,
}

/// What time did.
#[derive(Debug, Default)]
pub struct Ticked {
    /// Instances it acted on.
    pub done: u32,
    /// Those it could not act on, and why: they are tried again the next time, and keep nothing else waiting.
    pub failed: Vec<(String, Refusal)>,
}

/// Begins an application as a draft, in a post. The same request under its key is the same application.
///
/// # Errors
/// `NotFound workflow.definition.none`; `Forbidden workflow.start` for whoever does not stand in the post, or whose role may not; `BadInput workflow.form.wrong`,
/// `workflow.form.code`; `Conflict workflow.definition.changed`.
pub async fn start(
    db: &Db,
    office: &Office<'_>,
    key: &str,
    actor: &Actor,
    flow: &str,
    post: &Post,
    form: &Form,
) -> Result<Done<Acted>, Refusal> {
    let definition = office.catalogue.get(flow)?;
    if !definition.starters.contains(&post.role) || !actor.stands(post) {
        return Err(Refusal::new(
            Kind::Forbidden,
            "workflow.start",
            format!("您的角色不能发起“{}”；可发起的角色：{}", definition.title.zh, definition.starters.join("、")),
            format!("none of your roles may start `{}`; these may: {}", definition.title.en, definition.starters.join(", ")),
        ));
    }
    known(office, &definition, form)?;
    let (who, body) = (actor.who(), json!({ "flow": flow, "form": form, "post": post }).to_string());
    write_tx!(db, |tx| {
        let claim = match keys::begin::<Acted>(tx, &format!("flow:{who}"), key, body.as_bytes()).await? {
            Begun::Same(acted) => return Ok(Done::Already(acted)),
            Begun::Fresh(claim) => claim,
        };
        let definition = office.catalogue.keep(tx, flow, &who).await?;
        let id = number(tx, &definition).await?;
        let empty = machine::begin(&id, &definition, actor, post, Form::new(), tx.now_us());
        let staff = Staff::default();
        let outcome = machine::act(&world(office, &definition, &staff, tx.now_us()), &empty, actor, &Command::Save(form.clone()))?;
        let sql =
            "insert into flow_instance (id, version, flow, definition, starter, starter_name, territory, state, body, begun_us, changed_us)
                   values ($1, 0, $2, $3, $4, $5, $6, 'draft', '', $7, $7)";
        let (starter, territory) = (&empty.starter, &empty.applicant.territory);
        tx.execute(sql, args![&id, flow, definition.version, &starter.login, &starter.name, territory, tx.now_us()]).await?;
        let acted = keep(tx, office, &definition, 0, &outcome, "start", &who, &Carry::new(None)).await?;
        claim.finish(tx, acted).await
    })
}

/// Does what was commanded to an instance of a version. With a key the same request is the same act.
///
/// # Errors
/// As [`machine::act`]; `NotFound workflow.none`; `Conflict platform.db.stale`, `workflow.claimed`; `BadInput workflow.form.code`.
pub async fn act(
    db: &Db,
    office: &Office<'_>,
    key: &str,
    actor: &Actor,
    id: &str,
    version: u32,
    command: &Command,
) -> Result<Done<Acted>, Refusal> {
    let who = actor.who();
    let body = format!("{id} {command:?}");
    effects::whole_or_noted!(db, |tx, carry| {
        let claim = match keys::begin::<Acted>(tx, &format!("flow:{who}"), key, body.as_bytes()).await? {
            Begun::Same(acted) => return Ok(Done::Already(acted)),
            Begun::Fresh(claim) => claim,
        };
        let held = lock(tx, id).await?;
        if held.version != version {
            return Err(stale(id));
        }
        let mut instance = held.instance;
        let definition = office.catalogue.of(tx, &instance.flow, instance.version).await?;
        match command {
            Command::Save(form) | Command::Agree { edits: form, .. } | Command::Execute { edits: form, .. } => {
                known(office, &definition, form)?;
            }
            Command::Submit => instance.subject = subject(office, &definition, &instance.form)?,
            _ => {}
        }
        let staff = staff(tx, office, &definition, &instance, &command.named()).await?;
        let outcome = machine::act(&world(office, &definition, &staff, tx.now_us()), &instance, actor, command)?;
        let verb = outcome.decisions.first().map_or("save", |line| line.verb.name());
        let acted = keep(tx, office, &definition, version, &outcome, verb, &who, &carry).await?;
        claim.finish(tx, acted).await
    })
}

/// Lets time act on every instance whose day has passed, and on those that lie with people who left their post, each in a transaction of its own.
///
/// # Errors
/// The database does not answer. What one instance fails with is told in [`Ticked`].
pub async fn tick(db: &Db, office: &Office<'_>) -> Result<Ticked, Refusal> {
    let today = day(db.now_us());
    let mut ticked = Ticked::default();
    let mut last = String::new();
    loop {
        let due = db.read().await?.query(DUE, args![today, &last, BATCH]).await?;
        for row in &due {
            last = row.string("id")?;
            match tick_one(db, office, &last).await {
                Ok(acted) => ticked.done += u32::from(acted),
                Err(refusal) => ticked.failed.push((last.clone(), refusal)),
            }
        }
        if due.len() < BATCH as usize {
            return Ok(ticked);
        }
    }
}

/// Instances time may have to act on: a day has passed, or somebody holds one in a post that no grant of theirs gives on the day.
const DUE: &str = "
    select due.id from (
        select id from flow_instance where wakes_after is not null and wakes_after < $1
        union
        select p.instance as id from flow_part p where p.part = 'holder' and p.role <> '' and not exists (
            select 1 from access_grant g join access_person o on o.login = g.login
            where g.login = p.login and g.role = p.role and o.left_at_us is null
                and g.effective_from <= $1 and (g.effective_to is null or $1 < g.effective_to)
                and (substr(p.territory, 1, length(g.over)) = g.over or g.over in (p.partner, p.outlet, p.clerk)))) due
    where due.id > $2 order by due.id limit $3";

async fn tick_one(db: &Db, office: &Office<'_>, id: &str) -> Result<bool, Refusal> {
    effects::whole_or_noted!(db, |tx, carry| {
        let Held { version, instance } = lock(tx, id).await?;
        let definition = office.catalogue.of(tx, &instance.flow, instance.version).await?;
        let staff = staff(tx, office, &definition, &instance, &[]).await?;
        let world = world(office, &definition, &staff, tx.now_us());
        let Some(outcome) = machine::tick(&world, &instance)? else { return Ok(false) };
        let verb = outcome.decisions.first().map_or("late", |line| line.verb.name());
        keep(tx, office, &definition, version, &outcome, verb, CLOCK, &carry).await?;
        Ok(true)
    })
}

/// An instance that somebody sees.
///
/// # Errors
/// `NotFound workflow.none`, also for one they do not see.
pub async fn get(tx: &mut Tx, sight: &Sight<'_>, id: &str) -> Result<Held, Refusal> {
    let row = tx.query_opt("select version, body from flow_instance where id = $1", args![id]).await?;
    let found = held(id, row)?;
    if sight.sees(tx, &found.instance).await? { Ok(found) } else { Err(none(id)) }
}

/// What an act of somebody would be looked at with: what pages offer, and what a form lacks.
///
/// # Errors
/// The database does not answer, or the definition cannot be read any more.
pub async fn looked<T>(tx: &mut Tx, office: &Office<'_>, instance: &Instance, look: impl FnOnce(&World<'_>) -> T) -> Result<T, Refusal> {
    let definition = office.catalogue.of(tx, &instance.flow, instance.version).await?;
    let staff = staff(tx, office, &definition, instance, &[]).await?;
    Ok(look(&world(office, &definition, &staff, tx.now_us())))
}

/// The history of an instance, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, id: &str) -> Result<Vec<Line>, Refusal> {
    let rows = tx.query("select seq, at_us, body from flow_decision where instance = $1 order by seq", args![id]).await?;
    let line =
        |row: &qudao_platform::Row| Ok(Line { seq: row.count("seq")?, at_us: row.int("at_us")?, decision: parsed(row.text("body")?, id)? });
    rows.iter().map(line).collect()
}

/// Notes that somebody read what they were copied on.
///
/// # Errors
/// The database does not answer.
pub async fn seen(db: &Db, login: &str, id: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let sql = "update flow_part set seen_us = $3 where instance = $1 and login = $2 and part = 'copied' and seen_us is null";
        tx.execute(sql, args![id, login, tx.now_us()]).await.map(drop)
    })
}

/// Approved applications of a flow, by number, but for those named.
///
/// # Errors
/// The database does not answer.
pub async fn approved(tx: &mut Tx, flow: &str, but: &BTreeSet<String>) -> Result<Vec<Instance>, Refusal> {
    let mut found = Vec::new();
    for row in tx.query("select id from flow_instance where flow = $1 and state = 'approved' order by id", args![flow]).await? {
        let id = row.text("id")?;
        if !but.contains(id) {
            let row = tx.query_opt("select version, body from flow_instance where id = $1", args![id]).await?;
            found.push(held(id, row)?.instance);
        }
    }
    Ok(found)
}

async fn lock(tx: &mut Tx, id: &str) -> Result<Held, Refusal> {
    let row = tx.query_opt("select version, body from flow_instance where id = $1 {for_update}", args![id]).await?;
    held(id, row)
}

fn held(id: &str, row: Option<qudao_platform::Row>) -> Result<Held, Refusal> {
    let row = row.ok_or_else(|| none(id))?;
    Ok(Held { version: row.count("version")?, instance: parsed(row.text("body")?, id)? })
}

fn none(id: &str) -> Refusal {
    Refusal::new(Kind::NotFound, "workflow.none", format!("没有申请 {id}"), format!("there is no application {id}"))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str, id: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| unreadable(id, &error))
}

fn written<T: Serialize>(value: &T, id: &str) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|error| unreadable(id, &error))
}

fn unreadable(id: &str, error: &serde_json::Error) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "workflow.body",
        format!("申请 {id} 的存档无法读写（{error}）；请把此信息报告给维护者"),
        format!("the record of application {id} cannot be read or written ({error}); report this to the maintainers"),
    )
}

fn stale(id: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "platform.db.stale",
        format!("申请 {id} 已被他人处理；请重新打开，核对变化后再操作"),
        format!("application {id} was acted on by someone else; open it again, look at the change, then act"),
    )
}

fn world<'a>(office: &'a Office<'_>, definition: &'a Definition, staff: &'a Staff, now_us: i64) -> World<'a> {
    let urge_us = office.urge_minutes.saturating_mul(60_000_000);
    World { definition, directory: staff, calendar: office.calendar, now_us, today: day(now_us), urge_us }
}

/// The people an act may ask for.
async fn staff(tx: &mut Tx, office: &Office<'_>, definition: &Definition, instance: &Instance, named: &[String]) -> Result<Staff, Refusal> {
    let mut logins: BTreeSet<String> = named.iter().cloned().collect();
    for approver in definition.steps.iter().flat_map(|step| &step.approvers) {
        match approver {
            crate::definition::Approver::Person(login) => logins.extend([login.clone()]),
            crate::definition::Approver::Chosen(field) => {
                logins.extend(instance.form.get(field).and_then(serde_json::Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
    }
    let logins: Vec<String> = logins.into_iter().collect();
    let places: Vec<&Place> = [Some(&instance.applicant), instance.subject.as_ref()].into_iter().flatten().collect();
    Staff::read(tx, office.catalogue.roles(), &places, &logins).await
}

/// Refuses codes of partners and outlets that there are not.
fn known(office: &Office<'_>, definition: &Definition, form: &Form) -> Result<(), Refusal> {
    let mut wrong = Vec::new();
    let mut look = |field: &Field, at: String, value: &serde_json::Value| {
        let named = matches!(field.kind, FieldKind::Partner | FieldKind::Outlet).then(|| value.as_str()).flatten();
        let Some(code) = named.filter(|code| !code.is_empty() && (office.place)(&field.kind, code).is_none()) else { return };
        let zh = format!("{}：没有 {code}，或不在您的范围内", field.title.zh);
        let en = format!("{}: there is no {code}, or it is outside your part of the network", field.title.en);
        wrong.push(Wrong { field: at, why: Text::new(zh, en) });
    };
    for (id, value) in form {
        let Some(field) = definition.field(id) else { continue };
        look(field, id.clone(), value);
        let FieldKind::Rows(columns) = &field.kind else { continue };
        for (row, at) in value.as_array().into_iter().flatten().zip(1..) {
            for column in columns {
                look(column, format!("{id}[{at}].{}", column.id), row.get(&column.id).unwrap_or(&serde_json::Value::Null));
            }
        }
    }
    crate::form::refuse(&wrong)
}

/// Where what an application is about stands.
fn subject(office: &Office<'_>, definition: &Definition, form: &Form) -> Result<Option<Place>, Refusal> {
    known(office, definition, form)?;
    let field = definition.subject.as_deref().and_then(|id| definition.field(id));
    let code = field.and_then(|field| Some((field, form.get(&field.id)?.as_str()?)));
    Ok(code.and_then(|(field, code)| (office.place)(&field.kind, code)))
}

/// `BT202608-0001`.
async fn number(tx: &mut Tx, definition: &Definition) -> Result<String, Refusal> {
    let month = day(tx.now_us()).month();
    let series = format!("{}{}{:02}", definition.number, month.year(), month.number());
    let sql =
        "insert into flow_series (name, last) values ($1, 1) on conflict (name) do update set last = flow_series.last + 1 returning last";
    let last = tx.query_one(sql, args![&series]).await?.int("last")?;
    Ok(format!("{series}-{last:0DIGITS$}"))
}

/// Writes an outcome down, all of it, with the effect that it makes due.
#[expect(clippy::too_many_arguments, reason = "one act as it is written: what, on what, by whom")]
async fn keep(
    tx: &mut Tx,
    office: &Office<'_>,
    definition: &Arc<Definition>,
    version: u32,
    outcome: &Outcome,
    verb: &str,
    who: &str,
    carry: &Carry,
) -> Result<Acted, Refusal> {
    let instance = &outcome.instance;
    let id = &instance.id;
    let nobody = Staff::default();
    let wakes = machine::next_day(&world(office, definition, &nobody, tx.now_us()), instance);
    let sql = "update flow_instance set version = version + 1, state = $3, step = $4, body = $5, submitted_us = $6, changed_us = $7,
                   ended_us = $8, wakes_after = $9, partner = $10, outlet = $11 where id = $1 and version = $2";
    let body = written(instance, id)?;
    let args = args![
        id,
        version,
        instance.state.name(),
        instance.progress.step.clone(),
        &body,
        instance.submitted_us,
        tx.now_us(),
        instance.ended_us,
        wakes,
        instance.subject.as_ref().map(|place| place.partner.clone()),
        instance.subject.as_ref().map(|place| place.outlet.clone()),
    ];
    tx.execute_versioned("申请 application", id, sql, args).await?;
    lines(tx, outcome, who).await?;
    keep_parts(tx, outcome).await?;
    // What was protected at its end stays so until that day: a comment afterwards prolongs nothing.
    if !instance.state.is_end() || instance.ended_us == Some(tx.now_us()) {
        claims(tx, definition, instance).await?;
    }
    if let Some(rule) = definition.budget.as_ref().filter(|_| outcome.approved) {
        budget::open(tx, definition, rule, instance, who).await?;
    }
    let effect = effects::due(tx, office, definition, outcome, who, carry).await?;
    let version = version + 1;
    let holders: Vec<&str> = instance.holders().into_iter().map(|party| party.login.as_str()).collect();
    let about = json!({ "state": instance.state.name(), "step": instance.progress.step, "holders": holders, "content": instance.content(definition) });
    let event = json!({ "instance": id, "flow": instance.flow, "version": version, "verb": verb, "by": who, "approved": outcome.approved,
        "effect": effect, "state": instance.state.name(), "holders": holders, "notices": outcome.notices });
    outbox::emit(tx, "flow.instance.changed", &format!("{id}:{version}"), &event.to_string()).await?;
    let mut entry = Entry::new(who, &format!("flow.{verb}"), "flow", id).after(about.to_string());
    if let Some(text) = outcome.decisions.first().map(|line| line.text.as_str()).filter(|text| !text.is_empty()) {
        entry = entry.reason(text);
    }
    tx.audit(entry);
    Ok(Acted { id: id.clone(), version, state: instance.state })
}

async fn lines(tx: &mut Tx, outcome: &Outcome, who: &str) -> Result<(), Refusal> {
    add_lines(tx, &outcome.instance.id, &outcome.decisions, who).await
}

/// Adds lines to the history.
async fn add_lines(tx: &mut Tx, id: &str, decisions: &[Decision], who: &str) -> Result<(), Refusal> {
    let sql = "select coalesce(max(seq), 0) as last from flow_decision where instance = $1";
    let last = tx.query_one(sql, args![id]).await?.int("last")?;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (line, seq) in decisions.iter().zip(last + 1..) {
        let body = written(line, id)?;
        rows.push(args![id, seq, tx.now_us(), line.verb.name(), &line.step, who, body].to_vec());
    }
    if rows.is_empty() {
        return Ok(());
    }
    tx.insert_rows("flow_decision", "instance, seq, at_us, verb, step, who, body", &rows, "").await.map(drop)
}

/// Of a part: when it began, until when it is to be done, as what it is had.
type Kept<'a> = (i64, Option<String>, Option<&'a Post>);

/// Writes who has a part in it, and as what.
async fn keep_parts(tx: &mut Tx, outcome: &Outcome) -> Result<(), Refusal> {
    let instance = &outcome.instance;
    let (id, now) = (&instance.id, tx.now_us());
    tx.execute("delete from flow_part where instance = $1 and part = 'holder'", args![id]).await?;
    let own = instance.post();
    // By login and part: when, until when, as what.
    let mut parts: BTreeMap<(&str, &str), Kept<'_>> = BTreeMap::new();
    parts.insert((instance.starter.login.as_str(), "starter"), (instance.begun_us, None, Some(&own)));
    for turn in instance.open() {
        for candidate in &turn.candidates {
            let due = turn.due.map(|due| due.to_string());
            parts.insert((candidate.party.login.as_str(), "holder"), (turn.opened_us.unwrap_or(now), due, candidate.post.as_ref()));
        }
    }
    for party in &instance.copies {
        parts.insert((party.login.as_str(), "copied"), (now, None, None));
    }
    let acted = outcome.decisions.iter().filter(|line| !matches!(line.verb, Verb::Save | Verb::Comment | Verb::Copy | Verb::Urge));
    for line in acted {
        // Whoever acts for somebody has decided in their own name as well.
        for (party, post) in
            [(line.acting.as_ref(), line.post.as_ref()), (Some(&line.by), line.post.as_ref().filter(|_| line.acting.is_none()))]
        {
            if let Some(party) = party.filter(|party| !party.login.is_empty() && party.login != instance.starter.login) {
                parts.insert((party.login.as_str(), "decided"), (now, None, post));
            }
        }
    }
    let row = |((login, part), (at, due, post)): ((&str, &str), Kept<'_>)| {
        let nowhere = Place::default();
        let (role, place) = post.map_or(("", &nowhere), |post| (post.role.as_str(), &post.place));
        args![id, login, part, at, due, role, &place.territory, &place.partner, &place.outlet, &place.clerk].to_vec()
    };
    let rows: Vec<Vec<Value>> = parts.into_iter().map(row).collect();
    let tail = "on conflict (instance, login, part) do update set role = excluded.role, territory = excluded.territory,
                    partner = excluded.partner, outlet = excluded.outlet, clerk = excluded.clerk,
                    at_us = case when flow_part.part = 'decided' then excluded.at_us else flow_part.at_us end";
    let columns = "instance, login, part, at_us, due, role, territory, partner, outlet, clerk";
    tx.insert_rows("flow_part", columns, &rows, tail).await.map(drop)
}

/// Claims what no two applications of a flow may share, and gives it up when the application came to nothing.
async fn claims(tx: &mut Tx, definition: &Definition, instance: &Instance) -> Result<(), Refusal> {
    if definition.unique.is_empty() {
        return Ok(());
    }
    let id = &instance.id;
    tx.execute("delete from flow_claim where instance = $1", args![id]).await?;
    if !matches!(instance.state, State::InReview | State::Returned | State::Executing | State::Approved) {
        return Ok(());
    }
    let value = |field: &String| instance.form.get(field).map(plain).unwrap_or_default();
    let claim = definition.unique.iter().map(value).collect::<Vec<_>>().join("\n");
    let today = day(tx.now_us());
    let protected = definition.unique_days.filter(|_| instance.state == State::Approved);
    let last_day = protected.map(|days| today.plus_days(i32::try_from(days).unwrap_or(i32::MAX / 2)));
    tx.execute("delete from flow_claim where flow = $1 and claim = $2 and last_day < $3", args![&instance.flow, &claim, today]).await?;
    let sql = "insert into flow_claim (flow, claim, instance, last_day) values ($1, $2, $3, $4) on conflict (flow, claim) do nothing";
    if tx.execute(sql, args![&instance.flow, &claim, id, last_day]).await? > 0 {
        return Ok(());
    }
    let sql = "select instance from flow_claim where flow = $1 and claim = $2";
    let other = tx.query_one(sql, args![&instance.flow, &claim]).await?.string("instance")?;
    let titles = |say: fn(&Text) -> &str| {
        definition.unique.iter().filter_map(|id| definition.field(id)).map(|field| say(&field.title)).collect::<Vec<_>>().join("、")
    };
    Err(Refusal::new(
        Kind::Conflict,
        "workflow.claimed",
        format!("{} 相同的申请 {other} 正在办理或仍在保护期内；请与其申请人协商", titles(|text| &text.zh)),
        format!("application {other} with the same {} is open or still protected; agree with its applicant", titles(|text| &text.en)),
    ))
}

/// Text as it is compared: without spaces and case.
fn plain(value: &serde_json::Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}
