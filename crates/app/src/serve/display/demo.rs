//! Display and distribution of the demo: what its visits taught, a standard with a picture, material from its application to a placement, one piece damaged,
//! one valuable piece without an agreement, a campaign that is called back, shelves that were looked at, and an order.

use super::super::desk::Desk;
use super::super::flows::applied;
use super::super::orders::Asker;
use super::super::web::bug;
use super::pictures::folder;
use super::{at, demo_plans, round};
use qudao_access::{Sight, sessions};
use qudao_display::agreement::{self, Draft};
use qudao_display::pop::acts::{self, Act};
use qudao_display::pop::{self, Query};
use qudao_display::recall;
use qudao_display::standard::{self, New};
use qudao_distribution::assortment::Plan;
use qudao_distribution::shelf::{self, Look, Shown};
use qudao_distribution::{At as Spot, order};
use qudao_kernel::master::{Outlet, Product};
use qudao_kernel::{Fen, Lang, Refusal, territory};
use qudao_network::portfolio;
use qudao_platform::files::{self, FileKind};
use qudao_workflow::{Command, Form};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whoever is named where the demo does something.
pub(super) const WHO: &str = "channel";
pub(super) const MARKETING: &str = "marketing";
/// The picture of the demo.
const PICTURE: &[u8] = include_bytes!("../demo-invoice.png");
/// Material, place, campaign and cost of each piece, in fen.
const PIECES: [(&str, &str, &str, i64); 6] = [
    ("poster", "o3", "开学季", 6_000),
    ("store_head", "o1", "全业务品牌", 300_000),
    ("flag", "a3", "开学季", 8_000),
    ("board", "g2", "全业务品牌", 15_000),
    ("counter_card", "g7", "旧版资费", 3_000),
    ("standee", "in3", "旧版资费", 6_000),
];

/// Fills a demo without material.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    round(desk).await?;
    if pop::list(&mut desk.db.read().await?, &Sight::everywhere(), &Query { limit: 1, ..Query::default() }).await?.total > 0 {
        return Ok(());
    }
    // Applications are carried out on the network as the database has it.
    desk.roll_in().await?;
    let asker = Asker::of(desk, Lang::Zh).await;
    let folder = folder(desk);
    let kept = tokio::task::spawn_blocking(move || files::keep(&folder, PICTURE, &[FileKind::Png]));
    let (_, picture) = kept.await.map_err(|error| bug(&error.to_string()))??;
    standards(desk, &picture).await?;
    let outlets = outlets(desk, &asker).await?;
    let Some(first) = outlets.first() else { return Ok(()) };
    for (outlet, piece) in outlets.iter().cycle().zip(0..PIECES.len()) {
        place(desk, &asker, outlet, piece, &picture).await?;
    }
    agree(desk, &asker, first).await?;
    let owners: BTreeMap<String, String> = BTreeMap::new();
    let due = asker.today.plus_days(7);
    recall::call(&desk.db, MARKETING, "旧版资费", "资费已调整，旧版宣传品须全部撤下", due, &owners).await?;
    demo_plans::fill(desk, &asker, &outlets, &picture).await?;
    shelves(desk, &asker, &outlets).await
}

/// Outlets of the demo's channel manager that are open, those it looks after first.
async fn outlets(desk: &Desk, asker: &Asker) -> Result<Vec<Outlet>, Refusal> {
    let over = sessions::away(&desk.db, WHO).await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    let held = portfolio::held(&mut desk.db.read().await?, WHO, asker.today).await?;
    let mut all: Vec<&Outlet> = asker
        .master
        .outlets()
        .filter(|row| row.span.contains(asker.today) && territory::under(&row.territory, &over) && row.channel == "社会渠道")
        .collect();
    all.sort_by_key(|row| (!held.contains(&row.code), row.code.clone()));
    Ok(all.into_iter().take(PIECES.len()).cloned().collect())
}

async fn standards(desk: &Desk, picture: &str) -> Result<(), Refusal> {
    for (template, item) in [("display_elements", "q1"), ("display_elements", "h1"), ("places", "o1")] {
        let new = New { item, outlet_type: "", sha256: picture, note: "正面朝向人流，高度约 1.5 米" };
        standard::set(&desk.db, MARKETING, desk.field.catalogue.get(template)?, &new).await?;
    }
    Ok(())
}

