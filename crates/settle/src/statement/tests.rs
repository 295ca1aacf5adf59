//! Statements from lines to files.

use super::fixture::{self, PARTNER, day, line, outcome, statements, with_terms};
use super::*;
use calamine::{Data, Reader, Xlsx, open_workbook};
use proptest::prelude::*;
use qudao_kernel::{Fen, Lang};
use qudao_policy::lines::{Line, LineKind, Outcome};
use qudao_policy::model::{Destination, PayeeKind};

#[test]
fn a_month_adds_up_from_lines_to_payment() {
    // R0.31, R0.32, R1.13, R1.23, R1.55
    let outcome = outcome(120);
    let statement = with_terms(Lang::Zh, |terms| statements(terms, &outcome)).unwrap().remove(0);
    let payable: i64 = outcome.lines.iter().filter(|line| line.destination == Destination::Payable).map(|line| line.amount).sum();
    let totals = &statement.totals;
    assert_eq!(totals.lines, Fen(payable));
    assert_eq!(totals.due.0, payable + 24_000 + 3_520);
    // clerks are paid to their own accounts, and the partner's tax leaves their part alone
    assert_eq!(totals.direct, Fen(40 * 500));
    assert_eq!(totals.tax.0, ((totals.due.0 - totals.direct.0) * 2 + 5) / 10);
    assert_eq!(totals.offsets, Fen(120_000), "one bill has no consent");
    assert_eq!(totals.payment.0, totals.due.0 - totals.direct.0 - totals.tax.0 - 120_000);
    // points and top-up stand apart
    assert_eq!((statement.total(Destination::Points), statement.total(Destination::Topup)), (Fen(40_000), Fen(256_075)));
    assert_eq!((statement.pool.opening, statement.pool.held, statement.pool.released), (Fen(88_000), Fen(37_500), Fen(-20_000)));
    assert_eq!(statement.pool.closing, Fen(105_500));
    // clerks: the parts sum to the component
    let clerks: i64 =
        statement.payees.iter().filter(|part| part.kind == PayeeKind::Clerk).map(|part| part.amounts[&Destination::Payable].0).sum();
    assert_eq!(clerks, 40 * 500);
    assert_eq!((statement.number.as_str(), statement.name.as_str()), ("DZ202607-P00012", "长沙县星沙街道城东通信技术服务有限公司"));
    assert_eq!(statement.pay_on, Some(day("2026-08-20")));
    // reasons: sentence of the policy, deadline, examples
    let slip = statement.unpaid.iter().find(|row| row.code == "slip_missing").unwrap();
    assert_eq!((slip.sentence.as_str(), slip.count, slip.curable), ("回单未在 30 日内交回", 24, 20));
    assert_eq!((slip.next_deadline, slip.last_deadline), (Some(day("2026-08-05")), Some(day("2026-08-30"))));
    assert_eq!(slip.examples.len(), 3);
    let gate = statement.unpaid.iter().find(|row| row.code == "gate_failed").unwrap();
    assert_eq!((gate.sentence.as_str(), gate.forgone), ("到期分期的条件未满足，该期失去", Fen(11 * 3_870)));
    assert_eq!(statement.calendar.len(), 5);
    assert_eq!(statement.steps[0].gap(), 2_000);
}

#[test]
fn the_hash_changes_with_every_fen_and_is_the_same_again() {
    // R1.13
    let base = outcome(20);
    let hash = |outcome: &Outcome| with_terms(Lang::Zh, |terms| statements(terms, outcome)).unwrap()[0].hash.clone();
    assert_eq!(hash(&base), hash(&base));
    assert_eq!(hash(&base).len(), 64);
    let mut other = base.clone();
    other.lines[7].amount += 1;
    assert_ne!(hash(&base), hash(&other));
}

#[test]
fn partners_with_nothing_but_a_balance_still_get_a_statement() {
    let empty = with_terms(Lang::En, |terms| statements(terms, &Outcome::default())).unwrap();
    assert_eq!(empty.len(), 1);
    assert_eq!(empty[0].totals.due, Fen(27_520));
    let lonely = Outcome { lines: vec![Line { partner: String::new(), ..line("points", "E1", 5) }], ..Outcome::default() };
    let two = with_terms(Lang::En, |terms| statements(terms, &lonely)).unwrap();
    assert_eq!((two[0].number.as_str(), two[0].name.as_str()), ("DZ202607-0", "Unattributed facts"));
}

