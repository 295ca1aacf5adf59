//! The parameter register (R0.11): every threshold of the business, with its unit, its source, and its values by territory and
//! date. A value holds from `from` up to, not including, `to`; of two scopes that contain a territory the longer one wins;
//! where no value is set, the definition's default holds. The group defines every parameter once; how far down others may set values of
//! their own says the definition ([`Definition::deepest`]): below that a territory inherits, and a value that was set there all the same has no
//! effect (R6.42).
//!
//! [`Register`] is the model, complete without a database. The functions below it keep the same register in tables; what
//! they refuse, the model decides.

use crate::args;
use crate::audit;
use crate::db::{Row, Tx};
use crate::hash::Fields;
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Fen, Kind, Refusal, Text, territory};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

mod unit;
pub use unit::Unit;

/// The standard set, in the binary.
const STANDARD: &str = include_str!("../../../definitions/parameters/standard.toml");

/// What a parameter is, before anyone sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Stable name, `snake_case`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// What its values are.
    pub unit: Unit,
    /// The value where none is set; `None` means it must be set before use.
    pub default: Option<String>,
    /// Where the default comes from: `source` (the business documents) or `proposal`.
    pub source: String,
    /// The requirements it serves.
    pub serves: Vec<String>,
    /// The lowest level that may set a value of its own; `None`: the group alone, everybody else inherits.
    pub deepest: Option<Level>,
}

impl Definition {
    /// Whether a value for this scope may differ from the group's.
    pub fn open_to(&self, scope: &str) -> bool {
        scope.len() <= self.deepest.map_or(0, Level::digits)
    }
}

/// A value for a territory and a span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Territory code prefix; empty for everywhere.
    pub scope: String,
    /// The value, as written in the unit.
    pub value: String,
    /// First day it holds.
    pub from: Date,
    /// First day it no longer holds; `None` for open end.
    pub to: Option<Date>,
    /// Who answers for it.
    pub owner: String,
}

/// All definitions and their settings.
#[derive(Debug, Clone, Default)]
pub struct Register {
    parameters: BTreeMap<String, (Definition, Vec<Setting>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    parameter: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    zh: String,
    en: String,
    unit: String,
    default: Option<String>,
    source: String,
    serves: Vec<String>,
    /// `group`, or the lowest level that may set its own value; any where absent.
    lower: Option<String>,
}

impl Register {
    /// The standard definitions with their defaults.
    ///
    /// # Errors
    /// As [`Register::read`]; a test shows that the embedded file is right.
    pub fn standard() -> Result<Self, Refusal> {
        Self::read(STANDARD, "definitions/parameters/standard.toml")
    }

    /// Reads a definitions file. `place` names it in messages.
    pub fn read(toml: &str, place: &str) -> Result<Self, Refusal> {
        let file: File = toml::from_str(toml).map_err(|error| wrong_file(place, &error.to_string()))?;
        let mut register = Self::default();
        for written in file.parameter {
            let unit: Unit =
                written.unit.parse().map_err(|()| wrong_file(place, &format!("{}: unknown unit {}", written.name, written.unit)))?;
            if let Some(value) = &written.default {
                unit.check(&written.name, value)?;
            }
            let definition = Definition {
                name: written.name.clone(),
                title: Text::new(written.zh, written.en),
                unit,
                default: written.default,
                source: written.source,
                serves: written.serves,
                deepest: deepest(written.lower.as_deref().unwrap_or(ANY))
                    .map_err(|()| wrong_file(place, &format!("{}: lower", written.name)))?,
            };
            if register.parameters.insert(written.name.clone(), (definition, Vec::new())).is_some() {
                return Err(wrong_file(place, &format!("{} is defined twice", written.name)));
            }
        }
        Ok(register)
    }

    /// Every definition, by name.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.parameters.values().map(|(definition, _)| definition)
    }

    /// One definition with its settings.
    ///
    /// # Errors
    /// `NotFound platform.params.unknown`.
    pub fn get(&self, name: &str) -> Result<(&Definition, &[Setting]), Refusal> {
        self.parameters.get(name).map(|(definition, settings)| (definition, settings.as_slice())).ok_or_else(|| unknown(name))
    }

