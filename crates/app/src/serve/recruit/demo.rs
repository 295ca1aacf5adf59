//! Recruiting of the demo: an event under way, a plan of each kind, prospects, and an enquiry nobody called back in time.

use super::super::desk::Desk;
use super::super::flows::applied;
use super::Asker;
use qudao_access::sessions;
use qudao_kernel::{Lang, Refusal};
use qudao_recruit::Sight;
use qudao_recruit::enquiry::{self, NewEnquiry};
use qudao_recruit::event::{self, Answer, GuestAct, NewGuest, TaskChange, TaskState};
use qudao_recruit::plan::{self, NewPlan, PlanKind};
use qudao_recruit::prospect::{self, NewProspect, Stage, Step};
use qudao_workflow::{Command, Form};
use serde_json::json;
use std::sync::Arc;

/// Whoever is named where the demo does something.
const WHO: &str = "channel";

/// Fills a demo in which nobody recruits.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let everywhere = Sight::everywhere();
    if !plan::list(&mut desk.db.read().await?, &everywhere).await?.is_empty() {
        return Ok(());
    }
    let asker = Asker::of(desk, Lang::Zh).await;
    let county = sessions::away(&desk.db, WHO).await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    // A demo without business has no place to recruit in.
    if county.is_empty() || asker.master.partners().next().is_none() {
        return Ok(());
    }
    let plans = plans(desk, &asker, &county).await?;
    prospects(desk, &county, &plans).await?;
    enquiries(desk, &county).await?;
    an_event(desk, &asker).await
}

/// A plan of each kind.
async fn plans(desk: &Arc<Desk>, asker: &Asker, county: &str) -> Result<Vec<String>, Refusal> {
    let from = asker.today.month().plus(-1).first_day();
    let mut made = Vec::new();
    for (kind, title, district, target, days) in [
        (PlanKind::Open, "开放渠道拓展", "", 6, 60),
        (PlanKind::Rural, "乡镇覆盖", "", 12, 120),
        (PlanKind::District, "核心商圈布点", "核心商圈", 40, 90),
        (PlanKind::Area, "新区进入", "", 4, -3),
    ] {
        let new = NewPlan {
            kind,
            title,
            territory: county,
            tier: "二级代理商",
            district,
            target,
            owner: WHO,
            from,
            due_on: asker.today.plus_days(days),
            entry: "先走访意向店，再集中签约，首月完成首单",
        };
        made.push(plan::create(&desk.db, &format!("demo-plan-{}", kind.name()), "supervisor", &new).await?.into_inner());
    }
    Ok(made)
}

/// Prospects at every stage but the last, which takes an order.
async fn prospects(desk: &Arc<Desk>, county: &str, plans: &[String]) -> Result<(), Refusal> {
    let everywhere = Sight::everywhere();
    for (at, to) in [Stage::Found, Stage::Visited, Stage::Negotiated, Stage::Signed, Stage::Lost].into_iter().enumerate() {
        let (name, company, phone) = (format!("示例店主{}", at + 1), format!("示例通讯店{}", at + 1), format!("1990000010{at}"));
        let plan = plans.first().map_or("", String::as_str);
        let new = NewProspect {
            name: &name,
            company: &company,
            territory: county,
            tier: "二级代理商",
            plan,
            owner: WHO,
            phone: &phone,
            licence: "",
        };
        let brought = prospect::add(&desk.db, &format!("demo-prospect-{at}"), WHO, &new).await?.into_inner();
        if to != Stage::Found {
            let step = Step { to, note: "现场走访并沟通合作条件", opened: None };
            prospect::step(&desk.db, &everywhere, WHO, &brought.id, 1, &step).await?;
        }
    }
    Ok(())
}

/// One that is late and one that is not.
async fn enquiries(desk: &Arc<Desk>, county: &str) -> Result<(), Refusal> {
    for (at, (name, wants, minutes)) in
        [("示例来电客户", "想在乡镇开代理店", -180), ("示例到访客户", "咨询开放渠道加盟", 480)].into_iter().enumerate()
    {
        let phone = format!("1990000020{at}");
        let new =
            NewEnquiry { name, phone: &phone, territory: county, wants, way: if at == 0 { "phone" } else { "counter" }, assigned_to: WHO };
        enquiry::receive(&desk.db, &format!("demo-enquiry-{at}"), "service", minutes, &new).await.map(drop)?;
    }
    Ok(())
}

/// An event in four days, approved on its way, with guests of whom some have said that they come.
async fn an_event(desk: &Arc<Desk>, asker: &Asker) -> Result<(), Refusal> {
    let everywhere = Sight::everywhere();
    let agree = || Command::Agree { text: "同意".to_owned(), edits: Form::new(), signature: None };
    let form = json!({ "title": "秋季渠道招商会", "held_on": asker.today.plus_days(4).to_string(), "place": "城区会议中心", "guests": 60, "goal": 8,
        "costs": [{ "item": "场地", "cost": 600_000 }, { "item": "资料与奖品", "cost": 300_000 }] });
    let acts = vec![("marketing", agree()), ("settlement", agree()), ("settlement2", agree()), ("supervisor", agree())];
    applied(desk, WHO, "recruiting_event", form, acts).await?;
    let Some(held) = event::list(&mut desk.db.read().await?, &everywhere).await?.into_iter().next() else { return Ok(()) };
    let named: Vec<(String, String, String)> =
        (1..=8).map(|at| (format!("示例来宾{at}"), format!("示例手机店{at}"), format!("1990000030{at}"))).collect();
    let mail = |at: usize| if at.is_multiple_of(2) { "guest@example.com" } else { "" };
    let new: Vec<NewGuest<'_>> =
        named.iter().enumerate().map(|(at, (name, company, phone))| NewGuest { name, company, phone, mail: mail(at) }).collect();
    event::invite(&desk.db, &everywhere, WHO, "demo-guests", &held.id, &new).await.map(drop)?;
    event::queue_invitations(&desk.db, &everywhere, WHO, &held.id).await?;
    for (at, guest) in event::guests(&mut desk.db.read().await?, &held.id).await?.into_iter().enumerate() {
        let at_guest = (held.id.as_str(), guest.id.as_str());
        let mut version = guest.version;
        if guest.mail.is_empty() {
            version = event::act(&desk.db, &everywhere, WHO, at_guest, version, &GuestAct::HandOver("上门送达邀请函")).await?;
        }
        let answer = [Answer::Yes, Answer::Later, Answer::Yes, Answer::No][at % 4];
        if at < 6 {
            event::act(&desk.db, &everywhere, WHO, at_guest, version, &GuestAct::Answer(answer, "")).await?;
        }
    }
    event::add_prize(&desk.db, &everywhere, WHO, "demo-prize", &held.id, "保温杯", 10).await.map(drop)?;
    for task in event::tasks(&mut desk.db.read().await?, &held.id).await? {
        if matches!(task.task.as_str(), "agenda" | "contacts" | "co_organisers") {
            let change = TaskChange { owner: WHO, due_on: task.due_on, state: TaskState::Done, evidence: "已完成，材料存文档库" };
            event::change_task(&desk.db, &everywhere, WHO, (&held.id, &task.task), task.version, &change).await?;
        }
    }
    Ok(())
}
