//! How many units of each level there truly are, and how many of them hold an open outlet (R6.43, R7.107).
//!
//! Provinces to townships are counted from the division list, as of its own day; brackets that are no place of their own do not count.
//! Villages are in no list: how many there are is a figure somebody gives for a division, from a day on, with its source. A given figure
//! also stands above the list's count. Where a division has none, those of its parts are summed, and the sum says whether it is whole.

use crate::Territories;
use qudao_kernel::territory::{Level, level, under};
use qudao_kernel::{Date, Refusal, Text};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::sheet::{self, Options, RecordBuf, Step, parse_date, parse_int};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The day the shipped list describes: `definitions/territories/README.md`.
pub const LISTED: &str = "2023-06-30";
/// Most figures of one file.
const MOST_ROWS: usize = 100_000;
/// Most units of a figure: there are fewer villages than this in the country.
const MOST_UNITS: i64 = 2_000_000;

/// A figure somebody gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Division code; empty for the country.
    pub territory: String,
    /// What is counted.
    pub level: Level,
    /// How many there are.
    pub units: u64,
    /// First day it holds.
    pub from: Date,
    /// Where it comes from.
    pub source: String,
}

/// Where a count comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The division list.
    List,
    /// A figure given for the division, or several of its parts.
    Given(String),
}

/// The units of a level in a division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// How many there are.
    pub units: u64,
    /// The day this describes; of several figures the earliest.
    pub as_of: Option<Date>,
    /// Where it comes from.
    pub source: Source,
    /// Whether it is all of the division; false where figures of some parts are missing.
    pub whole: bool,
}

/// A level within a division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The level.
    pub level: Level,
    /// How many units there are; `None` where nobody knows.
    pub existing: Option<Units>,
    /// Of the listed ones, how many of each kind ([`kind`]).
    pub kinds: BTreeMap<&'static str, u64>,
    /// Units with an open outlet.
    pub covered: u64,
    /// Open outlets.
    pub outlets: u64,
    /// Of them, those whose code ends above the level, so that nobody can say which unit they stand in.
    pub unplaced: u64,
}

impl Reach {
    /// Covered of existing, in parts of a million; `None` where it is not known how many there are.
    pub fn share_ppm(&self) -> Option<i64> {
        let units = self.existing.as_ref().filter(|units| units.units > 0)?.units;
        i64::try_from(u128::from(self.covered) * 1_000_000 / u128::from(units)).ok()
    }
}

/// What a division is by its name: `district`, `county_city`, `county`, `street`, `town`, `rural` and the like; `other` for what has no word of its own,
/// `None` for a bracket that is no place.
pub fn kind(code: &str, name: &str) -> Option<&'static str> {
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    Some(match level(code)? {
        Level::City if ends(&["市辖区", "县", "行政区划"]) => return None,
        Level::County if code.ends_with("00") || ends(&["行政区划"]) => return None,
        Level::Township if ends(&["直辖村级区划", "直辖村模拟镇"]) => return None,
        Level::Province => "province",
        Level::City if ends(&["市"]) => "city",
        Level::City => "prefecture",
        Level::County if ends(&["区"]) => "district",
        Level::County if ends(&["市"]) => "county_city",
        Level::County if ends(&["县", "旗"]) => "county",
        Level::Township if ends(&["街道", "街道办事处"]) => "street",
        Level::Township if ends(&["镇"]) => "town",
        Level::Township if ends(&["乡", "苏木"]) => "rural",
        Level::County | Level::Township | Level::Village => "other",
    })
}

/// The levels below a division with what exists and what is covered. `open` are the division codes of open outlets, as far as the asker sees them.
pub fn reach<'o>(territories: &Territories, figures: &[Figure], area: &str, open: impl Iterator<Item = &'o str>, day: Date) -> Vec<Reach> {
    let open: Vec<&str> = open.filter(|code| under(code, area)).collect();
    Level::ALL
        .into_iter()
        .filter(|level| level.digits() > area.len())
        .map(|level| one(territories, figures, area, level, &open, day))
        .collect()
}

