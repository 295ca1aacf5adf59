use super::{Names, Type, compile};
use crate::form::Form;
use proptest::prelude::*;
use serde_json::json;

struct Fields;

impl Names for Fields {
    fn named(&self, name: &str) -> Option<Type> {
        Some(match name {
            "amount" | "items.cost" => Type::Money,
            "people" => Type::Number,
            "kind" => Type::Text,
            "urgent" => Type::Bool,
            "day" => Type::Date,
            "month" => Type::Month,
            "items" => Type::Rows,
            _ => return None,
        })
    }

    fn known(&self) -> Vec<String> {
        vec!["amount".to_owned(), "kind".to_owned()]
    }
}

fn form() -> Form {
    let form = json!({ "amount": 13_000_000, "people": 3, "kind": "rent", "urgent": false, "day": "2026-08-31", "month": "2026-08",
        "items": [{ "cost": 100 }, { "cost": 250 }] });
    serde_json::from_value(form).unwrap()
}

#[test]
fn conditions_hold_as_they_read() {
    // R8.35, R8.42
    for (text, holds) in [
        ("amount >= 130000元", true),
        ("amount > 130000.00元", false),
        ("amount * 2 = 260000元 and not urgent", true),
        ("kind = 'rent' or amount < 0元 and urgent", true),
        ("(kind = 'rent' or amount < 0元) and urgent", false),
        ("kind in ('rent', 'build') and people <= 3", true),
        ("非 urgent 且 people + 1 = 4 或 false", true),
        ("day < 2026-09-01 and month = 2026-08", true),
        ("sum(items.cost) = 3.50元 and count(items) = 2", true),
        ("filled(kind) and -people = -3", true),
        ("people - 1 - 1 = 1", true),
        ("not kind in ('build')", true),
    ] {
        assert_eq!(compile(text, &Fields).map(|found| found.holds(&form())), Ok(holds), "{text}");
    }
}

#[test]
fn what_is_not_filled_in_compares_with_nothing() {
    let empty = Form::new();
    for text in ["amount = 0元", "amount < 1元", "kind != 'rent'", "kind in ('rent')", "amount + 1元 > 0元", "filled(kind)"] {
        assert!(!compile(text, &Fields).unwrap().holds(&empty), "{text}");
    }
    assert!(compile("count(items) = 0 and sum(items.cost) = 0元", &Fields).unwrap().holds(&empty));
}

#[test]
fn a_wrong_condition_is_told_with_its_place() {
    for (text, at, word) in [
        ("amount > 5000", 8, "5000元"),
        ("amuont > 5元", 1, "amount"),
        ("amount > 5元 kind", 13, "and"),
        ("amount", 1, "money"),
        ("kind > ", 8, "missing"),
        ("kind = 'rent", 8, "quote"),
        ("urgent < true", 8, "order"),
        ("amount * amount > 1元", 8, "multiplied"),
        ("items = 1", 1, "count"),
        ("items.cost = 1元", 1, "sum"),
        ("count(kind) = 1", 7, "count"),
        ("kind in (kind)", 10, "fixed"),
        ("amount > 1.234元", 10, "amount"),
        ("people = 5-3", 10, "date"),
        ("amount § 3", 8, "§"),
        ("(urgent", 8, ")"),
        ("", 1, "missing"),
    ] {
        let fault = compile(text, &Fields).unwrap_err();
        assert_eq!(fault.at, at, "{text}: {}", fault.why.en);
        assert!(fault.why.en.contains(word) && !fault.why.zh.is_empty(), "{text}: {}", fault.why.en);
    }
    assert!(compile(&"(".repeat(500), &Fields).is_err(), "nested deeply");
    assert!(compile(&format!("{}true", "not ".repeat(499)), &Fields).is_err(), "nested deeply");
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "[a-z元0-9 ()<>=.,'+*-]{0,60}") {
        if let Ok(found) = compile(&text, &Fields) {
            found.holds(&form());
            found.holds(&Form::new());
        }
    }
}
