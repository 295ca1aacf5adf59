//! What waits, on both databases.

use super::waiting;
use crate::bank::{self, Entered};
use crate::dispute::{self, Answer, Raise};
use crate::period;
use qudao_kernel::Fen;
use qudao_platform::params::Register;
use qudao_testkit::{TestDb, on_both};

on_both!(what_one_made_waits_for_others);

async fn what_one_made_waits_for_others(db: TestDb) {
    // R0.21, R0.13: whoever had a hand in it, or acts for them, is not asked to approve it
    let month = "2026-07".parse().unwrap();
    period::tried(&db, "li4", month, "", &[]).await.unwrap();
    period::submit(&db, "li4/zhang3", month, 1, "").await.unwrap();
    let entered =
        Entered { partner: "P1", holder: "商行", bank: "支行", number: "6222000011111111", licence: "9142", reason: "开户" };
    bank::enter(&db, "wang5", &entered).await.unwrap();
    let raise = |subject| Raise {
        who: "partner",
        statement: "DZ202607-P1",
        period: month,
        partner: "P1",
        territory: "360921",
        subject,
        unpaid: true,
        title: "基本酬金",
        amount: 0,
        claim: "客户已补实名",
        photos: &[],
        today: "2026-08-31".parse().unwrap(),
    };
    let parameters = Register::standard().unwrap();
    dispute::raise(&db, &parameters, "key-0001", raise("p/basic/E1")).await.unwrap().into_inner();
    let proposed = dispute::raise(&db, &parameters, "key-0002", raise("p/basic/E2")).await.unwrap().into_inner();
    dispute::answer(&db, "li4", &proposed, 1, Answer::Uphold(Fen(500)), "已复核").await.unwrap();

    let tx = &mut db.read().await.unwrap();
    for (who, months, accounts, amounts) in
        [("li4", 0, 1, 0), ("zhang3", 0, 1, 1), ("zhang3/li4", 0, 1, 0), ("wang5", 1, 0, 1), ("zhao6", 1, 1, 1), ("zhao6/wang5", 1, 0, 1)]
    {
        let held = waiting(tx, who).await.unwrap();
        assert_eq!((held.months.len(), held.accounts, held.amounts.len(), held.disputes.len()), (months, accounts, amounts, 1), "{who}");
    }
}
