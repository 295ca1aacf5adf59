//! Templates, scores and the shipped set.

use super::answer::{best, is_imei};
use super::read::{read, refusal};
use super::score::{count, share, weighted};
use super::{Answer, By, Catalogue, Context, Evidence, Given, Holder, ItemKind, Measure, Place, Unit, Verdict, check, observe};
use proptest::prelude::*;
use qudao_kernel::Fen;
use std::collections::BTreeMap;

const SMALL: &str = r#"
id = "small"
version = 1
zh = "样例"
en = "Sample"
about_zh = "样例"
about_en = "Sample"
kind = "sample"
pass_mark = 6000

[[section]]
id = "first"
zh = "一"
en = "One"
weight = 75

[[section.item]]
id = "sign"
zh = "店头"
en = "Sign"
kind = "grade"
na = true

[[section.item]]
id = "clean"
zh = "清洁"
en = "Clean"
kind = "yes_no"
veto = true

[[section.item.vary]]
outlet_types = ["报刊亭"]
drop = true

[[section]]
id = "second"
zh = "二"
en = "Two"
weight = 25
floor = 2000

[[section.item]]
id = "height"
zh = "高度"
en = "Height"
kind = "number"
unit = "cm"
pass_min = 130
pass_max = 170

[[section.item]]
id = "stock"
zh = "串号"
en = "Serials"
kind = "scan"
imei = true
required = false
weight = 0

[[example]]
rest = "best"
score = 10000
"#;

fn yes(yes: bool) -> Given {
    Given::seen(Answer::YesNo(yes))
}

fn answers(list: &[(&str, Answer)]) -> BTreeMap<String, Given> {
    list.iter().map(|(id, answer)| ((*id).to_owned(), Given::seen(answer.clone()))).collect()
}

#[test]
fn the_shipped_templates_run_their_examples() {
    // R7.19 R7.202 S17 Q43
    let all = Catalogue::standard().unwrap();
    assert_eq!(all.iter().count(), 9);
    let sections = |id: &str| all.get(id).unwrap().sections.len();
    assert_eq!((sections("display_elements"), sections("display_principles")), (7, 9));
    let places = all.get("places").unwrap();
    let of = |section: &str| {
        let at = places.sections.iter().position(|one| one.id == section).unwrap();
        places.items.iter().filter(|item| item.section == at).count()
    };
    // The field's own list has 5 + 4 + 4 + 8 places; four come from the principle of competition alone, and one display place.
    let both = ["outdoor", "entrance", "aisle", "product"].map(of);
    assert_eq!((both, both.iter().sum::<usize>(), of("display")), ([5, 5, 6, 9], 25, 7));
    assert!(places.items.iter().all(|item| item.kind == ItemKind::Place && item.na && item.photo));
    let push = all.get("main_push").unwrap();
    let begins = |begin: &str| push.items.iter().filter(|item| item.id.starts_with(begin)).count();
    assert_eq!((begins("level_"), begins("factor_")), (4, 6), "S25");
    assert!(all.get("mystery").unwrap().hidden);
    let visit = Context { outlet_type: "专营店".into(), ..Context::default() };
    let names: Vec<&str> = all.for_visit(&visit).iter().map(|template| template.id.as_str()).collect();
    assert!(!names.contains(&"mystery") && !names.contains(&"own_hall") && names.contains(&"visit_basics"));
    assert_eq!(all.get("none").unwrap_err().code, "field.template.none");
}

#[test]
fn the_six_price_checks_are_there() {
    // R7.281
    let all = Catalogue::standard().unwrap();
    let price = all.get("price").unwrap();
    let six = price.sections.iter().position(|section| section.id == "six").unwrap();
    let names: Vec<&str> = price.items.iter().filter(|item| item.section == six).map(|item| item.id.as_str()).collect();
    assert_eq!(names, ["floor", "suggested", "habit", "season", "promotion", "rival_price"]);
}

#[test]
fn weights_and_what_does_not_exist() {
    // N20 N21 R7.205 R7.233
    let sub = [(25, 4, 5), (15, 1, 1), (20, 3, 4), (10, 1, 1), (10, 9, 10), (15, 3, 5), (5, 1, 1)];
    assert_eq!(weighted(&sub), Some(8_300));
    assert_eq!(share(12, 21 - 6), Some(8_000));
    assert_eq!((share(1, 3), share(2, 3), share(0, 0), weighted(&[(5, 0, 0)])), (Some(3_333), Some(6_667), None, None));
}

