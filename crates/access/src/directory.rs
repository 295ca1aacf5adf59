//! The list of people, page by page.

use crate::people::{self, Person};
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most rows of a page.
const MOST: usize = 500;
/// Rows fetched at a time while looking for those that may be seen.
const BATCH: usize = 500;

/// In what order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By login.
    #[default]
    Login,
    /// By name, by the bytes of it.
    Name,
}

/// Who is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// Those who have not left.
    #[default]
    Present,
    /// Those who left.
    Left,
    /// Both.
    All,
}

/// Which people.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// In the login or the name, or a whole phone number; empty for all.
    pub text: String,
    /// Holding this role on the day, or one of several in a comma list; empty for any or none.
    pub role: String,
    /// Holding a role over a code that begins so on the day; empty for any.
    pub over: String,
    /// Whether they left.
    pub state: State,
    /// Order.
    pub sort: Sort,
    /// Falling.
    pub falling: bool,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Most rows.
    pub limit: usize,
}

/// A page of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// People with every grant they hold or held.
    pub people: Vec<Person>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// People on all pages.
    pub total: usize,
}

/// One page of everybody, for whoever sees everybody: counted by the database, and read from where the page begins.
///
/// # Errors
/// The database does not answer.
pub async fn all(tx: &mut Tx, query: &Query, day: Date) -> Result<Page, Refusal> {
    let limit = query.limit.clamp(1, MOST);
    let mut values: Vec<Value> = vec![day.into()];
    let filters = filters(query, &mut values);
    // Only a phone that is looked for is in another table.
    let phone = if query.text.is_empty() { "" } else { PHONE };
    let sql = format!("select count(*) as n from access_person p {phone} where $1 <> ''{filters}");
    let total = tx.query_one(sql, &values).await?.count("n")?;
    let after = query.after.as_deref().and_then(|text| text.rsplit_once('|'));
    let after = after.map(|(key, login)| (key.to_owned(), login.to_owned()));
    let mut people = fetch(tx, query, day, after.as_ref(), limit + 1).await?;
    let more = people.len() > limit;
    people.truncate(limit);
    let next = people.last().filter(|_| more).map(|person| format!("{}|{}", key_of(query.sort, person), person.login));
    Ok(Page { people, next, total: total as usize })
}

