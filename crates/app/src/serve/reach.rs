//! Where a grant stands in the network, and what that place is called.

use super::network_name;
use super::opened::chain_of;
use qudao_access::people::Person;
use qudao_access::{Over, Place, Roles, Scope};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Lang};

/// What a grant of a role names, as clients read it.
pub(crate) const fn kind(over: Over) -> &'static str {
    match over {
        Over::Territory => "territory",
        Over::Partner => "partner",
        Over::Outlet => "outlet",
        Over::Clerk => "clerk",
    }
}

/// The name of what a grant is held over; the code where it is not known.
pub(crate) fn name(master: Option<&Master>, over: Over, code: &str, day: Date, lang: Lang) -> String {
    let found = master.and_then(|master| match over {
        Over::Territory => None,
        Over::Partner => master.partner(code, day).map(|row| row.name.clone()),
        Over::Outlet => master.outlet(code, day).map(|row| row.name.clone()),
        Over::Clerk => master.clerk(code, day).map(|row| row.name.clone()),
    });
    found.unwrap_or_else(|| network_name(code, lang))
}

/// Whether something that is held over a code lies within a scope. Without master data only territories are known.
pub(crate) fn covered(master: Option<&Master>, scope: &Scope, over: Over, code: &str, day: Date) -> bool {
    if over == Over::Territory {
        return scope.covers(&Place { territory: code, ..Place::default() });
    }
    let Some(master) = master else { return scope.is_everywhere() };
    let clerk = if over == Over::Clerk { code } else { "" };
    let outlet = match over {
        Over::Clerk => master.clerk(code, day).map_or("", |row| row.outlet.as_str()),
        Over::Outlet => code,
        Over::Partner | Over::Territory => "",
    };
    let at = master.outlet(outlet, day);
    let partner = if over == Over::Partner { code } else { at.map_or("", |row| row.owner.as_str()) };
    let territory = match at {
        Some(row) => row.territory.as_str(),
        None => master.partner(partner, day).map_or("", |row| row.territory.as_str()),
    };
    let chain = if partner.is_empty() { Vec::new() } else { chain_of(master, partner, day) };
    let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
    scope.covers(&Place { territory, partners: &partners, outlet, clerk })
}

/// Division code of what a grant is held over; `None` where that is not known.
pub(crate) fn stands(master: Option<&Master>, over: Over, code: &str, day: Date) -> Option<String> {
    let outlet = |code: &str| master?.outlet(code, day).map(|row| row.territory.clone());
    match over {
        Over::Territory => Some(code.to_owned()),
        Over::Partner => master?.partner(code, day).map(|row| row.territory.clone()),
        Over::Outlet => outlet(code),
        Over::Clerk => outlet(&master?.clerk(code, day)?.outlet),
    }
}

/// Whether a person belongs to a scope: by any role they hold or held there, or to everywhere.
pub(crate) fn belongs(master: Option<&Master>, roles: &Roles, scope: &Scope, person: &Person, day: Date) -> bool {
    let within = |role: &str, code: &str| roles.get(role).is_ok_and(|role| covered(master, scope, role.over, code, day));
    scope.is_everywhere() || person.grants.iter().any(|grant| within(&grant.role, &grant.over))
}
