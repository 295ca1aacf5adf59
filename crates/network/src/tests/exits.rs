use super::{act, candidate, changes, code, day, house, outlet_on, partner, partner_on, signs, stands};
use crate::act::Act;
use crate::exit::{self, Case, Claim, Claims, Left, Lefts, Stage};
use crate::life::{State, Who};
use crate::outlet::change::Change;
use crate::roster::{self, By};
use qudao_kernel::master::{Clerk, Partner};
use qudao_kernel::{Date, Refusal, Text};
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

on_both!(an_exit_closes_when_nothing_is_left, closing_ends_everything_of_the_partner, a_partner_with_others_below_it_stays);

/// Slips some other part of the house keeps.
struct Slips(Arc<AtomicI64>);

impl Claim for Slips {
    fn name(&self) -> &'static str {
        "slips"
    }

    fn title(&self) -> Text {
        Text::new("未交回单", "Slips missing")
    }

    fn left<'a>(&'a self, _: &'a mut Tx, partner: &'a str, _: Date) -> Lefts<'a> {
        let count = self.0.load(Ordering::SeqCst);
        let what = Text::new(format!("{partner} {count} 张"), format!("{count} of {partner}"));
        Box::pin(async move { Ok(if count == 0 { Vec::new() } else { vec![Left { amount: count, money: false, what }] }) })
    }
}

fn claims(slips: &Arc<AtomicI64>) -> Claims {
    Claims::with(vec![Box::new(Slips(Arc::clone(slips)))])
}

async fn opens(db: &Db, application: &str, partner: &str) -> Result<Text, Refusal> {
    let (notice, last) = (day("2026-07-05"), day("2026-07-31"));
    write_tx!(db, |tx| exit::open(tx, &act("li", application), partner, "own_wish", notice, last).await)
}

async fn takes(db: &Db, claims: &Claims, id: &str, to: Stage, today: &str) -> Result<Case, Refusal> {
    let version = exit::get(&mut db.read().await.unwrap(), id).await?.version;
    let act = Act { today: day(today), ..act("jin", "") };
    write_tx!(db, |tx| exit::advance(tx, &act, claims, id, version, to).await)
}

async fn an_exit_closes_when_nothing_is_left(db: TestDb) {
    // R8.41: opened → notice → clearing → settled → closed, and not while something is left
    house(&db).await;
    let slips = Arc::new(AtomicI64::new(3));
    let all = claims(&slips);
    opens(&db, "CX1", "P1").await.unwrap();
    assert_eq!(stands(&db, Who::Partner, "P1", "2026-07-01").await, Some(State::InExit));
    assert_eq!(code(opens(&db, "CX2", "P1").await), "network.state.step", "one open case");
    assert_eq!(code(signs(&db, "XY1", "P1", "mobile", "2026-07-01", "2027-06-30").await), "network.partner.state");
    assert_eq!(code(takes(&db, &all, "CX1", Stage::Settled, "2026-07-05").await), "network.exit.step");
    takes(&db, &all, "CX1", Stage::Notice, "2026-07-05").await.unwrap();
    takes(&db, &all, "CX1", Stage::Clearing, "2026-07-06").await.unwrap();
    let refusal = takes(&db, &all, "CX1", Stage::Settled, "2026-07-20").await.unwrap_err();
    assert_eq!(refusal.code, "network.exit.left");
    assert!(refusal.text.zh.contains("未交回单") && refusal.text.zh.contains("3 张"), "{}", refusal.text.zh);
    slips.store(0, Ordering::SeqCst);
    takes(&db, &all, "CX1", Stage::Settled, "2026-07-20").await.unwrap();
    assert_eq!(code(takes(&db, &all, "CX1", Stage::Closed, "2026-07-31").await), "network.exit.early");
    slips.store(1, Ordering::SeqCst);
    assert_eq!(code(takes(&db, &all, "CX1", Stage::Closed, "2026-08-02").await), "network.exit.left", "it is asked again");
    slips.store(0, Ordering::SeqCst);
    let closed = takes(&db, &all, "CX1", Stage::Closed, "2026-08-02").await.unwrap();
    assert_eq!((closed.stage, closed.closed_on), (Stage::Closed, Some(day("2026-08-01"))));
    assert_eq!(code(takes(&db, &all, "CX1", Stage::Closed, "2026-08-03").await), "network.exit.step");
    let history = exit::history(&mut db.read().await.unwrap(), "CX1").await.unwrap();
    assert_eq!(history.iter().map(|step| step.stage).collect::<Vec<_>>(), Stage::ALL);
    assert_eq!(code(opens(&db, "CX3", "P9").await), "network.state.none");
}

