//! An application on paper: its content and every decision, to be printed and filed (R4.56).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::shown::{instant, mask};
use super::super::signed::Signed;
use super::super::web::{Answer, Language, download, heavy};
use super::rows::definition;
use super::whole::names;
use super::{Asker, READS, files};
use axum::extract::{Path, State};
use axum::response::Response;
use qudao_kernel::{Fen, Lang};
use qudao_settle::attachment::Attachment;
use qudao_settle::statement::pdf::Press;
use qudao_workflow::form::{Field, FieldKind, unsealed};
use qudao_workflow::machine::Decision;
use qudao_workflow::store::{self, Line};
use qudao_workflow::{Definition, Instance};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Columns of a label in a letter.
const LABEL: usize = 14;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(paper))
}

/// An application with its decisions as a PDF.
#[utoipa::path(get, path = "/applications/{id}/paper", tag = "flows", operation_id = "application_paper",
    params(("id" = String, Path, description = "Application")),
    responses((status = 200, description = "A PDF", content_type = "application/pdf")),
    extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn paper(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Response> {
    let asker = Asker::of(&desk, &signed, READS).await?;
    let (instance, definition, history, attached, names) = {
        let tx = &mut desk.db.read().await?;
        let instance = store::get(tx, &asker.sight(), &id).await?.instance;
        let definition = definition(&desk, tx, &instance).await?;
        let attached = files::of(tx, &definition, &instance.form).await?;
        let names = names(&desk, tx, &signed, &asker, &definition, &instance).await?;
        (instance, definition, store::history(tx, &id).await?, attached, names)
    };
    let writer = Writer { definition: &definition, attached: &attached, names: &names, lang };
    let text = mask(&writer.letter(&instance, &history));
    let foot = format!("{} · SHA-256 {}", instance.id, instance.content(&definition));
    let name = format!("{}.pdf", instance.id);
    heavy(move || Ok(download(&name, "application/pdf", Press::open()?.proofs(&[text], &foot, lang)?))).await
}

/// Writes the letter a paper is set from: a title, heads, and rows of a label and a text.
struct Writer<'a> {
    definition: &'a Definition,
    attached: &'a [Attachment],
    /// Of partners, outlets and people, by code or login.
    names: &'a BTreeMap<String, String>,
    lang: Lang,
}

impl Writer<'_> {
    fn letter(&self, instance: &Instance, history: &[Line]) -> String {
        let mut text = format!("{} {}\n", self.definition.title.get(self.lang), instance.id);
        self.head(&mut text, "申请", "Application");
        let place = network_name(&instance.applicant.territory, self.lang);
        row(&mut text, self.say("申请人", "Applicant"), &format!("{}（{place}）", instance.starter.name));
        row(&mut text, self.say("状态", "State"), instance.state.title().get(self.lang));
        for (field, value) in self.definition.fields.iter().filter_map(|field| Some((field, instance.form.get(&field.id)?))) {
            row(&mut text, field.title.get(self.lang), &self.value(field, value));
        }
        self.head(&mut text, "审批记录", "Decisions");
        for line in history {
            row(&mut text, line.decision.verb.title().get(self.lang), &self.decision(line));
        }
        text
    }

    fn say<'s>(&self, zh: &'s str, en: &'s str) -> &'s str {
        if self.lang == Lang::Zh { zh } else { en }
    }

    fn head(&self, text: &mut String, zh: &str, en: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{}", self.say(zh, en));
    }

    fn value(&self, field: &Field, value: &Value) -> String {
        let text = value.as_str().unwrap_or_default();
        match &field.kind {
            FieldKind::Money => format!("¥{}", Fen(value.as_i64().unwrap_or_default())),
            FieldKind::YesNo if value.as_bool() == Some(true) => self.say("是", "yes").to_owned(),
            FieldKind::YesNo => self.say("否", "no").to_owned(),
            FieldKind::Choice(choices) => {
                let chosen = choices.iter().find(|choice| choice.id == text);
                chosen.map_or_else(|| text.to_owned(), |choice| choice.title.get(self.lang).to_owned())
            }
            FieldKind::Partner | FieldKind::Outlet | FieldKind::Person => match self.names.get(text) {
                Some(name) => format!("{name} {text}"),
                None => text.to_owned(),
            },
            FieldKind::Attachment => {
                let ids: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let named = self.attached.iter().filter(|file| ids.contains(&file.id.as_str()));
                named.map(|file| format!("{} {}", file.name, file.sha256.get(..12).unwrap_or_default())).collect::<Vec<_>>().join("；")
            }
            FieldKind::Rows(columns) => {
                let row = |row: &Value| {
                    let cells = columns
                        .iter()
                        .filter_map(|column| Some(format!("{} {}", column.title.get(self.lang), self.value(column, row.get(&column.id)?))));
                    cells.collect::<Vec<_>>().join("，")
                };
                value.as_array().into_iter().flatten().map(row).collect::<Vec<_>>().join("；")
            }
            FieldKind::Number => value.to_string(),
            FieldKind::Sealed => unsealed(text).map_or_else(String::new, |(mask, _)| mask.to_owned()),
            FieldKind::Text | FieldKind::LongText | FieldKind::Date | FieldKind::Month => text.to_owned(),
        }
    }

    /// When, at which step, by whom and for whom, and what they said.
    fn decision(&self, line: &Line) -> String {
        let Decision { step, by, acting, text, to, changed, signature, .. } = &line.decision;
        let mut parts = vec![instant(line.at_us).replace('T', " ").chars().take(16).collect::<String>()];
        parts.extend(self.definition.step(step).map(|step| step.title.get(self.lang).to_owned()));
        parts.push(match acting {
            Some(giver) => format!("{}（{} {}）", by.name, self.say("代", "for"), giver.name),
            None => by.name.clone(),
        });
        if !to.is_empty() {
            parts.push(format!("→ {}", to.iter().map(|party| party.name.as_str()).collect::<Vec<_>>().join("、")));
        }
        if !text.is_empty() {
            parts.push(format!("「{text}」"));
        }
        parts.extend(changed.iter().filter_map(|(id, [before, after])| {
            let field = self.definition.field(id)?;
            let told = |value: &Value| if value.is_null() { "—".to_owned() } else { self.value(field, value) };
            Some(format!("{} {} → {}", field.title.get(self.lang), told(before), told(after)))
        }));
        if let Some(sha256) = signature {
            parts.push(format!("{} {}", self.say("手写签名", "signed by hand"), sha256.get(..12).unwrap_or_default()));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }
}

/// A row stands on one line, whatever was typed.
fn row(text: &mut String, label: &str, words: &str) {
    let label = label.replace(char::is_whitespace, "\u{a0}");
    let gap = " ".repeat(LABEL.saturating_sub(label.width()));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(text, "  {label}{gap} {words}");
}
