//! A visit as a whole: header, site, fields by step, answers with scores, photos, flags, values that stand beside each other, facts, track.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::recruit::{named, names};
use super::super::signed::Signed;
use super::super::web::{Answer, Language};
use super::cards::{of_next, score_of};
use super::shown_visit::{
    VisitAnswer, VisitConflict, VisitCount, VisitEnding, VisitFact, VisitFix, VisitGoal, VisitHeader, VisitIssue, VisitLine, VisitMeasure,
    VisitNoted, VisitOther, VisitPhoto, VisitPoint, VisitPrice, VisitSection, VisitSheet, VisitShelf, VisitSite, VisitStep, VisitTraining,
    VisitWhole,
};
use super::visits::{of_completion, of_flags, to_be_fixed};
use super::{house, outlet_name, sight};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_field::checklist::{Evidence, Outcome, Template, Verdict};
use qudao_field::visit::facts::rows;
use qudao_field::visit::merge::Field;
use qudao_field::visit::position::{self, Doubt, Level, Position};
use qudao_field::visit::record::{Act, Counted, Priced, Shelved};
use qudao_field::visit::store::{self, Visit};
use qudao_field::visit::{State as Stage, look, site};
use qudao_kernel::{Fen, Lang};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(whole))
}

/// A visit as a whole.
#[utoipa::path(get, path = "/field/visits/{id}", tag = "field", operation_id = "field_visit",
    params(("id" = String, Path, description = "Visit")), responses((status = 200, body = VisitWhole)),
    extensions(("x-permission" = json!("visit.read"))))]
