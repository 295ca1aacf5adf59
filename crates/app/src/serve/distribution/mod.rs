//! 分销 (第7篇 第五章): assortments, shelves, stock and cover, depth and width, risks, order proposals and the chain of main push. The rules are those of
//! `qudao-distribution`; here they get a caller, names, sales and the network.

mod assortment;
mod ground;
mod orders;
mod push;
mod reach;
mod risks;
mod shelves;
mod stock;

pub(super) use ground::sold;
pub(super) use risks::look_daily;

use super::desk::Desk;
use super::display::reached;
use super::orders::Asker;
use super::signed::Signed;
use qudao_access::Permission;
use qudao_distribution::At;
use qudao_kernel::Refusal;
use qudao_kernel::master::Outlet;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    stock::routes()
        .merge(shelves::routes())
        .merge(assortment::routes())
        .merge(orders::routes())
        .merge(reach::routes())
        .merge(risks::routes())
        .merge(push::routes())
}

/// Who reads here.
const READ: &[Permission] = &[Permission::DistributionRead];
/// Who writes here.
const MANAGE: &[Permission] = &[Permission::DistributionManage];

/// An outlet the caller may write about.
///
/// # Errors
/// `Forbidden access.caller.no_permission`; `NotFound display.outlet`.
fn managed<'a>(desk: &Desk, signed: &Signed, asker: &'a Asker, outlet: &str) -> Result<&'a Outlet, Refusal> {
    reached(asker, &signed.scope(desk, Permission::DistributionManage)?, outlet)
}

/// An outlet as records keep it.
fn at(outlet: &Outlet) -> At<'_> {
    At { outlet: &outlet.code, partner: &outlet.owner, territory: &outlet.territory }
}

/// What a product is called.
fn product_name(asker: &Asker, code: &str) -> String {
    asker.master.product(code, asker.today).map_or_else(|| code.to_owned(), |row| row.name.clone())
}
