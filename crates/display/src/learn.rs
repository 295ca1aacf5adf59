//! What is learned from a visit that counts: the last look at each item, scores, and corrections opened and closed (R7.265).
//!
//! Visits arrive in any order and more than once. An item is judged by its latest look, by day and then by the visit's id; what an earlier visit says
//! afterwards changes nothing, and the same visit again says the same.

use crate::Sight;
use crate::correction::{self, Correction};
use crate::kept::bug;
use crate::rescore;
use qudao_access::sight::mark;
use qudao_field::checklist::{Answer, Given, Holder, Outcome, Template};
use qudao_field::visit::Counts;
use qudao_field::visit::record::Act;
use qudao_field::visit::store::Visit;
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use qudao_platform::hash::Fields;
use serde_json::{Map, json};

/// How long a correction may take, days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// Of an item.
    pub plain: i32,
    /// Of one that fails the whole checklist.
    pub veto: i32,
}

/// Learns from a visit. One that does not count says nothing; neither does one that outlets and their managers may not know of (R0.39), since a
/// correction would tell.
///
/// # Errors
/// The database does not answer.
pub async fn visit(tx: &mut Tx, visit: &Visit, days: Days) -> Result<(), Refusal> {
    if visit.counts != Counts::Yes || visit.sheets.iter().any(|(template, _)| template.hidden) {
        return Ok(());
    }
    for (template, outcome) in &visit.sheets {
        keep_score(tx, visit, template, outcome).await?;
        if let Some(score) = outcome.score {
            rescore::keep(tx, visit, template, score).await?;
        }
        let Some(answers) = visit.view.answers.get(&template.id) else { continue };
        for (item, given) in answers {
            let Some(asked) = template.item(item).filter(|asked| asked.kind.most() > 0) else { continue };
            let look = Look { visit, template, item, given, passed: !outcome.failed.contains(item), veto: asked.veto };
            if let Some(again) = look.keep(tx).await? {
                look.judge(tx, days, again).await?;
            }
        }
    }
    Ok(())
}

async fn keep_score(tx: &mut Tx, visit: &Visit, template: &Template, outcome: &Outcome) -> Result<(), Refusal> {
    let Some(score) = outcome.score else { return Ok(()) };
    let sections = template.sections.iter().zip(&outcome.sections).map(|(section, score)| (section.id.clone(), json!(score)));
    let measures = template.measures.iter().zip(&outcome.measures).map(|(measure, value)| (measure.id.clone(), json!(value)));
    let parts = json!({ "sections": sections.collect::<Map<_, _>>(), "measures": measures.collect::<Map<_, _>>() }).to_string();
    let sql = "insert into display_score (outlet, template, version, partner, territory, day, visit, score, parts)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (outlet, template) do update set version = excluded.version,
                   partner = excluded.partner, territory = excluded.territory, day = excluded.day, visit = excluded.visit, score = excluded.score,
                   parts = excluded.parts
               where display_score.day < excluded.day or (display_score.day = excluded.day and display_score.visit <= excluded.visit)";
    let site = &visit.site;
    let values = args![&site.outlet, &template.id, template.version, &site.partner, &site.territory, visit.day, &visit.id, score, parts];
    tx.execute(sql, values).await.map(drop)
}

/// A look at an item.
struct Look<'a> {
    visit: &'a Visit,
    template: &'a Template,
    item: &'a str,
    given: &'a Given,
    passed: bool,
    veto: bool,
}

