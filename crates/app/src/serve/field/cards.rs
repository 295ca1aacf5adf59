//! The card of an outlet: what to know before entering, from visits, promises, the stock, the systems' sales and the suggested prices.

use super::super::desk::Desk;
use super::super::display;
use super::super::figures;
use super::super::metrics::MetricQuery;
use super::super::orders::Asker;
use super::super::recruit::{named, names};
use super::super::signed::Signed;
use super::super::web::heavy;
use super::book::Book;
use super::promises::shown_promise;
use super::shown::{FieldContact, FieldIssue, FieldLast, FieldModel, FieldNext, FieldOutlet, FieldPrice, FieldSale, FieldScore, FieldStop};
use super::{house, site_of};
use qudao_access::Permission;
use qudao_distribution::assortment::{Plan, Role};
use qudao_field::params::At;
use qudao_field::promise;
use qudao_field::visit::briefing::{Issue, IssueKind, Last, briefing};
use qudao_field::visit::list::Sight;
use qudao_field::visit::record::Next;
use qudao_field::visit::site::{self, Site};
use qudao_kernel::master::Product;
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_metrics::{Dimension, Test};
use qudao_network::contact;
use qudao_network::life::Who;
use qudao_network::portfolio;
use qudao_platform::Tx;
use qudao_price::live::{Live, Spot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days looked back where an outlet was never visited, and for what the systems sold there.
const BACK: i32 = 28;
/// The metric of business that stands.
const BUSINESS: &str = "effective_orders";

/// What cards are made with.
pub(super) struct Cards<'a> {
    desk: &'a Arc<Desk>,
    asker: &'a Asker,
    sight: &'a Sight,
    /// What the systems sold, by outlet.
    sales: BTreeMap<String, Vec<FieldSale>>,
    /// Products with a retail price: code, name, line, and what is suggested where no price book reaches.
    prices: Vec<(String, String, String, Fen)>,
    /// The price books of today.
    live: Live,
    /// Assortments of today.
    plan: Plan,
    book: Book,
}

impl<'a> Cards<'a> {
    /// Counts what the outlets sold, once for all of them, as far as the asker may see business.
    ///
    /// # Errors
    /// The fact store does not answer.
    pub(super) async fn of(
        desk: &'a Arc<Desk>,
        signed: &Signed,
        asker: &'a Asker,
        sight: &'a Sight,
        outlets: &[String],
    ) -> Result<Self, Refusal> {
        let sales = match signed.scope(desk, Permission::VolumeRead) {
            Ok(scope) if !outlets.is_empty() => {
                let (desk, outlets, today, lang) = (Arc::clone(desk), outlets.to_vec(), asker.today, asker.lang);
                heavy(move || sold(&desk, figures::within(scope), outlets, today, lang)).await?
            }
            _ => BTreeMap::new(),
        };
        let goods = asker.master.products().filter(|row| row.span.contains(asker.today) && row.retail_price > Fen::ZERO);
        let prices = goods.map(|row| (row.code.clone(), row.name.clone(), row.line.clone(), row.retail_price)).collect();
        let live = Live::on(&mut desk.db.read().await?, asker.today).await?;
        let plan = Plan::on(&mut desk.db.read().await?, &desk.display.assortment, asker.today).await?;
        let book = Book::of(desk, signed, asker, outlets).await?;
        Ok(Self { desk, asker, sight, sales, prices, live, plan, book })
    }

