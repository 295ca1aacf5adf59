//! Prices of the demo: a recommended base, one of our own for the type of the demo's own outlet, prices seen around it, cases at several steps, an area somebody is
//! authorised for, handsets that turned up elsewhere, and a cut with a claim.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::prices::spot;
use qudao_access::sessions;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::{Outlet, Product, Span};
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_price::authorise::{self, Asked};
use qudao_price::book::{self, BookAct, BookKind, Priced, Written};
use qudao_price::case::{self, Act, Decision, Measure, Terms};
use qudao_price::check::{self, Check, New, Seen};
use qudao_price::diversion::{self, Sighting, Supplied, Way};
use qudao_price::habit::{self, Habit};
use qudao_price::protection::{self, NewCut};
use qudao_price::verdict::{Limits, Mode};
use qudao_price::{Once, Sight};
use std::sync::Arc;

/// Who writes, who decides, who looks.
const WRITER: &str = "marketing";
const CHIEF: &str = "leader";
const EYES: &str = "channel";
/// Products that have prices, and outlets that were looked at.
const PRODUCTS: usize = 5;
const OUTLETS: usize = 14;
/// What tags show of the suggested price at one outlet after the other, parts of a thousand; below 950 is below the floor of our own.
const TAGS: [i64; OUTLETS] = [930, 1_000, 990, 1_000, 1_120, 1_000, 985, 940, 1_000, 1_000, 1_010, 995, 1_000, 1_000];
/// Line of products with a retail price.
const LINE: &str = "终端";

/// Fills a demo without prices.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    if !book::list(&mut desk.db.read().await?).await?.is_empty() {
        return Ok(());
    }
    let asker = Asker::of(desk, Lang::Zh).await;
    let own = sessions::away(&desk.db, "store").await?.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    let Some(own) = asker.master.outlet(&own, asker.today) else { return Ok(()) };
    let good = |row: &&Product| row.line == LINE && row.retail_price > Fen::ZERO && row.span.contains(asker.today);
    let products: Vec<&Product> = asker.master.products().filter(good).take(PRODUCTS).collect();
    let Some(model) = products.first() else { return Ok(()) };
    let demo = Demo { desk, asker: &asker, own, model };
    demo.books(&products).await?;
    let seen = demo.checks(&products).await?;
    demo.cases(&seen).await?;
    demo.areas().await?;
    demo.pieces().await?;
    demo.cut().await?;
    habit::note(&desk.db, EYES, &own.code, 0, Habit::Ends, "标价多以 9 结尾").await.map(drop)
}

struct Demo<'a> {
    desk: &'a Arc<Desk>,
    asker: &'a Asker,
    own: &'a Outlet,
    model: &'a Product,
}

fn priced(products: &[&Product], floor: Option<i64>, suggested: i64) -> Vec<Priced> {
    let part = |fen: Fen, of: i64| Fen(fen.0 * of / 1_000);
    let line = |row: &&Product| Priced {
        product: row.code.clone(),
        floor: floor.map(|floor| part(row.retail_price, floor)),
        suggested: part(row.retail_price, suggested),
    };
    products.iter().map(line).collect()
}

