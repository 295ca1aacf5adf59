//! Statements in the ledger: every fen of every line, and nothing twice.

use super::*;
use crate::statement::fixture::{PARTNER, day, line, outcome, period, statements, with_terms};
use crate::statement::{Listed, PartnerRange, run};
use proptest::prelude::*;
use qudao_kernel::Lang;
use qudao_ledger::Book;
use qudao_policy::lines::{LineKind, Outcome};

const ENTITY: &str = "hunan";

fn ledger_run() -> Run {
    Run { entity: ENTITY.into(), name: "2026-07-1".into(), date: day("2026-08-05"), about: period(), reason: "2026-07 结算".into() }
}

type Posted = (Vec<Vec<Entry>>, Control, Vec<Statement>);

fn posted(outcome: &Outcome) -> Result<Posted, Refusal> {
    with_terms(Lang::Zh, |terms| {
        let mut groups = Vec::new();
        let mut poster = Poster::new(ENTITY, terms.clerks_direct, |group| {
            groups.push(group);
            Ok(())
        });
        let (mut lines, mut reasons) = (Listed(&outcome.lines), Listed(&outcome.reasons));
        run(terms, &PartnerRange::default(), &mut lines, &mut reasons, &mut Listed(&[]), &mut poster)?;
        let control = poster.control().clone();
        Ok((groups, control, statements(terms, outcome)?))
    })
}

fn book(groups: &[Vec<Entry>]) -> Book {
    let mut book = Book::default();
    assert!(book.open_period(ENTITY, "2026-08".parse().unwrap()).unwrap().is_new());
    // What stood before: the pool held back in earlier months.
    let opening =
        [Entry::debit(ENTITY, AccountKind::CommissionExpense, 5_000_000), Entry::credit(PARTNER, AccountKind::Holdback, 5_000_000)];
    assert!(book.post(&qudao_ledger::Journal::new(ENTITY, "opening", day("2026-08-01"), "期初").with(opening)).unwrap().is_new());
    let run = ledger_run();
    let mut packer = Packer::new(&run);
    for group in groups {
        if let Some(journal) = packer.add(group.clone()).unwrap() {
            assert!(book.post(&journal).unwrap().is_new());
        }
    }
    if let Some(journal) = packer.finish() {
        assert!(book.post(&journal).unwrap().is_new());
    }
    book
}

#[test]
fn a_month_stands_in_the_ledger_as_on_the_statement() {
    // R0.3, R0.31, R0.32, R1.23, R1.40: Σ statement lines = Σ postings
    let month = outcome(90);
    let (groups, control, statements) = posted(&month).unwrap();
    let (book, statement) = (book(&groups), &statements[0]);
    let of = |owner: &str, kind: AccountKind| kind.standing(book.balance(ENTITY, owner, kind));
    let totals = &statement.totals;
    let carried = totals.carried.taxable.0 + totals.carried.net.0;
    assert_eq!(of(PARTNER, AccountKind::Payable), totals.payment.0 + carried - totals.brought.taxable.0 - totals.brought.net.0);
    assert_eq!(of(PARTNER, AccountKind::Tax), totals.tax.0);
    assert_eq!(of(PARTNER, AccountKind::Receivable), -totals.offsets.0);
    assert_eq!(of(PARTNER, AccountKind::Holdback), 5_000_000 + statement.pool.held.0 + statement.pool.released.0);
    assert_eq!(of(PARTNER, AccountKind::Points) * 100, statement.total(Destination::Points).0);
    assert_eq!(of(PARTNER, AccountKind::TopupFloat), statement.total(Destination::Topup).0);
    let clerks: i64 = ["C101", "C102", "C103"].iter().map(|code| of(&clerk_owner(code), AccountKind::Payable)).sum();
    assert_eq!(clerks, totals.direct.0);
    for kind in [AccountKind::Payable, AccountKind::Points] {
        assert_eq!(
            control.by_kind[&kind],
            book.all_balances()
                .filter(|(_, account, _)| account.kind == kind)
                .map(|(_, _, amount)| i128::from(kind.standing(amount)))
                .sum()
        );
    }
    assert_eq!((control.statements, control.lines), (1, month.lines.len() as u64));
}

