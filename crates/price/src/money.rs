//! What decisions here give and take: adjustments of a partner's next statement.
//!
//! Invariant: nothing is due before it is final – a case that is closed, a claim that is approved – and each has one number under which it is taken once.

use qudao_kernel::{Fen, Refusal};
use qudao_platform::args;
use qudao_platform::db::Tx;

/// An amount that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Number of the case or claim.
    pub id: String,
    /// Which amount of it, from 1.
    pub place: u32,
    /// Partner.
    pub partner: String,
    /// What it gets; below zero what is deducted.
    pub amount: Fen,
    /// What for.
    pub text: String,
}

/// All that is due, by number, whether it was taken or not.
///
/// # Errors
/// The database does not answer.
pub async fn due(tx: &mut Tx) -> Result<Vec<Due>, Refusal> {
    let mut all = Vec::new();
    let sql = "select * from price_case where state = 'closed' and (amount > 0 or compensation > 0) order by id";
    for row in tx.query(sql, args![]).await? {
        let (id, clause) = (row.string("id")?, row.text("clause")?.to_owned());
        let (amount, paid) = (row.fen("amount")?, row.fen("compensation")?);
        let text = format!("市场秩序案件 {id}（{clause}）");
        if amount > Fen::ZERO {
            all.push(Due { id: id.clone(), place: 1, partner: row.string("partner")?, amount: Fen(-amount.0), text });
        }
        if paid > Fen::ZERO {
            let text = format!("市场秩序案件 {id} 补偿");
            all.push(Due { id, place: 2, partner: row.string("harmed")?, amount: paid, text });
        }
    }
    let sql = "select p.*, c.product from price_claim p join price_cut c on c.id = p.cut where p.state = 'approved' order by p.id";
    for row in tx.query(sql, args![]).await? {
        let text = format!("价格保护 {}：{} × {}", row.text("cut")?, row.text("product")?, row.count("pieces")?);
        all.push(Due { id: row.string("id")?, place: 1, partner: row.string("partner")?, amount: row.fen("amount")?, text });
    }
    Ok(all)
}
