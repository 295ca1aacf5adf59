//! 多节点: several servers on one PostgreSQL and one folder (R0.42). What each of them does all the time: it says that it runs, tells how far its jobs are
//! and whether they are to stop, fails the jobs of servers that are gone, and reads anew what others changed. What only one of them does at a time:
//! rounds ([`Desk::leads`]), and work on files that must not meet itself ([`Desk::hold`]).
//!
//! On SQLite there is one server, which leads in everything and asks nobody.

use super::desk::Desk;
use super::periods;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::DbKind;
use qudao_platform::nodes::{self, LEASE, Node};
use qudao_platform::{Db, jobs, params, write_tx};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;

/// How often a server says that it runs and looks at what others changed.
const BEAT: Duration = Duration::from_secs(2);
/// Longest somebody waits until another server has brought files and database together.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Longest a posting waits for another server's: a month may be under publication there.
const LONG_PATIENCE: Duration = Duration::from_mins(30);
/// How often is asked whether that work is over.
const AGAIN: Duration = Duration::from_millis(100);
/// Kind of the jobs that publish a month.
pub(super) const PUBLISH: &str = "period.publish";

/// The name of this server where none was given: the machine's, and the port.
pub(super) fn name_of(given: Option<&str>, listen: SocketAddr) -> String {
    if let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) {
        return given.to_owned();
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
    let host = host.map(|host| host.trim().to_owned()).filter(|host| !host.is_empty());
    format!("{}:{}", host.as_deref().unwrap_or("node"), listen.port())
}

/// Work of one server that must not meet the same of another; it is over when this goes, in whatever way.
pub(crate) struct Held {
    db: Db,
    node: Node,
    what: &'static str,
    hold: String,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Without a runtime the program ends, and with it this server's leases.
        let Ok(runtime) = Handle::try_current() else { return };
        let (db, node, what, hold) = (self.db.clone(), self.node.clone(), self.what, std::mem::take(&mut self.hold));
        runtime.spawn(async move {
            if let Err(refusal) = write_tx!(db, |tx| nodes::free(tx, &node, what, &hold).await) {
                tracing::error!(code = refusal.code, "{}", refusal.text.en);
            }
        });
    }
}

impl Desk {
    /// Whether this server does what only one does, as rounds are; whoever leads goes on leading as long as it runs.
    pub(crate) async fn leads(&self, what: &'static str) -> bool {
        if self.db.kind() == DbKind::Sqlite {
            return true;
        }
        match write_tx!(self.db, |tx| nodes::lead(tx, &self.node, what, "", LEASE).await) {
            Ok(leads) => leads,
            Err(refusal) => {
                tracing::error!(code = refusal.code, "{}", refusal.text.en);
                false
            }
        }
    }

    /// Waits until no other server is at some work on files, and keeps them from it. Within this server a lock of its own does so.
    ///
    /// # Errors
    /// `Unavailable serve.node.held` where another one does not come to an end.
    pub(crate) async fn hold(&self, what: &'static str, patience: Duration) -> Result<Option<Held>, Refusal> {
        static HOLDS: AtomicU64 = AtomicU64::new(1);
        if self.db.kind() == DbKind::Sqlite {
            return Ok(None);
        }
        let hold = HOLDS.fetch_add(1, Ordering::Relaxed).to_string();
        // Before it is asked for: whoever is broken off in between gives back what may have been given.
        let mine = Held { db: self.db.clone(), node: self.node.clone(), what, hold };
        let mut clock = tokio::time::interval(AGAIN);
        for _ in 0..patience.as_millis() / AGAIN.as_millis() {
            clock.tick().await;
            if write_tx!(self.db, |tx| nodes::lead(tx, &mine.node, what, &mine.hold, LEASE).await)? {
                return Ok(Some(mine));
            }
        }
        Err(Refusal::unavailable(
            "serve.node.held",
            format!("另一台服务器正在处理同一文件（{what}）；请稍后再试"),
            format!("another server is at work on the same files ({what}); try again later"),
        ))
    }