#[test]
fn posting_again_changes_nothing_and_other_content_is_refused() {
    // R1.40: one accrual per (run, chunk)
    let (groups, ..) = posted(&outcome(30)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = FileLedger::open(folder.path().join("ledger.jsonl")).unwrap();
    assert!(ledger.open_period(ENTITY, "2026-08".parse().unwrap()).unwrap().is_new());
    let opening = [Entry::debit(ENTITY, AccountKind::CommissionExpense, 88_000), Entry::credit(PARTNER, AccountKind::Holdback, 88_000)];
    assert!(ledger.post(&qudao_ledger::Journal::new(ENTITY, "opening", day("2026-08-01"), "期初").with(opening)).unwrap().is_new());
    let first = post_to_file(&mut ledger, &ledger_run(), groups.clone()).unwrap();
    assert_eq!((first.chunks, first.new_chunks), (1, 1));
    let again = post_to_file(&mut ledger, &ledger_run(), groups).unwrap();
    assert_eq!((again.chunks, again.new_chunks), (1, 0));
    let (other, ..) = posted(&outcome(31)).unwrap();
    assert_eq!(post_to_file(&mut ledger, &ledger_run(), other).unwrap_err().code, "ledger.journal.other_body");
}

#[test]
fn points_are_whole_and_postings_are_tied() {
    let half = Line { destination: Destination::Points, ..line("points", "E1", 150) };
    let refusal = posted(&Outcome { lines: vec![half], ..Outcome::default() }).unwrap_err();
    assert_eq!(refusal.code, "settle.ledger.points_fraction");
    let mut poster = Poster::new(ENTITY, true, |_| Ok(()));
    let statement = with_terms(Lang::Zh, |terms| statements(terms, &outcome(3))).unwrap().remove(0);
    assert_eq!(poster.statement(&statement).unwrap_err().code, "settle.ledger.untied");
}

#[test]
fn a_partner_of_many_clerks_is_posted_in_several_groups() {
    let mut lines: Vec<Line> = (0..6_000)
        .map(|index| Line { payee_kind: PayeeKind::Clerk, payee: format!("C{index:05}"), ..line("clerk", &format!("E{index}"), 100) })
        .collect();
    lines.push(Line { kind: LineKind::Adjust, origin: "2026-05".parse().unwrap(), ..line("ladder", PARTNER, -300) });
    let (groups, ..) = posted(&Outcome { lines, ..Outcome::default() }).unwrap();
    assert_eq!(groups.iter().map(Vec::len).max(), Some(MAX_ENTRIES));
    assert!(groups.iter().all(|group| group.iter().map(|entry| entry.amount).sum::<i64>() == 0));
    assert!(groups.iter().flatten().any(|entry| entry.reference == "agency_fee/ladder@2026-05"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn postings_equal_lines_for_any_month(
        drawn in proptest::collection::vec((0usize..3, 0usize..7, 0usize..5, -10_000i64..100_000), 0..60),
    ) {
        // R0.3, R1.13
        let payees = [PayeeKind::Partner, PayeeKind::Outlet, PayeeKind::Clerk, PayeeKind::Customer, PayeeKind::Subscriber];
        let mut outcome = Outcome::default();
        for (index, (partner, destination, payee, amount)) in drawn.iter().enumerate() {
            outcome.lines.push(Line {
                partner: ["", PARTNER, "Z"][*partner].into(),
                destination: DESTINATIONS[*destination],
                payee_kind: payees[*payee],
                payee: format!("X{payee}"),
                ..line("new_user", &format!("E{index}"), amount * 100)
            });
        }
        outcome.sort();
        let (groups, control, statements) = posted(&outcome).unwrap();
        let entries: Vec<&Entry> = groups.iter().flatten().collect();
        prop_assert_eq!(entries.iter().map(|entry| i128::from(entry.amount)).sum::<i128>(), 0);
        for destination in DESTINATIONS {
            let lines: i128 = outcome.lines.iter().filter(|line| line.destination == destination).map(|line| i128::from(line.amount)).sum();
            prop_assert_eq!(control.by_destination.get(&destination).copied().unwrap_or(0), lines);
        }
        let standing = |kind: AccountKind| control.by_kind.get(&kind).copied().unwrap_or(0);
        let total = |pick: fn(&Statement) -> i64| statements.iter().map(|statement| i128::from(pick(statement))).sum::<i128>();
        prop_assert_eq!(standing(AccountKind::Tax), total(|statement| statement.totals.tax.0));
        let payable = total(|statement| {
            let totals = &statement.totals;
            totals.payment.0 + totals.direct.0 + totals.carried.taxable.0 + totals.carried.net.0 - totals.brought.taxable.0 - totals.brought.net.0
        });
        let credit: i128 = control.by_destination.get(&Destination::Credit).copied().unwrap_or(0);
        prop_assert_eq!(standing(AccountKind::Payable), payable + credit);
        prop_assert_eq!(standing(AccountKind::Points) * 100, control.by_destination.get(&Destination::Points).copied().unwrap_or(0));
    }
}
