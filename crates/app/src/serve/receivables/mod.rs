//! 应收 receivables, 收款 collections, 保证金 deposits, 抵扣 offsets. The rules are those of `qudao-receivable`; here they get a caller, names, the books
//! and the statements.

mod accounts;
mod demo;
mod deposits;
mod money;
mod offsets;
mod rounds;

pub(super) use demo::fill;
pub(super) use offsets::{StatementOffset, waiting_offsets};
pub(super) use rounds::{moved, rounds, to_offset};

use super::desk::Desk;
use super::orders::Asker;
use super::reach;
use super::signed::Signed;
use super::web::{Answer, bug, no_word};
use qudao_access::{Over, Permission};
use qudao_kernel::master::Partner;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::initials::Initials;
use qudao_receivable::Debtor;
use qudao_receivable::account::{self, Steps};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    accounts::routes().merge(money::routes()).merge(deposits::routes()).merge(offsets::routes())
}

/// Who reads here: whoever sees what partners owe.
const READ: &[Permission] = &[Permission::ReceivableRead];
/// Who writes here.
const MANAGE: &[Permission] = &[Permission::ReceivableManage];

/// Most days a stop is put off: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// What holds for accounts today.
struct Rules {
    steps: Steps,
    /// Days overdue after which nothing more is supplied.
    stop_days: i32,
}

impl Rules {
    fn of(desk: &Desk, today: Date) -> Result<Self, Refusal> {
        let parameters = desk.parameters();
        let steps = Steps::read(parameters.on("ageing_buckets", "", today)?.value)?;
        let days = parameters.on("stop_supply_days", "", today)?.int()?;
        Ok(Self { steps, stop_days: i32::try_from(days.min(MOST_DAYS)).unwrap_or(0) })
    }
}

/// Refuses to supply a partner that has something long overdue.
///
/// # Errors
/// `Conflict receivable.stopped`.
pub(super) async fn may_supply(desk: &Arc<Desk>, partner: &str) -> Result<(), Refusal> {
    let today = desk.today();
    let rules = Rules::of(desk, today)?;
    account::may_supply(&mut desk.db.read().await?, partner, today, rules.stop_days).await
}

/// A partner within the caller's reach for a permission.
///
/// # Errors
/// `NotFound receivable.partner`.
fn party<'a>(desk: &Desk, signed: &Signed, asker: &'a Asker, permission: Permission, code: &str) -> Answer<&'a Partner> {
    let scope = signed.scope(desk, permission)?;
    let covered = reach::covered(Some(&*asker.master), &scope, Over::Partner, code, asker.today);
    let found = asker.master.partner(code, asker.today).filter(|_| covered);
    Ok(found.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "receivable.partner",
            format!("没有代理商 {code}，或不在您的范围内；请核对编码"),
            format!("there is no partner {code}, or not within your reach; check the code"),
        )
    })?)
}

fn debtor(partner: &Partner) -> Debtor<'_> {
    Debtor { partner: &partner.code, territory: &partner.territory }
}

/// Whether somebody who typed this means a partner: part of the code or name, or its initials.
fn means(typed: &str, code: &str, name: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    code.to_lowercase().contains(&typed) || name.to_lowercase().contains(&typed) || Initials::of(name).find(&typed).is_some()
}

/// A day that was sent.
pub(super) fn sent_day(text: &str) -> Result<Date, Refusal> {
    text.parse().map_err(|_| Refusal::bad_input("serve.request.day", "日期须为 2026-07-31 的格式", "write a day as 2026-07-31"))
}

/// A word of a closed list that was sent.
pub(super) fn word<T: std::str::FromStr>(text: &str, list: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| no_word(text, list))
}

/// Work of a thread that blocks, within a round.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| bug(&error.to_string()))?
}
