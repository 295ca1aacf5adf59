//! Closed months settled again: only what truly differs is stated and posted, in an open month, once.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with the small example, its facts as loose files.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/small");
        for folder in ["policies", "master", "facts"] {
            std::fs::create_dir(place.at(folder)).unwrap();
            for entry in std::fs::read_dir(small.join(folder)).unwrap() {
                let from = entry.unwrap().path();
                std::fs::copy(&from, place.at(folder).join(from.file_name().unwrap())).unwrap();
            }
        }
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, command: &str) -> Output {
        let args: Vec<&str> = command.split_whitespace().collect();
        Command::new(env!("CARGO_BIN_EXE_qudao")).args(args).args(["--lang", "en", "--quiet"]).current_dir(self.0.path()).output().unwrap()
    }

    fn settle(&self, out: &str, more: &str) -> Output {
        self.run(&format!("settle --policies policies --facts facts --master master --period 2026-07 --out {out} {more}"))
    }

    fn summary(&self, out: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.at(out).join("summary.json")).unwrap()).unwrap()
    }

    /// Differences as `component basis amount why`.
    fn differences(&self, out: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.at(out).join("differences.csv")).unwrap();
        let row = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{} {} {} {}", cells[4], cells[6], cells[19], cells[24])
        };
        text.lines().skip(1).map(row).collect()
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.at(file)).unwrap();
        assert!(text.contains(from), "{file} {from}");
        std::fs::write(self.at(file), text.replace(from, to)).unwrap();
    }
}

fn well(done: &Output) -> String {
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[test]
fn a_rerun_that_changes_nothing_posts_nothing() {
    // N43
    let place = Place::new();
    well(&place.settle("one", "--ledger book"));
    let said = well(&place.settle("two", "--rerun-of one --ledger book"));
    assert!(said.contains("7 lines are as posted") || said.contains("lines are as posted; nothing to post"), "{said}");
    let summary = place.summary("two");
    assert_eq!(summary["control"], serde_json::json!({"engine": 0, "lines": 0, "statements": 0, "postings": 0}));
    assert_eq!(summary["rerun"]["rows"], 0);
    assert_eq!(place.differences("two"), Vec::<String>::new());
    assert!(well(&place.run("ledger check --file book")).contains("1 journals"));
}

#[test]
fn a_late_file_a_changed_rate_and_a_moved_outlet_post_their_differences_once() {
    let place = Place::new();
    well(&place.settle("one", "--ledger book"));
    std::fs::write(
        place.at("facts/business_event-late.csv"),
        "流水号,业务类型,发生日期,网点编码,用户号码,套餐月费,实名认证\nE0007,开卡,2026-07-30,O001,U0007,99.00,是\n",
    )
    .unwrap();
    well(&place.settle("two", "--rerun-of one --ledger book"));
    assert_eq!(place.differences("two"), ["台阶奖励 T01 50.00 consequence", "基本 E0007 19.80 late_fact"]);

    // the second re-run is measured against the first
    place.change("policies/activation.policy", "20% * 套餐月费", "30% * 套餐月费");
    place.change("policies/activation.policy", "对 e1 = 25.80元", "对 e1 = 38.70元");
    place.change("policies/activation.policy", "合计 = 25.80元", "合计 = 38.70元");
    place.change("policies/activation.policy", "合计 = 73.60元", "合计 = 85.40元");
    well(&place.settle("three", "--rerun-of two --ledger book"));
    let changed = place.differences("three");
    assert_eq!(changed.len(), 4, "{changed:?}");
    assert!(changed.iter().all(|row| row.starts_with("基本") && row.ends_with("policy")), "{changed:?}");

    place.change("master/outlets.csv", "团风车站店,T01", "团风车站店,T02");
    well(&place.settle("four", "--rerun-of three --ledger book"));
    let moved = place.differences("four");
    assert!(moved.iter().any(|row| row == "基本 E0001 -38.70 hierarchy"), "{moved:?}");
    assert!(moved.iter().any(|row| row == "基本 E0001 38.70 hierarchy"), "{moved:?}");
    assert_eq!(place.summary("four")["rerun"]["number"], 3);

    // the same again posts nothing more, and what is posted balances
    well(&place.settle("four", "--rerun-of three --ledger book"));
    assert!(well(&place.run("ledger check --file book")).contains("4 journals"));
    // a fresh settlement gives what was posted and adjusted
    well(&place.settle("fresh", ""));
    let amount = |out: &str| place.summary(out)["control"]["lines"].as_i64().unwrap();
    assert_eq!(amount("one") + amount("two") + amount("three") + amount("four"), amount("fresh"));
    // and the open month stands on it: its statements bring forward what the last ones left
    let done = place.run("settle --policies policies --facts facts --master master --period 2026-08 --out august --previous four");
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_month_between_is_not_passed_over() {
    let place = Place::new();
    well(&place.settle("july", ""));
    let settle = |month: &str, previous: &str| {
        place.run(&format!("settle --policies policies --facts facts --master master --period {month} --out {month} --previous {previous}"))
    };
    let done = settle("2026-09", "july");
    assert_eq!(done.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&done.stderr).contains("settle 2026-08 first"), "{}", String::from_utf8_lossy(&done.stderr));
    // a month without facts is settled like any other, and the next one stands on it
    well(&settle("2026-08", "july"));
    well(&settle("2026-09", "2026-08"));
}

#[test]
fn what_cannot_be_a_rerun_is_refused_with_the_remedy() {
    let place = Place::new();
    well(&place.settle("one", ""));
    for (out, more, code, remedy) in [
        ("one", "--rerun-of one", 2, "name another --out"),
        ("two", "--rerun-of nowhere", 3, "nowhere"),
        ("two", "--rerun-of one --post-in 2026-07", 2, "a later, open one"),
        ("two", "--rerun-of one --post-in 2026-10", 4, "--balances"),
        ("two", "--post-in 2026-08", 2, "--rerun-of"),
    ] {
        let done = place.settle(out, more);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(code), "{more}: {said}");
        assert!(said.contains(remedy), "{more}: {said}");
    }
    let other = place.run("settle --policies policies --facts facts --master master --period 2026-08 --out two --rerun-of one");
    assert_eq!(other.status.code(), Some(4), "{}", String::from_utf8_lossy(&other.stderr));
    assert!(!place.at("two").join("summary.json").exists());
}

