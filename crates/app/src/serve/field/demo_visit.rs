//! One visit of the demo, as a phone would write it: goals, check-in, answers, photos, stock, training, notes, how it ended.

use super::super::desk::Desk;
use super::drawn::{door, shelf, signature};
use qudao_field::checklist::{Answer, Evidence, Given, Holder, Item, ItemKind, Place, Rule};
use qudao_field::plan::store::Stop;
use qudao_field::visit::merge::Write;
use qudao_field::visit::position::{Position, Source};
use qudao_field::visit::site::Site;
use qudao_field::visit::{Header, Upload};
use qudao_kernel::{Date, Fen};
use qudao_network::site::Point;
use qudao_platform::hash;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MINUTE_US: i64 = 60_000_000;
/// What is strange about a visit with such a number within its manager's.
const FAR: u32 = 17;
const SHORT: u32 = 6;
const SHORT_AND_FAR: u32 = 29;

/// What is told of a visit.
pub(super) struct Scene<'a> {
    /// Which visit, from 1.
    pub(super) number: u32,
    pub(super) day: Date,
    /// Its place in the day, from 0.
    pub(super) slot: i64,
    /// Whether it was planned.
    pub(super) planned: bool,
    pub(super) stop: &'a Stop,
    pub(super) today: Date,
}

impl Scene<'_> {
    fn within(&self) -> u32 {
        self.number % 10_000
    }

    /// Whether something happens at this visit that happens at one of so many.
    fn every(&self, many: u32, at: u32) -> bool {
        self.within() % many == at
    }
}

/// A visit with its pictures.
pub(super) struct Made {
    pub(super) upload: Upload,
    pub(super) pictures: Vec<Vec<u8>>,
}

/// An id as phones make them.
pub(super) fn id(kind: char, number: u32) -> String {
    format!("01K{kind}{number:022}")
}

/// Writes of a visit while they are made.
struct Pen {
    number: u32,
    count: u32,
    at_us: i64,
    writes: Vec<Write>,
}

impl Pen {
    fn put(&mut self, path: impl Into<String>, value: Value) {
        self.count += 1;
        let id = id('W', self.number * 200 + self.count);
        self.writes.push(Write { id, seq: self.count, path: path.into(), at_us: self.at_us, replaces: Vec::new(), value });
    }
}

/// A visit to an outlet.
pub(super) fn visit(desk: &Desk, scene: &Scene<'_>, site: &Site, class: &str, models: &[String], now_us: i64) -> Made {
    let short = matches!(scene.within(), SHORT | SHORT_AND_FAR);
    let entered = super::tasks::midnight(scene.day) + (9 * 60 + 20 + scene.slot * 75) * MINUTE_US;
    let entered = if scene.day == scene.today { entered.min(now_us - 45 * MINUTE_US) } else { entered };
    let left = entered + if short { 5 } else { 22 + i64::from(scene.within() % 4) * 6 } * MINUTE_US;
    let purposes = if scene.stop.purposes.is_empty() { vec!["display".to_owned()] } else { scene.stop.purposes.clone() };
    let position = position(scene, site.point);
    let mut pictures = vec![door(scene.number), shelf(scene.number)];
    if position.is_none() {
        pictures.push(signature(scene.number));
    }
    let shas: Vec<String> = pictures.iter().map(hash::sha256).collect();
    let mut pen = Pen { number: scene.number, count: 0, at_us: entered, writes: Vec::new() };
    let templates = answers(desk, scene, site, &purposes, shas.get(1), &mut pen);
    head(scene, (entered, left), position, &shas, &mut pen);
    for (sha256, picture) in shas.iter().zip(&pictures) {
        let taken =
            json!({ "taken_us": entered + MINUTE_US, "position": position, "live": true, "outlet": site.outlet, "bytes": picture.len() });
        pen.put(format!("photo.{sha256}"), taken);
    }
    body(scene, class, models, &purposes, &mut pen);
    for step in desk.field.course.steps() {
        let skipped = step.id == "train" && !scene.every(3, 0);
        let reason = if skipped { "店员不在岗" } else { "" };
        pen.put(format!("step.{}", step.id), json!({ "skipped": skipped, "reason": reason, "at_us": entered + 2 * MINUTE_US }));
    }
    pen.put("report", json!(left + MINUTE_US));
    let planned_on = scene.planned.then_some(scene.day);
    let header = Header { outlet: site.outlet.clone(), purposes, planned_on, began_us: entered, templates };
    let (visit, device) = (id('V', scene.number), "demo-phone".to_owned());
    Made { upload: Upload { visit, device, device_now_us: now_us, header, writes: pen.writes }, pictures }
}

/// Where the phone was: at the outlet, or far off.
fn position(scene: &Scene<'_>, point: Option<Point>) -> Option<Position> {
    let off = if matches!(scene.within(), FAR | SHORT_AND_FAR) { 21_000 } else { i64::from(scene.within() % 5) * 60 };
    let accuracy_m = 12 + scene.within() % 4 * 6;
    point.map(|Point { lat_e6, lon_e6 }| Position {
        lat_e6: lat_e6 + off,
        lon_e6: lon_e6 + off / 2,
        accuracy_m,
        age_s: 4,
        source: Source::Gps,
        mock: false,
    })
}

fn head(scene: &Scene<'_>, (entered, left): (i64, i64), position: Option<Position>, shas: &[String], pen: &mut Pen) {
    let met = if scene.every(4, 1) { json!(["店员"]) } else { json!(["店主"]) };
    pen.put("check_in", json!({ "at_us": entered, "position": position, "door": shas.first(), "met": met }));
    pen.put("check_out", json!({ "at_us": left, "position": position, "signature": shas.get(2) }));
}

