//! A batch goes to the ledger: one journal a payment, under a key of its own.

use super::{Batch, Payment};
use crate::ledger_post::partner_owner;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{AccountKind, Journal, Templates};
use std::path::Path;

/// What posting did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Posted {
    /// Payments posted now.
    pub new: u32,
    /// Payments that were there.
    pub known: u32,
}

/// Posts the payments of a batch to a ledger file, in its open month: on the day of payment, or on the month's last day where the books
/// are behind, or its first where they are ahead. Nothing is posted unless every partner is owed what it is paid.
///
/// # Errors
/// `Conflict settle.payment.not_owed`; what the ledger refuses.
pub fn post(file: &Path, entity: &str, batch: &Batch, payments: &[Payment], on: Date, seen: &dyn Fn(u64)) -> Result<Posted, Refusal> {
    let mut ledger = FileLedger::open(file)?;
    let Some(open) = ledger.book().open_month(entity) else {
        return Err(Refusal::new(
            Kind::Conflict,
            "settle.payment.no_books",
            "账本中还没有开放的会计月；请先发布结算",
            "the ledger has no open month yet; publish a settlement first",
        ));
    };
    let day = on.clamp(open.first_day(), open.last_day());
    let journals: Vec<Journal> = payments.iter().map(|payment| journal(entity, batch, payment, day)).collect::<Result<_, _>>()?;
    // A repeat carries the day of the first time: a journal that is there under its key is left as it is.
    let is_there = |journal: &Journal| ledger.book().knows(&journal.id(), entity);
    let fresh: Vec<(&Journal, &Payment)> = journals.iter().zip(payments).filter(|(journal, _)| !is_there(journal)).collect();
    let mut owed = std::collections::BTreeMap::new();
    for (_, payment) in &fresh {
        let owner = partner_owner(&payment.partner);
        let balance = owed
            .entry(owner.clone())
            .or_insert_with(|| AccountKind::Payable.standing(ledger.book().balance(entity, &owner, AccountKind::Payable)));
        *balance -= payment.amount.0;
        if *balance < 0 {
            return Err(not_owed(payment));
        }
    }
    let known = u32::try_from(journals.len() - fresh.len()).unwrap_or(u32::MAX);
    let mut posted = Posted { new: 0, known };
    for (journal, _) in fresh {
        posted.new += u32::from(ledger.post(journal)?.is_new());
        seen(u64::from(posted.new + posted.known));
    }
    Ok(posted)
}

fn journal(entity: &str, batch: &Batch, payment: &Payment, day: Date) -> Result<Journal, Refusal> {
    let posting = Templates::of(entity).pay(&partner_owner(&payment.partner), payment.amount, &payment.statement)?;
    let key = format!("payment/{}/{}", batch.id, payment.statement);
    Ok(Journal::new(entity, key, day, format!("付款 payment {}", payment.statement)).about(batch.month).posting(posting))
}

fn not_owed(payment: &Payment) -> Refusal {
    let Payment { partner, statement, amount, .. } = payment;
    let amount = amount.plain();
    Refusal::new(
        Kind::Conflict,
        "settle.payment.not_owed",
        format!("账本中应付 {partner} 的余额少于对账单 {statement} 的付款 {amount} 元；整批未记账，请核对账本"),
        format!(
            "the books owe {partner} less than the {amount} yuan of statement {statement}; nothing of the batch was posted, look at the ledger"
        ),
    )
}