    /// The card of an outlet, without a place in a day.
    ///
    /// # Errors
    /// `NotFound field.outlet.none`; the database does not answer.
    pub(super) async fn card(&self, tx: &mut Tx, outlet: &str) -> Result<FieldStop, Refusal> {
        let Self { desk, asker, sight, .. } = self;
        let site = site_of(desk, asker, tx, outlet, asker.today).await?;
        let known = briefing(tx, &house(desk, &site.territory, asker.today)?, sight, outlet).await?;
        let query = promise::Query { outlet: outlet.to_owned(), open: true, ..promise::Query::default() };
        let promises = promise::list(tx, sight, &query).await?;
        let people = promises.iter().map(|one| one.manager.clone()).chain(known.last.iter().map(|last| last.manager.clone()));
        let people = names(tx, people).await?;
        let contacts = contact::list(tx, Who::Outlet, outlet).await?.into_iter().filter(|one| one.to.is_none_or(|to| asker.today < to));
        let contacts = contacts.map(of_contact).collect();
        let shown = shown_outlet(desk, asker, tx, &site, known.last.as_ref().map(|last| last.day)).await?;
        let since = known.last.as_ref().map_or_else(|| asker.today.plus_days(-BACK), |last| last.day);
        let stock = self.book.stock(tx, asker, outlet, since).await?;
        let models = self.models(tx, &site).await?;
        let mut issues: Vec<FieldIssue> = known.issues.into_iter().map(|issue| of_issue(issue, asker)).collect();
        let launched = display::briefed(tx, desk, asker, outlet).await?;
        issues.extend(launched.into_iter().map(|(id, text, since, due_on)| of_launch(id, text, since, due_on, asker.today)));
        let spot = Spot { territory: &site.territory, outlet_type: &site.outlet_type };
        let price = |(product, name, line, otherwise): &(String, String, String, Fen)| {
            of_price(product, name, line, self.live.suggested(spot, product).unwrap_or(*otherwise))
        };
        Ok(FieldStop {
            seq: 0,
            arrives: None,
            leaves: None,
            late: false,
            left_why: String::new(),
            manual: false,
            purposes: Vec::new(),
            target: String::new(),
            outlet: shown,
            contacts,
            last: known.last.map(|last| self.last(last, &people)),
            issues,
            promises: promises.into_iter().map(|one| shown_promise(asker, &people, one)).collect(),
            stock,
            models,
            sales: self.sales.get(outlet).cloned().unwrap_or_default(),
            prices: self.prices.iter().map(price).collect(),
            visit: None,
            visit_state: None,
        })
    }

    /// Models an outlet of the type is to show, what it must show first, each with how it was seen last.
    async fn models(&self, tx: &mut Tx, site: &Site) -> Result<Vec<FieldModel>, Refusal> {
        let Self { desk, asker, .. } = self;
        let seen = self.book.seen(tx, &site.outlet).await?;
        let goods = asker.master.products().filter(|row| row.span.contains(asker.today) && desk.display.assortment.speaks_of(row));
        let mut models = self.plan.of(&site.outlet_type, goods);
        models.retain(|(_, role)| role.is_sold());
        models.sort_by(|(a, first), (b, second)| (first, &a.code).cmp(&(second, &b.code)));
        let of = |(product, role): (&Product, Role)| {
            let known = seen.get(&(site.outlet.clone(), product.code.clone()));
            let shown = known.and_then(|known| known.shown);
            FieldModel {
                product: product.code.clone(),
                name: product.name.clone(),
                role: role.name().to_owned(),
                stands: shown.map_or("", |(shown, _)| shown.name()).to_owned(),
                seen_on: shown.map(|(_, on)| on.to_string()),
                sample: known.and_then(|known| known.sample),
                tag: known.and_then(|known| known.tag),
            }
        };
        Ok(models.into_iter().map(of).collect())
    }

    fn last(&self, last: Last, people: &BTreeMap<String, String>) -> FieldLast {
        let scores = last.scores.into_iter().map(|(template, score)| score_of(self.desk, template, score, self.asker.lang));
        FieldLast {
            visit: last.visit,
            day: last.day.to_string(),
            manager_name: named(people, &last.manager),
            manager: last.manager,
            scores: scores.collect(),
            next: last.next.map(of_next),
        }
    }
}

/// Business of outlets by kind over the last four weeks.
fn sold(
    desk: &Arc<Desk>,
    within: qudao_metrics::Within,
    outlets: Vec<String>,
    today: Date,
    lang: Lang,
) -> Result<BTreeMap<String, Vec<FieldSale>>, Refusal> {
    let (master, catalogue) = (desk.master()?, &desk.figures.catalogue);
    let mut query = MetricQuery::plain(BUSINESS, Some("outlet"), today.plus_days(-BACK), today).query(within)?;
    query.by.push(Dimension::Kind);
    query.tests.push(Test::Is(Dimension::Outlet, outlets));
    let mut found: BTreeMap<String, Vec<FieldSale>> = BTreeMap::new();
    for row in qudao_metrics::answer(catalogue, &master, &desk.figures.now(desk)?, &query)?.rows {
        let (Some(outlet), Some(kind)) = (row.key.first(), row.key.get(1)) else { continue };
        let pieces = row.cells.first().and_then(|cell| cell.value).unwrap_or(0);
        if pieces != 0 {
            let name = figures::label(catalogue, &master, today, lang, Dimension::Kind, kind);
            found.entry(outlet.clone()).or_default().push(FieldSale { kind: kind.clone(), name, pieces });
        }
    }
    Ok(found)
}

