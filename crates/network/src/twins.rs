//! 疑似重复 (R0.10): records that may be the same as one that is to be added: by licence, document, phone or account, by name in one county, written
//! alike or only sounding alike, and by standing within some paces of each other.

use crate::keys::{self, Key};
use crate::life::Who;
use crate::site::Point;
use pinyin::ToPinyin;
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::db::Tx;
use std::collections::{BTreeMap, BTreeSet};

/// Nearer than this two outlets may be one, metres.
const PACES: f64 = 30.0;
/// Digits of a county's division code.
const COUNTY: usize = 6;
/// Most that are told at once.
const MOST: usize = 20;
/// Words a name ends in that tell nobody apart.
const ENDINGS: [&str; 12] =
    ["有限责任公司", "有限公司", "通讯店", "手机店", "营业厅", "专营店", "代理点", "通讯", "手机", "公司", "店", "厅"];

/// What is to be added.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Partner or outlet.
    pub who: Who,
    /// Its own code, which is no twin of itself.
    pub code: &'a str,
    /// Name.
    pub name: &'a str,
    /// Division code.
    pub territory: &'a str,
    /// Numbers it is known by.
    pub numbers: &'a [Key],
    /// Where it stands, if that is known.
    pub point: Option<Point>,
}

/// A record that may be the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Twin {
    /// partner, outlet, clerk.
    pub noun: String,
    /// Its code.
    pub code: String,
    /// licence, person, phone, account, name, sound, near.
    pub why: &'static str,
    /// What they have in common: a mask, a name, metres.
    pub what: String,
}

/// A name without what tells nobody apart.
fn core(name: &str) -> String {
    let mut name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    while let Some(rest) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).filter(|rest| rest.chars().count() >= 2) {
        name = rest.to_owned();
    }
    name
}

/// How a name sounds; letters and digits stand for themselves.
fn sound(core: &str) -> String {
    let one = |c: char| c.to_pinyin().map_or_else(|| c.to_string(), |pinyin| pinyin.plain().to_owned());
    core.chars().map(one).collect::<Vec<_>>().join(" ")
}

/// Metres between two points, as good as it needs to be within a street.
fn metres(one: Point, other: Point) -> f64 {
    const PER_DEGREE: f64 = 111_320.0;
    let degrees = |e6: i64| e6 as f64 / 1e6;
    let north = degrees(one.lat_e6 - other.lat_e6) * PER_DEGREE;
    let east = degrees(one.lon_e6 - other.lon_e6) * PER_DEGREE * degrees(one.lat_e6).to_radians().cos();
    north.hypot(east)
}

/// Records that may be the same on a day, the surest first.
///
/// # Errors
/// The database does not answer.
pub async fn find(tx: &mut Tx, asked: &Asked<'_>, day: Date) -> Result<Vec<Twin>, Refusal> {
    let mut found = Vec::new();
    let own = |noun: &str, code: &str| noun == asked.who.name() && code == asked.code;
    for key in asked.numbers {
        for (noun, code) in keys::holders(tx, key).await? {
            if !own(&noun, &code) {
                found.push(Twin { noun, code, why: key.kind.name(), what: key.mask.clone() });
            }
        }
    }
    let names = Names::read(tx, asked.who, asked.territory, day).await?;
    found.extend(names.like(asked));
    if let Some(point) = asked.point.filter(|_| asked.who == Who::Outlet) {
        found.extend(near(tx, asked.code, point, day).await?);
    }
    let mut seen = BTreeSet::new();
    found.retain(|twin| seen.insert((twin.noun.clone(), twin.code.clone(), twin.why)));
    found.truncate(MOST);
    Ok(found)
}

/// The names of a county's partners or outlets, looked up by what they are alike in.
#[derive(Debug, Default)]
pub struct Names {
    who: &'static str,
    written: BTreeMap<String, Vec<(String, String)>>,
    sounding: BTreeMap<String, Vec<(String, String)>>,
}

