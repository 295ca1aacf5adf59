//! What waits for somebody in the settlement of months: records for a workbench (R0.21). What somebody made themselves, or had a hand in, waits
//! for others.

use crate::dispute::{self, Dispute};
use crate::draft::{self, State as Draft};
use crate::invoice::{self, Invoice};
use qudao_kernel::Refusal;
use qudao_platform::args;
use qudao_platform::audit::same_hand;
use qudao_platform::db::Tx;

#[cfg(test)]
mod tests;

/// What waits: ids of records where one of them can be opened by its id, else counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Months somebody else submitted for publication, or for settling again.
    pub months: Vec<String>,
    /// Months under trial with findings nobody has reviewed.
    pub exceptions: Vec<String>,
    /// Findings of those months nobody has reviewed.
    pub findings: u64,
    /// Payment batches somebody else submitted.
    pub batches: Vec<String>,
    /// Bank accounts somebody else entered.
    pub accounts: u64,
    /// Drafts of policies in review that others wrote.
    pub drafts: Vec<String>,
    /// Disputes without an answer, the most pressing first. Where they lie is for the caller to look at.
    pub disputes: Vec<Dispute>,
    /// Amounts of disputes somebody else proposed.
    pub amounts: Vec<Dispute>,
    /// Invoices nobody has decided and somebody else brought, the oldest first.
    pub invoices: Vec<Invoice>,
}

/// What waits for a person, by their name in audit entries; what they or those they act for made waits for others.
///
/// # Errors
/// The database fails.
pub async fn waiting(tx: &mut Tx, who: &str) -> Result<Waiting, Refusal> {
    let months = "select month as id, submitted_by as maker from settle_period where state in ('submitted', 'again') order by month";
    let batches = "select id, made_by as maker from settle_payment_batch where state = 'submitted' order by made_at_us, id";
    let accounts = "select id, made_by as maker from settle_bank_account where state = 'submitted' order by id";
    let exceptions = "select e.month as id, count(*) as n from settle_exception e join settle_period p on p.month = e.month
                      where e.reviewed_by is null and p.state in ('trial', 'submitted') group by e.month order by e.month";
    let (mut held, mut findings) = (Vec::new(), 0);
    for row in tx.query(exceptions, args![]).await? {
        held.push(row.string("id")?);
        findings += u64::try_from(row.int("n")?).unwrap_or(0);
    }
    let others = |writers: &[String]| !writers.iter().any(|writer| same_hand(writer, who));
    let drafts = draft::list(tx).await?.into_iter().filter(|draft| draft.state == Draft::InReview);
    let drafts = drafts.filter(|draft| others(&draft.writers) && !same_hand(&draft.author, who)).map(|draft| draft.id).collect();
    let (disputes, amounts): (Vec<Dispute>, Vec<Dispute>) =
        dispute::open(tx).await?.into_iter().partition(|held| held.state == dispute::State::Open);
    let by_others = |held: &Dispute| !held.answered_by.as_deref().is_some_and(|maker| same_hand(maker, who));
    let mut invoices = invoice::list(tx, Some(invoice::State::Submitted)).await?;
    invoices.retain(|held| !same_hand(&held.brought_by, who));
    Ok(Waiting {
        months: made_by_others(tx, months, who).await?,
        exceptions: held,
        findings,
        batches: made_by_others(tx, batches, who).await?,
        accounts: made_by_others(tx, accounts, who).await?.len() as u64,
        drafts,
        disputes,
        amounts: amounts.into_iter().filter(by_others).collect(),
        invoices,
    })
}

/// Ids of records that somebody else made.
async fn made_by_others(tx: &mut Tx, sql: &'static str, who: &str) -> Result<Vec<String>, Refusal> {
    let mut found = Vec::new();
    for row in tx.query(sql, args![]).await? {
        if !row.opt_string("maker")?.is_some_and(|maker| same_hand(&maker, who)) {
            found.push(row.string("id")?);
        }
    }
    Ok(found)
}