    /// Adds a setting.
    ///
    /// # Errors
    /// `BadInput` for a wrong value, scope or span, `Conflict platform.params.overlap` if the scope has a value on one of its days.
    pub fn set(&mut self, name: &str, setting: Setting) -> Result<(), Refusal> {
        let (definition, settings) = self.parameters.get_mut(name).ok_or_else(|| unknown(name))?;
        check(definition, settings, &setting)?;
        settings.push(setting);
        Ok(())
    }

    /// The value that holds in a territory on a day, as a typed reading.
    ///
    /// # Errors
    /// `NotFound` if the name is unknown, or if nothing is set and there is no default.
    pub fn on(&self, name: &str, territory: &str, day: Date) -> Result<Reading<'_>, Refusal> {
        let (definition, _) = self.get(name)?;
        let value = self.holder(name, territory, day)?.map(|setting| setting.value.as_str()).or(definition.default.as_deref());
        value.map(|value| Reading { definition, value }).ok_or_else(|| not_set(name, territory, day))
    }

    /// The setting a territory's value comes from on a day: its own, one it inherits from above, or `None` where the default holds.
    ///
    /// # Errors
    /// `NotFound platform.params.unknown`.
    pub fn holder(&self, name: &str, territory: &str, day: Date) -> Result<Option<&Setting>, Refusal> {
        let (definition, settings) = self.get(name)?;
        let holds = |setting: &&Setting| definition.open_to(&setting.scope) && setting.holds(territory, day);
        Ok(settings.iter().filter(holds).max_by_key(|setting| setting.scope.len()))
    }
}

impl Setting {
    fn holds(&self, code: &str, day: Date) -> bool {
        territory::under(code, &self.scope) && self.from <= day && self.to.is_none_or(|to| day < to)
    }

    fn overlaps(&self, other: &Setting) -> bool {
        let ends_after = |to: Option<Date>, from: Date| to.is_none_or(|to| from < to);
        self.scope == other.scope && ends_after(self.to, other.from) && ends_after(other.to, self.from)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = self.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
        write!(f, "{} [{}, {to}) {:?}", self.value, self.from, self.scope)
    }
}

/// A value in force, with its definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading<'r> {
    /// What it is a value of.
    pub definition: &'r Definition,
    /// As written.
    pub value: &'r str,
}

impl Reading<'_> {
    /// A whole number: days, months, points, a year.
    pub fn int(&self) -> Result<i64, Refusal> {
        self.typed(self.definition.unit.is_whole())
    }

    /// Money.
    pub fn fen(&self) -> Result<Fen, Refusal> {
        self.typed(self.definition.unit == Unit::Yuan)
    }

    /// A percentage in millionths: `100` reads 1 000 000.
    pub fn ppm(&self) -> Result<i64, Refusal> {
        let wrong = || self.wrong_type();
        if self.definition.unit != Unit::Percent {
            return Err(wrong());
        }
        unit::percent_to_ppm(self.value).ok_or_else(wrong)
    }

    /// Whether a switch is on.
    pub fn is_on(&self) -> bool {
        self.definition.unit == Unit::Switch && self.value == "on"
    }

    fn typed<T: FromStr>(&self, right_unit: bool) -> Result<T, Refusal> {
        let value = right_unit.then(|| self.value.parse().ok()).flatten();
        value.ok_or_else(|| self.wrong_type())
    }

    fn wrong_type(&self) -> Refusal {
        let Definition { name, unit, .. } = self.definition;
        Refusal::new(
            Kind::Bug,
            "platform.params.type",
            format!("参数 {name} 的单位是 {unit},不能按所要求的类型读取;请把此信息报告给维护者"),
            format!("parameter {name} is in {unit} and was read as something else; report this to the maintainers"),
        )
    }
}

fn check(definition: &Definition, settings: &[Setting], setting: &Setting) -> Result<(), Refusal> {
    let name = &definition.name;
    definition.unit.check(name, &setting.value)?;
    if !setting.scope.is_empty() && territory::level(&setting.scope).is_none() {
        return Err(Refusal::bad_input(
            "platform.params.scope",
            format!("参数 {name} 的适用范围 {:?} 不是行政区划代码;请填 2、4、6、9 或 12 位代码,全省全国留空", setting.scope),
            format!(
                "scope {:?} of parameter {name} is no division code; give 2, 4, 6, 9 or 12 digits, or nothing for everywhere",
                setting.scope
            ),
        ));
    }
    if setting.to.is_some_and(|to| to <= setting.from) {
        return Err(Refusal::bad_input(
            "platform.params.span",
            format!("参数 {name} 的失效日期须晚于生效日期;请修改日期"),
            format!("parameter {name} would end before it begins; change the dates"),
        ));
    }
    match settings.iter().find(|known| known.overlaps(setting)) {
        None => Ok(()),
        Some(known) => Err(Refusal::new(
            Kind::Conflict,
            "platform.params.overlap",
            format!("参数 {name} 在同一范围内与已有取值重叠({known});请先为已有取值设定失效日期"),
            format!("parameter {name} has a value on some of these days already ({known}); end that one first"),
        )),
    }
}

