//! The board of leases, and the talk over HTTP.

use super::board::Board;
use super::client::Client;
use super::coordinator::{Desk, router};
use super::protocol::{Asked, Delivered, Hello, Input, LOST, PROGRAM, PROTOCOL, Role, Run, Sent, Told, Work, fits};
use crate::inputs::{self, Facts};
use crate::say::{self, Say};
use qudao_engine::settle::{Elsewhere, PassWork, SettleJob, settle, settle_elsewhere};
use qudao_kernel::master::Master;
use qudao_kernel::{Kind, Lang, Month, Refusal};
use qudao_platform::hash::sha256;
use qudao_policy::model::PolicySet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

const LEASE: Duration = Duration::from_secs(10);
const SECRET: &str = "a secret of the tests";

fn pass() -> PassWork {
    PassWork { number: 0, step: "step".to_owned(), ranges: vec![(0, "first".to_owned()), (1, "second".to_owned())] }
}

fn opened(folder: &Path, run: &str) -> Board {
    let board = Board::open(folder, run, LEASE).unwrap();
    board.begin(&pass()).unwrap();
    board
}

fn asked(board: &Board, worker: &str, now: Instant) -> Work {
    match board.ask(worker, now) {
        Asked::Work(work) => work,
        other => panic!("{other:?}"),
    }
}

/// Sends one file for a range.
fn deliver(board: &Board, lease: &str, text: &[u8], now: Instant) -> Result<(), Refusal> {
    board.put(lease, ("lines", "part-00000.parquet"), 0, text)?;
    let sent = Sent { name: "lines/part-00000.parquet".to_owned(), bytes: text.len() as u64, sha256: sha256(text) };
    board.done(lease, &Delivered { files: vec![sent], ..Delivered::default() }, now)
}

#[test]
fn what_a_silent_worker_had_is_given_to_another_and_its_late_result_is_ignored() {
    // R0.43: a range is taken from one attempt, whole
    let place = tempfile::tempdir().unwrap();
    let board = opened(&place.path().join("board"), "run");
    let begun = Instant::now();
    let first = asked(&board, "silent", begun);
    assert_eq!((first.index, first.range.as_str()), (0, "first"));
    let second = asked(&board, "busy", begun);
    assert_eq!(second.index, 1);
    assert_eq!(board.ask("idle", begun + LEASE / 2), Asked::Wait);
    // The one keeps its lease, the other does not.
    board.keep(&second.lease, begun + LEASE / 2).unwrap();
    let later = begun + LEASE + Duration::from_secs(1);
    let again = asked(&board, "idle", later);
    assert_eq!((again.index, again.lease != first.lease), (0, true));
    assert_eq!(board.ask("another", later), Asked::Wait);
    assert_eq!(board.keep(&first.lease, later).unwrap_err().code, LOST);
    assert_eq!(deliver(&board, &first.lease, b"late", later).unwrap_err().code, LOST);
    deliver(&board, &again.lease, b"in time", later).unwrap();
    deliver(&board, &second.lease, b"the other", later).unwrap();
    // Said twice it changes nothing.
    assert_eq!(deliver(&board, &again.lease, b"twice", later).unwrap_err().code, LOST);
    let folders = board.wait(&|_, _| ()).unwrap();
    let texts: Vec<Vec<u8>> = folders.iter().map(|folder| std::fs::read(folder.join("lines/part-00000.parquet")).unwrap()).collect();
    assert_eq!(texts, [b"in time".to_vec(), b"the other".to_vec()]);
    assert_eq!((board.shares()["silent"].lost, board.shares()["idle"].ranges), (1, 1));
    board.end(Duration::ZERO);
    assert_eq!((board.ask("idle", later), board.is_over()), (Asked::Ended, true));
}

#[test]
fn a_coordinator_that_starts_again_goes_on_with_what_is_whole() {
    // R0.43
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("board");
    let (taken, out) = {
        let board = opened(&folder, "run");
        let now = Instant::now();
        let (taken, out) = (asked(&board, "one", now), asked(&board, "two", now));
        deliver(&board, &taken.lease, b"taken", now).unwrap();
        board.put(&out.lease, ("lines", "part-00001.parquet"), 0, b"half").unwrap();
        (taken, out)
    };
    let board = opened(&folder, "run");
    let now = Instant::now();
    assert_eq!(board.starts(), 2);
    let again = asked(&board, "two", now);
    assert_eq!((again.index, again.lease != out.lease, again.lease != taken.lease), (1, true, true));
    assert_eq!(board.ask("one", now), Asked::Wait);
    assert_eq!(board.put(&out.lease, ("lines", "part-00001.parquet"), 4, b"rest").unwrap_err().code, LOST);
    deliver(&board, &again.lease, b"anew", now).unwrap();
    let folders = board.wait(&|_, _| ()).unwrap();
    assert_eq!(std::fs::read(folders[0].join("lines/part-00000.parquet")).unwrap(), b"taken");
    assert_eq!(std::fs::read_dir(folder.join("pass-0")).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count(), 2);

    // A byte that changed on the disk is seen, and the range settled again.
    std::fs::write(folders[0].join("lines/part-00000.parquet"), b"tAken").unwrap();
    let board = opened(&folder, "run");
    assert_eq!(asked(&board, "one", now).index, 0);
    assert_eq!(board.ask("two", now), Asked::Wait);

    // Other inputs are another run.
    let board = opened(&folder, "another run");
    assert_eq!((asked(&board, "one", now).index, asked(&board, "two", now).index), (0, 1));
}

