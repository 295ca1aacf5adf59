//! A month settled by workers: the bytes of the embedded run, whoever is killed meanwhile.

use qudao_testkit::FakeS3;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const SECRET: &str = "a secret of the tests";
/// Longest anything here is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// A process that does not outlive its test.
struct Process(Child);

impl Process {
    fn end(mut self) -> Output {
        let child = std::mem::replace(&mut self.0, Command::new("true").spawn().unwrap());
        child.wait_with_output().unwrap()
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Desk {
    folder: tempfile::TempDir,
    server: Option<FakeS3>,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), server: None }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn command(&self, words: &str) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let words = words.replace("ROOT", root.to_str().unwrap());
        let mut process = Command::new(env!("CARGO_BIN_EXE_qudao"));
        process.args(words.split_whitespace()).args(["--lang", "en", "--quiet"]).current_dir(self.folder.path());
        process.env("QUDAO_CLUSTER_SECRET", SECRET).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(server) = &self.server {
            process.env("AWS_ENDPOINT", server.endpoint()).env("AWS_REGION", "us-east-1");
            process.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
        }
        process
    }

    fn start(&self, words: &str) -> Process {
        Process(self.command(words).spawn().unwrap())
    }

    fn well(&self, words: &str) {
        ended_well(words, &self.command(words).output().unwrap());
    }

    /// The address a run listens at, once it does.
    fn address(&self, out: &str) -> String {
        let file = self.at(out).join(".cluster/address");
        until("the coordinator listens", || file.is_file());
        std::fs::read_to_string(file).unwrap()
    }

    /// Ranges of a run that are there.
    fn ranges(&self, out: &str) -> usize {
        let Ok(passes) = std::fs::read_dir(self.at(out).join(".cluster")) else { return 0 };
        let folders = passes.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
        folders.flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten()).filter(|file| file.path().is_file()).count()
    }

    /// Every result of a run, and its control sums.
    fn left(&self, out: &str) -> Vec<(String, Vec<u8>)> {
        let mut left = Vec::new();
        for kind in ["lines", "obligations", "reasons", "statements"] {
            let mut paths: Vec<PathBuf> = std::fs::read_dir(self.at(out).join(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            let files = paths.into_iter().filter(|path| path.is_file());
            left.extend(
                files.map(|path| (format!("{kind}/{}", path.file_name().unwrap().to_string_lossy()), std::fs::read(&path).unwrap())),
            );
        }
        let summary = std::fs::read(self.at(out).join("summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
        left.push(("control".to_owned(), summary["control"].to_string().into_bytes()));
        left.push(("report".to_owned(), summary["report"].to_string().into_bytes()));
        left
    }

    fn same(&self, one: &str, other: &str) {
        let (one, other) = (self.left(one), self.left(other));
        let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&one), names(&other));
        for ((name, mine), (_, theirs)) in one.iter().zip(&other) {
            assert!(mine == theirs, "{name} differs");
        }
    }
}

fn ended_well(words: &str, done: &Output) {
    assert!(done.status.success(), "{words}\n{}", String::from_utf8_lossy(&done.stderr));
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_on_workers_is_the_embedded_run_byte_for_byte_whoever_is_killed() {
    // R0.43, R0.13
    let desk = Desk::new();
    desk.well("generate --scale county --months 2026-06..2026-07 --as facts --out world");
    let settle = |month: &str, more: &str| {
        format!(
            "settle --policies ROOT/definitions/policies/demo --facts world --master world/master --range-rows 1 --period {month} {more}"
        )
    };
    desk.well(&settle("2026-06", "--out june"));
    desk.well(&settle("2026-07", "--previous june --out alone"));
    let parts = desk.left("alone").iter().filter(|(name, _)| name.starts_with("lines/part-")).count();
    assert!(parts > 4, "{parts} ranges are too few to kill anybody in between");

    // Two workers, nobody disturbed.
    let listening = |more: &str, at: &str| settle("2026-07", &format!("--previous june --cluster {at} --lease 1 {more}"));
    let run = listening("--out two", "127.0.0.1:0");
    let coordinator = desk.start(&run);
    let at = desk.address("two");
    let start = |name: &&str| desk.start(&format!("worker http://{at} --once --threads 1 --patience 10 --name {name}"));
    let workers: Vec<Process> = ["a", "b"].iter().map(start).collect();
    ended_well(&run, &coordinator.end());
    // One that was late may have found nobody.
    let well = workers.into_iter().map(|worker| worker.end().status.success()).filter(|well| *well).count();
    assert!(well > 0);
    desk.same("alone", "two");
    let report = std::fs::read_to_string(desk.at("two/cluster.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let ranges: u64 = ["a", "b"].iter().filter_map(|name| report["workers"][name]["ranges"].as_u64()).sum();
    assert!(ranges >= parts as u64, "{report}");
    assert!(!desk.at("two/.cluster").exists());

    // The worker is killed with a range in hand, and so is the coordinator; the same command goes on, with others.
    let run = listening("--out killed", "127.0.0.1:0");
    let coordinator = desk.start(&run);
    let at = desk.address("killed");
    let worker = desk.start(&format!("worker http://{at} --once --threads 1 --name a"));
    until("a range is there", || desk.ranges("killed") > 0);
    worker.kill();
    coordinator.kill();
    assert!(!desk.at("killed/summary.json").exists() && desk.at("killed/.cluster/run").is_file());
    let run = listening("--out killed", &at);
    let coordinator = desk.start(&run);
    let victim = desk.start(&format!("worker http://{at} --once --threads 1 --name b"));
    let before = desk.ranges("killed");
    until("another range is there", || desk.ranges("killed") > before || !desk.at("killed/.cluster").exists());
    victim.kill();
    let worker = desk.start(&format!("worker http://{at} --once --patience 5 --threads 2 --name c"));
    ended_well(&run, &coordinator.end());
    drop(worker);
    desk.same("alone", "killed");
    let report = std::fs::read_to_string(desk.at("killed/cluster.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&report).unwrap()["starts"], 2);
}

#[test]
fn a_worker_with_a_bucket_reads_from_it_and_a_stranger_is_turned_away() {
    // R0.43, R0.14: facts in an S3-compatible store
    let desk = Desk { server: Some(FakeS3::start()), ..Desk::new() };
    let store = "s3://qudao/province";
    desk.well(&format!(
        "import --store {store} --master ROOT/examples/small/master ROOT/examples/small/facts/business_event.csv --day 2026-08-01"
    ));
    let settle = format!(
        "settle --policies ROOT/examples/small/policies --master ROOT/examples/small/master --period 2026-07 --facts {store} --range-rows 1"
    );
    desk.well(&format!("{settle} --out alone"));
    let run = format!("{settle} --out cluster --cluster 127.0.0.1:0");
    let coordinator = desk.start(&run);
    let at = desk.address("cluster");
    let worker = format!("worker http://{at} --once --threads 1");
    let told = |command: &mut Command| {
        let done = command.output().unwrap();
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let (code, said) = told(desk.command(&worker).env("QUDAO_CLUSTER_SECRET", "another secret of some length"));
    assert!(code == Some(4) && said.contains("cluster.secret"), "{code:?} {said}");
    let (code, said) = told(desk.command(&worker).env("QUDAO_CLUSTER_SECRET", "short"));
    assert!(code == Some(2) && said.contains("cluster.secret.none"), "{code:?} {said}");
    let (code, said) = told(&mut desk.command(&format!("{worker} --facts nowhere")));
    assert!(code == Some(3) && said.contains("cluster.facts.none"), "{code:?} {said}");
    let worker = desk.start(&format!("{worker} --facts {store}"));
    ended_well(&run, &coordinator.end());
    ended_well("worker", &worker.end());
    desk.same("alone", "cluster");
    // What came late is settled again by a worker, and the rest is taken over from the run before.
    desk.well(&format!(
        "import --store {store} --master ROOT/examples/small/master ROOT/examples/small/late/业务事件-晚到.csv --day 2026-08-10"
    ));
    desk.well(&format!("{settle} --out again --rerun-of alone"));
    let run = format!("{settle} --out again-cluster --rerun-of alone --cluster 127.0.0.1:0");
    let coordinator = desk.start(&run);
    let at = desk.address("again-cluster");
    let worker = desk.start(&format!("worker http://{at} --threads 2 --facts {store}"));
    ended_well(&run, &coordinator.end());
    drop(worker);
    desk.same("again", "again-cluster");
    let differences = |out: &str| std::fs::read(desk.at(out).join("differences.csv")).unwrap();
    assert_eq!(differences("again"), differences("again-cluster"));
}

#[test]
fn a_draft_is_simulated_on_workers_with_the_same_report() {
    // R0.43: the months of a simulation are runs one after the other; workers wait for the next
    let desk = Desk::new();
    let simulate = "simulate --policies ROOT/examples/small/policies --draft ROOT/examples/small/draft/activation.policy --months 2026-07 \
         --facts ROOT/examples/small/facts --master ROOT/examples/small/master";
    desk.well(&format!("{simulate} --out alone"));
    // Each run listens anew, so that the port has to be a certain one.
    let at = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let worker = desk.start(&format!("worker http://{at} --threads 1"));
    desk.well(&format!("{simulate} --out spread --cluster {at}"));
    drop(worker);
    let report = |out: &str| std::fs::read(desk.at(out).join("report.json")).unwrap();
    assert_eq!(report("alone"), report("spread"));
    for scenario in ["live/2026-07", "draft/2026-07"] {
        assert!(desk.at("spread").join(scenario).join("cluster.json").is_file(), "{scenario} had no workers");
        desk.same(&format!("alone/{scenario}"), &format!("spread/{scenario}"));
    }
}
