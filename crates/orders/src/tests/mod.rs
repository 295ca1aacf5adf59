//! Stories on both databases.

mod levels;
mod orders;
mod pace;
mod paper;
mod service;
mod written;

use crate::acceptance::Register;
use crate::acceptance::store::{Assign, assign};
use crate::business::{Definitions, Holder};
use crate::order::machine::Command;
use crate::order::store::{self, Acted, Hand, Once, Seller, Shop};
use crate::order::{Order, Wanted, WantedItem, facts};
use crate::real_name::{Ask, LocalFake, RealName};
use crate::sight::Sight;
use crate::stock::{self, Allocate, Piece};
use qudao_access::work_ids::{self, Binding};
use qudao_kernel::master::{Agreement, Clerk, Master, Outlet, Partner, Product, Span};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::{Db, Done, args, write_tx};
use qudao_testkit::TestDb;

/// A document number that adds up.
const DOCUMENT: &str = "11010519491231002X";

/// The network: P1 with O1 (work IDs C1, C2 and C3, who left in June) and O2 (C4), the cooperative P2 with O3 (C5), P3 on the blacklist with O4 (C6), P4
/// whose agreement ended in June with O5 (C7).
struct House {
    db: TestDb,
    definitions: Definitions,
    register: Register,
    master: Master,
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: &Result<T, Refusal>) -> &'static str {
    outcome.as_ref().err().map_or("ok", |refusal| refusal.code)
}

fn network() -> Master {
    let mut master = Master::default();
    for (code, kind, blacklisted) in
        [("P1", "代理商", false), ("P2", "农村信用合作社", false), ("P3", "代理商", true), ("P4", "代理商", false)]
    {
        let (name, tier, parent, territory) = (code.to_owned(), String::new(), String::new(), "421102".to_owned());
        let partner = Partner {
            code: code.into(),
            name,
            kind: kind.into(),
            tier,
            level: 0,
            parent,
            territory,
            since: day("2020-01-01"),
            blacklisted,
            span: Span::ALWAYS,
        };
        master.add_partner(partner);
        let to = if code == "P4" { day("2026-07-01") } else { day("2099-01-01") };
        let span = Span { from: day("2020-01-01"), to };
        master.add_agreement(Agreement { code: format!("A{code}"), partner: code.into(), commitment: Fen(0), renewed: false, span });
    }
    for (code, owner) in [("O1", "P1"), ("O2", "P1"), ("O3", "P2"), ("O4", "P3"), ("O5", "P4")] {
        let (name, territory) = (code.to_owned(), "421102001".to_owned());
        let (channel, subtype, grade, district) = ("社会渠道".to_owned(), "专营店".to_owned(), "A".to_owned(), String::new());
        master.add_outlet(Outlet {
            code: code.into(),
            name,
            owner: owner.into(),
            territory,
            channel,
            subtype,
            grade,
            district,
            span: Span::ALWAYS,
        });
    }
    for (code, outlet) in [("C1", "O1"), ("C2", "O1"), ("C3", "O1"), ("C4", "O2"), ("C5", "O3"), ("C6", "O4"), ("C7", "O5")] {
        let span = if code == "C3" { Span { to: day("2026-06-30"), ..Span::ALWAYS } } else { Span::ALWAYS };
        master.add_clerk(Clerk { code: code.into(), name: code.into(), outlet: outlet.into(), span });
    }
    for (code, line, category, fee, supply, retail) in [
        ("M59", "移动", "套餐", 5_900, 0, 0),
        ("W50", "3G无线宽带", "数据卡", 5_000, 0, 0),
        ("B50", "宽带", "家庭", 5_000, 0, 0),
        ("V5", "增值业务", "包月", 500, 0, 0),
        ("T1", "终端", "低端", 0, 42_000, 49_900),
    ] {
        let (plan_fee, supply_price, retail_price) = (Fen(fee), Fen(supply), Fen(retail));
        let product = Product {
            code: code.into(),
            name: code.into(),
            line: line.into(),
            category: category.into(),
            plan_fee,
            supply_price,
            retail_price,
            span: Span::ALWAYS,
        };
        master.add_product(product);
    }
    master
}

fn activation(subscriber: &str, card: &str) -> Wanted {
    let items = vec![WantedItem { product: "M59".into(), ..WantedItem::default() }];
    Wanted { business: "activation".into(), subscriber: subscriber.into(), items, card: card.into(), term_months: 24, ..Wanted::default() }
}

fn recharge(amount: i64) -> Wanted {
    Wanted { business: "recharge".into(), subscriber: "13800000000".into(), amount, ..Wanted::default() }
}

/// Acts on any order.
async fn acts(db: &Db, shop: &Shop<'_>, login: &str, once: Once<'_>, command: &Command) -> Result<Done<Acted>, Refusal> {
    store::act(db, shop, &Hand { who: login, login, sight: &Sight::everywhere() }, once, command).await
}

fn seller<'a>(clerk: &'a str, outlet: &'a str) -> Seller<'a> {
    Seller { who: clerk, login: clerk, clerk, outlet }
}