impl Look<'_> {
    /// Keeps it as the latest. None if a later one is there; else whether it is the same visit again.
    async fn keep(&self, tx: &mut Tx) -> Result<Option<bool>, Refusal> {
        let (site, template) = (&self.visit.site, &self.template.id);
        let sql = "select day, visit from display_look where outlet = $1 and template = $2 and item = $3 {for_update}";
        let last = tx.query_opt(sql, args![&site.outlet, template, self.item]).await?;
        let mut again = false;
        if let Some(last) = last {
            let (day, visit): (Date, &str) = (last.parse("day")?, last.text("visit")?);
            if (day, visit) > (self.visit.day, self.visit.id.as_str()) {
                return Ok(None);
            }
            again = visit == self.visit.id;
        }
        let (holder, outdated) = match &self.given.answer {
            Answer::Place(place) => {
                let ours = matches!(place.holder, Holder::Us | Holder::Both);
                (holder(place.holder), ours && !place.current)
            }
            _ => ("", false),
        };
        let sql = "insert into display_look (outlet, template, item, partner, territory, day, visit, passed, holder, outdated, photo)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (outlet, template, item) do update set partner = excluded.partner,
                       territory = excluded.territory, day = excluded.day, visit = excluded.visit, passed = excluded.passed,
                       holder = excluded.holder, outdated = excluded.outdated, photo = excluded.photo";
        let (day, id, photo) = (self.visit.day, &self.visit.id, self.photo_or(""));
        let values =
            args![&site.outlet, template, self.item, &site.partner, &site.territory, day, id, self.passed, holder, outdated, photo];
        tx.execute(sql, values).await?;
        Ok(Some(again))
    }

    /// Opens, opens again or closes the item's correction.
    async fn judge(&self, tx: &mut Tx, days: Days, same: bool) -> Result<(), Refusal> {
        let (site, id) = (&self.visit.site, &self.visit.id);
        let there = correction::under_way(tx, &site.outlet, &self.template.id, self.item).await?;
        let changed = match (there, self.passed) {
            (None, true) => return Ok(()),
            (None, false) if same => return Ok(()),
            (None, false) => self.fresh(days),
            (Some(one), true) if one.visit == *id => {
                Correction { note: "现场记录已更正".to_owned(), ..self.closed(one, "released") }
            }
            (Some(one), true) => Correction { after: self.photo_or(&one.after), ..self.closed(one, "verified") },
            (Some(one), false) if same => self.fixed_on_the_spot(one),
            (Some(one), false) => {
                // Whoever had put it right gets time again; what was never put right stays as late as it is.
                let due_on = if one.state == "fixed" { self.due_on(days) } else { one.due_on };
                let (state, fixed_on, after) = ("open".to_owned(), None, String::new());
                self.fixed_on_the_spot(Correction { again: one.again + 1, state, fixed_on, after, due_on, ..one })
            }
        };
        correction::put(tx, &changed).await
    }

    fn due_on(&self, days: Days) -> Date {
        let fix = self.visit.view.fixes.get(&(self.template.id.clone(), self.item.to_owned()));
        let most = if self.veto { days.veto } else { days.plain };
        fix.and_then(|fix| fix.due_on).unwrap_or_else(|| self.visit.day.plus_days(most))
    }

    fn fresh(&self, days: Days) -> Correction {
        let (visit, site) = (self.visit, &self.visit.site);
        let hash = Fields::new().text(&visit.id).text(&self.template.id).text(self.item).finish();
        let fresh = Correction {
            id: format!("ZG{}-{}", visit.day.to_string().replace('-', ""), &hash[..8]),
            version: 1,
            outlet: site.outlet.clone(),
            partner: site.partner.clone(),
            territory: site.territory.clone(),
            template: self.template.id.clone(),
            item: self.item.to_owned(),
            template_version: self.template.version,
            veto: self.veto,
            state: "open".to_owned(),
            owner: visit.manager.clone(),
            visit: visit.id.clone(),
            opened_on: visit.day,
            due_on: self.due_on(days),
            before: self.photo_or(""),
            after: String::new(),
            again: 0,
            fixed_by: String::new(),
            fixed_on: None,
            closed_by: String::new(),
            closed_on: None,
            note: self.given.note.clone(),
        };
        self.fixed_on_the_spot(fresh)
    }

    /// What was put right during the visit waits for the next look. The same visit again may bring the photo; one that was sent back does not help.
    fn fixed_on_the_spot(&self, one: Correction) -> Correction {
        let fix = self.visit.view.fixes.get(&(self.template.id.clone(), self.item.to_owned()));
        match fix.filter(|fix| fix.act == Act::Fixed).and_then(|fix| fix.after.clone()) {
            Some(after) if one.state == "open" && one.after != after => {
                let (fixed_by, fixed_on) = (self.visit.manager.clone(), Some(self.visit.day));
                Correction { state: "fixed".to_owned(), after, fixed_by, fixed_on, ..one }
            }
            _ => one,
        }
    }

    fn closed(&self, one: Correction, state: &str) -> Correction {
        let (closed_by, closed_on) = (self.visit.manager.clone(), Some(self.visit.day));
        Correction { state: state.to_owned(), closed_by, closed_on, ..one }
    }

    fn photo_or(&self, other: &str) -> String {
        self.given.files().next().unwrap_or(other).to_owned()
    }
}

const fn holder(holder: Holder) -> &'static str {
    match holder {
        Holder::Us => "us",
        Holder::Competitor => "competitor",
        Holder::Both => "both",
        Holder::Empty => "empty",
    }
}

/// The last result of a checklist at an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// Outlet.
    pub outlet: String,
    /// Checklist.
    pub template: String,
    /// Its version.
    pub version: u32,
    /// When it was looked at.
    pub day: Date,
    /// The visit.
    pub visit: String,
    /// Hundredths of a percent.
    pub score: u32,
    /// `{"sections": {id: score}, "measures": {id: value}}`.
    pub parts: serde_json::Value,
}

/// The last results of a checklist within a sight, by outlet; of one outlet where it is named.
///
/// # Errors
/// The database does not answer.
pub async fn scores(tx: &mut Tx, sight: &Sight, template: &str, outlet: &str) -> Result<Vec<Scored>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("s", false, &mut values)];
    for (column, value) in [("template", template), ("outlet", outlet)] {
        if !value.is_empty() {
            wheres.push(format!("s.{column} = {}", mark(&mut values, value)));
        }
    }
    let sql = format!("select s.* from display_score s where {} order by s.outlet, s.template", wheres.join(" and "));
    tx.query(sql, &values).await?.iter().map(scored).collect()
}

fn scored(row: &Row) -> Result<Scored, Refusal> {
    Ok(Scored {
        outlet: row.string("outlet")?,
        template: row.string("template")?,
        version: row.count("version")?,
        day: row.parse("day")?,
        visit: row.string("visit")?,
        score: row.count("score")?,
        parts: serde_json::from_str(row.text("parts")?).map_err(|error| bug(&error.to_string()))?,
    })
}

/// Who holds a place of an outlet, as it was seen last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Place.
    pub place: String,
    /// us, competitor, both, empty.
    pub holder: String,
    /// Whether what hangs there is outdated.
    pub outdated: bool,
    /// When it was seen.
    pub day: Date,
}

/// The places of an outlet as they were seen last; what is not there has no row.
///
/// # Errors
/// The database does not answer.
pub async fn places(tx: &mut Tx, outlet: &str) -> Result<Vec<Seen>, Refusal> {
    let sql = "select item, holder, outdated, day from display_look where outlet = $1 and holder <> '' order by item";
    let seen = |row: &Row| {
        let (place, holder, outdated) = (row.string("item")?, row.string("holder")?, row.flag("outdated")?);
        Ok(Seen { place, holder, outdated, day: row.parse("day")? })
    };
    tx.query(sql, args![outlet]).await?.iter().map(seen).collect()
}
