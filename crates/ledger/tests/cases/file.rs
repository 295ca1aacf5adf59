use crate::common::{ENTITY, commission, day, journal, month, templates, yuan};
use qudao_ledger::AccountKind::Payable;
use qudao_ledger::export::Format;
use qudao_ledger::file::FileLedger;
use qudao_ledger::{Entry, Journal};
use std::path::PathBuf;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }
    fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.jsonl")
    }
    fn open(&self) -> FileLedger {
        FileLedger::open(self.path()).unwrap()
    }
    fn open_code(&self) -> &'static str {
        FileLedger::open(self.path()).err().map_or("opened", |refusal| refusal.code)
    }
    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }
    fn write(&self, text: &str) {
        std::fs::write(self.path(), text).unwrap();
    }
}

fn filled(place: &Place) {
    let mut ledger = place.open();
    ledger.open_period(ENTITY, month("2026-07")).unwrap().into_inner();
    ledger.post(&commission("a", "P1", "60")).unwrap().into_inner();
    ledger.post(&journal("b", "2026-07-01", templates().take_deposit("P1", yuan("5"), "D").unwrap())).unwrap().into_inner();
    ledger.close_period(ENTITY, month("2026-07")).unwrap().into_inner();
    ledger.post(&journal("c", "2026-08-01", templates().commission("P1", yuan("-20"), "").unwrap())).unwrap().into_inner();
}

#[test]
fn a_file_holds_the_same_book_after_reopening() {
    let place = Place::new();
    filled(&place);
    let mut ledger = place.open();
    assert_eq!(ledger.book().balance(ENTITY, "P1", Payable), -4000);
    assert_eq!(ledger.book().open_month(ENTITY), Some(month("2026-08")));
    let before = place.text();
    assert!(!ledger.post(&commission("a", "P1", "60")).unwrap().is_new());
    assert_eq!(ledger.post(&commission("a", "P1", "61")).unwrap_err().code, "ledger.journal.other_body");
    assert_eq!(ledger.post(&commission("late", "P1", "1")).unwrap_err().code, "ledger.period.closed");
    let over = journal("d", "2026-08-02", templates().refund_deposit("P1", yuan("5.01"), "D").unwrap());
    assert_eq!(ledger.post(&over).unwrap_err().code, "ledger.balance.short");
    assert!(!ledger.close_period(ENTITY, month("2026-07")).unwrap().is_new());
    assert_eq!(place.text(), before, "what is refused or repeated writes nothing");
}

#[test]
fn a_torn_end_is_cut_off_and_the_journal_can_be_posted_again() {
    let place = Place::new();
    filled(&place);
    let whole = place.text();
    let last = whole.trim_end().rfind('\n').unwrap() + 1;
    for torn in last + 1..whole.len() {
        if !whole.is_char_boundary(torn) {
            continue;
        }
        place.write(&whole[..torn]);
        let mut ledger = place.open();
        assert!(ledger.was_torn());
        let again = journal("c", "2026-08-01", templates().commission("P1", yuan("-20"), "").unwrap());
        assert!(ledger.post(&again).unwrap().is_new());
        drop(ledger);
        assert_eq!(place.text(), whole);
    }
}

#[test]
fn an_altered_or_removed_line_is_found() {
    let place = Place::new();
    filled(&place);
    let whole = place.text();
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines.len(), 5);
    for line in 0..lines.len() {
        let without: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != line).map(|(_, text)| *text).collect();
        place.write(&(without.join("\n") + "\n"));
        let expected = if line == lines.len() - 1 { "opened" } else { "ledger.file.broken" };
        assert_eq!(place.open_code(), expected, "without line {}", line + 1);
        if lines[line].contains("6000") {
            place.write(&whole.replace("6000", "6001"));
            assert_eq!(place.open_code(), "ledger.file.broken");
        }
    }
    place.write("not json\n");
    assert_eq!(place.open_code(), "ledger.file.broken");
    std::fs::write(place.path(), [0xff, b'\n']).unwrap();
    assert_eq!(place.open_code(), "ledger.file.broken");
}

#[test]
fn a_second_writer_is_told() {
    let place = Place::new();
    let _first = place.open();
    assert_eq!(place.open_code(), "ledger.file.in_use");
    assert_eq!(FileLedger::open(place.folder.path()).err().unwrap().code, "ledger.file.io");
}

#[test]
fn the_file_exports_by_day() {
    let place = Place::new();
    filled(&place);
    let mut ledger = place.open();
    let pair = [Entry::credit("P2", Payable, 1), Entry::debit(ENTITY, qudao_ledger::AccountKind::Bank, 1)];
    ledger.post(&Journal::new(ENTITY, "z", day("2026-08-31"), "").with(pair)).unwrap().into_inner();
    let mut text = Vec::new();
    ledger.export(Format::Hledger, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let days: Vec<&str> = text.lines().filter(|line| line.starts_with("2026")).map(|line| &line[..10]).collect();
    assert_eq!(days, ["2026-07-01", "2026-07-31", "2026-08-01", "2026-08-31", "2026-08-31"]);
    assert!(text.contains("liabilities:payable:city%3A4301:P1  0.00 CNY = -40.00 CNY"), "{text}");
}
