//! The records in force on a day, page by page.

use super::store::Stored;
use qudao_kernel::{Date, Refusal};
use qudao_platform::db::{Row, Tx, Value};

/// Most rows of a page.
const MOST: u32 = 500;

/// Which rows, and where to go on.
#[derive(Debug, Clone)]
pub struct Query {
    /// The day.
    pub day: Date,
    /// Only codes after this one; empty at the beginning. The `next` of the page before.
    pub after: String,
    /// Most rows, at most 500.
    pub limit: u32,
    /// Only under this division; empty for everywhere. For nouns that have a territory.
    pub territory: String,
    /// Only with this in the name, or with a code that begins so; empty for all.
    pub text: String,
    /// Only where a text field has a value: names as in files, such as `tier` or `owner`.
    pub equal: Vec<(String, String)>,
}

/// A page of rows, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Rows with the versions of their records.
    pub rows: Vec<(T, u32)>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

impl Query {
    /// All rows of a day, the first hundred.
    pub fn on(day: Date) -> Self {
        Self { day, after: String::new(), limit: 100, territory: String::new(), text: String::new(), equal: Vec::new() }
    }
}

/// One page. Paging goes by code, so rows added meanwhile are neither doubled nor pushed out.
///
/// # Errors
/// `BadInput network.list.field` for a field the noun does not have.
pub async fn list<T: Stored>(tx: &mut Tx, query: &Query) -> Result<Page<T>, Refusal> {
    let limit = query.limit.clamp(1, MOST);
    let columns = T::COLUMNS.split(", ").map(|column| format!("r.{column}")).collect::<Vec<_>>().join(", ");
    let mut statement = Statement { filters: Vec::new(), args: vec![query.day.into(), query.after.as_str().into()] };
    filters::<T>(&mut statement, query)?;
    let mark = statement.mark(i64::from(limit) + 1);
    let sql = format!(
        "select {columns}, h.version from {} r join {} h on h.code = r.code
         where r.effective_from <= $1 and (r.effective_to is null or $1 < r.effective_to) and r.code {{by_bytes}} > $2 {}
         order by r.code {{by_bytes}} limit {mark}",
        T::ROWS,
        T::TABLE,
        statement.filters.join(" ")
    );
    let found = tx.query(sql, &statement.args).await?;
    let read = |row: &Row| Ok((T::of_row(row)?, row.count("version")?));
    let mut rows = found.iter().map(read).collect::<Result<Vec<_>, Refusal>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|(row, _)| row.code().to_owned());
    Ok(Page { rows, next })
}

struct Statement {
    filters: Vec<String>,
    args: Vec<Value>,
}

impl Statement {
    fn mark(&mut self, value: impl Into<Value>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }
}

fn filters<T: Stored>(statement: &mut Statement, query: &Query) -> Result<(), Refusal> {
    let has = |name: &str| T::COLUMNS.split(", ").any(|column| column == name);
    if !query.territory.is_empty() {
        let (from, to) = (statement.mark(query.territory.as_str()), statement.mark(format!("{}:", query.territory)));
        // A colon is the character after 9, so this is every code that begins so, and an index finds it.
        field(has("territory"), "territory")?;
        statement.filters.push(format!("and r.territory {{by_bytes}} >= {from} and r.territory {{by_bytes}} < {to}"));
    }
    if !query.text.is_empty() {
        let escaped = query.text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let (inside, front) = (statement.mark(format!("%{escaped}%")), statement.mark(format!("{escaped}%")));
        let name = if has("name") { "r.name" } else { "r.code" };
        statement.filters.push(format!("and ({name} like {inside} escape '\\' or r.code like {front} escape '\\')"));
    }
    for (name, value) in &query.equal {
        let is_text = T::NOUN.fields().iter().any(|known| known.name == name && known.ty == qudao_platform::sheet::ColumnType::Text);
        field(is_text && has(name), name)?;
        let mark = statement.mark(value.as_str());
        statement.filters.push(format!("and r.{name} = {mark}"));
    }
    Ok(())
}

fn field(known: bool, name: &str) -> Result<(), Refusal> {
    if known {
        return Ok(());
    }
    let zh = format!("不能按“{name}”筛选；请使用该类数据的文本字段");
    Err(Refusal::bad_input("network.list.field", zh, format!("cannot filter by \"{name}\"; use a text field of these records")))
}