/// An outlet as pages of the field show it.
///
/// # Errors
/// `NotFound field.outlet.none`; the database does not answer.
pub(super) async fn shown_outlet(
    desk: &Desk,
    asker: &Asker,
    tx: &mut Tx,
    site: &Site,
    last_visit: Option<Date>,
) -> Result<FieldOutlet, Refusal> {
    let row = site::row(&asker.master, &site.outlet, asker.today).ok_or_else(|| site::none(&site.outlet))?;
    let register = desk.parameters();
    let sales = At { register: &register, territory: &site.territory, day: asker.today }.fix_sales()?;
    let address = qudao_network::site::on(tx, &site.outlet, asker.today).await?.map(|site| site.address).unwrap_or_default();
    let keepers = portfolio::history(tx, &site.outlet).await?;
    let holds = |keeper: &&portfolio::Keeper| keeper.from <= asker.today && keeper.to.is_none_or(|to| asker.today < to);
    Ok(FieldOutlet {
        code: row.code.clone(),
        name: row.name.clone(),
        partner: row.owner.clone(),
        partner_name: if row.owner.is_empty() { String::new() } else { asker.partner(&row.owner) },
        territory: row.territory.clone(),
        territory_name: super::super::network_name(&row.territory, asker.lang),
        address,
        lat_e6: site.point.map(|point| point.lat_e6),
        lon_e6: site.point.map(|point| point.lon_e6),
        channel: row.channel.clone(),
        outlet_type: site.outlet_type.clone(),
        size: site.size.clone(),
        setting: site::setting(&site.territory).to_owned(),
        class: row.grade.clone(),
        fix_sales: sales.get(&row.grade).map_or(0, |fen| fen.0),
        closed_from: site.closed_from.map(|day| day.to_string()),
        manager: keepers.iter().rfind(holds).map(|keeper| keeper.login.clone()).unwrap_or_default(),
        last_visit: last_visit.map(|day| day.to_string()),
    })
}

pub(super) fn of_contact(one: contact::Contact) -> FieldContact {
    let contact::Contact { name, post, power, attitude, needs, phone, .. } = one;
    FieldContact { name, post, power, attitude, needs, phone }
}

fn of_issue(issue: Issue, asker: &Asker) -> FieldIssue {
    let kind = match issue.kind {
        IssueKind::Correction => "correction",
        IssueKind::Promise => "promise",
    };
    FieldIssue {
        id: issue.id,
        kind: kind.to_owned(),
        text: issue.text.get(asker.lang).to_owned(),
        since: issue.since.to_string(),
        due_on: issue.due_on.map(|day| day.to_string()),
        overdue: issue.due_on.is_some_and(|day| day < asker.today),
    }
}

/// A piece of a launch that is still to be placed here.
fn of_launch(id: String, text: String, since: Date, due_on: Date, today: Date) -> FieldIssue {
    let kind = "launch".to_owned();
    FieldIssue { id, kind, text, since: since.to_string(), due_on: Some(due_on.to_string()), overdue: due_on < today }
}

fn of_price(product: &str, name: &str, line: &str, suggested: Fen) -> FieldPrice {
    FieldPrice { product: product.to_owned(), name: name.to_owned(), line: line.to_owned(), suggested: suggested.0 }
}

/// A next action as pages show it.
pub(super) fn of_next(next: Next) -> FieldNext {
    FieldNext { text: next.text, owner: next.owner, due_on: next.due_on.to_string() }
}

/// A score with the name of its checklist.
pub(super) fn score_of(desk: &Desk, template: String, score: Option<u32>, lang: Lang) -> FieldScore {
    let name = desk.field.catalogue.get(&template).map_or_else(|_| template.clone(), |known| known.name.get(lang).to_owned());
    FieldScore { template, name, score }
}
