//! 终端供货 handset supply. The rules are those of `qudao-supply`; here they get a caller, names, parameters and the books.

mod acts;
mod demo;
mod offers;
mod returns;
mod rows;
mod start;

pub(super) use demo::fill;
pub(super) use rows::waiting;

use super::desk::Desk;
use super::orders::Asker;
use qudao_access::Permission;
use qudao_kernel::Refusal;
use qudao_supply::{Rules, Shop};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    offers::routes().merge(start::routes()).merge(rows::routes()).merge(acts::routes()).merge(returns::routes())
}

/// Who reads here.
const READ: &[Permission] = &[Permission::SupplyRead];
/// Who orders here.
const ORDER: &[Permission] = &[Permission::SupplyOrder];
/// Who accepts, sends out and takes back.
const HANDLE: &[Permission] = &[Permission::SupplyHandle];
/// Most days of a parameter: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// What holds for supply today.
fn shop<'a>(desk: &Desk, asker: &'a Asker) -> Result<Shop<'a>, Refusal> {
    let parameters = desk.parameters();
    let days = |name: &str| -> Result<i32, Refusal> {
        let days = parameters.on(name, "", asker.today)?.int()?;
        Ok(i32::try_from(days.min(MOST_DAYS)).unwrap_or(0))
    };
    let rules =
        Rules { stop_days: days("stop_supply_days")?, pay_days: days("supply_pay_days")?, return_days: days("supply_return_days")? };
    Ok(Shop { master: &asker.master, rules, today: asker.today })
}
