//! What all handlers share: the database, the folder, the definitions, and what was read from files and is kept while they do not change.

use super::arrivals::Arrived;
use super::booked::Booked;
use super::called::Names;
use super::counters::Counters;
use super::display::Display;
use super::field::Field;
use super::figures::Figures;
use super::flows::Flows;
use super::home::Home;
use super::homepage::Kept;
use super::jobs::Jobs;
use super::ledger::Books;
use super::nodes::Revision;
use super::opened::{Opened, Run};
use super::orders::Orders;
use super::recruit::Recruit;
use super::roll::Roll;
use super::shelf::Shelf;
use crate::inputs;
use crate::say::unreadable;
use qudao_access::{Roles, sessions};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Month, Refusal};
use qudao_platform::nodes::Node;
use qudao_platform::params::{self, Register};
use qudao_platform::{Db, write_tx};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

/// Names and times of the files of a folder, by name.
type Stamp = Vec<(String, SystemTime)>;

/// The server's desk.
pub(crate) struct Desk {
    pub(crate) db: Db,
    /// This server among others on the database.
    pub(crate) node: Node,
    pub(crate) home: Home,
    pub(crate) roles: Roles,
    pub(crate) jobs: Jobs,
    pub(crate) counters: Counters,
    pub(crate) books: Books,
    pub(crate) figures: Figures,
    pub(crate) flows: Flows,
    pub(crate) orders: Orders,
    pub(crate) field: Field,
    pub(crate) display: Display,
    pub(crate) recruit: Recruit,
    /// Whether answers come back over TLS, of a proxy before us: cookies are then sent over nothing else.
    pub(crate) secure: bool,
    parameters: RwLock<Arc<Register>>,
    /// What of the parameters was read last, as other servers may change them.
    pub(super) revision: Revision,
    master: Unchanged<Master>,
    pub(crate) shelf: Unchanged<Shelf>,
    opened: Opened,
    pub(crate) booked: Booked,
    pub(crate) arrived: Arrived,
    pub(crate) workbench: Kept,
    pub(crate) names: Names,
    /// Held while master files and database are brought together.
    pub(crate) roll: Roll,
    traces: AtomicU64,
}

impl Desk {
    /// Opens a folder and a database, and brings the schema up to date.
    pub(crate) async fn open(db: Db, home: Home, node: Node, secure: bool) -> Result<Arc<Self>, Refusal> {
        db.migrate().await?;
        let standard = Register::standard()?;
        write_tx!(&db, |tx| {
            qudao_network::keys::ready(tx).await?;
            params::seed(tx, &standard).await
        })?;
        let register = params::load(&mut db.read().await?, standard).await?;
        let roles = Roles::standard()?;
        let orders = Orders::open(&db).await?;
        let flows = Flows::standard(&roles, &home, Arc::clone(&orders.definitions))?;
        flows.renew(&db).await?;
        write_tx!(&db, |tx| qudao_receivable::books::subscribe(tx).await)?;
        let field = Field::open(&db).await?;
        super::price::open(&db).await?;
        let display = Display::open(&db, &field.catalogue).await?;
        let recruit = Recruit::standard()?;
        let traces = AtomicU64::new(u64::try_from(db.now_us()).unwrap_or(0));
        Ok(Arc::new(Self {
            jobs: Jobs::new(db.clone(), node.id.clone()),
            db,
            node,
            figures: Figures::open(home.root())?,
            home,
            flows,
            orders,
            field,
            display,
            recruit,
            roles,
            counters: Counters::default(),
            books: Books::default(),
            secure,
            parameters: RwLock::new(Arc::new(register)),
            revision: Revision::default(),
            master: Unchanged::default(),
            shelf: Unchanged::default(),
            opened: Opened::default(),
            booked: Booked::default(),
            arrived: Arrived::default(),
            workbench: Kept::default(),
            names: Names::default(),
            roll: Roll::default(),
            traces,
        }))
    }

    /// The parameters in force and to come.
    pub(crate) fn parameters(&self) -> Arc<Register> {
        Arc::clone(&self.parameters.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the parameters anew, after one was set.
    pub(crate) async fn reload_parameters(&self) -> Result<(), Refusal> {
        let register = params::load(&mut self.db.read().await?, Register::standard()?).await?;
        *self.parameters.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(register);
        Ok(())
    }

    /// Today, in China.
    pub(crate) fn today(&self) -> Date {
        sessions::day(self.db.now_us())
    }

    /// The master data as the folder has them now. Reads files: call it where blocking is allowed.
    pub(crate) fn master(&self) -> Result<Arc<Master>, Refusal> {
        let folder = self.home.master();
        // A new house has no network yet.
        if !folder.is_dir() {
            return Ok(Arc::default());
        }
        self.master.get(&folder, || Ok(inputs::master(&folder)?.0))
    }

    /// The published months, rising. Reads files.
    pub(crate) fn runs(&self) -> Result<Vec<Arc<Run>>, Refusal> {
        self.opened.all(&self.home, &*self.master()?)
    }

    /// A published month. Reads files.
    ///
    /// # Errors
    /// `NotFound serve.period.none`.
    pub(crate) fn run(&self, period: Month) -> Result<Arc<Run>, Refusal> {
        self.opened.one(&self.home, &*self.master()?, period)
    }

    /// A name for a request, of this start of the server alone.
    pub(crate) fn next_trace(&self) -> String {
        format!("{:x}", self.traces.fetch_add(1, Ordering::Relaxed))
    }
}

/// What was read from the files of a folder, kept while none of them changes.
pub(crate) struct Unchanged<T>(Mutex<Option<(Stamp, Arc<T>)>>);

impl<T> Default for Unchanged<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Unchanged<T> {
    /// What `read` makes of the folder as it is now. Whoever asks meanwhile waits, so that it is read once.
    ///
    /// # Errors
    /// The folder cannot be listed; what `read` refuses, which is asked again the next time.
    pub(crate) fn get(&self, folder: &Path, read: impl FnOnce() -> Result<T, Refusal>) -> Result<Arc<T>, Refusal> {
        let stamp = stamp(folder)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, value)) = &*kept
            && *then == stamp
        {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(read()?);
        *kept = Some((stamp, Arc::clone(&value)));
        Ok(value)
    }
}

fn stamp(folder: &Path) -> Result<Stamp, Refusal> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let changed = entry.metadata().and_then(|data| data.modified()).map_err(|error| unreadable(folder, &error))?;
        files.push((entry.file_name().to_string_lossy().into_owned(), changed));
    }
    files.sort();
    Ok(files)
}
