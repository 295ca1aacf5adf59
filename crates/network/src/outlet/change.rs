//! An approved change of an outlet, as dated rows from the day asked (R0.38).

use crate::act::{Act, not_in_force};
use crate::life::{self, State, Who};
use crate::roster::{self, By, Reference, Stored};
use crate::site;
use qudao_kernel::master::{Clerk, Outlet, Span};
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::db::Tx;

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// 更名.
    Name(&'a str),
    /// 迁址: an address, and its division where that changes.
    Move {
        /// Where to.
        address: &'a str,
        /// Division code; empty for the same.
        territory: &'a str,
    },
    /// 变更代理商.
    Owner(&'a str),
    /// 暂停营业.
    Pause,
    /// 关闭: its clerks' work there ends with it.
    Close,
    /// 恢复营业, after a pause or after it closed.
    Reopen,
}

/// The clerks of outlets.
const CLERKS: Reference = Outlet::USED_BY[0];

/// Carries a change out; what was done, and the clerks whose work ended with it.
///
/// # Errors
/// `Conflict network.day.closed`, `network.record.not_in_force`, `network.record.planned`, `network.state.step`; for a new owner as [`life::may_take`];
/// `BadInput network.territory.unknown`.
pub async fn change(tx: &mut Tx, act: &Act<'_>, outlet: &str, change: Change<'_>, from: Date) -> Result<(Text, Vec<String>), Refusal> {
    act.open(from)?;
    roster::lock_all(tx).await?;
    let note = act.note();
    let by = By { who: act.who, reason: &note };
    let record = roster::get::<Outlet>(tx, outlet).await?.ok_or_else(|| life::none(Who::Outlet, outlet))?;
    let none = || not_in_force(("网点", "outlet"), outlet, from);
    let held = roster::on(&record, from).cloned();
    let mut ended = Vec::new();
    let text = match change {
        Change::Name(name) => {
            roster::amend::<Outlet>(tx, by, outlet, from, |row| Outlet { name: name.trim().to_owned(), ..row }).await?;
            Text::new(format!("{outlet} 自 {from} 起更名为“{name}”"), format!("{outlet} is called `{name}` from {from} on"))
        }
        Change::Move { address, territory } => {
            let held = held.ok_or_else(none)?;
            let to = if territory.trim().is_empty() { held.territory } else { territory.trim().to_owned() };
            roster::amend::<Outlet>(tx, by, outlet, from, |row| Outlet { territory: to.clone(), ..row }).await?;
            site::put(tx, act, outlet, from, address, None).await?;
            Text::new(format!("{outlet} 自 {from} 起迁至{address}"), format!("{outlet} stands at {address} from {from} on"))
        }
        Change::Owner(owner) => {
            let held = held.ok_or_else(none)?;
            let planned = record.rows.iter().find(|row| from < row.span.from && row.owner != held.owner);
            if let Some(row) = planned {
                let (day, other) = (row.span.from, &row.owner);
                return Err(Refusal::new(
                    Kind::Conflict,
                    "network.record.planned",
                    format!("网点 {outlet} 已定于 {day} 起归 {other}；请先处理该变更"),
                    format!("the outlet {outlet} is to be {other}'s from {day} on; deal with that first"),
                ));
            }
            life::may_take(tx, owner, from).await?;
            roster::amend::<Outlet>(tx, by, outlet, from, |row| Outlet { owner: owner.to_owned(), ..row }).await?;
            Text::new(format!("{outlet} 自 {from} 起归 {owner}"), format!("{outlet} is {owner}'s from {from} on"))
        }
        Change::Pause => {
            life::advance(tx, act, Who::Outlet, outlet, State::Paused, from, life::By::Change).await?;
            Text::new(format!("{outlet} 自 {from} 起暂停营业"), format!("{outlet} pauses from {from} on"))
        }
        Change::Close => {
            held.ok_or_else(none)?;
            life::advance(tx, act, Who::Outlet, outlet, State::Closed, from, life::By::Change).await?;
            ended = close(tx, by, outlet, from).await?;
            Text::new(
                format!("{outlet} 自 {from} 起关闭，{} 名店员同日结束", ended.len()),
                format!("{outlet} is closed from {from} on, the work of {} clerks there ended with it", ended.len()),
            )
        }
        Change::Reopen => {
            life::advance(tx, act, Who::Outlet, outlet, State::Open, from, life::By::Change).await?;
            if held.is_none() {
                let last = record.rows.iter().rfind(|row| row.span.to <= from).ok_or_else(none)?;
                if !last.owner.is_empty() {
                    life::may_take(tx, &last.owner, from).await?;
                }
                let row = Outlet { span: Span { from, to: Span::ALWAYS.to }, ..last.clone() };
                roster::resume(tx, by, &row).await?;
            }
            Text::new(format!("{outlet} 自 {from} 起恢复营业"), format!("{outlet} is open again from {from} on"))
        }
    };
    Ok((text, ended))
}

/// Ends an outlet and its clerks on a day; the clerks.
pub(crate) async fn close(tx: &mut Tx, by: By<'_>, outlet: &str, on: Date) -> Result<Vec<String>, Refusal> {
    let clerks = roster::naming(tx, CLERKS, outlet, on).await?;
    for clerk in &clerks {
        roster::end_now::<Clerk>(tx, by, clerk, on).await?;
    }
    roster::end_now::<Outlet>(tx, by, outlet, on).await?;
    Ok(clerks)
}
