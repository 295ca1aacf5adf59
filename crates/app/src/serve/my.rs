//! One's own business and income: of a partner, an outlet or a work ID, whichever the caller's roles name.
//!
//! The month that is open has no published run, so income is told up to the last published month; a trial is settlement's and is not told.

use super::business::text;
use super::desk::Desk;
use super::letter::{RungView, rung_view};
use super::lines::{LineRow, UnpaidRow, line_row};
use super::opened::Run;
use super::shown::{day, mask};
use super::signed::Signed;
use super::statements::{ConfirmationView, DueView, UnpaidGroup};
use super::web::{Answer, Asked, Language, Page, Paging, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_engine::facts::Wanted;
use qudao_engine::settle::Rows;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Kind, Lang, Month, Refusal};
use qudao_policy::lines::{Line, LineKind, Obligation, ObligationState, Reason};
use qudao_policy::model::{Component, Destination, Expr, Fact, Payee, PayeeKind};
use qudao_settle::confirm::{self, State as Stage};
use qudao_settle::dispute;
use qudao_settle::statement::Catalog;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most ladders that are told: those of the partner itself and of its first outlets.
const MOST_LADDERS: usize = 8;
/// Months of history that are told.
pub(crate) const MOST_MONTHS: usize = 12;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(commission)).routes(routes!(my_lines)).routes(routes!(my_unpaid))
}

/// Whose business it is.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    /// The partner whose statement it stands in.
    pub(crate) account: String,
    /// partner, outlet or clerk.
    pub(crate) kind: &'static str,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) outlets: BTreeSet<String>,
    pub(crate) clerks: BTreeSet<String>,
}

/// Whose business the caller asks about: the partner, outlet or work ID their role names.
///
/// # Errors
/// `Forbidden access.caller.no_permission`; `NotFound serve.my.nobody` where the role names nobody who is there today.
pub(crate) async fn own(desk: &Arc<Desk>, signed: &Signed) -> Answer<Own> {
    let scope = signed.scope(desk, Permission::IncomeRead)?;
    let desk = Arc::clone(desk);
    heavy(move || {
        let (master, today) = (desk.master()?, desk.today());
        let plain = |account: &str, kind, code: &str, name: &str| Own {
            account: account.to_owned(),
            kind,
            code: code.to_owned(),
            name: name.to_owned(),
            outlets: BTreeSet::new(),
            clerks: BTreeSet::new(),
        };
        let partner =
            scope.partners.iter().find_map(|code| master.partner(code, today)).map(|row| plain(&row.code, "partner", &row.code, &row.name));
        let outlet = scope
            .outlets
            .iter()
            .find_map(|code| master.outlet(code, today))
            .map(|row| Own { outlets: scope.outlets.iter().cloned().collect(), ..plain(&row.owner, "outlet", &row.code, &row.name) });
        let clerk = scope.clerks.iter().find_map(|code| master.clerk(code, today)).and_then(|row| {
            let outlet = master.outlet(&row.outlet, today)?;
            Some(Own { clerks: scope.clerks.iter().cloned().collect(), ..plain(&outlet.owner, "clerk", &row.code, &row.name) })
        });
        partner.or(outlet).or(clerk).ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "serve.my.nobody",
                "您的账号没有对应的代理商、网点或工号；请联系渠道经理核对",
                "your account names no partner, outlet or work ID that is there today; ask your channel manager",
            )
        })
    })
    .await
}

impl Own {
    /// Whether the whole account is theirs.
    fn has_all(&self) -> bool {
        self.kind == "partner"
    }

    fn is_paid(&self, kind: PayeeKind, payee: &str) -> bool {
        self.has_all()
            || match kind {
                PayeeKind::Outlet => self.outlets.contains(payee),
                PayeeKind::Clerk => self.clerks.contains(payee),
                _ => false,
            }
    }

    /// Whether a rule pays such as they are.
    pub(crate) fn is_paid_by(&self, component: &Component) -> bool {
        let wanted = if self.kind == "clerk" { Payee::Clerk } else { Payee::Outlet };
        self.has_all() || component.payees.iter().any(|share| share.payee == wanted)
    }