async fn whole(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<VisitWhole>> {
    let (asker, seen) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let tx = &mut desk.db.read().await?;
    let house = house(&desk, "", asker.today)?;
    let (visit, flags) = store::get(tx, &house, &seen, &id).await?;
    let conflicts = look::conflicts(tx, &id).await?;
    let people = names(tx, [visit.manager.clone(), visit.decided_by.clone()].into_iter()).await?;
    // Whether the asker may decide is what the deciding itself says of the same visit.
    let mine = visit.manager == signed.0.login;
    let review = sight(&desk, &signed, Permission::VisitReview);
    let decides = match review {
        Ok(sight) => !mine && store::get(tx, &house, &sight, &id).await.is_ok(),
        Err(_) => false,
    };
    let line = of_visit(&desk, &asker, &visit, named(&people, &visit.manager), of_flags(&flags, lang)?);
    let known_on = asker.today;
    let limits = super::house(&desk, &visit.site.territory, asker.today)?.limits;
    Ok(Json(VisitWhole {
        line,
        header: VisitHeader::of(&visit.header),
        site: of_site(&asker, &visit),
        completion: of_completion(&visit.completion),
        met: visit.view.check_in.as_ref().map(|one| one.met.clone()).unwrap_or_default(),
        reported_us: visit.view.report_us,
        steps: steps(&desk, &visit, lang),
        goals: goals(&visit),
        issues: issues(&visit),
        sheets: visit.sheets.iter().map(|(template, outcome)| sheet(&visit, template, outcome, lang)).collect(),
        counts: visit.view.counts.iter().map(|(model, counted)| of_count(&asker, model, counted)).collect(),
        shelves: visit.view.shelves.iter().map(|(model, seen)| of_shelf(&asker, model, *seen)).collect(),
        prices: visit.view.prices.iter().map(|(model, seen)| of_price(&asker, model, seen)).collect(),
        trainings: trainings(&visit),
        notes: notes(&visit),
        ending: ending(&visit),
        photos: photos(&visit),
        missing: visit.missing.clone(),
        conflicts: conflicts.into_iter().map(|(path, field)| of_conflict(path, field)).collect(),
        to_fix: to_be_fixed(&desk, &asker, &visit)?,
        facts: facts(&visit, known_on),
        track: track(&visit, limits.doubt),
        decided_by: if visit.decided_by.is_empty() { String::new() } else { named(&people, &visit.decided_by) },
        decided_why: visit.decided_why.clone(),
        may_review: decides && matches!(visit.state, Stage::Reported | Stage::Reviewed),
        mine,
    }))
}

fn of_visit(desk: &Desk, asker: &Asker, visit: &Visit, manager_name: String, flags: Vec<super::shown_visit::VisitFlag>) -> VisitLine {
    let view = &visit.view;
    let scores = visit.sheets.iter().map(|(template, outcome)| score_of(desk, template.id.clone(), outcome.score, asker.lang));
    VisitLine {
        id: visit.id.clone(),
        version: visit.version,
        day: visit.day.to_string(),
        manager: visit.manager.clone(),
        manager_name,
        outlet: visit.site.outlet.clone(),
        outlet_name: outlet_name(asker, &visit.site.outlet),
        state: visit.state.name().to_owned(),
        counts: visit.counts.name().to_owned(),
        planned_on: visit.header.planned_on.map(|day| day.to_string()),
        entered_us: view.check_in.as_ref().map(|one| one.at_us),
        left_us: view.check_out.as_ref().map(|one| one.at_us),
        minutes: view.minutes(),
        completion: visit.completion.share,
        results: visit.results,
        scores: scores.collect(),
        flags,
    }
}

fn of_site(asker: &Asker, visit: &Visit) -> VisitSite {
    let at = &visit.site;
    let row = site::row(&asker.master, &at.outlet, visit.day);
    VisitSite {
        outlet: at.outlet.clone(),
        name: outlet_name(asker, &at.outlet),
        partner_name: if at.partner.is_empty() { String::new() } else { asker.partner(&at.partner) },
        partner: at.partner.clone(),
        territory_name: super::super::network_name(&at.territory, asker.lang),
        territory: at.territory.clone(),
        outlet_type: at.outlet_type.clone(),
        class: row.map(|row| row.grade.clone()).unwrap_or_default(),
        lat_e6: at.point.map(|point| point.lat_e6),
        lon_e6: at.point.map(|point| point.lon_e6),
        closed_from: at.closed_from.map(|day| day.to_string()),
    }
}

fn steps(desk: &Desk, visit: &Visit, lang: Lang) -> Vec<VisitStep> {
    let step = |step: &qudao_field::visit::steps::Step| {
        let record = visit.view.steps.get(&step.id);
        let state = if visit.completion.open.contains(&step.id) {
            "open"
        } else if visit.completion.skipped.contains(&step.id) {
            "skipped"
        } else {
            "done"
        };
        VisitStep {
            id: step.id.clone(),
            name: step.title().get(lang).to_owned(),
            state: state.to_owned(),
            reason: record.map(|one| one.reason.clone()).unwrap_or_default(),
            at_us: record.map(|one| one.at_us),
        }
    };
    desk.field.course.steps().iter().map(step).collect()
}

fn goals(visit: &Visit) -> Vec<VisitGoal> {
    let goal = |(id, goal): (&String, &qudao_field::visit::record::Goal)| VisitGoal {
        id: id.clone(),
        purpose: goal.purpose.clone(),
        text: goal.text.clone(),
        target: goal.target,
        original: goal.original,
        result: goal.result,
        achieved: goal.achieved,
        reason: goal.reason.clone(),
    };
    visit.view.goals.iter().map(goal).collect()
}

fn issues(visit: &Visit) -> Vec<VisitIssue> {
    let all = visit.view.issues.iter();
    all.map(|(id, one)| VisitIssue { id: id.clone(), text: one.text.clone(), solved: one.solved }).collect()
}

fn trainings(visit: &Visit) -> Vec<VisitTraining> {
    let all = visit.view.trainings.values().cloned();
    all.map(|one| VisitTraining { topic: one.topic, person: one.person, minutes: one.minutes, score: one.score }).collect()
}

fn notes(visit: &Visit) -> Vec<VisitNoted> {
    let all = visit.view.notes.values().cloned();
    all.map(|one| VisitNoted { kind: one.kind.name().to_owned(), text: one.text, photos: one.photos }).collect()
}

fn ending(visit: &Visit) -> Option<VisitEnding> {
    let one = visit.view.ending.clone()?;
    Some(VisitEnding { order: one.order, next: one.next.map(of_next), reason: one.reason })
}

fn product_name(asker: &Asker, model: &str) -> String {
    asker.master.product(model, asker.today).map_or_else(|| model.to_owned(), |row| row.name.clone())
}

fn of_price(asker: &Asker, model: &str, seen: &Priced) -> VisitPrice {
    let fen = |price: Option<Fen>| price.map(|price| price.0);
    VisitPrice {
        product: model.to_owned(),
        name: product_name(asker, model),
        tag: fen(seen.tag),
        quoted: fen(seen.quoted),
        rival: fen(seen.rival),
        photo: seen.photo.clone(),
        note: seen.note.clone(),
    }
}

fn of_shelf(asker: &Asker, model: &str, seen: Shelved) -> VisitShelf {
    let Shelved { stands, sample, tag } = seen;
    VisitShelf { product: model.to_owned(), name: product_name(asker, model), stands: stands.name().to_owned(), sample, tag }
}

fn of_count(asker: &Asker, model: &str, counted: &Counted) -> VisitCount {
    VisitCount {
        product: model.to_owned(),
        name: product_name(asker, model),
        counted: counted.counted,
        book: counted.book,
        difference: counted.book.map(|book| i64::from(counted.counted) - i64::from(book)),
        serials: counted.serials.clone(),
        sold: counted.sold,
    }
}

fn sheet(visit: &Visit, template: &Template, outcome: &Outcome, lang: Lang) -> VisitSheet {
    let verdict = match outcome.verdict {
        Verdict::Open => "open",
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
    };
    let sections = template.sections.iter().zip(&outcome.sections);
    let measures = template.measures.iter().zip(&outcome.measures);
    VisitSheet {
        template: template.id.clone(),
        version: template.version,
        name: template.name.get(lang).to_owned(),
        score: outcome.score,
        verdict: verdict.to_owned(),
        vetoed: outcome.vetoed.clone(),
        sections: sections
            .map(|(section, score)| VisitSection { id: section.id.clone(), name: section.name.get(lang).to_owned(), score: *score })
            .collect(),
        measures: measures
            .map(|(one, value)| {
                let unit = one.unit(template);
                let (name, scale) = (one.name.get(lang).to_owned(), unit.scale());
                VisitMeasure { id: one.id.clone(), name, value: *value, unit: unit.name().to_owned(), scale }
            })
            .collect(),
        answers: answers(visit, template, outcome, lang),
    }
}

fn answers(visit: &Visit, template: &Template, outcome: &Outcome, lang: Lang) -> Vec<VisitAnswer> {
    let (context, none) = (visit.context(), BTreeMap::new());
    let given = visit.view.answers.get(&template.id).unwrap_or(&none);
    let answer = |asked: qudao_field::checklist::Asked<'_>| {
        let (item, one) = (asked.item, given.get(&asked.item.id));
        let fix = visit.view.fixes.get(&(template.id.clone(), item.id.clone()));
        VisitAnswer {
            item: item.id.clone(),
            name: item.name.get(lang).to_owned(),
            section: template.sections.get(item.section).map(|section| section.id.clone()).unwrap_or_default(),
            answer: one.and_then(|given| serde_json::to_value(&given.answer).ok()),
            evidence: one.map_or("", |given| Evidence::name(given.evidence)).to_owned(),
            photos: one.map(|given| given.photos.clone()).unwrap_or_default(),
            note: one.map(|given| given.note.clone()).unwrap_or_default(),
            failed: outcome.failed.contains(&item.id),
            open: outcome.open.contains(&item.id),
            fix: fix.map(|fix| VisitFix {
                act: act_name(fix.act).to_owned(),
                due_on: fix.due_on.map(|day| day.to_string()),
                after: fix.after.clone(),
                note: fix.note.clone(),
            }),
        }
    };
    template.asked(&context).map(answer).collect()
}

