//! 报价: handsets as suppliers offer them, several suppliers of one product side by side (R4.49), and the pieces of each in the central store.

use crate::{conflict, plain};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_orders::handset::{self, Lot};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use qudao_receivable::Once;
use serde_json::json;

/// Line of handsets.
const HANDSETS: &str = "终端";
/// Largest price of a piece: a million yuan.
const MOST_FEN: i64 = 100_000_000;

/// An offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Number.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Product, a handset.
    pub product: String,
    /// Who supplies it.
    pub supplier: String,
    /// What a piece costs the outlet.
    pub supply_price: Fen,
    /// What it is suggested to sell for.
    pub suggested_price: Fen,
    /// The least that is left between them.
    pub least_margin: Fen,
    /// Whether it can be ordered.
    pub open: bool,
    /// Pieces in the central store.
    pub pieces: u32,
}

impl Offer {
    /// What selling a piece at the suggested price leaves.
    pub fn margin(&self) -> Fen {
        Fen(self.suggested_price.0 - self.supply_price.0)
    }
}

/// An offer to be made or written anew.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Product.
    pub product: &'a str,
    /// Supplier.
    pub supplier: &'a str,
    /// Fen a piece.
    pub supply_price: Fen,
    /// Fen a piece.
    pub suggested_price: Fen,
    /// Fen a piece.
    pub least_margin: Fen,
    /// Whether it can be ordered.
    pub open: bool,
}

impl Wanted<'_> {
    fn check(&self, master: &Master, today: Date) -> Result<(), Refusal> {
        if master.product(self.product, today).is_none_or(|row| row.line != HANDSETS) {
            return Err(Refusal::bad_input(
                "supply.offer.product",
                format!("{} 不是在售的终端产品；请从产品目录选择", self.product),
                format!("{} is no handset in force; choose one of the catalogue", self.product),
            ));
        }
        if plain(self.supplier)?.is_empty() {
            return Err(Refusal::bad_input("supply.offer.supplier", "请填写供应商", "say who supplies it"));
        }
        let priced = |fen: Fen, least: i64| (least..=MOST_FEN).contains(&fen.0);
        if !priced(self.supply_price, 1) || !priced(self.suggested_price, 1) || !priced(self.least_margin, 0) {
            return Err(Refusal::bad_input(
                "supply.offer.price",
                "价格须大于零且不超过一百万元，保证毛利不能小于零；请修改",
                "a price is above zero and at most a million yuan, and a guaranteed margin not below zero; change it",
            ));
        }
        let margin = Fen(self.suggested_price.0 - self.supply_price.0);
        if margin < self.least_margin {
            return Err(Refusal::bad_input(
                "supply.offer.margin",
                format!("建议零售价减供货价只有 {margin} 元，低于保证毛利 {} 元；请调整价格", self.least_margin),
                format!("suggested less supply price leaves {margin} yuan, below the guaranteed {}; change a price", self.least_margin),
            ));
        }
        Ok(())
    }

    fn told(&self) -> serde_json::Value {
        json!({ "product": self.product, "supplier": self.supplier, "supply_price": self.supply_price.0,
                "suggested_price": self.suggested_price.0, "least_margin": self.least_margin.0, "open": self.open })
    }

    const fn state(&self) -> &'static str {
        if self.open { "open" } else { "closed" }
    }
}

