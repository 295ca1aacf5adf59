//! 落实: what an approved application brings about. A definition names an effect and the fields that feed it; what the effect does is done by whoever
//! runs the flows ([`Effects`]), in the transaction of the decision, so that approval and effect exist together.
//!
//! What may no longer hold by then (an outlet that closed meanwhile, a day in a closed month) makes the application *approved, not carried out*: nothing
//! of the effect stays, the reason does, and it can be tried again. The content stays as it was approved.

use crate::form::{Field, FieldKind};
use crate::machine::{Instance, Outcome, State};
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx};
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::Pin;

/// The column that holds the money of rows of costs.
const COST: &str = "cost";
/// The columns that hold what is to be done, and by when, of rows of tasks.
const TASK: &str = "task";
const DUE: &str = "due";

/// What an argument of an effect takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A line or paragraphs.
    Text,
    /// A date.
    Date,
    /// A month.
    Month,
    /// Fen.
    Money,
    /// A partner.
    Partner,
    /// An outlet.
    Outlet,
    /// A whole number.
    Number,
    /// Something that is kept sealed.
    Sealed,
    /// Rows with a column `cost` of money.
    Costs,
    /// Rows with a column `task` of text and a column `due` of days.
    Tasks,
    /// One of these, and no other.
    Of(&'static [&'static str]),
    /// One of a list the definition gives.
    Choice,
}

impl Takes {
    fn fits(self, kind: &FieldKind) -> bool {
        match (self, kind) {
            (Takes::Text, FieldKind::Text | FieldKind::LongText)
            | (Takes::Date, FieldKind::Date)
            | (Takes::Month, FieldKind::Month)
            | (Takes::Money, FieldKind::Money)
            | (Takes::Partner, FieldKind::Partner)
            | (Takes::Outlet, FieldKind::Outlet)
            | (Takes::Number, FieldKind::Number)
            | (Takes::Sealed, FieldKind::Sealed)
            | (Takes::Choice, FieldKind::Choice(_)) => true,
            (Takes::Costs, FieldKind::Rows(columns)) => columns.iter().any(|column| column.id == COST && column.kind == FieldKind::Money),
            (Takes::Tasks, FieldKind::Rows(columns)) => {
                let has = |id: &str, kind: &FieldKind| columns.iter().any(|column| column.id == id && column.kind == *kind);
                has(TASK, &FieldKind::Text) && has(DUE, &FieldKind::Date)
            }
            (Takes::Of(known), FieldKind::Choice(choices)) => choices.iter().all(|choice| known.contains(&choice.id.as_str())),
            _ => false,
        }
    }

    fn words(self) -> String {
        match self {
            Takes::Text => "text, long_text".to_owned(),
            Takes::Date => "date".to_owned(),
            Takes::Month => "month".to_owned(),
            Takes::Money => "money".to_owned(),
            Takes::Partner => "partner".to_owned(),
            Takes::Outlet => "outlet".to_owned(),
            Takes::Number => "number".to_owned(),
            Takes::Sealed => "sealed".to_owned(),
            Takes::Costs => format!("rows ({COST} = money)"),
            Takes::Tasks => format!("rows ({TASK} = text, {DUE} = date)"),
            Takes::Of(known) => format!("choice ({})", known.join(", ")),
            Takes::Choice => "choice".to_owned(),
        }
    }
}

/// An argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether a definition has to feed it.
    pub required: bool,
}

/// A kind of effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffectKind {
    /// As definitions write it.
    pub name: &'static str,
    /// Arguments.
    pub arguments: &'static [Argument],
}

const fn must(name: &'static str, takes: Takes) -> Argument {
    Argument { name, takes, required: true }
}

const fn may(name: &'static str, takes: Takes) -> Argument {
    Argument { name, takes, required: false }
}

