//! Facts and figures asked in SQL, read only: every row lies within the asker's part of the network before a question sees it.
//!
//! A question is planned and run on threads of its own, with bounds of time, rows and memory; what is read of files are rows that stand, as pages show
//! them: personal numbers masked, serials of things left out.

mod cells;
mod facts;
mod figures;
mod part;

#[cfg(test)]
mod tests;

pub use cells::{Cell, Kind};

use super::{Asked, Meter, View};
use cells::{kind_of, rows_of};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::scalar::ScalarValue;
use futures::StreamExt;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Kind as No, Refusal};
use qudao_metrics::Within;
use std::collections::hash_map::RandomState;
use std::fmt::Display;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// What people know the database and its tables' schema by.
pub const DATABASE: &str = "qudao";
/// Schema of the tables.
pub const SCHEMA: &str = "public";
/// Longest question, bytes: what nests deeper than the stack of a thread is longer.
const LONGEST: usize = 32 << 10;
/// Stack of a thread that plans; of it only what is used is taken.
const STACK: usize = 256 << 20;
/// Threads for all questions together, so that pages are answered meanwhile.
const THREADS: usize = 2;
/// Rows handed over at once.
const AT_ONCE: usize = 1_024;

/// How a text of a column is shown; called for the ids of events and for subscribers.
pub type Mask = fn(Col, &str) -> String;

/// How far a question may go.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may take, handing over included.
    pub time: Duration,
    /// Most rows of an answer.
    pub rows: usize,
    /// Most bytes it may hold while it sorts, joins and groups.
    pub memory: usize,
}

/// Where questions are planned and run.
pub struct Asker {
    /// Taken out only when dropped.
    runtime: Option<Runtime>,
    /// For what waits for files.
    readers: Option<Runtime>,
    limits: Limits,
    mask: Mask,
    secret: RandomState,
}

/// Names of all tables, rising.
pub fn tables() -> Vec<&'static str> {
    let facts = Table::ALL.into_iter().map(Table::name);
    let mut names: Vec<&str> = facts.chain(figures::TABLES.iter().map(|(name, _)| *name)).collect();
    names.sort_unstable();
    names
}

/// What somebody may read: a state of the facts, and their part of the network.
pub struct Reach {
    meter: Arc<Meter>,
    view: Arc<View>,
    within: Within,
}

/// What every table of a question reads through.
struct Shared {
    reach: Reach,
    mask: Mask,
    /// Makes keys of subscribers, of this start of the server alone.
    secret: RandomState,
    readers: Handle,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
}

/// A question that can be answered.
pub struct Question {
    context: SessionContext,
    plan: LogicalPlan,
    /// Columns of its answer.
    pub columns: Vec<Column>,
    /// What stands at each `$1`, `$2` …; `None` where any text will do.
    pub parameters: Vec<Option<Kind>>,
}

/// The rows of an answer as they come. Dropping it stops the work.
pub struct Rows {
    receiver: Receiver<Vec<Vec<Cell>>>,
    /// How it ended, once it has.
    ended: Arc<OnceLock<Result<(), Refusal>>>,
    task: JoinHandle<()>,
}

impl Meter {
    /// The newest state of the store with these master data, for somebody's part of the network. Reads files.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn reach(self: &Arc<Self>, master: &Arc<Master>, within: Within) -> Result<Reach, Refusal> {
        let view = Arc::clone(&self.now(master)?.view);
        Ok(Reach { meter: Arc::clone(self), view, within })
    }
}

impl Reach {
    /// The number of the snapshot.
    pub fn snapshot(&self) -> u64 {
        self.view.snapshot.number
    }

    fn asked(&self) -> Asked<'_> {
        Asked { meter: &self.meter, view: Arc::clone(&self.view) }
    }
}

impl Asker {
    /// With these bounds.
    ///
    /// # Errors
    /// No threads could be started.
    pub fn new(limits: Limits, mask: Mask) -> Result<Self, Refusal> {
        let threads = || {
            let mut threads = tokio::runtime::Builder::new_multi_thread();
            threads.worker_threads(THREADS).thread_name("sql").enable_all();
            threads
        };
        let runtime = threads().thread_stack_size(STACK).build().map_err(|error| stopped(&error))?;
        let readers = threads().build().map_err(|error| stopped(&error))?;
        Ok(Self { runtime: Some(runtime), readers: Some(readers), limits, mask, secret: RandomState::new() })
    }

