//! What visits and orders tell of prices and pieces, taken over event by event.
//!
//! A visit that counts brings prices of models and scanned serials; an order that takes effect brings the serial of a handset. Both are judged by what held
//! on their day. The same event handled again changes nothing.

use crate::authorise::Areas;
use crate::check::{self, New, Seen};
use crate::diversion::{self, Ground, Sighting, Way};
use crate::live::{Live, Spot};
use crate::verdict::Limits;
use qudao_access::sessions::day;
use qudao_field::visit::shelf::{self, Shelf};
use qudao_kernel::facts::Col;
use qudao_kernel::master::Master;
use qudao_kernel::{Fen, Refusal};
use qudao_platform::db::{Db, Tx};
use qudao_platform::outbox::{self, Consumer, Drained, Event};
use qudao_platform::params::Register;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who takes visits, and who takes orders.
const VISITS: &str = "price-visits";
const ORDERS: &str = "price-orders";
/// Most events of a round.
const MOST: u32 = 1_000;

/// What events are taken with.
#[derive(Clone)]
pub struct House {
    /// The network.
    pub master: Arc<Master>,
    /// Limits.
    pub parameters: Arc<Register>,
}

/// Subscribes to what visits and orders tell.
///
/// # Errors
/// The database does not answer.
pub async fn subscribe(tx: &mut Tx) -> Result<(), Refusal> {
    outbox::subscribe(tx, VISITS, qudao_field::visit::facts::TOPIC).await?;
    outbox::subscribe(tx, ORDERS, qudao_orders::order::facts::TOPIC).await
}

/// Takes what waits. How much was done; what was refused comes again later.
///
/// # Errors
/// The database does not answer.
pub async fn round(db: &Db, house: &House) -> Result<Drained, Refusal> {
    let visits = outbox::drain(db, &Visits(house.clone()), MOST).await?;
    let orders = outbox::drain(db, &Orders(house.clone()), MOST).await?;
    Ok(Drained { done: visits.done + orders.done, refused: visits.refused + orders.refused })
}

struct Visits(House);
struct Orders(House);

/// Of an event, what is needed of it.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    record: String,
    #[serde(default)]
    order: String,
    rows: Vec<(String, BTreeMap<String, String>)>,
}

fn told(event: &Event) -> Result<Told, Refusal> {
    serde_json::from_str(&event.body).map_err(|error| {
        Refusal::new(
            qudao_kernel::Kind::Bug,
            "price.event",
            format!("事件 {} 无法读取（{error}）；请把此信息报告给维护者", event.id),
            format!("the event {} cannot be read ({error}); report this to the maintainers", event.id),
        )
    })
}

#[async_trait::async_trait]
impl Consumer for Visits {
    fn name(&self) -> &str {
        VISITS
    }

    async fn handle(&self, tx: &mut Tx, event: &Event) -> Result<(), Refusal> {
        let visit = told(event)?.record;
        // What is learned of a visit later stands in the place of what it told before.
        check::forget(tx, &visit).await?;
        let Some(shelf) = shelf::read(tx, &visit).await? else { return Ok(()) };
        prices(tx, &self.0, &visit, &shelf).await?;
        let areas = Areas::load(tx).await?;
        let ground = Ground { master: &self.0.master, areas: &areas };
        for (_, piece) in &shelf.serials {
            let seen = Sighting { piece, outlet: &shelf.outlet, on: shelf.day, way: Way::Scan, reference: &visit };
            diversion::sighted(tx, ground, &shelf.manager, &seen).await?;
        }
        Ok(())
    }
}

async fn prices(tx: &mut Tx, house: &House, visit: &str, shelf: &Shelf) -> Result<(), Refusal> {
    if shelf.prices.is_empty() {
        return Ok(());
    }
    let (live, today) = (Live::on(tx, shelf.day).await?, day(tx.now_us()));
    let limits = Limits::of(&house.parameters, &shelf.territory, shelf.day)?;
    for (product, priced) in &shelf.prices {
        for (seen, amount) in [(Seen::Tag, priced.tag), (Seen::Quoted, priced.quoted), (Seen::Rival, priced.rival)] {
            let Some(amount) = amount.filter(|amount| *amount > Fen::ZERO) else { continue };
            let new = New {
                seen,
                product,
                outlet: &shelf.outlet,
                partner: &shelf.partner,
                spot: Spot { territory: &shelf.territory, outlet_type: &shelf.outlet_type },
                seen_on: shelf.day.min(today),
                amount,
                visit,
                photo: priced.photo.as_deref().unwrap_or(""),
                note: &priced.note.chars().take(500).collect::<String>(),
            };
            check::take(tx, &live, limits, &shelf.manager, visit, &new, today).await?;
        }
    }
    Ok(())
}

#[async_trait::async_trait]
impl Consumer for Orders {
    fn name(&self) -> &str {
        ORDERS
    }

    async fn handle(&self, tx: &mut Tx, event: &Event) -> Result<(), Refusal> {
        let told = told(event)?;
        let areas = Areas::load(tx).await?;
        let ground = Ground { master: &self.0.master, areas: &areas };
        for (_, cells) in &told.rows {
            let cell = |col: Col| cells.get(col.name()).map_or("", String::as_str);
            // What takes a sale back is no sale.
            let sold = cell(Col::Ref).is_empty() && !cell(Col::Imei).is_empty();
            let Some(on) = cell(Col::OccurredOn).parse().ok().filter(|_| sold) else { continue };
            let (piece, outlet) = (cell(Col::Imei), cell(Col::Outlet));
            diversion::sighted(tx, ground, ORDERS, &Sighting { piece, outlet, on, way: Way::Order, reference: &told.order }).await?;
        }
        Ok(())
    }
}
