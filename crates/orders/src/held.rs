//! What an outlet holds by the book, for whoever counts it there (R7.50).

use crate::stock::Piece;
use qudao_kernel::Refusal;
use qudao_platform::args;
use qudao_platform::db::Tx;

/// Pieces of a kind and product at an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What they are.
    pub piece: Piece,
    /// Product of handsets; empty for cards and numbers.
    pub product: String,
    /// In stock.
    pub here: u32,
    /// Sold since an instant.
    pub sold: u32,
}

/// What an outlet has in stock, and what it sold since an instant, microseconds since 1970; by kind and product.
///
/// # Errors
/// The database does not answer.
pub async fn held(tx: &mut Tx, outlet: &str, since_us: i64) -> Result<Vec<Held>, Refusal> {
    let sql = "select kind, product, count(case when state = 'stock' then 1 end) as here,
                   count(case when state = 'sold' and changed_us >= $2 then 1 end) as sold
               from order_stock where outlet = $1 group by kind, product order by kind, product";
    let rows = tx.query(sql, args![outlet, since_us]).await?;
    let of_row = |row: &qudao_platform::db::Row| {
        Ok(Held { piece: row.parse("kind")?, product: row.string("product")?, here: row.count("here")?, sold: row.count("sold")? })
    };
    rows.iter().map(of_row).collect()
}