/// Puts the definitions of a register into the database; existing ones get the new titles, units and defaults.
pub async fn seed(tx: &mut Tx, register: &Register) -> Result<(), Refusal> {
    for definition in register.definitions() {
        let sql = "insert into parameter (name, title_zh, title_en, unit, default_value, source, lower) values ($1, $2, $3, $4, $5, $6, $7)
                   on conflict (name) do update set title_zh = excluded.title_zh, title_en = excluded.title_en, unit = excluded.unit,
                       default_value = excluded.default_value, source = excluded.source, lower = excluded.lower";
        let Definition { name, title, unit, default, source, deepest, .. } = definition;
        let lower = deepest.map_or(GROUP, Level::name);
        tx.execute(sql, args![name, &title.zh, &title.en, unit.to_string(), default.as_ref(), source, lower]).await?;
    }
    Ok(())
}

/// The register as the database holds it: the definitions of `definitions`, the settings of the tables.
pub async fn load(tx: &mut Tx, definitions: Register) -> Result<Register, Refusal> {
    let mut register = definitions;
    let rows = tx.query("select * from parameter_value order by name, scope, effective_from", args![]).await?;
    for row in &rows {
        register.set(row.text("name")?, setting_of(row)?)?;
    }
    Ok(register)
}

/// What tells one state of the settings from another, without reading them: the same as before, and nothing was changed by anybody.
pub async fn revision(tx: &mut Tx) -> Result<[i64; 3], Refusal> {
    let names = tx.query_one("select cast(coalesce(sum(version), 0) as BIGINT) as versions from parameter", args![]).await?;
    let values = "select count(*) as settings, cast(coalesce(sum(version), 0) as BIGINT) as versions from parameter_value";
    let values = tx.query_one(values, args![]).await?;
    Ok([names.int("versions")?, values.int("settings")?, values.int("versions")?])
}

/// Adds a setting, with its audit entry, and returns its id.
///
/// # Errors
/// As [`Register::set`]; `Forbidden platform.params.redefined` for a territory that inherits the parameter.
pub async fn set(tx: &mut Tx, who: &str, name: &str, setting: &Setting, reason: &str) -> Result<String, Refusal> {
    // The definition's row is the lock of its settings.
    let sql = "select name, title_zh, title_en, unit, default_value, source, lower from parameter where name = $1 {for_update}";
    let row = tx.query_opt(sql, args![name]).await?.ok_or_else(|| unknown(name))?;
    let definition = definition_of(&row)?;
    let settings = settings(tx, name).await?;
    if !definition.open_to(&setting.scope) {
        return Err(redefined(&definition));
    }
    check(&definition, &settings, setting)?;
    let id = insert(tx, name, setting).await?;
    tx.audit(audit::Entry::new(who, "parameter.set", "parameter", name).after(json(setting)).reason(reason));
    Ok(id)
}

/// Ends a setting on a day, so that another can follow. `version` is the one the caller saw.
///
/// # Errors
/// `BadInput` if the day is not after its first, `Conflict` if it was changed meanwhile or ended earlier.
pub async fn end(tx: &mut Tx, who: &str, id: &str, version: u32, to: Date, reason: &str) -> Result<(), Refusal> {
    let sql = "select * from parameter_value where id = $1 {for_update}";
    let row = tx.query_opt(sql, args![id]).await?.ok_or_else(|| unknown(id))?;
    let before = setting_of(&row)?;
    let name = row.string("name")?;
    if to <= before.from || before.to.is_some_and(|end| end < to) {
        return Err(Refusal::bad_input(
            "platform.params.span",
            format!("参数 {name} 的取值 {before} 不能在 {to} 失效;请选择生效之后、原失效日期之前的日期"),
            format!("value {before} of parameter {name} cannot end on {to}; choose a day inside its span"),
        ));
    }
    let update = "update parameter_value set effective_to = $3, version = version + 1 where id = $1 and version = $2";
    tx.execute_versioned("parameter", &name, update, args![id, version, to]).await?;
    let after = Setting { to: Some(to), ..before.clone() };
    tx.audit(audit::Entry::new(who, "parameter.end", "parameter", &name).before(json(&before)).after(json(&after)).reason(reason));
    Ok(())
}

