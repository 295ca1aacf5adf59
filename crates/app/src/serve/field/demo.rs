//! The field day of the demo: outlets with places and contacts, four weeks of visits with answers and photos, some of them strange, promises, diaries and a
//! plan for the weeks to come. For every channel manager of the demo, who gets the outlets of their county; the shop manager's stays with nobody.

use super::super::desk::Desk;
use super::super::life::act;
use super::super::orders::Asker;
use super::super::web::heavy;
use super::demo_visit::{Made, Scene, visit};
use super::plan::proposed;
use super::whose::{self, Manager};
use super::{demo_calls, diary, folder, house, site_of};
use qudao_access::{Scope, sessions};
use qudao_field::diary as days;
use qudao_field::plan::store as plans;
use qudao_field::promise::{self, New, State};
use qudao_field::visit::list::{self, Query, Sight};
use qudao_field::visit::photo::{self, Part};
use qudao_field::visit::review::{self, Decision};
use qudao_field::visit::store;
use qudao_kernel::master::Outlet;
use qudao_kernel::territory::under;
use qudao_kernel::{Date, Lang, Refusal};
use qudao_network::contact::{self, Said};
use qudao_network::life::Who;
use qudao_network::portfolio;
use qudao_network::site::{self, Point};
use qudao_platform::{hash, write_tx};
use std::sync::Arc;

/// Who assigns outlets, looks at visits and answers.
const SUPERVISOR: &str = "supervisor";
/// Most visits of a manager, and most outlets.
const MOST_VISITS: usize = 40;
const MOST_OUTLETS: usize = 60;
/// Days of visits before today.
const BACK: i32 = 28;
/// Days before today whose diaries were sent.
const DIARIES: i32 = 10;
/// Around where the first manager's outlets stand: the middle of 袁州区.
const MIDDLE: Point = Point { lat_e6: 27_800_000, lon_e6: 114_390_000 };

/// Fills a demo in which nobody made a visit.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let (everywhere, one) = (Sight::everywhere(), Query { limit: 1, ..Query::default() });
    if !list::list(&mut desk.db.read().await?, &everywhere, &one).await?.rows.is_empty() {
        return Ok(());
    }
    let scope = Scope { territories: vec![String::new()], ..Scope::default() };
    let managers = whose::within(desk, &mut desk.db.read().await?, &scope).await?;
    let asker = Asker::of(desk, Lang::Zh).await;
    let shop = sessions::away(&desk.db, "store").await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    let mut taken = vec![shop];
    for (manager, at) in managers.iter().zip(0..) {
        let outlets = outlets(&asker, manager, &taken);
        taken.extend(outlets.iter().map(|row| row.code.clone()));
        if !outlets.is_empty() {
            Season { desk, asker: &asker, manager, at }.fill(&outlets).await?;
        }
    }
    if let Some(first) = managers.first() {
        demo_calls::shows(desk, &asker, first).await?;
    }
    Ok(())
}

/// Outlets of a manager's county that nobody has yet.
fn outlets(asker: &Asker, manager: &Manager, taken: &[String]) -> Vec<Outlet> {
    let today = asker.today;
    let free = |row: &&Outlet| row.span.contains(today) && under(&row.territory, &manager.area) && !taken.contains(&row.code);
    let mut found: Vec<Outlet> = asker.master.outlets().filter(free).cloned().collect();
    found.sort_by(|a, b| a.code.cmp(&b.code));
    found.truncate(MOST_OUTLETS);
    found
}

/// Four weeks of a manager.
struct Season<'a> {
    desk: &'a Arc<Desk>,
    asker: &'a Asker,
    manager: &'a Manager,
    /// Which manager, from 0.
    at: u32,
}