/// An application that is approved, and what is done with its piece: the third waits for its maker, the fourth is made, the others hang.
async fn place(desk: &Arc<Desk>, asker: &Asker, outlet: &Outlet, piece: usize, picture: &str) -> Result<(), Refusal> {
    let Some((material, place, campaign, cost)) = PIECES.get(piece).copied() else { return Ok(()) };
    let agree = || Command::Agree { text: "同意".to_owned(), edits: Form::new(), signature: None };
    let form = json!({ "outlet": outlet.code, "material": material, "place": place, "campaign": campaign, "cost": cost, "limit": "within",
        "reason": "门前人流大，竞品已有宣传" });
    let mut decide = vec![(MARKETING, agree())];
    if cost >= 20_000 {
        decide.push(("supervisor", agree()));
    }
    let Some(application) = applied(desk, WHO, "pop_placement", form, decide).await? else { return Ok(()) };
    let id = acts::of_application(&mut desk.db.read().await?, &application).await?;
    if piece == 2 {
        return Ok(());
    }
    let everywhere = Sight::everywhere();
    let produce = Act::Produce { maker: "示例广告制作", ready_on: asker.today.plus_days(2), cost: Fen(cost) };
    acts::act(&desk.db, &everywhere, WHO, &id, 1, &produce).await?;
    if piece == 3 {
        return Ok(());
    }
    let hang = Act::Place { consent: "店主", photo: picture, cleared: true, note: "店方支持", check_days: 30 };
    acts::act(&desk.db, &everywhere, WHO, &id, 2, &hang).await?;
    if piece == 0 {
        let check = Act::Check { condition: "damaged", photo: picture, note: "边角被撕，需更换", check_days: 30 };
        acts::act(&desk.db, &everywhere, WHO, &id, 3, &check).await?;
    }
    Ok(())
}

/// One agreement that ends soon, and a draft.
async fn agree(desk: &Desk, asker: &Asker, outlet: &Outlet) -> Result<(), Refusal> {
    let places = ["o1".to_owned(), "g2".to_owned()];
    let draft = Draft {
        at: at(outlet),
        outlet_type: &outlet.subtype,
        places: &places,
        size: "门头 3 米 × 0.8 米，产品区 1 块",
        from: asker.today.plus_days(-340),
        last_day: asker.today.plus_days(25),
        cost: Fen(120_000),
        rights: "每年展示费用 1 200 元，分两次支付",
        duties: "保证位置与空间，妥善保管；物品所有权归我方，撤展时归还",
    };
    let id = agreement::draft(&desk.db, &desk.display.places, WHO, "demo-display-agreement", &draft).await?.into_inner();
    let sign = agreement::Act::Sign { by: "店主", on: asker.today.plus_days(-340) };
    agreement::act(&desk.db, &Sight::everywhere(), "supervisor", &id, 1, &sign).await?;
    let next = Draft { from: asker.today.plus_days(26), last_day: asker.today.plus_days(390), ..draft };
    agreement::draft(&desk.db, &desk.display.places, WHO, "demo-display-agreement-2", &next).await.map(drop)
}

/// What was seen on shelves: the first outlet lacks one core model, the others differ; and an order of the first.
async fn shelves(desk: &Desk, asker: &Asker, outlets: &[Outlet]) -> Result<(), Refusal> {
    let products: Vec<&Product> = asker.master.products().filter(|row| row.span.contains(asker.today)).collect();
    let plan = Plan::on(&mut desk.db.read().await?, &desk.display.assortment, asker.today).await?;
    for (number, outlet) in outlets.iter().enumerate() {
        let spot = Spot { outlet: &outlet.code, partner: &outlet.owner, territory: &outlet.territory };
        let models = plan.of(&outlet.subtype, products.iter().copied());
        let looks: Vec<Look<'_>> = models
            .iter()
            .filter(|(_, role)| role.is_sold())
            .enumerate()
            .map(|(place, (product, _))| {
                let missing = (place + number).is_multiple_of(4) && number % 3 != 1;
                let shown = Some(if missing { Shown::Missing } else { Shown::Shelf });
                let pieces = u32::try_from(2 + (place * 3 + number * 2) % 9).unwrap_or(2);
                Look::at(&product.code, shown, Some(if missing { 0 } else { pieces }))
            })
            .collect();
        if !looks.is_empty() {
            shelf::see(&desk.db, WHO, spot, &looks).await?;
        }
        if let (0, Some((product, _))) = (number, models.first()) {
            let reason = "主力机型断货；至少补 1 台保证上柜".to_owned();
            let line = order::Line { product: product.code.clone(), quantity: 3, price: product.supply_price, reason };
            order::send(&desk.db, WHO, "demo-model-order", spot, false, &[line]).await.map(drop)?;
        }
    }
    Ok(())
}
