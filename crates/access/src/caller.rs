//! Who asks, and the part of the network they may see: the one place that decides it.

use crate::roles::{Over, Permission, Roles};
use qudao_kernel::{Date, Kind, Refusal, territory};

/// A role held over something, from a day up to, not including, another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Id.
    pub id: String,
    /// Role id.
    pub role: String,
    /// The territory, partner, outlet or clerk, as the role's [`Over`] says.
    pub over: String,
    /// First day.
    pub from: Date,
    /// First day it no longer holds; `None` for open end.
    pub to: Option<Date>,
}

impl Grant {
    /// Whether it holds on a day.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// A signed-in person with the grants that hold today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Login; what audit entries name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// Grants that hold on the day of asking.
    pub grants: Vec<Grant>,
}

/// Where a record stands in the network; parts that do not apply are empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    /// Division code of its outlet or partner.
    pub territory: &'a str,
    /// Its partner, then the one above, up to the root.
    pub partners: &'a [&'a str],
    /// Outlet.
    pub outlet: &'a str,
    /// Work ID.
    pub clerk: &'a str,
}

/// Where a permission holds for a caller: the union of its grants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Division codes, each with all below it; an empty one is everywhere.
    pub territories: Vec<String>,
    /// Partners, each with all below it.
    pub partners: Vec<String>,
    /// Outlets.
    pub outlets: Vec<String>,
    /// Work IDs.
    pub clerks: Vec<String>,
}

impl Scope {
    /// Whether a record lies within.
    pub fn covers(&self, place: &Place<'_>) -> bool {
        let named = |codes: &[String], code: &str| !code.is_empty() && codes.iter().any(|held| held == code);
        self.territories.iter().any(|area| territory::under(place.territory, area))
            || place.partners.iter().any(|partner| named(&self.partners, partner))
            || named(&self.outlets, place.outlet)
            || named(&self.clerks, place.clerk)
    }

    /// Whether it is everywhere.
    pub fn is_everywhere(&self) -> bool {
        self.territories.iter().any(String::is_empty)
    }
}

impl Caller {
    /// Where the caller may do something.
    ///
    /// # Errors
    /// `Forbidden access.caller.must_change` before a first password was changed, `Forbidden access.caller.no_permission` where no grant of
    /// theirs allows it.
    pub fn scope(&self, roles: &Roles, permission: Permission) -> Result<Scope, Refusal> {
        if self.must_change {
            return Err(must_change());
        }
        let (mut scope, mut granted) = (Scope::default(), false);
        for grant in &self.grants {
            // A role that was taken out of the definitions gives nothing, and takes nothing from the others.
            let Ok(role) = roles.get(&grant.role) else { continue };
            if !role.may.contains(&permission) {
                continue;
            }
            granted = true;
            let codes = match role.over {
                Over::Territory => &mut scope.territories,
                Over::Partner => &mut scope.partners,
                Over::Outlet => &mut scope.outlets,
                Over::Clerk => &mut scope.clerks,
            };
            codes.push(grant.over.clone());
        }
        if granted { Ok(scope) } else { Err(no_permission(permission)) }
    }
}

fn must_change() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "access.caller.must_change",
        "初始密码须先修改；请修改密码后继续",
        "a first password must be changed; change it, then go on",
    )
}

fn no_permission(permission: Permission) -> Refusal {
    let name = permission.name();
    Refusal::new(
        Kind::Forbidden,
        "access.caller.no_permission",
        format!("您的角色没有这项权限（{name}）；如工作需要，请联系系统管理员"),
        format!("none of your roles allows {name}; ask an administrator if your work needs it"),
    )
}
