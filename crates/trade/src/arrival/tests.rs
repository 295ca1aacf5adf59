//! The board of arrivals.

use super::{Brought, Came, State, board, read, standard};
use crate::intake::testing::report;
use qudao_kernel::facts::Table;

#[test]
fn a_board_tells_what_came_late_and_what_is_missing() {
    // R0.14: which file of which day arrived
    let plan = standard().unwrap();
    let events =
        report(Table::BusinessEvent, &[("2026-07-01", "activation", [(5, 500), (1, 100)]), ("2026-07-02", "activation", [(4, 0), (0, 0)])]);
    let more = report(Table::BusinessEvent, &[("2026-07-02", "recharge", [(2, 70), (0, 0)]), ("2026-08-01", "recharge", [(9, 9), (0, 0)])]);
    let months = report(Table::SubscriberMonth, &[("2026-07-31", "", [(40, 0), (0, 0)])]);
    let [events, more, months] = [events, more, months].map(|report| Brought::of(&report));
    let day = |text: &str| text.parse().unwrap();
    let came = [
        Came { brought: &more, on: day("2026-07-09") },
        Came { brought: &events, on: day("2026-07-03") },
        Came { brought: &months, on: day("2026-08-07") },
    ];
    let lines = board(&plan, day("2026-07-01").month(), day("2026-07-20"), &came);
    let events = &lines[0];
    assert_eq!((events.rows(), events.rejected(), events.state), (11, 1, State::Missing));
    let states: Vec<State> = [0, 1, 2, 20].iter().map(|at| events.deliveries[*at].state).collect();
    assert_eq!(states, [State::Arrived, State::Arrived, State::Missing, State::Pending]);
    assert_eq!(events.deliveries[1].came_on, Some(day("2026-07-03")));
    assert_eq!(events.files.len(), 2);
    let months = lines.iter().find(|line| line.source.table == Table::SubscriberMonth).unwrap();
    assert_eq!((months.state, months.deliveries[0].due_on), (State::Late, day("2026-08-05")));
    let cash = lines.iter().find(|line| line.source.table == Table::Cash).unwrap();
    assert_eq!(cash.state, State::Pending);
    assert_eq!(board(&plan, day("2026-07-01").month(), day("2026-09-01"), &[])[2].state, State::Missing);
}

#[test]
fn a_wrong_plan_is_told() {
    for text in ["source = 1", "[[source]]\nid=\"a\"\nzh=\"a\"\nen=\"a\"\nsystem=\"a\"\ntable=\"none\"\nevery=\"day\"\ndue=1"] {
        assert_eq!(read(text, "plan.toml").unwrap_err().code, "trade.arrival.file");
    }
}
