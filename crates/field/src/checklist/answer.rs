//! Answers, and whether they can be answers.

use super::{Asked, Evidence, Item, ItemKind};
use qudao_kernel::{Fen, Refusal};
use serde::{Deserialize, Serialize};

/// Most codes of one scan, and photos of one answer.
const MOST: usize = 500;
/// Longest code and note.
const LONGEST: usize = 200;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// There is no such thing here.
    Na,
    /// Yes or no.
    YesNo(bool),
    /// In the item's smallest unit.
    Number(i64),
    /// A grade.
    Grade(u32),
    /// A price.
    Price(Fen),
    /// A count.
    Count(u32),
    /// Codes.
    Scan(Vec<String>),
    /// Photos, by SHA-256.
    Photo(Vec<String>),
    /// An option's id.
    Choice(String),
    /// A signature, by SHA-256.
    Signature(String),
    /// A place.
    Place(Place),
}

/// Who holds a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// We do.
    Us,
    /// A competitor does.
    Competitor,
    /// Both do.
    Both,
    /// Nobody does.
    Empty,
}

/// A place and what stands there (R7.235).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Who holds it.
    pub holder: Holder,
    /// Which competitor.
    #[serde(default)]
    pub rival: String,
    /// What stands there.
    #[serde(default)]
    pub pop: String,
    /// Whether it belongs to what runs now.
    #[serde(default)]
    pub current: bool,
    /// Whether it is clean and undamaged.
    #[serde(default)]
    pub intact: bool,
    /// Whether height and facing are right.
    #[serde(default)]
    pub facing: bool,
}

impl Place {
    /// Whether we hold it.
    pub fn ours(&self) -> bool {
        matches!(self.holder, Holder::Us | Holder::Both)
    }

    /// Points, 0 to 4. What we do not hold has none.
    pub fn points(&self) -> u32 {
        if self.ours() { 1 + u32::from(self.current) + u32::from(self.intact) + u32::from(self.facing) } else { 0 }
    }
}

/// An answer with what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The answer.
    pub answer: Answer,
    /// How it is known.
    pub evidence: Evidence,
    /// Photos of it, by SHA-256.
    #[serde(default)]
    pub photos: Vec<String>,
    /// In words.
    #[serde(default)]
    pub note: String,
}

impl Given {
    /// An answer that was seen, without a photo.
    pub fn seen(answer: Answer) -> Self {
        Self { answer, evidence: Evidence::Seen, photos: Vec::new(), note: String::new() }
    }

    /// Every photo and signature it names.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let own: &[String] = match &self.answer {
            Answer::Photo(photos) => photos,
            Answer::Signature(one) => std::slice::from_ref(one),
            _ => &[],
        };
        own.iter().chain(&self.photos).map(String::as_str)
    }
}

/// Whether something can be the name of a file: 64 hexadecimal digits, small letters.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Whether the check digit of a serial is right: fifteen digits whose last one makes the sum of Luhn end in 0.
pub(crate) fn is_imei(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum = |digits: &[u32]| digits.iter().enumerate().map(|(at, digit)| if at % 2 == 1 { doubled(*digit) } else { *digit }).sum::<u32>();
    digits.is_some_and(|digits| digits.len() == 15 && sum(&digits) % 10 == 0)
}

/// Whether something can be the answer to an item.
///
/// # Errors
/// `BadInput field.answer.kind`, `field.answer.na`, `field.answer.value`, `field.answer.photo`, `field.answer.long`.
pub fn check(item: &Item, given: &Given) -> Result<(), Refusal> {
    let (zh, en) = (&item.name.zh, &item.name.en);
    let value =
        |zh_why: &str, en_why: &str| Refusal::bad_input("field.answer.value", format!("“{zh}”{zh_why}"), format!("“{en}”: {en_why}"));
    if given.note.chars().count() > LONGEST || given.photos.len() > MOST {
        return Err(Refusal::bad_input(
            "field.answer.long",
            format!("“{zh}”的备注最多 {LONGEST} 字、照片最多 {MOST} 张"),
            format!("“{en}” takes a note of {LONGEST} characters and {MOST} photos at most"),
        ));
    }
    if !given.files().all(is_sha256) {
        return Err(Refusal::bad_input(
            "field.answer.photo",
            format!("“{zh}”的照片或签名编号有误；请重新拍摄"),
            format!("a photo or signature of “{en}” has a wrong number; take it again"),
        ));
    }
    match (&item.kind, &given.answer) {
        (_, Answer::Na) if item.na => Ok(()),
        (_, Answer::Na) => Err(Refusal::bad_input(
            "field.answer.na",
            format!("“{zh}”不能填“不适用”"),
            format!("“{en}” cannot be answered with not applicable"),
        )),
        (ItemKind::Grade { levels, .. }, Answer::Grade(grade)) if grade > levels => {
            Err(value(&format!("最高 {levels} 分"), &format!("the highest grade is {levels}")))
        }
        (ItemKind::Price(_), Answer::Price(price)) if price.0 < 0 => Err(value("价格不能为负", "a price is not below zero")),
        (ItemKind::Choice(options), Answer::Choice(id)) if options.iter().all(|option| option.id != *id) => {
            Err(value("没有这个选项", "there is no such option"))
        }
        (ItemKind::Photo, Answer::Photo(photos)) if photos.is_empty() => Err(value("请拍照", "take a photo")),
        (ItemKind::Scan { imei, .. }, Answer::Scan(codes)) => match wrong_code(codes, *imei) {
            None => Ok(()),
            Some(code) => {
                Err(value(&format!("码 {code} 有误或重复；请重新扫描"), &format!("the code {code} is wrong or there twice; scan it again")))
            }
        },
        (ItemKind::YesNo(_), Answer::YesNo(_))
        | (ItemKind::Number { .. }, Answer::Number(_))
        | (ItemKind::Price(_), Answer::Price(_))
        | (ItemKind::Count(_), Answer::Count(_))
        | (ItemKind::Grade { .. }, Answer::Grade(_))
        | (ItemKind::Photo, Answer::Photo(_))
        | (ItemKind::Choice(_), Answer::Choice(_))
        | (ItemKind::Signature, Answer::Signature(_))
        | (ItemKind::Place, Answer::Place(_)) => Ok(()),
        _ => Err(Refusal::bad_input(
            "field.answer.kind",
            format!("“{zh}”的答案类型不对；请更新页面后重填"),
            format!("the answer to “{en}” is of another kind; update the page and answer again"),
        )),
    }
}

