//! `qudao worker`: settles ranges of partners for a run on another machine, one run after the other.
//!
//! It holds what a run's survey holds (see the engine), and one range per thread. It writes into a folder of its own alone, and may be killed at any moment: what it
//! had in hand is given to somebody else.

use super::board::millis;
use super::client::Client;
use super::given::{self, Given};
use super::protocol::{Asked, Delivered, LOST, Run, Work, secret};
use crate::say::{self, Say};
use crate::settle::megabytes;
use qudao_engine::settle::{RANGE_ROWS, SettleJob, Settler, settle_elsewhere};
use qudao_kernel::{Kind, Refusal};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// How long a worker waits before it asks again.
const PAUSE: Duration = Duration::from_millis(200);
/// Beats in the time of a lease.
const BEATS: u32 = 4;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 协调端地址 Address of the coordinator, such as http://10.0.0.5:7010
    coordinator: String,
    /// 本机可直接读取的同一事实库（文件夹或 s3://桶/前缀）；不给则由协调端提供 The same fact store as this machine reaches it; the coordinator provides the files where absent
    #[arg(long)]
    facts: Option<PathBuf>,
    /// 临时文件夹，默认系统临时文件夹 Folder for files of the moment; the system's where absent
    #[arg(long)]
    work: Option<PathBuf>,
    /// 工作端名称，默认主机名和进程号 Name of this worker; host and process where absent
    #[arg(long)]
    name: Option<String>,
    /// 线程数 Threads; all cores where absent
    #[arg(long)]
    threads: Option<usize>,
    /// 排序与归并的内存，如 1024 或 1500MB Memory for sorting and merging, in MB
    #[arg(long, default_value = "1024", value_parser = megabytes)]
    memory: usize,
    /// 协调端失联多久后放弃当次结算，秒 Seconds a coordinator may be away before its run is given up
    #[arg(long, default_value_t = 600)]
    patience: u64,
    /// 一次结算结束后退出 End after one run
    #[arg(long)]
    once: bool,
}

#[expect(clippy::disallowed_methods, reason = "another machine is waited for, which nothing here announces")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Host and process.
fn name() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host: String = host.trim().chars().filter(char::is_ascii_graphic).collect();
    let host = if host.is_empty() { "worker" } else { host.as_str() };
    format!("{host}-{}", std::process::id())
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let name = args.name.clone().unwrap_or_else(name);
    if !name.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err(Refusal::bad_input(
            "cluster.worker.name",
            "--name 只能用英文字母、数字和符号",
            "--name takes letters, digits and signs of ASCII",
        ));
    }
    // Beats of leases do not wait for what is settled.
    let (runtime, talk) = (say::runtime(2)?, say::runtime(1)?);
    let client = Client::new(talk.handle().clone(), &args.coordinator, &secret()?, &name)?;
    loop {
        let run = greet(say, args, &client)?;
        let (id, inputs) = (&run.id[..12], run.inputs.len());
        say.note(
            format_args!("{name}：参加 {} 月的结算 {id}，输入 {inputs} 个文件", run.period),
            format_args!("{name}: joins run {id} of {}, with {inputs} files of input", run.period),
        );
        match serve(say, runtime.handle(), args, &client, &run) {
            Ok(true) if args.once => return Ok(()),
            Ok(_) => {
                say.note(
                    format_args!("{name}：这次结算已结束，等待下一次"),
                    format_args!("{name}: that run is over, waiting for the next"),
                );
            }
            Err(refusal) if refusal.kind == Kind::Unavailable && !args.once => {
                say.note(&refusal.text.zh, &refusal.text.en);
                pause(PAUSE * 5);
            }
            Err(refusal) => return Err(refusal),
        }
    }
}

/// Waits for a coordinator; the run it has.
fn greet(say: &Say, args: &Args, client: &Client) -> Result<Run, Refusal> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        match client.hello() {
            Ok(run) => return Ok(run),
            Err(refusal) if refusal.kind != Kind::Unavailable => return Err(refusal),
            Err(refusal) if args.once && begun.elapsed() > Duration::from_secs(args.patience) => return Err(refusal),
            Err(_) => {}
        }
        if !told {
            let at = &args.coordinator;
            say.note(format_args!("等待协调端 {at}"), format_args!("waiting for the coordinator at {at}"));
            told = true;
        }
        pause(PAUSE);
    }
}

