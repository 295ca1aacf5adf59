//! Who holds a post where: what the machine asks, and the answer from the people of `access`.

use qudao_access::sessions::day;
use qudao_access::{Permission, Role, Roles};
use qudao_kernel::{Date, Refusal, territory};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The rungs one's superior is looked for on, from below: the roles of one rung stand beside each other.
const LADDER: [&[&str]; 6] = [
    &["clerk"],
    &["store_manager"],
    &["partner_owner"],
    &["channel_manager", "marketing_support", "system_support", "settlement_support", "service_support"],
    &["supervisor"],
    &["leader"],
];

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Party {
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
}

/// Where an applicant or a subject stands; parts that do not apply are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Division code.
    pub territory: String,
    /// Partner.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// Work ID.
    #[serde(default)]
    pub clerk: String,
}

impl Place {
    /// Whether it lies in what a role is held over: a division, a partner, an outlet, a work ID.
    pub fn lies_in(&self, over: &str) -> bool {
        let named = [&self.partner, &self.outlet, &self.clerk].into_iter().any(|code| !code.is_empty() && code == over);
        named || territory::under(&self.territory, over)
    }
}

/// A role that is held over something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Role.
    pub role: String,
    /// The division, partner, outlet or work ID; an empty one is everywhere.
    pub over: String,
}

/// As what somebody acts: a role, and the place it is asked for. A grant that holds both on the day gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Role.
    pub role: String,
    /// Where.
    pub place: Place,
}

impl Post {
    /// Whether a grant gives it.
    pub fn is_given_by(&self, held: &Held) -> bool {
        held.role == self.role && self.place.lies_in(&held.over)
    }
}

/// Holders of a role at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Role.
    pub role: String,
    /// Who holds it.
    pub people: Vec<Party>,
}

/// What the machine asks about people.
pub trait Directory: Sync {
    /// A person who has not left.
    fn person(&self, login: &str) -> Option<Party>;
    /// Whether somebody holds a role that may decide at all.
    fn decides(&self, login: &str) -> bool;
    /// Whether somebody holds a role that has to do with applications at all, and so can read one.
    fn reads(&self, login: &str) -> bool;
    /// Whether somebody holds a post.
    fn stands(&self, login: &str, post: &Post) -> bool;
    /// Who holds a role nearest to a place: over it, or over the smallest territory around it that somebody holds it over.
    fn holders(&self, role: &str, place: &Place) -> Vec<Party>;
    /// The superiors of somebody in a post, from the direct one upwards; `None` for who stands on no rung there, and so has none.
    fn superiors(&self, login: &str, post: &Post) -> Option<Vec<Rung>>;
}

/// Whether there is a rung for a role: whether superiors can be followed up to it.
pub fn is_rung(role: &str) -> bool {
    rung_of(role).is_some()
}

/// Whether a role stands as high as another, or higher.
pub(crate) fn is_as_high(role: &str, other: &str) -> bool {
    rung_of(role) >= rung_of(other)
}

fn rung_of(role: &str) -> Option<usize> {
    LADDER.iter().position(|rung| rung.contains(&role))
}

/// Grants in force around some places, and the people that were named.
#[derive(Debug, Clone, Default)]
pub struct Staff {
    grants: Vec<(Party, Held)>,
    named: Vec<Party>,
    /// Roles that may decide, and those that may read.
    deciding: BTreeSet<String>,
    reading: BTreeSet<String>,
    /// Logins of who holds one of these.
    deciders: BTreeSet<String>,
    readers: BTreeSet<String>,
}

/// What having to do with applications means.
pub const READS: &[Permission] = &[Permission::FlowStart, Permission::FlowDecide, Permission::FlowRead];