    pub(crate) fn did(&self, fact: &Fact) -> bool {
        self.has_all() || self.outlets.contains(text(fact, Col::Outlet)) || self.clerks.contains(text(fact, Col::Clerk))
    }

    pub(crate) fn lines(&self, run: &Run) -> Result<Vec<Line>, Refusal> {
        let mut found = Vec::new();
        run.world()?.lines().each(&self.rows(), |line| {
            if self.is_paid(line.payee_kind, &line.payee) {
                found.push(line.clone());
            }
        })?;
        Ok(found)
    }

    fn rows(&self) -> Rows {
        Rows { partner: Some(self.account.clone()), ..Rows::default() }
    }

    fn obligations(&self, run: &Run) -> Result<Vec<Obligation>, Refusal> {
        let mut found = Vec::new();
        run.world()?.obligations().each(&self.rows(), |row| {
            if row.state == ObligationState::Scheduled && self.is_paid(row.payee_kind, &row.payee) {
                found.push(row.clone());
            }
        })?;
        Ok(found)
    }

    /// What was not paid. For an outlet or work ID: by rules that pay such, for business of their own.
    pub(crate) fn zeros(&self, run: &Run) -> Result<Vec<Reason>, Refusal> {
        let mut found = Vec::new();
        run.world()?.reasons().each(&self.rows(), |reason| found.push(reason.clone()))?;
        self.zeros_of(run, found)
    }

    /// Those of some zeros that are theirs.
    pub(crate) fn zeros_of(&self, run: &Run, mut found: Vec<Reason>) -> Result<Vec<Reason>, Refusal> {
        if self.has_all() {
            return Ok(found);
        }
        let world = run.world()?;
        let catalog = Catalog::new(world.set());
        found.retain(|reason| {
            let component = catalog.component(&reason.policy, reason.version, &reason.component);
            component.is_some_and(|component| self.is_paid_by(component))
        });
        let group = |reason: &Reason| self.outlets.iter().chain(&self.clerks).any(|code| reason.basis.ends_with(&format!("/{code}")));
        let (groups, events): (Vec<Reason>, Vec<Reason>) = found.into_iter().partition(|reason| reason.basis.contains('/'));
        let ids: BTreeSet<String> = events.iter().map(|reason| reason.basis.clone()).collect();
        let first = events.iter().map(|reason| reason.day.month()).min();
        let mut theirs = BTreeSet::new();
        if let Some(first) = first {
            let wanted = Wanted {
                months: Some((first, run.period().plus(1))),
                partner: Some(self.account.clone()),
                event_ids: Some(ids),
                ..Wanted::default()
            };
            let facts = world.facts(Table::BusinessEvent, &wanted)?;
            theirs.extend(facts.iter().filter(|fact| self.did(fact)).map(|fact| text(fact, Col::EventId).to_owned()));
        }
        let mut found: Vec<Reason> = groups.into_iter().filter(group).collect();
        found.extend(events.into_iter().filter(|reason| theirs.contains(&reason.basis)));
        Ok(found)
    }
}

/// Whose page it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhoView {
    /// partner, outlet or clerk.
    kind: String,
    code: String,
    name: String,
    /// Partner whose statement it stands in.
    account: String,
}

impl WhoView {
    pub(crate) fn of(own: &Own) -> Self {
        Self { kind: own.kind.to_owned(), code: own.code.clone(), name: own.name.clone(), account: own.account.clone() }
    }
}

/// A sum of money and of how many things it is made.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct SumView {
    /// Fen.
    amount: i64,
    count: u64,
}

/// A month of one's income.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MonthView {
    period: String,
    /// Fen: of a partner what is paid, of an outlet or work ID its own lines.
    amount: i64,
    /// published, disputed, confirmed, `in_payment`, paid.
    state: String,
}

/// One's income, up to the last published month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Commission {
    who: WhoView,
    period: String,
    #[schema(required)]
    issued_on: Option<String>,
    /// Of the last published month.
    confirmed: SumView,
    state: String,
    disputes: i64,
    #[schema(required)]
    confirmation: Option<ConfirmationView>,
    #[schema(required)]
    pay_on: Option<String>,
    /// Instalments still to come, and the hold-back pool.
    pending: SumView,
    /// Of these, instalments whose condition failed once already.
    at_risk: SumView,
    /// Things that were paid nothing, or less; fen where an amount had been reached.
    not_met: SumView,
    /// Of these, what can still be met.
    curable: u64,
    #[schema(required)]
    next_deadline: Option<String>,
    unpaid: Vec<UnpaidGroup>,
    calendar: Vec<DueView>,
    ladders: Vec<RungView>,
    /// The last first.
    months: Vec<MonthView>,
}