#[test]
fn what_was_sent_is_compared_and_failures_outside_are_tried_elsewhere() {
    let place = tempfile::tempdir().unwrap();
    let board = opened(&place.path().join("board"), "run");
    let now = Instant::now();
    let work = asked(&board, "one", now);
    for (folder, file) in [("elsewhere", "a.parquet"), ("lines", "../a"), ("lines", ".hidden"), ("lines", "")] {
        assert_eq!(board.put(&work.lease, (folder, file), 0, b"x").unwrap_err().code, "cluster.file.name");
    }
    board.put(&work.lease, ("kept", "part-00000.json"), 0, b"12345").unwrap();
    assert_eq!(board.put(&work.lease, ("kept", "part-00000.json"), 9, b"gap").unwrap_err().code, "cluster.file.name");
    board.put(&work.lease, ("kept", "part-00000.json"), 5, b"678").unwrap();
    let said = |text: &[u8]| {
        let sent = Sent { name: "kept/part-00000.json".to_owned(), bytes: text.len() as u64, sha256: sha256(text) };
        Delivered { files: vec![sent], ..Delivered::default() }
    };
    assert_eq!(board.done(&work.lease, &said(b"12345679"), now).unwrap_err().code, "cluster.file.differs");
    board.done(&work.lease, &said(b"12345678"), now).unwrap();

    let full = || Refusal::unavailable("engine.settle.disk", "磁盘已满", "the disk is full");
    for _ in 0..4 {
        board.failed(&asked(&board, "one", now).lease, full()).unwrap();
    }
    let last = asked(&board, "two", now);
    board.failed(&last.lease, full()).unwrap();
    assert_eq!(board.wait(&|_, _| ()).unwrap_err().code, "engine.settle.disk");

    // What the inputs are to blame for is the same everywhere.
    let board = opened(&place.path().join("other"), "run");
    let moved = Refusal::new(Kind::Conflict, "engine.settle.moved", "需重排", "sort anew");
    board.failed(&asked(&board, "one", now).lease, Told::from(&moved).into()).unwrap();
    assert_eq!(board.wait(&|_, _| ()).unwrap_err(), moved);
}

/// A server over a board with one input.
fn served(place: &Path) -> (tokio::runtime::Runtime, Arc<Desk>, String) {
    let path = place.join("input");
    std::fs::write(&path, b"what is read").unwrap();
    let input = Input { role: Role::Latest, name: "latest.json".to_owned(), bytes: 12, seal: String::new(), place: path };
    let run = Run::new("2026-07".parse::<Month>().unwrap(), "basis", vec![input]);
    let board = opened(&place.join("board"), &run.id);
    let desk = Arc::new(Desk { board, run, secret: SECRET.to_owned() });
    let runtime = say::runtime(2).unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let app = router(Arc::clone(&desk));
    runtime.spawn(async move { axum::serve(listener, app).await });
    (runtime, desk, at)
}

#[test]
fn another_version_or_secret_is_given_no_work_and_told_why() {
    // R0.43: two programs that may settle otherwise do not share a run
    let hello = |program: &str, protocol| Hello { protocol, program: program.to_owned(), worker: "w".to_owned() };
    assert!(fits(&hello(PROGRAM, PROTOCOL)).is_ok());
    let place = tempfile::tempdir().unwrap();
    let (runtime, _desk, at) = served(place.path());
    for other in [hello("0.0.1", PROTOCOL), hello(PROGRAM, PROTOCOL + 1)] {
        let asking = reqwest::Client::builder().no_proxy().build().unwrap().post(format!("{at}/cluster/v1/hello"));
        let asking = asking.bearer_auth(SECRET).body(serde_json::to_vec(&other).unwrap());
        let (status, told) = runtime.block_on(async {
            let answer = asking.send().await.unwrap();
            (answer.status(), serde_json::from_slice::<Told>(&answer.bytes().await.unwrap()).unwrap())
        });
        assert_eq!((status.as_u16(), told.code.as_str()), (409, "cluster.version"));
        assert!(told.zh.contains(&other.program) && told.en.contains("install the same version"), "{told:?}");
    }
    let stranger = Client::new(runtime.handle().clone(), &at, "another secret of some length", "w").unwrap();
    assert_eq!(stranger.hello().unwrap_err().code, "cluster.secret");
    assert_eq!(stranger.ask("run").unwrap_err().code, "cluster.secret");
}