impl Staff {
    /// Reads what is needed to run an instance: the grants over its places and everything around them, and the people named.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read(tx: &mut Tx, roles: &Roles, places: &[&Place], logins: &[String]) -> Result<Self, Refusal> {
        let today = day(tx.now_us());
        let mut codes = BTreeSet::from([String::new()]);
        for place in places {
            codes.extend((1..=place.territory.len()).filter_map(|length| place.territory.get(..length).map(str::to_owned)));
            codes.extend([&place.partner, &place.outlet, &place.clerk].into_iter().filter(|code| !code.is_empty()).cloned());
        }
        let mut staff = Self::under(roles);
        for (party, held) in in_force(tx, today, "g.over", &codes.into_iter().collect::<Vec<_>>()).await? {
            staff.hold(party, held);
        }
        if !logins.is_empty() {
            let sql = format!("select login, name from access_person where left_at_us is null and login in ({})", marks(1, logins.len()));
            let values: Vec<Value> = logins.iter().map(Value::from).collect();
            for row in tx.query(sql, &values).await? {
                staff.named.push(Party { login: row.string("login")?, name: row.string("name")? });
            }
            for (party, held) in in_force(tx, today, "g.login", logins).await? {
                staff.note(&party, &held);
            }
        }
        Ok(staff)
    }

    fn under(roles: &Roles) -> Self {
        Self { deciding: allowing(roles, &[Permission::FlowDecide]), reading: allowing(roles, READS), ..Self::default() }
    }

    fn note(&mut self, party: &Party, held: &Held) {
        for (roles, logins) in [(&self.deciding, &mut self.deciders), (&self.reading, &mut self.readers)] {
            if roles.contains(&held.role) {
                logins.insert(party.login.clone());
            }
        }
    }

    fn hold(&mut self, party: Party, held: Held) {
        self.note(&party, &held);
        self.grants.push((party, held));
    }

    /// The login and name of one person, also of one who left; the login for an unknown one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn party(tx: &mut Tx, login: &str) -> Result<Party, Refusal> {
        let row = tx.query_opt("select name from access_person where login = $1", args![login]).await?;
        let name = row.map(|row| row.string("name")).transpose()?.unwrap_or_else(|| login.to_owned());
        Ok(Party { login: login.to_owned(), name })
    }

    fn over(&self, role: &str, code: &str) -> Vec<Party> {
        let mut found: Vec<Party> = Vec::new();
        for (party, _) in self.grants.iter().filter(|(_, held)| held.role == role && held.over == code) {
            if !found.contains(party) {
                found.push(party.clone());
            }
        }
        found
    }

    /// The highest rung somebody stands on at a place.
    fn rung(&self, login: &str, place: &Place) -> Option<usize> {
        let own = self.grants.iter().filter(|(party, held)| party.login == login && place.lies_in(&held.over));
        own.filter_map(|(_, held)| rung_of(&held.role)).max()
    }
}

/// Grants that hold on a day, of people who have not left, by what they are held over or who holds them.
async fn in_force(tx: &mut Tx, today: Date, column: &str, among: &[String]) -> Result<Vec<(Party, Held)>, Refusal> {
    let sql = format!(
        "select p.login, p.name, g.role, g.over from access_grant g join access_person p on p.login = g.login
         where p.left_at_us is null and g.effective_from <= $1 and (g.effective_to is null or $1 < g.effective_to)
           and {column} in ({}) order by p.login, g.id",
        marks(2, among.len())
    );
    let mut values: Vec<Value> = vec![today.into()];
    values.extend(among.iter().map(Value::from));
    let rows = tx.query(sql, &values).await?;
    let held = |row: &Row| {
        let party = Party { login: row.string("login")?, name: row.string("name")? };
        Ok((party, Held { role: row.string("role")?, over: row.string("over")? }))
    };
    rows.iter().map(held).collect()
}

/// Roles that allow one of some things.
fn allowing(roles: &Roles, any: &[Permission]) -> BTreeSet<String> {
    let allows = |role: &&Role| role.may.iter().any(|permission| any.contains(permission));
    roles.iter().filter(allows).map(|role| role.id.clone()).collect()
}

impl Directory for Staff {
    fn person(&self, login: &str) -> Option<Party> {
        let held = self.grants.iter().map(|(party, _)| party);
        self.named.iter().chain(held).find(|party| party.login == login).cloned()
    }

    fn decides(&self, login: &str) -> bool {
        self.deciders.contains(login)
    }

    fn reads(&self, login: &str) -> bool {
        self.readers.contains(login)
    }

    fn stands(&self, login: &str, post: &Post) -> bool {
        self.grants.iter().any(|(party, held)| party.login == login && post.is_given_by(held))
    }

    fn holders(&self, role: &str, place: &Place) -> Vec<Party> {
        let exact = [&place.clerk, &place.outlet, &place.partner].into_iter().filter(|code| !code.is_empty()).map(String::as_str);
        let around = (0..=place.territory.len()).rev().filter_map(|length| place.territory.get(..length));
        exact.chain(around).map(|code| self.over(role, code)).find(|people| !people.is_empty()).unwrap_or_default()
    }