/// Goals, stock, prices, training, notes and the ending.
fn body(scene: &Scene<'_>, class: &str, models: &[String], purposes: &[String], pen: &mut Pen) {
    for (purpose, nth) in purposes.iter().zip(1..) {
        let achieved = !scene.every(4, 3);
        let reason = if achieved { "当场完成" } else { "店主要再考虑" };
        pen.put(format!("goal.g{nth}"), json!({ "purpose": purpose, "text": "陈列和库存达到本周要求", "target": 3, "result": if achieved { 3 } else { 1 }, "achieved": achieved, "reason": reason }));
    }
    for (model, nth) in models.iter().take(3).zip(0_u32..) {
        let book = 4 + (scene.within() + nth) % 6;
        pen.put(format!("count.{model}"), json!({ "counted": book - u32::from(scene.every(5, nth)), "book": book, "sold": 1 + nth }));
    }
    if scene.every(3, 0) {
        let score = 70 + scene.within() % 30;
        pen.put("training.t1", json!({ "topic": "开学季套餐要点", "person": "店员", "minutes": 10, "score": score }));
    }
    if scene.every(4, 2) {
        pen.put("fix.visit_basics.promotion", json!({ "act": "fixed", "note": "现场重新布置" }));
    }
    let note = match scene.within() % 9 {
        1 => Some(("competitor", "对面门店推出充话费送手机，门口有展架")),
        4 => Some(("customer", "顾客反映套餐说明看不懂，希望有对比表")),
        7 => Some(("market", "附近学校九月初报到，学生套餐咨询增加")),
        _ => None,
    };
    if let Some((kind, text)) = note {
        pen.put("note.n1", json!({ "kind": kind, "text": text }));
    }
    let ending = match (scene.within() % 3, class) {
        (0, _) => json!({ "next": { "text": "下次带新价签", "owner": "渠道经理", "due_on": scene.day.plus_days(7).to_string() } }),
        (_, "A") => json!({ "order": format!("SO{:06}", scene.number) }),
        _ => json!({ "reason": "库存充足，本次不补货" }),
    };
    pen.put("ending", ending);
}

/// Answers to the visit's checklists, with their versions.
fn answers(
    desk: &Desk,
    scene: &Scene<'_>,
    site: &Site,
    purposes: &[String],
    shelf: Option<&String>,
    pen: &mut Pen,
) -> BTreeMap<String, u32> {
    let context = site.context(purposes.to_vec());
    let also = [("price", 3, 1), ("main_push", 4, 2), ("display_elements", 5, 3), ("places", 6, 4), ("display_principles", 7, 5)];
    let wanted = also.into_iter().filter(|(_, many, at)| scene.every(*many, *at)).map(|(id, ..)| id);
    let mut versions = BTreeMap::new();
    for id in std::iter::once("visit_basics").chain(wanted) {
        let Ok(template) = desk.field.catalogue.get(id) else { continue };
        if !template.fits.fits(&context) {
            continue;
        }
        versions.insert(template.id.clone(), template.version);
        for (asked, nth) in template.asked(&context).zip(0_u32..) {
            let good = (scene.number * 7 + nth * 5) % 11 < 8;
            if let Some(answer) = answer(asked.item, good, scene.within() + nth, shelf) {
                let photos = shelf.filter(|_| asked.item.photo).cloned().into_iter().collect();
                let given = Given { answer, evidence: Evidence::Seen, photos, note: String::new() };
                pen.put(format!("answer.{}.{}", template.id, asked.item.id), json!(given));
            }
        }
    }
    versions
}

/// A number that is right, or one that is not.
fn number(rule: &Rule, good: bool, more: i64) -> i64 {
    let best = rule.steps.last().map(|(from, _)| *from).or(rule.pass_min).or(rule.pass_max).unwrap_or(5 + more % 4);
    match (good, rule.pass_max) {
        (true, _) => best,
        (false, Some(most)) => most + 1,
        (false, None) => (best - 1).max(0),
    }
}

/// An answer to an item; nothing to what the demo does not scan.
fn answer(item: &Item, good: bool, more: u32, photo: Option<&String>) -> Option<Answer> {
    let amount = |rule: &Rule| number(rule, good, more.into());
    Some(match &item.kind {
        ItemKind::YesNo(right) => Answer::YesNo(*right == good),
        ItemKind::Number { rule, .. } => Answer::Number(amount(rule)),
        ItemKind::Price(rule) => Answer::Price(Fen(if rule.most() == 0 { 129_900 } else { amount(rule) })),
        // All facings are more than our own.
        ItemKind::Count(_) if item.id == "all_facings" => Answer::Count(18),
        ItemKind::Count(rule) => Answer::Count(u32::try_from(amount(rule)).unwrap_or(0)),
        ItemKind::Grade { levels, pass, .. } => Answer::Grade(if good { *levels } else { pass.saturating_sub(1) }),
        ItemKind::Photo => Answer::Photo(vec![photo?.clone()]),
        ItemKind::Choice(options) => {
            let chosen = if good { options.iter().max_by_key(|option| option.points) } else { options.last() };
            Answer::Choice(chosen?.id.clone())
        }
        ItemKind::Place => {
            let holder = if good { Holder::Us } else { Holder::Competitor };
            let (pop, rival) = (if good { "海报" } else { "" }, if good { "" } else { "其他品牌" });
            Answer::Place(Place {
                holder,
                rival: rival.to_owned(),
                pop: pop.to_owned(),
                current: good,
                intact: good,
                facing: !more.is_multiple_of(3),
            })
        }
        ItemKind::Scan { .. } | ItemKind::Signature => return None,
    })
}
