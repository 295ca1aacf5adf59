//! Questions over a small store: what each asker sees, what is refused, what is stopped.

use super::*;
use crate::facts::FactStore;
use qudao_kernel::Date;
use qudao_kernel::master::{Outlet, Partner, Span};
use qudao_metrics::Catalogue;
use qudao_platform::columnar::facts::{FactPort, ImportJob};

const EVENTS: &str = "event_id,kind,occurred_on,known_on,outlet,partner,clerk,subscriber,plan_fee,amount,ref_event,imei\n\
    E1,activation,2026-06-30,2026-06-30,O1,,K1,13800000001,58,,,\n\
    E2,terminal_sale,2026-07-01,2026-07-01,O1,,K1,13800000001,,1999,,860000000000001\n\
    E3,recharge,2026-07-02,2026-07-02,O2,,K2,13800000002,,30,,\n\
    E4,return,2026-07-03,2026-07-03,O1,,K1,13800000001,,,E2,\n\
    E5,recharge,2026-07-04,2026-07-04,,P2,,13800000003,,50,,\n";
/// The first was told with a wrong fee, and is told again.
const AGAIN: &str = "event_id,kind,occurred_on,known_on,outlet,clerk,subscriber,plan_fee\n\
    E1,activation,2026-06-30,2026-07-05,O1,K1,13800000001,98\n";
const STATES: &str = "month,subscriber,outlet,active,billed\n2026-07,13800000001,O1,1,98\n2026-07,13800000002,O2,1,30\n";

fn master() -> Master {
    let span = Span { from: "2020-01-01".parse().unwrap(), to: Date::from_days(i32::MAX) };
    let mut master = Master::default();
    for (code, territory) in [("P1", "360902"), ("P2", "360102")] {
        master.add_partner(Partner {
            code: code.into(),
            name: code.into(),
            kind: "代理商".into(),
            tier: String::new(),
            level: 0,
            parent: String::new(),
            territory: territory.into(),
            since: span.from,
            blacklisted: false,
            span,
        });
    }
    for (code, owner, territory) in [("O1", "P1", "360902001"), ("O2", "P2", "360102003")] {
        master.add_outlet(Outlet {
            code: code.into(),
            name: code.into(),
            owner: owner.into(),
            territory: territory.into(),
            channel: "社会渠道".into(),
            subtype: "代理点".into(),
            grade: "B".into(),
            district: String::new(),
            span,
        });
    }
    master
}

struct World {
    meter: Arc<Meter>,
    master: Arc<Master>,
    asker: Asker,
    runtime: tokio::runtime::Runtime,
}

fn masked(col: Col, text: &str) -> String {
    if col == Col::Subscriber { format!("***{}", &text[text.len().saturating_sub(4)..]) } else { text.to_owned() }
}

impl World {
    fn new() -> Self {
        Self::with(Limits { time: Duration::from_mins(1), rows: 1_000, memory: 256 << 20 })
    }

    fn with(limits: Limits) -> Self {
        let (folder, master) = (tempfile::tempdir().unwrap(), Arc::new(master()));
        let store = Arc::new(FactStore::in_memory().unwrap());
        for (name, table, text) in
            [("a.csv", Table::BusinessEvent, EVENTS), ("b.csv", Table::BusinessEvent, AGAIN), ("c.csv", Table::SubscriberMonth, STATES)]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let report = store.import(&ImportJob::new(table, &path, "2026-08-01".parse().unwrap()), &master, &|_| ()).unwrap();
            assert_eq!(report.rejected, 0, "{report:?}");
        }
        let meter = Arc::new(Meter::new(store, Arc::new(Catalogue::standard().unwrap())));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { meter, master, asker: Asker::new(limits, masked).unwrap(), runtime }
    }

    fn asked(&self, within: Within, text: &str, values: &[Option<String>]) -> Result<Vec<Vec<Cell>>, Refusal> {
        let reach = self.meter.reach(&self.master, within)?;
        self.runtime.block_on(async {
            let question = self.asker.plan(reach, text).await?;
            let width = question.columns.len();
            let mut rows = self.asker.run(question, values, ())?;
            let mut all = Vec::new();
            while let Some(more) = rows.next().await? {
                assert!(more.iter().all(|row| row.len() == width));
                all.extend(more);
            }
            Ok(all)
        })
    }

    fn everything(&self, text: &str) -> Vec<Vec<Cell>> {
        self.asked(Within::everywhere(), text, &[]).unwrap()
    }

    /// Code of the refusal of a question.
    fn refused(&self, text: &str) -> &'static str {
        self.asked(Within::everywhere(), text, &[]).unwrap_err().code
    }
}

