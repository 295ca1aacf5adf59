//! Templates of agreements: `definitions/agreements`. What is filled in, and the clauses it is filled into.

use qudao_kernel::{Fen, Lang, Refusal, Text};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

const STANDARD: &[(&str, &str)] = &[("agency.toml", include_str!("../../../../definitions/agreements/agency.toml"))];

/// Words every template may use beside its own terms.
const HOUSE: [&str; 9] = ["number", "partner_name", "partner", "business", "from", "last_day", "deposit", "commitment", "own_terms"];
/// What a term may be to settlement.
const SETTLES: [&str; 1] = ["commitment"];
/// Most characters of a text that is filled in.
const MOST: usize = 200;

/// What a term takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// A line.
    Text,
    /// Fen.
    Money,
    /// A whole number, not negative.
    Number,
}

impl TermKind {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            TermKind::Text => "text",
            TermKind::Money => "money",
            TermKind::Number => "number",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTerm {
    id: String,
    zh: String,
    en: String,
    kind: TermKind,
    #[serde(default)]
    required: bool,
    settles: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClause {
    zh: String,
    en: String,
    /// The clause is there only where this word has something in it.
    optional: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    version: u32,
    zh: String,
    en: String,
    #[serde(default)]
    term: Vec<WrittenTerm>,
    clause: Vec<WrittenClause>,
}

/// Something to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Id, as clauses name it.
    pub id: String,
    /// Name.
    pub title: Text,
    /// What it takes.
    pub kind: TermKind,
    /// Whether it has to be filled in.
    pub required: bool,
    /// What settlement reads it as: `commitment`, or nothing.
    pub settles: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Clause {
    text: Text,
    optional: Option<String>,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Id.
    pub id: String,
    /// Version; a draft says which it was written with.
    pub version: u32,
    /// Name.
    pub title: Text,
    /// What is filled in.
    pub terms: Vec<Term>,
    clauses: Vec<Clause>,
}

/// All templates.
#[derive(Debug, Clone)]
pub struct Catalogue {
    templates: Vec<Template>,
}

impl Catalogue {
    /// The standard set.
    ///
    /// # Errors
    /// As [`Template::read`]; a test shows that the embedded files are right.
    pub fn standard() -> Result<Self, Refusal> {
        let read = STANDARD.iter().map(|(file, text)| Template::read(file, text));
        Ok(Self { templates: read.collect::<Result<_, _>>()? })
    }

    /// All, in their order.
    pub fn all(&self) -> &[Template] {
        &self.templates
    }

    /// One.
    ///
    /// # Errors
    /// `BadInput recruit.template.unknown`.
    pub fn get(&self, id: &str) -> Result<&Template, Refusal> {
        self.templates.iter().find(|template| template.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.templates.iter().map(|template| template.id.as_str()).collect();
            Refusal::bad_input(
                "recruit.template.unknown",
                format!("没有协议模板 {id}；可选：{}", known.join("、")),
                format!("there is no template {id}; there are {}", known.join(", ")),
            )
        })
    }
}

impl Template {
    /// Reads a template; `file` names it in messages.
    ///
    /// # Errors
    /// `BadInput recruit.definitions.wrong` with the file and what is wrong: a word no term fills, a term named twice, a meaning settlement does
    /// not have.
    pub fn read(file: &str, text: &str) -> Result<Self, Refusal> {
        let wrong = |why: &str| {
            Refusal::bad_input(
                "recruit.definitions.wrong",
                format!("协议模板 definitions/agreements/{file} 有误：{why}"),
                format!("the template definitions/agreements/{file} is wrong: {why}"),
            )
        };
        let written: Written = toml::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        let mut terms: Vec<Term> = Vec::new();
        for WrittenTerm { id, zh, en, kind, required, settles } in written.term {
            let own = HOUSE.contains(&id.as_str()) && settles.as_deref() != Some(id.as_str());
            if own || terms.iter().any(|term| term.id == id) {
                return Err(wrong(&format!("term {id} is named twice")));
            }
            if settles.as_ref().is_some_and(|settles| !SETTLES.contains(&settles.as_str()) || kind != TermKind::Money) {
                return Err(wrong(&format!("term {id}: settlement reads {} as money", SETTLES.join(", "))));
            }
            terms.push(Term { id, title: Text::new(zh, en), kind, required, settles });
        }
        let known = |word: &str| HOUSE.contains(&word) || terms.iter().any(|term| term.id == word);
        let mut clauses = Vec::new();
        for WrittenClause { zh, en, optional } in written.clause {
            let mut words = placeholders(&zh).into_iter().chain(placeholders(&en)).chain(optional.as_deref());
            if let Some(unknown) = words.find(|word| !known(word)) {
                return Err(wrong(&format!("{{{unknown}}} is no term")));
            }
            clauses.push(Clause { text: Text::new(zh, en), optional });
        }
        Ok(Self { id: written.id, version: written.version, title: Text::new(written.zh, written.en), terms, clauses })
    }