/// Which month.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthQuery {
    /// The last published one where absent.
    period: Option<String>,
}

/// One's income: confirmed, pending, at risk, not met with reason and last day, calendar of releases, next steps.
#[utoipa::path(get, path = "/my/commission", tag = "my", operation_id = "my_commission", params(MonthQuery),
    responses((status = 200, body = Commission)), extensions(("x-permission" = json!("income.read"))))]
async fn commission(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<MonthQuery>,
) -> Answer<Json<Commission>> {
    let own = own(&desk, &signed).await?;
    let run = super::statements::month(&desk, asked.period.as_deref()).await?;
    let (confirmed, mut waiting, moved) = {
        let tx = &mut desk.db.read().await?;
        let confirmed: BTreeMap<String, confirm::Confirmation> =
            confirm::of_partner(tx, &own.account).await?.into_iter().map(|made| (made.statement.clone(), made)).collect();
        let mut waiting: BTreeMap<String, i64> = BTreeMap::new();
        for held in dispute::of_partner(tx, &own.account).await? {
            if matches!(held.state, dispute::State::Open | dispute::State::Proposed) {
                *waiting.entry(held.statement).or_default() += 1;
            }
        }
        (confirmed, waiting, super::statements::paid(tx, &own.account).await?)
    };
    heavy(move || {
        let today = desk.today();
        let stage = |number: &str, waits: i64| {
            Stage::of(confirmed.contains_key(number), waits > 0, moved.get(number).map(|(how, _)| *how)).name().to_owned()
        };
        let runs = desk.runs()?;
        let mut months = Vec::new();
        for earlier in runs.iter().rev().take(MOST_MONTHS) {
            let Some(head) = earlier.head(&own.account) else { continue };
            let amount = if own.has_all() { head.payment } else { payable(&own.lines(earlier)?) };
            let waits = waiting.get(&head.number).copied().unwrap_or(0);
            months.push(MonthView { period: earlier.period().to_string(), amount, state: stage(&head.number, waits) });
        }
        let Some(head) = run.head(&own.account) else { return Err(no_statement(run.period())) };
        let (lines, owed) = (own.lines(&run)?, own.obligations(&run)?);
        let disputes = waiting.remove(&head.number).unwrap_or(0);
        let zeros = own.zeros(&run)?;
        let curable: Vec<&Reason> = zeros.iter().filter(|reason| reason.until.is_some_and(|until| until >= today)).collect();
        let risky = owed.iter().filter(|row| row.tries > 0);
        let pool = if own.has_all() { run.statement(head)?.pool.closing.0 } else { 0 };
        let made = confirmed.get(&head.number).filter(|_| own.has_all());
        Ok(Json(Commission {
            who: WhoView::of(&own),
            period: run.period().to_string(),
            issued_on: day(run.issued_on),
            confirmed: SumView { amount: if own.has_all() { head.payment } else { payable(&lines) }, count: lines.len() as u64 },
            state: stage(&head.number, disputes),
            disputes,
            confirmation: made.map(ConfirmationView::of),
            pay_on: day(head.pay_on),
            pending: SumView { amount: owed.iter().map(|row| row.amount).sum::<i64>() + pool, count: owed.len() as u64 },
            at_risk: SumView { amount: risky.clone().map(|row| row.amount).sum(), count: risky.count() as u64 },
            not_met: SumView { amount: zeros.iter().map(|reason| reason.forgone).sum(), count: zeros.len() as u64 },
            curable: curable.len() as u64,
            next_deadline: day(curable.iter().filter_map(|reason| reason.until).min()),
            unpaid: groups(&run, &zeros, today, lang)?,
            calendar: calendar(&owed),
            ladders: ladders(&own, &run, &lines, &zeros, lang)?,
            months,
        }))
    })
    .await
}

