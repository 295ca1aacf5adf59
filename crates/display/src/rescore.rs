//! 复评 (R7.266): a sample of scored checks is scored again from their photos, by somebody else; what differs too much goes back to who scored first.
//!
//! The sample of a month is drawn, not chosen: checks are put in the order of a hash over the month's seed and their own names, and the first of them, as many as
//! the share asks for, are drawn. The seed follows from the checks that were there at the first draw, so that nobody knows it while scoring, and everybody
//! can draw again and find the same. Checks that come later may add to the sample and take nothing away.
//!
//! Invariant: nobody scores a check of their own again. Invariant: both scores follow from answers by the same template.

use crate::Sight;
use crate::kept::{none, state, words};
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_field::checklist::{Answer, Given, ItemKind, Template, check, score};
use qudao_field::visit::store::Visit;
use qudao_kernel::{Date, Kind, Month, Refusal, Text};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::hash::Fields;
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

const NOUN: (&str, &str) = ("复评", "second look");
/// Most rows of a page.
const MOST: usize = 500;
/// All of them, in millionths.
const WHOLE: i64 = 1_000_000;

/// An item that can be judged from its photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Item.
    pub item: String,
    /// What is asked.
    pub name: Text,
    /// The best grade; none for yes or no.
    pub levels: Option<u32>,
    /// Photos, by SHA-256.
    pub photos: Vec<String>,
    /// How it was answered first.
    pub first: Answer,
}

/// Items of a checklist of a visit that were answered with a photo and can be judged from it, in their order.
pub fn items(visit: &Visit, template: &Template) -> Vec<Shown> {
    let Some(answers) = visit.view.answers.get(&template.id) else { return Vec::new() };
    let context = visit.context();
    let shown = |item: &qudao_field::checklist::Item| {
        let given = answers.get(&item.id).filter(|given| given.answer != Answer::Na)?;
        let levels = match item.kind {
            ItemKind::YesNo(_) => None,
            ItemKind::Grade { levels, .. } => Some(levels),
            _ => return None,
        };
        let photos: Vec<String> = given.files().map(str::to_owned).collect();
        let (item, name, first) = (item.id.clone(), item.name.clone(), given.answer.clone());
        (!photos.is_empty()).then_some(Shown { item, name, levels, photos, first })
    };
    template.asked(&context).filter_map(|asked| shown(asked.item)).collect()
}

/// Keeps a scored check of a visit among those a sample is drawn from; one without photos to judge by is not among them.
pub(crate) async fn keep(tx: &mut Tx, visit: &Visit, template: &Template, score: u32) -> Result<(), Refusal> {
    if items(visit, template).is_empty() {
        return Ok(());
    }
    let sql = "insert into display_check (visit, template, version, outlet, territory, scorer, day, month, score)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (visit, template) do update set version = excluded.version,
                   outlet = excluded.outlet, territory = excluded.territory, scorer = excluded.scorer, day = excluded.day, month = excluded.month,
                   score = excluded.score";
    let (site, month) = (&visit.site, visit.day.month());
    let values = args![&visit.id, &template.id, template.version, &site.outlet, &site.territory, &visit.manager, visit.day, month, score];
    tx.execute(sql, values).await.map(drop)
}

/// Draws the sample of a month, as far as its checks are there: a share in millionths, rounded up. How many were drawn now.
///
/// # Errors
/// The database does not answer.
pub async fn draw(tx: &mut Tx, month: Month, share: i64) -> Result<u32, Refusal> {
    let checks = tx.query("select * from display_check where month = $1 order by visit, template", args![month]).await?;
    if checks.is_empty() || share <= 0 {
        return Ok(0);
    }
    let seed = seed(tx, month, &checks).await?;
    let mut order = Vec::with_capacity(checks.len());
    for row in &checks {
        let place = Fields::new().text(&seed).text(row.text("visit")?).text(row.text("template")?).finish();
        order.push((place, row));
    }
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let all = order.len() as i64;
    let wanted = (all.saturating_mul(share.min(WHOLE)) + WHOLE - 1) / WHOLE;
    let mut drawn = 0;
    for (place, row) in order.iter().take(usize::try_from(wanted).unwrap_or(usize::MAX)) {
        let day: Date = row.parse("day")?;
        let id = format!("FP{}-{}", day.to_string().replace('-', ""), &place[..8]);
        let sql = "insert into display_rescore (id, record, visit, template, outlet, territory, scorer, day, month, score, state, note, who, reply, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, 'drawn', '', '', '', $10) on conflict do nothing";
        let values = args![
            id,
            row.text("visit")?,
            row.text("template")?,
            row.text("outlet")?,
            row.text("territory")?,
            row.text("scorer")?,
            day,
            month,
            row.count("score")?,
            tx.now_us()
        ];
        drawn += u32::from(tx.execute(sql, values).await? > 0);
    }
    Ok(drawn)
}

