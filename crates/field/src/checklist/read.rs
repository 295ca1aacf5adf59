//! The text of a template.

use super::answer::{Answer, Given, best};
use super::{By, Choice, Context, Evidence, Example, Fits, Item, ItemKind, Measure, Rule, Section, Template, Variant, answer, example};
use qudao_kernel::{Fen, Refusal, Text};
use qudao_platform::hash;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most items of a template, and the largest weight and number of points: what keeps sums small.
const MOST_ITEMS: usize = 300;
const MOST_WEIGHT: u32 = 1_000;
/// The whole in hundredths of a percent.
const WHOLE: u32 = 10_000;

/// What is wrong in a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Such as `item[shelf_gap]`.
    pub place: String,
    /// What, and what to do.
    pub why: Text,
}

/// A finding.
pub(super) fn finding(place: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Finding {
    Finding { place: place.into(), why: Text::new(zh, en) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    version: u32,
    zh: String,
    en: String,
    about_zh: String,
    about_en: String,
    kind: String,
    #[serde(default)]
    hidden: bool,
    #[serde(default)]
    fits: FitsText,
    pass_mark: Option<u32>,
    #[serde(default)]
    section: Vec<SectionText>,
    #[serde(default)]
    measure: Vec<MeasureText>,
    #[serde(default)]
    example: Vec<ExampleText>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FitsText {
    #[serde(default)]
    outlet_types: Vec<String>,
    #[serde(default)]
    sizes: Vec<String>,
    #[serde(default)]
    settings: Vec<String>,
    #[serde(default)]
    purposes: Vec<String>,
}

impl From<FitsText> for Fits {
    fn from(text: FitsText) -> Self {
        let FitsText { outlet_types, sizes, settings, purposes } = text;
        Self { outlet_types, sizes, settings, purposes }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionText {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    weight: u32,
    floor: Option<u32>,
    #[serde(default)]
    item: Vec<ItemText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the definition files")]
struct ItemText {
    id: String,
    zh: String,
    en: String,
    kind: Kind,
    /// Which answer to a yes-or-no item is good.
    good: Option<bool>,
    unit: Option<String>,
    scale: Option<u32>,
    pass_min: Option<i64>,
    pass_max: Option<i64>,
    #[serde(default)]
    steps: Vec<(i64, u32)>,
    levels: Option<u32>,
    pass: Option<u32>,
    #[serde(default)]
    imei: bool,
    #[serde(default)]
    options: Vec<OptionText>,
    #[serde(default = "yes")]
    required: bool,
    #[serde(default)]
    na: bool,
    #[serde(default = "one")]
    weight: u32,
    #[serde(default)]
    veto: bool,
    #[serde(default)]
    photo: bool,
    #[serde(default)]
    evidence: Option<Evidence>,
    #[serde(default)]
    vary: Vec<VaryText>,
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    YesNo,
    Number,
    Price,
    Count,
    /// Good 2, partly 1, no 0, unless `levels` says otherwise.
    Grade,
    /// Better 2, equal 1, worse 0 than the main competitor.
    Compare,
    Scan,
    Photo,
    Choice,
    Signature,
    Place,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionText {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    points: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VaryText {
    #[serde(default)]
    outlet_types: Vec<String>,
    #[serde(default)]
    sizes: Vec<String>,
    #[serde(default)]
    settings: Vec<String>,
    #[serde(default)]
    purposes: Vec<String>,
    #[serde(default)]
    drop: bool,
    weight: Option<u32>,
    required: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureText {
    id: String,
    zh: String,
    en: String,
    by: ByText,
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    of: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ByText {
    Held,
    All,
    Tally,
    Ratio,
    Total,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleText {
    #[serde(default)]
    outlet_type: String,
    #[serde(default)]
    size: String,
    #[serde(default)]
    setting: String,
    #[serde(default)]
    purposes: Vec<String>,
    /// What items without an answer of their own get: `best`, or nothing.
    rest: Option<RestText>,
    #[serde(default)]
    answers: BTreeMap<String, toml::Value>,
    /// Items whose answer was told, not seen.
    #[serde(default)]
    told: Vec<String>,
    score: Option<u32>,
    #[serde(default = "yes")]
    complete: bool,
    failed: Option<Vec<String>>,
    #[serde(default)]
    vetoed: Vec<String>,
    #[serde(default)]
    sections: BTreeMap<String, u32>,
    #[serde(default)]
    measures: BTreeMap<String, i64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RestText {
    Best,
}

/// Reads a template and runs its examples.
///
/// # Errors
/// Everything that is wrong, each with its place.
pub fn read(text: &str) -> Result<Template, Vec<Finding>> {
    let file: File = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or(1, |span| text.get(..span.start).unwrap_or("").lines().count().max(1));
        vec![finding(format!("line {place}"), error.message(), error.message())]
    })?;
    let mut findings = Vec::new();
    let template = build(file, hash::sha256(text.replace("\r\n", "\n")), &mut findings);
    if findings.is_empty() {
        example::run(&template, &mut findings);
    }
    if findings.is_empty() { Ok(template) } else { Err(findings) }
}

/// What is wrong in a template, as a refusal.
pub fn refusal(name: &str, findings: &[Finding]) -> Refusal {
    let all = |part: fn(&Text) -> &str| {
        let each: Vec<String> = findings.iter().take(20).map(|one| format!("{}: {}", one.place, part(&one.why))).collect();
        each.join("; ")
    };
    let (zh, en) = (all(|text| &text.zh), all(|text| &text.en));
    Refusal::bad_input("field.template.wrong", format!("检查表 {name} 有误：{zh}"), format!("the checklist {name} is wrong: {en}"))
}

fn build(file: File, sha256: String, findings: &mut Vec<Finding>) -> Template {
    let File { id, version, zh, en, about_zh, about_en, kind, hidden, fits, pass_mark, section, measure, example } = file;
    let (mut sections, mut items) = (Vec::new(), Vec::new());
    for (at, section) in section.into_iter().enumerate() {
        let place = format!("section[{}]", section.id);
        bounded(&place, section.weight, findings);
        whole(&place, section.floor, findings);
        items.extend(section.item.into_iter().map(|item| of_item(at, item, findings)));
        sections.push(Section { id: section.id, name: Text::new(section.zh, section.en), weight: section.weight, floor: section.floor });
    }
    whole("pass_mark", pass_mark, findings);
    let ids = sections.iter().map(|section| &section.id).chain(items.iter().map(|item: &Item| &item.id));
    unique(ids.chain(measure.iter().map(|measure| &measure.id)), findings);
    if version == 0 || items.is_empty() || items.len() > MOST_ITEMS {
        let (zh, en) = (
            format!("版本号从 1 起，检查项 1 至 {MOST_ITEMS} 项"),
            format!("versions count from 1; a template has 1 to {MOST_ITEMS} items"),
        );
        findings.push(finding("template", zh, en));
    }
    let measures = measure.into_iter().map(|measure| of_measure(measure, &sections, &items, findings)).collect();
    let examples = example.into_iter().enumerate().map(|(at, text)| of_example(at, text, &items, findings)).collect();
    let (name, about) = (Text::new(zh, en), Text::new(about_zh, about_en));
    Template { id, version, name, about, kind, hidden, fits: fits.into(), pass_mark, sections, items, measures, examples, sha256 }
}

fn unique<'a>(ids: impl Iterator<Item = &'a String>, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        let fine = !id.is_empty() && id.len() <= 60 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fine || !seen.insert(id) {
            findings.push(finding(
                id.as_str(),
                "编号重复，或不是小写字母、数字、下划线",
                "an id is there twice, or is not of small letters, digits and underscores",
            ));
        }
    }
}

fn bounded(place: &str, weight: u32, findings: &mut Vec<Finding>) {
    if weight > MOST_WEIGHT {
        findings.push(finding(place, format!("最大 {MOST_WEIGHT}"), format!("at most {MOST_WEIGHT}")));
    }
}

fn whole(place: &str, share: Option<u32>, findings: &mut Vec<Finding>) {
    if share.is_some_and(|share| share > WHOLE) {
        findings.push(finding(place, "以万分比表示，最大 10000", "in hundredths of a percent, at most 10000"));
    }
}

fn of_item(section: usize, text: ItemText, findings: &mut Vec<Finding>) -> Item {
    let place = format!("item[{}]", text.id);
    let ruled = text.pass_min.is_some() || text.pass_max.is_some() || !text.steps.is_empty();
    let numeric = matches!(text.kind, Kind::Number | Kind::Price | Kind::Count | Kind::Scan);
    let stray = (ruled && !numeric)
        || (text.good.is_some() && !matches!(text.kind, Kind::YesNo))
        || ((text.levels.is_some() || text.pass.is_some()) && !matches!(text.kind, Kind::Grade))
        || (text.options.is_empty() == matches!(text.kind, Kind::Choice))
        || ((text.unit.is_some() || text.scale.is_some()) && !matches!(text.kind, Kind::Number))
        || (text.imei && !matches!(text.kind, Kind::Scan));
    if stray {
        findings.push(finding(
            &place,
            "有不属于这种类型的设置，或选项缺失",
            "something is set that its kind does not have, or options are missing",
        ));
    }
    let rising = text.steps.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let crossed = text.pass_min.zip(text.pass_max).is_some_and(|(least, most)| least > most);
    if !rising || crossed || (!text.steps.is_empty() && (text.pass_min.is_some() || text.pass_max.is_some())) {
        findings.push(finding(&place, "合格界限或分档有误：须递增，二者取一", "bounds or steps are wrong: rising, and one of both"));
    }
    bounded(&place, text.weight, findings);
    let rule = Rule { pass_min: text.pass_min, pass_max: text.pass_max, steps: text.steps };
    let levels = text.levels.unwrap_or(2);
    let kind = match text.kind {
        Kind::YesNo => ItemKind::YesNo(text.good.unwrap_or(true)),
        Kind::Number => ItemKind::Number { unit: text.unit.unwrap_or_default(), scale: text.scale.unwrap_or(0).min(6), rule },
        Kind::Price => ItemKind::Price(rule),
        Kind::Count => ItemKind::Count(rule),
        Kind::Grade => ItemKind::Grade { levels, pass: text.pass.unwrap_or(levels), compare: false },
        Kind::Compare => ItemKind::Grade { levels: 2, pass: 1, compare: true },
        Kind::Scan => ItemKind::Scan { imei: text.imei, rule },
        Kind::Photo => ItemKind::Photo,
        Kind::Choice => ItemKind::Choice(text.options.into_iter().map(of_option).collect()),
        Kind::Signature => ItemKind::Signature,
        Kind::Place => ItemKind::Place,
    };
    bounded(&place, kind.most(), findings);
    if text.veto && kind.most() == 0 {
        findings.push(finding(&place, "不计分的项目不能一票否决", "what is not scored cannot fail the whole"));
    }
    let variants = text.vary.into_iter().map(|vary| of_variant(&place, vary, findings)).collect();
    Item {
        id: text.id,
        section,
        name: Text::new(text.zh, text.en),
        kind,
        required: text.required,
        na: text.na,
        weight: text.weight,
        veto: text.veto,
        photo: text.photo,
        evidence: text.evidence.unwrap_or(Evidence::Told),
        variants,
    }
}

fn of_option(text: OptionText) -> Choice {
    Choice { id: text.id, name: Text::new(text.zh, text.en), points: text.points }
}

fn of_variant(place: &str, text: VaryText, findings: &mut Vec<Finding>) -> Variant {
    bounded(place, text.weight.unwrap_or(0), findings);
    let fits = Fits { outlet_types: text.outlet_types, sizes: text.sizes, settings: text.settings, purposes: text.purposes };
    Variant { fits, drop: text.drop, weight: text.weight, required: text.required }
}

/// Places of the items a list names: an id, a beginning with `*`, or a section with `@`.
fn named(place: &str, list: &[String], sections: &[Section], items: &[Item], findings: &mut Vec<Finding>) -> Vec<usize> {
    let mut found = BTreeSet::new();
    for name in list {
        let takes = |item: &Item| match (name.strip_prefix('@'), name.strip_suffix('*')) {
            (Some(section), _) => sections.get(item.section).is_some_and(|one| one.id == section),
            (None, Some(begin)) => item.id.starts_with(begin),
            (None, None) => item.id == *name,
        };
        let before = found.len();
        found.extend(items.iter().enumerate().filter(|(_, item)| takes(item)).map(|(at, _)| at));
        if found.len() == before {
            findings.push(finding(place, format!("{name} 没有对应的检查项"), format!("{name} names no item")));
        }
    }
    found.into_iter().collect()
}

fn of_measure(text: MeasureText, sections: &[Section], items: &[Item], findings: &mut Vec<Finding>) -> Measure {
    let place = format!("measure[{}]", text.id);
    let list = named(&place, &text.items, sections, items, findings);
    let under = named(&place, &text.of, sections, items, findings);
    if list.is_empty() || under.is_empty() == matches!(text.by, ByText::Ratio) {
        findings.push(finding(&place, "缺少检查项；比率须有 of，其他没有", "items are missing; a ratio has `of`, nothing else has"));
    }
    let by = match text.by {
        ByText::Held => By::Held(list),
        ByText::All => By::All(list),
        ByText::Tally => By::Tally(list),
        ByText::Ratio => By::Ratio(list, under),
        ByText::Total => By::Total(list),
    };
    Measure { id: text.id, name: Text::new(text.zh, text.en), by }
}

fn of_example(at: usize, text: ExampleText, items: &[Item], findings: &mut Vec<Finding>) -> Example {
    let place = format!("example[{}]", at + 1);
    let mut answers = BTreeMap::new();
    for id in text.answers.keys().chain(&text.told).filter(|id| items.iter().all(|item| item.id != **id)) {
        findings.push(finding(&place, format!("没有检查项 {id}"), format!("there is no item {id}")));
    }
    for item in items {
        let given = match text.answers.get(&item.id) {
            Some(value) => written(&item.kind, value),
            None => text.rest.map(|RestText::Best| best(&item.kind)),
        };
        if text.answers.contains_key(&item.id) && given.is_none() {
            findings.push(finding(&place, format!("{} 的答案读不懂", item.id), format!("the answer to {} cannot be read", item.id)));
        }
        let Some(given) = given else { continue };
        let mut given = Given::seen(given);
        if text.told.contains(&item.id) {
            given.evidence = Evidence::Told;
        }
        if item.photo {
            given.photos.push("0".repeat(64));
        }
        if let Err(refusal) = answer::check(item, &given) {
            findings.push(finding(&place, refusal.text.zh, refusal.text.en));
        }
        answers.insert(item.id.clone(), given);
    }
    let context = Context { outlet_type: text.outlet_type, size: text.size, setting: text.setting, purposes: text.purposes };
    let ExampleText { score, complete, failed, vetoed, sections, measures, .. } = text;
    Example { context, answers, score, complete, failed, vetoed, sections, measures }
}

/// An answer as examples write it.
fn written(kind: &ItemKind, value: &toml::Value) -> Option<Answer> {
    if value.as_str() == Some("na") {
        return Some(Answer::Na);
    }
    let number = value.as_integer();
    let small = || number.and_then(|number| u32::try_from(number).ok());
    match kind {
        ItemKind::YesNo(_) => value.as_bool().map(Answer::YesNo),
        ItemKind::Number { .. } => number.map(Answer::Number),
        ItemKind::Price(_) => number.map(|fen| Answer::Price(Fen(fen))),
        ItemKind::Count(_) => small().map(Answer::Count),
        ItemKind::Grade { .. } => small().map(Answer::Grade),
        ItemKind::Choice(_) => value.as_str().map(|id| Answer::Choice(id.to_owned())),
        ItemKind::Photo | ItemKind::Signature => value.as_bool().filter(|there| *there).map(|_| best(kind)),
        ItemKind::Scan { .. } => {
            let codes = value.as_array()?.iter().map(|code| code.as_str().map(str::to_owned));
            codes.collect::<Option<Vec<_>>>().map(Answer::Scan)
        }
        ItemKind::Place => value.clone().try_into().ok().map(Answer::Place),
    }
}