async fn closing_ends_everything_of_the_partner(db: TestDb) {
    // R8.41, R0.28: rows end, work IDs are suspended, roles held over it end
    house(&db).await;
    signs(&db, "XY1", "P1", "mobile", "2026-07-01", "2027-06-30").await.unwrap();
    write_tx!(&db, |tx| {
        for (login, role, over) in
            [("pan", "partner_owner", "P1"), ("dian", "store_manager", "O1"), ("yuan", "clerk", "C1"), ("bei", "clerk", "C2")]
        {
            let sql =
                "insert into access_person (login, name, password, must_change, failures, locked_until_us) values ($1, $1, '', 0, 0, 0)";
            tx.execute(sql, args![login]).await?;
            let sql = "insert into access_grant (id, login, role, over, effective_from) values ($1, $1, $2, $3, '2026-01-01')";
            tx.execute(sql, args![login, role, over]).await?;
        }
        let sql =
            "insert into access_work_id (id, clerk, login, outlet, phone, bound_us) values ('w1', 'C1', 'yuan', 'O1', '13800001111', 1)";
        tx.execute(sql, args![]).await
    })
    .unwrap();
    let all = claims(&Arc::default());
    opens(&db, "CX1", "P1").await.unwrap();
    for (to, today) in
        [(Stage::Notice, "2026-07-05"), (Stage::Clearing, "2026-07-06"), (Stage::Settled, "2026-07-20"), (Stage::Closed, "2026-08-01")]
    {
        takes(&db, &all, "CX1", to, today).await.unwrap();
    }
    assert!(partner_on(&db, "P1", "2026-07-31").await.is_some() && partner_on(&db, "P1", "2026-08-01").await.is_none());
    assert!(outlet_on(&db, "O1", "2026-07-31").await.is_some() && outlet_on(&db, "O1", "2026-08-01").await.is_none());
    assert!(outlet_on(&db, "O2", "2026-08-01").await.is_some(), "another's stays");
    assert_eq!(stands(&db, Who::Partner, "P1", "2026-08-01").await, Some(State::Exited));
    assert_eq!(stands(&db, Who::Outlet, "O1", "2026-08-01").await, Some(State::Closed));
    let tx = &mut db.read().await.unwrap();
    let clerk = roster::get::<Clerk>(tx, "C1").await.unwrap().unwrap();
    assert_eq!(clerk.rows.last().unwrap().span.to, day("2026-08-01"));
    let agreement = crate::agreement::sign::of(tx, "P1").await.unwrap().remove(0);
    assert_eq!(agreement.span.to, day("2026-08-01"));
    let open = "select login from access_grant where effective_to is null order by login";
    let left: Vec<String> = tx.query(open, args![]).await.unwrap().iter().map(|row| row.string("login").unwrap()).collect();
    assert_eq!(left, ["bei"]);
    let suspended = "select count(*) as n from access_work_id where suspended_us is not null";
    assert_eq!(tx.query_one(suspended, args![]).await.unwrap().int("n").unwrap(), 1);
    assert_eq!(
        code(super::adds(&db, &candidate(Who::Outlet, "O7", "P1"), &[]).await),
        "network.partner.state",
        "it may be read for good, and takes nothing on"
    );
}

async fn a_partner_with_others_below_it_stays(db: TestDb) {
    // R4.7, R8.41
    house(&db).await;
    const BY: By<'static> = By { who: "u1", reason: "建档" };
    write_tx!(&db, |tx| roster::create(tx, BY, &partner("S1", "P1")).await.map(drop)).unwrap();
    changes(&db, "O1", Change::Owner("P2"), "2026-07-01").await.unwrap();
    let all = claims(&Arc::default());
    opens(&db, "CX1", "P1").await.unwrap();
    takes(&db, &all, "CX1", Stage::Notice, "2026-07-05").await.unwrap();
    takes(&db, &all, "CX1", Stage::Clearing, "2026-07-06").await.unwrap();
    let refusal = takes(&db, &all, "CX1", Stage::Settled, "2026-07-20").await.unwrap_err();
    assert!(refusal.code == "network.exit.left" && refusal.text.zh.contains("S1"));
    let moved = |row: Partner| Partner { parent: "P2".into(), ..row };
    write_tx!(&db, |tx| roster::amend::<Partner>(tx, BY, "S1", day("2026-07-10"), moved).await).unwrap();
    takes(&db, &all, "CX1", Stage::Settled, "2026-07-20").await.unwrap();
}
