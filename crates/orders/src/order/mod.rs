//! 订单: from the draft to the fact (R6.14).
//!
//! States: draft → submitted → accepted → activated → effective → reversed | terminated; cancelled from any state before effective. Business
//! that the business system gives no number is accepted as it is submitted; what has nothing to switch on, deliver or invoice is effective as it
//! is accepted. [`machine`] decides, [`store`] keeps, [`facts`] hands what took effect to the fact store.
//!
//! Invariant: an effective order never changes; reversing and ending it early are further facts that name the first.

pub mod facts;
pub mod list;
pub mod machine;
pub mod offer;
mod place;
pub mod store;

use crate::real_name::Identity;
use qudao_kernel::{Date, Fen, Text};
use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being written.
    Draft,
    /// The customer confirmed it.
    Submitted,
    /// The business system has it.
    Accepted,
    /// What was to be switched on is.
    Activated,
    /// All is done, and it counts.
    Effective,
    /// Given up before it took effect.
    Cancelled,
    /// Taken back afterwards.
    Reversed,
    /// Its contract ended early.
    Terminated,
}

impl State {
    /// All, in the order of a life.
    pub const ALL: [Self; 8] =
        [Self::Draft, Self::Submitted, Self::Accepted, Self::Activated, Self::Effective, Self::Cancelled, Self::Reversed, Self::Terminated];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Activated => "activated",
            Self::Effective => "effective",
            Self::Cancelled => "cancelled",
            Self::Reversed => "reversed",
            Self::Terminated => "terminated",
        }
    }
}

impl std::str::FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// What a customer decided on first (R4.20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The handset, then the operator.
    HandsetFirst,
    /// The operator, then the handset.
    OperatorFirst,
    /// A promotion.
    Promotion,
}

/// What somebody wants to order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// Kind of business.
    pub business: String,
    /// The number it is for; empty where there is none.
    pub subscriber: String,
    /// Products, the main one first.
    pub items: Vec<WantedItem>,
    /// Amount of business without a product, fen.
    pub amount: i64,
    /// Monthly fee before a plan change, fen.
    pub prior_fee: i64,
    /// Length of the contract.
    pub term_months: u32,
    /// Serial of the card that is used up.
    pub card: String,
    /// Customer class.
    pub customer_class: String,
    /// What was decided on first.
    pub decision: Option<Decision>,
    /// Whether something is to be delivered.
    pub delivery: bool,
    /// Whether an invoice is wanted.
    pub invoice: bool,
}

/// A product of a [`Wanted`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WantedItem {
    /// Product code.
    pub product: String,
    /// Pieces; one where 0.
    pub quantity: u32,
    /// Serial of a handset.
    pub imei: String,
}

/// A product of an order, with what was read of it on the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Product code; empty for business without a product.
    pub product: String,
    /// Its name.
    pub name: String,
    /// Its line.
    pub line: String,
    /// Kind of business it counts as.
    pub business: String,
    /// Pieces.
    pub quantity: u32,
    /// Monthly fee.
    pub plan_fee: Fen,
    /// What is paid now for all pieces.
    pub amount: Fen,
    /// Supply price of all pieces.
    pub cost: Fen,
    /// Serial of a handset.
    pub imei: String,
}

/// What the customer is shown before they confirm (R6.12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What is paid now, by item.
    pub fees: Vec<Fee>,
    /// All of it.
    pub total: Fen,
    /// What they agree to.
    pub terms: Vec<Text>,
    /// Of all this: what is confirmed names it.
    pub sha256: String,
}

/// A fee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// For what.
    pub title: Text,
    /// How much now.
    pub amount: Fen,
    /// How much every month.
    pub monthly: Fen,
}

/// The customer's confirmation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The offer they saw.
    pub sha256: String,
    /// Whether they agreed that their identity is checked and kept.
    pub consent: bool,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// A part of the work an order brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Switching it on.
    Activation,
    /// Bringing it.
    Delivery,
    /// Making the invoice.
    Invoice,
}

impl Part {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Delivery => "delivery",
            Self::Invoice => "invoice",
        }
    }
}

impl std::str::FromStr for Part {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Activation, Self::Delivery, Self::Invoice].into_iter().find(|part| part.name() == text).ok_or(())
    }
}

/// How far a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// To be done.
    Open,
    /// Tried in vain; to be done.
    Failed,
    /// Done.
    Done,
}

/// A part of the work and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Which.
    pub part: Part,
    /// How far.
    pub progress: Progress,
    /// What was noted last.
    pub note: String,
}

/// How an effective order ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub reason: String,
    /// On which day.
    pub on: Date,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Number.
    pub id: String,
    /// State.
    pub state: State,
    /// Partner that owns the outlet.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// Work ID.
    pub clerk: String,
    /// Division code of the outlet.
    pub territory: String,
    /// Who took it.
    pub login: String,
    /// As it was asked for.
    pub wanted: Wanted,
    /// Products as they were on the day.
    pub items: Vec<Item>,
    /// What the customer is shown.
    pub offer: Offer,
    /// The network it runs in; empty where that means nothing.
    pub network: String,
    /// The real-name check.
    pub identity: Option<Identity>,
    /// The customer's confirmation.
    pub confirmed: Option<Confirmed>,
    /// The number under which the business system knows it; empty until it does.
    pub system_no: String,
    /// What is to be done.
    pub tasks: Vec<Task>,
    /// When it took effect.
    pub effective_on: Option<Date>,
    /// How it ended.
    pub ended: Option<Ended>,
}

impl Order {
    /// What facts name it by: the business system's number, so that its own file brings the same fact; else ours (N28).
    pub fn fact_id(&self) -> &str {
        if self.system_no.is_empty() { &self.id } else { &self.system_no }
    }

    /// Kinds of business in it.
    pub fn business(&self) -> Vec<&str> {
        let mut all: Vec<&str> = vec![self.wanted.business.as_str()];
        for item in &self.items {
            if !all.contains(&item.business.as_str()) {
                all.push(&item.business);
            }
        }
        all
    }
}
