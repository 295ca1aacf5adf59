//! 批量入网: outlets with their clerks and contacts from one file, checked as a whole and brought in with one approval.
//!
//! A line is an outlet, a clerk or a contact, told apart by its first column; the last two name the outlet they belong to, in the file or in force.
//! The check says everything that is wrong and what may be there already; what is carried out is checked again, and is all of it or nothing.

use crate::act::Act;
use crate::contact::{self, Said};
use crate::keys::{self, Key, KeyKind, Sealer};
use crate::life::{self, Who};
use crate::roster::{self, By};
use crate::site::{self, Point};
use crate::twins::{Asked, Names, Twin};
use crate::words::Words;
use crate::{Territories, blacklist};
use qudao_access::private::{self, PrivateKind};
use qudao_kernel::master::{Clerk, Outlet, Span};
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::Tx;
use qudao_platform::sheet::{self, Options, Problem, RecordBuf, Step};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// Most lines of a file.
const MOST: usize = 50_000;
/// Most problems that are told.
const TOLD: usize = 1_000;

/// Columns: name, Chinese header, further headers, whether it has to be there.
const COLUMNS: [(&str, &str, &[&str], bool); 15] = [
    ("kind", "类型", &["种类"], true),
    ("code", "编码", &["网点编码", "工号"], true),
    ("name", "名称", &["姓名", "网点名称"], true),
    ("of", "所属", &["所属代理商", "所属网点", "owner"], true),
    ("territory", "区划代码", &["行政区划"], false),
    ("channel", "渠道类别", &[], false),
    ("subtype", "渠道子类", &["网点类型"], false),
    ("district", "商圈", &[], false),
    ("address", "地址", &[], false),
    ("lat", "纬度", &["latitude"], false),
    ("lon", "经度", &["longitude"], false),
    ("licence", "营业执照", &["执照号"], false),
    ("phone", "电话", &["手机"], false),
    ("post", "职务", &[], false),
    ("power", "决策权", &[], false),
];

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Outlet,
    Clerk,
    Contact,
}

impl Sort {
    fn named(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "网点" | "outlet" => Some(Self::Outlet),
            "店员" | "clerk" => Some(Self::Clerk),
            "联系人" | "contact" => Some(Self::Contact),
            _ => None,
        }
    }
}

/// A line as it was read.
#[derive(Debug, Clone)]
struct Row {
    line: u64,
    sort: Sort,
    texts: HashMap<&'static str, String>,
}

