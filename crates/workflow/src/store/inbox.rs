//! Lists: what waits for somebody, what they decided, what they were copied on, what they began.

use super::{Held, Sight, parsed};
use qudao_kernel::{Date, Refusal};
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
    /// Those somebody has this part in; those of the territories they read where absent.
    pub part: Option<Part>,
    /// Flow; empty for all.
    pub flow: String,
    /// State; empty for all.
    pub state: String,
    /// In the number or the applicant's name; empty for all.
    pub text: String,
    /// Only those that are approved and could not be carried out.
    pub stuck: bool,
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
    /// Whether its effect was carried out; nothing where none was due.
    pub effect: Option<bool>,
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// To decide.
    pub holder: u32,
    /// Of these, late.
    pub late: u32,
    /// By when the most pressing is to be decided.
    pub due: Option<Date>,
    /// One of them: the only one, where there is one.
    pub first: Option<String>,
    /// Own ones that came back.
    pub returned: u32,
    /// Own ones on their way.
    pub under_way: u32,
    /// Copied and not read.
    pub unread: u32,
    /// Own ones, and those one decided on, that are approved and could not be brought about.
    pub stuck: u32,
    /// Those one decided on.
    pub decided: u32,
    /// Those of one's part of the network.
    pub read: u32,
}

/// A page of the applications somebody sees.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight<'_>, query: &Query) -> Result<Inbox, Refusal> {
    let limit = query.limit.clamp(1, MOST);
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = Vec::new();
    let (from, at, due) = if let Some(part) = query.part {
        wheres.push(sight.own(&mut values));
        values.push(part.name().into());
        wheres.push(format!("p.part = ${}", values.len()));
        ("flow_part p join flow_instance i on i.id = p.instance", "p.at_us", "p.due, p.seen_us")
    } else {
        wheres.push(sight.read(&mut values));
        ("flow_instance i", "i.changed_us", "null as due, i.changed_us as seen_us")
    };
    let mut mark = |value: Value| {
        values.push(value);
        format!("${}", values.len())
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
    if query.stuck {
        wheres.push("exists (select 1 from flow_effect e where e.instance = i.id and e.state = 'refused')".to_owned());
    }
    if let Some(day) = query.late_on {
        let late = "exists (select 1 from flow_part h where h.instance = i.id and h.part = 'holder' and h.due < ";
        wheres.push(format!("{late}{})", mark(day.into())));
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
        "select i.version, i.body, i.id, {at} as place_us, (select e.state from flow_effect e where e.instance = i.id) as effect, {due} from {from} where {filter}{beyond} order by {at} desc, i.id limit {most}"
    );
    let mut rows = Vec::new();
    for row in tx.query(sql, &values).await? {
        let id = row.string("id")?;
        let held = Held { version: row.count("version")?, instance: parsed(row.text("body")?, &id)? };
        let copied = query.part == Some(Part::Copied);
        let unread = copied && row.opt_int("seen_us")?.is_none();
        let effect = row.opt_text("effect")?.map(|state| state == "done");
        rows.push(Row { held, at_us: row.int("place_us")?, due: row.opt_parse("due")?, unread, effect });
    }
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| (row.at_us, row.held.instance.id.clone()));
    Ok(Inbox { rows, next, total })
}

/// What applications are about.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// A partner.
    Partner(&'a str),
    /// An outlet.
    Outlet(&'a str),
}

/// The latest applications about a partner or outlet, drafts aside; whoever calls has checked that they may be read there.
///
/// # Errors
/// The database does not answer.
pub async fn about(tx: &mut Tx, about: &About<'_>, most: u32) -> Result<Vec<Held>, Refusal> {
    let (column, code) = match about {
        About::Partner(code) => ("partner", *code),
        About::Outlet(code) => ("outlet", *code),
    };
    let sql = format!(
        "select id, version, body from flow_instance where {column} = $1 and state <> 'draft' order by changed_us desc, id limit $2"
    );
    let mut found = Vec::new();
    for row in tx.query(sql, &[Value::from(code), Value::from(i64::from(most))]).await? {
        let id = row.string("id")?;
        found.push(Held { version: row.count("version")?, instance: parsed(row.text("body")?, &id)? });
    }
    Ok(found)
}

/// Numbers of the applications about a partner that are not at their end, drafts aside.
///
/// # Errors
/// The database does not answer.
pub async fn open_about(tx: &mut Tx, partner: &str) -> Result<Vec<String>, Refusal> {
    let sql =
        "select id from flow_instance where partner = $1 and state in ('in_review', 'returned', 'taken_back', 'executing') order by id";
    tx.query(sql, &[Value::from(partner)]).await?.iter().map(|row| row.string("id")).collect()
}

/// What waits for somebody on a day.
///
/// # Errors
/// The database does not answer.
pub async fn counts(tx: &mut Tx, sight: &Sight<'_>, today: Date) -> Result<Counts, Refusal> {
    let mut values: Vec<Value> = vec![today.into()];
    let own = sight.own(&mut values);
    let sql = format!(
        "select p.part, i.state, count(*) as n, sum(case when p.due < $1 then 1 else 0 end) as late, min(p.due) as due,
             sum(case when p.seen_us is null then 1 else 0 end) as unread, min(i.id) as id
         from flow_part p join flow_instance i on i.id = p.instance where {own} group by p.part, i.state"
    );
    let mut counts = Counts::default();
    for row in tx.query(sql, &values).await? {
        let n = row.count("n")?;
        match (row.text("part")?, row.text("state")?) {
            ("holder", _) => {
                counts.holder += n;
                counts.late += row.count("late")?;
                let due: Option<Date> = row.opt_parse("due")?;
                counts.due = [counts.due, due].into_iter().flatten().min();
                counts.first = Some(row.string("id")?);
            }
            ("starter", "returned" | "taken_back") => counts.returned += n,
            ("starter", "in_review" | "executing") => counts.under_way += n,
            ("copied", _) => counts.unread += row.count("unread")?,
            ("decided", _) => counts.decided += n,
            _ => {}
        }
    }
    let mut values: Vec<Value> = Vec::new();
    let own = sight.own(&mut values);
    let sql = format!(
        "select count(distinct p.instance) as n from flow_part p join flow_effect e on e.instance = p.instance
         where {own} and e.state = 'refused' and p.part in ('starter', 'decided')"
    );
    counts.stuck = tx.query_one(sql, &values).await?.count("n")?;
    let mut values: Vec<Value> = Vec::new();
    let read = sight.read(&mut values);
    counts.read = tx.query_one(format!("select count(*) as n from flow_instance i where {read}"), &values).await?.count("n")?;
    Ok(counts)
}
