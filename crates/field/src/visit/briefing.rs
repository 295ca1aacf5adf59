//! What to know before entering an outlet (R7.37, R7.42): how the last visit ended, what is not right since, what was promised.

use super::list::{Sight, mark};
use super::record::{Act, Next};
use super::store::{self, House, Visit};
use crate::promise;
use qudao_kernel::{Date, Refusal, Text};
use qudao_platform::db::{Tx, Value};
use std::collections::BTreeSet;

/// How many visits are looked back.
const BACK: u32 = 10;

/// What an open issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueKind {
    /// An item that was not right when it was looked at last.
    Correction,
    /// A promise that is open.
    Promise,
}

/// Something open at an outlet. The visit answers it under `issue.ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// `TEMPLATE.ITEM`, or the promise's id.
    pub id: String,
    /// What it is.
    pub kind: IssueKind,
    /// In words.
    pub text: Text,
    /// Since when.
    pub since: Date,
    /// By when it is to be settled.
    pub due_on: Option<Date>,
}

/// The last visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    /// Its id.
    pub visit: String,
    /// Its day.
    pub day: Date,
    /// Who made it.
    pub manager: String,
    /// Score of each checklist, hundredths of a percent.
    pub scores: Vec<(String, Option<u32>)>,
    /// What was to be done next.
    pub next: Option<Next>,
}

/// The card of an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Briefing {
    /// The last visit, if there was one.
    pub last: Option<Last>,
    /// What is open, the longest first.
    pub issues: Vec<Issue>,
}

/// The card of an outlet within a sight.
///
/// # Errors
/// The database does not answer.
pub async fn briefing(tx: &mut Tx, house: &House<'_>, sight: &Sight, outlet: &str) -> Result<Briefing, Refusal> {
    let mut values: Vec<Value> = vec![outlet.into()];
    let within = sight.wheres("v", true, &mut values);
    let most = mark(&mut values, BACK);
    let sql = format!(
        "select v.id from field_visit v where v.outlet = $1 and v.state in ('reported', 'reviewed') and {within}
         order by v.day desc, v.id desc limit {most}"
    );
    let ids = tx.query(sql, &values).await?.iter().map(|row| row.string("id")).collect::<Result<Vec<_>, _>>()?;
    let mut visits = Vec::with_capacity(ids.len());
    for id in &ids {
        visits.push(store::get(tx, house, sight, id).await?.0);
    }
    let last = visits.first().map(|visit| Last {
        visit: visit.id.clone(),
        day: visit.day,
        manager: visit.manager.clone(),
        scores: visit.sheets.iter().map(|(template, outcome)| (template.id.clone(), outcome.score)).collect(),
        next: visit.view.ending.as_ref().and_then(|ending| ending.next.clone()),
    });
    let mut issues = corrections(&visits);
    let query = promise::Query { outlet: outlet.to_owned(), open: true, ..promise::Query::default() };
    issues.extend(promise::list(tx, sight, &query).await?.into_iter().map(|one| Issue {
        text: Text::new(one.text.as_str(), one.text.as_str()),
        id: one.id,
        kind: IssueKind::Promise,
        since: one.made_on,
        due_on: Some(one.due_on),
    }));
    issues.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
    Ok(Briefing { last, issues })
}

/// Items that were not right when they were looked at last, from visits with the newest first.
fn corrections(visits: &[Visit]) -> Vec<Issue> {
    let (mut looked_at, mut found) = (BTreeSet::new(), Vec::new());
    for visit in visits {
        for (template, outcome) in &visit.sheets {
            for id in visit.view.answers.get(&template.id).into_iter().flat_map(|answers| answers.keys()) {
                let key = (template.id.clone(), id.clone());
                let fix = visit.view.fixes.get(&key);
                let wrong = outcome.failed.contains(id) && fix.is_none_or(|fix| fix.act != Act::Fixed);
                if looked_at.insert(key) && wrong {
                    let text = template.item(id).map_or_else(Text::default, |item| item.name.clone());
                    let (kind, due_on) = (IssueKind::Correction, fix.and_then(|fix| fix.due_on));
                    found.push(Issue { id: format!("{}.{id}", template.id), kind, text, since: visit.day, due_on });
                }
            }
        }
    }
    found
}
