//! What waits for the asker to decide, answer, bring or confirm (R0.21). One record is opened at once; of several the list of them.

use super::agreements;
use super::arrivals::missing;
use super::desk::Desk;
use super::display;
use super::field;
use super::flows;
use super::orders;
use super::price;
use super::receivables;
use super::recruit;
use super::signed::Signed;
use super::supply;
use super::verdicts;
use super::web::{Answer, heavy};
use qudao_access::{Permission, Place, Scope};
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Lang, Text};
use qudao_settle::waiting::{Waiting, waiting};
use qudao_settle::{confirm, payment};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// Records that wait for somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Todo {
    /// Stable name of the kind of work.
    pub(super) code: String,
    pub(super) title: String,
    /// How many wait.
    pub(super) count: u64,
    /// How many of them are late.
    pub(super) overdue: u64,
    /// Day by which the most pressing is to be done, where there is one.
    #[schema(required)]
    pub(super) due: Option<String>,
    /// The record, or the list of them.
    pub(super) to: String,
}

/// What waits, before it is told in a language.
struct Work {
    code: &'static str,
    title: Text,
    count: u64,
    overdue: u64,
    due: Option<Date>,
    to: String,
}

impl Work {
    fn new(code: &'static str, zh: &str, en: &str, count: u64, to: String) -> Self {
        Self { code, title: Text::new(zh, en), count, overdue: 0, due: None, to }
    }

    fn told(self, lang: Lang) -> Todo {
        let Self { code, title, count, overdue, due, to } = self;
        Todo { code: code.to_owned(), title: title.get(lang).to_owned(), count, overdue, due: due.map(|day| day.to_string()), to }
    }
}

/// The record where it is the only one, else the list.
fn open(ids: &[String], record: impl Fn(&str) -> String, list: &str) -> String {
    match ids {
        [only] => record(only),
        _ => list.to_owned(),
    }
}

/// What waits for the asker.
pub(crate) async fn todos(desk: &Arc<Desk>, signed: &Signed, lang: Lang) -> Answer<Vec<Todo>> {
    let waiting = waiting(&mut desk.db.read().await?, &signed.0.who()).await?;
    let mut all = decisions(desk, signed, &waiting);
    all.extend(disputes(desk, signed, waiting));
    all.extend(arrivals(desk, signed).await?);
    all.extend(statements(desk, signed).await?);
    all.extend(applications(desk, signed).await?);
    all.extend(designs(desk, signed).await?);
    all.extend(offsets(desk, signed).await?);
    all.extend(agreed(desk, signed).await?);
    all.extend(recruited(desk, signed).await?);
    all.extend(priced(desk, signed).await?);
    all.extend(supplied(desk, signed).await?);
    all.extend(judged(desk, signed).await?);
    let service = orders::service_waiting(desk, signed).await?.into();
    let (zh, en) = ("待办理的包换、退货与维修", "Exchanges, returns and repairs to decide");
    all.push(Work::new("service", zh, en, service, "/service?state=asked".to_owned()));
    all.extend(displayed(desk, signed).await?);
    all.extend(walked(desk, signed).await?);
    Ok(all.into_iter().filter(|work| work.count > 0).map(|work| work.told(lang)).collect())
}

/// What somebody else submitted, for whoever may decide it everywhere.
fn decisions(desk: &Desk, signed: &Signed, waiting: &Waiting) -> Vec<Work> {
    let count = |ids: &[String]| ids.len() as u64;
    let month = |month: &str| format!("/settlement/periods/{month}");
    let batch = |id: &str| format!("/payments?tab=batches&batch={id}");
    let draft = |id: &str| format!("/policy-drafts/{id}");
    let all = [
        (
            Permission::SettlementApprove,
            Work::new(
                "publish",
                "待审批发布的月份",
                "Months to approve",
                count(&waiting.months),
                open(&waiting.months, month, "/settlement"),
            ),
        ),
        (
            Permission::SettlementRun,
            Work::new(
                "exceptions",
                "待核查的结算异常",
                "Exceptions to review",
                waiting.findings,
                open(&waiting.exceptions, |id| format!("{}?state=open", month(id)), "/settlement"),
            ),
        ),
        (
            Permission::PaymentApprove,
            Work::new(
                "batches",
                "待审批的付款批次",
                "Payment batches to approve",
                count(&waiting.batches),
                open(&waiting.batches, batch, "/payments?tab=batches&state=submitted"),
            ),
        ),
        (
            Permission::PaymentApprove,
            Work::new(
                "accounts",
                "待复核的收款账户",
                "Bank accounts to check",
                waiting.accounts,
                "/payments?tab=accounts&state=submitted".to_owned(),
            ),
        ),
        (
            Permission::PolicyPublish,
            Work::new(
                "drafts",
                "待审批的政策草案",
                "Policy drafts to approve",
                count(&waiting.drafts),
                open(&waiting.drafts, draft, "/policies?tab=drafts"),
            ),
        ),
    ];
    all.into_iter().filter(|(permission, _)| signed.everywhere(desk, *permission).is_ok()).map(|(_, work)| work).collect()
}