/// The first of those that `visible` shows, as many as a page has; how many there are is not counted.
///
/// # Errors
/// The database does not answer.
pub async fn first(tx: &mut Tx, query: &Query, day: Date, visible: &(dyn Fn(&Person) -> bool + Sync)) -> Result<Vec<Person>, Refusal> {
    let limit = query.limit.clamp(1, MOST);
    let mut found = Vec::new();
    let mut from: Option<(String, String)> = None;
    loop {
        let batch = fetch(tx, query, day, from.as_ref(), BATCH).await?;
        let ended = batch.len() < BATCH;
        from = batch.last().map(|person| (key_of(query.sort, person).to_owned(), person.login.clone()));
        found.extend(batch.into_iter().filter(|person| visible(person)));
        if ended || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}

/// One page of those that `visible` shows. Paging goes by sort key and login: people added meanwhile neither double nor push out others.
pub async fn list(tx: &mut Tx, query: &Query, day: Date, visible: &(dyn Fn(&Person) -> bool + Sync)) -> Result<Page, Refusal> {
    let limit = query.limit.clamp(1, MOST);
    let (mut found, mut total) = (Vec::new(), 0);
    let mut from: Option<(String, String)> = None;
    let after = query.after.as_deref().and_then(|text| text.rsplit_once('|'));
    let beyond = |person: &Person| match after {
        None => true,
        Some((key, login)) => {
            let place = (key_of(query.sort, person), person.login.as_str());
            if query.falling { place < (key, login) } else { place > (key, login) }
        }
    };
    loop {
        let batch = fetch(tx, query, day, from.as_ref(), BATCH).await?;
        let last = batch.last().map(|person| (key_of(query.sort, person).to_owned(), person.login.clone()));
        let ended = batch.len() < BATCH;
        for person in batch {
            if visible(&person) {
                total += 1;
                if found.len() <= limit && beyond(&person) {
                    found.push(person);
                }
            }
        }
        from = last;
        if ended {
            break;
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|person| format!("{}|{}", key_of(query.sort, person), person.login));
    Ok(Page { people: found, next, total })
}

/// What somebody is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// Whether they left.
    pub left: bool,
}

/// Another one whenever somebody is added, leaves or is called something else.
///
/// # Errors
/// The database does not answer.
pub async fn stamp(tx: &mut Tx) -> Result<[i64; 3], Refusal> {
    let sql =
        "select count(*) as people, count(left_at_us) as gone, cast(coalesce(sum(version), 0) as bigint) as versions from access_person";
    let row = tx.query_one(sql, args![]).await?;
    Ok([row.int("people")?, row.int("gone")?, row.int("versions")?])
}

/// What everybody is called, by the bytes of the login.
///
/// # Errors
/// The database does not answer.
pub async fn called(tx: &mut Tx) -> Result<Vec<Called>, Refusal> {
    let rows = tx.query("select login, name, left_at_us from access_person", args![]).await?;
    let called =
        |row: &Row| Ok(Called { login: row.string("login")?, name: row.string("name")?, left: row.opt_int("left_at_us")?.is_some() });
    let mut all: Vec<Called> = rows.iter().map(called).collect::<Result<_, Refusal>>()?;
    all.sort_by(|a, b| a.login.cmp(&b.login));
    Ok(all)
}

/// The page of those that are meant, in the order of the query: of `all` only these few are read whole.
///
/// # Errors
/// The database does not answer.
pub async fn page_of(tx: &mut Tx, query: &Query, mut meant: Vec<&Called>) -> Result<Page, Refusal> {
    let key = |one: &Called| (if query.sort == Sort::Name { one.name.clone() } else { String::new() }, one.login.clone());
    meant.sort_by_cached_key(|one| key(one));
    if query.falling {
        meant.reverse();
    }
    let after = query.after.as_deref().and_then(|text| text.rsplit_once('|'));
    let beyond = |one: &&Called| {
        let place = (if query.sort == Sort::Name { one.name.as_str() } else { one.login.as_str() }, one.login.as_str());
        after.is_none_or(|after| if query.falling { place < after } else { place > after })
    };
    let (total, limit) = (meant.len(), query.limit.clamp(1, MOST));
    let part: Vec<&Called> = meant.into_iter().filter(beyond).take(limit + 1).collect();
    let more = part.len() > limit;
    let logins: Vec<Value> = part.iter().take(limit).map(|one| one.login.as_str().into()).collect();
    let marks = (1..=logins.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let mut people = Vec::new();
    if !logins.is_empty() {
        let rows = tx.query(format!("{} where p.login in ({marks})", people::SELECT), &logins).await?;
        let mut found: BTreeMap<String, Person> = BTreeMap::new();
        for row in &rows {
            let person = people::of_row(row)?;
            found.insert(person.login.clone(), person);
        }
        people.extend(part.iter().filter_map(|one| found.remove(&one.login)));
        granted(tx, &mut people).await?;
    }
    let next = people.last().filter(|_| more).map(|person| format!("{}|{}", key_of(query.sort, person), person.login));
    Ok(Page { people, next, total })
}

fn key_of(sort: Sort, person: &Person) -> &str {
    match sort {
        Sort::Login => &person.login,
        Sort::Name => &person.name,
    }
}

/// The phone of a person, as [`people::SELECT`] joins it.
const PHONE: &str = "left join access_private v on v.noun = 'person' and v.noun_id = p.login and v.kind = 'phone'";

/// What is asked of each person; `$1` is the day.
fn filters(query: &Query, values: &mut Vec<Value>) -> String {
    let mut mark = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut filters = Vec::new();
    match query.state {
        State::Present => filters.push(" and p.left_at_us is null".to_owned()),
        State::Left => filters.push(" and p.left_at_us is not null".to_owned()),
        State::All => {}
    }
    if !query.text.is_empty() {
        let escaped = query.text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let (inside, whole) = (mark(format!("%{escaped}%").into()), mark(query.text.as_str().into()));
        filters.push(format!(
            " and (lower(p.login) like {inside} escape '\\' or lower(p.name) like {inside} escape '\\' or v.value = {whole})"
        ));
    }
    if !query.role.is_empty() || !query.over.is_empty() {
        let roles: Vec<String> = query.role.split(',').filter(|role| !role.is_empty()).map(|role| mark(role.into())).collect();
        let role = if roles.is_empty() { String::new() } else { format!(" and g.role in ({})", roles.join(", ")) };
        let escaped = query.over.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let over = mark(format!("{escaped}%").into());
        filters.push(format!(
            " and p.login in (select g.login from access_grant g where g.over like {over} escape '\\'{role}
               and g.effective_from <= $1 and (g.effective_to is null or $1 < g.effective_to))"
        ));
    }
    filters.concat()
}

async fn fetch(tx: &mut Tx, query: &Query, day: Date, from: Option<&(String, String)>, rows: usize) -> Result<Vec<Person>, Refusal> {
    let mut values: Vec<Value> = vec![day.into()];
    let mut filters = filters(query, &mut values);
    let mut mark = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let (compare, order) = if query.falling { ("<", "desc") } else { (">", "asc") };
    let column = match query.sort {
        Sort::Login => "p.login",
        Sort::Name => "p.name",
    };
    if let Some((key, login)) = from {
        let (key, login) = (mark(key.as_str().into()), mark(login.as_str().into()));
        let _ = write!(
            filters,
            " and ({column} {{by_bytes}} {compare} {key} or ({column} = {key} and p.login {{by_bytes}} {compare} {login}))"
        );
    }
    let limit = mark(i64::try_from(rows).unwrap_or(i64::MAX).into());
    // The day stands in every statement, so that the arguments are the same whatever is asked.
    let sql = format!(
        "{} where $1 <> ''{filters} order by {column} {{by_bytes}} {order}, p.login {{by_bytes}} {order} limit {limit}",
        people::SELECT
    );
    let rows = tx.query(sql, &values).await?;
    let mut people: Vec<Person> = rows.iter().map(people::of_row).collect::<Result<_, _>>()?;
    granted(tx, &mut people).await?;
    Ok(people)
}

/// Adds the grants of people.
async fn granted(tx: &mut Tx, people: &mut [Person]) -> Result<(), Refusal> {
    if people.is_empty() {
        return Ok(());
    }
    let marks = (1..=people.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let logins: Vec<Value> = people.iter().map(|person| person.login.as_str().into()).collect();
    let sql = format!("select * from access_grant where login in ({marks}) order by effective_from, id");
    let mut grants: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for row in tx.query(sql, &logins).await? {
        grants.entry(row.string("login")?).or_default().push(people::grant_of(&row)?);
    }
    for person in people {
        person.grants = grants.remove(&person.login).unwrap_or_default();
    }
    Ok(())
}
