//! Agreements of the demo: one that ends within the month, and the one that is to follow it, sent and signed by the operator.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::{drafts, rows};
use qudao_access::sessions;
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_recruit::Sight;
use qudao_recruit::agreement::{self, NewSignature, Side, Wanted, Way};
use serde_json::json;
use std::sync::Arc;

/// Whoever manages agreements in the demo.
const WHO: &str = "channel";
/// Days until the demo's agreement ends.
const LEFT: i32 = 25;

/// Fills a demo in which nobody drafted an agreement.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let everywhere = Sight::everywhere();
    if !agreement::list(&mut desk.db.read().await?, &everywhere).await?.is_empty() {
        return Ok(());
    }
    let asker = Asker::of(desk, Lang::Zh).await;
    let partner = sessions::away(&desk.db, "partner").await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    let Some(row) = asker.master.partner(&partner, asker.today) else { return Ok(()) };
    let Some(held) = asker.master.agreement(&partner, asker.today).map(|row| row.code.clone()) else { return Ok(()) };
    let last = asker.today.plus_days(LEFT);
    rows::ended(desk, WHO, "demo-agreement", &held, last, "双方商定提前换签").await?;
    // The year after this one may be agreed on already.
    let coming = asker.master.agreements().filter(|row| row.partner == partner && row.span.from > last).map(|row| row.span.from).min();
    let last_day = coming.map_or_else(|| last.plus_days(365), |from| from.plus_days(-1));
    let wanted = Wanted {
        template: "agency".to_owned(),
        partner: partner.clone(),
        partner_name: row.name.clone(),
        territory: row.territory.clone(),
        business: "all".to_owned(),
        from: last.plus_days(1),
        last_day,
        deposit: Fen(1_000_000),
        filled: [("region".to_owned(), json!("所在区县")), ("commitment".to_owned(), json!(30_000_000))].into(),
        own_terms: String::new(),
        renews: held,
    };
    let id = agreement::create(&desk.db, &desk.recruit.templates, "demo-draft", WHO, &wanted).await?.into_inner();
    let signed = Signed(sessions::away(&desk.db, WHO).await?);
    let sent = drafts::sent(desk, &signed, &everywhere, (&id, 1), "demo-draft-send").await;
    match sent.map_err(Refusal::from) {
        // Without fonts there is no text to be sent, and the draft stays one.
        Err(refusal) if refusal.code == "settle.pdf.no_font" => return Ok(()),
        sent => sent.map(drop)?,
    }
    let new = NewSignature {
        side: Side::Us,
        name: "示例签约代表",
        signed_on: asker.today,
        way: Way::Seal,
        note: "合同专用章，原件存渠道部档案柜",
        picture: "",
    };
    agreement::sign(&desk.db, &everywhere, WHO, &id, &new).await
}