    /// Plans a question.
    ///
    /// # Errors
    /// `BadInput sql.question.long`, `BadInput sql.question.unclear` for what cannot be planned, `Forbidden sql.question.changes` for what would change something.
    pub async fn plan(&self, reach: Reach, text: &str) -> Result<Question, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::bad_input(
                "sql.question.long",
                format!("查询超过 {LONGEST} 字节；请缩短，或分成几次"),
                format!("the query is longer than {LONGEST} bytes; make it shorter, or ask in parts"),
            ));
        }
        let context = self.context(reach)?;
        let (asked, text) = (context.clone(), text.to_owned());
        let work = async move {
            let plan = asked.state().create_logical_plan(&text).await.map_err(|error| said(&error))?;
            let only_reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            only_reads.verify_plan(&plan).map_err(|_| changes())?;
            let wanted = plan.get_parameter_types().map_err(|error| said(&error))?;
            Ok::<_, Refusal>((plan, wanted))
        };
        let (plan, wanted) = self.runtime()?.spawn(work).await.map_err(|error| stopped(&error))??;
        let number = |name: &String| name.trim_start_matches('$').parse::<usize>().ok();
        let mut parameters = vec![None; wanted.keys().filter_map(number).max().unwrap_or(0).min(usize::from(u16::MAX))];
        for (name, wanted) in &wanted {
            if let (Some(at), Some(wanted)) = (number(name), wanted)
                && let Some(parameter) = parameters.get_mut(at.saturating_sub(1))
            {
                *parameter = Some(kind_of(wanted));
            }
        }
        let column =
            |field: &datafusion::arrow::datatypes::FieldRef| Column { name: field.name().clone(), kind: kind_of(field.data_type()) };
        let columns = plan.schema().fields().iter().map(column).collect();
        Ok(Question { context, plan, columns, parameters })
    }

    /// Begins to answer a question, with a text for each parameter. What is `held` is let go when the work has ended, wherever its rows are by then.
    ///
    /// # Errors
    /// The threads were stopped.
    pub fn run(&self, question: Question, values: &[Option<String>], held: impl Send + 'static) -> Result<Rows, Refusal> {
        let Question { context, plan, parameters, .. } = question;
        let (sender, receiver) = channel(2);
        let ended = Arc::new(OnceLock::new());
        let (limits, told, values) = (self.limits, Arc::clone(&ended), values.to_vec());
        let task = self.runtime()?.spawn(async move {
            // Here, where the stack is deep enough for whatever could be planned.
            let work = async {
                let plan = if parameters.is_empty() { plan } else { with_values(plan, parameters.len(), &values)? };
                pump(&context, plan, limits.rows, &sender).await
            };
            let done = tokio::time::timeout(limits.time, work).await;
            told.set(done.unwrap_or_else(|_| Err(too_long(limits.time)))).ok();
            drop(held);
        });
        Ok(Rows { receiver, ended, task })
    }

    fn runtime(&self) -> Result<&Runtime, Refusal> {
        self.runtime.as_ref().ok_or_else(|| stopped(&"no threads"))
    }

    fn readers(&self) -> Result<Handle, Refusal> {
        self.readers.as_ref().map(|readers| readers.handle().clone()).ok_or_else(|| stopped(&"no threads"))
    }

    /// A session with all tables, in which only these can be read.
    fn context(&self, reach: Reach) -> Result<SessionContext, Refusal> {
        let config = SessionConfig::new()
            .with_target_partitions(THREADS)
            .with_default_catalog_and_schema(DATABASE, SCHEMA)
            .with_information_schema(true)
            .set_str("datafusion.sql_parser.dialect", "postgresql");
        let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_limit(self.limits.memory, 1.0)
            .with_disk_manager_builder(disk)
            .build_arc()
            .map_err(|error| stopped(&error))?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        let shared = Arc::new(Shared { reach, mask: self.mask, secret: self.secret.clone(), readers: self.readers()? });
        for table in Table::ALL {
            let provider = Arc::new(facts::Facts::new(Arc::clone(&shared), table));
            context.register_table(table.name(), provider).map_err(|error| stopped(&error))?;
        }
        for (name, by) in figures::TABLES {
            let provider = Arc::new(figures::Figures::new(Arc::clone(&shared), *by));
            context.register_table(*name, provider).map_err(|error| stopped(&error))?;
        }
        Ok(context)
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        for runtime in [self.runtime.take(), self.readers.take()].into_iter().flatten() {
            runtime.shutdown_background();
        }
    }
}