const fn act_name(act: Act) -> &'static str {
    match act {
        Act::Fixed => "fixed",
        Act::Task => "task",
        Act::Ticket => "ticket",
        Act::Cannot => "cannot",
    }
}

/// Every photo a visit names, with where it is named first.
fn photos(visit: &Visit) -> Vec<VisitPhoto> {
    let view = &visit.view;
    let of = |sha256: &str| {
        let door = view.check_in.as_ref().and_then(|one| one.door.as_deref());
        let signed = view.check_out.as_ref().and_then(|one| one.signature.as_deref());
        let answered = view.answers.values().flat_map(BTreeMap::values).any(|given| given.files().any(|file| file == sha256));
        let after = view.fixes.values().any(|fix| fix.after.as_deref() == Some(sha256));
        let tag = view.prices.values().any(|price| price.photo.as_deref() == Some(sha256));
        let noted = view.notes.values().any(|note| note.photos.iter().any(|photo| photo == sha256));
        let named = [
            (door == Some(sha256), "door"),
            (signed == Some(sha256), "signature"),
            (answered, "answer"),
            (after, "after"),
            (tag, "tag"),
            (noted, "note"),
        ];
        named.into_iter().find_map(|(is, name)| is.then_some(name)).unwrap_or("photo")
    };
    let missing: BTreeSet<&str> = visit.missing.iter().map(String::as_str).collect();
    let photo = |sha256: &str| {
        let said = view.photos.get(sha256);
        let position = said.and_then(|one| one.position);
        VisitPhoto {
            sha256: sha256.to_owned(),
            of: of(sha256).to_owned(),
            here: !missing.contains(sha256),
            taken_us: said.map(|one| one.taken_us),
            live: said.is_some_and(|one| one.live),
            outlet: said.map(|one| one.outlet.clone()).unwrap_or_default(),
            lat_e6: position.map(|one| one.lat_e6),
            lon_e6: position.map(|one| one.lon_e6),
        }
    };
    view.files().into_iter().map(photo).collect()
}