impl Demo<'_> {
    fn ago(&self, days: i32) -> Date {
        self.asker.today.plus_days(-days)
    }

    async fn books(&self, products: &[&Product]) -> Result<(), Refusal> {
        let (base, ours, autumn) = (
            priced(products, None, 1_000),
            priced(products, Some(950), 1_000),
            priced(products.get(..2).unwrap_or(products), Some(880), 930),
        );
        let new = |title, mode, outlet_type, lines| Written {
            title,
            kind: BookKind::Base,
            mode,
            territory: "",
            outlet_type,
            from: self.ago(60),
            until: None,
            uniform: false,
            source: "终端零售指导价通知（演示）",
            ground: "",
            lines,
        };
        let all = [
            new("终端建议零售价", Mode::Recommended, "", &base[..]),
            new("代销终端零售价", Mode::Agency, self.own.subtype.as_str(), &ours[..]),
        ];
        for (at, book) in all.iter().enumerate() {
            let key = format!("demo-price-book-{at}");
            let id = book::draft(&self.desk.db, Once { who: WRITER, key: &key }, book).await?.into_inner();
            book::act(&self.desk.db, WRITER, &id, 1, BookAct::Submit, self.ago(60)).await?;
            book::act(&self.desk.db, CHIEF, &id, 2, BookAct::Publish, self.ago(60)).await?;
        }
        let (from, until) = (self.asker.today.plus_days(10), Some(self.asker.today.plus_days(24)));
        let season = Written {
            kind: BookKind::Season,
            from,
            until,
            source: "开学季价格通知（演示）",
            ..new("开学季价格", Mode::Agency, &self.own.subtype, &autumn)
        };
        let id = book::draft(&self.desk.db, Once { who: WRITER, key: "demo-price-book-season" }, &season).await?.into_inner();
        book::act(&self.desk.db, WRITER, &id, 1, BookAct::Submit, self.asker.today).await.map(drop)
    }

    /// The own outlet first, then others of its county.
    fn outlets(&self) -> Vec<&Outlet> {
        let county = at_level(&self.own.territory, Level::County);
        let near = |row: &&Outlet| row.code != self.own.code && row.territory.starts_with(county) && row.span.contains(self.asker.today);
        [self.own].into_iter().chain(self.asker.master.outlets().filter(near).take(OUTLETS - 1)).collect()
    }

    async fn checks(&self, products: &[&Product]) -> Result<Vec<Check>, Refusal> {
        let mut all = Vec::new();
        for ((at, row), part) in self.outlets().into_iter().enumerate().zip(TAGS) {
            for (place, product) in products.iter().take(4).enumerate() {
                // The last model's prices are in order.
                let part = if place == 3 { 1_000 - at as i64 % 3 * 10 } else { part };
                let days = 20 - at as i32;
                let seen = if at % 5 == 3 { Seen::Quoted } else { Seen::Tag };
                all.push(self.sees(row, product, seen, days, product.retail_price.0 * part / 1_000).await?);
            }
        }
        all.push(self.sees(self.own, self.model, Seen::Rival, 20, self.model.retail_price.0 * 9 / 10).await?);
        Ok(all)
    }

    async fn sees(&self, row: &Outlet, product: &Product, seen: Seen, days: i32, amount: i64) -> Result<Check, Refusal> {
        let seen_on = self.ago(days);
        let limits = Limits::of(&self.desk.parameters(), &row.territory, seen_on)?;
        let new = New {
            seen,
            product: &product.code,
            outlet: &row.code,
            partner: &row.owner,
            spot: spot(row),
            seen_on,
            amount: Fen(amount),
            visit: "",
            photo: "",
            note: "",
        };
        let key = format!("demo-{}-{}-{days}", row.code, product.code);
        check::by_hand(&self.desk.db, limits, EYES, &key, &new, self.asker.today).await
    }

    /// One that waits for the outlet's answer, one that waits for a decision, one that is just found, and one that is over.
    async fn cases(&self, seen: &[Check]) -> Result<(), Refusal> {
        let open: Vec<&Check> = seen.iter().filter(|one| one.verdict.name() == "violation").collect();
        for (at, check) in open.into_iter().take(4).enumerate() {
            let key = format!("demo-price-case-{at}");
            let once = Once { who: EYES, key: &key };
            let id =
                case::open_price(&self.desk.db, &Sight::everywhere(), once, std::slice::from_ref(&check.id), "标价低于最低零售价").await?;
            let id = id.into_inner();
            match at {
                0 => self.act(EYES, &id, 1, 1, Act::Notify("当面送达整改通知")).await?,
                1 => {
                    self.act(EYES, &id, 1, 10, Act::Notify("当面送达整改通知")).await?;
                    self.act(EYES, &id, 2, 8, Act::Explain("样机清仓，未更换价签")).await?;
                }
                2 => self.over(&id, check).await?,
                _ => {}
            }
        }
        Ok(())
    }

    async fn over(&self, id: &str, check: &Check) -> Result<(), Refusal> {
        let talk = Decision {
            measure: Measure::Talk,
            amount: Fen::ZERO,
            harmed: "",
            compensation: Fen::ZERO,
            agreement: "",
            clause: "",
            words: "首次违价，以约谈了结",
            relation: "由渠道经理上门说明，协助更换价签",
        };
        self.act(EYES, id, 1, 19, Act::Notify("电话通知并发送截图")).await?;
        self.act(EYES, id, 2, 18, Act::Explain("店员看错价目表")).await?;
        self.act("supervisor", id, 3, 17, Act::Decide(talk)).await?;
        let (outlet, product) =
            (self.asker.master.outlet(&check.outlet, self.asker.today), self.asker.master.product(&check.product, self.asker.today));
        let (Some(outlet), Some(product)) = (outlet, product) else { return Ok(()) };
        let right = self.sees(outlet, product, Seen::Tag, 2, product.retail_price.0).await?;
        self.act(EYES, id, 4, 1, Act::Recheck(&right.id, "价签已更换")).await?;
        self.act(EYES, id, 5, 1, Act::Close("整改完成")).await
    }

    /// Does something in a case, some days ago.
    async fn act(&self, who: &str, id: &str, version: u32, days: i32, act: Act<'_>) -> Result<(), Refusal> {
        let (calendar, ladder) = (Holidays::shipped(), [Measure::Talk, Measure::Warning, Measure::Deduction, Measure::SupplyStop]);
        let terms = Terms {
            answer_days: 5,
            appeal_days: 5,
            ladder: &ladder,
            calendar: &calendar,
            master: &self.asker.master,
            manager: "",
            today: self.ago(days),
        };
        case::act(&self.desk.db, &Sight::everywhere(), who, id, version, act, terms).await.map(drop)
    }

    /// An outlet of another county.
    fn far(&self) -> Option<&Outlet> {
        let county = at_level(&self.own.territory, Level::County);
        let master = &self.asker.master;
        let at_home = |row: &Outlet| {
            let same = |other: &Outlet| {
                other.owner == self.own.owner && at_level(&other.territory, Level::County) == at_level(&row.territory, Level::County)
            };
            master.outlets().any(same)
        };
        master.outlets().find(|row| !row.territory.starts_with(county) && row.span.contains(self.asker.today) && !at_home(row))
    }

    async fn areas(&self) -> Result<(), Refusal> {
        let Some(seat) = self.asker.master.partner(&self.own.owner, self.asker.today).map(|row| row.territory.clone()) else {
            return Ok(());
        };
        // Another township of the own county, and one that waits for a decision.
        let near: Vec<String> = self.outlets().iter().map(|row| at_level(&row.territory, Level::Township).to_owned()).collect();
        let Some(area) = near.get(1) else { return Ok(()) };
        let ask = |goods, exclusive, reason| Asked {
            partner: &self.own.owner,
            territory: &seat,
            area,
            goods,
            exclusive,
            span: Span { from: self.ago(60), to: self.asker.today.plus_days(120) },
            reason,
        };
        let once = Once { who: EYES, key: "demo-area-1" };
        let id = authorise::ask(&self.desk.db, once, &ask("", false, "入驻农村营业厅铺货销售")).await?.into_inner();
        authorise::decide(&self.desk.db, &Sight::everywhere(), "supervisor", &id, 1, true, "按协议约定执行").await?;
        let once = Once { who: EYES, key: "demo-area-2" };
        authorise::ask(&self.desk.db, once, &ask(LINE, true, "新开乡镇市场，申请半年独家保护")).await.map(drop)
    }

    async fn pieces(&self) -> Result<(), Refusal> {
        let piece = |at: usize| Supplied {
            piece: format!("86{:013}", 4_210_500 + at),
            product: self.model.code.clone(),
            partner: self.own.owner.clone(),
            outlet: self.own.code.clone(),
            territory: self.own.territory.clone(),
            on: self.ago(30),
        };
        let list: Vec<Supplied> = (0..12).map(piece).collect();
        diversion::supply(&self.desk.db, EYES, &list).await?;
        let Some(far) = self.far() else { return Ok(()) };
        for (one, days) in list.iter().zip([6, 3]) {
            let seen =
                Sighting {
                    piece: &one.piece, outlet: &far.code, on: self.ago(days), way: Way::Hand, reference: "柜台陈列扫码（演示）"
                };
            diversion::by_hand(&self.desk.db, &self.asker.master, EYES, &seen, self.asker.today).await?;
        }
        Ok(())
    }

    async fn cut(&self) -> Result<(), Refusal> {
        let new = NewCut {
            product: &self.model.code,
            territory: "",
            outlet_type: "",
            on: self.ago(3),
            before: self.model.supply_price,
            after: Fen(self.model.supply_price.0 - 5_001),
            claim_until: self.asker.today.plus_days(12),
            source: "供货价调整通知（演示）",
        };
        let id = protection::announce(&self.desk.db, Once { who: WRITER, key: "demo-cut" }, &new).await?.into_inner();
        protection::decide_cut(&self.desk.db, CHIEF, &id, 1, true, "").await?;
        let cut = protection::cut(&mut self.desk.db.read().await?, &id).await?;
        let mut stock = protection::stock(&mut self.desk.db.read().await?, &cut, &self.own.code).await?;
        stock.truncate(6);
        if stock.is_empty() {
            return Ok(());
        }
        let once = Once { who: "store", key: "demo-claim" };
        protection::claim(&self.desk.db, once, &id, self.own, &stock, "其余为样机，不申请", self.asker.today).await.map(drop)
    }
}