impl Rows {
    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// `BadInput sql.question.values` for too few values, or one that is not what is asked for; `sql.question.time`, `sql.question.rows`, `sql.question.memory` for what goes too far, `sql.question.unclear` for what cannot be
    /// worked out, such as a division by nothing.
    pub async fn next(&mut self) -> Result<Option<Vec<Vec<Cell>>>, Refusal> {
        match self.receiver.recv().await {
            Some(rows) => Ok(Some(rows)),
            // The end is told before the rows end: where it is not, the work broke off.
            None => self.ended.get().cloned().unwrap_or_else(|| Err(stopped(&"no end"))).map(|()| None),
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pump(context: &SessionContext, plan: LogicalPlan, most: usize, sender: &Sender<Vec<Vec<Cell>>>) -> Result<(), Refusal> {
    let frame = Box::pin(context.execute_logical_plan(plan)).await.map_err(|error| said(&error))?;
    let mut stream = frame.execute_stream().await.map_err(|error| said(&error))?;
    let mut left = most;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| said(&error))?;
        left = left.checked_sub(batch.num_rows()).ok_or_else(|| too_many(most))?;
        for from in (0..batch.num_rows()).step_by(AT_ONCE) {
            let rows = rows_of(&batch.slice(from, AT_ONCE.min(batch.num_rows() - from)))?;
            if sender.send(rows).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A plan with the values of its parameters.
fn with_values(plan: LogicalPlan, count: usize, values: &[Option<String>]) -> Result<LogicalPlan, Refusal> {
    let wrong = |error: &dyn Display| {
        Refusal::bad_input(
            "sql.question.values",
            format!("查询参数不对：{error}；请检查参数个数和类型"),
            format!("the values of the query do not fit: {error}; check how many there are and of what kind"),
        )
    };
    if values.len() < count {
        return Err(wrong(&format!("{} < {count}", values.len())));
    }
    let wanted = plan.get_parameter_types().map_err(|error| said(&error))?;
    let mut filled = Vec::with_capacity(count);
    for (at, value) in values.iter().enumerate().take(count) {
        let kind = wanted.get(&format!("${}", at + 1)).cloned().flatten();
        filled.push(match (value, kind) {
            (None, Some(kind)) => ScalarValue::try_from(&kind).map_err(|error| wrong(&error))?,
            (None, None) => ScalarValue::Utf8(None),
            (Some(text), Some(kind)) => ScalarValue::try_from_string(text.clone(), &kind).map_err(|error| wrong(&error))?,
            (Some(text), None) => match text.parse() {
                Ok(whole) => ScalarValue::Int64(Some(whole)),
                Err(_) => ScalarValue::Utf8(Some(text.clone())),
            },
        });
    }
    plan.with_param_values(filled).map_err(|error| said(&error))
}

fn changes() -> Refusal {
    Refusal::new(
        No::Forbidden,
        "sql.question.changes",
        "这里只能查询，不能修改；请用 SELECT、EXPLAIN 或 SHOW",
        "nothing can be changed here, only read; use SELECT, EXPLAIN or SHOW",
    )
}

fn too_long(time: Duration) -> Refusal {
    let seconds = time.as_secs();
    Refusal::bad_input(
        "sql.question.time",
        format!("查询超过 {seconds} 秒，已停止；请缩小日期范围或先汇总"),
        format!("the query took longer than {seconds} s and was stopped; narrow its days, or total more"),
    )
}

fn too_many(most: usize) -> Refusal {
    Refusal::bad_input(
        "sql.question.rows",
        format!("结果超过 {most} 行，已停止；请先汇总，或加 LIMIT；整表数据请用开放表"),
        format!("the answer has more than {most} rows and was stopped; total more, or add a LIMIT; for whole tables use the open tables"),
    )
}

fn stopped(error: &dyn Display) -> Refusal {
    Refusal::new(
        No::Bug,
        "sql.question.stopped",
        format!("查询中断：{error}；请重试，若再次出现请报告管理员"),
        format!("the query broke off: {error}; try again, and tell an administrator if it happens again"),
    )
}

/// What the library says, as a refusal: ours as it was, of memory in our words, the rest is about the question.
fn said(error: &DataFusionError) -> Refusal {
    match error.find_root() {
        DataFusionError::External(inner) if inner.is::<Refusal>() => {
            inner.downcast_ref::<Refusal>().cloned().unwrap_or_else(|| stopped(error))
        }
        DataFusionError::ResourcesExhausted(_) => Refusal::bad_input(
            "sql.question.memory",
            "查询需要的内存过多，已停止；请先筛选或汇总再排序、关联",
            "the query needs too much memory and was stopped; filter or total before you sort or join",
        ),
        root => {
            let text = root.strip_backtrace();
            let line = text.lines().next().unwrap_or_default();
            Refusal::bad_input(
                "sql.question.unclear",
                format!("无法查询：{line}；请改正语句后重试"),
                format!("{line}; correct the query and try again"),
            )
        }
    }
}