/// The seed of a month; fixed by its checks where it is asked for first.
async fn seed(tx: &mut Tx, month: Month, checks: &[Row]) -> Result<String, Refusal> {
    let mut fields = Fields::new().text(&month.to_string());
    for row in checks {
        fields = fields.text(row.text("visit")?).text(row.text("template")?).int(row.int("score")?);
    }
    let sql = "insert into display_draw (month, seed, at_us) values ($1, $2, $3) on conflict (month) do nothing";
    tx.execute(sql, args![month, fields.finish(), tx.now_us()]).await?;
    tx.query_one("select seed from display_draw where month = $1", args![month]).await?.string("seed")
}

/// A check that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescore {
    /// Id.
    pub id: String,
    /// Version.
    pub version: u32,
    /// The visit.
    pub visit: String,
    /// Checklist.
    pub template: String,
    /// Outlet.
    pub outlet: String,
    /// Its division.
    pub territory: String,
    /// Who scored first.
    pub scorer: String,
    /// When.
    pub day: Date,
    /// The first score, hundredths of a percent.
    pub score: u32,
    /// The second; none while nobody looked.
    pub again: Option<u32>,
    /// drawn, agreed, differs, answered.
    pub state: String,
    /// What was found.
    pub note: String,
    /// Who looked again.
    pub who: String,
    /// When.
    pub done_on: Option<Date>,
    /// What the first one said to it.
    pub reply: String,
}

/// The first and the second score of a check whose items were judged again.
///
/// # Errors
/// `NotFound display.none`; `BadInput display.rescore.items` where an item is left out or cannot be judged; as [`check`].
pub fn again(visit: &Visit, template: &str, judged: &BTreeMap<String, Answer>) -> Result<(u32, u32), Refusal> {
    let sheet = visit.sheets.iter().find(|(sheet, _)| sheet.id == template);
    let (sheet, outcome) = sheet.ok_or_else(|| none(NOUN, &visit.id))?;
    let shown = items(visit, sheet);
    let each = shown.iter().all(|one| judged.contains_key(&one.item));
    if shown.len() != judged.len() || !each {
        return Err(Refusal::bad_input(
            "display.rescore.items",
            "请对每个有照片的检查项重新打分",
            "judge each item that has a photo, and no other",
        ));
    }
    let mut answers: BTreeMap<String, Given> = visit.view.answers.get(template).cloned().unwrap_or_default();
    for (id, answer) in judged {
        let (Some(item), Some(given)) = (sheet.item(id), answers.get_mut(id)) else { continue };
        given.answer = answer.clone();
        check(item, given)?;
    }
    let second = score::count(sheet, &visit.context(), &answers).score;
    outcome.score.zip(second).ok_or_else(|| state("这次检查没有得分，不能复评", "this check has no score to compare with"))
}

/// Keeps a second score. The version afterwards, and where it stands.
///
/// # Errors
/// `NotFound display.none`; `BadInput display.words`; `Forbidden display.rescore.own`; `Conflict display.state`, `platform.db.stale`.
pub async fn done(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, found: &Found<'_>) -> Result<(u32, &'static str), Refusal> {
    let (first, second) = found.scores;
    let apart = first.abs_diff(second);
    let differs = apart > found.tolerance;
    let note = words(found.note, if differs { 2 } else { 0 }, 500, ("差异说明", "what differs"))?;
    write_tx!(db, |tx| {
        let before = one(tx, sight, id, "{for_update}").await?;
        if same_hand(&before.scorer, who) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "display.rescore.own",
                "自己打分的检查不能由自己复评",
                "a check is scored again by somebody else than who scored it",
            ));
        }
        if before.state != "drawn" {
            return Err(stands(id));
        }
        let next = if differs { "differs" } else { "agreed" };
        let sql = "update display_rescore set score = $3, again = $4, state = $5, note = $6, who = $7, done_on = $8, changed_us = $9, record = record + 1
                   where id = $1 and record = $2";
        let values = args![id, version, first, second, next, note, who, day(tx.now_us()), tx.now_us()];
        tx.execute_versioned("复评 second look", id, sql, values).await?;
        let after = json!({ "score": first, "again": second, "state": next }).to_string();
        tx.audit(Entry::new(who, "display_rescore.done", "display_rescore", id).after(after).reason(note));
        Ok((version + 1, next))
    })
}