fn one(territories: &Territories, figures: &[Figure], area: &str, level: Level, open: &[&str], day: Date) -> Reach {
    let digits = level.digits();
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    let listed = territories.under(area).iter().filter(|division| division.code.len() == digits);
    for found in listed.filter_map(|division| kind(&division.code, &division.name)) {
        *kinds.entry(found).or_default() += 1;
    }
    let covered: BTreeSet<&str> = open.iter().filter_map(|code| code.get(..digits)).collect();
    Reach {
        level,
        existing: existing(territories, figures, area, level, kinds.values().sum(), day),
        kinds,
        covered: covered.len() as u64,
        outlets: open.len() as u64,
        unplaced: open.iter().filter(|code| code.len() < digits).count() as u64,
    }
}

fn existing(territories: &Territories, figures: &[Figure], area: &str, level: Level, listed: u64, day: Date) -> Option<Units> {
    let holds = || figures.iter().filter(|figure| figure.level == level && figure.from <= day && under(&figure.territory, area));
    if let Some(own) = holds().filter(|figure| figure.territory == area).max_by_key(|figure| figure.from) {
        return Some(Units { units: own.units, as_of: Some(own.from), source: Source::Given(own.source.clone()), whole: true });
    }
    if listed > 0 {
        return Some(Units { units: listed, as_of: LISTED.parse().ok(), source: Source::List, whole: true });
    }
    // The newest figure of each part, without parts of parts that are counted already.
    let mut newest: BTreeMap<&str, &Figure> = BTreeMap::new();
    for figure in holds() {
        let kept = newest.entry(&figure.territory).or_insert(figure);
        if kept.from < figure.from {
            *kept = figure;
        }
    }
    let mut top: Vec<&Figure> = Vec::new();
    for figure in newest.into_values() {
        if !top.last().is_some_and(|last| under(&figure.territory, &last.territory)) {
            top.push(figure);
        }
    }
    let first = top.first()?;
    let told = |code: &str| top.iter().any(|figure| under(code, &figure.territory));
    let whole = leaves(territories, area, level).all(told);
    Some(Units {
        units: top.iter().map(|figure| figure.units).sum(),
        as_of: top.iter().map(|figure| figure.from).min(),
        source: Source::Given(first.source.clone()),
        whole,
    })
}

/// The deepest listed divisions above a level within an area: their figures together are the area's.
fn leaves<'t>(territories: &'t Territories, area: &str, level: Level) -> impl Iterator<Item = &'t str> {
    let all = territories.under(area);
    let deepest = all.iter().map(|division| division.code.len()).filter(|digits| *digits < level.digits()).max().unwrap_or(0);
    all.iter().filter(move |division| division.code.len() == deepest).map(|division| division.code.as_str())
}

/// The figures that were given, by division, level and day.
///
/// # Errors
/// The database does not answer.
pub async fn figures(tx: &mut Tx) -> Result<Vec<Figure>, Refusal> {
    let rows = tx.query("select * from network_universe order by territory, level, effective_from", args![]).await?;
    let of = |row: &qudao_platform::Row| {
        Ok(Figure {
            territory: row.string("territory")?,
            // The table admits no other word.
            level: Level::named(row.text("level")?).unwrap_or(Level::Village),
            units: u64::try_from(row.int("units")?).unwrap_or(0),
            from: row.parse("effective_from")?,
            source: row.string("source")?,
        })
    };
    rows.iter().map(of).collect()
}

/// Gives figures, all or none. One for the same division, level and day takes the place of the one there.
///
/// # Errors
/// `BadInput network.universe.row` for a division or level that is none, a number that cannot be, or no source.
pub async fn give(db: &Db, who: &str, territories: &Territories, given: &[Figure], reason: &str) -> Result<usize, Refusal> {
    for (at, figure) in given.iter().enumerate() {
        if let Some(why) = wrong(territories, figure) {
            return Err(refused(at + 1, &why));
        }
    }
    write_tx!(db, |tx| {
        for figure in given {
            let sql = "insert into network_universe (territory, level, effective_from, units, source) values ($1, $2, $3, $4, $5)
                       on conflict (territory, level, effective_from) do update set units = excluded.units, source = excluded.source";
            let units = i64::try_from(figure.units).unwrap_or(i64::MAX);
            tx.execute(sql, args![&figure.territory, figure.level.name(), figure.from, units, &figure.source]).await?;
        }
        let rows = given.iter().take(200).map(|figure| {
            json!({ "territory": figure.territory, "level": figure.level.name(), "units": figure.units, "from": figure.from.to_string() })
        });
        let after = json!({ "count": given.len(), "figures": rows.collect::<Vec<_>>() });
        tx.audit(Entry::new(who, "universe.give", "universe", "figures").after(after.to_string()).reason(reason));
        Ok(())
    })?;
    Ok(given.len())
}

