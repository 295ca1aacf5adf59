//! What partners of the demo owe: invoices in every bucket of ageing, some collections and deposits, one offset that waits, one partner that is stopped.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::{Rules, debtor};
use qudao_access::{Sight, sessions};
use qudao_kernel::master::Partner;
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_receivable::Once;
use qudao_receivable::collection::{self, Collect, Way};
use qudao_receivable::deposit::{self, Act, Move, Security};
use qudao_receivable::invoice::{self, For, Issue};
use qudao_receivable::offset::{self, Ground, Propose, Source};
use std::sync::Arc;

/// Partners of the demo that owe something, the demo's own first.
const PARTNERS: usize = 8;

/// What the partners have: age and term of the invoice in days, fen, and what was paid of it. The fourth has nothing overdue for long.
const INVOICES: [(usize, i32, i32, i64, i64, For); 14] = [
    (0, 12, 30, 1_280_000, 0, For::Goods),
    (0, 40, 30, 860_000, 460_000, For::Goods),
    (0, 95, 30, 520_000, 520_000, For::Goods),
    (1, 20, 30, 2_400_000, 0, For::Goods),
    (1, 70, 30, 1_150_000, 0, For::Goods),
    (2, 130, 30, 3_600_000, 600_000, For::Goods),
    (2, 8, 15, 500_000, 0, For::Float),
    (3, 5, 30, 760_000, 0, For::Other),
    (4, 44, 30, 940_000, 0, For::Float),
    (4, 25, 30, 300_000, 300_000, For::Goods),
    (5, 85, 45, 1_820_000, 820_000, For::Goods),
    (6, 33, 60, 410_000, 0, For::Deposit),
    (7, 18, 30, 690_000, 0, For::Goods),
    (7, 62, 50, 350_000, 0, For::Goods),
];

/// Fills a demo in which nobody owes anything.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let everywhere = Sight::everywhere();
    let asker = Asker::of(desk, Lang::Zh).await;
    let rules = Rules::of(desk, asker.today)?;
    if !super::account::list(&mut desk.db.read().await?, &everywhere, "", asker.today, rules.steps).await?.is_empty() {
        return Ok(());
    }
    let own = sessions::away(&desk.db, "partner").await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    let others = asker.master.partners().filter(|row| row.span.contains(asker.today) && row.code != own && !row.territory.is_empty());
    let others: Vec<&Partner> = others.collect();
    let mut partners: Vec<&Partner> = asker.master.partner(&own, asker.today).into_iter().collect();
    // Spread over the network, so that lists of one county are not empty.
    let step = (others.len() / (PARTNERS - 1)).max(1);
    partners.extend(others.into_iter().step_by(step).take(PARTNERS - 1));
    for (at, (whose, age, term, amount, paid, kind)) in INVOICES.into_iter().enumerate() {
        let Some(partner) = partners.get(whose) else { continue };
        let issued_on = asker.today.plus_days(-age);
        let due_on = issued_on.plus_days(term);
        let key = format!("demo-receivable-{at}");
        let once = Once { who: "settlement", key: &key };
        let note = match kind {
            For::Goods => "终端与卡货款",
            For::Float => "空充加载款",
            For::Deposit => "履约保证金补缴",
            For::Other => "门头制作分摊",
        };
        let new = Issue { debtor: debtor(partner), kind, amount: Fen(amount), issued_on, due_on, note };
        invoice::issue(&desk.db, once, &new, asker.today).await?.into_inner();
        if paid > 0 {
            let reference = format!("演示回单 {at:03}");
            let received_on = due_on.min(asker.today);
            let collect =
                Collect { debtor: debtor(partner), way: Way::Bank, amount: Fen(paid), received_on, reference: &reference, parts: None };
            collection::collect(&desk.db, once, &collect, asker.today).await?.into_inner();
        }
    }
    for (at, partner) in partners.iter().enumerate() {
        for (kind, amount) in [(Security::Goods, 500_000), (Security::Guarantee, 1_000_000)] {
            // Not every partner has both.
            if kind == Security::Guarantee && at % 2 == 1 {
                continue;
            }
            let key = format!("demo-deposit-{at}-{}", kind.name());
            let new = Move { debtor: debtor(partner), kind, act: Act::Take, amount: Fen(amount), reference: "演示协议", reason: "" };
            deposit::make(&desk.db, Once { who: "settlement", key: &key }, &new).await?;
        }
    }
    waiting(desk, &asker, &everywhere, partners.get(5).copied()).await?;
    super::rounds::post(desk).await
}

/// An offset that waits for a second person.
async fn waiting(desk: &Desk, asker: &Asker, sight: &Sight, partner: Option<&Partner>) -> Result<(), Refusal> {
    let Some(partner) = partner else { return Ok(()) };
    let query = invoice::Query { partner: partner.code.clone(), overdue_on: Some(asker.today), limit: 1, ..invoice::Query::default() };
    let Some(late) = invoice::list(&mut desk.db.read().await?, sight, &query).await?.rows.pop() else { return Ok(()) };
    let new = Propose {
        invoice: &late.id,
        source: Source::Commission,
        amount: Fen(late.open().0 / 2),
        ground: Ground::Clause,
        document: "代理协议第 9 条",
        reason: "逾期一个月，按协议从酬金抵扣一半",
    };
    offset::propose(&desk.db, sight, Once { who: "settlement", key: "demo-offset-0" }, &new, asker.today).await?.into_inner();
    Ok(())
}
