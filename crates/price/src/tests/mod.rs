//! Stories on both databases.

mod books;
mod cases;
mod market;
mod protections;

use crate::book::{self, BookAct, BookKind, Priced, Written};
use crate::check::{self, Check, New, Seen};
use crate::live::Spot;
use crate::verdict::{Limits, Mode};
use crate::{Once, Sight};
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Span};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_testkit::TestDb;

/// The model everything is about.
const MODEL: &str = "T1";
const LIMITS: Limits = Limits { over_ppm: 100_000, tolerance_ppm: 0 };

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn today(db: &TestDb) -> Date {
    qudao_access::sessions::day(db.now_us())
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn once<'a>(who: &'a str, key: &'a str) -> Once<'a> {
    Once { who, key }
}

/// P1 with O1 in one county, P2 with O2 in the same and O3 in the next one; P1 has the agreement A1.
fn network() -> Master {
    let mut master = Master::default();
    for partner in ["P1", "P2"] {
        let text = |text: &str| text.to_owned();
        master.add_partner(Partner {
            code: text(partner),
            name: text(partner),
            kind: text("代理商"),
            tier: String::new(),
            level: 0,
            parent: String::new(),
            territory: text("421102"),
            since: day("2020-01-01"),
            blacklisted: false,
            span: Span::ALWAYS,
        });
    }
    for (outlet, owner, territory) in [("O1", "P1", "421102001"), ("O2", "P2", "421102002"), ("O3", "P2", "421121100")] {
        let text = |text: &str| text.to_owned();
        master.add_outlet(Outlet {
            code: text(outlet),
            name: text(outlet),
            owner: text(owner),
            territory: text(territory),
            channel: text("社会渠道"),
            subtype: text("专营店"),
            grade: text("A"),
            district: String::new(),
            span: Span::ALWAYS,
        });
    }
    master.add_agreement(Agreement { code: "A1".into(), partner: "P1".into(), commitment: Fen(0), renewed: false, span: Span::ALWAYS });
    master
}

/// Floor 999, suggested 1 199, everywhere, from today on.
fn base(mode: Mode, from: Date, lines: &[Priced]) -> Written<'_> {
    Written {
        title: "基础价",
        kind: BookKind::Base,
        mode,
        territory: "",
        outlet_type: "",
        from,
        until: None,
        uniform: false,
        source: "价字 1 号",
        ground: if mode == Mode::ApprovedFloor { "法务意见 1 号" } else { "" },
        lines,
    }
}

fn lines(floor: i64, suggested: i64) -> Vec<Priced> {
    vec![Priced { product: MODEL.into(), floor: Some(Fen(floor)), suggested: Fen(suggested) }]
}

/// Written and sent by one person, published by another.
async fn publishes(db: &TestDb, key: &str, new: &Written<'_>) -> Result<String, Refusal> {
    let id = book::draft(db, once("a", key), new).await?.into_inner();
    book::act(db, "a", &id, 1, BookAct::Submit, today(db)).await?;
    book::act(db, "b", &id, 2, BookAct::Publish, today(db)).await?;
    Ok(id)
}

/// A tag at O1.
async fn tag(db: &TestDb, key: &str, on: Date, amount: i64) -> Check {
    let new = New {
        seen: Seen::Tag,
        product: MODEL,
        outlet: "O1",
        partner: "P1",
        spot: Spot { territory: "421102001", outlet_type: "专营店" },
        seen_on: on,
        amount: Fen(amount),
        visit: "",
        photo: "",
        note: "",
    };
    check::by_hand(db, LIMITS, "a", key, &new, today(db)).await.unwrap()
}

fn everywhere() -> Sight {
    Sight::everywhere()
}