fn wrong(territories: &Territories, figure: &Figure) -> Option<Text> {
    if !figure.territory.is_empty() {
        match territories.check(&figure.territory) {
            Err(text) => return Some(text),
            Ok(at) if at >= figure.level => {
                return Some(Text::new("层级须低于区划本身", "the level has to be below the division"));
            }
            Ok(_) => {}
        }
    }
    if i64::try_from(figure.units).is_ok_and(|units| units > MOST_UNITS) {
        return Some(Text::new("数量过大；请核对", "there cannot be so many; check the number"));
    }
    figure.source.trim().is_empty().then(|| Text::new("请填写数据来源", "say where the figure comes from"))
}

fn refused(row: usize, why: &Text) -> Refusal {
    Refusal::bad_input(
        "network.universe.row",
        format!("第 {row} 行：{}；本次没有保存任何数据", why.zh),
        format!("row {row}: {}; nothing was saved", why.en),
    )
}

/// Reads figures from a CSV or XLSX file with the columns 区划代码, 层级, 数量, 生效日期, 来源.
///
/// # Errors
/// The file is no table or lacks a column; `BadInput network.universe.row` for the first row that cannot be read.
pub fn read(path: &Path) -> Result<Vec<Figure>, Refusal> {
    let mut reader = sheet::open(path, &Options::default())?;
    let column = |names: [&str; 2]| {
        reader.headers().iter().position(|header| names.contains(&header.as_str())).ok_or_else(|| {
            Refusal::bad_input(
                "network.universe.column",
                format!("缺少列“{}”；需要区划代码、层级、数量、生效日期、来源", names[0]),
                format!("the column {} is missing; territory, level, units, effective_from and source are needed", names[1]),
            )
        })
    };
    let at = [
        column(["区划代码", "territory"])?,
        column(["层级", "level"])?,
        column(["数量", "units"])?,
        column(["生效日期", "effective_from"])?,
        column(["来源", "source"])?,
    ];
    let (mut found, mut record) = (Vec::new(), RecordBuf::new());
    loop {
        match reader.next_into(&mut record)? {
            Step::End => return Ok(found),
            Step::Bad(problem) => return Err(problem.refusal("")),
            Step::Row if found.len() == MOST_ROWS => {
                return Err(refused(MOST_ROWS + 1, &Text::new("行数过多；请分成几个文件", "there are too many rows; split the file")));
            }
            Step::Row => {}
        }
        let cell = |index: usize| record.trimmed(at[index]).to_owned();
        let row = usize::try_from(record.row()).unwrap_or(usize::MAX);
        let level = word(&cell(1)).ok_or_else(|| {
            refused(row, &Text::new("层级须为省、市、县、乡镇、村之一", "the level is one of province, city, county, township, village"))
        })?;
        let units = parse_int(&cell(2)).and_then(|units| u64::try_from(units).ok());
        let units = units.ok_or_else(|| refused(row, &Text::new("数量须为整数", "the number has to be a whole one")))?;
        let from = parse_date(&cell(3));
        let from = from.ok_or_else(|| refused(row, &Text::new("生效日期须为日期，如 2026-01-01", "write the day as 2026-01-01")))?;
        found.push(Figure { territory: cell(0), level, units, from, source: cell(4) });
    }
}

