//! What of the field waits for somebody: visits to be looked at, tasks that reviews brought.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::{sight, whose};
use qudao_access::Permission;
use qudao_field::remedy::{self, Which};
use qudao_field::visit::Counts;
use qudao_field::visit::list;
use qudao_kernel::{Date, Refusal};

/// What waits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Waiting {
    /// Visits of others that are held until the asker looked.
    pub(crate) held: u64,
    /// The asker's own tasks that are open, and of these late.
    pub(crate) remedies: u64,
    pub(crate) late: u64,
    /// When the first of them is due.
    pub(crate) due: Option<Date>,
}

/// What waits for the asker: nothing of what they have no part in.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn waiting(desk: &Desk, signed: &Signed) -> Result<Waiting, Refusal> {
    let (mut found, login) = (Waiting::default(), signed.0.login.as_str());
    let tx = &mut desk.db.read().await?;
    if let Ok(sight) = sight(desk, signed, Permission::VisitReview) {
        // Nobody looks at a visit of their own.
        found.held = list::count(tx, &sight, Counts::Held, login).await?.into();
    }
    if whose::makes(desk, signed) {
        let (rows, today) = (remedy::of(tx, login, Which::Open).await?, desk.today());
        found.remedies = rows.len() as u64;
        found.late = rows.iter().filter(|one| one.due_on < today).count() as u64;
        found.due = rows.first().map(|one| one.due_on);
    }
    Ok(found)
}
