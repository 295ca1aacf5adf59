//! What a plan of a manager is made from: their outlets with class, risk, place and promises, and the rules of the register.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::web::heavy;
use super::whose::Manager;
use qudao_field::params::At;
use qudao_field::plan::month::{Outlet, Rules};
use qudao_field::plan::route::{Shift, Stop};
use qudao_field::plan::store;
use qudao_field::promise;
use qudao_field::visit::list::{self, Line, Sight};
use qudao_field::visit::site;
use qudao_kernel::{Date, Refusal};
use qudao_network::{portfolio, site as places};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Minutes of a visit where the class says nothing.
const MINUTES: u32 = 30;
/// Days of a plan.
pub(super) const DAYS: i32 = 28;

/// Outlets of a manager and what their plan follows.
pub(super) struct Book {
    pub(super) outlets: Vec<Outlet>,
    pub(super) rules: Rules,
    pub(super) shift: Shift,
    /// Name and type, by code.
    known: BTreeMap<String, (String, String)>,
    /// The last visit of each.
    pub(super) last: BTreeMap<String, Line>,
    /// Open promises to each.
    pub(super) promises: BTreeMap<String, u32>,
    /// Days that are planned.
    pub(super) days: Vec<store::Day>,
}

impl Book {
    /// Of four weeks from a day on.
    ///
    /// # Errors
    /// The database or the fact store does not answer; a parameter that cannot be read.
    pub(super) async fn of(desk: &Arc<Desk>, asker: &Asker, manager: &Manager, from: Date) -> Result<Self, Refusal> {
        let shared = Arc::clone(desk);
        let risks = heavy(move || shared.field.risks.now(&shared)).await?;
        let (register, today) = (desk.parameters(), asker.today);
        let at = At { register: &register, territory: &manager.area, day: today };
        let (rules, shift, service, focus) = (at.rules(None)?, at.shift(None)?, at.service()?, at.price_focus()?);
        let tx = &mut desk.db.read().await?;
        let sight = Sight::everywhere();
        let points = places::points(tx, today).await?;
        let held = portfolio::held(tx, &manager.login, today).await?;
        let days = store::read(tx, &manager.login, from, from.plus_days(DAYS - 1)).await?;
        let mut pinned = store::pinned(&days);
        let mut due: BTreeMap<String, Vec<Date>> = BTreeMap::new();
        let mut promises: BTreeMap<String, u32> = BTreeMap::new();
        let query = promise::Query { manager: manager.login.clone(), open: true, ..promise::Query::default() };
        for one in promise::list(tx, &sight, &query).await? {
            *promises.entry(one.outlet.clone()).or_default() += 1;
            due.entry(one.outlet).or_default().push(one.due_on.max(from));
        }
        let last: BTreeMap<String, Line> = list::latest(tx, &sight).await?.into_iter().map(|line| (line.outlet.clone(), line)).collect();
        let (mut outlets, mut known) = (Vec::with_capacity(held.len()), BTreeMap::new());
        for code in held {
            let Some(row) = site::row(&asker.master, &code, today) else { continue };
            known.insert(code.clone(), (row.name.clone(), row.subtype.clone()));
            outlets.push(Outlet {
                class: row.grade.clone(),
                risk: risks.get(&code).copied().unwrap_or(0),
                price_focus: focus.contains(&row.subtype),
                point: points.get(&code).copied(),
                service: service.get(&row.grade).copied().unwrap_or(MINUTES),
                last: last.get(&code).map(|line| line.day),
                due: due.remove(&code).unwrap_or_default(),
                closed_from: site::closed_from(&asker.master, &code, today),
                pinned: pinned.remove(&code).unwrap_or_default(),
                code,
            });
        }
        Ok(Self { outlets, rules, shift, known, last, promises, days })
    }

    pub(super) fn outlet(&self, code: &str) -> Option<&Outlet> {
        self.outlets.iter().find(|outlet| outlet.code == code)
    }

    /// Type of an outlet.
    pub(super) fn subtype(&self, code: &str) -> &str {
        self.known.get(code).map_or("", |(_, subtype)| subtype.as_str())
    }

    /// Name of an outlet, also of one that went to another manager since.
    pub(super) fn name(&self, asker: &Asker, code: &str) -> String {
        self.known.get(code).map_or_else(|| super::outlet_name(asker, code), |(name, _)| name.clone())
    }

    /// Outlets of a planned day as stops of a way, in their order.
    pub(super) fn stops(&self, codes: &[String]) -> Vec<Stop> {
        let of = |code: &String| {
            let known = self.outlet(code);
            Stop {
                outlet: code.clone(),
                point: known.and_then(|outlet| outlet.point),
                service: known.map_or(MINUTES, |outlet| outlet.service),
                windows: Vec::new(),
            }
        };
        codes.iter().map(of).collect()
    }

    /// What a visit to each outlet is for, as far as what is known of it says so (R7.39).
    pub(super) fn purposes(&self) -> BTreeMap<String, Vec<String>> {
        let of = |outlet: &Outlet| {
            let last = self.last.get(&outlet.code);
            let mut found = Vec::new();
            let mut also = |when: bool, purpose: &str| {
                if when {
                    found.push(purpose.to_owned());
                }
            };
            also(last.is_none(), "know");
            also(self.promises.contains_key(&outlet.code), "serve");
            also(last.is_some_and(|line| Came::of(line).failed > 0), "display");
            if found.is_empty() {
                found.push(if matches!(outlet.class.as_str(), "A" | "B") { "stock" } else { "keep" }.to_owned());
            }
            (outlet.code.clone(), found)
        };
        self.outlets.iter().map(of).collect()
    }
}

/// What a visit's row says it came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Came {
    /// Score of the basics, else of the first checklist by name, hundredths of a percent.
    pub(super) score: Option<u32>,
    /// Items that were not right.
    pub(super) failed: u32,
    /// What it brought: orders, trainings, defects put right.
    pub(super) results: u64,
}

impl Came {
    pub(super) fn of(line: &Line) -> Self {
        let body: Value = serde_json::from_str(&line.result).unwrap_or_default();
        let sheets = body.get("sheets").and_then(Value::as_object).cloned().unwrap_or_default();
        let score = |sheet: &Value| sheet.get("score").and_then(Value::as_u64).and_then(|score| u32::try_from(score).ok());
        let first = sheets.get("visit_basics").and_then(score).or_else(|| sheets.values().find_map(score));
        let failed = sheets.values().filter_map(|sheet| sheet.get("failed")?.as_array()).map(|items| items.len() as u32).sum();
        Self { score: first, failed, results: body.get("results").and_then(Value::as_u64).unwrap_or(0) }
    }
}
