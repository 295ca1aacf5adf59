//! Levels, cards and some dozen orders of the demo, in every state there is.

use super::super::desk::Desk;
use super::{Asker, Work};
use qudao_access::sessions;
use qudao_access::work_ids::{self, Binding};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_orders::acceptance::report::{self, Query};
use qudao_orders::acceptance::store::{self as levels, Assign};
use qudao_orders::business::Holder;
use qudao_orders::order::machine::Command;
use qudao_orders::order::store::{Acted, Hand, Once, Shop};
use qudao_orders::order::{Decision, Part, State, Wanted, WantedItem, store};
use qudao_orders::real_name::Ask;
use qudao_orders::slip::{self, SlipAct};
use qudao_orders::stock::{self, Allocate, Moved, Piece};
use qudao_orders::{Sight, order};
use std::sync::Arc;

/// Whoever is named where the demo does something.
const WHO: &str = "demo";
/// A document number that adds up and is nobody's.
const DOCUMENT: &str = "11010519000101001X";
/// Cards of the outlet.
const CARDS: (&str, &str) = ("8986260000100", "8986260000299");
/// Numbers of the outlet.
const NUMBERS: (&str, &str) = ("19900000100", "19900000199");
/// How far orders go; as many are made as there are.
const LIVES: [State; 36] = {
    use State::{Accepted, Activated, Cancelled, Draft, Effective, Reversed, Submitted, Terminated};
    [
        Effective, Effective, Draft, Effective, Submitted, Effective, Accepted, Effective, Effective, Activated, Effective, Cancelled,
        Effective, Effective, Reversed, Effective, Draft, Effective, Submitted, Effective, Effective, Terminated, Effective, Accepted,
        Effective, Effective, Effective, Activated, Effective, Effective, Cancelled, Effective, Effective, Draft, Effective, Effective,
    ]
};

/// Fills a demo in which nobody holds a level.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    desk.orders.connect_fake();
    let everywhere = Sight::everywhere();
    if report::list(&mut desk.db.read().await?, &everywhere, &Query { limit: 1, ..Query::default() }).await?.total > 0 {
        return Ok(());
    }
    let asker = Asker::of(desk, Lang::Zh).await;
    let clerk = sessions::away(&desk.db, "clerk").await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    let Some(outlet) = asker.master.clerk(&clerk, asker.today).map(|row| row.outlet.clone()) else { return Ok(()) };
    let binding = Binding { clerk: &clerk, login: "clerk", outlet: &outlet, phone: "19900000001" };
    work_ids::bind(&desk.db, WHO, &binding, "演示数据").await?;
    give_levels(desk, &asker, &clerk, &outlet).await?;
    desk.orders.register.refresh(&desk.db).await?;
    let Some(row) = asker.master.outlet(&outlet, asker.today) else { return Ok(()) };
    for (piece, (first, last)) in [(Piece::Card, CARDS), (Piece::Number, NUMBERS)] {
        let new = Allocate { piece, first, last, partner: &row.owner, outlet: &outlet, territory: &row.territory };
        // Nothing to be told of a segment that is there.
        let _ = stock::allocate(&desk.db, &format!("demo-{first}"), WHO, &new).await?;
    }
    let gone = |last: &str| vec![format!("89862600002{last}")];
    stock::shift(&desk.db, &everywhere, WHO, Piece::Card, &gone("98"), Moved::Lost, "盘点短少").await?;
    stock::shift(&desk.db, &everywhere, WHO, Piece::Card, &gone("99"), Moved::Returned, "卡面破损").await?;
    let work = Work { who: "clerk".to_owned(), login: "clerk".to_owned(), clerk, outlet };
    for (at, until) in LIVES.into_iter().enumerate() {
        life(desk, &asker, &work, at, until).await?;
    }
    refused(desk, &asker, &work).await?;
    // Before anybody looks, so that figures do not move under them.
    super::super::fact_rounds::write_facts(desk).await
}