#[test]
fn a_score_is_exact_and_says_what_is_wrong() {
    // R7.23
    let template = read(SMALL).unwrap();
    let shop = Context::default();
    let one = answers(&[("sign", Answer::Grade(1)), ("clean", Answer::YesNo(true)), ("height", Answer::Number(150))]);
    // 75 × 2/3 + 25
    let outcome = count(&template, &shop, &one);
    assert_eq!((outcome.score, outcome.verdict, outcome.failed.as_slice()), (Some(7_500), Verdict::Passed, &["sign".to_owned()][..]));
    assert_eq!(count(&template, &shop, &one), outcome, "the same answers give the same outcome");
    let veto = answers(&[("sign", Answer::Grade(2)), ("clean", Answer::YesNo(false)), ("height", Answer::Number(171))]);
    let outcome = count(&template, &shop, &veto);
    assert_eq!((outcome.vetoed.as_slice(), outcome.verdict), (&["clean".to_owned(), "second".to_owned()][..], Verdict::Failed));
    let open = answers(&[("sign", Answer::Na)]);
    let outcome = count(&template, &shop, &open);
    assert_eq!(
        (outcome.open.as_slice(), outcome.progress, outcome.score),
        (&["clean".to_owned(), "height".to_owned()][..], [1, 1, 4], Some(0))
    );
    assert_eq!(outcome.verdict, Verdict::Failed, "the second section is below its floor");
    let kiosk = Context { outlet_type: "报刊亭".into(), ..Context::default() };
    let outcome = count(&template, &kiosk, &answers(&[("sign", Answer::Na), ("height", Answer::Number(130))]));
    assert_eq!((outcome.score, outcome.sections.as_slice(), outcome.open.len()), (Some(10_000), &[None, Some(10_000)][..], 0));
}

#[test]
fn eye_level_is_one_and_a_half_metres() {
    // S18 R7.245
    let template = read(SMALL).unwrap();
    let passes = |cm: i64| count(&template, &Context::default(), &answers(&[("height", Answer::Number(cm))])).sections[1];
    assert_eq!([129, 130, 150, 170, 171].map(passes), [Some(0), Some(10_000), Some(10_000), Some(10_000), Some(0)]);
}

#[test]
fn an_answer_must_be_one_to_its_item() {
    // R7.31
    let template = read(SMALL).unwrap();
    let wrong = |id: &str, given: &Given| check(template.item(id).unwrap(), given).err().map(|refusal| refusal.code);
    let seen = Given::seen;
    assert_eq!(wrong("sign", &seen(Answer::Grade(3))), Some("field.answer.value"));
    assert_eq!(wrong("clean", &seen(Answer::Na)), Some("field.answer.na"));
    assert_eq!(wrong("clean", &seen(Answer::Count(1))), Some("field.answer.kind"));
    assert_eq!(wrong("stock", &seen(Answer::Scan(vec!["490154203237518".into()]))), None);
    assert_eq!(wrong("stock", &seen(Answer::Scan(vec!["490154203237519".into()]))), Some("field.answer.value"));
    let twice = vec!["490154203237518".to_owned(); 2];
    assert_eq!(wrong("stock", &seen(Answer::Scan(twice))), Some("field.answer.value"));
    assert_eq!(wrong("clean", &Given { photos: vec!["../x".into()], ..yes(true) }), Some("field.answer.photo"));
    assert_eq!(wrong("clean", &Given { note: "长".repeat(201), ..yes(true) }), Some("field.answer.long"));
    assert!(is_imei("490154203237518") && !is_imei("49015420323751") && !is_imei("49015420323751X"));
    let stored = serde_json::to_value(seen(Answer::Price(Fen(98_900)))).unwrap();
    assert_eq!(stored["answer"], serde_json::json!({ "price": 98_900 }));
    assert_eq!(serde_json::from_value::<Given>(stored).unwrap(), seen(Answer::Price(Fen(98_900))));
}

#[test]
fn what_was_told_counts_only_where_that_is_enough() {
    // R7.90
    let text = SMALL.replace("veto = true", "evidence = \"seen\"");
    let template = read(&text).unwrap();
    let mut given = answers(&[("sign", Answer::Grade(2)), ("clean", Answer::YesNo(true)), ("height", Answer::Number(150))]);
    given.get_mut("clean").unwrap().evidence = Evidence::Told;
    let outcome = count(&template, &Context::default(), &given);
    assert_eq!((outcome.unproven.as_slice(), outcome.score), (&["clean".to_owned()][..], Some(7_500)));
    let facts = observe::observations(&template, &Context::default(), &given, &outcome, "V1");
    let rows: Vec<_> = facts.iter().map(|one| (one.item.as_str(), one.value, one.passed, one.evidence)).collect();
    assert_eq!(
        rows,
        [
            ("sign", Some(2), Some(true), Evidence::Seen),
            ("clean", Some(1), Some(false), Evidence::Told),
            ("height", Some(150), Some(true), Evidence::Seen),
            ("score", Some(7_500), Some(true), Evidence::System),
        ]
    );
    let day = "2026-07-06".parse().unwrap();
    let cells = facts[0].cells(&observe::Where { day, known_on: day, outlet: "O1", partner: "P1" });
    assert_eq!((cells["event_id"].as_str(), cells["kind"].as_str(), cells["grade"].as_str()), ("V1:small:sign", "sample", "seen"));
}

