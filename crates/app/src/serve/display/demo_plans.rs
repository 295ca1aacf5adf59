//! The demo's plans of an area, ad companies with their jobs, and a launch: one plan approved with a piece made from it, one draft with a line nobody answers for;
//! a job that was inspected, a large one that lacks a quote; a launch of which one piece stands; two versions of the brand book.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::demo::{MARKETING, WHO};
use super::{at, limits, rescores};
use qudao_access::Sight;
use qudao_display::agency::{self, Large};
use qudao_display::brand;
use qudao_display::launch::{self, Goes};
use qudao_display::plan::{self, Draft, Line};
use qudao_kernel::master::Outlet;
use qudao_kernel::territory::{self, Level};
use qudao_kernel::{Fen, Refusal};
use qudao_network::portfolio;
use std::collections::BTreeMap;

const SUPERVISOR: &str = "supervisor";

/// Fills them, at outlets of the first one's county.
pub(super) async fn fill(desk: &Desk, asker: &Asker, outlets: &[Outlet], picture: &str) -> Result<(), Refusal> {
    let Some(first) = outlets.first() else { return Ok(()) };
    let county = territory::at_level(&first.territory, Level::County);
    let near: Vec<&Outlet> = outlets.iter().filter(|row| territory::under(&row.territory, county)).collect();
    plans(desk, asker, county, &near).await?;
    jobs(desk, asker, county, picture).await?;
    launches(desk, asker, county, &near, picture).await?;
    branded(desk, asker, picture).await?;
    rescores::draw(desk).await
}

async fn branded(desk: &Desk, asker: &Asker, picture: &str) -> Result<(), Refusal> {
    let first = brand::New {
        name: "示例通信",
        wording: "名称不得缩写、加前后缀；宣传语以现行活动为准",
        usage: "标识四周留白不少于字高；不得变形、改色",
        logo: picture,
        reason: "首次发布",
        from: asker.today,
    };
    brand::set(&desk.db, MARKETING, 0, &first).await?;
    let second = brand::New { wording: "名称不得缩写、加前后缀；业务名称用全称", reason: "统一业务名称", ..first };
    brand::set(&desk.db, MARKETING, 1, &second).await.map(drop)
}

async fn plans(desk: &Desk, asker: &Asker, county: &str, near: &[&Outlet]) -> Result<(), Refusal> {
    let line = |material: &str, place: &str, budget: i64, owner: &str| Line {
        material: material.to_owned(),
        place: place.to_owned(),
        quantity: u32::try_from(near.len()).unwrap_or(1),
        budget: Fen(budget),
        from: asker.today,
        last_day: asker.today.plus_days(45),
        owner: owner.to_owned(),
        outlets: near.iter().map(|row| row.code.clone()).collect(),
    };
    let (everywhere, places) = (Sight::everywhere(), &desk.display.places);
    let lines = [line("poster", "in4", 60_000, WHO), line("board", "a2", 120_000, WHO)];
    let draft = Draft { campaign: "岁末回馈", territory: county, lines: &lines };
    let id = plan::draft(&desk.db, places, MARKETING, "demo-plan-one", &draft).await?.into_inner();
    plan::act(&desk.db, &everywhere, MARKETING, &id, 1, &plan::Act::Submit).await?;
    plan::act(&desk.db, &everywhere, SUPERVISOR, &id, 2, &plan::Act::Approve).await?;
    if let Some(outlet) = near.first() {
        let limits = limits(&desk.parameters(), &outlet.territory, asker.today)?;
        let new = plan::New { line: 1, at: at(outlet), outlet_type: &outlet.subtype, cost: Fen(6_000) };
        plan::make(&desk.db, places, &everywhere, WHO, &id, &new, limits).await?;
    }
    let lines = [line("flag", "a3", 80_000, WHO), line("leaflet_rack", "g5", 40_000, "")];
    let draft = Draft { campaign: "新春开门红", territory: county, lines: &lines };
    plan::draft(&desk.db, places, MARKETING, "demo-plan-two", &draft).await.map(drop)
}

async fn jobs(desk: &Desk, asker: &Asker, county: &str, picture: &str) -> Result<(), Refusal> {
    let mut agencies = Vec::new();
    for (name, work) in [("示例广告制作", "店头、灯箱、喷绘"), ("示例标识工程", "店头、标识"), ("示例印务", "海报、单页、台卡")]
    {
        agencies.push(agency::register(&desk.db, MARKETING, name, name, work, "业务部").await?.into_inner());
    }
    let [signs, marks, prints] = agencies.as_slice() else { return Ok(()) };
    let quote = |agency, amount, days| agency::Act::Quote { agency, amount: Fen(amount), days, note: "" };
    let large = Large { from: Fen(500_000), quotes: 3 };
    let due_on = asker.today.plus_days(15);
    let new = agency::New { title: "开学季海报 200 张", territory: county, estimate: Fen(160_000), due_on };
    let small = agency::job(&desk.db, MARKETING, "demo-job-one", &new).await?.into_inner();
    does(desk, &small, MARKETING, 1, quote(prints, 150_000, 5)).await?;
    does(desk, &small, MARKETING, 2, agency::Act::Choose { agency: prints, why: "", large }).await?;
    let inspect = agency::Act::Inspect { quality: 4, punctual: 5, findings: "色彩准确，有 3 张折痕，已补印", photo: picture };
    does(desk, &small, SUPERVISOR, 3, inspect).await?;
    let new = agency::New { title: "十家专营店店头更换", territory: county, estimate: Fen(3_000_000), due_on };
    let big = agency::job(&desk.db, MARKETING, "demo-job-two", &new).await?.into_inner();
    does(desk, &big, MARKETING, 1, quote(signs, 2_850_000, 12)).await?;
    does(desk, &big, MARKETING, 2, quote(marks, 2_980_000, 10)).await
}

async fn does(desk: &Desk, id: &str, who: &str, version: u32, act: agency::Act<'_>) -> Result<(), Refusal> {
    agency::act(&desk.db, &Sight::everywhere(), who, id, version, &act).await.map(drop)
}

async fn launches(desk: &Desk, asker: &Asker, county: &str, near: &[&Outlet], picture: &str) -> Result<(), Refusal> {
    let handset = asker.master.products().find(|row| row.span.contains(asker.today) && row.retail_price > Fen::ZERO);
    let Some(product) = handset else { return Ok(()) };
    let owners: BTreeMap<String, String> = portfolio::all(&mut desk.db.read().await?, asker.today).await?;
    let goes = |row: &&Outlet| owners.get(&row.code).map_or(WHO, String::as_str).to_owned();
    let held: Vec<String> = near.iter().map(goes).collect();
    let outlets: Vec<Goes<'_>> =
        near.iter().zip(&held).map(|(row, owner)| Goes { at: at(row), outlet_type: &row.subtype, owner }).collect();
    let items = [("poster".to_owned(), "in4".to_owned()), ("counter_card".to_owned(), "g7".to_owned())];
    let new = launch::New {
        product: &product.code,
        name: "新机上市",
        territory: county,
        items: &items,
        due_on: asker.today.plus_days(10),
        outlets: &outlets,
    };
    let (id, _) = launch::make(&desk.db, &desk.display.places, MARKETING, "demo-launch", &new).await?.into_inner();
    let Some(outlet) = near.first() else { return Ok(()) };
    launch::placed(&desk.db, &Sight::everywhere(), WHO, &id, &outlet.code, "in4", picture).await
}