/// A setting in the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// What it says.
    pub setting: Setting,
}

/// The settings of one parameter with their ids, by scope and day, and the version of them together.
///
/// # Errors
/// `NotFound platform.params.unknown`.
pub async fn kept(tx: &mut Tx, name: &str) -> Result<(Vec<Kept>, u32), Refusal> {
    let row = tx.query_opt("select version from parameter where name = $1", args![name]).await?.ok_or_else(|| unknown(name))?;
    let sql = "select * from parameter_value where name = $1 order by scope, effective_from";
    let rows = tx.query(sql, args![name]).await?;
    let of_row = |row: &Row| Ok(Kept { id: row.string("id")?, setting: setting_of(row)? });
    Ok((rows.iter().map(of_row).collect::<Result<_, Refusal>>()?, row.count("version")?))
}

/// Sets a value from a day on: what holds in the scope until then ends that day, and comes back afterwards where the new value ends first.
/// `version` is the one the caller saw of the parameter's settings together (R0.24). Past days keep the values they had (R0.4).
///
/// # Errors
/// As [`Register::set`]; `BadInput platform.params.past` for a day that is over, `Conflict platform.db.stale`,
/// `platform.params.overlap` if another value begins within the new one's days.
pub async fn change(tx: &mut Tx, who: &str, name: &str, version: u32, new: &Setting, today: Date, reason: &str) -> Result<(), Refusal> {
    lock(tx, name, version).await?;
    if new.from < today {
        return Err(Refusal::bad_input(
            "platform.params.past",
            format!("参数 {name} 的生效日期不能早于今天：过去的结果须能按当时的取值重算"),
            format!("parameter {name} cannot change on a day that is over: what was computed then must come out again"),
        ));
    }
    let (held, _) = kept(tx, name).await?;
    if let Some(Kept { id, setting }) = held.iter().find(|held| held.setting.scope == new.scope && held.setting.from == new.from) {
        // A slip of the same day, or of a day to come: nothing was computed with it yet.
        tx.execute("delete from parameter_value where id = $1", args![id]).await?;
        tx.audit(audit::Entry::new(who, "parameter.withdraw", "parameter", name).before(json(setting)).reason(reason));
    }
    if let Some(Kept { id, setting }) = held.iter().find(|held| held.setting.overlaps(new) && held.setting.from < new.from) {
        tx.execute("update parameter_value set effective_to = $2, version = version + 1 where id = $1", args![id, new.from]).await?;
        let back = new.to.filter(|end| setting.to.is_none_or(|to| *end < to));
        set(tx, who, name, new, reason).await?;
        if let Some(end) = back {
            insert(tx, name, &Setting { from: end, ..setting.clone() }).await?;
        }
        return Ok(());
    }
    set(tx, who, name, new, reason).await.map(drop)
}

/// Takes back a value that has not begun; what it would have ended goes on.
///
/// # Errors
/// `NotFound platform.params.none`; `Conflict platform.params.begun` if it holds already, `platform.db.stale`.
pub async fn withdraw(tx: &mut Tx, who: &str, name: &str, version: u32, id: &str, today: Date, reason: &str) -> Result<(), Refusal> {
    lock(tx, name, version).await?;
    let (held, _) = kept(tx, name).await?;
    let gone = held.into_iter().find(|held| held.id == id).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "platform.params.none",
            format!("参数 {name} 没有这项取值"),
            format!("parameter {name} has no such value"),
        )
    })?;
    if gone.setting.from <= today {
        return Err(Refusal::new(
            Kind::Conflict,
            "platform.params.begun",
            "这项取值已经生效；请从今天起另设新值",
            "this value holds already; set another from today on",
        ));
    }
    let Setting { scope, from, to, .. } = &gone.setting;
    tx.execute("delete from parameter_value where id = $1", args![id]).await?;
    let before = "update parameter_value set effective_to = $4, version = version + 1 where name = $1 and scope = $2 and effective_to = $3";
    tx.execute(before, args![name, scope, *from, *to]).await?;
    tx.audit(audit::Entry::new(who, "parameter.withdraw", "parameter", name).before(json(&gone.setting)).reason(reason));
    Ok(())
}

