//! The demo: an invented city with a year of business, three settled months and an open one, and one login per role.

use super::desk::Desk;
use crate::say::{Say, make_folder, unreadable, unwritable};
use qudao_access::people::{self, NewGrant};
use qudao_access::{Over, sessions};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_platform::{Clock, SystemClock};
use std::path::Path;
use std::sync::Arc;

/// Password of everybody in the demo, which listens on this machine only unless told otherwise.
const PASSWORD: &str = "qudao-demo-2026";
/// The day on which the demo begins: the last of its open month.
const DAY: &str = "2026-08-31";
/// Name of the file that holds how far the demo's clock is from the machine's, in microseconds.
const CLOCK: &str = ".demo-clock";

/// Logins, their roles, and what they are held over.
const LOGINS: [(&str, &str, Where); 15] = [
    ("admin", "administrator", Where::All),
    ("leader", "leader", Where::All),
    ("supervisor", "supervisor", Where::City),
    ("channel", "channel_manager", Where::County),
    ("marketing", "marketing_support", Where::All),
    ("system", "system_support", Where::All),
    ("settlement", "settlement_support", Where::All),
    ("settlement2", "settlement_support", Where::All),
    ("service", "service_support", Where::All),
    ("supply", "supply_officer", Where::All),
    ("auditor", "auditor", Where::All),
    ("partner", "partner_owner", Where::Partner),
    ("store", "store_manager", Where::Outlet),
    ("clerk", "clerk", Where::Clerk),
    ("ad", "advertising", Where::City),
];

#[derive(Clone, Copy)]
enum Where {
    All,
    City,
    County,
    Partner,
    Outlet,
    Clerk,
}

/// A clock that began at ten in the morning of [`DAY`] when the demo was made, and goes on from there.
pub(crate) struct DemoClock(i64);

impl DemoClock {
    /// The clock of a folder, if it is a demo's.
    pub(crate) fn if_any(home: &Path) -> Result<Option<Self>, Refusal> {
        if home.join(CLOCK).is_file() { Self::of(home).map(Some) } else { Ok(None) }
    }

    /// The clock of a demo's folder.
    pub(crate) fn of(home: &Path) -> Result<Self, Refusal> {
        let path = home.join(CLOCK);
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        text.trim().parse().map(Self).map_err(|error| unreadable(&path, &error))
    }
}

impl Clock for DemoClock {
    fn now_us(&self) -> i64 {
        SystemClock.now_us() + self.0
    }
}

/// Fills an empty folder. One that was filled before is left as it is.
pub(crate) fn fill(say: &Say, home: &Path, scale: &str) -> Result<(), Refusal> {
    let clock = home.join(CLOCK);
    if clock.exists() {
        return Ok(());
    }
    crate::demo::fill(say, home, scale)?;
    let policies = home.join("policies");
    make_folder(&policies)?;
    for path in crate::inputs::files_of(Path::new(crate::demo::POLICIES), &["policy"])? {
        let to = policies.join(path.file_name().unwrap_or_default());
        std::fs::copy(&path, &to).map_err(|error| unwritable(&to, &error))?;
    }
    let morning = i64::from(day()?.days()) * 86_400_000_000 + 2 * 3_600_000_000;
    crate::say::write(&clock, (morning - SystemClock.now_us()).to_string())
}

fn day() -> Result<Date, Refusal> {
    DAY.parse().map_err(|_| super::web::bug("the demo's day is no day"))
}

/// Makes the logins that are not there yet.
pub(crate) async fn people(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let places = {
        let desk = Arc::clone(desk);
        tokio::task::spawn_blocking(move || Places::choose(&desk)).await.map_err(|error| super::web::bug(&error.to_string()))??
    };
    let from: Date = "2026-01-01".parse().map_err(|_| super::web::bug("the demo's first day is no day"))?;
    for (login, role, at) in LOGINS {
        if people::get(&mut desk.db.read().await?, login).await?.is_some() {
            continue;
        }
        let role = desk.roles.get(role)?;
        let (over, name) = places.of(at);
        let title = if name.is_empty() { format!("{}（演示）", role.title.zh) } else { format!("{name} {}", role.title.zh) };
        people::create(&desk.db, "demo", login, &title, FIRST).await?;
        let grant = NewGrant {
            role: &role.id,
            over: if role.over == Over::Territory || !over.is_empty() { over } else { "-" },
            from,
            to: None,
            reason: "演示数据",
        };
        people::grant(&desk.db, &desk.roles, "demo", login, &grant).await?;
        let parameters = desk.parameters();
        let first = sessions::SignIn { login, password: FIRST, code: None, address: "demo" };
        let token = sessions::sign_in(&desk.db, &parameters, &first).await?;
        people::change_password(&desk.db, login, FIRST, PASSWORD, &token).await?;
        sessions::sign_out(&desk.db, &token).await?;
    }
    Ok(())
}

/// What everybody gets and has changed before the demo begins, since a first password opens nothing.
const FIRST: &str = "qudao-first-2026";

/// Where the demo's people stand: around the partner whose last statement has most to look at.
struct Places {
    city: String,
    county: String,
    partner: (String, String),
    outlet: (String, String),
    clerk: (String, String),
}

impl Places {
    fn choose(desk: &Desk) -> Result<Self, Refusal> {
        let master = desk.master()?;
        let today = desk.today();
        let runs = desk.runs()?;
        let heads = runs.last().map(|run| run.heads.as_slice()).unwrap_or_default();
        let clerk_of = |outlet: &str| master.clerks().find(|clerk| clerk.outlet == outlet && clerk.span.contains(today));
        let outlet_of = |partner: &str| {
            master.outlets().find(|outlet| outlet.owner == partner && outlet.span.contains(today) && clerk_of(&outlet.code).is_some())
        };
        let head = heads.iter().filter(|head| head.unpaid > 0 && outlet_of(&head.partner).is_some()).max_by_key(|head| head.lines);
        let partner = head.map_or_else(Default::default, |head| (head.partner.clone(), head.name.clone()));
        let territory = head.map(|head| head.territory.clone()).unwrap_or_default();
        let outlet = outlet_of(&partner.0);
        let clerk = outlet.and_then(|outlet| clerk_of(&outlet.code));
        let cut = |digits: usize| territory.get(..digits).unwrap_or(&territory).to_owned();
        Ok(Self {
            city: cut(4),
            county: cut(6),
            partner,
            outlet: outlet.map_or_else(Default::default, |row| (row.code.clone(), row.name.clone())),
            clerk: clerk.map_or_else(Default::default, |row| (row.code.clone(), row.name.clone())),
        })
    }

    fn of(&self, at: Where) -> (&str, &str) {
        match at {
            Where::All => ("", ""),
            Where::City => (&self.city, ""),
            Where::County => (&self.county, ""),
            Where::Partner => (&self.partner.0, &self.partner.1),
            Where::Outlet => (&self.outlet.0, &self.outlet.1),
            Where::Clerk => (&self.clerk.0, &self.clerk.1),
        }
    }
}

/// Prints who can sign in.
pub(crate) fn print_logins(say: &Say) {
    let roles = qudao_access::Roles::standard();
    say.note(format_args!("演示登录（密码都是 {PASSWORD}）："), format_args!("demo logins, all with the password {PASSWORD}:"));
    for (login, role, _) in LOGINS {
        let Some(title) = roles.as_ref().ok().and_then(|roles| roles.get(role).ok()).map(|role| &role.title) else { continue };
        say.note(format_args!("  {login:12} {}", title.get(Lang::Zh)), format_args!("  {login:12} {}", title.get(Lang::En)));
    }
}