/// An answer that is worth nothing, of kinds that have one.
fn worst(kind: &ItemKind) -> Option<Answer> {
    let place = Place { holder: Holder::Empty, rival: String::new(), pop: String::new(), current: false, intact: false, facing: false };
    match kind {
        ItemKind::YesNo(good) => Some(Answer::YesNo(!good)),
        ItemKind::Grade { .. } => Some(Answer::Grade(0)),
        ItemKind::Number { .. } => Some(Answer::Number(-1)),
        ItemKind::Count(_) => Some(Answer::Count(9_999)),
        ItemKind::Place => Some(Answer::Place(place)),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_better_answer_never_lowers_a_score(choices in proptest::collection::vec(0..4_u8, 80), better in 0..80_usize) {
        // R7.23
        let all = Catalogue::standard().unwrap();
        for template in all.iter() {
            let context = Context::default();
            let mut given = BTreeMap::new();
            for (item, choice) in template.items.iter().zip(choices.iter().cycle()) {
                let answer = match choice {
                    0 => None,
                    1 if item.na => Some(Answer::Na),
                    2 => worst(&item.kind),
                    _ => Some(best(&item.kind)),
                };
                if let Some(answer) = answer {
                    given.insert(item.id.clone(), Given { photos: vec!["0".repeat(64)], ..Given::seen(answer) });
                }
            }
            let before = count(template, &context, &given);
            prop_assert!(before.score.is_none_or(|score| score <= 10_000));
            prop_assert_eq!(count(template, &context, &given), before.clone());
            let Some(item) = template.items.get(better % template.items.len()) else { continue };
            if given.get(&item.id).is_some_and(|given| given.answer != Answer::Na) {
                given.insert(item.id.clone(), Given { photos: vec!["0".repeat(64)], ..Given::seen(best(&item.kind)) });
                prop_assert!(count(template, &context, &given).score >= before.score);
            }
        }
    }
}

#[test]
fn a_wrong_template_says_where() {
    // R7.19
    let code = |text: &str| read(text).unwrap_err().into_iter().map(|finding| finding.place).collect::<Vec<_>>();
    assert_eq!(code(&SMALL.replace("score = 10000", "score = 9999")), ["example[1].score"]);
    assert_eq!(code(&SMALL.replace("id = \"clean\"", "id = \"sign\"")), ["sign"]);
    assert_eq!(code(&SMALL.replace("pass_min = 130", "pass_min = 230")), ["item[height]"]);
    assert_eq!(code(&SMALL.replace("unit = \"cm\"", "good = true")), ["item[height]"]);
    assert_eq!(code(&SMALL.replace("floor = 2000", "floor = 20000")), ["section[second]"]);
    assert!(code(&SMALL.replace("kind = \"grade\"", "kind = \"mood\""))[0].starts_with("line "));
    assert!(code(&SMALL[..SMALL.find("[[example]]").unwrap()]).contains(&"example".to_owned()));
    let findings = read(&SMALL.replace("score = 10000", "score = 1")).unwrap_err();
    assert_eq!(refusal("small.toml", &findings).code, "field.template.wrong");
    assert_eq!(Catalogue::of_texts(&[("a", SMALL), ("b", SMALL)]).err().unwrap().code, "field.template.wrong");
}

#[test]
fn a_figure_says_what_it_is_in() {
    // R7.34
    let catalogue = Catalogue::standard().unwrap();
    let unit = |template: &str, measure: &str| {
        let template = catalogue.get(template).unwrap();
        template.measures.iter().find(|one| one.id == measure).map(|one| one.unit(template))
    };
    assert_eq!(unit("display_elements", "on_shelf_rate"), Some(Unit::Share));
    assert_eq!(unit("display_elements", "advantage"), Some(Unit::Points));
    assert_eq!(unit("main_push", "pushed"), Some(Unit::YesNo));
    let price = catalogue.get("price").unwrap();
    let total = |kind: fn(&ItemKind) -> bool| {
        let at = price.items.iter().position(|item| kind(&item.kind)).unwrap_or(usize::MAX);
        Measure { id: "sum".into(), name: price.name.clone(), by: By::Total(vec![at]) }.unit(price)
    };
    assert_eq!(total(|kind| matches!(kind, ItemKind::Price(_))), Unit::Fen);
    assert_eq!(total(|_| false), Unit::Pieces);
    assert_eq!((Unit::Number(2).name(), Unit::Number(2).scale(), Unit::Fen.scale()), ("number", 2, 0));
}