impl Row {
    fn get(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    fn wrong(&self, column: &str, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        let label = COLUMNS.iter().find(|(name, ..)| *name == column).map_or(column, |(_, label, ..)| label);
        Problem::new(self.line, label, self.get(column), code, zh, en)
    }
}

/// A file as it was read.
#[derive(Debug, Default)]
pub struct Read {
    rows: Vec<Row>,
    problems: Vec<Problem>,
    received: usize,
}

/// Reads a file.
///
/// # Errors
/// It is no table, lacks a column, or has too many lines: `BadInput network.onboard.columns`, `network.onboard.long`.
pub fn read(path: &Path) -> Result<Read, Refusal> {
    let mut reader = sheet::open(path, &Options::default())?;
    let places = places(reader.headers())?;
    let mut read = Read::default();
    let mut record = RecordBuf::new();
    loop {
        match reader.next_into(&mut record)? {
            Step::End => return Ok(read),
            Step::Bad(problem) => read.problems.push(problem),
            Step::Row => read.take(&record, &places),
        }
        read.received += 1;
        if read.received > MOST {
            return Err(Refusal::bad_input(
                "network.onboard.long",
                format!("文件超过 {MOST} 行；请分成几个文件"),
                format!("the file has more than {MOST} lines; split it"),
            ));
        }
    }
}

fn places(headers: &[String]) -> Result<Vec<(&'static str, usize)>, Refusal> {
    let is = |header: &str, name: &str| header.trim().eq_ignore_ascii_case(name);
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for (name, label, others, needed) in COLUMNS {
        let at = headers.iter().position(|header| is(header, name) || is(header, label) || others.iter().any(|other| is(header, other)));
        match at {
            Some(at) => found.push((name, at)),
            None if needed => missing.push(label),
            None => {}
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let list = missing.join("、");
    Err(Refusal::bad_input(
        "network.onboard.columns",
        format!("文件缺少列：{list}；请按模板补上"),
        format!("the file lacks the columns {list}; add them"),
    ))
}

impl Read {
    /// Divisions of the outlets it brings.
    pub fn territories(&self) -> Vec<String> {
        self.rows.iter().filter(|row| row.sort == Sort::Outlet).map(|row| row.get("territory").to_owned()).collect()
    }

    fn take(&mut self, record: &RecordBuf, places: &[(&'static str, usize)]) {
        let texts: HashMap<&'static str, String> =
            places.iter().map(|(name, at)| (*name, record.trimmed(*at).to_owned())).filter(|(_, text)| !text.is_empty()).collect();
        let sort = Sort::named(texts.get("kind").map_or("", String::as_str));
        let row = Row { line: record.row(), sort: sort.unwrap_or(Sort::Outlet), texts };
        if sort.is_none() {
            self.problems.push(row.wrong("kind", "network.onboard.kind", "须为网点、店员或联系人", "it is outlet, clerk or contact"));
            return;
        }
        self.rows.push(row);
    }
}

/// What a file comes to.
#[derive(Debug, Default)]
pub struct Checked {
    /// Lines.
    pub received: usize,
    /// Lines that can be taken.
    pub accepted: usize,
    /// Outlets among them.
    pub outlets: usize,
    /// Clerks among them.
    pub clerks: usize,
    /// Contacts among them.
    pub contacts: usize,
    /// What is wrong, by line; at most a thousand.
    pub problems: Vec<Problem>,
    /// Lines that are wrong.
    pub rejected: usize,
    /// What may be there already, by line.
    pub twins: Vec<(u64, Twin)>,
    made: Made,
}

#[derive(Debug, Default)]
struct Made {
    outlets: Vec<Outlet>,
    clerks: Vec<Clerk>,
    sites: Vec<(String, String, Option<Point>)>,
    numbers: Vec<(&'static str, String, Key)>,
    contacts: Vec<Row>,
}

/// What the lines are checked against.
struct Known<'a> {
    words: &'a Words,
    territories: &'a Territories,
    outlets: BTreeSet<String>,
    clerks: BTreeSet<String>,
    sealer: Sealer,
    from: Date,
}

/// Checks a file that was read, as it would be from a day on. Nothing is changed.
///
/// # Errors
/// The database does not answer. What is wrong with lines is in what it comes to.
pub async fn check(tx: &mut Tx, read: &Read, from: Date) -> Result<Checked, Refusal> {
    let known = Known {
        words: Words::standard()?,
        territories: Territories::official()?,
        outlets: codes(tx, "network_outlet").await?,
        clerks: codes(tx, "network_clerk").await?,
        sealer: Sealer::of(tx).await?,
        from,
    };
    let mut owners: BTreeMap<String, Option<Refusal>> = BTreeMap::new();
    for row in read.rows.iter().filter(|row| row.sort == Sort::Outlet && !row.get("of").is_empty()) {
        let owner = row.get("of");
        if !owners.contains_key(owner) {
            owners.insert(owner.to_owned(), life::may_take(tx, owner, from).await.err());
        }
    }
    let names = Names::read(tx, Who::Outlet, "", from).await?;
    let mut checked = Checked { received: read.received, ..Checked::default() };
    let mut wrong: Vec<Problem> = read.problems.clone();
    let mut fresh: BTreeMap<String, u64> = BTreeMap::new();
    let mut keys: Vec<(u64, Key)> = Vec::new();
    for row in read.rows.iter().filter(|row| row.sort == Sort::Outlet) {
        let mut bad = outlet(row, &known, &owners, &fresh, &mut checked.made);
        numbers(row, &known, "outlet", &mut keys, &mut bad, &mut checked.made);
        fresh.insert(row.get("code").to_owned(), row.line);
        if bad.is_empty() {
            checked.outlets += 1;
            let asked = Asked {
                who: Who::Outlet,
                code: row.get("code"),
                name: row.get("name"),
                territory: row.get("territory"),
                numbers: &[],
                point: None,
            };
            checked.twins.extend(names.like(&asked).into_iter().map(|twin| (row.line, twin)));
        }
        wrong.extend(bad);
    }
    let mut workers: BTreeMap<String, u64> = BTreeMap::new();
    let mut spoken: BTreeSet<(String, String)> = BTreeSet::new();
    for row in read.rows.iter().filter(|row| row.sort != Sort::Outlet) {
        let mut bad = belongs(row, &known, &fresh);
        if row.sort == Sort::Clerk {
            bad.extend(clerk(row, &known, &workers, &mut checked.made));
            workers.insert(row.get("code").to_owned(), row.line);
            numbers(row, &known, "clerk", &mut keys, &mut bad, &mut checked.made);
            checked.clerks += usize::from(bad.is_empty());
        } else {
            bad.extend(contact_of(row, &mut spoken));
            checked.contacts += usize::from(bad.is_empty());
            checked.made.contacts.push(row.clone());
        }
        wrong.extend(bad);
    }
    let sealed: Vec<Key> = keys.iter().map(|(_, key)| key.clone()).collect();
    for (key, entry) in blacklist::hits(tx, &sealed).await? {
        let refusal = blacklist::kept_out(&entry);
        let lines: BTreeSet<u64> = keys.iter().filter(|(_, held)| *held == key).map(|(row, _)| *row).collect();
        wrong.extend(
            lines.into_iter().map(|row| Problem::new(row, "", &key.mask, refusal.code, refusal.text.zh.clone(), refusal.text.en.clone())),
        );
    }
    let lines: BTreeSet<u64> = wrong.iter().map(|problem| problem.row).collect();
    checked.rejected = lines.len();
    checked.accepted = checked.received - checked.rejected;
    wrong.sort_by_key(|problem| problem.row);
    wrong.truncate(TOLD);
    checked.problems = wrong;
    Ok(checked)
}

async fn codes(tx: &mut Tx, table: &str) -> Result<BTreeSet<String>, Refusal> {
    let mut found = BTreeSet::new();
    tx.query_each(format!("select code from {table}"), args![], |row| {
        found.insert(row.string("code")?);
        Ok(())
    })
    .await?;
    Ok(found)
}

fn code_of(row: &Row) -> Vec<Problem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let code = row.get("code");
    if (1..=40).contains(&code.len()) && code.chars().all(plain) {
        return Vec::new();
    }
    vec![row.wrong("code", "network.onboard.code", "编码须为 1 至 40 个字母、数字或 - _ .", "a code is 1 to 40 letters, digits or - _ .")]
}

fn named(row: &Row) -> Vec<Problem> {
    if (1..=60).contains(&row.get("name").chars().count()) {
        return Vec::new();
    }
    vec![row.wrong("name", "network.onboard.name", "名称必填，60 字以内", "a name is needed, of up to 60 characters")]
}

fn contact_of(row: &Row, spoken: &mut BTreeSet<(String, String)>) -> Vec<Problem> {
    let mut bad = named(row);
    if !spoken.insert((row.get("of").to_owned(), row.get("name").to_owned())) {
        bad.push(row.wrong(
            "name",
            "network.onboard.twice",
            "该网点已有同名联系人；请删去一行",
            "this outlet has a contact of that name; take one out",
        ));
    }
    let phone = row.get("phone");
    if let Err(refusal) = private::check(PrivateKind::Phone, phone)
        && !phone.is_empty()
    {
        bad.push(row.wrong("phone", refusal.code, refusal.text.zh, refusal.text.en));
    }
    bad
}

fn taken(row: &Row, there: &BTreeSet<String>, fresh: &BTreeMap<String, u64>) -> Option<Problem> {
    let code = row.get("code");
    if there.contains(code) {
        return Some(row.wrong("code", "network.record.exists", "编码已存在；请换一个", "the code is taken; choose another"));
    }
    let first = fresh.get(code)?;
    Some(row.wrong(
        "code",
        "network.onboard.twice",
        format!("与第 {first} 行编码相同；请删去一行"),
        format!("line {first} has the same code; take one out"),
    ))
}

fn outlet(
    row: &Row,
    known: &Known<'_>,
    owners: &BTreeMap<String, Option<Refusal>>,
    fresh: &BTreeMap<String, u64>,
    made: &mut Made,
) -> Vec<Problem> {
    let mut bad = code_of(row);
    bad.extend(named(row));
    bad.extend(taken(row, &known.outlets, fresh));
    let channel = if row.get("channel").is_empty() { "社会渠道" } else { row.get("channel") };
    match known.words.channel(channel) {
        None => bad.push(row.wrong(
            "channel",
            "network.outlet.channel",
            "不是标准渠道类别；请核对",
            "not a standard channel; check the spelling",
        )),
        Some(category) if category.needs_owner && row.get("of").is_empty() => {
            bad.push(row.wrong(
                "of",
                "network.outlet.owner",
                "网点必须有所属代理商；请填写",
                "an outlet of this channel must have an owner; fill it in",
            ));
        }
        Some(_) => {}
    }
    if let Some(Some(refusal)) = owners.get(row.get("of")) {
        bad.push(row.wrong("of", refusal.code, refusal.text.zh.clone(), refusal.text.en.clone()));
    }
    if let Err(text) = known.territories.check(row.get("territory")) {
        bad.push(row.wrong("territory", "network.territory.unknown", text.zh, text.en));
    }
    let subtype = match row.get("subtype") {
        "" => String::new(),
        given => match known.words.subtype(given) {
            Some((category, subtype)) if category.zh == channel => subtype.zh.clone(),
            _ => {
                bad.push(row.wrong(
                    "subtype",
                    "network.outlet.subtype",
                    "不是该渠道类别的标准子类；请核对",
                    "not a sub-type of this channel; check it",
                ));
                String::new()
            }
        },
    };
    let point = match (degrees(row.get("lat"), 90), degrees(row.get("lon"), 180)) {
        (Ok(Some(lat_e6)), Ok(Some(lon_e6))) => Some(Point { lat_e6, lon_e6 }),
        (Ok(None), Ok(None)) => None,
        _ => {
            bad.push(row.wrong(
                "lat",
                "network.site.point",
                "经纬度须成对填写，如 30.450000、114.870000",
                "give both, like 30.450000 and 114.870000",
            ));
            None
        }
    };
    let address = row.get("address");
    if !address.is_empty() && !(2..=200).contains(&address.chars().count()) || (address.is_empty() && point.is_some()) {
        bad.push(row.wrong(
            "address",
            "network.site.address",
            "地址须为 2 至 200 字；有经纬度时必填",
            "an address has 2 to 200 characters, and is needed beside a position",
        ));
    }
    if bad.is_empty() {
        if !address.is_empty() {
            made.sites.push((row.get("code").to_owned(), address.to_owned(), point));
        }
        made.outlets.push(Outlet {
            code: row.get("code").to_owned(),
            name: row.get("name").to_owned(),
            owner: row.get("of").to_owned(),
            territory: row.get("territory").to_owned(),
            channel: channel.to_owned(),
            subtype,
            grade: String::new(),
            district: row.get("district").to_owned(),
            span: Span { from: known.from, to: Span::ALWAYS.to },
        });
    }
    bad
}

/// Degrees in millionths.
fn degrees(text: &str, most: i64) -> Result<Option<i64>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = whole.strip_prefix('-').unwrap_or(whole);
    if !(1..=3).contains(&plain.len()) || !digits(plain) || part.len() > 12 || !digits(part) {
        return Err(());
    }
    let part: i64 = format!("{part:0<6}").get(..6).unwrap_or("0").parse().map_err(|_| ())?;
    let value = plain.parse::<i64>().map_err(|_| ())? * 1_000_000 + part;
    if value > most * 1_000_000 { Err(()) } else { Ok(Some(if whole.starts_with('-') { -value } else { value })) }
}

/// The outlet a clerk or contact belongs to has to be in the file or in force.
fn belongs(row: &Row, known: &Known<'_>, fresh: &BTreeMap<String, u64>) -> Vec<Problem> {
    let of = row.get("of");
    if known.outlets.contains(of) || fresh.contains_key(of) {
        return Vec::new();
    }
    vec![row.wrong(
        "of",
        "network.onboard.outlet",
        "文件和档案中都没有这个网点；请核对",
        "neither the file nor the network has this outlet; check it",
    )]
}

fn clerk(row: &Row, known: &Known<'_>, workers: &BTreeMap<String, u64>, made: &mut Made) -> Vec<Problem> {
    let mut bad = code_of(row);
    bad.extend(named(row));
    bad.extend(taken(row, &known.clerks, workers));
    if bad.is_empty() {
        made.clerks.push(Clerk {
            code: row.get("code").to_owned(),
            name: row.get("name").to_owned(),
            outlet: row.get("of").to_owned(),
            span: Span { from: known.from, to: Span::ALWAYS.to },
        });
    }
    bad
}

fn numbers(row: &Row, known: &Known<'_>, noun: &'static str, keys: &mut Vec<(u64, Key)>, bad: &mut Vec<Problem>, made: &mut Made) {
    for (column, kind) in [("licence", KeyKind::Licence), ("phone", KeyKind::Phone)] {
        let number = row.get(column);
        if number.is_empty() {
            continue;
        }
        match known.sealer.key(kind, number) {
            Ok(key) => {
                made.numbers.push((noun, row.get("code").to_owned(), key.clone()));
                keys.push((row.line, key));
            }
            Err(refusal) => bad.push(row.wrong(column, refusal.code, refusal.text.zh, refusal.text.en)),
        }
    }
}

/// Brings a file in from a day on: all of it, or nothing.
///
/// # Errors
/// `Conflict network.day.closed`, `network.onboard.wrong` with the first line that cannot be taken, `network.onboard.empty`.
pub async fn carry_out(tx: &mut Tx, act: &Act<'_>, read: &Read, from: Date) -> Result<Text, Refusal> {
    act.open(from)?;
    roster::lock_all(tx).await?;
    let checked = check(tx, read, from).await?;
    if let Some(first) = checked.problems.first() {
        let (row, count) = (first.row, checked.rejected);
        return Err(Refusal::new(
            Kind::Conflict,
            "network.onboard.wrong",
            format!("文件有 {count} 行不能入网，首先是第 {row} 行：{}；请改正后重新提交", first.text.zh),
            format!("{count} lines of the file cannot be taken, first line {row}: {}; correct them and apply again", first.text.en),
        ));
    }
    if checked.accepted == 0 {
        return Err(Refusal::bad_input("network.onboard.empty", "文件中没有内容", "there is nothing in the file"));
    }
    let (note, made) = (act.note(), &checked.made);
    let by = By { who: act.who, reason: &note };
    roster::create_all(tx, by, &made.outlets).await?;
    roster::create_all(tx, by, &made.clerks).await?;
    for (outlet, address, point) in &made.sites {
        site::put(tx, act, outlet, from, address, *point).await?;
    }
    let mut by_record: BTreeMap<(&str, &str), Vec<Key>> = BTreeMap::new();
    for (noun, code, key) in &made.numbers {
        by_record.entry((noun, code)).or_default().push(key.clone());
    }
    for ((noun, code), keys) in &by_record {
        keys::record(tx, act.who, noun, code, keys).await?;
    }
    for row in &made.contacts {
        let power = match row.get("power") {
            "决策" | "decides" => "decides",
            "使用" | "uses" => "uses",
            _ => "advises",
        };
        let phone = (!row.get("phone").is_empty()).then(|| row.get("phone"));
        let said = Said {
            name: row.get("name"),
            post: row.get("post"),
            power,
            attitude: "neutral",
            needs: "",
            limits: "",
            opportunities: "",
            phone,
        };
        contact::add(tx, act, Who::Outlet, row.get("of"), &said).await?;
    }
    let (outlets, clerks, contacts) = (checked.outlets, checked.clerks, checked.contacts);
    let after = json!({ "outlets": outlets, "clerks": clerks, "contacts": contacts, "from": from.to_string() });
    tx.audit(Entry::new(act.who, "network.onboard", "application", act.application).after(after.to_string()).reason(note.as_str()));
    Ok(Text::new(
        format!("{outlets} 个网点、{clerks} 名店员、{contacts} 位联系人自 {from} 起入网"),
        format!("{outlets} outlets, {clerks} clerks and {contacts} contacts are in the network from {from} on"),
    ))
}