    fn superiors(&self, login: &str, post: &Post) -> Option<Vec<Rung>> {
        let place = &post.place;
        let own = rung_of(&post.role).max(self.rung(login, place))?;
        // The first role of a rung that somebody holds there stands for the rung; a role that may not decide stands for none.
        let filled = |rung: &&[&str]| {
            let roles = rung.iter().filter(|role| self.deciding.contains(**role));
            let mut found = roles.map(|role| Rung { role: (*role).to_owned(), people: self.holders(role, place) });
            found.find(|rung| !rung.people.is_empty())
        };
        let mut found: Vec<Rung> = LADDER.iter().skip(own + 1).filter_map(filled).collect();
        if own == LADDER.len() - 1 {
            // Above a leader stand the leaders of the territories around.
            found.extend(self.wider(login, place));
        }
        found.retain(|rung| !rung.people.is_empty());
        Some(found)
    }
}

impl Staff {
    /// The holders of the highest role over wider territories than one's own.
    fn wider(&self, login: &str, place: &Place) -> Vec<Rung> {
        let top = LADDER[LADDER.len() - 1];
        let own = self.grants.iter().filter(|(party, held)| party.login == login && top.contains(&held.role.as_str()));
        let Some(shortest) = own.map(|(_, held)| held.over.len()).min() else { return Vec::new() };
        let around = (0..shortest).rev().filter_map(|length| place.territory.get(..length));
        around.map(|code| Rung { role: top[0].to_owned(), people: self.over(top[0], code) }).collect()
    }
}

fn marks(from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
impl Staff {
    /// Login, role and what it is held over; the name is the login.
    pub(crate) fn of(grants: &[(&str, &str, &str)]) -> Self {
        let mut staff = Roles::standard().map(|roles| Self::under(&roles)).unwrap_or_default();
        for (login, role, over) in grants {
            let party = Party { login: (*login).to_owned(), name: (*login).to_owned() };
            staff.hold(party, Held { role: (*role).to_owned(), over: (*over).to_owned() });
        }
        staff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logins(people: &[Party]) -> Vec<&str> {
        people.iter().map(|party| party.login.as_str()).collect()
    }

    #[test]
    fn the_nearest_holder_is_found_and_superiors_stand_above() {
        // R8.35, R0.1
        let staff = Staff::of(&[
            ("chen", "channel_manager", "421102"),
            ("sun", "supervisor", "4211"),
            ("su", "supervisor", "421102"),
            ("si", "supervisor", "421103"),
            ("lin", "leader", "4211"),
            ("lu", "leader", "42"),
            ("pan", "partner_owner", "P1"),
        ]);
        let place = Place { territory: "421102".into(), partner: "P1".into(), ..Place::default() };
        assert_eq!(logins(&staff.holders("supervisor", &place)), ["su"], "of the county, not of the city");
        assert_eq!(logins(&staff.holders("leader", &place)), ["lin"]);
        assert!(staff.holders("auditor", &place).is_empty());
        let post = |role: &str| Post { role: role.into(), place: place.clone() };
        let rungs = |login: &str, role: &str| {
            let rungs = staff.superiors(login, &post(role)).unwrap().into_iter();
            rungs.map(|rung| format!("{} {}", rung.role, logins(&rung.people).join(","))).collect::<Vec<_>>()
        };
        assert_eq!(rungs("chen", "channel_manager"), ["supervisor su", "leader lin"]);
        assert_eq!(rungs("pan", "partner_owner"), ["channel_manager chen", "supervisor su", "leader lin"]);
        assert_eq!(rungs("lin", "leader"), ["leader lu"], "above a leader stands the one of the territory around");
        assert!(rungs("lu", "leader").is_empty());
        assert_eq!(rungs("sun", "channel_manager"), ["leader lin"], "who is more than what they apply as has higher superiors");
        assert!(staff.superiors("si", &post("auditor")).is_none(), "a supervisor of another county stands on no rung here");
        assert!(staff.superiors("nobody", &post("administrator")).is_none());
        assert!(is_as_high("leader", "supervisor") && is_as_high("supervisor", "supervisor") && !is_as_high("clerk", "supervisor"));
    }
}