#[test]
fn every_run_says_what_it_checked() {
    let place = Place::new();
    assert!(well(&place.settle("one", "")).contains("checked 2 partners, 2 of 2 components: 4 lines"));
    assert_eq!(place.summary("one")["check"]["lines"], 4);
    assert!(!well(&place.settle("two", "--check 0")).contains("checked"));
}

#[test]
fn many_lines_are_proved_in_one_go_and_as_pdf() {
    let place = Place::new();
    well(&place.settle("one", ""));
    std::fs::write(place.at("names"), "T01\t开卡酬金/基本/E0001\n开卡酬金/基本/E0002\n\nT02\t开卡酬金/台阶奖励/T02/T02\n").unwrap();
    let proofs = well(&place.run("prove --run one --facts facts --lines names --json"));
    let amounts: Vec<Value> = proofs.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["line"]["amount"].clone()).collect();
    assert_eq!(amounts, [Value::from(2580), Value::Null, Value::from(5000)]);
    well(&place.run("prove --run one --facts facts --partner T01 开卡酬金/基本/E0001 --pdf proof.pdf"));
    assert!(std::fs::read(place.at("proof.pdf")).unwrap().starts_with(b"%PDF"));
    // the partner of somebody else finds nothing
    assert_eq!(place.run("prove --run one --facts facts --partner T02 开卡酬金/基本/E0001").status.code(), Some(3));
}

