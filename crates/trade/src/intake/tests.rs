use super::testing::report;
use super::*;
use qudao_kernel::facts::Table::{BusinessEvent, Cash};
use qudao_kernel::{Fen, Lang};
use qudao_platform::columnar::facts::BatchInfo;
use std::sync::Mutex;

#[test]
fn imports_reconcile_per_day_and_kind() {
    // R0.14
    let first = report(BusinessEvent, &[("", "", [(0, 0), (1, 0)]), ("2026-07-01", "recharge", [(2, 8000), (1, 3000)])]);
    let second = report(BusinessEvent, &[("2026-07-01", "recharge", [(1, 500), (0, 0)]), ("2026-07-02", "activation", [(4, 0), (0, 0)])]);
    let third = report(Cash, &[("2026-07-01", "collection", [(1, 100), (0, 0)])]);
    assert!([&first, &second, &third].into_iter().all(ImportReport::adds_up));
    let sum = reconcile([&first, &second, &third]).unwrap();
    assert!(sum.adds_up());
    assert_eq!((sum.received.rows, sum.accepted.rows, sum.rejected.rows), (10, 8, 2));
    assert_eq!((sum.received.amount, sum.rejected.amount), (Fen(11_600), Fen(3000)));
    let path = std::env::temp_dir().join(format!("qudao-reconcile-{}.csv", std::process::id()));
    write_reconciliation(&sum, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(
        lines,
        [
            "事实表,日期,业务类型,收到笔数,收到金额,接受笔数,接受金额,拒绝笔数,拒绝金额",
            "业务事件,,,1,0.00,0,0.00,1,0.00",
            "业务事件,2026-07-01,充值,4,115.00,3,85.00,1,30.00",
            "业务事件,2026-07-02,开卡,4,0.00,4,0.00,0,0.00",
            "资金,2026-07-01,回款,1,1.00,1,1.00,0,0.00",
            "合计,,,10,116.00,8,86.00,2,30.00",
        ]
    );
}

#[test]
fn the_summary_has_the_equation_in_both_languages() {
    let report = report(BusinessEvent, &[("2026-07-01", "recharge", [(2, 8000), (1, 3000)])]);
    let (zh, en) = (summary(&report, Lang::Zh), summary(&report, Lang::En));
    assert!(zh.contains("收到 3 行 = 接受 2 + 拒绝 1（其中重复 1，冲突 0）") && zh.contains("O9") && zh.contains("备注"), "{zh}");
    assert!(en.contains("received 3 rows = accepted 2 + rejected 1 (duplicates 1, conflicts 0)") && en.contains("snapshot 3"), "{en}");
}

#[test]
fn mapping_files_are_read_and_their_slips_named() {
    let folder = std::env::temp_dir().join(format!("qudao-mapping-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let read = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).unwrap();
        read_mapping(&folder.join(name))
    };
    let toml =
        read("a.toml", "table = \"业务事件\"\n[columns]\n\"办理时间\" = \"occurred_on\"\n[kinds]\n\"新入网\" = \"activation\"\n").unwrap();
    let json = read("a.json", r#"{"table":"业务事件","columns":{"办理时间":"occurred_on"},"kinds":{"新入网":"activation"}}"#).unwrap();
    assert_eq!(toml, json);
    assert_eq!(table_of(Path::new("x.csv"), None, &toml).unwrap(), BusinessEvent);
    assert_eq!(table_of(Path::new("/in/资金 7月.xlsx"), None, &Mapping::default()).unwrap(), Cash);
    assert_eq!(table_of(Path::new("Cash-07.csv"), Some(BusinessEvent), &Mapping::default()).unwrap(), BusinessEvent);
    assert_eq!(table_of(Path::new("x.csv"), None, &Mapping::default()).unwrap_err().code, "trade.intake.table");
    assert_eq!(read("b.toml", "table = \"天气\"\n").unwrap_err().code, "trade.mapping.wrong");
    assert!(read("b.toml", "[colums]\n").unwrap_err().text.en.contains("colums"));
    assert_eq!(read("b.toml", "table = \"cash\"\n[columns]\n\"甲\" = \"imei\"\n").unwrap_err().code, "facts.mapping.column");
    assert_eq!(read_mapping(&folder.join("none.toml")).unwrap_err().code, "trade.mapping.unreadable");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A port that only notes what it is asked.
struct Noted(Mutex<Vec<ImportJob>>);

impl FactPort for Noted {
    fn import(&self, job: &ImportJob, _: &Master, _: &(dyn Fn(Progress) + Sync)) -> Result<ImportReport, Refusal> {
        self.0.lock().unwrap().push(job.clone());
        Ok(report(job.table, &[]))
    }
    fn withdraw(&self, _: &str) -> Result<u64, Refusal> {
        Ok(0)
    }
    fn batches(&self) -> Result<Vec<BatchInfo>, Refusal> {
        Ok(Vec::new())
    }
    fn report(&self, _: &str) -> Result<ImportReport, Refusal> {
        Ok(report(Cash, &[]))
    }
}

#[test]
fn files_are_taken_in_one_by_one_after_all_tables_are_known() {
    let port = Noted(Mutex::default());
    let mut intake = Intake {
        files: vec!["in/business_event-07.csv".into(), "in/现金.csv".into()],
        table: None,
        mapping: Mapping::default(),
        day: "2026-08-01".parse().unwrap(),
        dry_run: false,
        accept_partial: true,
        rejects: None,
        work: None,
    };
    let run = |intake: &Intake| take_in(&port, &Master::default(), intake, &|_| (), |_| ());
    assert_eq!(run(&intake).unwrap_err().code, "trade.intake.table");
    assert!(port.0.lock().unwrap().is_empty());
    intake.files[1] = "in/cash.csv".into();
    assert_eq!(run(&intake).unwrap().len(), 2);
    let jobs = port.0.lock().unwrap();
    assert_eq!(jobs[0].rejects, Some("in/business_event-07-rejects.csv".into()));
    assert_eq!((jobs[1].table, jobs[1].accept_partial), (Cash, true));
}
