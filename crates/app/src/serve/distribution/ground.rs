//! What figures of distribution stand on: the network of the asker's reach, assortments, what was seen, moved and sold.

use super::super::desk::Desk;
use super::super::figures;
use super::super::listed::in_scope;
use super::super::orders::Asker;
use super::super::web::bug;
use qudao_access::{Scope, Sight};
use qudao_distribution::assortment::{Plan, Role};
use qudao_distribution::shelf::{self, Known};
use qudao_distribution::stock::{self, Bounds, Flow, Moved, Standing, WEEKS, unused};
use qudao_distribution::{order, propose};
use qudao_kernel::master::{Outlet, Product};
use qudao_kernel::{Date, Refusal, territory};
use qudao_metrics::{Dimension, Query, Test, Within, answer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days back that are looked at: eight weeks.
const BACK: i32 = 55;
/// The metric of sales.
const SALES: &str = "terminal_sales";

/// Outlet and model.
pub(super) type Pair = (String, String);

/// What was sold each day, by outlet and product.
pub(in crate::serve) type Sold = BTreeMap<(String, String), Vec<(Date, i64)>>;

/// Handsets sold by outlet, model and day, within a part of the network; of one outlet, or of a division, where it is named. Reads files.
///
/// # Errors
/// The facts cannot be read.
pub(in crate::serve) fn sold(
    desk: &Arc<Desk>,
    within: Within,
    outlet: &str,
    area: &str,
    (from, to): (Date, Date),
) -> Result<Sold, Refusal> {
    let mut query = Query::new(&[SALES], from, to, within);
    query.by = vec![Dimension::Outlet, Dimension::Product, Dimension::Day];
    if !outlet.is_empty() {
        query.tests.push(Test::Is(Dimension::Outlet, vec![outlet.to_owned()]));
    }
    if !area.is_empty() {
        query.tests.push(Test::Under(vec![area.to_owned()]));
    }
    let master = desk.master()?;
    let mut all: BTreeMap<Pair, Vec<(Date, i64)>> = BTreeMap::new();
    for row in answer(&desk.figures.catalogue, &master, &desk.figures.now(desk)?, &query)?.rows {
        let pieces = row.cells.first().and_then(|cell| cell.value).unwrap_or(0);
        if let [outlet, product, day] = row.key.as_slice()
            && let Ok(day) = day.parse()
            && pieces != 0
        {
            all.entry((outlet.clone(), product.clone())).or_default().push((day, pieces));
        }
    }
    Ok(all)
}

/// What figures stand on.
pub(super) struct Ground {
    pub(super) asker: Asker,
    pub(super) plan: Plan,
    pub(super) known: BTreeMap<Pair, Known>,
    moved: BTreeMap<Pair, Vec<Moved>>,
    pub(super) coming: BTreeMap<Pair, i64>,
    sold: BTreeMap<Pair, Vec<(Date, i64)>>,
    bounds: Bounds,
    pub(super) rules: propose::Rules,
    /// Open outlets of the asker's reach.
    pub(super) outlets: Vec<Outlet>,
    /// Models there are today.
    pub(super) products: Vec<Product>,
}

/// Which part is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part<'a> {
    /// One outlet and its own kind; empty for all.
    pub(super) outlet: &'a str,
    /// A division and all below it; empty for all.
    pub(super) area: &'a str,
}