    /// The right to post to the ledger's file: of one piece of work at a time, over all servers. Call it where blocking is allowed.
    ///
    /// # Errors
    /// As [`Desk::hold`].
    pub(crate) fn posting(&self) -> Result<Posting<'_>, Refusal> {
        let own = self.books.posting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let held = Handle::current().block_on(self.hold("ledger", LONG_PATIENCE))?;
        Ok(Posting { _held: held, _own: own })
    }

    /// Reads anew what another server changed.
    ///
    /// # Errors
    /// The database does not answer.
    async fn follow(&self) -> Result<(), Refusal> {
        let revision = params::revision(&mut self.db.read().await?).await?;
        if self.revision.take_if_new(revision) {
            self.reload_parameters().await?;
        }
        self.orders.register.follow(&self.db).await?;
        self.flows.follow(&self.db).await
    }
}

/// The right to post. The other servers' hold is given back before that of this one.
pub(crate) struct Posting<'d> {
    _held: Option<Held>,
    _own: std::sync::MutexGuard<'d, ()>,
}

/// What of the parameters was read last.
#[derive(Default)]
pub(crate) struct Revision(std::sync::Mutex<Option<[i64; 3]>>);

impl Revision {
    fn take_if_new(&self, revision: [i64; 3]) -> bool {
        let mut known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.replace(revision) != Some(revision)
    }
}

/// This server begins: what an earlier start of it left running is failed, and months it was publishing are taken up.
pub(super) async fn begin(desk: &Arc<Desk>) -> Result<(), Refusal> {
    write_tx!(desk.db, |tx| {
        nodes::join(tx, &desk.node, LEASE).await?;
        jobs::clear(tx).await
    })?;
    take_up(desk).await.map(drop)
}

/// Takes months up that a server left in publication; false while another one publishes, whose work that may be.
async fn take_up(desk: &Arc<Desk>) -> Result<bool, Refusal> {
    if jobs::open(&mut desk.db.read().await?, PUBLISH).await? {
        return Ok(false);
    }
    periods::recover(desk).await?;
    Ok(true)
}

/// Says that this server runs, again and again; ends with the refusal that ends the server, where another one took its name.
pub(super) async fn beats(desk: Arc<Desk>) -> Refusal {
    if desk.db.kind() == DbKind::Sqlite {
        return std::future::pending().await;
    }
    let mut clock = tokio::time::interval(BEAT);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // What was left open at the start is looked at once more.
    let mut open = true;
    loop {
        clock.tick().await;
        match beat(&desk, &mut open).await {
            Ok(true) => {}
            Ok(false) => {
                desk.jobs.stop();
                return taken(&desk.node.name);
            }
            Err(refusal) => tracing::error!(code = refusal.code, "{}", refusal.text.en),
        }
    }
}

/// Once; false where the name is another's. `open` says that months may have been left in publication.
async fn beat(desk: &Arc<Desk>, open: &mut bool) -> Result<bool, Refusal> {
    if !write_tx!(desk.db, |tx| nodes::beat(tx, &desk.node, LEASE).await)? {
        return Ok(false);
    }
    desk.jobs.beat().await?;
    let lost = write_tx!(desk.db, |tx| jobs::clear(tx).await)?;
    if lost > 0 {
        tracing::warn!(jobs = lost, "jobs of a server that is gone were failed");
        *open = true;
    }
    if *open && take_up(desk).await? {
        *open = false;
    }
    desk.follow().await?;
    Ok(true)
}

/// This server ends.
pub(super) async fn end(desk: &Arc<Desk>) {
    if let Err(refusal) = write_tx!(desk.db, |tx| nodes::leave(tx, &desk.node).await) {
        tracing::warn!(code = refusal.code, "{}", refusal.text.en);
    }
}

fn taken(name: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "serve.node.taken",
        format!("另一台服务器以同名 {name} 启动，本机停止服务；请用 --node 为每台服务器起不同的名字"),
        format!("another server began under the name {name}, so this one ends; give each server a name of its own with --node"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_a_name_is_called_by_its_place() {
        // R0.42
        let listen: SocketAddr = "127.0.0.1:8601".parse().unwrap();
        assert_eq!(name_of(Some(" a "), listen), "a");
        for given in [None, Some(""), Some("  ")] {
            let name = name_of(given, listen);
            assert!(name.ends_with(":8601") && name.len() > 5, "{name}");
        }
    }

    #[test]
    fn what_was_read_is_read_again_when_it_changed() {
        // R0.42
        let revision = Revision::default();
        assert!(revision.take_if_new([1, 0, 0]) && !revision.take_if_new([1, 0, 0]));
        assert!(revision.take_if_new([1, 1, 1]) && revision.take_if_new([1, 0, 0]));
    }
}