/// What a second look came to.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// First and second score, hundredths of a percent.
    pub scores: (u32, u32),
    /// How far they may lie apart, hundredths of a percent.
    pub tolerance: u32,
    /// What differs.
    pub note: &'a str,
}

/// Whoever scored first has read what differs, and says what follows. The version afterwards.
///
/// # Errors
/// `NotFound display.none` for anybody else; `BadInput display.words`; `Conflict display.state`, `platform.db.stale`.
pub async fn reply(db: &Db, who: &str, login: &str, id: &str, version: u32, text: &str) -> Result<u32, Refusal> {
    let text = words(text, 2, 500, ("答复", "the answer"))?;
    write_tx!(db, |tx| {
        let before = one(tx, &Sight::everywhere(), id, "{for_update}").await?;
        if before.scorer != login {
            return Err(none(NOUN, id));
        }
        if before.state != "differs" {
            return Err(stands(id));
        }
        let sql =
            "update display_rescore set state = 'answered', reply = $3, changed_us = $4, record = record + 1 where id = $1 and record = $2";
        tx.execute_versioned("复评 second look", id, sql, args![id, version, text, tx.now_us()]).await?;
        tx.audit(Entry::new(who, "display_rescore.reply", "display_rescore", id).before(before.state).after("answered").reason(text));
        Ok(version + 1)
    })
}

fn stands(id: &str) -> Refusal {
    state(format!("复评 {id} 的状态不能这样处理；请刷新"), format!("this is not possible with {id} as it stands; reload"))
}

/// Which of them. An empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// drawn, agreed, differs, answered.
    pub state: String,
    /// Login of who scored first.
    pub scorer: String,
    /// Id of the last one seen.
    pub after: String,
    /// Most rows.
    pub limit: usize,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescores {
    /// By id.
    pub rows: Vec<Rescore>,
    /// The `after` of the next page.
    pub next: Option<String>,
    /// Rows of all pages.
    pub total: u32,
}

/// What was drawn in areas within a sight, by id.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Rescores, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres_of_area("s", &mut values)];
    for (column, value) in [("state", &query.state), ("scorer", &query.scorer)] {
        if !value.is_empty() {
            wheres.push(format!("s.{column} = {}", mark(&mut values, value)));
        }
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from display_rescore s where {filter}"), &values).await?.count("n")?;
    let after = mark(&mut values, &query.after);
    let limit = query.limit.clamp(1, MOST);
    let most = mark(&mut values, limit as i64 + 1);
    let sql = format!("select s.* from display_rescore s where {filter} and s.id > {after} order by s.id limit {most}");
    let mut rows = tx.query(sql, &values).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Rescores { rows, next, total })
}

/// One of them within a sight.
///
/// # Errors
/// `NotFound display.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Rescore, Refusal> {
    one(tx, sight, id, "").await
}

async fn one(tx: &mut Tx, sight: &Sight, id: &str, lock: &str) -> Result<Rescore, Refusal> {
    let mut values: Vec<Value> = args![id].to_vec();
    let wheres = sight.wheres_of_area("s", &mut values);
    let row = tx.query_opt(format!("select s.* from display_rescore s where s.id = $1 and {wheres} {lock}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(NOUN, id))
}

fn of_row(row: &Row) -> Result<Rescore, Refusal> {
    let again = row.opt_int("again")?.map(|_| row.count("again")).transpose()?;
    Ok(Rescore {
        id: row.string("id")?,
        version: row.count("record")?,
        visit: row.string("visit")?,
        template: row.string("template")?,
        outlet: row.string("outlet")?,
        territory: row.string("territory")?,
        scorer: row.string("scorer")?,
        day: row.parse("day")?,
        score: row.count("score")?,
        again,
        state: row.string("state")?,
        note: row.string("note")?,
        who: row.string("who")?,
        done_on: row.opt_parse("done_on")?,
        reply: row.string("reply")?,
    })
}