/// Disputes to answer, their amounts to approve, and invoices to decide, within the asker's reach.
fn disputes(desk: &Desk, signed: &Signed, waiting: Waiting) -> Vec<Work> {
    let Ok(scope) = signed.scope(desk, Permission::DisputeAnswer) else { return Vec::new() };
    let today = desk.today();
    let reaches = |territory: &str, partner: &str| scope.covers(&Place { territory, partners: &[partner], outlet: "", clerk: "" });
    let dispute = |id: &str| format!("/settlement/disputes?id={id}");
    let works = [
        ("disputes", "待答复的争议", "Disputes to answer", "open", waiting.disputes),
        ("amounts", "待复核的争议金额", "Amounts of disputes to approve", "proposed", waiting.amounts),
    ];
    let mut all: Vec<Work> = Vec::new();
    for (code, zh, en, state, held) in works {
        let held: Vec<_> = held.into_iter().filter(|held| reaches(&held.territory, &held.partner)).collect();
        let ids: Vec<String> = held.iter().map(|held| held.id.clone()).collect();
        let to = open(&ids, dispute, &format!("/settlement/disputes?state={state}"));
        all.push(Work {
            overdue: held.iter().filter(|held| held.is_late(today)).count() as u64,
            due: held.iter().map(|held| held.answer_by).min(),
            ..Work::new(code, zh, en, ids.len() as u64, to)
        });
    }
    let invoices: Vec<String> =
        waiting.invoices.into_iter().filter(|held| reaches(&held.territory, &held.partner)).map(|held| held.number).collect();
    let to = open(&invoices, |number| format!("/settlement/invoices?number={number}"), "/settlement/invoices?state=submitted");
    all.push(Work::new("invoices", "待审核的发票", "Invoices to decide", invoices.len() as u64, to));
    all
}

