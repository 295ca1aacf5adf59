//! What figures of distribution stand on: the network of the asker's reach, assortments, what was seen, moved and sold.

use super::super::desk::Desk;
use super::super::figures;
use super::super::listed::in_scope;
use super::super::orders::Asker;
use super::super::web::bug;
use qudao_access::{Scope, Sight};
use qudao_distribution::assortment::{Plan, Role};
use qudao_distribution::shelf::{self, Known};
use qudao_distribution::stock::{self, Bounds, Flow, Moved, Standing, WEEKS};
use qudao_distribution::{order, propose};
use qudao_kernel::master::{Outlet, Product};
use qudao_kernel::{Date, Refusal, territory};
use qudao_metrics::{Dimension, Query, Test, Within, answer};
use std::collections::{BTreeMap, BTreeSet};
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

/// What is known of a model at an outlet.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) known: Option<Known>,
    /// On its way, pieces.
    pub(super) coming: i64,
    pub(super) flow: Flow,
}

/// Outlets of one type and class.
#[derive(Debug, Default)]
struct Alike {
    outlets: i64,
    /// Pieces all of them sold in four weeks, by model.
    sold: BTreeMap<String, i64>,
}

/// What figures stand on.
pub(super) struct Ground {
    pub(super) asker: Asker,
    plan: Plan,
    /// By outlet and model; most pairs of a network have nothing.
    seen: BTreeMap<String, BTreeMap<String, Seen>>,
    nothing: Seen,
    bounds: Bounds,
    pub(super) rules: propose::Rules,
    /// Which of the register's outlets are open and within the asker's reach, in its order.
    within: Vec<bool>,
    /// By type and class.
    alike: BTreeMap<(String, String), Alike>,
    /// Models there are today, by code.
    pub(super) products: Vec<Product>,
    /// What they are to each type of outlet, by their place among the products.
    roles: BTreeMap<String, Vec<(usize, Role)>>,
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
        let under = |row: &Outlet| row.span.contains(today) && territory::under(&row.territory, part.area);
        let reached = asker.master.outlets().map(|row| under(row) && in_scope(&asker.master, &scope, &row.code, today)).collect();
        let products =
            asker.master.products().filter(|row| row.span.contains(today) && desk.display.assortment.speaks_of(row)).cloned().collect();
        let seen = gathered(known, moved, coming, sold);
        let (alike, roles) = (BTreeMap::new(), BTreeMap::new());
        let mut ground = Self { asker, plan, seen, nothing: Seen::default(), bounds, rules, within: reached, alike, products, roles };
        (ground.alike, ground.roles) = (ground.kinds(), ground.assorted());
        Ok(ground)
    }

    /// Open outlets of the asker's reach, by code.
    pub(super) fn outlets(&self) -> impl Iterator<Item = &Outlet> {
        self.asker.master.outlets().zip(&self.within).filter_map(|(row, within)| within.then_some(row))
    }

    /// What is known of a model at an outlet.
    pub(super) fn seen(&self, outlet: &str, product: &str) -> &Seen {
        self.seen.get(outlet).and_then(|models| models.get(product)).unwrap_or(&self.nothing)
    }

    /// Whether anybody looked at an outlet's shelves; nobody did at most of a network's.
    pub(super) fn is_looked_at(&self, outlet: &str) -> bool {
        let models = self.seen.get(outlet).into_iter().flat_map(BTreeMap::values);
        models.filter_map(|seen| seen.known.as_ref()).any(|known| known.shown.is_some())
    }

    /// How a model stands at an outlet today.
    pub(super) fn standing(&self, outlet: &str, product: &str) -> Standing {
        self.seen(outlet, product).flow.standing(self.asker.today, self.bounds)
    }

    /// Pieces of a model an outlet sold in four weeks.
    fn sold_lately(&self, flow: &Flow) -> i64 {
        flow.sold_between(self.asker.today.plus_days(1 - 7 * i32::try_from(WEEKS).unwrap_or(4)), self.asker.today)
    }

    /// Outlets of each type and class, and what they sold.
    fn kinds(&self) -> BTreeMap<(String, String), Alike> {
        let mut found: BTreeMap<(&str, &str), Alike> = BTreeMap::new();
        for outlet in self.outlets() {
            let alike = found.entry((&outlet.subtype, &outlet.grade)).or_default();
            alike.outlets += 1;
            for (product, seen) in self.seen.get(&outlet.code).into_iter().flatten() {
                let pieces = self.sold_lately(&seen.flow);
                if pieces != 0 {
                    *alike.sold.entry(product.clone()).or_default() += pieces;
                }
            }
        }
        found.into_iter().map(|((subtype, grade), alike)| ((subtype.to_owned(), grade.to_owned()), alike)).collect()
    }

    fn assorted(&self) -> BTreeMap<String, Vec<(usize, Role)>> {
        let types: BTreeSet<&str> = self.asker.master.outlets().map(|row| row.subtype.as_str()).collect();
        let roles = |subtype: &str| {
            let all = self.products.iter().enumerate().map(|(at, product)| (at, self.plan.role(subtype, product)));
            all.filter(|(_, role)| *role != Role::None).collect()
        };
        types.into_iter().map(|subtype| (subtype.to_owned(), roles(subtype))).collect()
    }

    /// What the other outlets of the same type and class sold of a model in four weeks, all together, and how many these are. The outlet is one of the
    /// asker's reach.
    pub(super) fn peers(&self, outlet: &Outlet, product: &str) -> (i64, i64) {
        let Some(alike) = self.alike.get(&(outlet.subtype.clone(), outlet.grade.clone())) else { return (0, 0) };
        let sold = alike.sold.get(product).copied().unwrap_or(0);
        if !outlet.span.contains(self.asker.today) {
            return (sold, alike.outlets);
        }
        (sold - self.sold_lately(&self.seen(&outlet.code, product).flow), alike.outlets - 1)
    }

    /// Models of an outlet by its type, by code; those nothing is said of are left out.
    pub(super) fn models(&self, outlet: &Outlet) -> impl Iterator<Item = (&Product, Role)> {
        let roles = self.roles.get(&outlet.subtype).map_or(&[][..], Vec::as_slice);
        roles.iter().map(|(at, role)| (&self.products[*at], *role))
    }

    /// Whether an outlet distributes a model today (R7.99).
    pub(super) fn distributes(&self, outlet: &Outlet, product: &Product) -> bool {
        let seen = self.seen(&outlet.code, &product.code);
        let on_sale = self.plan.role(&outlet.subtype, product).is_sold();
        shelf::distributes(seen.known.as_ref(), &seen.flow, on_sale, self.asker.today)
    }

    /// The last day an outlet sold any model.
    pub(super) fn last_sale(&self, outlet: &str) -> Option<Date> {
        let own = self.seen.get(outlet).into_iter().flat_map(BTreeMap::values);
        own.flat_map(|seen| seen.flow.sold.iter().filter(|(_, pieces)| *pieces > 0).map(|(day, _)| *day)).max()
    }
}

/// What the database and the facts know, by outlet and model.
fn gathered(
    known: BTreeMap<Pair, Known>,
    moved: BTreeMap<Pair, Vec<Moved>>,
    coming: BTreeMap<Pair, i64>,
    sold: Sold,
) -> BTreeMap<String, BTreeMap<String, Seen>> {
    let mut all = BTreeMap::new();
    for (pair, known) in known {
        let seen = at(&mut all, pair);
        (seen.flow.counted, seen.known) = (known.counted, Some(known));
    }
    for (pair, moved) in moved {
        at(&mut all, pair).flow.moved = moved;
    }
    for (pair, coming) in coming {
        at(&mut all, pair).coming = coming;
    }
    for (pair, sold) in sold {
        at(&mut all, pair).flow.sold = sold;
    }
    all
}

fn at(all: &mut BTreeMap<String, BTreeMap<String, Seen>>, (outlet, product): Pair) -> &mut Seen {
    all.entry(outlet).or_default().entry(product).or_default()
}