impl Names {
    /// Those in force on a day or to come, and candidates, of the county a division lies in; of everywhere where the code is empty.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read(tx: &mut Tx, who: Who, territory: &str, day: Date) -> Result<Self, Refusal> {
        let county = territory.get(..COUNTY).unwrap_or(territory);
        let (table, upto) = (format!("network_{}_row", who.name()), format!("{county}~"));
        let sql = format!(
            "select code, name from {table} where territory {{by_bytes}} >= $1 and territory {{by_bytes}} < $2
                 and (effective_to is null or effective_to > $3)
             union select code, name from network_candidate where noun = $4 and territory {{by_bytes}} >= $1 and territory {{by_bytes}} < $2
             order by 1"
        );
        let mut names = Self { who: who.name(), ..Self::default() };
        tx.query_each(sql, args![county, &upto, day, who.name()], |row| {
            names.add(row.text("code")?, row.text("name")?);
            Ok(())
        })
        .await?;
        Ok(names)
    }

    /// Takes one more in.
    pub fn add(&mut self, code: &str, name: &str) {
        let core = core(name);
        let entry = (code.to_owned(), name.to_owned());
        self.sounding.entry(sound(&core)).or_default().push(entry.clone());
        self.written.entry(core).or_default().push(entry);
    }

    /// Those whose name is like that of one that is to be added.
    pub fn like(&self, asked: &Asked<'_>) -> Vec<Twin> {
        let core = core(asked.name);
        if core.is_empty() {
            return Vec::new();
        }
        let twin = |why: &'static str| {
            move |(code, name): &(String, String)| Twin { noun: self.who.to_owned(), code: code.clone(), why, what: name.clone() }
        };
        let other = |(code, _): &&(String, String)| code != asked.code;
        let written = self.written.get(&core).into_iter().flatten().filter(other).map(twin("name"));
        let mut found: Vec<Twin> = written.collect();
        let heard = self.sounding.get(&sound(&core)).into_iter().flatten().filter(other);
        let heard = heard.filter(|(code, _)| !found.iter().any(|twin| twin.code == *code)).map(twin("sound"));
        let heard: Vec<Twin> = heard.collect();
        found.extend(heard);
        found
    }
}

/// Outlets that stand within some paces of a point, by their last position.
async fn near(tx: &mut Tx, own: &str, point: Point, day: Date) -> Result<Vec<Twin>, Refusal> {
    // A thousandth of a degree is 111 metres north, and more than 30 east up to far beyond where anybody sells.
    const BOX: i64 = 1_000;
    let sql = "select s.outlet, s.lat_e6, s.lon_e6 from network_site s where s.lat_e6 between $1 and $2 and s.lon_e6 between $3 and $4
                   and s.from_day <= $5 and not exists (
                       select 1 from network_site l where l.outlet = s.outlet and l.from_day > s.from_day and l.from_day <= $5)
               order by s.outlet";
    let Point { lat_e6, lon_e6 } = point;
    let args = args![lat_e6 - BOX, lat_e6 + BOX, lon_e6 - BOX, lon_e6 + BOX, day];
    let mut found = Vec::new();
    for row in tx.query(sql, args).await? {
        let other = Point { lat_e6: row.int("lat_e6")?, lon_e6: row.int("lon_e6")? };
        let (code, apart) = (row.string("outlet")?, metres(point, other));
        if code != own && apart <= PACES {
            found.push(Twin { noun: "outlet".into(), code, why: "near", what: format!("{apart:.0} m") });
        }
    }
    Ok(found)
}

/// The refusal of what is likely there already, unless whoever adds it says that it is another.
pub fn likely(twins: &[Twin]) -> Refusal {
    let told =
        |say: fn(&Twin) -> Text, pick: fn(Text) -> String| twins.iter().take(3).map(|twin| pick(say(twin))).collect::<Vec<_>>().join(", ");
    let say = |twin: &Twin| {
        let (zh, en) = match twin.why {
            "name" => ("名称相同", "the same name"),
            "sound" => ("名称同音", "a name that sounds alike"),
            "near" => ("位置相近", "near by"),
            "licence" => ("营业执照相同", "the same licence"),
            "person" => ("证件相同", "the same document"),
            "phone" => ("电话相同", "the same phone"),
            _ => ("银行账号相同", "the same bank account"),
        };
        let Twin { code, what, .. } = twin;
        Text::new(format!("{code}（{zh}：{what}）"), format!("{code} ({en}: {what})"))
    };
    Refusal::new(
        Kind::Conflict,
        "network.duplicate.likely",
        format!("可能已经存在：{}；请核对，确为不同的再确认添加", told(say, |text| text.zh)),
        format!("this may be there already: {}; look, and confirm if it is another", told(say, |text| text.en)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_what_tells_them_apart() {
        // R0.10
        assert_eq!(core("鑫源通讯店"), "鑫源");
        assert_eq!(core("鑫源 手机有限公司"), "鑫源");
        assert_eq!(core("手机店"), "手机店", "something has to be left");
        assert_eq!(sound("鑫源"), sound("新元"));
        assert_ne!(sound("鑫源"), sound("鑫龙"));
    }

    #[test]
    fn paces_are_counted_on_the_ground() {
        // R0.10
        let at = |lat_e6, lon_e6| Point { lat_e6, lon_e6 };
        let apart = metres(at(30_450_000, 114_870_000), at(30_450_000, 114_870_300));
        assert!((28.0..30.0).contains(&apart), "{apart}");
        assert!(metres(at(30_450_000, 114_870_000), at(30_450_300, 114_870_000)) > PACES);
    }
}
