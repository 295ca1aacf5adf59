//! Territories: the official division codes to township level, as a tree.
//!
//! A code is 2, 4, 6, 9 or 12 digits and lies under each of its prefixes, so the tree needs no pointers: rows sorted by code hold
//! every subtree in one stretch. The list shipped in `definitions/territories/` is compiled in; a master folder may add to it. It ends with
//! townships: villages have codes of their own without being listed, and how many there are says [`crate::universe`].

use crate::initials::Initials;
use flate2::read::GzDecoder;
use qudao_kernel::territory::{Level, level};
use qudao_kernel::{Kind, Refusal, Text};
use std::io::Read;
use std::sync::OnceLock;

/// One division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Code of 2, 4, 6, 9 or 12 digits.
    pub code: String,
    /// Name without those above it.
    pub name: String,
}

/// The tree of divisions.
#[derive(Debug, Clone, Default)]
pub struct Territories {
    rows: Vec<Division>,
    initials: OnceLock<Vec<Initials>>,
}

static SHIPPED: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../definitions/territories/divisions.csv.gz"));

/// Names that bracket counties without being a place; a path leaves them out.
const BRACKETS: [&str; 4] = ["市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"];

impl Territories {
    /// The list that is compiled in.
    ///
    /// # Errors
    /// The list was damaged when the program was built.
    pub fn official() -> Result<&'static Territories, Refusal> {
        static OFFICIAL: OnceLock<Result<Territories, Refusal>> = OnceLock::new();
        OFFICIAL.get_or_init(|| Territories::read_gz(SHIPPED)).as_ref().map_err(Clone::clone)
    }

    /// Reads a compressed list: `code,name` under a header.
    ///
    /// # Errors
    /// It does not unpack, or [`Territories::add`] refuses a row.
    pub fn read_gz(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut text = String::new();
        GzDecoder::new(bytes).read_to_string(&mut text).map_err(|error| {
            Refusal::new(
                Kind::Bug,
                "network.territory.damaged",
                format!("内置行政区划损坏：{error}；请重新安装"),
                format!("the division codes are damaged: {error}; install again"),
            )
        })?;
        let rows = text.lines().skip(1).filter_map(|line| line.split_once(','));
        let mut list =
            Self { rows: rows.map(|(code, name)| Division { code: code.into(), name: name.into() }).collect(), ..Self::default() };
        list.rows.sort_unstable_by(|a, b| a.code.cmp(&b.code));
        Ok(list)
    }

    /// Adds a division, or renames the one of this code.
    ///
    /// # Errors
    /// The code is malformed, has no parent in the list, or the name is empty.
    pub fn add(&mut self, code: &str, name: &str) -> Result<(), Text> {
        let Some(level) = level(code) else { return Err(malformed()) };
        if name.is_empty() {
            return Err(Text::new("名称为空；请填写行政区划名称", "the name is empty; enter the name of the division"));
        }
        if level != Level::Province && self.parent(code).is_none() {
            return Err(Text::new("上级行政区划不存在；请先添加上级代码", "its parent is not in the list; add the parent's code first"));
        }
        match self.position(code) {
            Ok(index) => name.clone_into(&mut self.rows[index].name),
            Err(index) => self.rows.insert(index, Division { code: code.into(), name: name.into() }),
        }
        self.initials = OnceLock::new();
        Ok(())
    }

    /// The division of a code.
    pub fn get(&self, code: &str) -> Option<&Division> {
        self.position(code).ok().map(|index| &self.rows[index])
    }

    /// Whether a code names a division of the list.
    ///
    /// # Errors
    /// What is wrong with it and what to do.
    pub fn check(&self, code: &str) -> Result<Level, Text> {
        let level = level(code).ok_or_else(malformed)?;
        if self.get(code).is_some() || (level == Level::Village && self.parent(code).is_some()) {
            return Ok(level);
        }
        let nearest = [9, 6, 4, 2].into_iter().find_map(|digits| self.get(code.get(..digits)?));
        Err(match nearest {
            Some(known) => Text::new(
                format!("行政区划中没有此代码；其上级为 {} {}，请核对，或在 territories.csv 中补充", known.code, known.name),
                format!("no division has this code; above it is {} {}, check it, or add it in territories.csv", known.code, known.name),
            ),
            None => Text::new(
                "行政区划中没有此代码；请核对，或在 territories.csv 中补充",
                "no division has this code; check it, or add it in territories.csv",
            ),
        })
    }

    /// The division directly above.
    pub fn parent(&self, code: &str) -> Option<&Division> {
        let digits = match level(code)? {
            Level::Province => return None,
            Level::City => 2,
            Level::County => 4,
            Level::Township => 6,
            Level::Village => 9,
        };
        self.get(&code[..digits])
    }

    /// The divisions above, from the province down, without the division itself.
    pub fn ancestors(&self, code: &str) -> Vec<&Division> {
        let mut above: Vec<_> = std::iter::successors(self.parent(code), |division| self.parent(&division.code)).collect();
        above.reverse();
        above
    }

    /// The divisions directly below, by code; the provinces for the empty code.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &Division> {
        let digits = match level(code) {
            Some(Level::Province) => 4,
            Some(Level::City) => 6,
            Some(Level::County) => 9,
            Some(Level::Township) => 12,
            Some(Level::Village) => usize::MAX,
            None if code.is_empty() => 2,
            None => usize::MAX,
        };
        self.under(code).iter().filter(move |division| division.code.len() == digits)
    }

    /// The division and everything below it, by code; all of it for the empty code.
    pub fn under(&self, code: &str) -> &[Division] {
        let start = self.rows.partition_point(|division| division.code.as_str() < code);
        let length = self.rows[start..].partition_point(|division| division.code.starts_with(code));
        &self.rows[start..start + length]
    }

    /// The name with those above it, as an address is written: 湖南省长沙市芙蓉区. Bracket names and repeated names are left out.
    /// A village that is not listed is its township's name and its last three digits.
    pub fn full_name(&self, code: &str) -> Option<String> {
        let Some(own) = self.get(code) else {
            let above = self.full_name(&self.parent(code).filter(|_| level(code) == Some(Level::Village))?.code)?;
            return Some(format!("{above}{}", &code[9..]));
        };
        let mut path = String::new();
        let mut last = "";
        for name in self.ancestors(code).into_iter().chain([own]).map(|division| division.name.as_str()) {
            if name != last && (!BRACKETS.contains(&name) || name == own.name) {
                path.push_str(name);
                last = name;
            }
        }
        Some(path)
    }

    /// Divisions under `area` whose name contains the text, or whose pinyin initials do; codes also match by their front.
    /// The best first: the whole name, then its beginning, then larger divisions, then by code.
    pub fn search(&self, typed: &str, area: &str, limit: usize) -> Vec<&Division> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Vec::new();
        }
        let initials = self.initials.get_or_init(|| self.rows.iter().map(|division| Initials::of(&division.name)).collect());
        let start = self.rows.partition_point(|division| division.code.as_str() < area);
        let mut found: Vec<_> = self
            .under(area)
            .iter()
            .zip(&initials[start..])
            .filter_map(|(division, initials)| Some((rank(division, initials, typed)?, division.code.len(), division)))
            .collect();
        found.sort_by(|a, b| (a.0, a.1, &a.2.code).cmp(&(b.0, b.1, &b.2.code)));
        found.truncate(limit);
        found.into_iter().map(|(_, _, division)| division).collect()
    }

    /// Number of divisions of a level.
    pub fn count(&self, level: Level) -> usize {
        self.rows.iter().filter(|division| division.code.len() == level.digits()).count()
    }

    fn position(&self, code: &str) -> Result<usize, usize> {
        self.rows.binary_search_by(|division| division.code.as_str().cmp(code))
    }
}

