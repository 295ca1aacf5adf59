//! What outlets hold by the book, beside what somebody counts there (R7.48, R7.50): cards, numbers and handsets of ours in stock, and models as counts, supplies and
//! sales say.

use super::super::desk::Desk;
use super::super::distribution::sold;
use super::super::figures;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::heavy;
use super::shown::FieldStock;
use qudao_access::{Permission, Sight};
use qudao_distribution::shelf::{Known, known};
use qudao_distribution::stock::{Flow, movements};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_orders::held::held;
use qudao_orders::stock::Piece;
use qudao_platform::Tx;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days of sales a count is built on at most; an older one says nothing.
const OLDEST: i32 = 183;
/// Days of movements that are looked at.
const MOVED: i32 = 3_660;

/// What the systems know of models at outlets.
pub(super) struct Book {
    sight: Option<Sight>,
    sold: BTreeMap<(String, String), Vec<(Date, i64)>>,
    today: Date,
}

impl Book {
    /// Counts sales once for all outlets, as far as the asker may see distribution. Without that only pieces of ours in stock are known.
    ///
    /// # Errors
    /// The fact store does not answer.
    pub(super) async fn of(desk: &Arc<Desk>, signed: &Signed, asker: &Asker, outlets: &[String]) -> Result<Self, Refusal> {
        let today = asker.today;
        let Some(scope) = signed.scope(desk, Permission::DistributionRead).ok().filter(|_| !outlets.is_empty()) else {
            return Ok(Self { sight: None, sold: BTreeMap::new(), today });
        };
        let sight = Sight::of(scope.clone(), &asker.master, today);
        let (reader, only) = (Arc::clone(desk), if let [one] = outlets { one.clone() } else { String::new() });
        let days = (today.plus_days(-OLDEST), today);
        let sold = heavy(move || sold(&reader, figures::within(scope), &only, "", days)).await?;
        Ok(Self { sight: Some(sight), sold, today })
    }

    /// Stock of an outlet, with what was sold there from a day on.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn stock(&self, tx: &mut Tx, asker: &Asker, outlet: &str, since: Date) -> Result<Vec<FieldStock>, Refusal> {
        let since_us = (i64::from(since.days()) * 24 - 8) * 3_600_000_000;
        let mut found: BTreeMap<String, FieldStock> = BTreeMap::new();
        for one in held(tx, outlet, since_us).await? {
            let (product, name) = named(asker, one.piece, &one.product);
            found.insert(product.clone(), FieldStock { product, name, book: i64::from(one.here), sold: i64::from(one.sold) });
        }
        for (product, flow) in self.flows(tx, outlet).await? {
            // Where a model was counted or supplied, that is the book; what was sold of it is what all systems say.
            let Some(book) = flow.stock(self.today) else { continue };
            let (code, name) = named(asker, Piece::Handset, &product);
            found.insert(code.clone(), FieldStock { product: code, name, book, sold: flow.sold_between(since, self.today) });
        }
        Ok(found.into_values().collect())
    }

    /// What was seen of models at an outlet last, as far as the asker may see distribution.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn seen(&self, tx: &mut Tx, outlet: &str) -> Result<BTreeMap<(String, String), Known>, Refusal> {
        match &self.sight {
            Some(sight) => known(tx, sight, outlet).await,
            None => Ok(BTreeMap::new()),
        }
    }

    async fn flows(&self, tx: &mut Tx, outlet: &str) -> Result<BTreeMap<String, Flow>, Refusal> {
        let mut flows: BTreeMap<String, Flow> = BTreeMap::new();
        let Some(sight) = &self.sight else { return Ok(flows) };
        for ((_, product), one) in known(tx, sight, outlet).await? {
            flows.entry(product).or_default().counted = one.counted;
        }
        for ((_, product), moved) in movements(tx, sight, outlet, self.today.plus_days(-MOVED)).await? {
            flows.entry(product).or_default().moved = moved;
        }
        for (product, flow) in &mut flows {
            flow.sold = self.sold.get(&(outlet.to_owned(), product.clone())).cloned().unwrap_or_default();
        }
        Ok(flows)
    }
}

/// Code and name of what is in stock.
fn named(asker: &Asker, piece: Piece, product: &str) -> (String, String) {
    let zh = asker.lang == Lang::Zh;
    let name = match piece {
        Piece::Card => if zh { "卡" } else { "Cards" }.to_owned(),
        Piece::Number => if zh { "号码" } else { "Numbers" }.to_owned(),
        Piece::Handset => asker.master.product(product, asker.today).map_or_else(|| product.to_owned(), |row| row.name.clone()),
    };
    (if product.is_empty() { piece.name().to_owned() } else { product.to_owned() }, name)
}
