//! What of a manager's day other parts of the house know: lines of calls, tasks done and results, and tasks that are due.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::outlet_name;
use super::shown_team::DiaryTask;
use qudao_access::sessions;
use qudao_field::call;
use qudao_field::diary::{self, Line, What};
use qudao_field::promise;
use qudao_field::remedy::{self, Which};
use qudao_field::visit::list::Sight;
use qudao_kernel::{Date, Refusal, Text};
use qudao_network::verdict;
use qudao_orders::order::State as OrderState;
use qudao_orders::order::list::{self as orders, Query as OrderQuery};
use qudao_platform::Tx;
use qudao_platform::audit::{self, Recorded, Search};
use qudao_recruit::enquiry;
use qudao_recruit::event::{self, EventState, TaskState};
use qudao_workflow::store::{self as flows, Part, Query as InboxQuery, Sight as FlowSight};
use qudao_workflow::{Actor, Party};
use std::collections::{BTreeMap, BTreeSet};

/// Most entries of the log of a day, and applications that wait, that are looked through.
const MOST: u32 = 500;
/// Orders take effect within so many days of being begun, as far as a diary looks.
const ORDERED: i32 = 14;
const DAY_US: i64 = 86_400_000_000;

/// The first instant of a day in China.
pub(super) fn midnight(day: Date) -> i64 {
    i64::from(day.days()) * DAY_US - 8 * 3_600_000_000
}

/// Lines of a manager's day that others know: who was called and met, tasks done, orders that took effect at their outlets.
///
/// # Errors
/// The database does not answer.
pub(super) async fn lines(tx: &mut Tx, login: &str, day: Date, outlets: &BTreeSet<String>) -> Result<Vec<Line>, Refusal> {
    let (from, to) = (midnight(day), midnight(day) + DAY_US);
    let search = Search { who: login.to_owned(), from_us: Some(from), to_us: Some(to), ..Search::default() };
    let mut found: Vec<Line> = audit::search(tx, &search, None, MOST).await?.iter().filter_map(of_entry).collect();
    for one in enquiry::list(tx, &qudao_recruit::Sight::everywhere()).await? {
        if let Some(at_us) = one.contacted_us.filter(|at| one.assigned_to == login && (from..to).contains(at)) {
            let text = Text::new(format!("回访来电客户 {}", one.name), format!("called back {}", one.name));
            found.push(Line { what: What::Contact, at_us, outlet: String::new(), record: one.id, text });
        }
    }
    found.extend(effective(tx, day, outlets).await?);
    found.extend(remedy::of(tx, login, Which::DoneOn(day)).await?.into_iter().map(remedied));
    found.extend(call::lines(tx, login, day).await?);
    Ok(found)
}

/// What an entry of the log says of a day; nothing for what is told elsewhere or says nothing of the field.
fn of_entry(entry: &Recorded) -> Option<Line> {
    let (action, id) = (entry.entry.action.as_str(), entry.entry.noun_id.as_str());
    let (what, zh, en) = match action {
        "contact.add" => (What::Contact, "新增关键联系人", "added a key contact"),
        "contact.change" => (What::Contact, "更新关键联系人", "changed a key contact"),
        "prospect.add" => (What::Contact, "新增意向客户", "added a prospect"),
        "prospect.step" => (What::Contact, "跟进意向客户", "followed up a prospect"),
        "event.task" => (What::Task, "办理招商活动任务", "worked on a task of an event"),
        "event.invite" => (What::Task, "邀请招商活动来宾", "invited guests of an event"),
        "rival.note" => (What::Task, "登记竞争对手情况", "noted what a competitor does"),
        "agreement.send" => (What::Task, "发送协议待签", "sent an agreement to be signed"),
        _ if action.starts_with("flow.") => (What::Task, "办理申请", "worked on an application"),
        _ => return None,
    };
    let outlet = if entry.entry.noun == "outlet" { id } else { "" };
    let text = Text::new(format!("{zh} {id}"), format!("{en} {id}"));
    Some(Line { what, at_us: entry.at_us, outlet: outlet.to_owned(), record: id.to_owned(), text })
}