/// Locks the settings of a parameter as somebody saw them.
async fn lock(tx: &mut Tx, name: &str, version: u32) -> Result<(), Refusal> {
    if tx.query_opt("select name from parameter where name = $1 {for_update}", args![name]).await?.is_none() {
        return Err(unknown(name));
    }
    let sql = "update parameter set version = version + 1 where name = $1 and version = $2";
    tx.execute_versioned("parameter", name, sql, args![name, version]).await
}

async fn insert(tx: &mut Tx, name: &str, setting: &Setting) -> Result<String, Refusal> {
    let digest = Fields::new().text(name).text(&setting.scope).text(&setting.from.to_string()).finish();
    let id = format!("par_{}", &digest[..24]);
    let sql = "insert into parameter_value (id, name, scope, value, effective_from, effective_to, owner, version)
               values ($1, $2, $3, $4, $5, $6, $7, 1)";
    tx.execute(sql, args![&id, name, &setting.scope, &setting.value, setting.from, setting.to, &setting.owner]).await?;
    Ok(id)
}

/// The settings of one parameter, oldest first.
pub async fn settings(tx: &mut Tx, name: &str) -> Result<Vec<Setting>, Refusal> {
    let sql = "select * from parameter_value where name = $1 order by scope, effective_from";
    tx.query(sql, args![name]).await?.iter().map(setting_of).collect()
}

fn definition_of(row: &Row) -> Result<Definition, Refusal> {
    let name = row.string("name")?;
    let unit = row.text("unit")?.parse().map_err(|()| unknown(&name))?;
    let title = Text::new(row.string("title_zh")?, row.string("title_en")?);
    let default = row.opt_string("default_value")?;
    let deepest = deepest(row.text("lower")?).map_err(|()| unknown(&name))?;
    Ok(Definition { name, title, unit, default, source: row.string("source")?, serves: Vec::new(), deepest })
}

fn setting_of(row: &Row) -> Result<Setting, Refusal> {
    Ok(Setting {
        scope: row.string("scope")?,
        value: row.string("value")?,
        from: row.parse("effective_from")?,
        to: row.opt_parse("effective_to")?,
        owner: row.string("owner")?,
    })
}

fn json(setting: &Setting) -> String {
    let Setting { scope, value, from, to, owner } = setting;
    serde_json::json!({ "scope": scope, "value": value, "from": from, "to": to, "owner": owner }).to_string()
}

/// Nobody below the group sets the parameter.
const GROUP: &str = "group";
/// Every level may.
const ANY: &str = Level::Village.name();

fn deepest(word: &str) -> Result<Option<Level>, ()> {
    if word == GROUP { Ok(None) } else { Level::named(word).map(Some).ok_or(()) }
}

fn redefined(definition: &Definition) -> Refusal {
    let name = &definition.name;
    let (zh, en) = match definition.deepest {
        None => ("集团统一规定，各级只继承", "is set by the group for everybody"),
        Some(Level::Province) => ("只能规定到省，以下继承", "is set down to provinces, others inherit"),
        Some(Level::City) => ("只能规定到地市，以下继承", "is set down to cities, others inherit"),
        Some(Level::County) => ("只能规定到区县，以下继承", "is set down to counties, others inherit"),
        Some(_) => ("只能规定到乡镇街道，以下继承", "is set down to townships, others inherit"),
    };
    Refusal::new(
        Kind::Forbidden,
        "platform.params.redefined",
        format!("参数 {name} {zh}；如需调整请向上级提出"),
        format!("parameter {name} {en}; ask the level above to change it"),
    )
}

fn unknown(name: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "platform.params.unknown",
        format!("没有名为 {name} 的参数;请核对参数名"),
        format!("there is no parameter {name}; check the name"),
    )
}

fn not_set(name: &str, territory: &str, day: Date) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "platform.params.not_set",
        format!("参数 {name} 在区域 {territory:?}、日期 {day} 没有取值,也没有默认值;请先设定"),
        format!("parameter {name} has no value for territory {territory:?} on {day} and no default; set it first"),
    )
}

fn wrong_file(place: &str, reason: &str) -> Refusal {
    Refusal::bad_input(
        "platform.params.file",
        format!("参数定义文件 {place} 有误:{reason}"),
        format!("parameter definitions {place} are wrong: {reason}"),
    )
}

#[cfg(test)]
mod tests;
