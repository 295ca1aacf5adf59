//! Calls and roadshow units of the demo: three days of calls with their minutes and appointments, a unit that is on its way, and one that is booked.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::demo_visit::id;
use super::tasks::midnight;
use super::whose::Manager;
use super::{calls, site_of};
use qudao_field::call::{self, New, Outcome};
use qudao_field::roadshow::kit::Kit;
use qudao_field::roadshow::stop::{self, Counted};
use qudao_field::roadshow::unit::{self, Act, Member};
use qudao_field::visit::list::Sight;
use qudao_kernel::holidays::{DayKind, Holidays};
use qudao_kernel::master::Outlet;
use qudao_kernel::territory::under;
use qudao_kernel::{Date, Fen, Refusal};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whoever books units in the demo.
const BOOKS: &str = "marketing";
/// Calls of the last days, the latest first; those of the first manager, and of the others.
const CALLS: [[u32; 3]; 2] = [[8, 30, 27], [3, 6, 5]];
const MINUTES: [&str; 4] =
    ["确认海报已到店，周五前张贴", "店主反映佣金到账晚，已登记核实", "约定到店补样机和价签", "回访新套餐销售情况，店员已会讲解"];
const MINUTE_US: i64 = 60_000_000;

/// Calls of a manager on the last working days and today.
pub(super) async fn called(desk: &Arc<Desk>, asker: &Asker, manager: &Manager, at: u32, outlets: &[Outlet]) -> Result<(), Refusal> {
    let (holidays, today) = (Holidays::shipped(), asker.today);
    let days = (0..7).map(|back| today.plus_days(-back)).filter(|day| *day == today || holidays.kind(*day) == DayKind::Work);
    let many = CALLS[usize::from(at > 0)];
    let now = desk.db.now_us();
    let mut number = at * 1_000;
    for (day, count) in days.zip(many) {
        for nth in 0..count {
            number += 1;
            let at_us = midnight(day) + (9 * 60 + i64::from(nth) * 6) * MINUTE_US;
            let Some(row) = outlets.get(number as usize % outlets.len()).filter(|_| at_us < now) else { continue };
            let outcome = [Outcome::Reached, Outcome::Reached, Outcome::NoAnswer, Outcome::Reached, Outcome::Declined][nth as usize % 5];
            let reached = outcome == Outcome::Reached;
            let new = New {
                id: &id('C', number),
                outlet: &row.code,
                partner: &row.owner,
                territory: &row.territory,
                name: "店主",
                outcome,
                minute: if reached { MINUTES[nth as usize % MINUTES.len()] } else { "" },
                at_us,
                meet: (reached && day == today && nth == 1).then(|| (today.plus_days(1), 14 * 60 + 30)),
            };
            call::note(&desk.db, &manager.login, &new).await.map(drop)?;
        }
    }
    Ok(())
}

/// Units of this week and the next in the first manager's county.
pub(super) async fn shows(desk: &Arc<Desk>, asker: &Asker, manager: &Manager) -> Result<(), Refusal> {
    let clerks = asker.master.clerks().filter(|row| row.span.contains(asker.today));
    let here = |outlet: &str| asker.master.outlet(outlet, asker.today).is_some_and(|row| under(&row.territory, &manager.area));
    let mut people: Vec<Member> =
        clerks.filter(|row| here(&row.outlet)).take(7).map(|row| Member { code: row.code.clone(), name: row.name.clone() }).collect();
    if people.len() < 7 {
        return Ok(());
    }
    let rest = people.split_off(3);
    people.push(Member { code: manager.login.clone(), name: manager.name.clone() });
    let week = calls::monday(asker.today);
    let first = booked(desk, manager, (1, week, "乡镇集市流动助销"), ("示A·12345", "一号套"), &people).await?;
    booked(desk, manager, (2, week.plus_days(7), "开学季校园流动助销"), ("示A·67890", "二号套"), &rest).await?;
    let (kit, all, counted) = (Kit::standard()?, Sight::everywhere(), counted());
    for (version, act) in [(1, Act::Check(&counted)), (2, Act::Depart)] {
        unit::act(&desk.db, &all, &kit, &manager.login, (&first, version), &act).await?;
    }
    let codes = asker.master.outlets().filter(|row| row.span.contains(asker.today) && under(&row.territory, &manager.area));
    let codes: Vec<String> = codes.take(2).map(|row| row.code.clone()).collect();
    for (nth, outlet) in (1_u32..).zip(&codes) {
        let site = site_of(desk, asker, &mut desk.db.read().await?, outlet, asker.today).await?;
        let stop_id = id('S', nth);
        let new = stop::New {
            id: &stop_id,
            roadshow: &first,
            outlet,
            place: "",
            territory: &site.territory,
            point: site.point,
            day: asker.today,
            partner: &site.partner,
        };
        stop::begin(&desk.db, &all, &manager.login, &new).await.map(drop)?;
        let counted = Counted {
            visitors: 46 + nth * 12,
            demos: 14 + nth,
            leads: 6 + nth,
            activations: 2 + nth,
            handsets: nth,
            cost: Fen(36_000 + i64::from(nth) * 4_000),
        };
        stop::count(&desk.db, &all, &manager.login, (&stop_id, 1), &counted, ("", "")).await?;
    }
    Ok(())
}

/// What the kit of a unit comes to, whole.
fn counted() -> BTreeMap<String, u32> {
    let whole = [("people", 4), ("vehicle", 1), ("tent", 1), ("computer", 1), ("table", 1), ("demo_phone", 3)];
    whole.map(|(id, count)| (id.to_owned(), count)).into()
}

async fn booked(
    desk: &Desk,
    manager: &Manager,
    (number, week, title): (u32, Date, &str),
    (vehicle, kit): (&str, &str),
    crew: &[Member],
) -> Result<String, Refusal> {
    let made = id('R', number);
    let leader = crew.last().map_or("", |one| one.code.as_str());
    let new = unit::New { id: &made, week, territory: &manager.area, title, leader, vehicle, kit, crew };
    unit::book(&desk.db, BOOKS, &new).await.map(drop)?;
    Ok(made)
}