impl Ground {
    /// Reads it. Whoever asks about an outlet sees others of its kind in totals only.
    pub(super) async fn of(desk: &Arc<Desk>, asker: Asker, scope: Scope, part: Part<'_>) -> Result<Self, Refusal> {
        let today = asker.today;
        let sight = Sight::of(scope.clone(), &asker.master, today);
        let number = |name: &str| {
            let number = desk.parameters().on(name, part.area, today)?.int()?;
            Ok::<u32, Refusal>(u32::try_from(number.clamp(0, 3_650)).unwrap_or(0))
        };
        let bounds = Bounds { low: number("cover_low_weeks")? * 10, high: number("cover_high_weeks")? * 10 };
        let rules = propose::Rules {
            cover_weeks: number("order_cover_weeks")?,
            lead_days: number("order_lead_days")?,
            safety_days: number("order_safety_days")?,
        };
        let (plan, known, moved, coming) = {
            let mut tx = desk.db.read().await?;
            let plan = Plan::on(&mut tx, &desk.display.assortment, today).await?;
            let known = shelf::known(&mut tx, &sight, part.outlet).await?;
            let moved = stock::movements(&mut tx, &sight, part.outlet, today.plus_days(-10 * 366)).await?;
            (plan, known, moved, order::on_order(&mut tx, &sight, part.outlet).await?)
        };
        // Sales since the oldest count that is built on, and for eight weeks at least; a count of half a year ago is too old to be built on.
        let counted = known.values().filter_map(|one| one.counted).map(|(day, _)| day);
        let moves = moved.values().flatten().map(|one| one.day);
        let from = counted.chain(moves).min().unwrap_or(today).max(today.plus_days(-183)).min(today.plus_days(-BACK));
        let within = figures::within(scope.clone());
        let (reader, outlet, area) = (Arc::clone(desk), part.outlet.to_owned(), part.area.to_owned());
        // Of an outlet's own kind all are counted, as far as the asker sees them.
        let reading = tokio::task::spawn_blocking(move || {
            let whole = if outlet.is_empty() { area } else { String::new() };
            sold(&reader, within, "", &whole, (from, today))
        });
        let sold = reading.await.map_err(|error| bug(&error.to_string()))??;
        let under = |row: &&Outlet| row.span.contains(today) && territory::under(&row.territory, part.area);
        let outlets =
            asker.master.outlets().filter(under).filter(|row| in_scope(&asker.master, &scope, &row.code, today)).cloned().collect();
        let products =
            asker.master.products().filter(|row| row.span.contains(today) && desk.display.assortment.speaks_of(row)).cloned().collect();
        Ok(Self { asker, plan, known, moved, coming, sold, bounds, rules, outlets, products })
    }

    /// What is known of a model at an outlet.
    pub(super) fn flow(&self, pair: &Pair) -> Flow {
        Flow {
            counted: self.known.get(pair).and_then(|one| one.counted),
            moved: self.moved.get(pair).cloned().unwrap_or_default(),
            sold: self.sold.get(pair).cloned().unwrap_or_default(),
        }
    }

    /// How a model stands at an outlet today.
    pub(super) fn standing(&self, pair: &Pair) -> Standing {
        self.flow(pair).standing(self.asker.today, self.bounds)
    }

    /// Pieces of a model each other outlet of the same type and class sold in four weeks.
    pub(super) fn peers(&self, outlet: &Outlet, product: &str) -> Vec<i64> {
        let (from, to) = (self.asker.today.plus_days(1 - 7 * i32::try_from(WEEKS).unwrap_or(4)), self.asker.today);
        let alike = self.outlets.iter().filter(|row| row.code != outlet.code && row.subtype == outlet.subtype && row.grade == outlet.grade);
        let pieces = |row: &Outlet| {
            let days = self.sold.get(&(row.code.clone(), product.to_owned()));
            days.map_or(0, |days| days.iter().filter(|(day, _)| (from..=to).contains(day)).map(|(_, pieces)| pieces).sum())
        };
        alike.map(pieces).collect()
    }

    /// What an outlet of this kind could sell more, pieces in four weeks.
    pub(super) fn unused(&self, outlet: &Outlet, product: &str, own: i64) -> i64 {
        unused(own, &self.peers(outlet, product))
    }

    /// Models of an outlet by its type.
    pub(super) fn models(&self, outlet: &Outlet) -> Vec<(&Product, Role)> {
        self.plan.of(&outlet.subtype, self.products.iter())
    }

    /// Whether an outlet distributes a model today (R7.99).
    pub(super) fn distributes(&self, outlet: &Outlet, product: &Product) -> bool {
        let pair = (outlet.code.clone(), product.code.clone());
        let on_sale = self.plan.role(&outlet.subtype, product).is_sold();
        shelf::distributes(self.known.get(&pair), &self.flow(&pair), on_sale, self.asker.today)
    }

    /// The last day an outlet sold any model.
    pub(super) fn last_sale(&self, outlet: &str) -> Option<Date> {
        let own = self.sold.range((outlet.to_owned(), String::new())..).take_while(|((code, _), _)| code == outlet);
        own.flat_map(|(_, days)| days.iter().filter(|(_, pieces)| *pieces > 0).map(|(day, _)| *day)).max()
    }
}