impl Season<'_> {
    async fn fill(&self, outlets: &[Outlet]) -> Result<(), Refusal> {
        let Season { desk, asker, manager, .. } = *self;
        self.network(outlets).await?;
        let began = asker.today.plus_days(-BACK);
        proposed(desk, asker, SUPERVISOR, manager, began).await?;
        let made = self.visits(began).await?;
        self.promises(outlets, &made).await?;
        demo_calls::called(desk, asker, manager, self.at, outlets).await?;
        self.diaries().await?;
        proposed(desk, asker, SUPERVISOR, manager, asker.today).await?;
        self.this_morning(made.len()).await
    }

    /// Who looks after the outlets, where they stand, and whom one meets there.
    async fn network(&self, outlets: &[Outlet]) -> Result<(), Refusal> {
        let Season { desk, asker, manager, at } = *self;
        let codes: Vec<String> = outlets.iter().map(|row| row.code.clone()).collect();
        let from = asker.today.month().plus(-7).first_day();
        write_tx!(&desk.db, |tx| {
            let done = act(tx, SUPERVISOR, "片区分配（演示）").await?;
            portfolio::assign(tx, &done, &codes, &manager.login, asker.today).await?;
            for (row, number) in outlets.iter().zip(0_u32..) {
                // Nobody has measured some of them yet.
                let point = (number % 14 != 13).then(|| spot(at, number));
                let address = format!("{}示例路{}号", super::super::network_name(&row.territory, Lang::Zh), number + 1);
                site::put(tx, &done, &row.code, from, &address, point).await?;
            }
            let done = act(tx, &manager.login, "拜访时登记").await?;
            for (row, number) in outlets.iter().zip(1..).take(8) {
                let name = format!("示例店主{number}");
                let attitude = ["for", "neutral", "for", "against"][number % 4];
                let said = Said {
                    name: &name,
                    post: "店主",
                    power: "decides",
                    attitude,
                    needs: "希望活动物料提前到店",
                    limits: "店面较小",
                    opportunities: "周边新开小区",
                    phone: None,
                };
                contact::add(tx, &done, Who::Outlet, &row.code, &said).await?;
            }
            Ok(())
        })
    }

    /// Visits of the plan of four weeks, some left out, with what is strange about two of them.
    async fn visits(&self, began: Date) -> Result<Vec<Made>, Refusal> {
        let Season { desk, asker, manager, at } = *self;
        let planned = plans::read(&mut desk.db.read().await?, &manager.login, began, asker.today.plus_days(-1)).await?;
        let stops: usize = planned.iter().map(|day| day.stops.len()).sum();
        // So many of the stops that the visits are spread over the four weeks.
        let every = stops.div_ceil(MOST_VISITS).max(1);
        let mut made: Vec<Made> = Vec::new();
        let mut passed = 0;
        for day in &planned {
            let mut slot = 0;
            for stop in &day.stops {
                passed += 1;
                if passed % every != 0 || passed % 6 == 5 || slot > 5 {
                    continue;
                }
                let number = at * 10_000 + made.len() as u32 + 1;
                let scene = Scene { number, day: day.day, slot, planned: true, stop, today: asker.today };
                made.push(self.visit(&scene).await?);
                slot += 1;
            }
        }
        self.looked_at(&made).await?;
        Ok(made)
    }

    async fn visit(&self, scene: &Scene<'_>) -> Result<Made, Refusal> {
        let Season { desk, asker, manager, .. } = *self;
        let site = site_of(desk, asker, &mut desk.db.read().await?, &scene.stop.outlet, asker.today).await?;
        let house = house(desk, &site.territory, asker.today)?;
        let class = asker.master.outlet(&site.outlet, asker.today).map(|row| row.grade.clone()).unwrap_or_default();
        let models: Vec<String> =
            asker.master.products().filter(|row| row.span.contains(asker.today)).map(|row| row.code.clone()).collect();
        let made = visit(desk, scene, &site, &class, &models, desk.db.now_us());
        let (folder, id, pictures) = (folder(desk), made.upload.visit.clone(), made.pictures.clone());
        heavy(move || {
            for picture in &pictures {
                let (sha256, total) = (hash::sha256(picture), picture.len() as u64);
                photo::put(&folder, &Part { visit: &id, sha256: &sha256, total, offset: 0, bytes: picture })?;
            }
            Ok(())
        })
        .await?;
        for picture in &made.pictures {
            let folder = super::folder(desk);
            photo::arrived(&desk.db, &house, &folder, &manager.login, &made.upload.visit, &hash::sha256(picture)).await?;
        }
        store::upload(&desk.db, &house, &manager.login, &site, &made.upload).await?;
        Ok(made)
    }

    /// The supervisor looked at the first visit that was held.
    async fn looked_at(&self, made: &[Made]) -> Result<(), Refusal> {
        let desk = self.desk;
        let held =
            Query { manager: self.manager.login.clone(), counts: Some(qudao_field::visit::Counts::Held), limit: 1, ..Query::default() };
        let sight = Sight::everywhere();
        let found = list::list(&mut desk.db.read().await?, &sight, &held).await?.rows;
        if let (Some(line), true) = (found.first(), made.len() > 10) {
            let house = house(desk, &self.manager.area, self.asker.today)?;
            let decision = Decision { counts: true, reason: "已与店主电话核实，拜访属实" };
            review::decide(&desk.db, &house, &sight, SUPERVISOR, (&line.id, line.version), &decision).await?;
        }
        Ok(())
    }

    /// Promises that are open, due today, kept, broken and past their day.
    async fn promises(&self, outlets: &[Outlet], made: &[Made]) -> Result<(), Refusal> {
        let Season { desk, asker, manager, at } = *self;
        let all = [
            ("送一套新海报和价签", 2, State::Open, ""),
            ("带结算单来对账", 0, State::Open, ""),
            ("申请两台演示机", 6, State::Open, ""),
            ("周末派促销员驻店一天", -2, State::Open, ""),
            ("补齐灯箱片", 1, State::Kept, ""),
            ("反馈佣金差异原因", 0, State::Kept, ""),
            ("协调维修显示屏", -5, State::Kept, ""),
            ("争取开学季堆头费用", -8, State::Broken, "费用未批，已当面说明"),
        ];
        for ((text, days, state, why), nth) in all.into_iter().zip(0_u32..) {
            let Some(row) = outlets.get(nth as usize * 3 % outlets.len()) else { continue };
            let id = super::demo_visit::id('P', at * 10_000 + nth);
            let due_on = asker.today.plus_days(days);
            let visit = made.iter().rev().find(|made| made.upload.header.outlet == row.code).map_or("", |made| made.upload.visit.as_str());
            let new = New { id: &id, outlet: &row.code, territory: &row.territory, visit, text, made_on: due_on.plus_days(-7), due_on };
            promise::make(&desk.db, &manager.login, &new).await.map(drop)?;
            if state != State::Open {
                promise::close(&desk.db, &Sight::own(&manager.login), &manager.login, &id, 1, state, why).await?;
            }
        }
        Ok(())
    }

    /// Diaries of the last days, all but one, of which the supervisor answered one.
    async fn diaries(&self) -> Result<(), Refusal> {
        let Season { desk, asker, manager, .. } = *self;
        let holidays = qudao_kernel::holidays::Holidays::shipped();
        let working = (1..=DIARIES).rev().map(|back| asker.today.plus_days(-back));
        let working: Vec<Date> = working.filter(|day| holidays.kind(*day) == qudao_kernel::holidays::DayKind::Work).collect();
        for (day, nth) in working.iter().zip(0_usize..) {
            if nth + 3 == working.len() {
                continue;
            }
            let written = diary::composed(&mut desk.db.read().await?, &manager.login, *day).await?;
            let note = ["城东两家店主推意愿提高，明天带新物料", "", "雨天到店少，下午改为电话回访"][nth % 3];
            days::send(&desk.db, &manager.login, 0, &written, (&[], &[]), note).await?;
            if nth + 2 == working.len() {
                let text = "辛苦了。堆头费用的事我来协调，未到的两家本周补上。";
                days::answer(&desk.db, SUPERVISOR, &manager.login, *day, 1, text).await?;
            }
        }
        Ok(())
    }

    /// The first stop of today is done.
    async fn this_morning(&self, made: usize) -> Result<(), Refusal> {
        let Season { desk, asker, manager, at } = *self;
        let planned = plans::read(&mut desk.db.read().await?, &manager.login, asker.today, asker.today).await?;
        if let Some(stop) = planned.iter().flat_map(|day| &day.stops).next() {
            let number = at * 10_000 + made as u32 + 1;
            let scene = Scene { number, day: asker.today, slot: 0, planned: true, stop, today: asker.today };
            self.visit(&scene).await?;
        }
        Ok(())
    }
}

/// Where an outlet stands: on a spiral around the middle of its manager's part, up to some twelve kilometres out.
fn spot(manager: u32, number: u32) -> Point {
    let (turn, reach) = (f64::from(number) * 2.4, 14_000.0 * f64::from(number % 30 + 1).sqrt());
    let shift = i64::from(manager) * 400_000;
    Point { lat_e6: MIDDLE.lat_e6 + shift + (reach * turn.sin()) as i64, lon_e6: MIDDLE.lon_e6 + (reach * turn.cos()) as i64 }
}