#[test]
fn a_range_goes_to_a_worker_and_comes_back_over_http() {
    // R0.43
    let place = tempfile::tempdir().unwrap();
    let (runtime, desk, at) = served(place.path());
    let client = Client::new(runtime.handle().clone(), &at, SECRET, "w").unwrap();
    let run = client.hello().unwrap();
    assert_eq!((&run.id, run.inputs.len()), (&desk.run.id, 1));
    let to = place.path().join("brought");
    client.input(0, 12, &to).unwrap();
    assert_eq!(std::fs::read(&to).unwrap(), b"what is read");
    assert_eq!(client.ask("another run").unwrap(), Asked::Other);
    let Asked::Work(work) = client.ask(&run.id).unwrap() else { panic!("there is work") };
    assert_eq!(client.step(work.pass).unwrap(), "step");
    assert_eq!(client.step(7).unwrap_err().code, LOST);
    let folder = place.path().join("range");
    for name in super::protocol::FOLDERS {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    let long: Vec<u8> = (0..super::protocol::PIECE + 17).map(|at| (at % 251) as u8).collect();
    std::fs::write(folder.join("lines/part-00000.parquet"), &long).unwrap();
    std::fs::write(folder.join("kept/part-00000.json"), b"").unwrap();
    client.deliver(&work.lease, &folder, Delivered { busy_ms: 5, ..Delivered::default() }).unwrap();
    assert_eq!(client.deliver(&work.lease, &folder, Delivered::default()).unwrap_err().code, LOST);
    let Asked::Work(second) = client.ask(&run.id).unwrap() else { panic!("there is more work") };
    let refusal = Refusal::bad_input("engine.settle.overflow", "超出范围", "beyond 128 bits");
    client.failed(&second.lease, &refusal).unwrap();
    assert_eq!(desk.board.wait(&|_, _| ()).unwrap_err(), refusal);
    let share = desk.board.shares()["w"].clone();
    assert_eq!((share.ranges, share.sent, share.received, share.busy_ms), (1, 12, long.len() as u64, 5));
}

/// Ranges settled one after the other within this process.
struct Crew<'a> {
    handle: &'a Handle,
    job: &'a SettleJob<'a>,
    folder: PathBuf,
}

impl Elsewhere for Crew<'_> {
    fn settle(&self, work: &PassWork) -> Result<Vec<PathBuf>, Refusal> {
        settle_elsewhere(self.handle, self.job, |settler| {
            let each = work.ranges.iter().map(|(index, range)| {
                let folder = self.folder.join(format!("{}-{index}", work.number));
                settler.range(&work.step, range, &folder).map(|()| folder)
            });
            each.collect()
        })
    }
}

fn job<'a>(set: &'a PolicySet, master: &'a Master, facts: &Facts, out: &Path) -> SettleJob<'a> {
    let period = "2026-07".parse().unwrap();
    SettleJob {
        policies: set,
        master,
        period,
        facts: facts.needed(&Say::new(Lang::En, true), set, period).unwrap(),
        earlier_lines: Vec::new(),
        obligations: Vec::new(),
        latest: facts.latest(set, period).unwrap(),
        out: out.to_owned(),
        basis: String::new(),
        reuse: None,
        threads: 1,
        memory_bytes: 64 << 20,
        progress: None,
        range_rows: 1,
        store: None,
        elsewhere: None,
    }
}

#[test]
fn who_reads_other_facts_is_found_out_by_the_control_totals() {
    // R0.43: rows, sums and hashes are compared with a count made apart
    let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/small");
    let place = tempfile::tempdir().unwrap();
    let set = inputs::policies(&Say::new(Lang::En, true), &small.join("policies")).unwrap().set;
    let master = inputs::master(&small.join("master")).unwrap().0;
    let period = "2026-07".parse::<Month>().unwrap();
    let facts = inputs::facts(&small.join("facts"), &master, period, place.path()).unwrap();
    let less = place.path().join("less");
    std::fs::create_dir(&less).unwrap();
    let text = std::fs::read_to_string(small.join("facts/business_event.csv")).unwrap();
    let rest: Vec<&str> = text.lines().filter(|line| !line.contains("E0001")).collect();
    assert!(rest.len() < text.lines().count());
    std::fs::write(less.join("business_event.csv"), rest.join("\n")).unwrap();
    let others = inputs::facts(&less, &master, period, place.path()).unwrap();

    let runtime = say::runtime(2).unwrap();
    let handle = runtime.handle();
    let out = |name: &str| place.path().join(name);
    let wanted = settle(handle, &job(&set, &master, &facts, &out("alone"))).unwrap();
    assert!(wanted.ranges.len() > 1, "{wanted:?}");
    let by = |facts_of_crew: &Facts, name: &str| {
        let theirs = job(&set, &master, facts_of_crew, &out("unused"));
        let crew = Crew { handle, job: &theirs, folder: out(&format!("{name}-crew")) };
        let mut run = job(&set, &master, &facts, &out(name));
        run.elsewhere = Some(&crew);
        settle(handle, &run)
    };
    assert_eq!(by(&facts, "right").unwrap(), wanted);
    for range in 0..wanted.ranges.len() {
        let file = |name: &str| std::fs::read(out(name).join(format!("lines/part-{range:05}.parquet"))).ok();
        assert_eq!(file("alone"), file("right"), "range {range}");
    }
    let refusal = by(&others, "wrong").unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (Kind::Bug, "engine.elsewhere.unequal"), "{refusal}");
}
