//! 订单 orders, 受理权限 acceptance levels, 回单 slips, 卡号库存 stock, 售后 service. The rules are those of `qudao-orders`; here they get a caller, names and the fact store.

mod acts;
mod demo;
mod levels;
mod rows;
mod seller;
mod service;
mod slips;
mod stock;
mod whole;

pub(super) use demo::fill;
pub(super) use service::waiting as service_waiting;

use super::desk::Desk;
use super::opened::chain_of;
use super::people::master;
use super::signed::Signed;
use qudao_access::{Permission, Place, Scope, work_ids};
use qudao_kernel::master::{Master, Partner};
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_orders::acceptance::{Register, report};
use qudao_orders::order::list::{self, Query};
use qudao_orders::order::store::{Seller, Shop};
use qudao_orders::order::{Order, State, facts};
use qudao_orders::real_name::{LocalFake, NoService, RealName};
use qudao_orders::{Definitions, Sight};
use qudao_platform::{Db, write_tx};
use serde::Serialize;
use std::sync::{Arc, OnceLock};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    levels::routes()
        .merge(seller::routes())
        .merge(rows::routes())
        .merge(whole::routes())
        .merge(acts::routes())
        .merge(slips::routes())
        .merge(stock::routes())
        .merge(service::routes())
}

/// What taking orders goes by.
pub(crate) struct Orders {
    pub(super) definitions: Arc<Definitions>,
    pub(super) register: Register,
    /// The real-name service, where one is connected.
    service: OnceLock<Box<dyn RealName>>,
}

impl Orders {
    /// The standard definitions, with the levels the database has.
    pub(crate) async fn open(db: &Db) -> Result<Self, Refusal> {
        let orders = Self { definitions: Arc::new(Definitions::standard()?), register: Register::default(), service: OnceLock::new() };
        orders.register.refresh(db).await?;
        write_tx!(db, |tx| facts::subscribe(tx).await)?;
        Ok(orders)
    }

    /// Connects the stand-in that knows nobody, for a demo.
    fn connect_fake(&self) {
        // Connected before, it stays so.
        let _ = self.service.set(Box::new(LocalFake));
    }

    fn real_name(&self) -> &dyn RealName {
        self.service.get().map_or(&NoService, AsRef::as_ref)
    }
}

/// Whoever asks, with what names things.
pub(super) struct Asker {
    pub(super) master: Arc<Master>,
    pub(super) today: Date,
    pub(super) lang: Lang,
}

impl Asker {
    pub(super) async fn of(desk: &Arc<Desk>, lang: Lang) -> Self {
        Self { master: master(desk).await.unwrap_or_default(), today: desk.today(), lang }
    }

    /// Where somebody may do one of some things.
    ///
    /// # Errors
    /// `Forbidden access.caller.no_permission` for whoever may do none of them.
    pub(super) fn sight(&self, desk: &Desk, signed: &Signed, any: &[Permission]) -> Result<Sight, Refusal> {
        Ok(Sight::of(union(desk, signed, any)?, &self.master, self.today))
    }

    /// Where somebody may look at cards and numbers. These lie at outlets, so a work ID reaches what its own outlet has.
    fn shelf(&self, desk: &Desk, signed: &Signed) -> Result<Sight, Refusal> {
        let mut scope = union(desk, signed, &[Permission::OrderRead])?;
        let own = scope.clerks.iter().filter_map(|code| self.master.clerk(code, self.today)).map(|row| row.outlet.clone());
        scope.outlets.extend(own);
        Ok(Sight::of(scope, &self.master, self.today))
    }

    /// What taking and handling orders takes.
    fn shop<'a>(&'a self, desk: &'a Desk) -> Result<Shop<'a>, Refusal> {
        let days = desk.parameters().on("slip_due_days", "", self.today)?.int()?;
        Ok(Shop {
            definitions: &desk.orders.definitions,
            register: &desk.orders.register,
            master: &self.master,
            slip_days: i32::try_from(days).unwrap_or(i32::MAX),
        })
    }

    /// Name of a partner; of one that is over, its last.
    pub(super) fn partner(&self, code: &str) -> String {
        self.last(code).map_or_else(|| code.to_owned(), |row| row.name.clone())
    }

    /// Division code of where a partner sits; of one that is over, where it sat last.
    pub(super) fn seat(&self, code: &str) -> String {
        self.last(code).map(|row| row.territory.clone()).unwrap_or_default()
    }

    fn last(&self, code: &str) -> Option<&Partner> {
        self.master.partner(code, self.today).or_else(|| self.master.partners().filter(|row| row.code == code).last())
    }

    pub(super) fn outlet(&self, code: &str) -> String {
        self.master.outlet(code, self.today).map_or_else(|| code.to_owned(), |row| row.name.clone())
    }

    fn clerk(&self, code: &str) -> String {
        self.master.clerk(code, self.today).map_or_else(|| code.to_owned(), |row| row.name.clone())
    }

    fn business(&self, desk: &Desk, id: &str) -> String {
        desk.orders.definitions.business(id).map_or_else(|_| id.to_owned(), |business| business.title().get(self.lang).to_owned())
    }

