//! Forms: the fields of a flow, and whether what was filled in fits them.

use crate::expr::{Expr, Names, Type};
use qudao_kernel::{Date, Month, Refusal, Text};
use serde_json::Value;
use std::collections::BTreeMap;

/// What was filled in, by field. Money is fen, dates and months are texts, files are lists of ids, rows are lists of objects.
pub type Form = BTreeMap<String, Value>;

/// Most characters of a short text and of a long one, unless the field says less.
const SHORT: i64 = 200;
const LONG: i64 = 4_000;
/// Most rows and most files.
const MOST_ROWS: i64 = 100;
const MOST_FILES: i64 = 9;
/// Largest number and amount.
const MOST: i64 = 1_000_000_000_000_000;
/// Most mistakes that are told at once.
const MOST_TOLD: usize = 5;

/// A condition and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// As it was written.
    pub text: String,
    /// As it is evaluated.
    pub expr: Expr,
}

impl Condition {
    /// Whether it holds.
    pub fn holds(&self, form: &Form) -> bool {
        self.expr.holds(form)
    }
}

/// One of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is kept.
    pub id: String,
    /// What is shown.
    pub title: Text,
}

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// Paragraphs.
    LongText,
    /// A whole number.
    Number,
    /// Fen.
    Money,
    /// A date.
    Date,
    /// A month.
    Month,
    /// One of a list.
    Choice(Vec<Choice>),
    /// Yes or no.
    YesNo,
    /// A login.
    Person,
    /// A partner's code.
    Partner,
    /// An outlet's code.
    Outlet,
    /// Ids of files.
    Attachment,
    /// A number of somebody's, of which a form keeps a mask and a seal only: what it is can be recognised and not read.
    Sealed,
    /// Rows of fields.
    Rows(Vec<Field>),
}

impl FieldKind {
    /// As definitions and interfaces write it.
    pub fn name(&self) -> &'static str {
        match self {
            FieldKind::Text => "text",
            FieldKind::LongText => "long_text",
            FieldKind::Number => "number",
            FieldKind::Money => "money",
            FieldKind::Date => "date",
            FieldKind::Month => "month",
            FieldKind::Choice(_) => "choice",
            FieldKind::YesNo => "yes_no",
            FieldKind::Person => "person",
            FieldKind::Partner => "partner",
            FieldKind::Outlet => "outlet",
            FieldKind::Attachment => "attachment",
            FieldKind::Sealed => "sealed",
            FieldKind::Rows(_) => "rows",
        }
    }

    /// What it is in a condition; files have no value there.
    pub(crate) fn typed(&self) -> Option<Type> {
        Some(match self {
            FieldKind::Text | FieldKind::LongText | FieldKind::Choice(_) => Type::Text,
            FieldKind::Person | FieldKind::Partner | FieldKind::Outlet => Type::Text,
            FieldKind::Number => Type::Number,
            FieldKind::Money => Type::Money,
            FieldKind::Date => Type::Date,
            FieldKind::Month => Type::Month,
            FieldKind::YesNo => Type::Bool,
            FieldKind::Rows(_) => Type::Rows,
            FieldKind::Attachment | FieldKind::Sealed => return None,
        })
    }

    /// Least and most where the field says nothing: of numbers the value, of texts characters, of rows and files how many.
    fn bounds(&self) -> (i64, i64) {
        match self {
            FieldKind::Text => (1, SHORT),
            FieldKind::LongText => (1, LONG),
            FieldKind::Number => (-MOST, MOST),
            FieldKind::Money => (0, MOST),
            FieldKind::Attachment => (1, MOST_FILES),
            FieldKind::Rows(_) => (1, MOST_ROWS),
            _ => (0, SHORT),
        }
    }
}

/// Between the mask and the seal of a sealed value.
const SEAL: char = '#';

/// A sealed value, as forms keep it.
pub fn sealed(mask: &str, seal: &str) -> String {
    format!("{mask}{SEAL}{seal}")
}

