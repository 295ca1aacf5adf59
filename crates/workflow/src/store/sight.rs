//! Who sees which applications: the one place that says so.

use crate::directory::Held;
use crate::machine::{Actor, Instance, State};
use qudao_kernel::{Refusal, territory};
use qudao_platform::db::{Tx, Value};

/// What somebody sees: the applications they have a part in, and those of the territories they read.
///
/// Whoever acts for somebody has, of the other's parts, those in the posts that were lent.
#[derive(Debug, Clone)]
pub struct Sight<'a> {
    /// Who looks.
    pub actor: &'a Actor,
    /// Division codes whose applications they read, each with all below it; an empty one is everywhere.
    pub territories: Vec<String>,
}

impl Sight<'_> {
    /// Whether they see an instance.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn sees(&self, tx: &mut Tx, instance: &Instance) -> Result<bool, Refusal> {
        let within = |area: &String| territory::under(&instance.applicant.territory, area);
        if instance.state != State::Draft && self.territories.iter().any(within) {
            return Ok(true);
        }
        let mut values = Vec::new();
        let own = self.own(&mut values);
        values.push(instance.id.as_str().into());
        let sql = format!("select count(*) as n from flow_part p where {own} and p.instance = ${}", values.len());
        Ok(tx.query_one(sql, &values).await?.int("n")? > 0)
    }

    /// The condition on `flow_part p` for parts of theirs.
    pub(super) fn own(&self, values: &mut Vec<Value>) -> String {
        let mut mark = |value: &str| {
            values.push(value.into());
            format!("${}", values.len())
        };
        let login = mark(&self.actor.seat().login);
        if self.actor.acting.is_none() {
            return format!("p.login = {login}");
        }
        let mut lent = |held: &Held| {
            let (role, from, to) = (mark(&held.role), mark(&held.over), mark(&format!("{}~", held.over)));
            let named = format!("p.partner = {from} or p.outlet = {from} or p.clerk = {from}");
            format!("(p.role = {role} and ((p.territory >= {from} and p.territory < {to}) or {named}))")
        };
        let lent: Vec<String> = self.actor.grants.iter().map(&mut lent).collect();
        format!("p.login = {login} and ({})", if lent.is_empty() { "1 = 0".to_owned() } else { lent.join(" or ") })
    }

    /// The condition on `flow_instance i` for those of their territories; nobody else sees a draft.
    pub(super) fn read(&self, values: &mut Vec<Value>) -> String {
        within(&self.territories, "i.territory", values) + " and i.state <> 'draft'"
    }
}

/// The condition that a column of division codes lies in some territories.
pub(crate) fn within(territories: &[String], column: &str, values: &mut Vec<Value>) -> String {
    let mut mark = |value: &str| {
        values.push(value.into());
        format!("${}", values.len())
    };
    let mut one = |code: &String| {
        let (from, to) = (mark(code), mark(&format!("{code}~")));
        format!("({column} >= {from} and {column} < {to})")
    };
    let all: Vec<String> = territories.iter().map(&mut one).collect();
    format!("({})", if all.is_empty() { "1 = 0".to_owned() } else { all.join(" or ") })
}