/// Makes an offer. Its number. The same request under its key is the same offer.
///
/// # Errors
/// `BadInput supply.offer.product`, `supply.offer.supplier`, `supply.offer.price`, `supply.offer.margin`; `Conflict supply.offer.there` where that supplier
/// offers it already.
pub async fn create(db: &Db, master: &Master, once: Once<'_>, new: &Wanted<'_>, today: Date) -> Result<Done<String>, Refusal> {
    new.check(master, today)?;
    write_tx!(db, |tx| {
        let body = new.told().to_string();
        let claim = match keys::begin::<String>(tx, &format!("supply.offer/{}", once.who), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = crate::number(tx, "BJ", today).await?;
        let sql =
            "insert into supply_offer (id, version, product, supplier, supply_price, suggested_price, least_margin, state, who, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (product, supplier) do nothing";
        let Wanted { product, supplier, supply_price, suggested_price, least_margin, .. } = *new;
        let supplier = supplier.trim();
        let values = args![&id, product, supplier, supply_price, suggested_price, least_margin, new.state(), once.who, tx.now_us()];
        if tx.execute(sql, values).await? == 0 {
            return Err(conflict(
                "supply.offer.there",
                format!("{supplier} 已有 {product} 的报价；请修改原报价"),
                format!("{supplier} offers {product} already; change that offer"),
            ));
        }
        tx.audit(Entry::new(once.who, "supply.offer", "offer", &id).after(body));
        claim.finish(tx, id).await
    })
}

/// Writes prices and state of an offer anew; orders that are placed keep theirs. Its version afterwards.
///
/// # Errors
/// As [`create`]; `NotFound supply.offer.none`; `Conflict supply.offer.fixed` for another product or supplier, `platform.db.stale`.
pub async fn rewrite(db: &Db, master: &Master, who: &str, id: &str, version: u32, new: &Wanted<'_>, today: Date) -> Result<u32, Refusal> {
    new.check(master, today)?;
    write_tx!(db, |tx| {
        let before = get(tx, id).await?;
        if before.product != new.product || before.supplier != new.supplier.trim() {
            return Err(conflict(
                "supply.offer.fixed",
                format!("报价 {id} 的产品和供应商不能更改；请另建报价"),
                format!("product and supplier of offer {id} stay; make another offer"),
            ));
        }
        let sql =
            "update supply_offer set supply_price = $3, suggested_price = $4, least_margin = $5, state = $6, who = $7, changed_us = $8,
                       version = version + 1 where id = $1 and version = $2";
        let values = args![id, version, new.supply_price, new.suggested_price, new.least_margin, new.state(), who, tx.now_us()];
        tx.execute_versioned("报价 offer", id, sql, values).await?;
        let was = json!({ "supply_price": before.supply_price.0, "suggested_price": before.suggested_price.0,
                          "least_margin": before.least_margin.0, "open": before.open });
        tx.audit(Entry::new(who, "supply.price", "offer", id).before(was.to_string()).after(new.told().to_string()));
        Ok(version + 1)
    })
}

/// Takes pieces of an offer into the central store: all of them, or none. How many.
///
/// # Errors
/// `NotFound supply.offer.none`; as [`handset::take_in`].
pub async fn take_in(db: &Db, once: Once<'_>, id: &str, serials: &[String]) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let body = json!([id, serials]).to_string();
        let claim = match keys::begin::<u32>(tx, &format!("supply.take_in/{}", once.who), once.key, body.as_bytes()).await? {
            Begun::Same(pieces) => return Ok(pieces),
            Begun::Fresh(claim) => claim,
        };
        let offer = get(tx, id).await?;
        handset::take_in(tx, &Lot { product: &offer.product, source: id, who: once.who }, serials).await?;
        let after = json!({ "serials": serials, "price": offer.supply_price.0 });
        tx.audit(Entry::new(once.who, "supply.take_in", "offer", id).after(after.to_string()));
        let pieces = serials.len() as u32;
        Ok(claim.finish(tx, pieces).await?.into_inner())
    })
}

/// Offers by product and price, so that those of one product can be compared; closed ones only where asked for.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, closed_too: bool) -> Result<Vec<Offer>, Refusal> {
    let central = handset::central(tx).await?;
    let filter = if closed_too { "1 = 1" } else { "state = 'open'" };
    let rows = tx.query(format!("select * from supply_offer where {filter} order by product, supply_price, id"), args![]).await?;
    let mut offers = rows.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    for offer in &mut offers {
        offer.pieces = central.get(&offer.id).copied().unwrap_or(0);
    }
    Ok(offers)
}

/// An offer, without its pieces in store.
pub(crate) async fn get(tx: &mut Tx, id: &str) -> Result<Offer, Refusal> {
    let row = tx.query_opt("select * from supply_offer where id = $1", args![id]).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "supply.offer.none",
            format!("没有报价 {id}；请刷新报价列表"),
            format!("there is no offer {id}; reload the list"),
        )
    })
}

fn of_row(row: &Row) -> Result<Offer, Refusal> {
    Ok(Offer {
        id: row.string("id")?,
        version: row.count("version")?,
        product: row.string("product")?,
        supplier: row.string("supplier")?,
        supply_price: row.fen("supply_price")?,
        suggested_price: row.fen("suggested_price")?,
        least_margin: row.fen("least_margin")?,
        open: row.text("state")? == "open",
        pieces: 0,
    })
}