fn texts(rows: &[Vec<Cell>]) -> Vec<String> {
    let text = |cell: &Cell| match cell {
        Cell::None => "-".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Whole(whole) => whole.to_string(),
        Cell::Rough(rough) => rough.to_string(),
        Cell::Truth(truth) => truth.to_string(),
        Cell::Day(day) => Date::from_days(*day).to_string(),
        Cell::Instant(instant) => instant.to_string(),
    };
    rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join(" ")).collect()
}

fn within(territories: &[&str], partners: &[&str], outlets: &[&str], clerks: &[&str]) -> Within {
    let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    Within { territories: owned(territories), partners: owned(partners), outlets: owned(outlets), clerks: owned(clerks) }
}

#[test]
fn each_sees_the_rows_of_their_part_of_the_network() {
    // R0.52: what is asked in SQL lies within the asker's scope
    let world = World::new();
    let ids = |within: Within| texts(&world.asked(within, "select event_id from business_event order by event_id", &[]).unwrap()).join(" ");
    assert_eq!(ids(Within::everywhere()), "E1 E2 E3 E4 E5");
    assert_eq!(ids(within(&["3609"], &[], &[], &[])), "E1 E2 E4");
    assert_eq!(ids(within(&[], &["P2"], &[], &[])), "E3 E5");
    assert_eq!(ids(within(&[], &[], &["O2"], &[])), "E3");
    assert_eq!(ids(within(&[], &[], &[], &["K1"])), "E1 E2 E4");
    assert_eq!(ids(Within::default()), "");
    // Neither a total, a join, a subquery nor a filter reaches further.
    let held = within(&["3609"], &[], &[], &[]);
    for text in [
        "select count(*) from business_event",
        "with all_of as (select * from business_event) select count(*) from all_of",
        "select count(*) from business_event a join business_event b on a.event_id = b.event_id",
        "select count(*) from (select event_id from business_event union all select event_id from business_event where outlet = 'O2')",
    ] {
        assert_eq!(texts(&world.asked(held.clone(), text, &[]).unwrap()), ["3"], "{text}");
    }
    assert_eq!(texts(&world.asked(held, "select count(*) from subscriber_month", &[]).unwrap()), ["1"]);
}

#[test]
fn rows_are_those_that_stand_with_their_place_and_masked() {
    let world = World::new();
    let rows = world.everything(
        "select event_id, state, plan_fee, territory, channel, owner, subscriber, occurred_on from business_event where event_id in ('E1', 'E2', 'E4') order by 1",
    );
    assert_eq!(
        texts(&rows),
        [
            "E1 effective 9800 360902001 社会渠道 P1 ***0001 2026-06-30",
            "E2 cancelled - 360902001 社会渠道 P1 ***0001 2026-07-01",
            "E4 reversal - 360902001 社会渠道 P1 ***0001 2026-07-03",
        ]
    );
    // The same subscriber has one key, which is not the number; serials of things are not there at all.
    let keys = world.everything("select count(distinct subscriber_key), count(*) from business_event");
    assert_eq!(texts(&keys), ["3 5"]);
    assert_eq!(world.refused("select imei from business_event"), "sql.question.unclear");
    assert_eq!(
        texts(&world.everything("select month, billed, active from subscriber_month order by billed")),
        ["2026-07-01 3000 true", "2026-07-01 9800 true"]
    );
    let sums =
        "select kind, sum(amount), avg(amount) from business_event where occurred_on >= date '2026-07-01' group by kind order by kind";
    assert_eq!(texts(&world.everything(sums)), ["recharge 8000 4000", "return - -", "terminal_sale 199900 199900"]);
}

#[test]
fn values_of_parameters_are_read_as_what_they_stand_for() {
    let world = World::new();
    let text = "select event_id from business_event where occurred_on > $1 and kind = $2 and amount >= $3 order by 1";
    let values = ["2026-07-01", "recharge", "3000"].map(|value| Some(value.to_owned()));
    assert_eq!(texts(&world.asked(Within::everywhere(), text, &values).unwrap()), ["E3", "E5"]);
    assert_eq!(world.asked(Within::everywhere(), text, &values[..2]).unwrap_err().code, "sql.question.values");
    let wrong = ["yesterday", "recharge", "3000"].map(|value| Some(value.to_owned()));
    assert_eq!(world.asked(Within::everywhere(), text, &wrong).unwrap_err().code, "sql.question.values");
}