/// Every line and zero of a run by name, with its account.
fn every_name(place: &Place, run: &str) -> Vec<String> {
    let rows = |file: &str, cells: &[usize]| -> Vec<String> {
        let text = std::fs::read_to_string(place.at(run).join(file)).unwrap();
        let name = |line: &str| {
            let held: Vec<&str> = line.split(',').collect();
            let parts: Vec<&str> = cells.iter().skip(1).map(|cell| held[*cell]).collect();
            format!("{}\t{}", held[cells[0]], parts.join("/"))
        };
        // What belongs to nobody is in no account.
        text.lines().skip(1).map(name).filter(|name| !name.contains("\t/")).collect()
    };
    let mut names = rows("lines.csv", &[1, 2, 4, 6, 9]);
    names.extend(rows("reasons.csv", &[1, 2, 4, 5]));
    names
}

#[test]
fn a_proof_without_short_cuts_is_the_same() {
    let place = Place::new();
    let policy = r#"
policy wide version 1 "Groups, overrides, a pool and a ranking" {
  owner "test"
  effective 2026-07-01 to 2026-12-31
  measure cards = count of activation per partner over month
  measure fees = total of fee per partner over month
  component fee {
    basis each activation
    amount 10% * plan_fee
    round half up to fen
    to partner
  }
  component over {
    basis per partner per month
    require fees > ¥0.00 else nothing "nothing earned"
    amount 5% * fees
    round half up to fen
    to partner
  }
  component share {
    basis pool per partner per month weight cards
    amount ¥1000.00
    round half up to fen
    to partner
  }
  component prize {
    basis rank partner by cards per month top 1
    amount ¥50.00
    round half up to fen
    to partner
  }
  example "a tenth" {
    activation e1 on 2026-07-05 { plan_fee: ¥100.00 }
    expect 2026-07 fee = ¥10.00
  }
}
"#;
    std::fs::write(place.at("policies").join("wide.policy"), policy).unwrap();
    well(&place.settle("one", "--format csv"));
    let names = every_name(&place, "one");
    std::fs::write(place.at("names"), names.join("\n")).unwrap();
    let proofs = |more: &str| -> Vec<Value> {
        let text = well(&place.run(&format!("prove --run one --facts facts --lines names --json {more}")));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let (short, full) = (proofs(""), proofs("--all-facts"));
    assert_eq!((short.len(), full.len()), (names.len(), names.len()));
    let mut components = std::collections::BTreeSet::new();
    for ((short, full), name) in short.iter().zip(&full).zip(&names) {
        for part in ["line", "fact", "attribution", "judged", "rungs", "rounded", "decisions", "parts", "terms", "reasons"] {
            assert_eq!(short[part], full[part], "{part} of {name}");
        }
        components.extend(short["line"]["component"].as_str().map(str::to_owned));
    }
    for component in ["fee", "over", "share", "prize"] {
        assert!(components.contains(component), "{component}: {components:?}");
    }
    // without the partner they are found, too
    let bare: Vec<&str> = names.iter().filter_map(|name| name.split_once('\t')).map(|(_, name)| name).collect();
    std::fs::write(place.at("names"), bare.join("\n")).unwrap();
    let found: Vec<Value> = proofs("").into_iter().map(|proof| proof["line"].clone()).collect();
    assert_eq!(found, full.iter().map(|proof| proof["line"].clone()).collect::<Vec<_>>());
}

/// A policy that asks for the subscriber's state in a condition, and counts nothing over states.
const STATE: &str = r#"
policy state version 1 "State of the subscriber" {
  owner "test"
  effective 2026-07-01 to 2026-12-31
  component alive {
    basis each activation
    require sub.active else not_active "not active in the month"
    amount ¥5.00
    round half up to fen
    to partner
  }
  example "active" {
    activation e1 on 2026-07-05 { subscriber: s1 }
    subscriber_month s1 2026-07 { active: yes }
    expect 2026-07 alive on e1 = ¥5.00
  }
}
"#;

#[test]
fn a_state_that_came_late_pays_the_partner_who_sold() {
    // R1.40: the state is filed under another partner than the sale.
    let place = Place::new();
    std::fs::write(place.at("policies/state.policy"), STATE).unwrap();
    std::fs::write(place.at("states.csv"), "event_id,month,partner,subscriber,active\nS1,2026-07,T02,U0004,是\n").unwrap();
    std::fs::write(place.at("late.csv"), "event_id,month,partner,subscriber,active\nS2,2026-07,T02,U0001,是\n").unwrap();
    let import =
        |file: &str, table: &str| well(&place.run(&format!("import --store data --master master --table {table} --day 2026-08-03 {file}")));
    import("facts/business_event.csv", "business_event");
    import("states.csv", "subscriber_month");
    let settle = |out: &str, more: &str| {
        well(&place.run(&format!("settle --policies policies --facts data --master master --period 2026-07 --out {out} {more}")))
    };
    settle("one", "");
    import("late.csv", "subscriber_month");
    settle("two", "--rerun-of one");
    assert_eq!(place.differences("two"), ["alive E0001 5.00 consequence"]);
    settle("three", "");
    let lines = |run: &str| {
        well(&place.run(&format!("export lines --run {run} --out {run}.csv")));
        std::fs::read_to_string(place.at(&format!("{run}.csv"))).unwrap()
    };
    assert_eq!(lines("two"), lines("three"));
}

/// A ladder by which partners are paid for all their sales, and another by which single ones are.
const STEPS: &str = r#"
policy steps version 1 "Two ladders" {
  owner "test"
  effective 2026-07-01 to 2026-12-31
  measure sold "activations" = count of activation per partner over month
  ladder bonus whole {
    from 0 below 2: nothing
    from 2: flat ¥20.00
  }
  ladder piece whole per money pays money {
    from ¥0.00 below ¥100.00: flat ¥1.00
    from ¥100.00: flat ¥2.00
  }
  component each_one {
    basis each activation
    amount piece(plan_fee)
    round half up to fen
    to partner
  }
  component together {
    basis per partner per month
    amount bonus(sold)
    round half up to fen
    to partner
  }
  example "two" {
    activation 2 times on 2026-07-05 { plan_fee: ¥100.00 }
    expect 2026-07 each_one = ¥4.00
    expect 2026-07 together = ¥20.00
  }
}
"#;

#[test]
fn another_ladder_for_totals_leaves_the_ranges_as_they_are() {
    use std::os::unix::fs::MetadataExt;
    // R1.40: what the first run found of every fact is taken over, and the result is that of a run from scratch.
    let place = Place::new();
    std::fs::write(place.at("policies/steps.policy"), STEPS).unwrap();
    let file = |run: &str| std::fs::metadata(place.at(run).join("lines/part-00000.parquet")).unwrap().ino();
    let lines = |run: &str| std::fs::read_to_string(place.at(run).join("lines.csv")).unwrap();
    let of = |run: &str, name: &str| place.differences(run).iter().filter(|row| row.starts_with(name)).count();
    well(&place.run("import --store data --master master --table business_event --day 2026-08-03 facts/business_event.csv"));
    let settle = |out: &str, more: &str| {
        let command = "settle --policies policies --facts data --master master --period 2026-07 --format csv";
        well(&place.run(&format!("{command} --out {out} {more}")))
    };
    settle("one", "");
    place.change("policies/steps.policy", "from 2: flat ¥20.00", "from 2: flat ¥30.00");
    place.change("policies/steps.policy", "together = ¥20.00", "together = ¥30.00");
    settle("two", "--rerun-of one");
    assert_eq!(file("one"), file("two"), "the range is taken over");
    assert!(of("two", "together") > 0);
    assert_eq!((of("two", "each_one"), of("two", "")), (0, of("two", "together")));
    settle("fresh", "");
    assert_eq!(lines("two"), lines("fresh"));

    place.change("policies/steps.policy", "flat ¥2.00", "flat ¥3.00");
    place.change("policies/steps.policy", "each_one = ¥4.00", "each_one = ¥6.00");
    settle("three", "--rerun-of two");
    assert_ne!(file("two"), file("three"), "facts are judged by this ladder");
    assert!(of("three", "each_one") > 0);
    settle("fresh", "");
    assert_eq!(lines("three"), lines("fresh"));
}