/// Kinds there are.
pub const KINDS: &[EffectKind] = &[
    EffectKind {
        name: "outlet_change",
        arguments: &[
            must("outlet", Takes::Outlet),
            must("change", Takes::Of(&["move", "name", "owner", "pause", "close", "reopen"])),
            must("from", Takes::Date),
            may("name", Takes::Text),
            may("address", Takes::Text),
            may("territory", Takes::Text),
            may("owner", Takes::Partner),
            may("reason", Takes::Text),
        ],
    },
    EffectKind {
        name: "partner_exit",
        arguments: &[
            must("partner", Takes::Partner),
            must("cause", Takes::Of(&["own_wish", "expired", "breach", "idle"])),
            must("notice_on", Takes::Date),
            must("last_day", Takes::Date),
            may("reason", Takes::Text),
        ],
    },
    EffectKind {
        name: "agreement",
        arguments: &[
            must("partner", Takes::Partner),
            must("business", Takes::Choice),
            must("from", Takes::Date),
            must("last_day", Takes::Date),
            may("deposit", Takes::Money),
            may("signed_on", Takes::Date),
        ],
    },
    EffectKind {
        name: "blacklist",
        arguments: &[
            must("act", Takes::Of(&["add", "lift"])),
            must("key", Takes::Of(&["partner", "licence", "person", "phone", "account"])),
            may("partner", Takes::Partner),
            may("value", Takes::Sealed),
            must("facts", Takes::Text),
        ],
    },
    EffectKind {
        name: "acceptance_grade",
        arguments: &[must("partner", Takes::Partner), must("level", Takes::Choice), must("from", Takes::Date), may("reason", Takes::Text)],
    },
    EffectKind { name: "onboarding", arguments: &[must("batch", Takes::Text), must("from", Takes::Date), may("reason", Takes::Text)] },
    EffectKind {
        name: "partner_tier",
        arguments: &[
            must("partner", Takes::Partner),
            must("tier", Takes::Of(&["silver", "second_tier"])),
            must("from", Takes::Date),
            may("reason", Takes::Text),
        ],
    },
    EffectKind {
        name: BANK_ACCOUNT,
        arguments: &[
            must("partner", Takes::Partner),
            must("holder", Takes::Text),
            must("bank", Takes::Text),
            must("tail", Takes::Text),
            may("reason", Takes::Text),
        ],
    },
    EffectKind {
        name: POP_PLACEMENT,
        arguments: &[
            must("outlet", Takes::Outlet),
            must("material", Takes::Choice),
            must("place", Takes::Choice),
            must("campaign", Takes::Text),
            must("cost", Takes::Money),
            must("limit", Takes::Of(&["within", "over"])),
        ],
    },
    EffectKind {
        name: "outlet_grading",
        arguments: &[
            must("outlet", Takes::Outlet),
            must("verdict", Takes::Of(&["keep", "improve", "eliminate"])),
            must("proposal", Takes::Of(&["keep", "improve_sales", "improve_credit", "eliminate", "new"])),
            must("first", Takes::Month),
            must("last", Takes::Month),
            must("credit", Takes::Number),
            must("place", Takes::Number),
            must("beside", Takes::Number),
            may("recheck_on", Takes::Date),
            may("last_day", Takes::Date),
            may("tasks", Takes::Tasks),
            may("reason", Takes::Text),
        ],
    },
    EffectKind {
        name: RECRUITING_EVENT,
        arguments: &[
            must("title", Takes::Text),
            must("held_on", Takes::Date),
            must("place", Takes::Text),
            must("guests", Takes::Number),
            must("goal", Takes::Number),
            must("costs", Takes::Costs),
        ],
    },
];

/// The effect that lets payments of a partner go to another account.
const BANK_ACCOUNT: &str = "bank_account";
/// The effect that makes a piece of material for an outlet.
const POP_PLACEMENT: &str = "pop_placement";
/// The effect that makes the project of a recruiting event.
const RECRUITING_EVENT: &str = "recruiting_event";

impl EffectKind {
    /// Whether it changes partners, outlets or what belongs to them.
    pub fn changes_network(&self) -> bool {
        !matches!(self.name, RECRUITING_EVENT | POP_PLACEMENT | BANK_ACCOUNT)
    }
}

/// When an effect is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// With the decision that approves.
    Approved,
    /// When what follows the approval was done as well.
    Done,
}

/// The effect a definition names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Which.
    pub kind: &'static EffectKind,
    /// When.
    pub after: After,
    /// The field for each argument.
    pub fields: BTreeMap<String, String>,
}

impl Rule {
    /// Whether an outcome makes it due.
    pub(crate) fn is_due(&self, outcome: &Outcome, now_us: i64) -> bool {
        match self.after {
            After::Approved => outcome.approved,
            After::Done => outcome.instance.state == State::Approved && outcome.instance.ended_us == Some(now_us),
        }
    }

    /// What a definition has wrong in it: the argument or field, and why.
    pub(crate) fn wrong(&self, field: impl Fn(&str) -> Option<Field>, executes: impl Fn(&str) -> bool) -> Vec<(String, Text)> {
        let mut found = Vec::new();
        let mut say = |place: &str, zh: String, en: String| found.push((place.to_owned(), Text::new(zh, en)));
        let kind = self.kind.name;
        for (name, id) in &self.fields {
            let Some(argument) = self.kind.arguments.iter().find(|argument| argument.name == name) else {
                let known: Vec<&str> = self.kind.arguments.iter().map(|argument| argument.name).collect();
                say(
                    name,
                    format!("效果 {kind} 没有参数 {name}；可用的参数：{}", known.join("、")),
                    format!("the effect {kind} has no argument {name}; there are {}", known.join(", ")),
                );
                continue;
            };
            let Some(field) = field(id) else {
                say(name, format!("没有字段 {id}"), format!("there is no field {id}"));
                continue;
            };
            if !argument.takes.fits(&field.kind) {
                let words = argument.takes.words();
                say(name, format!("字段 {id} 的类型不对，须为 {words}"), format!("the field {id} is of another kind; it takes {words}"));
            }
            if argument.required && !field.required {
                say(name, format!("字段 {id} 须为必填"), format!("the field {id} has to be required"));
            }
            if self.after == After::Approved && field.at.as_deref().is_some_and(&executes) {
                say(
                    name,
                    format!("字段 {id} 在批准之后才填写；请写 after = \"done\""),
                    format!("the field {id} is filled in after the approval; say after = \"done\""),
                );
            }
        }
        for argument in self.kind.arguments.iter().filter(|argument| argument.required && !self.fields.contains_key(argument.name)) {
            let name = argument.name;
            say(name, format!("效果 {kind} 缺少参数 {name}"), format!("the effect {kind} lacks the argument {name}"));
        }
        found
    }
}