/// Mask and seal of a sealed value; nothing where it is none.
pub fn unsealed(value: &str) -> Option<(&str, &str)> {
    let (mask, seal) = value.rsplit_once(SEAL)?;
    (seal.len() == 64 && seal.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some((mask, seal))
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Stable id, `snake_case`.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// How to fill it in; empty for what explains itself.
    pub help: Text,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled in where it shows.
    pub required: bool,
    /// Least value, characters, rows or files.
    pub min: Option<i64>,
    /// Most.
    pub max: Option<i64>,
    /// When it shows; always where absent.
    pub visible_if: Option<Condition>,
    /// The step that fills it in; the applicant where absent.
    pub at: Option<String>,
    /// What does not bear on the decision: a change of it asks for no new approval.
    pub supplement: bool,
}

/// A mistake in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Field, or `rows[2].column`.
    pub field: String,
    /// What to do, with the field's title.
    pub why: Text,
}

/// Fields as conditions name them.
pub(crate) struct Named<'a>(pub(crate) &'a [Field]);

impl Names for Named<'_> {
    fn named(&self, name: &str) -> Option<Type> {
        let find = |fields: &'_ [Field], id: &str| fields.iter().find(|field| field.id == id).cloned();
        match name.split_once('.') {
            None => find(self.0, name)?.kind.typed(),
            Some((rows, column)) => match find(self.0, rows)?.kind {
                FieldKind::Rows(columns) => find(&columns, column)?.kind.typed(),
                _ => None,
            },
        }
    }

    fn known(&self) -> Vec<String> {
        self.0.iter().map(|field| field.id.clone()).collect()
    }
}