/// Levels around the demo's outlet: its partner, the outlets and work IDs of the partner.
async fn give_levels(desk: &Desk, asker: &Asker, clerk: &str, outlet: &str) -> Result<(), Refusal> {
    let (master, today) = (&asker.master, asker.today);
    let from: Date = today.month().plus(-2).first_day();
    let owner = master.outlet(outlet, today).map_or("", |row| row.owner.as_str());
    let cooperative = master.partner(owner, today).is_some_and(|row| desk.orders.definitions.is_cooperative(row));
    let level = |wanted: &'static str| if cooperative { "LC" } else { wanted };
    let mut all: Vec<(Holder, &str, &str)> = vec![(Holder::Partner, owner, level("L4"))];
    for row in master.outlets().filter(|row| row.owner == owner && row.span.contains(today)) {
        all.push((Holder::Outlet, &row.code, level(if row.code == outlet { "L4" } else { "L3" })));
        for one in master.clerks().filter(|one| one.outlet == row.code && one.span.contains(today)) {
            // Beside the demo's own, most have a small level.
            all.push((Holder::Clerk, &one.code, level(if one.code == clerk || one.code.ends_with('1') { "L3" } else { "L2" })));
        }
    }
    for (holder, code, level) in all {
        // What begins later than the level does is left without one.
        if levels::spot(&desk.orders.definitions, master, holder, code, from).is_err() {
            continue;
        }
        let certificate = format!("ZS{code}");
        let new = Assign { holder, code, level, certificate: &certificate, certificate_to: None, from, reason: "演示数据" };
        levels::assign(&desk.db, &desk.orders.definitions, master, WHO, 0, &new).await?;
    }
    Ok(())
}

/// What the demo's outlet sells, one after the other.
fn wanted(asker: &Asker, at: usize) -> Option<Wanted> {
    let of = |line: &str, skip: usize| {
        let mut all: Vec<_> = asker.master.products().filter(|row| row.line == line && row.span.contains(asker.today)).collect();
        all.sort_by_key(|row| (row.plan_fee, row.retail_price));
        all.get(skip % all.len().max(1)).map(|row| WantedItem { product: row.code.clone(), ..WantedItem::default() })
    };
    let subscriber = format!("19900000{:03}", 100 + at);
    let card = format!("8986260000{:03}", 100 + at);
    let imei = format!("8600000000{at:05}");
    let handset = || of("终端", at).map(|item| WantedItem { imei: imei.clone(), ..item });
    let base = Wanted { subscriber, ..Wanted::default() };
    Some(match at % 6 {
        0 => Wanted { business: "activation".into(), items: vec![of("移动", at)?], card, term_months: 24, ..base },
        1 => Wanted { business: "recharge".into(), amount: 5_000 + 1_000 * i64::try_from(at).ok()?, ..base },
        2 => Wanted {
            business: "activation".into(),
            items: vec![of("移动", at)?, handset()?],
            card,
            term_months: 24,
            delivery: true,
            invoice: true,
            decision: Some(Decision::HandsetFirst),
            ..base
        },
        3 => Wanted { business: "plan_change".into(), items: vec![of("移动", at)?], prior_fee: 1_900, term_months: 12, ..base },
        4 => Wanted { business: "terminal_sale".into(), items: vec![handset()?], invoice: true, ..base },
        _ => {
            Wanted { business: "activation".into(), items: vec![of("移动", at)?, of("增值业务", at)?], card, term_months: 12, ..base }
        }
    })
}

/// An order as far as it is to go, or as far as it comes.
async fn life(desk: &Desk, asker: &Asker, work: &Work, at: usize, until: State) -> Result<(), Refusal> {
    let Some(wanted) = wanted(asker, at) else { return Ok(()) };
    let shop = asker.shop(desk)?;
    // Every third slip was due before the demo's day, so that some are missing.
    let slip_days = if at.is_multiple_of(3) { -(at as i32) - 1 } else { shop.slip_days };
    let shop = Shop { slip_days, ..shop };
    let key = |step: &str| format!("demo-order-{at}-{step}");
    let Ok(begun) = store::start(&desk.db, &shop, &key("start"), &work.seller(), &wanted).await else { return Ok(()) };
    let id = begun.into_inner().id;
    let everywhere = Sight::everywhere();
    let business = desk.orders.definitions.business(&wanted.business)?;
    let mut commands: Vec<Command> = Vec::new();
    let cancel = || Command::Cancel("客户改变主意".to_owned());
    if until == State::Cancelled && at.is_multiple_of(2) {
        commands.push(cancel());
    } else if until != State::Draft {
        if business.identity {
            let ask = Ask { name: "示例客户", number: DOCUMENT, subscriber: &wanted.subscriber };
            commands.push(Command::Identify(desk.orders.real_name().check(&ask, desk.db.now_us()).await?));
        }
        let sha256 = store::get(&mut desk.db.read().await?, &everywhere, &id).await?.order.offer.sha256;
        commands.push(Command::Submit { sha256, consent: true });
        if business.system && until != State::Submitted {
            commands.push(if until == State::Cancelled { cancel() } else { Command::Accept(format!("BSS{:08}", 26_080_000 + at)) });
        }
        let parts: &[Part] = match until {
            State::Accepted | State::Submitted | State::Cancelled => &[],
            State::Activated => &[Part::Activation],
            _ => &[Part::Activation, Part::Delivery, Part::Invoice],
        };
        commands.extend(parts.iter().map(|part| Command::Finish(*part, String::new())));
        match until {
            State::Reversed => commands.push(Command::Reverse("七天内无理由退订".to_owned())),
            State::Terminated => commands.push(Command::Terminate("客户迁往外地".to_owned())),
            _ => {}
        }
    }
    for (step, command) in commands.iter().enumerate() {
        let kept = store::get(&mut desk.db.read().await?, &everywhere, &id).await?;
        let who = if matches!(command, Command::Reverse(_) | Command::Terminate(_)) { "store" } else { "clerk" };
        // A part an order does not have is not done, and what its business does not allow is left out.
        let done = acted(desk, &shop, who, Once { id: &id, version: kept.version, key: &key(&step.to_string()) }, command).await;
        if let Err(refusal) = done
            && !matches!(refusal.code, "orders.task.none" | "orders.state" | "orders.undo.none")
        {
            return Err(refusal);
        }
    }
    paper(desk, &id, at).await
}

