//! Weekly and monthly reviews (R2.14): plan, result and gap of a manager's time.

use super::super::desk::Desk;
use super::super::figures::words;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language};
use super::planning::Book;
use super::remedies;
use super::shown_plan::{FieldOutletRef, FieldSpanAsked};
use super::shown_team::{FieldSummary, FieldSummaryLine};
use super::whose;
use super::worked::{Worked, adherence, promises, span};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_field::checklist::score::share;
use qudao_field::diary;
use qudao_field::measure::{customers, customers_due, monday};
use qudao_field::params::At;
use qudao_field::remedy::{self, Which};
use qudao_field::visit::Counts;
use qudao_kernel::holidays::{DayKind, Holidays};
use qudao_kernel::{Date, Lang};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most outlets that were not visited that are told.
const TOLD: usize = 100;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(summary))
}

/// Working days of a time up to today.
pub(super) fn working(holidays: &Holidays, from: Date, to: Date, today: Date) -> u32 {
    (from.days()..=to.min(today).days()).map(Date::from_days).filter(|day| holidays.kind(*day) == DayKind::Work).count() as u32
}

fn line(lang: Lang, code: &str, zh: &str, en: &str, plan: Option<i64>, result: i64) -> FieldSummaryLine {
    let of = plan.and_then(|plan| u64::try_from(plan).ok().zip(u64::try_from(result).ok()));
    FieldSummaryLine {
        code: code.to_owned(),
        name: words(lang, zh, en),
        plan,
        result,
        gap: plan.map(|plan| (plan - result).max(0)),
        share: of.and_then(|(plan, result)| share(result, plan)),
    }
}

/// What a weekly or monthly review begins with: plan, result and gap, filled from visits, plans, promises and diaries.
#[utoipa::path(get, path = "/field/summary", tag = "field", operation_id = "field_summary", params(FieldSpanAsked),
    responses((status = 200, body = FieldSummary)), extensions(("x-permission" = json!("visit.read"))))]
async fn summary(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FieldSpanAsked>,
) -> Answer<Json<FieldSummary>> {
    let asker = Asker::of(&desk, lang).await;
    let manager = whose::one(&desk, &mut desk.db.read().await?, &signed, Permission::VisitRead, asked.manager.as_deref()).await?;
    let (from, to) = span(&asked, asker.today)?;
    let book = Book::of(&desk, &asker, &manager, from).await?;
    let tx = &mut desk.db.read().await?;
    let worked = Worked::of(tx, &manager.login, from, to, asker.today).await?;
    let holidays = Holidays::shipped();
    let review = diary::review(tx, &manager.login, from, to, &holidays).await?;
    let tasks = remedy::of(tx, &manager.login, Which::Review(from, to)).await?;
    let own = manager.login == signed.0.login && whose::makes(&desk, &signed);
    let may_remedy = own || whose::one(&desk, tx, &signed, Permission::VisitReview, Some(&manager.login)).await.is_ok();
    let put_off = diary::put_off(tx, &manager.login, from, to).await?.len() as u32;
    let (days, kept) = (working(&holidays, from, to, asker.today), worked.adherence());
    let covered = worked.covered();
    let held = book.outlets.iter().filter(|outlet| covered.contains(outlet.code.as_str())).count();
    let mut lines = vec![
        line(lang, "visits", "计划内拜访网点", "Planned outlets visited", Some(kept.planned.into()), kept.kept.into()),
        line(lang, "outlets", "覆盖网点", "Outlets covered", Some(book.outlets.len() as i64), held as i64),
    ];
    lines.extend(by_class(&book, &worked, (from, to), lang));
    let register = desk.parameters();
    let per_week = At { register: &register, territory: &manager.area, day: to.min(asker.today) }.customers_per_week()?;
    let (due, met) = weekly(&holidays, &worked, (from, to.min(asker.today)), per_week);
    let (zh, en) = (format!("每周拜访不同客户（至少 {per_week} 家）"), format!("Different customers a week (at least {per_week})"));
    lines.push(line(lang, "customers", &zh, &en, Some(due.into()), met.into()));
    lines.push(line(
        lang,
        "promises",
        "按期兑现的承诺",
        "Promises kept in time",
        Some(worked.promises.due.into()),
        worked.promises.in_time.into(),
    ));
    lines.push(line(lang, "diaries", "提交的日记", "Diaries sent", Some(days.into()), review.sent.into()));
    let mut missed: Vec<_> = book.outlets.iter().filter(|outlet| !covered.contains(outlet.code.as_str())).collect();
    missed.sort_by_key(|outlet| (outlet.class.as_str(), std::cmp::Reverse(outlet.risk), outlet.code.as_str()));
    let unvisited = missed.into_iter().take(TOLD);
    Ok(Json(FieldSummary {
        manager: manager.login.clone(),
        manager_name: manager.name.clone(),
        from: from.to_string(),
        to: to.to_string(),
        lines,
        visits: worked.counts(),
        adherence: adherence(kept),
        strike: worked.strike(),
        minutes: worked.minutes(),
        promises: promises(worked.promises),
        unsent: review.unsent.iter().map(ToString::to_string).collect(),
        unvisited: unvisited.map(|outlet| FieldOutletRef { code: outlet.code.clone(), name: book.name(&asker, &outlet.code) }).collect(),
        put_off,
        remedies: tasks.into_iter().map(|one| remedies::shown(&asker, one)).collect(),
        may_remedy,
    }))
}