/// Takes out what is empty, and what does not show.
pub fn tidy(fields: &[Field], form: &mut Form) {
    form.retain(|_, value| !is_empty(value));
    // What a hidden field hides hides with it.
    loop {
        let hidden = |id: &String| {
            fields.iter().any(|field| field.id == *id && field.visible_if.as_ref().is_some_and(|condition| !condition.holds(form)))
        };
        let gone: Vec<String> = form.keys().filter(|id| hidden(id)).cloned().collect();
        if gone.is_empty() {
            return;
        }
        form.retain(|id, _| !gone.contains(id));
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// What is wrong with values, whether or not all that is required is there: what a draft must keep to.
pub fn wrong(fields: &[Field], form: &Form) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (id, value) in form {
        match fields.iter().find(|field| field.id == *id) {
            Some(field) => fits(field, &field.id, value, &mut found),
            None => found.push(Wrong {
                field: id.clone(),
                why: Text::new(format!("表单没有字段 {id}；请刷新页面"), format!("the form has no field {id}; reload the page")),
            }),
        }
    }
    found
}

/// Which required fields are empty, of those that are asked at a step (`None` for the applicant).
pub fn missing(fields: &[Field], form: &Form, at: Option<&str>) -> Vec<Wrong> {
    let asked = fields.iter().filter(|field| field.at.as_deref() == at && field.required && !form.contains_key(&field.id));
    let shown = asked.filter(|field| field.visible_if.as_ref().is_none_or(|condition| condition.holds(form)));
    shown.map(|field| told(field, &field.id, "不能为空", "must be filled in")).collect()
}

/// The refusal of a form.
///
/// # Errors
/// `BadInput workflow.form.wrong` where anything is wrong, with the first mistakes.
pub fn refuse(wrong: &[Wrong]) -> Result<(), Refusal> {
    if wrong.is_empty() {
        return Ok(());
    }
    let told = |pick: fn(&Wrong) -> &str, between: &str| wrong.iter().take(MOST_TOLD).map(pick).collect::<Vec<_>>().join(between);
    Err(Refusal::bad_input(
        "workflow.form.wrong",
        format!("表单有 {} 处须修改：{}", wrong.len(), told(|one| &one.why.zh, "；")),
        format!("{} things in the form are to be changed: {}", wrong.len(), told(|one| &one.why.en, "; ")),
    ))
}

fn told(field: &Field, place: &str, zh: &str, en: &str) -> Wrong {
    Wrong { field: place.to_owned(), why: Text::new(format!("{}{zh}", field.title.zh), format!("{}: {en}", field.title.en)) }
}

fn fits(field: &Field, place: &str, value: &Value, found: &mut Vec<Wrong>) {
    let (least, most) = field.kind.bounds();
    let (least, most) = (field.min.unwrap_or(least), field.max.unwrap_or(most));
    let text = value.as_str();
    let mut say = |zh: String, en: String| found.push(told(field, place, &zh, &en));
    let within = |number: i64| (least..=most).contains(&number);
    match &field.kind {
        FieldKind::Text | FieldKind::LongText => {
            let length = text.map_or(-1, |text| i64::try_from(text.chars().count()).unwrap_or(i64::MAX));
            if !within(length) {
                say(format!("须为 {least} 至 {most} 字"), format!("a text of {least} to {most} characters"));
            }
        }
        FieldKind::Number => {
            if !value.as_i64().is_some_and(within) {
                say(format!("须为 {least} 至 {most} 的整数"), format!("a whole number from {least} to {most}"));
            }
        }
        FieldKind::Money => {
            if !value.as_i64().is_some_and(within) {
                let (least, most) = (yuan(least), yuan(most));
                say(format!("须为 {least} 至 {most} 元"), format!("an amount from {least} to {most} yuan"));
            }
        }
        FieldKind::Date => {
            if !text.is_some_and(|text| text.parse::<Date>().is_ok_and(|day| day.to_string() == text)) {
                say("须为日期，如 2026-08-31".into(), "a date such as 2026-08-31".into());
            }
        }
        FieldKind::Month => {
            if !text.is_some_and(|text| text.parse::<Month>().is_ok_and(|month| month.to_string() == text)) {
                say("须为月份，如 2026-08".into(), "a month such as 2026-08".into());
            }
        }
        FieldKind::Choice(choices) => {
            if !choices.iter().any(|choice| text == Some(&choice.id)) {
                say("须从选项中选择".into(), "one of the choices".into());
            }
        }
        FieldKind::YesNo => {
            if !value.is_boolean() {
                say("须选择是或否".into(), "yes or no".into());
            }
        }
        FieldKind::Person | FieldKind::Partner | FieldKind::Outlet => {
            if !text.is_some_and(|text| (1..=64).contains(&text.len())) {
                say("须从列表中选择".into(), "one of the list".into());
            }
        }
        FieldKind::Attachment => {
            let ids = value.as_array().map_or(&[] as &[Value], Vec::as_slice);
            let plain = ids.iter().all(|id| id.as_str().is_some_and(|id| (1..=64).contains(&id.len())));
            if !plain || !within(i64::try_from(ids.len()).unwrap_or(i64::MAX)) {
                say(format!("须为 {least} 至 {most} 个附件"), format!("{least} to {most} files"));
            }
        }
        FieldKind::Sealed => {
            if text.and_then(unsealed).is_none() {
                say("须为 4 至 64 位的号码".into(), "a number of 4 to 64 characters".into());
            }
        }
        FieldKind::Rows(columns) => {
            let rows = value.as_array().map_or(&[] as &[Value], Vec::as_slice);
            if !within(i64::try_from(rows.len()).unwrap_or(i64::MAX)) {
                say(format!("须为 {least} 至 {most} 行"), format!("{least} to {most} rows"));
            }
            for (number, row) in rows.iter().enumerate().take(MOST_ROWS as usize) {
                row_fits(columns, &format!("{place}[{}]", number + 1), row, found);
            }
        }
    }
}

fn row_fits(columns: &[Field], place: &str, row: &Value, found: &mut Vec<Wrong>) {
    let cells: Form =
        row.as_object().map(|cells| cells.iter().map(|(id, value)| (id.clone(), value.clone())).collect()).unwrap_or_default();
    for column in columns {
        match cells.get(&column.id).filter(|value| !is_empty(value)) {
            Some(value) => fits(column, &format!("{place}.{}", column.id), value, found),
            None if column.required => found.push(told(column, &format!("{place}.{}", column.id), "不能为空", "must be filled in")),
            None => {}
        }
    }
    if cells.keys().any(|id| !columns.iter().any(|column| column.id == *id)) {
        found.push(Wrong {
            field: place.to_owned(),
            why: Text::new(format!("{place} 有未知的列；请刷新页面"), format!("{place} has an unknown column; reload the page")),
        });
    }
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen.abs() % 100)
}