fn no_statement(period: Month) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.my.no_statement",
        format!("{period} 没有您的对账单；当月没有可结算的业务"),
        format!("there is no statement of yours for {period}: there was nothing to settle"),
    )
}

fn payable(lines: &[Line]) -> i64 {
    lines.iter().filter(|line| line.destination == Destination::Payable).map(|line| line.amount).sum()
}

/// Zeros by rule and reason, what can still be met first.
fn groups(run: &Run, zeros: &[Reason], today: Date, lang: Lang) -> Result<Vec<UnpaidGroup>, Refusal> {
    let catalog = Catalog::new(run.world()?.set());
    let mut by: BTreeMap<(&str, u32, &str, &str), Vec<&Reason>> = BTreeMap::new();
    for reason in zeros {
        by.entry((&reason.policy, reason.version, &reason.component, &reason.code)).or_default().push(reason);
    }
    let mut groups: Vec<UnpaidGroup> = by
        .into_values()
        .filter_map(|held| {
            let first = *held.first()?;
            let open: Vec<Date> = held.iter().filter_map(|reason| reason.until).filter(|until| *until >= today).collect();
            Some(UnpaidGroup {
                policy: first.policy.clone(),
                version: first.version,
                component: first.component.clone(),
                title: catalog.title(&first.policy, first.version, &first.component),
                code: first.code.clone(),
                sentence: catalog.sentence(first, lang),
                count: held.len() as u64,
                forgone: held.iter().map(|reason| reason.forgone).sum(),
                curable: open.len() as u64,
                next_deadline: day(open.iter().min().copied()),
            })
        })
        .collect();
    groups.sort_by_key(|group| (group.curable == 0, std::cmp::Reverse(group.forgone), std::cmp::Reverse(group.count)));
    Ok(groups)
}

fn calendar(owed: &[Obligation]) -> Vec<DueView> {
    let mut by: BTreeMap<Month, SumView> = BTreeMap::new();
    for row in owed {
        let sum = by.entry(row.due).or_default();
        sum.amount += row.amount;
        sum.count += 1;
    }
    by.into_iter().map(|(due, sum)| DueView { due: due.to_string(), count: sum.count, amount: sum.amount }).collect()
}

/// Where the ladders of one's groups stand, from their proofs.
fn ladders(own: &Own, run: &Run, lines: &[Line], zeros: &[Reason], lang: Lang) -> Result<Vec<RungView>, Refusal> {
    let is_group = |basis: &str| basis == own.account || basis.starts_with(&format!("{}/", own.account));
    let mut seen = BTreeSet::new();
    let mut views = Vec::new();
    let world = run.world()?;
    let catalog = Catalog::new(world.set());
    let component_of = |line: Option<&Line>, reason: Option<&Reason>| match (line, reason) {
        (Some(line), _) => catalog.component(&line.policy, line.version, &line.component),
        (None, Some(reason)) => catalog.component(&reason.policy, reason.version, &reason.component),
        (None, None) => None,
    };
    let paid = lines.iter().filter(|line| line.kind == LineKind::Earn && is_group(&line.basis));
    let mut groups: Vec<(String, String, Option<&Line>, Option<&Reason>)> =
        paid.map(|line| (line.basis.clone(), line.component.clone(), Some(line), None)).collect();
    groups.extend(
        zeros
            .iter()
            .filter(|reason| is_group(&reason.basis))
            .map(|reason| (reason.basis.clone(), reason.component.clone(), None, Some(reason))),
    );
    groups.sort_by_key(|(basis, component, ..)| (basis.len(), basis.clone(), component.clone()));
    for (basis, component, line, reason) in groups {
        if views.len() >= MOST_LADDERS || !seen.insert((basis.clone(), component.clone())) {
            continue;
        }
        if !component_of(line, reason).is_some_and(|component| has_ladder(&component.amount)) {
            continue;
        }
        // A ladder whose proof takes more than its own group is told where its line is opened.
        let Ok(Some(proof)) = world.prove_nearby(line, reason) else { continue };
        let group = basis.rsplit_once('/').map(|(_, code)| named(run, code)).unwrap_or_default();
        let of = |rung| rung_view(rung, &component, lang).map(|view| RungView { group: group.clone(), ..view });
        views.extend(proof.rungs.iter().filter_map(of));
    }
    Ok(views)
}