    fn level(&self, desk: &Desk, id: &str) -> String {
        desk.orders.definitions.level(id).map_or_else(|_| id.to_owned(), |level| level.title().get(self.lang).to_owned())
    }

    /// Whether a scope reaches an order.
    fn reaches(&self, scope: &Scope, order: &Order) -> bool {
        let chain = chain_of(&self.master, &order.partner, self.today);
        let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
        scope.covers(&Place { territory: &order.territory, partners: &partners, outlet: &order.outlet, clerk: &order.clerk })
    }
}

/// What several permissions reach together.
///
/// # Errors
/// `Forbidden access.caller.no_permission` for whoever holds none of them.
pub(super) fn union(desk: &Desk, signed: &Signed, any: &[Permission]) -> Result<Scope, Refusal> {
    let mut all: Option<Scope> = None;
    let mut refused = None;
    for permission in any {
        match signed.scope(desk, *permission) {
            Ok(Scope { territories, partners, outlets, clerks }) => {
                let all = all.get_or_insert_default();
                all.territories.extend(territories);
                all.partners.extend(partners);
                all.outlets.extend(outlets);
                all.clerks.extend(clerks);
            }
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    match (all, refused) {
        (Some(all), _) => Ok(all),
        (None, Some(refusal)) => Err(refusal),
        (None, None) => Ok(Scope::default()),
    }
}

/// The work ID somebody takes orders with.
struct Work {
    who: String,
    login: String,
    clerk: String,
    outlet: String,
}

impl Work {
    /// The caller's own, bound to them and within their reach.
    ///
    /// # Errors
    /// `Forbidden access.caller.no_permission`, `orders.clerk.unbound`, `orders.clerk.another`.
    async fn of(desk: &Desk, signed: &Signed) -> Result<Self, Refusal> {
        let scope = signed.own_scope(desk, Permission::OrderTake)?;
        let login = &signed.0.login;
        let held = work_ids::list(&mut desk.db.read().await?, login).await?;
        let bound = held.into_iter().find(|held| held.suspended.is_none()).ok_or_else(|| {
            Refusal::new(
                Kind::Forbidden,
                "orders.clerk.unbound",
                "您没有生效的工号；请联系系统支撑经理绑定",
                "you have no work ID in force; ask system support to bind one",
            )
        })?;
        if !scope.is_everywhere() && !scope.clerks.contains(&bound.clerk) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "orders.clerk.another",
                format!("工号 {} 不在您的角色范围内；请联系系统支撑经理", bound.clerk),
                format!("your role is not held over work ID {}; ask system support", bound.clerk),
            ));
        }
        Ok(Self { who: signed.0.who(), login: login.clone(), clerk: bound.clerk, outlet: bound.outlet })
    }

    fn seller(&self) -> Seller<'_> {
        Seller { who: &self.who, login: &self.login, clerk: &self.clerk, outlet: &self.outlet }
    }
}

/// Certificates of levels the asker gives that end by a day: how many, and the first end; nothing for who gives none.
///
/// # Errors
/// The database does not answer.
pub(super) async fn certificates(desk: &Arc<Desk>, signed: &Signed, until: Date) -> Result<Option<(u32, Option<Date>)>, Refusal> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let Ok(sight) = asker.sight(desk, signed, &[Permission::AcceptanceManage]) else { return Ok(None) };
    report::ending(&mut desk.db.read().await?, &sight, asker.today, until).await.map(Some)
}

/// The day of the first order of an outlet that took effect.
///
/// # Errors
/// The database does not answer.
pub(super) async fn first_order(desk: &Desk, outlet: &str) -> Result<Option<Date>, Refusal> {
    let query = Query { states: vec![State::Effective], outlet: outlet.to_owned(), rising: true, limit: 1, ..Query::default() };
    let found = list::list(&mut desk.db.read().await?, &Sight::everywhere(), &query).await?;
    Ok(found.rows.first().and_then(|kept| kept.order.effective_on))
}

/// Why something is not possible, beside an answer that is given all the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderProblem {
    /// Stable code.
    code: String,
    /// What it is and what to do.
    text: String,
}

impl OrderProblem {
    fn of(refusal: &Refusal, lang: Lang) -> Self {
        Self { code: refusal.code.to_owned(), text: refusal.text.get(lang).to_owned() }
    }
}

/// A number of rows of the database as pages count them.
pub(super) fn limit(paging: usize) -> u32 {
    u32::try_from(paging).unwrap_or(u32::MAX)
}

/// Two parts of a place in a list.
pub(super) fn place(after: Option<&str>) -> Option<(&str, &str)> {
    after?.split_once('~')
}

/// The first instant of a day in China, microseconds since 1970.
fn midnight(day: Date) -> i64 {
    (i64::from(day.days()) * 24 - 8) * 3_600_000_000
}

/// A day of an address.
pub(super) fn day(text: Option<&str>) -> Result<Option<Date>, Refusal> {
    text.filter(|text| !text.is_empty())
        .map(|text| {
            text.parse().map_err(|_| Refusal::bad_input("serve.request.day", "日期须为 2026-07-31 的格式", "write a day as 2026-07-31"))
        })
        .transpose()
}