/// Applications that wait for the asker: to decide, to mend, to read.
async fn applications(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Work>> {
    let Some(counts) = flows::waiting(desk, signed).await? else { return Ok(Vec::new()) };
    let to = match (counts.holder, counts.first) {
        (1, Some(only)) => format!("/applications/{only}"),
        _ => "/applications?box=todo".to_owned(),
    };
    let decide = Work {
        overdue: counts.late.into(),
        due: counts.due,
        ..Work::new("applications", "待审批的申请", "Applications to decide", counts.holder.into(), to)
    };
    let mend = "/applications?box=mine".to_owned();
    let read = "/applications?box=copied".to_owned();
    let stuck = "/applications?box=mine&stuck=true".to_owned();
    Ok(vec![
        decide,
        Work::new("returned", "退回或撤回待修改的申请", "Applications to mend", counts.returned.into(), mend),
        Work::new("stuck", "已批准、未能落实的申请", "Approved and not carried out", counts.stuck.into(), stuck),
        Work::new("copies", "未读的抄送", "Copies to read", counts.unread.into(), read),
    ])
}

/// Flows somebody else wrote or wants to retire, for whoever may decide it, and those that came back to whoever wrote them.
async fn designs(desk: &Desk, signed: &Signed) -> Answer<[Work; 2]> {
    let (decide, mend) = flows::designs(desk, signed).await?;
    let work =
        |code, zh, en, ids: &[String], list| Work::new(code, zh, en, ids.len() as u64, open(ids, |id| format!("/flow-drafts/{id}"), list));
    Ok([
        work("flow_designs", "待批准的流程设计", "Flow designs to decide", &decide, "/flow-design"),
        work("flow_designs_returned", "退回待修改的流程设计", "Flow designs to mend", &mend, "/flow-design?state=returned"),
    ])
}

/// Offsets somebody else proposed, for whoever may decide on them.
async fn offsets(desk: &Arc<Desk>, signed: &Signed) -> Answer<Option<Work>> {
    let waiting = receivables::waiting_offsets(desk, signed).await?;
    Ok(waiting.map(|count| Work::new("offsets", "待审批的抵扣", "Offsets to approve", count, "/offsets?state=submitted".to_owned())))
}

/// What the asker is to put right or to place at outlets, risks they are to see to, and scores of theirs that somebody found differently.
async fn displayed(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Work>> {
    let Some(waiting) = display::waiting(desk, signed).await? else { return Ok(Vec::new()) };
    let owner = format!("owner={}", signed.0.login);
    let corrections = Work {
        overdue: waiting.late,
        due: waiting.due,
        ..Work::new(
            "corrections",
            "待整改的陈列",
            "Display to put right",
            waiting.corrections,
            format!("/display/corrections?state=open&{owner}"),
        )
    };
    let risks =
        Work::new("risks", "待处理的分销风险", "Listing risks to see to", waiting.risks, format!("/distribution/risks?state=open&{owner}"));
    let launches = Work {
        overdue: waiting.launches_late,
        due: waiting.launches_due,
        ..Work::new(
            "launches",
            "待投放的新品上市物料",
            "Launch material to place",
            waiting.launches,
            format!("/display/launches?open=true&{owner}"),
        )
    };
    let rescored = Work::new(
        "rescored",
        "复评差异待答复",
        "Second looks that differ, to answer",
        waiting.rescored,
        "/display/rescores?own=true".to_owned(),
    );
    let plans = Work::new(
        "placement_plans",
        "待批准的投放计划",
        "Placement plans to approve",
        waiting.plans,
        "/display/plans?state=submitted".to_owned(),
    );
    Ok(vec![corrections, risks, launches, rescored, plans])
}

/// Visits that wait for a supervisor, and what the asker's own reviews brought.
async fn walked(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Work>> {
    let found = field::waiting(desk, signed).await?;
    let remedies = Work::new("remedies", "待完成的补差任务", "Tasks of your reviews", found.remedies, "/field/summary".to_owned());
    Ok(vec![
        Work::new("held_visits", "待审阅的拜访", "Visits to look at", found.held, "/field/review".to_owned()),
        Work { overdue: found.late, due: found.due, ..remedies },
    ])
}

/// Data of the month that should be there and are not, for whoever loads them.
async fn arrivals(desk: &Arc<Desk>, signed: &Signed) -> Answer<Option<Work>> {
    if signed.everywhere(desk, Permission::ImportLoad).is_err() {
        return Ok(None);
    }
    let late = missing(desk).await?;
    let (count, month) = (late.len() as u64, desk.today().month());
    let to = format!("/arrivals?month={}", late.iter().map(|(month, _)| *month).min().unwrap_or(month));
    Ok(Some(Work {
        overdue: count,
        due: late.iter().map(|(_, due)| *due).min(),
        ..Work::new("arrivals", "缺少的数据来源", "Data that is missing", count, to)
    }))
}

/// The asker's own statements that wait for a confirmation; due where the rule by which silence confirms gives a last day.
async fn statements(desk: &Arc<Desk>, signed: &Signed) -> Answer<Option<Work>> {
    let Ok(Scope { partners, .. }) = signed.scope(desk, Permission::StatementConfirm) else { return Ok(None) };
    let tx = &mut desk.db.read().await?;
    let mut done: BTreeSet<String> = BTreeSet::new();
    for partner in &partners {
        done.extend(confirm::of_partner(tx, partner).await?.into_iter().map(|made| made.statement));
        done.extend(payment::of_partner(tx, partner).await?.into_iter().map(|(statement, ..)| statement));
    }
    let shared = Arc::clone(desk);
    let mut open: Vec<(String, Option<Date>)> = heavy(move || {
        let parameters = shared.parameters();
        let calendar = Holidays::shipped();
        let mut open = Vec::new();
        for run in &shared.runs()? {
            for head in partners.iter().filter_map(|partner| run.head(partner)).filter(|head| !done.contains(&head.number)) {
                let last = match run.issued_on {
                    Some(day) => match parameters.on(confirm::SILENCE, &head.territory, day)?.int()? {
                        0 => None,
                        days => Some(calendar.after(day, days)),
                    },
                    None => None,
                };
                open.push((format!("/statements/{}/{}", run.period(), head.partner), last));
            }
        }
        Ok(open)
    })
    .await?;
    open.reverse();
    let to = match open.as_slice() {
        [(only, _)] => only.clone(),
        _ => "/settlement/statements?state=published".to_owned(),
    };
    let due = open.iter().filter_map(|(_, last)| *last).min();
    Ok(Some(Work { due, ..Work::new("statements", "待确认的对账单", "Statements to confirm", open.len() as u64, to) }))
}

/// Agreements that are about to end, and texts that wait for the asker's signature.
async fn agreed(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Work>> {
    let found = agreements::waiting(desk, signed).await?.unwrap_or_default();
    let to = open(&found.expiring, |code| format!("/agreements/{code}"), "/agreements?state=expiring");
    let until = desk.today().plus_days(agreements::warnings(desk)?.first());
    let (ending, first) = orders::certificates(desk, signed, until).await?.unwrap_or_default();
    let certificates =
        Work::new("certificates", "即将到期的受理证书", "Certificates about to end", ending.into(), "/acceptance".to_owned());
    let sign = open(&found.to_sign, |id| format!("/agreement-drafts/{id}"), "/agreements?tab=drafts");
    Ok(vec![
        Work {
            due: found.ends, ..Work::new("agreements", "即将到期的协议", "Agreements about to end", found.expiring.len() as u64, to)
        },
        Work { due: first, ..certificates },
        Work::new("signatures", "待签署的协议", "Agreements to sign", found.to_sign.len() as u64, sign),
    ])
}

/// Orders of handsets to be accepted and sent out, and returns to be decided.
async fn supplied(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Work>> {
    let Some(found) = supply::waiting(desk, signed).await? else { return Ok(Vec::new()) };
    let list = |state: &str| format!("/supply?state={state}");
    Ok(vec![
        Work::new("supply_placed", "待接单的供货单", "Handset orders to accept", found.placed, list("placed")),
        Work {
            overdue: found.late,
            ..Work::new("supply_confirmed", "待发货的供货单", "Handset orders to send out", found.confirmed, list("confirmed"))
        },
        Work::new(
            "supply_returns",
            "待办理的退货",
            "Returns of handsets to decide",
            found.returns,
            "/supply/returns?state=asked".to_owned(),
        ),
    ])
}

/// Outlets to look at again, and eliminated ones to close (R7.114).
async fn judged(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Work>> {
    let (rechecks, closings) = verdicts::waiting(desk, signed).await?;
    let list = |stage: &str| format!("/analysis/verdicts?stage={stage}");
    Ok(vec![
        Work::new("verdict_rechecks", "到期待复查的提升网点", "Outlets to look at again", rechecks, list("improving")),
        Work::new("verdict_closings", "到期待关闭的淘汰网点", "Eliminated outlets to close", closings, list("clearing")),
    ])
}

/// Price books to publish, cases to go on with, claims to decide, pieces that turned up elsewhere.
async fn priced(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Work>> {
    let Some(found) = price::waiting(desk, signed).await? else { return Ok(Vec::new()) };
    Ok(vec![
        Work::new("price_books", "待发布的价格簿", "Price books to publish", found.books, "/prices/books?state=submitted".to_owned()),
        Work::new(
            "price_cases",
            "待办理的市场秩序案件",
            "Cases of the market to go on with",
            found.cases,
            "/prices/cases?open=true".to_owned(),
        ),
        Work::new(
            "price_claims",
            "待审的价保申请",
            "Claims for price cuts to decide",
            found.claims,
            "/prices/protection?tab=claims".to_owned(),
        ),
        Work::new(
            "diversions",
            "待核的窜货线索",
            "Pieces that turned up elsewhere",
            found.findings,
            "/prices/diversions?state=open".to_owned(),
        ),
    ])
}

/// Enquiries to call back, tasks of events that are due, attendees to call.
async fn recruited(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Work>> {
    let Some(found) = recruit::waiting(desk, signed).await? else { return Ok(Vec::new()) };
    let event = |events: &[String], tab: &str| match events {
        [first, rest @ ..] if rest.iter().all(|one| one == first) => format!("/recruiting/events/{first}?tab={tab}"),
        _ => "/recruiting/events".to_owned(),
    };
    let enquiries = "/recruiting/enquiries?state=new".to_owned();
    Ok(vec![
        Work {
            overdue: found.late,
            ..Work::new("enquiries", "待联系的接洽", "Enquiries to call back", found.enquiries.len() as u64, enquiries)
        },
        Work {
            overdue: found.overdue,
            due: found.due,
            ..Work::new(
                "event_tasks",
                "招商会待办任务",
                "Tasks of recruiting events",
                found.tasks.len() as u64,
                event(&found.tasks, "tasks"),
            )
        },
        Work::new("calls", "待联系的到会者", "Attendees to call", found.calls.len() as u64, event(&found.calls, "guests")),
    ])
}
