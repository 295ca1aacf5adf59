//! Facts: each effective order once.

use super::House;
use crate::order::facts::{Written, round};
use crate::order::machine::Command;
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::columnar::facts::{BatchInfo, FactPort, ImportJob, ImportReport, Outcome, Progress};
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

on_both!(each_order_is_one_fact, a_round_that_was_broken_off_loses_and_doubles_nothing, a_file_with_the_same_order_adds_nothing);

/// A fact store in memory that takes an id once.
#[derive(Default)]
pub(super) struct Facts {
    rows: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    breaks: AtomicBool,
}

impl Facts {
    pub(super) fn ids(&self) -> Vec<String> {
        self.rows.lock().unwrap().keys().cloned().collect()
    }

    pub(super) fn cell(&self, id: &str, column: &str) -> String {
        self.rows.lock().unwrap()[id].get(column).cloned().unwrap_or_default()
    }
}

impl FactPort for Facts {
    fn import(&self, job: &ImportJob, _: &Master, _: &(dyn Fn(Progress) + Sync)) -> Result<ImportReport, Refusal> {
        let text = std::fs::read_to_string(&job.path).unwrap();
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
        let (mut received, mut duplicates, mut conflicts, mut corrections) = (0, 0, 0, 0);
        let mut rows = self.rows.lock().unwrap();
        for line in lines {
            received += 1;
            let cells: BTreeMap<String, String> = heads
                .iter()
                .zip(line.split(','))
                .filter(|(_, cell)| !cell.is_empty())
                .map(|(head, cell)| ((*head).to_owned(), cell.to_owned()))
                .collect();
            let id = cells["event_id"].clone();
            match rows.get(&id) {
                Some(there) if *there == cells => duplicates += 1,
                Some(there) if there["known_on"] >= cells["known_on"] => conflicts += 1,
                Some(_) => {
                    corrections += 1;
                    rows.insert(id, cells);
                }
                None => {
                    rows.insert(id, cells);
                }
            }
        }
        if self.breaks.swap(false, Ordering::SeqCst) {
            return Err(Refusal::new(Kind::Unavailable, "test.killed", "中断", "killed after the import"));
        }
        let rejected = duplicates + conflicts;
        Ok(ImportReport {
            batch: format!("{}-{}", job.table.name(), rows.len()),
            table: job.table,
            file: String::new(),
            sha256: String::new(),
            bytes: 0,
            encoding: None,
            day: job.day,
            received,
            accepted: received - rejected,
            rejected,
            duplicates,
            conflicts,
            corrections,
            unknown_outlets: 0,
            unknown_partners: 0,
            unnamed: 0,
            unknown_codes: Vec::new(),
            days: Vec::new(),
            ignored: Vec::new(),
            outcome: if received == rejected { Outcome::Nothing } else { Outcome::Landed(1) },
            rejects: None,
            problems: Vec::new(),
        })
    }

    fn withdraw(&self, _: &str) -> Result<u64, Refusal> {
        Ok(0)
    }

    fn batches(&self) -> Result<Vec<BatchInfo>, Refusal> {
        Ok(Vec::new())
    }

    fn report(&self, batch: &str) -> Result<ImportReport, Refusal> {
        Err(Refusal::bad_input("test.report", batch, batch))
    }
}

pub(super) async fn writes(house: &House, facts: &Arc<Facts>) -> Result<Written, Refusal> {
    let port: Arc<dyn FactPort> = Arc::<Facts>::clone(facts);
    round(&house.db, port, Arc::new(house.master.clone()), house.db.folder()).await
}