fn word(typed: &str) -> Option<Level> {
    Some(match typed {
        "省" | "省级" => Level::Province,
        "市" | "地市" => Level::City,
        "县" | "区县" => Level::County,
        "乡" | "镇" | "乡镇" | "乡镇街道" | "街道" => Level::Township,
        "村" | "社区" | "村级" => Level::Village,
        _ => return Level::named(typed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_testkit::{TestDb, on_both};

    on_both!(figures_are_given_with_their_day_and_counted_against);

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn villages(territory: &str, units: u64, from: &str) -> Figure {
        Figure { territory: territory.into(), level: Level::Village, units, from: day(from), source: "统计年鉴".into() }
    }

    fn at(rows: &[Reach], level: Level) -> &Reach {
        rows.iter().find(|row| row.level == level).unwrap()
    }

    #[test]
    fn every_unit_counts_whether_or_not_an_outlet_stands_in_it() {
        // R6.43, R7.107: the list is the denominator from the country down; brackets are no units
        let list = Territories::official().unwrap();
        let rows = reach(list, &[], "", std::iter::empty(), day("2026-08-31"));
        assert_eq!(at(&rows, Level::Province).existing.as_ref().map(|units| units.units), Some(34));
        let cities = at(&rows, Level::City).existing.clone().unwrap();
        assert!(cities.units < 342 && cities.units > 330 && cities.as_of == Some(day(LISTED)), "{cities:?}");
        assert_eq!(at(&rows, Level::Village).existing, None, "what nobody said is not made up");
        let open = ["360902001", "360902001201", "360902001202", "360902", "3609"];
        let rows = reach(list, &[], "3609", open.into_iter(), day("2026-08-31"));
        assert_eq!(rows.len(), 3, "only levels below the division");
        let counties = at(&rows, Level::County);
        assert_eq!((counties.existing.as_ref().unwrap().units, counties.covered, counties.unplaced), (10, 1, 1));
        assert_eq!(counties.share_ppm(), Some(100_000));
        assert_eq!(counties.kinds, BTreeMap::from([("county", 6), ("county_city", 3), ("district", 1)]));
        let towns = at(&rows, Level::Township);
        assert_eq!((towns.covered, towns.unplaced, towns.outlets), (1, 2, 5));
        assert_eq!(at(&rows, Level::Village).covered, 2);
        assert_eq!(at(&rows, Level::Village).share_ppm(), None);
    }

    async fn figures_are_given_with_their_day_and_counted_against(db: TestDb) {
        // R7.107: a figure holds from its day on; parts are summed and say whether they are all
        let list = Territories::official().unwrap();
        let given = [villages("360902", 300, "2024-01-01"), villages("360902", 310, "2026-01-01"), villages("360902001", 9, "2026-01-01")];
        assert_eq!(give(&db, "u1", list, &given, "年报").await.unwrap(), 3);
        let kept = figures(&mut db.read().await.unwrap()).await.unwrap();
        let of = |area: &str, on: &str| at(&reach(list, &kept, area, std::iter::empty(), day(on)), Level::Village).existing.clone();
        assert_eq!(of("360902", "2023-12-31"), None);
        assert_eq!(of("360902", "2025-06-30").unwrap().units, 300);
        let city = of("3609", "2026-08-31").unwrap();
        assert_eq!((city.units, city.whole), (310, false), "a part of a counted part is not counted again");
        let county = of("360902", "2026-08-31").unwrap();
        assert_eq!((county.units, county.whole, county.as_of), (310, true, Some(day("2026-01-01"))));
        for wrong in [
            villages("99", 1, "2026-01-01"),
            villages("360902001201", 1, "2026-01-01"),
            Figure { source: " ".into(), ..villages("36", 1, "2026-01-01") },
        ] {
            assert_eq!(give(&db, "u1", list, &[wrong], "年报").await.unwrap_err().code, "network.universe.row");
        }
    }

    #[test]
    fn figures_come_as_a_file() {
        // R0.7
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("区域数.csv");
        std::fs::write(&path, "区划代码,层级,数量,生效日期,来源\n360902,村,310,2026-01-01,统计年鉴\n").unwrap();
        assert_eq!(read(&path).unwrap(), [villages("360902", 310, "2026-01-01")]);
        std::fs::write(&path, "区划代码,层级,数量,生效日期,来源\n360902,洲,310,2026-01-01,统计年鉴\n").unwrap();
        assert!(read(&path).unwrap_err().text.zh.starts_with("第 2 行"));
        std::fs::write(&path, "区划代码,数量\n").unwrap();
        assert_eq!(read(&path).unwrap_err().code, "network.universe.column");
    }
}