/// Visits of each class against the frequency of the register, for the days of the time, rounded to the nearest visit.
fn by_class(book: &Book, worked: &Worked, (from, to): (Date, Date), lang: Lang) -> Vec<FieldSummaryLine> {
    let days = i64::from(to.days() - from.days() + 1);
    let class: BTreeMap<&str, &str> = book.outlets.iter().map(|outlet| (outlet.code.as_str(), outlet.class.as_str())).collect();
    let of = |(name, visits): (&String, &u32)| {
        let outlets = class.values().filter(|class| *class == name).count() as i64;
        let plan = (outlets * i64::from(*visits) * days + 14) / 28;
        let whole = worked.lines.iter().filter(|line| matches!(line.counts, Counts::Yes | Counts::Held));
        let result = whole.filter(|line| class.get(line.outlet.as_str()) == Some(&name.as_str())).count() as i64;
        (outlets > 0).then(|| {
            let (zh, en) = (format!("{name} 类网点拜访次数"), format!("Visits to outlets of class {name}"));
            line(lang, &format!("class_{name}"), &zh, &en, Some(plan), result)
        })
    };
    book.rules.frequency.iter().filter_map(of).collect()
}

/// Different customers due in the weeks of some days, and visited of these: what is too many in one week makes up for nothing in another (R8.128).
fn weekly(holidays: &Holidays, worked: &Worked, (from, to): (Date, Date), per_week: u32) -> (u32, u32) {
    let whole = worked.lines.iter().filter(|line| matches!(line.counts, Counts::Yes | Counts::Held));
    let visited = customers(whole.map(|line| (line.day, line.outlet.as_str())));
    let (mut due, mut met, mut week) = (0, 0, monday(from));
    while week <= to {
        let days = working(holidays, from.max(week), to.min(week.plus_days(6)), to);
        let needed = customers_due(per_week, days);
        due += needed;
        met += needed.min(visited.get(&week).map_or(0, |outlets| outlets.len() as u32));
        week = week.plus_days(7);
    }
    (due, met)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_what_is_missing() {
        // R2.14
        let visits = line(Lang::En, "visits", "", "Visits", Some(20), 15);
        assert_eq!((visits.gap, visits.share), (Some(5), Some(7_500)));
        assert_eq!(line(Lang::En, "visits", "", "Visits", Some(20), 22).gap, Some(0));
        assert_eq!((line(Lang::Zh, "x", "", "", None, 3).gap, line(Lang::Zh, "x", "", "", Some(0), 0).share), (None, None));
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(working(&Holidays::shipped(), day("2026-08-24"), day("2026-09-06"), day("2026-08-31")), 6);
    }
}