fn of_conflict(path: String, field: Field) -> VisitConflict {
    let others = field.others.into_iter().map(|one| VisitOther { id: one.id, device: one.device, value: one.value });
    VisitConflict { path, value: field.value, heads: field.heads, others: others.collect() }
}

fn facts(visit: &Visit, known_on: qudao_kernel::Date) -> Vec<VisitFact> {
    rows(visit, known_on).into_iter().map(|(table, cells)| VisitFact { table: table.name().to_owned(), cells }).collect()
}

/// Check-in, photos and check-out with what each position is worth, in the order of time.
fn track(visit: &Visit, doubt: Doubt) -> Vec<VisitPoint> {
    let view = &visit.view;
    let point = |what: &str, at_us: i64, position: Option<Position>| {
        let (level, distance_m) = position::level(position.as_ref(), visit.site.point, doubt);
        VisitPoint {
            what: what.to_owned(),
            at_us,
            lat_e6: position.map(|one| one.lat_e6),
            lon_e6: position.map(|one| one.lon_e6),
            accuracy_m: position.map(|one| one.accuracy_m),
            level: level_name(level).to_owned(),
            distance_m,
        }
    };
    let entered = view.check_in.iter().map(|one| point("check_in", one.at_us, one.position));
    let left = view.check_out.iter().map(|one| point("check_out", one.at_us, one.position));
    let shots = view.photos.values().map(|one| point("photo", one.taken_us, one.position));
    let mut track: Vec<VisitPoint> = entered.chain(shots).chain(left).collect();
    track.sort_by_key(|point| point.at_us);
    track
}

const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Away => "away",
        Level::Unknown => "unknown",
        Level::Fair => "fair",
        Level::Strong => "strong",
    }
}