#[test]
fn unsorted_and_foreign_lines_are_refused() {
    let of = |partner: &str, period: &str| Line { partner: partner.into(), period: period.parse().unwrap(), ..line("ladder", "E1", 5) };
    let code = |lines: Vec<Line>| {
        let outcome = Outcome { lines, ..Outcome::default() };
        with_terms(Lang::Zh, |terms| statements(terms, &outcome)).unwrap_err().code
    };
    assert_eq!(code(vec![of("P2", "2026-07"), of("P1", "2026-07")]), "settle.statement.unsorted");
    assert_eq!(code(vec![of("P2", "2026-06")]), "settle.statement.stray");
    let unbalanced = with_terms(Lang::Zh, |terms| {
        let mut statement = statements(terms, &outcome(5)).unwrap().remove(0);
        statement.totals.payment.0 += 1;
        statement.check().unwrap_err().code
    });
    assert_eq!(unbalanced, "settle.statement.unbalanced");
}

/// Every cell of a workbook's sheet as text; amounts with two decimals.
fn sheet(path: &std::path::Path, name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range(name).unwrap();
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::Float(number) => Fen((number * 100.0).round() as i64).plain(),
        Data::DateTime(date) => qudao_kernel::Date::from_days(date.as_f64() as i32 - 25_569).to_string(),
        other => other.to_string(),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

/// Every cell of a CSV; whole numbers with two decimals, as the workbook's come back.
fn table(path: &std::path::Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn alike(a: &str, b: &str) -> bool {
    a == b || (a.parse::<i64>().is_ok_and(|number| Fen(number * 100).plain() == b))
}

#[test]
fn workbook_and_csv_say_the_same_and_run_nothing() {
    // R1.13, R0.7
    let folder = tempfile::tempdir().unwrap();
    let mut month = outcome(60);
    month.lines[3].basis = "=cmd|' /C calc'!A0".into();
    let files = with_terms(Lang::Zh, |terms| {
        let statement = statements(terms, &month).unwrap().remove(0);
        let mut files = Vec::new();
        for format in [FileFormat::Xlsx, FileFormat::Csv] {
            let mut book = PartnerBook::create(&folder.path().join(statement.file_stem()), format, terms.catalog, Lang::Zh).unwrap();
            for line in &month.lines {
                book.line(line).unwrap();
            }
            files.extend(book.finish(&statement).unwrap());
            let mut company = CompanyBook::create(&folder.path().join("all"), format, Lang::Zh).unwrap();
            company.statement(&statement).unwrap();
            files.extend(company.finish().unwrap());
        }
        files
    });
    let names: Vec<_> = files.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names[..2], ["DZ202607-P00012.xlsx", "all.xlsx"]);
    let pairs = [
        ("DZ202607-P00012.xlsx", "汇总", "DZ202607-P00012-summary.csv"),
        ("DZ202607-P00012.xlsx", "明细", "DZ202607-P00012-lines.csv"),
        ("DZ202607-P00012.xlsx", "未付原因", "DZ202607-P00012-unpaid.csv"),
        ("all.xlsx", "对账单", "all-statements.csv"),
        ("all.xlsx", "组件", "all-components.csv"),
    ];
    for (book, tab, csv) in pairs {
        let (left, right) = (sheet(&folder.path().join(book), tab), table(&folder.path().join(csv)));
        assert_eq!(left.len(), right.len(), "{tab}");
        for (a, b) in left.iter().flatten().zip(right.iter().flatten()) {
            assert!(alike(b, a), "{tab}: {a:?} {b:?}");
        }
        assert!(left.iter().flatten().all(|cell| !cell.starts_with('=')), "{tab}");
    }
    let lines = table(&folder.path().join("DZ202607-P00012-lines.csv"));
    assert_eq!(lines.len(), 1 + month.lines.len() + 4, "header, lines, one total per destination");
    let total = lines.iter().find(|row| row[4] == "合计" && row[15] == "应付酬金").unwrap();
    let payable: i64 = month.lines.iter().filter(|line| line.destination == Destination::Payable).map(|line| line.amount).sum();
    assert_eq!(total[14], Fen(payable).plain());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn sums_hold_for_any_lines(
        drawn in proptest::collection::vec((0usize..4, 0usize..3, 0usize..7, 0usize..4, -1_000_000_000i64..1_000_000_000, 0usize..5), 0..80),
    ) {
        // R0.3: Σ lines = Σ sections = due parts; nothing is lost between partners
        let kinds = [LineKind::Earn, LineKind::Release, LineKind::Reverse, LineKind::Adjust];
        let payees = [PayeeKind::Partner, PayeeKind::Outlet, PayeeKind::Clerk, PayeeKind::Customer, PayeeKind::Subscriber];
        let mut outcome = Outcome::default();
        for (index, (partner, component, destination, kind, amount, payee)) in drawn.iter().enumerate() {
            outcome.lines.push(Line {
                partner: ["", "A", PARTNER, "Z"][*partner].into(),
                destination: words::DESTINATIONS[*destination],
                kind: kinds[*kind],
                payee_kind: payees[*payee],
                payee: format!("X{payee}"),
                ..line(["new_user", "ladder", "未知组件"][*component], &format!("E{index}"), *amount)
            });
        }
        outcome.sort();
        let statements = with_terms(Lang::Zh, |terms| statements(terms, &outcome)).unwrap();
        for destination in words::DESTINATIONS {
            let lines: i64 = outcome.lines.iter().filter(|line| line.destination == destination).map(|line| line.amount).sum();
            prop_assert_eq!(statements.iter().map(|statement| statement.total(destination).0).sum::<i64>(), lines);
        }
        let mut all = RunTotals::default();
        for statement in &statements {
            statement.check().unwrap();
            all.add(statement).unwrap();
            let parts: i64 = statement.payees.iter().flat_map(|part| part.amounts.values()).map(|amount| amount.0).sum();
            let own: i64 = outcome.lines.iter().filter(|line| line.partner == statement.partner && line.payee_kind != PayeeKind::Partner).map(|line| line.amount).sum();
            prop_assert_eq!(parts, own);
        }
        prop_assert_eq!(all.due.0, all.direct.0 + all.tax.0 + all.offsets.0 + all.payment.0 + all.carried.0);
        prop_assert_eq!(all.lines as usize, outcome.lines.len());
    }
}

#[test]
fn periods_name_themselves() {
    with_terms(Lang::Zh, |terms| {
        assert_eq!(number(&Terms { revision: 2, ..terms }, "P/1"), "DZ202607-P/1-2");
        let rerun = Terms { rerun: Some(terms.period), period: terms.period.plus(1), ..terms };
        assert_eq!(number(&rerun, "P/1"), "BC202607-P/1");
    });
    let statement = with_terms(Lang::Zh, |terms| fixture::statements(terms, &outcome(1))).unwrap().remove(0);
    let odd = Statement { number: "DZ202607-P/1 甲".into(), ..statement };
    assert_eq!(odd.file_stem(), "DZ202607-P_1_甲");
    assert_eq!(odd.short_hash().len(), 19);
}

#[test]
fn a_run_writes_documents_and_hands_its_balances_on() {
    // R1.13, R1.40: what is carried forward is brought forward
    let folder = tempfile::tempdir().unwrap();
    let month = outcome(12);
    let json = folder.path().join("statements.jsonl");
    let totals = with_terms(Lang::Zh, |terms| {
        let tables = vec![FileFormat::Xlsx, FileFormat::Csv];
        let documents =
            Documents { folder: folder.path().to_owned(), catalog: terms.catalog, lang: Lang::Zh, tables, pdf: None, only: None };
        let (mut sink, mut lines) = (DocumentSink::new(documents, terms), JsonLines::create(&json).unwrap());
        let (all, both) = (&mut Listed(&month.lines), &mut (&mut sink, &mut lines));
        let totals = run(terms, &PartnerRange::default(), all, &mut Listed(&[]), &mut Listed(&[]), both).unwrap();
        lines.finish().unwrap();
        assert_eq!(sink.written().len(), 4, "{:?}", sink.written());
        totals
    });
    let read: Vec<Statement> = read_statements(&json).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!((read.len() as u64, read[0].totals.payment), (totals.statements, totals.payment));
    let mut accounts = std::collections::BTreeMap::new();
    for statement in &read {
        carry(&mut accounts, statement);
    }
    assert_eq!((accounts[PARTNER].brought, accounts[PARTNER].pool_opening), (read[0].totals.carried, read[0].pool.closing));
    let text = text(&read[0], Lang::Zh);
    assert!(
        text.contains("应付合计") && text.contains(&read[0].totals.payment.to_string()) && text.lines().all(|line| !line.ends_with(' '))
    );
    std::fs::write(&json, "{}\n").unwrap();
    let refusal = read_statements(&json).unwrap().next().unwrap().unwrap_err();
    assert_eq!(refusal.code, "settle.statement.unreadable");
    assert!(refusal.text.zh.contains("第 1 行"));
}