/// Takes part in a run until it is over, or is another one.
fn serve(say: &Say, handle: &Handle, args: &Args, client: &Client, run: &Run) -> Result<bool, Refusal> {
    let work = args.work.clone().unwrap_or_else(std::env::temp_dir);
    say::make_folder(&work)?;
    let folder = tempfile::Builder::new().prefix("qudao-worker-").tempdir_in(&work).map_err(|error| say::unwritable(&work, &error))?;
    let Given { policies, master, facts, store, lines, obligations, latest } =
        given::bring(say, client, run, args.facts.as_deref(), folder.path())?;
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1).max(1);
    let job = SettleJob {
        policies: &policies,
        master: &master,
        period: run.period,
        facts,
        earlier_lines: lines,
        obligations,
        latest,
        out: folder.path().to_owned(),
        basis: String::new(),
        reuse: None,
        threads,
        memory_bytes: args.memory << 20,
        progress: None,
        range_rows: RANGE_ROWS,
        store: store.as_deref(),
        elsewhere: None,
    };
    settle_elsewhere(handle, &job, |settler| {
        let hands = Hands { args, client, run, settler, folder: folder.path(), step: Mutex::default() };
        let ends: Vec<Result<bool, Refusal>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(|| hands.work())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(say::worker_died()))).collect()
        });
        let over: Vec<bool> = ends.into_iter().collect::<Result<_, _>>()?;
        Ok(over.into_iter().all(|over| over))
    })
}

/// The threads of a worker, in one run.
struct Hands<'a> {
    args: &'a Args,
    client: &'a Client,
    run: &'a Run,
    settler: &'a Settler<'a>,
    folder: &'a Path,
    /// What the ranges of the pass of now are settled by.
    step: Mutex<Option<(usize, Arc<str>)>>,
}

impl Hands<'_> {
    /// Settles range after range; whether the run is over, rather than another one by now.
    fn work(&self) -> Result<bool, Refusal> {
        let mut heard = Instant::now();
        loop {
            match self.client.ask(&self.run.id) {
                Ok(Asked::Ended) => return Ok(true),
                Ok(Asked::Other) => return Ok(false),
                Ok(Asked::Wait) => {
                    heard = Instant::now();
                    pause(PAUSE);
                }
                Ok(Asked::Work(work)) => {
                    self.range(&work)?;
                    heard = Instant::now();
                }
                // A coordinator that is started again goes on with the same run.
                Err(refusal) if refusal.kind == Kind::Unavailable && heard.elapsed() < Duration::from_secs(self.args.patience) => {
                    pause(PAUSE);
                }
                Err(refusal) => return Err(refusal),
            }
        }
    }

    /// Settles a range and sends it. Whatever is wrong with the way to the coordinator is seen when it is asked again.
    fn range(&self, work: &Work) -> Result<(), Refusal> {
        let lease = Duration::from_millis(work.lease_ms);
        let keeping = self.client.keep(&work.lease, (lease / BEATS).max(Duration::from_millis(50)));
        let folder = self.folder.join(format!("range-{}", work.lease));
        let begun = Instant::now();
        let settled = self.step(work.pass).and_then(|step| self.settler.range(&step, &work.range, &folder));
        let told = match settled {
            Ok(()) => {
                let busy_ms = millis(begun.elapsed());
                self.client.deliver(&work.lease, &folder, Delivered { files: Vec::new(), read: bytes_read(), busy_ms })
            }
            Err(refusal) if refusal.code == LOST || refusal.code == "cluster.unreachable" => Err(refusal),
            Err(refusal) => {
                let told = self.client.failed(&work.lease, &refusal);
                if refusal.kind == Kind::Unavailable {
                    // What is wrong here, a full disk, need not be wrong with others: they have time to take the range.
                    pause(lease);
                }
                told
            }
        };
        keeping.abort();
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| say::unwritable(&folder, &error))?;
        }
        match told {
            Err(refusal) if refusal.code != LOST && refusal.kind != Kind::Unavailable => Err(refusal),
            _ => Ok(()),
        }
    }

    fn step(&self, pass: usize) -> Result<Arc<str>, Refusal> {
        let mut held = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        match &*held {
            Some((known, step)) if *known == pass => Ok(Arc::clone(step)),
            _ => {
                let step: Arc<str> = self.client.step(pass)?.into();
                *held = Some((pass, Arc::clone(&step)));
                Ok(step)
            }
        }
    }
}

/// Bytes this process has read, where the system counts them.
fn bytes_read() -> u64 {
    let counted = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = counted.lines().find_map(|line| line.strip_prefix("rchar:"));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}