/// Name of an outlet or clerk on the last day of a run's month; the code where it has none.
fn named(run: &Run, code: &str) -> String {
    let last = run.period().last_day();
    let found = run.world().ok().and_then(|world| {
        let outlet = world.master().outlet(code, last).map(|row| row.name.clone());
        outlet.or_else(|| world.master().clerk(code, last).map(|row| row.name.clone()))
    });
    found.unwrap_or_else(|| mask(code))
}

/// Whether a formula goes by a ladder.
fn has_ladder(expr: &Expr) -> bool {
    match expr {
        Expr::Ladder(..) => true,
        Expr::Not(inner) | Expr::Neg(inner) => has_ladder(inner),
        Expr::Binary(_, left, right) => has_ladder(left) || has_ladder(right),
        Expr::If(condition, then, otherwise) => [condition, then, otherwise].into_iter().any(|part| has_ladder(part)),
        Expr::Match { arms, otherwise, .. } => has_ladder(otherwise) || arms.iter().any(|(_, result)| has_ladder(result)),
        Expr::Call(_, arguments) => arguments.iter().any(has_ladder),
        _ => false,
    }
}

/// Filters of one's own lines.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnFilter {
    period: Option<String>,
    component: Option<String>,
    /// Reason code.
    code: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// Lines that pay the caller's own partner, outlet or work ID.
#[utoipa::path(get, path = "/my/lines", tag = "my", operation_id = "my_lines", params(OwnFilter),
    responses((status = 200, body = Page<LineRow>)), extensions(("x-permission" = json!("income.read"))))]
async fn my_lines(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<OwnFilter>) -> Answer<Json<Page<LineRow>>> {
    let own = own(&desk, &signed).await?;
    let run = super::statements::month(&desk, asked.period.as_deref()).await?;
    heavy(move || {
        let mut lines = own.lines(&run)?;
        lines.retain(|line| asked.component.as_deref().is_none_or(|component| component == line.component));
        lines.sort_by_key(|line| (std::cmp::Reverse(line.day), line.basis.clone()));
        let paging = Paging { after: asked.after, limit: asked.limit };
        Ok(Json(Page::of(&paging, lines.len(), lines.iter().map(|line| line_row(&run, line, None)))))
    })
    .await
}

/// What was not paid to the caller's own partner, outlet or work ID, and why.
#[utoipa::path(get, path = "/my/unpaid", tag = "my", operation_id = "my_unpaid", params(OwnFilter),
    responses((status = 200, body = Page<UnpaidRow>)), extensions(("x-permission" = json!("income.read"))))]
async fn my_unpaid(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OwnFilter>,
) -> Answer<Json<Page<UnpaidRow>>> {
    let own = own(&desk, &signed).await?;
    let run = super::statements::month(&desk, asked.period.as_deref()).await?;
    heavy(move || {
        let today = desk.today();
        let mut zeros = own.zeros(&run)?;
        zeros.retain(|reason| {
            asked.component.as_deref().is_none_or(|component| component == reason.component)
                && asked.code.as_deref().is_none_or(|code| code == reason.code)
        });
        let is_curable = |reason: &Reason| reason.until.is_some_and(|until| until >= today);
        zeros.sort_by_key(|reason| (!is_curable(reason), reason.until, std::cmp::Reverse(reason.forgone)));
        let catalog = Catalog::new(run.world()?.set());
        let row = |reason: &Reason| UnpaidRow {
            policy: reason.policy.clone(),
            version: reason.version,
            component: reason.component.clone(),
            title: catalog.title(&reason.policy, reason.version, &reason.component),
            basis: mask(&reason.basis),
            day: reason.day.to_string(),
            code: reason.code.clone(),
            sentence: catalog.sentence(reason, lang),
            until: day(reason.until),
            curable: is_curable(reason),
            forgone: reason.forgone,
            dispute: None,
        };
        let paging = Paging { after: asked.after, limit: asked.limit };
        Ok(Json(Page::of(&paging, zeros.len(), zeros.iter().map(row))))
    })
    .await
}
