//! The text of an agreement as its layout places it (`definitions/templates/agreement.typ`).

use super::draft::Draft;
use super::sign::{Side, Signature, Way};
use super::template::{Catalogue, Template};
use qudao_kernel::{Lang, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The layout; it holds no word of its own.
pub const LAYOUT: &str = include_str!("../../../../definitions/templates/agreement.typ");

/// Everything an agreement says, in a language; `business` is the business line in words, `font` and `foot` are for the layout.
///
/// # Errors
/// `BadInput recruit.template.unknown` where the template is no more.
pub fn paper(catalogue: &Catalogue, draft: &Draft, business: &str, signed: &[Signature], font: &str, lang: Lang) -> Result<Value, Refusal> {
    let template = catalogue.get(&draft.template)?;
    let say = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let row = |label: &str, text: &str| json!({ "label": label, "text": text });
    let words = words(template, draft, business);
    let number = if draft.application.is_empty() { &draft.id } else { &draft.application };
    let own = template.terms.iter().filter_map(|term| Some((term, draft.wanted.filled.get(&term.id)?)));
    let mut terms = vec![
        row(say("业务范围", "Business"), business),
        row(say("有效期", "Term"), &format!("{} – {}", draft.wanted.from, draft.wanted.last_day)),
        row(say("保证金（元）", "Deposit (yuan)"), &draft.wanted.deposit.to_string()),
    ];
    terms.extend(own.map(|(term, value)| row(term.title.get(lang), &Template::said(term, value))));
    if !draft.wanted.renews.is_empty() {
        terms.push(row(say("续签自", "Goes on from"), &draft.wanted.renews));
    }
    let sides = [(Side::Us, say("甲方", "Party A")), (Side::Partner, say("乙方", "Party B"))];
    let signature = |(side, title): (Side, &str)| {
        let text = signed.iter().find(|one| one.side == side).map_or_else(
            || say("签字（盖章）：　　　　日期：", "Signature (seal):        Date:").to_owned(),
            |one| {
                let way = if one.way == Way::Hand { say("手写签名", "signed by hand") } else { say("盖章", "sealed") };
                [one.name.as_str(), way, &one.signed_on.to_string(), &one.note]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · ")
            },
        );
        json!({ "side": title, "text": text })
    };
    Ok(json!({
        "font": font,
        "lang": say("zh", "en"),
        "title": template.title.get(lang),
        "number": number,
        "number_label": say("编号", "No."),
        "parties": [
            row(say("甲方", "Party A"), say("运营商", "the operator")),
            row(say("乙方", "Party B"), &format!("{} {}", draft.wanted.partner_name, draft.wanted.partner)),
        ],
        "terms": terms,
        "clauses": template.clauses(&words, lang),
        "signatures": sides.map(signature),
        "foot": format!("{} {} v{} {}", draft.id, draft.template, draft.template_version, draft.sha256.get(..16).unwrap_or_default()),
    }))
}

fn words(template: &Template, draft: &Draft, business: &str) -> BTreeMap<String, String> {
    let wanted = &draft.wanted;
    let mut words: BTreeMap<String, String> = [
        ("number", draft.id.clone()),
        ("partner_name", wanted.partner_name.clone()),
        ("partner", wanted.partner.clone()),
        ("business", business.to_owned()),
        ("from", wanted.from.to_string()),
        ("last_day", wanted.last_day.to_string()),
        ("deposit", wanted.deposit.to_string()),
        ("commitment", template.commitment(&wanted.filled).to_string()),
        ("own_terms", wanted.own_terms.clone()),
    ]
    .into_iter()
    .map(|(word, value)| (word.to_owned(), value))
    .collect();
    for term in &template.terms {
        if let Some(value) = wanted.filled.get(&term.id) {
            words.insert(term.id.clone(), Template::said(term, value));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::draft::{DraftState, Wanted};
    use qudao_kernel::Fen;

    /// The text of the layout, line by line.
    fn text(data: &Value) -> String {
        let rows = |name: &str, label: &str| -> Vec<String> {
            let all = data[name].as_array().unwrap().iter();
            all.map(|row| format!("{} | {}", row[label].as_str().unwrap(), row["text"].as_str().unwrap())).collect()
        };
        let clauses = data["clauses"].as_array().unwrap().iter().enumerate();
        let mut lines = vec![data["title"].as_str().unwrap().to_owned(), format!("{} {}", data["number_label"], data["number"])];
        lines.extend(rows("parties", "label"));
        lines.extend(rows("terms", "label"));
        lines.extend(clauses.map(|(index, clause)| format!("{}. {}", index + 1, clause.as_str().unwrap())));
        lines.extend(rows("signatures", "side"));
        lines.push(data["foot"].as_str().unwrap().to_owned());
        lines.join("\n") + "\n"
    }

    #[test]
    fn the_text_of_an_agreement_is_what_was_agreed() {
        // R8.40
        let draft = Draft {
            id: "XD260831-0001".into(),
            version: 2,
            state: DraftState::Sent,
            template: "agency".into(),
            template_version: 1,
            wanted: Wanted {
                template: "agency".into(),
                partner: "P000001".into(),
                partner_name: "示例通信".into(),
                territory: "430102".into(),
                business: "mobile".into(),
                from: "2026-10-01".parse().unwrap(),
                last_day: "2027-09-30".parse().unwrap(),
                deposit: Fen(500_000),
                filled: [("region".to_owned(), json!("城东片区")), ("commitment".to_owned(), json!(12_000_000))].into(),
                own_terms: String::new(),
                renews: "A7".into(),
            },
            application: "XY2609010001".into(),
            sha256: "0123456789abcdef0123".into(),
            made_by: "channel".into(),
            made_us: 0,
        };
        let signed = [Signature {
            side: Side::Partner,
            name: "示例负责人".into(),
            signed_on: "2026-09-20".parse().unwrap(),
            way: Way::Seal,
            note: "公章".into(),
            picture: String::new(),
            who: "channel".into(),
            at_us: 0,
        }];
        let catalogue = Catalogue::standard().unwrap();
        let both = [Lang::Zh, Lang::En].map(|lang| {
            text(&paper(&catalogue, &draft, if lang == Lang::Zh { "移动业务" } else { "mobile business" }, &signed, "F", lang).unwrap())
        });
        let golden = include_str!("agreement.golden.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/agreement/agreement.golden.txt"), both.join("\n")).unwrap();
        }
        assert_eq!(both.join("\n"), golden);
    }
}
