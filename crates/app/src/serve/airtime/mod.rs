//! 空充 top-up terminals, their float, and the top-up system's days. The rules are those of `qudao-airtime`; here they get a caller, names and files.

mod days;
mod demo;
mod rows;
mod terminals;

pub(super) use demo::fill;

use super::desk::Desk;
use qudao_access::Permission;
use qudao_airtime::terminal::Alert;
use qudao_kernel::{Date, Fen, Refusal};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    rows::routes().merge(terminals::routes()).merge(days::routes())
}

/// Who reads here.
const READ: &[Permission] = &[Permission::TerminalRead];
/// Who writes here.
const MANAGE: &[Permission] = &[Permission::TerminalManage];
/// Most days a terminal may be idle: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// What warns of terminals today.
struct Warnings {
    /// Days without a sale.
    idle_days: i32,
    /// Balance below which it is low.
    low: Fen,
    today: Date,
}

impl Warnings {
    fn of(desk: &Desk, today: Date) -> Result<Self, Refusal> {
        let parameters = desk.parameters();
        let days = parameters.on("idle_terminal_days", "", today)?.int()?;
        let low = parameters.on("terminal_low_balance", "", today)?.fen()?;
        Ok(Self { idle_days: i32::try_from(days.min(MOST_DAYS)).unwrap_or(0), low, today })
    }

    fn alert(&self, name: &str) -> Option<Alert> {
        match name {
            "low" => Some(Alert::Low(self.low)),
            "idle" => Some(Alert::Idle(self.today.plus_days(-self.idle_days))),
            _ => None,
        }
    }
}
