//! What everybody is called, with the initials people type. Read anew when somebody is added, leaves or is called something else.

use qudao_access::directory::{self, Called, Page, Query, State};
use qudao_kernel::Refusal;
use qudao_network::initials::Initials;
use qudao_platform::db::Tx;
use std::sync::{Arc, Mutex, PoisonError};

/// Somebody as a search sees them.
struct Known {
    called: Called,
    /// Login and name in small letters, a line each.
    low: String,
    initials: Initials,
}

type Everybody = Arc<Vec<Known>>;

/// The names, as they were read last.
#[derive(Default)]
pub(crate) struct Names(Mutex<Option<([i64; 3], Everybody)>>);

impl Names {
    async fn now(&self, tx: &mut Tx) -> Result<Everybody, Refusal> {
        let stamp = directory::stamp(tx).await?;
        if let Some((then, all)) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *then == stamp
        {
            return Ok(Arc::clone(all));
        }
        let known = |called: Called| Known {
            low: format!("{}\n{}", called.login, called.name).to_lowercase(),
            initials: Initials::of(&called.name),
            called,
        };
        let all = Arc::new(directory::called(tx).await?.into_iter().map(known).collect::<Vec<_>>());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((stamp, Arc::clone(&all)));
        Ok(all)
    }

    /// The page of everybody whose login, name or initials hold the letters typed. Roles are not looked at.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn page(&self, tx: &mut Tx, query: &Query, typed: &str) -> Result<Page, Refusal> {
        let all = self.now(tx).await?;
        let stays = |known: &&Known| match query.state {
            State::Present => !known.called.left,
            State::Left => known.called.left,
            State::All => true,
        };
        let means = |known: &&Known| known.low.contains(typed) || known.initials.find(typed).is_some();
        let meant = all.iter().filter(stays).filter(means).map(|known| &known.called).collect();
        directory::page_of(tx, query, meant).await
    }
}
