//! Stories on both databases.

mod calls;
mod diary;
mod photos;
mod plans;
mod remedies;
mod rival;
mod roadshows;
mod visits;

use crate::checklist::{Answer, Catalogue, Given};
use crate::params::At;
use crate::visit::flags::Limits;
use crate::visit::list::Sight;
use crate::visit::merge::Write;
use crate::visit::position::{Position, Source};
use crate::visit::steps::Course;
use crate::visit::store::{self, House, Receipt, Visit};
use crate::visit::{Header, Site, Upload};
use qudao_kernel::{Date, Refusal};
use qudao_network::site::Point;
use qudao_platform::params::Register;
use qudao_testkit::TestDb;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// A checklist of two items, in two versions.
const FIRST: &str = r#"
id = "shop"
version = 1
zh = "店面"
en = "Shop"
about_zh = "店面"
about_en = "Shop"
kind = "shop"

[[section]]
id = "all"
zh = "全部"
en = "All"

[[section.item]]
id = "sign"
zh = "店头"
en = "Sign"
kind = "yes_no"

[[section.item]]
id = "tidy"
zh = "整洁"
en = "Tidy"
kind = "grade"
required = false

[[example]]
rest = "best"
score = 10000
"#;

/// A shop of the tests.
const SHOP: Point = Point { lat_e6: 30_450_000, lon_e6: 114_870_000 };
/// Where the clock of a test begins: 2026-07-01 08:00 in China.
const START_US: i64 = 1_782_864_000_000_000;
const MINUTE: i64 = 60_000_000;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: &Result<T, Refusal>) -> &'static str {
    outcome.as_ref().err().map_or("ok", |refusal| refusal.code)
}

/// The nth id of a test, as a phone makes them.
fn id(number: u32) -> String {
    format!("01J{number:023}")
}

fn sha(text: &str) -> String {
    qudao_platform::hash::sha256(text)
}

struct Field {
    db: TestDb,
    catalogue: Catalogue,
    course: Course,
    limits: Limits,
    numbers: AtomicU32,
}

impl Field {
    fn of(db: TestDb) -> Self {
        let catalogue = Catalogue::of_texts(&[("shop", FIRST)]).unwrap();
        let register = Register::standard().unwrap();
        let limits = At { register: &register, territory: "4211", day: day("2026-07-01") }.limits().unwrap();
        Self { db, catalogue, course: Course::standard().unwrap(), limits, numbers: AtomicU32::new(1_000) }
    }

    fn house(&self) -> House<'_> {
        House { catalogue: &self.catalogue, course: &self.course, limits: self.limits }
    }

    fn write(&self, seq: u32, path: &str, replaces: &[&str], value: Value) -> Write {
        let id = id(self.numbers.fetch_add(1, Ordering::SeqCst));
        let replaces = replaces.iter().map(|one| (*one).to_owned()).collect();
        Write { id, seq, path: path.into(), at_us: START_US, replaces, value }
    }

    /// Every write of a clean visit of half an hour that begins so many minutes after the start of the test.
    fn clean(&self, minutes: i64) -> Vec<Write> {
        let entered = START_US + minutes * MINUTE;
        let mut writes = vec![
            self.write(1, "goal.g1", &[], json!({ "purpose": "display", "text": "店头换新", "achieved": true, "reason": "已换" })),
            self.write(2, "check_in", &[], json!({ "at_us": entered, "position": near(30), "met": ["店长"] })),
            self.write(3, "answer.shop.sign", &[], json!(Given::seen(Answer::YesNo(true)))),
            self.write(4, "answer.shop.tidy", &[], json!(Given::seen(Answer::Grade(1)))),
            self.write(5, "ending", &[], json!({ "reason": "无需求" })),
            self.write(6, "check_out", &[], json!({ "at_us": entered + 30 * MINUTE })),
            self.write(7, "report", &[], json!(entered + 31 * MINUTE)),
        ];
        for step in self.course.steps() {
            writes.push(self.write(8, &format!("step.{}", step.id), &[], json!({ "at_us": entered })));
        }
        writes
    }

    async fn sends(&self, who: &str, visit: u32, device: &str, site: &Site, writes: Vec<Write>) -> Result<Receipt, Refusal> {
        let device_now_us = self.db.now_us();
        store::upload(&self.db, &self.house(), who, site, &upload(visit, device, device_now_us, site, writes)).await
    }

    async fn visit(&self, visit: u32) -> (Visit, Vec<crate::visit::flags::Flag>) {
        store::get(&mut self.db.read().await.unwrap(), &self.house(), &Sight::everywhere(), &id(visit)).await.unwrap()
    }
}

fn upload(visit: u32, device: &str, device_now_us: i64, site: &Site, writes: Vec<Write>) -> Upload {
    let templates = [("shop".to_owned(), 1)].into();
    let header = Header { outlet: site.outlet.clone(), purposes: vec!["display".into()], planned_on: None, began_us: START_US, templates };
    Upload { visit: id(visit), device: device.into(), device_now_us, header, writes }
}

/// A position so many metres north of the shop.
fn near(metres: i64) -> Position {
    let lat_e6 = SHOP.lat_e6 + metres * 1_000_000 / 111_195;
    Position { lat_e6, lon_e6: SHOP.lon_e6, accuracy_m: 20, age_s: 5, source: Source::Gps, mock: false }
}

fn shop(outlet: &str) -> Site {
    Site {
        outlet: outlet.into(),
        partner: "P1".into(),
        territory: "421102001".into(),
        outlet_type: "专营店".into(),
        size: String::new(),
        point: Some(SHOP),
        closed_from: None,
    }
}