#[test]
fn figures_by_month_are_those_of_pages() {
    let world = World::new();
    let metrics: Vec<String> = texts(&world.everything("select distinct metric from metric_month order by 1"));
    assert!(!metrics.is_empty() && metrics.iter().all(|id| world.meter.catalogue.get(id).is_some()), "{metrics:?}");
    let (first, last) = ("2026-06-01".parse().unwrap(), "2026-07-31".parse().unwrap());
    for id in &metrics {
        let asked = world.meter.now(&world.master).unwrap();
        let question = qudao_metrics::Query {
            by: vec![qudao_metrics::Dimension::Month],
            ..qudao_metrics::Query::new(&[id.as_str()], first, last, Within::everywhere())
        };
        let wanted: Vec<String> = qudao_metrics::answer(&world.meter.catalogue, &world.master, &asked, &question)
            .unwrap()
            .rows
            .iter()
            .map(|row| format!("{}-01 {}", row.key[0], row.cells[0].value.map_or("-".to_owned(), |value| value.to_string())))
            .collect();
        let text = format!("select month, value from metric_month where metric = '{id}' order by month");
        assert_eq!(texts(&world.everything(&text)), wanted, "{id}");
    }
    // Within a part of the network they are of that part.
    let sum =
        |within: Within| texts(&world.asked(within, "select count(distinct outlet) from metric_outlet where outlet <> ''", &[]).unwrap());
    assert_ne!(sum(Within::everywhere()), sum(within(&["3609"], &[], &[], &[])));
}

#[test]
fn nothing_is_changed_and_nothing_else_is_read() {
    let world = World::new();
    for text in [
        "insert into business_event (event_id) values ('X')",
        "delete from business_event",
        "create table t as select 1",
        "create external table t stored as parquet location '/etc/passwd'",
        "copy business_event to '/tmp/x.parquet'",
        "drop table business_event",
        "set datafusion.execution.target_partitions = 64",
        "explain analyze insert into business_event (event_id) values ('X')",
    ] {
        let code = world.refused(text);
        assert!(matches!(code, "sql.question.changes" | "sql.question.unclear"), "{text}: {code}");
    }
    assert_eq!(world.refused("delete from business_event"), "sql.question.changes");
    assert_eq!(world.refused("select * from '/etc/passwd'"), "sql.question.unclear");
    assert_eq!(world.refused("select * from nothing"), "sql.question.unclear");
    assert_eq!(world.refused("selct 1"), "sql.question.unclear");
    assert_eq!(world.refused(&format!("select 1 {}", " ".repeat(LONGEST))), "sql.question.long");
    // What nests deeply is refused or answered; it does not bring us down.
    let deep = format!("select count(*) from business_event where {}", vec!["amount = 1"; 2_000].join(" or "));
    world.asked(Within::everywhere(), &deep, &[]).ok();
    assert_eq!(texts(&world.everything("select count(*) from business_event")), ["5"]);
    let listed = texts(&world.everything("select table_name from information_schema.tables where table_schema = 'public' order by 1"));
    assert_eq!(listed, tables());
    assert!(listed.len() == 9 && listed.contains(&"metric_outlet".to_owned()), "{listed:?}");
}

#[test]
fn a_question_that_goes_too_far_is_stopped() {
    // R0.52: a runaway question ends by itself
    let rows =
        ["business_event"; 10].iter().enumerate().map(|(at, name)| format!("{name} as t{at}")).collect::<Vec<_>>().join(" cross join ");
    let long = World::with(Limits { time: Duration::from_millis(300), rows: 1_000, memory: 256 << 20 });
    assert_eq!(long.refused(&format!("select max(t0.event_id || t9.event_id) from {rows}")), "sql.question.time");
    assert_eq!(texts(&long.everything("select 1")), ["1"], "others are answered afterwards");
    let wide = World::with(Limits { time: Duration::from_mins(1), rows: 4, memory: 256 << 20 });
    assert_eq!(wide.refused("select * from business_event"), "sql.question.rows");
    assert_eq!(texts(&wide.everything("select event_id from business_event order by 1 limit 2")), ["E1", "E2"]);
    let small = World::with(Limits { time: Duration::from_mins(1), rows: 1_000_000, memory: 64 << 10 });
    let many = "select distinct a.event_id || b.event_id || c.event_id || d.event_id || e.event_id || f.event_id from business_event a, \
                business_event b, business_event c, business_event d, business_event e, business_event f";
    assert_eq!(small.refused(many), "sql.question.memory");
}