async fn acted(desk: &Desk, shop: &Shop<'_>, login: &str, once: Once<'_>, command: &Command) -> Result<Acted, Refusal> {
    let hand = Hand { who: login, login, sight: &Sight::everywhere() };
    store::act(&desk.db, shop, &hand, once, command).await.map(qudao_platform::Done::into_inner)
}

/// What became of the slip of an order: some are back, one was wrong, the others are out.
async fn paper(desk: &Desk, id: &str, at: usize) -> Result<(), Refusal> {
    let everywhere = Sight::everywhere();
    if slip::one(&mut desk.db.read().await?, &everywhere, id).await.is_err() {
        return Ok(());
    }
    let acts: Vec<SlipAct> = match at % 4 {
        0 => vec![SlipAct::Return, SlipAct::Approve],
        1 => vec![SlipAct::Return],
        2 => vec![SlipAct::Return, SlipAct::Reject("缺客户签字".to_owned())],
        _ => Vec::new(),
    };
    for (version, act) in (1..).zip(&acts) {
        slip::act(&desk.db, &desk.orders.definitions, &everywhere, "channel", id, version, act).await?;
    }
    Ok(())
}

/// Orders that are refused, for the list of refusals: outside the level, with a card that is in no stock, without identity.
async fn refused(desk: &Desk, asker: &Asker, work: &Work) -> Result<(), Refusal> {
    let shop = asker.shop(desk)?;
    let Some(activation) = wanted(asker, 60) else { return Ok(()) };
    let broadband = asker.master.products().find(|row| row.line == "宽带" && row.span.contains(asker.today));
    let item = |code: &str| WantedItem { product: code.to_owned(), ..WantedItem::default() };
    let install = broadband.map(|row| Wanted {
        business: "broadband_install".into(),
        items: vec![item(&row.code)],
        card: String::new(),
        ..activation.clone()
    });
    let stranger = Wanted { card: "8986260099999".into(), ..activation.clone() };
    for (at, (wanted, checked)) in [(install, true), (Some(stranger), true), (Some(activation), false)].into_iter().enumerate() {
        let Some(wanted) = wanted else { continue };
        let key = |step: &str| format!("demo-refused-{at}-{step}");
        let Ok(begun) = store::start(&desk.db, &shop, &key("start"), &work.seller(), &wanted).await else { continue };
        let begun = begun.into_inner();
        let everywhere = Sight::everywhere();
        let mut version = begun.version;
        if checked {
            let ask = Ask { name: "示例客户", number: DOCUMENT, subscriber: &wanted.subscriber };
            let identity = Command::Identify(desk.orders.real_name().check(&ask, desk.db.now_us()).await?);
            version = acted(desk, &shop, "clerk", Once { id: &begun.id, version, key: &key("check") }, &identity).await?.version;
        }
        let order: order::Order = store::get(&mut desk.db.read().await?, &everywhere, &begun.id).await?.order;
        let submit = Command::Submit { sha256: order.offer.sha256, consent: true };
        let outcome = acted(desk, &shop, "clerk", Once { id: &begun.id, version, key: &key("send") }, &submit).await;
        if let Err(refusal) = outcome
            && refusal.kind == qudao_kernel::Kind::Bug
        {
            return Err(refusal);
        }
    }
    Ok(())
}