async fn each_order_is_one_fact(db: TestDb) {
    // R0.27, R7.154, R4.17, R4.3
    let (house, facts) = (House::of(db).await, Arc::new(Facts::default()));
    let order = house.activates("13900000001", "89860001", "S1").await.unwrap();
    let topup = house.starts("C2", &super::recharge(5_000)).await.unwrap();
    house.submits("C2", &topup.id).await.unwrap();
    let bill = super::Wanted { business: "bill_payment".into(), ..super::recharge(8_000) };
    let bill = house.starts("C5", &bill).await.unwrap();
    house.submits("C5", &bill.id).await.unwrap();
    assert_eq!(writes(&house, &facts).await.unwrap(), Written { events: 3, facts: 3, there: 0, refused: 0 });
    assert_eq!(writes(&house, &facts).await.unwrap(), Written::default());
    assert_eq!(facts.ids(), [topup.id.as_str(), bill.id.as_str(), "S1"], "the business system's number where there is one");
    let cell = |column: &str| facts.cell("S1", column);
    assert_eq!(
        (cell("kind"), cell("outlet"), cell("clerk"), cell("order_id")),
        ("activation".into(), "O1".into(), "C1".into(), order.id.clone())
    );
    assert_eq!(
        (cell("amount"), cell("plan_fee"), cell("identity_verified"), cell("term_months")),
        ("59.00".into(), "59.00".into(), "是".into(), "24".into())
    );
    assert_eq!((cell("slip_on"), cell("subscriber")), (String::new(), "13900000001".into()));
    assert_eq!(facts.cell(&bill.id, "item"), "缴费");
    house.db.clock().advance(std::time::Duration::from_hours(48));
    house.acts("M1", &order.id, Command::Reverse("客户退订".into())).await.unwrap();
    assert_eq!(writes(&house, &facts).await.unwrap().facts, 1);
    let cell = |column: &str| facts.cell("S1-R", column);
    assert_eq!((cell("kind"), cell("ref_event"), cell("occurred_on")), ("cancellation".into(), "S1".into(), "2026-07-03".into()));
    assert_eq!(facts.cell("S1", "kind"), "activation", "what took effect stays");
    assert_eq!(house.count("select count(*) as n from order_head where fact = 'written'").await, 3);
    assert!(Table::BusinessEvent.kinds().iter().any(|(kind, _)| *kind == "cancellation"));
}

async fn a_round_that_was_broken_off_loses_and_doubles_nothing(db: TestDb) {
    // N28, R0.27
    let (house, facts) = (House::of(db).await, Arc::new(Facts::default()));
    for number in 1..=3 {
        house.activates(&format!("1390000000{number}"), &format!("8986000{number}"), &format!("S{number}")).await.unwrap();
    }
    facts.breaks.store(true, Ordering::SeqCst);
    assert_eq!(writes(&house, &facts).await.unwrap_err().code, "test.killed");
    assert_eq!(facts.ids().len(), 3, "the import was done");
    assert_eq!(house.count("select count(*) as n from order_head where fact = 'waiting'").await, 3, "and nothing is marked");
    house.activates("13900000004", "89860004", "S4").await.unwrap();
    assert_eq!(writes(&house, &facts).await.unwrap(), Written { events: 4, facts: 1, there: 3, refused: 0 });
    assert_eq!(facts.ids(), ["S1", "S2", "S3", "S4"]);
    assert_eq!(house.count("select count(*) as n from order_head where fact = 'written'").await, 4);
    assert_eq!(writes(&house, &facts).await.unwrap().events, 0);
}

async fn a_file_with_the_same_order_adds_nothing(db: TestDb) {
    // N28
    let (house, facts) = (House::of(db).await, Arc::new(Facts::default()));
    let file = |name: &str, text: &str| {
        let path = house.db.folder().join(name);
        std::fs::write(&path, text).unwrap();
        ImportJob::new(Table::BusinessEvent, path, "2026-07-02".parse().unwrap())
    };
    let heads = "event_id,kind,occurred_on,known_on,outlet,amount\n";
    let before = file("before.csv", &format!("{heads}S1,activation,2026-07-01,2026-07-01,O1,59.00\n"));
    facts.import(&before, &house.master, &|_| ()).unwrap();
    house.activates("13900000001", "89860001", "S1").await.unwrap();
    house.activates("13900000002", "89860002", "S2").await.unwrap();
    assert_eq!(writes(&house, &facts).await.unwrap(), Written { events: 2, facts: 1, there: 1, refused: 0 });
    let after = file("after.csv", &format!("{heads}S2,activation,2026-07-01,2026-07-01,O1,59.00\n"));
    assert_eq!(facts.import(&after, &house.master, &|_| ()).unwrap().accepted, 0);
    assert_eq!(facts.ids(), ["S1", "S2"], "one order, one fact");
    assert_eq!(house.count("select count(*) as n from order_head where fact = 'written'").await, 2);
}