/// Orders that took effect on a day at some outlets, one line for each outlet.
async fn effective(tx: &mut Tx, day: Date, outlets: &BTreeSet<String>) -> Result<Vec<Line>, Refusal> {
    let mut counts: BTreeMap<String, (u32, i64)> = BTreeMap::new();
    let mut query = OrderQuery {
        states: vec![OrderState::Effective],
        from_us: Some(midnight(day.plus_days(-ORDERED))),
        to_us: Some(midnight(day) + DAY_US),
        limit: MOST,
        ..OrderQuery::default()
    };
    let sight = qudao_orders::Sight::everywhere();
    while !outlets.is_empty() {
        let page = orders::list(tx, &sight, &query).await?;
        for kept in page.rows.iter().filter(|kept| kept.order.effective_on == Some(day) && outlets.contains(&kept.order.outlet)) {
            let count = counts.entry(kept.order.outlet.clone()).or_default();
            *count = (count.0 + 1, count.1.max(kept.changed_us));
        }
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let line = |(outlet, (count, at_us)): (String, (u32, i64))| {
        let text = Text::new(format!("生效订单 {count} 笔"), format!("{count} orders took effect"));
        Line { what: What::Result, at_us, record: outlet.clone(), outlet, text }
    };
    Ok(counts.into_iter().map(line).collect())
}

/// Tasks of a manager that are due by a day and not done, but for those put off to a later one.
///
/// # Errors
/// The database does not answer.
pub(super) async fn tasks(desk: &Desk, asker: &Asker, tx: &mut Tx, login: &str, day: Date) -> Result<Vec<DiaryTask>, Refusal> {
    let mut found = promised(asker, tx, login, day).await?;
    found.extend(of_events(desk, asker, tx, login, day).await?);
    found.extend(enquiries(asker, tx, login, day).await?);
    found.extend(improvements(asker, tx, login, day).await?);
    found.extend(remedies(asker, tx, login, day).await?);
    found.extend(appointments(asker, tx, login, day).await?);
    found.extend(applications(desk, asker, tx, login, day).await?);
    let moved = diary::put_off(tx, login, day.plus_days(-366), day).await?;
    for task in &mut found {
        let of = |one: &&diary::PutOff| one.record == task.record;
        task.carried = moved.iter().filter(of).filter(|one| one.day < day).count() as u32;
        if let Some(one) = moved.iter().filter(of).find(|one| one.day == day) {
            (task.put_off_to, task.put_off_reason) = (one.to.to_string(), one.reason.clone());
        }
    }
    found.retain(|task| {
        let last = moved.iter().rfind(|one| one.record == task.record && one.day < day);
        last.is_none_or(|one| one.to <= day)
    });
    found.sort_by(|a, b| (&a.due_on, &a.record).cmp(&(&b.due_on, &b.record)));
    Ok(found)
}

fn task(kind: &str, record: String, text: String, due: Date, to: String) -> DiaryTask {
    let (kind, due_on) = (kind.to_owned(), due.to_string());
    DiaryTask { record, kind, text, due_on, put_off_to: String::new(), put_off_reason: String::new(), carried: 0, to }
}

async fn promised(asker: &Asker, tx: &mut Tx, login: &str, day: Date) -> Result<Vec<DiaryTask>, Refusal> {
    let query = promise::Query { manager: login.to_owned(), open: true, to: Some(day), ..promise::Query::default() };
    let rows = promise::list(tx, &Sight::own(login), &query).await?;
    let of = |one: promise::Promise| {
        let text = format!("{}：{}", outlet_name(asker, &one.outlet), one.text);
        task("promise", format!("promise:{}", one.id), text, one.due_on, format!("/field/promises?outlet={}", one.outlet))
    };
    Ok(rows.into_iter().map(of).collect())
}

async fn of_events(desk: &Desk, asker: &Asker, tx: &mut Tx, login: &str, day: Date) -> Result<Vec<DiaryTask>, Refusal> {
    let mut found = Vec::new();
    for held in event::list(tx, &qudao_recruit::Sight::everywhere()).await? {
        if !matches!(held.state, EventState::Preparing | EventState::Held) {
            continue;
        }
        for one in event::tasks(tx, &held.id).await? {
            if one.state == TaskState::Open && one.owner == login && one.due_on <= day {
                let title =
                    desk.recruit.event.task(&one.task).map_or_else(|| one.task.clone(), |rule| rule.title.get(asker.lang).to_owned());
                let (record, to) = (format!("event:{}:{}", held.id, one.task), format!("/recruiting/events/{}", held.id));
                found.push(task("event_task", record, format!("{}：{title}", held.title), one.due_on, to));
            }
        }
    }
    Ok(found)
}

async fn enquiries(asker: &Asker, tx: &mut Tx, login: &str, day: Date) -> Result<Vec<DiaryTask>, Refusal> {
    let rows = enquiry::list(tx, &qudao_recruit::Sight::everywhere()).await?.into_iter();
    let mine = rows.filter(|one| one.state == "new" && one.assigned_to == login && sessions::day(one.due_us) <= day);
    let of = |one: enquiry::Enquiry| {
        let text = Text::new(format!("回访 {}：{}", one.name, one.wants), format!("call back {}: {}", one.name, one.wants));
        let due = sessions::day(one.due_us);
        task("enquiry", format!("enquiry:{}", one.id), text.get(asker.lang).to_owned(), due, "/recruiting/enquiries".to_owned())
    };
    Ok(mine.map(of).collect())
}

/// What is to be done for outlets that are to improve (R7.114).
async fn improvements(asker: &Asker, tx: &mut Tx, login: &str, day: Date) -> Result<Vec<DiaryTask>, Refusal> {
    let of = |(outlet, one): (String, verdict::Task)| {
        let text = format!("{}：{}", outlet_name(asker, &outlet), one.words);
        task("improvement", format!("verdict:{}:{}", one.verdict, one.seq), text, one.due_on, format!("/analysis/verdicts/{}", one.verdict))
    };
    Ok(verdict::due(tx, login, day).await?.into_iter().map(of).collect())
}

/// What reviews of the manager's time brought (R2.14).
async fn remedies(asker: &Asker, tx: &mut Tx, login: &str, day: Date) -> Result<Vec<DiaryTask>, Refusal> {
    let of = |one: remedy::Remedy| {
        let text = if one.outlet.is_empty() { one.text } else { format!("{}：{}", outlet_name(asker, &one.outlet), one.text) };
        task("remedy", format!("remedy:{}", one.id), text, one.due_on, format!("/field/summary?manager={login}"))
    };
    Ok(remedy::of(tx, login, Which::Due(day)).await?.into_iter().map(of).collect())
}

/// Visits that were agreed on in calls and not made yet (R8.130).
async fn appointments(asker: &Asker, tx: &mut Tx, login: &str, day: Date) -> Result<Vec<DiaryTask>, Refusal> {
    let of = |(call, one): (call::Call, call::Appointment)| {
        let whom = if call.outlet.is_empty() { call.name } else { format!("{} {}", outlet_name(asker, &call.outlet), call.name) };
        let at = format!("{:02}:{:02}", one.minute / 60, one.minute % 60);
        let text = Text::new(format!("{at} 预约拜访 {whom}：{}", call.minute), format!("{at} appointment with {whom}: {}", call.minute));
        task("appointment", format!("call:{}", call.id), text.get(asker.lang).to_owned(), one.on, format!("/field/calls?manager={login}"))
    };
    Ok(call::due(tx, login, day).await?.into_iter().map(of).collect())
}

/// The same when it is done.
fn remedied(one: remedy::Remedy) -> Line {
    let text = Text::new(format!("完成补差任务：{}", one.text), format!("made up for a shortcoming: {}", one.text));
    Line { what: What::Task, at_us: one.closed_us.unwrap_or(0), outlet: one.outlet, record: one.id, text }
}

/// Applications that wait for the manager and are to be decided by the day.
async fn applications(desk: &Desk, asker: &Asker, tx: &mut Tx, login: &str, day: Date) -> Result<Vec<DiaryTask>, Refusal> {
    let me = Party { login: login.to_owned(), name: String::new() };
    let actor = Actor { me, acting: None, grants: Vec::new(), manages: false };
    let sight = FlowSight { actor: &actor, territories: Vec::new() };
    let query = InboxQuery { part: Some(Part::Holder), limit: MOST, ..InboxQuery::default() };
    let rows = flows::list(tx, &sight, &query).await?.rows.into_iter();
    let of = |row: flows::Row| {
        let due = row.due.filter(|due| *due <= day)?;
        let instance = row.held.instance;
        let flow =
            desk.flows.catalogue.get(&instance.flow).map_or_else(|_| instance.flow.clone(), |flow| flow.title.get(asker.lang).to_owned());
        let text = format!("{flow} {}（{}）", instance.id, instance.starter.name);
        Some(task("application", format!("application:{}", instance.id), text, due, format!("/applications/{}", instance.id)))
    };
    Ok(rows.filter_map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_platform::audit::Entry;

    #[test]
    fn the_log_tells_of_calls_and_tasks() {
        // R1.7
        let entry = |action: &str, noun: &str, id: &str| Recorded {
            seq: 1,
            id: String::new(),
            at_us: 5,
            entry: Entry::new("channel", action, noun, id),
            prev_hash: String::new(),
            hash: String::new(),
        };
        let line = of_entry(&entry("contact.change", "outlet", "O1")).unwrap();
        assert_eq!((line.what, line.outlet.as_str(), line.text.en.as_str()), (What::Contact, "O1", "changed a key contact O1"));
        let line = of_entry(&entry("flow.agree", "flow", "BT202608-0001")).unwrap();
        assert_eq!((line.what, line.outlet.as_str()), (What::Task, ""));
        assert!(of_entry(&entry("visit.review", "visit", "V1")).is_none());
        assert_eq!(sessions::day(midnight("2026-08-31".parse().unwrap())).to_string(), "2026-08-31");
    }
}
