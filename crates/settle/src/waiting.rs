//! What waits for somebody in the settlement of months: counts for a workbench (R0.21).

use qudao_kernel::Refusal;
use qudao_platform::args;
use qudao_platform::db::Tx;

/// Counts of what waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Months somebody else submitted for publication.
    pub months: u64,
    /// Exceptions of months under trial that nobody has reviewed.
    pub exceptions: u64,
    /// Payment batches somebody else submitted.
    pub batches: u64,
    /// Bank accounts somebody else entered.
    pub accounts: u64,
}

/// What waits for a person; what they submitted themselves waits for others.
///
/// # Errors
/// The database fails.
pub async fn waiting(tx: &mut Tx, who: &str) -> Result<Waiting, Refusal> {
    let months = "select count(*) as n from settle_period where state = 'submitted' and submitted_by <> $1";
    let exceptions = "select count(*) as n from settle_exception e join settle_period p on p.month = e.month
                      where e.reviewed_by is null and p.state in ('trial', 'submitted') and $1 <> ''";
    let batches = "select count(*) as n from settle_payment_batch where state = 'submitted' and made_by <> $1";
    let accounts = "select count(*) as n from settle_bank_account where state = 'submitted' and made_by <> $1";
    let mut counts = [0; 4];
    for (count, sql) in counts.iter_mut().zip([months, exceptions, batches, accounts]) {
        *count = u64::try_from(tx.query_one(sql, args![who]).await?.int("n")?).unwrap_or(0);
    }
    let [months, exceptions, batches, accounts] = counts;
    Ok(Waiting { months, exceptions, batches, accounts })
}
