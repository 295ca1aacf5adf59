//! Stories of partners and outlets through their lives, on both databases.

mod exits;
mod kept_out;
mod lives;
mod onboarding;
mod one;
mod verdicts;

use crate::act::Act;
use crate::agreement::sign::{self, Signed};
use crate::candidate::{self, Candidate};
use crate::keys::{self, Key, KeyKind, Sealer};
use crate::life::{self, State, Who};
use crate::outlet::change::{self, Change};
use crate::roster::{self, By};
use qudao_kernel::master::{Clerk, Outlet, Partner, Span};
use qudao_kernel::{Date, Fen, Refusal, Text};
use qudao_platform::db::Db;
use qudao_platform::write_tx;
use qudao_testkit::TestDb;

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

/// An act on 1 July 2026, when June is closed.
pub(super) fn act<'a>(who: &'a str, application: &'a str) -> Act<'a> {
    Act { who, reason: "按批复办理", application, today: day("2026-07-01"), open_from: day("2026-07-01") }
}

pub(super) fn partner(code: &str, parent: &str) -> Partner {
    Partner {
        code: code.into(),
        name: format!("{code}通讯店"),
        kind: "代理商".into(),
        tier: "代理商".into(),
        level: 0,
        parent: parent.into(),
        territory: "421102".into(),
        since: day("2020-01-01"),
        blacklisted: false,
        span: Span { from: day("2020-01-01"), to: Span::ALWAYS.to },
    }
}

pub(super) fn outlet(code: &str, owner: &str) -> Outlet {
    Outlet {
        code: code.into(),
        name: format!("{code}店"),
        owner: owner.into(),
        territory: "421102".into(),
        channel: "社会渠道".into(),
        subtype: String::new(),
        grade: "B".into(),
        district: String::new(),
        span: Span { from: day("2020-01-01"), to: Span::ALWAYS.to },
    }
}

/// P1 and P2 with outlets O1 and O2, and a clerk in each.
pub(super) async fn house(db: &TestDb) {
    const BY: By<'static> = By { who: "u1", reason: "建档" };
    write_tx!(db, |tx| {
        keys::ready(tx).await?;
        for code in ["P1", "P2"] {
            roster::create(tx, BY, &partner(code, "")).await.map(drop)?;
        }
        for (code, owner) in [("O1", "P1"), ("O2", "P2")] {
            roster::create(tx, BY, &outlet(code, owner)).await.map(drop)?;
        }
        for (code, outlet) in [("C1", "O1"), ("C2", "O2")] {
            let span = Span { from: day("2024-01-01"), to: Span::ALWAYS.to };
            roster::create(tx, BY, &Clerk { code: code.into(), name: "店员".into(), outlet: outlet.into(), span }).await.map(drop)?;
        }
        Ok(())
    })
    .unwrap();
}

pub(super) async fn changes(db: &Db, outlet: &str, wanted: Change<'_>, from: &str) -> Result<Text, Refusal> {
    write_tx!(db, |tx| change::change(tx, &act("li", "WD202607-0001"), outlet, wanted, day(from)).await).map(|(text, _)| text)
}

pub(super) async fn outlet_on(db: &Db, code: &str, on: &str) -> Option<Outlet> {
    let record = roster::get::<Outlet>(&mut db.read().await.unwrap(), code).await.unwrap()?;
    roster::on(&record, day(on)).cloned()
}

pub(super) async fn partner_on(db: &Db, code: &str, on: &str) -> Option<Partner> {
    let record = roster::get::<Partner>(&mut db.read().await.unwrap(), code).await.unwrap()?;
    roster::on(&record, day(on)).cloned()
}

pub(super) async fn stands(db: &Db, who: Who, code: &str, on: &str) -> Option<State> {
    life::on(&mut db.read().await.unwrap(), who, code, day(on)).await.unwrap()
}

pub(super) async fn key(db: &Db, kind: KeyKind, number: &str) -> Key {
    write_tx!(db, |tx| Sealer::of(tx).await).unwrap().key(kind, number).unwrap()
}

pub(super) fn candidate(who: Who, code: &str, above: &str) -> Candidate {
    Candidate {
        who,
        code: code.into(),
        name: format!("{code}新店"),
        above: above.into(),
        territory: "421102".into(),
        kind: if who == Who::Partner { "代理商" } else { "社会渠道" }.into(),
        class: String::new(),
        address: "城关镇一号".into(),
        made_by: "wang".into(),
    }
}

pub(super) async fn adds(db: &Db, new: &Candidate, numbers: &[Key]) -> Result<(), Refusal> {
    write_tx!(db, |tx| candidate::add(tx, &act("wang", ""), new, numbers).await)
}

pub(super) async fn steps(db: &Db, login: &str, who: Who, code: &str, to: State) -> Result<(), Refusal> {
    write_tx!(db, |tx| candidate::advance(tx, &act(login, ""), who, code, to, day("2026-07-05")).await)
}

pub(super) async fn signs(db: &Db, number: &str, partner: &str, business: &str, from: &str, last: &str) -> Result<Text, Refusal> {
    let signed = Signed {
        code: number,
        partner,
        business,
        from: day(from),
        last_day: day(last),
        deposit: Fen(500_000),
        commitment: Fen(0),
        signed_on: None,
    };
    write_tx!(db, |tx| sign::sign(tx, &act("li", number), &signed).await)
}