    /// What was filled in, checked: each term of its kind, those that are required there, and nothing else.
    ///
    /// # Errors
    /// `BadInput recruit.agreement.term` with the term.
    pub fn check(&self, filled: &BTreeMap<String, Value>) -> Result<(), Refusal> {
        let wrong = |term: &str, zh: &str, en: &str| {
            Err(Refusal::bad_input("recruit.agreement.term", format!("“{term}”{zh}；请修改"), format!("`{term}` {en}; change it")))
        };
        if let Some(unknown) = filled.keys().find(|id| !self.terms.iter().any(|term| term.id == **id)) {
            return wrong(unknown, "不是模板的填写项", "is no term of the template");
        }
        for Term { id, title, kind, required, .. } in &self.terms {
            let given = filled.get(id).filter(|value| !value.is_null() && value.as_str() != Some(""));
            let Some(given) = given else {
                if *required {
                    return wrong(&title.zh, "须填写", "has to be filled in");
                }
                continue;
            };
            let fits = match kind {
                TermKind::Text => given.as_str().is_some_and(|text| text.chars().count() <= MOST && !text.chars().any(char::is_control)),
                TermKind::Money | TermKind::Number => given.as_i64().is_some_and(|number| number >= 0),
            };
            if !fits {
                return wrong(&title.zh, "的内容不对", "has the wrong content");
            }
        }
        Ok(())
    }

    /// The committed amount that was filled in.
    pub fn commitment(&self, filled: &BTreeMap<String, Value>) -> Fen {
        let term = self.terms.iter().find(|term| term.settles.as_deref() == Some("commitment"));
        Fen(term.and_then(|term| filled.get(&term.id)).and_then(Value::as_i64).unwrap_or_default())
    }

    /// What was filled in for a term, as it stands in a text.
    pub fn said(term: &Term, value: &Value) -> String {
        match (term.kind, value) {
            (TermKind::Money, Value::Number(_)) => Fen(value.as_i64().unwrap_or_default()).to_string(),
            (_, Value::String(text)) => text.clone(),
            (_, Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// The clauses with every word filled in; those that are there only for a word without it are left out.
    pub(super) fn clauses(&self, words: &BTreeMap<String, String>, lang: Lang) -> Vec<String> {
        let empty = |word: &String| words.get(word).is_none_or(String::is_empty);
        let there = self.clauses.iter().filter(|clause| !clause.optional.as_ref().is_some_and(empty));
        there.map(|clause| filled(clause.text.get(lang), words)).collect()
    }
}

/// Words in braces.
fn placeholders(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(word, _)| word).collect()
}

/// A text with its words in place; what nobody filled in is a line to write on.
fn filled(text: &str, words: &BTreeMap<String, String>) -> String {
    let mut parts = text.split('{');
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (word, rest) = part.split_once('}').unwrap_or(("", part));
        let value = words.get(word).filter(|value| !value.is_empty());
        made.push_str(value.map_or("＿＿＿＿", String::as_str));
        made.push_str(rest);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_standard_templates_are_right_and_wrong_ones_are_refused() {
        // R8.40
        let all = Catalogue::standard().unwrap();
        let template = all.get("agency").unwrap();
        assert_eq!(template.commitment(&[("commitment".to_owned(), json!(500))].into()), Fen(500));
        assert_eq!(all.get("none").unwrap_err().code, "recruit.template.unknown");
        let (file, text) = STANDARD[0];
        for (from, to) in
            [("{region}", "{regoin}"), ("id = \"outlets\"", "id = \"region\""), ("settles = \"commitment\"", "settles = \"luck\"")]
        {
            assert_eq!(Template::read(file, &text.replace(from, to)).unwrap_err().code, "recruit.definitions.wrong", "{to}");
        }
    }

    #[test]
    fn what_is_filled_in_is_of_its_kind() {
        // R8.40
        let template = Template::read(STANDARD[0].0, STANDARD[0].1).unwrap();
        let check = |given: Value| {
            let filled = given.as_object().unwrap().clone().into_iter().collect();
            template.check(&filled).map_err(|refusal| refusal.code)
        };
        assert_eq!(check(json!({ "region": "城关镇", "commitment": 1 })), Ok(()));
        for wrong in [json!({}), json!({ "region": 1 }), json!({ "region": "a", "commitment": -1 }), json!({ "region": "a", "more": "b" })]
        {
            assert_eq!(check(wrong.clone()), Err("recruit.agreement.term"), "{wrong}");
        }
    }
}