impl House {
    /// With levels for all, bound work IDs and a hundred cards at O1.
    async fn of(db: TestDb) -> Self {
        let house = Self { db, definitions: Definitions::standard().unwrap(), register: Register::default(), master: network() };
        write_tx!(house.db, |tx| {
            facts::subscribe(tx).await?;
            for number in 1..=7 {
                let login = format!("C{number}");
                let sql = "insert into access_person (login, name, password, must_change, failures, locked_until_us) values ($1, $1, '', 0, 0, 0)";
                tx.execute(sql, args![&login]).await?;
            }
            Ok(())
        })
        .unwrap();
        for (number, outlet) in ["O1", "O1", "O1", "O2", "O3", "O4", "O5"].into_iter().enumerate() {
            let clerk = format!("C{}", number + 1);
            let phone = format!("1390000000{number}");
            work_ids::bind(&house.db, "sys", &Binding { clerk: &clerk, login: &clerk, outlet, phone: &phone }, "入职").await.unwrap();
        }
        for (holder, code, level) in [
            (Holder::Partner, "P1", "L4"),
            (Holder::Partner, "P2", "LC"),
            (Holder::Partner, "P3", "L4"),
            (Holder::Partner, "P4", "L4"),
            (Holder::Outlet, "O1", "L4"),
            (Holder::Outlet, "O2", "L3"),
            (Holder::Outlet, "O3", "LC"),
            (Holder::Outlet, "O4", "L4"),
            (Holder::Outlet, "O5", "L4"),
            (Holder::Clerk, "C1", "L4"),
            (Holder::Clerk, "C2", "L2"),
            (Holder::Clerk, "C4", "L3"),
            (Holder::Clerk, "C5", "LC"),
            (Holder::Clerk, "C6", "L4"),
            (Holder::Clerk, "C7", "L4"),
        ] {
            house.assigns(holder, code, level, 0).await.unwrap();
        }
        let new = Allocate { piece: Piece::Card, first: "89860000", last: "89860099", partner: "P1", outlet: "O1", territory: "421102001" };
        assert!(stock::allocate(&house.db, "allocate-o1", "sys", &new).await.unwrap().is_new());
        house.register.refresh(&house.db).await.unwrap();
        house
    }

    async fn assigns(&self, holder: Holder, code: &str, level: &str, version: u32) -> Result<u32, Refusal> {
        let from = day(if version == 0 { "2026-01-01" } else { "2026-07-01" });
        let new = Assign { holder, code, level, certificate: "ZS001", certificate_to: None, from, reason: "授权" };
        assign(&self.db, &self.definitions, &self.master, "sys", version, &new).await
    }

    fn shop(&self) -> Shop<'_> {
        Shop { definitions: &self.definitions, register: &self.register, master: &self.master, slip_days: 3 }
    }

    async fn starts(&self, clerk: &str, wanted: &Wanted) -> Result<Acted, Refusal> {
        let outlet = work_ids::bound(&mut self.db.read().await?, clerk).await?.map_or_else(|| "O1".to_owned(), |bound| bound.outlet);
        let key = format!("{clerk} {} {} {}", wanted.business, wanted.subscriber, self.count("select count(*) as n from order_head").await);
        Ok(store::start(&self.db, &self.shop(), &key, &seller(clerk, &outlet), wanted).await?.into_inner())
    }

    async fn order(&self, id: &str) -> Order {
        store::get(&mut self.db.read().await.unwrap(), &Sight::everywhere(), id).await.unwrap().order
    }

    /// Does something to the newest version.
    async fn acts(&self, login: &str, id: &str, command: Command) -> Result<Acted, Refusal> {
        let kept = store::get(&mut self.db.read().await?, &Sight::everywhere(), id).await?;
        let key = format!("{login} {id} {} {}", kept.version, command.name());
        let done = acts(&self.db, &self.shop(), login, Once { id, version: kept.version, key: &key }, &command).await?;
        Ok(done.into_inner())
    }

    async fn identifies(&self, login: &str, id: &str, number: &str) -> Result<Acted, Refusal> {
        let identity = LocalFake.check(&Ask { name: "示例", number, subscriber: "1" }, self.db.now_us()).await?;
        self.acts(login, id, Command::Identify(identity)).await
    }

    async fn submits(&self, login: &str, id: &str) -> Result<Acted, Refusal> {
        let sha256 = self.order(id).await.offer.sha256;
        self.acts(login, id, Command::Submit { sha256, consent: true }).await
    }

    /// An activation of C1 as far as it takes effect.
    async fn activates(&self, subscriber: &str, card: &str, system_no: &str) -> Result<Acted, Refusal> {
        let acted = self.starts("C1", &activation(subscriber, card)).await?;
        self.identifies("C1", &acted.id, DOCUMENT).await?;
        self.submits("C1", &acted.id).await?;
        self.acts("C1", &acted.id, Command::Accept(system_no.into())).await?;
        self.acts("C1", &acted.id, Command::Finish(crate::order::Part::Activation, String::new())).await
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.db.read().await.unwrap().query_one(sql, args![]).await.unwrap().int("n").unwrap()
    }
}

async fn list_counts(house: &House, sight: &Sight) -> Vec<(crate::order::State, u32, i64)> {
    let query = crate::order::list::Query::default();
    crate::order::list::counts(&mut house.db.read().await.unwrap(), sight, &query).await.unwrap()
}