fn rank(division: &Division, initials: &Initials, typed: &str) -> Option<u8> {
    if division.name == typed || division.code == typed {
        return Some(0);
    }
    match division.name.find(typed).or_else(|| initials.find(typed)) {
        Some(0) => Some(1),
        Some(_) => Some(2),
        None => division.code.starts_with(typed).then_some(1),
    }
}

fn malformed() -> Text {
    Text::new("行政区划代码应为 2、4、6、9 或 12 位数字", "a division code has 2, 4, 6, 9 or 12 digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> &'static Territories {
        Territories::official().unwrap()
    }

    #[test]
    fn the_official_list_is_whole() {
        // Counts of definitions/territories/README.md; every code has all its parents, so scope is a prefix test (R0.4, R0.14)
        let list = list();
        let counts = [Level::Province, Level::City, Level::County, Level::Township].map(|level| list.count(level));
        assert_eq!(counts, [34, 342, 2978, 41352]);
        for division in list.under("") {
            let level = list.check(&division.code).unwrap();
            assert!(!division.name.is_empty() && (level == Level::Province || list.parent(&division.code).is_some()), "{division:?}");
        }
        assert!(list.rows.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn names_read_as_addresses() {
        let name = |code: &str| list().full_name(code);
        assert_eq!(name("430102").as_deref(), Some("湖南省长沙市芙蓉区"));
        assert_eq!(name("110101001").as_deref(), Some("北京市东城区东华门街道"));
        assert_eq!(name("1101").as_deref(), Some("北京市市辖区"));
        assert_eq!(name("441900003").map(|name| name.starts_with("广东省东莞市") && name.matches("东莞市").count() == 1), Some(true));
        assert_eq!(name("429004").as_deref(), Some("湖北省仙桃市"));
        assert_eq!(name("430102001201").as_deref().and_then(|village| village.strip_suffix("201")), name("430102001").as_deref());
        assert_eq!(name("999999"), None);
        assert_eq!(name("430102999201"), None);
    }

    #[test]
    fn the_tree_is_walked_both_ways() {
        let list = list();
        assert_eq!(list.children("").count(), 34);
        assert_eq!(list.children("4301").count(), 9);
        assert!(list.children("430102").all(|town| town.code.len() == 9 && town.code.starts_with("430102")));
        assert_eq!(list.children("4419").count(), 1, "a city without counties has one of its own name");
        let above: Vec<_> = list.ancestors("430102001").into_iter().map(|division| division.code.as_str()).collect();
        assert_eq!(above, ["43", "4301", "430102"]);
        assert_eq!(list.children("430102001").count() + list.children("430102001201").count() + list.children("x").count(), 0);
    }

    #[test]
    fn search_takes_names_initials_and_codes() {
        let first = |typed: &str, area: &str| list().search(typed, area, 5).first().map(|division| division.code.clone());
        assert_eq!(first("长沙", "").as_deref(), Some("4301"));
        assert_eq!(first("cs", "43").as_deref(), Some("4301"));
        assert_eq!(first("芙蓉区", "").as_deref(), Some("430102"));
        assert_eq!(first("4301", "").as_deref(), Some("4301"));
        assert_eq!(first("岳麓区", "44"), None);
        assert!(list().search("街道", "", 7).len() == 7 && list().search(" ", "", 7).is_empty());
    }

    #[test]
    fn codes_are_checked_and_can_be_added() {
        let mut list = list().clone();
        assert!(list.check("430199").unwrap_err().en.contains("4301 长沙市"));
        assert!(list.check("43010").is_err() && list.check("4301o2").is_err() && list.check("").is_err() && list.check("99").is_err());
        list.add("430102999", "新区").unwrap();
        assert_eq!(list.check("430102999"), Ok(Level::Township));
        assert_eq!(list.search("xq", "430102", 9).last().map(|division| division.name.as_str()), Some("新区"));
        list.add("4301", "长沙").unwrap();
        assert_eq!(list.get("4301").map(|division| division.name.as_str()), Some("长沙"));
        assert!(list.add("990101", "无").is_err() && list.add("12345", "无").is_err() && list.add("4302", "").is_err());
    }
}
