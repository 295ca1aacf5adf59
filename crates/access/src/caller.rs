//! Who asks, and the part of the network they may see: the one place that decides it.

use crate::roles::{Over, Permission, Role, Roles};
use crate::shares::Shared;
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

/// Whom somebody acts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// Id of the delegation.
    pub delegation: String,
    /// Login of who lent their grants.
    pub login: String,
    /// Their name.
    pub name: String,
}

/// A signed-in person with the grants that hold today: their own, or those of the person they act for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Login of the person who asks.
    pub login: String,
    /// Name.
    pub name: String,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// Grants that hold on the day of asking.
    pub grants: Vec<Grant>,
    /// Whom they act for; nobody usually.
    pub acting: Option<Acting>,
    /// What the token of a program allows at most; `None` for a person at a browser.
    pub only: Option<Vec<Permission>>,
    /// Work IDs of theirs that are suspended: grants over them give nothing.
    pub suspended: Vec<String>,
    /// What colleagues share with them today; nothing while they act for somebody.
    pub shared: Vec<Shared>,
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
    /// What grants reach together, each as its role's [`Over`] says.
    pub fn of(held: &[(&Role, &Grant)]) -> Self {
        let mut scope = Scope::default();
        for (role, grant) in held {
            let codes = match role.over {
                Over::Territory => &mut scope.territories,
                Over::Partner => &mut scope.partners,
                Over::Outlet => &mut scope.outlets,
                Over::Clerk => &mut scope.clerks,
            };
            codes.push(grant.over.clone());
        }
        scope
    }

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
    /// What audit entries name: the login, and after a stroke the one it acts for (`li4/zhang3`).
    pub fn who(&self) -> String {
        match &self.acting {
            Some(acting) => format!("{}/{}", self.login, acting.login),
            None => self.login.clone(),
        }
    }

    /// Refuses programs: what concerns a person's own account is done by the person.
    ///
    /// # Errors
    /// `Forbidden access.caller.by_token`.
    pub fn in_person(&self) -> Result<(), Refusal> {
        match self.only {
            None => Ok(()),
            Some(_) => Err(Refusal::new(
                Kind::Forbidden,
                "access.caller.by_token",
                "接口令牌不能操作账号本身；请登录后操作",
                "a token cannot change an account; sign in to do so",
            )),
        }
    }

    /// The grants that allow the caller something, their own and those colleagues share with them, each with its role.
    ///
    /// # Errors
    /// `Forbidden access.caller.must_change` before a first password was changed, `Forbidden access.caller.no_permission` where none does.
    pub fn grants_for<'c>(&'c self, roles: &'c Roles, permission: Permission) -> Result<Vec<(&'c Role, &'c Grant)>, Refusal> {
        self.granted(roles, permission, &self.shared)
    }

    fn granted<'c>(
        &'c self,
        roles: &'c Roles,
        permission: Permission,
        shared: &'c [Shared],
    ) -> Result<Vec<(&'c Role, &'c Grant)>, Refusal> {
        if self.must_change {
            return Err(must_change());
        }
        if self.only.as_ref().is_some_and(|only| !only.contains(&permission)) {
            return Err(no_permission(permission));
        }
        let own = self.grants.iter().map(|grant| (grant, &self.suspended));
        let shared = shared.iter().filter(|share| share.permissions.contains(&permission));
        let lent = shared.flat_map(|share| share.grants.iter().map(|grant| (grant, &share.suspended)));
        // A role that was taken out of the definitions gives nothing, and takes nothing from the others.
        let known = own.chain(lent).filter_map(|(grant, suspended)| Some((roles.get(&grant.role).ok()?, grant, suspended)));
        let allows = |(role, grant, suspended): &(&Role, &Grant, &Vec<String>)| {
            role.may.contains(&permission) && !(role.over == Over::Clerk && suspended.contains(&grant.over))
        };
        let found: Vec<_> = known.filter(allows).map(|(role, grant, _)| (role, grant)).collect();
        if found.is_empty() { Err(no_permission(permission)) } else { Ok(found) }
    }

    /// Where the caller may do something, by their own grants and by what colleagues share with them.
    ///
    /// # Errors
    /// As [`Caller::grants_for`].
    pub fn scope(&self, roles: &Roles, permission: Permission) -> Result<Scope, Refusal> {
        Ok(Scope::of(&self.grants_for(roles, permission)?))
    }

    /// Where the caller may do something by their own grants alone: what is made new, or is not of one place, is nobody's to share.
    ///
    /// # Errors
    /// As [`Caller::grants_for`].
    pub fn own_scope(&self, roles: &Roles, permission: Permission) -> Result<Scope, Refusal> {
        Ok(Scope::of(&self.granted(roles, permission, &[])?))
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