fn wrong_code(codes: &[String], imei: bool) -> Option<&str> {
    if codes.len() > MOST {
        return codes.last().map(String::as_str);
    }
    let mut seen = std::collections::BTreeSet::new();
    let fine = |code: &str| !code.is_empty() && code.len() <= LONGEST && (!imei || is_imei(code));
    codes.iter().map(String::as_str).find(|code| !fine(code) || !seen.insert(*code))
}

/// The points of an answer; none for what does not exist here.
pub(super) fn points(kind: &ItemKind, answer: &Answer) -> Option<u32> {
    let flag = |yes: bool| Some(u32::from(yes));
    match (kind, answer) {
        (_, Answer::Na) => None,
        (ItemKind::YesNo(good), Answer::YesNo(yes)) => flag(good == yes),
        (ItemKind::Grade { levels, .. }, Answer::Grade(grade)) => Some(*grade.min(levels)),
        (ItemKind::Choice(options), Answer::Choice(id)) => {
            Some(options.iter().find(|option| option.id == *id).map_or(0, |option| option.points))
        }
        (ItemKind::Photo, Answer::Photo(photos)) => flag(!photos.is_empty()),
        (ItemKind::Signature, Answer::Signature(_)) => flag(true),
        (ItemKind::Place, Answer::Place(place)) => Some(place.points()),
        (ItemKind::Number { rule, .. } | ItemKind::Price(rule) | ItemKind::Count(rule) | ItemKind::Scan { rule, .. }, answer) => {
            Some(number(answer).map_or(0, |number| rule.points(number)))
        }
        _ => Some(0),
    }
}

/// The number of an answer that has one: also 1 for yes and what is ours.
pub(super) fn number(answer: &Answer) -> Option<i64> {
    match answer {
        Answer::Na | Answer::Choice(_) | Answer::Signature(_) => None,
        Answer::YesNo(yes) => Some(i64::from(*yes)),
        Answer::Number(number) => Some(*number),
        Answer::Grade(grade) => Some(i64::from(*grade)),
        Answer::Price(price) => Some(price.0),
        Answer::Count(count) => Some(i64::from(*count)),
        Answer::Scan(codes) => i64::try_from(codes.len()).ok(),
        Answer::Photo(photos) => i64::try_from(photos.len()).ok(),
        Answer::Place(place) => Some(i64::from(place.ours())),
    }
}

/// An answer that is worth most, for examples.
pub(super) fn best(kind: &ItemKind) -> Answer {
    let small = |rule: &super::Rule| u32::try_from(rule.best().max(0)).unwrap_or(u32::MAX);
    match kind {
        ItemKind::YesNo(good) => Answer::YesNo(*good),
        ItemKind::Number { rule, .. } => Answer::Number(rule.best()),
        ItemKind::Price(rule) => Answer::Price(Fen(rule.best().max(0))),
        ItemKind::Count(rule) => Answer::Count(small(rule)),
        ItemKind::Grade { levels, .. } => Answer::Grade(*levels),
        ItemKind::Scan { imei: true, .. } => Answer::Scan(vec!["0".repeat(15)]),
        ItemKind::Scan { rule, .. } => Answer::Scan((0..small(rule)).map(|number| format!("code-{number}")).collect()),
        ItemKind::Photo => Answer::Photo(vec!["0".repeat(64)]),
        ItemKind::Choice(options) => {
            Answer::Choice(options.iter().max_by_key(|option| option.points).map_or_else(String::new, |best| best.id.clone()))
        }
        ItemKind::Signature => Answer::Signature("0".repeat(64)),
        ItemKind::Place => {
            Answer::Place(Place { holder: Holder::Us, rival: String::new(), pop: String::new(), current: true, intact: true, facing: true })
        }
    }
}

/// Whether an answer is one to its item with evidence enough to count.
pub(super) fn counts(asked: &Asked<'_>, given: &Given) -> bool {
    given.evidence >= asked.item.evidence && (!asked.item.photo || given.files().next().is_some() || given.answer == Answer::Na)
}
