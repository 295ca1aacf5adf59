//! What rivals are thought to leave the shop and the clerk for a unit (R7.143): estimates people bring from the field, each for a product of ours,
//! a division and a day, with its source.

use crate::Territories;
use qudao_kernel::territory::under;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

/// Largest estimate for a unit.
const MOST: Fen = Fen(100_000_000);
/// Longest name and source, in characters.
const MOST_WORDS: usize = 80;

/// An estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// Division it is for, with all below; empty for everywhere.
    pub territory: String,
    /// The product of ours it is compared with.
    pub product: String,
    /// Whose.
    pub rival: String,
    /// First day it holds.
    pub from: Date,
    /// What a unit leaves the shop.
    pub shop: Fen,
    /// What a unit leaves the clerk.
    pub clerk: Fen,
    /// Where it comes from.
    pub source: String,
    /// Who noted it.
    pub noted_by: String,
}

/// Notes an estimate. One for the same division, product, rival and day takes the place of the one there.
///
/// # Errors
/// `BadInput network.rival.words` for a missing product, rival or source, `network.rival.sum` for a sum that cannot be,
/// `network.territory.unknown` for no division.
pub async fn note(db: &Db, estimate: &Estimate) -> Result<(), Refusal> {
    let words = [&estimate.product, &estimate.rival, &estimate.source];
    if words.iter().any(|word| word.trim().is_empty() || word.chars().count() > MOST_WORDS) {
        return Err(Refusal::bad_input(
            "network.rival.words",
            format!("请填写产品、竞品和来源，各 {MOST_WORDS} 字以内"),
            format!("name the product, the rival and the source, each in up to {MOST_WORDS} characters"),
        ));
    }
    let sum = Fen(0)..=MOST;
    if !sum.contains(&estimate.shop) || !sum.contains(&estimate.clerk) {
        return Err(Refusal::bad_input("network.rival.sum", "每台金额有误；请核对", "the sum for a unit cannot be; check it"));
    }
    if !estimate.territory.is_empty() {
        let known = Territories::official()?.check(&estimate.territory);
        known.map_err(|text| Refusal::bad_input("network.territory.unknown", text.zh, text.en))?;
    }
    write_tx!(db, |tx| {
        let same = "select * from rival_estimate where territory = $1 and product = $2 and rival = $3 and effective_from = $4";
        let there = tx.query_opt(same, args![&estimate.territory, &estimate.product, &estimate.rival, estimate.from]).await?;
        let before = there.as_ref().map(of_row).transpose()?;
        let sql = "insert into rival_estimate (territory, product, rival, effective_from, shop_fen, clerk_fen, source, noted_by)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)
                   on conflict (territory, product, rival, effective_from)
                   do update set shop_fen = excluded.shop_fen, clerk_fen = excluded.clerk_fen, source = excluded.source, noted_by = excluded.noted_by";
        let Estimate { territory, product, rival, from, shop, clerk, source, noted_by } = estimate;
        tx.execute(sql, args![territory, product, rival, *from, shop.0, clerk.0, source, noted_by]).await?;
        let mut entry = Entry::new(noted_by, "rival.note", "product", product).after(said(estimate));
        if let Some(before) = &before {
            entry = entry.before(said(before));
        }
        tx.audit(entry);
        Ok(())
    })
}

/// An estimate as the audit trail has it.
fn said(estimate: &Estimate) -> String {
    let Estimate { territory, rival, from, shop, clerk, source, .. } = estimate;
    json!({ "territory": territory, "rival": rival, "from": from.to_string(), "shop": shop.0, "clerk": clerk.0, "source": source })
        .to_string()
}

/// The estimates that hold in a place on a day, one for each product and rival: the nearest division's, and of it the newest.
///
/// # Errors
/// The database does not answer.
pub async fn holding(tx: &mut Tx, territory: &str, day: Date) -> Result<Vec<Estimate>, Refusal> {
    let rows = tx.query("select * from rival_estimate where effective_from <= $1 order by territory, effective_from", args![day]).await?;
    let mut nearest: BTreeMap<(String, String), Estimate> = BTreeMap::new();
    // Longer codes and later days come later, so the last one stays.
    for row in &rows {
        let estimate = of_row(row)?;
        if under(territory, &estimate.territory) {
            nearest.insert((estimate.product.clone(), estimate.rival.clone()), estimate);
        }
    }
    Ok(nearest.into_values().collect())
}

fn of_row(row: &Row) -> Result<Estimate, Refusal> {
    Ok(Estimate {
        territory: row.string("territory")?,
        product: row.string("product")?,
        rival: row.string("rival")?,
        from: row.parse("effective_from")?,
        shop: Fen(row.int("shop_fen")?),
        clerk: Fen(row.int("clerk_fen")?),
        source: row.string("source")?,
        noted_by: row.string("noted_by")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_testkit::{TestDb, on_both};

    on_both!(the_nearest_and_newest_estimate_holds);

    async fn the_nearest_and_newest_estimate_holds(db: TestDb) {
        // R7.143
        let day = |text: &str| text.parse::<Date>().unwrap();
        let estimate = |territory: &str, from: &str, shop| Estimate {
            territory: territory.into(),
            product: "T1".into(),
            rival: "甲牌".into(),
            from: day(from),
            shop: Fen(shop),
            clerk: Fen(1_000),
            source: "走访".into(),
            noted_by: "zhang3".into(),
        };
        for one in [estimate("", "2026-01-01", 5_000), estimate("4211", "2026-02-01", 6_000), estimate("4211", "2026-03-01", 7_000)] {
            note(&db, &one).await.unwrap();
        }
        note(&db, &estimate("4211", "2026-03-01", 7_500)).await.unwrap();
        let shop = async |code: &str, on: &str| {
            let found = holding(&mut db.read().await.unwrap(), code, day(on)).await.unwrap();
            found.first().map(|one| one.shop.0)
        };
        assert_eq!(shop("421102", "2025-12-31").await, None);
        assert_eq!(shop("421102", "2026-01-31").await, Some(5_000));
        assert_eq!(shop("421102", "2026-02-28").await, Some(6_000));
        assert_eq!(shop("421102", "2026-03-01").await, Some(7_500), "one of the same day takes its place");
        assert_eq!(shop("4301", "2026-03-01").await, Some(5_000));
        let code = async |one: Estimate| note(&db, &one).await.unwrap_err().code;
        assert_eq!(code(Estimate { source: " ".into(), ..estimate("", "2026-01-01", 1) }).await, "network.rival.words");
        assert_eq!(code(estimate("", "2026-01-01", -1)).await, "network.rival.sum");
        assert_eq!(code(estimate("99", "2026-01-01", 1)).await, "network.territory.unknown");
    }
}