/// An effect to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its kind's name.
    pub kind: &'static str,
    /// The number of the application.
    pub application: String,
    /// Who decides, or tries again; as audit entries name them.
    pub who: String,
    /// Login of the applicant.
    pub starter: String,
    /// Division the applicant stands in.
    pub territory: String,
    /// What was filled in, by argument.
    pub values: BTreeMap<String, Value>,
}

impl Call {
    pub(crate) fn of(rule: &Rule, instance: &Instance, who: &str) -> Self {
        let value = |(name, field): (&String, &String)| Some((name.clone(), instance.form.get(field)?.clone()));
        Self {
            kind: rule.kind.name,
            application: instance.id.clone(),
            who: who.to_owned(),
            starter: instance.starter.login.clone(),
            territory: instance.applicant.territory.clone(),
            values: rule.fields.iter().filter_map(value).collect(),
        }
    }

    /// A text; empty where nothing was filled in.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A whole number; none where nothing was filled in.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(Value::as_i64)
    }

    /// The sum of rows of costs, fen.
    pub fn costs(&self, name: &str) -> i64 {
        let rows = self.values.get(name).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| row.get(COST)?.as_i64()).fold(0, i64::saturating_add)
    }

    /// Rows of tasks: what, and by when. What the form should not have let through is left out.
    pub fn tasks(&self, name: &str) -> Vec<(String, qudao_kernel::Date)> {
        let rows = self.values.get(name).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| Some((row.get(TASK)?.as_str()?.to_owned(), row.get(DUE)?.as_str()?.parse().ok()?))).collect()
    }

    /// A date.
    ///
    /// # Errors
    /// `Bug workflow.effect.argument` for what the form should not have let through.
    pub fn day(&self, name: &str) -> Result<qudao_kernel::Date, Refusal> {
        self.text(name).parse().map_err(|_| {
            Refusal::new(
                Kind::Bug,
                "workflow.effect.argument",
                format!("{} 的参数 {name} 不是日期；请报告给维护者", self.kind),
                format!("the argument {name} of {} is no date; report this", self.kind),
            )
        })
    }
}

/// What carrying out comes to, in words.
pub type Carried<'a> = Pin<Box<dyn Future<Output = Result<Text, Refusal>> + Send + 'a>>;

/// Whoever carries effects out.
pub trait Effects: Sync {
    /// Carries one out within a transaction, which is undone as a whole where it is refused.
    fn carry_out<'a>(&'a self, tx: &'a mut Tx, call: &'a Call) -> Carried<'a>;
}

/// Whether a refusal is a reason of the business, which keeps an application from being carried out, and not a failure of the machinery.
pub(crate) fn is_reason(refusal: &Refusal) -> bool {
    matches!(refusal.kind, Kind::BadInput | Kind::Conflict | Kind::NotFound | Kind::Forbidden) && !refusal.code.starts_with("platform.")
}

/// What became of the effect of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Kind.
    pub kind: String,
    /// Whether it was carried out.
    pub done: bool,
    /// Code of the refusal; empty where it was carried out.
    pub code: String,
    /// What was done, or why it could not be.
    pub what: Text,
    /// How often it was tried.
    pub tries: u32,
    /// When last, microseconds since 1970.
    pub at_us: i64,
}

impl Effect {
    pub(crate) fn of_row(row: &Row) -> Result<Self, Refusal> {
        Ok(Self {
            kind: row.string("kind")?,
            done: row.text("state")? == "done",
            code: row.string("code")?,
            what: Text::new(row.string("zh")?, row.string("en")?),
            tries: row.count("tries")?,
            at_us: row.int("at_us")?,
        })
    }
}

/// What became of the effect of an application; nothing where none was due yet.
///
/// # Errors
/// The database does not answer.
pub async fn of_application(tx: &mut Tx, id: &str) -> Result<Option<Effect>, Refusal> {
    let row = tx.query_opt("select * from flow_effect where instance = $1", args![id]).await?;
    row.as_ref().map(Effect::of_row).transpose()
}

/// Writes down what became of an effect.
pub(crate) async fn note(tx: &mut Tx, id: &str, kind: &str, outcome: Result<&Text, &Refusal>) -> Result<(), Refusal> {
    let (state, code, text) = match outcome {
        Ok(text) => ("done", "", text),
        Err(refusal) => ("refused", refusal.code, &refusal.text),
    };
    let sql = "insert into flow_effect (instance, kind, state, code, zh, en, tries, at_us) values ($1, $2, $3, $4, $5, $6, 1, $7)
               on conflict (instance) do update set state = excluded.state, code = excluded.code, zh = excluded.zh, en = excluded.en,
                   tries = flow_effect.tries + 1, at_us = excluded.at_us";
    tx.execute(sql, args![id, kind, state, code, &text.zh, &text.en, tx.now_us()]).await.map(drop)
}
