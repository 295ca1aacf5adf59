//! Who holds a post where: what the machine asks, and the answer from the people of `access`.

use qudao_access::sessions::day;
use qudao_kernel::Refusal;
use qudao_platform::args;
use qudao_platform::db::{Tx, Value};
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
    /// Who holds a role nearest to a place: over it, or over the smallest territory around it that somebody holds it over.
    fn holders(&self, role: &str, place: &Place) -> Vec<Party>;
    /// One's superiors, from the direct one upwards.
    fn superiors(&self, login: &str, place: &Place) -> Vec<Rung>;
}

/// Whether there is a rung for a role: whether superiors can be followed up to it.
pub fn is_rung(role: &str) -> bool {
    LADDER.iter().any(|rung| rung.contains(&role))
}

/// Grants in force around some places, and the people that were named.
#[derive(Debug, Clone, Default)]
pub struct Staff {
    grants: Vec<Held>,
    named: Vec<Party>,
}

#[derive(Debug, Clone)]
struct Held {
    party: Party,
    role: String,
    over: String,
}

impl Staff {
    /// Reads what is needed to run an instance: the grants over its places and everything around them, and the people named.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read(tx: &mut Tx, places: &[&Place], logins: &[String]) -> Result<Self, Refusal> {
        let today = day(tx.now_us());
        let mut codes = BTreeSet::from([String::new()]);
        for place in places {
            codes.extend((1..=place.territory.len()).filter_map(|length| place.territory.get(..length).map(str::to_owned)));
            codes.extend([&place.partner, &place.outlet].into_iter().filter(|code| !code.is_empty()).cloned());
        }
        let sql = format!(
            "select p.login, p.name, g.role, g.over from access_grant g join access_person p on p.login = g.login
             where p.left_at_us is null and g.effective_from <= $1 and (g.effective_to is null or $1 < g.effective_to)
               and g.over in ({}) order by p.login, g.id",
            marks(2, codes.len())
        );
        let mut values: Vec<Value> = vec![today.into()];
        values.extend(codes.into_iter().map(Value::from));
        let mut staff = Self::default();
        for row in tx.query(sql, &values).await? {
            let party = Party { login: row.string("login")?, name: row.string("name")? };
            staff.grants.push(Held { party, role: row.string("role")?, over: row.string("over")? });
        }
        if !logins.is_empty() {
            let sql = format!("select login, name from access_person where left_at_us is null and login in ({})", marks(1, logins.len()));
            let values: Vec<Value> = logins.iter().map(Value::from).collect();
            for row in tx.query(sql, &values).await? {
                staff.named.push(Party { login: row.string("login")?, name: row.string("name")? });
            }
        }
        Ok(staff)
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
        for held in self.grants.iter().filter(|held| held.role == role && held.over == code) {
            if !found.contains(&held.party) {
                found.push(held.party.clone());
            }
        }
        found
    }
}

impl Directory for Staff {
    fn person(&self, login: &str) -> Option<Party> {
        let held = self.grants.iter().map(|held| &held.party);
        self.named.iter().chain(held).find(|party| party.login == login).cloned()
    }

    fn holders(&self, role: &str, place: &Place) -> Vec<Party> {
        let exact = [&place.outlet, &place.partner].into_iter().filter(|code| !code.is_empty()).map(String::as_str);
        let around = (0..=place.territory.len()).rev().filter_map(|length| place.territory.get(..length));
        exact.chain(around).map(|code| self.over(role, code)).find(|people| !people.is_empty()).unwrap_or_default()
    }

    fn superiors(&self, login: &str, place: &Place) -> Vec<Rung> {
        let stands = |held: &Held| LADDER.iter().position(|rung| rung.contains(&held.role.as_str()));
        let own = self.grants.iter().filter(|held| held.party.login == login).filter_map(stands).max();
        let above = LADDER.iter().skip(own.map_or(0, |rung| rung + 1));
        // The first role of a rung that somebody holds there stands for the rung.
        let filled = |rung: &&[&str]| {
            let found = rung.iter().map(|role| Rung { role: (*role).to_owned(), people: self.holders(role, place) });
            found.into_iter().find(|rung| !rung.people.is_empty())
        };
        let mut found: Vec<Rung> = above.filter_map(filled).collect();
        if own == Some(LADDER.len() - 1) {
            // Above a leader stand the leaders of the territories around.
            found.extend(self.wider(login, place));
        }
        found.retain(|rung| !rung.people.is_empty());
        found
    }
}

impl Staff {
    /// The holders of the highest role over wider territories than one's own.
    fn wider(&self, login: &str, place: &Place) -> Vec<Rung> {
        let top = LADDER[LADDER.len() - 1];
        let own = self.grants.iter().filter(|held| held.party.login == login && top.contains(&held.role.as_str()));
        let Some(shortest) = own.map(|held| held.over.len()).min() else { return Vec::new() };
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
        let party = |login: &str| Party { login: login.to_owned(), name: login.to_owned() };
        let held =
            |(login, role, over): &(&str, &str, &str)| Held { party: party(login), role: (*role).to_owned(), over: (*over).to_owned() };
        Self { grants: grants.iter().map(held).collect(), named: Vec::new() }
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
        let place = Place { territory: "421102".into(), partner: "P1".into(), outlet: String::new() };
        assert_eq!(logins(&staff.holders("supervisor", &place)), ["su"], "of the county, not of the city");
        assert_eq!(logins(&staff.holders("leader", &place)), ["lin"]);
        assert!(staff.holders("auditor", &place).is_empty());
        let rungs = |login: &str| {
            let rungs = staff.superiors(login, &place).into_iter();
            rungs.map(|rung| format!("{} {}", rung.role, logins(&rung.people).join(","))).collect::<Vec<_>>()
        };
        assert_eq!(rungs("chen"), ["supervisor su", "leader lin"]);
        assert_eq!(rungs("pan"), ["channel_manager chen", "supervisor su", "leader lin"]);
        assert_eq!(rungs("lin"), ["leader lu"], "above a leader stands the one of the territory around");
        assert!(rungs("lu").is_empty());
    }
}
