//! Lists: what waits for somebody, what they decided, what they were copied on, what they began.

use super::{Held, parsed};
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Tx, Value};

/// Most rows of a page.
const MOST: u32 = 200;

/// The part somebody has in an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// It is theirs.
    Starter,
    /// It waits for them.
    Holder,
    /// They decided.
    Decided,
    /// They may read it.
    Copied,
}

impl Part {
    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Starter => "starter",
            Part::Holder => "holder",
            Part::Decided => "decided",
            Part::Copied => "copied",
        }
    }
}

impl std::str::FromStr for Part {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Part::Starter, Part::Holder, Part::Decided, Part::Copied].into_iter().find(|part| part.name() == text).ok_or(())
    }
}

/// Which applications.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Of whom, and in which part; all in the territories otherwise.
    pub of: Option<(String, Part)>,
    /// Division codes, each with all below it; looked at where `of` is absent.
    pub territories: Vec<String>,
    /// Flow; empty for all.
    pub flow: String,
    /// State; empty for all.
    pub state: String,
    /// In the number or the applicant's name; empty for all.
    pub text: String,
    /// Only those late on this day.
    pub late_on: Option<Date>,
    /// Time and number of the last one seen.
    pub after: Option<(i64, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The application.
    pub held: Held,
    /// Where it stands in the list, microseconds since 1970.
    pub at_us: i64,
    /// By when it is to be decided.
    pub due: Option<Date>,
    /// Whether somebody copied has not read it.
    pub unread: bool,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// Rows, newest first.
    pub rows: Vec<Row>,
    /// The `after` of the next page.
    pub next: Option<(i64, String)>,
    /// Rows of all pages.
    pub total: u32,
}

/// How many wait for somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// To decide.
    pub holder: u32,
    /// Of these, late.
    pub late: u32,
    /// Own ones that came back.
    pub returned: u32,
    /// Own ones on their way.
    pub under_way: u32,
    /// Copied and not read.
    pub unread: u32,
}

/// A page of applications.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, query: &Query) -> Result<Inbox, Refusal> {
    let limit = query.limit.clamp(1, MOST);
    let mut values: Vec<Value> = Vec::new();
    let mut mark = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut wheres = Vec::new();
    let (from, at, due) = if let Some((login, part)) = &query.of {
        wheres.push(format!("p.login = {}", mark(login.as_str().into())));
        wheres.push(format!("p.part = {}", mark(part.name().into())));
        ("flow_part p join flow_instance i on i.id = p.instance", "p.at_us", "p.due, p.seen_us")
    } else {
        let within: Vec<String> = query
            .territories
            .iter()
            .map(|code| {
                let (from, to) = (mark(code.as_str().into()), mark(format!("{code}~").into()));
                format!("(i.territory >= {from} and i.territory < {to})")
            })
            .collect();
        let within = if within.is_empty() { "1 = 0".to_owned() } else { within.join(" or ") };
        wheres.push(format!("({within}) and i.state <> 'draft'"));
        ("flow_instance i", "i.changed_us", "null as due, i.changed_us as seen_us")
    };
    for (column, text) in [("i.flow", &query.flow), ("i.state", &query.state)] {
        if !text.is_empty() {
            wheres.push(format!("{column} = {}", mark(text.as_str().into())));
        }
    }
    if !query.text.is_empty() {
        let escaped = query.text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = mark(format!("%{escaped}%").into());
        wheres.push(format!("(lower(i.id) like {like} escape '\\' or lower(i.starter_name) like {like} escape '\\')"));
    }
    if let Some(day) = query.late_on.filter(|_| query.of.is_some()) {
        wheres.push(format!("p.due < {}", mark(day.into())));
    }
    let filter = wheres.join(" and ");
    let total = tx.query_one(format!("select count(*) as n from {from} where {filter}"), &values).await?.count("n")?;
    let mut mark = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let beyond = query.after.as_ref().map(|(time, id)| {
        let (time, id) = (mark((*time).into()), mark(id.as_str().into()));
        format!(" and ({at} < {time} or ({at} = {time} and i.id > {id}))")
    });
    let (beyond, most) = (beyond.unwrap_or_default(), mark(i64::from(limit + 1).into()));
    let sql = format!(
        "select i.version, i.body, i.id, {at} as place_us, {due} from {from} where {filter}{beyond} order by {at} desc, i.id limit {most}"
    );
    let mut rows = Vec::new();
    for row in tx.query(sql, &values).await? {
        let id = row.string("id")?;
        let held = Held { version: row.count("version")?, instance: parsed(row.text("body")?, &id)? };
        let copied = query.of.as_ref().is_some_and(|(_, part)| *part == Part::Copied);
        let unread = copied && row.opt_int("seen_us")?.is_none();
        rows.push(Row { held, at_us: row.int("place_us")?, due: row.opt_parse("due")?, unread });
    }
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| (row.at_us, row.held.instance.id.clone()));
    Ok(Inbox { rows, next, total })
}

/// What waits for somebody on a day.
///
/// # Errors
/// The database does not answer.
pub async fn counts(tx: &mut Tx, login: &str, today: Date) -> Result<Counts, Refusal> {
    let sql = "select p.part, i.state, count(*) as n, sum(case when p.due < $2 then 1 else 0 end) as late,
                   sum(case when p.seen_us is null then 1 else 0 end) as unread
               from flow_part p join flow_instance i on i.id = p.instance where p.login = $1 group by p.part, i.state";
    let mut counts = Counts::default();
    for row in tx.query(sql, args![login, today]).await? {
        let n = row.count("n")?;
        match (row.text("part")?, row.text("state")?) {
            ("holder", _) => {
                counts.holder += n;
                counts.late += row.count("late")?;
            }
            ("starter", "returned" | "taken_back") => counts.returned += n,
            ("starter", "in_review" | "executing") => counts.under_way += n,
            ("copied", _) => counts.unread += row.count("unread")?,
            _ => {}
        }
    }
    Ok(counts)
}

/// The parts somebody has in an application; none for who has nothing to do with it.
///
/// # Errors
/// The database does not answer.
pub async fn parts(tx: &mut Tx, id: &str, login: &str) -> Result<Vec<Part>, Refusal> {
    let rows = tx.query("select part from flow_part where instance = $1 and login = $2 order by part", args![id, login]).await?;
    rows.iter().map(|row| row.parse("part")).collect()
}
