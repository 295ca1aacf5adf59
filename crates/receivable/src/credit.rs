//! Goods that come back: what was charged for them is given back, paid or not.

use crate::books::{self, Moved, What};
use crate::collection::{self, New, Way};
use crate::invoice;
use crate::{Debtor, Once, above_zero, plain};
use qudao_access::Sight;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::Tx;
use serde_json::json;

/// Gives back a part of an invoice, within the transaction in which the goods come back: as far as it is open and not held by an offset the invoice is
/// lowered; what was paid stands to the partner's credit, and pays what else is open, the longest due first. `reference` is the number of the return.
///
/// # Errors
/// `BadInput receivable.amount`, `receivable.text`; `NotFound receivable.invoice.none`.
pub async fn give(tx: &mut Tx, once: Once<'_>, id: &str, amount: Fen, reference: &str, today: Date) -> Result<(), Refusal> {
    above_zero(amount)?;
    let reference = plain(reference)?;
    let before = invoice::seen(tx, &Sight::everywhere(), id).await?;
    let lowered = Fen((before.open().0 - before.held.0).clamp(0, amount.0));
    if lowered > Fen::ZERO {
        let sql = "update receivable_invoice set adjusted = adjusted - $2, version = version + 1 where id = $1";
        tx.execute(sql, args![id, lowered]).await?;
        invoice::put_adjustment(tx, id, Fen(-lowered.0), reference, once.who).await?;
    }
    let rest = Fen(amount.0 - lowered.0);
    if rest > Fen::ZERO {
        let number = once.number("TK", tx);
        let debtor = Debtor { partner: &before.partner, territory: &before.territory };
        let new = New { id: &number, debtor, way: Way::Goods, amount: rest, received_on: today, reference, who: once.who };
        collection::put(tx, &new).await?;
        collection::spread(tx, &before.partner, &number, rest, None).await?;
    }
    let text = format!("退货 goods returned {reference}");
    let moved = Moved { what: What::Adjust, owner: before.partner, amount: -amount.0, reference: id.to_owned(), reason: text };
    books::send(tx, &format!("credit/{id}/{reference}"), moved).await?;
    let after = json!({ "lowered": lowered.0, "credit": rest.0, "return": reference });
    tx.audit(Entry::new(once.who, "receivable.credit", "receivable", id).after(after.to_string()));
    Ok(())
}
