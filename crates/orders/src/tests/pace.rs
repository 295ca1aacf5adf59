//! How fast orders are taken, on a file that waits for the disk.

use super::{House, recharge, seller};
use crate::business::Definitions;
use crate::order::machine::Command;
use crate::order::store::{self, Once};
use qudao_platform::db::{Db, Durability};
use qudao_testkit::on_sqlite;
use std::sync::Arc;
use std::time::Instant;

/// Orders taken and made effective: two transactions each, with audit entries, counts and an event.
const ORDERS: u32 = 40;

/// `QUDAO_PACE_ORDERS=2000` with `--release` measures; without it the same path is shown to hold on few orders.
#[test]
fn orders_a_second_on_sqlite() {
    let orders = std::env::var("QUDAO_PACE_ORDERS").map_or(ORDERS, |count| count.parse().unwrap());
    on_sqlite(move |test| async move {
        let mut house = House::of(test).await;
        house.definitions = unlimited();
        let db = Db::open_with(house.db.url(), Arc::new(qudao_platform::SystemClock), Durability::Full).await.unwrap();
        house.register.refresh(&db).await.unwrap();
        let shop = house.shop();
        let begun = Instant::now();
        for number in 0..orders {
            let (started, sent) = (format!("start-{number:08}"), format!("send-{number:08}"));
            let acted = store::start(&db, &shop, &started, &seller("C1", "O1"), &recharge(1)).await.unwrap().into_inner();
            let sha256 = store::quote(&shop, "O1", &recharge(1), qudao_access::sessions::day(db.now_us())).unwrap().offer.sha256;
            let command = Command::Submit { sha256, consent: false };
            let once = Once { id: &acted.id, version: 1, key: &sent };
            assert!(super::acts(&db, &shop, "C1", once, &command).await.unwrap().is_new());
        }
        let took = begun.elapsed();
        println!("{orders} orders in {took:?}: {} orders a second", u128::from(orders) * 1_000_000 / took.as_micros());
    });
}

/// The standard levels without their limits.
fn unlimited() -> Definitions {
    let levels: Vec<&str> =
        include_str!("../../../../definitions/acceptance/levels.toml").lines().filter(|line| !line.contains("_day")).collect();
    let business = include_str!("../../../../definitions/acceptance/business.toml");
    Definitions::read(business, &levels.join("\n"), include_str!("../../../../definitions/acceptance/products.toml")).unwrap()
}
